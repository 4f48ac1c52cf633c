#include "codegen/control_emitter.h"

namespace nngc::codegen {
namespace {

class ControlEmitter {
public:
  ControlEmitter(Frame& frame, const loop::Control& control,
                 const std::vector<llvm::Function*>& bodies, Value* dims, Value* parallel)
      : frame_(frame), ir_(frame.ir()), c_(control), bodies_(bodies), dims_(dims),
        parallel_(parallel) {}

  void emit() {
    prepare();
    for (const int buffer : c_.cleared) clear(buffer);
    switch (c_.kind) {
    case loop::ControlKind::Scan: scan(); break;
    case loop::ControlKind::While: while_loop(); break;
    case loop::ControlKind::Cond: cond(); break;
    }
  }

private:
  llvm::IRBuilder<>& b() { return ir_.builder; }

  /// The arrays of pointers; what is the same in every step is written once.
  void prepare() {
    for (const loop::BodyCall& call : c_.calls) {
      const std::size_t count = call.arguments.size();
      Value* array = frame_.at_start([&] {
        return b().CreateAlloca(llvm::ArrayType::get(ir_.pointer_type(), count), nullptr, "args");
      });
      arrays_.push_back(array);
      for (std::size_t i = 0; i < count; ++i)
        if (call.arguments[i].kind == loop::Passed::Kind::Whole)
          set(array, i, frame_.buffer(call.arguments[i].buffer));
    }
    for (const loop::Carry& carry : c_.carries)
      for (const int buffer : {carry.init, carry.result, carry.spare})
        static_cast<void>(frame_.buffer(buffer)); // at the function's start, before any loop
  }

  void set(Value* array, std::size_t i, Value* pointer) {
    b().CreateStore(pointer, b().CreateConstInBoundsGEP1_64(ir_.pointer_type(), array, i));
  }

  [[nodiscard]] Value* bytes_of(int buffer, const Dim& size) {
    return frame_.dim(size * Dim(byte_size(frame_.buffer_type(buffer))));
  }

  /// Ends the entry with that status.
  void leave_if(Value* condition, Value* status) {
    llvm::Function* function = b().GetInsertBlock()->getParent();
    auto* leave = llvm::BasicBlock::Create(ir_.llvm, "leave", function);
    auto* stay = llvm::BasicBlock::Create(ir_.llvm, "stay", function);
    b().CreateCondBr(condition, leave, stay);
    b().SetInsertPoint(leave);
    b().CreateRet(status);
    b().SetInsertPoint(stay);
  }

  void clear(int buffer) {
    const loop::Buffer& what = frame_.entry().buffers[static_cast<std::size_t>(buffer)];
    b().CreateMemSet(frame_.buffer(buffer), b().getInt8(0), bytes_of(buffer, what.size),
                     llvm::MaybeAlign(1));
  }

  void copy(const loop::Carry& carry, Value* from) {
    b().CreateMemCpy(frame_.buffer(carry.result), llvm::MaybeAlign(1), from, llvm::MaybeAlign(1),
                     bytes_of(carry.result, carry.size));
  }

  /// Calls a body in one step: the carries come from and go to these addresses.
  void call(std::size_t number, Value* row, const Values& in, const Values& out) {
    const loop::BodyCall& what = c_.calls[number];
    Value* array = arrays_[number];
    for (std::size_t i = 0; i < what.arguments.size(); ++i) {
      const loop::Passed& p = what.arguments[i];
      const auto carry = static_cast<std::size_t>(p.number);
      switch (p.kind) {
      case loop::Passed::Kind::Whole: break;
      case loop::Passed::Kind::Row:
        set(array, i,
            element(ir_, frame_.buffer_type(p.buffer), frame_.buffer(p.buffer),
                    scaled(ir_, row, frame_.dim(p.stride))));
        break;
      case loop::Passed::Kind::CarryIn: set(array, i, in[carry]); break;
      case loop::Passed::Kind::CarryOut: set(array, i, out[carry]); break;
      }
    }
    Value* workspace = c_.workspace >= 0 ? frame_.buffer(c_.workspace)
                                         : llvm::ConstantPointerNull::get(ir_.pointer_type());
    Value* status = b().CreateCall(bodies_[static_cast<std::size_t>(what.body)],
                                   {array, dims_, workspace, parallel_});
    if (!may_stop(frame_.entry().bodies[static_cast<std::size_t>(what.body)])) return;
    leave_if(b().CreateICmpNE(status, b().getInt32(0)), status);
  }

  void scan() {
    Value* rows = frame_.dim(c_.trips);
    if (c_.count >= 0) {
      Value* count = b().CreateSExt(
          b().CreateAlignedLoad(b().getInt32Ty(), frame_.buffer(c_.count), llvm::MaybeAlign(4)),
          ir_.i64_type());
      rows = smaller(ir_, larger(ir_, count, ir_.i64(0)), rows);
    }
    Value* last = b().CreateSub(rows, ir_.i64(1));
    Values init;
    for (const loop::Carry& carry : c_.carries) init.push_back(frame_.buffer(carry.init));
    emit_loop(ir_, ir_.i64(0), rows, 1, init, [&](Value* step, const Values& in) {
      // The last step writes the result; those before take turns.
      Value* left = b().CreateSub(last, step);
      Value* even = b().CreateICmpEQ(b().CreateAnd(left, ir_.i64(1)), ir_.i64(0));
      Values out;
      for (const loop::Carry& carry : c_.carries)
        out.push_back(
            b().CreateSelect(even, frame_.buffer(carry.result), frame_.buffer(carry.spare)));
      call(0, c_.reverse ? left : step, in, out);
      return out;
    });
    if (c_.carries.empty()) return;
    emit_if(ir_, b().CreateICmpEQ(rows, ir_.i64(0)), [&] {
      for (std::size_t i = 0; i < c_.carries.size(); ++i) copy(c_.carries[i], init[i]);
    });
  }

  void while_loop() {
    llvm::Function* function = b().GetInsertBlock()->getParent();
    llvm::BasicBlock* before = b().GetInsertBlock();
    const auto block = [&](const char* name) {
      return llvm::BasicBlock::Create(ir_.llvm, name, function);
    };
    auto *head = block("while"), *test = block("test"), *body = block("step"), *end = block("done");
    Values init;
    for (const loop::Carry& carry : c_.carries) init.push_back(frame_.buffer(carry.init));
    b().CreateBr(head);
    b().SetInsertPoint(head);
    auto* step = b().CreatePHI(ir_.i64_type(), 2);
    step->addIncoming(ir_.i64(0), before);
    std::vector<llvm::PHINode*> phis;
    Values in;
    for (Value* v : init) {
      phis.push_back(b().CreatePHI(ir_.pointer_type(), 2));
      phis.back()->addIncoming(v, before);
      in.push_back(phis.back());
    }
    // A numeric bound ends the loop; beyond a symbolic one there is no room for what it keeps.
    const bool is_limit = c_.bounded && !c_.trips.is_static();
    if (c_.bounded && !is_limit)
      b().CreateCondBr(b().CreateICmpSLT(step, frame_.dim(c_.trips)), test, end);
    else
      b().CreateBr(test);
    b().SetInsertPoint(test);
    call(0, step, in, {});
    Value* flag = b().CreateLoad(b().getInt8Ty(), frame_.buffer(c_.test));
    b().CreateCondBr(b().CreateICmpNE(flag, b().getInt8(0)), body, end);
    b().SetInsertPoint(body);
    if (is_limit) leave_if(b().CreateICmpSGE(step, frame_.dim(c_.trips)), b().getInt32(2));
    Value* even = b().CreateICmpEQ(b().CreateAnd(step, ir_.i64(1)), ir_.i64(0));
    Values out;
    for (const loop::Carry& carry : c_.carries)
      out.push_back(
          b().CreateSelect(even, frame_.buffer(carry.result), frame_.buffer(carry.spare)));
    call(1, step, in, out);
    step->addIncoming(b().CreateAdd(step, ir_.i64(1)), b().GetInsertBlock());
    for (std::size_t i = 0; i < phis.size(); ++i)
      phis[i]->addIncoming(out[i], b().GetInsertBlock());
    b().CreateBr(head);
    b().SetInsertPoint(end);
    b().CreateAlignedStore(b().CreateTrunc(step, b().getInt32Ty()), frame_.buffer(c_.steps),
                           llvm::MaybeAlign(4));
    for (std::size_t i = 0; i < phis.size(); ++i)
      emit_if(ir_, b().CreateICmpNE(in[i], frame_.buffer(c_.carries[i].result)),
              [&] { copy(c_.carries[i], in[i]); });
  }

  void cond() {
    Value* flag = b().CreateLoad(b().getInt8Ty(), frame_.buffer(c_.test));
    Value* yes = b().CreateICmpNE(flag, b().getInt8(0));
    emit_if(ir_, yes, [&] { call(0, ir_.i64(0), {}, {}); });
    emit_if(ir_, b().CreateNot(yes), [&] { call(1, ir_.i64(0), {}, {}); });
  }

  Frame& frame_;
  IrContext& ir_;
  const loop::Control& c_;
  const std::vector<llvm::Function*>& bodies_;
  Value *dims_, *parallel_;
  Values arrays_;
};

} // namespace

void emit_control(Frame& frame, const loop::Control& control,
                  const std::vector<llvm::Function*>& bodies, Value* dims, Value* parallel) {
  ControlEmitter(frame, control, bodies, dims, parallel).emit();
}

} // namespace nngc::codegen
