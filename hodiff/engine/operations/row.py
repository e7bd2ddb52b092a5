"""How a row of the table is written."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from collections.abc import Callable
from typing import Any, NamedTuple

from hodiff.engine.graph import OPERATIONS, Kind, Operation, Tensor
from hodiff.engine.operations.functions import FUNCTIONS, Function, family_of
from hodiff.engine.shapes import broadcast
from hodiff.errors import HodiffError

MOST_DERIVATIVES = 500  # of a function whose k-th derivative is a row


class Jump(NamedTuple):
    """Where a row's value or slope jumps, for hodiff.answers.kinks.

    ties(ctx, *inputs)         whether it sits exactly there: True, False, or None for can't tell
    sided(ctx, side, *inputs)  its value just to a side (-1 or 1) of the tie
    wild(ctx, *inputs)         whether no side of this tie is the left or the right one: there the
                               values lie between those of the sides, all around

    ctx is the arithmetic: ctx.equal, ctx.less, ctx.integer and the like decide.
    """

    ties: Callable[..., bool | None]
    sided: Callable[..., Any]
    wild: Callable[..., bool | None] = lambda ctx, *inputs: False


CLOSED: dict[Operation, Callable[..., Callable[..., Tensor]]] = {}
"""Of rows whose k-th derivatives in the last input are a row: (attributes) -> (inputs, m) -> what
has been differentiated m times more."""


def elementwise(
    name: str,
    *partials: Callable[..., Any],
    parameters: str | None = None,
    names: tuple[str, ...] | None = None,
    build: Callable[..., Tensor] | None = None,
    family: str = "",
    **fields: Any,
) -> Operation:
    """A row: y = name(x1, ..., xn), element by element, with dy/dxi for each i.

    Each partial takes the inputs, the output and the attributes, and is written in the
    operations themselves, so that it can be differentiated again. names=() keeps the row out
    of the language; build is what a call in the language does, where that isn't the bare node;
    family is what it is listed under, where that isn't what its module says.

    >>> from hodiff.engine.operations.elementary import sin
    >>> sin(0).operation.name
    'sin'
    """

    def pullback(
        g: Tensor, inputs: tuple[Tensor, ...], y: Tensor, attributes: tuple[Any, ...], i: int
    ) -> Tensor | None:
        partial = partials[i](*inputs, y, *attributes)
        if type(partial) is int and partial == 0:
            return None
        share = g if type(partial) is int and partial == 1 else g * partial
        return share if share.shape == inputs[i].shape else sum_to(share, inputs[i].shape)

    names = (name,) if names is None else names
    arity = len(partials)
    fields |= {"partials": partials, "names": names, "kind": Kind.ENTRYWISE}
    row = Operation(name, arity, broadcast, pullback, **fields)
    if names:
        parameters = parameters or ("x", "a, b", "a, b, c")[arity - 1]
        count = parameters.count(",") + 1
        listed = family or family_of(partials[-1].__module__)
        for n in names:
            FUNCTIONS[n] = Function(n, parameters, build or row, count, count, listed, row.meaning)
    return row


def unknown_slope(name: str, parameter: str) -> Callable[..., Any]:
    """The partial in a parameter in which no derivative is known in closed form."""

    def refuse(*arguments: Any) -> Any:
        message = f"{name} has no derivative in {parameter} that is known here"
        mend = ": give it as a number, or leave it out of --wrt"
        spans = (x.span for x in reversed(arguments) if isinstance(x, Tensor) and x.span)
        at = next(spans, None)  # of the call, or of what it is of
        if at is None:
            raise HodiffError("usage", message + mend)
        raise HodiffError("usage", message + mend, text=at.text, source=at.source, start=at.start,
                          end=at.end)  # fmt: skip

    refuse.unknown = parameter  # type: ignore[attr-defined]
    return refuse


def bounded(name: str, k: int) -> int:
    """k, of a k-th derivative that is a row of its own. Raises HodiffError for a large one."""
    if k > MOST_DERIVATIVES:
        message = f"{name} is differentiated {MOST_DERIVATIVES} times at most: take a lower order"
        raise HodiffError("limit", message)
    return k


def sum_to(g: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Undo a broadcast: sum g over the axes that broadcasting to g's shape added or stretched."""
    if g.shape == shape:
        return g
    extra = len(g.shape) - len(shape)
    axes = tuple(
        i - len(g.shape)
        for i in range(len(g.shape))
        if i < extra or (shape[i - extra] == 1 and g.shape[i] != 1)
    )
    total = OPERATIONS["sum"](g, axes)
    return total if total.shape == shape else OPERATIONS["reshape"](total, shape)
