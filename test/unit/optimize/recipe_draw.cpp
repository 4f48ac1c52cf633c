// Random recipes.
#include <algorithm>

#include "nngc/error.h"
#include "test/unit/optimize/recipe.h"

namespace nngc::test {

namespace {

using O = Opcode;
using Axes = std::vector<std::int64_t>;

std::size_t below(std::mt19937& random, std::size_t n) { return random() % n; }
template <class T> const T& one_of(const std::vector<T>& list, std::mt19937& random) {
  return list[below(random, list.size())];
}

class Drawer {
public:
  Drawer(const Family& family, DType dtype, Shape shape, std::mt19937& random)
      : family_(family), random_(random), shape_(std::move(shape)) {
    r_.dtype = dtype;
    leaf({dtype, shape_});
    if (chance(60)) leaf({dtype, shape_});
    if (chance(30)) leaf({DType::Bool, shape_});
    if (!family.elementwise && shape_.rank() > 0 && chance(30))
      leaf({dtype, Shape{shape_[shape_.rank() - 1]}});
    if (draws(O::Gather)) leaf(chance(40) ? i32({2}) : chance(60) ? i32({3, 3}) : i32({}));
  }

  Recipe run() {
    const int nodes =
        family_.least + static_cast<int>(below(
                            random_, static_cast<std::size_t>(family_.most - family_.least + 1)));
    for (int made = 0, tries = 0; made < nodes && tries < 12 * nodes; ++tries)
      made +=
          grow(family_.in_order ? family_.ops[static_cast<std::size_t>(made) % family_.ops.size()]
                                : one_of(family_.ops, random_))
              ? 1
              : 0;
    return std::move(r_);
  }

private:
  bool chance(unsigned percent) { return random_() % 100 < percent; }
  [[nodiscard]] bool draws(O op) const {
    return std::find(family_.ops.begin(), family_.ops.end(), op) != family_.ops.end();
  }
  [[nodiscard]] const TensorType& type(int i) const {
    return r_.steps[static_cast<std::size_t>(i)].type;
  }
  void leaf(TensorType type) { r_.steps.push_back({.op = O::Input, .type = std::move(type)}); }

  [[nodiscard]] bool used(int i) const {
    return std::any_of(r_.steps.begin(), r_.steps.end(), [&](const Recipe::Step& s) {
      return std::find(s.operands.begin(), s.operands.end(), i) != s.operands.end();
    });
  }
  /// Mostly what nobody uses yet: what is made is used.
  int chosen(const std::vector<int>& fitting) {
    std::vector<int> fresh;
    for (const int i : fitting)
      if (!used(i) && r_.steps[static_cast<std::size_t>(i)].op != O::Input) fresh.push_back(i);
    return !fresh.empty() && chance(60) ? one_of(fresh, random_) : one_of(fitting, random_);
  }
  int pick() {
    // Now and then what the last step was made of: quotients of like things need it twice.
    if (const Recipe::Step& last = r_.steps.back(); !last.operands.empty() && chance(15))
      if (const int again = last.operands[below(random_, last.operands.size())];
          r_.steps[static_cast<std::size_t>(again)].op != O::Constant)
        return again;
    std::vector<int> all;
    for (std::size_t i = 0; i < r_.steps.size(); ++i)
      if (r_.steps[i].op != O::Constant) all.push_back(static_cast<int>(i));
    return chosen(all);
  }
  /// An operand of that type beside `x`: an older value, seldom x again, or a constant.
  int like(const TensorType& wanted, int x = -1) {
    const int other = chance(80) ? x : -1;
    std::vector<int> fitting;
    for (std::size_t i = 0; i < r_.steps.size(); ++i)
      if (r_.steps[i].type == wanted && static_cast<int>(i) != other)
        fitting.push_back(static_cast<int>(i));
    if (!fitting.empty() && !chance(35)) return chosen(fitting);
    const double number = wanted.dtype == DType::Bool ? static_cast<double>(random_() % 2)
                                                      : one_of(family_.numbers, random_);
    r_.steps.push_back({.op = O::Constant, .number = number, .type = wanted});
    if (family_.in_order && is_float(wanted.dtype)) r_.steps.back().slope = 0.25;
    return static_cast<int>(r_.steps.size()) - 1;
  }

  bool add(O op, std::vector<int> operands, Attrs attrs) {
    const OpDef& def = op_def(op);
    std::vector<const TensorType*> types;
    for (const int o : operands) types.push_back(&type(o));
    try {
      TensorType result = def.infer({def, types, attrs, Where::current()});
      if (result.shape.size().value() > 65536) return false;
      r_.steps.push_back({op, std::move(operands), std::move(attrs), 0, std::move(result)});
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  bool grow(O op);
  bool binary(O op, int x) {
    const int y = like(type(x), x);
    return chance(50) ? add(op, {x, y}, attributes(op, x)) : add(op, {y, x}, attributes(op, x));
  }
  Attrs attributes(O op, int x);
  bool structural(O op, int x);
  bool concat(int x);
  bool dot(int x);
  bool layer(int x);
  bool gather(int x);
  bool scatter(int x);
  int read_numbers();

  std::vector<std::int64_t> some_axes(int rank) {
    std::vector<std::int64_t> axes;
    for (int i = 0; i < rank; ++i)
      if (chance(50)) axes.push_back(i);
    return axes;
  }

  const Family& family_;
  std::mt19937& random_;
  Shape shape_;
  Recipe r_;
};

bool Drawer::grow(O op) {
  const std::size_t before = r_.steps.size();
  const int x = pick();
  bool good = false;
  switch (op) {
  case O::Select: {
    const TensorType p{DType::Bool, type(x).shape};
    const int condition = like(p), other = like(type(x), x);
    good = chance(50) ? add(op, {condition, x, other}, {}) : add(op, {condition, other, x}, {});
    break;
  }
  case O::BroadcastInDim:
    if (family_.in_order) { // a number per channel, where an arithmetic op follows
      const TensorType& t = type(x);
      if (t.shape.rank() == 0) return false;
      const int last = t.shape.rank() - 1, c = like({t.dtype, {t.shape[last]}});
      const O apply = one_of(std::vector<O>{O::Add, O::Sub, O::Mul}, random_);
      good = add(op, {c}, {{"dims", Axes{last}}, {"shape", type(x).shape.dims()}}) &&
             add(apply, {x, static_cast<int>(r_.steps.size()) - 1}, {});
      break;
    }
    good = structural(op, x);
    break;
  case O::Reshape:
  case O::Transpose:
  case O::Reverse:
  case O::Slice:
  case O::DynamicSlice:
  case O::DynamicUpdateSlice:
  case O::Pad:
  case O::Reduce: good = structural(op, x); break;
  case O::Concat: good = concat(x); break;
  case O::DotGeneral: good = family_.in_order && chance(70) ? layer(x) : dot(x); break;
  case O::Gather: good = gather(x); break;
  case O::ScatterAdd: good = scatter(x); break;
  case O::Div: // of anything, or a difference by the sum of the same two
    if (draws(O::Add) && draws(O::Sub) && chance(20)) {
      const int y = like(type(x), x);
      const auto last = [&] { return static_cast<int>(r_.steps.size()) - 1; };
      good = add(O::Sub, {x, y}, {}) && add(O::Add, {chance(50) ? x : y, chance(50) ? x : y}, {}) &&
             add(op, {last() - 1, last()}, {});
    } else {
      good = binary(op, x);
    }
    break;
  case O::Exp: // with that of -x beside it, where the family has negatives
    good = add(op, {x}, {});
    if (good && draws(O::Neg) && chance(30))
      good = add(O::Neg, {x}, {}) && add(op, {static_cast<int>(r_.steps.size()) - 1}, {});
    break;
  default: good = op_def(op).min_operands == 2 ? binary(op, x) : add(op, {x}, attributes(op, x));
  }
  if (!good) r_.steps.resize(before); // a constant that nobody uses
  return good;
}

Attrs Drawer::attributes(O op, int x) {
  const auto word = [&](std::vector<std::string> list) { return one_of(list, random_); };
  switch (op) {
  case O::Compare: return {{"dir", word({"eq", "ne", "lt", "le", "gt", "ge"})}};
  case O::Max:
  case O::Min: return {{"tie", word({"half", "first", "second"})}};
  case O::Round: return {{"mode", word({"floor", "ceil", "trunc", "nearest_even"})}};
  case O::Ipow: return {{"n", static_cast<std::int64_t>(below(random_, 5)) - 1}};
  case O::Convert: {
    const std::vector<DType> all = {DType::F64, DType::F32, DType::F16, DType::BF16,
                                    DType::I32, DType::U8,  DType::I64, DType::Bool};
    return {{"dtype", chance(30) ? type(x).dtype : one_of(all, random_)}};
  }
  default: return {};
  }
}

bool Drawer::structural(O op, int x) {
  const Shape& s = type(x).shape;
  const int rank = s.rank();
  switch (op) {
  case O::Reduce: {
    const std::vector<std::string> kinds = {"add", "add", "add", "add", "max",
                                            "min", "mul", "and", "or"};
    const std::string kind = one_of(kinds, random_);
    std::vector<std::int64_t> axes = some_axes(rank);
    // Of no axes, a sum is its operand whenever it is built; computed, it would turn -0 to 0.
    if (axes.empty() && kind == "add") return false;
    const bool keep = chance(50);
    if (!add(op, {x}, {{"axes", axes}, {"keepdims", keep}, {"kind", kind}})) return false;
    if (!chance(50) || rank == 0) return true;
    // Back to where it came from, as a normalization does.
    std::vector<std::int64_t> dims;
    for (int i = 0; i < rank; ++i)
      if (keep || std::find(axes.begin(), axes.end(), i) == axes.end()) dims.push_back(i);
    if (!keep && chance(25)) { // or to other axes, where the extents allow it
      const std::size_t count = dims.size();
      dims.clear();
      for (int i = 0; i < rank; ++i) dims.push_back(i);
      while (dims.size() > count)
        dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(below(random_, dims.size())));
    }
    return add(O::BroadcastInDim, {static_cast<int>(r_.steps.size()) - 1},
               {{"dims", dims}, {"shape", s.dims()}});
  }
  case O::BroadcastInDim: {
    std::vector<Dim> to = s.dims();
    std::vector<std::int64_t> dims;
    for (int i = 0; i < rank; ++i) dims.push_back(i);
    for (std::size_t i = 0; i < to.size(); ++i)
      if (to[i] == Dim(1) && chance(70)) to[i] = static_cast<std::int64_t>(below(random_, 4));
    for (unsigned more = random_() % 3; more > 0; --more) {
      const std::size_t at = below(random_, to.size() + 1);
      to.insert(to.begin() + static_cast<std::ptrdiff_t>(at),
                static_cast<std::int64_t>(random_() % 4));
      for (std::int64_t& d : dims) d += d >= static_cast<std::int64_t>(at) ? 1 : 0;
    }
    return to.size() <= 5 && add(op, {x}, {{"dims", dims}, {"shape", to}});
  }
  case O::Reshape: {
    std::vector<Dim> to = s.dims();
    if (chance(50))
      to.insert(to.begin() + static_cast<std::ptrdiff_t>(below(random_, to.size() + 1)), Dim(1));
    else if (chance(60))
      std::erase(to, Dim(1));
    else
      to = {s.size()};
    return to.size() <= 5 && add(op, {x}, {{"shape", to}});
  }
  case O::Transpose: {
    std::vector<std::int64_t> perm;
    for (int i = 0; i < rank; ++i) perm.push_back(i);
    if (rank > 1 && chance(80)) std::swap(perm[below(random_, perm.size())], perm.back());
    if (chance(30)) std::shuffle(perm.begin(), perm.end(), random_);
    return add(op, {x}, {{"perm", perm}});
  }
  case O::Reverse: return add(op, {x}, {{"axes", some_axes(rank)}});
  case O::Pad: {
    std::vector<std::int64_t> lo, hi, interior;
    for (int i = 0; i < rank; ++i) {
      lo.push_back(chance(60) ? 0 : static_cast<std::int64_t>(below(random_, 3)) - 1);
      hi.push_back(chance(60) ? 0 : static_cast<std::int64_t>(below(random_, 3)) - 1);
      interior.push_back(chance(80) ? 0 : 1);
    }
    if (rank > 0 && chance(40)) { // one half of something, as the derivative of a slice is
      const std::size_t axis = below(random_, lo.size());
      lo.assign(lo.size(), 0), hi = interior = lo;
      (chance(50) ? lo : hi)[axis] = s[static_cast<int>(axis)].value();
    }
    const int value = like({type(x).dtype, {}});
    return add(op, {x, value}, {{"hi", hi}, {"interior", interior}, {"lo", lo}});
  }
  case O::DynamicSlice:
  case O::DynamicUpdateSlice: { // of all of it, or of a half along some axes
    const TensorType whole = type(x);
    if (rank == 0) return false;
    std::vector<Dim> sizes;
    for (const Dim& d : whole.shape) sizes.emplace_back(chance(75) ? d : Dim(d.value() / 2));
    std::vector<int> operands = {x};
    const bool update = op == O::DynamicUpdateSlice;
    if (update) operands.push_back(like({whole.dtype, Shape(sizes)}, x));
    for (int i = 0; i < rank; ++i) operands.push_back(like(i32({})));
    return add(op, operands, update ? Attrs{} : Attrs{{"sizes", sizes}});
  }
  default: { // slice; cuts at few places, so that neighbours meet
    std::vector<Dim> start, limit;
    std::vector<std::int64_t> stride;
    for (int i = 0; i < rank; ++i) {
      const std::int64_t n = s[i].value();
      const std::vector<std::int64_t> cuts = {0, n / 2, n};
      std::int64_t a = chance(60) ? 0 : one_of(cuts, random_),
                   b = chance(60) ? n : one_of(cuts, random_);
      if (a > b) std::swap(a, b);
      start.emplace_back(a), limit.emplace_back(b), stride.push_back(chance(85) ? 1 : 2);
    }
    return add(op, {x}, {{"limit", limit}, {"start", start}, {"stride", stride}});
  }
  }
}

/// x with others of its rank and dtype along an axis.
bool Drawer::concat(int x) {
  if (type(x).shape.rank() == 0) return false;
  const auto axis =
      static_cast<std::int64_t>(below(random_, static_cast<std::size_t>(type(x).shape.rank())));
  std::vector<int> parts = {x};
  for (int more = chance(85) ? 1 : 0; more > 0; --more) {
    std::vector<int> fitting;
    for (std::size_t i = 0; i < r_.steps.size(); ++i) {
      const TensorType& t = r_.steps[i].type;
      bool fits = t.dtype == type(x).dtype && t.shape.rank() == type(x).shape.rank();
      for (int k = 0; fits && k < t.shape.rank(); ++k)
        fits = k == axis || t.shape[k] == type(x).shape[k];
      if (fits) fitting.push_back(static_cast<int>(i));
    }
    parts.insert(chance(50) ? parts.begin() : parts.end(), one_of(fitting, random_));
  }
  return add(O::Concat, parts, {{"axis", axis}});
}

bool Drawer::dot(int x) {
  const int y = static_cast<int>(below(random_, r_.steps.size()));
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
  const auto out = static_cast<std::int64_t>(1 + below(random_, 6));
  const int w = like({type(x).dtype, {s[s.rank() - 1], out}});
  return add(O::DotGeneral, {x, w},
             {{"batch_a", Axes{}},
              {"batch_b", Axes{}},
              {"contract_a", Axes{rank - 1}},
              {"contract_b", Axes{0}}});
}

int Drawer::read_numbers() {
  std::vector<int> fitting;
  for (std::size_t i = 0; i < r_.steps.size(); ++i)
    if (r_.steps[i].type.dtype == DType::I32 && r_.steps[i].op == O::Input)
      fitting.push_back(static_cast<int>(i));
  return one_of(fitting, random_);
}

/// Rows by numbers that may be out of range: read, constant, or counted up.
bool Drawer::gather(int x) {
  const int rank = type(x).shape.rank();
  if (rank == 0) return false;
  const auto axis = static_cast<std::int64_t>(below(random_, static_cast<std::size_t>(rank)));
  int indices = 0;
  if (chance(25)) {
    const std::vector<Dim> count{static_cast<std::int64_t>(below(random_, 5))};
    const bool good =
        add(O::Iota, {}, {{"axis", std::int64_t{0}}, {"dtype", DType::I32}, {"shape", count}});
    if (!good) return false;
    indices = static_cast<int>(r_.steps.size()) - 1;
  } else {
    indices = chance(25) ? like(i32({1})) : read_numbers();
  }
  const std::vector<std::string> modes = {"fill", "clip", "promise"};
  return add(O::Gather, {x, indices}, {{"axis", axis}, {"mode", one_of(modes, random_)}});
}

/// x as updates, into as many axes less.
bool Drawer::scatter(int x) {
  const int numbers = read_numbers(), rank = type(x).shape.rank();
  const int count = type(numbers).shape.rank();
  if (count > rank) return false;
  const int axis = static_cast<int>(below(random_, static_cast<std::size_t>(rank - count + 1)));
  std::vector<Dim> into = type(x).shape.dims();
  into.erase(into.begin() + axis, into.begin() + axis + count);
  into.insert(into.begin() + axis, Dim(static_cast<std::int64_t>(below(random_, 4))));
  const int base = like({type(x).dtype, Shape(into)});
  return add(O::ScatterAdd, {base, numbers, x},
             {{"axis", std::int64_t{axis}}, {"mode", std::string(chance(50) ? "fill" : "clip")}});
}

} // namespace

Recipe draw(const Family& family, DType dtype, const Shape& shape, std::mt19937& random) {
  return Drawer(family, dtype, shape, random).run();
}

} // namespace nngc::test
