// Random recipes: what moves elements, and reads and writes them by number.
#include "test/unit/optimize/recipe_drawer.h"

namespace nngc::test {

bool Drawer::structural(O op, int x) {
  const Shape s = type(x).shape; // a copy: steps move as they grow
  const int rank = s.rank();
  switch (op) {
  case O::Reduce: return reduce(x);
  case O::BroadcastInDim: return broadcast(x);
  case O::Concat: return concat(x);
  case O::Pad: return pad(x);
  case O::DynamicSlice:
  case O::DynamicUpdateSlice: return window_of(op, x);
  case O::Reverse: return add(op, {x}, {{"axes", some_axes(rank)}});
  case O::Reshape: {
    std::vector<Dim> to = s.dims();
    if (chance(50))
      to.insert(to.begin() + static_cast<std::ptrdiff_t>(below(to.size() + 1)), Dim(1));
    else if (chance(60))
      std::erase(to, Dim(1));
    else
      to = {s.size()};
    return to.size() <= 5 && add(op, {x}, {{"shape", to}});
  }
  case O::Transpose: {
    std::vector<std::int64_t> perm;
    for (int i = 0; i < rank; ++i) perm.push_back(i);
    if (rank > 1 && chance(80)) std::swap(perm[below(perm.size())], perm.back());
    if (chance(30)) std::shuffle(perm.begin(), perm.end(), random_);
    return add(op, {x}, {{"perm", perm}});
  }
  default: return slice(x);
  }
}

bool Drawer::reduce(int x) {
  const Shape s = type(x).shape; // a copy: steps move as they grow
  const int rank = s.rank();
  const std::vector<std::string> kinds = {"add", "add", "add", "add", "max",
                                          "min", "mul", "and", "or"};
  const std::string kind = one_of(kinds, random_);
  std::vector<std::int64_t> axes = some_axes(rank);
  // Of no axes, a sum is its operand whenever it is built; computed, it would turn -0 to 0.
  if (axes.empty() && kind == "add") return false;
  const bool keep = chance(50);
  if (!add(O::Reduce, {x}, {{"axes", axes}, {"keepdims", keep}, {"kind", kind}})) return false;
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
      dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(below(dims.size())));
  }
  return add(O::BroadcastInDim, {last()}, {{"dims", dims}, {"shape", s.dims()}});
}

bool Drawer::broadcast(int x) {
  const Shape s = type(x).shape; // a copy: steps move as they grow
  const int rank = s.rank();
  std::vector<Dim> to = s.dims();
  std::vector<std::int64_t> dims;
  for (int i = 0; i < rank; ++i) dims.push_back(i);
  for (std::size_t i = 0; i < to.size(); ++i)
    if (to[i] == Dim(1) && chance(70)) to[i] = static_cast<std::int64_t>(below(4));
  for (unsigned more = random_() % 3; more > 0; --more) {
    const std::size_t at = below(to.size() + 1);
    to.insert(to.begin() + static_cast<std::ptrdiff_t>(at),
              static_cast<std::int64_t>(random_() % 4));
    for (std::int64_t& d : dims) d += d >= static_cast<std::int64_t>(at) ? 1 : 0;
  }
  return to.size() <= 5 && add(O::BroadcastInDim, {x}, {{"dims", dims}, {"shape", to}});
}

bool Drawer::pad(int x) {
  const Shape s = type(x).shape; // a copy: steps move as they grow
  const int rank = s.rank();
  std::vector<std::int64_t> lo, hi, interior;
  for (int i = 0; i < rank; ++i) {
    lo.push_back(chance(60) ? 0 : static_cast<std::int64_t>(below(3)) - 1);
    hi.push_back(chance(60) ? 0 : static_cast<std::int64_t>(below(3)) - 1);
    interior.push_back(chance(80) ? 0 : 1);
  }
  if (rank > 0 && chance(40)) { // one half of something, as the derivative of a slice is
    const std::size_t axis = below(lo.size());
    lo.assign(lo.size(), 0), hi = interior = lo;
    (chance(50) ? lo : hi)[axis] = s[static_cast<int>(axis)].value();
  }
  const int value = like({type(x).dtype, {}});
  return add(O::Pad, {x, value}, {{"hi", hi}, {"interior", interior}, {"lo", lo}});
}

/// Of all of it, or of a half along some axes.
bool Drawer::window_of(O op, int x) {
  const int rank = type(x).shape.rank();
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

/// Cuts at few places, so that neighbours meet.
bool Drawer::slice(int x) {
  const Shape s = type(x).shape; // a copy: steps move as they grow
  const int rank = s.rank();
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
  return add(O::Slice, {x}, {{"limit", limit}, {"start", start}, {"stride", stride}});
}

/// x with others of its rank and dtype along an axis.
bool Drawer::concat(int x) {
  if (type(x).shape.rank() == 0) return false;
  const auto axis =
      static_cast<std::int64_t>(below(static_cast<std::size_t>(type(x).shape.rank())));
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
  const auto axis = static_cast<std::int64_t>(below(static_cast<std::size_t>(rank)));
  int indices = 0;
  if (chance(25)) {
    const std::vector<Dim> count{static_cast<std::int64_t>(below(5))};
    const bool good =
        add(O::Iota, {}, {{"axis", std::int64_t{0}}, {"dtype", DType::I32}, {"shape", count}});
    if (!good) return false;
    indices = last();
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
  const int axis = static_cast<int>(below(static_cast<std::size_t>(rank - count + 1)));
  std::vector<Dim> into = type(x).shape.dims();
  into.erase(into.begin() + axis, into.begin() + axis + count);
  into.insert(into.begin() + axis, Dim(static_cast<std::int64_t>(below(4))));
  const int base = like({type(x).dtype, Shape(into)});
  return add(O::ScatterAdd, {base, numbers, x},
             {{"axis", std::int64_t{axis}}, {"mode", std::string(chance(50) ? "fill" : "clip")}});
}

} // namespace nngc::test
