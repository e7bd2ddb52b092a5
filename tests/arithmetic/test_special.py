"""Rows that FLINT computes, where they may hang, overflow or have no value: at zeros, far out and
at whole numbers, at low and at high precision; and published values."""

from __future__ import annotations

import math
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np
import pytest
from mpmath import mp

from hodiff.arithmetic import ball_numbers as numbers
from hodiff.arithmetic import scipys, special
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.domains import DOMAINS
from hodiff.arithmetic.floats import FLOATS
from hodiff.engine.graph import OPERATIONS
from tests import lengths, special_functions

inf, nan = math.inf, math.nan
FAR = [0.0, -0.0, 1e-300, -1e-300, 1e300, -1e300, inf, -inf, nan]
NEAR = [0.5, -0.5, 1.0, -1.0, 2.0, 30.0, 1000.5, 1e6, -1e6, 0.999999]
ORDERS = [0.0, 1.0, -1.0, 0.5, 1e6]
MORE_ORDERS = [-1e6, 1e300, 1e-300, -40.5, 30.0]
SECONDS = 5  # of the processor: what takes so long takes for ever


@contextmanager
def ending() -> Iterator[None]:
    """Ends the test, and with it FLINT, which doesn't look at Python's signals, where it hangs."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def points(arity: int) -> Iterator[tuple[float, ...]]:
    if lengths.LONG:
        return product(*[ORDERS + MORE_ORDERS] * (arity - 1), FAR + NEAR)
    if arity == 1:
        return product(FAR + NEAR[::3])
    return product(*[ORDERS[1:]] * (arity - 1), [0.0, -1e300, 1e300, inf, 1e-300, 0.5])


def test_what_a_row_is_looked_up_by() -> None:
    """A line that no row has is a slip; and what Python lacks and no row defines is FLINT's."""
    rows = {name for name, row in OPERATIONS.items() if row.special}
    tables = (special.FUNCTIONS, special.KNOWN, DOMAINS, special.TAYLOR, scipys.FUNCTIONS)
    assert {name for table in tables for name in table} <= rows
    assert all(BALLS.function(OPERATIONS[name]) for name in rows)


@pytest.mark.parametrize("row", special_functions.ROWS, ids=lambda row: row.name)
def test_every_argument_has_an_end(row: Any) -> None:
    """And where balls have a number, doubles have it."""
    operation = OPERATIONS[row.name]
    in_doubles, in_balls = FLOATS.function(operation), BALLS.function(operation)
    families = [*row.attributes, *(tuple(9 for _ in a) for a in row.attributes[:1])]
    for attributes in (families if lengths.LONG else families[:1]) or [()]:
        for at in points(operation.arity or 1):
            with ending():
                found = in_doubles(*at, *attributes)
            assert type(found) is float, (at, attributes)
            if not all(map(math.isfinite, at)):
                continue
            for bits in (53, 4096):
                with numbers.precision(bits), ending():
                    exact = in_balls(*map(BALLS.data, at), *attributes)
            value = numbers.ball(exact)
            if value.is_finite() and value.rel_accuracy_bits() > 60:
                given_up = math.isnan(found) and max(map(abs, at)) > 1e100
                assert given_up or close(found, value), (at, attributes, found, exact)
            elif value.is_nan():
                assert not math.isfinite(found), (at, attributes, found)


WIDE = [(0.0, 1.0), (0.0, 1e3), (5e5, 5e5), (-5e5, 1e3), (1e300, 1e300), (30.0, 29.0)]


@pytest.mark.parametrize("row", special_functions.ROWS, ids=lambda row: row.name)
def test_wide_balls_have_an_end(row: Any) -> None:
    """Bits that a number of this size would need are no help there."""
    operation = OPERATIONS[row.name]
    compute = BALLS.function(operation)
    one = numbers.ball(0).__class__(0, 1)
    for others in product(*[[0.5, 1000.0, -40.5]] * ((operation.arity or 1) - 1)):
        for middle, radius in WIDE:
            x = numbers.ball(middle) + numbers.ball(radius) * one
            with numbers.precision(64), ending():
                compute(*map(BALLS.data, others), x, *(row.attributes or [()])[0])


def close(x: float, exact: Any) -> bool:
    if abs(exact) > numbers.ball(2) ** 1024:
        return not math.isfinite(x)
    slack = abs(exact) * numbers.ball(2) ** -50 + numbers.ball(2) ** -1074
    return math.isfinite(x) and bool(abs(exact - numbers.ball(x)) <= slack)


# What others have published: DLMF's and A&S's tables and constants, OEIS, and Boost.Math's tests.
PUBLISHED = [
    ("lambertw", (1,), "0.567143290409783872999968662210"),  # A030178
    ("lambertw", (-0.25,), "-0.357402956181388903"),  # OEIS A349004, as W0(-1/4)
    ("ei", (1,), "1.895117816355936755466520934331"),  # A091725
    ("e1", (1,), "0.219383934395520273677163775460"),  # A099285
    ("li", (2,), "1.045163780117492784844588889194"),  # A069284
    ("si", (1,), "0.946083070367183014941353313823"),  # A099281
    ("ci", (1,), "0.337403922900968134662646203889"),  # A099282
    ("erfinv", (0.5,), "0.476936276204469873381418353643"),  # A092678
    ("dawson", (1,), "0.538079506912768419136387420407"),  # A&S 7.1, table 7.5
    ("erfcx", (1,), "0.427583576155807004410750344490"),  # DLMF 7.2.3
    ("normcdf", (1,), "0.841344746068542948585232545632"),  # A&S, table 26.1
    ("fresnelc", (1,), "0.779893400376822829474206413652"),  # DLMF 7.2.7
    ("fresnels", (1,), "0.438259147390354766076756696625"),  # DLMF 7.2.8
    ("zeta", (3,), "1.202056903159594285399738161511"),  # A002117
    ("zeta_of_order", (2, 1), "-0.937548254315843753702574094567"),  # A073002
    ("dilog", (0.5,), "0.582240526465012505902656320159"),  # A076788
    ("gammaincc", (1, 1), "0.367879441171442321595523770161"),  # exp(-1), DLMF 8.4.5
    ("betainc", (2, 3, 0.5), "0.6875"),  # DLMF 8.17.5
]


@pytest.mark.parametrize(("name", "at", "digits"), PUBLISHED)
def test_published_values(name: str, at: tuple[Any, ...], digits: str) -> None:
    with numbers.precision(200):
        arity = OPERATIONS[name].arity
        given = [BALLS.data(float(x)) for x in at[:arity]]
        found = numbers.ball(BALLS.function(OPERATIONS[name])(*given, *at[arity:]))
        told = numbers.ball(0).__class__(digits)
        slack = numbers.ball(10) ** -(len(digits.split(".")[1]) - 1)
        assert abs(found - told) < slack


def test_equal_numbers_of_a_column_are_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block of rows is filled up with copies of one, which may be a number that only balls do."""
    asked: list[Any] = []

    class Counting:
        @staticmethod
        def function(operation: Any) -> Any:
            one = FLOATS.function(operation)
            return lambda *x: asked.append(x[0]) or one(*x)

    monkeypatch.setattr(scipys, "FLOATS", Counting)
    x = np.tile([-2.0, 1e200, 0.25, -2.0], 500)
    found = scipys.on_arrays("polygamma")(x, 1)
    assert len(asked) == len(set(asked)) and -2.0 in asked
    expected = [math.inf, float(1 / mp.mpf(1e200)), float(mp.psi(1, 0.25)), math.inf]
    assert found.tolist() == pytest.approx(expected * 500, rel=1e-14)
