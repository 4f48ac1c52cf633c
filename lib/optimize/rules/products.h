/// The axes of a dot_general, taken apart to be changed.
#pragma once

#include <optional>

#include "optimize/rule.h"

namespace nngc {

/// The axes of one operand.
struct Side {
  int rank = 0;
  Axes batch, contract;
  [[nodiscard]] bool is_free(std::int64_t axis) const;
  [[nodiscard]] Axes free() const; ///< ascending
  /// The axis of `other` that a contracted axis pairs with; empty for one that is not contracted.
  [[nodiscard]] std::optional<std::int64_t> partner(std::int64_t axis, const Side& other) const;
  /// The i-th free axis, if there is one.
  [[nodiscard]] std::optional<std::int64_t> free_axis_at(std::int64_t i) const;
  /// The operand has `after` axes where it had `before` from `first` on: the others move. Of
  /// contracted ones the first stays.
  void replace_axes(std::int64_t first, std::int64_t before, std::int64_t after);
};

class Product {
public:
  explicit Product(Value dot);
  [[nodiscard]] Side& side(int i) { return sides_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] const Side& side(int i) const { return sides_[static_cast<std::size_t>(i)]; }
  /// Where the axes of an operand that are free begin in the result.
  [[nodiscard]] std::int64_t result_axes_before(int side) const;
  /// The axis of the result that a free axis of an operand becomes.
  [[nodiscard]] std::int64_t result_axis(int side, std::int64_t axis) const;
  /// The product of other operands with the axes as they are now.
  [[nodiscard]] Value build(Value a, Value b) const;

private:
  Attrs attrs_;
  std::array<Side, 2> sides_;
};

} // namespace nngc
