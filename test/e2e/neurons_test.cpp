/// nngc on neuron graphs: run, info, an object, training and the DOT that it leaves.
#include "nngc/neurons.h"

#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;

namespace {

// XOR by layers, with an edge that skips one and attributes of no meaning to us.
const std::string xor_net = R"(digraph xor {
  rankdir = LR;
  node [activation=sigmoid, shape=circle];
  a [role=input]; b [role=input];
  both [bias=-30]; either [bias=-10];
  result [role=output, bias=-10, color=red];
  a -> both -> result [weight=20];
  b -> both [weight=20];
  a -> either [weight=20]; b -> either [weight=20];
  either -> result [weight=20];
  both -> result2 -> result [weight=-40];
  result2 [activation=linear];
}
)";

} // namespace

TEST_CASE("tool: neurons are run, shown, compiled", "[neurons]") {
  const TempDir dir;
  dir.file("xor.dot", xor_net);
  save(dir, "x.npy", {4, 2}, std::vector<float>{0, 0, 0, 1, 1, 0, 1, 1});
  // result2 = -40 both; result = sigma(-10 + 20 both + 20 either + 1600 both): an OR.
  const Result run = tool(dir, "run xor.dot --input x=x.npy --output y=y.npy");
  INFO(run.err);
  REQUIRE(run.status == 0);
  const Tensor y = load_npy(dir.path("y.npy"));
  REQUIRE(y.type_str() == "f32[4,1]");
  for (std::size_t i = 0; i < 4; ++i) CHECK((y.data<float>()[i] > 0.5F) == (i > 0));
  const Result info = tool(dir, "info xor.dot");
  CHECK_THAT(info.out,
             ContainsSubstring("model xor\ninputs\n  x                f32[batch,2] data"));
  CHECK_THAT(info.out, ContainsSubstring("w1               f32[2,2] param"));
  CHECK_THAT(info.out, ContainsSubstring("parameters         12\n"));
  CHECK(tool(dir, "dot xor.dot --fused -o picture.dot").status == 0);
  CHECK(tool(dir, "verify xor.dot --grad").status == 0);
  // Alone it needs no weights; where it trains they are arguments.
  REQUIRE(tool(dir, "compile xor.dot -o a.o -o a.h").status == 0);
  CHECK_THAT(TempDir::read(dir.path("a.h")), !ContainsSubstring("w1"));
  REQUIRE(tool(dir, "compile xor.dot -o b.h --entry=forward,train --loss=mse").status == 0);
  CHECK_THAT(TempDir::read(dir.path("b.h")), ContainsSubstring("w1"));
}

TEST_CASE("tool: neurons learn, and are written back", "[neurons]") {
  const TempDir dir;
  std::string soft = xor_net; // saturated neurons learn nothing
  for (std::size_t at = 0; (at = soft.find("0]", at)) != std::string::npos;) soft.erase(at, 1);
  dir.file("xor.dot", soft);
  save(dir, "x.npy", {4, 2}, std::vector<float>{0, 0, 0, 1, 1, 0, 1, 1});
  save(dir, "y.npy", {4, 1}, std::vector<float>{0, 1, 1, 0});
  const std::string data = " --loss=mse --data x=x.npy --data y=y.npy ";
  const Result train = tool(dir, "train xor.dot --epochs 60 --optimizer=adam,lr=0.1 "
                                 "--output-neurons out.dot" +
                                     data);
  INFO(train.err);
  REQUIRE(train.status == 0);
  const NeuronGraph before = read_neurons(soft),
                    after = read_neurons(TempDir::read(dir.path("out.dot")));
  REQUIRE(after.neurons.size() == before.neurons.size());
  REQUIRE(after.edges.size() == before.edges.size());
  CHECK(after.name == "xor");
  CHECK(after.attributes == before.attributes);
  bool moved = false;
  for (std::size_t i = 0; i < after.neurons.size(); ++i) {
    CHECK(after.neurons[i].name == before.neurons[i].name);
    CHECK(after.neurons[i].role == before.neurons[i].role);
    CHECK(after.neurons[i].activation == before.neurons[i].activation);
    CHECK(after.neurons[i].attributes == before.neurons[i].attributes);
  }
  for (std::size_t i = 0; i < after.edges.size(); ++i) {
    CHECK(after.edges[i].from == before.edges[i].from);
    CHECK(after.edges[i].to == before.edges[i].to);
    moved = moved || after.edges[i].weight != before.edges[i].weight;
  }
  CHECK(moved);
  // The file holds what was learned: training goes on from there.
  const auto first_loss = [&](const std::string& net) {
    const Result r = tool(dir, "train " + net + data + "--optimizer=sgd,lr=0");
    REQUIRE(r.status == 0);
    return std::stod(r.out.substr(r.out.find("loss ") + 5));
  };
  CHECK(first_loss("out.dot") < first_loss("xor.dot"));
}
