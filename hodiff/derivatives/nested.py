"""Derivatives as graphs: tensors in, tensors out, a few lines each on the walk."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, combinations_with_replacement, product
from math import prod
from typing import TypeAlias

from hodiff.engine.backward import walk
from hodiff.engine.graph import ONE, ZERO, Tensor, variable
from hodiff.engine.operations.structure import cut, expand_to, permuted, reshape_to, total
from hodiff.engine.sharing import NodeTable, sharing

Index: TypeAlias = tuple[int, ...]
"""How often a derivative is taken in each of some numbers."""


def vjp(f: Tensor, variables: Sequence[Tensor], cotangent: Tensor) -> list[Tensor]:
    """J^T times a cotangent of f's shape: a share for each x of variables, in its shape; zeros
    where f doesn't depend on it. One walk."""
    return pullback([f], [cotangent], variables)


def pullback(
    fs: Sequence[Tensor], cotangents: Sequence[Tensor], variables: Sequence[Tensor]
) -> list[Tensor]:
    """The same of several functions: the sum of what each gives. One walk."""
    pairs = [(f, g) for f, g in zip(fs, cotangents, strict=True) if f.requires_grad]
    if not pairs:
        return [expand_to(ZERO, x.shape) for x in variables]
    return _filled(walk([f for f, _ in pairs], [g for _, g in pairs], variables), variables)


def jvp(f: Tensor, variables: Sequence[Tensor], tangents: Sequence[Tensor]) -> Tensor:
    """J times tangents (one a variable, in its shape), in the shape of f.

    Two walks: J^T u is linear in u, and its own transpose is J.
    """
    u = variable("cotangent", f.shape)
    with sharing():
        pulled = vjp(f, variables, u)
        pairs = [(g, t) for g, t in zip(pulled, tangents, strict=True) if g.requires_grad]
        if not pairs:
            return expand_to(ZERO, f.shape)
        return _filled(walk([g for g, _ in pairs], [t for _, t in pairs], [u]), [u])[0]


def _filled(found: Sequence[Tensor | None], xs: Sequence[Tensor]) -> list[Tensor]:
    return [
        expand_to(ZERO, x.shape) if g is None or g is ZERO else g
        for x, g in zip(xs, found, strict=True)
    ]


def gradient(f: Tensor, variables: Sequence[Tensor]) -> list[Tensor]:
    """df/dx for each x of variables, in its shape; zeros where f doesn't depend on it."""
    return vjp(f, variables, ONE)


def components(x: Tensor) -> list[Tensor]:
    """The entries of x as scalars, the last axis fastest; x itself when it is one."""
    if not x.shape:
        return [x]
    return [x[i] for i in product(*map(range, x.shape))]


def jacobians(f: Tensor, variables: Sequence[Tensor]) -> list[Tensor]:
    """df/dx of shape f.shape + x.shape for each x of variables.

    One walk, of J^T times the unit vectors; or two, of J times them where they are fewer.
    """
    count, columns = prod(f.shape), [prod(x.shape) for x in variables]
    if not f.requires_grad or count * sum(columns) == 0:
        return [expand_to(ZERO, f.shape + x.shape) for x in variables]
    if not f.shape:
        return gradient(f, variables)
    from hodiff.derivatives import vmap  # start-up: numbers need none

    with sharing():
        if count <= 2 * sum(columns):
            u = variable("cotangent", f.shape)
            found = vmap.rows(vjp(f, variables, u), [u])
        else:
            v = [variable("tangent", x.shape) for x in variables]
            (pushed,) = vmap.rows([jvp(f, variables, v)], v)
            ends = list(accumulate(columns, initial=0))
            turned = permuted(pushed, (*range(1, len(pushed.shape)), 0))
            found = [cut(turned, -1, *ends[i : i + 2]) for i in range(len(columns))]
        return [reshape_to(y, f.shape + x.shape) for y, x in zip(found, variables, strict=True)]


def jacobian(f: Tensor, x: Tensor) -> Tensor:
    """df/dx of shape f.shape + x.shape: see jacobians."""
    return jacobians(f, [x])[0]


def jacobian_entries(f: Tensor, variables: Sequence[Tensor]) -> list[list[Tensor]]:
    """A row for each component of f: its slope in each of variables, which are scalars."""
    with sharing():
        ys = components(f)
        if len(ys) <= 2 * len(variables):
            return [gradient(y, variables) for y in ys]
        units = [[ONE if i is j else ZERO for i in variables] for j in variables]
        columns = [components(jvp(f, variables, unit)) for unit in units]
        return [list(row) for row in zip(*columns, strict=True)]


def hessian(f: Tensor, variables: Sequence[Tensor]) -> tuple[list[Tensor], list[list[Tensor]]]:
    """The gradient, and for each pair of variables x and y the second derivatives, of shape
    x.shape + y.shape. A walk over the gradient's graph for each variable."""
    with sharing():
        first = gradient(f, variables)
        return first, [jacobians(g, variables) for g in first]


def hvp(
    f: Tensor, variables: Sequence[Tensor], vectors: Sequence[Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """The gradient, and the Hessian times a vector as grad(grad(f) . v), never forming it.

    Two walks: a small multiple of the cost of f (Pearlmutter 1994, Fast exact multiplication
    by the Hessian).
    """
    with sharing():
        first = gradient(f, variables)
        slope: Tensor = ZERO
        for g, v in zip(first, vectors, strict=True):
            slope = slope + (total(g * v) if g.shape else g * v)
        return first, gradient(slope, variables)


def nth(f: Tensor, x: Tensor, order: int) -> list[Tensor]:
    """The derivatives of f in the scalar x from the first to order, each the grad of the last."""
    return list(partials(f, [x] * order))


def partials(f: Tensor, variables: Sequence[Tensor]) -> Iterator[Tensor]:
    """f's derivative in the first of some scalars, that one's in the second, and so on."""
    table = NodeTable()
    for x in variables:
        with sharing(table):
            f = gradient(f, [x])[0]
        yield f


def along(f: Tensor, v: Mapping[Tensor, Tensor], order: int) -> Iterator[Tensor]:
    """The derivatives of a scalar f(x + t*v) in t at 0, from the first to order; v is a vector for
    each variable, in its shape."""
    table = NodeTable()
    for _ in range(order):
        with sharing(table):
            slopes = zip(gradient(f, list(v)), v.values(), strict=True)
            f = ZERO
            for g, direction in slopes:
                f = f + (total(g * direction) if g.shape else g * direction)
        yield f


def symmetric(
    f: Tensor, variables: Sequence[Tensor], chosen: Sequence[Sequence[int]], most: int | None = None
) -> list[Tensor]:
    """f's derivative in these components of the variables, for each of chosen, which are sorted.

    A walk for each beginning that they share. Raises MemoryError for more than most nodes.
    """
    table = NodeTable(most)
    slopes: dict[tuple[int, ...], dict[int, Tensor]] = {}
    ends = list(accumulate(prod(x.shape) for x in variables))
    found = []
    with sharing(table):
        for numbers in map(tuple, chosen):
            y = f
            for n, k in enumerate(numbers):
                before = numbers[:n]
                if before not in slopes:  # in what is sorted none below the last comes again
                    past = bisect_right(ends, before[-1]) if before else 0
                    walked = gradient(y, variables[past:])
                    entries = [entry for g in walked for entry in components(g)]
                    slopes[before] = dict(enumerate(entries, ends[-1] - len(entries)))
                y = slopes[before][k]
            found.append(y)
    return found


def symmetric_indices(n: int, order: int) -> Iterator[tuple[tuple[int, ...], Index]]:
    """Each distinct entry of a symmetric tensor: the components that it is taken in, and how often
    in each.

    >>> [chosen for chosen, _ in symmetric_indices(2, 2)]
    [(0, 0), (0, 1), (1, 1)]
    """
    for chosen in combinations_with_replacement(range(n), order):
        yield chosen, tuple(map(chosen.count, range(n)))


def implicit(f: Tensor, x: Tensor, y: Tensor, order: int) -> Iterator[Tensor]:
    """dy/dx, d2y/dx2 ... to order along f(x, y) = 0: d/dx + y' d/dy of the one before."""
    table = NodeTable()
    with sharing(table):
        f_x, f_y = gradient(f, [x, y])
        slope = found = -f_x / f_y
    for k in range(order):
        if k:
            with sharing(table):
                in_x, in_y = gradient(found, [x, y])
                found = in_x + in_y * slope
        yield found
