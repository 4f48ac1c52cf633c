// Cases of windows at computed places, of scatters, and of rows with batch axes.
#include <array>

#include "test/conformance/cases.h"

namespace nngc::test {

namespace {

using In = std::span<const Value>;
const Types all = Types::Numbers;

InputSpec indices(Shape shape, double low, double high) {
  return {std::move(shape), low, high, Kind::Index};
}
Dim n() { return Dim::symbol("n"); }

using Scatter = Value (*)(Value, Value, Value, int, IndexMode, int, Where);

/// One after another for an op.
struct AddScatterCases {
  AddScatterCases(Opcode op, const std::string& name, Scatter scatter) {
    const auto add = [&](const char* what, std::vector<InputSpec> inputs,
                         std::function<Value(In)> build) {
      AddCase({op, name + what, all, std::move(inputs), [=](Graph&, In x) { return build(x); }});
    };
    const auto of = [=](In x, int axis = 0, IndexMode mode = IndexMode::Fill, int batch = 0) {
      return scatter(x[0], x[1], x[2], axis, mode, batch, Where::current());
    };
    add("_duplicates", {{{3, 2}}, indices({5}, 0, 3), {{5, 2}}}, [=](In x) { return of(x); });
    add("_fill", {{{2, 3}}, indices({4}, -2, 6), {{2, 4}}}, [=](In x) { return of(x, 1); });
    add("_clip", {{{3, 2}}, indices({4}, -2, 6), {{4, 2}}},
        [=](In x) { return of(x, 0, IndexMode::Clip); });
    add("_promise_unsigned", {{{3, 2}}, indices({4}, -2, 6), {{4, 2}}}, [=](In x) {
      return scatter(x[0], convert(x[1], DType::U64), x[2], 0, IndexMode::Promise, 0,
                     Where::current());
    });
    add("_clip_to_symbolic", {{{n(), 2}}, indices({4}, -2, 6), {{4, 2}}},
        [=](In x) { return of(x, 0, IndexMode::Clip); });
    add("_symbolic_updates", {{{3, 2}}, indices({2, n()}, 0, 3), {{2, n(), 2}}},
        [=](In x) { return of(x); });
    add("_one", {{{5}}, indices({}, 0, 5), {{}}}, [=](In x) { return of(x); });
    add("_batch", {{{2, 3, 2}}, indices({2, 4}, -1, 4), {{2, 4, 2}}},
        [=](In x) { return of(x, 1, IndexMode::Fill, 1); });
    add("_batch_inside", {{{2, n(), 4}}, indices({2, n(), 2, 3}, 0, 4), {{2, n(), 2, 3}}},
        [=](In x) { return of(x, 2, IndexMode::Clip, 2); });
    add("_wide", {{{7, 37}}, indices({11}, 0, 7), {{11, 37}}}, [=](In x) { return of(x); });
    add("_to_computed", {{{3, 2}}, indices({4}, 0, 3), {{4, 2}}}, [=](In x) {
      return scatter(x[0] + x[0], x[1], x[2] * x[2], 0, IndexMode::Fill, 0, Where::current()) +
             x[0];
    });
  }
};

const AddScatterCases set(Opcode::ScatterSet, "scatter_set", scatter_set),
    greatest(Opcode::ScatterMax, "scatter_max", scatter_max),
    least(Opcode::ScatterMin, "scatter_min", scatter_min);

const AddCase scatter_add_batch({Opcode::ScatterAdd,
                                 "scatter_add_batch",
                                 all,
                                 {{{2, 3, 2}}, indices({2, 4}, -1, 4), {{2, 4, 2}}},
                                 [](Graph&, In x) {
                                   return scatter_add(x[0], x[1], x[2], 1, IndexMode::Fill, 1);
                                 }});
const AddCase gather_batch(
    {Opcode::Gather, "gather_batch", all, {{{2, 4, 3}}, indices({2, 3}, -1, 5)}, [](Graph&, In x) {
       return gather(x[0], x[1], 1, IndexMode::Fill, 1);
     }});
const AddCase
    gather_batch_symbolic({Opcode::Gather,
                           "gather_batch_symbolic",
                           all,
                           {{{n(), 2, 5}}, indices({n(), 2}, -1, 7)},
                           [](Graph&, In x) { return gather(x[0], x[1], 2, IndexMode::Clip, 2); }});
const AddCase take_along_first(
    {Opcode::Gather, "take_along", all, {{{4, 3}}, indices({2, 3}, -1, 5)}, [](Graph&, In x) {
       return take_along(x[0], x[1], 0);
     }});

/// Starts beyond either end, as several dtypes.
std::vector<Value> starts(In x, std::size_t first) {
  std::vector<Value> list(x.begin() + static_cast<std::ptrdiff_t>(first), x.end());
  list[0] = convert(list[0], DType::U64);
  return list;
}

const InputSpec start = indices({}, -2, 6);

const AddCase slice_case(
    {Opcode::DynamicSlice, "dynamic_slice", all, {{{4, 5}}, start, start}, [](Graph&, In x) {
       return dynamic_slice(x[0], starts(x, 1), {2, 3});
     }});
const AddCase
    slice_symbolic({Opcode::DynamicSlice,
                    "dynamic_slice_symbolic",
                    all,
                    {{{n(), 5}}, start, start},
                    [](Graph&, In x) { return dynamic_slice(x[0], x.subspan(1), {n(), 2}); }});
const AddCase slice_of_views({Opcode::DynamicSlice,
                              "dynamic_slice_of_views",
                              all,
                              {{{4, 6}}, start, start, {{}}},
                              [](Graph&, In x) {
                                const Value turned =
                                    slice(reverse(transpose(x[0]), {0}), {0, 0}, {6, 4}, {2, 1});
                                const Value copies = broadcast_to(x[3], {5, 4});
                                return dynamic_slice(turned, starts(x.subspan(1, 2), 0), {2, 2}) +
                                       dynamic_slice(copies, x.subspan(1, 2), {2, 2});
                              }});
const AddCase slice_computed({Opcode::DynamicSlice,
                              "dynamic_slice_computed",
                              all,
                              {{{3, 70}}, start, indices({}, 0, 40)},
                              [](Graph&, In x) {
                                const std::array at{x[1] - Operand(1), x[2]};
                                return dynamic_slice(x[0] * x[0], at, {2, 33}) * 2;
                              }});
const AddCase
    update_case({Opcode::DynamicUpdateSlice,
                 "dynamic_update_slice",
                 all,
                 {{{4, 5}}, {{2, 3}}, start, start},
                 [](Graph&, In x) { return dynamic_update_slice(x[0], x[1], starts(x, 2)); }});
const AddCase
    update_symbolic({Opcode::DynamicUpdateSlice,
                     "dynamic_update_slice_symbolic",
                     all,
                     {{{n(), 5}}, {{n(), 2}}, start, start},
                     [](Graph&, In x) { return dynamic_update_slice(x[0], x[1], x.subspan(2)); }});
const AddCase update_of_views({Opcode::DynamicUpdateSlice,
                               "dynamic_update_slice_of_views",
                               all,
                               {{{5, 4}}, {{3, 2}}, start, start, {{}}},
                               [](Graph&, In x) {
                                 const In at = x.subspan(2, 2);
                                 const Value once = dynamic_update_slice(
                                     x[0] + x[0], reverse(transpose(x[1]), {1}), at);
                                 return dynamic_update_slice(transpose(once),
                                                             broadcast_to(x[4], {1, 2}), at);
                               }});
const AddCase update_wide({Opcode::DynamicUpdateSlice,
                           "dynamic_update_slice_wide",
                           all,
                           {{{3, 70}}, {{2, 33}}, start, indices({}, 0, 40)},
                           [](Graph&, In x) {
                             return dynamic_update_slice(x[0], x[1] * x[1], x.subspan(2)) * x[0];
                           }});

} // namespace

} // namespace nngc::test
