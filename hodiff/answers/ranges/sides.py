"""How a function of one variable goes on to one side of a place where it isn't smooth.

In a box that holds one tie (of abs, relu, max, min, clip, or of a condition) the function is one
smooth branch to each side. The tie is a root, which roots.py locates; each branch is a graph of its
own, whose slope keeps its sign over the whole box, or it is open.

Where a root or a power u**p is of something that is 0 there, no bound of the slope over the box
holds: it may be infinite. Such a node v is a variable of its own then, and the slope f_x + f_v*v'.
Where u has a root of order m, u/d**m and u'/d**(m - 1) are bounded in the distance d, by Lagrange's
remainder; so is v'/d**(m*p - 1). Likewise f_x and f_v are powers of d, times what has bounds, and
the slope without its least power of d has a sign again. So is a slope that is 0 at the tie alone.
A logarithm of what is 0 there is log(1/d), which counts beside the powers, times what has bounds;
a quotient whose divisor is 0 there is put over one with the others (divided.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import factorial, inf
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.ranges.divided import over
from hodiff.answers.ranges.isolate import Work, rough
from hodiff.answers.ranges.located import DECIDED, Located, Range
from hodiff.answers.ranges.roots import Essence, essence, located
from hodiff.arithmetic import box_numbers, closed_forms
from hodiff.arithmetic.ball_numbers import ball, direction, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.derivatives import components, gradient
from hodiff.derivatives.germs import NoGerm
from hodiff.derivatives.one_sided import limit
from hodiff.engine.exact import rational
from hodiff.engine.graph import CONSTANT, ZERO, Kind, Tensor, constant, topological, variable
from hodiff.engine.operations.elementary import (
    acosh,
    add,
    asinh,
    atanh,
    cbrt,
    cos,
    div,
    exp,
    hypot,
    log,
    neg,
    pow,
    sin,
    sqrt,
    tan,
)
from hodiff.engine.operations.piecewise import compares, where
from hodiff.engine.operations.reductions import norm
from hodiff.engine.passes import applied, depending, rebuilt

CONTINUOUS = ("abs", "relu", "max", "min")  # whatever they are of
MOST_TIES = 12  # in one place
TIE_WORK = 2_000_000  # nodes of boxes, for the place of one tie
MOST_ORDER = 12  # of what is 0 at a place
BESIDE = 2.0**-48  # how far beside a box a tie is looked for, relatively


class Power(NamedTuple):
    """What something is in the distance d from the place, on one side of it: y/(d**order *
    log(1/d)**logs) lies in the ball value. For y itself, of x, y'/d**(order - 1) lies in slope."""

    value: Any
    order: Fraction
    slope: Any = None
    logs: Fraction = Fraction(0)

    def times(self, other: Power, n: int = 1) -> Power:
        """The product with a whole power of another."""
        value = self.value * other.value**n if n > 0 else self.value / other.value**-n
        return Power(value, self.order + n * other.order, None, self.logs + n * other.logs)

    def raised(self, p: Any) -> Power:
        return Power(self.value ** ball(p), self.order * p, None, self.logs * p)


class Side:
    """A function to one side of its ties, which are all at one place.

    f       as it is there, of x alone
    known   the roots, powers and logarithms of what is 0 at the place, and quotients by it, as
            variables of inner
    quotients  those of them; divisors: what they are by, of x alone
    undefined  whether f has no value there; chooses: whether that isn't told by a part of f
    """

    def __init__(
        self, f: Tensor, x: Tensor, box: tuple[float, float], sign: int,
        places: dict[Tensor, Located],
    ) -> None:  # fmt: skip
        self.f = self.inner = f
        self.x, self.box, self.sign, self.places = x, box, sign, places
        self.ends = around(box)
        self.known: dict[Tensor, Power] = {}
        self.quotients: dict[Tensor, Tensor] = {}
        self.written: dict[Tensor, Tensor] = {}
        self.divisors: list[Tensor] = []
        self.chooses = any(y.operation is where for y in topological([f]))
        self.jumps = False
        self.undefined = False

    @property
    def breaks(self) -> bool:
        """Whether something has no value at the place."""
        return bool(self.divisors or any(y.logs for y in self.known.values()))

    @property
    def powers(self) -> dict[Tensor, Power]:
        return {v: y for v, y in self.known.items() if v not in self.quotients}

    def split(self) -> bool:
        """Whether the branch is found, and smooth."""
        for _ in range(MOST_TIES):
            program = Program([self.inner], BOXES)
            given = {v: self.bounds(y) for v, y in self.known.items()}
            with BOXES.quietly():
                point = {self.x: Box(np.array(self.box[:1]), np.array(self.box[1:]))}
                values = program.values(point | given)
            node = rough(program.order, values)
            if node is None:
                return True
            simpler = _simpler(node)
            if simpler is not None:
                # Of a number below 0 a power has a value where the exponent is a whole number.
                self.chooses |= _moves(node)
                self.put(node, simpler)
            elif node.operation is div:
                if not self.divided(node):
                    return False
            elif not (self.tied(node) if _exponent(node) is None else self.powered(node)):
                return False
        return False

    def tied(self, node: Tensor) -> bool:
        """Puts the branch of a node that has a tie in its place."""
        zero = tie(node)
        if zero is None or not zero.requires_grad:
            return False
        if self.moves(zero):
            with precision(DECIDED[0]):
                sign = direction(self.measured([zero])[0].value)
        else:
            zero = replaced(zero, self.written)
            if self.place(zero) is None:
                return False
            with precision(DECIDED[0]):
                (y,) = Program([zero], BALLS).results({self.x: self.ends[self.sign > 0]})
                sign = direction(y) if BALLS.finite(y) else None
        if not sign:
            return False
        self.jumps |= node.operation.name not in CONTINUOUS
        self.put(node, beside(node, sign))
        return True

    def powered(self, node: Tensor) -> bool:
        """Puts a variable in the place of a root, a power or a logarithm."""
        u, p = node.inputs[0], _exponent(node)
        assert p is not None
        inner = self.known.get(u) or self.smooth(u)
        if inner is None or not direction(inner.value):
            return False
        if inner.value < 0 and node.operation is not cbrt:
            self.undefined = inner.order != 0 and not self.chooses
            return False
        if inner.slope is None:
            return False
        with precision(DECIDED[0]):
            size = abs(inner.value)
            if node.operation is log:
                # log(c*d**m) = log(1/d)*(log(c)/log(1/d) - m)
                value = ball(size).log() * self.within(0, -1) - ball(inner.order)
                known = Power(value, Fraction(0), inner.slope / inner.value, Fraction(1))
            else:
                value = size ** ball(p) if inner.value > 0 else -(size ** ball(p))
                slope = ball(p) * size ** ball(p - 1) * inner.slope
                known = Power(value, inner.order * p, slope)
        if not direction(known.value):
            return False
        self.known[self.variable(node)] = known
        return True

    def divided(self, node: Tensor) -> bool:
        """Puts a variable in the place of a quotient whose divisor is 0 at the place."""
        above, below = node.inputs
        if not self.moves(below) and self.smooth(below) is None:
            return False
        with precision(DECIDED[0]):
            top, divisor = self.measured([above, below])
            if not (direction(top.value) and direction(divisor.value)):
                return False
        self.divisors.append(replaced(below, self.written))
        v = self.variable(node)
        self.known[v], self.quotients[v] = top.times(divisor, -1), node
        return True

    def variable(self, node: Tensor) -> Tensor:
        """One in the place of a node."""
        v = variable(f"v{len(self.written)}")
        self.written[v] = replaced(node, self.written)
        self.inner = replaced(self.inner, {node: v})
        return v

    def moves(self, y: Tensor) -> bool:
        """Whether a graph is one of those variables."""
        return not self.written.keys().isdisjoint(topological([y]))

    def smooth(self, u: Tensor) -> Power | None:
        """u, of x alone, in the distance from the place; None where its order there isn't known."""
        if self.moves(u):
            return None
        known = next(iter(self.places.values()), None)
        if known is None or (not known.exact and u not in self.places):
            inner = essence(u)
            if inner.needs or inner.order is None:
                inner = Essence(u, [], 1)
            known = self.place(inner.f)
            if known is None or known.multiplicity is None or inner.order is None:
                return None
            order: int | None = known.multiplicity * inner.order
        else:
            order = known.multiplicity
        with precision(DECIDED[0]):
            top, n = u, 0
            while n < MOST_ORDER if known.exact else n != order:
                if known.exact:
                    (y,) = Program([top], BALLS).results({self.x: known.at[0]})
                    if BALLS.equal(y, 0) is not True:
                        break
                (top,), n = gradient(top, [self.x]), n + 1
            (y,) = Program([top], BALLS).results({self.x: self.half()})
            if not BALLS.finite(y):
                return None
            value = ball(y) * self.sign**n / factorial(n)
            return Power(value, Fraction(n), value * n * self.sign)

    def place(self, zero: Tensor) -> Located | None:
        """Where something is 0: None where that isn't one place, the same as that of the others."""
        while zero.operation is neg:
            (zero,) = zero.inputs
        zero = next((y for y in self.places if alike(y, zero)), zero)
        if zero not in self.places:
            found = place(zero, self.x, self.ends, Work(TIE_WORK))
            if found is None or not all(_one(found, other) for other in self.places.values()):
                return None
            self.places[zero] = found
        return self.places[zero]

    def put(self, node: Tensor, by: Tensor) -> None:
        self.inner = replaced(self.inner, {node: by})
        self.f = replaced(self.inner, self.written)

    def half(self) -> Any:
        """All x from the place on, in a ball."""
        at = next(iter(self.places.values())).now()[0]
        return ball(at).union(self.ends[self.sign > 0])

    def extent(self, order: Any, logs: Any = 0) -> tuple[Any, Any]:
        """The ends of d**order*log(1/d)**logs, of all x from the place on: 0 and inf are the ends
        that it comes close to."""
        if order == 0 == logs:
            return ball(1), ball(1)
        x = self.half()
        far = ((x - ball(next(iter(self.places.values())).now()[0])) * self.sign).upper()
        most = far ** ball(order)
        if logs:
            size = -far.log() if far < 1 else ball(0)
            # From there on it goes one way.
            if not (size > 0 and (order == 0 or size * abs(ball(order)) > abs(ball(logs)))):
                return ball(0), ball(0).pos_inf()
            most = most * size ** ball(logs)
        grows = order > 0 or (order == 0 and logs < 0)
        return (ball(0), most) if grows else (most, ball(0).pos_inf())

    def within(self, order: Any, logs: Any = 0) -> Any:
        """The same as a ball, where it has bounds."""
        low, high = self.extent(order, logs)
        return low.union(high) if high.is_finite() else ball(0).nan()

    def bounds(self, y: Power) -> Box:
        with precision(DECIDED[0]):
            low, high = self.extent(y.order, y.logs)
            if high.is_finite():
                ends = box_numbers.ends(y.value * low.union(high))
            elif direction(y.value) in (1, -1):
                least = box_numbers.ends(y.value * low)
                ends = (least[0], np.inf) if y.value > 0 else (-np.inf, least[1])
            else:
                ends = -np.inf, np.inf
        return Box(np.array(ends[:1]), np.array(ends[1:]))

    def limit(self, y: Tensor | None = None) -> Any:
        """What f, or another graph in x and the variables, tends to: a number in closed form, inf
        or -inf. Raises NoGerm where that isn't told."""
        y = self.inner if y is None else y
        size = self.over_one([self.whole(y)])[0]
        sign, vanishes = direction(size.value), size.order or -size.logs
        if sign and vanishes:
            return 0 if vanishes > 0 else sign * inf
        at = next(iter(self.places.values())).now()[0]
        try:
            own = replaced(y, self.written)
            return limit(own, self.x, at, self.sign, dict.fromkeys(self.divisors, 0))
        except NoGerm:
            if len(y.inputs) != 1 or y.operation.kind is not Kind.ENTRYWISE:
                raise
            inner = self.limit(y.inputs[0])
            found = None
            if isinstance(inner, float):
                found = (inf if inner > 0 else 0) if y.operation is exp else None
            else:
                found = closed_forms.function(y.operation, inner, y.attributes, ())
            if found is None:
                raise
            return found

    def slope(self) -> Power:
        """Its slope, likewise; of an exponential that of what is in it, which has the same sign."""
        y = self.inner
        while _moves(y) or y.operation is exp:
            if y.operation is pow:
                base = self.over_one([self.whole(y.inputs[0])])[0]
                if direction(base.value) != 1:
                    break
                y = by_logarithm(y)
            (y,) = y.inputs
        first, *others = self.over_one(gradient(self.whole(y), [self.x, *self.powers]))
        for part, v in zip(others, self.powers.values(), strict=True):
            order = part.order + v.order - 1
            first = self.sum(first, Power(part.value * v.slope, order, None, part.logs))
        return first

    def whole(self, y: Tensor | None = None) -> Tensor:
        """f, or another graph in x and the variables, in x and the powers alone."""
        found = self.inner if y is None else y
        for v in reversed(self.quotients):
            found = replaced(found, {v: self.quotients[v]})
        return found

    def over_one(self, outputs: Sequence[Tensor]) -> list[Power]:
        """Graphs in x and the powers, each put over one divisor."""
        values = Program(outputs, BALLS).values(self.given())

        def vanishes(y: Tensor) -> bool:
            return not (BALLS.finite(values[id(y)]) and direction(values[id(y)]))

        found = []
        for y in outputs:
            top, below = over(y, vanishes)
            first, *divisors = self.measured([top, *below])
            for divisor, n in zip(divisors, below.values(), strict=True):
                first = first.times(divisor, -n)
            found.append(first)
        return found

    def given(self) -> dict[Tensor, Any]:
        """All x from the place on, and what the variables are there."""
        powers = {v: y.value * self.within(y.order, y.logs) for v, y in self.known.items()}
        return {self.x: self.half(), **powers}

    def measured(self, outputs: Sequence[Tensor]) -> list[Power]:
        """Graphs in x and the powers, each as a power of the distance; nan times it where there are
        no bounds."""
        order = topological(outputs, unknown=True)
        values = Program(outputs, BALLS).values(self.given())
        mixed = depending(order, [*self.known], smoothly=False)
        needed = {*outputs, *(y for node in mixed for y in node.inputs)} - mixed
        found: dict[Tensor, Power] = {}
        for node in order:
            plain = values[id(node)]
            bounds = ball(0).nan()
            if not node.shape and BALLS.finite(plain):
                bounds = ball(plain)
            known = self.known.get(node)
            if known is None and not direction(bounds):
                if node in self.places or (node in needed and node.requires_grad):
                    known = self.smooth(node)
                if known is None:
                    known = self.by_rule(node, [found[y] for y in node.inputs])
            found[node] = Power(bounds, Fraction(0)) if known is None else known
        return [found[y] for y in outputs]

    def by_rule(self, node: Tensor, inputs: Sequence[Power]) -> Power | None:
        """A sum, a product or a power of powers of the distance, or what is of such that have
        bounds; None for what is none of these."""
        match node.operation.name:
            case "add":
                return self.sum(*inputs)
            case "sub":
                return self.sum(inputs[0], inputs[1]._replace(value=-inputs[1].value))
            case "neg":
                return inputs[0]._replace(value=-inputs[0].value)
            case "mul":
                return inputs[0].times(inputs[1])
            case "div":
                return inputs[0].times(inputs[1], -1)
            case "pow" if node.inputs[1].operation is CONSTANT:
                p = node.inputs[1].attributes[0]
                return inputs[0].raised(p) if rational(p) else None
            case "sqrt":
                return inputs[0].raised(Fraction(1, 2))
        if not inputs or node.operation.kind is not Kind.ENTRYWISE or node.operation is where:
            return None
        values = [y.value * self.within(y.order, y.logs) for y in inputs]
        if not all(map(BALLS.finite, values)):
            return None
        found = BALLS.function(node.operation)(*values, *node.attributes)
        return Power(ball(found), Fraction(0)) if BALLS.finite(found) else None

    def sum(self, a: Power, b: Power) -> Power:
        for y, other in ((a, b), (b, a)):
            if y.value == 0:
                return other
        order, less = min((y.order, -y.logs) for y in (a, b))
        terms = [y.value * self.within(y.order - order, y.logs + less) for y in (a, b)]
        return Power(terms[0] + terms[1], order, None, -less)


def _simpler(node: Tensor) -> Any:
    """An operation that isn't smooth, written in others."""
    inputs = node.inputs
    if node.operation.definition is not None and node.operation is not hypot:
        return node.operation.definition(*inputs, *node.attributes)
    if node.operation is tan:
        return sin(inputs[0]) / cos(inputs[0])
    if node.operation is atanh:
        return (log(1 + inputs[0]) - log(1 - inputs[0])) / 2
    if node.operation is acosh:
        return 2 * asinh(sqrt((inputs[0] - 1) / 2))
    if node.operation in (hypot, norm):
        parts = inputs if node.operation is hypot else components(inputs[0])
        return sqrt(reduce(add, [y**2 for y in parts]))
    if node.operation is pow and inputs[1].operation is CONSTANT and inputs[1].attributes[0] < 0:
        return 1 / inputs[0] ** -inputs[1].attributes[0]
    if _moves(node):
        return by_logarithm(node)
    return None


def _moves(node: Tensor) -> bool:
    """Whether it is a power with an exponent that isn't a number."""
    return node.operation is pow and node.inputs[1].operation is not CONSTANT


def by_logarithm(node: Tensor) -> Tensor:
    """A power, of what is above 0."""
    return exp(node.inputs[1] * log(node.inputs[0]))


def _exponent(node: Tensor) -> Any:
    """p of a root or a power u**p that isn't smooth where u is 0; 0 of its logarithm."""
    if node.operation is pow and node.inputs[1].operation is CONSTANT:
        p = node.inputs[1].attributes[0]
        return p if rational(p) and p > 0 else None
    return {sqrt: Fraction(1, 2), cbrt: Fraction(1, 3), log: 0}.get(node.operation)


def around(box: tuple[float, float]) -> Range:
    """The ends of a box, a little wider."""
    wide = max(box[1] - box[0], BESIDE * max(map(abs, box)))
    return ball(box[0] - wide), ball(box[1] + wide)


def place(zero: Tensor, x: Tensor, ends: Range, work: Work) -> Located | None:
    """The root of zero between the ends; None where there isn't exactly one."""
    try:
        found = located([zero], [x], [ends], work, everywhere=True)
    except (NotImplementedError, ZeroDivisionError):
        return None
    alone = len(found.roots) == 1 and not found.unsure and not found.left
    return found.roots[0] if alone else None


def alike(a: Tensor, b: Tensor) -> bool:
    """Whether graphs are one operation on the same."""
    same = a.operation is b.operation and a.inputs and a.attributes == b.attributes
    return a is b or bool(same and all(x is y for x, y in zip(a.inputs, b.inputs, strict=True)))


def _one(a: Located, b: Located) -> bool:
    """Whether two ties are at one place for certain."""
    return a.exact and b.exact and BALLS.equal(a.at[0], b.at[0]) is True


def tie(node: Tensor) -> Tensor | None:
    """What is 0 where an operation has its tie."""
    name, inputs = node.operation.name, node.inputs
    if name in ("max", "min") or compares(node.operation):
        return inputs[0] - inputs[1]
    return inputs[0] if name in ("abs", "relu", "sign", "heaviside") else None


def beside(node: Tensor, sign: int) -> Tensor:
    """The branch of an operation where what is 0 at its tie has a sign."""
    a, *others = node.inputs
    match node.operation.name:
        case "abs":
            return a if sign > 0 else -a
        case "relu":
            return a if sign > 0 else ZERO
        case "max":
            return a if sign > 0 else others[0]
        case "min":
            return others[0] if sign > 0 else a
    jump = node.operation.jumps
    return constant(jump.sided(BALLS, sign, *node.inputs))


def replaced(f: Tensor, by: Mapping[Tensor, Tensor]) -> Tensor:
    return rebuilt(topological([f]), applied, by)[f]
