"""A picture of a function of two variables: contours with gradient arrows, by matplotlib, or shades
in the terminal."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np

from hodiff.calculator.answer import Answer, encodable
from hodiff.calculator.plots.figure import DARK, GREY, SETTINGS, WHAT, titled
from hodiff.calculator.plots.missing import needed
from hodiff.calculator.plots.surface import CELLS, Surface
from hodiff.calculator.plots.terminal import BELOW, title
from hodiff.calculator.request import usage
from hodiff.calculator.tables import folded, sheet, shown

SHAPES = {"minimum": "v", "maximum": "^", "saddle": "X"}
SIGNS = {"minimum": "▼", "maximum": "▲", "saddle": "×"}
ASCII_SIGNS = {"minimum": "v", "maximum": "^", "saddle": "x"}
SHADES = " .:-=+*#%@"
SIZE = 7.2, 6.2  # inches
HIGHEST = 1e249  # of contours, in matplotlib
NARROWEST, LOWEST, WIDEST = 24, 10, 100


def figure(found: Surface) -> Any:
    """matplotlib's figure. Raises HodiffError where matplotlib isn't there."""
    matplotlib = needed("matplotlib", WHAT)
    with matplotlib.rc_context({**SETTINGS, "axes.grid": False}):
        figures = needed("matplotlib.figure", WHAT)
        made = figures.Figure(figsize=SIZE, layout="constrained")
        ax = made.subplots()
        made.suptitle(titled(found.expression), x=0.02, ha="left", fontsize=11,
                      family="monospace", weight="bold")  # fmt: skip
        ax.set_xlim(found.x[0], found.x[-1])
        ax.set_ylim(found.y[0], found.y[-1])
        ax.set_xlabel(found.names[0])
        ax.set_ylabel(found.names[1], rotation=0)
        heights(found, ax, made)
        arrows(found, ax)
        for n, spot in enumerate(found.spots):
            ax.plot([spot.x], [spot.y], SHAPES.get(spot.kind, "o"), color="white", markersize=9,
                    markeredgecolor=DARK, markeredgewidth=1.4, clip_on=False, zorder=6,
                    label=spot.kind, gid=f"{spot.kind}-{n}")  # fmt: skip
        if found.bend is not None:
            bend(found, ax)
        known = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
        if known:
            made.legend(known.values(), known.keys(), loc="outside lower center", frameon=False,
                        ncols=4, numpoints=1)  # fmt: skip
    return made


def heights(found: Surface, ax: Any, made: Any) -> None:
    if found.broken.any():
        cells = np.ma.masked_where(~found.broken, found.broken)
        mesh = ax.pcolormesh(found.x, found.y, cells, cmap="Greys", vmin=0, vmax=3, zorder=1)
        mesh.set_gid("broken")
    if len(found.levels) < 2:
        return
    if max(map(abs, found.levels)) > HIGHEST:
        message = f"heights pass {HIGHEST:g}, and have no contours: take other units"
        raise usage(message, "EXPR", "limit")
    values = np.ma.masked_invalid(found.shown)
    filled = ax.contourf(found.x, found.y, values, levels=found.levels, cmap="cividis",
                         extend="both", zorder=2)  # fmt: skip
    filled.set_gid("heights")
    lines = ax.contour(found.x, found.y, values, levels=found.levels, colors=DARK, linewidths=0.6,
                       linestyles="solid", alpha=0.7, zorder=3)  # fmt: skip
    lines.set_gid("contours")
    effects = needed("matplotlib.patheffects", WHAT)
    halo = effects.withStroke(linewidth=2, foreground="white", alpha=0.8)
    for label in ax.clabel(lines, fontsize=7, fmt="%g", colors=DARK):  # read on dark heights, too
        label.set(alpha=1, path_effects=[halo])
    bar = made.colorbar(filled, ax=ax, shrink=0.9)
    bar.set_label("f", rotation=0)


def arrows(found: Surface, ax: Any) -> None:
    """The gradient's directions: all arrows are as long, the steeper the darker."""
    listed = list(found.arrows())
    if not listed:
        return
    x, y, a, b = (np.array(column) for column in zip(*listed, strict=True))
    wide, high = found.x[-1] - found.x[0], found.y[-1] - found.y[0]
    a, b = a * wide, b * high  # across the contours as they look in the picture
    size = np.hypot(a, b)
    kept = size > 1e-9 * max(size.max(), 1e-300)
    if not kept.any():
        return
    x, y, a, b, size = (column[kept] for column in (x, y, a, b, size))
    quiver = ax.quiver(x, y, a / size, b / size, angles="uv", pivot="mid", scale=26, width=0.0028,
                       color="white", edgecolor=DARK, linewidth=0.35, zorder=4)  # fmt: skip
    quiver.set_gid("arrows")


def bend(found: Surface, ax: Any) -> None:
    """The Hessian's eigen-directions: solid where f bends up, dashed where it bends down."""
    assert found.bend is not None
    x, y = found.bend.at
    length = 0.12 * min(found.x[-1] - found.x[0], found.y[-1] - found.y[0])
    pairs = zip(found.bend.eigenvalues, found.bend.directions, strict=True)
    for n, (value, (a, b)) in enumerate(pairs):
        style, what = ("solid", "bends up") if value > 0 else ((0, (3, 2)), "bends down")
        if value == 0:
            style, what = (0, (1, 1)), "doesn't bend"
        ax.plot([x - length * a, x + length * a], [y - length * b, y + length * b],
                color="#D55E00", linewidth=2.4, linestyle=style, zorder=7,
                label=f"{what} ({value:.4g})", gid=f"direction-{n}")  # fmt: skip
    ax.plot([x], [y], "o", color="#D55E00", markersize=6, markeredgecolor=GREY, zorder=8,
            label="the point", gid="at")  # fmt: skip


# In the terminal.


def table(answer: Answer, found: Surface) -> str:
    width, height = shutil.get_terminal_size()
    _, paper = sheet()
    lines = title(answer, width)
    lines += shades(found, max(NARROWEST, min(width, WIDEST)), max(LOWEST, height - BELOW - 2))
    lines += folded(shown(legend(found)), width)
    for note in answer.notes:
        lines += folded(shown(note), width)
    paper.writelines(f"{line}\n" for line in lines)
    return paper.getvalue().removesuffix("\n")


def shades(found: Surface, width: int, height: int) -> list[str]:
    """Rows of signs, the darker the higher, under a frame with the ends of the ranges."""
    labels = [f"{found.y[-1]:.4g}", f"{found.y[0]:.4g}"]
    margin = max(map(len, labels))
    columns, rows = width - margin - 2, height
    cells = [[" "] * columns for _ in range(rows)]
    values = found.shown
    low, high = (found.levels[0], found.levels[-1]) if found.levels else (0.0, 1.0)
    for r in range(rows):
        for c in range(columns):
            i = round((rows - 1 - r) / max(rows - 1, 1) * CELLS)
            j = round(c / max(columns - 1, 1) * CELLS)
            value = float(values[i, j])
            if value == value:
                share = (value - low) / (high - low) if high > low else 0.5
                cells[r][c] = SHADES[min(len(SHADES) - 1, max(0, int(share * len(SHADES))))]
            elif found.broken[min(i, CELLS - 1), min(j, CELLS - 1)]:
                cells[r][c] = "/"
    signs = SIGNS if encodable("".join(SIGNS.values())) else ASCII_SIGNS
    marks = [(s.x, s.y, signs.get(s.kind, "o")) for s in found.spots]
    marks += [(*found.bend.at, "O")] if found.bend is not None else []
    for x, y, sign in marks:
        c = round((x - found.x[0]) / (found.x[-1] - found.x[0]) * (columns - 1))
        r = rows - 1 - round((y - found.y[0]) / (found.y[-1] - found.y[0]) * (rows - 1))
        if 0 <= r < rows and 0 <= c < columns:
            cells[r][c] = sign
    names = {0: labels[0], rows - 1: labels[1], rows // 2: found.names[1]}
    frame = ["│" if encodable("│") else "|"] * 2
    drawn = [
        f"{names.get(r, ''):>{margin}}{frame[0]}{''.join(row)}{frame[1]}"
        for r, row in enumerate(cells)
    ]
    left, right = f"{found.x[0]:.4g}", f"{found.x[-1]:.4g}"
    below = f"{left}{found.names[0]:^{max(1, columns - len(left) - len(right))}}{right}"
    return [*drawn, " " * (margin + 1) + below]


def legend(found: Surface) -> str:
    low, high = (found.levels[0], found.levels[-1]) if found.levels else (0.0, 1.0)
    said = [f"'{SHADES[1]}' {low:g} ... '{SHADES[-1]}' {high:g}"]
    signs = SIGNS if encodable("".join(SIGNS.values())) else ASCII_SIGNS
    said += [
        f"{signs.get(kind, 'o')} {kind}" for kind in dict.fromkeys(s.kind for s in found.spots)
    ]
    said += ["/ left open"] if found.broken.any() else []
    said += ["O the point"] if found.bend is not None else []
    return "   ".join(said)
