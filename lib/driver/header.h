/// The C99 header of a compiled model.
#pragma once

#include <string>

#include "loop/loop_ir.h"

namespace nngc {

/// What the raw symbol of an entry is called beyond the name that C users call.
inline constexpr std::string_view raw_suffix = "_raw";

/// A header for the object file of `program`: sizes as macros, status codes, and per entry an
/// inline function with typed pointers over the raw symbol. Every entry's name must end in `_raw`;
/// the function is called as the rest. It includes <stdint.h> and <stddef.h> only, is C99 and C++,
/// and may be included beside other models' headers.
[[nodiscard]] std::string c_header(const loop::Program& program);

} // namespace nngc
