"""What is written elsewhere, on paper or in other programs, is told with the way it goes here."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable

import pytest
from sympy import Expr, latex, sympify

from hodiff import calculate
from hodiff.errors import HodiffError
from hodiff.language.elsewhere import instead, whole
from hodiff.language.foreign import from_latex
from hodiff.language.problem import read

ALONE = "EXPR is what is differentiated: leave out "


@pytest.mark.parametrize(
    "text, start, end, message",
    [
        ("d/dx x^2", 0, 4, ALONE + "'d/dx', and write --wrt x"),
        (" d/dx (x^2)", 1, 5, ALONE + "'d/dx', and write --wrt x"),
        ("d(t^2)/dt", 0, 9, ALONE + "'d(t^2)/dt', and write --wrt t"),
        ("dy/dx = x^2", 0, 5, ALONE + "'dy/dx', and write --wrt x"),
        ("∂/∂θ (x²θ)", 0, 4, ALONE + "'∂/∂θ', and write --wrt θ"),
        ("d²/dx² x^3", 0, 6, ALONE + "'d²/dx²', and take nth --order 2 --wrt x"),
        ("d^12y/dx^12 = x", 0, 11, ALONE + "'d^12y/dx^12', and take nth --order 12 --wrt x"),
        ("lambda x: x**2", 0, 9, "there is no 'lambda': leave out 'lambda x:'"),
        ("x + \\sin x", 4, 8, "'\\sin' is LaTeX, which is not read"),
        ("\\frac{1}{x}", 0, 5, "'\\frac' is LaTeX, which is not read"),
        ("∑x", 0, 1, "a sum is written sum(term, i, 1, n)"),
        ("x ? 1 : 2", 2, 3, "there is no '?': write where(x, 1, 2)"),
        ("x > 0 ? x : -x", 6, 7, "there is no '?': write where(x > 0, x, -x)"),
        ("f(x if y else z)", 4, 6, "there is no 'if': write where(condition, a, b)"),
        ("logₐ(x)", 0, 4, "unknown function 'log_a': write log(x, a)"),
        ("log_3(x)", 0, 5, "unknown function 'log_3': write log(x, 3)"),
        ("diff(x^2, x)", 0, 4, "unknown function 'diff': EXPR is differentiated as it is"),
        ("2*integrate(x)", 2, 11, "unknown function 'integrate': integrals are not computed here"),
        ("Sin[x]", 0, 6, "an index must be a whole number: for calls write sin(x)"),
        ("[Sin[x], v[x]]", 1, 7, "an index must be a whole number: for a call write sin(…)"),
        ("Sin[0]", 0, 6, "'Sin' is a number here: for calls write sin(0)"),
        ("2*x[0]", 2, 6, "'x' is a number here: bind a vector to it, --at x=[1, 2]"),
        ("x.sin()", 1, 2, "a '.' is a decimal point and nothing else: write sin(x)"),
        ("(x**2).sum() + 1", 6, 7, "nothing else: write sum(x**2)"),
        ("x.pow(2)", 1, 2, "nothing else: write x**2"),
        ("x.clip(0, 1)", 1, 2, "nothing else: write clip(x, 0, 1)"),
        ("w.T @ x", 1, 2, "nothing else: a product of vectors, w @ x, needs no .T"),
        ("wᵀx", 1, 2, "a product of vectors needs no 'ᵀ': write w @ x for wᵀx"),
        ("derivative of x^2", 0, 13, ALONE + "'derivative of', and choose the variable"),
        ("find the second derivative of x", 0, 29, "', and take nth --order 2"),
        ("dy/dx of x^2", 0, 8, ALONE + "'dy/dx of', and write --wrt x"),
        ("\\frac{d}{dt} t^2", 0, 12, ALONE + "'\\frac{d}{dt}', and write --wrt t"),
        ("x^2 with respect to x", 4, 21, ALONE + "'with respect to x', and write --wrt x"),
        ("integral of x", 0, 8, "integrals are not computed here"),
        ("int x dx", 0, 3, "integrals are not computed here"),
        ("Asin(t)", 0, 4, "write asin(t), or A*sin(t) for a product"),
        ("x₁(x₂+1)", 0, 2, "unknown function 'x1' (for a product write x1*(x₂+1))"),
        ("x_{1}(y)", 0, 5, "unknown function 'x_1' (for a product write x_1*(y))"),
        ("var(x)", 0, 3, "unknown function 'var'"),
        ("lim x->0 sin(x)/x", 0, 3, "there are no limits here, but --extend takes one"),
        ("lim_{x→0} sin(x)/x", 0, 3, "there are no limits here, but --extend takes one"),
        ("@(x) x.^2", 0, 4, "there is no '@': leave out '@(x)'"),
        ("function(x) x^2", 0, 11, "there is no 'function': leave out 'function(x)'"),
        ("x -> x^2", 0, 4, "there is no '->': leave out 'x ->'"),
        ("f = lambda x: x", 0, 13, "there is no 'lambda': leave out 'f = lambda x:'"),
        ("def f(x): return x", 0, 16, "there is no 'def': leave out 'def f(x): return'"),
        ("return x**2", 0, 6, "there is no 'return': leave out 'return'"),
        ("let y = x^2", 0, 3, "there is no 'let': leave out 'let'"),
        ("x^2, x=3", 3, 8, "the point is an option: leave out ', x=3', and write --at x=3"),
        ("x^2 at x = 3", 4, 12, "leave out 'at x = 3', and write --at x=3"),
        ("x^2/.x->3", 3, 9, "leave out '/.x->3', and write --at x=3"),
        ("=x^2", 0, 1, "nothing stands before '=': leave it out"),
        ("(y - ŷ)²", 5, 6, "write 'y_hat' instead of 'ŷ'"),
        ("x\u0304 + 1", 0, 2, "write 'x_bar' instead of 'x\u0304'"),
        ("1,000x", 1, 2, "a decimal 1.000 and thousands 1000"),
        ("norm(x)_2", 7, 9, "missing '*': write norm(x)*_2"),
        ("n choose k", 2, 8, "'choose' between two values is written binomial: binomial(n, k)"),
        ("tg x", 0, 4, "'tg x' has two readings: write tan(x) or tg*x"),
        ("log_2 x", 0, 7, "'log_2 x' has two readings: write log2(x) or log_2*x"),
        ("tg^2(x)", 0, 5, "a power stands behind the call: write tan(x)**2"),
        ("xsin(2x)", 0, 4, "unknown function 'xsin': write x*sin(2x)"),
        ("σ(x)", 0, 1, "unknown function 'σ': write sigmoid(x), or σ*(x) for a product"),
        ("Γ(n+1)", 0, 1, "unknown function 'Γ': write gamma(n+1), or Γ*(n+1) for a product"),
        ("J_0(x)", 0, 3, "unknown function 'J_0': write besselj(0, x)"),
        ("C(n, k)", 0, 1, "unknown function 'C': write binomial(n, k)"),
        ("2*PI()", 2, 4, "unknown function 'PI': write pi"),
        ("f(x)", 0, 1, "unknown function 'f' (for a product write f*(x))"),
        ("gcd(x, 2)", 0, 3, "unknown function 'gcd': define it first, gcd(a, b) = …"),
        ("x^2 = 4", 0, 3, "an equation is for the commands implicit and roots"),
    ],
)
def test_other_notation_is_told_with_the_mend(
    text: str, start: int, end: int, message: str
) -> None:
    with pytest.raises(HodiffError) as error:
        read(text)
    assert message in error.value.message
    assert (error.value.start, error.value.end) == (start, end)


@pytest.mark.parametrize(
    "text, start, end, message",
    [
        ("sin(30°)", 6, 7, "write sind(30), which takes degrees"),
        ("2*cos(x°)", 7, 8, "write cosd(x), which takes degrees"),
        ("log₂(x)", 3, 4, "write 'log2' instead of 'log₂'"),
        ("log₁₀(x)", 3, 5, "write 'log10' instead of 'log₁₀'"),
        ("logₐ(x)", 3, 4, "write log(x, a) for the logarithm of x to this base"),
    ],
)
def test_strict_tells_what_notation_stands_for(
    text: str, start: int, end: int, message: str
) -> None:
    with pytest.raises(HodiffError) as error:
        read(text, strict=True)
    assert (error.value.message, error.value.start, error.value.end) == (message, start, end)


@pytest.mark.parametrize(
    "text", ["d/dx*(x^2)", "d/dx", "diff*x", "diff(t) = t**2; diff(x)", "D(t) = t; D(x)", "d/dx*x"]
)
def test_names_stay_names_where_they_are_some(text: str) -> None:
    read(text)


@pytest.mark.parametrize(
    "text",
    [
        "d/dx*(x^2",
        "d/dx + (",
        "dist/dx y",
        "x + 1",
        "d/dx/2 y",
        "A[2 x]",
        "limit*x",
        "returns + ",
        "letter x",
        "f(x, y=2",
        "x, y",
    ],
)
def test_what_only_looks_so_keeps_its_own_error(text: str) -> None:
    assert whole(text) is None


LATEX = [  # as SymPy writes it, and as people do
    *map(sympify, ["x**2/(1 + exp(-x))", "sqrt(x**2 + y**2)/(2*pi*x*y)", "x**(y + 2)*sin(x*y)**2"]),
    *map(sympify, ["log(x)*cos(pi*x)/x", "exp(-(x - y)**2/(2*y**2))/sqrt(2*pi*y)", "atan(x/y)**3"]),
    *map(sympify, ["x*y/(x + 3*x*y)", "2**x*y**10/3", "-x/2 - (x - 3)*(y + 1)", "cbrt(x)/(x*y)"]),
]


@pytest.mark.parametrize("formula", LATEX, ids=str)
def test_the_mend_for_latex_is_the_formula(formula: Expr) -> None:
    written = latex(formula)
    mend = from_latex(f"${written}$")
    assert mend is not None
    found = calculate("value", mend, at={"x": "0.7", "y": "1.3"}).value
    assert float(found) == pytest.approx(float(formula.subs({"x": 0.7, "y": 1.3})), rel=1e-12)
    if "\\" in written:
        with pytest.raises(
            HodiffError, match=re.escape(f"is LaTeX, which is not read: write {mend}")
        ):
            read(written)


@pytest.mark.parametrize(
    "text, mend",
    [
        (r"\frac{1}{2}mv^{2}", "(1/2)*m*v^2"),
        (r"\frac{1}{xy}", "(1/(x*y))"),
        (r"\sqrt[3]{x}", "cbrt(x)"),
        (r"\sin^2\theta \cos 2", "sin^2 θ cos 2"),
        (r"\log_2 x + \mathrm{e}^{x}", "log2 x + e^x"),
        (r"x_{1}y_{max}^2 \cdot \alpha_1", "x_1*y_max^2*α_1"),
        (r"f\left(x\right)=2\pi x", "f(x) = 2*pi*x"),
        (r"\left|x\right| \le 1", "|x| <= 1"),
        (r"\beta\,\Gamma\lfloor x\rfloor", "β*Γ⌊x⌋"),
    ],
)
def test_latex_is_translated(text: str, mend: str) -> None:
    assert from_latex(text) == mend
    read(mend)


@pytest.mark.parametrize("text", [r"\int x dx", r"\begin{x}", r"\frac{x", r"x \& y", "x" * 400])
def test_what_latex_is_not_translated(text: str) -> None:
    assert from_latex(text) is None


ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "elu": lambda x: x if x > 0 else math.exp(x) - 1,
    "mish": lambda x: x * math.tanh(math.log(1 + math.exp(x))),
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "softsign": lambda x: x / (1 + abs(x)),
    "hardtanh": lambda x: max(-1.0, min(1.0, x)),
    "hardsigmoid": lambda x: max(0.0, min(6.0, x + 3)) / 6,
    "hardswish": lambda x: x * max(0.0, min(6.0, x + 3)) / 6,
    "logsigmoid": lambda x: -math.log(1 + math.exp(-x)),
    "tanhshrink": lambda x: x - math.tanh(x),
    "relu6": lambda x: max(0.0, min(6.0, x)),
    "huber": lambda x: x * x / 2 if abs(x) <= 1 else abs(x) - 0.5,
    "haversin": lambda x: (1 - math.cos(x)) / 2,
    "versin": lambda x: 1 - math.cos(x),
    "sinpi": lambda x: math.sin(math.pi * x),
    "frac": lambda x: x - math.floor(x),
    "rsqrt": lambda x: abs(x + 3) ** -0.5,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_mend_for_a_function_is_its_formula(name: str) -> None:
    inside = "x + 3" if name == "rsqrt" else "x"
    mend = instead(name, [inside])
    with pytest.raises(HodiffError, match=re.escape(f"unknown function '{name}': write {mend}")):
        read(f"{name}({inside})")
    for x in (-1.75, 0.3, 2.5)[name == "relu6" :]:
        found = calculate("value", f"2/({mend})", at={"x": str(x)}).value
        assert float(found) == pytest.approx(2 / ACTIVATIONS[name](x), rel=1e-12)
        assert calculate("value", f"2/{mend}", at={"x": str(x)}).value == found


def test_the_constants_of_selu_are_those_published() -> None:
    # Klambauer et al., Self-Normalizing Neural Networks, 2017
    assert (
        float(calculate("value", instead("selu", ["x"]), at={"x": "1"}).value) == 1.0507009873554805
    )
    found = calculate("value", instead("selu", ["x"]), at={"x": "-40"}).value
    assert float(found) == pytest.approx(-1.7580993408473766, rel=1e-15)


def test_a_variable_inside_names_is_told_as_products(found, hodiff) -> None:
    (note,) = found("grad", "ax^2 + bx + c", "--wrt", "x")["notes"]
    assert note == (
        "EXPR doesn't use 'x' ('ax', 'bx' are names: for products write a*x, b*x): its"
        " derivative is 0"
    )
    assert "for the product write a*x" in hodiff("grad", "ax + 1", "--at", "a=1,x=2").err


@pytest.mark.parametrize(
    "options, message",
    [
        (["--at", "x=inf"], "'inf' is no number: give a finite one"),
        (["--at", "x=nan"], "'nan' is no number: give a finite one"),
        (["--at", "x=30deg"], "unknown name 'deg': bind it with --let deg=pi/180"),
        (["--at", "=3"], "a name was expected before '=': write x=…"),
        (["--at", "x:2"], "write '=' instead of ':'"),
        (["--at", "x=1,5"], "for a decimal write x=1.5, for a vector write x=[1, 5]"),
        (["--at", "x=1,2,3,y=4"], "missing name: for a vector write x=[1, 2, 3]"),
        (["--at", "x=1,5±0.1"], "missing name: for a decimal write x=1.5±0.1"),
        (["--at", "x=pi,5"], "missing name: for a vector write x=[pi, 5]"),
        (["--at", "x=2.0 kg"], "numbers have no units here: leave out 'kg', or write 2.0*kg"),
        (["--at", "x=2.0(1)"], "'2.0(1)' has two readings: write 2.0*1 or 2.0+/-0.1"),
        (
            ["--at", "x=0.0512(12)"],
            "'0.0512(12)' has two readings: write 0.0512*12 or 0.0512+/-0.0012",
        ),
        (["--at", "x=[1, 2],y=2", "--wrt", "x y"], "names are apart by commas: write --wrt x,y"),
        (["--at", "x=[1, 2]", "--wrt", "x[0]"], "--wrt takes whole variables: write --wrt x"),
    ],
)
def test_points_and_variables_that_are_none(hodiff, options: list[str], message: str) -> None:
    ran = hodiff("grad", "sum(x)", *options)
    assert ran.code == 2 and message in ran.err


@pytest.mark.parametrize("given", ["0:2", "x=0..2", "x=[0,2]", "x=(0, 2)", "x = 0 to 2", "x=0,2"])
def test_a_range_as_others_write_it(hodiff, given: str) -> None:
    """The mend answers when it is pasted."""
    assert "its ends: x=0:2\n" in hodiff("roots", "x**2 - 2", "--over", given).err
    assert hodiff("roots", "x**2 - 2", "--over", "x=0:2").code == 0


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("2xy", "unknown variable 'xy': for the product write x*y"),
        ("cosx", "unknown variable 'cosx': for the function write cos(x)"),
        ("dy/dx = 2x*y", "a claim is the derivative alone: leave out 'dy/dx' and '='"),
        ("d/dx x", "a claim is the derivative alone: leave out 'd/dx'"),
    ],
)
def test_claims(hodiff, claim: str, message: str) -> None:
    ran = hodiff("check", "x**2*y", "--wrt", "x", "--claim", claim)
    assert ran.code == 2 and f"error: {message}\n" in ran.err


@pytest.mark.parametrize(
    "system",
    [
        "[x**2 + y**2 = 4, x = y]",
        "[x**2 + y**2 - 4, x = y]",
        "r = 4; [x² + y² = r, x - y]",
        "[4 = x**2 + y**2,x=y]",
    ],
)
def test_a_system_of_equations(found, system: str) -> None:
    """x = y = ±sqrt(2), however the sides are written."""
    roots = found("roots", system, "--over", "x=-3:3,y=-3:3")["roots"]
    assert [root["at"] for root in roots] == [
        {"x": sign * math.sqrt(2), "y": sign * math.sqrt(2)} for sign in (-1, 1)
    ]


@pytest.mark.parametrize(
    ("system", "start", "message"),
    [
        ("[x = y = 2, y]", 7, "an equation has one '=': several are [EXPR = EXPR, EXPR = EXPR]"),
        ("x = y, x = 2", 9, "an equation has one '=': several are [EXPR = EXPR, EXPR = EXPR]"),
        ("[x =, y = 2]", 4, "a value was expected between '[' and ','"),
        ("[x = y][0]", 3, "to compare write '=='"),
    ],
)
def test_what_is_no_system(hodiff, system: str, start: int, message: str) -> None:
    ran = hodiff("roots", system, "--over", "x=0:1,y=0:1", "--format", "json")
    error = json.loads(ran.out)["error"]
    assert (ran.code, error["start"]) == (2, start) and message in error["message"]


def test_a_product_of_what_are_variables_by_custom(found) -> None:
    said = "'xy' is read as a variable: for the product write x*y"
    assert found("grad", "x + xy")["notes"] == [said]
    assert found("grad", "x + ab")["notes"] == []
    assert found("grad", "x + xy", "--wrt", "xy")["notes"] == []  # where it is meant
