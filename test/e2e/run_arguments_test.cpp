/// Executable::run: wrong arguments are refused with names and numbers before anything is written.
#include <cstring>

#include "nngc/compiler.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "nngc/train.h"
#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// y = x w and z = 2x for any number of rows; w is updated, h is of 16 bits.
Executable model() {
  Graph g("m");
  const Dim batch = Dim::symbol("batch");
  const Value x = g.input("x", f32({batch, 3})), k = g.input("k", i32({batch}));
  const Value w = g.param("w", f32({3, 2})), h = g.input("h", {DType::BF16, {4}});
  g.output("y", matmul(x, w));
  g.output("z", x * 2);
  g.output("k2", k + 1);
  g.output("h2", h + h);
  g.update(w, w + 1);
  return compile(g);
}

struct Call {
  std::vector<float> x = std::vector<float>(6, 1), w = std::vector<float>(6, 1);
  std::vector<float> y = std::vector<float>(4, 42), z = std::vector<float>(6, 42);
  std::vector<std::int32_t> k = {1, 2}, k2 = {42, 42};
  std::vector<std::uint16_t> h = {0, 0, 0, 0}, h2 = {42, 42, 42, 42};
  [[nodiscard]] std::vector<Arg> args() {
    return {{"x", x}, {"k", k}, {"w", w}, {"h", h}, {"y", y}, {"z", z}, {"k2", k2}, {"h2", h2}};
  }
};

/// Puts `arg` in the place of the one of that name.
void put(std::vector<Arg>& args, const Arg& arg) {
  for (Arg& a : args)
    if (a.name == arg.name) a = arg;
}

template <class Change>
void refuse(Error::Kind kind, const std::vector<std::string>& says, Change change) {
  static const Executable executable = model();
  Call call;
  const Call before = call;
  std::vector<Arg> args = call.args();
  change(args, call);
  try {
    executable.run(args);
    FAIL_CHECK("accepted; should say " << says[0]);
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(static_cast<int>(error.kind()) == static_cast<int>(kind));
    for (const std::string& text : says) CHECK_THAT(error.message(), ContainsSubstring(text));
  }
  CHECK(call.y == before.y);
  CHECK(call.w == before.w);
  CHECK(call.z == before.z);
  CHECK(call.k2 == before.k2);
  CHECK(call.h2 == before.h2);
}

using Args = std::vector<Arg>;

} // namespace

TEST_CASE("run: what is right runs, in any order", "[run]") {
  const Executable executable = model();
  Call call;
  Args args = call.args();
  std::reverse(args.begin(), args.end());
  executable.run(args);
  CHECK(call.y == std::vector<float>{3, 3, 3, 3});
  CHECK(call.z == std::vector<float>(6, 2));
  CHECK(call.w == std::vector<float>(6, 2));
  CHECK(call.k2 == std::vector<std::int32_t>{2, 3});
  CHECK(call.h2 == std::vector<std::uint16_t>(4, 0));
  // Inputs may be const, and of tensors; the rows may be none.
  const std::vector<float> x(6, 1);
  args = call.args();
  put(args, {"x", x});
  executable.run(args);
  CHECK(call.y == std::vector<float>{6, 6, 6, 6});
  Call empty;
  empty.x.clear(), empty.k.clear(), empty.y.clear(), empty.z.clear(), empty.k2.clear();
  executable.run(empty.args());
  CHECK(empty.w == std::vector<float>(6, 2));
}

TEST_CASE("run: missing, unknown and repeated names", "[run]") {
  refuse(Error::Kind::Argument, {"missing: h2"}, [](Args& args, Call&) { args.pop_back(); });
  refuse(Error::Kind::Argument, {"missing: x, w, "}, [](Args& args, Call&) {
    std::erase_if(args,
                  [](const Arg& a) { return a.name == "x" || a.name == "w" || a.name == "y"; });
  });
  refuse(Error::Kind::Argument, {"missing: "}, [](Args& args, Call&) { args.clear(); });
  refuse(Error::Kind::Argument, {"there is no 'q'", "x, ", "w"},
         [](Args& args, Call& call) { args.emplace_back("q", call.x); });
  refuse(Error::Kind::Argument, {"there is no ''"},
         [](Args& args, Call& call) { args.emplace_back("", call.x); });
  refuse(Error::Kind::Argument, {"'w' is given twice"},
         [](Args& args, Call& call) { args.emplace_back("w", call.w); });
}

TEST_CASE("run: dtypes", "[run]") {
  refuse(Error::Kind::Type, {"'x' is f32[batch,3], got f64 elements"}, [](Args& args, Call&) {
    static std::vector<double> d(6);
    put(args, {"x", d});
  });
  refuse(Error::Kind::Type, {"'k' is i32[batch], got u32 elements"}, [](Args& args, Call&) {
    static std::vector<std::uint32_t> u(2);
    put(args, {"k", u});
  });
  refuse(Error::Kind::Type, {"'h' is bf16[4], got f32 elements"}, [](Args& args, Call&) {
    static std::vector<float> f(4);
    put(args, {"h", f});
  });
  refuse(Error::Kind::Type, {"'h' is bf16[4], got f16 elements"}, [](Args& args, Call&) {
    static Tensor half(DType::F16, {4});
    put(args, {"h", half});
  });
  refuse(Error::Kind::Type, {"'y' is f32[batch,2], got i32 elements"}, [](Args& args, Call&) {
    static std::vector<std::int32_t> i(4);
    put(args, {"y", i});
  });
}

TEST_CASE("run: counts and symbolic sizes", "[run]") {
  const auto floats = [](std::size_t n) -> std::vector<float>& {
    static std::vector<std::vector<float>> keep;
    keep.reserve(64);
    return keep.emplace_back(n, 42.0F);
  };
  for (const std::size_t wrong : {0, 5, 7, 1000})
    refuse(Error::Kind::Shape, {"'w' is f32[3,2], got " + std::to_string(wrong) + " elements"},
           [&](Args& args, Call&) { put(args, {"w", floats(wrong)}); });
  refuse(Error::Kind::Shape, {"'x' is f32[batch,3], got 7 elements"},
         [&](Args& args, Call&) { put(args, {"x", floats(7)}); });
  refuse(Error::Kind::Shape, {"'y' with 6 elements makes batch = 3", "another argument makes it 2"},
         [&](Args& args, Call&) { put(args, {"y", floats(6)}); });
  refuse(Error::Kind::Shape, {"batch"}, [&](Args& args, Call&) { put(args, {"z", floats(9)}); });
  refuse(Error::Kind::Shape, {"batch"}, [&](Args& args, Call&) { put(args, {"z", floats(0)}); });
}

TEST_CASE("run: outputs that cannot be written", "[run]") {
  refuse(Error::Kind::Argument, {"'y' is written, but the span given is const"},
         [](Args& args, Call& call) { put(args, {"y", std::as_const(call.y)}); });
  refuse(Error::Kind::Argument, {"'w' is written, but the span given is const"},
         [](Args& args, Call& call) { put(args, {"w", std::as_const(call.w)}); });
  refuse(Error::Kind::Argument, {"'h2' is written"}, [](Args& args, Call&) {
    static const Tensor half(DType::BF16, {4});
    put(args, {"h2", half});
  });
}

TEST_CASE("run: an input and an output of one name are refused before any call", "[run]") {
  Graph g("same");
  const Value k = g.input("k", f32({2}));
  g.output("k", k + 1);
  NNGC_CHECK_THROWS(compile(g), Error, "'k' is an input and an output");
}

TEST_CASE("run: a size that two symbols make cannot be told apart by count alone", "[run]") {
  Graph g("two");
  const Value a = g.input("a", f32({Dim::symbol("rows"), 2}));
  const Value b = g.input("b", f32({Dim::symbol("columns")}));
  g.output("s", reduce_sum(a));
  g.output("t", b * 2);
  const Executable executable = compile(g);
  std::vector<float> x(4, 1), y(3, 1), s(1), t(3);
  executable.run({{"a", x}, {"b", y}, {"s", s}, {"t", t}});
  CHECK(s[0] == 4);
  CHECK(t == std::vector<float>(3, 2));
  std::vector<float> short_t(2);
  NNGC_CHECK_THROWS(executable.run({{"a", x}, {"b", y}, {"s", s}, {"t", short_t}}), Error,
                    "makes columns = 2, another argument makes it 3");
}

TEST_CASE("run: train.h's helpers name what is missing", "[run]") {
  const Executable executable = model();
  Tensors tensors;
  NNGC_CHECK_THROWS(bind_arguments(executable, tensors), Error, "'x' (f32[batch,3])");
  NNGC_CHECK_THROWS(allocate(f32({Dim::symbol("batch"), 2})), Error,
                    "the size 'batch' has no value");
}
