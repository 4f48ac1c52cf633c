#include "codegen/dependence.h"

#include <bit>
#include <set>

#include "codegen/instr_emitter.h"

namespace nngc::codegen {

using loop::Op;

bool is_effect(Op op) { return op >= Op::Store; }

bool is_running(Op op) { return op == Op::Running || op == Op::Before; }

bool is_access(Op op) { return op == Op::Load || op == Op::LoadAt || is_effect(op); }

int deepest(DimSet dims) { return std::bit_width(dims) - 1; }

Dim stride_of(const loop::Affine& index, int dim) {
  for (const loop::Affine::Term& term : index.terms)
    if (term.dim == dim) return term.stride;
  return 0;
}

std::int64_t weight(const std::vector<loop::Instr>& body) {
  std::int64_t sum = 0;
  for (const loop::Instr& instr : body) {
    if (instr.op == Op::Const || instr.op == Op::Index) continue;
    if (is_function(instr.op))
      sum += 16;
    else if (instr.op == Op::Div || instr.op == Op::Rem || instr.op == Op::Sqrt)
      sum += 4;
    else
      sum += 1;
  }
  return sum;
}

std::vector<std::vector<DimSet>> dependences(const loop::Kernel& kernel) {
  const DimSet parallel = (DimSet{1} << kernel.parallel) - 1;
  const DimSet all = (DimSet{1} << kernel.dims.size()) - 1;
  std::set<int> stored;
  for (const loop::Phase& phase : kernel.phases)
    for (const loop::Instr& instr : phase.body)
      if (is_effect(instr.op)) stored.insert(instr.buffer);
  std::vector<std::vector<DimSet>> result;
  for (const loop::Phase& phase : kernel.phases) {
    const bool deep = phase.loops && kernel.kind == loop::KernelKind::Nest;
    std::vector<DimSet> sets;
    for (const loop::Instr& instr : phase.body) {
      DimSet set = 0;
      for (const int operand : {instr.a, instr.b, instr.c})
        if (operand >= 0) set |= sets[static_cast<std::size_t>(operand)];
      for (const loop::Affine::Term& term : instr.index.terms) set |= DimSet{1} << term.dim;
      if (instr.op == Op::Acc || instr.op == Op::Reduced) set |= parallel;
      if (is_running(instr.op)) set |= all;
      if (is_effect(instr.op) || (is_access(instr.op) && stored.contains(instr.buffer)))
        set |= deep ? all : parallel;
      sets.push_back(set);
    }
    result.push_back(std::move(sets));
  }
  return result;
}

} // namespace nngc::codegen
