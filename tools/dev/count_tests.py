#!/usr/bin/env python3
"""Prints "N passed, N failed" for a ctest log. usage: count_tests.py LastTest.log CTEST_STATUS

A Catch2 program counts as many as it has test cases, any other test as one. A test that ctest calls
failed always counts as a failure, whatever its output claims. The exit status is 1 where anything
failed, ctest itself included.
"""
import re
import sys

ALL_PASSED = re.compile(r"^All tests passed \(.*?(\d+) test cases?\)", re.MULTILINE)
SOME_FAILED = re.compile(r"^test cases: *(\d+)(.*)$", re.MULTILINE)
RESULT = re.compile(r"^Test (Passed|Failed|Timeout|Skipped|Not Run|Disabled|Exception)", re.MULTILINE)
ENTRY = re.compile(r"^\d+/\d+ Testing: ", re.MULTILINE)


def count(log):
    passed = failed = 0
    for entry in ENTRY.split(log)[1:]:
        body, _, end = entry.rpartition("<end of output>")
        if not end:
            body, end = "", entry
        result = RESULT.search(end)
        word = result[1] if result else None
        # ctest logs a skipped test as passed; ours say what they are.
        if word in ("Skipped", "Disabled") or re.search(r"^skipped: ", body, re.MULTILINE):
            continue
        summary = ALL_PASSED.search(body) or SOME_FAILED.search(body)
        if word == "Passed":
            passed += int(summary[1]) if summary else 1
            continue
        # A program that died has no summary; one that failed says how many cases passed.
        partly = SOME_FAILED.search(body)
        fine = re.search(r"(\d+) passed", partly[2]) if partly else None
        bad = re.search(r"(\d+) failed", partly[2]) if partly else None
        passed += int(fine[1]) if fine else 0
        failed += max(1, int(bad[1]) if bad else 1)
    return passed, failed


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
        passed, failed = count(file.read())
    # A failure that left no trace in the log is still one.
    if sys.argv[2] != "0" or passed + failed == 0:
        failed = max(failed, 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
