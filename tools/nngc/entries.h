/// The graphs of the entry points that a user asks for by name.
#pragma once

#include <CLI/CLI.hpp>

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "nngc/compiler.h"
#include "nngc/train.h"

namespace nngc::cli {

/// What training needs to know beyond the model.
struct LossOptions {
  std::string loss;  ///< a loss function, `function:output`, or an output of the model of rank 0
  std::string label; ///< `name` or `name:dtype` of the input the loss compares with
  std::string optimizer = "sgd";
  std::vector<std::string>
      wrt; ///< inputs to differentiate by; empty: the parameters, else all float inputs
  std::vector<std::string> keep; ///< outputs of the model that the training step gives, too
};
void add_loss_options(CLI::App& app, LossOptions& options);

/// A copy of the model that also has the loss, and the input of labels where the loss function
/// needs one.
struct WithLoss {
  Graph graph;
  Value loss;
  std::string label;        ///< the input of labels; empty: there is none
  std::int64_t classes = 0; ///< labels are numbers below this; 0: they are not, or nobody knows
};
/// `label_dtype`: of the labels at hand, which decides between class numbers and a row per label
/// where `--label` does not.
[[nodiscard]] WithLoss with_loss(const Graph& model, const LossOptions& options,
                                 const std::optional<DType>& label_dtype = {});

/// Makes the graphs of these entries: forward, vjp, jvp, hvp, train. Throws UsageError for another
/// name and where the loss is missing. A deque: entry points hold addresses.
struct Entries {
  std::deque<Graph> graphs;
  std::vector<EntryPoint> points;
};
[[nodiscard]] Entries make_entries(const Graph& model, const std::vector<std::string>& names,
                                   const LossOptions& options);

} // namespace nngc::cli
