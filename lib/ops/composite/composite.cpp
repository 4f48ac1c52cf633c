// What composites share.
#include "ops/composite/composite.h"

namespace nngc {

void check_float(std::string_view op, Value x, Where where) {
  check_value(op, x, where);
  if (!is_float(x.dtype()))
    throw Error(Error::Kind::Type, std::string(op) + ": needs floats: " + x.type().str(), where);
}

void check_same_floats(std::string_view op, Value a, Value b, Where where) {
  common_graph(op, std::array{a, b}, where);
  check_float(op, a, where);
  if (a.dtype() != b.dtype())
    throw Error(Error::Kind::Type,
                std::string(op) + ": dtypes differ: " + a.type().str() + " and " + b.type().str(),
                where);
  if (!(a.shape() == b.shape()))
    throw Error(Error::Kind::Shape,
                std::string(op) + ": shapes differ: " + a.type().str() + " and " + b.type().str(),
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

Value class_hits(Value indices, Dim classes, Where where) {
  if (byte_size(indices.dtype()) < 4) indices = convert(indices, DType::I32, where);
  const int rank = indices.rank();
  Shape shape = indices.shape();
  shape.push_back(classes);
  Attrs attrs{{"axis", std::int64_t{rank}}, {"dtype", indices.dtype()}, {"shape", shape.dims()}};
  const Value position = append(indices.graph(), Opcode::Iota, {}, std::move(attrs), where);
  return eq(broadcast_in_dim(indices, shape, all_axes(rank), where), position);
}

Shifted shifted_by_max(Value x, const Axes& axes) {
  const Value greatest = stop_gradient(reduce_max(x, axes, true));
  const Value shift = select(is_finite(greatest), greatest, 0);
  return {shift, x - shift};
}

} // namespace nngc
