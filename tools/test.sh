#!/bin/bash
# Builds nngc and runs all its tests, from a fresh clone on a bare Debian 12 or any later state.
# The last line is "N passed, N failed", counting test cases; the exit status is 0 only where none failed.
#
# usage: tools/test.sh [PRESET]     release (the default), dev, sanitize (ASan and UBSan) or tsan
set -uo pipefail
cd "$(dirname "$0")/.."

preset=${1:-release}
log=build/$preset/Testing/Temporary/LastTest.log

# Whatever stops us before a test ran is a failure, and the last line says so.
give_up() {
  echo "test.sh: $1" >&2
  echo "0 passed, 1 failed"
  exit 1
}

tools/install-deps.sh || give_up "cannot install what the build needs"
cmake --preset "$preset" || give_up "cannot configure"
cmake --build "build/$preset" || give_up "cannot build"
rm -f "$log"
ctest --preset "$preset" -j "$(nproc)"
status=$?
[ -f "$log" ] || give_up "ctest ran no test"
python3 tools/dev/count_tests.py "$log" $status
