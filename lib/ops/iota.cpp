/// iota{shape, dtype, axis}: 0, 1, 2, ... along one axis, the same along the others. Ints wrap,
/// floats round.
#include "ops/axes.h"
#include "ops/eval_index.h"
#include "ops/lower_context.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"axis", AttrKind::Int, true, "the axis that is counted along"},
    {"dtype", AttrKind::DType, true, "any but bool"},
    {"shape", AttrKind::Dims, true, "the result's shape, rank > 0"}};

static TensorType infer(const InferContext& c) {
  const auto& dims = c.attrs.get<std::vector<Dim>>("shape");
  const DType dtype = c.attrs.get<DType>("dtype");
  check_extents(c, dims);
  check_axis(c, c.attrs.get<std::int64_t>("axis"), static_cast<int>(dims.size()));
  if (dtype == DType::Bool) c.fail(Error::Kind::Type, "counts in ints or floats, not bools");
  return {dtype, Shape(dims)};
}

static void eval(EvalContext& c) {
  const auto axis = static_cast<std::size_t>(c.attrs.get<std::int64_t>("axis"));
  std::visit(
      [&](auto& out) {
        using T = typename std::decay_t<decltype(out)>::value_type;
        each_index(c.result.shape, [&](const Index& index, std::size_t i) {
          if constexpr (std::is_same_v<T, Complex>)
            out[i] = static_cast<double>(index[axis]);
          else
            out[i] = finished(c.result.dtype, static_cast<T>(index[axis]));
        });
      },
      c.result.data);
}

static int lower(LowerContext& c) {
  const int at = c.position(static_cast<int>(c.attrs().get<std::int64_t>("axis")));
  return c.dtype() == DType::I64 ? at : c.emit(loop::Op::Convert, at);
}

constinit const OpDef ops::Iota{.mnemonic = "iota",
                                .summary = "counts along an axis",
                                .signature = "() -> number",
                                .traits = trait::Leaf,
                                .lowering = Lowering::Iota,
                                .attrs = specs,
                                .infer = infer,
                                .not_differentiable = "positions do not depend on any value",
                                .eval = eval,
                                .lower = lower};

Value iota(Graph& graph, TensorType type, int axis, Where where) {
  Attrs attrs{{"axis", normalized(axis, type.shape.rank())},
              {"dtype", type.dtype},
              {"shape", type.shape.dims()}};
  return append(graph.data(), Opcode::Iota, {}, std::move(attrs), where);
}

} // namespace nngc
