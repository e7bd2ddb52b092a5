"""Answers at a point: the numbers, or why there are none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from hodiff.arithmetic.program import Program, Values
from hodiff.graph import Tensor
from hodiff.language.problem import Problem

Number = Any  # a float, or a numpy array of floats


def point_values(problem: Problem) -> dict[str, Number]:
    """The numbers that --at gives the variables."""
    if problem.point is None:
        return {}
    program = Program(list(problem.point.values()))
    values = program.values()
    if not all(map(finite, values.values())):
        from hodiff import faults

        faults.refuse(program, values, {id(node) for node in program.order}, problem.places)
    return {name: values[id(x)] for name, x in problem.point.items()}


def answer(
    problem: Problem,
    outputs: Sequence[Tensor],
    subgradient: bool = False,
    differentiated: bool = True,
    rows: int = 1,
) -> list[Number]:
    """The values of outputs at the problem's point, all finite.

    outputs begin with f, then come rows of its slopes in problem.inputs, which an error at a
    kink names. differentiated is False where outputs hold no derivatives: a jump then has a
    value.

    Raises HodiffError: domain or pole where an operation has no value, limit where one passes a
    double's range, kink where one-sided derivatives differ. With subgradient a kink of abs,
    max, floor and their like gives what machine learning frameworks give.
    """
    point = {problem.variables[name]: x for name, x in point_values(problem).items()}
    program = Program(outputs)
    values = program.values(point)
    jumps = differentiated and any(node.operation.jumps for node in program.order)
    if not jumps and all(map(finite, values.values())):
        return _results(outputs, values)

    from hodiff import faults
    from hodiff.arithmetic import kinks

    def refused(node: Tensor) -> bool:
        return differentiated and not (subgradient and kinks.by_convention(node))

    found, places = kinks.contributing(program, values), problem.places
    written = {id(node) for node in program.order if not node.derived}
    faults.refuse(program, values, found & written, places)
    search = kinks.Search(program, point, problem.inputs, refused)
    base = kinks.Run({}, values, _results(outputs, values))
    if search.tie(base) is None:
        faults.refuse(program, values, found, places)
        return base.results
    try:
        runs = search.around()
    except kinks.Undecided as undecided:
        raise faults.undecided(undecided.node) from None
    results = runs[0].results
    if same(results[0], base.results[0]) and all(agree(results, run.results) for run in runs):
        return results
    raise faults.kink(search, base, runs, rows)


def _results(outputs: Iterable[Tensor], values: Values) -> list[Number]:
    found = [values[id(y)] for y in outputs]
    return [y * 1.0 if _is_condition(y) else y for y in found]  # 1 or 0


def _is_condition(x: Number) -> bool:
    return isinstance(x, bool) or getattr(getattr(x, "dtype", None), "kind", "") == "b"


def finite(x: Number) -> bool:
    """Whether a number, or every entry of an array, is finite."""
    if getattr(x, "shape", ()):
        import numpy

        return bool(numpy.isfinite(x).all())
    return math.isfinite(x)


def same(a: Number, b: Number) -> bool:
    """Equal up to the rounding of a few operations; nan is equal to nothing."""
    if getattr(a, "shape", ()) or getattr(b, "shape", ()):
        return all(map(same, a.ravel().tolist(), b.ravel().tolist()))
    a, b = float(a), float(b)
    return math.isfinite(a) and abs(a - b) <= 2e-15 * max(abs(a), abs(b))


def agree(a: Sequence[Number], b: Sequence[Number]) -> bool:
    return all(map(same, a, b))
