"""The commands. Each builds the graph of its answer and says what the numbers are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from hodiff.cli.options import MOST_ORDER, Command, Group, one_of, positive, usage, whole
from hodiff.cli.output import FORMATS, Answer, Grid, Value, components, plain_number, text

if TYPE_CHECKING:
    from hodiff.graph import Tensor

SAID = {
    "interval": "proven bounds, rounded outward",
    "ball": "every digit is proven",
    "float": "float arithmetic: digits are not proven",
}
MOST_DIGITS = 10_000
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
ORDER = click.Option(["--order"], metavar="N", callback=whole(0, MOST_ORDER), required=True,
                     help="The order of the derivative: 0, 1, 2 ...")
COTANGENT = click.Option(["--v"], metavar="0.5,1", required=True,
                         help="The vector, a number for each component of EXPR, or @v.npy.")
METHOD = click.Option(["--method"], metavar="auto|nested|taylor", default="auto",
                      callback=one_of(["auto", "nested", "taylor"], "method"), show_default=True,
                      help="nested: differentiate N times; taylor: by a Taylor series.")
V = click.Option(["--v"], metavar="0.5,1", required=True,
                 help="The vector, in the order of the variables, by name: x=0.5,y=1, or @v.npy.")
# fmt: on


class Entry(NamedTuple):
    """One number or formula of an answer: its column in csv, if any, and its name for people."""

    column: str
    label: str
    value: Value


Parts = list[tuple[str, Value]]


def parts(values: dict[str, Value]) -> Parts:
    """Every number of values with the name of its component: w[0], w[1]."""
    return [part for name, x in values.items() for part in components(name, x)]


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
    ) -> None:
        from hodiff.language.problem import read

        if digits is not None and arithmetic == "float":
            raise usage(
                "--digits are proven ones, which floats have not: leave one out", "--digits"
            )
        self.command = command
        self.subgradient = subgradient
        self.arithmetic, self.digits, self.rtol = arithmetic, digits, rtol
        self.notes: list[str] = []
        self.problem = read(expression, at, let, ",".join(wrt) if wrt else None)
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
        return value, [[entry for _, entry in components("", x)] for x in found]

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
        if self.arithmetic != "float":
            against = answers.has_balls(self.problem, outputs)
            if against is None:
                found = answers.proven(*settings, digits=self.digits)
                self.arithmetic = self.arithmetic or "ball"
                self.notes += [note for note in found.notes if note not in self.notes]
                if self.at is None:
                    self.at = {name: plain_number(x) for name, x in found.at.items()}
                return [plain_number(x) for x in found.values]
            if self.arithmetic == "ball" or self.digits:
                option = "--arithmetic" if self.arithmetic == "ball" else "--digits"
                raise usage(f"digits can't be proven here: {against}; leave out {option}", option)
            self.notes.append(f"in doubles, for {against}")
        self.arithmetic = "float"
        self.at = {name: plain_number(x) for name, x in answers.point_values(self.problem).items()}
        return [plain_number(x) for x in answers.answer(*settings)]

    def series(self, order: int) -> list[Value] | None:
        """f and its derivatives in the one variable up to order from a proven Taylor series, where
        there is one."""
        from hodiff import answers

        if self.problem.point is None or self.problem.radii or self.arithmetic == "float":
            return None
        if answers.has_balls(self.problem, [self.f]) is not None:
            return None
        found = answers.proven_series(self.problem, order, self.digits)
        if found is None:
            return None
        self.arithmetic, self.notes = "ball", found.notes
        self.at = {name: plain_number(x) for name, x in found.at.items()}
        return [plain_number(x) for x in found.values]

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
        return [entry for x in self.numbers(vectors) for _, entry in components("", x)]

    def named(self, slopes: list[Value]) -> dict[str, Value]:
        """What there is one of for each variable, by its name."""
        return dict(zip(self.problem.wrt, slopes, strict=True))

    def answer(
        self,
        fields: dict[str, Any],
        derivatives: list[Entry],
        lines: list[list[Value]],
        header: list[str],
        rows: list[list[Value]],
        shows_f: bool = False,
        shows: Sequence[str] = (),
    ) -> Answer:
        """The answer. shows_f, shows: whether the table's rows hold f, and which variables."""
        at, title = self.at, self.problem.text
        found = [Entry(name, name, x) for name, x in components("f", fields["value"])]
        found += derivatives
        record = [Entry(name, name, x) for name, x in self.point]
        record += [entry for entry in found if entry.column]
        f = None if at is None or shows_f else fields["value"]
        aside = {name: x for name, x in (at or {}).items() if name not in shows}
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
            records=[[e.column for e in record], [e.value for e in record]],
            lines=lines,
            grid=Grid(above(f, aside), header, rows),
            entries=Grid(above(None, at or {}), [], [[e.label, e.value] for e in found]),
            notes=[SAID[self.arithmetic or "ball"], *self.notes] if at is not None else [],
        )


def indexed(name: str, shape: Sequence[int]) -> list[str]:
    """The names of the entries of an array: w[0], w[1]; its own where it is one number."""
    if not shape:
        return [name]
    return [f"{name}[{','.join(map(str, i))}]" for i in product(*map(range, shape))]


def above(f: Value | None, point: dict[str, Value]) -> str:
    """What stands above a table: 'f = 1 at w1=1, w2=2', or what of that is given."""
    said = [f"f = {text(f)}"] if f is not None else []
    if point:
        said.append("at " + ", ".join(f"{name}={text(x)}" for name, x in point.items()))
    return " ".join(said)


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
    example: str, *own: click.Option, subgradient: bool = True
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """A command that answers a Question; own are the options that only it has."""

    def add(describe: Callable[..., Answer]) -> Callable[..., Answer]:
        name = describe.__name__

        def run(expression: str, style: str, **options: Any) -> str:
            asked = {option.name: options.pop(option.name) for option in own}
            question = Question(name, from_input(expression), **options)
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


@command('hodiff grad "w1**2*sin(w2)" --at w1=1,w2=pi/2')
def grad(q: Question) -> Answer:
    """The gradient: the slope in each variable."""
    from hodiff.derivatives import gradient

    f, *slopes = q.solve([q.scalar(), *gradient(q.f, q.inputs)])
    entries, point = parts(q.named(slopes)), dict(q.point)
    return q.answer(
        {"value": f, "gradient": q.named(slopes)},
        first(entries),
        lines=[[slope for _, slope in entries]],
        header=["variable", *(["value"] if point else []), "∂f/∂variable"],
        rows=[[x, *([point[x]] if point else []), slope] for x, slope in entries],
        shows=q.problem.wrt,
    )


@command('hodiff nth "x**3" --at x=2 --order 2', ORDER, METHOD)
def nth(q: Question, order: int, method: str) -> Answer:
    """The n-th derivative in one variable.

    From a Taylor series, whose cost grows with the square of N, or by differentiating N times:
    the answer is the same.
    """
    from hodiff.derivatives import nth as nested

    f = q.scalar()
    x = q.problem.wrt[0]
    if len(q.inputs) > 1:
        raise usage(f"nth differentiates in one variable: choose it, --wrt {x}", "--wrt")
    if q.inputs[0].shape:
        raise usage(
            f"nth differentiates in a number, and '{x}' has shape {q.inputs[0].shape}:"
            " give each entry a name, as in [x, y], and --wrt one",
            "--wrt",
        )
    values = q.series(order) if method == "taylor" or (method == "auto" and order > 2) else None
    if values is None:
        if method == "taylor":
            raise usage(
                "there is no Taylor series in balls here: leave out --method taylor", "--method"
            )
        values = q.solve([f, *nested(f, q.inputs[0], order)])
    return q.answer(
        {
            "variable": x,
            "order": order,
            "value": values[0],
            "derivatives": values[1:],
            "derivative": values[-1],
        },
        [
            Entry(f"d{power(n)}f_d{x}{power(n)}", f"d{raised(n)}f/d{x}{raised(n)}", value)
            for n, value in enumerate(values[1:], 1)
        ],
        lines=[values[-1:]],
        header=["order", "derivative"],
        rows=[[n, value] for n, value in enumerate(values)],
        shows_f=True,
    )


@command('hodiff hessian "w1**2*sin(w2)" --at w1=1,w2=pi/2')
def hessian(q: Question) -> Answer:
    """The matrix of second derivatives."""
    from hodiff.derivatives import hessian as second

    slopes, rows = second(q.scalar(), q.inputs)
    f, *values = q.solve([q.f, *slopes, *[entry for row in rows for entry in row]])
    gradient = q.named(values[: len(slopes)])
    entries, flat = parts(gradient), values[len(slopes) :]
    names = [x for x, _ in entries]
    matrix = [flat[i : i + len(names)] for i in range(0, len(flat), len(names))]
    return q.answer(
        {"variables": names, "value": f, "gradient": gradient, "hessian": matrix},
        first(entries)
        + [
            Entry(f"d2f_d{x}_d{y}", f"∂²f/∂{x}∂{y}", value)
            for x, row in zip(names, matrix, strict=True)
            for y, value in zip(names, row, strict=True)
        ],
        lines=matrix,
        header=["∂²f", *names],
        rows=[[x, *row] for x, row in zip(names, matrix, strict=True)],
    )


@command('hodiff hvp "w1**2*sin(w2)" --at w1=1,w2=pi/2 --v 0.5,1', V)
def hvp(q: Question, v: str) -> Answer:
    """The Hessian times a vector.

    It costs a few times EXPR, however many variables there are: the Hessian is never formed.
    """
    from hodiff.derivatives import hvp as product

    f = q.scalar()
    vectors = q.problem.vector(v)
    slopes, products = product(f, q.inputs, vectors)
    value, *values = q.solve([f, *slopes, *products])
    gradient, result = q.named(values[: len(slopes)]), q.named(values[len(slopes) :])
    entries, times = parts(gradient), parts(result)
    names = [x for x, _ in entries]
    numbers = q.flat(vectors)
    flat = [entry for _, entry in times]
    return q.answer(
        {"variables": names, "v": numbers, "value": value, "gradient": gradient, "hvp": flat},
        [
            *first(entries),
            *[Entry("", f"v[{x}]", number) for x, number in zip(names, numbers, strict=True)],
            *[Entry(f"hvp_{x}", f"(H·v)[{x}]", entry) for x, entry in times],
        ],
        lines=[flat],
        header=["variable", "v", "∂f/∂variable", "H·v"],
        rows=[[x, v, g, h] for (x, g), v, h in zip(entries, numbers, flat, strict=True)],
    )


@command('hodiff jacobian "[x*y, sin(x)]" --at x=0,y=2')
def jacobian(q: Question) -> Answer:
    """The matrix of first derivatives.

    It has a row for each component of EXPR and a column for each one of the variables.
    """
    from hodiff.derivatives import jacobian_entries

    entries = jacobian_entries(q.differentiable(), q.inputs)
    f, *flat = q.solve([q.f, *[x for row in entries for x in row]], rows=len(entries))
    names, ys = q.components(), indexed("f", q.f.shape)
    matrix = [flat[i : i + len(names)] for i in range(0, len(flat), len(names))]
    return q.answer(
        {"variables": names, "value": f, "jacobian": matrix},
        [
            Entry(f"d{y}_d{x}", f"∂{y}/∂{x}", value)
            for y, row in zip(ys, matrix, strict=True)
            for x, value in zip(names, row, strict=True)
        ],
        lines=matrix,
        header=["", *[f"∂/∂{x}" for x in names]],
        rows=[[y, *row] for y, row in zip(ys, matrix, strict=True)],
    )


@command('hodiff jvp "[x*y, sin(x)]" --at x=0,y=2 --v 1,0', V)
def jvp(q: Question, v: str) -> Answer:
    """The Jacobian times a vector.

    That is the derivative of EXPR along the vector.
    """
    from hodiff.derivatives import jvp as pushed

    f, vectors = q.differentiable(), q.problem.vector(v)
    value, (times,) = q.entries([pushed(f, q.inputs, vectors)])
    numbers = q.flat(vectors)
    names, ys = q.components(), indexed("f", f.shape)
    return q.answer(
        {"variables": names, "v": numbers, "value": value, "jvp": times},
        [
            *[Entry("", f"v[{x}]", number) for x, number in zip(names, numbers, strict=True)],
            *[Entry(f"jvp_{y}", f"(J·v)[{y}]", entry) for y, entry in zip(ys, times, strict=True)],
        ],
        lines=[times],
        header=["", "J·v"],
        rows=[[y, entry] for y, entry in zip(ys, times, strict=True)],
    )


@command('hodiff vjp "[x*y, sin(x)]" --at x=0,y=2 --v 1,0', COTANGENT)
def vjp(q: Question, v: str) -> Answer:
    """A vector times the Jacobian.

    That is the gradient of the sum of EXPR's components, each weighted by one of the vector. It
    costs a few times EXPR, however many variables there are.
    """
    from hodiff.derivatives import vjp as pulled

    f, cotangent = q.differentiable(), q.problem.cotangent(v)
    value, shares = q.entries(pulled(f, q.inputs, cotangent))
    numbers = q.flat([cotangent])
    names, ys = q.components(), indexed("f", f.shape)
    pulled_back = [entry for share in shares for entry in share]
    return q.answer(
        {"variables": names, "v": numbers, "value": value, "vjp": pulled_back},
        [
            *[Entry("", f"v[{y}]", number) for y, number in zip(ys, numbers, strict=True)],
            *[Entry(f"vjp_{x}", f"(v·J)[{x}]", e) for x, e in zip(names, pulled_back, strict=True)],
        ],
        lines=[pulled_back],
        header=["variable", "v·J"],
        rows=[[x, entry] for x, entry in zip(names, pulled_back, strict=True)],
    )


@command('hodiff value "w1**2*sin(w2)" --at w1=1,w2=pi/2', subgradient=False)
def value(q: Question) -> Answer:
    """The value of EXPR."""
    (found,) = q.solve([q.f], differentiated=False)
    rows = found if isinstance(found, list) and isinstance(found[0], list) else [found]
    return q.answer(
        {"value": found},
        [],
        lines=[row if isinstance(row, list) else [row] for row in rows],
        header=["", "value"],
        rows=[[name, x] for name, x in components("f", found)],
        shows_f=True,
    )


def first(slopes: Parts) -> list[Entry]:
    """The entries of a gradient."""
    return [Entry(f"df_d{x}", f"∂f/∂{x}", slope) for x, slope in slopes]


def power(n: int) -> str:
    return str(n) if n > 1 else ""


def raised(n: int) -> str:
    return power(n).translate(SUPERSCRIPTS)


def functions(style: str) -> str:
    """The language's functions and derivatives."""
    from hodiff.cli.functions import catalogue

    return FORMATS[style](catalogue())


program.add_command(
    Command(
        functions.__name__,
        callback=functions,
        params=[FORMAT],
        help=functions.__doc__,
        examples=("hodiff functions",),
    )
)
