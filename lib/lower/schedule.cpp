// Order, buffers, memory: from a fusion plan to an entry.
//
// An updated input is overwritten in place where the kernel that makes its new value can run after
// every reader of the old one, and itself reads it only element by element. Otherwise the new value
// waits in the arena and is copied at the end.
#include <algorithm>
#include <functional>
#include <queue>
#include <set>
#include <stdexcept>

#include "loop/sort_scratch.h"
#include "lower/plan.h"
#include "ops/regions.h"

namespace nngc::lower_detail {

namespace {

using loop::Buffer;
using loop::BufferKind;

class Scheduler {
public:
  Scheduler(Plan& plan, const std::string& symbol)
      : plan_(plan), g_(*plan.graph), symbol_(symbol), buffer_of_(g_.size(), -1) {}

  loop::Entry run(std::vector<int>& group_of_node, std::vector<std::string>& names) {
    entry_.name = symbol_;
    reads();
    arguments();
    outputs();
    for (std::size_t k = 0; k < plan_.groups.size(); ++k)
      if (plan_.groups[k].alive)
        for (NodeId r : plan_.groups[k].roots)
          if (buffer_of_[r] < 0) buffer_of_[r] = arena(r);
    emit(group_of_node, names);
    lifetimes();
    find_symbols(entry_, plan_);
    return std::move(entry_);
  }

private:
  int add_buffer(Buffer b) {
    entry_.buffers.push_back(std::move(b));
    return static_cast<int>(entry_.buffers.size()) - 1;
  }

  int arena(NodeId v) {
    Buffer b;
    b.name = "t" + std::to_string(v);
    b.dtype = g_.type(v).dtype;
    b.size = g_.type(v).shape.size();
    return add_buffer(std::move(b));
  }

  int scratch(const char* what, DType dtype, Dim elements) {
    Buffer b;
    b.name = what + std::to_string(entry_.buffers.size());
    b.dtype = dtype;
    b.size = elements;
    return add_buffer(std::move(b));
  }

  void reads() {
    readers_.resize(g_.size());
    edges_.resize(plan_.groups.size());
    for (std::size_t k = 0; k < plan_.groups.size(); ++k) {
      if (!plan_.groups[k].alive) continue;
      std::vector<NodeId> loads;
      collect_loads(plan_, static_cast<int>(k), loads);
      for (NodeId v : loads) {
        readers_[v].push_back(static_cast<int>(k));
        if (plan_.stored_by[v] >= 0 && plan_.stored_by[v] != static_cast<int>(k))
          edges_[static_cast<std::size_t>(plan_.stored_by[v])].insert(static_cast<int>(k));
      }
    }
  }

  void arguments() {
    for (const InputInfo& i : g_.inputs) {
      const bool donated = std::any_of(g_.outputs.begin(), g_.outputs.end(), [&](const Output& o) {
        return o.updates && o.updates.id() == i.node;
      });
      buffer_of_[i.node] =
          argument(i.name, g_.type(i.node), donated ? BufferKind::InOut : BufferKind::Input,
                   std::string(name(i.role)));
    }
    for (NodeId v = 0; v < g_.size(); ++v) {
      if (!plan_.live[v] || plan_.lowering(v) != Lowering::Constant || !plan_.in_memory(v))
        continue;
      if (plan_.stored_by[v] >= 0) continue;
      const Tensor& t = *g_.attrs(v).get<Literal>("value");
      Buffer b;
      b.name = "c" + std::to_string(v);
      b.kind = BufferKind::Constant;
      b.dtype = t.dtype();
      b.size = t.size();
      const auto* bytes = static_cast<const std::uint8_t*>(t.raw());
      b.data.assign(bytes, bytes + t.bytes());
      buffer_of_[v] = add_buffer(std::move(b));
    }
  }

  int argument(const std::string& name, const TensorType& type, BufferKind kind,
               const std::string& role) {
    Buffer b;
    b.name = name;
    b.kind = kind;
    b.dtype = type.dtype;
    b.size = type.shape.size();
    b.arg = static_cast<int>(entry_.arguments.size());
    entry_.arguments.push_back({name, type, kind, role});
    return add_buffer(std::move(b));
  }

  [[nodiscard]] bool reaches(int from, int to) const {
    std::vector<int> stack{from};
    std::vector<bool> seen(edges_.size());
    while (!stack.empty()) {
      const int k = stack.back();
      stack.pop_back();
      if (k == to) return true;
      if (seen[static_cast<std::size_t>(k)]) continue;
      seen[static_cast<std::size_t>(k)] = true;
      for (int next : edges_[static_cast<std::size_t>(k)]) stack.push_back(next);
    }
    return false;
  }

  /// Lets the group of `value` store it over `input`; false if a reader of the old value would have
  /// to come later.
  bool in_place(NodeId value, NodeId input) {
    const int k = plan_.stored_by[value];
    if (k < 0 || buffer_of_[value] >= 0 || !may_overwrite(plan_, k, input, value)) return false;
    std::vector<int> added;
    for (int reader : readers_[input]) {
      if (reader == k) continue;
      if (reaches(k, reader)) {
        for (int r : added) edges_[static_cast<std::size_t>(r)].erase(k);
        return false;
      }
      if (edges_[static_cast<std::size_t>(reader)].insert(k).second) added.push_back(reader);
    }
    buffer_of_[value] = buffer_of_[input];
    return true;
  }

  void outputs() {
    for (const Output& o : g_.outputs)
      if (o.updates && !in_place(o.value.id(), o.updates.id()))
        late(o.value.id(), buffer_of_[o.updates.id()]);
    for (const Output& o : g_.outputs) {
      if (o.updates) continue;
      const NodeId v = o.value.id();
      const int buffer = argument(o.name, g_.type(v), BufferKind::Output, "output");
      if (plan_.stored_by[v] < 0 || buffer_of_[v] >= 0) {
        late(v, buffer);
        continue;
      }
      buffer_of_[v] = buffer;
      if (plan_.shares[v]) buffer_of_[*plan_.shares[v]] = buffer;
    }
  }

  /// `to` takes v at the end. An input is saved first: it may be overwritten by then.
  void late(NodeId v, int to) {
    if (plan_.lowering(v) == Lowering::Input &&
        entry_.buffers[static_cast<std::size_t>(buffer_of_[v])].kind == BufferKind::InOut) {
      const int saved = arena(v);
      before_.push_back(copy(buffer_of_[v], saved, g_.type(v)));
      after_.push_back(copy(saved, to, g_.type(v)));
    } else {
      pending_.push_back({v, to});
    }
  }

  static loop::Kernel copy(int from, int to, const TensorType& type) {
    loop::Kernel k;
    k.note = "copy";
    k.dims.push_back({type.shape.size(), "i0"});
    k.parallel = 1;
    k.lane = 0;
    loop::Phase& phase = k.phases.emplace_back();
    phase.loops = false;
    loop::Instr load, store;
    load.op = loop::Op::Load, load.type = type.dtype, load.buffer = from, load.index = dim_index(0);
    store.op = loop::Op::Store, store.type = type.dtype, store.buffer = to,
    store.index = dim_index(0), store.a = 0;
    phase.body = {load, store};
    return k;
  }

  [[nodiscard]] std::vector<int> order() const {
    std::vector<int> waiting(edges_.size()), result;
    for (const auto& targets : edges_)
      for (int t : targets) ++waiting[static_cast<std::size_t>(t)];
    // Smallest first anchor or root first: the order of the graph, which keeps what is produced
    // close to its use.
    auto key = [&](int k) {
      const Group& g = plan_.groups[static_cast<std::size_t>(k)];
      return g.anchors.empty() ? g.roots.front() : g.anchors.front();
    };
    using Item = std::pair<NodeId, int>;
    std::priority_queue<Item, std::vector<Item>, std::greater<>> ready;
    for (std::size_t k = 0; k < edges_.size(); ++k)
      if (plan_.groups[k].alive && waiting[k] == 0)
        ready.emplace(key(static_cast<int>(k)), static_cast<int>(k));
    while (!ready.empty()) {
      const int k = ready.top().second;
      ready.pop();
      result.push_back(k);
      for (int t : edges_[static_cast<std::size_t>(k)])
        if (--waiting[static_cast<std::size_t>(t)] == 0) ready.emplace(key(t), t);
    }
    const auto alive = std::count_if(plan_.groups.begin(), plan_.groups.end(),
                                     [](const Group& g) { return g.alive; });
    if (result.size() != static_cast<std::size_t>(alive))
      throw std::logic_error("lower: kernels of " + symbol_ + " wait for each other");
    return result;
  }

  void push(loop::Kernel kernel) {
    kernel.name = symbol_ + "_k" + std::to_string(entry_.kernels.size());
    entry_.kernels.push_back(std::move(kernel));
  }

  void emit(std::vector<int>& group_of_node, std::vector<std::string>& names) {
    group_of_node.assign(g_.size(), -1);
    for (auto& k : before_) push(std::move(k));
    std::vector<int> kernel_of(plan_.groups.size(), -1);
    for (int k : order()) {
      const Group& group = plan_.groups[static_cast<std::size_t>(k)];
      if (group.kind == Group::Kind::Region) {
        kernel_of[static_cast<std::size_t>(k)] = static_cast<int>(entry_.kernels.size());
        push(control(group));
        continue;
      }
      if (group.kind == Group::Kind::Scatter) scatter_target(group);
      loop::Kernel kernel = make_kernel(plan_, k, buffer_of_, buffer_of_);
      kernel.note = note(group);
      store_twice(kernel, k);
      if (const std::int64_t elements = scratch_elements(kernel); elements > 0)
        kernel.scratch = scratch("columns", kernel.operand_type, elements);
      if (kernel.kind == loop::KernelKind::Sort)
        kernel.scratch = scratch("order", DType::U64, loop::sort_scratch_words(kernel));
      DType type = DType::F32;
      const auto next = static_cast<int>(entry_.buffers.size());
      if (const std::int64_t elements = keep_rows(kernel, next, type); elements > 0)
        scratch("rows", type, elements);
      kernel_of[static_cast<std::size_t>(k)] = static_cast<int>(entry_.kernels.size());
      push(std::move(kernel));
    }
    for (const auto& [v, to] : pending_) push(copy(buffer_of_[v], to, g_.type(v)));
    for (auto& k : after_) push(std::move(k));
    for (const auto& k : entry_.kernels) names.push_back(k.name + ": " + k.note);
    members(kernel_of, group_of_node);
  }

  /// A value that is two results is stored twice by the kernel that has it, rather than copied.
  void store_twice(loop::Kernel& kernel, int group) {
    if (plan_.groups[static_cast<std::size_t>(group)].stores_itself()) return;
    std::erase_if(pending_, [&](const auto& copy) {
      const auto& [v, to] = copy;
      // An updated input may be read by kernels that come later.
      if (plan_.stored_by[v] != group ||
          entry_.buffers[static_cast<std::size_t>(to)].kind != BufferKind::Output)
        return false;
      bool stored = false;
      for (loop::Phase& phase : kernel.phases)
        for (std::size_t i = 0; i < phase.body.size(); ++i)
          if (phase.body[i].op == loop::Op::Store && phase.body[i].buffer == buffer_of_[v]) {
            loop::Instr again = phase.body[i];
            again.buffer = to;
            phase.body.push_back(std::move(again));
            stored = true;
            break;
          }
      return stored;
    });
  }

  loop::Kernel control(const Group& group) {
    const NodeId v = group.anchors[0];
    std::vector<int> operands, results;
    for (NodeId o : g_.operands(v)) operands.push_back(buffer_of_[plan_.lies_in[o].value_or(o)]);
    results.resize(result_types(g_.node(v).op, g_.attrs(v)).size(), -1);
    for (NodeId r : group.roots) {
      const std::size_t index =
          r == v ? 0 : static_cast<std::size_t>(g_.attrs(r).get<std::int64_t>("index"));
      results[index] = buffer_of_[r];
    }
    const std::string symbol = symbol_ + "_k" + std::to_string(entry_.kernels.size());
    ControlMaker make;
    make.buffer = [&](const char* name, DType dtype, Dim size) {
      return scratch(name, dtype, size);
    };
    make.body = [&](const Graph& graph, const std::string& name) {
      entry_.bodies.push_back(lower_body(graph, symbol + "_" + name));
      return static_cast<int>(entry_.bodies.size()) - 1;
    };
    make.entry = [&](int body) -> const loop::Entry& {
      return entry_.bodies[static_cast<std::size_t>(body)];
    };
    loop::Kernel kernel = make_control(g_, v, operands, results, make);
    kernel.note = std::string(g_.def(v).mnemonic);
    return kernel;
  }

  /// The scatter adds onto a copy of its operand, unless it overwrites it.
  void scatter_target(const Group& group) {
    const NodeId v = group.anchors[0], x = g_.operands(v)[0];
    if (buffer_of_[x] == buffer_of_[v] && plan_.in_memory(x)) return;
    Plan fill = Plan();
    fill.graph = plan_.graph;
    // A plan of one Map group that stores the operand where the result will lie.
    fill.stored_by = plan_.stored_by;
    fill.frame = plan_.frame;
    Group map;
    map.space = g_.type(x).shape;
    map.roots = {x};
    fill.groups = {map};
    fill.frame[x].clear();
    for (int d = 0; d < map.space.rank(); ++d) fill.frame[x].push_back(d);
    std::vector<int> store_to = buffer_of_;
    store_to[x] = buffer_of_[v];
    // No value is stored by a group of that number in this plan but through memory.
    for (int& s : fill.stored_by)
      if (s == 0) s = static_cast<int>(plan_.groups.size());
    loop::Kernel k = make_kernel(fill, 0, buffer_of_, store_to);
    k.note = "scatter target";
    push(std::move(k));
  }

  [[nodiscard]] std::string note(const Group& group) const {
    std::string text;
    for (NodeId a : group.anchors)
      text += (text.empty() ? "" : ", ") + std::string(g_.def(a).mnemonic);
    if (group.anchors.empty() || group.kind != Group::Kind::Scatter)
      for (NodeId r : group.roots)
        if (std::find(group.anchors.begin(), group.anchors.end(), r) == group.anchors.end())
          text += (text.empty() ? "" : " + ") + std::string(g_.def(r).mnemonic);
    return text;
  }

  /// For pictures: the kernel of every node that belongs to exactly one.
  void members(const std::vector<int>& kernel_of, std::vector<int>& group_of_node) const {
    constexpr int none = -1, several = -2;
    std::vector<int> of(g_.size(), none);
    for (std::size_t k = 0; k < plan_.groups.size(); ++k) {
      if (!plan_.groups[k].alive) continue;
      for (NodeId v : plan_.groups[k].anchors) of[v] = kernel_of[k];
      for (NodeId v : plan_.groups[k].roots) of[v] = kernel_of[k];
    }
    std::vector<int> from_users(g_.size(), none);
    for (NodeId v = g_.size(); v-- > 0;) {
      if (!plan_.live[v]) continue;
      if (plan_.shares[v]) of[v] = of[*plan_.shares[v]];
      if (of[v] == none && plan_.lowering(v) != Lowering::Input) of[v] = from_users[v];
      for (NodeId o : g_.operands(v)) {
        int& f = from_users[o];
        f = f == none || f == of[v] ? of[v] : several;
      }
    }
    for (NodeId v = 0; v < g_.size(); ++v) group_of_node[v] = std::max(of[v], none);
  }

  void lifetimes() {
    std::vector<int> first(entry_.buffers.size(), -1), last(entry_.buffers.size(), -1);
    for (std::size_t k = 0; k < entry_.kernels.size(); ++k) {
      auto touch = [&](int b) {
        if (b < 0) return;
        const auto i = static_cast<std::size_t>(b);
        if (first[i] < 0) first[i] = static_cast<int>(k);
        last[i] = static_cast<int>(k);
      };
      for (const int b : loop::touched_buffers(entry_.kernels[k])) touch(b);
    }
    entry_.workspace = plan_memory(entry_.buffers, first, last);
  }

  Plan& plan_;
  const GraphData& g_;
  std::string symbol_;
  loop::Entry entry_;
  std::vector<int> buffer_of_;
  std::vector<std::vector<int>> readers_;
  std::vector<std::set<int>> edges_;
  std::vector<loop::Kernel> before_, after_;
  std::vector<std::pair<NodeId, int>> pending_;
};

} // namespace

loop::Entry make_entry(Plan& plan, const std::string& symbol, std::vector<int>& group_of_node,
                       std::vector<std::string>& names) {
  return Scheduler(plan, symbol).run(group_of_node, names);
}

} // namespace nngc::lower_detail
