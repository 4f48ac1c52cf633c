#include "test/support/control_models.h"

#include <random>
#include <tuple>

namespace nngc::test {

struct LstmState {
  Value h, c;
};

} // namespace nngc::test

NNGC_STRUCT(nngc::test::LstmState, h, c)

namespace nngc::test {

namespace {

constexpr std::int64_t steps = 5, rows = 2, width = 3;

ScanOptions with(bool reverse, std::int64_t segments) {
  ScanOptions options;
  options.reverse = reverse;
  options.segments = segments;
  return options;
}

ScanOptions keeping(std::int64_t snapshots, bool reverse = false) {
  ScanOptions options;
  options.reverse = reverse;
  options.snapshots = snapshots;
  return options;
}

struct Rnn {
  Graph g;
  Value x, w, u, b, h;
  explicit Rnn(DType t, std::int64_t length = steps) {
    x = g.input("x", {t, {length, rows, width}});
    w = g.input("w", {t, {width, width}});
    u = g.input("u", {t, {width, width}});
    b = g.input("b", {t, {width}});
    h = g.input("h", {t, {rows, width}});
  }
  Value step(Value state, Value row) { return tanh(matmul(row, w) + matmul(state, u) + b); }
  Value row(std::int64_t i) {
    return reshape(slice(x, {i, 0, 0}, {i + 1, rows, width}), {rows, width});
  }
  Graph done(Value last, Value ys) {
    g.output("loss", reduce_sum(last) + reduce_sum(ys * x) * 0.5);
    g.output("last", last);
    g.output("ys", ys);
    return std::move(g);
  }
};

Graph rnn(DType t, ScanOptions options, std::int64_t length = steps) {
  Rnn m(t, length);
  auto [last, ys] = scan(
      m.h, m.x,
      [&](Value s, Value row) {
        const Value next = m.step(s, row);
        return std::pair{next, next * next};
      },
      options);
  return m.done(last, ys);
}

Graph rnn_unrolled(DType t, bool reverse, std::int64_t length = steps) {
  Rnn m(t, length);
  Value s = m.h;
  if (length == 0) return m.done(s, m.x);
  std::vector<Value> ys(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i) {
    const std::int64_t at = reverse ? length - 1 - i : i;
    s = m.step(s, m.row(at));
    ys[static_cast<std::size_t>(at)] = reshape(s * s, {1, rows, width});
  }
  return m.done(s, concat(ys, 0));
}

/// Matrices do not commute: a backward loop in the wrong order is found out.
Graph matrix_product(DType t) {
  Graph g;
  const Value a = g.input("a", {t, {4, 2, 2}}), start = g.input("s", {t, {2, 2}});
  auto [last, ys] = scan(start, a, [](Value s, Value m) {
    const Value next = matmul(s, m);
    return std::pair{next, std::tuple<>{}};
  });
  g.output("loss", reduce_sum(last * last));
  return g;
}

Graph matrix_product_unrolled(DType t) {
  Graph g;
  const Value a = g.input("a", {t, {4, 2, 2}});
  Value s = g.input("s", {t, {2, 2}});
  for (std::int64_t i = 0; i < 4; ++i)
    s = matmul(s, reshape(slice(a, {i, 0, 0}, {i + 1, 2, 2}), {2, 2}));
  g.output("loss", reduce_sum(s * s));
  return g;
}

LstmState lstm_step(LstmState s, Value row, Value w) {
  const std::vector<Value> both{row, s.h};
  const Value z = matmul(concat(both, 1), w);
  const auto gate = [&](std::int64_t i) { return slice(z, {0, 2 * i}, {2, 2 * i + 2}); };
  const Value c = logistic(gate(0)) * s.c + logistic(gate(1)) * tanh(gate(2));
  return {logistic(gate(3)) * tanh(c), c};
}

Graph lstm(DType t, bool written_out, const ScanOptions& options = {}) {
  Graph g;
  const Value x = g.input("x", {t, {3, 2, 2}}), w = g.input("w", {t, {4, 8}});
  const Value h0 = g.input("h", {t, {2, 2}}), c0 = g.input("c", {t, {2, 2}});
  LstmState last{h0, c0};
  Value ys;
  if (written_out) {
    std::vector<Value> rows;
    for (std::int64_t i = 0; i < 3; ++i) {
      last = lstm_step(last, reshape(slice(x, {i, 0, 0}, {i + 1, 2, 2}), {2, 2}), w);
      rows.push_back(reshape(last.h, {1, 2, 2}));
    }
    ys = concat(rows, 0);
  } else {
    std::tie(last, ys) = scan(
        last, x,
        [&](LstmState s, Value row) {
          const LstmState next = lstm_step(s, row, w);
          return std::pair{next, next.h};
        },
        options);
  }
  g.output("loss", reduce_sum(ys * ys) + reduce_sum(last.c));
  g.output("last", last.c);
  g.output("ys", ys);
  return g;
}

/// A scan in a scan, the inner one with a condition in it.
Graph nested(DType t, bool written_out) {
  Graph g;
  const Value x = g.input("x", {t, {3, 4}}), w = g.input("w", {t, {}}), s0 = g.input("s", {t, {}});
  const auto step = [&](Value a, Value b) {
    return cond(b > 0, [&] { return sin(a * w) + b; }, [&] { return a * b + exp(w * 0.5); });
  };
  Value last = s0, ys;
  if (written_out) {
    std::vector<Value> sums;
    for (std::int64_t i = 0; i < 3; ++i) {
      std::vector<Value> row;
      for (std::int64_t k = 0; k < 4; ++k) {
        last = step(last, reshape(slice(x, {i, k}, {i + 1, k + 1}), {}));
        row.push_back(reshape(cos(last), {1}));
      }
      sums.push_back(reshape(reduce_sum(concat(row, 0)), {1}));
    }
    ys = concat(sums, 0);
  } else {
    std::tie(last, ys) = scan(s0, x, [&](Value s, Value row) {
      auto [inner, y] = scan(s, row, [&](Value a, Value b) {
        const Value next = step(a, b);
        return std::pair{next, cos(next)};
      });
      return std::pair{inner, reduce_sum(y)};
    });
  }
  g.output("loss", last + reduce_sum(ys * ys));
  g.output("last", last);
  g.output("ys", ys);
  return g;
}

/// Four of six rows are visited, the last of them first where `reverse`.
Graph counted(DType t, bool written_out, ScanOptions options = {}) {
  Graph g;
  const Value x = g.input("x", {t, {6, 2}}), s0 = g.input("s", {t, {2}}),
              w = g.input("w", {t, {2, 2}});
  const auto step = [&](Value a, Value b) {
    return reshape(sin(matmul(reshape(a, {1, 2}), w)), {2}) + b;
  };
  Value last = s0, ys;
  if (written_out) {
    std::vector<Value> rows(4);
    for (std::int64_t i = 0; i < 4; ++i) {
      const std::int64_t at = options.reverse ? 3 - i : i;
      const Value row = reshape(slice(x, {at, 0}, {at + 1, 2}), {2});
      rows[static_cast<std::size_t>(at)] = reshape(row * last, {1, 2});
      last = step(last, row);
    }
    rows.push_back(full(g, {t, {2, 2}}, 0));
    ys = concat(rows, 0);
  } else {
    options.count = g.scalar(DType::I32, 4);
    std::tie(last, ys) =
        scan(s0, x, [&](Value a, Value b) { return std::pair{step(a, b), b * a}; }, options);
  }
  g.output("loss", reduce_sum(last) + reduce_sum(ys * ys));
  g.output("last", last);
  g.output("ys", ys);
  return g;
}

Graph branches(DType t) {
  Graph g;
  const Value x = g.input("x", {t, {3}}), w = g.input("w", {t, {3}});
  const Value p = reduce_sum(x) > 0;
  const auto [a, b] = cond(
      p, [&] { return std::pair{sin(x * w), exp(w)}; },
      [&] { return std::pair{x * x * w, cos(x) * 2}; });
  const Value c = cond(reduce_sum(w) > 100, [&] { return exp(a); }, [&] { return a * b * w; });
  g.output("loss", reduce_sum(a * b) + reduce_sum(c));
  return g;
}

/// The three branches of a switch, and what is beyond them.
Graph choices(DType t) {
  Graph g;
  const Value x = g.input("x", {t, {4}});
  const Value index = iota(g, i32({6})) - 1;
  const auto [last, ys] = scan(g.scalar(t, 1), index, [&](Value s, Value i) {
    const Value next = switch_case(
        i, [&] { return s * reduce_sum(sin(x)); }, [&] { return s + reduce_sum(x * x); },
        [&] { return cos(s); });
    return std::pair{next, next};
  });
  g.output("loss", reduce_sum(ys) + last);
  return g;
}

Graph choices_unrolled(DType t) {
  Graph g;
  const Value x = g.input("x", {t, {4}});
  Value s = g.scalar(t, 1), sum;
  for (int i = -1; i < 5; ++i) {
    s = i <= 0 ? s * reduce_sum(sin(x)) : i == 1 ? s + reduce_sum(x * x) : cos(s);
    sum = sum ? sum + s : s;
  }
  g.output("loss", sum + s);
  return g;
}

Graph calls(DType t) {
  Graph g;
  const Value x = g.input("x", {t, {3}}), w = g.input("w", {t, {3}});
  const Value a = checkpoint([&](Value v) { return tanh(sin(v) * w); })(x);
  const Value b = call_values({a, w}, [](const Values& v) { return Values{exp(v[0]) * v[1]}; })[0];
  const Value c = custom_vjp([](Value u, Value v) { return sin(u) * v; },
                             [](Value, Value ct, Value u, Value v) {
                               return std::tuple{ct * cos(u) * v, ct * sin(u)};
                             })(a, b);
  g.output("loss", reduce_sum(c * x));
  return g;
}

Graph while_model(DType t, double steps_wanted) {
  Graph g;
  const Value a = g.input("a", {t, {2}}), w = g.input("w", {t, {2, 2}});
  WhileOptions options;
  options.max_steps = 8;
  const Value zero = g.scalar(t, 0);
  auto [last, n] = while_loop(
      std::pair{a, zero}, [&](const auto& s) { return s.second < steps_wanted; },
      [&](const auto& s) {
        const Value next = reshape(matmul(reshape(s.first, {1, 2}), w), {2});
        return std::pair{sin(next) + a * 0.5, s.second + 1};
      },
      options);
  g.output("loss", reduce_sum(last.first * last.first) + reduce_sum(a));
  return g;
}

Graph while_unrolled(DType t, int count) {
  Graph g;
  const Value a = g.input("a", {t, {2}}), w = g.input("w", {t, {2, 2}});
  Value s = a;
  for (int i = 0; i < count; ++i) s = sin(reshape(matmul(reshape(s, {1, 2}), w), {2})) + a * 0.5;
  g.output("loss", reduce_sum(s * s) + reduce_sum(a));
  return g;
}

} // namespace

const std::vector<ControlModel>& control_models() {
  static const std::vector<ControlModel> models = {
      {"rnn", [](DType t) { return rnn(t, {}); }, [](DType t) { return rnn_unrolled(t, false); }},
      {"rnn reverse", [](DType t) { return rnn(t, with(true, 0)); },
       [](DType t) { return rnn_unrolled(t, true); }},
      {"rnn of one step", [](DType t) { return rnn(t, {}, 1); },
       [](DType t) { return rnn_unrolled(t, false, 1); }},
      {"rnn in segments", [](DType t) { return rnn(t, with(false, 2)); },
       [](DType t) { return rnn_unrolled(t, false); }},
      {"rnn reverse in segments", [](DType t) { return rnn(t, with(true, 2)); },
       [](DType t) { return rnn_unrolled(t, true); }},
      {"rnn in three segments", [](DType t) { return rnn(t, with(false, 3)); },
       [](DType t) { return rnn_unrolled(t, false); }},
      {"rnn, a segment a step", [](DType t) { return rnn(t, with(false, steps)); },
       [](DType t) { return rnn_unrolled(t, false); }},
      {"rnn of one step in segments", [](DType t) { return rnn(t, with(false, 2), 1); },
       [](DType t) { return rnn_unrolled(t, false, 1); }},
      {"rnn with a snapshot", [](DType t) { return rnn(t, keeping(1)); },
       [](DType t) { return rnn_unrolled(t, false); }},
      {"rnn reverse with two snapshots", [](DType t) { return rnn(t, keeping(2, true)); },
       [](DType t) { return rnn_unrolled(t, true); }},
      {"rnn of eleven steps with three snapshots", [](DType t) { return rnn(t, keeping(3), 11); },
       [](DType t) { return rnn_unrolled(t, false, 11); }},
      {"rnn with more snapshots than steps", [](DType t) { return rnn(t, keeping(9)); },
       [](DType t) { return rnn_unrolled(t, false); }},
      {"rnn of one step with snapshots", [](DType t) { return rnn(t, keeping(2), 1); },
       [](DType t) { return rnn_unrolled(t, false, 1); }},
      {"rnn of no step with snapshots", [](DType t) { return rnn(t, keeping(2), 0); },
       [](DType t) { return rnn_unrolled(t, false, 0); }},
      {"lstm with two snapshots", [](DType t) { return lstm(t, false, keeping(2)); },
       [](DType t) { return lstm(t, true); }},
      {"counted with two snapshots", [](DType t) { return counted(t, false, keeping(2)); },
       [](DType t) { return counted(t, true); }},
      {"counted reverse with two snapshots",
       [](DType t) { return counted(t, false, keeping(2, true)); },
       [](DType t) { return counted(t, true, with(true, 0)); }},
      {"rnn of no step", [](DType t) { return rnn(t, {}, 0); },
       [](DType t) { return rnn_unrolled(t, false, 0); }},
      {"rnn of no step in segments", [](DType t) { return rnn(t, with(true, 2), 0); },
       [](DType t) { return rnn_unrolled(t, true, 0); }},
      {"matrix product", matrix_product, matrix_product_unrolled},
      {"lstm", [](DType t) { return lstm(t, false); }, [](DType t) { return lstm(t, true); }},
      {"nested", [](DType t) { return nested(t, false); }, [](DType t) { return nested(t, true); }},
      {"counted", [](DType t) { return counted(t, false); },
       [](DType t) { return counted(t, true); }},
      {"while 0", [](DType t) { return while_model(t, 0); },
       [](DType t) { return while_unrolled(t, 0); }},
      {"while 1", [](DType t) { return while_model(t, 1); },
       [](DType t) { return while_unrolled(t, 1); }},
      {"while 5", [](DType t) { return while_model(t, 5); },
       [](DType t) { return while_unrolled(t, 5); }},
      {"while to the limit", [](DType t) { return while_model(t, 100); },
       [](DType t) { return while_unrolled(t, 8); }},
      {"branches", branches, {}},
      {"choices", choices, choices_unrolled},
      {"calls", calls, {}},
  };
  return models;
}

Tensor uniform_f64(const TensorType& type, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<std::int64_t> shape;
  for (const Dim& d : type.shape) shape.push_back(d.value());
  Tensor t(DType::F64, shape);
  for (double& x : t.data<double>()) x = uniform(random);
  return t;
}

} // namespace nngc::test
