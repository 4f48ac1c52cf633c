/// Reading and writing elements by number, running results, order. Part of nngc/ops.h, whose rules
/// hold here too.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nngc/graph.h"

namespace nngc {

using Axes = std::vector<std::int64_t>; ///< negative axes count from the end

// ---- rows and elements by number ----
/// An index out of range: zero and dropped / the nearest row / never happens.
enum class IndexMode : std::uint8_t { Fill, Clip, Promise };
/// Rows of x along `axis`: result = x.shape[:axis] + indices.shape + x.shape[axis+1:]. indices: any
/// int. With `batch`, the first so many axes of x and indices go together: result =
/// x.shape[:axis] + indices.shape[batch:] + x.shape[axis+1:], batch <= axis.
Value gather(Value x, Value indices, int axis = 0, IndexMode mode = IndexMode::Fill, int batch = 0,
             Where where = Where::current());
/// result[.., i, ..] = x[.., indices[.., i, ..], ..] along `axis`; the other extents are equal.
Value take_along(Value x, Value indices, int axis, IndexMode mode = IndexMode::Fill,
                 Where where = Where::current());
/// x with updates added at rows `indices` along `axis` (updates shaped as gather's result);
/// duplicates accumulate in row-major order. Fill: out-of-range updates are dropped.
Value scatter_add(Value x, Value indices, Value updates, int axis = 0,
                  IndexMode mode = IndexMode::Fill, int batch = 0, Where where = Where::current());
/// ... put there: of duplicates the last in row-major order stays.
Value scatter_set(Value x, Value indices, Value updates, int axis = 0,
                  IndexMode mode = IndexMode::Fill, int batch = 0, Where where = Where::current());
/// ... put there where they are greater, or less; NaN if either is. Derivative at a tie: to x, then
/// to the first update.
Value scatter_max(Value x, Value indices, Value updates, int axis = 0,
                  IndexMode mode = IndexMode::Fill, int batch = 0, Where where = Where::current());
Value scatter_min(Value x, Value indices, Value updates, int axis = 0,
                  IndexMode mode = IndexMode::Fill, int batch = 0, Where where = Where::current());
/// The window of that size at `start`, one int of rank 0 per axis, moved so that it lies within x.
Value dynamic_slice(Value x, std::span<const Value> start, Shape sizes,
                    Where where = Where::current());
/// x with `update` in the place of that window.
Value dynamic_update_slice(Value x, Value update, std::span<const Value> start,
                           Where where = Where::current());

// ---- running results along an axis ----
/// result[i] combines x[0..i], x[i..] with `reverse`; without x[i] itself where `exclusive`.
/// 16-bit floats are accumulated in f32.
Value cumsum(Value x, int axis, bool reverse = false, bool exclusive = false,
             Where where = Where::current());
Value cumprod(Value x, int axis, bool reverse = false, bool exclusive = false,
              Where where = Where::current());
Value cummax(Value x, int axis, bool reverse = false, bool exclusive = false,
             Where where = Where::current());
Value cummin(Value x, int axis, bool reverse = false, bool exclusive = false,
             Where where = Where::current());
/// i32 position of the extreme so far: of equal ones the first that was met; NaN counts as extreme.
Value cum_argmax(Value x, int axis, bool reverse = false, Where where = Where::current());
Value cum_argmin(Value x, int axis, bool reverse = false, Where where = Where::current());
/// The linear recurrence h[i] = a[i] * h[i-1] + b[i], the first h being its b.
Value linrec(Value a, Value b, int axis, bool reverse = false, Where where = Where::current());

// ---- order; equal elements keep theirs, and NaN comes last either way ----
Value sort(Value x, int axis = -1, bool descending = false, Where where = Where::current());
/// i32: where each element of sort(x) was.
Value argsort(Value x, int axis = -1, bool descending = false, Where where = Where::current());
struct TopK {
  Value values;  ///< the k largest, the largest first
  Value indices; ///< i32: where they were
};
TopK top_k(Value x, std::int64_t k, int axis = -1, Where where = Where::current());

} // namespace nngc
