// What `nngc ops` and docs/ops.md say about dtypes, against what the ops accept and give.
#include "ir/graph_data.h"
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
    if (!item.starts_with("...")) ++names;
    const std::size_t colon = item.find(": ");
    if (colon == std::string_view::npos) continue;
    s.operands.insert(s.operands.end(), names, item.substr(colon + 2));
    names = 0;
  }
  return s;
}

/// Whether the op's own rule accepts a node like this one with operands of the dtype in place of
/// `tested`; `result` is what it would give.
bool accepts(const GraphData& g, NodeId id, DType tested, DType dtype, DType& result) {
  std::vector<TensorType> types;
  std::vector<const TensorType*> operands;
  for (const NodeId operand : g.operands(id)) {
    types.push_back(g.type(operand));
    if (types.back().dtype == tested) types.back().dtype = dtype;
  }
  for (const TensorType& type : types) operands.push_back(&type);
  try {
    result = g.def(id).infer({g.def(id), operands, g.attrs(id), Where::current()}).dtype;
    return true;
  } catch (const Error&) {
    return false;
  }
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
    // The operand that the result is `as`; a select's first is its condition.
    const std::size_t main = op == Opcode::Select ? 1 : 0;
    std::vector<bool> accepted(dtype_count, false);
    for (const Case& c : all_cases()) {
      if (c.op != op) continue;
      const Graph graph = build(c, dtypes_of(c.types)[0]);
      const GraphData& g = *graph.data();
      for (NodeId id = 0; id < g.size(); ++id) {
        if (g.node(id).op != op) continue;
        if (def.min_operands == 0) {
          CHECK(takes(signature.result, g.type(id).dtype));
          continue;
        }
        const DType tested = g.type(g.operands(id)[main]).dtype;
        for (int d = 0; d < dtype_count; ++d) {
          const auto dtype = static_cast<DType>(d);
          DType result = tested;
          if (!accepts(g, id, tested, dtype, result)) continue;
          accepted[static_cast<std::size_t>(d)] = true;
          INFO(c.name << " of " << name(dtype) << " gives " << name(result));
          if (signature.result.starts_with("as "))
            CHECK((result == dtype || (signature.result.ends_with("f32 for 16-bit floats") &&
                                       byte_size(dtype) == 2 && result == DType::F32)));
          else
            CHECK(takes(signature.result, result));
        }
      }
    }
    for (int d = 0; d < dtype_count && def.min_operands > 0; ++d) {
      INFO(name(static_cast<DType>(d)));
      CHECK(accepted[static_cast<std::size_t>(d)] ==
            takes(signature.operands[main], static_cast<DType>(d)));
    }
  }
}
