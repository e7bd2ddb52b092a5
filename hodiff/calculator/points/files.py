"""Files of rows, as Polars reads and writes them; and output that is whole or isn't there."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import shutil
import stat
import sys
import tempfile
import zlib
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from glob import glob, has_magic
from io import TextIOWrapper
from itertools import groupby
from math import isinf
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import polars as pl

from hodiff.calculator import output
from hodiff.calculator.points import ENDINGS, FORMATS
from hodiff.calculator.points.pieces import PACKED as PACKED_MARKS
from hodiff.calculator.points.pieces import Piece, beginning
from hodiff.errors import HodiffError, nearest

STDIN, STDOUT = "-", "-"
TEXT = ("csv", "tsv", "ndjson")  # what a stream can be
SEPARATORS = {"csv": ",", "tsv": "\t"}
TABLE = "table"  # rows that are shown, not written
AS_WRITTEN = (*SEPARATORS, TABLE)  # where the text of a column stays what it is
PACKED = {"gz": "gzip", "zst": "zstd"}
COMPRESSED = ("gz", "zst", "zlib")  # what Polars reads; it writes the first two
QUOTED = ('"', "\r", "\n")  # what stands in quotes, beside the separator
WHOLE = r"^-?(0|[1-9]\d{0,17})$"  # text that is a number of 64 bits
CODE = r"^[+-]?0\d|[\d.]{17}"  # text that no double gives again
LEVEL = 1  # of zstd: results have all digits, and get no smaller by more, which takes longer
SHOWN = 12  # names of columns in a message
GZIP = b"\x1f\x8b"
HIDDEN = (".", "_")
LARGE = "may be no double"  # of whole numbers beside fractions
SWAPPED = [".", ","], [",", "."]
MARKS = {"parquet": b"PAR1", "ipc": b"ARROW1"}  # what files of a format begin with


class Dialect(NamedTuple):
    """What stands between the columns of CSV, and whether a comma stands before decimals: in text
    that is read, and in numbers that are written to CSV and TSV."""

    separator: str = SEPARATORS["csv"]
    comma: bool = False

    def between(self, form: str) -> str:
        return self.separator if form == "csv" else SEPARATORS[form]

    def numbers(self, text: pl.Expr) -> pl.Expr:
        """Text with a point where a comma is, before decimals, and a comma where a point is."""
        return text.str.replace_many(*SWAPPED) if self.comma else text


PLAIN = Dialect()


def fault(message: str, option: str = "--points", kind: str = "usage") -> HodiffError:
    return HodiffError(kind, message, source=option)


def remote(path: str) -> bool:
    """Whether a path is of an object store, s3://bucket/points.parquet."""
    return "://" in path


def form_of(path: str, given: str | None, option: str) -> str:
    """The format that was given, or that a file's name ends in."""
    try:
        path.encode()
    except UnicodeEncodeError:
        raise fault(f"the name {path!r} is not UTF-8: give the file another", option) from None
    name = path.rstrip("/").rpartition("/")[2]
    words = name.lower().split(".")[1:]
    packed = words.pop() if words and words[-1] in COMPRESSED else ""
    found = [form for form, endings in ENDINGS.items() if words and words[-1] in endings]
    form = given or ("csv" if path == STDIN else found[0] if found else None)
    if form and packed and option != "--points":
        if form not in TEXT:
            raise fault(f"{form} is packed in itself: name it without .{packed}", option)
        if packed not in PACKED:
            raise fault(f"'{path}' can't be packed so: name it .gz or .zst", option)
    if form:
        return form
    which = "--in-format" if option == "--points" else "--out-format"
    raise fault(
        f"the format of '{path}' can't be told by its name: give it, {which} csv,"
        f" or one of {', '.join(FORMATS[1:])}",
        option,
    )


def form_in(paths: list[str], given: str | None) -> str:
    """The format of files that are read as one."""
    forms = {form_of(path, given, "--points"): path for path in paths}
    if len(forms) > 1:
        shown = ", ".join(f"'{path}' is {form}" for form, path in forms.items())
        raise fault(
            f"the files are of several formats, {shown}: --out FOLDER/ takes each by itself"
        )
    return next(iter(forms))


def sources(path: str) -> list[str]:
    """The files that a path names: itself, those in a folder, or those that a pattern fits."""
    if remote(path) or path == STDIN:
        return [path]
    if os.path.isdir(path):
        found = list(map(str, sorted(_inside(path))))
        if not found:
            raise fault(f"the folder '{path}' has no files")
        return found
    if has_magic(path) and not os.path.exists(path):
        fitting = sorted(glob(path, recursive=True))
        found = [x for x in fitting if os.path.isfile(_followed(x))]
        if not found:
            raise fault(f"no file fits '{path}'")
        return found
    try:
        os.stat(path)
    except FileNotFoundError:
        raise fault(f"can't read '{path}': there is no such file") from None
    except OSError as error:
        raise fault(f"can't read '{path}': {error.strerror}") from None
    if not (os.path.isfile(path) or is_stream(path)):
        raise fault(f"can't read '{path}': it is neither a file nor a pipe")
    return [path]


def is_stream(path: str) -> bool:
    """Whether a path is standard input or a pipe, which are read once."""
    there = path != STDIN and not remote(path) and os.path.exists(path)
    return path == STDIN or (there and stat.S_ISFIFO(os.stat(path).st_mode))


def _inside(folder: str) -> Iterator[Path]:
    """The files of a folder and of those in it, but for hidden ones; of a folder that links lead
    to once more once."""

    def unreadable(error: OSError) -> None:
        raise fault(f"can't read the folder '{error.filename}': {error.strerror}")

    seen = set()
    for place, folders, names in os.walk(folder, onerror=unreadable, followlinks=True):
        folders[:] = sorted(x for x in folders if not x.startswith(HIDDEN))
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        for path in (Path(place, x) for x in names if not x.startswith(HIDDEN)):
            if os.path.isfile(_followed(path)):
                yield path


def _followed(path: str | Path) -> str | Path:
    """The path. Raises HodiffError where it is a link to what isn't there."""
    if os.path.islink(path) and not os.path.exists(path):
        to = os.readlink(path)
        raise fault(f"can't read '{path}': it is a link to '{to}', which isn't there")
    return path


@contextmanager
def on_disk(path: str) -> Iterator[str]:
    """A file to read: standard input, or a pipe, is put into one, which ends with the block. Errors
    have the stream's name for it."""
    if not is_stream(path):
        yield path
        return
    name = "standard input" if path == STDIN else path
    if path == STDIN and not sys.stdin:
        raise fault("there is no standard input: name a file")
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
        try:
            yield file
        except HodiffError as error:
            raise error.retold(error.message.replace(file, name)) from None


def scan(
    paths: list[str], form: str, piece: Piece | None = None, dialect: Dialect = PLAIN
) -> pl.LazyFrame:
    """The rows of files, or of a piece of one. The columns of CSV and TSV are text, as it is
    written; where those of other files have several types of numbers, they have the widest."""
    pattern = any(remote(path) and has_magic(path) for path in paths)  # Polars asks the store
    hive = True if len(paths) > 1 or pattern else None
    if piece is not None and piece.stop is None:
        piece = None
    read: Any = paths if piece is None or form not in TEXT else piece.text()
    if form in SEPARATORS:
        mark = dialect.between(form)
        return _unquoted(pl.scan_csv(read, separator=mark, infer_schema=False, glob=pattern))

    def rows(read: Any, schema: Any = None) -> pl.LazyFrame:
        if form == "ndjson":  # of all rows: the first with a fraction may be the last
            return pl.scan_ndjson(read, schema=schema, infer_schema_length=None)
        if form == "parquet":
            return pl.scan_parquet(read, hive_partitioning=hive, glob=pattern)
        return pl.scan_ipc(read, glob=pattern)

    if piece is not None and form == "ndjson":
        return rows(read, piece.schema and dict(piece.schema))
    if piece is not None and piece.stop is not None:
        return rows(paths).slice(piece.start, piece.stop - piece.start)
    if len(paths) == 1:
        return rows(paths)
    types = [rows([path]).collect_schema() for path in paths]
    wide = _widest(types)
    if wide is None:
        return rows(paths, types[0])
    found = []
    for kinds, group in groupby(zip(paths, types, strict=True), itemgetter(1)):
        some = [path for path, _ in group]
        found.append(_widened(rows(some, kinds), kinds, wide, some))
    return pl.concat(found)


def numbered(rows: pl.LazyFrame, index: str, form: str, piece: Piece | None) -> pl.LazyFrame:
    """Rows with their number from 1 on in a column in front; of a piece of a text that in it."""
    before = piece.start if piece is not None and form not in TEXT else 0
    return rows.with_row_index(index, before + 1)


def _widest(types: Sequence[pl.Schema]) -> dict[str, pl.DataType] | None:
    """The type that holds each column's numbers, where columns have several in several files; None
    where they have one, or no such type, or other names."""
    if all(kinds == types[0] for kinds in types) or any(x.keys() != types[0].keys() for x in types):
        return None
    wide = {}
    for name in types[0]:
        several = {kinds[name] for kinds in types} - {pl.Null()}
        if len(several) > 1 and not all(x.is_integer() or x.is_float() for x in several):
            return None
        empty = [pl.DataFrame(schema={name: kind}) for kind in several or {pl.Null()}]
        wide[name] = pl.concat(empty, how="vertical_relaxed").schema[name]
    return wide


def _widened(
    rows: pl.LazyFrame, types: pl.Schema, wide: Mapping[str, pl.DataType], paths: list[str]
) -> pl.LazyFrame:
    """Rows with their columns in wider types. It is an error as they are read where one has a whole
    number that is no double."""

    def doubles(column: pl.Series) -> pl.Series:
        found = column.cast(pl.Float64)
        if len(large := column.filter(found.abs() >= 2**53)):
            where = paths[0] if len(paths) == 1 else f"one of the files {paths[0]}, ..."
            message = (
                f"{where}, column '{column.name}': {large[0]} {LARGE}, and others have fractions"
                " there: --out FOLDER/ takes each file by itself"
            )
            raise pl.exceptions.ComputeError(message)  # Polars takes none of ours through
        return found

    columns = []
    for name, kind in wide.items():
        if types[name].is_integer() and kind == pl.Float64:
            x = pl.col(name).map_batches(doubles, return_dtype=pl.Float64, is_elementwise=True)
            columns.append(x)
        elif types[name] != kind:
            columns.append(pl.col(name).cast(kind))
    return rows.with_columns(columns).select(list(wide))


def has_quotes(text: BinaryIO) -> bool:
    """Whether a text has quotes, or CR within a line; True, too, where it is packed."""
    if text.read(2) in PACKED_MARKS:
        return True
    text.seek(0)
    while block := text.read(1 << 18):
        if block.endswith(b"\r"):
            block += text.read(1)
        if b'"' in block:
            return True
        if b"\r" in block and block.count(b"\r") > block.count(b"\r\n"):
            return True
    return False


def _unquoted(rows: pl.LazyFrame) -> pl.LazyFrame:
    """With the names of a header: of a quote within one Polars leaves the two that are written."""
    names = rows.collect_schema().names()
    mended = {name: name.replace('""', '"') for name in names if '""' in name}
    return rows.rename(mended) if mended else rows


def typed(rows: pl.LazyFrame, names: list[str], form: str, dialect: Dialect) -> list[pl.Expr]:
    """What makes columns of text numbers, or true and false, where all of a column's are and
    nothing is lost in a format: 007 stays text, and so does a number of 17 digits, or one that is
    no double; in JSON inf, too."""
    if not names:
        return []
    variable, value = free("name", names), free("text", names)
    x = dialect.numbers(pl.col(value))
    double = x.cast(pl.Float64, strict=False)
    held = double.is_finite()
    if form != "ndjson":
        held |= x.str.len_bytes() < len("1e309")  # inf is a number, and text of digits none that is
    number = double.is_not_null() & held & ~x.str.contains(CODE)
    told = {"whole": x.str.contains(WHOLE), "number": number, "truth": x.is_in(["true", "false"])}
    asked = [is_so.all().alias(kind) for kind, is_so in told.items()]
    # Below one another: Polars takes a millisecond for what is asked of each of many columns.
    rows = rows.select(names).unpivot(variable_name=variable, value_name=value)
    found = (
        rows.filter(pl.col(value).is_not_null())
        .group_by(variable)
        .agg(asked)
        .collect(engine="streaming")
    )
    casts = []
    for name, whole, is_number, truth in found.iter_rows():
        if truth:
            casts.append(pl.col(name) == "true")
        elif whole or is_number:
            number = dialect.numbers(pl.col(name))
            casts.append(number.cast(pl.Int64 if whole else pl.Float64))
    return casts


def free(name: str, taken: Sequence[str]) -> str:
    """A name that no column has."""
    while name in taken:
        name += "_"
    return name


def names_of(
    rows: pl.LazyFrame, paths: list[str], form: str, dialect: Dialect = PLAIN
) -> list[str]:
    """The names of the columns. Raises HodiffError for a file that has none, or one twice."""
    names = rows.collect_schema().names()
    if form == "ndjson" and not remote(paths[0]):  # of over 32 Polars has them in any order
        with open(paths[0], "rb") as file, suppress(ValueError, AttributeError):
            first = list(json.loads(file.readline()))
            names = sorted(names, key=lambda x: first.index(x) if x in first else len(first))
    if form in SEPARATORS:
        top: dict[str, Any] = {"has_header": False, "infer_schema": False, "n_rows": 1}
        top["separator"] = dialect.between(form)
        if remote(paths[0]):
            header = pl.scan_csv(paths[0], glob=has_magic(paths[0]), **top).collect().row(0)
        else:
            header = pl.read_csv(beginning(paths[0]), **top).row(0)
        twice = [str(name) for name, n in Counter(header).items() if n > 1 and name is not None]
        if twice:
            raise fault(f"{paths[0]} has several columns '{twice[0]}': give each a name of its own")
        if any("\r" in (name or "") and "\n" not in name for name in header):
            raise fault(
                f"the lines of {paths[0]} end in CR alone: write it anew with LF at their ends"
            )
    return names


def column(names: Sequence[str], wanted: str) -> str | None:
    """The column of a name: with spaces around it, too, where one alone has them."""
    if wanted in names:
        return wanted
    found = [name for name in names if name.strip() == wanted.strip()]
    return found[0] if len(found) == 1 else None


def missing(
    names: list[str], wanted: str, where: str, variable: str | None, apart: str = ""
) -> HodiffError:
    """The error for a column that isn't there: a variable's, or one to keep."""
    if apart:
        return fault(f"{where} has no column '{wanted}': it has one, '{names[0][:60]}': {apart}")
    if all(re.fullmatch(r"[-+.\d]+(e[-+]?\d+)?", name.strip(), re.IGNORECASE) for name in names):
        mend = f"its first line is numbers, '{','.join(names)[:60]}': put one with names above it"
        return fault(f"{where} has no column '{wanted}': {mend}")
    shown = ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
    mend = nearest(wanted, names) or f": it has {shown or 'none'}"
    if variable is None:
        return fault(f"{where} has no column '{wanted}'{mend}", "--keep")
    how = f"; --map {variable}=COLUMN chooses another, --let {variable}=2 a constant"
    return fault(f"{where} has no column '{wanted}'{mend}{how}")


def apart(names: Sequence[str], form: str, dialect: Dialect) -> str:
    """What to do where the only column's name looks like several; empty where it doesn't."""
    if len(names) != 1 or form not in SEPARATORS:
        return ""
    csv = "--in-format csv " if form == "tsv" else ""
    mends = {
        "\t": "--in-format tsv reads that",
        ";": f"{csv}--separator ';' reads that, --decimal-comma with decimals as 1,5",
        "|": f"{csv}--separator '|' reads that",
        ",": f"{csv or '--separator , '}reads that",
    }
    if re.fullmatch(r"\w+( \w+)+", names[0]):
        mends[" "] = f"{csv}--separator ' ' reads that"
    own = dialect.between(form)
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
        if first.startswith(b"x^"):
            return f"{path} begins with x^, as packed files may: write the first name in quotes"
        if first[:2] not in PACKED_MARKS:
            if form not in MARKS or first.startswith(MARKS[form]):
                return None
            others = ", nor do Arrow's streams and Feather 1" if form == "ipc" else ""
            return f"{path} can't be read as {form}: it doesn't begin as such files do{others}"
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
    """The first row that has more fields than the header, or text that isn't UTF-8."""
    separator = dialect.between(form)
    try:
        with TextIOWrapper(_bytes(path), encoding="utf-8", newline="") as file:
            lines = csv.reader(file, delimiter=separator, strict=True)
            header = next(lines, [])
            if not header:
                return f"{path}, line 1: it is empty, and should be the header"
            for row, fields in enumerate(lines, 1):
                if len(fields) > len(header):
                    n, mend = len(header), apart(header, form, dialect)
                    return (
                        f"{path}, row {row}: it has {len(fields)} fields, and there"
                        f" {'is' if n == 1 else 'are'} {n} column{'s' * (n > 1)}; the first too"
                        f" many is {fields[n]!r}" + (f": {mend}" if mend else "")
                    )
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x}"
        return f"{path}, {_place(path, separator)} not UTF-8, {byte}: write it anew as such"
    except csv.Error as error:
        return f"{path}, line {lines.line_num}: {error}: is a quote not closed?"
    except OSError:
        pass
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
    with suppress(OSError), _bytes(path) as file:
        for row, line in enumerate(file, 1):
            if not line.strip():
                continue
            if row == 1 and line.startswith(BOM_UTF8):
                return f"{path} begins with a byte order mark: write it without"
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
    return None


def _no_number(text: str) -> None:
    raise ValueError(f"JSON has no {text}: write null")


def _finite(text: str) -> float:
    if isinf(x := float(text)):
        raise ValueError(f"{text} passes the largest double (1.8e308)")
    return x


def sink(
    rows: pl.LazyFrame, path: str, form: str, plain: bool = False, dialect: Dialect = PLAIN
) -> pl.LazyFrame:
    """The rows on their way into a file, or to standard output; plain: no text needs quotes,
    and none is searched for what does."""
    if path == STDOUT and not sys.stdout:
        raise fault("there is no standard output: name a file, --out", "--out")
    where: Any = sys.stdout.buffer if path == STDOUT else path
    packed: Any = PACKED.get(path.lower().rpartition(".")[2], "uncompressed")
    if form == "ndjson":
        return rows.sink_ndjson(where, compression=packed, check_extension=False, lazy=True)
    if form in SEPARATORS:
        return rows.sink_csv(
            where,
            separator=dialect.between(form),
            decimal_comma=dialect.comma,
            quote_style="never" if plain else "necessary",
            compression=packed,
            check_extension=False,
            lazy=True,
        )
    return (
        rows.sink_parquet(where, compression_level=LEVEL, lazy=True)
        if form == "parquet"
        else rows.sink_ipc(where, lazy=True)
    )


@contextmanager
def whole(path: str) -> Iterator[str]:
    """A path to write to, which becomes the file's own where the block ends well."""
    if path == STDOUT or remote(path):
        yield path
        return
    with output.whole(path) as beside:
        yield beside


def same(a: str, b: str) -> bool:
    """Whether two paths are of one file, there or not."""
    return os.path.realpath(a) == os.path.realpath(b)
