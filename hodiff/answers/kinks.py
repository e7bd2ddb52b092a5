"""Kinks and jumps: where a piecewise operation sits exactly between two of its pieces, on a tie.

Near such a point f is one of several smooth functions. If all that can occur have the value and
the derivatives of f there, up to the order asked, those are f's; if two differ, f has none. So
the graph is run again with each tied operation computed as it is to a side of its tie.

In one variable there are two sides, left and right: the side of a tie is the sign of the first
derivative that its quantity has there. In several variables every combination of sides is run,
and for what the user wrote (x < y, sign(x)) the tie itself too, for it may hold along a line.
More runs than can occur only refuse more.

At a wild tie (x/hypot(x, y) at the origin) the values lie between those of the sides. Runs that
agree prove a result only where it is affine in each of these: see bent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import islice
from operator import add, or_
from typing import Any, NamedTuple

from hodiff.arithmetic.base import Values, taken
from hodiff.arithmetic.floats import FLOATS
from hodiff.arithmetic.program import Program
from hodiff.derivatives import components, gradient
from hodiff.engine.exact import rational
from hodiff.engine.graph import STATE, ZERO, Kind, Tensor, constant, topological
from hodiff.engine.operations.elementary import div, mul
from hodiff.engine.operations.piecewise import compares, mod, sign, where
from hodiff.engine.passes import applied, rebuilt
from hodiff.engine.sharing import sharing

MOST_RUNS = 256
MOST_DEPTH = 20  # ties in the derivatives of ties' quantities
NODES_A_SLOPE = 12  # that a maximum's slope adds, and that a run of it then computes
MOST_ORDERS = 6  # derivatives of a tie's quantity, before its side is given up

Key = tuple[str, int, int]  # a tie's quantity, shared by all that it decides: x < y, y <= x, ...
Sides = dict[Key, dict[int, int]]  # entry of the quantity -> -1, 0 or 1


class Run(NamedTuple):
    """One way that f may be near the point: every node's value, and the results."""

    sides: Sides
    values: Values
    results: list[Any]


class Undecided(Exception):
    """Which pieces occur can't be told; node is the tie that leaves it open.

    wide says that its quantity is a ball that more precision may narrow; wild, that no side of it
    is the left or the right one.
    """

    def __init__(self, node: Tensor, wide: bool = False, wild: bool = False) -> None:
        super().__init__()
        self.node, self.wide, self.wild = node, wide, wild


def by_convention(node: Tensor) -> bool:
    """Whether frameworks have a convention here: not for a comparison that the user wrote."""
    return node.derived or not compares(node.operation)


class Search:
    """The runs around a point. refused says which ties count; plain is the run without sides, where
    there is one already."""

    def __init__(
        self,
        program: Program,
        point: Mapping[Tensor, Any],
        variables: Sequence[Tensor],
        refused: Callable[[Tensor], bool],
        plain: Values | None = None,
        outer: Search | None = None,
    ) -> None:
        self.program, self.point, self.refused = program, point, refused
        self.decide = program.arithmetic.pointwise
        self.variables = variables
        self.plain = plain  # every node's value in the run without sides
        self.most_runs = max(2, min(MOST_RUNS, STATE.limits.kinks // (len(program.order) + 1)))
        # Nodes that slopes of ties' quantities may still take, here and in the searches for the
        # sides of their own ties, one inside the other.
        self.left: list[int] = [STATE.limits.slopes] if outer is None else outer.left

    def on(self, outputs: Sequence[Tensor]) -> Program:
        """A program in the arithmetic of this search: floats or arrays, as the graph needs them."""
        arithmetic = self.program.arithmetic
        return Program(outputs, None if arithmetic.pointwise is FLOATS else arithmetic)

    def run(self, sides: Sides) -> Run:
        """Nodes that have the numbers of the run without sides keep its value, the same object: two
        balls that look alike can't be told to be equal."""
        replaced = _replaced(self.program, sides)
        if self.plain is None:
            self.plain = self.program.values(self.point)
        if not replaced:
            values = self.plain
        elif self.decide is FLOATS:
            values = self.program.values(self.point, replaced)
        else:
            kept = {id(n): self.kept(n, replaced.get(id(n))) for n in self.program.order}
            values = self.program.values(self.point, kept)
        return Run(sides, values, [values[id(y)] for y in self.program.outputs])

    def kept(self, node: Tensor, sided: Callable[..., Any] | None) -> Callable[..., Any]:
        """What computes a node, where that is anything new."""
        assert self.plain is not None
        old, *inputs = [self.plain[id(x)] for x in (node, *node.inputs)]

        def compute(*x: Any) -> Any:
            if sided is not None:
                found = sided(*x)
                return old if self.is_same(found, old) else found
            if all(map(self.is_same, x, inputs)):
                return old
            return self.program.arithmetic.function(node.operation)(*x)

        return compute

    def written(self, run: Run) -> list[Tensor] | None:
        """The outputs' graphs in a run: through the branches taken, what is on a side of its tie as
        the number that it is there. None where that is none."""
        plain, moved = self.plain or {}, False

        def rule(node: Tensor, inputs: list[Tensor]) -> Tensor:
            nonlocal moved
            value = run.values.get(id(node))
            if node.operation is where and not node.inputs[0].shape:
                test = run.values.get(id(node.inputs[0]))
                return node if test is None else inputs[1 if test else 2]
            if node.operation.jumps and not self.is_same(value, plain.get(id(node))):
                if value is not None and rational(value):
                    return constant(int(value) if isinstance(value, bool) else value)
                moved = True
            return applied(node, inputs)

        with sharing():
            made = rebuilt(self.program.order, rule)
        return None if moved else [made[y] for y in self.program.outputs]

    def is_same(self, a: Any, b: Any) -> bool:
        return a is b or bool(a is not None is not b and self.decide.same(a, b))

    def tie(self, run: Run) -> tuple[Tensor, int] | None:
        """The first tie that the outputs of a run depend on and that it has no side for."""
        found = taken(self.program.outputs, run.values)
        for node in self.program.order:
            if not node.operation.jumps or node not in found or not self.refused(node):
                continue
            if not any(x.requires_grad for x in node.inputs):
                continue
            decided = run.sides.get(_key(node)[0], {})
            for i, inputs in enumerate(self.entries(node, run.values)):
                if i in decided:
                    continue
                tied = node.operation.jumps.ties(self.decide, *inputs)
                if tied is None:
                    raise Undecided(node, wide=True)
                if tied:
                    return node, i
        return None

    def entries(self, node: Tensor, values: Values) -> Iterator[tuple[Any, ...]]:
        """The inputs of each entry of an elementwise node."""
        inputs = [values[id(x)] for x in node.inputs]
        if not node.shape:
            return iter([tuple(map(self.number, inputs))])
        import numpy  # start-up: numbers need none

        arrays = numpy.broadcast_arrays(*inputs)
        return zip(*[a.ravel().tolist() for a in arrays], strict=True)

    def number(self, x: Any) -> Any:
        return x if self.decide is not FLOATS else float(x)

    def around(self) -> list[Run]:
        """The runs, one for each way that f may be near the point."""
        if len(self.variables) == 1 and not self.variables[0].shape:
            try:
                return [self.toward(-1), self.toward(1)]
            except Undecided as undecided:
                if undecided.wide or not undecided.wild:
                    raise
        return list(self.everywhere())

    def toward(self, direction: int, sides: Sides | None = None, depth: int = 0) -> Run:
        """The run just left (-1) or right (1) of the point, in the one variable."""
        sides = sides or {}
        for _ in range(self.most_runs):
            run = self.run(sides)
            tie = self.tie(run)
            if tie is None:
                return run
            node, i = tie
            if self.wild(node, i, run):
                raise Undecided(node, wild=True)
            if depth > MOST_DEPTH:
                break
            side = self.side(node, i, direction, sides, depth)
            key, turned = _key(node)
            sides = _with(sides, key, i, side * turned)
        raise Undecided(node)

    def wild(self, node: Tensor, i: int, run: Run) -> bool:
        """Whether a tie has no sides that are the left and the right one."""
        inputs = next(islice(self.entries(node, run.values), i, None))
        return node.operation.jumps.wild(self.decide, *inputs) is not False

    def side(self, node: Tensor, i: int, direction: int, sides: Sides, depth: int) -> int:
        """The sign that a tie's quantity takes in a direction; 0 where it doesn't change."""
        (x,) = self.variables
        along = components(quantity(node))[i]
        # Where the sides of a < b move alike, what is left of a - b may be rounding alone: balls
        # tell by themselves.
        apart = node.operation.arity == 2 and self.decide is FLOATS
        terms = [components(y)[i] for y in node.inputs if apart and y.shape == node.shape]
        for order in range(1, MOST_ORDERS + 1):
            self.left[0] -= NODES_A_SLOPE * len(topological([along, *terms]))
            if self.left[0] < 0:
                raise Undecided(node)
            along, *terms = (gradient(y, [x])[0] for y in [along, *terms])
            program = self.on([along, *terms])
            # The derivative may have ties of its own, as that of abs(x) < 0 has.
            search = Search(program, self.point, self.variables, lambda node: True, outer=self)
            run = search.toward(direction, sides, depth + 1)
            if _locally(along, run.values) is ZERO:
                return 0
            slope, *parts = map(self.number, run.results)
            sign: int | None = self.decide.direction(slope, parts)
            if sign is None:
                raise Undecided(node, wide=self.decide is not FLOATS)
            if sign:
                return sign if direction > 0 or order % 2 == 0 else -sign
        raise Undecided(node)

    def everywhere(self) -> Iterator[Run]:
        """A run for every combination of sides."""
        written = {_key(n)[0] for n in self.program.order if n.operation.jumps and not n.derived}
        stack: list[Sides] = [{}]
        for _ in range(self.most_runs):
            if not stack:
                return
            sides = stack.pop()
            run = self.run(sides)
            tie = self.tie(run)
            if tie is None:
                yield run
                continue
            node, i = tie
            key, _ = _key(node)
            choices: tuple[int, ...] = (-1, 0, 1) if key in written else (-1, 1)
            if not self.wild(node, i, run) and self.constant(node, sides):
                choices = (0,)
            stack += [_with(sides, key, i, side) for side in choices]
        raise Undecided(node)

    def bent(self, run: Run) -> Tensor | None:
        """A wild tie that a result is not affine in, None where there is none: runs that agree at
        the ends of what its values lie between don't tell of u**2, which u = 1 and -1 agree on."""
        degrees: dict[int, Counter[Key]] = {}
        ties: dict[Key, Tensor] = {}
        for node in self.program.order:
            degree = self.degree(node, degrees, run)
            if node.operation.jumps:
                key = _key(node)[0]
                if any(self.wild(node, i, run) for i in run.sides.get(key, ())):
                    ties[key], degree = node, Counter([key])
            degrees[id(node)] = degree
        found = (key for y in self.program.outputs for key, n in degrees[id(y)].items() if n > 1)
        return next((ties[key] for key in found), None)

    def degree(self, node: Tensor, degrees: Mapping[int, Counter[Key]], run: Run) -> Counter[Key]:
        """The degree of a node in each wild tie; 2 where it is no polynomial."""
        parts = [degrees[id(x)] for x in node.inputs]
        values = [run.values.get(id(x)) for x in node.inputs]
        operation = node.operation
        if not any(parts):
            return Counter()
        if operation.linear:
            return reduce(or_, parts)
        if operation is mul or operation.kind is Kind.BILINEAR:
            vanishes = any(not p and self.zero(v) for p, v in zip(parts, values, strict=True))
            return Counter() if vanishes else reduce(add, parts)
        if operation is div and not parts[1]:
            return parts[0]
        if operation is where and not parts[0]:
            if node.inputs[0].shape:
                return parts[1] | parts[2]
            return parts[1 if values[0] else 2]
        return Counter({key: 2 for part in parts for key in part})

    def zero(self, value: Any) -> bool:
        if getattr(value, "shape", ()):
            return all(map(self.zero, value.ravel().tolist()))
        return self.decide.equal(value, 0) is True

    def constant(self, node: Tensor, sides: Sides) -> bool:
        """Whether a tie's quantity is the same all around the point, as floor(x) - 2 at 2.5."""
        if node.shape:
            return False
        slopes = gradient(quantity(node), self.variables)
        program = self.on(slopes)
        search = Search(program, self.point, self.variables, lambda node: True)
        run = search.run(sides)
        if search.tie(run) is not None:
            return False
        return all(_locally(slope, run.values) is ZERO for slope in slopes)


def _with(sides: Sides, key: Key, i: int, side: int) -> Sides:
    return {**sides, key: {**sides.get(key, {}), i: side}}


def _key(node: Tensor) -> tuple[Key, int]:
    """The quantity that a node ties on, and the sign with which it enters there."""
    name = node.operation.name
    a, b = id(node.inputs[0]), id(node.inputs[-1])
    if node.operation is sign:
        return ("difference", a, id(ZERO)), 1
    if compares(node.operation):
        turned = b != id(ZERO) and (a == id(ZERO) or a > b)
        return (("difference", b, a), -1) if turned else (("difference", a, b), 1)
    if name in ("floor", "ceil"):
        return ("floor", a, 0), 1
    return (name, a, b), 1


def _replaced(program: Program, sides: Sides) -> dict[int, Callable[..., Any]]:
    """How the tied nodes of a program are computed on their sides."""
    if not sides:
        return {}
    replaced: dict[int, Callable[..., Any]] = {}
    for node in program.order:
        if node.operation.jumps:
            key, turned = _key(node)
            if key in sides:
                entries = {i: turned * side for i, side in sides[key].items()}
                replaced[id(node)] = _sided(program, node, entries)
    return replaced


def quantity(node: Tensor) -> Tensor:
    """What is 0 on the tie and whose sign is the side, up to a constant."""
    a = node.inputs[0]
    if compares(node.operation):
        return a - node.inputs[1]
    return a / node.inputs[1] if node.operation is mod else a


def _locally(x: Tensor, values: Values) -> Tensor:
    """The node that x is, through the branches taken."""
    while x.operation is where and not x.inputs[0].shape:
        test = values[id(x.inputs[0])]
        if test is None:
            return x
        x = x.inputs[1 if test else 2]
    return x


def _sided(program: Program, node: Tensor, sides: dict[int, int]) -> Callable[..., Any]:
    """What computes a node, its tied entries on their sides (0: as they are)."""
    decide, plain = program.arithmetic.pointwise, program.arithmetic.function(node.operation)
    sided = node.operation.jumps.sided

    def replaced(*x: Any) -> Any:
        if not node.shape:
            return sided(decide, sides[0], *x) if sides[0] else plain(*x)
        import numpy  # start-up: numbers need none

        result = numpy.array(plain(*x), dtype=float if decide is FLOATS else object)
        entries = [a.ravel().tolist() for a in numpy.broadcast_arrays(*x)]
        flat = result.reshape(-1)
        for i, side in sides.items():
            if side:
                flat[i] = sided(decide, side, *[a[i] for a in entries])
        return result

    return replaced
