// What dynamic_slice and dynamic_update_slice share.
#include "ops/dynamic.h"

#include <limits>

namespace nngc {

void check_window(const InferContext& c, std::size_t first, const std::vector<Dim>& sizes) {
  const Shape& x = c.operand(0).shape;
  check_length(c, "start", c.operands.size() - first, x.rank());
  for (std::size_t i = first; i < c.operands.size(); ++i) {
    if (c.operands[i]->shape.rank() != 0) c.fail(Error::Kind::Shape, "a start must have rank 0");
    if (!is_int(c.operands[i]->dtype)) c.fail(Error::Kind::Type, "a start must be an int");
  }
  check_extents(c, sizes);
  for (int i = 0; i < x.rank(); ++i)
    if (!at_most(sizes[static_cast<std::size_t>(i)], x[i]))
      c.fail(Error::Kind::Shape, "the window of " + Shape(sizes).str() +
                                     " is larger than x on axis " + std::to_string(i));
}

Index window_start(const EvalContext& c, std::size_t first, const Index& sizes) {
  const Index& from = c.operands[0]->shape;
  Index start;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const EvalArray& given = *c.operands[first + i];
    std::int64_t at = std::get<std::vector<std::int64_t>>(given.data)[0];
    if (given.dtype == DType::U64 && at < 0) at = std::numeric_limits<std::int64_t>::max();
    start.push_back(std::clamp(at, std::int64_t{0}, from[i] - sizes[i]));
  }
  return start;
}

std::vector<Value> with_start(std::string_view op, std::vector<Value> operands,
                              std::span<const Value> start, Where where) {
  for (const Value v : operands) check_value(op, v, where);
  for (const Value v : start) check_value(op, v, where);
  operands.insert(operands.end(), start.begin(), start.end());
  return operands;
}

std::vector<Value> with_start(std::vector<Value> operands, const DiffContext& c, int first) {
  for (int i = first; i < c.operand_count(); ++i) operands.push_back(c.operand(i));
  return operands;
}

Value append_dynamic_slice(const std::vector<Value>& operands, const Shape& sizes) {
  return append(operands[0].graph(), Opcode::DynamicSlice, operands, {{"sizes", sizes.dims()}});
}

Value append_dynamic_update(const std::vector<Value>& operands) {
  return append(operands[0].graph(), Opcode::DynamicUpdateSlice, operands);
}

} // namespace nngc
