"""Derivatives of any order: nth, tensor."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from collections.abc import Sequence
from itertools import chain, count
from math import comb
from typing import Any, NamedTuple

from hodiff.calculator.answer import Answer, Entry, Value, text
from hodiff.calculator.commands import MOST_ORDER
from hodiff.calculator.request import Found, Request, partial, power, raised, usage
from hodiff.derivatives import method as policy
from hodiff.derivatives.nested import symmetric_indices
from hodiff.engine.graph import ONE, Tensor
from hodiff.language.problem import Vector

MOST_ENTRIES = 20_000  # of a tensor of derivatives


class Way(NamedTuple):
    """Where a line through the point goes, a vector for each variable; the name of the distance;
    and what an answer says of it."""

    v: dict[Tensor, Tensor]
    name: str
    fields: dict[str, Any]
    above: str
    found: Found  # the vector's numbers


def way(request: Request, along: Vector | None) -> Way:
    """The line along a vector, or along the one variable."""
    if along is None:
        name = request.one_variable()
        return Way({request.inputs[0]: ONE}, name, {"variable": request.wrt[0]}, "", Found([]))
    problem = request.problem
    bound = {*problem.variables, *problem.constants}
    step = next(name for name in chain("tsh", (f"t{i}" for i in count())) if name not in bound)
    v = dict(zip(request.inputs, problem.vector(along, "--along"), strict=True))
    found = request.constants([*v.values()])
    fields = {"variables": request.components(), "v": found.values}
    return Way(v, step, fields, f"along {text(found.values)}", found)


def nth(
    request: Request, order: int | None = None, along: Vector | None = None, method: str = "auto"
) -> Answer:
    """The n-th derivative in one variable, along a vector, or in several variables in turn; the
    first, if no order is given."""
    f, taken = request.scalar(), request.problem.taken
    if along is not None and len(taken) > len(request.wrt):
        raise usage("--along goes once through each variable of --wrt", "--wrt")
    if len(taken) > 1 and along is None:
        return mixed(request, order, method)
    order = 1 if order is None else order
    line = way(request, along)
    found = request.solve(policy.successive(f, line.v, order, method, sloped=along is None))
    return successive(request, found, "f", line)


def mixed(request: Request, order: int | None, method: str) -> Answer:
    """The derivative in each of the variables that are named, one after the other."""
    names = request.problem.taken
    if order not in (None, len(names)):
        raise usage(
            f"--wrt {','.join(names)} takes {len(names)} derivatives, and --order says {order}:"
            f" leave out --order, or choose one variable, --wrt {names[0]}",
            "--order",
        )
    if len(names) > MOST_ORDER:
        raise usage(f"--wrt can name {MOST_ORDER} variables at most", "--wrt", "limit")
    request.only_numbers("nth", "--wrt")
    each = [request.wrt.index(name) for name in names]
    begun = [tuple(sorted(each[:k])) for k in range(1, len(each) + 1)]
    found = partials(request, begun, method)
    value, *values = found.values
    entries = [partial(names[:k])._replace(value=x) for k, x in enumerate(values, 1)]
    return request.answer(
        found,
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


def partials(request: Request, chosen: Sequence[tuple[int, ...]], method: str) -> Found:
    """f and its derivatives in these components, each of chosen sorted."""
    f, variables, at_a_point = request.f, request.inputs, request.at_a_point
    return request.solve(policy.mixed(f, variables, chosen, method, at_a_point))


def successive(request: Request, found: Found, f: str, line: Way) -> Answer:
    """f and its derivatives along a line, one after the other."""
    values, x, d = found.values, line.name, "d"
    return request.answer(
        found.plus(line.found),
        {
            **line.fields,
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
        more=line.above,
    )


def tensor(request: Request, order: int) -> Answer:
    """All partial derivatives of one order; each distinct entry of the symmetric tensor once."""
    request.scalar()
    names = request.components()
    size = comb(len(names) + order - 1, order)
    if size > MOST_ENTRIES:
        raise usage(
            f"there are {size} derivatives of order {order} in {len(names)} numbers:"
            f" {MOST_ENTRIES} are the most",
            "--order",
            "limit",
        )
    indices = [chosen for chosen, _ in symmetric_indices(len(names), order)]
    found = partials(request, indices, "auto")
    value, *values = found.values
    entries = [
        (partial([names[k] for k in chosen]) if chosen else Entry("", "f", ""))._replace(value=x)
        for chosen, x in zip(indices, values, strict=True)
    ]
    listed: list[dict[str, list[int] | Value]] = [
        {"indices": list(chosen), "value": x} for chosen, x in zip(indices, values, strict=True)
    ]
    return request.answer(
        found,
        {"variables": names, "order": order, "value": value, "tensor": listed},
        entries,
        lines=[[x] for x in values],
        header=["derivative", "value"],
        rows=[[entry.label, entry.value] for entry in entries],
    )
