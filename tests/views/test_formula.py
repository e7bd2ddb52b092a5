"""A printed formula parses back to the same function, and is short and readable."""

from __future__ import annotations

import gc
import math
import signal
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import numpy
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hodiff
from hodiff import calculate, derivatives
from hodiff.arithmetic.base import Arithmetic, composed
from hodiff.arithmetic.program import evaluate
from hodiff.engine.graph import CONSTANT, OPERATIONS, Operation, Tensor, variable
from hodiff.engine.operations import FUNCTIONS
from hodiff.errors import HodiffError
from hodiff.language.problem import read
from hodiff.views.formula import formula
from tests.asking import answer

common = settings(deadline=None, derandomize=True)


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """What takes exponential time fails instead of never ending."""

    def ring(*_: Any) -> None:
        raise TimeoutError("15 seconds of work have passed")

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, 15, 5)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def printed(text: str) -> str:
    return formula(read(text).f)


def slopes(text: str, order: int = 1, wrt: str | None = None) -> list[str]:
    """The formulas of the gradient; of the first variable's derivative of a higher order."""
    problem = read(text, wrt=wrt)
    if order > 1:
        return [formula(derivatives.nth(problem.f, problem.inputs[0], order)[-1])]
    return [formula(g) for g in derivatives.gradient(problem.f, problem.inputs)]


# ------------------------------------------------------------------ 60 digits, for comparisons


class Digits(Arithmetic):
    """An arithmetic of 60 digits: what two ways of writing a function agree in to 1e-30."""

    def __init__(self) -> None:
        super().__init__()
        self.table: dict[str, Any] = {
            "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
            "div": lambda a, b: a / b, "over": lambda a, b: a / b if b else mpmath.mpf(0),
            "neg": lambda a: -a, "pi": lambda: +mpmath.pi, "e": lambda: +mpmath.e,
            "pow": lambda a, b: a**b, "powers": self.powers, "sinc": self.sinc,
            "where": lambda test, a, b: a if test else b, "abs": abs, "sign": mpmath.sign,
            "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b,
            "ge": lambda a, b: a >= b, "eq": lambda a, b: a == b, "ne": lambda a, b: a != b,
            "max": max, "min": min, "polygamma": lambda x, n: mpmath.polygamma(n, x),
            "lgamma": mpmath.loggamma, "mod": lambda a, b: a - b * mpmath.floor(a / b),
            "and": lambda a, b: a and b, "or": lambda a, b: a or b,
            "not": lambda a: not a, "log2": lambda x: mpmath.log(x, 2),
        }  # fmt: skip

    def number(self, x: Any) -> Any:
        x = Fraction(x)
        return mpmath.mpf(x.numerator) / x.denominator

    def function(self, operation: Operation) -> Any:
        compute = self.found(operation)

        def bounded(*x: Any) -> Any:
            y = compute(*x)
            if isinstance(y, mpmath.mpc) or abs(y) > 1e300:
                raise OverflowError
            return y

        return bounded

    def found(self, operation: Operation) -> Any:
        found = self.table.get(operation.name) or getattr(mpmath, operation.name, None)
        return found or composed(operation, self)

    @staticmethod
    def powers(a: Any, b: Any, j: int, k: int) -> Any:
        """a**b differentiated j times in a, k times in b."""
        return mpmath.diff(lambda t: t**b * mpmath.log(t) ** k, a, j) if j or k else a**b

    @staticmethod
    def sinc(x: Any, n: int) -> Any:
        return mpmath.diff(mpmath.sinc, x, n) if n else mpmath.sinc(x)


DIGITS = Digits()


def at(y: Tensor, point: dict[str, Any]) -> Any:
    """y with 60 digits, None where it is no finite real number."""
    nodes, stack = {}, [y]
    while stack:
        x = stack.pop()
        if id(x) not in nodes:
            nodes[id(x)] = x
            stack += x.inputs
    with mpmath.workdps(60):
        leaves = {
            x: DIGITS.number(point[x.attributes[0]])
            for x in nodes.values()
            if x.operation.name == "variable"
        }
        try:
            (value,) = evaluate([y], leaves, DIGITS)
        except (ZeroDivisionError, ValueError, OverflowError):
            return None
        return value if mpmath.isfinite(value) else None


def same(a: Tensor, b: Tensor, point: dict[str, Any], expected: Any = None) -> None:
    expected = at(a, point) if expected is None else expected
    found = at(b, point)
    assert expected is not None and found is not None
    # 60 digits, of which intermediate results 1e25 larger may cost some.
    assert abs(found - expected) <= 1e-30 * max(1, abs(expected))


# ------------------------------------------------------------------ drawn expressions

VALUES = st.sampled_from([Fraction(n, 16) for n in (-29, -13, -5, 3, 11, 18, 37)])
POINTS = st.fixed_dictionaries(dict.fromkeys("xyz", VALUES))
LEAVES = st.sampled_from(["x", "y", "z", "x", "y", "2", "3", "0.5", "7", "1.25", "1e-3", "-1",
                          "pi", "e", "1", "0"])  # fmt: skip
SMOOTH = ["sin", "cos", "tanh", "exp", "atan", "erf", "sinh", "asinh", "sqrt", "log", "cbrt",
          "sigmoid", "log1p", "sec", "asin", "acosh", "softplus", "silu"]  # fmt: skip
SIGNS = ["{}+{}", "{}-{}", "{}*{}", "{}/{}", "{}*{}", "({}+{})", "({}-{})", "({}*{})", "({}/{})",
         "({})**2*({})", "({})**-1-{}", "-({})**3/({})", "({})**0.5+{}", "({})**(-3/2)*{}",
         "2**({})*{}", "(({})**2+1)**({})", "-({}+{})", "{}-(-{})", "hypot({},{})"]  # fmt: skip


def grown(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(st.sampled_from(SIGNS), parts, parts).map(lambda t: t[0].format(*t[1:]))
    call = st.tuples(st.sampled_from(SMOOTH), parts).map(lambda t: f"{t[0]}({t[1]})")
    return pair | pair | call


smooth = st.recursive(LEAVES, grown, max_leaves=9)

PIECEWISE = [*SIGNS[:12], "({}) % ({})", "({})//({})", "max({},{})", "min({},{})"]  # fmt: skip
ONES = ["abs({})", "floor({})", "ceil({})", "round({})", "sign({})", "relu({})"]
TESTS = ["{}<{}", "{}<={}", "{}>{}", "{}>={}", "({})=={}", "{}!={}", "not ({}<{})", "{} and {}",
         "{} or not {}", "{}<{}<1", "({}<{}) == 1", "({} or {}) and x<1",
         "not (x<1 and {}<{})"]  # fmt: skip


def pieces(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(st.sampled_from(PIECEWISE), parts, parts).map(lambda t: t[0].format(*t[1:]))
    one = st.tuples(st.sampled_from(ONES), parts).map(lambda t: t[0].format(t[1]))
    test = st.tuples(st.sampled_from(TESTS), parts, parts).map(lambda t: t[0].format(*t[1:]))
    choice = st.tuples(test, parts, parts).map(lambda t: f"where({t[0]},{t[1]},{t[2]})")
    return pair | pair | one | choice | choice


rational = st.recursive(LEAVES.filter(lambda x: x not in ("pi", "e")), pieces, max_leaves=9)


# ------------------------------------------------------------------ round trips


def alike(a: Tensor, b: Tensor, point: dict[str, Any]) -> None:
    """The same number, for drawn expressions: where there is one."""
    expected = at(a, point)
    assume(expected is not None and abs(expected) < 1e50)
    same(a, b, point, expected)


def drawn(text: str) -> Any:
    try:
        return read(text)
    except HodiffError:  # a limit: 2**(7**…)
        assume(False)


@given(smooth, POINTS)
@settings(common, max_examples=300)
def test_a_formula_parses_back(text: str, point: dict[str, Fraction]) -> None:
    f = drawn(text).f
    alike(f, read(formula(f)).f, point)


@given(smooth, POINTS)
@settings(common, max_examples=250)
def test_the_formula_of_a_gradient_parses_back(text: str, point: dict[str, Fraction]) -> None:
    problem = drawn(text)
    for g in derivatives.gradient(problem.f, problem.inputs):
        alike(g, read(formula(g)).f, point)


@given(smooth, POINTS)
@settings(common, max_examples=150)
def test_the_formula_of_a_second_derivative_parses_back(
    text: str, point: dict[str, Fraction]
) -> None:
    problem = drawn(text)
    for row in derivatives.hessian(problem.f, problem.inputs[:2])[1]:
        for h in row:
            alike(h, read(formula(h)).f, point)


def exactly(text: str, point: dict[str, Fraction]) -> tuple[list[Tensor], list[str]]:
    """The value at a point and the slopes there, each as a graph whose constants are folded."""
    let = [f"{name}={x}" for name, x in point.items()]
    problem = read(text)
    formulas = [formula(problem.f)]
    formulas += [formula(g) for g in derivatives.gradient(problem.f, problem.inputs)]
    return [read(t, let=let).f for t in [text, *formulas]], formulas


@given(rational, POINTS)
@settings(common, max_examples=250)
def test_a_piecewise_formula_parses_back_exactly(text: str, point: dict[str, Fraction]) -> None:
    """In rational numbers, jumps and all: the two texts have the same exact value."""
    try:
        (written, back, *_), formulas = exactly(text, point)
    except HodiffError:
        assume(False)
        return
    if written.operation is CONSTANT:
        assert back.operation is CONSTANT, formulas[0]
        assert back.attributes[0] == written.attributes[0], formulas[0]
    else:  # a where, which is not folded, or no number
        a, b = evaluate([written, back])
        assert a == b or (not math.isfinite(a) or abs(a - b) <= 1e-12 * abs(a)), formulas[0]


# ------------------------------------------------------------------ as a person writes it


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("w1**2*sin(w2)", ["2*w1*sin(w2)", "w1**2*cos(w2)"]),
        ("x**3", ["3*x**2"]),
        ("x**2", ["2*x"]),
        ("x", ["1"]),
        ("3 + 0*x", ["0"]),
        ("exp(x)", ["exp(x)"]),
        ("exp(-x)", ["-exp(-x)"]),
        ("1/x", ["-1/x**2"]),
        ("x/y", ["1/y", "-x/y**2"]),
        ("sqrt(x)", ["1/(2*sqrt(x))"]),
        ("log(x)", ["1/x"]),
        ("sin(2*x)", ["2*cos(2*x)"]),
        ("cos(x)", ["-sin(x)"]),
        ("x*y*z", ["y*z", "x*z", "x*y"]),
        ("(x + y)**2", ["2*(x + y)", "2*(x + y)"]),
        ("x - y", ["1", "-1"]),
        ("-x**2", ["-2*x"]),
        ("0.5*x**2", ["x"]),
        ("x**-2", ["-2/x**3"]),
        ("a*x**2 + b*x + c", ["x**2", "2*a*x + b", "x", "1"]),
        ("exp(-x**2)", ["-2*x*exp(-x**2)"]),
        ("tan(x)", ["1 + tan(x)**2"]),
        ("atan(x)", ["1/(1 + x**2)"]),
        ("asin(x)", ["1/sqrt(1 - x**2)"]),
        ("abs(x)", ["sign(x)"]),
        ("x**y", ["y*x**(y - 1)", "x**y*log(x)"]),
        ("laguerre(1, x)", ["-1"]),  # 1 - x
        ("chebyshevt(1, x)", ["1"]),
        ("gegenbauer(1, 2, x)", ["4"]),
        ("legendrep(1, x)**2", ["2*legendrep(1, x)"]),
    ],
)
def test_simple_derivatives(text: str, formulas: list[str]) -> None:
    found = slopes(text)
    # 'b + 2*a*x' says as much as '2*a*x + b': the terms may stand in any order.
    assert [sorted(f.split(" + ")) for f in found] == [sorted(f.split(" + ")) for f in formulas]


@pytest.mark.parametrize(
    "text",
    [
        "x + y",
        "x - y",
        "x - (y - z)",
        "x - y - z",
        "x - (y + z)",
        "x*(y + z)",
        "(x + y)*(x - y)",
        "x/y",
        "x/(y*z)",
        "x/(y + z)",
        "(x + y)/z",
        "x*y/z",
        "1/x",
        "-x",
        "-x/y",
        "-x**2",
        "(-x)**2",
        "-(x + y)",
        "x**2",
        "x**y",
        "x**y**z",
        "(x**y)**z",
        "(x + y)**2",
        "x**(y + z)",
        "x**(-y)",
        "2**x",
        "(-2)**x",
        "(1/2)**x",
        "x**(2/3)",
        "sqrt(x)",
        "sqrt(x + y)",
        "x**(3/2)",
        "2*x",
        "-2*x",
        "x/2",
        "-x/2",
        "2*x/3",
        "2*(x + y)",
        "(x + y)/2",
        "x + 1",
        "x - 1",
        "1 - x",
        "1/(1 + x)",
        "2/(3*x)",
        "sin(x)",
        "sin(x)**2",
        "sin(x**2)",
        "sin(-x)",
        "exp(-x)",
        "exp(x)/x",
        "x*pi",
        "pi/2 - x",
        "x*e",
        "atan2(y, x)",
        "max(x, y)",
        "x < y",
        "x <= 1",
        "where(x < 1, x, y)",
        "where(x < 1 and y < 1, x, y)",
        "where(x < 1 or y < 1 and z < 1, x, y)",
        "where((x < 1 or y < 1) and z < 1, x, y)",
        "where(not x < 1 and y < 1, x, y)",
        "where(not (x < 1 and y < 1) or z < 1, x, y)",
        "where(x == y, 1, 0)",
        "where(x != 0, 1, 0)",
        "where((x < 1) == (y < 1), x, y)",
        "(x < 1)*x",
        "[x, y]",
        "[[x, y], [1, 2]]",
        "sum([x, y]*[1, 2])",
        "[x, y] @ [1, 2]",
        "([x, y] + [1, 2]) @ [1, 2]",
        "[x, y][0]",
        "([x, y] + [1, 2])[0]",
        "[x, y]**2",
        "-[x, y]",
        "norm([x, y])",
        "prod([x, y])",
        "mean([x, y])",
        "x % y",
        "mod(x, 2)",
        "x//y",
        "polygamma(2, x)",
        "sinc(x)",
        "gamma(x)",
        "log2(x)",
        "log(x, 3)",
    ],
)
def test_what_needs_parentheses_and_what_does_not(text: str) -> None:
    """No parentheses that aren't in the text written with care, and none lost."""
    once = printed(text)
    assert printed(once) == once
    calls = "mod(", "floor(", "log(", "prod([", "mean(["
    if not any(call in once + text for call in calls):
        assert once.count("(") <= text.count("(")
    plain = once.replace(" ", "")
    assert "((" not in plain or "((" in text.replace(" ", "")
    assert "--" not in plain and "+-" not in plain and "*-" not in plain and "1*" not in plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + 0", "x"),
        ("x*1", "x"),
        ("x*x", "x**2"),
        ("x*x*x", "x**3"),
        ("x**1", "x"),
        ("--x", "x"),
        ("+x", "x"),
        ("x^2", "x**2"),
        ("x*2", "2*x"),
        ("sin(x)*y", "y*sin(x)"),
        ("x**0.5", "sqrt(x)"),
        ("x*-1", "-x"),
        ("x - -y", "x + y"),
        ("-x + y", "y - x"),
        ("-x - y", "-x - y"),
        ("((x))", "x"),
        ("a = x + 1; a*a", "(x + 1)**2"),
        ("f(t) = t**2; f(x)", "x**2"),
        ("x/y/z", "x/(y*z)"),
        ("x/(y/z)", "x/(y/z)"),
    ],
)
def test_small_tidying(text: str, expected: str) -> None:
    assert printed(text) == expected


@pytest.mark.parametrize(
    "text",
    ["0*log(x)", "0/x", "x/x", "log(x) - log(x)", "0/0", "0/0*x", "(x - x)/0", "1/0", "1/x*0",
     "x**-1*x", "sqrt(x - 1)**2", "log(x)**0", "(x/y)*(y/x)", "1/(1/x)", "x*0/y", "0**-1",
     "0*[x, 1/y][1]", "(1/x)**0", "(1/x)**-2", "1/x - 1/x + 1", "x/x**2", "x**2/x", "0 % x"],
)  # fmt: skip
def test_a_singularity_is_still_there(text: str) -> None:
    """What is no number at a point stays none: a formula doesn't cancel a pole."""
    once = printed(text)
    for written in (text, once):
        problem = read(written, ["x=0,y=0"])
        with pytest.raises(HodiffError):
            value = answer(problem, [problem.f], differentiated=False)
            pytest.fail(f"{written} is {value}")


# ------------------------------------------------------------------ constants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.380649e-23*x**2", "1.380649e-23*x**2"),
        ("0.1*x", "x/10"),
        ("1e22*x", "1e22*x"),
        ("6.02214076e23*x", "6.02214076e23*x"),
        ("x/3", "x/3"),
        ("2/3*x", "2*x/3"),
        ("-2/3*x", "-2*x/3"),
        ("x**(2/3)", "x**(2/3)"),
        ("x**-0.5", "1/sqrt(x)"),
        ("x**0.1", "x**(1/10)"),
        ("x + 299792458", "x + 299792458"),
        ("x - 0.25", "x - 1/4"),
        ("1e-400*x", "1e-400*x"),
        ("1e400*x", "1e400*x"),
        ("(-2)**x", "(-2)**x"),
        ("(2/3)**x", "(2/3)**x"),
        ("(1e22)**x", "1e22**x"),
        ("(1e-22)**x", "1e-22**x"),
        ("(-1e22)**x", "(-1e22)**x"),
        ("x**1e22", "x**1e22"),
        ("x**-1e22", "1/x**1e22"),
        ("sin(-1e22)", "sin(-1e22)"),
        ("1e22", "1e22"),
        ("1/3", "1/3"),
        ("-1/3", "-1/3"),
        ("2**(1/2)", "sqrt(2)"),
        ("-(1/3)**x", "-(1/3)**x"),
    ],
)
def test_constants(text: str, expected: str) -> None:
    once = printed(text)
    assert once == expected
    assert printed(once) == once


@given(st.fractions() | st.integers(-400, 400).map(lambda n: Fraction(10) ** n * 1234567))
@settings(common, max_examples=100)
def test_a_constant_is_printed_exactly(c: Fraction) -> None:
    texts = {
        f"({c})": c,
        f"({c})*x": 3 * c,
        f"x + ({c})": 3 + c,
        f"x/3**3 - ({c})": Fraction(1, 9) - c,
    }
    for text, expected in texts.items():
        once = printed(text)
        back = read(once, let=["x=3"]).f
        assert back.operation is CONSTANT and back.attributes == (expected,)
        assert printed(once) == once
    for text in (f"({c})**x", f"x**({c})", f"sin({c})"):
        once = printed(text)
        assert printed(once) == once


@pytest.mark.parametrize("x", [0.1, -2.5, 1e-300, 1e300, 3.0, -0.0, 1 / 3, 5e-324])
def test_floats_from_python_round_trip(x: float) -> None:
    y = variable("y")
    for tensor in (y * x, x - y, y**x, abs(x) ** y, OPERATIONS["sin"](x) + y):
        text = formula(tensor)
        back = read(text, ["y=2.5"])
        (found,) = evaluate([back.f], {back.variables["y"]: 2.5})
        (expected,) = evaluate([tensor], {y: 2.5})
        assert found == pytest.approx(expected, rel=1e-15, abs=0)


def test_a_number_too_long_for_the_language_is_no_crash() -> None:
    nines = "9" * 1000
    for text in ("*".join([nines] * 5) + "*x", f"x**({nines}*{nines})", f"x/{nines}/{nines}"):
        try:
            once = formula(read(text).f)
            assert formula(read(once).f) == once
        except HodiffError as fault:
            assert fault.kind == "limit"


# ------------------------------------------------------------------ vectors


@pytest.mark.parametrize(
    "text",
    [
        "prod([[1, x], [3, y]])",
        "sum([x, y]*[[1, 2], [3, 4]])",
        "sum([[x], [y]] + [1, 2])",
        "norm([[x, y], [1, 2]])",
        "sum([1, x, y, 4][::-1][1:3])",
        "sum([1, x, y, 4][::-2])",
        "sum([1, x, y, 4][3:0:-1])",
        "sum([[x, 1], [y, 2]][:, 0]*[3, 4])",
        "sum([[x, 1], [y, 2]] @ [[3], [4]])",
        "[x, y] @ [[1, 2], [3, 4]] @ [y, x]",
        "sum(([x, y] @ [[1, 2], [3, 4]])[::-1]*[1, 5])",
        "sum([x, y]) - mean([x, 2, 4])",
        "sum(0*[x, y] + [1, 2])",
        "sum([0, 0] + x)",
        "sum(x + [0, 0]*[y, y])",
        "sum(where([x, y] < [1, 5], [1, x], y))",
        "logsumexp([x, y, 1])",
        "dot([x, y], [y, 3])**2",
        "sum(exp([x, y])/[y, x])",
        "sum(max([x, y], 2))",
        "v = [x, y, 1]; sum(v*v)*v[0]",
        "sum([x, y] - [x, y])",
        "sum(2 - [x, y]*0)",
        "sum(([x, y] + 1)**2/3)",
        "sum(csc([x, y])[1:])",
        "norm([x, y][0:0]) + x*y",
    ],
)
def test_vectors_parse_back(text: str) -> None:
    problem = read(text, ["x=1.25,y=-0.75"])
    graphs = [problem.f, *derivatives.gradient(problem.f, problem.inputs)]
    point = {v: {"x": 1.25, "y": -0.75}[name] for name, v in problem.variables.items()}
    for graph, expected in zip(graphs, evaluate(graphs, point), strict=True):
        once = formula(graph)
        back = read(once, ["x=1.25,y=-0.75"])
        assert back.f.shape == graph.shape
        there = {v: {"x": 1.25, "y": -0.75}[name] for name, v in back.variables.items()}
        (found,) = evaluate([back.f], there)
        assert float(found) == pytest.approx(float(expected), rel=1e-13)
        assert formula(back.f) == once


@pytest.mark.parametrize(
    "text", ["[x, y]*0", "0*[x, y] + 1", "[x, y] - [x, y]", "x*[1, 1]*0", "[x, y]**0",
             "where(x < 1, [1, 2], 3)", "[x, y] + 0", "1*[x, y]", "[[1, 2], [3, x]] @ [1, y]"]
)  # fmt: skip
def test_a_formula_keeps_its_shape(text: str) -> None:
    f = read(text).f
    assert read(formula(f)).f.shape == f.shape


# ------------------------------------------------------------------ long formulas


def test_a_long_derivative_is_written_with_definitions() -> None:
    problem = read("exp(sin(x))*log(1 + x**2)")
    x = problem.variables["x"]
    for order, y in enumerate(derivatives.nth(problem.f, x, 9), 1):
        text = formula(y)
        if len(text.encode()) > 65536:
            continue
        assert order < 9 or "; " in text
        back = read(text)
        same(y, back.f, {"x": Fraction(11, 16)})
        (found,) = evaluate([back.f], {back.variables["x"]: 0.6875})
        assert found == pytest.approx(float(at(y, {"x": Fraction(11, 16)})), rel=1e-9)


def test_definitions_take_names_that_are_free() -> None:
    text = " + ".join(f"sin(t1*{i} + exp(t2*u1))**2*exp(t2*u1)/(1 + exp(t2*u1))" for i in range(20))
    problem = read(text)
    once = formula(problem.f)
    back = read(once)
    assert sorted(back.wrt) == ["t1", "t2", "u1"]
    point = {"t1": Fraction(1, 3), "t2": Fraction(1, 5), "u1": Fraction(2, 7)}
    same(problem.f, back.f, point)


@pytest.mark.parametrize("names", [["t1", "u1", "s1", "t_1", "part_1"], ["t1", "u2", "s3", "t_4"]])
def test_definitions_hide_no_variable(names: list[str]) -> None:
    shared = " + ".join(f"exp({name})" for name in names)
    text = " + ".join(f"sin({i}*({shared}))*({shared})" for i in range(30))
    problem = read(text)
    assert sorted(read(formula(problem.f)).wrt) == sorted(problem.wrt)


def test_squaring_forty_times_stays_small() -> None:
    text = "a = x*x + 1; " + "a = a*a + 1; " * 40 + "a"
    problem = read(text)
    once = formula(problem.f)
    assert len(once) < 2000
    back = read(once)
    point = {"x": Fraction(1, 2**40)}
    for y in (problem.f, *derivatives.gradient(problem.f, problem.inputs)):
        assert len(formula(y)) < 10_000
    small = "a = x*x/4 + 1/8; " + "a = a*a + 1/8; " * 40 + "a"
    problem = read(small)
    same(problem.f, read(formula(problem.f)).f, point)
    same(problem.f, read(small).f, point)
    assert formula(back.f) == once


@pytest.mark.parametrize(
    "step",
    ["a*a", "a + 1/a", "sin(a)*cos(a)", "a - a*y", "where(a < 1, a, 2*a)", "max(a, y - a)",
     "[a, a][0] + a", "-a*a/(1 + a)", "sqrt(a)*a", "a**a", "sum([a, 2*a])", "(a < y)*a"],
)  # fmt: skip
def test_shared_parts_cost_their_number(step: str) -> None:
    """Every 40 steps double the formula 40 times, if nothing is shared."""
    problem = read("a = x; " + f"a = {step}; " * 40 + "a")
    started = time.process_time()
    once = formula(problem.f)
    assert len(once) < 20_000
    assert formula(read(once).f) == once
    for g in derivatives.gradient(problem.f, problem.inputs):
        assert len(formula(g)) < 65_536
    assert time.process_time() - started < 5


CHAINS = {
    "sum": (lambda x, i: x + i, "terms"),
    "product": (lambda x, i: x * OPERATIONS["sin"](x), "factors"),
    "calls": (lambda x, i: OPERATIONS["sin"](x), "calls"),
    "quotient": (lambda x, i: 1 / (x + 1), "quotients"),
    "negation": (lambda x, i: -x, "signs"),
    "power": (lambda x, i: x**2, "powers"),
    "difference": (lambda x, i: i - x, "differences"),
}


@pytest.mark.parametrize("kind", CHAINS)
def test_a_chain_of_20000_is_no_recursion_and_takes_linear_time(kind: str) -> None:
    step = CHAINS[kind][0]
    times = []
    for length in (5000, 20_000):
        y = variable("x")
        for i in range(length):
            y = step(y, i % 7 + 2)
        gc.disable()  # a collection costs what the other tests of the process left behind
        try:
            started = time.process_time()
            text = formula(y)
            times.append(time.process_time() - started)
        finally:
            gc.enable()
        assert text
    assert sys.getrecursionlimit() < 20_000
    # Four times the length: four times the time, not sixteen.
    assert times[1] < 9 * times[0] + 0.3
    assert times[1] < 4


def test_a_sum_of_20000_terms_parses_back() -> None:
    text = "+".join(["x", "y", "1"] * 6000)
    assert sorted(printed(text).split(" + ")) == ["6000", "6000*x", "6000*y"]
    names = "+".join(f"x{i}" for i in range(6000))
    once = printed(names)
    assert once == names.replace("+", " + ")
    assert printed(once) == once


def test_an_array_of_numbers_is_written_out() -> None:
    """|x|*norm(k) has slope norm(k) at x > 0."""
    import hodiff

    slope = hodiff.calculate("grad", "norm(k*x)", let={"k": numpy.array([3.0, 0.0, 4.0])}).gradient[
        "x"
    ]
    f, variables = hodiff.parse(slope)
    assert float(hodiff.evaluate(f, {variables["x"]: 2.0})) == 5


@pytest.mark.parametrize("text", ["x*(x - x)**x", "x**(x - x)*(x - x)**x", "x*0**(x**(1/2))"])
def test_a_power_of_what_cancels_has_a_formula(text: str) -> None:
    """It has no factors that roots could take in."""
    for order in (1, 2):
        assert "0**" in calculate("nth", text, order=order).text("plain")


# ------------------------------------------------------------------ the table of operations


def calls(name: str) -> list[str]:
    """Calls of a function of the language: of numbers, with whole ones where it needs them; or of a
    vector or a matrix."""
    function = FUNCTIONS[name]
    names = ["x", "y", "z", "u", "v", "w", "s", "t"][: function.least]
    if name in ("cross",):
        return [f"sum({name}([x, y, x*y], [y, 2, x]))"]
    if name in ("det", "determinant"):
        return [f"{name}([[x, 1, 2, 0], [2, x, 3, 1], [0, x**2, 1, y], [y, 1, 0, x]])"]
    if name in ("inv", "inverse"):
        return [f"sum({name}([[x, 1], [y, x]]) @ [x, 2])", f"{name}([[x, 1], [y, x]])[0, 1]"]
    if name == "trace":
        return ["trace([[x, 1], [y, x]] @ inv([[x, 2], [3, y]]))"]
    if name == "dot":
        return ["dot([x, y], [y, x**2])"]
    if function.most is None:
        return [f"sum({name}([x, y, x*y])*[1, 2, 3])"] if name != "piecewise" else []
    parameters = function.parameters.split(", ")
    whole = [p[0] in "nk" for p in parameters[: function.least]]
    mixed = ["2" if w else x for x, w in zip(names, whole, strict=True)]
    return [f"{name}({', '.join(given)})" for given in (names, mixed)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_of_every_function_are_written_in_the_language(name: str) -> None:
    for text in calls(name):
        try:
            problem = read(text)
        except HodiffError:
            continue  # an order that has to be a number, or two vectors
        for x in problem.inputs:
            try:
                listed = derivatives.nth(problem.f, x, 2)
            except HodiffError:
                continue  # no derivative is known in it
            for y in listed:
                read(formula(y))
                read(hodiff.formula(y))


ENTRIES = st.sampled_from(["x", "y", "1", "-2", "x*y", "3 - x", "y**2", "0", "5"])


def matrices(n: int) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(ENTRIES, min_size=n, max_size=n), min_size=n, max_size=n)


@given(st.integers(2, 4).flatmap(matrices), st.sampled_from(["det", "entry", "sum", "trace"]),
       st.integers(1, 2), POINTS)  # fmt: skip
@settings(common, max_examples=40)
def test_formulas_of_matrices_have_the_values_of_sympy(
    rows: list[list[str]], what: str, order: int, point: dict[str, Fraction]
) -> None:
    text = f"[{', '.join('[' + ', '.join(row) + ']' for row in rows)}]"
    at = {x: sympy.Rational(str(point[x])) for x in "xy"}
    m = sympy.Matrix([[sympy.sympify(entry) for entry in row] for row in rows])
    assume(m.subs(at).det() != 0)
    x = sympy.Symbol("x")
    slopes = [m, m.diff(x), m.diff(x, 2)]
    a, da, dda = (each.subs(at) for each in slopes)
    back = a.inv()
    step = back * da
    if what == "det":  # Jacobi's formula, and its derivative
        first = a.det() * step.trace()
        second = a.det() * (step.trace() ** 2 - (step * step).trace() + (back * dda).trace())
    else:
        reading = {"entry": lambda k: k[0, 1], "sum": sum, "trace": lambda k: k.trace()}[what]
        first = reading(-step * back)
        second = reading(2 * step * step * back - back * dda * back)
    asked = {"det": "det({})", "entry": "inv({})[0, 1]", "sum": "sum(inv({}))",
             "trace": "trace(inv({}))"}[what].format(text)  # fmt: skip
    problem = read(asked)
    variables = [v for v in problem.inputs if v.attributes[0] == "x"]
    expected = (first, second)[order - 1]
    for v in variables:
        for written in (formula, hodiff.formula):
            text = written(derivatives.nth(problem.f, v, order)[-1])
            used = {k: point[k] for k in "xy"}
            found = calculate("value", f"{text} + 0*x*y", at=used).value
            assert float(found) == pytest.approx(float(expected), rel=1e-15)
