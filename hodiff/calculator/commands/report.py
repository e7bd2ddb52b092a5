"""report: one page that has everything about an expression."""

from __future__ import annotations

import errno
import os
from copy import copy
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from hodiff.calculator.answer import Answer, Grid
from hodiff.calculator.output import save, unwritable
from hodiff.calculator.page import sections as parts
from hodiff.calculator.page import sliders as moved
from hodiff.calculator.page.document import document
from hodiff.calculator.page.sections import Section, attempt
from hodiff.calculator.request import Request, usage
from hodiff.calculator.search import Span
from hodiff.engine.graph import constant
from hodiff.errors import HodiffError
from hodiff.views.html import Html, element, joined

ORDER = 3  # of the derivatives that are shown, where it isn't said
MOST_ORDER = 10
DRAWN = 2  # the highest order that is drawn
DRAWING = 3.0  # seconds for the plot, where it isn't said: a page has much beside it
HIGHEST = 1e300  # a position of a slider
REACH = 2  # to each side of the point, where no range is given
ENDINGS = (".html", ".htm")


def report(
    request: Request, out: Any, over: Any = None, order: int | None = None, seconds: Any = None
) -> Answer:
    """A page with the formula, the numbers, the steps, the graph, the walk, a plot and programs.

    Raises HodiffError for what has no derivative at the point: then there is no page either. A part
    that alone can't be shown (a graph that is too large, a library that isn't there) says why.
    """
    if not isinstance(out, str) or PurePath(out).suffix.lower() not in ENDINGS:
        raise usage("--out is the name of a page: it ends in .html", "--out")
    folder = os.path.dirname(out)
    if folder and not os.path.isdir(folder):  # before the work
        raise unwritable(out, os.strerror(errno.ENOENT))
    order = ORDER if order is None else order
    if not 1 <= order <= MOST_ORDER:
        raise usage(f"--order of report is from 1 to {MOST_ORDER}", "--order", "limit")
    request.scalar()
    request.only_numbers("report", "--wrt")
    if request.problem.radii:
        raise usage("report takes a point: --over is the range", "--at")
    check_ranges(request)
    made = page(request, order, seconds)
    save(out, made.encode())
    problem = request.problem
    point = parts.answer(request, "value").fields["at"] if request.has_point else None
    fields = {
        "command": "report",
        "expression": problem.text,
        **({} if problem.reading is None else {"reading": problem.reading}),
        "at": point,
        "order": order,
        "out": out,
        "notes": list(problem.notes),
    }
    said = Grid(lambda: f"written to {out}", [], [])
    return Answer(problem.text, fields, [["out"], [out]], [[out]], said, said, list(problem.notes),
                  reading=problem.reading)  # fmt: skip


def check_ranges(request: Request) -> None:
    """Raise for a range that isn't one, or isn't of what is differentiated in, or leaves out the
    point."""
    point = request.problem.point
    known = [name for name in request.wrt if point is None or name in point]
    for name in request.problem.ranges:
        if name not in known:
            raise usage(f"--over is for {', '.join(known)}: leave out {name}", "--over")
    Span(request)
    for name, (low, high) in spans(request).items():
        at = moved.exact(request, name)
        if at is not None and not low <= at <= high:
            raise usage(f"the point {name} of --at is outside the range of --over", "--at")


def page(request: Request, order: int, seconds: float | None) -> str:
    """The text of the page."""
    numbers = parts.numbers(request, order)  # first: without an answer there is no page
    sections = [
        Section("formula", "The derivative as a formula",
                attempt(lambda: parts.mathematics(request, order))),
        Section("answer", "The answer", numbers),
    ]  # fmt: skip
    drawn, data = moving(request, order, DRAWING if seconds is None else seconds)
    sections += drawn
    sections += [
        Section("steps", "Step by step", attempt(lambda: parts.steps(request))),
        Section("graph", "The graph", attempt(lambda: parts.graph(request))),
        Section("walk", "The backward walk", attempt(lambda: parts.explained(request))),
        Section("programs", "As a program", attempt(lambda: parts.programs(request))),
    ]
    problem = request.problem
    return document(problem.text, problem.reading, sections, data)


def moving(
    request: Request, order: int, seconds: float
) -> tuple[list[Section], dict[str, Any] | None]:
    """The plot, and the sliders that move through it."""
    ranges = spans(request)
    rows = moved.rows(request, order)
    one = len(request.wrt) == 1
    known = request.has_point or (one and not others(request))
    farthest = max(abs(end) for ends in ranges.values() for end in ends)
    try:
        found = moved.sliders(request, ranges, rows) if known and farthest < HIGHEST else []
    except HodiffError:  # a range too wide to be stepped through
        found = []
    places = None
    content: list[Html] = []
    try:
        shown, places = plotted(request, ranges, found, order, seconds)
        content.append(shown)
    except HodiffError as fault:
        content.append(element("p", fault.message, class_="note"))
    if found:
        content.append(moved.controls(found, rows, one))
    data = moved.data(found, one, places) if found else None
    return [Section("plot", "Around the point", joined(content, "\n"))], data


def others(request: Request) -> list[str]:
    """The variables that aren't differentiated in."""
    return [name for name in request.problem.variables if name not in request.wrt]


def spans(request: Request) -> dict[str, tuple[Fraction, Fraction]]:
    """The range of each variable: that of --over, or around the point."""
    found = {}
    for name in request.wrt:
        ends = request.problem.ranges.get(name)
        if ends is not None:
            low, high = (Fraction(str(x)) for x in request.constants(ends).values)
        else:
            middle = moved.exact(request, name) or Fraction(0)
            middle = Fraction(round(middle * 1000), 1000)
            reach = max(Fraction(REACH), abs(middle) / 4)
            low, high = middle - reach, middle + reach
        found[name] = low, high
    return found


def plotted(
    request: Request,
    ranges: dict[str, tuple[Fraction, Fraction]],
    found: list[moved.Slider],
    order: int,
    seconds: float,
) -> tuple[Html, list[list[Any]] | None]:
    """A plot over the ranges, and where the sliders' positions are in it."""
    from hodiff.calculator.plots import contours, surface, told  # start-up: brings numpy
    from hodiff.calculator.plots.figure import figure
    from hodiff.calculator.plots.picture import centred, picture

    if len(request.wrt) > 2:
        raise usage("A plot has one variable or two: --let binds the others.")
    if others(request):
        raise usage(f"A plot needs {', '.join(others(request))} as a constant: bind it with --let.")
    asked = request._replace(command="plot", problem=with_ranges(request, ranges))
    if len(request.wrt) == 2:
        of_two = surface.surface(asked, seconds)
        return parts.plot(request, contours.figure(of_two), surface.sentences(of_two)), None
    orders = list(range(min(order, DRAWN) + 1))
    curves = picture(asked, orders, seconds)
    if request.has_point:
        curves = curves._replace(taylor=centred(asked, curves, 1))
    made = figure(curves, False)
    return parts.plot(request, made, told.sentences(curves)), places(made, curves, found)


def with_ranges(request: Request, ranges: dict[str, tuple[Fraction, Fraction]]) -> Any:
    problem = copy(request.problem)
    problem.ranges = {name: (constant(low), constant(high)) for name, (low, high) in ranges.items()}
    return problem


def places(made: Any, curves: Any, found: list[moved.Slider]) -> list[list[Any]] | None:
    """For each position of the slider, where each curve is in the picture, in its own units."""
    if not found:
        return None
    made.draw_without_rendering()
    width, height = made.get_size_inches() * 72
    drawn = [c for c in curves.curves if c.curve.pieces]
    axes = made.axes[: len(drawn)]
    listed: list[list[Any]] = []
    for x, values in zip(found[0].positions, found[0].values, strict=True):
        row: list[Any] = []
        for curve, ax in zip(drawn, axes, strict=True):
            low, high = ax.get_ylim()
            try:
                y = float(values[curve.order])
            except ValueError:
                y = float("nan")
            if low <= y <= high:
                across, up = made.transFigure.inverted().transform(ax.transData.transform((x, y)))
                row.append([round(across * width, 2), round((1 - up) * height, 2)])
            else:
                row.append(None)
        listed.append(row)
    return listed
