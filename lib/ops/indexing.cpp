// What gather and scatter_add share: shapes, attributes, and where an index points.
#include "ops/indexing.h"

#include <limits>

namespace nngc {

Shape infer_gathered(const InferContext& c) {
  const Shape &x = c.operand(0).shape, &indices = c.operand(1).shape;
  const auto axis = static_cast<int>(c.attrs.get<std::int64_t>("axis"));
  const auto& mode = c.attrs.get<std::string>("mode");
  check_axis(c, axis, x.rank());
  if (mode != "fill" && mode != "clip" && mode != "promise")
    c.fail(Error::Kind::Attribute, "the mode is fill, clip or promise, not '" + mode + "'");
  if (!is_int(c.operand(1).dtype)) c.fail(Error::Kind::Type, "indices must be ints");
  std::vector<Dim> dims(x.begin(), x.begin() + axis);
  dims.insert(dims.end(), indices.begin(), indices.end());
  dims.insert(dims.end(), x.begin() + axis + 1, x.end());
  return Shape(std::move(dims));
}

Attrs index_attrs(int axis, int rank, IndexMode mode) {
  const char* text = mode == IndexMode::Fill   ? "fill"
                     : mode == IndexMode::Clip ? "clip"
                                               : "promise";
  return {{"axis", normalized(axis, rank)}, {"mode", std::string(text)}};
}

RowIndex::RowIndex(const EvalContext& c, const EvalArray& x, const EvalArray& indices)
    : x_(x), indices_(indices), axis_(static_cast<std::size_t>(c.attrs.get<std::int64_t>("axis"))),
      clip_(c.attrs.get<std::string>("mode") == "clip") {}

bool RowIndex::source(const Index& index, Index& at) const {
  const auto first = index.begin() + static_cast<std::ptrdiff_t>(axis_);
  const auto last = first + static_cast<std::ptrdiff_t>(indices_.shape.size());
  const Index which(first, last);
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
