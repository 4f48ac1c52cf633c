/// Compiles array functions made of one emitted value, for any cpu of this machine's kind.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "codegen/math_functions.h"

namespace llvm::orc {
class LLJIT;
}

namespace nngc::test {

/// One loop to compile: out[i] = emit(x[i], y[i]) over arrays whose length divides by the lanes.
struct ArrayFunction {
  std::string name;
  llvm::Type* in;  ///< of one element
  llvm::Type* out; ///< of one element
  unsigned lanes;  ///< 0 for a loop over scalars
  std::function<llvm::Value*(llvm::IRBuilder<>&, const codegen::TargetTraits&, llvm::Value*,
                             llvm::Value*)>
      emit;
};

/// The object file of some array functions, and the same bytes loaded.
class MathJit {
public:
  /// `cpu`: LLVM's name, or native. `features` restricts it further.
  MathJit(const std::string& cpu, const std::string& features,
          const std::function<std::vector<ArrayFunction>(llvm::LLVMContext&)>& functions);
  ~MathJit();
  MathJit(const MathJit&) = delete;
  MathJit& operator=(const MathJit&) = delete;

  template <class In, class Out = In>
  void run(const std::string& name, const In* x, const In* y, Out* out, std::size_t count) const {
    auto* function =
        reinterpret_cast<void (*)(const In*, const In*, Out*, std::uint64_t)>(address(name));
    function(x, y, out, count);
  }
  /// What the object file leaves to a linker.
  [[nodiscard]] const std::vector<std::string>& undefined_symbols() const { return undefined_; }
  [[nodiscard]] const codegen::TargetTraits& traits() const { return traits_; }

private:
  [[nodiscard]] void* address(const std::string& name) const;

  codegen::TargetTraits traits_;
  std::vector<std::string> undefined_;
  std::unique_ptr<llvm::orc::LLJIT> jit_;
};

} // namespace nngc::test
