// Neighbouring dims that every access walks as one become one; dims of extent 1 go. Long lanes and
// simple loops follow.
#include <algorithm>
#include <functional>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

Dim stride_of(const loop::Affine& a, int dim) {
  for (const auto& t : a.terms)
    if (t.dim == dim) return t.stride;
  return 0;
}

void for_each_index(loop::Kernel& k, const std::function<void(loop::Affine&)>& f) {
  for (loop::Phase& phase : k.phases)
    for (loop::Instr& i : phase.body)
      if (i.op == loop::Op::Index || i.buffer >= 0) f(i.index);
  if (k.kind != loop::KernelKind::Nest) f(k.a.index), f(k.b.index);
}

/// Whether some value is read as it runs along the reduction dims: these then stay out of lanes.
bool has_running(const loop::Kernel& k) {
  return std::ranges::any_of(k.phases, [](const loop::Phase& phase) {
    return std::ranges::any_of(phase.body, [](const loop::Instr& i) {
      return i.op == loop::Op::Running || i.op == loop::Op::Before;
    });
  });
}

/// Takes dim `gone` out of the kernel; its terms have been removed or are to be dropped.
void drop_dim(loop::Kernel& k, int gone) {
  for_each_index(k, [&](loop::Affine& a) {
    std::vector<loop::Affine::Term> kept;
    for (auto& t : a.terms)
      if (t.dim != gone) kept.push_back({t.dim > gone ? t.dim - 1 : t.dim, t.stride});
    a.terms = std::move(kept);
  });
  k.dims.erase(k.dims.begin() + gone);
  if (gone < k.parallel) --k.parallel;
  if (k.lane > gone)
    --k.lane;
  else if (k.lane == gone)
    k.lane = -1;
}

bool walks_as_one(loop::Kernel& k, int outer, int inner) {
  bool ok = true;
  for_each_index(k, [&](loop::Affine& a) {
    if (!ok) return;
    const Dim so = stride_of(a, outer), si = stride_of(a, inner),
              extent = k.dims[static_cast<std::size_t>(inner)].extent;
    if (!so.is_static() && !extent.is_static())
      ok = so == si && so == Dim(0);
    else if (!si.is_static() && !extent.is_static())
      ok = false;
    else
      ok = so == si * extent;
  });
  if (!ok) return false;
  const Dim a = k.dims[static_cast<std::size_t>(outer)].extent,
            b = k.dims[static_cast<std::size_t>(inner)].extent;
  return a.is_static() || b.is_static();
}

/// Whether `d` is a contraction's m and the dim before it can take its place, since B does not walk
/// along it either: tiles of that dim's rows have more sums at a time than those of one row.
bool is_spare_m(const loop::Kernel& k, int d) {
  return k.kind == loop::KernelKind::Contraction && d == k.parallel - 2 && d > 0 && k.chains == 1 &&
         stride_of(k.b.index, d - 1) == Dim(0);
}

} // namespace

void collapse_dims(loop::Kernel& k) {
  const bool contraction = k.kind == loop::KernelKind::Contraction;
  // A contraction keeps m and n, and a k at least; a sort the dim that is sorted.
  const auto is_fixed = [&](int d) {
    const int m = k.parallel - 2, rank = static_cast<int>(k.dims.size());
    if (k.kind == loop::KernelKind::Sort) return d == rank - 1;
    return contraction && (d == m || d == m + 1 || (d > m + 1 && rank == m + 3));
  };
  const bool lane_reduced = k.lane >= k.parallel;
  for (int d = static_cast<int>(k.dims.size()); d-- > 0;) {
    if (k.dims[static_cast<std::size_t>(d)].extent != Dim(1)) continue;
    if (is_spare_m(k, d))
      k.dims[static_cast<std::size_t>(d) - 1].name = k.dims[static_cast<std::size_t>(d)].name;
    else if (is_fixed(d))
      continue;
    drop_dim(k, d);
  }
  for (int inner = static_cast<int>(k.dims.size()); inner-- > 1;) {
    const int outer = inner - 1;
    if (contraction && (inner == k.parallel - 1 || outer == k.parallel - 1)) continue; // n alone
    if ((outer < k.parallel) != (inner < k.parallel) || !walks_as_one(k, outer, inner)) continue;
    k.dims[static_cast<std::size_t>(inner)].extent =
        k.dims[static_cast<std::size_t>(outer)].extent *
        k.dims[static_cast<std::size_t>(inner)].extent;
    drop_dim(k, outer);
  }
  if (k.lane >= 0 || k.dims.empty() || k.kind == loop::KernelKind::Sort) return;
  if (has_running(k)) {
    k.lane = k.parallel - 1;
    return;
  }
  // The lane dim went: the innermost dim that is left takes its place, reduced ones first.
  const int rank = static_cast<int>(k.dims.size());
  k.lane = lane_reduced || rank > k.parallel ? rank - 1 : k.parallel - 1;
}

} // namespace nngc::lower_detail
