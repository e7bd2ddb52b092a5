"""A graph on a batch: one axis more in front, and every operation done once for all of it.

This is vmap (JAX's and torch.func's) on graphs, so that the result is a graph too: it can be
differentiated, run in any arithmetic, or put on a batch again. An operation without a rule is
done for one entry of the batch after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from string import ascii_letters
from typing import TypeAlias

from hodiff.graph import ONE, Tensor, apply, broadcast, topological
from hodiff.operations.linalg import solve
from hodiff.operations.structure import (
    Index,
    concatenate,
    expand_to,
    permuted,
    pick,
    place,
    reshape_to,
    stack,
    transpose,
)
from hodiff.tidy import sharing

MOST_ENTRIES = 1 << 20  # of an array on a batch of unit vectors; then a batch is cut
LARGEST = 1 << 30  # entries of a matrix

# What acts along its last axes alone, and on numbers of the axes in its attributes.
AXES_LAST = {
    *("sum", "any", "amax", "amin", "argmax", "argmin", "argsort", "cumsum", "cast", "transpose"),
    *("norm", "pnorm", "logsumexp", "softmax"),
    *("inv", "det", "logabsdet", "signdet", "cholesky"),
}
ALL_AXES = ("norm", "logsumexp", "softmax")  # which have no attribute for all axes


def batched(ys: Sequence[Tensor], batch: Mapping[Tensor, Tensor]) -> list[Tensor]:
    """ys with the nodes of batch replaced by tensors with an axis more in front, of one length;
    so have the results.

    >>> from hodiff import tensor, variable
    >>> x = variable("x")
    >>> batched([x**2 + 1], {x: tensor([1, 2, 3])})[0]
    tensor([ 2.,  5., 10.])
    """
    (size,) = {x.shape[0] for x in batch.values()}
    found = dict(batch)
    for node in users(ys, found):
        # An identity may have made it a constant: 0*x is 0, without the batch's axis.
        found[node] = expand_to(Step(node, size, found).batched(), (size, *node.shape))
    return [found[y] if y in found else expand_to(y, (size, *y.shape)) for y in ys]


def users(ys: Sequence[Tensor], xs: Iterable[Tensor]) -> list[Tensor]:
    """The nodes of the graph of ys that depend on xs, which are none of them, in order."""
    dependent = set(xs)
    found = []
    for node in topological(ys):
        if node not in dependent and not dependent.isdisjoint(node.inputs):
            dependent.add(node)
            found.append(node)
    return found


class Step:
    """A node that is to be put on a batch: its inputs there, and which of them are of the batch."""

    def __init__(self, node: Tensor, size: int, found: Mapping[Tensor, Tensor]) -> None:
        self.node, self.size = node, size
        self.inputs = [found.get(x, x) for x in node.inputs]
        self.varies = [x in found for x in node.inputs]

    def batched(self) -> Tensor:
        operation = self.node.operation
        rule = RULES.get(operation.name)
        if operation.shape is broadcast:
            rule = aligned
        elif operation.name in AXES_LAST:
            rule = along_last
        found = rule(self) if rule else None
        return self.one_by_one() if found is None else found

    def apply(self, inputs: Sequence[Tensor], *attributes: object) -> Tensor:
        return apply(self.node.operation, tuple(inputs), attributes)

    def one_by_one(self) -> Tensor:
        rows = [
            self.apply([x[i] if v else x for x, v in self.pairs()], *self.node.attributes)
            for i in range(self.size)
        ]
        return stack(*rows)

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


Rule: TypeAlias = Callable[[Step], Tensor | None]


def aligned(step: Step) -> Tensor:
    return step.apply(step.fitted(len(step.node.shape)), *step.node.attributes)


def along_last(step: Step) -> Tensor:
    attributes = step.node.attributes
    if step.node.operation.name in ALL_AXES and not attributes:
        attributes = (tuple(range(-step.ranks()[0], 0)),)
    return step.apply(step.inputs, *attributes)


def _spread(step: Step) -> Tensor:
    return step.apply(step.spread(), *step.node.attributes)


def _expand(step: Step) -> Tensor:
    return expand_to(step.fitted(len(step.node.shape))[0], (step.size, *step.node.shape))


def _reshape(step: Step) -> Tensor:
    return reshape_to(step.inputs[0], (step.size, *step.node.shape))


def _permute(step: Step) -> Tensor:
    (order,) = step.node.attributes
    return permuted(step.inputs[0], (-len(order) - 1, *order))


def _stack(step: Step) -> Tensor:
    entries = [reshape_to(x, (step.size, 1, *x.shape[1:])) for x in step.spread()]
    return concatenate(entries, -len(step.node.shape))


def _index(step: Step) -> Tensor | None:
    """Of pick and place. Where slices part numpy's advanced indices, their axes come first: then
    there is no such rule."""
    items, *shape = step.node.attributes
    if any(isinstance(k, Index) for k in items):
        advanced = [i for i, k in enumerate(items) if isinstance(k, (int, Index))]
        if advanced[-1] - advanced[0] >= len(advanced):
            return None
    return step.apply(
        step.inputs, ((0, step.size, 1), *items), *[(step.size, *axes) for axes in shape]
    )


def _matmul(step: Step) -> Tensor:
    """One product of two matrices where only one of the factors is of the batch."""
    a, b = step.inputs
    if step.only(1):
        return transpose(_rows_times(transpose(b), transpose(a)))
    return _rows_times(a, b) if step.only(0) else step.apply(step.fitted(max(step.ranks())))


def _rows_times(a: Tensor, b: Tensor) -> Tensor:
    rows = reshape_to(a, (a.shape[0] * a.shape[1], a.shape[2]))
    return reshape_to(rows @ b, (*a.shape[:2], b.shape[1]))


def _solve(step: Step) -> Tensor:
    """One factorization where only the right sides are of the batch: they are columns."""
    a, b = step.inputs
    if not step.only(1):
        return step.apply(step.fitted(max(step.ranks())))
    size, n, columns = b.shape
    found = solve(a, reshape_to(permuted(b, (1, 0, 2)), (n, size * columns)))
    return permuted(reshape_to(found, (n, size, columns)), (1, 0, 2))


def _einsum(step: Step) -> Tensor | None:
    (spec,) = step.node.attributes
    letter = next((c for c in ascii_letters if c not in spec), None)
    if letter is None:
        return None
    operands, _, result = spec.partition("->")
    names = [letter * v + x for x, v in zip(operands.split(","), step.varies, strict=True)]
    return step.apply(step.inputs, f"{','.join(names)}->{letter}{result}")


RULES: dict[str, Rule] = {
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
        found = [batched(ys, _units(xs, *part)) for part in _parts(ys, xs)]
        return [_joined(column) for column in zip(*found, strict=True)]


def diagonal(y: Tensor, x: Tensor) -> Tensor:
    """The diagonal of a linear map from x to a y of its shape, in that shape.

    At the cost of the matrix, which is never there as a whole.
    """
    import numpy

    found = []
    with sharing():
        for start, stop in _parts([y], [x]):
            (part,) = batched([y], _units([x], start, stop))
            own = numpy.arange(stop - start)
            at = Index(own, unique=True), Index(start + own, unique=True)
            found.append(pick(reshape_to(part, (stop - start, prod(x.shape))), at))
        return reshape_to(_joined(found), x.shape)


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else concatenate(parts, -len(parts[0].shape))


def _parts(ys: Sequence[Tensor], xs: Sequence[Tensor]) -> list[tuple[int, int]]:
    """From which to which unit vector of the space of xs they are a batch."""
    n = sum(prod(x.shape) for x in xs)
    largest = max((prod(node.shape) for node in users(ys, xs)), default=1)
    size = max(1, MOST_ENTRIES // max(1, largest))
    return [(start, min(start + size, n)) for start in range(0, max(n, 1), size)]


def _units(xs: Sequence[Tensor], start: int, stop: int) -> dict[Tensor, Tensor]:
    """The unit vectors from start to stop of the space of xs. They are nodes, for as data they
    would all be there at once."""
    import numpy

    found, before = {}, 0
    for x in xs:
        n = prod(x.shape)
        own = numpy.arange(max(start, before), min(stop, before + n))
        at = Index(own - start, unique=True), Index(own - before, unique=True)
        ones = place(expand_to(ONE, (len(own),)), at, (stop - start, n))
        found[x] = reshape_to(ones, (stop - start, *x.shape))
        before += n
    return found
