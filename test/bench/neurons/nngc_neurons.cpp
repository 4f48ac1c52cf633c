// nngc-neurons [LAYERS WIDTH [ROWS]]: a layered net of LAYERS * WIDTH neurons compiled as layers,
// and neuron by neuron in two ways: a loop over neurons and their edges, as one would write it, and
// one scalar expression for each neuron with its weights in the code, by our own compiler. Prints
// the times of a call. The default is 20 layers of 50, one row.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "nngc/compiler.h"
#include "nngc/neurons.h"
#include "nngc/ops.h"
#include "nngc/train.h"
#include "test/bench/compiled.h"

using namespace nngc;

namespace {

NeuronGraph layered(std::uint32_t layers, std::uint32_t width) {
  NeuronGraph net;
  const Tensor random =
      uniform_values({static_cast<std::int64_t>(layers) * width * width}, -1, 1, 7);
  std::size_t next = 0;
  for (std::uint32_t i = 0; i < (layers + 1) * width; ++i) {
    Neuron n{.name = "n" + std::to_string(i)};
    if (i < width) n.role = NeuronRole::Input;
    if (i >= layers * width) n.role = NeuronRole::Output;
    if (i >= width) n.activation = Activation::Tanh, n.bias = 0.01 * (i % 7);
    net.neurons.push_back(n);
    for (std::uint32_t j = 0; i >= width && j < width; ++j)
      net.edges.push_back({.from = (i / width - 1) * width + j,
                           .to = i,
                           .weight = 2 * random.data<float>()[next++] / std::sqrt(width)});
  }
  return net;
}

/// f32 [rows] per neuron; the sums in the order of the edges, which come after their sources.
Graph one_by_one(const NeuronGraph& net, std::int64_t rows) {
  Graph g("one_by_one");
  std::vector<std::vector<const NeuronEdge*>> into(net.neurons.size());
  for (const NeuronEdge& e : net.edges) into[e.to].push_back(&e);
  std::int64_t inputs = 0;
  for (const Neuron& n : net.neurons) inputs += n.role == NeuronRole::Input ? 1 : 0;
  const Value x = g.input("x", f32({rows, inputs}));
  std::vector<Value> values, outputs;
  for (std::size_t i = 0; i < net.neurons.size(); ++i) {
    const Neuron& n = net.neurons[i];
    const auto column = static_cast<std::int64_t>(i);
    if (n.role == NeuronRole::Input) {
      values.push_back(slice(x, {0, column}, {rows, column + 1}));
      continue;
    }
    Value sum = full(g, f32({rows, 1}), n.bias);
    for (const NeuronEdge* e : into[i]) sum = sum + values[e->from] * e->weight;
    values.push_back(tanh(sum));
    if (n.role == NeuronRole::Output) outputs.push_back(values.back());
  }
  g.output("y", concat(outputs, 1));
  return g;
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Result {
  double compile, call;
  std::vector<float> y;
};

/// The least time of a call within a second.
template <class Call> double fastest(const Call& call) {
  double least = 1e30;
  for (const double end = seconds() + 1; seconds() < end;) {
    constexpr int calls = 20;
    const double from = seconds();
    for (int i = 0; i < calls; ++i) call();
    least = std::min(least, (seconds() - from) / calls);
  }
  return least;
}

std::vector<float> inputs(std::size_t count) {
  std::vector<float> x(count);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.1F * static_cast<float>(i % 13) - 0.6F;
  return x;
}

Result compiled(const Graph& g, std::int64_t rows, std::size_t width) {
  const double start = seconds();
  bench::Memory memory;
  const bench::Compiled f(g, memory);
  Result r{seconds() - start, 0, {}};
  const std::vector<float> x = inputs(static_cast<std::size_t>(rows) * width);
  std::copy(x.begin(), x.end(), f.at<float>("x"));
  r.call = fastest([&] { f.run(); });
  r.y.assign(f.at<float>("y"), f.at<float>("y") + x.size());
  return r;
}

/// What a neuron adds up lies side by side.
struct Sum {
  float bias;
  std::size_t first, last;
};
struct Term {
  std::size_t from;
  float weight;
};

void by_edges(const std::vector<Sum>& sums, const std::vector<Term>& terms,
              std::vector<float>& values) {
  const std::size_t inputs = values.size() - sums.size();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    float sum = sums[i].bias;
    for (std::size_t k = sums[i].first; k < sums[i].last; ++k)
      sum += values[terms[k].from] * terms[k].weight;
    values[inputs + i] = std::tanh(sum);
  }
}

/// A loop over neurons and their edges, row by row.
Result looped(const NeuronGraph& net, std::int64_t rows, std::size_t width) {
  std::vector<Sum> sums;
  std::vector<Term> terms;
  std::vector<std::vector<const NeuronEdge*>> into(net.neurons.size());
  for (const NeuronEdge& e : net.edges) into[e.to].push_back(&e);
  for (std::size_t i = width; i < net.neurons.size(); ++i) {
    const std::size_t first = terms.size();
    for (const NeuronEdge* e : into[i]) terms.push_back({e->from, static_cast<float>(e->weight)});
    sums.push_back({static_cast<float>(net.neurons[i].bias), first, terms.size()});
  }
  const std::vector<float> x = inputs(static_cast<std::size_t>(rows) * width);
  std::vector<float> values(net.neurons.size()), y(x.size());
  const double call = fastest([&] {
    for (std::size_t at = 0; at < x.size(); at += width) {
      const auto here = static_cast<std::ptrdiff_t>(at), wide = static_cast<std::ptrdiff_t>(width);
      std::copy_n(x.begin() + here, width, values.begin());
      by_edges(sums, terms, values);
      std::copy(values.end() - wide, values.end(), y.begin() + here);
    }
  });
  return {0, call, y};
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    worst = std::max(worst, static_cast<double>(std::abs(a[i] - b[i])));
  return worst;
}

} // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int i, long otherwise) {
    return argc > i ? std::strtol(argv[i], nullptr, 10) : otherwise;
  };
  const long layers = argument(1, 20), width = argument(2, 50), rows = argument(3, 1);
  if (layers < 1 || width < 1 || rows < 1 || argc > 4) {
    std::fputs("usage: nngc-neurons [LAYERS WIDTH [ROWS]]\n", stderr);
    return 2;
  }
  const NeuronGraph net =
      layered(static_cast<std::uint32_t>(layers), static_cast<std::uint32_t>(width));
  const auto columns = static_cast<std::size_t>(width);
  const Graph matrices = specialize(neurons_to_graph(net, {.constants = true}), {{"batch", rows}});
  const Result fast = compiled(matrices, rows, columns), loop = looped(net, rows, columns);
  std::printf("%ld neurons, %zu edges, %ld row(s)\n", layers * width, net.edges.size(), rows);
  std::printf("as layers         compile %8.3f s   call %10.2f us\n", fast.compile,
              1e6 * fast.call);
  std::printf("loop over edges                       call %10.2f us\n", 1e6 * loop.call);
  std::fflush(stdout);
  const Result slow = compiled(one_by_one(net, rows), rows, columns);
  std::printf("neuron by neuron  compile %8.3f s   call %10.2f us\n", slow.compile,
              1e6 * slow.call);
  const double worst =
      std::max(largest_difference(fast.y, slow.y), largest_difference(fast.y, loop.y));
  std::printf("layers are %.1fx faster per call than a loop over neurons and edges, %.1fx than "
              "neurons compiled one by one (%.1fx per compilation); largest difference %.1e\n",
              loop.call / fast.call, slow.call / fast.call, slow.compile / fast.compile, worst);
  return worst < 1e-3 ? 0 : 1;
}
