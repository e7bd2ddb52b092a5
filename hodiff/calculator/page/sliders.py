"""Numbers computed ahead: what page.js shows as the point is moved, one variable at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor, log10
from time import monotonic
from typing import Any, NamedTuple

from hodiff.calculator.answer import plain_number, text
from hodiff.calculator.request import Request, partial
from hodiff.derivatives import gradient
from hodiff.engine.graph import Tensor, constant
from hodiff.errors import HodiffError
from hodiff.views.html import Html, element, joined

STEPS = 40  # from one end of a range to the other
SECONDS = 2.0  # for all numbers; what isn't there by then is left out
MOST_VARIABLES = 6


class Row(NamedTuple):
    """A number that is shown, and the graph that it is of."""

    label: str
    graph: Tensor


class Slider(NamedTuple):
    """What a slider of one variable goes through: at each position the value of each row, or
    why there is none."""

    name: str
    positions: list[Fraction]
    start: int
    values: list[list[str]]


def rows(request: Request, order: int) -> list[Row]:
    """f, and its derivatives up to an order; of several variables the slopes."""
    f = request.f
    if len(request.wrt) > 1:
        slopes = gradient(f, request.inputs)
        named = zip(request.wrt, slopes, strict=True)
        return [Row("f", f), *(Row(f"∂f/∂{name}", slope) for name, slope in named)]
    (name,), (x,) = request.wrt, request.inputs
    found = [Row("f", f)]
    for k in range(1, order + 1):
        found.append(Row(partial([name] * k).label, gradient(found[-1].graph, [x])[0]))
    return found


def sliders(
    request: Request, ranges: Mapping[str, tuple[Fraction, Fraction]], shown: Sequence[Row]
) -> list[Slider]:
    """A slider for each variable, the others at the point."""
    until = monotonic() + SECONDS
    found = []
    for name in list(ranges)[:MOST_VARIABLES]:
        positions, start = _positions(request, name, *ranges[name])
        values = {}
        for k in sorted(range(len(positions)), key=lambda k: abs(k - start)):
            if monotonic() > until:
                break
            values[k] = _values(request, name, positions[k], shown)
        known = sorted(values)
        if known:
            kept = [positions[k] for k in known]
            found.append(Slider(name, kept, known.index(start), [values[k] for k in known]))
    return found


def _positions(
    request: Request, name: str, low: Fraction, high: Fraction
) -> tuple[list[Fraction], int]:
    """Where a slider stops, the point among them where it is rational; and where it starts."""
    found = {_short(low + k * (high - low) / STEPS, high - low) for k in range(STEPS + 1)}
    found = {x for x in found if low <= x <= high} | {low, high}
    middle = (low + high) / 2
    point = exact(request, name)
    if point is not None and low <= point <= high:
        found.add(point)
        middle = point
    positions = sorted(found)
    return positions, min(range(len(positions)), key=lambda k: abs(positions[k] - middle))


def _short(x: Fraction, span: Fraction) -> Fraction:
    """A number nearby of few digits, no more than a double has: what is said of a position is where
    it is."""
    step = Fraction(10) ** floor(log10(span / STEPS) - 2)
    return Fraction(str(float(round(x / step) * step)))


def exact(request: Request, name: str) -> Fraction | None:
    """A variable's point where it was typed as a number, else its double; None without one."""
    problem = request.problem
    if problem.point is None or name not in problem.point:
        return None
    typed = problem.typed.get(name)
    if typed is not None:
        return Fraction(typed)
    found = request.constants([problem.point[name]]).values[0]
    return Fraction(str(found))


def _values(request: Request, name: str, x: Fraction, shown: Sequence[Row]) -> list[str]:
    variables, point = request.problem.variables, request.problem.point or {}
    at = {variables[other]: value for other, value in point.items()}
    at[variables[name]] = constant(x)
    how = request.how._replace(digits=None, rtol=None, exact=False)
    try:
        found = request.solve_at([row.graph for row in shown], at, how)
        return [text(value) for value in found.values]
    except HodiffError as fault:
        return [fault.message.partition(":")[0]] * len(shown)


def shown_number(x: Fraction) -> str:
    """A position as it is said."""
    return text(plain_number(float(x)))


def controls(found: Sequence[Slider], shown: Sequence[Row], orders: bool) -> Html:
    """The sliders, and what they show."""
    parts = []
    for n, slider in enumerate(found):
        at = shown_number(slider.positions[slider.start])
        last = len(slider.positions) - 1
        parts.append(control(f"slider-{n}", slider.name, last, slider.start, at))
    if orders:
        parts.append(control("order", "order", len(shown) - 1, 1, "1"))
    start = found[0].values[found[0].start]
    values = [
        element("tr", element("th", row.label, scope="row"), element("td", value, id=f"now-{k}"))
        for k, (row, value) in enumerate(zip(shown, start, strict=True))
    ]
    caption = element("caption", "There")
    now = element("table", caption, element("tbody", joined(values, "\n")), aria_live="polite")
    return joined([*parts, element("div", now, class_="wide")], "\n")


def control(name: str, label: str, last: int, start: int, said: str) -> Html:
    """A slider from 0 to last, with what it says beside it."""
    return element(
        "p",
        element("label", label, for_=name),
        element(
            "input", type="range", id=name, min=0, max=last, step=1, value=start,
            aria_valuetext=f"{label} {said}",
        ),
        element("output", said, for_=name, id=f"{name}-at"),
        class_="slider",
    )  # fmt: skip


def data(
    found: Sequence[Slider], orders: bool, marks: Sequence[Sequence[Any]] | None
) -> dict[str, Any]:
    """What page.js reads. marks: for each position of the one slider where each curve of the plot
    is in its picture, None where that is nowhere."""
    listed = [
        {
            "name": slider.name,
            "at": [shown_number(x) for x in slider.positions],
            "values": slider.values,
        }
        for slider in found
    ]
    return {"sliders": listed, "orders": orders, "marks": marks}
