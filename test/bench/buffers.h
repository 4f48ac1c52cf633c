/// Arrays of a benchmark: aligned, staggered, on huge pages where they are large.
#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "nngc/compiler.h"
#include "nngc/runtime.h"

namespace nngc::bench {

/// Memory that does not move. Neighbours start at different cache sets: equal offsets in a page
/// would make loads wait for stores that only look like theirs.
class Memory {
public:
  void* take(std::size_t bytes) {
    constexpr std::size_t huge = std::size_t{1} << 21;
    const std::size_t stagger = 64 * ((17 * blocks_.size()) % 61);
    const std::size_t wanted = bytes + stagger + 256;
    const std::size_t align = wanted >= huge ? huge : 4096;
    const std::size_t size = (wanted + align - 1) / align * align;
    void* p = std::aligned_alloc(align, size);
    if (p == nullptr) throw std::bad_alloc();
    blocks_.emplace_back(p, &std::free);
    if (align == huge) madvise(p, size, MADV_HUGEPAGE);
    std::memset(p, 0, size);
    return static_cast<char*>(p) + stagger;
  }

private:
  std::vector<std::unique_ptr<void, void (*)(void*)>> blocks_;
};

/// One compiled call on its own memory: `once` is nothing but the compiled code.
class Call {
public:
  /// `files`: arguments whose arrays have another name.
  Call(Executable executable, const std::string& data_dir, const nngc_parallel* parallel,
       std::map<std::string, std::string> files = {})
      : executable_(std::move(executable)), parallel_(parallel), files_(std::move(files)) {
    for (const ArgumentInfo& a : executable_.arguments()) {
      const std::int64_t count = a.type.shape.size().value();
      void* p = memory_.take(static_cast<std::size_t>(count * byte_size(a.type.dtype)));
      if (a.input) {
        const Tensor t = load_npy(data_dir + "/" + file(a.name) + ".npy");
        if (t.dtype() != a.type.dtype || t.size() != count)
          throw std::runtime_error(a.name + ".npy is " + t.type_str() + ", expected " +
                                   a.type.str());
        std::memcpy(p, t.raw(), t.bytes());
      }
      pointers_.push_back(p);
    }
    workspace_ = memory_.take(executable_.workspace_bytes());
  }

  void once() {
    if (executable_.run_raw(pointers_.data(), nullptr, workspace_, parallel_) != 0)
      throw std::runtime_error("the call returned a status");
  }

  /// Copies of all results, updated inputs included.
  [[nodiscard]] std::map<std::string, Tensor> results() const {
    std::map<std::string, Tensor> found;
    for (std::size_t i = 0; i < pointers_.size(); ++i) {
      const ArgumentInfo& a = executable_.arguments()[i];
      if (!a.output) continue;
      std::vector<std::int64_t> shape;
      for (const Dim& d : a.type.shape) shape.push_back(d.value());
      Tensor t(a.type.dtype, shape);
      std::memcpy(t.raw(), pointers_[i], t.bytes());
      found.emplace(file(a.name), std::move(t));
    }
    return found;
  }

  /// Sum of the f32 result of that name.
  [[nodiscard]] double sum(const std::string& name) const {
    for (std::size_t i = 0; i < pointers_.size(); ++i) {
      const ArgumentInfo& a = executable_.arguments()[i];
      if (a.name != name || !a.output) continue;
      const auto* p = static_cast<const float*>(pointers_[i]);
      double total = 0;
      for (std::int64_t k = 0; k < a.type.shape.size().value(); ++k)
        total += static_cast<double>(p[k]);
      return total;
    }
    throw std::runtime_error("there is no result " + name);
  }

private:
  [[nodiscard]] const std::string& file(const std::string& name) const {
    const auto other = files_.find(name);
    return other == files_.end() ? name : other->second;
  }

  Executable executable_;
  const nngc_parallel* parallel_;
  std::map<std::string, std::string> files_;
  Memory memory_;
  std::vector<void*> pointers_;
  void* workspace_ = nullptr;
};

} // namespace nngc::bench
