#include "loop/op_operands.h"

namespace nngc::loop {

Operands operands_of(Op op) {
  switch (op) {
  case Op::Const:
  case Op::Index:
  case Op::Load:
  case Op::Acc:
  case Op::Running:
  case Op::Before:
  case Op::Reduced: return {0};
  case Op::LoadAt: return {1, true};
  case Op::StoreAt:
  case Op::AddAt:
  case Op::MaxAt:
  case Op::MinAt: return {2, true};
  case Op::Fma:
  case Op::Select: return {3};
  case Op::Add:
  case Op::Sub:
  case Op::Mul:
  case Op::Div:
  case Op::Rem:
  case Op::Max:
  case Op::Min:
  case Op::And:
  case Op::Or:
  case Op::Xor:
  case Op::Shl:
  case Op::ShrLogical:
  case Op::ShrArith:
  case Op::Eq:
  case Op::Ne:
  case Op::Lt:
  case Op::Le:
  case Op::Gt:
  case Op::Ge:
  case Op::Pow: return {2};
  default: return {1};
  }
}

bool writes(Op op) { return op >= Op::Store; }

bool is_memory(Op op) { return op == Op::Load || op == Op::LoadAt || writes(op); }

} // namespace nngc::loop
