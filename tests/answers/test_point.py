"""One point through the command line: proven digits, or doubles that say so.

Oracles are mpmath and fractions. A row of hand-made answers is mathematics, no output.
"""

from __future__ import annotations

import json
import math
import operator
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from hodiff.arithmetic.balls import BALLS
from tests.lengths import examples
from tests.printed import NO_VALUE, ZERO_NOTE, asked, derivatives, exact, flat, nearest, plain

# The table of the hard cases: what mathematics says.

ANSWERED: list[tuple[str, Any]] = [
    ("hessian w1**2*sin(w2) --at w1=1,w2=pi/2", [[2, 0], [0, -1]]),
    ("grad log(exp(x)+exp(y)) --at x=1000,y=1000", [0.5, 0.5]),
    ("nth x**3 --at x=0 --order 4", 0),
    ("nth x**4 --at x=0 --order 5", 0),
    ("nth x**4 --at x=0 --order 4", 24),
    ("grad a**b --at a=0,b=1", [1, 0]),
    ("grad a**b --at a=0,b=2", [0, 0]),
    ("hessian a**b --at a=0,b=2", [[2, 0], [0, 0]]),
    ("grad x**0 --at x=0", [0]),
    ("grad x**1.5 --at x=0", [0]),
    ("grad where(x<1,x,sqrt(x)) --at x=0", [1]),
    ("grad where(x>0,log(x),2*x) --at x=-1", [2]),
    ("grad (x-0.1)**2 --at x=0.1", [0]),
    ("value 0.1*3-0.3+0*x --at x=1", 0),
    ("grad floor(0.3*10)*x --at x=2", [3]),
    ("value x==0.3 --at x=0.1+0.2", 1),
    ("value floor(x/0.1) --at x=0.3", 3),
    ("value x%0.1 --at x=0.3", 0),
    ("value round(x) --at x=2.5", 2),
    ("value round(x) --at x=-0.5", 0),
    ("value floor(sqrt(x)) --at x=16", 4),
    ("grad x*abs(x) --at x=0", [0]),
    ("grad x*abs(exp(x)-1) --at x=0", [0]),
    ("grad abs(x) --at x=0 --subgradient", [0]),
    ("grad relu(x) --at x=0 --subgradient", [0]),
    ("grad max(x,-x) --at x=0 --subgradient", [0]),
    ("grad norm([x,y]) --at x=0,y=0 --subgradient", [0, 0]),
    ("grad (x-pi)**2 --at x=pi", [0]),
    ("nth (x-pi)**3 --at x=pi --order 3", 6),
    ("grad (x-y)**2 --at x=sqrt(2),y=sqrt(2)", [0, 0]),
    ("grad hypot(x-pi,1) --at x=pi", [0]),
    ("hessian exp(-(x-m)**2/2) --let m=pi --at x=pi", [[-1]]),
    ("value sinc(x,3) --at x=exp(-1)-exp(-1)", 0),
    ("value sin(x)**2+cos(x)**2 --at x=1", 1),
    ("value sqrt(x)**2 --at x=2", 2),
    ("value exp(x)*exp(-x) --at x=800", 1),
    ("value (-2)**x --at x=5", -32),
    ("value x**2.0 --at x=-4", 16),
    ("value asin(x)*2 --at x=1", math.pi),
    ("value atan2(y,x) --at x=-1,y=0", math.pi),
    ("value acosh(x) --at x=1", 0),
    ("value hypot(x,y) --at x=3,y=4", 5),
    ("value log2(x) --at x=8", 3),
    ("jvp [x*y,x+y] --at x=1/3,y=2 --v 3,0", [6, 3]),
    ("vjp [x*y,x+y] --at x=1/4,y=2 --v 1,1", [3, 1.25]),
    ("jacobian [x*y,x+y] --at x=1/4,y=2", [[2, 0.25], [1, 1]]),
    ("hvp x**2*y --at x=1,y=2 --v 0.5,1", [4, 1]),
]


@pytest.mark.parametrize(("line", "expected"), ANSWERED, ids=[line for line, _ in ANSWERED])
def test_answered(line: str, expected: Any) -> None:
    found = asked(*line.split())
    assert "error" not in found, found
    assert found["arithmetic"] == "ball"
    assert derivatives(found) == expected
    slopes = [*found.get("gradient", {}).values()]
    shown = [found["value"], derivatives(found), [*found["at"].values()], slopes]
    if 0 not in flat(shown):
        assert ZERO_NOTE not in found["notes"]


# Options.


def test_digits_are_no_floats() -> None:
    error = asked("grad", "x**2", "--at", "x=1", "--digits", "5", "--arithmetic", "float")["error"]
    assert (error["kind"], error["source"]) == ("usage", "--digits")


@pytest.mark.parametrize("digits", ["0", "-1", "1.5", "many", "99999999"])
def test_a_wrong_number_of_digits(digits: str) -> None:
    error = asked("grad", "x**2", "--at", "x=1", "--digits", digits)["error"]
    assert error["kind"] in ("usage", "limit") and error["source"] == "--digits"


def test_float_says_so() -> None:
    found = asked("grad", "sin(x)", "--at", "x=1", "--arithmetic", "float")
    assert found["arithmetic"] == "float"
    assert found["gradient"]["x"] == pytest.approx(math.cos(1))
    assert asked("grad", "sin(x)", "--at", "x=1")["arithmetic"] == "ball"


# Files.

EIGHT = [[0.1, 0.7, 1 / 3], [0.3, -0.9, 2.0], [1e-3, 5.0, -0.25]]


@pytest.fixture
def file(tmp_path: Any) -> str:
    np.save(tmp_path / "X.npy", np.array(EIGHT))
    return f"X=@{tmp_path}/X.npy"


def product(a: list[list[Fraction]], b: list[list[Fraction]]) -> list[list[Fraction]]:
    columns = list(zip(*b, strict=True))
    return [[sum(map(operator.mul, row, c), Fraction(0)) for c in columns] for row in a]


X = [[Fraction(x) for x in row] for row in EIGHT]


SQUARED = product(X, X)


FILES: list[tuple[str, Callable[[], Fraction]]] = [
    ("sum(X)", lambda: sum(map(sum, X), Fraction(0))),
    ("sum(X@X)", lambda: sum(map(sum, SQUARED), Fraction(0))),
    ("(X@X)[0,0]", lambda: SQUARED[0][0]),
    ("(X@X)[0,0] - X[0,0]*X[0,0] - X[0,1]*X[1,0] - X[0,2]*X[2,0]", lambda: Fraction(0)),
    ("X[0,0]/3", lambda: X[0][0] / 3),
    ("X[0,0] - 0.1", lambda: X[0][0] - Fraction(1, 10)),
    ("X[0,0]*X[0,1]*X[0,2]", lambda: X[0][0] * X[0][1] * X[0][2]),
    ("sum(exp(X))", lambda: exact(mp.fsum(mp.exp(mpf(x)) for row in EIGHT for x in row))),
    ("exp(X[0,0]) - exp(0.1)", lambda: exact(mp.exp(mpf(EIGHT[0][0])) - mp.exp(mpf("0.1")))),
    ("norm(X[0])", lambda: exact(mp.sqrt(mp.fsum(mpf(x) ** 2 for x in EIGHT[0])))),
]


@pytest.mark.parametrize(("text", "f"), FILES, ids=[text for text, _ in FILES])
@pytest.mark.parametrize("option", ["--let", "--at"])
def test_numbers_of_a_file(file: str, text: str, f: Callable[[], Fraction], option: str) -> None:
    """A file holds doubles, each the number that it is; what is computed from them is proven."""
    more = ["--at", "t=1"] if option == "--let" else []
    with mpmath.workdps(80):
        true = f()
    found = asked("value", text, option, file, *more)
    assert found["arithmetic"] == "ball"
    assert found["value"] == float(true)
    (long,) = plain("value", text, option, file, *more, "--digits", "30")
    assert abs(Fraction(long) - true) <= abs(true) / 10**29


def test_gradients_of_a_file(file: str) -> None:
    """Of dot(v, X @ v), (X + X') v."""
    v = [Fraction(1, 3), Fraction(-5, 2), Fraction(7)]
    at = f"v=[{', '.join(map(str, v))}]"
    true = [sum((X[i][j] + X[j][i]) * v[j] for j in range(3)) for i in range(3)]
    found = asked("grad", "dot(v, X@v)", "--let", file, "--at", at)
    assert found["gradient"]["v"] == [float(x) for x in true]
    rows = asked("hessian", "dot(v, X@v)", "--let", file, "--at", at)["hessian"]
    assert rows == [[float(X[i][j] + X[j][i]) for j in range(3)] for i in range(3)]


def test_large_arrays_are_floats_and_say_so(tmp_path: Any) -> None:
    np.save(tmp_path / "w.npy", np.linspace(0.1, 3.0, 300_000))
    at = f"w=@{tmp_path}/w.npy"
    found = asked("value", "sum(exp(w))", "--at", at)
    assert found["arithmetic"] == "float"
    assert any("doubles" in note for note in found["notes"])
    assert found["value"] == pytest.approx(math.fsum(map(math.exp, np.linspace(0.1, 3.0, 300_000))))
    for option in (["--digits", "5"], ["--arithmetic", "ball"]):
        error = asked("value", "sum(exp(w))", "--at", at, *option)["error"]
        assert (error["kind"], error["source"]) == ("usage", option[0])


def test_what_has_no_form_in_balls_is_computed_in_floats(monkeypatch: Any) -> None:
    def function(operation: Any) -> Any:
        if operation.name == "erf":
            raise NotImplementedError("erf has no form in balls")
        return whole(operation)

    whole = BALLS.function
    monkeypatch.setattr(BALLS, "function", function)
    found = asked("value", "erf(x)", "--at", "x=1")
    assert found["arithmetic"] == "float"
    assert any("erf" in note for note in found["notes"])
    assert found["value"] == pytest.approx(math.erf(1))


# Processes of their own.

LOADED = """
import sys
from hodiff.cli import main
code = main(sys.argv[1:])
print(code, *[name for name in ("flint", "numpy", "rich", "scipy") if name in sys.modules])
"""


@pytest.mark.parametrize("line", [
    "nth x**3 --at x=2 --order 2", "grad where(x<0.1,1,2)*x --at x=0.2",
    "grad (x-0.1)**2/3 --at x=0.1", "hessian x**2*y --at x=1,y=2",
])  # fmt: skip
def test_what_is_rational_loads_no_flint_and_no_numpy(line: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", LOADED, *line.split(), "--format", "plain"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.splitlines()[-1] == "0"


@pytest.mark.parametrize("line", [
    "value floor(2**x) --at x=10**12", "value round(2**x)%7 --at x=10**12",
    "value exp(exp(exp(x))) --at x=10", "value exp(-exp(exp(exp(x)))) --at x=10",
    "grad x**x**x --at x=100", "value 10**10**10 --at x=1", "grad gamma(x) --at x=1e10",
    "value gamma(x) --at x=1e30", "grad exp(exp(exp(x))) --at x=100",
    "value sin(10**x) --at x=9999",
])  # fmt: skip
def test_huge_numbers_end_quietly(line: str) -> None:
    """An answer or a refusal, in the end: no crash, no traceback, no hang."""
    run = subprocess.run(
        [sys.executable, "-m", "hodiff", *line.split(), "--format", "json"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode in (0, 1, 2)
    assert "Traceback" not in run.stderr and "bug" not in run.stderr
    found = json.loads(run.stdout)
    assert ("error" in found) == (run.returncode != 0)


# Random expressions, from the text to the digits.


class TooLarge(Exception):
    """Not compared."""


def real(x: Any) -> Any:
    if isinstance(x, mpmath.mpc) or not mpmath.isfinite(x):
        raise ValueError
    if abs(x) > mpf(10) ** 250:
        raise TooLarge
    return x


ONE = {
    "sin": mp.sin, "cos": mp.cos, "exp": mp.exp, "log": mp.log, "sqrt": mp.sqrt, "atan": mp.atan,
    "tanh": mp.tanh, "sinh": mp.sinh, "asinh": mp.asinh, "erf": mp.erf, "expm1": mp.expm1,
    "log1p": mp.log1p, "asin": mp.asin, "abs": abs, "floor": mp.floor,
}  # fmt: skip


TWO = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


Expression = tuple[str, Callable[[Any, Any], Any]]


def leaf(c: Fraction) -> Expression:
    return f"({c})", lambda x, y: mpf(c.numerator) / c.denominator


def called(name: str, a: Expression) -> Expression:
    return f"{name}({a[0]})", lambda x, y: real(ONE[name](a[1](x, y)))


def joined(sign: str, a: Expression, b: Expression) -> Expression:
    return f"({a[0]}{sign}{b[0]})", lambda x, y: real(TWO[sign](a[1](x, y), b[1](x, y)))


def raised(a: Expression, n: int) -> Expression:
    return f"({a[0]})**{n}", lambda x, y: real(a[1](x, y) ** n)


EXPRESSIONS = st.recursive(
    st.one_of(
        st.just(("x", lambda x, y: x)),
        st.just(("y", lambda x, y: y)),
        st.fractions(-5, 5, max_denominator=20).map(leaf),
    ),
    lambda inner: st.one_of(
        st.builds(called, st.sampled_from(sorted(ONE)), inner),
        st.builds(joined, st.sampled_from(sorted(TWO)), inner, inner),
        st.builds(raised, inner, st.sampled_from([-2, -1, 2, 3])),
    ),
    max_leaves=6,
)


POINTS = st.fractions(-4, 4, max_denominator=30)


@given(expression=EXPRESSIONS, x=POINTS, y=POINTS)
@settings(max_examples=examples(150), deadline=None)
def test_a_random_value_is_the_nearest_double(
    expression: Expression, x: Fraction, y: Fraction
) -> None:
    """And what is refused for certain has no value."""
    text, f = expression
    found = asked("value", text, "--at", f"x={x},y={y}")
    with mpmath.workdps(100):
        try:
            true = f(mpf(x.numerator) / x.denominator, mpf(y.numerator) / y.denominator)
        except TooLarge:
            return
        except NO_VALUE:
            true = None
    if "error" in found:
        if "bits tell" not in found["error"]["message"] and found["error"]["kind"] != "undecided":
            assert true is None, found
        return
    if true is None or abs(true) < mpf(10) ** -60 or "floor" in text:
        return  # mpmath may have met its own rounding
    assert exact(found["value"]) == exact(nearest(true))


@given(expression=EXPRESSIONS, x=POINTS, y=POINTS)
@settings(max_examples=examples(100), deadline=None)
def test_floats_agree_with_balls(expression: Expression, x: Fraction, y: Fraction) -> None:
    """To the error that the same formula has in a shorter precision of mpmath's."""
    text, f = expression
    if "abs" in text or "floor" in text:
        return
    at = ["--at", f"x={x},y={y}"]
    ball = asked("value", text, *at)
    rough = asked("value", text, *at, "--arithmetic", "float")
    if "error" in ball or "error" in rough or isinstance(ball["value"], str):
        return
    errors = []
    for bits in (35, 36, 37, 38):
        with mpmath.workprec(bits):
            try:
                value = f(mpf(x.numerator) / x.denominator, mpf(y.numerator) / y.denominator)
            except (TooLarge, *NO_VALUE):
                return
            errors.append(abs(exact(value) - exact(ball["value"])))
    slack = max(errors) + abs(exact(ball["value"])) / 2**40 + Fraction(1, 2**60)
    assert abs(exact(rough["value"]) - exact(ball["value"])) <= slack


@pytest.mark.parametrize(
    "v", ["[10**300, 1]", "[10**300, 10**300 - 1, -10**300]", "[-10**300, -10**300 - 2]",
          "[exp(700), exp(700) + 1/3]", "[exp(1000), 2*exp(1000)]", "[-1000, 1000, 999]"],
)  # fmt: skip
def test_sums_of_exponentials_far_out(v: str) -> None:
    """mpmath at digits that hold them."""
    with mp.workdps(900):
        powers = eval(v.replace("exp", "mp.exp").replace("1/3", "mp.mpf(1)/3"), {"mp": mp})
        largest = max(map(mp.mpf, powers))
        weights = [mp.exp(x - largest) for x in powers]
        value = largest + mp.log(mp.fsum(weights))
        shares = [w / mp.fsum(weights) for w in weights]
    for text, y in [
        ("logsumexp(v)", value),
        *((f"softmax(v)[{i}]", y) for i, y in enumerate(shares)),
    ]:
        found = asked("value", text, "--let", f"v={v}", "--digits", "20")["value"]
        with mp.workdps(900):
            assert abs(mp.mpf(found) - y) <= mp.mpf("0.5e-19") * abs(y), text
