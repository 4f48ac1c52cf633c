// Control kernels: which buffer each argument of a body gets in every step.
#include <algorithm>

#include "lower/plan.h"
#include "ops/regions.h"

namespace nngc::lower_detail {

namespace {

using loop::Passed;

class Maker {
public:
  Maker(const GraphData& g, NodeId node, const std::vector<int>& operands,
        const std::vector<int>& results, const ControlMaker& make)
      : attrs_(g.attrs(node)), operands_(operands), results_(results), make_(make),
        types_(result_types(g.node(node).op, attrs_)),
        parts_(g.node(node).op == Opcode::Cond ? LoopOperands{}
                                               : loop_operands(attrs_, operands.size())) {
    kernel_.kind = loop::KernelKind::Control;
    // Results that nobody uses are written all the same.
    for (std::size_t i = 0; i < results_.size(); ++i)
      if (results_[i] < 0)
        results_[i] = make.buffer("unused", types_[i].dtype, types_[i].shape.size());
    switch (g.node(node).op) {
    case Opcode::Scan: scan(); break;
    case Opcode::While: while_loop(); break;
    default: cond(); break;
    }
    workspace();
  }

  loop::Kernel take() { return std::move(kernel_); }

private:
  static Passed whole(int buffer) { return {Passed::Kind::Whole, buffer, {}, 0}; }
  static Passed carry(Passed::Kind kind, std::size_t number) {
    return {kind, -1, {}, static_cast<int>(number)};
  }
  static Passed row(int buffer, const TensorType& stack) {
    Dim stride = 1;
    for (int d = 1; d < stack.shape.rank(); ++d) stride = stride * stack.shape[d];
    return {Passed::Kind::Row, buffer, stride, 0};
  }

  loop::BodyCall& call(const char* key) {
    loop::BodyCall& c = kernel_.control.calls.emplace_back();
    c.body = make_.body(region(attrs_, key), key);
    return c;
  }

  void scan() {
    loop::Control& c = kernel_.control;
    c.kind = loop::ControlKind::Scan;
    c.trips = one_dim(attrs_, "length");
    c.reverse = attrs_.get<bool>("reverse");
    if (parts_.counted) c.count = operands_.back();
    carries();
    loop::BodyCall& body = call("body");
    inputs(body);
    const std::vector<Value> rows = region(attrs_, "body").inputs();
    for (std::size_t i = parts_.consts + parts_.carries; i < parts_.inputs(); ++i)
      body.arguments.push_back(row(operands_[i], stacked(rows[i].type(), c.trips)));
    outputs(body, types_.size());
    if (parts_.counted) clear(types_.size());
  }

  void while_loop() {
    loop::Control& c = kernel_.control;
    c.kind = loop::ControlKind::While;
    c.bounded = attrs_.has("max_steps");
    if (c.bounded) c.trips = one_dim(attrs_, "max_steps");
    c.test = make_.buffer("test", DType::Bool, 1);
    c.steps = results_.back();
    carries();
    loop::BodyCall& test = call("cond");
    inputs(test);
    test.arguments.push_back(whole(c.test));
    loop::BodyCall& body = call("body");
    inputs(body);
    outputs(body, types_.size() - 1);
    clear(types_.size() - 1);
  }

  void cond() {
    loop::Control& c = kernel_.control;
    c.kind = loop::ControlKind::Cond;
    c.test = operands_.front();
    for (const char* key : {"on_true", "on_false"}) {
      loop::BodyCall& body = call(key);
      for (std::size_t i = 1; i < operands_.size(); ++i)
        body.arguments.push_back(whole(operands_[i]));
      for (int result : results_) body.arguments.push_back(whole(result));
    }
  }

  void carries() {
    for (std::size_t i = 0; i < parts_.carries; ++i) {
      const Dim size = types_[i].shape.size();
      kernel_.control.carries.push_back({operands_[parts_.consts + i], results_[i],
                                         make_.buffer("spare", types_[i].dtype, size), size});
    }
  }

  void inputs(loop::BodyCall& body) {
    for (std::size_t i = 0; i < parts_.consts; ++i) body.arguments.push_back(whole(operands_[i]));
    for (std::size_t i = 0; i < parts_.carries; ++i)
      body.arguments.push_back(carry(Passed::Kind::CarryIn, i));
  }

  void outputs(loop::BodyCall& body, std::size_t end) {
    for (std::size_t i = 0; i < parts_.carries; ++i)
      body.arguments.push_back(carry(Passed::Kind::CarryOut, i));
    for (std::size_t i = parts_.carries; i < end; ++i)
      body.arguments.push_back(row(results_[i], types_[i]));
  }

  void clear(std::size_t end) {
    for (std::size_t i = parts_.carries; i < end; ++i)
      kernel_.control.cleared.push_back(results_[i]);
  }

  /// One piece of memory for all bodies: only one runs at a time.
  void workspace() {
    Dim bytes = 0;
    for (const loop::BodyCall& c : kernel_.control.calls) {
      const Dim more = make_.entry(c.body).workspace;
      if (!bytes.is_static() && !more.is_static() && bytes.symbol_id() != more.symbol_id())
        bytes = bytes + more; // says what is wrong
      bytes =
          make_dim(std::max(bytes.symbol_id(), more.symbol_id()),
                   std::max(bytes.scale(), more.scale()), std::max(bytes.offset(), more.offset()));
    }
    if (!(bytes == Dim(0))) kernel_.control.workspace = make_.buffer("work", DType::U8, bytes);
  }

  const Attrs& attrs_;
  const std::vector<int>& operands_;
  std::vector<int> results_;
  const ControlMaker& make_;
  std::vector<TensorType> types_;
  LoopOperands parts_;
  loop::Kernel kernel_;
};

} // namespace

loop::Kernel make_control(const GraphData& graph, NodeId node, const std::vector<int>& operands,
                          const std::vector<int>& results, const ControlMaker& make) {
  return Maker(graph, node, operands, results, make).take();
}

} // namespace nngc::lower_detail
