/// .npy: every dtype comes back, files NumPy wrote are read, broken files are refused.
#include "nngc/runtime.h"
#include "test/support/catch.h"
#include "test/support/temp_dir.h"

#include <csignal>
#include <cstring>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace nngc;
using namespace nngc::test;
using namespace std::string_literals;

namespace {

/// A .npy file: magic, version 1.0, the dict padded as NumPy pads it, the elements.
std::string npy(std::string dict, std::string_view elements) {
  dict.append(63 - (10 + dict.size()) % 64, ' ');
  dict += '\n';
  std::string text = "\x93NUMPY\x01"s + '\0';
  text += static_cast<char>(dict.size() & 0xff);
  text += static_cast<char>(dict.size() >> 8);
  return text + dict + std::string(elements);
}

bool same(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         (a.bytes() == 0 || std::memcmp(a.raw(), b.raw(), a.bytes()) == 0);
}

Error::Kind kind_of(const std::string& path) {
  try {
    static_cast<void>(load_npy(path));
  } catch (const Error& error) {
    CHECK(error.place() == path);
    return error.kind();
  }
  FAIL("load_npy accepted " << path);
  return {};
}

const std::string f32_2x3 = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

} // namespace

TEST_CASE("npy: every dtype and rank comes back bit for bit") {
  TempDir dir;
  const std::vector<std::vector<std::int64_t>> shapes = {{},     {0},       {1},         {7},
                                                         {2, 3}, {3, 0, 2}, {2, 3, 4, 5}};
  for (int d = 0; d < dtype_count; ++d) {
    for (const auto& shape : shapes) {
      Tensor tensor(static_cast<DType>(d), shape);
      auto* bytes = static_cast<unsigned char*>(tensor.raw());
      for (std::size_t i = 0; i < tensor.bytes(); ++i)
        bytes[i] = static_cast<unsigned char>(d == 0 ? i % 2 : i * 37 + 11);
      INFO(tensor.type_str());
      save_npy(dir.path("t.npy"), tensor);
      CHECK(same(load_npy(dir.path("t.npy")), tensor));
      CHECK(dir.count() == 1);
    }
  }
}

TEST_CASE("npy: the bytes are those NumPy writes") {
  TempDir dir;
  const float values[] = {1, 2, 3, 4, 5, 6};
  save_npy(dir.path("t.npy"), Tensor::of<float>({2, 3}, values));
  const std::string elements(reinterpret_cast<const char*>(values), sizeof values);
  const std::string written = TempDir::read(dir.path("t.npy"));
  CHECK(written == npy(f32_2x3, elements));
  CHECK((written.size() - elements.size()) % 64 == 0);
  const bool flags[] = {true};
  save_npy(dir.path("b.npy"), Tensor::of<bool>({1}, flags));
  CHECK(TempDir::read(dir.path("b.npy")) ==
        npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }", "\1"));
}

TEST_CASE("npy: Fortran order, big-endian elements and other spellings of the header") {
  TempDir dir;
  const std::int32_t expected[] = {1, 2, 3, 4, 5, 6};
  const auto fortran =
      dir.file("f.npy", npy("{'shape': (2, 3), 'descr': '>i4', 'fortran_order': True}",
                            "\0\0\0\1\0\0\0\4\0\0\0\2\0\0\0\5\0\0\0\3\0\0\0\6"s));
  CHECK(same(load_npy(fortran), Tensor::of<std::int32_t>({2, 3}, expected)));
  const std::uint8_t three[] = {7, 8, 9};
  const auto spelled = dir.file(
      "s.npy", npy("{ \"descr\" : '|u1' ,'fortran_order':False,'shape':(3 ,)}", "\7\x8\x9"));
  CHECK(same(load_npy(spelled), Tensor::of<std::uint8_t>({3}, three)));
  std::string version2 =
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", "\7\x8\x9");
  version2[6] = 2;
  version2.insert(10, "\0\0"s);
  CHECK(same(load_npy(dir.file("v2.npy", version2)), Tensor::of<std::uint8_t>({3}, three)));
}

TEST_CASE("npy: a bool is 0 or 1 whatever the file says") {
  TempDir dir;
  const auto path = dir.file(
      "b.npy", npy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", "\0\1\xff"s));
  const bool expected[] = {false, true, true};
  CHECK(same(load_npy(path), Tensor::of<bool>({3}, expected)));
}

TEST_CASE("npy: a file cut anywhere is refused") {
  TempDir dir;
  const std::string whole = npy(f32_2x3, std::string(24, 'x'));
  REQUIRE(load_npy(dir.file("whole.npy", whole)).size() == 6);
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(kind_of(dir.file("cut.npy", whole.substr(0, length))) == Error::Kind::Data);
  NNGC_CHECK_THROWS(load_npy(dir.file("long.npy", whole + "x")), Error,
                    "the file goes on after its last element");
}

TEST_CASE("npy: malformed headers and promises no file can keep are refused") {
  TempDir dir;
  const std::string good = f32_2x3, elements(24, 'x');
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string dict = good;
    dict.replace(dict.find(from), from.size(), to);
    return dir.file("bad.npy", npy(dict, elements));
  };
  CHECK(kind_of(dir.file("bad.npy", "PK\3\4 a zip file, not an array")) == Error::Kind::Data);
  CHECK(kind_of(with("<f4", "<c8")) == Error::Kind::Unsupported);
  CHECK(kind_of(with("<f4", "O")) == Error::Kind::Unsupported);
  CHECK(kind_of(with("<f4", "")) == Error::Kind::Unsupported);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"{", ""},
           {"}", ""},
           {"'descr'", "descr"},
           {"'descr'", "'shape'"},
           {"False", "Maybe"},
           {"(2, 3)", "(2, 3"},
           {"(2, 3)", "2, 3"},
           {"(2, 3)", "(2, x)"},
           {"(2, 3)", "(2, -3)"},
           {"(2, 3)", "(2, 99999999999999999999)"},
           {"}", "} more"},
           {"}", "'extra': 1}"},
           {"'fortran_order': False, ", ""},
           {"'shape'", "'shape"},
           // Too large for the file, and so large that the product overflows.
           {"(2, 3)", "(2, 4)"},
           {"(2, 3)", "(4611686018427387904, 4)"},
           {"(2, 3)", "(0, 4611686018427387904, 8)"}})
    CHECK(kind_of(with(from, to)) == Error::Kind::Data);
  std::string version = npy(good, elements);
  version[6] = 9;
  CHECK(kind_of(dir.file("bad.npy", version)) == Error::Kind::Unsupported);
}

TEST_CASE("npy: paths that cannot be read or written say so and leave nothing behind") {
  TempDir dir;
  CHECK(kind_of(dir.path("missing.npy")) == Error::Kind::Io);
  CHECK(kind_of(dir.path()) == Error::Kind::Io);
  const Tensor tensor(DType::F32, {4});
  NNGC_CHECK_THROWS(save_npy(dir.path("no/such/t.npy"), tensor), Error,
                    "No such file or directory");
  NNGC_CHECK_THROWS(save_npy(dir.path(), tensor), Error, "Is a directory");
  CHECK(dir.count() == 0);
}

TEST_CASE("npy: a disk that fills up leaves the old file whole") {
  TempDir dir;
  const float old_value[] = {42};
  save_npy(dir.path("t.npy"), Tensor::of<float>({1}, old_value));
  // A limit on the size of files stands for the full disk; the child takes it and the signal.
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    int status = 1;
    try {
      save_npy(dir.path("t.npy"), Tensor(DType::F32, {100000}));
    } catch (const Error& error) {
      status = error.kind() == Error::Kind::Io ? 0 : 2;
    }
    _exit(status);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(dir.count() == 1);
  CHECK(same(load_npy(dir.path("t.npy")), Tensor::of<float>({1}, old_value)));
}

TEST_CASE("npy: a device is written to, not replaced") {
  save_npy("/dev/null", Tensor(DType::F32, {4}));
  CHECK(std::filesystem::is_character_file("/dev/null"));
}
