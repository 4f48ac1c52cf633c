/// The one place where LLVM's errors become ours.
#pragma once

#include <string>

#include "codegen/llvm_headers.h"
#include "nngc/error.h"

namespace nngc::codegen {

/// Throws Error{kind} with LLVM's text behind `doing`, if there is an error.
void check(llvm::Error error, Error::Kind kind, const std::string& doing);

/// The value, or what `check` does with the error.
template <typename T> T take(llvm::Expected<T> value, Error::Kind kind, const std::string& doing) {
  if (!value) check(value.takeError(), kind, doing);
  return std::move(*value);
}

} // namespace nngc::codegen
