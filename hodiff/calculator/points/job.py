"""A job: derivatives of every row of a file, into another."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from glob import has_magic
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from hodiff.answers.question import How
from hodiff.calculator import output
from hodiff.calculator.compiled import Compiled
from hodiff.calculator.points import ENDINGS, broken, files, grid
from hodiff.calculator.points.files import fault
from hodiff.calculator.points.lists import LISTED, Lists
from hodiff.calculator.points.pieces import Piece
from hodiff.calculator.points.rows import GIVEN, REASON, Rows, is_readable
from hodiff.calculator.points.solver import Solver, Stopped
from hodiff.engine.graph import topological
from hodiff.language.build import NAMED

ENDED = {*files.COMPRESSED, *(x for endings in ENDINGS.values() for x in endings)}
VALUES = {"e": "exp(1)", "pi": "acos(-1)", "golden_ratio": "(1+sqrt(5))/2"}
LOOKED_THROUGH = 1 << 32  # bytes of text: more would come from the disk twice
RESULTS = "hodiff"  # the struct of results, before it is taken apart


class Source(NamedTuple):
    """Rows as they are read: where is what a message calls them, number the column that numbers
    them, mend what to do where they have one column that looks like several."""

    rows: pl.LazyFrame
    names: list[str]
    where: str
    number: str
    mend: str = ""

    def column(self, wanted: str, variable: str | None = None) -> str:
        """The column of a name. Raises HodiffError where there is none."""
        found = files.column(self.names, wanted)
        if found is None:
            raise broken.missing(self.names, wanted, self.where, variable, self.mend)
        return found


@dataclass
class Job:
    """What is asked.

    compiled      what is computed from a row, or searched in it
    points        a file, a folder, a pattern, or - for standard input; None with a grid
    out           a file, - for standard output, or a folder for a file each
    maps          the columns of variables that aren't named as they are
    keep          the columns that are left beside the results; None for all
    skips, fails  what is done where a row has no answer, else a missing value
    errors        a file for rows without an answer, and why
    proven        every row in balls
    check         some rows are compared with balls
    resume        of a folder of parts those that are there stay
    piece         what is to be done of the points; None for all
    dialect       what parts columns and decimals in text
    """

    compiled: Compiled
    how: How = field(default_factory=How)
    points: str | None = None
    grid: grid.Axes | None = None
    out: str = files.STDOUT
    in_form: str | None = None
    out_form: str | None = None
    maps: Mapping[str, str] = field(default_factory=dict)
    keep: Sequence[str] | None = None
    skips: bool = False
    fails: bool = False
    errors: str | None = None
    proven: bool = False
    check: bool = False
    resume: bool = False
    piece: Piece | None = None
    dialect: files.Dialect = files.PLAIN
    rows: Rows = field(init=False)
    total: int | None = field(init=False, default=None)
    casts: list[pl.Expr] = field(init=False, default_factory=list)
    notes: list[str] = field(init=False, default_factory=list)
    parts: tuple[int, int] = field(init=False, default=(0, 0))  # done, and all of them

    def __post_init__(self) -> None:
        solver = Solver(self.compiled, self.how)
        keeps = self.errors is not None
        how = self.proven, self.fails, self.check, keeps, self.skips
        kernel = Lists if self.compiled.columns.listed else Rows
        self.rows = kernel(self.compiled, solver, *how)
        self.rows.dialect = self.dialect

    def __reduce__(self) -> Any:
        """Pickled as what is asked, without what has been done of it."""
        return Job, tuple(getattr(self, x.name) for x in fields(self) if x.init)

    def stop(self) -> None:
        self.rows.stopped = self.rows.solver.stopped = True

    def run(self) -> None:
        """All rows. Raises HodiffError where a file isn't as it should be; nothing is written
        then."""
        try:
            with self.reasons():
                if self.grid is not None:
                    self._check_one_file()
                    self.total = grid.size(self.grid)
                    self.write(self.out, None)
                    return
                assert self.points is not None
                paths = files.sources(self.points)
                if self.out.endswith("/") or os.path.isdir(self.out):
                    self._each(paths)
                    return
                self._check_one_file()
                with files.on_disk(paths[0]) as first:
                    self.write(self.out, [first, *paths[1:]])
        finally:
            self.rows.solver.end()

    def _check_one_file(self) -> None:
        """What goes with a folder of parts alone, where there is one output."""
        if self.resume:
            raise fault("--resume is for a folder of parts: --out parts/", "--resume")
        if self.out.endswith("/") or os.path.isdir(self.out):
            name = os.path.join(self.out, "grid.csv")
            raise fault(
                f"--grid gives one file, and '{self.out}' is a folder: --out {name}", "--out"
            )

    def head(self, n: int, form: str = files.TABLE) -> pl.DataFrame:
        """The first rows with their results, as they are in a format, or to be shown: with their
        numbers in front."""
        try:
            if self.grid is not None:
                return self.answered(None, form, n).collect()
            assert self.points is not None
            paths = files.sources(self.points)
            with files.on_disk(paths[0]) as first, self.told([first, *paths[1:]]):
                return self.answered([first, *paths[1:]], form, n).collect(engine="streaming")
        finally:
            self.rows.solver.end()

    def _each(self, paths: list[str]) -> None:
        """A file for each of paths, of its name."""
        for path in paths:
            if files.is_stream(path):
                shown = "standard input" if path == files.STDIN else f"'{path}'"
                message = f"{shown} gives one file, and '{self.out}' is a folder: name a file in it"
                raise fault(message, "--out")
            if files.remote(path) and has_magic(path):
                message = f"'{path}' is read as one: name a file for its rows, --out all.parquet"
                raise fault(message, "--out")
        if self.resume and files.remote(self.out):
            raise fault("--resume looks for parts on this machine, not in a store", "--resume")
        targets = self._targets(paths)
        self.parts = 0, len(paths)
        for k, (path, (target, form)) in enumerate(targets.items()):
            if not (self.resume and os.path.exists(target)):
                try:
                    if not files.remote(target):
                        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
                except OSError as error:
                    raise fault(f"'{target}' can't be written: {error.strerror}", "--out") from None
                self.rows.file = path
                self.write(target, [path], form)
            self.parts = k + 1, len(paths)

    def _targets(self, paths: list[str]) -> dict[str, tuple[str, str]]:
        """The part of each of paths, and its format. Raises HodiffError where one would be written
        over a file that is read, or over another part."""
        read, written = {os.path.realpath(path): path for path in paths}, dict[str, str]()
        targets = {}
        for path in paths:
            stem, form = self.part(path)
            target = os.path.join(self.out, f"{stem}.{form}")
            real = os.path.realpath(target)
            if real in read:
                raise fault(f"{read[real]} would be written over: choose another folder", "--out")
            if real in written:
                raise fault(
                    f"{written[real]} and {path} would both be '{target}': give one another name",
                    "--out",
                )
            if self.errors is not None and files.same(target, self.errors):
                raise fault(f"--errors and a part are one file, '{target}'", "--errors")
            written[real] = path
            targets[path] = target, form
        return targets

    def part(self, path: str) -> tuple[str, str]:
        """The name in a folder of parts for that of a file, without its ending, and the format."""
        assert self.points is not None
        root = self.points if os.path.isdir(self.points) else os.path.dirname(self.points)
        while has_magic(root) and not os.path.isdir(root):
            root = os.path.dirname(root)
        if files.remote(path):  # of a pattern, which is read as one, the folder's
            stem = next(word for word in reversed(path.split("/")) if not has_magic(word))
        else:
            stem = os.path.relpath(path, root or ".")
        while Path(stem).suffix.lstrip(".") in ENDED:
            stem = str(Path(stem).with_suffix(""))
        return stem, self.out_form or files.form_of(path, self.in_form, "--points")

    @property
    def wanted(self) -> dict[str, str]:
        """The column of each variable, as it is named by who asks."""
        found = {name: self.maps.get(name, name) for name in self.compiled.inputs}
        after = self.compiled.columns.after
        for name, x in after.beside.items() if after else ():
            found[name] = self.maps.get(name, name.removesuffix(x) + found[x])
        return found

    def form(self, paths: list[str]) -> str:
        """The format of what is read: of a stream, which is kept in a file, its own."""
        assert self.points is not None
        return files.form_in([self.points] if files.is_stream(self.points) else paths, self.in_form)

    def write(self, out: str, paths: list[str] | None, form: str | None = None) -> None:
        form = form or files.form_of(out, self.out_form, "--out")
        if out == files.STDOUT and form not in files.TEXT:
            listed = ", ".join(files.TEXT)
            raise fault(f"{form} is no stream: name a file, --out, or take {listed}", "--out")
        with files.whole(out) as path, self.told(paths or [], out, path):
            rows = self.answered(paths, form)
            plain = paths is not None and self._is_plain(paths, rows, form)
            files.sink(rows, path, form, plain, self.dialect).collect(engine="streaming")

    def _is_plain(self, paths: list[str], rows: pl.LazyFrame, form: str) -> bool:
        """Whether nothing needs quotes: rows go from text to text, and none of it has any. To look
        at every field takes Polars as long as to write it."""
        if form not in files.SEPARATORS or self.form(paths) != form:
            return False
        schema = rows.collect_schema()
        marks = (self.dialect.between(form), *files.QUOTED)
        words = any(schema[name] == pl.String for name in self.compiled.outputs)
        if words or any(mark in name for name in schema for mark in marks):
            return False
        if self.piece is not None and self.piece.stop is not None:
            return not files.has_quotes(self.piece.text())
        if any(map(files.remote, paths)) or sum(map(os.path.getsize, paths)) > LOOKED_THROUGH:
            return False
        for path in paths:
            with open(path, "rb") as file:
                if files.has_quotes(file):
                    return False
        return True

    def answered(self, paths: list[str] | None, form: str, n: int | None = None) -> pl.LazyFrame:
        """The rows with their results, as they are written in a format; the first n."""
        if unknown := [name for name in self.maps if name not in self.compiled.inputs]:
            if unknown[0] in self.compiled.outputs:
                message = f"'{unknown[0]}' is searched for and needs no column: leave out --map"
                raise fault(message, "--map")
            raise fault(f"--map names '{unknown[0]}', and EXPR has no such variable", "--map")
        source = self._grid() if paths is None else self._files(paths, form)
        columns, absent = self._columns(source)
        kept = self._kept(source)
        self._check_constants(source.names, source.where)
        self._check_order(source, columns)
        if self._is_counted(paths) and n is None:
            self.total = source.rows.select(pl.len()).collect().item()
        rows = source.rows if n is None else source.rows.head(n)
        text = form in files.AS_WRITTEN
        schema = rows.collect_schema()
        there = [column for name, column in columns.items() if name not in absent]
        self._check_types(schema, source.where, there)
        self._check_flat(schema, source.where, kept, form)
        if form == files.TABLE:
            kept = [source.number, *kept]
        after = self.compiled.columns.after
        values = [
            pl.lit(after.defaults[name] if after else None) if name in absent else pl.col(column)
            for name, column in columns.items()
        ]
        inputs = [x.alias(name) for x, name in zip(values, columns, strict=True)]
        texts = {  # columns that come back as the numbers that they say, and whose these are
            column: name
            for name, column in columns.items()
            if not text and name not in absent and column in kept and schema[column] == pl.String
        }
        self.rows.index, self.rows.given = source.number, list(texts.values())
        self.rows.columns = columns
        results = pl.struct([*inputs, source.number]).map_batches(
            self.rows, return_dtype=self.rows.kind, is_elementwise=True
        )
        found = files.free(RESULTS, kept)
        rows = rows.select([*(x for x in kept if x not in texts), results.alias(found)])
        if self.skips:
            rows = rows.filter(pl.col(found).struct.field(REASON).is_null())
        field = pl.col(found).struct.field
        told = [field(GIVEN.format(texts[x])).alias(x) if x in texts else pl.col(x) for x in kept]
        if self.compiled.columns.listed:
            told.append(field(LISTED).alias(found))
            rows, told = rows.select(told).explode(found), [pl.col(x) for x in kept]
        return rows.select([*told, *map(field, self.compiled.outputs)])

    def _grid(self) -> Source:
        assert self.grid is not None
        index = files.free("row", [*self.grid, *self.compiled.outputs])
        ends = (self.piece.start, self.piece.stop) if self.piece else ()
        return Source(grid.rows(self.grid, index, *ends), list(self.grid), "--grid", index)

    def _files(self, paths: list[str], form: str) -> Source:
        """The rows of files; text that goes into another format in the types that it has."""
        came = self.form(paths)
        where = paths[0] if len(paths) == 1 else f"'{self.points}'"
        if self.points == files.STDIN:
            where = "standard input"
        rows = files.scan(paths, came, None, self.dialect)
        names = files.names_of(rows, paths, came, self.dialect)
        index = files.free("row", [*names, *self.compiled.outputs])
        if self.piece is not None:
            rows = files.scan(paths, came, self.piece, self.dialect)
        rows = files.numbered(rows, index, came, self.piece)
        if came in files.SEPARATORS and form not in files.AS_WRITTEN:
            if self.piece is not None and self.piece.stop is not None:
                self.casts = list(self.piece.casts)
            else:
                kept = names if self.keep is None else self.keep
                inputs = {files.column(names, x) for x in self.wanted.values()}
                asked = [y for x in kept if (y := files.column(names, x)) and y not in inputs]
                self.casts = files.typed(rows, asked, form, self.dialect)
            rows = rows.with_columns(self.casts)
        return Source(rows, names, where, index, broken.apart(names, came, self.dialect))

    def _is_counted(self, paths: list[str] | None) -> bool:
        """Whether files say at once how many rows they have."""
        whole = self.piece is None or self.piece.stop is None
        return paths is not None and whole and self.form(paths) == "parquet"

    def _columns(self, source: Source) -> tuple[dict[str, str], dict[str, str]]:
        """The column of each input; and of those that may do without one and have none, which it
        would be."""
        after = self.compiled.columns.after
        columns, absent = dict[str, str](), dict[str, str]()
        for name, wanted in self.wanted.items():
            without = after and name in after.beside and name not in self.maps
            if without and files.column(source.names, wanted) is None:
                columns[name] = absent[name] = wanted
            else:
                columns[name] = source.column(wanted, name)
        self.notes = after.absent(absent) if after else []
        return columns, absent

    def _kept(self, source: Source) -> list[str]:
        """The columns that are kept beside the results."""
        kept = source.names if self.keep is None else [source.column(x) for x in self.keep]
        for name in kept if self.keep else ():
            if kept.count(name) > 1:
                raise fault(f"--keep has '{name}' twice", "--keep")
        if taken := [name for name in self.compiled.outputs if name in kept]:
            others = [name for name in kept if name not in taken]
            raise fault(
                f"{source.where} has a column '{taken[0]}', as the results have: leave it out,"
                f" --keep {','.join(map(_quoted, others)) or 'none'}",
                "--keep",
            )
        return kept

    def _check_types(self, schema: pl.Schema, where: str, columns: Iterable[str]) -> None:
        """Raise where an input's column holds no numbers."""
        for column in columns:
            if not is_readable(schema[column]):
                raise fault(f"{where}, column '{column}': it has {schema[column]}, not numbers")

    def _check_flat(self, schema: pl.Schema, where: str, kept: list[str], form: str) -> None:
        """Raise where a column is kept that a line of text can't hold."""
        if form not in files.TEXT:
            return
        for name in kept:
            kind = schema[name]
            flat = form == "ndjson" or not (kind.is_nested() or kind == pl.Duration)
            if kind == pl.Binary or not flat:
                shown = "JSON" if form == "ndjson" else "CSV"
                raise fault(
                    f"{where}, column '{name}': it has {kind}, which {shown} can't hold:"
                    " leave it out by --keep, or choose another format",
                    "--keep",
                )

    def _check_order(self, source: Source, columns: Mapping[str, str]) -> None:
        """Raise where a vector without names goes in the order of EXPR's variables, and their
        columns come in another."""
        compiled = self.compiled
        if compiled.wrt is not None or compiled.what == "vjp":
            return
        ours = [x for x in compiled.inputs if columns.get(x) in source.names]
        theirs = sorted(ours, key=lambda x: source.names.index(columns[x]))
        for option in ("v", "along"):
            given = compiled.own.get(option)
            nameless = "=" not in given if isinstance(given, str) else given and not given[0][0]
            if given is not None and nameless and ours != theirs:
                raise fault(
                    f"--{option} has no names, and the variables are {', '.join(ours)} in EXPR but"
                    f" {', '.join(theirs)} in {source.where}: name them, --{option}"
                    f" {','.join(f'{x}=1' for x in ours)}, or say the order, --wrt"
                    f" {','.join(theirs)}",
                    f"--{option}",
                )

    def _check_constants(self, names: list[str], where: str) -> None:
        """Raise where EXPR means a constant of the name of a column."""
        used = {x.operation for x in topological(self.compiled.columns.graphs)}
        named = [name for name, x in NAMED.items() if x.operation in used]
        for name in [*named, *self.compiled.physical]:
            if name in names and name not in self.maps.values():
                if name in self.compiled.let_names:
                    continue
                value = VALUES.get(name)
                raise fault(
                    f"'{name}' is a constant in EXPR and a column of {where}: for the column write"
                    f" another name, as in --map {name}_={name}"
                    + (f"; for the constant --let {name}={value}" if value else ""),
                    "EXPR",
                )

    @contextmanager
    def told(self, paths: list[str], out: str = "", beside: str = "") -> Iterator[None]:
        """What goes wrong in Polars as what it means, as it reads paths and writes beside out."""
        try:
            yield
        except Stopped:
            raise self.rows.error or Stopped from None
        except (pl.exceptions.PolarsError, OSError, pl.exceptions.PanicException) as error:
            text = str(error)
            if isinstance(error, BrokenPipeError) or "Broken pipe" in text:
                raise BrokenPipeError from None
            for wrong in ("No space left", "os error 28", "Disk quota", "File too large"):
                if wrong in text:
                    if out == files.STDOUT:
                        message = f"standard output can't be written: {wrong.lower()}"
                        raise fault(message, "--out") from None
                    message = f"'{out}' can't be written: {wrong.lower()} on its disk"
                    raise fault(f"{message}; the old file is as it was", "--out") from None
            asked = any(f"performing {word} " in text for word in ("PUT", "POST", "DELETE"))
            if files.remote(out) and asked and (why := broken.of_store(text)):
                raise fault(f"'{out}' can't be written: {why}", "--out") from None
            here = beside and out != files.STDOUT and not files.remote(out)
            if here and (why := output.removed(beside)):
                raise output.unwritable(out, why) from None
            if not paths:
                raise
            raise broken.told(error, paths, self.form(paths), self.dialect) from None

    @contextmanager
    def reasons(self) -> Iterator[None]:
        """Writes the rows without an answer at last."""
        if self.errors is None:
            yield
            return
        form = files.form_of(self.errors, None, "--errors")
        read = [] if self.points in (None, files.STDIN) else files.sources(self.points or "")
        for option, paths in (("--out", [self.out]), ("--points", read)):
            if any(files.same(path, self.errors) for path in paths):
                raise fault(f"--errors and {option} are one file: choose another", "--errors")
        with files.whole(self.errors) as path, self.told([], self.errors, path):
            yield
            schema = {"file": pl.String, "row": pl.Int64, "kind": pl.String, "reason": pl.String,
                      "place": pl.String}  # fmt: skip
            found = pl.DataFrame(sorted(self.rows.reasons), schema=schema, orient="row")
            if not self.rows.file:
                found = found.drop("file")
            files.sink(found.lazy(), path, form, dialect=self.dialect).collect()


def _quoted(name: str) -> str:
    return f"'\"{name}\"'" if "," in name else name
