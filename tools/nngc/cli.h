/// What the subcommands share: models from files, options that several of them have, files that
/// appear whole or not at all.
#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nngc/compiler.h"
#include "nngc/neurons.h"
#include "nngc/passes.h"
#include "nngc/specialize.h"
#include "nngc/train.h"

namespace nngc::cli {

/// A request that makes no sense: exit status 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;
/// Splits each `name=value`; throws UsageError naming the flag for anything else.
[[nodiscard]] Pairs split_pairs(const std::vector<std::string>& items, std::string_view flag);

// ---- files ----

/// `-` is the standard input.
[[nodiscard]] std::string read_file(const std::string& path);
/// `-` is the standard output. A file appears whole or not at all.
void write_file(const std::string& path, std::string_view bytes);

/// Files that appear all together, or none of them.
class OutputFiles {
public:
  OutputFiles() = default;
  ~OutputFiles();
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;

  /// Throws Error{Io} where the file cannot be written, UsageError for a path that was added
  /// before.
  void add(const std::string& path, std::string_view bytes);
  void add(const std::string& path, const Tensor& tensor); ///< as .npy
  void commit();

private:
  std::string stage(const std::string& path);
  struct Staged {
    std::string temporary, path;
  };
  std::vector<Staged> staged_;
  std::vector<std::pair<std::string, std::string>> direct_;
};

/// A folder that files will be written to, made if it is not there, and gone again if none was.
class OutputFolder {
public:
  /// Throws Error{Io} where the folder cannot be made or takes no file.
  explicit OutputFolder(const std::string& path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

private:
  void remove_made();
  std::vector<std::filesystem::path> made_;
};

/// .npy, or IDX (.idx, *-ubyte), each also gzipped.
[[nodiscard]] Tensor load_tensor(const std::string& path);
/// The tensors of `DIR/<name>.npy` for the inputs that have one there. Throws Error{Shape, Type}
/// for one that does not fit, Error{Data} where there is none at all.
void load_weights(const std::string& directory, const std::vector<ArgumentInfo>& arguments,
                  Tensors& into);

// ---- models ----

/// Options of every subcommand that reads a model.
struct ModelOptions {
  std::string path;
  std::vector<std::string> dims;
};
void add_model_options(CLI::App& app, ModelOptions& options);
/// What becomes of the weights that a neuron graph brings along.
enum class Weights : std::uint8_t { Constants, Parameters };
/// Parses the file, .nng or .dot, and binds `--dim`s. Throws Error{Parse, Io, Unsupported}.
[[nodiscard]] Graph load_model(const ModelOptions& options, Weights weights = Weights::Constants);
/// Whether the file holds a neuron graph, to be read with load_neurons.
[[nodiscard]] bool has_neurons(const ModelOptions& options);
[[nodiscard]] NeuronGraph load_neurons(const ModelOptions& options);
/// The values of `--dim`, checked to be numbers.
[[nodiscard]] DimValues dim_values(const std::vector<std::string>& dims);

/// Options of every subcommand that compiles.
struct CodeOptions {
  CompileOptions compile;
  std::string math = "default", passes;
  PassOptions pass;
  bool time_passes = false, stats = false, no_optimize = false;
};
void add_code_options(CLI::App& app, CodeOptions& options);
/// The graph as it goes to lowering, with what `--print-after` and its like show on stderr, and the
/// options for compile() or emit() of the result.
struct Prepared {
  Graph graph;
  CompileOptions options;
};
[[nodiscard]] Prepared prepare(const Graph& graph, const CodeOptions& options);

/// A range that help texts do not spell out.
template <class T> [[nodiscard]] CLI::Validator between(T low, T high) {
  return CLI::Range(low, high).description("");
}

/// Threads for a call; 0 or less means as many as the machine has.
void add_threads(CLI::App& app, int& threads);

/// Values of the symbolic dims that follow from a tensor for an argument of that type; adds to
/// `dims`. Throws Error{Shape} where rank or an extent does not fit. A shape of equal rows counts
/// as fitting (28x28 for 784).
void match_dims(const ArgumentInfo& argument, const Tensor& tensor, DimValues& dims);
/// Random values for every input that `tensors` lacks: floats in [-1, 1), ints in 0..9, bools.
void fill_random(const std::vector<ArgumentInfo>& arguments, const DimValues& dims,
                 std::uint64_t seed, Tensors& tensors);
/// Zeroed tensors for outputs.
void allocate_outputs(const std::vector<ArgumentInfo>& arguments, const DimValues& dims,
                      Tensors& tensors);
/// Throws UsageError naming the symbolic dims that have no value yet.
void require_dims(const std::vector<ArgumentInfo>& arguments, const DimValues& dims);
/// The same numbers as `wanted`, where that is f32 or f64: data files hold bytes, or NumPy's f64.
/// Anything else as it is.
[[nodiscard]] Tensor converted(Tensor t, DType wanted);
/// The elements of a tensor as doubles, for printing and comparing.
[[nodiscard]] std::vector<double> to_doubles(const Tensor& tensor);

// ---- subcommands ----

void add_compile(CLI::App& app);
void add_run(CLI::App& app);
void add_train(CLI::App& app);
void add_dot(CLI::App& app);
void add_info(CLI::App& app);
void add_ops(CLI::App& app);
void add_rules(CLI::App& app);
void add_verify(CLI::App& app);
void add_bench(CLI::App& app);

} // namespace nngc::cli
