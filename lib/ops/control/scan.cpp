// scan from a lambda; in segments, where derivatives shall not keep every step.
#include "nngc/control.h"
#include "ops/control/check.h"
#include "ops/trace.h"

namespace nngc {

namespace {

struct Builder {
  const ScanBody& body;
  const std::vector<std::string>& names;
  Where where;

  [[nodiscard]] std::pair<Values, Values> flat(const Values& init, const Values& xs,
                                               const ScanOptions& options) const {
    GraphData* graph = (init.empty() ? xs : init).front().graph();
    ScanParts parts;
    parts.init = init;
    parts.xs = xs;
    parts.count = options.count;
    parts.length = options.length;
    parts.reverse = options.reverse;
    parts.snapshots = options.snapshots;
    for (Value v : init) parts.carry.push_back(parameter(graph, v.type()));
    for (Value v : xs)
      parts.row.push_back(parameter(
          graph, {v.dtype(), Shape(std::vector<Dim>(v.shape().begin() + 1, v.shape().end()))}));
    const auto [next, ys] = body(parts.carry, parts.row);
    check_same_types("scan", init, next, names, where);
    check_values("scan", graph, ys, where);
    if (next.empty() && ys.empty())
      throw Error(Error::Kind::Argument, "scan: the body gives neither carries nor ys", where);
    Values results = append_scan(graph, parts, next, ys, where);
    const auto middle = results.begin() + static_cast<std::ptrdiff_t>(init.size());
    return {Values(results.begin(), middle), Values(middle, results.end())};
  }

  /// The rows [from, from + count) of each.
  [[nodiscard]] Values rows(const Values& xs, std::int64_t from, std::int64_t count) const {
    Values part;
    for (Value x : xs) {
      std::vector<Dim> start(static_cast<std::size_t>(x.rank()), Dim(0)), limit = x.shape().dims();
      start[0] = from, limit[0] = from + count;
      part.push_back(slice(x, start, limit, {}, where));
    }
    return part;
  }
  /// `x` of [a, ...] with other leading extents.
  [[nodiscard]] Values shaped(const Values& xs, std::size_t drop,
                              const std::vector<Dim>& lead) const {
    Values result;
    for (Value x : xs) {
      std::vector<Dim> dims = lead;
      dims.insert(dims.end(), x.shape().begin() + static_cast<std::ptrdiff_t>(drop),
                  x.shape().end());
      result.push_back(reshape(x, Shape(std::move(dims)), where));
    }
    return result;
  }

  /// k segments, each a checkpoint around a scan in segments, then the rows that are left over.
  [[nodiscard]] std::pair<Values, Values> segmented(const Values& init, const Values& xs,
                                                    ScanOptions options) const {
    const std::int64_t length = options.length.value(), k = options.segments;
    const std::int64_t each = length / k, rest = length - each * k;
    if (each <= 1) return flat(init, xs, options);
    // The rows that are left over come last, whichever end is last.
    const std::int64_t begin = options.reverse ? rest : 0, tail = options.reverse ? 0 : each * k;
    const Builder outer{
        [&](const Values& carry, const Values& part) {
          const Values results = call_values(
              joined(carry, part),
              [&](const Values& args) {
                ScanOptions inner = options;
                inner.length = each;
                auto [c, ys] =
                    segmented(first(args, carry.size()), behind(args, carry.size()), inner);
                return joined(c, ys);
              },
              true, {}, where);
          return std::pair{first(results, carry.size()), behind(results, carry.size())};
        },
        names, where};
    ScanOptions segments = options;
    segments.length = k;
    const Values main = rest == 0 ? xs : rows(xs, begin, each * k);
    auto [carry, ys] = outer.flat(init, shaped(main, 1, {k, each}), segments);
    ys = shaped(ys, 2, {Dim(k * each)});
    if (rest == 0) return {carry, ys};
    options.length = rest;
    auto [last, more] = flat(carry, rows(xs, tail, rest), options);
    for (std::size_t i = 0; i < ys.size(); ++i) {
      const std::vector<Value> both =
          options.reverse ? Values{more[i], ys[i]} : Values{ys[i], more[i]};
      ys[i] = concat(both, 0, where);
    }
    return {last, ys};
  }

  [[nodiscard]] static Values joined(const Values& a, const Values& b) {
    Values all = a;
    all.insert(all.end(), b.begin(), b.end());
    return all;
  }
  [[nodiscard]] static Values first(const Values& v, std::size_t n) {
    return {v.begin(), v.begin() + static_cast<std::ptrdiff_t>(n)};
  }
  [[nodiscard]] static Values behind(const Values& v, std::size_t n) {
    return {v.begin() + static_cast<std::ptrdiff_t>(n), v.end()};
  }
};

} // namespace

std::pair<Values, Values> scan_values(const Values& init, const Values& xs, const ScanBody& body,
                                      const ScanOptions& given,
                                      const std::vector<std::string>& names, Where where) {
  ScanOptions options = given;
  if (init.empty() && xs.empty())
    throw Error(Error::Kind::Argument, "scan: there are neither carries nor xs", where);
  GraphData* graph = common_graph("scan", init.empty() ? xs : init, where);
  check_values("scan", graph, init, where);
  check_values("scan", graph, xs, where);
  if (options.count) check_values("scan", graph, {options.count}, where);
  for (Value x : xs) {
    if (x.rank() == 0)
      throw Error(Error::Kind::Shape, "scan: an x is " + x.type().str() + ", it has no rows",
                  where);
    if (options.length == Dim(-1)) options.length = x.shape()[0];
    if (!(x.shape()[0] == options.length))
      throw Error(Error::Kind::Shape,
                  "scan: an x is " + x.type().str() + ", with " + x.shape()[0].str() +
                      " rows; there are to be " + options.length.str(),
                  where);
  }
  if (options.length == Dim(-1))
    throw Error(Error::Kind::Argument, "scan: without xs, say the length", where);
  if (options.snapshots < 0)
    throw Error(Error::Kind::Argument,
                "scan: snapshots is a count, not " + std::to_string(options.snapshots), where);
  if (options.snapshots > 0 && options.segments > 1)
    throw Error(Error::Kind::Argument, "scan: either segments or snapshots, not both", where);
  const Builder builder{body, names, where};
  if (options.segments <= 1) return builder.flat(init, xs, options);
  if (!options.length.is_static() || options.count)
    throw Error(Error::Kind::Unsupported,
                "scan: segments need a length that is a number, and no count", where);
  return builder.segmented(init, xs, options);
}

} // namespace nngc
