"""A picture of curves as text: in braille, at the terminal's size, by plotext."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from math import ceil, floor, log10
from typing import Any

from hodiff.calculator.answer import Answer, encodable
from hodiff.calculator.plots.missing import needed
from hodiff.calculator.plots.picture import Drawn, Picture
from hodiff.calculator.plots.strokes import strokes, symbols, window
from hodiff.calculator.tables import escaped, folded, sheet, shortened, shown

COLOURS = ("blue+", "orange+", "cyan+", "magenta+", "green+", "red+")
SIGNS = {"root": "●", "maximum": "▲", "minimum": "▼", "kink": "◆", "steep": "◆", "point": "●"}
FILLED, EMPTY, OPEN_LINE = "●", "○", "┊"
LINE = "braille"
ASCII = {
    **dict.fromkeys(map(ord, "┌┐└┘├┤┬┴┼"), "+"),
    **{ord(a): b for a, b in zip("─│┊●○▲▼◆", "-|:*o^v#", strict=True)},
}
LEAST, MOST = 9, 24  # lines of a curve
NARROWEST = 30  # columns
BELOW = 6  # lines of a terminal that are left for what is said


def table(answer: Answer, picture: Picture, proven: bool) -> str:
    """The picture, under the expression, and what is said of it."""
    width, height = shutil.get_terminal_size()
    console, paper = sheet()
    lines = title(answer, width)
    coloured = console.color_system is not None
    lines += panels(picture, max(width, NARROWEST), height - BELOW, coloured, proven)
    signs = legend(picture)
    lines += folded(shown_signs(signs), width) if signs else []
    paper.writelines(f"{line}\n" for line in lines)
    for note in answer.notes:
        paper.writelines(f"{line}\n" for line in folded(shown(note), width))
    return paper.getvalue().removesuffix("\n")


def title(answer: Answer, width: int) -> list[str]:
    found = [shortened(escaped(answer.title), width)]
    if answer.reading is not None:
        found.append(shortened(shown(f"= {answer.reading}"), width))
    return found


def panels(
    picture: Picture, width: int, height: int, coloured: bool, proven: bool
) -> Iterator[str]:
    """One curve under the other, over the same range."""
    drawn = [c for c in picture.curves if c.curve.pieces]
    each = max(LEAST, min(MOST, height // max(1, len(drawn))))
    for k, c in enumerate(drawn):
        text = panel(picture, c, width, each, COLOURS[k % len(COLOURS)], proven)
        yield from shown_lines(text, coloured)


def panel(
    picture: Picture, drawn: Drawn, width: int, height: int, colour: str, proven: bool
) -> str:
    plt = needed("plotext", "a picture in the terminal")
    low, high = window(drawn)
    plt.clear_figure()
    plt.theme("clear")
    plt.limit_size(False, False)
    plt.plotsize(width, height)
    plt.title(shown(drawn.label))
    plt.xlim(picture.low, picture.high)
    plt.ylim(low, high)
    plt.xticks(*ticks(picture.low, picture.high, width // 12))
    plt.yticks(*ticks(low, high, height // 3))
    line = dots("*")
    if proven:
        band(plt, drawn, low, high)
    for piece in drawn.curve.pieces:
        for stroke in strokes(piece.x.tolist(), piece.y.tolist(), low, high):
            plt.plot(stroke.x, stroke.y, marker=line, color=colour)
    rows = max(1, height - 4)
    for mark in drawn.marks:
        if mark.kind in ("pole", "open"):
            ys = [low + (k + 0.5) * (high - low) / rows for k in range(rows)]
            plt.scatter([mark.x] * rows, ys, marker=OPEN_LINE, color="gray")
    if drawn.order == 0:
        beside(plt, picture, low, high)
    for symbol in symbols(drawn):
        sign = SIGNS.get(symbol.mark.kind, FILLED) if symbol.filled else EMPTY
        plt.scatter([symbol.x], [symbol.y], marker=sign)
    return str(plt.build())


def beside(plt: Any, picture: Picture, low: float, high: float) -> None:
    """What stands beside f: its Taylor polynomial, and dots."""
    found, given = picture.taylor, picture.dots
    if found is not None:
        for column, sign in ((found.low, "."), (found.high, "."), (found.y, "+")):
            for stroke in strokes(found.x.tolist(), column.tolist(), low, high):
                plt.scatter(stroke.x, stroke.y, marker=sign, color="orange+")
    if given is not None:
        inside = [(a, b) for a, b in zip(given.x, given.y, strict=True)
                  if picture.low <= a <= picture.high and low <= b <= high]  # fmt: skip
        if inside:
            plt.scatter(*map(list, zip(*inside, strict=True)), marker="x")


def dots(otherwise: str) -> str:
    """What lines are made of: braille, where it can be printed."""
    return LINE if encodable("\u28ff") else otherwise


def ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    """Round numbers between two heights, at most so many, with their names."""
    size = (high - low) / max(most, 1)
    power = 10.0 ** floor(log10(size)) if size > 0 else 1.0
    step = next((m * power for m in (1, 2, 5) if m * power >= size), 10 * power)
    first, last = ceil(low / step), floor(high / step)
    found = [k * step for k in range(first, last + 1)][: 4 * most]
    return found, [f"{v:.6g}" for v in found]


def band(plt: Any, drawn: Drawn, low: float, high: float) -> None:
    """The bounds over each step, above and below."""
    for piece in drawn.curve.pieces:
        for bound in (piece.low, piece.high):
            x = [v for pair in zip(piece.x[:-1], piece.x[1:], strict=True) for v in pair]
            y = [float(v) for v in bound for _ in range(2)]
            for stroke in strokes(list(map(float, x)), y, low, high):
                plt.plot(
                    stroke.x, stroke.y, marker=LINE if encodable("\u28ff") else ".", color="gray"
                )


def shown_lines(text: str, coloured: bool) -> list[str]:
    """What plotext has built, in colours and signs that stdout has."""
    plt = needed("plotext", "a picture in the terminal")
    lines = text.rstrip("\n").split("\n")
    if not coloured:
        lines = [plt.uncolorize(line).rstrip() for line in lines]
    return [shown_signs(line) for line in lines]


def shown_signs(line: str) -> str:
    return line if encodable(line) else escaped(line.translate(ASCII))


def legend(picture: Picture) -> str:
    """The signs that are in the picture, with what they mean."""
    kinds = dict.fromkeys(mark.kind for c in picture.curves for mark in c.marks)
    empty = any(not s.filled for c in picture.curves for s in symbols(c))
    found = [f"{SIGNS.get(kind, FILLED)} {kind}" for kind in kinds if kind in SIGNS]
    found += [f"{OPEN_LINE} {kind}" for kind in kinds if kind in ("pole", "open")]
    if picture.taylor is not None:
        found += ["+ tangent" if picture.taylor.order == 1 else "+ Taylor polynomial", ". its band"]
    found += ["x points"] if picture.dots is not None else []
    found += [f"{EMPTY} not on the curve"] if empty else []
    return "   ".join(found)
