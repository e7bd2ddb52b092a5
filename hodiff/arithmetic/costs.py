"""How precisely what is summed term by term is asked for: by how many terms there may be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flint import ctx

MOST_BITS = ((200, 9000), (2000, 1000), (20000, 400))  # by the size of arguments
LEAST_BITS = 128


@contextmanager
def costing(size: Any) -> Iterator[None]:
    """At a precision that a function of arguments of some size is done with in a part of a second;
    more digits than that it doesn't have."""
    outer = ctx.prec
    ctx.prec = min(outer, next((bits for end, bits in MOST_BITS if size < end), LEAST_BITS))
    try:
        yield
    finally:
        ctx.prec = outer
