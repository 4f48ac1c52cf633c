// From DOT to neurons. Boost.Graph reads; places of mistakes and the order come from the outline.
#include <charconv>
#include <cmath>
#include <mutex>
#include <unordered_map>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphviz.hpp>

#include "import/activations.h"
#include "import/dot_outline.h"
#include "import/neuron_layers.h"

namespace nngc {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 26;
// Boost's reader gives a node's own name under this key. A zero byte is in no attribute of a text.
const std::string name_key("\0", 1);

using Attributes = std::map<std::string, std::string>;
struct Described {
  Attributes attributes;
};
// bidirectionalS keeps the list of all edges in their order.
using Boosted = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Described,
                                      Described, Described>;
using Vertex = boost::graph_traits<Boosted>::vertex_descriptor;
using Edge = boost::graph_traits<Boosted>::edge_descriptor;

/// One attribute of all nodes, edges or graphs, whatever its name.
template <class Key> class Attribute : public boost::dynamic_property_map {
public:
  Attribute(Boosted& graph, std::string name) : graph_(graph), name_(std::move(name)) {}
  boost::any get(const boost::any& key) override { return get_string(key); }
  std::string get_string(const boost::any& key) override { return text(key); }
  void put(const boost::any& key, const boost::any& v) override {
    text(key) = boost::any_cast<std::string>(v);
  }
  [[nodiscard]] const std::type_info& key() const override { return typeid(Key); }
  [[nodiscard]] const std::type_info& value() const override { return typeid(std::string); }

private:
  std::string& text(const boost::any& key) {
    const Key k = boost::any_cast<Key>(key);
    if constexpr (std::is_same_v<Key, Boosted*>)
      return (*k)[boost::graph_bundle].attributes[name_];
    else
      return graph_[k].attributes[name_];
  }
  Boosted& graph_;
  std::string name_;
};

void read_dot(std::string_view text, Boosted& graph) {
  using Map = boost::shared_ptr<boost::dynamic_property_map>;
  boost::dynamic_properties properties(
      [&](const std::string& name, const boost::any& key, const boost::any&) -> Map {
        if (key.type() == typeid(Vertex)) return boost::make_shared<Attribute<Vertex>>(graph, name);
        if (key.type() == typeid(Edge)) return boost::make_shared<Attribute<Edge>>(graph, name);
        return boost::make_shared<Attribute<Boosted*>>(graph, name);
      });
  static std::mutex one_at_a_time; // the reader numbers edges in a static variable
  const std::lock_guard lock(one_at_a_time);
  boost::read_graphviz(std::string(text), graph, properties, name_key);
}

class Reader {
public:
  Reader(std::string_view text, std::string_view file) : text_(text), diagnostics_(file, text) {}

  NeuronGraph read() {
    if (!outline_dot(text_, diagnostics_, outline_)) diagnostics_.raise();
    Boosted graph;
    try {
      read_dot(text_, graph);
    } catch (const std::exception& error) {
      diagnostics_.error(0, "Boost.Graph cannot read this: " + shown(error.what()));
      diagnostics_.raise();
    }
    if (!outline_.name.empty()) net_.name = outline_.name;
    net_.attributes = taken(graph[boost::graph_bundle].attributes);
    neurons(graph);
    edges(graph);
    diagnostics_.raise();
    for (const NeuronMistake& m : neuron_mistakes(net_))
      diagnostics_.error(m.edge >= 0     ? outline_.edges[static_cast<std::size_t>(m.edge)]
                         : m.neuron >= 0 ? outline_.nodes[static_cast<std::size_t>(m.neuron)].offset
                                         : 0,
                         m.message);
    diagnostics_.raise();
    return std::move(net_);
  }

private:
  static DotAttributes taken(Attributes& attributes) {
    return {std::make_move_iterator(attributes.begin()), std::make_move_iterator(attributes.end())};
  }

  /// Takes an attribute away; false if it is not there.
  static bool take(Attributes& attributes, const std::string& name, std::string& value) {
    const auto it = attributes.find(name);
    if (it == attributes.end()) return false;
    value = std::move(it->second);
    attributes.erase(it);
    return true;
  }

  double number(std::size_t at, const std::string& text, const std::string& what) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value))
      return value;
    diagnostics_.error(at, what + " is '" + shown(text) + "', which is no finite number");
    return 0;
  }

  void neurons(Boosted& graph) {
    std::unordered_map<std::string, Vertex> vertices;
    for (const Vertex v : boost::make_iterator_range(boost::vertices(graph))) {
      std::string name;
      take(graph[v].attributes, name_key, name);
      vertices.emplace(std::move(name), v);
    }
    places_.resize(boost::num_vertices(graph));
    for (const DotOutline::Node& node : outline_.nodes) {
      const Vertex v = vertices.at(node.name);
      places_[v] = static_cast<std::uint32_t>(net_.neurons.size());
      net_.neurons.push_back(neuron(node, graph[v].attributes));
    }
  }

  Neuron neuron(const DotOutline::Node& node, Attributes& attributes) {
    Neuron n{.name = node.name};
    std::string text;
    if (take(attributes, "role", text) && !parse_neuron_role(text, n.role))
      diagnostics_.error(node.offset, "'" + shown(n.name) + "' has role '" + shown(text) +
                                          "': expected input, hidden or output");
    if (take(attributes, "activation", text) && !parse_activation(text, n.activation))
      diagnostics_.error(node.offset, "'" + shown(n.name) + "' has activation '" + shown(text) +
                                          "': expected " + activation_list());
    if (take(attributes, "bias", text))
      n.bias = number(node.offset, text, "the bias of '" + shown(n.name) + "'");
    if (n.role == NeuronRole::Input)
      n.activation = Activation::Linear; // a default that means others
    n.attributes = taken(attributes);
    return n;
  }

  void edges(Boosted& graph) {
    for (const Edge e : boost::make_iterator_range(boost::edges(graph))) {
      const std::size_t at = outline_.edges[net_.edges.size()];
      NeuronEdge edge{.from = places_[boost::source(e, graph)],
                      .to = places_[boost::target(e, graph)]};
      const std::string between = "'" + shown(net_.neurons[edge.from].name) + "' -> '" +
                                  shown(net_.neurons[edge.to].name) + "'";
      std::string text;
      if (take(graph[e].attributes, "weight", text))
        edge.weight = number(at, text, "the weight of " + between);
      else
        diagnostics_.error(at, "edge " + between + " has no weight");
      edge.attributes = taken(graph[e].attributes);
      net_.edges.push_back(std::move(edge));
    }
  }

  std::string_view text_;
  Diagnostics diagnostics_;
  DotOutline outline_;
  NeuronGraph net_;
  std::vector<std::uint32_t> places_; ///< in the net, per vertex
};

} // namespace

NeuronGraph read_neurons(std::string_view dot, std::string_view file) {
  if (dot.size() > most_bytes)
    throw Error(Error::Kind::Parse, "more than 64 MiB, which is too large for a neuron graph",
                std::string(file));
  return Reader(dot, file).read();
}

} // namespace nngc
