/// Argument reduction of sin and cos for large arguments: the integer product of the mantissa with
/// those bits of 2/pi that matter. Scalar code, in a function of its own: it is rarely called.
#include "codegen/math_coefficients.h"
#include "codegen/math_families.h"

namespace nngc::codegen {
namespace {

using llvm::Value;

llvm::GlobalVariable* bit_table(llvm::Module& module) {
  const char* name = "nngc.two_over_pi";
  if (auto* known = module.getNamedGlobal(name)) return known;
  auto* data = llvm::ConstantDataArray::get(module.getContext(), k_two_over_pi_bits);
  auto* table = new llvm::GlobalVariable(module, data->getType(), true,
                                         llvm::GlobalValue::PrivateLinkage, data, name);
  table->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  return table;
}

// 192 bits, highest word first.
struct Words {
  Value* high;
  Value* middle;
  Value* low;
};

// x 2/pi mod 4, times 2^190, for x = mantissa 2^exponent.
Words product_mod_4(llvm::IRBuilder<>& b, Value* mantissa, Value* exponent) {
  llvm::Type* i64 = b.getInt64Ty();
  llvm::Type* i128 = b.getInt128Ty();
  auto* table = bit_table(*b.GetInsertBlock()->getModule());
  // Bits of 2/pi before number `exponent` - 2 give multiples of 4, so 192 bits from there are
  // enough; the table starts with 64 zeros.
  Value* start = b.CreateAdd(exponent, b.getInt64(62));
  Value* word = b.CreateLShr(start, b.getInt64(6));
  Value* bit = b.CreateAnd(start, b.getInt64(63));
  Value* raw[4];
  for (unsigned i = 0; i < 4; ++i) {
    Value* place = b.CreateAdd(word, b.getInt64(i));
    raw[i] = b.CreateLoad(i64, b.CreateGEP(i64, table, place));
  }
  Value* part[3];
  Value* product[3];
  Value* wide_mantissa = b.CreateZExt(mantissa, i128);
  for (int i = 0; i < 3; ++i) {
    part[i] = b.CreateIntrinsic(llvm::Intrinsic::fshl, {i64}, {raw[i], raw[i + 1], bit});
    product[i] = b.CreateMul(b.CreateZExt(part[i], i128), wide_mantissa);
  }
  auto high = [&](Value* v) { return b.CreateTrunc(b.CreateLShr(v, 64), i64); };
  auto low = [&](Value* v) { return b.CreateTrunc(v, i64); };
  Value* middle = b.CreateAdd(product[1], b.CreateZExt(high(product[2]), i128));
  return {b.CreateAdd(low(product[0]), high(middle)), low(middle), low(product[2])};
}

void write_body(const MathKernel& outer, llvm::Function* function) {
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(function->getContext(), "", function));
  const MathKernel k(b, outer.target, outer.fused, b.getDoubleTy());
  llvm::Type* i64 = b.getInt64Ty();
  llvm::Type* i128 = b.getInt128Ty();
  Value* x = function->getArg(0);
  Value* bits = k.to_bits(x);
  Value* biased = b.CreateAnd(b.CreateLShr(bits, 52), b.getInt64(0x7ff));
  Value* fraction = b.CreateAnd(bits, b.getInt64((std::uint64_t{1} << 52) - 1));
  Value* mantissa = b.CreateOr(fraction, b.getInt64(std::uint64_t{1} << 52));
  const Words words = product_mod_4(b, mantissa, b.CreateSub(biased, b.getInt64(1075)));

  // Two bits of quadrant, then a fraction, which counts as negative from one half on.
  Value* quadrant = b.CreateLShr(words.high, 62);
  auto join = [&](Value* a, Value* c) {
    return b.CreateIntrinsic(llvm::Intrinsic::fshl, {i64}, {a, c, b.getInt64(2)});
  };
  Value* upper = join(words.high, words.middle);
  Value* lower = join(words.middle, words.low);
  Value* negative = b.CreateAShr(upper, 63);
  quadrant = b.CreateSub(quadrant, negative);
  Value* whole = b.CreateOr(b.CreateShl(b.CreateZExt(b.CreateXor(upper, negative), i128), 64),
                            b.CreateZExt(b.CreateXor(lower, negative), i128));

  // Normalized, its top 53 bits and the 63 after them become two doubles. No double comes so close
  // to a multiple of pi/2 that fewer than 64 of the 128 bits are left.
  Value* zeros =
      b.CreateTrunc(b.CreateBinaryIntrinsic(llvm::Intrinsic::ctlz, whole, b.getFalse()), i64);
  zeros = b.CreateAnd(zeros, b.getInt64(127));
  Value* shifted = b.CreateShl(whole, b.CreateZExt(zeros, i128));
  Value* top = b.CreateTrunc(b.CreateLShr(shifted, 75), i64);
  Value* rest = b.CreateAnd(b.CreateTrunc(b.CreateLShr(shifted, 12), i64),
                            b.getInt64((std::uint64_t{1} << 63) - 1));
  Value* unit = k.from_bits(b.CreateShl(b.CreateSub(b.getInt64(1023 - 53), zeros), 52));
  Value* hi = k.mul(b.CreateSIToFP(top, k.type), unit);
  Value* lo = k.mul(k.mul(b.CreateSIToFP(rest, k.type), unit), k.constant(0x1p-63));

  // Times pi/2.
  ValuePair angle = k.exact_product(hi, k.constant(k_pi_2_hi_f64));
  Value* cross = k.fma(hi, k.constant(k_pi_2_lo_f64), k.mul(lo, k.constant(k_pi_2_hi_f64)));
  angle = k.fast_sum(angle.hi, k.add(angle.lo, cross));
  // The sign of the fraction, then that of x.
  Value* backwards = b.CreateAShr(bits, 63);
  Value* sign = b.CreateAnd(b.CreateXor(negative, backwards), b.getInt64(std::uint64_t{1} << 63));
  auto signed_part = [&](Value* v) { return k.from_bits(b.CreateXor(k.to_bits(v), sign)); };
  quadrant = b.CreateSub(b.CreateXor(quadrant, backwards), backwards);
  Value* result = llvm::PoisonValue::get(function->getReturnType());
  result = b.CreateInsertValue(result, quadrant, 0);
  result = b.CreateInsertValue(result, signed_part(angle.hi), 1);
  b.CreateRet(b.CreateInsertValue(result, signed_part(angle.lo), 2));
}

} // namespace

llvm::Function* helper_function(const MathKernel& k, const std::string& name, llvm::Type* result,
                                llvm::Type* parameter) {
  llvm::Function* caller = k.builder.GetInsertBlock()->getParent();
  // One for each machine that the module's functions are made for.
  std::string key = name + (k.fused ? ".fma" : "");
  for (const char* kind : {"target-cpu", "target-features"})
    if (caller->hasFnAttribute(kind))
      key += "." + caller->getFnAttribute(kind).getValueAsString().str();
  if (auto* known = caller->getParent()->getFunction(key)) return known;
  auto* function =
      llvm::Function::Create(llvm::FunctionType::get(result, {parameter}, false),
                             llvm::Function::InternalLinkage, key, caller->getParent());
  for (const char* kind : {"target-cpu", "target-features"})
    if (caller->hasFnAttribute(kind)) function->addFnAttr(caller->getFnAttribute(kind));
  function->addFnAttr(llvm::Attribute::NoUnwind);
  function->addFnAttr(llvm::Attribute::NoInline);
  return function;
}

llvm::Function* huge_reduction(const MathKernel& k) {
  auto& b = k.builder;
  llvm::Type* f64 = b.getDoubleTy();
  auto* result = llvm::StructType::get(b.getInt64Ty(), f64, f64);
  llvm::Function* function = helper_function(k, "nngc.reduce_huge", result, f64);
  if (function->empty()) write_body(k, function);
  return function;
}

} // namespace nngc::codegen
