"""Steps: each line equals the one before, by mpmath; the rules are those of the textbooks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mpmath as mp
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hodiff import derivatives
from hodiff.errors import HodiffError
from hodiff.language.problem import read as problem
from hodiff.views.formula import infix
from hodiff.views.normal import shortest
from hodiff.views.parts import Part
from hodiff.views.reading import read
from hodiff.views.steps import MOST_DEEP, MOST_STEPS, Line, Steps


def lines(text: str, x: str = "x", order: int = 1) -> list[Line]:
    asked = problem(text)
    y = asked.f
    for _ in range(order - 1):
        (y,) = derivatives.gradient(y, [asked.variables[x]])
    return Steps(asked.variables)(read(y), x)


# ------------------------------------------------------------------ numbers, without hodiff


def where(condition: Any, a: Any, b: Any) -> Any:
    return a if condition else b


SCOPE = {
    "sqrt": mp.sqrt, "cbrt": mp.cbrt, "exp": mp.exp, "log": mp.log, "log2": lambda x: mp.log(x, 2),
    "log10": mp.log10, "sin": mp.sin, "cos": mp.cos, "tan": mp.tan, "sec": mp.sec, "csc": mp.csc,
    "cot": mp.cot, "asin": mp.asin, "acos": mp.acos, "atan": mp.atan, "sinh": mp.sinh,
    "cosh": mp.cosh, "tanh": mp.tanh, "sech": mp.sech, "csch": mp.csch, "coth": mp.coth,
    "asinh": mp.asinh, "acosh": mp.acosh, "atanh": mp.atanh, "erf": mp.erf, "gamma": mp.gamma,
    "lgamma": mp.loggamma, "digamma": mp.digamma, "polygamma": mp.polygamma, "abs": abs,
    "sign": mp.sign, "floor": mp.floor, "ceil": mp.ceil, "max": max, "min": min, "where": where,
    "norm": lambda v: mp.sqrt(sum(x**2 for x in v)), "mod": lambda a, b: a - b * mp.floor(a / b),
    "hypot": mp.hypot, "atan2": mp.atan2,
    "relu": lambda x: max(x, mp.mpf(0)), "clip": lambda x, a, b: min(max(x, a), b), "pi": mp.pi,
    "e": mp.e, "exp2": lambda x: mp.mpf(2) ** x, "erfc": mp.erfc,
    "sinc": lambda x, n=0: mp.diff(mp.sinc, x, int(n)),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)), "beta": mp.beta,
}  # fmt: skip


def value(text: str, names: dict[str, Any]) -> Any:
    """A formula's value by Python and mpmath. Primes are letters there; whole numbers are mpmath's,
    so that 1/3 is no double."""
    scope = {**SCOPE, **{name.replace("'", "_"): x for name, x in names.items()}}
    *definitions, last = text.replace("'", "_").split("; ")
    for definition in definitions:
        name, _, meaning = definition.partition(" = ")
        scope[name] = eval(compile(_exact(meaning), "<text>", "eval"), scope)
    return eval(compile(_exact(last), "<text>", "eval"), scope)


def _exact(text: str) -> Any:
    import ast

    class Numbers(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> Any:
            number = ast.Constant(str(node.value))
            return ast.Call(ast.Name("mpf", ast.Load()), [number], [])

    tree = ast.parse(text, mode="eval")
    return ast.fix_missing_locations(Numbers().visit(tree))


SCOPE["mpf"] = mp.mpf


def slope(part: Part, names: dict[str, Any], x: str) -> Any:
    text = infix(part)
    return mp.diff(lambda at: value(text, {**names, x: at}), names[x])


def same(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= mp.mpf(10) ** -12 * max(1, abs(a), abs(b)))


def check(found: list[Line], names: dict[str, Any], x: str = "x") -> None:
    """Each step is the derivative of what it says it is of; and so is the rule in letters, with
    what the letters stand for."""
    for _, step, _ in found:
        got = value(infix(step.derivative), names)
        assert same(got, slope(step.of, names, x)), infix(step.of)
        if step.equation is not None and step.letters:
            letters = {**names}
            for letter, part in step.letters.items():
                letters[letter] = value(infix(part), names)
                letters[f"{letter}'"] = slope(part, names, x)
            left, right = (infix(part) for part in step.equation)
            assert same(value(left, letters), value(infix(step.of), names)), left
            assert same(value(right, letters), got), right


CASES = [
    json.loads(line)
    for name in ("feynman", "functions")
    for line in Path(__file__).parents[1].joinpath("cases", f"{name}.jsonl").open()
]
TEXTBOOK = {  # the rule, and those inside it
    "a**2": ("constant",),
    "x": ("linear",),
    "3*x": ("linear",),
    "2*x + 1": ("linear",),
    "(x - 4)/3": ("linear",),
    "x**3": ("power",),
    "x**-2": ("power",),
    "1/x": ("power",),
    "5*x**4": ("power",),
    "x**(3/2)": ("power",),
    "sqrt(x)": ("square root",),
    "x**2 + 3*x + 5": ("sum", "power", "linear", "constant"),
    "x**4 - 2*x**2": ("sum", "power", "power"),
    "sin(x)": ("sine",),
    "cos(x)": ("cosine",),
    "tan(x)": ("tangent",),
    "exp(x)": ("exponential",),
    "e**x": ("exponential",),
    "2**x": ("exponential",),
    "log(x)": ("logarithm",),
    "atan(x)": ("arc tangent",),
    "asin(x)": ("arc sine",),
    "sinh(x)": ("hyperbolic sine",),
    "3*sin(x)": ("constant multiple", "sine"),
    "-cos(x)": ("constant multiple", "cosine"),
    "exp(x)/2": ("constant multiple", "exponential"),
    "x**3*exp(x)": ("product", "power", "exponential"),
    "x*log(x)": ("product", "logarithm"),
    "sin(x)*cos(x)": ("product", "sine", "cosine"),
    "x*sin(x)*exp(x)": ("product", "sine", "exponential"),
    "2*x*sin(x)": ("product", "sine"),
    "sin(x)/x": ("quotient", "sine"),
    "x/(1 + x**2)": ("quotient", "sum", "constant", "power"),
    "(x + 1)/(x - 1)": ("quotient", "linear", "linear"),
    "exp(x)/cos(x)": ("quotient", "exponential", "cosine"),
    "1/(1 + x**2)": ("reciprocal", "sum", "constant", "power"),
    "1/sin(x)": ("reciprocal", "sine"),
    "sin(x**2)": ("chain", "power"),
    "exp(-x)": ("chain", "linear"),
    "sin(x)**3": ("chain", "sine"),
    "(x**2 + 1)**5": ("chain", "sum", "power", "constant"),
    "sqrt(1 - x**2)": ("chain", "sum", "constant", "power"),
    "log(cos(x))": ("chain", "cosine"),
    "2**(x**2)": ("chain", "power"),
    "sin(cos(tan(x)))": ("chain", "chain", "tangent"),
    "exp(sin(2*x))": ("chain", "chain", "linear"),
    "x**x": ("general power",),
    "sin(x)**x": ("general power", "sine"),
    "abs(x)": ("piecewise",),
    "abs(sin(x))": ("piecewise", "sine"),
    "max(x, x**2)": ("piecewise", "power"),
    "where(x > 1, x**2, sin(x))": ("piecewise", "power", "sine"),
    "floor(x)": ("piecewise",),
    "relu(x**3)": ("piecewise", "power"),
    "x**n": ("power",),
    "a**x": ("exponential",),
    "a*x**2 + b*x + c": ("sum", "power", "linear", "constant"),
    "exp(-k*x)": ("chain", "linear"),
}


@pytest.mark.parametrize("text, rules", TEXTBOOK.items())
def test_the_rules_are_those_of_a_textbook(text, rules):
    found = lines(text)
    assert tuple(step.rule for _, step, _ in found) == rules
    names = {"x": mp.mpf("0.6"), "a": mp.mpf("1.7"), "n": mp.mpf("2.3"), "k": mp.mpf("0.9")}
    with mp.workdps(40):
        check(found, {**names, "b": mp.mpf(-2), "c": mp.mpf(5)})


MORE = (
    "x**2*y + y**2*sin(x*y) + exp(y)",
    "(1 + x*y)**3/(2 + cos(x))",
    "y*log(x)/x",
    "sin(x)*cos(x)*exp(2*x)*log(x)*sqrt(x)/3",
    "-2*x*exp(-x**2)/(x + y)",
    "1/(1 + exp(-x))",
    "hypot(x, x*y) + atan2(x**2, y) - atan2(x, x)",
    "mod(x, 1/3)*floor(5*x)*(x > 1/2)",
    "clip(x**2, 1/5, 4)*min(x, y*x**3) + max(x, 1/2)**2",
    "polygamma(1, 2*x) + gamma(x) + beta(x, 2 + x)",
    "x**(1/3) + x**(-2/3) + (2*x + y)**(2/3)",
    "x**y + y**x + x**(y - 1)*(x + 1)**(y + 2)",
    "exp(sin(x**2))*log(2 + sin(x**2))",
    "sigmoid(3*x)*tanh(x)/asinh(x)",
    "where(x > y, x**2, 5) + where(sin(x) > 2, 1, x**3)",
    "u*v*sin(w*x)*exp(c*x)",
    "log(x, 10) + log2(x) + log(x, y)",
    "x - 3 - (5 - x**2)*(x - y)",
)


@pytest.mark.parametrize("text", MORE)
def test_each_line_equals_the_one_before(text):
    names = {name: mp.mpf(k) / 7 for name, k in zip("xyuvwc", (5, 11, 3, 2, 9, 4), strict=True)}
    with mp.workdps(40):
        check(lines(text), names)


@pytest.mark.parametrize("text, order", [("x**2*exp(-x)", 2), ("sin(x)/x", 3), ("x**x", 2)])
def test_each_line_of_a_higher_order_equals_the_one_before(text, order):
    with mp.workdps(40):
        check(lines(text, order=order), {"x": mp.mpf(9) / 7})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_reference_cases(case):
    """Their gradients, in digits that are not hodiff's."""
    asked = problem(case["expr"])
    at = {name: mp.mpf(number) for name, number in case["at"].items()}
    with mp.workdps(40):
        for x, wanted in case["grad"].items():
            found = Steps(asked.variables)(read(asked.f), x)
            assert same(value(infix(found[0].step.derivative), at), mp.mpf(wanted))
            if case["id"].startswith("feynman"):
                check(found, at, x)


NUMBERS = st.sampled_from(["2", "3", "1/2", "5", "0.1"])
LEAVES = st.one_of(st.just("x"), st.just("x"), st.just("y"), NUMBERS)
FUNCTIONS = st.sampled_from(["sin", "exp", "log", "sqrt", "atan", "tanh", "abs", "cos", "sinh"])


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("{}({})".format, FUNCTIONS, inner),
        st.builds("({})**{}".format, inner, st.sampled_from(["2", "3", "-1", "(1/2)", "y"])),
        st.builds("2**({})".format, inner),
        st.builds("-({})".format, inner),
        st.builds("max({}, {})".format, inner, inner),
    )


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.recursive(LEAVES, combined, max_leaves=8), st.fractions("0.2", "2.5", max_denominator=97))
def test_each_line_of_any_expression_equals_the_one_before(text, at):
    try:
        asked = problem(f"{text} + 0*x", wrt="x")
        found = Steps(asked.variables)(read(asked.f), "x")
    except HodiffError:  # a number too large, or 1/0
        assume(False)
    names = {"x": mp.mpf(at.numerator) / at.denominator, "y": mp.mpf(13) / 9}
    with mp.workdps(40):
        try:
            for _, step, _ in found:
                for shift in (-1, 0, 1):  # a kink, or an end of the domain, is no place to compare
                    near = {**names, "x": names["x"] + shift * mp.mpf(10) ** -6}
                    for part in (step.of, step.derivative):
                        y = value(infix(part), near)
                        assume(isinstance(y, mp.mpf | int) and abs(y) < 1e6)
                before, after = (slope(step.of, {**names, "x": names["x"] + s}, "x") for s in STEP)
                assume(abs(before - after) < 1)
        except (ZeroDivisionError, OverflowError, ValueError):
            assume(False)
        check(found, names)


STEP = (-(mp.mpf(10) ** -6), mp.mpf(10) ** -6)


# ------------------------------------------------------------------ what is shared, and limits


def test_a_shared_part_is_derived_once():
    found = lines("exp(sin(x**2))*log(1 + sin(x**2))")
    of = [infix(step.of) for _, step, _ in found]
    assert of.count("sin(x**2)") == 2
    first, second = (line for line in found if infix(line.step.of) == "sin(x**2)")
    assert not first.above and second.above
    assert of.count("x**2") == 1  # which is inside the first one alone


def test_letters_are_none_of_the_formula():
    found = lines("u*sin(v*x)*exp(c*w*x)*log(a + b*k)")
    taken = {"u", "v", "w", "x", "a", "b", "c", "k"}
    assert found[0].step.letters and not any(taken & step.letters.keys() for _, step, _ in found)


def test_the_formula_of_grad_equals_the_last_line():
    for text in ("x**3*exp(x)", "max(x, x**2)", *TEXTBOOK, *MORE):
        asked = problem(text)
        if "x" not in asked.variables:
            continue
        (slope,) = derivatives.gradient(asked.f, [asked.variables["x"]])
        (root, *_) = Steps(asked.variables)(read(asked.f), "x")
        with mp.workdps(40):
            names = {name: mp.mpf(k) / 7 for k, name in enumerate(asked.variables, 4)}
            wanted = value(infix(shortest(asked.f, [slope])[0]), names)
            assert same(value(infix(root.step.derivative), names), wanted)


def chain(n: int) -> str:
    return "x0 = x; " + "".join(f"x{i + 1} = sin(x{i}); " for i in range(n)) + f"x{n}"


@pytest.mark.parametrize(
    "text, said",
    [
        (chain(MOST_DEEP + 1), f"{MOST_DEEP} steps inside each other"),
        (chain(2500), f"{MOST_STEPS} steps"),
        (" + ".join(f"sin({i}*x)" for i in range(1, 400)), f"{MOST_STEPS} steps"),
        ("*".join(f"sin({i}*x)" for i in range(1, 400)), f"{MOST_STEPS} steps"),
    ],
)
def test_too_many_steps_are_refused(text, said):
    with pytest.raises(HodiffError, match=said) as caught:
        lines(text)
    assert caught.value.kind == "limit" and "hodiff grad" in caught.value.message


def test_a_chain_as_deep_as_may_be():
    found = lines(chain(MOST_DEEP))
    assert [line.depth for line in found] == list(range(MOST_DEEP))
    assert {step.rule for _, step, _ in found} == {"chain", "sine"}


def test_what_is_multiplied_with_itself_again_and_again_is_one_power():
    text = "x0 = x; " + "".join(f"x{i + 1} = x{i}*x{i}; " for i in range(40)) + "x40"
    (line,) = lines(text)
    assert line.step.rule == "power" and infix(line.step.of) == f"x**{2**40}"


@pytest.mark.parametrize("text", ["norm([x, x**2, 3])", "norm([sin(x), y])*x", "[x, y]@[x, 2]"])
def test_vectors_go_entry_by_entry(text):
    names = {"x": mp.mpf(3) / 7, "y": mp.mpf(2)}
    (_, root, _), *inner = lines(text)
    with mp.workdps(40):
        assert same(value(infix(root.derivative), names), slope(root.of, names, "x"))
    assert ("norm" in text) == ("vector" in {step.rule for _, step, _ in inner})


def test_what_has_no_rule_is_refused():
    with pytest.raises(HodiffError, match="no rule for transpose") as caught:
        Steps({})(Part("call", [], "transpose"), "x")
    assert caught.value.kind == "usage" and "hodiff grad" in caught.value.message
