"""Python floats: one point, without numpy. A pole is inf, an undefined value nan."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from math import inf, nan
from typing import Any

from hodiff.arithmetic.base import Arithmetic, Ring
from hodiff.engine.exact import CONDITIONS
from hodiff.engine.graph import Operation, Tensor
from hodiff.engine.leibniz import falling


class Floats(Arithmetic):
    """Doubles as Python has them."""

    name = "floats"
    doubles = True

    def number(self, x: Any) -> float:
        """The double nearest to an exact constant, inf past the largest."""
        try:
            return float(x)
        except OverflowError:
            return inf if x > 0 else -inf

    def given(self, node: Tensor) -> Any:
        return node.value

    def _found(self, operation: Operation) -> Callable[..., Any] | None:
        name = operation.name
        if name in PLAIN:
            return PLAIN[name]
        compute = FUNCTIONS.get(name) or getattr(math, name, None)
        if compute is None and operation.special:
            compute = _special(name)
        return None if compute is None else quiet(compute, operation)

    def ring(self, shaped: bool) -> Ring:
        return Ring(lambda x: x, operator.add, operator.sub, operator.mul, div, _dot)

    def finite(self, x: Any) -> bool:
        if getattr(x, "shape", ()):
            import numpy  # start-up: one point needs none

            return bool(numpy.isfinite(x).all())
        return math.isfinite(x)

    def equal(self, a: float, b: float) -> bool:
        return a == b

    def less(self, a: float, b: float) -> bool:
        return a < b

    def integer(self, x: float) -> bool:
        return x % 1 == 0

    def half(self, x: float) -> bool:
        return x % 1 == 0.5

    def divides(self, b: float, a: float) -> bool:
        return b != 0 and a % b == 0

    def same(self, a: Any, b: Any) -> bool:
        """Equal up to the rounding of a few operations; nan is equal to nothing."""
        if getattr(a, "shape", ()) or getattr(b, "shape", ()):
            return all(map(self.same, a.ravel().tolist(), b.ravel().tolist()))
        a, b = float(a), float(b)
        return math.isfinite(a) and abs(a - b) <= 2e-15 * max(abs(a), abs(b))

    def direction(self, slope: float, terms: Sequence[float]) -> int | None:
        """None where the slope may be nothing but the rounding of its terms."""
        if not math.isfinite(slope) or abs(slope) < 1e-12 * max(map(abs, terms), default=0.0):
            return None
        return (slope > 0) - (slope < 0)

    def div(self, a: float, b: float) -> float:
        return div(a, b)

    def pi(self) -> float:
        return math.pi


def quiet(compute: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
    """compute with a pole as inf and an undefined value as nan, where it raises; also what passes
    the largest double is inf. The sign is C's and numpy's."""
    sign: Callable[..., float] = SIGNS.get(operation.name, _positive)
    pole: Callable[..., bool] | None = operation.pole

    def called(*x: Any) -> float:
        try:
            return compute(*x)  # type: ignore[no-any-return]
        except OverflowError:
            return inf * sign(*x)
        except (ValueError, ZeroDivisionError):
            at_pole = pole is not None and all(map(math.isfinite, x)) and pole(*x)
            return inf * sign(*x) if at_pole else nan

    return called


def _positive(*x: Any) -> float:
    return 1.0


def _negative(*x: Any) -> float:
    return -1.0


def _sign_of(x: float) -> float:
    return math.copysign(1.0, x)


def _sign_of_power(a: float, b: float) -> float:
    return _sign_of(a) if b % 2 == 1 else 1.0


def _sign_of_gamma(x: float) -> float:
    """nan where the sides differ: at -1, -2, ..."""
    return nan if x <= -1 else _sign_of(x)


def _sign_of_polygamma(x: float, n: int = 0) -> float:
    """(-1)**(n + 1)/x**(n + 1) has it, at 0 and near it; at -1, -2, ... the sides may differ."""
    if n % 2:
        return 1.0
    return nan if x <= -1 else -_sign_of(x)


# The sign of what is infinite; positive where there is no line.
SIGNS: dict[str, Callable[..., float]] = {
    **dict.fromkeys(("log", "log2", "log10", "log1p"), _negative),
    **dict.fromkeys(("sinh", "expm1", "atanh"), _sign_of),
    "pow": _sign_of_power,
    "gamma": _sign_of_gamma,
    "factorial": lambda x: _sign_of_gamma(x + 1),
    "digamma": _sign_of_polygamma,
    "polygamma": _sign_of_polygamma,
}


def _dot(xs: Sequence[float], ys: Sequence[float]) -> float:
    return float(sum(map(operator.mul, xs, ys)))


def div(a: float, b: float) -> float:
    if b == 0:
        return nan if a == 0 or a != a else math.copysign(inf, a) * math.copysign(1.0, b)
    return a / b


def _over(x: float, y: float) -> float:
    # At the kink of a norm 0 is the usual subgradient; what its slope would be is no number.
    return div(x, y) if y else x if x == 0 else nan


def powers(a: float, b: float, j: int, k: int) -> float:
    """The derivative of a**b, j times in a and k times in b; at a = 0 its limit from the right."""
    value = 0.0
    for m, coefficients in enumerate(falling(j, k)):
        factor = 0.0
        for c in reversed(coefficients):
            factor = factor * b + c
        if factor == 0:
            continue
        factor *= math.comb(k, m)
        if a == 0:
            if b < j or (b == j and m < k):  # the highest power of log(a), -inf, decides the sign
                return math.copysign(inf, factor * (-1) ** (k - m))
            value += factor if b == j else 0.0
        elif m == k:
            value += factor * math.pow(a, b - j)
        else:
            value += factor * math.pow(a, b - j) * math.log(a) ** (k - m)
    return value


def _logaddexp(a: float, b: float) -> float:
    if a == b:  # infinities, too
        return a + math.log(2)
    return (a if a > b else b) + math.log1p(math.exp(-abs(a - b)))


def _xlogy(x: float, y: float) -> float:
    if x == 0 and y == y:
        return 0.0
    return x * (-inf if y == 0 else math.log(y))


def _mod(a: float, b: float) -> float:
    return a % b


def _sign(x: float) -> float:
    return nan if x != x else float((x > 0) - (x < 0))


def _whole(rounding: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: math.copysign(rounding(x), x) if math.isfinite(x) else x


def sinc(x: float, n: int) -> float:
    """The n-th derivative of sin(x)/x, from n*s(n-1) + x*s(n) = sin(x + n*pi/2).

    Upward where |x| > n, downward from a far order otherwise: each is stable there, as for the
    spherical Bessel functions (DLMF 3.6(ii)).
    """
    if not math.isfinite(x):
        return nan
    turns = (math.sin(x), math.cos(x), -math.sin(x), -math.cos(x))
    if abs(x) > n:
        value = turns[0] / x
        for i in range(1, n + 1):
            value = (turns[i % 4] - i * value) / x
        return value
    value = 0.0
    for i in range(n + 40 + int(2 * abs(x)), n, -1):
        value = (turns[i % 4] - x * value) / i
    return value


def _lgamma(x: float) -> float:
    # math.lgamma loses digits near its zeros at 1 and 2.
    return _special("lgamma")(x) if 0.5 < x < 2.5 else math.lgamma(x)


def _special(name: str) -> Callable[..., float]:
    """A function of FLINT's, at a precision that leaves a double's digits right."""
    from hodiff.arithmetic import special  # start-up: brings FLINT

    return special.in_doubles(name)


def _factorial(x: float) -> float:
    return x * math.gamma(x) if x > 1 else _gamma(x + 1)


def _gamma(x: float) -> float:
    if x == 0:
        raise ValueError
    return math.gamma(x)


CONSTANTS = {"euler_gamma": 0.5772156649015329, "catalan": 0.915965594177219,
             "golden_ratio": 1.618033988749895}  # fmt: skip

# What can't raise goes as it is; the rest is made quiet.
PLAIN: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": div,
    "over": _over,
    "neg": operator.neg,
    "alias": lambda x: x,
    "pi": lambda: math.pi,
    "e": lambda: math.e,
    **{name: lambda x=x: x for name, x in CONSTANTS.items()},
    "abs": abs,
    "sign": _sign,
    "max": lambda a, b: a if a >= b or a != a else b,
    "min": lambda a, b: a if a <= b or a != a else b,
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "round": _whole(round),
    "where": lambda test, a, b: a if test else b,
    **CONDITIONS,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "pow": math.pow,
    "powers": powers,
    "mod": _mod,
    "logaddexp": _logaddexp,
    "xlogy": _xlogy,
    "remainder": _mod,
    "floordiv": lambda a, b: a // b if b else div(a, b),
    "sinc": sinc,
    "gamma": _gamma,
    "factorial": _factorial,
    "lgamma": _lgamma,
}

FLOATS = Floats()
