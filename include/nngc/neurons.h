/// Neuron graphs: networks drawn neuron by neuron, as DOT with weights on the edges, and compiled
/// as layers. docs/neuron-graphs.md tells the format.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nngc/graph.h"
#include "nngc/tensor.h"

namespace nngc {

enum class NeuronRole : std::uint8_t { Input, Hidden, Output };
enum class Activation : std::uint8_t {
  Linear,
  Step,
  Sign,
  Sigmoid,
  Tanh,
  Relu,
  LeakyRelu,
  Gelu,
  GeluTanh,
  Silu,
  Softplus
};
[[nodiscard]] std::string_view name(NeuronRole role);
[[nodiscard]] std::string_view name(Activation activation);

/// Whatever else stands in brackets (color, label, pos, ...): kept, and not looked at.
using DotAttributes = std::vector<std::pair<std::string, std::string>>;

/// Its value is activation(bias + sum of weight * value over the edges into it). An input has
/// neither: its value is given.
struct Neuron {
  std::string name;
  NeuronRole role = NeuronRole::Hidden;
  Activation activation = Activation::Linear;
  double bias = 0;
  DotAttributes attributes = {};
};

/// `from` and `to` are places in NeuronGraph::neurons.
struct NeuronEdge {
  std::uint32_t from = 0, to = 0;
  double weight = 0;
  DotAttributes attributes = {};
};

/// Any acyclic net; edges may skip layers, and there need not be layers at all.
struct NeuronGraph {
  std::string name = "net";
  std::vector<Neuron> neurons;
  std::vector<NeuronEdge> edges;
  DotAttributes attributes = {};
};

/// Reads a `digraph`: `x [role=input]; h [activation=tanh, bias=0.5]; x -> h [weight=-2];`. Throws
/// Error{Parse} listing every mistake with its line: what is no DOT, unknown roles and activations,
/// missing weights, edges into inputs or there twice, cycles, no input or output. Texts of more
/// than 64 MiB, or whose default attributes would make more than 256 MiB, are refused.
[[nodiscard]] NeuronGraph read_neurons(std::string_view dot, std::string_view file = "<text>");

/// DOT that read_neurons() reads back as the same net: names, order, roles, numbers, attributes.
/// Throws Error{Graph} for a name or attribute that DOT has no way to write.
[[nodiscard]] std::string write_neurons(const NeuronGraph& net, Where where = Where::current());

struct NeuronOptions {
  DType dtype = DType::F32; ///< or F64
  bool constants = false;   ///< weights become constants of the graph; else they are parameters
};

/// A model with one input `x` [batch, inputs] and one output `y` [batch, outputs], columns in the
/// order of the neurons. Neurons of one activation and the same (or much the same) predecessors are
/// a layer: parameters `w1` [in, out] and `b1` [out], ... Where a layer lacks edges, a constant
/// mask holds their weights at 0, gradients included. Throws Error{Graph} for what is no acyclic
/// net with an input and an output, Error{Type} for another dtype.
[[nodiscard]] Graph neurons_to_graph(const NeuronGraph& net, const NeuronOptions& options = {},
                                     Where where = Where::current());

/// Arrays by the names of neurons_to_graph()'s parameters.
using NeuronWeights = std::map<std::string, Tensor, std::less<>>;
[[nodiscard]] NeuronWeights neuron_weights(const NeuronGraph& net, DType dtype = DType::F32,
                                           Where where = Where::current());
/// The other way: weights and biases from arrays, such as those that training left. Other arrays
/// are not looked at, nor are weights where the net has no edge. Throws Error{Argument} for a
/// missing array, one of another type, or a number that is not finite; the net is then as before.
void set_neuron_weights(NeuronGraph& net, const NeuronWeights& weights,
                        Where where = Where::current());

} // namespace nngc
