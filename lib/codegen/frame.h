/// The inside of one generated function: where buffers and dims come from.
#pragma once

#include <map>
#include <tuple>

#include "codegen/ir_context.h"
#include "loop/loop_ir.h"

namespace nngc::codegen {

/// Buffers a kernel touches, in order of first mention. A kernel is called with a context: an array
/// of pointers that holds the address of the dims, then the addresses of these. So kernels that
/// differ in nothing but their buffers are one function.
[[nodiscard]] std::vector<int> used_buffers(const loop::Kernel& kernel);

/// Constant buffers, shared by the kernels of an entry.
using ConstantGlobals = std::map<int, llvm::GlobalVariable*>;

/// Buffers, dims and their products, computed once at the function's start, when first asked for.
class Frame {
public:
  /// A kernel's frame. Each constructor starts the function's body: the builder stands behind the
  /// block that this frame keeps filling.
  Frame(IrContext& ir, llvm::Function& function, const loop::Entry& entry,
        const loop::Kernel& kernel, Value* context);
  /// An entry's own frame.
  Frame(IrContext& ir, llvm::Function& function, const loop::Entry& entry,
        ConstantGlobals& constants, Value* args, Value* dims, Value* workspace);

  [[nodiscard]] IrContext& ir() const { return ir_; }
  [[nodiscard]] const loop::Entry& entry() const { return entry_; }
  /// The address of element 0.
  [[nodiscard]] Value* buffer(int index);
  [[nodiscard]] DType buffer_type(int index) const {
    return entry_.buffers[static_cast<std::size_t>(index)].dtype;
  }
  [[nodiscard]] Value* dim(const Dim& dim);
  /// base of the affine, as an address in its buffer.
  [[nodiscard]] Value* base(int buffer, const Dim& offset);
  /// Emits at the function's start what depends on nothing but dims.
  Value* at_start(const std::function<Value*()>& make);

private:
  void start(llvm::Function& function);
  /// Pointer number `n` of an array of pointers.
  Value* pointer_at(Value* array, std::size_t n, const std::string& name);
  Value* dims_address();

  IrContext& ir_;
  const loop::Entry& entry_;
  std::vector<int> slots_;
  Value* context_ = nullptr;
  ConstantGlobals* constants_ = nullptr;
  Value *args_ = nullptr, *dims_array_ = nullptr, *workspace_ = nullptr;
  llvm::Instruction* end_of_start_ = nullptr;
  std::map<int, Value*> buffers_;
  std::map<std::uint32_t, Value*> symbols_;
  std::map<std::tuple<std::uint32_t, std::int64_t, std::int64_t>, Value*> dims_;
};

/// `address + index * stride` elements of the dtype.
[[nodiscard]] Value* element(IrContext& ir, DType dtype, Value* address, Value* offset);
/// a * b, where either being the constant 1 or 0 costs nothing.
[[nodiscard]] Value* scaled(IrContext& ir, Value* a, Value* b);

} // namespace nngc::codegen
