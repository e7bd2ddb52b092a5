"""The higher functions: what FLINT's balls have, one family a file, looked up by rows' names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hodiff.arithmetic import flint_bessel

FUNCTIONS: dict[str, Callable[..., Any]] = {**flint_bessel.FUNCTIONS}
