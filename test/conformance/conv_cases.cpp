// Convolution: cases for every road. Derivatives go to order 3 over strides, dilations and cut
// borders, where others were wrong at order 2.
#include "nngc/windows.h"
#include "test/conformance/cases.h"

using namespace nngc;
using namespace nngc::test;

namespace {

using In = std::span<const Value>;
const auto all = Types::Numbers;

Case conv(const char* name, Types types, const Shape& x, const Shape& w, const ConvSpec& spec) {
  return {Opcode::ConvGeneral, name, types, {{x}, {w}}, [spec](Graph&, In v) {
            return conv_general(v[0], v[1], spec);
          }};
}

const AddCase plain(conv("conv", all, {1, 4, 5, 2}, {3, 2, 2, 3}, {}));
const AddCase same(conv("conv_padded", all, {2, 3, 4, 1}, {3, 3, 1, 2},
                        {.lo = {1, 1}, .hi = {1, 1}}));
const AddCase strided(conv("conv_strided", all, {1, 5, 6, 2}, {2, 3, 2, 2},
                           {.strides = {2, 3}, .lo = {1, 0}, .hi = {0, 2}}));
const AddCase
    dilated(conv("conv_dilated", all, {1, 6, 4, 1}, {2, 2, 1, 2},
                 {.strides = {1, 2}, .lo = {0, 1}, .hi = {2, 1}, .rhs_dilation = {3, 2}}));
const AddCase cut(conv("conv_cut", all, {1, 7, 6, 1}, {2, 2, 1, 2},
                       {.strides = {2, 1}, .lo = {-1, 2}, .hi = {1, -2}, .rhs_dilation = {2, 1}}));
const AddCase transposed(conv("conv_lhs_dilated", all, {1, 3, 3, 2}, {3, 2, 2, 1},
                              {.lo = {1, -1}, .hi = {2, 1}, .lhs_dilation = {2, 3}}));
const AddCase everything(conv("conv_everything", all, {2, 5, 4, 2}, {2, 2, 1, 4},
                              {.strides = {3, 2},
                               .lo = {-1, 1},
                               .hi = {2, -1},
                               .lhs_dilation = {2, 3},
                               .rhs_dilation = {2, 1},
                               .feature_groups = 2}));
const AddCase grouped(conv("conv_groups", all, {1, 4, 3, 4}, {2, 2, 2, 4},
                           {.strides = {2, 1}, .feature_groups = 2}));
const AddCase batches(conv("conv_batch_groups", all, {4, 3, 4, 2}, {2, 2, 2, 4},
                           {.lo = {1, 0}, .hi = {0, 1}, .batch_groups = 2}));
const AddCase depthwise(conv("conv_depthwise", all, {1, 4, 3, 3}, {2, 2, 1, 3},
                             {.lo = {1, 0}, .hi = {0, 0}, .feature_groups = 3}));
// Its weights' gradient has few sums over much: each is one of its own.
const AddCase depthwise_long(conv("conv_depthwise_long", all, {2, 6, 5, 3}, {2, 2, 1, 3},
                                  {.feature_groups = 3}));
// That gradient by itself.
const AddCase depthwise_weights(conv("conv_depthwise_weights", all, {3, 6, 5, 2}, {5, 4, 2, 3},
                                     {.batch_groups = 3}));
const AddCase multiplied(conv("conv_depthwise_multiplied", all, {1, 3, 3, 2}, {2, 2, 1, 4},
                              {.feature_groups = 2}));
const AddCase single(conv("conv_one_channel", all, {1, 4, 3, 2}, {2, 2, 2, 1}, {}));
const AddCase line(conv("conv_line", all, {2, 6, 3}, {3, 3, 2}, {.strides = {2}}));
const AddCase volume(conv("conv_volume", all, {1, 3, 2, 3, 2}, {2, 1, 2, 2, 2},
                          {.lo = {1, 0, 0}, .hi = {0, 0, 1}}));
const AddCase pointwise(conv("conv_pointwise", all, {2, 3, 4, 3}, {1, 1, 3, 5}, {}));
const AddCase narrow(conv("conv_too_narrow", all, {1, 2, 3, 2}, {4, 2, 2, 2}, {}));
const AddCase tiles(conv("conv_tiles", all, {1, 4, 17, 5}, {3, 3, 5, 70},
                         {.lo = {1, 1}, .hi = {1, 1}}));
const AddCase symbolic({Opcode::ConvGeneral,
                        "conv_symbolic", // with an epilogue
                        all,
                        {{{Dim::symbol("n"), 3, 4, 2}}, {{2, 3, 2, 3}}, {{3}}},
                        [](Graph&, In x) {
                          const Value y = conv_general(x[0], x[1], {.lo = {0, 1}, .hi = {1, 1}});
                          return max(y + x[2], 0);
                        }});
/// A literal of small numbers that differ.
Value literal(Graph& g, DType dtype, const std::vector<std::int64_t>& shape, double first) {
  Tensor t(dtype == DType::F64 ? DType::F64 : DType::F32, shape);
  const auto count = static_cast<std::size_t>(t.size());
  for (std::size_t i = 0; i < count; ++i) {
    const double x = first + static_cast<double>(i % 7) / 4;
    if (dtype == DType::F64)
      t.data<double>()[i] = x;
    else
      t.data<float>()[i] = static_cast<float>(x);
  }
  return convert(constant(g, t), dtype);
}
// A batch norm of known statistics, which goes into the weights.
const AddCase normed(
    {Opcode::ConvGeneral, "conv_normed", Types::Floats, {{{1, 4, 3, 2}}}, [](Graph& g, In x) {
       const DType t = x[0].dtype();
       const auto channels = [&](double first) { return literal(g, t, {5}, first); };
       const Value y = conv_general(x[0], literal(g, t, {2, 2, 2, 5}, -1));
       return (y + channels(0.5) - channels(-1)) * channels(0.25) + channels(2);
     }});
const AddCase
    normed_dense({Opcode::DotGeneral, "dot_normed", Types::Floats, {{{3, 4}}}, [](Graph& g, In x) {
                    const DType t = x[0].dtype();
                    const Value y = matmul(x[0], literal(g, t, {4, 3}, -1));
                    return (y - literal(g, t, {3}, 0.5)) * literal(g, t, {3}, -0.25);
                  }});
const AddCase with_itself(
    {Opcode::ConvGeneral, "conv_with_itself", Types::Floats, {{{2, 2, 2, 2}}}, [](Graph&, In x) {
       return conv_general(x[0], x[0], {.lo = {1, 0}, .hi = {0, 1}});
     }});

} // namespace
