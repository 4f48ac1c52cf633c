// Places in a text, and the excerpt with its caret.
#include "support/diagnostics.h"

#include <algorithm>

#include "nngc/error.h"

namespace nngc {

Diagnostics::Diagnostics(std::string_view file, std::string_view text)
    : file_(file), text_(text), lines_{0} {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') lines_.push_back(i + 1);
}

void Diagnostics::error(std::size_t offset, std::string message) {
  if (full()) return;
  errors_.push_back({std::min(offset, text_.size()), std::move(message)});
  if (full()) errors_.back().message += " (and there may be more: stopped here)";
}

std::size_t Diagnostics::line_of(std::size_t offset) const {
  return static_cast<std::size_t>(std::upper_bound(lines_.begin(), lines_.end(), offset) -
                                  lines_.begin());
}

std::string Diagnostics::place(std::size_t offset) const {
  const std::size_t line = line_of(offset);
  return file_ + ":" + std::to_string(line) + ":" + std::to_string(offset - lines_[line - 1] + 1);
}

std::string Diagnostics::excerpt(std::size_t offset) const {
  // A line may hold a literal of megabytes: only what is near the caret is shown.
  constexpr std::size_t before = 100, after = 60;
  const std::size_t start = lines_[line_of(offset) - 1];
  const std::size_t end = std::min(text_.find('\n', offset), text_.size());
  const std::size_t from = offset - start > before ? offset - before : start;
  const std::size_t to = std::min(end, offset + after);
  std::string line(from == start ? "" : "..."), caret(line.size(), ' ');
  for (std::size_t i = from; i < to; ++i) {
    const auto c = static_cast<unsigned char>(text_[i]);
    line += c < 0x20 && c != '\t' ? '?' : text_[i]; // no control characters on a terminal
    // A tab under a tab keeps the caret in place; UTF-8 continuation bytes take no column.
    if (i < offset && (c & 0xc0U) != 0x80U) caret += c == '\t' ? '\t' : ' ';
  }
  if (to != end) line += "...";
  return "  " + line + "\n  " + caret + "^";
}

void Diagnostics::raise() const {
  if (errors_.empty()) return;
  std::vector<const Entry*> sorted;
  for (const Entry& e : errors_) sorted.push_back(&e);
  // What was found first comes first: entries lie in that order.
  std::sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) {
    return a->offset != b->offset ? a->offset < b->offset : a < b;
  });
  std::string message;
  for (const Entry* e : sorted) {
    // The first place is the Error's own, which what() puts in front.
    if (e != sorted.front()) message += "\n" + place(e->offset) + ": ";
    message += "error: " + e->message + "\n" + excerpt(e->offset);
  }
  throw Error(Error::Kind::Parse, message, place(sorted.front()->offset));
}

} // namespace nngc
