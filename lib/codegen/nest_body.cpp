/// The instructions of a nest's body: leaves, memory, effects. Arithmetic is InstrEmitter's.
#include <algorithm>
#include <numeric>

#include "codegen/fetch_ahead.h"
#include "codegen/nest_emitter.h"

namespace nngc::codegen {

using loop::Op;

Value* NestEmitter::value(std::size_t phase, int number, int part) {
  const Slot& slot = phases_[phase].slots[static_cast<std::size_t>(number)];
  return slot.size() == 1 ? slot.front() : slot.at(static_cast<std::size_t>(part));
}

Value* NestEmitter::lane_stride(const loop::Affine& index) {
  return frame_.dim(stride_of(index, lane_));
}

Value* NestEmitter::part_address(const Access& access, int part) {
  if (part == 0) return access.address;
  return element(ir_, frame_.buffer_type(access.buffer), access.address,
                 scaled(ir_, lane_stride(*access.index), ir_.i64(part * nest_lanes)));
}

Value* NestEmitter::index_value(const loop::Affine& index, int part, bool varies) {
  auto& b = ir_.builder;
  Value* sum = frame_.dim(index.base);
  for (const loop::Affine::Term& term : index.terms)
    sum = b.CreateAdd(
        sum, scaled(ir_, indices_[static_cast<std::size_t>(term.dim)], frame_.dim(term.stride)));
  if (!varies) return sum;
  Value* stride = lane_stride(index);
  sum = b.CreateAdd(sum, scaled(ir_, stride, ir_.i64(part * nest_lanes)));
  Value* lanes =
      b.CreateMul(lane_numbers(ir_, ir_.i64_type(), nest_lanes), splat(ir_, stride, nest_lanes));
  return b.CreateAdd(splat(ir_, sum, nest_lanes), lanes);
}

bool NestEmitter::fetches(std::size_t phase, int buffer, int part) const {
  if (std::ranges::find(from_memory_, buffer) == from_memory_.end()) return false;
  std::vector<std::size_t> readers;
  for (std::size_t p = 0; p < phases_.size(); ++p) {
    const auto& body = kernel_.phases[p].body;
    if (kernel_.phases[p].loops && std::ranges::any_of(body, [&](const loop::Instr& i) {
          return i.op == Op::Load && i.buffer == buffer;
        }))
      readers.push_back(p);
  }
  // Staggered phases share their time: the first to read asks. Else it is the last, which has most
  // to wait for; and so that memory is not idle before, each of the others asks for one vector of a
  // step.
  if (in_stages_) return phase == readers.front();
  return phase == readers.back() || part == static_cast<int>(phase);
}

void NestEmitter::run(std::size_t phase, std::size_t number) {
  PhaseState& state = phases_[phase];
  const loop::Instr& instr = kernel_.phases[phase].body[number];
  const auto& body = kernel_.phases[phase].body;
  const DimSet depends = state.depends[number];
  const bool varies = in_lanes_ && (depends >> lane_ & 1) != 0;
  const int parts = varies ? parts_ : 1;
  const int lanes = varies ? nest_lanes : 1;
  Slot slot;
  for (int part = 0; part < parts; ++part) {
    const auto operand = [&](int index) -> Value* {
      return index < 0 ? nullptr : splat(ir_, value(phase, index, part), lanes);
    };
    const int access = state.access_of[number];
    if (is_effect(instr.op)) {
      effect(instr, state.accesses[static_cast<std::size_t>(access)], phase, part);
      continue;
    }
    switch (instr.op) {
    case Op::Const: slot.push_back(instrs_.constant(instr.type, instr.bits)); break;
    case Op::Index: slot.push_back(index_value(instr.index, part, varies)); break;
    case Op::Load:
    case Op::LoadAt: {
      const Place where =
          place(instr, state.accesses[static_cast<std::size_t>(access)], phase, part, varies);
      if (varies && fetches(phase, instr.buffer, part))
        codegen::fetch_ahead(ir_, where.dtype, where.address, where.lanes);
      slot.push_back(load_place(ir_, where));
      break;
    }
    case Op::Running: slot.push_back(running(phase, state.after, instr.imm, part)); break;
    case Op::Before: slot.push_back(running(phase, state.before, instr.imm, part)); break;
    case Op::Reduced: {
      const PhaseState& earlier = phases_[static_cast<std::size_t>(instr.phase)];
      const auto reductions =
          kernel_.phases[static_cast<std::size_t>(instr.phase)].reductions.size();
      const std::size_t each = earlier.results.size() / reductions;
      slot.push_back(earlier.results[static_cast<std::size_t>(instr.imm) * each +
                                     (each == 1 ? 0 : static_cast<std::size_t>(part))]);
      break;
    }
    default: {
      if (together(instr, parts)) {
        state.slots[number] = side_by_side(phase, instr);
        return;
      }
      const int typed = instr.op == Op::Select ? instr.b : instr.a;
      slot.push_back(instrs_.emit(instr, body[static_cast<std::size_t>(typed)].type,
                                  operand(instr.a), operand(instr.b), operand(instr.c)));
    }
    }
  }
  state.slots[number] = std::move(slot);
}

bool NestEmitter::together(const loop::Instr& instr, int parts) const {
  // They branch on rare arguments, and what lies in different blocks cannot fill each other's
  // waits. More than two registers at once would spill.
  const bool branches = instr.op == Op::Sin || instr.op == Op::Cos || instr.op == Op::Logistic;
  return branches && ir_.traits.has_avx512f && parts == 2 && instr.type == DType::F32;
}

NestEmitter::Slot NestEmitter::side_by_side(std::size_t phase, const loop::Instr& instr) {
  auto& b = ir_.builder;
  const auto range = [](int from, int count) {
    llvm::SmallVector<int> lanes(static_cast<std::size_t>(count));
    std::iota(lanes.begin(), lanes.end(), from);
    return lanes;
  };
  Value* first = splat(ir_, value(phase, instr.a, 0), nest_lanes);
  Value* second = splat(ir_, value(phase, instr.a, 1), nest_lanes);
  const loop::Instr& argument = kernel_.phases[phase].body[static_cast<std::size_t>(instr.a)];
  Value* both = b.CreateShuffleVector(first, second, range(0, 2 * nest_lanes));
  both = instrs_.emit(instr, argument.type, both, nullptr, nullptr);
  return {b.CreateShuffleVector(both, range(0, nest_lanes)),
          b.CreateShuffleVector(both, range(nest_lanes, nest_lanes))};
}

Value* NestEmitter::running(std::size_t phase, const Values& carried, int number, int part) {
  const auto& reductions = kernel_.phases[phase].reductions;
  std::size_t at = 0;
  for (int i = 0; i < number; ++i)
    at += carried_width(reductions[static_cast<std::size_t>(i)].op) *
          static_cast<std::size_t>(parts_);
  const std::size_t width = carried_width(reductions[static_cast<std::size_t>(number)].op);
  // Of a value and its position, the position.
  return carried.at(at + static_cast<std::size_t>(part) * width + width - 1);
}

Place NestEmitter::place(const loop::Instr& instr, const Access& access, std::size_t phase,
                         int part, bool in_lanes) {
  const bool plain = instr.op == Op::Load || instr.op == Op::Store;
  const int condition = instr.op == Op::LoadAt ? instr.b : instr.c;
  Place place;
  place.dtype = frame_.buffer_type(instr.buffer);
  place.address = in_lanes ? part_address(access, part) : access.address;
  place.offset = plain || instr.a < 0 ? nullptr : value(phase, instr.a, part);
  place.condition = plain || condition < 0 ? nullptr : value(phase, condition, part);
  if (in_lanes) {
    place.lanes = nest_lanes;
    place.stride = lane_stride(*access.index);
    place.mask = mask_;
  }
  return place;
}

void NestEmitter::effect(const loop::Instr& instr, const Access& access, std::size_t phase,
                         int part) {
  Place where = place(instr, access, phase, part, in_lanes_);
  where.past_caches =
      instr.op == Op::Store && std::ranges::find(past_caches_, instr.buffer) != past_caches_.end();
  Value* stored = value(phase, instr.op == Op::Store ? instr.a : instr.b, part);
  put_place(ir_, where, instr.op, stored);
}

} // namespace nngc::codegen
