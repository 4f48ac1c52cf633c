// Products of several matrices in the order that multiplies least: dynamic programming over the
// chain. Products of constants are made once, when compiling, and count nothing: two linear layers
// without anything between them become one.
#include <limits>

#include "optimize/rule.h"

namespace nngc {

namespace {

constexpr std::size_t longest = 16;
constexpr std::int64_t most_folded = 65536; ///< elements: what fold-constants computes

struct Factor {
  Value value;
  bool turned = false; ///< its transpose stands in the chain
  [[nodiscard]] std::int64_t extent(int axis) const {
    return value.shape()[turned ? 1 - axis : axis].value();
  }
};

/// A product of two matrices, either of them turned or not.
bool is_matrix_product(Value v) {
  return is(v, Opcode::DotGeneral) && is_float(v.dtype()) && operand(v, 0).rank() == 2 &&
         operand(v, 1).rank() == 2 && operand(v, 0).dtype() == v.dtype() &&
         operand(v, 0).shape().is_static() && operand(v, 1).shape().is_static() &&
         attr<Axes>(v, "batch_a").empty() && attr<Axes>(v, "contract_a").size() == 1;
}

class Chain {
public:
  explicit Chain(const Match& m) : match_(m) {
    written_ = collect(m.root(), false).cost;
    const std::size_t n = factors_.size();
    if (n > 2 && n <= longest) plan();
  }
  /// What it costs as it is written, and at best.
  [[nodiscard]] double written() const { return written_; }
  [[nodiscard]] double best() const { return best_.empty() ? written_ : cell(0, last()).cost; }
  [[nodiscard]] Value build() const { return build(0, last()); }

private:
  struct Cell {
    double cost = 0;
    bool constant = false; ///< will be folded
    std::size_t cut = 0;
  };
  [[nodiscard]] std::size_t last() const { return factors_.size() - 1; }
  [[nodiscard]] const Cell& cell(std::size_t i, std::size_t j) const {
    return best_[i * factors_.size() + j];
  }

  /// The cost of a product of two parts, m x k and k x n.
  static Cell joined(const Cell& a, const Cell& b, std::int64_t m, std::int64_t k, std::int64_t n) {
    Cell c;
    const std::int64_t largest = std::max({m * k, k * n, m * n});
    c.constant =
        a.constant && b.constant && largest <= most_folded && m * k * n <= 64 * most_folded;
    const double own = static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n);
    c.cost = c.constant ? 0 : a.cost + b.cost + own;
    return c;
  }

  Cell collect(Value v, bool turned) {
    const bool inner = v.same(match_.root()) || match_.single_use(v);
    if (!inner || !is_matrix_product(v) || factors_.size() > longest) {
      factors_.push_back({v, turned});
      return {.constant = is(v, Opcode::Constant)};
    }
    const bool turn_a = attr<Axes>(v, "contract_a")[0] == 0,
               turn_b = attr<Axes>(v, "contract_b")[0] == 1;
    const Value a = operand(v, 0), b = operand(v, 1);
    const std::size_t first = factors_.size();
    const Cell left = turned ? collect(b, !turn_b) : collect(a, turn_a);
    const std::int64_t k = a.shape()[turn_a ? 0 : 1].value();
    const Cell right = turned ? collect(a, !turn_a) : collect(b, turn_b);
    return joined(left, right, factors_[first].extent(0), k, factors_.back().extent(1));
  }

  void plan() {
    const std::size_t n = factors_.size();
    best_.resize(n * n);
    for (std::size_t i = 0; i < n; ++i)
      best_[i * n + i].constant = is(factors_[i].value, Opcode::Constant);
    for (std::size_t length = 2; length <= n; ++length)
      for (std::size_t i = 0; i + length <= n; ++i) {
        const std::size_t j = i + length - 1;
        Cell& best = best_[i * n + j];
        best.cost = std::numeric_limits<double>::infinity();
        for (std::size_t cut = i; cut < j; ++cut) {
          Cell c = joined(cell(i, cut), cell(cut + 1, j), factors_[i].extent(0),
                          factors_[cut].extent(1), factors_[j].extent(1));
          c.cut = cut;
          if (c.cost < best.cost) best = c;
        }
      }
  }

  [[nodiscard]] Value build(std::size_t i, std::size_t j) const {
    if (i == j) return factors_[i].value;
    const std::size_t cut = cell(i, j).cut;
    const Value a = build(i, cut), b = build(cut + 1, j);
    const bool turn_a = i == cut && factors_[i].turned, turn_b = cut + 1 == j && factors_[j].turned;
    return dot_general(a, b, {turn_a ? 0 : 1}, {turn_b ? 1 : 0});
  }

  const Match& match_;
  std::vector<Factor> factors_;
  std::vector<Cell> best_;
  double written_ = 0;
};

Value matrix_chain(const Match& m) {
  const Value root = m.root();
  if (!is_matrix_product(root)) return {};
  if (!is_matrix_product(operand(root, 0)) && !is_matrix_product(operand(root, 1))) return {};
  const Chain chain(m);
  // Not for a trifle: another order rounds otherwise.
  return chain.best() < 0.9 * chain.written() ? chain.build() : Value{};
}

/// dot(dot(x, c) + b, d) -> dot(x, c d) + b d for constant c, b and d: what the bias would hide.
Value collapsed_layers(const Match& m) {
  const Value sum = operand(m.root(), 0), d = operand(m.root(), 1);
  if (!is(d, Opcode::Constant) || d.rank() != 2 || !is(sum, Opcode::Add) || !m.single_use(sum))
    return {};
  const Axes last{sum.rank() - 1};
  if (!attr<Axes>(m.root(), "batch_a").empty() || attr<Axes>(m.root(), "contract_a") != last ||
      m.type().dtype != d.dtype() || !is_float(d.dtype()))
    return {};
  const Axes& over = attr<Axes>(m.root(), "contract_b");
  return either_way(sum, [&](Value product, Value bias) {
    if (!is(product, Opcode::DotGeneral) || !m.single_use(product) ||
        !is(bias, Opcode::BroadcastInDim) || attr<Axes>(bias, "dims") != last)
      return Value{};
    const Value x = operand(product, 0), c = operand(product, 1), b = operand(bias, 0);
    if (!is(c, Opcode::Constant) || !is(b, Opcode::Constant) || c.rank() != 2 ||
        !(b.shape()[0] == sum.shape()[sum.rank() - 1]) || product.dtype() != x.dtype() ||
        attr<Axes>(product, "contract_b").size() != 1 || !attr<Axes>(product, "batch_a").empty())
      return Value{};
    const std::int64_t in = attr<Axes>(product, "contract_b")[0];
    const std::int64_t k = c.shape()[static_cast<int>(in)].value(), h = b.shape()[0].value(),
                       n = m.type().shape[m.root().rank() - 1].value();
    if (std::max({k * h, h * n, k * n}) > most_folded || k * h * n > 64 * most_folded ||
        10 * k * n > 9 * (k * h + h * n))
      return Value{};
    const Value weights = dot_general(c, d, {1 - in}, over);
    return dot_general(x, weights, attr<Axes>(product, "contract_a"), {0}) +
           broadcast_in_dim(dot_general(b, d, {0}, over), m.type().shape, last);
  });
}

constexpr Rule table[] = {
    {"matrix-chain", RuleClass::Reassociate, Opcode::DotGeneral,
     "(a b) c -> a (b c) where that multiplies less", matrix_chain},
    {"collapsed-layers", RuleClass::Reassociate, Opcode::DotGeneral,
     "(x c + b) d -> x (c d) + b d, constants c, b, d", collapsed_layers},
};

} // namespace

std::span<const Rule> chain_rules() { return table; }

} // namespace nngc
