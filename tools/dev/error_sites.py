#!/usr/bin/env python3
"""Lists every place in lib and tools/nngc that says what is wrong with a user's model, data or request.

usage: error_sites.py [--check]

One line a place: FILE:LINE, the kind (? where it is computed), and what the message is made of, with `~`
where a value stands. Places are found in the source itself: `throw T(...)`, calls of helpers named fail,
fail_expected, report, bad and misfit, and Diagnostics::error. A message chosen with ?: at its top level
counts as two. test/errors/catalogue_test.cpp reads this list: each line must be met by a case there or be
excused with a reason. --check runs the reader on a text of its own.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((?:.*?)\)"|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[A-Za-z_]\w*|'
                   r'\d[\w.\']*|::|->|==|!=|<=|>=|&&|\|\||[^\s]', re.S)
HELPERS = {"fail", "fail_expected", "report", "bad", "io_error"}
OPEN, CLOSE = {"(": ")", "[": "]", "{": "}"}, set(")]}")


def tokens(text):
    """(token, line) pairs without comments and preprocessor lines."""
    text = re.sub(r"(?m)^[ \t]*#.*$", "", text)
    line, at, result = 1, 0, []
    for m in TOKEN.finditer(text):
        line += text.count("\n", at, m.start())
        at = m.start()
        if not m.group().startswith(("//", "/*")):
            result.append((m.group(), line))
    return result


def close(toks, i):
    """The index of the bracket that closes the one at i."""
    depth = 0
    for j in range(i, len(toks)):
        if toks[j][0] in OPEN:
            depth += 1
        elif toks[j][0] in CLOSE:
            depth -= 1
            if depth == 0:
                return j
    raise SyntaxError(f"line {toks[i][1]}: not closed")


def arguments(toks, i, j):
    """The comma-separated token lists between brackets i and j."""
    args, depth, current = [], 0, []
    for token, _ in toks[i + 1:j]:
        depth += (token in OPEN) - (token in CLOSE)
        if token == "," and depth == 0:
            args.append(current)
            current = []
        else:
            current.append(token)
    return args + [current] if current or args else []


def text_of(literal):
    return literal[1:-1].encode().decode("unicode_escape") if "\\" in literal else literal[1:-1]


def alternatives(expr):
    """`cond ? a : b` at the top level as two expressions, each said as a whole."""
    depth, question = 0, None
    for i, token in enumerate(expr):
        depth += (token in OPEN) - (token in CLOSE)
        if depth == 0 and token == "?" and question is None:
            question = i
        elif depth == 0 and token == ":" and question is not None:
            return alternatives(expr[question + 1:i]) + alternatives(expr[i + 1:])
    return [expr]


def skeleton(expr):
    """The literal parts of a message in order, values as ~."""
    result, i = "", 0
    while i < len(expr):
        token = expr[i]
        if token.startswith('"'):
            result += text_of(token)
        elif token == "format" and i + 1 < len(expr) and expr[i + 1] == "(":
            # fmt's own placeholders; the values behind the text are not looked at.
            toks = [(t, 0) for t in expr]
            j = close(toks, i + 1)
            text = "".join(text_of(t) for t in arguments(toks, i + 1, j)[0] if t.startswith('"'))
            result += re.sub(r"\{\{|\}\}|\{[^{}]*\}", lambda m: m.group()[0] if len(m.group()) == 2 and
                             m.group() != "{}" else "~", text)
            i = j
        elif token == "string" and expr[i + 1:i + 2] == ["("] and expr[i + 3:i + 4] == [")"] and \
                expr[i + 2].startswith('"'):
            result += text_of(expr[i + 2])
            i += 3
        elif token in OPEN:
            i = close([(t, 0) for t in expr], i)
            result += "~"
        elif token not in ("+", "std", "::", "fmt"):
            result += "~"
        i += 1
    return re.sub("~+", "~", result)


def kind_of(args):
    found = re.search(r"Kind::(\w+)", "".join("".join(a) for a in args[:1]))
    return found.group(1) if found else "?"


def places(text):
    """(line, kind, skeleton) of each place in a source text."""
    toks = tokens(text)
    for i, (token, line) in enumerate(toks):
        following = toks[i + 1][0] if i + 1 < len(toks) else ""
        before = toks[i - 1][0] if i else ""
        if token == "throw" and following != ";":
            j = i + 1
            while toks[j][0] not in "({;":
                j += 1
            thrown = toks[j - 1][0]
            if toks[j][0] == ";" or thrown == "SyntaxError":
                continue
            args = arguments(toks, j, close(toks, j))
            if thrown == "Error":
                kind, message = kind_of(args), args[1]
            else:
                kind, message = thrown, args[0] if args else []
        elif (token in HELPERS or (token == "error" and before == "." and "diagnostics" in toks[i - 2][0])) \
                and following == "(":
            j = close(toks, i + 1)
            args = arguments(toks, i + 1, j)
            # A declaration or definition names types.
            if any(re.search(r"std::string|string_view", "".join(a)) and "&" in a for a in args) or \
                    any(a[:4] == ["std", "::", "string_view", "what"] or a[:1] == ["const"] for a in args) or \
                    before in ("void", "auto") or not args or any(a[:4] == ["std", "::", "string", "message"]
                                                                 for a in args):
                continue
            kind = kind_of(args)
            message = args[1] if kind != "?" or token == "io_error" else args[-1]
            if token == "fail_expected":
                message = ['"expected "'] + message + ['", found "']
        else:
            continue
        for one in alternatives(message):
            yield line, kind, skeleton(one)


def sources():
    for base in ("include/nngc", "lib", "tools/nngc"):
        for where, _, names in sorted(os.walk(os.path.join(ROOT, base))):
            for name in sorted(names):
                if name.endswith((".cpp", ".h")):
                    yield os.path.relpath(os.path.join(where, name), ROOT)


def self_test():
    text = r'''
      [[noreturn]] void fail(std::size_t at, const std::string& message) { throw SyntaxError{}; }
      // throw Error(Error::Kind::Shape, "in a comment");
      void f() {
        if (a) throw Error(Error::Kind::Shape, "one: " + x.str() + " of " + std::string(name(y)), where);
        c.fail(Error::Kind::Type, "needs floats");
        fail(at, wide ? "two" : "three");
        throw UsageError(fmt::format("{}: no {{{}}} " "here", a, b));
        throw;
      }'''
    expected = [(5, "Shape", "one: ~ of ~"), (6, "Type", "needs floats"), (7, "?", "two"), (7, "?", "three"),
                (8, "UsageError", "~: no {~} here")]
    found = list(places(text))
    if found != expected:
        print(f"error_sites.py: expected {expected}, found {found}")
        return 1
    return 0


def main():
    if sys.argv[1:] == ["--check"]:
        return self_test()
    if sys.argv[1:]:
        print("usage: error_sites.py [--check]", file=sys.stderr)
        return 2
    for path in sources():
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            for line, kind, text in places(file.read()):
                # A text that is all values says nothing of its own: its callers' places do.
                if re.search(r"[A-Za-z]", text):
                    print(f"{path}:{line}\t{kind}\t" + text.replace("\n", "\\n"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
