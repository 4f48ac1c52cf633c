// From cases to graphs and tensors.
#include "test/conformance/cases.h"

#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace nngc::test {

static std::vector<Case>& added_cases() {
  static std::vector<Case> list;
  return list;
}

AddCase::AddCase(Case c) { added_cases().push_back(std::move(c)); }

const std::vector<Case>& all_cases() {
  static const std::vector<Case> cases = [] {
    std::vector<Case> list = elementwise_cases();
    for (Case& c : structural_cases()) list.push_back(std::move(c));
    for (Case& c : indexing_cases()) list.push_back(std::move(c));
    for (const Case& c : added_cases()) list.push_back(c);
    const char* only = std::getenv("NNGC_CASE");
    if (only == nullptr) return list;
    std::erase_if(list, [&](const Case& c) { return c.name != only; });
    if (list.empty()) throw std::invalid_argument("NNGC_CASE: there is no case of that name");
    return list;
  }();
  return cases;
}

std::vector<DType> dtypes_of(Types types) {
  const std::vector<DType> floats = {DType::F64, DType::F32, DType::F16, DType::BF16};
  const std::vector<DType> ints = {DType::I8, DType::I16, DType::I32, DType::I64,
                                   DType::U8, DType::U16, DType::U32, DType::U64};
  std::vector<DType> result;
  if (types == Types::Floats || types == Types::Numbers) result = floats;
  if (types != Types::Floats) result.insert(result.end(), ints.begin(), ints.end());
  if (types == Types::Bits) result.push_back(DType::Bool);
  return result;
}

static DType dtype_of(const InputSpec& input, DType tested) {
  return input.kind == Kind::Bool ? DType::Bool : input.kind == Kind::Index ? DType::I32 : tested;
}

Graph build(const Case& c, DType dtype) {
  Graph g("conformance");
  std::vector<Value> inputs;
  for (const InputSpec& spec : c.inputs)
    inputs.push_back(
        g.input("x" + std::to_string(inputs.size()), {dtype_of(spec, dtype), spec.shape}));
  g.output("y", c.build(g, inputs));
  return g;
}

std::vector<std::int64_t> concrete(const Shape& shape, std::int64_t n) {
  std::vector<std::int64_t> dims;
  for (const Dim& d : shape) dims.push_back(d.at(n));
  return dims;
}

namespace {
template <class T> void fill(Tensor& t, double low, double high, std::mt19937& random) {
  for (T& e : t.data<T>()) {
    const double x = std::uniform_real_distribution<double>(low, high)(random);
    e = static_cast<T>(static_cast<std::int64_t>(std::floor(x)));
  }
}
} // namespace

Tensor random_tensor(DType dtype, std::vector<std::int64_t> shape, double low, double high,
                     std::mt19937& random) {
  Tensor t(dtype, std::move(shape));
  if (is_unsigned_int(dtype)) low = std::max(low, 0.0), high = std::max(high, low + 8);
  const auto number = [&] {
    const double x = std::uniform_real_distribution<double>(low, high)(random);
    return from_f16(to_f16(static_cast<float>(x)));
  };
  switch (dtype) {
  case DType::Bool:
    for (bool& e : t.data<bool>()) e = (random() & 1U) != 0;
    break;
  case DType::I8: fill<std::int8_t>(t, low, high, random); break;
  case DType::I16: fill<std::int16_t>(t, low, high, random); break;
  case DType::I32: fill<std::int32_t>(t, low, high, random); break;
  case DType::I64: fill<std::int64_t>(t, low, high, random); break;
  case DType::U8: fill<std::uint8_t>(t, low, high, random); break;
  case DType::U16: fill<std::uint16_t>(t, low, high, random); break;
  case DType::U32: fill<std::uint32_t>(t, low, high, random); break;
  case DType::U64: fill<std::uint64_t>(t, low, high, random); break;
  case DType::BF16:
    for (auto& e : t.data<std::uint16_t>()) e = to_bf16(number());
    break;
  case DType::F16:
    for (auto& e : t.data<std::uint16_t>()) e = to_f16(number());
    break;
  case DType::F32:
    for (auto& e : t.data<float>()) e = number();
    break;
  case DType::F64:
    for (auto& e : t.data<double>()) e = number();
    break;
  }
  return t;
}

std::vector<Tensor> samples(const Case& c, DType dtype, unsigned seed, std::int64_t n) {
  std::mt19937 random(seed);
  std::vector<Tensor> result;
  for (const InputSpec& spec : c.inputs)
    result.push_back(
        random_tensor(dtype_of(spec, dtype), concrete(spec.shape, n), spec.low, spec.high, random));
  return result;
}

namespace {
template <class T> std::vector<double> as_doubles(const Tensor& t) {
  const auto in = t.data<T>();
  std::vector<double> out;
  for (const T& e : in) out.push_back(static_cast<double>(e));
  return out;
}
} // namespace

std::vector<double> numbers(const Tensor& t) {
  switch (t.dtype()) {
  case DType::Bool: return as_doubles<bool>(t);
  case DType::I8: return as_doubles<std::int8_t>(t);
  case DType::I16: return as_doubles<std::int16_t>(t);
  case DType::I32: return as_doubles<std::int32_t>(t);
  case DType::I64: return as_doubles<std::int64_t>(t);
  case DType::U8: return as_doubles<std::uint8_t>(t);
  case DType::U16: return as_doubles<std::uint16_t>(t);
  case DType::U32: return as_doubles<std::uint32_t>(t);
  case DType::U64: return as_doubles<std::uint64_t>(t);
  case DType::F32: return as_doubles<float>(t);
  case DType::F64: return as_doubles<double>(t);
  case DType::BF16:
  case DType::F16: break;
  }
  std::vector<double> out;
  for (std::uint16_t bits : t.data<std::uint16_t>())
    out.push_back(t.dtype() == DType::BF16 ? from_bf16(bits) : from_f16(bits));
  return out;
}

} // namespace nngc::test
