/// Compares what passes and compiled code make of a graph with the interpreter.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nngc/compiler.h"
#include "nngc/graph.h"
#include "nngc/tensor.h"

namespace nngc::test {

/// A way to get a graph's results.
struct Variant {
  std::string passes; ///< run on the graph first, comma-separated; `all`: the pipeline
  MathLevel math = MathLevel::Default;
  bool compiled = false;    ///< else by the interpreter
  bool derivatives = false; ///< instead: the interpreter's derivatives against the complex step
  std::string cpu = "native";
  int opt_level = 2;
  /// `passes=all math=strict compiled cpu=haswell opt=2`, and back; throws std::invalid_argument.
  [[nodiscard]] std::string str() const;
  static Variant parse(std::span<const std::string> words);
};

/// What was compared.
struct Figures {
  std::size_t graphs = 0, nodes = 0, differentiated = 0, symbolic = 0;
  std::size_t variants = 0, compiled = 0;
  std::size_t refused = 0;     ///< Error{Unsupported} from compile
  std::size_t derivatives = 0; ///< graphs whose derivatives were judged
  std::size_t elements = 0;    ///< results looked at
  std::size_t exact = 0;       ///< of them, demanded bit for bit
  std::size_t skipped = 0;     ///< that roundings may change beyond recognition
  void add(const Figures& other);
};

class Judge {
public:
  /// The graph must outlive the judge.
  Judge(const Graph& graph, std::vector<Tensor> inputs, std::int64_t n);

  /// Empty, or what is wrong.
  [[nodiscard]] std::string check(const Variant& variant, Figures& figures);

private:
  struct Spread {                 ///< of one output
    bool is_rounded = true;       ///< false: there is one right result
    bool is_open = true;          ///< false: at strict compiled code gives the interpreter's bits
    std::vector<double> greatest; ///< distance of noisy results from the plain one; inf: unstable
    double scale = 0;             ///< greatest finite magnitude
  };
  void listen(std::size_t runs, double roundings);
  [[nodiscard]] std::string compare(const std::vector<Tensor>& have, const Variant& variant,
                                    Figures& figures) const;
  [[nodiscard]] std::vector<Tensor> results(const Graph& graph, const Variant& variant,
                                            std::string& wrong);

  const Graph& graph_;
  std::vector<Tensor> inputs_, want_;
  std::vector<std::vector<double>> numbers_; ///< of want_
  std::vector<Spread> spread_;
  std::int64_t n_;
  std::uint64_t noise_seed_ = 1;
  bool cures_ = false;    ///< a rule has fired that may make finite what was not
  bool is_exact_ = false; ///< no rule has fired but exact ones
};

} // namespace nngc::test
