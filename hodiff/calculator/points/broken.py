"""What is wrong with a file of rows that can't be read, and what mends it."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from math import isinf
from typing import Any

import polars as pl

from hodiff.calculator.points.files import (
    LARGE,
    PLAIN,
    SEPARATORS,
    TEXT,
    Dialect,
    fault,
    remote,
    scan,
)
from hodiff.calculator.points.pieces import PACKED as PACKED_MARKS
from hodiff.errors import HodiffError, nearest

SHOWN = 12  # names of columns in a message
GZIP = b"\x1f\x8b"
MARKS = {"parquet": b"PAR1", "ipc": b"ARROW1"}  # what files of a format begin and end with
JSON = ('{"', "[{", "[\n")
AS_JSON = "begins as JSON does, not as text in columns: an object a line is --in-format ndjson"
WRITTEN_ANEW = "write it anew as such, iconv -f {} -t UTF-8"
OTHERS = {
    b"\xff\xfe\x00\x00": "UTF-32, not UTF-8: " + WRITTEN_ANEW.format("UTF-32"),
    b"\xff\xfe": "UTF-16, not UTF-8: " + WRITTEN_ANEW.format("UTF-16"),
    b"\xfe\xff": "UTF-16, not UTF-8: " + WRITTEN_ANEW.format("UTF-16"),
    b"PK\x03\x04": "a zip archive, as .xlsx is, too: unpack it, or save the table as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel file: save the table as CSV",
    b"%PDF": "PDF, not {}",
    b"<!": "HTML, not {}",
    b"<?": "XML, not {}",
    b"\xff\xff\xff\xff": "a stream of Arrow: write it as a file, pyarrow.ipc.new_file",
    b"FEA1": "Feather 1: write it as Feather 2",
}
"""What files begin with that are none of rows, and what is said of them."""


def missing(
    names: list[str], wanted: str, where: str, variable: str | None, apart: str = ""
) -> HodiffError:
    """The error for a column that isn't there: a variable's, or one to keep."""
    if names and names[0].startswith(JSON):
        return fault(f"{where} {AS_JSON}")
    if apart:
        return fault(f"{where} has no column '{wanted}': it has one, '{names[0][:60]}': {apart}")
    if names and all(
        re.fullmatch(r"[-+.\d]+(e[-+]?\d+)?", x.strip(), re.IGNORECASE) for x in names
    ):
        mend = f"its first line is numbers, '{','.join(names)[:60]}': put one with names above it"
        return fault(f"{where} has no column '{wanted}': {mend}")
    names = [x if x.isprintable() and x.strip() else ascii(x) for x in names]
    shown = ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
    mend = nearest(wanted, names) or f": it has {shown or 'none'}"
    if names and all(_is_number(x) or not x.strip("' ") for x in names):
        mend += "; line 1 has to be the header"
    if variable is None:
        return fault(f"{where} has no column '{wanted}'{mend}", "--keep")
    how = f"; --map {variable}=COLUMN chooses another, --let {variable}=2 a constant"
    return fault(f"{where} has no column '{wanted}'{mend}{how}")


def _is_number(text: str) -> bool:
    """Whether text is a number, and so hardly a column's name."""
    try:
        float(text.strip("' "))
    except ValueError:
        return False
    return True


def apart(names: Sequence[str], form: str, dialect: Dialect, titles: bool = False) -> str:
    """What to do where the only column's name looks like several; empty where it doesn't. titles:
    words may be a title of the file."""
    if len(names) != 1 or form not in SEPARATORS:
        return ""
    csv = "--in-format csv " if form == "tsv" else ""
    mends = {
        "\t": "--in-format tsv reads that",
        ";": f"{csv}--separator ';' reads that, --decimal-comma with decimals as 1,5",
        "|": f"{csv}--separator '|' reads that",
        ",": f"{csv or '--separator , '}reads that",
    }
    if not titles and re.fullmatch(r"\w+( \w+)+", names[0]):
        mends[" "] = f"{csv}--separator ' ' reads that"
    own = dialect.between(form)
    if names[0].lower().startswith("sep="):
        mark = names[0][4:5]
        return f"line 1 is a note for Excel: remove it, and give --separator '{mark}'"
    found = next((mark for mark in mends if mark in names[0] and mark != own), None)
    return f"are columns apart by {found!r}? {mends[found]}" if found else ""


def told(
    error: BaseException, paths: list[str], form: str, dialect: Dialect = PLAIN
) -> HodiffError:
    """What Polars found wrong in a file, with the row where that can be found."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    place = paths[0] if len(paths) == 1 else f"one of the files {paths[0]}, ..."
    if LARGE in text:
        return fault(text)
    if any(map(remote, paths)) and (why := of_store(text)):
        return fault(f"{place} can't be read: {why}")
    for path in paths:
        if not remote(path) and os.path.isfile(path) and not os.path.getsize(path):
            return fault(f"{path} is empty")
    for path in paths:
        if not remote(path) and (found := _unlike(path, form, text)):
            return fault(found)
    if isinstance(error, pl.exceptions.NoDataError):
        return fault(f"{place} is empty: there is no header")
    if form in SEPARATORS:
        for path in paths:
            if not remote(path) and (found := _ragged(path, form, dialect)):
                return fault(found)
    if form == "ndjson":
        for path in paths:
            if not remote(path) and (found := _unread(path)):
                return fault(found)
    if len(paths) > 1 and (found := _other(paths, form, dialect)):
        return fault(found)
    if isinstance(error, OSError):
        return fault(f"{place} can't be read: {error.strerror or text}")
    return fault(f"{place} can't be read as {form}: {text}")


def of_store(text: str) -> str | None:
    """Why an object store gave or took nothing; None where it was asked for nothing."""
    if "Error performing" not in text and "object-store" not in text:
        return None
    if "404" in text or "not found" in text:
        return "the store has no such object, or no such bucket"
    if any(mark in text for mark in ("401", "403", "redential", "169.254.169.254")):
        keys = "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION for s3://"
        return f"the store lets nobody in without credentials: set its variables, {keys}"
    if "error sending request" in text:
        return "the store doesn't answer: is AWS_ENDPOINT_URL, or the network, right?"
    return text.partition(": <?xml")[0]


def _other(paths: list[str], form: str, dialect: Dialect) -> str | None:
    """The first file that has other columns than the first has."""
    first, *others = paths
    with suppress(pl.exceptions.PolarsError, OSError):
        columns = scan([first], form, None, dialect).collect_schema()
        for path in others:
            found = scan([path], form, None, dialect).collect_schema()
            names = [name for name in {**columns, **found} if found.get(name) != columns.get(name)]
            if name := next((x for x in names if x in columns and x in found), None):
                return (
                    f"column '{name}' of {path} has {found[name]}, and that of {first}"
                    f" {columns[name]}: --out FOLDER/ takes each file by itself"
                )
            if names or list(columns) != list(found):
                shown = f": '{names[0]}'" if names else ", in another order"
                return f"{path} has other columns than {first}{shown}"
    return None


def _unlike(path: str, form: str, text: str) -> str | None:
    """What tells by a file's first bytes that it isn't of its format; text is what Polars says."""
    with suppress(OSError), open(path, "rb") as file:
        first = file.read(6)
        for other, mark in MARKS.items():
            if other != form and first.startswith(mark):
                return f"{path} is {other}, not {form}: --in-format {other}"
        for mark, what in OTHERS.items():
            if first.startswith(mark):
                return f"{path} is {what.format(form)}"
        if form in SEPARATORS and first.decode(errors="replace").startswith(JSON):
            return f"{path} {AS_JSON}"
        if first.startswith(b"x^"):
            return f"{path} begins with x^, as packed files may: write the first name in quotes"
        if first[:2] not in PACKED_MARKS:
            if form not in MARKS:
                return None
            if not first.startswith(MARKS[form]):
                return f"{path} can't be read as {form}: it doesn't begin as such files do"
            file.seek(-len(MARKS[form]), os.SEEK_END)
            if file.read() != MARKS[form] or file.tell() < 2 * len(MARKS[form]):
                return f"{path} is cut short: it begins as {form} does, and doesn't end so"
            return None
        if form not in TEXT:
            return f"{path} is packed, and {form} is packed in itself: unpack it"
        if first[:2] != GZIP:
            return f"{path} can't be read: it is packed, and has an error: {text}"
        try:
            with _bytes(path) as content:
                while content.read(1 << 20):
                    pass
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return f"{path} is packed, and cut short or damaged"
    return None


def _bytes(path: str) -> Any:
    """A text's bytes, unpacked where gzip has packed it."""
    with open(path, "rb") as file:
        packed = file.read(2) == GZIP
    return gzip.open(path, "rb") if packed else open(path, "rb")


def _ragged(path: str, form: str, dialect: Dialect) -> str | None:
    """The first row that has more fields than the header, quotes or ends of lines that don't fit,
    or text that isn't UTF-8."""
    separator, begun = dialect.between(form), 1  # the line that a row begins in
    try:
        with TextIOWrapper(_bytes(path), encoding="utf-8", newline="") as file:
            lines = csv.reader(file, delimiter=separator, strict=True)
            header = next(lines, [])
            if not header:
                return f"{path}, line 1: it is empty, and should be the header"
            begun = lines.line_num + 1
            for row, fields in enumerate(lines, 1):
                begun = lines.line_num + 1
                if len(fields) > len(header):
                    n, mend = len(header), apart(header, form, dialect, titles=True)
                    if n == 1 and not mend:
                        mend = f"line 1 has to be the header, and is {header[0][:60]!r}"
                    return (
                        f"{path}, row {row}: it has {len(fields)} fields, and there"
                        f" {'is' if n == 1 else 'are'} {n} column{'s' * (n > 1)}; the first too"
                        f" many is {fields[n]!r}" + (f": {mend}" if mend else "")
                    )
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x}"
        mend = WRITTEN_ANEW.format("LATIN1")
        return f"{path}, {_place(path, separator)} not UTF-8, {byte}: {mend}"
    except csv.Error as error:
        return f"{path}, line {begun}: {error}: is a quote not closed?"
    except OSError:
        return None
    with _bytes(path) as file:
        for number, line in enumerate(file, 1):
            if b"\r" in line.rstrip(b"\r\n"):
                return f"{path}, line {number}: it has a CR within: end all lines in LF"
            if line.count(b'"') % 2:
                return f"{path}, line {number}: its quotes are no pairs: within quotes write two"
    return None


def _place(path: str, separator: str) -> str:
    """The row and the column of the first field that isn't UTF-8."""
    with TextIOWrapper(
        _bytes(path), encoding="utf-8", errors="surrogateescape", newline=""
    ) as file:
        lines = csv.reader(file, delimiter=separator)
        header = next(lines, [])
        for row, fields in enumerate(lines, 1):
            for name, field in zip(header, fields, strict=False):
                if any("\udc80" <= c <= "\udcff" for c in field):
                    return f"row {row}, column '{name}': it is"
    return "line 1: the header is"


def _unread(path: str) -> str | None:
    """The first line that is no object of JSON."""
    empty = True
    with suppress(OSError), _bytes(path) as file:
        for row, line in enumerate(file, 1):
            if not line.strip():
                continue
            empty = False
            if row == 1 and line.startswith(BOM_UTF8):
                return f"{path} begins with a byte order mark: write it without"
            if row == 1 and (mend := _no_lines(line)):
                return f"{path} {mend}"
            try:
                found = json.loads(line, parse_constant=_no_number, parse_float=_finite)
                if not isinstance(found, dict):
                    return f"{path}, row {row}: it is no object, {{...}}"
            except UnicodeDecodeError:
                return f"{path}, row {row}: it is not UTF-8"
            except json.JSONDecodeError as error:
                return f"{path}, row {row}, character {error.pos + 1}: {error.msg}"
            except ValueError as error:
                return f"{path}, row {row}: {error}"
    return f"{path} is empty: it has no row" if empty else None


def _no_lines(first: bytes) -> str:
    """What to do with JSON that isn't an object a line; empty where the first line may be one."""
    if first.lstrip().startswith(b"["):
        return "is one list of JSON, not an object a line: jq -c '.[]' makes it such"
    if first.strip() == b"{":
        return "has JSON over several lines, not an object a line: jq -c . makes it such"
    return ""


def _no_number(text: str) -> None:
    raise ValueError(f"JSON has no {text}: write null")


def _finite(text: str) -> float:
    if isinf(x := float(text)):
        raise ValueError(f"{text} passes the largest double (1.8e308)")
    return x
