// Arrays for a training step, arguments by name, and batches.
#include <cstring>

#include <fmt/format.h>

#include "nngc/train.h"
#include "train/splitmix64.h"

namespace nngc {
namespace {

// FNV-1a: parameters of one seed differ by their names, whatever their order.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xCBF29CE484222325U;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return h;
}

// The same numbers in another float type.
Tensor as(const Tensor& t, DType dtype) {
  Tensor result(dtype, t.shape());
  const std::span<const float> from = t.data<float>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (dtype == DType::F64)
      result.data<double>()[i] = static_cast<double>(from[i]);
    else if (dtype == DType::F32)
      result.data<float>()[i] = from[i];
    else
      result.data<std::uint16_t>()[i] = dtype == DType::BF16 ? to_bf16(from[i]) : to_f16(from[i]);
  }
  return result;
}

std::int64_t row_bytes(const Tensor& t) {
  std::int64_t n = byte_size(t.dtype());
  for (std::size_t i = 1; i < t.shape().size(); ++i) n *= t.shape()[i];
  return n;
}

} // namespace

Tensor allocate(const TensorType& type, const DimValues& dims) {
  std::vector<std::int64_t> shape;
  for (const Dim& d : type.shape) {
    if (d.is_static()) {
      shape.push_back(d.value());
      continue;
    }
    const auto it = dims.find(d.symbol_name());
    if (it == dims.end())
      throw Error(Error::Kind::Argument,
                  fmt::format("allocate: {}: the size '{}' has no value; give one", type.str(),
                              d.symbol_name()));
    shape.push_back(d.at(it->second));
  }
  return {type.dtype, std::move(shape)};
}

Tensors initial_values(const Executable& step, std::uint64_t seed, const DimValues& dims) {
  Tensors result;
  for (const ArgumentInfo& a : step.arguments()) {
    if (!a.input || (a.role != "param" && a.role != "state")) continue;
    Tensor t = allocate(a.type, dims);
    const bool matrix = a.role == "param" && t.shape().size() >= 2 && is_float(t.dtype());
    if (matrix && t.size() > 0) // zeros would give every unit the same gradient forever
      t = as(he_uniform(t.shape(), t.size() / t.shape().back(),
                        (seed * 0x9E3779B9U + hash(a.name)) & 0xFFFFFFFFU),
             t.dtype());
    result.emplace(a.name, std::move(t));
  }
  return result;
}

std::vector<Arg> bind_arguments(const Executable& executable, Tensors& tensors) {
  std::vector<Arg> result;
  std::string missing;
  for (const ArgumentInfo& a : executable.arguments()) {
    const auto it = tensors.find(a.name);
    if (it == tensors.end())
      missing += fmt::format("{}'{}' ({})", missing.empty() ? "" : ", ", a.name, a.type.str());
    else
      result.emplace_back(it->first, it->second);
  }
  if (!missing.empty())
    throw Error(Error::Kind::Argument, "bind_arguments: there is no array for " + missing);
  return result;
}

std::vector<std::uint32_t> shuffled(std::uint32_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> order(count);
  for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
  for (std::uint32_t i = count; i-- > 1;)
    std::swap(order[i], order[splitmix64((seed << 32) + i) % (i + 1)]);
  return order;
}

void take_rows(const Tensor& from, std::span<const std::uint32_t> rows, Tensor& to) {
  if (from.dtype() != to.dtype())
    throw Error(Error::Kind::Type, fmt::format("take_rows: dtypes differ: from {} to {}",
                                               from.type_str(), to.type_str()));
  const std::int64_t bytes = row_bytes(from);
  if (from.shape().empty() || to.shape().empty() || bytes != row_bytes(to))
    throw Error(Error::Kind::Shape, fmt::format("take_rows: rows of {} are not rows of {}",
                                                from.type_str(), to.type_str()));
  if (static_cast<std::int64_t>(rows.size()) > to.shape()[0])
    throw Error(Error::Kind::Argument,
                fmt::format("take_rows: {} rows do not fit {}", rows.size(), to.type_str()));
  auto* target = static_cast<std::byte*>(to.raw());
  const auto* source = static_cast<const std::byte*>(from.raw());
  for (const std::uint32_t row : rows) {
    if (row >= from.shape()[0])
      throw Error(Error::Kind::Argument,
                  fmt::format("take_rows: there is no row {} in {}", row, from.type_str()));
    if (bytes > 0) std::memcpy(target, source + row * bytes, static_cast<std::size_t>(bytes));
    target += bytes;
  }
}

} // namespace nngc
