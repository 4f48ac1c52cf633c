// Random recipes: how they grow.
#include "nngc/error.h"
#include "test/unit/optimize/recipe_drawer.h"

namespace nngc::test {

Drawer::Drawer(const Family& family, DType dtype, Shape shape, std::mt19937& random)
    : family_(family), random_(random), shape_(std::move(shape)) {
  r_.dtype = dtype;
  leaf({dtype, shape_});
  if (chance(60)) leaf({dtype, shape_});
  if (chance(30)) leaf({DType::Bool, shape_});
  if (!family.elementwise && shape_.rank() > 0 && chance(30))
    leaf({dtype, Shape{shape_[shape_.rank() - 1]}});
  if (draws(O::Gather)) leaf(chance(40) ? i32({2}) : chance(60) ? i32({3, 3}) : i32({}));
}

Recipe Drawer::run() {
  const int nodes =
      family_.least +
      static_cast<int>(below(static_cast<std::size_t>(family_.most - family_.least + 1)));
  for (int made = 0, tries = 0; made < nodes && tries < 12 * nodes; ++tries)
    made += grow(family_.in_order ? family_.ops[static_cast<std::size_t>(made) % family_.ops.size()]
                                  : one_of(family_.ops, random_))
                ? 1
                : 0;
  return std::move(r_);
}

int Drawer::leaf(TensorType type) {
  r_.steps.push_back({.op = O::Input, .type = std::move(type)});
  return last();
}

int Drawer::constant(double number, TensorType type) {
  r_.steps.push_back({.op = O::Constant, .number = number, .type = std::move(type)});
  return last();
}

bool Drawer::used(int i) const {
  return std::any_of(r_.steps.begin(), r_.steps.end(), [&](const Recipe::Step& s) {
    return std::find(s.operands.begin(), s.operands.end(), i) != s.operands.end();
  });
}

int Drawer::chosen(const std::vector<int>& fitting) {
  std::vector<int> fresh;
  for (const int i : fitting)
    if (!used(i) && r_.steps[static_cast<std::size_t>(i)].op != O::Input) fresh.push_back(i);
  return !fresh.empty() && chance(60) ? one_of(fresh, random_) : one_of(fitting, random_);
}

int Drawer::pick() {
  // Now and then what the last step was made of: quotients of like things need it twice.
  if (const Recipe::Step& last = r_.steps.back(); !last.operands.empty() && chance(15))
    if (const int again = last.operands[below(last.operands.size())];
        r_.steps[static_cast<std::size_t>(again)].op != O::Constant)
      return again;
  std::vector<int> all;
  for (std::size_t i = 0; i < r_.steps.size(); ++i)
    if (r_.steps[i].op != O::Constant) all.push_back(static_cast<int>(i));
  return chosen(all);
}

// A copy of the type, which may be that of a step: a new step moves them.
int Drawer::like(TensorType wanted, int x) {
  const int other = chance(80) ? x : -1;
  std::vector<int> fitting;
  for (std::size_t i = 0; i < r_.steps.size(); ++i)
    if (r_.steps[i].type == wanted && static_cast<int>(i) != other)
      fitting.push_back(static_cast<int>(i));
  if (!fitting.empty() && !chance(35)) return chosen(fitting);
  const double number = wanted.dtype == DType::Bool ? static_cast<double>(random_() % 2)
                                                    : one_of(family_.numbers, random_);
  const bool sloping = family_.in_order && is_float(wanted.dtype);
  constant(number, std::move(wanted));
  if (sloping) r_.steps.back().slope = 0.25;
  return last();
}

bool Drawer::add(O op, std::vector<int> operands, Attrs attrs) {
  const OpDef& def = op_def(op);
  std::vector<const TensorType*> types;
  for (const int o : operands) types.push_back(&type(o));
  const bool accumulates = std::any_of(def.attrs.begin(), def.attrs.end(),
                                       [](const AttrSpec& a) { return a.key == "acc"; });
  if (accumulates && is_float(types[0]->dtype) && chance(6)) {
    Attrs wide = attrs;
    wide.set("acc", DType::F64);
    try {
      static_cast<void>(def.infer({def, types, wide, Where::current()}));
      attrs = std::move(wide);
    } catch (const Error&) { // a maximum adds nothing up
    }
  }
  try {
    TensorType result = def.infer({def, types, attrs, Where::current()});
    if (result.shape.size().value() > 65536) return false;
    r_.steps.push_back({op, std::move(operands), std::move(attrs), 0, std::move(result)});
    return true;
  } catch (const Error&) {
    return false;
  }
}

Drawer::Axes Drawer::some_axes(int rank) {
  Axes axes;
  for (int i = 0; i < rank; ++i)
    if (chance(50)) axes.push_back(i);
  return axes;
}

bool Drawer::binary(O op, int x) {
  // Where there are guards, what is guarded meets itself.
  const int y = draws(O::IsFinite) && chance(50) ? x : like(type(x), x);
  return chance(50) ? add(op, {x, y}, attributes(op, x)) : add(op, {y, x}, attributes(op, x));
}

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
      const int channels = t.shape.rank() - 1, c = like({t.dtype, {t.shape[channels]}});
      const O apply = one_of(std::vector<O>{O::Add, O::Sub, O::Mul}, random_);
      good = add(op, {c}, {{"dims", Axes{channels}}, {"shape", type(x).shape.dims()}}) &&
             add(apply, {x, last()}, {});
      break;
    }
    good = draws(O::Mul) && draws(O::Reduce) && chance(25) ? pairs(x) : structural(op, x);
    break;
  case O::Reshape:
  case O::Transpose:
  case O::Reverse:
  case O::Slice:
  case O::DynamicSlice:
  case O::DynamicUpdateSlice:
  case O::Pad:
  case O::Reduce:
  case O::Concat: good = structural(op, x); break;
  case O::DotGeneral: good = family_.in_order && chance(70) ? layer(x) : dot(x); break;
  case O::Gather: good = gather(x); break;
  case O::ScatterAdd: good = scatter(x); break;
  case O::ConvGeneral: good = conv(x); break;
  case O::ReduceWindow: good = reduce_window(x); break;
  case O::CumReduce:
  case O::Linrec:
    good = type(x).shape.rank() > 0 &&
           (op == O::Linrec ? binary(op, x) : add(op, {x}, attributes(op, x)));
    break;
  case O::IsFinite: good = draws(O::Select) ? guard(x) : add(op, {x}, {}); break;
  case O::Iota: good = trace(x); break;
  case O::Ipow: good = draws(O::Reduce) ? moments(x) : add(op, {x}, attributes(op, x)); break;
  case O::Add:
  case O::Sub:
    good = draws(O::DotGeneral) || draws(O::ConvGeneral) ? twin_product(op) : false;
    if (!good) good = binary(op, x);
    break;
  case O::Div: // of anything, or a difference by the sum of the same two
    if (draws(O::Add) && draws(O::Sub) && chance(20)) {
      const int y = like(type(x), x);
      good = add(O::Sub, {x, y}, {}) && add(O::Add, {chance(50) ? x : y, chance(50) ? x : y}, {}) &&
             add(op, {last() - 1, last()}, {});
    } else {
      good = binary(op, x);
    }
    break;
  case O::Exp: // with that of -x beside it, where the family has negatives
    good = add(op, {x}, {});
    if (good && draws(O::Neg) && chance(30)) good = add(O::Neg, {x}, {}) && add(op, {last()}, {});
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
  case O::CumReduce:
  case O::Linrec: {
    const auto axis =
        static_cast<std::int64_t>(below(static_cast<std::size_t>(type(x).shape.rank())));
    Attrs attrs{{"axis", axis}, {"reverse", chance(50)}};
    if (op == O::Linrec) return attrs;
    attrs.set("exclusive", chance(50));
    attrs.set("kind", word({"add", "add", "mul", "mul", "max", "min"}));
    return attrs;
  }
  case O::Round: return {{"mode", word({"floor", "ceil", "trunc", "nearest_even"})}};
  case O::Ipow: return {{"n", static_cast<std::int64_t>(below(5)) - 1}};
  case O::Convert: {
    const std::vector<DType> all = {DType::F64, DType::F32, DType::F16, DType::BF16,
                                    DType::I32, DType::U8,  DType::I64, DType::Bool};
    return {{"dtype", chance(30) ? type(x).dtype : one_of(all, random_)}};
  }
  default: return {};
  }
}

bool Drawer::guard(int x) {
  if (!is_float(type(x).dtype)) return false;
  const TensorType t = type(x);
  if (chance(40)) {
    if (!add(O::IsFinite, {x}, {})) return false;
  } else {
    const std::vector<std::string> dirs = {"eq", "ne", "lt", "le", "gt", "ge"};
    const int c = constant(one_of(family_.numbers, random_), t);
    if (!add(O::Compare, {x, c}, {{"dir", one_of(dirs, random_)}})) return false;
  }
  const int p = last(), other = constant(one_of(family_.numbers, random_), t);
  return chance(70) ? add(O::Select, {p, x, other}, {}) : add(O::Select, {p, other, x}, {});
}

Recipe draw(const Family& family, DType dtype, const Shape& shape, std::mt19937& random) {
  return Drawer(family, dtype, shape, random).run();
}

} // namespace nngc::test
