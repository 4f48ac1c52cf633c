// Which kernels are shared by threads: the shapes alone decide, and small ones are not worth it.
#include <cstring>
#include <vector>

#include "nngc/compiler.h"
#include "nngc/parallel.h"
#include "test/bench/peer/workloads.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

/// Parallel regions that one call opens, on inputs of zeros.
int regions(const std::string& workload) {
  const Executable executable = compile(bench::workload(workload).graph);
  std::vector<std::vector<std::max_align_t>> memory;
  const auto zeros = [&](std::size_t bytes) -> void* {
    return memory.emplace_back(bytes / sizeof(std::max_align_t) + 8).data();
  };
  std::vector<void*> arguments;
  for (const ArgumentInfo& a : executable.arguments())
    arguments.push_back(
        zeros(static_cast<std::size_t>(a.type.shape.size().value() * byte_size(a.type.dtype))));
  auto workspace = reinterpret_cast<std::uintptr_t>(zeros(executable.workspace_bytes() + 64));
  workspace = (workspace + 63) / 64 * 64;
  int count = 0;
  const nngc_parallel hook{&count,
                           [](void* pool, std::int64_t blocks, nngc_task task, void* context) {
                             ++*static_cast<int*>(pool);
                             task(context, 0, blocks);
                           }};
  REQUIRE(executable.run_raw(arguments.data(), nullptr, reinterpret_cast<void*>(workspace),
                             &hook) == 0);
  return count;
}

} // namespace

TEST_CASE("products of a microsecond or two stay on one thread, large ones do not",
          "[conformance][compiled]") {
  CHECK(regions("hvp") == 0);
  CHECK(regions("mlp-infer") == 0);
  CHECK(regions("mlp-train") >= 6);
}
