// Optimizers are graphs: nothing here runs, so an update fuses with the kernel that makes the
// gradient.
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "nngc/autodiff.h"
#include "nngc/ops.h"
#include "nngc/train.h"

namespace nngc {
namespace {

constexpr std::array<std::string_view, 4> kind_names = {"sgd", "momentum", "adam", "adamw"};

struct Setting {
  std::string_view name;
  double Optimizer::* field;
};
constexpr std::array<Setting, 6> settings = {{{"lr", &Optimizer::lr},
                                              {"momentum", &Optimizer::momentum},
                                              {"beta1", &Optimizer::beta1},
                                              {"beta2", &Optimizer::beta2},
                                              {"eps", &Optimizer::eps},
                                              {"decay", &Optimizer::decay}}};

bool applies(Optimizer::Kind kind, std::string_view setting) {
  if (setting == "lr" || setting == "decay") return true;
  if (setting == "momentum") return kind == Optimizer::Kind::Momentum;
  return kind == Optimizer::Kind::Adam || kind == Optimizer::Kind::AdamW;
}

[[noreturn]] void bad(std::string message) {
  throw Error(Error::Kind::Argument, "optimizer: " + std::move(message));
}

double number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    bad(fmt::format("'{}' is not a number", text));
  return value;
}

// Appends the update of one parameter after the other; the scalars that they share are shared
// nodes.
class Updates {
public:
  Updates(Graph& graph, const Optimizer& optimizer, Where where)
      : graph_(graph), optimizer_(optimizer), where_(where) {
    if (optimizer.kind != Optimizer::Kind::Adam && optimizer.kind != Optimizer::Kind::AdamW) return;
    const Value before = graph.state("step", f32({}), where);
    step_ = before + 1;
    graph.update(before, step_, where);
  }

  void add(Value param, Value grad) {
    // 16-bit parameters take part as f32: most updates are smaller than their last bit.
    const bool narrow = param.dtype() == DType::F16 || param.dtype() == DType::BF16;
    const DType dtype = narrow ? DType::F32 : param.dtype();
    const Value p = narrow ? convert(param, dtype, where_) : param;
    Value g = narrow ? convert(grad, dtype, where_) : grad;
    const bool decoupled = optimizer_.kind == Optimizer::Kind::AdamW;
    if (optimizer_.decay != 0 && !decoupled) g = g + optimizer_.decay * Operand(p);
    const Value result = moved(std::string(graph_.input_name(param)), p, g);
    graph_.update(param, narrow ? convert(result, param.dtype(), where_) : result, where_);
  }

private:
  Value moved(const std::string& name, Value p, Value g) {
    const Optimizer& o = optimizer_;
    if (o.kind == Optimizer::Kind::Sgd) return p - o.lr * Operand(g);
    if (o.kind == Optimizer::Kind::Momentum) {
      const Value m =
          average(name + "_m", p.type(), [&](Value old) { return o.momentum * Operand(old) + g; });
      return p - o.lr * Operand(m);
    }
    const Value m = average(name + "_m", p.type(), [&](Value old) {
      return o.beta1 * Operand(old) + (1 - o.beta1) * Operand(g);
    });
    const Value v = average(name + "_v", p.type(), [&](Value old) {
      return o.beta2 * Operand(old) + (1 - o.beta2) * Operand(square(g, where_));
    });
    // 1 - beta^step as -expm1(step log beta): near 1 the plain form loses all but a few bits. With
    // the corrections gathered in two scalars an element costs one division and one root.
    const Value scale = o.lr / Operand(correction(o.beta1, p.dtype()));
    const Value root = rsqrt(correction(o.beta2, p.dtype()), where_);
    const Value change = scale * m / (sqrt(v, where_) * root + o.eps);
    const bool decays = o.kind == Optimizer::Kind::AdamW && o.decay != 0;
    return (decays ? p * (1 - o.lr * o.decay) : p) - change;
  }

  template <class Rule> Value average(const std::string& name, const TensorType& type, Rule rule) {
    const Value before = graph_.state(name, type, where_);
    const Value after = rule(before);
    graph_.update(before, after, where_);
    return after;
  }

  Value correction(double beta, DType dtype) {
    const Value t = dtype == DType::F32 ? step_ : convert(step_, dtype, where_);
    return neg(expm1(t * std::log(beta), where_), where_);
  }

  Graph& graph_;
  const Optimizer& optimizer_;
  Where where_;
  Value step_;
};

} // namespace

std::string Optimizer::str() const {
  std::string text(kind_names[static_cast<std::size_t>(kind)]);
  for (const Setting& s : settings)
    if (applies(kind, s.name)) text += fmt::format(",{}={}", s.name, this->*s.field);
  return text;
}

Optimizer sgd(double lr) { return {.kind = Optimizer::Kind::Sgd, .lr = lr}; }
Optimizer momentum(double lr, double mu) {
  return {.kind = Optimizer::Kind::Momentum, .lr = lr, .momentum = mu};
}
Optimizer adam(double lr) { return {.kind = Optimizer::Kind::Adam, .lr = lr}; }
Optimizer adamw(double lr, double decay) {
  return {.kind = Optimizer::Kind::AdamW, .lr = lr, .decay = decay};
}

Optimizer parse_optimizer(std::string_view text) {
  bool more = true;
  const auto next = [&] {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    more = comma != std::string_view::npos;
    text = more ? text.substr(comma + 1) : std::string_view{};
    return part;
  };
  const std::string_view kind = next();
  Optimizer result;
  if (kind == "sgd")
    result = sgd();
  else if (kind == "momentum")
    result = momentum();
  else if (kind == "adam")
    result = adam();
  else if (kind == "adamw")
    result = adamw();
  else
    bad(fmt::format("there is no '{}'; there are sgd, momentum, adam, adamw", kind));
  while (more) {
    const std::string_view part = next();
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos)
      bad(fmt::format("'{}' is not of the form setting=number", part));
    const std::string_view name = part.substr(0, equals);
    double Optimizer::* field = nullptr;
    for (const Setting& s : settings)
      if (s.name == name && applies(result.kind, name)) field = s.field;
    if (field == nullptr) bad(fmt::format("{} has no setting '{}': {}", kind, name, result.str()));
    result.*field = number(part.substr(equals + 1));
    const double value = result.*field;
    if (name.starts_with("beta") && (value < 0 || value >= 1)) // 1 - beta^step is divided by
      bad(fmt::format("{} must be at least 0 and below 1", part));
    if (name == "eps" && value < 0) bad(fmt::format("{} must be at least 0", part));
  }
  return result;
}

void add_updates(Graph& graph, std::span<const Value> params, std::span<const Value> grads,
                 const Optimizer& optimizer, Where where) {
  if (params.size() != grads.size())
    throw Error(
        Error::Kind::Argument,
        fmt::format("add_updates: {} gradients for {} parameters", grads.size(), params.size()),
        where);
  const SectionScope scope(graph.data(), Section::Update);
  Updates updates(graph, optimizer, where);
  for (std::size_t i = 0; i < params.size(); ++i) updates.add(params[i], grads[i]);
}

Graph training_step(const Graph& model, Value loss, const Optimizer& optimizer, Where where) {
  if (!loss || loss.graph() != model.data())
    throw Error(Error::Kind::Graph, "training_step: the loss is not a value of the model", where);
  Graph step = model.clone();
  step.clear_outputs();
  const Value result(step.data(), loss.id()); // a clone keeps ids
  std::vector<Value> params;
  for (const Value input : step.inputs())
    if (step.input_role(input) == Role::Param && is_float(input.dtype())) params.push_back(input);
  if (params.empty())
    throw Error(Error::Kind::Graph,
                "training_step: the model has no parameter (make one with Graph::param)", where);
  const std::vector<Value> grads = grad(result, params, where);
  step.output("loss", result, where);
  add_updates(step, params, grads, optimizer, where);
  return step;
}

} // namespace nngc
