// Attention, and tables of vectors.
#include <cmath>
#include <limits>

#include "nngc/layers.h"
#include "ops/composite/composite.h"

namespace nngc {

namespace {

/// Whether q[..., heads, queries, width], k[..., groups, keys, width], v[..., groups, keys, any];
/// gives how many heads share a group.
bool fits(Value q, Value k, Value v, Dim& shared) {
  const int rank = q.rank();
  if (rank < 3 || k.rank() != rank || v.rank() != rank) return false;
  for (int i = 0; i < rank - 3; ++i)
    if (!(q.shape()[i] == k.shape()[i] && k.shape()[i] == v.shape()[i])) return false;
  const auto from_end = [&](Value x, int i) { return x.shape()[rank - i]; };
  return from_end(q, 1) == from_end(k, 1) && from_end(k, 2) == from_end(v, 2) &&
         from_end(k, 3) == from_end(v, 3) && from_end(k, 3).is_static() &&
         from_end(k, 3).value() > 0 && divide_exactly(from_end(q, 3), from_end(k, 3), shared);
}

/// bool[queries, keys]: the key is not later than the query.
Value seen_so_far(Value q, Dim queries, Dim keys, Where where) {
  if (queries.symbol_id() != keys.symbol_id() || queries.scale() != keys.scale())
    throw Error(Error::Kind::Shape,
                "attention: causal, but " + queries.str() + " queries and " + keys.str() +
                    " keys do not say which stand at the same place",
                where);
  const std::int64_t earlier = keys.offset() - queries.offset();
  const TensorType type = i32({queries, keys});
  const Value query = positions(q.graph(), type, 0), key = positions(q.graph(), type, 1);
  return key <= query + static_cast<double>(earlier);
}

} // namespace

Value attention(Value q, Value k, Value v, const Attention& options, Where where) {
  const std::array all{q, k, v};
  check_floats("attention", all, where);
  Dim shared;
  check_fit(fits(q, k, v, shared), "attention",
            "q[..., heads, queries, width], k[..., groups, keys, width], "
            "v[..., groups, keys, any], groups dividing heads",
            all, where);
  const int rank = q.rank();
  const Dim queries = q.shape()[rank - 2], keys = k.shape()[rank - 2];
  const Dim groups = k.shape()[rank - 3], width = q.shape()[rank - 1];
  if (options.scale == 0 && !(width.is_static() && width.value() > 0))
    throw Error(Error::Kind::Shape,
                "attention: the default scale needs a width that is a number above 0: " +
                    q.type().str(),
                where);
  const double scale =
      options.scale != 0 ? options.scale : 1 / std::sqrt(static_cast<double>(width.value()));

  // The heads of a group as rows of one product: keys and values are not copied.
  Shape grouped = q.shape();
  grouped[rank - 3] = groups;
  grouped[rank - 2] = shared * queries;
  const Axes batch = all_axes(rank - 2);
  const Value rows = reshape(q * scale, grouped);
  Shape per_head = q.shape();
  per_head[rank - 1] = keys;
  Value scores = reshape(dot_general(rows, k, {rank - 1}, {rank - 1}, batch, batch), per_head);

  constexpr double minus_inf = -std::numeric_limits<double>::infinity();
  if (options.mask) {
    common_graph("attention", std::array{q, options.mask}, where);
    const bool choice = options.mask.dtype() == DType::Bool;
    if (!choice && options.mask.dtype() != q.dtype())
      throw Error(Error::Kind::Type,
                  "attention: the mask must be bool or " + std::string(name(q.dtype())) + ": " +
                      options.mask.type().str(),
                  where);
    const Value mask = broadcast_to(options.mask, per_head, where);
    scores = choice ? select(mask, scores, minus_inf) : scores + mask;
  }
  if (options.causal) {
    const Value seen = broadcast_to(seen_so_far(q, queries, keys, where), per_head);
    scores = select(seen, scores, minus_inf);
  }
  Shape weights = grouped;
  weights[rank - 1] = keys;
  const Value p = reshape(softmax(scores), weights);
  Shape result = q.shape();
  result[rank - 1] = v.shape()[rank - 1];
  return reshape(dot_general(p, v, {rank - 1}, {rank - 2}, batch, batch), result);
}

Value embedding(Value table, Value indices, Where where) {
  check_float("embedding", table, where);
  check_fit(table.rank() == 2, "embedding", "table[classes, width]", std::array{table}, where);
  return gather(table, indices, 0, IndexMode::Fill, 0, where);
}

} // namespace nngc
