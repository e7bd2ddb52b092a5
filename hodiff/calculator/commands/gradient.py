"""grad, and value: the expression itself."""

from __future__ import annotations

from collections.abc import Iterable

from hodiff.calculator.answer import Answer, Each, Row, components, leaves
from hodiff.calculator.request import Request, first, parts
from hodiff.derivatives import gradient
from hodiff.errors import HodiffError


def grad(request: Request) -> Answer:
    """The gradient: the slope in each variable."""
    graphs = gradient(request.scalar(), request.inputs)
    found = request.solve([request.f, *graphs], slopes=[graphs], orders=(1, 1))
    f, *values = found.values
    slopes, at = request.named(values), found.at
    entries = parts(slopes)

    def rows() -> Iterable[Row]:
        point = dict(parts(at or {}))
        return ([x, *([point[x]] if at is not None else []), slope] for x, slope in entries)

    return request.answer(
        found,
        {"value": f, "gradient": slopes},
        first(entries),
        lines=[leaves(values)],
        header=["variable", *(["value"] if at is not None else []), "∂f/∂variable"],
        rows=Each(rows),
        shows=request.wrt,
    )


def in_digits(request: Request) -> str:
    """What is said below a formula that is one number, or has none."""
    try:
        (number,) = request.solve_at([request.f], {}, request.how).values
    except HodiffError as fault:
        return fault.message
    return f"in digits: {number} (more: --digits 30)"


def value(request: Request) -> Answer:
    """The value of EXPR. Digits of one without variables need no point."""
    problem = request.problem
    if request.how.digits and not problem.variables:
        problem.point = {}
    found = request.solve([request.f], smooth=False, orders=(1,))
    (f,) = found.values
    part = getattr(f, "part", None)  # of a formula
    if part is not None and part.kind != "number" and not problem.variables:
        found = found._replace(notes=[*found.notes, in_digits(request)])
    rows = f if isinstance(f, list) and isinstance(f[0], list) else [f]
    return request.answer(
        found,
        {"value": f},
        [],
        lines=[row if isinstance(row, list) else [row] for row in rows],
        header=["", "value"],
        rows=[[name, x] for name, x in components("f", f)],
        shows_f=True,
    )
