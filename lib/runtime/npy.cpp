/// NumPy's .npy: a magic, a version, a Python dict as text, then the elements.
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <fmt/format.h>

#include "nngc/runtime.h"
#include "runtime/file.h"
#include "runtime/file_tensor.h"

namespace nngc {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

/// Kind and size of an element as NumPy writes them, without the byte order. NumPy knows no bf16;
/// like ml_dtypes (JAX) it is stored as two opaque bytes.
struct Code {
  DType dtype;
  std::string_view text;
};
constexpr Code codes[] = {
    {DType::Bool, "b1"}, {DType::I8, "i1"},   {DType::I16, "i2"}, {DType::I32, "i4"},
    {DType::I64, "i8"},  {DType::U8, "u1"},   {DType::U16, "u2"}, {DType::U32, "u4"},
    {DType::U64, "u8"},  {DType::BF16, "V2"}, {DType::F16, "f2"}, {DType::F32, "f4"},
    {DType::F64, "f8"},
};
static_assert(std::size(codes) == dtype_count);

struct Header {
  DType dtype = DType::F32;
  ByteOrder order = ByteOrder::Little;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Reads the dict `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, keys in any order.
class HeaderParser {
public:
  HeaderParser(const InputFile& file, std::string_view text) : file_(file), rest_(text) {}

  Header parse() {
    bool seen_descr = false, seen_order = false, seen_shape = false;
    expect("{");
    while (!accept("}")) {
      const std::string_view key = string();
      expect(":");
      if (key == "descr" && !seen_descr) {
        descr(string());
        seen_descr = true;
      } else if (key == "fortran_order" && !seen_order) {
        header_.fortran_order = accept("True");
        if (!header_.fortran_order) expect("False");
        seen_order = true;
      } else if (key == "shape" && !seen_shape) {
        shape();
        seen_shape = true;
      } else {
        file_.fail(fmt::format("malformed .npy header: unexpected key '{}'", key));
      }
      if (!accept(",")) {
        expect("}");
        break;
      }
    }
    skip_space();
    if (!rest_.empty() || !seen_descr || !seen_order || !seen_shape)
      file_.fail("malformed .npy header: expected descr, fortran_order and shape");
    return std::move(header_);
  }

private:
  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n'))
      rest_.remove_prefix(1);
  }

  bool accept(std::string_view token) {
    skip_space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  void expect(std::string_view token) {
    if (!accept(token))
      file_.fail(fmt::format("malformed .npy header: expected {} before {}", token,
                             rest_.substr(0, std::min<std::size_t>(rest_.find('\n'), 20))));
  }

  std::string_view string() {
    const std::string_view quote = accept("\"") ? "\"" : "'";
    if (quote == "'") expect("'");
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) file_.fail("malformed .npy header: a string does not end");
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }

  void descr(std::string_view text) {
    const std::string_view code = text.empty() ? text : text.substr(1);
    const auto* found = std::find_if(std::begin(codes), std::end(codes),
                                     [&](const Code& c) { return c.text == code; });
    if (found == std::end(codes) ||
        std::string_view("<>|=").find(text[0]) == std::string_view::npos)
      throw Error(
          Error::Kind::Unsupported,
          fmt::format("elements of type '{}': expected bool, i8 to i64, u8 to u64, f16, f32, "
                      "f64, or '|V2' for bf16",
                      text),
          file_.path());
    header_.dtype = found->dtype;
    header_.order = text[0] == '>' ? ByteOrder::Big : ByteOrder::Little;
  }

  void shape() {
    expect("(");
    while (!accept(")")) {
      skip_space();
      std::int64_t extent = 0;
      const char* end = rest_.data() + rest_.size();
      const auto [stop, error] = std::from_chars(rest_.data(), end, extent);
      if (error != std::errc()) file_.fail("malformed .npy header: an extent is no 64-bit number");
      rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
      header_.shape.push_back(extent);
      if (!accept(",")) {
        expect(")");
        break;
      }
    }
  }

  const InputFile& file_;
  std::string_view rest_;
  Header header_;
};

Header read_header(InputFile& file) {
  char start[8];
  file.read(start, sizeof start, ".npy header");
  if (std::string_view(start, magic.size()) != magic)
    file.fail("no .npy file: it does not begin with \\x93NUMPY");
  const int version = start[6];
  if (version < 1 || version > 3)
    throw Error(Error::Kind::Unsupported, fmt::format(".npy version {}: expected 1 to 3", version),
                file.path());
  unsigned char length_bytes[4] = {};
  file.read(length_bytes, version == 1 ? 2 : 4, ".npy header");
  std::size_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | length_bytes[i];
  // NumPy itself refuses headers longer than 10,000 bytes unless told to trust the file.
  if (length > 65536) file.fail(fmt::format("malformed .npy header: {} bytes long", length));
  std::string text(length, '\0');
  file.read(text.data(), length, ".npy header");
  return HeaderParser(file, text).parse();
}

/// `source` holds the elements of `shape` with the first index running fastest.
Tensor from_fortran_order(const Tensor& source, std::vector<std::int64_t> shape) {
  Tensor result(source.dtype(), std::move(shape));
  const auto width = static_cast<std::size_t>(byte_size(source.dtype()));
  const std::size_t rank = result.shape().size();
  std::vector<std::int64_t> stride(rank, 1), index(rank, 0);
  for (std::size_t d = 1; d < rank; ++d) stride[d] = stride[d - 1] * result.shape()[d - 1];
  const auto* from = static_cast<const std::byte*>(source.raw());
  auto* into = static_cast<std::byte*>(result.raw());
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < result.size(); ++i, into += width) {
    std::memcpy(into, from + static_cast<std::size_t>(at) * width, width);
    for (std::size_t d = rank; d-- > 0;) {
      at += stride[d];
      if (++index[d] < result.shape()[d]) break;
      at -= stride[d] * index[d];
      index[d] = 0;
    }
  }
  return result;
}

} // namespace

Tensor load_npy(const std::string& path) {
  InputFile file(path);
  Header header = read_header(file);
  Tensor tensor = allocate_tensor(file, header.dtype, header.shape);
  file.read(tensor.raw(), tensor.bytes(), tensor.type_str() + " data");
  file.expect_end();
  to_native_order(tensor, header.order);
  if (header.dtype == DType::Bool) {
    // NumPy writes 0 and 1; any other byte would be no bool to the programs that read it.
    auto* bytes = static_cast<unsigned char*>(tensor.raw());
    std::transform(bytes, bytes + tensor.bytes(), bytes, [](unsigned char b) { return b != 0; });
  }
  return header.fortran_order ? from_fortran_order(tensor, std::move(header.shape))
                              : std::move(tensor);
}

void save_npy(const std::string& path, const Tensor& tensor) {
  const auto* code = std::find_if(std::begin(codes), std::end(codes),
                                  [&](const Code& c) { return c.dtype == tensor.dtype(); });
  std::string shape;
  for (const std::int64_t extent : tensor.shape()) shape += fmt::format("{}, ", extent);
  // (3,) for one extent, (2, 3) for more, as Python prints them.
  if (tensor.shape().size() > 1)
    shape.resize(shape.size() - 2);
  else if (tensor.shape().size() == 1)
    shape.pop_back();
  const bool ordered = byte_size(tensor.dtype()) > 1 && tensor.dtype() != DType::BF16;
  std::string dict = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}",
                                 ordered ? '<' : '|', code->text, shape);
  // The elements begin at a multiple of 64 bytes; the header ends in a newline.
  constexpr std::size_t before = 10;
  dict.append(63 - (before + dict.size()) % 64, ' ');
  dict += '\n';
  if (dict.size() > 0xffff)
    throw Error(Error::Kind::Unsupported,
                fmt::format("save: rank {} is too high for .npy", tensor.shape().size()), path);
  std::string head(magic);
  head += {'\1', '\0', static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  head += dict;
  const std::string_view body{static_cast<const char*>(tensor.raw()), tensor.bytes()};
  if constexpr (std::endian::native == std::endian::little) {
    write_file(path, head, body);
  } else {
    Tensor swapped = tensor;
    to_native_order(swapped, ByteOrder::Little);
    write_file(path, head, {static_cast<const char*>(swapped.raw()), swapped.bytes()});
  }
}

} // namespace nngc
