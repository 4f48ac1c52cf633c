/// Mistakes in C++: the error says of what kind it is, the op, the two facts, and the line of the
/// user's own file where the mistake stands.
#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/ops.h"
#include "nngc/specialize.h"
#include "nngc/text.h"
#include "nngc/train.h"
#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;

namespace {

template <class Build>
void check(Error::Kind kind, const std::vector<std::string>& says, int line, Build build) {
  INFO("line " << line);
  try {
    build();
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(static_cast<int>(error.kind()) == static_cast<int>(kind));
    for (const std::string& text : says) CHECK_THAT(error.message(), ContainsSubstring(text));
    const std::string place = __FILE__ ":" + std::to_string(line);
    CHECK(error.place() == place);
    CHECK(std::string(error.what()) == place + ": " + error.message());
    return;
  }
  FAIL_CHECK("nothing was thrown");
}

} // namespace

// The mistake must stand on the line of the macro's name.
// clang-format off
#define MISTAKE(kind, mistake, ...) check(Error::Kind::kind, {__VA_ARGS__}, __LINE__, [&] { static_cast<void>(mistake); })

TEST_CASE("mistakes: shapes", "[mistakes]") {
  Graph g;
  const Dim batch = Dim::symbol("batch");
  const Value a = g.input("a", f32({2, 3})), b = g.input("b", f32({3, 2}));
  const Value w = g.param("w", f32({4, 5})), bias = g.param("bias", f32({6}));
  const Value x = g.input("x", f32({batch, 3})), s = g.input("s", f32({}));
  MISTAKE(Shape, a + b, "add", "f32[2,3]", "f32[3,2]");
  MISTAKE(Shape, a * x, "mul", "f32[2,3]", "f32[batch,3]");
  MISTAKE(Shape, (a < b), "lt", "f32[2,3]", "f32[3,2]");
  MISTAKE(Shape, max(a, b), "max", "f32[2,3]", "f32[3,2]");
  MISTAKE(Shape, matmul(a, w), "f32[2,3]", "f32[4,5]");
  MISTAKE(Shape, dot_general(a, w, {1}, {0}), "dot_general", "f32[2,3]", "f32[4,5]");
  MISTAKE(Shape, dense(a, w, bias), "f32[2,3]", "f32[4,5]");
  MISTAKE(Shape, reshape(a, {7}), "reshape", "f32[2,3]", "7");
  MISTAKE(Shape, broadcast_to(a, {2, 4}), "f32[2,3]", "4");
  MISTAKE(Attribute, broadcast_in_dim(bias, {6, 2}, {5}), "broadcast_in_dim", "5");
  MISTAKE(Attribute, transpose(a, {0, 0}), "transpose", "f32[2,3]");
  MISTAKE(Attribute, reduce_sum(a, {2}), "reduce", "2", "f32[2,3]");
  MISTAKE(Attribute, softmax(a, 5), "5", "f32[2,3]");
  MISTAKE(Attribute, argmax(a, -3), "arg_reduce", "f32[2,3]");
  MISTAKE(Shape, concat(std::array{a, b}, 0), "concat", "f32[2,3]", "f32[3,2]");
  MISTAKE(Shape, mse(a, b), "f32[2,3]", "f32[3,2]");
  MISTAKE(Shape, select(gt(a, 0), a, b), "select", "f32[2,3]", "f32[3,2]");
  MISTAKE(Shape, grad(a, std::array{w}), "grad", "f32[2,3]");
  MISTAKE(Shape, vjp(std::array{a}, std::array{b}, std::array{a}), "vjp", "f32[2,3]", "f32[3,2]");
  MISTAKE(Shape, cross_entropy_with_logits(a, g.input("bad", i32({3}))), "f32[2,3]", "i32[3]");
  MISTAKE(Shape, specialize(g, {{"batch", -1}}), "specialize", "-1");
  MISTAKE(Shape, training_step(g, a, sgd()), "f32[2,3]");
  static_cast<void>(s);
}

TEST_CASE("mistakes: dtypes", "[mistakes]") {
  Graph g;
  const Value f = g.input("f", f32({2})), i = g.input("i", i32({2})), p = g.input("p", boolean({2}));
  const Value d = g.input("d", f64({2}));
  MISTAKE(Type, f + i, "add", "f32[2]", "i32[2]");
  MISTAKE(Type, f * d, "mul", "f32[2]", "f64[2]");
  MISTAKE(Type, exp(i), "exp", "i32[2]");
  MISTAKE(Type, tanh(p), "tanh", "bool[2]");
  MISTAKE(Type, bit_and(f, f), "and", "f32[2]");
  MISTAKE(Type, shl(f, f), "shl", "f32[2]");
  MISTAKE(Type, select(f, f, f), "select", "f32[2]");
  MISTAKE(Type, gather(f, f), "gather", "f32[2]");
  MISTAKE(Type, is_finite(i), "is_finite", "i32[2]");
  MISTAKE(Type, matmul(g.input("m", f32({2, 2})), g.input("n", f64({2, 2}))), "f32[2,2]", "f64[2,2]");
  MISTAKE(Type, grad(reduce_sum(f), std::array{i}), "grad", "i32[2]");
  MISTAKE(Type, grad(reduce_sum(i), std::array{f}), "grad", "i32[]");
  MISTAKE(Type, g.update(f, convert(f, DType::F64)), "f", "f32[2]", "f64[2]");
}

TEST_CASE("mistakes: graphs and names", "[mistakes]") {
  Graph g("one"), other("two");
  const Value x = g.input("x", f32({2})), y = other.input("y", f32({2})), none;
  MISTAKE(Graph, x + y, "add", "graph");
  MISTAKE(Graph, matmul(reshape(x, {1, 2}), reshape(y, {2, 1})), "graph");
  MISTAKE(Graph, select(gt(x, 0), x, y), "select", "graph");
  MISTAKE(Graph, concat(std::array{x, y}, 0), "concat", "graph");
  MISTAKE(Graph, grad(reduce_sum(x), std::array{y}), "grad");
  MISTAKE(Graph, x + none, "add");
  MISTAKE(Graph, exp(none), "exp");
  MISTAKE(Graph, g.output("q", y), "q");
  MISTAKE(Graph, g.input("x", f32({2})), "'x'");
  MISTAKE(Graph, g.input("two words", f32({2})), "two words");
  MISTAKE(Graph, g.output("", x), "");
  MISTAKE(Graph, training_step(g, y, sgd()), "training_step");
  MISTAKE(Graph, training_step(g, reduce_sum(x), sgd()), "training_step", "parameter");
  MISTAKE(Graph, specialize(g, {{"rows", 2}}), "specialize", "rows");
  g.output("q", x);
  MISTAKE(Graph, g.output("q", x), "'q'");
  g.update(x, x * 2);
  MISTAKE(Graph, g.update(x, x * 3), "x");
  MISTAKE(Argument, add_updates(g, std::array{x}, {}, sgd()), "0 gradients for 1 parameters");
  MISTAKE(Argument, run_passes(g, "cse"), "cse", "canonicalize");
}

TEST_CASE("mistakes: operators written over several lines name their own", "[mistakes]") {
  Graph g;
  const Value a = g.input("a", f32({2})), b = g.input("b", f32({3}));
  const int line = __LINE__;
  const auto build = [&] {
    const Value c = exp(a);
    return c * 2 + b;
  };
  check(Error::Kind::Shape, {"add", "f32[2]", "f32[3]"}, line + 3, build);
}
// clang-format on
