// A small FileCheck: enough for our tests, and with messages that say where to look.
#include "test/filetest/file_check.h"

#include <charconv>
#include <sstream>

namespace nngc::test {

namespace {

std::string_view trimmed(std::string_view s) {
  const std::size_t from = s.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return s.substr(from, s.find_last_not_of(" \t\r") - from + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

/// What follows `// KEY:` in the line; false if it is not there.
bool comment(std::string_view line, std::string_view key, std::string_view& rest) {
  const std::string mark = "// " + std::string(key) + ":";
  const std::size_t at = line.find(mark);
  if (at == std::string_view::npos) return false;
  return rest = trimmed(line.substr(at + mark.size())), true;
}

bool is_check(std::string_view line) { return trimmed(line).starts_with("// CHECK"); }

std::string at(std::string_view file, std::size_t line) {
  return std::string(file) + ":" + std::to_string(line) + ": ";
}

} // namespace

bool TestFile::exact() const {
  for (std::size_t i = 0; i < checks.size(); ++i)
    if (checks[i].kind != (i == 0 ? Check::Kind::Anywhere : Check::Kind::Next)) return false;
  return !checks.empty();
}

TestFile read_test_file(std::string_view text) {
  TestFile test;
  std::size_t number = 0;
  for (std::string_view line : lines_of(text)) {
    ++number;
    std::string_view rest;
    if (number == 1 && comment(line, "RUN", rest)) {
      std::istringstream words{std::string(rest)};
      for (std::string word; words >> word;) test.run.push_back(word);
    }
    if (comment(line, "CHECK", rest))
      test.checks.push_back({Check::Kind::Anywhere, std::string(rest), number});
    else if (comment(line, "CHECK-NEXT", rest))
      test.checks.push_back({Check::Kind::Next, std::string(rest), number});
    else if (comment(line, "CHECK-NOT", rest))
      test.checks.push_back({Check::Kind::Not, std::string(rest), number});
    else if (comment(line, "ERROR", rest))
      test.errors.push_back({std::string(rest), number});
  }
  return test;
}

std::string check_output(const TestFile& test, std::string_view file, std::string_view output) {
  const std::vector<std::string_view> lines = lines_of(output);
  const auto holds = [&](std::size_t i, const Check& c) {
    return lines[i].find(c.text) != std::string_view::npos;
  };
  std::size_t next = 0; // the line behind the last match
  std::vector<const Check*> forbidden;
  const auto check_forbidden = [&](std::size_t end) -> std::string {
    for (const Check* c : forbidden)
      for (std::size_t i = next; i < end; ++i)
        if (holds(i, *c))
          return at(file, c->line) + "CHECK-NOT found on line " + std::to_string(i + 1) +
                 " of the output: " + std::string(lines[i]);
    forbidden.clear();
    return {};
  };
  for (const Check& c : test.checks) {
    if (c.kind == Check::Kind::Not) {
      forbidden.push_back(&c);
      continue;
    }
    std::size_t found = next;
    if (c.kind == Check::Kind::Next) {
      if (found >= lines.size() || !holds(found, c))
        return at(file, c.line) + "CHECK-NEXT '" + c.text + "' is not on line " +
               std::to_string(found + 1) + " of the output: " +
               (found < lines.size() ? std::string(lines[found]) : "(the end)");
    } else {
      while (found < lines.size() && !holds(found, c)) ++found;
      if (found == lines.size())
        return at(file, c.line) + "CHECK '" + c.text + "' is not behind line " +
               std::to_string(next) + " of the output";
    }
    if (std::string wrong = check_forbidden(found); !wrong.empty()) return wrong;
    next = found + 1;
  }
  return check_forbidden(lines.size());
}

std::string check_errors(const TestFile& test, std::string_view file, std::string_view what) {
  std::vector<bool> met(test.errors.size());
  std::string wrong;
  const std::string prefix = std::string(file) + ":";
  for (std::string_view line : lines_of(what)) {
    const std::size_t mark = line.find(": error: ");
    if (!line.starts_with(prefix) || mark == std::string_view::npos) continue;
    std::size_t number = 0;
    std::from_chars(line.data() + prefix.size(), line.data() + line.size(), number);
    const std::string_view message = line.substr(mark + 9);
    bool expected = false;
    for (std::size_t i = 0; i < met.size() && !expected; ++i)
      if (!met[i] && test.errors[i].line == number &&
          message.find(test.errors[i].text) != std::string_view::npos)
        met[i] = expected = true;
    if (!expected) wrong += "not expected: " + std::string(line) + "\n";
  }
  for (std::size_t i = 0; i < met.size(); ++i)
    if (!met[i])
      wrong += at(file, test.errors[i].line) + "ERROR '" + test.errors[i].text +
               "' was not reported on this line\n";
  return wrong;
}

std::string blessed(std::string_view text, std::string_view output) {
  std::string result;
  bool written = false;
  const auto write = [&] {
    const char* key = "// CHECK: ";
    for (std::string_view line : lines_of(output)) {
      result += key;
      result += trimmed(line);
      result += '\n';
      key = "// CHECK-NEXT: ";
    }
    written = true;
  };
  for (std::string_view line : lines_of(text)) {
    if (!is_check(line))
      result += std::string(line) + "\n";
    else if (!written)
      write();
  }
  return result;
}

} // namespace nngc::test
