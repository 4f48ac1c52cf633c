// Random graphs, the same ones every time; nngc-fuzz tries others.
#include <set>

#include "ir/graph_data.h"
#include "nngc/text.h"
#include "test/fuzz/campaign.h"
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
  // A judge that skips everything proves nothing.
  CHECK(static_cast<double>(f.skipped) < 0.03 * static_cast<double>(f.elements));
  CHECK(static_cast<double>(f.refused) < 0.01 * static_cast<double>(f.compiled));
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
