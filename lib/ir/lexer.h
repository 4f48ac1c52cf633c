/// Tokens of the text form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nngc {

struct Token {
  enum class Kind : std::uint8_t {
    End,
    Bad,    ///< a character or string that is no token
    Value,  ///< %name; text is without the sigil
    At,     ///< @name or @"name"; text is without the sigil
    Word,   ///< name
    Number, ///< 12, 1.5e-3, 0x1f; no sign
    String, ///< "...", quotes and escapes as written
    Punct,  ///< one character, or <-
  };
  Kind kind = Kind::End;
  bool first_on_line = false;
  std::string_view text;
  std::size_t offset = 0;

  [[nodiscard]] bool is(std::string_view punct) const {
    return kind == Kind::Punct && text == punct;
  }
  [[nodiscard]] bool is_word(std::string_view word) const {
    return kind == Kind::Word && text == word;
  }
};

/// Reads one token after the other; copying a lexer is a bookmark.
class Lexer {
public:
  explicit Lexer(std::string_view text) : text_(text) {}
  Token next();

private:
  Token make(Token::Kind kind, std::size_t from, bool first) const;
  void skip_blank(bool& first);
  void number();
  void name();
  bool string();

  std::string_view text_;
  std::size_t at_ = 0;
};

} // namespace nngc
