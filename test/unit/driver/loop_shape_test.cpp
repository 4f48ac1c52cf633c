// What the gradient of a loop computes in its steps, and what once: read off the graph.
#include "nngc/autodiff.h"
#include "nngc/control.h"
#include "nngc/ops.h"
#include "nngc/passes.h"
#include "nngc/text.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++n;
  return n;
}

/// The optimized text, cut up: the loops' bodies, and what is left.
struct Parts {
  explicit Parts(const Graph& g) : rest(print(optimize(g, {}))) {
    for (std::size_t at = rest.find("body = graph"); at != rest.npos;
         at = rest.find("body = graph")) {
      const std::size_t end = rest.find("\n  }", at);
      bodies.push_back(rest.substr(at, end - at));
      rest.erase(at, end - at);
    }
  }
  std::string rest;
  std::vector<std::string> bodies;
};

} // namespace

TEST_CASE("the gradient of a recurrent net does what it can outside its loops", "[control]") {
  Graph g;
  const Value x = g.input("x", f32({7, 2, 3})), w = g.param("w", f32({3, 3})),
              u = g.param("u", f32({3, 3})), b = g.param("b", f32({3})),
              h = g.input("h", f32({2, 3}));
  const auto [last, ys] = scan(h, x, [&](Value s, Value row) {
    const Value next = tanh(matmul(row, exp(w)) + matmul(s, u) + b);
    return std::pair{next, next * row};
  });
  const Value loss = reduce_sum(last) + reduce_sum(ys * ys);
  const std::vector<Value> wrt{w, u, b};
  const std::vector<Value> slopes = grad(loss, wrt);
  g.output("loss", loss);
  for (std::size_t i = 0; i < wrt.size(); ++i) g.output("d" + std::to_string(i), slopes[i]);
  const Parts parts(g);
  INFO(parts.rest << parts.bodies.front() << parts.bodies.back());
  REQUIRE(parts.bodies.size() == 2);
  const std::string &forward = parts.bodies[0], &backward = parts.bodies[1];

  // Invariants: the exponential and the broadcast of b are taken once.
  CHECK(count(parts.rest, " = exp ") == 1);
  CHECK(count(parts.rest, " = broadcast_in_dim %b") == 1);
  for (const std::string& body : parts.bodies) {
    CHECK(count(body, " = exp ") == 0);
    CHECK(count(body, " = broadcast_in_dim ") == 0);
  }
  // The last carry, ys, and two stacks: of the states before and after each step. Rows of x are
  // there already, and the state after a step, which three factors need, is kept once.
  CHECK(count(forward.substr(forward.find("return")), " = ") == 4);
  CHECK(count(forward, " = tanh ") == 1);
  CHECK(count(backward, " = tanh ") == 0);
  // In a step back one product is left, of the carry. Weights have theirs after the loop, over all
  // steps and rows at once.
  CHECK(count(backward, " = dot_general ") == 1);
  CHECK(count(parts.rest, " = dot_general ") == 2);
  CHECK(count(parts.rest, "contract_a = [0, 1], contract_b = [0, 1]") == 2);
}

TEST_CASE("what is a result of the loop, or a row, is not stacked once more", "[control]") {
  Graph g;
  const Value x = g.input("x", f32({5, 4})), s0 = g.input("s", f32({4}));
  const auto [last, ys] = scan(s0, x, [&](Value s, Value row) {
    const Value y = sin(s * row);
    return std::pair{y * s + row, y};
  });
  const std::vector<Value> wrt{x, s0};
  const Value loss = reduce_sum(last * last) + reduce_sum(ys * ys);
  const std::vector<Value> slopes = grad(loss, wrt);
  g.output("dx", slopes[0]);
  g.output("ds", slopes[1]);
  const Parts parts(g);
  INFO(parts.rest << parts.bodies.front() << parts.bodies.back());
  REQUIRE(parts.bodies.size() == 2);
  // The last carry, ys, which are the sines that the way back needs, and the states before each
  // step.
  CHECK(count(parts.bodies[0].substr(parts.bodies[0].find("return")), " = ") == 3);
  CHECK(count(parts.rest, ", %x {") == 2);
}
