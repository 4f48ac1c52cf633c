#!/usr/bin/env python3
"""Proves that nngc-fuzz finds bugs: plants those of test/fuzz/seeded_bugs one by one.

usage: seeded_bugs.py [--graphs N] [--threads T] [--only NAME...] [--write] | --check

The last commit is checked out as a worktree in build/seeded-bugs and built with the preset `release` (ccache
makes it quick). Without a bug, nngc-fuzz has to find nothing; with each of the patches applied, it has to fail
within N graphs, drawn and judged as the test nngc_test_fuzz does it, and stops there. Caught means that it
reports a failed graph, crashes at one, or does not come to an end; a patch that does not apply or build, or a
program that ends in any other way, ends the script. --write puts the table into docs/fuzzing.md. --check, a test, asks
only whether all patches still apply to the sources, and whether the table has a row for each. --only with --write changes
the rows of those. The exit status is 1
where a bug is missed.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATCHES = os.path.join(ROOT, "test/fuzz/seeded_bugs")
TREE = os.path.join(ROOT, "build/seeded-bugs")
PAGE = os.path.join(ROOT, "docs/fuzzing.md")
BEGIN, END = "<!-- seeded_bugs: begin -->\n", "<!-- seeded_bugs: end -->\n"
AS_IN_CI = ["--seed", "1", "--compile-one-in", "2"]  # what fuzz_test.cpp asks for
HANGS = 3600  # seconds; all graphs take some minutes


def call(command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def demand(command, **options):
    done = call(command, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def checkout(patches):
    commit = demand(["git", "rev-parse", "HEAD"], cwd=ROOT).strip()
    if os.path.isdir(os.path.join(TREE, "lib")):
        demand(["git", "checkout", "--detach", "--force", commit], cwd=TREE)
    else:
        call(["git", "worktree", "prune"], cwd=ROOT)
        demand(["git", "worktree", "add", "--force", "--detach", TREE, commit], cwd=ROOT)
    for path in patches:  # better now than after an hour
        demand(["git", "apply", "--check", path], cwd=TREE)
    if not os.path.exists(os.path.join(TREE, "build/release/build.ninja")):
        demand(["cmake", "--preset", "release"], cwd=TREE)


def title(path):
    with open(path, encoding="utf-8") as file:
        return file.readline().strip()


def table_rows():
    """The rows of the page, by bug."""
    with open(PAGE, encoding="utf-8") as file:
        table = file.read().split(BEGIN)[1].split(END)[0]
    return {line.split(" | ")[1]: line + "\n" for line in table.split("\n")[2:] if line.startswith("| ")}


def write(rows):
    """Bugs that were not planted yet have no row."""
    with open(PAGE, encoding="utf-8") as file:
        head, rest = file.read().split(BEGIN)
    rows = [row for row in rows if row]
    caught = sum("**missed**" not in row for row in rows)
    table = "| folder | bug | graphs | first failure |\n|---|---|---|---|\n" + "".join(rows)
    table += f"\n{caught} of {len(rows)} caught.\n"
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(head + BEGIN + table + END + rest.split(END)[1])


def check(patches):
    rows = table_rows()
    wrong = [f"{path}: no longer applies" for path in patches
             if call(["git", "apply", "--check", path], cwd=ROOT).returncode != 0]
    wrong += [f"{path}: no row in docs/fuzzing.md" for path in patches if title(path) not in rows]
    print("\n".join([*wrong, f"{len(patches)} seeded bugs"]))
    return 1 if wrong else 0


def build():
    demand(["ninja", "-j2", "-C", "build/release", "nngc-fuzz"], cwd=TREE)


def fuzz(graphs, threads):
    """(graphs tried, the first failure or None)"""
    command = ["build/release/bin/nngc-fuzz", "--graphs", str(graphs), "--threads", str(threads),
               "--failures", "1", "--shrink", "", *AS_IN_CI]
    try:
        done = call(command, cwd=TREE, timeout=HANGS)
    except subprocess.TimeoutExpired:
        return "?", "does not come to an end"
    tried = re.search(r"(?m)^graphs +(\d+)", done.stdout)
    failed = re.search(r"(?m)^FAILED (.*)$", done.stdout)
    if done.returncode == 0 and tried and int(tried.group(1)) == graphs:
        return tried.group(1), None
    if done.returncode == 1 and failed:
        return tried.group(1), failed.group(1)
    # It crashed at a graph, which is failing, too; its last words say where.
    words = re.search(r"(?m)^signal .* seed (\d+), .*$", done.stderr)
    if not words:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return words.group(1), words.group(0)


def shortened(text):
    """Without what differs from run to run or fills the page."""
    text = re.sub(r"^seed \d+, (n = \d+, )?", "", text).replace("|", "\\|").replace("../", "")
    return text if len(text) < 140 else text[:137] + "..."


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--graphs", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    patches = sorted(glob.glob(os.path.join(PATCHES, "*.patch")))
    if options.check:
        return check(patches)
    names = [os.path.basename(path)[: -len(".patch")] for path in patches]
    for name in options.only:
        if name not in names:
            parser.error(f"there is no {name}.patch")
    checkout(patches)
    build()
    if not options.only:
        tried, failure = fuzz(options.graphs, options.threads)
        print(f"no bug: {tried} graphs, {failure or 'nothing found'}", flush=True)
        if failure:
            return 1
    rows, missed = table_rows(), 0
    for path, name in zip(patches, names):
        if options.only and name not in options.only:
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        what = title(path)
        folder = re.search(r"(?m)^\+\+\+ b/lib/(\w+)/", text).group(1)
        demand(["git", "apply", path], cwd=TREE)
        start = time.time()
        try:
            build()
            tried, failure = fuzz(options.graphs, options.threads)
        finally:
            demand(["git", "apply", "-R", path], cwd=TREE)
        missed += failure is None
        print(f"{name}: {'MISSED' if failure is None else 'caught'} after {tried} graphs, "
              f"{time.time() - start:.0f} s: {failure or ''}", flush=True)
        result = "**missed**" if failure is None else f"`{shortened(failure)}`"
        rows[what] = f"| {folder} | {what} | {tried} | {result} |\n"
        if options.write:
            write([rows.get(title(p)) for p in patches])
    tried = len(options.only or patches)
    print(f"{tried - missed} of {tried} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
