"""The higher functions: what FLINT's balls have, one family a file, looked up by rows' names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hodiff.arithmetic import (
    flint_bessel,
    flint_carlson,
    flint_elliptic,
    flint_hypergeometric,
    flint_orthogonal,
)

TAYLOR: dict[str, Callable[..., list[Any]]] = {**flint_bessel.TAYLOR}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **flint_bessel.FUNCTIONS,
    **flint_orthogonal.FUNCTIONS,
    **flint_hypergeometric.FUNCTIONS,
    **flint_elliptic.FUNCTIONS,
    **flint_carlson.FUNCTIONS,
}
