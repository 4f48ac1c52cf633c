/// What neurons are computed together: the layers of a neuron graph.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nngc/neurons.h"

namespace nngc {

/// A mistake in a net, with the neuron or edge it is about; -1 for none.
struct NeuronMistake {
  std::string message;
  std::int64_t neuron = -1, edge = -1;
};
/// All of them; empty for a net that layers can be made of.
[[nodiscard]] std::vector<NeuronMistake> neuron_mistakes(const NeuronGraph& net);

/// Neurons of one activation, none of which needs another: one product of a matrix [rows, members].
struct NeuronLayer {
  Activation activation = Activation::Linear;
  std::vector<std::uint32_t> members; ///< columns; in order of the net
  std::vector<std::uint32_t> rows;    ///< the neurons that it reads, by layer and column
  struct Weight {
    std::uint32_t row, column, edge;
  };
  std::vector<Weight> weights; ///< places of the edges; where there is none the weight stays 0
  [[nodiscard]] bool dense() const { return weights.size() == rows.size() * members.size(); }
};

struct NeuronPlace {
  std::uint32_t layer, column;
};

struct NeuronLayers {
  /// The first holds the inputs and reads nothing; each reads those before it.
  std::vector<NeuronLayer> layers;
  std::vector<NeuronPlace> places; ///< per neuron
};

/// A pure function of the net. It has no mistakes.
[[nodiscard]] NeuronLayers make_neuron_layers(const NeuronGraph& net);

} // namespace nngc
