"""The coefficients of series, order after order: how those of each node follow.

By hand: products, quotients, powers with a constant exponent (u*y' = p*y*u'), choices, linear
systems; the others by the chain rule, or as what is linear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import factorial
from typing import Any, TypeAlias

from hodiff.arithmetic.base import Arithmetic
from hodiff.engine.graph import OPERATIONS, ZERO, Kind, Operation, Tensor
from hodiff.engine.operations import elementary as el
from hodiff.engine.operations import linalg
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import reductions as red
from hodiff.engine.operations import structure as st

Coefficients: TypeAlias = list[Any]
Paths: TypeAlias = Mapping[Tensor, Sequence[Any]]


class Arranged:
    """The graph of outputs, made ready for series in t, on which the variables moving depend.

    f         the nodes whose series are the answer
    order     all nodes that have series, each after those that its own needs
    varying   those that depend on t
    factors   of an elementwise node: f'(x) in each input that depends on t, and that input
    families  of a node of a family: the members that its series needs
    pushed    of other nodes: y' as a graph
    slopes    the x' that such graphs are linear in, and each one's x
    behind    what depends on slopes
    present   the others, which have values at t = 0
    """

    moving: list[Tensor]
    length: int
    f: list[Tensor]
    order: list[Tensor]
    varying: set[Tensor]
    factors: dict[Tensor, list[tuple[Tensor, Tensor]]]
    families: dict[Tensor, list[Tensor]]
    pushed: dict[Tensor, Tensor]
    slopes: dict[Tensor, Tensor]
    behind: set[Tensor]
    present: list[Tensor]

    def needs(self, node: Tensor) -> Iterator[Tensor]:
        """What the series of a node is computed from, besides its inputs'."""
        yield from self.families.get(node, ())
        yield from (factor for factor, _ in self.factors.get(node, ()))
        if node in self.pushed:
            yield self.pushed[node]


class Sweep:
    """A run: the coefficients found so far, and how to find the next of every node.

    found   of each node its coefficients
    scaled  of each input of a chain rule j*x_j, j from 1 on
    """

    def __init__(
        self,
        series: Arranged,
        values: Mapping[int, Any],
        paths: Paths,
        arithmetic: Arithmetic,
        needed: set[Tensor],
    ) -> None:
        self.series, self.arithmetic = series, arithmetic
        self.ring = arithmetic.ring(any(node.shape for node in series.order))
        take = self.ring.take
        self.paths = {x: list(paths.get(x, ())) for x in series.moving}
        order = [node for node in series.order if node in needed]
        self.found: dict[Tensor, Coefficients] = {
            node: [] if node in series.behind else [take(values[id(node)])] for node in order
        }
        for family in series.families.values():
            for node in family:
                self.found.setdefault(node, [take(values[id(node)])])
        chained = [u for factors in series.factors.values() for _, u in factors]
        chained += [node.inputs[-1] for node in series.families]
        self.scaled: dict[Tensor, Coefficients] = {
            u: [] for u in (*chained, *series.slopes.values())
        }
        self.nodes = [node for node in order if self.moves(node)]
        self.steps = [
            (
                self._step(node),
                int(node in series.behind),
                node.shape,
                self.found[node],
                self.scaled.get(node),
            )
            for node in self.nodes
        ]

    def moves(self, node: Tensor) -> bool:
        return node in self.series.varying or node in self.series.behind

    def in_layers(self) -> bool:
        """Find all coefficients: a family's at once, by composition, after those that it depends
        on. False, and nothing done, where that can't be: see Ring."""
        compose = self.ring.compose
        families = {node for node in self.nodes if node in self.series.families}
        layers = self._layers(families) if compose and families else None
        if compose is None or layers is None:
            return False
        length = self.series.length
        for layer in layers:
            for i in layer:
                node = self.nodes[i]
                if node in families:
                    x, members = node.inputs[-1], self.series.families[node]
                    inner = self.found[x] + [0] * (length - len(self.found[x]))
                    values = [self.found[y][0] for y in members]
                    outer = [self.ring.div(y, factorial(m)) for m, y in enumerate(values)]
                    for k, y in enumerate(compose(outer, inner)[1:], 1):
                        self._add(self.ring.take(y), k, self.found[node], self.scaled.get(node))
            steps = [self.steps[i] for i in layer if self.nodes[i] not in families]
            for k in range(1, length):
                self.advance(k, steps)
        return True

    def _layers(self, families: set[Tensor]) -> list[list[int]] | None:
        """The nodes by how many families they depend on, one after the other; None where one
        depends on itself."""
        depth = dict.fromkeys(self.nodes, 0)
        before: dict[Tensor, int] = {}
        while depth != before and max(depth.values()) <= len(families):
            before = dict(depth)
            for node in self.nodes:
                needs = list(node.inputs)
                if node in self.series.slopes:
                    needs.append(self.series.slopes[node])
                elif node not in families:
                    needs += self.series.needs(node)
                below = max((depth.get(x, 0) for x in needs), default=0)
                depth[node] = below + (node in families)
        layers: list[list[int]] = [[] for _ in range(len(families) + 1)]
        if max(depth.values()) > len(families):
            return None
        for i, node in enumerate(self.nodes):
            layers[depth[node]].append(i)
        return layers

    def advance(self, k: int, steps: Sequence[Any] | None = None) -> None:
        """Add the coefficient of order k of every node; of order k - 1 where it is behind."""
        take = self.ring.take
        for step, behind, shape, found, scaled in self.steps if steps is None else steps:
            y = step(k - behind)
            if shape and not is_zero(y) and getattr(y, "shape", ())[-len(shape) :] != shape:
                y = self.arithmetic.function(st.expand)(y, shape)
            self._add(take(y), k, found, scaled)

    def _add(self, y: Any, k: int, found: Coefficients, scaled: Coefficients | None) -> None:
        found.append(y)
        if scaled is not None:
            scaled.append(0 if is_zero(y) else self.ring.mul(k, y))

    def retreat(self, k: int) -> None:
        """Take back the last coefficient of every node."""
        for _, _, _, found, scaled in self.steps:
            found.pop()
            if scaled is not None:
                scaled.pop()

    def _step(self, node: Tensor) -> Callable[[int], Any]:
        """What gives the k-th coefficient of a node, those before it being there."""
        series, ring, found = self.series, self.ring, self.found
        if node in self.paths:
            path = self.paths[node]
            return lambda k: path[k - 1] if k <= len(path) else 0
        if node in series.slopes:
            slope = self.scaled[series.slopes[node]]
            return lambda m: slope[m]
        if node in series.pushed:
            pushed = found.get(series.pushed[node], [])
            return lambda k: ring.div(pushed[k - 1], k) if k <= len(pushed) else 0
        if node in series.families:
            return self._family(node)
        if node in series.factors:
            return self._chain(node)
        return RECURRENCES.get(node.operation, Sweep._linear)(self, node)

    def _inputs(self, node: Tensor) -> list[Coefficients]:
        """The coefficients of a node's inputs: of a branch that isn't taken there are none."""
        return [self.found.get(x, []) for x in node.inputs]

    def _product(self, node: Tensor) -> Callable[[int], Any]:
        (a, b), (x, y), ring = node.inputs, self._inputs(node), self.ring
        if not self.moves(b):
            return lambda k: ring.mul(x[k], y[0])
        if not self.moves(a):
            return lambda k: ring.mul(x[0], y[k])
        return lambda k: ring.dot(x[: k + 1], y[k::-1])

    def _quotient(self, node: Tensor) -> Callable[[int], Any]:
        (x, u), y, ring = self._inputs(node), self.found[node], self.ring
        if not self.moves(node.inputs[1]):
            return lambda k: ring.div(x[k], u[0])
        return lambda k: ring.div(
            ring.sub(at(x, k), ring.dot(u[1 : k + 1], y[k - 1 :: -1]) if k else 0), u[0]
        )

    def _power(self, node: Tensor) -> Callable[[int], Any]:
        """u**p from u*y' = p*y*u'."""
        (u, exponent), y, ring = self._inputs(node), self.found[node], self.ring

        def step(k: int) -> Any:
            p = exponent[0]
            orders = range(1, min(k, len(u) - 1) + 1)
            weights = [ring.mul(ring.sub(ring.mul(p, j), k - j), u[j]) for j in orders]
            return ring.div(ring.dot(weights, y[k - 1 :: -1]), ring.mul(k, u[0]))

        return step

    def _extremum(self, node: Tensor) -> Callable[[int], Any]:
        """The mean of the entries that are the largest, or the smallest."""
        (x,), ring = self._inputs(node), self.ring
        tied, number = extremes(node, x[0], self.found[node][0], self.arithmetic)
        choose, total = (self.arithmetic.function(row) for row in (pw.where, st.summed))

        def step(k: int) -> Any:
            if is_zero(at(x, k)):
                return 0
            return ring.div(total(choose(tied, x[k], 0), *node.attributes), number)

        return step

    def _selection(self, node: Tensor) -> Callable[[int], Any]:
        """Linear in the first input; the others say where."""
        select, (x, *rest) = self.arithmetic.function(node.operation), self._inputs(node)
        fixed = [c[0] for c in rest]
        return lambda k: 0 if is_zero(at(x, k)) else select(x[k], *fixed, *node.attributes)

    def _chain(self, node: Tensor) -> Callable[[int], Any]:
        """The chain rule: slopes of the inputs times the factors, one order below."""
        ring = self.ring
        terms = [
            (self.scaled[u], self.found[factor], self.moves(factor))
            for factor, u in self.series.factors[node]
            if factor is not ZERO
        ]

        def step(k: int) -> Any:
            total: Any = 0
            for slope, factor, moves in terms:
                if moves:
                    share = ring.dot(slope[:k], factor[k - 1 :: -1])
                else:
                    share = ring.mul(slope[k - 1], factor[0])
                total = share if is_zero(total) else ring.add(total, share)
            return total if is_zero(total) else ring.div(total, k)

        return step

    def _family(self, node: Tensor) -> Callable[[int], Any]:
        """The chain rule along a family: member m at order k from member m + 1 below it."""
        ring, slope = self.ring, self.scaled[node.inputs[-1]]
        chain = [[self.found[y][0]] for y in self.series.families[node]]

        def step(k: int) -> Any:
            moving = [j for j in range(k) if not is_zero(slope[j])]
            slopes = [slope[j] for j in moving]
            for m in range(self.series.length - k):
                del chain[m][k:]
                total = ring.dot(slopes, [chain[m + 1][k - 1 - j] for j in moving])
                chain[m].append(ring.div(total, k))
            return chain[0][k]

        return step

    def _choice(self, node: Tensor) -> Callable[[int], Any]:
        here = self._inputs(node)
        test = here[0][0]
        if not hasattr(test, "shape"):
            branch = here[1 if test else 2]
            return lambda k: at(branch, k)
        choose = self.arithmetic.function(pw.where)

        def step(k: int) -> Any:
            a, b = at(here[1], k), at(here[2], k)
            return 0 if is_zero(a) and is_zero(b) else choose(test, a, b)

        return step

    def _linear(self, node: Tensor) -> Callable[[int], Any]:
        here, ring = self._inputs(node), self.ring
        if node.operation is el.neg:
            return lambda k: -here[0][k]
        if node.operation in (el.add, el.sub):
            combine = ring.add if node.operation is el.add else ring.sub
            return lambda k: combine(at(here[0], k), at(here[1], k))
        compute = self.arithmetic.function(node.operation)
        shaped = any(x.shape for x in node.inputs)
        zeros = self.arithmetic.function(st.expand) if shaped else None

        def step(k: int) -> Any:
            parts = [at(x, k) for x in here]
            if all(map(is_zero, parts)):
                return 0
            parts = [
                zeros(0, x[0].shape) if zeros and hasattr(x[0], "shape") and is_zero(part) else part
                for x, part in zip(here, parts, strict=True)
            ]
            return compute(*parts, *node.attributes)

        return step

    def _products(self, node: Tensor) -> Callable[[int], Any]:
        """Of what is linear in each of its inputs: every way to share out the order to them."""
        here, compute = self._inputs(node), self.arithmetic.function(node.operation)
        ring = self.ring
        most = [None if self.moves(x) else 0 for x in node.inputs]

        def step(k: int) -> Any:
            total: Any = 0
            for orders in product(*[range(k + 1 if m is None else 1) for m in most[:-1]]):
                rest = k - sum(orders)
                if rest < 0 or (rest and most[-1] == 0):
                    continue
                parts = [x[j] for x, j in zip(here, (*orders, rest), strict=True)]
                if not any(map(is_zero, parts)):
                    share = compute(*parts, *node.attributes)
                    total = share if is_zero(total) else ring.add(total, share)
            return total

        return step

    def _solution(self, node: Tensor) -> Callable[[int], Any]:
        """y = solve(a, b) from a_0*y_k = b_k - (a_1*y_(k-1) + ... + a_k*y_0)."""
        (a, b), y, ring = self._inputs(node), self.found[node], self.ring
        solve, matmul = (self.arithmetic.function(row) for row in (linalg.solve, st.product))

        def step(k: int) -> Any:
            right = at(b, k)
            for j in range(1, min(k, len(a) - 1) + 1):
                if not (is_zero(a[j]) or is_zero(y[k - j])):
                    right = ring.sub(right, matmul(a[j], y[k - j]))
            return 0 if is_zero(right) else solve(a[0], right)

        return step


RECURRENCES: dict[Operation, Callable[[Sweep, Tensor], Callable[[int], Any]]] = {
    el.mul: Sweep._product,
    el.div: Sweep._quotient,
    el.over: Sweep._quotient,
    el.pow: Sweep._power,
    pw.where: Sweep._choice,
    red.amax: Sweep._extremum,
    red.amin: Sweep._extremum,
    st.gather: Sweep._selection,
    st.scatter: Sweep._selection,
    linalg.solve: Sweep._solution,
    **{row: Sweep._products for row in OPERATIONS.values() if row.kind is Kind.BILINEAR},
}
"""How the k-th coefficient of a node follows, by hand; the others' by the chain rule, or linear."""


def at(c: Coefficients, k: int) -> Any:
    """The k-th coefficient of what may have ended before."""
    return c[k] if k < len(c) else 0


def is_zero(x: Any) -> bool:
    """Whether x is the 0 that a series has past its end."""
    return type(x) is int and x == 0


def extremes(node: Tensor, x: Any, y: Any, arithmetic: Arithmetic) -> tuple[Any, Any]:
    """Where the entries of x are the largest, or the smallest, over axes; and how many are."""
    (axes,) = node.attributes
    shape = node.inputs[0].shape
    kept = tuple(1 if i - len(shape) in axes else n for i, n in enumerate(shape))
    equal, choose, total, reshape = (
        arithmetic.function(row) for row in (pw.eq, pw.where, st.summed, st.reshape)
    )
    tied = equal(x, reshape(y, kept))
    return tied, total(choose(tied, 1, 0), axes)
