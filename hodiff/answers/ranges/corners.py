"""Where a function of one variable has a corner, and how it goes on to both sides.

In a box that holds one tie (of abs, relu, max, min, clip, or of a condition) the function is one
smooth branch before the tie and another after it. The tie is a root, which roots.py locates; each
branch is a graph of its own, whose slope keeps its sign over the whole box, or the corner is open.

Where a root or a power u**p is of something that is 0 there, no bound of the slope over the box
holds: it may be infinite. Such a node v is a variable of its own then, and the slope f_x + f_v*v'.
Where u has a root of order m, u/d**m and u'/d**(m - 1) are bounded in the distance d, by Lagrange's
remainder; so is v'/d**(m*p - 1). Likewise f_x and f_v are powers of d, times what has bounds, and
the slope without its least power of d has a sign again. So is a slope that is 0 at the tie alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import factorial
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.ranges.isolate import Work, rough
from hodiff.answers.ranges.located import DECIDED, Located, Range, distinct, within
from hodiff.answers.ranges.roots import Essence, Outcome, essence, located
from hodiff.arithmetic import box_numbers
from hodiff.arithmetic.ball_numbers import ball, direction, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.derivatives import components, gradient
from hodiff.engine.exact import rational
from hodiff.engine.graph import CONSTANT, ZERO, Tensor, constant, topological, variable
from hodiff.engine.operations.elementary import add, cbrt, hypot, neg, pow, sqrt
from hodiff.engine.operations.piecewise import compares, where
from hodiff.engine.operations.reductions import norm
from hodiff.engine.passes import applied, depending, rebuilt

CONTINUOUS = ("abs", "relu", "max", "min")  # whatever they are of
MOST_TIES = 8  # in one corner
TIE_WORK = 2_000_000  # nodes of boxes, for the place of one tie
MOST_ORDER = 12  # of what is 0 at a place
BESIDE = 2.0**-48  # how far beside a box a tie is looked for, relatively


class Corner(NamedTuple):
    """A place, and the sign of the slope just before it and after it, and all over the box: 0 where
    that is 0, None where it is open or there is none.

    powers  of the distance, which the slope goes with there, on both sides: below 0 where it is
            infinite, above 0 where it is 0
    ends    whether f is undefined before it, and after it
    f       has the value there that f has, with 0 for the roots of what is 0
    """

    root: Located
    before: int | None
    after: int | None
    powers: tuple[Fraction, Fraction]
    ends: tuple[bool, bool]
    f: Tensor

    @property
    def monotone(self) -> bool:
        """Whether f rises or falls to both sides, as far as it has values there."""
        return bool((self.before or self.ends[0]) and (self.after or self.ends[1]))


def corner(f: Tensor, x: Tensor, box: tuple[float, float]) -> Corner | None:
    """The corner of f in a box; None where there isn't one alone, or nothing is known of it.

    Cost: a search for the place of each tie, and a few runs of f and of its slope.
    """
    places: dict[Tensor, Located] = {}
    sides = [Side(f, x, box, sign, places) for sign in (-1, 1)]
    known = [side for side in sides if side.split()]
    if not known or not places:
        return None
    root = next(iter(places.values()))
    with precision(DECIDED[0]):
        if any(side.jumps for side in known):
            values = Program([f, *(side.f for side in known)], BALLS).results({x: root.now()[0]})
            if not all(BALLS.equal(y, values[0]) is True for y in values):
                return None
        slopes = [side.slope() if side in known else (None, Fraction(0)) for side in sides]
    (before, first), (after, second) = slopes
    ends = sides[0].undefined, sides[1].undefined
    here = _replaced(known[0].inner, dict.fromkeys(known[0].powers, ZERO))
    return Corner(root, before, after, (first, second), ends, here)


class Power(NamedTuple):
    """What something is in the distance d from the place, on one side of it: y/d**order lies in the
    ball value. For y itself, of x, y'/d**(order - 1) lies in slope."""

    value: Any
    order: Fraction
    slope: Any = None


class Side:
    """A function to one side of its ties, which are all at one place.

    f       as it is there, of x alone
    powers  the roots and powers of what is 0 at the place, as variables of inner
    undefined  whether f has no value there
    """

    def __init__(
        self, f: Tensor, x: Tensor, box: tuple[float, float], sign: int,
        places: dict[Tensor, Located],
    ) -> None:  # fmt: skip
        self.f = self.inner = f
        self.x, self.box, self.sign, self.places = x, box, sign, places
        self.ends = around(box)
        self.powers: dict[Tensor, Power] = {}
        self.written: dict[Tensor, Tensor] = {}
        self.jumps = False
        self.undefined = False

    def split(self) -> bool:
        """Whether the branch is found, and smooth."""
        for _ in range(MOST_TIES):
            program = Program([self.inner], BOXES)
            given = {v: self.bounds(power) for v, power in self.powers.items()}
            with BOXES.quietly():
                point = {self.x: Box(np.array(self.box[:1]), np.array(self.box[1:]))}
                values = program.values(point | given)
            node = rough(program.order, values)
            if node is None:
                return True
            if node.operation.name == "clip":
                assert node.operation.definition is not None
                self.put(node, node.operation.definition(*node.inputs))
            elif node.operation in (hypot, norm):
                parts = node.inputs if node.operation is hypot else components(node.inputs[0])
                self.put(node, sqrt(reduce(add, [y**2 for y in parts])))
            elif not (self.tied(node) if _exponent(node) is None else self.powered(node)):
                return False
        return False

    def tied(self, node: Tensor) -> bool:
        """Puts the branch of a node that has a tie in its place."""
        zero = _zero(node)
        if zero is None or not zero.requires_grad:
            return False
        if not self.powers.keys().isdisjoint(topological([zero])):
            with precision(DECIDED[0]):
                sign = direction(self.measured([zero])[0].value)
        else:
            zero = _replaced(zero, self.written)
            if self.place(zero) is None:
                return False
            with precision(DECIDED[0]):
                (y,) = Program([zero], BALLS).results({self.x: self.ends[self.sign > 0]})
                sign = direction(y) if BALLS.finite(y) else None
        if not sign:
            return False
        self.jumps |= node.operation.name not in CONTINUOUS
        self.put(node, _beside(node, sign))
        return True

    def powered(self, node: Tensor) -> bool:
        """Puts a variable in the place of a root or a power."""
        u, p = node.inputs[0], _exponent(node)
        assert p is not None
        inner = self.powers.get(u) or self.smooth(u)
        if inner is None or not direction(inner.value):
            return False
        if inner.value < 0 and node.operation is not cbrt:
            chooses = any(y.operation is where for y in topological([self.inner]))
            self.undefined = inner.order > 0 and not chooses
            return False
        with precision(DECIDED[0]):
            size = abs(inner.value)
            value = size ** ball(p) if inner.value > 0 else -(size ** ball(p))
            slope = ball(p) * size ** ball(p - 1) * inner.slope
        v = variable(f"v{len(self.powers)}")
        self.written[v] = _replaced(node, self.written)
        self.powers[v] = Power(value, inner.order * p, slope)
        self.inner = _replaced(self.inner, {node: v})
        return True

    def smooth(self, u: Tensor) -> Power | None:
        """u, of x alone, in the distance from the place; None where its order there isn't known."""
        if not self.powers.keys().isdisjoint(topological([u])):
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
        if zero not in self.places:
            found = place(zero, self.x, self.ends, Work(TIE_WORK))
            if found is None or not all(_one(found, other) for other in self.places.values()):
                return None
            self.places[zero] = found
        return self.places[zero]

    def put(self, node: Tensor, by: Tensor) -> None:
        self.inner = _replaced(self.inner, {node: by})
        self.f = _replaced(self.inner, self.written)

    def half(self) -> Any:
        """All x from the place on, in a ball."""
        at = next(iter(self.places.values())).now()[0]
        return ball(at).union(self.ends[self.sign > 0])

    def within(self, power: Any) -> Any:
        """A power of the distance, 0 or above, of all x from the place on."""
        if power == 0:
            return ball(1)
        x = self.half()
        width = (x - ball(next(iter(self.places.values())).now()[0])) * self.sign
        return ball(0).union(width.upper() ** ball(power))

    def bounds(self, power: Power) -> Box:
        with precision(DECIDED[0]):
            low, high = box_numbers.ends(power.value * self.within(power.order))
        return Box(np.array([low]), np.array([high]))

    def slope(self) -> tuple[int | None, Fraction]:
        """The slope's sign, and the power of the distance that it goes with; None where it is open,
        0 where it is 0."""
        first, *others = self.measured(gradient(self.inner, [self.x, *self.powers]))
        for y, v in zip(others, self.powers.values(), strict=True):
            first = self.sum(first, Power(y.value * v.slope, y.order + v.order - 1))
        return direction(first.value), first.order

    def measured(self, outputs: Sequence[Tensor]) -> list[Power]:
        """Graphs in x and the powers, each as a power of the distance; nan times it where there are
        no bounds."""
        order = topological(outputs, unknown=True)
        given = {v: y.value * self.within(y.order) for v, y in self.powers.items()}
        values = Program(outputs, BALLS).values({self.x: self.half(), **given})
        mixed = depending(order, list(self.powers), smoothly=False)
        needed = {*outputs, *(y for node in mixed for y in node.inputs)} - mixed
        found: dict[Tensor, Power] = {}
        for node in order:
            plain = values[id(node)]
            bounds = ball(0).nan()
            if not node.shape and BALLS.finite(plain):
                bounds = ball(plain)
            known: Power | None = None
            if node in self.powers:
                known = self.powers[node]
            elif not direction(bounds):
                if node in self.places or (node in needed and node.requires_grad):
                    known = self.smooth(node)
                if known is None:
                    known = self.by_rule(node, [found[y] for y in node.inputs])
            found[node] = Power(bounds, Fraction(0)) if known is None else known
        return [found[y] for y in outputs]

    def by_rule(self, node: Tensor, inputs: Sequence[Power]) -> Power | None:
        """A sum, a product or a power of powers of the distance; None for what is none of these."""
        match node.operation.name:
            case "add":
                return self.sum(*inputs)
            case "sub":
                return self.sum(inputs[0], Power(-inputs[1].value, inputs[1].order))
            case "neg":
                return Power(-inputs[0].value, inputs[0].order)
            case "mul":
                return Power(inputs[0].value * inputs[1].value, inputs[0].order + inputs[1].order)
            case "div":
                return Power(inputs[0].value / inputs[1].value, inputs[0].order - inputs[1].order)
            case "pow" if node.inputs[1].operation is CONSTANT:
                p = node.inputs[1].attributes[0]
                return (
                    Power(inputs[0].value ** ball(p), inputs[0].order * p) if rational(p) else None
                )
        return None

    def sum(self, a: Power, b: Power) -> Power:
        for y, other in ((a, b), (b, a)):
            if y.value == 0:
                return other
        least = min(a.order, b.order)
        terms = [y.value * self.within(y.order - least) for y in (a, b)]
        return Power(terms[0] + terms[1], least)


def _exponent(node: Tensor) -> Any:
    """p of a root or a power u**p that isn't smooth where u is 0."""
    if node.operation is pow and node.inputs[1].operation is CONSTANT:
        p = node.inputs[1].attributes[0]
        return p if rational(p) and p > 0 else None
    return {sqrt: Fraction(1, 2), cbrt: Fraction(1, 3)}.get(node.operation)


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


def _one(a: Located, b: Located) -> bool:
    """Whether two ties are at one place for certain."""
    return a.exact and b.exact and BALLS.equal(a.at[0], b.at[0]) is True


def _zero(node: Tensor) -> Tensor | None:
    """What is 0 where an operation has its tie."""
    name, inputs = node.operation.name, node.inputs
    if name in ("max", "min") or compares(node.operation):
        return inputs[0] - inputs[1]
    return inputs[0] if name in ("abs", "relu", "sign", "heaviside") else None


def _beside(node: Tensor, sign: int) -> Tensor:
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


def _replaced(f: Tensor, by: Mapping[Tensor, Tensor]) -> Tensor:
    return rebuilt(topological([f]), applied, by)[f]


def roots_at_corners(found: Outcome, f: Tensor, x: Tensor, span: Range, work: Work) -> Outcome:
    """What a search for the roots of f found, with those that are corners: of what it left open,
    while there is time."""
    if not found.unsure:
        return found
    roots, unsure = list(found.roots), []
    program, work = Program([f], BALLS), work.after()
    for box in found.unsure:
        at = None if work.ended else corner(f, x, box.box[0])
        inside = None if at is None else within(at.root, [span])
        if at is None or inside is None or not at.monotone:
            unsure.append(box)
            continue
        with precision(DECIDED[0]):
            values = Program([at.f], BALLS).results({x: at.root.now()[0]})
            for end, undefined in zip(box.box[0], at.ends, strict=True):
                values += [] if undefined else program.results({x: ball(end)})
            signs = [direction(y) if BALLS.finite(y) else None for y in values]
        if signs[0] == 0 and inside:
            roots.append(_as_root(at.root, box.box))
        elif inside and not (signs[0] and set(signs) == {signs[0]}):
            unsure.append(box)
    return found._replace(roots=distinct(roots), unsure=unsure)


def _as_root(tie: Located, alone: list[tuple[float, float]]) -> Located:
    return Located(alone, tie.at, lambda _: tie.now(), multiplicity=None)
