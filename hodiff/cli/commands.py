"""The commands. Each builds the graph of its answer and says what the numbers are."""

from __future__ import annotations

from hodiff.cli.output import Answer, components
from hodiff.cli.question import (
    COTANGENT,
    DIAG,
    Entry,
    Question,
    V,
    command,
    first,
    indexed,
    parts,
)


@command('hodiff grad "w1**2*sin(w2)" --at w1=1,w2=pi/2')
def grad(q: Question) -> Answer:
    """The gradient: the slope in each variable."""
    from hodiff.derivatives import gradient

    f, *slopes = q.solve([q.scalar(), *gradient(q.f, q.inputs)])
    entries, point = parts(q.named(slopes)), dict(q.point)
    return q.answer(
        {"value": f, "gradient": q.named(slopes)},
        first(entries),
        lines=[[slope for _, slope in entries]],
        header=["variable", *(["value"] if point else []), "∂f/∂variable"],
        rows=[[x, *([point[x]] if point else []), slope] for x, slope in entries],
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
    slopes, rows = second(q.scalar(), q.inputs)
    f, *values = q.solve([q.f, *slopes, *[entry for row in rows for entry in row]])
    gradient = q.named(values[: len(slopes)])
    entries, flat = parts(gradient), values[len(slopes) :]
    names = [x for x, _ in entries]
    matrix = [flat[i : i + len(names)] for i in range(0, len(flat), len(names))]
    return q.answer(
        {"variables": names, "value": f, "gradient": gradient, "hessian": matrix},
        first(entries)
        + [
            Entry(f"d2f_d{x}_d{y}", f"∂²f/∂{x}∂{y}", value)
            for x, row in zip(names, matrix, strict=True)
            for y, value in zip(names, row, strict=True)
        ],
        lines=matrix,
        header=["∂²f", *names],
        rows=[[x, *row] for x, row in zip(names, matrix, strict=True)],
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
    flat = [entry for _, entry in seconds]
    return q.answer(
        {"variables": q.components(), "value": value, "gradient": slopes, "diagonal": flat},
        [
            *first(parts(slopes)),
            *[Entry(f"d2f_d{x}_d{x}", f"∂²f/∂{x}²", entry) for x, entry in seconds],
        ],
        lines=[flat],
        header=["variable", "∂²f/∂variable²"],
        rows=[[x, entry] for x, entry in seconds],
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
    entries, times = parts(gradient), parts(result)
    names = [x for x, _ in entries]
    numbers = q.flat(vectors)
    flat = [entry for _, entry in times]
    return q.answer(
        {"variables": names, "v": numbers, "value": value, "gradient": gradient, "hvp": flat},
        [
            *first(entries),
            *[Entry("", f"v[{x}]", number) for x, number in zip(names, numbers, strict=True)],
            *[Entry(f"hvp_{x}", f"(H·v)[{x}]", entry) for x, entry in times],
        ],
        lines=[flat],
        header=["variable", "v", "∂f/∂variable", "H·v"],
        rows=[[x, v, g, h] for (x, g), v, h in zip(entries, numbers, flat, strict=True)],
    )


@command('hodiff jacobian "[x*y, sin(x)]" --at x=0,y=2')
def jacobian(q: Question) -> Answer:
    """The matrix of first derivatives.

    It has a row for each component of EXPR and a column for each one of the variables.
    """
    from hodiff.derivatives import jacobian_entries

    entries = jacobian_entries(q.differentiable(), q.inputs)
    f, *flat = q.solve([q.f, *[x for row in entries for x in row]], rows=len(entries))
    names, ys = q.components(), indexed("f", q.f.shape)
    matrix = [flat[i : i + len(names)] for i in range(0, len(flat), len(names))]
    return q.answer(
        {"variables": names, "value": f, "jacobian": matrix},
        [
            Entry(f"d{y}_d{x}", f"∂{y}/∂{x}", value)
            for y, row in zip(ys, matrix, strict=True)
            for x, value in zip(names, row, strict=True)
        ],
        lines=matrix,
        header=["", *[f"∂/∂{x}" for x in names]],
        rows=[[y, *row] for y, row in zip(ys, matrix, strict=True)],
    )


@command('hodiff jvp "[x*y, sin(x)]" --at x=0,y=2 --v 1,0', V)
def jvp(q: Question, v: str) -> Answer:
    """The Jacobian times a vector.

    That is the derivative of EXPR along the vector.
    """
    from hodiff.derivatives import jvp as pushed

    f, vectors = q.differentiable(), q.problem.vector(v)
    value, (times,) = q.entries([pushed(f, q.inputs, vectors)])
    numbers = q.flat(vectors)
    names, ys = q.components(), indexed("f", f.shape)
    return q.answer(
        {"variables": names, "v": numbers, "value": value, "jvp": times},
        [
            *[Entry("", f"v[{x}]", number) for x, number in zip(names, numbers, strict=True)],
            *[Entry(f"jvp_{y}", f"(J·v)[{y}]", entry) for y, entry in zip(ys, times, strict=True)],
        ],
        lines=[times],
        header=["", "J·v"],
        rows=[[y, entry] for y, entry in zip(ys, times, strict=True)],
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
    numbers = q.flat([cotangent])
    names, ys = q.components(), indexed("f", f.shape)
    pulled_back = [entry for share in shares for entry in share]
    return q.answer(
        {"variables": names, "v": numbers, "value": value, "vjp": pulled_back},
        [
            *[Entry("", f"v[{y}]", number) for y, number in zip(ys, numbers, strict=True)],
            *[Entry(f"vjp_{x}", f"(v·J)[{x}]", e) for x, e in zip(names, pulled_back, strict=True)],
        ],
        lines=[pulled_back],
        header=["variable", "v·J"],
        rows=[[x, entry] for x, entry in zip(names, pulled_back, strict=True)],
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
