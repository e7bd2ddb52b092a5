"""Orthogonal polynomials: DLMF 18. The degree is a whole number from 0 on."""

from __future__ import annotations

from math import factorial, prod
from typing import Any

from hodiff.engine.exact import quotient
from hodiff.engine.graph import CONSTANT, ONE, ZERO, Tensor, constant
from hodiff.engine.operations import functions
from hodiff.engine.operations.closed import closed

functions.family(__name__, "Orthogonal polynomials")

DEGREE = "a whole degree n >= 0"


def lowered(n: Tensor, k: int) -> Tensor | None:
    """n - k; None where there is no such degree."""
    if n.operation is CONSTANT:
        return constant(n.attributes[0] - k) if n.attributes[0] >= k else None
    return n - k


def risen(a: Any, k: int) -> Tensor:
    """a*(a + 1)*...*(a + k - 1)."""
    found: Any = ONE
    for i in range(k):
        found = found * (a + i) if i else a
    return found  # type: ignore[no-any-return]


def _legendre(n: Tensor, x: Tensor, k: int) -> Tensor:
    """DLMF 18.9.15 and 18.7.9."""
    m = lowered(n, k)
    double = constant(prod(range(1, 2 * k, 2)))
    return ZERO if m is None else double * gegenbauer(m, constant(quotient(2 * k + 1, 2)), x)


def _chebyshevt(n: Tensor, x: Tensor, k: int) -> Tensor:
    m = lowered(n, k)
    if m is None:
        return ZERO
    if k == 1:
        return n * chebyshevu(m, x)
    return constant(2 ** (k - 1) * factorial(k - 1)) * n * gegenbauer(m, constant(k), x)


def _chebyshevu(n: Tensor, x: Tensor, k: int) -> Tensor:
    m = lowered(n, k)
    return ZERO if m is None else constant(2**k * factorial(k)) * gegenbauer(m, constant(k + 1), x)


def _hermite(n: Tensor, x: Tensor, k: int) -> Tensor:
    m = lowered(n, k)
    return ZERO if m is None else constant(2**k) * risen(n - (k - 1), k) * hermite(m, x)


def _laguerre(n: Tensor, x: Tensor, k: int) -> Tensor:
    m = lowered(n, k)
    return ZERO if m is None else constant((-1) ** k) * genlaguerre(m, constant(k), x)


def _genlaguerre(n: Tensor, a: Tensor, x: Tensor, k: int) -> Tensor:
    m = lowered(n, k)
    return ZERO if m is None else constant((-1) ** k) * genlaguerre(m, a + k, x)


def _gegenbauer(n: Tensor, a: Tensor, x: Tensor, k: int) -> Tensor:
    m = lowered(n, k)
    return ZERO if m is None else constant(2**k) * risen(a, k) * gegenbauer(m, a + k, x)


def _jacobi(n: Tensor, a: Tensor, b: Tensor, x: Tensor, k: int) -> Tensor:
    m = lowered(n, k)
    if m is None:
        return ZERO
    return risen(n + a + b + 1, k) * constant(quotient(1, 2**k)) * jacobi(m, a + k, b + k, x)


# fmt: off
legendrep, legendreps = closed("legendrep", "n, x", _legendre, ("legendre",), domain=DEGREE,
                               meaning="The Legendre polynomial P of degree n at x")
chebyshevt, chebyshevts = closed("chebyshevt", "n, x", _chebyshevt, ("chebyt",), domain=DEGREE,
                                 meaning="The Chebyshev polynomial T of degree n at x")
chebyshevu, chebyshevus = closed("chebyshevu", "n, x", _chebyshevu, ("chebyu",), domain=DEGREE,
                                 meaning="The Chebyshev polynomial U of degree n at x")
hermite, hermites = closed("hermite", "n, x", _hermite, domain=DEGREE,
                           meaning="The Hermite polynomial H of degree n at x")
laguerre, laguerres = closed("laguerre", "n, x", _laguerre, domain=DEGREE,
                             meaning="The Laguerre polynomial L of degree n at x")
genlaguerre, genlaguerres = closed("genlaguerre", "n, a, x", _genlaguerre, domain=DEGREE,
                                   meaning="The generalized Laguerre polynomial of degree n at x")
gegenbauer, gegenbauers = closed("gegenbauer", "n, a, x", _gegenbauer, domain=DEGREE,
                                 meaning="The Gegenbauer polynomial C of degree n at x")
jacobi, jacobis = closed("jacobi", "n, a, b, x", _jacobi, domain=DEGREE,
                         meaning="The Jacobi polynomial P of degree n at x")
# fmt: on
