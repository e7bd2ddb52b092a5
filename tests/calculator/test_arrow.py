"""Compiled.arrow: what Compiled.frame gives, of Arrow's tables and record batches."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

import hodiff

pa = pytest.importorskip("pyarrow")

COLUMNS = {
    "floats": [1.5, None, float("nan"), -2.0],
    "ints": [1, 2, None, 2**60 + 1],
    "bools": [True, None, False, True],
    "decimals": [Decimal("1.25"), None, Decimal("-3"), Decimal("0")],
    "nulls": [None] * 4,
}


@pytest.mark.parametrize("y", COLUMNS)
@pytest.mark.parametrize("x", COLUMNS)
def test_as_frames_have_it(x: str, y: str) -> None:
    f = pickle.loads(pickle.dumps(hodiff.compile("x**2*y + 1")))
    table = pa.table({"id": list("abcd"), "x": COLUMNS[x], "y": COLUMNS[y]})
    (batch,) = table.to_batches()
    expected = f.frame(pl.DataFrame(table))
    for data in (table, batch, table.slice(1), batch.slice(1), pa.concat_tables([table, table])):
        found = f.arrow(data)
        assert type(found) is type(data)
        rows = {len(table): expected, 3: expected[1:], 8: pl.concat([expected, expected])}
        assert pl.DataFrame(found).equals(rows[len(data)])


def test_no_rows() -> None:
    found = hodiff.compile("x**2").arrow(pa.table({"x": pa.array([], pa.float64())}))
    assert found.to_pydict() == {"x": [], "f": [], "df_dx": []}


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"y": [1]}, TypeError, "no column for x"),
        ({"x": ["1"]}, TypeError, "the column x has to be numbers, not string"),
        ({"x": [1], "f": [1]}, ValueError, "columns f already"),
    ],
)
def test_what_is_refused(columns: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        hodiff.compile("x**2").arrow(pa.table(columns))
