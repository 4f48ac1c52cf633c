"""Singular points: what is true there, and how the same is written for JAX and PyTorch.

A case: the sum of what f gives, its gradient, the row sums of its Hessian (None: the
mathematics gives none), and f for each system as its users write it. The names and inputs are those of
singular.cpp; x itself comes from there.
"""
import numpy as np

INF, LOG2 = float("inf"), float(np.log(2.0))
E1 = float(np.exp(1.0))
S1, C1 = float(np.sin(1.0)), float(np.cos(1.0))


def under(test, f, other=0.0):
    """f where `test` holds, as both systems' users write it first."""
    return {"jax": lambda x, jnp, jax: jnp.where(test(x), f(x, jnp), other),
            "torch": lambda x, t: t.where(test(x), f(x, t), t.full((), other, dtype=x.dtype))}


def both(jax, torch):
    return {"jax": jax, "torch": torch}


def softmax_of(p):
    e = np.exp(np.array(p) - max(p))
    return e / e.sum()


P23 = softmax_of((2.0, 3.0))

CASES = {
    "sqrt under select": (
        2, [0, 0.25], [0, -1 / 32], under(lambda x: x > 0, lambda x, m: m.sqrt(x))),
    "sqrt of a negative under select": (
        2, [0, 0.25], [0, -1 / 32], under(lambda x: x > 0, lambda x, m: m.sqrt(x))),
    "log under select": (LOG2, [0, 0.5], [0, -0.25], under(lambda x: x > 0, lambda x, m: m.log(x))),
    "log1p under select": (LOG2, [0, 0.5], [0, -0.25], under(lambda x: x > -1, lambda x, m: m.log1p(x))),
    "rsqrt under select": (
        0.5, [0, -1 / 16], [0, 3 / 128], under(lambda x: x > 0, lambda x, m: 1 / m.sqrt(x))),
    "pow 0.5 under select": (2, [0, 0.25], [0, -1 / 32], under(lambda x: x > 0, lambda x, m: x ** 0.5)),
    "reciprocal under select": (0.5, [0, -0.25], [0, 0.25], under(lambda x: x != 0, lambda x, m: 1 / x)),
    "sin x over x under select": (
        1 + S1, [0, C1 - S1], [0, S1 - 2 * C1], under(lambda x: x != 0, lambda x, m: m.sin(x) / x, 1.0)),
    "x log x under select": (
        -0.5 * LOG2, [0, 1 - LOG2], [0, 2], under(lambda x: x > 0, lambda x, m: x * m.log(x))),
    "exp that overflows under select": (E1, [0, E1], [0, E1], under(lambda x: x < 100, lambda x, m: m.exp(x))),
    "norm under select": (0, [0, 0], [0, 0], both(
        lambda x, jnp, jax: jnp.where(jnp.sum(x * x) > 0, jnp.linalg.norm(x), 0.0),
        lambda x, t: t.where((x * x).sum() > 0, (x * x).sum().sqrt(), t.zeros((), dtype=x.dtype)))),
    "direction under select": (0, [0, 0], [0, 0], both(
        lambda x, jnp, jax: jnp.where(jnp.sum(x * x) > 0, x / jnp.linalg.norm(x), 0.0),
        lambda x, t: t.where((x * x).sum() > 0, x / (x * x).sum().sqrt(), t.zeros((), dtype=x.dtype)))),
    "pow(a, b) at 0^2": (0, [0, 0], [2, 0], both(
        lambda x, jnp, jax: x[0] ** x[1], lambda x, t: x[0] ** x[1])),
    # The mixed derivative of a^b at (0, 1) is 1 + log 0: there is none.
    "pow(a, b) at 0^1": (0, [1, 0], None, both(
        lambda x, jnp, jax: x[0] ** x[1], lambda x, t: x[0] ** x[1])),
    "pow(a, b) at 0^3": (0, [0, 0], [0, 0], both(
        lambda x, jnp, jax: x[0] ** x[1], lambda x, t: x[0] ** x[1])),
    # Of -inf everywhere the limit along any way in is -inf; no input moves it.
    "logsumexp of all -inf": (-INF, [0, 0], [0, 0], both(
        lambda x, jnp, jax: jax.nn.logsumexp(x), lambda x, t: t.logsumexp(x, 0))),
    "softmax, a row masked": (0.5, [0, 0, -0.25, 0.25], [0, 0, 0, 0], both(
        lambda x, jnp, jax: jax.nn.softmax(jnp.where(x < 100, x, -jnp.inf).reshape(2, 2))[:, 1],
        lambda x, t: t.softmax(t.where(x < 100, x, -t.inf).reshape(2, 2), 1)[:, 1])),
    "logsumexp, one masked": (0, [0, 1], [0, 0], both(
        lambda x, jnp, jax: jax.nn.logsumexp(jnp.where(x < 100, x, -jnp.inf)),
        lambda x, t: t.logsumexp(t.where(x < 100, x, -t.inf), 0))),
    # 1 counts for its row, where it is alone; 2 and 3 are a row.
    "log_softmax, one masked": (float(np.log(P23).sum()), [0, 0, 1 - 2 * float(P23[0]), 1 - 2 * float(P23[1])], [0, 0, 0, 0], both(
        lambda x, jnp, jax: jnp.where(
            x.reshape(2, 2) < 100,
            jax.nn.log_softmax(jnp.where(x < 100, x, -jnp.inf).reshape(2, 2)), 0.0),
        lambda x, t: t.where(
            x.reshape(2, 2) < 100,
            t.log_softmax(t.where(x < 100, x, -t.inf).reshape(2, 2), 1), t.zeros((), dtype=x.dtype)))),
    "softplus far out": (2000, [1, 0], [0, 0], both(
        lambda x, jnp, jax: jax.nn.softplus(x), lambda x, t: t.nn.functional.softplus(x))),
    "silu far out": (2000, [0, 1], [0, 0], both(
        lambda x, jnp, jax: jax.nn.silu(x), lambda x, t: t.nn.functional.silu(x))),
    "bce far out": (0, [0, 0], [0, 0], both(
        lambda x, jnp, jax: -jnp.mean(jnp.where(x > 0, jax.nn.log_sigmoid(x), jax.nn.log_sigmoid(-x))),
        lambda x, t: t.nn.functional.binary_cross_entropy_with_logits(x, (x > 0).to(x.dtype)))),
}


def verdict(value, gradient, second, name, tolerance):
    """What an answer is worth: 'right', or what the first wrong order gives."""
    for order, have, true in zip(range(3), (value, gradient, second), CASES[name]):
        if true is None:
            if not np.all(np.isfinite(have)):
                return f"order {order}: not finite"
            continue
        if not np.allclose(have, true, rtol=tolerance, atol=tolerance):
            shown = ", ".join(f"{v:.3g}" for v in np.ravel(have))
            return f"order {order}: ({shown})"
    return "right"


def ask(system, which, name, x):
    """The system's verdict at the point x, f64."""
    f = CASES[name][3][which]
    if which == "jax":
        loss = lambda v: (f(v, system.jnp, system.jax).sum(),)
    else:
        loss = lambda v: (f(v, system.torch).sum(),)
    wrt = [system.array(x)]
    values, gradient, second = system.judge(loss, wrt, [system.array(np.ones_like(x))])
    return verdict(*[np.asarray(v[0]) for v in (values, gradient, second)], name, 1e-9)
