/// What a user can do wrong, as an exception with a kind, a message and a place.
#pragma once

#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>

namespace nngc {

/// Where in the user's own program a builder call stands. Defaulted at every public function.
using Where = std::source_location;

/// A mistake in the user's model, data or request. Our own mistakes assert instead.
class Error : public std::runtime_error {
public:
  enum class Kind : std::uint8_t {
    Shape,       ///< shapes or dims do not fit
    Type,        ///< dtypes do not fit
    Graph,       ///< values of different graphs, unknown names, bad outputs
    Attribute,   ///< an op's attribute is missing or out of range
    Parse,       ///< text that is no model; the message lists every place with a caret
    Data,        ///< missing, short or corrupt data files
    Io,          ///< a file cannot be read or written
    Unsupported, ///< right, but this version cannot do it
    Argument,    ///< a call with wrong arguments (names, counts, sizes)
  };

  Error(Kind kind, std::string message, std::string place = {})
      : std::runtime_error(place.empty() ? message : place + ": " + message), kind_(kind),
        message_(std::move(message)), place_(std::move(place)) {}

  Error(Kind kind, std::string message, const Where& where)
      : Error(kind, std::move(message),
              std::string(where.file_name()) + ":" + std::to_string(where.line())) {}

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  /// The message alone: `op: what is wrong: the two facts`.
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  /// `file:line` of the user's program, `file:line:col` of a text, a path, or empty.
  [[nodiscard]] const std::string& place() const noexcept { return place_; }

private:
  Kind kind_;
  std::string message_, place_;
};

} // namespace nngc
