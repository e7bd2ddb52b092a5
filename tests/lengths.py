"""How much is tried: all of it with --long, which .ci/run gives, else a part that still finds each
kind of failure."""

from __future__ import annotations

LONG = False  # conftest.py sets it


def examples(n: int) -> int:
    """Of n examples that hypothesis draws, how many."""
    return n if LONG else max(n // 4, 25)


def part(n: int) -> int:
    """Of the length of a text, or of a chain."""
    return n if LONG else n // 4
