/// top_k{axis, k}(x): the i32 positions of the k largest elements along an axis, the largest first:
/// the first k of sort{descending}. Of equal elements the first comes first; NaN comes last. The
/// values are x gathered by it.
#include "ops/order.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"axis", AttrKind::Int, true, "the axis that is searched"},
    {"k", AttrKind::Int, true, "how many are wanted, at most the extent"}};

static TensorType infer(const InferContext& c) {
  check_order(c);
  const auto axis = static_cast<int>(c.attrs.get<std::int64_t>("axis"));
  const std::int64_t k = c.attrs.get<std::int64_t>("k");
  Shape shape = c.operand(0).shape;
  if (k < 0 || !at_most(Dim(k), shape[axis]))
    c.fail(Error::Kind::Attribute, "'k' is " + std::to_string(k) + " of " + shape[axis].str() +
                                       " elements: it must lie between none and all of them");
  shape[axis] = k;
  return {DType::I32, std::move(shape)};
}

// Selection, one after another: nothing in common with how sort is done.
static void eval(EvalContext& c) {
  const EvalArray& x = *c.operands[0];
  const std::int64_t count = x.shape[static_cast<std::size_t>(c.attrs.get<std::int64_t>("axis"))],
                     k = c.attrs.get<std::int64_t>("k");
  auto& out = std::get<std::vector<std::int64_t>>(c.result.data);
  std::visit(
      [&](const auto& in) {
        each_ordered_line(c, [&](std::int64_t from, std::int64_t to, std::int64_t stride) {
          std::vector<bool> taken(static_cast<std::size_t>(count));
          for (std::int64_t i = 0; i < k; ++i) {
            std::int64_t best = -1;
            for (std::int64_t j = 0; j < count; ++j) {
              if (taken[static_cast<std::size_t>(j)]) continue;
              if (best < 0 ||
                  comes_before(x.dtype, true, in[static_cast<std::size_t>(from + j * stride)],
                               in[static_cast<std::size_t>(from + best * stride)]))
                best = j;
            }
            taken[static_cast<std::size_t>(best)] = true;
            out[static_cast<std::size_t>(to + i * stride)] = best;
          }
        });
      },
      x.data);
}

constinit const OpDef ops::TopK{.mnemonic = "top_k",
                                .summary = "the positions of the k largest along an axis",
                                .signature = "(x: number) -> i32",
                                .min_operands = 1,
                                .max_operands = 1,
                                .lowering = Lowering::Sort,
                                .attrs = specs,
                                .infer = infer,
                                .not_differentiable = "positions are integers",
                                .eval = eval};

TopK top_k(Value x, std::int64_t k, int axis, Where where) {
  check_value("top_k", x, where);
  const Value indices =
      append(Opcode::TopK, {x}, {{"axis", normalized(axis, x.rank())}, {"k", k}}, where);
  return {take_along(x, indices, axis, IndexMode::Promise, where), indices};
}

} // namespace nngc
