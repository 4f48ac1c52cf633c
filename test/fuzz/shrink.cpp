// Greedy: an edit that keeps the failure is kept.
#include "test/fuzz/shrink.h"

#include <algorithm>
#include <csignal>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

#include "ir/graph_data.h"
#include "nngc/specialize.h"
#include "nngc/text.h"
#include "test/fuzz/resize.h"

namespace nngc::test {

namespace {

/// What takes the place of a node.
enum class Instead : std::uint8_t { Input, Operand, One, Zero };

struct Edit {
  std::vector<std::size_t> outputs; ///< those that stay
  bool is_plain = false;            ///< updates become outputs
  std::optional<NodeId> only;       ///< this node is the only output
  std::optional<NodeId> target;     ///< this node is replaced
  Instead instead = Instead::Input;
};

Edit same(const Graph& graph) {
  Edit e;
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) e.outputs.push_back(i);
  return e;
}

Value replacement(const GraphData& from, NodeId id, Instead instead, Graph& to,
                  std::span<const Value> operands) {
  const TensorType& type = from.type(id);
  switch (instead) {
  case Instead::Input:
    return to.input("v" + std::to_string(id) + "_" + std::to_string(to.inputs().size()), type);
  case Instead::Operand:
    for (const Value v : operands)
      if (v.type() == type) return v;
    return {};
  case Instead::One: return splat(to.data(), type.dtype, 1, type.shape);
  case Instead::Zero: return splat(to.data(), type.dtype, 0, type.shape);
  }
  return {};
}

/// The graph again with an edit, and without what nobody needs after it; nothing if it cannot be.
std::optional<Graph> edited(const Graph& graph, const Edit& edit) {
  const GraphData& from = *graph.data();
  // Which nodes are needed.
  std::vector<bool> live(from.size());
  if (edit.only)
    live[*edit.only] = true;
  else
    for (const std::size_t o : edit.outputs) {
      live[graph.outputs()[o].value.id()] = true;
      if (const Value v = graph.outputs()[o].updates; v && !edit.is_plain) live[v.id()] = true;
    }
  for (NodeId id = from.size(); id-- > 0;)
    if (live[id] && !(edit.target == id && edit.instead != Instead::Operand))
      for (const NodeId operand : from.operands(id)) live[operand] = true;
  Graph to(graph.name());
  std::vector<Value> mapped(from.size());
  bool is_symbolic = false, is_bound = false;
  for (NodeId id = 0; id < from.size(); ++id)
    is_symbolic = is_symbolic || (live[id] && !from.type(id).shape.is_static());
  for (const InputInfo& i : from.inputs)
    is_bound = is_bound || (live[i.node] && from.type(i.node).shape.size().scale() != 0);
  for (const InputInfo& i : from.inputs) {
    const bool binds = is_symbolic && !is_bound && from.type(i.node).shape.size().scale() != 0;
    if (!live[i.node] && !binds) continue;
    mapped[i.node] = to.input(i.name, from.type(i.node), i.role);
    is_bound = is_bound || binds;
  }
  std::vector<Value> operands;
  for (NodeId id = 0; id < from.size(); ++id) {
    if (!live[id] || mapped[id]) continue;
    operands.clear();
    for (const NodeId operand : from.operands(id)) operands.push_back(mapped[operand]);
    mapped[id] = edit.target == id ? replacement(from, id, edit.instead, to, operands)
                                   : copy_node(from, id, to.data(), operands);
    if (!mapped[id]) return {};
  }
  if (edit.only)
    to.output("y", mapped[*edit.only]);
  else
    for (const std::size_t i : edit.outputs) {
      const Output& o = graph.outputs()[i];
      if (o.updates && !edit.is_plain)
        to.update(mapped[o.updates.id()], mapped[o.value.id()]);
      else
        to.output(o.updates ? "u" + std::to_string(i) : o.name, mapped[o.value.id()]);
    }
  return to;
}

class Shrinker {
public:
  Shrinker(const Graph& graph, std::int64_t n, const Fails& fails)
      : now_{graph.clone(), n}, fails_(fails) {}

  Shrunk run() {
    drop_outputs();
    // The first node that fails alone, if one does.
    for (NodeId id = 0; id < now_.graph.data()->size(); ++id)
      if (is_live(id) && is_step(id) && attempt(Edit{.only = id})) break;
    cut_down();
    if (Edit plain = same(now_.graph); true) {
      plain.is_plain = true;
      attempt(plain);
    }
    fix_symbol();
    if (narrow()) { // what only moved elements of large values may have become needless
      cut_down();
      narrow();
    }
    return std::move(now_);
  }

private:
  [[nodiscard]] bool is_live(NodeId id) const { return live_nodes(*now_.graph.data())[id]; }
  [[nodiscard]] bool is_step(NodeId id) const {
    const Opcode op = now_.graph.data()->node(id).op;
    return op != Opcode::Input && op != Opcode::Constant;
  }

  bool attempt(const Edit& edit) {
    return attempt([&] { return edited(now_.graph, edit); });
  }
  bool attempt(const Resize& resize) {
    return attempt([&] { return std::optional(resized(now_.graph, resize)); });
  }
  template <class F> bool attempt(F make) {
    try {
      std::optional<Graph> next = make();
      if (!next || !fails_(*next, now_.n)) return false;
      now_.graph = std::move(*next);
      return true;
    } catch (const Error&) {
      return false; // not a graph any more
    }
  }

  void drop_outputs() {
    for (std::size_t o = now_.graph.outputs().size(); o-- > 0;) {
      if (now_.graph.outputs().size() < 2) return;
      Edit e = same(now_.graph);
      std::erase(e.outputs, o);
      attempt(e);
    }
  }

  void cut() {
    for (NodeId id = now_.graph.data()->size(); id-- > 0;) {
      if (id >= now_.graph.data()->size() || !is_live(id) || !is_step(id)) continue;
      for (const Instead instead :
           {Instead::Input, Instead::Operand, Instead::One, Instead::Zero}) {
        Edit e = same(now_.graph);
        e.target = id;
        e.instead = instead;
        if (attempt(e)) break;
      }
    }
  }

  void cut_down() {
    for (int round = 0; round < 3; ++round) {
      const std::size_t before = now_.graph.live_count();
      cut();
      drop_outputs();
      if (now_.graph.live_count() == before) break;
    }
  }

  /// Makes extents small: each wherever it is met, then for one node at a time. Whether any was.
  bool narrow() {
    bool is_narrower = false;
    const auto down = [&](std::int64_t from, std::optional<NodeId> only) {
      for (const std::int64_t to : {std::int64_t{1}, std::int64_t{2}, from / 2, from - 1})
        if (to > 0 && to < from && attempt(Resize{from, to, only})) return is_narrower = true;
      return false;
    };
    for (int round = 0; round < 8; ++round) {
      bool goes_on = round == 0 && attempt(Resize{.from = 0, .to = 0, .unit_strides = true});
      for (const std::int64_t from : extents_of(now_.graph))
        goes_on = down(from, std::nullopt) || goes_on;
      // Ids change with every edit that is kept: then the list is asked for again.
      for (const std::int64_t from : extents_of(now_.graph))
        for (const NodeId id : nodes_with_extents(now_.graph))
          if (down(from, id)) {
            goes_on = true;
            break;
          }
      if (!goes_on) break;
    }
    return is_narrower;
  }

  void fix_symbol() {
    for (std::int64_t n = 1; n < now_.n; ++n)
      if (fails_(now_.graph, n)) {
        now_.n = n;
        break;
      }
    try {
      Graph fixed = specialize(now_.graph, {{"n", now_.n}});
      if (fails_(fixed, now_.n)) now_.graph = std::move(fixed);
    } catch (const Error&) { // there is no n, or shapes that only n allows
      return;
    }
  }

  Shrunk now_;
  const Fails& fails_;
};

/// What a verdict may take; hangs end with SIGALRM.
constexpr unsigned most_seconds = 60;

/// Failures of one kind have one cause, more often than not.
std::string kind_of(const std::string& what) {
  if (what.starts_with("throws ")) {
    std::string text;
    for (const char c : what.substr(0, 60))
      if (std::isdigit(static_cast<unsigned char>(c)) == 0) text += c;
    return text;
  }
  if (what.starts_with("crashes ")) return what;
  if (what.starts_with("derivative")) return "derivative";
  return what.starts_with("writes ") ? "writes" : what.empty() ? "" : "value";
}

std::string verdict(const Graph& graph, std::uint64_t seed, std::int64_t n, const Variant& v) {
  Figures ignored;
  return Judge(graph, inputs_for(graph, seed, n), n).check(v, ignored);
}

} // namespace

std::string isolated(const std::function<std::string()>& judge) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("fuzz: no pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fuzz: no process");
  if (child == 0) {
    for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
      std::signal(signal, SIG_DFL); // the campaign's last words are not for here
    alarm(most_seconds);
    std::string text;
    try {
      text = judge();
    } catch (const std::exception& e) {
      text = std::string("throws ") + e.what();
    }
    text.resize(std::min<std::size_t>(text.size(), 4096)); // what a pipe takes without a reader
    const bool is_written = write(ends[1], text.data(), text.size()) >= 0;
    _exit(is_written ? 0 : 2);
  }
  close(ends[1]);
  std::string text;
  char part[512];
  for (ssize_t count = 0; (count = read(ends[0], part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(count));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return "crashes with signal " + std::to_string(WTERMSIG(status));
  return text;
}

Shrunk shrink(const Graph& graph, std::int64_t n, const Fails& fails) {
  return Shrinker(graph, n, fails).run();
}

std::string as_test_file(const Failure& failure, bool crashes) {
  const auto judged = [&](const Graph& g, std::int64_t n) {
    const auto judge = [&] { return verdict(g, failure.seed, n, failure.variant); };
    return crashes ? isolated(judge) : judge();
  };
  const Graph graph = random_graph(options_of(failure.seed));
  const std::string kind = kind_of(crashes ? judged(graph, failure.n) : failure.what);
  if (kind.empty()) throw std::runtime_error("fuzz: " + str(failure) + " does not fail");
  const auto fails = [&](const Graph& g, std::int64_t n) { return kind_of(judged(g, n)) == kind; };
  const Shrunk s = shrink(graph, failure.n, fails);
  const std::string what = judged(s.graph, s.n);
  return "// RUN: fuzz seed=" + std::to_string(failure.seed) + " n=" + std::to_string(s.n) + " " +
         failure.variant.str() + "\n// Found by nngc-fuzz: " + what.substr(0, what.find('\n')) +
         "\n" + print(s.graph) + "// CHECK: agrees\n";
}

Failure parse_failure(std::span<const std::string> words) {
  Failure f{.seed = 0, .n = 3, .variant = {}, .what = {}};
  std::vector<std::string> rest;
  for (const std::string& word : words) {
    if (word.starts_with("seed="))
      f.seed = std::stoull(word.substr(5));
    else if (word.starts_with("n="))
      f.n = std::stoll(word.substr(2));
    else
      rest.push_back(word);
  }
  f.variant = Variant::parse(rest);
  return f;
}

std::string judge_test_file(const Graph& graph, std::span<const std::string> words) {
  const Failure f = parse_failure(words);
  return verdict(graph, f.seed, f.n, f.variant);
}

} // namespace nngc::test
