/// rng_bits{shape, site}(key u32[2], counter u64[]): 32 random bits per element, a pure function of
/// its operands, the site and the element's number, so recomputation is exact and no state is kept.
///
/// With T(k0, k1; c0, c1) the two words of Threefry-2x32 with 20 rounds (Salmon et al., SC 2011),
/// lo and hi the 32-bit halves of a 64-bit number, all sums modulo 2^64:
///   n      = counter + site * 0x9E3779B97F4A7C15
///   s0, s1 = T(key[0], key[1]; lo n, hi n)              one key per call and site
///   bits   = first word of T(s0, s1; lo e, hi e)        e: row-major number of the element in the
///   result
/// Sites are spread by the golden ratio: no two (counter, site) pairs meet while sites stay below
/// 2^20 and counters within 2^43 of each other.
#include <array>

#include "ops/axes.h"
#include "ops/eval_index.h"
#include "ops/lower_context.h"

namespace nngc {

namespace {

constexpr AttrSpec specs[] = {
    {"shape", AttrKind::Dims, true, "the result's shape"},
    {"site", AttrKind::Int, true, "tells the uses of one key and counter apart"}};
constexpr std::uint64_t golden = 0x9E3779B97F4A7C15U;
constexpr std::uint32_t parity = 0x1BD11BDAU; // of the key schedule
constexpr std::array<int, 8> rotations = {13, 15, 26, 6, 17, 29, 16, 24};

TensorType infer(const InferContext& c) {
  const auto& dims = c.attrs.get<std::vector<Dim>>("shape");
  check_extents(c, dims);
  if (c.operand(0) != TensorType{DType::U32, {2}})
    c.fail(Error::Kind::Type, "the key must be u32[2]");
  if (c.operand(1) != TensorType{DType::U64, {}})
    c.fail(Error::Kind::Type, "the counter must be u64[]");
  return {DType::U32, Shape(dims)};
}

struct Words {
  std::uint32_t x0, x1;
};

Words threefry(Words key, Words x) {
  const std::uint32_t ks[3] = {key.x0, key.x1, parity ^ key.x0 ^ key.x1};
  x.x0 += ks[0], x.x1 += ks[1];
  for (unsigned round = 0; round < 20; ++round) {
    const auto r = static_cast<unsigned>(rotations[round % 8]);
    x.x0 += x.x1;
    x.x1 = (x.x1 << r) | (x.x1 >> (32 - r));
    x.x1 ^= x.x0;
    if (round % 4 == 3) {
      const unsigned injection = round / 4 + 1;
      x.x0 += ks[injection % 3];
      x.x1 += ks[(injection + 1) % 3] + injection;
    }
  }
  return x;
}

void eval(EvalContext& c) {
  const auto halves = [](std::uint64_t v) {
    return Words{static_cast<std::uint32_t>(v), static_cast<std::uint32_t>(v >> 32)};
  };
  const auto& key = std::get<std::vector<std::int64_t>>(c.operands[0]->data);
  const auto counter =
      static_cast<std::uint64_t>(std::get<std::vector<std::int64_t>>(c.operands[1]->data)[0]);
  const auto site = static_cast<std::uint64_t>(c.attrs.get<std::int64_t>("site"));
  const Words call =
      threefry({static_cast<std::uint32_t>(key[0]), static_cast<std::uint32_t>(key[1])},
               halves(counter + site * golden));
  auto& out = std::get<std::vector<std::int64_t>>(c.result.data);
  for (std::size_t e = 0; e < out.size(); ++e) out[e] = threefry(call, halves(e)).x0;
}

// The same in loop instructions, which fold constants nowhere: rounds are unrolled as written.
struct Emitter {
  LowerContext& c;
  int u32(loop::Op op, int a, int b) { return c.emit_as(DType::U32, op, a, b); }
  int word(std::uint32_t v) { return c.constant_bits(DType::U32, v); }
  int low(int v) { return c.emit_as(DType::U32, loop::Op::Convert, v); }
  int high(int v) {
    return low(c.emit_as(DType::U64, loop::Op::ShrLogical, v, c.constant_bits(DType::U64, 32)));
  }
  int rotate(int v, std::uint32_t by) {
    return u32(loop::Op::Or, u32(loop::Op::Shl, v, word(by)),
               u32(loop::Op::ShrLogical, v, word(32 - by)));
  }
  std::pair<int, int> block(int k0, int k1, int x0, int x1) {
    const std::array<int, 3> schedule = {
        k0, k1, u32(loop::Op::Xor, u32(loop::Op::Xor, word(parity), k0), k1)};
    x0 = u32(loop::Op::Add, x0, k0);
    x1 = u32(loop::Op::Add, x1, k1);
    for (std::uint32_t group = 0; group < 5; ++group) {
      for (std::uint32_t i = 0; i < 4; ++i) {
        x0 = u32(loop::Op::Add, x0, x1);
        x1 = rotate(x1, static_cast<std::uint32_t>(rotations[(group * 4 + i) % 8]));
        x1 = u32(loop::Op::Xor, x1, x0);
      }
      x0 = u32(loop::Op::Add, x0, schedule[(group + 1) % 3]);
      x1 = u32(loop::Op::Add, x1, u32(loop::Op::Add, schedule[(group + 2) % 3], word(group + 1)));
    }
    return {x0, x1};
  }
};

// Operands: key[0], key[1], counter, each a scalar that lowering has loaded.
int lower(LowerContext& c) {
  Emitter e{c};
  const auto site = static_cast<std::uint64_t>(c.attrs().get<std::int64_t>("site"));
  const int n = c.emit_as(DType::U64, loop::Op::Add, c.operand(2),
                          c.constant_bits(DType::U64, site * golden));
  const auto [s0, s1] = e.block(c.operand(0), c.operand(1), e.low(n), e.high(n));
  const int element = c.emit_as(DType::U64, loop::Op::Convert, c.linear_position());
  return e.block(s0, s1, e.low(element), e.high(element)).first;
}

} // namespace

constinit const OpDef ops::RngBits{
    .mnemonic = "rng_bits",
    .summary = "32 random bits per element from a key, a counter and a site",
    .signature = "(key: u32[2], counter: u64[]) -> u32",
    .min_operands = 2,
    .max_operands = 2,
    .traits = trait::Leaf | trait::Expensive,
    .lowering = Lowering::RngBits,
    .attrs = specs,
    .infer = infer,
    .not_differentiable = "random bits are integers",
    .eval = eval,
    .lower = lower};

Value rng_bits(Value key, Value counter, Shape shape, std::int64_t site, Where where) {
  check_value("rng_bits", key, where);
  return append(Opcode::RngBits, {key, counter}, {{"shape", shape.dims()}, {"site", site}}, where);
}

} // namespace nngc
