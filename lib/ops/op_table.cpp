// The table of primitives, made from nngc/ops.def.
#include <array>

#include "ir/op_def.h"

namespace nngc {

namespace {
constexpr std::array<const OpDef*, op_count> table = {
#define NNGC_OP(enumerator, mnemonic) &ops::enumerator,
#include "nngc/ops.def"
#undef NNGC_OP
};
} // namespace

const OpDef& op_def(Opcode op) { return *table[static_cast<std::size_t>(op)]; }

bool find_op(std::string_view mnemonic, Opcode& out) {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i]->mnemonic == mnemonic) return out = static_cast<Opcode>(i), true;
  return false;
}

} // namespace nngc
