/// What a running program needs besides compiled code: threads, data files, progress. No LLVM.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "nngc/parallel.h"
#include "nngc/tensor.h"

namespace nngc {

/// Threads that run the parallel loops of compiled code. A thread that has nothing to do spins for
/// about a millisecond, then sleeps until it is called.
class ThreadPool {
public:
  /// `threads` counts the calling thread: the pool starts one less. 0 means as many as the process
  /// may use. Throws Error{Argument} below 0 or above 1024.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] int threads() const;

  /// Runs `task` over all blocks and returns when they are done. The caller takes part. Each thread
  /// gets one contiguous range, the same one each time for the same number of blocks, so data that
  /// a block touched stays in the cache of its core. A call made while another is under way, from a
  /// second thread or from inside a task, runs on its own thread. The task must not throw.
  void parallel_for(std::int64_t blocks, nngc_task task, void* ctx);

  /// This pool as compiled code takes it; valid as long as the pool.
  [[nodiscard]] const nngc_parallel* hook() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads an IDX file (MNIST and its family), plain or gzipped: u8, i8, i16, i32, f32 or f64.
/// Throws Error{Io} where the file cannot be read, Error{Data} where it is no IDX file, is cut
/// short, or goes on after its last element.
[[nodiscard]] Tensor load_idx(const std::string& path);

/// Reads a NumPy .npy file of any dtype of ours (`|V2` is read as bf16), in either byte order and
/// either C or Fortran order; the tensor is in C order.
/// Throws Error{Io} where the file cannot be read, Error{Data} where it is cut short or malformed,
/// Error{Unsupported} for other element types.
[[nodiscard]] Tensor load_npy(const std::string& path);

/// Writes a NumPy .npy file, version 1.0; bf16, which NumPy lacks, as `|V2`. The file appears whole
/// or not at all. Throws Error{Io}.
void save_npy(const std::string& path, const Tensor& tensor);

/// Shows how far a long job is: a bar that is redrawn on a terminal, plain lines anywhere else.
/// Coloured unless NO_COLOR is set.
class Progress {
public:
  enum class Style : std::uint8_t {
    Auto,  ///< what suits the stream and the environment
    Lines, ///< whole lines, at most one in five seconds and one at the end
    Bar,
    ColorBar
  };

  /// Counts to `total` (0 or less: unknown) and writes to `out`, which must outlive it.
  Progress(std::FILE* out, std::string label, std::int64_t total, Style style = Style::Auto);
  /// Ends the line of a bar that was never finished.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` of the total are done; `note` says what else there is to know ("loss 0.31"). Cheap: a
  /// bar is redrawn at most ten times a second.
  void update(std::int64_t done, std::string_view note = {});
  /// Draws the last state and ends the line.
  void finish(std::string_view note = {});

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace nngc
