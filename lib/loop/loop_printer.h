/// The loop IR as text: what `--emit=loop` shows. For reading, not for parsing back.
#pragma once

#include <string>

#include "loop/loop_ir.h"

namespace nngc::loop {

[[nodiscard]] std::string print(const Program& program);
[[nodiscard]] std::string print(const Entry& entry, const Kernel& kernel);
/// `add`, `load_at`, ...
[[nodiscard]] std::string_view name(Op op);
[[nodiscard]] std::string_view name(ReduceOp op);

} // namespace nngc::loop
