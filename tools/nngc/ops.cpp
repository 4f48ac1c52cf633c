// nngc ops: the primitives.
#include <fmt/format.h>

#include "cli.h"
#include "nngc/op_info.h"

namespace nngc::cli {
namespace {

std::string attrs(const OpInfo& op) {
  std::string text;
  for (const OpAttrInfo& a : op.attrs)
    text +=
        fmt::format("{}{}{}: {}", text.empty() ? "" : ", ", a.name, a.required ? "" : "?", a.kind);
  return text;
}

// Attributes with what they mean, one a line of the table's cell.
std::string attr_cell(const OpInfo& op) {
  std::string text;
  for (const OpAttrInfo& a : op.attrs)
    text += fmt::format("{}`{}: {}`{}{}{}", text.empty() ? "" : "<br>", a.name, a.kind,
                        a.required ? "" : ", optional", a.summary.empty() ? "" : ": ", a.summary);
  return text;
}

std::string traits_cell(const OpInfo& op) {
  return op.commutative ? "elementwise, commutative" : op.elementwise ? "elementwise" : "";
}

void list_ops(bool markdown) {
  std::string text;
  if (markdown)
    text = "| op | operands and result | attributes | derivative | kind | what it computes |\n"
           "|---|---|---|---|---|---|\n";
  for (const OpInfo& op : op_infos()) {
    const std::string derivative =
        op.not_differentiable.empty() ? "yes" : fmt::format("no: {}", op.not_differentiable);
    if (markdown)
      text += fmt::format("| `{}` | `{}` | {} | {} | {} | {} |\n", op.name, op.signature,
                          attr_cell(op), derivative, traits_cell(op), op.summary);
    else
      text += fmt::format("{:17} {:26} {}{}{}\n", op.name, op.signature, op.summary,
                          op.attrs.empty() ? "" : " {" + attrs(op) + "}",
                          op.not_differentiable.empty() ? "" : "; no derivative");
  }
  write_file("-", text);
}

void show_op(const std::string& name) {
  for (const OpInfo& op : op_infos()) {
    if (op.name != name) continue;
    std::string text = fmt::format(
        "{}: {}\nsignature   {}{}\nderivative  {}\n", op.name, op.summary, op.signature,
        op.commutative ? ", in any order" : "",
        op.not_differentiable.empty() ? "yes" : fmt::format("no: {}", op.not_differentiable));
    for (const OpAttrInfo& a : op.attrs)
      text += fmt::format("{:11} {}{}{}{}\n", a.name, a.kind, a.required ? "" : ", may be left out",
                          a.summary.empty() ? "" : ": ", a.summary);
    write_file("-", text);
    return;
  }
  throw UsageError(fmt::format("there is no op '{}'; `nngc ops` lists them", name));
}

} // namespace

void add_ops(CLI::App& app) {
  struct Options {
    bool markdown = false;
    std::string name;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      app.add_subcommand("ops", "lists the primitives: operands, attributes, what they compute");
  CLI::Option* one =
      sub->add_option("OP", options->name, "one primitive, with its attributes")->type_name("NAME");
  sub->add_flag("--markdown", options->markdown, "as a table for documentation")->excludes(one);
  sub->footer(
      "Each line: name, operands with their dtypes, the result's dtype, what it computes, "
      "{attributes}; `?` marks those that may be left out. number is float or int, bits is bool or "
      "int.\n"
      "Examples:\n  nngc ops\n  nngc ops dot_general\n  nngc ops --markdown > ops.md");
  sub->callback([options] {
    if (options->name.empty())
      list_ops(options->markdown);
    else
      show_op(options->name);
  });
}

} // namespace nngc::cli
