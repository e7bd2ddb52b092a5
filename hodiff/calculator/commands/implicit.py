"""Derivatives along an equation."""

from __future__ import annotations

from collections.abc import Mapping

from hodiff.answers.question import How
from hodiff.calculator.answer import Answer
from hodiff.calculator.columns import Columns, Columnwise, Number
from hodiff.calculator.commands.nth import Way, successive
from hodiff.calculator.request import Found, Request, power, usage
from hodiff.derivatives import gradient
from hodiff.derivatives import method as policy
from hodiff.engine.graph import Tensor
from hodiff.errors import HodiffError


def implicit(request: Request, order: int = 1, solve: bool = False) -> Answer:
    """The derivatives along an equation, or along an expression that is to be 0, at a point that
    solves it; solve: at the solution that is found from there."""
    request, f, slope, of = asked(request)
    if solve and not request.has_point:
        raise usage("--solve needs a point to start from: give it with --at", "--solve")
    (x, y), name = request.inputs, request.wrt[0]
    checked = Found([])
    if request.has_point and not solve:
        checked = checked_solution(request.solve([f, slope]), of)
    found = request.solve(policy.implicit(f, slope, x, y, order, solve), f=y)
    if found.at is not None and solve:
        found = found._replace(at={**found.at, of: found.values[0]})
    line = Way({}, name, {"variable": name, "of": of}, "", checked)
    answer = successive(request, found, of, line)
    # Where the others have f there is y, which the point holds already.
    n, rows = len(found.at or ()), list(answer.entries.rows)
    return answer._replace(
        records=[[*row[:n], *row[n + 1 :]] for row in answer.records],
        entries=answer.entries._replace(rows=[[of, *rows[0][1:]], *rows[1:]]),
    )


def on_rows(request: Columnwise, order: int = 1, solve: bool = False) -> Columns:
    """The same of every row: the solution of y is the column y_solved."""
    asking, f, slope, of = asked(request)
    (x, y), name = asking.inputs, asking.wrt[0]
    found = request.solve(policy.implicit(f, slope, x, y, order, solve), f=y).values
    names = [f"{of}_solved", *(f"d{power(n)}{of}_d{name}{power(n)}" for n in range(1, order + 1))]
    numbers = {k: y for k, y in zip(names, found, strict=True) if isinstance(y, Number)}
    if solve:
        return Columns(request.problem.variables, numbers)

    def check(at: Mapping[Tensor, Tensor], how: How) -> None:
        checked_solution(request.solve_at([f, slope], at, how), of)

    del numbers[names[0]]
    return Columns(request.problem.variables, numbers, check=check)


def asked(request: Request) -> tuple[Request, Tensor, Tensor, str]:
    """The request in two variables, x and the y that is solved for; f, which is to be 0, its slope
    in y, and y's name."""
    f, problem = request.scalar(), request.problem
    of = problem.of
    assert of is not None
    names = [name for name in problem.taken or problem.variables if name != of]
    if len(names) != 1 or of in problem.taken:
        raise usage(
            f"implicit differentiates {of} in one variable"
            + (f": choose it, --wrt {names[0]}" if names else f" other than {of}"),
            "--wrt",
        )
    if problem.radii:
        raise usage("implicit takes a point, not an interval", "--at")
    request = request._replace(wrt=[names[0], of])
    request.only_numbers("implicit", "--wrt")
    return request, f, gradient(f, request.inputs[1:])[0], of


def checked_solution(found: Found, of: str) -> Found:
    """What f and its slope in the variable of were found to be at the point. Raises HodiffError
    where that doesn't solve f = 0, or not for the variable alone."""
    assert found.at is not None
    value, rise, y = map(number, (*found.values, found.at[of]))
    near = 1e-9 * abs(rise * y) if found.arithmetic == "float" else 0
    if abs(value) > near:
        raise HodiffError(
            "domain",
            f"the equation's sides differ by {value:g} at the point: bind {of} to what solves it,"
            " exactly, or start there with --solve",
            source="--at",
        )
    if rise == 0:
        raise HodiffError(
            "domain",
            f"the equation's slope in {of} is 0 at the point: it defines no smooth function there",
            source="EXPR",
        )
    return found


def number(x: object) -> float:
    """A number as a double, also where it came as text."""
    return float(x)  # type: ignore[arg-type]
