// The object file: what it leaves undefined, its table, and that it is what the JIT runs.
#include <elf.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "loop_program.h"
#include "nngc/error.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// A program with everything that tempts LLVM into calling a library.
Maker tempting() {
  Maker maker;
  const Dim n = maker.symbol("n");
  const int x = maker.input(DType::F32, n);
  const int h = maker.input(DType::F16, n);
  const int d = maker.input(DType::F64, n);
  const int out = maker.output(DType::F32, n);
  const int half = maker.output(DType::F16, n);
  const int brain = maker.output(DType::BF16, n);
  const int wide = maker.output(DType::F64, n);
  const int big = maker.output(DType::I64, n);
  loop::Buffer table;
  table.name = "table";
  table.kind = BufferKind::Constant;
  table.dtype = DType::F32;
  table.size = 3;
  table.data = {0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64}; // 1, 2, 3
  maker.entry().buffers.push_back(table);
  const int constant = static_cast<int>(maker.entry().buffers.size()) - 1;
  const Affine here{0, {{0, 1}}};
  for (const int lane : {0, -1}) {
    loop::Kernel& kernel = maker.nest({n}, 1, lane);
    Body body = Body::add(kernel, false);
    int value = body.load(x, DType::F32, here);
    int precise = body.load(d, DType::F64, here);
    const int third = body.load(constant, DType::F32, {2, {}});
    value = body.op(Op::Fma, DType::F32, value, third, value);
    value = body.op(Op::Rem, DType::F32, value, third);
    for (const Op op :
         {Op::Exp, Op::Log1p, Op::Tanh, Op::Erf, Op::Sin, Op::Floor, Op::RoundEven, Op::Sqrt}) {
      value = body.op(op, DType::F32, value);
      precise = body.op(op, DType::F64, precise);
    }
    precise = body.op(Op::Pow, DType::F64, precise, precise);
    body.store(out, DType::F32, here, value);
    body.store(wide, DType::F64, here, precise);
    const int tiny = body.op(Op::Add, DType::F16, body.load(h, DType::F16, here),
                             body.load(h, DType::F16, here));
    body.store(half, DType::F16, here, tiny);
    body.store(brain, DType::BF16, here, body.op(Op::Convert, DType::BF16, value));
    const int whole = body.op(Op::Convert, DType::I64, precise);
    body.store(big, DType::I64, here,
               body.op(Op::Div, DType::I64, whole, body.op(Op::Mul, DType::I64, whole, whole)));
  }
  return maker;
}

/// Symbols of an ELF object, defined ones or undefined ones.
std::vector<std::string> symbols(const std::string& object, bool defined) {
  std::vector<std::string> names;
  Elf64_Ehdr header;
  REQUIRE(object.size() > sizeof header);
  std::memcpy(&header, object.data(), sizeof header);
  std::vector<Elf64_Shdr> sections(header.e_shnum);
  std::memcpy(sections.data(), object.data() + header.e_shoff,
              sections.size() * sizeof(Elf64_Shdr));
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_SYMTAB) continue;
    for (std::size_t i = 1; i < section.sh_size / sizeof(Elf64_Sym); ++i) {
      Elf64_Sym symbol;
      std::memcpy(&symbol, object.data() + section.sh_offset + i * sizeof symbol, sizeof symbol);
      const bool global = ELF64_ST_BIND(symbol.st_info) != STB_LOCAL;
      if (global && (symbol.st_shndx != SHN_UNDEF) == defined)
        names.emplace_back(object.data() + sections[section.sh_link].sh_offset + symbol.st_name);
    }
  }
  std::ranges::sort(names);
  return names;
}

} // namespace

TEST_CASE("objects need nothing but memcpy, memset and memmove") {
  Maker maker = tempting();
  loop::verify(maker.program);
  for (const Options& options : machines()) {
    CAPTURE(describe(options));
    const std::string object = codegen::emit_object(maker.program, options);
    for (const std::string& name : symbols(object, false)) {
      CAPTURE(name);
      CHECK((name == "memcpy" || name == "memset" || name == "memmove"));
    }
    CHECK(symbols(object, true) == std::vector<std::string>{"run", "sample_table"});
  }
}

TEST_CASE("the table names entries, arguments, symbols and the workspace") {
  Maker maker = tempting();
  maker.entry().workspace = make_dim(maker.entry().symbols.front(), 64, 128);
  maker.entry().arguments.front().name = "a \"quoted\" name";
  const auto table = nlohmann::json::parse(codegen::program_table(maker.program));
  CHECK(table["program"] == "sample");
  const auto& entry = table["entries"][0];
  CHECK(entry["name"] == "run");
  CHECK(entry["symbols"] == nlohmann::json{"n"});
  CHECK(entry["workspace"] == "64*n+128");
  CHECK(entry["arguments"][0]["name"] == "a \"quoted\" name");
  CHECK(entry["arguments"][1]["dtype"] == "f16");
  CHECK(entry["arguments"][1]["shape"] == nlohmann::json{"n"});
  CHECK(entry["arguments"][3]["kind"] == "output");
  const auto module = codegen::JitModule::compile(maker.program, {});
  CHECK(static_cast<const char*>(module->address("sample_table")) ==
        codegen::program_table(maker.program));
  CHECK_THROWS_AS(module->address("no_such_symbol"), Error);
}

TEST_CASE(
    "the same program gives the same bytes, as text and as an object, and a loaded object runs") {
  Maker maker = tempting();
  CHECK(codegen::emit_object(maker.program, {}) == codegen::emit_object(maker.program, {}));
  CHECK(codegen::emit_llvm_ir(maker.program, {}) == codegen::emit_llvm_ir(maker.program, {}));
  CHECK_THAT(codegen::emit_llvm_ir(maker.program, {}), ContainsSubstring("define i32 @run("));
  CHECK_THAT(codegen::emit_assembly(maker.program, {}), ContainsSubstring("run:"));
  CHECK(codegen::emit_bitcode(maker.program, {}).starts_with("BC"));
  const auto module = codegen::JitModule::load({codegen::emit_object(maker.program, {})});
  CHECK(module->address("run") != nullptr);
}

TEST_CASE("kernels that differ only in their buffers are one function") {
  Maker maker;
  const int x = maker.input(DType::F32, 100);
  const int y = maker.output(DType::F32, 100);
  const int z = maker.output(DType::F32, 100);
  for (const auto& [from, to] : {std::pair(x, y), std::pair(y, z)}) {
    Body body = Body::add(maker.nest({100}, 1, 0), false);
    const Affine here{0, {{0, 1}}};
    body.store(to, DType::F32, here,
               body.op(Op::Add, DType::F32, body.load(from, DType::F32, here), body.real(1)));
  }
  const std::string text = codegen::emit_llvm_ir(maker.program, {});
  CHECK_THAT(text, ContainsSubstring("@kernel0("));
  CHECK_THAT(text, !ContainsSubstring("@kernel1("));
  Guarded<float> a(100), b(100), c(100);
  REQUIRE(run(*codegen::JitModule::compile(maker.program, {}), {a.data(), b.data(), c.data()}) ==
          0);
  CHECK(c[99] == 2);
}

TEST_CASE("objects compiled side by side are the program") {
  // Kernels of different lengths, each of what the one before it stored.
  Maker maker;
  std::vector<int> buffers = {maker.input(DType::F32, 100)};
  for (int length : {300, 250, 600, 200, 280}) {
    buffers.push_back(maker.output(DType::F32, 100));
    Body body = Body::add(maker.nest({100}, 1, 0), false);
    const Affine here{0, {{0, 1}}};
    int value = body.load(buffers.end()[-2], DType::F32, here);
    for (int i = 0; i < length; ++i)
      value =
          body.op(i % 2 == 0 ? Op::Add : Op::Mul, DType::F32, value, body.real(1 + 1.0 / length));
    body.store(buffers.back(), DType::F32, here, value);
  }
  loop::verify(maker.program);
  const auto results = [&](const std::vector<std::string>& objects) {
    const auto module = codegen::JitModule::load(objects);
    std::deque<Guarded<float>> arrays;
    std::vector<void*> arguments;
    for (std::size_t i = 0; i < buffers.size(); ++i) arrays.emplace_back(100);
    fill(arrays[0].begin(), arrays[0].end(), 3);
    for (Guarded<float>& array : arrays) arguments.push_back(array.data());
    REQUIRE(run(*module, arguments) == 0);
    std::vector<float> all;
    for (Guarded<float>& array : arrays) all.insert(all.end(), array.begin(), array.end());
    return all;
  };
  const std::vector<std::string> one = {codegen::emit_object(maker.program, {})};
  CHECK(codegen::emit_objects(maker.program, {.threads = 1}) == one);
  for (const int threads : {2, 3, 5}) {
    const auto objects = codegen::emit_objects(maker.program, {.threads = threads});
    CHECK(objects.size() == static_cast<std::size_t>(threads));
    CHECK(objects == codegen::emit_objects(maker.program, {.threads = threads}));
    // Each part has kernels of its own.
    for (const std::string& object : objects) CHECK_FALSE(symbols(object, true).empty());
    CHECK(results(objects) == results(one));
  }
  NNGC_CHECK_THROWS(codegen::emit_objects(maker.program, {.cpu = "pentium9", .threads = 3}), Error,
                    "unknown cpu 'pentium9'");
}

TEST_CASE("unknown cpus and triples are the user's errors") {
  Maker maker = tempting();
  NNGC_CHECK_THROWS(codegen::emit_object(maker.program, {.cpu = "pentium9"}), Error,
                    "unknown cpu 'pentium9'");
  NNGC_CHECK_THROWS(codegen::emit_object(maker.program, {.triple = "vax-dec-ultrix"}), Error,
                    "unknown target");
  CHECK(codegen::known_cpu("haswell"));
  CHECK_FALSE(codegen::known_cpu("pentium9"));
  CHECK(codegen::known_cpu(codegen::host_cpu()));
}
