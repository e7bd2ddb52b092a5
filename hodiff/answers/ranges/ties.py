"""A kink of a function of several variables: where ties of abs, relu, max or min meet.

In a small box the ties z_1 ... z_m, at most as many as there are variables, and some of the
variables are coordinates u, r of their own. To each side of each tie f is one smooth branch, whose
derivative in each u keeps its sign over the box, or the place is open. Where f rises from each tie
to both sides it is least where all are 0, and there a function of r alone, smooth, whose stationary
point tells the rest (the subdifferential has 0 inside, and the Hessian on the ties is definite:
Clarke 1983, Optimization and Nonsmooth Analysis, 2.3; Lemarechal, Oustry, Sagastizabal 2000, The
U-Lagrangian of a convex function, for the two parts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.ranges.isolate import Work, rough
from hodiff.answers.ranges.located import DECIDED, Located, Range
from hodiff.answers.ranges.roots import located
from hodiff.answers.ranges.sides import CONTINUOUS, alike, beside, replaced, tie
from hodiff.arithmetic.ball_numbers import ball, direction, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.engine.graph import ZERO, Tensor

MOST_BRANCHES = 16  # of f in one box
STEPS = 40  # to where it is sought
KINK_WORK = 30_000  # nodes of boxes, for the place of one kink
WIDER = 2.0**-6  # than a box is the part that is looked at
TINY = 2.0**-44  # of a number: the least width of a box for that

Pairs = list[tuple[float, float]]


class Kink(NamedTuple):
    """Where ties meet in a box: none, where f has no extremum in it.

    signs     -1 and 1: whether f falls, or rises, from the ties
    rows      the Hessian on the ties
    slopes    by a fixed variable, the signs of the slope in it
    """

    root: Located | None
    signs: set[int]
    rows: list[list[Any]]
    slopes: Mapping[int, set[int | None]]


class Branch(NamedTuple):
    """f where each tie has a sign."""

    signs: dict[Tensor, int]
    f: Tensor


def kink(
    f: Tensor,
    variables: Sequence[Tensor],
    free: Sequence[int],
    box: Pairs,
    fixed: Mapping[int, Any],
) -> Kink | None:
    """What f has in a box of all variables, of which some are fixed; None where that is open."""
    xs = [variables[i] for i in free]
    given = {variables[i]: end for i, end in fixed.items()}
    branches = _branches(f, variables, box)
    if branches is None:
        return None
    ties = [*branches[0].signs]
    if not free:
        return Kink(
            Located([], [], lambda at: at), set(), [], _outward(branches, variables, fixed, given)
        )
    with precision(DECIDED[0]):
        ends = [_wider(*box[i]) for i in free]
        here = {**given, **{x: a.union(b) for x, (a, b) in zip(xs, ends, strict=True)}}
        if _one_way([Program(gradient(b.f, xs), BALLS).results(here) for b in branches]):
            return Kink(None, set(), [], {})
        if not 0 < len(ties) <= len(xs) or any({*b.signs} != {*ties} for b in branches):
            return None
        slopes = [gradient(z, xs) for z in ties]
        for own in combinations(range(len(xs)), len(ties)):
            rest = [i for i in range(len(xs)) if i not in own]
            inverse = _inverse(slopes, rest, here)
            if inverse is not None:
                break
        else:
            return None
        signs = set()
        for k in range(len(ties)):
            to = [(b.signs[ties[k]], direction(_in_tie(b.f, xs, inverse, k, here)))
                  for b in branches]  # fmt: skip
            if not all(sign for _, sign in to):
                return None
            if len({sign for _, sign in to}) == 1:
                return Kink(None, set(), [], {})  # it goes on over the tie
            turns = {side * (sign or 0) for side, sign in to}
            if len(turns) > 1:
                return None
            signs |= turns
        along = [_on_ties(branches[0].f, ties, xs, own, i) for i in rest]
        found = located([*ties, *along], xs, ends, Work(KINK_WORK), given, everywhere=True)
        if found.unsure or found.left or len(found.roots) > 1:
            return None
        if not found.roots:
            return Kink(None, set(), [], {})
        (root,) = found.roots
        at = {**given, **dict(zip(xs, root.now(), strict=True))}
        rows = _rows(along, xs, slopes, rest, own, at)
        outward = _outward(branches, variables, fixed, at)
    return None if rows is None else Kink(root, signs, rows, outward)


def _outward(
    branches: Sequence[Branch], variables: Sequence[Tensor], fixed: Mapping[int, Any], at: Any
) -> dict[int, set[int | None]]:
    """The signs of the slopes of all branches in each fixed variable."""
    return {i: {direction(y) for b in branches
                for y in Program(gradient(b.f, [variables[i]]), BALLS).results(at)}
            for i in fixed}  # fmt: skip


def _wider(low: float, high: float) -> Range:
    """The ends of an interval, a little wider: what is sought may lie on its side."""
    more = WIDER * max(high - low, TINY * max(abs(low), abs(high)))
    return ball(low - more), ball(high + more)


def _branches(f: Tensor, variables: Sequence[Tensor], box: Pairs) -> list[Branch] | None:
    """f to both sides of all ties in a box; None where it isn't made of such."""
    done: list[Branch] = []
    pending, known = [Branch({}, f)], list[Tensor]()
    low, high = (np.array([[pair[i] for pair in box]]) for i in (0, 1))
    point = {x: Box(low[:, i], high[:, i]) for i, x in enumerate(variables)}
    while pending:
        signs, inner = pending.pop()
        program = Program([inner], BOXES)
        with BOXES.quietly():
            node = rough(program.order, program.values(point))
        if node is None:
            done.append(Branch(signs, inner))
            continue
        z = tie(node) if node.operation.name in CONTINUOUS else None
        if z is None or len(done) + len(pending) >= MOST_BRANCHES:
            return None
        z = next((y for y in known if alike(y, z)), z)
        known.append(z)
        for sign in (signs[z],) if z in signs else (-1, 1):
            one = replaced(inner, {node: beside(node, sign)})
            pending.append(Branch({**signs, z: sign}, one))
    return done


def _one_way(slopes: list[list[Any]]) -> bool:
    """Whether f rises in one direction wherever it is: 0 is no mean of its branches' slopes. That
    is the way to the nearest of their means, or about so."""
    if not all(BALLS.finite(y) for line in slopes for y in line):
        return False
    centres = np.array([[float(ball(y).mid()) for y in line] for line in slopes])
    way = centres[0]
    for _ in range(STEPS):  # Frank and Wolfe 1956
        rest = centres[np.argmin(centres @ way)] - way
        size = rest @ rest
        way = way + rest * (np.clip(-(way @ rest) / size, 0, 1) if size else 0)
    return all(
        sum((ball(y) * ball(w) for y, w in zip(line, way.tolist(), strict=True)), ball(0)) > 0
        for line in slopes
    )


def _inverse(slopes: Sequence[Sequence[Tensor]], rest: Sequence[int], here: Any) -> Any:
    """The inverse of the slopes of ties, and of the variables of the rest, over a box; None where
    it may have none."""
    from flint import arb_mat  # start-up: brings FLINT

    d = len(slopes[0])
    rows = [[ball(y) for y in Program(line, BALLS).results(here)] for line in slopes]
    rows += [[ball(int(i == j)) for j in range(d)] for i in rest]
    try:
        return arb_mat(rows).inv()
    except ZeroDivisionError:
        return None


def _in_tie(f: Tensor, xs: Sequence[Tensor], inverse: Any, k: int, here: Any) -> Any:
    """The slope of f in a tie, all over a box."""
    found = Program(gradient(f, xs), BALLS).results(here)
    return sum((ball(y) * inverse[i, k] for i, y in enumerate(found)), ball(0))


def _on_ties(
    f: Tensor, ties: Sequence[Tensor], xs: Sequence[Tensor], own: Sequence[int], i: int
) -> Tensor:
    """What is 0 where the slope of f on the ties is, in a variable of the rest."""
    columns = [xs[j] for j in (*own, i)]
    return _determinant([gradient(y, columns) for y in (*ties, f)])


def _determinant(rows: list[list[Tensor]]) -> Tensor:
    if len(rows) == 1:
        return rows[0][0]
    total = ZERO
    for j, y in enumerate(rows[0]):
        if y is ZERO:
            continue
        minor = _determinant([[*row[:j], *row[j + 1 :]] for row in rows[1:]])
        total = total + y * minor if j % 2 == 0 else total - y * minor
    return total


def _rows(
    along: Sequence[Tensor], xs: Sequence[Tensor], slopes: Sequence[Sequence[Tensor]],
    rest: Sequence[int], own: Sequence[int], at: Any,
) -> list[list[Any]] | None:  # fmt: skip
    """The Hessian of f on the ties, where its slope there is 0, times a number above 0."""
    inverse = _inverse(slopes, rest, at)
    scale = Program([_determinant([[line[j] for j in own] for line in slopes])], BALLS).results(at)
    sign = direction(scale[0])
    if inverse is None or not sign:
        return None
    rows = []
    for y in along:
        found = Program(gradient(y, xs), BALLS).results(at)
        rows.append([
            sign * sum((ball(v) * inverse[i, len(own) + s] for i, v in enumerate(found)), ball(0))
            for s in range(len(rest))
        ])  # fmt: skip
    return rows
