// Data files that are missing, cut short or no such files; the place is the file.
#include "nngc/runtime.h"
#include "test/errors/catalogue.h"

namespace nngc::test {

using Kind = Error::Kind;
using namespace std::string_literals;

namespace {

/// A .npy file with that header and 24 bytes of elements.
std::string npy(const std::string& header, char version = 1) {
  const std::size_t n = header.size() + 1;
  std::string size{static_cast<char>(n % 256), static_cast<char>(n / 256)};
  if (version > 1) size += "\0\0"s;
  return "\x93NUMPY"s + version + '\0' + size + header + '\n' + std::string(24, 'x');
}

std::string header(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + "}";
}

std::function<void(Ground&)> load(std::string content) {
  return
      [content = std::move(content)](Ground& w) { (void)load_npy(w.dir.file("t.npy", content)); };
}

std::function<void(Ground&)> idx(std::string content) {
  return
      [content = std::move(content)](Ground& w) { (void)load_idx(w.dir.file("t.idx", content)); };
}

/// The bytes of an IDX file of three u8, packed by gzip.
const std::string packed =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x63\x60\xe0\x64\x64\x60\x60\x60\x66"
    "\x64\x62\x06\x00"s;

} // namespace

// clang-format off: one line a mistake, however long
std::vector<Mistake> file_mistakes() {
  const std::string file = "lib/runtime/file.cpp", tensor = "lib/runtime/file_tensor.cpp", from_npy = "lib/runtime/npy.cpp";
  const std::string f32 = header("<f4", "(2, 3)");
  return {
      mistake_at("@/none.npy", file, Kind::Io, "cannot read: No such file or directory", [](Ground& w) { (void)load_npy(w.dir.path("none.npy")); }),
      mistake_at("@/", file, Kind::Io, "cannot read: Is a directory", [](Ground& w) { (void)load_idx(w.dir.path()); }),
      mistake_at("@/no/t.npy", file, Kind::Io, "cannot write: No such file or directory", [](Ground& w) { save_npy(w.dir.path("no/t.npy"), Tensor(DType::F32, {2})); }),
      mistake_at("@/t.npy", file, Kind::Data, "the f32[2,3] data is cut short: 12 of 24 bytes", load(npy(f32).substr(0, 80))),
      mistake_at("@/t.npy", file, Kind::Data, "the file goes on after its last element", load(npy(f32) + "x")),
      mistake_at("@/t.idx", file, Kind::Data, "corrupt gzip data (invalid block type)", idx("\x1f\x8b\x08\0\0\0\0\0\0\3no deflate at all"s)),
      mistake_at("@/t.idx", file, Kind::Data, "the gzip data is cut short", idx(packed)),
      mistake_at("@/t.npy", tensor, Kind::Data, "the extent -3 is negative", load(npy(header("<f4", "(2, -3)")))),
      mistake_at("@/t.npy", tensor, Kind::Data, "the file is too short for f32[2,4000]", load(npy(header("<f4", "(2, 4000)")))),
      mistake_at("@/t.idx", "lib/runtime/idx.cpp", Kind::Data, "no IDX file: it begins with 50 4b 03 04, expected 00 00, an element type (08 to 0e) and the rank", idx("PK\3\4 a zip file")),
      mistake_at("@/t.npy", from_npy, Kind::Data, "no .npy file: it does not begin with \\x93NUMPY", load("PK\3\4 a zip file")),
      mistake_at("@/t.npy", from_npy, Kind::Unsupported, ".npy version 9: expected 1 to 3", load(npy(f32, 9))),
      mistake_at("@/t.npy", from_npy, Kind::Data, "malformed .npy header: 70000 bytes long", load(npy(std::string(70000, ' '), 2).replace(8, 4, "\x70\x11\x01\0"s))),
      mistake_at("@/t.npy", from_npy, Kind::Data, "malformed .npy header: unexpected key 'extra'", load(npy("{'descr': '<f4', 'extra': 1}"))),
      mistake_at("@/t.npy", from_npy, Kind::Data, "malformed .npy header: expected descr, fortran_order and shape", load(npy("{'descr': '<f4'}"))),
      mistake_at("@/t.npy", from_npy, Kind::Data, "malformed .npy header: expected : before '<f4'}", load(npy("{'descr' '<f4'}"))),
      mistake_at("@/t.npy", from_npy, Kind::Data, "malformed .npy header: a string does not end", load(npy("{'descr': '<f4"))),
      mistake_at("@/t.npy", from_npy, Kind::Unsupported, "elements of type '<c8': expected bool, i8 to i64, u8 to u64, f16, f32, f64, or '|V2' for bf16", load(npy(header("<c8", "(2, 3)")))),
      mistake_at("@/t.npy", from_npy, Kind::Data, "malformed .npy header: an extent is no 64-bit number", load(npy(header("<f4", "(99999999999999999999,)")))),
      mistake_at("@/t.npy", from_npy, Kind::Unsupported, "save: rank 30000 is too high for .npy", [](Ground& w) { save_npy(w.dir.path("t.npy"), Tensor(DType::F32, std::vector<std::int64_t>(30000, 1))); }),
  };
}
// clang-format on

} // namespace nngc::test
