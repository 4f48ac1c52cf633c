// Files of the tool.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "cli.h"
#include "nngc/runtime.h"

namespace nngc::cli {
namespace {

namespace fs = std::filesystem;

// So that `nngc info /dev/zero` ends.
constexpr std::size_t most_model_bytes = std::size_t{1} << 30;

[[noreturn]] void io_error(const std::string& path, const char* what, int error) {
  throw Error(Error::Kind::Io, std::string(what) + ": " + std::strerror(error), path);
}

void write_all(std::FILE* file, std::string_view bytes, const std::string& path) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size() || std::fflush(file) != 0)
    io_error(path, "cannot write", errno);
}

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

// A pipe or a device takes the bytes themselves: nothing can be put in its place.
bool is_special(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return false;
  if (S_ISDIR(status.st_mode)) io_error(path, "cannot write", EISDIR);
  return !S_ISREG(status.st_mode);
}

void write_into(const std::string& target, const std::string& path, std::string_view bytes) {
  File file(std::fopen(target.c_str(), "wb"));
  if (!file) io_error(path, "cannot write", errno);
  write_all(file.get(), bytes, path);
  if (std::fclose(file.release()) != 0) io_error(path, "cannot write", errno);
}

} // namespace

std::string read_file(const std::string& path) {
  const bool standard_input = path == "-";
  File opened(standard_input ? nullptr : std::fopen(path.c_str(), "rb"));
  if (!standard_input && !opened) io_error(path, "cannot read", errno);
  std::FILE* file = standard_input ? stdin : opened.get();
  std::string text;
  char buffer[1 << 16];
  std::size_t n = 0;
  while ((n = std::fread(buffer, 1, sizeof buffer, file)) > 0) {
    text.append(buffer, n);
    if (text.size() > most_model_bytes)
      throw Error(Error::Kind::Data, "larger than 1 GiB, which no model text is", path);
  }
  if (std::ferror(file) != 0) io_error(path, "cannot read", errno);
  return text;
}

OutputFiles::~OutputFiles() {
  for (const Staged& s : staged_) std::remove(s.temporary.c_str());
}

std::string OutputFiles::stage(const std::string& path) {
  const auto same = [&](const Staged& s) { return s.path == path; };
  if (std::any_of(staged_.begin(), staged_.end(), same))
    throw UsageError(path + " is to be written twice");
  // Beside the target, so that the rename stays on one file system.
  staged_.push_back({fmt::format("{}.tmp{}", path, getpid()), path});
  return staged_.back().temporary;
}

void OutputFiles::add(const std::string& path, std::string_view bytes) {
  if (path == "-" || is_special(path))
    direct_.emplace_back(path, std::string(bytes));
  else
    write_into(stage(path), path, bytes);
}

void OutputFiles::add(const std::string& path, const Tensor& tensor) {
  try {
    save_npy(is_special(path) ? path : stage(path), tensor);
  } catch (const Error& error) { // under the user's own name of the file
    throw Error(error.kind(), error.message(), path);
  }
}

void OutputFiles::commit() {
  for (const auto& [path, bytes] : direct_) {
    if (path == "-")
      write_all(stdout, bytes, "standard output");
    else
      write_into(path, path, bytes);
  }
  for (; !staged_.empty(); staged_.pop_back())
    if (std::rename(staged_.back().temporary.c_str(), staged_.back().path.c_str()) != 0)
      io_error(staged_.back().path, "cannot write", errno);
}

void write_file(const std::string& path, std::string_view bytes) {
  OutputFiles files;
  files.add(path, bytes);
  files.commit();
}

OutputFolder::OutputFolder(const std::string& path) {
  std::vector<fs::path> missing;
  for (fs::path p = fs::absolute(path).lexically_normal(); !p.empty(); p = p.parent_path()) {
    std::error_code error;
    if (fs::exists(p, error) || p == p.parent_path()) break;
    if (p.has_filename()) missing.push_back(p);
  }
  for (auto p = missing.rbegin(); p != missing.rend(); ++p) {
    std::error_code error;
    if (!fs::create_directory(*p, error) && error) {
      remove_made();
      io_error(path, "cannot make the folder", error.value());
    }
    made_.push_back(*p);
  }
  try { // a folder that is there but takes no file is a mistake to hear of now
    OutputFiles probe;
    probe.add(path + "/probe", "");
  } catch (...) {
    remove_made();
    throw;
  }
}

OutputFolder::~OutputFolder() { remove_made(); }

void OutputFolder::remove_made() {
  std::error_code ignored; // one that is not empty stays
  for (; !made_.empty(); made_.pop_back()) fs::remove(made_.back(), ignored);
}

Tensor load_tensor(const std::string& path) {
  std::string name = path;
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (name.ends_with(".npy")) return load_npy(path);
  if (name.ends_with(".idx") || name.ends_with("-ubyte")) return load_idx(path);
  if (access(path.c_str(), R_OK) != 0) io_error(path, "cannot read", errno);
  throw UsageError(path +
                   ": data files are .npy or IDX (.idx, and MNIST's *-ubyte), each also .gz");
}

void load_weights(const std::string& directory, const std::vector<ArgumentInfo>& arguments,
                  Tensors& into) {
  std::error_code error;
  if (!fs::is_directory(directory, error))
    io_error(directory, "cannot read weights", error ? error.value() : ENOTDIR);
  bool any = false;
  for (const ArgumentInfo& a : arguments) {
    const std::string path = directory + "/" + a.name + ".npy";
    if (!a.input || !fs::exists(path, error)) continue;
    any = true;
    if (into.contains(a.name)) continue;
    Tensor t = load_npy(path);
    DimValues dims;
    if (t.shape().size() != static_cast<std::size_t>(a.type.shape.rank()))
      throw Error(Error::Kind::Shape,
                  fmt::format("'{}' is {}, got {}", a.name, a.type.str(), t.type_str()), path);
    match_dims(a, t, dims);
    into.emplace(a.name, std::move(t));
  }
  if (!any)
    throw Error(Error::Kind::Data, "no NAME.npy here has the name of an input of the model",
                directory);
}

} // namespace nngc::cli
