// The table: what docs/accuracy.md and the ops' own files promise.
#include "test/fuzz/roundings.h"

#include <algorithm>
#include <cmath>

#include "ops/accumulate.h"
#include "test/conformance/trial.h"

namespace nngc::test {

bool is_sum(const GraphData& graph, NodeId id) {
  const Lowering kind = graph.def(id).lowering;
  const Opcode op = graph.node(id).op;
  return kind == Lowering::Reduce || kind == Lowering::Dot || kind == Lowering::Conv ||
         kind == Lowering::ReduceWindow || op == Opcode::ScatterAdd || op == Opcode::CumReduce ||
         op == Opcode::Linrec;
}

bool is_rounded(const GraphData& graph, NodeId id) {
  if (!is_float(graph.type(id).dtype)) return false;
  const OpDef& def = graph.def(id);
  if (is_sum(graph, id)) {
    const Opcode op = graph.node(id).op;
    if (op != Opcode::Reduce && op != Opcode::CumReduce && op != Opcode::ReduceWindow) return true;
    const auto& kind = graph.attrs(id).get<std::string>("kind");
    return kind == "add" || kind == "mul";
  }
  if (def.lowering != Lowering::Elementwise) return false;
  switch (graph.node(id).op) {
  case Opcode::Neg:
  case Opcode::Abs:
  case Opcode::Max:
  case Opcode::Min:
  case Opcode::Round:
  case Opcode::Select: return false;
  case Opcode::Convert: { // from ints the result is rounded, but everywhere alike
    const DType from = graph.type(graph.operands(id)[0]).dtype;
    return is_float(from) && epsilon(from) < epsilon(graph.type(id).dtype);
  }
  default: return true;
  }
}

bool is_open(const GraphData& graph, NodeId id) {
  if ((graph.def(id).traits & trait::Region) != 0)
    for (const Attr& a : graph.attrs(id).list())
      if (const auto* body = std::get_if<Region>(&a.value)) {
        const GraphData& inner = *(*body)->data();
        for (NodeId node = 0; node < inner.size(); ++node)
          if (is_open(inner, node)) return true;
      }
  if (!is_rounded(graph, id)) return false;
  const Opcode op = graph.node(id).op;
  if (op == Opcode::CumReduce || op == Opcode::Linrec || op == Opcode::Rem) return false;
  return is_sum(graph, id) || op == Opcode::Rsqrt || (graph.def(id).traits & trait::Expensive) != 0;
}

double terms_of(const GraphData& graph, NodeId id, const EvalContext& context) {
  double count = 1;
  const std::vector<std::int64_t>& shape = context.operands[0]->shape;
  if (graph.node(id).op == Opcode::DotGeneral) {
    for (const std::int64_t axis : context.attrs.get<std::vector<std::int64_t>>("contract_a"))
      count *= static_cast<double>(shape[static_cast<std::size_t>(axis)]);
  } else if (graph.node(id).op == Opcode::CumReduce || graph.node(id).op == Opcode::Linrec) {
    const auto axis = context.attrs.get<std::int64_t>("axis");
    count = static_cast<double>(shape[static_cast<std::size_t>(axis)]);
  } else if (graph.node(id).op == Opcode::Reduce) {
    count = static_cast<double>(context.operands[0]->size()) /
            static_cast<double>(std::max<std::int64_t>(context.result.size(), 1));
  } else if (graph.node(id).op == Opcode::ConvGeneral) {
    const EvalArray& w = *context.operands[1];
    count = static_cast<double>(w.size()) /
            static_cast<double>(std::max<std::int64_t>(w.shape.back(), 1));
  } else if (graph.node(id).op == Opcode::ReduceWindow) {
    for (const std::int64_t extent : context.attrs.get<std::vector<std::int64_t>>("dims"))
      count *= static_cast<double>(extent);
  } else {
    count += static_cast<double>(context.operands[1]->size()); // all updates may hit one row
  }
  return std::max(count, 1.0);
}

double roundings_of(const GraphData& graph, NodeId id, const EvalContext& context) {
  if (!is_rounded(graph, id)) return 0;
  const Opcode op = graph.node(id).op;
  if (is_sum(graph, id)) {
    if (accumulates_in_double(context.attrs) && graph.type(id).dtype != DType::F64)
      return 1; // at the end; those in f64 are nothing beside it
    const double terms = terms_of(graph, id, context);
    if (op == Opcode::Linrec) return 2 * (terms - 1); // a product and a sum per step
    if (op == Opcode::DotGeneral || op == Opcode::ConvGeneral) return terms; // products, and sums
    return terms - 1;
  }
  switch (op) {
  case Opcode::Rem: return 0; // always exact
  case Opcode::Rsqrt: return 2;
  case Opcode::Ipow: { // a chain of squarings is as wide as its last exponent
    const auto n = static_cast<double>(context.attrs.get<std::int64_t>("n"));
    return std::max(std::fabs(n) - 1, 0.0) + (n < 0 ? 1 : 0);
  }
  default: // a unit in the last place for functions, half of one for + - * / and roots
    return (graph.def(id).traits & trait::Expensive) != 0 ? 2 : 1;
  }
}

} // namespace nngc::test
