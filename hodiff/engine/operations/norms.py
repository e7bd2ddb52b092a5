"""Functions of a norm that are smooth where the norm is not: cos(norm(x)) at 0.

With r = norm(x) and g the cotangent of r, a norm's rule gives x the share g*x/r, whose derivative
is 0*inf at 0. Where g is 0 at r = 0, whatever else it depends on, the share is near there q*x, q
the slope of g in r, and its derivative q. What comes after that is left undefined.

That g is 0 there is seen from its graph, not from its value at a point.
"""

from __future__ import annotations

from collections.abc import Sequence

from hodiff.engine.graph import (
    DATA,
    ONE,
    ZERO,
    Attributes,
    Inputs,
    Kind,
    Operation,
    Tensor,
    apply,
    constant,
    serial,
    topological,
)
from hodiff.engine.operations.elementary import is_call
from hodiff.engine.operations.piecewise import both, condition, either, eq, negation, where
from hodiff.engine.operations.row import elementwise
from hodiff.engine.operations.structure import expand_to
from hodiff.engine.passes import depending, rebuilt
from hodiff.engine.shapes import broadcast

MOST_NODES = 300  # between a norm and its cotangent, that are looked through

# Whether a norm is 0: no tie, for nothing turns there. A formula is that of the points around.
vanishes = condition(
    "vanishes", 1, definition=lambda r: eq(r, ZERO), formula=lambda r: constant(False)
)
# What isn't known at r = 0, times g: 0 where that is 0.
unknown = elementwise(
    "unknown", lambda g, r, y: unknown(ONE, r), lambda g, r, y: 0,
    names=(), definition=lambda g, r: where(vanishes(g), ZERO, ZERO / r), formula=lambda g, r: ZERO,
)  # fmt: skip
# q at r = 0, 0 elsewhere, with a slope in r that is not known.
at_norm_zero = Operation(
    "at_norm_zero", 2, broadcast, lambda g, xs, y, attributes, i: unknown(g, xs[1]) if i else g,
    kind=Kind.ENTRYWISE, definition=lambda q, r: where(vanishes(r), q, ZERO),
    formula=lambda q, r: q,
)  # fmt: skip

CHOICES = {where, vanishes, both, either, negation}

AT_ZERO = {
    **dict.fromkeys(("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh"), ZERO),
    **dict.fromkeys(("expm1", "log1p", "erf", "sqrt", "cbrt"), ZERO),
    **dict.fromkeys(("cos", "sec", "cosh", "sech", "exp", "exp2"), ONE),
    "vanishes": constant(True),
}
"""What exact arithmetic doesn't know of functions at 0."""


def share_at_zero(
    g: Tensor, row: Operation, inputs: Inputs, attributes: Attributes = ()
) -> tuple[Tensor, Tensor] | None:
    """With r = row(*inputs) in g: the slope q of g in r at r = 0, each entry in its own, and where
    g*x/r is q*x. None where g is no 0 there for all that is tracked, or where entries mix.

    Cost: two passes over the graph of g, at most MOST_NODES.
    """
    since = max(map(serial, inputs))
    order = (_newer(g, since) if g.requires_grad else None) or []
    r = next((x for x in order if is_call(x, row, inputs, attributes)), None)
    if r is None:
        return None
    users = _users(order, r)
    if users is None or g not in users:
        return None
    left = _at_zero(order, r)[g]
    if left is not ZERO and (left.requires_grad or not _has_data(left)):
        return None
    slope = _slope(order, r, users)
    of_slope = _newer(slope, since)
    if of_slope is None or _users(of_slope, r) is None:
        return None
    q = _at_zero(of_slope, r).get(slope, slope)
    there = vanishes(r) if left is ZERO else both(vanishes(r), vanishes(left))
    return at_norm_zero(expand_to(q, r.shape), r), expand_to(there, r.shape)


def _newer(g: Tensor, since: int) -> list[Tensor] | None:
    """What g depends on that is newer, inputs before users; None where that is too much."""
    found = {g} if g.serial > since else set()
    nodes = list(found)
    for node in nodes:  # which grows
        new = [x for x in node.inputs if x.serial > since and x not in found]
        found.update(new)
        nodes += new
        if len(nodes) > MOST_NODES:
            return None
    return sorted(found, key=serial)


def _users(order: Sequence[Tensor], r: Tensor) -> set[Tensor] | None:
    """Those of order that depend on r, where all are smooth in it, each entry in its own."""
    found = depending(order, [r], smoothly=False) - {r}
    rows = {x.operation for x in found}
    smooth = all(row in CHOICES or (row.partials and row.jumps is None) for row in rows)
    return found if smooth and not any(x.shape != r.shape or x.hooks for x in found) else None


def _has_data(x: Tensor) -> bool:
    """Whether it is made of numbers that another walk like this may find changed."""
    return any(node.operation is DATA for node in topological([x]))


def _slope(order: Sequence[Tensor], r: Tensor, users: set[Tensor]) -> Tensor:
    """The derivative in r of the last of order."""

    def rule(node: Tensor, slopes: list[Tensor]) -> Tensor:
        if node not in users or node.operation is vanishes:
            return ZERO
        if node.operation is where:
            return where(node.inputs[0], *slopes[1:])
        found = ZERO
        for partial, along in zip(node.operation.partials, slopes, strict=True):
            if along is not ZERO:
                found = found + along * partial(*node.inputs, node, *node.attributes)
        return found

    return rebuilt(order, rule, {**dict.fromkeys(_older(order), ZERO), r: ONE})[order[-1]]


def _at_zero(order: Sequence[Tensor], r: Tensor) -> dict[Tensor, Tensor]:
    """What is made of each of order with 0 for r."""

    def rule(node: Tensor, inputs: list[Tensor]) -> Tensor:
        if not inputs:
            return node
        row = node.operation
        if len(inputs) == 1 and inputs[0] is ZERO and row.name in AT_ZERO:
            return AT_ZERO[row.name]
        return apply(row, tuple(inputs), node.attributes)

    return rebuilt(order, rule, {**{x: x for x in _older(order)}, r: ZERO})


def _older(order: Sequence[Tensor]) -> set[Tensor]:
    """What order is made of."""
    return {x for node in order for x in node.inputs}.difference(order)
