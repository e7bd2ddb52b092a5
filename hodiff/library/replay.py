"""Walks remembered: of a graph that is built and differentiated over and over.

A training loop, a root finder or a time step makes the same graph again with other numbers. Its
gradient is the same graph too: the first walk builds it; from then on its nodes are made again
without a walk, or, where only their values are asked for, not made at all but run. Nothing is
remembered but structure: operations, attributes, shapes, which node is whose input, and what the
walk marked.
"""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple, TypeAlias

from hodiff.arithmetic.base import LARGE, Arithmetic, UnknownError
from hodiff.arithmetic.floats import FLOATS
from hodiff.arithmetic.program import Program, evaluate, suited
from hodiff.engine.freed import release
from hodiff.engine.graph import (
    CONSTANT,
    DATA,
    SERIAL,
    STATE,
    VARIABLE,
    Attributes,
    Kind,
    Operation,
    Tensor,
    held,
    make,
    serial,
    topological,
)
from hodiff.engine.operations.piecewise import where
from hodiff.engine.operations.structure import custom, pick, place
from hodiff.engine.shapes import Shape
from hodiff.engine.sharing import NodeTable

Results: TypeAlias = list[Tensor | None]
Places: TypeAlias = dict[Tensor, int]

MOST_NODES = 1000  # of a graph that is remembered
MOST_REPLAYS = 512
APART = {pick, place, custom}  # whose attributes may be other ones each time
PLAIN = {int, bool, str, float, type(None), slice}

REPLAYS: dict[Any, "Replay | None"] = {}
"""By a graph's key; None for what can't be made again without a walk."""


class Asked(NamedTuple):
    """What a gradient is asked of, and how."""

    ys: Sequence[Tensor]
    seeds: Sequence[Tensor | None]
    xs: Sequence[Tensor]
    free: bool  # the graph can't be walked again
    create_graph: bool  # nodes are wanted, not their values
    computed: bool  # the values of ys are wanted, too
    flags: tuple[bool, ...] = ()  # what else build depends on

    @property
    def since(self) -> int:
        """The serial of the oldest of xs: a walk passes nothing that is older."""
        return min(map(serial, self.xs), default=0)


def gradients(build: Callable[[], Results], asked: Asked) -> Results:
    """What build() makes by a walk: as nodes or, without create_graph, their values.

    Cost, for a graph met before: a few operations of Python a node, and running it.
    """
    order = _order(asked)
    key = _key(order, asked)
    replay = REPLAYS.get(key) if key is not None else None
    if replay is None:
        if key is None or key in REPLAYS:
            return _finished(build(), asked)
        start = next(SERIAL)
        freed = [node.freed for node in order]
        results = build()
        replay = _recorded(order, results, asked, start, freed)
        if len(REPLAYS) >= MOST_REPLAYS:
            REPLAYS.clear()
        REPLAYS[key] = replay
        return _finished(results, asked)
    found = replay.found(order, asked)
    return _finished(build(), asked) if found is None else found


def detached(
    results: Sequence[Tensor | None],
    outputs: Sequence[Tensor] = (),
    inputs: Sequence[Tensor] | None = None,
) -> Results:
    """Tensors of the values of results, computed in one run; as they are where they have none.
    Each has the dtype of the one of inputs that it is the gradient in.

    Outputs whose graph is spent get their values in the same run, and let it go.
    """
    spent = [y for y in outputs if y.spent and y.value is None]
    program = Program([*(g for g in results if g is not None), *spent])
    if program.variables:
        return list(results)
    values = iter(program.results())
    found = [
        g
        if g is None
        else held(next(values) if inputs is None else _typed(next(values), inputs[i]))
        for i, g in enumerate(results)
    ]
    for y, value in zip(spent, values, strict=True):
        y.value, y.inputs, y.opaque = held(value).value, (), True
    return found


def _finished(results: Results, asked: Asked) -> Results:
    if asked.create_graph:
        return results
    return detached(results, asked.ys if asked.computed else (), asked.xs)


def _typed(value: Any, x: Tensor) -> Any:
    """The value of a gradient in the dtype of the float64 x: where other dtypes are on the way it
    may be theirs. (like() has seen to the others.)"""
    found, wanted = (getattr(v, "dtype", "float64") for v in (value, x.value))
    return value.astype(float) if wanted == "float64" != found else value


def _order(asked: Asked) -> list[Tensor]:
    """The graph of what is asked, inputs before users, down to what is older than all of xs: what
    a walk neither passes nor looks into."""
    since = asked.since
    found = {*asked.ys, *(seed for seed in asked.seeds if seed is not None)}
    order = list(found)
    for node in order:  # which grows
        if node.serial >= since or not node.opaque:
            new = [x for x in node.inputs if x not in found]
            if new:
                found.update(new)
                order += dict.fromkeys(new)
    order.sort(key=serial)
    return order


def _key(order: Sequence[Tensor], asked: Asked) -> Any:
    """The structure of a graph; None where it has what isn't remembered."""
    if len(order) > MOST_NODES or isinstance(STATE.builder, NodeTable):
        return None
    since = asked.since
    places: Places = {}
    parts: list[Any] = []
    tracked = 0  # from which serial on the leaves so far are
    last: Shape = ()
    for i, node in enumerate(order):
        places[node] = i
        operation, inputs, shape = node.operation, node.inputs, node.shape
        if shape is not last:
            if prod(shape) > LARGE:
                return None
            last = shape
        if inputs and node.opaque and node.serial < since:
            parts += (_kind(node.value), shape, node.requires_grad)
        elif node.freed or node.hooks or operation is VARIABLE:
            return None
        elif inputs:
            attributes, value = node.attributes, node.value
            if node.serial < tracked or (operation in APART and not _plain(attributes)):
                return None
            kind = None if value is None else _kind(value)
            parts += (operation, attributes, kind, len(inputs), node.requires_grad, node.opaque)
            parts.append(node.borrowed)
            for x in inputs:
                parts.append(places[x])
        elif operation is CONSTANT:
            parts += (type(node.attributes[0]), node.attributes[0])
        elif operation is DATA:
            tracked = max(tracked, node.since)
            parts += (_kind(node.value), node.attributes, shape, node.requires_grad)
        else:  # pi, e
            parts.append(operation)
    unused = [(x.shape, _kind(x.value)) for x in asked.xs if x not in places]
    return (
        tuple(parts),
        tuple([places[y] for y in asked.ys]),
        tuple([None if seed is None else places[seed] for seed in asked.seeds]),
        tuple([places.get(x, -1) for x in asked.xs]),
        (*unused, STATE.enabled, *asked[3:]),
    )


def _plain(attributes: Attributes) -> bool:
    """Whether attributes are the same each time: not an array that indexes, nor somebody's call."""
    return all(_plain(x) if type(x) is tuple else type(x) in PLAIN for x in attributes)


def _kind(value: Any) -> Any:
    """What numbers a value is of; None where there is none."""
    return None if value is None else getattr(value, "dtype", type(value))


class Made(NamedTuple):
    """A node to make. Places count the graph's nodes, the constants after them, and what was made
    before."""

    operation: Operation
    inputs: tuple[int, ...]
    attributes: Attributes
    shape: Shape
    flags: tuple[bool, bool, bool]


class Step(NamedTuple):
    """A value to compute from those at other places."""

    place: int
    compute: Callable[..., Any]
    inputs: tuple[int, ...]
    attributes: Attributes


class Replay(NamedTuple):
    """The gradient of a graph as it was met."""

    constants: list[Tensor]
    made: list[Made]
    results: list[int | None]
    freed: list[int]  # where the nodes are that the walk freed, and borrowed
    borrowed: list[int]
    run: "Run | None"

    def nodes(self, order: Sequence[Tensor]) -> Results:
        """The gradients as nodes on those of order."""
        pool = [*order, *self.constants]
        for operation, inputs, attributes, shape, flags in self.made:
            node = make(operation, tuple([pool[i] for i in inputs]), attributes, shape)
            node.requires_grad, node.opaque, node.derived = flags
            pool.append(node)
        return [None if i is None else pool[i] for i in self.results]

    def found(self, order: Sequence[Tensor], asked: Asked) -> Results | None:
        """The gradients, as they are asked for; None where the graph has no such values.

        A graph that is retained keeps the values of its nodes: the next walk needs them again.
        """
        run, values = self.run, None
        if run is not None:
            values = run.values(order)
            if values is None:
                return None
        for i in self.borrowed:
            order[i].borrowed = True
        for i in self.freed:
            order[i].freed = True
        if self.freed:
            release(order, asked.since)
        if run is None or values is None:
            return self.nodes(order)
        for i in run.ys if asked.free else run.kept:
            order[i].value = values[i]
        return [
            None if i is None else held(_typed(values[i], x))
            for i, x in zip(self.results, asked.xs, strict=True)
        ]


class Run(NamedTuple):
    """What computes the values of a gradient without its nodes."""

    arithmetic: Arithmetic
    given: list[int]  # whose nodes have the values, or are what the graph stands on
    known: list[tuple[int, Any]]  # exact constants, as numbers
    steps: list[Step]
    kept: list[int]  # nodes of the graph that are computed
    ys: list[int]  # and those of them that are differentiated
    size: int

    def values(self, order: Sequence[Tensor]) -> list[Any] | None:
        """Every value, by place; None where what the graph stands on has none, or other numbers."""
        values: list[Any] = [None] * self.size
        for i in self.given:
            values[i] = order[i].value
        missing = [i for i in self.given if values[i] is None]
        if missing:
            try:
                found = evaluate([order[i] for i in missing])
            except UnknownError:
                return None
            for i, value in zip(missing, found, strict=True):
                values[i] = value
            if self.arithmetic is FLOATS and any(type(value) is not float for value in found):
                return None
        for i, value in self.known:
            values[i] = value
        with self.arithmetic.quietly():
            for place, compute, inputs, attributes in self.steps:
                if len(inputs) == 2 and not attributes:
                    i, j = inputs
                    values[place] = compute(values[i], values[j])
                else:
                    values[place] = compute(*[values[i] for i in inputs], *attributes)
        return values


def _recorded(
    order: Sequence[Tensor], results: Results, asked: Asked, start: int, freed: Sequence[bool]
) -> Replay | None:
    """How results, which a walk made after start, are made again; None where they can't be."""
    wanted = [g for g in results if g is not None]
    after = topological(wanted, since=start)
    new = [x for x in after if x.serial > start and x.operation is not CONSTANT]
    places = {node: i for i, node in enumerate(order)}
    others = dict.fromkeys((*wanted, *(x for node in new for x in node.inputs)))
    known = {*order, *new}
    constants = [x for x in others if x not in known]
    if any(x.operation is not CONSTANT for x in constants):
        return None
    if any(node.value is not None or node.operation is DATA for node in new):
        return None  # something was computed on the way
    if not suited([*order, *new]).blockwise:
        return None  # whether a scalar is a number is nowhere in a run
    for node in (*constants, *new):
        places[node] = len(places)
    made = [
        Made(
            node.operation,
            tuple([places[x] for x in node.inputs]),
            node.attributes,
            node.shape,
            (node.requires_grad, node.opaque, node.derived),
        )
        for node in new
    ]
    return Replay(
        constants,
        made,
        [None if g is None else places[g] for g in results],
        [i for i, node in enumerate(order) if node.freed and not freed[i]],
        [i for i, node in enumerate(order) if node.borrowed],
        None if asked.create_graph else _run(places, len(order), wanted, asked),
    )


def _run(places: Places, own: int, wanted: Sequence[Tensor], asked: Asked) -> Run:
    """What computes wanted: the graph's nodes have places before own, what is made has later."""
    since = asked.since
    needed = {*wanted, *(asked.ys if asked.computed else ())}
    given, computed = [], []
    for node in reversed(places):
        if node not in needed or node.operation is CONSTANT:
            continue
        stands = places[node] < own and node.opaque and node.serial < since and node.inputs
        if node.value is not None or stands:
            given.append(node)
        else:
            computed.append(node)
            needed.update(node.inputs)
    arithmetic = suited(list(needed))
    whole = {
        x for x in given if type(x.value) is bool or getattr(_kind(x.value), "kind", "f") in "biu"
    }
    steps = []
    for node in reversed(computed):
        mixed = not whole.isdisjoint(node.inputs)
        if node.operation.kind is Kind.CONDITION or (mixed and _stays_whole(node, whole)):
            whole.add(node)
        compute, inputs = arithmetic.unguarded(node, mixed)
        found = tuple([places[x] for x in inputs])
        steps.append(Step(places[node], compute, found, node.attributes))
    constants = [x for x in needed if x.operation is CONSTANT]
    kept = [node for node in computed if places[node] < own and node.inputs]
    return Run(
        arithmetic,
        [places[x] for x in given],
        [(places[x], arithmetic.number(x.attributes[0])) for x in constants],
        steps,
        [places[x] for x in kept],
        [places[x] for x in kept if any(x is y for y in asked.ys)],
        len(places),
    )


def _stays_whole(node: Tensor, whole: set[Tensor]) -> bool:
    """Whether a node that takes conditions or integers may be of them itself."""
    if node.operation is where:
        return not whole.isdisjoint(node.inputs[1:])
    return whole.issuperset(node.inputs) if node.operation.partials else True
