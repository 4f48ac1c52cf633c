/// scatter_max and scatter_min but for their records.
#pragma once

#include "ops/indexing.h"

namespace nngc {

TensorType infer_scatter_extreme(const InferContext& c);
void scatter_extreme_vjp(VjpContext& c, bool greatest);
Value scatter_extreme_jvp(JvpContext& c, bool greatest);
void eval_scatter_extreme(EvalContext& c, bool greatest);

} // namespace nngc
