/// constant{shape, value}: a literal. One element stands for all of the shape (a splat, which may
/// have symbolic dims); more elements are the tensor itself, and their shape is the literal's.
#include <cmath>
#include <cstring>
#include <limits>

#include "ops/axes.h"
#include "ops/eval_index.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"shape", AttrKind::Dims, true, "the result's shape"},
    {"value", AttrKind::Literal, true, "one element for all, or every element, row-major"}};

static TensorType infer(const InferContext& c) {
  const auto& dims = c.attrs.get<std::vector<Dim>>("shape");
  const Tensor& literal = *c.attrs.get<Literal>("value");
  check_extents(c, dims);
  if (literal.size() != 1) {
    bool fits = dims.size() == literal.shape().size();
    for (std::size_t i = 0; fits && i < dims.size(); ++i) fits = dims[i] == Dim(literal.shape()[i]);
    if (!fits)
      c.fail(Error::Kind::Shape,
             "the literal is " + literal.type_str() + ", the shape " + Shape(dims).str());
  }
  return {literal.dtype(), Shape(dims)};
}

// The element as the interpreter keeps it: ints as their 64 bits, 16-bit floats as float.
template <class T> static T element(const Tensor& t, std::size_t i) {
  switch (t.dtype()) {
  case DType::Bool: return static_cast<T>(t.data<bool>()[i] ? 1 : 0);
  case DType::I8: return static_cast<T>(t.data<std::int8_t>()[i]);
  case DType::I16: return static_cast<T>(t.data<std::int16_t>()[i]);
  case DType::I32: return static_cast<T>(t.data<std::int32_t>()[i]);
  case DType::I64: return static_cast<T>(t.data<std::int64_t>()[i]);
  case DType::U8: return static_cast<T>(t.data<std::uint8_t>()[i]);
  case DType::U16: return static_cast<T>(t.data<std::uint16_t>()[i]);
  case DType::U32: return static_cast<T>(t.data<std::uint32_t>()[i]);
  case DType::U64: return static_cast<T>(t.data<std::uint64_t>()[i]);
  case DType::BF16: return static_cast<T>(from_bf16(t.data<std::uint16_t>()[i]));
  case DType::F16: return static_cast<T>(from_f16(t.data<std::uint16_t>()[i]));
  case DType::F32: return static_cast<T>(t.data<float>()[i]);
  case DType::F64: return static_cast<T>(t.data<double>()[i]);
  }
  return T{};
}

static void eval(EvalContext& c) {
  const Tensor& literal = *c.attrs.get<Literal>("value");
  std::visit(
      [&](auto& out) {
        using T = typename std::decay_t<decltype(out)>::value_type;
        for (std::size_t i = 0; i < out.size(); ++i) {
          const std::size_t from = literal.size() == 1 ? 0 : i;
          if constexpr (std::is_same_v<T, Complex>)
            out[i] = element<double>(literal, from);
          else
            out[i] = element<T>(literal, from);
        }
      },
      c.result.data);
}

constinit const OpDef ops::Constant{.mnemonic = "constant",
                                    .summary = "a literal tensor",
                                    .signature = "() -> any",
                                    .traits = trait::Leaf,
                                    .lowering = Lowering::Constant,
                                    .attrs = specs,
                                    .infer = infer,
                                    .not_differentiable = "a constant does not depend on anything",
                                    .eval = eval};

Value constant(Graph& graph, const Tensor& value, Where where) {
  std::vector<Dim> dims(value.shape().begin(), value.shape().end());
  const auto width = static_cast<std::size_t>(byte_size(value.dtype()));
  const auto* bytes = static_cast<const std::byte*>(value.raw());
  // Equal elements, bit for bit, become one: equal constants are one node however they were
  // written.
  const auto count = static_cast<std::size_t>(value.size());
  bool equal = count > 0;
  for (std::size_t i = 1; equal && i < count; ++i)
    equal = std::memcmp(bytes, bytes + i * width, width) == 0;
  std::shared_ptr<Tensor> literal;
  if (equal) {
    literal = std::make_shared<Tensor>(value.dtype(), std::vector<std::int64_t>{});
    std::memcpy(literal->raw(), bytes, width);
  } else {
    literal = std::make_shared<Tensor>(value);
  }
  Attrs attrs{{"shape", std::move(dims)}, {"value", Literal(std::move(literal))}};
  return append(graph.data(), Opcode::Constant, {}, std::move(attrs), where);
}

Value full(Graph& graph, TensorType type, double value, Where where) {
  if (!is_float(type.dtype)) {
    const int bits = type.dtype == DType::Bool
                         ? 1
                         : 8 * byte_size(type.dtype) - (is_signed_int(type.dtype) ? 1 : 0);
    const double limit = std::ldexp(1.0, bits);
    if (!(value < limit) || value < (is_signed_int(type.dtype) ? -limit : 0.0) ||
        value != std::trunc(value))
      throw Error(Error::Kind::Argument,
                  "full: " + std::to_string(value) + " is not a value of " +
                      std::string(name(type.dtype)),
                  where);
  }
  return splat(graph.data(), type.dtype, value, type.shape, where);
}

} // namespace nngc
