// Masked parts are kept apart as long as possible: 0 * inf is NaN, so a value that does not count
// must be thrown away last, after the local derivatives were multiplied in.
#include "autodiff/contributions.h"

#include <algorithm>

#include "ops/elementwise.h"

namespace nngc {

Value materialized(const Contribution& c) {
  return c.value && c.mask && !c.zero_outside ? select(c.mask, c.value, 0.0) : c.value;
}

Masked narrowed(const Masked& m, Value mask) {
  if (!m.value || !mask) return m;
  return {m.value, m.mask ? bit_and(m.mask, mask) : mask};
}

namespace {

bool same_mask(const Masked& a, const Masked& b) {
  return a.mask ? b.mask && a.mask.same(b.mask) : !b.mask;
}

bool exclude_each_other(const Masked& a, const Masked& b) {
  return a.mask && b.mask && logical_not(a.mask).same(b.mask);
}

Contribution sum_of_two(const Contribution& a, const Contribution& b) {
  if (same_mask(a, b)) return {{a.value + b.value, a.mask}, a.zero_outside && b.zero_outside};
  if (exclude_each_other(a, b)) return {{select(a.mask, a.value, b.value), {}}};
  // Where neither counts, the sum must not count either: the next local derivative may be infinite
  // there.
  const Value mask = a.mask && b.mask ? bit_or(a.mask, b.mask) : Value{};
  return {{materialized(a) + materialized(b), mask}, true};
}

} // namespace

Contribution sum_of(std::span<const Contribution> parts) {
  if (parts.empty()) return {};
  Contribution sum = parts[0];
  const DType dtype = sum.value.dtype();
  // Rounding to 8 or 11 bits after every addition loses what many users of one value contribute.
  const bool wide = parts.size() > 2 && byte_size(dtype) == 2;
  if (wide) sum.value = convert(sum.value, DType::F32);
  for (Contribution part : parts.subspan(1)) {
    if (wide) part.value = convert(part.value, DType::F32);
    sum = sum_of_two(sum, part);
  }
  if (wide) sum.value = convert(sum.value, dtype);
  return sum;
}

std::vector<bool> paths_between(const GraphData& graph, std::span<const Value> sources,
                                std::span<const Value> targets) {
  NodeId end = 0, first = graph.size();
  for (Value v : targets) end = std::max(end, v.id() + 1);
  std::vector<bool> flows(end), wanted(end);
  for (Value v : sources)
    if (v.id() < end) flows[v.id()] = true, first = std::min(first, v.id());
  for (NodeId id = first; id < end; ++id) {
    // The first result of a region op may be an int where another is a float.
    const bool region = (graph.def(id).traits & trait::Region) != 0;
    if (flows[id] || !graph.def(id).not_differentiable.empty() ||
        (!region && !is_float(graph.type(id).dtype)))
      continue;
    for (NodeId operand : graph.operands(id))
      if (flows[operand]) flows[id] = true;
  }
  for (Value v : targets) wanted[v.id()] = true;
  for (NodeId id = end; id-- > first;) {
    if (!wanted[id] || !flows[id]) continue;
    for (NodeId operand : graph.operands(id)) wanted[operand] = true;
  }
  for (NodeId id = 0; id < end; ++id) flows[id] = flows[id] && wanted[id];
  return flows;
}

namespace {
std::string label(Value v) {
  const GraphData& g = *v.graph();
  if (g.node(v.id()).op == Opcode::Input)
    return "input '" + g.attrs(v.id()).get<std::string>("name") + "'";
  return "%" + std::to_string(v.id()) + " (" + std::string(g.def(v.id()).mnemonic) + ")";
}
} // namespace

void rethrow_at(Value v, const Where& where, const Error& error) {
  throw Error(error.kind(), "derivative of " + label(v) + ": " + error.message(), where);
}

void check_differentiable(std::string_view what, Value v, Where where) {
  if (is_float(v.dtype())) return;
  throw Error(Error::Kind::Type,
              std::string(what) + ": " + label(v) + " is " + v.type().str() +
                  ", and only floats have derivatives",
              where);
}

void check_directions(std::string_view what, std::string_view of, std::span<const Value> values,
                      std::span<const Value> directions, Where where) {
  if (values.size() != directions.size())
    throw Error(Error::Kind::Argument,
                std::string(what) + ": " + std::to_string(directions.size()) + " " +
                    std::string(of) + "s for " + std::to_string(values.size()) +
                    (values.size() == 1 ? " value" : " values"),
                where);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!(values[i].type() == directions[i].type()))
      throw Error(Error::Kind::Shape,
                  std::string(what) + ": " + label(values[i]) + " is " + values[i].type().str() +
                      ", its " + std::string(of) + " " + directions[i].type().str(),
                  where);
}

} // namespace nngc
