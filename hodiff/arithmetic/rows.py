"""A graph of scalars on rows of numbers: planned once, run a block of rows at a time by threads.

blocks.py plans for arrays that are there; this is for a graph that meets new columns again and
again. What a block holds stays in cache; numpy lets go of Python's lock in each call, so that
threads share the blocks among them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from hodiff.arithmetic.arrays import ARRAYS, QUICK_POWERS
from hodiff.arithmetic.base import Values, is_leaf, run
from hodiff.arithmetic.blocks import computing, entrywise, into
from hodiff.engine.graph import VARIABLE, Tensor, topological, variable

ROWS = 1 << 13  # of a block: a buffer takes 64 KiB
DOUBLE, BOOL = np.dtype(float), np.dtype(bool)
THREADED = 4 * ROWS  # fewer rows are done before a thread has started


def on_rows(x: Tensor) -> Tensor:
    """A variable that stands for a block of rows of x."""
    return variable(x.attributes[0], (ROWS,))


class Plan:
    """What computes columns, the outputs, from others, the variables.

    Each is a node whose first axis is that of a block, of ROWS rows. Where every node is computed
    entry by entry a block may be shorter; else the last one is filled up with copies of a row.

    cost: a block of doubles for each node that is alive at the same time, for each thread
    """

    def __init__(self, outputs: Sequence[Tensor], variables: Sequence[Tensor]) -> None:
        self.outputs, self.variables = list(outputs), list(variables)
        order = topological(outputs)
        self.leaves = [node for node in order if is_leaf(node) and node.operation is not VARIABLE]
        self.nodes = [node for node in order if not is_leaf(node)]
        self.any_length = all(len(x.shape) <= 1 and entrywise(x) for x in self.nodes)
        last = {id(x): i for i, node in enumerate(self.nodes) for x in node.inputs}
        kept = {id(y) for y in [*outputs, *variables, *self.leaves]}
        self.released: list[list[int]] = [[] for _ in self.nodes]
        for key, i in last.items():
            if key not in kept:
                self.released[i].append(key)
        # Once here: what definitions build at their first call, threads may not build together.
        space = self._space()
        self.spaces = [space]  # those that no call is using
        self.kinds = [space.kinds.get(id(y), DOUBLE) for y in self.outputs]

    def __call__(self, columns: Sequence[Any], threads: int | None = None) -> list[Any]:
        """The outputs' columns, from doubles of one length for each variable: doubles, and bools of
        a condition. Threads may call it at the same time."""
        n = len(columns[0]) if columns else 1
        outputs = zip(self.outputs, self.kinds, strict=True)
        results = [np.empty((n, *y.shape[1:]), kind) for y, kind in outputs]
        workers = min(threads or processors(), -(-n // THREADED)) if n > THREADED else 1
        if workers == 1:
            self._part(columns, results, 0, n)
            return results
        blocks = -(-n // ROWS)
        ends = [min(n, blocks * k // workers * ROWS) for k in range(1, workers)] + [n]
        with ThreadPoolExecutor(workers) as pool:
            parts = zip([0, *ends[:-1]], ends, strict=True)
            for done in [pool.submit(self._part, columns, results, *part) for part in parts]:
                done.result()
        return results

    def _part(self, columns: Sequence[Any], results: Sequence[Any], start: int, stop: int) -> None:
        """The rows from start to stop."""
        try:
            space = self.spaces.pop()  # one step of Python's: no two threads get the same
        except IndexError:
            space = self._space()
        values = dict(space.values)  # which no column outlives
        with np.errstate(all="ignore"):
            for first in range(start, stop, ROWS):
                rows = slice(first, min(first + ROWS, stop))
                self._block(space.steps, values, columns, results, rows)
        self.spaces.append(space)

    def _space(self) -> Space:
        with np.errstate(all="ignore"):
            values = run(self.leaves, ARRAYS)
            steps, found = self._steps(values)
        kinds = {id(y): BOOL for y in self.outputs if np.asarray(found[id(y)]).dtype == BOOL}
        return Space(values, steps, kinds)

    def _steps(self, values: Values) -> tuple[list[Step], Values]:
        """What computes each node in buffers that are used again, and what it gives on no rows, or
        on a block of ones. What is the same in all rows is computed here, and enters values."""
        found: dict[int, Any] = dict(values)
        count = 0 if self.any_length else ROWS
        for x in self.variables:
            found[id(x)] = np.ones(count)
        buffers: dict[int, Any] = {}
        free: dict[Any, list[Any]] = {}
        steps: list[Step] = []
        outputs = {id(y): i for i, y in enumerate(self.outputs)}
        for node, released in zip(self.nodes, self.released, strict=True):
            inputs = [found[id(x)] for x in node.inputs]
            compute = computing(node, inputs) if entrywise(node) else whole(node)
            if compute in QUICK_POWERS.values():
                inputs = inputs[:1]
            value = found[id(node)] = compute(*inputs)
            if all(id(x) in values for x in node.inputs):
                values[id(node)] = value
                continue
            buffer = None
            per_row = entrywise(node) and getattr(value, "shape", ())[:1] == (count,)
            if per_row:
                for key in released:  # an entry may be written over what it comes from
                    _release(buffers.pop(key, None), free)
                kind = value.dtype, value.shape[1:]
                there = free.get(kind)
                buffer = there.pop() if there else np.empty((ROWS, *kind[1]), kind[0])
                buffers[id(node)] = buffer
                if type(compute) is not np.ufunc and compute not in QUICK_POWERS.values():
                    compute = into(compute)
            # Without a buffer a result may be a view of an input's: that is not used again.
            else:
                for x in node.inputs:
                    buffers.pop(id(x), None)
            keys = [id(x) for x in node.inputs[: len(inputs)]]
            direct = buffer is not None and buffer.dtype in (DOUBLE, BOOL)
            output = outputs.get(id(node)) if direct else None
            steps.append(Step(id(node), keys, compute, buffer, output))
        return steps, found

    def _block(
        self,
        steps: Sequence[Step],
        values: Values,
        columns: Sequence[Any],
        results: Sequence[Any],
        rows: slice,
    ) -> None:
        n = rows.stop - rows.start
        length = n if self.any_length else ROWS
        for x, column in zip(self.variables, columns, strict=True):
            part = column[rows]
            values[id(x)] = part if n == length else np.pad(part, (0, length - n), mode="edge")
        for step in steps:
            inputs = [values[key] for key in step.inputs]
            if step.buffer is None:
                values[step.key] = step.compute(*inputs)
            else:
                if step.output is not None and n == length:
                    out = results[step.output][rows]
                else:
                    out = step.buffer[:length]
                step.compute(*inputs, out=out)
                values[step.key] = out
        for y, result in zip(self.outputs, results, strict=True):
            value, part = values[id(y)], result[rows]
            if getattr(value, "base", None) is not result:  # else it was written there
                part[...] = value[:n] if getattr(value, "shape", ()) else value


class Space(NamedTuple):
    """What one thread at a time computes blocks in."""

    values: Values  # of the nodes that are the same in all rows
    steps: list[Step]
    kinds: dict[int, Any]  # of the outputs, by id, that are no doubles


class Step(NamedTuple):
    """A node, by its id: what computes it from which; and where the result is written: to an
    output, or to the buffer where that is none, or is cut."""

    key: int
    inputs: list[int]
    compute: Callable[..., Any]
    buffer: Any
    output: int | None


def whole(node: Tensor) -> Callable[..., Any]:
    """What computes a node that mixes entries: a sum, a product of matrices, a reshape."""
    compute = ARRAYS.function(node.operation)
    return lambda *x: compute(*x, *node.attributes)


def _release(buffer: Any, free: dict[Any, list[Any]]) -> None:
    if buffer is not None:
        free.setdefault((buffer.dtype, buffer.shape[1:]), []).append(buffer)


def processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
