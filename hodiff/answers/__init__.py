"""Numbers with proof at a point or over intervals, or why there are none.

question   what is asked, and what answers it
point      one point, in balls or in doubles
precision  balls, computed again until they leave no digit open
digits     what of a ball can be printed
beside     one variable, where a rule has no answer: series to both sides of the point
kinks      where pieces meet: every way that f may be near the point is tried
faults     why there is no answer
intervals  what a value and its derivatives are bounded by
remainder  what a Taylor polynomial leaves
ranges     what a function has in a range: every root and extremum, breaks, a curve
doubt      of a table, the rows that doubles can't answer
outside    of a table, the rows that have no value, and why
"""

from __future__ import annotations

from collections.abc import Sequence

from hodiff.answers.point import (
    against_balls,
    beside_in_balls,
    in_balls,
    in_doubles,
    nearly_zero,
    past_an_end,
    series_in_balls,
    series_in_doubles,
    zero_by_identity,
)
from hodiff.answers.question import How, Numbers, Question
from hodiff.derivatives.plan import NoSeries, Plan
from hodiff.errors import HodiffError

MOST_NESTED = 12  # the order of a derivative whose graph is built to tell whether it is 0

__all__ = ["How", "Numbers", "Question", "solve"]


def solve(question: Question) -> Numbers:
    """The numbers that are wanted: proven where they can be, else in doubles; over intervals,
    bounds.

    Cost: one run of the graphs in doubles; in balls one or a few, some 100 times slower. Raises
    HodiffError where there are none: see hodiff.errors for the kinds.

    >>> from hodiff.derivatives import gradient
    >>> from hodiff.engine.graph import constant, variable
    >>> x = variable("x")
    >>> f = x**3 / 7
    >>> question = Question(f, [x], [f, *gradient(f, [x])], {x: constant(1) / 2})
    >>> numbers = solve(question)
    >>> numbers.values, numbers.exact[1], numbers.arithmetic
    ([0.017857142857142857, 0.10714285714285714], Fraction(3, 28), 'ball')
    """
    if isinstance(question.wanted, Plan):
        found = _planned(question, question.wanted)
        if question.radii or found.arithmetic != "ball":
            return found
        return _noted(found, list(filter(None, [past_an_end(question)])))
    if question.radii:
        from hodiff.answers.intervals import enclosed  # start-up: points are more common

        return enclosed(question, question.wanted)
    notes = []
    if question.how.arithmetic != "float":
        against = against_balls(question, question.wanted)
        if against is None:
            found = in_balls(question, question.wanted)
            return _noted(found, list(filter(None, [past_an_end(question)])))
        notes.append(_no_proof(question.how, against))
    return _noted(in_doubles(question, question.wanted), notes)


def _planned(question: Question, plan: Plan) -> Numbers:
    notes: list[str] = []
    found = None
    if plan.taylor is not None and not question.radii:
        found = _by_series(question, plan, notes)
        if found is None and plan.orders and not notes and question.how.arithmetic != "float":
            found = beside_in_balls(question._replace(orders=plan.orders))
        elif found is not None:
            found = _zeros_told(question, plan, found)
    if found is None and plan.stages is not None:
        stages = plan.stages()
        if question.radii:  # an enclosure costs more than building the graphs
            *_, last = stages
            stages = iter([last])
        for stage in stages:
            slopes = [stage[1:2]] if plan.sloped else question.slopes
            found = solve(question._replace(wanted=stage, slopes=slopes, orders=plan.orders))
    if found is None:
        assert plan.refusal is not None
        raise plan.refusal
    n = plan.asked
    return _noted(found._replace(values=found.values[:n], exact=found.exact[:n]), notes)


def _zeros_told(question: Question, plan: Plan, found: Numbers) -> Numbers:
    """What series leave near 0, as what an identity of its graph says, in one variable."""
    nearly = nearly_zero(found)
    if plan.stages is None or not plan.orders or not nearly or nearly[-1] > MOST_NESTED:
        return found
    try:
        stage = next(stage for stage in plan.stages() if len(stage) > nearly[-1])
    except MemoryError:
        return found
    return zero_by_identity(question, stage, found)


def _by_series(question: Question, plan: Plan, notes: list[str]) -> Numbers | None:
    """By Taylor series, or None where there is none; notes get what has to be said."""
    assert plan.taylor is not None
    try:
        computation = plan.taylor({})
    except (MemoryError, NoSeries):
        return None
    if question.how.arithmetic != "float":
        against = against_balls(question, computation.nodes)
        if against is None:
            rounded = plan.rounded and not question.how.exact
            return series_in_balls(question, computation, rounded)
        notes.append(_no_proof(question.how, against))
    return series_in_doubles(question, computation)


def _no_proof(how: How, against: str) -> str:
    """A note that doubles serve; an error where proven digits were asked for."""
    if how.arithmetic == "ball" or how.digits:
        option = "--arithmetic" if how.arithmetic == "ball" else "--digits"
        message = f"digits can't be proven here: {against}; leave out {option}"
        raise HodiffError("usage", message, source=option)
    return f"in doubles, for {against}"


def _noted(numbers: Numbers, notes: Sequence[str]) -> Numbers:
    return numbers._replace(notes=list(dict.fromkeys([*notes, *numbers.notes])))
