"""Digits that are proven, against Fraction -> float, the decimal module and exact integers."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hodiff.answers import digits
from hodiff.arithmetic import ball_numbers as balls
from tests.lengths import examples

balls.ball(0)  # FLINT is there from the start

SIGNS = st.sampled_from([-1, 1])
SIGNIFICANDS = st.integers(2**52, 2**53 - 1)
NORMAL = st.integers(-1074, 971)
BEYOND = st.integers(972, 4000) | st.integers(-5000, -1075)
RATIONALS = st.builds(
    lambda sign, p, q, power: sign * Fraction(p, q) * Fraction(10) ** power,
    SIGNS, st.integers(1, 10**40), st.integers(1, 10**40), st.integers(-400, 400),
)  # fmt: skip


def binary(m: int, e: int) -> Fraction:
    return m * Fraction(2) ** e


def rounded(x: Fraction) -> Fraction:
    """x to 53 bits, halves to the even one, the exponent without bounds."""
    e = x.numerator.bit_length() - x.denominator.bit_length() - 53
    size = abs(x) / Fraction(2) ** e
    while size >= 2**53:
        size, e = size / 2, e + 1
    while size < 2**52:
        size, e = size * 2, e - 1
    return (-1 if x < 0 else 1) * round(size) * Fraction(2) ** e


def value_of(found: tuple[int, int] | None) -> Fraction:
    assert found is not None
    return binary(*found)


def significant(text: str) -> str:
    """The digits of a number's text, without zeros at either end."""
    return text.lower().partition("e")[0].replace(".", "").lstrip("-0").rstrip("0")


@given(x=RATIONALS)
@settings(max_examples=examples(300), deadline=None)
def test_a_rational_rounds_as_python_rounds_it(x: Fraction) -> None:
    found = digits.nearest(x)
    assert value_of(found) == rounded(x)
    number = digits.number(found)
    if 2.0**-1022 <= abs(x) < 2.0**1023:
        assert number == float(x)


@given(sign=SIGNS, m=SIGNIFICANDS, e=NORMAL, tail=st.integers(0, 400))
@settings(max_examples=examples(300), deadline=None)
def test_halfway_goes_to_even_and_past_it_away(sign: int, m: int, e: int, tail: int) -> None:
    """m + 1/2, and a hair above and below, up to the next power of two."""
    hair = Fraction(1, 2 ** (2 + tail))
    for offset in (Fraction(1, 2), Fraction(1, 2) - hair, Fraction(1, 2) + hair):
        x = sign * (m + offset) * Fraction(2) ** e
        assert value_of(digits.nearest(x)) == rounded(x)
        if e + 52 >= -1022 and e + 53 <= 1022:
            assert digits.number(digits.nearest(x)) == float(x)


@pytest.mark.parametrize("k", [-1100, -1075, -1074, -1023, -1022, -54, -1, 0, 1, 53, 1022, 1100])
@pytest.mark.parametrize("sign", [-1, 1])
def test_the_neighbourhood_of_a_power_of_two(k: int, sign: int) -> None:
    """Above it the numbers are twice as far apart as below it."""
    power = Fraction(2) ** k
    quarters = [Fraction(n, 2**55) for n in range(-9, 10)]
    for x in (sign * power * (1 + quarter) for quarter in quarters):
        assert value_of(digits.nearest(x)) == rounded(x)


def test_zero() -> None:
    for zero in (0, Fraction(0), False, balls.ball(0)):
        assert digits.nearest(zero) == (0, 0)
        assert digits.number((0, 0)) == 0
        assert digits.decimal(zero, 7) == "0"


@given(sign=SIGNS, m=SIGNIFICANDS, e=NORMAL)
@settings(max_examples=examples(200), deadline=None)
def test_a_normal_double_is_itself(sign: int, m: int, e: int) -> None:
    x = sign * math.ldexp(m, e)
    assert digits.nearest(Fraction(x)) == (sign * m, e)
    assert digits.nearest(balls.ball(x)) == (sign * m, e)
    assert digits.number((sign * m, e)) == x


@pytest.mark.parametrize("x", [5e-324, 1e-323, 1.1e-308, 3e-310])
def test_a_subnormal_is_text_with_every_digit(x: float) -> None:
    """A subnormal double has lost bits: what is meant is another number."""
    exact = Fraction(x) * (1 + Fraction(1, 3 * 2**30))
    text = digits.number(digits.nearest(exact))
    assert isinstance(text, str)
    assert rounded(Fraction(text)) == rounded(exact)


@pytest.mark.parametrize("x", [Fraction(2) ** 1024, Fraction(10) ** 309, -(Fraction(7) ** 900)])
def test_past_the_largest_double_it_is_text(x: Fraction) -> None:
    text = digits.number(digits.nearest(x))
    assert isinstance(text, str)
    assert rounded(Fraction(text)) == rounded(x)


def test_the_largest_double_and_what_rounds_past_it() -> None:
    largest = Fraction(2) ** 1024 - Fraction(2) ** 971
    assert digits.number(digits.nearest(largest)) == float(largest)
    half = largest + Fraction(2) ** 970  # to even: 2**1024, which no double holds
    assert isinstance(digits.number(digits.nearest(half)), str)
    below = half - Fraction(2) ** -50
    assert digits.number(digits.nearest(below)) == float(largest)


def fewest(x: Fraction) -> int:
    """The fewest decimal digits of a text that rounds to x, a number of 53 bits."""
    size = abs(x)
    exponent = math.floor((size.numerator.bit_length() - size.denominator.bit_length()) * 0.30103)
    while Fraction(10) ** (exponent + 1) <= size:
        exponent += 1
    while Fraction(10) ** exponent > size:
        exponent -= 1
    for n in range(1, 18):
        unit = Fraction(10) ** (exponent - n + 1)
        below = math.floor(size / unit)
        if any(rounded(k * unit) == size for k in (below, below + 1) if k):
            return n
    raise AssertionError("17 digits are enough")


def round_trips(m: int, e: int) -> None:
    x, text = binary(m, e), digits.number((m, e))
    assert isinstance(text, str)
    assert rounded(Fraction(text)) == x, text


@given(sign=SIGNS, m=SIGNIFICANDS, e=BEYOND)
@settings(max_examples=examples(200), deadline=None)
def test_text_beyond_doubles_round_trips(sign: int, m: int, e: int) -> None:
    round_trips(sign * m, e)


@pytest.mark.parametrize("exponents", [range(1024, 1400), range(-1400, -1022)], ids=["big", "tiny"])
def test_text_of_a_power_of_two_round_trips(exponents: range) -> None:
    """Half the spacing below it is a quarter of that above."""
    wrong = []
    for k in exponents:
        text = digits.number((2**52, k - 52))
        if isinstance(text, str) and rounded(Fraction(text)) != Fraction(2) ** k:
            wrong.append((k, text))
    assert not wrong


@given(m=st.integers(1, 10**15), power=st.integers(300, 2900) | st.integers(-2900, -340))
@settings(max_examples=examples(200), deadline=None)
def test_text_beyond_doubles_is_the_shortest(m: int, power: int) -> None:
    x = rounded(m * Fraction(10) ** power)
    text = digits.number(digits.nearest(x))
    assume(isinstance(text, str))
    assert rounded(Fraction(text)) == x
    assert len(significant(text)) <= fewest(x), text


# Digits asked for.


def by_decimal(x: Fraction, n: int) -> Decimal:
    context = Context(prec=n, rounding=ROUND_HALF_EVEN, Emax=10**9, Emin=-(10**9))
    return context.divide(Decimal(x.numerator), Decimal(x.denominator))


@given(x=RATIONALS, n=st.integers(1, 60))
@settings(max_examples=examples(300), deadline=None)
def test_digits_of_a_rational(x: Fraction, n: int) -> None:
    text = digits.decimal(x, n)
    assert text is not None and Decimal(text) == by_decimal(x, n)
    if Fraction(text) != x and abs(Fraction(text)) < 1:
        assert len(text.partition("e")[0].replace(".", "").lstrip("-0")) == n


@given(sign=SIGNS, whole=st.integers(1, 10**12), power=st.integers(-30, 30), n=st.integers(1, 14))
@settings(max_examples=examples(300), deadline=None)
def test_digits_of_a_tie_go_to_even(sign: int, whole: int, power: int, n: int) -> None:
    """A number of n digits and a 5 behind them."""
    head = int(str(whole)[:n])
    x = sign * (10 * head + 5) * Fraction(10) ** power
    kept = len(str(head))
    text = digits.decimal(x, kept)
    assert text is not None and Fraction(text) == sign * 10 * (head + head % 2) * (
        Fraction(10) ** power
    )


@given(x=RATIONALS, n=st.integers(1, 60), bits=st.integers(20, 400))
@settings(max_examples=examples(300), deadline=None)
def test_digits_of_a_ball_are_those_of_every_number_in_it(x: Fraction, n: int, bits: int) -> None:
    with balls.precision(bits):
        ball = balls.ball(x)
        text, binary_ = digits.decimal(ball, n), digits.nearest(ball)
    assert text is None or Decimal(text) == by_decimal(x, n)
    assert binary_ is None or value_of(binary_) == rounded(x)


@given(middle=RATIONALS, scale=st.integers(1, 30), n=st.integers(1, 25))
@settings(max_examples=examples(200), deadline=None)
def test_no_digits_where_the_ends_of_a_ball_differ(middle: Fraction, scale: int, n: int) -> None:
    radius = abs(middle) / 10**scale
    ends = middle - radius, middle + radius
    with balls.precision(300):
        ball = balls.ball(middle) + type(balls.ball(0))(0, 1) * balls.ball(radius)
        text, found = digits.decimal(ball, n), digits.nearest(ball)
    if by_decimal(ends[0], n) != by_decimal(ends[1], n):
        assert text is None
    if rounded(ends[0]) != rounded(ends[1]):
        assert found is None


@given(x=RATIONALS, n=st.integers(1, 30))
@settings(max_examples=examples(200), deadline=None)
def test_n_digits_and_twice_as_many_agree(x: Fraction, n: int) -> None:
    short, long = (digits.decimal(x, k) for k in (n, 2 * n))
    assert short is not None and long is not None
    unit = Decimal(1).scaleb(Decimal(long).adjusted() - n + 1)
    assert abs(Fraction(short) - Fraction(long)) <= Fraction(unit) / 2


@given(d=st.integers(-(10**25), 10**25), power=st.integers(-60, 60), strip=st.booleans())
@settings(max_examples=examples(300), deadline=None)
def test_written(d: int, power: int, strip: bool) -> None:
    assume(d)
    text = digits.written(d, power, strip)
    assert Fraction(text) == d * Fraction(10) ** power
    if strip and ("." in text or "e" in text):
        assert not text.partition("e")[0].endswith(".") and "e+" not in text
        assert "." not in text or not text.partition("e")[0].endswith("0")


def test_large_exact_numbers() -> None:
    """Past what Python turns into text at once."""
    for x in (10**6000 + 1, Fraction(1, 10**6000), Fraction(10**5000, 7)):
        expected = by_decimal(Fraction(x), 12)
        found = digits.decimal(x, 12)
        assert found is not None and Decimal(found) == expected


@pytest.mark.parametrize("n", [4000, 4250, 4400, 10000])
def test_many_digits(n: int) -> None:
    """As many as --digits takes."""
    expected = by_decimal(Fraction(1, 7), n)
    found = digits.decimal(Fraction(1, 7), n)
    assert found is not None and Decimal(found) == expected
    with balls.precision(4 * n):
        found = digits.decimal(balls.ball(Fraction(1, 7)), n)
    assert found is not None and Decimal(found) == expected


def test_negligible() -> None:
    arb = type(balls.ball(0))
    below, above = arb(0, arb("1e-301")), arb(0, arb("1e-299"))
    assert digits.negligible(below)
    assert not digits.negligible(above)
    assert not digits.negligible(arb("1e-400"))  # a number with a sign
    assert not digits.negligible(0)  # exactly: no note
