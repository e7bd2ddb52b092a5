"""Every minimum, maximum and saddle in a box, with proof, and the least and the largest value.

Stationary points are the roots of the gradient (roots.py): inside, on each face of the box in the
variables that are free there, and its corners. What a point is follows from the signs of the
Hessian's minors, in balls, and of the slopes into the box. Where EXPR may jump, or have a kink with
slopes of both signs, is handed back as boxes. Outside all of these no extremum can be, so that the
least value is one of theirs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from hodiff.answers.ranges.corners import Corner, Gap, compared, corner
from hodiff.answers.ranges.discontinuities import SMALLEST, broken, gathered, roughness
from hodiff.answers.ranges.divided import Over, divisors, over
from hodiff.answers.ranges.found import (
    CUSP,
    END,
    HOLE,
    INFLECTION,
    JUMP,
    KINK,
    MAXIMUM,
    MINIMUM,
    POLE,
    SADDLE,
    Break,
    Extrema,
    Pairs,
    Point,
)
from hodiff.answers.ranges.isolate import Work, contains_zero
from hodiff.answers.ranges.kinds import along, definite, tied
from hodiff.answers.ranges.located import DECIDED, Located, Range, Unsure, distinct, within
from hodiff.answers.ranges.merged import columns, merged
from hodiff.answers.ranges.roots import located
from hodiff.answers.ranges.sides import CONTINUOUS, by_logarithm
from hodiff.answers.ranges.ties import kink
from hodiff.arithmetic import box_numbers
from hodiff.arithmetic.ball_numbers import ball, direction, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import UNBROKEN, Box
from hodiff.arithmetic.boxes import BOXES, watched
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.engine.graph import Tensor, topological
from hodiff.engine.operations.elementary import exp, mul, neg, pow
from hodiff.engine.passes import applied, rebuilt

KINK_NODES = 300_000  # of boxes, that a look at a kink counts as
NEAR = 2.0  # of their widths: boxes that may belong to one corner


def extrema(
    f: Tensor,
    variables: Sequence[Tensor],
    ranges: Sequence[Range],
    work: Work,
    first: int | None = None,
    told: Callable[[float, int], None] = lambda done, found: None,
) -> Extrema:
    """All extrema and saddles of f over ranges. Raises NotImplementedError for what has no form in
    boxes."""
    slopes = gradient(f, list(variables))
    points: list[Point] = []
    with watched(lambda: work.ended):
        unsure = broken(f, slopes, variables, ranges)
    left: list[Pairs] = []
    patterns = sorted(product((None, 0, 1), repeat=len(variables)), key=lambda p: -p.count(None))
    face = Face(f, slopes, variables, ranges)
    for pattern in patterns:
        if first is not None and len(points) >= first:
            break
        here = face.at(pattern, work, first, told)
        points, unsure, left = points + here.points, unsure + here.unsure, left + here.left
    breaks: Sequence[Break] = ()
    if len(variables) == 1:
        corners, breaks, unsure = face.corners(unsure, work)
        points += corners
    return Extrema(points, gathered(unsure), left, breaks)


def inflections(
    f: Tensor,
    x: Tensor,
    span: Range,
    work: Work,
    first: int | None = None,
    told: Callable[[float, int], None] = lambda done, found: None,
) -> Extrema:
    """Where the curvature of f turns its sign."""
    (slope,) = gradient(f, [x])
    (second,) = gradient(slope, [x])
    found = located([second], [x], [span], work, None, first, told, everywhere=True)
    unsure, points = found.unsure, []
    for root in found.roots:
        kind = along(second, x, root.now, {})
        if kind is None:
            unsure.append(Unsure(root.alone, "the curvature is 0 there; whether it turns is open"))
        elif kind != INFLECTION:  # the curvature turns its sign
            points.append(Point(root.now, INFLECTION, False, root.alone))
    # At a kink, or where the slope is infinite, f bends, whatever the curvature's rule gives.
    rough = [*broken(f, [slope, second], [x], [span]), *broken(slope, [second], [x], [span])]
    return Extrema(points, gathered([*rough, *unsure]), found.left)


def stationary(f: Tensor, variables: Sequence[Tensor], ranges: Sequence[Range]) -> list[Over]:
    """The slopes of f over those of its divisors that may vanish in the ranges, without factors of
    f that are never 0. Each is 0 only where the first part is, or where f itself is broken, or
    divides by 0 in a branch that it doesn't take, and there a zero of that part tells nothing."""
    ends = [(box_numbers.thin(a).low, box_numbers.thin(b).high) for a, b in ranges]
    point = {
        x: Box(np.array([a]), np.array([b])) for x, (a, b) in zip(variables, ends, strict=True)
    }

    def rule(node: Tensor, inputs: list[Tensor]) -> Tensor:
        """A power with an exponent that moves, by its logarithm: where no other power is, f has no
        value, or is broken."""
        power = node.operation is pow and node.inputs[1].requires_grad
        if power and np.all(values[id(node.inputs[0])].low >= 0):
            return by_logarithm(applied(node, inputs))
        return applied(node, inputs)

    with BOXES.quietly():
        values = Program([f], BOXES).values(point)
        order = topological([f], unknown=True)
        f = rebuilt(order, rule)[f]
        while f.operation is exp:  # which rises with what is in it
            (f,) = f.inputs
        slopes = gradient(f, list(variables))
        values = Program([f, *slopes], BOXES).values(point)
    own, there = divisors(f), set(topological([f], unknown=True))

    def vanishes(divisor: Tensor) -> bool:
        return divisor in own and bool(np.any(contains_zero(values[id(divisor)])))

    found = []
    for slope in slopes:
        above, below = over(slope, vanishes)
        while above.operation in (mul, neg):
            rest = [y for y in above.inputs if not (y in there and y.operation.never_zero)]
            if len(rest) != 1:
                break
            (above,) = rest
        found.append(Over(above, below))
    return found


class Face:
    """The faces of a box, each with the points in it."""

    def __init__(
        self, f: Tensor, slopes: list[Tensor], variables: Sequence[Tensor], ranges: Sequence[Range]
    ) -> None:
        self.f, self.slopes = f, slopes
        self.variables, self.ranges = list(variables), list(ranges)
        self.zeros = stationary(f, variables, ranges)
        hessian = [gradient(slope, self.variables) for slope in slopes]
        self.hessian = hessian
        self.all = Program([f, *slopes, *(y for row in hessian for y in row)], BALLS)
        self.tied = any(y.operation.name in CONTINUOUS for y in topological([f]))
        self.found: list[tuple[Corner, list[Point | Break]]] = []
        self.divisors = [Program([*zero.below], BALLS) for zero in self.zeros]

    def at(
        self,
        pattern: Sequence[int | None],
        work: Work,
        first: int | None,
        told: Callable[..., None],
    ) -> Extrema:
        """The points of a face: of each variable that is fixed, the end."""
        free = [i for i, side in enumerate(pattern) if side is None]
        ends = {i: self.ranges[i][side] for i, side in enumerate(pattern) if side is not None}
        fixed = {self.variables[i]: end for i, end in ends.items()}
        points: list[Point] = []
        unsure: list[Unsure] = []
        left: list[Pairs] = []
        roots: list[Located]
        kinks: list[tuple[Located, str]] = []

        def settles(box: Pairs) -> bool:
            if len(self.variables) == 1:
                return self.settles(box)
            if work.done:
                return False
            work.spend(self.tied, KINK_NODES)
            found = self.kinked(self.whole(box, free, ends), free, ends, pattern)
            kinks.extend(found or [])
            return found is not None

        if free:
            found = located(
                [self.zeros[i].above for i in free], [self.variables[i] for i in free],
                [self.ranges[i] for i in free], work, fixed, first, told, everywhere=True,
                settles=settles,
            )  # fmt: skip
            roots = found.roots
            several = len(self.variables) > 1
            unsure += [Unsure(self.whole(x.box, free, ends), self.why(x, free, ends))
                       for x in found.unsure if not (several and settles(x.box))]  # fmt: skip
            left = [self.whole(box, free, ends) for box in found.left]
        else:
            roots = [Located([], [], lambda at: at)]
        once = set(map(id, distinct([root for root, _ in kinks])))
        for root, kind in kinks:
            if kind and id(root) in once:
                own = self.whole(root.alone, free, ends)
                now = self.coordinates(root, free, ends)
                points.append(Point(now, kind, bool(ends), own, KINK))
        for root in roots:
            now = self.coordinates(root, free, ends)
            what = self.kind(now, free, ends, pattern)
            if what is None and not free and (corner_ := self.kinked(
                    self.whole([], free, ends), free, ends, pattern)):  # fmt: skip
                ((_, what),) = corner_
            alone = self.whole(root.alone, free, ends)
            if what is None:
                reason = f"{OPEN_KIND} be, singular" if free else OPEN_END
                alone = self.near(now, alone)
                unsure.append(Unsure(alone, roughness(self.f, self.variables, alone) or reason))
            elif what:
                points.append(Point(now, what, bool(ends), alone))
        return Extrema(points, unsure, left)

    def kinked(
        self, box: Pairs, free: list[int], ends: Mapping[int, Any], pattern: Sequence[int | None]
    ) -> list[tuple[Located, str]] | None:
        """The kink in a box of a face, with what it is, "" for none of these; None where what the
        box has is open."""
        if not self.tied:
            return None
        found = kink(self.f, self.variables, free, box, ends)
        if found is None or found.root is None:
            return None if found is None else []
        root = found.root
        with precision(DECIDED[0]):
            spans = [self.ranges[i] for i in free]
            inside = [BALLS.less(a, x) and BALLS.less(x, b)
                      for x, (a, b) in zip(root.now(), spans, strict=True)]  # fmt: skip
        if not all(inside):
            beyond = within(root, spans) is False
            return [] if beyond else None
        kinds = {MINIMUM if sign > 0 else MAXIMUM for sign in found.signs}
        curved = definite(found.rows) if found.rows else None
        kinds |= {curved} if curved else set()
        for i, signs in found.slopes.items():
            if len(signs) != 1 or not signs <= {-1, 1}:
                return None
            rises = (sum(filter(None, signs)) > 0) == (pattern[i] == 0)
            kinds.add(MINIMUM if rises else MAXIMUM)
        if len(kinds) > 1:
            return [(root, "" if ends else SADDLE)]
        return None if found.rows and curved is None else [(root, kinds.pop())]

    def coordinates(
        self, root: Located, free: list[int], ends: Mapping[int, Any]
    ) -> Callable[[], list[Any]]:
        def now() -> list[Any]:
            inside = dict(zip(free, root.now(), strict=True))
            return [inside[i] if i in inside else ends[i] for i in range(len(self.ranges))]

        return now

    def whole(self, box: Pairs, free: list[int], ends: Mapping[int, Any]) -> Pairs:
        """A box of the free variables as one of all, inside the ranges."""
        inside = dict(zip(free, box, strict=True))
        found = []
        for i, (low, high) in enumerate(self.ranges):
            a, b = inside[i] if i in inside else box_numbers.ends(ends[i])
            found.append((max(a, box_numbers.ends(low)[0]), min(b, box_numbers.ends(high)[1])))
        return found

    def near(self, now: Callable[[], list[Any]], alone: Pairs) -> Pairs:
        """A box around a point, smaller than that in which it is alone."""
        found = []
        for x, (a, b), (low, high) in zip(now(), alone, self.ranges, strict=True):
            (first, last), width = box_numbers.ends(x), SMALLEST * float(ball(high) - ball(low))
            found.append((max(a, first - width), min(b, last + width)))
        return found

    def why(self, x: Unsure, free: list[int], ends: Mapping[int, Any]) -> str:
        """Of a box that stays open the reason in f, not in its slopes."""
        rough = roughness(self.f, self.variables, self.whole(x.box, free, ends))
        if rough is not None:
            return rough + (self.turned(x.box[0]) if len(self.variables) == len(free) == 1 else "")
        return x.reason.replace("EXPR is 0", "the slope is 0").replace(
            "the slope may be 0 there: a multiple root, roots close together, or none",
            "stationary points close together, one with a singular Hessian, or none",
        ).replace(
            "the Jacobian may be singular there: a multiple root, roots close together, or none",
            "stationary points close together, one with a singular Hessian, or none",
        ).replace("a root", "a stationary point")  # fmt: skip

    def corners(
        self, unsure: Sequence[Unsure], work: Work
    ) -> tuple[list[Point], list[Break], list[Unsure]]:
        """The points that corners of f of one variable are, while there is time, its breaks, and
        what is left open. Boxes that lie close are looked at as one at first, then each, the widest
        first."""
        work = work.after()
        rest: list[Unsure] = []
        joined = [interval for (interval,) in merged([columns(x.box) for x in unsure], NEAR)]
        parts: dict[tuple[float, float], list[Unsure]] = {interval: [] for interval in joined}
        starts = [low for low, _ in joined]
        for x in sorted(unsure, key=lambda x: x.box[0][0] - x.box[0][1]):
            parts[joined[bisect_right(starts, x.box[0][0]) - 1]].append(x)
        for interval, boxes in parts.items():
            settled: list[tuple[float, float]] = []
            for low, high in dict.fromkeys((interval, *(x.box[0] for x in boxes))):
                if work.ended or any(a <= low and high <= b for a, b in settled):
                    continue
                settled += [(low, high)] if self.settles([(low, high)]) else []
            for x in boxes:
                low, high = x.box[0]
                rest += [] if any(a <= low and high <= b for a, b in settled) else [x]
        once = set(map(id, distinct([at.root for at, _ in self.found])))
        each = [y for at, told in self.found if id(at.root) in once for y in told]
        points = [y for y in each if isinstance(y, Point)]
        return points, [y for y in each if isinstance(y, Break)], rest

    def settles(self, box: Pairs) -> bool:
        """Whether one corner of f of one variable is all that there is in a box: it is kept then,
        where it lies in the range."""
        at = corner(self.f, self.variables[0], box[0])
        inside = None if at is None else within(at.root, self.ranges)
        told = None if at is None else self.turning(at, box)
        if at is None or inside is None or told is None:
            return False
        self.found += [(at, told)] if inside else []
        return True

    def turning(self, found: Corner, alone: Pairs) -> list[Point | Break] | None:
        """The extremum that a corner is, if it is one, and the break; None where that is open."""
        with precision(DECIDED[0]):
            at_end = [BALLS.equal(found.root.now()[0], end) is True for end in self.ranges[0]]
        last = not any(at_end) and any(found.ends)
        at_end = [a or b for a, b in zip(at_end, found.ends, strict=True)]
        # At an end of the range, or of the domain, one side alone counts.
        rises: Sequence[int | None] = [
            None if slope is None else side * slope
            for side, slope, out in zip((-1, 1), (found.before, found.after), at_end, strict=True)
            if not out
        ]
        if not rises or not all(rises):
            return None
        breaks: list[Point | Break] = []
        if found.gap is not None:
            limits = [None if out else y for out, y in zip(at_end, found.gap.limits, strict=True)]
            gap = found.gap._replace(limits=(limits[0], limits[1]))
            what, beside = _what(gap), _beside(gap, rises)
            what = _what(found.gap) if what == END else what
            if beside is None:
                return None
            breaks, rises = ([Break(found.root, what, gap)] if what else []), beside
        if len(set(rises)) != 1:
            return breaks
        kind = MINIMUM if rises[0] == 1 else MAXIMUM
        sharp = END if last else None
        if not any(at_end) and min(found.powers) <= 0 and found.gap is None:
            sharp = CUSP if max(found.powers) < 0 else KINK
        return [*breaks, Point(found.root.now, kind, any(at_end), alone, sharp, found.f)]

    def turned(self, interval: tuple[float, float]) -> str:
        """What the slope says to both sides of an interval in which f is continuous."""
        (x,), (slope,) = self.variables, self.slopes
        program = Program([slope], BALLS)
        signs = []
        with precision(DECIDED[0]):
            for end in interval:
                (y,) = program.results({x: ball(end)})
                signs.append(direction(y) if BALLS.finite(y) else None)
        with BOXES.quietly():
            point = {x: Box(np.array(interval[:1]), np.array(interval[1:]))}
            unbroken = np.min(Program([self.f], BOXES).values(point)[id(self.f)].smooth) >= UNBROKEN
        if not unbroken or signs not in ([-1, 1], [1, -1]):
            return ""
        return f"; there is a {MINIMUM if signs[0] == -1 else MAXIMUM} in it"

    def kind(
        self,
        now: Callable[[], list[Any]],
        free: list[int],
        ends: Mapping[int, Any],
        pattern: Sequence[int | None],
    ) -> str | None:
        """What a point is; "" for none of these, None where it is open."""
        d = len(self.variables)
        rises: set[int | None] = {None}
        for bits in DECIDED:
            with precision(bits):
                point = dict(zip(self.variables, now(), strict=True))
                values = self.all.values(point)
                found = [values[id(y)] for y in self.all.outputs]
                if not BALLS.finite(found[0]):
                    return ""  # it has no value: told as a box
                if any(map(partial(tied, values=values), self.all.order)):
                    return None  # slopes are conventions
                turned = [direction(found[1 + i]) if BALLS.finite(found[1 + i])
                          else self.steep(i, point, pattern) for i in ends]  # fmt: skip
                if 0 in turned:
                    return ""  # a point of the larger face
                if not all(self.level(i, found[1 + i], point) for i in free):
                    continue
                # A side on which f rises into the box is a minimum's.
                rises = {None if s is None else s * (1 if pattern[i] == 0 else -1)
                         for i, s in zip(ends, turned, strict=True)}  # fmt: skip
                rows = [[found[1 + d + d * i + j] for j in free] for i in free]
                curved = definite(rows)
                if len(rises - {None}) > 1 or (curved is not None and curved == SADDLE and ends):
                    return ""
                wanted = {1: MINIMUM, -1: MAXIMUM}
                if None in rises or (curved is None and free):
                    continue
                kinds = {wanted[s] for s in rises if s is not None} | ({curved} if free else set())
                if len(kinds) == 1:
                    return str(kinds.pop())
                return ""
        if len(free) == 1 and None not in rises:
            (i,) = free
            own = along(self.slopes[i], self.variables[i], lambda: [now()[i]],
                        {self.variables[k]: end for k, end in ends.items()})  # fmt: skip
            wanted_ = {wanted[s] for s in rises if s is not None}
            if own is None or not wanted_:
                return own
            return own if wanted_ == {own} else ""
        return None

    def level(self, i: int, slope: Any, point: Mapping[Tensor, Any]) -> bool:
        """Whether a slope is proven to be 0 at a root of what it is over its divisors."""
        return BALLS.equal(slope, 0) is True or all(map(direction, self.divisors[i].results(point)))

    def steep(
        self, i: int, point: Mapping[Tensor, Any], pattern: Sequence[int | None]
    ) -> int | None:
        """The sign of a slope that is infinite at an end: as it is beside it, where f is
        continuous."""
        low, high = (box_numbers.thin(end) for end in self.ranges[i])
        near = 2.0**-30 * float(high.high - low.low)
        side = Box(low.low, low.low + near) if pattern[i] == 0 else Box(high.high - near, high.high)
        exact = low.low == low.high if pattern[i] == 0 else high.low == high.high
        with BOXES.quietly():
            given = {x: box_numbers.thin(y) for x, y in point.items()} | {self.variables[i]: side}
            values = Program([self.f, self.slopes[i]], BOXES).values(given)
        f, slope = values[id(self.f)], values[id(self.slopes[i])]
        if not exact or np.min(f.smooth) < UNBROKEN:
            return None
        return 1 if np.all(slope.low > 0) else -1 if np.all(slope.high < 0) else None


def _beside(gap: Gap, rises: Sequence[int | None]) -> Sequence[int | None] | None:
    """Whether f is above its value just beside a place, to each side that it has values to, where
    it rises so from its limits: nothing where it has no value. None where that is open."""
    if gap.value is None:
        return []
    limits = [y for y in gap.limits if y is not None]
    signs = [compared(y, gap.value) for y in limits]
    return None if None in signs else [s or r for s, r in zip(signs, rises, strict=True)]


def _what(gap: Gap) -> str | None:
    """The kind of a break; None where f is continuous."""
    known = [y for y in gap.limits if y is not None]
    if any(isinstance(y, float) for y in known):
        return POLE
    level = [compared(y, gap.value) == 0 for y in known if gap.value is not None]
    if gap.value is not None:
        return None if all(level) else JUMP
    if len(known) < 2:
        return END
    return HOLE if compared(*known) == 0 else JUMP


OPEN_KIND = "a stationary point whose kind is open: its second derivatives are, or may"
OPEN_END = "whether the end of the range is an extremum is open: the slope there may be 0"
