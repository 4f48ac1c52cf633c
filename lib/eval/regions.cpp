// Control flow in the interpreter: one run of a body per step, by an interpreter of its own.
#include <algorithm>

#include "eval/interpreter.h"
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

} // namespace

std::vector<EvalArray> Interpreter::run_body(const Graph& body,
                                             std::vector<EvalArray> inputs) const {
  Interpreter inner(body, domain_, where_);
  inner.dims_ = dims_; // a body may use symbols that none of its inputs shows
  for (std::size_t i = 0; i < inputs.size(); ++i) inner.set_input(i, std::move(inputs[i]));
  return inner.run();
}

std::vector<EvalArray> Interpreter::run_region(NodeId id) const {
  const Attrs& attrs = graph_.attrs(id);
  const auto operands = graph_.operands(id);
  switch (graph_.node(id).op) {
  case Opcode::Scan: return run_scan(id);
  case Opcode::While: return run_while(id);
  case Opcode::Cond: {
    std::vector<EvalArray> inputs;
    for (NodeId o : operands.subspan(1)) inputs.push_back(*arrays_[o]);
    const bool p = integer(*arrays_[operands[0]]) != 0;
    return run_body(region(attrs, p ? "on_true" : "on_false"), std::move(inputs));
  }
  default: {
    std::vector<EvalArray> inputs;
    for (NodeId o : operands) inputs.push_back(*arrays_[o]);
    return run_body(region(attrs, "body"), std::move(inputs));
  }
  }
}

std::vector<EvalArray> Interpreter::run_scan(NodeId id) const {
  const Attrs& attrs = graph_.attrs(id);
  const auto operands = graph_.operands(id);
  const LoopOperands parts = loop_operands(attrs, operands.size());
  const Graph& body = region(attrs, "body");
  const std::vector<TensorType> types = result_types(graph_.node(id).op, attrs);
  std::int64_t rows = dims_.value(one_dim(attrs, "length"));
  if (parts.counted) rows = std::clamp<std::int64_t>(integer(*arrays_[operands.back()]), 0, rows);
  std::vector<EvalArray> carries, results;
  for (std::size_t i = 0; i < parts.carries; ++i)
    carries.push_back(*arrays_[operands[parts.consts + i]]);
  for (std::size_t i = parts.carries; i < types.size(); ++i)
    results.push_back(*make_array(types[i]));
  for (std::int64_t step = 0; step < rows; ++step) {
    const std::int64_t row = attrs.get<bool>("reverse") ? rows - 1 - step : step;
    std::vector<EvalArray> inputs;
    for (std::size_t i = 0; i < parts.consts; ++i) inputs.push_back(*arrays_[operands[i]]);
    for (EvalArray& c : carries) inputs.push_back(std::move(c));
    for (std::size_t i = 0; i < parts.xs; ++i)
      inputs.push_back(row_of(*arrays_[operands[parts.consts + parts.carries + i]], row));
    std::vector<EvalArray> out = run_body(body, std::move(inputs));
    for (std::size_t i = parts.carries; i < out.size(); ++i)
      set_row(results[i - parts.carries], row, out[i]);
    out.resize(parts.carries);
    carries = std::move(out);
  }
  results.insert(results.begin(), std::make_move_iterator(carries.begin()),
                 std::make_move_iterator(carries.end()));
  return results;
}

std::vector<EvalArray> Interpreter::run_while(NodeId id) const {
  const Attrs& attrs = graph_.attrs(id);
  const auto operands = graph_.operands(id);
  const LoopOperands parts = loop_operands(attrs, operands.size());
  const std::vector<TensorType> types = result_types(graph_.node(id).op, attrs);
  const std::int64_t most = attrs.has("max_steps") ? dims_.value(one_dim(attrs, "max_steps")) : -1;
  std::vector<EvalArray> consts, carries, ys;
  for (std::size_t i = 0; i < parts.consts; ++i) consts.push_back(*arrays_[operands[i]]);
  for (std::size_t i = 0; i < parts.carries; ++i)
    carries.push_back(*arrays_[operands[parts.consts + i]]);
  for (std::size_t i = parts.carries; i + 1 < types.size(); ++i)
    ys.push_back(*make_array(types[i]));
  std::int64_t step = 0;
  for (; step != most; ++step) {
    std::vector<EvalArray> inputs = consts;
    inputs.insert(inputs.end(), carries.begin(), carries.end());
    if (integer(run_body(region(attrs, "cond"), inputs).front()) == 0) break;
    std::vector<EvalArray> out = run_body(region(attrs, "body"), std::move(inputs));
    for (std::size_t i = 0; i < ys.size(); ++i) set_row(ys[i], step, out[parts.carries + i]);
    out.resize(parts.carries);
    carries = std::move(out);
  }
  std::vector<EvalArray> results = std::move(carries);
  for (EvalArray& y : ys) results.push_back(std::move(y));
  results.push_back(*make_array(i32({})));
  std::get<std::vector<std::int64_t>>(results.back().data).front() = step;
  return results;
}

} // namespace nngc
