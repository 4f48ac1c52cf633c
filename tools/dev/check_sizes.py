#!/usr/bin/env python3
"""Checks the length of our files: reports those over 400 lines, fails over 600.

A file may be longer only where ALLOWED says why.
"""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REPORT, FAIL = 400, 600
SUFFIXES = (".h", ".def", ".cpp", ".c", ".py", ".sh", ".cmake", "CMakeLists.txt")
ALLOWED = {}  # path: reason


def main():
    long, wrong, count, total = [], [], 0, 0
    for base in ("include", "lib", "tools", "test"):
        for where, folders, names in os.walk(os.path.join(ROOT, base)):
            folders.sort()
            for name in sorted(n for n in names if n.endswith(SUFFIXES)):
                path = os.path.relpath(os.path.join(where, name), ROOT)
                with open(os.path.join(where, name), encoding="utf-8") as file:
                    lines = sum(1 for _ in file)
                count, total = count + 1, total + lines
                if lines > FAIL and path not in ALLOWED:
                    wrong.append(f"{path}: {lines} lines, more than {FAIL}: split it")
                elif lines > REPORT:
                    long.append(f"{path}: {lines} lines" + (f" ({ALLOWED[path]})" if path in ALLOWED else ""))
    for path in ALLOWED:
        if not os.path.exists(os.path.join(ROOT, path)):
            wrong.append(f"{path}: allowed to be long, but there is no such file")
    print("\n".join(long + wrong + [f"{count} files, {total} lines"]))
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())
