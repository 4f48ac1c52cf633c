#include "codegen/math_kernel.h"

#include <bit>
#include <vector>

#include <llvm/IR/IntrinsicsX86.h>

namespace nngc::codegen {
namespace {

using llvm::Type;

Type* integer_like(Type* type) {
  auto& context = type->getContext();
  Type* scalar =
      type->getScalarType()->isDoubleTy() ? Type::getInt64Ty(context) : Type::getInt32Ty(context);
  if (auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type))
    return llvm::FixedVectorType::get(scalar, vector->getNumElements());
  return scalar;
}

unsigned lanes_in(Type* type) {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  return vector ? vector->getNumElements() : 0;
}

} // namespace

MathKernel::MathKernel(llvm::IRBuilder<>& builder, const TargetTraits& target, bool fused,
                       Type* type)
    : builder(builder), target(target), fused(fused), type(type), integer_type(integer_like(type)),
      is_f64(type->getScalarType()->isDoubleTy()), lanes(lanes_in(type)) {}

MathKernel MathKernel::wide() const {
  Type* f64 = builder.getDoubleTy();
  if (lanes != 0) f64 = llvm::FixedVectorType::get(f64, lanes);
  return {builder, target, fused, f64};
}

llvm::Value* MathKernel::constant(double value) const { return llvm::ConstantFP::get(type, value); }

llvm::Value* MathKernel::integer(std::uint64_t value) const {
  const std::uint64_t mask = is_f64 ? ~std::uint64_t{0} : 0xffffffffU;
  return llvm::ConstantInt::get(integer_type, value & mask);
}

llvm::Value* MathKernel::infinity() const { return llvm::ConstantFP::getInfinity(type); }
llvm::Value* MathKernel::quiet_nan() const { return llvm::ConstantFP::getNaN(type); }

llvm::Value* MathKernel::abs(Value* a) const {
  return builder.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, a);
}

llvm::Value* MathKernel::sqrt(Value* a) const {
  return builder.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, a);
}

llvm::Value* MathKernel::fma(Value* a, Value* b, Value* c) const {
  // Without the instruction llvm.fma is a library call.
  if (fused) return builder.CreateIntrinsic(llvm::Intrinsic::fma, {a->getType()}, {a, b, c});
  return add(mul(a, b), c);
}

llvm::Value* MathKernel::clamp(Value* a, double low, double high) const {
  // A comparison with NaN is false, so NaN passes both.
  Value* floor = constant(low);
  Value* ceiling = constant(high);
  a = select(less(a, floor), floor, a);
  return select(greater(a, ceiling), ceiling, a);
}

llvm::Value* MathKernel::sign_of(Value* a) const {
  return builder.CreateAnd(to_bits(a), integer(std::uint64_t{1} << pick(31, 63)));
}

llvm::Value* MathKernel::with_sign(Value* a, Value* sign_bits) const {
  return from_bits(builder.CreateOr(to_bits(a), sign_bits));
}

llvm::Value* MathKernel::polynomial(Value* x, std::span<const double> coefficients) const {
  Value* sum = constant(coefficients.back());
  for (std::size_t i = coefficients.size() - 1; i-- > 0;)
    sum = fma(sum, x, constant(coefficients[i]));
  return sum;
}

llvm::Value* MathKernel::polynomial(Value* x, Value* square,
                                    std::span<const double> coefficients) const {
  std::vector<double> terms[2];
  for (std::size_t i = 0; i < coefficients.size(); ++i) terms[i % 2].push_back(coefficients[i]);
  return fma(x, polynomial(square, terms[1]), polynomial(square, terms[0]));
}

ValuePair MathKernel::fast_sum(Value* a, Value* b) const {
  Value* sum = add(a, b);
  return {sum, sub(b, sub(sum, a))};
}

ValuePair MathKernel::exact_sum(Value* a, Value* b) const {
  Value* sum = add(a, b);
  Value* b_seen = sub(sum, a);
  Value* a_seen = sub(sum, b_seen);
  return {sum, add(sub(a, a_seen), sub(b, b_seen))};
}

ValuePair MathKernel::ordered_sum(Value* a, Value* b) const {
  Value* a_is_less = less(a, b);
  return fast_sum(select(a_is_less, b, a), select(a_is_less, a, b));
}

ValuePair MathKernel::exact_product(Value* a, Value* b) const {
  Value* product = mul(a, b);
  if (fused) return {product, fma(a, b, negate(product))};
  // Split each factor at half its bits; the four products are then exact (the last one nearly).
  const std::uint64_t head_mask = pick(~std::uint64_t{0xfff}, ~std::uint64_t{0x7ffffff});
  auto head = [&](Value* v) {
    return from_bits(builder.CreateAnd(to_bits(v), integer(head_mask)));
  };
  Value* a_head = head(a);
  Value* b_head = head(b);
  Value* a_tail = sub(a, a_head);
  Value* b_tail = sub(b, b_head);
  Value* rest = sub(mul(a_head, b_head), product);
  rest = add(rest, mul(a_head, b_tail));
  rest = add(rest, mul(a_tail, b_head));
  return {product, add(rest, mul(a_tail, b_tail))};
}

llvm::Value* MathKernel::residual(Value* a, Value* b, Value* c) const {
  if (fused) return fnma(a, b, c);
  const ValuePair product = exact_product(a, b);
  return sub(sub(c, product.hi), product.lo);
}

ValuePair MathKernel::divide_in_parts(ValuePair n, ValuePair d) const {
  // One division: the quotient by the reciprocal, corrected by what it leaves of the numerator.
  Value* reciprocal = div(constant(1), d.hi);
  Value* quotient = mul(n.hi, reciprocal);
  Value* left = add(residual(quotient, d.hi, n.hi), fnma(quotient, d.lo, n.lo));
  return {quotient, mul(left, reciprocal)};
}

llvm::Value* MathKernel::divide(ValuePair n, ValuePair d) const {
  const ValuePair parts = divide_in_parts(n, d);
  return add(parts.hi, parts.lo);
}

ValuePair MathKernel::divide_long(ValuePair n, ValuePair d) const {
  const ValuePair parts = divide_in_parts(n, d);
  return fast_sum(parts.hi, parts.lo);
}

llvm::Value* MathKernel::rounded_integer(Value* shifted, std::int64_t offset) const {
  // rounder() + n keeps n in its low bits, above which its own bits cancel.
  const std::uint64_t own = pick<std::uint64_t>(0x4b400000, 0x4338000000000000);
  return builder.CreateAdd(to_bits(shifted), integer(static_cast<std::uint64_t>(offset) - own));
}

bool MathKernel::fills_registers(unsigned bits) const {
  const bool has_them = bits == 512 ? target.has_avx512f : target.has_avx2;
  return has_them && lanes != 0 && lanes * pick(32U, 64U) % bits == 0;
}

llvm::Value*
MathKernel::per_register(unsigned bits, std::initializer_list<Value*> arguments,
                         const std::function<Value*(llvm::ArrayRef<Value*>)>& function) const {
  const unsigned width = bits / pick(32U, 64U);
  if (lanes == width) return function(arguments);
  // Each is joined to those before: neighbours where it is the second, else onto the longer first.
  Value* joined = nullptr;
  for (unsigned have = 0; have < lanes; have += width) {
    llvm::SmallVector<int> which;
    for (unsigned lane = 0; lane < width; ++lane) which.push_back(static_cast<int>(have + lane));
    llvm::SmallVector<Value*> part;
    for (Value* argument : arguments) part.push_back(builder.CreateShuffleVector(argument, which));
    Value* next = function(part);
    if (have == 0) {
      joined = next;
      continue;
    }
    llvm::SmallVector<int> widen;
    llvm::SmallVector<int> all;
    for (unsigned lane = 0; lane < have + width; ++lane) {
      if (lane < have) widen.push_back(lane < width ? static_cast<int>(lane) : -1);
      all.push_back(static_cast<int>(lane));
    }
    if (have != width) next = builder.CreateShuffleVector(next, widen);
    joined = builder.CreateShuffleVector(joined, next, all);
  }
  return joined;
}

PowerOfTwo MathKernel::power_of_two(Value* n, Value* shifted, unsigned steps) const {
  if (fills_registers(512)) return {.exponent = n};
  // 2^n as 2^(n/2) 2^(n - n/2): each is normal, and only the last product may round to a subnormal.
  const auto twice_bias = static_cast<std::int64_t>(2 * bias());
  const auto shorter = static_cast<std::uint64_t>(std::countr_zero(steps));
  // In a unit of 1/steps the rounder's exponent is less.
  const std::uint64_t own = shorter << mantissa_bits();
  Value* both = builder.CreateAdd(rounded_integer(shifted, twice_bias * steps), integer(own));
  both = builder.CreateLShr(both, integer(shorter));
  Value* half = builder.CreateLShr(both, integer(1));
  Value* shift = integer(static_cast<std::uint64_t>(mantissa_bits()));
  Value* other = builder.CreateSub(both, half);
  return {.first = from_bits(builder.CreateShl(half, shift)),
          .second = from_bits(builder.CreateShl(other, shift))};
}

llvm::Value* MathKernel::scale(Value* a, const PowerOfTwo& power) const {
  if (power.exponent == nullptr) return mul(mul(a, power.first), power.second);
  // vscalef takes the floor, and rounds once, to a subnormal too: the bits of the two products.
  const auto id = is_f64 ? llvm::Intrinsic::x86_avx512_mask_scalef_pd_512
                         : llvm::Intrinsic::x86_avx512_mask_scalef_ps_512;
  return per_register(512, {a, power.exponent}, [&](llvm::ArrayRef<Value*> part) -> Value* {
    Value* nothing = llvm::Constant::getNullValue(part[0]->getType());
    Value* all = llvm::ConstantInt::getAllOnesValue(builder.getIntNTy(pick(16U, 8U)));
    return builder.CreateIntrinsic(id, {}, {part[0], part[1], nothing, all, builder.getInt32(4)});
  });
}

} // namespace nngc::codegen
