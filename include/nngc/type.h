/// Element types, dims (static or symbolic), shapes, tensor types.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nngc {

enum class DType : std::uint8_t { Bool, I8, I16, I32, I64, U8, U16, U32, U64, BF16, F16, F32, F64 };
inline constexpr int dtype_count = 13;

[[nodiscard]] constexpr bool is_float(DType t) { return t >= DType::BF16; }
[[nodiscard]] constexpr bool is_signed_int(DType t) { return t >= DType::I8 && t <= DType::I64; }
[[nodiscard]] constexpr bool is_unsigned_int(DType t) { return t >= DType::U8 && t <= DType::U64; }
[[nodiscard]] constexpr bool is_int(DType t) { return is_signed_int(t) || is_unsigned_int(t); }
/// Size of one element in bytes; a bool is one byte, 0 or 1.
[[nodiscard]] int byte_size(DType t);
/// `f32`, `i64`, `bool`, ...
[[nodiscard]] std::string_view name(DType t);
/// The dtype of that name; false if there is none.
[[nodiscard]] bool parse_dtype(std::string_view text, DType& out);

/// An extent: a number, or `scale * name + offset` where `name` is a runtime value such as `batch`.
/// Symbols are interned process-wide, so two dims of the same name are equal.
class Dim {
public:
  constexpr Dim() = default;
  constexpr Dim(std::int64_t n) : offset_(n) {} // NOLINT: a number is a dim
  /// The runtime value called `name`. Throws Error{Argument} unless it is an identifier.
  static Dim symbol(std::string_view name);

  [[nodiscard]] constexpr bool is_static() const { return symbol_ == 0; }
  /// The number. Must be static.
  [[nodiscard]] constexpr std::int64_t value() const { return offset_; }
  [[nodiscard]] constexpr std::uint32_t symbol_id() const { return symbol_; }
  [[nodiscard]] constexpr std::int64_t scale() const { return scale_; }
  [[nodiscard]] constexpr std::int64_t offset() const { return offset_; }
  [[nodiscard]] std::string symbol_name() const;
  /// The extent when the symbol has the value `n`.
  [[nodiscard]] constexpr std::int64_t at(std::int64_t n) const { return scale_ * n + offset_; }
  /// `128`, `batch`, `2*batch+3`.
  [[nodiscard]] std::string str() const;

  friend constexpr bool operator==(const Dim&, const Dim&) = default;
  /// Sums and products; throw Error{Unsupported} where the result would not be `a*n + b`.
  friend Dim operator+(Dim a, Dim b);
  friend Dim operator-(Dim a, Dim b);
  friend Dim operator*(Dim a, Dim b);

private:
  friend Dim make_dim(std::uint32_t, std::int64_t, std::int64_t);
  std::uint32_t symbol_ = 0;
  std::int64_t scale_ = 0, offset_ = 0;
};

/// `scale * symbol + offset`, for passes that read the parts back (symbol 0: static).
[[nodiscard]] Dim make_dim(std::uint32_t symbol, std::int64_t scale, std::int64_t offset);
/// `a / b` where b divides a (both parts of it, or a == b); false if it does not.
[[nodiscard]] bool divide_exactly(Dim a, Dim b, Dim& quotient);

/// The extents of a tensor, outermost first; rank 0 is a scalar.
class Shape {
public:
  Shape() = default;
  Shape(std::initializer_list<Dim> dims) : dims_(dims) {}
  explicit Shape(std::vector<Dim> dims) : dims_(std::move(dims)) {}

  [[nodiscard]] int rank() const { return static_cast<int>(dims_.size()); }
  [[nodiscard]] const Dim& operator[](int i) const { return dims_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] Dim& operator[](int i) { return dims_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] auto begin() const { return dims_.begin(); }
  [[nodiscard]] auto end() const { return dims_.end(); }
  [[nodiscard]] const std::vector<Dim>& dims() const { return dims_; }
  void push_back(Dim d) { dims_.push_back(d); }
  [[nodiscard]] bool is_static() const;
  /// Number of elements. Throws Error{Unsupported} when two different symbols multiply.
  [[nodiscard]] Dim size() const;
  /// `[batch,784]`, `[]`.
  [[nodiscard]] std::string str() const;
  friend bool operator==(const Shape&, const Shape&) = default;

private:
  std::vector<Dim> dims_;
};

/// A dtype and a shape: `f32[batch,784]`.
struct TensorType {
  DType dtype = DType::F32;
  Shape shape;
  [[nodiscard]] std::string str() const;
  friend bool operator==(const TensorType&, const TensorType&) = default;
};

inline TensorType f32(Shape s) { return {DType::F32, std::move(s)}; }
inline TensorType f64(Shape s) { return {DType::F64, std::move(s)}; }
inline TensorType i32(Shape s) { return {DType::I32, std::move(s)}; }
inline TensorType boolean(Shape s) { return {DType::Bool, std::move(s)}; }

/// Whether `text` is `[A-Za-z_][A-Za-z0-9_]*`, as names of inputs, outputs and symbols must be.
[[nodiscard]] bool is_identifier(std::string_view text);

} // namespace nngc
