"""Millions of points in memory: hodiff.compile beside numpy and numba, by hand and by SymPy, and
PyTorch.

    python benchmarks/points.py [ROWS]

Each library has a process of its own; the smallest of several runs counts, after one in which
loops are compiled. "jit" is hodiff with the extra of that name, "hodiff" without, "copies" that
with a column for each result. numpy runs on one processor, the others on all. Formulas other than
the first are the first six of tests/cases with two variables or more; their numpy and numba is what
SymPy makes of them, common subexpressions taken out. numpy and hodiff with copy=False give a result
that is an input, or the same number in all rows, without a column of its own; the others write
columns.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
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
    return partial(with_copies(expression, names, what), copy=False)


def with_copies(expression: str, names: list[str], what: str) -> Callable[..., Any]:
    import hodiff
    from hodiff.arithmetic import rows

    rows.FUSED = sys.maxsize
    return hodiff.compile(expression, what, wrt=names)


def by_jit(expression: str, names: list[str], what: str) -> Callable[..., Any]:
    import llvmlite  # noqa: F401

    import hodiff
    from hodiff.arithmetic import rows

    rows.FUSED = rows.FUSED_NODES = 0
    return partial(hodiff.compile(expression, what, wrt=names), copy=False)


def by_numpy(expression: str, names: list[str], what: str) -> Callable[..., Any]:
    if expression == FIRST:

        def by_hand(w1: Any, w2: Any) -> Any:
            s = np.sin(w2)
            return w1 * w1 * s, 2 * w1 * s, w1 * w1 * np.cos(w2)

        return by_hand
    import sympy

    return sympy.lambdify(*by_sympy(expression, names, what), "numpy", cse=True)


def by_sympy(expression: str, names: list[str], what: str) -> tuple[list[Any], list[Any]]:
    import sympy

    xs = sympy.symbols(names)
    f = sympy.parse_expr(expression, dict(zip(names, xs, strict=True)))
    wanted = [f, *(f.diff(x) for x in xs)]
    if what == "hessian":
        wanted += [f.diff(x, y) for i, x in enumerate(xs) for y in xs[i:]]
    return xs, wanted


def by_numba(expression: str, names: list[str], what: str) -> Callable[..., Any]:
    """One loop over the rows on all processors, as a person would write it."""
    import math

    import numba
    import sympy

    parts, results = sympy.cse(by_sympy(expression, names, what)[1])
    outputs = [f"out{k}" for k in range(len(results))]
    lines = [f"def loop({', '.join(f'{x}_' for x in names)}):", f" n = len({names[0]}_)"]
    lines += [f" {out} = np.empty(n)" for out in outputs] + [" for i in numba.prange(n):"]
    lines += [f"  {x} = {x}_[i]" for x in names]
    lines += [f"  {x} = {sympy.pycode(part)}" for x, part in parts]
    pairs = zip(outputs, results, strict=True)
    lines += [f"  {out}[i] = {sympy.pycode(result)}" for out, result in pairs]
    lines += [f" return {', '.join(outputs)}"]
    scope: dict[str, Any] = {"math": math, "np": np, "numba": numba}
    exec("\n".join(lines), scope)
    compiled: Callable[..., Any] = numba.njit(parallel=True, error_model="numpy")(scope["loop"])
    return compiled


def by_torch(expression: str, names: list[str], what: str) -> Callable[..., Any] | None:
    if expression != FIRST:
        return None
    import torch

    def gradient(*columns: Any) -> Any:
        w1, w2 = (torch.from_numpy(x).requires_grad_() for x in columns)
        f = w1**2 * torch.sin(w2)
        return f, *torch.autograd.grad(f.sum(), (w1, w2))

    return gradient


LIBRARIES = {
    "hodiff": by_hodiff,
    "jit": by_jit,
    "copies": with_copies,
    "numpy": by_numpy,
    "numba": by_numba,
    "torch": by_torch,
}


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
        run(*columns)
        for _ in range(ROUNDS):
            start = time.perf_counter()
            run(*columns)
            times.append(time.perf_counter() - start)
    return min(times)


def main(rows: int) -> None:
    print(f"{rows} rows; milliseconds, hodiff's and jit's time by the others'")
    for library in ("llvmlite", "numba", "sympy", "torch"):
        if find_spec(library) is None:
            print(f"{library} is not installed")
    for number, (expression, _, what) in enumerate(formulas()):
        found = {}
        for library in LIBRARIES:
            command = [sys.executable, __file__, str(rows), library, str(number)]
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found[library] = json.loads(text)
        own = [found.pop(library) for library in ("hodiff", "jit")]
        texts = [f"hodiff {own[0] * 1000:.0f}"] + [f"jit {t * 1000:.0f}" for t in own[1:] if t]
        texts.append(f"copies {found.pop('copies') * 1000:.0f}")
        for library, other in found.items():
            if other:
                ratios = ", ".join(f"{t / other:.2f}" for t in own if t)
                texts.append(f"{library} {other * 1000:.0f} ({ratios})")
        print(f"{what:8} {'  '.join(texts):80} {expression}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(measured(sys.argv[2], int(sys.argv[3]), int(sys.argv[1]))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
