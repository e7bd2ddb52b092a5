"""Derivatives held against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hodiff.engine.graph import Tensor, data, tensor_of
from hodiff.library import functional


def check_grads(
    f: Callable[..., Any],
    *arguments: Any,
    order: int = 2,
    rtol: float = 1e-5,
    atol: float = 1e-6,
    eps: float = 1e-5,
    seed: int = 0,
) -> None:
    """Check the derivatives of f at arguments in both modes, up to order.

    In random directions: J v against a central difference of f, and u . J v against v . J^T u.
    Then the same of the function x -> J^T u, for the next order. f is called a few times an
    order. Raises AssertionError that says which mode differs, at which order, and by how much.

    >>> check_grads(lambda x: x**3, 2.0)
    """
    import numpy  # start-up

    random = numpy.random.default_rng(seed)
    _check(f, [numpy.asarray(x, dtype=float) for x in arguments], order, 1, rtol, atol, eps, random)


def _check(
    f: Callable[..., Any], x: list[Any], orders: int, order: int, rtol: float, atol: float,
    eps: float, random: Any,
) -> None:  # fmt: skip
    import numpy  # start-up

    def value(points: Sequence[Any]) -> list[Any]:
        result = f(*map(data, points))
        result = result if isinstance(result, tuple) else (result,)
        return [numpy.asarray(tensor_of(y).detach().computed(), dtype=float) for y in result]

    v = [random.standard_normal(p.shape) for p in x]
    ahead = value([p + eps * d for p, d in zip(x, v, strict=True)])
    behind = value([p - eps * d for p, d in zip(x, v, strict=True)])
    u = [random.standard_normal(y.shape) for y in ahead]
    slope = sum(float(numpy.sum(w * (a - b))) for w, a, b in zip(u, ahead, behind, strict=True))
    slope /= 2 * eps

    def weighted(*points: Any) -> Tensor:
        """u . f, whose gradient is J^T u."""
        result = f(*points)
        result = result if isinstance(result, tuple) else (result,)
        terms = [(tensor_of(y) * w).sum() for y, w in zip(result, u, strict=True)]
        total: Tensor = sum(terms[1:], terms[0])
        return total

    gradient = functional.grad(weighted, range(len(x)))
    pulled = gradient(*x)
    pulled = pulled if isinstance(pulled, tuple) else (pulled,)
    reverse = sum(float(numpy.sum(d * p.numpy())) for d, p in zip(v, pulled, strict=True))
    forward = functional.jvp(weighted, x, v)[1].item()
    for mode, found in (("reverse", reverse), ("forward", forward)):
        if not abs(found - slope) <= atol + rtol * abs(slope):
            raise AssertionError(
                f"order {order}, {mode} mode: the slope is {found!r},"
                f" and by central differences {slope!r}"
            )
    if order < orders:
        _check(gradient, x, orders, order + 1, rtol, atol, eps, random)
