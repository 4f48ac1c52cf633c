// Literals from text: exactly the bits that the printer wrote, and never more memory than a small
// multiple of the text's own length.
#include <charconv>
#include <cstring>
#include <limits>

#include "ir/text_reader.h"

namespace nngc {

namespace {

template <class T> void put(std::string& bytes, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  bytes.append(raw, sizeof(T));
}

template <class T> bool read_int(std::string_view text, std::string& bytes) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  return put(bytes, value), true;
}

template <class T> bool read_bits(std::string_view hex, std::string& bytes) {
  T value{};
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc() || end != hex.data() + hex.size()) return false;
  return put(bytes, value), true;
}

bool bits_of_size(int size, std::string_view hex, std::string& bytes) {
  switch (size) {
  case 2: return read_bits<std::uint16_t>(hex, bytes);
  case 4: return read_bits<std::uint32_t>(hex, bytes);
  default: return read_bits<std::uint64_t>(hex, bytes);
  }
}

template <class T> bool read_float(std::string_view text, T& value) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text == "inf")
    value = std::numeric_limits<T>::infinity();
  else if (text == "nan")
    value = std::numeric_limits<T>::quiet_NaN();
  else {
    // Straight to T: by way of a double it would be rounded twice.
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return false;
  }
  if (negative) value = -value;
  return true;
}

bool read_element(DType dtype, const std::string& text, std::string& bytes) {
  float single = 0;
  double wide = 0;
  switch (dtype) {
  case DType::Bool:
    if (text != "true" && text != "false") return false;
    return bytes += text == "true" ? '\1' : '\0', true;
  case DType::I8: return read_int<std::int8_t>(text, bytes);
  case DType::I16: return read_int<std::int16_t>(text, bytes);
  case DType::I32: return read_int<std::int32_t>(text, bytes);
  case DType::I64: return read_int<std::int64_t>(text, bytes);
  case DType::U8: return read_int<std::uint8_t>(text, bytes);
  case DType::U16: return read_int<std::uint16_t>(text, bytes);
  case DType::U32: return read_int<std::uint32_t>(text, bytes);
  case DType::U64: return read_int<std::uint64_t>(text, bytes);
  case DType::F64: return read_float(text, wide) && (put(bytes, wide), true);
  case DType::F32: return read_float(text, single) && (put(bytes, single), true);
  case DType::BF16: return read_float(text, single) && (put(bytes, to_bf16(single)), true);
  case DType::F16: return read_float(text, single) && (put(bytes, to_f16(single)), true);
  }
  return false;
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

} // namespace

void TextReader::element(DType dtype, std::string& bytes) {
  const std::size_t at = token_.offset;
  if (token_.is_word("bits") && is_float(dtype)) {
    take();
    expect("(");
    const Token t = expect(Token::Kind::Number, "the bits, such as 0x7fc00001");
    if (!t.text.starts_with("0x") || !bits_of_size(byte_size(dtype), t.text.substr(2), bytes))
      fail(t.offset, "these are not the bits of one " + std::string(name(dtype)));
    return expect(")");
  }
  std::string text = accept("-") ? "-" : "";
  if (token_.kind != Token::Kind::Number && token_.kind != Token::Kind::Word)
    fail_expected("a number");
  text += take().text;
  if (!read_element(dtype, text, bytes))
    fail(at, "'" + text.substr(0, 40) + "' is no " + std::string(name(dtype)));
}

void TextReader::hex_bytes(const Token& token, std::string& bytes) {
  const std::string_view s = token.text.substr(1, token.text.size() - 2);
  if (s.size() % 2 != 0) fail(token.offset, "an odd number of hex digits");
  bytes.reserve(s.size() / 2);
  for (std::size_t i = 0; i < s.size(); i += 2) {
    const int high = nibble(s[i]), low = nibble(s[i + 1]);
    if (high < 0 || low < 0) fail(token.offset + 1 + i, "no hex digit");
    bytes += static_cast<char>(high * 16 + low);
  }
}

Literal TextReader::literal(const TensorType& context) {
  const std::size_t at = token_.offset;
  TensorType type{context.dtype, {}};
  std::string bytes;
  if (!token_.is_word("dense")) {
    element(type.dtype, bytes);
  } else {
    take();
    expect("<");
    type.shape = context.shape;
    if (token_.kind == Token::Kind::Word && !token_.is_word("hex")) {
      type = this->type();
      expect(":");
    }
    if (token_.is_word("hex")) {
      take();
      hex_bytes(expect(Token::Kind::String, "hex digits in quotes"), bytes);
      if (type.dtype == DType::Bool)
        for (char b : bytes)
          if (b != 0 && b != 1) fail(at, "a bool is the byte 00 or 01");
    } else {
      expect("[");
      if (!accept("]")) {
        do element(type.dtype, bytes);
        while (accept(","));
        if (!accept("]")) fail_expected("',' or ']'");
      }
    }
    expect(">");
  }
  if (!type.shape.is_static()) fail(at, "a dense literal needs static dims, not " + type.str());
  // type() bounds the product, and the elements written bound what is allocated.
  std::int64_t wanted = 1;
  std::vector<std::int64_t> extents;
  for (const Dim& d : type.shape) wanted *= d.value(), extents.push_back(d.value());
  const auto size = static_cast<std::size_t>(byte_size(type.dtype));
  if (bytes.size() % size != 0 || bytes.size() / size != static_cast<std::size_t>(wanted))
    fail(at, type.str() + " has " + std::to_string(wanted) + " elements, but " +
                 std::to_string(bytes.size() / size) + " are written");
  auto tensor = std::make_shared<Tensor>(type.dtype, std::move(extents));
  if (!bytes.empty()) std::memcpy(tensor->raw(), bytes.data(), bytes.size());
  return tensor;
}

} // namespace nngc
