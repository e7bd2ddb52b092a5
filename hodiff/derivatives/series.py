"""Taylor series: a graph run on truncated power series in one variable t, over another arithmetic.

For y = f(x(t)) the chain rule y' = f'(x)*x' gives the coefficients one order after the other,

    k*y_k = sum over j = 1 .. k of j*x_j*(f'(x))_(k-j),

and f'(x) is the graph that the row's own rule builds: sin and cos feed each other, tan feeds
itself. Orders are swept over all nodes; sharing keeps them few. By hand: products, quotients,
powers with a constant exponent (u*y' = p*y*u'), choices, linear systems. A family that its rule
leads ever further into (polygamma, sinc) is a chain of its members. What acts on whole arrays
(a norm, a determinant) has a rule for cotangents: transposed, it gives y' as a graph that is
linear in x', and that is run one order behind. Griewank and Walther 2008, Evaluating
Derivatives, section 13.2.

Cost: nodes times order squared; of a family, order cubed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import factorial
from typing import Any, TypeAlias

from hodiff.arithmetic.base import Arithmetic, Ring, run, taken
from hodiff.derivatives.plan import NoSeries, Open
from hodiff.engine.backward import walk
from hodiff.engine.graph import (
    CONSTANT,
    ONE,
    OPERATIONS,
    STATE,
    ZERO,
    Kind,
    Operation,
    Tensor,
    constant,
    topological,
    variable,
)
from hodiff.engine.operations import elementary as el
from hodiff.engine.operations import expint, factorials, incomplete, linalg, zeta
from hodiff.engine.operations import normal as no
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import reductions as red
from hodiff.engine.operations import special as sp
from hodiff.engine.operations import structure as st
from hodiff.engine.operations.row import CLOSED
from hodiff.engine.passes import depending, rebuilt
from hodiff.engine.sharing import NodeTable, sharing

# Whose rules lead ever further, with no recurrence here.
FURTHER = {"betas", "binomials", "carlsons", "carlsonps", "solve_triangular", "struveh", "struvel"}
MOST_POWER = 1 << 62  # that is written as products

Coefficients: TypeAlias = list[Any]
Point: TypeAlias = Mapping[Tensor, Any]
Paths: TypeAlias = Mapping[Tensor, Sequence[Any]]
Start: TypeAlias = tuple[dict[int, Any], set[Tensor]]


# The members of a family from a node on: the m-th derivative of the node's function in its last
# input, by (its inputs, m); the others don't move.
FAMILIES: dict[Operation, Callable[..., Callable[..., Tensor]]] = {
    sp.sincn: lambda n: lambda x, m: sp.sincn(x, n + m),
    sp.digamma: lambda: sp.written_psi,
    sp.psi: lambda n: lambda x, m: sp.psi(x, n + m),
    sp.lgamma: lambda: lambda x, m: sp.written_psi(x, m - 1) if m else sp.lgamma(x),
    **CLOSED,
    no.erfcx: lambda: lambda x, m: no.erfcxs(x, m) if m else no.erfcx(x),
    no.erfcxs: lambda n: lambda x, m: no.erfcxs(x, n + m),
    no.dawson: lambda: lambda x, m: no.dawsons(x, m) if m else no.dawson(x),
    no.dawsons: lambda n: lambda x, m: no.dawsons(x, n + m),
    expint.expint: lambda: lambda n, x, m: expint.expints(n, x, m),
    expint.expints: lambda k: lambda n, x, m: expint.expints(n, x, k + m),
    incomplete.gamma_density: lambda k: lambda a, x, m: incomplete.gamma_density(a, x, k + m),
    incomplete.beta_density: lambda k: lambda a, b, x, m: incomplete.beta_density(a, b, x, k + m),
    zeta.zeta: lambda: lambda s, m: zeta.of_order(s, ONE, m),
    zeta.zeta_of_order: lambda k: lambda s, m: zeta.zeta_of_order(s, k + m),
    zeta.hurwitz: lambda: lambda s, a, m: zeta.hurwitzes(s, a, 0, m),
    zeta.hurwitz_of_order: lambda k: lambda s, a, m: zeta.hurwitzes(s, a, k, m),
    zeta.hurwitzes: lambda k, n: lambda s, a, m: zeta.hurwitzes(s, a, k, n + m),
    zeta.polylog: lambda: lambda s, x, m: zeta.polylogs(s, x, m),
    zeta.polylogs: lambda j: lambda s, x, m: zeta.polylogs(s, x, j + m),
    zeta.dilog: lambda: lambda x, m: zeta.dilogs(x, m),
    zeta.dilogs: lambda j: lambda x, m: zeta.dilogs(x, j + m),
    expint.sinhc: lambda n: lambda x, m: expint.sinhc(x, n + m),
}


class Series:
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

    def __init__(self, outputs: Sequence[Tensor], moving: Sequence[Tensor], length: int) -> None:
        self.moving, self.length = list(moving), length
        self.factors: dict[Tensor, list[tuple[Tensor, Tensor]]] = {}
        self.families: dict[Tensor, list[Tensor]] = {}
        self.pushed: dict[Tensor, Tensor] = {}
        self.slopes: dict[Tensor, Tensor] = {}
        with sharing() as build:
            build.limit(STATE.limits.series)
            self.f = [self._rewritten(y, build) for y in outputs]
            order = self._closed(build)
        self.varying = depending(order, self.moving)
        self.behind = depending(order, self.slopes)
        self.order = list(self._arranged(order))
        self.present = [node for node in self.order if node not in self.behind]

    def _closed(self, build: NodeTable) -> list[Tensor]:
        """The nodes of f, and of the graphs that their rules need, and theirs, until no rule
        needs more."""
        roots, done = list(self.f), set[Tensor]()
        while True:
            order = topological(roots)
            build.know(order)
            varying = depending(order, self.moving)
            new = [node for node in order if node in varying and node.inputs and node not in done]
            if not new:
                return order
            done.update(new)
            for node in new:
                operation = node.operation
                if operation.name in FURTHER:
                    raise NoSeries
                others = not varying.isdisjoint(node.inputs[:-1])
                # A parameter's slope is another family's, or leads ever further.
                further = node.inputs[-1] in varying or operation not in CLOSED
                if operation in FAMILIES and others and further:
                    raise NoSeries
                if operation in FAMILIES and not others:
                    member = FAMILIES[operation](*node.attributes)
                    members = (member(*node.inputs, m) for m in range(1, self.length))
                    self.families[node] = [node, *members]
                elif operation.linear or operation in RECURRENCES:
                    continue
                elif operation.partials:
                    self.factors[node] = [
                        (self._rewritten(factor, build), u)
                        for factor, u in _partials(node, varying)
                    ]
                    roots += [factor for factor, _ in self.factors[node]]
                else:
                    self.pushed[node] = self._rewritten(self._push(node, varying), build)
                    roots.append(self.pushed[node])

    def _rewritten(self, y: Tensor, build: NodeTable) -> Tensor:
        """y with powers as series take them, and beta by gamma: shared nodes for the old ones.

        A whole exponent n >= 0 becomes products, whose series ends with the degree; one that
        depends on t exp(b*log(a)).
        """
        order = topological([y])
        varying = depending(order, self.moving)

        def rewrite(node: Tensor, inputs: list[Tensor]) -> Tensor:
            if node.operation is el.pow:
                a, b = inputs
                moves = node.inputs[1] in varying
                return el.exp(b * el.log(a)) if moves else _written_power(a, b, build)
            if node.operation is el.powers:  # its own rule leads ever further
                (a, b), (j, k) = node.inputs, node.attributes
                return self._rewritten(el.written_powers(a, b, j, k), build)
            if node.operation is sp.beta:
                a, b = inputs
                return sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b)
            if node.operation is factorials.binomial:
                n, k = inputs
                return sp.gamma(n + 1) / (sp.gamma(k + 1) * sp.gamma(n - k + 1))
            if all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
                return node
            return build.node(node.operation, tuple(inputs), node.attributes)

        return rebuilt(order, rewrite)[y]

    def _push(self, node: Tensor, varying: set[Tensor]) -> Tensor:
        """y' from the x' of a node's inputs: its pullback is linear in the cotangent, and the
        transpose of that is what is wanted."""
        cotangent = variable("cotangent", node.shape)
        shares, given = [], []
        for i, x in enumerate(node.inputs):
            if x not in varying:
                continue
            share = node.operation.pullback(cotangent, node.inputs, node, node.attributes, i)
            if share is not None and share.requires_grad:
                slope = next((u for u, y in self.slopes.items() if y is x), None)
                if slope is None:
                    slope = variable("slope", x.shape)
                    self.slopes[slope] = x
                shares.append(share)
                given.append(slope)
        (found,) = walk(shares, given, [cotangent])
        return ZERO if found is None else found

    def _arranged(self, order: Sequence[Tensor]) -> Iterator[Tensor]:
        """The nodes of order, y' before y."""
        waiting = set(self.behind)
        for node in order:
            for y in topological([self.pushed[node]]) if node in self.pushed else ():
                if y in waiting:
                    waiting.remove(y)
                    yield y
            if node not in self.behind:
                yield node

    def coefficients(
        self, point: Point, paths: Paths, arithmetic: Arithmetic, strict: bool = True
    ) -> list[Coefficients]:
        """The Taylor coefficients of each output.

        point gives the variables at t = 0, paths the coefficients from the first on of each that
        moves: [1] where it is the point plus t. With strict, raises NoSeries where there is none,
        Open where a ball is too wide to tell; else a kink is what its rule makes of it.
        """
        found = self.run(self.start(point, arithmetic, strict), paths, arithmetic)
        return [found[y] + [0] * (self.length - len(found[y])) for y in self.f]

    def run(
        self, start: Start, paths: Paths, arithmetic: Arithmetic, unknown: Tensor | None = None
    ) -> dict[Tensor, Coefficients]:
        """The coefficients of every node that is needed; see coefficients().

        unknown: a variable that moves so that the first output stays what it is; the second
        output is the slope of the first in that variable.
        """
        values, needed = start
        sweep = _Sweep(self, values, paths, arithmetic, needed)
        ring = sweep.ring
        if unknown is not None:
            path, slope = sweep.paths[unknown], ring.take(values[id(self.f[1])])
        with arithmetic.quietly():
            if unknown is None and sweep.in_layers():
                return sweep.found
            for k in range(1, self.length):
                sweep.advance(k)
                if unknown is not None:
                    # What is of order k is linear in the path's k-th coefficient, 0 so far.
                    residual = sweep.found[self.f[0]][k]
                    sweep.retreat(k)
                    path.append(ring.div(ring.sub(0, residual), slope))
                    sweep.advance(k)
        return sweep.found

    def start(
        self, point: Point, arithmetic: Arithmetic, strict: bool = True, ties: bool = True
    ) -> Start:
        """The values at t = 0 and the nodes that are needed there, for runs along any paths.

        Raises as coefficients() does. ties: with strict, whether a kink or a jump has no series;
        else it has what its rule makes of it. By rows nothing raises: nan tells.
        """
        nodes = [*self.present, *(y for family in self.families.values() for y in family)]
        if arithmetic is NODES:
            values = {id(y): y for y in nodes}
        else:
            values = run(topological(self.present, unknown=True), arithmetic, point)
            for node, family in self.families.items():
                self._value_family(node, family, values, arithmetic)
        if not strict or arithmetic.by_rows:
            return values, {*nodes, *self.behind}
        needed = taken(self.f, values, self.needs)
        for node in nodes:
            if node in needed:
                self._check(node, values, arithmetic, ties)
        return values, needed

    def _value_family(
        self, node: Tensor, family: Sequence[Tensor], values: dict[int, Any], arithmetic: Arithmetic
    ) -> None:
        """Add the values of a family, its first member's being there: from the Taylor series of
        the node's function where the arithmetic has it."""
        found = None
        if not node.shape:
            n = len(family)
            numbers = [values[id(x)] for x in node.inputs]
            found = arithmetic.taylor(node.operation, numbers, node.attributes, n)
        for m, member in enumerate(family):
            if id(member) in values:
                continue
            if found is None:
                compute = arithmetic.function(member.operation)
                inputs = [values[id(u)] for u in member.inputs]
                values[id(member)] = compute(*inputs, *member.attributes)
            else:
                values[id(member)] = found[m] * factorial(m)

    def needs(self, node: Tensor) -> Iterator[Tensor]:
        """What the series of a node is computed from, besides its inputs'."""
        yield from self.families.get(node, ())
        yield from (factor for factor, _ in self.factors.get(node, ()))
        if node in self.pushed:
            yield self.pushed[node]

    def _check(
        self, node: Tensor, values: Mapping[int, Any], arithmetic: Arithmetic, ties: bool
    ) -> None:
        """Raise where a node has no series."""
        value, inputs = values[id(node)], [values[id(u)] for u in node.inputs]
        decide = arithmetic.pointwise
        tied: bool | None = False
        if not self.varying.isdisjoint(node.inputs):
            if node.operation.jumps is not None and ties:
                test = node.operation.jumps.ties
                tied = _anywhere(lambda *x: test(decide, *x), inputs)
            elif node.operation in (el.pow, el.over):
                divisor = inputs[node.operation is el.over]
                tied = _anywhere(lambda u: decide.equal(u, 0), [divisor])
            elif node.operation in (red.amax, red.amin) and ties:
                _, number = _extremes(node, inputs[0], value, arithmetic)
                finite = arithmetic.finite(number)
                tied = _anywhere(lambda n: n > 1, [number]) if finite else None
        finite = arithmetic.finite(value)
        if tied or (tied is not None and not finite and all(map(arithmetic.certain, inputs))):
            raise NoSeries
        if tied is None or not finite:
            raise Open(node)


class _Sweep:
    """A run: the coefficients found so far, and how to find the next of every node.

    found   of each node its coefficients
    scaled  of each input of a chain rule j*x_j, j from 1 on
    """

    def __init__(
        self,
        series: Series,
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
            if shape and not _is_zero(y) and getattr(y, "shape", ())[-len(shape) :] != shape:
                y = self.arithmetic.function(st.expand)(y, shape)
            self._add(take(y), k, found, scaled)

    def _add(self, y: Any, k: int, found: Coefficients, scaled: Coefficients | None) -> None:
        found.append(y)
        if scaled is not None:
            scaled.append(0 if _is_zero(y) else self.ring.mul(k, y))

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
        return RECURRENCES.get(node.operation, _Sweep._linear)(self, node)

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
        tied, number = _extremes(node, x[0], self.found[node][0], self.arithmetic)
        choose, total = (self.arithmetic.function(row) for row in (pw.where, st.summed))

        def step(k: int) -> Any:
            if _is_zero(at(x, k)):
                return 0
            return ring.div(total(choose(tied, x[k], 0), *node.attributes), number)

        return step

    def _selection(self, node: Tensor) -> Callable[[int], Any]:
        """Linear in the first input; the others say where."""
        select, (x, *rest) = self.arithmetic.function(node.operation), self._inputs(node)
        fixed = [c[0] for c in rest]
        return lambda k: 0 if _is_zero(at(x, k)) else select(x[k], *fixed, *node.attributes)

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
                total = share if _is_zero(total) else ring.add(total, share)
            return total if _is_zero(total) else ring.div(total, k)

        return step

    def _family(self, node: Tensor) -> Callable[[int], Any]:
        """The chain rule along a family: member m at order k from member m + 1 below it."""
        ring, slope = self.ring, self.scaled[node.inputs[-1]]
        chain = [[self.found[y][0]] for y in self.series.families[node]]

        def step(k: int) -> Any:
            moving = [j for j in range(k) if not _is_zero(slope[j])]
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
            return 0 if _is_zero(a) and _is_zero(b) else choose(test, a, b)

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
            if all(map(_is_zero, parts)):
                return 0
            parts = [
                zeros(0, x[0].shape)
                if zeros and hasattr(x[0], "shape") and _is_zero(part)
                else part
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
                if not any(map(_is_zero, parts)):
                    share = compute(*parts, *node.attributes)
                    total = share if _is_zero(total) else ring.add(total, share)
            return total

        return step

    def _solution(self, node: Tensor) -> Callable[[int], Any]:
        """y = solve(a, b) from a_0*y_k = b_k - (a_1*y_(k-1) + ... + a_k*y_0)."""
        (a, b), y, ring = self._inputs(node), self.found[node], self.ring
        solve, matmul = (self.arithmetic.function(row) for row in (linalg.solve, st.product))

        def step(k: int) -> Any:
            right = at(b, k)
            for j in range(1, min(k, len(a) - 1) + 1):
                if not (_is_zero(a[j]) or _is_zero(y[k - j])):
                    right = ring.sub(right, matmul(a[j], y[k - j]))
            return 0 if _is_zero(right) else solve(a[0], right)

        return step


RECURRENCES: dict[Operation, Callable[[_Sweep, Tensor], Callable[[int], Any]]] = {
    el.mul: _Sweep._product,
    el.div: _Sweep._quotient,
    el.over: _Sweep._quotient,
    el.pow: _Sweep._power,
    pw.where: _Sweep._choice,
    red.amax: _Sweep._extremum,
    red.amin: _Sweep._extremum,
    st.gather: _Sweep._selection,
    st.scatter: _Sweep._selection,
    linalg.solve: _Sweep._solution,
    **{row: _Sweep._products for row in OPERATIONS.values() if row.kind is Kind.BILINEAR},
}
"""How the k-th coefficient of a node follows, by hand; the others' by the chain rule, or linear."""


class _Nodes(Arithmetic):
    """The arithmetic whose values are nodes: coefficients as graphs, to be differentiated again."""

    name = "nodes"

    def number(self, x: Any) -> Tensor:
        return constant(x)

    def function(self, operation: Operation) -> Operation:
        return operation

    def ring(self, shaped: bool) -> Ring:
        def dot(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
            total: Any = 0
            for x, y in zip(xs, ys, strict=False):
                if not (_is_zero(x) or _is_zero(y)):
                    total = x * y if _is_zero(total) else total + x * y
            return total

        add, sub, mul = operator.add, operator.sub, operator.mul
        return Ring(lambda x: x, add, sub, mul, operator.truediv, dot)


NODES = _Nodes()


def at(c: Coefficients, k: int) -> Any:
    """The k-th coefficient of what may have ended before."""
    return c[k] if k < len(c) else 0


def _is_zero(x: Any) -> bool:
    """Whether x is the 0 that a series has past its end."""
    return type(x) is int and x == 0


def _anywhere(test: Callable[..., bool | None], arrays: Sequence[Any]) -> bool | None:
    """Whether a test is true of some entries of arrays that broadcast; None where it is open."""
    if not any(getattr(x, "shape", ()) for x in arrays):
        return test(*arrays)
    import numpy  # start-up: numbers need none

    columns = [x.ravel().tolist() for x in numpy.broadcast_arrays(*arrays)]
    found = {test(*entries) for entries in zip(*columns, strict=True)}
    return True if True in found else None if None in found else False


def _extremes(node: Tensor, x: Any, y: Any, arithmetic: Arithmetic) -> tuple[Any, Any]:
    """Where the entries of x are the largest, or the smallest, over axes; and how many are."""
    (axes,) = node.attributes
    shape = node.inputs[0].shape
    kept = tuple(1 if i - len(shape) in axes else n for i, n in enumerate(shape))
    equal, choose, total, reshape = (
        arithmetic.function(row) for row in (pw.eq, pw.where, st.summed, st.reshape)
    )
    tied = equal(x, reshape(y, kept))
    return tied, total(choose(tied, 1, 0), axes)


def _partials(node: Tensor, varying: set[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
    """The derivatives of an elementwise node in those of its inputs that vary, by its row."""
    for partial, u in zip(node.operation.partials, node.inputs, strict=True):
        if u in varying:
            y = partial(*node.inputs, node, *node.attributes)
            yield (y if isinstance(y, Tensor) else constant(y)), u


def _written_power(a: Tensor, b: Tensor, build: NodeTable) -> Tensor:
    n = b.attributes[0] if b.operation is CONSTANT else b.value
    if type(n) is float and n.is_integer() and not b.requires_grad:
        n = int(n)
    if type(n) is not int or not 2 <= n <= MOST_POWER:
        return build.node(el.pow, (a, b))
    found: Tensor | None = None
    while n:
        if n % 2:
            found = a if found is None else build.node(el.mul, (found, a))
        n //= 2
        a = build.node(el.mul, (a, a)) if n else a
    assert found is not None
    return found
