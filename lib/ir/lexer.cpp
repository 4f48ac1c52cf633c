// The lexer of the text form.
#include "ir/lexer.h"

namespace nngc {

namespace {
// Not <cctype>: the text form does not depend on the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
} // namespace

Token Lexer::make(Token::Kind kind, std::size_t from, bool first) const {
  const bool sigil = kind == Token::Kind::Value || kind == Token::Kind::At;
  const std::size_t begin = from + (sigil ? 1 : 0);
  return {kind, first, text_.substr(begin, at_ - begin), from};
}

void Lexer::skip_blank(bool& first) {
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '/' && text_.substr(at_, 2) == "//") {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      if (at_ == text_.size()) return;
      first = true;
    } else if (c == '\n') {
      first = true;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      return;
    }
  }
}

void Lexer::name() {
  while (at_ < text_.size() && is_name(text_[at_])) ++at_;
}

void Lexer::number() {
  const auto digits = [&] {
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  };
  if (text_[at_] == '0' && at_ + 2 < text_.size() && text_[at_ + 1] == 'x' &&
      is_hex(text_[at_ + 2])) {
    for (at_ += 2; at_ < text_.size() && is_hex(text_[at_]);) ++at_;
    return;
  }
  digits();
  if (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) ++at_, digits();
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    std::size_t exponent = at_ + 1;
    if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
    if (exponent < text_.size() && is_digit(text_[exponent])) at_ = exponent, digits();
  }
}

bool Lexer::string() {
  for (++at_; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
    if (text_[at_] == '"') return ++at_, true;
    if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
  }
  return false;
}

Token Lexer::next() {
  bool first = at_ == 0;
  skip_blank(first);
  const std::size_t from = at_;
  if (from == text_.size()) return make(Token::Kind::End, from, first);
  const char c = text_[from];
  const char after = from + 1 < text_.size() ? text_[from + 1] : '\0';
  if (c == '%' && is_name(after)) return ++at_, name(), make(Token::Kind::Value, from, first);
  if (c == '@' && is_name(after)) return ++at_, name(), make(Token::Kind::At, from, first);
  if (c == '@' && after == '"') {
    ++at_;
    const bool closed = string();
    return make(closed ? Token::Kind::At : Token::Kind::Bad, from, first);
  }
  if (c == '"') {
    const bool closed = string();
    return make(closed ? Token::Kind::String : Token::Kind::Bad, from, first);
  }
  if (is_digit(c)) return number(), make(Token::Kind::Number, from, first);
  if (is_name(c)) return name(), make(Token::Kind::Word, from, first);
  at_ += text_.substr(from, 2) == "<-" ? 2 : 1;
  const bool known = std::string_view("(){}[],:=<>+-*").find(c) != std::string_view::npos;
  return make(known ? Token::Kind::Punct : Token::Kind::Bad, from, first);
}

} // namespace nngc
