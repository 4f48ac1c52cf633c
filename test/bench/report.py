#!/usr/bin/env python3
"""Measures nngc beside its peers and writes docs/performance.md.

    test/bench/report.py [--peers ../shared/peers] [--python PYTHON] [--rounds 15] [WORKLOAD ...]
    test/bench/report.py --from RESULTS.json      only writes the page again

Needs the peers' Python environment (`../shared/peers/setup.sh` prints its interpreter) and a release build, for the
matrix products also libopenblas-dev, libdnnl-dev and libxsmm-dev (the program uses those it finds).
The peers' run.py does the measuring: every round gives each peer and the machine's own roof one slice in
turn, and outputs of all peers are compared. This script only asks for it and lays out what came back.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORKLOADS = ["mlp-train", "mlp-infer", "tiny-mlp", "linear", "adam-update", "hvp"]
ABOUT = {
    "mlp-train": "784-256-128-10, batch 128: forward, gradient, SGD",
    "mlp-infer": "784-256-128-10, batch 1",
    "tiny-mlp": "39-22-22-2, batch 1",
    "linear": "784-10, batch 1",
    "adam-update": "AdamW on 10 million parameters",
    "hvp": "loss, gradient and Hessian times vector of a 16-32-32-1 MLP, batch 64",
}


def measure(args):
    program = ROOT / "build/release/bin/nngc-peer"
    if not program.exists():
        sys.exit(f"{program} is missing: cmake --preset release && cmake --build build/release --target nngc-peer")
    with tempfile.TemporaryDirectory() as scratch:
        products = pathlib.Path(scratch) / "products.json"
        command = [str(program.with_name("nngc-gemm")), "--rounds", "31", "--json", str(products)]
        subprocess.run(command, check=True)
        found = pathlib.Path(scratch) / "results.json"
        command = [args.python, str(args.peers / "run.py"), *(args.workloads or WORKLOADS), "--rounds", str(args.rounds)]
        command += ["--threads", "1", "--threads", "2", "--json", str(found)]
        command += ["--peer", f"nngc={program} --threads {{threads}} {{workload}} {{data}}"]
        subprocess.run(command, check=True)
        return {"workloads": json.loads(found.read_text()), "products": json.loads(products.read_text())}


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
    parser.add_argument("--from", dest="source", type=pathlib.Path, metavar="RESULTS.json")
    parser.add_argument("--json", type=pathlib.Path, help="also keep the raw results here")
    args = parser.parse_args()
    results = json.loads(args.source.read_text()) if args.source else measure(args)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1))
    (ROOT / "docs/performance.md").write_text(page(results))


if __name__ == "__main__":
    main()
