"""Digits that are proven: what of a ball, or of an exact number, can be printed.

A number is determined when both ends of its ball round to the same digits. Binary rounding has 53
bits and an exponent without bounds, so that what passes a double's range is no 0 and no inf.

It is told as the shortest correctly rounded decimal of the true number that reads back as the same
double. So every digit is one of the number's, which a double's shortest name doesn't promise: of
sin(0.25), 0.247403959254522929..., that is 0.24740395925452294.
"""

from __future__ import annotations

from itertools import count
from math import ldexp
from typing import Any, TypeAlias

from hodiff.engine.exact import rational

BITS = 53
LEAST, MOST = -1022, 1023  # exponents of normal doubles
ZERO_BOUND = 300  # what stays below 10**-ZERO_BOUND at the precision limit prints as 0

MOST_WHOLE = 10**21  # a whole number below it is told in full
MOST_DIGITS = 40  # that tell a number apart from the middle between two doubles

Binary: TypeAlias = tuple[int, int]  # (m, e) is m*2**e, abs(m) of 53 bits; (0, 0) is 0


class Double(float):
    """The double nearest to a number, and the decimal that this is told as."""

    __slots__ = ("text",)
    text: str

    def __repr__(self) -> str:
        return self.text

    __str__ = __repr__


def double(text: str) -> float:
    """A decimal as the double nearest to it, which keeps the text.

    >>> double("0.1000")
    0.1000
    """
    found = Double(text)
    found.text = text
    return found


def told(x: Any, last: bool = False) -> int | float | str | None:
    """x as it is told: an int, a double, or text where a double has not the range. None where the
    ball leaves it open; last: what more precision might tell is left.

    >>> from fractions import Fraction
    >>> told(9007199254740993), told(Fraction(1, 10)), told(Fraction(10)**400)
    (9007199254740993, 0.1, '1e400')
    """
    if rational(x) and x.denominator == 1 and abs(x) < MOST_WHOLE:
        return int(x)
    binary = nearest(x)
    if binary is None or binary == (0, 0):
        return None if binary is None else 0.0
    name = number(binary)
    least = sum(c.isdigit() for c in str(name).partition("e")[0].strip("-0.").replace(".", ""))
    for n in range(max(least, 1), MOST_DIGITS):
        found = _rational_rounded(x, n) if rational(x) else _rounded(x, n)
        if found is None:
            if not last:
                return None
            continue
        text = written(*found, strip=True)
        if isinstance(name, str):
            if text == name or _reads_back(*found, *binary):
                return text
        elif float(text) == name:
            return _named(name, text)
    return name


def _named(x: float, text: str) -> float:
    """A double that is told as a decimal: itself, where that is its shortest name."""
    mantissa, e, exponent = text.partition("e")
    text = f"{mantissa}e{int(exponent):+03d}" if e else text  # as Python writes it
    return x if text in (repr(x), repr(x).removesuffix(".0")) else double(text)


def nearest(x: Any) -> Binary | None:
    """x rounded to 53 bits, ties to even; None where the ball leaves it open."""
    if rational(x):
        return _binary(x.numerator, x.denominator)
    if not x.is_finite():
        return None
    below = _dyadic(x.lower())
    return below if below == _dyadic(x.upper()) else None


def outward(x: Any, side: int) -> float | str:
    """The nearest number of 53 bits that is not above x (side -1), or not below it (1); neither is
    the decimal that it is told as.

    >>> from fractions import Fraction
    >>> outward(Fraction(1, 3), -1), outward(Fraction(1, 3), 1)
    (0.3333333333333333, 0.33333333333333335)
    """
    if rational(x):
        binary = _binary(x.numerator, x.denominator, side)
    else:
        end = x.lower() if side < 0 else x.upper()
        binary = _dyadic(end, side)
    name = number(binary)
    if not name:
        return 0.0
    if isinstance(name, str):
        return _outward_text(*binary, side)
    from fractions import Fraction  # start-up: points have no ends

    exact = x if rational(x) else _power_of_two(*map(int, end.man_exp()))
    for n in count(1):  # 18 at most, for to so many a double cut to a side reads as itself
        digits, power = _cut_rational(exact, n, side)
        own, own_power = _cut_rational(Fraction(name), n, side)
        for found in ((digits, power), (digits + side, power), (own, own_power)):
            text = written(*found, strip=True)
            if float(text) == name:
                return _named(name, text)
    raise AssertionError


def shortly(x: Any, side: int, n: int = 6) -> str:
    """A decimal of n digits at most that is not above x (side -1), or not below it (1).

    >>> from fractions import Fraction
    >>> shortly(Fraction(1, 3), -1), shortly(Fraction(1, 3), 1)
    ('0.333333', '0.333334')
    """
    x = x if rational(x) else exact_end(x, side)
    return written(*_cut_rational(x, n, side), strip=True) if x else "0"


def exact_end(x: Any, side: int) -> Any:
    """The lower end of a ball (side -1), or the upper one (1), as a rational number."""
    end = x.lower() if side < 0 else x.upper()
    return _power_of_two(*map(int, end.man_exp()))


def _power_of_two(m: int, e: int) -> Any:
    """m*2**e, of a double's range, exactly."""
    from fractions import Fraction  # start-up: points have no ends

    return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)


def _outward_text(m: int, e: int, side: int) -> str:
    """m*2**e, beyond a double's range, to 17 digits, rounded to a side."""
    from hodiff.arithmetic.ball_numbers import ball, precision  # start-up: brings FLINT

    with precision(200 + 2 * e.bit_length()):
        middle, radius, power = map(int, (ball(m) * ball(2) ** e).mid_rad_10exp(30))
    end = middle + side * radius
    extra = len(_text(abs(end))) - 17
    return written(_divided(end, 10**extra, side), power + extra, strip=True)


def _cut_rational(x: Any, n: int, side: int = 0) -> tuple[int, int]:
    """(digits, power): a rational number to n significant digits, to the nearest or to a side."""
    p, q = x.numerator, x.denominator
    power = len(_text(abs(p))) - len(_text(q)) - n
    while abs(p) * 10 ** max(-power, 0) >= q * 10 ** (max(power, 0) + n):
        power += 1
    return _divided(p * 10 ** max(-power, 0), q * 10 ** max(power, 0), side), power


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
        true = ball(m) * ball(2) ** e
        for n in range(1, 18):
            digits, power = _rounded(true, n) or (0, 0)
            if _reads_back(digits, power, m, e):
                break
    return written(digits, power, strip=True)


def _reads_back(digits: int, power: int, m: int, e: int) -> bool:
    """Whether m*2**e is the number of 53 bits nearest to digits*10**power."""
    from hodiff.arithmetic.ball_numbers import ball, precision  # start-up: brings FLINT

    with precision(200 + 2 * e.bit_length()):
        true, half = ball(m) * ball(2) ** e, ball(2) ** (e - 1)
        off = (ball(digits) * ball(10) ** power - true) * (1 if m > 0 else -1)
        # Below a power of two the next number is half as far.
        return bool((-half / 2 if abs(m) == 1 << (BITS - 1) else -half) < off < half)


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
    if x == 0:
        return "0"
    digits, power = _rational_rounded(x, n)
    whole = digits * 10 ** max(power, 0), 10 ** max(-power, 0)
    return written(digits, power, strip=x * whole[1] == whole[0])


def _rational_rounded(x: Any, n: int) -> tuple[int, int]:
    """(digits, power): a rational number other than 0 to n significant digits."""
    return _carried(*_cut_rational(x, n), n)


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
    return _carried(digits, power, n)


def _carried(digits: int, power: int, n: int) -> tuple[int, int]:
    """999.6 to three digits is 1000, 100 tens."""
    return (digits // 10, power + 1) if abs(digits) == 10**n else (digits, power)


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
