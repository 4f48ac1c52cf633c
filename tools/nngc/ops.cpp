// nngc ops: the primitives.
#include <fmt/format.h>

#include "cli.h"
#include "nngc/op_info.h"

namespace nngc::cli {
namespace {

std::string operands(const OpInfo& op) {
  if (op.max_operands < 0) return fmt::format("{}+", op.min_operands);
  if (op.min_operands == op.max_operands) return std::to_string(op.min_operands);
  return fmt::format("{}-{}", op.min_operands, op.max_operands);
}

std::string attrs(const OpInfo& op) {
  std::string text;
  for (const OpAttrInfo& a : op.attrs)
    text +=
        fmt::format("{}{}{}: {}", text.empty() ? "" : ", ", a.name, a.required ? "" : "?", a.kind);
  return text;
}

void list_ops(bool markdown) {
  std::string text;
  if (markdown)
    text = "| op | operands | attributes | derivative | what it is |\n|---|---|---|---|---|\n";
  for (const OpInfo& op : op_infos()) {
    const std::string derivative =
        op.not_differentiable.empty() ? "yes" : fmt::format("no: {}", op.not_differentiable);
    if (markdown)
      text += fmt::format("| `{}` | {} | {} | {} | {} |\n", op.name, operands(op), attrs(op),
                          derivative, op.summary);
    else
      text += fmt::format("{:17} {:3} {}{}{}\n", op.name, operands(op), op.summary,
                          op.attrs.empty() ? "" : " {" + attrs(op) + "}",
                          op.not_differentiable.empty() ? "" : "; no derivative");
  }
  write_file("-", text);
}

} // namespace

void add_ops(CLI::App& app) {
  auto markdown = std::make_shared<bool>(false);
  CLI::App* sub =
      app.add_subcommand("ops", "lists the primitives: operands, attributes, what they compute");
  sub->add_flag("--markdown", *markdown, "as a table for documentation");
  sub->footer("Each line: name, number of operands, what it computes, {attributes}.\n"
              "Examples:\n  nngc ops\n  nngc ops --markdown > ops.md");
  sub->callback([markdown] { list_ops(*markdown); });
}

} // namespace nngc::cli
