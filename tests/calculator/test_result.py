"""hodiff.calculate and hodiff.parse, as their documentation has them: the command line's numbers,
points and vectors in whatever form Python has them, and errors that name the mend.

The command line, asked in words, is the oracle of what is asked in values; the numbers are closed
forms.
"""

from __future__ import annotations

import csv
import json
import math
import shlex
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

import hodiff
from hodiff import HodiffError, Tensor, calculate
from tests.printed import FORMATS

TENTH = Fraction(1, 10)


def refused(call: Callable[[], Any]) -> HodiffError:
    with pytest.raises(HodiffError) as caught:
        call()
    error = caught.value
    assert error.message and "bug" not in error.message
    return error


# What a command line asks in words, and the same in values.

SAME: list[tuple[str, dict[str, Any]]] = [
    ("grad 'w1**2*sin(w2)' --at w1=1,w2=pi/2", {"at": {"w1": 1, "w2": "pi/2"}}),
    ("grad 'w1**2*sin(w2)'", {}),
    ("grad 'x*exp(-x)' --at x=0.1", {"at": {"x": 0.1}}),
    ("grad 'x*exp(-x)' --at x=1/3", {"at": {"x": Fraction(1, 3)}}),
    ("grad 'x**2' --at x=0.1 --arithmetic float", {"at": {"x": 0.1}, "arithmetic": "float"}),
    ("grad 'exp(x)/7' --at x=-2.5 --digits 30", {"at": {"x": -2.5}, "digits": 30}),
    ("grad 'exp(x)*y' --at x=1000,y=1e-300", {"at": {"x": 1000, "y": 1e-300}}),
    ("grad 'x*exp(-x)' --at x=0.5+/-0.25", {"at": {"x": "0.5+/-0.25"}}),
    ("grad 'a*x**2*y' --at x=3,y=5 --let b=4 --let a=b/2",
     {"at": {"x": 3, "y": 5}, "let": {"b": 4, "a": "b/2"}}),
    ("grad 'a*x**2*y' --let a=2 --at x=3,y=5 --wrt y,x",
     {"at": {"x": 3, "y": 5}, "let": {"a": 2}, "wrt": ["y", "x"]}),
    ("grad 'abs(x)*y' --at x=0,y=2 --subgradient", {"at": {"x": 0, "y": 2}, "subgradient": True}),
    ("grad 'dot(w, w)/2 + w[0]' --at 'w=[1, 2, 3]'", {"at": {"w": [1, 2, 3]}}),
    ("grad 'sum(A@A)*b' --at 'A=[[1, 2], [3, 9/2]],b=2'",
     {"at": {"A": [[1, 2], [3, Fraction(9, 2)]], "b": 2}}),
    ("grad 'sin(x)' --at x=pi", {"at": {"x": "pi"}}),
    ("grad 'q(t) = t*exp(-t); q(x)*q(y)' --at x=1,y=2", {"at": {"x": 1, "y": 2}}),
    ("value 'x**y' --at x=2,y=10", {"at": {"x": 2, "y": 10}}),
    ("value '[x, 2*x]' --at x=1/4", {"at": {"x": 0.25}}),
    ("value '[[1, x], [3, 4]]' --at x=2", {"at": {"x": 2}}),
    ("value 'x - x**3' --at x=0.5+/-0.5 --rtol 1e-12", {"at": {"x": "0.5+/-0.5"}, "rtol": 1e-12}),
    ("value 'exp(x)' --at x=1 --digits 40", {"at": {"x": 1}, "digits": 40}),
    ("hessian 'w1**2*w2' --at w1=1,w2=3", {"at": {"w1": 1, "w2": 3}}),
    ("hessian 'norm(w)' --at 'w=[3, 4]'", {"at": {"w": (3, 4)}}),
    ("hessian 'a*exp(-k*x)' --wrt x,k", {"wrt": "x,k"}),
    ("hessian 'x*exp(-x)' --at x=0.5+/-0.25", {"at": {"x": "0.5+/-0.25"}}),
    ("hessian 'sum(w**4) + w[0]*w[1]' --at 'w=[1, 2, 3]' --diag",
     {"at": {"w": [1, 2, 3]}, "diag": True}),
    ("hvp 'w1**2*w2' --at w1=1,w2=3 --v 0.5,1", {"at": {"w1": 1, "w2": 3}, "v": [0.5, 1]}),
    ("hvp 'w1**2*w2' --at w1=1,w2=3 --v w2=1,w1=0.5",
     {"at": {"w1": 1, "w2": 3}, "v": {"w2": 1, "w1": 0.5}}),
    ("hvp 'dot(w, w)**2*z' --at 'w=[1, 2],z=3' --v '[1/2, 1],2'",
     {"at": {"w": [1, 2], "z": 3}, "v": [[Fraction(1, 2), 1], 2]}),
    ("hvp 'x**3' --v 1/4", {"v": ["1/4"]}),
    ("jacobian '[x*y, x + 3*y]' --at x=2,y=5", {"at": {"x": 2, "y": 5}}),
    ("jacobian '[x*y, sin(x)]'", {}),
    ("jvp '[x*y, x + 3*y]' --at x=2,y=5 --v 1,10", {"at": {"x": 2, "y": 5}, "v": (1, 10)}),
    ("vjp '[x*y, x + 3*y]' --at x=2,y=5 --v 1,10",
     {"at": {"x": 2, "y": 5}, "v": np.array([1, 10])}),
    ("nth 'x**5' --at x=2 --order 3", {"at": {"x": 2}, "order": 3}),
    ("nth 'x**5' --order 3", {"order": 3}),
    ("nth 'exp(sin(x))*log(1+x**2)' --at x=0.7 --order 40 --method taylor",
     {"at": {"x": 0.7}, "order": 40, "method": "taylor"}),
    ("nth 'exp(x*y)' --at x=2,y=1/3 --wrt x,x,y",
     {"at": {"x": 2, "y": Fraction(1, 3)}, "wrt": ["x", "x", "y"]}),
    ("nth 'x**3*y**2' --at x=2,y=3 --along 1,2 --order 3",
     {"at": {"x": 2, "y": 3}, "along": [1, 2], "order": 3}),
    ("nth 'exp(-x**2)' --at x=30 --order 1", {"at": {"x": 30}, "order": 1}),
    ("taylor 'sqrt(x)' --at x=4 --order 3", {"at": {"x": 4}, "order": 3}),
    ("taylor 'exp(x)*cos(x)' --at x=0 --order 5 --within 1/10",
     {"at": {"x": 0}, "order": 5, "within": TENTH}),
    ("taylor 'x**3' --order 2", {"order": 2}),
    ("tensor 'x**2*y + sin(y)' --at x=1,y=0 --order 3", {"at": {"x": 1, "y": 0}, "order": 3}),
    ("laplacian 'log(x**2 + y**2)' --at x=3,y=4", {"at": {"x": 3, "y": 4}}),
    ("implicit 'x**2 + y**2 = 25' --at x=3,y=4 --of y --order 2",
     {"at": {"x": 3, "y": 4}, "of": "y", "order": 2}),
    ("implicit 'x**2 + y**2 = 25' --of y --wrt x --order 1", {"of": "y", "wrt": "x", "order": 1}),
    ("implicit 'E - e0*sin(E) = M' --let e0=0.1 --at M=1,E=1 --of E --order 2 --solve",
     {"let": {"e0": 0.1}, "at": {"M": 1, "E": 1}, "of": "E", "order": 2, "solve": True}),
    ("functions", {}),
]  # fmt: skip


def asked(line: str, options: dict[str, Any]) -> tuple[list[str], hodiff.Result]:
    """The words of a line, and what the same in values gives."""
    words = shlex.split(line)
    return words, calculate(*words[:2], **options)


@pytest.mark.parametrize(("line", "options"), SAME, ids=[line for line, _ in SAME])
def test_the_numbers_are_the_command_lines(hodiff: Any, line: str, options: dict[str, Any]) -> None:
    words, result = asked(line, options)
    ran = hodiff(*words, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert result.to_dict() == json.loads(ran.out)
    for name, value in json.loads(ran.out).items():
        if name != "exact":  # of taylor: see test_exact
            assert getattr(result, name) == value


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize(("line", "options"), SAME, ids=[line for line, _ in SAME])
def test_the_text_is_the_command_lines(
    hodiff: Any, line: str, options: dict[str, Any], style: str
) -> None:
    words, result = asked(line, options)
    ran = hodiff(*words, "--format", style)
    assert (ran.code, result.text(style) + "\n") == (0, ran.out)


def test_every_command_is_compared(hodiff: Any) -> None:
    commands = {line.split()[0] for line, _ in SAME}
    listed = [line.split()[0] for line in hodiff("--help").out.splitlines() if line[:2] == "  "]
    assert len(commands) == 13 and commands <= set(listed)


def test_print_is_the_table(hodiff: Any, capsys: pytest.CaptureFixture[str]) -> None:
    ran = hodiff("grad", "w1**2*sin(w2)", "--at", "w1=1,w2=pi/2")
    result = calculate("grad", "w1**2*sin(w2)", at={"w1": 1, "w2": "pi/2"})
    print(result)
    assert capsys.readouterr().out == ran.out == str(result) + "\n" == result.text() + "\n"
    assert "w1**2*sin(w2)" in repr(result) and "\n" not in repr(result)


# What a result has.


def test_value_gradient_and_hessian() -> None:
    """Of x²y at (3, 5)."""
    r = calculate("hessian", "x**2*y", at={"x": 3, "y": 5})
    assert (r.value, r.gradient, r.hessian) == (45, {"x": 30, "y": 9}, [[10, 6], [6, 0]])
    assert (r.command, r.expression, r.arithmetic, r.notes) == ("hessian", "x**2*y", "ball", [])
    assert r.at == {"x": 3, "y": 5} and r.variables == ["x", "y"]
    assert {type(n) for n in (r.value, *r.gradient.values(), *r.hessian[0])} == {int}


def test_numbers_are_ints_floats_and_text() -> None:
    r = calculate("value", "[x, x/3, exp(3000*x), 1e-320*x]", at={"x": 1})
    assert [type(n) for n in r.value] == [int, float, str, str]
    with mp.workdps(40):
        text, true = mpf(r.value[2]), mp.exp(3000)
    with mp.workprec(53):
        assert +text == +true
    assert Fraction(r.value[3]) == Fraction("1e-320")
    (text,) = calculate("grad", "x**2/3", at={"x": 1}, digits=30).gradient.values()
    assert text == "0." + 29 * "6" + "7"


def test_arithmetic_and_notes() -> None:
    assert calculate("grad", "sin(x)", at={"x": 1}, arithmetic="float").arithmetic == "float"
    assert calculate("grad", "sin(x)", at={"x": 1}, arithmetic="ball").arithmetic == "ball"
    r = calculate("value", "atan(x) - 4*atan(1/5) + atan(1/239)", at={"x": 1})  # Machin 1706
    assert (r.value, r.notes) == (0, ["a 0 may stand for a number below 1e-300"])
    r = calculate("grad", "sum(exp(w))", at={"w": np.zeros(300_000)})
    assert r.arithmetic == "float" and any("doubles" in note for note in r.notes)
    assert r.value == 300_000 and set(r.gradient["w"]) == {1}


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("x^2", "x**2"),
        ("a = x**2; a*y", "x**2*y"),
        ("f(t) = t*exp(-t); f(x)", "x*exp(-x)"),
        ("sin( x )", "sin(x)"),
        ("-x**2", "-x**2"),
    ],
)
def test_the_reading(text: str, reading: str) -> None:
    assert calculate("grad", text, at={"x": 2, "y": 3}).reading == reading
    assert calculate("grad", text).reading == reading


def test_the_reading_of_an_equation_and_of_a_constant() -> None:
    r = calculate("implicit", "x*y = 3", at={"x": 3, "y": 1}, of="y", order=1)
    assert r.reading == "x*y - 3"
    assert calculate("grad", "a*x**2", let={"a": 3}).reading == "3*x**2"
    assert calculate("functions").reading is None


@pytest.mark.parametrize(
    ("command", "text", "options"),
    [
        ("grad", "x**2*sin(y)", {}),
        ("hessian", "x**2*y", {}),
        ("hessian", "x**2*y", {"diag": True}),
        ("hvp", "x**2*y", {"v": [1, 2]}),
        ("jacobian", "[x*y, sin(x)]", {}),
        ("jvp", "[x*y, sin(x)]", {"v": [1, 2]}),
        ("vjp", "[x*y, sin(x)]", {"v": [1, 2]}),
        ("value", "[x, y]", {}),
        ("nth", "x**5", {"order": 3}),
        ("taylor", "x**5", {"order": 3}),
        ("tensor", "x**2*y", {"order": 2}),
        ("laplacian", "x**2*y", {}),
        ("implicit", "x*y = 3", {"of": "y", "wrt": "x", "order": 2}),
    ],
)
def test_formulas_have_the_names_of_csv(
    answer: Any, command: str, text: str, options: dict[str, Any]
) -> None:
    words: list[str] = []
    for name, value in options.items():
        shown = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        words += [f"--{name}", *([] if value is True else [shown])]
    head, row = csv.reader(answer(command, text, *words, "--format", "csv").splitlines())
    r = calculate(command, text, **options)
    assert r.formulas == dict(zip(head, row, strict=True))
    assert r.at is None


def test_formulas_mean_what_they_say() -> None:
    formulas = calculate("hessian", "x**2*sin(y)").formulas
    numbers = calculate("hessian", "x**2*sin(y)", at={"x": 0.7, "y": 3}).text("csv")
    head, row = csv.reader(numbers.splitlines())
    for name, number in zip(head[2:], row[2:], strict=True):
        assert calculate("value", formulas[name], at="x=0.7,y=3").value == float(number), name


def test_there_are_no_formulas_at_a_point() -> None:
    with pytest.raises(AttributeError, match="leave out at="):
        _ = calculate("grad", "x**2", at={"x": 1}).formulas


def test_an_attribute_that_is_none() -> None:
    r = calculate("grad", "x**2", at={"x": 1})
    with pytest.raises(AttributeError, match=r"no 'gradiant' \(did you mean 'gradient'\?\)"):
        _ = r.gradiant
    assert not hasattr(r, "hessian") and {"gradient", "value", "to_dict"} <= set(dir(r))


def test_what_is_handed_out_is_no_part_of_the_result() -> None:
    r = calculate("grad", "dot(w, w)", at={"w": [1, 2]})
    r.gradient["w"].append(3)
    r.to_dict()["gradient"].clear()
    assert r.gradient == {"w": [2, 4]}


# exact


@pytest.mark.parametrize(
    ("command", "text", "options", "field", "expected"),
    [
        ("grad", "x**3/7", {}, "gradient", {"x": Fraction(3, 28)}),
        ("grad", "x**3", {}, "gradient", {"x": Fraction(3, 4)}),
        ("hessian", "x**3/7", {}, "hessian", [[Fraction(3, 7)]]),
        ("hessian", "x**3/7", {"diag": True}, "diagonal", [Fraction(3, 7)]),
        ("hvp", "x**3/7", {"v": ["1/3"]}, "hvp", [Fraction(1, 7)]),
        ("jacobian", "[x/7, x**2]", {}, "jacobian", [[Fraction(1, 7)], [1]]),
        ("jvp", "[x/7, x**2]", {"v": ["1/3"]}, "jvp", [Fraction(1, 21), Fraction(1, 3)]),
        ("vjp", "[x/7, x**2]", {"v": ["1/3", 2]}, "vjp", [Fraction(1, 21) + 2]),
        ("value", "[x/7, x**2]", {}, "value", [Fraction(1, 14), Fraction(1, 4)]),
        ("laplacian", "x**3/7", {}, "laplacian", Fraction(3, 7)),
        ("nth", "x**3/7", {"order": 1}, "derivative", Fraction(3, 28)),
        ("nth", "x**3/7", {"order": 3, "method": "nested"}, "derivative", Fraction(6, 7)),
        ("taylor", "x**3/7", {"order": 1}, "coefficients", [Fraction(1, 56), Fraction(3, 28)]),
        ("tensor", "x**3/7", {"order": 2}, "tensor",
         [{"indices": [0, 0], "value": Fraction(3, 7)}]),
        ("nth", "x**3/7", {"order": 3}, "derivative", Fraction(6, 7)),
        ("nth", "x*y/7", {"along": "1,2", "order": 3, "at": "x=1/2,y=3"},
         "derivatives", [Fraction(4, 7), Fraction(4, 7), 0]),
        ("implicit", "x*y = 3", {"at": "x=3,y=1", "of": "y", "order": 1},
         "derivatives", [Fraction(-1, 3)]),
        ("grad", "x**2", {"at": {"x": Fraction(1, 3)}}, "at", {"x": Fraction(1, 3)}),
    ],
)  # fmt: skip
def test_exact(command: str, text: str, options: dict[str, Any], field: str, expected: Any) -> None:
    options = {"at": {"x": Fraction(1, 2)}} | options
    for r in (calculate(command, text, **options).exact,
              calculate(command, text, exact=True, **options)):  # fmt: skip
        assert getattr(r, field) == expected
        assert same_types(getattr(r, field), expected)


def same_types(found: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return all(same_types(found[name], x) for name, x in expected.items())
    if isinstance(expected, list):
        return all(map(same_types, found, expected))
    return type(found) is type(expected)


def test_exact_where_numbers_are_rational_and_floats_else() -> None:
    """Of x²/7 + sin(y): 2x/7 and cos(y)."""
    r = calculate("grad", "x**2/7 + sin(y)", at={"x": Fraction(1, 2), "y": 1}).exact
    with mp.workdps(40):
        cosine = float(mp.cos(1))
    assert r.gradient == {"x": Fraction(1, 7), "y": cosine}
    assert type(r.gradient["x"]) is Fraction and isinstance(r.gradient["y"], float)
    r = calculate("grad", "sum(sqrt(w))", at={"w": [4, 2]}).exact
    assert r.gradient["w"][0] == Fraction(1, 4)
    with mp.workdps(40):
        assert r.gradient["w"][1] == float(1 / (2 * mp.sqrt(2)))


def test_exact_text_is_that_of_the_fractions_and_the_rest_stays() -> None:
    r = calculate("grad", "x**3/7", at={"x": "1/2"})
    exact = r.exact
    assert (exact.command, exact.expression, exact.reading) == (r.command, r.expression, r.reading)
    assert exact.text("plain") == "3/28"
    assert r.gradient == {"x": 3 / 28}  # the first is as it was


def test_exact_of_digits_doubles_intervals_and_formulas() -> None:
    assert calculate("grad", "x**3/7", at="x=1/2", digits=5).exact.gradient == {
        "x": Fraction(3, 28)
    }
    assert calculate("grad", "exp(x)", at="x=1", digits=5).exact.gradient == {"x": "2.7183"}
    r = calculate("grad", "exp(x)", at="x=1", arithmetic="float").exact
    assert r.gradient == {"x": pytest.approx(math.e, rel=1e-15)}
    assert calculate("grad", "x**2/7").exact.gradient == {"x": "2*x/7"}
    bounds = calculate("grad", "x**2", at="x=2+/-0.1").exact.gradient["x"]
    assert 3.79 < bounds["lower"] <= Fraction("3.8") and Fraction("4.2") <= bounds["upper"] < 4.21


# Points in all forms.


@pytest.mark.parametrize(
    ("x", "number"),
    [
        (2, Fraction(2)),
        (-3, Fraction(-3)),
        (10**30, Fraction(10**30)),
        (0.1, TENTH),
        (-2.5e-7, Fraction("-2.5e-7")),
        (1e22, Fraction(10**22)),
        (5e-324, Fraction("5e-324")),
        (-0.0, Fraction(0)),
        (Fraction(-22, 7), Fraction(-22, 7)),
        (Decimal("0.1"), TENTH),
        ("2/3", Fraction(2, 3)),
        ("0.1", TENTH),
        (" 1e-3 ", Fraction(1, 1000)),
        ("cos(0)/3", Fraction(1, 3)),
        ("-1", Fraction(-1)),
        (np.int64(3), Fraction(3)),
        (np.array(3), Fraction(3)),
        (np.float64(0.1), TENTH),
    ],
)  # fmt: skip
def test_a_number_is_what_it_says(x: Any, number: Fraction) -> None:
    """x**2/2 has the slope x: exactly the number."""
    r = calculate("grad", "x**2/2", at={"x": x})
    assert Fraction(r.exact.gradient["x"]) == number
    assert r.gradient["x"] == r.at["x"]
    if number.denominator & (number.denominator - 1) == 0 and abs(number) < 10**30:
        assert r.at["x"] == number


VECTOR: dict[str, Any] = {
    "list": [0.5, -2, 3.25],
    "tuple": (0.5, -2, 3.25),
    "mixed": [Fraction(1, 2), "-2", "13/4"],
    "text": "[1/2, -2, 3.25]",
    "array": np.array([0.5, -2, 3.25]),
    "single": np.array([0.5, -2, 3.25], dtype=np.float32),
    "tensor": hodiff.tensor([0.5, -2.0, 3.25]),
    "a view": np.array([[0.5, 9], [-2, 9], [3.25, 9]])[:, 0],
    "numpy's numbers": [np.float64(0.5), np.int32(-2), np.float32(3.25)],
}


@pytest.mark.parametrize("form", VECTOR)
def test_a_vector_in_all_forms(form: str) -> None:
    r = calculate("grad", "dot(w, w)/2", at={"w": VECTOR[form]})
    assert r.gradient == r.at == {"w": [0.5, -2, 3.25]}
    assert r.value == 7.40625


@pytest.mark.parametrize("form", ["list", "array", "tensor", "text"])
def test_a_matrix_in_all_forms(form: str) -> None:
    """The gradient of sum(A*A)/2 is A."""
    rows = [[1.0, 2.5], [-3.0, 0.125], [0.0, 1e3]]
    forms: dict[str, Any] = {"list": rows, "array": np.array(rows), "tensor": hodiff.tensor(rows)}
    forms["text"] = str(rows)
    r = calculate("grad", "sum(A*A)/2", at={"A": forms[form]})
    assert r.gradient == {"A": rows}


def test_floats_in_a_list_are_decimals_and_arrays_hold_doubles() -> None:
    r = calculate("grad", "dot(w, w)/2", at={"w": [0.1, Fraction(1, 3)]}).exact
    assert r.gradient["w"] == [TENTH, Fraction(1, 3)]
    text = calculate("value", "w[0] - 0.1", at={"w": np.array([0.1])}, digits=20).value
    assert abs(Fraction(text) - (Fraction(0.1) - TENTH)) <= Fraction(text) / 10**19


@pytest.mark.parametrize(
    "at",
    [
        {"x": 2, "y": "pi"},
        "x=2,y=pi",
        ["x=2", "y=pi"],
        ("x=2,y=pi",),
        {"x": np.array(2.0), "y": "pi"},
        {"x": hodiff.tensor(2.0), "y": "atan2(0, -1)"},
    ],
    ids=str,
)
def test_a_point_in_all_forms(at: Any) -> None:
    r = calculate("grad", "x**2*y", at=at)
    assert r.gradient == {"x": float(4 * mp.pi), "y": 4}
    assert list(r.at) == ["x", "y"]


@pytest.mark.parametrize("x", ["2+/-0.1", "2±0.1", "a +/- b", " 2 +/- 1/10"])
def test_an_interval(x: str) -> None:
    r = calculate("grad", "x**2", at={"x": x}, let={"a": 2, "b": 0.1})
    bounds = r.gradient["x"]
    assert 3.7999 < bounds["lower"] <= Fraction("3.8")
    assert Fraction("4.2") <= bounds["upper"] < 4.2001
    assert r.at["x"]["lower"] <= Fraction("1.9") and Fraction("2.1") <= r.at["x"]["upper"]


def test_constants_use_those_before_them() -> None:
    for let in ({"b": 2, "a": "b**2/3"}, "b=2,a=b**2/3", ["b=2", "a=b**2/3"]):
        r = calculate("grad", "a*x**2", at={"x": "a"}, let=let)
        assert r.exact.gradient == {"x": Fraction(32, 9)}


def test_data_in_arrays() -> None:
    """The slopes of a linear map are its matrix."""
    X = np.random.default_rng(2).normal(size=(4, 3))
    r = calculate("jacobian", "X @ w", let={"X": X}, at={"w": [1, 2, 3]})
    assert r.jacobian == X.tolist()
    r = calculate("vjp", "X @ w", let={"X": X}, at={"w": [1, 2, 3]}, v=[1, 0, 0, 0])
    assert r.vjp == X[0].tolist()


def test_names_may_be_greek_and_pythons_words() -> None:
    r = calculate("grad", "α*lambda**2", at={"α": 3, "lambda": 2})
    assert r.gradient == {"α": 4, "lambda": 12}


@pytest.mark.parametrize("wrt", ["y", ["y"], ("y",), " y "])
def test_wrt(wrt: Any) -> None:
    assert calculate("grad", "x*y", at={"x": 2, "y": 3}, wrt=wrt).gradient == {"y": 2}


# The vector v.

FORMS: list[tuple[Any, list[float]]] = [
    ([0.5, 1], [7, 2]),
    ((0.5, 1), [7, 2]),
    (["1/2", "cos(0)"], [7, 2]),
    ([Fraction(1, 2), 1], [7, 2]),
    ("0.5,1", [7, 2]),
    ("[0.5, 1]", [7, 2]),
    ("y=1,x=0.5", [7, 2]),
    ({"y": 1, "x": "1/2"}, [7, 2]),
    (np.array([0.5, 1]), [7, 2]),
    (hodiff.tensor([0.5, 1.0]), [7, 2]),
    (np.array([0, 1]), [4, 0]),
]


@pytest.mark.parametrize(("v", "expected"), FORMS, ids=[repr(v) for v, _ in FORMS])
def test_v_in_all_forms(v: Any, expected: list[float]) -> None:
    """The Hessian of x²y at (2, 3) is [[6, 4], [4, 0]]."""
    assert calculate("hvp", "x**2*y", at={"x": 2, "y": 3}, v=v).hvp == expected
    r = calculate("nth", "x**2*y", at={"x": 2, "y": 3}, along=v, order=1)
    assert r.derivative == 12 * r.v[0] + 4 * r.v[1]


W = {"w": [1, 2], "z": 3}


@pytest.mark.parametrize(
    "v",
    [
        [0.5, 1, 2],
        [[0.5, 1], 2],
        {"z": 2, "w": [0.5, 1]},
        np.array([0.5, 1, 2]),
        "[0.5, 1],2",
        {"w": np.array([0.5, 1]), "z": 2},
        [np.array([0.5, 1]), 2],
    ],
    ids=repr,
)
def test_v_where_a_variable_is_a_vector(v: Any) -> None:
    """Of w0 w1 z at (1, 2), 3: the Hessian is [[0, 3, 2], [3, 0, 1], [2, 1, 0]]."""
    found = calculate("hvp", "w[0]*w[1]*z", at=W, v=v).hvp
    assert found == [3 + 4, 1.5 + 2, 1 + 1]


@pytest.mark.parametrize("shape", [(2, 2), (20_000,)])
def test_v_is_an_array_in_the_shape_of_its_variable(shape: tuple[int, ...]) -> None:
    """The Hessian of sum(A*A)/2 is 1."""
    v = np.arange(math.prod(shape)).reshape(shape) / 8
    found = calculate("hvp", "sum(A*A)/2", at={"A": np.ones(shape)}, v=v).hvp
    assert found == v.ravel().tolist()


# Refusals.

AT = {"x": 2, "y": 3}
REFUSED: list[tuple[Callable[[], Any], str, str | None, str]] = [
    # The call, the kind, the source, what the message says.
    (lambda: calculate("gard", "x"), "usage", None, "did you mean 'grad'?"),
    (lambda: calculate("integrate", "x"), "usage", None, "it can be grad, nth, hessian"),
    (lambda: calculate("grad"), "usage", "EXPR", "hodiff grad "),
    (lambda: calculate("grad", ""), "syntax", "EXPR", "empty"),
    (lambda: calculate("nth", "x", at="x=1", ordr=3), "usage", None, "did you mean 'order'?"),
    (lambda: calculate("grad", "x", at="x=1", order=3), "usage", None, "'order'"),
    (lambda: calculate("hvp", "x*y", at=AT), "usage", "--v", "--v 0.5,1"),
    (lambda: calculate("jvp", "x*y", at=AT, v=None), "usage", "--v", "--v 1,0"),
    (lambda: calculate("taylor", "x**2", at="x=1"), "usage", "--order", "--order 4"),
    (lambda: calculate("tensor", "x**2", at="x=1"), "usage", "--order", "--order 3"),
    (lambda: calculate("implicit", "x*y=6", at=AT, order=1), "usage", "--of", "--of y"),
    *[(lambda d=d: calculate("grad", "x*y", at=AT, digits=d), "usage", "--digits", "from 1 on")
      for d in (0, -1, 1.5, "5", True, [], math.nan)],
    (lambda: calculate("grad", "x*y", at=AT, digits=10**6), "limit", "--digits", "at most"),
    (lambda: calculate("grad", "x*y", at=AT, digits=5, arithmetic="float"), "usage", "--digits",
     "leave one out"),
    *[(lambda n=n: calculate("nth", "x", at="x=1", order=n), "usage", "--order", "from 0 on")
      for n in (-1, 1.5, "2", True, [], math.nan)],
    (lambda: calculate("nth", "x", at="x=1", order=1001), "limit", "--order", "1000"),
    *[(lambda m=m: calculate("nth", "x", at="x=1", order=1, method=m), "usage", "--method",
       "auto, nested, taylor") for m in ("euler", 1, [])],
    *[(lambda a=a: calculate("grad", "x*y", at=AT, arithmetic=a), "usage", "--arithmetic",
       "ball, float") for a in ("exact", 1, [])],
    *[(lambda r=r: calculate("value", "x", at="x=1+/-1", rtol=r), "usage", "--rtol", "above 0")
      for r in (0, -1, math.nan, math.inf)],
    (lambda: calculate("value", "x", at="x=1", rtol=0.1), "usage", "--rtol", "interval"),
    (lambda: calculate("value", "x", at="x=1+/-1", digits=5), "usage", "--digits", "interval"),
    (lambda: calculate("value", "x", at="x=1+/-1", arithmetic="float"), "usage", "--arithmetic",
     "interval"),
    (lambda: calculate("grad", "x", at="x=1+/-1", subgradient=True), "usage", "--subgradient",
     "interval"),
    *[(lambda w=w: calculate("taylor", "exp(x)", at="x=0", order=2, within=w), "usage",
       "--within", "above 0") for w in (0, -1, math.nan, math.inf)],
    (lambda: calculate("grad", "x*y", at=AT, wrt="z"), "name", "--wrt", "'z'"),
    (lambda: calculate("grad", "x*y", at=AT, wrt=["x", "x"]), "usage", "--wrt", "twice"),
    (lambda: calculate("grad", "a*x", at={"x": 1}), "name", "EXPR", "--let a=..."),
    (lambda: calculate("grad", "log(x)", at={"x": -1}), "domain", "EXPR", "x > 0"),
    (lambda: calculate("grad", "abs(x)", at={"x": 0}), "kink", "EXPR", "--subgradient"),
    (lambda: calculate("grad", "1/x", at={"x": 0}), "pole", "EXPR", "infinite"),
    (lambda: calculate("value", "floor(sqrt(x + 2*sqrt(2)) - 1 - sqrt(2))", at="x=3"),
     "undecided", "EXPR", "decided"),
    (lambda: calculate("grad", "x", at={"x": 2}).text("xml"), "usage", "--format", "table, json"),
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSED, ids=[f"{k} {s} {m}" for _, k, s, m in REFUSED])
def test_refusals(row: tuple[Callable[[], Any], str, str | None, str]) -> None:
    call, kind, source, said = row
    error = refused(call)
    assert (error.kind, error.source) == (kind, source)
    assert said in error.message
    assert error.report().startswith(f"error: {error.message}")


PLACES: list[tuple[dict[str, Any], str, str, str]] = [
    # What is passed, the kind, the source, and the place that is underlined.
    ({"expression": "2 3", "at": AT}, "syntax", "EXPR", "3"),
    ({"expression": "w1**2*sine(w2)"}, "name", "EXPR", "sine"),
    ({"expression": "x*y + q", "at": AT}, "name", "EXPR", "q"),
    ({"expression": "x*log(y - 4)", "at": AT}, "domain", "EXPR", "log(y - 4)"),
    ({"at": "x=2,y=3 z"}, "syntax", "--at", "z"),
    ({"at": "x=2,y=(3"}, "syntax", "--at", "("),
    ({"at": "x=2,x=3"}, "usage", "--at", "x"),
    ({"at": ["x=2", "y=3", "x=3"]}, "usage", "--at", "x"),
    ({"at": "x=2 y=3"}, "syntax", "--at", "y"),
    ({"at": "x"}, "syntax", "--at", "x"),
    ({"at": {"x": "2)", "y": 3}}, "syntax", "--at", ")"),
    ({"at": {"x": "q", "y": 3}}, "name", "--at", "q"),
    ({"at": {"x": 2, "y": "x"}}, "name", "--at", "x"),
    ({"at": {"x": "2 3", "y": 3}}, "syntax", "--at", "3"),
    ({"at": AT, "let": {"x": 1}}, "usage", "--let", "x"),
    ({"at": AT, "let": {"a": "sine(1)"}}, "name", "--let", "sine"),
    ({"at": AT, "let": {"a": "b", "b": 1}}, "name", "--let", "b"),
    ({"at": AT, "wrt": "x,z"}, "name", "--wrt", "z"),
    ({"command": "hvp", "at": AT, "v": "1,2 z"}, "syntax", "--v", "z"),
    ({"command": "hvp", "at": AT, "v": [1]}, "usage", "--v", "1"),
    ({"command": "hvp", "at": AT, "v": {"x": 1, "z": 2}}, "name", "--v", "z"),
    ({"command": "hvp", "at": AT, "v": [1, "q"]}, "name", "--v", "q"),
    ({"command": "nth", "at": AT, "along": "1,2 z", "order": 1}, "syntax", "--along", "z"),
    ({"command": "implicit", "expression": "x = y = 2", "at": AT, "of": "y", "order": 1},
     "syntax", "EXPR", "="),
]  # fmt: skip


@pytest.mark.parametrize("row", PLACES, ids=[str(given) for given, *_ in PLACES])
def test_an_error_points_into_its_text(row: tuple[dict[str, Any], str, str, str]) -> None:
    given, kind, source, place = row
    options = {"command": "grad", "expression": "x*y"} | given
    error = refused(lambda: calculate(**options))
    assert (error.kind, error.source) == (kind, source)
    assert error.text is not None and error.start is not None and error.end is not None
    assert (error.text[error.start : error.end] or error.text[error.start :]).startswith(place)
    if source == "EXPR":
        assert error.text == options["expression"]
    assert f"\n  {error.text}\n" in error.report()


@pytest.mark.parametrize(
    "name", ["x=1,y", "1", "", "x y", "x ", "é", "日本", "x.y", "x[0]", "not", "and", "ｘ", "x\ny"]
)
@pytest.mark.parametrize("option", ["at", "let"])
def test_a_name_that_is_none(option: str, name: str) -> None:
    error = refused(lambda: calculate("grad", "x*y", **{"at": AT, option: {**AT, name: 1}}))
    assert error.kind in ("usage", "syntax") and error.exit_code == 2


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf, [1, math.nan], np.array([np.nan])])
def test_what_is_no_finite_number(x: Any) -> None:
    calls = [
        lambda: calculate("value", "x", at={"x": x}),
        lambda: calculate("value", "a*x", at={"x": 1}, let={"a": x}),
        lambda: calculate("hvp", "x**2", at={"x": 1}, v=x),
    ]
    if not isinstance(x, np.ndarray):
        calls.append(lambda: calculate("hvp", "x**2", at={"x": 1}, v={"x": x}))
    for call in calls:
        error = refused(call)
        assert error.kind == "usage" and "finite" in error.message


@pytest.mark.parametrize("given", [{"x": math.nan}, {"x": [math.inf]}, {"x=1,y": 2}, {"": 2}])
def test_a_refused_value_or_name_says_which_option(given: dict[str, Any]) -> None:
    for option in ("at", "let"):
        error = refused(lambda name=option: calculate("value", "1", **{name: given}))
        assert error.source == f"--{option}"


@pytest.mark.parametrize(
    "call",
    [
        lambda: calculate("grad", "x*y", at={"x": "1,y=2"}),
        lambda: calculate("grad", "sum(x)", at={"x": ["1, 2"]}),
        lambda: calculate("grad", "a*b*x", at={"x": 1}, let={"a": "1,b=2"}),
        lambda: calculate("hvp", "x*y", at=AT, v={"x": "1,y=2"}),
        lambda: calculate("hvp", "x*y", at=AT, v={"x=1,y": 2}),
        lambda: calculate("hvp", "x*y", at=AT, v=["1,2"]),
    ],
)
def test_a_value_is_one_value(call: Callable[[], Any]) -> None:
    assert refused(call).exit_code == 2


class Strange:
    """No number, and no text."""

    def __repr__(self) -> str:
        return "Strange()"


STRANGE: list[Any] = [None, Strange(), 1j, b"1", bytearray(b"1"), {}, {"a": 1}, {1}, range(3),
                      Strange, print, [None], [1, None], [Strange()], [1j], slice(1),
                      np.array([1j]), np.array(["1"]), np.array([None]),
                      np.datetime64("2020")]  # fmt: skip


@pytest.mark.parametrize("x", STRANGE, ids=repr)
@pytest.mark.parametrize("option", ["at", "let"])
def test_a_value_of_a_strange_type_is_refused(option: str, x: Any) -> None:
    options = {"at": {"x": 1}, option: {"x": x}} if option == "at" else {"let": {"a": x}}
    error = refused(lambda: calculate("value", "x", **{"at": {"x": 1}, **options}))
    assert error.source == f"--{option}"


UNREAD = [x for x in STRANGE if not hasattr(x, "dtype")]


@pytest.mark.parametrize("x", UNREAD, ids=repr)
def test_a_value_of_a_strange_type_is_called_that(x: Any) -> None:
    assert refused(lambda: calculate("value", "x", at={"x": x})).kind == "usage"


@pytest.mark.parametrize(
    "x", [x for x in UNREAD if x is not None and not isinstance(x, dict)], ids=repr
)
def test_a_vector_of_a_strange_type_is_called_that(x: Any) -> None:
    assert refused(lambda: calculate("hvp", "x**2", at={"x": 1}, v=x)).kind == "usage"


NO_TEXT: list[Any] = [1, 2.5, b"x", ["x"], Strange(), np.array([1.0]), hodiff.variable("x")]
OTHER: list[Any] = [None, 1, Strange(), [], {}]
CALLS: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
    "command": (lambda x: calculate(x, "x"), OTHER),
    "expression": (lambda x: calculate("grad", x, at={"x": 1}), NO_TEXT),
    "parse": (lambda x: hodiff.parse(x), [None, *NO_TEXT]),
    "at": (lambda x: calculate("grad", "x", at=x), [1, b"x=1", Strange(), ["x=1", 2], {1: 2}]),
    "let": (lambda x: calculate("grad", "x", let=x), [1, b"a=1", Strange(), {None: 2}]),
    "a variable as a value": (lambda x: calculate("grad", "x", at={"x": x}),
                              [hodiff.variable("q"), hodiff.variable("q") ** 2]),
    "a variable as v": (lambda x: calculate("hvp", "x**2", at={"x": 1}, v=x),
                        [hodiff.variable("q", (1,))]),
    "wrt": (lambda x: calculate("grad", "x", at={"x": 1}, wrt=x), [1, b"x", [1], Strange()]),
    "of": (lambda x: calculate("implicit", "x*y = 6", at=AT, order=1, of=x), [1, ["y"], b"y"]),
    "rtol": (lambda x: calculate("value", "x", at="x=1+/-1", rtol=x), ["a", Strange(), [], 1j]),
    "within": (lambda x: calculate("taylor", "x", at="x=1", order=1, within=x), ["a", [], 1j]),
    "style": (lambda x: calculate("value", "x", at="x=1").text(x), OTHER),
    "shapes": (lambda x: hodiff.parse("sum(w)", shapes=x),
               [5, {"w": 3}, {"w": "3"}, {"w": None}, {"w": (-1,)}, {"w": (2.5,)}]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("what", "x"), [(what, x) for what, (_, xs) in CALLS.items() for x in xs], ids=repr
)
def test_an_argument_of_a_strange_type_is_refused(what: str, x: Any) -> None:
    error = refused(lambda: CALLS[what][0](x))
    assert error.kind == "usage"


def test_within_is_a_number() -> None:
    """exp around 0 to order 3: what is left within 0.1 is between r⁴/24 and e^r r⁴/24."""
    r = calculate("taylor", "exp(x)", at={"x": 0}, order=3, within=0.1)
    assert 1e-4 / 24 <= r.remainder <= 1.2e-4 / 24
    assert r.within == 0.1


@pytest.mark.parametrize(
    ("command", "options", "expected"),
    [
        ("grad", {}, "12"),
        ("nth", {"order": 2}, "12"),
        ("hessian", {}, "12"),
        ("hvp", {"v": [1]}, "12"),
        ("jacobian", {}, "12"),
        ("jvp", {"v": [1]}, "12"),
        ("vjp", {"v": [1]}, "12"),
        ("tensor", {"order": 2}, "12"),
        ("laplacian", {}, "12"),
    ],
)
def test_no_grad_changes_nothing(command: str, options: dict[str, Any], expected: str) -> None:
    """Of x³ at 2: it says that results are not tracked, and nothing of the calculator."""
    with hodiff.no_grad():
        assert calculate(command, "x**3", at={"x": 2}, **options).text("plain") == expected


def test_a_tensor_that_requires_grad_is_a_value() -> None:
    w = hodiff.tensor([1.0, 2.0], requires_grad=True)
    assert calculate("grad", "dot(w, w)", at={"w": w}).gradient == {"w": [2, 4]}


def test_functions_has_no_options() -> None:
    assert "'order'" in refused(lambda: calculate("functions", order=3)).message


# parse


def test_parse_gives_the_graph_and_its_variables() -> None:
    f, variables = hodiff.parse("y*x**2 + z + x")
    assert isinstance(f, Tensor) and list(variables) == ["y", "x", "z"]
    assert hodiff.evaluate(f, {"x": 3, "y": 2, "z": 5}) == 26
    (slope,) = hodiff.grad(f, variables["x"], create_graph=True)
    assert hodiff.evaluate(slope, {"x": 3, "y": 2}) == 2 * 3 * 2 + 1


@pytest.mark.parametrize("let", [{"a": 3, "b": "a**2"}, "a=3,b=a**2", ["a=3", "b=a**2"]])
def test_parse_with_constants(let: Any) -> None:
    f, variables = hodiff.parse("a*x + b", let=let)
    assert hodiff.formula(f) == "3*x + 9" and list(variables) == ["x"]


def test_parse_with_shapes() -> None:
    f, variables = hodiff.parse("sum(X @ w)*c", {"X": np.eye(2) * 3}, {"w": (2,)})
    assert variables["w"].shape == (2,) and variables["c"].shape == ()
    assert hodiff.evaluate(f, {"w": [1.0, 2.0], "c": 2}) == 18
    f, variables = hodiff.parse("sum(A) + A[1, 2]", shapes={"A": (2, 3)})
    assert hodiff.evaluate(f, {"A": np.arange(6.0).reshape(2, 3)}) == 20


def test_parse_keeps_what_was_written() -> None:
    for text in ("sin(x)**2 + cos(x)**2", "x/x", "0*log(x)", "where(x < 1, x, 1/x)"):
        assert hodiff.formula(hodiff.parse(text)[0]) == text


@pytest.mark.parametrize(
    ("text", "let", "kind", "source", "place"),
    [
        ("x +", None, "syntax", "EXPR", ""),
        ("sine(x)", None, "name", "EXPR", "sine"),
        ("2 3", None, "syntax", "EXPR", "3"),
        ("sum(x)", None, "syntax", "EXPR", "sum(x)"),
        ("x*(1 + 2", None, "syntax", "EXPR", "("),
        ("a*x", {"a": "2)"}, "syntax", "--let", ")"),
        ("a*x", "a=1,a=2", "usage", "--let", "a"),
    ],
)
def test_parse_refuses(text: str, let: Any, kind: str, source: str, place: str) -> None:
    error = refused(lambda: hodiff.parse(text, let))
    assert (error.kind, error.source) == (kind, source)
    assert error.text is not None and error.start is not None
    assert error.text[error.start : error.end].startswith(place)


def test_what_is_in_doubles_is_never_whole() -> None:
    r = calculate("grad", "sum(w*w)", at={"w": [1.0, 2.0]}, arithmetic="float").exact
    assert repr(r.gradient["w"]) == "[2.0, 4.0]" and repr(r.value) == "5.0"


@pytest.mark.parametrize(
    "options", [{"at": "x=2+/-1"}, {"at": "x=2", "arithmetic": "float"}], ids=str
)
def test_exact_is_refused_where_it_says_nothing(options: dict[str, Any]) -> None:
    with pytest.raises(HodiffError) as caught:
        calculate("grad", "x**2", exact=True, **options)
    assert (caught.value.kind, caught.value.source) == ("usage", "--exact")
