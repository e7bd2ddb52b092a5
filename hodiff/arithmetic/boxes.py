"""Many intervals at once: columns of ends in doubles, rounded outward.

A value is a column of intervals, one for each box of a search. Sums, products and roots are
box_numbers.py's, exp, log, sin, cos and atan box_functions.py's; what has pieces is here, and the
rest is computed in balls, a box after the other. Some hundred times as many boxes a second as balls
alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from hodiff.arithmetic.ball_numbers import ball, comparisons, precision
from hodiff.arithmetic.balls import BALLS, spread
from hodiff.arithmetic.base import Arithmetic, composed
from hodiff.arithmetic.box_functions import (
    BITS,
    atan,
    cos,
    cosh,
    exp,
    hypot,
    log,
    power,
    sin,
    sinh,
    tan,
    tanh,
)
from hodiff.arithmetic.box_numbers import (
    BROKEN,
    SMOOTH,
    UNBROKEN,
    Box,
    add,
    div,
    down,
    ends,
    least_smooth,
    mul,
    neg,
    over,
    smoothness,
    sqrt,
    square,
    sub,
    thin,
    up,
    whole,
)
from hodiff.arithmetic.domains import domain
from hodiff.engine.graph import OPERATIONS, Kind, Operation
from hodiff.engine.object_arrays import ObjectArrays, reducing


class Boxes(Arithmetic):
    """Columns of intervals, and numpy's arrays of such columns. Raises NotImplementedError for an
    operation that has no form in them."""

    name = "boxes"

    def number(self, x: Any) -> Box:
        return thin(x)

    def data(self, x: Any) -> Any:
        found = BALLS.data(x)
        return spread(thin, 1)(found)

    def quietly(self) -> Any:
        return np.errstate(all="ignore")

    def _found(self, operation: Operation) -> Callable[..., Any] | None:
        name = operation.name
        if name in FUNCTIONS:
            return FUNCTIONS[name]
        if operation.definition is not None:
            return None
        if name == "powers":
            return _of_positive(composed(operation, self, operation.formula))
        if operation.partials:
            return lambda *x: _in_balls(operation, *x)
        found = ObjectArrays(self.function, thin(0)).function(operation)
        if found is None:
            raise NotImplementedError(f"{name} has no form in {self}")
        return found

    def _made(self, compute: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
        entrywise = operation.kind in (Kind.ENTRYWISE, Kind.CONDITION)
        return spread(compute, operation.arity or 0) if entrywise else compute


# In balls, a box after the other.


class Watch(threading.local):
    """Whether a search has to end: what is computed box by box then gives all numbers."""

    ended: Callable[[], bool] = staticmethod(lambda: False)


WATCH = Watch()


@contextmanager
def watched(ended: Callable[[], bool]) -> Iterator[None]:
    """Boxes inside are computed until that."""
    outer, WATCH.ended = WATCH.ended, ended
    try:
        yield
    finally:
        WATCH.ended = outer


def _each(compute: Callable[..., Any], *columns: Any) -> tuple[Any, Any]:
    """Ends of compute at balls around the boxes of columns (low, high)."""
    flat = np.broadcast_arrays(*columns)
    found = np.empty((2, flat[0].size))
    with precision(BITS):
        for i, values in enumerate(zip(*(x.ravel().tolist() for x in flat), strict=True)):
            pairs = zip(values[::2], values[1::2], strict=True)
            if any(low != low for low in values):
                found[:, i] = np.nan
            elif all(np.isfinite(values)) and not WATCH.ended():
                given = [ball(a) if a == b else ball(a).union(ball(b)) for a, b in pairs]
                found[:, i] = ends(compute(*given))
            else:
                found[:, i] = -np.inf, np.inf
    return found[0].reshape(flat[0].shape), found[1].reshape(flat[0].shape)


def _in_balls(operation: Operation, *x: Any) -> Box:
    arity = operation.arity or 0
    inputs, attributes = [whole(v) for v in x[:arity]], x[arity:]
    within: Any = True
    outside: Any = False
    orders = [bool(np.any(np.ceil(v.low) <= np.floor(v.high))) for v in inputs]
    above = [bool(np.all(v.low > 0)) for v in inputs]
    for i, first, last in domain(operation.name, orders, above):
        low, high = inputs[i].low, inputs[i].high
        inside = (low > first) & (high < last)
        within, outside = within & inside, outside | (high < first) | (low > last)
        if not np.all(inside | np.isnan(low)):
            inputs[i] = Box(np.clip(low, first, last), np.clip(high, first, last), inputs[i].smooth)
    function = BALLS.function(operation)
    columns = [end for v in inputs for end in (v.low, v.high)]
    low, high = _each(lambda *v: function(*v, *attributes), *columns)
    smooth = smoothness(np.isfinite(low) & np.isfinite(high) & within, SMOOTH, BROKEN)
    low, high = np.where(outside, np.nan, low), np.where(outside, np.nan, high)
    return Box(low, high, least_smooth(smooth, *(v.smooth for v in inputs)))


def _elliptic(name: str) -> Callable[..., Box]:
    """F, E or a derivative of an angle and m: undefined past the least angle that has
    m*sin(phi)**2 = 1."""

    def called(phi: Box, m: Box, *attributes: Any) -> Box:
        found = _in_balls(OPERATIONS[name], phi, m, *attributes)
        none = whole(mul(m, square(sin(phi)))).low > 1
        none |= (absolute(phi).low > np.pi / 2) & (whole(m).low > 1)
        low, high = np.where(none, np.nan, found.low), np.where(none, np.nan, found.high)
        return Box(low, high, found.smooth)

    return called


def _of_positive(compute: Callable[..., Any]) -> Callable[..., Any]:
    """compute of a base above 0; anything of others, which have values at whole exponents alone."""

    def called(a: Box, b: Box, *attributes: Any) -> Box:
        a = whole(a)
        found, positive = whole(compute(a, b, *attributes)), a.low > 0
        low, high = np.where(positive, found.low, -np.inf), np.where(positive, found.high, np.inf)
        return Box(low, high, smoothness(positive, found.smooth, BROKEN))

    return called


def _monotone(
    name: str,
    domain: tuple[float, float] = (-np.inf, np.inf),
    edges: int = SMOOTH,
    falls: bool = False,
    limits: tuple[float, float] = (-np.inf, np.inf),
) -> Callable[[Box], Box]:
    """A function that rises, or falls, all over its domain, by its values at the ends. edges: how
    smooth it is at the ends of the domain; limits: what lies below and above all its values."""

    def at(x: Any) -> tuple[Any, Any]:
        function = BALLS.function(OPERATIONS[name])
        low, high = _each(function, x, x)
        return np.maximum(low, limits[0]), np.minimum(high, limits[1])

    def called(a: Box) -> Box:
        a = whole(a)
        first, last = np.maximum(a.low, domain[0]), np.minimum(a.high, domain[1])
        none = ~(first <= last)
        one, other = at(first), at(last)
        low, high = (other[0], one[1]) if falls else (one[0], other[1])
        inside = smoothness((a.low > domain[0]) & (a.high < domain[1]), SMOOTH, edges)
        outside = (a.low < domain[0]) | (a.high > domain[1])
        smooth = smoothness(outside | none, BROKEN, inside)
        return Box(np.where(none, np.nan, low), np.where(none, np.nan, high),
                   np.minimum(smooth, a.smooth))  # fmt: skip

    return called


def cbrt(a: Box) -> Box:
    a = whole(a)

    def at(x: Any) -> tuple[Any, Any]:
        low, high = _each(lambda y: y.root(3) if y > 0 else 0, np.abs(x), np.abs(x))
        return np.where(x < 0, -high, low), np.where(x < 0, -low, high)

    smooth = smoothness((a.low > 0) | (a.high < 0), SMOOTH, UNBROKEN)
    return Box(at(a.low)[0], at(a.high)[1], np.minimum(smooth, a.smooth))


def atan2(y: Box, x: Box) -> Box:
    """Smooth but on the cut, where x is not above 0 and y is 0."""
    y, x = whole(y), whole(x)
    apart = (x.low > 0) | (y.low > 0) | (y.high < 0)
    low, high = _each(lambda s, t: type(s).atan2(s, t), y.low, y.high, x.low, x.high)
    low, high = np.where(apart, low, -np.pi - 1e-15), np.where(apart, high, np.pi + 1e-15)
    return Box(low, high, least_smooth(smoothness(apart, SMOOTH, BROKEN), y.smooth, x.smooth))


# What has pieces.


def _decided(smooth: Any) -> Any:
    """The smoothness of what is constant, taken from something with a smoothness."""
    return smoothness(np.asarray(smooth) >= UNBROKEN, SMOOTH, BROKEN)


def absolute(a: Box) -> Box:
    a = whole(a)
    low, high = np.minimum(np.abs(a.low), np.abs(a.high)), np.maximum(np.abs(a.low), np.abs(a.high))
    inside = (a.low <= 0) & (a.high >= 0)
    smooth = smoothness(inside, UNBROKEN, SMOOTH)
    return Box(np.where(inside, 0.0, low), high, np.minimum(smooth, a.smooth))


def sign(a: Box) -> Box:
    a = whole(a)
    low, high = np.sign(a.low), np.sign(a.high)
    return Box(low, high, np.minimum(smoothness(low == high, SMOOTH, BROKEN), _decided(a.smooth)))


def _steps(rounded: Callable[[Any], Any]) -> Callable[[Box], Box]:
    def called(a: Box) -> Box:
        a = whole(a)
        low, high = rounded(a.low), rounded(a.high)
        # At the very step it jumps, also where that is an end of the box.
        apart = (low == high) & (rounded(down(a.low)) == rounded(up(a.high)))
        return Box(low, high, np.minimum(smoothness(apart, SMOOTH, BROKEN), _decided(a.smooth)))

    return called


floor, ceil, nearest = _steps(np.floor), _steps(np.ceil), _steps(np.rint)


def mod(a: Box, b: Box) -> Box:
    a, b = whole(a), whole(b)
    found = sub(a, mul(b, floor(div(a, b))))
    # It lies between 0 and the modulus.
    low = np.maximum(found.low, np.minimum(b.low, 0.0))
    high = np.minimum(found.high, np.maximum(b.high, 0.0))
    return Box(low, high, found.smooth)


def largest(a: Box, b: Box) -> Box:
    a, b = whole(a), whole(b)
    low, high = np.maximum(a.low, b.low), np.maximum(a.high, b.high)
    first, second = a.low > b.high, b.low > a.high
    smooth = smoothness(
        first,
        np.minimum(a.smooth, _decided(b.smooth)),
        smoothness(second, np.minimum(b.smooth, _decided(a.smooth)),
               np.minimum(UNBROKEN, np.minimum(a.smooth, b.smooth))),
    )  # fmt: skip
    return Box(low, high, smooth)


def smallest(a: Box, b: Box) -> Box:
    return neg(largest(neg(a), neg(b)))


def _condition(true: Any, false: Any, smooth: Any) -> Box:
    decided = true | false
    low, high = np.where(true, 1.0, 0.0), np.where(false, 0.0, 1.0)
    return Box(low, high, np.minimum(smoothness(decided, SMOOTH, BROKEN), smooth))


def less(a: Box, b: Box) -> Box:
    a, b = whole(a), whole(b)
    smooth = np.minimum(_decided(a.smooth), _decided(b.smooth))
    # A box that touches a tie holds it, and so a jump.
    return _condition(a.high < b.low, a.low > b.high, smooth)


def equal(a: Box, b: Box) -> Box:
    a, b = whole(a), whole(b)
    smooth = np.minimum(_decided(a.smooth), _decided(b.smooth))
    same = (a.low == a.high) & (b.low == b.high) & (a.low == b.low)
    same = same & bool(a is b or (a.exact is not None and b.exact is not None))
    return _condition(same, (a.high < b.low) | (a.low > b.high), smooth)


def _not(a: Box) -> Box:
    return Box(1.0 - a.high, 1.0 - a.low, a.smooth)


def _both(a: Box, b: Box) -> Box:
    """A condition that is false decides, whatever the other is."""
    low, high = np.minimum(a.low, b.low), np.minimum(a.high, b.high)
    either = np.where(a.high == 0, a.smooth, np.where(b.high == 0, b.smooth, SMOOTH))
    smooth = np.where(high == 0, either, np.minimum(a.smooth, b.smooth)).astype(np.int8)
    return Box(low, high, smooth)


def _choice(test: Box, a: Box, b: Box) -> Box:
    a, b = whole(a), whole(b)
    yes, no = test.low == 1, test.high == 0
    low = np.where(yes, a.low, np.where(no, b.low, np.fmin(a.low, b.low)))
    high = np.where(yes, a.high, np.where(no, b.high, np.fmax(a.high, b.high)))
    smooth = smoothness(yes, a.smooth, smoothness(no, b.smooth, BROKEN))
    return Box(low, high, np.minimum(smooth, _decided(test.smooth)))


def _norm(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    squares = np.frompyfunc(square, 1, 1)(x)
    return spread(sqrt, 1)(reducing(np.frompyfunc(add, 2, 1))(squares, axes))


def _of_degrees(name: str) -> Callable[[Box], Box]:
    def compute(x: Box) -> Box:
        angle = mul(x, thin(BALLS.div(BALLS.pi(), 180)))
        return FUNCTIONS[name](angle)  # type: ignore[no-any-return]

    return compute


def _of_reciprocal(name: str) -> Callable[[Box], Box]:
    def compute(x: Box) -> Box:
        return FUNCTIONS[name](div(thin(1), x))  # type: ignore[no-any-return]

    return compute


def acot(x: Box) -> Box:
    """atan(1/x), anything from -pi/2 to pi/2 in a box around its jump at 0."""
    x = whole(x)
    found, jumps = _of_reciprocal("atan")(x), (x.low <= 0) & (x.high >= 0)
    half_pi = thin(BALLS.div(BALLS.pi(), 2))
    low = np.where(jumps, -half_pi.high, found.low)
    high = np.where(jumps, half_pi.high, found.high)
    return Box(low, high, smoothness(jumps, BROKEN, found.smooth))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "pi": lambda: thin(BALLS.pi()),
    "e": lambda: thin(ball(1).exp()),
    **{
        name: lambda name=name: thin(BALLS.function(OPERATIONS[name])())
        for name in ("euler_gamma", "catalan", "golden_ratio")
    },
    "alias": lambda x: x,
    "flat": lambda g, x: g,
    "add": add,
    "sub": sub,
    "mul": mul,
    "div": div,
    "over": over,
    "neg": neg,
    "pow": power,
    "sqrt": sqrt,
    "cbrt": cbrt,
    "exp": exp,
    "log": log,
    "sin": sin,
    "cos": cos,
    "tan": tan,
    "atan": atan,
    "atan2": atan2,
    "hypot": hypot,
    "cosh": cosh,
    "expm1": _monotone("expm1", limits=(-1.0, np.inf)),
    "sinh": sinh,
    "tanh": tanh,
    "asinh": _monotone("asinh"),
    "erf": _monotone("erf", limits=(-1.0, 1.0)),
    "erfc": _monotone("erfc", falls=True, limits=(0.0, 2.0)),
    "log1p": _monotone("log1p", (-1.0, np.inf), BROKEN),
    "asin": _monotone("asin", (-1.0, 1.0), UNBROKEN, limits=(-1.58, 1.58)),
    "acos": _monotone("acos", (-1.0, 1.0), UNBROKEN, falls=True, limits=(0.0, 3.15)),
    "acosh": _monotone("acosh", (1.0, np.inf), UNBROKEN, limits=(0.0, np.inf)),
    "atanh": _monotone("atanh", (-1.0, 1.0), BROKEN),
    "logit": _monotone("logit", (0.0, 1.0), BROKEN),
    "factorial": lambda x: _in_balls(OPERATIONS["gamma"], add(x, thin(1))),
    **{f"{name}d": _of_degrees(name) for name in ("sin", "cos", "tan")},
    **{
        name: _of_reciprocal(inverse)
        for name, inverse in (
            ("asec", "acos"),
            ("acsc", "asin"),
            ("asech", "acosh"),
            ("acsch", "asinh"),
            ("acoth", "atanh"),
        )
    },
    "acot": acot,
    "abs": absolute,
    "sign": sign,
    "floor": floor,
    "ceil": ceil,
    "round": nearest,
    "mod": mod,
    "max": largest,
    "min": smallest,
    **comparisons(less, equal, _not),
    "and": _both,
    "or": lambda a, b: _not(_both(_not(a), _not(b))),
    "not": _not,
    "where": _choice,
    "norm": _norm,
    **{name: _elliptic(name) for name in ("ellipf", "ellipeinc", "elliptics")},
}

BOXES = Boxes()
