/// A program as text, bitcode, assembly or an object file.
#include <llvm/Bitcode/BitcodeWriter.h>

#include "codegen/codegen.h"
#include "codegen/llvm_error.h"
#include "codegen/module_emitter.h"

namespace nngc::codegen {
namespace {

std::string emit_file(const loop::Program& program, const Options& options,
                      llvm::CodeGenFileType type) {
  llvm::LLVMContext context;
  context.setDiscardValueNames(true); // nobody will read them
  const Target target = make_target(options);
  const auto module = emit_module(context, program, target, options);
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (target.machine->addPassesToEmitFile(passes, stream, nullptr, type, true))
    throw Error(Error::Kind::Unsupported, "codegen: this target cannot emit such a file");
  passes.run(*module);
  return {bytes.data(), bytes.size()};
}

} // namespace

std::string emit_llvm_ir(const loop::Program& program, const Options& options) {
  llvm::LLVMContext context;
  std::string text;
  llvm::raw_string_ostream stream(text);
  emit_module(context, program, make_target(options), options)->print(stream, nullptr);
  return stream.str();
}

std::string emit_bitcode(const loop::Program& program, const Options& options) {
  llvm::LLVMContext context;
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  llvm::WriteBitcodeToFile(*emit_module(context, program, make_target(options), options), stream);
  return stream.str();
}

std::string emit_assembly(const loop::Program& program, const Options& options) {
  return emit_file(program, options, llvm::CodeGenFileType::AssemblyFile);
}

std::string emit_object(const loop::Program& program, const Options& options) {
  return emit_file(program, options, llvm::CodeGenFileType::ObjectFile);
}

} // namespace nngc::codegen
