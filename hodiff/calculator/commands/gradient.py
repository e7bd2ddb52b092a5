"""grad, and value: the expression itself."""

from __future__ import annotations

from collections.abc import Iterable

from hodiff.calculator.answer import Answer, Each, Row, components, leaves
from hodiff.calculator.request import Request, first, parts
from hodiff.derivatives import gradient


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


DIGITS = "the number itself: --digits 17"


def value(request: Request) -> Answer:
    """The value of EXPR. Digits of one without variables need no point."""
    problem = request.problem
    if request.how.digits and not problem.variables:
        problem.point = {}
    found = request.solve([request.f], smooth=False, orders=(1,))
    (f,) = found.values
    if not request.has_point and not problem.variables and any(c.isalpha() for c in str(f)):
        found = found._replace(notes=[*found.notes, DIGITS])
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
