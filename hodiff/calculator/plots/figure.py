"""A picture of curves as an image, by matplotlib: a panel for each curve, over the same range.

Colours are those of Okabe and Ito (2008), told apart by everybody; marks differ by shape, too. In
svg a curve's pieces have the ids f-piece-0, f-piece-1 ..., its marks f-pole-0, f-root-0 ...
"""

from __future__ import annotations

from typing import Any

from hodiff.calculator.plots.missing import needed
from hodiff.calculator.plots.picture import Drawn, Picture
from hodiff.calculator.plots.strokes import strokes, symbols, window

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
SEEN = 1e-3  # of the range: what is narrower isn't seen
TAYLOR = "#D55E00"
DARK, GREY, LIGHT = "#222222", "#777777", "#E6E6E6"
SHAPES = {"root": "o", "maximum": "^", "minimum": "v", "kink": "D", "steep": "D", "point": "o"}
LINES = {"pole": (0, (4, 3)), "open": (0, (1, 2))}
WIDTH, HEIGHT, EACH = 7.2, 1.2, 2.6  # inches: of all, of what is around panels, of a panel
WHAT = "a picture in a file"
SETTINGS = {
    "svg.fonttype": "none", "svg.hashsalt": "hodiff", "font.size": 9.5, "axes.edgecolor": GREY,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "axes.grid": True, "grid.color": LIGHT, "grid.linewidth": 0.8, "text.parse_math": False,
}  # fmt: skip


def figure(picture: Picture, proven: bool) -> Any:
    """matplotlib's figure. Raises HodiffError where matplotlib isn't there."""
    matplotlib = needed("matplotlib", WHAT)
    drawn = [c for c in picture.curves if c.curve.pieces] or picture.curves[:1]
    with matplotlib.rc_context(SETTINGS):
        figures = needed("matplotlib.figure", WHAT)
        size = WIDTH, HEIGHT + EACH * len(drawn) + (0.8 if len(drawn) == 1 else 0)
        made = figures.Figure(figsize=size, layout="constrained")
        axes = made.subplots(len(drawn), 1, sharex=True, squeeze=False)[:, 0]
        made.suptitle(titled(picture.expression), x=0.02, ha="left", fontsize=11,
                      family="monospace", weight="bold")  # fmt: skip
        for k, (c, ax) in enumerate(zip(drawn, axes, strict=True)):
            panel(picture, c, ax, COLOURS[k % len(COLOURS)], proven)
            if c.order == 0:
                beside(picture, ax, window(c))
        axes[-1].set_xlabel(picture.variable)
        signs(made, axes)
    return made


def titled(text: str, most: int = 90) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 3]}..."


def panel(picture: Picture, drawn: Drawn, ax: Any, colour: str, proven: bool) -> None:
    low, high = window(drawn)
    ax.set_xlim(picture.low, picture.high)
    ax.set_ylim(low, high)
    ax.set_ylabel(drawn.label, rotation=0, ha="right", va="center", fontsize=11)
    if low < 0 < high:
        ax.axhline(0, color=GREY, linewidth=0.8, zorder=1)
    for n, x in enumerate(drawn.curve.open):
        left_open(ax, x.box[0], f"{drawn.name}-open-{n}")
    for n, (a, b) in enumerate(drawn.curve.unresolved):
        if b - a > SEEN * (picture.high - picture.low):
            ax.axvspan(a, b, facecolor=colour, edgecolor="white", hatch="xxx", linewidth=0,
                       gid=f"{drawn.name}-unresolved-{n}", label="turns too often to be drawn",
                       zorder=4)  # fmt: skip
    if proven:
        bands(ax, drawn, low, high, colour)
    n = 0
    for number, piece in enumerate(drawn.curve.pieces):
        for stroke in strokes(piece.x.tolist(), piece.y.tolist(), low, high):
            ax.plot(stroke.x, stroke.y, color=colour, linewidth=1.8, solid_capstyle="round",
                    label=f"_piece {number}", gid=f"{drawn.name}-piece-{n}", zorder=3)  # fmt: skip
            n += 1
    marks(ax, drawn, colour)


def beside(picture: Picture, ax: Any, heights: tuple[float, float]) -> None:
    """What stands beside f: its Taylor polynomial with the band, and dots."""
    found, dots = picture.taylor, picture.dots
    if found is not None:
        name = "tangent" if found.order == 1 else f"Taylor polynomial, order {found.order}"
        known = found.low == found.low
        under, over = (end.clip(*heights) for end in (found.low, found.high))
        ax.fill_between(found.x, under, over, where=known, color=TAYLOR, alpha=0.18, linewidth=0,
                        gid="taylor-band", label="f is in here, proven")  # fmt: skip
        lines = list(strokes(found.x.tolist(), found.y.tolist(), *heights))
        for n, stroke in enumerate(lines):
            ax.plot(stroke.x, stroke.y, color=TAYLOR, linewidth=1.6, linestyle=(0, (5, 2)),
                    gid=f"taylor-{n}", label=name, zorder=4)  # fmt: skip
        if heights[0] <= found.coefficients[0] <= heights[1]:
            ax.plot([found.at], [found.coefficients[0]], "s", color=TAYLOR, markersize=5, zorder=6,
                    gid="taylor-at", label="its point")  # fmt: skip
    if dots is not None:
        ax.plot(dots.x, dots.y, ".", color=DARK, markersize=7, gid="points", label="points",
                zorder=4, rasterized=len(dots.x) > 2000)  # fmt: skip


def left_open(ax: Any, ends: tuple[float, float], gid: str) -> None:
    ax.axvspan(*ends, facecolor="none", edgecolor=GREY, hatch="////", linewidth=0, alpha=0.5,
               gid=gid, label="not drawn")  # fmt: skip


def bands(ax: Any, drawn: Drawn, low: float, high: float, colour: str) -> None:
    """The bounds over each step, as far as they are in the window."""
    for n, piece in enumerate(drawn.curve.pieces):
        x = piece.x.repeat(2)[1:-1]
        under, over = (bound.repeat(2).clip(low, high) for bound in (piece.low, piece.high))
        under[under != under], over[over != over] = low, high
        ax.fill_between(x, under, over, color=colour, alpha=0.25, linewidth=0,
                        gid=f"{drawn.name}-band-{n}", label="proven bounds")  # fmt: skip


def marks(ax: Any, drawn: Drawn, colour: str) -> None:
    numbers: dict[str, int] = {}
    for mark in drawn.marks:
        if mark.kind in LINES:
            n = numbers[mark.kind] = numbers.get(mark.kind, -1) + 1
            ax.axvline(mark.x, color=GREY, linewidth=1.1, linestyle=LINES[mark.kind],
                       gid=f"{drawn.name}-{mark.kind}-{n}", label=mark.kind, zorder=2)  # fmt: skip
    for symbol in symbols(drawn):
        kind = symbol.mark.kind
        n = numbers[kind] = numbers.get(kind, -1) + 1
        face = colour if symbol.filled else "white"
        if symbol.filled and kind in SHAPES and kind != "point":
            face = "white" if kind == "root" else DARK
        ax.plot([symbol.x], [symbol.y], SHAPES.get(kind, "o") if symbol.filled else "o",
                markersize=6, markerfacecolor=face, markeredgewidth=1.4,
                markeredgecolor=DARK if kind in SHAPES else colour, clip_on=False, zorder=5,
                gid=f"{drawn.name}-{kind}-{n}", label=kind)  # fmt: skip


def signs(made: Any, axes: Any) -> None:
    """The legend: each kind of mark once."""
    known: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            known.setdefault(label, handle)
    if known:
        made.legend(known.values(), known.keys(), loc="outside lower center", frameon=False,
                    ncols=min(4, len(known)), numpoints=1)  # fmt: skip
