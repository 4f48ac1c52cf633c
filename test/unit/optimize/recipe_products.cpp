// Random recipes: what multiplies, and what adds up.
#include <cmath>
#include <limits>

#include "test/unit/optimize/recipe_drawer.h"

namespace nngc::test {

bool Drawer::dot(int x) {
  const int y = static_cast<int>(below(r_.steps.size()));
  const Shape &a = type(x).shape, &b = type(y).shape;
  if (a.rank() == 0 || b.rank() == 0) return false;
  std::vector<std::int64_t> ca, cb, ba, bb;
  for (int i = 0; i < a.rank(); ++i)
    for (int k = 0; k < b.rank(); ++k) {
      const auto has = [](const auto& list, int v) {
        return std::find(list.begin(), list.end(), v) != list.end();
      };
      if (!(a[i] == b[k]) || has(ca, i) || has(ba, i) || has(cb, k) || has(bb, k) || chance(50))
        continue;
      const bool batch = chance(30);
      (batch ? ba : ca).push_back(i);
      (batch ? bb : cb).push_back(k);
    }
  return add(O::DotGeneral, {x, y},
             {{"batch_a", ba}, {"batch_b", bb}, {"contract_a", ca}, {"contract_b", cb}});
}

/// x times a matrix of numbers, or of another value.
bool Drawer::layer(int x) {
  const Shape& s = type(x).shape;
  if (s.rank() == 0) return false;
  const std::int64_t rank = s.rank();
  const auto out = static_cast<std::int64_t>(1 + below(6));
  const int w = like({type(x).dtype, {s[s.rank() - 1], out}});
  return add(O::DotGeneral, {x, w},
             {{"batch_a", Axes{}},
              {"batch_b", Axes{}},
              {"contract_a", Axes{rank - 1}},
              {"contract_b", Axes{0}}});
}

/// The sum or difference of the last product and another that shares an operand with it.
bool Drawer::twin_product(O op) {
  if (!chance(60)) return false;
  for (int i = last(); i >= 0; --i) {
    const Recipe::Step step = r_.steps[static_cast<std::size_t>(i)];
    if (step.op != O::DotGeneral && step.op != O::ConvGeneral) continue;
    std::vector<int> operands = step.operands;
    int& changed = operands[below(2)];
    changed = chance(50) ? leaf(type(changed)) : like(type(changed), changed);
    if (!add(step.op, operands, step.attrs)) return false;
    return chance(50) ? add(op, {i, last()}, {}) : add(op, {last(), i}, {});
  }
  return false;
}

/// Sums of products of two tensors that are repeated for each other.
bool Drawer::pairs(int x) {
  const TensorType t = type(x);
  if (t.shape.rank() == 0 || t.shape.rank() > 3) return false;
  const int y = like(t, x), rank = t.shape.rank();
  // The axes of both in a product with one more: most stand side by side, some apart.
  std::vector<Dim> to = t.shape.dims();
  const auto at = static_cast<std::int64_t>(below(static_cast<std::size_t>(rank)));
  to.insert(to.begin() + at, to[static_cast<std::size_t>(at)]);
  Axes first, second;
  for (std::int64_t i = 0; i < rank; ++i) {
    first.push_back(i + (i >= at ? 1 : 0));
    second.push_back(i + (i > at ? 1 : 0));
  }
  if (!add(O::BroadcastInDim, {x}, {{"dims", first}, {"shape", to}})) return false;
  const int a = last();
  if (!add(O::BroadcastInDim, {y}, {{"dims", second}, {"shape", to}})) return false;
  if (!add(O::Mul, {a, last()}, {})) return false;
  Axes axes;
  for (std::int64_t i = 0; i <= rank; ++i)
    if (i != at && i != at + 1 && chance(70)) axes.push_back(i);
  if (chance(20)) axes = some_axes(rank + 1);
  if (axes.empty()) return false;
  return add(O::Reduce, {last()},
             {{"axes", axes}, {"keepdims", chance(30)}, {"kind", std::string("add")}});
}

/// The sum along a diagonal of a product, chosen or masked.
bool Drawer::trace(int x) {
  const Shape s = type(x).shape;
  if (s.rank() == 0 || s.rank() > 2) return false;
  const int y = like(type(x), x);
  const Axes over{chance(50) ? s.rank() - 1 : 0};
  if (!add(O::DotGeneral, {x, y},
           {{"batch_a", Axes{}}, {"batch_b", Axes{}}, {"contract_a", over}, {"contract_b", over}}))
    return false;
  const int product = last();
  const Shape square = type(product).shape;
  if (square.rank() != 2) return false;
  int mask[2];
  for (const std::int64_t axis : {0, 1}) {
    if (!add(O::Iota, {}, {{"axis", axis}, {"dtype", DType::I32}, {"shape", square.dims()}}))
      return false;
    mask[axis] = last();
  }
  if (!add(O::Compare, {mask[0], mask[1]}, {{"dir", std::string(chance(90) ? "eq" : "le")}}))
    return false;
  const int p = last();
  if (chance(60)) {
    const int zero = constant(0, type(product));
    if (!add(O::Select, {p, product, zero}, {})) return false;
  } else {
    if (!add(O::Convert, {p}, {{"dtype", r_.dtype}}) || !add(O::Mul, {product, last()}, {}))
      return false;
  }
  const Axes axes = chance(30) ? Axes{0, 1} : Axes{chance(50) ? 1 : 0};
  return add(O::Reduce, {last()},
             {{"axes", axes}, {"keepdims", false}, {"kind", std::string("add")}});
}

/// x with padding of that value around it, or cut.
bool Drawer::padded(int x, double value) {
  const int rank = type(x).shape.rank();
  Axes lo, hi;
  for (int i = 0; i < rank; ++i) {
    lo.push_back(chance(50) ? 0 : static_cast<std::int64_t>(below(4)) - 1);
    hi.push_back(chance(50) ? 0 : static_cast<std::int64_t>(below(4)) - 1);
  }
  const int with = constant(value, {type(x).dtype, {}});
  return add(O::Pad, {x, with},
             {{"hi", hi},
              {"interior", Axes(static_cast<std::size_t>(rank), chance(85) ? 0 : 1)},
              {"lo", lo}});
}

/// A convolution along one axis, of x or of x with padding.
bool Drawer::conv(int x) {
  const TensorType t = type(x);
  if (t.shape.rank() != 3 &&
      !add(O::Reshape, {x}, {{"shape", std::vector<Dim>{1, t.shape.size(), 1}}}))
    return false;
  int in = t.shape.rank() == 3 ? x : last();
  if (chance(70)) {
    const int before = last();
    if (!padded(in, chance(80) ? 0 : -0.0)) return false;
    // Most often along the axis alone.
    if (last() > before && chance(80)) {
      Recipe::Step& step = r_.steps.back();
      Axes lo = step.attrs.get<Axes>("lo"), hi = step.attrs.get<Axes>("hi");
      lo[0] = hi[0] = lo[2] = hi[2] = 0;
      const Axes interior{0, step.attrs.get<Axes>("interior")[1], 0};
      const int value = step.operands[1];
      r_.steps.pop_back();
      if (!add(O::Pad, {in, value}, {{"hi", hi}, {"interior", interior}, {"lo", lo}})) return false;
    }
    in = last();
  }
  const auto small = [&](std::int64_t from) { return from + static_cast<std::int64_t>(below(3)); };
  const TensorType w{t.dtype, {small(1), type(in).shape[2], 2}};
  const int weights = chance(60) ? leaf(w) : like(w);
  return add(O::ConvGeneral, {in, weights},
             {{"batch_groups", std::int64_t{1}},
              {"feature_groups", std::int64_t{1}},
              {"hi", Axes{small(-1)}},
              {"lhs_dilation", Axes{chance(70) ? 1 : 2}},
              {"lo", Axes{small(-1)}},
              {"rhs_dilation", Axes{chance(70) ? 1 : 2}},
              {"strides", Axes{chance(70) ? 1 : 2}}});
}

/// What a window of nothing gives.
static double nothing(DType dtype, const std::string& kind) {
  if (kind == "add") return 0;
  const double sign = kind == "max" ? -1 : 1;
  if (is_float(dtype)) return sign * std::numeric_limits<double>::infinity();
  const int bits = 8 * byte_size(dtype);
  if (is_unsigned_int(dtype)) return sign < 0 ? 0 : std::ldexp(1, bits) - 1;
  return sign < 0 ? -std::ldexp(1, bits - 1) : std::ldexp(1, bits - 1) - 1;
}

bool Drawer::reduce_window(int x) {
  const TensorType t = type(x);
  const auto rank = static_cast<std::size_t>(t.shape.rank());
  const std::vector<std::string> kinds = {"add", "max", "min"};
  const std::string kind = one_of(kinds, random_);
  if (byte_size(t.dtype) == 8 && is_int(t.dtype)) return false; // no double is its extreme
  if (chance(70) && !padded(x, chance(85) ? nothing(t.dtype, kind) : 1)) return false;
  const auto each = [&](std::int64_t from, std::size_t count) {
    Axes axes;
    for (std::size_t i = 0; i < rank; ++i)
      axes.push_back(chance(40) ? 1 : from + static_cast<std::int64_t>(below(count)));
    return axes;
  };
  const auto around = [&] {
    Axes axes;
    for (std::size_t i = 0; i < rank; ++i)
      axes.push_back(chance(50) ? 0 : static_cast<std::int64_t>(below(4)) - 1);
    return axes;
  };
  return add(O::ReduceWindow, {r_.steps.back().op == O::Pad ? last() : x},
             {{"base_dilation", each(1, 2)},
              {"dims", each(1, 3)},
              {"hi", around()},
              {"kind", kind},
              {"lo", around()},
              {"strides", each(1, 2)},
              {"window_dilation", each(1, 2)}});
}

/// A difference of a mean of squares and the square of a mean.
bool Drawer::moments(int x) {
  if (!is_float(type(x).dtype) || type(x).shape.rank() == 0) return false;
  Axes axes = some_axes(type(x).shape.rank());
  if (axes.empty()) axes = {0};
  double n = 1;
  for (const std::int64_t axis : axes)
    n *= static_cast<double>(type(x).shape[static_cast<int>(axis)].value());
  if (chance(10)) n += 1; // of others than there are
  const bool keep = chance(50), divide = chance(50) || n == 0;
  const auto square = [&](int v) {
    return chance(50) ? add(O::Mul, {v, v}, {}) : add(O::Ipow, {v}, {{"n", std::int64_t{2}}});
  };
  const auto mean = [&](int v) {
    if (!add(O::Reduce, {v}, {{"axes", axes}, {"keepdims", keep}, {"kind", std::string("add")}}))
      return false;
    const int sum = last(), by = constant(divide ? n : 1 / n, type(sum));
    return add(divide ? O::Div : O::Mul, {sum, by}, {});
  };
  if (!square(x) || !mean(last())) return false;
  const int of_squares = last();
  if (!mean(x) || !square(last())) return false;
  return chance(90) ? add(O::Sub, {of_squares, last()}, {}) : add(O::Sub, {last(), of_squares}, {});
}

} // namespace nngc::test
