// Checks of axes and extents that several structural primitives share.
#include "ops/axes.h"

namespace nngc {

void check_axis(const InferContext& c, std::int64_t axis, int rank) {
  if (axis < 0 || axis >= rank)
    c.fail(Error::Kind::Attribute,
           "axis " + std::to_string(axis) + " is out of range for rank " + std::to_string(rank));
}

void check_axes(const InferContext& c, const Axes& axes, int rank) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    check_axis(c, axes[i], rank);
    if (std::find(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(i), axes[i]) !=
        axes.begin() + static_cast<std::ptrdiff_t>(i))
      c.fail(Error::Kind::Attribute, "axis " + std::to_string(axes[i]) + " is given twice");
  }
}

void check_length(const InferContext& c, std::string_view key, std::size_t length, int rank) {
  if (length != static_cast<std::size_t>(rank))
    c.fail(Error::Kind::Attribute, "'" + std::string(key) + "' has " + std::to_string(length) +
                                       " entries for rank " + std::to_string(rank));
}

void check_extents(const InferContext& c, const std::vector<Dim>& dims) {
  for (const Dim& d : dims)
    if (d.is_static() && d.value() < 0)
      c.fail(Error::Kind::Shape, "an extent would be negative: " + Shape(dims).str());
}

void check_value(std::string_view op, Value x, Where where) {
  if (!x)
    throw Error(Error::Kind::Graph, std::string(op) + ": an operand is an empty Value", where);
}

bool at_most(Dim a, Dim b, std::int64_t least) {
  if (!a.is_static() && !b.is_static() && a.symbol_id() != b.symbol_id()) return false;
  const Dim d = b - a;
  return d.is_static() ? d.value() >= 0 : d.scale() >= 0 && d.at(least) >= 0;
}

bool same_size(const Shape& a, const Shape& b) {
  std::vector<Dim> left, right(b.dims());
  for (const Dim& d : a) {
    const auto twin = d.is_static() ? right.end() : std::find(right.begin(), right.end(), d);
    if (twin == right.end())
      left.push_back(d);
    else
      right.erase(twin);
  }
  // What cancelled may be 0 at run time, never statically, so it cannot hide a difference.
  const auto symbols = [](const std::vector<Dim>& dims) {
    return std::count_if(dims.begin(), dims.end(), [](Dim d) { return !d.is_static(); });
  };
  const bool zero_left = std::find(left.begin(), left.end(), Dim(0)) != left.end();
  const bool zero_right = std::find(right.begin(), right.end(), Dim(0)) != right.end();
  if (zero_left || zero_right) return zero_left && zero_right;
  if (symbols(left) > 1 || symbols(right) > 1) return false;
  return Shape(left).size() == Shape(right).size();
}

bool ceil_div(Dim a, std::int64_t by, Dim& quotient) {
  if (a.scale() % by != 0) return false;
  const std::int64_t down = a.offset() / by; // toward 0: for negative offsets that is up already
  quotient = make_dim(a.symbol_id(), a.scale() / by, down + (a.offset() % by > 0 ? 1 : 0));
  return true;
}

const Tensor* splat_literal(Value v) {
  const GraphData* g = v.graph();
  if (g->node(v.id()).op != Opcode::Constant) return nullptr;
  const Tensor* t = g->attrs(v.id()).get<Literal>("value").get();
  return t->size() == 1 ? t : nullptr;
}

} // namespace nngc
