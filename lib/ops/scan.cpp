/// scan{body, carries, consts, length, reverse, counted, snapshots}(consts..., carries..., xs...,
/// [count]): runs the body once for each row of the xs along axis 0, `length` of them, from the
/// first to the last, or with `reverse` from the last to the first. The body is a graph of (consts,
/// carries, a row of each x) to (the next carries, a row of each y). Results: the last carries,
/// then the stacked ys; row t of a y comes from the step that saw row t of the xs. A counted scan
/// visits the rows [0, count) alone, count clamped to [0, length]; rows of ys it does not visit are
/// 0. With `snapshots` its reverse mode keeps so many carries and no more, and computes steps again
/// (Revolve).
#include "ops/regions.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"body", AttrKind::Region, true, "(consts, carries, rows of xs) to (carries, rows of ys)"},
    {"consts", AttrKind::Int, true, "how many operands every step sees whole"},
    {"carries", AttrKind::Int, true, "how many values one step hands to the next"},
    {"length", AttrKind::Dims, true, "one dim: how many rows"},
    {"reverse", AttrKind::Bool, true, "from the last row to the first"},
    {"counted", AttrKind::Bool, true, "the last operand says how many rows there are"},
    {"snapshots", AttrKind::Int, false, "how many carries derivatives keep"}};

static TensorType infer(const InferContext& c) {
  check_counts(c, c.operands.size());
  const auto& length = c.attrs.get<std::vector<Dim>>("length");
  if (length.size() != 1 || (length[0].is_static() && length[0].value() < 0))
    c.fail(Error::Kind::Attribute, "length is one extent, not negative");
  if (c.attrs.get_or("snapshots", std::int64_t{1}) < 1)
    c.fail(Error::Kind::Attribute, "snapshots is a count, at least 1");
  const LoopOperands parts = loop_operands(c.attrs, c.operands.size());
  std::vector<TensorType> types;
  for (std::size_t i = 0; i < parts.inputs(); ++i) {
    TensorType t = *c.operands[i];
    if (i >= parts.consts + parts.carries) {
      if (t.shape.rank() == 0 || !(t.shape[0] == length[0]))
        c.fail(Error::Kind::Shape, "x " + std::to_string(i - parts.consts - parts.carries) +
                                       " must have " + length[0].str() + " rows along axis 0");
      t.shape = Shape(std::vector<Dim>(t.shape.begin() + 1, t.shape.end()));
    }
    types.push_back(std::move(t));
  }
  if (parts.counted && !(*c.operands.back() == i32({})))
    c.fail(Error::Kind::Type, "the count is an i32 of rank 0");
  const Graph& body = region(c.attrs, "body");
  check_body_inputs(c, body, "body", types);
  check_carries(c, body, parts.consts, parts.carries);
  return result_types(Opcode::Scan, c.attrs).front();
}

constinit const OpDef ops::Scan{.mnemonic = "scan",
                                .summary = "a loop over rows that hands values on",
                                .signature = "(...: any) -> any",
                                .min_operands = 0,
                                .max_operands = -1,
                                .traits = trait::Region,
                                .lowering = Lowering::Region,
                                .attrs = specs,
                                .infer = infer};

} // namespace nngc
