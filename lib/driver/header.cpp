// The header is text made of the entries alone: no name or size in it comes from anywhere but the
// loop program, so it cannot disagree with the object.
#include "driver/header.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "nngc/error.h"

namespace nngc {
namespace {

constexpr std::string_view preamble = R"(#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Who runs parallel loops; the same for every model. NULL in its place: the calling thread does. */
#ifndef NNGC_PARALLEL_H
#define NNGC_PARALLEL_H
typedef void (*nngc_task)(void* ctx, int64_t begin, int64_t end);
typedef struct nngc_parallel {
  void* pool;
  /* Calls task on ranges that cover 0 <= i < blocks once each, on any threads, and returns when all are done. */
  void (*parallel_for)(void* pool, int64_t blocks, nngc_task task, void* ctx);
} nngc_parallel;
#endif

#ifndef NNGC_STATUS
#define NNGC_STATUS
#define NNGC_OK 0
#define NNGC_BAD_DIM 1 /* a symbolic size, or an extent computed from one, is negative */
#define NNGC_FULL 2    /* a loop takes more steps than the size that is its limit; results are not valid */
#endif
)";

// Names that an argument of a model may have and an argument of a C or C++ function may not:
// keywords, the types and macros that the header itself uses, and macros that compilers and common
// headers define.
constexpr std::string_view reserved[] = {
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break",
    "case", "catch", "char", "char8_t", "char16_t", "char32_t", "class", "co_await", "co_return",
    "co_yield", "compl", "concept", "const", "const_cast", "consteval", "constexpr", "constinit",
    "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum",
    "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline",
    "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr",
    "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast",
    "requires", "restrict", "return", "short", "signed", "sizeof", "static", "static_assert",
    "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true", "try",
    "typedef", "typeid", "typename", "typeof", "typeof_unqual", "union", "unsigned", "using",
    "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
    // what stands in the function
    "args", "dims", "parallel", "workspace", "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t",
    "uint16_t", "uint32_t", "uint64_t", "size_t", "INT64_C", "NULL", "nngc_parallel", "nngc_task",
    "NNGC_OK", "NNGC_BAD_DIM", "NNGC_FULL", "NNGC_STATUS", "NNGC_PARALLEL_H",
    // macros of others
    "I", "assert", "complex", "errno", "imaginary", "i386", "linux", "stderr", "stdin", "stdout",
    "unix"};

std::string c_type(DType t) {
  switch (t) {
  case DType::Bool: return "uint8_t";
  case DType::BF16:
  case DType::F16: return "uint16_t";
  case DType::F32: return "float";
  case DType::F64: return "double";
  default: return fmt::format("{}int{}_t", is_unsigned_int(t) ? "u" : "", 8 * byte_size(t));
  }
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

// Makes names unique: those that are taken or reserved get underscores.
class Names {
public:
  std::string unique(std::string name) {
    // _Bool, __asm__ and their kin belong to the language; an underscore behind changes nothing.
    if (name.starts_with('_')) name = "a" + name;
    while (std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved) ||
           !used_.insert(name).second)
      name += '_';
    return name;
  }
  void take(const std::string& name) { used_.insert(name); }

private:
  std::set<std::string> used_;
};

std::string size_expression(const Dim& d, const std::string& parameter) {
  if (d.is_static()) return fmt::format("INT64_C({})", d.value());
  std::string text = fmt::format("(int64_t)({})", parameter);
  if (d.scale() != 1) text = fmt::format("INT64_C({}) * {}", d.scale(), text);
  if (d.offset() != 0) text += fmt::format(" + INT64_C({})", d.offset());
  return "(" + text + ")";
}

std::string macro(const std::string& name, const Dim& d, std::string_view comment) {
  const std::string parameter = d.is_static() ? "" : Names().unique(d.symbol_name());
  return fmt::format("#define {}{} {} /* {} */\n", name, d.is_static() ? "" : "(" + parameter + ")",
                     size_expression(d, parameter), comment);
}

std::string_view direction(loop::BufferKind kind) {
  return kind == loop::BufferKind::Input    ? "in"
         : kind == loop::BufferKind::Output ? "out"
                                            : "in and out";
}

std::string entry_text(const loop::Entry& entry) {
  if (!entry.name.ends_with(raw_suffix))
    throw std::logic_error("c_header: entry '" + entry.name + "' does not end in '_raw'");
  const std::string name = entry.name.substr(0, entry.name.size() - raw_suffix.size());
  const std::string prefix = upper(name);

  Names macros, arguments;
  arguments.take(entry.name); // an argument of that name would hide the function behind this one
  std::string sizes, parameters, pointers, dims, comment;
  for (const loop::Argument& a : entry.arguments) {
    const std::string c_name = arguments.unique(a.name);
    sizes += macro(macros.unique(prefix + "_" + upper(a.name) + "_SIZE"), a.type.shape.size(),
                   fmt::format("elements of {}: {}", a.name, a.type.str()));
    const bool reads_only = a.kind == loop::BufferKind::Input;
    parameters +=
        fmt::format("    {}{}* {},\n", reads_only ? "const " : "", c_type(a.type.dtype), c_name);
    pointers += fmt::format("{}(void*){}", pointers.empty() ? "" : ", ", c_name);
    comment +=
        fmt::format("     {:<16} {} {}, {}\n", c_name, a.type.str(), a.role, direction(a.kind));
  }
  for (const std::uint32_t symbol : entry.symbols) {
    const std::string c_name = arguments.unique(make_dim(symbol, 1, 0).symbol_name());
    parameters += fmt::format("    int64_t {},\n", c_name);
    dims += (dims.empty() ? "" : ", ") + c_name;
    comment += fmt::format("     {:<16} the value of this symbolic size\n", c_name);
  }

  std::string text = "\n" + sizes;
  text += macro(macros.unique(prefix + "_WORKSPACE"), entry.workspace,
                "bytes of scratch memory, 64-byte aligned");
  text += fmt::format("int {}(void* const* args, const int64_t* dims, void* workspace,\n"
                      "    const struct nngc_parallel* parallel);\n",
                      entry.name);
  text += fmt::format("/* {}: NNGC_OK, or what is wrong; then nothing was written{}.\n{}*/\n", name,
                      may_stop(entry) ? ", unless it is NNGC_FULL" : "", comment);
  text += fmt::format(
      "static inline int {}(\n{}    void* workspace, const struct nngc_parallel* parallel) {{\n",
      name, parameters);
  // An array of no elements is not C.
  text += fmt::format("  void* args[] = {{{}}};\n", pointers.empty() ? "NULL" : pointers);
  if (!dims.empty()) text += fmt::format("  const int64_t dims[] = {{{}}};\n", dims);
  text += fmt::format("  return {}(args, {}, workspace, parallel);\n}}\n", entry.name,
                      dims.empty() ? "NULL" : "dims");
  return text;
}

} // namespace

std::string c_header(const loop::Program& program) {
  const std::string guard = "NNGC_MODEL_" + upper(program.name) + "_H";
  std::string text = fmt::format(
      "/* {}: a model compiled by nngc. Link the object file of the same name; it needs no "
      "library.\n"
      "   The caller owns every buffer. Calls with different buffers may run at the same time. */\n"
      "#ifndef {}\n#define {}\n\n{}",
      program.name, guard, guard, preamble);
  for (const loop::Entry& entry : program.entries) text += entry_text(entry);
  text += fmt::format("\n/* What is in the object, as JSON text: entries, arguments, types. */\n"
                      "extern const char {}_table[];\n\n"
                      "#ifdef __cplusplus\n}}\n#endif\n\n#endif\n",
                      program.name);
  return text;
}

} // namespace nngc
