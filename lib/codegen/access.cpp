#include "codegen/access.h"

#include "codegen/frame.h"
#include "codegen/memory.h"

namespace nngc::codegen {
namespace {

Value* full_mask(IrContext& ir, const Place& place) {
  if (!place.condition) return place.mask;
  Value* condition = splat(ir, place.condition, place.lanes);
  return place.mask ? ir.builder.CreateAnd(condition, place.mask) : condition;
}

/// One element per lane at its own offset.
Value* offsets_of(IrContext& ir, const Place& place) {
  auto& b = ir.builder;
  if (place.lanes == 1) return place.offset ? place.offset : ir.i64(0);
  Value* offsets = b.CreateMul(lane_numbers(ir, ir.i64_type(), place.lanes),
                               splat(ir, place.stride, place.lanes));
  return place.offset ? b.CreateAdd(splat(ir, place.offset, place.lanes), offsets) : offsets;
}

/// Whether all lanes share one offset, which then only moves the address.
bool even(const Place& place) {
  return place.lanes > 1 && !(place.offset && place.offset->getType()->isVectorTy());
}

Value* moved(IrContext& ir, const Place& place) {
  return place.offset ? element(ir, place.dtype, place.address, place.offset) : place.address;
}

/// Whether one condition holds for all lanes. It becomes a branch: of a mask that is a splat and a
/// constant, LLVM 19 makes a load of lanes that the constant excludes (AVX2, where 16 lanes are two
/// registers).
bool uniform(const Place& place) {
  return place.lanes > 1 && place.condition && !place.condition->getType()->isVectorTy() &&
         !constant_of(place.condition);
}

Place unconditional(Place place) {
  place.condition = nullptr;
  return place;
}

} // namespace

Value* load_place(IrContext& ir, const Place& place) {
  if (uniform(place)) {
    auto& b = ir.builder;
    llvm::BasicBlock* before = b.GetInsertBlock();
    llvm::BasicBlock* end = nullptr;
    Value* loaded = nullptr;
    emit_if(ir, place.condition, [&] {
      loaded = load_place(ir, unconditional(place));
      end = b.GetInsertBlock();
    });
    auto* phi = b.CreatePHI(loaded->getType(), 2);
    phi->addIncoming(llvm::Constant::getNullValue(loaded->getType()), before);
    phi->addIncoming(loaded, end);
    return phi;
  }
  Value* mask = full_mask(ir, place);
  if (even(place))
    return load_lanes(ir, place.dtype, moved(ir, place), place.stride, place.lanes, mask);
  return load_offsets(ir, place.dtype, place.address, offsets_of(ir, place), mask);
}

static void store_place(IrContext& ir, const Place& place, Value* value) {
  if (uniform(place)) {
    emit_if(ir, place.condition, [&] { store_place(ir, unconditional(place), value); });
    return;
  }
  Value* mask = full_mask(ir, place);
  value = splat(ir, value, place.lanes);
  if (even(place))
    store_lanes(ir, place.dtype, moved(ir, place), place.stride, value, mask, place.past_caches);
  else
    store_offsets(ir, place.dtype, place.address, offsets_of(ir, place), value, mask);
}

/// Neighbouring lanes meet neighbouring elements: none of them waits for another.
static void join_lanes(IrContext& ir, const Place& place, loop::Op op, Value* value) {
  if (uniform(place)) {
    emit_if(ir, place.condition, [&] { join_lanes(ir, unconditional(place), op, value); });
    return;
  }
  Value* mask = full_mask(ir, place);
  Value* where = moved(ir, place);
  Value* old = load_lanes(ir, place.dtype, where, place.stride, place.lanes, mask);
  Value* joined = InstrEmitter(ir).binary(op, place.dtype, old, splat(ir, value, place.lanes));
  store_lanes(ir, place.dtype, where, place.stride, joined, mask);
}

static void join_place(IrContext& ir, const Place& place, loop::Op op, Value* value) {
  if (even(place) && is_one(place.stride)) return join_lanes(ir, place, op, value);
  auto& b = ir.builder;
  Value* mask = full_mask(ir, place);
  Value* offsets = offsets_of(ir, place);
  InstrEmitter instrs(ir);
  const auto lane = [&](Value* all, int number) {
    return all->getType()->isVectorTy()
               ? b.CreateExtractElement(all, static_cast<std::uint64_t>(number))
               : all;
  };
  for (int i = 0; i < place.lanes; ++i)
    emit_if(ir, mask ? lane(mask, i) : b.getTrue(), [&] {
      Value* where = lane(offsets, i);
      Value* old = load_offsets(ir, place.dtype, place.address, where, nullptr);
      Value* joined = instrs.binary(op, place.dtype, old, lane(value, i));
      store_offsets(ir, place.dtype, place.address, where, joined, nullptr);
    });
}

void put_place(IrContext& ir, const Place& place, loop::Op effect, Value* value) {
  using loop::Op;
  if (effect == Op::Store || effect == Op::StoreAt) return store_place(ir, place, value);
  const Op op = effect == Op::AddAt ? Op::Add : effect == Op::MaxAt ? Op::Max : Op::Min;
  join_place(ir, place, op, value);
}

} // namespace nngc::codegen
