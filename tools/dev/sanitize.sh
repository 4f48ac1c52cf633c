#!/bin/bash
# Runs the tests with sanitizers and says how each program ended.
#
# usage: tools/dev/sanitize.sh [memory] [threads]     both, where none is named
#   memory    all tests with AddressSanitizer and UndefinedBehaviorSanitizer (preset sanitize)
#   threads   thread pool, JIT, callers at once and instrumented kernels with ThreadSanitizer (preset tsan)
set -uo pipefail
cd "$(dirname "$0")/../.."
status=0

memory() {
  tools/test.sh sanitize || status=1
}

threads() {
  # Programs and their test cases; a word is one program with one filter.
  local runs="runtime codegen races e2e:[threads]"
  local programs=
  for run in $runs; do programs+=" nngc_test_${run%%:*}"; done
  cmake --preset tsan || exit 1
  # shellcheck disable=SC2086 # a list of words on purpose
  cmake --build build/tsan --target $programs || exit 1
  for run in $runs; do
    local filter=
    [[ $run == *:* ]] && filter=${run#*:}
    local start=$SECONDS
    if "build/tsan/bin/nngc_test_${run%%:*}" ${filter:+"$filter"}; then
      echo "nngc_test_${run%%:*} $filter: clean, $((SECONDS - start)) s"
    else
      echo "nngc_test_${run%%:*} $filter: FAILED, $((SECONDS - start)) s"
      status=1
    fi
  done
}

[ $# -gt 0 ] || set -- memory threads
for part in "$@"; do
  case $part in
    memory | threads) "$part" ;;
    *) echo "sanitize.sh: '$part': expected memory or threads" >&2; exit 2 ;;
  esac
done
exit $status
