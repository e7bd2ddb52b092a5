"""The commands of any order: nth, taylor, tensor, laplacian, implicit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, count
from math import comb, factorial, prod
from typing import TYPE_CHECKING, Any

import click

from hodiff.cli.options import MOST_ORDER, one_of, ratio, usage, whole
from hodiff.cli.output import Answer, Entry, Value, plain_number, text
from hodiff.cli.question import Question, command, first, partial, parts, power, raised

if TYPE_CHECKING:
    from hodiff.answers import Compute
    from hodiff.arithmetic.series import Series
    from hodiff.expansion import Line
    from hodiff.graph import Tensor

MOST_ENTRIES = 20_000  # of a tensor of derivatives
NESTED = 2  # the highest order that is nested where there is a choice
NO_SERIES = "there is no Taylor series here: leave out --method taylor"
STEPS_A_NODE = 100  # of a series, in the time that a node of a nested derivative takes
FEW_NODES = 2000  # which are nested in any case: what is exact shows
MOST_STEPS = 20_000_000  # of series for mixed partials: some seconds
LONGEST = 20  # the highest order of a polynomial that a table shows as a sum

# fmt: off
ORDER = click.Option(["--order"], metavar="N", callback=whole(0, MOST_ORDER), required=True,
                     help="The order of the derivative: 0, 1, 2 ...")
DEGREE = click.Option(["--order"], metavar="N", callback=whole(0, MOST_ORDER), required=True,
                      help="The degree of the polynomial: 0, 1, 2 ...")
COUNTED = click.Option(["--order"], metavar="N", callback=whole(0, MOST_ORDER),
                       help="The order of the derivative: 0, 1, 2 ...  [--wrt x,x,y: 3]")
METHOD = click.Option(["--method"], metavar="auto|nested|taylor", default="auto",
                      callback=one_of(["auto", "nested", "taylor"], "method"), show_default=True,
                      help="nested: differentiate N times; taylor: by Taylor series.")
ALONG = click.Option(["--along"], metavar="0.5,1",
                     help="Go along this vector: in the order of the variables, by name: "
                          "x=0.5,y=1, or @v.npy.")
WITHIN = click.Option(["--within"], metavar="0.1", callback=ratio,
                      help="Bound the remainder, with proof, up to so far from the point.")
OF = click.Option(["--of"], metavar="y", required=True,
                  help="The variable that the equation defines.")
SOLVE = click.Option(["--solve"], is_flag=True,
                     help="The value of --of in --at is where to start: find the one that solves "
                          "the equation.")
# fmt: on


def way(q: Question, along: str | None) -> tuple[dict[Tensor, Tensor], str]:
    """Where a line through the point goes, a vector for each variable, and the name of the
    distance: along a vector, or along the one variable."""
    if along is None:
        name = one_variable(q)
        from hodiff.graph import ONE

        return {q.inputs[0]: ONE}, name
    bound = {*q.problem.variables, *q.problem.constants}
    step = next(name for name in chain("tsh", (f"t{i}" for i in count())) if name not in bound)
    return dict(zip(q.inputs, q.problem.vector(along, "--along"), strict=True)), step


def told(q: Question, v: dict[Tensor, Tensor], along: str | None) -> tuple[dict[str, Any], str]:
    """What json and a table say of the way."""
    if along is None:
        return {"variable": q.problem.wrt[0]}, ""
    numbers = q.flat([*v.values()])
    return {"variables": q.components(), "v": numbers}, f"along {text(numbers)}"


@command('hodiff nth "x**3" --at x=2 --order 2', COUNTED, ALONG, METHOD, repeats=True)
def nth(q: Question, order: int | None, along: str | None, method: str) -> Answer:
    """The n-th derivative in one variable.

    With --along the n-th derivative along a vector; with --wrt x,x,y the mixed partial derivative
    in these variables, as often as each is named.
    """
    from hodiff import derivatives

    f = q.scalar()
    if along is not None and len(q.problem.taken) > len(q.problem.wrt):
        raise usage("--along goes once through each variable of --wrt", "--wrt")
    if len(q.problem.taken) > 1 and along is None:
        return mixed(q, order, method)
    if order is None:
        raise usage('nth needs --order: hodiff nth "x**3" --at x=2 --order 2', "--order")
    v, x = way(q, along)

    def expand() -> tuple[Series, Compute]:
        from hodiff.expansion import Line

        line = Line(f, v, order)
        return line.series, line.derivatives

    nested = derivatives.along(f, v, order)
    values = expanded(q, f, nested, order, method, expand, rows=0 if along else 1)
    return successive(q, "f", x, values, *told(q, v, along))


def mixed(q: Question, order: int | None, method: str) -> Answer:
    """The derivative in each of q.problem.taken, one after the other."""
    names = q.problem.taken
    if order not in (None, len(names)):
        raise usage(
            f"--wrt {','.join(names)} takes {len(names)} derivatives, and --order says {order}:"
            f" leave out --order, or choose one variable, --wrt {names[0]}",
            "--order",
        )
    if len(names) > MOST_ORDER:
        raise usage(f"--wrt can name {MOST_ORDER} variables at most", "--wrt", "limit")
    only_numbers(q, "nth", "--wrt")
    each = [q.problem.wrt.index(name) for name in names]
    begun = [tuple(sorted(each[:k])) for k in range(1, len(each) + 1)]
    value, *values = partials(q, begun, method)
    entries = [partial(names[:k])._replace(value=x) for k, x in enumerate(values, 1)]
    return q.answer(
        {
            "variables": names,
            "order": len(names),
            "value": value,
            "derivatives": values,
            "derivative": values[-1],
        },
        entries,
        lines=[values[-1:]],
        header=["derivative", "value"],
        rows=[["f", value], *[[entry.label, entry.value] for entry in entries]],
        shows_f=True,
    )


def partials(q: Question, chosen: Sequence[tuple[int, ...]], method: str) -> list[Value]:
    """f and its derivatives in these components, each of chosen sorted: nested where that takes no
    more steps than series would, else by those."""
    from hodiff.derivatives import symmetric

    # At a kink the sides have to agree on the derivatives below these, too.
    lower = {entry[:n] for entry in chosen for n in range(1, len(entry))} - set(chosen)
    wanted = [*chosen, *sorted(lower)]

    def nested(most: int | None) -> list[Value]:
        found = q.solve([q.f, *symmetric(q.f, q.inputs, wanted, most)], rows=0)
        return found[: 1 + len(chosen)]

    by_order: dict[int, list[tuple[int, ...]]] = {}
    for entry in chosen:
        by_order.setdefault(len(entry), []).append(entry)
    at_a_point = q.problem.point is not None and not q.problem.radii
    if method == "nested" or not at_a_point or (method == "auto" and max(by_order) <= NESTED):
        return nested(None)
    from hodiff.expansion import Component, Line, Partials

    each = [Component(x, k) for x in q.inputs for k in range(prod(x.shape))]

    def often(entry: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(entry.count(k) for k in range(len(each)))

    wholes = [Partials(q.f, each, list(map(often, part))) for part in by_order.values()]
    cost = sum(tensor.cost for tensor in wholes)
    if method == "auto":
        try:
            return nested(max(FEW_NODES, cost // STEPS_A_NODE))
        except MemoryError:
            pass
    if cost > MOST_STEPS:
        raise usage("that takes too many steps: ask for a lower order", None, "limit")
    value = Line(q.f, {}, 0)

    def compute(at: Any, on: Any, quick: bool) -> list[Any]:
        found: dict[tuple[int, ...], Any] = {}
        for part, tensor in zip(by_order.values(), wholes, strict=True):
            found |= dict(zip(part, tensor.values(at, on, quick), strict=True))
        return [*value.coefficients(at, on, quick), *(found[entry] for entry in chosen)]

    values = q.by_series(lambda: (wholes[-1].series, compute))
    if values is not None:
        return values
    if method == "taylor":
        raise usage(NO_SERIES, "--method")
    early = sorted({entry[:n] for entry in chosen for n in (1, 2)})
    q.solve([q.f, *symmetric(q.f, q.inputs, early)], rows=0)  # a fault shows there, soon
    return nested(None)


def one_variable(q: Question, option: str = "--wrt") -> str:
    """The name of the one variable, a number, to differentiate in."""
    x = q.problem.wrt[0]
    if len(q.inputs) > 1:
        raise usage(
            f"{q.command} differentiates in one variable: choose it, {option} {x}"
            + (", or go --along a vector" if option == "--wrt" else ""),
            option,
        )
    only_numbers(q, q.command, option)
    return x


def only_numbers(q: Question, what: str, option: str) -> None:
    for name, x in zip(q.problem.wrt, q.inputs, strict=True):
        if x.shape:
            raise usage(
                f"{what} differentiates in a number, and '{name}' has shape {x.shape}:"
                f" give each entry a name, as in [x, y], and {option} one",
                option,
            )


def expanded(
    q: Question,
    f: Tensor,
    nested: Iterable[Tensor],
    order: int,
    method: str,
    expand: Callable[[], tuple[Series, Compute]],
    rows: int = 1,
) -> list[Value]:
    """f and its derivatives from the first to order: by series, which expand makes, or as nested
    gives them, formulas too."""
    if method == "taylor" or (method == "auto" and order > NESTED):
        values = q.by_series(expand)
        if values is not None:
            return values
        if method == "taylor":
            raise usage(NO_SERIES, "--method")
    found = [f]
    for n, y in enumerate(nested, 1):
        found.append(y)
        if 4 < order != n and n & (n - 1) == 0 and q.problem.point is not None:
            q.solve(found, rows=rows)  # where there is no answer, that shows at a low order
    return q.solve(found, rows=rows)


def successive(
    q: Question, f: str, x: str, values: list[Value], fields: dict[str, Any], more: str = ""
) -> Answer:
    """f and its derivatives in x, one after the other."""
    d = "d"
    return q.answer(
        {
            **fields,
            "order": len(values) - 1,
            "value": values[0],
            "derivatives": values[1:],
            "derivative": values[-1],
        },
        [
            Entry(f"d{power(n)}{f}_d{x}{power(n)}", f"{d}{raised(n)}{f}/d{x}{raised(n)}", value)
            for n, value in enumerate(values[1:], 1)
        ],
        lines=[values[-1:]],
        header=["order", "derivative"],
        rows=[[n, value] for n, value in enumerate(values)],
        shows_f=True,
        more=more,
    )


@command('hodiff taylor "exp(x)" --at x=0 --order 4', DEGREE, ALONG, WITHIN)
def taylor(q: Question, order: int, along: str | None, within: Any) -> Answer:
    """The Taylor polynomial around the point.

    Coefficients are exact where they are rational numbers. --within 0.1 bounds the remainder, with
    proof, up to that distance.
    """
    from hodiff.expansion import Line

    f = q.scalar()
    if q.problem.radii:
        raise usage("taylor takes a point; --within bounds what is around it", "--at")
    if within is not None and (q.problem.point is None or q.asked == "float"):
        missing = "a point: give it with --at" if q.problem.point is None else "balls"
        raise usage(f"--within needs {missing}", "--within")
    v, x = way(q, along)
    line = Line(f, v, order + (within is not None))
    values, exact = coefficients(q, f, line, order)
    shown = [value if c is None else c for value, c in zip(values, exact, strict=True)]
    base = x if along is not None else shifted(q, x)
    polynomial = None if base is None else sum_of_powers(shown, base)
    fields, above = told(q, v, along)
    fields |= {
        "order": order,
        "value": values[0],
        "coefficients": values,
        "exact": exact,
        "polynomial": polynomial,
    }
    said = [above, polynomial or ""] if order <= LONGEST else [above]
    lines: list[list[Value]] = [shown]
    entries = [Entry(f"c{k}", f"c{k}", value) for k, value in enumerate(values)]
    if within is not None:
        bound = remainder(q, line, within, shown)
        fields |= {"within": float(within), "remainder": bound}
        said.append(f"|f - polynomial| <= {text(bound)} where |{base}| <= {float(within):g}")
        lines.append([bound])
        entries.append(Entry("remainder", "remainder", bound))
    answer = q.answer(
        fields,
        entries,
        lines=lines,
        header=["power", "coefficient"],
        rows=[[k, value] for k, value in enumerate(shown)],
        shows_f=True,
        more="\n".join(filter(None, said)),
    )
    narrow = [[f"c{k}", value] for k, value in enumerate(shown)]
    return answer._replace(entries=answer.entries._replace(rows=narrow))


def coefficients(
    q: Question, f: Tensor, line: Line, order: int
) -> tuple[list[Value], list[Value | None]]:
    """The Taylor coefficients up to order, and as text those that are exact."""
    from hodiff import derivatives
    from hodiff.graph import constant

    found: list[Any] = []

    def compute(at: Any, on: Any, quick: bool) -> list[Any]:
        found[:] = line.coefficients(at, on, quick)[: order + 1]
        return list(found)

    values = q.by_series(lambda: (line.series, compute), quick=False)
    if values is None:
        nested = derivatives.along(f, line.v, order)
        terms = [f, *(y / constant(factorial(k)) for k, y in enumerate(nested, 1))]
        values = q.solve(terms, rows=0)
        found = [None] * len(values)
    rational = [q.digits is None and hasattr(c, "denominator") for c in found]
    return values, [str(c) if told else None for c, told in zip(found, rational, strict=True)]


def remainder(q: Question, line: Line, within: Any, shown: Sequence[Value]) -> Value:
    """The bound of the remainder of the polynomial with the coefficients that are shown."""
    from fractions import Fraction

    from hodiff.enclosures import remainder_bound

    written = [Fraction(text(c)) for c in shown]
    return plain_number(remainder_bound(q.problem, line, within, written))


def shifted(q: Question, x: str) -> str | None:
    """The distance from the point, as text of the language: x, x - 2; None without a point."""
    if q.problem.point is None:
        return None
    from hodiff.graph import CONSTANT, variable
    from hodiff.views.formula import formula

    at = q.problem.point[x]
    if at.operation is CONSTANT and at.attributes[0] == 0:
        return x
    return formula(variable(x) - at).replace(" ", "")  # a line of text may break at spaces


def sum_of_powers(coefficients: Sequence[Value], base: str) -> str:
    """A polynomial in base as text of the language."""
    bare = base.isidentifier()
    found = ""
    for k, c in enumerate(coefficients):
        number = text(c)
        if number == "0":
            continue
        if isinstance(c, str) and not _is_number(number):  # a formula
            number = f"({number})"
        sign, number = ("-", number[1:]) if number.startswith("-") else ("+", number)
        upper, _, lower = number.partition("/") if _is_number(number) else (number, "", "")
        if k:
            factor = (base if bare else f"({base})") + (f"**{k}" if k > 1 else "")
            upper = factor if upper == "1" else f"{upper}*{factor}"
        term = f"{upper}/{lower}" if lower else upper
        if found:
            found += f" {sign} {term}"
        else:
            found = term if sign == "+" else f"-{term}"
    return found or "0"


def _is_number(text: str) -> bool:
    return not set(text) - set("0123456789.+-e/") and text[-1:].isdigit()


@command('hodiff tensor "x**2*y" --at x=1,y=2 --order 3', ORDER)
def tensor(q: Question, order: int) -> Answer:
    """All partial derivatives of one order.

    The tensor is symmetric: each distinct entry is given once.
    """
    from hodiff.expansion import symmetric_indices

    q.scalar()
    names = q.components()
    count = comb(len(names) + order - 1, order)
    if count > MOST_ENTRIES:
        raise usage(
            f"there are {count} derivatives of order {order} in {len(names)} numbers:"
            f" {MOST_ENTRIES} are the most",
            "--order",
            "limit",
        )
    indices = list(symmetric_indices(len(names), order))
    value, *values = partials(q, [chosen for chosen, _ in indices], "auto")
    entries = [
        (partial([names[k] for k in chosen]) if chosen else Entry("", "f", ""))._replace(value=x)
        for (chosen, _), x in zip(indices, values, strict=True)
    ]
    return q.answer(
        {
            "variables": names,
            "order": order,
            "value": value,
            "tensor": [
                {"indices": list(chosen), "value": x}
                for (chosen, _), x in zip(indices, values, strict=True)
            ],
        },
        entries,
        lines=[[x] for x in values],
        header=["derivative", "value"],
        rows=[[entry.label, entry.value] for entry in entries],
    )


@command('hodiff laplacian "x**2*y + y**3" --at x=1,y=2')
def laplacian(q: Question) -> Answer:
    """The trace of the Hessian.

    That is the sum of the second derivatives in each variable. The matrix is never formed.
    """
    from hodiff.derivatives import gradient
    from hodiff.graph import ZERO
    from hodiff.linear_maps import hessian_diagonal
    from hodiff.operations.structure import total

    f = q.scalar()
    trace = ZERO
    for d in hessian_diagonal(f, q.inputs):
        trace = trace + (total(d) if d.shape else d)
    value, *slopes, found = q.solve([f, *gradient(f, q.inputs), trace])
    gradients = q.named(slopes)
    return q.answer(
        {"variables": q.components(), "value": value, "gradient": gradients, "laplacian": found},
        [*first(parts(gradients)), Entry("laplacian", "laplacian", found)],
        lines=[[found]],
        header=["", "value"],
        rows=[["laplacian", found]],
    )


@command('hodiff implicit "x*y = 3" --at x=3,y=1 --of y --order 2', ORDER, OF, SOLVE)
def implicit(q: Question, order: int, solve: bool) -> Answer:
    """The derivatives along an equation.

    EXPR is an equation, or an expression that is to be 0. --at gives a point that solves it; with
    --solve the solution is found from there.
    """
    from hodiff import derivatives
    from hodiff.errors import HodiffError
    from hodiff.expansion import Implicit

    f, of = q.scalar(), q.problem.of
    assert of is not None
    names = [name for name in q.problem.taken or q.problem.variables if name != of]
    if len(names) != 1 or of in q.problem.taken:
        raise usage(
            f"implicit differentiates {of} in one variable"
            + (f": choose it, --wrt {names[0]}" if names else f" other than {of}"),
            "--wrt",
        )
    if q.problem.radii:
        raise usage("implicit takes a point, not an interval", "--at")
    q.problem.wrt = [names[0], of]
    q.inputs = x, y = q.problem.inputs
    only_numbers(q, "implicit", "--wrt")
    slope = derivatives.gradient(f, [y])[0]
    if solve and q.problem.point is None:
        raise usage("--solve needs a point to start from: give it with --at", "--solve")
    if q.problem.point is not None and not solve:
        check_solution(q, f, slope, of)

    def expand() -> tuple[Series, Compute]:
        curve = Implicit(f, slope, x, y, order, solve)
        return curve.series, curve.derivatives

    values = q.by_series(expand)
    if values is None and solve:
        raise HodiffError(
            "undecided",
            "no Taylor series can be computed at the solution found from there: bind"
            f" {of} to the solution, and leave out --solve",
            source="--solve",
        )
    if values is None:
        values = q.solve([y, *derivatives.implicit(f, x, y, order)])
    if solve and q.at is not None:
        q.at[of] = values[0]
    answer = successive(q, of, names[0], values, {"variable": names[0], "of": of})
    # Where the others have f there is y, which the point holds already.
    n, rows = len(list(q.point)), list(answer.entries.rows)
    return answer._replace(
        records=[[*row[:n], *row[n + 1 :]] for row in answer.records],
        entries=answer.entries._replace(rows=[[of, *rows[0][1:]], *rows[1:]]),
    )


def check_solution(q: Question, f: Tensor, slope: Tensor, of: str) -> None:
    """Raise where the point doesn't solve f = 0, or not for the variable of alone."""
    from hodiff.errors import HodiffError

    value, rise = (float(x) for x in q.solve([f, slope], rows=0))  # type: ignore[arg-type]
    assert q.at is not None
    near = 1e-9 * abs(rise * float(q.at[of])) if q.arithmetic == "float" else 0  # type: ignore[arg-type]
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
