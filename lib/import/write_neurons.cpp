// From neurons to DOT.
#include <fmt/format.h>

#include "import/activations.h"
#include "nngc/neurons.h"

namespace nngc {
namespace {

/// Whether DOT reads this text as one word or number, without quotes.
bool is_plain(std::string_view text) {
  if (is_identifier(text)) {
    std::string lower(text);
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (const char* keyword : {"digraph", "graph", "strict", "node", "edge", "subgraph"})
      if (lower == keyword) return false;
    return true;
  }
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  const std::size_t point = digits.find('.');
  return !digits.empty() && digits.find_first_not_of("0123456789.") == std::string_view::npos &&
         digits[0] != '.' &&
         (point == std::string_view::npos || digits.find('.', point + 1) == std::string_view::npos);
}

class Writer {
public:
  explicit Writer(const Where& where) : where_(where) {}

  std::string write(const NeuronGraph& net) {
    std::string text = "digraph " + id(net.name) + " {\n";
    for (const auto& [key, value] : net.attributes)
      text += "  " + id(key) + " = " + id(value) + ";\n";
    for (const Neuron& n : net.neurons) {
      DotAttributes list;
      if (n.role != NeuronRole::Hidden) list.emplace_back("role", name(n.role));
      if (n.activation != Activation::Linear && n.role != NeuronRole::Input)
        list.emplace_back("activation", name(n.activation));
      if (n.bias != 0) list.emplace_back("bias", fmt::format("{}", n.bias));
      text += "  " + id(n.name) + brackets(list, n.attributes) + ";\n";
    }
    for (const NeuronEdge& e : net.edges) {
      if (e.from >= net.neurons.size() || e.to >= net.neurons.size())
        throw Error(Error::Kind::Graph, "write_neurons: an edge joins neurons that are not there",
                    where_);
      text += "  " + id(net.neurons[e.from].name) + " -> " + id(net.neurons[e.to].name) +
              brackets({{"weight", fmt::format("{}", e.weight)}}, e.attributes) + ";\n";
    }
    return text + "}\n";
  }

private:
  std::string brackets(const DotAttributes& ours, const DotAttributes& others) {
    std::string list;
    for (const DotAttributes* attributes : {&ours, &others})
      for (const auto& [key, value] : *attributes)
        list += (list.empty() ? "" : ", ") + id(key) + "=" + id(value);
    return list.empty() ? "" : " [" + list + "]";
  }

  std::string id(std::string_view text) {
    if (is_plain(text)) return std::string(text);
    std::string quoted = "\"";
    std::size_t backslashes = 0;
    const auto refuse = [&] {
      throw Error(Error::Kind::Graph,
                  "write_neurons: DOT has no way to write '" + shown(text) +
                      "': zero bytes, or a backslash before a quote, a line's end or the end",
                  where_);
    };
    for (const char c : text) {
      if (c == '\0' || (backslashes % 2 == 1 && c == '"') || (backslashes > 0 && c == '\n'))
        refuse();
      if (c == '"') quoted += '\\';
      quoted += c;
      backslashes = c == '\\' ? backslashes + 1 : 0;
    }
    if (backslashes % 2 == 1) refuse();
    return quoted + '"';
  }

  const Where& where_;
};

} // namespace

std::string write_neurons(const NeuronGraph& net, Where where) { return Writer(where).write(net); }

} // namespace nngc
