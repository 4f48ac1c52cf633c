/// Checks of the loop IR. What fails here is a mistake of ours, never of a user.
#pragma once

#include "loop/loop_ir.h"

namespace nngc::loop {

/// Every mistake, one a line, each with its kernel and instruction; empty if there is none.
[[nodiscard]] std::vector<std::string> problems(const Program& program);
/// Throws std::logic_error with all of them.
void verify(const Program& program);

} // namespace nngc::loop
