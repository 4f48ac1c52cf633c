// Dims, types and attribute values from tokens. Literals are in text_literal.cpp.
#include "ir/text_reader.h"

#include <charconv>
#include <limits>

namespace nngc {

std::string_view describe(AttrKind kind) {
  switch (kind) {
  case AttrKind::Bool: return "true or false";
  case AttrKind::Int: return "an integer";
  case AttrKind::Float: return "a number";
  case AttrKind::String: return "a string in quotes";
  case AttrKind::DType: return "a dtype such as f32";
  case AttrKind::Ints: return "a list of integers such as [0, 1]";
  case AttrKind::Dims: return "a list of dims such as [batch, 10]";
  case AttrKind::Literal: return "a number or dense<[...]>";
  case AttrKind::Region: return "a graph";
  }
  return "?";
}

Token TextReader::take() {
  const Token taken = token_;
  token_ = lexer_.next();
  return taken;
}

bool TextReader::accept(std::string_view punct) {
  if (!token_.is(punct)) return false;
  take();
  return true;
}

Token TextReader::expect(Token::Kind kind, std::string_view what) {
  if (token_.kind != kind) fail_expected(what);
  return take();
}

void TextReader::expect(std::string_view punct) {
  if (!accept(punct)) fail_expected("'" + std::string(punct) + "'");
}

void TextReader::fail(std::size_t offset, const std::string& message) {
  diagnostics_.error(offset, message);
  throw SyntaxError{};
}

void TextReader::fail_expected(std::string_view what) {
  std::string found;
  if (token_.kind == Token::Kind::End)
    found = "the end of the text";
  else if (token_.kind == Token::Kind::Bad && token_.text.size() > 1)
    found = "a string without its closing quote";
  else if (static_cast<unsigned char>(token_.text[0]) - 0x20U >= 0x5fU)
    found = "a stray byte";
  else {
    const char* sigil = token_.kind == Token::Kind::Value ? "%"
                        : token_.kind == Token::Kind::At  ? "@"
                                                          : "";
    found = "'" + std::string(sigil) + std::string(token_.text.substr(0, 40)) + "'";
  }
  fail(token_.offset, "expected " + std::string(what) + ", found " + found);
}

void TextReader::skip_value() {
  int depth = 0;
  for (; token_.kind != Token::Kind::End; take()) {
    const bool statement = token_.kind == Token::Kind::Value || token_.is_word("return");
    if (statement && token_.first_on_line) return; // a bracket or quote was left open
    const bool closes = token_.is("]") || token_.is("}") || token_.is(")");
    if (depth == 0 && (closes || token_.is(","))) return;
    if (closes) --depth;
    if (token_.is("[") || token_.is("{") || token_.is("(")) ++depth;
  }
}

std::int64_t TextReader::integer(std::string_view what) {
  const std::size_t at = token_.offset;
  // from_chars takes the sign with the digits, so that the smallest integer fits.
  std::string text = accept("-") ? "-" : "";
  if (token_.kind != Token::Kind::Number) fail_expected(what);
  text += take().text;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) fail(at, text + " does not fit 64 bits");
  if (end != text.data() + text.size())
    fail(at, "expected " + std::string(what) + ", found '" + text.substr(0, 40) + "'");
  return value;
}

double TextReader::real() {
  const std::size_t at = token_.offset;
  const bool negative = accept("-");
  double value = 0;
  if (token_.is_word("inf"))
    value = std::numeric_limits<double>::infinity(), take();
  else if (token_.is_word("nan"))
    value = std::numeric_limits<double>::quiet_NaN(), take();
  else {
    const Token t = expect(Token::Kind::Number, "a number");
    const char* last = t.text.data() + t.text.size();
    const auto [end, error] = std::from_chars(t.text.data(), last, value);
    if (error != std::errc() || end != last)
      fail(at, "'" + std::string(t.text.substr(0, 40)) + "' is no number that fits f64");
  }
  return negative ? -value : value;
}

std::string TextReader::quoted(const Token& token) {
  const std::string_view s = token.text.substr(1, token.text.size() - 2);
  std::string result;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\\') {
      result += s[i];
      continue;
    }
    const char c = ++i < s.size() ? s[i] : '\0';
    if (c == 'n')
      result += '\n';
    else if (c == 't')
      result += '\t';
    else if (c == '"' || c == '\\')
      result += c;
    else {
      unsigned byte = 0;
      const char* first = s.data() + i + 1;
      if (c != 'x' || i + 2 >= s.size() ||
          std::from_chars(first, first + 2, byte, 16).ptr != first + 2)
        fail(token.offset, "a string knows the escapes \\n \\t \\\" \\\\ and \\xHH");
      result += static_cast<char>(byte);
      i += 2;
    }
  }
  return result;
}

Dim TextReader::dim() {
  std::int64_t scale = 1;
  std::string_view symbol;
  if (token_.kind == Token::Kind::Word)
    symbol = take().text;
  else {
    scale = integer("a dim such as 10, batch or 2*batch+1");
    if (!accept("*")) return scale;
    symbol = expect(Token::Kind::Word, "the name of a dim").text;
  }
  std::int64_t offset = 0;
  const bool plus = accept("+");
  if (plus || token_.is("-")) offset = integer("an integer");
  // Dim::symbol(...) * 0 would forget its name: `0*n` is the number 0, as everywhere.
  return make_dim(Dim::symbol(symbol).symbol_id(), scale, offset);
}

Shape TextReader::shape() {
  const std::size_t at = token_.offset;
  Shape result(list(&TextReader::dim, "dim"));
  if (result.rank() > max_rank) fail(at, "more than " + std::to_string(max_rank) + " dims");
  return result;
}

TensorType TextReader::type() {
  const Token word = expect(Token::Kind::Word, "a type such as f32[2,3]");
  TensorType result;
  if (!parse_dtype(word.text, result.dtype))
    fail(word.offset, "'" + std::string(word.text.substr(0, 40)) + "' is no dtype");
  if (!token_.is("["))
    fail(word.offset, "a type has its dims in brackets: f32[2,3], or f32[] for a scalar");
  result.shape = shape();
  std::int64_t elements = 1;
  for (const Dim& d : result.shape) {
    if (d.is_static() && d.value() < 0) fail(word.offset, "a negative extent: " + result.str());
    std::int64_t scale = 0;
    for (std::int64_t part : {d.scale(), d.offset()}) {
      if (part > max_elements || part < -max_elements)
        scale = max_elements + 1;
      else
        scale = std::max(scale, part < 0 ? -part : part);
    }
    if (scale > 1 && elements > max_elements / scale)
      fail(word.offset, "a type of more than 2^48 elements");
    elements *= std::max<std::int64_t>(scale, 1);
  }
  return result;
}

template <class T> std::vector<T> TextReader::list(T (TextReader::*item)(), std::string_view what) {
  if (!token_.is("[")) fail_expected("a list of " + std::string(what) + "s in brackets");
  take();
  std::vector<T> result;
  if (accept("]")) return result;
  do result.push_back((this->*item)());
  while (accept(","));
  if (!accept("]")) fail_expected("',' or ']'");
  return result;
}

AttrValue TextReader::attr_value(const AttrSpec& spec) {
  const std::string wanted =
      "'" + std::string(spec.key) + "' to be " + std::string(describe(spec.kind));
  switch (spec.kind) {
  case AttrKind::Bool:
    if (!token_.is_word("true") && !token_.is_word("false")) fail_expected(wanted);
    return take().text == "true";
  case AttrKind::Int: return integer(wanted);
  case AttrKind::Float: return real();
  case AttrKind::String: return quoted(expect(Token::Kind::String, wanted));
  case AttrKind::DType: {
    DType dtype{};
    if (token_.kind != Token::Kind::Word || !parse_dtype(token_.text, dtype)) fail_expected(wanted);
    take();
    return dtype;
  }
  case AttrKind::Ints:
    if (!token_.is("[")) fail_expected(wanted);
    return list(&TextReader::integer_item, "integer");
  case AttrKind::Dims:
    if (!token_.is("[")) fail_expected(wanted);
    return list(&TextReader::dim, "dim");
  case AttrKind::Literal:
  case AttrKind::Region: break;
  }
  fail_expected("another kind of attribute"); // callers read those two themselves
}

} // namespace nngc
