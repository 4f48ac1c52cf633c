// Trains a 784-256-128-10 perceptron on Fashion-MNIST in this process, shows what the compiler made
// of it, and ships it as an object file with a C header. tools/demo.sh runs it, then
// fashion_mnist_c.c, which trains the same network with that object file alone.
//
//   nngc-demo OUT_DIR [--epochs N] [--threads N] [--data DIR]
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "nngc/compiler.h"
#include "nngc/ops.h"
#include "nngc/runtime.h"
#include "nngc/text.h"
#include "nngc/train.h"

namespace {

constexpr std::int64_t batch_size = 128;
const std::vector<std::string> param_names = {"w1", "b1", "w2", "b2", "w3", "b3"};

struct Options {
  std::filesystem::path out, data = "/usr/share/datasets/fashion-mnist";
  int epochs = 10, threads = 0;
};

struct Network {
  nngc::Graph forward{"mlp"}, train;
};

Network build() {
  Network net;
  nngc::Graph& g = net.forward;
  const nngc::Dim batch = nngc::Dim::symbol("batch");
  const nngc::Value images = g.input("images", {nngc::DType::U8, {batch, 784}});
  nngc::Value h = convert(images, nngc::DType::F32) * (1.0 / 255);
  const std::vector<std::int64_t> sizes = {784, 256, 128, 10};
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    const nngc::Value w = g.param("w" + std::to_string(i), nngc::f32({sizes[i - 1], sizes[i]}));
    const nngc::Value b = g.param("b" + std::to_string(i), nngc::f32({sizes[i]}));
    h = dense(h, w, b);
    if (i + 1 < sizes.size()) h = relu(h);
  }
  g.output("classes", argmax(h, 1));

  // The training step is a graph of its own, for one batch size; the labels are known to it alone.
  nngc::Graph with_loss = g.clone();
  const nngc::Value labels = with_loss.input("labels", {nngc::DType::U8, {batch}});
  const nngc::Value loss = cross_entropy_with_logits(nngc::Value(with_loss.data(), h.id()), labels);
  net.train = specialize(training_step(with_loss, loss, nngc::adam(1e-3)), {{"batch", batch_size}});
  return net;
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  if (!file) throw nngc::Error(nngc::Error::Kind::Io, "cannot write", path.string());
}

std::string bytes_of(const nngc::Tensor& t) {
  return {static_cast<const char*>(t.raw()), t.bytes()};
}

std::string parameter_bytes(const nngc::Tensors& tensors) {
  std::string bytes;
  for (const std::string& name : param_names) bytes += bytes_of(tensors.at(name));
  return bytes;
}

// What the C program needs: the object, its header, and the data without any file format around it.
void ship(const Options& o, const Network& net, const nngc::Tensors& start,
          const nngc::Tensor& images, const nngc::Tensor& labels, const nngc::Tensor& test_images,
          const nngc::Tensor& test_labels) {
  const std::vector<nngc::EntryPoint> entries = {{"forward", &net.forward}, {"train", &net.train}};
  write(o.out / "mlp.o", nngc::emit("mlp", entries, nngc::Stage::Object));
  write(o.out / "mlp.h", nngc::emit("mlp", entries, nngc::Stage::Header));
  write(o.out / "graph.dot", nngc::to_dot(net.forward));
  write(o.out / "gradient.dot", nngc::to_dot(net.train));
  write(o.out / "fused.dot", nngc::emit("mlp", std::span(entries).subspan(1), nngc::Stage::Dot));
  write(o.out / "train-images.u8", bytes_of(images));
  write(o.out / "train-labels.u8", bytes_of(labels));
  write(o.out / "test-images.u8", bytes_of(test_images));
  write(o.out / "test-labels.u8", bytes_of(test_labels));
  write(o.out / "start.f32", parameter_bytes(start));
}

double accuracy(const nngc::Executable& forward, nngc::Tensors& tensors, const nngc::Tensor& images,
                const nngc::Tensor& labels, const nngc_parallel* parallel) {
  std::vector<std::int32_t> classes(static_cast<std::size_t>(labels.size()));
  std::vector<nngc::Arg> args = {{"images", images}, {"classes", classes}};
  for (const std::string& name : param_names) args.emplace_back(name, tensors.at(name));
  forward.run(args, parallel);
  std::size_t right = 0;
  for (std::size_t i = 0; i < classes.size(); ++i)
    right += classes[i] == labels.data<std::uint8_t>()[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(classes.size());
}

void run(const Options& o) {
  std::filesystem::create_directories(o.out);
  const nngc::Tensor images = nngc::load_idx(o.data / "train-images-idx3-ubyte.gz");
  const nngc::Tensor labels = nngc::load_idx(o.data / "train-labels-idx1-ubyte.gz");
  const nngc::Tensor test_images = nngc::load_idx(o.data / "t10k-images-idx3-ubyte.gz");
  const nngc::Tensor test_labels = nngc::load_idx(o.data / "t10k-labels-idx1-ubyte.gz");

  const Network net = build();
  const nngc::Executable forward = nngc::compile(net.forward), step = nngc::compile(net.train);
  std::fprintf(stderr, "compiled forward in %.0f ms, the training step in %.0f ms\n",
               1e3 * forward.compile_seconds(), 1e3 * step.compile_seconds());

  nngc::Tensors tensors = nngc::initial_values(step, 1);
  tensors["loss"] = nngc::Tensor(nngc::DType::F32, {});
  tensors["images"] = nngc::Tensor(nngc::DType::U8, {batch_size, 28, 28});
  tensors["labels"] = nngc::Tensor(nngc::DType::U8, {batch_size});
  ship(o, net, tensors, images, labels, test_images, test_labels);

  nngc::ThreadPool pool(o.threads);
  const std::vector<nngc::Arg> args = nngc::bind_arguments(step, tensors);
  const std::int64_t steps = labels.size() / batch_size;
  for (int epoch = 1; epoch <= o.epochs; ++epoch) {
    const std::vector<std::uint32_t> order =
        nngc::shuffled(static_cast<std::uint32_t>(labels.size()), epoch);
    nngc::Progress progress(
        stderr, "epoch " + std::to_string(epoch) + "/" + std::to_string(o.epochs), steps);
    double loss = 0;
    char note[32] = "";
    for (std::int64_t i = 0; i < steps; ++i) {
      const auto rows =
          std::span(order).subspan(static_cast<std::size_t>(i * batch_size), batch_size);
      nngc::take_rows(images, rows, tensors["images"]);
      nngc::take_rows(labels, rows, tensors["labels"]);
      step.run(args, pool.hook());
      loss += static_cast<double>(tensors["loss"].data<float>()[0]);
      std::snprintf(note, sizeof note, "loss %.4f", loss / static_cast<double>(i + 1));
      progress.update(i + 1, note);
    }
    progress.finish(note);
    if (epoch == 1) write(o.out / "jit-epoch1.f32", parameter_bytes(tensors));
  }
  const double right = accuracy(forward, tensors, test_images, test_labels, pool.hook());
  std::printf("test accuracy (JIT, %d epochs): %.4f\n", o.epochs, right);
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  bool usable = argc >= 2 && argc % 2 == 0;
  if (usable) options.out = argv[1];
  for (int i = 2; usable && i < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--epochs")
      options.epochs = std::atoi(argv[i + 1]);
    else if (flag == "--threads")
      options.threads = std::atoi(argv[i + 1]);
    else if (flag == "--data")
      options.data = argv[i + 1];
    else
      usable = false;
  }
  if (!usable || options.epochs < 1) {
    std::fprintf(stderr, "usage: nngc-demo OUT_DIR [--epochs N] [--threads N] [--data DIR]\n");
    return 2;
  }
  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nngc-demo: %s\n", error.what());
    return 1;
  }
  return 0;
}
