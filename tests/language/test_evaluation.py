"""The language means what Python means: the same text, parsed and run by both.

Python is the oracle: the text goes through Python's own parser, its literals become exact
fractions, and every operation refuses what is no finite real number, as hodiff does.
"""

from __future__ import annotations

import ast
import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hodiff.errors import HodiffError
from hodiff.language.problem import read
from tests.asking import answer
from tests.lengths import examples

FAULTS = (ZeroDivisionError, ValueError, OverflowError)
POINT = {"x": 0.75, "y": -2.0, "z": 3.0}
KINDS = {"domain", "pole", "limit"}

common = settings(deadline=None, derandomize=True)


def value(text: str, **point: Any) -> Any:
    """What hodiff makes of text at the point."""
    at = [f"{name}={x!r}" for name, x in point.items()]
    problem = read(text, at or ["unused=0"])
    return answer(problem, [problem.f], differentiated=False)[0]


# ------------------------------------------------------------------ Python as the oracle


class Unsuitable(Exception):
    """Python's answer hangs on a rounding, or is too large to compute exactly."""


def exact(x: Any) -> bool:
    return isinstance(x, int | Fraction)


def finite(x: Any) -> Any:
    """x, if it is a finite real number."""
    if isinstance(x, complex) or (isinstance(x, float) and not math.isfinite(x)):
        raise ValueError("no finite real number")
    if exact(x) and max(x.numerator.bit_length(), Fraction(x).denominator.bit_length()) > 1000:
        raise Unsuitable
    return Fraction(x) if exact(x) else x


def power(a: Any, b: Any) -> Any:
    if exact(a) and exact(b) and abs(b) * max(a.numerator.bit_length(), 4) > 1000:
        raise Unsuitable
    return finite(a**b)


def rounding(divide: Any) -> Any:
    """// and %, where the quotient isn't just beside a whole number."""

    def result(a: Any, b: Any) -> Any:
        if not (exact(a) and exact(b)) and b and math.isfinite(a / b):
            near = round(a / b)
            if abs(a / b - near) <= 1e-14 * abs(near) and Fraction(a) != near * Fraction(b):
                raise Unsuitable
        return finite(divide(a, b))

    return result


def computed(function: Any) -> Any:
    """A function whose result is exact only where that is said."""
    return lambda *x: finite(float(function(*x)))


def whole(function: Any) -> Any:
    return lambda x: finite(Fraction(function(x)) if exact(x) else float(function(x)))


def choice(function: Any) -> Any:
    """max and min: exact where all arguments are."""
    return lambda *x: function(x) if all(map(exact, x)) else float(function(x))


MATH = ["sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh",
        "acosh", "atanh", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt",
        "hypot", "erf", "erfc", "gamma"]  # fmt: skip
FUNCTIONS: dict[str, Any] = {
    **{name: computed(getattr(math, name)) for name in MATH},
    "arcsin": computed(math.asin),
    "ln": computed(math.log),
    "mod": rounding(lambda a, b: a % b),
    "floor": whole(math.floor),
    "ceil": whole(math.ceil),
    "round": whole(round),
    "abs": lambda x: finite(abs(x)),
    "sign": whole(lambda x: (x > 0) - (x < 0)),
    "max": choice(max),
    "min": choice(min),
    "clip": choice(lambda x: min(max(x[0], x[1]), x[2])),
}
HELPERS: dict[str, Any] = {
    "finite_": finite,
    "power_": power,
    "floordiv_": rounding(lambda a, b: a // b),
    "mod_": rounding(lambda a, b: a % b),
    "exactly_": lambda text: Fraction(text),
    "either_": lambda test, a, b: float(a() if test() else b()),
}


class Careful(ast.NodeTransformer):
    """Python's tree with exact literals, and a look at every result."""

    def helper(self, name: str, *arguments: ast.expr) -> ast.expr:
        return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return self.helper("exactly_", ast.Constant(repr(node.value)))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        return node if isinstance(node.op, ast.Not) else self.helper("finite_", node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        special = {ast.Pow: "power_", ast.FloorDiv: "floordiv_", ast.Mod: "mod_"}
        name = special.get(type(node.op))
        if name is None:
            return self.helper("finite_", node)
        return self.helper(name, node.left, node.right)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "where":
            none = ast.arguments([], [], None, [], [], None, [])
            branches = [ast.Lambda(none, branch) for branch in node.args]
            return self.helper("either_", *branches)
        return node


def by_python(source: str, names: dict[str, Any]) -> float:
    """The value of a Python expression: a float. Raises one of FAULTS where there is none."""
    tree = ast.fix_missing_locations(Careful().visit(ast.parse(source, mode="eval")))
    scope = {**FUNCTIONS, **HELPERS, "pi": math.pi, "e": math.e, **names}
    return float(finite(eval(compile(tree, "<text>", "eval"), scope)))  # the text is ours


def agrees(text: str, names: dict[str, Any], source: str | None = None) -> None:
    """Check that hodiff gives for text what Python gives for source, or refuses where it does."""
    try:
        expected = by_python(source or text, names)
    except Unsuitable:
        assume(False)
    except FAULTS:
        with pytest.raises(HodiffError) as fault:
            value(text, **names)
        assert fault.value.kind in KINDS
    else:
        assert value(text, **names) == expected


# ------------------------------------------------------------------ drawn expressions

NUMBERS = ["0", "1", "2", "3", "4", "10", "0.5", "1.5", ".25", "2.", "1_0", "5e-1"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", " + ", " - ", " * ", " / ", " // ", " % ", " ** "]
SIGNS = ["", "", "", "", "-", "+", "--", "-+", "- "]
ONE = ["sin", "cos", "tan", "asin", "atan", "sinh", "tanh", "asinh", "exp", "log", "log1p", "sqrt",
       "cbrt", "erf", "erfc", "gamma", "floor", "ceil", "round", "abs", "sign", "log2", "arcsin",
       "acosh", "atanh", "exp2", "expm1", "ln", "log10", "cosh", "acos"]  # fmt: skip
TWO = ["atan2", "hypot", "max", "min", "mod"]
COMPARISONS = ["<", "<=", ">", ">=", "==", "!=", " < ", " == "]


def flat(operands: st.SearchStrategy[str], signs: list[str] = BINARY) -> st.SearchStrategy[str]:
    """Operands with operators between them and no parentheses: precedence decides."""
    signed = st.tuples(st.sampled_from(SIGNS), operands).map("".join)
    rest = st.lists(st.tuples(st.sampled_from(signs), signed).map("".join), max_size=3)
    return st.tuples(signed, rest.map("".join)).map("".join)


def compound(operands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Parentheses, calls and choices."""
    inner = flat(operands)
    total = flat(leaves, ["+", "-", "*"])  # in a condition: Python stops early, hodiff needn't
    comparison = st.tuples(
        total, st.lists(st.tuples(st.sampled_from(COMPARISONS), total).map("".join), min_size=1,
                        max_size=2).map("".join)
    ).map("".join)  # fmt: skip
    negated = st.tuples(st.sampled_from(["", "not ", "not not "]), comparison | total).map("".join)
    condition = st.tuples(
        negated,
        st.lists(st.tuples(st.sampled_from([" and ", " or "]), negated).map("".join), max_size=2)
        .map("".join),
    ).map("".join)  # fmt: skip
    return st.one_of(
        inner.map("({})".format),
        st.tuples(st.sampled_from(ONE), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(st.sampled_from(TWO), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(condition, inner, inner).map(lambda t: f"where({t[0]}, {t[1]}, {t[2]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"clip({t[0]}, {t[1]}, {t[2]})"),
    )


leaves = st.sampled_from([*NUMBERS, *POINT, *POINT])
operands = st.recursive(leaves, compound, max_leaves=8)
dyadic = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.25, 1.0, 1.5, 3.0])
points = st.fixed_dictionaries(dict.fromkeys(POINT, dyadic))


@given(flat(operands), points)
@settings(common, max_examples=examples(500))
def test_a_text_has_the_value_that_python_gives_it(text: str, point: dict[str, float]) -> None:
    agrees(text, point)


@given(flat(st.sampled_from(["x", "y", "z", "2", "3", "0.5"])))
@settings(common, max_examples=examples(500))
def test_operators_bind_as_in_python(text: str) -> None:
    agrees(text, {"x": 1.25, "y": 2.0, "z": -3.0})


@given(flat(operands), flat(st.sampled_from(["s", "t", "a", "2"])), flat(operands), points)
@settings(common, max_examples=examples(120))
def test_definitions_are_substitutions(
    a: str, body: str, last: str, point: dict[str, float]
) -> None:
    body, last = f"{body} + s - t + a*0", f"{last} + a + f(y, a)"
    source = f"(lambda a: (lambda f: {last})(lambda s, t: {body}))({a})"
    agrees(f"a = {a}; f(s, t) = {body}; {last}", point, source)


vectors = st.lists(flat(leaves, ["+", "-", "*"]), min_size=1, max_size=5).map(
    lambda entries: f"[{', '.join(entries)}]"
)
bounds = st.sampled_from(["", "0", "1", "2", "-1", "-2", "9", "-9"])
slices = st.tuples(bounds, bounds, st.sampled_from(["", ":", ":1", ":2", ":-1", ":-2"])).map(
    lambda t: f"[{t[0]}:{t[1]}{t[2]}]"
)


@given(vectors, st.lists(slices, max_size=2).map("".join), st.integers(-5, 4), points)
@settings(common, max_examples=examples(300))
def test_indices_and_slices_are_pythons(
    vector: str, slices: str, index: int, point: dict[str, float]
) -> None:
    names = {**FUNCTIONS, **point}
    text = f"{vector}{slices}[{index}]"
    try:
        expected = eval(text, names)
    except IndexError:
        with pytest.raises(HodiffError, match="outside a vector"):
            value(text, **point)
    else:
        assert value(text, **point) == expected  # small dyadic numbers: + - * are exact


decimals = st.decimals(-100, 100, places=3, allow_nan=False).map(lambda x: f"({x})")
SHORT = ["+", "-", "*", "/", "//", "%"]


@given(flat(decimals | st.sampled_from(["0.1", "0.3", "3", "10"]), SHORT))
@settings(common, max_examples=examples(300))
def test_decimals_are_exact(text: str) -> None:
    exactly = ast.fix_missing_locations(Careful().visit(ast.parse(text, mode="eval")))
    try:
        expected = eval(compile(exactly, "<text>", "eval"), HELPERS)
    except ZeroDivisionError:
        with pytest.raises(HodiffError):
            value(text)
    else:
        # Divided by what it should be, or with nothing added: exact to the last digit.
        assert value(f"({text}) == {expected.numerator}/{expected.denominator}") == 1
        assert value(text) == float(expected)


# ------------------------------------------------------------------ precedence, by construction


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-3**2", -9),
        ("2**-1", 0.5),
        ("2**3**2", 512),
        ("2^3^2", 512),
        ("-2^2", -4),
        ("2**-2**2", 0.0625),  # 2**(-(2**2))
        ("2*-3", -6),
        ("2--3", 5),
        ("2-+3", -1),
        ("8/4/2", 1),
        ("8/4*2", 4),
        ("7//2*2", 6),
        ("2*7//4", 3),
        ("7%4*2", 6),
        ("-7//2", -4),
        ("-7%3", 2),
        ("7%-3", -2),
        ("-(7%3)", -1),
        ("1 - 2 - 3", -4),
        ("1 + 2*3", 7),
        ("(1 + 2)*3", 9),
        ("where(1 < 2 < 3, 5, 6)", 5),
        ("where(1 < 3 < 2, 5, 6)", 6),
        ("where(3 > 2 > 2, 5, 6)", 6),
        ("where(3 > 2 >= 2 != 1, 5, 6)", 5),
        ("where(1 or 0 and 0, 5, 6)", 5),
        ("where((1 or 0) and 0, 5, 6)", 6),
        ("where(not 0 and 0, 5, 6)", 6),
        ("where(not (0 and 0), 5, 6)", 5),
        ("where(not 1 == 2, 5, 6)", 5),
        ("where(1 < 2 and 2 < 3 or 1 > 2, 5, 6)", 5),
        ("where(1 + 1 == 2, 5, 6)", 5),
        ("where(-0.5, 5, 6)", 5),
        ("where(0, 5, 6)", 6),
        ("-[1, 2][0]", -1),
        ("[1, 2][1]**2", 4),
        ("2**[1, 3][1]", 8),
        ("[1, 2] @ [3, 4] * 2", 22),
        ("2*[1, 2] @ [3, 4]", 22),
        ("-[1, 2] @ [3, 4]", -11),
    ],
)
def test_precedence(text: str, expected: float) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1*3 - 0.3", 0),
        ("floor(0.3*10)", 3),
        ("floor(0.7*10)", 7),
        ("1//0.1", 10),
        ("1 % 0.1", 0),
        ("1/3*3 - 1", 0),
        ("1e-400*1e400", 1),
        ("10**400/10**399", 10),
        ("(-8)**(6/2)", -512),
        ("where(0.1 + 0.2 == 0.3, 1, 2)", 1),
        ("where(0.1 < 1/10, 1, 2)", 2),
        ("round(0.5)", 0),
        ("round(1.5)", 2),
        ("round(2.5)", 2),
        ("round(-1.5)", -2),
        ("0**0", 1),
        ("0.0**0", 1),
    ],
)
def test_constants_are_exact(text: str, expected: float) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log(8, 2)", 3),
        ("log(1000, 10)", 3),
        ("log(9, x)", 2),
        ("ln(x)", math.log(3)),
        ("log(1/3, x)", -1),
        ("atan2(x, -3)", 3 * math.pi / 4),
        ("sinc(0)", 1),
        ("sinc(x)", math.sin(3) / 3),
        ("mod(-x, 2)", 1),
        ("clip(x, 0, 1)", 1),
        ("max(1, x, 2)", 3),
        ("gelu(x)", 3 * (1 + math.erf(3 / math.sqrt(2))) / 2),
        ("sum([x, 1, 2])", 6),
        ("prod([x, 1, 2])", 6),
        ("mean([x, 1, 2])", 2),
        ("norm([x, 4])", 5),
        ("dot([x, 1], [2, 5])", 11),
        ("logsumexp([x, x])", 3 + math.log(2)),
        ("([[1, 2], [3, 4]] @ [x, 1])[1]", 13),
        ("sum([[1, 2], [x, 4]][:, 1])", 6),
    ],
)
def test_functions_mean_what_the_contract_says(text: str, expected: float) -> None:
    # Two or three roundings, each within an ulp.
    assert value(text, x=3.0) == pytest.approx(expected, rel=4 * 2**-52, abs=0)


# ------------------------------------------------------------------ truth is 0 or 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x < 3", 1),
        ("x > 3", 0),
        ("(x < 3)*x", 2),
        ("(x < 3) + (x < 4)", 2),
        ("-(x < 3)", -1),
        ("sin(x < 3)", math.sin(1)),
        ("gelu(x < 3)", (1 + math.erf(1 / math.sqrt(2))) / 2),
        ("lgamma(x < 3)", 0),
        ("beta(1, x < 3)", 1),
        ("digamma(x < 3)", -0.5772156649015329),
        ("abs(x < 3)", 1),
        ("sign(x < 3)", 1),
        ("floor(x < 3)", 1),
        ("(x < 3)/2", 0.5),
        ("(x < 3)**2", 1),
        ("(x < 3) % 2", 1),
        ("max(x < 3, 0.5)", 1),
        ("sum([x < 3, x < 1])", 1),
        ("sum(-([x, 5] < 3))", -1),
        ("sum(([x, 5] < 3) - ([1, 1] < 3))", -1),
        ("sum(sign([x, 5] < 3))", 1),
        ("logsumexp([x, 5] < 3) - logsumexp([1, 0])", 0),
        ("norm([x, 5] < 3)", 1),
        ("sum(abs([x, 5] < 3))", 1),
    ],
)
def test_a_comparison_is_the_number_0_or_1(text: str, expected: float) -> None:
    result = value(text, x=2.0)
    assert not isinstance(result, bool)
    assert float(result) == pytest.approx(expected, rel=4e-16, abs=4e-16)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where(x > 0 and log(x) > 1, 1, 2)", 2),
        ("where(x < 0 or log(x) > 1, 1, 2)", 1),
        ("where(0 < x < log(x), 1, 2)", 2),
        ("where(x > 0, log(x), -x)", 1),
        ("where(x > 0, where(x > 1, log(x), sqrt(x)), 5)", 5),
    ],
)
def test_what_is_not_reached_is_not_computed(text: str, expected: float) -> None:
    assert value(text, x=-1.0) == expected


# ------------------------------------------------------------------ no number


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1/x", "pole"),
        ("1/(x - x)", "pole"),
        ("x/x", "domain"),
        ("0/0", "domain"),
        ("0/0*y", "domain"),
        ("x**-1", "pole"),
        ("0**-1", "pole"),
        ("log(x)", "pole"),
        ("log(x - 1)", "domain"),
        ("sqrt(x - 1)", "domain"),
        ("(x - 8)**(1/3)", "domain"),
        ("(-1)**0.5", "domain"),
        ("asin(2)", "domain"),
        ("atanh(x + 1)", "pole"),
        ("gamma(x)", "pole"),
        ("gamma(-1)", "pole"),
        ("gamma(172)", "limit"),
        ("exp(1000)", "limit"),
        ("10**400", "limit"),
        ("1e308*10", "limit"),
        ("1e400*x", "limit"),
        ("1/(1 + exp(800))", "limit"),
        ("5 % x", "domain"),
        ("5 % 0", "domain"),
        ("5//x", "pole"),
        ("5//0", "pole"),
        ("0*log(x - 1)", "domain"),
        ("log(x - 1)*0", "domain"),
        ("log(2, 1)", "pole"),
        ("sec(pi/2)*0 + log(-1)", "domain"),
        ("lgamma(-3)", "pole"),
        ("digamma(0)", "pole"),
        ("polygamma(2, -1)", "pole"),
        ("beta(0, 1)", "pole"),
        ("csc(x)", "pole"),
        ("coth(x)", "pole"),
    ],
)
def test_where_there_is_no_number_there_is_an_error(text: str, kind: str) -> None:
    with pytest.raises(HodiffError) as fault:
        value(text, x=0.0, y=1.0)
    error = fault.value
    assert error.kind == kind
    assert error.source == "EXPR"
    assert error.text == text
    assert error.start is not None and error.end is not None and error.start < error.end


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    "name",
    ["gamma", "beta", "E_n", "I", "lambda", "theta_0", "tau", "sin", "where", "norm", "_a", "a1",
     "θ", "λ", "Δx", "and_", "nota", "orx", "in", "is", "if_", "None", "True", "inf", "nan",
     "f", "print", "e1", "e_", "E", "PI", "j"],
)  # fmt: skip
def test_any_name_is_a_variable(name: str) -> None:
    assert read(f"2*{name}**2 + 1").wrt == [name]
    assert value(f"2*{name}**2 + 1", **{name: 3.0}) == 19


@pytest.mark.parametrize(
    ("text", "point", "expected"),
    [
        ("gamma(4) + gamma", {"gamma": 2.0}, 8),
        ("sin(sin)", {"sin": 0.0}, 0),
        ("beta*beta(1, 2)", {"beta": 2.0}, 1),
        ("gamma*sin (gamma)", {"gamma": 0.0}, 0),
        ("max(max, 1)", {"max": 7.0}, 7),
        ("pi", {}, math.pi),
        ("π", {}, math.pi),
        ("π - pi", {}, 0),
        ("e", {}, math.e),
        ("log(e)", {}, 1),
        ("pi", {"pi": 3.0}, 3),
        ("π", {"pi": 3.0}, 3),
        ("pi", {"π": 3.0}, 3),
        ("e*2", {"e": 5.0}, 10),
        ("pi = 3; π", {}, 3),
        ("π = 3; pi", {}, 3),
        ("e = 2; e", {}, 2),
        ("f(pi) = 2*pi; f(1) + pi", {}, 2 + math.pi),
        ("f(e) = e; f(1)", {}, 1),
        ("\u00b5 + μ", {"μ": 2.0}, 4),  # the micro sign is the letter mu
    ],
)
def test_names_and_constants(text: str, point: dict[str, float], expected: float) -> None:
    assert value(text, **point) == expected


def test_a_constant_that_is_rebound_is_a_variable() -> None:
    assert read("pi*x").wrt == ["x"]
    assert read("pi*x", ["pi=3,x=1"]).wrt == ["pi", "x"]
    assert read("π*x", ["x=1"], ["pi=3"]).wrt == ["x"]


# ------------------------------------------------------------------ definitions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = x**2; a + a", 18),
        ("f(t) = t*exp(-t); f(0)*f(x)", 0),
        ("f(t) = t**2; f(f(x))", 81),
        ("f(s, t) = s - t; f(x, 1)", 2),
        ("f() = x + 1; f()", 4),
        ("f(x) = x + 1; f(5) + x", 9),  # the parameter hides the variable, inside only
        ("a = 1; f(a) = a*2; f(x) + a", 7),
        ("a = 1; f(t) = a*t; a = 5; f(x)", 3),  # the body keeps what there was
        ("a = x; a = a + 1; a = a*a; a", 16),  # the right side sees the old one
        ("f(t) = t; f(t) = 2*f(t); f(t) = 3*f(t); f(x)", 18),
        ("f(t) = t + 1; g(t) = 2*f(t); f(t) = 0; g(x)", 8),
        ("sin(t) = 2*t; sin(x)", 6),
        ("f = 5; f(t) = t*f; f(x)", 15),  # a number and a function of one name
        ("x = x + 1; x", 4),
        ("f(t) = x*t; x = 10; f(1)", 3),
        ("f(t) = t[0] + t[1]; f([x, 4])", 7),
        ("f(f) = f + 1; f(x)", 4),
        ("f(g) = sin(g); g(f) = f; f(0) + g(x)", 3),
        ("a = [1, x]; a[1]", 3),
        ("f(t) = where(t > 0, log(t), 0); f(-1)", 0),
    ],
)
def test_definitions(text: str, expected: float) -> None:
    assert value(text, x=3.0) == expected


def test_an_unused_definition_is_not_computed() -> None:
    assert value("a = log(-1); f(t) = 1/0; x", x=2.0) == 2


@pytest.mark.parametrize(
    ("text", "name", "start"),
    [
        ("f(t) = f(t); f(x)", "f", 7),
        ("f(t) = t*f(t - 1); f(3)", "f", 9),
        ("f(n) = where(n < 1, 1, n*f(n - 1)); f(x)", "f", 25),
        ("f(t) = t; g(t) = g(t) + f(t); g(x)", "g", 17),
    ],
)
def test_a_function_that_calls_itself_is_refused(text: str, name: str, start: int) -> None:
    with pytest.raises(HodiffError) as fault:
        read(text)
    error = fault.value
    assert "itself" in error.message and f"'{name}'" in error.message
    assert "product" not in error.message
    assert (error.start, error.end) == (start, start + len(name))


def test_a_definition_sees_earlier_ones_only() -> None:
    with pytest.raises(HodiffError) as fault:
        read("f(t) = g(t); g(t) = t; f(x)")
    error = fault.value
    assert "'g'" in error.message and "defined" in error.message
    assert (error.kind, error.start, error.end) == ("name", 7, 8)
    # A name that is defined later is a variable until then.
    assert read("f(t) = t*k; k = 3; f(x) + k").wrt == ["x", "k"]


def test_a_function_without_its_arguments_says_so() -> None:
    with pytest.raises(HodiffError) as fault:
        read("f(t) = t**2; x*f", ["x=1"])
    error = fault.value
    assert error.kind == "name" and "f(" in error.message
    assert (error.start, error.end) == (15, 16)
