"""sum(term, i, 1, n), product(...) and piecewise((condition, value), ..., default)."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from hodiff import calculate
from hodiff.errors import HodiffError


def value(text: str, **at: object) -> object:
    return calculate("value", text, at=at or None, exact=True).value


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("sum(i**2*x, i, 1, 4)", 2, 60),
        ("sum(i**2*x, (i, 1, 4))", 2, 60),  # SymPy's
        ("prod(x + i, i, 0, 3)", 2, 120),
        ("product(i, i, 1, 5) + x", 2, 122),
        ("sum(1/i, i, 1, 4)*x", 1, Fraction(25, 12)),
        ("sum(sum(i*j, j, i, 3), i, 1, 3)*x", 1, 25),  # the inner ends know the outer index
        ("sum(i, i, -2, 1) + x", 0, -2),
        ("sum(x*i, i, 3, 1)", 5, 0),  # nothing
        ("prod(x*i, i, 3, 1)", 5, 1),
        ("f(t) = sum(t**k, k, 0, 3); f(x) + f(2)", 1, 19),
        ("i = 7; sum(i, i, 1, 2) + i + x", 0, 10),  # the index is its own inside alone
        ("sum(2i*x, i, 1, 3)", 1, 12),
        ("sum([x, x**2])", 3, 12),
        ("sum(t) = 10*t; sum(x)", 3, 30),  # the user's own
    ],
)
def test_a_range(text: str, x: int, expected: object) -> None:
    assert value(text, x=x) == expected


def test_ends_may_be_constants_of_let() -> None:
    assert calculate("grad", "sum(i*x, i, 1, n)", let={"n": 4}).gradient == {"x": "10"}


def test_an_exponential_series() -> None:
    found = calculate("grad", "sum(x**i/i!, i, 0, 30)", at={"x": 2})
    assert found.gradient["x"] == pytest.approx(math.exp(2), rel=1e-15)


@pytest.mark.parametrize(
    ("text", "kind", "said", "place"),
    [
        ("x + sum(i*x, i, 1, x)", "syntax", "the ends of an index are whole numbers", (4, 21)),
        ("sum(i*x, i, 0, 1/2)", "syntax", "the ends of an index are whole numbers", (0, 19)),
        ("sum(i*x, i, 1, 10**9)", "limit", "takes 1000 terms at most, not 1000000000", (0, 21)),
        ("sum(i*x, 2*i, 1, 3)", "syntax", "sum takes a vector, sum([a, b]), or a term", (0, 19)),
        ("prod(i*x, i, 1)", "syntax", "prod takes a vector, prod([a, b]), or a term", (0, 15)),
        ("sum((x, 2))", "syntax", "sum takes a vector", (0, 11)),
        ("sum(i*x for i in v)", "syntax", "there is no 'for': write sum(term, i, 1, n)", (8, 11)),
        (
            "sum(sum(sum(x, i, 1, 999), j, 1, 999), k, 1, 999)",
            "limit",
            "all sums together have 5000 terms",
            None,
        ),
        ("sum(q(i)*x, i, 1, 5)", "name", "unknown function 'q'", (4, 5)),
        ("sin((x, 2))", "syntax", "',' only stands between arguments or elements", (6, 7)),
    ],
)
def test_faults_of_a_range(text: str, kind: str, said: str, place: object) -> None:
    with pytest.raises(HodiffError) as fault:
        calculate("grad", text)
    assert fault.value.kind == kind and said in fault.value.message
    assert place is None or (fault.value.start, fault.value.end) == place
    assert not fault.value.more


PIECES = "piecewise((x < 0, -x), (x < 2, x**2), 4*x - 4)"


@pytest.mark.parametrize(
    "text",
    [
        PIECES,
        "piecewise(x < 0, -x, x < 2, x**2, 4*x - 4)",  # MATLAB's
        "piecewise((x < 0, -x), (x < 2, x**2), (True, 4*x - 4))",
        "piecewise((x < 0, -x), (x < 2, x²), 4x - 4)",
    ],
)
def test_pieces(text: str) -> None:
    for x, slope in ((-1, -1), (1, 2), (2, 4), (3, 4)):
        assert calculate("grad", text, at={"x": x}).gradient == {"x": slope}
    with pytest.raises(HodiffError) as fault:  # the branches meet in a kink
        calculate("grad", text, at={"x": 0})
    assert fault.value.kind == "kink"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Piecewise((x, x < 0), (x**2, True))", "write piecewise((x < 0, x), x**2)"),
        (
            "piecewise((x, x < 0), (2, x >= 0))",
            "write piecewise((x < 0, x), (x >= 0, 2), default)",
        ),
        ("piecewise((x < 0, -x), (x >= 0, x))", "needs a default behind its pairs; if 'x' is it"),
        ("piecewise((x < 0, -x, 1), x)", "piecewise takes pairs, and a default"),
        ("piecewise((x < 0, -x), x > 1, 2)", "piecewise takes pairs, and a default"),
        ("piecewise(x < 0, 1, x > 1, 2)", "piecewise needs a default behind its last value"),
        ("piecewise(x < 0, 1)", "takes at least 3 arguments, not 2"),
    ],
)
def test_faults_of_pieces(text: str, said: str) -> None:
    with pytest.raises(HodiffError) as fault:
        calculate("grad", text)
    assert fault.value.kind == "syntax" and said in fault.value.message
    if "write piecewise" in said and "default" not in said:  # the mend is right
        mend = said.removeprefix("write ")
        assert calculate("grad", mend, at={"x": 3}).gradient == {"x": 6}
