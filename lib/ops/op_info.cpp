// The public view of the op records.
#include "nngc/op_info.h"

#include <array>

#include "ir/op_def.h"

namespace nngc {

std::vector<OpInfo> op_infos() {
  static constexpr std::array<std::string_view, 9> kinds = {
      "bool", "int", "float", "string", "dtype", "ints", "dims", "literal", "region"};
  std::vector<OpInfo> result;
  for (int i = 0; i < op_count; ++i) {
    const OpDef& def = op_def(static_cast<Opcode>(i));
    OpInfo info{.name = def.mnemonic,
                .summary = def.summary,
                .signature = def.signature,
                .min_operands = def.min_operands,
                .max_operands = def.max_operands,
                .elementwise = (def.traits & trait::Elementwise) != 0,
                .commutative = (def.traits & trait::Commutative) != 0,
                .not_differentiable = def.not_differentiable,
                .attrs = {}};
    for (const AttrSpec& a : def.attrs)
      info.attrs.push_back({a.key, kinds[static_cast<std::size_t>(a.kind)], a.summary, a.required});
    result.push_back(std::move(info));
  }
  return result;
}

} // namespace nngc
