#include "codegen/llvm_error.h"

namespace nngc::codegen {

void check(llvm::Error error, Error::Kind kind, const std::string& doing) {
  if (error) throw Error(kind, doing + ": " + llvm::toString(std::move(error)));
}

} // namespace nngc::codegen
