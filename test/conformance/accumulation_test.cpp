// Accumulation in a dtype of the user's choice: cases of every op that has it, and sums that f32
// cannot hold.
#include <cmath>

#include "ir/graph_data.h"
#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/text.h"
#include "nngc/windows.h"
#include "test/conformance/cases.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

using In = std::span<const Value>;
const auto fs = Types::Floats;

AddCase wide(Opcode op, const char* name, std::vector<InputSpec> inputs,
             std::function<Value(In)> build) {
  return AddCase({op, name, fs, std::move(inputs), [build = std::move(build)](Graph&, In x) {
                    return accumulate_in(build(x), DType::F64);
                  }});
}

const AddCase cases[] = {
    wide(Opcode::Reduce, "reduce_sum_acc", {{{3, 5, 2}}},
         [](In x) { return reduce_sum(x[0], {1}); }),
    wide(Opcode::Reduce, "reduce_prod_acc", {{{4, 3}}},
         [](In x) { return reduce_prod(x[0], {0}, true); }),
    wide(Opcode::CumReduce, "cumsum_acc", {{{3, 5}}}, [](In x) { return cumsum(x[0], 1, true); }),
    wide(Opcode::CumReduce, "cumprod_acc", {{{4, 3}}},
         [](In x) { return cumprod(x[0], 0, false, true); }),
    wide(Opcode::Linrec, "linrec_acc", {{{3, 4}}, {{3, 4}}},
         [](In x) { return linrec(x[0], x[1], 1); }),
    wide(Opcode::ReduceWindow, "window_sum_acc", {{{5, 4}}},
         [](In x) { return window_sum(x[0], {.dims = {3, 2}, .strides = {1, 2}, .lo = {1, 0}}); }),
    wide(Opcode::DotGeneral, "matmul_acc", {{{3, 5}}, {{5, 4}}},
         [](In x) { return matmul(x[0], x[1]); }),
    wide(Opcode::DotGeneral, "dot_batched_acc", {{{2, 3, 4}}, {{4, 2}}},
         [](In x) { return dot_general(x[0], x[1], {2}, {0}, {0}, {1}); }),
    wide(Opcode::ConvGeneral, "conv_acc", {{{1, 4, 5, 2}}, {{3, 2, 2, 3}}},
         [](In x) { return conv_general(x[0], x[1], {.strides = {1, 2}, .lo = {1, 0}}); }),
    wide(Opcode::ScatterAdd, "scatter_add_acc", {{{3, 2}}, {{5}, 0, 3, Kind::Index}, {{5, 2}}},
         [](In x) { return scatter_add(x[0], x[1], x[2]); })};

/// What the op makes of a large number, two ones, and the large number's negative: in f32 nothing,
/// in what order ever it adds neighbours.
struct Sum {
  const char* name;
  std::function<Value(Value x, Value ones)> build;
};
const std::vector<Sum> sums = {
    {"reduce", [](Value x, Value) { return reduce_sum(x, {0}, true); }},
    {"cum_reduce", [](Value x, Value) { return cumsum(x, 0); }},
    {"linrec", [](Value x, Value ones) { return linrec(ones, x, 0); }},
    {"reduce_window", [](Value x, Value) { return window_sum(x, {.dims = {4}}); }},
    {"dot_general", [](Value x, Value ones) { return dot_general(x, ones, {0}, {0}); }},
    {"conv_general",
     [](Value x, Value ones) {
       return conv_general(reshape(x, {1, 4, 1}), reshape(ones, {4, 1, 1}));
     }},
    {"scatter_add", [](Value x, Value) {
       GraphData* const g = x.graph();
       return scatter_add(splat(g, x.dtype(), 0, {1}), splat(g, DType::I32, 0, {4}), x);
     }}};

double last(const Tensor& t) { return numbers(t).back(); }

} // namespace

TEST_CASE("a wider accumulator keeps what f32 loses, on every road", "[conformance][acc]") {
  for (const DType dtype : {DType::F32, DType::BF16})
    for (const Sum& sum : sums)
      for (const bool wide : {false, true}) {
        INFO(sum.name << " of " << name(dtype) << (wide ? " in f64" : ""));
        Graph g;
        const Value x = g.input("x", {dtype, {4}}), ones = g.input("ones", {dtype, {4}});
        const Value plain = sum.build(x, ones);
        g.output("y", wide ? accumulate_in(plain, DType::F64) : plain);
        Tensor in(dtype, {4}), one(dtype, {4});
        const double values[] = {0x1p40, 1, 1, -0x1p40};
        for (std::size_t i = 0; i < 4; ++i)
          if (dtype == DType::F32) {
            in.data<float>()[i] = static_cast<float>(values[i]), one.data<float>()[i] = 1;
          } else {
            in.data<std::uint16_t>()[i] = to_bf16(static_cast<float>(values[i]));
            one.data<std::uint16_t>()[i] = to_bf16(1);
          }
        const std::vector<Tensor> inputs = {in, one};
        std::vector<std::int64_t> extents;
        for (const Dim& d : g.outputs()[0].value.shape()) extents.push_back(d.value());
        for (const MathLevel level : {MathLevel::Strict, MathLevel::Relaxed}) {
          Tensor y(dtype, extents);
          compile(g, {.math = level}).run({{"x", in}, {"ones", one}, {"y", y}});
          CHECK(last(y) == (wide ? 2 : 0)); // 0, or this test would prove nothing
        }
        if (wide) CHECK(last(eval(g, std::span<const Tensor>(inputs))[0]) == 2);
      }
}

TEST_CASE("what a wider accumulator is the derivative of accumulates so, too", "[acc]") {
  Graph g;
  const Value a = g.input("a", f32({2, 3})), b = g.input("b", f32({3, 2}));
  const Value loss = reduce_sum(accumulate_in(matmul(a, b), DType::F64));
  g.output("da", grad(loss, std::array{a})[0]);
  const std::string text = print(g);
  INFO(text);
  CHECK(text.find("dot_general") != std::string::npos);
  const std::size_t last = text.rfind("dot_general");
  CHECK(text.find("f64[", last) < text.find('\n', last));
}

TEST_CASE("acc in text: printed, parsed, kept", "[acc]") {
  const std::string text = "graph @g(%x: f32[3]) {\n"
                           "  %0 = reduce %x {acc = f64, axes = [0], keepdims = false, kind = "
                           "\"add\"} : f32[]\n"
                           "  return y = %0\n"
                           "}\n";
  CHECK(print(parse(text)) == text);
}
