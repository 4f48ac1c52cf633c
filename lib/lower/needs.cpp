// Which groups wait for which, what for, and how ops take what they read.
#include <algorithm>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

void set_bit(std::vector<std::uint64_t>& bits, int i) {
  const auto word = static_cast<std::size_t>(i) / 64;
  if (word >= bits.size()) bits.resize(word + 1);
  bits[word] |= std::uint64_t{1} << (i % 64);
}

void merge(std::vector<std::uint64_t>& into, const std::vector<std::uint64_t>& more) {
  if (more.size() > into.size()) into.resize(more.size());
  for (std::size_t w = 0; w < more.size(); ++w) into[w] |= more[w];
}

} // namespace

void add_needs(Plan& plan, int group, const std::vector<int>& needs) {
  std::vector<std::uint64_t> extra;
  for (int d : needs) {
    set_bit(extra, d);
    merge(extra, plan.closure[static_cast<std::size_t>(d)]);
  }
  merge(plan.closure[static_cast<std::size_t>(group)], extra);
  // Groups are numbered by creation, but an earlier one may depend on a later one by a root added
  // since.
  for (std::size_t k = 0; k < plan.groups.size(); ++k)
    if (plan.depends(static_cast<int>(k), group)) merge(plan.closure[k], extra);
}

bool may_need(const Plan& plan, int group, const std::vector<int>& needs) {
  return std::none_of(needs.begin(), needs.end(),
                      [&](int d) { return d == group || plan.depends(d, group); });
}

bool resolves(const Plan& plan, NodeId v) {
  const Index any(static_cast<std::size_t>(plan.graph->type(v).shape.rank()));
  NodeId base = 0;
  loop::Affine position;
  return resolve(plan, v, any, base, position);
}

const std::vector<int>& needs_of_memory(const Plan& plan, NodeId v) {
  const Index any(static_cast<std::size_t>(plan.graph->type(v).shape.rank()));
  NodeId base = v;
  loop::Affine position;
  resolve(plan, v, any, base, position);
  return plan.needs[base];
}

bool taken_by_value(Lowering op, std::size_t operand) {
  switch (op) {
  case Lowering::Pad:
  case Lowering::Gather: return operand == 1;
  case Lowering::DynamicSlice: return operand > 0;
  case Lowering::DynamicUpdateSlice: return operand != 1;
  default: return false;
  }
}

bool windows_overlap(const GraphData& g, NodeId windows) {
  const Attrs& attrs = g.attrs(windows);
  const auto &dims = attrs.get<Axes>("dims"), &strides = attrs.get<Axes>("strides"),
             &dilation = attrs.get<Axes>("dilation");
  for (std::size_t i = 0; i < dims.size(); ++i)
    if (dims[i] > 1 && (dims[i] - 1) * dilation[i] >= strides[i]) return true;
  return false;
}

bool small_windows_of_border(const Plan& plan, NodeId windows) {
  constexpr std::int64_t most_elements = 16;
  const GraphData& g = *plan.graph;
  std::int64_t elements = 1;
  for (const std::int64_t n : g.attrs(windows).get<Axes>("dims"))
    elements = std::min(elements, most_elements + 1) * n;
  const NodeId o = g.operands(windows)[0];
  if (elements > most_elements || g.node(o).op != Opcode::Pad || pads_between(g, o) ||
      plan.cost[g.operands(o)[0]] > 1)
    return false;
  // The axis that will lie in lanes.
  const Shape& shape = g.type(g.operands(o)[0]).shape;
  int last = shape.rank() - 1;
  while (last > 0 && shape[last] == Dim(1)) --last;
  const auto at = static_cast<std::size_t>(last);
  return last >= 0 && g.attrs(o).get<Axes>("lo")[at] == 0 && g.attrs(o).get<Axes>("hi")[at] == 0;
}

bool pads_between(const GraphData& g, NodeId id) {
  if (g.node(id).op != Opcode::Pad) return false;
  return std::ranges::any_of(g.attrs(id).get<Axes>("interior"),
                             [](std::int64_t n) { return n != 0; });
}

} // namespace nngc::lower_detail
