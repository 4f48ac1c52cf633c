#!/usr/bin/env python3
"""Measures what the tests notice: plants small changes of meaning in rules and lowering, one at a time.

usage: mutate.py [--count N] [--seed S] [--only NAME...] [--quick] [--release] [--again] [--judged] [--show] [--write]

The last commit is checked out as a worktree in build/mutants and built there with -O1 and assertions, those of the
standard library included; with --release as the preset of that name does it, without assertions: ccache has all of
that, where the other build takes half an hour on one core. Of all mutants (mutants.py) of lib/optimize, lib/ops and lib/lower, in the order that the
seed gives them, the first N that compile are judged: the programs of STAGES run one by one, the quickest first, until
one fails, crashes, or takes ten times as long as it should. What does not compile is not counted. The verdicts are
kept in build/mutants/verdicts.jsonl, so that a second run goes on where the first one ended; --again judges those
once more that survived: after --quick, which leaves out what takes minutes, or when a test was written. Survivors
that change nothing a test could see are listed with a reason in test/mutation/equivalent.txt; --write puts the
figures into docs/mutation.md. --judged counts all verdicts on mutants that still exist, whichever version they were
found in, and judges none. --show prints the edits and does nothing else. Two to three hours on one core.
"""
import argparse
import collections
import glob
import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import time

from mutants import mutants_of

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TREE = os.path.join(ROOT, "build/mutants")
VERDICTS = os.path.join(TREE, "verdicts.jsonl")
EQUIVALENT = os.path.join(ROOT, "test/mutation/equivalent.txt")
PAGE = os.path.join(ROOT, "docs/mutation.md")
BEGIN, END = "<!-- mutate: begin -->\n", "<!-- mutate: end -->\n"
SOURCES = ["lib/optimize/**/*.cpp", "lib/ops/*.cpp", "lib/lower/*.cpp"]
FUZZ = ["nngc-fuzz", "--failures", "1", "--shrink", "", "--threads", "1", "--compile-one-in", "2"]
# The folder's unit tests and those of folders that stand on it, then the others: a name, the program with its
# arguments.
UNITS = {"ops": ["ops", "optimize", "autodiff", "lower", "train"], "optimize": ["optimize", "lower", "train"],
         "lower": ["lower", "train"]}
STAGES = [("filetest", ["nngc_test_filetest", "--abort"]),
          ("conformance", ["nngc_test_conformance", "--abort", "~[compiled]"]),
          ("random graphs", FUZZ + ["--graphs", "300"]),
          ("errors", ["nngc_test_errors", "--abort"]),
          ("conformance", ["nngc_test_conformance", "--abort"]),  # from here on, minutes
          ("random graphs", FUZZ + ["--graphs", "5000"]),
          ("e2e", ["nngc_test_e2e", "--abort"])]
QUICK = 4  # of STAGES


def call(command, **options):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", **options)


def demand(command, **options):
    done = call(command, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def checkout(release):
    commit = demand(["git", "rev-parse", "HEAD"], cwd=ROOT).strip()
    if os.path.isdir(os.path.join(TREE, "lib")):
        demand(["git", "checkout", "--detach", "--force", commit], cwd=TREE)
    else:
        call(["git", "worktree", "prune"], cwd=ROOT)
        demand(["git", "worktree", "add", "--force", "--detach", TREE, commit], cwd=ROOT)
    flags = "-O2 -DNDEBUG" if release else "-O1 -D_GLIBCXX_ASSERTIONS"
    demand(["cmake", "-S", ".", "-B", "build/built", "-G", "Ninja", "-D", "CMAKE_BUILD_TYPE=Release",
            "-D", f"CMAKE_CXX_FLAGS_RELEASE={flags}"], cwd=TREE)


def unit(folder):
    return folder, [f"nngc_test_{folder}", "--abort"]


def stages_of(path, stages):
    first, *others = map(unit, UNITS[path.split("/")[1]])
    return [first, stages[0], *others, *stages[1:]]


def build(program):
    return call(["ninja", "-j1", "-C", "build/built", program] + ["nngc_program"] * (program == "nngc_test_e2e"), cwd=TREE)


def run(command, seconds):
    """(how it ended, processor seconds): none, or a word for how it failed."""
    def limits():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = call(["build/built/bin/" + command[0]] + command[1:], cwd=TREE, preexec_fn=limits, timeout=60 + 8 * seconds)
        ended = None if done.returncode == 0 else "fails" if done.returncode > 0 else f"signal {-done.returncode}"
        if done.returncode in (-9, -24):
            ended = "takes too long"
    except subprocess.TimeoutExpired:
        ended = "hangs"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def baseline(stages):
    """Processor seconds of every stage without a mutant; all of them have to pass."""
    times = {}
    for _, command in [*map(unit, UNITS["ops"]), *stages]:
        built = build(command[0])
        if built.returncode != 0:
            sys.exit(built.stdout[-4000:])
        ended, spent = run(command, 3600)
        print(f"no mutant: {' '.join(command)}: {ended or 'passes'}, {spent:.0f} s", flush=True)
        if ended:
            sys.exit(1)
        times[" ".join(command)] = spent
    return times


def judge(mutant, times, stages):
    path = os.path.join(TREE, mutant.path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = text.split("\n")
    if lines[mutant.line] != mutant.before:
        sys.exit(f"{mutant.path} is not as it was committed")
    lines[mutant.line] = mutant.after
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        for stage, command in stages_of(mutant.path, stages):
            built = build(command[0])
            if built.returncode != 0:
                # Tests may not compile with it, either: a signature has changed.
                return "does not compile", ""
            ended, _ = run(command, int(10 * times[" ".join(command)]) + 20)
            if ended:
                return "caught", f"{stage} {ended}"
        return "survived", ""
    finally:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def all_mutants(seed):
    """In the order in which they are drawn."""
    found = {}
    for pattern in SOURCES:
        for path in sorted(glob.glob(os.path.join(ROOT, pattern), recursive=True)):
            with open(path, encoding="utf-8") as file:
                for mutant in mutants_of(os.path.relpath(path, ROOT), file.read()):
                    found.setdefault(mutant.name, mutant)
    return sorted(found.values(), key=lambda m: hashlib.sha256(f"{seed} {m.name}".encode()).hexdigest())


def read_verdicts():
    if not os.path.exists(VERDICTS):
        return {}
    with open(VERDICTS, encoding="utf-8") as file:
        return {v["name"]: v for v in map(json.loads, file)}


def equivalents():
    """Reasons by name."""
    with open(EQUIVALENT, encoding="utf-8") as file:
        return dict(line.strip().split(" ", 1) for line in file if re.match(r"[0-9a-f]{10} ", line))


def shown(mutant):
    return f"{mutant.name} {mutant.path}:{mutant.line + 1} ({mutant.kind})\n  - {mutant.before.strip()}\n" \
           f"  + {mutant.after.strip()}"


def page(counted, verdicts):
    """The table of docs/mutation.md."""
    reasons = equivalents()
    by = collections.Counter(verdicts[m.name]["how"] for m in counted if verdicts[m.name]["verdict"] == "caught")
    survived = [m for m in counted if verdicts[m.name]["verdict"] == "survived"]
    caught, same = len(counted) - len(survived), [m for m in survived if m.name in reasons]
    text = f"{caught} of {len(counted)} mutants caught, {100 * caught / len(counted):.1f} %; of the " \
           f"{len(survived)} others {len(same)} change nothing that a result shows. Of those that do, " \
           f"{100 * caught / (len(counted) - len(same)):.1f} % are caught.\n\n| caught by | mutants |\n|---|---|\n"
    text += "".join(f"| {how} | {count} |\n" for how, count in by.most_common())
    text += "\n| survivor | why |\n|---|---|\n"
    for m in survived:
        edit = f"`{m.before.strip()}` → `{m.after.strip() or '(nothing)'}`".replace("|", "\\|")
        text += f"| {m.path[4:]}: {edit} | {reasons.get(m.name, '**no test sees it**')} |\n"
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--release", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--judged", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    stages = STAGES[:QUICK] if options.quick else STAGES
    drawn, counted, times = all_mutants(options.seed), [], {}
    verdicts = read_verdicts()
    for mutant in drawn:
        if options.judged and mutant.name not in verdicts:
            continue
        if len(counted) == options.count and not options.judged:
            break
        if options.only and mutant.name not in options.only:
            continue
        known = verdicts.get(mutant.name, {}).get("verdict")
        if options.only or (options.again and known == "survived"):
            known = None
        if options.show:
            print(shown(mutant))
            counted.append(mutant)
            continue
        if not known:
            if not times:
                checkout(options.release)
                times = baseline(stages)
            start = time.time()
            known, how = judge(mutant, times, stages)
            verdicts[mutant.name] = {"name": mutant.name, "verdict": known, "how": how}
            with open(VERDICTS, "a", encoding="utf-8") as file:
                file.write(json.dumps(verdicts[mutant.name]) + "\n")
            print(f"{len(counted) + 1}: {known} {how}, {time.time() - start:.0f} s\n{shown(mutant)}", flush=True)
        if known != "does not compile":
            counted.append(mutant)
    if options.show:
        return 0
    missed = [m for m in counted if verdicts[m.name]["verdict"] == "survived"]
    print(f"{len(counted) - len(missed)} of {len(counted)} caught")
    if options.write:
        with open(PAGE, encoding="utf-8") as file:
            head, rest = file.read().split(BEGIN)
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(head + BEGIN + page(counted, verdicts) + END + rest.split(END)[1])
    return 1 if len(missed) > 0.05 * len(counted) else 0


if __name__ == "__main__":
    sys.exit(main())
