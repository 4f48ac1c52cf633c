#include "runtime/file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <zlib.h>

#include "nngc/error.h"

namespace nngc {
namespace {

[[noreturn]] void io_error(const std::string& path, std::string_view doing, int error) {
  throw Error(Error::Kind::Io, fmt::format("{}: {}", doing, std::strerror(error)), path);
}

/// Deflate shrinks at most 1032 to 1 (zlib's technical notes); the rest is for headers.
std::uint64_t most_unpacked(std::uint64_t packed) { return packed * 1032 + 4096; }

constexpr std::uint64_t most_from_a_pipe = std::uint64_t{1} << 30;

void write_all(int fd, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), std::min<std::size_t>(bytes.size(), 1 << 30));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) io_error(path, "cannot write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// A file open for writing; closed, and removed unless kept, whatever happens.
struct OutputFile {
  int fd;
  std::string path, remove;
  ~OutputFile() {
    if (fd >= 0) ::close(fd);
    if (!remove.empty()) ::unlink(remove.c_str());
  }
  void close() {
    if (::close(std::exchange(fd, -1)) != 0) io_error(path, "cannot write", errno);
  }
};

} // namespace

void InputFile::Close::operator()(void* gz) const noexcept { gzclose_r(static_cast<gzFile>(gz)); }

InputFile::InputFile(std::string path) : path_(std::move(path)) {
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) io_error(path_, "cannot read", errno);
  struct stat info{};
  if (::fstat(fd, &info) != 0 || S_ISDIR(info.st_mode)) {
    const int error = S_ISDIR(info.st_mode) ? EISDIR : errno;
    ::close(fd);
    io_error(path_, "cannot read", error);
  }
  gz_.reset(gzdopen(fd, "rb"));
  if (!gz_) {
    ::close(fd);
    io_error(path_, "cannot read", ENOMEM);
  }
  gzbuffer(static_cast<gzFile>(gz_.get()), 256 * 1024);
  const bool plain = gzdirect(static_cast<gzFile>(gz_.get())) != 0;
  const auto size = static_cast<std::uint64_t>(info.st_size);
  most_bytes_ = !S_ISREG(info.st_mode) ? most_from_a_pipe : plain ? size : most_unpacked(size);
}

std::size_t InputFile::read_some(void* into, std::size_t count) {
  std::size_t total = 0;
  while (total < count) {
    // gzread counts in int.
    const auto part = static_cast<unsigned>(std::min<std::size_t>(count - total, 1 << 30));
    const auto gz = static_cast<gzFile>(gz_.get());
    const int got = gzread(gz, static_cast<char*>(into) + total, part);
    int code = Z_OK;
    const char* why = gzerror(gz, &code);
    if (got < 0 && code == Z_ERRNO) io_error(path_, "cannot read", errno);
    // Z_BUF_ERROR is the end of a gzip file in the middle of its stream: too short, like any other.
    if (got < 0 && code != Z_BUF_ERROR) {
      const std::string_view text = why; // "<fd:3>: " and what is wrong
      fail(fmt::format("corrupt gzip data ({})",
                       text.substr(text.starts_with("<fd:") ? text.find(": ") + 2 : 0)));
    }
    if (got <= 0) break;
    total += static_cast<std::size_t>(got);
  }
  return total;
}

void InputFile::read(void* into, std::size_t count, std::string_view what) {
  const std::size_t got = read_some(into, count);
  if (got != count) fail(fmt::format("the {} is cut short: {} of {} bytes", what, got, count));
}

void InputFile::expect_end() {
  char more = 0;
  if (read_some(&more, 1) != 0) fail("the file goes on after its last element");
  // All elements are there, but what gzip adds to prove it is not.
  int code = Z_OK;
  gzerror(static_cast<gzFile>(gz_.get()), &code);
  if (code == Z_BUF_ERROR) fail("the gzip data is cut short");
}

void InputFile::fail(const std::string& message) const {
  throw Error(Error::Kind::Data, message, path_);
}

void write_file(const std::string& path, std::string_view head, std::string_view body) {
  struct stat info{};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) io_error(path, "cannot write", EISDIR);
  const bool special = exists && !S_ISREG(info.st_mode);

  // The process id and a counter: two writers of one path never share a temporary file.
  static std::atomic<unsigned> counter{0};
  const std::string target =
      special ? path : fmt::format("{}.tmp-{}-{}", path, ::getpid(), counter.fetch_add(1));
  const int flags = O_WRONLY | O_CLOEXEC | (special ? 0 : O_CREAT | O_EXCL);
  OutputFile file{::open(target.c_str(), flags, 0666), path, {}};
  if (file.fd < 0) io_error(path, "cannot write", errno);
  if (!special) file.remove = target;
  write_all(file.fd, path, head);
  write_all(file.fd, path, body);
  file.close();
  if (special) return;
  if (::rename(target.c_str(), path.c_str()) != 0) io_error(path, "cannot write", errno);
  file.remove.clear();
}

} // namespace nngc
