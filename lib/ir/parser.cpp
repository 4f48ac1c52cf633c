// The text form to a graph. Every statement is read on its own: a mistake in one is reported and
// the next is read all the same; whatever uses a value that came to nothing is not reported again.
#include <unordered_map>

#include "ir/graph_data.h"
#include "ir/text_reader.h"
#include "nngc/text.h"

namespace nngc {

namespace {

class Parser {
public:
  Parser(std::string_view text, Diagnostics& diagnostics)
      : reader_(text, diagnostics), diagnostics_(diagnostics) {}

  Graph file() {
    Graph g = graph(0);
    if (reader_.peek().kind != Token::Kind::End && !diagnostics_.full() && !lost_)
      report(reader_.peek().offset, "there is something behind the end of the graph");
    return g;
  }

private:
  static constexpr int max_nesting = 16;
  // Graph::output and update look through all earlier ones, so that many would cost quadratic time.
  static constexpr std::size_t max_outputs = 1 << 14;

  struct Entry {
    Value value; ///< empty: its statement had a mistake
    std::size_t offset;
  };
  struct Scope {
    GraphData* graph = nullptr;
    std::unordered_map<std::string_view, Entry> values;
    bool inputs_unknown = false; ///< the header had a mistake
    bool returned = false;
  };

  Graph graph(int depth);
  void header(Graph& g, Scope& scope);
  void input(Graph& g, Scope& scope);
  void body(Graph& g, Scope& scope, int depth);
  void statement(Scope& scope, int depth);
  Value expression(Scope& scope, int depth);
  void return_statement(Graph& g, Scope& scope);
  void one_output(Graph& g, Scope& scope);
  Attrs attributes(const OpDef& def, int depth, bool& broken);
  void one_attribute(const OpDef& def, int depth, Attrs& attrs);
  void literals(const OpDef& def, const TensorType& type, Attrs& attrs, bool& broken);
  void markers(GraphData& graph);
  Value use(Scope& scope);
  void define(Scope& scope, const Token& name, Value value);
  void skip_to_statement();
  void skip_to_end();
  void report(std::size_t offset, std::string message) {
    diagnostics_.error(offset, std::move(message));
  }

  TextReader reader_;
  Diagnostics& diagnostics_;
  bool lost_ = false; ///< the text ended inside a graph: what follows from that is not said again
  /// Literals of the statement at hand: read when its type is known, which is written behind them.
  std::vector<std::pair<const AttrSpec*, TextReader::Bookmark>> literals_;
};

Graph Parser::graph(int depth) {
  Graph g;
  Scope scope;
  scope.graph = g.data();
  try {
    header(g, scope);
  } catch (const SyntaxError&) {
    scope.inputs_unknown = true;
    while (reader_.peek().kind != Token::Kind::End && !reader_.peek().is("{")) reader_.take();
    reader_.accept("{");
  }
  body(g, scope, depth);
  return g;
}

void Parser::header(Graph& g, Scope& scope) {
  if (!reader_.peek().is_word("graph")) reader_.fail_expected("'graph @name(...) {'");
  reader_.take();
  const Token name = reader_.expect(Token::Kind::At, "the graph's name, such as @main");
  g.rename(name.text[0] == '"' ? reader_.quoted(name) : std::string(name.text));
  reader_.expect("(");
  if (!reader_.accept(")")) {
    do input(g, scope);
    while (reader_.accept(","));
    if (!reader_.accept(")")) reader_.fail_expected("',' or ')'");
  }
  reader_.expect("{");
}

void Parser::input(Graph& g, Scope& scope) {
  const Token name = reader_.expect(Token::Kind::Value, "an input such as %x: f32[2,3]");
  Value value;
  try {
    reader_.expect(":");
    TensorType type = reader_.type();
    Role role = Role::Data;
    if (reader_.peek().kind == Token::Kind::Word) {
      const Token word = reader_.take();
      bool known = false;
      for (Role r : {Role::Data, Role::Param, Role::State, Role::Seed})
        if (word.text == nngc::name(r)) role = r, known = true;
      if (!known) reader_.fail(word.offset, "a role is data, param, state or seed");
    }
    if (scope.values.contains(name.text)) return define(scope, name, {});
    value = g.input(name.text, std::move(type), role);
  } catch (const Error& e) {
    report(name.offset, e.message());
  } catch (const SyntaxError&) {
    // The next input can still be read.
    while (!reader_.peek().is(",") && !reader_.peek().is(")") && !reader_.peek().is("{") &&
           reader_.peek().kind != Token::Kind::End)
      reader_.take();
  }
  define(scope, name, value);
}

void Parser::body(Graph& g, Scope& scope, int depth) {
  while (!diagnostics_.full()) {
    const Token token = reader_.peek();
    if (token.is("}")) break;
    if (token.kind == Token::Kind::End) {
      if (!lost_) report(token.offset, "the graph is not closed with '}'");
      lost_ = true;
      return;
    }
    if (scope.returned) {
      report(token.offset, "expected ',' or '}': a graph's return comes last");
      skip_to_end();
      continue;
    }
    try {
      if (token.is_word("return"))
        return_statement(g, scope);
      else if (token.kind == Token::Kind::Value)
        statement(scope, depth);
      else
        reader_.fail_expected("'%name = op ...', 'return' or '}'");
    } catch (const SyntaxError&) {
      if (reader_.peek().offset == token.offset) reader_.take();
      if (scope.returned)
        skip_to_end();
      else
        skip_to_statement();
    }
  }
  if (!scope.returned && !diagnostics_.full())
    report(reader_.peek().offset, "the graph has no return");
  reader_.accept("}");
}

void Parser::skip_to_statement() {
  for (; reader_.peek().kind != Token::Kind::End; reader_.take()) {
    const Token& t = reader_.peek();
    if (t.first_on_line && (t.kind == Token::Kind::Value || t.is_word("return") || t.is("}")))
      return;
  }
}

void Parser::skip_to_end() {
  while (reader_.peek().kind != Token::Kind::End &&
         !(reader_.peek().first_on_line && reader_.peek().is("}")))
    reader_.take();
}

void Parser::define(Scope& scope, const Token& name, Value value) {
  const auto [it, fresh] = scope.values.try_emplace(name.text, Entry{value, name.offset});
  if (!fresh)
    report(name.offset, "%" + std::string(name.text) + " is defined already, on line " +
                            std::to_string(diagnostics_.line_of(it->second.offset)));
}

Value Parser::use(Scope& scope) {
  const Token name = reader_.expect(Token::Kind::Value, "a value such as %x");
  const auto it = scope.values.find(name.text);
  if (it != scope.values.end()) return it->second.value;
  if (!scope.inputs_unknown)
    report(name.offset, "%" + std::string(name.text.substr(0, 60)) + " is not defined");
  return {};
}

void Parser::statement(Scope& scope, int depth) {
  const Token name = reader_.take();
  try {
    reader_.expect("=");
    const Value value = expression(scope, depth);
    define(scope, name, value);
  } catch (const SyntaxError&) {
    scope.values.try_emplace(name.text, Entry{{}, name.offset});
    throw;
  }
}

Value Parser::expression(Scope& scope, int depth) {
  const Token op = reader_.expect(Token::Kind::Word, "the name of an op");
  Opcode opcode{};
  if (!find_op(op.text, opcode))
    reader_.fail(op.offset, "there is no op '" + std::string(op.text.substr(0, 60)) + "'");
  if (opcode == Opcode::Input) reader_.fail(op.offset, "inputs are declared in the graph's header");
  const OpDef& def = op_def(opcode);

  std::vector<Value> operands;
  bool broken = false;
  if (reader_.peek().kind == Token::Kind::Value) do
      broken |= !operands.emplace_back(use(scope));
    while (reader_.accept(","));
  Attrs attrs = attributes(def, depth, broken);

  reader_.expect(":");
  const std::size_t type_at = reader_.peek().offset;
  const TensorType type = reader_.type();
  literals(def, type, attrs, broken);
  literals_.clear();
  GraphData& graph = *scope.graph;
  markers(graph);
  if (broken) return {};
  try {
    if (opcode == Opcode::Constant && !attrs.has("shape")) attrs.set("shape", type.shape.dims());
    const Value value = append(&graph, opcode, operands, std::move(attrs));
    if (value.type() == type) return value;
    report(type_at, std::string(def.mnemonic) + " gives " + value.type().str() + ", but " +
                        type.str() + " is written");
  } catch (const Error& e) {
    report(op.offset, e.message());
  }
  return {};
}

Attrs Parser::attributes(const OpDef& def, int depth, bool& broken) {
  Attrs attrs;
  literals_.clear();
  if (!reader_.accept("{")) return attrs;
  if (reader_.accept("}")) return attrs;
  do {
    const TextReader::Bookmark start = reader_.mark();
    try {
      one_attribute(def, depth, attrs);
    } catch (const SyntaxError&) {
      broken = true;
      reader_.go(start); // the mistake may stand inside of brackets
      reader_.skip_value();
    }
  } while (reader_.accept(","));
  if (!reader_.accept("}")) {
    if (broken) throw SyntaxError{};
    reader_.fail_expected("',' or '}'");
  }
  return attrs;
}

void Parser::one_attribute(const OpDef& def, int depth, Attrs& attrs) {
  const Token key = reader_.expect(Token::Kind::Word, "an attribute such as axes = [0]");
  const AttrSpec* spec = nullptr;
  for (const AttrSpec& s : def.attrs)
    if (s.key == key.text) spec = &s;
  if (spec == nullptr)
    reader_.fail(key.offset, std::string(def.mnemonic) + " has no attribute '" +
                                 std::string(key.text.substr(0, 60)) + "'");
  bool twice = attrs.has(spec->key);
  for (const auto& [earlier, place] : literals_) twice |= earlier == spec;
  if (twice) reader_.fail(key.offset, "attribute '" + std::string(key.text) + "' is given twice");
  reader_.expect("=");
  if (spec->kind == AttrKind::Literal) {
    literals_.emplace_back(spec, reader_.mark());
    reader_.skip_value();
  } else if (spec->kind == AttrKind::Region) {
    if (depth >= max_nesting)
      reader_.fail(reader_.peek().offset,
                   "graphs are nested deeper than " + std::to_string(max_nesting));
    if (!reader_.peek().is_word("graph")) reader_.fail_expected("'graph @name(...) {'");
    const auto mine = std::move(literals_);
    const std::size_t before = diagnostics_.count();
    attrs.set(spec->key, std::make_shared<const Graph>(graph(depth + 1)));
    literals_ = mine;
    // What is wrong with the op itself cannot be said of a graph that lacks what was wrong in it.
    if (diagnostics_.count() != before) throw SyntaxError{};
  } else {
    attrs.set(spec->key, reader_.attr_value(*spec));
  }
}

void Parser::literals(const OpDef& def, const TensorType& type, Attrs& attrs, bool& broken) {
  const TextReader::Bookmark end = reader_.mark();
  for (const auto& [spec, place] : literals_) {
    reader_.go(place);
    try {
      attrs.set(spec->key, reader_.literal(type));
      if (!reader_.peek().is(",") && !reader_.peek().is("}"))
        reader_.fail_expected("',' or '}' behind '" + std::string(spec->key) + "' of " +
                              std::string(def.mnemonic));
    } catch (const SyntaxError&) {
      broken = true;
    }
  }
  reader_.go(end);
}

void Parser::markers(GraphData& graph) {
  graph.section = Section::Forward;
  graph.epoch = 0;
  while (reader_.peek().kind == Token::Kind::At) {
    const Token marker = reader_.take();
    if (marker.text == "backward")
      graph.section = Section::Backward;
    else if (marker.text == "update")
      graph.section = Section::Update;
    else if (marker.text == "epoch") {
      reader_.expect("(");
      const std::size_t at = reader_.peek().offset;
      const std::int64_t epoch = reader_.integer("an epoch");
      if (epoch < 0 || epoch > 255) reader_.fail(at, "an epoch is 0 to 255");
      graph.epoch = static_cast<std::uint8_t>(epoch);
      reader_.expect(")");
    } else {
      reader_.fail(marker.offset, "a marker is @backward, @update or @epoch(n)");
    }
  }
}

void Parser::return_statement(Graph& g, Scope& scope) {
  reader_.take();
  scope.returned = true;
  scope.graph->section = Section::Forward;
  scope.graph->epoch = 0;
  if (reader_.peek().is("}")) return;
  do one_output(g, scope);
  while (reader_.accept(","));
}

void Parser::one_output(Graph& g, Scope& scope) {
  const Token first = reader_.peek();
  Value updated, value;
  const bool update = first.kind == Token::Kind::Value;
  if (update) {
    updated = use(scope);
    reader_.expect("<-");
  } else {
    reader_.expect(Token::Kind::Word, "an output such as loss = %1 or %w <- %2");
    reader_.expect("=");
  }
  value = use(scope);
  if (!value || (update && !updated)) return;
  if (g.outputs().size() >= max_outputs)
    reader_.fail(first.offset, "more than " + std::to_string(max_outputs) + " outputs");
  try {
    if (update)
      g.update(updated, value);
    else
      g.output(first.text, value);
  } catch (const Error& e) {
    report(first.offset, e.message());
  }
}

} // namespace

Graph parse(std::string_view text, std::string_view file) {
  Diagnostics diagnostics(file, text);
  Graph g = Parser(text, diagnostics).file();
  diagnostics.raise();
  return g;
}

} // namespace nngc
