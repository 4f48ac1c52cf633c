/// Mistakes in a text, collected and then thrown together, each with its place, its line and a
/// caret.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nngc {

/// The mistakes of one text. Positions are byte offsets; lines and columns count from 1, columns in
/// bytes. The text must outlive this.
class Diagnostics {
public:
  /// More mistakes than this are not kept: a hostile file must not make a message without bound.
  static constexpr std::size_t limit = 200;

  Diagnostics(std::string_view file, std::string_view text);
  void error(std::size_t offset, std::string message);
  [[nodiscard]] std::size_t count() const { return errors_.size(); }
  [[nodiscard]] bool full() const { return errors_.size() >= limit; }
  [[nodiscard]] std::size_t line_of(std::size_t offset) const;
  /// Throws Error{Parse} if there are mistakes: all of them in order of their place, each as
  /// `file:line:col: error: message`, the line and a caret. The error's place is the first one's.
  void raise() const;

private:
  struct Entry {
    std::size_t offset;
    std::string message;
  };
  [[nodiscard]] std::string place(std::size_t offset) const;
  [[nodiscard]] std::string excerpt(std::size_t offset) const;

  std::string file_;
  std::string_view text_;
  std::vector<std::size_t> lines_; ///< where each line starts
  std::vector<Entry> errors_;
};

} // namespace nngc
