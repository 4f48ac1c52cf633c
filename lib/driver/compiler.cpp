// Start reading here: from a graph to native code, stage by stage.
#include "nngc/compiler.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>

#include "codegen/codegen.h"
#include "driver/header.h"
#include "loop/loop_printer.h"
#include "loop/loop_verifier.h"
#include "lower/lower.h"
#include "nngc/text.h"

namespace nngc {

namespace {

codegen::Options codegen_options(const CompileOptions& options) {
  codegen::Options o;
  o.cpu = options.cpu;
  o.features = options.features;
  o.triple = options.triple;
  o.opt_level = options.opt_level;
  o.contract = options.math != MathLevel::Strict;
  o.threads = options.threads;
  return o;
}

Graph optimized(const Graph& graph, const CompileOptions& options) {
  if (!options.optimize_graph) return graph.clone();
  PassOptions passes;
  passes.math = options.math;
  return optimize(graph, passes);
}

loop::Program program_of(std::string_view model, std::span<const EntryPoint> entries,
                         const CompileOptions& options) {
  loop::Program program;
  program.name = std::string(model);
  for (const EntryPoint& e : entries) {
    const std::string symbol = std::string(model) + "_" + e.name + std::string(raw_suffix);
    program.entries.push_back(lower(optimized(*e.graph, options), symbol).entry);
  }
  loop::verify(program);
  return program;
}

} // namespace

struct Executable::Impl {
  std::shared_ptr<codegen::JitModule> module;
  codegen::EntryFn function = nullptr;
  loop::Entry entry;
  std::vector<ArgumentInfo> arguments;
  double seconds = 0;
  /// How many steps loops without a limit of their own took at most, so far.
  mutable std::atomic<std::int64_t> steps = 64;
};

Executable compile(const Graph& graph, const CompileOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  auto impl = std::make_shared<Executable::Impl>();
  const EntryPoint point{"call", &graph};
  loop::Program program =
      program_of(is_identifier(graph.name()) ? graph.name() : "model", {&point, 1}, options);
  impl->module = codegen::JitModule::compile(program, codegen_options(options));
  impl->entry = std::move(program.entries[0]);
  impl->function = impl->module->entry(impl->entry.name);
  impl->entry.kernels.clear(); // only what a call needs is kept
  impl->entry.bodies.clear();
  for (const loop::Argument& a : impl->entry.arguments) {
    for (const ArgumentInfo& earlier : impl->arguments)
      if (earlier.name == a.name) // a call names its arguments; C has no such trouble
        throw Error(Error::Kind::Graph,
                    "compile: '" + a.name + "' is an input and an output; give one another name");
    impl->arguments.push_back({a.name, a.type, a.kind != loop::BufferKind::Output,
                               a.kind != loop::BufferKind::Input, a.role});
  }
  impl->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return Executable(std::move(impl));
}

namespace {

/// The symbols' values, from the number of elements that each argument has.
std::vector<std::int64_t> bind_symbols(const Executable::Impl& impl,
                                       const std::vector<const Arg*>& given) {
  const auto& symbols = impl.entry.symbols;
  std::vector<std::int64_t> values(symbols.size(), -1);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const ArgumentInfo& info = impl.arguments[i];
    const Dim size = info.type.shape.size();
    const auto count = static_cast<std::int64_t>(given[i]->count);
    auto misfit = [&] {
      throw Error(Error::Kind::Shape, "run: '" + info.name + "' is " + info.type.str() + ", got " +
                                          std::to_string(count) + " elements");
    };
    if (size.is_static()) {
      if (count != size.value()) misfit();
      continue;
    }
    const std::int64_t rest = count - size.offset();
    if (size.scale() == 0 || rest < 0 || rest % size.scale() != 0) misfit();
    const auto at = static_cast<std::size_t>(
        std::find(symbols.begin(), symbols.end(), size.symbol_id()) - symbols.begin());
    if (values[at] >= 0 && values[at] != rest / size.scale())
      throw Error(Error::Kind::Shape,
                  "run: '" + info.name + "' with " + std::to_string(count) + " elements makes " +
                      size.symbol_name() + " = " + std::to_string(rest / size.scale()) +
                      ", another argument makes it " + std::to_string(values[at]));
    values[at] = rest / size.scale();
  }
  for (const std::uint32_t limit : impl.entry.limits) {
    std::int64_t& value = values[static_cast<std::size_t>(
        std::find(symbols.begin(), symbols.end(), limit) - symbols.begin())];
    if (value < 0) value = impl.steps;
  }
  for (std::size_t s = 0; s < values.size(); ++s)
    if (values[s] < 0)
      throw Error(Error::Kind::Shape, "run: no argument tells the value of '" +
                                          make_dim(symbols[s], 1, 0).symbol_name() + "'");
  return values;
}

[[noreturn]] void refuse_sizes(const Executable::Impl& impl,
                               const std::vector<std::int64_t>& values) {
  std::string list;
  for (std::size_t s = 0; s < values.size(); ++s)
    list += (s == 0 ? "" : ", ") + make_dim(impl.entry.symbols[s], 1, 0).symbol_name() + " = " +
            std::to_string(values[s]);
  throw Error(Error::Kind::Shape, "run: with " + list + ", an extent inside the model is negative");
}

[[noreturn]] void refuse_steps(const Executable::Impl& impl,
                               const std::vector<std::int64_t>& values) {
  std::string list;
  for (std::size_t s = 0; s < values.size(); ++s)
    list += (s == 0 ? "" : ", ") + make_dim(impl.entry.symbols[s], 1, 0).symbol_name() + " = " +
            std::to_string(values[s]);
  throw Error(Error::Kind::Shape,
              "run: with " + list + ", a while takes more steps than its max_steps");
}

/// Four times the steps for loops that may have as many as they need; false where there is no such
/// loop, or no end of it.
bool grow(const Executable::Impl& impl, std::vector<std::int64_t>& dims) {
  constexpr std::int64_t most = std::int64_t{1} << 31;
  bool grown = false;
  for (const std::uint32_t limit : impl.entry.limits) {
    const auto& symbols = impl.entry.symbols;
    std::int64_t& steps = dims[static_cast<std::size_t>(
        std::find(symbols.begin(), symbols.end(), limit) - symbols.begin())];
    if (steps >= most) continue;
    steps *= 4;
    grown = true;
    std::int64_t known = impl.steps;
    while (known < steps && !impl.steps.compare_exchange_weak(known, steps)) {
    }
  }
  return grown;
}

/// What a call updates in place, to begin it again.
class Saved {
public:
  Saved(const std::vector<ArgumentInfo>& infos, const std::vector<const Arg*>& given) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (!infos[i].input || !infos[i].output) continue;
      const std::size_t bytes =
          given[i]->count * static_cast<std::size_t>(byte_size(infos[i].type.dtype));
      const auto* data = static_cast<const std::byte*>(given[i]->data);
      copies_.push_back({given[i]->data, std::vector<std::byte>(data, data + bytes)});
    }
  }
  void restore() const {
    for (const auto& [to, bytes] : copies_) std::memcpy(to, bytes.data(), bytes.size());
  }

private:
  std::vector<std::pair<void*, std::vector<std::byte>>> copies_;
};

/// Workspaces are kept per thread: a call allocates only when it needs more than any before it.
void* thread_workspace(std::size_t bytes) {
  thread_local Tensor workspace;
  if (workspace.bytes() < bytes) workspace = Tensor(DType::U8, {static_cast<std::int64_t>(bytes)});
  return workspace.raw();
}

} // namespace

void Executable::run(std::span<const Arg> args, const nngc_parallel* parallel) const {
  const auto& wanted = impl_->arguments;
  std::vector<const Arg*> given(wanted.size(), nullptr);
  for (const Arg& a : args) {
    const auto it = std::find_if(wanted.begin(), wanted.end(),
                                 [&](const ArgumentInfo& w) { return w.name == a.name; });
    if (it == wanted.end()) {
      std::string names;
      for (const ArgumentInfo& w : wanted) names += (names.empty() ? "" : ", ") + w.name;
      throw Error(Error::Kind::Argument,
                  "run: there is no '" + std::string(a.name) + "'; there are " + names);
    }
    const Arg*& slot = given[static_cast<std::size_t>(it - wanted.begin())];
    if (slot != nullptr)
      throw Error(Error::Kind::Argument, "run: '" + it->name + "' is given twice");
    const bool half =
        (it->type.dtype == DType::BF16 || it->type.dtype == DType::F16) && a.dtype == DType::U16;
    if (a.dtype != it->type.dtype && !half)
      throw Error(Error::Kind::Type, "run: '" + it->name + "' is " + it->type.str() + ", got " +
                                         std::string(nngc::name(a.dtype)) + " elements");
    if (it->output && !a.writable)
      throw Error(Error::Kind::Argument,
                  "run: '" + it->name + "' is written, but the span given is const");
    slot = &a;
  }
  std::string missing;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (given[i] == nullptr) missing += (missing.empty() ? "" : ", ") + wanted[i].name;
  if (!missing.empty()) throw Error(Error::Kind::Argument, "run: missing: " + missing);

  std::vector<std::int64_t> dims = bind_symbols(*impl_, given);
  std::vector<void*> pointers;
  for (const Arg* a : given) pointers.push_back(a->data);
  const auto call = [&] {
    return run_raw(pointers.data(), dims.data(), thread_workspace(workspace_bytes(dims)), parallel);
  };
  int status = 0;
  if (impl_->entry.limits.empty()) {
    status = call();
  } else {
    const Saved updated(wanted, given);
    while ((status = call()) == 2 && grow(*impl_, dims)) updated.restore();
  }
  if (status == 1) refuse_sizes(*impl_, dims);
  if (status == 2) refuse_steps(*impl_, dims);
}

int Executable::run_raw(void* const* args, const std::int64_t* dims, void* workspace,
                        const nngc_parallel* parallel) const {
  return impl_->function(args, dims, workspace, parallel);
}

const std::vector<ArgumentInfo>& Executable::arguments() const { return impl_->arguments; }
double Executable::compile_seconds() const { return impl_->seconds; }

std::vector<std::string> Executable::symbols() const {
  std::vector<std::string> names;
  for (std::uint32_t id : impl_->entry.symbols) names.push_back(make_dim(id, 1, 0).symbol_name());
  return names;
}

std::size_t Executable::workspace_bytes(std::span<const std::int64_t> dims) const {
  const Dim bytes = impl_->entry.workspace;
  if (bytes.is_static()) return static_cast<std::size_t>(bytes.value());
  const auto& symbols = impl_->entry.symbols;
  const auto at = static_cast<std::size_t>(
      std::find(symbols.begin(), symbols.end(), bytes.symbol_id()) - symbols.begin());
  if (at >= dims.size())
    throw Error(Error::Kind::Argument,
                "workspace_bytes: needs the value of " + bytes.symbol_name());
  return static_cast<std::size_t>(bytes.at(dims[at]));
}

std::string emit(std::string_view model, std::span<const EntryPoint> entries, Stage stage,
                 const CompileOptions& options) {
  std::string text;
  switch (stage) {
  case Stage::Graph:
    for (const EntryPoint& e : entries) text += print(*e.graph);
    return text;
  case Stage::Opt:
    for (const EntryPoint& e : entries) text += print(optimized(*e.graph, options));
    return text;
  case Stage::Dot:
    for (const EntryPoint& e : entries) {
      Lowered lowered = lower(optimized(*e.graph, options), std::string(model) + "_" + e.name);
      DotOptions dot;
      dot.groups = std::move(lowered.groups);
      dot.group_names = std::move(lowered.group_names);
      text += to_dot(lowered.graph, dot);
    }
    return text;
  default: break;
  }
  const loop::Program program = program_of(model, entries, options);
  const codegen::Options target = codegen_options(options);
  switch (stage) {
  case Stage::Loop: return loop::print(program);
  case Stage::LlvmIr: return codegen::emit_llvm_ir(program, target);
  case Stage::Bitcode: return codegen::emit_bitcode(program, target);
  case Stage::Assembly: return codegen::emit_assembly(program, target);
  case Stage::Object: return codegen::emit_object(program, target);
  default: return c_header(program);
  }
}

CompileStats stats(const Graph& graph, const CompileOptions& options) {
  const Graph better = optimized(graph, options);
  const Lowered lowered = lower(better, "stats");
  CompileStats s;
  s.nodes = graph.live_count();
  s.optimized_nodes = better.live_count();
  s.kernels = lowered.entry.kernels.size();
  s.shared_nodes = shared_nodes(better);
  s.workspace = lowered.entry.workspace.str();
  return s;
}

std::string llvm_version() { return codegen::llvm_version(); }
std::string host_cpu() { return codegen::host_cpu(); }

} // namespace nngc
