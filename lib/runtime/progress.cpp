/// The progress bar: one line, redrawn in place on a terminal; whole lines into files and pipes.
#include "nngc/runtime.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace nngc {
namespace {

using Clock = std::chrono::steady_clock;

Progress::Style style_for(std::FILE* out) {
  const char* term = std::getenv("TERM");
  if (isatty(fileno(out)) == 0 || term == nullptr || std::string_view(term) == "dumb")
    return Progress::Style::Lines;
  // https://no-color.org: set and not empty means no colour.
  const char* no_color = std::getenv("NO_COLOR");
  return no_color != nullptr && *no_color != 0 ? Progress::Style::Bar : Progress::Style::ColorBar;
}

int columns(std::FILE* out) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

/// `12.3s`, `2m05s`.
std::string duration(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f}s", seconds);
  const auto whole = static_cast<long>(seconds);
  return fmt::format("{}m{:02}s", whole / 60, whole % 60);
}

} // namespace

struct Progress::State {
  std::FILE* out;
  std::string label, note;
  std::int64_t total, done = 0;
  Style style;
  Clock::time_point start = Clock::now(), drawn = start;
  bool open_line = false, finished = false;

  [[nodiscard]] double fraction() const {
    return total <= 0 ? 0 : std::clamp(double(done) / double(total), 0.0, 1.0);
  }

  /// What stands right of the bar: counts, note, time.
  [[nodiscard]] std::string facts() const {
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    std::string text = total > 0 ? fmt::format("{}/{}", done, total) : fmt::format("{}", done);
    if (!note.empty()) text += "  " + note;
    text += "  " + duration(elapsed);
    const double left = fraction() > 0 ? elapsed * (1 - fraction()) / fraction() : 0;
    if (!finished && left >= 0.5) text += fmt::format(", {} left", duration(left));
    return text;
  }

  void draw() {
    drawn = Clock::now();
    const std::string right = facts();
    if (style == Style::Lines) {
      fmt::print(out, "{}: {}\n", label, right);
      std::fflush(out);
      return;
    }
    // The bar takes what the terminal has left; a line that wraps could not be redrawn.
    const int room = columns(out) - 1 - static_cast<int>(label.size() + right.size()) - 6;
    std::string line = label + "  ";
    if (total > 0 && room >= 4) {
      const int width = std::min(room, 40), full = static_cast<int>(fraction() * width + 0.5);
      std::string filled, rest;
      for (int i = 0; i < width; ++i) (i < full ? filled : rest) += i < full ? "━" : "─";
      line += style == Style::ColorBar ? "\033[32m" + filled + "\033[0;2m" + rest + "\033[0m  "
                                       : filled + rest + "  ";
    }
    line += right;
    fmt::print(out, "\r{}\033[K", line);
    open_line = true;
    if (finished) {
      std::fputc('\n', out);
      open_line = false;
    }
    std::fflush(out);
  }
};

Progress::Progress(std::FILE* out, std::string label, std::int64_t total, Style style)
    : state_(new State{.out = out,
                       .label = std::move(label),
                       .note = {},
                       .total = total,
                       .style = style == Style::Auto ? style_for(out) : style}) {}

Progress::~Progress() {
  if (state_->open_line) std::fputc('\n', state_->out);
}

void Progress::update(std::int64_t done, std::string_view note) {
  State& state = *state_;
  if (state.finished) return;
  const auto between = state.style == Style::Lines ? std::chrono::milliseconds(5000)
                                                   : std::chrono::milliseconds(100);
  state.done = done;
  state.note = note;
  // The first state of a bar is shown at once; lines come when there is something to tell.
  if (Clock::now() - state.drawn >= between || (!state.open_line && state.style != Style::Lines))
    state.draw();
}

void Progress::finish(std::string_view note) {
  State& state = *state_;
  if (state.finished) return;
  if (!note.empty()) state.note = note;
  state.finished = true;
  state.draw();
}

} // namespace nngc
