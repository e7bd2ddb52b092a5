"""Digits that are proven: what of a ball, or of an exact number, can be printed.

A number is determined when both ends of its ball round to the same digits. Binary rounding has 53
bits and an exponent without bounds, so that what passes a double's range is no 0 and no inf.
"""

from __future__ import annotations

from math import ldexp
from typing import Any

from hodiff.engine.exact import rational

BITS = 53
LEAST, MOST = -1022, 1023  # exponents of normal doubles
ZERO_BOUND = 300  # what stays below 10**-ZERO_BOUND at the precision limit prints as 0

Binary = tuple[int, int]  # (m, e) is m*2**e, abs(m) of 53 bits; (0, 0) is 0


def nearest(x: Any) -> Binary | None:
    """x rounded to 53 bits, ties to even; None where the ball leaves it open."""
    if rational(x):
        return _binary(x.numerator, x.denominator)
    if not x.is_finite():
        return None
    below = _dyadic(x.lower())
    return below if below == _dyadic(x.upper()) else None


def outward(x: Any, side: int) -> float | str:
    """The nearest number of 53 bits that is not above x (side -1), or not below it (1)."""
    if rational(x):
        return number(_binary(x.numerator, x.denominator, side))
    return number(_dyadic(x.lower() if side < 0 else x.upper(), side))


def _dyadic(end: Any, side: int = 0) -> Binary:
    """An end of a ball, a number m*2**e, rounded to 53 bits."""
    m, e = map(int, end.man_exp())
    rounded, shift = _binary(m, 1, side)
    return (rounded, shift + e) if rounded else (0, 0)


def _binary(p: int, q: int, side: int = 0) -> Binary:
    """p/q rounded to 53 bits: to the nearest, or down (side -1) or up (1)."""
    if p == 0:
        return 0, 0
    e = abs(p).bit_length() - q.bit_length() - BITS
    if abs(p) << max(-e, 0) >= q << (max(e, 0) + BITS):
        e += 1
    m = _divided(p << max(-e, 0), q << max(e, 0), side)
    return (m // 2, e + 1) if abs(m) == 1 << BITS else (m, e)


def _divided(a: int, b: int, side: int = 0) -> int:
    """a/b to the nearest integer, halves to the even one; down for side -1, up for 1."""
    whole, rest = divmod(a, b)
    if side:
        return whole + (side > 0 and rest > 0)
    return whole + (2 * rest > b or (2 * rest == b and whole % 2 == 1))


def number(binary: Binary) -> float | str:
    """A double; text where a double would overflow, or underflow and lose digits."""
    m, e = binary
    if m == 0 or LEAST <= e + BITS - 1 <= MOST:
        return ldexp(m, e)
    return _shortest(m, e)


def _shortest(m: int, e: int) -> str:
    """The fewest decimal digits that round to m*2**e and no other number of 53 bits."""
    from hodiff.arithmetic.ball_numbers import ball, precision  # start-up: brings FLINT

    with precision(200 + 2 * e.bit_length()):
        true, half = ball(m) * ball(2) ** e, ball(2) ** (e - 1)
        for n in range(1, 18):
            digits, power = _rounded(true, n) or (0, 0)
            off = (ball(digits) * ball(10) ** power - true) * (1 if m > 0 else -1)
            # Below a power of two the next number is half as far.
            if (-half / 2 if abs(m) == 1 << (BITS - 1) else -half) < off < half:
                break
    return written(digits, power, strip=True)


def decimal(x: Any, n: int) -> str | None:
    """x to n significant digits; fewer where it is exactly that. None where the ball leaves it
    open."""
    if rational(x):
        return _exact_decimal(x, n)
    if x.is_exact() and x == 0:
        return "0"
    found = _rounded(x, n) if x.is_finite() else None
    return None if found is None else written(*found)


def _exact_decimal(x: Any, n: int) -> str:
    p, q = abs(x.numerator), x.denominator
    if p == 0:
        return "0"
    power = len(_text(p)) - len(_text(q)) - n
    while p * 10 ** max(-power, 0) >= q * 10 ** (max(power, 0) + n):
        power += 1
    a, b = p * 10 ** max(-power, 0), q * 10 ** max(power, 0)
    digits = _divided(a, b)
    if digits == 10**n:
        digits, power = digits // 10, power + 1
    sign = -1 if x < 0 else 1
    return written(sign * digits, power, strip=a % b == 0)


def _rounded(x: Any, n: int) -> tuple[int, int] | None:
    """(digits, power): both ends of a ball to n significant digits, where they agree."""
    for more in (8, 20, 60):
        middle, radius, power = map(int, x.mid_rad_10exp(n + more))
        ends = [_cut(middle + sign * radius, power, n) for sign in (-1, 1)]
        if ends[0] == ends[1] and ends[0][0]:
            return ends[0]
    return None


def _cut(digits: int, power: int, n: int) -> tuple[int, int]:
    """digits*10**power to n significant digits."""
    extra = len(_text(abs(digits))) - n
    if extra > 0:
        digits, power = _divided(digits, 10**extra), power + extra
    elif extra < 0:
        digits, power = digits * 10**-extra, power + extra
    if abs(digits) == 10**n:
        digits, power = digits // 10, power + 1
    return digits, power


def _text(n: int) -> str:
    """n in decimal; Python's own conversion refuses over 4300 digits."""
    if n.bit_length() < 14_000:
        return str(n)
    from flint import fmpz  # start-up: few numbers are that long

    return str(fmpz(n))


def written(digits: int, power: int, strip: bool = False) -> str:
    """digits*10**power as Python writes floats: 0.00123, 123.5, 1.5e-07, here 1.5e-7."""
    sign, text = ("-" if digits < 0 else ""), _text(abs(digits))
    exponent = len(text) - 1 + power
    if strip:
        text = text.rstrip("0") or "0"
    if -5 < exponent < max(16, len(text)):
        if exponent < 0:
            return f"{sign}0.{'0' * (-exponent - 1)}{text}"
        whole = text[: exponent + 1].ljust(exponent + 1, "0")
        rest = text[exponent + 1 :]
        return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"
    rest = f".{text[1:]}" if len(text) > 1 else ""
    return f"{sign}{text[0]}{rest}e{exponent}"


def negligible(x: Any) -> bool:
    """Whether x is a ball around 0 that stays below the bound for what prints as 0."""
    if rational(x) or not x.is_finite() or not x.contains(0):
        return False
    return bool(abs(x) < type(x)(10) ** -ZERO_BOUND)


def tie(x: Any, n: int | None) -> float | str:
    """A number that no precision tells from halfway between two: the even one."""
    middle = x.mid()
    p, e = map(int, middle.man_exp())
    if n is None:
        ends = _dyadic(x.lower()), _dyadic(x.upper())
        return number(next(end for end in ends if end[0] % 2 == 0))
    from fractions import Fraction  # start-up: ties are few

    for digits, power in (_cut(*pair, n) for pair in _ends(x, n)):
        if digits % 2 == 0:
            return written(digits, power)
    return _exact_decimal(Fraction(p) * Fraction(2) ** e, n)


def _ends(x: Any, n: int) -> list[tuple[int, int]]:
    middle, radius, power = map(int, x.mid_rad_10exp(n + 60))
    return [(middle + sign * radius, power) for sign in (-1, 1)]
