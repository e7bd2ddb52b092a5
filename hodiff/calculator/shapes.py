"""How a function of one variable goes in a range, told: where it rises and falls, or bends, and
where it breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hodiff.answers.precision import Unproven, until_determined
from hodiff.answers.ranges.corners import compared
from hodiff.answers.ranges.found import END, HOLE, JUMP, POLE, Break
from hodiff.answers.ranges.located import Range
from hodiff.answers.ranges.monotone import signs
from hodiff.arithmetic import closed_forms
from hodiff.calculator.answer import Value, plain_number, text
from hodiff.engine.graph import Tensor
from hodiff.errors import HodiffError

FEW_PLACES = 2  # that are named
SHAPES = {
    1: {1: "rising", -1: "falling", 0: "constant"},
    2: {1: "convex", -1: "concave", 0: "straight"},
}


class Broken(NamedTuple):
    """A break with its numbers: limits, "inf" and "-inf" among them, None where there is none."""

    source: Break
    at: Value
    limits: tuple[Value | None, Value | None]

    def said(self, name: str) -> str:
        """'x=0, where it tends to 1'."""
        left, right = (None if y is None else text(y) for y in self.limits)
        limit = f"{left or right}"
        if left and right and left != right:
            limit = f"{left} from the left and {right} from the right"
        return f"{name}={text(self.at)}, where it tends to {limit}"


def told(source: Break, digits: int | None) -> Broken:
    """A break with its numbers. Raises HodiffError where they aren't determined."""
    limits = source.gap.limits
    finite = [k for k, y in enumerate(limits) if y is not None and not isinstance(y, float)]

    def run() -> list[Any]:
        gap = source.gap.now()
        if gap is None:
            raise Unproven(HodiffError("undecided", "a limit can't be told"))
        return [source.root.now()[0], *(closed_forms.ball(gap.limits[k]) for k in finite)]

    at, *values = map(plain_number, until_determined(run, digits).values)
    known = dict(zip(finite, values, strict=True))
    left, right = (known.get(k, None if y is None else str(y)) for k, y in enumerate(limits))
    return Broken(source, at, (left, right))


NAMED = {POLE: "a pole", HOLE: "a hole", JUMP: "a jump", END: "an end of its domain"}
SEVERAL = {POLE: "poles", HOLE: "holes", JUMP: "jumps", END: "ends of its domain"}


def notes(name: str, breaks: Sequence[Broken]) -> list[str]:
    """What EXPR does where it breaks."""
    found = []
    for what, one in NAMED.items():
        own = [b for b in breaks if b.source.what == what]
        if len(own) > FEW_PLACES:
            found.append(f"EXPR has {SEVERAL[what]} at {len(own)} places")
        found += [f"EXPR has {one} at {b.said(name)}" for b in own] * (len(own) <= FEW_PLACES)
    return found


class Border(NamedTuple):
    """Where a piece of the range may end: at an end of it, an extremum, a break.

    closed  whether f, to the left and to the right, has its limit as its value there
    """

    now: Callable[[], Any]
    at: Value
    closed: tuple[bool, bool] = (True, True)
    breaks: bool = False


def at_break(b: Broken) -> Border:
    gap = b.source.gap
    own = [gap.value is not None and y is not None and compared(y, gap.value) == 0
           for y in gap.limits]  # fmt: skip
    return Border(lambda: b.source.root.now()[0], b.at, (own[0], own[1]), True)


class Shaped(NamedTuple):
    """A range in which f rises, falls ..., its ends included where it is closed there."""

    what: str
    lower: Value
    upper: Value
    closed: tuple[bool, bool]

    def __str__(self) -> str:
        first, last = "(["[self.closed[0]], ")]"[self.closed[1]]
        return f"{first}{text(self.lower)}, {text(self.upper)}{last}"


def shape(
    f: Tensor, slope: Tensor, x: Tensor, borders: Sequence[Border], order: int
) -> list[Shaped]:
    """Where f rises and falls, or is convex and concave, by the sign of that derivative between the
    borders, which are in order; nothing where one can't be told."""
    listed: list[Shaped] = []
    found = signs(f, slope, x, [border.now for border in borders])
    for sign, before, after in zip(found or (), borders, borders[1:], strict=False):
        if sign is None:
            continue
        what, lower, closed = SHAPES[order][sign], before.at, before.closed[1]
        joins = listed and listed[-1].what == what and listed[-1].upper == lower
        if joins and not before.breaks:
            _, lower, _, (closed, _) = listed.pop()
        listed.append(Shaped(what, lower, after.at, (closed, after.closed[0])))
    return listed


def ordered(
    span: Range, ends: tuple[Value, Value], inside: Sequence[Border], breaks: Sequence[Broken]
) -> list[Border]:
    """The ends of a range and the borders in it; where it ends at a break, that one."""
    at_breaks = [at_break(b) for b in breaks]
    taken = {border.at for border in at_breaks}
    low, high = (Border(lambda end=end: end, at) for end, at in zip(span, ends, strict=True))  # type: ignore[misc]
    rest = [border for border in (low, *inside, high) if border.at not in taken]
    return sorted([*rest, *at_breaks], key=lambda border: float(border.at))  # type: ignore[arg-type]


def said(ranges: Sequence[Shaped]) -> str:
    """'rising in [-3, -1] and [1, 2], falling in [-1, 1]'."""
    parts = []
    for what in dict.fromkeys(x.what for x in ranges):
        listed = [str(x) for x in ranges if x.what == what]
        last = f" and {listed[-1]}" if len(listed) > 1 else ""
        parts.append(f"{what} in {', '.join(listed[:-1] or listed)}{last}")
    return ", ".join(parts)
