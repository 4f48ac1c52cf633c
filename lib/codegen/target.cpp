#include "codegen/target.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <string_view>

#include "codegen/llvm_error.h"

namespace nngc::codegen {
namespace {

/// Once per process: LLVM's registry of targets, and its global switches.
void initialize() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    llvm::InitializeNativeTargetAsmParser();
    // Our addresses are already strength-reduced; the pass took a quarter of the time for the same
    // code.
    auto& switches = llvm::cl::getRegisteredOptions();
    if (const auto found = switches.find("disable-lsr"); found != switches.end())
      static_cast<llvm::cl::opt<bool>*>(found->second)->setValue(true);
  });
}

std::string host_features() {
  std::string list;
  for (const auto& feature : llvm::sys::getHostCPUFeatures())
    list +=
        (list.empty() ? "" : ",") + std::string(feature.second ? "+" : "-") + feature.first().str();
  return list;
}

/// LLVM itself only mutters about features it does not know, and goes on without them.
void check_features(const llvm::Target& target, const std::string& triple,
                    const std::string& list) {
  const auto machine = create_machine(target, triple, "", "", {}, llvm::CodeGenOptLevel::None);
  if (!machine) return; // said by who makes the machine itself
  llvm::SmallVector<llvm::StringRef, 8> items;
  llvm::StringRef(list).split(items, ',');
  for (const llvm::StringRef item : items) {
    bool known = false;
    for (const auto& feature : machine->getMCSubtargetInfo()->getAllProcessorFeatures())
      known |= item.drop_front(item.empty() ? 0 : 1) == feature.Key;
    if (!known || (item.front() != '+' && item.front() != '-'))
      throw Error(Error::Kind::Argument, "codegen: unknown feature '" + item.str() +
                                             "': expected a list such as +avx2,-fma");
  }
}

} // namespace

std::string features_this_machine_lacks(const Target& target) {
  // What instruction selection uses on its own. The rest (keys, caches, enclaves, tiles) takes an
  // intrinsic that we never emit, and is what virtual machines hide.
  constexpr std::string_view used[] = {"adx",  "avx",    "bmi",  "cmov", "cx8", "egpr",
                                       "f16c", "fma",    "gfni", "lzcn", "mmx", "movbe",
                                       "ndd",  "popcnt", "sse",  "ssse", "tbm", "xop"};
  const bool x86 = target.machine->getTargetTriple().isX86();
  const llvm::MCSubtargetInfo& info = *target.machine->getMCSubtargetInfo();
  const auto host = llvm::sys::getHostCPUFeatures();
  std::string list;
  for (const auto& feature : info.getAllProcessorFeatures()) {
    const std::string_view name(feature.Key);
    const auto found = host.find(name); // tuning flags are no features of the machine
    if (found == host.end() || found->second || !info.getFeatureBits().test(feature.Value))
      continue;
    const auto starts = [&](std::string_view prefix) { return name.starts_with(prefix); };
    if (x86 && std::none_of(std::begin(used), std::end(used), starts)) continue;
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return list;
}

TargetTraits TargetTraits::of(const llvm::TargetMachine& machine) {
  TargetTraits traits;
  traits.cpu = machine.getTargetCPU().str();
  traits.features = machine.getTargetFeatureString().str();
  const llvm::Triple& triple = machine.getTargetTriple();
  traits.has_fma = triple.isAArch64();
  if (triple.isX86()) {
    const llvm::MCSubtargetInfo& info = *machine.getMCSubtargetInfo();
    traits.is_x86 = true;
    traits.has_fma = info.checkFeatures("+fma");
    traits.has_sse41 = info.checkFeatures("+sse4.1");
    traits.has_avx2 = info.checkFeatures("+avx2");
    traits.has_avx512f = info.checkFeatures("+avx512f");
    traits.has_f16c = info.checkFeatures("+f16c");
    traits.has_halves = traits.has_avx512f && info.getCPU() == "znver4";
  }
  return traits;
}

Target make_target(const Options& options) {
  initialize();
  const std::string triple =
      options.triple.empty() ? llvm::sys::getProcessTriple() : options.triple;
  std::string message;
  const llvm::Target* target = lookup_target(triple, message);
  if (!target)
    throw Error(Error::Kind::Argument, "codegen: unknown target '" + triple + "': " + message);
  const bool native = options.cpu.empty() || options.cpu == "native";
  const std::string cpu = native ? host_cpu() : options.cpu;
  std::string features = native ? host_features() : "";
  if (!options.features.empty()) check_features(*target, triple, options.features);
  if (!options.features.empty()) features += (features.empty() ? "" : ",") + options.features;
  if (!native && !known_cpu(cpu))
    throw Error(Error::Kind::Argument, "codegen: unknown cpu '" + cpu + "'");
  llvm::TargetOptions settings;
  // Nothing is fused behind our back: what may round once is an fma in the module.
  settings.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  Target result;
  result.machine = create_machine(*target, triple, cpu, features, settings,
                                  options.opt_level <= 0 ? llvm::CodeGenOptLevel::None
                                                         : llvm::CodeGenOptLevel::Default);
  if (!result.machine)
    throw Error(Error::Kind::Argument, "codegen: no machine for '" + triple + "'");
  result.traits = TargetTraits::of(*result.machine);
  return result;
}

std::string host_cpu() { return llvm::sys::getHostCPUName().str(); }

std::string llvm_version() { return LLVM_VERSION_STRING; }

bool known_cpu(const std::string& cpu) {
  initialize();
  if (cpu == "native") return true;
  std::string message;
  const std::string triple = llvm::sys::getProcessTriple();
  const llvm::Target* target = lookup_target(triple, message);
  if (!target) return false;
  const auto machine = create_machine(*target, triple, "", "", {}, llvm::CodeGenOptLevel::None);
  return machine && machine->getMCSubtargetInfo()->isCPUStringValid(cpu);
}

} // namespace nngc::codegen
