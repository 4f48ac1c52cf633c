/// Reading and writing whole data files, with every failure an Error that names the path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace nngc {

/// A file that is read from its beginning, plain or gzipped: zlib tells them apart.
class InputFile {
public:
  /// Throws Error{Io} where the file cannot be opened.
  explicit InputFile(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }

  /// More bytes than the file can possibly hold, unpacked. A header that promises more is wrong and
  /// nothing needs to be allocated for it.
  [[nodiscard]] std::uint64_t most_bytes() const { return most_bytes_; }

  /// Reads exactly `count` bytes. Throws Error{Data} "`what` is cut short" where there are fewer,
  /// Error{Io} where reading fails.
  void read(void* into, std::size_t count, std::string_view what);

  /// Throws Error{Data} unless every byte was read.
  void expect_end();

  /// Error{Data} about this file, to be thrown.
  [[noreturn]] void fail(const std::string& message) const;

private:
  std::size_t read_some(void* into, std::size_t count);

  struct Close {
    void operator()(void* gz) const noexcept;
  };
  std::string path_;
  std::unique_ptr<void, Close> gz_;
  std::uint64_t most_bytes_ = 0;
};

/// Writes `head` and `body` to `path`: into a new file beside it that then takes its name, so that
/// whoever reads the path sees the old file or the new one and never a part of it. A device or a
/// pipe is written directly. Throws Error{Io}; then nothing is left behind.
void write_file(const std::string& path, std::string_view head, std::string_view body);

} // namespace nngc
