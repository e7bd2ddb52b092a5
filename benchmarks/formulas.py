"""How long printed derivatives are, and how long they take, beside SymPy's.

    python benchmarks/formulas.py            orders 1 to 3 of the Feynman formulas, 1 to 6 of 40
                                             functions of textbooks, against diff
    python benchmarks/formulas.py simplify   order 2, against simplify(diff), which takes minutes

Length is in operations: signs, arithmetic and calls of the text, counted by Python's own parser.
A formula's ratio is that of its partial derivatives together. Time is that of the formula alone
for hodiff (the graph of the derivative is there) and of diff and str for SymPy, its cache emptied.
"""

from __future__ import annotations

import ast
import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import sympy
from rich.console import Console
from rich.table import Table
from sympy.core.cache import clear_cache

from hodiff import derivatives
from hodiff.language.problem import read
from hodiff.views.formula import Infix
from hodiff.views.normal import shortest

FEYNMAN = Path(__file__).parent.parent / "tests" / "cases" / "feynman.jsonl"
TEXTBOOK = """
x**5 - 3*x**2 + 7; (x + 1)**4; (2*x - 3)**5; 1/x; 1/(1 + x**2); x/(1 + x); (x**2 + 1)/(x**2 - 1);
sqrt(x); sqrt(1 + x**2); 1/sqrt(1 - x**2); x**(2/3); x*sqrt(x); exp(x); exp(-x); exp(-x**2/2);
x*exp(x); x**2*exp(-x); x**3*exp(2*x); log(x); x*log(x); log(x)/x; log(1 + x**2); log(log(x));
sin(x); cos(3*x); x*sin(x); x**2*cos(x); sin(x)**2; sin(x)*cos(x); sin(x**2); exp(x)*sin(x);
exp(-x)*cos(2*x); tan(x); sin(x)/x; atan(x); asin(x); sinh(x)*cosh(x); x**x; 1/(1 + exp(-x));
exp(sin(x))
"""
NAMES = {"arcsin": sympy.asin, "arccos": sympy.acos, "arctan": sympy.atan}


class Whole(Infix):
    """A formula in one piece: SymPy's has no definitions."""

    inline = sys.maxsize


def operations(text: str) -> int:
    count = 0
    for node in ast.walk(ast.parse(text, mode="eval")):
        if isinstance(node, ast.Compare):
            count += len(node.ops)
        elif isinstance(node, ast.BinOp | ast.UnaryOp | ast.Call | ast.BoolOp):
            count += 1
    return count


def feynman() -> Iterator[str]:
    for line in FEYNMAN.read_text().splitlines():
        yield json.loads(line)["expr"]


def textbook() -> Iterator[str]:
    yield from (text.strip() for text in TEXTBOOK.split(";"))


def measured(expression: str, order: int, simplified: bool) -> tuple[float, float]:
    """The ratios of lengths and of times, of all partial derivatives together."""
    problem = read(expression)
    names = {x.attributes[0]: sympy.Symbol(x.attributes[0]) for x in problem.inputs}
    f = sympy.sympify(expression.replace("^", "**"), locals={**names, **NAMES})
    ours = theirs = 0
    spent = [0.0, 0.0]
    for x in problem.inputs:
        y = derivatives.nth(problem.f, x, order)[-1]
        started = time.perf_counter()
        text = Whole()(shortest(problem.f, [y])[0]).text
        spent[0] += time.perf_counter() - started
        ours += operations(text)
        clear_cache()
        started = time.perf_counter()
        found = sympy.diff(f, names[x.attributes[0]], order)
        if simplified:
            found = sympy.simplify(found)
        text = str(found)
        spent[1] += time.perf_counter() - started
        theirs += operations(text)
    length = ours / theirs if theirs else 1.0 + ours
    return length, spent[0] / spent[1]


def main() -> None:
    simplified = "simplify" in sys.argv[1:]
    kinds = [("Feynman", list(feynman()), 3), ("textbook", list(textbook()), 6)]
    peer = "simplify(diff)" if simplified else "diff"
    table = Table("formulas", "order", "median", "mean", "p90", "longest", "time: median", "p90",
                  title=f"operations and time, SymPy's {peer} being 1")  # fmt: skip
    for kind, expressions, most in kinds:
        for order in [2] if simplified else range(1, most + 1):
            both = [measured(expression, order, simplified) for expression in expressions]
            lengths, times = (sorted(x) for x in zip(*both, strict=True))
            figures = (statistics.median(lengths), statistics.mean(lengths),
                       lengths[int(0.9 * len(lengths))], lengths[-1],
                       statistics.median(times), times[int(0.9 * len(times))])  # fmt: skip
            table.add_row(kind, str(order), *(f"{x:.2f}" for x in figures))
    Console().print(table)


if __name__ == "__main__":
    main()
