"""Rows that are outside the domain of f or at one of its poles, told at once in doubles.

Of a million rows as good as all that have no answer have none for such a reason, and hodiff.answers
takes a millisecond to say so. Here that is said where rounding plays no part: an operation has no
value at a number that is given, or at none that is near.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from hodiff.answers.faults import explained
from hodiff.arithmetic.arrays import ARRAYS
from hodiff.arithmetic.base import is_leaf, run
from hodiff.engine.graph import VARIABLE, Tensor, topological
from hodiff.engine.operations import elementary as e
from hodiff.engine.operations.elementary import add, div, mul, sub
from hodiff.engine.operations.special import beta
from hodiff.engine.passes import reached
from hodiff.errors import HodiffError

NEAR = 1e-9  # relative to a number: more than rounding moves it

RELATIVE = {div, e.pow, e.sqrt, e.cbrt, e.exp, e.neg}  # of given numbers: right to some digits
GENTLE = {e.sin, e.cos, e.atan, e.tanh, e.asinh}  # whose slope is 1 at most


class Outside:
    """Of f, which points it has no value at, and why."""

    def __init__(self, f: Tensor) -> None:
        self.order = topological([f])

    def __call__(self, columns: Mapping[Tensor, Any], n: int) -> list[HodiffError | None]:
        """For each of n rows the error, or None where it is for hodiff.answers.solve to say.

        cost: a run of f over the columns, and some microseconds for each error
        """
        found: list[HodiffError | None] = [None] * n
        if any(node.shape for node in self.order):  # a row would be an array
            return found
        with np.errstate(all="ignore"):
            values = run(self.order, ARRAYS, columns)
            errors = self._errors(values)
            masks = reached(
                self.order,
                self.order[-1:],
                lambda node, first: np.asarray(values[id(node.inputs[0])], bool) == first,
                np.logical_and,
                np.logical_or,
            )
            left = np.ones(n, bool)  # rows in which all operations so far have a value
            for node in self.order:
                if is_leaf(node):
                    continue
                mask = masks[node]
                wrong = left & ~np.isfinite(values[id(node)]) & (True if mask is None else mask)
                if not wrong.any():
                    continue
                left &= ~wrong
                rows = np.flatnonzero(wrong)
                inputs = [np.broadcast_to(values[id(x)], n)[rows] for x in node.inputs]
                value = np.broadcast_to(values[id(node)], n)[rows]
                for k in np.flatnonzero(self._sure(node, inputs, value, errors, rows, n)).tolist():
                    error = explained(node, [float(x[k]) for x in inputs], float(value[k]))
                    if error.kind != "limit":  # what passes the largest double may be a divisor
                        found[rows[k]] = error
        return found

    def _errors(self, values: Mapping[int, Any]) -> dict[int, Any]:
        """More than rounding can have moved each value by; nan where that isn't known."""
        found: dict[int, Any] = {}
        for node in self.order:
            y = values[id(node)]
            own, errors = NEAR * np.abs(y), [found[id(x)] for x in node.inputs]
            row, inputs = node.operation, [np.abs(values[id(x)]) for x in node.inputs]
            if is_leaf(node):
                given = row is VARIABLE or float(y).is_integer()
                found[id(node)] = 0.0 if given else own
            elif row in (add, sub):
                found[id(node)] = errors[0] + errors[1] + own
            elif row is mul:
                found[id(node)] = inputs[0] * errors[1] + inputs[1] * errors[0] + own
            elif row in GENTLE:
                found[id(node)] = 2 * errors[0] + NEAR * (1 + inputs[0])
            else:
                relative = (sum(errors) == 0) & (row in RELATIVE)
                found[id(node)] = np.where(relative, own, np.nan)
        return found

    def _sure(
        self, node: Tensor, inputs: Sequence[Any], value: Any, errors: Any, rows: Any, n: int
    ) -> Any:
        """In which rows a node has no value at whatever is near to its inputs."""
        row = node.operation
        if not (row.domain or row.pole) or row.jumps:
            return np.zeros(len(rows), bool)
        sure = np.isfinite(inputs).all(axis=0)
        if row is div:  # 0/0 may have a limit, which the error names
            sure &= inputs[0] != 0
        if row is beta:  # two poles may cancel, as of beta(2, -2)
            sure &= inputs[0] + inputs[1] > 0
        ends = []
        for x, given in zip(inputs, node.inputs, strict=True):
            error = np.broadcast_to(errors[id(given)], n)[rows]
            sure &= ~np.isnan(error)
            ends.append([x - error, x + error] if np.any(error) else [x])
        compute = ARRAYS.function(row)
        for near in product(*ends):
            found = compute(*near, *node.attributes)
            sure &= ~np.isfinite(found) & (np.isnan(found) == np.isnan(value))
        return sure
