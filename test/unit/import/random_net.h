/// Random neuron graphs, and their values computed neuron by neuron.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "nngc/neurons.h"

namespace nngc::test {

/// splitmix64.
class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 1) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  bool chance(double p) { return static_cast<double>(next() >> 11) * 0x1p-53 < p; }
  double real() { return static_cast<double>(next() >> 11) * 0x1p-52 - 1; } ///< in [-1, 1)

private:
  std::uint64_t state_;
};

inline std::int64_t extent_of(const std::vector<double>& v) {
  return static_cast<std::int64_t>(v.size());
}

inline double activated(Activation a, double x) {
  constexpr double root_2_over_pi = 0.79788456080286535588;
  switch (a) {
  case Activation::Linear: return x;
  case Activation::Step: return x > 0 ? 1 : 0;
  case Activation::Sign: return x > 0 ? 1 : x < 0 ? -1 : 0;
  case Activation::Sigmoid: return 1 / (1 + std::exp(-x));
  case Activation::Tanh: return std::tanh(x);
  case Activation::Relu: return x > 0 ? x : 0;
  case Activation::LeakyRelu: return x > 0 ? x : 0.01 * x;
  case Activation::Gelu: return x * (1 + std::erf(x / std::sqrt(2.0))) / 2;
  case Activation::GeluTanh:
    return x * (1 + std::tanh(root_2_over_pi * (x + 0.044715 * x * x * x))) / 2;
  case Activation::Silu: return x / (1 + std::exp(-x));
  case Activation::Softplus: return std::log1p(std::exp(x));
  }
  return x;
}

/// The value of every neuron. Any order will do that has a neuron after those it reads.
inline std::vector<double> one_by_one(const NeuronGraph& net, std::span<const double> x) {
  std::vector<double> values(net.neurons.size());
  std::vector<bool> done(values.size());
  std::vector<std::vector<const NeuronEdge*>> into(values.size());
  for (const NeuronEdge& e : net.edges) into[e.to].push_back(&e);
  std::size_t inputs = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (net.neurons[i].role == NeuronRole::Input) {
      values[i] = x[inputs++];
      done[i] = true;
    }
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (done[i]) continue;
      bool ready = true;
      for (const NeuronEdge* e : into[i]) ready = ready && done[e->from];
      if (!ready) {
        more = true;
        continue;
      }
      double sum = net.neurons[i].bias;
      for (const NeuronEdge* e : into[i]) sum += e->weight * values[e->from];
      values[i] = activated(net.neurons[i].activation, sum);
      done[i] = true;
    }
  }
  return values;
}

/// An acyclic net of `count` neurons and at least an input and an output more. Some are layered and
/// dense, some sparse, some without any order; names stand in no order. `smooth`: with derivatives.
inline NeuronGraph random_net(Random& random, std::size_t count, bool smooth = false) {
  NeuronGraph net;
  net.name = "random";
  const std::size_t inputs = 1 + random.below(1 + count / 8), total = inputs + count;
  const std::size_t kinds = 1 + random.below(3), layer = 1 + random.below(1 + total / 3);
  const double density = random.chance(0.3) ? 1 : random.chance(0.5) ? 0.5 : 0.05;
  const bool layered = random.chance(0.5);
  const auto smooth_one = [&] {
    constexpr Activation list[] = {Activation::Sigmoid, Activation::Tanh, Activation::Gelu,
                                   Activation::Softplus};
    return list[random.below(kinds)];
  };
  const std::uint64_t first = random.below(11);
  // Positions in an order of computation; the net itself lists them in another.
  std::vector<std::uint32_t> at(total);
  for (std::uint32_t i = 0; i < total; ++i) at[i] = i;
  if (!layered || random.chance(0.3))
    for (std::size_t i = total; i-- > 1;) std::swap(at[i], at[random.below(i + 1)]);
  net.neurons.resize(total);
  for (std::size_t i = 0; i < total; ++i) {
    Neuron& n = net.neurons[at[i]];
    n.name = (random.chance(0.5) ? "n" : "a \"quoted\" ") + std::to_string(i * 7919 % 1000003);
    if (i < inputs) {
      n.role = NeuronRole::Input;
      continue;
    }
    if (i + 1 == total || random.chance(0.1)) n.role = NeuronRole::Output;
    n.activation =
        smooth ? smooth_one() : static_cast<Activation>((first + random.below(kinds)) % 11);
    n.bias = random.chance(0.7) ? random.real() : 0;
    if (random.chance(0.1)) n.attributes = {{"color", "red"}, {"label", "it's 5 \\n"}};
    const std::size_t end = layered ? inputs + (i - inputs) / layer * layer : i;
    const std::size_t begin = layered && end > inputs ? (random.chance(0.9) ? end - layer : 0) : 0;
    const double scale = 1.5 / std::sqrt(1.0 + static_cast<double>(end - begin) * density);
    for (std::size_t from = begin; from < end; ++from)
      if (random.chance(density))
        net.edges.push_back({.from = at[from], .to = at[i], .weight = random.real() * scale});
  }
  return net;
}

} // namespace nngc::test
