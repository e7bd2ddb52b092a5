"""Special functions with an argument that is no tensor; the others are rows of the table."""

from __future__ import annotations

from typing import Any

from hodiff.engine.graph import DATA, ONE, Tensor
from hodiff.engine.operations import expint
from hodiff.engine.operations import zeta as operations
from hodiff.library.arguments import as_argument
from hodiff.library.publish import public


@public("lambertw", "productlog")
def lambertw(x: Tensor, k: int = 0) -> Tensor:
    """The number w with w*exp(w) = x: not below -1, or with k = -1 not above.

    Corless et al. 1996, On the Lambert W function, Advances in Computational Mathematics 5;
    DLMF 4.13.

    >>> hodiff.lambertw([0.0, hodiff.e])
    tensor([0., 1.])
    """
    if k not in (0, -1):
        raise ValueError("lambertw(x, k) needs k = 0 or k = -1, the branches that are real")
    return expint.lambertw_lower(x) if k else expint.lambertw(x)


@public("zeta", tensors=2)
def zeta(s: Tensor, a: Any = 1, n: int = 0) -> Tensor:
    """Riemann's zeta function, or Hurwitz's, the sum of (k + a)**-s; or its n-th derivative in s.

    DLMF 25.2 and 25.11.

    >>> hodiff.zeta(2.0) - hodiff.pi**2 / 6
    tensor(0.)
    >>> hodiff.zeta(2.0, 2.0)
    tensor(0.64493407)
    """
    a = as_argument(a)
    if a.operation is DATA and not a.shape and a.value == 1:
        a = ONE
    return operations.of_order(s, a, int(n))


@public("trigamma")
def trigamma(x: Tensor) -> Tensor:
    """The slope of digamma.

    >>> hodiff.trigamma(1.0) - hodiff.pi**2 / 6
    tensor(0.)
    """
    return operations.trigamma(x)
