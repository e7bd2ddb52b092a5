"""roots: every root in a range, with proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from hodiff.answers.precision import until_determined
from hodiff.answers.ranges.corners import roots_at_corners
from hodiff.answers.ranges.isolate import Work
from hodiff.answers.ranges.located import Located, Unsure, tightly, told
from hodiff.answers.ranges.roots import asked, located
from hodiff.answers.ranges.together import Asked
from hodiff.calculator.answer import Answer, Row, Value, plain_number
from hodiff.calculator.request import Request, exactly, usage
from hodiff.calculator.search import (
    Column,
    Open,
    Shown,
    Span,
    counted,
    ends,
    ends_named,
    proven,
    silent,
    work,
)
from hodiff.calculator.searches import Sought
from hodiff.derivatives import components
from hodiff.engine.graph import Tensor
from hodiff.errors import HodiffError

TIMES = {2: "double", 3: "triple"}


class Told(NamedTuple):
    """A root with its numbers: values, by the variables' names."""

    root: Located
    values: dict[str, Value]


def roots(request: Request, over: Any = None, first: int | None = None,
          seconds: float | None = None) -> Answer:  # fmt: skip
    """All roots in a range: each is proven to be there, and that there are no others."""
    equations(request)
    span, allowed = Span(request), work(seconds)
    from hodiff.calculator.progress import searching  # start-up: with what it needs

    with searching("roots") as shown:
        rooted, notes, left = searched(request, span, allowed, first, shown)
    return answer(request, span, rooted, notes, left)


def searched(
    request: Request, span: Span, allowed: Work, first: int | None = None, shown: Shown = silent
) -> tuple[list[Told], list[str], Open]:
    """The roots, what has to be said of them, and what is left open."""
    functions = equations(request)
    found = proven(
        lambda: located(functions, request.inputs, span.ranges, allowed, first=first, told=shown)
    )
    if len(functions) == 1:
        found = roots_at_corners(found, functions[0], request.inputs[0], span.ranges[0], allowed)
    unsure = list(found.unsure)
    rooted = []
    for root in found.roots[:first]:
        values = tell(request, root, unsure, found.notes)
        rooted += [] if values is None else [Told(root, values)]
    left, more = found.left, first is not None and len(rooted) >= first
    if more:
        # What isn't searched counts where a lower root may be.
        last = tightly(rooted[-1].root)[0][0] if len(span.ranges) == 1 else float("-inf")
        left = [box for box in left if box[0][0] < last]
        unsure = [x for x in unsure if len(x.box) > 1 or x.box[0][0] < last]
    return rooted, found.notes, Open(request, span, unsure, left, more, allowed.late)


def in_rows(request: Request, first: int | None = None, seconds: float | None = None) -> Sought:
    """What each row of a file has. Raises HodiffError where none has an answer."""
    equations(request)

    def search(request: Request, span: Span, allowed: Work) -> tuple[list[Row], Open]:
        rooted, _, left = searched(request, span, allowed, first)
        return listed(rooted, span), left

    def asks(request: Request, span: Span) -> Asked | None:
        return proven(lambda: asked(equations(request), request.inputs, span.ranges, first))

    return Sought(request, columns(request.wrt), search, asks, seconds)


def equations(request: Request) -> list[Tensor]:
    """What has to be 0: as many numbers as there are variables."""
    functions, names = components(request.f), request.wrt
    if len(functions) != len(names):
        count = f"{len(functions)} equation{'s' * (len(functions) != 1)}"
        raise usage(
            f"{request.command} needs as many equations as variables, and here are {count} and"
            f" {len(names)}, {', '.join(names)}: write [EXPR, EXPR], or --let {names[-1]}=...",
            "EXPR",
        )
    return functions


def tell(
    request: Request, root: Located, unsure: list[Unsure], notes: list[str]
) -> dict[str, Value] | None:
    """A root's numbers; None, and a box more that is unsure, where they aren't determined. notes
    get what has to be said of them."""
    try:
        found = until_determined(lambda: told(root), request.how.digits)
    except HodiffError:
        reason = "a root, the only one there, whose digits can't be told"
        unsure.append(Unsure(tightly(root), reason))
        return None
    notes += [note for note in found.notes if note not in notes]
    values = map(plain_number, found.values)
    if request.how.exact:
        values = map(exactly, found.values, found.exact)
    return dict(zip(request.wrt, values, strict=True))


# How it is told.


def kind(root: Located) -> str:
    n = root.multiplicity
    return "root" if n in (None, 1) else f"{TIMES.get(n, f'{n}-fold')} root"


def summary(rooted: Sequence[Told], left: Open, span: Span) -> str:
    """One sentence: what is proven."""
    n = len(rooted)
    if left.ended and left.decided:
        order = "lowest" if len(span.ranges) == 1 else "first found"
        return f"the {order} {counted(n, 'root')}: each is proven; the search ended there (--first)"
    several = "each is proven, and that there are no others"
    sentence = {0: "no root: that is proven", 1: "1 root: it is proven, and that there is no other"}
    if left.decided:
        return f"{sentence.get(n, f'{n} roots: {several}')} in {span}"
    if not n:
        return f"no root is proven; there may be some in {span}, but only where it isn't decided"
    said = f"{counted(n, 'root')}, {'each ' * (n > 1)}proven"
    return f"{said}; others may be in {span}, but only where it isn't decided"


def answer(
    request: Request, span: Span, rooted: Sequence[Told], notes: Sequence[str], left: Open
) -> Answer:
    names = list(request.wrt)
    own = {
        "roots": [
            {"at": x.values, "alone": left.intervals(span.clipped(x.root.alone)),
             "multiplicity": x.root.multiplicity}
            for x in rooted
        ]
    }  # fmt: skip
    rows: list[Row] = [[*x.values.values(), kind(x.root)] for x in rooted]
    lines: list[Row] = [list(x.values.values()) for x in rooted]
    above = summary(rooted, left, span)
    notes = [*request.problem.notes, *notes]
    records = [[name for name, _ in columns(names)], *listed(rooted, span)]
    return left.answer(own, above, [*names, ""], rows, lines, records, notes)


def columns(names: Sequence[str]) -> list[Column]:
    """What csv has."""
    numbers: list[Column] = [(x, float) for x in (*names, *ends_named(names))]
    return [*numbers, ("what", str), ("multiplicity", int), ("reason", str)]


def listed(rooted: Sequence[Told], span: Span) -> list[Row]:
    """Roots as the rows of these columns."""
    return [
        [*x.values.values(), *ends(span.clipped(x.root.alone)), "root",
         x.root.multiplicity or "", ""]
        for x in rooted
    ]  # fmt: skip
