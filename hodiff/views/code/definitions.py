"""Functions written in others, for targets that lack them: so that they keep their digits.

A row's own `definition` serves where there is none here. These are written as rows are, in the
operations; hodiff.views.code.lowering reads them as parts.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from math import factorial
from typing import Any

from hodiff.engine.graph import ONE, OPERATIONS, ZERO, Tensor, constant, topological
from hodiff.engine.operations.elementary import (
    atanh,
    cos,
    exp,
    expm1,
    log,
    log1p,
    pi,
    powers,
    sin,
    sinh,
    sqrt,
    tan,
    written_powers,
)
from hodiff.engine.operations.piecewise import (
    abs,
    both,
    either,
    eq,
    floor,
    ge,
    gt,
    le,
    lt,
    ne,
    sign,
    where,
)
from hodiff.engine.passes import applied, rebuilt
from hodiff.engine.sharing import sharing

MOST_SINC = 4  # the order up to which a series of a few terms does


def right_at_zero(y: Tensor) -> Tensor:
    """y, in which the slopes of a**b in b are 0 where a is, and b is large enough: of doubles
    a**b*log(a) is 0*inf there. A logarithm that a person wrote stays."""

    def rule(node: Tensor, inputs: list[Tensor]) -> Tensor:
        a, b = inputs if len(inputs) == 2 else (ZERO, ZERO)
        known = a is b or not a.requires_grad or a.operation.never_zero
        if node.operation is powers and node.attributes[1] and not known:
            j, k = node.attributes
            vanishes = both(eq(a, ZERO), gt(b, constant(j)))
            return written_powers(a, b, j, k, log(where(vanishes, ONE, a)))
        return applied(node, inputs)

    order = topological([y])
    with sharing() as table:
        table.know(order)
        return rebuilt(order, rule)[y]


def _sech(x: Tensor) -> Tensor:  # 1/cosh(x) overflows where there still is a number
    t = exp(-abs(x))
    return 2 * t / (1 + t**2)


def _csch(x: Tensor) -> Tensor:
    return 2 * sign(x) * exp(-abs(x)) / -expm1(-2 * abs(x))


def _sigmoid(x: Tensor) -> Tensor:
    t = exp(-abs(x))
    return where(ge(x, 0), constant(1), t) / (1 + t)


def _expm1(x: Tensor) -> Tensor:
    return where(lt(abs(x), 1), 2 * exp(x / 2) * sinh(x / 2), exp(x) - 1)


def _log1p(x: Tensor) -> Tensor:
    return where(lt(abs(x), Fraction(1, 2)), 2 * atanh(x / (2 + x)), log(1 + x))


def _atanh(x: Tensor) -> Tensor:
    size = abs(x)
    return sign(x) * log1p(2 * size / (1 - size)) / 2


def _cbrt(x: Tensor) -> Tensor:
    """A power and a step of Newton's, for 1/3 is no double."""
    r = sign(x) * abs(x) ** constant(Fraction(1, 3))
    return where(eq(x, 0), x, (2 * r + x / r**2) / 3)


def _round(x: Tensor) -> Tensor:
    """Half to even."""
    n = floor(x)
    down = either(
        lt(x - n, Fraction(1, 2)), both(eq(x - n, Fraction(1, 2)), eq(2 * floor(n / 2), n))
    )
    return where(down, n, n + 1)


def _sign(x: Tensor) -> Tensor:
    return where(gt(x, 0), constant(1), where(lt(x, 0), constant(-1), x))


def _max(a: Tensor, b: Tensor) -> Tensor:
    """nan where one is, which C's fmax and many others' leave out."""
    return where(either(ge(a, b), ne(a, a)), a, b)


def _min(a: Tensor, b: Tensor) -> Tensor:
    return where(either(le(a, b), ne(a, a)), a, b)


def _acosh(x: Tensor) -> Tensor:
    return log1p(x - 1 + sqrt(x - 1) * sqrt(x + 1))


def _upward(x: Tensor, n: int) -> Tensor:
    """The n-th derivative of sin(x)/x, from n*s(n-1) + x*s(n) = sin(x + n*pi/2)."""
    turns = (sin(x), cos(x), -sin(x), -cos(x))
    s = turns[0] / x
    for i in range(1, n + 1):
        s = (turns[i % 4] - i * s) / x
    return s


def _sinc(x: Tensor, n: int) -> Tensor:
    """The n-th derivative of sin(x)/x: near 0 as a power series."""
    if not n:
        return where(eq(x, 0), constant(1), sin(x) / x)
    first, last = (n + 1) // 2, 9 + 3 * n
    series = [Fraction((-1) ** k, (2 * k + 1) * factorial(2 * k - n)) for k in range(first, last)]
    total = reduce(
        lambda found, c: constant(c) + x**2 * found, series[-2::-1], constant(series[-1])
    )
    return where(le(abs(x), n), x * total if n % 2 else total, _upward(x, n))


def _exact_sinc(x: Tensor, n: int) -> Tensor:
    at_0 = Fraction((-1) ** (n // 2), n + 1) if n % 2 == 0 else Fraction(0)
    return where(eq(x, 0), constant(at_0), _upward(x, n))


DEFINITIONS: dict[str, Callable[..., Any]] = {
    "sech": _sech,
    "csch": _csch,
    "sigmoid": _sigmoid,
    "exp2": lambda x: constant(2) ** x,
    "expm1": _expm1,
    "log1p": _log1p,
    "atanh": _atanh,
    "cbrt": _cbrt,
    "round": _round,
    "sign": _sign,
    "max": _max,
    "min": _min,
    "acosh": _acosh,
    "sinc": _sinc,
}
"""In doubles."""

EXACT: dict[str, Callable[..., Any]] = {
    "exp2": lambda x: constant(2) ** x,
    "expm1": lambda x: exp(x) - 1,
    "log1p": lambda x: log(1 + x),
    "cbrt": lambda x: sign(x) * abs(x) ** constant(Fraction(1, 3)),
    "hypot": lambda x, y: sqrt(x**2 + y**2),
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "softplus": lambda x: log(1 + exp(x)),
    "logit": lambda x: log(x / (1 - x)),
    "sind": lambda x: sin(x * pi() / 180),
    "cosd": lambda x: cos(x * pi() / 180),
    "tand": lambda x: tan(x * pi() / 180),
    "round": _round,
    "sinc": _exact_sinc,
}
"""Where nothing is rounded."""


def definition(name: str, exact: bool) -> Callable[..., Any] | None:
    """A function in others, None where that would cost digits."""
    found = (EXACT if exact else DEFINITIONS).get(name)
    row = OPERATIONS.get(name)
    return found if found is not None or row is None else row.definition
