#!/usr/bin/env python3
"""Does what docs/adding-an-op.md says to a copy of the tree, and runs the new op on every road.

usage: check_adding_an_op.py BUILD

Blocks ```cpp PATH are new files, blocks ```diff PATH lines to add behind the line before them. The page
promises two new files and three lines, so that is counted. The copy lies in BUILD/adding-an-op. Its lists and
layers are checked, and it is configured, so that its build knows the new files; then only what can see the
table of ops is compiled, without optimization, and linked with the libraries of BUILD for all the rest: the
code generator never sees the graph. The conformance tests then run the new op alone. Exit status 77
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
# What most of the files begin with, compiled once. The page's own files do without.
COMMON = {
    "lib": ["ops/elementwise.h", "ops/eval_map.h", "ir/bgl.h", "algorithm", "functional", "map", "set", "queue"],
    "test": ["test/support/catch.h", "test/conformance/cases.h", "nngc/compiler.h", "nngc/eval.h"],
}
SKIPPED = 77
BLOCK = re.compile(r"^```(cpp|diff) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
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
        if line[:1] == "+":
            if behind is None or lines.count(behind) != 1:
                raise SystemExit(f"{path}: not one line `{behind}` to put `{line[1:]}` behind")
            lines.insert(lines.index(behind) + 1, line[1:])
            added += 1
        elif line[:1] == "-":
            raise SystemExit(f"{path}: the page takes lines away")
        behind = line[1:]
    return "\n".join(lines) + "\n", added


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
    """Which files see the table of ops through their includes."""

    def __init__(self, tree):
        self.tree, self.known = tree, {}

    def sees_ops(self, path):
        if path.endswith("include/nngc/ops.def"):
            return True
        if path not in self.known:
            self.known[path] = False
            for name in INCLUDE.findall(read(path)):
                for base in ("include", "lib", "", "tools/nngc"):
                    found = os.path.join(self.tree, base, name)
                    if os.path.exists(found) and self.sees_ops(found):
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


def plan(tree, scratch, build, new_files):
    """A build.ninja of its own: objects of what sees the table, then the test linked with BUILD's libraries."""
    closure, objects, common = Closure(tree), [], set()
    text = ("rule cc\n  command = $cc -MD -MF $out.d -o $out -c $in\n  depfile = $out.d\n  deps = gcc\n"
            "rule link\n  command = $link\n")
    for entry in json.loads(read(os.path.join(scratch, "compile_commands.json"))):
        source = entry["file"]
        relative = os.path.relpath(source, tree)
        wanted = (relative.startswith("test/conformance/")
                  or relative.startswith("lib/") and closure.sees_ops(source))
        words = shlex.split(entry["command"])
        output = "objects/" + relative + ".o"
        if not wanted or output in objects:
            continue
        objects.append(output)
        flags = [w for w in words[:words.index("-o")] if not re.fullmatch(r"-O\d|-g|.*ccache", w)] + ["-O0"]
        folder, before = relative.split("/")[0], ""
        if relative not in new_files:
            header = os.path.join(scratch, "own", folder + "_common.h")
            if folder not in common:
                write(header, "".join(f"#include <{name}>\n" for name in COMMON[folder]))
                text += (f"build {header}.gch: cc {header}\n"
                         f"  cc = {shlex.join(flags + ['-Wno-pragma-once-outside-header', '-x', 'c++-header'])}\n")
                common.add(folder)
            flags, before = flags + ["-include", header], f" | {header}.gch"
        text += f"build {output}: cc {source}{before}\n  cc = {shlex.join(flags)}\n"
    last = run(["ninja", "-C", scratch, "-t", "commands", "nngc_test_conformance"]).splitlines()[-1]
    words = shlex.split(last.removeprefix(": && ").removesuffix(" && :"))
    archives = [w for w in words if re.fullmatch(r"(lib|test)/\w+\.a", w)]
    words = [w for w in words if not w.endswith(".cpp.o") and w not in archives]
    at = words.index("-o")
    libraries = [os.path.join(build, a) for a in archives]
    link = words[:at] + ["-o", "conformance", *objects, *libraries] + words[at + 2:]
    text += f"build conformance: link {' '.join(objects)} | {' '.join(libraries)}\n  link = {shlex.join(link)}\n"
    write(os.path.join(scratch, "own/build.ninja"), text)
    return len(objects)


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
    if "no work to do" not in run(["ninja", "-C", build, "-n", "nngc", "nngc_catch"]):
        print(f"{build} is older than the sources: build it first")
        return 1
    base = os.path.join(build, "adding-an-op")
    tree, scratch = os.path.join(base, "tree"), os.path.join(base, "build")
    files, lines = copy_tree(tree)
    print(f"{len(files)} new files, {lines} lines")
    if (len(files), lines) != (NEW_FILES, NEW_LINES):
        print(f"the page promises {NEW_FILES} new files and {NEW_LINES} lines")
        return 1
    for check in (["sync_lists.py", "--check"], ["check_layers.py"]):
        run([sys.executable, os.path.join(tree, "tools/dev", check[0]), *check[1:]])
    if shutil.which("clang-format-19"):
        run(["clang-format-19", "--dry-run", "-Werror", f"--style=file:{ROOT}/.clang-format",
             *(os.path.join(tree, f) for f in files)])
    configure(tree, scratch, cache)
    compiled = plan(tree, scratch, build, files)
    own = os.path.join(scratch, "own")
    run(["ninja", "-C", own])
    op = re.search(r"lib/ops/(\w+)\.cpp", " ".join(files))[1]
    roads = test(own, [f"[{op}],[interpreter],[derivatives],compiled cases agree*"], NNGC_CASE=op)
    table = test(own, ["every op *,every trial *"])
    print(f"{compiled} files compiled; {op}: {roads[0]} assertions in {roads[1]} tests; "
          f"the table: {table[0]} assertions in {table[1]} tests")
    return 0 if roads[1] >= 8 and table[1] >= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
