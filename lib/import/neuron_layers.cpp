// Layers: neurons of one depth (the longest way from an input) and activation that read the same
// neurons, and such groups together where few weights of their common matrix stay 0.
#include "import/neuron_layers.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace nngc {
namespace {

using List = std::vector<std::uint32_t>;

/// Neurons of one depth and activation; `reads` is sorted.
struct Group {
  List members, reads;
  std::size_t edges = 0;
};

List united(const List& a, const List& b) {
  List result;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

class Layering {
public:
  explicit Layering(const NeuronGraph& net)
      : net_(net), reads_(net.neurons.size()), depth_(net.neurons.size()) {}

  NeuronLayers run() {
    depths();
    // Ordered keys make the layers a function of the net alone.
    std::map<std::tuple<std::uint32_t, Activation>, std::map<List, List>> groups;
    NeuronLayer inputs;
    for (std::uint32_t i = 0; i < net_.neurons.size(); ++i)
      if (net_.neurons[i].role == NeuronRole::Input)
        inputs.members.push_back(i);
      else
        groups[{depth_[i], net_.neurons[i].activation}][reads_[i]].push_back(i);
    result_.places.resize(net_.neurons.size());
    add(std::move(inputs));
    for (auto& [key, same] : groups)
      for (Group& g : merged(same)) add(layer(std::get<1>(key), std::move(g)));
    weights();
    return std::move(result_);
  }

private:
  void depths() {
    List waits(net_.neurons.size()), ready;
    std::vector<List> users(net_.neurons.size());
    for (const NeuronEdge& e : net_.edges) {
      reads_[e.to].push_back(e.from);
      users[e.from].push_back(e.to);
      ++waits[e.to];
    }
    for (List& list : reads_) std::sort(list.begin(), list.end());
    for (std::uint32_t i = 0; i < waits.size(); ++i)
      if (waits[i] == 0) {
        ready.push_back(i);
        depth_[i] = net_.neurons[i].role == NeuronRole::Input ? 0 : 1; // a constant is computed
      }
    for (std::size_t i = 0; i < ready.size(); ++i)
      for (const std::uint32_t user : users[ready[i]]) {
        depth_[user] = std::max(depth_[user], depth_[ready[i]] + 1);
        if (--waits[user] == 0) ready.push_back(user);
      }
  }

  // A quarter of the weights real, or a matrix so small that a kernel of its own costs more. Only
  // a few groups are open at a time, so that this stays linear.
  static bool worth(std::size_t elements, std::size_t edges) {
    return elements <= 4 * edges || elements <= 1024;
  }

  static std::vector<Group> merged(const std::map<List, List>& same) {
    constexpr std::size_t open = 8;
    std::vector<Group> order, result;
    for (const auto& [reads, members] : same)
      order.push_back({members, reads, reads.size() * members.size()});
    std::sort(order.begin(), order.end(),
              [](const Group& a, const Group& b) { return a.members[0] < b.members[0]; });
    for (Group& g : order) {
      bool taken = false;
      for (std::size_t i = result.size(); !taken && i > 0 && i + open > result.size(); --i) {
        Group& into = result[i - 1];
        List reads = united(into.reads, g.reads);
        const std::size_t members = into.members.size() + g.members.size();
        if (!worth(reads.size() * members, into.edges + g.edges)) continue;
        into.reads = std::move(reads);
        into.members = united(into.members, g.members);
        into.edges += g.edges;
        taken = true;
      }
      if (!taken) result.push_back(std::move(g));
    }
    return result;
  }

  // The rows of a layer: where it reads half of another, it reads all of it, as it lies in memory.
  NeuronLayer layer(Activation activation, Group g) const {
    std::map<std::uint32_t, List> sources;
    for (const std::uint32_t n : g.reads) sources[result_.places[n].layer].push_back(n);
    NeuronLayer l;
    l.activation = activation;
    l.members = std::move(g.members);
    for (auto& [source, used] : sources) {
      const List& all = result_.layers[source].members;
      const bool together = used.back() - used.front() + 1 == used.size();
      const List& taken = !together && 2 * used.size() >= all.size() ? all : used;
      l.rows.insert(l.rows.end(), taken.begin(), taken.end());
    }
    return l;
  }

  void add(NeuronLayer l) {
    const auto index = static_cast<std::uint32_t>(result_.layers.size());
    for (std::uint32_t i = 0; i < l.members.size(); ++i) result_.places[l.members[i]] = {index, i};
    result_.layers.push_back(std::move(l));
  }

  void weights() {
    List row(net_.neurons.size());
    std::vector<List> into(net_.neurons.size()); // edges by target
    for (std::uint32_t i = 0; i < net_.edges.size(); ++i) into[net_.edges[i].to].push_back(i);
    for (NeuronLayer& l : result_.layers) {
      for (std::uint32_t r = 0; r < l.rows.size(); ++r) row[l.rows[r]] = r;
      for (std::uint32_t column = 0; column < l.members.size(); ++column)
        for (const std::uint32_t edge : into[l.members[column]])
          l.weights.push_back({row[net_.edges[edge].from], column, edge});
    }
  }

  const NeuronGraph& net_;
  std::vector<List> reads_;
  List depth_;
  NeuronLayers result_;
};

} // namespace

NeuronLayers make_neuron_layers(const NeuronGraph& net) { return Layering(net).run(); }

} // namespace nngc
