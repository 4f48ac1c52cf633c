// All lists of models that there are.
#include "test/conformance/workloads.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "nngc/neurons.h"
#include "nngc/text.h"
#include "test/bench/compile_time/graphs.h"
#include "test/bench/peer/workloads.h"
#include "test/bench/rows/works.h"
#include "test/conformance/zoo.h"
#include "test/support/control_models.h"

namespace nngc::test {

namespace {

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// A graph under a name that C takes.
std::string identifier(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_identifier(std::string("x") + c); }, '_');
  return name;
}

/// A net of neurons, of which edges skip layers, as a model.
Graph neurons() {
  constexpr std::uint32_t inputs = 20, count = 220, outputs = 6;
  NeuronGraph net;
  for (std::uint32_t i = 0; i < count; ++i) {
    Neuron n{.name = "n" + std::to_string(i)};
    if (i < inputs) n.role = NeuronRole::Input;
    if (i + outputs >= count) n.role = NeuronRole::Output;
    if (i >= inputs) n.activation = i % 2 == 0 ? Activation::Tanh : Activation::Relu;
    net.neurons.push_back(n);
    const std::uint32_t layer = i / inputs * inputs; // edges come from before it
    for (std::uint32_t from = i % 3; from < layer; from += 3 + i % 5)
      net.edges.push_back({.from = from, .to = i, .weight = 0.01 * (from % 7)});
  }
  return neurons_to_graph(net);
}

} // namespace

std::vector<Workload> all_workloads() {
  std::vector<Workload> list = blocked_workloads();
  for (const std::string& name : bench::workload_names())
    list.push_back({identifier("peer_" + name), [name] { return bench::workload(name).graph; }});
  for (const bench::RowWork& work : bench::row_works())
    for (const std::int64_t width : {65, 4096})
      list.push_back({identifier(work.name + "_" + std::to_string(width)), [work, width] {
                        Graph g("rows");
                        g.output("out", work.make(g, 300, width));
                        return g;
                      }});
  for (const bench::Case& c : bench::cases())
    if (c.task == bench::Task::Compile)
      list.push_back({identifier(c.name), [c] { return std::move(c.make(c.size).graph); }});
  list.push_back({"neurons", neurons, 3001});
  // Too small for blocks, but of every kind: each loop in every checkpoint mode, all usual layers.
  const std::vector<ZooModel> models = zoo();
  for (std::size_t i = 0; i < models.size(); ++i)
    list.push_back({identifier("zoo_" + models[i].name),
                    [i] { return with_gradients(zoo()[i].loss.clone()); }});
  for (const ControlModel& model : control_models())
    list.push_back({identifier("control_" + model.name),
                    [model] { return with_gradients(model.build(DType::F32)); }});
  for (const auto& entry : std::filesystem::directory_iterator(NNGC_SOURCE_DIR "/docs/examples"))
    if (entry.path().extension() == ".nng")
      list.push_back({identifier(entry.path().stem().string()),
                      [path = entry.path()] { return parse(read(path), path.string()); }, 1999});
  return list;
}

} // namespace nngc::test
