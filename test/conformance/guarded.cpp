// Buffers between guard pages, and a call that survives touching one.
#include "test/conformance/guarded.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "codegen/codegen.h"

namespace nngc::test {

namespace {

constexpr unsigned char canary = 0xa5;
constexpr std::size_t line = 64;

std::size_t page() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

/// Pages between two that cannot be touched.
class Pages {
public:
  explicit Pages(std::size_t bytes) : size_((bytes + page() - 1) / page() * page()) {
    void* p = mmap(nullptr, size_ + 2 * page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) throw std::bad_alloc();
    begin_ = static_cast<unsigned char*>(p) + page();
    if (mprotect(begin_, size_, PROT_READ | PROT_WRITE) != 0)
      throw std::runtime_error("cannot open a page");
  }
  ~Pages() { munmap(begin_ - page(), size_ + 2 * page()); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  [[nodiscard]] unsigned char* begin() const { return begin_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool guards(const void* address) const {
    const auto* a = static_cast<const unsigned char*>(address);
    return (a >= begin_ - page() && a < begin_) ||
           (a >= begin_ + size_ && a < begin_ + size_ + page());
  }

private:
  std::size_t size_;
  unsigned char* begin_ = nullptr;
};

sigjmp_buf landing;
const void* touched = nullptr;

void on_fault(int, siginfo_t* info, void*) {
  touched = info->si_addr;
  siglongjmp(landing, 1);
}

/// Catches faults while it lives. Not for more than one thread.
class FaultCatcher {
public:
  FaultCatcher() {
    struct sigaction action{};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, &segv_);
    sigaction(SIGBUS, &action, &bus_);
  }
  ~FaultCatcher() {
    sigaction(SIGSEGV, &segv_, nullptr);
    sigaction(SIGBUS, &bus_, nullptr);
  }
  FaultCatcher(const FaultCatcher&) = delete;
  FaultCatcher& operator=(const FaultCatcher&) = delete;

private:
  struct sigaction segv_{}, bus_{};
};

/// The call, or false where it touched what it must not. Nothing here has a destructor to skip.
bool survives(codegen::EntryFn function, void* const* args, const std::int64_t* dims, int& status) {
  if (sigsetjmp(landing, 1) != 0) return false;
  status = function(args, dims, nullptr, nullptr);
  return true;
}

bool is_canary(const unsigned char* begin, const unsigned char* end) {
  return std::all_of(begin, end, [](unsigned char c) { return c == canary; });
}

} // namespace

struct GuardedEntry::State {
  loop::Entry entry;
  std::vector<std::size_t> constant_of; ///< by argument: its buffer, if it is a constant
  std::shared_ptr<codegen::JitModule> module;
  codegen::EntryFn function = nullptr;
  std::vector<std::unique_ptr<Pages>> pages; ///< by argument

  [[nodiscard]] std::size_t bytes(std::size_t arg, std::int64_t n) const {
    const TensorType& type = entry.arguments[arg].type;
    return static_cast<std::size_t>(type.shape.size().at(n) * byte_size(type.dtype));
  }
};

GuardedEntry::GuardedEntry(loop::Entry entry, const std::string& cpu)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.constant_of.assign(entry.arguments.size(), entry.buffers.size());
  // What would lie in the arena or in the object becomes an argument: the kernels are the same.
  for (std::size_t i = 0; i < entry.buffers.size(); ++i) {
    loop::Buffer& b = entry.buffers[i];
    if (b.kind != loop::BufferKind::Arena && b.kind != loop::BufferKind::Constant) continue;
    const bool is_constant = b.kind == loop::BufferKind::Constant;
    b.kind = is_constant ? loop::BufferKind::Input : loop::BufferKind::Output;
    b.arg = static_cast<int>(entry.arguments.size());
    entry.arguments.push_back({"buffer" + std::to_string(i),
                               {b.dtype, {b.size}},
                               b.kind,
                               is_constant ? "constant" : "intermediate"});
    s.constant_of.push_back(is_constant ? i : entry.buffers.size());
  }
  loop::Program program{"guarded", {std::move(entry)}};
  s.module = codegen::JitModule::compile(program, {.cpu = cpu});
  s.entry = std::move(program.entries[0]);
  s.function = s.module->entry(s.entry.name);
  s.pages.resize(s.entry.arguments.size());
}

GuardedEntry::~GuardedEntry() = default;

int GuardedEntry::smallest_element() const {
  int least = 8;
  for (const loop::Argument& a : state_->entry.arguments)
    least = std::min(least, byte_size(a.type.dtype));
  return least;
}

std::string GuardedEntry::run(std::span<const Input> inputs, std::int64_t n, Place place,
                              std::string& wrong) {
  State& s = *state_;
  struct Span {
    unsigned char* data;
    std::size_t bytes;
    const void* given; ///< what it held before the call; null: canaries
  };
  std::vector<Span> spans;
  std::vector<void*> pointers;
  for (std::size_t i = 0; i < s.entry.arguments.size(); ++i) {
    const loop::Argument& argument = s.entry.arguments[i];
    const std::size_t bytes = s.bytes(i, n);
    if (!s.pages[i] || s.pages[i]->size() < bytes + line)
      s.pages[i] = std::make_unique<Pages>(bytes + line);
    const Pages& pages = *s.pages[i];
    const auto element = static_cast<std::size_t>(byte_size(argument.type.dtype));
    const std::size_t gap = place.gap * (2 * i + 1) % line / element * element;
    unsigned char* data =
        place.high ? pages.begin() + pages.size() - gap - bytes : pages.begin() + gap;
    std::memset(pages.begin(), canary, pages.size());
    const void* given = nullptr;
    if (s.constant_of[i] < s.entry.buffers.size())
      given = s.entry.buffers[s.constant_of[i]].data.data();
    for (const Input& input : inputs)
      if (input.name == argument.name && argument.kind != loop::BufferKind::Output)
        given = input.tensor->raw();
    if (given != nullptr && bytes > 0) std::memcpy(data, given, bytes);
    spans.push_back({data, bytes, given});
    pointers.push_back(data);
  }
  const std::vector<std::int64_t> dims(std::max<std::size_t>(s.entry.symbols.size(), 1), n);
  const auto name = [&](std::size_t i) { return "'" + s.entry.arguments[i].name + "'"; };
  int status = 0;
  bool survived = false;
  {
    const FaultCatcher catcher;
    survived = survives(s.function, pointers.data(), dims.data(), status);
  }
  if (!survived) {
    wrong = "a fault within no buffer's guard: a misaligned access?";
    for (std::size_t i = 0; i < spans.size(); ++i)
      if (s.pages[i]->guards(touched))
        wrong = "touches byte " +
                std::to_string(static_cast<const unsigned char*>(touched) - spans[i].data) +
                " of the " + std::to_string(spans[i].bytes) + " of " + name(i);
    return {};
  }
  if (status != 0) wrong = "returns " + std::to_string(status);
  std::string results;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const Span& span = spans[i];
    const Pages& pages = *s.pages[i];
    if (!is_canary(pages.begin(), span.data) ||
        !is_canary(span.data + span.bytes, pages.begin() + pages.size()))
      wrong = "writes outside of " + name(i);
    const loop::Argument& argument = s.entry.arguments[i];
    if (argument.kind == loop::BufferKind::Input) {
      if (span.bytes > 0 && span.given != nullptr &&
          std::memcmp(span.data, span.given, span.bytes) != 0)
        wrong = "writes to " + name(i);
    } else if (argument.role != "intermediate") {
      results.append(reinterpret_cast<const char*>(span.data), span.bytes);
    }
  }
  return results;
}

} // namespace nngc::test
