// How a mask goes on behind the ops that repeat and that sum. The cotangent is 0 where the mask is
// false, and exact zeros survive both, so the mask costs nothing until a rule further down
// multiplies: there 0 * inf is NaN, and only the mask still knows that nothing counted.
#include <algorithm>

#include "autodiff/contributions.h"
#include "ops/broadcast.h"
#include "ops/elementwise.h"

namespace nngc {

namespace {

// As deep as masks are written: not(and(a < b, c < d)).
constexpr int depth_of_masks = 4;

// A broadcast: where each axis of `from` is in the result, and which axes of that repeat it.
struct Repeat {
  Shape from;
  Axes dims, repeated;
};

Repeat repeat_of(Value v) {
  const GraphData& g = *v.graph();
  Repeat r{g.type(g.operands(v.id())[0]).shape, g.attrs(v.id()).get<Axes>("dims"), {}};
  r.repeated = repeated_axes(r.dims, r.from, v.shape());
  return r;
}

// `x`, if it is the same all along what `repeat` repeats, as the tensor of which that makes its
// shape; empty where it cannot be told from the last few nodes.
Value unrepeated(Value x, const Repeat& repeat, int depth) {
  GraphData* const g = x.graph();
  if (splat_literal(x) != nullptr)
    return append(
        g, Opcode::Constant, {},
        {{"shape", repeat.from.dims()}, {"value", g->attrs(x.id()).get<Literal>("value")}});
  if (depth == 0) return {};
  if (g->node(x.id()).op == Opcode::BroadcastInDim) {
    const Repeat own = repeat_of(x);
    if (!std::ranges::all_of(repeat.repeated, [&](auto a) { return contains(own.repeated, a); }))
      return {};
    // Axes of its operand that the wanted shape lacks are of extent 1.
    std::vector<Dim> dims;
    Axes to;
    for (int i = 0; i < own.from.rank(); ++i) {
      const std::int64_t axis = own.dims[static_cast<std::size_t>(i)];
      const auto at = std::find(repeat.dims.begin(), repeat.dims.end(), axis);
      if (at == repeat.dims.end()) continue;
      dims.push_back(own.from[i]);
      to.push_back(at - repeat.dims.begin());
    }
    const Value narrow = reshape({g, g->operands(x.id())[0]}, Shape(std::move(dims)));
    return broadcast_in_dim(narrow, repeat.from, std::move(to));
  }
  if ((g->def(x.id()).traits & trait::Elementwise) == 0) return {};
  const std::vector<NodeId> ids(g->operands(x.id()).begin(), g->operands(x.id()).end());
  std::vector<Value> operands;
  for (NodeId id : ids) {
    operands.push_back(unrepeated({g, id}, repeat, depth - 1));
    if (!operands.back()) return {};
  }
  return append(g, g->node(x.id()).op, operands, Attrs(g->attrs(x.id())));
}

// Whether the rule of the op of `v` can make use of a mask that comes with its cotangent.
bool takes_masks(Value v) {
  const OpDef& def = v.graph()->def(v.id());
  const Opcode op = v.graph()->node(v.id()).op;
  return def.diff != nullptr || (def.traits & trait::MasksThrough) != 0 ||
         op == Opcode::BroadcastInDim || op == Opcode::Reduce;
}

// An element of the operand counts if one of those that repeat it does.
Value behind_broadcast(Value v, Value x, Value mask) {
  const Repeat repeat = repeat_of(v);
  if (const Value narrow = unrepeated(mask, repeat, depth_of_masks)) return narrow;
  return reshape(repeat.repeated.empty() ? mask : reduce_or(mask, repeat.repeated), x.shape());
}

// All that were combined count if the result does.
Value behind_reduce(Value x, Value mask, const Axes& axes) {
  const bool kept = mask.rank() == x.rank();
  return broadcast_in_dim(mask, x.shape(), kept ? all_axes(x.rank()) : other_axes(x.rank(), axes));
}

bool is_product(Value reduce) {
  return reduce.graph()->attrs(reduce.id()).get<std::string>("kind") == "mul";
}

} // namespace

Contribution masked_behind(Value v, Value value, Value mask) {
  GraphData* const g = v.graph();
  const Opcode op = g->node(v.id()).op;
  if (op != Opcode::BroadcastInDim && op != Opcode::Reduce) return {{value, {}}};
  if (!value || !mask) return {{value, {}}};
  const Value x(g, g->operands(v.id())[0]);
  // The others' product may be infinite, and times 0 it is no zero.
  const bool zero_outside = op == Opcode::BroadcastInDim || !is_product(v);
  if (zero_outside && !takes_masks(x)) return {{value, {}}};
  if (op == Opcode::BroadcastInDim) return {{value, behind_broadcast(v, x, mask)}, true};
  return {{value, behind_reduce(x, mask, Axes(g->attrs(v.id()).get<Axes>("axes")))}, zero_outside};
}

} // namespace nngc
