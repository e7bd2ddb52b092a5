"""What a search for extrema finds: points of a kind, and places where f breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hodiff.answers.ranges.corners import Gap
from hodiff.answers.ranges.located import Located, Unsure
from hodiff.engine.graph import Tensor

MINIMUM, MAXIMUM, SADDLE, INFLECTION = "minimum", "maximum", "saddle", "inflection"
KINK, CUSP = "kink", "cusp"  # with slopes to both sides, and with infinite ones
END = "end"  # of the domain, inside the range
POLE, HOLE, JUMP = "pole", "hole", "jump"

Pairs = list[tuple[float, float]]


class Point(NamedTuple):
    """A point with its kind: of the range, where edge says so, else of f all around.

    now    its coordinates in balls, at the present precision
    edge   whether the range ends there, or f's domain does
    sharp  KINK or CUSP where f has no derivative there, END where its domain ends inside the range
    f      has f's value there, where f itself doesn't tell: its digits are those of a root of 0
    """

    now: Callable[[], list[Any]]
    kind: str
    edge: bool
    alone: Pairs
    sharp: str | None = None
    f: Tensor | None = None


class Break(NamedTuple):
    """A place in the range where f of one variable isn't continuous.

    what    POLE; HOLE, where both limits are one number, and f has no value; JUMP; END, where f has
            no values to one side
    gap     with the limits to the sides, None beyond the range, too
    """

    root: Located
    what: str
    gap: Gap


class Extrema(NamedTuple):
    """What was found: points, what is left open in boxes, what wasn't searched, and, of one
    variable, where f breaks."""

    points: list[Point]
    unsure: list[Unsure]
    left: list[Pairs]
    breaks: Sequence[Break] = ()
