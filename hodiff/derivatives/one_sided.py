"""Limits and derivatives to one side of a point, from series in the distance.

Closed forms decide: a limit is a number that is known, or there is none here (NoGerm).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import reduce
from math import factorial, inf
from typing import Any

from hodiff.arithmetic import closed_forms as numbers
from hodiff.arithmetic.base import run
from hodiff.derivatives.germs import Germ, Germs, NoGerm, Short, added, constant
from hodiff.derivatives.nested import components
from hodiff.engine.graph import Kind, Tensor, topological
from hodiff.engine.operations.elementary import add, sqrt
from hodiff.engine.operations.reductions import norm
from hodiff.engine.passes import applied, rebuilt

MOST_SERIES = 4000  # of one point, that are divided or composed: each takes about a millisecond
QUICK = {"add", "sub", "neg", "abs", "max", "min", "where"}  # of series, as choices and leaves are
ORDERS = (4, 12, 36)  # to which series are tried, relative to their first terms


@contextmanager
def _bounded() -> Iterator[None]:
    """Raises NoGerm inside where numbers in closed form grow too long."""
    try:
        with numbers.bounded():
            yield
    except numbers.TooMany:
        raise NoGerm from None


@_bounded()
def beside(
    outputs: Sequence[Tensor],
    x: Tensor | None,
    at: Mapping[Tensor, Tensor],
    side: int,
    order: int | None = None,
) -> list[Any] | None:
    """The limits of outputs just to a side of the point, in x; with an order, of the first of them
    and of its derivatives up to it, from its series: numbers in closed form, None for one that is
    infinite or that there is not. None where the first, f, is undefined there.

    at: the point of each variable, a graph without variables. side: -1 or 1; 0, and no x, for the
    values at the point itself.
    Raises NoGerm where they can't be told.
    """
    outputs = _of_numbers(outputs if order is None else outputs[:1])
    _check(topological([*outputs, *at.values()], unknown=True))
    for length in ORDERS:
        germs = Germs(length)
        fixed = run(topological(list(at.values()), unknown=True), germs)
        point = {y: _number(fixed[id(graph)]) for y, graph in at.items()}
        if x is not None:
            here = point[x]
            if here is None:
                raise NoGerm
            point[x] = added(here, Germ({1: side}))
        try:
            values = run(topological(outputs, unknown=True), germs, point)
            series = [_number(values[id(y)]) for y in outputs]
            if series[0] is None:
                return None
            if order is None:
                return [None if y is None else _derivatives(y, 0, side)[0] for y in series]
            return _derivatives(series[0], order, side)
        except Short:
            continue
    raise NoGerm


@_bounded()
def limit(
    y: Tensor,
    x: Tensor,
    at: Any,
    side: int,
    given: Mapping[Tensor, Any] | None = None,
    tied: Sequence[Tensor] = (),
) -> Any:
    """The limit of y, of the one variable x, just to a side of a number (exact, or a ball): a
    number in closed form, inf or -inf; None where y is undefined there.

    given: what nodes are at the number, which its digits can't tell. tied: two nodes that are equal
    there. Raises NoGerm where there is no limit, or none that can be told.
    """
    (y,) = _of_numbers([y])
    order = topological([y], unknown=True)
    _check(order)
    for length in ORDERS[:2]:  # a limit is among the first terms, or hard to find
        germs = Germs(length)
        point = {x: added(constant(numbers.number(at)), Germ({1: side}))}
        replaced = {id(node): _begun(germs, node, c) for node, c in (given or {}).items()}
        for node in order if tied else ():
            if len(node.inputs) == 2 and set(map(id, node.inputs)) == set(map(id, tied)):
                replaced[id(node)] = _level(germs, node)
        try:
            found = _number(run(order, germs, point, replaced)[id(y)])
            first = None if found is None else found.lead()
            if found is None or first is None:
                return found if found is None else 0
            e, c = first
            if e < 0:
                return inf if numbers.less(0, c) else -inf
            return c if e == 0 else 0
        except Short:
            continue
    raise NoGerm


def _check(nodes: Sequence[Tensor]) -> None:
    """Raise NoGerm for arrays, and for more series than are worth the time."""
    slow = [
        x for x in nodes if x.operation.name not in QUICK and x.operation.kind is Kind.ENTRYWISE
    ]
    if len(slow) > MOST_SERIES or any(node.shape for node in nodes):
        raise NoGerm


def _of_numbers(ys: Sequence[Tensor]) -> list[Tensor]:
    """Graphs without norms of vectors: as roots of their entries' squares."""
    order = topological(ys, unknown=True)
    if not any(node.operation is norm and not node.shape for node in order):
        return list(ys)

    def rule(node: Tensor, inputs: list[Tensor]) -> Tensor:
        if node.operation is norm and not node.shape:
            return sqrt(reduce(add, [y**2 for y in components(inputs[0])]))
        return applied(node, inputs)

    made = rebuilt(order, rule)
    return [made[y] for y in ys]


def _begun(germs: Germs, node: Tensor, value: Any) -> Callable[..., Any]:
    """What computes a node whose value at the point is known."""
    compute, c = germs.function(node.operation), numbers.number(value)

    def computed(*x: Any) -> Any:
        found = compute(*x)
        return Germ(found.terms | {0: c}, found.end) if isinstance(found, Germ) else found

    return computed


def _level(germs: Germs, node: Tensor) -> Callable[..., Any]:
    """What computes a node whose inputs are equal at the point."""
    compute = germs.function(node.operation)

    def computed(a: Any, b: Any, *rest: Any) -> Any:
        if isinstance(a, Germ) and isinstance(b, Germ):
            b = Germ(b.terms | {0: a.terms.get(0, 0)}, b.end)
        return compute(a, b, *rest)

    return computed


def _number(y: Any) -> Germ | None:
    """A germ, also of what is true or false. Raises NoGerm for what can't be told."""
    if isinstance(y, NoGerm):
        raise y
    return constant(int(y)) if isinstance(y, bool) else y


def _derivatives(y: Germ, order: int, side: int) -> list[Any]:
    """The derivatives at the point, from the first terms; None where one is infinite."""
    found: list[Any] = []
    rough = next((e for e in y.terms if Fraction(e).denominator > 1 or e < 0), None)
    if rough is not None and numbers.equal(y.terms[rough], 0) is not False:
        raise NoGerm
    for k in range(order + 1):
        if rough is not None and rough < max(k, 0):
            found.append(None)
        elif y.end is not None and y.end <= k:
            raise Short
        else:
            found.append(numbers.mul(factorial(k) * side**k, y.terms.get(k, 0)))
    return found
