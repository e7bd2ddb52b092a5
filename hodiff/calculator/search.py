"""Searches in ranges: what they are asked, and what is told of them besides what they found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Any, TypeAlias, TypeVar

from hodiff.answers.digits import shortly
from hodiff.answers.point import constants
from hodiff.answers.precision import until_determined
from hodiff.answers.question import Question
from hodiff.answers.ranges.isolate import Work
from hodiff.answers.ranges.located import BITS, Range, Unsure
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.calculator.answer import Answer, Each, Grid, Row, Value, plain_number, text
from hodiff.calculator.request import Request, usage
from hodiff.engine.limits import Limits
from hodiff.errors import HodiffError

Pairs = list[tuple[float, float]]
Shown: TypeAlias = Callable[[float, int], None]
"""Called with the share of a search that is done, and how many were found."""

Column: TypeAlias = tuple[str, type]
"""A column of csv: its name, and whether it has doubles, whole numbers or text."""

MOST_VARIABLES = 8
FEW, MANY = 6, 17  # digits of the ends of a box: of one that is, relatively, so narrow
NARROW = 1e-4
FARTHEST = 8e307  # an end of a range: its width is a double, too


class Span:
    """The ranges of a request: their ends as numbers, and as they are told."""

    def __init__(self, request: Request) -> None:
        names, given = list(request.problem.ranges), request.problem.ranges
        if len(names) > MOST_VARIABLES:
            message = f"there are {len(names)} variables, and {MOST_VARIABLES} are the most"
            raise usage(message, "--over", "limit")
        flat = [end for name in names for end in given[name]]
        question = Question(request.f, (), flat, places=request.problem.places)
        known = {x: x for x in flat}
        with precision(BITS):
            values = constants(question, known, BALLS)
            ends = [values[x] for x in flat]
        self.ranges: list[Range] = list(zip(ends[::2], ends[1::2], strict=True))
        shown = until_determined(
            lambda: [constants(question, known, BALLS)[x] for x in flat]
        ).values
        self.told = dict(zip(names, zip(shown[::2], shown[1::2], strict=True), strict=True))
        for name, (low, high) in zip(names, self.ranges, strict=True):
            check_range(name, low, high, *map(text, map(plain_number, self.told[name])))

    @property
    def field(self) -> dict[str, Value]:
        return {x: plain_number({"lower": a, "upper": b}) for x, (a, b) in self.told.items()}

    def __str__(self) -> str:
        ends = {x: [text(plain_number(end)) for end in pair] for x, pair in self.told.items()}
        return ",".join(f"{x}={a}:{b}" for x, (a, b) in ends.items())

    def clipped(self, box: Pairs) -> Pairs:
        """A box, less what is outside the ranges."""
        outer = [(float(ball(a).lower()), float(ball(b).upper())) for a, b in self.ranges]
        pairs = zip(box, outer, strict=True)
        return [(max(a, low), min(b, high)) for (a, b), (low, high) in pairs]


def check_range(name: str, low: Any, high: Any, lower: str, upper: str) -> None:
    with precision(BITS):
        if not (abs(ball(low)) < ball(FARTHEST) and abs(ball(high)) < ball(FARTHEST)):
            message = f"the range of {name} passes {FARTHEST:g}: take other units"
            raise usage(message, "--over", "limit")
        if BALLS.less(high, low):
            mend = f"write {name}={upper}:{lower}"
            raise usage(f"the range {name}={lower}:{upper} ends before it begins: {mend}", "--over")
        if BALLS.less(low, high) is not True:
            message = f"the range {name}={lower}:{upper} is one point: hodiff value has EXPR there"
            raise usage(message, "--over")


Found = TypeVar("Found")


def proven(search: Callable[[], Found]) -> Found:
    """What a search finds; an error where there is no proof of it."""
    try:
        with precision(BITS):
            return search()
    except NotImplementedError as fault:
        message = f"this can't be searched with proof: {fault}"
        raise HodiffError("usage", message, source="EXPR") from None


def work(seconds: float | None, a_row: bool = False) -> Work:
    """What a search may take: so many boxes, or so long; a_row: one of many."""
    if seconds is not None:
        return Work(Limits.boxes * 1000, monotonic() + seconds)
    if a_row:
        return Work(int(Limits.boxes * Limits.a_row), brief=Limits.searching * Limits.a_row)
    return Work(Limits.boxes)


def silent(done: float, found: int) -> None:
    """Shows nothing."""


class Open:
    """What a search leaves open: the boxes in which it isn't decided, and those that it didn't come
    to. ended: whether it was to end there."""

    def __init__(
        self, request: Request, span: Span, unsure: Sequence[Unsure], left: Sequence[Pairs],
        ended: bool, late: bool,
    ) -> None:  # fmt: skip
        self.request, self.span, self.names = request, span, list(request.wrt)
        self.undecided = [(span.clipped(x.box), x.reason) for x in unsure]
        self.unsearched = [span.clipped(box) for box in left]
        self.ended = ended
        self.decided = not (unsure or left)
        self.why = "the time ended" if late else "it would take too long: narrow the range"

    def notes(self) -> list[str]:
        notes = [f"undecided, {self._where(box)}: {reason}" for box, reason in self.undecided]
        return notes + [f"not searched, {self._where(box)}: {self.why}" for box in self.unsearched]

    def records(self, empty: int) -> list[Row]:
        """The boxes as rows of csv, behind so many columns that say nothing of them."""
        boxes = [(box, "undecided", reason) for box, reason in self.undecided]
        boxes += [(box, "not searched", "") for box in self.unsearched]
        none = [""] * empty
        return [[*none, *ends(box), what, "", reason] for box, what, reason in boxes]

    def told(self) -> tuple[str, str] | None:
        """What is open as the kind and the message of an error; None where nothing is."""
        if self.decided:
            return None
        said, *more = self.notes()
        said += f"; and {len(more)} more" if more else ""
        return "undecided" if self.undecided else "limit", said

    def _where(self, box: Pairs) -> str:
        pairs = zip(self.names, shortened(box), strict=True)
        return ", ".join(f"{x} in {interval}" for x, interval in pairs)

    def intervals(self, box: Pairs) -> dict[str, Value]:
        pairs = zip(self.names, box, strict=True)
        return {x: plain_number({"lower": a, "upper": b}) for x, (a, b) in pairs}

    def answer(
        self, own: dict[str, Any], above: str, header: list[str], rows: Sequence[Row],
        lines: Sequence[Row], records: Sequence[Row], notes: Sequence[str],
    ) -> Answer:  # fmt: skip
        """The answer, of what was found as its own fields, the sentences above the table, and rows
        for it, for plain text and, after their header, for csv. Where a row of the table has more
        than names and what it is, one of plain text says what a box is, too."""
        problem, boxes = self.request.problem, [box for box, _ in self.undecided]
        more = len(header) - len(self.names) - 1
        fields = {
            "command": self.request.command,
            "expression": problem.text,
            **({} if problem.reading is None else {"reading": problem.reading}),
            "arithmetic": "ball",
            "over": self.span.field,
            "variables": self.names,
            **own,
            "undecided": [{"in": self.intervals(b), "reason": why} for b, why in self.undecided],
            "unsearched": [{"in": self.intervals(box)} for box in self.unsearched],
            "complete": self.decided and not self.ended,
            "notes": list(notes),
        }
        told, named = list(rows), list(lines)
        for what, some in (("undecided", boxes), ("not searched", self.unsearched)):
            told += [[*shortened(box), *[""] * more, what] for box in some]
            named += [[*self.intervals(box).values(), *[what] * bool(more)] for box in some]
        return Answer(
            title=problem.text,
            fields=fields,
            records=[*records, *self.records(len(self.names) + more)],
            lines=named,
            grid=Grid(lambda: above, header if told else [], told),
            entries=Grid(lambda: above, [], numbered(header, told)),
            notes=(["every digit is proven"] if rows else []) + [*notes, *self.notes()],
            reading=problem.reading,
            code=0 if self.decided else 1,
        )


def shortened(box: Pairs) -> list[str]:
    """A box in as many digits as its width asks for, rounded outward."""
    found = []
    with precision(BITS):
        for a, b in box:
            n = FEW if b - a > NARROW * max(abs(a), abs(b)) else MANY
            found.append(f"[{shortly(ball(a), -1, n)}, {shortly(ball(b), 1, n)}]")
    return found


def ends(box: Pairs) -> list[Value]:
    return [plain_number(end) for pair in box for end in pair]


def ends_named(names: Sequence[str]) -> list[str]:
    return [f"{x}_{end}" for x in names for end in ("lower", "upper")]


def counted(n: int, what: str) -> str:
    return f"{n or 'no'} {what}{'s' * (n != 1)}"


def numbered(header: Sequence[str], rows: Sequence[Row]) -> Iterable[Row]:
    """The rows of a table that is too wide, one entry a line."""
    return Each(
        lambda: (
            [f"{i}  {x or 'what'}", value]
            for i, row in enumerate(rows, 1)
            for x, value in zip(header, row, strict=True)
            if value != ""
        )
    )
