"""A root that is located: what narrows it, and where it is the only one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import nan
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.precision import Unproven
from hodiff.arithmetic import ball_numbers, box_numbers
from hodiff.arithmetic.ball_numbers import PiMultiple, ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.engine.exact import rational
from hodiff.errors import HodiffError

BITS = 320  # of balls that settle what doubles leave open
DECIDED = (128, 512, 4096)  # bits that a root is compared with an end of the range at

Range = tuple[Any, Any]
"""The ends of a variable: exact numbers or balls."""


class Unsure(NamedTuple):
    """A box, in doubles, in which something is left open, and why."""

    box: list[tuple[float, float]]
    reason: str


class Located:
    """A root: what narrows it, and the box in which it is the only one.

    exact         its coordinates where they are known as numbers
    multiplicity  None where that has no meaning: at a kink
    """

    def __init__(
        self,
        alone: list[tuple[float, float]],
        at: list[Any],
        narrow: Callable[[list[Any]], list[Any]],
        multiplicity: int | None = 1,
        bits: int = 0,
    ) -> None:
        self.alone, self.at, self._narrow = alone, at, narrow
        self.multiplicity = multiplicity
        self.bits = bits  # the precision that at was narrowed at
        self.exact = all(map(is_exact, at))

    def now(self) -> list[Any]:
        """The coordinates, as narrow as the present precision makes them."""
        bits = ball_numbers.FLINT.bits
        if not self.exact and bits > self.bits:
            self.at, self.bits = self._narrow(self.at), bits
        return self.at


def is_exact(x: Any) -> bool:
    return rational(x) or type(x) is PiMultiple


def distinct(roots: list[Located]) -> list[Located]:
    """In order, each once: two are one where one of them lies where the other is alone."""
    roots = sorted(roots, key=lambda root: [float(ball(x).mid()) for x in root.at])
    kept: list[Located] = []
    if len(roots) < 2:
        return roots
    if len(roots[0].at) == 1:
        before, alone = (nan, nan), (nan, nan)
        for root in roots:
            (tight,), (own,) = tightly(root), root.alone
            if not (_inside(tight, alone) or _inside(before, own)):
                kept.append(root)
                before, alone = tight, own
        return kept
    tight_ = np.array([tightly(root) for root in roots]).transpose(2, 0, 1)
    alone_ = np.array([root.alone for root in roots]).transpose(2, 0, 1)
    last: list[int] = []
    for i, root in enumerate(roots):
        one = np.all((alone_[0, last] <= tight_[0, i]) & (tight_[1, i] <= alone_[1, last]), axis=1)
        other = np.all(
            (alone_[0, i] <= tight_[0, last]) & (tight_[1, last] <= alone_[1, i]), axis=1
        )
        if not (one | other).any():
            kept.append(root)
            last.append(i)
    return kept


def _inside(part: tuple[float, float], whole: tuple[float, float]) -> bool:
    return whole[0] <= part[0] and part[1] <= whole[1]


def tightly(root: Located) -> list[tuple[float, float]]:
    return [box_numbers.ends(x) for x in root.at]


def within(root: Located, ranges: Sequence[Range]) -> bool | None:
    """Whether a root lies in the ranges, ends included; None where that isn't told."""
    beyond, inside = False, True
    for (a, b), (low, high) in zip(tightly(root), ranges, strict=True):
        first, last = box_numbers.ends(low), box_numbers.ends(high)
        beyond |= b < first[0] or last[1] < a
        inside &= first[1] <= a and b <= last[0]
    if beyond or inside:
        return inside
    for bits in DECIDED:
        with precision(bits):
            tests = [
                BALLS.less_equal(*pair)
                for x, (low, high) in zip(root.now(), ranges, strict=True)
                for pair in ((low, x), (x, high))
            ]
            # An end that is the root itself is the same object.
            same = [x is end for x, span in zip(root.at, ranges, strict=True) for end in span]
            tests = [True if s else test for s, test in zip(same, tests, strict=True)]
        if False in tests:
            return False
        if None not in tests:
            return True
    return None


def told(root: Located) -> list[Any]:
    """The coordinates of a root, for hodiff.answers.precision; exact ones as they are."""
    found = root.now()
    if not all(map(BALLS.finite, found)):
        raise Unproven(HodiffError("undecided", "a root can't be narrowed"))
    return found
