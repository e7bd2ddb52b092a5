"""Nested or Taylor mode: the one policy for derivatives of any order.

Nested reverse mode shows what is exact and has no end to its graphs; a Taylor series costs the
square of the order, in steps that cost less, and there is none at a kink or at a power of 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import factorial, prod
from typing import TYPE_CHECKING, Any, TypeAlias

from hodiff.arithmetic.base import Arithmetic
from hodiff.derivatives import nested
from hodiff.derivatives.plan import Computation, NoSeries, Plan
from hodiff.engine.exact import quotient
from hodiff.engine.graph import ONE, Tensor, constant
from hodiff.errors import HodiffError

if TYPE_CHECKING:  # start-up: low orders need no series
    from hodiff.derivatives.series import Point
    from hodiff.derivatives.taylor import Component, Directional, Partials

Batch: TypeAlias = Mapping[Tensor, Tensor]

NESTED = 2  # the highest order that is nested where there is a choice
STEPS_A_NODE = 20  # of a series, in the time that a node of a nested derivative takes
FEW_NODES = 2000  # which are nested in any case: what is exact shows
MOST_STEPS = 10_000_000  # of series for mixed partials: some seconds


def no_series() -> HodiffError:
    """The error where method is taylor."""
    message = "there is no Taylor series here: leave out --method taylor"
    return HodiffError("usage", message, source="--method")


def by_taylor(order: int, method: str) -> bool:
    """Whether derivatives in one direction up to order come from a Taylor series; method is auto,
    nested or taylor."""
    return method == "taylor" or (method == "auto" and order > NESTED)


def successive(
    f: Tensor, v: Mapping[Tensor, Tensor], order: int, method: str, sloped: bool = False
) -> Plan:
    """f and its derivatives along v, from the first to order: v is a vector for each variable;
    sloped: 1 for the one there is."""

    def taylor(batch: Batch) -> Computation:
        from hodiff.derivatives.taylor import Directional  # start-up

        line = Directional(on_batch([f], batch)[0], on_rows(v, batch), order)
        return Computation(line.series.present, line.derivatives)

    def stages() -> Iterator[Sequence[Tensor]]:
        return doubled(f, nested.along(f, v, order), order)

    if method == "taylor":
        return Plan(taylor, asked=order + 1, refusal=no_series())
    orders = [1] * (order + 1) if sloped else []
    series = taylor if by_taylor(order, method) else None
    return Plan(series, stages, order + 1, sloped=sloped, orders=orders)


def doubled(f: Tensor, more: Iterable[Tensor], order: int) -> Iterator[Sequence[Tensor]]:
    """f and more, so many as order, in stages of twice as many: where f has no value, or a kink,
    that is found before all of them are made."""
    found = [f]
    for n, y in enumerate(more, 1):
        found.append(y)
        if 4 * n < order and n & (n - 1) == 0:  # the last one costs little beside all
            yield found
    yield found


def expansion(f: Tensor, line: Directional, order: int) -> Plan:
    """The Taylor coefficients of f along a line up to order."""

    def taylor(batch: Batch) -> Computation:
        from hodiff.derivatives.taylor import Directional  # start-up

        along = line
        if batch:
            along = Directional(on_batch([f], batch)[0], on_rows(line.v, batch), order)
        return Computation(along.series.present, lambda *at: along.coefficients(*at)[: order + 1])

    def stages() -> Iterator[Sequence[Tensor]]:
        found = nested.along(f, line.v, order)
        return doubled(f, (y / constant(factorial(k)) for k, y in enumerate(found, 1)), order)

    one = len(line.v) == 1 and all(v is ONE for v in line.v.values())
    orders = [quotient(1, factorial(k)) for k in range(order + 1)] if one else []
    return Plan(taylor, stages, order + 1, rounded=False, orders=orders)


def mixed(
    f: Tensor,
    variables: Sequence[Tensor],
    chosen: Sequence[tuple[int, ...]],
    method: str,
    at_a_point: bool,
) -> Plan:
    """f and its derivatives in these components of the variables, each of chosen sorted: nested
    where that takes no more steps than series would, else by those."""
    # At a kink the sides have to agree on the derivatives below these, too.
    lower = {entry[:n] for entry in chosen for n in range(1, len(entry))} - set(chosen)
    wanted = [*chosen, *sorted(lower)]
    asked = 1 + len(chosen)

    def graphs(most: int | None = None) -> Sequence[Tensor]:
        return [f, *nested.symmetric(f, variables, wanted, most)]

    by_order: dict[int, list[tuple[int, ...]]] = {}
    for entry in chosen:
        by_order.setdefault(len(entry), []).append(entry)
    if method == "nested" or not at_a_point or (method == "auto" and max(by_order) <= NESTED):
        return Plan(stages=lambda: iter([graphs()]), asked=asked)
    from hodiff.derivatives.taylor import Component, Directional, Partials  # start-up

    each = [Component(x, k) for x in variables for k in range(prod(x.shape))]

    def often(entry: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(entry.count(k) for k in range(len(each)))

    def partials(f: Tensor, each: Sequence[Component]) -> list[Partials]:
        return [Partials(f, each, list(map(often, part))) for part in by_order.values()]

    try:
        wholes = partials(f, each)
    except NoSeries:
        if method == "taylor":
            raise no_series() from None
        return Plan(stages=lambda: iter([graphs()]), asked=asked)
    cost = sum(tensor.cost for tensor in wholes)
    if method == "auto":
        try:
            found = graphs(max(FEW_NODES, min(cost, MOST_STEPS) // STEPS_A_NODE))
            return Plan(stages=lambda: iter([found]), asked=asked)
        except MemoryError:
            pass
    if cost > MOST_STEPS:
        message = (
            f"that takes over {MOST_STEPS} steps: ask for a lower order, or for fewer variables"
        )
        raise HodiffError("limit", message)

    def taylor(batch: Batch) -> Computation:
        (y,), tensors = on_batch([f], batch), wholes
        if batch:
            tensors = partials(y, [Component(batch[x], None) for x in variables])
        value = Directional(y, {}, 0)

        def compute(point: Point, arithmetic: Arithmetic) -> list[Any]:
            found: dict[tuple[int, ...], Any] = {}
            for part, tensor in zip(by_order.values(), tensors, strict=True):
                found |= dict(zip(part, tensor.values(point, arithmetic), strict=True))
            return [*value.coefficients(point, arithmetic), *(found[entry] for entry in chosen)]

        return Computation(tensors[-1].series.present, compute)

    def stages() -> Iterator[Sequence[Tensor]]:
        early = sorted({entry[:n] for entry in chosen for n in (1, 2)})
        yield [f, *nested.symmetric(f, variables, early)]
        yield graphs()

    if method == "taylor":
        return Plan(taylor, asked=asked, refusal=no_series())
    return Plan(taylor, stages, asked)


def implicit(f: Tensor, f_y: Tensor, x: Tensor, y: Tensor, order: int, solve: bool) -> Plan:
    """y and its derivatives along f(x, y) = 0, f_y being f's slope in y. solve: y at the point is
    only where to start from."""

    def taylor(batch: Batch) -> Computation:
        from hodiff.derivatives.taylor import Implicit  # start-up

        equation, slope = on_batch([f, f_y], batch)
        curve = Implicit(equation, slope, batch.get(x, x), batch.get(y, y), order, solve)
        return Computation(curve.series.present, curve.derivatives, curve.y if solve else None)

    if solve:
        name = y.attributes[0]
        refusal = HodiffError(
            "undecided",
            "no Taylor series can be computed at the solution found from there: bind"
            f" {name} to the solution, and leave out --solve",
            source="--solve",
        )
        return Plan(taylor, asked=order + 1, refusal=refusal)

    def stages() -> Iterator[Sequence[Tensor]]:
        yield [y, *nested.implicit(f, x, y, order)]

    return Plan(taylor, stages, order + 1, sloped=True)


def on_batch(ys: Sequence[Tensor], batch: Batch) -> list[Tensor]:
    if not batch:
        return list(ys)
    from hodiff.derivatives.vmap import vmapped  # start-up

    return vmapped(ys, batch)


def on_rows(v: Mapping[Tensor, Tensor], batch: Batch) -> dict[Tensor, Tensor]:
    """A direction, the same in each row."""
    return {batch.get(x, x): direction for x, direction in v.items()}
