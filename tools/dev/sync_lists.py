#!/usr/bin/env python3
"""Rewrites the sorted source lists in the CMakeLists.txt files of lib, test and tools.

Run it after adding, renaming or removing a .cpp file. The lists stand between `sync_lists: begin` and
`sync_lists: end`; they are explicit, so that a build never depends on files that lie around, and
generated, so that nobody forgets a line. The primitives are in no list: ops.def names their files. With
--check nothing is written: the exit status is 1 where a list differs from its folder.
"""
import os
import re
import sys

BEGIN, END = "# sync_lists: begin\n", "# sync_lists: end\n"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Not part of the list of its folder, with the reason.
EXCEPT = {
    "test/support/catch_main.cpp": "a library of its own: it needs Catch2 and nothing of nngc",
}


def primitives():
    """The files that lib/CMakeLists.txt finds in ops.def itself."""
    with open(os.path.join(ROOT, "include/nngc/ops.def"), encoding="utf-8") as file:
        return {f"lib/ops/{op}.cpp" for op in re.findall(r"(?m)^NNGC_OP\(\w+, (\w+)\)", file.read())}


def sources(base, folder):
    """Paths relative to `base` of the sources below base/folder, sorted."""
    found, skip = [], {*EXCEPT, *primitives()}
    for where, _, names in os.walk(os.path.join(ROOT, base, folder)):
        for name in names:
            path = os.path.relpath(os.path.join(where, name), ROOT)
            if name.endswith(".cpp") and not name.startswith(".") and path not in skip:
                found.append(os.path.relpath(path, base))
    return sorted(found)


def folders(base):
    path = os.path.join(ROOT, base)
    return sorted(n for n in os.listdir(path) if os.path.isdir(os.path.join(path, n)))


def lists():
    """(CMakeLists.txt, [(variable, sources)]) for each file that holds lists."""
    yield "lib", [(f, sources("lib", f)) for f in folders("lib")]
    kinds = ["accuracy", "conformance", "differential", "e2e", "errors", "filetest", "fuzz",
             "fuzz_parser", "races", "support", "textbook"]
    test = [(k, sources("test", k)) for k in kinds]
    if os.path.isdir(os.path.join(ROOT, "test/unit")):
        test += [("unit_" + f, sources("test", "unit/" + f)) for f in folders("test/unit")]
    test += [("bench_" + f, sources("test", "bench/" + f)) for f in folders("test/bench")]
    yield "test", test
    yield "tools", [("nngc", sources("tools", "nngc"))]


def render(entries):
    text = ""
    for name, files in entries:
        if files:
            text += f"set({name}_sources\n" + "".join(f"  {f}\n" for f in files)[:-1] + ")\n"
    return text


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        print("usage: sync_lists.py [--check]", file=sys.stderr)
        return 2
    check, stale = bool(sys.argv[1:]), []
    for base, entries in lists():
        path = os.path.join(ROOT, base, "CMakeLists.txt")
        with open(path, encoding="utf-8") as file:
            old = file.read()
        if old.count(BEGIN) != 1 or old.count(END) != 1:
            print(f"{base}/CMakeLists.txt: needs one `{BEGIN.strip()}` and one `{END.strip()}`")
            return 1
        head, rest = old.split(BEGIN)
        new = head + BEGIN + render(entries) + END + rest.split(END)[1]
        if new == old:
            continue
        stale.append(f"{base}/CMakeLists.txt")
        if not check:
            # Replaced in one step: several people may run this while another configures.
            with open(path + ".new", "w", encoding="utf-8") as file:
                file.write(new)
            os.replace(path + ".new", path)
    for path in stale:
        print(f"{path}: " + ("differs from its folders; run tools/dev/sync_lists.py" if check else "updated"))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
