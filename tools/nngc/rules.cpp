// nngc rules: the rewrites.
#include <fmt/format.h>

#include "cli.h"

namespace nngc::cli {
namespace {

constexpr MathLevel levels[] = {MathLevel::Strict, MathLevel::Default, MathLevel::Relaxed,
                                MathLevel::Fast};

/// The first level at which the class may run.
MathLevel lowest(RuleClass rule_class) {
  for (const MathLevel level : levels)
    if (allowed(rule_class, level)) return level;
  return MathLevel::Fast;
}

std::string_view meaning(MathLevel level) {
  switch (level) {
  case MathLevel::Strict: return "the same bits";
  case MathLevel::Default: return "other signs of zeros, or more accurate";
  case MathLevel::Relaxed: return "a few ulp, sums in another order";
  case MathLevel::Fast: return "as if nothing were infinite or NaN";
  }
  return "";
}

/// A bar in a cell would end it.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return result;
}

void list_rules(bool markdown) {
  const std::vector<RuleInfo> rules = rewrite_rules();
  std::string text;
  for (const MathLevel level : levels) {
    if (markdown)
      text += fmt::format("{}**`--math={}`** and above: {}.\n\n| rule | class | rewrite |\n"
                          "|---|---|---|\n",
                          text.empty() ? "" : "\n", name(level), meaning(level));
    for (const RuleInfo& rule : rules) {
      if (lowest(rule.rule_class) != level) continue;
      if (markdown)
        text += fmt::format("| `{}` | {} | {} |\n", rule.name, name(rule.rule_class),
                            cell(rule.summary));
      else
        text += fmt::format("{:22} {:11} {:8} {}\n", rule.name, name(rule.rule_class), name(level),
                            rule.summary);
    }
  }
  write_file("-", text);
}

} // namespace

void add_rules(CLI::App& app) {
  auto markdown = std::make_shared<bool>(false);
  CLI::App* sub = app.add_subcommand("rules", "lists the rewrites: class, level, pattern");
  sub->add_flag("--markdown", *markdown, "as tables for documentation");
  sub->footer("Each line: name, numeric class, the lowest --math= level that allows it, pattern -> "
              "replacement. `nngc compile MODEL --stats` says which of them fired, and how often.\n"
              "Examples:\n  nngc rules\n  nngc rules --markdown > rules.md");
  sub->callback([markdown] { list_rules(*markdown); });
}

} // namespace nngc::cli
