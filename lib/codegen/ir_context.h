/// What every emitter of one module shares: LLVM's objects, the target, types, loops.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "codegen/llvm_ir.h"
#include "codegen/target_traits.h"
#include "nngc/type.h"

namespace nngc::codegen {

using llvm::Type;
using llvm::Value;

/// Nests compute this many lanes at once on every target: wider registers hold them whole, narrower
/// ones in pieces. So the order of a sum over lanes does not depend on the target.
inline constexpr int nest_lanes = 16;

class IrContext {
public:
  IrContext(llvm::Module& module, const TargetTraits& traits, bool contract)
      : module(module), llvm(module.getContext()), builder(llvm), traits(traits),
        contract(contract) {}

  llvm::Module& module;
  llvm::LLVMContext& llvm;
  llvm::IRBuilder<> builder;
  TargetTraits traits;
  bool contract;                ///< whether Op::Fma may round once
  bool calls_functions = false; ///< elementary functions are called, not written out

  [[nodiscard]] Type* i64_type() { return builder.getInt64Ty(); }
  [[nodiscard]] llvm::PointerType* pointer_type() { return builder.getPtrTy(); }
  [[nodiscard]] Value* i64(std::int64_t n) {
    return llvm::ConstantInt::get(i64_type(), static_cast<std::uint64_t>(n), true);
  }
  /// A function with a body still to write, never unwinding.
  llvm::Function* create_function(const std::string& name, Type* result,
                                  const std::vector<Type*>& parameters, bool internal);
};

/// How a dtype lies in memory: bool as i8, 16-bit floats as i16.
[[nodiscard]] Type* memory_type(IrContext& ir, DType dtype);
/// How it is computed with: bool as i1, 16-bit floats as the float they stand for.
[[nodiscard]] Type* register_type(IrContext& ir, DType dtype);
/// `type` for 1 lane, else a vector of it.
[[nodiscard]] Type* with_lanes(Type* type, int lanes);
[[nodiscard]] int lanes_of(const Value* value);
/// The value in all lanes; a vector of that many lanes stays as it is.
[[nodiscard]] Value* splat(IrContext& ir, Value* value, int lanes);
/// The number, if the value is a constant.
[[nodiscard]] const llvm::ConstantInt* constant_of(const Value* value);
/// <0, 1, 2, ...> of the integer type.
[[nodiscard]] Value* lane_numbers(IrContext& ir, Type* integer, int lanes);
/// Lanes below `count` (an i64, 0 or more); null where the count is a constant that covers them
/// all.
[[nodiscard]] Value* first_lanes(IrContext& ir, Value* count, int lanes);
[[nodiscard]] Value* smaller(IrContext& ir, Value* a, Value* b);
[[nodiscard]] Value* larger(IrContext& ir, Value* a, Value* b);
/// ceil(a / b) of numbers that are not negative; b is a positive constant or value.
[[nodiscard]] Value* ceil_divide(IrContext& ir, Value* a, Value* b);

using Values = std::vector<Value*>;

/// `for (i = low; i < high; i += step) carried = body(i, carried)`; gives the last carried values.
/// With constant bounds, a loop of one or no iteration is no loop.
Values emit_loop(IrContext& ir, Value* low, Value* high, std::int64_t step, Values carried,
                 const std::function<Values(Value*, const Values&)>& body);
void emit_loop(IrContext& ir, Value* low, Value* high, std::int64_t step,
               const std::function<void(Value*)>& body);
/// `if (condition) body()`.
void emit_if(IrContext& ir, Value* condition, const std::function<void()>& body);

} // namespace nngc::codegen
