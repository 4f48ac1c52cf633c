/// How compiled code runs its parallel loops: a callback its caller may pass, C99 and C++.
/// What the blocks are is fixed by the shapes alone, so results never depend on who runs them.
#ifndef NNGC_PARALLEL_H
#define NNGC_PARALLEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Runs the blocks begin <= i < end of one parallel loop. It must not throw.
typedef void (*nngc_task)(void* ctx, int64_t begin, int64_t end);

/// `parallel_for` runs `task` on ranges that cover 0 <= i < blocks once each, in any order, on any
/// threads, and returns when all are done. It may call the task as often as it likes.
/// Where a pointer to this struct is NULL, compiled code runs its loops on the calling thread.
typedef struct nngc_parallel {
  void* pool;
  void (*parallel_for)(void* pool, int64_t blocks, nngc_task task, void* ctx);
} nngc_parallel;

#ifdef __cplusplus
}
#endif

#endif
