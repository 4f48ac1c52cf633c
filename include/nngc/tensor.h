/// A dense host array: what goes into and comes out of evaluation, files and executables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nngc/error.h"
#include "nngc/type.h"

namespace nngc {

template <class T> [[nodiscard]] constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, bool>)
    return DType::Bool;
  else if constexpr (std::is_same_v<T, float>)
    return DType::F32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::F64;
  else {
    static_assert(std::is_integral_v<T>, "no dtype for this element type");
    constexpr int log2 = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return static_cast<DType>(static_cast<int>(std::is_signed_v<T> ? DType::I8 : DType::U8) + log2);
  }
}

/// Row-major elements of one dtype, owned, 64-byte aligned, zero at first. Copies are deep.
class Tensor {
public:
  Tensor() = default;
  Tensor(DType dtype, std::vector<std::int64_t> shape);
  /// A tensor of `values`; throws Error{Shape} unless the count fits.
  template <class T> static Tensor of(std::vector<std::int64_t> shape, std::span<const T> values) {
    Tensor t(dtype_of<T>(), std::move(shape));
    if (values.size() != static_cast<std::size_t>(t.size()))
      throw Error(Error::Kind::Shape, "tensor: " + std::to_string(values.size()) + " values for " +
                                          std::to_string(t.size()) + " elements");
    for (std::size_t i = 0; i < values.size(); ++i) t.data<T>()[i] = values[i];
    return t;
  }
  Tensor(const Tensor& other);
  Tensor& operator=(const Tensor& other);
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(Tensor&&) noexcept = default;
  ~Tensor() = default;

  [[nodiscard]] DType dtype() const { return dtype_; }
  [[nodiscard]] const std::vector<std::int64_t>& shape() const { return shape_; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const {
    return static_cast<std::size_t>(size_) * static_cast<std::size_t>(byte_size(dtype_));
  }
  [[nodiscard]] void* raw() { return data_.get(); }
  [[nodiscard]] const void* raw() const { return data_.get(); }
  /// The elements; throws Error{Type} unless T is the dtype's C++ type (bf16 and f16: uint16_t).
  template <class T> [[nodiscard]] std::span<T> data() {
    check(dtype_of<T>());
    return {reinterpret_cast<T*>(data_.get()), static_cast<std::size_t>(size_)};
  }
  template <class T> [[nodiscard]] std::span<const T> data() const {
    check(dtype_of<T>());
    return {reinterpret_cast<const T*>(data_.get()), static_cast<std::size_t>(size_)};
  }
  /// `f32[2,3]`.
  [[nodiscard]] std::string type_str() const;

private:
  void check(DType wanted) const;
  struct Free {
    void operator()(std::byte* p) const noexcept;
  };
  DType dtype_ = DType::F32;
  std::vector<std::int64_t> shape_{0};
  std::int64_t size_ = 0;
  std::unique_ptr<std::byte, Free> data_;
};

/// bf16 and f16 as bits, round to nearest even; NaN stays NaN.
[[nodiscard]] std::uint16_t to_bf16(float x);
[[nodiscard]] float from_bf16(std::uint16_t bits);
[[nodiscard]] std::uint16_t to_f16(float x);
[[nodiscard]] float from_f16(std::uint16_t bits);

} // namespace nngc
