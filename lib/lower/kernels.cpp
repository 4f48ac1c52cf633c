// One kernel per group: its dims, its phases, its stores.
#include <algorithm>
#include <unordered_map>

#include "lower/body.h"
#include "ops/lower_context.h"

namespace nngc::lower_detail {

using loop::Kernel;
using loop::Op;
using loop::Phase;

namespace {

class KernelMaker {
public:
  KernelMaker(const Plan& plan, int group, const std::vector<int>& buffer_of,
              const std::vector<int>& store_to)
      : plan_(plan), g_(*plan.graph), id_(group),
        group_(plan.groups[static_cast<std::size_t>(group)]), buffer_of_(buffer_of),
        store_to_(store_to) {}

  Kernel run() {
    switch (group_.kind) {
    case Group::Kind::Map: map(); break;
    case Group::Kind::Reduce: reduce(); break;
    case Group::Kind::Dot: dot(); break;
    case Group::Kind::Scatter: scatter(); break;
    case Group::Kind::Region: break; // make_control does these
    case Group::Kind::Cumulate: cumulate(); break;
    case Group::Kind::Sort: kernel_ = sort_kernel(plan_, group_, store_to_, buffer_of_); break;
    }
    collapse_dims(kernel_);
    return std::move(kernel_);
  }

private:
  void add_dim(Dim extent, const std::string& name) { kernel_.dims.push_back({extent, name}); }

  /// The index at which a stored value is computed: its frame says which dim each of its axes is.
  [[nodiscard]] Index root_index(NodeId v) const {
    Index index;
    for (int d : plan_.frame[v]) index.push_back(d < 0 ? loop::Affine{} : axis_index(d));
    return index;
  }

  /// Where the point that runs lies on an axis of the space.
  [[nodiscard]] loop::Affine axis_index(int axis) const {
    const loop::Affine at = dim_index(dim_of_axis_[static_cast<std::size_t>(axis)]);
    return axis == turned_ ? shifted(scaled(at, -1), group_.space[axis] - Dim(1)) : at;
  }
  [[nodiscard]] Index space_index() const {
    Index index;
    for (int axis = 0; axis < group_.space.rank(); ++axis) index.push_back(axis_index(axis));
    return index;
  }

  /// All roots' values first, then all stores: a store may overwrite an input that another root
  /// reads.
  void store_roots(const std::vector<NodeId>& roots, Body& body, Phase& phase) {
    std::vector<int> values;
    for (NodeId v : roots) values.push_back(body.value(v, root_index(v)));
    for (std::size_t i = 0; i < roots.size(); ++i) {
      loop::Instr store;
      store.op = Op::Store, store.type = g_.type(roots[i]).dtype, store.a = values[i];
      store.buffer = store_to_[roots[i]];
      store.index = linear(g_.type(roots[i]).shape, root_index(roots[i]));
      phase.body.push_back(std::move(store));
    }
  }

  void map() {
    map_dims();
    Phase& phase = kernel_.phases.emplace_back();
    phase.loops = false;
    Body body(plan_, id_, buffer_of_, {}, phase);
    store_roots(group_.roots, body, phase);
  }

  /// How many earlier anchors of the group v waits for, one behind the other; 0: none.
  int level(NodeId v) {
    std::vector<NodeId> stack{v};
    while (!stack.empty()) { // iterative: expressions are bounded, but views may be long
      const NodeId n = stack.back();
      if (level_.contains(n)) {
        stack.pop_back();
        continue;
      }
      const bool own = plan_.stored_by[n] == id_;
      if (plan_.in_memory(n) && !own) {
        level_[n] = 0;
        stack.pop_back();
        continue;
      }
      int deepest = 0;
      bool ready = true;
      for (NodeId o : g_.operands(n)) {
        const auto it = level_.find(o);
        if (it == level_.end())
          stack.push_back(o), ready = false;
        else
          deepest = std::max(deepest, it->second);
      }
      if (!ready) continue;
      const bool anchor =
          std::find(group_.anchors.begin(), group_.anchors.end(), n) != group_.anchors.end();
      level_[n] = deepest + (anchor ? 1 : 0);
      stack.pop_back();
    }
    return level_[v];
  }

  [[nodiscard]] bool full_frame(NodeId v) const {
    return std::any_of(plan_.frame[v].begin(), plan_.frame[v].end(), [&](int d) {
      return d >= 0 && group_.reduced[static_cast<std::size_t>(d)];
    });
  }

  void reduce() {
    const int rank = group_.space.rank();
    dim_of_axis_.assign(static_cast<std::size_t>(rank), 0);
    for (const bool reduced : {false, true}) {
      for (int axis = 0; axis < rank; ++axis) {
        if (group_.reduced[static_cast<std::size_t>(axis)] != reduced) continue;
        dim_of_axis_[static_cast<std::size_t>(axis)] = static_cast<int>(kernel_.dims.size());
        add_dim(group_.space[axis], (reduced ? "r" : "i") + std::to_string(axis));
      }
      if (!reduced) kernel_.parallel = static_cast<int>(kernel_.dims.size());
    }
    kernel_.lane = rank == 0 ? -1 : dim_of_axis_.back();

    int levels = 0;
    for (NodeId a : group_.anchors) levels = std::max(levels, level(a));
    int phases = levels;
    for (NodeId v : group_.roots)
      if (full_frame(v)) phases = std::max(phases, level(v) + 1);
    Body::Results results;
    for (int p = 0; p < phases; ++p) {
      Phase phase;
      Body body(plan_, id_, buffer_of_, results, phase);
      std::vector<NodeId> roots;
      for (NodeId v : group_.roots)
        if (full_frame(v) && level(v) == p) roots.push_back(v);
      std::vector<std::pair<NodeId, int>> made;
      for (NodeId a : group_.anchors)
        if (level(a) == p + 1) made.emplace_back(a, add_reduction(a, body, phase));
      store_roots(roots, body, phase);
      for (const auto& [a, number] : made) results[a] = {p, number};
      kernel_.phases.push_back(std::move(phase));
    }
    std::vector<NodeId> rows;
    for (NodeId v : group_.roots)
      if (!full_frame(v)) rows.push_back(v);
    if (rows.empty()) return;
    Phase phase;
    phase.loops = false;
    Body body(plan_, id_, buffer_of_, results, phase);
    store_roots(rows, body, phase);
    kernel_.phases.push_back(std::move(phase));
  }

  static loop::ReduceOp reduce_op(const std::string& kind) {
    using R = loop::ReduceOp;
    return kind == "add"   ? R::Add
           : kind == "mul" ? R::Mul
           : kind == "max" ? R::Max
           : kind == "min" ? R::Min
           : kind == "and" ? R::And
                           : R::Or;
  }

  int add_reduction(NodeId anchor, Body& body, Phase& phase) {
    const NodeId o = g_.operands(anchor)[0];
    const Index index = space_index();
    loop::Reduction r;
    r.value = body.value(o, index);
    const Attrs& attrs = g_.attrs(anchor);
    const auto& kind = attrs.get<std::string>("kind");
    const DType type = g_.type(o).dtype;
    if (plan_.lowering(anchor) == Lowering::ArgReduce) {
      r.op = kind == "max" ? loop::ReduceOp::ArgMax : loop::ReduceOp::ArgMin;
      r.index = body.position(index[static_cast<std::size_t>(attrs.get<std::int64_t>("axis"))]);
    } else {
      r.op = reduce_op(kind);
      if (type == DType::BF16 || type == DType::F16)
        r.value = body.emit(Op::Convert, DType::F32, r.value);
    }
    phase.reductions.push_back(r);
    return static_cast<int>(phase.reductions.size()) - 1;
  }

  void dot() {
    const NodeId v = group_.anchors[0], a = g_.operands(v)[0], b = g_.operands(v)[1];
    const Shape &sa = g_.type(a).shape, &sb = g_.type(b).shape;
    const int batch = static_cast<int>(g_.attrs(v).get<Axes>("batch_a").size());
    const int sums = static_cast<int>(g_.attrs(v).get<Axes>("contract_a").size());
    const int free_a = sa.rank() - batch - sums, free_b = sb.rank() - batch - sums;
    dim_of_axis_.assign(static_cast<std::size_t>(group_.space.rank()), 0);
    auto take = [&](int axis, const char* name) {
      dim_of_axis_[static_cast<std::size_t>(axis)] = static_cast<int>(kernel_.dims.size());
      add_dim(group_.space[axis], name);
    };
    for (int i = 0; i < batch; ++i) take(i, "batch");
    for (int i = 0; i + 1 < free_b; ++i) take(batch + free_a + i, "n_outer");
    for (int i = 0; i + 1 < free_a; ++i) take(batch + i, "m_outer");
    if (free_a > 0)
      take(batch + free_a - 1, "m");
    else
      add_dim(1, "m");
    if (free_b > 0)
      take(batch + free_a + free_b - 1, "n");
    else
      add_dim(1, "n");
    const int k = static_cast<int>(kernel_.dims.size());
    for (int i = 0; i < sums; ++i)
      add_dim(sa[batch + free_a + i], sums == 1 ? "k" : "k" + std::to_string(i));

    kernel_.kind = loop::KernelKind::Contraction;
    kernel_.parallel = k;
    kernel_.lane = k - 1;
    Index ia, ib;
    for (int i = 0; i < batch; ++i)
      ia.push_back(dim_index(dim_of_axis_[static_cast<std::size_t>(i)]));
    ib = ia;
    for (int i = 0; i < free_a; ++i)
      ia.push_back(dim_index(dim_of_axis_[static_cast<std::size_t>(batch + i)]));
    for (int i = 0; i < sums; ++i) ia.push_back(dim_index(k + i)), ib.push_back(dim_index(k + i));
    for (int i = 0; i < free_b; ++i)
      ib.push_back(dim_index(dim_of_axis_[static_cast<std::size_t>(batch + free_a + i)]));
    kernel_.a = operand(a, ia);
    kernel_.b = operand(b, ib);
    kernel_.operand_type = g_.type(a).dtype;
    const DType out = g_.type(v).dtype;
    kernel_.acc_type = out == DType::BF16 || out == DType::F16 ? DType::F32 : out;
    kernel_.chains = chains();
    Phase& phase = kernel_.phases.emplace_back();
    phase.loops = false;
    Body body(plan_, id_, buffer_of_, {}, phase);
    store_roots(group_.roots, body, phase);
  }

  /// A sum waits for the one before it. Where a contraction has so few that they cannot hide the
  /// wait, each is split; by its extents alone, so that all targets make the same bits.
  [[nodiscard]] int chains() const {
    constexpr std::int64_t vector_bytes = 64, enough_sums = 8, least_each = 4;
    const auto k = static_cast<std::size_t>(kernel_.parallel);
    if (k + 1 != kernel_.dims.size()) return 1;
    for (std::size_t d = k - 2; d <= k; ++d)
      if (!kernel_.dims[d].extent.is_static()) return 1;
    const std::int64_t row = kernel_.dims[k - 1].extent.value() * byte_size(kernel_.acc_type);
    const std::int64_t sums =
        kernel_.dims[k - 2].extent.value() * ((row + vector_bytes - 1) / vector_bytes);
    int chains = 1;
    while (sums > 0 && 2 * chains * sums <= enough_sums &&
           2 * chains * least_each <= kernel_.dims[k].extent.value())
      chains *= 2;
    return chains;
  }

  loop::MatrixOperand operand(NodeId v, const Index& index) const {
    NodeId base = v;
    loop::MatrixOperand m;
    resolve(plan_, v, index, base, m.index);
    m.buffer = buffer_of_[base];
    return m;
  }

  // One step after another along the axis, each point's running value in a register, or in a lane
  // of one: the last other dim lies in lanes.
  void cumulate() {
    const NodeId v = group_.anchors[0];
    const Attrs& attrs = g_.attrs(v);
    const auto along = static_cast<int>(attrs.get<std::int64_t>("axis"));
    dim_of_axis_.assign(static_cast<std::size_t>(group_.space.rank()), 0);
    for (int axis = 0; axis < group_.space.rank(); ++axis) {
      if (axis == along) continue;
      dim_of_axis_[static_cast<std::size_t>(axis)] = kernel_.parallel++;
      add_dim(group_.space[axis], "i" + std::to_string(axis));
    }
    dim_of_axis_[static_cast<std::size_t>(along)] = kernel_.parallel;
    add_dim(group_.space[along], "s" + std::to_string(along));
    kernel_.lane = kernel_.parallel - 1;
    if (attrs.get<bool>("reverse")) turned_ = along;

    Phase phase;
    Body::Results results;
    Body body(plan_, id_, buffer_of_, results, phase);
    phase.reductions.push_back(running(v, body));
    results[v] = {0, 0};
    store_roots(group_.roots, body, phase);
    kernel_.phases.push_back(std::move(phase));
  }

  loop::Reduction running(NodeId v, Body& body) {
    const auto operand = [&](std::size_t i) {
      const NodeId o = g_.operands(v)[i];
      const int value = body.value(o, space_index());
      const DType type = g_.type(o).dtype;
      const bool half = type == DType::BF16 || type == DType::F16;
      return half ? body.emit(Op::Convert, DType::F32, value) : value;
    };
    loop::Reduction r;
    const int step = body.position(dim_index(kernel_.parallel));
    if (g_.node(v).op == Opcode::Linrec) {
      r.op = loop::ReduceOp::Linrec;
      const int a = operand(0);
      r.value = operand(1);
      const DType type = half_to_float(g_.type(v).dtype);
      const int later = body.emit(Op::Gt, DType::Bool, step, body.constant(DType::I64, 0));
      r.index = body.emit(Op::Select, type, later, a, body.constant(type, 0));
      return r;
    }
    const auto& kind = g_.attrs(v).get<std::string>("kind");
    r.value = operand(0);
    if (g_.node(v).op == Opcode::CumArg) {
      r.op = kind == "max" ? loop::ReduceOp::ArgMax : loop::ReduceOp::ArgMin;
      r.index = step; // of equal elements the first step wins, whichever way they go
    } else {
      r.op = reduce_op(kind);
    }
    return r;
  }

  static DType half_to_float(DType type) {
    return type == DType::BF16 || type == DType::F16 ? DType::F32 : type;
  }

  // result = updates joined with what is at computed rows; the result holds the operand already (a
  // copy made before).
  void scatter() {
    const NodeId v = group_.anchors[0], indices = g_.operands(v)[1], updates = g_.operands(v)[2];
    map_dims();
    kernel_.serial = true;
    Phase& phase = kernel_.phases.emplace_back();
    phase.loops = false;
    Body body(plan_, id_, buffer_of_, {}, phase);
    const Index index = space_index();
    const auto axis = static_cast<int>(g_.attrs(v).get<std::int64_t>("axis"));
    const int update = body.value(updates, index);
    const RowIndices row = row_indices(g_, v, index);
    const int i = body.value(indices, row.indices);
    const auto [at, inside] = body.checked_index(i, g_.type(indices).dtype, g_.type(v).shape[axis],
                                                 g_.attrs(v).get<std::string>("mode"));
    Dim stride = 1;
    for (int d = g_.type(v).shape.rank() - 1; d > axis; --d) stride = stride * g_.type(v).shape[d];
    loop::Affine walk;
    walk.base = stride;
    loop::Instr put;
    put.op = scatter_op(g_.node(v).op), put.type = g_.type(v).dtype;
    put.a = body.emit(Op::Mul, DType::I64, at, body.position(walk));
    put.b = update, put.c = inside;
    put.buffer = store_to_[v];
    put.index = linear(g_.type(v).shape, row.row);
    phase.body.push_back(std::move(put));
  }

  static Op scatter_op(Opcode op) {
    return op == Opcode::ScatterAdd   ? Op::AddAt
           : op == Opcode::ScatterMax ? Op::MaxAt
           : op == Opcode::ScatterMin ? Op::MinAt
                                      : Op::StoreAt;
  }

  void map_dims() {
    for (int d = 0; d < group_.space.rank(); ++d) {
      dim_of_axis_.push_back(d);
      add_dim(group_.space[d], "i" + std::to_string(d));
    }
    kernel_.parallel = group_.space.rank();
    kernel_.lane = kernel_.parallel - 1;
  }

  const Plan& plan_;
  const GraphData& g_;
  int id_;
  const Group& group_;
  const std::vector<int>&buffer_of_, &store_to_;
  Kernel kernel_;
  std::vector<int> dim_of_axis_;
  int turned_ = -1; ///< the axis whose dim runs from its end
  std::unordered_map<NodeId, int> level_;
};

} // namespace

Kernel make_kernel(const Plan& plan, int group, const std::vector<int>& buffer_of,
                   const std::vector<int>& store_to) {
  return KernelMaker(plan, group, buffer_of, store_to).run();
}

} // namespace nngc::lower_detail
