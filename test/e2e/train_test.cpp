/// nngc train: from data files to saved parameters that run reads again.
#include <cmath>
#include <sstream>

#include "nngc/train.h"
#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;
using namespace std::string_literals;

namespace {

std::vector<double> losses(const std::string& out) {
  std::vector<double> result;
  std::istringstream lines(out);
  std::string epoch, number, loss;
  double value = 0;
  while (lines >> epoch >> number >> loss >> value) {
    CHECK(epoch == "epoch");
    CHECK(loss == "loss");
    CHECK(number == std::to_string(result.size() + 1));
    result.push_back(value);
  }
  CHECK(lines.eof());
  return result;
}

std::string big_endian(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
          static_cast<char>(n)};
}

// Images whose class is the row that is bright.
void make_idx(const TempDir& dir, std::uint32_t rows) {
  std::string images = "\0\0\x08\x03"s + big_endian(rows) + big_endian(28) + big_endian(28);
  std::string labels = "\0\0\x08\x01"s + big_endian(rows);
  for (std::uint32_t i = 0; i < rows; ++i) {
    const std::uint32_t label = (i * 7) % 10;
    labels += static_cast<char>(label);
    for (std::uint32_t p = 0; p < 784; ++p)
      images += static_cast<char>(p / 28 == label * 2 ? 200 + (i + p) % 50 : (i * p) % 40);
  }
  dir.file("images-idx3-ubyte", images);
  dir.file("labels.idx", labels);
}

const std::string idx_data = " --data x=images-idx3-ubyte.gz --data y=labels.idx "
                             "--loss=cross_entropy_with_logits --optimizer=adam,lr=5e-3 ";

} // namespace

TEST_CASE("tool: train learns from IDX files, plain and gzipped, and saves what run reads",
          "[train]") {
  const TempDir dir;
  dir.file("mlp.nng", mlp_model);
  make_idx(dir, 400);
  REQUIRE(shell(dir, "gzip images-idx3-ubyte").status == 0);
  const Result train =
      tool(dir, "train mlp.nng --epochs 6 --batch 50 --output-weights out/deep" + idx_data);
  INFO(train.err);
  REQUIRE(train.status == 0);
  const std::vector<double> loss = losses(train.out);
  REQUIRE(loss.size() == 6);
  CHECK(loss.front() > 0.2);
  CHECK(loss.back() < 0.1);
  // Lines, because this is no terminal: one per epoch at its end, with the loss.
  CHECK_THAT(train.err, ContainsSubstring("epoch 1/6: 8/8  loss "));
  CHECK_THAT(train.err, ContainsSubstring("epoch 6/6: 8/8  loss "));
  CHECK_THAT(train.err, ContainsSubstring("13 arrays saved to out/deep\n"));
  CHECK(load_npy(dir.path("out/deep/w1.npy")).type_str() == "f32[784,32]");
  CHECK(load_npy(dir.path("out/deep/step.npy")).data<float>()[0] == 48);

  const Result run = tool(dir, "run mlp.nng --input x=images-idx3-ubyte.gz --weights out/deep "
                               "--output logits=logits.npy");
  REQUIRE(run.status == 0);
  const Tensor logits = load_npy(dir.path("logits.npy"));
  REQUIRE(logits.type_str() == "f32[400,10]");
  int right = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    const auto row = logits.data<float>().subspan(i * 10, 10);
    right += std::max_element(row.begin(), row.end()) - row.begin() == static_cast<int>(i * 7 % 10);
  }
  CHECK(right > 390);

  // Where training stopped it goes on: state and parameters come from the folder.
  const Result more =
      tool(dir, "train mlp.nng --batch 50 --weights out/deep --output-weights more" + idx_data);
  REQUIRE(more.status == 0);
  CHECK(losses(more.out)[0] < loss.front() / 2);
  CHECK(load_npy(dir.path("more/step.npy")).data<float>()[0] == 56);
}

TEST_CASE("tool: training does not depend on the number of threads, and on the seed it does",
          "[train]") {
  const TempDir dir;
  dir.file("mlp.nng", mlp_model);
  make_idx(dir, 200);
  REQUIRE(shell(dir, "gzip images-idx3-ubyte").status == 0);
  for (const char* how : {"one --threads 1", "three --threads 3", "other --seed 2"})
    REQUIRE(tool(dir, "train mlp.nng" + idx_data + "--output-weights " + how).status == 0);
  for (const char* name : {"w1", "b1", "w2", "b2", "w1_v"}) {
    const auto bytes = [&](const std::string& folder) {
      return TempDir::read(dir.path(folder + "/" + name + ".npy"));
    };
    INFO(name);
    CHECK(bytes("one") == bytes("three"));
    CHECK(bytes("one") != bytes("other"));
  }
}

TEST_CASE("tool: train fits a line to npy files of NumPy's own dtype", "[train]") {
  const TempDir dir;
  dir.file("fit.nng", R"(graph @fit(%x: f32[batch,2], %w: f32[2,1] param, %b: f32[1] param) {
  %z = dot_general %x, %w {batch_a = [], batch_b = [], contract_a = [1], contract_b = [0]} : f32[batch,1]
  %wide = broadcast_in_dim %b {dims = [1], shape = [batch, 1]} : f32[batch,1]
  %y = add %z, %wide : f32[batch,1]
  return y = %y
})");
  std::vector<double> x, y;
  for (int i = 0; i < 64; ++i) {
    const double a = std::sin(i), b = std::cos(3 * i);
    x.insert(x.end(), {a, b});
    y.push_back(2 * a - 3 * b + 0.5);
  }
  save(dir, "x.npy", {64, 2}, x);
  save(dir, "y.npy", {64, 1}, y);
  // Fewer rows than the usual batch: all of them are the batch.
  const Result train = tool(dir, "train fit.nng --data x=x.npy --data target=y.npy --loss=mse "
                                 "--optimizer=momentum,lr=0.1 --epochs 200 --output-weights .");
  INFO(train.err);
  REQUIRE(train.status == 0);
  CHECK(losses(train.out).back() < 1e-8);
  CHECK(load_npy(dir.path("w.npy")).data<float>()[0] == Approx(2).margin(1e-3));
  CHECK(load_npy(dir.path("w.npy")).data<float>()[1] == Approx(-3).margin(1e-3));
  CHECK(load_npy(dir.path("b.npy")).data<float>()[0] == Approx(0.5).margin(1e-3));
}

TEST_CASE("tool: train draws a bar on a terminal", "[train]") {
  const TempDir dir;
  if (shell(dir, "command -v script").status != 0) return;
  dir.file("line.nng", line_model);
  save(dir, "x.npy", {8, 3}, std::vector<float>(24, 0.5F));
  save(dir, "y.npy", {8, 2}, std::vector<float>(16, 0.5F));
  const std::string train = program + " train line.nng --data x=x.npy --data y=y.npy --loss=mse";
  const Result bar = shell(dir, "TERM=xterm NO_COLOR=1 script -qec \"" + train + "\" /dev/null");
  CHECK(bar.status == 0);
  CHECK_THAT(bar.out, ContainsSubstring("\r"
                                        "epoch 1/1  ━━━━"));
  CHECK(bar.out.find("\033[32m") == std::string::npos);
  const Result color =
      shell(dir, "env -u NO_COLOR TERM=xterm script -qec \"" + train + "\" /dev/null");
  CHECK_THAT(color.out, ContainsSubstring("\033[32m━━━━"));
}

TEST_CASE("tool: train and run on the 70000 images of Fashion-MNIST", "[train][data]") {
  const std::string data = "/usr/share/datasets/fashion-mnist/";
  if (!std::filesystem::exists(data + "train-images-idx3-ubyte.gz"))
    return; // a machine without Debian's dataset-fashion-mnist
  const TempDir dir;
  dir.file("mlp.nng", mlp_model);
  const Result train =
      tool(dir, "train mlp.nng --data x=" + data + "train-images-idx3-ubyte.gz --data y=" + data +
                    "train-labels-idx1-ubyte.gz --loss=cross_entropy_with_logits "
                    "--optimizer=adam,lr=2e-3 --epochs 2 --output-weights trained");
  INFO(train.err);
  REQUIRE(train.status == 0);
  REQUIRE(tool(dir, "run mlp.nng --input x=" + data +
                        "t10k-images-idx3-ubyte.gz --weights trained -o logits=logits.npy")
              .status == 0);
  const Tensor logits = load_npy(dir.path("logits.npy"));
  const Tensor labels = load_idx(data + "t10k-labels-idx1-ubyte.gz");
  int right = 0;
  for (std::size_t i = 0; i < 10000; ++i) {
    const auto row = logits.data<float>().subspan(i * 10, 10);
    right +=
        std::max_element(row.begin(), row.end()) - row.begin() == labels.data<std::uint8_t>()[i];
  }
  CHECK(right > 8200);
}
