"""Pieces of a text hold the rows of the whole, each once and in order."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hodiff.calculator.points import files, grid
from hodiff.calculator.points.pieces import Piece, of_rows, of_text

FIELDS = st.text(alphabet='ab1 ",\n;é', max_size=6)
IN_ONE_FOLDER = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rows(path: Path, form: str, pieces: list[Piece]) -> list[tuple[Any, ...]]:
    scanned = [files.scan([str(path)], form, piece) for piece in pieces]
    return [row for piece in scanned for row in piece.collect().rows()]


@IN_ONE_FOLDER
@given(st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=30), st.integers(1, 60))
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_of_csv(tmp_path: Path, end: str, table: list[tuple[str, str]], each: int) -> None:
    """Ends of lines, separators and quotes in quoted fields too."""
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows([("a", "b\nc"), *table])
    file = tmp_path / "table.csv"
    file.write_bytes(text.getvalue().encode())
    pieces = list(of_text(str(file), each, quotes=True))
    assert rows(file, "csv", pieces) == rows(file, "csv", [Piece(str(file))])


@IN_ONE_FOLDER
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50), st.integers(1, 60))
def test_of_ndjson(tmp_path: Path, numbers: list[int], each: int) -> None:
    file = tmp_path / "table.ndjson"
    file.write_text("\n".join(f'{{"x": {n}}}' for n in numbers))
    pieces = list(of_text(str(file), each, quotes=False))
    assert rows(file, "ndjson", pieces) == [(n,) for n in numbers]


def test_a_text_that_is_cut(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("x\n" + "".join(f"{n}\n" for n in range(10_000)))
    pieces = list(of_text(str(file), 1000, quotes=True))
    assert len(pieces) > 40
    assert len(rows(file, "csv", pieces)) == 10_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b'a\n"open\n1\n' + b"2\n" * 99, id="a quote that isn't closed"),
        pytest.param(b"\na\n" + b"2\n" * 99, id="an empty line before the header"),
        pytest.param(b"a\r" + b"2\r" * 99, id="other ends of lines"),
        pytest.param(gzip.compress(bytes(range(256))), id="packed"),
        pytest.param(b"a" * 99, id="a header alone"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_text_that_stays_whole(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(text)
    assert list(of_text(str(file), 20, quotes=True)) == [Piece(str(file))]


def test_of_rows() -> None:
    assert [x[1:3] for x in of_rows("", 10, 4)] == [(0, 4), (4, 8), (8, 10)]
    assert [x[1:3] for x in of_rows("", 0, 4)] == [(0, 0)]


def test_of_a_grid() -> None:
    axes = grid.axes(["x=0:1:7,y=0:2:5"], float)
    whole = grid.rows(axes, "row").collect().rows()
    pieces = of_rows(None, grid.size(axes), 8)
    parts = [grid.rows(axes, "row", x.start, x.stop).collect().rows() for x in pieces]
    assert [row for part in parts for row in part] == whole
