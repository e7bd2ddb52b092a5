"""Taylor series: a graph run on truncated power series in one variable, over another arithmetic.

For y = f(x(t)) the chain rule y' = f'(x)*x' gives the coefficients one order after the other,

    k*y_k = sum over j = 1 .. k of j*x_j*(f'(x))_(k-j),

and f'(x) is the graph that the row's own rule builds: sin and cos feed each other, tan feeds
itself. Orders are swept over all nodes; sharing keeps them few. By hand: products, quotients,
powers with a constant exponent (u*y' = p*y*u'), choices. A family that its rule leads ever further
into (polygamma, sinc) is a chain of its members. Griewank and Walther 2008, Evaluating
Derivatives, section 13.2.

Cost: nodes times order squared; of a family, order cubed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hodiff.arithmetic.program import Program
from hodiff.graph import CONSTANT, OPERATIONS, ZERO, Operation, Tensor, constant, topological
from hodiff.operations import elementary as el
from hodiff.operations import piecewise as pw
from hodiff.operations import special as sp
from hodiff.tidy import Sharing, sharing

MOST_NODES = 20_000  # which the rules may add

Coefficients = list[Any]


class NoSeries(Exception):
    """The graph has no series here: an operation on vectors, a power at 0, or a tie."""


# The members of a family from a node on: the m-th derivative of the node's function at x.
FAMILIES: dict[Operation, Callable[..., Callable[[Tensor, int], Tensor]]] = {
    sp.sincn: lambda n: lambda x, m: sp.sincn(x, n + m),
    sp.digamma: lambda: sp.written_psi,
    sp.psi: lambda n: lambda x, m: sp.psi(x, n + m),
    sp.lgamma: lambda: lambda x, m: sp.written_psi(x, m - 1) if m else sp.lgamma(x),
}

LINEAR = (el.add, el.sub, el.neg, OPERATIONS["alias"])
BY_HAND = (*LINEAR, el.mul, el.div, el.over, el.pow, pw.where, *FAMILIES)


class Open(Exception):
    """At node it can't be told whether there is a series: a ball is too wide."""

    def __init__(self, node: Tensor) -> None:
        super().__init__()
        self.node = node


class Series:
    """The graph of outputs, made ready for series in x.

    f        the nodes whose series are the answer
    order    all nodes that series are computed of, inputs before users
    factors  of an elementwise node, f'(x) in each input that depends on x
    """

    def __init__(self, outputs: Sequence[Tensor], x: Tensor, length: int) -> None:
        self.x, self.length = x, length
        self.factors: dict[Tensor, list[tuple[Tensor, Tensor]]] = {}
        self.families: dict[Tensor, list[Tensor]] = {}
        with sharing() as build:
            build.most = MOST_NODES
            self.f = [_rewritten(y, build) for y in outputs]
            self.order = self._closed(build)
        self.varying = self._depending(self.order)

    def _closed(self, build: Sharing) -> list[Tensor]:
        """The nodes of f, and of the factors that their rules need, and theirs, until no rule
        needs more."""
        roots = list(self.f)
        while True:
            order = topological(roots)
            build.know(order)
            varying = self._depending(order)
            new = [
                node
                for node in order
                if node in varying
                and node.inputs
                and node not in self.factors
                and node not in self.families
                and (node.operation not in BY_HAND or node.operation in FAMILIES)
            ]
            if any(node.shape for node in order):
                raise NoSeries
            if not new:
                return order
            for node in new:
                if node.operation in FAMILIES:
                    (x,) = node.inputs
                    member = FAMILIES[node.operation](*node.attributes)
                    members = [node, *(member(x, m) for m in range(1, self.length))]
                    self.families[node] = members
                    # Of the members the values at 0 alone are wanted: they have no factors.
                    roots += members
                    for y in members:
                        self.families.setdefault(y, [])
                    continue
                self.factors[node] = [
                    (_rewritten(factor, build), u)
                    for factor, u in zip(_partials(node), node.inputs, strict=True)
                    if u in varying
                ]
                roots += [factor for factor, _ in self.factors[node]]

    def _depending(self, order: Sequence[Tensor]) -> set[Tensor]:
        found = {self.x}
        for node in order:
            if not found.isdisjoint(node.inputs):
                found.add(node)
        return found

    def coefficients(self, point: Mapping[Tensor, Any], on: Any) -> list[Coefficients]:
        """The Taylor coefficients of each output at point, in the arithmetic on.

        Raises NoSeries where there is none, Open where a ball is too wide to tell.
        """
        program = Program(self.order, on)
        values = program.values(point)
        needed = self._needed(values)
        for node in needed:
            value, inputs = values[id(node)], [values[id(u)] for u in node.inputs]
            tied = node in self.varying and node.operation.jumps is not None
            tied = tied and node.operation.jumps.ties(on, *inputs)
            if tied or (tied is not None and not on.finite(value) and all(map(on.certain, inputs))):
                raise NoSeries
            if tied is None or not on.finite(value):
                raise Open(node)
            if node.operation is el.pow and node in self.varying and on.equal(inputs[0], 0):
                raise NoSeries
        return self._swept(values, [node for node in self.order if node in needed], on)

    def _needed(self, values: Mapping[int, Any]) -> set[Tensor]:
        """The nodes that the series of f come from: of a where, the branch taken."""
        found: set[Tensor] = set()
        stack = list(self.f)
        while stack:
            node = stack.pop()
            if node in found:
                continue
            found.add(node)
            test = values[id(node.inputs[0])] if node.operation is pw.where else None
            if test is None:
                stack += node.inputs
            else:
                stack += (node.inputs[0], node.inputs[1 if test else 2])
            stack += self.families.get(node, ())
            stack += [factor for factor, _ in self.factors.get(node, ())]
        return found

    def _swept(
        self, values: Mapping[int, Any], order: Sequence[Tensor], on: Any
    ) -> list[Coefficients]:
        found = {node: [values[id(node)]] for node in self.order}
        slopes: dict[Tensor, Coefficients] = {node: [] for node in self.varying}  # j*x_j, j from 1
        steps = [
            (node, self._step(node, found, slopes, on)) for node in order if node in self.varying
        ]
        for k in range(1, self.length):
            for node, step in steps:
                if step is not None:
                    y = step(k)
                    found[node].append(y)
                    slopes[node].append(on.mul(k, y))
        return [found[y] + [0] * (self.length - len(found[y])) for y in self.f]

    def _step(
        self,
        node: Tensor,
        found: dict[Tensor, Coefficients],
        slopes: dict[Tensor, Coefficients],
        on: Any,
    ) -> Callable[[int], Any] | None:
        """What gives the k-th coefficient of a node, those before it being there; None for a node
        without one (a condition)."""
        operation, inputs = node.operation, node.inputs
        here = [found[x] for x in inputs]

        def at(c: Coefficients, k: int) -> Any:
            return c[k] if k < len(c) else 0

        if node is self.x:
            return lambda k: int(k == 1)
        if operation in LINEAR:
            if len(here) == 1:
                return lambda k: -at(here[0], k) if operation is el.neg else at(here[0], k)
            combine = on.add if operation is el.add else on.sub
            return lambda k: combine(at(here[0], k), at(here[1], k))
        if operation is el.mul:
            a, b = here
            return lambda k: on.dot(a[: k + 1], _reverse(b, k, len(a)))
        if operation is el.div or operation is el.over:
            a, b = here
            y = found[node]
            return lambda k: on.div(on.sub(at(a, k), on.dot(b[1 : k + 1], y[::-1])), b[0])
        if operation is el.pow:
            return _power(here[0], node.inputs[1].attributes[0], found[node], on)
        if operation is pw.where:
            branch = here[1 if here[0][0] else 2]
            return lambda k: at(branch, k)
        if node in self.families:
            return self._family(node, found, slopes, on) if self.families[node] else None
        if not operation.partials:
            return None
        terms = [(slopes[u], found[factor]) for factor, u in self.factors[node]]

        def chain(k: int) -> Any:
            total: Any = 0
            for slope, factor in terms:
                total = on.add(total, on.dot(slope[:k], _reverse(factor, k - 1, k)))
            return on.div(total, k)

        return chain

    def _family(
        self,
        node: Tensor,
        found: dict[Tensor, Coefficients],
        slopes: dict[Tensor, Coefficients],
        on: Any,
    ) -> Callable[[int], Any]:
        """The chain rule along a family: member m at order k from member m + 1 below it."""
        slope = slopes[node.inputs[0]]
        chain: list[Coefficients] = [[found[y][0]] for y in self.families[node]]

        def step(k: int) -> Any:
            for m in range(self.length - k):
                total = on.dot(slope[:k], _reverse(chain[m + 1], k - 1, k))
                chain[m].append(on.div(total, k))
            return chain[0][k]

        return step


def _reverse(c: Coefficients, k: int, n: int) -> Coefficients:
    """c_k, c_(k-1), ... , n of them at most, 0 past the end."""
    return [c[i] if i < len(c) else 0 for i in range(k, max(k - n, -1), -1)]


def _power(u: Coefficients, p: Any, y: Coefficients, on: Any) -> Callable[[int], Any]:
    """u**p from u*y' = p*y*u'."""

    def step(k: int) -> Any:
        weights = [
            on.mul(on.sub(on.mul(p, j), k - j), u[j]) for j in range(1, min(k, len(u) - 1) + 1)
        ]
        return on.div(on.dot(weights, y[::-1]), on.mul(k, u[0]))

    return step


def _partials(node: Tensor) -> list[Tensor]:
    """The derivatives of an elementwise node in its inputs, by its row."""
    if not node.operation.partials:
        if node.operation.differentiable:
            raise NoSeries
        return [ZERO for _ in node.inputs]  # a condition: nothing to sweep
    found = [partial(*node.inputs, node, *node.attributes) for partial in node.operation.partials]
    return [y if isinstance(y, Tensor) else constant(y) for y in found]


def _rewritten(y: Tensor, build: Sharing) -> Tensor:
    """y with powers as series take them, and beta by gamma: shared nodes for the old ones.

    A whole exponent n >= 0 becomes products, whose series ends with the degree; a varying one
    exp(b*log(a)).
    """
    new: dict[Tensor, Tensor] = {}
    for node in topological([y]):
        inputs = tuple(new[x] for x in node.inputs)
        if node.operation is el.pow:
            new[node] = _written_power(inputs[0], inputs[1], build)
        elif node.operation is sp.beta:
            a, b = inputs
            new[node] = sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b)
        elif all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
            new[node] = node
        else:
            new[node] = build.node(node.operation, inputs, node.attributes)
    return new[y]


def _written_power(a: Tensor, b: Tensor, build: Sharing) -> Tensor:
    if b.operation is not CONSTANT:
        return el.exp(b * el.log(a))
    n = b.attributes[0]
    if not isinstance(n, int) or n < 2:
        return build.node(el.pow, (a, b))
    found: Tensor | None = None
    while n:
        if n % 2:
            found = a if found is None else build.node(el.mul, (found, a))
        n //= 2
        a = build.node(el.mul, (a, a)) if n else a
    assert found is not None
    return found
