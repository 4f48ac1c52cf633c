// Entry points: a model's forward pass, its derivatives, its training step. Each is a graph of its
// own; a clone keeps the ids of the model's nodes, so values of the model are found again in it.
#include "entries.h"

#include <fmt/format.h>

#include "cli.h"
#include "nngc/autodiff.h"
#include "nngc/ops.h"
#include "nngc/passes.h"

namespace nngc::cli {
namespace {

struct LossFunction {
  std::string_view name;
  bool of_classes; ///< labels are class numbers unless --label says a float type
  Value (*build)(Value output, Value label);
};
constexpr LossFunction loss_functions[] = {
    {"cross_entropy_with_logits", true,
     [](Value z, Value y) { return cross_entropy_with_logits(z, y); }},
    {"cross_entropy", true, [](Value p, Value y) { return cross_entropy(p, y); }},
    {"mse", false, [](Value a, Value b) { return mse(a, b); }},
    {"mae", false, [](Value a, Value b) { return mae(a, b); }},
    {"smooth_l1", false, [](Value a, Value b) { return smooth_l1(a, b); }},
    {"bce", false, [](Value p, Value y) { return bce(p, y); }},
    {"bce_with_logits", false, [](Value z, Value y) { return bce_with_logits(z, y); }},
    {"hinge", false, [](Value z, Value y) { return hinge(z, y); }},
    {"kl_div", false, [](Value z, Value y) { return kl_div(z, y); }},
    {"poisson_nll", false, [](Value z, Value y) { return poisson_nll(z, y); }},
};

Value in(const Graph& clone, Value v) { return {clone.data(), v.id()}; }

Value find_output(const Graph& model, std::string_view name) {
  for (const Output& o : model.outputs())
    if (name.empty() ? !o.updates : o.name == name) return o.value;
  throw UsageError(name.empty() ? "the model has no output"
                                : fmt::format("the model has no output '{}'", name));
}

Value own_loss(const Graph& model, const std::string& name) {
  std::string list;
  for (const Output& o : model.outputs()) {
    if (o.name == name) return o.value;
    list += " " + o.name;
  }
  std::string functions;
  for (const LossFunction& f : loss_functions) functions += " " + std::string(f.name);
  throw UsageError(
      fmt::format("--loss={}: neither a loss function:{}; nor an output of the model:{}", name,
                  functions, list));
}

std::vector<Value> wrt_of(const Graph& g, const LossOptions& options) {
  std::vector<Value> params, floats;
  for (const std::string& name : options.wrt) {
    const Value v = g.find_input(name);
    if (!v) throw UsageError(fmt::format("--wrt: the model has no input '{}'", name));
    params.push_back(v);
  }
  if (!params.empty()) return params;
  for (const Value v : g.inputs()) {
    if (!is_float(v.dtype())) continue;
    floats.push_back(v);
    if (g.input_role(v) == Role::Param) params.push_back(v);
  }
  if (floats.empty())
    throw Error(Error::Kind::Type, "the model has no float input to differentiate by");
  return params.empty() ? floats : params;
}

std::vector<Value> companions(Graph& g, std::span<const Value> values, const char* prefix) {
  std::vector<Value> result;
  for (const Value v : values)
    result.push_back(g.input(prefix + std::string(g.input_name(v)), v.type()));
  return result;
}

// Inputs and cotangents d_<output> to cotangents d_<input>.
Graph make_vjp(const Graph& model, const LossOptions& options) {
  Graph g = model.clone();
  g.clear_outputs();
  const std::vector<Value> wrt = wrt_of(g, options);
  std::vector<Value> outputs, cotangents;
  for (const Output& o : model.outputs()) {
    if (o.updates || !is_float(o.value.dtype())) continue;
    outputs.push_back(stabilised(in(g, o.value), wrt));
    cotangents.push_back(g.input("d_" + o.name, o.value.type()));
  }
  if (outputs.empty())
    throw Error(Error::Kind::Type, "--entry=vjp: the model has no float output to differentiate");
  const std::vector<Value> results = vjp(outputs, cotangents, wrt);
  for (std::size_t i = 0; i < wrt.size(); ++i)
    g.output("d_" + std::string(g.input_name(wrt[i])), results[i]);
  return g;
}

// Inputs and tangents t_<input> to tangents t_<output>.
Graph make_jvp(const Graph& model, const LossOptions& options) {
  Graph g = model.clone();
  g.clear_outputs();
  const std::vector<Value> wrt = wrt_of(g, options);
  const std::vector<Value> tangents = companions(g, wrt, "t_");
  std::vector<Value> outputs;
  std::vector<std::string> names;
  for (const Output& o : model.outputs())
    if (!o.updates && is_float(o.value.dtype()))
      outputs.push_back(stabilised(in(g, o.value), wrt)), names.push_back("t_" + o.name);
  if (outputs.empty())
    throw Error(Error::Kind::Type, "--entry=jvp: the model has no float output to differentiate");
  const std::vector<Value> results = jvp(outputs, wrt, tangents);
  for (std::size_t i = 0; i < results.size(); ++i) g.output(names[i], results[i]);
  return g;
}

// The loss, its gradient d_<input>, and the Hessian times t_<input> as h_<input>.
Graph make_hvp(const Graph& model, const LossOptions& options) {
  WithLoss w = with_loss(model, options);
  Graph& g = w.graph;
  g.clear_outputs();
  const std::vector<Value> wrt = wrt_of(g, options);
  const std::vector<Value> along = companions(g, wrt, "t_");
  const Value loss = stabilised(w.loss, wrt);
  const std::vector<Value> grads = grad(loss, wrt);
  const std::vector<Value> products = hvp(loss, wrt, along);
  g.output("loss", loss);
  for (std::size_t i = 0; i < wrt.size(); ++i)
    g.output("d_" + std::string(g.input_name(wrt[i])), grads[i]);
  for (std::size_t i = 0; i < wrt.size(); ++i)
    g.output("h_" + std::string(g.input_name(wrt[i])), products[i]);
  return std::move(w.graph);
}

Graph make_entry(const Graph& model, const std::string& name, const LossOptions& options) {
  if (name == "forward") return model.clone();
  if (name == "vjp") return make_vjp(model, options);
  if (name == "jvp") return make_jvp(model, options);
  if (name == "hvp") return make_hvp(model, options);
  if (name == "train") {
    const WithLoss w = with_loss(model, options);
    for (const std::string& output : options.keep) find_output(model, output);
    return training_step(w.graph, w.loss, parse_optimizer(options.optimizer), options.keep);
  }
  throw UsageError(
      fmt::format("--entry: there is no '{}'; there are forward, vjp, jvp, hvp, train", name));
}

} // namespace

void add_loss_options(CLI::App& app, LossOptions& o) {
  constexpr const char* group = "Training";
  app.add_option("--loss", o.loss,
                 "what to minimize: a function of the first output (cross_entropy_with_logits, "
                 "cross_entropy, mse, mae, smooth_l1, bce, bce_with_logits, hinge, kl_div, "
                 "poisson_nll), FUNCTION:OUTPUT, or an output of rank 0")
      ->type_name("LOSS")
      ->group(group);
  app.add_option("--label", o.label,
                 "the input that the loss function adds: NAME or NAME:DTYPE (default y; i32 for "
                 "classes, else the output's type)")
      ->type_name("NAME")
      ->group(group);
  app.add_option(
         "--optimizer", o.optimizer,
         "sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, adamw, lion or lbfgs, with "
         "settings: adam,lr=1e-3,clip_norm=1,schedule=cosine,steps=10000")
      ->capture_default_str()
      ->type_name("OPTIMIZER")
      ->group(group);
}

WithLoss with_loss(const Graph& model, const LossOptions& options,
                   const std::optional<DType>& label_dtype) {
  if (options.loss.empty())
    throw UsageError("--loss is missing; try --loss=cross_entropy_with_logits");
  WithLoss result{model.clone(), {}, {}, 0};
  const std::size_t colon = options.loss.find(':');
  const std::string function = options.loss.substr(0, colon);
  const LossFunction* found = nullptr;
  for (const LossFunction& f : loss_functions)
    if (f.name == function) found = &f;
  if (found == nullptr) { // the model computes its loss itself
    result.loss = in(result.graph, own_loss(model, options.loss));
    if (result.loss.rank() != 0 || !is_float(result.loss.dtype()))
      throw Error(Error::Kind::Shape,
                  fmt::format("--loss={}: a loss is one float, this output is {}", options.loss,
                              result.loss.type().str()));
    return result;
  }
  const Value output =
      in(result.graph,
         find_output(model, colon == std::string::npos ? "" : options.loss.substr(colon + 1)));

  const std::size_t type_at = options.label.find(':');
  const std::string name = options.label.empty() ? "y" : options.label.substr(0, type_at);
  // Numbers of classes may be of any integer type; all else is compared with the output itself.
  DType dtype = found->of_classes ? label_dtype.value_or(DType::I32) : output.dtype();
  if (!is_int(dtype)) dtype = output.dtype();
  if (type_at != std::string::npos && !parse_dtype(options.label.substr(type_at + 1), dtype))
    throw UsageError(fmt::format("--label {}: no such dtype", options.label));
  TensorType type{dtype, output.shape()};
  if (found->of_classes && is_int(dtype)) { // a class per row, not a probability per class
    std::vector<Dim> rows = output.shape().dims();
    if (rows.empty())
      throw Error(Error::Kind::Shape, function + ": the output has rank 0, so no classes");
    rows.pop_back();
    type.shape = Shape(std::move(rows));
  }
  Value label = result.graph.find_input(name);
  if (!label) label = result.graph.input(name, type);
  result.loss = found->build(output, label);
  result.label = name;
  const bool numbers = found->of_classes && is_int(label.dtype());
  if (numbers && output.shape()[output.rank() - 1].is_static())
    result.classes = output.shape()[output.rank() - 1].value();
  return result;
}

Entries make_entries(const Graph& model, const std::vector<std::string>& names,
                     const LossOptions& options) {
  Entries result;
  for (const std::string& name : names) {
    for (const EntryPoint& p : result.points)
      if (p.name == name) throw UsageError("--entry: '" + name + "' is given twice");
    result.graphs.push_back(make_entry(model, name, options));
    result.points.push_back({name, &result.graphs.back()});
  }
  return result;
}

} // namespace nngc::cli
