// Tokens and statements of DOT. Nothing here recurses: subgraphs are a depth.
#include "import/dot_outline.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "import/activations.h"

namespace nngc {
namespace {

/// Reading stops at the first mistake in the form of the text.
struct Stop {};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Token {
  enum class Kind { End, Id, Keyword, Punct } kind = Kind::End;
  std::string text; ///< as Boost's reader has it: quotes taken off, keywords in lower case
  std::size_t offset = 0;
};

class Lexer {
public:
  Lexer(std::string_view text, Diagnostics& diagnostics) : text_(text), diagnostics_(diagnostics) {}

  Token next() {
    skip();
    const std::size_t from = at_;
    if (at_ == text_.size()) return {Token::Kind::End, "the end", from};
    const char c = text_[at_];
    if (is_word(c) && !is_digit(c)) return word();
    if (is_digit(c) || c == '.' || (c == '-' && (is_digit(peek(1)) || peek(1) == '.')))
      return number();
    if (c == '"') return string();
    if (c == '-' && peek(1) == '>') {
      at_ += 2;
      return {Token::Kind::Punct, "->", from};
    }
    if (std::string_view("{}[]=;,").find(c) == std::string_view::npos)
      fail(from, "'" + shown({&c, 1}) + "' has no meaning here");
    ++at_;
    return {Token::Kind::Punct, std::string(1, c), from};
  }

  [[noreturn]] void fail(std::size_t at, const std::string& message) {
    diagnostics_.error(at, message);
    throw Stop{};
  }

private:
  [[nodiscard]] char peek(std::size_t n) const {
    return at_ + n < text_.size() ? text_[at_ + n] : '\0';
  }

  void skip() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool line_start = at_ == 0 || text_[at_ - 1] == '\n';
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        ++at_;
      } else if ((c == '/' && peek(1) == '/') || (c == '#' && line_start)) {
        at_ = std::min(text_.find_first_of("\n\r\f", at_), text_.size());
      } else if (c == '/' && peek(1) == '*') {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) fail(at_, "the comment does not end");
        at_ = end + 2;
      } else {
        return;
      }
    }
  }

  Token word() {
    const std::size_t from = at_;
    while (is_word(peek(0))) ++at_;
    std::string text(text_.substr(from, at_ - from)), lower = text;
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (const char* keyword : {"digraph", "graph", "strict", "node", "edge", "subgraph"})
      if (lower == keyword) return {Token::Kind::Keyword, std::move(lower), from};
    return {Token::Kind::Id, std::move(text), from};
  }

  Token number() {
    const std::size_t from = at_;
    if (peek(0) == '-') ++at_;
    bool any = false;
    for (; is_digit(peek(0)); ++at_) any = true;
    if (peek(0) == '.' && (any || is_digit(peek(1))))
      for (++at_; is_digit(peek(0)); ++at_) any = true;
    // DOT itself would read 1e-3 as 1, e, -3.
    if (!any || is_word(peek(0)) || peek(0) == '.')
      fail(from, "no number of DOT; in quotes it may be written otherwise, as in \"1e-3\"");
    return {Token::Kind::Id, std::string(text_.substr(from, at_ - from)), from};
  }

  Token string() {
    // Boost's reader takes time quadratic in escapes.
    constexpr std::size_t most = std::size_t{1} << 14;
    const std::size_t from = at_++;
    while (peek(0) != '"') {
      at_ += peek(0) == '\\' ? 2 : 1;
      if (at_ >= text_.size()) fail(from, "the string does not end");
      if (at_ - from > most) fail(from, "a string of more than 16384 bytes");
    }
    const std::string_view raw = text_.substr(from + 1, at_ - from - 1);
    if (raw.find('\0') != std::string_view::npos) fail(from, "a zero byte in a string");
    ++at_;
    std::string text;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const char after = i + 1 < raw.size() ? raw[i + 1] : '\0';
      if (raw[i] == '\\' && after == '\n')
        ++i; // the line goes on
      else if (raw[i] != '\\' || after != '"')
        text += raw[i];
      else
        text += raw[++i];
    }
    return {Token::Kind::Id, std::move(text), from};
  }

  std::string_view text_;
  Diagnostics& diagnostics_;
  std::size_t at_ = 0;
};

class Reader {
public:
  Reader(std::string_view text, Diagnostics& diagnostics, DotOutline& out)
      : bytes_(text.size()), lexer_(text, diagnostics), out_(out), token_(lexer_.next()) {}

  void read() {
    if (!is_keyword("digraph")) fail_expected("'digraph'");
    take();
    if (is_id()) out_.name = take().text;
    expect("{");
    while (depth_ > 0) statement();
    if (token_.kind != Token::Kind::End) fail_expected("the end of the text");
    // What Boost's reader copies: the parent's members and defaults into each subgraph, the
    // defaults into each node and edge, the attributes of a chain into each of its edges.
    const std::size_t takers = out_.nodes.size() + out_.edges.size();
    constexpr std::size_t most = std::size_t{1} << 28;
    if (subgraphs_ > most / (bytes_ + 1) || defaults_ > most / (takers + 1) || chains_ > most)
      lexer_.fail(0, "too large: copies of attributes and subgraphs would take more than 256 MiB");
  }

private:
  static constexpr int max_depth = 64; ///< subgraphs in subgraphs

  [[nodiscard]] bool is_id() const { return token_.kind == Token::Kind::Id; }
  [[nodiscard]] bool is_keyword(std::string_view text) const {
    return token_.kind == Token::Kind::Keyword && token_.text == text;
  }
  [[nodiscard]] bool is(std::string_view punct) const {
    return token_.kind == Token::Kind::Punct && token_.text == punct;
  }
  Token take() {
    Token t = std::move(token_);
    token_ = lexer_.next();
    return t;
  }
  [[noreturn]] void fail_expected(const std::string& what) {
    const std::string quote = token_.kind == Token::Kind::End ? "" : "'";
    lexer_.fail(token_.offset,
                "expected " + what + ", found " + quote + shown(token_.text) + quote);
  }
  void expect(std::string_view punct) {
    if (!is(punct)) fail_expected("'" + std::string(punct) + "'");
    if (punct == "{" && ++depth_ > max_depth)
      lexer_.fail(token_.offset, "subgraphs are nested more than 64 deep");
    take();
  }
  Token expect_id(const std::string& what) {
    if (!is_id()) fail_expected(what);
    return take();
  }

  void attributes() {
    while (is("[")) {
      take();
      while (!is("]")) {
        expect_id("the name of an attribute or ']'");
        expect("=");
        expect_id("a value");
        if (is(",") || is(";")) take();
      }
      take();
    }
  }

  void node(Token id) {
    if (seen_.insert(id.text).second) out_.nodes.push_back({std::move(id.text), id.offset});
  }

  void statement() {
    if (is("}")) {
      --depth_;
      take();
      if (is("->")) lexer_.fail(token_.offset, "an edge joins two neurons, not sets of them");
    } else if (is("{") || is_keyword("subgraph")) {
      ++subgraphs_;
      if (!is("{")) {
        take();
        if (is_id()) take();
      }
      expect("{");
      return;
    } else if (is_keyword("node") || is_keyword("edge") || is_keyword("graph")) {
      const std::size_t from = take().offset;
      if (!is("[")) fail_expected("'['");
      attributes();
      defaults_ += token_.offset - from;
    } else {
      node_or_edges();
    }
    if (depth_ > 0 && is(";")) take();
  }

  void node_or_edges() {
    Token id = expect_id("a neuron, an edge or '}'");
    if (is("=")) { // an attribute of the graph
      take();
      expect_id("a value");
      return;
    }
    std::size_t from = id.offset, edges = 0;
    node(std::move(id));
    while (is("->")) {
      take();
      if (is("{") || is_keyword("subgraph"))
        lexer_.fail(token_.offset, "an edge goes to one neuron, not to a set");
      Token to = expect_id("a neuron");
      out_.edges.push_back(from);
      from = to.offset;
      node(std::move(to));
      ++edges;
    }
    const std::size_t begin = token_.offset;
    attributes();
    if (edges > 1) chains_ += edges * (token_.offset - begin); // at most 2^26 times 2^26
  }

  std::size_t bytes_, subgraphs_ = 0, defaults_ = 0, chains_ = 0;
  Lexer lexer_;
  DotOutline& out_;
  Token token_;
  std::unordered_set<std::string> seen_;
  int depth_ = 0;
};

} // namespace

bool outline_dot(std::string_view text, Diagnostics& diagnostics, DotOutline& out) {
  try {
    Reader(text, diagnostics, out).read();
    return true;
  } catch (const Stop&) {
    return false;
  }
}

} // namespace nngc
