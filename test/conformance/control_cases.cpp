// Cases of control flow: of arithmetic that is rounded alike everywhere, so that every road gives
// the interpreter's bits.
#include "nngc/control.h"
#include "test/conformance/cases.h"

namespace nngc::test {

namespace {

using In = std::span<const Value>;
InputSpec index(double low, double high) { return {{}, low, high, Kind::Index}; }
Value as_i32(Value v) { return convert(v, DType::I32); }

/// Twice a + b and a * b - c, in an order that tells the carries apart.
std::pair<Value, Value> step(Value carry, Value row) {
  const Value next = carry * row - row;
  return {next, next + carry};
}

Value both(const std::pair<Value, Value>& results) {
  return results.first + reduce_max(results.second, {0});
}

const Dim n = Dim::symbol("n");

const AddCase
    scan_case({Opcode::Scan, "scan", Types::Numbers, {{{2, 3}}, {{4, 2, 3}}}, [](Graph&, In x) {
                 return both(scan(x[0], x[1], step));
               }});
const AddCase scan_reverse(
    {Opcode::Scan, "scan_reverse", Types::Numbers, {{{3}}, {{5, 3}}}, [](Graph&, In x) {
       ScanOptions options;
       options.reverse = true;
       return both(scan(x[0], x[1], step, options));
     }});
const AddCase scan_symbolic(
    {Opcode::Scan, "scan_symbolic", Types::Numbers, {{{2}}, {{n, 2}}}, [](Graph&, In x) {
       return scan(x[0], x[1], step).second;
     }});
const AddCase scan_of_symbolic_rows({Opcode::Scan,
                                     "scan_of_symbolic_rows",
                                     Types::Numbers,
                                     {{{n, 2}}, {{3, n, 2}}},
                                     [](Graph&, In x) { return scan(x[0], x[1], step).second; }});
const AddCase scan_without_rows(
    {Opcode::Scan, "scan_without_rows", Types::Numbers, {{{2}}, {{0, 2}}}, [](Graph&, In x) {
       return scan(x[0], x[1], step).first;
     }});
const AddCase scan_consts(
    {Opcode::Scan, "scan_consts", Types::Numbers, {{{2}}, {{3, 2}}, {{2}}}, [](Graph&, In x) {
       return scan(x[0], x[1],
                   [&](Value c, Value row) { return std::pair{c * x[2] + row, c - x[2] * x[2]}; })
           .second;
     }});
// No carry: a map over rows.
const AddCase scan_map({Opcode::Scan, "scan_map", Types::Numbers, {{{3, 4}}}, [](Graph&, In x) {
                          return scan(std::tuple<>{}, x[0],
                                      [](std::tuple<>, Value row) {
                                        return std::pair{std::tuple<>{},
                                                         row * reduce_max(row, {0}, true)};
                                      })
                              .second;
                        }});
const AddCase scan_counted({Opcode::Scan,
                            "scan_counted",
                            Types::Numbers,
                            {{{2}}, {{4, 2}}, index(-1, 6)},
                            [](Graph&, In x) {
                              ScanOptions options;
                              options.count = as_i32(x[2]);
                              const auto [last, ys] = scan(x[0], x[1], step, options);
                              return concat(std::vector<Value>{ys, reshape(last, {1, 2})}, 0);
                            }});
const AddCase scan_segments(
    {Opcode::Scan, "scan_segments", Types::Numbers, {{{2}}, {{5, 2}}}, [](Graph&, In x) {
       ScanOptions options;
       options.segments = 2;
       return scan(x[0], x[1], step, options).second;
     }});
const AddCase scan_snapshots({Opcode::Scan,
                              "scan_snapshots",
                              Types::Numbers,
                              {{{2}}, {{5, 2}}, index(-1, 6)},
                              [](Graph&, In x) {
                                ScanOptions options;
                                options.snapshots = 2;
                                options.count = as_i32(x[2]);
                                return scan(x[0], x[1], step, options).second;
                              }});
const AddCase
    scan_in_scan({Opcode::Scan, "scan_in_scan", Types::Numbers, {{{}}, {{3, 2}}}, [](Graph&, In x) {
                    return scan(x[0], x[1],
                                [](Value c, Value row) {
                                  const auto [last, ys] = scan(c, row, step);
                                  return std::pair{last, ys + c};
                                })
                        .second;
                  }});
const AddCase while_case(
    {Opcode::While, "while", Types::Numbers, {{{2, 2}}, index(-1, 5)}, [](Graph& g, In x) {
       WhileOptions options;
       options.max_steps = 4;
       const Value zero = g.scalar(DType::I32, 0), end = as_i32(x[1]);
       const auto [last, steps] = while_loop(
           std::pair{x[0], zero}, [&](const auto& s) { return s.second < end; },
           [&](const auto& s) { return std::pair{s.first * x[0] - x[0], s.second + 1}; }, options);
       return last.first + convert(steps, x[0].dtype());
     }});
// Without a bound there is no reverse mode: integers, of which nobody asks it.
const AddCase while_unbounded(
    {Opcode::While, "while_unbounded", Types::Ints, {{{3}}}, [](Graph& g, In x) {
       const Value zero = g.scalar(DType::I32, 0);
       return while_loop(
                  std::pair{x[0], zero}, [](const auto& s) { return s.second < 7; },
                  [](const auto& s) { return std::pair{s.first + s.first, s.second + 2}; })
           .first.first;
     }});
const AddCase cond_case({Opcode::Cond,
                         "cond",
                         Types::Numbers,
                         {{{}, 0, 2, Kind::Bool}, {{3}}, {{3}}},
                         [](Graph&, In x) {
                           return cond(
                               x[0], [&] { return x[1] * x[2]; }, [&] { return x[1] - x[2]; });
                         }});
// The first function for what is below the first, the last for what is beyond the last.
const AddCase switch_case_case(
    {Opcode::Cond, "switch_case", Types::Numbers, {index(-2, 5), {{3}}, {{3}}}, [](Graph&, In x) {
       return switch_case(
           as_i32(x[0]), [&] { return x[1] * x[2]; }, [&] { return x[1] - x[2]; },
           [&] { return x[2] * x[2]; });
     }});
const AddCase cond_in_scan(
    {Opcode::Cond, "cond_in_scan", Types::Numbers, {{{2}}, {{5, 2}}}, [](Graph&, In x) {
       return scan(x[0], x[1],
                   [&](Value c, Value row) {
                     const Value p = gt(reduce_max(row), 0);
                     const Value next = cond(p, [&] { return c * row; }, [&] { return c - row; });
                     return std::pair{next, next};
                   })
           .second;
     }});
const AddCase
    call_case({Opcode::Call, "call", Types::Numbers, {{{2, 3}}, {{2, 3}}}, [](Graph&, In x) {
                 const Values r = call_values({x[0], x[1]}, [](const Values& v) {
                   return Values{v[0] * v[1], v[0] - v[1]};
                 });
                 return r[0] + r[1];
               }});
const AddCase
    checkpoint_case({Opcode::Call, "checkpoint", Types::Numbers, {{{4}}}, [](Graph&, In x) {
                       return checkpoint([](Value v) { return v * v * v; })(x[0]) * x[0];
                     }});
const AddCase
    custom_vjp_case({Opcode::Call, "custom_vjp", Types::Numbers, {{{4}}, {{4}}}, [](Graph&, In x) {
                       return custom_vjp([](Value a, Value b) { return a * b - a; },
                                         [](Value, Value ct, Value a, Value b) {
                                           return std::tuple{ct * b - ct, ct * a};
                                         })(x[0], x[1]);
                     }});
const AddCase result_case(
    {Opcode::Result, "result", Types::Numbers, {{{}, 0, 2, Kind::Bool}, {{2}}}, [](Graph&, In x) {
       const auto [a, b] = cond(
           x[0], [&] { return std::pair{x[1] * x[1], x[1]}; },
           [&] { return std::pair{x[1], x[1] + x[1]}; });
       return a - b;
     }});

} // namespace

} // namespace nngc::test
