"""What is asked, read: the expression, its variables, the point; and how its answer is told."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple, TypeAlias

from hodiff import answers
from hodiff.answers.digits import double
from hodiff.answers.question import How, Question
from hodiff.calculator.answer import (
    Answer,
    Asked,
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
from hodiff.derivatives import components as scalars
from hodiff.derivatives.plan import Plan
from hodiff.engine.graph import Tensor, topological
from hodiff.errors import HodiffError
from hodiff.language.problem import Problem

SAID = {
    "interval": "proven bounds, rounded outward",
    "ball": "every digit is proven",
    "float": "float arithmetic: digits are not proven",
    "doubles": "u and the shares are computed from f and its derivatives, in doubles",
}
MOST_PRINTED = 10_000_000  # numbers of a matrix
JSON_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
MOST_POINTED = 10**14  # below it a double is near enough to give a digit behind the point
LONGEST_WHOLE = 21  # digits of a whole number that is told in full
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

Parts: TypeAlias = Iterable[tuple[str, Value]]
"""Numbers with the names of their components."""


def usage(message: str, source: str | None = None, kind: str = "usage") -> HodiffError:
    return HodiffError(kind, message, source=source)


CONVENTION = "{} has no derivative {}: what the formula gives there is a convention"
KINKS = {"abs": "at 0", "relu": "at 0", "clip": "at its bounds", "max": "at a tie",
         "min": "at a tie"}  # fmt: skip


class Found(NamedTuple):
    """What was found at the point; or formulas, where there is none: at and arithmetic are None."""

    values: list[Value]
    exact: Sequence[Any] = ()
    at: dict[str, Value] | None = None
    arithmetic: str | None = None
    notes: Sequence[str] = ()

    def plus(self, other: "Found") -> "Found":
        """These values, and what has to be said of others that stand beside them."""
        rough = [found for found in (self, other) if found.arithmetic == "float"]
        return self._replace(
            at=rough[-1].at if rough and rough[-1].at is not None else self.at,
            arithmetic="float" if rough else self.arithmetic or other.arithmetic,
            notes=list(dict.fromkeys([*self.notes, *other.notes])),
        )


class Request(NamedTuple):
    """A command, and the problem that its arguments state.

    wrt    the names that are differentiated in
    how    with exact, numbers that are known to be rational are told as such
    """

    command: str
    problem: Problem
    wrt: Sequence[str]
    how: How

    @property
    def f(self) -> Tensor:
        return self.problem.f

    @property
    def inputs(self) -> list[Tensor]:
        """The variables that are differentiated in."""
        return [self.problem.variables[name] for name in self.wrt]

    @property
    def has_point(self) -> bool:
        return self.problem.point is not None

    @property
    def at_a_point(self) -> bool:
        """Whether there is a point, and no interval in it."""
        return self.has_point and not self.problem.radii

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

    def only_numbers(self, what: str, option: str) -> None:
        """Raise where a variable is no number."""
        for name, x in zip(self.wrt, self.inputs, strict=True):
            if x.shape:
                raise usage(
                    f"{what} differentiates in a number, and '{name}' has shape {x.shape}:"
                    f" give each entry a name, as in [x, y], and {option} one",
                    option,
                )

    def one_variable(self, option: str = "--wrt") -> str:
        """The name of the one variable, a number, to differentiate in."""
        x = self.wrt[0]
        if len(self.inputs) > 1:
            raise usage(
                f"{self.command} differentiates in one variable: choose it, {option} {x}"
                + (", or go --along a vector" if option == "--wrt" else ""),
                option,
            )
        self.only_numbers(self.command, option)
        return x

    def components(self) -> list[str]:
        """The names of the variables' components: w[0], w[1]."""
        pairs = zip(self.wrt, self.inputs, strict=True)
        return [name for x, node in pairs for name in indexed(x, node.shape)]

    def named(self, slopes: list[Value]) -> dict[str, Value]:
        """What there is one of for each variable, by its name."""
        return dict(zip(self.wrt, slopes, strict=True))

    # Numbers, or formulas.

    def solve(
        self,
        wanted: Sequence[Tensor] | Plan,
        smooth: bool = True,
        slopes: Sequence[Sequence[Tensor]] = (),
        f: Tensor | None = None,
        orders: Sequence[Any] = (),
    ) -> Found:
        """The values of what is wanted at the point; formulas without one: see Question."""
        question = self.question()._replace(
            wanted=wanted, smooth=smooth, slopes=slopes, orders=orders
        )
        return self.found(question if f is None else question._replace(f=f))

    def found(self, question: Question) -> Found:
        """What answers a question."""
        if not self.has_point:
            graphs = graphs_of(question.wanted)
            return Found(self.formulas(graphs), notes=self.conventions(graphs))
        return self._told(answers.solve(question))

    def solve_at(
        self,
        wanted: Sequence[Tensor],
        point: Mapping[Tensor, Tensor],
        how: How,
        f: Tensor | None = None,
    ) -> Found:
        """The values of what is wanted at a point of one's own; of f its own value is."""
        question = self.question()._replace(wanted=wanted, at=point, how=how)
        question = question if f is None else question._replace(f=f, smooth=False)
        return self._told(answers.solve(question))

    def formulas(self, graphs: Sequence[Tensor]) -> list[Value]:
        """Derivatives of f as a person would write them, in text."""
        from hodiff.views.formula import infix  # start-up: numbers need none
        from hodiff.views.normal import shortest  # start-up: the same

        return [infix(part) for part in shortest(self.f, graphs)]

    def conventions(self, graphs: Sequence[Tensor]) -> list[str]:
        """What a formula says that is no derivative."""
        if all(y is self.f for y in graphs):
            return []
        rows = {x.operation.name for x in topological([self.f])}
        return [CONVENTION.format(row, place) for row, place in KINKS.items() if row in rows]

    def question(self) -> Question:
        """The expression's value at the point, as a question."""
        problem, variables = self.problem, self.problem.variables
        return Question(
            self.f,
            self.inputs,
            [self.f],
            {variables[name]: x for name, x in (problem.point or {}).items()},
            {variables[name]: x for name, x in problem.radii.items()},
            places=problem.places,
            how=self.how,
        )

    def entries(self, outputs: Sequence[Tensor]) -> tuple[Found, list[list[Value]]]:
        """f, and the entries of each of outputs."""
        if not self.has_point:
            found = self.solve([self.f])
            return found, [self.solve(scalars(y)).values for y in outputs]
        found = self.solve([self.f, *outputs])
        return found, list(map(leaves, found.values[1:]))

    def constants(self, vectors: Sequence[Tensor]) -> Found:
        """The numbers of vectors, which have no variables."""
        if not vectors:
            return Found([])
        question = Question(
            vectors[0], (), vectors, smooth=False, places=self.problem.places, how=self.how
        )
        found = self._told(answers.solve(question))
        return found._replace(values=[entry for x in found.values for entry in leaves(x)], at=None)

    def _told(self, numbers: answers.Numbers) -> Found:
        names = [x.attributes[0] for x in numbers.at]
        values = map(plain_number, numbers.values)
        at = map(self._point, names, numbers.at.values())
        if self.how.exact:
            values = map(exactly, numbers.values, numbers.exact)
            at = map(exactly, numbers.at.values(), numbers.exact_at) if numbers.exact_at else at
        return Found(
            list(values),
            numbers.exact,
            dict(zip(names, at, strict=True)),
            numbers.arithmetic,
            numbers.notes,
        )

    def _point(self, name: str, value: Any) -> Value:
        """The point of a variable: as it was typed where that is a number that JSON has."""
        typed = self.problem.typed.get(name, "")
        if not re.fullmatch(JSON_NUMBER, typed):
            return plain_number(value)
        if isinstance(value, str):  # a double has not the range
            return typed
        whole = typed.lstrip("-").isdigit() and len(typed) <= LONGEST_WHOLE
        return int(typed) if whole else double(typed)

    def answer(
        self,
        found: Found,
        fields: Mapping[str, Any],
        derivatives: Iterable[Entry],
        lines: Iterable[Row],
        header: list[str],
        rows: Iterable[Row],
        shows_f: bool = False,
        shows: Sequence[str] = (),
        more: str = "",
        distance: str | None = None,
    ) -> Answer:
        """The answer. shows_f, shows: whether the table's rows hold f, and which variables; more:
        what else stands above it; distance: see Asked."""
        at, title, reading = found.at, self.problem.text, self.problem.reading
        said = list(dict.fromkeys([*self.problem.notes, *found.notes]))
        value = fields["value"]
        f = None if at is None or shows_f else value
        aside = {name: x for name, x in (at or {}).items() if name not in shows}

        def entries() -> Iterator[Entry]:
            yield from (Entry(name, name, x) for name, x in components("f", value))
            yield from derivatives

        def records() -> tuple[Row, Row]:
            record = [*parts(at or {}), *[(e.column, e.value) for e in entries() if e.column]]
            return [name for name, _ in record], [x for _, x in record]

        return Answer(
            title=title,
            fields={
                "command": self.command,
                "expression": title,
                **({} if reading is None else {"reading": reading}),
                "arithmetic": "float" if found.arithmetic == "float" else "ball",
                "at": at,
                **fields,
                "notes": said,
            },
            records=Each(records),
            lines=lines,
            grid=Grid(lambda: above(f, aside, more), header, rows),
            entries=Grid(
                lambda: above(None, at or {}, more),
                [],
                Each(lambda: ([e.label, e.value] for e in entries())),
            ),
            notes=[SAID[found.arithmetic or "ball"], *said] if at is not None else said,
            reading=reading,
            asked=Asked(
                self.f,
                list(dict.fromkeys([*self.wrt, *self.problem.variables])),
                self.wrt,
                distance,
            ),
        )


def graphs_of(wanted: Sequence[Tensor] | Plan) -> Sequence[Tensor]:
    """What a formula is asked of: of a plan the last stage."""
    if not isinstance(wanted, Plan):
        return wanted
    if wanted.stages is None:
        assert wanted.refusal is not None
        raise wanted.refusal
    *_, graphs = wanted.stages()
    return graphs[: wanted.asked]


def exactly(value: Any, exact: Any) -> Any:
    """A number as the quotient that it is, where that is known; else such that it doesn't look
    whole, 2.0 for 2, and 123e0 for what is so long or has so few digits that 0 may be no digit of
    it. Lists for arrays."""
    if isinstance(exact, list):
        return [exactly(*pair) for pair in zip(value, exact, strict=True)]
    if exact is not None:
        return exact
    number = plain_number(value)
    if isinstance(number, list):
        return [exactly(entry, None) for entry in number]
    if isinstance(number, dict) or set(str(number)) & set(".e"):
        return number
    if isinstance(number, str):
        return f"{number}e0"
    return float(number) if abs(number) < MOST_POINTED else double(f"{number}e0")


def parts(values: Mapping[str, Value]) -> Parts:
    """Every number of values with the name of its component: w[0], w[1]."""
    return Each(lambda: (part for name, x in values.items() for part in components(name, x)))


def entries_of(xs: Sequence[Tensor]) -> int:
    return sum(prod(x.shape) for x in xs)


def indexed(name: str, shape: Sequence[int]) -> list[str]:
    """The names of the entries of an array: w[0], w[1]; its own where it is one number."""
    if not shape:
        return [name]
    return [f"{name}[{','.join(map(str, i))}]" for i in product(*map(range, shape))]


def above(f: Value | None, point: Mapping[str, Value], more: str = "") -> str:
    """What stands above a table: 'f = 1 at w1=1, w2=2', or what of that is given, and more."""
    said = [f"f = {text(f)}"] if f is not None else []
    if point:
        said.append("at " + ", ".join(f"{name}={text(x)}" for name, x in point.items()))
    return "\n".join(part for part in (" ".join(said), more) if part)


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
