"""An expression with the walks through it: what graph and explain tell of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hodiff import derivatives
from hodiff.calculator.answer import Value, leaves, text
from hodiff.calculator.request import Found, Request, entries_of, partial, raised, usage
from hodiff.derivatives import method as policy
from hodiff.engine.graph import ONE, Tensor, topological
from hodiff.errors import HodiffError
from hodiff.language.problem import Vector
from hodiff.views.diagram.description import Diagram, describe
from hodiff.views.diagram.walks import MOST_NODES, Walk, walks

MOST_ORDER = 20
MOST_NUMBERS = 12  # of an array that is shown whole
FIRST_NUMBERS = 3
MOST_ALONE = 500  # nodes whose values are found one by one, where together they have none


def worded(value: Value) -> str:
    """A value as people read it: true and false as words."""
    return str(value).lower() if isinstance(value, bool) else text(value)


def brief(value: Value) -> str:
    """The same where there is little room: of many numbers the first ones and how many."""
    if isinstance(value, list):
        numbers = leaves(value)
        if len(numbers) > MOST_NUMBERS:
            shown = ", ".join(map(text, numbers[:FIRST_NUMBERS]))
            return f"[{shown}, ...] ({len(numbers)} numbers)"
    return worded(value)


class Walked(NamedTuple):
    """What was asked, the name of its result, the walks, and v, if the second goes over the
    gradient times that."""

    request: Request
    result: str
    walks: Sequence[Walk]
    v: Sequence[Tensor] | None = None

    @property
    def f(self) -> Tensor:
        return self.request.f

    def label(self, x: str, order: int) -> tuple[str, str]:
        """The name and the label of a derivative: d2y_dx2, d²y/dx²; hvp_x, (H·v)[x]."""
        if self.v is not None and order > 1:
            return self._free(f"hvp_{x}"), f"(H·v)[{x}]"
        entry = partial([x] * order, self.result)
        column = self._free(entry.column)
        if len(self.request.problem.variables) < 2:
            n = raised(order)
            return column, f"d{n}{self.result}/d{x}{n}"
        return column, entry.label

    @property
    def product(self) -> tuple[str, str]:
        """The name and the label of the gradient times v."""
        return self._free("grad_v"), f"∇{self.result}·v"

    def _free(self, name: str) -> str:
        """A name that no variable has."""
        while name in self.request.problem.variables:
            name += "_"
        return name

    def start(self, walk: Walk) -> str:
        """The label of what a walk starts at."""
        if walk.multiplied:
            return self.product[1]
        return self.label(self.request.wrt[0], walk.order - 1)[1] if walk.order > 1 else self.result

    def kept(self, create_graph: bool) -> Walked:
        """The same where the last walk was asked for its graph, or not."""
        if not self.walks:
            return self
        last = self.walks[-1]._replace(create_graph=create_graph)
        return self._replace(walks=[*self.walks[:-1], last])

    def diagram(self) -> Diagram:
        """The graph as plain data."""

        def formula(slope: Tensor) -> str:
            (text,) = self.request.formulas([slope])
            return str(text)

        wrt, inputs = self.request.wrt, self.request.inputs
        named = dict(zip(wrt, inputs, strict=True))
        return describe(self.f, self.walks, named, self.result, self.label, formula, self.product)

    def numbers(self) -> Found:
        """f, and each walk's derivatives, as grad, nth and hvp find them: with what they refuse."""
        request, order = self.request, len(self.walks)
        if order == 0:
            return request.solve([self.f], smooth=False, orders=(1,))
        if self.v is not None:
            slopes, products = derivatives.hvp(self.f, request.inputs, self.v)
            return request.solve([self.f, *slopes, *products], slopes=[slopes])
        if order > 1:
            line = {request.inputs[0]: ONE}
            return request.solve(policy.successive(self.f, line, order, "auto", sloped=True))
        slopes = list(self.walks[0].slopes.values())
        return request.solve([self.f, *slopes], slopes=[slopes], orders=(1, 1))

    def vector(self) -> Found:
        """The numbers of v; none without."""
        return self.request.constants(self.v or [])

    def values(self, nodes: Sequence[Tensor]) -> Found:
        """What each of these nodes comes to at the point; None where that is no number, as in a
        branch that isn't taken."""
        if not nodes:
            return Found([])
        try:
            return self.request.solve(list(nodes), smooth=False)
        except HodiffError:
            if len(nodes) == 1 or len(nodes) > MOST_ALONE:
                return Found([None] * len(nodes))  # type: ignore[list-item]
        found = [self.values([x]) for x in nodes]
        whole = found[0]
        for other in found[1:]:
            whole = whole.plus(other)
        return whole._replace(values=[x for one in found for x in one.values])


def walked(
    request: Request, order: int | None = None, least: int = 1, v: Vector | None = None
) -> Walked:
    """The walks up to an order, 1 if none is given; with v 2, the second over the gradient times v.
    Raises HodiffError for what has none."""
    if v is not None and order not in (None, 2):
        message = f"--v goes with order 2, whose walk gives the Hessian times it, not {order}"
        raise usage(f"{message}: leave out --order", "--order")
    order = (1 if v is None else 2) if order is None else order
    if order < least:
        raise usage(f"{request.command} begins with order {least}", "--order")
    if order > MOST_ORDER:
        raise usage(f"--order of {request.command} can be {MOST_ORDER} at most", "--order", "limit")
    f = request.scalar() if order else request.f
    vectors = None if v is None else request.problem.vector(v)
    if order > 1 and vectors is None:
        _check_goes_on(request, order)
    if len(topological([f])) > MOST_NODES:
        message = f"EXPR has over {MOST_NODES} nodes: {request.command} a part of it"
        raise usage(message, "EXPR", "limit")
    named = dict(zip(request.wrt, request.inputs, strict=True))
    return Walked(request, _result(request), walks(f, named, order, v=vectors), vectors)


def _check_goes_on(request: Request, order: int) -> None:
    """Raise for several numbers: a gradient's derivative is a matrix, a walk for each row of it.
    One walk goes over one number: a slope, or the gradient times a vector."""
    n = entries_of(request.inputs)
    times = ""
    if order == 2:
        row = "1" + ",0" * (n - 1)  # of the identity
        times = f"--v {row} for its first row" if n <= MOST_NUMBERS else "--v @v.npy"
        times = f", or multiply the Hessian by a vector, {times}"
    if len(request.wrt) > 1:
        message = f"order {order} goes on in one variable: choose it, --wrt {request.wrt[0]}"
        raise usage(message + times, "--wrt")
    try:
        request.only_numbers(f"{request.command} of order {order}", "--wrt")
    except HodiffError as fault:
        raise fault.retold(fault.message + times) from None


def _result(request: Request) -> str:
    """What the expression's value is called: y, or what is free."""
    taken = {*request.problem.variables, *request.problem.constants}
    return next(x for x in ("y", "f", "result", "result_of_expr") if x not in taken)
