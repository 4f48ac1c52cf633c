/// IDX files: big-endian elements of six types, plain or gzipped, broken ones refused.
#include "nngc/runtime.h"
#include "test/support/catch.h"
#include "test/support/temp_dir.h"

#include <zlib.h>

using namespace nngc;
using namespace nngc::test;
using namespace std::string_literals;

namespace {

std::string gzip(const TempDir& dir, std::string_view content) {
  gzFile out = gzopen(dir.path("packed.gz").c_str(), "wb");
  gzwrite(out, content.data(), static_cast<unsigned>(content.size()));
  gzclose(out);
  return TempDir::read(dir.path("packed.gz"));
}

const std::string bytes_2x3 = "\0\0\x08\x02\0\0\0\2\0\0\0\3abcdef"s;

} // namespace

TEST_CASE("idx: bytes with their extents, plain and gzipped") {
  TempDir dir;
  for (const std::string& content : {bytes_2x3, gzip(dir, bytes_2x3)}) {
    const Tensor tensor = load_idx(dir.file("data", content));
    CHECK(tensor.type_str() == "u8[2,3]");
    const auto data = tensor.data<std::uint8_t>();
    CHECK(std::string(data.begin(), data.end()) == "abcdef");
  }
}

TEST_CASE("idx: wider elements are big-endian") {
  TempDir dir;
  const Tensor i16 = load_idx(dir.file("a", "\0\0\x0b\x01\0\0\0\2\x01\x02\xff\xfe"s));
  CHECK(i16.data<std::int16_t>()[0] == 258);
  CHECK(i16.data<std::int16_t>()[1] == -2);
  CHECK(load_idx(dir.file("b", "\0\0\x0c\x01\0\0\0\1\0\1\0\0"s)).data<std::int32_t>()[0] == 65536);
  CHECK(load_idx(dir.file("c", "\0\0\x0d\x01\0\0\0\1\x3f\x80\0\0"s)).data<float>()[0] == 1.0F);
  const Tensor f64 = load_idx(dir.file("d", "\0\0\x0e\0\xc0\0\0\0\0\0\0\0"s));
  CHECK(f64.shape().empty());
  CHECK(f64.data<double>()[0] == -2.0);
  CHECK(load_idx(dir.file("e", "\0\0\x09\x01\0\0\0\1\xff"s)).data<std::int8_t>()[0] == -1);
}

TEST_CASE("idx: cut, corrupt and foreign files are refused") {
  TempDir dir;
  for (std::size_t length = 0; length < bytes_2x3.size(); ++length)
    NNGC_CHECK_THROWS(load_idx(dir.file("cut", bytes_2x3.substr(0, length))), Error, "short");
  const std::string packed = gzip(dir, bytes_2x3);
  // The last 8 bytes are the checksum and the length: missing, they are missed too.
  for (std::size_t length = 12; length < packed.size(); ++length)
    NNGC_CHECK_THROWS(load_idx(dir.file("cut.gz", packed.substr(0, length))), Error, "cut.gz: ");
  std::string corrupt = packed;
  corrupt[corrupt.size() - 8] ^= 1;
  NNGC_CHECK_THROWS(load_idx(dir.file("crc.gz", corrupt)), Error, "corrupt gzip data");
  NNGC_CHECK_THROWS(load_idx(dir.file("long", bytes_2x3 + "x")), Error, "goes on after");
  NNGC_CHECK_THROWS(load_idx(dir.file("png", "\x89PNG....")), Error,
                    "no IDX file: it begins with 89 50 4e 47");
  NNGC_CHECK_THROWS(load_idx(dir.file("type", "\0\0\x07\x01\0\0\0\1x"s)), Error, "no IDX file");
  NNGC_CHECK_THROWS(
      load_idx(dir.file("huge", "\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s)),
      Error, "the file is too short for u8[4294967295,4294967295,4294967295]");
  NNGC_CHECK_THROWS(load_idx(dir.path("missing")), Error, "No such file or directory");
}
