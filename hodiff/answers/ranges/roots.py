"""Every root in a box, with proof: that it is there, that it is alone, that there are no others.

Isolated in doubles (isolate.py), what these leave open in balls; then each root is narrowed by
Newton's step in balls until its digits are told. A quotient of polynomials in one variable is done
by FLINT, with multiplicities (quotients.py). What is not decided is handed back as boxes with the
reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers import digits, faults
from hodiff.answers.intervals import hull
from hodiff.answers.ranges.isolate import (
    Ends,
    Hunt,
    System,
    Work,
    isolated,
    over,
    rough,
    smoothness,
)
from hodiff.answers.ranges.located import (
    BITS,
    DECIDED,
    Located,
    Range,
    Unsure,
    distinct,
    is_exact,
    tightly,
    within,
)
from hodiff.answers.ranges.merged import columns, merged, pairs
from hodiff.answers.ranges.quotients import SHORT, Quotient, as_quotient, of_polynomial, simplest
from hodiff.answers.ranges.together import Asked
from hodiff.arithmetic import ball_numbers, box_numbers
from hodiff.arithmetic.ball_numbers import PiMultiple, ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import SMOOTH, UNBROKEN, Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.engine.graph import CONSTANT, Tensor
from hodiff.engine.operations.elementary import div, mul, neg, pow

MOST_SETTLED = 4000  # boxes in balls, of all that is left open; and of one part of it:
MOST_OF_ONE = 400
SMALLEST = 2.0**-80  # of the range: a box that is split no more
NEAR = 2.0**-60  # of a number: the same
MOST_STEPS = 200  # of Newton at one precision
MOST_PARTS = 12  # that open boxes are merged into
MOST_ORDER = 8  # of a multiple root
MOST_MISSES = 12  # of those boxes that are not known, before others are let be
MOST_CROWD = 64  # boxes of several variables that are looked at one by one
CROWD = 3  # boxes, or more, around a place that may be one
ZERO_WITH = {"sqrt", "cbrt", "abs", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "expm1",
             "log1p", "erf"}  # what is 0 where its argument is, and nowhere else  # fmt: skip


Pairs = list[tuple[float, float]]


class Outcome(NamedTuple):
    """What a search found.

    roots   in order
    unsure  what is left open, in boxes
    left    what wasn't searched: merged to a few boxes
    notes   what has to be said
    """

    roots: list[Located]
    unsure: list[Unsure]
    left: list[list[tuple[float, float]]]
    notes: list[str]


def located(
    functions: Sequence[Tensor],
    variables: Sequence[Tensor],
    ranges: Sequence[Range],
    work: Work,
    fixed: Mapping[Tensor, Any] | None = None,
    first: int | None = None,
    told: Callable[[float, int], None] = lambda done, found: None,
    everywhere: bool = False,
    settles: Callable[[Pairs], bool] = lambda box: False,
) -> Outcome:
    """The common roots of as many functions as there are variables, over ranges.

    fixed: what other variables are at. first: the search may end when so many are found.
    everywhere: what is 0/0 somewhere is open there, for it may be 0; else it has no value there.
    settles: whether what is in a box, of many open ones close together, is found otherwise.
    Raises NotImplementedError for what has no form in boxes.
    """
    fixed = dict(fixed or {})
    begun = _begun(functions, variables, ranges, fixed, everywhere)
    needs, orders = begun.needs, begun.orders
    notes: list[str] = []
    if isinstance(begun.search, Quotient):
        with precision(DECIDED[0]):
            found = of_polynomial(begun.search.a, orders[0])
        return _checked(found, [], [], needs, variables, ranges, fixed, notes, everywhere)
    search = begun.search
    low, high = search.outer()
    order = orders[0] if len(orders) == 1 else 1
    roots: list[Located] = []

    def crowded(hunt: Hunt) -> None:
        misses = 0
        for box in crowds(hunt.left):
            if misses == MOST_MISSES:
                break
            root = search.multiple([hull(ball(a), ball(b)) for a, b in box], order)
            if root is not None or settles(box):
                roots.extend([] if root is None else [root])
                hunt.forget(*columns(box if root is None else root.alone))
            else:
                misses += 1

    with precision(BITS):
        result = isolated(search.system, low, high, work, first, told, crowded)
    roots += [search.located(box, tight, order) for box, tight in result.proven]
    settled, unsure = search.settle(merged(result.open, 0.5), work, order)
    left = merged(result.left, 0.5, MOST_PARTS)
    roots += settled
    return _checked(roots, unsure, left, needs, variables, ranges, fixed, notes, everywhere)


def crowds(boxes_: Sequence[Ends]) -> list[Pairs]:
    """Where many intervals lie close together; boxes one by one, while they are few."""
    if not boxes_ or len(boxes_[0][0]) > 1:
        return [pairs(box) for box in boxes_] if len(boxes_) <= MOST_CROWD else []
    low, high = (np.array([ends[i][0] for ends in boxes_]) for i in (0, 1))
    found = []
    for part in merged(boxes_, 32.0, MOST_PARTS):
        ((a, b),) = part
        found += [part] if np.sum((low >= a) & (high <= b)) >= CROWD else []
    return found


class _Begun(NamedTuple):
    """A search, in what is left of functions: see essence."""

    search: Quotient | _Search
    needs: list[Tensor]
    orders: list[int | None]


def _begun(
    functions: Sequence[Tensor],
    variables: Sequence[Tensor],
    ranges: Sequence[Range],
    fixed: Mapping[Tensor, Any],
    everywhere: bool,
) -> _Begun:
    reduced = [Essence(f, [], 1) if everywhere else essence(f) for f in functions]
    needs = [node for each in reduced for node in each.needs]
    orders = [each.order for each in reduced]
    graphs = [each.f for each in reduced]
    if len(variables) == 1 and not fixed:
        quotient = as_quotient(graphs[0], variables[0])
        if quotient is not None:
            needs += graphs * quotient.divides
            return _Begun(quotient, needs, orders)
    return _Begun(_Search(graphs, variables, ranges, fixed), needs, orders)


def asked(
    functions: Sequence[Tensor],
    variables: Sequence[Tensor],
    ranges: Sequence[Range],
    first: int | None,
    everywhere: bool = False,
) -> Asked | None:
    """What located asks of isolated; None where it asks nothing."""
    search = _begun(functions, variables, ranges, {}, everywhere).search
    return None if isinstance(search, Quotient) else Asked(search.system, *search.outer(), first)


# What a function is 0 with.


class Essence(NamedTuple):
    """f is 0 where this f is, and needs have values; order times as often, None where a root of it
    is a kink of the other."""

    f: Tensor
    needs: list[Tensor]
    order: int | None


def essence(f: Tensor) -> Essence:
    """f without what doesn't change where it is 0: factors, divisors, powers, abs, sqrt."""
    needs: list[Tensor] = []
    order: int | None = 1
    while True:
        operation, inputs = f.operation, f.inputs
        if operation is neg or (operation.name in ZERO_WITH):
            if operation.name in ("sqrt", "cbrt", "abs"):
                order = None
            f = inputs[0]
        elif operation is div:
            needs.append(div(1, inputs[1]))
            f = inputs[0]
        elif operation is mul and _never_zero(inputs[0]):
            needs.append(inputs[0])
            f = inputs[1]
        elif operation is mul and _never_zero(inputs[1]):
            needs.append(inputs[1])
            f = inputs[0]
        elif operation is pow and _positive(inputs[1]):
            n = inputs[1].attributes[0]
            order = order * n if order is not None and isinstance(n, int) else None
            f = inputs[0]
        else:
            return Essence(f, needs, order)


def _never_zero(x: Tensor) -> bool:
    return bool(x.operation.never_zero) or (x.operation is CONSTANT and x.attributes[0] != 0)


def _positive(x: Tensor) -> bool:
    return x.operation is CONSTANT and x.attributes[0] > 0


# The search, in doubles and in balls.


class _Search:
    def __init__(
        self,
        functions: Sequence[Tensor],
        variables: Sequence[Tensor],
        ranges: Sequence[Range],
        fixed: Mapping[Tensor, Any],
    ) -> None:
        self.variables, self.ranges, self.fixed = list(variables), ranges, fixed
        self.functions = list(functions)
        slopes = [gradient(f, self.variables) for f in functions]
        given = {x: box_numbers.thin(value) for x, value in fixed.items()}
        self.system = System(functions, slopes, self.variables, given)
        self.values = Program(functions, BALLS)
        self.slopes = Program([*functions, *(y for row in slopes for y in row)], BALLS)

    def outer(self) -> tuple[list[float], list[float]]:
        """The ranges in doubles, rounded outward."""
        return (
            [box_numbers.thin(low).low for low, _ in self.ranges],
            [box_numbers.thin(high).high for _, high in self.ranges],
        )

    def at(self, program: Program, x: Sequence[Any]) -> list[Any]:
        values = program.values({**self.fixed, **dict(zip(self.variables, x, strict=True))})
        return [values[id(y)] for y in program.outputs]

    def smooth(self, x: Sequence[Any], needed: int = SMOOTH) -> bool:
        """Whether all functions are that smooth all over a box of balls, by a look in doubles."""
        low, high = zip(*map(box_numbers.ends, x), strict=True)
        if not np.isfinite([low, high]).all():
            return False
        with BOXES.quietly():
            _, _, smooth, sloped = over(self.system, np.array([low]), np.array([high]))
        return bool(smooth[0] >= needed and (needed < SMOOTH or sloped[0] >= UNBROKEN))

    def step(self, x: Sequence[Any]) -> tuple[list[Any] | None, bool]:
        """What Newton's step makes of a box of balls, None where there is none; and whether the
        values in the middle and the slopes rule a root out."""
        d = len(x)
        centre = [ball(y).mid() for y in x]
        values = [ball(y) for y in self.at(self.values, centre)]
        found = [ball(y) for y in self.at(self.slopes, x)[d:]]
        if not all(map(BALLS.finite, (*values, *found))):
            return None, False
        apart = [ball(y) - c for y, c in zip(x, centre, strict=True)]
        rows = [found[d * i : d * i + d] for i in range(d)]
        for value, row in zip(values, rows, strict=True):
            if not (value + sum(a * b for a, b in zip(row, apart, strict=True))).contains(0):
                return None, True
        if d == 1:
            return (None if found[0].contains(0) else [centre[0] - values[0] / found[0]]), False
        inverse = _inverse([[y.mid() for y in row] for row in rows])
        if inverse is None:
            return None, False
        step = []
        for i in range(d):
            total = centre[i]
            for k in range(d):
                total = total - inverse[i][k] * values[k]
            for j in range(d):
                rest = ball(int(i == j)) - sum(inverse[i][k] * rows[k][j] for k in range(d))
                total = total + rest * apart[j]
            step.append(total)
        return step, False

    def narrow(self, x: list[Any]) -> list[Any]:
        """A box that holds one root, narrowed as far as the precision goes."""
        for _ in range(MOST_STEPS):
            step, _ = self.step(x)
            if step is None:
                break
            try:
                new = [a.intersection(b) for a, b in zip(map(ball, x), step, strict=True)]
            except ValueError:  # apart by rounding alone
                break
            narrower = any(b.rad() < 0.5 * ball(a).rad() for a, b in zip(x, new, strict=True))
            x = [a if is_exact(a) else b for a, b in zip(x, new, strict=True)]
            if not narrower or all(map(_narrow, x)):
                break
        return x

    def located(self, alone: Ends, tight: Ends, order: int | None) -> Located:
        """A root that is proven to be alone in a box, and to lie in a part of it."""
        with precision(DECIDED[0]):
            at = self.narrow([hull(*map(ball, pair)) for pair in pairs(tight)])
            return Located(pairs(alone), self.known(at), self.narrow, order, DECIDED[0])

    def known(self, at: list[Any]) -> list[Any]:
        """The coordinates of a root as exact numbers, where they are: what is simple, a multiple of
        pi or an end of the range, if all functions are 0 there."""
        for candidate in product(*map(self.candidates, at, self.ranges)):
            if all(BALLS.equal(y, 0) for y in self.at(self.values, candidate)):
                return list(candidate)
        return at if len(at) == 1 else self.partly_known(at)

    def candidates(self, x: Any, span: Range) -> list[Any]:
        found = [end for end in span if ball(x).overlaps(ball(end)) and BALLS.finite(end)]
        q = simplest(x)
        if q is not None:
            found.append(q)
        turns = simplest(ball(x) / ball(BALLS.pi()), SHORT // 2)
        if turns:
            found.append(PiMultiple(turns))
        return found

    def partly_known(self, at: list[Any]) -> list[Any]:
        """Of some coordinates that make as many functions 0 whatever the others are: these with
        their numbers, where the other functions have a root with them."""
        options = [[c for c in self.candidates(x, span) if is_exact(c)][:1]
                   for x, span in zip(at, self.ranges, strict=True)]  # fmt: skip
        own = [i for i, c in enumerate(options) if c]
        while own:
            mixed = [options[i][0] if i in own else x for i, x in enumerate(at)]
            values = self.at(self.values, mixed)
            zero = [k for k, y in enumerate(values) if BALLS.equal(y, 0)]
            if len(zero) == len(own) < len(at):
                rest = [i for i in range(len(at)) if i not in own]
                part = _Search(
                    [f for k, f in enumerate(self.functions) if k not in zero],
                    [self.variables[i] for i in rest],
                    [self.ranges[i] for i in rest],
                    {**self.fixed, **{self.variables[i]: options[i][0] for i in own}},
                )
                wide = [_wider(at[i], 8) for i in rest]
                step, _ = part.step(wide)
                inside = step is not None and all(
                    w.contains_interior(s) for w, s in zip(wide, step, strict=True)
                )
                if inside and part.smooth(wide):
                    return mixed
            own = own[:-1]
        return at

    def settle(
        self, parts: list[list[tuple[float, float]]], work: Work, order: int | None
    ) -> tuple[list[Located], list[Unsure]]:
        """What doubles left open, looked at in balls."""
        roots: list[Located] = []
        unsure: list[Unsure] = []
        total = MOST_SETTLED
        with precision(BITS):
            spans = [float(ball(b) - ball(a)) for a, b in self.ranges]
            for part in parts:
                x = [hull(ball(a), ball(b)) for a, b in part]
                root = self.multiple(x, order) or self.at_an_end(part)
                if root is not None:
                    roots.append(root)
                    continue
                found, open_, spent = self.split(x, spans, min(MOST_OF_ONE, total), work)
                total -= spent
                for alone, tight in found:
                    at = self.known(self.narrow(tight))
                    own = [*map(box_numbers.ends, alone)]
                    roots.append(Located(own, at, self.narrow, order, BITS))
                ends = [columns([*map(box_numbers.ends, y)]) for y in open_]
                boxes_ = merged(ends, 0.5, MOST_PARTS)
                unsure += [Unsure(box, self.reason(box)) for box in boxes_]
        return roots, unsure

    def split(
        self, x: list[Any], spans: list[float], most: int, work: Work
    ) -> tuple[list[tuple[list[Any], list[Any]]], list[list[Any]], int]:
        """A box of balls: (roots with what they are alone in, what stays open, boxes)."""
        found, open_, stack, spent = [], [], [x], 0
        while stack:
            x = stack.pop()
            if spent >= most or work.ended:
                open_.append(x)
                continue
            spent += 1
            wide = [_wider(y, 0.25) for y in x]
            if any(BALLS.finite(y) and not ball(y).contains(0) for y in self.at(self.values, x)):
                continue
            step, none = self.step(wide)
            unbroken = (none or step is not None) and self.smooth(wide, UNBROKEN)
            if none and unbroken:
                continue
            if step is not None and unbroken:
                if not all(a.overlaps(b) for a, b in zip(wide, step, strict=True)):
                    continue
                if all(map(_interior, wide, step)) and self.smooth(wide):
                    found.append((wide, step))
                    continue
                new = [
                    a.intersection(b) if a.overlaps(b) else a for a, b in zip(x, step, strict=True)
                ]
                if all(b.rad() < 0.6 * a.rad() for a, b in zip(x, new, strict=True)):
                    stack.append(new)
                    continue
            widths = [float(y.rad()) * 2 for y in x]
            if all(w <= max(NEAR * abs(float(y)), SMALLEST * s)
                   for w, y, s in zip(widths, x, spans, strict=True)):  # fmt: skip
                open_.append(x)
                continue
            i = max(range(len(x)), key=lambda i: widths[i] / spans[i])
            a, b = x[i].lower(), x[i].upper()
            cut = a + (b - a) * ball(0.4871)
            stack += [
                [*x[:i], hull(cut.mid(), b), *x[i + 1 :]],
                [*x[:i], hull(a, cut.mid()), *x[i + 1 :]],
            ]
        return found, open_, spent

    def multiple(self, x: list[Any], order: int | None) -> Located | None:
        """In one variable a root of any order that is a number: where f and its derivatives below
        that order are 0 there, and the next is 0 nowhere in the box (Rolle), it is the only one."""
        if len(x) > 1 or not self.smooth([_wider(x[0], 0.25)]):
            return None
        for candidate in self.candidates(x[0], self.ranges[0]):
            if not is_exact(candidate):
                continue
            y, n = self.functions[0], 0
            while n < MOST_ORDER:
                program = Program([y], BALLS)
                if BALLS.equal(self.at(program, [candidate])[0], 0) is not True:
                    break
                y, n = gradient(y, self.variables)[0], n + 1
            if n > 1:
                wide = [_wider(x[0], 0.25)]
                top = self.at(Program([y], BALLS), wide)[0]
                if BALLS.finite(top) and not ball(top).contains(0):
                    found = Located([box_numbers.ends(wide[0])], [candidate], self.narrow, n)
                    found.multiplicity = None if order is None else n * order
                    return found
        return None

    def at_an_end(self, part: list[tuple[float, float]]) -> Located | None:
        """In one variable the end of the range, where it is a root, and the slope has one sign from
        there on: also where it begins infinite, as that of sqrt."""
        for i, end in enumerate(self.ranges[0]) if len(part) == 1 else ():
            x = box_numbers.thin(end) if is_exact(end) else None
            if x is None or x.low != x.high or not part[0][0] <= x.low <= part[0][1]:
                continue
            if BALLS.equal(self.at(self.values, [end])[0], 0) is not True:
                continue
            alone = (float(x.low), part[0][1]) if i == 0 else (part[0][0], float(x.low))
            with BOXES.quietly():
                _, slopes, smooth, _ = over(self.system, *(np.array([[y]]) for y in alone))
            slope = slopes[0][0]
            if smooth[0] >= UNBROKEN and (slope.low[0] > 0 or slope.high[0] < 0):
                return Located([alone], [end], self.narrow, None)
        return None

    def reason(self, box: list[tuple[float, float]]) -> str:
        """Why it isn't decided whether there is a root in a box."""
        low, high = (np.array([[pair[i] for pair in box]]) for i in (0, 1))
        with BOXES.quietly():
            point = {x: Box(low[:, i], high[:, i]) for i, x in enumerate(self.variables)}
            program = self.system.values
            values = program.values({**self.system.fixed, **point})
        name = "EXPR" if len(self.functions) == 1 else "a component"
        if all(np.all(values[id(y)].low == 0) and np.all(values[id(y)].high == 0)
               for y in program.outputs):  # fmt: skip
            return f"{name} is 0 all over it"
        node = rough(program.order, values)
        if node is not None:
            broken = smoothness(node, values) < UNBROKEN
            return faults.there(node, broken) + self.turns(box, broken)
        slope = "slope" if len(box) == 1 else "Jacobian"
        zero = "0" if len(box) == 1 else "singular"
        return (
            f"the {slope} may be {zero} there: a multiple root, roots close together, or none"
            + self.turns(box, False)
        )

    def turns(self, box: list[tuple[float, float]], broken: bool) -> str:
        """What the signs at the ends tell: of one function that doesn't jump."""
        if len(box) > 1 or broken:
            return ""
        ends = [self.at(self.values, [ball(x)])[0] for x in box[0]]
        signs = {BALLS.less(0, y) for y in ends if BALLS.finite(y) and BALLS.equal(y, 0) is False}
        return "; it changes its sign there: at least one root" if signs == {True, False} else ""


def _narrow(x: Any) -> bool:
    """Whether a ball is as narrow as the precision gives, or is next to nothing."""
    if is_exact(x):
        return True
    bits = ball_numbers.FLINT.bits
    rad = x.rad()
    return bool(rad <= abs(x.mid()) * ball(2) ** (4 - bits) or rad <= ball(2) ** (-2 * bits - 64))


def _interior(wide: Any, step: Any) -> bool:
    return bool(wide.contains_interior(step))


def _wider(x: Any, share: float) -> Any:
    """A ball around the same middle, wider by a share and by some bits."""
    x = ball(x)
    more = x.rad() * share + abs(x.mid()) * ball(2) ** (8 - ball_numbers.FLINT.bits)
    more = more + ball(2) ** (-4 * ball_numbers.FLINT.bits)
    return x + hull(-more, more)


def _inverse(rows: list[list[Any]]) -> list[list[Any]] | None:
    """The inverse of a matrix of numbers, at the precision that there is: so that Newton's steps
    double the digits."""
    from flint import arb_mat  # start-up: brings FLINT

    try:
        found = arb_mat(rows).inv()
    except ZeroDivisionError:
        return None
    n = len(rows)
    return [[found[i, j].mid() for j in range(n)] for i in range(n)]


# What becomes of what was found.


def _checked(
    roots: list[Located],
    unsure: list[Unsure],
    left: list[list[tuple[float, float]]],
    needs: Sequence[Tensor],
    variables: Sequence[Tensor],
    ranges: Sequence[Range],
    fixed: Mapping[Tensor, Any],
    notes: list[str],
    everywhere: bool,
) -> Outcome:
    """Roots once each, in order, inside the ranges, where all has a value."""
    kept: list[Located] = []
    unsure = list(unsure)
    program = Program(needs, BALLS)
    for root in distinct(roots):
        inside = within(root, ranges)
        if inside is None:
            unsure.append(Unsure(tightly(root), "a root, so near to an end of the range that it"
                                                " can't be told whether inside"))  # fmt: skip
        if not inside:
            continue
        fault = undefined(root, program, variables, fixed) if needs else None
        if fault is None:
            kept.append(root)
        elif root.exact and not everywhere:
            at = ", ".join(f"{x.attributes[0]}={digits.told(a, last=True)}"
                           for x, a in zip(variables, root.at, strict=True))  # fmt: skip
            notes.append(f"no root at {at}: EXPR has no value there")
        else:
            unsure.append(Unsure(tightly(root), faults.there(fault, True)))
    return Outcome(kept, unsure, left, list(dict.fromkeys(notes)))


def undefined(
    root: Located, program: Program, variables: Sequence[Tensor], fixed: Mapping[Tensor, Any]
) -> Tensor | None:
    """A node that is needed and has no value at a root."""
    for bits in DECIDED:
        with precision(bits):
            point = {**fixed, **dict(zip(variables, root.now(), strict=True))}
            values = program.values(point)
            if all(BALLS.finite(values[id(y)]) for y in program.outputs):
                return None
    culprit = faults.culprit(program, values, set(program.order))
    return program.outputs[0] if culprit is None else culprit
