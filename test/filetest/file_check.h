/// What a test file expects: lines that its output must hold, and mistakes that it must be told of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nngc::test {

struct Check {
  enum class Kind { Anywhere, Next, Not };
  Kind kind;
  std::string text;
  std::size_t line; ///< of the test file, from 1
};

struct ExpectedError {
  std::string text;
  std::size_t line;
};

/// The comments of a test file:
///   // RUN: verb words...     what is done with the file; the first line
///   // CHECK: text            a line of the output holds the text, behind the last match
///   // CHECK-NEXT: text       the line behind the last match holds it
///   // CHECK-NOT: text        no line between the matches around it holds it
///   ... // ERROR: text        a mistake is reported on this line, and its message holds the text
struct TestFile {
  std::vector<std::string> run;
  std::vector<Check> checks;
  std::vector<ExpectedError> errors;
  /// Whether the expectation is all of the output: one CHECK, then CHECK-NEXT alone. Such files can
  /// be rewritten with NNGC_BLESS=1.
  [[nodiscard]] bool exact() const;
};

[[nodiscard]] TestFile read_test_file(std::string_view text);

/// Empty if the output is as expected, else what is not, with `file:line`.
[[nodiscard]] std::string check_output(const TestFile& test, std::string_view file,
                                       std::string_view output);

/// The same for the message of an Error: each mistake it lists is expected on its line, and every
/// expected one is there.
[[nodiscard]] std::string check_errors(const TestFile& test, std::string_view file,
                                       std::string_view what);

/// The file's text with its CHECK lines replaced by all of `output`.
[[nodiscard]] std::string blessed(std::string_view text, std::string_view output);

} // namespace nngc::test
