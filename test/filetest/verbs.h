/// The verbs of `// RUN:`, one per stage. To add one, write its function and its line in verbs.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace nngc::test {

/// Takes the whole test file (its comments are the text form's own) and the words behind the verb;
/// gives the output that CHECK lines look at. Throws Error where the file is wrong, and whatever
/// else where a promise is broken.
using VerbFunction = std::string (*)(std::string_view text, std::string_view file,
                                     std::span<const std::string> words);

struct Verb {
  std::string_view name;
  VerbFunction run;
};

[[nodiscard]] std::span<const Verb> verbs();

} // namespace nngc::test
