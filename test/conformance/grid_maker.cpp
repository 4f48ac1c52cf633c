// How a point of the grid is made, and dropped where the op refuses it.
#include "test/conformance/grid_maker.h"

#include "nngc/error.h"
#include "nngc/ops.h"
#include "test/conformance/cases.h"

namespace nngc::test {

static void fill(Tensor& t, const Tensor& whole) {
  const auto from = whole.data<std::int32_t>();
  auto* bytes = static_cast<unsigned char*>(t.raw());
  const auto width = static_cast<std::size_t>(byte_size(t.dtype()));
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double number = from[i];
    if (t.dtype() == DType::F64)
      t.data<double>()[i] = number;
    else if (t.dtype() == DType::F32)
      t.data<float>()[i] = static_cast<float>(number);
    else if (t.dtype() == DType::F16)
      t.data<std::uint16_t>()[i] = to_f16(static_cast<float>(number));
    else if (t.dtype() == DType::BF16)
      t.data<std::uint16_t>()[i] = to_bf16(static_cast<float>(number));
    else
      for (std::size_t b = 0; b < width; ++b)
        bytes[i * width + b] = static_cast<unsigned char>(
            t.dtype() == DType::Bool     ? from[i] & 1
            : is_unsigned_int(t.dtype()) ? (b == 0 ? from[i] & 7 : 0)
                                         : (std::int64_t{from[i]} >> (8 * b)) & 255);
  }
}

Maker::Maker(Opcode op, DType dtype)
    : op_(op), dtype_(dtype), g_(std::string(op_def(op).mnemonic)) {}

Value Maker::input(DType dtype, Shape shape, double low, double high) {
  const std::string name = "x" + std::to_string(count_++);
  std::vector<std::int64_t> extents;
  for (const Dim& d : shape) extents.push_back(d.value());
  // Whole: of ints random_tensor makes no others, and they convert exactly.
  const Tensor whole = random_tensor(DType::I32, extents, low, high, random_);
  Tensor t(dtype, extents);
  fill(t, whole);
  pending_.push_back(std::move(t));
  return g_.input(name, {dtype, std::move(shape)});
}

Value Maker::node(std::vector<Value> operands, Attrs attrs) {
  asked_ = {attrs, {}, {}};
  for (const Value v : operands) asked_.operands.push_back(v.type());
  return append(g_.data(), op_, operands, std::move(attrs));
}

Value Maker::accumulated(Value v) {
  asked_.attrs.set("acc", DType::F64);
  return accumulate_in(v, DType::F64);
}

void Maker::point(const Make& make, const Shape& shape) {
  const std::size_t inputs = pending_.size();
  const Graph before = g_.clone();
  try {
    asked_ = {};
    const Value v = make(*this, shape);
    if (asked_.operands.empty()) asked_.attrs = g_.data()->attrs(v.id());
    asked_.shape = shape;
    points_.push_back(asked_);
    g_.output("y" + std::to_string(g_.outputs().size()), v);
  } catch (const Error&) {
    // What was made for it must not stay among the inputs: the graph is rolled back.
    g_ = before.clone();
    pending_.resize(inputs);
    count_ = static_cast<int>(inputs);
  }
}

} // namespace nngc::test
