"""Answers at a point: the numbers, or why there are none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple, TypeAlias

from hodiff.arithmetic import floats
from hodiff.arithmetic.program import Program, Values
from hodiff.errors import HodiffError
from hodiff.graph import Tensor
from hodiff.language.problem import Problem
from hodiff.proofs import Unproven, determined

Number: TypeAlias = Any  # a float, or a numpy array of floats

QUICK_TRIES = 3  # of series in balls alone, at growing precision
MOST_STEPS = 200_000  # of balls, on all arrays of a run: below a second


def point_values(problem: Problem) -> dict[str, Number]:
    """The numbers that --at gives the variables."""
    return point_in(problem, floats)


def answer(
    problem: Problem,
    outputs: Sequence[Tensor],
    subgradient: bool = False,
    differentiated: bool = True,
    rows: int = 1,
) -> list[Number]:
    """The values of outputs at the problem's point in doubles, all finite.

    outputs begin with f, then come rows of its slopes in problem.inputs, which an error at a
    kink names. differentiated is False where outputs hold no derivatives: a jump then has a
    value.

    Raises HodiffError: domain or pole where an operation has no value, limit where one passes a
    double's range, kink where one-sided derivatives differ. With subgradient a kink of abs,
    max, floor and their like gives what machine learning frameworks give.
    """
    program = Program(outputs)
    point = point_values(problem)
    return _solved(problem, program, floats, point, subgradient, differentiated, rows)


class Proven(NamedTuple):
    """Numbers whose every digit is right, and what has to be said about them.

    Each is a float; text where digits were asked for or where a double has not the range; or
    nested lists of them.
    """

    at: dict[str, Any]
    values: list[Any]
    notes: list[str]


def has_balls(problem: Problem, outputs: Sequence[Tensor]) -> str | None:
    """None where the outputs can be computed in balls; else what stands against it."""
    from hodiff.arithmetic import balls

    program = Program([*outputs, *(problem.point or {}).values()], balls)
    if sum(map(_steps, program.order)) > MOST_STEPS:
        return f"the arrays take over {MOST_STEPS} steps"
    for node in program.order:
        if node.inputs and node.value is None:
            try:
                balls.function(node.operation)
            except NotImplementedError as fault:
                return str(fault)
    return None


def _steps(node: Tensor) -> int:
    """The entries of an array, or the multiplications of a product of matrices."""
    inner = node.inputs[0].shape[-1] if node.operation.name == "matmul" else 1
    return prod(node.shape) * inner if node.shape else 0


def proven(
    problem: Problem,
    outputs: Sequence[Tensor],
    subgradient: bool = False,
    differentiated: bool = True,
    rows: int = 1,
    digits: int | None = None,
) -> Proven:
    """The point and the values of outputs, computed in balls until every digit is determined.

    The arguments and errors are answer's; digits asks for so many significant digits instead of
    a double's. Raises HodiffError also with the kind undecided: where a comparison, a domain or
    a number can't be told at 4096 bits (more with digits).
    """
    from hodiff.arithmetic import balls

    program = Program(outputs, balls)

    def run() -> list[Any]:
        point = point_in(problem, balls)
        found = _solved(problem, program, balls, point, subgradient, differentiated, rows)
        return [*point.values(), *found]

    numbers, notes = determined(run, digits)
    names = problem.point or {}
    return Proven(dict(zip(names, numbers, strict=False)), numbers[len(names) :], notes)


Compute: TypeAlias = Callable[[Mapping[Tensor, Any], Any, bool], list[Any]]
"""Numbers at a point in an arithmetic; quickly, in balls alone, or also in exact numbers."""


def proven_series(
    problem: Problem, compute: Compute, digits: int | None = None, quick: bool = True
) -> Proven | None:
    """What compute gives at the problem's point by Taylor series, as proven gives it.

    None where there is no series (a kink, a power at 0), or none can be told. quick: exact
    numbers are taken as such only if balls don't determine all digits at some precisions.
    """
    from hodiff.arithmetic import balls
    from hodiff.arithmetic.series import NoSeries, Open

    # With digits asked for, 1120 from exact numbers and 1120.000 from a ball print differently.
    quickly = iter([quick and digits is None] * QUICK_TRIES)

    def run() -> list[Any]:
        point = point_in(problem, balls)
        at = {problem.variables[name]: value for name, value in point.items()}
        try:
            found = compute(at, balls, next(quickly, False))
        except Open:
            raise Unproven(HodiffError("undecided", "")) from None
        return [*point.values(), *map(balls.exact, found)]

    try:
        numbers, notes = determined(run, digits)
    except NoSeries:
        return None
    except HodiffError as fault:
        if fault.message:
            raise
        return None
    names = problem.point or {}
    return Proven(dict(zip(names, numbers, strict=False)), numbers[len(names) :], notes)


def series_in_doubles(problem: Problem, compute: Compute, shaped: bool) -> list[Number] | None:
    """What compute gives at the problem's point by Taylor series in doubles; None where there is
    no series, where numbers pass a double's range, or where rounding left no digits of one.

    The last shows beside the numbers at a point some roundings away: they differ by more than a
    millionth of the largest of a number and its neighbours.
    """
    from hodiff.arithmetic.series import NoSeries, Open

    point = point_values(problem)
    on: Any = floats
    if shaped:
        from hodiff.arithmetic import arrays as on
    at = {problem.variables[name]: value for name, value in point.items()}
    away = {x: value + 2.0**-48 * (abs(value) + (value == 0)) for x, value in at.items()}
    try:
        found, other = compute(at, on, True), compute(away, on, True)
    except (NoSeries, Open):
        return None
    if not all(map(floats.finite, (*found, *other))):
        return None
    for k, (a, b) in enumerate(zip(found, other, strict=True)):
        if abs(a - b) > 1e-6 * max(map(abs, found[max(k - 1, 0) : k + 2])):
            return None
    return found


def point_in(problem: Problem, arithmetic: Any) -> dict[str, Any]:
    """What --at gives the variables, in an arithmetic: of an interval, the centre."""
    return _named(problem, problem.point or {}, arithmetic)


def radii_in(problem: Problem, arithmetic: Any) -> dict[str, Any]:
    """The radii of the variables that --at binds to intervals."""
    return _named(problem, problem.radii, arithmetic)


def _named(problem: Problem, graphs: Mapping[str, Tensor], arithmetic: Any) -> dict[str, Any]:
    """The values of graphs without variables."""
    nodes = list(graphs.values())
    program = Program(nodes) if arithmetic is floats else Program(nodes, arithmetic)
    values = program.values()
    if not all(map(arithmetic.finite, values.values())):
        _refuse(program, values, {id(node) for node in program.order}, problem, arithmetic)
    return {name: values[id(x)] for name, x in graphs.items()}


def _solved(
    problem: Problem,
    program: Program,
    on: Any,
    at: Mapping[str, Any],
    subgradient: bool,
    differentiated: bool,
    rows: int,
) -> list[Any]:
    """The values of a program's outputs at a point; on is what decides there, floats or balls."""
    point = {problem.variables[name]: x for name, x in at.items()}
    values = program.values(point, _unsigned(program) if on is floats else None)
    jumps = differentiated and any(node.operation.jumps for node in program.order)
    if not jumps and all(map(on.finite, values.values())):
        return _results(program.outputs, values)

    from hodiff import faults
    from hodiff.arithmetic import kinks

    def refused(node: Tensor) -> bool:
        return differentiated and not (subgradient and kinks.by_convention(node))

    found = kinks.contributing(program, values)
    written = {id(node) for node in program.order if not node.derived}
    _refuse(program, values, found & written, problem, on)
    search = kinks.Search(program, point, problem.inputs, refused)
    base = kinks.Run({}, values, _results(program.outputs, values))
    try:
        if search.tie(base) is None:
            _refuse(program, values, found, problem, on)
            return base.results
        runs = search.around()
    except kinks.Undecided as undecided:
        error = faults.undecided(undecided.node, undecided.wide)
        raise (Unproven(error) if undecided.wide else error) from None
    results = runs[0].results
    agree = [on.same(results[0], base.results[0])]
    agree += [on.same(a, b) for run in runs for a, b in zip(results, run.results, strict=True)]
    if all(agree):
        return results
    if False in agree:
        raise faults.kink(search, base, runs, rows)
    if not all(on.finite(x) for run in runs for x in run.results):
        raise faults.kink(search, base, runs, rows)
    node = search.tie(base)
    assert node is not None
    raise Unproven(faults.unequal(node[0]))


def _unsigned(program: Program) -> dict[int, Callable[..., Any]]:
    """How to compute the operations that tell -0.0 from 0, so that they don't."""
    from hodiff.operations.elementary import atan2

    plain = program.arithmetic.function(atan2)
    nodes = [node for node in program.order if node.operation is atan2]
    return {id(node): lambda y, x: plain(y + 0.0, x) for node in nodes}


def _refuse(program: Program, values: Values, found: set[int], problem: Problem, on: Any) -> None:
    """Raise for the first node of found that isn't finite: see hodiff.faults."""
    if all(map(on.finite, values.values())):
        return
    from hodiff import faults

    fault = faults.fault(program, values, found, problem.places, on)
    if fault is not None:
        error, certain = fault
        raise error if certain else Unproven(error)


def _results(outputs: Iterable[Tensor], values: Values) -> list[Number]:
    found = [values[id(y)] for y in outputs]
    return [y * 1 if _is_condition(y) else y for y in found]  # 1 or 0


def _is_condition(x: Number) -> bool:
    return isinstance(x, bool) or getattr(getattr(x, "dtype", None), "kind", "") == "b"
