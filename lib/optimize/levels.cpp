// Which classes of rewrites a level allows, and their names.
#include <array>

#include "nngc/passes.h"

namespace nngc {

namespace {
constexpr std::array<std::string_view, 4> levels = {"strict", "default", "relaxed", "fast"};
constexpr std::array<std::string_view, 7> classes = {
    "exact", "signed-zero", "stabilise", "ulp", "reassociate", "finite", "domain"};
} // namespace

bool allowed(RuleClass rule_class, MathLevel level) {
  switch (rule_class) {
  case RuleClass::Exact: return true;
  case RuleClass::SignedZero:
  case RuleClass::Stabilise: return level >= MathLevel::Default;
  case RuleClass::Ulp:
  case RuleClass::Reassociate: return level >= MathLevel::Relaxed;
  case RuleClass::Finite:
  case RuleClass::Domain: return level >= MathLevel::Fast;
  }
  return false;
}

std::string_view name(MathLevel level) { return levels[static_cast<std::size_t>(level)]; }
std::string_view name(RuleClass rule_class) {
  return classes[static_cast<std::size_t>(rule_class)];
}

bool parse_math_level(std::string_view text, MathLevel& out) {
  for (std::size_t i = 0; i < levels.size(); ++i)
    if (levels[i] == text) return out = static_cast<MathLevel>(i), true;
  return false;
}

} // namespace nngc
