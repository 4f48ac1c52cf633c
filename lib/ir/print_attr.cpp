// Attribute values and literals as text.
#include <bit>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "ir/printer.h"

namespace nngc {

namespace {

constexpr const char* hex_digits = "0123456789abcdef";
// Longer literals are written as bytes: shorter than decimals, and quick to read back.
constexpr std::int64_t decimal_limit = 64;

template <class T> void print_number(std::string& out, T value) {
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, end);
}

template <class Bits> void print_bits(std::string& out, Bits bits) {
  out += "bits(0x";
  for (int shift = static_cast<int>(sizeof(Bits)) * 8 - 4; shift >= 0; shift -= 4)
    out += hex_digits[(bits >> shift) & 0xf];
  out += ')';
}

template <class T, class Bits>
void print_float(std::string& out, T value, Bits bits, Bits usual_nan) {
  if (std::isnan(value)) {
    if (bits == usual_nan)
      out += "nan";
    else
      print_bits(out, bits);
  } else if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
  } else {
    print_number(out, value);
  }
}

/// A 16-bit float: the fewest digits that read back as the same bits.
void print_half(std::string& out, std::uint16_t bits, float value, std::uint16_t (*round)(float),
                std::uint16_t usual_nan) {
  if (!std::isfinite(value)) return print_float(out, value, bits, usual_nan);
  char buffer[40];
  for (int digits = 1; digits <= 9; ++digits) {
    char* end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits)
            .ptr;
    float back = 0;
    std::from_chars(buffer, end, back);
    if (round(back) == bits)
      return void(out.append(buffer, static_cast<std::size_t>(end - buffer)));
  }
}

template <class Item, class Print>
void print_list(std::string& out, const std::vector<Item>& items, Print print) {
  out += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i != 0) out += ", ";
    print(items[i]);
  }
  out += ']';
}

void print_hash(std::string& out, const Tensor& literal) {
  std::uint64_t h = 0xcbf29ce484222325U; // FNV-1a
  const auto* bytes = static_cast<const unsigned char*>(literal.raw());
  for (std::size_t i = 0; i < literal.bytes(); ++i) h = (h ^ bytes[i]) * 0x100000001b3U;
  out += '#';
  for (int shift = 60; shift >= 0; shift -= 4) out += hex_digits[(h >> shift) & 0xf];
}

} // namespace

void print_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += '\\', out += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (byte < 0x20 || byte >= 0x7f)
      out += "\\x", out += hex_digits[byte >> 4], out += hex_digits[byte & 0xf];
    else
      out += c;
  }
  out += '"';
}

void print_element(std::string& out, const Tensor& t, std::int64_t index) {
  const auto i = static_cast<std::size_t>(index);
  switch (t.dtype()) {
  case DType::Bool: out += t.data<bool>()[i] ? "true" : "false"; return;
  case DType::I8: return print_number(out, t.data<std::int8_t>()[i]);
  case DType::I16: return print_number(out, t.data<std::int16_t>()[i]);
  case DType::I32: return print_number(out, t.data<std::int32_t>()[i]);
  case DType::I64: return print_number(out, t.data<std::int64_t>()[i]);
  case DType::U8: return print_number(out, t.data<std::uint8_t>()[i]);
  case DType::U16: return print_number(out, t.data<std::uint16_t>()[i]);
  case DType::U32: return print_number(out, t.data<std::uint32_t>()[i]);
  case DType::U64: return print_number(out, t.data<std::uint64_t>()[i]);
  case DType::BF16: {
    const std::uint16_t bits = t.data<std::uint16_t>()[i];
    return print_half(out, bits, from_bf16(bits), to_bf16, std::uint16_t{0x7fc0});
  }
  case DType::F16: {
    const std::uint16_t bits = t.data<std::uint16_t>()[i];
    return print_half(out, bits, from_f16(bits), to_f16, std::uint16_t{0x7e00});
  }
  case DType::F32: {
    const float x = t.data<float>()[i];
    return print_float(out, x, std::bit_cast<std::uint32_t>(x), 0x7fc00000U);
  }
  case DType::F64: {
    const double x = t.data<double>()[i];
    return print_float(out, x, std::bit_cast<std::uint64_t>(x), std::uint64_t{0x7ff8000000000000U});
  }
  }
}

void print_literal(std::string& out, const Tensor& literal, const TensorType& context,
                   const PrintOptions& options) {
  const TensorType own{literal.dtype(),
                       Shape(std::vector<Dim>(literal.shape().begin(), literal.shape().end()))};
  if (own.dtype == context.dtype && own.shape.rank() == 0) return print_element(out, literal, 0);
  out += "dense<";
  if (own != context) out += own.str() + ": ";
  if (static_cast<std::uint64_t>(literal.size()) > options.literal_limit) {
    print_hash(out, literal);
  } else if (literal.size() > decimal_limit) {
    out += "hex\"";
    const auto* bytes = static_cast<const unsigned char*>(literal.raw());
    for (std::size_t i = 0; i < literal.bytes(); ++i)
      out += hex_digits[bytes[i] >> 4], out += hex_digits[bytes[i] & 0xf];
    out += '"';
  } else {
    out += '[';
    for (std::int64_t i = 0; i < literal.size(); ++i) {
      if (i != 0) out += ", ";
      print_element(out, literal, i);
    }
    out += ']';
  }
  out += '>';
}

void print_attr(std::string& out, const AttrValue& value, const TensorType& context, int indent,
                const PrintOptions& options) {
  std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>)
          out += v ? "true" : "false";
        else if constexpr (std::is_same_v<T, std::int64_t>)
          print_number(out, v);
        else if constexpr (std::is_same_v<T, double>)
          print_float(out, v, std::uint64_t{0}, std::uint64_t{0});
        else if constexpr (std::is_same_v<T, std::string>)
          print_quoted(out, v);
        else if constexpr (std::is_same_v<T, DType>)
          out += name(v);
        else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>)
          print_list(out, v, [&](std::int64_t x) { print_number(out, x); });
        else if constexpr (std::is_same_v<T, std::vector<Dim>>)
          print_list(out, v, [&](const Dim& d) { out += d.str(); });
        else if constexpr (std::is_same_v<T, Literal>)
          print_literal(out, *v, context, options);
        else
          print_graph(out, *v->data(), indent + 2, options);
      },
      value);
}

} // namespace nngc
