"""PyTorch as a system to run graphs on: loops are Python's, branches are taken or not."""
import builtins

import numpy as np
import torch

torch.set_num_threads(1)
name = "PyTorch " + torch.__version__
TYPES = {np.dtype(n): getattr(torch, t) for n, t in {
    "bool": "bool", "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64", "f4": "float32", "f8": "float64"}.items()}
abs, atan, cos, exp, expm1, log, log1p, sin, sqrt, tanh = (  # noqa: A001
    torch.abs, torch.atan, torch.cos, torch.exp, torch.expm1, torch.log, torch.log1p, torch.sin, torch.sqrt, torch.tanh)
erf, logistic, rsqrt, is_finite = torch.erf, torch.sigmoid, torch.rsqrt, torch.isfinite
pow, rem = torch.pow, torch.fmod  # noqa: A001
select, einsum, broadcast, clip = torch.where, torch.einsum, torch.broadcast_to, torch.clamp
round = lambda x, mode: {"floor": torch.floor, "ceil": torch.ceil, "trunc": torch.trunc,  # noqa: A001
                         "nearest_even": torch.round}[mode](x)
max = lambda a, b, tie: torch.maximum(a, b)  # noqa: A001
min = lambda a, b, tie: torch.minimum(a, b)  # noqa: A001
array = lambda a: torch.from_numpy(np.array(a))
stop_gradient = lambda x: x.detach()
convert = lambda x, dtype: x.to(TYPES[np.dtype(dtype)])
concat = lambda *x, axis: torch.cat(x, axis)
reverse = lambda x, axes: torch.flip(x, axes)
transpose = lambda x, perm: x.permute(perm)
arg_reduce = lambda x, axis, kind: {"max": torch.argmax, "min": torch.argmin}[kind](x, axis).to(torch.int32)
checkpoint = lambda f: lambda *args: torch.utils.checkpoint.checkpoint(f, *args, use_reentrant=False)


def put(field, at, values):
    return field.index_put(tuple(map(torch.from_numpy, at)), values)


def rows(x, at, axis):
    flat = torch.index_select(x, axis, at.reshape(-1))
    return flat.reshape((*x.shape[:axis], *at.shape, *x.shape[axis + 1:]))


def add_rows(x, at, updates, axis):
    flat = updates.reshape((*x.shape[:axis], at.numel(), *x.shape[axis + 1:]))
    return torch.index_add(x, axis, at.reshape(-1), flat)


def reduce(x, axes, keepdims, kind, tie="first"):
    if not axes:
        return x
    if kind == "mul":  # one axis at a time is all it knows
        for axis in sorted(axes, reverse=True):
            x = torch.prod(x, axis, keepdim=keepdims)
        return x
    f = {"add": torch.sum, "max": torch.amax, "min": torch.amin, "and": torch.all, "or": torch.any}[kind]
    return f(x, dim=tuple(axes), keepdim=keepdims)


def cond(p, f, g, operands):
    return (f if p.item() else g)(*operands)


def scan(step, carries, xs, length, reverse, count, ys):
    visited = length if count is None else builtins.min(builtins.max(int(count), 0), length)
    kept = [[torch.zeros(shape, dtype=TYPES[np.dtype(dtype)])] * length for dtype, shape in ys]
    for t in builtins.reversed(range(visited)) if reverse else range(visited):
        carries, made = step(carries, [x[t] for x in xs])
        for k, y in zip(kept, made, strict=True):
            k[t] = y
    stacked = [torch.stack(k) if k else torch.zeros((0, *shape), dtype=TYPES[np.dtype(dtype)])
               for k, (dtype, shape) in zip(kept, ys)]
    return [*carries, *stacked]


def loop(go_on, body, carries, most):
    n = 0
    while n < most and go_on(carries).item():
        carries, n = body(carries), n + 1
    return [*carries, torch.tensor(n, dtype=torch.int32)]


def judge(f, wrt, along):
    """All outputs of f(*wrt), whose last is the loss, its gradient, and the Hessian times `along`."""
    wrt = [w.clone().requires_grad_() for w in wrt]
    outputs = f(*wrt)

    def derivative(y, again):
        if not y.requires_grad:
            return [torch.zeros_like(w) for w in wrt]
        found = torch.autograd.grad(y, wrt, create_graph=again, allow_unused=True)
        return [torch.zeros_like(w) if g is None else g for w, g in zip(wrt, found)]

    gradient = derivative(outputs[-1], along is not None)
    second = None
    if along is not None:
        second = derivative(sum((g * d).sum() for g, d in zip(gradient, along)), False)
    detach = lambda list_: [v.detach() for v in list_]
    return detach(outputs), detach(gradient), None if second is None else detach(second)
