"""An answer, described once: what every format prints is here, and what every face shows."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from hodiff.answers import digits
from hodiff.engine.graph import Tensor

# A number, a formula, an interval ({"lower": 1.9, "upper": 2.1}), or vectors of them.
Value: TypeAlias = int | float | str | dict[str, Any] | list[Any]


Row: TypeAlias = Sequence[Value]


class Each:
    """What make gives, made anew for each walk over it: a format takes of an answer what it
    prints, and an answer may have millions of numbers."""

    def __init__(self, make: Callable[[], Iterable[Any]]) -> None:
        self.make = make

    def __iter__(self) -> Iterator[Any]:
        return iter(self.make())


class Entry(NamedTuple):
    """One number or formula of an answer: its column in csv, if any, and its name for people."""

    column: str
    label: str
    value: Value


class Grid(NamedTuple):
    """Rows under a header, and what has to be said above them."""

    above: Callable[[], str]
    header: list[str]
    rows: Iterable[Row]


class Asked(NamedTuple):
    """The expression, for formats that write it anew.

    variables  all of them, those that are differentiated in first
    taken      the names of those
    distance   of a Taylor polynomial: the formula of what it is a polynomial in
    """

    f: Tensor
    variables: Sequence[str]
    taken: Sequence[str]
    distance: str | None = None


class Answer(NamedTuple):
    """What a command found, in the shape that each format needs.

    title    the expression
    fields   json: the object
    records  csv: the header and the rows
    lines    plain
    grid     table
    entries  table, where the grid is too wide: a label and a value a row, above as in a Grid
    notes    table: what else is to be said
    reading  how the expression was read, where it has notation of its own
    own      formats that it is written in by a way of its own, by their names
    asked    latex and its like, which write the fields as equations: see equations.py
    code     the exit code: 1 for a check that failed
    """

    title: str
    fields: dict[str, Any]
    records: Iterable[Row]
    lines: Iterable[Row]
    grid: Grid
    entries: Grid
    notes: list[str]
    reading: str | None = None
    own: Mapping[str, Callable[[], str]] = {}
    asked: Asked | None = None
    code: int = 0


def plain_number(x: Any) -> Value:
    """A float, numpy array or formula as Python data: 12 for 12.0, 0 for -0.0, lists for arrays."""
    if isinstance(x, (str, digits.Double)) or type(x) is int:
        return x
    if hasattr(x, "tolist"):
        x = x.tolist()
    if isinstance(x, list):
        if set(map(type, x)) == {float}:  # the same, sooner
            return [int(y) if y.is_integer() and -1e16 < y < 1e16 else y for y in x]
        return [plain_number(y) for y in x]
    if isinstance(x, dict):
        return {end: plain_number(y) for end, y in x.items()}
    x = float(x)
    return int(x) if x.is_integer() and abs(x) < 1e16 else x


def text(value: Value) -> str:
    """A number with the fewest digits that read back as the same double; [1, 2] for a vector and
    for an interval."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        return f"[{', '.join(texts(value))}]"
    return str(value)


def components(name: str, value: Value, index: str = "") -> Iterator[tuple[str, Value]]:
    """Each number of a value with its name: w[0], w[1]."""
    if isinstance(value, list):
        for i, entry in enumerate(value):
            yield from components(name, entry, f"{index},{i}" if index else str(i))
    else:
        yield (f"{name}[{index}]" if index else name), value


def leaves(value: Value, depth: int | None = None) -> list[Value]:
    """The numbers of a value, in order; with a depth, what is that many lists deep."""
    found: list[Any] = [value]
    while depth != 0 and list in set(map(type, found)):
        found = list(chain.from_iterable(x if type(x) is list else [x] for x in found))
        depth = None if depth is None else depth - 1
    return found


def matrix(blocks: Sequence[Value], depths: Sequence[int]) -> list[list[Value]]:
    """The rows of a matrix of blocks, which come row by row; an entry of blocks in the i-th of
    these rows is depths[i] lists deep."""
    n = len(blocks) // max(1, len(depths))
    found = []
    for i, depth in enumerate(depths):
        parts = zip(*[leaves(x, depth) for x in blocks[i * n : (i + 1) * n]], strict=True)
        found += [[entry for part in row for entry in leaves(part)] for row in parts]
    return found


def texts(values: Row) -> Iterable[str]:
    return map(str if set(map(type, values)) <= {int, float} else text, values)


def stdout_encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def encodable(text: str) -> bool:
    """Whether stdout can print text."""
    try:
        text.encode(stdout_encoding())
    except UnicodeEncodeError:
        return False
    return True
