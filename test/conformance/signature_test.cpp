// What `nngc ops` and docs/ops.md say about dtypes, against what the ops accept and give.
#include <optional>

#include "nngc/op_info.h"
#include "test/conformance/cases.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

bool takes(std::string_view word, DType dtype) {
  if (word == "any") return true;
  if (word == "float") return is_float(dtype);
  if (word == "int") return is_int(dtype);
  if (word == "number") return dtype != DType::Bool;
  if (word == "bits") return !is_float(dtype);
  return word.substr(0, word.find('[')) == name(dtype);
}

struct Signature {
  std::vector<std::string_view> operands; ///< the word of each
  std::string_view result;
};

/// `(p: bool, a, b: any) -> as a`; `...` stands for any number more of the same kind.
Signature read(std::string_view text) {
  const std::size_t end = text.find(") -> ");
  REQUIRE(text.front() == '(');
  REQUIRE(end != std::string_view::npos);
  Signature s{{}, text.substr(end + 5)};
  std::string_view list = text.substr(1, end - 1);
  for (std::size_t names = 0; !list.empty();) {
    const std::size_t comma = list.find(", ");
    const std::string_view item = list.substr(0, comma);
    list = comma == std::string_view::npos ? "" : list.substr(comma + 2);
    if (item != "...") ++names;
    const std::size_t colon = item.find(": ");
    if (colon == std::string_view::npos) continue;
    s.operands.insert(s.operands.end(), names, item.substr(colon + 2));
    names = 0;
  }
  return s;
}

/// The nodes of this op that a case makes in `dtype`; empty where it is refused.
std::vector<NodeId> made(const Case& c, DType dtype, std::optional<Graph>& graph) {
  try {
    graph = build(c, dtype);
  } catch (const Error& e) {
    CHECK((e.kind() == Error::Kind::Type || e.kind() == Error::Kind::Attribute));
    return {};
  }
  std::vector<NodeId> nodes;
  for (NodeId id = 0; id < graph->data()->size(); ++id)
    if (graph->data()->node(id).op == c.op) nodes.push_back(id);
  return nodes;
}

} // namespace

TEST_CASE("every op takes the dtypes that its signature names, and no others", "[conformance]") {
  for (int i = 0; i < op_count; ++i) {
    const auto op = static_cast<Opcode>(i);
    const OpDef& def = op_def(op);
    INFO(def.mnemonic << " " << def.signature);
    const Signature signature = read(def.signature);
    const bool variadic = def.signature.find("...") != std::string_view::npos;
    CHECK(variadic == (def.max_operands < 0));
    CHECK(signature.operands.size() == static_cast<std::size_t>(def.min_operands));
    std::vector<bool> seen(dtype_count, false);
    for (const Case& c : all_cases()) {
      if (c.op != op) continue;
      for (int d = 0; d < dtype_count; ++d) {
        std::optional<Graph> graph;
        for (const NodeId id : made(c, static_cast<DType>(d), graph)) {
          const GraphData& g = *graph->data();
          INFO(c.name << ": " << g.type(id).str());
          const auto operands = g.operands(id);
          for (std::size_t k = 0; k < operands.size(); ++k)
            CHECK(takes(signature.operands[std::min(k, signature.operands.size() - 1)],
                        g.type(operands[k]).dtype));
          const DType result = g.type(id).dtype;
          if (signature.result.starts_with("as "))
            CHECK((result == g.type(operands[def.mnemonic == "select" ? 1 : 0]).dtype ||
                   (signature.result.find(", or f32") != std::string_view::npos &&
                    result == DType::F32)));
          else
            CHECK(takes(signature.result, result));
          const DType tested =
              operands.empty() ? result : g.type(operands[def.mnemonic == "select" ? 1 : 0]).dtype;
          seen[static_cast<std::size_t>(tested)] = true;
        }
      }
    }
    const std::string_view word = signature.operands.empty() ? signature.result
                                  : def.mnemonic == "select" ? signature.operands[1]
                                                             : signature.operands[0];
    for (int d = 0; d < dtype_count; ++d) {
      INFO(name(static_cast<DType>(d)));
      CHECK(seen[static_cast<std::size_t>(d)] == takes(word, static_cast<DType>(d)));
    }
  }
}
