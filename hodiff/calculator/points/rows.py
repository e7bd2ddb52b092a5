"""What is done to a batch of rows: numbers in doubles, and for rows that these can't answer those
in balls, or why there are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from re import ASCII, IGNORECASE, fullmatch
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from hodiff.calculator.compiled import Compiled
from hodiff.calculator.points.files import PLAIN
from hodiff.calculator.points.solver import Refused, Solver, Stopped
from hodiff.errors import HodiffError

TYPES = {float: pl.Float64, int: pl.Int64, str: pl.String}
WHOLE = 2**53  # above it not every whole number is a double
REASON = "reason"  # of the kernel's results: null where there is an answer
GIVEN = "given {}"  # of these: an input's number
LONG = r"[\d.]{16}"  # text that may be such a number
DIGITS = r"\s*[+-]?\d[\d.,_' \u00a0\u202f]*(e[+-]?\d+)?\s*"  # perhaps with marks between them
NUMBER = r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*"
MISSING = ("na", "n/a", "#n/a", "null", "none", "-", "--", "?", ".", "missing")  # as some write
NOT_ZERO = r"^[^eE]*[1-9]"  # text of digits that aren't all 0
CHECKED = 64  # rows of a batch that are checked at most
MOST_CHECKED = 5000
LOST = 1e-8  # relative error of a double that has lost half its digits

pl.Series(np.zeros(1))  # Polars takes in numpy at the first: two threads at once may fail to


class Batch(NamedTuple):
    """Rows as they are taken in: their columns, of the inputs the doubles, as columns and as arrays
    (nan where one is missing), and the rows' numbers; reasons get why some have no answer."""

    frame: pl.DataFrame
    columns: dict[str, pl.Series]
    arrays: list[Any]
    rows: pl.Series
    reasons: dict[int, Refused]


class Rows:
    """A function of batches of rows: of a struct of the inputs' columns and the row's number, it
    gives one of the outputs'.

    It may be called by several threads at once. proven: every row in balls; fails: the first row
    without an answer raises; check: some rows are compared with balls; keeps: all reasons are kept;
    tells: there is a column of them, too.
    """

    def __init__(
        self,
        compiled: Compiled,
        solver: Solver,
        proven: bool = False,
        fails: bool = False,
        check: bool = False,
        keeps: bool = False,
        tells: bool = True,
    ) -> None:
        self.compiled, self.solver = compiled, solver
        self.plan = None if proven else compiled.checking(solver.how)
        self.index = "row"  # the column of the row's number
        self.given: list[str] = []  # inputs that come back as numbers
        self.columns: Mapping[str, str] = {}  # the file's, of the inputs
        self.dialect = PLAIN
        self.fails, self.check, self.keeps, self.tells = fails, check, keeps, tells
        self.lock = Lock()
        self.done = 0
        self.refused: Counter[str] = Counter()
        self.first: tuple[str, int, Refused] | None = None
        self.file = ""  # of several the one that is read
        self.reasons: list[tuple[str, int, str, str, str]] = []
        self.checked = self.lost = 0
        self.most = MOST_CHECKED
        self.stopped = False
        self.error: HodiffError | None = None

    @property
    def kind(self) -> pl.Struct:
        """The type of what a batch gives."""
        given = dict.fromkeys(map(GIVEN.format, self.given), pl.Float64)
        told = {REASON: pl.String} if self.tells else {}
        return pl.Struct({**self._outputs, **given, **told})

    @property
    def _outputs(self) -> dict[str, Any]:
        return {name: TYPES[kind] for name, kind in self.compiled.columns.kinds.items()}

    def __call__(self, given: pl.Series) -> pl.Series:
        if self.stopped:
            raise Stopped
        written = given.struct.unnest()
        frame = written
        if self.dialect.comma:
            frame = written.with_columns(self.dialect.numbers(pl.col(pl.String)))
        columns, wrong = {}, {}
        for name in self.compiled.inputs:
            columns[name] = column = doubles(frame[name])
            if frame[name].dtype == pl.String and column.null_count() > frame[name].null_count():
                there = frame[name].str.strip_chars() != ""  # what is blank is missing
                wrong[name] = column.is_null() & there.fill_null(False)
        arrays = [
            (column.fill_null(np.nan) if column.null_count() else column).to_numpy()
            for column in columns.values()
        ]
        rows, reasons = frame[self.index], dict[int, Refused]()
        batch = Batch(frame, columns, arrays, rows, reasons)
        results, known, counted = self._results(batch)
        for name, places in wrong.items():
            for i in np.flatnonzero(places.to_numpy()).tolist():
                if i not in reasons:
                    text = str(written[name][i])[:60]
                    why = f"{text!r} is no number{_mend(text, self.dialect.comma)}"
                    where = f"column '{self.columns.get(name, name)}'"
                    told = Refused("number", f"{where}: {why}", name)
                    reasons[i] = self._refuse(rows[i], told)
        if self.check:
            self._compare(batch, results, known)
        with self.lock:
            self.done += len(frame) - counted
        numbers = [columns[name].alias(GIVEN.format(name)) for name in self.given]
        return self._series(results, known, reasons, numbers)

    def _results(self, batch: Batch) -> tuple[Any, Any, int]:
        """The outputs' columns, in which rows there is an answer, and how many count as done."""
        n = len(batch.frame)
        results, doubt = self._computed(batch.arrays, n)
        known = complete(batch) if doubt.any() else np.ones(n, bool)
        asked = np.flatnonzero(known & (doubt | _rounded(batch)))
        if len(asked):
            results = {name: np.array(y) for name, y in results.items()}
        for i, values in self._asked(batch, asked):
            if values is None:
                known[i] = False
            else:
                for y, value in zip(results.values(), values, strict=True):
                    y[i] = value
        return results, known, len(asked)

    def _asked(self, batch: Batch, asked: Any) -> Iterator[tuple[int, list[Any] | None]]:
        """What the solver says of rows, as it comes, and None where there is no answer: each
        counts as done from then on."""
        if not len(asked):
            return
        found = self.solver(_points(batch, asked))
        for i, answer in zip(asked.tolist(), found, strict=True):
            with self.lock:
                self.done += 1
            if isinstance(answer, Refused):
                batch.reasons[i] = self._refuse(batch.rows[i], answer)
                yield i, None
                continue
            if answer.left is not None:
                batch.reasons[i] = self._refuse(batch.rows[i], Refused(*answer.left))
            yield i, answer.values

    def _computed(self, arrays: list[Any], n: int) -> tuple[dict[str, Any], Any]:
        if self.plan is None:
            kinds = self.compiled.columns.kinds.items()
            empty = {y: np.zeros(n) if kind is float else np.full(n, None) for y, kind in kinds}
            return empty, np.ones(n, bool)
        found = self.plan(arrays, 1)
        if not arrays:
            found = [np.repeat(x, n) for x in found]
        results, doubt = self.compiled.named(found, arrays), found[-1]
        if self.compiled.columns.after:
            for x in results.values():
                if x.dtype == float:
                    doubt = doubt | ~np.isfinite(x)
        return results, doubt

    def _refuse(self, row: int, answer: Refused) -> Refused:
        if self.fails:
            self.stopped, self.first = True, (self.file, row, answer)
            self.error = no_answer(self.file, row, answer)
            raise Stopped
        with self.lock:
            self.refused[answer.kind] += 1
            if self.first is None or (self.file, row) < self.first[:2]:
                self.first = self.file, row, answer
            if self.keeps:
                self.reasons.append((self.file, row, answer.kind, answer.message, answer.written))
        return answer

    def _compare(self, batch: Batch, results: Mapping[str, Any], known: Any) -> None:
        """Rows from all over the batch beside their answers in balls."""
        there = np.flatnonzero(known)
        if self.checked >= self.most or not len(there):
            return
        some = there[np.linspace(0, len(there) - 1, min(CHECKED, len(there))).astype(int)]
        found = self.solver(_points(batch, some))
        lost = checked = 0
        for i, answer in zip(some.tolist(), found, strict=True):
            if isinstance(answer, Refused):
                continue
            checked += 1
            pairs = zip(results.values(), answer.values, strict=True)
            lost += any(abs(y[i] - value) > LOST * abs(value) for y, value in pairs)
        with self.lock:
            self.checked += checked
            self.lost += lost

    def _series(
        self,
        results: Any,
        known: Any,
        reasons: Mapping[int, Refused],
        given: Sequence[pl.Series],
    ) -> pl.Series:
        once = {id(y): y for y in results.values()}  # several names may be of one
        series = {
            key: pl.Series(y) if y.dtype == float else pl.Series(y.tolist(), dtype=pl.String)
            for key, y in once.items()
        }
        columns = [series[id(y)].alias(name) for name, y in results.items()]
        if not known.all():
            there = pl.when(pl.Series(known))
            columns = pl.DataFrame(columns).select(there.then(pl.all()).name.keep()).get_columns()
        return self._struct([*columns, *given], reasons, len(known))

    def _struct(
        self, columns: list[pl.Series], reasons: Mapping[int, Refused], n: int
    ) -> pl.Series:
        """Columns as one, with that of the reasons where it is asked for."""
        if self.tells:
            told = pl.Series(REASON, [None], pl.String).new_from_index(0, n)
            if reasons:
                kinds = [reasons[i].kind if i in reasons else None for i in range(n)]
                told = pl.Series(REASON, kinds, pl.String)
            columns.append(told)
        return pl.DataFrame(columns).to_struct()


def no_answer(file: str, row: int, why: Refused) -> HodiffError:
    where = f"{file}, row {row}" if file else f"row {row}"
    return HodiffError(why.kind, f"{where}: {why.message}")


def complete(batch: Batch) -> Any:
    """The rows in which no value is missing."""
    found = np.ones(len(batch.frame), bool)
    for x in batch.arrays:
        found &= ~np.isnan(x)
    return found


def is_readable(kind: pl.DataType) -> bool:
    """Whether a column's type is one of numbers, or of text that may say some."""
    return kind.is_numeric() or kind in (pl.String, pl.Boolean, pl.Null)


def _mend(text: str, comma: bool) -> str:
    """What there is to say of text that is no number, but looks like one."""
    if text.strip().lower() in MISSING:
        return ": a missing value is an empty field"
    if "\N{MINUS SIGN}" in text:
        return ": a minus is '-'"
    swapped = text.translate({ord("."): ",", ord(","): "."})
    if fullmatch(NUMBER, swapped if comma else text, IGNORECASE | ASCII):
        return ": no double is as large, or as near to 0"
    if not fullmatch(DIGITS, text, IGNORECASE | ASCII):
        return ""
    mark = "," if comma else "."
    how = fullmatch(NUMBER, swapped, IGNORECASE | ASCII) and not comma
    return f": a number has no mark but one '{mark}' before its decimals" + (
        "; --decimal-comma takes ',' there" if how else ""
    )


def doubles(column: pl.Series) -> pl.Series:
    """A column as doubles: text as the number it says, null where it says none that is a double."""
    kind = column.dtype
    if kind == pl.String:
        found = column.cast(pl.Float64, strict=False)
        if found.null_count() > column.null_count():
            found = column.str.strip_chars().cast(pl.Float64, strict=False)
        there = found.to_numpy()  # numpy tells sooner than Polars that there are no ends
        if there.all() and not np.isinf(there).any():
            return found
        ends = (found == 0) | found.is_infinite()
        ends = (ends & (column.str.len_bytes() >= len("1e309"))).arg_true()
        if len(ends) and len(lost := ends.filter(column.gather(ends).str.contains(NOT_ZERO))):
            found = found.scatter(lost, None)
        return found
    return column.cast(pl.Float64)


def _rounded(batch: Batch) -> Any:
    """The rows with a whole number that may be no double."""
    found = np.zeros(len(batch.frame), bool)
    for (name, column), x in zip(batch.columns.items(), batch.arrays, strict=True):
        given = batch.frame[name]
        exact = given.dtype == pl.String or given.dtype.is_integer() or given.dtype.is_decimal()
        # Least and greatest tell most batches at once; they are nan where a value is missing.
        if not exact or not len(x) or (np.min(x) > -WHOLE and np.max(x) < WHOLE):
            continue
        large = column.abs() >= WHOLE
        if given.dtype == pl.String and large.any():
            large &= given.str.contains(LONG)
        found |= large.fill_null(False).to_numpy()
    return found


def _points(batch: Batch, chosen: Any) -> list[Any]:
    """The inputs of some rows: whole numbers as such, all others as doubles."""
    parts = [
        map(_number, batch.frame[name][chosen].to_list(), column[chosen].to_list())
        for name, column in batch.columns.items()
    ]
    return list(zip(*parts, strict=True)) if parts else [()] * len(chosen)


def _number(given: Any, x: float) -> int | float:
    if not isfinite(x) or abs(x) < WHOLE or isinstance(given, float):
        return x
    exact = Fraction(given.strip() if isinstance(given, str) else given)
    return exact.numerator if exact.denominator == 1 else x
