/// The real program, run through the shell, and the models it is run on.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "nngc/runtime.h"
#include "nngc/tensor.h"
#include "test/support/catch.h"
#include "test/support/temp_dir.h"

namespace nngc::test {

struct Result {
  int status; ///< of exit, or minus the signal
  std::string out, err;
};

/// Runs a command line in that folder. What it prints is kept outside of it, so that the files in
/// the folder can be counted.
inline Result shell(const TempDir& folder, const std::string& command) {
  const TempDir printed;
  const std::string line = "cd '" + folder.path() + "' && { " + command + "\n} >'" +
                           printed.path("out") + "' 2>'" + printed.path("err") + "' </dev/null";
  const int raw = std::system(line.c_str());
  const int status = WIFSIGNALED(raw) ? -WTERMSIG(raw) : WEXITSTATUS(raw);
  // A shell says 128 + n where its child died of signal n.
  return {status > 128 ? 128 - status : status, TempDir::read(printed.path("out")),
          TempDir::read(printed.path("err"))};
}

inline const std::string program = "'" NNGC_BINARY_DIR "/nngc'";

/// Runs `nngc <arguments>` in that folder.
inline Result tool(const TempDir& folder, const std::string& arguments) {
  return shell(folder, program + " " + arguments);
}

/// A linear layer with tanh: small enough to check by hand.
inline const char* const line_model =
    R"(graph @line(%x: f32[batch,3], %w: f32[3,2] param, %b: f32[2] param) {
  %z = dot_general %x, %w {batch_a = [], batch_b = [], contract_a = [1], contract_b = [0]} : f32[batch,2]
  %wide = broadcast_in_dim %b {dims = [1], shape = [batch, 2]} : f32[batch,2]
  %s = add %z, %wide : f32[batch,2]
  %y = tanh %s : f32[batch,2]
  return y = %y
}
)";

/// A perceptron on bytes, 28x28 to ten classes.
inline const char* const mlp_model = R"(// Images to logits.
graph @mlp(%x: u8[batch,784], %w1: f32[784,32] param, %b1: f32[32] param, %w2: f32[32,10] param, %b2: f32[10] param) {
  %bytes = convert %x {dtype = f32} : f32[batch,784]
  %scale = constant {value = 0.003921569} : f32[batch,784]
  %in = mul %bytes, %scale : f32[batch,784]
  %z1 = dot_general %in, %w1 {batch_a = [], batch_b = [], contract_a = [1], contract_b = [0]} : f32[batch,32]
  %b1w = broadcast_in_dim %b1 {dims = [1], shape = [batch, 32]} : f32[batch,32]
  %s1 = add %z1, %b1w : f32[batch,32]
  %zero = constant {value = 0} : f32[batch,32]
  %h = max %s1, %zero {tie = "second"} : f32[batch,32]
  %z2 = dot_general %h, %w2 {batch_a = [], batch_b = [], contract_a = [1], contract_b = [0]} : f32[batch,10]
  %b2w = broadcast_in_dim %b2 {dims = [1], shape = [batch, 10]} : f32[batch,10]
  %logits = add %z2, %b2w : f32[batch,10]
  return logits = %logits
}
)";

/// An array of values in a file.
template <class T>
void save(const TempDir& folder, const std::string& name, std::vector<std::int64_t> shape,
          const std::vector<T>& values) {
  save_npy(folder.path(name), Tensor::of<T>(std::move(shape), std::span<const T>(values)));
}

} // namespace nngc::test
