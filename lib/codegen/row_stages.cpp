/// Rows whose phases run staggered, in one loop over the elements: while some rows are summed,
/// earlier ones are normalised. A phase that waits for memory or for the divider then shares its
/// time with one that multiplies, and what ends a phase, the sum over its lanes, is waited for by
/// no one. Each row's sums are what they would be alone. Rows that are short go side by side, so
/// that their lanes are summed together, and what is made once per row is made in one vector.
#include "loop/row_stages.h"

#include "codegen/nest_emitter.h"

namespace nngc::codegen {

using loop::Op;

namespace {

/// One value per row as a vector; a single row's as it is.
Value* packed(IrContext& ir, const Values& of_rows) {
  if (of_rows.size() == 1) return of_rows.front();
  const int count = static_cast<int>(of_rows.size());
  Value* all = llvm::PoisonValue::get(with_lanes(of_rows.front()->getType(), count));
  for (std::size_t row = 0; row < of_rows.size(); ++row)
    all = ir.builder.CreateInsertElement(all, of_rows[row], row);
  return all;
}

Value* of_row(IrContext& ir, Value* all, std::size_t row) {
  return lanes_of(all) == 1 ? all : ir.builder.CreateExtractElement(all, row);
}

} // namespace

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

void NestEmitter::enter_stage(std::size_t phase, int dim, Stage& stage) {
  for (std::size_t row = 0; row < stage.rows.size(); ++row) {
    std::swap(phases_[phase], stage.rows[row]);
    enter(phase, dim, stage.indices[row]);
    Value* piece = ir_.builder.CreateAnd(stage.indices[row], ir_.i64(kernel_.rows - 1));
    Value* distance = scaled(ir_, piece, ir_.i64(kernel_.scratch_row));
    for (Access& access : phases_[phase].accesses)
      if (access.buffer == kernel_.scratch)
        access.address = element(ir_, frame_.buffer_type(access.buffer), access.address, distance);
    std::swap(phases_[phase], stage.rows[row]);
  }
}

Value* NestEmitter::run_per_row(std::size_t phase, std::size_t number, int dim, Stage& stage,
                                const Values& made, const std::vector<Values>& sums) {
  const auto& body = kernel_.phases[phase].body;
  const loop::Instr& instr = body[number];
  const auto rows = static_cast<int>(stage.rows.size());
  Value* all = nullptr;
  if (instr.op == Op::Reduced) {
    all = sums[static_cast<std::size_t>(instr.phase)][static_cast<std::size_t>(instr.imm)];
  } else if ((instr.op >= Op::Neg && instr.op <= Op::Convert) || instr.op == Op::Sqrt ||
             instr.op == Op::Rsqrt) {
    const auto operand = [&](int index) -> Value* {
      if (index < 0) return nullptr;
      const auto at = static_cast<std::size_t>(index);
      return made[at] ? made[at] : splat(ir_, stage.rows.front().slots[at].front(), rows);
    };
    const int typed = instr.op == Op::Select ? instr.b : instr.a;
    all = instrs_.emit(instr, body[static_cast<std::size_t>(typed)].type, operand(instr.a),
                       operand(instr.b), operand(instr.c));
  } else {
    Values each;
    for (std::size_t row = 0; row < stage.rows.size(); ++row) {
      std::swap(phases_[phase], stage.rows[row]);
      indices_[static_cast<std::size_t>(dim)] = stage.indices[row];
      run(phase, number);
      for (Value* value : phases_[phase].slots[number]) each.push_back(value);
      std::swap(phases_[phase], stage.rows[row]);
    }
    return each.empty() ? nullptr : packed(ir_, each); // effects give nothing
  }
  for (std::size_t row = 0; row < stage.rows.size(); ++row)
    stage.rows[row].slots[number] = {of_row(ir_, all, row)};
  return all;
}

Value* NestEmitter::run_stages(int dim, Value* low, Value* high) {
  auto& b = ir_.builder;
  const std::size_t count = phases_.size();
  const int distance = loop::stage_distance(kernel_), side = loop::points_per_stage(kernel_);
  // What a row needs before its elements is made a step ahead, where its sums are there by then.
  const bool ahead = distance > 1;
  const std::vector<PhaseState> outside = phases_;
  const int parts = wanted_parts(0, true);
  const Dim& whole = kernel_.dims.back().extent;
  const bool exact = whole.is_static() && whole.value() % (nest_lanes * parts) == 0;
  Value* steps = b.CreateUDiv(larger(ir_, b.CreateSub(high, low), ir_.i64(0)), ir_.i64(side));
  Value* last_step = b.CreateSub(steps, ir_.i64(1));
  // A stage's rows at a step; rows that there are for their addresses, and whether they are its:
  // the first stage is never before the first row, the last one never behind the last.
  const auto stage_of = [&](std::size_t phase, Value* step) {
    Value* inside = b.CreateSub(step, ir_.i64(static_cast<std::int64_t>(phase) * distance));
    Stage stage{b.getTrue(), {}, {}};
    if (phase > 0) stage.active = b.CreateICmpSGE(inside, ir_.i64(0));
    if (phase + 1 < count) {
      stage.active = b.CreateAnd(stage.active, b.CreateICmpSLT(inside, steps));
      inside = smaller(ir_, inside, last_step);
    }
    if (phase > 0) inside = larger(ir_, inside, ir_.i64(0));
    Value* first = b.CreateAdd(low, scaled(ir_, inside, ir_.i64(side)));
    for (int row = 0; row < side; ++row) {
      stage.indices.push_back(b.CreateAdd(first, ir_.i64(row)));
      stage.rows.push_back(outside[phase]);
    }
    enter_stage(phase, dim, stage);
    return stage;
  };

  // past[q][k]: the results of phase q of k + 1 steps ago.
  const auto depth = [&](std::size_t phase) {
    return (count - 1 - phase) * static_cast<std::size_t>(distance);
  };
  using Past = std::vector<std::vector<Values>>;
  const auto prepare = [&](std::size_t phase, Stage& stage, const Past& past, std::size_t sooner) {
    std::vector<Values> sums;
    for (std::size_t q = 0; q < phase; ++q)
      sums.push_back(past[q][(phase - q) * static_cast<std::size_t>(distance) - 1 - sooner]);
    const PhaseState& first = outside[phase];
    Values made(first.slots.size(), nullptr);
    for (std::size_t i = 0; i < made.size(); ++i)
      if (deepest(first.depends[i]) == dim && !first.is_late[i])
        made[i] = run_per_row(phase, i, dim, stage, made, sums);
    return made;
  };

  Values carried;
  Past none(count);
  for (std::size_t p = 0; p < count; ++p) {
    Values zeros;
    for (const loop::Reduction& reduction : kernel_.phases[p].reductions) {
      Type* one = reduction_emitter(p, reduction).identity(1).value->getType();
      zeros.push_back(llvm::Constant::getNullValue(with_lanes(one, side)));
    }
    none[p].assign(depth(p), zeros);
    for (const Values& results : none[p])
      carried.insert(carried.end(), results.begin(), results.end());
  }
  emit_if(ir_, b.CreateICmpSGT(steps, ir_.i64(0)), [&] {
    if (ahead)
      for (std::size_t p = 0; p < count; ++p) {
        if (!kernel_.phases[p].loops) continue;
        Stage stage = stage_of(p, ir_.i64(0));
        const Values made = prepare(p, stage, none, 0);
        for (const std::size_t i : made_per_row(p)) carried.push_back(made[i]);
      }
    Value* end = b.CreateAdd(steps, ir_.i64(static_cast<std::int64_t>(count - 1) * distance));
    emit_loop(ir_, ir_.i64(0), end, 1, carried, [&](Value* step, const Values& state) {
      std::size_t next = 0;
      Past past = none;
      for (auto& phase : past)
        for (Values& results : phase)
          for (Value*& result : results) result = state[next++];
      Values following;
      std::vector<Stage> stages;
      for (std::size_t p = 0; p < count; ++p) {
        stages.push_back(stage_of(p, step));
        if (!kernel_.phases[p].loops || !ahead) continue;
        const auto own = made_per_row(p);
        Stage coming = stage_of(p, b.CreateAdd(step, ir_.i64(1)));
        const Values made = prepare(p, coming, past, 1);
        for (const std::size_t i : own) {
          following.push_back(made[i]);
          for (std::size_t row = 0; row < stages[p].rows.size(); ++row)
            stages[p].rows[row].slots[i] = {of_row(ir_, state[next], row)};
          ++next;
        }
      }
      if (!ahead)
        for (std::size_t p = 0; p < count; ++p)
          if (kernel_.phases[p].loops) static_cast<void>(prepare(p, stages[p], past, 0));
      const std::vector<Values> results = run_stage_loop(dim, stages, parts, exact);
      // Phases without a loop of their own end the row.
      for (std::size_t p = 0; p < count; ++p)
        if (!kernel_.phases[p].loops)
          emit_if(ir_, stages[p].active,
                  [&] { static_cast<void>(prepare(p, stages[p], past, 0)); });
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
  return b.CreateAdd(low, scaled(ir_, steps, ir_.i64(side)));
}

std::vector<Values> NestEmitter::run_stage_loop(int dim, std::vector<Stage>& stages, int parts,
                                                bool exact) {
  auto& b = ir_.builder;
  const std::size_t count = stages.size();
  // Accumulators: per phase, per row.
  Values start;
  std::vector<std::vector<std::size_t>> ends(count);
  for (std::size_t p = 0; p < count; ++p)
    for (std::size_t row = 0; row < stages[p].rows.size(); ++row) {
      const Values own = kernel_.phases[p].loops ? identities(p, parts) : Values{};
      start.insert(start.end(), own.begin(), own.end());
      ends[p].push_back(start.size());
    }
  const auto own = [&](const Values& all, std::size_t phase, std::size_t row) {
    const auto at = [&](std::size_t n) { return all.begin() + static_cast<std::ptrdiff_t>(n); };
    const std::size_t before = row > 0     ? ends[phase][row - 1]
                               : phase > 0 ? ends[phase - 1].back()
                                           : 0;
    return Values(at(before), at(ends[phase][row]));
  };
  const auto body = [&](Value* index, const Values& state) {
    Values next;
    for (std::size_t p = 0; p < count; ++p) {
      if (!kernel_.phases[p].loops) continue;
      Stage& stage = stages[p];
      llvm::BasicBlock* before = b.GetInsertBlock();
      llvm::BasicBlock* end = nullptr;
      Values old, made;
      emit_if(ir_, stage.active, [&] {
        for (std::size_t row = 0; row < stage.rows.size(); ++row) {
          const PhaseState outside = std::exchange(phases_[p], stage.rows[row]);
          indices_[static_cast<std::size_t>(dim)] = stage.indices[row];
          const Values from = own(state, p, row);
          enter(p, lane_, index);
          run_level(p, lane_);
          const Values to = step(p, from);
          old.insert(old.end(), from.begin(), from.end());
          made.insert(made.end(), to.begin(), to.end());
          phases_[p] = outside;
        }
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
  std::vector<Values> results(count);
  for (std::size_t p = 0; p < count; ++p) {
    const auto& reductions = kernel_.phases[p].reductions;
    std::vector<std::vector<std::vector<Accumulated>>> of_reduction(reductions.size());
    for (std::size_t row = 0; row < stages[p].rows.size(); ++row) {
      auto all = accumulated(p, own(sums, p, row), parts);
      for (std::size_t r = 0; r < all.size(); ++r) of_reduction[r].push_back(std::move(all[r]));
    }
    for (std::size_t r = 0; r < reductions.size(); ++r)
      results[p].push_back(
          reduction_emitter(p, reductions[r]).finish_rows(std::move(of_reduction[r])));
  }
  return results;
}

} // namespace nngc::codegen
