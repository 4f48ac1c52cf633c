/// The parts of the printer that DOT and messages share.
#pragma once

#include <string>

#include "ir/attrs.h"
#include "nngc/text.h"

namespace nngc {

/// `text` in quotes with its escapes: always one line of printable ASCII.
void print_quoted(std::string& out, std::string_view text);
/// Element i: the shortest decimal that reads back as the same bits; a NaN of other bits than the
/// usual ones as `bits(0x...)`.
void print_element(std::string& out, const Tensor& literal, std::int64_t i);
/// A literal where a result of type `context` stands beside it.
void print_literal(std::string& out, const Tensor& literal, const TensorType& context,
                   const PrintOptions& options);
/// Any attribute; `indent`: of the line it stands on, for graphs inside.
void print_attr(std::string& out, const AttrValue& value, const TensorType& context, int indent,
                const PrintOptions& options);
/// A whole graph, without a line end; its first line starts where `out` stands.
void print_graph(std::string& out, const GraphData& graph, int indent, const PrintOptions& options);

} // namespace nngc
