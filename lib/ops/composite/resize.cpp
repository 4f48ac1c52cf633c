// Interpolation along axes, one after the other: two rows of x for each row of the result, by
// number, and a weight. The numbers and weights are constants.
#include <cmath>

#include "nngc/layers.h"
#include "ops/composite/composite.h"

namespace nngc {

namespace {

/// Where element i of `to` stands among `from` elements.
double place(std::int64_t i, std::int64_t to, std::int64_t from, bool align_corners) {
  if (align_corners)
    return to == 1 ? 0 : static_cast<double>(i * (from - 1)) / static_cast<double>(to - 1);
  return (static_cast<double>(i) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5;
}

Value row_of(GraphData* graph, Tensor row) {
  const std::vector<Dim> shape{row.size()};
  auto literal = std::make_shared<Tensor>(std::move(row));
  return append(graph, Opcode::Constant, {},
                {{"shape", shape}, {"value", Literal(std::move(literal))}}, {});
}

Value resized(Value x, int axis, std::int64_t to, Interpolation how, bool align_corners) {
  const std::int64_t from = x.shape()[axis].value();
  std::vector<std::int32_t> low, high;
  std::vector<double> weights;
  for (std::int64_t i = 0; i < to; ++i) {
    double at = place(i, to, from, align_corners);
    if (how == Interpolation::Nearest) at = align_corners ? std::round(at) : std::floor(at + 0.5);
    at = std::clamp(at, 0.0, static_cast<double>(from - 1));
    low.push_back(static_cast<std::int32_t>(at));
    high.push_back(std::min(low.back() + 1, static_cast<std::int32_t>(from - 1)));
    weights.push_back(at - std::floor(at));
  }
  const auto rows = [&](const std::vector<std::int32_t>& numbers) {
    const Value constant = row_of(x.graph(), Tensor::of<std::int32_t>({to}, numbers));
    return gather(x, constant, axis, IndexMode::Promise);
  };
  const Value below = rows(low);
  if (how == Interpolation::Nearest) return below;
  const Value above = rows(high);
  const Value weight = convert(row_of(x.graph(), Tensor::of<double>({to}, weights)), x.dtype());
  return below + (above - below) * broadcast_in_dim(weight, below.shape(), {axis});
}

} // namespace

Value resize(Value x, const Axes& axes, const std::vector<std::int64_t>& sizes, Interpolation how,
             bool align_corners, Where where) {
  check_float("resize", x, where);
  if (axes.size() != sizes.size())
    throw Error(Error::Kind::Argument,
                "resize: " + std::to_string(sizes.size()) + " sizes for " +
                    std::to_string(axes.size()) + " axes",
                where);
  Value result = x;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const int axis = checked_axis("resize", x, static_cast<int>(axes[i]), where);
    const Dim from = x.shape()[axis];
    if (!from.is_static() || from.value() < 1 || sizes[i] < 1)
      throw Error(Error::Kind::Shape,
                  "resize: axis " + std::to_string(axis) + " cannot go from " + from.str() +
                      " to " + std::to_string(sizes[i]) + " elements: " + x.type().str(),
                  where);
    result = resized(result, axis, sizes[i], how, align_corners);
  }
  return result;
}

} // namespace nngc
