// What composites share.
#include "ops/composite/composite.h"

namespace nngc {

void check_float(std::string_view op, Value x, Where where) {
  check_value(op, x, where);
  if (!is_float(x.dtype()))
    throw Error(Error::Kind::Type, std::string(op) + ": needs floats: " + x.type().str(), where);
}

void check_floats(std::string_view op, std::span<const Value> values, Where where) {
  common_graph(op, values, where);
  for (const Value v : values) {
    check_float(op, v, where);
    if (v.dtype() != values[0].dtype())
      throw Error(Error::Kind::Type,
                  std::string(op) + ": dtypes differ: " + values[0].type().str() + " and " +
                      v.type().str(),
                  where);
  }
}

void check_same_floats(std::string_view op, Value a, Value b, Where where) {
  check_floats(op, std::array{a, b}, where);
  if (!(a.shape() == b.shape()))
    throw Error(Error::Kind::Shape,
                std::string(op) + ": shapes differ: " + a.type().str() + " and " + b.type().str(),
                where);
}

void check_fit(bool fits, std::string_view op, std::string_view needs,
               std::span<const Value> values, Where where) {
  if (fits) return;
  std::string got;
  for (const Value v : values) got += (got.empty() ? "" : ", ") + v.type().str();
  throw Error(Error::Kind::Shape,
              std::string(op) + ": needs " + std::string(needs) + ", got " + got, where);
}

void check_positive(std::string_view op, std::string_view what, double value, Where where) {
  if (!(value > 0))
    throw Error(Error::Kind::Argument,
                std::string(op) + ": " + std::string(what) + " must be positive, got " +
                    std::to_string(value),
                where);
}

int checked_axis(std::string_view op, Value x, int axis, Where where) {
  const std::int64_t found = normalized(std::int64_t{axis}, x.rank());
  if (found < 0 || found >= x.rank())
    throw Error(Error::Kind::Attribute,
                std::string(op) + ": axis " + std::to_string(axis) +
                    " is out of range: " + x.type().str(),
                where);
  return static_cast<int>(found);
}

Value positions(GraphData* graph, const TensorType& type, int axis) {
  return append(graph, Opcode::Iota, {},
                {{"axis", std::int64_t{axis}}, {"dtype", type.dtype}, {"shape", type.shape.dims()}},
                {});
}

Value class_hits(Value indices, Dim classes, Where where) {
  if (byte_size(indices.dtype()) < 4) indices = convert(indices, DType::I32, where);
  const int rank = indices.rank();
  Shape shape = indices.shape();
  shape.push_back(classes);
  const Value position = positions(indices.graph(), {indices.dtype(), shape}, rank);
  return eq(broadcast_in_dim(indices, shape, all_axes(rank), where), position);
}

Axes checked_axes(std::string_view op, Value x, Axes axes, Where where) {
  if (axes.empty()) return all_axes(x.rank());
  for (std::int64_t& a : axes) a = checked_axis(op, x, static_cast<int>(a), where);
  return axes;
}

Value without_axes(Value x, const Axes& axes, Where where) {
  Shape shape;
  for (std::int64_t a : other_axes(x.rank(), axes)) shape.push_back(x.shape()[static_cast<int>(a)]);
  return reshape(x, shape, where);
}

Value wide(Value x) { return byte_size(x.dtype()) < 4 ? convert(x, DType::F32) : x; }

Shifted shifted_by_max(Value x, const Axes& axes) {
  const Value greatest = stop_gradient(reduce_max(x, axes, true));
  const Value shift = select(is_finite(greatest), greatest, 0);
  return {shift, x - shift};
}

} // namespace nngc
