"""Special functions with an argument that is no tensor; the others are rows of the table."""

from __future__ import annotations

from hodiff.engine.graph import Tensor
from hodiff.engine.operations import expint
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
