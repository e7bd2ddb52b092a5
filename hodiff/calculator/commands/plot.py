"""plot: f and its derivatives as curves, with all that is proven of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hodiff.calculator.answer import Answer, Each, Grid
from hodiff.calculator.plots import told
from hodiff.calculator.plots.dots import dots
from hodiff.calculator.plots.figure import figure
from hodiff.calculator.plots.files import form_of, image, page, write
from hodiff.calculator.plots.picture import Picture, centred, picture
from hodiff.calculator.request import Request, usage

MOST_ORDER = 10  # of a derivative that is drawn
MOST_CURVES = 4
MOST_TAYLOR = 20


def plot(
    request: Request,
    over: Any = None,
    order: Sequence[int] = (0, 1),
    seconds: float | None = None,
    proven: bool = False,
    out: Any = None,
    taylor: int | None = None,
    points: Any = None,
) -> Answer:
    """f and its derivatives over a range: curves in pieces, with marks; out: a file for the
    picture."""
    request.scalar()
    if out is not None:
        form_of(out)
    ranges = list(request.problem.ranges)
    check_point(request, ranges)
    request = request._replace(wrt=ranges)  # in the order of --over, not of --at
    if len(ranges) == 2:
        return plane(request, seconds, out, {"--taylor": taylor, "--points": points})
    if len(ranges) > 2:
        raise usage("plot has one variable or two: the others need --let", "--over")
    if len(order) > MOST_CURVES or max(order) > MOST_ORDER:
        message = f"--order has {MOST_CURVES} orders at most, up to {MOST_ORDER}"
        raise usage(message, "--order", "limit")
    degree = centre(request, taylor)
    shown = None if points is None else dots(points, request.wrt[0])
    found = picture(request, order, seconds)._replace(dots=shown)
    if degree is not None:
        found = found._replace(taylor=centred(request, found, degree))
    said = answer(request, found, proven)
    if out is None:
        return said
    return written(said, out, lambda: figure(found, proven))


def plane(request: Request, seconds: float | None, out: Any, others: Mapping[str, Any]) -> Answer:
    """A function of two variables: contours, gradient arrows, and how it bends at a point."""
    from hodiff.calculator.plots import contours, surface  # start-up: one variable is more common

    for option, given in others.items():
        if given is not None:
            raise usage(f"{option} is for one variable: leave it out", option)
    found = surface.surface(request, seconds)

    def table() -> str:
        return contours.table(said, found)

    said = described(
        request, found.over, surface.fields(found), surface.sentences(found), found.late,
        bool(not len(found.levels)),
        lambda: surface.records(found), lambda: surface.lines(found), table,
        lambda: contours.figure(found),
    )  # fmt: skip
    return said if out is None else written(said, out, lambda: contours.figure(found))


def check_point(request: Request, ranges: list[str]) -> None:
    """Raise for a point that isn't one of the variables drawn."""
    point = request.problem.point
    for name in point or ():
        if name not in ranges:
            message = f"--at is a point of {', '.join(ranges)}: write --let {name}=..."
            raise usage(message, "--at")
    missing = [name for name in ranges if name not in (point or ())]
    if point is not None and missing:
        raise usage(f"--at has no value for {', '.join(missing)}", "--at")
    if request.problem.radii:
        raise usage("plot takes a point: --over is the range", "--at")


def centre(request: Request, taylor: int | None) -> int | None:
    """The order of the Taylor polynomial that is to be drawn: the tangent where only its point is
    given. Raises HodiffError where that isn't all of it, or too much."""
    point = request.problem.point
    if taylor is None:
        return None if point is None else 1
    if point is None:
        raise usage(f"--taylor needs its point: --at {request.wrt[0]}=0", "--taylor")
    if taylor > MOST_TAYLOR:
        raise usage(f"--taylor can be {MOST_TAYLOR} at most", "--taylor", "limit")
    return taylor


def written(answer: Answer, out: Any, made: Callable[[], Any]) -> Answer:
    """The answer with its picture in a file, and said so."""
    notes = answer.notes

    def make(form: str) -> bytes:
        drawn = made()
        return page(drawn, answer.title, notes) if form == "html" else image(drawn, form)

    name = write(out, make)
    above = f"written to {name}"
    grid = answer.grid._replace(above=lambda: above)
    fields = {**answer.fields, "out": name}
    return answer._replace(fields=fields, grid=grid, entries=grid,
                           own={"svg": answer.own["svg"]})  # fmt: skip


def answer(request: Request, found: Picture, proven: bool) -> Answer:
    def table() -> str:
        from hodiff.calculator.plots.terminal import table  # start-up: one format

        return table(said, found, proven)

    said = described(
        request, found.over, told.fields(found, proven), told.sentences(found, proven), found.late,
        all(not drawn.curve.pieces for drawn in found.curves),
        lambda: told.records(found), lambda: told.lines(found), table,
        lambda: figure(found, proven),
    )  # fmt: skip
    return said


def described(
    request: Request,
    over: Mapping[str, Any],
    fields: Mapping[str, Any],
    sentences: Sequence[str],
    late: bool,
    empty: bool,
    records: Callable[[], Iterable[Any]],
    lines: Callable[[], Iterable[Any]],
    table: Callable[[], str],
    drawn: Callable[[], Any],
) -> Answer:
    """The answer that shows a picture, whatever is in it."""
    problem, notes = request.problem, [*request.problem.notes, *sentences]
    if empty:
        notes.append("there is nothing to draw: EXPR has no value in the range")
    if late:
        notes.append("the time ended: what isn't drawn is told as open (--seconds)")
    return Answer(
        title=problem.text,
        fields={
            "command": request.command,
            "expression": problem.text,
            **({} if problem.reading is None else {"reading": problem.reading}),
            "arithmetic": "ball",
            "over": over,
            **fields,
            "complete": not late,
            "notes": notes,
        },
        records=Each(records),
        lines=Each(lines),
        grid=Grid(str, [], []),
        entries=Grid(str, [], []),
        notes=notes,
        reading=problem.reading,
        own={"table": table, "svg": lambda: image(drawn(), "svg").decode()},
        code=1 if empty or late else 0,
    )
