#!/usr/bin/env python3
"""Asks a system for the numbers of nngc-differential's programs, and compares.

usage: beside.py FOLDER jax|torch

Prints one JSON line per program and one per singular case; tools/dev/differential.py reads them.
"""
import glob
import importlib
import json
import os
import sys

import numpy as np

import evaluate
import singular
import text_form

ALLOWED = {("f4", "value"): 1e-5, ("f4", "gradient"): 1e-4, ("f4", "second"): 1e-4,
           ("f8", "value"): 1e-10, ("f8", "gradient"): 1e-10, ("f8", "second"): 1e-10}


def load(folder, prefix):
    paths = glob.glob(os.path.join(glob.escape(folder), prefix + "*.npy"))
    return {os.path.basename(p)[len(prefix):-4]: np.load(p) for p in paths}


def distance(ours, theirs):
    """The greatest difference, relative to the greatest element; where that is NaN, infinity."""
    theirs = np.asarray(theirs)
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return float("inf")
    if ours.size == 0 or np.array_equal(ours, theirs):
        return 0.0
    error = np.max(np.abs(ours.astype(np.float64) - theirs.astype(np.float64)))
    size = np.max(np.abs(theirs.astype(np.float64)))
    return float(error / size) if size > 0 and np.isfinite(error) else float("inf")


def compare(system, folder):
    """What is worst, as (share of what is allowed, kind, name, distance), and the dtype and order."""
    with open(os.path.join(folder, "program.nng"), encoding="utf-8") as file:
        graph = text_form.parse(file.read())
    given, results = load(folder, "in_"), load(folder, "out_")
    names = [name[1:] for name, _, _ in graph.inputs]
    wrt = [n for n in names if given[n].dtype.kind == "f"]
    fixed = {n: system.array(given[n]) for n in names if n not in wrt}

    def f(*moving):
        known = {**fixed, **dict(zip(wrt, moving))}
        return evaluate.run(system, graph, [known[n] for n in names])

    has_second = any(n.startswith("hess_") for n in results)
    along = [system.array(given["along_" + n]) for n in wrt] if has_second else None
    values, gradient, second = system.judge(f, [system.array(given[n]) for n in wrt], along)
    pairs = [("value", name, results[name], y) for (name, _), y in zip(graph.outputs, values)]
    pairs += [("gradient", n, results["grad_" + n], y) for n, y in zip(wrt, gradient)]
    if has_second:
        pairs += [("second", n, results["hess_" + n], y) for n, y in zip(wrt, second)]
    dtype = results["loss"].dtype.str[1:]
    found = []
    for kind, name, ours, theirs in pairs:
        d = distance(ours, theirs)
        found.append({"share": d / ALLOWED[dtype, kind], "kind": kind, "name": name, "distance": d})
    return {"dtype": dtype, "elements": sum(int(p[2].size) for p in pairs), "found": found}


def at_singular(system, which, folder):
    """What we and the system make of a singular case."""
    name, ours = os.path.basename(folder), {}
    for dtype, tolerance in (("f32", 1e-5), ("f64", 1e-12)):
        results = load(os.path.join(folder, dtype), "out_")
        ours[dtype] = singular.verdict(results["loss"], results["grad_x"], results["hess_x"], name, tolerance)
    theirs = singular.ask(system, which, name, load(os.path.join(folder, "f64"), "in_")["x"])
    return {"ours": ours, "theirs": theirs}


def main():
    folder, which = sys.argv[1:]
    system = importlib.import_module(which + "_system")
    print(json.dumps({"system": system.name}), flush=True)
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), "programs", "*"))):
        line = {"program": os.path.basename(path)}
        try:
            line.update(compare(system, path))
        except Exception as error:  # also: no results of ours, an op that the system does not do
            line["failed"] = f"{type(error).__name__}: {error}"
        print(json.dumps(line), flush=True)
    for name in singular.CASES:
        print(json.dumps({"singular": name, **at_singular(system, which, os.path.join(folder, "singular", name))}),
              flush=True)


if __name__ == "__main__":
    main()
