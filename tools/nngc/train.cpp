// nngc train: trains a model on arrays from files.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

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
  std::string weights, output, neurons_output;
  std::int64_t epochs = 1, batch = 0;
  std::uint64_t seed = 1;
  int threads = 0;

  void run();

private:
  Tensors load_data(const Graph& graph);
  void bind_batch(const Tensors& sets, const Graph& graph);
  WithLoss add_loss(const Graph& graph, Tensors& sets) const;
  [[nodiscard]] Tensors arguments(const Executable& step, const Tensors& sets) const;
  void train(const Executable& step, const Tensors& sets, Tensors& tensors) const;
  void save(const Executable& step, const Tensors& tensors) const;
  [[nodiscard]] std::int64_t rows(const Tensors& sets) const {
    return sets.begin()->second.shape()[0];
  }
};

// The sets by name. The one that the model does not know is the labels.
Tensors TrainCommand::load_data(const Graph& graph) {
  Tensors sets;
  std::string first;
  for (const auto& [name, path] : split_pairs(data, "--data")) {
    Tensor t = load_tensor(path);
    if (t.shape().empty()) throw Error(Error::Kind::Data, "a data set needs rows", path);
    if (!sets.empty() && t.shape()[0] != sets.at(first).shape()[0])
      throw Error(
          Error::Kind::Data,
          fmt::format("{} rows, but '{}' has {}", t.shape()[0], first, sets.at(first).shape()[0]),
          path);
    if (t.shape()[0] == 0) throw Error(Error::Kind::Data, "there is no row in it", path);
    first = first.empty() ? name : first;
    if (!graph.find_input(name) && loss.label.empty()) loss.label = name;
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
    if (batch != 0 && lead.is_static() && batch != lead.value())
      throw UsageError(fmt::format("--batch {}: the model's batch is {}", batch, lead.value()));
    if (lead.is_static()) batch = lead.value();
    if (batch == 0) batch = std::min<std::int64_t>(128, rows(sets));
    if (batch == 0 || rows(sets) < batch)
      throw Error(Error::Kind::Data, fmt::format("{} rows make no batch of {}", rows(sets), batch));
    if (lead.is_static()) return;
    if (lead.scale() != 1 || lead.offset() != 0)
      throw UsageError(fmt::format("--batch: the model's rows are {}; bind them with --dim {}=N",
                                   lead.str(), lead.symbol_name()));
    model.dims.push_back(lead.symbol_name() + "=" + std::to_string(batch));
    return;
  }
  throw UsageError("--data names no input of the model");
}

// The model with its loss; the sets as its inputs take them.
WithLoss TrainCommand::add_loss(const Graph& graph, Tensors& sets) const {
  const auto labels = sets.find(loss.label.substr(0, loss.label.find(':')));
  WithLoss w = with_loss(
      graph, loss, labels == sets.end() ? std::nullopt : std::optional(labels->second.dtype()));
  for (auto& [name, set] : sets) {
    const Value input = w.graph.find_input(name);
    if (!input) throw UsageError("--data " + name + ": the training step has no such input");
    set = converted(std::move(set), input.dtype());
  }
  if (const auto it = sets.find(w.label); it != sets.end() && w.classes > 0) {
    const std::vector<double> numbers = to_doubles(it->second);
    const auto most = static_cast<double>(w.classes);
    const auto bad =
        std::find_if(numbers.begin(), numbers.end(), [&](double c) { return c < 0 || c >= most; });
    if (bad != numbers.end())
      throw Error(Error::Kind::Data,
                  fmt::format("'{}' holds class {} at {}, but there are {} classes", w.label, *bad,
                              bad - numbers.begin(), w.classes));
  }
  return w;
}

// Arrays for all arguments: one batch of each set, weights from files or as they begin.
Tensors TrainCommand::arguments(const Executable& step, const Tensors& sets) const {
  Tensors tensors;
  DimValues dims;
  if (!weights.empty()) load_weights(weights, step.arguments(), tensors);
  if (has_neurons(model)) tensors.merge(neuron_weights(load_neurons(model)));
  for (auto& [name, value] : initial_values(step, seed))
    tensors.try_emplace(name, std::move(value));
  std::string missing;
  for (const ArgumentInfo& a : step.arguments()) {
    const auto set = sets.find(a.name);
    if (set != sets.end()) {
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
  allocate_outputs(step.arguments(), dims, tensors);
  return tensors;
}

void TrainCommand::train(const Executable& step, const Tensors& sets, Tensors& tensors) const {
  ThreadPool pool(threads);
  const std::vector<Arg> args = bind_arguments(step, tensors);
  const std::int64_t steps = rows(sets) / batch;
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    const std::vector<std::uint32_t> order = shuffled(
        static_cast<std::uint32_t>(rows(sets)), (seed << 20) + static_cast<std::uint64_t>(epoch));
    Progress progress(stderr, fmt::format("epoch {}/{}", epoch, epochs), steps);
    double total = 0;
    std::string note;
    for (std::int64_t i = 0; i < steps; ++i) {
      const auto picked = std::span(order).subspan(static_cast<std::size_t>(i * batch),
                                                   static_cast<std::size_t>(batch));
      for (const auto& [name, set] : sets) take_rows(set, picked, tensors.at(name));
      step.run(args, pool.hook());
      const double now = to_doubles(tensors.at("loss"))[0];
      if (!std::isfinite(now))
        throw Error(
            Error::Kind::Data,
            fmt::format("the loss of step {} of epoch {} is not finite; a smaller lr may help. "
                        "Nothing is saved",
                        i + 1, epoch));
      total += now;
      note = fmt::format("loss {:.4f}", total / static_cast<double>(i + 1));
      progress.update(i + 1, note);
    }
    progress.finish(note);
    write_file("-",
               fmt::format("epoch {} loss {:.6f}\n", epoch, total / static_cast<double>(steps)));
  }
}

void TrainCommand::save(const Executable& step, const Tensors& tensors) const {
  OutputFiles files;
  int saved = 0;
  if (!output.empty())
    for (const ArgumentInfo& a : step.arguments())
      if (a.role == "param" || a.role == "state")
        files.add(output + "/" + a.name + ".npy", tensors.at(a.name)), ++saved;
  if (!neurons_output.empty()) {
    NeuronGraph net = load_neurons(model);
    set_neuron_weights(net, tensors);
    files.add(neurons_output, write_neurons(net));
  }
  files.commit();
  if (!output.empty()) std::fprintf(stderr, "%d arrays saved to %s\n", saved, output.c_str());
}

void TrainCommand::run() {
  if (!neurons_output.empty() && !has_neurons(model))
    throw UsageError("--output-neurons " + neurons_output + ": the model is no .dot of neurons");
  const Graph symbolic = load_model(model, Weights::Parameters);
  const Optimizer optimizer = parse_optimizer(loss.optimizer);
  Tensors sets = load_data(symbolic);
  bind_batch(sets, symbolic);
  const WithLoss w = add_loss(load_model(model, Weights::Parameters), sets);
  std::optional<OutputFolder> folder; // before hours of training, not after
  if (!output.empty()) folder.emplace(output);
  const Prepared prepared = prepare(training_step(w.graph, w.loss, optimizer), code);
  const Executable step = nngc::compile(prepared.graph, prepared.options);
  Tensors tensors = arguments(step, sets);
  std::fprintf(stderr, "compiled the training step in %.0f ms\n", 1e3 * step.compile_seconds());
  train(step, sets, tensors);
  save(step, tensors);
}

} // namespace

void add_train(CLI::App& app) {
  auto command = std::make_shared<TrainCommand>();
  CLI::App* sub = app.add_subcommand("train", "trains a model on arrays from files");
  add_model_options(*sub, command->model);
  sub->add_option("--data", command->data,
                  "rows for an input, or for the labels of the loss: .npy or IDX, "
                  "each also .gz; numbers become the input's float type")
      ->type_name("NAME=FILE")
      ->allow_extra_args(false);
  add_loss_options(*sub, command->loss);
  sub->add_option("--epochs", command->epochs, "times through the data")
      ->capture_default_str()
      ->check(between(1, 1000000))
      ->type_name("N");
  sub->add_option("--batch", command->batch,
                  "rows per step (default 128, or all if there are fewer, or the model's)")
      ->check(between(std::int64_t{1}, std::int64_t{1} << 32))
      ->type_name("N");
  sub->add_option("--seed", command->seed, "of initial values and of the order of rows")
      ->capture_default_str()
      ->type_name("N");
  sub->add_option("--weights", command->weights, "a folder with NAME.npy to start from")
      ->type_name("DIR");
  sub->add_option("--output-weights", command->output,
                  "a folder to write parameters and state to, as NAME.npy")
      ->type_name("DIR");
  sub->add_option("--output-neurons", command->neurons_output,
                  "the .dot of a .dot again, with the weights that were learned")
      ->type_name("FILE");
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
