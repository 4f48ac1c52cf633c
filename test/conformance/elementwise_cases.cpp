// Cases of the elementwise primitives.
#include <array>
#include <cmath>

#include "ir/graph_data.h"
#include "test/conformance/cases.h"

namespace nngc::test {

namespace {

using In = std::span<const Value>;

Case unary(Opcode op, std::string name, double low, double high, Value (*f)(Value, Where)) {
  return {op, std::move(name), Types::Floats, {{{2, 5}, low, high}}, [f](Graph&, In x) {
            return f(x[0], Where::current());
          }};
}
Case binary(Opcode op, std::string name, Types types, InputSpec a, InputSpec b,
            Value (*f)(Operand, Operand)) {
  return {op, std::move(name), types, {std::move(a), std::move(b)}, [f](Graph&, In x) {
            return f(x[0], x[1]);
          }};
}

} // namespace

std::vector<Case> elementwise_cases() {
  const Shape s{2, 5};
  const Dim n = Dim::symbol("n");
  std::vector<Case> list = {
      unary(Opcode::Abs, "abs", -2, 2, abs),
      unary(Opcode::Atan, "atan", -3, 3, atan),
      unary(Opcode::Cos, "cos", -6, 6, cos),
      unary(Opcode::Erf, "erf", -3, 3, erf),
      unary(Opcode::Exp, "exp", -4, 4, exp),
      unary(Opcode::Expm1, "expm1", -2, 2, expm1),
      unary(Opcode::IsFinite, "is_finite", -2, 2, is_finite),
      unary(Opcode::Log, "log", 0.1, 5, log),
      unary(Opcode::Log1p, "log1p", -0.8, 4, log1p),
      unary(Opcode::Logistic, "logistic", -6, 6, logistic),
      unary(Opcode::Neg, "neg", -2, 2, neg),
      unary(Opcode::Round, "floor", -4, 4, floor),
      unary(Opcode::Round, "ceil", -4, 4, ceil),
      unary(Opcode::Round, "trunc", -4, 4, trunc),
      unary(Opcode::Round, "round_even", -4, 4, round_even),
      unary(Opcode::Rsqrt, "rsqrt", 0.1, 4, rsqrt),
      unary(Opcode::Sin, "sin", -6, 6, sin),
      unary(Opcode::Sqrt, "sqrt", 0.1, 4, sqrt),
      unary(Opcode::Tanh, "tanh", -3, 3, tanh),

      binary(Opcode::Add, "add", Types::Numbers, {s}, {s}, add),
      binary(Opcode::Add, "add_broadcast", Types::Numbers, {s}, {{5}}, add),
      binary(Opcode::Sub, "sub", Types::Numbers, {s}, {s}, sub),
      binary(Opcode::Mul, "mul", Types::Numbers, {s}, {s}, mul),
      binary(Opcode::Mul, "mul_symbolic", Types::Numbers, {{n, 4}}, {{n, 1}}, mul),
      binary(Opcode::Div, "div", Types::Floats, {s}, {s, 0.5, 3}, div),
      binary(Opcode::Div, "div_negative", Types::Floats, {s}, {s, -3, -0.5}, div),
      binary(Opcode::Div, "div_int", Types::Ints, {s, -9, 9}, {s, -3, 3}, div),
      binary(Opcode::Rem, "rem", Types::Floats, {s, -7, 7}, {s, 0.6, 2.4}, rem),
      binary(Opcode::Rem, "rem_int", Types::Ints, {s, -9, 9}, {s, -3, 3}, rem),
      binary(Opcode::Pow, "pow", Types::Floats, {s, 0.2, 3}, {s, -2, 3}, pow),
      binary(Opcode::And, "and", Types::Bits, {s, -9, 9}, {s, -9, 9}, bit_and),
      binary(Opcode::Or, "or", Types::Bits, {s, -9, 9}, {s, -9, 9}, bit_or),
      binary(Opcode::Xor, "xor", Types::Bits, {s, -9, 9}, {s, -9, 9}, bit_xor),
      binary(Opcode::Shl, "shl", Types::Ints, {s, 0, 9}, {s, 0, 9}, shl),
      binary(Opcode::Shr, "shr", Types::Ints, {s, -90, 90}, {s, 0, 9}, shr),
      binary(Opcode::Compare, "eq", Types::Numbers, {s, -2, 2}, {s, -2, 2}, eq),
      binary(Opcode::Compare, "ne", Types::Numbers, {s, -2, 2}, {s, -2, 2}, ne),
      binary(Opcode::Compare, "lt", Types::Numbers, {s, -2, 2}, {s, -2, 2}, lt),
      binary(Opcode::Compare, "le", Types::Numbers, {s, -2, 2}, {s, -2, 2}, le),
      binary(Opcode::Compare, "gt", Types::Numbers, {s, -2, 2}, {s, -2, 2}, gt),
      binary(Opcode::Compare, "ge", Types::Numbers, {s, -2, 2}, {s, -2, 2}, ge),
  };
  for (const std::int64_t power : {-3, -1, 0, 2, 3, 7})
    list.push_back(
        {Opcode::Ipow,
         "ipow_" + std::string(power < 0 ? "minus_" : "") + std::to_string(std::abs(power)),
         Types::Floats,
         {{s, 0.5, 1.5}},
         [power](Graph&, In x) { return ipow(x[0], power); }});
  list.push_back(
      {Opcode::Ipow, "ipow_negative_base", Types::Numbers, {{s, -2, -0.5}}, [](Graph&, In x) {
         return ipow(x[0], 3);
       }});
  list.push_back(
      {Opcode::Pow, "pow_constant_exponent", Types::Floats, {{s, 0.2, 3}}, [](Graph&, In x) {
         return pow(x[0], 2.5);
       }});
  for (const Tie tie : {Tie::Half, Tie::First, Tie::Second}) {
    const std::string suffix = tie == Tie::Half ? "half" : tie == Tie::First ? "first" : "second";
    list.push_back({Opcode::Max, "max_" + suffix, Types::Numbers, {{s}, {s}}, [tie](Graph&, In x) {
                      return max(x[0], x[1], tie);
                    }});
    list.push_back({Opcode::Min, "min_" + suffix, Types::Numbers, {{s}, {s}}, [tie](Graph&, In x) {
                      return min(x[0], x[1], tie);
                    }});
  }
  list.push_back({Opcode::Max, "max_constant", Types::Floats, {{s}}, [](Graph&, In x) {
                    return max(x[0], 0.25);
                  }});
  list.push_back({Opcode::Min, "min_constant", Types::Floats, {{s}}, [](Graph&, In x) {
                    return min(x[0], 0.25);
                  }});
  // As an importer may write it: the builder puts the constant second.
  for (const Opcode op : {Opcode::Max, Opcode::Min})
    for (const double number : {0.0, -0.0})
      list.push_back({op,
                      std::string(op == Opcode::Max ? "max_of_" : "min_of_") +
                          (std::signbit(number) ? "minus_zero" : "zero") + "_first",
                      Types::Floats,
                      {{s}},
                      [op, number](Graph& g, In x) {
                        const Value first = full(g, x[0].type(), number);
                        return append(x[0].graph(), op, std::array{first, x[0]},
                                      {{"tie", std::string("first")}}, Where::current());
                      }});
  list.push_back({Opcode::Add, "add_scalars", Types::Numbers, {{{}}, {{}}}, [](Graph&, In x) {
                    return x[0] + x[1];
                  }});
  list.push_back({Opcode::Tanh, "tanh_unit_dims", Types::Floats, {{{1, 1, 1}}}, [](Graph&, In x) {
                    return tanh(x[0]);
                  }});
  list.push_back({Opcode::Exp, "exp_symbolic", Types::Floats, {{{n}}}, [](Graph&, In x) {
                    return exp(x[0]);
                  }});
  list.push_back({Opcode::Select,
                  "select",
                  Types::Numbers,
                  {{s, 0, 1, Kind::Bool}, {s}, {s}},
                  [](Graph&, In x) { return select(x[0], x[1], x[2]); }});
  list.push_back({Opcode::Select,
                  "select_of_functions",
                  Types::Floats,
                  {{s, 0, 1, Kind::Bool}, {s}, {s, 0.5, 3}},
                  [](Graph&, In x) { return exp(select(x[0], sin(x[1] * x[2]), log(x[2]))); }});
  list.push_back({Opcode::Convert, "convert_and_back", Types::Floats, {{s}}, [](Graph&, In x) {
                    return convert(convert(x[0], DType::F64), x[0].dtype());
                  }});
  list.push_back({Opcode::Convert, "convert_through_f32", Types::Floats, {{s}}, [](Graph&, In x) {
                    return sin(convert(convert(x[0] * x[0], DType::F32), x[0].dtype()));
                  }});
  list.push_back({Opcode::Convert, "convert_wide", Types::Floats, {{s}}, [](Graph&, In x) {
                    return convert(x[0] * 1.5, DType::F64);
                  }});
  list.push_back({Opcode::Convert, "convert_f32", Types::Floats, {{s}}, [](Graph&, In x) {
                    return convert(x[0] * x[0], DType::F32);
                  }});
  list.push_back({Opcode::Convert, "convert_int", Types::Numbers, {{s, -9, 9}}, [](Graph&, In x) {
                    return convert(x[0], DType::I16);
                  }});
  list.push_back({Opcode::Convert, "convert_bool", Types::Numbers, {{s, -2, 2}}, [](Graph&, In x) {
                    return convert(x[0], DType::Bool);
                  }});
  return list;
}

} // namespace nngc::test
