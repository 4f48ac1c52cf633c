/// Derivatives of the extremes of windows: each window's extreme element, its owner, has them all.
#pragma once

#include "ops/window.h"

namespace nngc {

/// x-shaped: every window's element of g (shaped as the result) added at its owner.
[[nodiscard]] Value to_owners(Value x, Value g, const Attrs& attrs);
/// Result-shaped: the owner's element of dx (shaped as x); 0 where a window has none.
[[nodiscard]] Value from_owners(Value x, Value dx, const Attrs& attrs);

} // namespace nngc
