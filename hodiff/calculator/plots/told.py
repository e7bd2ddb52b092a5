"""A picture of curves as data: json, the rows of csv, and plain text as gnuplot reads it."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan
from typing import Any

from hodiff.answers.ranges.breaks import OPEN
from hodiff.answers.ranges.merged import merged
from hodiff.answers.ranges.polynomial import Polynomial
from hodiff.calculator.answer import Row, Value, plain_number
from hodiff.calculator.plots.dots import MOST
from hodiff.calculator.plots.marks import Mark
from hodiff.calculator.plots.picture import Drawn, Picture

SURE = 1 - 1e-6  # of the range: what is less is no picture's matter
FEW = 8  # places of a kind that a sentence names


def fields(picture: Picture, proven: bool) -> dict[str, Any]:
    """json's curves: x and y of each piece's points, and with proven the bounds over each step
    from a point to the next."""
    found: dict[str, Any] = {
        "variable": picture.variable,
        "curves": [curve(c, proven) for c in picture.curves],
    }
    if picture.taylor is not None:
        found["taylor"] = taylor(picture.taylor)
    if picture.dots is not None:
        names, dots = picture.dots.names, picture.dots
        found["points"] = {names[0]: numbers(dots.x), names[1]: numbers(dots.y)}
    return found


def taylor(found: Polynomial) -> dict[str, Any]:
    return {
        "order": found.order,
        "at": plain_number(found.at),
        "coefficients": [plain_number(c) for c in found.coefficients],
        "x": numbers(found.x),
        "y": numbers(found.y),
        "lower": numbers(found.low),
        "upper": numbers(found.high),
    }


def curve(drawn: Drawn, proven: bool) -> dict[str, Any]:
    found = drawn.curve
    pieces = []
    for piece in found.pieces:
        listed: dict[str, Any] = {"x": numbers(piece.x), "y": numbers(piece.y)}
        if proven:
            listed |= {"lower": numbers(piece.low), "upper": numbers(piece.high)}
        pieces.append(listed)
    low, high = map(plain_number, found.window)
    return {
        "order": drawn.order,
        "name": drawn.name,
        "window": {"lower": low, "upper": high},
        "pieces": pieces,
        "marks": [mark.fields() for mark in drawn.marks],
        "open": [{"in": interval(*x.box[0]), "reason": x.reason} for x in found.open],
        "unresolved": [interval(a, b) for a, b in found.unresolved],
        "height": plain_number(found.height),
        "share": plain_number(drawn.share),
    }


def interval(low: float, high: float) -> dict[str, Value]:
    return {"lower": plain_number(low), "upper": plain_number(high)}


def numbers(column: Any) -> list[Value | None]:
    """A column as numbers, null for what is none."""
    return [plain_number(v) if abs(v) < float("inf") else None for v in listed(column)]


def listed(column: Any) -> list[float]:
    return column if isinstance(column, list) else list(column.tolist())


def blocks(picture: Picture) -> Iterator[list[list[Value]]]:
    """Rows of x and the value of each curve there, a block for each piece of the first curve; ""
    where there is no value."""
    first, *others = picture.curves
    for piece in first.curve.pieces:
        known: list[dict[float, float]] = [
            dict(zip(piece.x.tolist(), piece.y.tolist(), strict=True))
        ]
        low, high = piece.x[0], piece.x[-1]
        for other in others:
            own: dict[float, float] = {}
            for part in other.curve.pieces:
                inside = (part.x >= low) & (part.x <= high)
                if part.x[-1] > low and part.x[0] < high:
                    own |= zip(part.x[inside].tolist(), part.y[inside].tolist(), strict=True)
            known.append(own)
        places = sorted(set().union(*known))
        for drawn, column in zip(picture.curves, known, strict=True):
            column |= drawn.values([at for at in places if at not in column])
            if drawn is not first:  # at its breaks it has its own value, or none
                column |= {b.at: nan if b.value is None else b.value for b in drawn.curve.breaks}
        yield [[plain_number(at), *(cell(column.get(at)) for column in known)] for at in places]


def cell(y: float | None) -> Value:
    return "" if y is None or not abs(y) < float("inf") else plain_number(y)


def header(picture: Picture) -> list[str]:
    return [picture.variable, "piece", *(drawn.name for drawn in picture.curves)]


def records(picture: Picture) -> Iterator[Row]:
    """csv: a row for each point, with the number of its piece: between pieces there is a gap."""
    yield header(picture)
    for number, block in enumerate(blocks(picture)):
        yield from ([at, number, *values] for at, *values in block)


def lines(picture: Picture) -> Iterator[Row]:
    """plain: blocks of rows, a blank line between them."""
    for number, block in enumerate(blocks(picture)):
        if number:
            yield []
        yield from block


# What is said of it in words.


def sentences(picture: Picture, proven: bool = False) -> list[str]:
    """What is marked, curve by curve, and what is not proven; with proven, how close the bounds
    are."""
    found = []
    for drawn in picture.curves:
        said = [*marked(drawn), *left_open(drawn), *(bounds(drawn) if proven else ())]
        found += [f"{drawn.label}: {text}" for text in said]
    if picture.taylor is not None:
        found.append(tangent(picture.taylor, picture.variable))
    if (dots := picture.dots) is not None:
        if dots.more:
            found.append(f"only the first {MOST} rows of points are drawn")
        if n := dots.without:
            found.append(f"{n} row{'s' * (n > 1)} of points without a number: not drawn")
    return [*found, *picture.notes]


def tangent(found: Polynomial, name: str) -> str:
    known = found.x[found.low == found.low]
    what = "tangent" if found.order == 1 else f"Taylor polynomial of order {found.order}"
    said = f"{what} at {name} = {found.at:.6g}"
    if len(known) > 1:
        said += f", with bounds of f from {known[0]:.6g} to {known[-1]:.6g}"
    return said


def marked(drawn: Drawn) -> Iterator[str]:
    for kind in dict.fromkeys(mark.kind for mark in drawn.marks):
        marks = [mark for mark in drawn.marks if mark.kind == kind]
        plural = kind + "s" * (len(marks) > 1)
        yield f"{NAMES.get(kind, plural)} at {places(marks)}"


def places(marks: list[Mark]) -> str:
    shown = apart([mark.x for mark in marks[:FEW]])
    more = f" and {len(marks) - FEW} more" if len(marks) > FEW else ""
    guessed = all(mark.kind != OPEN for mark in marks) and not all(mark.proven for mark in marks)
    return ", ".join(shown) + more + " (a guess: the place is proven)" * guessed


def apart(numbers: list[float]) -> list[str]:
    """Numbers with as many digits as tell them apart, six at least."""
    found: list[str] = []
    for digits in (6, 9, 12, 15, 17):
        found = [f"{x:.{digits}g}" for x in numbers]
        if len(set(found)) == len(set(numbers)):
            break
    return found


def left_open(drawn: Drawn) -> Iterator[str]:
    for reason in dict.fromkeys(x.reason for x in drawn.curve.open):
        boxes = [((a,), (b,)) for x in drawn.curve.open if x.reason == reason for a, b in x.box]
        parts = merged(boxes, 0.0)
        shown = ", ".join("[{}, {}]".format(*apart([low, high])) for ((low, high),) in parts[:FEW])
        more = f" and {len(parts) - FEW} more" if len(parts) > FEW else ""
        yield f"not drawn in {shown}{more}: {reason}"
    if drawn.curve.unresolved and drawn.share < SURE:
        low, high = apart([drawn.curve.unresolved[0][0], drawn.curve.unresolved[-1][1]])
        yield (
            f"between {low} and {high} it may turn more often than points show: what is drawn"
            f" is proven over {drawn.share:.4%} of the range"
        )


def bounds(drawn: Drawn) -> Iterator[str]:
    found = drawn.curve
    if found.pieces:
        rest = "" if drawn.share == 1 else f", over {drawn.share:.4%} of what is drawn"
        most = f"{found.height:.3g} at most{rest}"
        yield f"proven: between two points it passes their heights by {most}"


NAMES = {
    "open": "what it does is open", "point": "single points", "end": "its domain ends",
    "steep": "infinite slope",
}  # fmt: skip
