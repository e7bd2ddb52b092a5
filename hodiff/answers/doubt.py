"""Which rows of a table doubles can't answer: a condition that is computed beside the numbers.

In doubtful rows a number isn't finite, or a piecewise operation sits on a tie, or so near to one
that rounding may have moved it off; and where what is divided by, or compared, has cancelled to
next to nothing. Whether there is an answer is then for hodiff.answers.solve to say. In all others
doubles have one. What isn't finite in an input or an output is seen there; the condition is for all
else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from math import inf, isfinite
from typing import Any

from hodiff.engine.graph import CONSTANT, ONE, VARIABLE, ZERO, Kind, Tensor, tensor_of, topological
from hodiff.engine.operations import angles, bessel, expint, factorials, normal, special
from hodiff.engine.operations import elementary as e
from hodiff.engine.operations.piecewise import (
    abs,
    both,
    either,
    eq,
    floor,
    le,
    lt,
    mod,
    negation,
    remainder,
    round,
    sign,
    where,
)
from hodiff.engine.operations.row import CLOSED
from hodiff.engine.operations.structure import expand, summed
from hodiff.engine.passes import reached

# What isn't finite in an input isn't in the result: of a quotient or a power in the first alone.
CARRYING = {e.add, e.sub, e.neg, e.mul, e.div, e.pow, e.sin, e.cos, e.tan, e.log, e.sqrt, e.sinh}

ROUNDED = tensor_of(2.0**-44)  # of a number that is what rounding may have added up to
BOUNDED = {
    where,
    abs,
    sign,
    e.neg,
    e.sin,
    e.cos,
    e.tanh,
    e.atan,
    angles.sind,
    angles.cosd,
}  # by their inputs
POSITIVE = {e.exp, e.exp2, e.sqrt, e.cosh, abs}
# Of an input, the last, that may be known to 16 digits, and the value to none: where it is 0, and
# where it has poles or ends.
WANING = {
    *(e.sin, e.cos, e.log, e.log2, e.log10, e.log1p),
    *CLOSED,
    *(angles.sind, angles.cosd),
    *(bessel.airyai, bessel.airyaiprime, bessel.airybi, bessel.airybiprime),
}
EDGED = {
    *(e.tan, e.sec, e.csc, e.cot, e.asin, e.acos, e.acosh, e.atanh),
    *(special.gamma, special.lgamma, special.digamma, special.logit, factorials.factorial),
    *(angles.asec, angles.acsc, angles.asech, angles.acsch, angles.acoth, angles.tand),
    *(normal.erfinv, normal.erfcinv, normal.norminv, expint.lambertw, expint.lambertw_lower),
    *(expint.ei, expint.li, expint.ci, expint.chi),
}


def doubtful(
    outputs: Sequence[Tensor],
    variables: Sequence[Tensor],
    refused: Callable[[Tensor], bool],
    written: Sequence[Tensor] = (),
) -> Tensor | None:
    """Whether doubles can't answer though all variables and outputs are finite: a node over the
    same variables, None where they always can.

    What a where masks doesn't count, nor a tie in what isn't differentiated in. refused says which
    other ties count. Near a tie, but not on it, doubles may be on the wrong side: that counts
    always. written is what the user wrote, of which the outputs may have nothing left: 0*log(x).

    cost: a few operations for each tie, and each operation that may lose its value
    or overflow where no output shows it, or its digits where an operation has to tell them from 0
    """
    roots = [*outputs, *written]
    order = topological(roots)
    varying = {id(x) for x in variables}
    block = variables[0].shape if variables else None
    for node in order:
        spread = node.operation is expand and node.shape[:1] == block
        if spread or any(id(x) in varying for x in node.inputs):
            varying.add(id(node))

    def axes(node: Tensor) -> tuple[int, ...]:
        """Those that aren't the rows'."""
        rows = id(node) in varying and node.shape[:1] == block
        return tuple(range(int(rows) - len(node.shape), 0))

    def somewhere(condition: Tensor, node: Tensor) -> Tensor:
        """The rows in which a condition of a node's shape holds for an entry."""
        within = axes(node)
        return lt(ZERO, summed(where(condition, ONE, ZERO), within)) if within else condition

    def branch(node: Tensor, first: bool) -> Tensor:
        test = node.inputs[0]
        return somewhere(test if first else negation(test), test)

    masks = reached(order, roots, branch, both, either)
    shown = {id(y) for y in roots}  # what isn't finite in an output where it isn't itself
    positive = _positive(order)
    sharp: set[int] = set()  # whose sign counts, or how far from 0 they are
    there = {id(y) for y in [*outputs, *variables]}
    terms = [y for y in written if id(y) not in there]
    doubts: list[Tensor] = []

    def doubt(node: Tensor, condition: Tensor) -> None:
        masked, condition = masks[node], somewhere(condition, node)
        doubts.append(condition if masked is None else both(masked, condition))

    for node in reversed(order):
        row, masked = node.operation, masks[node]
        for k, x in enumerate(node.inputs):
            if id(node) in shown and row in CARRYING and _carries(node, k):
                shown.add(id(x))
            if _tells(node, k) or (id(node) in sharp and not row.never_zero):
                sharp.add(id(x))
        if row.jumps:
            smooth = not any(x.requires_grad for x in node.inputs)
            if (not smooth and refused(node)) or not _decides(node):
                doubt(node, row.jumps.ties(GRAPHS, *node.inputs))
        if id(node) not in shown and (_singular(node) or _grows(node)):
            within = axes(node)
            whole = summed(node, within) if within else node
            terms.append(whole if masked is None else where(masked, whole, ZERO))
        if row in (e.pow, e.sqrt) and not node.derived and not _is_whole(node.inputs[-1]):
            doubt(node, GRAPHS.equal(node.inputs[0], ZERO))  # to one side there may be no value
        if all(map(_exact, node.inputs)):
            continue
        if row in (e.add, e.sub) and id(node) in sharp and id(node) not in positive:
            doubt(node, lt(abs(node), ROUNDED * abs(node.inputs[0])))
        elif row in EDGED or (row in WANING and id(node) in sharp):
            x = node.inputs[-1]
            slope = row.partials[-1](*node.inputs, node, *node.attributes)
            doubt(node, lt(abs(node), ROUNDED * abs(slope * x)))
    if terms:
        doubts.append(unbounded(terms))
    return reduce(either, doubts) if doubts else None


def unbounded(terms: Sequence[Tensor]) -> Tensor:
    """Whether one of terms isn't finite, or all are so large that their sum isn't."""
    return negation(lt(abs(reduce(e.add, terms)), tensor_of(inf)))


def _positive(order: Sequence[Tensor]) -> set[int]:
    """The nodes that can't be below 0, as far as a look tells: sums of them don't cancel."""
    found: set[int] = set()
    for node in order:
        row, parts = node.operation, [id(x) in found for x in node.inputs]
        if row is CONSTANT:
            is_so = node.attributes[0] >= 0
        elif row is e.pow:
            exponent = node.inputs[1]
            even = exponent.operation is CONSTANT and exponent.attributes[0] % 2 == 0
            is_so = parts[0] or even
        else:
            is_so = row in POSITIVE or (row in (e.add, e.mul, e.div) and all(parts))
        if is_so:
            found.add(id(node))
    return found


def _tells(node: Tensor, k: int) -> bool:
    """Whether the k-th input's distance from 0, or from another input, decides what a node is."""
    row = node.operation
    if row is e.pow:
        return k == 0 and not _carries(node, 0)
    return row.jumps is not None or (_singular(node) and (k == 1 or row is not e.div))


def _exact(x: Tensor) -> bool:
    """Whether doubles compare x as it is written: a variable, or a number as 2 or 0.1."""
    if x.operation is not CONSTANT:
        return x.operation is VARIABLE
    number = x.attributes[0]
    try:
        return isfinite(number) and Fraction(repr(float(number))) == number
    except OverflowError:
        return False


def _is_whole(x: Tensor) -> bool:
    return x.operation is CONSTANT and isinstance(x.attributes[0], int)


def _decides(node: Tensor) -> bool:
    """Whether doubles know which piece of a node is taken."""
    if node.operation is mod:
        return node.inputs[0].operation is VARIABLE and _is_whole(node.inputs[1])
    return all(map(_exact, node.inputs))


def _carries(node: Tensor, k: int) -> bool:
    if node.operation is e.pow:
        exponent = node.inputs[1]
        return k == 0 and exponent.operation is CONSTANT and exponent.attributes[0] > 0
    return k == 0 or node.operation is not e.div


def _singular(node: Tensor) -> bool:
    """Whether a node may have no value where its inputs have."""
    row = node.operation
    if row is e.pow and _carries(node, 0) and _is_whole(node.inputs[1]):
        return False
    return row.pole is not None or bool(row.domain)


def _grows(node: Tensor) -> bool:
    """Whether a node may pass the largest double."""
    return node.operation.kind is Kind.ENTRYWISE and node.operation not in BOUNDED


def _apart(a: Tensor, b: Tensor, size: Tensor) -> Tensor:
    """Whether a and b differ by more than rounding did to numbers of a size."""
    return lt(ROUNDED * abs(size), abs(a - b))


class _Graphs:
    """What decides ties, as nodes: true also where they can't be told, or are no numbers."""

    @staticmethod
    def equal(a: Tensor, b: Any) -> Tensor:
        b = tensor_of(b)
        if _exact(a) and _exact(b):
            return eq(a, b)
        return negation(lt(ZERO, abs(a)) if b is ZERO else _apart(a, b, a))

    @staticmethod
    def less_equal(a: Any, b: Any) -> Tensor:
        return le(a, tensor_of(b))

    @staticmethod
    def integer(x: Tensor) -> Tensor:
        return eq(floor(x), x) if _exact(x) else negation(_apart(x, round(x), x))

    @staticmethod
    def half(x: Tensor) -> Tensor:
        middle = floor(x) + 0.5
        return eq(middle, x) if _exact(x) else negation(_apart(x, middle, x))

    @staticmethod
    def divides(b: Tensor, a: Tensor) -> Tensor:
        rest = abs(remainder(a, b))
        return negation(both(_apart(rest, ZERO, a), _apart(rest, abs(b), a)))

    @staticmethod
    def every(*conditions: Tensor) -> Tensor:
        return reduce(both, conditions)


GRAPHS = _Graphs()
