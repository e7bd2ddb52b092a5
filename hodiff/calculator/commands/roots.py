"""roots: every root in a range, with proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from hodiff.answers.digits import shortly
from hodiff.answers.isolate import Work
from hodiff.answers.point import constants
from hodiff.answers.precision import until_determined
from hodiff.answers.question import NOTHING, Question
from hodiff.answers.roots import BITS, Located, Outcome, Range, Unsure, located, tightly, told
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.calculator.answer import Answer, Each, Grid, Row, Value, plain_number, text
from hodiff.calculator.request import Request, exactly, usage
from hodiff.derivatives import components
from hodiff.engine.graph import Tensor
from hodiff.engine.limits import Limits
from hodiff.errors import HodiffError

Pairs = list[tuple[float, float]]
MOST_VARIABLES = 8
FEW, MANY = 6, 17  # digits of the ends of a box: of one that is, relatively, so narrow
NARROW = 1e-4
FARTHEST = 8e307  # an end of a range: its width is a double, too
TIMES = {2: "double", 3: "triple"}


class Told(NamedTuple):
    """A root with its numbers: values, by the variables' names."""

    root: Located
    values: dict[str, Value]


def roots(request: Request, over: Any = None, first: int | None = None,
          seconds: float | None = None) -> Answer:  # fmt: skip
    """All roots in a range: each is proven to be there, and that there are no others."""
    functions = equations(request)
    span = Span(request)
    until = None if seconds is None else monotonic() + seconds
    work = Work(Limits.boxes if seconds is None else Limits.boxes * 1000, until)
    from hodiff.calculator.progress import searching  # start-up: with what it needs

    with searching("roots") as shown:
        found = proven(
            lambda: located(functions, request.inputs, span.ranges, work, first=first, told=shown)
        )
    unsure = list(found.unsure)
    rooted = []
    for root in found.roots[:first]:
        values = tell(request, root, unsure, found.notes)
        rooted += [] if values is None else [Told(root, values)]
    left, more = found.left, first is not None and len(rooted) >= first
    if more:
        # What isn't searched counts where a lower root may be.
        last = tightly(rooted[-1].root)[0][0] if len(span.ranges) == 1 else float("-inf")
        left = [box for box in left if box[0][0] < last]
        unsure = [x for x in unsure if len(x.box) > 1 or x.box[0][0] < last]
    return answer(request, span, rooted, unsure, left, more, found, work)


def equations(request: Request) -> list[Tensor]:
    """What has to be 0: as many numbers as there are variables."""
    functions, names = components(request.f), request.wrt
    if len(functions) != len(names):
        count = f"{len(functions)} equation{'s' * (len(functions) != 1)}"
        raise usage(
            f"{request.command} needs as many equations as variables, and here are {count} and"
            f" {len(names)}, {', '.join(names)}: write [EXPR, EXPR], or --let {names[-1]}=...",
            "EXPR",
        )
    return functions


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


def tell(
    request: Request, root: Located, unsure: list[Unsure], notes: list[str]
) -> dict[str, Value] | None:
    """A root's numbers; None, and a box more that is unsure, where they aren't determined. notes
    get what has to be said of them."""
    try:
        found = until_determined(lambda: told(root), request.how.digits)
    except HodiffError:
        reason = "a root, the only one there, whose digits can't be told"
        unsure.append(Unsure(tightly(root), reason))
        return None
    notes += [note for note in found.notes if note not in notes]
    values = map(plain_number, found.values)
    if request.how.exact:
        values = map(exactly, found.values, found.exact)
    return dict(zip(request.wrt, values, strict=True))


# How it is told.


def intervals(names: Sequence[str], box: Pairs) -> dict[str, Value]:
    return {x: plain_number({"lower": a, "upper": b}) for x, (a, b) in zip(names, box, strict=True)}


def shortened(names: Sequence[str], box: Pairs) -> list[str]:
    """A box in as many digits as its width asks for, rounded outward."""
    found = []
    with precision(BITS):
        for a, b in box:
            n = FEW if b - a > NARROW * max(abs(a), abs(b)) else MANY
            found.append(f"[{shortly(ball(a), -1, n)}, {shortly(ball(b), 1, n)}]")
    return found


def where(names: Sequence[str], box: Pairs) -> str:
    pairs = zip(names, shortened(names, box), strict=True)
    return ", ".join(f"{x} in {interval}" for x, interval in pairs)


def kind(root: Located) -> str:
    n = root.multiplicity
    return "root" if n in (None, 1) else f"{TIMES.get(n, f'{n}-fold')} root"


def counted(n: int, what: str) -> str:
    return f"{n or 'no'} {what}{'s' * (n != 1)}"


def summary(
    rooted: Sequence[Told], unsure: Sequence[Unsure], left: Sequence[Pairs], more: bool, span: Span
) -> str:
    """One sentence: what is proven."""
    n = len(rooted)
    if more and not left and not unsure:
        order = "lowest" if len(span.ranges) == 1 else "first found"
        return f"the {order} {counted(n, 'root')}: each is proven; the search ended there (--first)"
    several = "each is proven, and that there are no others"
    sentence = {0: "no root: that is proven", 1: "1 root: it is proven, and that there is no other"}
    if not unsure and not left:
        return f"{sentence.get(n, f'{n} roots: {several}')} in {span}"
    if not n:
        return f"no root is proven; there may be some in {span}, but only where it isn't decided"
    said = f"{counted(n, 'root')}, {'each ' * (n > 1)}proven"
    return f"{said}; others may be in {span}, but only where it isn't decided"


def answer(
    request: Request,
    span: Span,
    rooted: Sequence[Told],
    unsure: Sequence[Unsure],
    left: Sequence[Pairs],
    more: bool,
    found: Outcome,
    work: Work,
) -> Answer:
    names, problem = list(request.wrt), request.problem
    notes = [*problem.notes, *found.notes]
    boxes = [(span.clipped(x.root.alone), x) for x in rooted]
    undecided = [(span.clipped(x.box), x) for x in unsure]
    unsearched = [span.clipped(box) for box in left]
    notes += [f"undecided, {where(names, box)}: {x.reason}" for box, x in undecided]
    why = "the time ended" if work.late else "it would take too long: narrow the range"
    notes += [f"not searched, {where(names, box)}: {why}" for box in unsearched]
    fields = {
        "command": request.command,
        "expression": problem.text,
        **({} if problem.reading is None else {"reading": problem.reading}),
        "arithmetic": "ball",
        "over": span.field,
        "variables": names,
        "roots": [
            {"at": x.values, "alone": intervals(names, box), "multiplicity": x.root.multiplicity}
            for box, x in boxes
        ],
        "undecided": [{"in": intervals(names, box), "reason": x.reason} for box, x in undecided],
        "unsearched": [{"in": intervals(names, box)} for box in unsearched],
        "complete": not (unsure or left or more),
        "notes": [*problem.notes, *found.notes],
    }
    header = [*names, ""]
    rows: list[Row] = [[*x.values.values(), kind(x.root)] for x in rooted]
    rows += [[*shortened(names, box), "undecided"] for box, _ in undecided]
    rows += [[*shortened(names, box), "not searched"] for box in unsearched]
    lines: list[Row] = [list(x.values.values()) for x in rooted]
    lines += [list(intervals(names, box).values()) for box, _ in undecided]
    lines += [list(intervals(names, box).values()) for box in unsearched]
    title = summary(rooted, unsure, left, more, span)

    return Answer(
        title=problem.text,
        fields=fields,
        records=records(names, boxes, undecided, unsearched),
        lines=lines,
        grid=Grid(lambda: title, header if rows else [], rows),
        entries=Grid(lambda: title, [], numbered(header, rows)),
        notes=(["every digit is proven"] if rooted else []) + notes,
        reading=problem.reading,
        code=1 if unsure or left else 0,
    )


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


def records(
    names: list[str],
    boxes: Iterable[tuple[Pairs, Told]],
    undecided: Iterable[tuple[Pairs, Unsure]],
    unsearched: Iterable[Pairs],
) -> list[Row]:
    """csv: a row for each root and each box that is left."""
    ends = [f"{x}_{end}" for x in names for end in ("lower", "upper")]
    listed: list[Row] = [[*names, *ends, "what", "multiplicity", "reason"]]

    def row(box: Pairs, values: Mapping[str, Value], *what: Value) -> Row:
        flat = [plain_number(end) for pair in box for end in pair]
        return [*(values.get(x, "") for x in names), *flat, *what]

    listed += [row(box, x.values, "root", x.root.multiplicity or "", "") for box, x in boxes]
    listed += [row(box, NOTHING, "undecided", "", x.reason) for box, x in undecided]
    listed += [row(box, NOTHING, "not searched", "", "") for box in unsearched]
    return listed
