// Optimizers are graphs: nothing here runs, so an update fuses with the kernel that makes the
// gradient.
#include <cmath>

#include <fmt/format.h>

#include "nngc/autodiff.h"
#include "nngc/ops.h"
#include "nngc/optimizers.h"
#include "nngc/passes.h"
#include "train/lbfgs.h"

namespace nngc {
namespace {

using Kind = Optimizer::Kind;

// 16-bit parameters take part as f32: most updates are smaller than their last bit.
Value widened(Value x, Where where) {
  return byte_size(x.dtype()) < 4 ? convert(x, DType::F32, where) : x;
}

// Where no gradient has been, its mean square is 0: there the root's infinite derivative stays out,
// so that the updates themselves can be differentiated.
Value root_of(Value mean_square, Where where) {
  return select(eq(mean_square, 0), 0, sqrt(mean_square, where));
}

// Appends the update of one parameter after the other; the scalars that they share are shared
// nodes.
class Updates {
public:
  Updates(Graph& graph, const Optimizer& optimizer, Where where)
      : graph_(graph), optimizer_(optimizer), where_(where) {
    const Kind k = optimizer.kind;
    const Schedule& s = optimizer.schedule;
    const bool has_schedule = s.kind != Schedule::Kind::Constant || s.warmup > 0;
    if (k != Kind::Adam && k != Kind::AdamW && k != Kind::Lbfgs && !has_schedule) return;
    done_ = graph.state("step", f32({}), where);
    step_ = done_ + 1;
    graph.update(done_, step_, where);
    if (has_schedule) factor_ = s.at(done_);
  }

  void add_all(std::span<const Value> params, std::span<const Value> grads) {
    std::vector<Value> gs;
    for (const Value g : grads) gs.push_back(widened(g, where_));
    if (optimizer_.clip_value > 0) gs = clip_by_value(gs, optimizer_.clip_value, where_);
    if (optimizer_.clip_norm > 0 && !gs.empty())
      gs = clip_by_global_norm(gs, optimizer_.clip_norm, where_);
    std::vector<Value> ps;
    for (std::size_t i = 0; i < params.size(); ++i) {
      ps.push_back(widened(params[i], where_));
      gs[i] = with_penalties(ps[i], gs[i]);
    }
    std::vector<Value> results;
    if (optimizer_.kind == Kind::Lbfgs) {
      std::vector<std::string> names;
      for (const Value p : params) names.emplace_back(graph_.input_name(p));
      const std::vector<Value> steps =
          lbfgs_steps(graph_, {names, ps, gs}, static_cast<int>(optimizer_.history), done_, where_);
      for (std::size_t i = 0; i < ps.size(); ++i)
        results.push_back(ps[i] - rate(ps[i].dtype()) * steps[i]);
    } else {
      for (std::size_t i = 0; i < ps.size(); ++i)
        results.push_back(moved(std::string(graph_.input_name(params[i])), ps[i], gs[i]));
    }
    for (std::size_t i = 0; i < params.size(); ++i)
      graph_.update(params[i], convert(results[i], params[i].dtype(), where_), where_);
  }

private:
  Value with_penalties(Value p, Value g) {
    const bool decoupled = optimizer_.kind == Kind::AdamW || optimizer_.kind == Kind::Lion;
    if (optimizer_.decay != 0 && !decoupled) g = g + optimizer_.decay * Operand(p);
    if (optimizer_.l1 != 0) g = g + optimizer_.l1 * Operand(sign(p, where_));
    return g;
  }

  /// The learning rate now: a number, or that times the schedule's factor.
  Operand rate(DType dtype) {
    if (!factor_) return optimizer_.lr;
    return (dtype == DType::F32 ? factor_ : convert(factor_, dtype, where_)) * optimizer_.lr;
  }

  Value moved(const std::string& name, Value p, Value g);

  /// The state `name`, whose next value is rule(value); gives the next one.
  template <class Rule> Value follow(const std::string& name, const TensorType& type, Rule rule) {
    const Value before = graph_.state(name, type, where_);
    const Value after = rule(before);
    graph_.update(before, after, where_);
    return after;
  }
  /// An average: before * keep + (1 - keep) * x.
  Value average(const std::string& name, double keep, Value x) {
    return follow(name, x.type(),
                  [&](Value old) { return keep * Operand(old) + (1 - keep) * Operand(x); });
  }

  // 1 - beta^step as -expm1(step log beta): near 1 the plain form loses all but a few bits.
  Value correction(double beta, DType dtype) {
    const Value t = dtype == DType::F32 ? step_ : convert(step_, dtype, where_);
    return neg(expm1(t * std::log(beta), where_), where_);
  }

  Graph& graph_;
  const Optimizer& optimizer_;
  Where where_;
  Value done_, step_, factor_;
};

Value Updates::moved(const std::string& name, Value p, Value g) {
  const Optimizer& o = optimizer_;
  const Operand lr = rate(p.dtype());
  switch (o.kind) {
  case Kind::Lbfgs: // handled with all parameters at once
  case Kind::Sgd: return p - lr * g;
  case Kind::Momentum:
  case Kind::Nesterov: {
    const Value m =
        follow(name + "_m", p.type(), [&](Value old) { return o.momentum * Operand(old) + g; });
    return p - lr * (o.kind == Kind::Momentum ? m : g + o.momentum * Operand(m));
  }
  case Kind::AdaGrad: {
    const Value v =
        follow(name + "_v", p.type(), [&](Value old) { return old + square(g, where_); });
    return p - lr * g / (root_of(v, where_) + o.eps);
  }
  case Kind::RmsProp: {
    const Value v = average(name + "_v", o.rho, square(g, where_));
    return p - lr * g / (root_of(v, where_) + o.eps);
  }
  case Kind::Adadelta: {
    const Value v = average(name + "_v", o.rho, square(g, where_));
    const Value u = graph_.state(name + "_u", p.type(), where_);
    const Value change = sqrt(u + o.eps, where_) / sqrt(v + o.eps, where_) * g;
    graph_.update(u, o.rho * Operand(u) + (1 - o.rho) * Operand(square(change, where_)), where_);
    return p - lr * change;
  }
  case Kind::Lion: {
    const Value m = graph_.state(name + "_m", p.type(), where_);
    const Value way = sign(o.beta1 * Operand(m) + (1 - o.beta1) * Operand(g), where_);
    graph_.update(m, o.beta2 * Operand(m) + (1 - o.beta2) * Operand(g), where_);
    return p - lr * (o.decay != 0 ? way + o.decay * Operand(p) : way);
  }
  case Kind::Adam:
  case Kind::AdamW: break;
  }
  const Value m = average(name + "_m", o.beta1, g);
  const Value v = average(name + "_v", o.beta2, square(g, where_));
  // With the corrections gathered in two scalars an element costs one division and one root.
  const Value scale = lr / correction(o.beta1, p.dtype());
  const Value root = rsqrt(correction(o.beta2, p.dtype()), where_);
  const Value change = scale * m / (root_of(v, where_) * root + o.eps);
  const bool decays = o.kind == Kind::AdamW && o.decay != 0;
  if (!decays) return p - change;
  return (lr.is_number ? p * (1 - o.lr * o.decay) : p * (1 - lr * o.decay)) - change;
}

} // namespace

void add_updates(Graph& graph, std::span<const Value> params, std::span<const Value> grads,
                 const Optimizer& optimizer, Where where) {
  if (params.size() != grads.size())
    throw Error(
        Error::Kind::Argument,
        fmt::format("add_updates: {} gradients for {} parameters", grads.size(), params.size()),
        where);
  const SectionScope scope(graph.data(), Section::Update);
  Updates(graph, optimizer, where).add_all(params, grads);
}

static const Output& result_named(const std::string& name, const std::vector<Output>& results,
                                  Where where) {
  std::string known;
  for (const Output& o : results) {
    if (o.updates) continue;
    if (o.name == name) return o;
    known += (known.empty() ? "" : ", ") + o.name;
  }
  throw Error(Error::Kind::Argument,
              "training_step: the model has no result '" + name + "'" +
                  (known.empty() ? "" : "; it has " + known),
              where);
}

Graph training_step(const Graph& model, Value loss, const Optimizer& optimizer, Where where) {
  return training_step(model, loss, optimizer, {}, where);
}

Graph training_step(const Graph& model, Value loss, const Optimizer& optimizer,
                    const std::vector<std::string>& keep, Where where) {
  if (!loss || loss.graph() != model.data())
    throw Error(Error::Kind::Graph, "training_step: the loss is not a value of the model", where);
  Graph step = model.clone();
  const std::vector<Output> before = step.outputs();
  step.clear_outputs();
  std::vector<Value> params;
  for (const Value input : step.inputs())
    if (step.input_role(input) == Role::Param && is_float(input.dtype())) params.push_back(input);
  if (params.empty())
    throw Error(Error::Kind::Graph,
                "training_step: the model has no parameter (make one with Graph::param)", where);
  // A clone keeps ids. What is trained is the loss in its stable form.
  const Value result = stabilised({step.data(), loss.id()}, params, where);
  const std::vector<Value> grads = grad(result, params, where);
  step.output("loss", result, where);
  for (const std::string& name : keep)
    step.output(name, result_named(name, before, where).value, where);
  add_updates(step, params, grads, optimizer, where);
  for (const Output& o : before)
    if (o.updates) step.update(o.updates, o.value, where);
  return step;
}

} // namespace nngc
