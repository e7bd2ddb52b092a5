"""Where a function of one variable has a corner, and how it goes on to both sides.

In a box that holds one tie (of abs, relu, max, min, clip, or of a condition) the function is one
smooth branch before the tie and another after it. The tie is a root, which roots.py locates; each
branch is a graph of its own, whose slope keeps its sign over the whole box, or the corner is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.ranges.isolate import Work
from hodiff.answers.ranges.located import DECIDED, Located, Range, distinct, within
from hodiff.answers.ranges.roots import Outcome, located
from hodiff.arithmetic.ball_numbers import ball, direction, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.base import Values
from hodiff.arithmetic.box_numbers import SMOOTH, Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.engine.graph import ZERO, Tensor, apply, constant, topological
from hodiff.engine.operations.piecewise import compares
from hodiff.engine.passes import rebuilt

CONTINUOUS = ("abs", "relu", "max", "min")  # whatever they are of
MOST_TIES = 8  # in one corner
TIE_WORK = 2_000_000  # nodes of boxes, for the place of one tie
BESIDE = 2.0**-48  # how far beside a box a tie is looked for, relatively


class Corner(NamedTuple):
    """A place, and the sign of the slope before it and after it."""

    root: Located
    before: int
    after: int


def corner(f: Tensor, x: Tensor, box: tuple[float, float]) -> Corner | None:
    """The corner of f in a box; None where there isn't one alone, or the slopes' signs are open.

    Cost: a search for the place of each tie, and a few runs of f and of its slope.
    """
    ties: dict[Tensor, Located] = {}
    found = [_branch(f, x, box, side, ties) for side in (-1, 1)]
    branches = [branch for branch in found if branch is not None]
    if not ties or len(branches) < 2:
        return None
    root, signs = next(iter(ties.values())), []
    with precision(DECIDED[0]):
        if not all(node.operation.name in CONTINUOUS for node in ties):
            values = Program([f, *branches], BALLS).results({x: root.now()[0]})
            if not all(BALLS.equal(y, values[0]) is True for y in values):
                return None
        for branch in branches:
            slope = Program(gradient(branch, [x]), BALLS)
            (y,) = slope.results({x: ball(box[0]).union(ball(box[1]))})
            signs.append(direction(y) if BALLS.finite(y) else None)
    before, after = signs
    return Corner(root, before, after) if before and after else None


def rough(order: Sequence[Tensor], values: Values) -> Tensor | None:
    """The first operation that isn't smooth in a box, though all that it is of are."""
    for node in order:
        found = not node.shape and smoothness(node, values) < SMOOTH
        if found and all(y.shape or smoothness(y, values) == SMOOTH for y in node.inputs):
            return node
    return None


def smoothness(node: Tensor, values: Values) -> int:
    value = values[id(node)]
    return int(np.min(np.where(np.isnan(value.low), 0, value.smooth)))


def _branch(
    f: Tensor, x: Tensor, box: tuple[float, float], side: int, ties: dict[Tensor, Located]
) -> Tensor | None:
    """f as it is to one side of its ties, which are all at one place; None where they aren't, or
    where a branch isn't smooth."""
    ends = around(box)
    for _ in range(MOST_TIES):
        program = Program([f], BOXES)
        with BOXES.quietly():
            values = program.values({x: Box(np.array(box[:1]), np.array(box[1:]))})
        node = rough(program.order, values)
        if node is None:
            return f
        if node.operation.name == "clip":
            assert node.operation.definition is not None
            f = _replaced(f, {node: node.operation.definition(*node.inputs)})
            continue
        zero = _zero(node)
        if zero is None or not zero.requires_grad:
            return None
        if node not in ties:
            tie = place(zero, x, ends, Work(TIE_WORK))
            if tie is None or not all(_one(tie, other) for other in ties.values()):
                return None
            ties[node] = tie
        with precision(DECIDED[0]):
            (y,) = Program([zero], BALLS).results({x: ends[side > 0]})
            sign = direction(y) if BALLS.finite(y) else None
        if not sign:
            return None
        f = _replaced(f, {node: _beside(node, sign)})
    return None


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
    def rule(node: Tensor, inputs: list[Any]) -> Tensor:
        same = all(x is y for x, y in zip(node.inputs, inputs, strict=True))
        return node if same else apply(node.operation, tuple(inputs), node.attributes)

    return rebuilt(topological([f]), rule, by)[f]


def roots_at_corners(found: Outcome, f: Tensor, x: Tensor, span: Range, work: Work) -> Outcome:
    """What a search for the roots of f found, with those that are corners: of what it left open,
    while there is time."""
    roots, unsure = list(found.roots), []
    program = Program([f], BALLS)
    for box in found.unsure:
        at = None if work.leaves_corners else corner(f, x, box.box[0])
        inside = None if at is None else within(at.root, [span])
        if at is None or inside is None:
            unsure.append(box)
            continue
        with precision(DECIDED[0]):
            places = (at.root.now()[0], *map(ball, box.box[0]))
            values = [program.results({x: place})[0] for place in places]
            signs = [direction(y) if BALLS.finite(y) else None for y in values]
        if signs[0] == 0 and inside:
            roots.append(_as_root(at.root, box.box))
        elif inside and not (signs[0] and signs.count(signs[0]) == 3):
            unsure.append(box)
    return found._replace(roots=distinct(roots), unsure=unsure)


def _as_root(tie: Located, alone: list[tuple[float, float]]) -> Located:
    return Located(alone, tie.at, lambda _: tie.now(), multiplicity=None)
