"""Files of rows, as Polars reads and writes them; and output that is whole or isn't there."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from glob import glob, has_magic
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import polars as pl

from hodiff.calculator import output
from hodiff.calculator.points import ENDINGS, FORMATS
from hodiff.calculator.points.pieces import PACKED as PACKED_MARKS
from hodiff.calculator.points.pieces import Piece, beginning
from hodiff.errors import HodiffError

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
HIDDEN = (".", "_")
UNREAD = {
    **dict.fromkeys(("zip", "bz2", "xz", "7z", "rar"), "unpack it, or pack it as .gz or .zst"),
    **dict.fromkeys(("xlsx", "xls", "xlsm", "ods"), "save the table as CSV"),
    "json": "an object a line is --in-format ndjson, and jq -c '.[]' makes that of a list",
}  # fmt: skip
"""What ends the names of files that aren't read, and what mends that."""
LARGE = "may be no double"  # of whole numbers beside fractions
SWAPPED = [".", ","], [",", "."]


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
    if option == "--points" and words and (mend := UNREAD.get(words[-1])):
        raise fault(f"'{path}' can't be read: {mend}")
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
        _followed(path)
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
    names, header = rows.collect_schema().names(), list[str]()
    if form == "ndjson" and not remote(paths[0]):  # of over 32 Polars has them in any order
        with open(paths[0], "rb") as file, suppress(ValueError, TypeError):
            header = [name for name, _ in json.loads(file.readline(), object_pairs_hook=list)]
            names = sorted(names, key=lambda x: header.index(x) if x in header else len(header))
    if form in SEPARATORS:
        top: dict[str, Any] = {"has_header": False, "infer_schema": False, "n_rows": 1}
        top["separator"] = dialect.between(form)
        if remote(paths[0]):
            found = pl.scan_csv(paths[0], glob=has_magic(paths[0]), **top).collect()
        else:
            found = pl.read_csv(beginning(paths[0]), **top)
        header = [name or "" for name in found.row(0)]
    twice = [name for name, n in Counter(header).items() if n > 1 and name]
    if twice:
        raise fault(f"{paths[0]} has several columns '{twice[0]}': give each a name of its own")
    if form in SEPARATORS:
        if any("\0" in name for name in header):
            raise fault(
                f"the header of {paths[0]} has NUL bytes: is it UTF-16? Then write it anew,"
                " iconv -f UTF-16LE -t UTF-8"
            )
        if any("\r" in name and "\n" not in name for name in header):
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
