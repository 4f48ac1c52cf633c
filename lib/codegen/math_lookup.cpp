/// Tables of constants in registers: permutations where the target has them, gathers where not.
#include <bit>
#include <string>
#include <vector>

#include <llvm/IR/IntrinsicsX86.h>

#include "codegen/math_kernel.h"

namespace nngc::codegen {

using llvm::Type;

llvm::Value* MathKernel::permuted(llvm::ArrayRef<llvm::Constant*> entries, Value* index) const {
  // The instruction takes the index modulo its lanes.
  const auto id = is_f64 ? llvm::Intrinsic::x86_avx512_permvar_df_512
                         : llvm::Intrinsic::x86_avx512_permvar_sf_512;
  Value* table = llvm::ConstantVector::get(entries);
  return per_register(512, {index}, [&](llvm::ArrayRef<Value*> part) -> Value* {
    return builder.CreateIntrinsic(id, {}, {table, part[0]});
  });
}

llvm::Value* MathKernel::halves_permuted(llvm::ArrayRef<llvm::Constant*> entries,
                                         Value* index) const {
  // AVX2 permutes eight floats: those at 2i and 2i + 1 are double i, modulo 4.
  Type* floats = llvm::FixedVectorType::get(builder.getFloatTy(), 8);
  Type* ints = llvm::FixedVectorType::get(builder.getInt32Ty(), 8);
  const std::size_t half = entries.size() / 2;
  const auto as_floats = [&](llvm::ArrayRef<llvm::Constant*> list) {
    return builder.CreateBitCast(llvm::ConstantVector::get(list), floats);
  };
  Value* low = as_floats(entries.take_front(half));
  Value* high = as_floats(entries.drop_front(half));
  llvm::SmallVector<llvm::Constant*> zero_one;
  for (unsigned i = 0; i < 8; ++i) zero_one.push_back(builder.getInt32(i % 2));
  return per_register(256, {index}, [&](llvm::ArrayRef<Value*> part) -> Value* {
    Value* which = builder.CreateBitCast(part[0], ints);
    if (is_f64) {
      which = builder.CreateShuffleVector(which, llvm::ArrayRef<int>{0, 0, 2, 2, 4, 4, 6, 6});
      which =
          builder.CreateOr(builder.CreateAdd(which, which), llvm::ConstantVector::get(zero_one));
    }
    const auto permuted = [&](Value* of) {
      Value* found = builder.CreateIntrinsic(llvm::Intrinsic::x86_avx2_permps, {}, {of, which});
      return builder.CreateBitCast(found,
                                   llvm::FixedVectorType::get(type->getScalarType(), pick(8U, 4U)));
    };
    Value* upper = llvm::ConstantInt::get(part[0]->getType(), half);
    Value* is_low = builder.CreateIsNull(builder.CreateAnd(part[0], upper));
    return select(is_low, permuted(low), permuted(high));
  });
}

llvm::Value* MathKernel::lookup(std::span<const double> table, Value* index) const {
  Type* element = type->getScalarType();
  llvm::SmallVector<llvm::Constant*> entries;
  for (const double entry : table) entries.push_back(llvm::ConstantFP::get(element, entry));
  const std::size_t width = pick<std::size_t>(16, 8);
  if (fills_registers(512) && table.size() == width) return permuted(entries, index);
  if (fills_registers(512) && table.size() == 2 * width) {
    // The instruction takes the index modulo the size. On Zen 4 it has the ports of multiply-adds
    // alone, that of half the size one of theirs and one more.
    const auto id = is_f64 ? llvm::Intrinsic::x86_avx512_vpermi2var_pd_512
                           : llvm::Intrinsic::x86_avx512_vpermi2var_ps_512;
    const llvm::ArrayRef<llvm::Constant*> all(entries);
    Value* low = llvm::ConstantVector::get(all.take_front(width));
    Value* high = llvm::ConstantVector::get(all.drop_front(width));
    return per_register(512, {index}, [&](llvm::ArrayRef<Value*> part) -> Value* {
      return builder.CreateIntrinsic(id, {}, {low, part[0], high});
    });
  }
  if (table.size() == width && fills_registers(256)) return halves_permuted(entries, index);
  llvm::Module& module = *builder.GetInsertBlock()->getModule();
  auto* data = llvm::ConstantArray::get(llvm::ArrayType::get(element, entries.size()), entries);
  // Named by its contents, so that it is found again.
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const double entry : table)
    hash = (hash ^ std::bit_cast<std::uint64_t>(entry)) * 0x100000001b3;
  const std::string name =
      "nngc.table." + std::to_string(pick(32, 64)) + "." + std::to_string(hash);
  llvm::GlobalVariable* global = module.getNamedGlobal(name);
  if (global == nullptr) {
    global = new llvm::GlobalVariable(module, data->getType(), true,
                                      llvm::GlobalValue::PrivateLinkage, data, name);
    global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    global->setAlignment(llvm::Align(64));
  }
  Value* within = builder.CreateAnd(index, integer(table.size() - 1));
  Value* place = builder.CreateGEP(element, global, within);
  if (lanes == 0) return builder.CreateLoad(type, place);
  return builder.CreateMaskedGather(type, place, llvm::Align(is_f64 ? 8 : 4));
}

llvm::Value* MathKernel::by_quadrant(const std::array<double, 4>& entries, Value* quadrant) const {
  if (fills_registers(512)) {
    llvm::SmallVector<llvm::Constant*> repeated;
    for (unsigned i = 0; i < pick(16U, 8U); ++i)
      repeated.push_back(llvm::ConstantFP::get(type->getScalarType(), entries[i % 4]));
    return permuted(repeated, quadrant);
  }
  const auto has = [&](std::uint64_t bit) {
    return builder.CreateICmpNE(builder.CreateAnd(quadrant, integer(bit)), integer(0));
  };
  const auto choose = [&](double odd, double even) {
    return select(has(1), constant(odd), constant(even));
  };
  Value* first = choose(entries[1], entries[0]);
  if (entries[0] == entries[2] && entries[1] == entries[3]) return first;
  return select(has(2), choose(entries[3], entries[2]), first);
}

llvm::Value* MathKernel::power_of_step(std::span<const double> powers, Value* shifted_bits) const {
  const auto steps = powers.size();
  const auto shift = static_cast<unsigned>(mantissa_bits() - std::countr_zero(steps));
  // n / steps, shifted to where the exponent stands, has its fraction below: the entries lack it.
  std::vector<double> entries;
  for (std::uint64_t i = 0; i < steps; ++i) {
    if (is_f64)
      entries.push_back(
          std::bit_cast<double>(std::bit_cast<std::uint64_t>(powers[i]) - (i << shift)));
    else
      entries.push_back(
          std::bit_cast<float>(std::bit_cast<std::uint32_t>(static_cast<float>(powers[i])) -
                               (static_cast<std::uint32_t>(i) << shift)));
  }
  Value* entry = lookup(entries, shifted_bits);
  return from_bits(
      builder.CreateAdd(to_bits(entry), builder.CreateShl(shifted_bits, integer(shift))));
}

} // namespace nngc::codegen
