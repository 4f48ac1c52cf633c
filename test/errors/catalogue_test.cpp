/// Every message that nngc has for a user's mistake: it is said, of the right kind, in full and
/// with its place, and the graph is none the worse for it. The list of messages is made from the
/// sources by tools/dev/error_sites.py, so that a new one without a case fails here.
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/op_info.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "test/e2e/shell.h"
#include "test/errors/catalogue.h"

using namespace nngc;
using namespace nngc::test;

namespace {

std::vector<Mistake> all_mistakes() {
  std::vector<Mistake> all;
  for (const auto& list :
       {value_mistakes(), structure_mistakes(), control_mistakes(), window_mistakes(),
        composite_mistakes(), call_mistakes(), file_mistakes(), neuron_mistakes()})
    all.insert(all.end(), list.begin(), list.end());
  return all;
}

std::vector<Tensor> inputs_of(const Graph& g) {
  std::vector<Tensor> result;
  for (const Value v : g.inputs()) {
    std::vector<std::int64_t> shape;
    for (const Dim& d : v.shape()) shape.push_back(d.at(2));
    if (v.dtype() != DType::F32) {
      result.emplace_back(v.dtype(), shape);
      continue;
    }
    Tensor t(DType::F32, shape);
    for (std::size_t i = 0; i < t.data<float>().size(); ++i)
      t.data<float>()[i] = 0.25F * static_cast<float>(i + 1);
    result.push_back(std::move(t));
  }
  return result;
}

bool same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].type_str() != b[i].type_str() ||
        (a[i].bytes() != 0 && std::memcmp(a[i].raw(), b[i].raw(), a[i].bytes()) != 0))
      return false;
  return true;
}

/// The results of a graph compiled and run.
std::vector<Tensor> compiled(const Graph& g, std::vector<Tensor> inputs) {
  const Executable executable = compile(g, {.opt_level = 0});
  std::map<std::string, Tensor> tensors;
  const std::vector<Value> values = g.inputs();
  for (std::size_t i = 0; i < values.size(); ++i)
    tensors[std::string(g.input_name(values[i]))] = std::move(inputs[i]);
  std::vector<Arg> args;
  for (const ArgumentInfo& a : executable.arguments()) {
    if (!a.input) {
      std::vector<std::int64_t> shape;
      for (const Dim& d : a.type.shape) shape.push_back(d.at(2));
      tensors[a.name] = Tensor(a.type.dtype, shape);
    }
    args.emplace_back(a.name, tensors[a.name]);
  }
  executable.run(args);
  std::vector<Tensor> results;
  for (const Output& o : g.outputs()) results.push_back(tensors[o.name]);
  return results;
}

/// Whether `text` holds the parts of `skeleton`, which stand between its values `~`, in order.
bool matches(std::string_view skeleton, std::string_view text) {
  std::size_t at = 0;
  while (!skeleton.empty()) {
    const std::size_t end = std::min(skeleton.find('~'), skeleton.size());
    at = text.find(skeleton.substr(0, end), at);
    if (at == std::string_view::npos) return false;
    at += end;
    skeleton.remove_prefix(std::min(end + 1, skeleton.size()));
  }
  return true;
}

/// A place in the sources that says what is wrong.
struct Site {
  std::string file, line, kind, text;
};

std::vector<Site> sites() {
  const TempDir dir;
  const Result list = shell(dir, "python3 '" NNGC_SOURCE_DIR "/tools/dev/error_sites.py'");
  REQUIRE(list.status == 0);
  std::vector<Site> result;
  std::istringstream lines(list.out);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':'), tab = line.find('\t'),
                      next = line.find('\t', tab + 1);
    REQUIRE(next != std::string::npos);
    result.push_back({line.substr(0, colon), line.substr(colon + 1, tab - colon - 1),
                      line.substr(tab + 1, next - tab - 1), line.substr(next + 1)});
  }
  return result;
}

/// What the expectations of test/filetest/errors say; their own test sees that it is so.
std::vector<std::string> expected_in_texts() {
  std::vector<std::string> result;
  for (const auto& entry :
       std::filesystem::directory_iterator(NNGC_SOURCE_DIR "/test/filetest/errors")) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);)
      if (const std::size_t at = line.find("ERROR: "); at != std::string::npos)
        result.push_back(line.substr(at + 7));
  }
  return result;
}

std::string_view stem(std::string_view file) {
  file.remove_prefix(file.rfind('/') + 1);
  return file.substr(0, file.find('.'));
}

/// Whether the text of a model can bring that source to speak. A file of lib/ops that has the name
/// of an op speaks of this op alone.
bool speaks_of_texts(const Site& site, const std::string& message) {
  if (site.file.starts_with("lib/ir/")) return true;
  if (!site.file.starts_with("lib/ops/") || site.file.find("/composite/") != std::string::npos)
    return false;
  const std::string name(stem(site.file));
  for (const OpInfo& op : op_infos())
    if (op.name == name) return message.starts_with(name + ":");
  return true;
}

/// How many different messages meet each site. Sites of one file with one text need as many.
class Coverage {
public:
  Coverage() : sites_(sites()) {
    for (const Mistake& m : all_mistakes())
      meet(m.message, [&](const Site& s) { return s.file == m.file; });
    for (const std::string& text : expected_in_texts())
      meet(text, [&](const Site& s) { return speaks_of_texts(s, text); });
    for (const auto& list :
         {request_mistakes(), model_mistakes(), data_mistakes(), folder_mistakes()})
      for (const ToolMistake& m : list)
        for (const std::string& text : m.says)
          meet(text, [](const Site& s) { return s.file.starts_with("tools/"); });
  }

  [[nodiscard]] const std::vector<Site>& list() const { return sites_; }
  [[nodiscard]] bool met(const Site& site) const {
    std::size_t twins = 0;
    for (const Site& s : sites_) twins += s.file == site.file && s.text == site.text ? 1 : 0;
    const auto it = met_.find({site.file, site.text});
    return it != met_.end() && it->second.size() >= twins;
  }

private:
  template <class Fits> void meet(const std::string& message, Fits fits) {
    for (const Site& s : sites_)
      if (fits(s) && matches(s.text, message)) met_[{s.file, s.text}].insert(message);
  }

  std::vector<Site> sites_;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> met_;
};

} // namespace

TEST_CASE("errors: kind, message, place, and a graph as good as before", "[errors]") {
  Ground untouched;
  const std::vector<Tensor> inputs = inputs_of(untouched.g);
  const std::string text = print(untouched.g);
  const std::vector<Tensor> wanted = eval(untouched.g, std::span<const Tensor>(inputs));
  const std::vector<Tensor> wanted_compiled = compiled(untouched.g, inputs);
  for (const Mistake& m : all_mistakes()) {
    INFO(m.where.file_name() << ":" << m.where.line() << ": " << m.message);
    Ground ground;
    bool thrown = false;
    try {
      m.make(ground);
    } catch (const Error& error) {
      thrown = true;
      CHECK(static_cast<int>(error.kind()) == static_cast<int>(m.kind));
      if (m.message.find('~') == std::string::npos)
        CHECK(error.message() == m.message);
      else
        CHECK(matches(m.message, error.message()));
      std::string place = m.place;
      if (place == "here")
        place = std::string(m.where.file_name()) + ":" + std::to_string(m.where.line());
      if (place.starts_with("@/")) place = ground.dir.path(place.substr(2));
      CHECK(error.place() == place);
      CHECK(std::string(error.what()) ==
            (place.empty() ? error.message() : place + ": " + error.message()));
    }
    CHECK(thrown);
    // Whatever the failed call left behind is no part of the model.
    CHECK_NOTHROW(verify(ground.g));
    CHECK_NOTHROW(verify(ground.other));
    CHECK(print(ground.g) == text);
    CHECK(same(eval(ground.g, std::span<const Tensor>(inputs)), wanted));
    CHECK(same(compiled(ground.g, inputs), wanted_compiled));
    // And it can be built on.
    ground.g.output("more", exp(ground.a) + ground.row);
    CHECK(eval(ground.g, std::span<const Tensor>(inputs)).size() == wanted.size() + 1);
  }
}

TEST_CASE("errors: every place in the sources that says something is met", "[errors]") {
  const Coverage coverage;
  REQUIRE(coverage.list().size() > 250);
  const std::vector<Excuse> excused = excuses();
  std::vector<bool> used(excused.size());
  for (const Site& site : coverage.list()) {
    bool excuse = false;
    for (std::size_t i = 0; i < excused.size(); ++i)
      if (excused[i].file == site.file && (excused[i].text == site.text || excused[i].text == "*"))
        excuse = used[i] = true;
    INFO(site.file << ":" << site.line << ": " << site.kind << ": " << site.text);
    if (excuse)
      CHECK_FALSE(coverage.met(site)); // an excuse that nobody needs
    else
      CHECK(
          coverage.met(site)); // make the mistake in test/errors, or a text in test/filetest/errors
  }
  for (std::size_t i = 0; i < excused.size(); ++i) {
    INFO(excused[i].file << ": " << excused[i].text);
    CHECK(used[i]); // an excuse for what is not there
    CHECK(excused[i].reason.size() > 10);
  }
}

TEST_CASE("errors: operators written over several lines name their own", "[errors]") {
  Graph g;
  const Value a = g.input("a", f32({2})), b = g.input("b", f32({3}));
  // clang-format off
  const unsigned line = __LINE__;
  const auto build = [&] {
    const Value c = exp(a);
    return c * 2
           + b;
  };
  // clang-format on
  try {
    build();
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    const std::string place = error.place();
    const std::string start = std::string(__FILE__) + ":";
    REQUIRE(place.starts_with(start));
    const unsigned at = static_cast<unsigned>(std::stoul(place.substr(start.size())));
    CHECK((at == line + 3 || at == line + 4));
  }
}
