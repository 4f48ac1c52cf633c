// verify() finds what a broken pass could leave behind; each way to break a graph is tried.
#include "ir/graph_data.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

struct Small {
  Small() : g("small") {
    x = g.input("x", f32({2}));
    w = g.param("w", f32({2}));
    y = add(x, w);
    z = reduce_sum(y);
    g.output("z", z);
    g.update(w, y);
  }
  GraphData& data() { return *g.data(); }
  Node& node(Value v) { return g.data()->nodes[v.id()]; }
  Graph g;
  Value x, w, y, z;
};

} // namespace

TEST_CASE("a sound graph passes") {
  Small s;
  CHECK_NOTHROW(verify(s.g));
  CHECK_NOTHROW(verify(Graph("empty")));
  CHECK_NOTHROW(verify(s.g.clone()));
}

TEST_CASE("broken nodes are found") {
  Small s;
  std::string wanted;
  SECTION("type") {
    s.node(s.y).type = s.data().intern_type(f32({3}));
    wanted = "(add): has type f32[3], but its op gives f32[2]";
  }
  SECTION("type out of its table") {
    s.node(s.y).type = 1000;
    wanted = "its type is not in the table";
  }
  SECTION("operand order") {
    s.data().operand_pool[s.node(s.y).first_operand] = s.z.id();
    wanted = "does not come before it";
  }
  SECTION("operand that does not exist") {
    s.data().operand_pool[s.node(s.z).first_operand] = 12345;
    wanted = "operand 12345 does not come before it";
  }
  SECTION("operands out of the pool") {
    s.node(s.y).first_operand = 0xfffffff0;
    wanted = "its operands are not in the pool";
  }
  SECTION("arity") {
    s.node(s.y).operand_count = 1;
    wanted = "(add): has 1 operands";
  }
  SECTION("a required attribute") {
    s.node(s.z).attrs = s.data().intern_attrs({});
    wanted = "(reduce): reduce: attribute 'axes' is missing";
  }
  SECTION("an attribute of the wrong kind") {
    s.node(s.z).attrs =
        s.data().intern_attrs({{"axes", true}, {"keepdims", false}, {"kind", "add"}});
    wanted = "attribute 'axes' has the wrong type";
  }
  SECTION("an attribute out of range") {
    s.node(s.z).attrs = s.data().intern_attrs({{"axes", std::vector<std::int64_t>{7}},
                                               {"keepdims", false},
                                               {"kind", std::string("add")}});
    wanted = "(reduce): reduce:";
  }
  SECTION("attributes out of their table") {
    s.node(s.z).attrs = 77;
    wanted = "its attributes are not in the table";
  }
  SECTION("opcode") {
    s.node(s.y).op = Opcode::Count_;
    wanted = "no opcode";
  }
  SECTION("origin") {
    s.node(s.y).origin = 999;
    wanted = "its origin does not exist";
  }
  NNGC_CHECK_THROWS(verify(s.g), Error, wanted);
}

TEST_CASE("broken inputs and outputs are found") {
  Small s;
  std::string wanted;
  SECTION("input node") {
    s.data().inputs[0].node = s.y.id();
    wanted = "input 'x': its node is no input";
  }
  SECTION("input name") {
    s.data().inputs[0].name = "q";
    wanted = "input 'q': its node has another name";
  }
  SECTION("input twice") {
    s.data().inputs[0].node = s.w.id();
    wanted = "its node is another input's";
  }
  SECTION("input unlisted") {
    s.data().inputs.pop_back();
    wanted = "is not among the inputs";
  }
  SECTION("lookup") {
    s.data().input_by_name.erase("x");
    wanted = "input 'x': is not found by its name";
  }
  SECTION("output name") {
    s.data().outputs[0].name = "w";
    wanted = "output 'w': the name is taken";
  }
  SECTION("output of another graph") {
    static Graph other;
    s.data().outputs[0].value = other.scalar(DType::F32, 1);
    wanted = "its value is not of this graph";
  }
  SECTION("update of what is no input") {
    s.data().outputs[1].updates = s.y;
    wanted = "updates what is no input";
  }
  SECTION("update of another type") {
    s.data().outputs[1].value = s.z;
    wanted = "is f32[], the input it updates f32[2]";
  }
  SECTION("update twice") {
    s.data().outputs.push_back({"again", s.y, s.w});
    wanted = "updated twice";
  }
  NNGC_CHECK_THROWS(verify(s.g), Error, wanted);
}

TEST_CASE("everything is said at once") {
  Small s;
  s.node(s.y).origin = 999;
  s.node(s.z).attrs = s.data().intern_attrs({});
  s.data().outputs[0].name = "1";
  try {
    verify(s.g);
    FAIL("nothing thrown");
  } catch (const Error& e) {
    const std::string what = e.what();
    CHECK_THAT(what, test::ContainsSubstring("graph 'small' breaks 3 rules"));
    CHECK_THAT(what, test::ContainsSubstring("origin"));
    CHECK_THAT(what, test::ContainsSubstring("'axes' is missing"));
    CHECK_THAT(what, test::ContainsSubstring("no identifier"));
  }
}

TEST_CASE("graphs inside attributes are verified") {
  Small inner;
  inner.node(inner.y).origin = 999;
  Small s;
  s.node(s.y).attrs =
      s.data().intern_attrs({{"body", Region(std::make_shared<const Graph>(std::move(inner.g)))}});
  NNGC_CHECK_THROWS(verify(s.g), Error, "in 'body': node 2 (add): its origin does not exist");
}
