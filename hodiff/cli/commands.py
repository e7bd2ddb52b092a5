"""The commands. Each builds the graph of its answer and says what the numbers are."""

from __future__ import annotations

from collections.abc import Iterable

from hodiff.cli.output import Answer, Each, Entry, Row, components, leaves, matrix
from hodiff.cli.question import (
    COTANGENT,
    DIAG,
    Question,
    V,
    command,
    entries_of,
    first,
    indexed,
    parts,
)


@command('hodiff grad "w1**2*sin(w2)" --at w1=1,w2=pi/2')
def grad(q: Question) -> Answer:
    """The gradient: the slope in each variable."""
    from hodiff.derivatives import gradient

    f, *values = q.solve([q.scalar(), *gradient(q.f, q.inputs)])
    slopes = q.named(values)
    entries, at = parts(slopes), q.at is not None

    def rows() -> Iterable[Row]:
        point = dict(q.point)
        return ([x, *([point[x]] if at else []), slope] for x, slope in entries)

    return q.answer(
        {"value": f, "gradient": slopes},
        first(entries),
        lines=[leaves(values)],
        header=["variable", *(["value"] if at else []), "∂f/∂variable"],
        rows=Each(rows),
        shows=q.problem.wrt,
    )


@command('hodiff hessian "w1**2*sin(w2)" --at w1=1,w2=pi/2', DIAG)
def hessian(q: Question, diag: bool) -> Answer:
    """The matrix of second derivatives.

    With --diag its diagonal alone, without the matrix.
    """
    from hodiff.derivatives import hessian as second

    if diag:
        return diagonal(q)
    scalar = q.scalar()
    q.check_matrix(entries_of(q.inputs), "hvp multiplies by it, --diag gives its diagonal")
    slopes, blocks = second(scalar, q.inputs)
    f, *values = q.solve([q.f, *slopes, *[block for row in blocks for block in row]])
    gradient, names = q.named(values[: len(slopes)]), q.components()
    rows = matrix(values[len(slopes) :], [len(x.shape) for x in q.inputs])

    def entries() -> Iterable[Entry]:
        yield from first(parts(gradient))
        for x, row in zip(names, rows, strict=True):
            for y, value in zip(names, row, strict=True):
                yield Entry(f"d2f_d{x}_d{y}", f"∂²f/∂{x}∂{y}", value)

    return q.answer(
        {"variables": names, "value": f, "gradient": gradient, "hessian": rows},
        Each(entries),
        lines=rows,
        header=["∂²f", *names],
        rows=Each(lambda: ([x, *row] for x, row in zip(names, rows, strict=True))),
    )


def diagonal(q: Question) -> Answer:
    """The second derivative in each component."""
    from hodiff.derivatives import gradient
    from hodiff.linear_maps import hessian_diagonal

    f = q.scalar()
    outputs = [f, *gradient(f, q.inputs), *hessian_diagonal(f, q.inputs)]
    value, *values = q.solve(outputs)
    n = len(q.inputs)
    slopes, seconds = q.named(values[:n]), parts(q.named(values[n:]))
    flat = leaves(values[n:])

    def entries() -> Iterable[Entry]:
        yield from first(parts(slopes))
        yield from (Entry(f"d2f_d{x}_d{x}", f"∂²f/∂{x}²", entry) for x, entry in seconds)

    return q.answer(
        {"variables": Each(q.components), "value": value, "gradient": slopes, "diagonal": flat},
        Each(entries),
        lines=[flat],
        header=["variable", "∂²f/∂variable²"],
        rows=seconds,
    )


@command('hodiff hvp "w1**2*sin(w2)" --at w1=1,w2=pi/2 --v 0.5,1', V)
def hvp(q: Question, v: str) -> Answer:
    """The Hessian times a vector.

    It costs a few times EXPR, however many variables there are: the Hessian is never formed.
    """
    from hodiff.derivatives import hvp as product

    f = q.scalar()
    vectors = q.problem.vector(v)
    slopes, products = product(f, q.inputs, vectors)
    value, *values = q.solve([f, *slopes, *products])
    gradient, result = q.named(values[: len(slopes)]), q.named(values[len(slopes) :])
    numbers, flat = q.flat(vectors), leaves(values[len(slopes) :])

    def entries() -> Iterable[Entry]:
        yield from first(parts(gradient))
        names = zip(q.components(), numbers, strict=True)
        yield from (Entry("", f"v[{x}]", number) for x, number in names)
        yield from (Entry(f"hvp_{x}", f"(H·v)[{x}]", entry) for x, entry in parts(result))

    return q.answer(
        {
            "variables": Each(q.components),
            "v": numbers,
            "value": value,
            "gradient": gradient,
            "hvp": flat,
        },
        Each(entries),
        lines=[flat],
        header=["variable", "v", "∂f/∂variable", "H·v"],
        rows=Each(
            lambda: zip(q.components(), numbers, leaves([*gradient.values()]), flat, strict=True)
        ),
    )


@command('hodiff jacobian "[x*y, sin(x)]" --at x=0,y=2')
def jacobian(q: Question) -> Answer:
    """The matrix of first derivatives.

    It has a row for each component of EXPR and a column for each one of the variables.
    """
    from hodiff.derivatives import jacobian_entries, jacobians

    q.check_matrix(entries_of([q.f]), "jvp and vjp multiply by it")
    if any(x.shape for x in q.inputs):
        f, *blocks = q.solve([q.f, *jacobians(q.differentiable(), q.inputs)], rows=0)
        slopes = matrix(blocks, [len(q.f.shape)])
    else:
        rows = jacobian_entries(q.differentiable(), q.inputs)
        f, *flat = q.solve([q.f, *[x for row in rows for x in row]], rows=len(rows))
        slopes = matrix(flat, [0] * len(rows))
    names, ys = q.components(), indexed("f", q.f.shape)

    def entries() -> Iterable[Entry]:
        for y, row in zip(ys, slopes, strict=True):
            for x, value in zip(names, row, strict=True):
                yield Entry(f"d{y}_d{x}", f"∂{y}/∂{x}", value)

    return q.answer(
        {"variables": names, "value": f, "jacobian": slopes},
        Each(entries),
        lines=slopes,
        header=["", *[f"∂/∂{x}" for x in names]],
        rows=Each(lambda: ([y, *row] for y, row in zip(ys, slopes, strict=True))),
    )


@command('hodiff jvp "[x*y, sin(x)]" --at x=0,y=2 --v 1,0', V)
def jvp(q: Question, v: str) -> Answer:
    """The Jacobian times a vector.

    That is the derivative of EXPR along the vector.
    """
    from hodiff.derivatives import jvp as pushed

    f, vectors = q.differentiable(), q.problem.vector(v)
    value, (times,) = q.entries([pushed(f, q.inputs, vectors)])
    numbers, ys = q.flat(vectors), indexed("f", f.shape)

    def entries() -> Iterable[Entry]:
        names = zip(q.components(), numbers, strict=True)
        yield from (Entry("", f"v[{x}]", number) for x, number in names)
        named = zip(ys, times, strict=True)
        yield from (Entry(f"jvp_{y}", f"(J·v)[{y}]", entry) for y, entry in named)

    return q.answer(
        {"variables": Each(q.components), "v": numbers, "value": value, "jvp": times},
        Each(entries),
        lines=[times],
        header=["", "J·v"],
        rows=Each(lambda: zip(ys, times, strict=True)),
    )


@command('hodiff vjp "[x*y, sin(x)]" --at x=0,y=2 --v 1,0', COTANGENT)
def vjp(q: Question, v: str) -> Answer:
    """A vector times the Jacobian.

    That is the gradient of the sum of EXPR's components, each weighted by one of the vector. It
    costs a few times EXPR, however many variables there are.
    """
    from hodiff.derivatives import vjp as pulled

    f, cotangent = q.differentiable(), q.problem.cotangent(v)
    value, shares = q.entries(pulled(f, q.inputs, cotangent))
    numbers, ys = q.flat([cotangent]), indexed("f", f.shape)
    pulled_back = [entry for share in shares for entry in share]

    def entries() -> Iterable[Entry]:
        yield from (Entry("", f"v[{y}]", number) for y, number in zip(ys, numbers, strict=True))
        named = zip(q.components(), pulled_back, strict=True)
        yield from (Entry(f"vjp_{x}", f"(v·J)[{x}]", entry) for x, entry in named)

    return q.answer(
        {"variables": Each(q.components), "v": numbers, "value": value, "vjp": pulled_back},
        Each(entries),
        lines=[pulled_back],
        header=["variable", "v·J"],
        rows=Each(lambda: zip(q.components(), pulled_back, strict=True)),
    )


@command('hodiff value "w1**2*sin(w2)" --at w1=1,w2=pi/2', subgradient=False)
def value(q: Question) -> Answer:
    """The value of EXPR."""
    (found,) = q.solve([q.f], differentiated=False)
    rows = found if isinstance(found, list) and isinstance(found[0], list) else [found]
    return q.answer(
        {"value": found},
        [],
        lines=[row if isinstance(row, list) else [row] for row in rows],
        header=["", "value"],
        rows=[[name, x] for name, x in components("f", found)],
        shows_f=True,
    )
