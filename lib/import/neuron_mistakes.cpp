// What is wrong with a net, whoever made it.
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "import/activations.h"
#include "import/neuron_layers.h"

namespace nngc {
namespace {

class Checker {
public:
  explicit Checker(const NeuronGraph& net) : net_(net) {}

  std::vector<NeuronMistake> run() {
    neurons();
    if (edges()) cycle();
    return std::move(mistakes_);
  }

private:
  void report(std::int64_t neuron, std::int64_t edge, std::string message) {
    mistakes_.push_back({std::move(message), neuron, edge});
  }

  [[nodiscard]] std::string named(std::uint32_t neuron) const {
    return "'" + shown(net_.neurons[neuron].name) + "'";
  }

  void neurons() {
    std::unordered_set<std::string_view> names;
    std::size_t inputs = 0, outputs = 0;
    for (std::uint32_t i = 0; i < net_.neurons.size(); ++i) {
      const Neuron& n = net_.neurons[i];
      inputs += n.role == NeuronRole::Input ? 1 : 0;
      outputs += n.role == NeuronRole::Output ? 1 : 0;
      if (!names.insert(n.name).second) report(i, -1, "there are two neurons " + named(i));
      if (!std::isfinite(n.bias)) report(i, -1, "the bias of " + named(i) + " is not finite");
      if (n.role == NeuronRole::Input && n.bias != 0)
        report(i, -1, "input " + named(i) + " has a bias; only what is computed can have one");
    }
    if (inputs == 0) report(-1, -1, "no neuron has role=input");
    if (outputs == 0) report(-1, -1, "no neuron has role=output");
  }

  // False where an edge leads nowhere, and paths make no sense.
  bool edges() {
    std::unordered_set<std::uint64_t> seen;
    for (std::uint32_t i = 0; i < net_.edges.size(); ++i) {
      const NeuronEdge& e = net_.edges[i];
      if (e.from >= net_.neurons.size() || e.to >= net_.neurons.size()) {
        report(-1, i, "edge " + std::to_string(i) + " joins neurons that are not there");
        return false;
      }
      const std::string edge = "edge " + named(e.from) + " -> " + named(e.to);
      if (!seen.insert((std::uint64_t{e.from} << 32) | e.to).second)
        report(-1, i, edge + " is there twice");
      if (!std::isfinite(e.weight)) report(-1, i, edge + " has a weight that is not finite");
      if (net_.neurons[e.to].role == NeuronRole::Input) report(-1, i, edge + " goes into an input");
    }
    return true;
  }

  // Takes away what depends on nothing that is left, again and again. A walk back from what remains
  // must come to a neuron a second time.
  void cycle() {
    const std::size_t n = net_.neurons.size();
    std::vector<std::uint32_t> waits(n), ready, before(n);
    std::vector<std::vector<std::uint32_t>> users(n);
    for (const NeuronEdge& e : net_.edges) {
      ++waits[e.to];
      users[e.from].push_back(e.to);
    }
    for (std::uint32_t i = 0; i < n; ++i)
      if (waits[i] == 0) ready.push_back(i);
    for (std::size_t i = 0; i < ready.size(); ++i)
      for (const std::uint32_t user : users[ready[i]])
        if (--waits[user] == 0) ready.push_back(user);
    if (ready.size() == n) return;
    for (const NeuronEdge& e : net_.edges)
      if (waits[e.from] != 0) before[e.to] = e.from;
    std::uint32_t at = 0;
    while (waits[at] == 0) ++at;
    for (std::size_t i = 0; i < n; ++i) at = before[at]; // onto the cycle
    std::vector<std::uint32_t> path{at};
    for (std::uint32_t i = before[at]; i != at; i = before[i]) path.push_back(i);
    std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
    std::reverse(path.begin() + 1, path.end());
    constexpr std::size_t most = 20;
    std::string text = named(path.front());
    for (std::size_t i = 1; i < path.size() && i < most; ++i) text += " -> " + named(path[i]);
    if (path.size() > most) text += " -> ...";
    report(path.front(), -1, "a cycle: " + text + " -> " + named(path.front()));
  }

  const NeuronGraph& net_;
  std::vector<NeuronMistake> mistakes_;
};

} // namespace

std::vector<NeuronMistake> neuron_mistakes(const NeuronGraph& net) { return Checker(net).run(); }

} // namespace nngc
