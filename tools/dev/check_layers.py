#!/usr/bin/env python3
"""Checks every #include against the layers of the design: what a folder may see, and who sees LLVM.

The table below is the design's. A folder also sees what the folders it names see. To allow something
new, change the table, and say why in docs/decisions.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

MAY_INCLUDE = {
    "support": [],
    "tensor": ["support"],
    "ir": ["tensor"],
    "loop": ["tensor"],
    "ops": ["loop", "ir"],
    "autodiff": ["ops"],
    "eval": ["ops"],
    "optimize": ["eval", "ops"],
    "lower": ["ops", "loop"],
    "codegen": ["loop"],
    "import": ["ir", "ops"],
    "runtime": ["tensor"],
    "train": ["support"],  # and everything public, see PUBLIC_ONLY
    "driver": ["support", "tensor", "ir", "loop", "ops", "autodiff", "eval", "optimize", "lower",
               "codegen", "import", "runtime", "train"],
}
PUBLIC_ONLY = {"train"}
# What unit tests may see besides the folder they mirror: the judges that test/CMakeLists.txt links.
JUDGES = {
    "ops": ["eval", "autodiff"], "autodiff": ["eval"], "optimize": ["autodiff"],
    "lower": ["codegen", "eval", "optimize", "autodiff"],
}

# The folder each public header belongs to. include/ itself is checked by check_headers.py.
PUBLIC = {
    "error.h": "support", "export.h": "support", "version.h": "support", "parallel.h": "support",
    "type.h": "tensor", "tensor.h": "tensor",
    "graph.h": "ir", "tree.h": "ir", "ops.def": "ir", "text.h": "ir", "dot.h": "ir", "specialize.h": "ir",
    "ops.h": "ops", "composites.h": "ops", "layers.h": "ops", "indexing.h": "ops", "windows.h": "ops", "control.h": "ops", "op_info.h": "ops", "autodiff.h": "autodiff", "eval.h": "eval", "passes.h": "optimize",
    "optimize.h": "optimize", "import.h": "import", "neurons.h": "import", "runtime.h": "runtime", "train.h": "train", "optimizers.h": "train",
    "compiler.h": "driver", "nngc.h": "driver",
}

# Libraries that only some folders may see. Whatever is not listed here is open to all of lib.
LIBRARIES = {
    "llvm/": {"codegen"}, "llvm-c/": {"codegen"},
    "boost/": {"ir", "lower", "import"},
    "google/protobuf/": {"import"}, "onnx": {"import"},
    "zlib.h": {"runtime"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def closure(folder):
    seen, todo = set(), [folder]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += MAY_INCLUDE[name]
    return seen


def complaint(base, folder, included):
    """Why this file may not include that, or None."""
    for prefix, allowed in LIBRARIES.items():
        if included.startswith(prefix) and base == "lib" and folder not in allowed:
            return f"only {', '.join(sorted(allowed))} may see {prefix}"
    head, _, rest = included.partition("/")
    if head == "nngc" and rest:
        if rest not in PUBLIC:
            return f"give nngc/{rest} a folder in PUBLIC of tools/dev/check_layers.py"
        if base != "lib" or folder in PUBLIC_ONLY or PUBLIC[rest] in closure(folder):
            return None
        return f"{folder} may not see nngc/{rest}, which belongs to {PUBLIC[rest]}"
    if head not in MAY_INCLUDE or not rest:
        return None
    if base == "tools":
        return "tools see public headers only"
    if base == "test" and folder not in MAY_INCLUDE:
        # These run single stages and walk the op table; the other programs are users like any other.
        return None if folder in ("conformance", "differential", "filetest", "fuzz", "races",
                               "support") else "use public headers"
    if base == "test" and head in JUDGES.get(folder, ()):
        return None
    return None if head in closure(folder) else f"{folder} may not see {head}"


def main():
    wrong, checked = [], 0
    for base in ("lib", "tools", "test"):
        for where, folders, names in os.walk(os.path.join(ROOT, base)):
            folders.sort()
            parts = os.path.relpath(where, os.path.join(ROOT, base)).split(os.sep)
            folder = parts[1] if parts[0] == "unit" and len(parts) > 1 else parts[0]
            for name in sorted(names):
                if not name.endswith((".h", ".cpp", ".c")):
                    continue
                path = os.path.relpath(os.path.join(where, name), ROOT)
                if base == "lib" and folder not in MAY_INCLUDE:
                    wrong.append(f"{path}:1: lib/{folder} is no folder of the design")
                    continue
                with open(os.path.join(where, name), encoding="utf-8") as file:
                    for number, line in enumerate(file, 1):
                        match = INCLUDE.match(line)
                        checked += bool(match)
                        why = complaint(base, folder, match[1]) if match else None
                        if why:
                            wrong.append(f"{path}:{number}: includes {match[1]}: {why}")
    print("\n".join(wrong) if wrong else f"{checked} includes keep to the layers")
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
