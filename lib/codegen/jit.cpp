/// The object files, linked into this process by ORC.
#include <llvm/ExecutionEngine/Orc/ExecutionUtils.h>
#include <llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>

#include "codegen/codegen.h"
#include "codegen/llvm_error.h"
#include "codegen/target.h"

namespace nngc::codegen {

struct JitModule::Impl {
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

JitModule::JitModule(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JitModule::~JitModule() = default;

std::shared_ptr<JitModule> JitModule::compile(const loop::Program& program,
                                              const Options& options) {
  if ((options.cpu != "native" && !options.cpu.empty()) || !options.features.empty())
    if (const std::string lacks = features_this_machine_lacks(make_target(options)); !lacks.empty())
      throw Error(Error::Kind::Unsupported,
                  "codegen: code for '" + options.cpu + (options.features.empty() ? "" : " ") +
                      options.features + "' cannot run here: this machine lacks " + lacks);
  return load(emit_objects(program, options));
}

std::shared_ptr<JitModule> JitModule::load(const std::vector<std::string>& objects) {
  const auto kind = Error::Kind::Unsupported;
  // make_target also registers LLVM's native target, which a process that only loads has not done
  // yet.
  const Target host = make_target({});
  llvm::orc::JITTargetMachineBuilder machine(host.machine->getTargetTriple());
  machine.setRelocationModel(llvm::Reloc::PIC_).setCodeModel(llvm::CodeModel::Small);
  auto impl = std::make_unique<Impl>();
  impl->jit = take(llvm::orc::LLJITBuilder()
                       .setJITTargetMachineBuilder(std::move(machine))
                       .setDataLayout(host.machine->createDataLayout())
                       .create(),
                   kind, "codegen: cannot start the JIT");
  // memcpy, memset and memmove are this process's own.
  llvm::orc::JITDylib& library = impl->jit->getMainJITDylib();
  library.addGenerator(take(llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
                                host.machine->createDataLayout().getGlobalPrefix()),
                            kind, "codegen: cannot see this process's symbols"));
  for (const std::string& object : objects)
    check(impl->jit->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(object, "nngc")), kind,
          "codegen: cannot link");
  return std::shared_ptr<JitModule>(new JitModule(std::move(impl)));
}

void* JitModule::address(std::string_view symbol) const {
  auto found = take(impl_->jit->lookup(std::string(symbol)), Error::Kind::Argument,
                    "codegen: no symbol '" + std::string(symbol) + "'");
  return found.toPtr<void*>();
}

} // namespace nngc::codegen
