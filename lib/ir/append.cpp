// The front door of a graph: every node is checked, inferred, simplified exactly and shared here.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "ir/graph_data.h"

namespace nngc {

void InferContext::fail(Error::Kind kind, const std::string& message) const {
  std::string text = std::string(op.mnemonic) + ": " + message;
  for (std::size_t i = 0; i < operands.size(); ++i)
    text += (i == 0 ? ": operands " : ", ") + operands[i]->str();
  throw Error(kind, text, where);
}

GraphData* common_graph(std::string_view op, std::span<const Value> values, Where where) {
  GraphData* graph = nullptr;
  for (Value v : values) {
    if (!v)
      throw Error(Error::Kind::Graph, std::string(op) + ": an operand is an empty Value", where);
    if (graph != nullptr && v.graph() != graph)
      throw Error(Error::Kind::Graph,
                  std::string(op) + ": operands of two graphs ('" + graph->name + "' and '" +
                      v.graph()->name + "'); build both in one graph",
                  where);
    graph = v.graph();
  }
  return graph;
}

void check_attrs(const OpDef& def, const Attrs& attrs, Where where) {
  for (const AttrSpec& spec : def.attrs) {
    const AttrValue* v = attrs.find(spec.key);
    if (v == nullptr && spec.required)
      throw Error(Error::Kind::Attribute,
                  std::string(def.mnemonic) + ": attribute '" + std::string(spec.key) +
                      "' is missing",
                  where);
    if (v != nullptr && v->index() != static_cast<std::size_t>(spec.kind))
      throw Error(Error::Kind::Attribute,
                  std::string(def.mnemonic) + ": attribute '" + std::string(spec.key) +
                      "' has the wrong type",
                  where);
  }
  for (const Attr& a : attrs.list())
    if (std::none_of(def.attrs.begin(), def.attrs.end(),
                     [&](const AttrSpec& s) { return s.key == a.key; }))
      throw Error(Error::Kind::Attribute,
                  std::string(def.mnemonic) + ": there is no attribute '" + std::string(a.key) +
                      "'",
                  where);
}

namespace {

void set_element(Tensor& t, double value) {
  switch (t.dtype()) {
  case DType::Bool: t.data<bool>()[0] = value != 0; break;
  case DType::I8: t.data<std::int8_t>()[0] = static_cast<std::int8_t>(value); break;
  case DType::I16: t.data<std::int16_t>()[0] = static_cast<std::int16_t>(value); break;
  case DType::I32: t.data<std::int32_t>()[0] = static_cast<std::int32_t>(value); break;
  case DType::I64: t.data<std::int64_t>()[0] = static_cast<std::int64_t>(value); break;
  case DType::U8: t.data<std::uint8_t>()[0] = static_cast<std::uint8_t>(value); break;
  case DType::U16: t.data<std::uint16_t>()[0] = static_cast<std::uint16_t>(value); break;
  case DType::U32: t.data<std::uint32_t>()[0] = static_cast<std::uint32_t>(value); break;
  case DType::U64: t.data<std::uint64_t>()[0] = static_cast<std::uint64_t>(value); break;
  case DType::BF16: t.data<std::uint16_t>()[0] = to_bf16(static_cast<float>(value)); break;
  case DType::F16: t.data<std::uint16_t>()[0] = to_f16(static_cast<float>(value)); break;
  case DType::F32: t.data<float>()[0] = static_cast<float>(value); break;
  case DType::F64: t.data<double>()[0] = value; break;
  }
}

double get_element(const Tensor& t, std::size_t i) {
  switch (t.dtype()) {
  case DType::Bool: return t.data<bool>()[i] ? 1 : 0;
  case DType::I8: return t.data<std::int8_t>()[i];
  case DType::I16: return t.data<std::int16_t>()[i];
  case DType::I32: return t.data<std::int32_t>()[i];
  case DType::I64: return static_cast<double>(t.data<std::int64_t>()[i]);
  case DType::U8: return t.data<std::uint8_t>()[i];
  case DType::U16: return t.data<std::uint16_t>()[i];
  case DType::U32: return t.data<std::uint32_t>()[i];
  case DType::U64: return static_cast<double>(t.data<std::uint64_t>()[i]);
  case DType::BF16: return from_bf16(t.data<std::uint16_t>()[i]);
  case DType::F16: return from_f16(t.data<std::uint16_t>()[i]);
  case DType::F32: return t.data<float>()[i];
  case DType::F64: return t.data<double>()[i];
  }
  return 0;
}

} // namespace

Value append(GraphData* graph, Opcode op, std::span<const Value> operands, Attrs attrs,
             Where where) {
  const OpDef& def = op_def(op);
  if (!operands.empty()) {
    GraphData* own = common_graph(def.mnemonic, operands, where);
    if (graph == nullptr) graph = own;
    if (own != graph)
      throw Error(Error::Kind::Graph,
                  std::string(def.mnemonic) + ": an operand belongs to another graph", where);
  }
  const int count = static_cast<int>(operands.size());
  if (count < def.min_operands || (def.max_operands >= 0 && count > def.max_operands))
    throw Error(Error::Kind::Argument,
                std::string(def.mnemonic) + ": takes " + (def.max_operands < 0 ? "at least " : "") +
                    std::to_string(def.min_operands) +
                    (def.min_operands == 1 ? " operand" : " operands") + ", got " +
                    std::to_string(count),
                where);
  check_attrs(def, attrs, where);

  // Nearly all ops have a few operands: these need no memory of their own.
  std::array<const TensorType*, 4> few_types;
  std::array<NodeId, 4> few_ids;
  std::vector<const TensorType*> many_types(operands.size() > few_ids.size() ? operands.size() : 0);
  std::vector<NodeId> many_ids(many_types.size());
  const std::span types =
      many_types.empty() ? std::span(few_types).first(operands.size()) : std::span(many_types);
  const std::span ids =
      many_ids.empty() ? std::span(few_ids).first(operands.size()) : std::span(many_ids);
  for (std::size_t i = 0; i < operands.size(); ++i)
    types[i] = &operands[i].type(), ids[i] = operands[i].id();
  const TensorType type = def.infer({def, types, attrs, where, operands});

  if (def.simplify != nullptr)
    if (const Value same = def.simplify(graph, operands, attrs, type)) return same;
  if ((def.traits & trait::Commutative) != 0) std::sort(ids.begin(), ids.end());
  const std::uint32_t type_id = !operands.empty() && type == *types[0]
                                    ? graph->node(operands[0].id()).type
                                    : graph->intern_type(type);
  // A result is of its op's epoch: there is one node for it, whoever asks.
  const std::uint8_t epoch = op == Opcode::Result ? graph->node(ids[0]).epoch : graph->epoch;
  const std::uint8_t before = std::exchange(graph->epoch, epoch);
  const NodeId id = graph->intern(op, ids, type_id, graph->intern_attrs(attrs));
  graph->epoch = before;
  return {graph, id};
}

Value copy_node(const GraphData& from, NodeId id, GraphData* graph,
                std::span<const Value> operands) {
  const Section saved = std::exchange(graph->section, from.node(id).section);
  const Value v = append(graph, from.node(id).op, operands, from.attrs(id));
  graph->section = saved;
  return v;
}

Value splat(GraphData* graph, DType dtype, double value, const Shape& shape, Where where) {
  GraphData::RecentSplat& recent = graph->recent_splat(dtype, value, shape);
  if (recent.node != GraphData::no_origin) return {graph, recent.node};
  auto literal = std::make_shared<Tensor>(dtype, std::vector<std::int64_t>{});
  set_element(*literal, value);
  Attrs attrs{{"shape", shape.dims()}, {"value", Literal(std::move(literal))}};
  const Value v = append(graph, Opcode::Constant, {}, std::move(attrs), where);
  recent.node = v.id();
  return v;
}

bool is_splat(Value v, double& element) {
  GraphData* g = v.graph();
  NodeId id = v.id();
  while (g->node(id).op == Opcode::BroadcastInDim || g->node(id).op == Opcode::Reshape)
    id = g->operands(id)[0];
  if (g->node(id).op != Opcode::Constant) return false;
  const Tensor& t = *g->attrs(id).get<Literal>("value");
  if (t.size() != 1) return false;
  return element = get_element(t, 0), true;
}

} // namespace nngc
