// One pass over the live nodes in id order; nothing recurses, and arrays live no longer than their
// last user.
#include "eval/interpreter.h"

#include "eval/regions.h"

#include <cassert>

namespace nngc {

void DimBinding::bind(const std::string& input, const TensorType& type, int axis,
                      std::int64_t extent) {
  const Dim dim = type.shape[axis];
  const auto fail = [&](const std::string& why) {
    throw Error(Error::Kind::Shape,
                "eval: input '" + input + "' is " + type.str() + "; axis " + std::to_string(axis) +
                    " has extent " + std::to_string(extent) + ", " + why,
                where_);
  };
  if (dim.is_static()) {
    if (dim.value() != extent) fail("not " + std::to_string(dim.value()));
    return;
  }
  const std::int64_t scaled = extent - dim.offset(), n = scaled / dim.scale();
  if (scaled % dim.scale() != 0 || n < 0)
    fail("which is not " + dim.str() + " for any " + dim.symbol_name());
  const auto [it, is_new] = bound_.emplace(dim.symbol_id(), Bound{n, input});
  if (!is_new && it->second.value != n)
    fail("so " + dim.symbol_name() + " would be " + std::to_string(n) + ", but input '" +
         it->second.input + "' makes it " + std::to_string(it->second.value));
}

void DimBinding::set(Dim d, std::int64_t value) {
  // The least number that makes the dim as large.
  const std::int64_t n = (value - d.offset() + d.scale() - 1) / d.scale();
  bound_.emplace(d.symbol_id(), Bound{n, "max_steps"});
}

std::int64_t DimBinding::value(Dim d) const {
  if (d.is_static()) return d.value();
  const auto it = bound_.find(d.symbol_id());
  if (it == bound_.end())
    throw Error(Error::Kind::Shape, "eval: no input says what '" + d.symbol_name() + "' is",
                where_);
  return d.at(it->second.value);
}

void Interpreter::set_input(std::size_t index, const Tensor& value) {
  const InputInfo& info = graph_.inputs[index];
  const TensorType& type = graph_.type(info.node);
  if (value.dtype() != type.dtype)
    throw Error(Error::Kind::Type,
                "eval: input '" + info.name + "' is " + type.str() + ", not " + value.type_str(),
                where_);
  set_input(index, to_array(value, domain_));
}

void Interpreter::set_input(std::size_t index, EvalArray value) {
  const InputInfo& info = graph_.inputs[index];
  const TensorType& type = graph_.type(info.node);
  if (static_cast<int>(value.shape.size()) != type.shape.rank())
    throw Error(Error::Kind::Shape,
                "eval: input '" + info.name + "' is " + type.str() + ", the tensor has rank " +
                    std::to_string(value.shape.size()),
                where_);
  for (int axis = 0; axis < type.shape.rank(); ++axis)
    dims_.bind(info.name, type, axis, value.shape[static_cast<std::size_t>(axis)]);
  inputs_[info.node] = std::move(value);
}

std::vector<EvalArray> Interpreter::run() {
  arrays_.resize(graph_.size());
  std::vector<NodeId> last_use(graph_.size());
  for (NodeId id = 0; id < graph_.size(); ++id)
    if (live_[id])
      for (NodeId operand : graph_.operands(id)) last_use[operand] = id;
  for (const Output& o : graph_.outputs)
    last_use[o.value.id()] = graph_.size(); // never freed below
  for (NodeId id = 0; id < graph_.size(); ++id) {
    if (!live_[id]) continue;
    arrays_[id] = run_node(id);
    for (NodeId operand : graph_.operands(id))
      if (last_use[operand] == id) arrays_[operand].reset();
  }
  std::vector<EvalArray> results;
  for (const Output& o : graph_.outputs) results.push_back(*arrays_[o.value.id()]);
  return results;
}

std::unique_ptr<EvalArray> Interpreter::run_node(NodeId id) {
  if (graph_.node(id).op == Opcode::Input) {
    const auto it = inputs_.find(id);
    assert(it != inputs_.end() && "the callers check that all inputs are there");
    return std::make_unique<EvalArray>(std::move(it->second));
  }
  if (graph_.node(id).op == Opcode::Result)
    return std::make_unique<EvalArray>(
        results_.at(graph_.operands(id)[0])
            .at(static_cast<std::size_t>(graph_.attrs(id).get<std::int64_t>("index")) - 1));
  if ((graph_.def(id).traits & trait::Region) != 0) {
    std::vector<EvalArray> all = run_bodies(id);
    auto first = std::make_unique<EvalArray>(std::move(all.front()));
    all.erase(all.begin());
    results_[id] = std::move(all);
    return first;
  }
  auto result = make_array(graph_.type(id));
  EvalContext context{
      .operands = {},
      .result = *result,
      .attrs = graph_.attrs(id),
      .dim_value = [](const void* self,
                      Dim d) { return static_cast<const DimBinding*>(self)->value(d); },
      .self = &dims_};
  for (NodeId operand : graph_.operands(id)) context.operands.push_back(arrays_[operand].get());
  graph_.def(id).eval(context);
  return result;
}

std::vector<EvalArray> Interpreter::run_bodies(NodeId id) {
  std::vector<const EvalArray*> operands;
  for (NodeId operand : graph_.operands(id)) operands.push_back(arrays_[operand].get());
  RegionRunner run;
  run.body = [&](const Graph& body, std::vector<EvalArray> inputs) {
    Interpreter inner(body, domain_, where_);
    inner.dims_ = dims_; // a body may use symbols that none of its inputs shows
    for (std::size_t i = 0; i < inputs.size(); ++i) inner.set_input(i, std::move(inputs[i]));
    return inner.run();
  };
  run.zeros = [&](const TensorType& type) { return std::move(*make_array(type)); };
  run.extent = [&](Dim d) { return dims_.value(d); };
  run.known = [&](Dim d) { return dims_.knows(d); };
  run.bind = [&](Dim d, std::int64_t value) { dims_.set(d, value); };
  run.where = where_;
  return run_region(graph_, id, operands, run);
}

std::unique_ptr<EvalArray> Interpreter::make_array(const TensorType& type) const {
  auto array = std::make_unique<EvalArray>();
  array->dtype = type.dtype;
  for (const Dim& d : type.shape) {
    array->shape.push_back(dims_.value(d));
    if (array->shape.back() < 0) // x[1:batch] of an empty batch
      throw Error(Error::Kind::Shape,
                  "eval: an extent of " + type.str() + " would be " +
                      std::to_string(array->shape.back()),
                  where_);
  }
  const auto n = static_cast<std::size_t>(array->size());
  if (!is_float(type.dtype))
    array->data = std::vector<std::int64_t>(n);
  else if (domain_ == Domain::Complex)
    array->data = std::vector<Complex>(n);
  else if (type.dtype == DType::F64)
    array->data = std::vector<double>(n);
  else
    array->data = std::vector<float>(n);
  return array;
}

} // namespace nngc
