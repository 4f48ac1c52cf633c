// Any bytes at all as a model's text: parse() gives a graph or an Error with its place, and what it
// accepts verifies and comes back from its own print, soon. libFuzzer makes the bytes;
// tools/dev/fuzz_parser.py builds and runs this.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include "nngc/op_info.h"
#include "nngc/text.h"

using namespace nngc;

namespace {

[[noreturn]] void fail(const char* what, const std::string& detail = {}) {
  std::fprintf(stderr, "parser fuzzer: %s\n%s\n", what, detail.c_str());
  std::abort();
}

void read(std::string_view text) {
  Graph graph;
  try {
    graph = parse(text, "model.nng");
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::Parse) fail("an error of another kind", error.what());
    if (!error.place().starts_with("model.nng:")) fail("an error without a place", error.what());
    return;
  }
  try {
    verify(graph);
    const std::string printed = print(graph);
    if (const std::string again = print(parse(printed)); again != printed)
      fail("another text comes back", printed + "\n---\n" + again);
  } catch (const Error& error) {
    fail("accepted by the first parse only", error.what());
  }
}

/// Seconds of one core; the clock on the wall would blame us for a busy machine.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// For texts of no more than 16 KB, with sanitizers: a thousand times what such a text needs.
constexpr double most_seconds = 2;

} // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  // The ops and attributes of this build, for libFuzzer's -dict.
  if (*argc != 2 || (*argv)[1] != std::string_view("--dictionary")) return 0;
  const auto word = [](std::string_view text) {
    std::printf("\"%.*s\"\n", static_cast<int>(text.size()), text.data());
  };
  for (const OpInfo& op : op_infos()) {
    word(op.name);
    for (const OpAttrInfo& attr : op.attrs) word(std::string(attr.name) + " = ");
  }
  for (const std::string_view text :
       {"graph @", "return ", "data",       "param",     "state",   "seed",  "@backward", "@update",
        "@epoch(", "<-",      "dense<",     "hex",       "bits(0x", "true",  "false",     "inf",
        "nan",     "bool[",   "i8[",        "i16[",      "i32[",    "i64[",  "u8[",       "u16[",
        "u32[",    "u64[",    "bf16[",      "f16[",      "f32[",    "f64[",  "2*n+1",     "n-1",
        "%0",      " : ",     "4294967296", "281474976", "-0",      "1e308", "\\\\x00"})
    word(text);
  std::exit(0);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const double start = cpu_seconds();
  read({reinterpret_cast<const char*>(data), size});
  if (cpu_seconds() - start > most_seconds) fail("too slow");
  return 0;
}
