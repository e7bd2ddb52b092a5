"""Questions as tests ask them: of a problem that was read, in doubles or in balls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hodiff.answers.point import in_balls, in_doubles, point_in, series_in_balls
from hodiff.answers.question import How, Numbers, Question
from hodiff.arithmetic.base import Arithmetic
from hodiff.arithmetic.floats import FLOATS
from hodiff.derivatives.plan import Computation
from hodiff.engine.graph import Tensor
from hodiff.language.problem import Problem


def question(
    problem: Problem,
    outputs: Sequence[Tensor],
    subgradient: bool = False,
    differentiated: bool = True,
    rows: int = 1,
    digits: int | None = None,
) -> Question:
    """outputs begin with f, then come rows of its slopes in problem.inputs."""
    n = len(problem.inputs)
    slopes = [list(outputs[1 + n * i : 1 + n * (i + 1)]) for i in range(rows)]
    return Question(
        outputs[0] if outputs else problem.f,
        problem.inputs,
        outputs,
        {problem.variables[name]: x for name, x in (problem.point or {}).items()},
        {problem.variables[name]: x for name, x in problem.radii.items()},
        differentiated,
        slopes,
        problem.places,
        How(digits=digits, subgradient=subgradient),
    )


def answer(problem: Problem, outputs: Sequence[Tensor], *more: Any, **named: Any) -> list[Any]:
    """The values of outputs at the problem's point, in doubles."""
    return in_doubles(question(problem, outputs, *more, **named), outputs).values


def proven(problem: Problem, outputs: Sequence[Tensor], *more: Any, **named: Any) -> Numbers:
    """The same with every digit proven."""
    return in_balls(question(problem, outputs, *more, **named), outputs)


def proven_series(
    problem: Problem,
    compute: Callable[[Mapping[Tensor, Any], Arithmetic], list[Any]],
    digits: int | None = None,
) -> Numbers | None:
    """What a computation by Taylor series gives at the problem's point."""
    computation = Computation([], compute)
    return series_in_balls(question(problem, [], digits=digits), computation, rounded=True)


def point_values(problem: Problem) -> Mapping[str, Any]:
    """The numbers that --at gives the variables."""
    point = point_in(question(problem, []), FLOATS)
    return {x.attributes[0]: value for x, value in point.items()}
