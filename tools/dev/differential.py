#!/usr/bin/env python3
"""Random differentiable programs beside JAX and PyTorch: the same values, the same derivatives.

usage: differential.py [--build build/release] [--python PATH] [--programs 300] [--seed 1] [--keep DIR]

BUILD/bin/nngc-differential draws the programs, compiles and runs them; test/differential/beside.py gives
each, as text, to both systems. Then the singular points: what everyone answers where the usual rules give
0 * inf; ours must be right. --python, or NNGC_PEERS_PYTHON, is a Python with jax, torch and numpy. The
folder is deleted unless something is wrong or --keep names it. Exit status 1: a mismatch; 77: no Python.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BESIDE = os.path.join(ROOT, "test/differential/beside.py")
SYSTEMS = ("jax", "torch")
SKIPPED = 77


def has_peers(python):
    """Whether that Python has both systems; looking does not load them."""
    look = "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ('jax', 'torch', 'numpy'))))"
    try:
        return subprocess.run([python, "-c", look], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def worst_line(kind, dtype, programs):
    """The worst distance of a kind, and where."""
    found = [(f["distance"], p["program"], f["name"]) for p in programs if p.get("dtype") == dtype
             for f in p["found"] if f["kind"] == kind]
    if not found:
        return f"  {kind:9} {dtype}  none"
    distance, program, name = max(found)
    return f"  {kind:9} {dtype}  {len(found):5} arrays, worst {distance:.1e}: {name} of {program}"


def report(lines):
    """Prints a system's summary; returns what is wrong."""
    system = lines[0]["system"]
    programs = [n for n in lines if "program" in n]
    wrong = [f"{system}: {p['program']}: {p['failed']}" for p in programs if "failed" in p]
    for p in programs:
        wrong += [f"{system}: {p['program']}: {f['kind']} {f['name']} differs by {f['distance']:.3g}"
                  for f in p.get("found", ()) if not f["share"] <= 1]
    elements = sum(p.get("elements", 0) for p in programs)
    print(f"{system}: {len(programs)} programs, {elements} numbers compared, {len(wrong)} wrong")
    for dtype in ("f4", "f8"):
        for kind in ("value", "gradient", "second"):
            print(worst_line(kind, dtype, programs))
    return len(programs), wrong


def singular_table(answers):
    """One row per singular case; returns what is wrong with ours."""
    wrong, rows = [], [["singular point", "nngc", *[lines[0]["system"] for lines in answers]]]
    for first in (n for n in answers[0] if "singular" in n):
        name = first["singular"]
        ours = sorted(set(first["ours"].values()))
        wrong += [f"{name}: ours is {o}" for o in ours if o != "right"]
        theirs = [n["theirs"] for lines in answers for n in lines if n.get("singular") == name]
        rows.append([name, "; ".join(ours), *theirs])
    widths = [max(map(len, column)) for column in zip(*rows)]
    rows.insert(1, ["-" * w for w in widths])
    for row in rows:
        print("| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths)) + " |")
    return len(rows) - 2, wrong


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--build", default=os.path.join(ROOT, "build/release"))
    options.add_argument("--python", default=os.environ.get("NNGC_PEERS_PYTHON", ""))
    options.add_argument("--programs", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", metavar="DIR")
    given = options.parse_args()
    if not given.python or not has_peers(given.python):
        print("skipped: no Python with jax and torch (--python or NNGC_PEERS_PYTHON)")
        return SKIPPED
    folder = given.keep or tempfile.mkdtemp(prefix="nngc-differential-")
    start = time.monotonic()
    for part in ("programs", "singular"):  # of an earlier run
        shutil.rmtree(os.path.join(folder, part), ignore_errors=True)
    drawn = subprocess.run([os.path.join(given.build, "bin", "nngc-differential"), "--programs", str(given.programs),
                    "--seed", str(given.seed), "--out", folder])
    if drawn.returncode not in (0, 1):
        sys.exit(f"nngc-differential ended with {drawn.returncode}")
    print(f"drawn, compiled and run in {time.monotonic() - start:.0f} s", flush=True)
    asked = [subprocess.Popen([given.python, BESIDE, folder, system], stdout=subprocess.PIPE, text=True)
             for system in SYSTEMS]
    answers, wrong = [], ["nngc-differential: see above"] if drawn.returncode else []
    for system, process in zip(SYSTEMS, asked):
        answers.append([json.loads(line) for line in process.communicate()[0].splitlines()])
        if process.returncode:
            sys.exit(f"{system}: beside.py ended with {process.returncode}")
    for lines in answers:
        count, found = report(lines)
        wrong += found
        if count != given.programs:
            wrong.append(f"{lines[0]['system']}: {count} programs, not {given.programs}")
    count, found = singular_table(answers)
    wrong += found
    made = os.listdir(os.path.join(folder, "singular"))
    if count != len(made):
        wrong.append(f"{len(made)} singular cases, {count} of them with an answer")
    print("\n".join(wrong) + ("\n" if wrong else "") + f"{time.monotonic() - start:.0f} s in all")
    if wrong:
        print(f"{len(wrong)} wrong; everything lies in {folder}")
        return 1
    if not given.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
