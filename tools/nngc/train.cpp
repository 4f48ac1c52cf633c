// nngc train: trains a model on arrays from files.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "cli.h"
#include "entries.h"
#include "nngc/runtime.h"

namespace nngc::cli {
namespace {

struct TrainCommand {
  ModelOptions model;
  CodeOptions code;
  LossOptions loss;
  std::vector<std::string> data;
  std::string weights, output;
  std::int64_t epochs = 1, batch = 0;
  std::uint64_t seed = 1;
  int threads = 0;

  void run();

private:
  Tensors load_data(const Graph& graph);
  void bind_batch(const Tensors& sets, const Graph& graph);
};

// A set for an input of f32 may be of any dtype: images are bytes more often than not.
Tensor converted(Tensor t, DType wanted) {
  if (t.dtype() == wanted || wanted != DType::F32) return t;
  Tensor result(DType::F32, t.shape());
  const std::vector<double> values = to_doubles(t);
  for (std::size_t i = 0; i < values.size(); ++i)
    result.data<float>()[i] = static_cast<float>(values[i]);
  return result;
}

// The sets by name. The one that the model does not know is the labels.
Tensors TrainCommand::load_data(const Graph& graph) {
  Tensors sets;
  std::int64_t rows = -1;
  std::string first;
  for (const auto& [name, path] : split_pairs(data, "--data")) {
    const Value input = graph.find_input(name);
    Tensor t = load_tensor(path);
    if (input) t = converted(std::move(t), input.dtype());
    if (t.shape().empty()) throw Error(Error::Kind::Data, "a data set needs rows", path);
    if (rows >= 0 && t.shape()[0] != rows)
      throw Error(Error::Kind::Data,
                  fmt::format("{} rows, but '{}' has {}", t.shape()[0], first, rows), path);
    rows = t.shape()[0];
    first = first.empty() ? name : first;
    if (!input && loss.label.empty()) loss.label = name;
    if (!sets.emplace(name, std::move(t)).second)
      throw UsageError("--data " + name + " is given twice");
  }
  if (sets.empty())
    throw UsageError("--data is missing; try --data x=train.npy --data y=labels.npy");
  return sets;
}

// The rows of a batch: what --batch says goes to the symbol that leads the data's inputs.
void TrainCommand::bind_batch(const Tensors& sets, const Graph& graph) {
  for (const auto& [name, set] : sets) {
    const Value input = graph.find_input(name);
    if (!input || input.rank() == 0) continue;
    const Dim lead = input.shape()[0];
    if (!lead.is_static()) {
      if (batch == 0) batch = 128;
      if (lead.scale() != 1 || lead.offset() != 0)
        throw UsageError("--dim: bind " + lead.str() + " by hand");
      model.dims.push_back(lead.symbol_name() + "=" + std::to_string(batch));
      return;
    }
    if (batch != 0 && batch != lead.value())
      throw UsageError(fmt::format("--batch {}: the model's batch is {}", batch, lead.value()));
    batch = lead.value();
    return;
  }
  throw UsageError("--data names no input of the model");
}

void TrainCommand::run() {
  const Graph symbolic = load_model(model);
  const Tensors sets = load_data(symbolic);
  bind_batch(sets, symbolic);
  const Graph graph = load_model(model);
  const std::string label = loss.label.substr(0, loss.label.find(':'));
  const auto label_set = sets.find(label);
  const WithLoss w =
      with_loss(graph, loss,
                label_set == sets.end() ? std::nullopt : std::optional(label_set->second.dtype()));
  const Prepared prepared =
      prepare(training_step(w.graph, w.loss, parse_optimizer(loss.optimizer)), code);
  const Executable step = nngc::compile(prepared.graph, prepared.options);
  std::fprintf(stderr, "compiled the training step in %.0f ms\n", 1e3 * step.compile_seconds());

  Tensors tensors;
  if (!weights.empty()) load_weights(weights, step.arguments(), tensors);
  for (auto& [name, value] : initial_values(step, seed))
    tensors.try_emplace(name, std::move(value));
  std::int64_t rows = 0;
  DimValues dims;
  std::string missing;
  for (const ArgumentInfo& a : step.arguments()) {
    const auto set = sets.find(a.name);
    if (set != sets.end()) {
      rows = set->second.shape()[0];
      std::vector<std::int64_t> shape = set->second.shape();
      shape[0] = batch;
      Tensor rows_of_batch(set->second.dtype(), std::move(shape));
      match_dims(a, rows_of_batch, dims);
      tensors.insert_or_assign(a.name, std::move(rows_of_batch));
    } else if (a.input && !tensors.contains(a.name)) {
      missing += fmt::format(" --data {}=FILE", a.name);
    }
  }
  if (!missing.empty()) throw UsageError("inputs are missing:" + missing);
  for (const auto& [name, set] : sets)
    if (std::none_of(step.arguments().begin(), step.arguments().end(),
                     [&](const auto& a) { return a.name == name; }))
      throw UsageError("--data " + name + ": the training step has no such input");
  const std::int64_t steps = rows / batch;
  if (steps == 0)
    throw Error(Error::Kind::Data, fmt::format("{} rows make no batch of {}", rows, batch));
  if (!output.empty())
    std::filesystem::create_directories(output); // before hours of training, not after
  allocate_outputs(step.arguments(), dims, tensors);

  ThreadPool pool(threads);
  const std::vector<Arg> args = bind_arguments(step, tensors);
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    const std::vector<std::uint32_t> order = shuffled(
        static_cast<std::uint32_t>(rows), (seed << 20) + static_cast<std::uint64_t>(epoch));
    Progress progress(stderr, fmt::format("epoch {}/{}", epoch, epochs), steps);
    double total = 0;
    std::string note;
    for (std::int64_t i = 0; i < steps; ++i) {
      const auto picked = std::span(order).subspan(static_cast<std::size_t>(i * batch),
                                                   static_cast<std::size_t>(batch));
      for (const auto& [name, set] : sets) take_rows(set, picked, tensors.at(name));
      step.run(args, pool.hook());
      total += to_doubles(tensors.at("loss"))[0];
      note = fmt::format("loss {:.4f}", total / static_cast<double>(i + 1));
      progress.update(i + 1, note);
    }
    progress.finish(note);
    write_file("-",
               fmt::format("epoch {} loss {:.6f}\n", epoch, total / static_cast<double>(steps)));
  }
  if (output.empty()) return;
  for (const ArgumentInfo& a : step.arguments())
    if (a.role == "param" || a.role == "state")
      save_npy(output + "/" + a.name + ".npy", tensors.at(a.name));
}

} // namespace

void add_train(CLI::App& app) {
  auto command = std::make_shared<TrainCommand>();
  CLI::App* sub = app.add_subcommand("train", "trains a model on arrays from files");
  add_model_options(*sub, command->model);
  sub->add_option("--data", command->data,
                  "rows for an input, or for the labels of the loss: .npy or IDX")
      ->type_name("NAME=FILE")
      ->allow_extra_args(false);
  add_loss_options(*sub, command->loss);
  sub->add_option("--epochs", command->epochs, "times through the data")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  sub->add_option("--batch", command->batch, "rows per step (default 128, or the model's)")
      ->check(CLI::PositiveNumber);
  sub->add_option("--seed", command->seed, "of initial values and of the order of rows")
      ->capture_default_str();
  sub->add_option("--weights", command->weights, "a folder with NAME.npy to start from");
  sub->add_option("--output-weights", command->output,
                  "a folder to write parameters and state to, as NAME.npy");
  add_threads(*sub, command->threads);
  add_code_options(*sub, command->code);
  sub->footer(
      "Prints the mean loss of every epoch. The last rows that fill no batch are left out, other "
      "rows each time.\n"
      "Examples:\n"
      "  nngc train mlp.nng --data x=train-images-idx3-ubyte.gz --data "
      "y=train-labels-idx1-ubyte.gz \\\n"
      "       --loss=cross_entropy_with_logits --optimizer=adam,lr=1e-3 --epochs 5 "
      "--output-weights trained\n"
      "  nngc train line.nng --data x=x.npy --data y=y.npy --loss=mse --optimizer=sgd,lr=0.1");
  sub->callback([command] { command->run(); });
}

} // namespace nngc::cli
