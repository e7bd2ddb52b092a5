"""Taylor series on rows of numbers: a block of them at a time, each row scaled by itself.

A series here has f on a batch of ROWS rows (hodiff.derivatives.vmap), in arrays whose first axis
is that of the rows. What doubles can't answer in a row is nan: where a coefficient on the way
passes their range, where a value that counts vanishes, and where f has no series.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from itertools import cycle, repeat
from math import log2
from random import Random
from typing import Any

import numpy as np

from hodiff.arithmetic.arrays import Arrays
from hodiff.arithmetic.base import Arithmetic, Ring, run
from hodiff.arithmetic.rows import processors
from hodiff.derivatives.doubles import LARGEST, VANISHED, vanished
from hodiff.derivatives.plan import Computation
from hodiff.derivatives.series import Series, Start
from hodiff.derivatives.sweep import Coefficients, Paths
from hodiff.engine.graph import Operation, Tensor, topological, variable
from hodiff.engine.operations.piecewise import where

ROWS = 1 << 12  # of a block, whose coefficients stay in cache
NEAR = 1e-6  # what may be lost, of the largest of a number and its neighbours
ROUNDING = 2.0**-50
CLOSE = 4e-16  # of a root: where Newton's method ends
AROUND = 1e-7  # of a root: where an equation is looked at


class RowArrays(Arrays):
    """Arrays whose first axis is that of rows."""

    name = "rows"
    by_rows = True

    def off(self, x: Any) -> Any:
        return x


ON_ROWS = RowArrays()


class Shaken(RowArrays):
    """The same with every result off by some roundings, at random, but the same in all rows and
    at each run: what numbers then differ by, rounding has taken from them. Vignes 2004, Discrete
    stochastic arithmetic for validating results of numerical software, Numerical Algorithms 37."""

    def __init__(self) -> None:
        super().__init__()
        self.errors = cycle(ERRORS)

    def off(self, x: Any) -> Any:
        return x * next(self.errors) if getattr(x, "dtype", type(x)) in (float,) else x

    def function(self, operation: Operation) -> Callable[..., Any]:
        compute = ON_ROWS.function(operation)
        return lambda *x: self.off(compute(*x))

    def ring(self, shaped: bool) -> Ring:
        self.errors = cycle(ERRORS)  # of a run that has to be done once more the same

        def shaken(compute: Callable[..., Any]) -> Callable[..., Any]:
            return lambda *x: self.off(compute(*x))

        take, add, sub, mul, div, dot, _ = ON_ROWS.ring(shaped)
        return Ring(take, shaken(add), shaken(sub), shaken(mul), shaken(div), shaken(dot))


ERRORS = [1 + Random(k).uniform(-ROUNDING, ROUNDING) for k in range(997)]


def row_of(x: Tensor) -> Tensor:
    """A variable that stands for a block of rows of x."""
    return variable(x.attributes[0], (ROWS,), x.requires_grad)


class SeriesPlan:
    """What computes columns by Taylor series from others, the variables, as Plan does by a graph
    (hodiff.arithmetic.rows).

    A derivative that rounding may have taken more than a millionth from, of the largest of it and
    its neighbours, is nan. With doubt, a condition, there is one column more: the rows in which it
    holds, or an input isn't finite, or a number has lost as much.

    cost: nodes times order**2 for a row, twice, and once more where a row is scaled
    """

    def __init__(
        self, computation: Computation, variables: Sequence[Tensor], doubt: Tensor | None = None
    ) -> None:
        self.computation, self.variables, self.doubt = computation, list(variables), doubt
        self.order = [] if doubt is None else topological([doubt])

    def __call__(self, columns: Sequence[Any], threads: int | None = None) -> list[Any]:
        """The outputs' columns. Threads may call it at the same time."""
        columns = [np.asarray(column, float) for column in columns]
        starts = range(0, len(columns[0]), ROWS)
        blocks = [[column[i : i + ROWS] for column in columns] for i in starts]
        if not blocks:
            blocks = [[np.ones(1) for _ in columns]]
        if threads == 1 or len(blocks) == 1:
            found = list(map(self._block, blocks))
        else:
            with ThreadPoolExecutor(threads or processors()) as pool:
                found = list(pool.map(self._block, blocks))
        return [np.concatenate(parts)[: len(columns[0])] for parts in zip(*found, strict=True)]

    def _block(self, parts: Sequence[Any]) -> list[Any]:
        n = len(parts[0])
        full = [np.pad(part, (0, ROWS - n), mode="edge") for part in parts]
        point = dict(zip(self.variables, full, strict=True))
        with np.errstate(all="ignore"):
            found = self.computation.compute(point, ON_ROWS)
            lost = _lost_digits(found, self.computation.compute(point, Shaken()))
            found[1:] = map(np.where, lost[1:], repeat(np.nan), found[1:])
            if self.doubt is not None:
                if self.computation.solved is not None:
                    point[self.computation.solved] = found[0]
                held = run(self.order, ON_ROWS, point)[id(self.doubt)]
                unbounded = ~np.isfinite(np.add.reduce(full))
                found = [*found, reduce(np.logical_or, [held != 0, unbounded, *lost])]
        return [np.broadcast_to(column, ROWS)[:n] for column in found]


def _lost_digits(found: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    """Of each number the rows in which it isn't the same in another run, NEAR aside."""
    sizes = [np.abs(x) for x in found]
    pairs = enumerate(zip(found, other, strict=True))
    return [
        ~(np.abs(a - b) <= NEAR * np.maximum.reduce(sizes[max(k - 1, 0) : k + 2]))
        for k, (a, b) in pairs
    ]


def in_rows(
    series: Series,
    start: Start,
    paths: Paths,
    arithmetic: Arithmetic,
    factors: Sequence[int],
    unknown: Tensor | None = None,
) -> list[Any]:
    """The first output's coefficients, times factors, or those of unknown, which moves so that the
    output stays what it is: as hodiff.derivatives.doubles.in_doubles, t being counted in steps of
    2**bits, of which each row has its own."""
    (values, needed), f = start, series.f[0] if unknown is None else unknown
    reached = _reached(series, values)
    nodes = [node for node in series.order if node in reached and id(node) in values]
    right = ~np.logical_or.reduce([reached[node] & _lost(node, values) for node in nodes])

    def sweep(bits: Any) -> tuple[Coefficients, Any, Any]:
        """The coefficients, the largest on the way, and whether nothing that vanished there shows
        in them."""
        steps = {
            x: [c * np.ldexp(1.0, bits * k) for k, c in enumerate(path, 1)]
            for x, path in paths.items()
        }
        found = series.run((values, needed), steps, arithmetic, unknown)
        largest: Any = np.ones(ROWS)
        for node, within in reached.items():
            for c in found.get(node, ()):
                if not _ended(c):
                    size = _of_row(np.maximum, np.abs(c))
                    largest = np.maximum(largest, np.where(within, size, 0))
        result = found[f] + [0] * (series.length - len(found[f]))
        small = VANISHED * largest**2
        shown = [~(np.abs(c) <= small) | (c == 0) for c in result]
        return result, largest, np.logical_and.reduce([right, largest < LARGEST, *shown])

    bits: Any = np.zeros(ROWS, int)
    result, largest, there = sweep(bits)
    if not there.all():
        bits = np.where(there, 0, _steps(result))
        result, largest, there = sweep(bits)
    # What is 0 may have vanished: in larger steps a coefficient that counts would not.
    pending = {}
    for k, c in enumerate(result):
        if k and not _ended(c):
            enough = np.ceil((log2(factors[k]) + 2 * np.log2(largest)) / k)
            pending[k] = np.where(there & (c == 0) & (enough > bits), enough, 0).astype(int)
    while pending and (larger := np.maximum.reduce([*pending.values()])).any():
        larger = np.maximum(bits, larger)
        again, _, _ = sweep(larger)
        for k, enough in pending.items():
            unlike = (enough > 0) & (again[k] != 0)
            there = there & ~(unlike & ((enough == larger) | np.isfinite(again[k])))
            pending[k] = np.where(unlike & there, enough, 0)
    found = []
    for k, (c, n) in enumerate(zip(result, factors, strict=True)):
        digits = n.bit_length()
        scaled = np.ldexp(c * (n / (1 << digits)), digits - bits * k)
        found.append(np.where(there, scaled, np.nan))
    return found


def roots_in_rows(
    equation: Callable[[Any], Sequence[Any]], start: Any, arithmetic: RowArrays, steps: int
) -> Any:
    """Of each row a y with f(y) = 0, by Newton's method from start; nan where that ends nowhere,
    or where f isn't as good as a line around y."""
    y = arithmetic.off(start)
    for _ in range(steps):
        f, slope = equation(y)
        step = f / slope
        y = y - step
        going = np.abs(step) > CLOSE * np.abs(y)
        if not going.any():
            break
    away = AROUND * np.abs(y)
    (above, _), (below, _), (_, slope) = map(equation, (y + away, y - away, y))
    rise = 2 * away * slope
    line = (above * below < 0) & (np.abs(above - below - rise) < np.abs(rise) / 2)
    return np.where(~going & line, y, np.nan)


def _ended(c: Any) -> bool:
    """Whether it is the 0 of a series past its end."""
    return type(c) is int and c == 0


def _of_row(join: Any, x: Any) -> Any:
    """Of each row the entries joined; of what is the same in all rows one for all."""
    shape = np.shape(x)
    if shape[:1] != (ROWS,):
        return join.reduce(x, axis=None)
    return join.reduce(x, axis=tuple(range(1, len(shape)))) if len(shape) > 1 else x


def _lost(node: Tensor, values: Mapping[int, Any]) -> Any:
    """The rows in which a node has no value, or one that has vanished."""
    value = np.asarray(values[id(node)])
    lost = _of_row(np.logical_or, np.asarray(vanished(node, values)))
    return lost | _of_row(np.logical_or, ~np.isfinite(value)) if value.dtype == float else lost


def _reached(series: Series, values: Mapping[int, Any]) -> dict[Tensor, Any]:
    """The rows in which the outputs come from a node: as hodiff.arithmetic.base.taken."""
    found: dict[Tensor, Any] = {}
    stack = [(y, np.ones(ROWS, bool)) for y in series.f]
    while stack:
        node, rows = stack.pop()
        before = found.get(node)
        found[node] = rows if before is None else before | rows
        if before is not None and (found[node] == before).all():
            continue
        branches = [rows] * len(node.inputs)
        if node.operation is where:
            test = np.asarray(values[id(node.inputs[0])], bool)
            if test.ndim < 2:
                branches[1:] = [rows & test, rows & ~test]
        stack += zip(node.inputs, branches, strict=True)
        stack += [(y, rows) for y in series.needs(node)]
    return found


def _steps(result: Sequence[Any]) -> Any:
    """Of each row the power of 2 by which coefficients shrink from one to the next, as a rule."""
    found: Any = np.zeros(ROWS)
    for k, c in enumerate(result):
        size = np.abs(c)
        if k:
            found = np.where((size > 0) & (size < np.inf), np.round(-np.log2(size) / k), found)
    return found.astype(int)
