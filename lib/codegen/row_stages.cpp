/// Rows whose phases run staggered, in one loop over the elements: while one row is summed, an
/// earlier one is normalised. A phase that waits for memory or for the divider then shares its time
/// with one that multiplies, and what ends a phase, the sum over its lanes, is waited for by no
/// one. Each row's sums are what they would be alone.
#include "loop/row_stages.h"

#include "codegen/nest_emitter.h"

namespace nngc::codegen {

std::vector<std::size_t> NestEmitter::made_per_row(std::size_t phase) const {
  const auto& depends = phases_[phase].depends;
  const auto of_rows = [&](int number) {
    return deepest(depends[static_cast<std::size_t>(number)]) == kernel_.parallel - 1;
  };
  const loop::Phase& whole = kernel_.phases[phase];
  std::vector<bool> read(whole.body.size());
  for (std::size_t i = 0; i < whole.body.size(); ++i)
    if (deepest(depends[i]) >= kernel_.parallel)
      for (const int operand : {whole.body[i].a, whole.body[i].b, whole.body[i].c})
        if (operand >= 0) read[static_cast<std::size_t>(operand)] = true;
  for (const loop::Reduction& r : whole.reductions) read[static_cast<std::size_t>(r.value)] = true;
  std::vector<std::size_t> list;
  for (std::size_t i = 0; i < read.size(); ++i)
    if (read[i] && of_rows(static_cast<int>(i))) list.push_back(i);
  return list;
}

void NestEmitter::enter_stage(std::size_t phase, int dim, Value* row) {
  enter(phase, dim, row);
  Value* piece = ir_.builder.CreateAnd(row, ir_.i64(kernel_.rows - 1));
  Value* distance = scaled(ir_, piece, ir_.i64(kernel_.scratch_row));
  for (Access& access : phases_[phase].accesses)
    if (access.buffer == kernel_.scratch)
      access.address = element(ir_, frame_.buffer_type(access.buffer), access.address, distance);
}

void NestEmitter::run_stages(int dim, Value* low, Value* high) {
  auto& b = ir_.builder;
  const std::size_t count = phases_.size();
  const int distance = loop::stage_distance(kernel_);
  // What a row needs before its elements is made a step ahead, where its sums are there by then.
  const bool ahead = distance > 1;
  const std::vector<PhaseState> outside = phases_;
  const int parts = wanted_parts(0, true);
  const Dim& whole = kernel_.dims.back().extent;
  const bool exact = whole.is_static() && whole.value() % (nest_lanes * parts) == 0;
  Value* last_row = b.CreateSub(high, ir_.i64(1));
  // A stage's row at a step, one of the rows for its addresses, and whether it is one: the first
  // stage is never before the first row, the last one never behind the last.
  struct Row {
    Value *inside, *active;
  };
  const auto row_of = [&](std::size_t phase, Value* step) {
    Value* row = b.CreateSub(step, ir_.i64(static_cast<std::int64_t>(phase) * distance));
    Row result{row, b.getTrue()};
    if (phase + 1 < count) {
      result.inside = smaller(ir_, row, last_row);
      result.active = b.CreateICmpSLT(row, high);
    }
    if (phase > 0) {
      result.inside = larger(ir_, low, result.inside);
      result.active = b.CreateAnd(result.active, b.CreateICmpSGE(row, low));
    }
    return result;
  };

  // past[q][k]: the results of phase q of k + 1 steps ago.
  const auto depth = [&](std::size_t phase) {
    return (count - 1 - phase) * static_cast<std::size_t>(distance);
  };
  using Past = std::vector<std::vector<Values>>;
  const auto prepare = [&](std::size_t phase, Value* step, const Past& past, std::size_t sooner) {
    enter_stage(phase, dim, row_of(phase, step).inside);
    for (std::size_t q = 0; q < phase; ++q)
      phases_[q].results = past[q][(phase - q) * static_cast<std::size_t>(distance) - 1 - sooner];
    run_level(phase, dim);
  };
  const auto slot = [&](std::size_t phase, std::size_t number) -> Slot& {
    return phases_[phase].slots[number];
  };

  Values carried;
  Past none(count);
  for (std::size_t p = 0; p < count; ++p) {
    Values zeros;
    for (const loop::Reduction& reduction : kernel_.phases[p].reductions)
      zeros.push_back(llvm::Constant::getNullValue(
          reduction_emitter(p, reduction).identity(1).value->getType()));
    none[p].assign(depth(p), zeros);
    for (const Values& results : none[p])
      carried.insert(carried.end(), results.begin(), results.end());
  }
  emit_if(ir_, b.CreateICmpSLT(low, high), [&] {
    if (ahead)
      for (std::size_t p = 0; p < count; ++p) {
        if (!kernel_.phases[p].loops) continue;
        prepare(p, low, none, 0);
        for (const std::size_t i : made_per_row(p))
          carried.insert(carried.end(), slot(p, i).begin(), slot(p, i).end());
      }
    Value* end = b.CreateAdd(high, ir_.i64(static_cast<std::int64_t>(count - 1) * distance));
    emit_loop(ir_, low, end, 1, carried, [&](Value* step, const Values& state) {
      std::size_t next = 0;
      Past past = none;
      for (auto& phase : past)
        for (Values& results : phase)
          for (Value*& result : results) result = state[next++];
      Values following;
      std::vector<PhaseState> now;
      std::vector<Value*> rows, active;
      std::vector<Slot> kept;
      for (std::size_t p = 0; p < count; ++p) {
        const auto [inside, runs] = row_of(p, step);
        active.push_back(runs);
        rows.push_back(inside);
        phases_ = outside;
        if (!kernel_.phases[p].loops || !ahead) {
          now.push_back({});
          continue;
        }
        const auto own = made_per_row(p);
        prepare(p, b.CreateAdd(step, ir_.i64(1)), past, 1);
        for (const std::size_t i : own)
          following.insert(following.end(), slot(p, i).begin(), slot(p, i).end());
        phases_ = outside;
        enter_stage(p, dim, inside);
        for (const std::size_t i : own) slot(p, i) = {state[next++]};
        now.push_back(std::move(phases_[p]));
      }
      if (!ahead)
        for (std::size_t p = 0; p < count; ++p) {
          if (!kernel_.phases[p].loops) continue;
          phases_ = outside;
          prepare(p, step, past, 0);
          now[p] = std::move(phases_[p]);
        }
      phases_ = outside;
      for (std::size_t p = 0; p < count; ++p)
        if (kernel_.phases[p].loops) phases_[p] = std::move(now[p]);
      const std::vector<Values> results = run_stage_loop(dim, rows, active, parts, exact);
      // Phases without a loop of their own end the row.
      for (std::size_t p = 0; p < count; ++p) {
        if (kernel_.phases[p].loops) continue;
        emit_if(ir_, active[p], [&] { prepare(p, step, past, 0); });
      }
      Values carry;
      for (std::size_t p = 0; p < count; ++p)
        for (std::size_t k = 0; k < past[p].size(); ++k) {
          const Values& made = k == 0 ? results[p] : past[p][k - 1];
          carry.insert(carry.end(), made.begin(), made.end());
        }
      carry.insert(carry.end(), following.begin(), following.end());
      return carry;
    });
  });
  phases_ = outside;
}

std::vector<Values> NestEmitter::run_stage_loop(int dim, const std::vector<Value*>& rows,
                                                const std::vector<Value*>& active, int parts,
                                                bool exact) {
  auto& b = ir_.builder;
  const std::size_t count = phases_.size();
  Values start;
  std::vector<std::size_t> ends;
  for (std::size_t p = 0; p < count; ++p) {
    const Values own = kernel_.phases[p].loops ? identities(p, parts) : Values{};
    start.insert(start.end(), own.begin(), own.end());
    ends.push_back(start.size());
  }
  const auto own = [&](const Values& all, std::size_t phase) {
    const auto at = [&](std::size_t n) { return all.begin() + static_cast<std::ptrdiff_t>(n); };
    return Values(at(phase == 0 ? 0 : ends[phase - 1]), at(ends[phase]));
  };
  const auto body = [&](Value* index, const Values& state) {
    Values next;
    for (std::size_t p = 0; p < count; ++p) {
      if (!kernel_.phases[p].loops) continue;
      const Values old = own(state, p);
      llvm::BasicBlock* before = b.GetInsertBlock();
      llvm::BasicBlock* end = nullptr;
      Values made;
      emit_if(ir_, active[p], [&] {
        const PhaseState outside = phases_[p];
        indices_[static_cast<std::size_t>(dim)] = rows[p];
        enter(p, lane_, index);
        run_level(p, lane_);
        made = step(p, old);
        phases_[p] = outside;
        end = b.GetInsertBlock();
      });
      for (std::size_t i = 0; i < old.size(); ++i) {
        auto* phi = b.CreatePHI(old[i]->getType(), 2);
        phi->addIncoming(old[i], before);
        phi->addIncoming(made[i], end);
        next.push_back(phi);
      }
    }
    return next;
  };
  const Values sums = lane_loop(ir_.i64(0), extent(lane_), parts, exact, start, body);
  std::vector<Values> results;
  for (std::size_t p = 0; p < count; ++p)
    results.push_back(kernel_.phases[p].loops ? finished(p, own(sums, p), parts) : Values{});
  return results;
}

} // namespace nngc::codegen
