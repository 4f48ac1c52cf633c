// Between host tensors and the interpreter's arrays, which know four element types only.
#include "eval/interpreter.h"

namespace nngc {

namespace {

/// Calls f(elements) with the tensor's typed span; 16-bit floats come as their bits.
template <class Any, class F> void with_elements(Any& t, F f) {
  switch (t.dtype()) {
  case DType::Bool: return f(t.template data<bool>());
  case DType::I8: return f(t.template data<std::int8_t>());
  case DType::I16: return f(t.template data<std::int16_t>());
  case DType::I32: return f(t.template data<std::int32_t>());
  case DType::I64: return f(t.template data<std::int64_t>());
  case DType::U8: return f(t.template data<std::uint8_t>());
  case DType::U16:
  case DType::BF16:
  case DType::F16: return f(t.template data<std::uint16_t>());
  case DType::U32: return f(t.template data<std::uint32_t>());
  case DType::U64: return f(t.template data<std::uint64_t>());
  case DType::F32: return f(t.template data<float>());
  case DType::F64: return f(t.template data<double>());
  }
}

float from_half(DType dtype, std::uint16_t bits) {
  return dtype == DType::BF16 ? from_bf16(bits) : from_f16(bits);
}
std::uint16_t to_half(DType dtype, float x) {
  return dtype == DType::BF16 ? to_bf16(x) : to_f16(x);
}

} // namespace

EvalArray to_array(const Tensor& value, Domain domain) {
  EvalArray array;
  array.dtype = value.dtype();
  array.shape = value.shape();
  const DType dtype = value.dtype();
  with_elements(value, [&]<class T>(std::span<const T> in) {
    const auto convert_to = [&]<class To>(To) {
      std::vector<To> out(in.size());
      for (std::size_t i = 0; i < in.size(); ++i) {
        if constexpr (std::is_same_v<T, std::uint16_t> && !std::is_same_v<To, std::int64_t>)
          out[i] = from_half(dtype, in[i]);
        else if constexpr (std::is_same_v<To, Complex>)
          out[i] = static_cast<double>(in[i]);
        else
          out[i] = static_cast<To>(in[i]);
      }
      array.data = std::move(out);
    };
    if (!is_float(dtype))
      convert_to(std::int64_t{});
    else if (domain == Domain::Complex)
      convert_to(Complex{});
    else if (dtype == DType::F64)
      convert_to(double{});
    else
      convert_to(float{});
  });
  return array;
}

Tensor to_tensor(const EvalArray& value) {
  Tensor tensor(value.dtype, value.shape);
  with_elements(tensor, [&]<class T>(std::span<T> out) {
    const auto copy = [&](const auto& in) {
      for (std::size_t i = 0; i < out.size(); ++i) {
        if constexpr (std::is_same_v<T, bool>)
          out[i] = in[i] != 0;
        else
          out[i] = static_cast<T>(in[i]);
      }
    };
    if (!is_float(value.dtype)) return copy(std::get<std::vector<std::int64_t>>(value.data));
    if constexpr (std::is_same_v<T, double>) return copy(std::get<std::vector<double>>(value.data));
    if constexpr (std::is_same_v<T, float>) return copy(std::get<std::vector<float>>(value.data));
    if constexpr (std::is_same_v<T, std::uint16_t>) {
      const auto& in = std::get<std::vector<float>>(value.data);
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = to_half(value.dtype, in[i]);
    }
  });
  return tensor;
}

} // namespace nngc
