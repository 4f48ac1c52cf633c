/// is_finite(x): true where x is neither infinite nor NaN, elementwise; a bool. In the complex
/// domain the real part decides.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static TensorType infer(const InferContext& c) { return {DType::Bool, infer_float(c).shape}; }

static void eval(EvalContext& c) {
  auto& out = std::get<std::vector<std::int64_t>>(c.result.data);
  std::visit(
      [&]<class T>(const std::vector<T>& x) {
        if constexpr (!std::is_same_v<T, std::int64_t>)
          for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = std::isfinite(real_part(x[i])) ? 1 : 0;
      },
      c.operands[0]->data);
}

constinit const OpDef ops::IsFinite{.mnemonic = "is_finite",
                                    .summary = "neither infinite nor NaN",
                                    .signature = "(x: float) -> bool",
                                    .min_operands = 1,
                                    .max_operands = 1,
                                    .traits = trait::Elementwise,
                                    .infer = infer,
                                    .not_differentiable = "the result is a bool",
                                    .eval = eval,
                                    .lower = lower_to<loop::Op::IsFinite>};

Value is_finite(Value x, Where where) { return append_unary(Opcode::IsFinite, x, where); }

} // namespace nngc
