// The loop IR's text and its verifier.
#include <stdexcept>

#include "loop/loop_printer.h"
#include "loop/loop_verifier.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::loop;

namespace {

/// out[i] = sum over j of x[i][j] * 2
Program row_sums() {
  Program program{"sums", {}};
  Entry entry;
  entry.name = "run";
  entry.arguments = {{"x", f32({4, 9}), BufferKind::Input, "data"},
                     {"out", f32({4}), BufferKind::Output, "output"}};
  entry.buffers = {{"x", BufferKind::Input, DType::F32, 36, 0, 0, {}},
                   {"out", BufferKind::Output, DType::F32, 4, 1, 0, {}}};
  Kernel kernel;
  kernel.name = "reduce";
  kernel.note = "reduce %1";
  kernel.dims = {{4, "i"}, {9, "j"}};
  kernel.parallel = 1;
  kernel.lane = 1;
  Phase sums{true, {}, {}};
  sums.body.push_back({.op = Op::Load, .buffer = 0, .index = {0, {{0, 9}, {1, 1}}}});
  sums.body.push_back({.op = Op::Const, .bits = 0x40000000});
  sums.body.push_back({.op = Op::Mul, .a = 0, .b = 1});
  sums.reductions.push_back({ReduceOp::Add, 2, -1});
  Phase store{false, {}, {}};
  store.body.push_back({.op = Op::Reduced, .phase = 0, .imm = 0});
  store.body.push_back({.op = Op::Store, .a = 0, .buffer = 1, .index = {0, {{0, 1}}}});
  kernel.phases = {sums, store};
  entry.kernels = {kernel};
  program.entries = {entry};
  return program;
}

} // namespace

TEST_CASE("a program prints as nests") {
  CHECK(print(row_sums()) == R"(program sums
entry run workspace 0 {
  argument x input data f32[4,9]
  argument out output output f32[4]
  buffer x input f32[36] arg 0
  buffer out output f32[4] arg 1
  nest reduce(i < 4; reduce j < 9 lanes) {  // reduce %1
   phase 0 over all:
    %0 = load f32 x[i*9 + j]
    %1 = const f32 2
    %2 = mul f32 %0 %1
    reduce add %2
   phase 1:
    %0 = reduced f32 phase 0 result 0
    store out[i] = %0
  }
}
)");
}

TEST_CASE("a right program has no problems") {
  CHECK(problems(row_sums()).empty());
  CHECK_NOTHROW(verify(row_sums()));
}

TEST_CASE("each mistake is named with its place") {
  const auto expect = [](auto&& spoil, const std::string& text) {
    Program program = row_sums();
    spoil(program.entries[0], program.entries[0].kernels[0]);
    NNGC_CHECK_THROWS(verify(program), std::logic_error, text);
  };
  expect([](Entry&, Kernel& k) { k.phases[0].body[2].b = 2; }, "%2 mul: operand 1 is not earlier");
  expect([](Entry&, Kernel& k) { k.phases[0].body[2].c = 0; }, "operand 2 is one too many");
  expect([](Entry&, Kernel& k) { k.phases[0].body[0].type = DType::F64; },
         "its dtype is not the buffer's");
  expect([](Entry&, Kernel& k) { k.phases[0].body[2].type = DType::I32; }, "its types differ");
  expect([](Entry&, Kernel& k) { k.phases[0].body[0].buffer = 5; }, "its buffer does not exist");
  expect([](Entry&, Kernel& k) { k.phases[1].body[1].index.terms[0].dim = 1; },
         "a dim that is not open here");
  expect([](Entry&, Kernel& k) { k.phases[1].body[0].phase = 1; }, "its phase is not earlier");
  expect([](Entry&, Kernel& k) { k.phases[1].body[0].imm = 1; }, "its phase has no such result");
  expect([](Entry&, Kernel& k) { k.phases[1].body[1].buffer = 0; },
         "it writes a buffer that is read only");
  expect([](Entry&, Kernel& k) { k.lane = 2; }, "lane is neither");
  expect([](Entry&, Kernel& k) { k.dims[0].extent = Dim::symbol("unknown"); },
         "none of the entry's");
  expect([](Entry&, Kernel& k) { k.name = "not a name"; }, "its name is no identifier");
  expect([](Entry& e, Kernel&) { e.kernels.push_back(e.kernels[0]); }, "its name is not unique");
  expect([](Entry& e, Kernel&) { e.buffers[1].arg = 7; }, "its argument does not exist");
  expect([](Entry& e,
            Kernel&) { e.buffers.push_back({"w", BufferKind::Arena, DType::F32, 4, -1, 32, {}}); },
         "no multiple of 64");
  expect([](Entry&, Kernel& k) { k.kind = KernelKind::Contraction; }, "a contraction has");
}
