/// The primitives as data: what `nngc ops`, documentation and importers read.
#pragma once

#include <string_view>
#include <vector>

namespace nngc {

struct OpAttrInfo {
  std::string_view name, kind,
      summary; ///< kind: bool, int, float, string, dtype, ints, dims, literal, region
  bool required = true;
};

struct OpInfo {
  std::string_view name, summary;
  /// `(p: bool, a, b: any) -> as a`: operands and their dtypes, then the result's. `number` is
  /// float or int, `bits` is bool or int.
  std::string_view signature;
  int min_operands = 0, max_operands = 0; ///< max -1: any number
  bool elementwise = false, commutative = false;
  std::string_view not_differentiable; ///< why it has no derivative; empty: it has
  std::vector<OpAttrInfo> attrs;
};

/// All primitives, in the order of ops.def.
[[nodiscard]] std::vector<OpInfo> op_infos();

} // namespace nngc
