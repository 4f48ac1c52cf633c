/// Attributes are data: a small list of key -> value sorted by key, so equality, hashing, printing
/// and parsing are written once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "nngc/graph.h"
#include "nngc/tensor.h"
#include "nngc/type.h"

namespace nngc {

/// A literal's elements. Splat constants hold one element and a shape in the node's type.
using Literal = std::shared_ptr<const Tensor>;
/// A sub-graph carried by call, cond, scan and while. Compared by structure (its canonical text).
using Region = std::shared_ptr<const Graph>;

using AttrValue = std::variant<bool, std::int64_t, double, std::string, DType,
                               std::vector<std::int64_t>, std::vector<Dim>, Literal, Region>;

struct Attr {
  std::string_view key; ///< points at static storage (an AttrSpec) or the key table
  AttrValue value;
};

class Attrs {
public:
  Attrs() = default;
  Attrs(std::initializer_list<Attr> list);
  void set(std::string_view key, AttrValue value);
  [[nodiscard]] const AttrValue* find(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// The attribute, which must be there with that type (the verifier has checked it).
  template <class T> [[nodiscard]] const T& get(std::string_view key) const {
    return std::get<T>(*find(key));
  }
  template <class T> [[nodiscard]] T get_or(std::string_view key, T fallback) const {
    const AttrValue* v = find(key);
    return v != nullptr ? std::get<T>(*v) : fallback;
  }
  [[nodiscard]] const std::vector<Attr>& list() const { return list_; }
  [[nodiscard]] std::size_t hash() const;
  friend bool operator==(const Attrs& a, const Attrs& b);

private:
  std::vector<Attr> list_;
};

} // namespace nngc
