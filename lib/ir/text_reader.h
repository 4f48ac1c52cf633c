/// Reads the parts that every text form of ours shares: dims, types, literals, attribute values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ir/attrs.h"
#include "ir/lexer.h"
#include "ir/op_def.h"
#include "support/diagnostics.h"

namespace nngc {

/// Thrown after a mistake was reported, and caught where reading can go on.
struct SyntaxError {};

/// A cursor over tokens. Everything here reports a mistake at its place and throws SyntaxError.
class TextReader {
public:
  static constexpr int max_rank = 64;
  /// Elements of a type, symbols counting as 1: no text asks for more memory than a machine has.
  static constexpr std::int64_t max_elements = std::int64_t{1} << 48;

  TextReader(std::string_view text, Diagnostics& diagnostics)
      : lexer_(text), diagnostics_(diagnostics), token_(lexer_.next()) {}

  [[nodiscard]] const Token& peek() const { return token_; }
  Token take();
  bool accept(std::string_view punct);
  Token expect(Token::Kind kind, std::string_view what);
  void expect(std::string_view punct);
  [[noreturn]] void fail(std::size_t offset, const std::string& message);
  /// `fail` at the next token: expected this, found that.
  [[noreturn]] void fail_expected(std::string_view what);
  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }

  struct Bookmark {
    Lexer lexer;
    Token token;
  };
  [[nodiscard]] Bookmark mark() const { return {lexer_, token_}; }
  void go(const Bookmark& place) { lexer_ = place.lexer, token_ = place.token; }
  /// Passes over one attribute value, up to the `,` or `}` behind it.
  void skip_value();

  std::int64_t integer(std::string_view what);
  double real();
  std::string quoted(const Token& token);
  Dim dim();
  Shape shape();
  TensorType type();
  /// A literal in the context of a result type: a bare number is of rank 0 and the type's dtype,
  /// `dense<...>` has the type's dtype and shape unless it says its own.
  Literal literal(const TensorType& context);
  /// A value of any kind but Literal and Region, which need more context.
  AttrValue attr_value(const AttrSpec& spec);

private:
  template <class T> std::vector<T> list(T (TextReader::*item)(), std::string_view what);
  std::int64_t integer_item() { return integer("an integer"); }
  void element(DType dtype, std::string& bytes);
  void hex_bytes(const Token& token, std::string& bytes);

  Lexer lexer_;
  Diagnostics& diagnostics_;
  Token token_;
};

/// `f32[2,3]` and such; a kind's name for messages.
[[nodiscard]] std::string_view describe(AttrKind kind);

} // namespace nngc
