#!/usr/bin/env python3
"""Fits the polynomials of lib/codegen/math_coefficients.h.

Run it with a Python that has mpmath (it is no part of the build):
    python tools/dev/fit_math.py | clang-format-19 > lib/codegen/math_coefficients.h
Each fit is a weighted minimax (Remez exchange in 60 digits). Coefficients are rounded to the
target type one at a time, lowest order first, and the others refitted around each rounded one, so
rounding costs almost nothing. The error printed beside each array is the error of the
approximation alone, as a power of two relative to the function (absolute for erfc).
"""
import sys
from fractions import Fraction

import mpmath as mp

mp.mp.dps = 60


def round_to(value, bits):
    """The nearest number with `bits` significant bits (normal range), as an mpf."""
    if value == 0:
        return mp.mpf(0)
    mantissa, exponent = mp.frexp(value)
    return mp.ldexp(mp.nint(mp.ldexp(mantissa, bits)), exponent - bits)


def remez(xs, target, weight, powers):
    """Coefficients of sum c_k x^powers[k] with least max |weight * (target - p)| on the grid xs."""
    count = len(powers)
    last = len(xs) - 1
    # First reference: the grid is Chebyshev-spaced already, so equal steps are a good start.
    reference = [round(i * last / count) for i in range(count + 1)]
    best = None
    for _ in range(40):
        rows = mp.matrix(count + 1, count + 1)
        right = mp.matrix(count + 1, 1)
        for row, index in enumerate(reference):
            for column, power in enumerate(powers):
                rows[row, column] = xs[index] ** power
            rows[row, count] = (-1) ** row / weight[index]
            right[row] = target[index]
        solved = mp.lu_solve(rows, right)
        coefficients = [solved[i] for i in range(count)]
        low, high = powers[0], powers[-1]
        dense = [mp.mpf(0)] * (high - low + 1)
        for power, c in zip(powers, coefficients):
            dense[power - low] = c
        dense.reverse()
        errors = [
            weight[i] * (target[i] - mp.polyval(dense, xs[i]) * xs[i] ** low)
            for i in range(len(xs))
        ]
        worst = max(abs(e) for e in errors)
        if best is None or worst < best[0]:
            best = (worst, coefficients)
        if worst <= abs(solved[count]) * mp.mpf("1.001"):
            break
        # New reference: the extremum of every run of one sign.
        extrema = []
        for i, e in enumerate(errors):
            if extrema and mp.sign(errors[extrema[-1]]) == mp.sign(e):
                if abs(e) > abs(errors[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        while len(extrema) > count + 1:
            extrema.pop(0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1)
        if len(extrema) < count + 1:
            break
        reference = extrema
    return best


def fit(function, weight, interval, count, bits):
    """`count` coefficients of x^0.. with `bits` significant bits; and the final weighted error."""
    lo, hi = mp.mpf(interval[0]), mp.mpf(interval[1])
    points = 40 * count
    xs = [
        (lo + hi) / 2 - (hi - lo) / 2 * mp.cos(mp.pi * (i + mp.mpf("0.5")) / points)
        for i in range(points)
    ]
    values = [function(x) for x in xs]
    weights = [weight(x) for x in xs]
    rest = list(values)
    done = []
    plain = None
    for k in range(count):
        worst, solved = remez(xs, rest, weights, list(range(k, count)))
        if plain is None:
            plain = [round_to(c, bits) for c in solved]
            print(f"  before rounding 2^{float(mp.log(worst, 2)):.1f}", file=sys.stderr)
        c = round_to(solved[0], bits)
        done.append(c)
        rest = [r - c * x**k for r, x in zip(rest, xs)]

    def error(coefficients):
        dense = list(reversed(coefficients))
        return max(abs(w * (v - mp.polyval(dense, x))) for w, v, x in zip(weights, values, xs))

    # Refitting is no gain where a power basis without its low terms is ill-suited (interval
    # around 0), so the plainly rounded coefficients compete.
    best = min((done, plain), key=error)
    return best, error(best)


def hexadecimal(value, bits):
    if bits == 53:
        return float(value).hex()
    return float(value).hex().replace("0000000p", "p")


def show(name, comment, coefficients, bits, error=None):
    note = "" if error is None else f" Error 2^{float(mp.log(error, 2)):.1f}."
    print(f"\n/// {comment}{note}")
    kind = f"std::array<double, {len(coefficients)}>"
    print(f"inline constexpr {kind} {name} = {{")
    for c in coefficients:
        print(f"    {hexadecimal(c, bits)},")
    print("};")


def constant(name, comment, value, bits=53):
    print(f"\n/// {comment}")
    print(f"inline constexpr double {name} = {hexadecimal(round_to(value, bits), bits)};")


def pair(name, comment, function, weight, interval, counts):
    for kind, bits in (("f32", 24), ("f64", 53)):
        if counts[kind]:
            print(f"fitting {name}_{kind}", file=sys.stderr)
            span = interval[kind] if isinstance(interval, dict) else interval
            coefficients, error = fit(function, weight, span, counts[kind], bits)
            show(f"k_{name}_{kind}", comment, coefficients, bits, error)


def tail(function, skip, order=60):
    """(function - its first `skip` Taylor terms) / x^skip, by series near 0 so nothing cancels."""
    with mp.workdps(120):
        terms = [+t for t in mp.taylor(function, 0, order)]
    rest = terms[skip:]

    def value(x):
        if abs(x) < mp.mpf("0.05"):
            return mp.polyval(list(reversed(rest)), x)
        with mp.workdps(120):
            return +((function(x) - mp.polyval(list(reversed(terms[:skip])), x)) / x**skip)

    return value


def atanh_terms(skip):
    """sum_{k>=skip} 2 z^(k-skip) / (2k+1): what is left of 2 atanh(s)/s, z = s^2."""
    return lambda z: mp.nsum(lambda k: 2 * z**k / (2 * (k + skip) + 1), [0, mp.inf]) if z else (
        mp.mpf(2) / (2 * skip + 1))


def main():
    print("// Polynomial coefficients and split constants of the elementary functions.")
    print("// Made by tools/dev/fit_math.py: change the script, not this file.")
    print("#pragma once\n\n#include <array>\n#include <cstdint>\n\nnamespace nngc::codegen {")

    half_ln2 = mp.log(2) / 2 * mp.mpf("1.001")
    pair("exp", "(e^r - 1 - r) / r^2 on |r| <= ln2/2, weighed relative to expm1.",
         tail(mp.exp, 2), lambda r: abs(r**2 / mp.expm1(r)), (-half_ln2, half_ln2),
         {"f32": 6, "f64": 11})
    less = tail(lambda r: mp.exp(-r), 2)
    for kind, bits, steps, count in (("f32", 24, 32, 2), ("f64", 53, 16, 6)):
        narrow = mp.log(2) / steps * mp.mpf("1.001")
        coefficients, error = fit(less, lambda r: r**2 * mp.exp(r), (-narrow, narrow), count, bits)
        show(f"k_exp_less_{kind}", f"(e^-r - 1 + r) / r^2 on |r| <= ln2/{steps}.", coefficients, bits, error)
    coefficients, error = fit(less, lambda r: abs(r**2 / mp.expm1(-r)), (-narrow, narrow), 7, 53)
    show("k_expm1_less_f64", "The same, weighed relative to e^-r - 1.", coefficients, 53, error)
    low, high = mp.sqrt(mp.mpf("0.5")) - 1, mp.sqrt(2) - 1
    pair("log", "(log1p(f) - f + f^2/2) / f^3 for 1+f in [sqrt 1/2, sqrt 2].",
         tail(mp.log1p, 3, 80), lambda f: abs(f**3 / mp.log1p(f)),
         (low * mp.mpf("1.0001"), high * mp.mpf("1.0001")), {"f32": 9, "f64": 0})
    # s = f / (2 + f) is at most 3 - sqrt 8.
    largest = (3 - mp.sqrt(8)) * mp.mpf("1.0001")
    coefficients, error = fit(atanh_terms(1), lambda z: mp.sqrt(z) ** 3 / (2 * mp.atanh(mp.sqrt(z))),
                              (mp.mpf("1e-9"), largest**2), 7, 53)
    show("k_log_f64", "(2 atanh(s) / s - 2) / z in z = s^2, |s| <= 3 - sqrt 8.", coefficients, 53, error)
    tiny = mp.mpf("1e-12")
    quarter = (mp.pi / 4 * mp.mpf("1.0005")) ** 2
    pair("sin", "(sin r - r) / r^3 in z = r^2, |r| <= pi/4.",
         lambda z: (mp.sin(mp.sqrt(z)) - mp.sqrt(z)) / mp.sqrt(z) ** 3,
         lambda z: mp.sqrt(z) ** 3 / mp.sin(mp.sqrt(z)), (tiny, quarter), {"f32": 3, "f64": 6})
    pair("cos", "(cos r - 1 + z/2) / z^2 in z = r^2, |r| <= pi/4.",
         lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2,
         lambda z: z**2 / mp.cos(mp.sqrt(z)), (mp.mpf("1e-8"), quarter), {"f32": 3, "f64": 6})
    octant = (mp.tan(mp.pi / 8) * mp.mpf("1.0001")) ** 2
    pair("atan", "(atan t - t) / t^3 in z = t^2, |t| <= tan(pi/8).",
         lambda z: (mp.atan(mp.sqrt(z)) - mp.sqrt(z)) / mp.sqrt(z) ** 3,
         lambda z: mp.sqrt(z) ** 3 / mp.atan(mp.sqrt(z)), (tiny, octant), {"f32": 5, "f64": 11})
    print("fitting pow", file=sys.stderr)
    s2 = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1) * mp.mpf("1.0001")) ** 2
    full = atanh_terms(0)
    coefficients, error = fit(lambda z: full(z) / mp.log(2), lambda z: mp.log(2) / full(z),
                              (0, s2), 6, 53)
    show("k_pow_log2_f32", "log2((1+s)/(1-s)) / s in z = s^2, |s| <= 3 - sqrt 8.", coefficients,
         53, error)
    half = mp.mpf("0.5005")
    exp2m1 = tail(lambda r: mp.exp(r * mp.log(2)), 1)
    coefficients, error = fit(exp2m1, lambda r: abs(r / mp.exp(r * mp.log(2))), (-half, half), 7,
                              53)
    show("k_pow_exp2_f32", "(2^r - 1) / r on |r| <= 1/2.", coefficients, 53, error)
    rest = atanh_terms(3)
    coefficients, error = fit(rest, lambda z: z**3 / full(z), (0, s2), 8, 53)
    show("k_pow_log_f64", "(2 atanh(s)/s - 2 - 2z/3 - 2z^2/5) / z^3 in z = s^2.", coefficients,
         53, error)

    two_thirds, two_fifths = mp.mpf(2) / 3, mp.mpf(2) / 5
    for name, value in (("two_thirds", two_thirds), ("two_fifths", two_fifths)):
        hi = round_to(value, 53)
        constant(f"k_{name}_hi", f"{name} as an unevaluated sum of two doubles.", hi)
        constant(f"k_{name}_lo", f"{name}, low part.", value - hi)
    ln2 = mp.log(2)
    # The high parts leave room for an exact product with the exponent (8 and 11 bits).
    for kind, bits, keep in (("f32", 24, 15), ("f64", 53, 41)):
        hi = round_to(ln2, keep)
        constant(f"k_ln2_hi_{kind}", "ln 2, short enough for an exact product.", hi, bits)
        constant(f"k_ln2_lo_{kind}", "ln 2, the rest.", ln2 - hi, bits)
    constant("k_log2_e", "1 / ln 2.", 1 / ln2)
    for kind, bits in (("f32", 24), ("f64", 53)):
        for name, value in (("pi_2", mp.pi / 2), ("pi_4", mp.pi / 4)):
            hi = round_to(value, bits)
            constant(f"k_{name}_hi_{kind}", f"{name}, nearest.", hi, bits)
            constant(f"k_{name}_lo_{kind}", f"{name}, low part.", value - hi, bits)
    constant("k_two_over_pi", "2 / pi.", 2 / mp.pi)

    def parts(widths, rest=mp.pi / 2):
        out = []
        for width in widths:
            piece = round_to(rest, width)
            out.append(piece)
            rest -= piece
        return out

    moderate = {"f32": (24, 11), "f64": (53, 20)}
    print("\n/// Bits of the multiples of pi/2 that are subtracted by the parts below.")
    for kind, (_, count) in moderate.items():
        print(f"inline constexpr int k_moderate_bits_{kind} = {count};")
    for kind, (bits, count) in moderate.items():
        first = mp.ldexp(mp.floor(mp.ldexp(mp.pi / 2, bits - 1)), 1 - bits)
        show(f"k_pi_2_moderate_{kind}", f"pi/2 in parts, the product of the second one with n < 2^{count} exact; "
             "that one is positive.", [first] + parts([bits - count, bits], mp.pi / 2 - first), bits)
    show("k_pi_2_fused", "pi/2 in three full doubles, for targets with fma.",
         parts([53, 53, 53]), 53)
    show("k_pi_2_short", "pi/2 in parts of 32 bits whose product with n < 2^21 is exact, and a rest.",
         parts([32, 32, 32, 53]), 53)
    with mp.workdps(500):
        bits = int(mp.floor(mp.ldexp(2 / mp.pi, 64 * 20)))
    print("\n/// 64 zero bits, then the first 1280 bits of 2/pi after the binary point.")
    print("inline constexpr std::array<std::uint64_t, 21> k_two_over_pi_bits = {")
    print("    0x0000000000000000U,")
    for i in range(20):
        print(f"    0x{(bits >> (64 * (19 - i))) & (2**64 - 1):016x}U,")
    print("};\n\n}  // namespace nngc::codegen")


if __name__ == "__main__":
    main()
