/// Running small graphs in the interpreter, for the tests of ops.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "nngc/eval.h"
#include "nngc/ops.h"

namespace nngc::test {

template <class T> Tensor row(std::initializer_list<T> values) {
  const std::vector<T> list(values);
  Tensor t(dtype_of<T>(), {static_cast<std::int64_t>(list.size())});
  for (std::size_t i = 0; i < list.size(); ++i) t.data<T>()[i] = list[i];
  return t;
}
inline Tensor row(const std::vector<double>& values) {
  return Tensor::of<double>({static_cast<std::int64_t>(values.size())}, values);
}

template <class T> std::vector<T> values(const Tensor& t) {
  const auto data = t.data<T>();
  return {data.begin(), data.end()};
}

inline Shape shape_of(const Tensor& t) {
  return Shape(std::vector<Dim>(t.shape().begin(), t.shape().end()));
}

/// build(inputs...) on tensors.
template <class F> Tensor run(F build, const std::vector<Tensor>& inputs) {
  Graph graph;
  std::vector<Value> in;
  for (const Tensor& t : inputs)
    in.push_back(graph.input("x" + std::to_string(in.size()), {t.dtype(), shape_of(t)}));
  if constexpr (std::is_invocable_v<F, Value>)
    graph.output("y", build(in[0]));
  else if constexpr (std::is_invocable_v<F, Value, Value>)
    graph.output("y", build(in[0], in[1]));
  else
    graph.output("y", build(in[0], in[1], in[2]));
  return eval(graph, inputs).at(0);
}

} // namespace nngc::test
