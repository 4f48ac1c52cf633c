// Recipes: built, and computed op by op.
#include "test/unit/optimize/recipe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "eval/interpreter.h"
#include "nngc/ops.h"

namespace nngc::test {

namespace {

Attrs as_dtype(const Recipe& recipe, const Recipe::Step& step, DType as) {
  Attrs attrs = step.attrs;
  if (attrs.has("dtype") && attrs.get<DType>("dtype") == recipe.dtype) attrs.set("dtype", as);
  return attrs;
}

/// number, number + slope, ...
Tensor ramp_of(const TensorType& type, double number, double slope);

Literal splat_of(DType dtype, double number) {
  Graph g;
  const Value v = g.scalar(dtype, number);
  return g.data()->attrs(v.id()).get<Literal>("value");
}

EvalArray empty_array(const TensorType& type) {
  EvalArray a;
  a.dtype = type.dtype;
  for (const Dim& d : type.shape) a.shape.push_back(d.value());
  const auto n = static_cast<std::size_t>(a.size());
  if (!is_float(type.dtype))
    a.data = std::vector<std::int64_t>(n);
  else if (type.dtype == DType::F64)
    a.data = std::vector<double>(n);
  else
    a.data = std::vector<float>(n);
  return a;
}

EvalArray computed(Opcode op, const Attrs& attrs, const TensorType& type,
                   std::vector<const EvalArray*> operands) {
  EvalArray result = empty_array(type);
  EvalContext context{.operands = std::move(operands), .result = result, .attrs = attrs};
  op_def(op).eval(context);
  return result;
}

double element(DType dtype, std::uint32_t bits) {
  return dtype == DType::BF16 ? from_bf16(static_cast<std::uint16_t>(bits))
                              : from_f16(static_cast<std::uint16_t>(bits));
}

template <class T> void put(Tensor& t, std::size_t i, double x) {
  t.data<T>()[i] = static_cast<T>(x);
}
void put_float(Tensor& t, std::size_t i, double x) {
  switch (t.dtype()) {
  case DType::F64: return put<double>(t, i, x);
  case DType::F32: return put<float>(t, i, x);
  case DType::F16: t.data<std::uint16_t>()[i] = to_f16(static_cast<float>(x)); return;
  default: t.data<std::uint16_t>()[i] = to_bf16(static_cast<float>(x));
  }
}
void put_bits(Tensor& t, std::size_t i, std::uint64_t bits) {
  auto* p =
      static_cast<std::uint8_t*>(t.raw()) + i * static_cast<std::size_t>(byte_size(t.dtype()));
  for (int b = 0; b < byte_size(t.dtype()); ++b) p[b] = static_cast<std::uint8_t>(bits >> (8 * b));
}

Tensor ramp_of(const TensorType& type, double number, double slope) {
  std::vector<std::int64_t> shape;
  for (const Dim& d : type.shape) shape.push_back(d.value());
  Tensor t(type.dtype, shape);
  for (std::size_t i = 0; i < static_cast<std::size_t>(t.size()); ++i)
    put_float(t, i, number + slope * static_cast<double>(i));
  return t;
}

double special(DType dtype, std::mt19937& random) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const bool f16 = dtype == DType::F16;
  const std::array<double, 12> list = {0.0,
                                       -0.0,
                                       inf,
                                       -inf,
                                       std::nan(""),
                                       1.0,
                                       -1.0,
                                       f16 ? 65504 : 3e38,
                                       f16 ? 6e-8 : 1e-42,
                                       f16 ? -6e-5 : -1e-38,
                                       0.5,
                                       -2.0};
  return list[random() % list.size()];
}

} // namespace

Graph build(const Recipe& recipe, DType as, const std::vector<Tensor>* leaves,
            std::map<Opcode, int>* simplified) {
  Graph g("recipe");
  std::vector<Value> values;
  std::size_t leaf = 0;
  for (const Recipe::Step& step : recipe.steps) {
    TensorType type = step.type;
    if (type.dtype == recipe.dtype) type.dtype = as;
    if (step.op == Opcode::Input) {
      values.push_back(leaves != nullptr ? constant(g, (*leaves)[leaf])
                                         : g.input("x" + std::to_string(leaf), type));
      ++leaf;
      continue;
    }
    if (step.op == Opcode::Constant && step.slope != 0) {
      values.push_back(constant(g, ramp_of(type, step.number, step.slope)));
      continue;
    }
    if (step.op == Opcode::Constant) {
      values.push_back(
          append(g.data(), Opcode::Constant, {},
                 {{"shape", type.shape.dims()}, {"value", splat_of(type.dtype, step.number)}}));
      continue;
    }
    std::vector<Value> operands;
    for (const int o : step.operands) operands.push_back(values[static_cast<std::size_t>(o)]);
    const std::size_t before = g.node_count();
    const Value v = append(g.data(), step.op, operands, as_dtype(recipe, step, as));
    if (simplified != nullptr && g.node_count() == before && g.data()->node(v.id()).op != step.op)
      ++(*simplified)[step.op];
    // A node of the same op that is no new one may be shared, or an operand of this one.
    if (simplified != nullptr && g.node_count() == before && g.data()->node(v.id()).op == step.op)
      for (const Value o : operands) (*simplified)[step.op] += o.same(v) ? 1 : 0;
    values.push_back(v);
  }
  g.output("r", values.back());
  return g;
}

std::vector<Tensor> leaves_of(const Recipe& recipe, Fill fill, double low, double high,
                              std::mt19937& random) {
  std::vector<Tensor> list;
  for (const Recipe::Step& step : recipe.steps) {
    if (step.op != Opcode::Input) continue;
    std::vector<std::int64_t> shape;
    for (const Dim& d : step.type.shape) shape.push_back(d.value());
    Tensor t(step.type.dtype, shape);
    const auto n = static_cast<std::size_t>(t.size());
    std::vector<std::uint32_t> order;
    if (fill == Fill::AllF16) {
      for (std::uint32_t i = 0; i < 65536; ++i) order.push_back(i);
      if (!list.empty()) std::shuffle(order.begin(), order.end(), random);
    }
    for (std::size_t i = 0; i < n; ++i) {
      const DType dtype = t.dtype();
      if (dtype == DType::Bool)
        put_bits(t, i, random() % 2);
      else if (fill == Fill::AllF16 && is_float(dtype))
        put_float(t, i, element(DType::F16, order[i % order.size()]));
      else if (is_float(dtype))
        put_float(t, i,
                  fill == Fill::Specials && random() % 2 == 0
                      ? special(dtype, random)
                      : std::uniform_real_distribution<>(low, high)(random));
      else if (fill == Fill::Specials) // wild bits, and numbers near the ends
        put_bits(t, i,
                 random() % 2 == 0
                     ? (std::uint64_t{random()} << 32 | random())
                     : (std::uint64_t{1} << (8 * byte_size(dtype) - 1)) - random() % 3);
      else
        put_bits(t, i,
                 static_cast<std::uint64_t>(static_cast<std::int64_t>(random() % 9) -
                                            (is_signed_int(dtype) ? 4 : 0)));
    }
    list.push_back(std::move(t));
  }
  return list;
}

Tensor converted(const Tensor& t, DType from, DType to) {
  if (t.dtype() != from || from == to) return t;
  const EvalArray wide = to_array(t, Domain::Plain);
  Tensor result(to, t.shape());
  for (std::size_t i = 0; i < static_cast<std::size_t>(t.size()); ++i)
    put_float(result, i,
              from == DType::F64 ? std::get<std::vector<double>>(wide.data)[i]
                                 : std::get<std::vector<float>>(wide.data)[i]);
  return result;
}

Tensor op_by_op(const Recipe& recipe, const std::vector<Tensor>& leaves) {
  std::vector<EvalArray> arrays;
  arrays.reserve(recipe.steps.size());
  std::size_t leaf = 0;
  for (const Recipe::Step& step : recipe.steps) {
    if (step.op == Opcode::Input) {
      arrays.push_back(to_array(leaves[leaf++], Domain::Plain));
    } else if (step.op == Opcode::Constant && step.slope != 0) {
      arrays.push_back(to_array(ramp_of(step.type, step.number, step.slope), Domain::Plain));
    } else if (step.op == Opcode::Constant) {
      Attrs attrs{{"shape", step.type.shape.dims()},
                  {"value", splat_of(step.type.dtype, step.number)}};
      arrays.push_back(computed(step.op, attrs, step.type, {}));
    } else {
      std::vector<const EvalArray*> operands;
      for (const int o : step.operands) operands.push_back(&arrays[static_cast<std::size_t>(o)]);
      arrays.push_back(computed(step.op, step.attrs, step.type, std::move(operands)));
    }
  }
  return to_tensor(arrays.back());
}

Perturbed perturbed(const Graph& graph, const std::vector<Tensor>& inputs, double epsilon,
                    std::mt19937& random) {
  const GraphData& g = *graph.data();
  std::vector<EvalArray> exact(g.size()), off(g.size());
  for (std::size_t i = 0; i < g.inputs.size(); ++i)
    exact[g.inputs[i].node] = to_array(inputs[i], Domain::Plain);
  const std::vector<bool> live = live_nodes(g);
  std::uniform_real_distribution<> part(-epsilon, epsilon);
  Perturbed result;
  const auto node = [&](NodeId id, const std::vector<EvalArray>& arrays) {
    std::vector<const EvalArray*> operands;
    for (const NodeId o : g.operands(id)) operands.push_back(&arrays[o]);
    return computed(g.node(id).op, g.attrs(id), g.type(id), std::move(operands));
  };
  for (NodeId id = 0; id < g.size(); ++id) {
    if (!live[id]) continue;
    const bool input = g.node(id).op == Opcode::Input;
    if (!input) exact[id] = node(id, exact);
    off[id] = input ? exact[id] : node(id, off);
    auto* numbers = std::get_if<std::vector<double>>(&off[id].data);
    if (numbers == nullptr) continue;
    const auto& wanted = std::get<std::vector<double>>(exact[id].data);
    for (std::size_t i = 0; i < numbers->size(); ++i) {
      double& x = (*numbers)[i];
      x += x * part(random);
      if (x != wanted[i] && wanted[i] != 0 && std::isfinite(wanted[i]))
        result.worst = std::max(result.worst, std::fabs(x - wanted[i]) / std::fabs(wanted[i]));
    }
  }
  const EvalArray& last = off[graph.outputs()[0].value.id()];
  if (const auto* numbers = std::get_if<std::vector<double>>(&last.data)) result.off = *numbers;
  return result;
}

} // namespace nngc::test
