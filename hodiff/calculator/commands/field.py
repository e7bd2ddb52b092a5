"""Vector fields in Cartesian coordinates: divergence, curl."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hodiff import derivatives
from hodiff.calculator.answer import Answer, Entry
from hodiff.calculator.request import Request, entries_of, indexed, usage
from hodiff.derivatives import components
from hodiff.engine.graph import ZERO, Tensor


def divergence(request: Request) -> Answer:
    """The divergence of a vector field.

    That is the sum of the slopes of each component in its own variable, the trace of the Jacobian.
    """
    request = in_order(request)
    rows, names, ys = slopes(request), request.components(), indexed("f", request.f.shape)
    terms = [row[i] for i, row in enumerate(rows)]
    trace: Tensor = ZERO
    for term in terms:
        trace = trace + term
    found = request.solve([request.f, *terms, trace], slopes=rows)
    value, *values, result = found.values
    shares = [
        Entry(f"d{y}_d{x}", f"∂{y}/∂{x}", share)
        for y, x, share in zip(ys, names, values, strict=True)
    ]
    return request.answer(
        found,
        {"variables": names, "value": value, "terms": values, "divergence": result},
        [*shares, Entry("divergence", "divergence", result)],
        lines=[[result]],
        header=["", "value"],
        rows=[*([x.label, x.value] for x in shares), ["divergence", result]],
    )


def curl(request: Request) -> Answer:
    """The curl of a vector field, in three variables a vector, in two one number."""
    request = in_order(request)
    names = request.components()
    if len(names) not in (2, 3):
        raise usage(f"curl is for two variables or three, and there are {_told(names)}", "EXPR")
    rows = slopes(request)
    turns = [(1, 0)] if len(names) == 2 else [(2, 1), (0, 2), (1, 0)]
    found = request.solve([request.f, *[rows[i][j] - rows[j][i] for i, j in turns]], slopes=rows)
    value, *values = found.values
    labels = ["curl"] if len(names) == 2 else [f"curl_{x}" for x in names]
    told = [f"(curl f)[{x}]" for x in names] if len(names) == 3 else labels
    return request.answer(
        found,
        {"variables": names, "value": value, "curl": values if len(names) == 3 else values[0]},
        [Entry(*entry) for entry in zip(labels, told, values, strict=True)],
        lines=[values],
        header=["", "value"],
        rows=[[*row] for row in zip(told, values, strict=True)],
    )


def in_order(request: Request) -> Request:
    """The first component goes along the first variable of --wrt; else of the alphabet, since
    [-y, x] is a field over x and y."""
    if request.problem.taken:
        return request
    return request._replace(wrt=sorted(request.wrt, key=_counted))


def slopes(request: Request) -> list[list[Tensor]]:
    """The Jacobian, a row for each component of EXPR, of which there has to be one a variable."""
    f, names = request.differentiable(), request.components()
    if f.shape != (len(names),):
        has = f"is a vector of {f.shape[0]}" if len(f.shape) == 1 else f"has shape {f.shape}"
        raise usage(
            f"{request.command} needs a component for each variable, [P, Q]: EXPR {has},"
            f" and there are {_told(names)}; --wrt x,y chooses some",
            "EXPR",
        )
    request.check_matrix(entries_of([f]), "jvp and vjp multiply by it")
    if not any(x.shape for x in request.inputs):
        return derivatives.jacobian_entries(f, request.inputs)
    blocks = derivatives.jacobians(f, request.inputs)
    return [
        [entry for block in blocks for entry in components(block[i])] for i in range(len(names))
    ]


def _told(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return f"{len(names)}: {shown}"


def _counted(name: str) -> list[tuple[str, int]]:
    """x2 before x10."""
    parts = re.findall(r"(\D*)(\d*)", name)
    return [(word, int(digits or -1)) for word, digits in parts]
