"""plot: f and its derivatives as curves, with all that is proven of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hodiff.calculator.answer import Answer, Each, Grid
from hodiff.calculator.plots import told
from hodiff.calculator.plots.figure import figure
from hodiff.calculator.plots.files import form_of, image, page, write
from hodiff.calculator.plots.picture import Picture, picture
from hodiff.calculator.request import Request, usage

MOST_ORDER = 10  # of a derivative that is drawn
MOST_CURVES = 6


def plot(
    request: Request,
    over: Any = None,
    order: Sequence[int] = (0, 1),
    seconds: float | None = None,
    proven: bool = False,
    out: Any = None,
) -> Answer:
    """f and its derivatives over a range: curves in pieces, with marks; out: a file for the
    picture."""
    request.scalar()
    if out is not None:
        form_of(out)
    if len(request.problem.ranges) != 1:
        raise usage("plot draws over the range of one variable: the others need --let", "--over")
    if len(order) > MOST_CURVES or max(order) > MOST_ORDER:
        message = f"--order has {MOST_CURVES} orders at most, up to {MOST_ORDER}"
        raise usage(message, "--order", "limit")
    found = picture(request, order, seconds)
    said = answer(request, found, proven)
    if out is None:
        return said
    return written(said, out, lambda: figure(found, proven))


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
    return answer._replace(fields=fields, grid=grid, entries=grid, own={})


def answer(request: Request, found: Picture, proven: bool) -> Answer:
    problem = request.problem
    said = told.sentences(found)
    fields = {
        "command": request.command,
        "expression": problem.text,
        **({} if problem.reading is None else {"reading": problem.reading}),
        "arithmetic": "ball",
        "over": found.over,
        **told.fields(found, proven),
        "complete": not found.late,
        "notes": [*problem.notes, *found.notes],
    }
    empty = all(not drawn.curve.pieces for drawn in found.curves)
    notes = [*problem.notes, *said]
    if empty:
        notes.append("there is nothing to draw: EXPR has no value in the range")
    if found.late:
        notes.append("the time ended: what isn't drawn is told as open (--seconds)")

    def table() -> str:
        from hodiff.calculator.plots.terminal import table  # start-up: one format

        return table(told_, found, proven)

    told_ = Answer(
        title=problem.text,
        fields=fields,
        records=Each(lambda: told.records(found)),
        lines=Each(lambda: told.lines(found)),
        grid=Grid(str, [], []),
        entries=Grid(str, [], []),
        notes=notes,
        reading=problem.reading,
        own={"table": table},
        code=1 if empty or found.late else 0,
    )
    return told_
