"""A graph as one quotient: what cancels where a divisor is 0 is then one sum, over one product.

sin(x)/x has the slope cos(x)/x - sin(x)/x**2, of which no part has bounds at 0. Over x**2 it is
x*cos(x) - sin(x), which is smooth there, and its own Taylor coefficients tell of what order it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

from hodiff.engine.exact import rational
from hodiff.engine.graph import CONSTANT, Tensor, constant, topological
from hodiff.engine.operations.elementary import add, div, mul, neg, pow, sub
from hodiff.engine.operations.piecewise import where

Factors = dict[Tensor, int]
"""A product of graphs, each as often as is said."""

MOST_TIMES = 64  # that a factor is written out


class Over(NamedTuple):
    """above, divided by a product."""

    above: Tensor
    below: Factors


def over(f: Tensor, vanishes: Callable[[Tensor], bool]) -> Over:
    """f over one product of those divisors that may vanish, equal to f wherever f has a value.

    >>> import hodiff
    >>> x = hodiff.variable("x")
    >>> above, below = over(1/x + 1/x**2, lambda divisor: True)
    >>> hodiff.formula(above), below == {x: 2}
    ('x + 1', True)
    """
    found: dict[Tensor, Over] = {}
    for node in topological([f], unknown=True):
        parts = [found[x] for x in node.inputs]
        made = _joined(node, parts, vanishes) if _divides(node, parts) else None
        found[node] = Over(node, {}) if made is None else made
    return found[f]


def divisors(f: Tensor) -> set[Tensor]:
    """What f divides by, in whole powers too, and the factors of that."""
    found: set[Tensor] = set()
    for node in topological([f], unknown=True):
        if node.operation is div or _exponent(node) < 0:
            divisor = node.inputs[node.operation is div]
            found |= {divisor, *_factors(divisor)}
    return found


def _divides(node: Tensor, parts: list[Over]) -> bool:
    """Whether a node is a quotient, or is of such."""
    return any(part.below for part in parts) or node.operation is div or _exponent(node) < 0


def _joined(node: Tensor, parts: list[Over], vanishes: Callable[[Tensor], bool]) -> Over | None:
    """A node of quotients as one quotient; None where it isn't one."""
    operation, n = node.operation, _exponent(node)
    if operation is neg:
        return Over(-parts[0].above, parts[0].below)
    if operation in (add, sub, where):
        *test, first, second = parts
        below = {y: max(first.below.get(y, 0), second.below.get(y, 0))
                 for y in first.below | second.below}  # fmt: skip
        a, b = (_by(part.above, below, part.below) for part in (first, second))
        return Over(operation(*(part.above for part in test), a, b), below)
    if operation is mul:
        return Over(parts[0].above * parts[1].above, _times(parts[0].below, parts[1].below))
    if operation is div or n < 0:
        divisor, under = node.inputs[operation is div], parts[operation is div]
        top, times = (parts[0], 1) if operation is div else (Over(constant(1), {}), -n)
        if not (under.below or vanishes(divisor)):
            return Over(top.above / divisor**times, top.below) if top.below else None
        above = _by(top.above, {y: k * times for y, k in under.below.items()})
        factors = {y: k * times for y, k in _factors(under.above).items()}
        return Over(above, _times(top.below, factors))
    if n > 0:
        return Over(parts[0].above ** n, {y: k * n for y, k in parts[0].below.items()})
    return None


def _exponent(node: Tensor) -> int:
    """n of a whole power; 0 for what is none."""
    if node.operation is pow and node.inputs[1].operation is CONSTANT:
        n = node.inputs[1].attributes[0]
        return int(n) if rational(n) and n == int(n) and abs(n) <= MOST_TIMES else 0
    return 0


def _factors(y: Tensor) -> Factors:
    found: Factors = {}
    stack = [(y, 1)]
    while stack:
        node, times = stack.pop()
        if node.operation is mul:
            stack += [(x, times) for x in node.inputs]
        elif (n := _exponent(node)) > 0:
            stack.append((node.inputs[0], n * times))
        else:
            found[node] = found.get(node, 0) + times
    return found


def _times(a: Factors, b: Factors) -> Factors:
    return {y: a.get(y, 0) + b.get(y, 0) for y in (a | b)}


def _by(y: Tensor, factors: Factors, without: Factors | None = None) -> Tensor:
    """y times what factors have more than others."""
    rest = {x: n - (without or {}).get(x, 0) for x, n in factors.items()}
    return reduce(mul, [x**n if n > 1 else x for x, n in rest.items() if n], y)
