"""Series beside a point, on formulas drawn at random.

The oracles are exact: exponents of what is a power of abs(x) to either side, and Taylor
coefficients in fractions, multiplied and divided by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb, factorial
from typing import Any, NamedTuple

import mpmath
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from tests.lengths import examples
from tests.printed import asked, exact

SETTINGS = settings(max_examples=examples(250), deadline=None, derandomize=True)


# Powers of powers: each is sign*abs(x)**e to a side of 0.


class Side(NamedTuple):
    sign: int  # 0 for what is 0
    e: Fraction = Fraction(1)


class Drawn(NamedTuple):
    """A formula, and what it is to the left and to the right of 0; None where undefined."""

    text: str
    sides: tuple[Side | None, Side | None]


def each(text: str, function: Callable[..., Side | None], *given: Drawn) -> Drawn:
    """A function of what is drawn, side by side."""
    pairs = zip(*[u.sides for u in given], strict=True)
    left, right = [None if None in sides else function(*sides) for sides in pairs]
    return Drawn(text, (left, right))


def root(u: Side, p: Fraction) -> Side | None:
    """u**p, p no whole number."""
    return None if u.sign < 0 else Side(u.sign, u.e * p)


def product(u: Side, v: Side) -> Side:
    return Side(u.sign * v.sign, u.e + v.e)


def larger(u: Side, v: Side) -> Side:
    """The larger just beside 0, where a smaller exponent is the larger number."""
    if u.sign != v.sign:
        return u if u.sign > v.sign else v
    return u if (u.e < v.e) == (u.sign > 0) else v


LEAVES = st.builds(
    lambda k, sign: Drawn(
        f"({'-' if sign < 0 else ''}x**{k})",
        (Side(sign * (-1) ** k, Fraction(k)), Side(sign, Fraction(k))),
    ),
    st.integers(1, 4),
    st.sampled_from([1, 1, -1]),
)
BROKEN = st.sampled_from([Fraction(p, q) for q in (2, 3, 4) for p in range(1, 8) if p % q])


def grown(inner: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
    return st.one_of(
        inner.map(lambda u: each(f"sqrt({u.text})", lambda s: root(s, Fraction(1, 2)), u)),
        st.builds(lambda u, p: each(f"({u.text}**({p}))", lambda s: root(s, p), u), inner, BROKEN),
        inner.map(lambda u: each(f"cbrt({u.text})", lambda s: Side(s.sign, s.e / 3), u)),
        inner.map(lambda u: each(f"abs({u.text})", lambda s: Side(abs(s.sign), s.e), u)),
        inner.map(
            lambda u: each(f"relu({u.text})", lambda s: s if s.sign > 0 else Side(0, s.e), u)
        ),
        st.builds(
            lambda u, n: each(f"({u.text}**{n})", lambda s: Side(s.sign**n, s.e * n), u),
            inner,
            st.integers(2, 3),
        ),
        st.builds(lambda u, v: each(f"({u.text}*{v.text})", product, u, v), inner, inner),
        st.builds(lambda u, v: each(f"max({u.text}, {v.text})", larger, u, v), inner, inner),
    )


POWERS = st.recursive(LEAVES, grown, max_leaves=3)
FACTORS: dict[str, Callable[[], Any]] = {
    "": lambda: 1,
    "e*": lambda: mp.e,
    "sqrt(2)*": lambda: mp.sqrt(2),
    "(1/pi)*": lambda: 1 / mp.pi,
    "(-3/7)*": lambda: mpf(-3) / 7,
}


def slope(side: Side, direction: int, k: int) -> int | None:
    """The k-th derivative at 0 of sign*abs(x)**e to a side; None where it is infinite."""
    if side.sign == 0 or side.e > k:
        return 0
    if side.e.denominator > 1:
        return None
    return side.sign * direction**k * factorial(k) if side.e == k else 0


def expected(f: Drawn, order: int) -> tuple[list[int] | None, list[str]]:
    """The derivatives from the first to order, None where there are none; and the notes."""
    there = {d: side for d, side in zip((-1, 1), f.sides, strict=True) if side is not None}
    slopes = [[slope(side, d, k) for k in range(1, order + 1)] for d, side in there.items()]
    if not slopes or any(None in row or row != slopes[0] for row in slopes):
        return None, []
    side = {(-1,): "right", (1,): "left"}.get(tuple(there))
    note = f"f is undefined to the {side} of the point: what is told is one-sided"
    return slopes[0], [note] if side else []


@SETTINGS
@given(POWERS, st.integers(1, 3), st.sampled_from(sorted(FACTORS)))
def test_powers_of_powers(f: Drawn, order: int, factor: str) -> None:
    found = asked("nth", f"{factor}{f.text}", "--at", "x=0", "--order", str(order))
    true, notes = expected(f, order)
    if true is None:
        assert found["error"]["kind"] in ("pole", "kink", "domain"), f.text
        return
    assert found["notes"] == notes
    with mp.workdps(30):
        scale = FACTORS[factor]()
        for value, k in zip(found["derivatives"], true, strict=True):
            assert abs(mpf(value) - scale * k) <= abs(scale * k) * mpf(2) ** -52


# What is 0/0: quotients of series.

TERMS = 14


def known(text: str, coefficient: Callable[[int], Any]) -> tuple[str, list[Fraction]]:
    return text, [Fraction(coefficient(k)) for k in range(TERMS)]


def odd(k: int, value: Any) -> Any:
    return Fraction(value) if k % 2 else 0


def bernoulli(k: int) -> Fraction:
    return Fraction(*map(int, mpmath.bernfrac(k)))


VANISHING: dict[str, list[Fraction]] = dict([
    known("sin({})", lambda k: odd(k, Fraction((-1) ** (k // 2), factorial(k)))),
    known("sinh({})", lambda k: odd(k, Fraction(1, factorial(k)))),
    known("(exp({})-1)", lambda k: Fraction(k > 0, factorial(k))),
    known("expm1({})", lambda k: Fraction(k > 0, factorial(k))),
    known("log(1+{})", lambda k: Fraction(-((-1) ** k), k) if k else 0),
    known("log1p({})", lambda k: Fraction(-((-1) ** k), k) if k else 0),
    known("(1-cos({}))", lambda k: 0 if k % 2 or not k else Fraction(-((-1) ** (k // 2)),
                                                                     factorial(k))),
    known("(cosh({})-1)", lambda k: 0 if k % 2 or not k else Fraction(1, factorial(k))),
    known("atan({})", lambda k: odd(k, Fraction((-1) ** (k // 2), max(k, 1)))),
    known("atanh({})", lambda k: odd(k, Fraction(1, max(k, 1)))),
    known("asin({})", lambda k: odd(k, Fraction(comb(k - 1, k // 2), 2 ** (k - 1) * k)) if k
          else 0),
    known("asinh({})", lambda k: odd(k, Fraction((-1) ** (k // 2) * comb(k - 1, k // 2),
                                                 2 ** (k - 1) * k)) if k else 0),
    known("tan({})", lambda k: odd(k, (-1) ** (k // 2) * 2 ** (k + 1) * (2 ** (k + 1) - 1)
                                   * bernoulli(k + 1) / factorial(k + 1))),
    known("tanh({})", lambda k: odd(k, 2 ** (k + 1) * (2 ** (k + 1) - 1) * bernoulli(k + 1)
                                    / factorial(k + 1))),
    known("(sqrt(1+{})-1)", lambda k: Fraction((-1) ** (k + 1) * comb(2 * k, k),
                                               4**k * (2 * k - 1)) if k else 0),
    known("(1/(1-{})-1)", lambda k: k > 0),
    known("{}", lambda k: k == 1),
])  # fmt: skip
VANISHING["({}-sin({}))"] = [(k == 1) - c for k, c in enumerate(VANISHING["sin({})"])]


def series(text: str, a: int) -> tuple[str, list[Fraction]]:
    """The text and the series of a function of a*x."""
    inner = "x" if a == 1 else f"({a}*x)"
    return text.replace("{}", inner), [c * a**k for k, c in enumerate(VANISHING[text])]


def times(a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
    return [sum((a[i] * b[k - i] for i in range(k + 1)), Fraction(0)) for k in range(len(a))]


def over(a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
    """a/b, b[0] other than 0."""
    found: list[Fraction] = []
    for k, c in enumerate(a):
        found.append((c - sum(b[k - i] * found[i] for i in range(k))) / b[0])
    return found


def valuation(a: list[Fraction]) -> int:
    return next(k for k, c in enumerate(a) if c)


PART = st.builds(series, st.sampled_from(sorted(VANISHING)), st.sampled_from([1, 1, 2, -1]))


@SETTINGS
@given(st.lists(PART, min_size=1, max_size=2), PART, st.sampled_from(["nth", "taylor", "grad"]))
def test_quotients_of_what_vanishes(
    above: list[tuple[str, list[Fraction]]], below: tuple[str, list[Fraction]], command: str
) -> None:
    text = "*".join(part for part, _ in above)
    top = [Fraction(k == 0) for k in range(TERMS)]
    for _, factor in above:
        top = times(top, factor)
    n, m = valuation(top), valuation(below[1])
    quotient = over(top[m:], below[1][m:]) if n >= m else None
    question = {"nth": ("--order", "3", "--extend"), "taylor": ("--order", "3"),
                "grad": ("--extend",)}[command]  # fmt: skip
    found = asked(command, f"{text}/{below[0]}", "--at", "x=0", *question)
    if quotient is None:
        assert found["error"]["kind"] == "pole", text
        return
    coefficients = quotient[:4]
    if command == "taylor":
        assert [Fraction(c) for c in found["exact"]] == coefficients
        return
    values = [*found["gradient"].values()] if command == "grad" else found["derivatives"]
    true = [factorial(k) * c for k, c in enumerate(coefficients)]
    for value, number in zip([found["value"], *values], true, strict=False):
        assert abs(exact(value) - number) <= abs(number) * Fraction(1, 2**52)


@SETTINGS
@given(POWERS, st.sampled_from(["{}*exp(y)", "exp(y)*({})", "{}*(1 + y)/(1 - y)"]))
def test_powers_of_powers_times_another_variable(f: Drawn, form: str) -> None:
    """Of g(x)*h(y) at 0, 0, g(0) = 0 and h(0) = 1: the slope in x is g'(0), the second derivatives
    are g''(0), g'(0)*h'(0) and 0. What is told is that; where there is none, nothing is."""
    text, slope_of_h = form.replace("{}", f.text), 2 if "/" in form else 1
    note = "f is undefined to the {} of the point in x: what is told is one-sided"
    sides = [side for side in f.sides if side is not None]
    for order, command in ((1, "grad"), (2, "hessian")):
        found = asked(command, text, "--at", "x=0,y=0")
        true, _ = expected(f, order)
        if true is None:
            assert "error" in found, text
        elif "error" not in found:
            assert found["gradient"] == {"x": true[0], "y": 0}
            undefined = [
                name for name, side in zip(("left", "right"), f.sides, strict=True) if not side
            ]
            assert found["notes"] == list(map(note.format, undefined))
            if order == 2:
                mixed = true[0] * slope_of_h
                assert found["hessian"] == [[true[1], mixed], [mixed, 0]]
        else:  # one-sided, or a choice that depends on both
            choices = any(name in text for name in ("abs", "relu", "max"))
            assert len(sides) < 2 or choices, text
