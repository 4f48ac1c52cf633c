/// What readers of tensor files share: allocating what a header promises, and byte order.
#pragma once

#include <cstdint>
#include <vector>

#include "nngc/tensor.h"
#include "runtime/file.h"

namespace nngc {

enum class ByteOrder : std::uint8_t { Little, Big };

/// A tensor for the rest of `file`. Throws Error{Data} where an extent is negative or the file is
/// too small to hold the elements, before anything is allocated.
[[nodiscard]] Tensor allocate_tensor(const InputFile& file, DType dtype,
                                     std::vector<std::int64_t> shape);

/// Swaps the bytes of each element unless `order` is this machine's.
void to_native_order(Tensor& tensor, ByteOrder order);

} // namespace nngc
