// Ways to read and write by number, to run along an axis, and to put it in order.
#include <algorithm>

#include "nngc/error.h"
#include "test/conformance/cases.h"
#include "test/conformance/grid_maker.h"

namespace nngc::test {

namespace {

using O = Opcode;

bool is_scatter(O op) {
  return op == O::ScatterAdd || op == O::ScatterMax || op == O::ScatterMin || op == O::ScatterSet;
}

constexpr int turns = 9; // all modes with all forms of index

/// Turn `i`: the axes, forms of index and modes, and in the last one a batch where there is room.
Make by_number(O op, int rank, int i) {
  return [=](Maker& m, const Shape& s) {
    static const char* const modes[] = {"fill", "clip", "promise"};
    const bool shared = i == turns;
    const int form = i / 3 % 3;
    const int axis = shared ? rank - 1 : (i + form) % rank, batch = shared ? (rank + 1) / 2 - 1 : 0;
    std::vector<Dim> index(s.begin(), s.begin() + batch);
    if (form != 1) index.emplace_back(form == 0 ? 4 : 2);
    if (form == 2) index.emplace_back(1);
    const std::string mode = modes[i % 3];
    Attrs attrs{{"axis", std::int64_t{axis}}, {"mode", mode}};
    if (batch > 0) attrs.set("batch", std::int64_t{batch});
    // A promise is kept: rows that are there.
    const bool promise = mode == "promise";
    if (promise && s[axis] == Dim(0)) throw Error(Error::Kind::Shape, "there is no row");
    const Value rows = promise ? m.input(DType::I32, Shape(index), 0, 1)
                               : m.input(DType::I32, Shape(index), -2, 7);
    if (op == O::Gather) return m.node({m.x(s), rows}, attrs);
    std::vector<Dim> updates(s.begin(), s.begin() + axis);
    updates.insert(updates.end(), index.begin() + batch, index.end());
    updates.insert(updates.end(), s.begin() + axis + 1, s.end());
    return m.node({m.x(s), rows, m.x(Shape(updates))}, attrs);
  };
}

/// A window of all of x, of half of it, of nothing.
Make window(O op, int kind) {
  return [=](Maker& m, const Shape& s) {
    Shape sizes;
    for (const Dim& d : s)
      sizes.push_back(kind == 0 ? d.value() : kind == 1 ? (d.value() + 1) / 2 : 0);
    std::vector<Value> operands = {m.x(s)};
    if (op == O::DynamicUpdateSlice) operands.push_back(m.x(sizes));
    for (int i = 0; i < s.rank(); ++i) operands.push_back(m.input(DType::I32, {}, -3, 4));
    return op == O::DynamicSlice ? m.node(operands, {{"sizes", sizes.dims()}}) : m.node(operands);
  };
}

} // namespace

std::vector<Make> indexing_ways(Opcode op, int rank) {
  std::vector<Make> list;
  if (rank == 0) return list;
  if (op == O::Gather || is_scatter(op))
    for (int i = 0; i <= turns; ++i) list.push_back(by_number(op, rank, i));
  if (op == O::DynamicSlice || op == O::DynamicUpdateSlice)
    for (const int kind : {0, 1, 2}) list.push_back(window(op, kind));
  for (std::int64_t axis = 0; axis < rank; ++axis)
    for (const bool reverse : {false, true}) {
      if (op == O::CumReduce)
        for (const char* kind : {"add", "mul", "max", "min"})
          list.push_back([=](Maker& m, const Shape& s) {
            const bool exclusive =
                (kind[1] == 'a' || kind[1] == 'd') != (reverse == (axis % 2 == 0));
            return m.node({m.x(s)}, {{"axis", axis},
                                     {"exclusive", exclusive},
                                     {"kind", std::string(kind)},
                                     {"reverse", reverse}});
          });
      if (op == O::CumArg)
        for (const char* kind : {"max", "min"})
          list.push_back([=](Maker& m, const Shape& s) {
            return m.node({m.x(s)},
                          {{"axis", axis}, {"kind", std::string(kind)}, {"reverse", reverse}});
          });
      if (op == O::Linrec)
        list.push_back([=](Maker& m, const Shape& s) {
          return m.node({m.x(s), m.x(s)}, {{"axis", axis}, {"reverse", reverse}});
        });
      if (op == O::Sort)
        list.push_back([=](Maker& m, const Shape& s) {
          return m.node({m.x(s)}, {{"axis", axis}, {"descending", reverse}});
        });
      if (op == O::TopK)
        list.push_back([=](Maker& m, const Shape& s) {
          const std::int64_t n = s[static_cast<int>(axis)].value();
          return m.node({m.x(s)}, {{"axis", axis}, {"k", reverse ? n : (n + 1) / 2}});
        });
    }
  return list;
}

} // namespace nngc::test
