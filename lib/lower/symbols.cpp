// Which symbolic dims a call must be given, which extents it must check, and which dims the caller
// may choose.
#include <algorithm>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

template <class T> void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

void note_symbol(loop::Entry& entry, Dim d) {
  if (!d.is_static()) add_once(entry.symbols, d.symbol_id());
}

/// An extent may be negative though its symbol is not, such as that of x[1:n].
void note_extents(loop::Entry& entry, const Shape& shape) {
  for (const Dim& d : shape) {
    if (d.is_static() || (d.scale() >= 0 && d.offset() >= 0)) continue;
    note_symbol(entry, d);
    add_once(entry.extents, d);
  }
}

/// Symbols of `max_steps`, in `from` or a body of it, that no argument of the entry shows.
void note_limits(loop::Entry& entry, const loop::Entry& from) {
  for (const loop::Kernel& k : from.kernels) {
    const Dim most = k.control.trips;
    if (k.control.kind != loop::ControlKind::While || most.is_static()) continue;
    const auto shows = [&](const loop::Argument& a) {
      return std::any_of(a.type.shape.begin(), a.type.shape.end(),
                         [&](Dim d) { return d.symbol_id() == most.symbol_id(); });
    };
    if (std::none_of(entry.arguments.begin(), entry.arguments.end(), shows))
      add_once(entry.limits, most.symbol_id());
  }
  for (const loop::Entry& body : from.bodies) note_limits(entry, body);
}

/// Bodies are given the caller's dims, in its order.
void hand_down(loop::Entry& entry) {
  for (loop::Entry& body : entry.bodies) {
    body.symbols = entry.symbols;
    hand_down(body);
  }
}

} // namespace

void find_symbols(loop::Entry& entry, const Plan& plan) {
  // Those of the arguments come first: the caller gives their values.
  for (const auto& a : entry.arguments)
    for (Dim d : a.type.shape) note_symbol(entry, d);
  for (const auto& k : entry.kernels) {
    for (const auto& d : k.dims) note_symbol(entry, d.extent);
    note_symbol(entry, k.control.trips);
  }
  for (const loop::Entry& body : entry.bodies) {
    for (const std::uint32_t id : body.symbols) add_once(entry.symbols, id);
    for (const Dim& d : body.extents) add_once(entry.extents, d);
  }
  // Of all values, because code for one that has no loop of its own (a part of a concat) relies on
  // them too.
  for (const auto& a : entry.arguments) note_extents(entry, a.type.shape);
  for (NodeId v = 0; v < plan.graph->size(); ++v)
    if (plan.live[v]) note_extents(entry, plan.graph->type(v).shape);
  note_limits(entry, entry);
  hand_down(entry);
}

} // namespace nngc::lower_detail
