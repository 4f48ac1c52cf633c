#include "codegen/epilogue.h"

#include "codegen/access.h"
#include "codegen/dependence.h"

namespace nngc::codegen {
namespace {

using loop::Instr;
using loop::Op;

/// A body longer than this runs in a loop over rows, with the sums in memory: written out for every
/// row it would cost more to compile than the loop costs to run.
constexpr std::int64_t longest_unrolled = 12;

class Epilogue {
public:
  Epilogue(Frame& frame, const loop::Kernel& kernel, const Tile& tile, const TilePlace& place)
      : ir_(frame.ir()), frame_(frame), body_(kernel.phases.front().body), tile_(tile),
        place_(place), instrs_(ir_), m_(kernel.parallel - 2), n_(kernel.parallel - 1),
        depends_(dependences(kernel).front()), values_(body_.size()) {
    for (const Instr& instr : body_)
      origins_.push_back(is_access(instr.op) ? origin(instr) : nullptr);
  }

  void run(const Values& sums) {
    for (std::size_t i = 0; i < body_.size(); ++i)
      if (!on_row(i)) evaluate(i, place_.row, nullptr);
    if (tile_.rows > 1 && weight(body_) > longest_unrolled) {
      loop_rows(sums);
      return;
    }
    for (int row = 0; row < tile_.rows; ++row) {
      const auto first = sums.begin() + static_cast<std::ptrdiff_t>(row) * tile_.vectors;
      run_row(ir_.i64(row), Values(first, first + tile_.vectors));
    }
  }

private:
  bool on_row(std::size_t i) const { return (depends_[i] >> m_ & 1) != 0; }
  bool on_column(std::size_t i) const { return (depends_[i] >> n_ & 1) != 0; }

  /// The address of an access at the tile's first element.
  Value* origin(const Instr& instr) {
    const DType dtype = frame_.buffer_type(instr.buffer);
    Value* address = frame_.base(instr.buffer, instr.index.base);
    for (const loop::Affine::Term& term : instr.index.terms)
      address = element(ir_, dtype, address, scaled(ir_, at(term.dim), frame_.dim(term.stride)));
    return address;
  }

  Value* at(int dim) const {
    return dim == m_   ? place_.row
           : dim == n_ ? place_.column
                       : place_.batch[static_cast<std::size_t>(dim)];
  }

  void loop_rows(const Values& sums) {
    auto& b = ir_.builder;
    Type* type = sums.front()->getType();
    auto* array = llvm::ArrayType::get(type, sums.size());
    Value* memory = frame_.at_start([&] { return b.CreateAlloca(array, nullptr, "sums"); });
    const auto place = [&](Value* index) { return b.CreateGEP(type, memory, index); };
    for (std::size_t i = 0; i < sums.size(); ++i)
      b.CreateStore(sums[i], place(ir_.i64(static_cast<std::int64_t>(i))));
    emit_loop(ir_, ir_.i64(0), ir_.i64(tile_.rows), 1, [&](Value* row) {
      Value* first = b.CreateMul(row, ir_.i64(tile_.vectors));
      Values sums_of_row;
      for (int j = 0; j < tile_.vectors; ++j)
        sums_of_row.push_back(b.CreateLoad(type, place(b.CreateAdd(first, ir_.i64(j)))));
      run_row(row, sums_of_row);
    });
  }

  void run_row(Value* row, const Values& sums) {
    for (std::size_t i = 0; i < body_.size(); ++i)
      if (on_row(i)) evaluate(i, row, &sums);
  }

  /// All vectors of an instruction; one value where it does not depend on the column.
  void evaluate(std::size_t i, Value* row, const Values* sums) {
    const Instr& instr = body_[i];
    const bool varies = on_column(i);
    values_[i].clear();
    for (int j = 0; j < (varies ? tile_.vectors : 1); ++j) {
      const int lanes = varies ? tile_.lanes : 1;
      const auto operand = [&](int number) -> Value* {
        return number < 0 ? nullptr : splat(ir_, value(number, j), lanes);
      };
      Value* result = nullptr;
      if (instr.op == Op::Const)
        result = instrs_.constant(instr.type, instr.bits);
      else if (instr.op == Op::Acc)
        result = (*sums)[static_cast<std::size_t>(j)];
      else if (instr.op == Op::Index)
        result = index_value(instr, row, j, varies && lanes > 1);
      else if (is_access(instr.op))
        result = access(i, row, j, varies);
      else
        result = instrs_.emit(
            instr, body_[static_cast<std::size_t>(instr.op == Op::Select ? instr.b : instr.a)].type,
            operand(instr.a), operand(instr.b), operand(instr.c));
      values_[i].push_back(result);
    }
  }

  Value* value(int number, int j) const {
    const Values& all = values_[static_cast<std::size_t>(number)];
    return all.size() == 1 ? all.front() : all[static_cast<std::size_t>(j)];
  }

  Value* column_offset(const loop::Affine& index, int j) {
    return scaled(ir_, frame_.dim(stride_of(index, n_)),
                  ir_.i64(static_cast<std::int64_t>(j) * tile_.lanes));
  }

  /// `row` counts from the tile's first.
  Value* index_value(const Instr& instr, Value* row, int j, bool vector) {
    auto& b = ir_.builder;
    Value* sum = frame_.dim(instr.index.base);
    for (const loop::Affine::Term& term : instr.index.terms)
      sum = b.CreateAdd(sum, scaled(ir_, at(term.dim), frame_.dim(term.stride)));
    if (!(stride_of(instr.index, m_) == Dim(0)))
      sum = b.CreateAdd(sum, scaled(ir_, row, frame_.dim(stride_of(instr.index, m_))));
    sum = b.CreateAdd(sum, column_offset(instr.index, j));
    if (!vector) return sum;
    Value* lanes = b.CreateMul(lane_numbers(ir_, ir_.i64_type(), tile_.lanes),
                               splat(ir_, frame_.dim(stride_of(instr.index, n_)), tile_.lanes));
    return b.CreateAdd(splat(ir_, sum, tile_.lanes), lanes);
  }

  Value* access(std::size_t i, Value* row, int j, bool varies) {
    auto& b = ir_.builder;
    const Instr& instr = body_[i];
    const bool plain = instr.op == Op::Load || instr.op == Op::Store;
    const int condition = instr.op == Op::LoadAt ? instr.b : instr.c;
    const Dim row_stride = stride_of(instr.index, m_);
    Value* offset = varies ? column_offset(instr.index, j) : ir_.i64(0);
    if (!(row_stride == Dim(0)))
      offset = b.CreateAdd(offset, scaled(ir_, row, frame_.dim(row_stride)));
    Place where;
    where.dtype = frame_.buffer_type(instr.buffer);
    where.address = element(ir_, where.dtype, origins_[i], offset);
    where.offset = plain || instr.a < 0 ? nullptr : value(instr.a, j);
    where.condition = plain || condition < 0 ? nullptr : value(condition, j);
    if (varies) {
      where.lanes = tile_.lanes;
      where.stride = frame_.dim(stride_of(instr.index, n_));
      where.mask = place_.masks[static_cast<std::size_t>(j)];
    }
    if (!is_effect(instr.op)) return load_place(ir_, where);
    Value* stored = value(instr.op == Op::Store ? instr.a : instr.b, j);
    put_place(ir_, where, instr.op, stored);
    return nullptr;
  }

  IrContext& ir_;
  Frame& frame_;
  const std::vector<Instr>& body_;
  const Tile& tile_;
  const TilePlace& place_;
  InstrEmitter instrs_;
  int m_, n_;
  std::vector<DimSet> depends_;
  std::vector<Values> values_;
  Values origins_;
};

} // namespace

void emit_epilogue(Frame& frame, const loop::Kernel& kernel, const Tile& tile,
                   const TilePlace& place, const Values& sums) {
  Epilogue(frame, kernel, tile, place).run(sums);
}

} // namespace nngc::codegen
