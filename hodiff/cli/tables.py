"""An answer as a table. Numbers and formulas are never cut or wrapped."""

from __future__ import annotations

import os
import shutil
import sys
from textwrap import wrap

from rich.box import SQUARE
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from hodiff.cli.output import Answer, encodable, text

NO_LIMIT = 1 << 30  # the console's width: what fits the terminal is decided here

ASCII = str.maketrans("∂·⁰¹²³⁴⁵⁶⁷⁸⁹", "d.0123456789")


def table(answer: Answer) -> str:
    """The grid, if the terminal is wide enough for it; else one entry a row."""
    width = shutil.get_terminal_size().columns
    colour = bool(sys.stdout and sys.stdout.isatty()) and not os.environ.get("NO_COLOR")
    console = Console(
        width=NO_LIMIT,
        color_system="auto" if colour else None,
        force_terminal=colour,
        highlight=False,
    )
    header, rows = answer.grid.header, answer.grid.rows
    grid = Table(box=SQUARE, header_style="bold")
    for name in header:
        grid.add_column(Text(shown(name)), no_wrap=True, overflow="ignore")
    for row in rows:
        grid.add_row(*[Text(shown(text(value))) for value in row])
    fits = Measurement.get(console, console.options, grid).maximum <= width
    above = answer.grid.above if fits else answer.entries.above
    with console.capture() as captured:
        if answer.title:
            console.print(Text(shortened(shown(answer.title), width), "bold"))
        for line in folded(above, width):
            console.print(Text(line))
        if fits:
            console.print(grid)
        else:
            entries = [[shown(text(x)) for x in row] for row in answer.entries.rows]
            longest = max(len(label) for label, _ in entries)
            for label, value in entries:
                console.print(Text(f"{label:{longest}}  {value}"))
        for note in answer.notes:
            console.print(Text(note, "dim"))
    return captured.get().removesuffix("\n")


def shown(text: str) -> str:
    """text in signs that stdout can encode."""
    if encodable(text):
        return text
    encoding = sys.stdout.encoding
    return text.translate(ASCII).encode(encoding, "backslashreplace").decode(encoding)


def shortened(text: str, width: int) -> str:
    """text on one line, cut where it is longer."""
    text = " ".join(text.split())
    return text if len(text) <= width else f"{text[: max(width - 3, 0)]}..."


def folded(text: str, width: int) -> list[str]:
    """text in lines, folded at spaces alone."""
    return wrap(shown(text), width, break_long_words=False, break_on_hyphens=False)
