#!/usr/bin/env python3
"""Makes the tables of lib/codegen/math_tables.h: erf and tanh by pieces, logarithms, and powers of two.

Run it with a Python that has mpmath (it is no part of the build):
    python tools/dev/fit_tables.py | clang-format-19 > lib/codegen/math_tables.h
A piece is f(base) + d (c1 + d (c2 + ...)) with d = |x| - base. Its base is a number near the middle
where f is within 2^-8 of a last place of a number itself (Gal's accurate tables), so that f(base) is
as good as exact. The first pieces have base 0 and give f(x) - x, as |x| is then added in place of
f(base). Fits are least squares at Chebyshev points in 60 digits, relative to f;
coefficients are rounded one at a time and those after it fitted again.
"""
import sys

import mpmath as mp

from fit_math import fit, hexadecimal, round_to

mp.mp.dps = 60


def ulp(value, bits):
    return mp.ldexp(1, mp.frexp(value)[1] - bits)


def accurate_base(function, low, high, bits, near=None):
    """A number near the middle, or `near`, whose image is nearly a number."""
    middle, best = near or (low + high) / 2, None
    for i in range(1 << 12):
        for sign in (1, -1):
            base = round_to(middle + sign * i * (high - low) / (1 << 16), bits)
            image = function(base)
            distance = abs(image - round_to(image, bits)) / ulp(image, bits)
            if best is None or distance < best[0]:
                best = (distance, base)
        if best[0] < mp.mpf("0.004"):
            break
    return best[1]


def piece(function, low, high, degree, bits, first, near=None):
    """(base, f(base), coefficients of d^1..degree, worst error in last places)."""
    middle = (low + high) / 2
    base = mp.mpf(0) if first else accurate_base(function, low, high, bits, near)
    value = mp.mpf(0) if first else round_to(function(base), bits)
    points = 6 * degree
    xs = [middle + (high - low) / 2 * mp.cos(mp.pi * (i + mp.mpf("0.5")) / points) for i in range(points)]
    xs = [x for x in xs if x > 0]
    wanted = [function(x) - (x if first else value) for x in xs]
    weights = [1 / function(x) for x in xs]
    done = []
    rest = list(wanted)
    for k in range(1, degree + 1):
        powers = list(range(k, degree + 1))
        rows = mp.matrix(len(xs), len(powers))
        right = mp.matrix(len(xs), 1)
        for i, x in enumerate(xs):
            for j, power in enumerate(powers):
                rows[i, j] = weights[i] * (x - base) ** power
            right[i] = weights[i] * rest[i]
        solved = mp.lu_solve(rows, right)
        c = round_to(solved[0], bits)
        done.append(c)
        rest = [r - c * (x - base) ** k for r, x in zip(rest, xs)]
    worst = max(abs(r) / ulp(function(x), bits) for r, x in zip(rest, xs))
    return base, value, done, worst


def table(name, comment, values, bits):
    print(f"\n/// {comment}")
    print(f"inline constexpr std::array<double, {len(values)}> {name} = {{")
    for v in values:
        print(f"    {hexadecimal(v, bits)},")
    print("};")


def pieces(name, comment, function, intervals, degree, bits, first, near=None):
    """Arrays of bases, values and coefficients, entry i for intervals[i]; `first` are those with base 0.

    `near` has places of bases: where f grows much in a piece, what is added to f(base) should not be much of f."""
    fitted = [piece(function, lo, hi, degree, bits, i in first, (near or {}).get(i)) for i, (lo, hi) in enumerate(intervals)]
    worst = max(f[3] for f in fitted)
    print(f"{name}: {float(worst):.3f} of a last place, entry {max(range(len(fitted)), key=lambda i: fitted[i][3])}",
          file=sys.stderr)
    count = len(intervals)
    print(f"\n/// {comment} Rows: bases, values, coefficients. Error {float(worst):.3f} of a last place.")
    print(f"inline constexpr std::array<std::array<double, {count}>, {degree + 2}> {name} = {{{{")
    rows = [[f[0] for f in fitted], [f[1] for f in fitted]]
    rows += [[f[2][k] for f in fitted] for k in range(degree)]
    for row in rows:
        print("    {" + ", ".join(hexadecimal(v, bits) for v in row) + "},")
    print("}};")


def even_steps(step, count):
    """Centred at 0, step, 2 step, ..."""
    half = mp.mpf(step) / 2
    return [(max(mp.mpf(0), i * mp.mpf(step) - half), i * mp.mpf(step) + half) for i in range(count)]


def quarters(lowest, count):
    """Quarters of octaves from 2^lowest on, the first down to 0, placed by the low bits of the
    exponent and the top two of the mantissa of an f32."""
    found = [None] * count
    for i in range(count):
        octave, part = divmod(i, 4)
        scale = mp.ldexp(1, lowest + octave)
        low = scale * (1 + mp.mpf(part) / 4)
        high = scale * (1 + mp.mpf(part + 1) / 4)
        found[(4 * (127 + lowest) + i) % count] = (mp.mpf(0) if i == 0 else low, high)
    return found


def as_f32(bits):
    return mp.ldexp(1 + mp.mpf(bits & 0x7FFFFF) / (1 << 23), (bits >> 23) - 127)


def logarithms():
    """Reciprocals of centres c of 2^18 neighbouring f32s each, from about sqrt 1/2 on, and log c.

    log c is short enough for an exact sum with a multiple of ln 2 (of its leading bits), and c is one for
    which that is as good as exact. The three intervals around 1 have c = 1: there the result is small, and
    what 1 - m / c was rounded by would weigh most. In the one below them c is nearer to 1 than the middle,
    so that 1 - m / c stays below 2^-7 at that end.
    """
    start, unit = 0x3F350000, mp.ldexp(1, -17)
    reciprocals, logs = [], []
    for i in range(32):
        low, high = as_f32(start + (i << 18)), as_f32(start + ((i + 1) << 18))
        if 17 <= i <= 19:
            reciprocals.append(mp.mpf(1))
            logs.append(mp.mpf(0))
            continue
        middle, best = round_to(2 / (low + high) if i != 16 else mp.mpf("1.0077") / high, 24), None
        for step in range(1 << 14):
            for sign in (1, -1):
                reciprocal = round_to(middle * (1 + sign * step * mp.ldexp(1, -24)), 24)
                exact = -mp.log(reciprocal) / unit
                distance = abs(exact - mp.nint(exact))
                if best is None or distance < best[0]:
                    best = (distance, reciprocal, mp.nint(exact) * unit)
            if best[0] < mp.ldexp(1, -14):
                break
        reciprocals.append(best[1])
        logs.append(best[2])
    table("k_log_reciprocals_f32", "1 / c for 2^18 neighbours each, from k_log_start_f32 on.", reciprocals, 24)
    table("k_log_centres_f32", "log c, a multiple of 2^-17.", logs, 24)
    print(f"inline constexpr std::uint32_t k_log_start_f32 = {start:#x};")
    terms, error = fit(lambda q: (-mp.log1p(-q) - q) / q**2, lambda q: -q**2 / mp.log1p(-q),
                       ("-0.0391", "0.0274"), 4, 24)
    table("k_log_near_f32", f"(-log(1 - q) - q) / q^2 for m near c, q = 1 - m / c. Error 2^{float(mp.log(error, 2)):.1f}.",
          terms, 24)
    hi = mp.nint(mp.log(2) / unit) * unit
    print("\n/// ln 2 2^-23, a multiple of 2^-40, and the rest.")
    print(f"inline constexpr double k_log_step_hi_f32 = {hexadecimal(mp.ldexp(hi, -23), 24)};")
    print(f"inline constexpr double k_log_step_lo_f32 = {hexadecimal(round_to(mp.ldexp(mp.log(2) - hi, -23), 24), 24)};")


def main():
    print("// Tables of the elementary functions.")
    print("// Made by tools/dev/fit_tables.py: change the script, not this file.")
    print("#pragma once\n\n#include <array>\n#include <cstdint>\n\nnamespace nngc::codegen {")
    pieces("k_erf_f32", "erf around n/8.", mp.erf, even_steps("0.125", 32), 5, 24, {0, 1})
    pieces("k_erf_f64", "erf around 4n/5.", mp.erf, even_steps("0.8", 8), 16, 53, {0}, {1: mp.mpf("0.66")})
    pieces("k_erf_short_f64", "erf around 2n/5.", mp.erf, even_steps("0.4", 16), 13, 53, {0, 1})
    logarithms()
    start = (4 * (127 - 4)) % 32
    pieces("k_tanh_f32", "tanh on quarters of octaves from 2^-4 on.", mp.tanh, quarters(-4, 32), 6, 24, {start})
    for kind, bits, count in (("f32", 24, 16), ("f64", 53, 8)):
        powers = [mp.mpf(2) ** (mp.mpf(i) / count) for i in range(count)]
        nearest = [round_to(p, bits) for p in powers]
        lost = [round_to(p / q - 1, bits) for p, q in zip(powers, nearest)]
        table(f"k_exp2_{kind}", f"2^(i/{count}).", nearest, bits)
        table(f"k_exp2_lost_{kind}", "What that lost, as a part of it.", lost, bits)
        step = mp.log(2) / count
        nearest_step = round_to(step, bits)
        print(f"\n/// ln 2 / {count}, and what that lost.")
        print(f"inline constexpr double k_exp_step_{kind} = {hexadecimal(nearest_step, bits)};")
        print(f"inline constexpr double k_exp_step_lost_{kind} = {hexadecimal(round_to(step - nearest_step, bits), bits)};")
    print("\n}  // namespace nngc::codegen")


if __name__ == "__main__":
    main()
