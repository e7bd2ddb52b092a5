"""The first rows of a table, for people."""

from __future__ import annotations

import polars as pl

from hodiff.calculator.answer import Answer, Grid, Value, plain_number
from hodiff.calculator.tables import table


def told(rows: pl.DataFrame, form: str, title: str) -> str:
    """Rows as a table, as CSV or as an object a line."""
    if form == "csv":
        return rows.write_csv().removesuffix("\n")
    if form == "json":
        return rows.write_ndjson().removesuffix("\n")
    names = ["row", *rows.columns]
    cells = [[i, *map(_cell, row)] for i, row in enumerate(rows.rows(), 1)]
    entries: list[list[Value]] = [
        [f"{name}, row {i}", x]
        for i, *row in cells
        for name, x in zip(rows.columns, row, strict=True)
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


def _cell(x: object) -> Value:
    if x is None:
        return ""
    return plain_number(x) if isinstance(x, float) and abs(x) < float("inf") else str(x)
