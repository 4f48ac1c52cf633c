// A phase that needs a function of every element again, as softmax needs its powers after it has
// summed them, reads what an earlier phase left where the result will lie, instead of computing it
// anew: while a row is short, that is in the first cache, and the elements are the same to the bit.
#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

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

/// The bytes of an element's row that are touched between two phases; nothing if that is unknown.
std::optional<std::int64_t> row_bytes(const Kernel& k, DType type) {
  std::int64_t count = byte_size(type);
  for (std::size_t d = static_cast<std::size_t>(k.parallel); d < k.dims.size(); ++d) {
    if (!k.dims[d].extent.is_static()) return {};
    count *= k.dims[d].extent.value();
    if (count > most_row_bytes) return count;
  }
  constexpr std::int64_t lanes = 64; // of a parallel dim that go together
  return k.lane >= 0 && k.lane < k.parallel ? count * lanes : count;
}

/// Whether each point of the kernel has an element of its own there.
bool visits_each_once(const Kernel& k, const loop::Affine& index) {
  std::vector<std::pair<std::int64_t, std::int64_t>> walks; // stride, extent
  for (std::size_t d = 0; d < k.dims.size(); ++d) {
    const Dim& extent = k.dims[d].extent;
    if (extent == Dim(1)) continue;
    const auto term = std::ranges::find(index.terms, static_cast<int>(d), &loop::Affine::Term::dim);
    if (term == index.terms.end()) return false;
    if (d < static_cast<std::size_t>(k.parallel) &&
        !(term->stride.is_static() && extent.is_static()))
      continue; // row-major roots: a symbolic dim is outside of all static ones
    if (!term->stride.is_static() || !extent.is_static()) return false;
    walks.emplace_back(term->stride.value(), extent.value());
  }
  std::ranges::sort(walks);
  std::int64_t reach = 1;
  for (const auto& [stride, extent] : walks) {
    if (stride < reach) return false;
    reach = stride * extent;
  }
  return true;
}

int accesses(const Kernel& k, int buffer) {
  int count = 0;
  for (const Phase& phase : k.phases)
    for (const Instr& i : phase.body) count += i.buffer == buffer ? 1 : 0;
  return count;
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
    used[i] = used[i] || instr.op == Op::Store || instr.op == Op::StoreAt || instr.op == Op::AddAt;
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

void keep_rows(Kernel& k) {
  if (k.kind != loop::KernelKind::Nest || k.serial) return;
  Expressions expressions;
  std::map<int, std::pair<std::size_t, int>> first; // expression -> phase and instruction
  for (std::size_t p = 0; p < k.phases.size(); ++p) {
    Phase& phase = k.phases[p];
    if (!phase.loops) continue;
    std::vector<int> numbers;
    for (const Instr& i : phase.body) numbers.push_back(expressions.number(i, numbers));
    bool changed = false;
    for (std::size_t n = 0; n < phase.body.size(); ++n) {
      const auto [known, added] = first.try_emplace(numbers[n], p, static_cast<int>(n));
      const DType type = phase.body[n].type;
      if (added || known->second.first == p || !is_heavy(phase.body[n].op) ||
          (type != DType::F32 && type != DType::F64) ||
          row_bytes(k, type).value_or(most_row_bytes) >= most_row_bytes)
        continue;
      const auto store = std::ranges::find_if(phase.body, [&](const Instr& i) {
        return i.op == Op::Store && accesses(k, i.buffer) == 1 && i.type == type &&
               visits_each_once(k, i.index);
      });
      if (store == phase.body.end()) continue;
      Instr keep = *store, load = *store;
      keep.a = known->second.second;
      load.op = Op::Load, load.a = -1;
      k.phases[known->second.first].body.push_back(std::move(keep));
      phase.body[n] = std::move(load);
      changed = true;
    }
    if (changed) drop_unused(phase);
  }
}

} // namespace nngc::lower_detail
