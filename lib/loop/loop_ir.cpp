#include <algorithm>

#include "loop/loop_ir.h"

namespace nngc::loop {

std::vector<int> touched_buffers(const Kernel& kernel) {
  std::vector<int> touched;
  const auto add = [&](int buffer) {
    if (buffer >= 0 && std::ranges::find(touched, buffer) == touched.end())
      touched.push_back(buffer);
  };
  for (const int b : {kernel.a.buffer, kernel.b.buffer, kernel.scratch}) add(b);
  for (const Phase& phase : kernel.phases)
    for (const Instr& instr : phase.body) add(instr.buffer);
  const Control& c = kernel.control;
  for (const int b : {c.count, c.test, c.steps, c.workspace}) add(b);
  for (const int b : c.cleared) add(b);
  for (const Carry& carry : c.carries) add(carry.init), add(carry.result), add(carry.spare);
  for (const BodyCall& call : c.calls)
    for (const Passed& passed : call.arguments) add(passed.buffer);
  return touched;
}

bool may_stop(const Entry& entry) {
  return std::ranges::any_of(entry.bodies, may_stop) ||
         std::ranges::any_of(entry.kernels, [](const Kernel& k) {
           return k.kind == KernelKind::Control && k.control.kind == ControlKind::While &&
                  k.control.bounded && !k.control.trips.is_static();
         });
}

} // namespace nngc::loop
