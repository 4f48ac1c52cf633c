// What `nngc ops` and docs/ops.md say about dtypes, against what the ops accept and give.
#include <optional>
#include <utility>

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
    std::vector<Value> values;
    for (const NodeId operand : g.operands(id))
      values.emplace_back(const_cast<GraphData*>(&g), operand);
    result = g.def(id).infer({g.def(id), operands, g.attrs(id), Where::current(), values}).dtype;
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
    if (!variadic) CHECK(def.max_operands == def.min_operands);
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

namespace {

/// The kind of the Error that a node of these parts gives, or none.
std::optional<Error::Kind> refusal(Graph& g, Opcode op, std::span<const Value> operands,
                                   const Attrs& attrs) {
  try {
    append(g.data(), op, operands, attrs);
    return {};
  } catch (const Error& e) {
    return e.kind();
  }
}

Attrs without(const Attrs& attrs, std::string_view key) {
  Attrs rest;
  for (const Attr& a : attrs.list())
    if (a.key != key) rest.set(a.key, a.value);
  return rest;
}

} // namespace

TEST_CASE("every op refuses too few and too many operands, and attributes that are missing or of "
          "another kind",
          "[conformance]") {
  std::vector<char> seen(op_count);
  for (const Case& c : all_cases()) {
    Graph graph = build(c, dtypes_of(c.types)[0]);
    GraphData& g = *graph.data();
    for (NodeId id = 0, size = g.size(); id < size; ++id) {
      const Opcode op = g.node(id).op;
      const OpDef& def = g.def(id);
      if (op == Opcode::Input || std::exchange(seen[static_cast<std::size_t>(op)], 1) != 0)
        continue;
      INFO(def.mnemonic);
      std::vector<Value> operands;
      for (const NodeId o : g.operands(id)) operands.emplace_back(&g, o);
      const Attrs attrs = g.attrs(id);
      CHECK(!refusal(graph, op, operands, attrs));
      std::vector<Value> more = operands;
      more.push_back(operands.empty() ? Value(&g, id) : operands.back());
      if (def.max_operands >= 0) CHECK(refusal(graph, op, more, attrs) == Error::Kind::Argument);
      if (!operands.empty() && operands.size() == static_cast<std::size_t>(def.min_operands))
        CHECK(refusal(graph, op, std::span(operands).first(operands.size() - 1), attrs));
      for (const AttrSpec& spec : def.attrs) {
        INFO(spec.key);
        const std::optional<Error::Kind> missing =
            refusal(graph, op, operands, without(attrs, spec.key));
        CHECK(missing == (spec.required ? std::optional(Error::Kind::Attribute) : std::nullopt));
        Attrs other = without(attrs, spec.key);
        other.set(spec.key, spec.kind == AttrKind::Bool ? AttrValue(1.5) : AttrValue(true));
        CHECK(refusal(graph, op, operands, other) == Error::Kind::Attribute);
      }
      if (const AttrValue* shape = attrs.find("shape"); shape != nullptr) {
        auto dims = std::get<std::vector<Dim>>(*shape);
        if (dims.empty()) dims.emplace_back(1);
        dims[0] = -1;
        Attrs negative = attrs;
        negative.set("shape", dims);
        CHECK(refusal(graph, op, operands, negative));
      }
      Attrs strange = attrs;
      strange.set("strange", true);
      CHECK(refusal(graph, op, operands, strange) == Error::Kind::Attribute);
    }
  }
  for (int i = 0; i < op_count; ++i) {
    INFO(op_def(static_cast<Opcode>(i)).mnemonic);
    CHECK((seen[static_cast<std::size_t>(i)] != 0 || static_cast<Opcode>(i) == Opcode::Input));
  }
}
