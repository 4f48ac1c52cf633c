// Names and sizes of dtypes; symbolic dims and the process-wide table of their names.
#include "nngc/type.h"

#include <array>
#include <cctype>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "nngc/error.h"

namespace nngc {

namespace {

constexpr std::array<std::string_view, dtype_count> dtype_names = {
    "bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "bf16", "f16", "f32", "f64"};
constexpr std::array<int, dtype_count> dtype_sizes = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8};

struct SymbolTable {
  std::mutex mutex;
  std::deque<std::string> names{""};
  std::unordered_map<std::string, std::uint32_t> ids;
};

SymbolTable& symbols() {
  static SymbolTable table; // made at first use: no static constructor
  return table;
}

[[noreturn]] void no_affine(const char* op, Dim a, Dim b) {
  throw Error(Error::Kind::Unsupported, std::string("dim: ") + a.str() + ' ' + op + ' ' + b.str() +
                                            " is not of the form a*n + b with 64-bit parts");
}

} // namespace

int byte_size(DType t) { return dtype_sizes[static_cast<std::size_t>(t)]; }
std::string_view name(DType t) { return dtype_names[static_cast<std::size_t>(t)]; }

bool parse_dtype(std::string_view text, DType& out) {
  for (std::size_t i = 0; i < dtype_names.size(); ++i)
    if (dtype_names[i] == text) return out = static_cast<DType>(i), true;
  return false;
}

bool is_identifier(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0]))) return false;
  for (char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  return true;
}

Dim Dim::symbol(std::string_view text) {
  if (!is_identifier(text))
    throw Error(Error::Kind::Argument,
                "dim: a symbolic dim needs an identifier, got '" + std::string(text) + "'");
  SymbolTable& table = symbols();
  const std::lock_guard lock(table.mutex);
  auto [it, fresh] =
      table.ids.try_emplace(std::string(text), static_cast<std::uint32_t>(table.names.size()));
  if (fresh) table.names.emplace_back(text);
  return make_dim(it->second, 1, 0);
}

Dim make_dim(std::uint32_t symbol, std::int64_t scale, std::int64_t offset) {
  Dim d(offset);
  if (scale != 0 && symbol != 0) d.symbol_ = symbol, d.scale_ = scale;
  return d;
}

std::string Dim::symbol_name() const {
  SymbolTable& table = symbols();
  const std::lock_guard lock(table.mutex);
  return table.names[symbol_];
}

std::string Dim::str() const {
  if (is_static()) return std::to_string(offset_);
  std::string s = scale_ == 1 ? symbol_name() : std::to_string(scale_) + "*" + symbol_name();
  if (offset_ > 0) s += "+";
  if (offset_ != 0) s += std::to_string(offset_);
  return s;
}

namespace {
std::int64_t checked_add(std::int64_t a, std::int64_t b, Dim x, Dim y) {
  std::int64_t r = 0;
  if (__builtin_add_overflow(a, b, &r)) no_affine("+", x, y);
  return r;
}
std::int64_t checked_mul(std::int64_t a, std::int64_t b, Dim x, Dim y) {
  std::int64_t r = 0;
  if (__builtin_mul_overflow(a, b, &r)) no_affine("*", x, y);
  return r;
}
} // namespace

Dim operator+(Dim a, Dim b) {
  if (!a.is_static() && !b.is_static() && a.symbol_id() != b.symbol_id()) no_affine("+", a, b);
  return make_dim(a.is_static() ? b.symbol_id() : a.symbol_id(),
                  checked_add(a.scale(), b.scale(), a, b),
                  checked_add(a.offset(), b.offset(), a, b));
}

Dim operator-(Dim a, Dim b) { return a + Dim(-1) * b; }

Dim operator*(Dim a, Dim b) {
  if (!a.is_static() && !b.is_static()) no_affine("*", a, b);
  if (a.is_static()) std::swap(a, b);
  return make_dim(a.symbol_id(), checked_mul(a.scale(), b.value(), a, b),
                  checked_mul(a.offset(), b.value(), a, b));
}

bool divide_exactly(Dim a, Dim b, Dim& quotient) {
  if (a == b) return quotient = 1, true;
  if (b == Dim(-1)) return quotient = b * a, true; // INT64_MIN / -1 would trap
  if (b.is_static()) {
    if (b.value() == 0 || a.scale() % b.value() != 0 || a.offset() % b.value() != 0) return false;
    quotient = make_dim(a.symbol_id(), a.scale() / b.value(), a.offset() / b.value());
    return true;
  }
  if (a.symbol_id() != b.symbol_id() || b.scale() == 0 || a.scale() % b.scale() != 0) return false;
  const std::int64_t q = a.scale() / b.scale();
  return quotient = q, a == b * Dim(q);
}

} // namespace nngc
