// scan with snapshots, reverse mode. The backward loop visits the rows the other way, and carries
// no more of the way there than a stack of snapshots: carries of steps before the one it is at. To
// get to a step it goes on from the topmost, leaves further snapshots on the way where slots are
// free, and computes the step and its derivative; a snapshot whose own step is done is dropped.
// What every step computed is never kept, so the cotangents of consts are summed step by step.
#include "autodiff/loop_rule.h"
#include "autodiff/revolve.h"
#include "nngc/indexing.h"

namespace nngc {

namespace {

class RevolveVjp : LoopRule {
public:
  RevolveVjp(Value node, std::span<const Value> cotangents, const std::vector<bool>& wanted,
             Where where)
      : LoopRule(node, cotangents, wanted, where), slots_(attrs_.get<std::int64_t>("snapshots")),
        reverse_(attrs_.get<bool>("reverse")) {}

  Values run() {
    const BodyVjp body(body_, given_, wanted_, where_);
    count_rows();
    ScanParts scan;
    scan.length = length_;
    scan.reverse = !reverse_;
    if (parts_.counted) scan.count = operands_.back();
    const Value step = add_carry(scan, rows_ - 1);
    Stack stack;
    for (std::size_t i = 0; i < parts_.carries; ++i)
      stack.states.push_back(add_carry(scan, first_of_many(operands_[parts_.consts + i])));
    stack.steps = add_carry(scan, zeros(i32({slots_})));
    stack.top = add_carry(scan, zeros(i32({})));

    stack = filled(std::move(stack), step);
    const Value from = from_top(stack);
    Values map = known(body.graph, body.inputs, advanced(top_of(stack), from, step - from));
    const Values before = parameters(scan, body, map);
    const Values gradients = gradients_of_step(body, std::move(map));

    const Value top = stack.top - convert(eq(from_top(stack), step), DType::I32);
    Values next{step - 1}, ys;
    next.insert(next.end(), stack.states.begin(), stack.states.end());
    next.insert(next.end(), {stack.steps, top});
    const std::size_t cotangents_at = next.size();
    for (std::size_t i = 0; i < parts_.carries; ++i) {
      if (!active_[i]) continue;
      const Value g = gradients[parts_.consts + i];
      next.push_back(g ? g : zeros(body.outputs[i].type()));
    }
    for (std::size_t i = 0, sum = 0; i < parts_.consts; ++i)
      if (gradients[i]) next.push_back(before[sum++] + gradients[i]);
    for (std::size_t i = first_row(); i < gradients.size(); ++i)
      if (gradients[i]) ys.push_back(gradients[i]);
    const Values made = append_scan(graph_, scan, next, ys, where_);

    Values result(operands_.size());
    std::size_t next_made = cotangents_at;
    for (std::size_t i = 0; i < parts_.carries; ++i)
      if (active_[i]) result[parts_.consts + i] = made[next_made++];
    for (std::size_t i = 0; i < parts_.inputs(); ++i)
      if (gradients[i] && !is_carry(i)) result[i] = made[next_made++];
    return result;
  }

private:
  struct Stack {
    Values states; ///< the carries before a step, one row per slot
    Value steps;   ///< which step that is
    Value top;     ///< the slot that was filled last
  };

  /// How many steps there are.
  void count_rows() {
    rows_ = reduce_sum(splat(graph_, DType::I32, 1, Shape({length_})));
    if (parts_.counted) rows_ = min(max(operands_.back(), 0), rows_);
  }

  /// Row `index` of x.
  [[nodiscard]] Value at(Value x, Value index) const {
    return gather(x, index, 0, IndexMode::Promise, 0, where_);
  }
  [[nodiscard]] Value with(Value x, Value index, Value row) const {
    std::vector<Dim> size = x.shape().dims();
    size[0] = 1;
    Values start(size.size(), zeros(i32({})));
    start[0] = index;
    return dynamic_update_slice(x, reshape(row, Shape(std::move(size)), where_), start, where_);
  }
  [[nodiscard]] Value first_of_many(Value x) const {
    const TensorType type = stacked(x.type(), slots_);
    return with(zeros(type), zeros(i32({})), x);
  }
  [[nodiscard]] Value from_top(const Stack& s) const { return at(s.steps, s.top); }
  [[nodiscard]] Values top_of(const Stack& s) const {
    Values state;
    for (Value v : s.states) state.push_back(at(v, s.top));
    return state;
  }

  /// The carries `count` steps after step `from`.
  [[nodiscard]] Values advanced(const Values& state, Value from, Value count) const {
    ScanParts scan;
    scan.length = length_;
    scan.count = count;
    Values others, next;
    for (Value v : state) others.push_back(add_carry(scan, v));
    const Value step = add_carry(scan, from);
    const Value index = reverse_ ? rows_ - 1 - step : step;
    for (std::size_t i = first_row(); i < parts_.inputs(); ++i)
      others.push_back(at(operands_[i], index));
    for (std::size_t i = 0; i < parts_.carries; ++i) next.push_back(body_.outputs()[i].value);
    next = copy_into(graph_, *body_.data(), next, known(body_, body_.inputs(), others));
    next.push_back(step + 1);
    Values last = append_scan(graph_, scan, next, {}, where_);
    last.pop_back();
    return last;
  }

  /// With snapshots on the way to `step`, as long as there are free slots.
  [[nodiscard]] Stack filled(Stack stack, Value step) const {
    if (slots_ == 1) return stack;
    WhileParts loop;
    loop.bounded = true;
    loop.max_steps = slots_ - 1;
    loop.init = stack.states;
    loop.init.insert(loop.init.end(), {stack.steps, stack.top});
    for (Value v : loop.init) loop.carry.push_back(parameter(graph_, v.type()));
    const auto unpacked = [&](const Values& all) {
      return Stack{Values(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(parts_.carries)),
                   all[parts_.carries], all[parts_.carries + 1]};
    };
    stack = unpacked(loop.carry);
    const Value from = from_top(stack), free = neg(stack.top) + static_cast<double>(slots_ - 1);
    const Value distance = revolve_distance(step - from + 1, free + 1);
    const Values state = advanced(top_of(stack), from, distance);
    const Value top = stack.top + 1;
    Values next;
    for (std::size_t i = 0; i < state.size(); ++i)
      next.push_back(with(stack.states[i], top, state[i]));
    next.insert(next.end(), {with(stack.steps, top, from + distance), top});
    return unpacked(append_while(graph_, loop, bit_and(free > 0, from < step), next, {}, where_));
  }

  /// Cotangents and rows of the backward loop into `map`; returns the sums so far of the consts'.
  [[nodiscard]] Values parameters(ScanParts& scan, const BodyVjp& body, Values& map) const {
    for (std::size_t i = 0; i < parts_.carries; ++i)
      if (active_[i])
        map[body.cotangents[i].id()] =
            add_carry(scan, cotangents_[i] ? cotangents_[i] : zeros(body.outputs[i].type()));
    Values sums;
    for (std::size_t i = 0; i < parts_.consts; ++i)
      if (body.gradients[i]) sums.push_back(add_carry(scan, zeros(body.inputs[i].type())));
    for (std::size_t y = parts_.carries; y < body.outputs.size(); ++y)
      if (body.cotangents[y]) map[body.cotangents[y].id()] = add_row(scan, cotangents_[y]);
    const Which used = body.inputs_used({});
    for (std::size_t i = first_row(); i < parts_.inputs(); ++i)
      if (used[i]) map[body.inputs[i].id()] = add_row(scan, operands_[i]);
    return sums;
  }

  std::int64_t slots_;
  bool reverse_;
  Value rows_;
};

} // namespace

std::vector<Value> revolve_vjp(Value node, std::span<const Value> cotangents,
                               const std::vector<bool>& wanted, Where where) {
  return RevolveVjp(node, cotangents, wanted, where).run();
}

} // namespace nngc
