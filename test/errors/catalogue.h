/// Every mistake that nngc tells its users about: how to make it, and what it says then.
/// catalogue_test.cpp makes them all, and looks whether any place in the sources is missing here.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nngc/error.h"
#include "nngc/graph.h"
#include "test/support/temp_dir.h"

namespace nngc::test {

/// What a mistake is made with: a graph with values of many kinds, made anew for each one.
struct Ground {
  Ground();
  Graph g{"ground"}, other{"other"};
  Dim batch = Dim::symbol("batch");
  Value a, tall, i, p, s, d, x, row, w; ///< see the constructor for their types
  Value foreign;                        ///< of the graph `other`
  Value none;
  TempDir dir;
};

struct Mistake {
  std::string file; ///< the source that says so
  Error::Kind kind;
  std::string
      message; ///< the whole of it; `~` for what is LLVM's, the machine's, or a node's number
  std::function<void(Ground&)> make;
  /// `here`: the line of the mistake in this catalogue. Else Error::place() itself, where `@` is
  /// the folder of Ground::dir.
  std::string place = "here";
  Where where = {};
};

/// A mistake whose place is the line that makes it.
inline Mistake mistake(std::string file, Error::Kind kind, std::string message,
                       std::function<void(Ground&)> make, Where where = Where::current()) {
  return {std::move(file), kind, std::move(message), std::move(make), "here", where};
}

/// A mistake with another place, or none.
inline Mistake mistake_at(std::string place, std::string file, Error::Kind kind,
                          std::string message, std::function<void(Ground&)> make,
                          Where where = Where::current()) {
  return {std::move(file), kind, std::move(message), std::move(make), std::move(place), where};
}

std::vector<Mistake> value_mistakes();     ///< elementwise ops, names, graphs
std::vector<Mistake> structure_mistakes(); ///< axes, extents, attributes
std::vector<Mistake> control_mistakes();   ///< loops, branches, calls
std::vector<Mistake> window_mistakes();    ///< windows, convolutions, pooling
std::vector<Mistake> composite_mistakes(); ///< losses, derivatives, training steps
std::vector<Mistake> call_mistakes();      ///< evaluating, compiling, running
std::vector<Mistake> file_mistakes();      ///< data files
std::vector<Mistake> neuron_mistakes();    ///< neuron graphs

/// A command line that is refused, in a folder that `furnish` has filled.
struct ToolMistake {
  std::string arguments;
  int status;
  std::vector<std::string> says;
};
void furnish(const TempDir& dir);
std::vector<ToolMistake> request_mistakes();
std::vector<ToolMistake> model_mistakes();
std::vector<ToolMistake> data_mistakes();
std::vector<ToolMistake> folder_mistakes();

/// A place in the sources that no test of this program can bring to speak.
struct Excuse {
  std::string file, text, reason;
};
std::vector<Excuse> excuses();

} // namespace nngc::test
