// The interpreter's loop once more, with a hand on every result.
#include "test/fuzz/walker.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "eval/interpreter.h"
#include "eval/regions.h"
#include "test/conformance/trial.h"

namespace nngc::test {

namespace {

bool is_sum(const GraphData& graph, NodeId id) {
  const Lowering kind = graph.def(id).lowering;
  const Opcode op = graph.node(id).op;
  return kind == Lowering::Reduce || kind == Lowering::Dot || kind == Lowering::Conv ||
         kind == Lowering::ReduceWindow || op == Opcode::ScatterAdd || op == Opcode::CumReduce ||
         op == Opcode::Linrec;
}

/// How many terms make up one element of a sum.
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

double smallest_normal(DType dtype) {
  return dtype == DType::F64 ? std::numeric_limits<double>::min()
         : dtype == DType::F16
             ? 0x1p-14
             : static_cast<double>(std::numeric_limits<float>::min()); // bf16 has f32's exponents
}
double smallest_subnormal(DType dtype) { return smallest_normal(dtype) * 2 * epsilon(dtype); }

double rounded(DType dtype, double x) {
  if (dtype == DType::BF16) return from_bf16(to_bf16(static_cast<float>(x)));
  if (dtype == DType::F16) return from_f16(to_f16(static_cast<float>(x)));
  return x;
}

} // namespace

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

Walker::Walker(const GraphData& graph, std::int64_t n, std::optional<Noise> noise)
    : graph_(graph), n_(n), noise_(noise), random_(noise ? noise->seed : 0) {}

void Walker::set_input(NodeId input, const Tensor& value) {
  if (arrays_.size() <= input) arrays_.resize(input + 1);
  arrays_[input] = to_array(value, Domain::Plain);
}

void Walker::run(const std::vector<bool>& wanted) {
  arrays_.resize(std::max<std::size_t>(arrays_.size(), graph_.size()));
  traced_.resize(graph_.size());
  for (; done_ < graph_.size(); ++done_) {
    // What was traced on a loop's parameters stays behind in the graph, and has no value.
    if (graph_.node(done_).op == Opcode::Input)
      traced_[done_] = graph_.attrs(done_).get<std::string>("name").starts_with('%');
    for (const NodeId operand : graph_.operands(done_))
      if (traced_[operand]) traced_[done_] = true;
    if ((wanted.empty() || wanted[done_]) && graph_.node(done_).op != Opcode::Input &&
        !traced_[done_])
      run_node(done_);
  }
}

EvalArray Walker::zeros(const TensorType& type) const {
  EvalArray result;
  result.dtype = type.dtype;
  for (const Dim& d : type.shape) result.shape.push_back(d.at(n_));
  for (const std::int64_t extent : result.shape)
    if (extent < 0) throw Error(Error::Kind::Shape, "an extent of " + type.str() + " is negative");
  const auto size = static_cast<std::size_t>(result.size());
  if (!is_float(result.dtype))
    result.data = std::vector<std::int64_t>(size);
  else if (result.dtype == DType::F64)
    result.data = std::vector<double>(size);
  else
    result.data = std::vector<float>(size);
  return result;
}

/// Bodies are walked with noise of their own.
void Walker::run_bodies(NodeId id) {
  std::vector<const EvalArray*> operands;
  for (const NodeId operand : graph_.operands(id)) operands.push_back(&arrays_[operand]);
  RegionRunner run;
  run.body = [&](const Graph& body, std::vector<EvalArray> inputs) {
    std::optional<Noise> noise = noise_;
    if (noise) noise->seed = random_();
    Walker inner(*body.data(), n_, noise);
    const GraphData& g = *body.data();
    inner.arrays_.resize(g.size());
    for (std::size_t i = 0; i < inputs.size(); ++i)
      inner.arrays_[g.inputs[i].node] = std::move(inputs[i]);
    inner.run(live_nodes(g));
    std::vector<EvalArray> results;
    for (const Output& o : g.outputs) results.push_back(inner.arrays_[o.value.id()]);
    return results;
  };
  run.zeros = [&](const TensorType& type) { return zeros(type); };
  run.extent = [&](Dim d) { return d.at(n_); };
  run.known = [](Dim) { return true; };
  results_[id] = run_region(graph_, id, operands, run);
  arrays_[id] = results_[id].front();
}

void Walker::run_node(NodeId id) {
  if (graph_.node(id).op == Opcode::Result) {
    const auto index = static_cast<std::size_t>(graph_.attrs(id).get<std::int64_t>("index"));
    arrays_[id] = results_.at(graph_.operands(id)[0])[index];
    return;
  }
  if ((graph_.def(id).traits & trait::Region) != 0) return run_bodies(id);
  arrays_[id] = zeros(graph_.type(id));
  EvalArray& result = arrays_[id];
  EvalContext context{
      .operands = {},
      .result = result,
      .attrs = graph_.attrs(id),
      .dim_value = [](const void* n, Dim d) { return d.at(*static_cast<const std::int64_t*>(n)); },
      .self = &n_};
  for (const NodeId operand : graph_.operands(id)) context.operands.push_back(&arrays_[operand]);
  const bool disturbs = noise_ && is_rounded(graph_, id);
  std::vector<EvalArray> terms;
  if (disturbs && is_sum(graph_, id)) {
    // Each partial sum is rounded once: with k terms of about one size, the error is some
    // sqrt(k) roundings of a term for each of its sqrt(k) partial sums' sizes.
    terms.reserve(context.operands.size());
    for (const EvalArray*& operand : context.operands) {
      if (!is_float(operand->dtype)) continue;
      terms.push_back(*operand);
      disturb(terms.back(), noise_->roundings * (1 + std::sqrt(terms_of(graph_, id, context))),
              result.dtype == DType::F64 ? DType::F64 : DType::F32);
      operand = &terms.back();
    }
  }
  graph_.def(id).eval(context);
  // A power is a chain of products.
  const double steps = graph_.node(id).op == Opcode::Ipow ? 3 : 1;
  if (disturbs) disturb(result, noise_->roundings * steps, result.dtype);
  if (noise_ && noise_->signs && graph_.node(id).op == Opcode::Neg && is_float(result.dtype))
    disturb(result, 0, result.dtype);
}

void Walker::disturb(EvalArray& array, double roundings, DType unit) {
  // Sums of 16-bit floats run in f32: their terms move by less than they could store.
  const bool is_stored = unit == array.dtype;
  const double ulp = 2 * epsilon(unit), normal = smallest_normal(array.dtype),
               subnormal = smallest_subnormal(array.dtype);
  std::visit(
      [&]<class T>(std::vector<T>& data) {
        if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
          for (T& x : data) {
            const std::uint64_t bits = random_();
            const double sign = (bits & 1U) != 0 ? 1 : -1;
            const double amount = 0.5 + 0.5 * static_cast<double>(bits >> 11) * 0x1p-53;
            if (x == 0) {
              if (noise_->signs && sign < 0) x = -x;
              continue;
            }
            if (!std::isfinite(x) || roundings == 0) continue;
            const double now = static_cast<double>(x) +
                               (std::fabs(static_cast<double>(x)) < normal && is_stored
                                    ? sign * subnormal
                                    : static_cast<double>(x) * sign * amount * ulp * roundings);
            x = static_cast<T>(is_stored ? rounded(array.dtype, now) : now);
          }
      },
      array.data);
}

} // namespace nngc::test
