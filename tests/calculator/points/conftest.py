"""folder: where this process is, empty; rows: a command on a file of points, its output as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

READ = {
    "csv": lambda path: pl.read_csv(path, infer_schema=False),
    "tsv": lambda path: pl.read_csv(path, infer_schema=False, separator="\t"),
    "ndjson": pl.read_ndjson,
    "parquet": pl.read_parquet,
    "ipc": pl.read_ipc,
}
WRITE = {
    "csv": pl.DataFrame.write_csv,
    "tsv": lambda frame, path: frame.write_csv(path, separator="\t"),
    "ndjson": pl.DataFrame.write_ndjson,
    "parquet": pl.DataFrame.write_parquet,
    "ipc": pl.DataFrame.write_ipc,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def rows(answer: Any) -> Callable[..., list[dict[str, str]]]:
    """The rows that are printed as CSV, where all have an answer."""

    def run(*arguments: str, **more: Any) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(answer(*arguments, **more))))

    return run


@pytest.fixture
def refused(hodiff: Any) -> Callable[..., str]:
    """What is said of a command line that is refused: exit code 2, a message, nothing else."""

    def run(*arguments: str, **more: Any) -> str:
        ran = hodiff(*arguments, **more)
        assert (ran.code, ran.out) == (2, ""), ran
        assert ran.err.startswith("error: ") and "bug" not in ran.err, ran.err
        return str(ran.err)

    return run


def numbers(row: dict[str, str]) -> dict[str, float]:
    return {name: float(x) for name, x in row.items()}
