"""Points without a file: every combination of numbers at equal distances."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isfinite, lcm, prod
from typing import Any

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from hodiff.calculator.points.files import fault
from hodiff.language.problem import is_name

MOST = 10**12  # points
BATCH = 1 << 16
WHOLE = 2**53  # below it doubles have all whole numbers

Axes = dict[str, tuple[float, float, int]]


def axes(texts: Sequence[str], number: Any) -> Axes:
    """What --grid says: x=0:10:101 is 101 numbers from 0 to 10; number reads one of them."""
    found: Axes = {}
    for part in (part for text in texts for part in text.split(",")):
        name, _, said = part.partition("=")
        name, ends = name.strip(), said.split(":")
        if not is_name(name) or len(ends) != 3:
            missing = f"{'' if said else 'x='}{part}{':101' * (part.count(':') == 1)}"
            mend = (
                f": write {missing}" if re.fullmatch(r"\w+=[^=:]+:[^=:]+:[^=:]+", missing) else ""
            )
            message = f"--grid is x=0:10:101, from 0 to 10 in 101 points, not '{part}'"
            raise fault(message + mend, "--grid")
        if name in found:
            raise fault(f"--grid has '{name}' twice", "--grid")
        first, last = map(number, ends[:2])
        count = ends[2].strip()
        if not (count.isascii() and count.isdecimal()) or not 0 < int(count[:14]) <= MOST:
            listed = f"from 1 to {MOST}, not '{count[:20]}'{_stepped(name, ends)}"
            raise fault(f"the points of '{name}' are a whole number {listed}", "--grid")
        if not (isfinite(first) and isfinite(last)):
            raise fault(f"the ends of '{name}' have to be finite", "--grid")
        found[name] = first, last, int(count)
    if prod(n for _, _, n in found.values()) > MOST:
        raise fault(f"--grid can have {MOST} points at most", "--grid", "limit")
    return found


def _stepped(name: str, ends: Sequence[str]) -> str:
    """What to write for a step between 0 and 1 that stands where the number of points should."""
    try:
        first, last, step = map(float, ends)
    except ValueError:
        return ""
    points = (last - first) / step + 1 if 0 < step < 1 else 0.0
    if not 1 <= points <= MOST or abs(points - round(points)) > 1e-9 * points:
        return ""
    return f": in steps of {ends[2].strip()} write {name}={':'.join(ends[:2])}:{round(points)}"


def size(grid: Axes) -> int:
    return prod(n for _, _, n in grid.values())


def rows(grid: Axes, index: str, first: int = 0, stop: int | None = None) -> pl.LazyFrame:
    """The points, or those from one to another, the last variable's changing first, and their
    numbers from 1 on."""
    count = size(grid) if stop is None else stop - first
    schema: dict[str, Any] = {index: pl.UInt64, **dict.fromkeys(grid, pl.Float64)}

    def batches(
        with_columns: list[str] | None, predicate: Any, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        last = first + (count if n_rows is None else min(n_rows, count))
        for start in range(first, last, BATCH):
            at = np.arange(start, min(start + BATCH, last), dtype=np.uint64)
            columns = {index: at + np.uint64(1)}
            step = 1
            for name, (low, high, n) in reversed(grid.items()):
                columns[name] = _numbers(low, high, n, at // np.uint64(step) % np.uint64(n))
                step *= n
            frame = pl.DataFrame(columns, schema=schema)
            frame = frame if predicate is None else frame.filter(predicate)
            yield frame if with_columns is None else frame.select(with_columns)

    return register_io_source(batches, schema=pl.Schema(schema))


def _numbers(first: float, last: float, n: int, k: Any) -> Any:
    """The k-th of n numbers: the doubles nearest to those between the decimals of the ends, of 0
    and 0.3 in 4 points 0.1, where whole numbers that doubles hold tell them; else within a unit in
    the last place. The ends are what was given."""
    if n == 1:
        return np.full(len(k), first)
    low, high = Fraction(repr(first)), Fraction(repr(last))
    whole = (n - 1) * lcm(low.denominator, high.denominator)
    start, step = int(low * whole), int((high - low) * whole / (n - 1))
    if max(whole, abs(start), abs(start + step * (n - 1))) < WHOLE:
        return (start + k.astype(np.int64) * step) / whole
    share = k / (n - 1)
    if isfinite(last - first):
        between = first + share * (last - first)
    else:
        between = first * (1 - share) + last * share
    return np.where(k == n - 1, last, between)
