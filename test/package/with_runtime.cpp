/// Uses what a shipped program needs: no compiler, no LLVM.
#include <nngc/runtime.h>

#include <atomic>
#include <cstdio>

int main(int, char** argv) {
  const nngc::ThreadPool pool(2);
  std::atomic<std::int64_t> blocks{0};
  pool.hook()->parallel_for(
      pool.hook()->pool, 10,
      [](void* ctx, std::int64_t begin, std::int64_t end) {
        *static_cast<std::atomic<std::int64_t>*>(ctx) += end - begin;
      },
      &blocks);
  const std::string path = std::string(argv[0]) + ".npy";
  nngc::save_npy(path, nngc::Tensor(nngc::DType::F32, {2, 3}));
  const bool fine = blocks == 10 && nngc::load_npy(path).type_str() == "f32[2,3]";
  std::puts(fine ? "fine" : "wrong");
  return fine ? 0 : 1;
}
