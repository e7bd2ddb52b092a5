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
from hodiff.engine.graph import (
    CONSTANT,
    DATA,
    SERIAL,
    STATE,
    VARIABLE,
    Attributes,
    Inputs,
    Kind,
    Operation,
    Tensor,
    held,
    make,
    serial,
    topological,
)
from hodiff.engine.operations.piecewise import where
from hodiff.engine.operations.structure import cast, custom, pick, place, untracked
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
    order, key = _met(asked)
    replay = REPLAYS.get(key) if key is not None else None
    if replay is None:
        if key is None or key in REPLAYS:
            return finished(build(), asked)
        before = [(node.freed, node.opaque, node.inputs) for node in order]
        start = next(SERIAL)
        results = build()
        replay = _recorded(order, results, asked, start, before)
        if len(REPLAYS) >= MOST_REPLAYS:
            REPLAYS.clear()
        REPLAYS[key] = replay
        return finished(results, asked)
    found = replay.found(order, asked)
    return finished(build(), asked) if found is None else found


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


def finished(results: Results, asked: Asked) -> Results:
    """Gradients as they are asked for: nodes, or values that nothing tracks."""
    if asked.create_graph:
        return results
    found = detached(results, asked.ys if asked.computed else (), asked.xs)
    return [g if g is None or not g.requires_grad else untracked(g) for g in found]


def _typed(value: Any, x: Tensor) -> Any:
    """The value of a gradient in the dtype of the float64 x: where other dtypes are on the way it
    may be theirs. (like() has seen to the others.)"""
    found, wanted = (getattr(v, "dtype", "float64") for v in (value, x.value))
    return value.astype(float) if wanted == "float64" != found else value


def _met(asked: Asked) -> tuple[list[Tensor], Any]:
    """The graph of what is asked, from there on back, down to what is older than all of xs, which
    a walk neither passes nor looks into; and its structure: None where it has what isn't
    remembered. Every walk pays for this loop, a node and an input at a time.
    """
    since = asked.since
    order: list[Tensor] = []
    if isinstance(STATE.builder, NodeTable):
        return order, None
    places: Places = {}
    for x in (*asked.ys, *asked.seeds):
        if x is not None and x not in places:
            places[x] = len(order)
            order.append(x)
    parts: list[Any] = []
    late = False
    for node in order:  # which grows
        operation, inputs, value = node.operation, node.inputs, node.value
        kind: Any = None
        if value is not None:
            kind = float if type(value) is float else getattr(value, "dtype", bool)
        if inputs:
            if node.opaque and node.serial < since:
                parts += (kind, node.shape, node.requires_grad)
                continue
            attributes = node.attributes
            if (
                node.freed
                or node.hooks
                or (attributes and operation in APART and not _plain(attributes))
            ):
                return order, None
            parts += (
                operation,
                attributes,
                kind,
                node.requires_grad,
                node.opaque,
                node.borrowed,
            )
            for x in inputs:
                place = places.get(x)
                if place is None:
                    place = places[x] = len(order)
                    order.append(x)
                    if place > MOST_NODES:
                        return order, None
                parts.append(place)
        elif node.freed or node.hooks or operation is VARIABLE:
            return order, None
        elif operation is CONSTANT:
            parts += (type(node.attributes[0]), node.attributes[0])
        elif operation is DATA:
            late = late or node.since > 0
            parts += (kind, node.attributes, node.shape, node.requires_grad)
        else:  # pi, e
            parts.append(operation)
    if late and any(x.since > node.serial for node in order for x in node.inputs):
        return order, None  # a leaf that only later users track
    unused = [(x.shape, _kind(x.value)) for x in asked.xs if x not in places]
    return order, (
        tuple(parts),
        tuple([places[y] for y in asked.ys]),
        tuple([None if seed is None else places[seed] for seed in asked.seeds]),
        tuple([places.get(x, -1) for x in asked.xs]),
        (*unused, STATE.enabled, *asked[3:]),
    )


def _plain(attributes: Attributes) -> bool:
    """Whether attributes are the same each time: not an array that indexes, nor somebody's call."""
    for x in attributes:
        if type(x) is tuple:
            if not _plain(x):
                return False
        elif type(x) not in PLAIN:
            return False
    return True


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
    """A value to compute, from those at one or two places or at any number of others."""

    place: int
    compute: Callable[..., Any]
    first: int  # -1 for any number
    second: int  # -1 for one
    inputs: tuple[int, ...]


class Freed(NamedTuple):
    """What a walk leaves of a graph that it frees: hodiff.engine.freed.release, remembered."""

    marked: list[int]  # the nodes that it freed
    spent: list[int]  # those that no walk can pass again
    emptied: list[int]  # and those that let go of their inputs
    passed: list[int]  # what somebody may ask for
    ends: list[int]  # what is tracked and leads no further

    def release(self, order: Sequence[Tensor], since: int) -> None:
        """Free the graph of order, which is as the one that the walk freed."""
        for i in self.marked:
            order[i].freed = True
        if self.spent:
            older = any(order[i].serial < since for i in self.ends)
            behind = since if older else 0, {order[i].serial for i in self.passed}
            for i in self.spent:
                order[i].spent = behind
            for i in self.emptied:
                order[i].inputs, order[i].opaque = (), True


class Replay(NamedTuple):
    """The gradient of a graph as it was met."""

    constants: list[Tensor]
    made: list[Made]
    results: list[int | None]
    freed: Freed
    borrowed: list[int]  # nodes that the walk used again
    run: "Run | None"

    def nodes(self, order: Sequence[Tensor]) -> Results:
        """The gradients as nodes on those of order."""
        pool = [*order, *self.constants]
        for operation, inputs, attributes, shape, flags in self.made:
            if len(inputs) == 2:
                i, j = inputs
                node = make(operation, (pool[i], pool[j]), attributes, shape)
            else:
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
        if self.freed.marked:
            self.freed.release(order, asked.since)
        if run is None or values is None:
            return self.nodes(order)
        for i in run.ys if asked.free else run.kept:
            order[i].value = values[i]
        if run.doubles:
            return [None if i is None else held(values[i]) for i in self.results]
        return [
            None if i is None else held(_typed(values[i], x))
            for i, x in zip(self.results, asked.xs, strict=True)
        ]


class Run(NamedTuple):
    """What computes the values of a gradient without its nodes."""

    arithmetic: Arithmetic
    doubles: bool  # every value is float64
    given: list[int]  # whose nodes have the values, or are what the graph stands on
    known: list[tuple[int, Any]]  # exact constants, as numbers
    steps: list[Step]
    kept: list[int]  # nodes of the graph that are computed
    ys: list[int]  # and those of them that are differentiated
    size: int

    def values(self, order: Sequence[Tensor]) -> list[Any] | None:
        """Every value, by place; None where what the graph stands on has none, or other numbers."""
        values: list[Any] = [None] * self.size
        missing = []
        for i in self.given:
            value = values[i] = order[i].value
            if value is None:
                missing.append(i)
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
        self.arithmetic.in_quiet(self._compute, values)
        return values

    def _compute(self, values: list[Any]) -> None:
        for at, compute, i, j, inputs in self.steps:
            if j >= 0:
                values[at] = compute(values[i], values[j])
            elif i >= 0:
                values[at] = compute(values[i])
            else:
                values[at] = compute(*[values[k] for k in inputs])


def _recorded(
    order: Sequence[Tensor],
    results: Results,
    asked: Asked,
    start: int,
    before: Sequence[tuple[bool, bool, Inputs]],
) -> Replay | None:
    """How results, which a walk made after start, are made again; None where they can't be, or
    where arrays are large. before has of each node of order whether it was freed, and opaque, and
    its inputs.
    """
    if any(prod(node.shape) > LARGE for node in order):
        return None
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
        _freed(order, asked, before),
        [i for i, node in enumerate(order) if node.borrowed],
        None if asked.create_graph else _run(places, len(order), wanted, asked),
    )


def _freed(
    order: Sequence[Tensor], asked: Asked, before: Sequence[tuple[bool, bool, Inputs]]
) -> Freed:
    """What a walk freed of order, given as it was before."""
    found = Freed([], [], [], [], [])
    for i, (node, (freed, opaque, inputs)) in enumerate(zip(order, before, strict=True)):
        if node.freed and not freed:
            found.marked.append(i)
            if node.spent:
                found.spent.append(i)
            if inputs and not node.inputs:
                found.emptied.append(i)
        if opaque or not inputs:
            found.passed.append(i)
            if node.requires_grad and (not inputs or node.serial < asked.since):
                found.ends.append(i)
    return found


def _run(places: Places, own: int, wanted: Sequence[Tensor], asked: Asked) -> Run:
    """What computes wanted: the graph's nodes have places before own, what is made has later."""
    since = asked.since
    needed = {*wanted, *(asked.ys if asked.computed else ())}
    given, computed = [], []
    nodes = list(places)
    nodes[:own] = sorted(nodes[:own], key=serial)
    for node in reversed(nodes):
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
    doubles = all(_kind(x.value) in (float, "float64") for x in given if x.value is not None)
    doubles = doubles and not any(node.operation is cast for node in computed)
    steps = []
    for node in reversed(computed):
        mixed = not whole.isdisjoint(node.inputs)
        if node.operation.kind is Kind.CONDITION or (mixed and _stays_whole(node, whole)):
            whole.add(node)
        compute, inputs = arithmetic.unguarded(node, mixed, doubles)
        found = tuple([places[x] for x in inputs])
        first, second = (*found, -1)[:2] if len(found) in (1, 2) else (-1, -1)
        steps.append(Step(places[node], compute, first, second, found))
    constants = [x for x in needed if x.operation is CONSTANT]
    kept = [node for node in computed if places[node] < own and node.inputs]
    return Run(
        arithmetic,
        doubles and not whole,
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
