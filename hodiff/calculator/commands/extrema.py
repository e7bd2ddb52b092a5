"""extrema: every minimum, maximum and saddle in a range, and the least and largest value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hodiff.answers.precision import until_determined
from hodiff.answers.ranges.bounds import Bound, bound, program_at
from hodiff.answers.ranges.extrema import extrema as extremes
from hodiff.answers.ranges.extrema import inflections, stationary
from hodiff.answers.ranges.found import CUSP, END, KINK, Extrema, Point
from hodiff.answers.ranges.isolate import Work
from hodiff.answers.ranges.located import BITS, Unsure, tightly
from hodiff.answers.ranges.roots import asked
from hodiff.answers.ranges.together import Asked
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.program import Program
from hodiff.calculator import shapes
from hodiff.calculator.answer import Answer, Row, Value, plain_number, text
from hodiff.calculator.progress import searching
from hodiff.calculator.request import Request, exactly, usage
from hodiff.calculator.search import (
    Column,
    Open,
    Shown,
    Span,
    counted,
    ends_named,
    proven,
    silent,
    work,
)
from hodiff.calculator.searches import Sought
from hodiff.derivatives import gradient
from hodiff.errors import HodiffError

MOST_VARIABLES = 5  # 3**n - 1 faces


class Told(NamedTuple):
    """A point with its numbers."""

    point: Point
    at: dict[str, Value]
    value: Value


def extrema(request: Request, over: Any = None, order: int = 1, first: int | None = None,
            seconds: float | None = None) -> Answer:  # fmt: skip
    """All extrema in a range, each proven to be what it is, and that there are no others; order 2:
    the inflection points."""
    check(request, order)
    f, span, allowed = request.f, Span(request), work(seconds)
    with searching("points") as shown:
        found, told, breaks, left = searched(request, span, allowed, order, first, shown)
    request.problem.notes += [*sharp(told), *shapes.notes(request.wrt[0], breaks)]
    ends: list[Bound | None] = [None, None]
    if order == 1 and first is None:
        ends = [bound(f, request.inputs, found, side) for side in (-1, 1)]
    complete = left.decided and not left.ended
    one = complete and len(span.ranges) == 1
    ranges = shaped(request, span, order, told, breaks) if one else []
    return answer(request, span, order, told, breaks, ends, ranges, left)


def check(request: Request, order: int) -> None:
    """Raise for what has no answer in any range."""
    request.scalar()
    if order not in (1, 2):
        raise usage("--order is 1, or 2 for inflection points", "--order")
    if order == 2 and len(request.inputs) > 1:
        raise usage("inflection points are those of one variable: leave out --order 2", "--order")
    if len(request.inputs) > MOST_VARIABLES:
        message = f"there are {len(request.inputs)} variables, and {MOST_VARIABLES} are the most"
        raise usage(message, "--over", "limit")


def searched(
    request: Request, span: Span, allowed: Work, order: int, first: int | None = None,
    shown: Shown = silent,
) -> tuple[Extrema, list[Told], list[shapes.Broken], Open]:  # fmt: skip
    """What was found, its points and breaks with their numbers, in order, and what is left open."""
    f = request.f
    if order == 2:
        found = proven(lambda: inflections(
            f, request.inputs[0], span.ranges[0], allowed, first, shown))  # fmt: skip
    else:
        found = proven(lambda: extremes(f, request.inputs, span.ranges, allowed, first, shown))
    unsure = list(found.unsure)
    program = Program([f], BALLS)
    notes: list[str] = []
    each = [tell(request, program, point, unsure, notes) for point in found.points]
    told = sorted((x for x in each if x is not None), key=position)
    breaks = []
    for b in found.breaks:
        try:
            breaks.append(shapes.told(b, request.how.digits))
        except HodiffError:
            unsure.append(Unsure(tightly(b.root), f"a {b.what} whose digits can't be told"))
    more = first is not None and len(told) >= first
    told, left = told[:first], [] if more else found.left
    request.problem.notes[:] = dict.fromkeys([*request.problem.notes, *notes])
    return found, told, breaks, Open(request, span, unsure, left, more, allowed.late)


def in_rows(
    request: Request, order: int = 1, first: int | None = None, seconds: float | None = None
) -> Sought:
    """What each row of a file has. Raises HodiffError where none has an answer."""
    check(request, order)

    def search(request: Request, span: Span, allowed: Work) -> tuple[list[Row], Open]:
        _, told, breaks, left = searched(request, span, allowed, order, first)
        return listed(told, breaks), left

    def asks(request: Request, span: Span) -> Asked | None:
        inputs = request.inputs
        if order == 1:
            slopes = [x.above for x in stationary(request.f, inputs, span.ranges)]
        else:
            slopes = gradient(gradient(request.f, inputs)[0], inputs)
        return proven(lambda: asked(slopes, inputs, span.ranges, first, everywhere=True))

    return Sought(request, columns(request.wrt), search, asks, seconds)


def shaped(
    request: Request, span: Span, order: int, told: Sequence[Told],
    breaks: Sequence[shapes.Broken],
) -> list[shapes.Shaped]:  # fmt: skip
    """Where f rises and falls, or is convex and concave, all points being known."""
    (x,), (name,), (ends,) = request.inputs, request.wrt, span.ranges
    y = request.f
    for _ in range(order):
        (y,) = gradient(y, [x])
    with precision(BITS):
        inside = [p for p in told if within(_first(p.point)(), *ends)]
    points = [shapes.Border(_first(p.point), p.at[name]) for p in inside]
    low, high = map(plain_number, span.told[name])
    borders = shapes.ordered(ends, (low, high), points, breaks)
    return shapes.shape(request.f, y, x, borders, order)


def within(x: Any, low: Any, high: Any) -> bool:
    return bool(BALLS.less(low, x) and BALLS.less(x, high))


def _first(point: Point) -> Callable[[], Any]:
    return lambda: point.now()[0]


def sharp(told: Sequence[Told]) -> list[str]:
    """At which points EXPR has no derivative, or its domain ends."""
    notes = []
    for what in (KINK, CUSP, END):
        places = [", ".join(f"{x}={text(v)}" for x, v in t.at.items())
                  for t in told if t.point.sharp == what]  # fmt: skip
        if places:
            n = len(places)
            at = " and ".join(places) if n <= shapes.FEW_PLACES else f"{n} points"
            each = f"a {what}" if n == 1 else f"{what}s"
            notes.append(f"the domain of EXPR ends at {at}" if what == END else
                         f"no derivative at {at}: EXPR has {each} there")  # fmt: skip
    return notes


def position(x: Told) -> list[float]:
    return [float(v) for v in x.at.values()]  # type: ignore[arg-type]


def tell(
    request: Request, program: Program, point: Point, unsure: list[Unsure], notes: list[str]
) -> Told | None:
    """A point's numbers; None, and a box more that is unsure, where they aren't determined. notes
    get what has to be said of them."""

    def run() -> list[Any]:
        x = point.now()
        return [*x, *of_f.results(dict(zip(request.inputs, x, strict=True)))]

    of_f = program_at(point, program)
    try:
        found = until_determined(run, request.how.digits)
    except HodiffError:
        unsure.append(Unsure(point.alone, f"a {point.kind} whose digits can't be told"))
        return None
    notes += found.notes
    values = [plain_number(x) for x in found.values]
    if request.how.exact:
        values = [exactly(x, q) for x, q in zip(found.values, found.exact, strict=True)]
    return Told(point, dict(zip(request.wrt, values, strict=False)), values[-1])


def of_bound(
    request: Request, program: Program, end: Bound | None, side: int, told: Sequence[Told]
) -> dict[str, Value] | None:
    """The least or the largest value, and where it is."""
    if end is None or end.beyond:
        return None
    at = [x.at for x in told if x.point in end.points]
    if end.inside is not None:
        low, high = end.inside
        value = plain_number({"lower": low, "upper": high} if low < high else low)
        return {"value": value, "at": at}

    def run() -> list[Any]:
        values = []
        for point in end.points:
            x = dict(zip(request.inputs, point.now(), strict=True))
            values += program_at(point, program).results(x)
        if len(values) == 1:
            return values
        if all(BALLS.equal(x, values[0]) for x in values):
            return values[:1]
        extreme = ball(values[0])
        for x in values[1:]:
            extreme = extreme.min(ball(x)) if side < 0 else extreme.max(ball(x))
        return [extreme]

    found = until_determined(run, request.how.digits)
    exact = request.how.exact
    value = exactly(found.values[0], found.exact[0]) if exact else plain_number(found.values[0])
    return {"value": value, "at": at}


def none(name: str, beyond: Sequence[shapes.Broken], variable: str) -> str:
    """That there is no least value, or no largest one."""
    at = f"{variable}={text(beyond[0].at)}" if len(beyond) == 1 else f"{len(beyond)} places"
    limits = [float(y) for y in beyond[0].limits if y is not None]  # type: ignore[arg-type]
    limit = (min if name == "least" else max)(limits)
    return f"no {name} value: EXPR tends to {text(plain_number(limit))} at {at}"


def said(name: str, end: dict[str, Any] | None) -> str:
    if end is None:
        return f"the {name} value is not bounded, as far as is proven"
    places = [", ".join(f"{x}={text(v)}" for x, v in at.items()) for at in end["at"]]
    at = f" at {places[0]}" if len(places) == 1 else f" at {len(places)} points" if places else ""
    value = end["value"]
    return f"{name} value: {'in ' * isinstance(value, dict)}{text(value)}" + (
        at if not isinstance(value, dict) else "")  # fmt: skip


def kind(x: Told, ends: Sequence[Bound | None]) -> str:
    names = ["least", "largest"]
    best = [name for name, end in zip(names, ends, strict=True)
            if end is not None and end.inside is None and x.point in end.points]  # fmt: skip
    return ", ".join([x.point.kind, *(["edge"] if x.point.edge else []), *best])


def answer(
    request: Request,
    span: Span,
    order: int,
    told: list[Told],
    breaks: Sequence[shapes.Broken],
    ends: Sequence[Bound | None],
    ranges: Sequence[shapes.Shaped],
    left: Open,
) -> Answer:
    names = list(request.wrt)
    own: dict[str, Any] = {
        "order": order,
        "points": [
            {"at": x.at, "value": x.value, "kind": x.point.kind, "edge": x.point.edge} for x in told
        ],
    }
    above = [title(told, left, order, span)]
    if order == 1 and not left.ended:
        program = Program([request.f], BALLS)
        best = [of_bound(request, program, end, side, told)
                for end, side in zip(ends, (-1, 1), strict=True)]  # fmt: skip
        own |= {"minimum": best[0], "maximum": best[1]}
        for name, value, end in zip(("least", "largest"), best, ends, strict=True):
            beyond = [b for b in breaks if end is not None and b.source in end.beyond]
            above.append(none(name, beyond, names[0]) if beyond else said(name, value))
    if len(names) == 1:
        own["ranges"] = [{"what": x.what, "lower": x.lower, "upper": x.upper} for x in ranges]
    if len(names) == 1 and order == 1:
        own["breaks"] = [{"at": {names[0]: b.at}, "kind": b.source.what, "left": b.limits[0],
                          "right": b.limits[1]} for b in breaks]  # fmt: skip
    if ranges:
        above.append(shapes.said(ranges))
    rows: list[Row] = [[*x.at.values(), x.value, kind(x, ends)] for x in told]
    lines: list[Row] = [[*x.at.values(), x.value, x.point.kind] for x in told]
    records = [[name for name, _ in columns(names)], *listed(told, breaks)]
    return left.answer(own, "\n".join(above), [*names, "f", ""], rows, lines, records,
                       request.problem.notes)  # fmt: skip


def columns(names: Sequence[str]) -> list[Column]:
    """What csv has."""
    numbers: list[Column] = [(x, float) for x in (*names, "f", *ends_named(names))]
    return [*numbers, ("what", str), ("edge", str), ("reason", str)]


def listed(told: Sequence[Told], breaks: Sequence[shapes.Broken]) -> list[Row]:
    """Points, and the places of breaks, as the rows of these columns."""
    rows: list[Row] = [
        [*x.at.values(), x.value, *[""] * 2 * len(x.at), x.point.kind, "edge" * x.point.edge, ""]
        for x in told
    ]
    return [*rows, *([b.at, "", "", "", b.source.what, "", ""] for b in breaks)]


def title(told: Sequence[Told], left: Open, order: int, span: Span) -> str:
    n = len(told)
    count = counted(n, "inflection point" if order == 2 else "point")
    if left.ended:
        return f"the first {count} found: each is proven; the search ended there (--first)"
    if left.decided:
        proof = "each is proven, and that there are no others" if n > 1 else "that is proven"
        return f"{count}: {proof} in {span}"
    if not n:
        return f"no point is proven; there may be some in {span}, but only where it isn't decided"
    return f"{count}; others may be in {span}, but only where it isn't decided"
