"""The graph as parts: each node read as a sum, a product, a power or a call, without recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import prod
from typing import Any

from hodiff.engine.exact import exactly
from hodiff.engine.graph import (
    CONSTANT,
    DATA,
    ONE,
    VARIABLE,
    ZERO,
    Kind,
    Operation,
    Tensor,
    apply,
    constant,
    tensor_of,
    topological,
)
from hodiff.engine.operations import FUNCTIONS
from hodiff.engine.operations.elementary import coefficient, pow
from hodiff.engine.operations.structure import any_of, pick, stack, summed
from hodiff.engine.passes import applied, postorder, rebuilt
from hodiff.engine.sharing import sharing
from hodiff.errors import HodiffError
from hodiff.views.parts import Part, call, name, number, power, quotient, without_aliases

SMALL = 300  # nodes; a larger graph is not flattened through what it shares
MOST_PARTS = 250_000  # that are written: what fifty thousand nodes need, and no text of 2 MB
MOST_ENTRIES = 256  # of a vector that is written out, entry by entry

MOST_SINC = 1  # the order of sinc's derivatives that are written out

CARLSONS = {"carlsons": "elliprn", "carlsonps": "elliprp"}
COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}


def read(y: Tensor, sincs: int = MOST_SINC) -> Part:
    """y as parts, as it was built: sums and products flattened, like factors joined.

    sincs: up to which order sinc's derivatives are written out, which costs digits near 0. Raises
    HodiffError (limit) where that is more than MOST_PARTS.
    """
    return Reading([y], sincs=sincs).of(y)


def variables(y: Tensor) -> list[str]:
    """The names of y's variables, in the order of the graph."""
    return [x.attributes[0] for x in topological([y]) if x.operation is VARIABLE]


class Reading:
    """Graphs read as parts, which they share: Reading(ys).of(y), for any node y of theirs.

    rank says in which order variables stand in a product: by default as they were made. Parts are
    made for a factor times a node, empty at first, and filled one after the other.
    """

    def __init__(
        self,
        ys: Sequence[Tensor],
        rank: Mapping[Tensor, int] | None = None,
        sincs: int = MOST_SINC,
    ) -> None:
        self.plain = dict(zip(ys, map(_entrywise, expanded(ys, sincs)), strict=True))
        self.rank = rank or {}
        self.shared = _shared(list(self.plain.values()))
        self.made: dict[tuple[Any, Tensor], Part] = {}
        self.all: set[Part] = set()
        self.read_already: dict[Part, Part] = {}
        self.empty: list[tuple[Any, Tensor]] = []
        self.count = 0

    def of(self, y: Tensor) -> Part:
        """y as it was built."""
        root = self.part(self.plain.get(y, y))
        while self.empty:
            factor, node = key = self.empty.pop()
            made = self.read(node) if factor == 1 else self.product(factor, node)
            part = self.made[key]
            if made in self.all:
                made = Part("same", [made])
            part.kind, part.children, part.data = made.kind, made.children, made.data
            self.count += 1 + len(part.children)
            if self.count > MOST_PARTS:
                message = f"the formula has over {MOST_PARTS} parts: give a point, or a lower order"
                raise HodiffError("limit", message)
        found = self.read_already[root] = without_aliases(root)
        return found

    def give(self, node: Tensor, part: Part) -> None:
        """From now on node is written as this."""
        self.made[1, node] = part
        self.all.add(part)

    def part(self, node: Tensor, factor: Any = 1) -> Part:
        """The part of factor*node: to be filled, where it is new."""
        while node.operation.name in ("expand", "reshape"):  # the language broadcasts
            node = node.inputs[0]
        found = self.made.get((factor, node))
        if found is None:
            found = self.made[factor, node] = Part("")
            self.all.add(found)
            self.empty.append((factor, node))
        return found

    def call(self, function: str, *inputs: Tensor) -> Part:
        return call(function, *map(self.part, inputs))

    def read(self, node: Tensor) -> Part:
        """A node as what it is written as."""
        row, kind = node.operation, node.operation.name
        inputs = node.inputs
        if not inputs:
            return _leaf(node)
        if kind in ("add", "sub"):
            return self.sum(node)
        if kind in ("mul", "div", "neg", "pow"):
            factor, rest = coefficient(node)
            if node.derived and rest.derived and rest.operation.name in ("add", "sub"):
                return self.sum(node)  # what a walk took out of a sum (NodeTable.total)
            return self.product(factor, rest)
        if kind in COMPARISONS:
            return Part("comparison", map(self.part, inputs), COMPARISONS[kind])
        if kind in ("and", "or"):
            return Part("logic", map(self.part, inputs), kind)
        if kind == "not":
            return Part("not", map(self.part, inputs))
        if kind == "where" and inputs[0].operation.name == "not":
            test, a, b = inputs
            return self.call("where", test.inputs[0], b, a)
        if kind == "sinc" and node.attributes[0]:
            return call("sinc", self.part(inputs[0]), number(node.attributes[0]))
        if kind == "polygamma":
            return call("polygamma", number(node.attributes[0]), self.part(inputs[0]))
        if kind == "lambertw_lower":
            return call("lambertw", self.part(inputs[0]), number(-1))
        if kind in ("zeta_of_order", "hurwitz", "hurwitz_of_order"):
            given = inputs if len(inputs) > 1 else (*inputs, ONE)
            return call("zeta", *map(self.part, given), *map(number, node.attributes))
        if kind in CARLSONS:
            return call(CARLSONS[kind], *map(self.part, inputs), *map(number, node.attributes))
        if kind in FUNCTIONS:
            return self.call(kind, *inputs)
        if kind == "stack":
            return Part("vector", map(self.part, inputs))
        if kind == "pick":
            return Part("entry", map(self.part, inputs), node.attributes[0])
        if kind == "matmul":
            return Part("matmul", map(self.part, inputs))
        # What the language can't say, by its name.
        told = (number(a) if type(a) is int else name(str(a)) for a in node.attributes)
        return call(row.name, *map(self.part, inputs), *told)

    # Sums.

    def sum(self, node: Tensor) -> Part:
        """Terms with exact coefficients, a positive one first where there is one."""
        constants: Any = 0
        terms: list[tuple[Any, Tensor]] = []
        for x, up, down in _flattened(node, _terms, self.shared):
            if x.operation is CONSTANT:
                constants += (up - down) * x.attributes[0]
                terms.append((0, ONE))
            else:
                terms.append((up - down, x))
        if constants:
            i = next(i for i, (_, x) in enumerate(terms) if x is ONE)
            terms[i] = (constants, ONE)
        terms = [(f, x) for f, x in terms if f != 0] or [(0, ONE)]
        bases = [_base(x)[0] for _, x in terms]
        if node.derived and all(
            base.operation is VARIABLE for base in bases
        ):  # y**2 + x**2, x made first
            order = sorted(range(len(terms)), key=lambda i: self.place(bases[i]))
            terms = [terms[i] for i in order]
        first = next((i for i, (f, _) in enumerate(terms) if f > 0), 0)
        terms.insert(0, terms.pop(first))
        parts = [self.part(x, abs(f)) for f, x in terms]
        if len(parts) == 1:
            return Part("negation" if terms[0][0] < 0 else "same", parts)
        return Part("sum", parts, tuple(f < 0 for f, _ in terms))

    # Products and powers.

    def product(self, factor: Any, node: Tensor) -> Part:
        """factor*node as a quotient: constants, then names, then calls, then sums."""
        above: list[tuple[Tensor, Any]] = []
        below: list[tuple[Tensor, Any]] = []
        tops: dict[Tensor, Any] = {}
        bottoms: dict[Tensor, Any] = {}
        for x, up, down in _flattened(node, _factors, self.shared, quotient=True):
            factors = x.operation is CONSTANT and not (x is ZERO and down)
            known = exactly("pow", [x.attributes[0], up - down]) if factors else 0
            if known:
                factor = factor * known
                continue
            base, exponent = _base(x)
            if isinstance(exponent, Tensor):
                above += [(base, exponent)] * (up == 1) + [(x, up)] * (up > 1)
                below += [(base, exponent)] * (down == 1) + [(x, down)] * (down > 1)
                continue
            if exponent < 0:
                up, down, exponent = down, up, -exponent
            tops[base] = tops.get(base, 0) + up * exponent
            bottoms[base] = bottoms.get(base, 0) + down * exponent
        for base in tops:
            p, q = tops[base], bottoms[base]
            named = not base.inputs and base.operation not in (VARIABLE, CONSTANT)  # pi, e
            if p < q or named:  # no pole goes away
                p, q = max(p - q, 0), max(q - p, 0)
            above += [(base, p)] * (p != 0)
            below += [(base, q)] * (q != 0)
        ranked = node.derived  # what a person wrote stays in order
        above.sort(key=lambda factor: self.order(factor, ranked))
        below.sort(key=lambda factor: self.order(factor, ranked))
        return quotient(factor, [self.power(*x) for x in above], [self.power(*x) for x in below])

    def place(self, x: Tensor) -> int:
        return self.rank.get(x, x.serial)

    def order(self, factor: tuple[Tensor, Any], ranked: bool) -> tuple[int, int]:
        """The order of factors: named constants, variables, calls, sums."""
        base, exponent = factor
        if isinstance(exponent, Tensor):
            return 2, 0
        if base.operation is VARIABLE:
            return 1, self.place(base) if ranked else 0
        if not base.inputs:
            return 0, 0
        return 3 if base.operation.name in ("add", "sub") else 2, 0

    def power(self, base: Tensor, exponent: Any) -> Part:
        if isinstance(exponent, Tensor):
            return Part("power", (self.part(base), self.part(exponent)))
        return power(self.part(base), exponent)


def _leaf(node: Tensor) -> Part:
    if node.operation is CONSTANT:
        return number(node.attributes[0])
    if node.operation is DATA:
        return Part(
            "float", data=node.value if isinstance(node.value, float) else node.value.tolist()
        )
    return name(node.attributes[0] if node.operation is VARIABLE else node.operation.name)


def expanded(ys: Sequence[Tensor], sincs: int = MOST_SINC) -> list[Tensor]:
    """ys without the operations that the language has no name for, by their formulas."""
    order = topological(ys)
    if not any(_unnamed(x, sincs) for x in order):
        return list(ys)

    def written_out(node: Tensor, inputs: list[Tensor]) -> Tensor:
        if node.operation.formula is not None and _unnamed(node, sincs):
            found: Tensor = node.operation.formula(*inputs, *node.attributes)
            return found
        return applied(node, inputs)

    with sharing() as table:
        table.know(order)
        made = rebuilt(order, written_out)
    return [made[y] for y in ys]


def _unwritable(node: Tensor) -> bool:
    """Whether the language can't say it of a vector; or it is an entry of a condition, which the
    language would read as a number."""
    row = node.operation
    if row is pick:
        return node.inputs[0].operation.kind is Kind.CONDITION
    if row is summed:
        return len(node.attributes[0]) < len(node.inputs[0].shape)
    moves = row.kind is Kind.MOVES and row is not stack
    return moves or row.kind is Kind.SCANS or row is any_of


def _entrywise(y: Tensor) -> Tensor:
    """y with its vectors written out, entry by entry, where the language can't say it otherwise."""
    order = topological([y])
    if not any(map(_unwritable, order)):
        return y
    if any((x.operation is VARIABLE and x.shape) or prod(x.shape) > MOST_ENTRIES for x in order):
        return y
    import numpy  # start-up: formulas of numbers need none

    from hodiff.engine.object_arrays import ObjectArrays  # start-up: brings numpy

    arrays = ObjectArrays(lambda row: partial(_on_entries, row, ()), _Entry(ZERO))

    def entries_of(node: Tensor, inputs: list[Any]) -> Any:
        row = node.operation
        if any(x is None for x in inputs):
            return None
        if row is DATA and node.shape:
            found: Any = numpy.frompyfunc(_datum, 1, 1)(node.value)
        elif not node.inputs:
            found = _Entry(node)
        elif row.kind in (Kind.ENTRYWISE, Kind.CONDITION):
            build = partial(_on_entries, row, node.attributes)
            found = numpy.frompyfunc(build, len(inputs), 1)(*inputs)
        elif row.name == "norm" and not inputs[0].size:
            found = _Entry(ZERO)
        elif row.kind is Kind.REDUCES and not node.attributes:  # over all: norm, logsumexp
            found = _Entry(apply(row, (stack(*[x.tensor for x in inputs[0].ravel()]),)))
        else:
            compute = arrays.function(row)
            if compute is None and (node.attributes or row.name not in FUNCTIONS):
                return None
            found = _picked(row, inputs) if compute is None else compute(*inputs, *node.attributes)
        held = numpy.empty(node.shape, dtype=object)
        held[...] = found
        return held

    with sharing():
        found = rebuilt(order, entries_of)[y]
        return y if found is None else _stacked(found)


class _Entry:
    """A scalar tensor in an array of objects, where numpy takes it for no array itself."""

    __slots__ = ("tensor",)

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


def _datum(x: Any) -> _Entry:
    """A number of an array as an entry."""
    return _Entry(tensor_of(x.item() if hasattr(x, "item") else x))


def _on_entries(row: Operation, attributes: tuple[Any, ...], *xs: _Entry) -> _Entry:
    return _Entry(apply(row, tuple(x.tensor for x in xs), attributes))


def _picked(row: Operation, inputs: Sequence[Any]) -> Any:
    """The entries of what the language has by name, as inv(m)[0, 1]."""
    import numpy  # start-up: formulas of numbers need none

    y = apply(row, tuple(map(_stacked, inputs)))
    found = numpy.empty(y.shape, dtype=object)
    for at in numpy.ndindex(y.shape):
        found[at] = _Entry(apply(pick, (y,), (at,)) if at else y)
    return found


def _stacked(entries: Any) -> Tensor:
    if isinstance(entries, _Entry):
        return entries.tensor
    return stack(*map(_stacked, entries)) if entries.shape else _stacked(entries[()])


def _unnamed(node: Tensor, sincs: int) -> bool:
    """Whether it is written by its formula: what the language has no name for, and sinc's first
    derivatives, whose names say little."""
    row = node.operation
    if row.formula is None or row.names:
        return False
    return row.name != "sinc" or 0 < node.attributes[0] <= sincs


def _shared(ys: Sequence[Tensor]) -> set[Tensor]:
    """In a large graph, the nodes used more than once: each is written once, as a whole."""
    nodes = topological(ys)
    if len(nodes) <= SMALL:
        return set()
    seen: set[Tensor] = set()
    shared: set[Tensor] = set()
    for x in (x for node in nodes for x in node.inputs if x.inputs):
        (shared if x in seen else seen).add(x)
    return shared


# Sums and products are flattened first. The same part may be in one many times over (b = a*a;
# c = b*b; ...), so that parts are visited once, and counted.


def _flattened(
    root: Tensor,
    parts: Callable[[Tensor], list[tuple[Tensor, Any]] | None],
    shared: set[Tensor],
    quotient: bool = False,
) -> list[tuple[Tensor, Any, Any]]:
    """The leaves of root in their order, each with how often it is in it, and how often inverted.

    What is in shared stays whole. parts gives a node's parts, each with a weight (negative:
    inverted), or None for a leaf. In a quotient a divisor that is a quotient stays one: 1/(x/y)
    is not y/x where y is 0.
    """

    def below(node: Tensor) -> list[Tensor]:
        return [x for x, _ in parts(node) or []] if node is root or node not in shared else []

    order = postorder(root, below)
    counts = {id(root): (1, 0)}
    leaves = []
    for node in reversed(order):
        if id(node) not in counts:
            continue
        up, down = counts[id(node)]
        inside = parts(node) if node is root or node not in shared else None
        if inside is None or (quotient and down and any(weight < 0 for _, weight in inside)):
            leaves.append((node, up, down))
            continue
        for x, weight in inside:
            more, less = (up, down) if weight > 0 else (down, up)
            p, q = counts.get(id(x), (0, 0))
            counts[id(x)] = (p + more * abs(weight), q + less * abs(weight))
    return leaves[::-1]


def _terms(x: Tensor) -> list[tuple[Tensor, Any]] | None:
    name = x.operation.name
    if name in ("add", "sub"):
        return [(x.inputs[0], 1), (x.inputs[1], 1 if name == "add" else -1)]
    factor, rest = coefficient(x)
    return None if rest is x else [(rest, factor)] if rest is not ONE and factor else None


def _factors(x: Tensor) -> list[tuple[Tensor, Any]] | None:
    name = x.operation.name
    if name in ("mul", "div"):
        return [(x.inputs[0], 1), (x.inputs[1], 1 if name == "mul" else -1)]
    if name == "neg":
        return [(constant(-1), 1), (x.inputs[0], 1)]
    base, exponent = _base(x)
    if isinstance(exponent, int) and exponent and base.operation.name in ("mul", "div", "neg"):
        return [(base, exponent)]
    return None


def _base(x: Tensor) -> tuple[Tensor, Any]:
    """x as a base and an exponent: an exact number, or a node."""
    if x.operation is pow:
        a, b = x.inputs
        # log(x)**0 stays: it is no number where log(x) isn't.
        return a, b.attributes[0] if b.operation is CONSTANT and b is not ZERO else b
    return x, 1
