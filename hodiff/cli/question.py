"""What a command is asked, its options, and how it becomes one of the program's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import click

from hodiff.cli.options import Command, Group, one_of, positive, usage, whole
from hodiff.cli.output import (
    FORMATS,
    Answer,
    Each,
    Entry,
    Grid,
    Row,
    Value,
    components,
    leaves,
    plain_number,
    text,
)

if TYPE_CHECKING:
    from hodiff.answers import Compute, Proven
    from hodiff.arithmetic.series import Series
    from hodiff.graph import Tensor

SAID = {
    "interval": "proven bounds, rounded outward",
    "ball": "every digit is proven",
    "float": "float arithmetic: digits are not proven",
}
MOST_DIGITS = 10_000
MOST_PRINTED = 10_000_000  # numbers of a matrix
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

# fmt: off
program = Group("hodiff", context_settings={"help_option_names": ["-h", "--help"]}, help="""
    A derivative calculator. EXPR is written as in Python: w1**2*sin(w2), exp(-x)/(1 + x),
    norm([x, y]), a = x**2; a*cos(a). With - it is read from standard input.

    --at gives the point; without --at the answer is a formula.
""", epilog="""
    Exit codes: 0 an answer, 1 no answer at that point, 2 a fault in the command line.
""", params=[click.Option(["--version"], is_flag=True, help="Show the version and exit.")],
examples=(
    'hodiff grad "w1**2*sin(w2)" --at w1=1,w2=pi/2',
    'hodiff nth "x**3" --at x=2 --order 2',
    'hodiff grad "a*x**2" --let a=3',
))

EXPR = click.Argument(["expression"], metavar="EXPR")
AT = click.Option(["--at"], metavar="x=2,y=pi/2", multiple=True,
                  help="The point. Without it the answer is a formula.")
LET = click.Option(["--let"], metavar="a=3", multiple=True,
                   help="Constants of EXPR; --at may use them.")
WRT = click.Option(["--wrt"], metavar="x,y", multiple=True,
                   help="The variables to differentiate in.  [default: all of --at]")
FORMAT = click.Option(["--format", "style"], metavar="table|json|csv|plain",
                      callback=one_of(list(FORMATS), "format"), default="table", show_default=True,
                      help="table: for people; json: an object on one line; csv: a header and a "
                           "row; plain: the numbers asked for, tab-separated.")
SUBGRADIENT = click.Option(["--subgradient"], is_flag=True,
                           help="Answer at a kink of abs, max, floor ... as machine learning "
                                "frameworks do: 0 for abs.")
ARITHMETIC = click.Option(["--arithmetic"], metavar="ball|float",
                          callback=one_of(["ball", "float"], "arithmetic"),
                          help="ball: every digit proven; float: doubles.  [default: ball, where "
                               "every operation has that form and arrays are small]")
RTOL = click.Option(["--rtol"], metavar="1e-6", callback=positive,
                    help="Over an interval, x=2+/-0.1: how far outside the range an end may "
                         "be, relative to it.  [default: 1e-6]")
DIGITS = click.Option(["--digits"], metavar="N", callback=whole(1, MOST_DIGITS),
                      help="Give N proven significant digits.")
COTANGENT = click.Option(["--v"], metavar="0.5,1", required=True,
                         help="The vector, a number for each component of EXPR, or @v.npy.")
DIAG = click.Option(["--diag"], is_flag=True, help="The diagonal alone.")
V = click.Option(["--v"], metavar="0.5,1", required=True,
                 help="The vector, in the order of the variables, by name: x=0.5,y=1, or @v.npy.")
# fmt: on


Parts = Iterable[tuple[str, Value]]


def parts(values: dict[str, Value]) -> Parts:
    """Every number of values with the name of its component: w[0], w[1]."""
    return Each(lambda: (part for name, x in values.items() for part in components(name, x)))


class Question:
    """What is asked: a command, and the problem that its options state."""

    def __init__(
        self,
        command: str,
        expression: str,
        at: Sequence[str],
        let: Sequence[str],
        wrt: Sequence[str],
        arithmetic: str | None = None,
        digits: int | None = None,
        rtol: float | None = None,
        subgradient: bool = False,
        repeats: bool = False,
        of: str | None = None,
    ) -> None:
        from hodiff.language.problem import read

        if digits is not None and arithmetic == "float":
            raise usage(
                "--digits are proven ones, which floats have not: leave one out", "--digits"
            )
        self.command = command
        self.subgradient = subgradient
        self.asked, self.digits, self.rtol = arithmetic, digits, rtol
        self.arithmetic: str | None = None  # what the numbers so far are in
        self.notes: list[str] = []
        self.problem = read(expression, at, let, ",".join(wrt) if wrt else None, repeats, of)
        self.f = self.problem.f
        self.inputs = self.problem.inputs
        self.at: dict[str, Value] | None = None  # known with the first numbers
        if self.problem.radii:
            asked = {"--digits": digits, "--arithmetic float": arithmetic == "float"}
            for option, given in {**asked, "--subgradient": subgradient}.items():
                if given:
                    raise usage(f"over an interval there is no {option}", option.split()[0])
        elif rtol is not None:
            raise usage("--rtol is for an interval in --at, as in x=2+/-0.1", "--rtol")

    @property
    def point(self) -> Parts:
        return parts(self.at or {})

    def scalar(self) -> Tensor:
        """The expression, which has to be one number, and differentiated in something."""
        if self.f.shape:
            raise usage(
                f"{self.command} needs one number, and EXPR has shape {self.f.shape}:"
                " take an entry, (...)[0], or the sum, sum(...)",
                "EXPR",
            )
        return self.differentiable()

    def differentiable(self) -> Tensor:
        """The expression, of any shape, differentiated in something."""
        if not self.inputs:
            raise usage(f"there is no variable: {self.command} differentiates in one", "EXPR")
        return self.f

    def check_matrix(self, rows: int, mend: str) -> None:
        """Raise for a matrix that is too large to be printed, of a column for each component."""
        entries = rows * entries_of(self.inputs)
        if entries > MOST_PRINTED:
            message = f"the matrix has {entries} entries, and {MOST_PRINTED} are the most: {mend}"
            raise usage(message, "EXPR", "limit")

    def components(self) -> list[str]:
        """The names of the variables' components: w[0], w[1]."""
        pairs = zip(self.problem.wrt, self.inputs, strict=True)
        return [name for x, node in pairs for name in indexed(x, node.shape)]

    def entries(self, outputs: Sequence[Tensor]) -> tuple[Value, list[list[Value]]]:
        """f's value, and the entries of each of outputs."""
        from hodiff.derivatives import components as scalars

        if self.problem.point is None:
            value, *_ = self.solve([self.f])
            return value, [self.solve(scalars(y)) for y in outputs]
        value, *found = self.solve([self.f, *outputs], rows=0)
        return value, list(map(leaves, found))

    def solve(
        self, outputs: Sequence[Tensor], differentiated: bool = True, rows: int = 1
    ) -> list[Value]:
        """The values of outputs at the point; their formulas without one."""
        if self.problem.point is None:
            from hodiff.views.formula import formula

            return [formula(y) for y in outputs]
        return self.numbers(outputs, differentiated, rows)

    def numbers(
        self, outputs: Sequence[Tensor], differentiated: bool = False, rows: int = 1
    ) -> list[Value]:
        """The values of outputs at the point: proven where they can be, else in doubles."""
        from hodiff import answers

        if self.problem.radii and self.at is None:
            return self.enclosures(outputs, differentiated)
        settings = (self.problem, outputs, self.subgradient, differentiated, rows)
        if self.asked != "float":
            against = answers.has_balls(self.problem, outputs)
            if against is None:
                return self.proven(answers.proven(*settings, digits=self.digits))
            self.no_balls(against)
        self.in_doubles()
        return [plain_number(x) for x in answers.answer(*settings)]

    def proven(self, found: Proven) -> list[Value]:
        """Proven numbers as values; keeps the point's, and what has to be said."""
        self.arithmetic = self.arithmetic or "ball"
        self.notes += [note for note in found.notes if note not in self.notes]
        if self.at is None and self.problem.point is not None:
            self.at = {name: plain_number(x) for name, x in found.at.items()}
        return [plain_number(x) for x in found.values]

    def no_balls(self, against: str) -> None:
        """Say that doubles serve; or refuse, where proven digits were asked for."""
        if self.asked == "ball" or self.digits:
            option = "--arithmetic" if self.asked == "ball" else "--digits"
            raise usage(f"digits can't be proven here: {against}; leave out {option}", option)
        note = f"in doubles, for {against}"
        self.notes += [note] * (note not in self.notes)

    def in_doubles(self) -> None:
        from hodiff.answers import point_values

        self.arithmetic = "float"
        if self.problem.point is not None:
            self.at = {name: plain_number(x) for name, x in point_values(self.problem).items()}

    def by_series(
        self, expand: Callable[[], tuple[Series, Compute]], quick: bool = True
    ) -> list[Value] | None:
        """What the computation that expand makes gives by its series: proven where it can be, else
        in doubles; None where there is no series or no point."""
        from hodiff import answers
        from hodiff.arithmetic.series import NoSeries

        if self.problem.point is None or self.problem.radii:
            return None
        try:
            series, compute = expand()
        except (MemoryError, NoSeries):
            return None
        order = [node for node in series.order if node not in series.behind]
        if self.asked != "float":
            against = answers.has_balls(self.problem, order)
            if against is None:
                found = answers.proven_series(self.problem, compute, self.digits, quick)
                return None if found is None else self.proven(found)
            self.no_balls(against)
        shaped = any(node.shape for node in order)
        doubles = answers.series_in_doubles(self.problem, compute, shaped)
        if doubles is None:
            return None
        self.in_doubles()
        return [plain_number(x) for x in doubles]

    def enclosures(self, outputs: Sequence[Tensor], differentiated: bool) -> list[Value]:
        """Bounds of outputs over the intervals of --at."""
        from hodiff.answers import has_balls
        from hodiff.enclosures import enclosed

        if any(node.shape for node in (*outputs, *self.problem.variables.values())):
            raise usage("over an interval EXPR and the variables have to be numbers", "--at")
        against = has_balls(self.problem, outputs)
        if against is not None:
            raise usage(f"an interval can't be taken here: {against}", "--at")
        found = enclosed(self.problem, outputs, differentiated, self.rtol or 1e-6)
        self.arithmetic, self.notes = "interval", found.notes
        self.at = {name: plain_number(x) for name, x in found.at.items()}
        return [plain_number(x) for x in found.values]

    def flat(self, vectors: Sequence[Tensor]) -> list[Value]:
        """The numbers of vectors."""
        return [entry for x in self.numbers(vectors) for entry in leaves(x)]

    def named(self, slopes: list[Value]) -> dict[str, Value]:
        """What there is one of for each variable, by its name."""
        return dict(zip(self.problem.wrt, slopes, strict=True))

    def answer(
        self,
        fields: dict[str, Any],
        derivatives: Iterable[Entry],
        lines: Iterable[Row],
        header: list[str],
        rows: Iterable[Row],
        shows_f: bool = False,
        shows: Sequence[str] = (),
        more: str = "",
    ) -> Answer:
        """The answer. shows_f, shows: whether the table's rows hold f, and which variables; more:
        what else stands above it."""
        at, title = self.at, self.problem.text
        value = fields["value"]
        f = None if at is None or shows_f else value
        aside = {name: x for name, x in (at or {}).items() if name not in shows}

        def found() -> Iterator[Entry]:
            yield from (Entry(name, name, x) for name, x in components("f", value))
            yield from derivatives

        def records() -> tuple[Row, Row]:
            record = [*self.point, *[(e.column, e.value) for e in found() if e.column]]
            return [name for name, _ in record], [x for _, x in record]

        return Answer(
            title=title,
            fields={
                "command": self.command,
                "expression": title,
                "arithmetic": "float" if self.arithmetic == "float" else "ball",
                "at": at,
                **fields,
                "notes": self.notes,
            },
            records=Each(records),
            lines=lines,
            grid=Grid(lambda: above(f, aside, more), header, rows),
            entries=Grid(
                lambda: above(None, at or {}, more),
                [],
                Each(lambda: ([e.label, e.value] for e in found())),
            ),
            notes=[SAID[self.arithmetic or "ball"], *self.notes] if at is not None else [],
        )


def entries_of(xs: Sequence[Tensor]) -> int:
    return sum(prod(x.shape) for x in xs)


def indexed(name: str, shape: Sequence[int]) -> list[str]:
    """The names of the entries of an array: w[0], w[1]; its own where it is one number."""
    if not shape:
        return [name]
    return [f"{name}[{','.join(map(str, i))}]" for i in product(*map(range, shape))]


def above(f: Value | None, point: dict[str, Value], more: str = "") -> str:
    """What stands above a table: 'f = 1 at w1=1, w2=2', or what of that is given, and more."""
    said = [f"f = {text(f)}"] if f is not None else []
    if point:
        said.append("at " + ", ".join(f"{name}={text(x)}" for name, x in point.items()))
    return "\n".join(part for part in (" ".join(said), more) if part)


def from_input(expression: str) -> str:
    """EXPR, read from standard input where it is -."""
    if expression != "-":
        return expression
    from hodiff.language.checks import MAX_BYTES

    try:
        read = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b""
    except OSError as fault:
        raise usage(f"standard input can't be read: {fault.strerror}", "EXPR") from None
    if len(read) > MAX_BYTES:
        message = f"standard input is too long: {MAX_BYTES // 1024} KiB are the most"
        raise usage(message, "EXPR", "limit")
    try:
        return read.decode().rstrip("\r\n")
    except UnicodeDecodeError as fault:
        message = f"standard input is not UTF-8: byte {fault.start} is 0x{read[fault.start]:02x}"
        raise usage(message, "EXPR") from None


def command(
    example: str, *own: click.Option, subgradient: bool = True, repeats: bool = False
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """A command that answers a Question; own are the options that only it has. repeats: --wrt may
    name a variable again."""

    def add(describe: Callable[..., Answer]) -> Callable[..., Answer]:
        name = describe.__name__

        def run(expression: str, style: str, **options: Any) -> str:
            asked = {option.name: options.pop(option.name) for option in own}
            of = asked.pop("of", None)
            question = Question(name, from_input(expression), **options, repeats=repeats, of=of)
            return FORMATS[style](describe(question, **asked))

        options = [
            *own,
            AT,
            LET,
            WRT,
            DIGITS,
            RTOL,
            ARITHMETIC,
            FORMAT,
            *[SUBGRADIENT][:subgradient],
        ]
        program.add_command(
            Command(
                name,
                callback=run,
                params=[EXPR, *options],
                help=describe.__doc__,
                examples=(example,),
            )
        )
        return describe

    return add


def first(slopes: Parts) -> Iterable[Entry]:
    """The entries of a gradient."""
    return Each(lambda: (Entry(f"df_d{x}", f"∂f/∂{x}", slope) for x, slope in slopes))


def power(n: int) -> str:
    return str(n) if n > 1 else ""


def raised(n: int) -> str:
    return power(n).translate(SUPERSCRIPTS)


def partial(taken: Sequence[str], f: str = "f") -> Entry:
    """The entry of a partial derivative in these variables, one after the other, without a
    value: d3f_dx2_dy."""
    often = {x: taken.count(x) for x in taken}
    n = len(taken)
    column = f"d{power(n)}{f}_" + "_".join(f"d{x}{power(m)}" for x, m in often.items())
    label = f"∂{raised(n)}{f}/" + "".join(f"∂{x}{raised(m)}" for x, m in often.items())
    return Entry(column, label, "")
