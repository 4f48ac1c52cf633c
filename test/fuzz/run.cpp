// Buffers with walls on both sides.
#include "test/fuzz/run.h"

#include <algorithm>
#include <cstring>

namespace nngc::test {

namespace {

constexpr std::size_t wall = 128;
constexpr unsigned char brick = 0xa5;

class Buffer {
public:
  explicit Buffer(const Tensor& like)
      : bytes_(like.bytes()), start_(wall + static_cast<std::size_t>(byte_size(like.dtype()))),
        memory_(start_ + bytes_ + wall, brick) {}
  void fill(const Tensor& from) { std::memcpy(data(), from.raw(), bytes_); }
  [[nodiscard]] unsigned char* data() { return memory_.data() + start_; }
  [[nodiscard]] bool holds(const Tensor& t) { return std::memcmp(data(), t.raw(), bytes_) == 0; }
  [[nodiscard]] bool has_walls() const {
    const auto is_brick = [](unsigned char c) { return c == brick; };
    const auto begin = memory_.begin() + static_cast<std::ptrdiff_t>(start_);
    return std::all_of(memory_.begin(), begin, is_brick) &&
           std::all_of(begin + static_cast<std::ptrdiff_t>(bytes_), memory_.end(), is_brick);
  }

private:
  std::size_t bytes_, start_;
  std::vector<unsigned char> memory_;
};

} // namespace

std::vector<Tensor> run_guarded(const Executable& executable, const Graph& graph,
                                std::span<const Tensor> inputs, std::span<const Tensor> like,
                                std::string& wrong) {
  const std::vector<Value> values = graph.inputs();
  const std::vector<Output>& outputs = graph.outputs();
  std::vector<Buffer> in, out;
  in.reserve(values.size());
  out.reserve(outputs.size());
  std::vector<Arg> args;
  const auto add = [&](std::string_view name, const Tensor& t, Buffer& buffer) {
    Arg& arg = args.emplace_back(name, t);
    arg.data = buffer.data();
    arg.writable = true;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    in.emplace_back(inputs[i]).fill(inputs[i]);
    add(graph.input_name(values[i]), inputs[i], in.back());
  }
  std::vector<bool> donated(values.size());
  std::vector<Buffer*> results;
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const Value input = outputs[o].updates;
    const auto at =
        static_cast<std::size_t>(std::find_if(values.begin(), values.end(),
                                              [&](Value v) { return input && v.same(input); }) -
                                 values.begin());
    if (at < values.size()) {
      donated[at] = true;
      results.push_back(&in[at]);
      continue;
    }
    results.push_back(&out.emplace_back(like[o]));
    add(outputs[o].name, like[o], out.back());
  }
  executable.run(args);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const std::string name(graph.input_name(values[i]));
    if (!in[i].has_walls()) wrong = "writes outside of " + name;
    if (!donated[i] && !in[i].holds(inputs[i])) wrong = "writes to the input " + name;
  }
  for (const Buffer& b : out)
    if (!b.has_walls()) wrong = "writes outside of an output";
  std::vector<Tensor> tensors;
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    tensors.emplace_back(like[o].dtype(), like[o].shape());
    if (tensors.back().bytes() > 0)
      std::memcpy(tensors.back().raw(), results[o]->data(), tensors.back().bytes());
  }
  return tensors;
}

} // namespace nngc::test
