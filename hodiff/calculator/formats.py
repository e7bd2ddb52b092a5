"""The formats that print an answer. A format is one function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hodiff.calculator.answer import Answer, encodable, text, texts


def plain(answer: Answer) -> str:
    return "\n".join("\t".join(texts(line)) for line in answer.lines)


def csv(answer: Answer) -> str:
    import csv  # start-up: one format needs it
    import io

    written = io.StringIO()
    rows = [[text(x) if isinstance(x, dict) else x for x in row] for row in answer.records]
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue().removesuffix("\n")


def json(answer: Answer) -> str:
    return one_line(answer.fields)


def table(answer: Answer) -> str:
    from hodiff.calculator.tables import table  # start-up: brings rich

    return table(answer)


FORMATS: dict[str, Callable[[Answer], str]] = {
    "table": table,
    "json": json,
    "csv": csv,
    "plain": plain,
}


def _plain(x: Any) -> Any:
    """What JSON has no form for: exact quotients as text, and lists that are made at each walk."""
    return str(x) if hasattr(x, "denominator") else list(x)


def one_line(x: Any) -> str:
    """x as JSON on one line, in ASCII where stdout can't encode more."""
    import json as json_  # start-up: one format needs it

    line = json_.dumps(x, ensure_ascii=False, allow_nan=False, default=_plain)
    return line if encodable(line) else json_.dumps(x, allow_nan=False, default=_plain)
