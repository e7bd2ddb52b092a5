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
from hodiff.answers.question import Question
from hodiff.arithmetic import closed_forms as numbers
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.base import run
from hodiff.derivatives.germs import NoGerm, beside
from hodiff.engine.graph import Tensor, topological
from hodiff.errors import HodiffError

SIDES = {-1: "left", 1: "right"}
EXTENDED = "f has no value at the point: its limit is taken"
NOWHERE = "f is undefined to both sides of the point"
MEND = "(--extend takes the limit)"


def answered(
    question: Question,
    outputs: Sequence[Tensor],
    point: Mapping[Tensor, Any],
    fault: HodiffError,
    notes: list[str],
) -> list[Any]:
    """The limits of outputs in place of a fault, notes get what has to be said of them; else raises
    HodiffError, that one or a better one."""
    if fault.kind not in ("domain", "pole", "kink", "undecided") or outputs[0] is not question.f:
        raise fault
    series = len(question.orders) >= len(outputs)
    try:
        own = _own(question, point)
        if own is not None and not question.smooth and len(outputs) == 1:
            return [numbers.ball(own)]
        if not _one_number(question):
            raise fault
        (x,) = question.variables
        found: dict[int, list[Any] | None] = {}
        for side in SIDES:
            if series:
                found[side] = beside([question.f], x, question.at, side, len(outputs) - 1)
            else:
                found[side] = beside(outputs, x, question.at, side)
    except NoGerm:
        raise fault from None
    there = {side: known for side, known in found.items() if known is not None}
    if not there or any(None in values for values in there.values()):
        raise _infinite(fault, there)
    values = next(iter(there.values()))
    if len(there) == 2:
        _agree(question, outputs, there, fault, own is None)
    if own is not None and numbers.equal(own, values[0]) is not True:
        raise fault
    notes[:] = [] if len(there) == 2 else [_one_sided(*there)]
    if own is None:
        if not question.how.extend:
            undecided = fault.kind == "undecided"
            what = "f has no value at this point" if undecided else fault.message
            raise fault.retold(f"{what} {MEND}", "domain" if undecided else None)
        notes.append(EXTENDED)
    if series:
        factors = question.orders[: len(values)]
        values = [numbers.mul(factor, y) for factor, y in zip(factors, values, strict=True)]
    return [numbers.ball(y) for y in values]


def _infinite(fault: HodiffError, there: Mapping[int, Sequence[Any]]) -> HodiffError:
    """The error where a limit to a side is infinite, or f is undefined to both, in place of one
    that knows less."""
    infinite = [k for values in there.values() for k, y in enumerate(values) if y is None]
    if fault.kind == "domain" and 0 in infinite:
        return fault.retold(f"{fault.message}, and there is no finite limit", "pole")
    if fault.kind == "undecided" and not there:
        return fault.retold(NOWHERE, "domain")
    if fault.kind == "undecided" and infinite:
        what = "is infinite beside" if 0 in infinite else "has no finite derivative at"
        return fault.retold(f"f {what} this point", "pole")
    return fault


def _one_number(question: Question) -> bool:
    """Whether there is one variable, and what is bound are numbers."""
    return len(question.variables) == 1 and not any(x.shape for x in question.at)


def one_sided(question: Question) -> str | None:
    """What has to be said where f is undefined to one side of a point that it has a value at;
    HodiffError where it is to both."""
    if not _one_number(question):
        return None
    f, (x,) = question.f, question.variables
    try:
        there = [side for side in SIDES if beside([f], x, question.at, side) is not None]
    except NoGerm:
        return None
    if not there:
        raise HodiffError("domain", NOWHERE)
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
    same = [numbers.equal(a, b) for a, b in zip(there[-1], there[1], strict=True)]
    if all(same):
        return
    if undefined or False not in same:
        raise fault
    raise faults.differing(outputs, there, same, question.slopes, fault)


def _own(question: Question, point: Mapping[Tensor, Any]) -> Any:
    """f's value at the point; None where it has none."""
    f = question.f
    try:
        found = beside([f], None, question.at, 0)
    except NoGerm:
        value = run(topological([f], unknown=True), BALLS, point)[id(f)]
        if not BALLS.finite(value):
            raise
        return numbers.number(value)
    return None if found is None else found[0]
