#include "loop/loop_printer.h"

#include <fmt/format.h>

#include <array>
#include <bit>

namespace nngc::loop {
namespace {

constexpr std::array op_names = {
    "const",  "index",       "load",      "load_at",   "acc",      "reduced", "running",
    "before", "neg",         "abs",       "add",       "sub",      "mul",     "div",
    "rem",    "max",         "min",       "and",       "or",       "xor",     "not",
    "shl",    "shr_logical", "shr_arith", "fma",       "eq",       "ne",      "lt",
    "le",     "gt",          "ge",        "is_finite", "select",   "convert", "exp",
    "expm1",  "log",         "log1p",     "sqrt",      "rsqrt",    "sin",     "cos",
    "tan",    "tanh",        "logistic",  "erf",       "atan",     "pow",     "floor",
    "ceil",   "round_even",  "trunc",     "store",     "store_at", "add_at",  "max_at",
    "min_at"};
static_assert(op_names.size() == static_cast<std::size_t>(Op::MinAt) + 1);

constexpr std::array reduce_names = {"add", "mul",     "max",     "min",   "and",
                                     "or",  "arg_max", "arg_min", "linrec"};
static_assert(reduce_names.size() == static_cast<std::size_t>(ReduceOp::Linrec) + 1);

std::string affine(const Affine& index, const Kernel& kernel) {
  std::string text;
  if (!(index.base == Dim(0)) || index.terms.empty()) text = index.base.str();
  for (const Affine::Term& term : index.terms) {
    if (!text.empty()) text += " + ";
    text += kernel.dims[static_cast<std::size_t>(term.dim)].name;
    if (!(term.stride == Dim(1))) text += "*" + term.stride.str();
  }
  return text;
}

std::string buffer_name(const Entry& entry, int buffer) {
  const std::string& name = entry.buffers[static_cast<std::size_t>(buffer)].name;
  return name.empty() ? fmt::format("b{}", buffer) : name;
}

std::string constant(const Instr& instr) {
  if (instr.type == DType::F32)
    return fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(instr.bits)));
  if (instr.type == DType::F64) return fmt::format("{}", std::bit_cast<double>(instr.bits));
  if (instr.type == DType::BF16 || instr.type == DType::F16)
    return fmt::format("{:#06x}", instr.bits);
  if (is_signed_int(instr.type)) {
    const int unused = 64 - 8 * byte_size(instr.type);
    return fmt::format("{}", static_cast<std::int64_t>(instr.bits << unused) >> unused);
  }
  return fmt::format("{}", instr.bits);
}

std::string instruction(const Entry& entry, const Kernel& kernel, const Instr& instr,
                        std::size_t number) {
  const auto operand = [](int index) {
    return index < 0 ? std::string() : fmt::format(" %{}", index);
  };
  std::string text = fmt::format("%{} = {} {}", number, name(instr.op), nngc::name(instr.type));
  const auto place = [&](int offset) {
    return fmt::format(" {}[{}{}]", buffer_name(entry, instr.buffer), affine(instr.index, kernel),
                       offset < 0 ? "" : fmt::format(" + %{}", offset));
  };
  const auto condition = [](int index) { return index < 0 ? "" : fmt::format(" if %{}", index); };
  switch (instr.op) {
  case Op::Const: return text + " " + constant(instr);
  case Op::Index: return text + " " + affine(instr.index, kernel);
  case Op::Load: return text + place(-1);
  case Op::LoadAt: return text + place(instr.a) + condition(instr.b);
  case Op::Reduced: return text + fmt::format(" phase {} result {}", instr.phase, instr.imm);
  case Op::Store: return fmt::format("store{} ={}", place(-1), operand(instr.a));
  case Op::StoreAt:
    return fmt::format("store{} ={}{}", place(instr.a), operand(instr.b), condition(instr.c));
  case Op::AddAt:
    return fmt::format("add_at{} +={}{}", place(instr.a), operand(instr.b), condition(instr.c));
  case Op::MaxAt:
  case Op::MinAt:
    return fmt::format("{}{} with{}{}", name(instr.op), place(instr.a), operand(instr.b),
                       condition(instr.c));
  case Op::Running:
  case Op::Before: return text + fmt::format(" result {}", instr.imm);
  default: return text + operand(instr.a) + operand(instr.b) + operand(instr.c);
  }
}

std::string_view kind_name(KernelKind kind) {
  constexpr std::array names = {"nest", "contraction", "control", "sort"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view kind_name(BufferKind kind) {
  constexpr std::array names = {"input", "output", "inout", "arena", "constant"};
  return names[static_cast<std::size_t>(kind)];
}

} // namespace

std::string_view name(Op op) { return op_names[static_cast<std::size_t>(op)]; }

std::string_view name(ReduceOp op) { return reduce_names[static_cast<std::size_t>(op)]; }

namespace {

std::string call(const Entry& entry, const BodyCall& call) {
  std::string text = entry.bodies[static_cast<std::size_t>(call.body)].name + "(";
  const char* separator = "";
  for (const Passed& p : call.arguments) {
    text += separator;
    switch (p.kind) {
    case Passed::Kind::Whole: text += buffer_name(entry, p.buffer); break;
    case Passed::Kind::Row:
      text += fmt::format("{}[step*{}]", buffer_name(entry, p.buffer), p.stride.str());
      break;
    case Passed::Kind::CarryIn: text += fmt::format("carry{}", p.number); break;
    case Passed::Kind::CarryOut: text += fmt::format("carry{}'", p.number); break;
    }
    separator = ", ";
  }
  return text + ")";
}

std::string control(const Entry& entry, const Kernel& kernel) {
  constexpr std::array kinds = {"scan", "while", "cond"};
  const Control& c = kernel.control;
  std::string text = fmt::format("  {} {}", kinds[static_cast<std::size_t>(c.kind)], kernel.name);
  if (c.kind != ControlKind::Cond && c.bounded)
    text += fmt::format("(step < {}{})", c.trips.str(), c.reverse ? " reverse" : "");
  if (c.count >= 0) text += " count " + buffer_name(entry, c.count);
  if (c.test >= 0) text += " test " + buffer_name(entry, c.test);
  if (c.steps >= 0) text += " steps " + buffer_name(entry, c.steps);
  text += kernel.note.empty() ? " {\n" : " {  // " + kernel.note + "\n";
  for (const int buffer : c.cleared) text += "    clear " + buffer_name(entry, buffer) + "\n";
  for (std::size_t i = 0; i < c.carries.size(); ++i)
    text += fmt::format(
        "    carry{} from {} to {} by {}\n", i, buffer_name(entry, c.carries[i].init),
        buffer_name(entry, c.carries[i].result), buffer_name(entry, c.carries[i].spare));
  for (const BodyCall& b : c.calls) text += "    call " + call(entry, b) + "\n";
  return text + "  }\n";
}

} // namespace

std::string print(const Entry& entry, const Kernel& kernel) {
  if (kernel.kind == KernelKind::Control) return control(entry, kernel);
  std::string text = fmt::format("  {} {}(", kind_name(kernel.kind), kernel.name);
  for (std::size_t d = 0; d < kernel.dims.size(); ++d) {
    const char* separator = d == 0                                   ? ""
                            : static_cast<int>(d) == kernel.parallel ? "; reduce "
                                                                     : ", ";
    text += fmt::format("{}{} < {}{}", separator, kernel.dims[d].name, kernel.dims[d].extent.str(),
                        static_cast<int>(d) == kernel.lane ? " lanes" : "");
  }
  text += kernel.serial ? ") serial" : ")";
  if (kernel.rows > 1) text += fmt::format(" by {}", kernel.rows);
  text += kernel.note.empty() ? " {\n" : " {  // " + kernel.note + "\n";
  if (kernel.kind == KernelKind::Contraction)
    text += fmt::format("    acc {} += {}[{}] * {}[{}]{}  // {}\n", nngc::name(kernel.acc_type),
                        buffer_name(entry, kernel.a.buffer), affine(kernel.a.index, kernel),
                        buffer_name(entry, kernel.b.buffer), affine(kernel.b.index, kernel),
                        kernel.chains > 1 ? fmt::format(" in {} chains", kernel.chains) : "",
                        nngc::name(kernel.operand_type));
  if (kernel.kind == KernelKind::Sort)
    text += fmt::format("    {}[{}] = positions of {}[{}]{}, the first {}  // {}\n",
                        buffer_name(entry, kernel.b.buffer), affine(kernel.b.index, kernel),
                        buffer_name(entry, kernel.a.buffer), affine(kernel.a.index, kernel),
                        kernel.descending ? " descending" : "", kernel.count.str(),
                        nngc::name(kernel.operand_type));
  if (kernel.scratch >= 0)
    text += fmt::format(
        "    scratch {}{}\n", buffer_name(entry, kernel.scratch),
        kernel.scratch_row > 0 ? fmt::format(", {} elements a point", kernel.scratch_row) : "");
  for (std::size_t p = 0; p < kernel.phases.size(); ++p) {
    const Phase& phase = kernel.phases[p];
    if (kernel.kind == KernelKind::Nest)
      text += fmt::format("   phase {}{}:\n", p, phase.loops ? " over all" : "");
    for (std::size_t i = 0; i < phase.body.size(); ++i)
      text += "    " + instruction(entry, kernel, phase.body[i], i) + "\n";
    for (const Reduction& reduction : phase.reductions)
      text += fmt::format("    reduce {} %{}{}\n", name(reduction.op), reduction.value,
                          reduction.index < 0 ? "" : fmt::format(" at %{}", reduction.index));
  }
  return text + "  }\n";
}

namespace {

void print_entry(std::string& text, const Entry& entry, std::string_view kind) {
  for (const Entry& body : entry.bodies) print_entry(text, body, "body");
  text += fmt::format("{} {} workspace {} {{\n", kind, entry.name, entry.workspace.str());
  for (const Argument& argument : entry.arguments)
    text += fmt::format("  argument {} {} {} {}\n", argument.name, kind_name(argument.kind),
                        argument.role, argument.type.str());
  for (const Dim& extent : entry.extents) text += fmt::format("  require {} >= 0\n", extent.str());
  for (std::size_t i = 0; i < entry.buffers.size(); ++i) {
    const Buffer& buffer = entry.buffers[i];
    text += fmt::format("  buffer {} {} {}[{}]", buffer_name(entry, static_cast<int>(i)),
                        kind_name(buffer.kind), nngc::name(buffer.dtype), buffer.size.str());
    if (buffer.kind == BufferKind::Arena)
      text += " at " + buffer.offset.str();
    else if (buffer.kind != BufferKind::Constant)
      text += fmt::format(" arg {}", buffer.arg);
    text += "\n";
  }
  for (const Kernel& kernel : entry.kernels) text += print(entry, kernel);
  text += "}\n";
}

} // namespace

std::string print(const Program& program) {
  std::string text = "program " + program.name + "\n";
  for (const Entry& entry : program.entries) print_entry(text, entry, "entry");
  return text;
}

} // namespace nngc::loop
