/// IDX, the file format of MNIST: 0, 0, element type, rank, then big-endian extents and elements.
#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "nngc/runtime.h"
#include "runtime/file.h"
#include "runtime/file_tensor.h"

namespace nngc {
namespace {

std::optional<DType> element_type(unsigned char code) {
  switch (code) {
  case 0x08: return DType::U8;
  case 0x09: return DType::I8;
  case 0x0B: return DType::I16;
  case 0x0C: return DType::I32;
  case 0x0D: return DType::F32;
  case 0x0E: return DType::F64;
  default: return std::nullopt;
  }
}

} // namespace

Tensor load_idx(const std::string& path) {
  InputFile file(path);
  unsigned char magic[4];
  file.read(magic, sizeof magic, "IDX header");
  const std::optional<DType> dtype = element_type(magic[2]);
  if (magic[0] != 0 || magic[1] != 0 || !dtype)
    file.fail(
        fmt::format("no IDX file: it begins with {:02x} {:02x} {:02x} {:02x}, expected 00 00, "
                    "an element type (08 to 0e) and the rank",
                    magic[0], magic[1], magic[2], magic[3]));
  std::vector<std::int64_t> shape;
  for (int i = 0; i < magic[3]; ++i) {
    unsigned char b[4];
    file.read(b, sizeof b, "IDX header");
    shape.push_back(std::int64_t{b[0]} << 24 | b[1] << 16 | b[2] << 8 | b[3]);
  }
  Tensor tensor = allocate_tensor(file, *dtype, std::move(shape));
  file.read(tensor.raw(), tensor.bytes(), tensor.type_str() + " data");
  file.expect_end();
  to_native_order(tensor, ByteOrder::Big);
  return tensor;
}

} // namespace nngc
