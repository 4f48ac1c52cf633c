/// Kernels that ThreadSanitizer watches: the module that codegen emits, with every load and store
/// of every kernel reported to this process's own ThreadSanitizer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "codegen/codegen.h"
#include "nngc/tensor.h"
#include "test/conformance/workloads.h"

namespace nngc::test {

/// A workload, instrumented, with fixed inputs. Calls may run at once, each with buffers of its
/// own.
class Instrumented {
public:
  explicit Instrumented(const Workload& workload);

  /// What is run: how many loads and stores report themselves.
  [[nodiscard]] int accesses() const { return accesses_; }
  /// The bytes of all results. Inputs that are not updated are the same memory in all calls.
  [[nodiscard]] std::string operator()(const nngc_parallel* parallel) const;

private:
  std::int64_t n_;
  loop::Entry entry_;
  std::vector<Tensor> inputs_; ///< by argument; empty: no input
  std::shared_ptr<codegen::JitModule> module_;
  int accesses_ = 0;
};

} // namespace nngc::test
