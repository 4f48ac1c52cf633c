#include "test/support/control_models.h"

#include <random>

namespace nngc::test {

struct LstmState {
  Value h, c;
};

} // namespace nngc::test

NNGC_STRUCT(nngc::test::LstmState, h, c)

namespace nngc::test {

namespace {

constexpr std::int64_t steps = 5, rows = 2, width = 3;

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

Graph lstm(DType t) {
  Graph g;
  const Value x = g.input("x", {t, {3, 2, 2}}), w = g.input("w", {t, {4, 8}});
  const Value h0 = g.input("h", {t, {2, 2}}), c0 = g.input("c", {t, {2, 2}});
  auto [last, ys] = scan(LstmState{h0, c0}, x, [&](LstmState s, Value row) {
    const std::vector<Value> both{row, s.h};
    const Value z = matmul(concat(both, 1), w);
    const auto gate = [&](std::int64_t i) { return slice(z, {0, 2 * i}, {2, 2 * i + 2}); };
    const Value c = logistic(gate(0)) * s.c + logistic(gate(1)) * tanh(gate(2));
    const Value h = logistic(gate(3)) * tanh(c);
    return std::pair{LstmState{h, c}, h};
  });
  g.output("loss", reduce_sum(ys * ys) + reduce_sum(last.c));
  return g;
}

/// A scan in a scan, the inner one with a condition in it.
Graph nested(DType t) {
  Graph g;
  const Value x = g.input("x", {t, {3, 4}}), w = g.input("w", {t, {}}), s0 = g.input("s", {t, {}});
  auto [last, ys] = scan(s0, x, [&](Value s, Value row) {
    auto [inner, y] = scan(s, row, [&](Value a, Value b) {
      const Value next =
          cond(b > 0, [&] { return sin(a * w) + b; }, [&] { return a * b + exp(w * 0.5); });
      return std::pair{next, next * w};
    });
    return std::pair{inner, reduce_sum(y)};
  });
  g.output("loss", last * reduce_sum(ys * ys));
  return g;
}

Graph counted(DType t) {
  Graph g;
  const Value x = g.input("x", {t, {6, 2}}), s = g.input("s", {t, {2}}),
              w = g.input("w", {t, {2, 2}});
  ScanOptions options;
  options.count = g.scalar(DType::I32, 4);
  auto [last, ys] = scan(
      s, x,
      [&](Value a, Value b) {
        const Value next = sin(matmul(reshape(a, {1, 2}), w));
        return std::pair{reshape(next, {2}) + b, b * a};
      },
      options);
  g.output("loss", reduce_sum(last) + reduce_sum(ys * ys));
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

ScanOptions with(bool reverse, std::int64_t segments) {
  ScanOptions options;
  options.reverse = reverse;
  options.segments = segments;
  return options;
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
      {"rnn of no step", [](DType t) { return rnn(t, {}, 0); }, {}},
      {"matrix product", matrix_product, matrix_product_unrolled},
      {"lstm", lstm, {}},
      {"nested", nested, {}},
      {"counted", counted, {}},
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
