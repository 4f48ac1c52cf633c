// From layers of neurons to a graph, and between weights of edges and arrays.
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "import/activations.h"
#include "import/neuron_layers.h"
#include "nngc/ops.h"

namespace nngc {
namespace {

using List = std::vector<std::uint32_t>;

NeuronLayers checked_layers(const NeuronGraph& net, const char* who, Where where) {
  const std::vector<NeuronMistake> mistakes = neuron_mistakes(net);
  if (!mistakes.empty())
    throw Error(Error::Kind::Graph, std::string(who) + ": " + mistakes.front().message, where);
  return make_neuron_layers(net);
}

std::string weights_name(std::size_t layer) { return "w" + std::to_string(layer); }
std::string bias_name(std::size_t layer) { return "b" + std::to_string(layer); }

std::int64_t extent(std::size_t n) { return static_cast<std::int64_t>(n); }

/// A tensor [rows, members] with a number at each edge, 0 elsewhere.
template <class T, class F> Tensor at_edges(const NeuronLayer& l, F value) {
  Tensor t(dtype_of<T>(), {extent(l.rows.size()), extent(l.members.size())});
  for (const NeuronLayer::Weight& w : l.weights)
    t.data<T>()[std::size_t{w.row} * l.members.size() + w.column] = static_cast<T>(value(w.edge));
  return t;
}

template <class T> NeuronWeights arrays(const NeuronGraph& net, const NeuronLayers& all) {
  NeuronWeights result;
  for (std::size_t k = 1; k < all.layers.size(); ++k) {
    const NeuronLayer& l = all.layers[k];
    if (!l.rows.empty())
      result.emplace(weights_name(k),
                     at_edges<T>(l, [&](std::uint32_t edge) { return net.edges[edge].weight; }));
    Tensor bias(dtype_of<T>(), {extent(l.members.size())});
    for (std::size_t i = 0; i < l.members.size(); ++i)
      bias.data<T>()[i] = static_cast<T>(net.neurons[l.members[i]].bias);
    result.emplace(bias_name(k), std::move(bias));
  }
  return result;
}

class Builder {
public:
  Builder(const NeuronGraph& net, const NeuronOptions& options, const NeuronLayers& layers,
          Where where)
      : net_(net), options_(options), layers_(layers), where_(where),
        graph_(is_identifier(net.name) ? net.name : "net") {}

  Graph build() {
    const Dim batch = Dim::symbol("batch");
    const auto width = [&](std::size_t k) { return extent(layers_.layers[k].members.size()); };
    if (options_.constants) values_ = arrays_of(net_, layers_, options_.dtype);
    results_.push_back(graph_.input("x", {options_.dtype, {batch, width(0)}}, Role::Data, where_));
    for (std::size_t k = 1; k < layers_.layers.size(); ++k) {
      const NeuronLayer& l = layers_.layers[k];
      const Value bias = weight(bias_name(k), {options_.dtype, {width(k)}});
      Value sum = l.rows.empty() ? broadcast_in_dim(bias, {batch, width(k)}, {1}, where_)
                                 : dense(columns(l.rows), matrix(k), bias, where_);
      results_.push_back(activate(l.activation, sum, where_));
    }
    List outputs;
    for (std::uint32_t i = 0; i < net_.neurons.size(); ++i)
      if (net_.neurons[i].role == NeuronRole::Output) outputs.push_back(i);
    graph_.output("y", columns(outputs), where_);
    return std::move(graph_);
  }

  static NeuronWeights arrays_of(const NeuronGraph& net, const NeuronLayers& layers, DType dtype) {
    return dtype == DType::F64 ? arrays<double>(net, layers) : arrays<float>(net, layers);
  }

private:
  Value weight(const std::string& name, TensorType type) {
    return options_.constants ? constant(graph_, values_.at(name), where_)
                              : graph_.param(name, std::move(type), where_);
  }

  // An absent edge is a 0 in the matrix. The mask stands between parameter and product, so neither
  // an initial value nor a gradient makes an edge of it.
  Value matrix(std::size_t k) {
    const NeuronLayer& l = layers_.layers[k];
    const Value w = weight(weights_name(k),
                           {options_.dtype, {extent(l.rows.size()), extent(l.members.size())}});
    if (options_.constants || l.dense()) return w;
    const auto one = [](std::uint32_t) { return 1; };
    const Tensor mask =
        options_.dtype == DType::F64 ? at_edges<double>(l, one) : at_edges<float>(l, one);
    return mul({w, where_}, {constant(graph_, mask, where_), where_});
  }

  // The values of these neurons, side by side: layers as they are, or slices of them. Where they
  // lie scattered, picked by number from the layers that hold them.
  Value columns(const List& neurons) {
    struct Run {
      std::uint32_t layer, first, count;
    };
    constexpr std::size_t most = 16;
    std::vector<Run> runs;
    for (const std::uint32_t n : neurons) {
      const NeuronPlace at = layers_.places[n];
      if (!runs.empty() && runs.back().layer == at.layer &&
          runs.back().first + runs.back().count == at.column)
        ++runs.back().count;
      else
        runs.push_back({at.layer, at.column, 1});
    }
    std::vector<Value> parts;
    if (runs.size() <= most) {
      for (const Run& r : runs) parts.push_back(cut(r.layer, r.first, r.count));
      return joined(parts);
    }
    std::map<std::uint32_t, std::int64_t> begins;
    for (const Run& r : runs) begins.emplace(r.layer, 0);
    std::int64_t width = 0;
    for (auto& [layer, begin] : begins) {
      parts.push_back(results_[layer]);
      begin = width;
      width += extent(layers_.layers[layer].members.size());
    }
    Tensor numbers(DType::I64, {extent(neurons.size())});
    for (std::size_t i = 0; i < neurons.size(); ++i) {
      const NeuronPlace at = layers_.places[neurons[i]];
      numbers.data<std::int64_t>()[i] = begins.at(at.layer) + at.column;
    }
    return gather(joined(parts), constant(graph_, numbers, where_), 1, IndexMode::Promise, 0,
                  where_);
  }

  Value cut(std::uint32_t layer, std::int64_t first, std::int64_t count) {
    const Value all = results_[layer];
    if (all.shape()[1] == Dim(count)) return all;
    return slice(all, {0, first}, {all.shape()[0], first + count}, {}, where_);
  }

  Value joined(const std::vector<Value>& parts) {
    return parts.size() == 1 ? parts[0] : concat(parts, 1, where_);
  }

  const NeuronGraph& net_;
  const NeuronOptions& options_;
  const NeuronLayers& layers_;
  Where where_;
  Graph graph_;
  NeuronWeights values_;
  std::vector<Value> results_; ///< per layer, [batch, members]
};

void require_float(const char* who, DType dtype, Where where) {
  if (dtype != DType::F32 && dtype != DType::F64)
    throw Error(Error::Kind::Type,
                fmt::format("{}: neurons are f32 or f64, not {}", who, name(dtype)), where);
}

/// An f32 as the shortest number that means it: 0.1, not 0.10000000149011612.
double shortest(float f) {
  const std::string text = fmt::format("{}", f);
  double d = 0;
  std::from_chars(text.data(), text.data() + text.size(), d);
  return static_cast<float>(d) == f ? d : static_cast<double>(f);
}

/// The finite numbers of an array that a parameter of this type takes.
std::vector<double> numbers(const NeuronWeights& weights, const std::string& name,
                            const std::vector<std::int64_t>& shape, Where where) {
  const auto it = weights.find(name);
  if (it == weights.end())
    throw Error(Error::Kind::Argument, "set_neuron_weights: there is no '" + name + "'", where);
  const Tensor& t = it->second;
  if (t.shape() != shape || (t.dtype() != DType::F32 && t.dtype() != DType::F64))
    throw Error(Error::Kind::Argument,
                fmt::format("set_neuron_weights: '{}' is {}, expected f32 or f64 {}", name,
                            t.type_str(), Tensor(DType::F32, shape).type_str().substr(3)),
                where);
  std::vector<double> result;
  if (t.dtype() == DType::F64)
    result.assign(t.data<double>().begin(), t.data<double>().end());
  else
    for (const float f : t.data<float>()) result.push_back(shortest(f));
  return result;
}

} // namespace

Graph neurons_to_graph(const NeuronGraph& net, const NeuronOptions& options, Where where) {
  require_float("neurons_to_graph", options.dtype, where);
  const NeuronLayers layers = checked_layers(net, "neurons_to_graph", where);
  return Builder(net, options, layers, where).build();
}

NeuronWeights neuron_weights(const NeuronGraph& net, DType dtype, Where where) {
  require_float("neuron_weights", dtype, where);
  return Builder::arrays_of(net, checked_layers(net, "neuron_weights", where), dtype);
}

void set_neuron_weights(NeuronGraph& net, const NeuronWeights& weights, Where where) {
  const NeuronLayers all = checked_layers(net, "set_neuron_weights", where);
  NeuronGraph changed = net;
  for (std::size_t k = 1; k < all.layers.size(); ++k) {
    const NeuronLayer& l = all.layers[k];
    const std::size_t width = l.members.size();
    if (!l.rows.empty()) {
      const std::vector<double> w =
          numbers(weights, weights_name(k), {extent(l.rows.size()), extent(width)}, where);
      for (const NeuronLayer::Weight& e : l.weights)
        changed.edges[e.edge].weight = w[std::size_t{e.row} * width + e.column];
    }
    const std::vector<double> b = numbers(weights, bias_name(k), {extent(width)}, where);
    for (std::size_t i = 0; i < width; ++i) changed.neurons[l.members[i]].bias = b[i];
  }
  for (const NeuronMistake& m : neuron_mistakes(changed)) // nothing else can have come of it
    throw Error(Error::Kind::Argument, "set_neuron_weights: " + m.message, where);
  net = std::move(changed);
}

} // namespace nngc
