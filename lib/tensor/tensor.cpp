// Host tensors, and the 16-bit floats as integer code (the host may lack the instructions).
#include "nngc/tensor.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <new>

namespace nngc {

namespace {
constexpr std::align_val_t alignment{64};
}

void Tensor::Free::operator()(std::byte* p) const noexcept { ::operator delete[](p, alignment); }

Tensor::Tensor(DType dtype, std::vector<std::int64_t> shape)
    : dtype_(dtype), shape_(std::move(shape)), size_(1) {
  for (std::int64_t d : shape_) {
    if (d < 0) throw Error(Error::Kind::Shape, "tensor: a negative extent: " + type_str());
    if (d != 0 && size_ > (std::int64_t{1} << 48) / d)
      throw Error(Error::Kind::Shape, "tensor: more than 2^48 elements: " + type_str());
    size_ *= d;
  }
  data_.reset(new (alignment) std::byte[bytes() + 64]);
  std::memset(data_.get(), 0, bytes());
}

Tensor::Tensor(const Tensor& other) : Tensor(other.dtype_, other.shape_) {
  if (size_ != 0) std::memcpy(data_.get(), other.data_.get(), bytes());
}

Tensor& Tensor::operator=(const Tensor& other) {
  if (this != &other) *this = Tensor(other);
  return *this;
}

std::string Tensor::type_str() const {
  return TensorType{dtype_, Shape(std::vector<Dim>(shape_.begin(), shape_.end()))}.str();
}

void Tensor::check(DType wanted) const {
  const bool half = dtype_ == DType::BF16 || dtype_ == DType::F16;
  if (wanted != dtype_ && !(half && wanted == DType::U16))
    throw Error(Error::Kind::Type, "tensor: " + std::string(name(dtype_)) + " elements read as " +
                                       std::string(name(wanted)));
}

std::uint16_t to_bf16(float x) {
  const auto u = std::bit_cast<std::uint32_t>(x);
  if (std::isnan(x)) return static_cast<std::uint16_t>((u >> 16) | 0x40);
  return static_cast<std::uint16_t>((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}

float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

std::uint16_t to_f16(float x) {
  const auto u = std::bit_cast<std::uint32_t>(x);
  const auto sign = static_cast<std::uint16_t>((u >> 16) & 0x8000);
  const std::uint32_t magnitude = u & 0x7fffffff;
  if (magnitude > 0x7f800000)
    return static_cast<std::uint16_t>(sign | 0x7e00 | ((magnitude >> 13) & 0x3ff));
  if (magnitude >= 0x47800000) return static_cast<std::uint16_t>(sign | 0x7c00);
  if (magnitude <
      0x38800000) { // subnormal or zero: adding 0.5 rounds at the last place of an f16 subnormal
    const float scaled = std::bit_cast<float>(magnitude) + 0.5F;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(scaled) - 0x3f000000));
  }
  const std::uint32_t rounded = magnitude + 0xfff + ((magnitude >> 13) & 1) - (112U << 23);
  return static_cast<std::uint16_t>(sign | (rounded >> 13));
}

float from_f16(std::uint16_t bits) {
  const std::uint32_t sign = std::uint32_t{bits & 0x8000U} << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1f, mantissa = bits & 0x3ff;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000 | (mantissa << 13));
  if (exponent == 0) {
    const float m = static_cast<float>(mantissa) * 0x1p-24F;
    return sign != 0 ? -m : m;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

} // namespace nngc
