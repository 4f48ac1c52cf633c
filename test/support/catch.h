/// The one place that knows which Catch2 is installed: v2.13 (Debian 12) or v3.
#pragma once

#ifdef NNGC_CATCH2_V3
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>

namespace nngc::test {

using Catch::Matchers::StartsWith;
#ifdef NNGC_CATCH2_V3
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
#else
using Catch::Detail::Approx;
/// Matches a string that contains `text`; v3's name for it.
inline auto ContainsSubstring(const std::string& text) { return Catch::Matchers::Contains(text); }
#endif

} // namespace nngc::test

/// Checks that `expression` throws an `exception` (a std::exception) whose what() contains `text`.
#define NNGC_CHECK_THROWS(expression, exception, text)                                             \
  do {                                                                                             \
    std::string nngc_what = "(nothing thrown)";                                                    \
    try {                                                                                          \
      static_cast<void>(expression);                                                               \
    } catch (const exception& nngc_error) {                                                        \
      nngc_what = nngc_error.what();                                                               \
    }                                                                                              \
    CHECK_THAT(nngc_what, ::nngc::test::ContainsSubstring(text));                                  \
  } while (false)
