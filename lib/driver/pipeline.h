/// The order of passes. `optimize` (nngc/passes.h) runs it.
#pragma once

#include <string>

#include "nngc/passes.h"

namespace nngc {

using PipelineOptions = PassOptions;

/// The passes that `optimize` runs at that level, in order, as `run_passes` takes them.
[[nodiscard]] std::string pipeline(MathLevel level);

} // namespace nngc
