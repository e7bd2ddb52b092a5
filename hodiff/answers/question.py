"""What is asked at a point or over intervals, and the numbers that answer it."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from hodiff.derivatives.plan import Plan
from hodiff.engine.graph import Tensor
from hodiff.errors import Span

NOTHING: Mapping[Any, Any] = MappingProxyType({})


class How(NamedTuple):
    """How numbers are to be had."""

    arithmetic: str | None = None  # "ball", "float"; None for balls where they can be
    digits: int | None = None  # so many proven ones
    rtol: float | None = None  # how far outside a range over intervals an end may be
    subgradient: bool = False  # at a kink the frameworks' convention
    extend: bool = False  # where f has no value but a limit, the limit
    exact: bool = False  # rational numbers as such, where doubles come sooner


class Question(NamedTuple):
    """Numbers that are wanted at a point.

    f          what is differentiated, the first of what is wanted
    variables  what it is differentiated in
    wanted     graphs, or a plan to derivatives of any order
    at         the point of each variable of the graphs: a graph without variables; over an
               interval, the centre
    radii      of the variables that have intervals
    smooth     whether a kink or a jump at the point is no answer
    slopes     for each component of f its slopes in the variables, where they are among what is
               wanted: an error at a kink tells them
    places     where exact numbers stand in a text
    how        how the numbers are to be had
    orders     where what is wanted are f, f', f'' ... in the one variable, a number: the factor
               of each
    """

    f: Tensor
    variables: Sequence[Tensor]
    wanted: Sequence[Tensor] | Plan
    at: Mapping[Tensor, Tensor] = NOTHING
    radii: Mapping[Tensor, Tensor] = NOTHING
    smooth: bool = True
    slopes: Sequence[Sequence[Tensor]] = ()
    places: Mapping[Tensor, Span] = NOTHING
    how: How = How()
    orders: Sequence[Any] = ()


class Numbers(NamedTuple):
    """The answer to a question.

    at          the point
    values      what was wanted: floats, text where digits were asked for or where a double has
                not the range, {"lower", "upper"} over intervals, nested lists for arrays
    exact       those that are known to be rational, as such; None for the others
    exact_at    the same of the point, where it was asked for
    arithmetic  what they are in: ball, float or interval
    notes       what has to be said about them
    """

    at: dict[Tensor, Any]
    values: list[Any]
    exact: list[Any]
    arithmetic: str
    notes: list[str]
    exact_at: Sequence[Any] = ()
