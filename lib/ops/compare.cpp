/// compare{dir}(a, b): eq, ne, lt, le, gt, ge, elementwise; a bool. NaN: only ne is true. -0 equals
/// 0; false < true. In the complex domain the real parts decide.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static constexpr std::string_view dirs[] = {"eq", "ne", "lt", "le", "gt", "ge"};

static int number_of(std::string_view dir) {
  for (int i = 0; i < 6; ++i)
    if (dirs[i] == dir) return i;
  return -1;
}

static TensorType infer(const InferContext& c) {
  const std::string& dir = c.attrs.get<std::string>("dir");
  if (number_of(dir) < 0)
    c.fail(Error::Kind::Attribute, "dir is eq, ne, lt, le, gt or ge, not '" + dir + "'");
  if (!(c.operand(0) == c.operand(1))) c.fail(Error::Kind::Shape, "operand types differ");
  return {DType::Bool, c.operand(0).shape};
}

template <class T> static bool holds(int dir, T a, T b) {
  switch (dir) {
  case 0: return a == b;
  case 1: return a != b;
  case 2: return a < b;
  case 3: return a <= b;
  case 4: return a > b;
  default: return a >= b;
  }
}

static void eval(EvalContext& c) {
  auto& out = std::get<std::vector<std::int64_t>>(c.result.data);
  const int dir = number_of(c.attrs.get<std::string>("dir"));
  const bool is_u64 = c.operands[0]->dtype == DType::U64;
  std::visit(
      [&]<class T>(const std::vector<T>& a) {
        const auto& b = std::get<std::vector<T>>(c.operands[1]->data);
        for (std::size_t i = 0; i < out.size(); ++i) {
          if constexpr (std::is_same_v<T, std::int64_t>)
            out[i] = is_u64 ? holds(dir, bits(a[i]), bits(b[i])) : holds(dir, a[i], b[i]);
          else
            out[i] = holds(dir, real_part(a[i]), real_part(b[i]));
        }
      },
      c.operands[0]->data);
}

static int lower(LowerContext& c) {
  constexpr loop::Op codes[] = {loop::Op::Eq, loop::Op::Ne, loop::Op::Lt,
                                loop::Op::Le, loop::Op::Gt, loop::Op::Ge};
  return c.emit(codes[number_of(c.attrs().get<std::string>("dir"))], c.operand(0), c.operand(1));
}

// A bool that is compared with true is itself.
static Value simplify(GraphData*, std::span<const Value> x, const Attrs& attrs, const TensorType&) {
  double s = 0;
  if (x[0].dtype() != DType::Bool || !is_splat(x[1], s)) return {};
  const std::string& dir = attrs.get<std::string>("dir");
  return (s == 1 && dir == "eq") || (s == 0 && dir == "ne") ? x[0] : Value();
}

static constexpr AttrSpec attrs[] = {{"dir", AttrKind::String, true, "eq, ne, lt, le, gt or ge"}};
constinit const OpDef ops::Compare{.mnemonic = "compare",
                                   .summary = "a dir b, a bool",
                                   .signature = "(a, b: any) -> bool",
                                   .min_operands = 2,
                                   .max_operands = 2,
                                   .traits = trait::Elementwise,
                                   .attrs = attrs,
                                   .infer = infer,
                                   .not_differentiable = "the result is a bool",
                                   .eval = eval,
                                   .lower = lower,
                                   .simplify = simplify};

static Value compare(const char* dir, Operand a, Operand b) {
  return append_binary(Opcode::Compare, dir, a, b, {{"dir", std::string(dir)}});
}
Value eq(Operand a, Operand b) { return compare("eq", a, b); }
Value ne(Operand a, Operand b) { return compare("ne", a, b); }
Value lt(Operand a, Operand b) { return compare("lt", a, b); }
Value le(Operand a, Operand b) { return compare("le", a, b); }
Value gt(Operand a, Operand b) { return compare("gt", a, b); }
Value ge(Operand a, Operand b) { return compare("ge", a, b); }

} // namespace nngc
