// Which rule an op that carries graphs has.
#include "autodiff/derivatives.h"

namespace nngc {

std::vector<Value> region_vjp(Value node, std::span<const Value> cotangents,
                              const std::vector<bool>& wanted, Where where) {
  switch (node.graph()->node(node.id()).op) {
  case Opcode::Call: return call_vjp(node, cotangents, wanted, where);
  case Opcode::Cond: return cond_vjp(node, cotangents, wanted, where);
  default: return loop_vjp(node, cotangents, wanted, where);
  }
}

std::vector<Value> region_jvp(Value node, std::span<const Value> tangents, Where where) {
  switch (node.graph()->node(node.id()).op) {
  case Opcode::Call: return call_jvp(node, tangents, where);
  case Opcode::Cond: return cond_jvp(node, tangents, where);
  default: return loop_jvp(node, tangents, where);
  }
}

} // namespace nngc
