// Node by node, with attributes that say shapes adapted to what the operands have become.
#include "test/fuzz/resize.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <set>

#include "ir/graph_data.h"

namespace nngc::test {

namespace {

using Dims = std::vector<Dim>;

bool brings_extents(Opcode op) {
  return op == Opcode::Input || op == Opcode::Constant || op == Opcode::Iota ||
         op == Opcode::RngBits || op == Opcode::BroadcastInDim || op == Opcode::Slice;
}

/// The first elements along every axis.
Literal cut(const Tensor& from, const Dims& dims) {
  std::vector<std::int64_t> shape;
  for (const Dim& d : dims) shape.push_back(d.value());
  auto to = std::make_shared<Tensor>(from.dtype(), shape);
  const auto step = static_cast<std::size_t>(byte_size(from.dtype()));
  for (std::int64_t i = 0; i < to->size(); ++i) {
    std::int64_t rest = i, at = 0, stride = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      at += rest % shape[axis] * stride;
      rest /= shape[axis];
      stride *= from.shape()[axis];
    }
    std::memcpy(static_cast<char*>(to->raw()) + static_cast<std::size_t>(i) * step,
                static_cast<const char*>(from.raw()) + static_cast<std::size_t>(at) * step, step);
  }
  return to;
}

class Resizer {
public:
  Resizer(const Graph& graph, const Resize& resize)
      : from_(*graph.data()), resize_(resize), to_(graph.name()) {}

  Graph run(const std::vector<Output>& outputs) {
    std::vector<bool> live = live_nodes(from_);
    for (const Output& o : outputs)
      if (o.updates) live[o.updates.id()] = true;
    std::vector<Value> mapped(from_.size());
    for (const InputInfo& i : from_.inputs) {
      const TensorType& type = from_.type(i.node);
      const bool binds = type.shape.size().scale() != 0; // it says what a symbol is
      if (!live[i.node] && !binds) continue;
      mapped[i.node] =
          to_.input(i.name, {type.dtype, Shape(changed(i.node, type.shape.dims()))}, i.role);
    }
    for (NodeId id = 0; id < from_.size(); ++id) {
      if (!live[id] || mapped[id]) continue;
      operands_.clear();
      for (const NodeId operand : from_.operands(id)) operands_.push_back(mapped[operand]);
      const Section saved = std::exchange(to_.data()->section, from_.node(id).section);
      mapped[id] = append(to_.data(), from_.node(id).op, operands_, attrs(id));
      to_.data()->section = saved;
    }
    for (const Output& o : outputs) {
      if (o.updates)
        to_.update(mapped[o.updates.id()], mapped[o.value.id()]);
      else
        to_.output(o.name, mapped[o.value.id()]);
    }
    return std::move(to_);
  }

private:
  [[nodiscard]] bool is_meant(NodeId id) const { return !resize_.only || *resize_.only == id; }
  [[nodiscard]] Dims changed(NodeId id, Dims dims) const {
    if (is_meant(id)) std::ranges::replace(dims, Dim(resize_.from), Dim(resize_.to));
    return dims;
  }
  [[nodiscard]] const Shape& old_shape(NodeId id, std::size_t operand) const {
    return from_.type(from_.operands(id)[operand]).shape;
  }

  [[nodiscard]] Attrs attrs(NodeId id) const {
    Attrs attrs = from_.attrs(id);
    switch (from_.node(id).op) {
    case Opcode::Iota:
    case Opcode::RngBits: attrs.set("shape", changed(id, attrs.get<Dims>("shape"))); break;
    case Opcode::Constant: {
      const Dims dims = changed(id, attrs.get<Dims>("shape"));
      const auto& value = attrs.get<Literal>("value");
      if (value->shape().size() == dims.size() && !dims.empty() && Shape(dims).is_static())
        attrs.set("value", cut(*value, dims));
      attrs.set("shape", dims);
      break;
    }
    case Opcode::BroadcastInDim: attrs.set("shape", broadcast(id, attrs)); break;
    case Opcode::Reshape: attrs.set("shape", reshaped(id, attrs.get<Dims>("shape"))); break;
    case Opcode::Slice: sliced(id, attrs); break;
    default: break;
    }
    return attrs;
  }

  /// Axes of the operand say their extents; the others are the broadcast's own.
  [[nodiscard]] Dims broadcast(NodeId id, const Attrs& attrs) const {
    const auto& axes = attrs.get<std::vector<std::int64_t>>("dims");
    Dims dims = changed(id, attrs.get<Dims>("shape"));
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const auto axis = static_cast<std::size_t>(axes[i]);
      const Dim had = old_shape(id, 0)[static_cast<int>(i)];
      if (had == attrs.get<Dims>("shape")[axis])
        dims[axis] = operands_[0].shape()[static_cast<int>(i)];
    }
    return dims;
  }

  /// As many elements as the operand has now, by another extent of one axis.
  [[nodiscard]] Dims reshaped(NodeId id, const Dims& dims) const {
    const Shape &had = old_shape(id, 0), &has = operands_[0].shape();
    if (had == has || !had.is_static() || !has.is_static()) return dims;
    Dims same = dims;
    std::ranges::replace(same, Dim(resize_.from), Dim(resize_.to));
    if (Shape(same).size() == has.size()) return same;
    const std::int64_t before = had.size().value(), now = has.size().value();
    for (std::size_t i = 0; i < dims.size(); ++i) {
      if (before == 0 || dims[i].value() * now % before != 0) continue;
      same = dims;
      same[i] = dims[i].value() * now / before;
      return same;
    }
    return dims;
  }

  void sliced(NodeId id, Attrs& attrs) const {
    Dims start = attrs.get<Dims>("start"), limit = attrs.get<Dims>("limit");
    auto stride = attrs.get<std::vector<std::int64_t>>("stride");
    for (std::size_t i = 0; i < start.size(); ++i) {
      const Dim has = operands_[0].shape()[static_cast<int>(i)];
      if (!start[i].is_static() || !limit[i].is_static() || !has.is_static()) continue;
      const std::int64_t count = from_.type(id).shape[static_cast<int>(i)].value();
      std::int64_t first = start[i].value(), last = limit[i].value();
      if (resize_.unit_strides) stride[i] = 1, last = first + count;
      if (is_meant(id) && count == resize_.from) last = first + (resize_.to - 1) * stride[i] + 1;
      if (last > has.value()) { // the same number of elements, or as many as there are
        first = std::max<std::int64_t>(0, has.value() - (last - first));
        last = has.value();
      }
      start[i] = first, limit[i] = last;
    }
    attrs.set("start", start);
    attrs.set("limit", limit);
    attrs.set("stride", stride);
  }

  const GraphData& from_;
  Resize resize_;
  Graph to_;
  std::vector<Value> operands_;
};

} // namespace

Graph resized(const Graph& graph, const Resize& resize) {
  return Resizer(graph, resize).run(graph.outputs());
}

std::vector<NodeId> nodes_with_extents(const Graph& graph) {
  const GraphData& data = *graph.data();
  const std::vector<bool> live = live_nodes(data);
  std::vector<NodeId> nodes;
  for (NodeId id = 0; id < data.size(); ++id)
    if (live[id] && brings_extents(data.node(id).op)) nodes.push_back(id);
  return nodes;
}

std::vector<std::int64_t> extents_of(const Graph& graph) {
  std::set<std::int64_t, std::greater<>> extents;
  for (const NodeId id : nodes_with_extents(graph))
    for (const Dim& d : graph.data()->type(id).shape)
      if (d.is_static() && d.value() > 1) extents.insert(d.value());
  return {extents.begin(), extents.end()};
}

} // namespace nngc::test
