#include "test/unit/codegen/math_jit.h"

#include <stdexcept>

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/Object/ObjectFile.h>

#include "codegen/llvm_headers.h"
#include "codegen/target.h"

namespace nngc::test {
namespace {

using codegen::TargetTraits;

template <class T> T value_of(llvm::Expected<T> expected) {
  if (!expected) throw std::runtime_error(llvm::toString(expected.takeError()));
  return std::move(*expected);
}

void write_loop(llvm::Module& module, const TargetTraits& traits, const ArrayFunction& array) {
  auto& context = module.getContext();
  llvm::IRBuilder<> b(context);
  auto with_lanes = [&](llvm::Type* type) -> llvm::Type* {
    return array.lanes != 0 ? llvm::FixedVectorType::get(type, array.lanes) : type;
  };
  auto* pointer = b.getPtrTy();
  auto* signature =
      llvm::FunctionType::get(b.getVoidTy(), {pointer, pointer, pointer, b.getInt64Ty()}, false);
  auto* function =
      llvm::Function::Create(signature, llvm::Function::ExternalLinkage, array.name, module);
  traits.apply(*function);
  auto* entry = llvm::BasicBlock::Create(context, "", function);
  auto* loop = llvm::BasicBlock::Create(context, "", function);
  auto* done = llvm::BasicBlock::Create(context, "", function);
  b.SetInsertPoint(entry);
  b.CreateBr(loop);
  b.SetInsertPoint(loop);
  auto* i = b.CreatePHI(b.getInt64Ty(), 2);
  i->addIncoming(b.getInt64(0), entry);
  auto load = [&](unsigned argument) {
    llvm::Value* place = b.CreateGEP(array.in, function->getArg(argument), i);
    return b.CreateAlignedLoad(with_lanes(array.in), place, llvm::Align(1));
  };
  llvm::Value* result = array.emit(b, traits, load(0), load(1));
  b.CreateAlignedStore(result, b.CreateGEP(array.out, function->getArg(2), i), llvm::Align(1));
  llvm::Value* next = b.CreateAdd(i, b.getInt64(array.lanes != 0 ? array.lanes : 1));
  i->addIncoming(next, b.GetInsertBlock());
  b.CreateCondBr(b.CreateICmpULT(next, function->getArg(3)), loop, done);
  b.SetInsertPoint(done);
  b.CreateRetVoid();
}

} // namespace

MathJit::MathJit(const std::string& cpu, const std::string& features,
                 const std::function<std::vector<ArrayFunction>(llvm::LLVMContext&)>& functions) {
  codegen::Options options;
  options.cpu = cpu;
  options.features = features;
  const codegen::Target target = codegen::make_target(options);
  llvm::TargetMachine* machine = target.machine.get();
  traits_ = target.traits;
  llvm::LLVMContext context;
  llvm::Module module("math", context);
  module.setDataLayout(machine->createDataLayout());
  codegen::set_module_triple(module, *machine);
  for (const ArrayFunction& array : functions(context)) write_loop(module, traits_, array);
  std::string problems;
  llvm::raw_string_ostream problem_stream(problems);
  if (llvm::verifyModule(module, &problem_stream)) throw std::logic_error(problems);

  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::ObjectFile))
    throw std::runtime_error("no object files on this target");
  passes.run(module);
  auto buffer = std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(bytes), "math.o", false);
  const auto object = value_of(llvm::object::ObjectFile::createObjectFile(*buffer));
  for (const auto& symbol : object->symbols()) {
    const std::string name = value_of(symbol.getName()).str();
    if ((value_of(symbol.getFlags()) & llvm::object::SymbolRef::SF_Undefined) != 0 && !name.empty())
      undefined_.push_back(name);
  }
  jit_ = value_of(llvm::orc::LLJITBuilder().create());
  if (auto error = jit_->addObjectFile(std::move(buffer)))
    throw std::runtime_error(llvm::toString(std::move(error)));
}

MathJit::~MathJit() = default;

void* MathJit::address(const std::string& name) const {
  return value_of(jit_->lookup(name)).toPtr<void*>();
}

} // namespace nngc::test
