"""Answers at a point that an operation has no derivative at, from just beside it.

In one variable f may be smooth where a rule is not (sqrt(x**4) at 0), or have a limit where it has
no value (sin(x)/x). There the graphs are run on series in the distance to each side
(hodiff.derivatives.germs). The one rule:

- both sides agree, and with f's own value: that is the answer;
- f is undefined to one side: the other side's, and that is said;
- the sides differ: a kink or a jump, with the slopes;
- f has no value at the point, but a limit: refused, unless the extension is asked for;
- in several variables the same holds of pieces of one of them;
- an infinite slope, or what can't be told: the first fault stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial, reduce
from typing import Any

from hodiff.answers import faults
from hodiff.answers.question import Question
from hodiff.arithmetic import closed_forms as numbers
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.base import Values, run
from hodiff.arithmetic.program import Program
from hodiff.derivatives.germs import NoGerm
from hodiff.derivatives.one_sided import beside
from hodiff.engine.graph import ONE, ZERO, Tensor, constant, topological
from hodiff.engine.operations.elementary import add, div, mul, neg, pow, sqrt, sub
from hodiff.engine.operations.piecewise import where
from hodiff.engine.passes import rebuilt
from hodiff.errors import HodiffError

MOST_FACTORS = 40  # of a product, that are gathered by variables
SIDES = {-1: "left", 1: "right"}
EXTENDED = "f has no value at the point: its limit is taken"
NOWHERE = "f is undefined to both sides of the point"
MEND = "(--extend takes the limit)"


def answered(
    question: Question,
    outputs: Sequence[Tensor],
    point: Mapping[Tensor, Any],
    fault: HodiffError,
    notes: list[str],
) -> list[Any]:
    """The limits of outputs in place of a fault, notes get what has to be said of them; else raises
    HodiffError, that one or a better one."""
    if fault.kind not in ("domain", "pole", "kink", "undecided") or outputs[0] is not question.f:
        raise fault
    series = len(question.orders) >= len(outputs)
    try:
        own = _own(question, point)
        if own is not None and not question.smooth and len(outputs) == 1:
            return [numbers.ball(own)]
        if not _one_number(question):
            return _by_pieces(question, outputs, point, _kinked(question, fault), notes)
        (x,) = question.variables
        found: dict[int, list[Any] | None] = {}
        for side in SIDES:
            if series:
                found[side] = beside([question.f], x, question.at, side, len(outputs) - 1)
            else:
                found[side] = beside(outputs, x, question.at, side)
    except NoGerm:
        raise fault from None
    there = {side: known for side, known in found.items() if known is not None}
    if not there or any(None in values for values in there.values()):
        raise _infinite(fault, there)
    values = next(iter(there.values()))
    if len(there) == 2:
        _agree(question, outputs, there, fault, own is None)
    if own is not None and numbers.equal(own, values[0]) is not True:
        raise fault
    notes[:] = [] if len(there) == 2 else [_one_sided(next(iter(there)))]
    if own is None:
        notes.append(_extended(question, fault))
    if series:
        factors = question.orders[: len(values)]
        values = [numbers.mul(factor, y) for factor, y in zip(factors, values, strict=True)]
    return [numbers.ball(y) for y in values]


def _extended(question: Question, fault: HodiffError) -> str:
    """What to say where a limit is taken; HodiffError where it isn't asked for."""
    if question.how.extend:
        return EXTENDED
    undecided = fault.kind == "undecided"
    what = "f has no value at this point" if undecided else fault.message
    raise fault.retold(f"{what} {MEND}", "domain" if undecided else None)


def _by_pieces(
    question: Question,
    outputs: Sequence[Tensor],
    point: Mapping[Tensor, Any],
    fault: HodiffError,
    notes: list[str],
) -> list[Any]:
    """The same in several variables, where each fault lies in a piece of one of them: sqrt(x**4)*y.

    A derivative that is smooth in such pieces, which have limits, is continuous beside their
    points; so by the mean value theorem, order by order, its limit is its value there.
    """
    if any(node.shape for node in topological(outputs, unknown=True)):
        raise fault
    outputs = _gathered(outputs, question.variables)
    program = Program(outputs, BALLS)
    limits: dict[Tensor, Any] = {}
    for piece, x in _pieces(question, program, point).items():
        left, right = (beside([piece], x, question.at, side) for side in SIDES)
        if left is None or right is None or None in (*left, *right):
            raise fault
        if numbers.equal(left[0], right[0]) is not True:
            raise fault
        limits[piece] = left[0]
    own = set(topological(outputs[:1], unknown=True))
    extended = False
    for piece in own.intersection(limits):
        value = beside([piece], None, question.at, 0)
        extended = extended or value is None
        if value is not None and numbers.equal(value[0], limits[piece]) is not True:
            raise fault
    values = program.values(
        point, {id(y): partial(_given, numbers.ball(limit)) for y, limit in limits.items()}
    )
    stack, seen = list(outputs), set(limits)
    while stack:
        node = stack.pop()
        if node not in seen:
            if _faulty(node, values) or (extended and _at_an_edge(node, values)):
                raise fault
            seen.add(node)
            stack += node.inputs
    notes[:] = filter(None, [_extended(question, fault) if extended else one_sided(question)])
    return [values[id(y)] for y in outputs]


def _given(value: Any, *_: Any) -> Any:
    return value


def _kinked(question: Question, fault: HodiffError) -> HodiffError:
    """The error where f has a kink along a variable, in place of one that says no more than that
    a rule has no slope."""
    f = question.f
    has_mend = ": write " in fault.message
    if f.shape or fault.kind != "pole" or has_mend or len(question.variables) > MOST_FACTORS:
        return fault
    for x in question.variables:
        try:
            left, right = (beside([f], x, question.at, side, 1) for side in SIDES)
        except NoGerm:
            continue
        if left and right and None not in (*left, *right):
            same = [numbers.equal(a, b) for a, b in zip(left, right, strict=True)]
            if same == [True, False]:
                there = {-1: left, 1: right}
                return faults.differing([f, x], there, same, [[x]], fault, f" in {x.attributes[0]}")
    return fault


def _gathered(outputs: Sequence[Tensor], variables: Sequence[Tensor]) -> list[Tensor]:
    """The same graphs, the factors of each product in several variables gathered by the variable
    that they move with, and those that two terms share taken out: a slope is y*u(x)*v(x) + y*w(x),
    and u or w may be infinite where u*v + w isn't."""
    factors: dict[Tensor, list[Tensor]] = {}
    moves: dict[Tensor, frozenset[Tensor]] = {}

    def rule(node: Tensor, inputs: list[Tensor]) -> Tensor:
        found = _factors(node, inputs, [factors[y] for y in inputs], moves)
        whole = node.operation(*inputs, *node.attributes) if node.inputs else node
        moves[whole] = frozenset({node}.intersection(variables)).union(*(moves[y] for y in inputs))
        if found is None or len(moves[whole]) < 2:
            factors[whole] = [whole]
            return whole
        groups: dict[frozenset[Tensor], list[Tensor]] = {}
        for y in found:
            for z in topological([y], unknown=True):  # an inverse, a sum of what is left
                if z not in moves:
                    moves[z] = frozenset().union(*(moves[u] for u in z.inputs))
            groups.setdefault(moves[y], []).append(y)
        parts = []
        for key, group in groups.items():
            part = reduce(mul, group)
            moves[part] = key
            parts.append(part)
        product = reduce(mul, parts)
        moves[product] = moves[whole]
        factors[product] = found
        return product

    made = rebuilt(topological(outputs, unknown=True), rule)
    return [made[y] for y in outputs]


def _factors(
    node: Tensor,
    inputs: list[Tensor],
    parts: list[list[Tensor]],
    moves: Mapping[Tensor, frozenset[Tensor]],
) -> list[Tensor] | None:
    """The factors of a node, from those of its inputs; None where it has none, or too many."""
    row = node.operation
    if row not in (add, sub, mul, div, neg, where) or sum(map(len, parts)) > MOST_FACTORS:
        return None
    if row is where:  # of a branch, what doesn't move with the condition
        test = inputs[0]
        inside = [y for y in parts[1] if moves[y] == moves[test]]
        outside = [y for y in parts[1] if moves[y] != moves[test]]
        if inputs[2] is not ZERO or not outside:
            return None
        return [*outside, where(test, reduce(mul, inside, ONE), ZERO)]
    if row in (add, sub):
        nodes = {id(y): y for part in parts for y in part}
        left, right = (Counter(map(id, part)) for part in parts)
        common = left & right
        rest = [[nodes[i] for i in (own - common).elements()] for own in (left, right)]
        if not common:
            return None
        return [*(nodes[i] for i in common.elements()), row(*(reduce(mul, r, ONE) for r in rest))]
    if row is neg:
        return [constant(-1), *parts[0]]
    if row is div:
        return [*parts[0], *(y**-1 for y in parts[1])]
    return [*parts[0], *parts[1]]


def _pieces(
    question: Question, program: Program, point: Mapping[Tensor, Any]
) -> dict[Tensor, Tensor]:
    """The largest parts of a program that have a fault at the point and move with one variable:
    that one."""
    variables, values = set(question.variables), program.values(point)
    moves: dict[Tensor, frozenset[Tensor]] = {}
    faulty: set[Tensor] = set()
    ends = set(program.outputs)
    for node in program.order:
        moves[node] = frozenset({node} & variables).union(*(moves[y] for y in node.inputs))
        if _faulty(node, values) or not faulty.isdisjoint(node.inputs):
            faulty.add(node)
        if len(moves[node]) > 1:
            ends.update(node.inputs)
    return {
        node: next(iter(moves[node]))
        for node in program.order
        if node in ends and node in faulty and len(moves[node]) == 1
    }


def _faulty(node: Tensor, values: Values) -> bool:
    """Whether a node has no value, or sits on a tie, or may."""
    jumps = node.operation.jumps
    if jumps and jumps.ties(BALLS, *[values[id(x)] for x in node.inputs]) is not False:
        return True
    return not BALLS.finite(values[id(node)])


def _at_an_edge(node: Tensor, values: Values) -> bool:
    """Whether a node may be undefined to a side of the point."""
    broken = node.operation is sqrt or (
        node.operation is pow and not isinstance(values[id(node.inputs[1])], int)
    )
    return broken and BALLS.equal(values[id(node.inputs[0])], 0) is not False


def _infinite(fault: HodiffError, there: Mapping[int, Sequence[Any]]) -> HodiffError:
    """The error where a limit to a side is infinite, or f is undefined to both, in place of one
    that knows less."""
    infinite = [k for values in there.values() for k, y in enumerate(values) if y is None]
    if fault.kind == "domain" and 0 in infinite:
        return fault.retold(f"{fault.message}, and there is no finite limit", "pole")
    if fault.kind == "undecided" and not there:
        return fault.retold(NOWHERE, "domain")
    if fault.kind == "undecided" and infinite:
        what = "is infinite beside" if 0 in infinite else "has no finite derivative at"
        return fault.retold(f"f {what} this point", "pole")
    return fault


def _one_number(question: Question) -> bool:
    """Whether there is one variable, and what is bound are numbers."""
    return len(question.variables) == 1 and not any(x.shape for x in question.at)


def one_sided(question: Question, ends: Sequence[Tensor] = ()) -> str | None:
    """What has to be said where f is undefined to one side of a point that it has a value at, in a
    variable; HodiffError where it is to both. ends: what is undefined where f is, though no series
    of f may tell."""
    if any(x.shape for x in question.at):
        return None
    several = len(question.variables) > 1
    for x in question.variables:
        graphs = [question.f, *ends]
        there = [s for s in SIDES if not any(_undefined(y, question, x, s) for y in graphs)]
        name = f" in {x.attributes[0]}" if several else ""
        if not there:
            raise HodiffError("domain", f"{NOWHERE}{name}")
        if len(there) == 1:
            return _one_sided(there[0], name)
    return None


def _undefined(graph: Tensor, question: Question, x: Tensor, side: int) -> bool:
    """Whether a graph has no values on a side of the point, for certain."""
    try:
        return beside([graph], x, question.at, side) is None
    except NoGerm:
        return False


def _one_sided(side: int, name: str = "") -> str:
    return f"f is undefined to the {SIDES[-side]} of the point{name}: what is told is one-sided"


def _agree(
    question: Question,
    outputs: Sequence[Tensor],
    there: Mapping[int, Sequence[Any]],
    fault: HodiffError,
    undefined: bool,
) -> None:
    """Raise where the two sides differ, or can't be told apart; undefined: f has no value."""
    same = [numbers.equal(a, b) for a, b in zip(there[-1], there[1], strict=True)]
    if all(same):
        return
    if undefined or False not in same:
        raise fault
    raise faults.differing(outputs, there, same, question.slopes, fault)


def _own(question: Question, point: Mapping[Tensor, Any]) -> Any:
    """f's value at the point; None where it has none."""
    f = question.f
    try:
        found = beside([f], None, question.at, 0)
    except NoGerm:
        value = run(topological([f], unknown=True), BALLS, point)[id(f)]
        if not BALLS.finite(value):
            raise
        return numbers.number(value)
    return None if found is None else found[0]
