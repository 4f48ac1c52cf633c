// one_hot: no table, a comparison with the position, so that it fuses into whatever reads it.
#include "ops/composite/composite.h"

namespace nngc {

Value one_hot(Value indices, Dim classes, DType dtype, Where where) {
  check_value("one_hot", indices, where);
  if (!is_int(indices.dtype()))
    throw Error(Error::Kind::Type, "one_hot: needs integer indices: " + indices.type().str(),
                where);
  return convert(class_hits(indices, classes, where), dtype, where);
}

} // namespace nngc
