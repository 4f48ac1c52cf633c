// scan and while, reverse mode. The forward loop runs once more with what the backward part needs
// as further ys (one loop of the two, once the optimizer has merged them); the backward loop walks
// the rows the other way. It carries the cotangents of the carries, and sums those of the consts:
// step by step, or, where they are products, as one product over all steps after the loop.
#include <algorithm>

#include "autodiff/accumulators.h"
#include "autodiff/loop_rule.h"
#include "ops/elementwise.h"
#include "ops/trace.h"

namespace nngc {

namespace {

class LoopVjp : LoopRule {
public:
  LoopVjp(Value node, std::span<const Value> cotangents, const std::vector<bool>& wanted,
          Where where)
      : LoopRule(node, cotangents, wanted, where), ys_(body_.outputs().size() - parts_.carries) {
    if (op_ == Opcode::While && !attrs_.has("max_steps"))
      throw Error(Error::Kind::Unsupported,
                  "while: reverse mode keeps what every step computed; say at most how many there "
                  "are (max_steps)",
                  where);
  }

  Values run() {
    const BodyVjp body(body_, given_, wanted_, where_);
    Which constant(parts_.inputs(), false);
    for (std::size_t i = 0; i < parts_.consts; ++i) constant[i] = true;
    Values kept = body.residuals(constant);
    // Rows of xs are there already; carries count as computed, and the step that gets them keeps
    // them.
    const Which used = body.inputs_used(kept);
    for (std::size_t i = 0; i < parts_.carries; ++i)
      if (used[parts_.consts + i]) kept.push_back(body.inputs[parts_.consts + i]);
    const Values stacks = forward(body, kept);
    return backward(body, kept, stacks);
  }

private:
  /// The stack of each kept value: of the loop itself where it is a y, else of the loop run with
  /// these as further ys.
  Values forward(const BodyVjp& body, const Values& kept) {
    Values stacks(kept.size()), more;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      for (std::size_t y = 0; y < ys_; ++y)
        if (body.outputs[parts_.carries + y].same(kept[i]))
          stacks[i] = result_of(node_, parts_.carries + y);
      if (!stacks[i]) more.push_back(kept[i]);
    }
    count_ = op_ == Opcode::While ? result_of(node_, parts_.carries + ys_)
             : parts_.counted     ? operands_.back()
                                  : Value{};
    if (more.empty()) return stacks;
    const SectionScope section(graph_, Section::Forward);
    const Values results = op_ == Opcode::Scan ? scan_again(body, more) : while_again(body, more);
    const std::size_t end = results.size() - (op_ == Opcode::While ? 1 : 0);
    std::size_t at = end - more.size();
    for (Value& s : stacks)
      if (!s) s = results[at++];
    if (op_ == Opcode::While) count_ = results.back();
    return stacks;
  }

  Values scan_again(const BodyVjp& body, const Values& more) {
    ScanParts scan;
    scan.length = length_;
    scan.reverse = attrs_.get<bool>("reverse");
    if (parts_.counted) scan.count = operands_.back();
    for (std::size_t i = parts_.consts; i < parts_.inputs(); ++i) {
      (is_carry(i) ? scan.init : scan.xs).push_back(operands_[i]);
      (is_carry(i) ? scan.carry : scan.row).push_back(parameter(graph_, body.inputs[i].type()));
    }
    Values others = scan.carry;
    others.insert(others.end(), scan.row.begin(), scan.row.end());
    Values roots = body.outputs;
    roots.insert(roots.end(), more.begin(), more.end());
    const Values made =
        copy_into(graph_, *body.graph.data(), roots, known(body.graph, body.inputs, others));
    return append_scan(graph_, scan, std::span(made).first(parts_.carries),
                       std::span(made).subspan(parts_.carries), where_);
  }

  Values while_again(const BodyVjp& body, const Values& more) {
    WhileParts loop;
    loop.bounded = true;
    loop.max_steps = length_;
    for (std::size_t i = 0; i < parts_.carries; ++i) {
      loop.init.push_back(operands_[parts_.consts + i]);
      loop.carry.push_back(parameter(graph_, body.inputs[parts_.consts + i].type()));
    }
    Values roots = body.outputs;
    roots.insert(roots.end(), more.begin(), more.end());
    const Values made =
        copy_into(graph_, *body.graph.data(), roots, known(body.graph, body.inputs, loop.carry));
    const Graph& cond = region(attrs_, "cond");
    const Value p = copy_into(graph_, *cond.data(), {{cond.outputs()[0].value}},
                              known(cond, cond.inputs(), loop.carry))[0];
    return append_while(graph_, loop, p, std::span(made).first(parts_.carries),
                        std::span(made).subspan(parts_.carries), where_);
  }

  Values backward(const BodyVjp& body, const Values& kept, const Values& stacks) {
    ScanParts scan;
    scan.length = length_;
    scan.reverse = op_ == Opcode::While || !attrs_.get<bool>("reverse");
    scan.count = count_;
    Values map = known(body.graph, body.inputs, {});
    const auto row = [&](Value stack) { return add_row(scan, stack); };
    const auto carry = [&](Value init) { return add_carry(scan, init); };
    const NodeId first = graph_->size();
    for (std::size_t i = 0; i < parts_.carries; ++i)
      if (active_[i])
        map[body.cotangents[i].id()] =
            carry(cotangents_[i] ? cotangents_[i] : zeros(body.outputs[i].type()));
    for (std::size_t y = parts_.carries; y < body.outputs.size(); ++y)
      if (body.cotangents[y]) map[body.cotangents[y].id()] = row(cotangents_[y]);
    for (std::size_t i = 0; i < kept.size(); ++i) map[kept[i].id()] = row(stacks[i]);
    const Which used = body.inputs_used(kept);
    for (std::size_t i = first_row(); i < parts_.inputs(); ++i)
      if (used[i]) map[body.inputs[i].id()] = row(operands_[i]);

    const Values gradients = gradients_of_step(body, std::move(map));
    Accumulators sums(graph_, scan, first);
    for (std::size_t i = 0; i < parts_.consts; ++i)
      if (gradients[i]) sums.add(gradients[i]);
    Values next, ys;
    for (std::size_t i = 0; i < parts_.carries; ++i)
      if (active_[i])
        next.push_back(gradients[parts_.consts + i] ? gradients[parts_.consts + i]
                                                    : zeros(body.outputs[i].type()));
    for (Value step : sums.steps()) next.push_back(step);
    for (std::size_t i = first_row(); i < gradients.size(); ++i)
      if (gradients[i]) ys.push_back(gradients[i]);
    for (Value v : sums.stacked()) ys.push_back(v);

    Values result(operands_.size());
    if (next.empty() && ys.empty()) return result;
    const Values made = append_scan(graph_, scan, next, ys, where_);
    std::size_t at = 0;
    for (std::size_t i = 0; i < parts_.carries; ++i)
      if (active_[i]) result[parts_.consts + i] = made[at++];
    const std::size_t sums_at = at;
    at += sums.steps().size();
    for (std::size_t i = first_row(); i < gradients.size(); ++i)
      if (gradients[i]) result[i] = made[at++];
    const Values totals = sums.totals(std::span(made).subspan(sums_at, sums.steps().size()),
                                      std::span(made).subspan(at));
    for (std::size_t i = 0, t = 0; i < parts_.consts; ++i)
      if (gradients[i]) result[i] = totals[t++];
    return result;
  }

  std::size_t ys_ = 0;
  Value count_;
};

} // namespace

std::vector<Value> loop_vjp(Value node, std::span<const Value> cotangents,
                            const std::vector<bool>& wanted, Where where) {
  const GraphData& g = *node.graph();
  if (g.attrs(node.id()).has("snapshots")) return revolve_vjp(node, cotangents, wanted, where);
  return LoopVjp(node, cotangents, wanted, where).run();
}

} // namespace nngc
