/// From graphs to native code: in memory (Executable), or an object file with a C header.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nngc/graph.h"
#include "nngc/passes.h"
#include "nngc/tensor.h"

struct nngc_parallel;

namespace nngc {

struct CompileOptions {
  std::string cpu = "native"; ///< an LLVM processor name: native, x86-64, haswell, znver4, ...
  std::string features;       ///< such as +avx2,-fma
  std::string triple;         ///< empty: the host's
  MathLevel math = MathLevel::Default;
  int opt_level = 2;          ///< 0: for debugging, slow code
  bool optimize_graph = true; ///< run the graph pipeline first
  int threads = 0; ///< that `compile` makes code on; 0: as many as there are processors, at most 8
};

/// An argument of a call: a typed span under the name of an input, an output or an updated input.
/// Inputs are read, outputs written, updated inputs both. Spans of uint16_t are bits of bf16 or
/// f16.
struct Arg {
  template <class T>
  Arg(std::string_view n, std::span<T> s)
      : name(n), data(const_cast<std::remove_const_t<T>*>(s.data())), count(s.size()),
        dtype(dtype_of<std::remove_const_t<T>>()), writable(!std::is_const_v<T>) {}
  template <class T> Arg(std::string_view n, std::vector<T>& v) : Arg(n, std::span<T>(v)) {}
  template <class T>
  Arg(std::string_view n, const std::vector<T>& v) : Arg(n, std::span<const T>(v)) {}
  Arg(std::string_view n, Tensor& t)
      : name(n), data(t.raw()), count(static_cast<std::size_t>(t.size())), dtype(t.dtype()),
        writable(true) {}
  Arg(std::string_view n, const Tensor& t)
      : name(n), data(const_cast<void*>(t.raw())), count(static_cast<std::size_t>(t.size())),
        dtype(t.dtype()), writable(false) {}
  std::string_view name;
  void* data;
  std::size_t count;
  DType dtype;
  bool writable;
};

/// What a caller passes: name, type, direction, in the order of the C function's pointers.
struct ArgumentInfo {
  std::string name;
  TensorType type;
  bool input = true, output = false; ///< both: updated in place
  std::string role;                  ///< data, param, state, seed, output
};

/// A compiled graph. Immutable and cheap to copy; `run` may be called from several threads at once.
class Executable {
public:
  /// Runs the graph. Every input and output by name, once, in any order; symbolic dims follow from
  /// the counts. A symbol that only is some loop's max_steps grows as the loop needs. `parallel`:
  /// ThreadPool::hook(), or null for serial; the bits are the same. Throws Error{Argument, Type,
  /// Shape} for a missing, unknown or misfit argument, before anything is written.
  void run(std::span<const Arg> args, const nngc_parallel* parallel = nullptr) const;
  void run(std::initializer_list<Arg> args, const nngc_parallel* parallel = nullptr) const {
    run(std::span<const Arg>(args.begin(), args.size()), parallel);
  }
  /// The raw entry, for tight loops: pointers in the order of arguments(), values of symbols(),
  /// workspace_bytes() of 64-byte aligned memory. Unchecked. 0, 1 where a dim or an extent is
  /// negative, 2 where a while takes more steps than a symbolic max_steps (then nothing that was
  /// written counts).
  int run_raw(void* const* args, const std::int64_t* dims, void* workspace,
              const nngc_parallel* parallel = nullptr) const;

  [[nodiscard]] const std::vector<ArgumentInfo>& arguments() const;
  [[nodiscard]] std::vector<std::string> symbols() const;
  /// Bytes of workspace when the symbols have these values.
  [[nodiscard]] std::size_t workspace_bytes(std::span<const std::int64_t> dims = {}) const;
  [[nodiscard]] double compile_seconds() const;

  struct Impl;
  explicit Executable(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

private:
  std::shared_ptr<const Impl> impl_;
};

/// Compiles the outputs of a graph for this machine. Throws Error{Unsupported} naming every node it
/// cannot lower.
[[nodiscard]] Executable compile(const Graph& graph, const CompileOptions& options = {});

/// A function of an object file: its graph, under a name such as `forward`.
struct EntryPoint {
  std::string name;
  const Graph* graph;
};

enum class Stage : std::uint8_t {
  Graph,
  Opt,
  Loop,
  LlvmIr,
  Bitcode,
  Assembly,
  Object,
  Header,
  Dot
};

/// The model at one stage of its way, as text or bytes. Functions are called `<model>_<entry>`.
/// Dot shows the optimized graph with its fused kernels as boxes.
[[nodiscard]] std::string emit(std::string_view model, std::span<const EntryPoint> entries,
                               Stage stage, const CompileOptions& options = {});

/// Kernels per graph, bytes of workspace, nodes, shared nodes: what `--stats` and `nngc info`
/// print.
struct CompileStats {
  std::size_t nodes = 0, optimized_nodes = 0, kernels = 0;
  std::size_t shared_nodes = 0; ///< forward nodes that the backward part uses
  std::string workspace;        ///< bytes, possibly with a symbol
};
[[nodiscard]] CompileStats stats(const Graph& graph, const CompileOptions& options = {});

[[nodiscard]] std::string llvm_version();
[[nodiscard]] std::string host_cpu();

} // namespace nngc
