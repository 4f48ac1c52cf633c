// Variants as words.
#include <stdexcept>

#include "test/fuzz/judge.h"

namespace nngc::test {

std::string Variant::str() const {
  if (derivatives) return "derivatives";
  std::string text = "passes=" + (passes.empty() ? std::string("none") : passes) +
                     " math=" + std::string(name(math));
  if (compiled) text += " compiled cpu=" + cpu + " opt=" + std::to_string(opt_level);
  return text;
}

Variant Variant::parse(std::span<const std::string> words) {
  Variant v;
  for (const std::string& word : words) {
    const std::size_t at = word.find('=');
    const std::string key = word.substr(0, at),
                      value = at == std::string::npos ? "" : word.substr(at + 1);
    if (key == "passes" && !value.empty())
      v.passes = value == "none" ? "" : value;
    else if (key == "math" && parse_math_level(value, v.math))
      continue;
    else if (word == "derivatives")
      v.derivatives = true;
    else if (word == "compiled")
      v.compiled = true;
    else if (key == "cpu" && !value.empty())
      v.cpu = value;
    else if (key == "opt" && (value == "0" || value == "1" || value == "2" || value == "3"))
      v.opt_level = value[0] - '0';
    else
      throw std::invalid_argument("fuzz: what is '" + word + "'?");
  }
  return v;
}

} // namespace nngc::test
