/// dot_general{contract_a, contract_b, batch_a, batch_b, out, acc}(a, b): products of the elements
/// whose batch axes and contracted axes agree, summed over the contracted ones. result = batch axes
/// in their listed order, free axes of a, free axes of b. 16-bit floats are summed in f32; `out` =
/// f32 keeps that sum instead of rounding it to their dtype; `acc` = f64 sums wider. The
/// interpreter sums f32 in double, 16-bit floats in float, and rounds once.
#include "ops/axes.h"
#include "ops/eval_index.h"

namespace nngc {

namespace {

constexpr AttrSpec specs[] = {
    accumulate_spec,
    {"batch_a", AttrKind::Ints, true, "axes of a that pair with batch_b and stay"},
    {"batch_b", AttrKind::Ints, true, "axes of b that pair with batch_a"},
    {"contract_a", AttrKind::Ints, true, "axes of a that are summed over"},
    {"contract_b", AttrKind::Ints, true, "axes of b that pair with contract_a"},
    {"out", AttrKind::DType, false, "f32 for 16-bit operands; else the operands' dtype"}};

/// The axes of both operands by what becomes of them.
struct Plan {
  explicit Plan(const Attrs& attrs, int rank_a, int rank_b)
      : batch_a(attrs.get<Axes>("batch_a")), batch_b(attrs.get<Axes>("batch_b")),
        contract_a(attrs.get<Axes>("contract_a")), contract_b(attrs.get<Axes>("contract_b")),
        free_a(other_axes(rank_a, batch_a, contract_a)),
        free_b(other_axes(rank_b, batch_b, contract_b)) {}
  Axes batch_a, batch_b, contract_a, contract_b, free_a, free_b;
};

Dim extent(const Shape& shape, std::int64_t axis) { return shape[static_cast<int>(axis)]; }

void check_pairs(const InferContext& c, const Axes& a, const Axes& b, const std::string& what) {
  if (a.size() != b.size())
    c.fail(Error::Kind::Attribute, std::to_string(a.size()) + " " + what + " axes of a, " +
                                       std::to_string(b.size()) + " of b");
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Dim x = extent(c.operand(0).shape, a[i]), y = extent(c.operand(1).shape, b[i]);
    if (!(x == y))
      c.fail(Error::Kind::Shape, what + " extents differ: " + x.str() + " vs " + y.str());
  }
}

TensorType infer(const InferContext& c) {
  const TensorType &a = c.operand(0), &b = c.operand(1);
  if (a.dtype != b.dtype) c.fail(Error::Kind::Type, "dtypes differ; convert one");
  if (a.dtype == DType::Bool) c.fail(Error::Kind::Type, "multiplies numbers, not bools");
  check_accumulation(c);
  const Plan plan(c.attrs, a.shape.rank(), b.shape.rank());
  for (const auto& [batch, contract, rank] :
       {std::tuple(&plan.batch_a, &plan.contract_a, a.shape.rank()),
        std::tuple(&plan.batch_b, &plan.contract_b, b.shape.rank())}) {
    Axes both = *batch;
    both.insert(both.end(), contract->begin(), contract->end());
    check_axes(c, both, rank);
  }
  check_pairs(c, plan.batch_a, plan.batch_b, "batch");
  check_pairs(c, plan.contract_a, plan.contract_b, "contracted");
  const DType out = c.attrs.get_or<DType>("out", a.dtype);
  if (out != a.dtype && !(out == DType::F32 && (a.dtype == DType::BF16 || a.dtype == DType::F16)))
    c.fail(Error::Kind::Type,
           "'out' is the operands' dtype, or f32 for 16-bit floats, not " + std::string(name(out)));
  std::vector<Dim> dims;
  for (std::int64_t axis : plan.batch_a) dims.push_back(extent(a.shape, axis));
  for (std::int64_t axis : plan.free_a) dims.push_back(extent(a.shape, axis));
  for (std::int64_t axis : plan.free_b) dims.push_back(extent(b.shape, axis));
  return {out, Shape(std::move(dims))};
}

Axes range(std::size_t from, std::size_t count) {
  Axes axes;
  for (std::size_t i = 0; i < count; ++i) axes.push_back(static_cast<std::int64_t>(from + i));
  return axes;
}

// The cotangent of one operand ("own"): g times the other operand, summed over the other's free
// axes, which gives batch, own's free axes, then the contracted ones in the order of the other's
// axes; a transpose puts them in place. `at`: where the other's free axes stand in g.
Value operand_cotangent(Value g, Value other, DType dtype, const Axes& batch, const Axes& contract,
                        const Axes& free, const Axes& other_batch, const Axes& other_contract,
                        const Axes& other_free, std::size_t at) {
  if (other.dtype() != g.dtype()) other = convert(other, g.dtype());
  const Value d = dot_general(g, other, range(at, other_free.size()), other_free,
                              range(0, batch.size()), other_batch);
  Axes sorted = other_contract;
  std::sort(sorted.begin(), sorted.end());
  Axes order(batch); // own's axis for each axis of d
  order.insert(order.end(), free.begin(), free.end());
  for (std::int64_t axis : sorted) {
    const auto pair =
        std::find(other_contract.begin(), other_contract.end(), axis) - other_contract.begin();
    order.push_back(contract[static_cast<std::size_t>(pair)]);
  }
  Axes perm(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    perm[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  const Value placed = perm.empty() ? d : transpose(d, perm);
  return placed.dtype() == dtype ? placed : convert(placed, dtype);
}

void vjp(VjpContext& c) {
  const Value a = c.operand(0), b = c.operand(1);
  const Plan p(c.attrs(), a.rank(), b.rank());
  const std::size_t batch = p.batch_a.size();
  if (c.wants(0))
    c.add(0, operand_cotangent(c.cotangent, b, a.dtype(), p.batch_a, p.contract_a, p.free_a,
                               p.batch_b, p.contract_b, p.free_b, batch + p.free_a.size()));
  if (c.wants(1))
    c.add(1, operand_cotangent(c.cotangent, a, b.dtype(), p.batch_b, p.contract_b, p.free_b,
                               p.batch_a, p.contract_a, p.free_a, batch));
}

Value jvp(JvpContext& c) {
  Value sum;
  for (int i = 0; i < 2; ++i) {
    if (!c.tangent(i)) continue;
    const Value a = i == 0 ? c.tangent(0) : c.operand(0), b = i == 1 ? c.tangent(1) : c.operand(1);
    const Value part = append(Opcode::DotGeneral, {a, b}, c.attrs(), Where::current());
    sum = sum ? add(sum, part) : part;
  }
  return sum;
}

void eval(EvalContext& c) {
  const EvalArray &a = *c.operands[0], &b = *c.operands[1];
  const Plan p(c.attrs, static_cast<int>(a.shape.size()), static_cast<int>(b.shape.size()));
  Index summed;
  for (std::int64_t axis : p.contract_a) summed.push_back(a.shape[static_cast<std::size_t>(axis)]);
  const auto place = [](Index& at, const Axes& axes, const Index& from, std::size_t offset) {
    for (std::size_t i = 0; i < axes.size(); ++i)
      at[static_cast<std::size_t>(axes[i])] = from[offset + i];
  };
  const auto run = [&](auto& out, auto zero) {
    using Sum = decltype(zero);
    using Element = typename std::decay_t<decltype(out)>::value_type;
    const auto &x = std::get<std::vector<Element>>(a.data),
               &y = std::get<std::vector<Element>>(b.data);
    Index ia(a.shape.size()), ib(b.shape.size());
    each_index(c.result.shape, [&](const Index& index, std::size_t i) {
      place(ia, p.batch_a, index, 0), place(ib, p.batch_b, index, 0);
      place(ia, p.free_a, index, p.batch_a.size());
      place(ib, p.free_b, index, p.batch_a.size() + p.free_a.size());
      Sum sum = zero;
      each_index(summed, [&](const Index& k, std::size_t) {
        place(ia, p.contract_a, k, 0), place(ib, p.contract_b, k, 0);
        sum = plus(sum, times(static_cast<Sum>(x[linear_index(a.shape, ia)]),
                              static_cast<Sum>(y[linear_index(b.shape, ib)])));
      });
      out[i] = finished(c.result.dtype, static_cast<Element>(sum));
    });
  };
  // The operands' dtype says how wide to sum, also where `out` is f32.
  if ((a.dtype == DType::BF16 || a.dtype == DType::F16) && !accumulates_in_double(c.attrs)) {
    if (auto* floats = std::get_if<std::vector<float>>(&c.result.data)) return run(*floats, 0.0F);
  }
  with_accumulator(c, run);
}

} // namespace

constinit const OpDef ops::DotGeneral{.mnemonic = "dot_general",
                                      .summary = "sums of products over paired axes",
                                      .signature =
                                          "(a, b: number) -> as a, or f32 for 16-bit floats",
                                      .min_operands = 2,
                                      .max_operands = 2,
                                      .lowering = Lowering::Dot,
                                      .attrs = specs,
                                      .infer = infer,
                                      .vjp = vjp,
                                      .jvp = jvp,
                                      .eval = eval};

Value dot_general(Value a, Value b, Axes contract_a, Axes contract_b, Axes batch_a, Axes batch_b,
                  Where where) {
  check_value("dot_general", a, where);
  check_value("dot_general", b, where);
  Attrs attrs{{"batch_a", normalized(std::move(batch_a), a.rank())},
              {"batch_b", normalized(std::move(batch_b), b.rank())},
              {"contract_a", normalized(std::move(contract_a), a.rank())},
              {"contract_b", normalized(std::move(contract_b), b.rank())}};
  return append(Opcode::DotGeneral, {a, b}, std::move(attrs), where);
}

Value matmul(Value a, Value b, Where where) {
  common_graph("matmul", std::array{a, b}, where);
  const auto fail = [&](const std::string& what) {
    throw Error(Error::Kind::Shape,
                "matmul: " + what + ": operands " + a.type().str() + ", " + b.type().str(), where);
  };
  if (a.rank() < 2 || b.rank() < 2)
    fail("needs ranks of at least 2; reshape a vector to a row or column");
  const Dim inner = a.shape()[a.rank() - 1];
  if (!(inner == b.shape()[b.rank() - 2]))
    fail("inner extents differ: " + inner.str() + " vs " + b.shape()[b.rank() - 2].str());
  if (b.rank() == 2) return dot_general(a, b, {a.rank() - 1}, {0}, {}, {}, where);
  const int batch = std::max(a.rank(), b.rank()) - 2;
  const auto leading = [&](Value x, int i) {
    const int axis = i - batch + x.rank() - 2;
    return axis < 0 ? Dim(1) : x.shape()[axis];
  };
  Shape shape;
  for (int i = 0; i < batch; ++i) {
    const Dim da = leading(a, i), db = leading(b, i);
    if (!(da == db) && !(da == Dim(1)) && !(db == Dim(1)))
      fail("leading extents differ: " + da.str() + " vs " + db.str());
    shape.push_back(da == Dim(1) ? db : da);
  }
  const auto aligned = [&](Value x) {
    Shape full = shape;
    full.push_back(x.shape()[x.rank() - 2]);
    full.push_back(x.shape()[x.rank() - 1]);
    return broadcast_to(x, std::move(full), where);
  };
  return dot_general(aligned(a), aligned(b), {batch + 1}, {batch}, all_axes(batch), all_axes(batch),
                     where);
}

} // namespace nngc
