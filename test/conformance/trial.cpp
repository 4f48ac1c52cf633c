// What each case is tried with, and how exact each op has to be.
#include "test/conformance/trial.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "nngc/eval.h"

namespace nngc::test {

namespace {

/// How results may differ from the interpreter's.
struct Bound {
  enum class Kind : std::uint8_t {
    Exact, ///< the same bits: ints, bools, movement, everything IEEE 754 rounds correctly
    Ulps,  ///< `ulps` units in the last place of the result
    Sum    ///< one rounding per term, relative to the sum of magnitudes
  } kind = Kind::Exact;
  double ulps = 0;
};

Bound bound_of(const Case& c) {
  using enum Bound::Kind;
  if (c.name.starts_with("select_of_functions")) return {Ulps, 8};
  if (c.name.starts_with("convert_through_f32")) return {Ulps, 2};
  if (c.name.starts_with("reduce_several") || c.name.starts_with("product_") ||
      c.name.starts_with("dot_rows_and_sums"))
    return {Sum};
  if (c.name == "constant_dense" || c.name == "broadcast_scalar_symbolic") return {};
  switch (c.op) {
  case Opcode::Rsqrt: return {Ulps, 2};
  case Opcode::Rem: return {};
  case Opcode::Ipow: return {Ulps, 5}; // up to five products
  case Opcode::Reduce:
    return c.name.starts_with("reduce_sum") || c.name.starts_with("reduce_mean") ||
                   c.name.starts_with("reduce_prod")
               ? Bound{Sum}
               : Bound{};
  case Opcode::ReduceWindow: return c.name.starts_with("window_sum") ? Bound{Sum} : Bound{};
  case Opcode::ConvGeneral:
  case Opcode::DotGeneral:
  case Opcode::Iota:
  case Opcode::RngBits:
  case Opcode::ScatterAdd: return {Sum};
  default: // functions: each side is at most one off
    return (op_def(c.op).traits & trait::Expensive) != 0 ? Bound{Ulps, 2} : Bound{};
  }
}

std::vector<Tensor> magnitudes(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> result = inputs;
  for (Tensor& t : result) {
    // The sign is the top bit of every float.
    if (!is_float(t.dtype())) continue;
    const auto step = static_cast<std::size_t>(byte_size(t.dtype()));
    auto* bytes = static_cast<unsigned char*>(t.raw());
    for (std::size_t i = step - 1; i < t.bytes(); i += step) bytes[i] &= 0x7f;
  }
  return result;
}

/// No fewer than the terms that make up one element of a sum.
double terms_of(const Case& c, const Sample& s) {
  double terms = 2, product = 1;
  for (const Tensor& t : s.inputs) {
    terms = std::max(terms, static_cast<double>(t.size()) + 2);
    product *= static_cast<double>(t.size());
  }
  const auto results = static_cast<double>(std::max<std::int64_t>(s.want[0].size(), 1));
  if (c.name.starts_with("reduce_sum")) return terms / results + 2;
  // [m, k] x [k, n]: m k k n / (m n). A batch makes it more.
  if (c.name.starts_with("matmul") && s.inputs.size() == 2) return std::sqrt(product / results) + 2;
  return terms;
}

Sample sample(const Case& c, const Graph& g, std::string what, std::vector<Tensor> inputs) {
  Sample s{std::move(what), std::move(inputs), {}, {}};
  s.want = eval(g, std::span<const Tensor>(s.inputs));
  const Bound bound = bound_of(c);
  std::vector<Tensor> sums;
  if (bound.kind == Bound::Kind::Sum) sums = eval(g, std::span<const Tensor>(magnitudes(s.inputs)));
  const double terms = 2 * terms_of(c, s);
  for (std::size_t i = 0; i < s.want.size(); ++i) {
    const DType dtype = s.want[i].dtype();
    std::vector<double> tolerance(static_cast<std::size_t>(s.want[i].size()), 0);
    if (is_float(dtype) && bound.kind != Bound::Kind::Exact) {
      const auto result = numbers(s.want[i]);
      const auto sum = sums.empty() ? result : numbers(sums[i]);
      const double eps = epsilon(dtype), inner = std::min(eps, epsilon(DType::F32));
      for (std::size_t k = 0; k < tolerance.size(); ++k)
        tolerance[k] = (bound.kind == Bound::Kind::Ulps
                            ? 2 * bound.ulps * eps * std::fabs(result[k])
                            : 2 * eps * std::fabs(result[k]) + terms * inner * sum[k]) +
                       smallest_subnormal(dtype);
    }
    s.tolerance.push_back(std::move(tolerance));
  }
  return s;
}

// ---- special numbers ----

void put(Tensor& t, std::size_t i, double x) {
  switch (t.dtype()) {
  case DType::F64: t.data<double>()[i] = x; break;
  case DType::F32: t.data<float>()[i] = static_cast<float>(x); break;
  case DType::F16: t.data<std::uint16_t>()[i] = to_f16(static_cast<float>(x)); break;
  default: t.data<std::uint16_t>()[i] = to_bf16(static_cast<float>(x));
  }
}

std::vector<double> special_floats(DType dtype, bool is_summed) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  // Sums of huge numbers overflow or not depending on their precision: they are left out there.
  if (is_summed) return {0.0, -0.0, 1, -1, 2, 0.5, -0.25, 3, -2, 1.5, inf, -inf, nan};
  const double tiny = smallest_subnormal(dtype);
  const double least = tiny / (2 * epsilon(dtype)); // least normal number
  const double most = dtype == DType::BF16  ? 0x1.fep127
                      : dtype == DType::F16 ? 65504
                      : dtype == DType::F32 ? static_cast<double>(std::numeric_limits<float>::max())
                                            : std::numeric_limits<double>::max();
  std::vector<double> list = {0.0,   1,    0.5,      1.5, 2,   2.5,  3,    0.25,     7.75,
                              20,    88.5, 700,      1e4, 4e9, 1e19, tiny, 3 * tiny, least - tiny,
                              least, most, most / 2, inf};
  for (std::size_t n = list.size(), i = 0; i < n; ++i) list.push_back(-list[i]);
  list.push_back(nan);
  return list;
}

template <class T> void special_ints(Tensor& t, std::size_t repeat) {
  using Limits = std::numeric_limits<T>;
  const std::vector<T> list = {T(0),
                               T(1),
                               T(2),
                               T(3),
                               T(7),
                               T(8),
                               T(15),
                               T(16),
                               T(31),
                               T(32),
                               T(63),
                               T(64),
                               T(65),
                               T(100),
                               T(-1),
                               T(-2),
                               T(-7),
                               T(-64),
                               T(-65),
                               Limits::min(),
                               Limits::max(),
                               static_cast<T>(Limits::min() + 1),
                               static_cast<T>(Limits::max() - 1)};
  auto data = t.data<T>();
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = list[i / repeat % list.size()];
}

/// Fills t so that two inputs with different `repeat` meet in all pairs, if they are long enough.
void fill_special(Tensor& t, std::size_t repeat, bool is_summed) {
  if (is_float(t.dtype())) {
    const auto list = special_floats(t.dtype(), is_summed);
    const auto n = static_cast<std::size_t>(t.size());
    for (std::size_t i = 0; i < n; ++i) put(t, i, list[i / repeat % list.size()]);
    return;
  }
  switch (t.dtype()) {
  case DType::I8: return special_ints<std::int8_t>(t, repeat);
  case DType::I16: return special_ints<std::int16_t>(t, repeat);
  case DType::I32: return special_ints<std::int32_t>(t, repeat);
  case DType::I64: return special_ints<std::int64_t>(t, repeat);
  case DType::U8: return special_ints<std::uint8_t>(t, repeat);
  case DType::U16: return special_ints<std::uint16_t>(t, repeat);
  case DType::U32: return special_ints<std::uint32_t>(t, repeat);
  case DType::U64: return special_ints<std::uint64_t>(t, repeat);
  default: break; // bools are random: both of them are special
  }
}

std::vector<Tensor> specials(const Case& c, DType dtype) {
  const bool is_summed = bound_of(c).kind == Bound::Kind::Sum;
  std::vector<Tensor> inputs = samples(c, dtype, 9);
  std::size_t repeat = 1;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (c.inputs[i].kind == Kind::Index) { // row numbers: all modes define what is out of range
      constexpr std::array rows = {-1, 0,       2,
                                   3,  1 << 30, std::numeric_limits<int>::min(),
                                   4,  1,       std::numeric_limits<int>::max()};
      auto data = inputs[i].data<std::int32_t>();
      for (std::size_t k = 0; k < data.size(); ++k) data[k] = rows[k % rows.size()];
      continue;
    }
    fill_special(inputs[i], repeat, is_summed);
    repeat *= is_float(dtype) ? 45 : 23;
  }
  return inputs;
}

bool is_symbolic(const Case& c) {
  return std::ranges::any_of(c.inputs, [](const InputSpec& i) { return !i.shape.is_static(); });
}

Trial trial(const Case& c, DType dtype) {
  Trial t{c.name + "_" + std::string(name(dtype)), build(c, dtype), {}};
  t.samples.push_back(sample(c, t.graph, "random", samples(c, dtype, 5)));
  t.samples.push_back(sample(c, t.graph, "special", specials(c, dtype)));
  if (is_symbolic(c))
    for (const std::int64_t n : {0, 1, 18})
      t.samples.push_back(sample(c, t.graph, "n = " + std::to_string(n), samples(c, dtype, 7, n)));
  return t;
}

/// Elementwise cases have inputs of one shape; any shape will do.
bool can_be_wide(const Case& c) {
  return std::ranges::all_of(c.inputs, [](const InputSpec& i) { return i.shape == Shape{2, 5}; });
}

} // namespace

std::int64_t symbol_of(const Graph& graph, const std::vector<Tensor>& inputs) {
  const std::vector<Value> values = graph.inputs();
  for (std::size_t i = 0; i < values.size(); ++i)
    for (int axis = 0; axis < values[i].rank(); ++axis) {
      const Dim& d = values[i].shape()[axis];
      if (!d.is_static())
        return (inputs[i].shape()[static_cast<std::size_t>(axis)] - d.offset()) / d.scale();
    }
  return 0;
}

double epsilon(DType dtype) {
  return dtype == DType::BF16  ? 0x1p-8
         : dtype == DType::F16 ? 0x1p-11
         : dtype == DType::F32 ? 0x1p-24
                               : 0x1p-53;
}

double smallest_subnormal(DType dtype) {
  return dtype == DType::BF16  ? 0x1p-133
         : dtype == DType::F16 ? 0x1p-24
         : dtype == DType::F32 ? 0x1p-149
                               : 0x1p-1074;
}

std::vector<Trial> all_trials() {
  std::vector<Trial> list;
  for (const Case& c : all_cases())
    for (const DType dtype : dtypes_of(c.types)) {
      list.push_back(trial(c, dtype));
      if (!can_be_wide(c)) continue;
      Case wide = c;
      wide.name += "_wide";
      for (InputSpec& i : wide.inputs) i.shape = Shape{15, 139}; // over 45 * 45: all pairs
      list.push_back(trial(wide, dtype));
    }
  return list;
}

std::string mismatch(const Tensor& have, const Tensor& want, const std::vector<double>& tolerance) {
  if (have.dtype() != want.dtype() || have.size() != want.size())
    return "have " + have.type_str() + ", want " + want.type_str();
  const auto step = static_cast<std::size_t>(byte_size(have.dtype()));
  const auto a = numbers(have), b = numbers(want);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool same = std::memcmp(static_cast<const char*>(have.raw()) + i * step,
                                  static_cast<const char*>(want.raw()) + i * step, step) == 0;
    if (same || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    if (tolerance[i] > 0 && std::fabs(a[i] - b[i]) <= tolerance[i]) continue;
    char text[160];
    std::snprintf(text, sizeof text, "element %zu: have %.17g (%a), want %.17g (%a), within %.3g",
                  i, a[i], a[i], b[i], b[i], tolerance[i]);
    return text;
  }
  return {};
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.size() == b.size() &&
         std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

} // namespace nngc::test
