// Places that say something which no caller can bring about, each with the reason; what our own
// mistakes would say is here, too. An excuse that is not needed fails the test.
#include "test/errors/catalogue.h"

namespace nngc::test {

std::vector<Excuse> excuses() {
  const std::string parser = "lib/ir/parser.cpp", reader = "lib/ir/text_reader.cpp";
  const std::string append = "lib/ir/append.cpp", target = "lib/codegen/target.cpp";
  const std::string file = "lib/runtime/file.cpp";
  return {
      {"lib/ir/verifier.cpp", "*",
       "only a faulty pass makes such a graph; test/unit/ir/verifier_test.cpp breaks one each way"},
      {"lib/optimize/pass_manager.cpp", "after pass '~': ~", "what a faulty pass left behind"},
      {"lib/loop/loop_verifier.cpp", "the loop program is wrong:\\n~",
       "our own mistake in lowering; test/unit/loop breaks programs"},
      {"lib/lower/schedule.cpp", "lower: kernels of ~ wait for each other",
       "our own mistake in fusion"},
      {"lib/driver/header.cpp", "c_header: entry '~' does not end in '_raw'",
       "our own mistake: program_of names the entries"},
      {"lib/codegen/module_emitter.cpp", "codegen emitted a module LLVM refuses: ~",
       "our own mistake in codegen"},
      {target, "codegen: no machine for '~'", "every target that LLVM registers makes machines"},
      {"lib/codegen/object_file.cpp", "codegen: this target cannot emit such a file",
       "only the host's target is registered, and it emits objects and assembly"},
      {append, "~: attribute '~' has the wrong type",
       "builders and the parser make each attribute of its own kind"},
      {append, "~: there is no attribute '~'", "builders know theirs, the parser looks first"},
      {append, "~: an operand belongs to another graph",
       "only the parser and passes name the graph themselves, with operands of it"},
      {"lib/ir/analysis/reachability.cpp", "reachability: ~ nodes, more than ~",
       "its caller, the pictures, leaves out what is too large"},
      {"lib/ops/input.cpp", "inputs are made with Graph::input", "the parser looks first"},
      {reader, "expected another kind of attribute, found ", "its callers read those kinds"},
      {reader, "'~' is no number that fits f64", "no op has a float for an attribute yet"},
      {reader, "expected a list of ~s in brackets, found ", "its callers look for the bracket"},
      {file, "cannot read", "four places; a failing disk and exhausted memory are two of them"},
      {file, "cannot write", "five places; a file that cannot be closed or renamed is one of them"},
      {"lib/import/read_neurons.cpp", "Boost.Graph cannot read this: ~",
       "the outline, which reads first, refuses what Boost's reader does; no text is known that "
       "gets by it"},
      {"tools/nngc/bench.cpp", "the call returned a status",
       "sizes are bound before, and those that are refused are refused then"},
      {"tools/nngc/compile.cpp", "--emit=~ is binary; say where to put it with -o",
       "said on a terminal only, and tests have none"},
      {"tools/nngc/model.cpp", "--math: there is no level ~", "CLI11 checks the levels first"},
  };
}

} // namespace nngc::test
