"""Files of rows, as Polars reads and writes them; and output that is whole or isn't there."""

from __future__ import annotations

import csv
import json
import os
import shutil
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from glob import glob, has_magic
from pathlib import Path
from typing import Any

import polars as pl

from hodiff.calculator.points import ENDINGS, FORMATS
from hodiff.calculator.points.pieces import Piece
from hodiff.errors import HodiffError, nearest

STDIN, STDOUT = "-", "-"
TEXT = ("csv", "tsv", "ndjson")  # what a stream can be
SEPARATORS = {"csv": ",", "tsv": "\t"}
PACKED = {"gz": "gzip", "zst": "zstd"}
COMPRESSED = ("gz", "zst", "zlib")  # what Polars reads; it writes the first two
INFERRED = 10_000  # rows by which the types of a text's columns are told
SHOWN = 12  # names of columns in a message


def fault(message: str, option: str = "--points", kind: str = "usage") -> HodiffError:
    return HodiffError(kind, message, source=option)


def remote(path: str) -> bool:
    """Whether a path is of an object store, s3://bucket/points.parquet."""
    return "://" in path


def form_of(path: str, given: str | None, option: str) -> str:
    """The format that was given, or that a file's name ends in."""
    if given is not None:
        return given
    if path == STDIN:
        return "csv"
    name = path.rstrip("/").rpartition("/")[2]
    words = name.lower().split(".")[1:]
    if words and words[-1] in COMPRESSED:
        words.pop()
    for form, endings in ENDINGS.items():
        if words and words[-1] in endings:
            return form
    which = "--in-format" if option == "--points" else "--out-format"
    raise fault(
        f"the format of '{path}' can't be told by its name: give it, {which} csv,"
        f" or one of {', '.join(FORMATS[1:])}",
        option,
    )


def sources(path: str) -> list[str]:
    """The files that a path names: itself, those in a folder, or those that a pattern fits."""
    if remote(path) or path == STDIN:
        return [path]
    if os.path.isdir(path):
        inside = sorted(x for x in Path(path).rglob("*") if x.is_file())
        found = [str(x) for x in inside if not _hidden(x.relative_to(path))]
        if not found:
            raise fault(f"the folder '{path}' has no files")
        return found
    if has_magic(path) and not os.path.exists(path):
        found = sorted(x for x in glob(path, recursive=True) if os.path.isfile(x))
        if not found:
            raise fault(f"no file fits '{path}'")
        return found
    if not os.path.exists(path):
        raise fault(f"can't read '{path}': there is no such file")
    if not (os.path.isfile(path) or is_stream(path)):
        raise fault(f"can't read '{path}': it is neither a file nor a pipe")
    return [path]


def is_stream(path: str) -> bool:
    """Whether a path is standard input or a pipe, which are read once."""
    there = path != STDIN and not remote(path) and os.path.exists(path)
    return path == STDIN or (there and stat.S_ISFIFO(os.stat(path).st_mode))


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


@contextmanager
def on_disk(path: str) -> Iterator[str]:
    """A file to read: standard input, or a pipe, is put into one, which ends with the block."""
    if not is_stream(path):
        yield path
        return
    name = "standard input" if path == STDIN else f"'{path}'"
    with tempfile.TemporaryDirectory(prefix="hodiff-") as folder:
        file = os.path.join(folder, "rows")
        try:
            with ExitStack() as stack:
                copy = stack.enter_context(open(file, "wb"))
                stream = (
                    sys.stdin.buffer if path == STDIN else stack.enter_context(open(path, "rb"))
                )
                shutil.copyfileobj(stream, copy, 1 << 20)
        except OSError as error:
            raise fault(f"{name} can't be kept in {folder}: {error.strerror}") from None
        yield file


def scan(
    paths: list[str],
    form: str,
    inputs: list[str],
    index: str,
    typed: bool,
    piece: Piece | None = None,
) -> pl.LazyFrame:
    """The rows of files, or of a piece of one, with their number from 1 on in the column index if
    that has a name; of a piece of a text the number in it.

    The columns of inputs of a text are text, as it is written; the others too, unless typed.
    """
    options: dict[str, Any] = {"row_index_name": index or None, "row_index_offset": 1}
    folders = len(paths) > 1
    if piece is not None and piece.stop is not None:
        schema = piece.schema and dict(piece.schema)
        if form in SEPARATORS:
            return pl.scan_csv(
                piece.text(), separator=SEPARATORS[form], infer_schema=False,
                schema_overrides=schema, raise_if_empty=True, **options,
            )  # fmt: skip
        if form == "ndjson":
            return pl.scan_ndjson(piece.text(), schema=schema, **options)
        whole = scan(paths, form, inputs, index, typed)
        return whole.slice(piece.start, piece.stop - piece.start)
    if form in SEPARATORS:
        kept = dict.fromkeys(inputs, pl.String)
        return pl.scan_csv(
            paths, separator=SEPARATORS[form], infer_schema=typed, infer_schema_length=INFERRED,
            schema_overrides=kept if typed else None, glob=False, raise_if_empty=True, **options,
        )  # fmt: skip
    if form == "ndjson":
        return pl.scan_ndjson(paths, infer_schema_length=INFERRED, **options)
    if form == "parquet":
        return pl.scan_parquet(paths, hive_partitioning=folders or None, glob=False, **options)
    return pl.scan_ipc(paths, glob=False, **options)


def names_of(rows: pl.LazyFrame, paths: list[str], form: str) -> list[str]:
    """The names of the columns. Raises HodiffError for a file that has none, or one twice."""
    names = rows.collect_schema().names()
    if form in SEPARATORS and not remote(paths[0]):
        header = pl.read_csv(
            paths[0], has_header=False, n_rows=1, infer_schema=False, separator=SEPARATORS[form]
        ).row(0)
        twice = [str(name) for name, n in Counter(header).items() if n > 1 and name is not None]
        if twice:
            raise fault(f"{paths[0]} has several columns '{twice[0]}': give each a name of its own")
    return names


def missing(names: list[str], wanted: str, where: str, variable: str) -> HodiffError:
    """The error for a column that isn't there."""
    shown = ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
    mend = nearest(wanted, names) or f": it has {shown or 'none'}"
    for mark in (";", "\t", "|"):
        if len(names) == 1 and mark in names[0]:
            mend = f": it has one, '{names[0][:60]}': are columns apart by {mark!r}?"
    how = f"; --map {variable}=COLUMN chooses another, --let {variable}=2 a constant"
    return fault(f"{where} has no column '{wanted}'{mend}{how}")


def told(error: BaseException, paths: list[str], form: str) -> HodiffError:
    """What Polars found wrong in a file, with the row where that can be found."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    place = paths[0] if len(paths) == 1 else f"one of the files {paths[0]}, ..."
    if isinstance(error, pl.exceptions.NoDataError):
        return fault(f"{place} is empty: there is no header")
    if form in SEPARATORS:
        for path in paths:
            if not remote(path) and (found := _ragged(path, SEPARATORS[form])):
                return fault(found)
    if form == "ndjson":
        for path in paths:
            if not remote(path) and (found := _unread(path)):
                return fault(found)
    if isinstance(error, OSError):
        return fault(f"{place} can't be read: {error.strerror or text}")
    return fault(f"{place} can't be read as {form}: {text}")


def _ragged(path: str, separator: str) -> str | None:
    """The first row that has more fields than the header, or text that isn't UTF-8."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            lines = csv.reader(file, delimiter=separator, strict=True)
            header = next(lines, [])
            for row, fields in enumerate(lines, 1):
                if len(fields) > len(header):
                    return (
                        f"{path}, row {row}: it has {len(fields)} fields, and there are"
                        f" {len(header)} columns; the first too many is {fields[len(header)]!r}"
                    )
    except UnicodeDecodeError as error:
        row, column = _place(path, separator)
        return (
            f"{path}, row {row}, column {column}: it is not UTF-8, byte"
            f" 0x{error.object[error.start]:02x}: write the file anew in that encoding"
        )
    except csv.Error as error:
        return f"{path}, line {lines.line_num}: {error}: is a quote not closed?"
    except OSError:
        pass
    return None


def _place(path: str, separator: str) -> tuple[int, str]:
    """The row and the column of the first field that isn't UTF-8."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        lines = csv.reader(file, delimiter=separator)
        header = next(lines, [])
        for row, fields in enumerate(lines, 1):
            for name, field in zip(header, fields, strict=False):
                if any("\udc80" <= c <= "\udcff" for c in field):
                    return row, f"'{name}'"
    return 0, "of the header"


def _unread(path: str) -> str | None:
    """The first line that is no object of JSON."""
    with suppress(OSError), open(path, "rb") as file:
        for row, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                if not isinstance(json.loads(line), dict):
                    return f"{path}, row {row}: it is no object, {{...}}"
            except UnicodeDecodeError:
                return f"{path}, row {row}: it is not UTF-8"
            except json.JSONDecodeError as error:
                return f"{path}, row {row}, character {error.pos + 1}: {error.msg}"
    return None


def sink(rows: pl.LazyFrame, path: str, form: str) -> pl.LazyFrame:
    """The rows on their way into a file, or to standard output."""
    where: Any = sys.stdout.buffer if path == STDOUT else path
    packed: Any = PACKED.get(path.lower().rpartition(".")[2], "uncompressed")
    if form == "ndjson":
        return rows.sink_ndjson(where, compression=packed, check_extension=False, lazy=True)
    if form in SEPARATORS:
        return rows.sink_csv(
            where, separator=SEPARATORS[form], compression=packed, check_extension=False, lazy=True
        )
    return (
        rows.sink_parquet(where, lazy=True)
        if form == "parquet"
        else rows.sink_ipc(where, lazy=True)
    )


@contextmanager
def whole(path: str) -> Iterator[str]:
    """A path to write to, which becomes the file's own where the block ends well."""
    if path == STDOUT or remote(path):
        yield path
        return
    folder, name = os.path.split(os.path.abspath(os.path.realpath(path)))
    if os.path.exists(path) and not os.path.isfile(path):  # /dev/null, a pipe
        yield path
        return
    try:
        handle, beside = tempfile.mkstemp(prefix=".hodiff-", suffix=f"-{name}", dir=folder)
        os.close(handle)
    except OSError as error:
        raise fault(f"'{path}' can't be written: {error.strerror}", "--out") from None
    try:
        yield beside
        mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o666 & ~umask()
        os.chmod(beside, mode)
        os.replace(beside, os.path.join(folder, name))
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now
