// Random graphs, the same ones every time; nngc-fuzz tries others.
#include <cmath>
#include <csignal>
#include <set>
#include <unistd.h>

#include "ir/graph_data.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "test/fuzz/shrink.h"
#include "test/fuzz/walker.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

TEST_CASE("random graphs agree with the interpreter on every road", "[fuzz]") {
  CampaignOptions options{.first_seed = 1, .graphs = 5000, .threads = 2, .compile_one_in = 2};
  const Outcome outcome = run_campaign(options);
  for (const Failure& f : outcome.failures) FAIL_CHECK(str(f));
  const Figures& f = outcome.figures;
  CHECK(f.graphs == 5000);
  CHECK(f.compiled > 2000);
  CHECK(f.differentiated > 1000);
  CHECK(f.symbolic > 1000);
  CHECK(f.derivatives > 1000);
  // A judge that skips everything proves nothing.
  CHECK(static_cast<double>(f.skipped) < 0.03 * static_cast<double>(f.elements));
  CHECK(static_cast<double>(f.refused) < 0.01 * static_cast<double>(f.compiled));
}

TEST_CASE("as many again, few of them compiled", "[fuzz]") {
  CampaignOptions options{.first_seed = 5001, .graphs = 5000, .threads = 2, .compile_one_in = 20};
  const Outcome outcome = run_campaign(options);
  for (const Failure& f : outcome.failures) FAIL_CHECK(str(f));
  CHECK(outcome.figures.graphs == 5000);
  CHECK(outcome.figures.compiled > 200);
  CHECK(outcome.figures.derivatives > 1000);
}

TEST_CASE("every op of the table is drawn", "[fuzz]") {
  std::set<Opcode> seen;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const Graph g = random_graph(options_of(seed));
    const std::vector<bool> live = live_nodes(*g.data());
    for (NodeId id = 0; id < g.data()->size(); ++id)
      if (live[id]) seen.insert(g.data()->node(id).op);
  }
  for (int i = 0; i < op_count; ++i) {
    INFO(op_def(static_cast<Opcode>(i)).mnemonic);
    CHECK(seen.contains(static_cast<Opcode>(i)));
  }
}

TEST_CASE("a graph is a function of its seed, and reads back as it is written", "[fuzz]") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Graph g = random_graph(options_of(seed));
    const std::string text = print(g);
    CHECK(text == print(random_graph(options_of(seed))));
    CHECK(text == print(parse(text)));
  }
}

TEST_CASE("a failing graph is cut down to what fails", "[fuzz]") {
  const auto tanhs = [](const Graph& g, std::int64_t) {
    const std::vector<bool> live = live_nodes(*g.data());
    std::size_t count = 0;
    for (NodeId id = 0; id < g.data()->size(); ++id)
      count += live[id] && g.data()->node(id).op == Opcode::Tanh ? 1 : 0;
    return count > 0;
  };
  int tried = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Graph g = random_graph(options_of(seed));
    if (!tanhs(g, 3)) continue;
    const Shrunk s = shrink(g, 3, tanhs);
    INFO(print(s.graph));
    CHECK(tanhs(s.graph, s.n));
    CHECK(s.graph.live_count() == 2); // an input and a tanh
    CHECK(s.graph.outputs().size() == 1);
    CHECK(s.n == 1);
    CHECK(s.graph.outputs()[0].value.shape().size().value() <= 1); // an extent of 0 stays
    ++tried;
  }
  CHECK(tried > 5);
}

TEST_CASE("extents of a failing graph become small where they may", "[fuzz]") {
  Graph g("wide");
  const Value x = g.input("x", f32({4, 17})), w = g.input("w", f32({7}), Role::Param);
  const Value flat = concat(std::vector{reshape(x, {68}), w}, 0);
  const Value part = slice(reverse(flat, {0}), {3}, {63}, {4});
  const Value wide = broadcast_in_dim(part, {33, 15}, {1}) + iota(g, f32({33, 15}), 1);
  g.output("y", reduce_max(wide * wide, {0}));
  g.update(w, slice(exp(flat), {11}, {18}));
  const auto extents = [](const Graph& graph, Opcode op) {
    std::int64_t greatest = 0;
    const std::vector<bool> live = live_nodes(*graph.data());
    for (NodeId id = 0; id < graph.data()->size(); ++id)
      if (live[id] && graph.data()->node(id).op == op)
        for (const Dim& d : graph.data()->type(id).shape) greatest = std::max(greatest, d.value());
    return greatest;
  };
  // What fails needs a product, and behind it a reverse and a concat of five elements.
  const auto fails = [&](const Graph& graph, std::int64_t) {
    return extents(graph, Opcode::Mul) >= 5 && extents(graph, Opcode::Reverse) >= 5 &&
           extents(graph, Opcode::Concat) >= 5 && extents(graph, Opcode::Slice) >= 2;
  };
  REQUIRE(fails(g, 1));
  const Shrunk s = shrink(g, 1, fails);
  INFO(print(s.graph));
  CHECK(fails(s.graph, 1));
  CHECK(extents(s.graph, Opcode::Mul) == 5);
  CHECK(extents(s.graph, Opcode::Input) < 6);
  const GraphData& data = *s.graph.data();
  for (NodeId id = 0; id < data.size(); ++id) CHECK(data.type(id).shape.size().value() < 12);
}

TEST_CASE("a verdict that crashes or hangs is one, too", "[fuzz]") {
  CHECK(isolated([] { return std::string("y0[3] is 1"); }) == "y0[3] is 1");
  CHECK(isolated([]() -> std::string { throw std::runtime_error("x"); }) == "throws x");
  const std::string crash = isolated([]() -> std::string { std::abort(); });
  CHECK(crash == "crashes with signal " + std::to_string(SIGABRT));
  const std::string hang = isolated([]() -> std::string {
    alarm(1);
    for (;;) pause();
  });
  CHECK(hang == "crashes with signal " + std::to_string(SIGALRM));
}

TEST_CASE("noise moves what is rounded, by about a rounding, and nothing else", "[fuzz]") {
  Graph g;
  const Value x = g.input("x", f32({1000})), y = g.input("y", f32({1000}));
  const Value sum = x * y, moved = reverse(x, {0}), flags = lt(x, y);
  const Tensor a = inputs_for(g, 3, 1)[0], b = inputs_for(g, 3, 1)[1];
  Walker plain(*g.data(), 1), noisy(*g.data(), 1, Noise{.seed = 7});
  for (Walker* w : {&plain, &noisy}) {
    w->set_input(x.id(), a);
    w->set_input(y.id(), b);
    w->run();
  }
  CHECK(plain.at(moved.id()).data == noisy.at(moved.id()).data);
  CHECK(plain.at(flags.id()).data == noisy.at(flags.id()).data);
  const auto& p = std::get<std::vector<float>>(plain.at(sum.id()).data);
  const auto& q = std::get<std::vector<float>>(noisy.at(sum.id()).data);
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] == 0 || !std::isfinite(p[i])) continue;
    const double ulps = std::fabs((static_cast<double>(q[i]) - p[i]) / p[i]) * 0x1p23;
    CHECK(ulps > 0.2);
    CHECK(ulps < 1.6);
  }
}

TEST_CASE("variants read back as they are written", "[fuzz]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed)
    for (const Variant& v : variants_of(seed, 1, 2)) {
      const std::string text = v.str();
      std::vector<std::string> words;
      for (std::size_t at = 0; at < text.size(); at = text.find(' ', at) + 1) {
        words.push_back(text.substr(at, text.find(' ', at) - at));
        if (text.find(' ', at) == std::string::npos) break;
      }
      CHECK(Variant::parse(words).str() == text);
    }
  const std::vector<std::string> wrong{"color=red"};
  CHECK_THROWS_AS(Variant::parse(wrong), std::invalid_argument);
}
