/// Loop programs made by hand, and ways to run them on every machine this one can stand in for.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "codegen/codegen.h"
#include "loop/loop_ir.h"
#include "loop/loop_verifier.h"

namespace nngc::test {

using codegen::Options;
using loop::Affine;
using loop::BufferKind;
using loop::Op;

/// `count` elements whose last byte is the last of a page, with a page behind it that nobody may
/// touch: a read or write past the end ends the test program.
template <typename T> class Guarded {
public:
  explicit Guarded(std::size_t count) : count_(count) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    pages_ = (count * sizeof(T) + page - 1) / page * page;
    memory_ =
        mmap(nullptr, pages_ + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    mprotect(static_cast<char*>(memory_) + pages_, page, PROT_NONE);
    total_ = pages_ + page;
  }
  ~Guarded() { munmap(memory_, total_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  T* data() { return reinterpret_cast<T*>(static_cast<char*>(memory_) + pages_) - count_; }
  T& operator[](std::size_t i) { return data()[i]; }
  [[nodiscard]] std::size_t size() const { return count_; }
  T* begin() { return data(); }
  T* end() { return data() + count_; }

private:
  std::size_t count_, pages_ = 0, total_ = 0;
  void* memory_ = nullptr;
};

/// A program of one entry `run`, filled by the tests.
struct Maker {
  loop::Program program;
  Maker() {
    program.name = "sample";
    program.entries.emplace_back();
    entry().name = "run";
  }
  loop::Entry& entry() { return program.entries.front(); }

  int buffer(BufferKind kind, DType dtype, Dim size) {
    loop::Buffer buffer;
    buffer.name = "b" + std::to_string(entry().buffers.size());
    buffer.kind = kind;
    buffer.dtype = dtype;
    buffer.size = size;
    if (kind != BufferKind::Arena && kind != BufferKind::Constant) {
      buffer.arg = static_cast<int>(entry().arguments.size());
      entry().arguments.push_back({buffer.name,
                                   {dtype, Shape{size}},
                                   kind,
                                   kind == BufferKind::Output ? "output" : "data"});
    }
    entry().buffers.push_back(buffer);
    return static_cast<int>(entry().buffers.size()) - 1;
  }
  int input(DType dtype, Dim size) { return buffer(BufferKind::Input, dtype, size); }
  int output(DType dtype, Dim size) { return buffer(BufferKind::Output, dtype, size); }
  Dim symbol(const char* name) {
    const Dim dim = Dim::symbol(name);
    entry().symbols.push_back(dim.symbol_id());
    return dim;
  }

  loop::Kernel& nest(std::vector<Dim> dims, int parallel, int lane) {
    loop::Kernel kernel;
    kernel.name = "kernel" + std::to_string(entry().kernels.size());
    for (const Dim& dim : dims)
      kernel.dims.push_back({dim, "i" + std::to_string(kernel.dims.size())});
    kernel.parallel = parallel;
    kernel.lane = lane;
    entry().kernels.push_back(std::move(kernel));
    return entry().kernels.back();
  }
  /// a[m, k] (rows lda apart) times b[k, n] (rows ldb apart).
  loop::Kernel& contraction(Dim m, Dim n, Dim k, int a, int b, DType operand, DType acc) {
    loop::Kernel& kernel = nest({m, n, k}, 2, 1);
    kernel.kind = loop::KernelKind::Contraction;
    kernel.operand_type = operand;
    kernel.acc_type = acc;
    // An empty depth leaves the rows of A nowhere to be; a stride of 0 would be no term at all.
    kernel.a = {a, {0, {{0, k == Dim(0) ? Dim(1) : k}, {2, 1}}}};
    kernel.b = {b, {0, {{1, 1}, {2, n}}}};
    return kernel;
  }
};

/// Appends instructions to a phase.
struct Body {
  loop::Phase& phase;
  static Body add(loop::Kernel& kernel, bool loops) {
    kernel.phases.push_back({loops, {}, {}});
    return {kernel.phases.back()};
  }
  int push(loop::Instr instr) {
    phase.body.push_back(std::move(instr));
    return static_cast<int>(phase.body.size()) - 1;
  }
  int op(Op op, DType type, int a = -1, int b = -1, int c = -1) {
    return push({.op = op, .type = type, .a = a, .b = b, .c = c});
  }
  int constant(DType type, std::uint64_t bits) {
    return push({.op = Op::Const, .type = type, .bits = bits});
  }
  int real(float value) { return constant(DType::F32, std::bit_cast<std::uint32_t>(value)); }
  int load(int buffer, DType type, Affine index) {
    return push({.op = Op::Load, .type = type, .buffer = buffer, .index = std::move(index)});
  }
  int store(int buffer, DType type, Affine index, int value) {
    return push(
        {.op = Op::Store, .type = type, .a = value, .buffer = buffer, .index = std::move(index)});
  }
  int index(Affine index) {
    return push({.op = Op::Index, .type = DType::I64, .index = std::move(index)});
  }
  int reduce(loop::ReduceOp op, int value, int index = -1) {
    phase.reductions.push_back({op, value, index});
    return static_cast<int>(phase.reductions.size()) - 1;
  }
  int reduced(int phase_number, int number, DType type) {
    return push({.op = Op::Reduced, .type = type, .phase = phase_number, .imm = number});
  }
};

/// The machines whose code this one can run: AVX-512 where it is there, AVX2 and plain SSE2;
/// optimized or not.
inline std::vector<Options> machines() {
  std::vector<Options> all;
  for (const char* cpu : {"native", "haswell", "x86-64"})
    for (const int level : {2, 0}) all.push_back({.cpu = cpu, .opt_level = level});
  return all;
}

inline std::string describe(const Options& options) {
  return options.cpu + " -O" + std::to_string(options.opt_level);
}

/// Runs blocks one at a time, last first.
struct Backwards {
  std::int64_t regions = 0, blocks = 0;
  nngc_parallel hook{this, [](void* pool, std::int64_t count, nngc_task task, void* ctx) {
                       auto& self = *static_cast<Backwards*>(pool);
                       ++self.regions;
                       self.blocks += count;
                       for (std::int64_t i = count - 1; i >= 0; --i) task(ctx, i, i + 1);
                     }};
};

inline int run(const codegen::JitModule& module, std::vector<void*> args,
               std::vector<std::int64_t> dims = {}, void* workspace = nullptr,
               const nngc_parallel* parallel = nullptr) {
  return module.entry("run")(args.data(), dims.data(), workspace, parallel);
}

inline void fill(float* first, float* last, unsigned seed) {
  std::minstd_rand random(seed);
  for (; first != last; ++first)
    *first = static_cast<float>(static_cast<int>(random() % 2001) - 1000) / 256.0F;
}

} // namespace nngc::test
