// How rows that are reduced go through their phases. Short ones go several at a time. A phase that
// needs a function of every element again, as softmax needs its powers after it has summed them,
// reads what an earlier phase left in a row of scratch memory instead of computing it anew: while
// the row is short, that is in the first cache, and the elements are the same to the bit.
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "loop/row_stages.h"
#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

using loop::Instr;
using loop::Kernel;
using loop::Op;
using loop::Phase;

/// Beyond so many bytes of a row the way to memory and back costs more than the function.
constexpr std::int64_t most_row_bytes = std::int64_t{1} << 17;

bool is_heavy(Op op) { return op >= Op::Exp && op <= Op::Pow; }

/// Numbers for expressions: instructions of all phases that compute the same have the same.
class Expressions {
public:
  int number(const Instr& i, const std::vector<int>& numbers) {
    const auto of = [&](int operand) {
      return operand < 0 ? -1 : numbers[static_cast<std::size_t>(operand)];
    };
    std::vector<std::tuple<int, std::string>> terms;
    for (const auto& t : i.index.terms) terms.emplace_back(t.dim, t.stride.str());
    const Key key{i.op,
                  i.type,
                  of(i.a),
                  of(i.b),
                  of(i.c),
                  i.buffer,
                  i.bits,
                  i.phase,
                  i.imm,
                  i.index.base.str(),
                  std::move(terms)};
    return known_.try_emplace(key, static_cast<int>(known_.size())).first->second;
  }

private:
  using Key = std::tuple<Op, DType, int, int, int, int, std::uint64_t, int, int, std::string,
                         std::vector<std::tuple<int, std::string>>>;
  std::map<Key, int> known_;
};

/// The reduced elements of a point; nothing if that is unknown.
std::optional<std::int64_t> row_elements(const Kernel& k) {
  std::int64_t count = 1;
  for (std::size_t d = static_cast<std::size_t>(k.parallel); d < k.dims.size(); ++d) {
    const Dim& extent = k.dims[d].extent;
    if (!extent.is_static() || extent.value() >= most_row_bytes) return {};
    count *= extent.value();
    if (count >= most_row_bytes) return {};
  }
  return count;
}

/// Where an element lies in a row of scratch memory.
loop::Affine place_in_row(const Kernel& k, std::int64_t start) {
  loop::Affine place;
  place.base = start;
  std::int64_t stride = 1;
  for (std::size_t d = k.dims.size(); d-- > static_cast<std::size_t>(k.parallel);) {
    const std::int64_t extent = k.dims[d].extent.value();
    if (extent > 1) place.terms.insert(place.terms.begin(), {static_cast<int>(d), Dim(stride)});
    stride *= extent;
  }
  return place;
}

bool lane_is_reduced(const Kernel& k) { return k.lane >= k.parallel; }

/// How many rows are under way at once. Staggered phases wait for nothing, as long as the rows
/// between them stay in the first cache: two apart where rows are short, or where a function of
/// each element takes most of the time. Elsewhere what one row waits for at the end of a phase, the
/// sum over its lanes, is done while the others are read.
int rows_at_once(const Kernel& k) {
  constexpr std::int64_t tiny = 32, very_short = 128, still_short = 1024, short_of_functions = 512;
  const auto reduces = [](const Phase& phase) { return !phase.reductions.empty(); };
  const auto row = row_elements(k);
  if (k.parallel == 0 || !lane_is_reduced(k) || !row || std::ranges::none_of(k.phases, reduces))
    return 1;
  const bool functions = std::ranges::any_of(k.phases, [](const Phase& phase) {
    return phase.loops && std::ranges::any_of(phase.body, [](const Instr& i) {
             return is_heavy(i.op) && i.op != Op::Rsqrt && i.op != Op::Sqrt;
           });
  });
  int rows = *row <= very_short ? 4 : *row <= still_short ? 2 : 1;
  if (loop::has_stages(k)) {
    // The shortest go several to a stage, for the sums over their lanes weigh most.
    if (*row <= tiny)
      rows = 16;
    else if (functions)
      rows = *row <= 2 * tiny ? 8 : *row <= short_of_functions ? 4 : 2;
  }
  // Where all points are few, the copies of the code cost more to compile than they ever save.
  constexpr std::int64_t few_elements = 2048;
  std::int64_t elements = *row;
  for (std::size_t d = 0; d < static_cast<std::size_t>(k.parallel); ++d) {
    const Dim& extent = k.dims[d].extent;
    if (!extent.is_static()) return rows;
    elements *= std::min(extent.value(), few_elements);
    elements = std::min(elements, few_elements);
  }
  if (elements < few_elements) return 1;
  const Dim& count = k.dims[static_cast<std::size_t>(k.parallel - 1)].extent;
  while (count.is_static() && rows > 1 && count.value() < rows) rows /= 2;
  return rows;
}

/// Takes out what nothing uses any more.
void drop_unused(Phase& phase) {
  std::vector<bool> used(phase.body.size());
  for (const loop::Reduction& r : phase.reductions) {
    used[static_cast<std::size_t>(r.value)] = true;
    if (r.index >= 0) used[static_cast<std::size_t>(r.index)] = true;
  }
  for (std::size_t i = phase.body.size(); i-- > 0;) {
    const Instr& instr = phase.body[i];
    used[i] = used[i] || instr.op >= Op::Store;
    if (!used[i]) continue;
    for (const int operand : {instr.a, instr.b, instr.c})
      if (operand >= 0) used[static_cast<std::size_t>(operand)] = true;
  }
  std::vector<int> place(phase.body.size(), -1);
  std::vector<Instr> kept;
  for (std::size_t i = 0; i < phase.body.size(); ++i) {
    if (!used[i]) continue;
    place[i] = static_cast<int>(kept.size());
    Instr instr = std::move(phase.body[i]);
    for (int* operand : {&instr.a, &instr.b, &instr.c})
      if (*operand >= 0) *operand = place[static_cast<std::size_t>(*operand)];
    kept.push_back(std::move(instr));
  }
  phase.body = std::move(kept);
  for (loop::Reduction& r : phase.reductions) {
    r.value = place[static_cast<std::size_t>(r.value)];
    if (r.index >= 0) r.index = place[static_cast<std::size_t>(r.index)];
  }
}

} // namespace

std::int64_t keep_rows(Kernel& k, int buffer, DType& type) {
  if (k.kind != loop::KernelKind::Nest || k.serial) return 0;
  const auto row = row_elements(k);
  if (!row || !lane_is_reduced(k)) return 0;
  Expressions expressions;
  std::map<int, std::pair<std::size_t, int>> first; // expression -> phase and instruction
  std::map<int, loop::Affine> kept;                 // expression -> where it is
  for (std::size_t p = 0; p < k.phases.size(); ++p) {
    Phase& phase = k.phases[p];
    if (!phase.loops) continue;
    std::vector<int> numbers;
    for (const Instr& i : phase.body) numbers.push_back(expressions.number(i, numbers));
    for (std::size_t n = 0; n < phase.body.size(); ++n) {
      Instr& instr = phase.body[n];
      const auto [known, added] = first.try_emplace(numbers[n], p, static_cast<int>(n));
      if (added || known->second.first == p || !is_heavy(instr.op)) continue;
      const auto have = kept.find(numbers[n]);
      if (have == kept.end()) {
        const auto start = static_cast<std::int64_t>(kept.size()) * *row;
        if (kept.empty()) type = instr.type;
        if (instr.type != type || (type != DType::F32 && type != DType::F64) ||
            (start + *row) * byte_size(type) > most_row_bytes)
          continue;
        Instr store;
        store.op = Op::Store, store.type = type, store.buffer = buffer;
        store.index = place_in_row(k, start), store.a = known->second.second;
        kept.emplace(numbers[n], store.index);
        k.phases[known->second.first].body.push_back(std::move(store));
      }
      Instr load;
      load.op = Op::Load, load.type = type, load.buffer = buffer, load.index = kept.at(numbers[n]);
      instr = std::move(load);
    }
  }
  if (kept.empty()) {
    k.rows = rows_at_once(k);
    return 0;
  }
  for (Phase& phase : k.phases) drop_unused(phase);
  k.scratch = buffer;
  k.rows = rows_at_once(k);
  // Pieces start at cache lines.
  const std::int64_t line = 64 / byte_size(type);
  k.scratch_row = (static_cast<std::int64_t>(kept.size()) * *row + line - 1) / line * line;
  return loop::most_blocks * k.rows * k.scratch_row;
}

} // namespace nngc::lower_detail
