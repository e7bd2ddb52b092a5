"""The diagonal of a linear map that is given as a graph, without the matrix.

A Hessian times v is linear in v. Each node of its graph that depends on v is a map of v, and most
are of one of two kinds: entry i takes its share of entry i + offset (whatever is computed entry by
entry, of slices and of padding), or all entries take shares of one number (whatever goes through
a sum). Such maps are closed under what reverse mode builds of entrywise functions and sums, and
their diagonals can be read off. What is of neither kind costs a product for each entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import NamedTuple

from hodiff.arithmetic.series import depending
from hodiff.graph import ONE, ZERO, Tensor, broadcast, topological, variable
from hodiff.operations.piecewise import where
from hodiff.operations.structure import (
    expand_to,
    pick,
    place,
    reshape_to,
    stack,
    summed,
)
from hodiff.tidy import sharing

MOST_PRODUCTS = 20_000

Offset = tuple[int, ...]
"""How far ahead an entry is, along each axis."""


class Map(NamedTuple):
    """A linear map of v: entry i of u is the sum of d[i]*v[i + offset] over shares, and of b[i]
    times the inner product of a and v over ranks."""

    shares: dict[Offset, Tensor]
    ranks: list[tuple[Tensor, Tensor]]

    def through(self, act: Callable[[Tensor], Tensor], ahead: Offset | None = None) -> Map:
        """The map with something done to its factors, and its offsets further ahead."""
        shares = {
            offset if ahead is None else tuple(map(sum, zip(offset, ahead, strict=True))): act(d)
            for offset, d in self.shares.items()
        }
        return Map(shares, [(act(b), a) for b, a in self.ranks])

    def plus(self, other: Map) -> Map:
        shares = dict(self.shares)
        for offset, d in other.shares.items():
            shares[offset] = shares[offset] + d if offset in shares else d
        return Map(shares, self.ranks + other.ranks)

    def functional(self, shape: tuple[int, ...]) -> Tensor:
        """The vector a for which the sum of all entries of u is the inner product of a and v."""
        found: Tensor = ZERO
        for offset, d in self.shares.items():
            found = found + _moved(d, offset, shape)
        for b, a in self.ranks:
            found = found + summed(b, tuple(range(-len(b.shape), 0))) * a
        return expand_to(found, shape)


def diagonal_of(u: Tensor, v: Tensor) -> Tensor | None:
    """The diagonal of the map from v to u, of v's shape; None where it can't be read off."""
    found: dict[Tensor, Map] = {v: Map({(0,) * len(v.shape): expand_to(ONE, v.shape)}, [])}
    order = topological([u])
    dependent = depending(order, [v])
    with sharing():
        for node in order:
            if node in dependent and node is not v:
                total: Map | None = Map({}, [])
                for i, x in enumerate(node.inputs):
                    if x in dependent and total is not None:
                        share = _through(node, i, found[x], v.shape)
                        total = None if share is None else total.plus(share)
                if total is None:
                    return None
                found[node] = total
        if u not in dependent:
            return expand_to(ZERO, v.shape)
        shares, ranks = found[u]
        diagonal = shares.get((0,) * len(v.shape), ZERO)
        for b, a in ranks:
            diagonal = diagonal + b * a
        return expand_to(diagonal, v.shape)


def _through(node: Tensor, i: int, x: Map, shape: tuple[int, ...]) -> Map | None:
    """The share of node's i-th input, which is the map x, in node."""
    operation, source = node.operation, node.inputs[i].shape
    single = prod(source) == 1 and prod(shape) != 1
    if operation.shape is broadcast or operation.name in ("cast", "expand"):
        factor = _factor(node, i)
        if factor is None or not (single or source == node.shape):
            return None
        if single and source != node.shape:
            a = x.functional(shape)
            return Map({}, [(expand_to(factor, node.shape), a)])
        return x.through(lambda d: expand_to(d * factor, node.shape))
    if operation.name == "reshape" and single:
        return Map({}, [(expand_to(ONE, node.shape), x.functional(shape))])
    if operation.name == "sum" and prod(node.shape) == 1:
        return Map({}, [(expand_to(ONE, node.shape), x.functional(shape))])
    if operation.name not in ("pick", "place"):
        return None
    items = node.attributes[0]
    if single and operation.name == "place":
        one = place(expand_to(ONE, source), *node.attributes)
        return Map({}, [(one, x.functional(shape))])
    if prod(node.shape) == 1 and operation.name == "pick":
        one = place(expand_to(ONE, node.shape), items, source)
        return Map(
            {}, [(expand_to(ONE, node.shape), x.through(lambda d: d * one).functional(shape))]
        )
    if len(node.shape) != len(shape) or not all(isinstance(k, tuple) and k[2] == 1 for k in items):
        return None
    starts = [k[0] for k in items] + [0] * (len(shape) - len(items))
    if operation.name == "pick":
        return x.through(lambda d: pick(d, items), tuple(starts))
    return x.through(lambda d: place(d, *node.attributes), tuple(-k for k in starts))


def _factor(node: Tensor, i: int) -> Tensor | None:
    """What an entrywise node, linear in its i-th input, multiplies that by."""
    if node.operation is where:
        test, one = node.inputs[0], expand_to(ONE, node.shape)
        return None if i == 0 else where(test, one, ZERO) if i == 1 else where(test, ZERO, one)
    if not node.operation.partials:
        return ONE if node.operation.linear else None
    found = node.operation.partials[i](*node.inputs, node, *node.attributes)
    return found if isinstance(found, Tensor) else ONE * found


def _moved(d: Tensor, offset: Offset, shape: tuple[int, ...]) -> Tensor:
    """The a with a[i + offset] = d[i], 0 elsewhere."""
    if d.shape == shape and not any(offset):
        return d
    kept = [
        (max(0, -ahead), max(0, -ahead, min(n, m - ahead)))
        for ahead, n, m in zip(offset, d.shape, shape, strict=True)
    ]
    inner = pick(d, tuple((low, high, 1) for low, high in kept))
    there = tuple((low + k, high + k, 1) for (low, high), k in zip(kept, offset, strict=True))
    return place(inner, there, shape)


def hessian_diagonal(f: Tensor, variables: Sequence[Tensor]) -> list[Tensor]:
    """d2f/dx_i**2 for each entry of each x of variables, in its shape.

    Cost: a few times f where the Hessian's product with a vector is built of entrywise functions,
    slices and sums; else a product for each entry. Raises MemoryError for over 20 000 of those.
    """
    from hodiff.derivatives import components, gradient

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
            diagonal = diagonal_of(gradient(summed(g * v, axes), [x])[0], v)
            if diagonal is None:
                if prod(x.shape) > MOST_PRODUCTS:
                    raise MemoryError(
                        f"here the Hessian's diagonal takes a product for each of its"
                        f" {prod(x.shape)} entries: {MOST_PRODUCTS} are the most"
                    )
                rows = zip(components(g), range(prod(x.shape)), strict=True)
                entries = [components(gradient(slope, [x])[0])[i] for slope, i in rows]
                diagonal = reshape_to(stack(*entries), x.shape)
            found.append(diagonal)
        return found
