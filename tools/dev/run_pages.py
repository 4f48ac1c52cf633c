#!/usr/bin/env python3
"""Runs what the pages of the documentation show, and checks or rewrites what they say came out.

usage: run_pages.py --build DIR [--update] [--cxx PROGRAM] [--flags FLAGS] PAGE...
       run_pages.py --build DIR --links-only PAGE...      runs nothing
       run_pages.py --build DIR --self-test

Each page is worked through from top to bottom in an empty folder, DIR/pages/PAGE:

  ```LANGUAGE NAME     is written to the file NAME. If docs/examples has a file of that name, both are the
                       same, opening comment aside (--update copies it). Something later must use it.
  ```console           lines `$ COMMAND` are run by bash with nngc on the path; what follows each is what it
                       prints, stdout and stderr. A line `...` stands for any lines. A command that fails
                       prints `[exit status N]` last. CMake finds an installed nngc.
  ```sh                is not run: it is parsed, and the programs of this tree that it names must exist.
  <!-- output of: COMMAND --> ... <!-- end -->           what stands between is what COMMAND prints.
  <!-- picture: FILE.svg: COMMAND -->                    FILE, beside the page, was made of the DOT text that
                       COMMAND prints (--update runs Graphviz; the SVG holds a hash of the text).

Links to files of this tree must lead somewhere. Text of LLVM (--emit=llvm-ir and asm) is compared with LLVM 19 only; it is run with any. The exit status is
1 where a page does not hold, 77 (ctest: skipped) on machines other than x86-64.
"""
import argparse
import difflib
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLES = os.path.join(ROOT, "docs/examples")
SKIPPED = 77
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```\n|"
                   r"^<!-- output of: (.*?) -->\n(.*?)^<!-- end -->\n|"
                   r"^<!-- picture: (\S+\.svg): (.*?) -->\n", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:|#)([^)#]+)")
LLVM_TEXT = re.compile(r"--emit=(llvm-ir|asm)\b|\bobjdump\b")
MUST_HAVE_NAME = ("c", "cpp", "cmake", "python", "nng")
NAMELESS = ("text-ir.md",)  # its snippets are read and printed by test/filetest
SECONDS = 300


class Page:
    def __init__(self, path, options):
        self.path, self.options = os.path.abspath(path), options
        self.wrong, self.ran = [], 0
        name = os.path.splitext(os.path.relpath(self.path, ROOT))[0].strip("./").replace(os.sep, "-")
        self.folder = os.path.join(options.build, "pages", name)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        with open(self.path, encoding="utf-8") as file:
            self.text = file.read()

    def complain(self, at, what):
        line = self.text.count("\n", 0, at) + 1
        self.wrong.append(f"{os.path.relpath(self.path, ROOT)}:{line}: {what}")

    def environment(self):
        env = dict(os.environ, LC_ALL="C", NO_COLOR="1", CMAKE_GENERATOR="Ninja", CXX=self.options.cxx,
                   CXXFLAGS=self.options.flags, LDFLAGS=self.options.flags)
        env["PATH"] = os.path.join(self.options.build, "bin") + os.pathsep + env["PATH"]
        if "find_package(nngc" in self.text:
            prefix = os.path.join(self.folder, ".prefix")
            if not os.path.exists(prefix):
                subprocess.run(["cmake", "--install", self.options.build, "--prefix", prefix], check=True,
                               stdout=subprocess.DEVNULL)
            env["CMAKE_PREFIX_PATH"] = prefix
        return env

    def run(self, command):
        """What it prints, stdout and stderr as one, and how it ended."""
        self.ran += 1
        try:
            done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=self.folder,
                                  env=self.environment(), stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return f"[more than {SECONDS} seconds]\n"
        text = done.stdout.decode("utf-8", "replace")
        text = "".join(line.rstrip() + "\n" for line in text.splitlines())
        return text + (f"[exit status {done.returncode}]\n" if done.returncode else "")

    def compare(self, at, command, said, printed):
        """The text that should stand in the page."""
        pattern = "".join("(?:.*\n)*" if line == "..." else re.escape(line) + "\n"
                          for line in said.splitlines())
        if re.fullmatch(pattern, printed):
            return said
        if LLVM_TEXT.search(command) and self.options.llvm != "19" and "[exit status" not in printed:
            return said
        if not self.options.update:
            diff = "\n".join(difflib.unified_diff(said.splitlines(), printed.splitlines(), "the page says",
                                                  "the command prints", lineterm="", n=2))
            self.complain(at, f"$ {command}\n{diff}")
        return printed

    def console(self, at, body):
        out, lines = "", body.splitlines()
        if not lines or not lines[0].startswith("$ "):
            self.complain(at, "a console block begins with `$ COMMAND`")
            return body
        while lines:
            shown = [lines.pop(0)]
            while shown[-1].endswith("\\") and lines:
                shown.append(lines.pop(0))
            said = []
            while lines and not lines[0].startswith("$ "):
                said.append(lines.pop(0))
            command = "\n".join(shown)[2:]
            said = "".join(line + "\n" for line in said)
            out += "\n".join(shown) + "\n" + self.compare(at, command, said, self.run(command))
        return out

    def file(self, at, language, name, body, rest):
        example = os.path.join(EXAMPLES, name)
        if os.path.exists(example):
            with open(example, encoding="utf-8") as file:
                text = re.sub(r"\A(//.*\n|/\*(.|\n)*?\*/\n)+\n?", "", file.read())
            if text != body and not self.options.update:
                self.complain(at, f"{name} is not what docs/examples/{name} is")
            body = text
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(body)
        if name != "CMakeLists.txt" and name not in rest:
            self.complain(at, f"nothing uses {name}")
        return f"```{language} {name}\n{body}```\n"

    def shell(self, at, body):
        done = subprocess.run(["bash", "-n"], input=body, capture_output=True, text=True)
        if done.returncode:
            self.complain(at, done.stderr.strip())
        for word in re.findall(r"(?:^|[\s;&|])((?:tools|build|docs)/\S+)", body):
            path = os.path.join(ROOT, word)
            if word.startswith("tools/") and not os.access(path, os.X_OK):
                self.complain(at, f"{word} is no program of this tree")

    def picture(self, at, name, command):
        path = os.path.join(os.path.dirname(self.path), name)
        dot = self.run(command)
        mark = f"<!-- made of DOT text with sha256 {hashlib.sha256(dot.encode()).hexdigest()} -->\n"
        if self.options.update:
            done = subprocess.run(["dot", "-Tsvg"], input=dot, capture_output=True, text=True, check=True)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            svg = "\n".join(line.rstrip() for line in done.stdout.splitlines())
            with open(path, "w", encoding="utf-8") as file:
                file.write(svg + "\n" + mark)
        elif not os.path.exists(path):
            self.complain(at, f"{name} is missing")
        else:
            with open(path, encoding="utf-8") as file:
                if not file.read().endswith(mark):
                    self.complain(at, f"{name} shows something else than `{command}` draws now")

    def block(self, match):
        at, rest = match.start(), self.text[match.end():]
        language, name, body, command, output, picture, draw = match.groups()
        if picture:
            self.picture(at, picture, draw)
        elif command:
            return f"<!-- output of: {command} -->\n{self.compare(at, command, output, self.run(command))}<!-- end -->\n"
        elif name:
            return self.file(at, language, name, body, rest)
        elif language == "console":
            return f"```console\n{self.console(at, body)}```\n"
        elif language == "sh":
            self.shell(at, body)
        elif language in MUST_HAVE_NAME and not self.path.endswith(NAMELESS):
            self.complain(at, f"a block of {language} needs a file name, that it can be used and tested")
        return match[0]

    def links(self):
        prose = re.sub(r"^```.*?^```$|`[^`\n]*`", lambda code: re.sub(r"[^\n]", " ", code[0]), self.text,
                       flags=re.MULTILINE | re.DOTALL)
        for link in LINK.finditer(prose):
            if not os.path.exists(os.path.join(os.path.dirname(self.path), link[1])):
                self.complain(link.start(), f"the link leads nowhere: {link[1]}")

    def work(self):
        new = BLOCK.sub(self.block, self.text)
        if self.options.update and new != self.text:
            with open(self.path, "w", encoding="utf-8") as file:
                file.write(new)
            print(f"{os.path.relpath(self.path, ROOT)}: rewritten")
        if not self.ran:
            self.complain(0, "nothing on this page is run")
        self.links()


def self_test(options):
    """Pages that do not hold must fail, each for its own reason; one that holds must not."""
    fine = "```c a.c\nint main(void) { return 0; }\n```\n```console\n$ cc a.c && ./a.out\n$ echo a b\na b\n```\n"
    pages = [(fine, ""), (fine.replace("\na b\n", "\na c\n"), "+a b"), (fine.replace("0; }", "0 }"), "exit status 1"),
             (fine.replace("return 0", "return 3"), "[exit status 3]"),
             (fine.replace("c a.c", "c"), "needs a file name"), (fine.replace("cc a.c", "cc b.c"), "nothing uses"),
             (fine + "```sh\ntools/no-such.sh\n```\n", "no program of this tree"),
             (fine + "```sh\nif true\n```\n", "syntax error"),
             (fine + "```cpp quickstart.cpp\nint main() {}\n```\nquickstart.cpp\n", "docs/examples/quickstart.cpp"),
             (fine + "<!-- output of: echo x -->\ny\n<!-- end -->\n", "+x"),
             (fine + "<!-- picture: none.svg: echo x -->\n", "is missing"), (fine + "[x](none.md)\n", "leads nowhere"),
             ("text\n", "nothing on this page")]
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        for number, (text, expected) in enumerate(pages):
            path = os.path.join(scratch, f"self-test-{number}.md")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            page = Page(path, options)
            page.work()
            said = "\n".join(page.wrong)
            if (expected not in said) if expected else said:
                failed += 1
                print(f"page {number}: expected '{expected}', got '{said}':\n{text}")
    print(f"{len(pages)} pages, {failed} judged wrongly")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, type=os.path.abspath)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--cxx", default="c++")
    parser.add_argument("--flags", default="")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--links-only", action="store_true")
    options = parser.parse_args()
    if platform.machine() != "x86_64":
        print("skipped: the pages show code for x86-64")
        return SKIPPED
    version = subprocess.run([os.path.join(options.build, "bin/nngc"), "--version"], capture_output=True,
                             text=True, check=True).stdout
    options.llvm = re.search(r"LLVM (\d+)", version)[1]
    if options.self_test:
        return self_test(options)
    wrong = []
    for path in options.pages:
        page = Page(path, options)
        if options.links_only:
            page.links()
        else:
            page.work()
            print(f"{os.path.relpath(page.path, ROOT)}: {page.ran} commands")
        wrong += page.wrong
    if wrong:
        print("\n".join(wrong))
        print(f"to rewrite what came out: tools/dev/run_pages.py --build {os.path.relpath(options.build)} --update "
              + " ".join(options.pages))
    return 1 if wrong or not options.pages else 0


if __name__ == "__main__":
    sys.exit(main())
