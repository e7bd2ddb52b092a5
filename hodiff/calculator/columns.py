"""An answer as columns: what a command gives for every row of a table of points.

A command says what it answers once; here it is asked with a stand-in for each of its numbers, which
knows the graph that computes it, and the question that answers it at a single point.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NamedTuple

from hodiff import answers
from hodiff.answers.question import How, Question
from hodiff.calculator.answer import Value
from hodiff.calculator.commands import COMMANDS, ON_COLUMNS, ON_ROWS, Command
from hodiff.calculator.given import vectors
from hodiff.calculator.request import Found, Request, graphs_of, usage
from hodiff.derivatives import components
from hodiff.derivatives.plan import Plan
from hodiff.engine.graph import STATE, Tensor
from hodiff.engine.limits import Limits
from hodiff.errors import HodiffError, nearest
from hodiff.language.problem import Problem

MOST_NESTED = 2000  # nodes of a graph that serves rows where there is a Taylor series


class Number(str):
    """Stands for a number: graph computes it, or where there is none the series of its question;
    and it is the place-th that question wants, or of that an entry."""

    graph: Tensor | None
    question: Question
    place: int
    entry: int | None


class Columnwise(Request):
    """A request whose answer has a stand-in for each number."""

    @property
    def at_a_point(self) -> bool:
        return True

    def found(self, question: Question) -> Found:
        wanted = question.wanted
        if isinstance(wanted, Plan) and wanted.taylor is not None:
            graphs = _nested(wanted)
            if graphs is None:
                assert wanted.asked is not None
                return Found([_number(None, question, i, None) for i in range(wanted.asked)])
        else:
            graphs = graphs_of(wanted)
        return Found([_standing(question, i, graph) for i, graph in enumerate(graphs)])


def _nested(plan: Plan) -> Sequence[Tensor] | None:
    """The graphs of a plan where they are few; None where series take fewer steps."""
    if plan.stages is None:
        return None
    outer, STATE.limits = STATE.limits, Limits(min(MOST_NESTED, STATE.limits.walks))
    try:
        return graphs_of(plan)
    except MemoryError:
        return None
    finally:
        STATE.limits = outer


def _standing(question: Question, index: int, graph: Tensor) -> Value:
    if not graph.shape:
        return _number(graph, question, index, None)
    flat: list[Any] = [
        _number(part, question, index, k) for k, part in enumerate(components(graph))
    ]
    for n in graph.shape[:0:-1]:
        flat = [flat[k : k + n] for k in range(0, len(flat), n)]
    return flat


def _number(graph: Tensor | None, question: Question, place: int, entry: int | None) -> Number:
    number = Number("?")
    number.graph, number.question, number.place, number.entry = graph, question, place, entry
    return number


class Answered(NamedTuple):
    """What a row has: a value for each output, or a list of such; and where there is something to
    tell of it all the same, the kind and the message."""

    values: list[Any]
    left: tuple[str, str] | None = None


class After(ABC):
    """What is computed from the numbers of a row where these aren't the answer.

    outputs     the names of what there is then
    words       those of them that are text
    beside      inputs that say more of others, in a column named after that one's: u_m of m
    defaults    what each of these is where it has no column
    in_doubles  whether doubles say anything of it
    """

    outputs: Sequence[str]
    words: Sequence[str] = ()
    beside: Mapping[str, str] = {}
    defaults: Mapping[str, float] = {}
    in_doubles = True

    @abstractmethod
    def columns(self, numbers: Sequence[Any], inputs: Sequence[Any]) -> dict[str, Any]:
        """The outputs' columns from those of the numbers and of all inputs: nan in rows for which
        at has to say whether there is an answer."""

    @abstractmethod
    def at(self, numbers: Sequence[Any], inputs: Sequence[float]) -> Answered:
        """The outputs in one row, of numbers that are doubles, and text where their question asks
        for digits. Raises HodiffError where there is no answer."""

    def absent(self, columns: Mapping[str, str]) -> list[str]:
        """What has to be said where inputs of beside have no column: which is looked for, by their
        names. Raises HodiffError where there is no answer without."""
        return []


@dataclass
class Columns:
    """What a command gives for every row: a name and a stand-in for each number, and what is
    computed from them. listed: whether a row has a list of that.

    check    raises HodiffError for a point that has no answer though there are numbers: none of the
             rows is then for doubles
    wrong    what is said of rows that something is to be told of
    said     what there is to say at the end, of how many such rows there were of each kind
    """

    inputs: Mapping[str, Tensor]
    numbers: Mapping[str, Number] = field(default_factory=dict)
    after: After | None = None
    check: Callable[[Mapping[Tensor, Tensor], How], None] | None = None
    wrong: str = "have no answer"
    said: Callable[[Mapping[str, int]], list[str]] = lambda refused: []
    listed = False

    @property
    def kinds(self) -> dict[str, type]:
        """The outputs, and whether they are doubles or text."""
        if self.after is None:
            return dict.fromkeys(self.numbers, float)
        return {x: str if x in self.after.words else float for x in self.after.outputs}

    @property
    def graphs(self) -> list[Tensor]:
        """What the numbers are those of, as it was written."""
        return [number.question.f for number in self.numbers.values()]

    @property
    def in_doubles(self) -> bool:
        """Whether doubles say anything of a row."""
        return self.check is None and (self.after is None or self.after.in_doubles)

    @property
    def series(self) -> Question | None:
        """What series answer; None where graphs do."""
        return next((x.question for x in self.numbers.values() if x.graph is None), None)

    @property
    def extended(self) -> bool:
        """Whether a limit counts as an answer, whatever is asked."""
        return any(number.question.how.extend for number in self.numbers.values())

    def prepare(self, points: Iterable[Mapping[str, Tensor]]) -> None:
        """Does at once what can be for rows that this thread asks for next."""

    def at(self, point: Mapping[str, Tensor], how: How) -> Answered:
        """What there is at one point, as the command answers it. Raises HodiffError where there is
        no answer."""
        found: dict[int, list[Any]] = {}
        at = {x: point[name] for name, x in self.inputs.items()}
        if self.check is not None:
            self.check(at, how)
        result = list[Any]()
        for number in self.numbers.values():
            key, own = id(number.question), number.question.how  # taylor extends in any case
            if key not in found:
                asked = how._replace(
                    extend=how.extend or own.extend, digits=own.digits or how.digits
                )
                question = number.question._replace(at=at, how=asked)
                found[key] = answers.solve(question).values
            value = found[key][number.place]
            if number.entry is not None:
                value = _flat(value)[number.entry]
            result.append(value if own.digits else float(value))
        row = Answered(result)
        if self.after is not None:
            row = self.after.at(result, [float(x.attributes[0]) for x in at.values()])
        for name, y in zip(self.kinds, row.values, strict=True):
            if isinstance(y, float) and not isfinite(y):
                raise HodiffError("limit", f"{name} passes the largest double (1.8e308)")
        return row


def _flat(value: Any) -> list[Any]:
    if hasattr(value, "tolist"):
        value = value.tolist()
    while value and isinstance(value[0], list):
        value = [x for part in value for x in part]
    return list(value)


def on_columns(command: str) -> str:
    """The name of a command that doubles have as many numbers of for every row. Raises HodiffError
    for others."""
    if command in ON_COLUMNS:
        return command
    listed = f": it can be {', '.join(ON_COLUMNS)}"
    shown = command[:60] if isinstance(command, str) else type(command).__name__
    if shown in ON_ROWS:
        raise usage(
            f"{shown} has no columns: {ON_ROWS[shown]}. For a file there is"
            f" hodiff {shown} --points FILE, for a point hodiff.calculate"
        )
    mend = nearest(shown, list(ON_COLUMNS)) or listed
    raise usage(f"'{shown}' has no answer a row{mend}")


def with_options(command: str, own: Mapping[str, Any]) -> Command:
    """A command by its name. Raises HodiffError for options that it hasn't, or that it needs."""
    known = COMMANDS[command]
    for name in own:
        if name not in known.options:
            raise usage(f"{command} has no option '{name}'{nearest(name, list(known.options))}")
    for name in known.needed:
        if own.get(name) is None:
            raise usage(f"{command} needs --{name}: {known.example}", f"--{name}")
    return known


def columns(command: str, problem: Problem, own: Mapping[str, Any]) -> Columns:
    """What a command gives for every row; own: what it alone has, order=, v= ...

    Raises HodiffError for an option that it hasn't, and where a variable is no number.
    """
    known = with_options(command, own)
    for name, x in problem.variables.items():
        if x.shape:
            raise usage(f"'{name}' has to be one number a row, not of shape {x.shape}", "EXPR")
    request, own = Columnwise(command, problem, problem.wrt, How()), vectors(own)
    for name in ("of", "over"):  # the problem has them
        own.pop(name, None)
    if known.rows:
        found: Columns = known.named(known.rows)(request, **own)
        return found
    names, values = known.function(command)(request, **own).records
    numbers = {str(name): value for name, value in zip(names, values, strict=True)}
    wrong = next((name for name, x in numbers.items() if not isinstance(x, Number)), None)
    if wrong is not None:
        raise HodiffError("usage", f"{command} has no answer a row with these options: {wrong}")
    return Columns(problem.variables, {k: x for k, x in numbers.items() if isinstance(x, Number)})
