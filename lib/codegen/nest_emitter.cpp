#include "codegen/nest_emitter.h"

#include <algorithm>

#include "codegen/fetch_ahead.h"
#include "loop/row_stages.h"

namespace nngc::codegen {
NestEmitter::NestEmitter(Frame& frame, const loop::Kernel& kernel, std::vector<int> past_caches)
    : frame_(frame), kernel_(kernel), ir_(frame.ir()), instrs_(ir_),
      blocks_(nest_blocks(frame, kernel)), past_caches_(std::move(past_caches)),
      from_memory_(read_from_memory(frame.entry(), kernel)), lane_(kernel.lane),
      in_stages_(kernel.rows > 1 && loop::has_stages(kernel)), indices_(kernel.dims.size()) {
  auto depends = dependences(kernel);
  for (std::size_t p = 0; p < kernel.phases.size(); ++p) {
    PhaseState state;
    state.depends = std::move(depends[p]);
    for (const loop::Instr& instr : kernel.phases[p].body) {
      bool late = is_running(instr.op);
      for (const int operand : {instr.a, instr.b, instr.c})
        late = late || (operand >= 0 && state.is_late[static_cast<std::size_t>(operand)]);
      state.is_late.push_back(late);
    }
    state.slots.resize(kernel.phases[p].body.size());
    for (const loop::Instr& instr : kernel.phases[p].body) {
      if (!is_access(instr.op)) {
        state.access_of.push_back(-1);
        continue;
      }
      const auto same = [&](const Access& access) {
        return access.buffer == instr.buffer && *access.index == instr.index;
      };
      const auto found = std::ranges::find_if(state.accesses, same);
      state.access_of.push_back(static_cast<int>(found - state.accesses.begin()));
      if (found == state.accesses.end())
        state.accesses.push_back(
            {instr.buffer, &instr.index, frame.base(instr.buffer, instr.index.base)});
    }
    phases_.push_back(std::move(state));
  }
}

Value* NestEmitter::extent(int dim) {
  return frame_.dim(kernel_.dims[static_cast<std::size_t>(dim)].extent);
}

void NestEmitter::emit(Value* begin, Value* end) {
  if (blocks_.dim >= 0) {
    low_ = scaled(ir_, begin, blocks_.chunk);
    high_ = smaller(ir_, scaled(ir_, end, blocks_.chunk), extent(blocks_.dim));
  }
  // Calls that run at once have different first blocks.
  move_scratch(scaled(ir_, begin, ir_.i64(kernel_.rows)));
  if (kernel_.parallel == 0) {
    run_phases();
    return;
  }
  for (std::size_t p = 0; p < phases_.size(); ++p) run_level(p, -1);
  parallel_loop(0);
}

void NestEmitter::parallel_loop(int dim) {
  Value* low = dim == blocks_.dim ? low_ : ir_.i64(0);
  Value* high = dim == blocks_.dim ? high_ : extent(dim);
  const bool last = dim == kernel_.parallel - 1;
  const auto body = [&](Value* index) {
    for (std::size_t p = 0; p < phases_.size(); ++p) enter(p, dim, index);
    if (last) {
      run_phases();
      return;
    }
    for (std::size_t p = 0; p < phases_.size(); ++p) run_level(p, dim);
    parallel_loop(dim + 1);
  };
  const std::vector<PhaseState> outside = phases_;
  if (dim == lane_) {
    int parts = 4;
    for (std::size_t p = 0; p < phases_.size(); ++p)
      parts = std::min(parts, wanted_parts(p, false));
    const Dim& whole = kernel_.dims[static_cast<std::size_t>(dim)].extent;
    const bool exact = whole.is_static() && whole.value() % (nest_lanes * parts) == 0;
    lane_loop(low, high, parts, exact, {}, [&](Value* index, const Values&) {
      const std::vector<PhaseState> before = phases_;
      body(index);
      phases_ = before;
      return Values{};
    });
  } else {
    if (last && in_stages_) {
      low = run_stages(dim, low, high);
      phases_ = outside;
    } else if (last && kernel_.rows > 1) {
      auto& b = ir_.builder;
      Value* length = larger(ir_, b.CreateSub(high, low), ir_.i64(0));
      Value* middle = b.CreateAdd(low, b.CreateAnd(length, ir_.i64(-kernel_.rows)));
      emit_loop(ir_, low, middle, kernel_.rows, [&](Value* index) { run_rows(dim, index); });
      phases_ = outside;
      low = middle;
    }
    if (!(last && in_stages_ && loop::points_per_stage(kernel_) == 1)) // else none is left
      emit_loop(ir_, low, high, 1, body);
  }
  phases_ = outside;
}

void NestEmitter::run_rows(int dim, Value* index) {
  const std::vector<PhaseState> outside = phases_;
  std::vector<std::vector<PhaseState>> states;
  std::vector<Value*> indices;
  for (int row = 0; row < kernel_.rows; ++row) {
    phases_ = outside;
    indices.push_back(ir_.builder.CreateAdd(index, ir_.i64(row)));
    for (std::size_t p = 0; p < phases_.size(); ++p) enter(p, dim, indices.back());
    move_scratch(ir_.i64(row));
    states.push_back(std::move(phases_));
  }
  for (std::size_t p = 0; p < outside.size(); ++p)
    for (std::size_t row = 0; row < states.size(); ++row) {
      phases_ = std::move(states[row]);
      indices_[static_cast<std::size_t>(dim)] = indices[row];
      run_phase(p);
      states[row] = std::move(phases_);
    }
}

void NestEmitter::move_scratch(Value* pieces) {
  if (kernel_.scratch < 0) return;
  Value* distance = scaled(ir_, pieces, ir_.i64(kernel_.scratch_row));
  for (PhaseState& phase : phases_)
    for (Access& access : phase.accesses)
      if (access.buffer == kernel_.scratch)
        access.address = element(ir_, frame_.buffer_type(access.buffer), access.address, distance);
}

int NestEmitter::wanted_parts(std::size_t phase, bool reduces) {
  const Dim& extent = kernel_.dims[static_cast<std::size_t>(lane_)].extent;
  int most = 4;
  // How many accumulators a sum over lanes has decides its bits, so only the extent may say.
  if (!reduces) {
    const std::int64_t cost = weight(kernel_.phases[phase].body);
    most = cost <= 12 ? 4 : cost <= 30 ? 2 : 1;
    if (ir_.traits.vector_bits() < 512) most = std::max(1, most / 2);
  }
  if (extent.is_static())
    while (most > 1 && extent.value() <= nest_lanes * most / 2) most /= 2;
  return most;
}

Values NestEmitter::lane_loop(Value* low, Value* high, int parts, bool exact, Values carried,
                              const std::function<Values(Value*, const Values&)>& body) {
  auto& b = ir_.builder;
  const std::int64_t step = static_cast<std::int64_t>(nest_lanes) * parts;
  Value* length = larger(ir_, b.CreateSub(high, low), ir_.i64(0));
  Value* steps = b.CreateAnd(length, ir_.i64(-step));
  Value* middle = b.CreateAdd(low, steps);
  in_lanes_ = true;
  parts_ = parts;
  mask_ = nullptr;
  carried = emit_loop(ir_, low, middle, step, std::move(carried), body);
  if (!exact) {
    parts_ = 1;
    carried = emit_loop(ir_, middle, high, nest_lanes, std::move(carried),
                        [&](Value* index, const Values& state) {
                          mask_ = first_lanes(ir_, b.CreateSub(high, index), nest_lanes);
                          return body(index, state);
                        });
  }
  in_lanes_ = false;
  parts_ = 1;
  mask_ = nullptr;
  return carried;
}

void NestEmitter::run_phases() {
  for (std::size_t p = 0; p < phases_.size(); ++p) run_phase(p);
}

void NestEmitter::run_phase(std::size_t phase) {
  run_level(phase, kernel_.parallel - 1);
  if (kernel_.phases[phase].loops) reduce(phase);
}

ReductionEmitter NestEmitter::reduction_emitter(std::size_t phase,
                                                const loop::Reduction& reduction) {
  const auto value = static_cast<std::size_t>(reduction.value);
  return {ir_, reduction.op, kernel_.phases[phase].body[value].type};
}

Values NestEmitter::identities(std::size_t phase, int parts) {
  // Parallel lanes: one accumulator per part of the open lane loop. Reduced lanes: several, joined
  // later.
  const int lanes = lane_ >= 0 ? nest_lanes : 1;
  Values start;
  for (const loop::Reduction& reduction : kernel_.phases[phase].reductions) {
    ReductionEmitter emitter = reduction_emitter(phase, reduction);
    for (int part = 0; part < parts; ++part) {
      const Accumulated one = emitter.identity(lanes);
      start.push_back(one.value);
      if (one.position) start.push_back(one.position);
    }
  }
  return start;
}

std::vector<std::vector<Accumulated>> NestEmitter::accumulated(std::size_t phase,
                                                               const Values& carried, int parts) {
  std::vector<std::vector<Accumulated>> result;
  std::size_t next = 0;
  for (const loop::Reduction& reduction : kernel_.phases[phase].reductions) {
    const bool two = reduction_emitter(phase, reduction).has_position();
    result.emplace_back();
    for (int part = 0; part < parts; ++part) {
      Accumulated one;
      one.value = carried[next++];
      if (two) one.position = carried[next++];
      result.back().push_back(one);
    }
  }
  return result;
}

Values NestEmitter::finished(std::size_t phase, const Values& carried, int parts) {
  Values results;
  auto all = accumulated(phase, carried, parts);
  for (std::size_t i = 0; i < all.size(); ++i) {
    ReductionEmitter emitter = reduction_emitter(phase, kernel_.phases[phase].reductions[i]);
    if (in_stages_) // rows that are left over
      results.push_back(emitter.finish_rows({std::move(all[i])}));
    else if (lane_ >= kernel_.parallel)
      results.push_back(emitter.finish(std::move(all[i]), true));
    else
      for (const Accumulated& one : all[i]) results.push_back(emitter.finish({one}, false));
  }
  return results;
}

void NestEmitter::reduce(std::size_t phase) {
  const bool across = lane_ >= kernel_.parallel;
  const int parts =
      across ? wanted_parts(phase, !kernel_.phases[phase].reductions.empty()) : parts_;
  const PhaseState before = phases_[phase];
  const Values carried = reduction_loop(phase, kernel_.parallel, identities(phase, parts));
  phases_[phase] = before;
  phases_[phase].results = finished(phase, carried, parts);
}

Values NestEmitter::reduction_loop(std::size_t phase, int dim, Values carried) {
  if (dim == static_cast<int>(kernel_.dims.size())) return step(phase, carried);
  const auto body = [&](Value* index, const Values& state) {
    const PhaseState before = phases_[phase];
    enter(phase, dim, index);
    run_level(phase, dim);
    Values next = reduction_loop(phase, dim + 1, state);
    phases_[phase] = before;
    return next;
  };
  if (dim != lane_) return emit_loop(ir_, ir_.i64(0), extent(dim), 1, std::move(carried), body);
  const int parts = wanted_parts(phase, !kernel_.phases[phase].reductions.empty());
  const Dim& whole = kernel_.dims[static_cast<std::size_t>(dim)].extent;
  const bool exact = whole.is_static() && whole.value() % (nest_lanes * parts) == 0;
  return lane_loop(ir_.i64(0), extent(dim), parts, exact, std::move(carried), body);
}

Values NestEmitter::step(std::size_t phase, const Values& carried) {
  const auto& reductions = kernel_.phases[phase].reductions;
  Values next = carried;
  // The masked rest of a lane loop has one part, which goes to the first accumulator.
  std::size_t first = 0;
  for (const loop::Reduction& reduction : reductions) {
    ReductionEmitter emitter = reduction_emitter(phase, reduction);
    const std::size_t width = emitter.has_position() ? 2 : 1;
    const std::size_t parts = carried.size() == 0 ? 1 : [&] {
      std::size_t values = 0;
      for (const loop::Reduction& each : reductions) values += carried_width(each.op);
      return carried.size() / values;
    }();
    for (std::size_t part = 0; part < static_cast<std::size_t>(parts_); ++part) {
      const std::size_t at = first + part * width;
      const int lanes = lanes_of(carried[at]);
      const auto operand = [&](int instr) {
        return splat(ir_, value(phase, instr, static_cast<int>(part)), lanes);
      };
      Accumulated old{carried[at], width == 2 ? carried[at + 1] : nullptr};
      Accumulated added{operand(reduction.value),
                        reduction.index >= 0 ? operand(reduction.index) : nullptr};
      // A mask of parallel lanes needs no care here: what masked lanes sum up is never stored.
      Value* mask = lane_is_parallel() ? nullptr : mask_;
      // The only step of a short row needs no identity to start from.
      const bool alone =
          in_stages_ && width == 1 && !mask && old.value == emitter.identity(lanes).value;
      const Accumulated sum = alone ? added : emitter.join(old, added, mask);
      next[at] = sum.value;
      if (width == 2) next[at + 1] = sum.position;
    }
    first += parts * width;
  }
  run_late(phase, carried, next);
  return next;
}

void NestEmitter::run_late(std::size_t phase, const Values& before, const Values& after) {
  PhaseState& state = phases_[phase];
  state.before = before, state.after = after;
  for (std::size_t i = 0; i < state.is_late.size(); ++i)
    if (state.is_late[i]) run(phase, i);
}

void NestEmitter::enter(std::size_t phase, int dim, Value* index) {
  indices_[static_cast<std::size_t>(dim)] = index;
  for (Access& access : phases_[phase].accesses) {
    const Dim stride = stride_of(*access.index, dim);
    if (stride == Dim(0)) continue;
    access.address = element(ir_, frame_.buffer_type(access.buffer), access.address,
                             scaled(ir_, index, frame_.dim(stride)));
  }
}

void NestEmitter::run_level(std::size_t phase, int dim) {
  for (std::size_t i = 0; i < phases_[phase].depends.size(); ++i)
    if (deepest(phases_[phase].depends[i]) == dim && !phases_[phase].is_late[i]) run(phase, i);
}

} // namespace nngc::codegen
