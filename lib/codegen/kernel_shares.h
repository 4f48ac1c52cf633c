/// Which kernels of a program are one function, and which of several modules that function is in.
#pragma once

#include <unordered_map>
#include <vector>

#include "loop/loop_ir.h"

namespace nngc::codegen {

/// Modules are compiled side by side, so their shares are about equal work. One and the same for a
/// program and a count; the program must outlive it.
class KernelShares {
public:
  /// A function, as the first kernel it is made for.
  struct Function {
    const loop::Entry* entry;
    const loop::Kernel* kernel;
    int part;
  };

  /// At most `most_parts`, of which none is so small that a module of its own does not pay.
  KernelShares(const loop::Program& program, int most_parts);

  [[nodiscard]] int parts() const { return parts_; }
  /// In the order of the program.
  [[nodiscard]] const std::vector<Function>& functions() const { return functions_; }
  /// The index of the function that `kernel`, of this program, calls.
  [[nodiscard]] std::size_t function_of(const loop::Kernel& kernel) const {
    return function_of_.at(&kernel);
  }

private:
  void collect(const loop::Entry& entry, std::unordered_map<std::string, std::size_t>& known);

  int parts_ = 1;
  std::vector<Function> functions_;
  std::unordered_map<const loop::Kernel*, std::size_t> function_of_;
};

} // namespace nngc::codegen
