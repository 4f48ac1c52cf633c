/// A nest as LLVM IR: parallel loops, then its phases, with 16 lanes and several vectors at once.
#pragma once

#include "codegen/access.h"
#include "codegen/blocks.h"
#include "codegen/dependence.h"
#include "codegen/instr_emitter.h"
#include "codegen/reduction.h"

namespace nngc::codegen {

class NestEmitter {
public:
  /// Stores into the buffers `past_caches` go around the caches: see past_caches.h.
  NestEmitter(Frame& frame, const loop::Kernel& kernel, std::vector<int> past_caches = {});

  /// Blocks [begin, end) of the kernel, where the builder stands.
  void emit(Value* begin, Value* end);

private:
  /// Elements that instructions of one phase touch, and where they are in the loops open now.
  struct Access {
    int buffer = -1;
    const loop::Affine* index = nullptr;
    Value* address = nullptr;
  };
  /// One value, or one per part (vectors of the unrolled lane loop).
  using Slot = std::vector<Value*>;
  struct PhaseState {
    std::vector<DimSet> depends;
    std::vector<bool> is_late; ///< per instruction: made of a running value, so run behind the step
    Values before, after;      ///< the accumulators of the step that runs
    std::vector<int> access_of; ///< per instruction; -1: none
    std::vector<Access> accesses;
    std::vector<Slot> slots;
    std::vector<Value*> results; ///< of the reductions, per part: reduction * parts + part
  };

  [[nodiscard]] Value* extent(int dim);
  [[nodiscard]] bool lane_is_parallel() const { return lane_ >= 0 && lane_ < kernel_.parallel; }
  [[nodiscard]] int wanted_parts(std::size_t phase, bool reduces);

  void parallel_loop(int dim);
  void run_phases();
  void run_phase(std::size_t phase);
  /// The kernel's `rows` points from `index` on, phase by phase.
  void run_rows(int dim, Value* index);
  /// What a phase works on in a step of staggered ones: rows side by side.
  struct Stage {
    Value* active = nullptr;      ///< whether there are such rows at this step
    Values indices;               ///< of the rows
    std::vector<PhaseState> rows; ///< the phase's state for each
  };
  /// All points of the last parallel dim in one loop, phases staggered: see row_stages.cpp. Gives
  /// the first point that is left over.
  Value* run_stages(int dim, Value* low, Value* high);
  /// The elements of the stages, one per phase, that are active; results per phase.
  std::vector<Values> run_stage_loop(int dim, std::vector<Stage>& stages, int parts, bool exact);
  void enter_stage(std::size_t phase, int dim, Stage& stage);
  /// An instruction that runs once per row, for the rows of a stage together; `made`: what those
  /// before it gave, `sums`: per phase, what its reductions came to.
  [[nodiscard]] Value* run_per_row(std::size_t phase, std::size_t number, int dim, Stage& stage,
                                   const Values& made, const std::vector<Values>& sums);
  /// Instructions that run once per row, and that its elements need.
  [[nodiscard]] std::vector<std::size_t> made_per_row(std::size_t phase) const;
  /// Moves the phases' places in the scratch memory on by so many pieces.
  void move_scratch(Value* pieces);
  /// The lane loop over [low, high): whole unrolled steps, then one vector at a time under a mask.
  Values lane_loop(Value* low, Value* high, int parts, bool exact, Values carried,
                   const std::function<Values(Value*, const Values&)>& body);
  void reduce(std::size_t phase);
  [[nodiscard]] ReductionEmitter reduction_emitter(std::size_t phase,
                                                   const loop::Reduction& reduction);
  /// What the phase's reductions start from, per part, and their results of what they came to.
  [[nodiscard]] Values identities(std::size_t phase, int parts);
  [[nodiscard]] Values finished(std::size_t phase, const Values& carried, int parts);
  /// The accumulators that a phase's loop carried: per reduction, per part.
  [[nodiscard]] std::vector<std::vector<Accumulated>> accumulated(std::size_t phase,
                                                                  const Values& carried, int parts);
  Values reduction_loop(std::size_t phase, int dim, Values carried);
  Values step(std::size_t phase, const Values& carried);
  /// What reads running values, once the step from `before` to `after` is made.
  void run_late(std::size_t phase, const Values& before, const Values& after);

  /// Moves the phase's addresses on by dim's index and computes what depends on no deeper dim.
  void enter(std::size_t phase, int dim, Value* index);
  void run_level(std::size_t phase, int dim);
  void run(std::size_t phase, std::size_t number);
  /// Whether the two parts of such an instruction are better computed as one long vector.
  [[nodiscard]] bool together(const loop::Instr& instr, int parts) const;
  [[nodiscard]] Slot side_by_side(std::size_t phase, const loop::Instr& instr);
  [[nodiscard]] Value* value(std::size_t phase, int number, int part);
  /// The part of the accumulators `carried` that reduction `number` goes on with.
  [[nodiscard]] Value* running(std::size_t phase, const Values& carried, int number, int part);
  [[nodiscard]] Value* index_value(const loop::Affine& index, int part, bool varies);
  /// Where a load or store finds its elements, as one element or as lanes.
  [[nodiscard]] Place place(const loop::Instr& instr, const Access& access, std::size_t phase,
                            int part, bool in_lanes);
  void effect(const loop::Instr& instr, const Access& access, std::size_t phase, int part);
  /// Whether this phase asks for such elements of a buffer ahead of itself.
  [[nodiscard]] bool fetches(std::size_t phase, int buffer, int part) const;
  [[nodiscard]] Value* lane_stride(const loop::Affine& index);
  [[nodiscard]] Value* part_address(const Access& access, int part);

  Frame& frame_;
  const loop::Kernel& kernel_;
  IrContext& ir_;
  InstrEmitter instrs_;
  NestBlocks blocks_;
  std::vector<int> past_caches_, from_memory_;
  int lane_;
  bool in_stages_;
  std::vector<PhaseState> phases_;
  std::vector<Value*> indices_;
  Value *low_ = nullptr, *high_ = nullptr; ///< of the blocks' dim
  // Inside the lane loop only:
  int parts_ = 1;
  bool in_lanes_ = false;
  Value* mask_ = nullptr;
};

} // namespace nngc::codegen
