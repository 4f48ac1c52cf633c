/// A model: a graph of primitive ops, built node by node, shared by construction.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nngc/error.h"
#include "nngc/type.h"

namespace nngc {

struct GraphData;
using NodeId = std::uint32_t;

/// A handle to one node of a graph; valid while that graph lives. Copy it freely.
class Value {
public:
  Value() = default;
  Value(GraphData* graph, NodeId id) : graph_(graph), id_(id) {}
  [[nodiscard]] explicit operator bool() const { return graph_ != nullptr; }
  [[nodiscard]] const TensorType& type() const;
  [[nodiscard]] DType dtype() const { return type().dtype; }
  [[nodiscard]] const Shape& shape() const { return type().shape; }
  [[nodiscard]] int rank() const { return shape().rank(); }
  [[nodiscard]] NodeId id() const { return id_; }
  [[nodiscard]] GraphData* graph() const { return graph_; }
  /// Same node of the same graph: equal structure means equal node.
  [[nodiscard]] bool same(Value other) const { return graph_ == other.graph_ && id_ == other.id_; }

private:
  GraphData* graph_ = nullptr;
  NodeId id_ = 0;
};

/// An operand of an operator or function: a value, or a number that takes the other side's dtype
/// and is broadcast. It remembers the user's line, so that a mistake is reported there.
struct Operand {
  Operand(Value v, Where w = Where::current()) : value(v), is_number(false), where(w) {} // NOLINT
  Operand(double s, Where w = Where::current()) : scalar(s), where(w) {}                 // NOLINT
  Operand(int s, Where w = Where::current()) : scalar(s), where(w) {}                    // NOLINT
  Operand(float s, Where w = Where::current()) : scalar(s), where(w) {}                  // NOLINT
  Value value;
  double scalar = 0;
  bool is_number = true; ///< false for an empty Value too, which is a mistake and no 0
  Where where;
};

enum class Role : std::uint8_t { Data, Param, State, Seed };
[[nodiscard]] std::string_view name(Role role);

/// What a node was made for; DOT clusters by it and `--stats` counts sharing across it.
enum class Section : std::uint8_t { Forward, Backward, Update };

struct Output {
  std::string name;
  Value value;
  Value updates; ///< the input whose buffer takes the result in place (donated), or empty
};

/// Owns its nodes. Nodes are only ever appended; equal nodes are one node; id order is topological.
class Graph {
public:
  explicit Graph(std::string name = "main");
  Graph(Graph&&) noexcept;
  Graph& operator=(Graph&&) noexcept;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph();

  /// A named input. Throws Error{Graph} for a name that is taken or no identifier.
  Value input(std::string_view name, TensorType type, Role role = Role::Data,
              Where where = Where::current());
  Value param(std::string_view name, TensorType type, Where where = Where::current()) {
    return input(name, std::move(type), Role::Param, where);
  }
  Value state(std::string_view name, TensorType type, Where where = Where::current()) {
    return input(name, std::move(type), Role::State, where);
  }
  /// A number of any dtype, rank 0.
  Value scalar(DType dtype, double value, Where where = Where::current());

  /// Names a result. `updates` donates that input's buffer: after a call it holds the result.
  /// Throws Error{Graph} for a name that is taken, a value of another graph, or an input that is
  /// updated twice; Error{Type} where the types of result and input differ.
  void output(std::string_view name, Value value, Where where = Where::current());
  void update(Value input, Value result, Where where = Where::current());
  void clear_outputs();

  [[nodiscard]] const std::string& name() const;
  void rename(std::string name);
  [[nodiscard]] std::vector<Value> inputs() const; ///< in order of creation
  [[nodiscard]] const std::vector<Output>& outputs() const;
  [[nodiscard]] std::string_view input_name(Value input) const;
  [[nodiscard]] Role input_role(Value input) const;
  /// The input or output of that name; empty if there is none.
  [[nodiscard]] Value find_input(std::string_view name) const;
  [[nodiscard]] std::size_t node_count() const; ///< all nodes ever made
  [[nodiscard]] std::size_t live_count() const; ///< nodes that an output needs
  [[nodiscard]] Graph clone() const;

  [[nodiscard]] GraphData* data() const { return data_.get(); }

private:
  std::unique_ptr<GraphData> data_;
};

/// While it lives, new nodes of the graph belong to `section`.
class SectionScope {
public:
  SectionScope(GraphData* graph, Section section);
  ~SectionScope();
  SectionScope(const SectionScope&) = delete;
  SectionScope& operator=(const SectionScope&) = delete;

private:
  GraphData* graph_;
  Section before_;
};

} // namespace nngc
