// nngc as a peer of the benchmark in ../shared/peers: answers `run N` and `save DIR` on stdin, see
// peer.py there.
//
//   nngc-peer --threads N WORKLOAD DATA_DIR        NNGC_STATS=1: kernels and workspace on stderr
#include <sys/stat.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include "test/bench/buffers.h"
#include "test/bench/peer/workloads.h"

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void save(const std::map<std::string, nngc::Tensor>& results, const std::string& directory) {
  mkdir(directory.c_str(), 0777); // it may be there already; save_npy says if it cannot be used
  for (const auto& [name, tensor] : results)
    nngc::save_npy(directory + "/" + name + ".npy", tensor);
}

int serve(int threads, const std::string& name, const std::string& data_dir) {
  // All that a peer would do from the user's program on: build, differentiate, optimize, generate,
  // link.
  const Clock::time_point start = Clock::now();
  nngc::bench::Workload work = nngc::bench::workload(name);
  nngc::Executable executable = nngc::compile(work.graph);
  const double compile_s = since(start);
  if (std::getenv("NNGC_STATS") != nullptr) {
    const nngc::CompileStats s = nngc::stats(work.graph);
    std::fprintf(
        stderr,
        "nodes %zu, optimized %zu, kernels %zu, workspace %s, compile %.4f s (call %.4f s)\n",
        s.nodes, s.optimized_nodes, s.kernels, s.workspace.c_str(), executable.compile_seconds(),
        compile_s);
  }

  std::optional<nngc::ThreadPool> pool;
  const nngc_parallel* hook = threads > 1 ? pool.emplace(threads).hook() : nullptr;
  nngc::bench::Call call(std::move(executable), data_dir, hook, work.files);
  call.once();
  const auto first = call.results();

  std::printf("ready compile_s=%.4f\n", compile_s);
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    if (line.starts_with("run ")) {
      const long calls = std::stol(line.substr(4));
      const Clock::time_point begin = Clock::now();
      for (long i = 0; i < calls; ++i) call.once();
      const double seconds = since(begin);
      std::printf("%.9f %.9g\n", seconds, call.sum(work.value));
    } else if (line.starts_with("save ")) {
      save(first, line.substr(5));
      std::printf("saved\n");
    } else {
      std::fprintf(stderr, "nngc-peer: expected `run N` or `save DIR`, got: %s\n", line.c_str());
      return 2;
    }
    std::fflush(stdout);
  }
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 5 || std::string(argv[1]) != "--threads" || std::atoi(argv[2]) < 1) {
    std::fprintf(stderr, "usage: nngc-peer --threads N WORKLOAD DATA_DIR\n");
    return 2;
  }
  try {
    return serve(std::atoi(argv[2]), argv[3], argv[4]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nngc-peer: %s\n", error.what());
    return 1;
  }
}
