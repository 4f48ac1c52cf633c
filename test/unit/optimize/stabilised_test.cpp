// Losses written out by hand, whose derivatives by the rules of calculus are 0 * inf: the stable
// form is what is differentiated.
#include <array>
#include <cmath>

#include "ir/graph_data.h"
#include "nngc/autodiff.h"
#include "nngc/control.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/passes.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

Value first_numbers(Value beside, std::int64_t count) {
  return append(
      beside.graph(), Opcode::Iota, {},
      {{"axis", std::int64_t{0}}, {"dtype", DType::I32}, {"shape", std::vector<Dim>{count}}});
}

Value softmax_by_hand(Value x) { return exp(x) / reduce_sum(exp(x), {1}, true); }

/// The gradient of a loss of f32[2,3] rows, as it is or of its stable form.
std::vector<float> gradient(Value (*loss)(Value), const std::vector<float>& at, bool stable) {
  Graph g("loss");
  const std::array wrt{g.input("x", f32({2, 3}))};
  const Value value = reduce_sum(loss(wrt[0]));
  g.output("d", grad(stable ? stabilised(value, wrt) : value, wrt)[0]);
  std::array in{Tensor(DType::F32, {2, 3})};
  std::copy(at.begin(), at.end(), in[0].data<float>().begin());
  const Tensor d = std::move(eval(g, std::span<const Tensor>(in)).front());
  return {d.data<float>().begin(), d.data<float>().end()};
}

const std::vector<float> far = {200, 0, -200, -300, 1, 2};

struct Case {
  const char* name;
  Value (*loss)(Value);
  Value (*right)(Value); ///< the composite that is stable as it is built
};
const Case cases[] = {
    {"cross entropy", [](Value x) { return -log(softmax_by_hand(x)); },
     [](Value x) { return -log_softmax(x, 1); }},
    {"of one class", [](Value x) { return -log(slice(softmax_by_hand(x), {0, 1}, {2, 2})); },
     [](Value x) { return -slice(log_softmax(x, 1), {0, 1}, {2, 2}); }},
    {"of the classes by number",
     [](Value x) {
       return -log(gather(softmax_by_hand(x), first_numbers(x, 2), 1, IndexMode::Clip));
     },
     [](Value x) { return -slice(log_softmax(x, 1), {0, 0}, {2, 2}); }},
    {"logistic loss", [](Value x) { return -log(1 / (1 + Operand(exp(-x)))); },
     [](Value x) { return softplus(-x); }},
    {"logistic loss of the other class",
     [](Value x) { return -log(1 - Operand(1 / (1 + Operand(exp(-x))))); },
     [](Value x) { return softplus(x); }},
    {"log of a sum of exponentials", [](Value x) { return log(reduce_sum(exp(x), {1})); },
     [](Value x) { return logsumexp(x, {1}); }},
    {"softplus in a loop",
     [](Value x) {
       return scan(0.0 * Operand(slice(x, {0, 0}, {1, 3})), x,
                   [](Value sum, Value row) {
                     const Value next = sum + log(1 + Operand(exp(reshape(row, {1, 3}))));
                     return std::pair{next, next};
                   })
           .first;
     },
     [](Value x) { return reduce_sum(softplus(x), {0}, true); }},
    {"softplus", [](Value x) { return log(1 + Operand(exp(x))); },
     [](Value x) { return softplus(x); }},
};

} // namespace

TEST_CASE("the stable form has the derivative that the written one loses",
          "[optimize][stabilised]") {
  for (const Case& c : cases) {
    INFO(c.name);
    const auto want = gradient(c.right, far, false), got = gradient(c.loss, far, true),
               plain = gradient(c.loss, far, false);
    bool lost = false;
    for (std::size_t i = 0; i < want.size(); ++i) {
      INFO(i << ": " << plain[i] << " as written, " << got[i] << " stable, " << want[i]);
      CHECK(got[i] == test::Approx(want[i]).margin(1e-30));
      lost = lost || !(std::fabs(plain[i] - want[i]) <= 1e-5F);
    }
    CHECK(lost); // or the case shows nothing
  }
}

TEST_CASE("what is stable stays the same node, and what stands in a graph stays there",
          "[optimize][stabilised]") {
  Graph g("g");
  const std::array wrt{g.input("x", f32({2, 3}))};
  const Value good = reduce_sum(log_softmax(wrt[0], 1)), bad = log(1 + Operand(exp(wrt[0])));
  g.output("good", good);
  g.output("bad", bad);
  const std::size_t nodes = g.node_count();
  CHECK(stabilised(good, wrt).same(good));
  CHECK(g.node_count() == nodes);
  const Value stable = stabilised(bad, wrt);
  CHECK(stable.same(softplus(wrt[0])));
  CHECK(g.outputs()[1].value.same(bad));
  CHECK_THROWS_AS(stabilised(bad, std::array{exp(wrt[0])}), Error);
}
