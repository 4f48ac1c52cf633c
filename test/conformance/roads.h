/// The ways into compiled code: the JIT's checked call, and an object file that cc links and the
/// dynamic loader loads, called through nothing but the table it carries.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nngc/compiler.h"
#include "nngc/tensor.h"

namespace nngc::test {

/// Runs with the tensors as inputs, in the order of the graph's inputs; the outputs are shaped as
/// `like`. Outputs hold garbage before the call.
[[nodiscard]] std::vector<Tensor> run(const Executable& executable, const Graph& graph,
                                      std::span<const Tensor> inputs, std::span<const Tensor> like,
                                      const nngc_parallel* parallel = nullptr);

/// The C function of an entry; see Executable::run_raw.
using RawEntry = int (*)(void* const*, const std::int64_t*, void*, const nngc_parallel*);

/// A shared library made of an object file by cc.
class Library {
public:
  Library(const std::string& model, const std::string& object);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  /// Symbols that the object leaves undefined, as nm prints them.
  [[nodiscard]] const std::vector<std::string>& undefined() const;
  /// Calls `<model>_<entry>_raw`. Every buffer is as unaligned as its elements allow and ends at
  /// memory that cannot be touched. `dim` is the value of the symbol, if there is one.
  [[nodiscard]] std::vector<Tensor> run(const std::string& entry, const Graph& graph,
                                        std::span<const Tensor> inputs,
                                        std::span<const Tensor> like, std::int64_t dim);
  /// The function `<model>_<entry>_raw`; it lives as long as this.
  [[nodiscard]] RawEntry raw(const std::string& entry) const;
  /// What the last call returned.
  [[nodiscard]] int status() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace nngc::test
