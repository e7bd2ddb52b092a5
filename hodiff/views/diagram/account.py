"""A walk told node by node: the rule, what came to a node, what it sent to its inputs.

It is the engine's own walk (hodiff.engine.backward.Visit), in the names that a picture has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hodiff.engine.graph import (
    CONSTANT,
    ONE,
    Tensor,
    building,
    constant,
    make,
    serial,
    tensor_of,
    variable,
    written,
)
from hodiff.engine.passes import rebuilt
from hodiff.views.diagram.alone import Alone, said
from hodiff.views.diagram.walks import Walk

MOST_WRITTEN = 60  # nodes of a formula
ELLIPSIS = "..."


class Sent(NamedTuple):
    """What a node sent to one of its inputs.

    source, to  their names; number is which input it is
    rule        the slope, as the table has it; of whole arrays what becomes of g, its cotangent
    slope       that slope at its place in the graph; None of whole arrays
    share       what was sent, as it was built: cotangent times slope, tidied; None for nothing
    """

    source: str
    to: str
    number: int
    rule: str | None
    slope: Tensor | None
    share: Tensor | None


class Step(NamedTuple):
    """A node on the way back: its name and formula, what came to it and the sum, what it sent."""

    name: str
    formula: str
    came: list[Sent]
    cotangent: Tensor
    sent: list[Sent]


def account(walk: Walk, names: Mapping[Tensor, str]) -> Iterator[Step]:
    """The steps of a walk, in its order. names has every node that there was before it."""
    came: dict[Tensor, list[Sent]] = {}
    for visit in walk.visits:
        node = visit.node
        alone = Alone(node, names) if node.inputs else None
        sent = []
        for i, factor, term in visit.shares:
            assert alone is not None
            x = node.inputs[i]
            share = None if factor == 0 else scaled(factor, term)
            one = Sent(names[node], names[x], i, _rule(alone, i), _slope(node, i), share)
            sent.append(one)
            if share is not None:
                came.setdefault(x, []).append(one)
        yield Step(
            names[node],
            alone.formula() if alone else names[node],
            came.get(node, []),
            scaled(visit.factor, visit.g),
            sent,
        )


def scaled(factor: object, term: Tensor) -> Tensor:
    """factor*term as it is written, outside the graph of the walk."""
    if factor == 1:
        return term
    number = constant(factor)  # type: ignore[arg-type]
    if term is ONE:
        return number
    with building(written):
        return -term if factor == -1 else number * term


def _rule(alone: Alone, i: int) -> str | None:
    try:
        return alone.rule(i)
    except Exception:  # a rule of a user's own, which wants values
        return None


def _slope(node: Tensor, i: int) -> Tensor | None:
    row = node.operation
    if not row.partials:
        return None
    with building(written):
        return tensor_of(row.partials[i](*node.inputs, node, *node.attributes))


def in_names(y: Tensor, names: Mapping[Tensor, str], own: Mapping[Tensor, str]) -> str:
    """y as a formula in which the nodes that have names stand as these; where that takes many
    nodes the last operation alone, on what has names in own, too, and ... for the rest."""
    given: dict[Tensor, Tensor] = {}
    seen, nodes = {y}, [y]
    for node in nodes:  # which grows
        if node in names:
            given[node] = variable(names[node], node.shape)
            continue
        new = [x for x in node.inputs if x not in seen]
        seen.update(new)
        nodes += new
        if len(nodes) > MOST_WRITTEN:
            known = {x: ELLIPSIS for x in y.inputs if x.inputs} | {**names, **own}
            return Alone(y, known).formula()

    def again(node: Tensor, inputs: list[Tensor]) -> Tensor:
        if not inputs or node.operation is CONSTANT:
            return node
        made = make(node.operation, tuple(inputs), node.attributes, node.shape)
        made.derived = node.derived
        return made

    return said(rebuilt(sorted(nodes, key=serial), again, given)[y])
