// The frame of a draw: inputs, numbers, the loss.
#include <algorithm>
#include <cmath>

#include "nngc/ops.h"
#include "test/differential/control_draw.h"
#include "test/differential/program.h"

namespace nngc::test {

namespace {

constexpr double margin = 1e-3;
constexpr std::int64_t most_elements = 48;
constexpr int most_inputs = 6;

} // namespace

Draw::Draw(std::uint64_t seed, DType dtype)
    : choose_(seed * 0x9e3779b97f4a7c15U + 1), dtype_(dtype), g_(program_.graph),
      walker_(*program_.graph.data(), 1) {}

int Draw::pick(int low, int high) {
  return low + static_cast<int>(choose_.below(static_cast<std::size_t>(high - low + 1)));
}
double Draw::real(double low, double high) {
  // 2^-16 apart: the same number in f32 and f64.
  return low + (high - low) * static_cast<double>(choose_.below(65536)) / 65536;
}

Shape Draw::any_shape(std::size_t max_rank) {
  Shape shape;
  const std::size_t rank = choose_.below(max_rank + 1);
  for (std::size_t i = 0; i < rank; ++i) shape.push_back(chance(6) ? 1 : pick(2, 4));
  return shape;
}

Value Draw::fresh(const Shape& shape) {
  ++floats_;
  const Value v = g_.input("x" + std::to_string(program_.inputs.size()), {dtype_, shape});
  Tensor t(dtype_, concrete(shape));
  if (dtype_ == DType::F32)
    for (float& x : t.data<float>()) x = static_cast<float>(real(-2, 2));
  else
    for (double& x : t.data<double>()) x = real(-2, 2);
  walker_.set_input(v.id(), t);
  program_.inputs.push_back(std::move(t));
  return v;
}

Value Draw::index(const Shape& shape, int low, int high) {
  const Value v = g_.input("i" + std::to_string(program_.inputs.size()), {DType::I32, shape});
  Tensor t(DType::I32, concrete(shape));
  for (std::int32_t& x : t.data<std::int32_t>()) x = pick(low, high);
  walker_.set_input(v.id(), t);
  program_.inputs.push_back(std::move(t));
  return v;
}

Value Draw::any() {
  const std::size_t window = chance(2) ? std::min<std::size_t>(pool_.size(), 3) : pool_.size();
  return pool_[pool_.size() - 1 - choose_.below(window)];
}

Value Draw::of_shape(const Shape& shape) {
  std::vector<Value> fitting;
  for (const Value v : pool_)
    if (v.shape() == shape) fitting.push_back(v);
  if (!fitting.empty() && !chance(4)) return choose_.of(fitting);
  if (floats_ < most_inputs) return fresh(shape);
  if (!fitting.empty()) return choose_.of(fitting);
  // A number of the pool for all elements, told apart by where they are.
  const Value number = reduce_mean(any());
  if (shape.rank() == 0) return number;
  return sin(broadcast_to(number, shape) + iota(g_, {dtype_, shape}, shape.rank() - 1));
}

Value Draw::partner(Value v) {
  if (v.rank() == 0 || chance(2)) return of_shape(v.shape());
  Shape shape; // its last axes, some of them 1
  const int from = pick(0, v.rank());
  for (int i = from; i < v.rank(); ++i) shape.push_back(chance(3) ? Dim(1) : v.shape()[i]);
  return of_shape(shape);
}

Draw::Numbers Draw::at(Value v) {
  // What a lambda built on its parameters is a body now, and has no numbers out here.
  const GraphData& data = *g_.data();
  while (fed_.size() < data.size()) {
    const auto id = static_cast<NodeId>(fed_.size());
    const bool is_parameter = data.node(id).op == Opcode::Input &&
                              data.attrs(id).get<std::string>("name").starts_with('%');
    fed_.push_back(!is_parameter &&
                   std::ranges::all_of(data.operands(id), [&](NodeId o) { return fed_[o]; }));
  }
  walker_.run(fed_);
  Numbers list;
  std::visit(
      [&]<class T>(const std::vector<T>& data) {
        if constexpr (!std::is_same_v<T, Complex>)
          for (const T& x : data) list.push_back(static_cast<double>(x));
      },
      walker_.at(v.id()).data);
  return list;
}

bool Draw::away_from_zero(Value v) {
  return std::ranges::all_of(at(v), [](double x) { return std::fabs(x) > margin; });
}
bool Draw::away_from_integers(Value v) {
  // Halves are where round_even jumps.
  return std::ranges::all_of(
      at(v), [](double x) { return std::fabs(2 * x - std::round(2 * x)) > margin; });
}
bool Draw::without_ties(Value v) {
  Numbers list = at(v);
  std::ranges::sort(list);
  for (std::size_t i = 1; i < list.size(); ++i)
    if (list[i] - list[i - 1] < margin) return false;
  return true;
}

Value Draw::positive(Value v) {
  switch (pick(0, 3)) {
  case 0: return v * v + 0.25;
  case 1: return logistic(v) + 0.25;
  case 2: return exp(tanh(v));
  default: return away_from_zero(v) ? abs(v) + 0.25 : softplus(v) + 0.25;
  }
}

void Draw::keep(Value v) {
  if (!v || v.dtype() != dtype_ || v.rank() > 3 || v.shape().size().value() > most_elements) return;
  double greatest = 0;
  for (const double x : at(v)) greatest = std::max(greatest, std::isfinite(x) ? std::fabs(x) : 1e9);
  if (greatest > 1e3) return;
  pool_.push_back(greatest > 3 ? (chance(2) ? tanh(v) : v * (2 / std::ceil(greatest))) : v);
}

Program Draw::run() {
  for (int i = pick(1, 3); i > 0; --i) pool_.push_back(fresh(any_shape()));
  const int ops = pick(4, 14);
  for (int made = 0; made < ops; ++made) {
    switch (pick(0, 12)) {
    case 0: keep(unary()); break;
    case 1: keep(kinked()); break;
    case 2:
    case 3: keep(binary()); break;
    case 4: keep(chosen()); break;
    case 5: keep(moved()); break;
    case 6: keep(joined()); break;
    case 7: keep(reduced()); break;
    case 8: keep(product()); break;
    case 9: keep(indexed()); break;
    case 10: keep(composite()); break;
    default:
      if (chance(2)) // dear to compile
        for (const Value v : ControlDraw(*this).draw()) keep(v);
    }
  }
  Value loss = g_.scalar(dtype_, 0);
  for (int i = 0; i < 3 && i < static_cast<int>(pool_.size()); ++i) {
    const Value y = i == 0 ? pool_.back() : any();
    Tensor weights(dtype_, concrete(y.shape()));
    for (std::int64_t k = 0; k < weights.size(); ++k) {
      const double w = real(-1, 1);
      if (dtype_ == DType::F32)
        weights.data<float>()[static_cast<std::size_t>(k)] = static_cast<float>(w);
      else
        weights.data<double>()[static_cast<std::size_t>(k)] = w;
    }
    g_.output("y" + std::to_string(i), y);
    // Not linear: else the second derivative of what is linear would not be looked at.
    loss = loss + reduce_sum(y * constant(g_, weights)) + 0.125 * reduce_sum(square(y));
  }
  g_.output("loss", loss);
  return std::move(program_);
}

} // namespace nngc::test
