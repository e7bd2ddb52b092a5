"""The gamma family at a point, from FLINT's balls rounded to doubles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import acb, arb, ctx

from hodiff.engine.leibniz import leibniz_beta


def _digamma(x: Any) -> Any:
    return x.digamma()


def _lgamma(x: Any) -> Any:
    return abs(x.gamma()).log()


def _polygamma(x: Any, n: int) -> Any:
    return acb(x).polygamma(acb(n)).real


def _psi(x: Any, n: int) -> Any:
    return _polygamma(x, n) if n else x.digamma()


def _beta(a: Any, b: Any) -> Any:
    return a.gamma() * b.gamma() * (a + b).rgamma()


def _betas(a: Any, b: Any, j: int, k: int) -> Any:
    return leibniz_beta(a, b, j, k, _beta(a, b), _psi)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "digamma": _digamma,
    "lgamma": _lgamma,
    "polygamma": _polygamma,
    "beta": _beta,
    "betas": _betas,
}


def nearest(name: str, *x: float) -> float:
    """The double nearest to a function's value: precision grows until the ball is narrow enough.

    inf past the largest double. Raises ValueError where the value isn't finite.
    """
    outer = ctx.prec
    try:
        for precision in (80, 160, 320, 640, 1280):
            ctx.prec = precision
            value = FUNCTIONS[name](
                *[arb(float(v)) if isinstance(v, (bool, float)) else v for v in x]
            )
            if value.is_finite() and value.rel_accuracy_bits() >= 60:
                return float(value.mid())
        raise ValueError(name)
    finally:
        ctx.prec = outer
