/// The loop-level IR: what a compiled model does, kernel by kernel, before LLVM sees it.
///
/// A Program has entries; an entry is a list of kernels called in order over numbered buffers. A
/// kernel is a Nest (loops over parallel dims, then phases that may loop over reduction dims), a
/// Contraction (a register-tiled product with an epilogue), or Control, which calls bodies: entries
/// inside of the entry. There is no node per op of the graph here: only scalar arithmetic, loads,
/// stores, loops, sums. Symbolic dims are `Dim`s, known when the entry is called.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nngc/type.h"

namespace nngc::loop {

/// `base + sum of stride * index`, in elements of the buffer. `dim` numbers the kernel's dims.
struct Affine {
  struct Term {
    int dim = 0;
    Dim stride;
    friend bool operator==(const Term&, const Term&) = default;
  };
  Dim base;
  std::vector<Term> terms; ///< at most one per dim, ascending, no zero strides
  friend bool operator==(const Affine&, const Affine&) = default;
};

/// What one instruction of a body does. Operands a, b, c are indices of earlier instructions in the
/// body.
enum class Op : std::uint8_t {
  // leaves
  Const,   ///< `bits` is the value as the dtype's bit pattern (bf16/f16: their 16 bits),
           ///< zero-extended
  Index,   ///< the value of `index` (affine over dims), type I64
  Load,    ///< buffer[index]; always in bounds
  LoadAt,  ///< buffer[index + a], `a` an i64; where `b` (a bool; -1: always) is false: 0, memory
           ///< untouched
  Acc,     ///< contraction only: the finished sum of this (batch, m, n)
  Reduced, ///< result number `imm` of the earlier phase `phase`
  Running, ///< reduction number `imm` of this phase as it stands after this step: only where no
           ///< reduction dim lies in lanes, so that steps come one after another, in order
  Before,  ///< ... as it stood before this step
  // arithmetic; ints wrap; type is that of the result
  Neg,
  Abs,
  Add,
  Sub,
  Mul,
  Div,
  Rem,
  Max,
  Min,
  And,
  Or,
  Xor,
  Not,
  Shl,
  ShrLogical,
  ShrArith,
  Fma, ///< a*b+c with one rounding where the target has it, else with two (floats)
  Eq,
  Ne,
  Lt,
  Le,
  Gt,
  Ge, ///< operands' dtype is that of a; result Bool; NaN: only Ne is true
  IsFinite,
  Select,  ///< a ? b : c
  Convert, ///< to `type`; float to int saturates, NaN to 0; float to bool is != 0; ints wrap
  // functions
  Exp,
  Expm1,
  Log,
  Log1p,
  Sqrt,
  Rsqrt,
  Sin,
  Cos,
  Tan,
  Tanh,
  Logistic,
  Erf,
  Atan,
  Pow,
  Floor,
  Ceil,
  RoundEven,
  Trunc,
  // effects
  Store,   ///< buffer[index] = a
  StoreAt, ///< buffer[index + a] = b where c (-1: always)
  // As the next, in the nest's own order: such a nest has one block.
  AddAt, ///< buffer[index + a] += b where c
  MaxAt, ///< buffer[index + a] = max(buffer[index + a], b) where c
  MinAt, ///< the same with min
};
// Max and Min of floats return NaN if either is NaN. Div by 0 of ints gives 0, Rem by 0 gives a;
// INT_MIN/-1 wraps. Shifts by >= width give 0 (ShrArith: the sign). Bools are 0 or 1.

struct Instr {
  Op op = Op::Const;
  DType type = DType::F32;
  int a = -1, b = -1, c = -1;
  int buffer = -1;        ///< Load, LoadAt, Store, StoreAt, AddAt
  Affine index;           ///< Index, Load*, Store*
  std::uint64_t bits = 0; ///< Const
  int phase = 0, imm = 0; ///< Reduced
};

/// One loop dimension of a kernel.
struct Loop {
  Dim extent;
  std::string name; ///< for printing
};

enum class ReduceOp : std::uint8_t { Add, Mul, Max, Min, And, Or, ArgMax, ArgMin, Linrec };

/// Combines `value` (an instruction of the phase) over all reduction dims. The dtype is the
/// value's; ArgMax and ArgMin give the I64 position `index` (an instruction, I64) of the first
/// extreme value, NaN counting as extreme. The tree is fixed by the extents: never by the target's
/// vector width or by threads. Linrec goes from h to `index` * h + `value`, with two roundings and
/// from h = -0, and is there for Running and Before only.
struct Reduction {
  ReduceOp op = ReduceOp::Add;
  int value = -1;
  int index = -1; ///< ArgMax, ArgMin: I64; Linrec: the factor, of the value's dtype
};

/// A body run for each parallel point; `loops` says whether it also runs over all reduction dims.
/// Values that do not depend on a reduction dim are computed once, before the loop.
struct Phase {
  bool loops = true;
  std::vector<Instr> body;
  std::vector<Reduction>
      reductions; ///< only when `loops`; results are read with Op::Reduced by later phases
};

/// One operand of a contraction: element (batch..., row, k) of A or (batch..., k, col) of B.
struct MatrixOperand {
  int buffer = -1;
  Affine index; ///< over the kernel's dims
};

enum class KernelKind : std::uint8_t { Nest, Contraction, Control, Sort };

/// What a body gets for one of its arguments.
struct Passed {
  enum class Kind : std::uint8_t {
    Whole,   ///< the buffer
    Row,     ///< row number `step` of the buffer, `stride` elements apart
    CarryIn, ///< what carry `number` is before the step
    CarryOut ///< ... and where the step writes it
  };
  Kind kind = Kind::Whole;
  int buffer = -1;
  Dim stride;
  int number = 0;
};
/// One of the entry's bodies with its arguments, in order.
struct BodyCall {
  int body = -1;
  std::vector<Passed> arguments;
};
/// A value that one step of a loop hands to the next. Steps read `init` first, then what the step
/// before wrote, in turns to `result` and `spare`; in the end it lies in `result`.
struct Carry {
  int init = -1, result = -1, spare = -1; ///< buffers
  Dim size;                               ///< in elements
};
enum class ControlKind : std::uint8_t { Scan, While, Cond };

/// Calls of bodies. Scan: calls[0] for each of `trips` rows, the last first with `reverse`; only
/// the first `*count` rows where there is a count (an i32, clamped). While: calls[1] as long as
/// calls[0] leaves a true bool in `test`, at most `trips` times if `bounded`; the number of steps
/// goes to `steps`, an i32. Where `trips` is symbolic, a loop that would go on is status 2. Cond:
/// calls[0] where `test` is true, else calls[1].
struct Control {
  ControlKind kind = ControlKind::Scan;
  std::vector<BodyCall> calls;
  std::vector<Carry> carries;
  Dim trips;
  bool bounded = true, reverse = false;
  int count = -1, test = -1, steps = -1;
  std::vector<int> cleared; ///< buffers set to 0 before: stacks of which not every row is visited
  int workspace = -1;       ///< bytes for whichever body runs; -1: none needs any
};

/// A kernel's parallel points are cut into at most so many blocks, by its extents alone.
inline constexpr std::int64_t most_blocks = 16;

/// Nest: dims[0, parallel) are parallel, the rest are reduction dims. `lane` is the dim that lies
/// in vector lanes
/// (-1: scalar code): either the last parallel dim or the last reduction dim.
/// Contraction: dims are batch..., m, n, then one k or more; parallel counts all but the k;
/// out[batch,m,n] = sum over k of A * B, in the order of k, the last one fastest, each product
/// fused into the sum (`chains` sums where there are several, of a single k); then
/// `phases[0].body`, the epilogue, runs per (batch, m, n), with Op::Acc. The n dim lies in lanes: B
/// and the stores have stride 1 (or 0) in n wherever speed matters; any stride is right.
/// Sort: dims are parallel... and one more, the axis. Element A says what is sorted; B, an I32, is
/// given the position along the axis of the element that comes there in order, for the first
/// `count` of them. Equal elements keep their order, and so do zeros of either sign; NaN comes
/// last.
struct Kernel {
  std::string name; ///< an identifier, unique in the program: also the symbol's name
  KernelKind kind = KernelKind::Nest;
  std::vector<Loop> dims;
  int parallel = 0;
  int lane = -1;
  std::vector<Phase> phases;
  MatrixOperand a, b;              ///< Contraction
  DType operand_type = DType::F32; ///< Contraction: dtype of A and B as stored
  DType acc_type = DType::F32; ///< Contraction: of the sum (F32 for 16-bit floats), and of Op::Acc
  /// Contraction: how many sums each result is made of, a power of two: sum c takes the products of
  /// k = c, c + chains, ... in order, and neighbours are added in pairs. More than one needs a
  /// static k.
  int chains = 1;
  /// Sort: an Arena buffer of u64, a piece of sort_words() words a block (sort_scratch.h).
  /// Contraction: an Arena buffer of the operand's dtype where every block may copy columns of B
  /// together; -1: none. Room for all k of n + 64 columns, or of 1024 if that is less.
  /// Nest: an Arena buffer of `most_blocks` times `rows` pieces of `scratch_row` elements. Each
  /// parallel point has a piece to itself while it runs; accesses are relative to that.
  int scratch = -1;
  std::int64_t scratch_row = 0;
  /// Nest: how many points of the last parallel dim may be under way at once, a power of two.
  int rows = 1;
  bool serial = false;     ///< must run as one block (AddAt, duplicates)
  Dim count;               ///< Sort: how many positions are stored
  bool descending = false; ///< Sort
  Control control;         ///< Control: it has no dims and no phases
  std::string note;        ///< where it comes from, for prints: "dot_general %7 + bias + relu"
};

/// Sort: what sorting one row takes, in 64-bit words: twice the row, of whose elements each is a
/// key and a position in one word, or in two where the key fills one; with room for the last whole
/// step.
inline constexpr std::int64_t sort_step = 8;
[[nodiscard]] inline std::int64_t sort_element_words(const Kernel& kernel) {
  return byte_size(kernel.operand_type) == 8 ? 2 : 1;
}
[[nodiscard]] inline Dim sort_words(const Kernel& kernel) {
  return (kernel.dims.back().extent + Dim(2 * sort_step)) * Dim(2 * sort_element_words(kernel));
}

enum class BufferKind : std::uint8_t { Input, Output, InOut, Arena, Constant };

/// Input: read only. InOut: a donated input that is also an output (one pointer). Arena: at
/// `offset` bytes in the caller's workspace. Constant: `data` in the object, read only.
struct Buffer {
  std::string name;
  BufferKind kind = BufferKind::Arena;
  DType dtype = DType::F32;
  Dim size;     ///< in elements
  int arg = -1; ///< Input, Output, InOut: position among the entry's pointer arguments
  Dim offset;   ///< Arena: in bytes, a multiple of 64 for every value of the symbols
  std::vector<std::uint8_t> data; ///< Constant
};

/// An argument of an entry as the caller sees it; for the header, the table in the object and
/// checks.
struct Argument {
  std::string name;
  TensorType type;
  BufferKind kind = BufferKind::Input; ///< Input, Output or InOut
  std::string role;                    ///< "data", "param", "state", "seed", "output"
};

/// A function of the object: `int NAME(void* const* args, const int64_t* dims, void* workspace,
/// const struct nngc_parallel* parallel)`: 0 done, 1 where a symbol or one of `extents` is
/// negative, 2 where a loop takes more steps than one of `limits` allows. `dims[i]` is the value of
/// `symbols[i]`.
struct Entry {
  std::string name;                   ///< C symbol
  std::vector<Argument> arguments;    ///< in order of the pointers in args
  std::vector<std::uint32_t> symbols; ///< ids of the symbolic dims, in order of `dims`
  std::vector<Dim> extents;           ///< of values: the call is refused if one is negative
  /// Ids of symbols that no argument shows: how many steps a while may take, room for what they
  /// keep. The caller may choose them, and must choose larger ones after status 2.
  std::vector<std::uint32_t> limits;
  std::vector<Buffer> buffers;
  std::vector<Kernel> kernels; ///< called in order
  Dim workspace;               ///< bytes
  /// What its Control kernels call. A body is an entry of its own, but for its symbols, which are
  /// this one's, and its extents, which this one checks.
  std::vector<Entry> bodies;
};

/// Whether a call can end with status 2.
[[nodiscard]] bool may_stop(const Entry& entry);
/// All buffers that a kernel reads or writes, in order of first mention.
[[nodiscard]] std::vector<int> touched_buffers(const Kernel& kernel);

struct Program {
  std::string name;
  std::vector<Entry> entries;
};

} // namespace nngc::loop
