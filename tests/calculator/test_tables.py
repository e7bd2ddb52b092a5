"""Tables: what they say, and that no number is ever cut or wrapped."""

import json
import re
from fractions import Fraction

import pytest

from hodiff.calculator import tables
from tests.printed import shortest

F = "w1**2*sin(w2)*exp(w3/7)"
AT = ("--at", "w1=1/3,w2=2,w3=-1/9")
LINES = {
    "grad": ("grad", F, *AT),
    "nth": ("nth", F, *AT, "--wrt", "w3", "--order", "5"),
    "hessian": ("hessian", F, *AT),
    "hvp": ("hvp", F, *AT, "--v", "1/3,-1/7,2"),
    "value": ("value", F, *AT),
    "formula": ("hessian", F),
}


class Number(str):
    """A number of json as it is written."""


def numbers(x):
    """Every number of a json answer but the order and what only json holds."""
    if isinstance(x, dict):
        skipped = ("order", "expression", "command", "notes", "arithmetic")
        return [n for key, value in x.items() if key not in skipped for n in numbers(value)]
    if isinstance(x, list):
        return [n for value in x for n in numbers(value)]
    return [str(x)] if isinstance(x, int | Number) else []


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
@pytest.mark.parametrize("name", LINES)
def test_numbers_are_never_cut_or_wrapped(answer, monkeypatch, name, width):
    found = json.loads(answer(*LINES[name], "--format", "json"), parse_float=Number)
    monkeypatch.setenv("COLUMNS", str(width))
    table = answer(*LINES[name])
    words = set(re.split(r"[\s│=,]+", table))
    if name == "hessian" and "┌" in table:
        found.pop("gradient")  # the matrix is shown without it
    assert not [n for n in numbers(found) if n not in words]
    if "┌" in table:
        assert max(map(len, table.splitlines())) <= width


@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_formulas_are_never_cut_or_wrapped(answer, monkeypatch, width):
    at = ("nth", "exp(sin(x))*log(1 + x**2)", "--order", "3")
    found = json.loads(answer(*at, "--format", "json"))
    monkeypatch.setenv("COLUMNS", str(width))
    table = answer(*at)
    for formula in found["derivatives"]:
        assert any(formula in line for line in table.splitlines())
    assert all(line == line.rstrip() for line in table.splitlines())


def test_grad(answer):
    assert answer("grad", "x**2*y + c", "--at", "x=3,y=5,c=7", "--wrt", "x,y") == (
        "x**2*y + c\n"
        "f = 52 at c=7\n"
        "┌──────────┬───────┬──────────────┐\n"
        "│ variable │ value │ ∂f/∂variable │\n"
        "├──────────┼───────┼──────────────┤\n"
        "│ x        │ 3     │ 30           │\n"
        "│ y        │ 5     │ 9            │\n"
        "└──────────┴───────┴──────────────┘\n"
        "every digit is proven\n"
    )


def test_a_variable_may_be_called_f(answer):
    table = answer("grad", "f**2", "--at", "f=3")
    assert "\nf = 9\n" in table
    assert "│ f        │ 3     │ 6            │" in table


def test_nth(answer):
    assert answer("nth", "x**3", "--at", "x=2", "--order", "2") == (
        "x**3\n"
        "at x=2\n"
        "┌───────┬────────────┐\n"
        "│ order │ derivative │\n"
        "├───────┼────────────┤\n"
        "│ 0     │ 8          │\n"
        "│ 1     │ 12         │\n"
        "│ 2     │ 12         │\n"
        "└───────┴────────────┘\n"
        "every digit is proven\n"
    )


def test_hessian(answer, monkeypatch):
    at = ("hessian", "x**2*y", "--at", "x=3,y=5")
    assert answer(*at) == (
        "x**2*y\n"
        "f = 45 at x=3, y=5\n"
        "┌─────┬────┬───┐\n"
        "│ ∂²f │ x  │ y │\n"
        "├─────┼────┼───┤\n"
        "│ x   │ 10 │ 6 │\n"
        "│ y   │ 6  │ 0 │\n"
        "└─────┴────┴───┘\n"
        "every digit is proven\n"
    )
    monkeypatch.setenv("COLUMNS", "15")
    assert answer(*at) == (
        "x**2*y\n"
        "at x=3, y=5\n"
        "f         45\n"
        "∂f/∂x     30\n"
        "∂f/∂y     9\n"
        "∂²f/∂x∂x  10\n"
        "∂²f/∂x∂y  6\n"
        "∂²f/∂y∂x  6\n"
        "∂²f/∂y∂y  0\n"
        "every digit is\nproven\n"
    )


def test_hvp(answer, monkeypatch):
    at = ("hvp", "x**2*y", "--at", "x=3,y=5", "--v", "1,1")
    assert answer(*at) == (
        "x**2*y\n"
        "f = 45 at x=3, y=5\n"
        "┌──────────┬───┬──────────────┬─────┐\n"
        "│ variable │ v │ ∂f/∂variable │ H·v │\n"
        "├──────────┼───┼──────────────┼─────┤\n"
        "│ x        │ 1 │ 30           │ 16  │\n"
        "│ y        │ 1 │ 9            │ 6   │\n"
        "└──────────┴───┴──────────────┴─────┘\n"
        "every digit is proven\n"
    )
    monkeypatch.setenv("COLUMNS", "36")
    assert "\nv[x]      1\nv[y]      1\n(H·v)[x]  16\n(H·v)[y]  6\n" in answer(*at)


def test_value(answer):
    assert answer("value", "[x, y]", "--at", "x=3,y=1/4") == (
        "[x, y]\n"
        "at x=3, y=0.25\n"
        "┌──────┬───────┐\n"
        "│      │ value │\n"
        "├──────┼───────┤\n"
        "│ f[0] │ 3     │\n"
        "│ f[1] │ 0.25  │\n"
        "└──────┴───────┘\n"
        "every digit is proven\n"
    )


def test_a_formula_has_no_digits_to_prove(answer):
    assert answer("grad", "a*x**2", "--let", "a=3") == (
        "a*x**2\n"
        "┌──────────┬──────────────┐\n"
        "│ variable │ ∂f/∂variable │\n"
        "├──────────┼──────────────┤\n"
        "│ x        │ 6*x          │\n"
        "└──────────┴──────────────┘\n"
    )


def test_an_expression_is_no_markup(answer):
    table = answer("grad", "w[0]*[red, 1][0]", "--at", "w=[2, 3],red=5")
    assert table.startswith("w[0]*[red, 1][0]\nf = 10\n")
    for name in ("w[0]", "w[1]", "red"):
        assert f"│ {name} " in table


def test_a_long_expression_is_shortened_to_a_line(answer):
    sum_of_ones = "+\\\n".join(["x"] * 100)
    assert answer("grad", "-", stdin=sum_of_ones.encode()).splitlines()[0] == "x+ " * 25 + "x+..."


def test_the_point_folds_between_numbers(answer, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    lines = answer("hessian", "x*y*z", "--at", "x=1/3,y=-2/3,z=5/3e3").splitlines()
    assert lines[1:4] == [
        f"at x={shortest(Fraction(1, 3))},",
        f"y={shortest(Fraction(-2, 3))},",
        f"z={shortest(Fraction(1, 600))}",
    ]


def test_labels_are_ascii_where_stdout_has_no_more(monkeypatch):
    monkeypatch.setattr(tables, "encodable", str.isascii)
    monkeypatch.setattr(tables, "stdout_encoding", lambda: "ascii")
    assert tables.shown("∂²f/∂x∂y") == "d2f/dxdy"
    assert tables.shown("d¹⁰f/dx¹⁰") == "d10f/dx10"
    assert tables.shown("(H·v)[x]") == "(H.v)[x]"
    assert tables.shown("θ") == "\\u03b8"
