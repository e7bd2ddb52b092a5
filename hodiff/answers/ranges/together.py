"""Searches that differ in numbers alone, done at once: those of the rows of a file.

What a search does to its boxes it does to each by itself, so that boxes of many searches may stand
in one column, and the numbers in columns beside them: each finds what it finds alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.ranges.isolate import Isolated, System, together
from hodiff.arithmetic.base import Values, run
from hodiff.arithmetic.box_numbers import SMOOTH, Box, by_doubles
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.domains import EVERYWHERE
from hodiff.arithmetic.program import Program
from hodiff.engine.graph import Kind, Tensor
from hodiff.engine.operations.elementary import add, div, mul, neg, sub

LINEAR = (add, sub, mul, neg, div)  # what does to a column of numbers what it does to each
FEW = 2  # searches from which on it pays


class Asked(NamedTuple):
    """A search: for the roots of what, and where; of which the first are enough."""

    system: System
    low: Sequence[float]
    high: Sequence[float]
    first: int | None


class Ahead:
    """What searches find that are done at once, for each to be told when it comes to it."""

    def __init__(self, asked: Iterable[Asked]) -> None:
        self.found: dict[Hashable, tuple[Isolated, int]] = {}
        groups: dict[Hashable, dict[Hashable, tuple[Asked, Numbers]]] = {}
        for one in asked:
            numbers = _numbers(one.system)
            if numbers is not None:
                group = groups.setdefault((numbers.alike, one.first), {})
                group[_key(one, numbers)] = one, numbers
        for group in groups.values():
            if len(group) < FEW:
                continue
            several, each = zip(*group.values(), strict=True)
            ends = [(one.low, one.high) for one in several]
            found = together(_InColumns(several[0].system, each), ends, several[0].first)
            self.found |= {key: x for key, x in zip(group, found, strict=True) if x is not None}

    def known(
        self, system: System, low: Sequence[float], high: Sequence[float], first: int | None
    ) -> tuple[Isolated, int] | None:
        """What such a search finds, and in how many boxes; None where it wasn't done."""
        numbers = _numbers(system) if self.found else None
        return numbers and self.found.get(_key(Asked(system, low, high, first), numbers))


class Numbers(NamedTuple):
    """What a system has that doesn't depend on its variables, and its other nodes do.

    alike    what is the same of systems that may be searched together
    rest     the nodes that do depend on them
    values   the boxes of those that don't, by id, one for all systems that are alike
    columns  those of which each such system has its own
    doubles  quotients by such doubles
    """

    alike: Hashable
    rest: list[Tensor]
    values: Values
    columns: Values
    doubles: list[int]


def _key(asked: Asked, numbers: Numbers) -> Hashable:
    own = tuple((float(x.low), float(x.high)) for x in numbers.columns.values())
    return numbers.alike, own, tuple(asked.low), tuple(asked.high), asked.first


def _numbers(system: System) -> Numbers | None:
    """None for what isn't searched with others."""
    order, outputs = system.slopes.order, system.slopes.outputs
    places: dict[int, int] = {id(x): i for i, x in enumerate(system.variables)}
    rest: list[Tensor] = []
    users: dict[Tensor, list[Tensor]] = {y: [] for y in outputs}
    for node in order:
        if node.value is not None or node.shape:
            return None
        if id(node) in places or any(id(x) in places for x in node.inputs):
            places.setdefault(id(node), len(places))
            rest.append(node)
            for x in node.inputs:
                if id(x) not in places:
                    users.setdefault(x, []).append(node)
    with BOXES.quietly():
        known = run([x for x in order if id(x) not in places], BOXES, system.fixed)
    values, columns, doubles = Values(), Values(), list[int]()
    alike: list[Hashable] = [len(system.variables)]
    for x, by in users.items():
        if id(x) in places:
            continue
        box = known[id(x)]
        if box.gapped or np.ndim(box.low) or box.smooth is not SMOOTH:
            return None
        zero = box.low == box.high == 0 or not (np.isfinite(box.low) and np.isfinite(box.high))
        own = not zero and all(node.operation in LINEAR for node in by)
        double = own and box.exact is not None and box.low == box.high
        (columns if own else values)[id(x)] = box
        alike.append((double, None if own else (float(box.low), float(box.high), box.exact)))
        for node in by if double else ():
            if node.operation is div and node.inputs[1] is x:
                doubles.append(id(node))
        places[id(x)] = len(places)
    for node in rest:
        row = node.operation
        if node.inputs and row.kind not in (Kind.ENTRYWISE, Kind.CONDITION):
            return None
        if any(id(node.inputs[i]) not in values for i in EVERYWHERE.get(row.name, ())):
            return None
        alike.append((row, node.attributes if node.inputs else (),
                      *(places[id(x)] for x in node.inputs)))  # fmt: skip
    alike.append(tuple(places[id(y)] for y in outputs))
    return Numbers(tuple(alike), rest, values, columns, doubles)


class _InColumns(System):
    """A system with a column of numbers for each that several systems may differ by."""

    def __init__(self, one: System, each: Sequence[Numbers]) -> None:
        self.variables, self.values, self.slopes = one.variables, one.values, one.slopes
        numbers = each[0]
        self.known = numbers.values
        rows = zip(*(other.columns.values() for other in each), strict=True)
        self.columns = {
            key: (np.array([x.low for x in row]), np.array([x.high for x in row]))
            for key, row in zip(numbers.columns, rows, strict=True)
        }
        self.replaced: dict[int, Callable[..., Any]] = dict.fromkeys(numbers.doubles, by_doubles)
        rest = set(numbers.rest)
        self.orders = {id(p): [x for x in p.order if x in rest] for p in (self.values, self.slopes)}

    def run(self, program: Program, whose: Any, low: Any, high: Any) -> list[Box]:
        point = {x: Box(low[:, i], high[:, i]) for i, x in enumerate(self.variables)}
        own = {key: Box(a[whose], b[whose]) for key, (a, b) in self.columns.items()}
        before = self.known | own
        values = run(self.orders[id(program)], BOXES, point, self.replaced, None, before)
        return [values[id(y)] for y in program.outputs]
