"""Notes on what is read as it stands and hardly meant so."""

from __future__ import annotations

import re

import pytest

from hodiff.language.parser import parse
from hodiff.language.problem import read
from tests.language.test_parser import short


@pytest.mark.parametrize(
    ("text", "as_read", "meant"),
    [
        ("x^1/2", "(x^1)/2", "x^(1/2)"),
        ("2*x^1/3 + 1", "2*(x^1)/3 + 1", "2*x^(1/3) + 1"),
        ("x ^ 1 / 2", "(x^1)/2", "x ^(1 / 2)"),
        ("(x+1)**1/3", "((x+1)**1)/3", "(x+1)**(1/3)"),
        ("8^1/3*x", "(8^1)/3*x", "8^(1/3)*x"),
        ("x^-1/2", "(x^-1)/2", "x^(-1/2)"),
        ("x^-3/2", "(x^-3)/2", "x^(-3/2)"),
        ("e^-x^2/2", "(e^-x^2)/2", "e^(-x^2/2)"),
        ("A*e^-t/τ", "A*(e^-t)/τ", "A*e^(-t/τ)"),
        ("e^-t/(R*C)", "(e^-t)/(R*C)", "e^(-t/(R*C))"),
        ("x*y^-a/b", "x*(y^-a)/b", "x*y^(-a/b)"),
        ("A*e^-k*t", "A*(e^-k)*t", "A*e^(-k*t)"),
    ],
)
def test_an_exponent_that_a_division_ends(text: str, as_read: str, meant: str) -> None:
    (note,) = read(text).notes
    found = re.fullmatch(r"(.*) is read as (.*): for the exponent .* write (.*)", note)
    assert found is not None
    written, said, mend = found.groups()
    assert short(parse(text.replace(written, said))) == short(parse(text)) == short(parse(as_read))
    assert short(parse(text.replace(written, mend))) == short(parse(meant)) != short(parse(text))
    assert read(text.replace(written, mend)).notes == []


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("xe^x", "'xe' is read as a variable: for the product write x*e"),
        ("1 + λe^(-λ*x)", "'λe' is read as a variable: for the product write λ*e"),
        ("E^x", "'E' is read as a variable: for the number write e"),
        ("log(2, x)", "log(2, x) is the logarithm of 2: to the base 2 it is log(x, 2)"),
        ("1//2*x", "'//' rounds down, to 0 here: for the quotient write 1/2"),
        (
            "sum(w_i*x_i, i, 1, 3)",
            "'w_i', 'x_i': the same in each term of sum; entries are written w[i], x[i]",
        ),
        ("sum(x**2, i, 1, 3)", "the terms of sum don't use 'i': all are the same"),
        ("product(x, (k, 1, 3))", "the terms of product don't use 'k': all are the same"),
    ],
)
def test_what_is_hardly_meant_has_a_note(text: str, note: str) -> None:
    assert read(text).notes == [note]


@pytest.mark.parametrize(
    "text",
    [
        *("x^2/2", "x^3/2", "x^3/3", "x^(1)/2", "x^-1 / 2", "x^-2/2", "x^-1/y", "e^x/2", "e⁻ˣ/2"),
        *("x²/2", "e^(-t)/τ", "e^-t / τ", "x/2", "(x^1)/2", "x^1/1", "x^1/0", "x^1*2", "2/x^1"),
        *("log(x, 2)", "log(2, 3)", "log(x)", "log(a, b) = a*b; log(2, x)", "4//2*x", "x//2"),
        *("e^-x*cos(x)", "e^-x*x", "x*e^-k * t", "e^-x*(y + 1)", "x^-2*y", "e^-k*2", "e⁻ˣ*y"),
        *("sum(i*x, i, 1, 3)", "sum(1, i, 1, 3)*x", "sum([x, 1])", "sum(f_j*j, i, 1, 2)*0 + i"),
        *("E*x", "E^2*x", "me^2", "e = x; e^x", "2e^x"),
    ],
)
def test_what_is_meant_has_none(text: str) -> None:
    if "f_j" in text:
        text = "f_j = 2; sum(i*f_j, i, 1, 2)*x"
    assert read(text).notes == []


def test_what_is_bound_is_meant() -> None:
    assert read("E^x + xe^x", at=["x=1,E=2,xe=3"]).notes == []
    assert read("E^x", let=["E=2"]).notes == []
    assert read("E^x", wrt="E").notes == []
    assert len(read("x^1/2", at=["x=1"]).notes) == 1
    with pytest.raises(Exception, match=r"for the product write x\*e"):
        read("xe^x", at=["x=1"])
