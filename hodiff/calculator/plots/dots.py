"""A file of points as dots in a picture: two of its columns."""

from __future__ import annotations

from typing import Any, NamedTuple

from hodiff.calculator.request import usage
from hodiff.errors import installing

MOST = 20_000  # dots
HEIGHTS = ("f", "y", "value")  # names that a column of heights goes by


class Dots(NamedTuple):
    """Columns of a file, by their names. more: its first MOST rows alone; without: how many of
    these are no dots, for a number is missing, none or infinite."""

    names: tuple[str, str]
    x: list[float]
    y: list[float]
    more: bool
    without: int


def dots(path: Any, variable: str) -> Dots:
    """The columns of a variable and of the heights: f, y, value, or the one other column.

    Raises HodiffError for a file that can't be read, or has no such columns.
    """
    if not isinstance(path, str):
        path = str(path)
    try:
        import polars as pl  # start-up: an extra
    except ModuleNotFoundError:
        message = f"files of points need Polars: {installing('data')}"
        raise usage(message, "--points") from None
    from hodiff.calculator.points import broken, files  # start-up
    from hodiff.calculator.points.rows import doubles, is_readable

    with files.on_disk(path) as file:
        paths = files.sources(file)
        form = files.form_of(path, None, "--points") if path == "-" else files.form_in(paths, None)
        try:
            rows = files.scan(paths, form)
            names = files.names_of(rows, paths, form)
            x, y = chosen(names, variable, path)
            frame = rows.select(x, y).head(MOST + 1).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise broken.told(error, paths, form) from None
    for name in (x, y):
        if not is_readable(frame.schema[name]):
            kind = frame.schema[name]
            raise usage(f"{path}, column '{name}': it has {kind}, not numbers", "--points")
    read = frame.head(MOST)
    numbers = pl.DataFrame([doubles(read[name]).alias(name) for name in (x, y)])
    kept = numbers.filter(pl.all_horizontal(pl.all().is_finite()))
    if not len(kept):
        raise usage(f"{path} has no row with numbers for {x} and {y}", "--points")
    without = len(read) - len(kept)
    return Dots((x, y), kept[x].to_list(), kept[y].to_list(), len(frame) > MOST, without)


def chosen(names: list[str], variable: str, path: str) -> tuple[str, str]:
    if variable not in names:
        shown = ", ".join(names[:12]) or "none"
        raise usage(f"{path} has no column '{variable}': it has {shown}", "--points")
    others = [name for name in names if name != variable]
    found = [name for name in HEIGHTS if name in others] or others
    if not found or (len(others) > 1 and found is others):
        listed = ", ".join(others[:12]) or "no other"
        message = f"which column of {path} are the heights? Name it f: it has {listed}"
        raise usage(message, "--points")
    return variable, found[0]
