"""An answer as a table. Numbers and formulas are never cut or wrapped."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable
from textwrap import wrap

from rich.box import SQUARE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hodiff.calculator.answer import Answer, Row, Value, encodable, stdout_encoding, text

NO_LIMIT = 1 << 30  # the console's width: what fits the terminal is decided here
BORDERS = 3  # columns that a cell takes besides its text

ASCII = str.maketrans("∂·⁰¹²³⁴⁵⁶⁷⁸⁹", "d.0123456789") | {ord("±"): "+/-", ord("∇"): "grad "}


class Paper(io.StringIO):
    """Keeps what is printed; rich draws boxes in the signs of its encoding."""

    encoding = ""


def table(answer: Answer) -> str:
    """The grid, where the terminal is wide enough for it; else one entry a row."""
    width = shutil.get_terminal_size().columns
    console, paper = sheet()
    cells = [[shown(name) for name in answer.grid.header]]
    cells += [[shown(cell(x)) for x in row] for row in answer.grid.rows]
    columns = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    fits = sum(columns) + BORDERS * len(columns) + 1 <= width
    above = (answer.grid if fits else answer.entries).above()
    if answer.title:
        title = shortened(escaped(answer.title), width)  # no x2 for x²
        console.print(Text(title, "bold"))
    if answer.reading is not None:
        console.print(Text(shortened(shown(f"= {answer.reading}"), width)))
    paper.writelines(f"{line}\n" for line in folded(shown(above), width))
    if fits and answer.grid.header:
        console.print(boxed(cells))
    elif not fits:
        paper.writelines(f"{line}\n" for line in aligned(answer.entries.rows))
    for note in answer.notes:
        for line in folded(shown(note), width):
            console.print(Text(line, "dim"))
    return paper.getvalue().removesuffix("\n")


def sheet() -> tuple[Console, Paper]:
    """A console as wide as need be, in colour where that is shown, and what it writes on."""
    colour = bool(sys.stdout and sys.stdout.isatty()) and not os.environ.get("NO_COLOR")
    paper = Paper()
    paper.encoding = stdout_encoding()
    return Console(
        file=paper,
        width=NO_LIMIT,
        color_system="auto" if colour else None,
        force_terminal=colour,
    ), paper


def cell(value: Value) -> str:
    """A value as text, with the sign of an interval that has one: [3.8, 4.2] > 0."""
    sign = ""
    if isinstance(value, dict):
        lower, upper = (float(end) for end in value.values())
        sign = " > 0" if lower > 0 else " < 0" if upper < 0 else ""
    return text(value) + sign


def boxed(cells: list[list[str]]) -> Table:
    header, *rows = cells
    grid = Table(box=SQUARE, header_style="bold")
    for name in header:
        grid.add_column(Text(name), no_wrap=True, overflow="ignore")
    for row in rows:
        grid.add_row(*map(Text, row))
    return grid


def aligned(rows: Iterable[Row]) -> list[str]:
    """A label and its value a line, each whole however long."""
    entries = [[shown(cell(x)) for x in row] for row in rows]
    longest = max(len(label) for label, _ in entries)
    return [f"{label:{longest}}  {value}" for label, value in entries]


def shown(text: str) -> str:
    """text in signs that stdout can encode."""
    if encodable(text):
        return text
    return escaped(text.translate(ASCII))


def escaped(text: str) -> str:
    """text with escapes for what stdout can't encode."""
    encoding = stdout_encoding()
    return text.encode(encoding, "backslashreplace").decode(encoding)


def shortened(text: str, width: int) -> str:
    """text on one line, cut where it is longer."""
    text = " ".join(text.split())
    return text if len(text) <= width else f"{text[: max(width - 3, 0)]}..."


def folded(text: str, width: int) -> list[str]:
    """text in lines, folded at spaces alone."""
    return [
        part
        for line in text.split("\n")
        for part in wrap(line, width, break_long_words=False, break_on_hyphens=False)
    ]
