// The grid's windows and convolutions.
#include <algorithm>
#include <array>

#include "nngc/error.h"
#include "test/conformance/grid_maker.h"

namespace nngc::test {

std::vector<Make> window_ways(Opcode op, int rank) {
  std::vector<Make> list;
  switch (op) {
  case Opcode::ReduceWindow:
  case Opcode::ArgWindow:
    for (const char* kind : {"add", "max", "min"})
      for (const int way : {0, 1, 2, 3}) // pairs, strides and padding, dilations, cuts
        list.push_back([=](Maker& m, const Shape& s) {
          const auto n = static_cast<std::size_t>(rank);
          const auto per_axis = [&](std::array<std::int64_t, 4> value) {
            return Ints(n, value[static_cast<std::size_t>(way)]);
          };
          return m.node({m.x(s)}, {{"base_dilation", per_axis({1, 1, 2, 2})},
                                   {"dims", per_axis({2, 3, 2, 1})},
                                   {"hi", per_axis({0, 2, 1, 1})},
                                   {"kind", std::string(kind)},
                                   {"lo", per_axis({0, 1, 2, -1})},
                                   {"strides", per_axis({1, 2, 1, 2})},
                                   {"window_dilation", per_axis({1, 1, 3, 1})}});
        });
    break;
  case Opcode::Windows:
    for (const int way : {0, 1, 2, 3})
      list.push_back([=](Maker& m, const Shape& s) {
        const auto n = static_cast<std::size_t>(rank);
        return m.node({m.x(s)}, {{"dilation", Ints(n, way == 2 ? 2 : 1)},
                                 {"dims", Ints(n, way == 3 ? 1 : 2)},
                                 {"strides", Ints(n, way == 1 ? 2 : 1)}});
      });
    break;
  case Opcode::ConvGeneral:
    for (const int way : {0, 1, 2, 3, 4}) // plain, strides, dilations, groups, batch groups
      list.push_back([=](Maker& m, const Shape& s) {
        if (rank < 3) throw Error(Error::Kind::Shape, "no spatial axis");
        const std::int64_t channels = s[rank - 1].value(), batch = s[0].value();
        const std::int64_t groups = way == 3 ? std::max<std::int64_t>(channels, 1) : 1,
                           batches = way == 4 ? std::max<std::int64_t>(batch, 1) : 1;
        Shape w(std::vector<Dim>(static_cast<std::size_t>(rank), 2));
        w[rank - 2] = channels / groups;
        w[rank - 1] = 2 * groups * batches;
        const auto n = static_cast<std::size_t>(rank - 2);
        Attrs attrs{{"batch_groups", batches},
                    {"feature_groups", groups},
                    {"hi", Ints(n, way == 0 ? 0 : 1)},
                    {"lhs_dilation", Ints(n, way == 2 ? 2 : 1)},
                    {"lo", Ints(n, way == 4 ? -1 : 1)},
                    {"rhs_dilation", Ints(n, way == 2 ? 2 : 1)},
                    {"strides", Ints(n, way == 1 ? 2 : 1)}};
        if (way == 2)
          attrs.set("out",
                    byte_size(m.dtype()) == 2 && is_float(m.dtype()) ? DType::F32 : m.dtype());
        return m.node({m.x(s), m.x(w)}, attrs);
      });
    break;
  default: break;
  }
  return list;
}

} // namespace nngc::test
