// Shapes: size and text.
#include "nngc/type.h"

namespace nngc {

bool Shape::is_static() const {
  for (const Dim& d : dims_)
    if (!d.is_static()) return false;
  return true;
}

Dim Shape::size() const {
  for (const Dim& d : dims_)
    if (d == Dim(0)) return 0;
  Dim n = 1;
  for (const Dim& d : dims_) n = n * d;
  return n;
}

std::string Shape::str() const {
  std::string s = "[";
  for (int i = 0; i < rank(); ++i) {
    if (i != 0) s += ',';
    s += (*this)[i].str();
  }
  return s + ']';
}

std::string TensorType::str() const { return std::string(name(dtype)) + shape.str(); }

} // namespace nngc
