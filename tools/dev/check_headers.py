#!/usr/bin/env python3
"""Checks that each public header compiles alone where LLVM, Boost, fmt and protobuf do not exist.

usage: check_headers.py [C++ compiler]

The compiler runs with -nostdinc and a copy of its own search path, in which every folder that holds one
of those libraries is replaced by links to all that is in it but them. A header that declares extern "C"
must also be C99. Public headers stay under 200 lines.
"""
import concurrent.futures
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INCLUDE = os.path.join(ROOT, "include")
HIDDEN = ("llvm", "llvm-c", "clang", "clang-c", "boost", "fmt", "google", "onnx", "CLI", "nlohmann")
PROBES = ("llvm/IR/Module.h", "boost/version.hpp", "fmt/core.h", "google/protobuf/message.h")
MAX_LINES = 200


def search_path(compiler, language):
    """The folders the compiler looks into for <...>."""
    done = subprocess.run([compiler, "-v", "-x", language, "-E", os.devnull], capture_output=True,
                          text=True, check=True)
    lines = done.stderr.split("#include <...> search starts here:\n")[1]
    return [os.path.realpath(p.strip()) for p in lines.split("End of search list")[0].splitlines()]


def without_libraries(folders, scratch):
    """The same folders, with the hidden libraries taken out."""
    result = []
    for number, folder in enumerate(folders):
        if any(os.path.exists(os.path.join(folder, name)) for name in HIDDEN):
            view = os.path.join(scratch, str(number))
            os.mkdir(view)
            for name in os.listdir(folder):
                if name not in HIDDEN:
                    os.symlink(os.path.join(folder, name), os.path.join(view, name))
            folder = view
        result += ["-isystem", folder]
    return result


def compile_alone(compiler, language, standard, path, header):
    command = [compiler, "-nostdinc", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
               f"-std={standard}", "-I", INCLUDE, *path, "-x", language, "-"]
    done = subprocess.run(command, input=f'#include "{header}"\n#include "{header}"\n',
                          capture_output=True, text=True)
    return f"{header} as {standard}:\n{done.stderr}" if done.returncode else None


def reachable(compiler, path):
    """The libraries that are still found: a compilation of its own, for after a failed __has_include
    GCC 12 lets an #include of the same file pass."""
    probes = "".join(f"#if __has_include(<{p}>)\n#error {p} can be reached\n#endif\n" for p in PROBES)
    done = subprocess.run([compiler, "-nostdinc", "-E", "-I", INCLUDE, *path, "-x", "c++", "-"],
                          input=probes, capture_output=True, text=True)
    return done.stderr


def main():
    cxx = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CXX", "g++")
    headers = sorted("nngc/" + n for n in os.listdir(os.path.join(INCLUDE, "nngc")) if n.endswith(".h"))
    wrong, jobs = [], []
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        path = without_libraries(search_path(cxx, "c++"), scratch)
        left = reachable(cxx, path)
        wrong += [left] if left else []
        for header in headers:
            with open(os.path.join(INCLUDE, header), encoding="utf-8") as file:
                text = file.read()
            if text.count("\n") >= MAX_LINES:
                wrong.append(f"{header}: {text.count(chr(10))} lines, expected less than {MAX_LINES}")
            jobs.append(pool.submit(compile_alone, cxx, "c++", "c++20", path, header))
            if 'extern "C"' in text:
                jobs.append(pool.submit(compile_alone, cxx, "c", "c99", path, header))
        wrong += [job.result() for job in jobs if job.result()]
    print("\n".join(wrong) if wrong else f"{len(headers)} public headers stand alone")
    return 1 if wrong or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
