#!/usr/bin/env python3
"""Does what docs/adding-an-op.md says to a copy of the tree, and runs the new op on every road.

usage: check_adding_an_op.py BUILD

Blocks ```cpp PATH are new files, blocks ```diff PATH lines to add behind the line before them; in a list of
sources, lines that sync_lists.py must add. The page promises two new files and three lines, so that is counted. The copy lies in BUILD/adding-an-op. Its lists and
layers are checked, and it is configured, so that its build knows the new files; then they are compiled, with
those of ours that count the ops, and linked with the objects of BUILD for all the rest. The conformance
tests then run the new op alone, and walk the table that has it. Exit status 77
(ctest: skipped) for builds that are not made with ninja, or with a sanitizer.
"""
import filecmp
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "docs/adding-an-op.md")
COPIED = ("CMakeLists.txt", "include", "lib", "test", "tools", "docs/examples")
NEW_FILES, NEW_LINES = 2, 3
SKIPPED = 77
BLOCK = re.compile(r"^```(cpp|diff) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COUNTS = re.compile(r"\bop_count\b|\bCount_\b|ops\.def\"")
OPS = "include/nngc/ops.def"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    """Leaves a file as it is, its time too, where nothing changes."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path) or read(path) != text:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def edited(path, old, diff):
    """`old` with the lines that the diff adds, and how many they are."""
    lines, added, behind = old.splitlines(), 0, None
    for line in diff.splitlines():
        if line[:1] == "+" and path.endswith("CMakeLists.txt"):
            added += 1  # sync_lists.py knows the place
        elif line[:1] == "+":
            if behind is None or lines.count(behind) != 1:
                raise SystemExit(f"{path}: not one line `{behind}` to put `{line[1:]}` behind")
            lines.insert(lines.index(behind) + 1, line[1:])
            added += 1
        elif line[:1] == "-":
            raise SystemExit(f"{path}: the page takes lines away")
        behind = line[1:]
    return "\n".join(lines) + "\n", added


def sync_lists(tree):
    """Runs the script that the page names; it may add what the page shows, and nothing else."""
    run([sys.executable, os.path.join(tree, "tools/dev/sync_lists.py")])
    for path, diff in ((p, body) for kind, p, body in BLOCK.findall(read(PAGE)) if kind == "diff"):
        if path.endswith("CMakeLists.txt"):
            old, new = (read(os.path.join(base, path)).splitlines() for base in (ROOT, tree))
            said = [line[1:] for line in diff.splitlines()]
            if [line for line in new if line not in old] != said or len(new) != len(old) + len(said):
                raise SystemExit(f"{path}: sync_lists.py adds something else than {said}")


def copy_tree(tree):
    """A copy of our sources with the page's changes, and the files and lines that are new."""
    wanted = {}
    for base in COPIED:
        for where, folders, names in os.walk(os.path.join(ROOT, base)):
            folders[:] = [f for f in folders if f != "__pycache__"]
            for name in names:
                path = os.path.relpath(os.path.join(where, name), ROOT)
                wanted[path] = None
    wanted["CMakeLists.txt"] = None
    files, lines = [], 0
    for kind, path, body in BLOCK.findall(read(PAGE)):
        if kind == "diff":
            wanted[path], added = edited(path, wanted.get(path) or read(os.path.join(ROOT, path)), body)
            lines += added
        elif path in wanted:
            raise SystemExit(f"{path} is there already")
        else:
            wanted[path] = body
            files.append(path)
    for where, _, names in os.walk(tree):
        for name in names:
            if os.path.relpath(os.path.join(where, name), tree) not in wanted:
                os.remove(os.path.join(where, name))
    for path, text in wanted.items():
        target, source = os.path.join(tree, path), os.path.join(ROOT, path)
        if text is not None:
            write(target, text)
        elif not os.path.exists(target) or not filecmp.cmp(source, target, shallow=False):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(source, target)
            shutil.copymode(source, target)
    return files, lines


class Closure:
    """Which sources depend on how many ops there are, by their own text or that of a header of ours."""

    def __init__(self, tree):
        self.tree, self.known = tree, {}

    def counts_ops(self, path):
        if path not in self.known:
            text = read(path)
            self.known[path] = bool(not path.endswith("ir/op_def.h") and COUNTS.search(text))
            for name in INCLUDE.findall(text):
                for base in ("include", "lib", ""):
                    found = os.path.join(self.tree, base, name)
                    if os.path.exists(found) and self.counts_ops(found):
                        self.known[path] = True
        return self.known[path]


def run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise SystemExit(f"$ {' '.join(command)}\n{done.stdout}")
    return done.stdout


def cache_of(build):
    return dict(re.findall(r"^([\w-]+):\w+=(.*)$", read(os.path.join(build, "CMakeCache.txt")), re.MULTILINE))


def configure(tree, scratch, cache):
    same = ("CMAKE_BUILD_TYPE", "CMAKE_CXX_COMPILER", "CMAKE_CXX_FLAGS", "CMAKE_CXX_FLAGS_RELEASE",
            "CMAKE_CXX_FLAGS_RELWITHDEBINFO", "LLVM_DIR", "NNGC_LLVM_VERSION", "NNGC_LLVM_STATIC", "Catch2_DIR")
    run(["cmake", "-G", "Ninja", "-S", tree, "-B", scratch]
        + [f"-D{name}={cache[name]}" for name in same if cache.get(name)])


def move_last(tree, old, new):
    """Moves the op's line to the end of ops.def, so that all other ops keep their numbers, and objects made
    without it can be linked. The order of the lines means nothing but the order of documentation."""
    line = next(line for line in new.splitlines() if line not in old.splitlines())
    write(os.path.join(tree, OPS), old + line + "\n")


def plan(tree, scratch, build, new_files):
    """A build.ninja of its own: what has to be compiled, and the test, with objects of BUILD for the rest."""
    closure, own = Closure(tree), {}
    text = ("rule cc\n  command = $cc -MD -MF $out.d -o $out -c $in\n  depfile = $out.d\n  deps = gcc\n"
            "rule link\n  command = $link\n")
    for entry in json.loads(read(os.path.join(scratch, "compile_commands.json"))):
        source = entry["file"]
        path = os.path.relpath(source, tree)
        if path in own or not path.startswith(("lib/", "test/conformance/")):
            continue
        if path not in new_files and not closure.counts_ops(source):
            continue
        words = shlex.split(entry["command"])
        flags = [w for w in words[:words.index("-o")] if not re.fullmatch(r"-O\d|-g|.*ccache", w)]
        own[path] = f"objects/{path}.o"
        text += f"build {own[path]}: cc {source}\n  cc = {shlex.join(flags + ['-O0'])}\n"
    last = run(["ninja", "-C", scratch, "-t", "commands", "nngc_test_conformance"]).splitlines()[-1]
    words = shlex.split(last.removeprefix(": && ").removesuffix(" && :"))
    at = words.index("-o")
    program, rest = words[:at], words[at + 2:]
    reused = [os.path.join(build, w) for w in program if w.endswith(".o")
              and "test/" + w.split(".dir/")[1].removesuffix(".o") not in own]
    rest = [os.path.join(build, w) if w.startswith(("lib/", "test/")) else w for w in rest]
    link = [w for w in program if not w.endswith(".o")] + ["-o", "conformance", *own.values(), *reused, *rest]
    inputs = [*own.values(), *reused, *(w for w in rest if w.endswith(".a") and w.startswith(build))]
    text += f"build conformance: link {' '.join(inputs)}\n  link = {shlex.join(link)}\n"
    write(os.path.join(scratch, "own/build.ninja"), text)
    return len(own)


def test(own, arguments, **environment):
    said = run([os.path.join(own, "conformance"), *arguments], env=dict(os.environ, **environment))
    passed = re.search(r"All tests passed \((\d+) assertions in (\d+) test case", said)
    if not passed:
        raise SystemExit(said)
    return int(passed[1]), int(passed[2])


def main():
    build = os.path.abspath(sys.argv[1])
    cache = cache_of(build)
    if cache["CMAKE_GENERATOR"] != "Ninja" or cache.get("NNGC_SANITIZE"):
        print("skipped: needs a build with ninja and without a sanitizer")
        return SKIPPED
    if "no work to do" not in run(["ninja", "-C", build, "-n", "nngc_test_conformance"]):
        print(f"{build} is older than the sources: build it first")
        return 1
    base = os.path.join(build, "adding-an-op")
    tree, scratch = os.path.join(base, "tree"), os.path.join(base, "build")
    files, lines = copy_tree(tree)
    print(f"{len(files)} new files, {lines} lines")
    if (len(files), lines) != (NEW_FILES, NEW_LINES):
        print(f"the page promises {NEW_FILES} new files and {NEW_LINES} lines")
        return 1
    sync_lists(tree)
    run([sys.executable, os.path.join(tree, "tools/dev/check_layers.py")])
    if shutil.which("clang-format-19"):
        run(["clang-format-19", "--dry-run", "-Werror", f"--style=file:{ROOT}/.clang-format",
             *(os.path.join(tree, f) for f in files)])
    configure(tree, scratch, cache)
    move_last(tree, read(os.path.join(ROOT, OPS)), read(os.path.join(tree, OPS)))
    compiled = plan(tree, scratch, build, files)
    own = os.path.join(scratch, "own")
    run(["ninja", "-C", own])
    op = re.search(r"lib/ops/(\w+)\.cpp", " ".join(files))[1]
    roads = test(own, [f"[{op}],[interpreter],[derivatives]~[compiled],compiled cases agree*"], NNGC_CASE=op)
    table = test(own, ["every op *,every trial *"])
    print(f"{compiled} files compiled; {op}: {roads[0]} assertions in {roads[1]} tests; "
          f"the table: {table[0]} assertions in {table[1]} tests")
    return 0 if roads[1] >= 8 and table[1] >= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
