// What gather and the scatters share: shapes, attributes, where an index points, who wins.
#include "ops/indexing.h"

#include <limits>

namespace nngc {

Shape infer_gathered(const InferContext& c) {
  const Shape &x = c.operand(0).shape, &indices = c.operand(1).shape;
  const auto axis = static_cast<int>(c.attrs.get<std::int64_t>("axis"));
  const auto batch = static_cast<int>(c.attrs.get_or<std::int64_t>("batch", 0));
  const auto& mode = c.attrs.get<std::string>("mode");
  check_axis(c, axis, x.rank());
  if (mode != "fill" && mode != "clip" && mode != "promise")
    c.fail(Error::Kind::Attribute, "the mode is fill, clip or promise, not '" + mode + "'");
  if (!is_int(c.operand(1).dtype)) c.fail(Error::Kind::Type, "indices must be ints");
  if (batch < 0 || batch > axis || batch > indices.rank())
    c.fail(Error::Kind::Attribute, "'batch' is " + std::to_string(batch) +
                                       ": it counts axes before 'axis' that the indices have too");
  for (int i = 0; i < batch; ++i)
    if (!(x[i] == indices[i]))
      c.fail(Error::Kind::Shape, "extents differ on batch axis " + std::to_string(i) + ": " +
                                     x[i].str() + " vs " + indices[i].str());
  std::vector<Dim> dims(x.begin(), x.begin() + axis);
  dims.insert(dims.end(), indices.begin() + batch, indices.end());
  dims.insert(dims.end(), x.begin() + axis + 1, x.end());
  return Shape(std::move(dims));
}

TensorType infer_scattered(const InferContext& c) {
  const TensorType &x = c.operand(0), &updates = c.operand(2);
  if (updates.dtype != x.dtype) c.fail(Error::Kind::Type, "x and updates differ in dtype");
  const Shape wanted = infer_gathered(c);
  if (!(updates.shape == wanted))
    c.fail(Error::Kind::Shape,
           "updates must be shaped " + wanted.str() + ", not " + updates.shape.str());
  return x;
}

Attrs index_attrs(int axis, int rank, IndexMode mode, int batch) {
  const char* text = mode == IndexMode::Fill   ? "fill"
                     : mode == IndexMode::Clip ? "clip"
                                               : "promise";
  Attrs attrs{{"axis", normalized(axis, rank)}, {"mode", std::string(text)}};
  if (batch != 0) attrs.set("batch", std::int64_t{batch}); // one spelling of none
  return attrs;
}

Value append_scatter(Opcode op, Value x, Value indices, Value updates, int axis, IndexMode mode,
                     int batch, Where where) {
  check_value(op_def(op).mnemonic, x, where);
  return append(op, {x, indices, updates}, index_attrs(axis, x.rank(), mode, batch), where);
}

Value append_scatter_add(Value x, Value indices, Value updates, const Attrs& attrs) {
  return append(Opcode::ScatterAdd, {x, indices, updates}, attrs, Where::current());
}

Value gathered(Value from, Value indices, const Attrs& attrs) {
  return append(Opcode::Gather, {from, indices}, attrs, Where::current());
}

/// Row-major numbers of the indices, shaped as the updates: nothing else tells the updates of one
/// element apart.
static Value numbers_of(GraphData* g, int rows, const Shape& updates, int axis) {
  Value order = splat(g, DType::I64, 0, updates);
  for (int i = axis; i < axis + rows; ++i) {
    const Value along =
        append(g, Opcode::Iota, {},
               {{"axis", std::int64_t{i}}, {"dtype", DType::I64}, {"shape", updates.dims()}});
    const Dim extent = updates[i];
    if (i == axis)
      order = along;
    else if (extent.is_static())
      order = order * static_cast<double>(extent.value()) + along;
    else // an extent used as a number: ones, counted
      order = order * reduce_sum(splat(g, DType::I64, 1, Shape{extent})) + along;
  }
  return order;
}

Winner winner_of(const Shape& x, Value indices, const Shape& updates, Value wants, bool last,
                 const Attrs& attrs) {
  GraphData* const g = indices.graph();
  const auto axis = static_cast<int>(attrs.get<std::int64_t>("axis"));
  const auto batch = static_cast<int>(attrs.get_or<std::int64_t>("batch", 0));
  const Value order = numbers_of(g, indices.rank() - batch, updates, axis);
  const double none = last ? -1 : 0x1p53; // beyond any number
  const Value claim = wants ? select(wants, order, none) : order;
  const Value nobody = splat(g, DType::I64, none, x);
  const Value owner = append(last ? Opcode::ScatterMax : Opcode::ScatterMin,
                             {nobody, indices, claim}, attrs, Where::current());
  const Value chosen = eq(gathered(owner, indices, attrs), order);
  return {wants ? bit_and(chosen, wants) : chosen, eq(owner, nobody)};
}

RowIndex::RowIndex(const EvalContext& c, const EvalArray& x, const EvalArray& indices)
    : x_(x), indices_(indices), axis_(static_cast<std::size_t>(c.attrs.get<std::int64_t>("axis"))),
      batch_(static_cast<std::size_t>(c.attrs.get_or<std::int64_t>("batch", 0))),
      clip_(c.attrs.get<std::string>("mode") == "clip") {}

bool RowIndex::source(const Index& index, Index& at) const {
  const auto first = index.begin() + static_cast<std::ptrdiff_t>(axis_);
  const auto last = first + static_cast<std::ptrdiff_t>(indices_.shape.size() - batch_);
  Index which(index.begin(), index.begin() + static_cast<std::ptrdiff_t>(batch_));
  which.insert(which.end(), first, last);
  std::int64_t row =
      std::get<std::vector<std::int64_t>>(indices_.data)[linear_index(indices_.shape, which)];
  // The bits of a u64 past 2^63 look negative: they are far beyond the end.
  if (indices_.dtype == DType::U64 && row < 0) row = std::numeric_limits<std::int64_t>::max();
  const std::int64_t extent = x_.shape[axis_];
  if (clip_ && extent > 0) row = std::clamp(row, std::int64_t{0}, extent - 1);
  if (row < 0 || row >= extent) return false;
  at.assign(index.begin(), first);
  at.push_back(row);
  at.insert(at.end(), last, index.end());
  return true;
}

} // namespace nngc
