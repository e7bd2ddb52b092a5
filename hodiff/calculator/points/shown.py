"""The first rows of a table, for people."""

from __future__ import annotations

from math import isfinite

import polars as pl

from hodiff.calculator.answer import Answer, Grid, Value, plain_number
from hodiff.calculator.points.files import Dialect
from hodiff.calculator.tables import table


def told(rows: pl.DataFrame, form: str, title: str, dialect: Dialect) -> str:
    """Rows as a table, their numbers in front, as CSV or as an object a line."""
    if form == "csv":
        mark, comma = dialect
        return rows.write_csv(separator=mark, decimal_comma=comma).removesuffix("\n")
    if form == "json":
        return rows.write_ndjson().removesuffix("\n")
    names = ["row", *rows.columns[1:]]
    cells = [[i, *(_cell(x, dialect.comma) for x in row)] for i, *row in rows.rows()]
    entries: list[list[Value]] = [
        [f"{name}, row {i}", x] for i, *row in cells for name, x in zip(names[1:], row, strict=True)
    ]
    return table(
        Answer(
            title=title,
            fields={},
            records=[],
            lines=[],
            grid=Grid(lambda: "", names, cells),
            entries=Grid(lambda: "", [], entries),
            notes=[],
        )
    )


def _cell(x: object, comma: bool) -> Value:
    if x is None:
        return ""
    if not isinstance(x, float):
        return str(x)
    shown = plain_number(x) if isfinite(x) else str(x)
    return str(shown).replace(".", ",") if comma else shown
