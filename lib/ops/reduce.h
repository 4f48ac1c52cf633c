/// The derivatives of reduce, which fill a file of their own (reduce_derivative.cpp).
#pragma once

#include "ops/axes.h"

namespace nngc {

void reduce_vjp(VjpContext& c);
Value reduce_jvp(JvpContext& c);

} // namespace nngc
