// The points of the grid. What an op refuses is left out; grid_test.cpp holds what is left against
// the table of ops.
#include "test/conformance/grid.h"
#include "nngc/control.h"

#include <algorithm>
#include <array>

#include "nngc/error.h"
#include "nngc/ops.h"
#include "test/conformance/cases.h"
#include "test/conformance/grid_maker.h"

namespace nngc::test {

namespace {

using O = Opcode;

Values swapped(const Values& v) { return {v[1], v[0]}; }

const std::array<std::vector<Shape>, 5> shapes = {{
    {{}},
    {{5}, {0}, {1}},
    {{3, 4}, {0, 4}, {3, 1}},
    {{2, 3, 2}, {2, 0, 3}, {1, 3, 1}},
    {{2, 1, 3, 2}, {2, 2, 0, 3}, {1, 1, 1, 1}},
}};

Ints axes_of(int rank) {
  Ints axes;
  for (int i = 0; i < rank; ++i) axes.push_back(i);
  return axes;
}

bool takes_accumulator(const OpDef& def) {
  return std::any_of(def.attrs.begin(), def.attrs.end(),
                     [](const AttrSpec& a) { return a.key == "acc"; });
}

/// The ways to make the op over operands of that rank.
std::vector<Make> ways(O op, int rank) {
  std::vector<Make> list;
  const OpDef& def = op_def(op);
  const auto each = [&](const std::vector<std::string>& words, const char* key) {
    for (const std::string& w : words)
      list.push_back([=](Maker& m, const Shape& s) {
        std::vector<Value> operands = {m.x(s)};
        if (op_def(op).min_operands == 2) operands.push_back(m.x(s));
        return m.node(operands, {{key, w}});
      });
  };
  switch (op) {
  case O::Input: list.push_back([](Maker& m, const Shape& s) { return m.x(s); }); break;
  case O::Constant:
    list.push_back([](Maker& m, const Shape& s) { return full(m.graph(), {m.dtype(), s}, 1); });
    list.push_back([](Maker& m, const Shape& s) {
      std::vector<std::int64_t> extents;
      for (const Dim& d : s) extents.push_back(d.value());
      return constant(m.graph(), Tensor(m.dtype(), extents));
    });
    break;
  case O::Iota:
    for (int axis = 0; axis < rank; ++axis)
      list.push_back(
          [=](Maker& m, const Shape& s) { return iota(m.graph(), {m.dtype(), s}, axis); });
    break;
  case O::RngBits:
    list.push_back([](Maker& m, const Shape& s) {
      if (m.dtype() != DType::U32) throw Error(Error::Kind::Type, "bits are u32");
      return rng_bits(m.input(DType::U32, {2}), m.input(DType::U64, {}), s, 3);
    });
    break;
  case O::Round: each({"floor", "ceil", "trunc", "nearest_even"}, "mode"); break;
  case O::Compare: each({"eq", "ne", "lt", "le", "gt", "ge"}, "dir"); break;
  case O::Max:
  case O::Min: each({"half", "first", "second"}, "tie"); break;
  case O::Ipow:
    for (const std::int64_t n : {-3, -1, 0, 1, 2, 3, 5})
      list.push_back([=](Maker& m, const Shape& s) { return m.node({m.x(s)}, {{"n", n}}); });
    break;
  case O::Convert:
    for (int d = 0; d < dtype_count; ++d)
      list.push_back([=](Maker& m, const Shape& s) {
        return m.node({m.x(s)}, {{"dtype", static_cast<DType>(d)}});
      });
    break;
  case O::Select:
    list.push_back(
        [](Maker& m, const Shape& s) { return m.node({m.input(DType::Bool, s), m.x(s), m.x(s)}); });
    break;
  case O::BroadcastInDim:
    for (const int where : {0, 1, 2}) // a new axis before, one behind, none
      list.push_back([=](Maker& m, const Shape& s) {
        std::vector<Dim> to = s.dims();
        for (Dim& d : to)
          if (d == Dim(1)) d = 2;
        Ints dims = axes_of(rank);
        if (where == 0) to.insert(to.begin(), 2);
        if (where == 0)
          for (std::int64_t& d : dims) ++d;
        if (where == 1) to.emplace_back(3);
        return m.node({m.x(s)}, {{"dims", dims}, {"shape", to}});
      });
    break;
  case O::Reshape:
    list.push_back([](Maker& m, const Shape& s) {
      return m.node({m.x(s)}, {{"shape", std::vector<Dim>{s.size()}}});
    });
    list.push_back([](Maker& m, const Shape& s) {
      std::vector<Dim> to = s.dims();
      to.insert(to.begin(), 1);
      return m.node({m.x(s)}, {{"shape", to}});
    });
    list.push_back([](Maker& m, const Shape& s) {
      std::vector<Dim> to(s.dims().rbegin(), s.dims().rend());
      return m.node({m.x(s)}, {{"shape", to}});
    });
    break;
  case O::Transpose:
    for (int turn = 0; turn < std::max(rank, 1); ++turn)
      list.push_back([=](Maker& m, const Shape& s) {
        Ints perm = axes_of(rank);
        std::rotate(perm.begin(), perm.begin() + turn, perm.end());
        if (turn == 0) std::reverse(perm.begin(), perm.end());
        return m.node({m.x(s)}, {{"perm", perm}});
      });
    break;
  case O::Reverse:
    for (int axis = -1; axis < rank; ++axis)
      list.push_back([=](Maker& m, const Shape& s) {
        return m.node({m.x(s)}, {{"axes", axis < 0 ? axes_of(rank) : Ints{axis}}});
      });
    break;
  case O::Slice:
    for (const int kind : {0, 1, 2}) // front, back, every other
      list.push_back([=](Maker& m, const Shape& s) {
        std::vector<Dim> start, limit;
        for (const Dim& d : s) {
          start.emplace_back(kind == 1 ? d.value() / 2 : 0);
          limit.emplace_back(kind == 0 ? (d.value() + 1) / 2 : d.value());
        }
        return m.node({m.x(s)},
                      {{"limit", limit},
                       {"start", start},
                       {"stride", Ints(static_cast<std::size_t>(rank), kind == 2 ? 2 : 1)}});
      });
    break;
  case O::Pad:
    for (const int kind : {0, 1, 2}) // border, cut, gaps
      list.push_back([=](Maker& m, const Shape& s) {
        const auto n = static_cast<std::size_t>(rank);
        return m.node({m.x(s), m.x({})}, {{"hi", Ints(n, kind == 1 ? 0 : 1)},
                                          {"interior", Ints(n, kind == 2 ? 2 : 0)},
                                          {"lo", Ints(n, kind == 1   ? 2
                                                         : kind == 2 ? -1
                                                                     : 2)}});
      });
    break;
  case O::Concat:
    for (std::int64_t axis = 0; axis < rank; ++axis)
      list.push_back([=](Maker& m, const Shape& s) {
        Shape other = s;
        other[static_cast<int>(axis)] = other[static_cast<int>(axis)] + Dim(2);
        return m.node({m.x(s), m.x(other), m.x(s)}, {{"axis", axis}});
      });
    break;
  case O::Reduce: {
    std::size_t turn = 0;
    for (const char* kind : {"add", "mul", "max", "min", "and", "or"})
      for (std::int64_t axis = 0; axis <= rank; ++axis) { // the last: all of them
        const bool keep = turn++ % 2 == 1;
        list.push_back([=](Maker& m, const Shape& s) {
          Attrs attrs{{"axes", axis == rank ? axes_of(rank) : Ints{axis}},
                      {"keepdims", keep},
                      {"kind", std::string(kind)}};
          if (std::string_view(kind).starts_with("m") && kind[1] != 'u' && axis != rank)
            attrs.set("tie", std::string(axis % 2 == 0 ? "first" : "split"));
          return m.node({m.x(s)}, attrs);
        });
      }
    for (const char* tie : {"first", "split"})
      list.push_back([=](Maker& m, const Shape& s) {
        return m.node({m.x(s)}, {{"axes", axes_of(rank)},
                                 {"keepdims", true},
                                 {"kind", std::string("max")},
                                 {"tie", std::string(tie)}});
      });
    break;
  }
  case O::ArgReduce:
    for (std::int64_t axis = 0; axis < rank; ++axis)
      for (const char* kind : {"max", "min"})
        list.push_back([=](Maker& m, const Shape& s) {
          return m.node({m.x(s)}, {{"axis", axis}, {"kind", std::string(kind)}});
        });
    break;
  case O::DotGeneral:
    for (const int kind : {0, 1, 2, 3}) // all pairs, sums of the last, a batch, f32 sums kept
      list.push_back([=](Maker& m, const Shape& s) {
        const Ints last = rank > 0 ? Ints{rank - 1} : Ints{};
        const bool batch = kind == 2 && rank > 0, sums = kind != 0 && !(batch && rank == 1);
        Attrs attrs{{"batch_a", batch ? Ints{0} : Ints{}},
                    {"batch_b", batch ? Ints{0} : Ints{}},
                    {"contract_a", sums ? last : Ints{}},
                    {"contract_b", sums ? last : Ints{}}};
        if (kind == 3)
          attrs.set("out",
                    byte_size(m.dtype()) == 2 && is_float(m.dtype()) ? DType::F32 : m.dtype());
        return m.node({m.x(s), m.x(s)}, attrs);
      });
    break;
  case O::Call:
    for (const bool remat : {false, true})
      list.push_back([remat](Maker& m, const Shape& s) {
        return call_values({m.x(s), m.x(s)}, swapped, remat)[0];
      });
    break;
  case O::Cond:
  case O::Result:
    list.push_back([op](Maker& m, const Shape& s) {
      const Value p = m.input(DType::Bool, {}, 0, 1), a = m.x(s), b = m.x(s);
      return cond_values(
          p, [&] { return Values{a, b}; }, [&] { return Values{b, a}; })[op == O::Result ? 1 : 0];
    });
    break;
  case O::Scan:
    for (const bool reverse : {false, true})
      for (const bool counted : {false, true})
        list.push_back([=](Maker& m, const Shape& s) {
          if (s.rank() == 0) throw Error(Error::Kind::Shape, "no rows");
          ScanOptions options;
          options.reverse = reverse;
          if (counted) options.count = m.input(DType::I32, {}, 0, 3);
          const Value init = m.x(Shape(std::vector<Dim>(s.begin() + 1, s.end())));
          return scan_values(
                     {init}, {m.x(s)},
                     [](const Values& carry, const Values& row) { return std::pair{row, carry}; },
                     options)
              .first[0];
        });
    break;
  case O::While:
    list.push_back([](Maker& m, const Shape& s) {
      const Value go = m.input(DType::Bool, {}, 0, 1), no = m.graph().scalar(DType::Bool, 0);
      return while_values(
          {m.x(s), m.x(s), go}, [](const Values& c) { return c[2]; },
          [&](const Values& c) { return Values{c[1], c[0], no}; })[0];
    });
    break;
  case O::ArgWindow:
  case O::ConvGeneral:
  case O::ReduceWindow:
  case O::Windows: return window_ways(op, rank);
  default:
    if (list = indexing_ways(op, rank); !list.empty() || least_rank(op) > rank) break;
    list.push_back([&def](Maker& m, const Shape& s) {
      std::vector<Value> operands;
      for (int i = 0; i < def.min_operands; ++i) operands.push_back(m.x(s));
      return m.node(operands);
    });
  }
  return list;
}

} // namespace

int least_rank(Opcode op) {
  switch (op) {
  case O::Iota: // something to count along, to join along, to pick rows from, to search
  case O::Concat:
  case O::Gather: // or to walk along
  case O::DynamicSlice:
  case O::DynamicUpdateSlice:
  case O::ScatterAdd:
  case O::Scan:
  case O::ScatterMax:
  case O::ScatterMin:
  case O::ScatterSet:
  case O::CumArg:
  case O::CumReduce:
  case O::Linrec:
  case O::Sort:
  case O::TopK:
  case O::ArgReduce: return 1;
  case O::ConvGeneral: return 3; // batch, a spatial axis, channels
  default: return 0;
  }
}

const std::vector<Grid>& all_grids() {
  static const std::vector<Grid> grids = [] {
    std::vector<Grid> list;
    for (int op = 0; op < op_count; ++op)
      for (int d = 0; d < dtype_count; ++d) {
        Maker maker(static_cast<O>(op), static_cast<DType>(d));
        for (int rank = 0; rank < 5; ++rank) {
          const auto& of_rank = shapes[static_cast<std::size_t>(rank)];
          const auto list_of_ways = ways(static_cast<O>(op), rank);
          for (const Make& way : list_of_ways)
            for (const Shape& shape : of_rank) maker.point(way, shape);
          // What adds up does so in f64, too, where it takes floats.
          if (!list_of_ways.empty() && takes_accumulator(op_def(static_cast<O>(op))))
            for (const Shape& shape : of_rank)
              maker.point([first = list_of_ways[0]](
                              Maker& m, const Shape& s) { return m.accumulated(first(m, s)); },
                          shape);
        }
        Grid grid = std::move(maker).finish();
        if (!grid.graph.outputs().empty()) list.push_back(std::move(grid));
      }
    return list;
  }();
  return grids;
}

} // namespace nngc::test
