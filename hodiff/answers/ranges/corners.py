"""Where a function of one variable has a corner or a break, and how it goes on to both sides.

Each side of the place is a smooth branch (sides.py), on which f rises or falls over the whole box,
or the place is open. Where f has no value there, or another than beside it, the limits to the sides
count: proven ones, from series in the distance (hodiff.derivatives.germs).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from hodiff.answers.ranges.isolate import Work
from hodiff.answers.ranges.located import DECIDED, Located, Range, distinct, within
from hodiff.answers.ranges.roots import Outcome, undefined
from hodiff.answers.ranges.sides import Side, replaced
from hodiff.arithmetic import closed_forms as numbers
from hodiff.arithmetic.ball_numbers import ball, direction, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.program import Program
from hodiff.derivatives.germs import NoGerm
from hodiff.engine.graph import ZERO, Tensor, topological
from hodiff.engine.operations.piecewise import where


class Corner(NamedTuple):
    """A place, and the sign of the slope just before it and after it, and all over the box: 0 where
    that is 0, None where it is open or there is none.

    powers  of the distance, which the slope goes with there, on both sides: below 0 where it is
            infinite, above 0 where it is 0
    ends    whether f is undefined before it, and after it
    f       has the value there that f has, with 0 for the roots of what is 0
    gap     what f does there, where it isn't known to be continuous
    """

    root: Located
    before: int | None
    after: int | None
    powers: tuple[Fraction, Fraction]
    ends: tuple[bool, bool]
    f: Tensor
    gap: Gap | None

    @property
    def monotone(self) -> bool:
        """Whether f rises or falls to both sides, as far as it has values there."""
        return bool((self.before or self.ends[0]) and (self.after or self.ends[1]))


class Gap(NamedTuple):
    """What f does at a place, in closed form at the present precision: its value, None where it has
    none, and the limits to both sides, inf or -inf at a pole, None where it has no values. now has
    the same again."""

    value: Any
    limits: tuple[Any, Any]
    now: Callable[[], Gap | None]


def corner(f: Tensor, x: Tensor, box: tuple[float, float]) -> Corner | None:
    """The corner of f in a box; None where there isn't one alone, or nothing is known of it.

    Cost: a search for the place of each tie, and a few runs of f and of its slope.
    """
    places: dict[Tensor, Located] = {}
    sides = [Side(f, x, box, sign, places) for sign in (-1, 1)]
    known = [side for side in sides if side.split()]
    if not known or not places:
        return None
    root = next(iter(places.values()))
    gap = None
    with precision(DECIDED[0]):
        if not _continuous(f, x, root, known):
            gap = _gap(f, x, root, [side if side in known else None for side in sides])
            if gap is None:
                return None
        slopes = [side.slope() if side in known else None for side in sides]
    before, after = (None if y is None else direction(y.value) for y in slopes)
    first, second = (Fraction(0) if y is None else y.order for y in slopes)
    ends = sides[0].undefined, sides[1].undefined
    here = replaced(known[0].inner, dict.fromkeys(known[0].powers, ZERO)) if gap is None else f
    return Corner(root, before, after, (first, second), ends, here, gap)


def _continuous(f: Tensor, x: Tensor, root: Located, known: Sequence[Side]) -> bool:
    """Whether f is proven to be so at a place, as far as it has values beside it."""
    if any(side.breaks for side in known):
        return False
    if not any(side.jumps for side in known):
        return True
    values = Program([f, *(side.f for side in known)], BALLS).results({x: root.now()[0]})
    return all(BALLS.equal(y, values[0]) is True for y in values)


def _gap(f: Tensor, x: Tensor, root: Located, sides: Sequence[Side | None]) -> Gap | None:
    """None where it isn't known what f does there."""
    try:
        limits = [None if side is None else side.limit() for side in sides]
        value = _value(f, x, root, [side for side in sides if side is not None])
    except NoGerm:
        return None
    return Gap(value, (limits[0], limits[1]), partial(_gap, f, x, root, sides))


def _value(f: Tensor, x: Tensor, root: Located, sides: Sequence[Side]) -> Any:
    """None where f has no value there. Raises NoGerm where that can't be told."""
    if root.exact:
        if undefined(root, Program([f], BALLS), [x], {}) is not None:
            return None
        (y,) = Program([f], BALLS).results({x: root.at[0]})
        return numbers.number(y)
    chooses = any(node.operation is where for node in topological([f]))
    if not chooses and any(side.breaks for side in sides):
        return None
    raise NoGerm


def compared(a: Any, b: Any) -> int | None:
    """The sign of a - b, numbers in closed form or one of them infinite; None where it can't be
    told."""
    for infinite, sign in ((a, 1), (b, -1)):
        if isinstance(infinite, float):
            return sign if infinite > 0 else -sign
    if numbers.equal(a, b):
        return 0
    return direction(ball(numbers.ball(a)) - ball(numbers.ball(b))) or None


def roots_at_corners(found: Outcome, f: Tensor, x: Tensor, span: Range, work: Work) -> Outcome:
    """What a search for the roots of f found, with those that are corners: of what it left open,
    while there is time."""
    if not found.unsure:
        return found
    roots, unsure = list(found.roots), []
    program, work = Program([f], BALLS), work.after()
    for box in found.unsure:
        at = None if work.ended else corner(f, x, box.box[0])
        inside = None if at is None else within(at.root, [span])
        root = None
        if at is not None and inside is not None:
            with precision(DECIDED[0]):
                root = _is_root(at, program, x, box.box[0], span)
            roots += [_as_root(at.root, box.box)] if root and inside else []
        unsure += [box] if root is None else []
    return found._replace(roots=distinct(roots), unsure=unsure)


def _is_root(
    at: Corner, program: Program, x: Tensor, box: tuple[float, float], span: Range
) -> bool | None:
    """Whether a place is a root, the only one in the box; None where there may be others."""
    gap = at.gap
    if gap is None:
        (here,) = map(_sign, Program([at.f], BALLS).results({x: at.root.now()[0]}))
        beside: Sequence[int | None] = here, here
    else:
        here = 1 if gap.value is None else compared(gap.value, 0)
        beside = [None if y is None else compared(y, 0) for y in gap.limits]
    sides = zip((at.before, at.after), beside, box, span, at.ends, strict=True)
    for slope, start, end, last, nowhere in sides:
        if nowhere or BALLS.equal(at.root.now()[0], last) is True:
            continue
        # From its limit on f goes one way up to the end of the box, or stays what it is.
        (there,) = map(_sign, program.results({x: ball(end)}))
        if slope is None or not (there if slope == 0 else start == 0 or (start and start == there)):
            return None
    return None if here is None else here == 0


def _sign(y: Any) -> int | None:
    return direction(y) if BALLS.finite(y) else None


def _as_root(tie: Located, alone: list[tuple[float, float]]) -> Located:
    return Located(alone, tie.at, lambda _: tie.now(), multiplicity=None)
