// Ranges of values, from the leaves down. Every bound is a little wider than it need be: the sum of
// all roundings of an element is far below the margin.
#include "optimize/facts.h"

#include <algorithm>
#include <cmath>

#include "optimize/rule.h"

namespace nngc {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double margin = 0x1p-6; ///< relative; bf16 rounds to 2^-9

Facts range(double low, double high, bool nan = false) { return {low, high, nan, true}; }

Facts of_either(const Facts& a, const Facts& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high), a.nan || b.nan,
          !a.no_zero() || !b.no_zero()};
}

double largest_of(DType t) {
  return t == DType::F64 ? std::numeric_limits<double>::max() : t == DType::F16 ? 65504 : 0x1p127;
}
/// Below it a result may have become 0.
double smallest_of(DType t) {
  return t == DType::F64 ? 0x1p-1000 : t == DType::F16 ? 0x1p-13 : 0x1p-120;
}

/// The range as it is after rounding to the dtype, where small numbers may have become 0.
Facts rounded(Facts f, DType t) {
  f.zero = true;
  const auto out = [&](double x, double direction) {
    if (std::isinf(x)) return x * direction > 0 ? x : -direction * largest_of(t) / 2;
    if (x * direction < 0 && std::fabs(x) < smallest_of(t)) return 0.0;
    if (std::fabs(x) < smallest_of(t)) return x == 0 ? 0.0 : direction * smallest_of(t);
    x += direction * std::fabs(x) * margin;
    return x * direction > largest_of(t) / 2 ? direction * inf : x;
  };
  f.low = std::isnan(f.low) ? -inf : out(f.low, -1);
  f.high = std::isnan(f.high) ? inf : out(f.high, 1);
  return f;
}

class Walk {
public:
  Facts of(Value v) {
    if (is_int(v.dtype()) || v.dtype() == DType::Bool) return of_int(v);
    if (--left_ < 0) return {};
    return of_float(v);
  }

private:
  Facts of_int(Value v) {
    if (v.dtype() == DType::Bool) return range(0, 1);
    const int bits = 8 * byte_size(v.dtype());
    if (double element = 0; is_splat(v, element)) return range(element, element);
    if (is(v, Opcode::Convert) && operand(v, 0).dtype() == DType::Bool) return range(0, 1);
    return is_unsigned_int(v.dtype()) ? range(0, std::ldexp(1, bits))
                                      : range(-std::ldexp(1, bits - 1), std::ldexp(1, bits - 1));
  }

  static Facts of_constant(Value v) {
    double element = 0;
    if (is_splat(v, element)) return std::isnan(element) ? Facts{} : range(element, element);
    const Tensor& t = *attr<Literal>(v, "value");
    Facts f = range(inf, -inf);
    const auto see = [&](double x) {
      f.nan = f.nan || std::isnan(x);
      f.low = std::min(f.low, x), f.high = std::max(f.high, x);
    };
    if (t.size() > 4096) return {};
    if (t.dtype() == DType::F64)
      for (const double x : t.data<double>()) see(x);
    else if (t.dtype() == DType::F32)
      for (const float x : t.data<float>()) see(x);
    else
      return {};
    return f;
  }

  /// f of one operand, rising.
  template <class F> Facts rising(Value v, F f) {
    const Facts x = of(operand(v, 0));
    return rounded(range(f(x.low), f(x.high), x.nan), v.dtype());
  }

  /// Of the corners of two ranges.
  template <class F> Facts corners(Value v, F f) {
    const Facts a = of(operand(v, 0)), b = of(operand(v, 1));
    // inf - inf and 0 * inf are NaN.
    if (!a.bounded() || !b.bounded()) return {};
    const double c[] = {f(a.low, b.low), f(a.low, b.high), f(a.high, b.low), f(a.high, b.high)};
    return rounded(range(*std::min_element(c, c + 4), *std::max_element(c, c + 4), a.nan || b.nan),
                   v.dtype());
  }

  Facts of_float(Value v) {
    switch (opcode(v)) {
    case Opcode::Constant: return of_constant(v);
    case Opcode::Iota: {
      const Dim extent = v.shape()[static_cast<int>(attr<std::int64_t>(v, "axis"))];
      if (!extent.is_static()) return rounded(range(0, inf), v.dtype());
      return rounded(range(0, static_cast<double>(extent.value())), v.dtype());
    }
    case Opcode::Logistic: return within(v, 0, 1);
    case Opcode::Tanh:
    case Opcode::Erf: return within(v, -1, 1);
    case Opcode::Atan: return within(v, -1.6, 1.6);
    case Opcode::Sin:
    case Opcode::Cos: {
      const Facts x = of(operand(v, 0));
      return range(-1, 1, x.nan || !x.bounded());
    }
    case Opcode::Exp: return rising(v, [](double x) { return std::exp(x); });
    case Opcode::Log1p:
    case Opcode::Log: {
      const Facts x = of(operand(v, 0));
      const bool one_more = is(v, Opcode::Log1p);
      if (!(x.low >= 0)) return {};
      const auto f = [&](double y) { return one_more ? std::log1p(y) : std::log(y); };
      return rounded(range(f(x.low), f(x.high), x.nan), v.dtype());
    }
    case Opcode::Sqrt: {
      const Facts x = of(operand(v, 0));
      return x.low >= 0 ? rounded(range(std::sqrt(x.low), std::sqrt(x.high), x.nan), v.dtype())
                        : range(0, inf, true);
    }
    case Opcode::Abs: {
      const Facts x = of(operand(v, 0));
      const double low = x.low > 0 ? x.low : x.high < 0 ? -x.high : 0;
      return {low, std::max(-x.low, x.high), x.nan, x.zero};
    }
    case Opcode::Neg: {
      const Facts x = of(operand(v, 0));
      return {-x.high, -x.low, x.nan, x.zero};
    }
    case Opcode::Ipow: {
      const Facts x = of(operand(v, 0));
      if (attr<std::int64_t>(v, "n") != 2) return {};
      const double most = std::max(-x.low, x.high);
      const double least = x.no_zero() ? std::min(std::fabs(x.low), std::fabs(x.high)) : 0;
      return rounded(range(least * least, most * most, x.nan), v.dtype());
    }
    case Opcode::Mul:
      if (operand(v, 0).same(operand(v, 1))) {
        const Facts x = of(operand(v, 0));
        const double most = std::max(-x.low, x.high);
        return rounded(range(0, most * most, x.nan), v.dtype());
      }
      return corners(v, [](double a, double b) { return a * b; });
    case Opcode::Add: return corners(v, [](double a, double b) { return a + b; });
    case Opcode::Sub: return corners(v, [](double a, double b) { return a - b; });
    case Opcode::Max: {
      const Facts a = of(operand(v, 0)), b = of(operand(v, 1));
      return range(std::max(a.low, b.low), std::max(a.high, b.high), a.nan || b.nan);
    }
    case Opcode::Min: {
      const Facts a = of(operand(v, 0)), b = of(operand(v, 1));
      return range(std::min(a.low, b.low), std::min(a.high, b.high), a.nan || b.nan);
    }
    case Opcode::Select: {
      const Value p = operand(v, 0);
      return of_either(guarded(operand(v, 1), p, true), guarded(operand(v, 2), p, false));
    }
    case Opcode::Convert: return rounded(of(operand(v, 0)), v.dtype());
    case Opcode::BroadcastInDim:
    case Opcode::Reshape:
    case Opcode::Transpose:
    case Opcode::Reverse:
    case Opcode::Slice:
    case Opcode::StopGradient: return of(operand(v, 0));
    case Opcode::Concat: {
      Facts f = of(operand(v, 0));
      for (int i = 1; i < operand_count(v); ++i) f = of_either(f, of(operand(v, i)));
      return f;
    }
    default: return {};
    }
  }

  Facts within(Value v, double low, double high) { return range(low, high, of(operand(v, 0)).nan); }

  /// v where p holds (or does not): select(is_finite(x), x, 0), select(x > 0, x, 1).
  Facts guarded(Value v, Value p, bool holds) {
    Facts f = of(v);
    if (is(p, Opcode::IsFinite) && holds && operand(p, 0).same(v)) {
      f.nan = false;
      f.low = std::max(f.low, -std::numeric_limits<double>::max());
      f.high = std::min(f.high, std::numeric_limits<double>::max());
    }
    double c = 0;
    if (!is(p, Opcode::Compare) || !operand(p, 0).same(v) || !is_splat(operand(p, 1), c) ||
        std::isnan(c))
      return f;
    const std::string& dir = attr<std::string>(p, "dir");
    // Of NaN all comparisons are false but `ne`.
    if (holds ? dir != "ne" : dir == "ne") f.nan = false;
    if (c == 0 && dir == (holds ? "ne" : "eq")) f.zero = false;
    const auto above = [&](double least) { f.low = std::max(f.low, least); };
    const auto below = [&](double most) { f.high = std::min(f.high, most); };
    if (dir == (holds ? "gt" : "le")) above(std::nextafter(c, inf));
    if (dir == (holds ? "ge" : "lt")) above(c);
    if (dir == (holds ? "lt" : "ge")) below(std::nextafter(c, -inf));
    if (dir == (holds ? "le" : "gt")) below(c);
    return f;
  }

  int left_ = 48; ///< nodes to look at
};

} // namespace

Facts facts_of(Value v) { return Walk().of(v); }

} // namespace nngc
