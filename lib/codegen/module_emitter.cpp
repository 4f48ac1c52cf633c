#include "codegen/module_emitter.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "codegen/blocks.h"
#include "codegen/contraction_emitter.h"
#include "codegen/control_emitter.h"
#include "codegen/half_registers.h"
#include "codegen/instr_emitter.h"
#include "codegen/nest_emitter.h"
#include "codegen/past_caches.h"
#include "codegen/sort_emitter.h"
#include "codegen/transpose_emitter.h"

namespace nngc::codegen {
namespace {

/// Below this many operations a parallel region does not pay. To open and join one costs a
/// microsecond where the other threads are awake and some more where they are not; so many
/// operations are two to five microseconds of one thread. At 130,000 nine products of the `hvp`
/// workload were shared by two threads, and the call took 41 us instead of 17.
constexpr std::int64_t parallel_work = 300000;

/// So many elementary functions are written out in a kernel. With more, calls cost little beside
/// them, and the compiler's time grows with each.
constexpr std::ptrdiff_t most_written_out = 12;

std::ptrdiff_t functions_in(const loop::Kernel& kernel) {
  std::ptrdiff_t count = 0;
  for (const loop::Phase& phase : kernel.phases)
    count += std::ranges::count_if(phase.body, [](const auto& i) { return is_function(i.op); });
  return count;
}

class ModuleEmitter {
public:
  ModuleEmitter(llvm::Module& module, const loop::Program& program, const Target& target,
                const Options& options, const KernelShares& shares, int part)
      : ir_(module, target.traits, options.contract), program_(program), shares_(shares),
        part_(part), functions_(shares.functions().size()) {}

  void run() {
    // All functions of this share are called by an entry; in another module than the entries' that
    // is not seen.
    for (std::size_t i = 0; i < functions_.size() && part_ != 0; ++i)
      if (shares_.functions()[i].part == part_) static_cast<void>(kernel_function(i));
    if (part_ != 0) return;
    for (const loop::Entry& entry : program_.entries) static_cast<void>(emit_entry(entry));
    emit_table();
  }

private:
  /// The function, which all kernels share that are the same but for their buffers; a declaration
  /// where it is another module's.
  llvm::Function* kernel_function(std::size_t index) {
    llvm::Function*& known = functions_[index];
    if (known) return known;
    const auto& [owner, made_for, part] = shares_.functions()[index];
    const loop::Entry& entry = *owner;
    const loop::Kernel& kernel = *made_for;
    llvm::IRBuilderBase::InsertPointGuard guard(ir_.builder);
    known = ir_.create_function(kernel.name, ir_.builder.getVoidTy(),
                                {ir_.pointer_type(), ir_.i64_type(), ir_.i64_type()},
                                shares_.parts() == 1);
    if (shares_.parts() > 1) known->setVisibility(llvm::GlobalValue::HiddenVisibility);
    known->addFnAttr(llvm::Attribute::NoInline);
    if (moves_in_halves(ir_.traits, kernel)) make_of_halves(*known);
    if (part != part_) return known;
    Frame frame(ir_, *known, entry, kernel, known->getArg(0));
    ir_.calls_functions = functions_in(kernel) > most_written_out;
    if (kernel.kind == loop::KernelKind::Contraction)
      ContractionEmitter(frame, kernel, known->getArg(0)).emit(known->getArg(1), known->getArg(2));
    else if (kernel.kind == loop::KernelKind::Sort)
      emit_sort(frame, kernel, known->getArg(1), known->getArg(2));
    else if (is_transpose(kernel))
      emit_transpose(frame, kernel, known->getArg(1), known->getArg(2));
    else
      emit_nest(frame, kernel, *known);
    ir_.builder.CreateRetVoid();
    return known;
  }

  void emit_nest(Frame& frame, const loop::Kernel& kernel, llvm::Function& function) {
    Value *begin = function.getArg(1), *end = function.getArg(2);
    const std::vector<int> large = stored_past_caches(frame.entry(), kernel);
    if (large.empty()) {
      NestEmitter(frame, kernel).emit(begin, end);
      return;
    }
    Value* aligned = all_aligned(frame, large);
    emit_if(ir_, aligned, [&] {
      NestEmitter(frame, kernel, large).emit(begin, end);
      emit_fence(ir_);
    });
    emit_if(ir_, ir_.builder.CreateNot(aligned),
            [&] { NestEmitter(frame, kernel).emit(begin, end); });
  }

  /// A body is an entry that nobody outside sees, and whose dims have been checked.
  llvm::Function* emit_entry(const loop::Entry& entry, bool is_body = false) {
    auto& b = ir_.builder;
    std::vector<llvm::Function*> bodies;
    for (const loop::Entry& body : entry.bodies) bodies.push_back(emit_entry(body, true));
    llvm::PointerType* pointer = ir_.pointer_type();
    llvm::Function* function = ir_.create_function(entry.name, b.getInt32Ty(),
                                                   {pointer, pointer, pointer, pointer}, is_body);
    if (is_body) function->addFnAttr(llvm::Attribute::NoInline);
    ConstantGlobals constants;
    Frame frame(ir_, *function, entry, constants, function->getArg(0), function->getArg(1),
                function->getArg(2));
    if (!is_body) check_dims(frame, *function);
    std::size_t slots = 1;
    for (const loop::Kernel& kernel : entry.kernels)
      slots = std::max(slots, used_buffers(kernel).size() + 1);
    // One context serves all kernels: each is done before the next is called.
    Value* context = frame.at_start(
        [&] { return b.CreateAlloca(llvm::ArrayType::get(pointer, slots), nullptr, "context"); });
    b.CreateStore(function->getArg(1), context);
    for (const loop::Kernel& kernel : entry.kernels)
      if (kernel.kind == loop::KernelKind::Control)
        emit_control(frame, kernel.control, bodies, function->getArg(1), function->getArg(3));
      else
        call_kernel(frame, kernel, context, function->getArg(3));
    b.CreateRet(b.getInt32(0));
    return function;
  }

  void check_dims(Frame& frame, llvm::Function& function) {
    auto& b = ir_.builder;
    std::vector<Dim> dims;
    for (const std::uint32_t symbol : frame.entry().symbols) dims.push_back(make_dim(symbol, 1, 0));
    dims.insert(dims.end(), frame.entry().extents.begin(), frame.entry().extents.end());
    for (const Dim& dim : dims) {
      Value* value = frame.dim(dim);
      auto* wrong = llvm::BasicBlock::Create(ir_.llvm, "negative", &function);
      auto* right = llvm::BasicBlock::Create(ir_.llvm, "run", &function);
      b.CreateCondBr(b.CreateICmpSLT(value, ir_.i64(0)), wrong, right);
      b.SetInsertPoint(wrong);
      b.CreateRet(b.getInt32(1));
      b.SetInsertPoint(right);
    }
  }

  void call_kernel(Frame& frame, const loop::Kernel& kernel, Value* context, Value* parallel) {
    auto& b = ir_.builder;
    llvm::PointerType* pointer = ir_.pointer_type();
    llvm::Function* function = kernel_function(shares_.function_of(kernel));
    std::size_t slot = 1;
    for (const int buffer : used_buffers(kernel))
      b.CreateStore(frame.buffer(buffer), b.CreateConstInBoundsGEP1_64(pointer, context, slot++));
    Value* blocks = block_count(frame, kernel);
    Value* pays = b.CreateAnd(b.CreateICmpSGT(blocks, ir_.i64(1)),
                              b.CreateICmpSGT(work(frame, kernel), ir_.i64(parallel_work)));
    if (const auto* known = constant_of(pays); known && known->isZero()) {
      b.CreateCall(function, {context, ir_.i64(0), blocks});
      return;
    }
    b.CreateCall(block_runner(), {parallel, blocks, function, context, pays});
  }

  /// void (parallel, blocks, kernel, context, pays): runs a kernel's blocks, in parallel where
  /// there is a pool and it pays. One function, or every call would be four blocks of code in the
  /// entry.
  llvm::Function* block_runner() {
    if (runner_) return runner_;
    auto& b = ir_.builder;
    llvm::IRBuilderBase::InsertPointGuard guard(b);
    llvm::PointerType* pointer = ir_.pointer_type();
    runner_ = ir_.create_function(program_.name + "_run_blocks", b.getVoidTy(),
                                  {pointer, ir_.i64_type(), pointer, pointer, b.getInt1Ty()}, true);
    runner_->addFnAttr(llvm::Attribute::NoInline);
    Value *parallel = runner_->getArg(0), *blocks = runner_->getArg(1),
          *kernel = runner_->getArg(2), *context = runner_->getArg(3), *pays = runner_->getArg(4);
    auto* choose = llvm::BasicBlock::Create(ir_.llvm, "choose", runner_);
    auto* shared = llvm::BasicBlock::Create(ir_.llvm, "shared", runner_);
    auto* alone = llvm::BasicBlock::Create(ir_.llvm, "alone", runner_);
    b.SetInsertPoint(choose);
    b.CreateCondBr(b.CreateAnd(b.CreateIsNotNull(parallel), pays), shared, alone);
    b.SetInsertPoint(shared);
    auto* layout = llvm::StructType::get(ir_.llvm, {pointer, pointer});
    Value* pool = b.CreateLoad(pointer, b.CreateStructGEP(layout, parallel, 0));
    Value* hook = b.CreateLoad(pointer, b.CreateStructGEP(layout, parallel, 1));
    Type* none = b.getVoidTy();
    Type* count = ir_.i64_type();
    b.CreateCall(llvm::FunctionType::get(none, {pointer, count, pointer, pointer}, false), hook,
                 {pool, blocks, kernel, context});
    b.CreateRetVoid();
    b.SetInsertPoint(alone);
    b.CreateCall(llvm::FunctionType::get(none, {pointer, count, count}, false), kernel,
                 {context, ir_.i64(0), blocks});
    b.CreateRetVoid();
    return runner_;
  }

  void emit_table() {
    auto* text = llvm::ConstantDataArray::getString(ir_.llvm, program_table(program_));
    auto* table = new llvm::GlobalVariable(ir_.module, text->getType(), true,
                                           llvm::GlobalValue::ExternalLinkage, text,
                                           program_.name + "_table");
    table->setAlignment(llvm::Align(16));
  }

  IrContext ir_;
  const loop::Program& program_;
  llvm::Function* runner_ = nullptr;
  const KernelShares& shares_;
  int part_;
  std::vector<llvm::Function*> functions_; ///< as in shares_; null: not called so far
};

} // namespace

std::unique_ptr<llvm::Module> emit_module(llvm::LLVMContext& context, const loop::Program& program,
                                          const Target& target, const Options& options,
                                          const KernelShares& shares, int part) {
  auto module = std::make_unique<llvm::Module>(program.name, context);
  module->setDataLayout(target.machine->createDataLayout());
  set_module_triple(*module, *target.machine);
  module->setPICLevel(llvm::PICLevel::BigPIC);
  ModuleEmitter(*module, program, target, options, shares, part).run();
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (llvm::verifyModule(*module, &stream))
    throw std::logic_error("codegen emitted a module LLVM refuses: " + text);
  return module;
}

std::unique_ptr<llvm::Module> emit_module(llvm::LLVMContext& context, const loop::Program& program,
                                          const Target& target, const Options& options) {
  return emit_module(context, program, target, options, KernelShares(program, 1), 0);
}

} // namespace nngc::codegen
