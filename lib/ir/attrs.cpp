// Attribute lists: kept sorted, hashed and compared by content.
#include "ir/attrs.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

#include "ir/graph_data.h"
#include "nngc/text.h"

namespace nngc {

namespace {

std::size_t mix(std::size_t h, std::size_t v) { return (h ^ v) * 0x9E3779B97F4A7C15U + (h >> 29); }

std::size_t hash_bytes(const void* data, std::size_t n) {
  return std::hash<std::string_view>{}({static_cast<const char*>(data), n});
}

struct Hasher {
  std::size_t operator()(bool v) const { return v ? 3 : 5; }
  std::size_t operator()(std::int64_t v) const { return static_cast<std::size_t>(v); }
  std::size_t operator()(double v) const { return std::bit_cast<std::uint64_t>(v); }
  std::size_t operator()(const std::string& v) const { return hash_bytes(v.data(), v.size()); }
  std::size_t operator()(DType v) const { return static_cast<std::size_t>(v); }
  std::size_t operator()(const std::vector<std::int64_t>& v) const {
    std::size_t h = v.size();
    for (std::int64_t x : v) h = mix(h, static_cast<std::size_t>(x));
    return h;
  }
  std::size_t operator()(const std::vector<Dim>& v) const {
    std::size_t h = v.size();
    for (const Dim& d : v)
      h = mix(mix(mix(h, d.symbol_id()), static_cast<std::size_t>(d.scale())),
              static_cast<std::size_t>(d.offset()));
    return h;
  }
  std::size_t operator()(const Literal& v) const {
    return mix(static_cast<std::size_t>(v->dtype()), hash_bytes(v->raw(), v->bytes()));
  }
  std::size_t operator()(const Region& v) const { return v->node_count(); }
};

bool equal(const AttrValue& a, const AttrValue& b) {
  if (a.index() != b.index()) return false;
  if (const auto* x = std::get_if<Literal>(&a)) {
    const Tensor &s = **x, &t = *std::get<Literal>(b);
    return s.dtype() == t.dtype() && s.shape() == t.shape() &&
           std::memcmp(s.raw(), t.raw(), s.bytes()) == 0;
  }
  if (const auto* x = std::get_if<Region>(&a)) {
    const auto& y = std::get<Region>(b);
    return *x == y || print(**x) == print(*y);
  }
  if (const auto* x = std::get_if<double>(&a)) // bits: NaN equals itself, -0 is not 0
    return std::bit_cast<std::uint64_t>(*x) == std::bit_cast<std::uint64_t>(std::get<double>(b));
  return a == b;
}

} // namespace

Attrs::Attrs(std::initializer_list<Attr> list) {
  for (const Attr& a : list) set(a.key, a.value);
}

void Attrs::set(std::string_view key, AttrValue value) {
  auto it = std::lower_bound(list_.begin(), list_.end(), key,
                             [](const Attr& a, std::string_view k) { return a.key < k; });
  if (it != list_.end() && it->key == key)
    it->value = std::move(value);
  else
    list_.insert(it, Attr{key, std::move(value)});
}

const AttrValue* Attrs::find(std::string_view key) const {
  for (const Attr& a : list_)
    if (a.key == key) return &a.value;
  return nullptr;
}

std::size_t Attrs::hash() const {
  std::size_t h = list_.size();
  for (const Attr& a : list_)
    h = mix(mix(h, hash_bytes(a.key.data(), a.key.size())), std::visit(Hasher{}, a.value));
  return h;
}

bool operator==(const Attrs& a, const Attrs& b) {
  if (a.list_.size() != b.list_.size()) return false;
  for (std::size_t i = 0; i < a.list_.size(); ++i)
    if (a.list_[i].key != b.list_[i].key || !equal(a.list_[i].value, b.list_[i].value))
      return false;
  return true;
}

} // namespace nngc
