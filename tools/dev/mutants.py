"""Small changes of meaning in C++ sources: what mutate.py plants.

A mutant is one edit of one line. It is named by the line before and after and not by its place, so that it keeps
its name when other lines move. Comments, strings, what errors say, assertions and reservations of memory are left
alone.
"""
import hashlib
import re
from dataclasses import dataclass

SWAPS = {  # operators stand between blanks: `<` of a template does not
    "+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "%": ["*"],
    "+=": ["-="], "-=": ["+="], "*=": ["+="],
    "==": ["!="], "!=": ["=="],
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "&&": ["||"], "||": ["&&"],
}
WORDS = {"true": "false", "false": "true", "break": "continue", "continue": "break",
         "min": "max", "max": "min", "any_of": "all_of", "all_of": "any_of"}
LEFT_ALONE = re.compile(r"^\s*#|assert|\breserve\(|\bmessage|^\s*(using|namespace|static_assert|template|case)\b"
                        r"|^constexpr Rule |OpDef|to_string|\.str\(\)")
ASSIGNS = re.compile(r"^\s*[A-Za-z_*][\w.\[\]()*:>-]* (=|\+=|-=|\*=|/=|\|=|&=) .*;$")
CALLS = re.compile(r"^\s*(throw )?[A-Za-z_][\w.:\[\]>-]*\(.*\);$")
GUARDS = re.compile(r"^\s*if \(.*\) (return|continue|break|throw)\b.*;$")
SYMMETRIC = ("both(", "min(", "max(", "either_way(")
ENDS = re.compile(r"(^|[;{}:])\s*$")


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int    # from 0, where it was found
    before: str  # the line
    after: str
    nth: int     # among equal lines of the file
    kind: str

    @property
    def name(self):
        text = f"{self.path}|{self.before.strip()}|{self.after.strip()}|{self.nth}"
        return hashlib.sha256(text.encode()).hexdigest()[:10]


def code_only(text):
    """The same text, blanks in place of comments and of what stands in quotes."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(\\.|[^"\\\n])*"|\'(\\.|[^\'\\\n])\'', blank, text, flags=re.S)


def is_balanced(text):
    depth = 0
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        if depth < 0:
            return False
    return depth == 0


def operand_end(code, at, operator=""):
    """Where the operand of `operator` that starts at `at` ends, in this line; none if it goes on."""
    weaker = r" [&|?:]+ " if operator in ("&&", "||") else r" \S+ "
    depth = 0
    for i in range(at, len(code)):
        c = code[i]
        if c in "([{":
            depth += 1
        elif c in ")]}":
            if depth == 0:
                return i
            depth -= 1
        elif depth == 0 and (c in ",;" or re.match(weaker, code[i:])):
            return i
    return None


def arguments(code, at):
    """The spans of the two arguments of the call whose parenthesis opens at `at`, if it has two."""
    spans, depth, start = [], 0, at + 1
    for i in range(at, len(code)):
        c = code[i]
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                spans.append((start, i))
                return spans if len(spans) == 2 else None
        elif c == "," and depth == 1:
            spans.append((start, i))
            start = i + 2
    return None


def is_value(text):
    """Whether it may change places with another argument; numbers mostly stand for something else."""
    return bool(text.strip()) and not re.search(r"^\d+$|\bconst\b|\[[&=]|^[\w:]+[&*]? [&*]?\w+$", text)


def edits(code, line, starts_statement):
    """(the line after, kind) of all edits of one line; `code` is the line without comments and strings."""
    def put(start, end, text):
        return line[:start] + text + line[end:]
    for m in re.finditer(r"(?<= )(\+=|-=|\*=|==|!=|<=|>=|&&|\|\||[-+*/%<>])(?= )", code):
        if m.group(1) == "+" and '"' in line:
            continue  # most likely a message
        for other in SWAPS[m.group(1)]:
            yield put(m.start(), m.end(), other), "operator"
        if m.group(1) in ("+", "-", "*", "&&", "||"):
            end = operand_end(code, m.end() + 1, m.group(1))
            if end is not None and end > m.end() + 1:
                yield put(m.start() - 1, end, ""), "term"
    for m in re.finditer(r"\b[a-z_]+\b", code):
        if m.group(0) in WORDS:
            yield put(m.start(), m.end(), WORDS[m.group(0)]), "word"
    for m in re.finditer(r"(?<![\w.'])\d+(?![\w.'])", code):
        yield put(m.start(), m.end(), str(int(m.group(0)) + 1)), "constant"
    for m in re.finditer(r"(?<=[( ])!(?=[\w(])", code):
        yield put(m.start(), m.end(), ""), "negation"
    for m in re.finditer(r"\b(if|while) \(", code):
        end = operand_end(code, m.end(), "&&")
        if end is not None and code[end] == ")" and not re.search(r"\b(const|auto|Value)\b.* = ", code[m.end():end]):
            yield put(m.end(), end, f"!({line[m.end():end]})"), "condition"
    for m in re.finditer(r"\b\w+\(", code):
        spans = arguments(code, m.end() - 1)
        if spans and m.group(0) not in SYMMETRIC:
            (a, b), (c, d) = spans
            one, two = line[a:b], line[c:d]
            if is_value(one) and is_value(two) and one != two:
                yield line[:a] + two + line[b:c] + one + line[d:], "order"
    for m in re.finditer(r" \? (\w[\w.()>-]*) : (\w[\w.()>-]*)(?=[;,)])", code):
        yield put(m.start(), m.end(), f" ? {m.group(2)} : {m.group(1)}"), "order"
    if starts_statement and is_balanced(code):
        if GUARDS.match(code.rstrip()):
            yield "", "guard"
        elif ASSIGNS.match(code.rstrip()) or CALLS.match(code.rstrip()):
            yield ";", "statement"


def mutants_of(path, text):
    lines, codes = text.split("\n"), code_only(text).split("\n")
    seen, before = {}, ""
    for at, (line, code) in enumerate(zip(lines, codes)):
        if not code.strip():
            continue
        starts, before = bool(ENDS.search(before)), code
        nth = seen[line] = seen.get(line, -1) + 1
        if LEFT_ALONE.search(code):
            continue
        follows = next((c for c in codes[at + 1:] if c.strip()), "")
        for after, kind in dict(edits(code, line, starts and not follows.strip().startswith("else"))).items():
            if after != line:
                yield Mutant(path, at, line, after, nth, kind)
