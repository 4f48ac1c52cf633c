// Numbers for inputs.
#include <limits>
#include <random>

#include "test/conformance/cases.h"
#include "test/fuzz/generator.h"

namespace nngc::test {

namespace {

/// FNV-1a: the same on every machine, which std::hash does not promise.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t h = 14695981039346656037U;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return h;
}

void put(Tensor& t, std::size_t i, double x) {
  if (t.dtype() == DType::F64) t.data<double>()[i] = x;
  if (t.dtype() == DType::F32) t.data<float>()[i] = static_cast<float>(x);
  if (t.dtype() == DType::F16) t.data<std::uint16_t>()[i] = to_f16(static_cast<float>(x));
  if (t.dtype() == DType::BF16) t.data<std::uint16_t>()[i] = to_bf16(static_cast<float>(x));
}

/// The ends of the range, and what lies around zero.
template <class T> void put_extreme(Tensor& t, std::size_t i, std::size_t which) {
  using Limits = std::numeric_limits<T>;
  const T list[] = {
      Limits::min(), Limits::max(), static_cast<T>(Limits::max() / 2 + 1), static_cast<T>(-1), T{0},
      T{1},          T{2}};
  t.data<T>()[i] = list[which % std::size(list)];
}

void put_extreme(Tensor& t, std::size_t i, std::size_t which) {
  switch (t.dtype()) {
  case DType::I8: return put_extreme<std::int8_t>(t, i, which);
  case DType::I16: return put_extreme<std::int16_t>(t, i, which);
  case DType::I32: return put_extreme<std::int32_t>(t, i, which);
  case DType::I64: return put_extreme<std::int64_t>(t, i, which);
  case DType::U8: return put_extreme<std::uint8_t>(t, i, which);
  case DType::U16: return put_extreme<std::uint16_t>(t, i, which);
  case DType::U32: return put_extreme<std::uint32_t>(t, i, which);
  case DType::U64: return put_extreme<std::uint64_t>(t, i, which);
  default: return; // bools have both of their values anyway
  }
}

} // namespace

std::vector<Tensor> inputs_for(const Graph& graph, std::uint64_t seed, std::int64_t n) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double round_numbers[] = {0, -0.0, 1, -1, 0.5, 2, 3};
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double strange[] = {infinity, -infinity, nan, nan, nan, 3e4, -3e4, 1e-7};
  std::vector<Tensor> inputs;
  for (const Value v : graph.inputs()) {
    const std::uint64_t mixed = hash_of(graph.input_name(v)) ^ (seed * 0x9e3779b97f4a7c15U);
    std::mt19937 random(static_cast<unsigned>(mixed ^ (mixed >> 32U)));
    const double range = is_float(v.dtype()) ? 2 : 9;
    inputs.push_back(random_tensor(v.dtype(), concrete(v.shape(), n), -range, range, random));
    const bool is_strange = random() % (is_float(v.dtype()) ? 10 : 3) == 0;
    const bool is_round = random() % 5 == 0;
    const auto size = static_cast<std::size_t>(inputs.back().size());
    if (!is_float(v.dtype())) {
      for (std::size_t i = 0; is_strange && i < size; ++i)
        if (random() % 6 == 0) put_extreme(inputs.back(), i, random());
      continue;
    }
    for (std::size_t i = 0; i < size; ++i) {
      if (is_round || random() % 12 == 0) put(inputs.back(), i, round_numbers[random() % 7]);
      if (is_strange && random() % 12 == 0) put(inputs.back(), i, strange[random() % 8]);
    }
  }
  return inputs;
}

} // namespace nngc::test
