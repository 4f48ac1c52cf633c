// Command lines that are refused, and what the program says then.
#include <map>

#include "test/e2e/shell.h"
#include "test/errors/catalogue.h"

namespace nngc::test {

using namespace std::string_literals;

/// Models, data and weights, good and bad.
void furnish(const TempDir& dir) {
  dir.file("line.nng", line_model);
  dir.file("mlp.nng", mlp_model);
  dir.file("cut.nng", std::string(line_model).substr(0, 200));
  dir.file("garbage.nng", "\x7f"
                          "ELF\0\1\2\3 no text"s);
  dir.file("empty.nng", "");
  dir.file(
      "shapes.nng",
      "graph @s(%a: f32[2,3], %b: f32[3,2]) {\n  %c = add %a, %b : f32[2,3]\n  return c = %c\n}\n");
  dir.file("types.nng",
           "graph @t(%a: f32[2], %b: i32[2]) {\n  %c = add %a, %b : f32[2]\n  return c = %c\n}\n");
  dir.file("cycle.dot", "digraph {\n  a [role=input]; y [role=output];\n  a -> b -> y -> b "
                        "[weight=1];\n}\n");
  dir.file("old.o", "what was here before");
  save(dir, "x.npy", {8, 3}, std::vector<float>(24, 1));
  save(dir, "y.npy", {8, 2}, std::vector<float>(16, 1));
  save(dir, "wide.npy", {8, 4}, std::vector<float>(32, 1));
  save(dir, "seven.npy", {7, 2}, std::vector<float>(14, 1));
  save(dir, "scalar.npy", {}, std::vector<float>(1, 1));
  save(dir, "none.npy", {0, 3}, std::vector<float>());
  save(dir, "images.npy", {4, 784}, std::vector<std::uint8_t>(4 * 784, 9));
  save(dir, "labels.npy", {4}, std::vector<std::int32_t>{1, 2, 10, 3});
  save(dir, "target.npy", {4, 10}, std::vector<float>(40, 1));
  save(dir, "floats.npy", {4, 784}, std::vector<float>(4 * 784, 1));
  dir.file("short.npy", TempDir::read(dir.path("x.npy")).substr(0, 150));
  dir.file("text.npy", "1, 2, 3\n");
  dir.file("short-ubyte", "\0\0\x08\x02\0\0\0\2\0\0\0\3abc"s);
  dir.file("broken-ubyte.gz", "\x1f\x8b\x08\0\0\0\0\0\0\3no deflate at all"s);
  dir.file("what.bin", "something");
  dir.file("silent.nng", "graph @silent(%x: f32[2]) {\n  return\n}\n");
  dir.file("ints.nng",
           "graph @ints(%x: i32[2]) {\n  %y = add %x, %x : i32[2]\n  return y = %y\n}\n");
  dir.file("whole.nng", "graph @whole(%x: f32[2]) {\n  %y = convert %x {dtype = i32} : i32[2]\n"
                        "  return y = %y\n}\n");
  dir.file("sum.nng", "graph @sum(%x: f32[]) {\n  %y = tanh %x : f32[]\n  return y = %y\n}\n");
  dir.file("four.nng", "graph @four(%x: f32[4,3], %w: f32[4,3] param, %u: f32[4]) {\n"
                       "  %y = mul %x, %w : f32[4,3]\n  return y = %y\n}\n");
  dir.file("pairs.nng", "graph @pairs(%x: f32[2*n,3], %w: f32[3] param) {\n"
                        "  %y = reduce %x {axes = [0], keepdims = false, kind = \"add\"} : f32[3]\n"
                        "  %z = mul %y, %w : f32[3]\n  return y = %z\n}\n");
  dir.file("named.nng", "graph @\"2x\"(%x: f32[2]) {\n  return y = %x\n}\n");
  std::filesystem::create_directory(dir.path("weights"));
  save(dir, "weights/w.npy", {2, 3}, std::vector<float>(6, 1)); // transposed
  std::filesystem::create_directory(dir.path("nothing"));
}

namespace {

const std::string line_data = "train line.nng --loss=mse --data x=x.npy --data y=y.npy ";

} // namespace

std::vector<ToolMistake> request_mistakes() {
  return {
      {"frobnicate line.nng", 2, {"there is no command 'frobnicate'; there are compile, run"}},
      {"--frobnicate",
       2,
       {"there is no option '--frobnicate' before a command; see `nngc --help`"}},
      {"compile", 2, {"MODEL is required", "See `nngc compile --help`"}},
      {"compile line.nng --frobnicate -o a.o", 2, {"--frobnicate", "See `nngc compile --help`"}},
      {"compile line.nng extra.nng -o a.o", 2, {"extra.nng"}},
      {"compile line.nng --emit=machine -o a.o", 2, {"--emit=machine: no such stage", "llvm-ir"}},
      {"compile line.nng -o a.exe",
       2,
       {"-o a.exe: the suffix says nothing; stages and suffixes are", ".opt.nng"}},
      {"compile line.nng -o a.o -o a.h --emit=obj",
       2,
       {"--emit goes with one -o; else the suffixes decide"}},
      {"compile line.nng -o a.o -o a.o", 2, {"a.o is to be written twice"}},
      {"compile line.nng --name 2x -o a.o", 2, {"--name 2x: not an identifier"}},
      {"compile line.nng --entry=backward -o a.o",
       2,
       {"--entry: there is no 'backward'; there are forward, vjp, jvp, hvp, train"}},
      {"compile line.nng --entry=forward,forward -o a.o", 2, {"--entry: 'forward' is given twice"}},
      {"compile line.nng --entry=train -o a.o",
       2,
       {"--loss is missing; try --loss=cross_entropy_with_logits"}},
      {"compile line.nng --entry=train --loss=wrong -o a.o",
       2,
       {"--loss=wrong: neither a loss function: cross_entropy_with_logits cross_entropy mse mae "
        "smooth_l1 bce bce_with_logits hinge kl_div poisson_nll; nor an output of the model: y"}},
      {"compile line.nng --entry=train --loss=mse:z -o a.o", 2, {"the model has no output 'z'"}},
      {"compile line.nng --entry=train --loss=mse --keep=y,z -o a.o",
       2,
       {"the model has no output 'z'"}},
      {"compile line.nng --entry=train --loss=y -o a.o",
       1,
       {"--loss=y: a loss is one float, this output is f32[batch,2]"}},
      {"compile line.nng --entry=train --loss=mse --label=y:f99 -o a.o",
       2,
       {"--label y:f99: no such dtype"}},
      {"compile line.nng --entry=train --loss=mse --optimizer=sgdd -o a.o",
       2,
       {"there is no 'sgdd'; there are sgd"}},
      {"compile line.nng --entry=train --loss=mse --optimizer=sgd,lr=fast -o a.o",
       2,
       {"'fast' is not a number"}},
      {"compile line.nng --entry=vjp --wrt=q -o a.o", 2, {"--wrt: the model has no input 'q'"}},
      {"compile line.nng --mcpu=pentium9 -o a.o", 2, {"unknown cpu 'pentium9'"}},
      {"compile line.nng --mattr=+warp -o a.o", 2, {"unknown feature '+warp'"}},
      {"compile line.nng --mattr=avx2 -o a.o", 2, {"unknown feature 'avx2'", "+avx2,-fma"}},
      {"compile line.nng --math=sloppy -o a.o", 2, {"--math", "sloppy"}},
      {"compile line.nng -O7 -o a.o", 2, {"-O", "7"}},
      {"compile line.nng --print-after=cse -o a.o",
       2,
       {"there is no pass 'cse'; there are canonicalize"}},
      {"compile line.nng --dot-after=cse -o a.o", 2, {"there is no pass 'cse'"}},
      {"compile line.nng --passes=canonicalize,cse -o a.o", 2, {"there is no pass 'cse'"}},
      {"compile line.nng --pass-limit=-1 -o a.o", 2, {"--pass-limit"}},
      {"compile line.nng --dim n=3 -o a.o", 1, {"no input has a dim 'n'; symbolic dims: batch"}},
      {"compile line.nng --dim batch=many -o a.o",
       2,
       {"--dim batch=many: expected a number such as --dim batch=32"}},
      {"compile line.nng --dim batch=-1 -o a.o", 2, {"--dim batch=-1"}},
      {"compile line.nng --dim batch -o a.o", 2, {"--dim batch: expected NAME=VALUE"}},
      {"compile line.nng --dim batch=99999999999999999999 -o a.o", 2, {"--dim batch="}},
      {"run line.nng --random --threads=-3", 2, {"--threads"}},
      {"run line.nng",
       2,
       {"inputs are missing: --input x=FILE --input w=FILE --input b=FILE (or --random, or "
        "--weights "
        "DIR)"}},
      {"run line.nng --random --output q=q.npy", 2, {"the model has no output 'q'; it has y"}},
      {"run line.nng --random --input q=x.npy", 2, {"the model has no input 'q'; it has x, w, b"}},
      {"run line.nng --random --input x", 2, {"--input x: expected NAME=VALUE"}},
      {"run line.nng --random --input x=x.npy --input x=x.npy", 2, {"--input x is given twice"}},
      {"bench line.nng", 2, {"symbolic sizes need values here: --dim batch=N"}},
      {"bench line.nng --dim batch=2 --entry=sideways", 2, {"there is no 'sideways'"}},
      {"ops sideways", 2, {"there is no op 'sideways'; `nngc ops` lists them"}},
      {"train line.nng --loss=mse",
       2,
       {"--data is missing; try --data x=train.npy --data y=labels.npy"}},
      {"train line.nng --data x=x.npy --data y=y.npy", 2, {"--loss is missing"}},
      {line_data + "--data x=x.npy", 2, {"--data x is given twice"}},
      {line_data + "--epochs 0", 2, {"--epochs"}},
      {line_data + "--data z=y.npy", 2, {"--data z"}},
      {"train line.nng --loss=mse --data x=x.npy", 2, {"inputs are missing: --data y=FILE"}},
      {"train line.nng --loss=mse --data y=y.npy", 2, {"--data names no input of the model"}},
      {"compile silent.nng --entry=train --loss=mse -o a.o", 2, {"the model has no output"}},
      {"compile ints.nng --entry=vjp -o a.o",
       1,
       {"the model has no float input to differentiate by"}},
      {"compile whole.nng --entry=vjp -o a.o",
       1,
       {"--entry=vjp: the model has no float output to differentiate"}},
      {"compile whole.nng --entry=jvp -o a.o",
       1,
       {"--entry=jvp: the model has no float output to differentiate"}},
      {"compile sum.nng --entry=train --loss=cross_entropy -o a.o",
       1,
       {"cross_entropy: the output has rank 0, so no classes"}},
      {"verify ints.nng --grad", 1, {"--grad: no float input reaches a float output"}},
      {"verify mlp.nng --tolerance 1e-30", 1, {"verify: results differ"}},
      {"info line.nng --dim batch=2 --dim batch=3", 2, {"--dim batch is given twice"}},
      {"train four.nng --loss=mse --data x=images.npy --batch 3",
       2,
       {"--batch 3: the model's batch is 4"}},
      {"train pairs.nng --loss=mse --data x=x.npy",
       2,
       {"--batch: the model's rows are 2*n; bind them with --dim n=N"}},
      {line_data + "--output-neurons net.dot",
       2,
       {"--output-neurons net.dot: the model is no .dot of neurons"}},
      {line_data + "--data q=y.npy", 2, {"--data q: the training step has no such input"}},
  };
}

std::vector<ToolMistake> model_mistakes() {
  std::vector<ToolMistake> cases;
  for (const std::string command :
       {"compile -o a.o ", "run --random -o y=y2.npy ", "verify ", "info ", "dot -o a.dot ",
        "bench --seconds 0.01 ", "train --loss=mse --data x=x.npy --output-weights w "}) {
    cases.push_back({command + "no.nng", 1, {"no.nng: cannot read: No such file or directory"}});
    cases.push_back({command + "nothing", 1, {"nothing: cannot read: Is a directory"}});
    cases.push_back({command + "empty.nng", 1, {"empty.nng:1:1: error: "}});
    cases.push_back({command + "cut.nng", 1, {"cut.nng:3:", "\n  ", "^"}});
    cases.push_back({command + "garbage.nng", 1, {"garbage.nng:1:1: error: "}});
    cases.push_back(
        {command + "shapes.nng", 1, {"shapes.nng:2:8: error: add: ", "f32[2,3]", "f32[3,2]", "^"}});
    cases.push_back(
        {command + "types.nng", 1, {"types.nng:2:8: error: add: ", "f32[2]", "i32[2]", "^"}});
    cases.push_back(
        {command + "named.nng", 1, {"named.nng: the model's name '2x' is no identifier"}});
    cases.push_back(
        {command + "cycle.dot", 1, {"cycle.dot:2:19: error: a cycle: 'y' -> 'b' -> 'y'", "^"}});
    cases.push_back(
        {command + "model.onnx", 3, {"model.onnx: this version reads .nng and .dot models only"}});
  }
  cases.push_back({"info /dev/zero", 1, {"/dev/zero: larger than 1 GiB, which no model text is"}});
  return cases;
}

std::vector<ToolMistake> data_mistakes() {
  const std::string run = "run line.nng --random -o y=out.npy --input ";
  const std::string train = "train line.nng --loss=mse --output-weights out --data y=y.npy --data ";
  std::vector<ToolMistake> cases;
  for (const std::string& with : {run, train}) {
    cases.push_back(
        {with + "x=missing.npy", 1, {"missing.npy: cannot read: No such file or directory"}});
    cases.push_back({with + "x=missing-idx3-ubyte.gz",
                     1,
                     {"missing-idx3-ubyte.gz: cannot read: No such file"}});
    cases.push_back({with + "x=missing.bin", 1, {"missing.bin: cannot read: No such file"}});
    cases.push_back(
        {with + "x=what.bin",
         2,
         {"what.bin: data files are .npy or IDX (.idx, and MNIST's *-ubyte), each also .gz"}});
    cases.push_back({with + "x=short.npy",
                     1,
                     {"short.npy: ", "the f32[8,3] data is cut short: 22 of 96 bytes"}});
    cases.push_back({with + "x=text.npy", 1, {"text.npy: ", "no .npy file"}});
    cases.push_back(
        {with + "x=short-ubyte", 1, {"short-ubyte: the u8[2,3] data is cut short: 3 of 6 bytes"}});
    cases.push_back({with + "x=broken-ubyte.gz", 1, {"broken-ubyte.gz: corrupt gzip data"}});
    cases.push_back({with + "x=wide.npy", 1, {"'x' is f32[", "got f32[8,4]"}});
    cases.push_back({with + "x=nothing", 2, {"nothing: data files are"}});
    cases.push_back({with + "x=weights/../line.nng/x.npy", 1, {"Not a directory"}});
  }
  for (ToolMistake more : std::vector<ToolMistake>{
           {run + "x=scalar.npy", 1, {"'x' is f32[batch,3], got f32[]"}},
           {run + "x=x.npy --dim batch=5", 1, {"'x' is f32[5,3], got f32[8,3]"}},
           {"run mlp.nng --random -o logits=out.npy --input x=floats.npy",
            1,
            {"'x' is u8[batch,784], got f32[4,784]"}},
           {train + "x=scalar.npy", 1, {"a data set needs rows"}},
           {train + "x=none.npy", 1, {"none.npy: 0 rows, but 'y' has 8"}},
           {"train line.nng --loss=mse --data x=none.npy", 1, {"there is no row in it"}},
           {"train line.nng --loss=mse --data x=x.npy --data y=seven.npy",
            1,
            {"seven.npy: 7 rows, but 'x' has 8"}},
           {line_data + "--batch 9", 1, {"8 rows make no batch of 9"}},
           {"train mlp.nng --loss=cross_entropy_with_logits --data x=images.npy --data "
            "y=labels.npy --output-weights out",
            1,
            {"'y' holds class 10 at 2, but there are 10 classes"}},
           {line_data + "--weights missing --output-weights out",
            1,
            {"missing: cannot read weights"}},
           {line_data + "--weights nothing --output-weights out",
            1,
            {"nothing: no NAME.npy here has the name of an input of the model"}},
           {line_data + "--weights weights --output-weights out",
            1,
            {"'w' is f32[3,2], got f32[2,3]"}},
           {"run line.nng --random --weights weights -o y=out.npy",
            1,
            {"'w' is f32[3,2], got f32[2,3]"}},
           {"verify line.nng --weights weights", 1, {"'w' is f32[3,2], got f32[2,3]"}},
           {"train mlp.nng --loss=mse --data x=images.npy --data y=target.npy "
            "--optimizer=sgd,lr=1e38 "
            "--epochs 9 --output-weights out/deep",
            1,
            {"the loss of step 1 of epoch 2 is not finite; a smaller lr may help. Nothing is "
             "saved"}},
       })
    cases.push_back(std::move(more));
  return cases;
}

std::vector<ToolMistake> folder_mistakes() {
  std::vector<ToolMistake> cases;
  for (const auto& [folder, why] :
       std::map<std::string, std::string>{{"no/such", "No such file or directory"},
                                          {"line.nng", "Not a directory"},
                                          {"/proc", "cannot write"}}) {
    const std::string at = folder + "/";
    cases.push_back({"compile line.nng -o " + at + "a.o", 1, {at + "a.o: cannot write", why}});
    // What could be written is not: all files or none.
    cases.push_back({"compile line.nng -o good.o -o old.o -o " + at + "a.h",
                     1,
                     {at + "a.h: cannot write", why}});
    cases.push_back(
        {"run line.nng --random -o y=" + at + "y.npy", 1, {at + "y.npy: cannot write", why}});
    cases.push_back({"dot line.nng -o " + at + "a.dot", 1, {at + "a.dot: cannot write", why}});
  }
  for (const std::string folder : {"line.nng/w", "/proc/w", "line.nng"})
    cases.push_back({line_data + "--output-weights " + folder,
                     1,
                     {folder == "line.nng" ? "line.nng/probe: cannot write: Not a directory"
                                           : folder + ": cannot make the folder: "}});
  cases.push_back({"compile line.nng -o weights.o -o nothing --emit=obj", 2, {"--emit"}});
  cases.push_back(
      {"compile line.nng --emit=obj -o nothing", 1, {"nothing: cannot write: Is a directory"}});
  cases.push_back({"compile line.nng -o good.o -o /dev/full", 2, {"/dev/full: the suffix"}});
  cases.push_back(
      {"compile line.nng --emit=asm -o /dev/full", 1, {"/dev/full: cannot write: No space left"}});
  cases.push_back({"compile line.nng --emit=asm >/dev/full",
                   1,
                   {"standard output: cannot write: No space left"}});
  cases.push_back(
      {"info line.nng >/dev/full", 1, {"standard output: cannot write: No space left"}});
  cases.push_back(
      {"run line.nng --random -o y=/dev/full", 1, {"/dev/full: cannot write: No space left"}});
  return cases;
}

} // namespace nngc::test
