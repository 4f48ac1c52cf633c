// The interpreter's loop once more, with a hand on every result.
#include "test/fuzz/walker.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "eval/interpreter.h"
#include "eval/regions.h"
#include "test/conformance/trial.h"
#include "test/fuzz/error_bound.h"
#include "test/fuzz/roundings.h"

namespace nngc::test {

namespace {

double smallest_normal(DType dtype) {
  return dtype == DType::F64 ? std::numeric_limits<double>::min()
         : dtype == DType::F16
             ? 0x1p-14
             : static_cast<double>(std::numeric_limits<float>::min()); // bf16 has f32's exponents
}

double rounded(DType dtype, double x) {
  if (dtype == DType::BF16) return from_bf16(to_bf16(static_cast<float>(x)));
  if (dtype == DType::F16) return from_f16(to_f16(static_cast<float>(x)));
  return x;
}

} // namespace

Walker::Walker(const GraphData& graph, std::int64_t n, std::optional<Noise> noise)
    : graph_(graph), n_(n), noise_(noise), random_(noise ? noise->seed : 0) {}

Walker Walker::with_errors(const GraphData& graph, std::int64_t n) {
  Walker walker(graph, n);
  walker.has_errors_ = true;
  return walker;
}

void Walker::set_input(NodeId input, const Tensor& value) {
  if (arrays_.size() <= input) arrays_.resize(input + 1);
  arrays_[input] = to_array(value, has_errors_ ? Domain::Complex : Domain::Plain);
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
  else if (has_errors_)
    result.data = std::vector<Complex>(size);
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
    inner.has_errors_ = has_errors_;
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
  if (has_errors_) return eval_with_error(graph_, id, context);
  graph_.def(id).eval(context);
  if (disturbs && noise_->signs) lift_underflow(id, context);
  // A sum is rounded by its terms already. Functions are a whole unit off, which noise is anyway.
  const double units =
      is_sum(graph_, id) ? 1 : std::max(roundings_of(graph_, id, context) / 2, 1.0);
  if (disturbs) disturb(result, noise_->roundings * units, result.dtype);
  if (noise_ && noise_->signs && graph_.node(id).op == Opcode::Neg && is_float(result.dtype))
    disturb(result, 0, result.dtype);
}

void Walker::lift_underflow(NodeId id, const EvalContext& context) {
  switch (graph_.node(id).op) {
  case Opcode::Exp:
  case Opcode::Logistic:
  case Opcode::Mul:
  case Opcode::Div:
  case Opcode::Pow:
  case Opcode::Ipow:
  case Opcode::Convert: break;
  default: return;
  }
  const auto is_zero_of_its_own = [&](std::size_t i) {
    return std::ranges::any_of(context.operands, [&](const EvalArray* operand) {
      return std::visit(
          [&]<class T>(const std::vector<T>& data) {
            double x = 1; // ints have no underflow, complex numbers no noise
            if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) x = data[i];
            return x == 0 || !std::isfinite(x);
          },
          operand->data);
    });
  };
  std::visit(
      [&]<class T>(std::vector<T>& data) {
        if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
          for (std::size_t i = 0; i < data.size(); ++i)
            if (data[i] == 0 && !is_zero_of_its_own(i) && (random_() & 1U) != 0)
              data[i] =
                  std::copysign(static_cast<T>(smallest_subnormal(context.result.dtype)), data[i]);
      },
      context.result.data);
}

void Walker::disturb(EvalArray& array, double roundings, DType unit) {
  // Sums of 16-bit floats run in f32: their terms move by less than they could store.
  const bool is_stored = unit == array.dtype;
  const double ulp = 2 * epsilon(unit), normal = smallest_normal(array.dtype),
               subnormal = smallest_subnormal(array.dtype);
  const std::uint64_t first = noise_->together ? random_() : 0;
  std::visit(
      [&]<class T>(std::vector<T>& data) {
        if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
          for (T& x : data) {
            const std::uint64_t bits = random_();
            const double sign = ((noise_->together ? first : bits) & 1U) != 0 ? 1 : -1;
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
