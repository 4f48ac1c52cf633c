/// Compiled kernels whose every buffer, intermediate values and constants too, lies between pages
/// that cannot be touched, at any alignment.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "loop/loop_ir.h"
#include "nngc/tensor.h"

namespace nngc::test {

/// Where each buffer lies: `gap` bytes behind the page below it, or ahead of the page above it.
/// Buffer number b has a gap of its own, gap * (2b + 1) mod 64, in whole elements; 0 is 0 for all.
struct Place {
  bool high = false;
  std::size_t gap = 0;
};

class GuardedEntry {
public:
  /// The entry, lowered and as it is, for that cpu: only where its buffers lie is changed.
  GuardedEntry(loop::Entry entry, const std::string& cpu);
  ~GuardedEntry();
  GuardedEntry(const GuardedEntry&) = delete;
  GuardedEntry& operator=(const GuardedEntry&) = delete;

  struct Input {
    std::string name;
    const Tensor* tensor;
  };
  /// Calls; the bytes of all outputs, in order of the arguments. `wrong` says what was read or
  /// written that must not be, if anything was.
  [[nodiscard]] std::string run(std::span<const Input> inputs, std::int64_t n, Place place,
                                std::string& wrong);
  [[nodiscard]] int smallest_element() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace nngc::test
