/// What an instruction of the loop IR needs.
#pragma once

#include "loop/loop_ir.h"

namespace nngc::loop {

/// Which of a, b, c an op needs: required and optional ones.
struct Operands {
  int required = 0;
  bool last_optional = false; ///< LoadAt, StoreAt, AddAt...: a condition may follow
};

[[nodiscard]] Operands operands_of(Op op);
[[nodiscard]] bool writes(Op op);
[[nodiscard]] bool is_memory(Op op); ///< it has a buffer

} // namespace nngc::loop
