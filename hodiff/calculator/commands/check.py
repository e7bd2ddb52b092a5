"""check: whether what is said to be a derivative is one, and what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import islice
from time import monotonic
from typing import Any, NamedTuple, TypeAlias

from hodiff import derivatives
from hodiff.answers.question import How
from hodiff.arithmetic.floats import FLOATS
from hodiff.arithmetic.program import Program
from hodiff.calculator.answer import Answer, Entry, Grid, Row, Value, leaves, plain_number, text
from hodiff.calculator.columns import After, Answered, Columns, Columnwise, Number
from hodiff.calculator.mends import Pair, mend
from hodiff.calculator.request import Found, Request, indexed, partial, parts, power, raised, usage
from hodiff.engine.graph import CONSTANT, Tensor, constant, topological
from hodiff.engine.operations.structure import stack
from hodiff.engine.shapes import Shape, described
from hodiff.errors import HodiffError
from hodiff.views.identity import vanishing

DIGITS = 30  # that are compared
POINTS = 24  # at which what isn't proven is compared
MORE = 4  # after one at which entries differ, for others that do
AFTER_PROOF = 6  # and what is
MOST_TRIED = 90
MOST_SECONDS = 8  # after which no other point is tried
MOST_ENTRIES = 400
MOST_SHOWN = 200  # characters of a claim
MOST_NEAR = 12  # coordinates beside the numbers of a formula
FEW = 12  # points that doubles have no value at
EQUAL, DIFFERENT = "equal", "different"
IDENTITY = "equal, by identity: wherever both have a value"
NO_VALUE = ("domain", "pole", "kink", "undecided")

SIMPLE = [
    1, 2, 0, -1, 3, 1 / 2, -2, -1 / 2, 3 / 2, 4, 5, -3, 1 / 4, -3 / 2, 5 / 2, 10, 3 / 4, 0.125, 20,
    -5, 0.875, 100,
]  # fmt: skip
"""Coordinates of points, which are these numbers exactly; the simplest first."""


Point: TypeAlias = Mapping[Tensor, Tensor]


class Compared(NamedTuple):
    """What was found at points: how many were compared, where entries differ first, their values
    there, and what else to say; wrong are the entries that differ there or at a few more."""

    points: int
    differs: Found | None
    values: list[tuple[Value, Value]]
    wrong: list[int]
    notes: list[str]


class Checked(NamedTuple):
    """What is checked, entry by entry."""

    request: Request
    claim: str
    reading: str | None  # of a claim in notation of its own
    order: int
    pairs: list[Pair]


def check(request: Request, claim: str, order: int = 1) -> Answer:
    """Whether claim is the derivative of EXPR of an order: by identities, else at many points."""
    if request.problem.radii:
        raise usage("check takes a point, not an interval", "--at")
    said, reading = request.problem.claim(claim)
    pairs = paired(request, claim, said, order)
    checked = Checked(request, claim, reading, order, pairs)
    proven = is_identity(request, pairs)
    compared = compare(request, said, pairs, AFTER_PROOF if proven else POINTS)
    n = compared.points
    if compared.differs is not None:
        return different(checked, compared)
    if not n:
        sentence = "undecided: no point was found at which both have a value"
        if proven:
            sentence += "; an identity makes them equal wherever both have one"
        return answer(checked, compared, None, sentence, "identity" if proven else None)
    if proven:
        return answer(checked, compared, True, IDENTITY, "identity")
    where = "the point" if request.has_point else f"{n} point{'s' * (n > 1)}"
    beyond = f"not proven beyond {'them' if n > 1 else 'it'}"
    sentence = f"equal at {where} to {compared_digits(request)} digits, {beyond}"
    return answer(checked, compared, True, sentence, "points")


# Rows of a file.


class Verdicts(After):
    """What is told of every row: whether all entries are equal, each, and what is claimed of it.
    Where an identity is proof for all rows, doubles tell in which both have a value."""

    words = ("check",)

    def __init__(self, pairs: Sequence[Pair], proven: bool) -> None:
        self.names = [pair.entry.column for pair in pairs]
        self.outputs = ("check", *(x for name in self.names for x in (name, f"claimed_{name}")))
        self.in_doubles = proven

    def columns(self, numbers: Sequence[Any], inputs: Sequence[Any]) -> dict[str, Any]:
        equal = numbers[0].astype(object)
        equal[:] = EQUAL
        entries = numbers[: len(self.names)]  # the claims are equal, but for rounding
        told = [y for entry in entries for y in (entry, entry)]
        return dict(zip(self.outputs, [equal, *told], strict=True))

    def at(self, numbers: Sequence[Any], inputs: Sequence[float]) -> Answered:
        n = len(self.names)
        told = list(zip(map(float, numbers[:n]), map(float, numbers[n : 2 * n]), strict=True))
        compared = list(zip(numbers[2 * n : 3 * n], numbers[3 * n :], strict=True)) or told
        wrong = [i for i, pair in enumerate(compared) if unequal(*pair)]
        doubles = [x for pair in told for x in pair]
        if not wrong:
            return Answered([EQUAL, *doubles])
        pair = told[wrong[0]] if unequal(*told[wrong[0]]) else compared[wrong[0]]
        a, b = map(plain_number, pair)
        message = f"{self.names[wrong[0]]} is {a}, and {b} is claimed"
        message += f"; {len(wrong) - 1} more differ" if len(wrong) > 1 else ""
        return Answered([DIFFERENT, *doubles], (DIFFERENT, message))


def on_rows(request: Columnwise, claim: str, order: int = 1) -> Columns:
    """The same of every row, at the row's point."""
    said, _ = request.problem.claim(claim)
    pairs = paired(request, claim, said, order)
    proven = is_identity(request, pairs) and not compare(request, said, pairs, AFTER_PROOF).wrong
    entries = [request.f, *(pair.derivative for pair in pairs)]
    derivative = request.question()._replace(wanted=entries)
    value = request.question()._replace(f=said, wanted=[said], smooth=False)
    found: list[Value] = []
    for how in (How(),) if proven else (How(), How(digits=DIGITS)):
        found += request.found(derivative._replace(how=how)).values[1:]
        found += leaves(request.found(value._replace(how=how)).values[0])
    numbers = {str(i): x for i, x in enumerate(found) if isinstance(x, Number)}

    def told(refused: Mapping[str, int]) -> list[str]:
        mended = None
        if refused.get(DIFFERENT):
            with suppress(HodiffError):  # all rows have been answered
                mended = check(request, claim, order).fields["mend"]
        return [IDENTITY] if proven else [f"to mend the claim: {mended}"] if mended else []

    verdicts, wrong = Verdicts(pairs, proven), "differ, or have no answer"
    return Columns(request.problem.variables, numbers, verdicts, wrong=wrong, said=told)


# What is compared.


def paired(request: Request, claim: str, said: Tensor, order: int) -> list[Pair]:
    """Each entry of the derivative, and what is claimed of it."""
    labels, graphs, shape = wanted(request, order)
    single = shape in ((), (1,), (1, 1)) and said.shape in ((), (1,), (1, 1))
    column = len(shape) == 2 and 1 in shape and said.shape == (max(shape),)
    if said.shape != shape and not single and not column:
        raise HodiffError(
            "usage",
            f"the {what(request, order)} is {described(shape)}, and the claim"
            f" {described(said.shape)}: {written_as(shape)}",
            text=claim, source="--claim", start=0, end=len(claim),
        )  # fmt: skip
    slopes = order == 1 and not any(x.shape for x in request.inputs)
    xs = request.inputs * (len(labels) // len(request.inputs)) if slopes else [None] * len(labels)
    return [Pair(*pair) for pair in zip(labels, graphs, scalars(said), xs, strict=True)]


def wanted(request: Request, order: int) -> tuple[list[Entry], list[Tensor], Shape]:
    """The derivative's entries with their names, and its shape."""
    f, names, inputs = request.f, request.components(), request.inputs
    if order == 0:
        ys = indexed("f", f.shape)
        return [Entry(y, y, "") for y in ys], scalars(f), f.shape
    f = request.differentiable()
    ys, m, n = indexed("f", f.shape), len(scalars(f)), len(names)
    if m * n ** min(order, 2) > MOST_ENTRIES:
        message = f"the claim would have {m * n ** min(order, 2)} entries: {MOST_ENTRIES} are most"
        raise usage(message, "EXPR", "limit")
    shaped = any(x.shape for x in inputs)
    if n == 1 and not shaped:
        graphs = [derivatives.nth(y, inputs[0], order)[-1] for y in scalars(f)]
        return [total(names[0], order, y) for y in ys], graphs, f.shape
    if order == 1:
        if shaped:
            blocks = derivatives.jacobians(f, inputs)
            by_variable = [scalars_of(block, m) for block in blocks]
            rows = [[y for block in by_variable for y in block[i]] for i in range(m)]
        else:
            rows = derivatives.jacobian_entries(f, inputs)
        labels = [partial([x], y) for y in ys for x in names]
        return labels, [y for row in rows for y in row], (*f.shape, n)
    if f.shape:
        message = f"order {order} of a vector is checked in one variable: take an entry, (...)[0]"
        raise usage(message, "--order")
    if order > 2:
        message = f"order {order} is checked in one variable: choose it, --wrt {names[0]}"
        raise usage(message, "--wrt")
    _, matrix = derivatives.hessian(f, inputs)
    lengths = [len(scalars(x)) for x in inputs]
    graphs = [
        entry
        for row, length in zip(matrix, lengths, strict=True)
        for line in zip(*[scalars_of(block, length) for block in row], strict=True)
        for block in line
        for entry in block
    ]
    return [partial([x, y]) for x in names for y in names], graphs, (n, n)


def total(x: str, n: int, f: str) -> Entry:
    """The entry of a derivative in the one variable."""
    column = f"d{power(n)}{f}_d{x}{power(n)}"
    return Entry(column, f"d{raised(n)}{f}/d{x}{raised(n)}", "")


def scalars(x: Tensor) -> list[Tensor]:
    """The entries of an array, those of a vector that is written out as they are written."""
    found = [x]
    for n in x.shape:
        each = (list(y.inputs) if y.operation is stack else [y[i] for i in range(n)] for y in found)
        found = [entry for entries in each for entry in entries]
    return found


def scalars_of(block: Tensor, rows: int) -> list[list[Tensor]]:
    """The entries of a block of a matrix, so many rows."""
    entries = scalars(block)
    width = len(entries) // rows
    return [entries[i * width : (i + 1) * width] for i in range(rows)]


def what(request: Request, order: int) -> str:
    """The derivative in a word, for messages."""
    several = len(request.components()) > 1
    if order == 0:
        return "value of EXPR"
    if request.f.shape and several:
        return "Jacobian"
    if not several:
        return "derivative"
    return "gradient" if order == 1 else "Hessian"


def written_as(shape: Shape) -> str:
    if not shape:
        return "write one formula, --claim 2*x"
    if len(shape) == 1:
        entries = ", ".join("abc"[: min(shape[0], 3)]) + (", ..." if shape[0] > 3 else "")
        return f'write --claim "[{entries}]", an entry for each'
    return 'write --claim "[[a, b], ...]", a row for each'


def is_identity(request: Request, pairs: Sequence[Pair]) -> bool:
    """Whether each claim is proven to equal its entry, wherever both have a value."""
    return all(vanishing(request.f, [pair.derivative - pair.claim for pair in pairs]))


# Points.


def compared_digits(request: Request) -> int:
    return max(DIGITS, request.how.digits or 0)


def compare(request: Request, said: Tensor, pairs: Sequence[Pair], most: int) -> Compared:
    """The entries at points, until some differ or enough are equal."""
    how, began = How(digits=compared_digits(request)), monotonic()
    entries = [request.f, *(pair.derivative for pair in pairs)]
    graphs = [*entries, said]

    def at_point(point: Point, how: How) -> tuple[Found, list[tuple[Value, Value]]]:
        """A claim is a value: where it has none, no limit is one."""
        found = request.solve_at(entries, point, how)
        claims = leaves(request.solve_at([said], point, how, f=said).values[0])
        return found, list(zip(found.values[1:], claims, strict=True))

    skipped: list[Point] = []
    points: Iterable[Point] = [request.question().at]
    if not request.has_point:
        points = likely(graphs, [*request.problem.variables.values()], skipped)
    compared, short, values = 0, None, list[tuple[Value, Value]]()
    first, wrong = 0, dict[int, None]()
    for point in points:
        try:
            _, here = at_point(point, how)
        except HodiffError as fault:
            if request.has_point or fault.kind not in NO_VALUE:
                raise
        else:
            compared += 1
            wrong |= dict.fromkeys(i for i, pair in enumerate(here) if unequal(*pair))
            if wrong and short is None:
                short, told = at_point(point, request.how)
                same = [unequal(*a) and not unequal(*b) for a, b in zip(here, told, strict=True)]
                values, most = (here if any(same) else told), compared + MORE
                first = compared
            if len(wrong) == len(pairs):
                break
        if compared == most or monotonic() - began > MOST_SECONDS:
            break
    notes = [note for point in skipped[:FEW] for note in undefined(request, said, entries, point)][
        :1
    ]
    return Compared(first or compared, short, values, sorted(wrong), notes)


def likely(
    graphs: Sequence[Tensor], variables: Sequence[Tensor], skipped: list[Point]
) -> Iterator[Point]:
    """Simple points at which all graphs have a value; the others go to skipped. Where doubles see
    none, a few that balls may."""
    some = False
    for point in islice(simple_points(graphs, variables), MOST_TRIED if variables else 1):
        if defined(graphs, point):
            some = True
            yield point
        else:
            skipped.append(point)
    if not some:
        yield from skipped[:FEW]


def defined(graphs: Sequence[Tensor], point: Point) -> bool:
    """Whether all have a value in doubles: quickly seen, and where not, another point serves."""
    at = {x: FLOATS.number(value.attributes[0]) for x, value in point.items()}
    return all(map(FLOATS.finite, Program(graphs).results(at)))


def unequal(a: Value, b: Value) -> bool:
    try:
        return Decimal(str(a)) != Decimal(str(b))
    except InvalidOperation:  # an exponent of 19 digits
        return str(a) != str(b)


def undefined(
    request: Request, said: Tensor, entries: Sequence[Tensor], point: Point
) -> Iterator[str]:
    """What to say where the derivative has a value, and the claim none."""
    if defined(entries, point):
        try:
            request.solve_at([said], point, How(), f=said)
        except HodiffError as fault:
            if fault.kind in ("domain", "pole"):
                at = {x.attributes[0]: plain_number(y.attributes[0]) for x, y in point.items()}
                yield f"the claim has no value at {told(at)}, where the derivative has one"


def simple_points(graphs: Sequence[Tensor], variables: Sequence[Tensor]) -> Iterator[Point]:
    """Points, the simplest first, always the same: small numbers, numbers beside those of the
    graphs, then decimals."""
    if len(variables) > 1:
        yield {x: constant(1) for x in variables}
    near = {
        x.attributes[0] + step
        for x in topological(graphs)
        if x.operation is CONSTANT and type(x.attributes[0]) is not bool
        for step in (1, -1)
    }
    numbers = [
        *map(Fraction, SIMPLE),
        *sorted(near - {*SIMPLE}, key=lambda c: (abs(c), c))[:MOST_NEAR],
    ]
    for k in range(len(numbers)):
        yield {x: constant(numbers[(k + j) % len(numbers)]) for j, x in enumerate(variables)}
    state = 1
    while True:
        point = {}
        for x in variables:
            state = state * 1103515245 + 12345 & 0x7FFFFFFF
            point[x] = constant(Fraction((state >> 8) % 8001 - 4000, 1000))
        yield point


def told(at: Mapping[str, Value]) -> str:
    return ", ".join(f"{name}={text(x)}" for name, x in parts(at))


# What is said.


def different(checked: Checked, compared: Compared) -> Answer:
    request, _, _, order, pairs = checked
    assert compared.differs is not None
    there = [i for i, pair in enumerate(compared.values) if unequal(*pair)]
    variables = [request.problem.variables[name] for name in request.wrt]
    mended = mend(request.f, variables, pairs, compared.values, compared.wrong, order)
    at = told(compared.differs.at or {})
    sentence = "different" + (f" at {at}" if at else "")
    if mended:
        sentence += f"\nmend: {mended}"
    return answer(checked, compared, False, sentence, mended=mended, wrong=there)


def shortened(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."


def answer(
    checked: Checked,
    compared: Compared,
    equal: bool | None,
    sentence: str,
    proof: str | None = None,
    mended: str | None = None,
    wrong: Sequence[int] = (),
) -> Answer:
    """The answer; wrong are the entries that differ."""
    request, claim, reading, order, pairs = checked
    own, notes = request.problem.reading, [*request.problem.notes, *compared.notes]
    at = compared.differs.at if compared.differs is not None else None
    columns = [[a for a, _ in compared.values], [b for _, b in compared.values]]
    ends = [column[0] if len(pairs) == 1 else column for column in columns] if wrong else [None] * 2
    word = {True: EQUAL, False: DIFFERENT, None: "undecided"}[equal]
    rows: list[Row] = [[pairs[i].entry.label, *compared.values[i]] for i in wrong]
    record: dict[str, Value] = dict(parts(at or {}))
    record |= {"check": word, "proof": proof or "", "points": compared.points}
    for i in wrong:
        name, (a, b) = pairs[i].entry.column, compared.values[i]
        record |= {name: a, f"claimed_{name}": b}
    record["mend"] = mended or ""
    listed = [line for label, a, b in rows for line in ([label, a], ["claimed", b])]
    above = [f"claimed: {shortened(claim)}"]
    above += [f"= {shortened(reading)}"] if reading is not None else []
    above.append(sentence)
    return Answer(
        title=request.problem.text,
        fields={
            "command": "check",
            "expression": request.problem.text,
            **({} if own is None else {"reading": own}),
            "claim": claim,
            **({} if reading is None else {"claim_reading": reading}),
            "order": order,
            "variables": request.components(),
            "equal": equal,
            "proof": proof,
            "points": compared.points,
            "at": at,
            "derivative": ends[0],
            "claimed": ends[1],
            "mend": mended,
            "notes": notes,
        },
        records=[list(record), list(record.values())],
        lines=[[word], *[row[1:] for row in rows]],
        grid=Grid(
            lambda: "\n".join(above),
            ["", "derivative", "claimed"] if wrong else [],
            rows,
        ),
        entries=Grid(lambda: "\n".join(above), [], listed),
        notes=notes,
        reading=own,
        code=0 if equal else 1,
    )
