"""Kinks and jumps: where a piecewise operation sits exactly between two of its pieces.

Near such a point f is one of several smooth functions, a choice of side for each tie. If all of
them have the same value and derivatives there, up to the order asked, f has them too; if not,
there is no derivative. So the graph is run once for every choice of sides, and the runs compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from hodiff.arithmetic import Program, Values
from hodiff.graph import ZERO, Tensor

MOST_TIES = 8  # 2**8 runs

COMPARISONS: dict[str, Callable[[int], bool]] = {
    "lt": lambda side: side < 0,
    "le": lambda side: side < 0,
    "gt": lambda side: side > 0,
    "ge": lambda side: side > 0,
    "eq": lambda side: False,
    "ne": lambda side: True,
}

# Where each operation ties, and its value just to a side of the tie.
TIES: dict[str, Callable[..., Any]] = {
    **{name: lambda a, b: a == b for name in COMPARISONS},
    "sign": lambda x: x == 0,
    "floor": lambda x: x % 1 == 0,
    "ceil": lambda x: x % 1 == 0,
    "round": lambda x: x % 1 == 0.5,
    "mod": lambda a, b: a % b == 0 if b != 0 else False,
    "over": lambda x, y: y == 0,
    "unit": lambda x, y: x == 0 and y == 0,
}
SIDED: dict[str, Callable[..., Any]] = {
    **{name: lambda side, a, b, true=true: true(side) for name, true in COMPARISONS.items()},
    "sign": lambda side, x: float(side),
    "floor": lambda side, x: x if side > 0 else x - 1,
    "ceil": lambda side, x: x + 1 if side > 0 else x,
    "round": lambda side, x: x + 0.5 * side,
    "mod": lambda side, a, b: 0.0 if side > 0 else b,
    "over": lambda side, x, y: float("nan"),
    "unit": lambda side, x, y: float("nan"),
}


class Tie(NamedTuple):
    """One tie: the quantity that is 0 there, and which entry of it where it is an array."""

    quantity: tuple[str, int, int]
    entry: int


class Run(NamedTuple):
    """The results on one choice of sides."""

    choice: dict[Tie, int]
    results: list[Any]


class Tied(NamedTuple):
    """A node with ties, and for each the side's sign relative to its quantity."""

    node: Tensor
    ties: list[Tie]
    turned: int


def _quantity(node: Tensor) -> tuple[tuple[str, int, int], int]:
    """What decides a node's side, shared by all nodes that it decides: a < b, b <= a, sign(a-b)."""
    name = node.operation.name
    ids = [id(x) for x in node.inputs]
    if name == "sign":
        return ("difference", ids[0], id(ZERO)), 1
    if name in COMPARISONS:
        a, b = ids
        swapped = b != id(ZERO) and (a == id(ZERO) or a > b)
        return ("difference", b, a) if swapped else ("difference", a, b), -1 if swapped else 1
    if name in ("floor", "ceil"):
        return ("floor", ids[0], 0), 1
    return (name, ids[0], ids[-1]), 1


def tied(
    program: Program, values: Values, refused: Callable[[Tensor], bool]
) -> tuple[list[Tied], set[int]]:
    """The nodes on a tie that the outputs may depend on, and the nodes that they do depend on.

    A where follows the branch taken, or both where its condition hangs on a tie. A tie that
    depends on no differentiated variable, or that isn't refused, is none.
    """
    ties: dict[int, Tied] = {}
    uncertain: set[int] = set()
    for node in program.order:
        name = node.operation.name
        if name in ("and", "or", "not", "any") and any(id(x) in uncertain for x in node.inputs):
            uncertain.add(id(node))
        test = TIES.get(name)
        if test is None or not any(x.requires_grad for x in node.inputs) or not refused(node):
            continue
        if name in COMPARISONS and node.inputs[0] is node.inputs[1]:
            continue  # x <= x, everywhere
        entries = [i for i, x in enumerate(_entries(node, values)) if test(*x)]
        if entries:
            quantity, turned = _quantity(node)
            ties[id(node)] = Tied(node, [Tie(quantity, i) for i in entries], turned)
            uncertain.add(id(node))
    found: set[int] = set()
    stack = list(program.outputs)
    while stack:
        node = stack.pop()
        if id(node) not in found:
            found.add(id(node))
            stack += _followed(node, values, uncertain)
    return [tie for tie in ties.values() if id(tie.node) in found], found


def _followed(node: Tensor, values: Values, uncertain: set[int]) -> tuple[Tensor, ...]:
    """The inputs that a node's value comes from: of a where, only the branch taken; of a and b,
    as in Python, not b where a is false."""
    name = node.operation.name
    if name in ("where", "and", "or") and id(node.inputs[0]) not in uncertain:
        first = node.inputs[0]
        test = values[id(first)]
        if getattr(test, "shape", ()):
            return node.inputs
        if name == "where":
            return (first, node.inputs[1 if test else 2])
        if bool(test) == (name == "or"):
            return (first,)
    return node.inputs


def _entries(node: Tensor, values: Values) -> Iterator[tuple[Any, ...]]:
    """The inputs of each entry of an elementwise node."""
    inputs = [values[id(x)] for x in node.inputs]
    if not node.shape:
        return iter([tuple(float(x) for x in inputs)])
    import numpy

    arrays = numpy.broadcast_arrays(*inputs)
    return zip(*[a.ravel().tolist() for a in arrays], strict=True)


def choices(nodes: list[Tied]) -> Iterator[dict[Tie, int]]:
    """Every choice of a side for each tie, a dict from tie to -1 or 1."""
    ties = list(dict.fromkeys(tie for node in nodes for tie in node.ties))
    for sides in product((-1, 1), repeat=len(ties)):
        yield dict(zip(ties, sides, strict=True))


def by_convention(node: Tensor) -> bool:
    """Whether frameworks have a convention here: not for a comparison that the user wrote."""
    return node.derived or node.operation.name not in COMPARISONS


def count(nodes: Sequence[Tied]) -> int:
    return len({tie for node in nodes for tie in node.ties})


def sided(
    program: Program, nodes: list[Tied], choice: dict[Tie, int]
) -> dict[int, Callable[..., Any]]:
    """How the tied nodes are computed on the chosen sides."""
    replaced: dict[int, Callable[..., Any]] = {}
    for tied_node in nodes:
        node, ties, turned = tied_node
        compute = SIDED[node.operation.name]
        sides = {tie.entry: turned * choice[tie] for tie in ties}
        if not node.shape:
            replaced[id(node)] = lambda *x, compute=compute, sides=sides: compute(sides[0], *x)
        else:
            replaced[id(node)] = _sided_array(program, node, compute, sides)
    return replaced


def _sided_array(
    program: Program, node: Tensor, compute: Callable[..., Any], sides: dict[int, int]
) -> Callable[..., Any]:
    plain = program.arithmetic.function(node.operation)

    def replaced(*x: Any) -> Any:
        import numpy

        result = numpy.array(plain(*x))
        entries = [a.ravel().tolist() for a in numpy.broadcast_arrays(*x)]
        flat = result.reshape(-1)
        for i, side in sides.items():
            flat[i] = compute(side, *[a[i] for a in entries])
        return result

    return replaced


def difference(node: Tensor) -> Tensor | None:
    """The quantity whose sign is a scalar node's side: a - b of a comparison, x of sign(x)."""
    if node.shape or node.operation.name in ("mod", "over"):
        return None
    inputs = node.inputs
    return inputs[0] - inputs[1] if len(inputs) == 2 else inputs[0]
