// Mistakes in neuron graphs: their text, their structure, their weights.
#include <limits>

#include "nngc/neurons.h"
#include "test/errors/catalogue.h"

namespace nngc::test {

using Kind = Error::Kind;
using namespace std::string_literals;

namespace {

std::function<void(Ground&)> dot(std::string text) {
  return [text = std::move(text)](Ground&) { (void)read_neurons(text, "net.dot"); };
}

/// A net `x -> y` with more statements behind, from line 2 on.
std::function<void(Ground&)> more(const std::string& text) {
  return dot("digraph { x [role=input]; y [role=output]; x -> y [weight=2];\n" + text + "\n}\n");
}

NeuronGraph small() {
  NeuronGraph net;
  net.neurons = {{.name = "x", .role = NeuronRole::Input},
                 {.name = "y", .role = NeuronRole::Output}};
  net.edges = {{.from = 0, .to = 1, .weight = 2}};
  return net;
}

std::string many(int n, const std::string& what) {
  std::string text;
  for (int i = 0; i < n; ++i) text += what;
  return text;
}

} // namespace

// clang-format off: one line a mistake, however long
std::vector<Mistake> neuron_mistakes() {
  const std::string outline = "lib/import/dot_outline.cpp", reader = "lib/import/read_neurons.cpp", net = "lib/import/neuron_mistakes.cpp";
  const std::string build = "lib/import/build_neurons.cpp", writer = "lib/import/write_neurons.cpp";
  const double inf = std::numeric_limits<double>::infinity();
  const auto text = [](const std::string& file, const std::string& place, const std::string& message, std::function<void(Ground&)> make) {
    return mistake_at("net.dot:" + place, file, Kind::Parse, "error: " + message + "\n~", std::move(make));
  };
  return {
      text(outline, "1:1", "expected 'digraph', found 'graph'", dot("graph { a -- b }")),
      text(outline, "1:1", "expected 'digraph', found the end", dot("")),
      text(outline, "1:12", "expected the end of the text, found 'x'", dot("digraph {} x")),
      text(outline, "2:1", "'!' has no meaning here", more("!")),
      text(outline, "2:3", "the comment does not end", more("  /* x")),
      text(outline, "2:5", "the string does not end", more("x ->\"y")),
      text(outline, "2:1", "a zero byte in a string", more("\"\0\""s)),
      text(outline, "2:1", "a string of more than 16384 bytes", more("\"" + std::string(20000, 'x') + "\"")),
      text(outline, "2:9", "no number of DOT; in quotes it may be written otherwise, as in \"1e-3\"", more("y [bias=1e-3]")),
      text(outline, "2:4", "expected the name of an attribute or ']', found 'node'", more("y [node=1]")),
      text(outline, "2:8", "expected '=', found ']'", more("y [bias]")),
      text(outline, "2:9", "expected a value, found ','", more("y [bias=,]")),
      text(outline, "2:6", "expected '[', found 'x'", more("node x")),
      text(outline, "2:6", "expected a neuron, found ';'", more("x -> ;")),
      text(outline, "2:1", "expected a neuron, an edge or '}', found ';'", more(";")),
      text(outline, "2:7", "an edge joins two neurons, not sets of them", more("{ x } -> y")),
      text(outline, "2:6", "an edge goes to one neuron, not to a set", more("x -> { y }")),
      text(outline, "2:64", "subgraphs are nested more than 64 deep", more(std::string(64, '{') + std::string(64, '}'))),
      text(outline, "1:1", "too large: copies of attributes and subgraphs would take more than 256 MiB", more("x" + many(40000, "->x") + "[a=\"" + std::string(16000, 'x') + "\"]")),
      mistake_at("net.dot", reader, Kind::Parse, "more than 64 MiB, which is too large for a neuron graph", dot(std::string((std::size_t{1} << 26) + 1, ' '))),
      text(reader, "2:1", "'h' has role 'deep': expected input, hidden or output", more("h [role=deep]")),
      text(reader, "2:1", "'h' has activation 'tanhh': expected linear, step, sign, sigmoid, tanh, relu, leaky_relu, gelu, gelu_tanh, silu, softplus", more("h [activation=tanhh]")),
      text(reader, "2:1", "the bias of 'h' is 'one', which is no finite number", more("h [bias=one]")),
      text(reader, "2:1", "the weight of 'x' -> 'h' is 'inf', which is no finite number", more("x -> h [weight=inf]")),
      text(reader, "2:20", "edge 'h' -> 'y' has no weight", more("x -> h [weight=1]; h -> y")),
      text(net, "1:1", "no neuron has role=input", dot("digraph { y [role=output] }")),
      text(net, "1:1", "no neuron has role=output", dot("digraph { x [role=input] }")),
      text(net, "2:1", "input 'u' has a bias; only what is computed can have one", more("u [role=input, bias=1]")),
      text(net, "2:1", "edge 'x' -> 'y' is there twice", more("x -> y [weight=2]")),
      text(net, "2:17", "edge 'y' -> 'u' goes into an input", more("u [role=input]; y -> u [weight=2]")),
      text(net, "1:27", "a cycle: 'y' -> 'a' -> 'b' -> 'y'", more("y -> a -> b -> y [weight=1]")),
      mistake(net, Kind::Graph, "neurons_to_graph: there are two neurons 'x'", [](Ground&) { NeuronGraph n = small(); n.neurons[1].name = "x"; (void)neurons_to_graph(n); }),
      mistake(net, Kind::Graph, "neurons_to_graph: the bias of 'y' is not finite", [inf](Ground&) { NeuronGraph n = small(); n.neurons[1].bias = inf; (void)neurons_to_graph(n); }),
      mistake(net, Kind::Graph, "neurons_to_graph: edge 'x' -> 'y' has a weight that is not finite", [inf](Ground&) { NeuronGraph n = small(); n.edges[0].weight = inf; (void)neurons_to_graph(n); }),
      mistake(net, Kind::Graph, "neuron_weights: edge 0 joins neurons that are not there", [](Ground&) { NeuronGraph n = small(); n.edges[0].to = 2; (void)neuron_weights(n); }),
      mistake(writer, Kind::Graph, "write_neurons: an edge joins neurons that are not there", [](Ground&) { NeuronGraph n = small(); n.edges[0].to = 2; (void)write_neurons(n); }),
      mistake(writer, Kind::Graph, "write_neurons: DOT has no way to write 'x\\': zero bytes, or a backslash before a quote, a line's end or the end", [](Ground&) { NeuronGraph n = small(); n.neurons[0].name = "x\\"; (void)write_neurons(n); }),
      mistake(build, Kind::Type, "neurons_to_graph: neurons are f32 or f64, not i32", [](Ground&) { (void)neurons_to_graph(small(), {.dtype = DType::I32}); }),
      mistake(build, Kind::Argument, "set_neuron_weights: there is no 'w1'", [](Ground&) { NeuronGraph n = small(); set_neuron_weights(n, {}); }),
      mistake(build, Kind::Argument, "set_neuron_weights: 'b1' is f32[3], expected f32 or f64 [1]", [](Ground&) { NeuronGraph n = small(); NeuronWeights w = neuron_weights(n); w.at("b1") = Tensor(DType::F32, {3}); set_neuron_weights(n, w); }),
      mistake(build, Kind::Argument, "set_neuron_weights: edge 'x' -> 'y' has a weight that is not finite", [inf](Ground&) { NeuronGraph n = small(); NeuronWeights w = neuron_weights(n, DType::F64); w.at("w1").data<double>()[0] = inf; set_neuron_weights(n, w); }),
  };
}
// clang-format on

} // namespace nngc::test
