"""Factorials and what is made of them: binomial coefficients, rising and falling powers."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import factorial as whole_factorial
from typing import Any

from hodiff.engine.graph import CONSTANT, ONE, Tensor, constant
from hodiff.engine.leibniz import leibniz_binomial
from hodiff.engine.operations.elementary import mul
from hodiff.engine.operations.functions import family, function
from hodiff.engine.operations.piecewise import gt, where
from hodiff.engine.operations.row import elementwise
from hodiff.engine.operations.special import digamma, gamma, written_psi

MOST_FACTORS = 64  # of a product that a whole number of steps is written as

family(__name__, "Factorials, gamma and beta")

# fmt: off
# x*gamma(x) where x + 1 would be rounded.
factorial = elementwise("factorial", lambda x, y: y*digamma(x + 1), never_zero=True,
                        definition=lambda x: where(gt(x, ONE), x*gamma(x), gamma(x + 1)),
                        domain="{x} other than -1, -2, ...", pole=lambda x: x <= -1,
                        meaning="gamma(x + 1), the product 1*2*...*x of a whole number")


def _binomial(n: Tensor, k: Tensor) -> Tensor:
    """binomial(n, k); k factors where k is a small whole number."""
    steps = _steps(k)
    if steps is None or steps < 0 or n.operation is CONSTANT:
        return binomial(n, k)
    return _product(n, steps, -1) / whole_factorial(steps) if steps > 1 else _product(n, steps, -1)


# The derivatives, j times in n and k times in k, are right where a factor is 0 and a digamma
# infinite; balls compute them, for doubles too.
binomial = elementwise("binomial", lambda n, k, y: binomials(n, k, 1, 0),
                       lambda n, k, y: binomials(n, k, 0, 1), parameters="n, k", special=True,
                       names=("binomial", "binom", "comb", "nchoosek"), build=_binomial,
                       domain="n other than -1, -2, ...", pole=lambda n, k: n < 0,
                       meaning="The ways to choose k of n, by factorials")
binomials = elementwise("binomials", lambda n, k, y, i, j: binomials(n, k, i + 1, j),
                        lambda n, k, y, i, j: binomials(n, k, i, j + 1), names=(), special=True,
                        formula=lambda n, k, i, j: leibniz_binomial(n, k, i, j, binomial(n, k),
                                                                    written_psi),
                        domain="n other than -1, -2, ...", pole=lambda n, k, i, j: n < 0)
# fmt: on


def _steps(n: Tensor) -> int | None:
    """n as a number of factors, below 0 of a divisor's, where it is one."""
    steps: Any = n.attributes[0] if n.operation is CONSTANT else None
    return steps if type(steps) is int and abs(steps) <= MOST_FACTORS else None


def _product(x: Tensor, steps: int, step: int) -> Tensor:
    """x*(x + step)*(x + 2*step)*..."""
    factors = [x + step * i if i else x for i in range(steps)]
    return reduce(mul, factors) if factors else constant(1)


def _stepped(step: int, general: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    def build(x: Tensor, n: Tensor) -> Tensor:
        steps = _steps(n)
        if steps is None:
            return general(x, n)
        return _product(x, steps, step) if steps >= 0 else 1 / _product(x - step, -steps, -step)

    build.__module__ = __name__
    return build


function("x, n", "rising", "rf", "pochhammer", "poch", least=2, most=2,
         meaning="The rising factorial x*(x + 1)*...*(x + n - 1) = gamma(x + n)/gamma(x)")(
    _stepped(1, lambda x, n: binomial(x + n - 1, n) * factorial(n)))  # fmt: skip
function("x, n", "falling", "ff", least=2, most=2,
         meaning="The falling factorial x*(x - 1)*...*(x - n + 1) = gamma(x + 1)/gamma(x - n + 1)")(
    _stepped(-1, lambda x, n: binomial(x, n) * factorial(n)))  # fmt: skip
