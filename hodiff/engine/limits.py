"""What a job may take: the one place for it."""

from __future__ import annotations

import sys


class Limits:
    """What a job may take, in nodes, before it is refused or done in another way."""

    nested = 300_000  # that walks may add where a Python function has no Taylor series
    series = 20_000  # that the rules of a Taylor series may need
    text = 100_000  # a definition that calls itself twice, forty deep, would pass any memory
    kinks = 300_000  # computed at a kink, in all runs together

    def __init__(self, walks: int = sys.maxsize) -> None:
        self.walks = walks  # that walks may add to a graph
