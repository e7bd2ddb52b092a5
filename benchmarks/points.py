"""Millions of points in memory: hodiff.compile beside numpy, by hand and by SymPy, and PyTorch.

    python benchmarks/points.py [ROWS]

Each library has a process of its own; the smallest of several runs counts. hodiff and PyTorch run
on all processors, numpy on one. Formulas other than the first are the first six of tests/cases
with two variables or more; their numpy is SymPy's lambdify, common subexpressions taken out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

ROWS = 4_000_000
ROUNDS = 5
FIRST = "w1**2*sin(w2)"
CASES = Path(__file__).parents[1] / "tests" / "cases" / "feynman.jsonl"


def formulas() -> list[tuple[str, list[str], str]]:
    """Each an expression, its variables and what is asked."""
    cases = map(json.loads, CASES.read_text("utf-8").splitlines())
    several = [case for case in cases if len(case["at"]) > 1][:6]
    found = [(FIRST, ["w1", "w2"], "grad")]
    return found + [(c["expr"], list(c["at"]), w) for c in several for w in ("grad", "hessian")]


def by_hodiff(expression: str, names: list[str], what: str) -> Callable[..., Any]:
    import hodiff

    return hodiff.compile(expression, what, wrt=names)


def by_numpy(expression: str, names: list[str], what: str) -> Callable[..., Any]:
    if expression == FIRST:

        def by_hand(w1: Any, w2: Any) -> Any:
            s = np.sin(w2)
            return w1 * w1 * s, 2 * w1 * s, w1 * w1 * np.cos(w2)

        return by_hand
    import sympy

    xs = sympy.symbols(names)
    f = sympy.parse_expr(expression, dict(zip(names, xs, strict=True)))
    wanted = [f, *(f.diff(x) for x in xs)]
    if what == "hessian":
        wanted += [f.diff(x, y) for i, x in enumerate(xs) for y in xs[i:]]
    return sympy.lambdify(xs, wanted, "numpy", cse=True)


def by_torch(expression: str, names: list[str], what: str) -> Callable[..., Any] | None:
    if expression != FIRST:
        return None
    import torch

    def gradient(*columns: Any) -> Any:
        w1, w2 = (torch.from_numpy(x).requires_grad_() for x in columns)
        f = w1**2 * torch.sin(w2)
        return f, *torch.autograd.grad(f.sum(), (w1, w2))

    return gradient


LIBRARIES = {"hodiff": by_hodiff, "numpy": by_numpy, "torch": by_torch}


def measured(library: str, number: int, rows: int) -> float | None:
    expression, names, what = formulas()[number]
    try:
        run = LIBRARIES[library](expression, names, what)
    except ImportError:
        return None
    if run is None:
        return None
    columns = np.random.default_rng(0).uniform(1, 2, size=(len(names), rows))
    times = []
    with np.errstate(all="ignore"):
        for _ in range(ROUNDS):
            start = time.perf_counter()
            run(*columns)
            times.append(time.perf_counter() - start)
    return min(times)


def main(rows: int) -> None:
    print(f"{rows} rows; milliseconds, and hodiff's time by the other's")
    for library in ("sympy", "torch"):
        if find_spec(library) is None:
            print(f"{library} is not installed")
    for number, (expression, _, what) in enumerate(formulas()):
        found = {}
        for library in LIBRARIES:
            command = [sys.executable, __file__, str(rows), library, str(number)]
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found[library] = json.loads(text)
        own = found.pop("hodiff")
        others = [f"{library} {t * 1000:.0f} ({own / t:.2f})" for library, t in found.items() if t]
        print(f"{what:8} {own * 1000:6.0f}  {'  '.join(others):40} {expression}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(measured(sys.argv[2], int(sys.argv[3]), int(sys.argv[1]))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
