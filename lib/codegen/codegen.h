/// Machine code from a loop program: as text, as an object file, or in memory.
///
/// This is the only header of the folder that others include; it shows nothing of LLVM. JIT and
/// object file have the same functions, so their results are the same bits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loop/loop_ir.h"
#include "nngc/parallel.h"

namespace nngc::codegen {

struct Options {
  std::string cpu = "native"; ///< a name LLVM knows; `native` is this machine with all its features
  std::string features;       ///< LLVM's `+a,-b` list, after those of the cpu
  std::string triple;         ///< empty: this machine's
  int opt_level = 2;          ///< 0: no code optimization; 1 and above: LLVM's default
  bool contract = true;       ///< Op::Fma may round once where the target can
  int threads = 0; ///< that emit_objects works on; 0: as many as there are processors, at most 8
};

/// The module as LLVM's text. Each of these throws Error{Argument} for a cpu or triple LLVM does
/// not know.
[[nodiscard]] std::string emit_llvm_ir(const loop::Program& program, const Options& options);
[[nodiscard]] std::string emit_bitcode(const loop::Program& program, const Options& options);
[[nodiscard]] std::string emit_assembly(const loop::Program& program, const Options& options);
/// A position independent object file. Its undefined symbols are at most memcpy, memset and
/// memmove; its symbol `<program>_table` is a JSON text that names every entry and argument.
[[nodiscard]] std::string emit_object(const loop::Program& program, const Options& options);
/// The same functions, of the same code, in several objects that belong together: what takes long
/// is compiled side by side.
[[nodiscard]] std::vector<std::string> emit_objects(const loop::Program& program,
                                                    const Options& options);
/// The text of that table.
[[nodiscard]] std::string program_table(const loop::Program& program);

/// An entry's signature: argument pointers, values of its symbolic dims, workspace, and how to run
/// parallel loops (null: on the calling thread). Returns 0, 1 where a dim or an extent is negative,
/// or 2 where a loop takes more steps than a symbolic max_steps allows.
using EntryFn = int (*)(void* const* args, const std::int64_t* dims, void* workspace,
                        const nngc_parallel* parallel);

/// A program in this process's memory; its pages are never writable and executable at once.
class JitModule {
public:
  /// Compiles for this machine. Throws Error{Unsupported} if the memory cannot be made executable,
  /// or if code for this cpu and these features may use what this machine lacks.
  [[nodiscard]] static std::shared_ptr<JitModule> compile(const loop::Program& program,
                                                          const Options& options);
  /// Links what emit_object or emit_objects gave, from this process or an earlier one on the same
  /// machine.
  [[nodiscard]] static std::shared_ptr<JitModule> load(const std::vector<std::string>& objects);
  ~JitModule();
  JitModule(const JitModule&) = delete;
  JitModule& operator=(const JitModule&) = delete;

  /// The address of a symbol of the program, valid as long as this lives. Throws Error{Argument} if
  /// none.
  [[nodiscard]] void* address(std::string_view symbol) const;
  [[nodiscard]] EntryFn entry(std::string_view name) const {
    return reinterpret_cast<EntryFn>(address(name));
  }

private:
  struct Impl;
  explicit JitModule(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What `native` means here, such as `znver4`.
[[nodiscard]] std::string host_cpu();
/// `19.1.7`.
[[nodiscard]] std::string llvm_version();
/// Whether this machine's LLVM target knows the cpu.
[[nodiscard]] bool known_cpu(const std::string& cpu);

} // namespace nngc::codegen
