"""Second derivatives: hessian and its diagonal, hvp, laplacian."""

from __future__ import annotations

from collections.abc import Iterable

from hodiff import derivatives
from hodiff.calculator.answer import Answer, Each, Entry, leaves, matrix
from hodiff.calculator.request import Request, entries_of, first, parts
from hodiff.derivatives.diagonal import hessian_diagonal
from hodiff.engine.graph import ZERO
from hodiff.engine.operations.structure import total
from hodiff.language.problem import Vector


def hessian(request: Request, diag: bool = False) -> Answer:
    """The matrix of second derivatives.

    With diag its diagonal alone, without the matrix.
    """
    if diag:
        return diagonal(request)
    scalar = request.scalar()
    mend = "hvp multiplies by it, --diag gives its diagonal"
    request.check_matrix(entries_of(request.inputs), mend)
    slopes, blocks = derivatives.hessian(scalar, request.inputs)
    if not any(x.shape for x in request.inputs):  # an entry and its mirror image are one graph
        n = range(len(blocks))
        blocks = [[blocks[max(i, j)][min(i, j)] for j in n] for i in n]
    graphs = [request.f, *slopes, *[block for row in blocks for block in row]]
    found = request.solve(graphs, slopes=[slopes], orders=(1, 1, 1))
    f, *values = found.values
    gradient, names = request.named(values[: len(slopes)]), request.components()
    rows = matrix(values[len(slopes) :], [len(x.shape) for x in request.inputs])

    def entries() -> Iterable[Entry]:
        yield from first(parts(gradient))
        for x, row in zip(names, rows, strict=True):
            for y, value in zip(names, row, strict=True):
                yield Entry(f"d2f_d{x}_d{y}", f"∂²f/∂{x}∂{y}", value)

    return request.answer(
        found,
        {"variables": names, "value": f, "gradient": gradient, "hessian": rows},
        Each(entries),
        lines=rows,
        header=["∂²f", *names],
        rows=Each(lambda: ([x, *row] for x, row in zip(names, rows, strict=True))),
    )


def diagonal(request: Request) -> Answer:
    """The second derivative in each component."""
    f = request.scalar()
    graphs = derivatives.gradient(f, request.inputs)
    outputs = [f, *graphs, *hessian_diagonal(f, request.inputs)]
    found = request.solve(outputs, slopes=[graphs], orders=(1, 1, 1))
    value, *values = found.values
    n = len(request.inputs)
    slopes, seconds = request.named(values[:n]), parts(request.named(values[n:]))
    flat = leaves(values[n:])

    def entries() -> Iterable[Entry]:
        yield from first(parts(slopes))
        yield from (Entry(f"d2f_d{x}_d{x}", f"∂²f/∂{x}²", entry) for x, entry in seconds)

    fields = {"value": value, "gradient": slopes, "diagonal": flat}
    return request.answer(
        found,
        {"variables": Each(request.components), **fields},
        Each(entries),
        lines=[flat],
        header=["variable", "∂²f/∂variable²"],
        rows=seconds,
    )


def hvp(request: Request, v: Vector) -> Answer:
    """The Hessian times a vector.

    It costs a few times EXPR, however many variables there are: the Hessian is never formed.
    """
    f = request.scalar()
    vectors = request.problem.vector(v)
    slopes, products = derivatives.hvp(f, request.inputs, vectors)
    found = request.solve([f, *slopes, *products], slopes=[slopes])
    value, *values = found.values
    gradient, result = request.named(values[: len(slopes)]), request.named(values[len(slopes) :])
    constants, flat = request.constants(vectors), leaves(values[len(slopes) :])
    numbers = constants.values

    def entries() -> Iterable[Entry]:
        yield from first(parts(gradient))
        names = zip(request.components(), numbers, strict=True)
        yield from (Entry("", f"v[{x}]", number) for x, number in names)
        yield from (Entry(f"hvp_{x}", f"(H·v)[{x}]", entry) for x, entry in parts(result))

    return request.answer(
        found.plus(constants),
        {
            "variables": Each(request.components),
            "v": numbers,
            "value": value,
            "gradient": gradient,
            "hvp": flat,
        },
        Each(entries),
        lines=[flat],
        header=["variable", "v", "∂f/∂variable", "H·v"],
        rows=Each(
            lambda: zip(
                request.components(), numbers, leaves([*gradient.values()]), flat, strict=True
            )
        ),
    )


def laplacian(request: Request) -> Answer:
    """The trace of the Hessian.

    That is the sum of the second derivatives in each variable. The matrix is never formed.
    """
    f = request.scalar()
    trace = ZERO
    for d in hessian_diagonal(f, request.inputs):
        trace = trace + (total(d) if d.shape else d)
    graphs = derivatives.gradient(f, request.inputs)
    found = request.solve([f, *graphs, trace], slopes=[graphs], orders=(1, 1, 1))
    value, *slopes, result = found.values
    gradient = request.named(slopes)
    fields = {"value": value, "gradient": gradient, "laplacian": result}
    return request.answer(
        found,
        {"variables": request.components(), **fields},
        [*first(parts(gradient)), Entry("laplacian", "laplacian", result)],
        lines=[[result]],
        header=["", "value"],
        rows=[["laplacian", result]],
    )
