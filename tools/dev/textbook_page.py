#!/usr/bin/env python3
"""Writes docs/textbook.md around what its programs print: titles, the opening comment of each program of
test/textbook, its picture, its output.

usage: textbook_page.py [--check]

Outputs that stand in the page are kept; run_pages.py --update fills in new ones and draws the pictures, and
its test holds both against the programs. --check fails where the page differs from the comments, or a
program is missing in LESSONS.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "docs/textbook.md")
FOLDER = os.path.join(ROOT, "test/textbook")

# In the order of the lectures: (part, [(program, title)]).
LESSONS = [
    ("Neurons", [
        ("mcculloch_pitts", "The McCulloch-Pitts neuron"), ("rosenblatt", "Rosenblatt's perceptron"),
        ("adaline", "Adaline"), ("madaline", "Madaline"), ("logic_gates", "AND, OR, NOT"),
        ("xor_layers", "XOR and XNOR by layers"), ("xor_perceptron", "A perceptron fails on XOR"),
        ("perceptron", "A perceptron at a point"), ("activations", "Activations and their derivatives"),
        ("linear_layers", "Linear layers collapse")]),
    ("Derivatives", [
        ("line", "A line"), ("two_weights", "Two weights"), ("delta_recursion", "The delta recursion"),
        ("table_filling", "Table filling"), ("numeric_derivative", "Numeric and symbolic derivatives"),
        ("saddle", "A saddle")]),
    ("Models and losses", [
        ("linear_regression", "Linear regression"), ("logistic_regression", "Logistic regression"),
        ("softmax", "Softmax"), ("losses", "Losses"), ("gaussian_regressor", "A Gaussian regressor")]),
    ("Training", [
        ("batches", "Batches"), ("optimizers", "Optimizers"), ("schedules", "Learning rates"),
        ("initialization", "Initial weights"), ("penalties", "Penalties"), ("dropout", "Dropout"),
        ("early_stopping", "Early stopping"), ("learning_curves", "Learning curves")]),
    ("Networks", [
        ("convolutional", "A network on a grid"), ("recurrent", "A network on sequences"), ("word2vec", "word2vec")]),
]

HEAD = """# The textbook

Each section is a small program of [test/textbook](../test/textbook) that builds what the lectures show, checks their
numbers, and prints what stands here. A test runs them all; another holds this page against them. `ninja textbook`
builds them, `textbook-NAME --dot` prints a lesson's picture.
"""


def comment(path):
    with open(path, encoding="utf-8") as file:
        lines = []
        for line in file:
            if not line.startswith("//"):
                break
            lines.append(line[2:].strip())
    return " ".join(lines)


def wrapped(text, width=118):
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join(lines + [line])


def render(old):
    outputs = {m[1]: m[2] for m in re.finditer(r"^```console\n\$ textbook-(\S+)\n(.*?)^```$", old, re.M | re.S)}
    text, missing = HEAD, []
    there = {n[:-4] for n in os.listdir(FOLDER) if n.endswith(".cpp")}
    for part, lessons in LESSONS:
        lessons = [(name, title) for name, title in lessons if name in there]
        if not lessons:
            continue
        text += f"\n## {part}\n"
        for name, title in lessons:
            program = name.replace("_", "-")
            prose = comment(os.path.join(FOLDER, name + ".cpp"))
            # Formulas have stars and underscores, which Markdown would take for its own.
            prose = re.sub(r"([*_<>|\[\]])", r"\\\1", prose)
            text += f"\n### {title}\n\n" + wrapped(f"{prose} ([{name}.cpp](../test/textbook/{name}.cpp))") + "\n\n"
            picture = f"images/textbook/{name}.svg"
            text += f"<!-- picture: {picture}: textbook-{program} --dot -->\n![the graph of {title}]({picture})\n\n"
            text += f"```console\n$ textbook-{program}\n{outputs.get(program, '')}```\n"
    missing = sorted(there - {name for _, lessons in LESSONS for name, _ in lessons})
    return text, missing


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        print("usage: textbook_page.py [--check]", file=sys.stderr)
        return 2
    old = ""
    if os.path.exists(PAGE):
        with open(PAGE, encoding="utf-8") as file:
            old = file.read()
    new, missing = render(old)
    for name in missing:
        print(f"tools/dev/textbook_page.py: LESSONS lacks {name}")
    if sys.argv[1:]:
        if new != old:
            print("docs/textbook.md: differs from the programs' comments; run tools/dev/textbook_page.py")
        return 1 if missing or new != old else 0
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(new)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
