#!/usr/bin/env python3
"""Measures nngc beside its peers and writes docs/performance.md.

    test/bench/report.py [--peers ../shared/peers] [--python PYTHON] [--rounds 15]     measures everything
    test/bench/report.py --parts rows,math               measures these parts anew
    test/bench/report.py --parts workloads [--threads 1] WORKLOAD ...                  and these workloads
    test/bench/report.py --parts none                    only writes the page

What is not measured anew is as test/bench/report.json has it, where the raw results are kept.

Needs the peers' Python environment (`../shared/peers/setup.sh` prints its interpreter) and a release build, for the
matrix products also libopenblas-dev, libdnnl-dev and libxsmm-dev (the program uses those it finds).
The peers' run.py does the measuring: every round gives each peer and the machine's own roof one slice in
turn, and outputs of all peers are compared. This script only asks for it and lays out what came back.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = ROOT / "test/bench/report.json"
ABOUT = {
    "mlp-train": "784-256-128-10, batch 128: forward, gradient, SGD",
    "mlp-infer": "784-256-128-10, batch 1",
    "tiny-mlp": "39-22-22-2, batch 1",
    "linear": "784-10, batch 1",
    "adam-update": "AdamW on 10 million parameters",
    "hvp": "loss, gradient and Hessian times vector of a 16-32-32-1 MLP, batch 64",
    "scan-grad": "614 small steps and their gradient",
    "lenet-train": "LeNet on 28x28 pictures, batch 64, Adam",
    "lstm-train": "character LSTM, 256 units, 64 steps, batch 32",
    "gpt-train": "4 layers of width 128, 128 positions, batch 8, AdamW",
    "encoder-infer": "6 layers of width 384, 128 positions, batch 1",
    "word2vec": "skip-gram with negative samples, 10,000 words of width 128",
    "forces": "an interatomic potential's training step: gradients of gradients",
}
WORKLOADS = list(ABOUT)


# Parts of the page, and the program that measures each; "workloads" is the peers' run.py.
PROGRAMS = {"products": "nngc-gemm", "small": "nngc-gemm", "conv": "nngc-conv", "rows": "nngc-rows", "math": "nngc-math", "compile": "nngc-compile-time"}
PARTS = ["workloads", *PROGRAMS]


def measure(args, parts):
    folder = ROOT / "build/release/bin"
    results = {}
    with tempfile.TemporaryDirectory() as scratch:
        for part in parts:
            program = folder / PROGRAMS.get(part, "nngc-peer")
            if not program.exists():
                sys.exit(f"{program} is missing: cmake --preset release && cmake --build build/release")
            found = pathlib.Path(scratch) / f"{part}.json"
            command = [str(program)]
            if part == "workloads":
                command = [args.python, str(args.peers / "run.py"), *(args.workloads or WORKLOADS)]
                command += ["--rounds", str(args.rounds)]
                command += [word for t in args.threads or (1, 2) for word in ("--threads", str(t))]
                command += ["--peer", f"nngc={program} --threads {{threads}} {{workload}} {{data}}"]
            if part == "small":
                command += ["--small", "200", "--rounds", "9"]
            runs = []
            for _ in range(MATH_PROCESSES if part == "math" else 1):
                subprocess.run([*command, "--json", str(found)], check=True)
                runs.append(json.loads(found.read_text()))
            results[part] = middle_rows(runs) if part == "math" else runs[0]
    return results


# libmvec's times depend on where its process has what, by up to two.
MATH_PROCESSES = 7


def middle_rows(runs):
    """Of each function's rows, one per process, that with the middle ratio, and the least and the greatest."""
    rows = []
    for same in zip(*runs):
        same = sorted(same, key=lambda r: r["ratio"])
        rows.append({**same[len(same) // 2], "least": same[0]["ratio"], "greatest": same[-1]["ratio"]})
    return rows


ROWS_TARGET, MATH_TARGET = 0.9, 1.2


def rows_limits(rows):
    reached = [f"{r['work']} {r['width']} in {r['level']}" for r in rows if r["share"] >= ROWS_TARGET]
    return [
        f"At least {100 * ROWS_TARGET:.0f} %, as wanted of all: {', '.join(reached) or 'none'}.",
        "",
        "In a cache the others are bound by what is computed, not by what is moved. Counted on Zen 4, where 512 bits are two",
        "halves: multiply-adds and tests share two ports and go one a cycle, additions and maxima two others; a load takes a",
        "cycle, a store two unless loads go beside it. The chain has three products and takes 3.05 cycles for 16 numbers, a copy",
        "between 2.2 and 2.9 where L1 holds them and about four from L2. Softmax: ten multiply-adds' time for the exponential,",
        "one for the maximum's NaN, three for the division, and nine additions and maxima: 14.6 in all. A division by a row's sum",
        "as three multiply-adds with the reciprocal is exact (all 186 million quotients within 2^-19 ulp of a midpoint were",
        "tried), but was no faster: it needs what the others need. Phases run staggered, so that one row is divided while the",
        "next one's powers are made (`lib/codegen/row_stages.cpp`); rows of up to 32, with functions 64, go four or two to a",
        "stage, and their lanes are summed together. Layer norm reads its row three times and two parameters: five loads, five",
        "additions and a store, 5.6 cycles measured for nothing else, 6.7 reached. With all of a row in registers it has half",
        "the loads, but waits for its sums: rows of 64 took longer.",
        "Rows from memory are asked for 32 KiB ahead, into the second cache (`fetch_ahead.cpp`); into the first, or one row",
        "ahead, did little; rows from L3 are not faster for it. Rows of 4096 in layer norm are slowest, since the row, its",
        "result and two parameters are more than L1 holds: loops written by hand (several rows at once, backwards, staggered)",
        "took 10 cycles from L2 and 18 from memory, which is 17 since all of its phases ask ahead.",
        "Layer norm in L3 is not faster for being staggered, in L2 by a third to a half.",
    ]


def math_limits(rows):
    missed = [f"{r['name']} {r['type']}" for r in rows if r["ratio"] < MATH_TARGET]
    once = [f"{r['name']} {r['type']}" for r in rows if r["least"] < MATH_TARGET <= r["ratio"]]
    return [
        f"Below {MATH_TARGET}x, which is wanted of all: {', '.join(missed) or 'none'};",
        f"in at least one of the processes: {', '.join(once) or 'none'}.",
        "",
        "libmvec's sin reduces its argument to one float and accepts 1.7 to 2.9 ulp; ours keeps the reduced argument in",
        "two parts, without which 1 ulp cannot be held. What bounds the functions on Zen 4, measured for 512 bits: tests, and",
        "permutations of two registers, have the two ports of the multiply-adds and cost one each; a permutation of one register",
        "costs a third; a division of f64 takes 8.8 cycles and the time of 4.4 multiply-adds; scaling by a power of two takes two.",
        "So the tables of exp, and of erf in f64, are one register wide, two vectors share a test, and r^2 / 4 is an integer",
        "subtraction. The f32 sin takes 14 cycles where its ports need 11.5: its chain is some 60 cycles long, and the schedulers",
        "hold no more than four vectors of 26 instructions. Its registers are all in use, for constants and tables. logistic in",
        "f32 is a series around a quotient from tables, its worst 0.77 ulp, where libmvec's exp leaves 2.4; in f64 the division",
        "and 14 multiply-adds bound it. libmvec's own times move from process to process, sin's from 4.1 to 6.4 ns a vector, cos",
        "and logistic by a factor of two.",
    ]


def duration(seconds):
    for unit, scale in (("s", 1), ("ms", 1e3), ("us", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def table(rows, threads):
    names = list(dict.fromkeys(r["workload"] for r in rows))
    lines = [
        "| workload | nngc | of the roof | best peer | nngc is | JAX | PyTorch | torch.compile | ONNX Runtime | OpenVINO | agrees |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in names:
        here = {r["peer"]: r for r in rows if r["workload"] == name and r["threads"] == threads and "failed" not in r}
        ours = here.get("nngc")
        if not any(r["workload"] == name and r["threads"] == threads for r in rows):
            continue
        if ours is None:
            lines.append(f"| `{name}` | failed |" + " |" * 9)
            continue
        others = {peer: r for peer, r in here.items() if peer != "nngc" and r["agrees"]}
        best = min(others, key=lambda peer: others[peer]["median_s"])
        cells = [f"`{name}`", duration(ours["median_s"]), f"{100 * ours['roof']:.0f} % {ours['roof_kind']}", best]
        cells.append(f"**{others[best]['median_s'] / ours['median_s']:.2f}x**")
        for peer in ("jax", "torch", "torch-compile", "ort", "openvino"):
            cells.append(f"{others[peer]['median_s'] / ours['median_s']:.2f}x" if peer in others else "-")
        cells.append(f"{ours['difference']:.0e}" if ours["agrees"] else f"NO, {ours['difference']:.0e}")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def compile_times(rows):
    lines = ["| workload | nngc | JAX | torch.compile | OpenVINO |", "|---|---|---|---|---|"]
    for name in dict.fromkeys(r["workload"] for r in rows):
        here = {r["peer"]: r for r in rows if r["workload"] == name and r["threads"] == 1 and "failed" not in r}
        cells = [duration(here[p]["compile_s"]) if p in here else "-" for p in ("nngc", "jax", "torch-compile", "openvino")]
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return lines


def products_table(products):
    libraries = sorted({name for p in products for name in p["over"]})
    lines = ["| M x K x N | of the limit | " + " | ".join(libraries) + " |", "|---|---|" + "---|" * len(libraries)]
    for p in products:
        cells = [f"{p['over'][name]:.2f}x" if name in p["over"] else "-" for name in libraries]
        lines.append(f"| {p['m']} x {p['k']} x {p['n']} | {100 * p['roof']:.0f} % | " + " | ".join(cells) + " |")
    return lines


def small_table(products):
    lines = ["| library | geometric mean | worst | slower than half of it |", "|---|---|---|---|"]
    for name in sorted({name for p in products for name in p["over"]}):
        worst = min(products, key=lambda p: p["over"][name])
        ratios = [p["over"][name] for p in products]
        size = f"{worst['m']} x {worst['k']} x {worst['n']}"
        cells = [name, f"**{math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f}x**"]
        cells += [f"{min(ratios):.2f}x, {size}", f"{sum(r < 0.5 for r in ratios)} of {len(ratios)}"]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def conv_table(rows):
    libraries = list(dict.fromkeys(name for r in rows for name in r["over"]))
    lines = ["| layer | road | of the limit | " + " | ".join(libraries) + " |", "|---|---|---|" + "---|" * len(libraries)]
    for r in rows:
        ratios = [f"{r['over'][name]:.2f}x" if name in r["over"] else "-" for name in libraries]
        lines.append("| " + " | ".join([f"`{r['layer']}`", r["road"], f"**{100 * r['roof']:.0f} %**", *ratios]) + " |")
    return lines


def rows_table(rows):
    levels = list(dict.fromkeys(r["level"] for r in rows))
    lines = ["| work | row | " + " | ".join(levels) + " |", "|---|---|" + "---|" * len(levels)]
    for work, width in dict.fromkeys((r["work"], r["width"]) for r in rows):
        cells = []
        for level in levels:
            r = next((r for r in rows if (r["work"], r["width"], r["level"]) == (work, width, level)), None)
            cells.append(f"**{100 * r['share']:.0f} %** of {r['roof']:.0f} GB/s ({r['spread']:.2f})" if r else "-")
        lines.append(f"| {work} | {width} | " + " | ".join(cells) + " |")
    return lines


def math_table(rows):
    lines = [
        "| function | f32 | ns | ulp | libmvec's | f64 | ns | ulp | libmvec's |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(r["name"] for r in rows):
        cells = []
        for kind in ("f32", "f64"):
            r = next(r for r in rows if r["name"] == name and r["type"] == kind)
            cells += [f"**{r['ratio']:.2f}x** ({r['least']:.2f}-{r['greatest']:.2f})", f"{r['ours_ns']:.3f}"]
            cells += [f"{r['ours_ulp']:.2f}", f"{r['theirs_ulp']:.2f}"]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def compile_table(cases):
    lines = ["| what | size | median | spread | must be | grows with the power |", "|---|---|---|---|---|---|"]
    for case in cases:
        point = next(p for p in case["points"] if p["size"] == case["size"])
        bound = f"< {duration(case['bound_s'])}" if case["bound_s"] else "-"
        growth = f"{case['exponent']:.2f}" if len(case["points"]) > 1 else "-"
        size = f"{case['size']:,}" if case["size"] else "-"
        cells = [case["name"], size, f"**{duration(point['median_s'])}**", f"{point['spread']:.2f}", bound, growth]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def spreads(rows):
    ours = [r for r in rows if r.get("peer") == "nngc" and "failed" not in r]
    parts = (f"`{r['workload']}` {r['threads']} thread{'s' if r['threads'] > 1 else ''} {r['spread']:.2f}" for r in ours)
    return ", ".join(parts)


def page(results):
    rows = results["workloads"]
    cpu = next(r["cpu"] for r in rows if "cpu" in r)
    others = max(r.get("others_cores", 0) for r in rows)
    names = list(dict.fromkeys(r["workload"] for r in rows))
    lines = [
        "# Performance",
        "",
        "Written by `test/bench/report.py`; do not edit. Each row comes from one run in which nngc, its peers and the",
        "machine's own limit take turns on the same cores, and the outputs of all are compared (`agrees`: the largest",
        "difference to the first peer, relative to that array's largest element). Ratios of medians over rounds; a ratio",
        "above 1 means that nngc is faster. The roof is an FMA loop, or an in-place update over 128 MiB where memory is all",
        "there is to it.",
        "",
        f"Machine: {cpu}; up to {others:.2f} cores were busy with other work while this ran.",
        "",
        "## One thread",
        "",
        *table(rows, 1),
        "",
        "## Two threads",
        "",
        *table(rows, 2),
        "",
        "## Compilation, cold, once per process",
        "",
        *compile_times(rows),
        "",
        "PyTorch without `torch.compile` and ONNX Runtime have nothing to compile, and are not listed.",
        "",
        "## Matrix products, one thread",
        "",
        "`build/release/bin/nngc-gemm`: row-major f32, our product beside each library that was there to build with, in",
        "one process with the loop of multiply-adds that is the limit; medians over 31 rounds, results compared.",
        "",
        *products_table(results["products"]),
        "",
        "Small ones: extents drawn from 1 to 17, 31, 33 and 100, medians of 9 rounds.",
        "",
        *small_table(results["small"]),
        "",
        "## Convolutions, one thread",
        "",
        "`build/release/bin/nngc-conv`: f32, NHWC pictures and HWIO weights, forward and backward, beside oneDNN in one",
        "process with the loop of multiply-adds; medians over 31 rounds, results compared. oneDNN starts from and ends with",
        "the same arrays, whatever it lays out anew between; beside it the primitive alone on layouts of its own choice, as",
        "if all of a network were kept in them. Only multiply-adds that the mathematics asks for are counted.",
        "",
        *conv_table(results["conv"]),
        "",
        "## Rows, one thread",
        "",
        "`build/release/bin/nngc-rows`: f32, reads and writes of the minimum (inputs once, the result once) as a share of",
        "what the fastest of four hand-written loops moves that does nothing else: 256 or 512 bits, stores through the",
        "caches or past them. Arrays together fill 3/4 of the first cache, half of the second, a part of the third, or",
        "256 MiB. Medians of 15 rounds in which all take turns, in parentheses the spread (p90 - p10) / median; results are",
        "compared with f64. `mlp-infer` is that workload beside loops that only read as many bytes as it has weights.",
        "",
        *rows_table(results["rows"]),
        "",
        *rows_limits(results["rows"]),
        "",
        "## Elementary functions, one thread",
        "",
        "`build/release/bin/nngc-math`: time per element of an array in the first cache beside glibc's libmvec with",
        "vectors as wide; logistic and gelu there are made of its exp and erf. Of 7 processes, each the median of 31",
        "rounds, that with the middle ratio (the least and the greatest); the largest error on this array, in ulp of the",
        "true value (gelu: of its argument).",
        "",
        *math_table(results["math"]),
        "",
        *math_limits(results["math"]),
        "",
        "## Compile time and its growth",
        "",
        "`build/release/bin/nngc-compile-time`: each time in a process of its own, from building the graph on, medians",
        "of 7; a gradient is the call of `grad` alone. Growth is the exponent fitted to the processor time at a quarter,",
        "half, once and twice the size. The elementwise graph depends on itself in every node, so that nothing is dead or",
        "shared; the layers of the training step all differ.",
        "",
        *compile_table(results["compile"]),
        "",
        "## What the workloads are",
        "",
        *[f"- `{n}`: {ABOUT.get(n, 'see `run.py --describe`')}." for n in names],
        "",
        f"Spread of nngc's own times, (max - min) / median: {spreads(rows)}.",
        "",
    ]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=", ".join(WORKLOADS))
    parser.add_argument("--peers", type=pathlib.Path, default=ROOT.parent / "shared/peers")
    parser.add_argument("--python", default=str(pathlib.Path(tempfile.gettempdir()) / "nngc-peers-venv/bin/python"))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, action="append", help="of workloads; default 1 and 2")
    parser.add_argument("--parts", type=lambda text: text.split(","), help="of " + ", ".join(PARTS) + "; or none")
    args = parser.parse_args()
    parts = PARTS if args.parts is None else [part for part in args.parts if part != "none"]
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        sys.exit(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    results = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    measured = measure(args, parts)
    if "workloads" in measured:
        # Rows of other workloads, and of other numbers of threads, stay.
        anew = {(r["workload"], r["threads"]) for r in measured["workloads"]}
        kept = [r for r in results.get("workloads", []) if (r["workload"], r["threads"]) not in anew]
        order = {name: i for i, name in enumerate(WORKLOADS)}
        measured["workloads"] = sorted(kept + measured["workloads"], key=lambda r: order.get(r["workload"], len(order)))
    results |= measured
    for row in results.get("workloads", []):
        row.pop("times", None)
    absent = [part for part in PARTS if part not in results]
    if absent:
        sys.exit(f"not measured: {', '.join(absent)}; name them with --parts")
    KEPT.write_text(json.dumps(results, indent=1) + "\n")
    (ROOT / "docs/performance.md").write_text(page(results))


if __name__ == "__main__":
    main()
