// What lowering decides: which nodes share a kernel, where results lie, who may share memory.
#include "lower/lower.h"

#include <algorithm>

#include "loop/loop_printer.h"
#include "loop/loop_verifier.h"
#include "nngc/autodiff.h"
#include "nngc/ops.h"
#include "nngc/passes.h"
#include "nngc/train.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

loop::Program lowered(const Graph& g) {
  loop::Program program{"m", {lower(g, "m_call").entry}};
  loop::verify(program);
  return program;
}

std::size_t count(const loop::Entry& e, loop::BufferKind kind) {
  return static_cast<std::size_t>(std::count_if(
      e.buffers.begin(), e.buffers.end(), [&](const loop::Buffer& b) { return b.kind == kind; }));
}

/// First and last kernel that touches each buffer; -1: none does.
std::vector<std::pair<int, int>> lives(const loop::Entry& e) {
  std::vector<std::pair<int, int>> list(e.buffers.size(), {-1, -1});
  for (std::size_t k = 0; k < e.kernels.size(); ++k) {
    const auto touch = [&](int buffer) {
      if (buffer < 0) return;
      auto& [first, last] = list[static_cast<std::size_t>(buffer)];
      if (first < 0) first = static_cast<int>(k);
      last = static_cast<int>(k);
    };
    const loop::Kernel& kernel = e.kernels[k];
    touch(kernel.a.buffer), touch(kernel.b.buffer), touch(kernel.scratch);
    for (const loop::Phase& phase : kernel.phases)
      for (const loop::Instr& instr : phase.body) touch(instr.buffer);
  }
  return list;
}

/// Arena buffers that live at the same time lie apart, inside the workspace, when the symbol is n.
void check_memory(const loop::Entry& e, std::int64_t n) {
  const auto value = [&](const Dim& d) { return d.is_static() ? d.value() : d.at(n); };
  const auto life = lives(e);
  for (std::size_t i = 0; i < e.buffers.size(); ++i) {
    const loop::Buffer& a = e.buffers[i];
    if (a.kind != loop::BufferKind::Arena || life[i].first < 0) continue;
    const std::int64_t low = value(a.offset), high = low + value(a.size) * byte_size(a.dtype);
    INFO(a.name << " at " << low << " to " << high << ", n = " << n);
    CHECK(low % 64 == 0);
    CHECK(high <= value(e.workspace));
    for (std::size_t j = 0; j < i; ++j) {
      const loop::Buffer& b = e.buffers[j];
      if (b.kind != loop::BufferKind::Arena || life[j].first < 0) continue;
      if (life[j].second < life[i].first || life[i].second < life[j].first) continue;
      INFO("beside " << b.name);
      CHECK(
          (value(b.offset) >= high || value(b.offset) + value(b.size) * byte_size(b.dtype) <= low));
    }
  }
}

Graph perceptron(Dim batch) {
  Graph g("mlp");
  Value h = g.input("x", f32({batch, 20}));
  const std::vector<std::int64_t> sizes = {20, 24, 16, 10};
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    h = dense(h, g.param("w" + std::to_string(i), f32({sizes[i - 1], sizes[i]})),
              g.param("b" + std::to_string(i), f32({sizes[i]})));
    if (i + 1 < sizes.size()) h = relu(h);
  }
  g.output("z", h);
  return g;
}

Graph training(Dim batch, const Optimizer& optimizer) {
  Graph g = perceptron(batch);
  const Value y = g.input("y", i32({batch}));
  const Value z = g.outputs()[0].value;
  return optimize(training_step(g, cross_entropy_with_logits(z, y), optimizer));
}

} // namespace

TEST_CASE("a layer is one kernel and needs no memory of its own", "[lower]") {
  Graph g;
  const Value x = g.input("x", f32({8, 4})), w = g.param("w", f32({4, 6}));
  g.output("y", relu(dense(x, w, g.param("b", f32({6})))));
  const loop::Program program = lowered(g);
  const loop::Entry& e = program.entries[0];
  REQUIRE(e.kernels.size() == 1);
  CHECK(e.kernels[0].kind == loop::KernelKind::Contraction);
  CHECK(count(e, loop::BufferKind::Arena) == 0);
  CHECK(e.workspace == Dim(0));
}

TEST_CASE("softmax and a chain of elementwise ops around it are one kernel", "[lower]") {
  Graph g;
  const Value x = g.input("x", f32({512, 50}));
  g.output("y", log(softmax(tanh(x) * 3) + 1));
  const loop::Program program = lowered(optimize(g));
  REQUIRE(program.entries[0].kernels.size() == 1);
  const loop::Kernel& kernel = program.entries[0].kernels[0];
  CHECK(kernel.phases.size() == 3); // maximum, sum, result
  // Nothing but the row of powers goes through memory, a few at a time.
  CHECK(count(program.entries[0], loop::BufferKind::Arena) == 1);
  REQUIRE(kernel.scratch >= 0);
  CHECK(kernel.rows == 4);
  CHECK(kernel.scratch_row == 112); // exp and tanh of 50 elements, in whole cache lines
}

TEST_CASE("updates happen inside the kernels of the gradients, in place", "[lower]") {
  const Graph step = training(8, momentum(0.1));
  const loop::Program program = lowered(step);
  const loop::Entry& e = program.entries[0];
  CHECK(count(e, loop::BufferKind::InOut) == 12); // six parameters, six velocities
  for (std::size_t b = 0; b < e.buffers.size(); ++b) {
    if (e.buffers[b].kind != loop::BufferKind::InOut) continue;
    INFO(loop::print(program));
    int writers = 0;
    for (const loop::Kernel& kernel : e.kernels)
      for (const loop::Phase& phase : kernel.phases)
        for (const loop::Instr& instr : phase.body)
          if (instr.op == loop::Op::Store && instr.buffer == static_cast<int>(b)) {
            ++writers;
            // The gradient is summed by the kernel that stores the parameter.
            CHECK((kernel.kind == loop::KernelKind::Contraction || kernel.phases.size() == 2));
          }
    CHECK(writers == 1);
  }
}

TEST_CASE("buffers that live together lie apart", "[lower]") {
  for (const Optimizer& optimizer : {sgd(), adam()}) {
    check_memory(lowered(training(8, optimizer)).entries[0], 0);
    const loop::Program symbolic = lowered(training(Dim::symbol("batch"), optimizer));
    for (const std::int64_t n : {0, 1, 7, 64, 1000}) check_memory(symbolic.entries[0], n);
  }
}

TEST_CASE("symbols come in the order of the arguments, whenever they were named", "[lower]") {
  const Dim later = Dim::symbol("lower_test_b"), sooner = Dim::symbol("lower_test_a");
  Graph g;
  const Value x = g.input("x", f32({sooner, 2})), y = g.input("y", f32({2, later}));
  g.output("u", tanh(x));
  g.output("v", tanh(y));
  const loop::Program program = lowered(g);
  const auto& symbols = program.entries[0].symbols;
  REQUIRE(symbols.size() == 2);
  CHECK(symbols[0] == sooner.symbol_id());
  CHECK(symbols[1] == later.symbol_id());
}

TEST_CASE("columns are copied where rows share cache sets and tiles are many", "[lower]") {
  const auto scratch = [](std::int64_t m, std::int64_t n, std::int64_t k) {
    Graph g;
    g.output("c", matmul(g.input("a", f32({m, k})), g.input("b", f32({k, n}))));
    return lowered(g).entries[0].kernels[0].scratch >= 0;
  };
  CHECK(scratch(64, 512, 784));
  CHECK_FALSE(scratch(8, 512, 784));  // too few rows to read the copy
  CHECK_FALSE(scratch(64, 500, 784)); // rows lie odd distances apart
  CHECK_FALSE(scratch(64, 512, 64));  // stays in L1 as it is
}

TEST_CASE("more kernels than a word has bits run in an order that works", "[lower]") {
  Graph g;
  Value x = g.input("x", f32({4, 5}));
  for (int i = 0; i < 75;
       ++i) { // sums of other axes than the last ones: they cannot share a kernel
    const Value sum = reduce_sum(x * (i + 2), {i % 2}, true);
    x = tanh(broadcast_to(sum, {4, 5})) + reverse(x, {1 - i % 2});
  }
  g.output("y", x);
  const loop::Program program = lowered(g);
  const loop::Entry& e = program.entries[0];
  CHECK(e.kernels.size() == 75);
  std::vector<bool> is_written(e.buffers.size());
  for (std::size_t b = 0; b < e.buffers.size(); ++b)
    is_written[b] = e.buffers[b].kind == loop::BufferKind::Input;
  for (const loop::Kernel& kernel : e.kernels)
    for (const loop::Phase& phase : kernel.phases)
      for (const loop::Instr& instr : phase.body) {
        if (instr.buffer < 0) continue;
        const auto b = static_cast<std::size_t>(instr.buffer);
        if (instr.op == loop::Op::Store) is_written[b] = true;
        CHECK(is_written[b]);
      }
  check_memory(e, 0);
}

TEST_CASE("extents of values inside are noted, for calls that would make them negative",
          "[lower]") {
  Graph g("inside");
  const Dim n = Dim::symbol("n");
  const Value x = g.input("x", f32({n}));
  g.output("y", reduce_sum(tanh(slice(x, {1}, {n}))));
  const std::vector<Dim> extents = lowered(g).entries[0].extents;
  REQUIRE(extents.size() == 1);
  CHECK(extents[0] == n - Dim(1));
}
