// A pool of values that grows by cases, each fed with values of the pool.
#include "test/fuzz/generator.h"

#include <algorithm>
#include <array>

#include "nngc/autodiff.h"
#include "test/fuzz/adapter.h"

namespace nngc::test {

namespace {

/// What one node may cost the interpreter, in elements.
constexpr std::int64_t most_elements = 4096;

class Generator {
public:
  explicit Generator(const GraphOptions& options)
      : options_(options), choose_(options.seed ^ 0x5bd1e995U), graph_("fuzz"),
        adapter_(graph_, choose_), walker_(*graph_.data(), options.n) {
    for (const Case& c : all_cases()) cases_.push_back(&c);
    static const std::vector<Case> composites = composite_cases();
    for (const Case& c : composites) cases_.push_back(&c);
  }

  Graph run() {
    for (int i = 0; i < options_.nodes; ++i)
      attempt([this] { choose_.one_in(10) && !pool_.empty() ? meet_neighbours() : grow(); });
    if (options_.seed % 8 == 5) attempt([this] { normalise_rows(); });
    if (choose_.one_in(3)) attempt([this] { differentiate(); });
    while (pool_.empty()) attempt([this] { grow(); });
    bind_symbol();
    choose_outputs();
    return std::move(graph_);
  }

private:
  /// What this version cannot do (derivatives of products over symbolic extents, say) is left out;
  /// any other error is a bug.
  template <class F> void attempt(F f) {
    try {
      f();
    } catch (const Error& e) {
      if (e.kind() != Error::Kind::Unsupported) throw;
    }
  }

  Value any() {
    // Late ones more often: long chains.
    const std::size_t window =
        choose_.one_in(2) ? std::min<std::size_t>(pool_.size(), 4) : pool_.size();
    return pool_[pool_.size() - 1 - choose_.below(window)];
  }

  /// Where the numbers of `v` lie.
  Range range(Value v) {
    const std::vector<Value> inputs = graph_.inputs();
    for (; set_ < inputs.size(); ++set_)
      walker_.set_input(inputs[set_].id(), inputs_for_one(inputs[set_]));
    walker_.run();
    return range_of(walker_.at(v.id()));
  }
  Tensor inputs_for_one(Value input) {
    Graph alone;
    alone.input(graph_.input_name(input), input.type());
    return std::move(inputs_for(alone, options_.seed, options_.n)[0]);
  }

  DType pick_dtype(const Case& c) {
    const std::vector<DType> list = dtypes_of(c.types);
    if (is_float(list[0]) && !choose_.one_in(6)) return options_.real;
    return list[choose_.below(list.size())];
  }

  Value operand(const InputSpec& spec, const Shape& shape, DType tested) {
    const DType dtype = spec.kind == Kind::Bool    ? DType::Bool
                        : spec.kind == Kind::Index ? DType::I32
                                                   : tested;
    if (pool_.empty() || choose_.one_in(5)) {
      const Value v = adapter_.fresh(dtype, shape);
      return is_float(dtype) ? adapter_.to_range(v, spec, range(v)) : v;
    }
    Value v = any();
    for (int i = 0; i < 6 && !(v.dtype() == dtype && v.shape() == shape); ++i) v = any();
    v = adapter_.to_dtype(adapter_.to_shape(v, shape), dtype);
    if (is_float(dtype)) v = adapter_.to_range(v, spec, range(v));
    return v;
  }

  /// Elementwise cases have inputs of one shape; any shape will do.
  static bool takes_any_shape(const Case& c) {
    return std::ranges::all_of(c.inputs, [](const InputSpec& i) { return i.shape == Shape{2, 5}; });
  }

  Shape any_shape() {
    if (!pool_.empty() && !choose_.one_in(3)) return any().shape();
    const Dim n = Dim::symbol("n");
    const std::array<Dim, 10> extents{1, 2, 3, 5, 7, 8, 17, 33, n, 0};
    Shape shape;
    const std::size_t rank = choose_.below(4);
    bool has_symbol = false;
    for (std::size_t i = 0; i < rank; ++i) {
      Dim d = extents[choose_.below(choose_.one_in(8) ? 10 : 9)];
      if (!d.is_static() && has_symbol) d = 4; // the product of two symbols is not supported
      has_symbol = has_symbol || !d.is_static();
      shape.push_back(d);
    }
    return shape;
  }

  void grow() {
    const Case& c = *cases_[choose_.below(cases_.size())];
    const DType dtype = pick_dtype(c);
    std::int64_t cost = 0;
    for (const InputSpec& spec : c.inputs) cost += spec.shape.size().at(options_.n);
    if (cost > 500 && !choose_.one_in(12)) return; // the long ones are slow to interpret
    const bool is_free = takes_any_shape(c);
    const Shape shape = is_free ? any_shape() : Shape();
    std::vector<Value> operands;
    for (const InputSpec& spec : c.inputs)
      operands.push_back(operand(spec, is_free ? shape : spec.shape, dtype));
    // What rules look for: a number on either side.
    if (is_free && operands.size() == 2 && choose_.one_in(4)) {
      Value& either = operands[choose_.below(2)];
      either = adapter_.number(either.type());
    }
    keep(c.build(graph_, operands));
  }

  /// A value and its own elements at other places, as in stencils; a dear one is stored, not
  /// computed again.
  void meet_neighbours() {
    Value v = any();
    if (v.rank() == 0 || v.dtype() == DType::Bool) return;
    if (is_float(v.dtype()) && !choose_.one_in(3)) v = choose_.one_in(2) ? tanh(v) : logistic(v);
    const auto axis = static_cast<int>(choose_.below(static_cast<std::size_t>(v.rank())));
    Value moved = reverse(v, {axis});
    if (const Dim extent = v.shape()[axis]; v.shape().is_static() && extent.value() > 1 &&
                                            choose_.one_in(2)) { // the next element, in a ring
      std::vector<Dim> zero(static_cast<std::size_t>(v.rank())), one = zero, all = v.shape().dims(),
                                                                 first = all;
      one[static_cast<std::size_t>(axis)] = first[static_cast<std::size_t>(axis)] = 1;
      moved = concat(std::vector{slice(v, one, all), slice(v, zero, first)}, axis);
    }
    const Value both = choose_.one_in(2) ? v + moved : v * moved;
    if (choose_.one_in(2)) keep(v);
    keep(both);
  }

  /// Rows divided by what they come to, as many as are known when called: phases of one nest, which
  /// take several rows at once.
  void normalise_rows() {
    constexpr std::array<std::int64_t, 7> widths{1, 3, 4, 8, 16, 17, 33};
    const Shape shape{Dim::symbol("n"), Dim(widths[choose_.below(widths.size())])};
    Value x = adapter_.fresh(options_.real, shape);
    if (choose_.one_in(2)) x = x * adapter_.fresh(options_.real, shape);
    Value rows;
    if (choose_.one_in(2)) {
      const Value powers = exp(x - reduce_max(x, {1}, true));
      rows = powers / reduce_sum(powers, {1}, true);
    } else {
      const Value centred = x - reduce_mean(x, {1}, true);
      rows = centred * rsqrt(reduce_mean(square(centred), {1}, true) + 1.0);
    }
    keep(rows);
    if (choose_.one_in(2)) keep(rows * x);
  }

  void keep(Value v) {
    if (v.shape().size().at(options_.n) > most_elements) return;
    // Infinities and NaN swallow all that follows: a few are enough.
    if (is_float(v.dtype())) {
      const Range r = range(v);
      const bool is_tame = r.finite > 0.6 && r.low > -1e4 && r.high < 1e4;
      if (!is_tame && !choose_.one_in(16)) return;
    }
    pool_.push_back(v);
  }

  void differentiate() {
    std::vector<Value> floats, wrt;
    for (const Value v : pool_)
      if (is_float(v.dtype())) floats.push_back(v);
    if (floats.empty()) return;
    const Value of =
        floats[floats.size() - 1 - choose_.below(std::min<std::size_t>(floats.size(), 4))];
    for (const Value v : graph_.inputs())
      if (is_float(v.dtype()) && wrt.size() < 4 && !choose_.one_in(4)) wrt.push_back(v);
    if (wrt.empty()) return;
    const Value loss = choose_.one_in(2) ? reduce_sum(of) : reduce_sum(tanh(of) * of);
    if (choose_.one_in(3)) {
      std::vector<Value> along;
      for (const Value v : wrt)
        along.push_back(graph_.input("d" + std::to_string(graph_.inputs().size()), v.type()));
      for (const Value v : hvp(loss, wrt, along)) gradients_.push_back(v);
    } else {
      const auto [value, gradients] = value_and_grad(loss, wrt);
      pool_.push_back(value);
      for (const Value v : gradients) gradients_.push_back(v);
      for (std::size_t i = 0; i < wrt.size(); ++i) updates_.emplace_back(wrt[i], gradients[i]);
    }
    for (const Value v : gradients_) keep(v);
  }

  /// The size of some input has to say what `n` is.
  void bind_symbol() {
    const auto is_symbolic = [](const TensorType& t) { return !t.shape.is_static(); };
    const auto binds = [](Value v) { return v.shape().size().scale() != 0; };
    if (std::ranges::any_of(graph_.data()->types, is_symbolic) &&
        std::ranges::none_of(graph_.inputs(), binds))
      graph_.input("rows", f32({Dim::symbol("n")}));
  }

  void choose_outputs() {
    const std::size_t count = 1 + choose_.below(4);
    for (std::size_t i = 0; i < count; ++i)
      graph_.output("y" + std::to_string(i), i == 0 ? pool_.back() : any());
    for (std::size_t i = 0; i < gradients_.size(); ++i)
      if (choose_.one_in(2)) graph_.output("g" + std::to_string(i), gradients_[i]);
    for (const auto& [input, gradient] : updates_)
      if (choose_.one_in(2)) graph_.update(input, input - 0.25 * gradient);
    if (!updates_.empty() || !choose_.one_in(3)) return;
    // A donated buffer takes any value of its type, even one that others still read.
    for (const Value input : graph_.inputs())
      for (std::size_t i = pool_.size(); i-- > 0;)
        if (pool_[i].type() == input.type() && !pool_[i].same(input)) {
          graph_.update(input, pool_[i]);
          return;
        }
  }

  GraphOptions options_;
  Chooser choose_;
  Graph graph_;
  Adapter adapter_;
  Walker walker_;
  std::vector<const Case*> cases_;
  std::size_t set_ = 0; ///< inputs that the walker knows
  std::vector<Value> pool_, gradients_;
  std::vector<std::pair<Value, Value>> updates_;
};

} // namespace

GraphOptions options_of(std::uint64_t seed) {
  Chooser choose(seed * 0x9e3779b97f4a7c15U + 1);
  constexpr std::array reals{DType::F32, DType::F32, DType::F32, DType::F32, DType::F32,
                             DType::F64, DType::F64, DType::F16, DType::BF16};
  constexpr std::array<std::int64_t, 12> symbols{1, 2, 3, 3, 4, 5, 7, 8, 9, 17, 33, 0};
  GraphOptions o{.seed = seed};
  o.nodes = static_cast<int>(3 + choose.below(12));
  o.real = reals[choose.below(reals.size())];
  o.n = symbols[choose.below(symbols.size())];
  return o;
}

Graph random_graph(const GraphOptions& options) { return Generator(options).run(); }

} // namespace nngc::test
