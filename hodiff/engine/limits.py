"""What a job may take: the one place for it."""

from __future__ import annotations

import sys


class Limits:
    """What a job may take before it is refused or done in another way, in nodes at first."""

    nested = 300_000  # that walks may add where a Python function has no Taylor series
    series = 20_000  # that the rules of a Taylor series may need
    text = 100_000  # a definition that calls itself twice, forty deep, would pass any memory
    kinks = 300_000  # computed at a kink, in all runs together
    slopes = 100_000  # made for the sides of ties; a series decides where they don't
    intervals = 1_000_000  # computed over intervals, in all pieces together: some seconds
    boxes = 40_000_000  # computed over boxes, in all of them together: some ten seconds
    searching = 8.0  # seconds of the processor, for functions that are slow to compute
    a_row = 0.1  # of both, for each row of a file

    # Files as values, which are read in Python, a line after the other.
    numbers = 20_000_000  # in one file
    file = 1 << 29  # its bytes, and those of what it unpacks to
    line = 1 << 24  # bytes of a line
    pipe = 1 << 26  # bytes of what is no regular file
    seconds = 10  # until that has ended

    def __init__(self, walks: int = sys.maxsize) -> None:
        self.walks = walks  # that walks may add to a graph
