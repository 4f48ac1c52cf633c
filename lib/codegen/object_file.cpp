/// A program as text, bitcode, assembly or an object file.
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Support/Threading.h>

#include <exception>
#include <thread>

#include "codegen/codegen.h"
#include "codegen/llvm_error.h"
#include "codegen/module_emitter.h"

namespace nngc::codegen {
namespace {

std::string emit_file(const loop::Program& program, const Options& options,
                      const KernelShares& shares, int part, llvm::CodeGenFileType type) {
  llvm::LLVMContext context;
  context.setDiscardValueNames(true); // nobody will read them
  const Target target = make_target(options);
  const auto module = emit_module(context, program, target, options, shares, part);
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (target.machine->addPassesToEmitFile(passes, stream, nullptr, type, true))
    throw Error(Error::Kind::Unsupported, "codegen: this target cannot emit such a file");
  passes.run(*module);
  return {bytes.data(), bytes.size()};
}

std::string emit_file(const loop::Program& program, const Options& options,
                      llvm::CodeGenFileType type) {
  return emit_file(program, options, KernelShares(program, 1), 0, type);
}

// More than these seldom have enough to do.
constexpr int most_threads = 8;

int threads_of(const Options& options) {
  if (options.threads > 0) return options.threads;
  // Of the processors that this process may use.
  const auto here = static_cast<int>(llvm::hardware_concurrency().compute_thread_count());
  return std::min(here, most_threads);
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

std::vector<std::string> emit_objects(const loop::Program& program, const Options& options) {
  const KernelShares shares(program, threads_of(options));
  std::vector<std::string> objects(static_cast<std::size_t>(shares.parts()));
  std::vector<std::exception_ptr> failures(objects.size());
  const auto emit = [&](std::size_t part) {
    try {
      objects[part] = emit_file(program, options, shares, static_cast<int>(part),
                                llvm::CodeGenFileType::ObjectFile);
    } catch (...) {
      failures[part] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t part = 1; part < objects.size(); ++part) others.emplace_back(emit, part);
    emit(0);
  }
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  return objects;
}

} // namespace nngc::codegen
