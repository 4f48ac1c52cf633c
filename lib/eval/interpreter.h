/// Runs a graph over the interpreter's arrays, in the plain domain (every dtype as itself) or the
/// complex one (every float as complex<double>).
#pragma once

#include <map>
#include <memory>
#include <span>
#include <vector>

#include "ir/graph_data.h"
#include "ops/reference.h"

namespace nngc {

enum class Domain : std::uint8_t { Plain, Complex };

/// Values of symbolic dims, found by comparing extents.
class DimBinding {
public:
  explicit DimBinding(Where where) : where_(where) {}
  /// Takes `extent` as the value of `dim`; throws Error{Shape} naming `input` and its axis where
  /// that cannot be.
  void bind(const std::string& input, const TensorType& type, int axis, std::int64_t extent);
  [[nodiscard]] bool knows(Dim d) const { return d.is_static() || bound_.contains(d.symbol_id()); }
  /// Makes an unknown dim at least so large.
  void set(Dim d, std::int64_t value);
  /// Throws Error{Shape} for a symbol that no input has bound.
  [[nodiscard]] std::int64_t value(Dim d) const;

private:
  struct Bound {
    std::int64_t value;
    std::string input; ///< the one that said so
  };
  Where where_; ///< of the call to eval
  std::map<std::uint32_t, Bound> bound_;
};

class Interpreter {
public:
  Interpreter(const Graph& graph, Domain domain, Where where)
      : graph_(*graph.data()), domain_(domain), where_(where), live_(live_nodes(graph_)),
        dims_(where) {}

  /// The array of input number `index`; throws Error{Type, Shape} where it does not fit.
  void set_input(std::size_t index, const Tensor& value);
  void set_input(std::size_t index, EvalArray value);
  [[nodiscard]] bool needs(std::size_t index) const { return live_[graph_.inputs[index].node]; }
  /// Runs every live node in order and gives the outputs. An array is freed after its last use.
  /// Call once.
  [[nodiscard]] std::vector<EvalArray> run();

private:
  [[nodiscard]] std::unique_ptr<EvalArray> run_node(NodeId id);
  /// All results of call, cond, scan and while, which run their graphs in interpreters of their
  /// own.
  [[nodiscard]] std::vector<EvalArray> run_bodies(NodeId id);
  [[nodiscard]] std::unique_ptr<EvalArray> make_array(const TensorType& type) const;

  const GraphData& graph_;
  Domain domain_;
  Where where_;
  std::vector<bool> live_;
  DimBinding dims_;
  std::map<NodeId, EvalArray> inputs_;
  std::vector<std::unique_ptr<EvalArray>> arrays_;
  std::map<NodeId, std::vector<EvalArray>> results_; ///< of region ops: all but the first
};

[[nodiscard]] EvalArray to_array(const Tensor& value, Domain domain);
/// Back to the dtype's own elements; plain domain only.
[[nodiscard]] Tensor to_tensor(const EvalArray& value);

} // namespace nngc
