// The only place that knows the order of passes, and why it is this one.
#include "driver/pipeline.h"

namespace nngc {

std::string pipeline(MathLevel level) {
  std::string list;
  const auto then = [&](const char* pass) {
    list += (list.empty() ? "" : ",") + std::string(pass);
  };

  // Differentiation has run before: rules that look at derivatives' forward nodes find them
  // untouched, and stop_gradient, which canonicalize erases, has done its work.

  // Calls go in place before anything is shared or dropped: what a derivative rule copied out of a
  // body meets the body itself only now.
  then("inline-calls");

  // Then loops: reverse mode ran them again for what its backward part needs. Merging before
  // pruning, because a merged loop's results are used by both.
  then("merge-regions");
  then("prune-regions");

  // Dead nodes before all rules: differentiation leaves cotangents nobody asked for, and every
  // later pass would carry them along.
  then("eliminate-dead-code");

  // Canonicalize before stabilise: stable forms are recognised by shape, and `exp(x) + -1`, `-(-x)`
  // or a broadcast in the middle would hide them. It merges what differentiation wrote twice in two
  // ways, too.
  then("canonicalize");

  // At strict no stabilising rule may run; the pass would walk the graph for nothing.
  if (level != MathLevel::Strict) then("stabilise");

  // Constants after stabilise: log(1 + x) must still show its 1. Before the last canonicalize,
  // which turns folded scalars into right-hand operands, powers of two into factors, and broadcasts
  // of them into splats.
  then("fold-constants");

  // What folding and stabilising uncovered, in normal form for lowering. Every rule drops what it
  // replaced, so nothing dead is left behind.
  then("canonicalize");

  // Last: rules of the other passes look for the divisions that this one takes apart.
  if (level >= MathLevel::Relaxed) then("reduce-strength");
  return list;
}

Graph optimize(const Graph& graph, const PassOptions& options, Where where) {
  return run_passes(graph, pipeline(options.math), options, where);
}

} // namespace nngc
