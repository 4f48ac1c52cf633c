#include "loop/loop_verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>
#include <stdexcept>

#include "loop/loop_printer.h"
#include "loop/op_operands.h"
#include "loop/sort_scratch.h"

namespace nngc::loop {
namespace {

class Verifier {
public:
  explicit Verifier(const Program& program) : program_(program) {}

  std::vector<std::string> run() {
    for (const Entry& entry : program_.entries) check_entry(entry);
    return std::move(problems_);
  }

private:
  void check_entry(const Entry& entry) {
    for (const Entry& body : entry.bodies) {
      check_entry(body);
      where_ = "body " + body.name;
      require(body.symbols == entry.symbols, "its symbols are not its caller's");
    }
    entry_ = &entry;
    where_ = "entry " + entry.name;
    require(is_identifier(entry.name), "its name is no identifier");
    require(names_.insert(entry.name).second, "its name is not unique");
    for (const Dim& extent : entry.extents) check_dim(extent);
    for (const Buffer& buffer : entry.buffers) check_buffer(buffer);
    for (const Kernel& kernel : entry.kernels) {
      where_ = "kernel " + kernel.name;
      require(is_identifier(kernel.name), "its name is no identifier");
      require(names_.insert(kernel.name).second, "its name is not unique");
      kernel_ = &kernel;
      if (kernel.kind == KernelKind::Control)
        check_control(kernel.control);
      else
        check_kernel();
    }
  }

  void check_control(const Control& c) {
    check_dim(c.trips);
    for (const int b : touched_buffers(*kernel_))
      if (!require(valid_buffer(b), "a buffer does not exist")) return;
    require(c.calls.size() == (c.kind == ControlKind::Scan ? 1U : 2U), "it calls too few or many");
    for (const BodyCall& call : c.calls) {
      if (!require(call.body >= 0 && call.body < static_cast<int>(entry_->bodies.size()),
                   "its body does not exist"))
        return;
      const Entry& body = entry_->bodies[static_cast<std::size_t>(call.body)];
      if (!require(call.arguments.size() == body.arguments.size(), "arguments are missing")) return;
      for (std::size_t i = 0; i < call.arguments.size(); ++i)
        check_passed(c, call.arguments[i], body.arguments[i]);
    }
    require(c.kind == ControlKind::Scan || (c.test >= 0 && buffer(c.test).dtype == DType::Bool),
            "its test is no bool");
    require(c.count < 0 || buffer(c.count).dtype == DType::I32, "its count is no i32");
    require(c.steps < 0 || buffer(c.steps).dtype == DType::I32, "its steps are no i32");
  }

  void check_passed(const Control& c, const Passed& passed, const Argument& argument) {
    const bool writes = argument.kind != BufferKind::Input;
    const bool carry =
        passed.kind == Passed::Kind::CarryIn || passed.kind == Passed::Kind::CarryOut;
    if (carry) {
      if (!require(passed.number >= 0 && passed.number < static_cast<int>(c.carries.size()),
                   "a carry does not exist"))
        return;
      require(writes == (passed.kind == Passed::Kind::CarryOut), "a carry goes the wrong way");
    }
    const int b = carry ? c.carries[static_cast<std::size_t>(passed.number)].result : passed.buffer;
    require(buffer(b).dtype == argument.type.dtype, "an argument has another dtype");
    require(!writes ||
                (buffer(b).kind != BufferKind::Input && buffer(b).kind != BufferKind::Constant),
            "a body writes a buffer that is read only");
    check_dim(passed.stride);
  }

  bool require(bool holds, const std::string& problem) {
    if (!holds) problems_.push_back(where_ + ": " + problem);
    return holds;
  }

  void check_buffer(const Buffer& buffer) {
    where_ = fmt::format("entry {}, buffer {}", entry_->name, buffer.name);
    check_dim(buffer.size);
    switch (buffer.kind) {
    case BufferKind::Arena:
      check_dim(buffer.offset);
      require(buffer.offset.scale() % 64 == 0 && buffer.offset.offset() % 64 == 0,
              "its offset is no multiple of 64");
      break;
    case BufferKind::Constant:
      require(buffer.size.is_static() && static_cast<std::int64_t>(buffer.data.size()) ==
                                             buffer.size.value() * byte_size(buffer.dtype),
              "its data is not as large as its size says");
      break;
    default:
      if (!require(buffer.arg >= 0 && buffer.arg < static_cast<int>(entry_->arguments.size()),
                   "its argument does not exist"))
        return;
      require(entry_->arguments[static_cast<std::size_t>(buffer.arg)].kind == buffer.kind,
              "its kind is not that of its argument");
    }
  }

  void check_dim(const Dim& dim) {
    require(dim.is_static() || std::ranges::count(entry_->symbols, dim.symbol_id()) == 1,
            "the symbol of " + dim.str() + " is none of the entry's");
  }

  void check_affine(const Affine& index, int dims) {
    check_dim(index.base);
    int last = -1;
    for (const Affine::Term& term : index.terms) {
      require(term.dim > last, "an index has its dims out of order");
      require(term.dim >= 0 && term.dim < dims, "an index uses a dim that is not open here");
      require(!(term.stride == Dim(0)), "an index has a stride of 0");
      check_dim(term.stride);
      last = term.dim;
    }
  }

  void check_kernel() {
    const Kernel& kernel = *kernel_;
    const int rank = static_cast<int>(kernel.dims.size());
    require(rank <= 60, "it has more dims than a set of them can hold");
    for (const Loop& loop : kernel.dims) check_dim(loop.extent);
    if (!require(kernel.parallel >= 0 && kernel.parallel <= rank, "parallel is out of range"))
      return;
    if (kernel.kind == KernelKind::Contraction) {
      if (!require(kernel.parallel >= 2 && kernel.parallel < rank,
                   "a contraction has batch..., m, n; k..."))
        return;
      require(kernel.phases.size() == 1, "a contraction has one phase, its epilogue");
      for (const MatrixOperand* operand : {&kernel.a, &kernel.b}) {
        if (!require(valid_buffer(operand->buffer), "an operand's buffer does not exist")) return;
        require(buffer(operand->buffer).dtype == kernel.operand_type,
                "an operand's buffer is not of the operand type");
        check_affine(operand->index, rank);
      }
      require(
          std::ranges::none_of(kernel.a.index.terms,
                               [&](const Affine::Term& t) { return t.dim == kernel.parallel - 1; }),
          "A depends on n");
      require(
          std::ranges::none_of(kernel.b.index.terms,
                               [&](const Affine::Term& t) { return t.dim == kernel.parallel - 2; }),
          "B depends on m");
      require(kernel.chains >= 1 && kernel.chains <= 16 &&
                  std::has_single_bit(static_cast<unsigned>(kernel.chains)),
              "chains is no power of two up to 16");
      require(kernel.chains == 1 ||
                  (kernel.parallel == rank - 1 && kernel.dims.back().extent.is_static()),
              "several chains need one static k");
      if (kernel.scratch >= 0 &&
          require(valid_buffer(kernel.scratch), "its scratch does not exist"))
        check_scratch();
    } else if (kernel.kind == KernelKind::Sort) {
      check_sort();
    } else {
      if (kernel.scratch >= 0 &&
          require(valid_buffer(kernel.scratch), "its scratch does not exist"))
        check_scratch_rows();
      require(kernel.rows >= 1 && (kernel.rows == 1 || kernel.parallel > 0), "rows of what");
      require(kernel.lane == -1 || (kernel.lane == kernel.parallel - 1 && kernel.parallel > 0) ||
                  (kernel.lane == rank - 1 && rank > kernel.parallel),
              "lane is neither the last parallel nor the last reduction dim");
    }
    for (phase_ = 0; phase_ < kernel.phases.size(); ++phase_) check_phase(kernel.phases[phase_]);
  }

  void check_sort() {
    const Kernel& kernel = *kernel_;
    const int rank = static_cast<int>(kernel.dims.size());
    require(rank >= 1 && kernel.parallel == rank - 1, "a sort has one dim that is sorted");
    require(kernel.phases.empty(), "a sort has no phases");
    check_dim(kernel.count);
    for (const MatrixOperand* operand : {&kernel.a, &kernel.b}) {
      if (!require(valid_buffer(operand->buffer), "an operand's buffer does not exist")) return;
      check_affine(operand->index, rank);
    }
    require(buffer(kernel.a.buffer).dtype == kernel.operand_type,
            "what is sorted is not of the operand type");
    const Buffer& out = buffer(kernel.b.buffer);
    require(out.dtype == DType::I32, "the positions are no i32");
    require(out.kind != BufferKind::Input && out.kind != BufferKind::Constant,
            "it writes a buffer that is read only");
    if (!require(valid_buffer(kernel.scratch), "its scratch does not exist")) return;
    const Buffer& scratch = buffer(kernel.scratch);
    require(scratch.kind == BufferKind::Arena && scratch.dtype == DType::U64 &&
                scratch.size == sort_scratch_words(kernel),
            "scratch is not in the arena or not of the right size");
  }

  void check_scratch_rows() {
    const Buffer& scratch = buffer(kernel_->scratch);
    require(scratch.kind == BufferKind::Arena && scratch.size.is_static() &&
                scratch.size.value() >= loop::most_blocks * kernel_->rows * kernel_->scratch_row,
            "scratch is not in the arena or too small");
  }

  void check_scratch() {
    const Buffer& scratch = buffer(kernel_->scratch);
    require(scratch.kind == BufferKind::Arena && scratch.dtype == kernel_->operand_type,
            "scratch is not in the arena or not of the operand type");
    const Dim &n = kernel_->dims[static_cast<std::size_t>(kernel_->parallel) - 1].extent,
              &k = kernel_->dims.back().extent;
    require(kernel_->parallel + 1 == static_cast<int>(kernel_->dims.size()),
            "scratch of several k");
    if (require(n.is_static() && k.is_static() && scratch.size.is_static(), "scratch is symbolic"))
      require(scratch.size.value() >=
                  k.value() * std::min<std::int64_t>(n.value() + 64, 64 * most_blocks),
              "scratch is too small");
  }

  bool valid_buffer(int index) const {
    return index >= 0 && index < static_cast<int>(entry_->buffers.size());
  }
  const Buffer& buffer(int index) const { return entry_->buffers[static_cast<std::size_t>(index)]; }

  void check_phase(const Phase& phase) {
    const Kernel& kernel = *kernel_;
    const bool deep = phase.loops && kernel.kind == KernelKind::Nest;
    const int dims = deep ? static_cast<int>(kernel.dims.size()) : kernel.parallel;
    for (std::size_t i = 0; i < phase.body.size(); ++i) {
      where_ = fmt::format("kernel {}, phase {}, %{} {}", kernel.name, phase_, i,
                           name(phase.body[i].op));
      check_instr(phase, phase.body[i], static_cast<int>(i), dims);
    }
    where_ = fmt::format("kernel {}, phase {}", kernel.name, phase_);
    require(phase.reductions.empty() || deep, "it reduces without looping");
    for (const Reduction& reduction : phase.reductions) check_reduction(phase, reduction);
  }

  void check_reduction(const Phase& phase, const Reduction& reduction) {
    const auto valid = [&](int i) {
      return i >= 0 && i < static_cast<int>(phase.body.size()) &&
             !writes(phase.body[static_cast<std::size_t>(i)].op);
    };
    if (!require(valid(reduction.value), "a reduction's value does not exist")) return;
    const DType type = phase.body[static_cast<std::size_t>(reduction.value)].type;
    const bool bitwise = reduction.op == ReduceOp::And || reduction.op == ReduceOp::Or;
    require(bitwise ? !is_float(type) : type != DType::Bool || reduction.op >= ReduceOp::Max,
            fmt::format("{} cannot reduce {}", name(reduction.op), nngc::name(type)));
    if (reduction.op == ReduceOp::Linrec)
      require(valid(reduction.index) &&
                  phase.body[static_cast<std::size_t>(reduction.index)].type == type,
              "a factor is not of the value's type");
    if (reduction.op == ReduceOp::ArgMax || reduction.op == ReduceOp::ArgMin)
      require(valid(reduction.index) &&
                  phase.body[static_cast<std::size_t>(reduction.index)].type == DType::I64,
              "a position is no i64");
  }

  void check_instr(const Phase& phase, const Instr& instr, int number, int dims) {
    const Operands expected = operands_of(instr.op);
    const int given[] = {instr.a, instr.b, instr.c};
    for (int i = 0; i < 3; ++i) {
      const bool optional = expected.last_optional && i == expected.required;
      if (i >= expected.required && !optional) {
        require(given[i] == -1, fmt::format("operand {} is one too many", i));
        continue;
      }
      if (optional && given[i] == -1) continue;
      if (!require(given[i] >= 0 && given[i] < number, fmt::format("operand {} is not earlier", i)))
        return;
      require(!writes(phase.body[static_cast<std::size_t>(given[i])].op),
              fmt::format("operand {} has no value", i));
    }
    const auto type = [&](int operand) {
      return phase.body[static_cast<std::size_t>(operand)].type;
    };
    if (is_memory(instr.op)) {
      if (!require(valid_buffer(instr.buffer), "its buffer does not exist")) return;
      const Buffer& target = buffer(instr.buffer);
      require(!writes(instr.op) ||
                  (target.kind != BufferKind::Input && target.kind != BufferKind::Constant),
              "it writes a buffer that is read only");
      const DType moved = instr.op == Op::Store ? type(instr.a)
                          : writes(instr.op)    ? type(instr.b)
                                                : instr.type;
      require(target.dtype == moved, "its dtype is not the buffer's");
      require(instr.op < Op::AddAt || kernel_->serial, "the nest is not serial");
      if (instr.op != Op::Load && instr.op != Op::Store) {
        require(type(instr.a) == DType::I64, "its offset is no i64");
        const int condition = instr.op == Op::LoadAt ? instr.b : instr.c;
        require(condition < 0 || type(condition) == DType::Bool, "its condition is no bool");
      }
    }
    check_affine(instr.index, dims);
    check_types(phase, instr);
  }

  void check_types(const Phase& phase, const Instr& instr) {
    const auto type = [&](int operand) {
      return phase.body[static_cast<std::size_t>(operand)].type;
    };
    if (is_memory(instr.op) || instr.op == Op::Const || instr.op == Op::Convert) return;
    if (instr.op == Op::Index) {
      require(instr.type == DType::I64, "an index is an i64");
    } else if (instr.op == Op::Acc) {
      require(kernel_->kind == KernelKind::Contraction, "only contractions have a sum");
      require(instr.type == kernel_->acc_type, "it is not of the sum's type");
    } else if (instr.op == Op::Running || instr.op == Op::Before) {
      if (!require(instr.imm >= 0 && instr.imm < static_cast<int>(phase.reductions.size()),
                   "its phase has no such result"))
        return;
      require(kernel_->lane < kernel_->parallel, "the steps do not come one after another");
      const Reduction& reduction = phase.reductions[static_cast<std::size_t>(instr.imm)];
      const bool position = reduction.op == ReduceOp::ArgMax || reduction.op == ReduceOp::ArgMin;
      require(instr.type == (position ? DType::I64
                                      : phase.body[static_cast<std::size_t>(reduction.value)].type),
              "it is not of the result's type");
    } else if (instr.op == Op::Reduced) {
      const auto earlier = static_cast<std::size_t>(instr.phase);
      if (!require(instr.phase >= 0 && earlier < phase_, "its phase is not earlier")) return;
      const Phase& source = kernel_->phases[earlier];
      if (!require(instr.imm >= 0 && instr.imm < static_cast<int>(source.reductions.size()),
                   "its phase has no such result"))
        return;
      const Reduction& reduction = source.reductions[static_cast<std::size_t>(instr.imm)];
      const bool position = reduction.op == ReduceOp::ArgMax || reduction.op == ReduceOp::ArgMin;
      require(
          instr.type ==
              (position ? DType::I64 : source.body[static_cast<std::size_t>(reduction.value)].type),
          "it is not of the result's type");
    } else if (instr.op == Op::Select) {
      require(type(instr.a) == DType::Bool, "its condition is no bool");
      require(type(instr.b) == instr.type && type(instr.c) == instr.type, "its types differ");
    } else if (instr.op >= Op::Eq && instr.op <= Op::IsFinite) {
      require(instr.type == DType::Bool, "its result is a bool");
      require(instr.b < 0 || type(instr.a) == type(instr.b), "its operands' types differ");
    } else {
      for (const int operand : {instr.a, instr.b, instr.c})
        require(operand < 0 || type(operand) == instr.type, "its types differ");
      require((instr.op < Op::Exp || instr.op > Op::Trunc) || is_float(instr.type),
              "it is a function of floats");
    }
  }

  const Program& program_;
  const Entry* entry_ = nullptr;
  const Kernel* kernel_ = nullptr;
  std::size_t phase_ = 0;
  std::string where_;
  std::set<std::string> names_;
  std::vector<std::string> problems_;
};

} // namespace

std::vector<std::string> problems(const Program& program) { return Verifier(program).run(); }

void verify(const Program& program) {
  const std::vector<std::string> found = problems(program);
  if (!found.empty())
    throw std::logic_error(fmt::format("the loop program is wrong:\n{}", fmt::join(found, "\n")));
}

} // namespace nngc::loop
