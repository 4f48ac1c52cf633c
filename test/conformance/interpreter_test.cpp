// The interpreter on every case and dtype: the narrow floats against f64, the ints against
// themselves in 64 bits.
#include <cmath>

#include "nngc/eval.h"
#include "nngc/text.h"
#include "test/conformance/cases.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// Error of one rounding, relative.
double epsilon(DType dtype) {
  return dtype == DType::BF16  ? 0x1p-8
         : dtype == DType::F16 ? 0x1p-11
         : dtype == DType::F32 ? 0x1p-24
                               : 0x1p-53;
}

std::vector<double> value(const Case& c, DType dtype, const std::vector<Tensor>& inputs) {
  const Graph g = build(c, dtype);
  verify(g);
  return numbers(eval(g, std::span<const Tensor>(inputs))[0]);
}

/// The same numbers as another dtype.
std::vector<Tensor> as_f64(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> result;
  for (const Tensor& t : inputs)
    result.push_back(is_float(t.dtype()) ? Tensor::of<double>(t.shape(), numbers(t)) : t);
  return result;
}

} // namespace

TEST_CASE("narrow floats compute what f64 computes, up to their precision",
          "[conformance][interpreter]") {
  for (const Case& c : all_cases()) {
    if (c.types == Types::Ints || c.types == Types::Bits) continue;
    // Jumps: where an input rounds to the other side, the results are far apart, and right.
    if (c.op == Opcode::Round || c.op == Opcode::Rem || c.name == "convert_int") continue;
    for (const DType dtype : {DType::F32, DType::F16, DType::BF16}) {
      INFO(c.name << " in " << name(dtype));
      const std::vector<Tensor> inputs = samples(c, dtype, 5);
      const auto have = value(c, dtype, inputs), want = value(c, DType::F64, as_f64(inputs));
      REQUIRE(have.size() == want.size());
      // A running result was rounded when it was as large as any before it.
      double greatest = 1;
      if (c.op == Opcode::CumReduce || c.op == Opcode::Linrec)
        for (const double x : want) greatest = std::max(greatest, std::fabs(x));
      for (std::size_t i = 0; i < have.size(); ++i) {
        INFO("element " << i << ": " << have[i] << ", in f64 " << want[i]);
        const bool same = have[i] == want[i]; // of windows without elements: infinite
        const double off = std::fabs(have[i] - want[i]);
        CHECK((same || off <= 16 * epsilon(dtype) * std::max(greatest, std::fabs(want[i]))));
      }
    }
  }
}

TEST_CASE("ints of all widths compute what the 64-bit ones compute, where nothing wraps",
          "[conformance][interpreter]") {
  for (const Case& c : all_cases()) {
    if (c.types == Types::Floats || c.op == Opcode::ArgReduce) continue;
    for (const DType dtype : {DType::I16, DType::I32, DType::U16, DType::U32}) {
      INFO(c.name << " in " << name(dtype));
      const DType wide = is_signed_int(dtype) ? DType::I64 : DType::U64;
      const auto have = value(c, dtype, samples(c, dtype, 6)),
                 want = value(c, wide, samples(c, wide, 6));
      REQUIRE(have.size() == want.size());
      bool fits = true;
      const double limit = std::ldexp(1.0, 8 * byte_size(dtype) - 1);
      for (double x : want) fits = fits && std::fabs(x) < limit;
      if (fits) CHECK(have == want);
    }
  }
}
