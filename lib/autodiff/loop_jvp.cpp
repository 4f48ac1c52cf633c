// scan and while, forward mode: one loop that carries values and tangents.
#include <algorithm>

#include "autodiff/linear_body.h"
#include "ops/elementwise.h"
#include "ops/regions.h"
#include "ops/trace.h"

namespace nngc {

namespace {

using Values = std::vector<Value>;

class LoopJvp {
public:
  LoopJvp(Value node, std::span<const Value> tangents, Where where)
      : graph_(node.graph()), op_(graph_->node(node.id()).op), attrs_(graph_->attrs(node.id())),
        body_(region(attrs_, "body")), tangents_(tangents.begin(), tangents.end()), where_(where) {
    operands_ = operands_of(node);
    parts_ = loop_operands(attrs_, operands_.size());
  }

  Values run() {
    Which along;
    for (std::size_t i = 0; i < parts_.inputs(); ++i)
      along.push_back(static_cast<bool>(tangents_[i]));
    for (bool grown = true; grown;) {
      grown = false;
      const Which reached = outputs_behind(body_, along);
      for (std::size_t i = 0; i < parts_.carries; ++i)
        if (reached[i] && !along[parts_.consts + i]) along[parts_.consts + i] = grown = true;
    }
    const BodyJvp body(body_, along, where_);
    parameters(body, along);

    Values roots = body.outputs;
    for (Value t : body.tangents)
      if (t) roots.push_back(t);
    const Values made = copy_into(graph_, *body.graph.data(), roots, map_);
    const std::size_t outputs = body.outputs.size();
    Values moved(outputs);
    for (std::size_t i = 0, at = outputs; i < outputs; ++i)
      if (body.tangents[i]) moved[i] = made[at++];

    Values next(made.begin(), made.begin() + static_cast<std::ptrdiff_t>(parts_.carries));
    Values ys(made.begin() + static_cast<std::ptrdiff_t>(parts_.carries),
              made.begin() + static_cast<std::ptrdiff_t>(outputs));
    for (std::size_t i = 0; i < parts_.carries; ++i)
      if (along[parts_.consts + i])
        next.push_back(moved[i] ? moved[i] : zeros(body.outputs[i].type()));
    for (std::size_t i = parts_.carries; i < outputs; ++i)
      if (moved[i]) ys.push_back(moved[i]);
    const Values results = loop(next, ys);

    Values result(outputs + (op_ == Opcode::While ? 1 : 0));
    std::size_t at = parts_.carries;
    for (std::size_t i = 0; i < parts_.carries; ++i)
      if (along[parts_.consts + i]) result[i] = results[at++];
    at += outputs - parts_.carries;
    for (std::size_t i = parts_.carries; i < outputs; ++i)
      if (moved[i]) result[i] = results[at++];
    return result;
  }

private:
  [[nodiscard]] Value zeros(const TensorType& type) const {
    return splat(graph_, type.dtype, 0, type.shape);
  }

  /// Parameters for carries and rows, then for their tangents; consts stand for themselves.
  void parameters(const BodyJvp& body, const Which& along) {
    map_.resize(body.graph.data()->size());
    const std::size_t first_row = parts_.consts + parts_.carries;
    const auto add = [&](std::size_t i, Value operand, Value inner) {
      const Value p = parameter(graph_, inner.type());
      map_[inner.id()] = p;
      (i < first_row ? carry_ : row_).push_back(p);
      (i < first_row ? init_ : xs_).push_back(operand);
    };
    for (std::size_t i = 0; i < parts_.inputs(); ++i)
      if (i < parts_.consts)
        map_[body.inputs[i].id()] = operands_[i];
      else
        add(i, operands_[i], body.inputs[i]);
    for (std::size_t i = 0; i < parts_.inputs(); ++i) {
      if (!along[i]) continue;
      if (i < parts_.consts)
        map_[body.along[i].id()] = tangents_[i];
      else
        add(i, tangents_[i] ? tangents_[i] : zeros(operands_[i].type()), body.along[i]);
    }
  }

  Values loop(const Values& next, const Values& ys) {
    if (op_ == Opcode::Scan) {
      ScanParts scan;
      scan.carry = carry_, scan.init = init_, scan.row = row_, scan.xs = xs_;
      scan.length = one_dim(attrs_, "length");
      scan.reverse = attrs_.get<bool>("reverse");
      scan.snapshots = attrs_.get_or("snapshots", std::int64_t{0});
      if (parts_.counted) scan.count = operands_.back();
      return append_scan(graph_, scan, next, ys, where_);
    }
    WhileParts loop;
    loop.carry = carry_, loop.init = init_;
    loop.bounded = attrs_.has("max_steps");
    if (loop.bounded) loop.max_steps = one_dim(attrs_, "max_steps");
    const Graph& cond = region(attrs_, "cond");
    const Values inputs = cond.inputs();
    Values known(cond.data()->size());
    for (std::size_t i = 0; i < inputs.size(); ++i)
      known[inputs[i].id()] = i < parts_.consts ? operands_[i] : carry_[i - parts_.consts];
    const Value p =
        copy_into(graph_, *cond.data(), {{cond.outputs()[0].value}}, std::move(known))[0];
    return append_while(graph_, loop, p, next, ys, where_);
  }

  GraphData* graph_;
  Opcode op_;
  const Attrs attrs_; ///< a copy, which keeps the body alive while the graph grows
  const Graph& body_;
  Values tangents_;
  Where where_;
  Values operands_, carry_, init_, row_, xs_, map_;
  LoopOperands parts_;
};

} // namespace

Values loop_jvp(Value node, std::span<const Value> tangents, Where where) {
  return LoopJvp(node, tangents, where).run();
}

} // namespace nngc
