// The dtype of sums and products as an attribute.
#include "ops/accumulate.h"

#include <algorithm>

#include "ir/graph_data.h"
#include "nngc/ops.h"
#include "ops/axes.h"

namespace nngc {

void check_accumulation(const InferContext& c, bool adds) {
  if (!c.attrs.has("acc")) return;
  const DType x = c.operand(0).dtype, acc = c.attrs.get<DType>("acc");
  if (!adds) c.fail(Error::Kind::Attribute, "'acc' is for sums and products");
  if (!is_float(x))
    c.fail(Error::Kind::Type, "'acc' is for floats; ints add up modulo their width");
  if (!is_float(acc) || byte_size(acc) < std::max(4, byte_size(x)))
    c.fail(Error::Kind::Type,
           "'acc' is f32 or f64 and as wide as the operands, not " + std::string(name(acc)));
}

bool accumulates_in_double(const Attrs& attrs) {
  return attrs.get_or<DType>("acc", DType::F32) == DType::F64;
}

Widened widened(GraphData* graph, Opcode op, std::span<const Value> operands, const Attrs& attrs) {
  const auto acc = attrs.get<DType>("acc");
  Widened wide;
  wide.operands.assign(operands.begin(), operands.end());
  Attrs rest;
  // f32 is what 16-bit floats take by themselves; f64 for them keeps nothing of `out` = f32.
  for (const Attr& a : attrs.list())
    if (a.key != "acc" && (a.key != "out" || acc == DType::F32)) rest.set(a.key, a.value);
  if (acc == DType::F64)
    for (Value& v : wide.operands)
      if (is_float(v.dtype())) v = convert(v, acc);
  wide.result = append(graph, op, wide.operands, std::move(rest));
  return wide;
}

Value without_accumulation(GraphData* graph, Opcode op, std::span<const Value> operands,
                           const Attrs& attrs, DType result) {
  if (!attrs.has("acc")) return {};
  return convert(widened(graph, op, operands, attrs).result, result);
}

Value accumulate_in(Value v, DType dtype, Where where) {
  check_value("accumulate_in", v, where);
  GraphData* const graph = v.graph();
  const OpDef& def = graph->def(v.id());
  if (std::none_of(def.attrs.begin(), def.attrs.end(),
                   [](const AttrSpec& spec) { return spec.key == accumulate_spec.key; }))
    throw Error(Error::Kind::Argument,
                "accumulate_in: " + std::string(def.mnemonic) +
                    " adds nothing up; give the sum, the product or the contraction itself",
                where);
  std::vector<Value> operands;
  for (const NodeId id : graph->operands(v.id())) operands.emplace_back(graph, id);
  Attrs attrs = graph->attrs(v.id());
  attrs.set(accumulate_spec.key, dtype);
  return append(graph, graph->node(v.id()).op, operands, std::move(attrs), where);
}

} // namespace nngc
