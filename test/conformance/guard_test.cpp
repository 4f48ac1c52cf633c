// No kernel touches a byte beside its buffers: every op's kernels, for three processors, with every
// buffer flush at a guard page, at its begin and at its end, and at every alignment.
#include <algorithm>
#include <cstring>
#include <functional>

#include "lower/lower.h"
#include "nngc/eval.h"
#include "nngc/passes.h"
#include "nngc/train.h"
#include "test/conformance/guarded.h"
#include "test/conformance/trial.h"
#include "test/conformance/workloads.h"
#include "test/conformance/zoo.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

const std::vector<std::string> cpus = {"native", "haswell", "x86-64"};

std::vector<GuardedEntry::Input> named(const Graph& graph, const std::vector<Tensor>& tensors) {
  std::vector<GuardedEntry::Input> list;
  const std::vector<Value> inputs = graph.inputs();
  for (std::size_t i = 0; i < inputs.size(); ++i)
    list.push_back({std::string(graph.input_name(inputs[i])), &tensors[i]});
  return list;
}

/// Calls at both ends, flush and, `everywhere`, at all gaps: nothing may be touched, and the
/// results are the same bits. Returns them.
std::string check_places(GuardedEntry& entry, const Graph& graph,
                         const std::vector<Tensor>& tensors, bool everywhere) {
  const auto inputs = named(graph, tensors);
  const std::int64_t n = symbol_of(graph, tensors);
  std::string first;
  const auto step = static_cast<std::size_t>(entry.smallest_element());
  for (std::size_t gap = 0; gap < (everywhere ? 64 : 1); gap += step)
    for (const bool high : {false, true}) {
      std::string wrong;
      std::string results = entry.run(inputs, n, {high, gap}, wrong);
      if (gap == 0 && !high) first = results;
      if (wrong.empty() && results != first) wrong = "other results";
      if (wrong.empty()) continue;
      FAIL_CHECK(wrong << ", n = " << n << ", gap " << gap << (high ? " above" : " below"));
      return first;
    }
  return first;
}

std::vector<Tensor> split(const std::string& bytes, const std::vector<Tensor>& like) {
  std::vector<Tensor> list;
  std::size_t at = 0;
  for (const Tensor& t : like) {
    list.emplace_back(t.dtype(), t.shape());
    if (t.bytes() > 0 && at + t.bytes() <= bytes.size())
      std::memcpy(list.back().raw(), bytes.data() + at, t.bytes());
    at += t.bytes();
  }
  CHECK(at == bytes.size());
  return list;
}

/// Kernels that the small cases do not make: full tiles and packed panels, long reductions,
/// blocks of transposes, chains of kernels with intermediates of their own.
std::vector<std::pair<std::string, Graph>> large_graphs() {
  std::vector<std::pair<std::string, Graph>> list;
  const auto add = [&](const char* name, const std::function<void(Graph&)>& make) {
    make(list.emplace_back(name, Graph(name)).second);
  };
  for (const DType dtype : {DType::F32, DType::F64, DType::BF16, DType::I8})
    add("products", [&](Graph& g) {
      const Value a = g.input("a", {dtype, {33, 70}}), b = g.input("b", {dtype, {70, 101}});
      g.output("ab", matmul(a, b));
      g.output("ata", dot_general(a, a, {0}, {0}));
      g.output("abt", matmul(a, transpose(transpose(b) * 2)));
    });
  add("packed", [](Graph& g) { // rows of B 2 KB apart: its columns are copied to a scratch buffer
    const Value a = g.input("a", f32({33, 513})), b = g.input("b", f32({513, 512}));
    g.output("y", relu(matmul(a, b) + g.input("c", f32({512}))));
  });
  for (const DType dtype : {DType::F32, DType::F64, DType::U8, DType::I16})
    add("moved", [&](Graph& g) {
      const Value x = g.input("x", {dtype, {3, 67, 45}});
      g.output("turned", transpose(x));
      g.output("inner", transpose(x, {0, 2, 1}));
      g.output("back", reverse(x, {2}));
      g.output("sum", reduce_sum(x, {2}));
      g.output("columns", reduce_max(x, {1}));
      g.output("where", argmax(x, 2));
    });
  add("softmax", [](Graph& g) {
    const Value x = g.input("x", f32({Dim::symbol("n"), 77}));
    g.output("y", softmax(x));
    g.output("z", log(reduce_sum(exp(x), {0})));
  });
  add("step", [](Graph& g) {
    Value h = g.input("x", f32({Dim::symbol("n"), 37}));
    const Value y = g.input("y", i32({Dim::symbol("n")}));
    h = relu(dense(h, g.param("w1", f32({37, 19})), g.param("b1", f32({19}))));
    h = dense(h, g.param("w2", f32({19, 10})), g.param("b2", f32({10})));
    g = training_step(g, cross_entropy_with_logits(h, y), adam());
  });
  return list;
}

} // namespace

TEST_CASE("no kernel of any op touches a byte beside its buffers, at any alignment",
          "[conformance][compiled][guard]") {
  const std::vector<Trial> trials = all_trials();
  for (const std::string& cpu : cpus)
    for (const Trial& t : trials) {
      INFO(t.name << ", " << cpu);
      GuardedEntry entry(lower(optimize(t.graph), "call").entry, cpu);
      for (std::size_t i = 0; i < t.samples.size(); ++i) {
        const Sample& s = t.samples[i];
        INFO(s.what);
        const std::string bytes = check_places(entry, t.graph, s.inputs, i == 0);
        const std::vector<Tensor> have = split(bytes, s.want);
        for (std::size_t o = 0; o < have.size(); ++o)
          CHECK(mismatch(have[o], s.want[o], s.tolerance[o]) == "");
      }
    }
}

TEST_CASE("elementwise kernels of every length, flush at both ends",
          "[conformance][compiled][guard]") {
  // Flush at the end, a buffer's length says how it is aligned: so many lengths are all alignments,
  // and all tails of all vectors.
  constexpr std::int64_t longest = 140;
  for (const std::string& cpu : cpus)
    for (const Case& c : all_cases()) {
      if (!std::ranges::all_of(c.inputs, [](const InputSpec& i) { return i.shape == Shape{2, 5}; }))
        continue;
      Case any_length = c;
      for (InputSpec& i : any_length.inputs) i.shape = Shape{Dim::symbol("n")};
      for (const DType dtype : dtypes_of(c.types)) {
        INFO(c.name << " " << name(dtype) << ", " << cpu);
        const Graph graph = build(any_length, dtype);
        GuardedEntry entry(lower(optimize(graph), "call").entry, cpu);
        const std::vector<Tensor> whole = samples(any_length, dtype, 5, longest);
        const std::string all = check_places(entry, graph, whole, false);
        for (std::int64_t n = 0; n < longest; ++n) {
          std::vector<Tensor> part;
          for (const Tensor& t : whole) {
            part.emplace_back(t.dtype(), std::vector<std::int64_t>{n});
            if (n > 0) std::memcpy(part.back().raw(), t.raw(), part.back().bytes());
          }
          const std::string some = check_places(entry, graph, part, false);
          const bool is_begin = all.starts_with(some) &&
                                all.size() * static_cast<std::size_t>(n) == some.size() * longest;
          if (!is_begin) FAIL_CHECK("other results, n = " << n);
        }
      }
    }
}

TEST_CASE("larger kernels touch no byte beside their buffers, at any alignment",
          "[conformance][compiled][guard]") {
  std::mt19937 random(3);
  for (const auto& [name, graph] : large_graphs())
    for (const std::string& cpu : cpus) {
      GuardedEntry entry(lower(optimize(graph), "call").entry, cpu);
      for (const std::int64_t n : {5, 18}) {
        std::vector<Tensor> inputs;
        for (const Value& v : graph.inputs())
          inputs.push_back(random_tensor(v.type().dtype, concrete(v.shape(), n), 0, 3, random));
        INFO(name << " " << inputs[0].type_str() << ", " << cpu);
        CHECK(!check_places(entry, graph, inputs, true).empty());
        if (symbol_of(graph, inputs) == 0) break; // nothing depends on n
      }
    }
}

TEST_CASE("kernels of models, and of their gradients, touch no byte beside their buffers",
          "[conformance][compiled][guard]") {
  std::mt19937 random(4);
  const auto check = [&](const std::string& name, const Graph& graph, std::int64_t n,
                         bool everywhere) {
    std::vector<Tensor> inputs;
    for (const Value& v : graph.inputs())
      inputs.push_back(random_tensor(v.type().dtype, concrete(v.shape(), n), 0, 3, random));
    for (const std::string& cpu : cpus) {
      INFO(name << ", " << cpu);
      GuardedEntry entry(lower(optimize(graph), "call").entry, cpu);
      CHECK(!check_places(entry, graph, inputs, everywhere).empty());
    }
  };
  for (const ZooModel& m : zoo()) check(m.name, with_gradients(m.loss.clone()), 0, true);
  for (const Workload& w : blocked_workloads()) // whole tiles, panels and blocks
    check(w.name, w.make(), std::min<std::int64_t>(w.n, 1999), false);
}

TEST_CASE("a kernel that does touch one is seen", "[conformance][compiled][guard]") {
  // y[i] = x[i + shift], 0 <= i < 20: `shift` is the fault.
  const auto copies = [](Dim load, Dim store) {
    loop::Entry entry;
    entry.name = "call";
    entry.arguments = {{"x", f32({20}), loop::BufferKind::Input, "data"},
                       {"y", f32({20}), loop::BufferKind::Output, "output"}};
    loop::Buffer x, y;
    x.name = "x", x.kind = loop::BufferKind::Input, x.size = 20, x.arg = 0;
    y.name = "y", y.kind = loop::BufferKind::Output, y.size = 20, y.arg = 1;
    entry.buffers = {x, y};
    loop::Kernel kernel;
    kernel.name = "copy";
    kernel.dims = {{20, "i"}};
    kernel.parallel = 1;
    kernel.lane = 0;
    loop::Instr read, write;
    read.op = loop::Op::Load, read.buffer = 0, read.index = {load, {{0, 1}}};
    write.op = loop::Op::Store, write.a = 0, write.buffer = 1, write.index = {store, {{0, 1}}};
    kernel.phases = {{false, {read, write}, {}}};
    entry.kernels = {kernel};
    return entry;
  };
  const Tensor x(DType::F32, {20});
  const auto outcome = [&](const loop::Entry& entry, Place place) {
    const std::vector<GuardedEntry::Input> inputs = {{"x", &x}};
    std::string text;
    for (const std::string& cpu : cpus) {
      std::string wrong;
      static_cast<void>(GuardedEntry(entry, cpu).run(inputs, 0, place, wrong));
      if (cpu != cpus[0]) CHECK(wrong == text);
      text = wrong;
    }
    return text;
  };
  for (const bool high : {false, true})
    for (const std::size_t gap : {0, 4, 60}) CHECK(outcome(copies(0, 0), {high, gap}).empty());
  CHECK(outcome(copies(1, 0), {true, 0}) == "touches byte 80 of the 80 of 'x'");
  CHECK(outcome(copies(-1, 0), {false, 0}) == "touches byte -4 of the 80 of 'x'");
  CHECK(outcome(copies(0, 1), {true, 0}) == "touches byte 80 of the 80 of 'y'");
  CHECK(outcome(copies(0, -1), {true, 0}) == "writes outside of 'y'");
  CHECK(outcome(copies(0, 1), {false, 0}) == "writes outside of 'y'");
  CHECK(outcome(copies(0, 3), {true, 4}) == "writes outside of 'y'"); // its gap is 12
}
