// Mistakes in making tensors, evaluating, compiling and running; also what nngc cannot do.
#include <array>
#include <limits>
#include <pthread.h>

#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/passes.h"
#include "nngc/runtime.h"
#include "nngc/text.h"
#include "nngc/train.h"
#include "test/errors/catalogue.h"

namespace nngc::test {

using Kind = Error::Kind;

namespace {

/// [batch, 3] in, its double out; a second input with as many rows where `rows` is asked for.
struct Model {
  explicit Model(bool two = false) {
    const Dim batch = Dim::symbol("batch");
    Value y = g.input("x", f32({batch, 3})) * 2;
    if (two) y = y + reshape(g.input("row", f32({batch})), {batch, 1});
    g.output("y", y);
  }
  Graph g{"model"};
};

Executable doubling() { return compile(Model().g, {.opt_level = 0}); }

Tensor floats(std::vector<std::int64_t> shape) { return Tensor(DType::F32, std::move(shape)); }

void run_with(const std::vector<float>& x, std::vector<float>& y) {
  doubling().run({{"x", x}, {"y", y}});
}

CompileOptions options(std::string cpu, std::string features, std::string triple = "") {
  return {.cpu = std::move(cpu), .features = std::move(features), .triple = std::move(triple)};
}

std::string emitted(const CompileOptions& how, Stage stage = Stage::Object) {
  const Model m;
  const EntryPoint entry{"run", &m.g};
  return emit("model", {&entry, 1}, stage, how);
}

/// A pool where no thread has room for its stack.
void pool_without_room() {
  pthread_attr_t before, huge;
  pthread_getattr_default_np(&before);
  pthread_attr_init(&huge);
  pthread_attr_setstacksize(&huge, std::size_t{1} << 46);
  pthread_setattr_default_np(&huge);
  try {
    const ThreadPool pool(2);
  } catch (...) {
    pthread_setattr_default_np(&before);
    throw;
  }
  pthread_setattr_default_np(&before);
}

/// A model with more outputs than a text may have.
std::string many_outputs() {
  std::string text = "graph @many(%x: f32[]) {\n  return y = %x";
  for (int i = 0; i < 1 << 14; ++i) text += ",\n    y" + std::to_string(i) + " = %x";
  return text + "\n}\n";
}

} // namespace

// clang-format off: one line a mistake, however long; its place is that line
std::vector<Mistake> call_mistakes() {
  const std::string eval_cpp = "lib/eval/eval.cpp", interpreter = "lib/eval/interpreter.cpp", compiler = "lib/driver/compiler.cpp";
  const std::string target = "lib/codegen/target.cpp", optimizer = "lib/train/optimizer_text.cpp", values = "lib/train/values.cpp", type = "lib/tensor/type.cpp";
  return {
      mistake_at("", "include/nngc/tensor.h", Kind::Shape, "tensor: 2 values for 4 elements", [](Ground&) { (void)Tensor::of<float>({2, 2}, std::array{1.0F, 2.0F}); }),
      mistake_at("", "lib/tensor/tensor.cpp", Kind::Shape, "tensor: a negative extent: f32[2,-1]", [](Ground&) { floats({2, -1}); }),
      mistake_at("", "lib/tensor/tensor.cpp", Kind::Shape, "tensor: more than 2^48 elements: f32[1099511627776,1048576]", [](Ground&) { floats({std::int64_t{1} << 40, 1 << 20}); }),
      mistake_at("", "lib/tensor/tensor.cpp", Kind::Type, "tensor: f32 elements read as f64", [](Ground&) { (void)floats({2}).data<double>(); }),
      mistake_at("", type, Kind::Unsupported, "dim: batch * batch is not of the form a*n + b with 64-bit parts", [](Ground& w) { w.batch * w.batch; }),
      mistake_at("", type, Kind::Unsupported, "dim: batch + rows is not of the form a*n + b with 64-bit parts", [](Ground& w) { w.batch + Dim::symbol("rows"); }),
      mistake_at("", type, Kind::Unsupported, "dim: 9223372036854775807 + 1 is not of the form a*n + b with 64-bit parts", [](Ground&) { Dim(std::numeric_limits<std::int64_t>::max()) + Dim(1); }),
      mistake_at("", type, Kind::Argument, "dim: a symbolic dim needs an identifier, got '2n'", [](Ground&) { Dim::symbol("2n"); }),

      mistake(eval_cpp, Kind::Argument, "eval: graph 'other' has 1 inputs, got 0 tensors", [](Ground& w) { (void)eval(w.other, std::span<const Tensor>()); }),
      mistake(eval_cpp, Kind::Argument, "eval: graph 'other' has no input 'z'", [](Ground& w) { (void)eval(w.other, std::array{NamedTensor{"z", floats({2, 3})}}); }),
      mistake(eval_cpp, Kind::Argument, "eval: input 'y' is given twice", [](Ground& w) { const NamedTensor y{"y", floats({2, 3})}; (void)eval(w.other, std::array{y, y}); }),
      mistake(eval_cpp, Kind::Argument, "eval: input 'y' (f32[2,3]) is missing", [](Ground& w) { w.other.output("y2", w.foreign * 2); (void)eval(w.other, std::span<const NamedTensor>()); }),
      mistake(interpreter, Kind::Type, "eval: input 'y' is f32[2,3], not f64[2,3]", [](Ground& w) { (void)eval(w.other, std::array{Tensor(DType::F64, {2, 3})}); }),
      mistake(interpreter, Kind::Shape, "eval: input 'y' is f32[2,3], the tensor has rank 1", [](Ground& w) { (void)eval(w.other, std::array{floats({2})}); }),
      mistake(interpreter, Kind::Shape, "eval: input 'y' is f32[2,3]; axis 1 has extent 4, not 3", [](Ground& w) { (void)eval(w.other, std::array{floats({2, 4})}); }),
      mistake(interpreter, Kind::Shape, "eval: input 'x' is f32[2*n]; axis 0 has extent 3, which is not 2*n for any n", [](Ground&) { Graph g; g.input("x", f32({Dim::symbol("n") * 2})); (void)eval(g, std::array{floats({3})}); }),
      mistake(interpreter, Kind::Shape, "eval: input 'row' is f32[batch]; axis 0 has extent 5, so batch would be 5, but input 'x' makes it 4", [](Ground&) { (void)eval(Model(true).g, std::array{floats({4, 3}), floats({5})}); }),
      mistake(interpreter, Kind::Shape, "eval: no input says what 'n' is", [](Ground&) { Graph g; g.output("y", iota(g, f32({Dim::symbol("n")}))); (void)eval(g, std::span<const Tensor>()); }),
      mistake(interpreter, Kind::Shape, "eval: an extent of f32[n-1] would be -1", [](Ground&) { Graph g; const Value x = g.input("x", f32({Dim::symbol("n")})); g.output("y", slice(x, {1}, {x.shape()[0]})); (void)eval(g, std::array{floats({0})}); }),

      mistake_at("", "lib/lower/lower.cpp", Kind::Graph, "lower: graph 'other' has no output; name one with Graph::output", [](Ground& w) { (void)compile(w.other); }),
      mistake_at("", compiler, Kind::Graph, "compile: 'y' is an input and an output; give one another name", [](Ground& w) { w.other.output("y", w.foreign * 2); (void)compile(w.other, {.opt_level = 0}); }),
      mistake_at("", target, Kind::Argument, "codegen: unknown feature '+warp': expected a list such as +avx2,-fma", [](Ground&) { (void)emitted(options("native", "+warp")); }),
      mistake_at("", target, Kind::Argument, "codegen: unknown feature 'avx2': expected a list such as +avx2,-fma", [](Ground&) { (void)emitted(options("native", "avx2")); }),
      mistake_at("", target, Kind::Argument, "codegen: unknown cpu 'pentium9'", [](Ground&) { (void)emitted(options("pentium9", "")); }),
      mistake_at("", target, Kind::Argument, "codegen: unknown target 'pdp11-unknown-v7': ~", [](Ground&) { (void)emitted(options("native", "", "pdp11-unknown-v7")); }),
      mistake_at("", "lib/codegen/jit.cpp", Kind::Unsupported, "codegen: code for 'native +fma4,+xop,+avx512fp16,+avx10.1-512' cannot run here: this machine lacks ~", [](Ground&) { (void)compile(Model().g, options("native", "+fma4,+xop,+avx512fp16,+avx10.1-512")); }),

      mistake_at("", compiler, Kind::Argument, "run: there is no 'z'; there are x, y", [](Ground&) { std::vector<float> x(6), y(6); doubling().run({{"z", x}, {"y", y}}); }),
      mistake_at("", compiler, Kind::Argument, "run: 'x' is given twice", [](Ground&) { std::vector<float> x(6), y(6); doubling().run({{"x", x}, {"x", x}, {"y", y}}); }),
      mistake_at("", compiler, Kind::Type, "run: 'x' is f32[batch,3], got f64 elements", [](Ground&) { std::vector<double> x(6); std::vector<float> y(6); doubling().run({{"x", x}, {"y", y}}); }),
      mistake_at("", compiler, Kind::Argument, "run: 'y' is written, but the span given is const", [](Ground&) { std::vector<float> x(6); const std::vector<float> y(6); doubling().run({{"x", x}, {"y", y}}); }),
      mistake_at("", compiler, Kind::Argument, "run: missing: x, y", [](Ground&) { doubling().run({}); }),
      mistake_at("", compiler, Kind::Shape, "run: 'x' is f32[batch,3], got 7 elements", [](Ground&) { std::vector<float> y(6); run_with(std::vector<float>(7), y); }),
      mistake_at("", compiler, Kind::Shape, "run: 'x' is f32[3], got 4 elements", [](Ground&) { Graph g; g.output("y", g.input("x", f32({3})) * 2); std::vector<float> x(4), y(3); compile(g, {.opt_level = 0}).run({{"x", x}, {"y", y}}); }),
      mistake_at("", compiler, Kind::Shape, "run: 'y' with 9 elements makes batch = 3, another argument makes it 2", [](Ground&) { std::vector<float> y(9); run_with(std::vector<float>(6), y); }),
      mistake_at("", compiler, Kind::Shape, "run: no argument tells the value of 'n'", [](Ground&) { Graph g; const Value x = g.input("x", f32({Dim::symbol("n"), 0})); g.output("y", reduce_sum(x)); std::vector<float> none, y(1); compile(g, {.opt_level = 0}).run({{"x", none}, {"y", y}}); }),
      mistake_at("", compiler, Kind::Shape, "run: with n = 0, an extent inside the model is negative", [](Ground&) { Graph g; const Value x = g.input("x", f32({Dim::symbol("n")})); g.output("y", reduce_sum(slice(x, {1}, {x.shape()[0]}))); std::vector<float> none, y(1); compile(g, {.opt_level = 0}).run({{"x", none}, {"y", y}}); }),
      mistake_at("", compiler, Kind::Argument, "workspace_bytes: needs the value of n", [](Ground&) { Graph g; const Value x = g.input("x", f32({Dim::symbol("n"), 2, 3})); g.output("y", reduce_sum(transpose(matmul(x, transpose(x, {0, 2, 1})), {1, 2, 0}) * 2)); (void)compile(g, {.opt_level = 0}).workspace_bytes(); }),

      mistake("lib/optimize/pass_manager.cpp", Kind::Argument, "passes: there is no pass 'cse'; there are canonicalize, eliminate-dead-code, fold-constants, inline-calls, merge-regions, prune-regions, reduce-strength, stabilise", [](Ground& w) { (void)optimize(w.g, {.print_after = "cse"}); }),
      mistake_at("", "lib/runtime/thread_pool.cpp", Kind::Argument, "thread pool: -1 threads: expected 0 (all cores) to 1024", [](Ground&) { const ThreadPool pool(-1); }),
      mistake_at("", "lib/runtime/thread_pool.cpp", Kind::Argument, "thread pool: 1000000 threads: expected 0 (all cores) to 1024", [](Ground&) { const ThreadPool pool(1000000); }),

      mistake_at("", "lib/runtime/thread_pool.cpp", Kind::Argument, "thread pool: the system starts no more threads: Resource temporarily unavailable", [](Ground&) { pool_without_room(); }),
      mistake_at("t.nng:16386:5", "lib/ir/parser.cpp", Kind::Parse, "error: more than 16384 outputs\n      y16383 = %x\n      ^", [](Ground&) { (void)parse(many_outputs(), "t.nng"); }),

      mistake_at("", optimizer, Kind::Argument, "optimizer: there is no 'sgdd'; there are sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, adamw, lion, lbfgs", [](Ground&) { (void)parse_optimizer("sgdd,lr=1"); }),
      mistake_at("", optimizer, Kind::Argument, "optimizer: 'fast' is not a number", [](Ground&) { (void)parse_optimizer("sgd,lr=fast"); }),
      mistake_at("", optimizer, Kind::Argument, "optimizer: 'lr' is not of the form setting=number", [](Ground&) { (void)parse_optimizer("sgd,lr"); }),
      mistake_at("", optimizer, Kind::Argument, "optimizer: sgd has no setting 'beta1'; it has lr, decay, l1, clip_value, clip_norm, warmup, schedule", [](Ground&) { (void)parse_optimizer("sgd,beta1=0.5"); }),
      mistake_at("", optimizer, Kind::Argument, "optimizer: beta1=1 must be at least 0 and below 1", [](Ground&) { (void)parse_optimizer("adam,beta1=1"); }),
      mistake_at("", optimizer, Kind::Argument, "optimizer: eps=-1 must be at least 0", [](Ground&) { (void)parse_optimizer("adam,eps=-1"); }),
      mistake_at("", optimizer, Kind::Argument, "optimizer: steps=0 must be above 0", [](Ground&) { (void)parse_optimizer("sgd,schedule=step,steps=0"); }),
      mistake_at("", optimizer, Kind::Argument, "optimizer: history=1000 must be a number from 1 to 100", [](Ground&) { (void)parse_optimizer("lbfgs,history=1000"); }),
      mistake_at("", optimizer, Kind::Argument, "optimizer: there is no schedule 'fast'; there are constant, step, exponential, cosine, inverse", [](Ground&) { (void)parse_optimizer("sgd,schedule=fast"); }),
      mistake_at("", "lib/train/initializers.cpp", Kind::Shape, "orthogonal: needs a matrix: f32[3]", [](Ground&) { (void)orthogonal({3}, 1, 1); }),
      mistake_at("", values, Kind::Argument, "allocate: f32[batch,3]: the size 'batch' has no value; give one", [](Ground& w) { (void)allocate(w.x.type()); }),
      mistake_at("", values, Kind::Argument, "bind_arguments: there is no array for 'x' (f32[batch,3]), 'y' (f32[batch,3])", [](Ground&) { Tensors none; (void)bind_arguments(doubling(), none); }),
      mistake_at("", values, Kind::Type, "take_rows: dtypes differ: from f32[2] to f64[2]", [](Ground&) { Tensor to(DType::F64, {2}); take_rows(floats({2}), std::array{0U}, to); }),
      mistake_at("", values, Kind::Shape, "take_rows: rows of f32[2,3] are not rows of f32[2,4]", [](Ground&) { Tensor to = floats({2, 4}); take_rows(floats({2, 3}), std::array{0U}, to); }),
      mistake_at("", values, Kind::Argument, "take_rows: 2 rows do not fit f32[1,3]", [](Ground&) { Tensor to = floats({1, 3}); take_rows(floats({2, 3}), std::array{0U, 1U}, to); }),
      mistake_at("", values, Kind::Argument, "take_rows: there is no row 2 in f32[2,3]", [](Ground&) { Tensor to = floats({2, 3}); take_rows(floats({2, 3}), std::array{0U, 2U}, to); }),

      mistake_at("t.nng:3:1", "lib/support/diagnostics.cpp", Kind::Parse, "error: the graph is not closed with '}'\n  \n  ^", [](Ground&) { (void)parse("graph @g(%x: f32[]) {\n  return y = %x\n", "t.nng"); }),
  };
}
// clang-format on

} // namespace nngc::test
