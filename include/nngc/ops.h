/// One function per primitive, and the operators; composites have headers of their own. Every
/// function appends to its operands' graph, broadcasts where the mathematics says so (NumPy's rule,
/// inserted as explicit nodes), and throws Error{Shape, Type, Graph, Attribute} at the caller's
/// line. Elementwise results have the broadcast shape and the operands' dtype.
#pragma once

#include <span>
#include <vector>

#include "nngc/composites.h"
#include "nngc/graph.h"
#include "nngc/indexing.h"
#include "nngc/tensor.h"

namespace nngc {

// ---- leaves ----
Value constant(Graph& graph, const Tensor& value, Where where = Where::current());
Value full(Graph& graph, TensorType type, double value, Where where = Where::current());
/// 0, 1, 2, ... along `axis`.
Value iota(Graph& graph, TensorType type, int axis = 0, Where where = Where::current());
/// u32[shape] random bits, a pure function of (key u32[2], counter u64[], site, element index):
/// Threefry-2x32-20.
Value rng_bits(Value key, Value counter, Shape shape, std::int64_t site,
               Where where = Where::current());
/// Uniform in [0, 1): the top 24 bits of rng_bits times 2^-24.
Value uniform(Value key, Value counter, TensorType type, std::int64_t site,
              Where where = Where::current());
Value stop_gradient(Value x, Where where = Where::current());

// ---- elementwise, one operand ----
Value abs(Value x, Where where = Where::current()); ///< derivative 0 at 0
Value atan(Value x, Where where = Where::current());
Value cos(Value x, Where where = Where::current());
Value erf(Value x, Where where = Where::current());
Value exp(Value x, Where where = Where::current());
Value expm1(Value x, Where where = Where::current());
Value is_finite(Value x, Where where = Where::current()); ///< bool
Value log(Value x, Where where = Where::current());
Value log1p(Value x, Where where = Where::current());
Value logistic(Value x, Where where = Where::current()); ///< 1 / (1 + exp(-x))
Value neg(Value x, Where where = Where::current());
Value floor(Value x, Where where = Where::current());
Value ceil(Value x, Where where = Where::current());
Value trunc(Value x, Where where = Where::current());
Value round_even(Value x, Where where = Where::current()); ///< half to even
Value rsqrt(Value x, Where where = Where::current());
Value sin(Value x, Where where = Where::current());
Value sqrt(Value x, Where where = Where::current());
Value tanh(Value x, Where where = Where::current());
Value logical_not(Value p, Where where = Where::current()); ///< bool or bits of ints

// ---- elementwise, two operands ----
enum class Tie : std::uint8_t {
  Default,
  Half,
  First,
  Second
}; ///< who gets the derivative of max, min at a tie
Value add(Operand a, Operand b);
Value sub(Operand a, Operand b);
Value mul(Operand a, Operand b);
Value div(Operand a, Operand b); ///< ints: toward 0, by 0 gives 0
Value rem(Operand a, Operand b); ///< sign of a; ints: by 0 gives a
Value pow(Operand a, Operand b);
Value ipow(Value x, std::int64_t n, Where where = Where::current());
/// NaN if either is. Default tie: half each; where one operand is constant, the constant wins.
Value max(Operand a, Operand b, Tie tie = Tie::Default);
Value min(Operand a, Operand b, Tie tie = Tie::Default);
Value bit_and(Operand a, Operand b); ///< bools or ints
Value bit_or(Operand a, Operand b);
Value bit_xor(Operand a, Operand b);
Value shl(Operand a, Operand b); ///< by >= width: 0
Value shr(Operand a, Operand b); ///< arithmetic for signed ints, logical for unsigned
Value eq(Operand a, Operand b);
Value ne(Operand a, Operand b);
Value lt(Operand a, Operand b);
Value le(Operand a, Operand b);
Value gt(Operand a, Operand b);
Value ge(Operand a, Operand b);
Value select(Value predicate, Operand on_true, Operand on_false);
Value convert(Value x, DType dtype, Where where = Where::current());

inline Value operator+(Operand a, Operand b) { return add(a, b); }
inline Value operator-(Operand a, Operand b) { return sub(a, b); }
inline Value operator*(Operand a, Operand b) { return mul(a, b); }
inline Value operator/(Operand a, Operand b) { return div(a, b); }
inline Value operator-(Operand a) { return neg(a.value, a.where); }
inline Value operator<(Operand a, Operand b) { return lt(a, b); }
inline Value operator<=(Operand a, Operand b) { return le(a, b); }
inline Value operator>(Operand a, Operand b) { return gt(a, b); }
inline Value operator>=(Operand a, Operand b) { return ge(a, b); }

// ---- shape and movement ----
/// dims[i] is the axis of the result that operand axis i becomes; extents equal, or 1 in the
/// operand.
Value broadcast_in_dim(Value x, Shape shape, Axes dims, Where where = Where::current());
Value broadcast_to(Value x, Shape shape, Where where = Where::current()); ///< trailing axes aligned
Value reshape(Value x, Shape shape, Where where = Where::current());
Value transpose(Value x, Axes perm = {},
                Where where = Where::current()); ///< no perm: reverse the axes
Value reverse(Value x, Axes axes, Where where = Where::current());
Value slice(Value x, std::vector<Dim> start, std::vector<Dim> limit, Axes stride = {},
            Where where = Where::current());
/// lo and hi may be negative (crop); `interior` elements between neighbours.
Value pad(Value x, Operand value, Axes lo, Axes hi, Axes interior = {},
          Where where = Where::current());
Value concat(std::span<const Value> parts, int axis, Where where = Where::current());

// ---- reductions and contraction; no axes: all of them ----
Value reduce_sum(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());
Value reduce_mean(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());
Value reduce_prod(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());
Value reduce_max(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());
Value reduce_min(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());
/// With the derivative at a tie: to the first extreme element (First), or an equal share each
/// (Half). The default is First.
Value reduce_max(Value x, Axes axes, bool keepdims, Tie tie, Where where = Where::current());
Value reduce_min(Value x, Axes axes, bool keepdims, Tie tie, Where where = Where::current());
Value reduce_and(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());
Value reduce_or(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());
/// i32 index of the first extreme element along `axis`; NaN counts as extreme.
Value argmax(Value x, int axis, Where where = Where::current());
Value argmin(Value x, int axis, Where where = Where::current());
/// result = batch dims, then free dims of a, then free dims of b; sums over the contracted pairs;
/// 16-bit floats are accumulated in f32.
Value dot_general(Value a, Value b, Axes contract_a, Axes contract_b, Axes batch_a = {},
                  Axes batch_b = {}, Where where = Where::current());
Value matmul(Value a, Value b,
             Where where = Where::current()); ///< [..., m, k] x [..., k, n]; leading axes broadcast
/// `v`, the result of a sum, product, running result, contraction, convolution, window_sum or
/// scatter_add, with its floats accumulated in that dtype (f64, or f32 for 16-bit floats) and
/// rounded once: accumulate_in(matmul(a, b), DType::F64).
Value accumulate_in(Value v, DType dtype, Where where = Where::current());

} // namespace nngc
