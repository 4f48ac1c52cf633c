// Tensors for the arguments of a model.
#include <fmt/format.h>

#include "cli.h"

namespace nngc::cli {
namespace {

std::int64_t row_size(const std::vector<std::int64_t>& shape) {
  std::int64_t n = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) n *= shape[i];
  return n;
}

[[noreturn]] void misfit(const ArgumentInfo& a, const Tensor& t) {
  throw Error(Error::Kind::Shape,
              fmt::format("'{}' is {}, got {}", a.name, a.type.str(), t.type_str()));
}

bool fits(const Dim& d, std::int64_t extent, DimValues& dims) {
  if (d.is_static()) return d.value() == extent;
  const std::int64_t rest = extent - d.offset();
  if (d.scale() == 0 || rest < 0 || rest % d.scale() != 0) return false;
  return dims.emplace(d.symbol_name(), rest / d.scale()).first->second == rest / d.scale();
}

template <class T> void copy_elements(const Tensor& t, std::span<T> to) {
  const auto copy = [&](auto elements, auto convert) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<T>(convert(elements[i]));
  };
  const auto same = [](auto x) { return x; };
  switch (t.dtype()) {
  case DType::Bool: copy(t.data<bool>(), same); break;
  case DType::I8: copy(t.data<std::int8_t>(), same); break;
  case DType::U8: copy(t.data<std::uint8_t>(), same); break;
  case DType::I16: copy(t.data<std::int16_t>(), same); break;
  case DType::U16: copy(t.data<std::uint16_t>(), same); break;
  case DType::I32: copy(t.data<std::int32_t>(), same); break;
  case DType::U32: copy(t.data<std::uint32_t>(), same); break;
  case DType::I64: copy(t.data<std::int64_t>(), same); break;
  case DType::U64: copy(t.data<std::uint64_t>(), same); break;
  case DType::BF16: copy(t.data<std::uint16_t>(), from_bf16); break;
  case DType::F16: copy(t.data<std::uint16_t>(), from_f16); break;
  case DType::F32: copy(t.data<float>(), same); break;
  case DType::F64: copy(t.data<double>(), same); break;
  }
}

} // namespace

void match_dims(const ArgumentInfo& a, const Tensor& t, DimValues& dims) {
  const Shape& shape = a.type.shape;
  if (t.dtype() != a.type.dtype)
    throw Error(Error::Kind::Type,
                fmt::format("'{}' is {}, got {}", a.name, a.type.str(), t.type_str()));
  if (shape.rank() == static_cast<int>(t.shape().size())) {
    for (int i = 0; i < shape.rank(); ++i)
      if (!fits(shape[i], t.shape()[static_cast<std::size_t>(i)], dims)) misfit(a, t);
    return;
  }
  if (shape.rank() < 1 || t.shape().empty()) misfit(a, t);
  std::vector<std::int64_t> rest = {1};
  for (int i = 1; i < shape.rank(); ++i) {
    if (!shape[i].is_static()) misfit(a, t);
    rest.push_back(shape[i].value());
  }
  if (row_size(rest) != row_size(t.shape()) || !fits(shape[0], t.shape()[0], dims)) misfit(a, t);
}

void require_dims(const std::vector<ArgumentInfo>& arguments, const DimValues& dims) {
  std::string missing;
  for (const ArgumentInfo& a : arguments)
    for (const Dim& d : a.type.shape) {
      const std::string word =
          d.is_static() || dims.contains(d.symbol_name()) ? "" : " --dim " + d.symbol_name() + "=N";
      if (!word.empty() && missing.find(word) == std::string::npos) missing += word;
    }
  if (!missing.empty()) throw UsageError("symbolic sizes need values here:" + missing);
}

void fill_random(const std::vector<ArgumentInfo>& arguments, const DimValues& dims,
                 std::uint64_t seed, Tensors& tensors) {
  std::uint64_t site = seed << 8;
  for (const ArgumentInfo& a : arguments) {
    ++site;
    if (!a.input || tensors.contains(a.name)) continue;
    Tensor t = allocate(a.type, dims);
    const Tensor random = uniform_values(t.shape(), -1, 1, site);
    const std::span<const float> u = random.data<float>();
    for (std::size_t i = 0; i < u.size(); ++i) {
      const int digit = static_cast<int>((u[i] + 1) * 5);
      switch (t.dtype()) {
      case DType::Bool: t.data<bool>()[i] = u[i] > 0; break;
      case DType::I8: t.data<std::int8_t>()[i] = static_cast<std::int8_t>(digit); break;
      case DType::U8: t.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(digit); break;
      case DType::I16: t.data<std::int16_t>()[i] = static_cast<std::int16_t>(digit); break;
      case DType::U16: t.data<std::uint16_t>()[i] = static_cast<std::uint16_t>(digit); break;
      case DType::I32: t.data<std::int32_t>()[i] = digit; break;
      case DType::U32: t.data<std::uint32_t>()[i] = static_cast<std::uint32_t>(digit); break;
      case DType::I64: t.data<std::int64_t>()[i] = digit; break;
      case DType::U64: t.data<std::uint64_t>()[i] = static_cast<std::uint64_t>(digit); break;
      case DType::BF16: t.data<std::uint16_t>()[i] = to_bf16(u[i]); break;
      case DType::F16: t.data<std::uint16_t>()[i] = to_f16(u[i]); break;
      case DType::F32: t.data<float>()[i] = u[i]; break;
      case DType::F64: t.data<double>()[i] = static_cast<double>(u[i]); break;
      }
    }
    tensors.emplace(a.name, std::move(t));
  }
}

void allocate_outputs(const std::vector<ArgumentInfo>& arguments, const DimValues& dims,
                      Tensors& tensors) {
  for (const ArgumentInfo& a : arguments)
    if (a.output && !a.input) tensors.insert_or_assign(a.name, allocate(a.type, dims));
}

Tensor converted(Tensor t, DType wanted) {
  if (t.dtype() == wanted || (wanted != DType::F32 && wanted != DType::F64)) return t;
  Tensor result(wanted, t.shape());
  if (wanted == DType::F64)
    copy_elements(t, result.data<double>());
  else
    copy_elements(t, result.data<float>());
  return result;
}

std::vector<double> to_doubles(const Tensor& t) {
  std::vector<double> result(static_cast<std::size_t>(t.size()));
  copy_elements(t, std::span(result));
  return result;
}

} // namespace nngc::cli
