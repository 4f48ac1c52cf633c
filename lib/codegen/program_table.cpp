/// The table in the object: JSON that names every entry and argument, for programs without our
/// headers.
#include "codegen/codegen.h"

namespace nngc::codegen {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      static constexpr char digits[] = "0123456789abcdef";
      result += "\\u00";
      result += digits[static_cast<unsigned char>(c) >> 4];
      result += digits[c & 15];
    } else {
      result += c;
    }
  }
  return result + "\"";
}

/// A number, or an expression such as "2*batch+3".
std::string extent(const Dim& dim) {
  return dim.is_static() ? std::to_string(dim.value()) : quoted(dim.str());
}

std::string_view direction(loop::BufferKind kind) {
  switch (kind) {
  case loop::BufferKind::Output: return "output";
  case loop::BufferKind::InOut: return "inout";
  default: return "input";
  }
}

template <typename List, typename Render> std::string list_of(const List& list, Render render) {
  std::string result = "[";
  for (const auto& item : list) result += (result.size() > 1 ? "," : "") + render(item);
  return result + "]";
}

std::string argument(const loop::Argument& argument) {
  return "{\"name\":" + quoted(argument.name) + ",\"kind\":" + quoted(direction(argument.kind)) +
         ",\"role\":" + quoted(argument.role) + ",\"dtype\":" + quoted(name(argument.type.dtype)) +
         ",\"shape\":" + list_of(argument.type.shape, extent) + "}";
}

std::string entry(const loop::Entry& entry) {
  return "{\"name\":" + quoted(entry.name) + ",\"symbols\":" +
         list_of(entry.symbols,
                 [](std::uint32_t id) { return quoted(make_dim(id, 1, 0).symbol_name()); }) +
         ",\"workspace\":" + extent(entry.workspace) +
         ",\"arguments\":" + list_of(entry.arguments, argument) + "}";
}

} // namespace

std::string program_table(const loop::Program& program) {
  return "{\"program\":" + quoted(program.name) +
         ",\"version\":1,\"entries\":" + list_of(program.entries, entry) + "}";
}

} // namespace nngc::codegen
