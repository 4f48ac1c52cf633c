#!/usr/bin/env python3
"""Measures which lines of lib/ the tests run (gcov), and fails where they are fewer than --least percent.

usage: coverage.py [--least 90] [--build build/coverage] [--jobs N] [--no-run] [--missed FILE] [--write]

Builds the preset `coverage`, runs all tests but those that build nngc once more, and prints lines by
folder and the files below --least. --no-run looks at what earlier runs left. --missed prints the lines
of FILE that nothing ran. --write puts the table into docs/testing.md.
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
from collections import defaultdict

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "docs/testing.md")
BEGIN, END = "<!-- coverage: begin -->\n", "<!-- coverage: end -->\n"
# They look at no code of lib, or build another copy of it.
LEFT_OUT = "^(check_.*|docs_adding_an_op|fuzz_parser|package)$"


def found(folder, suffix):
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith(suffix):
                yield os.path.join(where, name)


def run_tests(build, jobs):
    for command in (["cmake", "--preset", "coverage", "-B", build],
                    ["cmake", "--build", build, "-j", str(jobs)]):
        if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
            sys.exit(f"coverage.py: {' '.join(command)} failed")
    for path in found(build, ".gcda"):
        os.remove(path)
    done = subprocess.run(["ctest", "--test-dir", build, "-j", str(jobs), "-E", LEFT_OUT, "--timeout", "7200",
                           "--output-on-failure", "--no-tests=error"], cwd=ROOT)
    if done.returncode:
        sys.exit("coverage.py: a test failed")


def counts_of(note):
    """{source: {line: runs}} of one object file, from its .gcno and what its runs left beside it."""
    done = subprocess.run(["gcov", "--json-format", "--stdout", note], cwd=os.path.dirname(note), check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    result = {}
    for text in filter(None, done.stdout.split("\n")):
        report = json.loads(text)
        for source in report["files"]:
            path = os.path.join(report["current_working_directory"], source["file"])
            path = os.path.relpath(os.path.realpath(path), ROOT)
            if path.startswith("lib/"):
                lines = result.setdefault(path, {})
                for line in source["lines"]:
                    lines[line["line_number"]] = lines.get(line["line_number"], 0) + line["count"]
    return result


def measure(build, jobs):
    total = defaultdict(lambda: defaultdict(int))
    notes = sorted(found(os.path.join(build, "lib"), ".gcno"))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for result in pool.map(counts_of, notes):
            for path, lines in result.items():
                for line, runs in lines.items():
                    total[path][line] += runs
    if not total:
        sys.exit(f"coverage.py: {build} holds no counts")
    return total


def share(lines):
    run = sum(1 for runs in lines if runs)
    return run, len(lines), 100.0 * run / max(len(lines), 1)


def table(total):
    folders = defaultdict(list)
    for path, lines in total.items():
        folders[path.split("/")[1]] += lines.values()
    text = "| folder | lines | run by the tests | % |\n|---|---|---|---|\n"
    for name in sorted(folders):
        run, count, percent = share(folders[name])
        text += f"| lib/{name} | {count} | {run} | {percent:.1f} |\n"
    run, count, percent = share([n for lines in folders.values() for n in lines])
    return text + f"| **lib** | {count} | {run} | **{percent:.1f}** |\n", percent


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--least", type=float, default=90)
    options.add_argument("--build", default=os.path.join(ROOT, "build/coverage"))
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options.add_argument("--no-run", action="store_true")
    options.add_argument("--missed", metavar="FILE")
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    given.build = os.path.abspath(given.build)
    if not given.no_run:
        run_tests(given.build, given.jobs)
    total = measure(given.build, given.jobs)
    if given.missed:
        lines = total.get(os.path.relpath(os.path.abspath(given.missed), ROOT))
        if lines is None:
            sys.exit(f"coverage.py: no counts for {given.missed}")
        with open(given.missed, encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                if lines.get(number, 1) == 0:
                    print(f"{number:5} {text}", end="")
        return 0

    text, percent = table(total)
    print(text, end="")
    low = sorted((share(lines.values()), path) for path, lines in total.items())
    for (run, count, part), path in sorted(low, key=lambda entry: entry[0][2]):
        if part < given.least:
            print(f"below {given.least:g} %: {path}: {run} of {count}, {part:.1f} %")
    if given.write:
        with open(PAGE, encoding="utf-8") as file:
            page = file.read()
        page = re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: BEGIN + text + END, page, flags=re.S)
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(page)
    if percent < given.least:
        print(f"coverage.py: {percent:.1f} % of the lines of lib are run, fewer than {given.least:g} %")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
