"""Hypergeometric functions (DLMF 13, 15, 16) and the complete elliptic integrals (DLMF 19)."""

from __future__ import annotations

from math import factorial

from hodiff.engine.exact import quotient
from hodiff.engine.graph import Tensor, constant
from hodiff.engine.operations import functions
from hodiff.engine.operations.closed import closed
from hodiff.engine.operations.elementary import pi
from hodiff.engine.shifts import risen

functions.family(__name__, "Hypergeometric functions")

LOWER = "a lower parameter other than 0, -1, -2, ..."


def _0f1(b: Tensor, x: Tensor, k: int) -> Tensor:
    return hyp0f1(b + k, x) / risen(b, k)


def _1f1(a: Tensor, b: Tensor, x: Tensor, k: int) -> Tensor:
    return risen(a, k) / risen(b, k) * hyp1f1(a + k, b + k, x)


def _2f1(a: Tensor, b: Tensor, c: Tensor, x: Tensor, k: int) -> Tensor:
    return risen(a, k) * risen(b, k) / risen(c, k) * hyp2f1(a + k, b + k, c + k, x)


def _u(a: Tensor, b: Tensor, x: Tensor, k: int) -> Tensor:
    return constant((-1) ** k) * risen(a, k) * hypu(a + k, b + k, x)


def _complete(a: int, m: Tensor, k: int) -> Tensor:
    """The k-th derivative of pi/2*2F1(a/2, 1/2; 1; m)."""
    half, one = quotient(1, 2), quotient(a, 2)
    factor = quotient(1, 2 * factorial(k))
    for i in range(k):
        factor *= (half + i) * (one + i)
    parameters = (constant(one + k), constant(half + k), constant(1 + k))
    return constant(factor) * pi() * hyp2f1(*parameters, m)


# fmt: off
hyp0f1, hyp0f1s = closed("hyp0f1", "b, x", _0f1, domain=LOWER,
                         meaning="The confluent hypergeometric limit function 0F1")
hyp1f1, hyp1f1s = closed("hyp1f1", "a, b, x", _1f1, domain=LOWER,
                         meaning="Kummer's confluent hypergeometric function 1F1")
hyp2f1, hyp2f1s = closed("hyp2f1", "a, b, c, x", _2f1, domain=f"{LOWER}, and an argument < 1",
                         meaning="Gauss' hypergeometric function 2F1")
hypu, hypus = closed("hypu", "a, b, x", _u, ("hyperu",), domain="an argument > 0",
                     pole=lambda a, b, x, k=0: x == 0,
                     meaning="Tricomi's confluent hypergeometric function U")
ellipk, ellipks = closed("ellipk", "m", lambda m, k: _complete(1, m, k),
                         domain="a parameter m < 1", pole=lambda m, k=0: m == 1,
                         meaning="The complete elliptic integral K of m, which is k**2")
ellipe, ellipes = closed("ellipe", "m", lambda m, k: _complete(-1, m, k),
                         domain="a parameter m <= 1", pole=lambda m, k=0: m == 1,
                         meaning="The complete elliptic integral E of m, which is k**2")
# fmt: on
