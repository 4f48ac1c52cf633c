"""Reads the text form of a graph (docs/text-ir.md), as far as programs of nngc-differential use it."""
import re
from dataclasses import dataclass, field

import numpy as np

TOKEN = re.compile(r"""\s*(?://[^\n]*\s*)*(<-|"(?:[^"\\]|\\.)*"|%\w+|@\w+|[A-Za-z_]\w*"""
                   r"""|-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)|[-+*(){}\[\]:,=<>])""")
DTYPES = {"bool": np.bool_, "i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
          "u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "u64": np.uint64,
          "f32": np.float32, "f64": np.float64}


@dataclass
class Node:
    name: str
    op: str
    operands: list
    attrs: dict
    dtype: type
    shape: tuple


@dataclass
class Graph:
    inputs: list = field(default_factory=list)  # (name, dtype, shape)
    nodes: list = field(default_factory=list)
    outputs: list = field(default_factory=list)  # (name, value)


class Reader:
    def __init__(self, text):
        self.tokens, at = [], 0
        while at < len(text.rstrip()):
            match = TOKEN.match(text, at)
            if not match:
                raise ValueError(f"cannot read {text[at:at + 40]!r}")
            self.tokens.append(match[1])
            at = match.end()
        self.at = 0

    def peek(self):
        return self.tokens[self.at]

    def next(self, wanted=None):
        token = self.tokens[self.at]
        if wanted is not None and token != wanted:
            raise ValueError(f"expected {wanted}, found {token}")
        self.at += 1
        return token

    def take(self, token):
        if self.peek() != token:
            return False
        self.at += 1
        return True

    def many(self, end, item):
        """Items with commas between them, and the `end` behind them."""
        items = []
        while not self.take(end):
            items.append(item())
            self.take(",")
        return items

    def graph(self):
        self.next("graph")
        self.next()
        graph = Graph()
        self.next("(")
        graph.inputs = self.many(")", self.input)
        self.next("{")
        while not self.take("return"):
            graph.nodes.append(self.node())
        graph.outputs = self.many("}", self.output)
        return graph

    def input(self):
        name = self.next()
        self.next(":")
        dtype, shape = self.type()
        if self.peek() in ("data", "param", "state", "seed"):
            self.next()
        return name, dtype, shape

    def output(self):
        name = self.next()
        self.next("=")
        return name, self.next()

    def type(self):
        dtype = DTYPES[self.next()]
        self.next("[")
        return dtype, tuple(self.many("]", lambda: int(self.next())))

    def node(self):
        name = self.next()
        self.next("=")
        op, operands, attrs = self.next(), [], {}
        while self.peek().startswith("%"):
            operands.append(self.next())
            self.take(",")
        if self.take("{"):
            attrs = dict(self.many("}", self.attr))
        self.next(":")
        dtype, shape = self.type()
        while self.peek().startswith("@"):
            self.next()
            if self.take("("):
                self.next()
                self.next(")")
        if op == "constant":
            attrs["value"] = literal(attrs["value"], dtype, shape)
        return Node(name, op, operands, attrs, dtype, shape)

    def attr(self):
        name = self.next()
        self.next("=")
        return name, self.value()

    def value(self):
        token = self.peek()
        if token == "graph":
            return self.graph()
        token = self.next()
        if token == "[":
            return self.many("]", self.value)
        if token == "dense":
            self.next("<")
            if self.peek() in DTYPES:  # the literal's own type: the same numbers
                self.type()
                self.next(":")
            if self.take("hex"):
                elements = bytes.fromhex(self.next()[1:-1])
            else:
                self.next("[")
                elements = self.many("]", self.value)
            self.next(">")
            return elements
        if token == "bits":
            raise ValueError("a NaN of unusual bits")
        if token == "-":
            return -self.value()
        if token.startswith('"'):
            return token[1:-1]
        if token in ("true", "false"):
            return token == "true"
        if token in ("inf", "nan"):
            return float(token)
        if token in DTYPES:
            return DTYPES[token]
        return int(token) if re.fullmatch(r"-?\d+", token) else float(token)


def literal(value, dtype, shape):
    if isinstance(value, bytes):
        return np.frombuffer(value, dtype).reshape(shape)
    array = np.asarray(value, dtype)
    return array.reshape(shape) if array.ndim else np.full(shape, array, dtype)


def parse(text):
    return Reader(text).graph()
