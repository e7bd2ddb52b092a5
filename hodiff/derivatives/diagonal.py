"""The diagonal of a linear map that is given as a graph, without the matrix.

A Hessian times v is linear in v. Each node of its graph that depends on v is a map of v, and most
are of one of two kinds: an entry takes its share of one entry of v (whatever is computed entry by
entry, and moved about), or all entries take shares of one number (whatever goes through a sum).
Such maps are closed under what reverse mode builds of entrywise functions and sums, and their
diagonals can be read off. What is of neither kind costs a product for each entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from hodiff.derivatives import vmap
from hodiff.derivatives.nested import gradient
from hodiff.engine.graph import (
    ONE,
    ZERO,
    Kind,
    Tensor,
    tensor_of,
    topological,
    variable,
)
from hodiff.engine.operations.piecewise import where
from hodiff.engine.operations.structure import (
    Index,
    expand,
    expand_to,
    pick,
    place,
    reshape_to,
    summed,
)
from hodiff.engine.passes import depending, rebuilt
from hodiff.engine.sharing import sharing

if TYPE_CHECKING:
    from numpy import ndarray

MOST_PRODUCTS = 20_000


class LinearMap(NamedTuple):
    """A linear map of v: entry i of u is the sum of d[i]*v[source[i] - 1] over shares, where source
    is 0 for none, and of b[i] times the inner product of a and v over ranks."""

    shares: dict[bytes, tuple[ndarray[Any, Any], Tensor]]
    ranks: list[tuple[Tensor, Tensor]]

    def through(
        self, act: Callable[[Tensor], Tensor], move: Callable[[Any], Any] = lambda source: source
    ) -> LinearMap:
        """The map with something done to its factors, and its entries moved."""
        found = LinearMap({}, [(act(b), a) for b, a in self.ranks])
        for source, d in self.shares.values():
            found.add(move(source), act(d))
        return found

    def add(self, source: Any, d: Tensor) -> None:
        key = source.tobytes()
        self.shares[key] = (source, self.shares[key][1] + d if key in self.shares else d)

    def plus(self, other: LinearMap) -> LinearMap:
        found = LinearMap(dict(self.shares), self.ranks + other.ranks)
        for source, d in other.shares.values():
            found.add(source, d)
        return found

    def functional(self, shape: tuple[int, ...]) -> Tensor:
        """The vector a for which the sum of all entries of u is the inner product of a and v."""
        found: Tensor = ZERO
        for source, d in self.shares.values():
            found = found + _sent(d, source, shape)
        for b, a in self.ranks:
            found = found + summed(b, tuple(range(-len(b.shape), 0))) * a
        return expand_to(found, shape)

    def diagonal(self, shape: tuple[int, ...]) -> Tensor:
        """Of a map from v's shape to the same."""
        import numpy  # start-up: a Hessian of numbers needs none

        found: Tensor = ZERO
        own = numpy.arange(1, prod(shape) + 1).reshape(shape)
        for source, d in self.shares.values():
            there = source == own
            if there.all():
                found = found + d
            elif there.any():
                found = found + where(tensor_of(there), d, ZERO)
        for b, a in self.ranks:
            found = found + b * a
        return expand_to(found, shape)


def diagonal_of(u: Tensor, v: Tensor) -> Tensor | None:
    """The diagonal of the map from v to u, of v's shape; None where it can't be read off."""
    import numpy  # start-up: a Hessian of numbers needs none

    own = numpy.arange(1, prod(v.shape) + 1).reshape(v.shape)
    identity = LinearMap({own.tobytes(): (own, expand_to(ONE, v.shape))}, [])
    order = topological([u])
    dependent = depending(order, [v])
    if u not in dependent:
        return expand_to(ZERO, v.shape)

    def mapped(node: Tensor, inputs: list[LinearMap | None]) -> LinearMap | None:
        if node not in dependent:
            return None
        found = LinearMap({}, [])
        for i, (x, map_) in enumerate(zip(node.inputs, inputs, strict=True)):
            if x in dependent:
                share = None if map_ is None else _through(node, i, map_, v.shape)
                if share is None:
                    return None
                found = found.plus(share)
        return found

    with sharing():
        given: dict[Tensor, LinearMap | None] = {v: identity}
        found = rebuilt(order, mapped, given)[u]
        return None if found is None else found.diagonal(v.shape)


def _through(node: Tensor, i: int, x: LinearMap, shape: tuple[int, ...]) -> LinearMap | None:
    """The share of node's i-th input, which is the map x, in node."""
    row, source = node.operation, node.inputs[i].shape
    if row is summed and prod(node.shape) == 1:
        return LinearMap({}, [(expand_to(ONE, node.shape), x.functional(shape))])
    if row is place and not all(getattr(k, "unique", True) for k in node.attributes[0]):
        return None  # it adds entries up
    if row.kind is Kind.MOVES and row.arity == 1 and row is not expand:
        from hodiff.arithmetic.arrays import ARRAYS  # start-up: brings numpy

        move = ARRAYS.function(row)
        return x.through(
            lambda d: row(d, *node.attributes), lambda source: move(source, *node.attributes)
        )
    if row.kind is not Kind.ENTRYWISE and row is not expand:
        return None
    factor = _factor(node, i)
    if factor is None or not (source == node.shape or prod(source) == 1):
        return None
    if source != node.shape:
        return LinearMap({}, [(expand_to(factor, node.shape), x.functional(shape))])
    return x.through(lambda d: expand_to(d * factor, node.shape))


def _factor(node: Tensor, i: int) -> Tensor | None:
    """What an entrywise node, linear in its i-th input, multiplies that by."""
    if node.operation is where:
        test, one = node.inputs[0], expand_to(ONE, node.shape)
        return None if i == 0 else where(test, one, ZERO) if i == 1 else where(test, ZERO, one)
    if not node.operation.partials:
        return ONE if node.operation.linear else None
    found = node.operation.partials[i](*node.inputs, node, *node.attributes)
    return found if isinstance(found, Tensor) else ONE * found


def _sent(d: Tensor, source: Any, shape: tuple[int, ...]) -> Tensor:
    """The a with the sum of d[i] where source[i] - 1 is j as its entry j."""
    import numpy  # start-up: a Hessian of numbers needs none

    flat, m = source.ravel(), prod(d.shape)
    d = reshape_to(d, (m,))
    if m != prod(shape) or (flat != numpy.arange(1, m + 1)).any():
        if not flat.all():
            d, flat = pick(d, (Index(numpy.flatnonzero(flat), unique=True),)), flat[flat != 0]
        unique = len(numpy.unique(flat)) == len(flat)
        d = place(d, (Index(flat - 1, unique),), (prod(shape),))
    return reshape_to(d, shape)


def hessian_diagonal(f: Tensor, variables: Sequence[Tensor]) -> list[Tensor]:
    """d2f/dx_i**2 for each entry of each x of variables, in its shape.

    Cost: a few times f where the Hessian's product with a vector is built of entrywise functions,
    slices and sums; else a product for each entry. Raises MemoryError for over 20 000 of those.
    """
    with sharing():
        found = []
        for x, g in zip(variables, gradient(f, variables), strict=True):
            if not g.requires_grad:
                found.append(expand_to(ZERO, x.shape))
                continue
            if not x.shape:
                found.append(gradient(g, [x])[0])
                continue
            v = variable("v", x.shape)
            axes = tuple(range(-len(x.shape), 0))
            (product,) = gradient(summed(g * v, axes), [x])
            diagonal = diagonal_of(product, v)
            if diagonal is None:
                if prod(x.shape) > MOST_PRODUCTS:
                    raise MemoryError(
                        f"here the Hessian's diagonal takes a product for each of its"
                        f" {prod(x.shape)} entries: {MOST_PRODUCTS} are the most"
                    )
                diagonal = vmap.diagonal(product, v)
            found.append(diagonal)
        return found
