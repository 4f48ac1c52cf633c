// Cases of windows, for every road.
#include "nngc/windows.h"
#include "test/conformance/cases.h"

using namespace nngc;
using namespace nngc::test;

namespace {

using In = std::span<const Value>;
const auto all = Types::Numbers;
const Dim n = Dim::symbol("n");

Case sums(const char* name, Types types, const Shape& shape, const Window& w) {
  return {Opcode::ReduceWindow, name, types, {{shape}}, [w](Graph&, In x) {
            return window_sum(x[0], w);
          }};
}
Case greatest(const char* name, Types types, const Shape& shape, const Window& w) {
  return {Opcode::ReduceWindow, name, types, {{shape}}, [w](Graph&, In x) {
            return window_max(x[0], w);
          }};
}

const AddCase sum_1(sums("window_sum", all, {2, 5, 3}, {.dims = {1, 3, 1}}));
const AddCase sum_2(sums("window_sum_strided", all, {6, 7},
                         {.dims = {2, 3}, .strides = {2, 2}, .lo = {1, 0}, .hi = {0, 2}}));
const AddCase sum_3(sums("window_sum_dilated", all, {4, 7},
                         {.dims = {2, 3},
                          .strides = {1, 2},
                          .lo = {0, 2},
                          .hi = {1, 1},
                          .base_dilation = {2, 1},
                          .window_dilation = {3, 2}}));
const AddCase sum_4(sums("window_sum_cut", all, {7, 6},
                         {.dims = {2, 2},
                          .strides = {3, 1},
                          .lo = {-1, 2},
                          .hi = {1, -2},
                          .base_dilation = {1, 3},
                          .window_dilation = {2, 2}}));
const AddCase sum_5(sums("window_sum_symbolic", all, {n, 6},
                         {.dims = {2, 2}, .strides = {1, 2}, .lo = {1, 0}, .hi = {1, 1}}));
const AddCase sum_6(sums("window_sum_lanes", all, {5, 4, 37}, {.dims = {3, 2, 1}}));
const AddCase max_1(greatest("max_pool_windows", all, {2, 4, 6, 3},
                             {.dims = {1, 2, 2, 1}, .strides = {1, 2, 2, 1}}));
const AddCase max_2(greatest(
    "max_pool_rest", all, {1, 5, 7, 2},
    {.dims = {1, 2, 3, 1}, .strides = {1, 2, 3, 1}, .lo = {0, 1, 1, 0}, .hi = {0, 0, 0, 0}}));
const AddCase max_3(greatest(
    "max_pool_overlapping", all, {1, 5, 6, 2},
    {.dims = {1, 3, 3, 1}, .strides = {1, 2, 2, 1}, .lo = {0, 1, 1, 0}, .hi = {0, 1, 1, 0}}));
const AddCase max_4(greatest("max_pool_symbolic", all, {n, 4, 3},
                             {.dims = {1, 2, 1}, .strides = {1, 2, 1}}));
const AddCase max_5(greatest("window_max_dilated", all, {3, 5},
                             {.dims = {2, 2},
                              .strides = {1, 2},
                              .lo = {1, -1},
                              .hi = {2, 3},
                              .base_dilation = {2, 3},
                              .window_dilation = {1, 2}}));
const AddCase max_6(greatest("window_max_symbolic_columns", all, {4, n},
                             {.dims = {2, 2}, .lo = {0, 1}, .hi = {1, 0}}));
const AddCase max_8(greatest("max_pool_symbolic_columns", all, {4, n}, // side by side
                             {.dims = {2, 1}, .strides = {2, 1}}));
const AddCase max_7(greatest("max_pool_lanes", all, {2, 6, 33},
                             {.dims = {1, 2, 1}, .strides = {1, 2, 1}}));
const AddCase min_1({Opcode::ReduceWindow, "window_min", all, {{{4, 5}}}, [](Graph&, In x) {
                       return window_min(x[0], {.dims = {2, 3}, .lo = {1, 0}, .hi = {0, 1}});
                     }});
const AddCase min_2({Opcode::ReduceWindow,
                     "window_sum_of_activation", // stored once, not for every window
                     Types::Floats,
                     {{{3, 8}}},
                     [](Graph&, In x) {
                       return window_min(tanh(x[0]), {.dims = {1, 3}}) +
                              window_sum(tanh(x[0]), {.dims = {1, 3}});
                     }});
const AddCase arg_1({Opcode::ArgWindow, "arg_window", all, {{{3, 4, 5}}}, [](Graph&, In x) {
                       const Window w{.dims = {1, 2, 2}, .strides = {1, 2, 1}};
                       return window_argmax(x[0], w) * 100 + window_argmin(x[0], w);
                     }});
const AddCase arg_2({Opcode::ArgWindow, "arg_window_padded", all, {{{3, 5}}}, [](Graph&, In x) {
                       return window_argmin(x[0], {.dims = {2, 2},
                                                   .strides = {2, 3},
                                                   .lo = {2, 1},
                                                   .hi = {1, 2},
                                                   .base_dilation = {1, 2}});
                     }});
const AddCase arg_4({Opcode::ArgWindow, "arg_window_border", all, {{{3, 5}}}, [](Graph&, In x) {
                       return window_argmax(
                           x[0], {.dims = {2, 3}, .strides = {2, 2}, .lo = {1, 2}, .hi = {0, 1}});
                     }});
const AddCase arg_3({Opcode::ArgWindow, "arg_window_symbolic", all, {{{n, 5}}}, [](Graph&, In x) {
                       return window_argmax(x[0], {.dims = {2, 3}, .lo = {1, 1}, .hi = {1, 1}});
                     }});
const AddCase windows_1({Opcode::Windows, "windows", all, {{{5, 7}}}, [](Graph&, In x) {
                           return windows(x[0], {2, 3}, {2, 1}, {1, 2});
                         }});
const AddCase windows_2({Opcode::Windows, "windows_symbolic", all, {{{n, 6}}}, [](Graph&, In x) {
                           return windows(x[0], {1, 2}, {1, 3}, {1, 2});
                         }});

} // namespace
