"""Vector fields in Cartesian coordinates: divergence, curl."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from hodiff import derivatives
from hodiff.calculator.answer import Answer, Entry
from hodiff.calculator.request import Request, indexed, usage
from hodiff.derivatives import components
from hodiff.engine.graph import ZERO, Tensor

MOST_COMPONENTS = 1000  # of which the Jacobian's entries are nodes


class Field(NamedTuple):
    """A vector field.

    request  with its variables in the order of the components
    names    of the variables, those of x, y, z that EXPR has not among them
    rows     the Jacobian, a row for each component and a slope in each of names
    """

    request: Request
    names: list[str]
    rows: list[list[Tensor]]


def divergence(request: Request) -> Answer:
    """The divergence of a vector field.

    That is the sum of the slopes of each component in its own variable, the trace of the Jacobian.
    """
    request, names, rows = read(request)
    ys = indexed("f", request.f.shape)
    terms = [row[i] for i, row in enumerate(rows)]
    trace: Tensor = ZERO
    for term in terms:
        trace = trace + term
    found = request.solve([request.f, *terms, trace])
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
    request, names, rows = read(request)
    if len(names) not in (2, 3):
        raise usage(f"curl is for two variables or three, and there are {_told(names)}", "EXPR")
    turns = [(1, 0)] if len(names) == 2 else [(2, 1), (0, 2), (1, 0)]
    found = request.solve([request.f, *[rows[i][j] - rows[j][i] for i, j in turns]])
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


def read(request: Request) -> Field:
    """EXPR as a field, of which there has to be a component for each variable.

    The first component goes along the first variable of --wrt; else of the alphabet, since [-y, x]
    is a field over x and y. Of x, y and z some may be missing: [-y, x, 0] is one over all three.
    """
    f, chosen = request.differentiable(), bool(request.problem.taken)
    if not chosen:
        request = request._replace(wrt=sorted(request.wrt, key=_counted))
    inputs, names = request.inputs, request.components()
    space = ["x", "y", "z"][: f.shape[0]] if len(f.shape) == 1 else []
    all_names = space if not chosen and set(names) < set(space) else names
    if f.shape != (len(all_names),):
        has = f"is a vector of {f.shape[0]}" if len(f.shape) == 1 else f"has shape {f.shape}"
        raise usage(
            f"{request.command} needs a component for each variable, [P, Q]: EXPR {has},"
            f" and there are {_told(names)}; --wrt x,y names them",
            "EXPR",
        )
    if len(names) > MOST_COMPONENTS:
        message = f"a field has {MOST_COMPONENTS} components at most, and EXPR has {len(names)}"
        raise usage(message, "EXPR", "limit")
    if any(x.shape for x in inputs):
        blocks = derivatives.jacobians(f, inputs)
        n = range(len(names))
        rows = [[entry for block in blocks for entry in components(block[i])] for i in n]
    else:
        rows = derivatives.jacobian_entries(f, inputs)
    columns = [dict(zip(names, row, strict=True)) for row in rows]
    whole = [[row.get(x, ZERO) for x in all_names] for row in columns]
    return Field(request, all_names, whole)


def _told(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return f"{len(names)}: {shown}"


def _counted(name: str) -> list[tuple[str, int]]:
    """x2 before x10."""
    parts = re.findall(r"(\D*)(\d*)", name)
    return [(word, int(digits or -1)) for word, digits in parts]
