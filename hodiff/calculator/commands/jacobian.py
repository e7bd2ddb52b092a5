"""First derivatives of several expressions: jacobian, jvp, vjp."""

from __future__ import annotations

from collections.abc import Iterable

from hodiff import derivatives
from hodiff.calculator.answer import Answer, Each, Entry, matrix
from hodiff.calculator.request import Request, entries_of, indexed
from hodiff.language.problem import Vector


def jacobian(request: Request) -> Answer:
    """The matrix of first derivatives.

    It has a row for each component of EXPR and a column for each one of the variables.
    """
    request.check_matrix(entries_of([request.f]), "jvp and vjp multiply by it")
    if any(x.shape for x in request.inputs):
        blocks = derivatives.jacobians(request.differentiable(), request.inputs)
        found = request.solve([request.f, *blocks])
        slopes = matrix(found.values[1:], [len(request.f.shape)])
    else:
        rows = derivatives.jacobian_entries(request.differentiable(), request.inputs)
        found = request.solve([request.f, *[x for row in rows for x in row]], slopes=rows)
        slopes = matrix(found.values[1:], [0] * len(rows))
    names, ys = request.components(), indexed("f", request.f.shape)

    def entries() -> Iterable[Entry]:
        for y, row in zip(ys, slopes, strict=True):
            for x, value in zip(names, row, strict=True):
                yield Entry(f"d{y}_d{x}", f"∂{y}/∂{x}", value)

    return request.answer(
        found,
        {"variables": names, "value": found.values[0], "jacobian": slopes},
        Each(entries),
        lines=slopes,
        header=["", *[f"∂/∂{x}" for x in names]],
        rows=Each(lambda: ([y, *row] for y, row in zip(ys, slopes, strict=True))),
    )


def jvp(request: Request, v: Vector) -> Answer:
    """The Jacobian times a vector.

    That is the derivative of EXPR along the vector.
    """
    f, vectors = request.differentiable(), request.problem.vector(v)
    found, (times,) = request.entries([derivatives.jvp(f, request.inputs, vectors)])
    constants, ys = request.constants(vectors), indexed("f", f.shape)
    numbers = constants.values

    def entries() -> Iterable[Entry]:
        names = zip(request.components(), numbers, strict=True)
        yield from (Entry("", f"v[{x}]", number) for x, number in names)
        named = zip(ys, times, strict=True)
        yield from (Entry(f"jvp_{y}", f"(J·v)[{y}]", entry) for y, entry in named)

    fields = {"v": numbers, "value": found.values[0], "jvp": times}
    return request.answer(
        found.plus(constants),
        {"variables": Each(request.components), **fields},
        Each(entries),
        lines=[times],
        header=["", "J·v"],
        rows=Each(lambda: zip(ys, times, strict=True)),
    )


def vjp(request: Request, v: Vector) -> Answer:
    """A vector times the Jacobian.

    That is the gradient of the sum of EXPR's components, each weighted by one of the vector. It
    costs a few times EXPR, however many variables there are.
    """
    f, cotangent = request.differentiable(), request.problem.cotangent(v)
    found, shares = request.entries(derivatives.vjp(f, request.inputs, cotangent))
    constants, ys = request.constants([cotangent]), indexed("f", f.shape)
    numbers = constants.values
    pulled_back = [entry for share in shares for entry in share]

    def entries() -> Iterable[Entry]:
        yield from (Entry("", f"v[{y}]", number) for y, number in zip(ys, numbers, strict=True))
        named = zip(request.components(), pulled_back, strict=True)
        yield from (Entry(f"vjp_{x}", f"(v·J)[{x}]", entry) for x, entry in named)

    fields = {"v": numbers, "value": found.values[0], "vjp": pulled_back}
    return request.answer(
        found.plus(constants),
        {"variables": Each(request.components), **fields},
        Each(entries),
        lines=[pulled_back],
        header=["variable", "v·J"],
        rows=Each(lambda: zip(request.components(), pulled_back, strict=True)),
    )
