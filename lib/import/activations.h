/// The activations of neurons: names, and the builder of each.
#pragma once

#include <string>
#include <string_view>

#include "nngc/neurons.h"

namespace nngc {

[[nodiscard]] bool parse_activation(std::string_view text, Activation& out);
[[nodiscard]] bool parse_neuron_role(std::string_view text, NeuronRole& out);
/// `linear, step, ...`
[[nodiscard]] std::string activation_list();
[[nodiscard]] Value activate(Activation activation, Value x, Where where);

/// A name for messages: short, and without control characters.
[[nodiscard]] std::string shown(std::string_view name);

} // namespace nngc
