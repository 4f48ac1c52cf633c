// One line per activation.
#include "import/activations.h"

#include <array>

#include "nngc/ops.h"

namespace nngc {
namespace {

struct Entry {
  std::string_view name;
  Value (*build)(Value x, Where where);
};

// In the order of the enumeration.
constexpr std::array<Entry, 11> table = {{
    {"linear", [](Value x, Where) { return x; }},
    {"step", [](Value x, Where w) { return step(x, w); }},
    {"sign", [](Value x, Where w) { return sign(x, w); }},
    {"sigmoid", [](Value x, Where w) { return logistic(x, w); }},
    {"tanh", [](Value x, Where w) { return tanh(x, w); }},
    {"relu", [](Value x, Where w) { return relu(x, w); }},
    {"leaky_relu", [](Value x, Where w) { return leaky_relu(x, 0.01, w); }},
    {"gelu", [](Value x, Where w) { return gelu(x, w); }},
    {"gelu_tanh", [](Value x, Where w) { return gelu_tanh(x, w); }},
    {"silu", [](Value x, Where w) { return silu(x, w); }},
    {"softplus", [](Value x, Where w) { return softplus(x, w); }},
}};
static_assert(table.size() == static_cast<std::size_t>(Activation::Softplus) + 1);

constexpr std::array<std::string_view, 3> roles = {"input", "hidden", "output"};

} // namespace

std::string_view name(Activation a) { return table[static_cast<std::size_t>(a)].name; }
std::string_view name(NeuronRole r) { return roles[static_cast<std::size_t>(r)]; }

bool parse_activation(std::string_view text, Activation& out) {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i].name == text) {
      out = static_cast<Activation>(i);
      return true;
    }
  return false;
}

bool parse_neuron_role(std::string_view text, NeuronRole& out) {
  for (std::size_t i = 0; i < roles.size(); ++i)
    if (roles[i] == text) {
      out = static_cast<NeuronRole>(i);
      return true;
    }
  return false;
}

std::string activation_list() {
  std::string list;
  for (const Entry& e : table) list += (list.empty() ? "" : ", ") + std::string(e.name);
  return list;
}

Value activate(Activation a, Value x, Where where) {
  return table[static_cast<std::size_t>(a)].build(x, where);
}

std::string shown(std::string_view name) {
  constexpr std::size_t most = 60;
  std::string result(name.substr(0, most));
  for (char& c : result)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return name.size() > most ? result + "..." : result;
}

} // namespace nngc
