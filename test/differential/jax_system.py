"""JAX as a system to run graphs on."""
import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")
import jax
import jax.numpy as jnp
from jax import lax

name = "JAX " + jax.__version__
array = jnp.asarray
abs, atan, cos, exp, expm1, log, log1p, sin, sqrt, tanh = (  # noqa: A001
    jnp.abs, jnp.arctan, jnp.cos, jnp.exp, jnp.expm1, jnp.log, jnp.log1p, jnp.sin, jnp.sqrt, jnp.tanh)
erf, logistic, rsqrt, is_finite = lax.erf, lax.logistic, lax.rsqrt, jnp.isfinite
pow, rem = jnp.power, lax.rem  # noqa: A001
select, stop_gradient, einsum = jnp.where, lax.stop_gradient, jnp.einsum
broadcast, clip, checkpoint = jnp.broadcast_to, jnp.clip, jax.checkpoint
round = lambda x, mode: {"floor": jnp.floor, "ceil": jnp.ceil, "trunc": jnp.trunc,  # noqa: A001
                         "nearest_even": jnp.round}[mode](x)
max = lambda a, b, tie: jnp.maximum(a, b)  # noqa: A001
min = lambda a, b, tie: jnp.minimum(a, b)  # noqa: A001
convert = lambda x, dtype: x.astype(dtype)
concat = lambda *x, axis: jnp.concatenate(x, axis)
reverse = lambda x, axes: jnp.flip(x, axes)
transpose = lambda x, perm: jnp.transpose(x, perm)
arg_reduce = lambda x, axis, kind: {"max": jnp.argmax, "min": jnp.argmin}[kind](x, axis).astype(jnp.int32)
put = lambda field, at, values: field.at[at].set(values)
rows = lambda x, at, axis: jnp.take(x, at, axis=axis)


def reduce(x, axes, keepdims, kind, tie="first"):
    f = {"add": jnp.sum, "mul": jnp.prod, "max": jnp.max, "min": jnp.min, "and": jnp.all, "or": jnp.any}[kind]
    return f(x, axis=tuple(axes), keepdims=keepdims)


def add_rows(x, at, updates, axis):
    return x.at[(slice(None),) * axis + (at,)].add(updates)


def cond(p, f, g, operands):
    return lax.cond(p, f, g, *operands)


def scan(step, carries, xs, length, reverse, count, ys):
    def counted(carry, inputs):
        t, row = inputs
        zeros = [jnp.zeros(shape, dtype) for dtype, shape in ys]
        return lax.cond(t < count, lambda: step(carry, row), lambda: (carry, zeros))

    if count is None:
        last, stacked = lax.scan(step, carries, xs, length=length, reverse=reverse)
    else:
        last, stacked = lax.scan(counted, carries, (jnp.arange(length), xs), reverse=reverse)
    return [*last, *stacked]


def loop(go_on, body, carries, most):
    """lax.while_loop has no reverse mode: as many steps as there may be, idle from where it ends."""
    def step(state, _):
        carry, n, goes = state
        goes = goes & go_on(carry)
        carry = lax.cond(goes, body, lambda c: list(c), carry)
        return (carry, n + goes, goes), None

    (last, n, _), _ = lax.scan(step, (list(carries), jnp.int32(0), jnp.bool_(True)), None, length=most)
    return [*last, n]


def judge(f, wrt, along):
    """All outputs of f(*wrt), whose last is the loss, its gradient, and the Hessian times `along`."""
    def loss(wrt):
        outputs = f(*wrt)
        return outputs[-1], outputs

    def whole(wrt, along):
        gradient, outputs = jax.grad(loss, has_aux=True)(wrt)
        if along is None:
            return outputs, gradient, None
        inner = lambda w: sum(jnp.sum(g * d) for g, d in zip(jax.grad(loss, has_aux=True)(w)[0], along))
        return outputs, gradient, jax.grad(inner)(wrt)

    return jax.jit(whole)(wrt, along)
