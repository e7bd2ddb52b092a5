"""Large arrays: chains of operations run a block of rows at a time, in buffers that stay in cache.

A ufunc on a million entries waits for memory, and so does the next one. Run in blocks, a chain
of them reads its inputs once, writes its outputs once, and has no array in between. Slices and
zero padding along the first axis only shift the range of rows that a block needs of a node.
Where its users need different ranges, a node computes their hull: a halo, computed twice.

A product of matrices runs along the longer of two axes: A @ B a block of rows of A at a time, or,
as a sum over the rows of B, T @ G a block of those and of columns of T. So a matrix X is read once
for X @ w and the X.T @ g that follows.

Nodes are scheduled in levels. A level first runs what needs whole arrays (a matrix product, a
sort), then its passes over the blocks; the result of a reduction is there in the next level. A
node that another level needs, or that has a halo longer than a block, is kept in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

import numpy as np

from hodiff.arithmetic.arrays import ARRAYS, FUNCTIONS, QUICK_POWERS, folding
from hodiff.arithmetic.base import LARGE, Values, is_leaf, run
from hodiff.engine.graph import Kind, Tensor

SHIFTS = {"pick": 1, "place": -1}
VIEWS = ("pick", "reshape")
STREAMED = 16  # blocks of a matrix that products read: still in cache, and worth BLAS's threads


def evaluate(
    order: Sequence[Tensor],
    outputs: Sequence[Tensor],
    point: Mapping[Tensor, Any] | None = None,
    size: int = LARGE,
) -> list[Any]:
    """The values of outputs, whose graph order is; size is the number of entries in a block."""
    wanted = {id(y) for y in outputs}
    tasks = schedule(order, wanted, size)
    last = {key: i for i, task in enumerate(tasks) for key in task.reads}
    values = run([node for node in order if is_leaf(node)], ARRAYS, point)
    with np.errstate(all="ignore"):
        for i, task in enumerate(tasks):
            task.run(values)
            for key in task.reads:
                if last[key] == i and key not in wanted:
                    del values[key]
    return [values[id(y)] for y in outputs]


class Whole:
    """A node computed at once, as for small arrays."""

    def __init__(self, node: Tensor) -> None:
        self.node = node
        self.reads = {id(x) for x in node.inputs}

    def run(self, values: Values) -> None:
        inputs = [values[id(x)] for x in self.node.inputs]
        compute = ARRAYS.function(self.node.operation)
        values[id(self.node)] = compute(*inputs, *self.node.attributes)


def schedule(order: Sequence[Tensor], wanted: set[int], size: int) -> list[Whole | Pass]:
    """What to run, in order. A node that turns out to have a long halo is kept in full, and all
    is planned again."""
    full: set[int] = set()
    while True:
        levels = Levels(order, size, full)
        found: dict[Any, Whole | Pass] = {
            (levels.level[id(node)], 0, id(node)): Whole(node)
            for node in order
            if not is_leaf(node) and id(node) not in levels.joined
        }
        for (level, name), nodes in levels.passes(order).items():
            kept = {
                id(x) for x in nodes if not reduces(x) and (id(x) in wanted or levels.leaves(x))
            }
            found[level, 1, name] = Pass(nodes, levels, kept, block_rows(nodes, size))
        wide = {p.wide for p in found.values() if isinstance(p, Pass) and p.wide is not None}
        if not wide:
            return [found[key] for key in sorted(found, key=lambda key: key[:2])]
        full |= wide


class Levels:
    """The level of each node, and for those that run in passes the inputs they find there.

    full: the nodes whose users need them kept in full.
    """

    def __init__(self, order: Sequence[Tensor], size: int, full: set[int]) -> None:
        self.size, self.full = size, full
        self.level: dict[int, int] = {}
        self.joined: dict[int, set[int]] = {}
        self.users: dict[int, list[int]] = {id(node): [] for node in order}
        self.products = Counter(id(factor(node)) for node in order if multiplies(node))
        for node in order:
            self._add(node)
        self._delay(order)

    def _add(self, node: Tensor) -> None:
        key, name = id(node), node.operation.name
        inputs = () if is_leaf(node) else node.inputs
        joined = {id(x) for x in inputs if self._can_join(x, node)}
        # A part of what is there in full is a view, and a sum of it numpy's affair.
        if joined or (name not in VIEWS and self._large(node)):
            self.joined[key] = joined
        else:
            joined = set()
        for x in inputs:
            self.users[id(x)].append(key)
        self.level[key] = max(
            [self.level[id(x)] + (id(x) in self.joined and id(x) not in joined) for x in inputs],
            default=0,
        )

    def _large(self, node: Tensor) -> bool:
        if is_leaf(node) or not rowwise(node):
            return False
        if multiplies(node):
            a, b = node.inputs
            again = self.products[id(factor(node))] > 1  # else there is nothing to save
            return again and prod(b.shape) <= self.size < prod(a.shape)
        return prod(node.shape) > self.size

    def _can_join(self, x: Tensor, node: Tensor) -> bool:
        if id(x) not in self.joined or reduces(x) or id(x) in self.full or not by_rows(x, node):
            return False
        if reduces(node):
            return x is node.inputs[-1] and (not multiplies(node) or prod(node.shape) <= self.size)
        return self._large(node) if moves(node) or multiplies(node) else rowwise(node)

    def _delay(self, order: Sequence[Tensor]) -> None:
        """Run each node of a pass as late as its users allow: less is kept between levels."""
        for node in reversed(order):
            key = id(node)
            if key in self.joined and self.users[key]:
                self.level[key] = min(
                    self.level[user] - (key not in self.joined.get(user, ()))
                    for user in self.users[key]
                )
        for user, joined in self.joined.items():
            self.joined[user] = {key for key in joined if self.level[key] == self.level[user]}

    def passes(self, order: Sequence[Tensor]) -> dict[tuple[int, int], list[Tensor]]:
        """The nodes of each pass, by its level and a name: those whose blocks share rows."""
        parent: dict[tuple[int, int], tuple[int, int]] = {}

        def root(key: tuple[int, int]) -> tuple[int, int]:
            while (up := parent.setdefault(key, key)) != key:
                parent[key] = parent[up]
                key = up
            return key

        nodes = [node for node in order if id(node) in self.joined]
        keys = [(self.level[id(node)], id(node)) for node in nodes]
        for node, key in zip(nodes, keys, strict=True):
            for x in node.inputs:
                if by_rows(x, node):
                    parent[root(key)] = root((key[0], id(x)))
        found: dict[tuple[int, int], list[Tensor]] = {}
        for node, key in zip(nodes, keys, strict=True):
            found.setdefault(root(key), []).append(node)
        return found

    def leaves(self, node: Tensor) -> bool:
        """Whether something outside its pass uses the node."""
        key = id(node)
        return any(key not in self.joined.get(user, ()) for user in self.users[key])


def rowwise(node: Tensor) -> bool:
    """Whether a range of its rows needs no more than a range of rows of each input."""
    if moves(node):
        first, *others = node.attributes[0]
        indexed = node.inputs[0] if node.operation.name == "pick" else node
        slices = [(0, n, 1) for n in indexed.shape[1 : len(others) + 1]]
        return isinstance(first, tuple) and first[2] == 1 and others == slices
    if multiplies(node):
        return not reduces(node)
    if node.operation.name == "reshape":
        return node.shape[:1] == node.inputs[0].shape[:1] != ()
    return entrywise(node)


def entrywise(node: Tensor) -> bool:
    """Whether each entry comes from those in its place."""
    return node.operation.kind in (Kind.ENTRYWISE, Kind.CONDITION)


def by_rows(x: Tensor, node: Tensor) -> bool:
    """Whether a block of a node in a pass takes a range of rows of its input x, not all of x."""
    if multiplies(node):
        return reduces(node) or x is node.inputs[0]
    if entrywise(node):
        return len(x.shape) == len(node.shape) and x.shape[:1] == node.shape[:1]
    return True


def block_rows(nodes: list[Tensor], size: int) -> int:
    """The rows of a block: size entries of the widest node, STREAMED times size of a factor."""
    widths = [prod(rows_of(node).shape[1:]) for node in nodes]
    widths += [min(node.inputs[0].shape) // STREAMED for node in nodes if multiplies(node)]
    return max(1, size // max(1, *widths))


class Pass:
    """Nodes that run together, block after block.

    Block i stands for the rows from i*rows to (i+1)*rows of each node that is kept or reduced.
    Of any node it needs the range that its span adds to these two numbers, where there is one.
    """

    def __init__(self, nodes: list[Tensor], levels: Levels, kept: set[int], rows: int) -> None:
        self.nodes, self.kept, self.rows, self.joined = nodes, kept, rows, levels.joined
        self.reads = {id(x) for n in nodes for x in n.inputs if id(x) not in self.joined[id(n)]}
        self.spans: dict[int, tuple[int, int]] = {}
        self.wide = self._spread()

    def _spread(self) -> int | None:
        """Fill spans, from users to inputs; the first node with a halo longer than a block."""
        for node in reversed(self.nodes):
            key = id(node)
            if key in self.kept or reduces(node):
                self._need(key, 0, 0)
            low, high = self.spans[key]
            if high - low > self.rows:
                return key
            for x in self.joined[key]:
                self._need(x, low + shift(node), high + shift(node))
        return None

    def _need(self, key: int, low: int, high: int) -> None:
        there = self.spans.get(key, (low, high))
        self.spans[key] = min(low, there[0]), max(high, there[1])

    def run(self, values: Values) -> None:
        block = Block(self, values)
        ends = [length(step.node) for step in block.steps if step.kept or step.reduces]
        starts = range(0, max(ends), self.rows)
        calls: list[Call] = []
        blocks = self._ranges(starts)
        other = [True, *(blocks[1:] != blocks[:-1]).any(axis=(1, 2)).tolist()]
        for start, ranges, differs in zip(starts, blocks, other, strict=True):
            if differs:
                calls = block.calls(ranges.tolist())
            for compute, arguments, keywords, moving in calls:
                for where, key, array, low, high in moving:
                    where[key] = array[start + low : start + high]
                compute(*arguments, **keywords)
        for step in block.steps:
            if step.reduces:
                values[id(step.node)] = combined(step.node, step.parts)
            elif step.kept:
                values[id(step.node)] = step.buffer

    def _ranges(self, starts: range) -> Any:
        """For each block, counted from its start: the rows of each node, and of its inputs."""
        bounds = np.array([[(start, start + self.rows)] for start in starts])
        spans = np.array([self.spans[id(node)] for node in self.nodes])
        own = np.clip(spans + bounds, 0, [[length(node)] for node in self.nodes])
        ends = [[node.inputs[0].shape[0] if moves(node) else length(node)] for node in self.nodes]
        read = np.clip(own + [[shift(node)] for node in self.nodes], 0, ends)
        return np.concatenate([own, read], axis=2) - bounds[:, :, :1]


def reduces(node: Tensor) -> bool:
    """Whether a node sums up the rows of its last input, or whatever else it reduces them by."""
    if multiplies(node):
        a, b = node.inputs
        return a.shape[0] < b.shape[0]
    return node.operation.folds is not None


def multiplies(node: Tensor) -> bool:
    """Whether a node is a product of two matrices."""
    inputs = () if is_leaf(node) else node.inputs
    return node.operation.name == "matmul" and [len(x.shape) for x in inputs] == [2, 2]


def factor(node: Tensor) -> Tensor:
    """The matrix that a product reads in blocks, transposed or not."""
    x = node.inputs[0]
    while x.operation.name == "transpose":
        x = x.inputs[0]
    return x


def moves(node: Tensor) -> bool:
    """Whether a node only moves rows, or adds zeros."""
    return node.operation.name in SHIFTS


def rows_of(node: Tensor) -> Tensor:
    """A node, or what it reduces: that whose rows a pass runs along."""
    return node.inputs[-1] if reduces(node) else node


def length(node: Tensor) -> int:
    return rows_of(node).shape[0]


def shift(node: Tensor) -> int:
    """By how many rows the range that a node needs of its inputs is ahead of its own."""
    sign = SHIFTS.get(node.operation.name, 0)
    return sign * node.attributes[0][0][0] if sign else 0


def combined(node: Tensor, parts: list[Any]) -> Any:
    """A reduction from those of the blocks."""
    if multiplies(node):
        return parts[0]
    if -len(node.inputs[0].shape) not in node.attributes[0]:
        return np.concatenate(parts)
    value = folding(node.operation).reduce(np.stack(parts), axis=0)
    return float(value) if value.shape == () and value.dtype == float else value


class Step:
    """A node of a pass, ready to run.

    inputs pairs: a position among the block's rows; or -1, and a value that goes in as it is
    empty  the node on no rows: what dtype numpy gives it
    buffer where its rows are written: all that there are, if it is kept
    parts  what it reduces the blocks to; for a product their sum so far
    """

    def __init__(self, node: Tensor, inputs: list[tuple[int, Any]], empty: list[Any]) -> None:
        self.node, self.reduces, self.moves = node, reduces(node), moves(node)
        self.shift, self.views = shift(node), self.moves or node.operation.name in VIEWS
        self.kept = False
        self.buffer: Any = None
        self.parts: list[Any] = []
        self.compute: Callable[..., Any]
        if self.reduces or self.moves:
            self.inputs, self.empty = inputs, empty[0]
            self.compute = self._reduce if self.reduces else pad
            if multiplies(node):
                self.parts = [empty[0].T @ empty[1]]
                self.compute = self._add_product
        else:
            compute = computing(node, empty)
            quick = compute in QUICK_POWERS.values()
            self.inputs = inputs[:1] if quick else inputs
            self.empty = compute(*empty[: len(self.inputs)])
            self.compute = compute if quick or type(compute) is np.ufunc else into(compute)

    def _reduce(self, x: Any) -> None:
        if len(x):
            ufunc = folding(self.node.operation)
            self.parts.append(ufunc.reduce(x, axis=self.node.attributes[0]))

    def _add_product(self, columns: Any, x: Any) -> None:
        self.parts[0] += columns.T @ x


def computing(node: Tensor, inputs: list[Any]) -> Any:
    """What computes a node on inputs like these: what has out=, as ufuncs have, where there is."""
    name, attributes = node.operation.name, node.attributes
    if name == "pow" and all(map(is_float, inputs)):
        b = inputs[1]
        return QUICK_POWERS.get(b, np.power) if type(b) is float else np.power
    ufunc = FUNCTIONS.get(name) or getattr(np, node.operation.numpy or name, None)
    if type(ufunc) is np.ufunc and not attributes:
        return ufunc
    if name == "reshape":
        return lambda x: x.reshape(len(x), *node.shape[1:])
    compute = ARRAYS.function(node.operation)
    return lambda *x: compute(*x, *attributes)


def is_float(x: Any) -> bool:
    return type(x) is float or x.dtype.kind == "f"


def into(compute: Callable[..., Any]) -> Callable[..., None]:
    """compute with the array to write to as out, as ufuncs have it."""

    def written(*x: Any, out: Any) -> None:
        out[...] = compute(*x)

    return written


def pad(x: Any, before: int, out: Any) -> None:
    """Write x to out, after so many rows of zeros and before what else there are."""
    out[:before] = 0
    out[before : before + len(x)] = x
    out[before + len(x) :] = 0


Moving: TypeAlias = tuple[Any, Any, Any, int, int]
Call: TypeAlias = tuple[Callable[..., Any], list[Any], dict[str, Any], list[Moving]]
"""A function, its arguments and keywords, and those of them that are another part of a full
array in each block: in which of the two, where, of what array, from which row to which, counted
from the block's start."""


class Block:
    """The buffers of a pass, and what is to be called to fill them."""

    def __init__(self, plan: Pass, values: Values) -> None:
        self.plan, self.values = plan, values
        self.position = {id(node): k for k, node in enumerate(plan.nodes)}
        self.full: list[Any] = []  # arrays that are there in full come after the nodes
        self.steps: list[Step] = []
        for node in plan.nodes:
            inputs = [self._input(node, x) for x in node.inputs]
            empty = [x if k < 0 else self._empty(k) for k, x in inputs]
            self.steps.append(Step(node, inputs, empty))
        self._share_buffers()

    def _input(self, node: Tensor, x: Tensor) -> tuple[int, Any]:
        if id(x) in self.plan.joined[id(node)]:
            return self.position[id(x)], None
        value = self.values[id(x)]
        if not by_rows(x, node):
            return -1, value
        factor = multiplies(node) and reduces(node) and x is node.inputs[0]
        self.full.append(value.T if factor else value)
        return len(self.plan.nodes) + len(self.full) - 1, None

    def _empty(self, k: int) -> Any:
        n = len(self.plan.nodes)
        return self.steps[k].empty if k < n else self.full[k - n][:0]

    def _share_buffers(self) -> None:
        """Give steps what they write to: the buffer of a node that none will read any more."""
        n = len(self.steps)
        last = list(range(n))
        for k in reversed(range(n)):
            for j, _ in self.steps[k].inputs:
                if 0 <= j < n:  # slices and padding are views of their inputs
                    last[j] = max(last[j], last[k] if self.steps[k].views else k)
        spans = [self.plan.spans[id(step.node)] for step in self.steps]
        rows = self.plan.rows + max(high - low for low, high in spans)
        dying: list[set[int]] = [set() for _ in range(n)]
        for j, k in enumerate(last):
            dying[k].add(j)
        free: dict[Any, list[Any]] = {}
        for k, step in enumerate(self.steps):
            # In place, where an input has the same rows.
            inputs = set() if step.views else {j for j, _ in step.inputs}
            same = {j for j in dying[k] & inputs if spans[j] == spans[k]}
            self._release(same, free)
            shape, dtype = step.node.shape, step.empty.dtype
            if id(step.node) in self.plan.kept:
                step.kept, step.buffer = True, np.empty(shape, dtype)
            elif not step.reduces and step.node.operation.name not in VIEWS:
                there = free.get((dtype, shape[1:]))
                step.buffer = there.pop() if there else np.empty((rows, *shape[1:]), dtype)
            self._release(dying[k] - same, free)

    def _release(self, positions: set[int], free: dict[Any, list[Any]]) -> None:
        for j in positions:
            buffer = self.steps[j].buffer
            if buffer is not None and not self.steps[j].kept:
                free.setdefault((buffer.dtype, buffer.shape[1:]), []).append(buffer)

    def calls(self, ranges: list[tuple[int, int, int, int]]) -> list[Call]:
        """What computes a block whose nodes and their inputs have these ranges of rows.

        Blocks away from the ends have the same ranges, and so the same calls.
        """
        found: list[Call] = []
        # An array for each node, the row it starts at, and whether it has them all.
        rows = [(step.buffer, 0, True) for step in self.steps]
        rows += [(array, 0, True) for array in self.full]
        for k, step in enumerate(self.steps):
            start, stop, low, high = ranges[k]
            if step.views and not step.kept and stop - start == high - low:
                array, first, full = rows[step.inputs[0][0]]
                view = array.reshape(len(array), *step.node.shape[1:])
                rows[k] = (view, first - step.shift, full)
                continue
            if not step.kept:
                rows[k] = (step.buffer, start, False)
            arguments: list[Any] = [x for _, x in step.inputs]
            keywords: dict[str, Any] = {} if step.reduces else {"out": None}
            if step.moves:
                keywords["before"] = low - step.shift - start
            moving: list[Moving] = []
            needed: list[tuple[Any, Any, int, int, int]]
            needed = [(arguments, i, j, low, high) for i, (j, _) in enumerate(step.inputs)]
            if not step.reduces:
                needed.append((keywords, "out", k, start, stop))
            for where, key, j, a, b in needed:
                if j >= 0:
                    array, first, full = rows[j]
                    if full:
                        moving.append((where, key, array, a - first, b - first))
                    else:
                        where[key] = array[a - first : b - first]
            found.append((step.compute, arguments, keywords, moving))
        return found
