// Calls of compiled code.
#include "test/conformance/roads.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "test/support/temp_dir.h"

namespace nngc::test {

namespace {

/// Memory that ends where a page begins that cannot be touched. Kept for later calls.
class Guarded {
public:
  ~Guarded() {
    for (const Piece& p : pieces_) munmap(p.start, p.size + page());
  }
  void release_all() {
    for (Piece& p : pieces_) p.taken = false;
  }
  /// `bytes` that end at the guard, filled with a pattern.
  void* take(std::size_t bytes) {
    Piece& piece = find((bytes + page() - 1) / page() * page());
    piece.taken = true;
    char* p = piece.start + piece.size - bytes;
    std::memset(p, 0xa5, bytes);
    return p;
  }

private:
  struct Piece {
    char* start;
    std::size_t size;
    bool taken;
  };
  static std::size_t page() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }
  Piece& find(std::size_t size) {
    for (Piece& p : pieces_)
      if (!p.taken && p.size == size) return p;
    void* p =
        mmap(nullptr, size + page(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) throw std::bad_alloc();
    if (mprotect(static_cast<char*>(p) + size, page(), PROT_NONE) != 0)
      throw std::runtime_error("cannot guard a page");
    return pieces_.emplace_back(static_cast<char*>(p), size, false);
  }
  std::vector<Piece> pieces_;
};

/// `128`, `n`, `64*n+128`: as the table writes extents.
std::int64_t extent(const nlohmann::json& text, std::int64_t n) {
  if (text.is_number()) return text.get<std::int64_t>();
  const std::string s = text.get<std::string>();
  const auto star = s.find('*');
  const std::int64_t scale = star == std::string::npos ? 1 : std::stoll(s);
  const auto sign = s.find_first_of("+-", 1);
  return scale * n + (sign == std::string::npos ? 0 : std::stoll(s.substr(sign)));
}

std::string output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  if (pclose(pipe) != 0) throw std::runtime_error(command + " failed: " + text);
  return text;
}

} // namespace

std::vector<Tensor> run(const Executable& executable, const Graph& graph,
                        std::span<const Tensor> inputs, std::span<const Tensor> like,
                        const nngc_parallel* parallel) {
  std::vector<Tensor> results;
  for (const Tensor& t : like) {
    results.emplace_back(t.dtype(), t.shape());
    std::memset(results.back().raw(), 0xa5, results.back().bytes());
  }
  std::vector<Arg> args;
  const auto names = graph.inputs();
  for (std::size_t i = 0; i < names.size(); ++i)
    args.emplace_back(graph.input_name(names[i]), inputs[i]);
  for (std::size_t i = 0; i < results.size(); ++i)
    args.emplace_back(graph.outputs()[i].name, results[i]);
  executable.run(args, parallel);
  return results;
}

struct Library::State {
  TempDir dir;
  void* handle = nullptr;
  std::string model;
  std::vector<std::string> undefined;
  std::map<std::string, nlohmann::json> entries;
  Guarded memory;
  int status = 0;
};

Library::Library(const std::string& model, const std::string& object)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.model = model;
  const std::string o = s.dir.file(model + ".o", object), so = s.dir.path(model + ".so");
  // The full path: nm -u prints "U name" lines.
  std::string word;
  for (const char c : output_of("nm -u " + o) + "\n") {
    if (c != ' ' && c != '\n') {
      word += c;
      continue;
    }
    if (word.size() > 1) s.undefined.push_back(word);
    word.clear();
  }
  output_of("cc -shared -o " + so + " " + o + " 2>&1");
  s.handle = dlopen(so.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (s.handle == nullptr) throw std::runtime_error(dlerror());
  const auto* table = static_cast<const char*>(dlsym(s.handle, (model + "_table").c_str()));
  if (table == nullptr) throw std::runtime_error("no table");
  const auto json = nlohmann::json::parse(table);
  for (const auto& entry : json["entries"]) s.entries[entry["name"].get<std::string>()] = entry;
}

Library::~Library() {
  if (state_->handle != nullptr) dlclose(state_->handle);
}

const std::vector<std::string>& Library::undefined() const { return state_->undefined; }
int Library::status() const { return state_->status; }

RawEntry Library::raw(const std::string& entry) const {
  const std::string symbol = state_->model + "_" + entry + "_raw";
  const auto function = reinterpret_cast<RawEntry>(dlsym(state_->handle, symbol.c_str()));
  if (function == nullptr) throw std::runtime_error("no symbol " + symbol);
  return function;
}

std::vector<Tensor> Library::run(const std::string& entry, const Graph& graph,
                                 std::span<const Tensor> inputs, std::span<const Tensor> like,
                                 std::int64_t dim) {
  State& s = *state_;
  const RawEntry function = raw(entry);
  const nlohmann::json& table = s.entries.at(s.model + "_" + entry + "_raw");
  s.memory.release_all();
  std::vector<void*> pointers;
  std::map<std::string, void*> outputs;
  for (const auto& a : table["arguments"]) {
    const auto name = a["name"].get<std::string>();
    const Value input = a["kind"] == "input" ? graph.find_input(name) : Value();
    std::size_t at = 0;
    const auto& values = graph.inputs();
    while (input && !values[at].same(input)) ++at;
    while (!input && graph.outputs().at(at).name != name) ++at;
    const Tensor& t = input ? inputs[at] : like[at];
    if (a["dtype"].get<std::string>() != nngc::name(t.dtype()))
      throw std::runtime_error("the table has another dtype for " + name);
    std::int64_t count = 1;
    for (const auto& d : a["shape"]) count *= extent(d, dim);
    if (count != t.size()) throw std::runtime_error("the table has another size for " + name);
    pointers.push_back(s.memory.take(t.bytes()));
    if (input)
      std::memcpy(pointers.back(), t.raw(), t.bytes());
    else
      outputs[name] = pointers.back();
  }
  const auto workspace = static_cast<std::size_t>(extent(table["workspace"], dim));
  s.status = function(pointers.data(), &dim, s.memory.take(workspace), nullptr);
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < like.size(); ++i) {
    results.emplace_back(like[i].dtype(), like[i].shape());
    std::memcpy(results.back().raw(), outputs.at(graph.outputs()[i].name), like[i].bytes());
  }
  return results;
}

} // namespace nngc::test
