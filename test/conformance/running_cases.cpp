// Cases of running results and of order.
#include "test/conformance/cases.h"

namespace nngc::test {

namespace {

using In = std::span<const Value>;
const Types all = Types::Numbers;

Dim n() { return Dim::symbol("n"); }
/// Few different numbers, so that many are equal.
Value floor_to_few(Value x) { return is_float(x.dtype()) ? floor(x) : bit_and(x, 3); }

AddCase running(const char* name, Shape shape, std::function<Value(Value)> build,
                Types types = all) {
  return AddCase({Opcode::CumReduce, name, types, {{std::move(shape)}}, [=](Graph&, In x) {
                    return build(x[0]);
                  }});
}

const AddCase reductions[] = {
    running("cumsum", {3, 5}, [](Value x) { return cumsum(x, 1); }),
    running("cumsum_columns", {5, 3}, [](Value x) { return cumsum(x, 0); }),
    running("cumsum_reverse_exclusive", {2, 5, 3},
            [](Value x) { return cumsum(x, 1, true, true); }),
    running("cumsum_exclusive_symbolic", {n(), 4},
            [](Value x) { return cumsum(x, 0, false, true); }),
    running("cumsum_symbolic_rows", {n(), 4}, [](Value x) { return cumsum(x, 1, true); }),
    running("cumsum_one", {5}, [](Value x) { return cumsum(x, 0); }),
    running("cumsum_of_one_step", {3, 1, 2}, [](Value x) { return cumsum(x, 1, false, true); }),
    running("cumsum_long_rows", {3, 1030}, [](Value x) { return cumsum(x, 1); }),
    running("cumsum_long_columns", {301, 37}, [](Value x) { return cumsum(x, 0, true); }),
    running("cumsum_many_rows", {70, 9}, [](Value x) { return cumsum(x, 1); }),
    running("cumsum_of_running", {4, 6},
            [](Value x) { return cumsum(cumsum(x * x, 0) * x, 1, true) + x; }),
    running("cumsum_fused", {4, 40},
            [](Value x) {
              const Value sums = cumsum(x * x, 0, true);
              return sums * sums + x;
            }),
    running("cumprod", {3, 5}, [](Value x) { return cumprod(x, 1); }),
    running("cumprod_reverse", {4, 3}, [](Value x) { return cumprod(x, 0, true); }),
    running("cumprod_exclusive", {3, 4}, [](Value x) { return cumprod(x, 1, false, true); }),
    running("cumprod_exclusive_reverse", {n(), 3},
            [](Value x) { return cumprod(x, 0, true, true); }),
    running("cummax", {3, 6}, [](Value x) { return cummax(x, 1); }),
    running("cummax_reverse", {6, 3}, [](Value x) { return cummax(x, 0, true); }),
    running(
        "cummin_exclusive", {3, 6}, [](Value x) { return cummin(x, 1, false, true); }, Types::Ints),
    running(
        "cummax_exclusive_reverse", {6, 3},
        [](Value x) { return max(cummax(x, 0, true, true), x); }, Types::Floats),
    running("cummin", {n(), 6}, [](Value x) { return cummin(x, 0); }),
    running("cummin_reverse_symbolic", {n(), 6}, [](Value x) { return cummin(x, 1, true); }),
};

const AddCase with_zeros(
    {Opcode::CumReduce, "cumprod_with_zeros", Types::Floats, {{{3, 3}}}, [](Graph& g, In x) {
       const std::vector<double> zeros = {1, 1, 1, 0, 1, 1, 0, 1, 0};
       const Value c = constant(g, Tensor::of<double>({3, 3}, zeros));
       return cumprod(x[0] * convert(c, x[0].dtype()), 1);
     }});

AddCase one(Opcode op, const char* name, Shape shape, std::function<Value(Value)> build) {
  return AddCase({op, name, all, {{std::move(shape)}}, [=](Graph&, In x) { return build(x[0]); }});
}

const AddCase positions[] = {
    one(Opcode::CumArg, "cum_argmax", {3, 6}, [](Value x) { return cum_argmax(x, 1); }),
    one(Opcode::CumArg, "cum_argmax_reverse", {6, 3},
        [](Value x) { return cum_argmax(floor_to_few(x), 0, true); }),
    one(Opcode::CumArg, "cum_argmin", {n(), 20},
        [](Value x) { return cum_argmin(floor_to_few(x), 1); }),
    one(Opcode::CumArg, "cum_argmin_reverse", {n(), 20},
        [](Value x) { return cum_argmin(x, 0, true); }),
    one(Opcode::Sort, "sort", {3, 5}, [](Value x) { return argsort(x); }),
    one(Opcode::Sort, "sort_descending", {7, 3}, [](Value x) { return argsort(x, 0, true); }),
    one(Opcode::Sort, "sort_equals", {2, 40}, [](Value x) { return argsort(floor_to_few(x), 1); }),
    one(Opcode::Sort, "sort_equals_descending", {33, 2},
        [](Value x) { return argsort(floor_to_few(x), 0, true); }),
    one(Opcode::Sort, "sort_symbolic", {4, n()}, [](Value x) { return argsort(x); }),
    one(Opcode::Sort, "sort_symbolic_rows", {n(), 2, 9}, [](Value x) { return argsort(x, 2); }),
    one(Opcode::Sort, "sort_long", {2, 1030}, [](Value x) { return argsort(x); }),
    one(Opcode::Sort, "sort_of_views", {9, 4},
        [](Value x) { return argsort(reverse(transpose(x), {1}), 1); }),
    one(Opcode::Sort, "sort_of_computed", {9, 4},
        [](Value x) { return argsort(x * x, 0) + argsort(broadcast_to(x, {2, 9, 4}), 1); }),
    one(Opcode::TopK, "top_k", {3, 5}, [](Value x) { return top_k(x, 2).indices; }),
    one(Opcode::TopK, "top_k_columns", {17, 3}, [](Value x) { return top_k(x, 4, 0).indices; }),
    one(Opcode::TopK, "top_k_equals", {n(), 40},
        [](Value x) { return top_k(floor_to_few(x), 11).indices; }),
    one(Opcode::TopK, "top_k_none", {3, 5}, [](Value x) { return top_k(x, 0).indices; }),
    one(Opcode::Gather, "sort_values", {3, 5}, [](Value x) { return sort(x); }),
    one(Opcode::Gather, "sort_values_columns", {n(), 4},
        [](Value x) { return sort(x * x, 0, true); }),
    one(Opcode::Gather, "top_k_values", {3, 9}, [](Value x) { return top_k(x, 4).values; }),
};

AddCase recurrence(const char* name, Shape shape, std::function<Value(Value, Value)> build) {
  return AddCase({Opcode::Linrec, name, all, {{shape}, {shape}}, [=](Graph&, In x) {
                    return build(x[0], x[1]);
                  }});
}

const AddCase recurrences[] = {
    recurrence("linrec", {3, 5}, [](Value a, Value b) { return linrec(a, b, 1); }),
    recurrence("linrec_reverse", {5, 3}, [](Value a, Value b) { return linrec(a, b, 0, true); }),
    recurrence("linrec_symbolic", {n(), 3}, [](Value a, Value b) { return linrec(a, b, 0); }),
    recurrence("linrec_symbolic_rows", {n(), 2, 4},
               [](Value a, Value b) { return linrec(a * b, b, 2, true) + a; }),
    recurrence("linrec_many_rows", {70, 9}, [](Value a, Value b) { return linrec(a, b, 1); }),
    recurrence("linrec_columns", {9, 70}, [](Value a, Value b) { return linrec(a, b, 0) * a; }),
};

} // namespace

} // namespace nngc::test
