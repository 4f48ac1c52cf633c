// Emission of scalar instructions, shared where equal; affine arithmetic.
#include "ops/lower_context.h"

#include <bit>

#include "nngc/tensor.h"

namespace nngc {

namespace {
bool is_effect(loop::Op op) { return op >= loop::Op::Store; }

bool same(const loop::Instr& x, const loop::Instr& y) {
  return x.op == y.op && x.type == y.type && x.a == y.a && x.b == y.b && x.c == y.c &&
         x.buffer == y.buffer && x.bits == y.bits && x.phase == y.phase && x.imm == y.imm &&
         x.index == y.index;
}

std::uint64_t bits_of(DType dtype, double value) {
  switch (dtype) {
  case DType::F64: return std::bit_cast<std::uint64_t>(value);
  case DType::F32: return std::bit_cast<std::uint32_t>(static_cast<float>(value));
  case DType::F16: return to_f16(static_cast<float>(value));
  case DType::BF16: return to_bf16(static_cast<float>(value));
  case DType::Bool: return value != 0 ? 1 : 0;
  case DType::U64: return static_cast<std::uint64_t>(value);
  default: {
    const int width = 8 * byte_size(dtype);
    const auto v = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
    return width == 64 ? v : v & ((std::uint64_t{1} << width) - 1);
  }
  }
}
} // namespace

int append_instr(loop::Phase& body, loop::Instr instr) {
  if (!is_effect(instr.op)) {
    // A load may not move across a store of the same buffer in this body: look back only as far as
    // that.
    for (std::size_t i = body.body.size(); i-- > 0;) {
      const loop::Instr& have = body.body[i];
      if (is_effect(have.op) && have.buffer == instr.buffer && instr.buffer >= 0) break;
      if (same(have, instr)) return static_cast<int>(i);
    }
  }
  body.body.push_back(std::move(instr));
  return static_cast<int>(body.body.size()) - 1;
}

int LowerContext::emit_as(DType dtype, loop::Op op, int a, int b, int c) {
  loop::Instr i;
  i.op = op, i.type = dtype, i.a = a, i.b = b, i.c = c;
  return append_instr(body_, std::move(i));
}

int LowerContext::constant(DType dtype, double value) {
  return constant_bits(dtype, bits_of(dtype, value));
}

int LowerContext::constant_bits(DType dtype, std::uint64_t bits) {
  loop::Instr i;
  i.op = loop::Op::Const, i.type = dtype, i.bits = bits;
  return append_instr(body_, std::move(i));
}

int LowerContext::position(int axis) {
  loop::Instr i;
  i.op = loop::Op::Index, i.type = DType::I64, i.index = index_[static_cast<std::size_t>(axis)];
  return append_instr(body_, std::move(i));
}

int LowerContext::linear_position() {
  loop::Affine linear;
  Dim stride = 1;
  for (int axis = type_.shape.rank(); axis-- > 0;) {
    linear = sum(linear, scaled(index_[static_cast<std::size_t>(axis)], stride));
    if (axis > 0) stride = stride * type_.shape[axis];
  }
  loop::Instr i;
  i.op = loop::Op::Index, i.type = DType::I64, i.index = std::move(linear);
  return append_instr(body_, std::move(i));
}

loop::Affine scaled(const loop::Affine& a, Dim by) {
  loop::Affine r;
  if (by == Dim(0)) return r;
  r.base = a.base * by;
  for (const auto& t : a.terms) r.terms.push_back({t.dim, t.stride * by});
  return r;
}

loop::Affine shifted(const loop::Affine& a, Dim by) {
  loop::Affine r = a;
  r.base = r.base + by;
  return r;
}

loop::Affine sum(const loop::Affine& a, const loop::Affine& b) {
  loop::Affine r;
  r.base = a.base + b.base;
  std::size_t i = 0, j = 0;
  while (i < a.terms.size() || j < b.terms.size()) {
    if (j == b.terms.size() || (i < a.terms.size() && a.terms[i].dim < b.terms[j].dim))
      r.terms.push_back(a.terms[i++]);
    else if (i == a.terms.size() || b.terms[j].dim < a.terms[i].dim)
      r.terms.push_back(b.terms[j++]);
    else {
      const Dim s = a.terms[i].stride + b.terms[j].stride;
      if (!(s == Dim(0))) r.terms.push_back({a.terms[i].dim, s});
      ++i, ++j;
    }
  }
  return r;
}

} // namespace nngc
