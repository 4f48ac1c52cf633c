/// A compiled graph on memory of its own, filled by the benchmark.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "test/bench/buffers.h"

namespace nngc::bench {

class Compiled {
public:
  Compiled(const Graph& graph, Memory& memory) : executable_(compile(graph)) {
    for (const ArgumentInfo& a : executable_.arguments())
      pointers_.push_back(memory.take(
          static_cast<std::size_t>(a.type.shape.size().value() * byte_size(a.type.dtype))));
    workspace_ = memory.take(executable_.workspace_bytes());
  }

  template <class T> [[nodiscard]] T* at(const std::string& name) const {
    for (std::size_t i = 0; i < pointers_.size(); ++i)
      if (executable_.arguments()[i].name == name) return static_cast<T*>(pointers_[i]);
    throw std::runtime_error("there is no argument " + name);
  }

  void run() const {
    if (executable_.run_raw(pointers_.data(), nullptr, workspace_) != 0)
      throw std::runtime_error("the call returned a status");
  }

private:
  Executable executable_;
  std::vector<void*> pointers_;
  void* workspace_ = nullptr;
};

} // namespace nngc::bench
