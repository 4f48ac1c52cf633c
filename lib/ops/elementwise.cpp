// Broadcasting is explicit in the graph: here the builder inserts it.
#include "ops/elementwise.h"

namespace nngc {

Shape broadcast_shapes(std::string_view op, const TensorType& a, const TensorType& b, Where where) {
  const int rank = std::max(a.shape.rank(), b.shape.rank());
  std::vector<Dim> dims(static_cast<std::size_t>(rank));
  for (int i = 0; i < rank; ++i) {
    const int ia = i - (rank - a.shape.rank()), ib = i - (rank - b.shape.rank());
    const Dim da = ia < 0 ? Dim(1) : a.shape[ia], db = ib < 0 ? Dim(1) : b.shape[ib];
    if (!(da == db) && !(da == Dim(1)) && !(db == Dim(1)))
      throw Error(Error::Kind::Shape,
                  std::string(op) + ": operands do not broadcast: " + a.str() + " and " + b.str() +
                      " (" + da.str() + " vs " + db.str() + " on axis " + std::to_string(i) + ")",
                  where);
    dims[static_cast<std::size_t>(i)] = da == Dim(1) ? db : da;
  }
  return Shape(std::move(dims));
}

std::pair<Value, Value> broadcast_operands(std::string_view op, Operand a, Operand b) {
  if ((!a.value && !a.is_number) || (!b.value && !b.is_number))
    throw Error(Error::Kind::Graph, std::string(op) + ": an operand is an empty Value", a.where);
  if (!a.value && !b.value)
    throw Error(Error::Kind::Graph, std::string(op) + ": needs at least one value of a graph",
                a.where);
  if (!a.value)
    a.value = splat(b.value.graph(), b.value.dtype(), a.scalar, b.value.shape(), a.where);
  if (!b.value)
    b.value = splat(a.value.graph(), a.value.dtype(), b.scalar, a.value.shape(), b.where);
  const std::array<Value, 2> both{a.value, b.value};
  common_graph(op, both, a.where);
  if (a.value.dtype() != b.value.dtype())
    throw Error(Error::Kind::Type,
                std::string(op) + ": dtypes differ: " + a.value.type().str() + " and " +
                    b.value.type().str() + "; convert one",
                a.where);
  if (a.value.shape() == b.value.shape()) return {a.value, b.value};
  const Shape shape = broadcast_shapes(op, a.value.type(), b.value.type(), a.where);
  return {broadcast_to(a.value, shape, a.where), broadcast_to(b.value, shape, b.where)};
}

Value append_unary(Opcode op, Value x, Where where, Attrs attrs) {
  return append(x.graph(), op, std::array{x}, std::move(attrs), where);
}

Value append_binary(Opcode op, std::string_view name, Operand a, Operand b, Attrs attrs) {
  const auto [x, y] = broadcast_operands(name, a, b);
  return append(x.graph(), op, std::array{x, y}, std::move(attrs), a.where);
}

namespace {
TensorType all_equal(const InferContext& c) {
  for (const TensorType* t : c.operands)
    if (!(*t == c.operand(0))) c.fail(Error::Kind::Shape, "operand types differ");
  return c.operand(0);
}
} // namespace

TensorType infer_float(const InferContext& c) {
  if (!is_float(c.operand(0).dtype)) c.fail(Error::Kind::Type, "needs floats");
  return all_equal(c);
}

TensorType infer_number(const InferContext& c) {
  if (c.operand(0).dtype == DType::Bool) c.fail(Error::Kind::Type, "needs numbers, not bools");
  return all_equal(c);
}

TensorType infer_bits(const InferContext& c) {
  if (is_float(c.operand(0).dtype)) c.fail(Error::Kind::Type, "needs bools or ints");
  return all_equal(c);
}

Value like(Value x, double value) { return splat(x.graph(), x.dtype(), value, x.shape()); }

} // namespace nngc
