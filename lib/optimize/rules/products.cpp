// Axes of products.
#include "optimize/rules/products.h"

#include <algorithm>

namespace nngc {

namespace {

bool contains(const Axes& axes, std::int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

} // namespace

bool Side::is_free(std::int64_t axis) const {
  return !contains(batch, axis) && !contains(contract, axis);
}

Axes Side::free() const {
  Axes axes;
  for (std::int64_t i = 0; i < rank; ++i)
    if (is_free(i)) axes.push_back(i);
  return axes;
}

std::optional<std::int64_t> Side::partner(std::int64_t axis, const Side& other) const {
  const auto at = std::find(contract.begin(), contract.end(), axis);
  if (at == contract.end()) return {};
  return other.contract[static_cast<std::size_t>(at - contract.begin())];
}

std::optional<std::int64_t> Side::free_axis_at(std::int64_t i) const {
  const Axes axes = free();
  if (i < 0 || i >= static_cast<std::int64_t>(axes.size())) return {};
  return axes[static_cast<std::size_t>(i)];
}

void Side::replace_axes(std::int64_t first, std::int64_t before, std::int64_t after) {
  const auto gone = [&](std::int64_t a) { return a >= first + after && a < first + before; };
  for (Axes* axes : {&batch, &contract}) {
    std::erase_if(*axes, gone);
    for (std::int64_t& a : *axes)
      if (a >= first + before) a += after - before;
  }
  rank += static_cast<int>(after - before);
}

Product::Product(Value dot) : attrs_(attrs_of(dot)) {
  for (int i = 0; i < 2; ++i)
    side(i) = {operand(dot, i).rank(), attr<Axes>(dot, i == 0 ? "batch_a" : "batch_b"),
               attr<Axes>(dot, i == 0 ? "contract_a" : "contract_b")};
}

std::int64_t Product::result_axes_before(int i) const {
  const auto batch = static_cast<std::int64_t>(sides_[0].batch.size());
  return i == 0 ? batch : batch + static_cast<std::int64_t>(sides_[0].free().size());
}

std::int64_t Product::result_axis(int i, std::int64_t axis) const {
  const Axes free = side(i).free();
  return result_axes_before(i) + (std::find(free.begin(), free.end(), axis) - free.begin());
}

Value Product::build(Value a, Value b) const {
  Attrs attrs = attrs_;
  attrs.set("batch_a", sides_[0].batch);
  attrs.set("batch_b", sides_[1].batch);
  attrs.set("contract_a", sides_[0].contract);
  attrs.set("contract_b", sides_[1].contract);
  return append(Opcode::DotGeneral, {a, b}, attrs, Where::current());
}

} // namespace nngc
