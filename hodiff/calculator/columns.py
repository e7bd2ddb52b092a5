"""An answer as columns: what a command gives for every row of a table of points.

A command says what it answers once; here it is asked with a stand-in for each of its numbers, which
knows the graph that computes it, and the question that answers it at a single point.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

from hodiff import answers
from hodiff.answers.question import How, Question
from hodiff.calculator.answer import Value
from hodiff.calculator.commands import COMMANDS, IN_ROWS, ON_COLUMNS, Command
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


class After(ABC):
    """What is computed from the numbers of a row where these aren't the answer.

    outputs   the names of what there is then
    beside    inputs that say more of others, in a column named after that one's: u_m of m
    defaults  what each of these is where it has no column
    """

    outputs: Sequence[str]
    beside: Mapping[str, str]
    defaults: Mapping[str, float]

    @abstractmethod
    def columns(self, numbers: Sequence[Any], inputs: Sequence[Any]) -> dict[str, Any]:
        """The outputs' columns from those of the numbers and of all inputs: nan in rows for which
        at has to say whether there is an answer."""

    @abstractmethod
    def at(self, numbers: Sequence[float], inputs: Sequence[float]) -> list[float]:
        """The outputs in one row. Raises HodiffError where there is no answer."""

    @abstractmethod
    def absent(self, columns: Mapping[str, str]) -> list[str]:
        """What has to be said where inputs of beside have no column: which is looked for, by their
        names. Raises HodiffError where there is no answer without."""


class Columns(NamedTuple):
    """What a command gives for every row: a name and a stand-in for each number, and what is
    computed from them.

    check  raises HodiffError for a point that has no answer though there are numbers: none of the
           rows is then for doubles
    """

    inputs: Mapping[str, Tensor]
    numbers: Mapping[str, Number]
    after: After | None = None
    check: Callable[[Mapping[Tensor, Tensor], How], None] | None = None

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.after.outputs if self.after else self.numbers)

    @property
    def graphs(self) -> list[Tensor]:
        """What the numbers are those of."""
        return [number.question.f for number in self.numbers.values()]

    @property
    def series(self) -> Question | None:
        """What series answer; None where graphs do."""
        return next((x.question for x in self.numbers.values() if x.graph is None), None)

    @property
    def extended(self) -> bool:
        """Whether a limit counts as an answer, whatever is asked."""
        return any(number.question.how.extend for number in self.numbers.values())

    def at(self, point: Mapping[str, Tensor], how: How) -> list[float]:
        """The numbers at one point, as the command answers it. Raises HodiffError where there is no
        answer."""
        found: dict[int, list[Any]] = {}
        at = {x: point[name] for name, x in self.inputs.items()}
        if self.check is not None:
            self.check(at, how)
        result = []
        for number in self.numbers.values():
            key = id(number.question)
            if key not in found:
                question = number.question._replace(at=at)  # taylor extends in any case
                extends = how._replace(extend=how.extend or question.how.extend)
                found[key] = answers.solve(question._replace(how=extends)).values
            value = found[key][number.place]
            if number.entry is not None:
                value = _flat(value)[number.entry]
            result.append(float(value))
        if self.after is not None:
            result = self.after.at(result, [float(x.attributes[0]) for x in at.values()])
        for name, y in zip(self.outputs, result, strict=True):
            if not isfinite(y):
                raise HodiffError("limit", f"{name} passes the largest double (1.8e308)")
        return result


def _flat(value: Any) -> list[Any]:
    if hasattr(value, "tolist"):
        value = value.tolist()
    while value and isinstance(value[0], list):
        value = [x for part in value for x in part]
    return list(value)


def on_columns(command: str, own: Mapping[str, Any]) -> Command:
    """A command that has an answer for every row, by its name. Raises HodiffError for others, and
    for options that it hasn't, or that it needs."""
    if command not in ON_COLUMNS:
        listed = f": it can be {', '.join(ON_COLUMNS)}"
        shown = command[:60] if isinstance(command, str) else type(command).__name__
        if shown in IN_ROWS:
            raise usage(
                f"{shown} has no columns: a row may have several. For a file there is"
                f" hodiff {shown} --points FILE, for a point hodiff.calculate"
            )
        mend = nearest(shown, list(ON_COLUMNS)) or listed
        raise usage(f"'{shown}' has no answer a row{mend}")
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

    Raises HodiffError for a command or an option that it hasn't, and where a variable is no number.
    """
    known = on_columns(command, own)
    for name, x in problem.variables.items():
        if x.shape:
            raise usage(f"'{name}' has to be one number a row, not of shape {x.shape}", "EXPR")
    request, own = Columnwise(command, problem, problem.wrt, How()), vectors(own)
    own.pop("of", None)  # the problem has it
    if known.rows:
        found: Columns = known.named(known.rows)(request, **own)
        return found
    names, values = known.function(command)(request, **own).records
    numbers = {str(name): value for name, value in zip(names, values, strict=True)}
    wrong = next((name for name, x in numbers.items() if not isinstance(x, Number)), None)
    if wrong is not None:
        raise HodiffError("usage", f"{command} has no answer a row with these options: {wrong}")
    return Columns(problem.variables, {k: x for k, x in numbers.items() if isinstance(x, Number)})
