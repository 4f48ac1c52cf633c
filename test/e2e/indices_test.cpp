/// Indices from outside: whatever they are, compiled code stays inside its buffers and computes
/// what the interpreter says.
#include <cstring>
#include <limits>

#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;

namespace {

template <class T> void check(IndexMode mode, std::int64_t rows, bool symbolic) {
  const std::vector<T> wild = {0,
                               1,
                               static_cast<T>(rows),
                               static_cast<T>(rows - 1),
                               static_cast<T>(-1),
                               std::numeric_limits<T>::min(),
                               std::numeric_limits<T>::max(),
                               static_cast<T>(std::numeric_limits<T>::max() / 2 + 1),
                               static_cast<T>(1LL << 40)};
  const auto count = static_cast<std::int64_t>(wild.size());
  Graph g;
  const Dim n = symbolic ? Dim::symbol("n") : Dim(rows);
  const Value x = g.input("x", f32({n, 3})), i = g.input("i", {dtype_of<T>(), {count}});
  const Value u = g.input("u", f32({count, 3}));
  g.output("rows", gather(x, i, 0, mode));
  g.output("sums", scatter_add(x, i, u, 0, mode));
  Tensor xs(DType::F32, {rows, 3}), us(DType::F32, {count, 3});
  for (std::size_t k = 0; k < xs.data<float>().size(); ++k)
    xs.data<float>()[k] = static_cast<float>(k + 1);
  for (std::size_t k = 0; k < us.data<float>().size(); ++k)
    us.data<float>()[k] = static_cast<float>(64 * (k + 1));
  const Tensor is = Tensor::of<T>({count}, std::span<const T>(wild));
  const std::vector<Tensor> expected = eval(g, std::array{xs, is, us});
  Tensor rows_out(DType::F32, {count, 3}), sums(DType::F32, {rows, 3});
  compile(g).run({{"x", std::as_const(xs)},
                  {"i", is},
                  {"u", std::as_const(us)},
                  {"rows", rows_out},
                  {"sums", sums}});
  INFO(name(dtype_of<T>()) << ", mode " << static_cast<int>(mode) << ", " << rows << " rows"
                           << (symbolic ? ", symbolic" : ""));
  CHECK(std::memcmp(rows_out.raw(), expected[0].raw(), rows_out.bytes()) == 0);
  CHECK((sums.bytes() == 0 || std::memcmp(sums.raw(), expected[1].raw(), sums.bytes()) == 0));
}

} // namespace

TEMPLATE_TEST_CASE("indices: out of range is defined", "[indices]", std::int8_t, std::uint8_t,
                   std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t,
                   std::uint64_t) {
  for (const IndexMode mode : {IndexMode::Fill, IndexMode::Clip, IndexMode::Promise})
    for (const std::int64_t rows : {0, 1, 5, 100})
      for (const bool symbolic : {false, true}) check<TestType>(mode, rows, symbolic);
}
