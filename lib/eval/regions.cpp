// Control flow, step by step.
#include <algorithm>

#include "eval/regions.h"
#include "ops/regions.h"

namespace nngc {

namespace {

/// Elements [row * size, (row + 1) * size) of axis 0.
EvalArray row_of(const EvalArray& stack, std::int64_t row) {
  EvalArray result;
  result.dtype = stack.dtype;
  result.shape.assign(stack.shape.begin() + 1, stack.shape.end());
  const std::int64_t size = result.size();
  std::visit(
      [&](const auto& in) {
        const auto from = in.begin() + row * size;
        result.data = std::decay_t<decltype(in)>(from, from + size);
      },
      stack.data);
  return result;
}

void set_row(EvalArray& stack, std::int64_t row, const EvalArray& value) {
  std::visit(
      [&](auto& out) {
        const auto& in = std::get<std::decay_t<decltype(out)>>(value.data);
        std::copy(in.begin(), in.end(), out.begin() + row * value.size());
      },
      stack.data);
}

std::int64_t integer(const EvalArray& scalar) {
  return std::get<std::vector<std::int64_t>>(scalar.data).front();
}

using Arrays = std::vector<EvalArray>;

struct RegionNode {
  const Attrs& attrs;
  const std::vector<const EvalArray*>& operands;
  const RegionRunner& run;
  std::vector<TensorType> types;

  [[nodiscard]] Arrays copies(std::size_t first, std::size_t count) const {
    Arrays result;
    for (std::size_t i = first; i < first + count; ++i) result.push_back(*operands[i]);
    return result;
  }
  [[nodiscard]] Arrays zeros(std::size_t first, std::size_t last) const {
    Arrays result;
    for (std::size_t i = first; i < last; ++i) result.push_back(run.zeros(types[i]));
    return result;
  }
};

void append(Arrays& to, Arrays from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

Arrays run_scan(const RegionNode& r) {
  const LoopOperands parts = loop_operands(r.attrs, r.operands.size());
  std::int64_t rows = r.run.extent(one_dim(r.attrs, "length"));
  if (parts.counted) rows = std::clamp<std::int64_t>(integer(*r.operands.back()), 0, rows);
  Arrays carries = r.copies(parts.consts, parts.carries),
         ys = r.zeros(parts.carries, r.types.size());
  for (std::int64_t step = 0; step < rows; ++step) {
    const std::int64_t row = r.attrs.get<bool>("reverse") ? rows - 1 - step : step;
    Arrays inputs = r.copies(0, parts.consts);
    append(inputs, std::move(carries));
    for (std::size_t i = 0; i < parts.xs; ++i)
      inputs.push_back(row_of(*r.operands[parts.consts + parts.carries + i], row));
    Arrays out = r.run.body(region(r.attrs, "body"), std::move(inputs));
    for (std::size_t i = 0; i < ys.size(); ++i) set_row(ys[i], row, out[parts.carries + i]);
    out.resize(parts.carries);
    carries = std::move(out);
  }
  append(carries, std::move(ys));
  return carries;
}

/// How many steps there may be: as many as it takes where that is a symbol without a value.
std::int64_t most_steps(const RegionNode& r) {
  if (!r.attrs.has("max_steps")) return -1;
  const Dim most = one_dim(r.attrs, "max_steps");
  return r.run.known(most) ? r.run.extent(most) : -1;
}

Arrays run_while(const RegionNode& r) {
  const LoopOperands parts = loop_operands(r.attrs, r.operands.size());
  const std::int64_t most = most_steps(r);
  Arrays carries = r.copies(parts.consts, parts.carries);
  std::vector<Arrays> rows;
  for (;;) {
    const auto steps = static_cast<std::int64_t>(rows.size());
    const bool is_limit = most >= 0 && !one_dim(r.attrs, "max_steps").is_static();
    if (steps == most && !is_limit) break;
    Arrays inputs = r.copies(0, parts.consts);
    append(inputs, carries);
    if (integer(r.run.body(region(r.attrs, "cond"), inputs).front()) == 0) break;
    if (steps == most)
      throw Error(Error::Kind::Shape,
                  "eval: a while takes more than " + std::to_string(most) + " steps, its max_steps",
                  r.run.where);
    Arrays out = r.run.body(region(r.attrs, "body"), std::move(inputs));
    const auto middle = out.begin() + static_cast<std::ptrdiff_t>(parts.carries);
    rows.emplace_back(std::make_move_iterator(middle), std::make_move_iterator(out.end()));
    out.resize(parts.carries);
    carries = std::move(out);
  }
  const auto steps = static_cast<std::int64_t>(rows.size());
  if (r.attrs.has("max_steps") && most < 0) r.run.bind(one_dim(r.attrs, "max_steps"), steps);
  Arrays ys = r.zeros(parts.carries, r.types.size() - 1);
  for (std::size_t t = 0; t < rows.size(); ++t)
    for (std::size_t i = 0; i < ys.size(); ++i)
      set_row(ys[i], static_cast<std::int64_t>(t), rows[t][i]);
  append(carries, std::move(ys));
  carries.push_back(r.run.zeros(i32({})));
  std::get<std::vector<std::int64_t>>(carries.back().data).front() = steps;
  return carries;
}

} // namespace

std::vector<EvalArray> run_region(const GraphData& graph, NodeId id,
                                  const std::vector<const EvalArray*>& operands,
                                  const RegionRunner& run) {
  const Opcode op = graph.node(id).op;
  const RegionNode r{graph.attrs(id), operands, run, result_types(op, graph.attrs(id))};
  switch (op) {
  case Opcode::Scan: return run_scan(r);
  case Opcode::While: return run_while(r);
  case Opcode::Cond:
    return run.body(region(r.attrs, integer(*operands[0]) != 0 ? "on_true" : "on_false"),
                    r.copies(1, operands.size() - 1));
  default: return run.body(region(r.attrs, "body"), r.copies(0, operands.size()));
  }
}

} // namespace nngc
