// Files of the tool.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "cli.h"
#include "nngc/runtime.h"

namespace nngc::cli {
namespace {

[[noreturn]] void io_error(const std::string& path, const char* what) {
  throw Error(Error::Kind::Io, std::string(what) + ": " + std::strerror(errno), path);
}

void write_all(std::FILE* file, std::string_view bytes, const std::string& path) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size() || std::fflush(file) != 0)
    io_error(path, "cannot write");
}

} // namespace

std::string read_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) io_error(path, "cannot read");
  std::string text;
  char buffer[1 << 16];
  std::size_t n = 0;
  while ((n = std::fread(buffer, 1, sizeof buffer, file)) > 0) text.append(buffer, n);
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed) io_error(path, "cannot read");
  return text;
}

void write_file(const std::string& path, std::string_view bytes) {
  if (path == "-") {
    write_all(stdout, bytes, "standard output");
    return;
  }
  struct stat status{};
  if (stat(path.c_str(), &status) == 0 &&
      !S_ISREG(status.st_mode)) { // a pipe or device cannot be replaced
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) io_error(path, "cannot write");
    write_all(file, bytes, path);
    std::fclose(file);
    return;
  }
  // Beside the target, so that the rename stays on one file system.
  const std::string temporary = path + ".tmp" + std::to_string(getpid());
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  if (file == nullptr) io_error(path, "cannot write");
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int saved = errno;
    std::remove(temporary.c_str());
    errno = saved;
    io_error(path, "cannot write");
  }
}

Tensor load_tensor(const std::string& path) {
  std::string name = path;
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (name.ends_with(".npy") && name == path) return load_npy(path);
  if (name.ends_with(".idx") || name.ends_with("-ubyte")) return load_idx(path);
  throw UsageError(path +
                   ": I know .npy, .idx, .idx.gz and the names of MNIST's files (*-ubyte.gz)");
}

void load_weights(const std::string& directory, const std::vector<ArgumentInfo>& arguments,
                  Tensors& into) {
  if (!std::filesystem::is_directory(directory)) {
    errno = ENOTDIR;
    io_error(directory, "cannot read weights");
  }
  for (const ArgumentInfo& a : arguments) {
    const std::string path = directory + "/" + a.name + ".npy";
    if (a.input && !into.contains(a.name) && std::filesystem::exists(path))
      into.emplace(a.name, load_npy(path));
  }
}

} // namespace nngc::cli
