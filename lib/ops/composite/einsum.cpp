// Einstein's sums, two operands at a time from left to right: an index that nobody needs later is
// summed, by the product itself where both have it.
#include <map>

#include "nngc/layers.h"
#include "ops/composite/composite.h"

namespace nngc {

namespace {

/// An index: a letter, or -1, -2, ... for the axes of `...` from the last one on.
using Index = int;
using Indices = std::vector<Index>;

/// An operand and what its axes are called.
struct Term {
  Value value;
  Indices indices;
};

bool has(const Indices& list, Index i) {
  return std::find(list.begin(), list.end(), i) != list.end();
}
std::string str(Index i) { return i < 0 ? "..." : std::string(1, static_cast<char>(i)); }

class Formula {
public:
  Formula(std::string_view text, Where where) : text_(text), where_(where) {}

  [[noreturn]] void fail(Error::Kind kind, const std::string& what) const {
    throw Error(kind, "einsum: " + what + ": " + std::string(text_), where_);
  }

  /// The indices of one term; `...` stands for `leading` axes.
  [[nodiscard]] Indices indices(std::string_view term, int leading) const {
    Indices result;
    for (std::size_t i = 0; i < term.size(); ++i) {
      const char c = term[i];
      if (c == ' ') continue;
      if (term.substr(i).starts_with("...")) {
        for (int axis = leading; axis > 0; --axis) result.push_back(-axis);
        i += 2;
      } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        result.push_back(c);
      } else {
        fail(Error::Kind::Argument, "'" + std::string(1, c) + "' is no letter");
      }
    }
    return result;
  }

private:
  std::string_view text_;
  Where where_;
};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t comma = text.find(','); comma != std::string_view::npos;
       comma = text.find(',')) {
    parts.push_back(text.substr(0, comma));
    text.remove_prefix(comma + 1);
  }
  parts.push_back(text);
  return parts;
}

/// The terms, checked: as many axes as indices, one extent per index.
std::vector<Term> terms_of(const Formula& formula, std::string_view left,
                           std::span<const Value> operands) {
  const std::vector<std::string_view> parts = split(left);
  if (parts.size() != operands.size())
    formula.fail(Error::Kind::Argument, std::to_string(operands.size()) + " operands for " +
                                            std::to_string(parts.size()) + " terms");
  std::vector<Term> terms;
  std::map<Index, std::pair<Dim, Value>> extents;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Value x = operands[i];
    const bool open = parts[i].find("...") != std::string_view::npos;
    const int letters = static_cast<int>(formula.indices(parts[i], 0).size());
    if (open ? letters > x.rank() : letters != x.rank())
      formula.fail(Error::Kind::Shape,
                   "'" + std::string(parts[i]) + "' does not name the axes of " + x.type().str());
    terms.push_back({x, formula.indices(parts[i], x.rank() - letters)});
    for (int axis = 0; axis < x.rank(); ++axis) {
      const Index index = terms.back().indices[static_cast<std::size_t>(axis)];
      const auto [known, is_new] = extents.try_emplace(index, x.shape()[axis], x);
      if (!(known->second.first == x.shape()[axis]))
        formula.fail(Error::Kind::Shape, "'" + str(index) + "' is " + known->second.first.str() +
                                             " in " + known->second.second.type().str() + " and " +
                                             x.shape()[axis].str() + " in " + x.type().str());
    }
  }
  return terms;
}

Indices result_of(const Formula& formula, std::string_view text, const std::vector<Term>& terms) {
  std::map<Index, int> times;
  int leading = 0;
  for (const Term& t : terms)
    for (const Index i : t.indices) ++times[i], leading = std::max(leading, -i);
  const std::size_t arrow = text.find("->");
  if (arrow == std::string_view::npos) {
    Indices result; // by number: ... first, from its first axis
    for (const auto& [index, count] : times)
      if (index < 0 || count == 1) result.push_back(index);
    return result;
  }
  Indices result = formula.indices(text.substr(arrow + 2), leading);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::string name = "'" + str(result[i]) + "' ";
    if (!times.contains(result[i]))
      formula.fail(Error::Kind::Argument, name + "is in the result but in no operand");
    if (std::find(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(i), result[i]) !=
        result.begin() + static_cast<std::ptrdiff_t>(i))
      formula.fail(Error::Kind::Argument, name + "comes twice in the result");
  }
  return result;
}

/// Equal indices of one term become one: only its diagonal is not 0, and a sum takes it.
void take_diagonals(Term& t) {
  for (std::size_t j = 1; j < t.indices.size(); ++j) {
    const auto first = std::find(t.indices.begin(), t.indices.end(), t.indices[j]);
    const auto i = static_cast<std::size_t>(first - t.indices.begin());
    if (i == j) continue;
    const TensorType type = i32(t.value.shape());
    const Value same = eq(positions(t.value.graph(), type, static_cast<int>(i)),
                          positions(t.value.graph(), type, static_cast<int>(j)));
    t.value = reduce_sum(select(same, t.value, 0), {static_cast<std::int64_t>(j)});
    t.indices.erase(t.indices.begin() + static_cast<std::ptrdiff_t>(j--));
  }
}

/// Sums the indices that are in neither list.
void sum_others(Term& t, const Indices& needed, const Indices& also) {
  Axes axes;
  Indices left;
  for (std::size_t i = 0; i < t.indices.size(); ++i) {
    if (has(needed, t.indices[i]) || has(also, t.indices[i]))
      left.push_back(t.indices[i]);
    else
      axes.push_back(static_cast<std::int64_t>(i));
  }
  if (!axes.empty()) t = {reduce_sum(t.value, axes), left};
}

/// The axes of `t` with these indices, in their order.
Axes axes_of(const Term& t, const Indices& indices) {
  Axes axes;
  for (const Index i : indices)
    axes.push_back(std::find(t.indices.begin(), t.indices.end(), i) - t.indices.begin());
  return axes;
}

/// The term's value with all indices of the result.
Value spread(const Term& t, const Indices& result, const Shape& shape) {
  Indices own;
  Axes axes;
  for (std::size_t i = 0; i < result.size(); ++i)
    if (has(t.indices, result[i]))
      own.push_back(result[i]), axes.push_back(static_cast<std::int64_t>(i));
  return broadcast_in_dim(transpose(t.value, axes_of(t, own)), shape, axes);
}

/// The product of two terms, summed over the common indices that nobody needs.
Term product(const Term& a, const Term& b, const Indices& needed) {
  Indices batch, summed, result;
  for (const Index i : a.indices)
    if (has(b.indices, i)) (has(needed, i) ? batch : summed).push_back(i);
  result = batch;
  for (const Term* t : {&a, &b})
    for (const Index i : t->indices)
      if (!has(batch, i) && !has(summed, i)) result.push_back(i);
  if (!summed.empty())
    return {dot_general(a.value, b.value, axes_of(a, summed), axes_of(b, summed), axes_of(a, batch),
                        axes_of(b, batch)),
            result};
  // Nothing to sum: each is spread over the other's axes, which fuses like any elementwise product.
  Shape shape;
  for (const Index i : result) {
    const Term& t = has(a.indices, i) ? a : b;
    shape.push_back(t.value.shape()[static_cast<int>(axes_of(t, {i})[0])]);
  }
  return {spread(a, result, shape) * spread(b, result, shape), result};
}

} // namespace

Value einsum(std::string_view text, std::span<const Value> operands, Where where) {
  const Formula formula(text, where);
  if (!operands.empty()) check_floats("einsum", operands, where);
  std::vector<Term> terms = terms_of(formula, text.substr(0, text.find("->")), operands);
  const Indices result = result_of(formula, text, terms);
  for (Term& t : terms) take_diagonals(t);
  Term all = terms[0];
  for (std::size_t i = 1; i <= terms.size(); ++i) {
    Indices needed = result;
    for (std::size_t j = i + 1; j < terms.size(); ++j)
      needed.insert(needed.end(), terms[j].indices.begin(), terms[j].indices.end());
    if (i == terms.size()) {
      sum_others(all, result, {});
      break;
    }
    sum_others(all, needed, terms[i].indices);
    sum_others(terms[i], needed, all.indices);
    all = product(all, terms[i], needed);
  }
  return transpose(all.value, axes_of(all, result));
}

} // namespace nngc
