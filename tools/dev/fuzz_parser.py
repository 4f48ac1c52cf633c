#!/usr/bin/env python3
"""Feeds the parser of the text form with libFuzzer (clang 19), under ASan and UBSan, for --seconds.

usage: fuzz_parser.py [--seconds 60] [--build build/fuzzer] [--jobs N] [--seed N] [FILE...]

Whatever crashes, leaks, takes more than 2 s of a core or 2 GB of memory, or does not come back from its
own print is a finding: it lies in BUILD/findings, and the exit status is 1. With FILEs nothing is
searched: each is tried once. The corpus starts from every .nng file of the tree and is kept in
BUILD/corpus. Exit status 77: there is no clang++-19.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = 77
COMPILER = "clang++-19"
LIMITS = ["-max_len=16384", "-rss_limit_mb=2048", "-malloc_limit_mb=1024",
          # On the wall, so for hangs only: the program itself counts the seconds of its core.
          "-timeout=600"]
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1",
               "UBSAN_OPTIONS": "print_stacktrace=1"}


def build(folder, jobs):
    """The fuzzer, built in `folder` with the preset's settings."""
    program = os.path.join(folder, "bin", "nngc-fuzz-parser")
    for command in (["cmake", "--preset", "fuzzer", "-B", folder],
                    ["cmake", "--build", folder, "--target", "nngc-fuzz-parser", "-j", str(jobs)]):
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit(done.stdout + f"fuzz_parser.py: {' '.join(command)} failed")
    return program


def seeds(folder):
    """A folder with a copy of every .nng file of the tree, and the parts of the page on them."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    texts = []
    for base in ("docs", "test", "tools"):
        for where, folders, names in os.walk(os.path.join(ROOT, base)):
            folders.sort()
            for name in sorted(names):
                if name.endswith((".nng", ".md")):
                    with open(os.path.join(where, name), encoding="latin-1") as file:
                        text = file.read()
                    texts += [text] if name.endswith(".nng") else re.findall(r"```nng.*?\n(.*?)```", text, re.S)
    for number, text in enumerate(texts):
        with open(os.path.join(folder, f"{number:04}"), "w", encoding="latin-1") as file:
            file.write(text)
    return len(texts)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--build", default=os.path.join(ROOT, "build/fuzzer"))
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options.add_argument("--seed", type=int, default=0, help="0: another one each time")
    options.add_argument("files", nargs="*", metavar="FILE")
    given = options.parse_args()
    if not shutil.which(COMPILER):
        print(f"skipped: no {COMPILER} here")
        return SKIPPED
    environment = {**os.environ, **ENVIRONMENT}
    program = build(given.build, given.jobs)
    if given.files:
        return subprocess.run([program, *LIMITS, *given.files], env=environment).returncode and 1

    place = {n: os.path.join(given.build, n) for n in ("corpus", "seeds", "findings", "words")}
    print(seeds(place["seeds"]), "texts to start from", flush=True)
    for folder in ("corpus", "findings"):
        os.makedirs(place[folder], exist_ok=True)
    words = subprocess.run([program, "--dictionary"], check=True, capture_output=True, env=environment).stdout
    with open(place["words"], "wb") as file:
        file.write(words)
    command = [program, *LIMITS, f"-max_total_time={given.seconds}", f"-seed={given.seed}",
               f"-dict={place['words']}", f"-artifact_prefix={place['findings']}/", "-print_final_stats=1",
               place["corpus"], place["seeds"]]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace") as fuzzer:
        lines = fuzzer.stdout.readlines()
    if not fuzzer.returncode:
        print("".join(n for n in lines if re.match(r"stat::|Done|#\d+\s+DONE", n)), end="")
        return 0
    first = [i for i, n in enumerate(lines) if re.search(r"ERROR: |runtime error: |^parser fuzzer: ", n)]
    start = first[0] if first else max(0, len(lines) - 50)
    print("".join(lines[start:start + 50] + lines[-6:]), end="")
    return 1


if __name__ == "__main__":
    sys.exit(main())
