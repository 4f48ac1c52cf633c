/// Control flow in graphs: loops over rows, loops until a condition, branches, and functions with
/// a derivative or a memory policy of their own. Lambdas are called once, while the graph is built;
/// what they use from outside is handed in by itself, and what does not depend on their arguments
/// is computed once, outside. All of it is differentiable in both modes and to any order.
///
///     auto [last, ys] = scan(LstmState{h0, c0}, x, [&](LstmState s, Value xt) {
///       ...
///       return std::pair{LstmState{h, c}, h};
///     });
#pragma once

#include <functional>

#include "nngc/tree.h"

namespace nngc {

struct ScanOptions {
  Dim length = -1;      ///< rows of xs along axis 0; needed where there are no xs
  bool reverse = false; ///< from the last row to the first
  /// 0 or 1: derivatives keep what every step computed. k > 1: they keep the carries of k segments
  /// and compute each segment again, itself in k segments, and so on: about k * log_k(length)
  /// carries at once, and every step computed log_k(length) times.
  std::int64_t segments = 0;
  /// s > 0: derivatives keep s carries and no more, at the steps where they spare most work, and
  /// compute the steps between them again: each r times at most, where (s + r)! / (s! r!) is at
  /// least the length. 10 snapshots are enough for 286 steps with r = 3, for 1,001 with r = 4
  /// (Griewank and Walther, "Algorithm 799: revolve", 2000). Any length, a `count` too.
  std::int64_t snapshots = 0;
  Value count; ///< an i32 of rank 0: only rows [0, count) are visited; the others' ys are 0
};

/// One step: from the carries and a row of each x to the next carries and a row of each y.
using ScanBody = std::function<std::pair<Values, Values>(const Values& carry, const Values& row)>;
/// Runs `body` for each row of `xs` along axis 0. Returns the last carries and the stacked ys.
/// Throws Error{Type} naming the carry (by `names`, where given) that comes back with another type;
/// Error{Shape} where the xs have not equally many rows.
std::pair<Values, Values> scan_values(const Values& init, const Values& xs, const ScanBody& body,
                                      const ScanOptions& options = {},
                                      const std::vector<std::string>& names = {},
                                      Where where = Where::current());

struct WhileOptions {
  /// At most so many steps; needed for derivatives in reverse mode, which keep what each computed.
  /// A number ends the loop. A symbol is a limit of memory alone: to take more steps is an error,
  /// and where no input shows the symbol, Executable::run and eval find out how many there are.
  Dim max_steps = -1;
};
/// Runs `body` as long as `go_on`, a bool of rank 0, holds. The last value is the number of steps,
/// i32.
Values while_values(const Values& init, const std::function<Value(const Values&)>& go_on,
                    const std::function<Values(const Values&)>& body,
                    const WhileOptions& options = {}, const std::vector<std::string>& names = {},
                    Where where = Where::current());

/// What one of two functions gives; the other does not run.
Values cond_values(Value p, const std::function<Values()>& on_true,
                   const std::function<Values()>& on_false, Where where = Where::current());

/// What function number `index` gives (an int of rank 0, clamped to those there are); the others do
/// not run.
Values switch_values(Value index, const std::vector<std::function<Values()>>& functions,
                     Where where = Where::current());

/// A call of a function of `args`. `remat`: derivatives compute it again instead of keeping its
/// values. `vjp`: the cotangents of the args, from args, results and the results' cotangents.
/// `name`: of the body, as text and pictures show it; Error{Argument} if empty.
Values
call_values(const Values& args, const std::function<Values(const Values&)>& f, bool remat = false,
            const std::function<Values(const Values&, const Values&, const Values&)>& vjp = {},
            Where where = Where::current(), std::string_view name = "body");

// ---- the same for trees ----

template <class Carry, class Xs, class Body>
auto scan(const Carry& init, const Xs& xs, Body body, const ScanOptions& options = {},
          Where where = Where::current()) {
  using Ys = typename decltype(body(init, xs))::second_type;
  Ys like{};
  auto [carry, ys] = scan_values(
      flatten(init), flatten(xs),
      [&](const Values& c, const Values& row) {
        auto [next, y] = body(unflatten(init, c), unflatten(xs, row));
        like = y;
        return std::pair{flatten(next), flatten(y)};
      },
      options, paths(init, "carry"), where);
  return std::pair{unflatten(init, carry), unflatten(like, ys)};
}

template <class Carry, class GoOn, class Body>
std::pair<Carry, Value> while_loop(const Carry& init, GoOn go_on, Body body,
                                   const WhileOptions& options = {},
                                   Where where = Where::current()) {
  const Values results = while_values(
      flatten(init), [&](const Values& c) -> Value { return go_on(unflatten(init, c)); },
      [&](const Values& c) { return flatten(Carry(body(unflatten(init, c)))); }, options,
      paths(init, "carry"), where);
  return {unflatten(init, results), results.back()};
}

template <class OnTrue, class OnFalse>
auto cond(Value p, OnTrue on_true, OnFalse on_false, Where where = Where::current()) {
  decltype(on_true()) like{};
  const Values results = cond_values(
      p, [&] { return flatten(like = on_true()); },
      [&] { return flatten(decltype(on_true())(on_false())); }, where);
  return unflatten(like, results);
}

/// `switch_case(i, f, g, h)`: all give trees of one kind.
template <class First, class... Others>
auto switch_case(Value index, First first, Others... others) {
  decltype(first()) like{};
  const std::vector<std::function<Values()>> functions{
      [&] { return flatten(like = first()); },
      [&] { return flatten(decltype(first())(others())); }...};
  const Values results = switch_values(index, functions);
  return unflatten(like, results);
}

/// `composite("attention", f)(args...)` is f(args...) as one call of that name: the graph's text
/// and its picture show it whole. Derivatives go through it, and the optimizer takes it apart.
template <class F> auto composite(std::string_view name, F f, Where where = Where::current()) {
  return [name = std::string(name), f, where](auto... args) {
    const std::tuple like{args...};
    decltype(f(args...)) result{};
    const Values values = call_values(
        flatten(like),
        [&](const Values& v) { return flatten(result = std::apply(f, unflatten(like, v))); }, false,
        {}, where, name);
    return unflatten(result, values);
  };
}

/// `checkpoint(f)(args...)` is f(args...), of which derivatives keep the args alone.
template <class F> auto checkpoint(F f, Where where = Where::current()) {
  return [f, where](auto... args) {
    const std::tuple like{args...};
    decltype(f(args...)) result{};
    const Values values = call_values(
        flatten(like),
        [&](const Values& v) { return flatten(result = std::apply(f, unflatten(like, v))); }, true,
        {}, where);
    return unflatten(result, values);
  };
}

/// `custom_vjp(f, backward)(args...)` is f(args...) whose reverse mode is
/// `backward(result, cotangent, args...)`, a tuple with a tree per argument. Forward mode goes
/// through f. That both agree is the caller's business.
template <class F, class Backward>
auto custom_vjp(F f, Backward backward, Where where = Where::current()) {
  return [f, backward, where](auto... args) {
    const std::tuple like{args...};
    decltype(f(args...)) result{};
    const Values values = call_values(
        flatten(like),
        [&](const Values& v) { return flatten(result = std::apply(f, unflatten(like, v))); }, false,
        [&](const Values& a, const Values& r, const Values& ct) {
          const auto all = std::tuple_cat(std::tuple{unflatten(result, r), unflatten(result, ct)},
                                          unflatten(like, a));
          return flatten(std::apply(backward, all));
        },
        where);
    return unflatten(result, values);
  };
}

} // namespace nngc
