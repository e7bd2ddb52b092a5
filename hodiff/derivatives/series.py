"""Taylor series: a graph run on truncated power series in one variable t, over another arithmetic.

For y = f(x(t)) the chain rule y' = f'(x)*x' gives the coefficients one order after the other,

    k*y_k = sum over j = 1 .. k of j*x_j*(f'(x))_(k-j),

and f'(x) is the graph that the row's own rule builds: sin and cos feed each other, tan feeds
itself. Orders are swept over all nodes (sweep.py); sharing keeps them few. A family that its rule
leads ever further into (polygamma, sinc) is a chain of its members. What acts on whole arrays (a
norm, a determinant) has a rule for cotangents: transposed, it gives y' as a graph that is linear in
x', and that is run one order behind. Griewank and Walther 2008, Evaluating Derivatives, section
13.2.

Cost: nodes times order squared; of a family, order cubed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import factorial
from typing import Any, TypeAlias

from hodiff.arithmetic.base import Arithmetic, Ring, run, taken
from hodiff.derivatives.plan import NoSeries, Open
from hodiff.derivatives.sweep import (
    RECURRENCES,
    Arranged,
    Coefficients,
    Paths,
    Sweep,
    extremes,
    is_zero,
)
from hodiff.engine.backward import walk
from hodiff.engine.graph import (
    CONSTANT,
    ONE,
    STATE,
    ZERO,
    Operation,
    Tensor,
    constant,
    topological,
    variable,
)
from hodiff.engine.operations import bessel, expint, factorials, incomplete, zeta
from hodiff.engine.operations import elementary as el
from hodiff.engine.operations import normal as no
from hodiff.engine.operations import reductions as red
from hodiff.engine.operations import special as sp
from hodiff.engine.operations.row import CLOSED
from hodiff.engine.passes import depending, rebuilt
from hodiff.engine.sharing import NodeTable, sharing

# Whose rules lead ever further, with no recurrence here.
FURTHER = {"betas", "binomials", "carlsons", "carlsonps", "solve_triangular"}
MOST_POWER = 1 << 62  # that is written as products

Point: TypeAlias = Mapping[Tensor, Any]
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


# Functions with an order whose derivative is one of itself and of the order above it, and that
# one's of itself and of the order below; both divide by x.
PAIRED = {bessel.struveh: bessel.struve_by_pairs, bessel.struvel: bessel.struve_by_pairs}


class Series(Arranged):
    """The graph of outputs, made ready for series in t and run on them."""

    def __init__(self, outputs: Sequence[Tensor], moving: Sequence[Tensor], length: int) -> None:
        self.moving, self.length = list(moving), length
        self.factors: dict[Tensor, list[tuple[Tensor, Tensor]]] = {}
        self.families: dict[Tensor, list[Tensor]] = {}
        self.below: dict[Tensor, Tensor] = {}  # of PAIRED, the order below
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
                elif operation in PAIRED:
                    if others:
                        raise NoSeries
                    slope, above = PAIRED[operation](node, self.below.get(node))
                    if above is not None and above not in done:
                        self.below[above] = node
                    self.factors[node] = [(self._rewritten(slope, build), node.inputs[-1])]
                    roots += [factor for factor, _ in self.factors[node]]
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
        sweep = Sweep(self, values, paths, arithmetic, needed)
        ring = sweep.ring
        if unknown is not None:
            path, slope = sweep.paths[unknown], ring.take(values[id(self.f[1])])

        def swept() -> None:
            if unknown is None and sweep.in_layers():
                return
            for k in range(1, self.length):
                sweep.advance(k)
                if unknown is not None:
                    # What is of order k is linear in the path's k-th coefficient, 0 so far.
                    residual = sweep.found[self.f[0]][k]
                    sweep.retreat(k)
                    path.append(ring.div(ring.sub(0, residual), slope))
                    sweep.advance(k)

        arithmetic.in_quiet(swept)
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
                _, number = extremes(node, inputs[0], value, arithmetic)
                finite = arithmetic.finite(number)
                tied = _anywhere(lambda n: n > 1, [number]) if finite else None
        finite = arithmetic.finite(value)
        if tied or (tied is not None and not finite and all(map(arithmetic.certain, inputs))):
            raise NoSeries
        if tied is None or not finite:
            raise Open(node)


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
                if not (is_zero(x) or is_zero(y)):
                    total = x * y if is_zero(total) else total + x * y
            return total

        add, sub, mul = operator.add, operator.sub, operator.mul
        return Ring(lambda x: x, add, sub, mul, operator.truediv, dot)


NODES = _Nodes()


def _anywhere(test: Callable[..., bool | None], arrays: Sequence[Any]) -> bool | None:
    """Whether a test is true of some entries of arrays that broadcast; None where it is open."""
    if not any(getattr(x, "shape", ()) for x in arrays):
        return test(*arrays)
    import numpy  # start-up: numbers need none

    columns = [x.ravel().tolist() for x in numpy.broadcast_arrays(*arrays)]
    found = {test(*entries) for entries in zip(*columns, strict=True)}
    return True if True in found else None if None in found else False


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
