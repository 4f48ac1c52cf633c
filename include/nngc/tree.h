/// Structures of values: what the functions of control.h hand to and take from lambdas. A tree is a
/// Value, a std::vector, std::array, std::pair or std::tuple of trees, or a struct whose fields are
/// trees and that is made known with NNGC_STRUCT(Type, field, ...) at namespace scope.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "nngc/graph.h"

namespace nngc {

using Values = std::vector<Value>;

/// How to walk a T: `each(tree, path, f)` calls f(value, path) for every Value in order.
template <class T> struct Tree;

template <> struct Tree<Value> {
  template <class V, class F> static void each(V& value, const std::string& path, F&& f) {
    f(value, path);
  }
};

template <class T> struct Tree<std::vector<T>> {
  template <class V, class F> static void each(V& list, const std::string& path, F&& f) {
    std::size_t i = 0;
    for (auto& item : list) Tree<T>::each(item, path + "[" + std::to_string(i++) + "]", f);
  }
};

template <class T, std::size_t n> struct Tree<std::array<T, n>> {
  template <class V, class F> static void each(V& list, const std::string& path, F&& f) {
    std::size_t i = 0;
    for (auto& item : list) Tree<T>::each(item, path + "[" + std::to_string(i++) + "]", f);
  }
};

template <class... T> struct Tree<std::tuple<T...>> {
  template <class V, class F> static void each(V& items, const std::string& path, F&& f) {
    std::size_t i = 0;
    std::apply(
        [&](auto&... item) {
          (Tree<T>::each(item, path + "[" + std::to_string(i++) + "]", f), ...);
        },
        items);
  }
};

template <class A, class B> struct Tree<std::pair<A, B>> {
  template <class V, class F> static void each(V& both, const std::string& path, F&& f) {
    Tree<A>::each(both.first, path + ".first", f);
    Tree<B>::each(both.second, path + ".second", f);
  }
};

template <class T> Values flatten(const T& tree) {
  Values values;
  Tree<T>::each(tree, "", [&](const Value& v, const std::string&) { values.push_back(v); });
  return values;
}

/// `name`, `name.h`, `name[1].c`, ... for every value.
template <class T> std::vector<std::string> paths(const T& tree, const std::string& name) {
  std::vector<std::string> list;
  Tree<T>::each(tree, name, [&](const Value&, const std::string& path) { list.push_back(path); });
  return list;
}

/// A tree built like `like`, of values from `at` on, which moves behind them.
template <class T> T unflatten(T like, Values::const_iterator& at) {
  Tree<T>::each(like, "", [&](Value& v, const std::string&) { v = *at++; });
  return like;
}
template <class T> T unflatten(T like, const Values& values) {
  auto at = values.begin();
  return unflatten(std::move(like), at);
}

} // namespace nngc

#define NNGC_FIELD_(field) visit(tree.field, #field);
#define NNGC_FIELDS_1_(a) NNGC_FIELD_(a)
#define NNGC_FIELDS_2_(a, ...) NNGC_FIELD_(a) NNGC_FIELDS_1_(__VA_ARGS__)
#define NNGC_FIELDS_3_(a, ...) NNGC_FIELD_(a) NNGC_FIELDS_2_(__VA_ARGS__)
#define NNGC_FIELDS_4_(a, ...) NNGC_FIELD_(a) NNGC_FIELDS_3_(__VA_ARGS__)
#define NNGC_FIELDS_5_(a, ...) NNGC_FIELD_(a) NNGC_FIELDS_4_(__VA_ARGS__)
#define NNGC_FIELDS_6_(a, ...) NNGC_FIELD_(a) NNGC_FIELDS_5_(__VA_ARGS__)
#define NNGC_FIELDS_7_(a, ...) NNGC_FIELD_(a) NNGC_FIELDS_6_(__VA_ARGS__)
#define NNGC_FIELDS_8_(a, ...) NNGC_FIELD_(a) NNGC_FIELDS_7_(__VA_ARGS__)
#define NNGC_COUNT_(a, b, c, d, e, f, g, h, n, ...) NNGC_FIELDS_##n##_
#define NNGC_PICK_(...) NNGC_COUNT_(__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0)

/// `struct LstmState { Value h, c; }; NNGC_STRUCT(LstmState, h, c)`: at most 8 fields, each a tree.
#define NNGC_STRUCT(Type, ...)                                                                     \
  template <> struct nngc::Tree<Type> {                                                            \
    template <class V, class F> static void each(V& tree, const std::string& path, F&& f) {        \
      const auto visit = [&](auto& field, const char* name) {                                      \
        Tree<std::remove_cvref_t<decltype(field)>>::each(field, path + "." + name, f);             \
      };                                                                                           \
      NNGC_PICK_(__VA_ARGS__)(__VA_ARGS__)                                                         \
    }                                                                                              \
  };
