// Places, excerpts and carets of collected mistakes.
#include "support/diagnostics.h"

#include "nngc/error.h"
#include "test/support/catch.h"

using namespace nngc;

static Error thrown(const Diagnostics& d) {
  try {
    d.raise();
  } catch (const Error& e) {
    return e;
  }
  return {Error::Kind::Argument, "nothing thrown"};
}

TEST_CASE("no mistakes, no error") {
  const Diagnostics d("a.nng", "text");
  CHECK_NOTHROW(d.raise());
}

TEST_CASE("mistakes come in order of their place, each with its line and a caret") {
  Diagnostics d("a.nng", "one\n\ttwo three\nfour");
  d.error(16, "at four");
  d.error(9, "at three");
  const Error e = thrown(d);
  CHECK(e.kind() == Error::Kind::Parse);
  CHECK(e.place() == "a.nng:2:6");
  CHECK(std::string(e.what()) == "a.nng:2:6: error: at three\n"
                                 "  \ttwo three\n"
                                 "  \t    ^\n"
                                 "a.nng:3:2: error: at four\n"
                                 "  four\n"
                                 "   ^");
}

TEST_CASE("the end of the text has a place, also behind a last line end") {
  Diagnostics d("f", "abc\n");
  d.error(4, "end");
  d.error(1000, "far behind");
  CHECK(thrown(d).place() == "f:2:1");
  Diagnostics empty("f", "");
  empty.error(0, "nothing here");
  CHECK(std::string(thrown(empty).what()) == "f:1:1: error: nothing here\n  \n  ^");
}

TEST_CASE("long lines are cut, control characters are not shown, UTF-8 keeps the caret in place") {
  const std::string text = std::string(1000, 'a') + "!" + std::string(1000, 'b');
  Diagnostics d("f", text);
  d.error(1000, "here");
  const std::string what = thrown(d).what();
  CHECK(what.size() < 500);
  CHECK_THAT(what, test::StartsWith("f:1:1001: error: here\n  ...aaa"));
  CHECK_THAT(what, test::ContainsSubstring("a!b"));
  const std::size_t line = what.find("  ..."), caret = what.rfind('^');
  CHECK(what[line + (caret - what.rfind('\n') - 1)] == '!');

  Diagnostics c("f", "\x1b[31m x\xc3\xa9y");
  c.error(9, "y");
  CHECK(std::string(thrown(c).what()) == "f:1:10: error: y\n  ?[31m x\xc3\xa9y\n          ^");
}

TEST_CASE("there is a limit") {
  Diagnostics d("f", "x");
  for (std::size_t i = 0; i < 10 * Diagnostics::limit; ++i) d.error(0, "again");
  CHECK(d.count() == Diagnostics::limit);
  CHECK_THAT(std::string(thrown(d).what()), test::ContainsSubstring("stopped here"));
}
