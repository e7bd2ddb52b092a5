"""LaTeX, MathML and Typst say what the formula says: they are read back as a person reads them
(mathematics.py), and by SymPy and matplotlib where these are there."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from mpmath import mp, mpf

from hodiff import derivatives
from hodiff.engine.graph import Tensor, variable
from hodiff.language.problem import read as problem_of
from hodiff.views.latex import Latex, latex
from hodiff.views.mathml import Mathml, mathml
from hodiff.views.parts import Part, call, name
from hodiff.views.printer import Printer
from hodiff.views.reading import read, variables
from hodiff.views.typeset import Typeset
from hodiff.views.typst import Typst
from tests.views.mathematics import READERS, Row, value

NOTATIONS: dict[str, type[Typeset]] = {"latex": Latex, "mathml": Mathml, "typst": Typst}

# The variables of what is drawn, and what a page shows for each.
SHOWN = {"x": "x", "w1": "w_1", "x_max": "x_max", "alpha": "alpha", "mass": "mass", "t": "t"}
POINT = {"x": "1.25", "w1": "0.375", "x_max": "2.75", "alpha": "0.8", "mass": "1.5", "t": "3.1"}

ALONE: dict[str, Any] = {
    **{f: getattr(mp, f) for f in (
        "sin cos tan sec csc cot sinh cosh tanh sech csch coth exp sqrt cbrt log erf erfc gamma"
        " asinh atan floor ceil digamma"
    ).split()},
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
    **{f: bounded(g) for f, g in {**ALONE, **SEVERAL, "polygamma": lambda n, x: mp.polygamma(int(n), x)}.items()},
    "where": where, "pi": mp.pi, "e": mp.e,
}  # fmt: skip

LEAVES = [*SHOWN, "2", "3", "0.5", "10", "1e-07", "pi", "e"]
FORMS = [
    "({} + {})", "({} - {})", "({} * {})", "({} * {})", "({} / {})", "(-{})", "({})**2", "({})**3",
    "(1 + ({})**2)**({}/3)", "where({} < {} and not {} >= 1, {}, {})",
    "where({} <= {} or {} != 2, {}, {})", "polygamma(2, 1 + ({})**2)",
    *(f"{function}({{}})" for function in ALONE), *(f"{function}({{}}, {{}})" for function in SEVERAL),
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


def seen(notation: str, y: Tensor) -> Any:
    """The value of y's formula as a page shows it."""
    printer: Printer = NOTATIONS[notation](variables(y))
    definitions, text = printer(read(y))
    point = {SHOWN[x]: mpf(decimal) for x, decimal in POINT.items()}
    rows: list[tuple[str, Row]] = [
        (n, READERS[notation](meaning)) for n, meaning in definitions
    ]
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
            assert abs(seen(notation, y) - expected) < 1e-9 * (1 + abs(expected))
