"""Runs a graph op by op on a system: what numpy, JAX and PyTorch call alike is here, the rest theirs."""
import numpy as np


def run(system, graph, values):
    """The outputs of `graph`, in their order, for its inputs, in theirs."""
    known = dict(zip((name for name, _, _ in graph.inputs), values, strict=True))
    several = {}
    for node in graph.nodes:
        operands = [known[name] for name in node.operands]
        if node.op == "result":
            known[node.name] = several[node.operands[0]][node.attrs["index"]]
        elif node.op in ("call", "cond", "scan", "while"):
            several[node.name] = globals()[node.op + "_op"](system, node, operands)
            known[node.name] = several[node.name][0]
        else:
            known[node.name] = one(system, node, operands)
        have = tuple(known[node.name].shape)
        if have != node.shape:
            raise ValueError(f"{node.name} = {node.op} is {have}, not {node.shape}")
    return [known[name] for _, name in graph.outputs]


def call_op(system, node, operands):
    body = node.attrs["body"]
    f = lambda *args: run(system, body, args)
    return system.checkpoint(f)(*operands) if node.attrs["remat"] else f(*operands)


def cond_op(system, node, operands):
    return system.cond(operands[0], lambda *args: run(system, node.attrs["on_true"], args),
                       lambda *args: run(system, node.attrs["on_false"], args), operands[1:])


def scan_op(system, node, operands):
    a = node.attrs
    count = operands.pop() if a["counted"] else None
    consts, carries = operands[:a["consts"]], operands[a["consts"]:a["consts"] + a["carries"]]
    xs = operands[a["consts"] + a["carries"]:]

    def step(carry, rows):
        out = run(system, a["body"], [*consts, *carry, *rows])
        return out[:len(carry)], out[len(carry):]

    ys = [(dtype, shape) for dtype, shape in types_of(a["body"])[len(carries):]]
    return system.scan(step, carries, xs, a["length"][0], a["reverse"], count, ys)


def while_op(system, node, operands):
    a = node.attrs
    consts, carries = operands[:a["consts"]], operands[a["consts"]:]
    if len(types_of(a["body"])) > len(carries):
        raise ValueError("a while with ys is no forward graph")
    return system.loop(lambda c: run(system, a["cond"], [*consts, *c])[0],
                       lambda c: run(system, a["body"], [*consts, *c]), carries, a["max_steps"][0])


def types_of(graph):
    types = {name: (dtype, shape) for name, dtype, shape in graph.inputs}
    types.update({n.name: (n.dtype, n.shape) for n in graph.nodes})
    return [types[name] for _, name in graph.outputs]


def one(system, node, x):
    a, op = node.attrs, node.op
    match op:
        case "constant":
            return system.array(a["value"])
        case "iota":
            axis = a["axis"]
            line = np.arange(node.shape[axis], dtype=node.dtype)
            line = line.reshape([-1 if i == axis else 1 for i in range(len(node.shape))])
            return system.array(np.broadcast_to(line, node.shape).copy())
        case "compare":
            return {"eq": lambda p, q: p == q, "ne": lambda p, q: p != q, "lt": lambda p, q: p < q,
                    "le": lambda p, q: p <= q, "gt": lambda p, q: p > q,
                    "ge": lambda p, q: p >= q}[a["dir"]](*x)
        case "add":
            return x[0] + x[1]
        case "sub":
            return x[0] - x[1]
        case "mul":
            return x[0] * x[1]
        case "div":
            return x[0] / x[1]
        case "neg":
            return -x[0]
        case "and":
            return x[0] & x[1]
        case "or":
            return x[0] | x[1]
        case "xor":
            return x[0] ^ x[1]
        case "shl":
            return x[0] << x[1]
        case "shr":
            return x[0] >> x[1]
        case "ipow":
            return x[0] ** a["n"]
        case "reshape":
            return x[0].reshape(node.shape)
        case "slice":
            return x[0][tuple(slice(*s) for s in zip(a["start"], a["limit"], a["stride"]))]
        case "broadcast_in_dim":
            shape = [1] * len(node.shape)
            for axis, extent in zip(a["dims"], x[0].shape):
                shape[axis] = extent
            return system.broadcast(x[0].reshape(tuple(shape)), node.shape)
        case "gather" | "scatter_add":
            return indexed(system, node, x)
        case "dot_general":
            return dot(system, a, x)
        case "pad":
            return pad(system, node, x)
        case _:
            return getattr(system, op)(*x, **a) if op != "convert" else system.convert(x[0], node.dtype)


def pad(system, node, x):
    """Cut, then put: the elements that stay, at their places in a field of the padding value."""
    a, source, target = node.attrs, [], []
    for n, m, lo, interior in zip(x[0].shape, node.shape, a["lo"], a["interior"]):
        places = [(i, lo + i * (interior + 1)) for i in range(n)]
        kept = [(i, p) for i, p in places if 0 <= p < m]
        source.append(np.array([i for i, _ in kept], np.int64))
        target.append(np.array([p for _, p in kept], np.int64))
    field = system.broadcast(x[1].reshape((1,) * len(node.shape)), node.shape)
    return system.put(field, np.ix_(*target), x[0][np.ix_(*source)])


def indexed(system, node, x):
    a = node.attrs
    if a.get("batch", 0) != 0:
        raise ValueError("axes that go together are not drawn")
    axis, rows, at = a["axis"], x[0].shape[a["axis"]], x[1]
    inside = (at >= 0) & (at < rows)
    near = system.clip(at, 0, rows - 1)
    shape = [1] * axis + list(at.shape) + [1] * (len(x[0].shape) - axis - 1)
    if a["mode"] == "clip":
        inside = inside | True
    mask = inside.reshape(tuple(shape))
    if node.op == "gather":
        taken = system.rows(x[0], near, axis)
        return system.select(mask, taken, taken * 0)
    updates = system.select(mask, x[2], x[2] * 0)
    return system.add_rows(x[0], near, updates, axis)


def dot(system, a, x):
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    names = [[None] * len(x[0].shape), [None] * len(x[1].shape)]
    batch = []
    for kind in ("batch", "contract"):
        for i, j in zip(a[kind + "_a"], a[kind + "_b"], strict=True):
            names[0][i] = names[1][j] = next(letters)
            if kind == "batch":
                batch.append(names[0][i])
    free = []
    for side in names:
        for i, name in enumerate(side):
            if name is None:
                side[i] = next(letters)
                free.append(side[i])
    return system.einsum("".join(names[0]) + "," + "".join(names[1]) + "->" + "".join(batch + free), *x)
