// nngc bench: the time of one call.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "cli.h"
#include "entries.h"
#include "nngc/runtime.h"

namespace nngc::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct BenchCommand {
  ModelOptions model;
  LossOptions loss;
  CodeOptions code;
  std::string entry = "forward";
  double seconds = 1;
  int threads = 1;
  void run() const;
};

void BenchCommand::run() const {
  const Graph graph =
      load_model(model, entry == "forward" ? Weights::Constants : Weights::Parameters);
  const Entries made = make_entries(graph, {entry}, loss);
  const Prepared prepared = prepare(*made.points[0].graph, code);
  const Executable executable = nngc::compile(prepared.graph, prepared.options);
  const std::vector<ArgumentInfo>& arguments = executable.arguments();
  require_dims(arguments, {});

  Tensors tensors;
  // State such as Adam's second moments may not be negative, so it starts as training starts it.
  if (entry == "train") tensors = initial_values(executable, 0);
  fill_random(arguments, {}, 0, tensors);
  allocate_outputs(arguments, {}, tensors);
  std::vector<void*> pointers;
  for (const ArgumentInfo& a : arguments) pointers.push_back(tensors.at(a.name).raw());
  Tensor workspace(DType::U8, {static_cast<std::int64_t>(executable.workspace_bytes())});
  ThreadPool pool(threads);
  const nngc_parallel* parallel = pool.threads() > 1 ? pool.hook() : nullptr;

  // Batches of calls long enough for the clock; the median batch says what a call takes.
  std::int64_t calls = 1;
  std::vector<double> times;
  for (const Clock::time_point start = Clock::now();
       seconds_since(start) < seconds || times.empty();) {
    const Clock::time_point begin = Clock::now();
    for (std::int64_t i = 0; i < calls; ++i)
      if (executable.run_raw(pointers.data(), nullptr, workspace.raw(), parallel) != 0)
        throw Error(Error::Kind::Argument, "the call returned a status");
    const double taken = seconds_since(begin);
    if (taken < seconds / 50 && times.size() < 2)
      calls *= 2, times.clear();
    else
      times.push_back(taken / static_cast<double>(calls));
  }
  std::sort(times.begin(), times.end());
  const CompileStats s = nngc::stats(prepared.graph, prepared.options);
  write_file("-", fmt::format("{} {}: {:.3f} us per call (fastest {:.3f}), {} kernels, workspace "
                              "{} bytes, {} thread{}, "
                              "compiled in {:.1f} ms\n",
                              graph.name(), entry, 1e6 * times[times.size() / 2], 1e6 * times[0],
                              s.kernels, s.workspace, pool.threads(),
                              pool.threads() == 1 ? "" : "s", 1e3 * executable.compile_seconds()));
}

} // namespace

void add_bench(CLI::App& app) {
  auto command = std::make_shared<BenchCommand>();
  CLI::App* sub = app.add_subcommand("bench", "measures the time of one call on random inputs");
  add_model_options(*sub, command->model);
  sub->add_option("--entry", command->entry, "forward, vjp, jvp, hvp or train")
      ->capture_default_str()
      ->type_name("ENTRY");
  sub->add_option("--seconds", command->seconds, "how long to measure")
      ->capture_default_str()
      ->check(between(0.001, 1e6))
      ->type_name("X");
  add_threads(*sub, command->threads);
  add_loss_options(*sub, command->loss);
  add_code_options(*sub, command->code);
  sub->footer("Examples:\n"
              "  nngc bench mlp.nng --dim batch=1\n"
              "  nngc bench mlp.nng --dim batch=128 --entry=train --loss=cross_entropy_with_logits "
              "--threads 2");
  sub->callback([command] { command->run(); });
}

} // namespace nngc::cli
