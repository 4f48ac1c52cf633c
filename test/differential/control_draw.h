/// Loops, branches and functions for a random program.
#pragma once

#include "nngc/control.h"
#include "test/differential/program.h"

namespace nngc::test {

class ControlDraw {
public:
  explicit ControlDraw(Draw& draw) : d_(draw) {}
  /// The results; none where the numbers forbid it.
  Values draw();

private:
  Values scanned();
  Values repeated();
  Values branched();
  Values called();
  /// One value of `shape` from values of that shape, smooth, within a few units. A body's numbers
  /// are not known.
  Value mix(const Values& from, const Shape& shape);

  Draw& d_;
};

} // namespace nngc::test
