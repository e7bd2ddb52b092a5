"""LaTeX, MathML and Typst say what the formula says: they are read back as a person reads them
(mathematics.py), and by SymPy and matplotlib where these are there."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from mpmath import mp, mpf

from hodiff import derivatives
from hodiff.engine.graph import Tensor, variable
from hodiff.errors import HodiffError
from hodiff.language.problem import read as problem_of
from hodiff.views.latex import Latex, latex
from hodiff.views.mathml import Mathml, mathml
from hodiff.views.normal import part_of
from hodiff.views.parts import Part, name
from hodiff.views.printer import Printer
from hodiff.views.reading import read, variables
from hodiff.views.typeset import Typeset
from hodiff.views.typst import Typst
from tests.views.mathematics import READERS, Row, typst_tree, value

NOTATIONS: dict[str, type[Typeset]] = {"latex": Latex, "mathml": Mathml, "typst": Typst}

# The variables of what is drawn, and what a page shows for each.
SHOWN = {"x": "x", "w1": "w_1", "x_max": "x_max", "alpha": "alpha", "mass": "mass", "t": "t"}
POINT = {"x": "1.25", "w1": "0.375", "x_max": "2.75", "alpha": "0.8", "mass": "1.5", "t": "3.1"}

ALONE: dict[str, Any] = {
    **{f: getattr(mp, f) for f in (
        "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "sech", "csch", "coth",
        "exp", "sqrt", "cbrt", "log", "erf", "erfc", "gamma", "asinh", "atan", "floor", "ceil",
        "digamma",
    )},
    "abs": abs, "exp2": lambda x: mp.power(2, x), "expm1": mp.expm1, "log1p": mp.log1p,
    "log2": lambda x: mp.log(x, 2), "log10": mp.log10, "sign": mp.sign,
    "relu": lambda x: max(x, mpf(0)), "lgamma": lambda x: mp.log(abs(mp.gamma(x))),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "sinc": lambda x: mp.sin(x) / x,
}  # fmt: skip
SEVERAL: dict[str, Any] = {
    "max": max, "min": min, "atan2": mp.atan2, "hypot": mp.hypot, "beta": mp.beta,
    "mod": lambda a, b: a - b * mp.floor(a / b),
}  # fmt: skip


def bounded(function: Any) -> Any:
    """The function where its arguments and its value are numbers of a usual size."""

    def call(*xs: Any) -> Any:
        if any(mp.im(x) or abs(x) > 1e4 for x in xs):
            raise OverflowError
        return function(*xs)

    return call


def where(test: Any, a: Any, b: Any) -> Any:
    return a if test else b


NAMES = {
    **{f: bounded(g) for f, g in {**ALONE, **SEVERAL}.items()},
    "polygamma": bounded(lambda n, x: mp.polygamma(int(n), x)),
    "where": where, "pi": mp.pi, "e": mp.e,
}  # fmt: skip

LEAVES = [*SHOWN, "2", "3", "0.5", "10", "1e-07", "pi", "e"]
FORMS = [
    "({} + {})", "({} - {})", "({} * {})", "({} * {})", "({} / {})", "(-{})", "({})**2", "({})**3",
    "(1 + ({})**2)**({}/3)", "where({} < {} and not {} >= 1, {}, {})",
    "where({} <= {} or {} != 2, {}, {})", "polygamma(2, 1 + ({})**2)",
    *(f"{function}({{}})" for function in ALONE),
    *(f"{function}({{}}, {{}})" for function in SEVERAL),
]  # fmt: skip


def drawn(random: Random, parts: int) -> str:
    """An expression, as Python and the language write it."""
    while True:
        form = random.choice(FORMS if random.random() < 0.5 else FORMS[:8])
        n = form.count("{}")
        if n <= parts:
            break
    if parts == 1:
        return random.choice(LEAVES)
    inside = [drawn(random, max(1, (parts - 1) // n)) for _ in range(n)]
    return form.format(*inside)


def numbers(text: str) -> Any:
    """The value of a drawn text, which Python reads as the language does."""
    point = {x: mpf(decimal) for x, decimal in POINT.items()}
    exact = re.sub(r"(?<![\w.])\d+(\.\d+)?(e-\d+)?", r"mpf('\g<0>')", text)
    return eval(exact, {"__builtins__": {}, **NAMES, "mpf": mpf}, point)


def seen(notation: str, y: Tensor, parts: Callable[[Tensor], Part] = read) -> Any:
    """The value of y's formula as a page shows it."""
    printer: Printer = NOTATIONS[notation](variables(y))
    definitions, text = printer(parts(y))
    point = {SHOWN[x]: mpf(decimal) for x, decimal in POINT.items()}
    rows: list[tuple[str, Row]] = [(n, READERS[notation](meaning)) for n, meaning in definitions]
    for n, row in rows:
        point[n[0] + "_" + n[1:]] = value(row, point)
    return value(READERS[notation](text), point)


def close(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= mpf(10) ** -20 * (1 + abs(b)))


def test_what_is_shown_is_the_formula() -> None:
    random, tried = Random(13), 0
    with mp.workdps(40):
        while tried < 300:
            text = drawn(random, random.randrange(2, 24))
            try:
                expected = numbers(text)
                y = problem_of(text).f
            except (ValueError, ZeroDivisionError, OverflowError, TypeError):
                continue
            if mp.im(expected) or not 1e-20 < abs(expected) < 1e20:
                continue
            tried += 1
            for notation in NOTATIONS:
                assert close(seen(notation, y), expected), (notation, text)


@pytest.mark.parametrize(
    "text",
    ["x**2*sin(w1)", "exp(-x**2/2)/(1 + mass*x)", "sqrt(x)*atan(x/alpha)", "tanh(x)**3*log(x)",
     "x**x_max*gamma(x)", "sin(x)*x*(1 + x)*(alpha + x)**2", "asinh(x)**2/cosh(mass*x)",
     "where(x < 2, abs(x - 3), x)*lgamma(x)", "x/(1 + x/(1 + x/(t + x)))", "cbrt(x)*exp2(x)"],
)  # fmt: skip
@pytest.mark.parametrize("notation", NOTATIONS)
def test_derivatives(text: str, notation: str) -> None:
    """Of the first and the third order, beside mpmath's differences."""
    problem = problem_of(text)
    with mp.workdps(60):

        def f(x: Any) -> Any:
            return eval(text, {"__builtins__": {}, **NAMES}, {**point, "x": x})

        point = {x: mpf(decimal) for x, decimal in POINT.items()}
        for order in (1, 3):
            y = derivatives.nth(problem.f, problem.variables["x"], order)[-1]
            expected = mp.diff(f, point["x"], order)
            for parts in (read, part_of):
                found = seen(notation, y, parts)
                assert abs(found - expected) < 1e-9 * (1 + abs(expected))


# ------------------------------------------------------------------ as people read it


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2*x**2*sin(w1)", r"2 x^{2} \sin(w_{1})"),
        ("-x/2", r"-\frac{x}{2}"),
        ("exp(-x**2/2)", r"e^{-\frac{x^{2}}{2}}"),
        ("sin(x)**2 + sin(x)**-1", r"\sin^{2}(x) + \frac{1}{\sin(x)}"),
        ("sqrt(1 + x)*cbrt(x)", r"\sqrt{1 + x} \sqrt[3]{x}"),
        ("x*(1 + y)*(1 - y)", r"x \cdot (1 + y) (1 - y)"),
        ("3*(x/(1 + y) + 1)", r"3 \left(\frac{x}{1 + y} + 1\right)"),
        ("2*2**x", r"2 \cdot 2^{x}"),
        ("1.5e-20*x", r"1.5 \cdot 10^{-20} x"),
        ("abs(x)*floor(y)", r"\left\vert x\right\vert \lfloor y\rfloor"),
        ("mass*x_max*alpha", r"\mathrm{mass} \, x_{\mathrm{max}} \alpha"),
        ("psi*(1 + x) + digamma(1 + x)", r"\psi \cdot (1 + x) + \psi(1 + x)"),
        ("polygamma(2, x)", r"\psi^{(2)}(x)"),
        ("lambertw(x) + lambertw(x, -1)", r"W_{0}(x) + W_{-1}(x)"),
        ("e1(x)*expint(3, x)", r"E_{1}(x) E_{3}(x)"),
        ("polylog(3, x) + dilog(x)",
         r"\operatorname{Li}_{3}(x) + \operatorname{Li}_{2}(x)"),
        ("betainc(2, y, x)", r"I_{x}(2, y)"),
        ("zeta(x)*zeta(x, y)*zeta(x, 1, 2)", r"\zeta(x) \zeta(x, y) \zeta^{(2)}(x)"),
        ("normcdf(x)*normpdf(x)", r"\Phi(x) \phi(x)"),
        ("gammainc(2, x)*uppergamma(2, x)", r"P(2, x) \Gamma(2, x)"),
        ("P*gammainc(2, x)", r"P \operatorname{gammainc}(2, x)"),
        ("erfinv(x)*si(x)", r"\operatorname{inverf}(x) \operatorname{Si}(x)"),
        ("asinh(x)*erf(y)", r"\operatorname{arsinh}(x) \operatorname{erf}(y)"),
        ("where(x < 1 and y >= 2, x, where(x > 3, y, 0))",
         r"\begin{cases} x & \text{if } x < 1 \wedge y \geq 2 \\ y & \text{if } x > 3 \\"
         r" 0 & \text{otherwise} \end{cases}"),
        ("[x, y]", r"\begin{pmatrix} x \\ y \end{pmatrix}"),
        ("[[x, 1], [0, y]]", r"\begin{pmatrix} x & 1 \\ 0 & y \end{pmatrix}"),
    ],
)  # fmt: skip
def test_latex(text: str, shown: str) -> None:
    y = problem_of(text).f
    assert Latex(variables(y))(read(y)).text == shown


def test_names_that_look_alike_are_told_apart() -> None:
    printer = Latex()
    names = ["x1", "x_1", "alpha", "α", "x_max", "xmax", "Β", "mass"]
    symbols = [printer.symbol(x) for x in names]
    assert len({*symbols}) == len(names)
    assert symbols == [printer.symbol(x) for x in names]
    assert symbols[:3] == ["x_{1}", r"\mathrm{x\_1}", r"\alpha"]
    w = Part("entry", [name("w")], (0,))
    assert printer(w).text == "w_{0}" and printer.symbol("w0") != "w_{0}"


def test_the_number_e_and_a_variable_e() -> None:
    y = problem_of("e*exp(x)", at=["e=2,x=1"]).f
    assert Latex(variables(y))(read(y)).text == r"e \exp(x)"


def test_what_a_name_may_have_is_escaped() -> None:
    """A tensor's name may be anything."""
    y = variable("a<b&c_d$") + 1
    assert r"\mathrm{a<b\&c\_d\$}" in latex(y)
    ElementTree.fromstring(mathml(y))


def test_definitions_have_their_own_names() -> None:
    """Where two formulas of a document need some, and where t1 is a variable."""
    lines = [f"a{i} = log({i} + a{i - 1}**2)/(1 + a{i - 1})" for i in range(2, 9)]
    part = read(problem_of(f"a1 = exp(sin(x)*t1); {'; '.join(lines)}; a8").f)
    printer = Latex(["x", "t1"])
    first, second = printer(part).definitions, printer(part).definitions
    names = [x for x, _ in (*first, *second)]
    assert len(first) > 2 and len({*names, "t1"}) == len(names) + 1


def test_a_long_chain() -> None:
    """Nothing recurses; what no one can read is refused."""
    y = x = variable("x")
    for _ in range(2_000):
        y = y.sin()
    for notation in NOTATIONS.values():
        assert notation(["x"])(read(y)).text.count("sin") == 2_000
    for _ in range(30_000):
        x = x.sin()
    for write in (latex, mathml):
        with pytest.raises(HodiffError, match="characters"):
            write(x)


# ------------------------------------------------------------------ programs that read LaTeX

READ_BY_SYMPY = [
    "x**2*sin(w1)", "exp(-x**2/2)/(1 + x)", "sqrt(x)*atan(x/alpha)", "sinh(x)**3*log(x)",
    "x**t/(1 + t*(x + w1))", "cbrt(x)*x*(1 + x)*(alpha + x)**2", "1/(x + 1/(x + 1/(x + t)))",
    "log2(x)**2*cosh(x)", "1.5e-9*x*exp(x)", "-(x - t)**3/(2*sqrt(2*pi))",
]  # fmt: skip


@pytest.mark.parametrize("text", READ_BY_SYMPY)
def test_sympy_reads_it(text: str) -> None:
    sympy = pytest.importorskip("sympy")
    pytest.importorskip("antlr4")
    from sympy.parsing.latex import parse_latex

    problem = problem_of(text)
    for y in (problem.f, *derivatives.gradient(problem.f, problem.inputs)):
        found = parse_latex(Latex(variables(y))(read(y)).text, backend="antlr")
        values = {}
        for symbol in found.free_symbols:
            shown = str(symbol).replace("{", "").replace("}", "")
            written = {b: a for a, b in SHOWN.items()}.get(shown)
            known = {"pi": sympy.pi, "e": sympy.E}
            values[symbol] = known[shown] if written is None else sympy.Rational(POINT[written])
        with mp.workdps(30):
            theirs = mpf(str(found.subs(values).evalf(30)))
            assert close(theirs, seen("mathml", y))


@pytest.mark.parametrize("text", [*READ_BY_SYMPY, *(
    form.format("x", "t") for form in (
        "max({}, {})", "abs({})*floor({})", "gamma({})*lgamma({})", "polygamma(2, {})*erf({})",
        "hypot({}, {})", "mod({}, {})", "asinh({})*sech({})", "dot([{}, 1], [{}, 2])",
        "norm([{}, {}])", "x_max*alpha*mass*{}", "(x < {})*{}", "sinc({})*atan2({}, 1)",
        "beta({}, {})",
    )
)])  # fmt: skip
def test_matplotlib_sets_it(text: str) -> None:
    """Matrices and cases are what its TeX has not."""
    mathtext = pytest.importorskip("matplotlib.mathtext")
    problem = problem_of(text)
    parser = mathtext.MathTextParser("path")
    for y in (problem.f, *derivatives.gradient(problem.f, problem.inputs)):
        shown = Latex(variables(y))(read(y)).text
        if r"\begin" not in shown:
            parser.parse(f"${shown}$")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("besselj(x, 2)**2", "J_x (2)^2"),  # J_x(2) is J with the index x(2)
        ("betainc(2, y, alpha)", "I_alpha (2, y)"),
        ("sin(x) + gamma(x)", "sin(x) + Gamma(x)"),
    ],
)
def test_typst(text: str, shown: str) -> None:
    y = problem_of(text).f
    assert Typst(variables(y))(read(y)).text == shown


ORDERS = ["besselj({0}, {1})", "legendrep({0}, {1})", "betainc(2, {1}, {0})", "zeta({0}, {1})",
          "log({0}, {1})", "polygamma(2, {0})", "sind({0})", "binomial({0}, {1})", "factorial({0})",
          "airyai({0})", "heaviside({0}, {1})"]  # fmt: skip


def test_typst_groups_what_latex_groups() -> None:
    """In the tree that Typst itself makes of a formula."""
    typst = pytest.importorskip("typst")
    random, texts = Random(3), [form.format("x", "alpha") for form in ORDERS]
    while len(texts) < 60:
        a, b = drawn(random, 6), drawn(random, 3)
        texts.append(random.choice([*ORDERS, "({0})*({1})", "({1})**({0})"]).format(a, b))
    for text in texts:
        try:
            y = problem_of(text).f
        except HodiffError:
            continue
        formula = Typst(variables(y))(read(y))
        if formula.definitions:
            continue
        source = f"$ {formula.text} $ <formula>".encode()
        found = json.loads(typst.query(source, "<formula>", field="body", one=True))
        latex_row = READERS["latex"](Latex(variables(y))(read(y)).text)
        assert flat(typst_tree(found)) == flat(latex_row), text


def flat(row: Row) -> str:
    """A row of signs as text, without what the two call otherwise: Greek letters and functions."""
    text = str(row).replace("'function'", "'name'")
    return "".join(
        unicodedata.name(c, c).split()[-1].lower() if "α" <= c <= "ω" or "Α" <= c <= "Ω" else c
        for c in text
    )


def test_typst_sets_it() -> None:
    typst = pytest.importorskip("typst")
    shown = []
    for text in ["where(x < 1, [x, 2]@[x, t], norm([x, t]))/3", "abs(x)**2*floor(x_max/mass)",
                 "lgamma(x)*polygamma(2, x)*e**x", "clip(x, 1, 2) + atan2(x, t)**2"]:  # fmt: skip
        y = problem_of(text).f
        shown.append(f"$ {Typst(variables(y))(read(y)).text} $")
    assert typst.compile("\n".join(shown).encode(), format="svg")
