#include "runtime/file_tensor.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nngc {

Tensor allocate_tensor(const InputFile& file, DType dtype, std::vector<std::int64_t> shape) {
  std::uint64_t bytes = static_cast<std::uint64_t>(byte_size(dtype));
  bool empty = false, fits = true;
  for (const std::int64_t extent : shape) {
    if (extent < 0) file.fail(fmt::format("the extent {} is negative", extent));
    empty |= extent == 0;
    // Extents beside a 0 are bounded too: their product must not overflow in who uses the shape.
    if (extent != 0)
      fits = fits && !__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes) &&
             bytes <= std::uint64_t{1} << 48;
  }
  if (!fits || (!empty && bytes > file.most_bytes()))
    file.fail(fmt::format("the file is too short for {}[{}]", name(dtype), fmt::join(shape, ",")));
  return Tensor(dtype, std::move(shape));
}

void to_native_order(Tensor& tensor, ByteOrder order) {
  const ByteOrder native =
      std::endian::native == std::endian::little ? ByteOrder::Little : ByteOrder::Big;
  const auto width = static_cast<std::size_t>(byte_size(tensor.dtype()));
  if (order == native || width == 1) return;
  auto* bytes = static_cast<std::byte*>(tensor.raw());
  for (std::size_t at = 0; at < tensor.bytes(); at += width)
    std::reverse(bytes + at, bytes + at + width);
}

} // namespace nngc
