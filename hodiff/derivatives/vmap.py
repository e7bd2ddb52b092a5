"""A graph on a batch: one axis more in front, and every operation done once for all of it.

This is vmap (JAX's and torch.func's) on graphs, so that the result is a graph too: it can be
differentiated, run in any arithmetic, or put on a batch again. An operation without a rule is
done for one entry of the batch after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TypeAlias

from hodiff.engine.graph import ONE, ZERO, Kind, Tensor, apply, topological
from hodiff.engine.operations.structure import (
    Index,
    concatenate,
    expand_to,
    permuted,
    pick,
    place,
    reshape_to,
    stack,
    transpose,
    untracked,
)
from hodiff.engine.passes import depending, rebuilt
from hodiff.engine.sharing import sharing

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_ENTRIES = 1 << 20  # of an array on a batch of unit vectors; then a batch is cut
LARGEST = 1 << 30  # entries of a matrix


def vmapped(ys: Sequence[Tensor], batch: Mapping[Tensor, Tensor]) -> list[Tensor]:
    """ys with the nodes of batch replaced by tensors with an axis more in front, of one length;
    so have the results.

    >>> from hodiff import tensor, variable
    >>> x = variable("x")
    >>> vmapped([x**2 + 1], {x: tensor([1, 2, 3])})[0]
    tensor([ 2.,  5., 10.])
    """
    (size,) = {x.shape[0] for x in batch.values()}
    order = topological(ys)
    on_batch = depending(order, batch, smoothly=False)

    def put_on_batch(node: Tensor, inputs: list[Tensor]) -> Tensor:
        if node not in on_batch:
            return node
        varies = [x in on_batch for x in node.inputs]
        # An identity may have made it a constant: 0*x is 0, without the batch's axis.
        found = expand_to(Batched(node, size, inputs, varies).batched(), (size, *node.shape))
        cut = not node.requires_grad and any(x.requires_grad for x in node.inputs)  # by no_grad()
        return untracked(found) if cut and found.requires_grad else found

    found = rebuilt(order, put_on_batch, batch)
    return [found[y] if y in on_batch else expand_to(y, (size, *y.shape)) for y in ys]


class Batched:
    """A node that is to be put on a batch: its inputs there, and which of them are of the batch."""

    def __init__(self, node: Tensor, size: int, inputs: list[Tensor], varies: list[bool]) -> None:
        self.node, self.size, self.inputs, self.varies = node, size, inputs, varies

    def batched(self) -> Tensor:
        operation = self.node.operation
        rule = RULES.get(operation.name) or BY_KIND.get(operation.kind)
        found = rule(self) if rule else None
        return self.one_by_one() if found is None else found

    def apply(self, inputs: Sequence[Tensor], *attributes: object) -> Tensor:
        return apply(self.node.operation, tuple(inputs), attributes)

    def one_by_one(self) -> Tensor:
        rows = [
            self.apply([x[i] if v else x for x, v in self.pairs()], *self.node.attributes)
            for i in range(self.size)
        ]
        return stack(*rows) if rows else expand_to(ZERO, (0, *self.node.shape))

    def pairs(self) -> list[tuple[Tensor, bool]]:
        return list(zip(self.inputs, self.varies, strict=True))

    def fitted(self, rank: int) -> list[Tensor]:
        """The inputs with ones before their own axes, as far as broadcasting to rank takes."""
        return [
            reshape_to(x, (self.size, *[1] * (rank + 1 - len(x.shape)), *x.shape[1:])) if v else x
            for x, v in self.pairs()
        ]

    def spread(self) -> list[Tensor]:
        """The inputs, all on the batch."""
        return [x if v else expand_to(x, (self.size, *x.shape)) for x, v in self.pairs()]

    def only(self, i: int) -> bool:
        """Whether of two matrices the i-th alone is of the batch."""
        return self.varies[i] and not self.varies[1 - i] and self.ranks() == [2, 2]

    def ranks(self) -> list[int]:
        return [len(x.shape) for x in self.node.inputs]


Rule: TypeAlias = Callable[[Batched], Tensor | None]


def aligned(batched: Batched) -> Tensor:
    return batched.apply(batched.fitted(len(batched.node.shape)), *batched.node.attributes)


def along_last(batched: Batched) -> Tensor:
    attributes = batched.node.attributes
    if batched.node.operation.kind in (Kind.REDUCES, Kind.SCANS) and not attributes:  # all axes
        attributes = (tuple(range(-batched.ranks()[0], 0)),)
    return batched.apply(batched.inputs, *attributes)


def _spread(batched: Batched) -> Tensor:
    return batched.apply(batched.spread(), *batched.node.attributes)


def _expand(batched: Batched) -> Tensor:
    return expand_to(
        batched.fitted(len(batched.node.shape))[0], (batched.size, *batched.node.shape)
    )


def _reshape(batched: Batched) -> Tensor:
    return reshape_to(batched.inputs[0], (batched.size, *batched.node.shape))


def _permute(batched: Batched) -> Tensor:
    (order,) = batched.node.attributes
    return permuted(batched.inputs[0], (-len(order) - 1, *order))


def _stack(batched: Batched) -> Tensor:
    entries = [reshape_to(x, (batched.size, 1, *x.shape[1:])) for x in batched.spread()]
    return concatenate(entries, -len(batched.node.shape))


def _index(batched: Batched) -> Tensor | None:
    """Of pick and place. Where slices part numpy's advanced indices, their axes come first: then
    there is no such rule."""
    items, *shape = batched.node.attributes
    if any(isinstance(k, Index) for k in items):
        advanced = [i for i, k in enumerate(items) if isinstance(k, (int, Index))]
        if advanced[-1] - advanced[0] >= len(advanced):
            return None
    return batched.apply(
        batched.inputs, ((0, batched.size, 1), *items), *[(batched.size, *axes) for axes in shape]
    )


def _matmul(batched: Batched) -> Tensor:
    """One product of two matrices where only one of the factors is of the batch."""
    a, b = batched.inputs
    if batched.only(1):
        return transpose(_rows_times(transpose(b), transpose(a)))
    return (
        _rows_times(a, b)
        if batched.only(0)
        else batched.apply(batched.fitted(max(batched.ranks())))
    )


def _rows_times(a: Tensor, b: Tensor) -> Tensor:
    rows = reshape_to(a, (a.shape[0] * a.shape[1], a.shape[2]))
    return reshape_to(rows @ b, (*a.shape[:2], b.shape[1]))


def _solve(batched: Batched) -> Tensor:
    """One factorization where only the right sides are of the batch: they are columns."""
    a, b = batched.inputs
    if not batched.only(1):
        return batched.apply(batched.fitted(max(batched.ranks())), *batched.node.attributes)
    size, n, columns = b.shape
    right = reshape_to(permuted(b, (1, 0, 2)), (n, size * columns))
    found = batched.apply([a, right], *batched.node.attributes)
    return permuted(reshape_to(found, (n, size, columns)), (1, 0, 2))


def _einsum(batched: Batched) -> Tensor | None:
    (spec,) = batched.node.attributes
    letter = next((c for c in LETTERS if c not in spec), None)
    if letter is None:
        return None
    operands, _, result = spec.partition("->")
    names = [letter * v + x for x, v in zip(operands.split(","), batched.varies, strict=True)]
    return batched.apply(batched.inputs, f"{','.join(names)}->{letter}{result}")


BY_KIND: dict[Kind, Rule] = {
    Kind.ENTRYWISE: aligned,
    Kind.CONDITION: aligned,
    Kind.REDUCES: along_last,
    Kind.SCANS: along_last,
    Kind.MATRIX: along_last,
}

RULES: dict[str, Rule] = {
    "transpose": along_last,
    "expand": _expand,
    "reshape": _reshape,
    "permute": _permute,
    "stack": _stack,
    "concatenate": _spread,
    "gather": _spread,
    "scatter": _spread,
    "pick": _index,
    "place": _index,
    "matmul": _matmul,
    "solve": _solve,
    "solve_triangular": _solve,
    "einsum": _einsum,
}


def rows(ys: Sequence[Tensor], xs: Sequence[Tensor]) -> list[Tensor]:
    """The matrices of linear maps, transposed: the first axis of the i-th result is for the unit
    vectors of the space of xs, the others are those of ys[i].

    A few nodes, however many unit vectors there are: they are a batch, or a few where arrays would
    be of over a million entries. Raises MemoryError for a matrix of over 2**30 entries.
    """
    entries = sum(prod(x.shape) for x in xs) * sum(prod(y.shape) for y in ys)
    if entries > LARGEST:
        raise MemoryError(f"a matrix of {entries} entries: {LARGEST} are the most")
    with sharing():
        found = [vmapped(ys, _units(xs, *part)) for part in _parts(ys, xs)]
        return [_joined(column) for column in zip(*found, strict=True)]


def diagonal(y: Tensor, x: Tensor) -> Tensor:
    """The diagonal of a linear map from x to a y of its shape, in that shape.

    At the cost of the matrix, which is never there as a whole.
    """
    import numpy  # start-up: numbers need none

    found = []
    with sharing():
        for start, stop in _parts([y], [x]):
            (part,) = vmapped([y], _units([x], start, stop))
            own = numpy.arange(stop - start)
            at = Index(own, unique=True), Index(start + own, unique=True)
            found.append(pick(reshape_to(part, (stop - start, prod(x.shape))), at))
        return reshape_to(_joined(found), x.shape)


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else concatenate(parts, -len(parts[0].shape))


def _parts(ys: Sequence[Tensor], xs: Sequence[Tensor]) -> list[tuple[int, int]]:
    """From which to which unit vector of the space of xs they are a batch."""
    n = sum(prod(x.shape) for x in xs)
    users = depending(topological(ys), xs, smoothly=False).difference(xs)
    largest = max((prod(node.shape) for node in users), default=1)
    size = max(1, MOST_ENTRIES // max(1, largest))
    return [(start, min(start + size, n)) for start in range(0, max(n, 1), size)]


def _units(xs: Sequence[Tensor], start: int, stop: int) -> dict[Tensor, Tensor]:
    """The unit vectors from start to stop of the space of xs. They are nodes, for as data they
    would all be there at once."""
    import numpy  # start-up: numbers need none

    found, before = {}, 0
    for x in xs:
        n = prod(x.shape)
        own = numpy.arange(max(start, before), min(stop, before + n))
        at = Index(own - start, unique=True), Index(own - before, unique=True)
        ones = place(expand_to(ONE, (len(own),)), at, (stop - start, n))
        found[x] = reshape_to(ones, (stop - start, *x.shape))
        before += n
    return found
