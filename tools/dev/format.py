#!/usr/bin/env python3
"""Formats our C++ with clang-format 19, whose output is the rule. usage: format.py [--check] [FILE...]

--check changes nothing and exits 1 where a file is not formatted, 77 (ctest: skipped) where
clang-format-19 is not installed: other versions disagree about details.
"""
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = 77


def sources():
    for base in ("include", "lib", "tools", "test", "docs"):
        for where, folders, names in os.walk(os.path.join(ROOT, base)):
            folders.sort()
            for name in sorted(names):
                if name.endswith((".h", ".cpp", ".c")):
                    yield os.path.relpath(os.path.join(where, name), ROOT)


def main():
    arguments = sys.argv[1:]
    check = "--check" in arguments
    files = [os.path.abspath(a) for a in arguments if a != "--check"] or list(sources())
    tool = shutil.which("clang-format-19")
    if not tool:
        print("skipped: clang-format-19 is not installed")
        return SKIPPED if check else 1
    if not check:
        return 1 if subprocess.run([tool, "-i", *files], cwd=ROOT).returncode else 0
    done = subprocess.run([tool, "--dry-run", "-Werror", *files], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        wrong = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", done.stderr, re.MULTILINE)))
        print("\n".join(wrong) or done.stderr)
        print("not formatted; run tools/dev/format.py")
        return 1
    print(f"{len(files)} files are formatted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
