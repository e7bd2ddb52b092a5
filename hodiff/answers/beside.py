"""Answers at a point that an operation has no derivative at, from just beside it.

In one variable f may be smooth where a rule is not (sqrt(x**4) at 0), or have a limit where it has
no value (sin(x)/x). There the graphs are run on series in the distance to each side
(hodiff.derivatives.germs). The one rule:

- both sides agree, and with f's own value: that is the answer;
- f is undefined to one side: the other side's, and that is said;
- the sides differ: a kink or a jump, with the slopes;
- f has no value at the point, but a limit: refused, unless the extension is asked for;
- an infinite slope, or what can't be told: the first fault stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hodiff.answers import faults
from hodiff.answers.precision import Unproven
from hodiff.answers.question import Question
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.base import run
from hodiff.derivatives.germs import Limits, NoGerm, derivatives, limits
from hodiff.engine.graph import Tensor, topological
from hodiff.errors import HodiffError

SIDES = {-1: "left", 1: "right"}
EXTENDED = "f has no value at the point: its limit is taken"


def answered(
    question: Question,
    outputs: Sequence[Tensor],
    point: Mapping[Tensor, Any],
    fault: HodiffError,
    notes: list[str],
) -> list[Any]:
    """The limits of outputs in place of a fault, notes get what has to be said of them; else raises
    HodiffError, that one or a better one."""
    one = len(question.variables) == 1 and not any(x.shape for x in point)
    if not one or fault.kind not in ("domain", "pole", "kink"):
        raise fault
    (x,) = question.variables
    if outputs[0] is not question.f:
        raise fault
    found: dict[int, Limits | None] = {}
    try:
        for side in SIDES:
            if len(question.orders) >= len(outputs):
                known = derivatives(question.f, x, point, side, len(outputs) - 1)
                found[side] = known and Limits(
                    [
                        None if y is None else BALLS.mul(factor, y)
                        for factor, y in zip(question.orders, known.values, strict=False)
                    ],
                    known.both,
                )
            else:
                found[side] = limits(outputs, x, point, side)
    except NoGerm:
        raise fault from None
    there = {side: known.values for side, known in found.items() if known is not None}
    if not there or any(None in values for values in there.values()):
        raise fault
    values = next(iter(there.values()))
    own = _own(question.f, point)
    if not all(known and known.both for known in found.values()) and len(there) == 2:
        _agree(question, outputs, there, fault, own is None)
    notes[:] = [] if len(there) == 2 else [_one_sided(*there)]
    if own is None:
        if not question.how.extend:
            raise fault.retold(f"{fault.message} (--extend takes the limit)")
        notes.append(EXTENDED)
    elif BALLS.same(own, values[0]) is not True:
        raise fault
    return values


def one_sided(question: Question, point: Mapping[Tensor, Any]) -> str | None:
    """What has to be said where f is undefined to one side of a point that it has a value at."""
    if len(question.variables) != 1 or any(x.shape for x in point):
        return None
    (x,) = question.variables
    try:
        there = [side for side in SIDES if derivatives(question.f, x, point, side, 0) is not None]
    except NoGerm:
        return None
    return _one_sided(*there) if len(there) == 1 else None


def _one_sided(side: int) -> str:
    return f"f is undefined to the {SIDES[-side]} of the point: what is told is one-sided"


def _agree(
    question: Question,
    outputs: Sequence[Tensor],
    there: Mapping[int, Sequence[Any]],
    fault: HodiffError,
    undefined: bool,
) -> None:
    """Raise where the two sides differ, or can't be told apart; undefined: f has no value."""
    same = [BALLS.same(a, b) for a, b in zip(there[-1], there[1], strict=True)]
    if (undefined or fault.kind == "kink") and not all(same):
        raise fault  # which says more of it
    if False in same:
        raise faults.differing(outputs, there, same, question.slopes, fault)
    if None in same:
        message = f"{fault.message}, or the sides can't be proven to agree"
        raise Unproven(fault.retold(message, "undecided"))


def _own(f: Tensor, point: Mapping[Tensor, Any]) -> Any:
    """f's value at the point; None where it has none."""
    value = run(topological([f], unknown=True), BALLS, point)[id(f)]
    return int(value) if isinstance(value, bool) else value if BALLS.finite(value) else None
