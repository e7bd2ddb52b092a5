"""The reverse pass: from outputs to inputs, each node's cotangent shared out by its rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from hodiff.engine.freed import depends, release
from hodiff.engine.graph import STATE, ZERO, Tensor, building, serial, tensor_of, topological
from hodiff.engine.operations.elementary import coefficient
from hodiff.engine.operations.structure import expand_to
from hodiff.engine.sharing import NodeTable, Terms, sharing

FREED = (
    "Trying to backward through the graph a second time: its values were freed by the first."
    " Pass retain_graph=True (or create_graph=True) to the first walk"
)

Refused: TypeAlias = set[tuple[Tensor, int]]  # a node, and the number of its input


class Visit:
    """What a walk did at a node.

    factor, g  its cotangent, factor*g, once all its users were done
    shares     what its rule made of that: for each input, by its number, a factor and a node
    """

    __slots__ = ("factor", "g", "node", "shares")

    def __init__(self, node: Tensor, factor: Any, g: Tensor) -> None:
        self.node, self.factor, self.g = node, factor, g
        self.shares: list[tuple[int, Any, Tensor]] = []


def walk(
    outputs: Sequence[Tensor],
    seeds: Sequence[Tensor],
    inputs: Sequence[Tensor],
    free: bool = False,
    visits: list[Visit] | None = None,
) -> list[Tensor | None]:
    """The cotangent of each input, given one for each output: the loop of reverse mode.

    A node's cotangent is complete when all its users are done; its operation's pullback then
    gives each input's share, as new nodes of the same graph. None for an input that the outputs
    don't depend on, or only where a rule says that it has no gradient (Operation.refuses), ZERO
    for one where the dependence is structurally flat. free marks the nodes on the way, so that a
    later walk that needs their values is refused. visits gathers what it does, for who wants to
    tell of it.
    """
    with sharing() as table:
        # What depends on an input was made after it: a walk visits nothing that is older.
        since = min(map(serial, inputs), default=0)
        order = topological(outputs, True, since=since)
        table.know(order)
        cotangents: dict[Tensor, Terms] = {}
        for y, seed in zip(outputs, seeds, strict=True):
            factor, g = coefficient(seed)
            terms = cotangents.setdefault(y, {})
            terms[g] = terms.get(g, 0) + factor
        on_the_way = _on_the_way(order, inputs)
        found = dict.fromkeys(inputs)
        refused: Refused = set()
        for node in reversed(order):
            if node not in cotangents or node not in on_the_way:
                continue
            terms = cotangents.pop(node)
            if len(terms) == 1:
                ((g, factor),) = terms.items()
            else:
                factor, g = table.total(terms)
            if node.shape and factor == 0:
                factor, g = 1, ZERO
            g = expand_to(g, node.shape)  # a 0 may have lost axes
            if node.hooks:
                factor, g = coefficient(_hooked(node, table.scaled(factor, g)))
            if node in found:
                found[node] = table.scaled(factor, g)
            shares = None
            if visits is not None:
                visits.append(Visit(node, factor, g))
                shares = visits[-1].shares
            if not node.inputs and not node.freed:
                continue
            if node in found and not depends(node, on_the_way, inputs):
                continue  # the walk ends here, and what lies behind may be walked yet
            if node.freed and not (node.operation.linear and node.inputs):
                raise RuntimeError(FREED)
            _share_out(table, node, factor, g, on_the_way, cotangents, shares, refused)
            if free and not node.borrowed:
                node.freed = True
        if refused or not on_the_way.issuperset(inputs):
            on_the_way = _used(outputs, since, refused)
        if free:
            release(order, since)
        return [ZERO if found[x] is None and x in on_the_way else found[x] for x in inputs]


def _share_out(
    table: NodeTable,
    node: Tensor,
    factor: int,
    g: Tensor,
    on_the_way: set[Tensor],
    cotangents: dict[Tensor, Terms],
    shares: list[tuple[int, Any, Tensor]] | None,
    refused: Refused,
) -> None:
    """Add to cotangents each input's share of factor*g, the node's cotangent; shares gathers
    them, refused the inputs that have none."""
    xs, operation = node.inputs, node.operation
    table.span = node.span
    partials = () if node.shape else operation.partials
    arguments = (*xs, node, *node.attributes)
    for i, x in enumerate(xs):
        if x not in on_the_way or x.since > node.serial:
            continue
        if partials:
            slope = partials[i](*arguments)
            if type(slope) is int:
                weight, term = factor * slope, g
            else:
                weight, term = table.times(factor, g, slope)
        else:
            share = operation.pullback(table.scaled(factor, g), xs, node, node.attributes, i)
            if share is None:
                if operation.refuses:
                    refused.add((node, i))
                continue
            weight, term = coefficient(share)
        if shares is not None:
            shares.append((i, weight, term))
        if weight:
            there = cotangents.get(x)
            if there is None:
                cotangents[x] = {term: weight}
            else:
                there[term] = there.get(term, 0) + weight


def _on_the_way(order: list[Tensor], xs: Sequence[Tensor]) -> set[Tensor]:
    """The nodes of order that depend on one of xs, xs among them included."""
    found = set(xs).intersection(order)
    for node in order:
        if depends(node, found, xs):
            found.add(node)
    return found


def _used(outputs: Sequence[Tensor], since: int, refused: Refused) -> set[Tensor]:
    """What outputs depend on, if only by a slope that is a structural 0, but not by one that was
    refused."""
    found = set(outputs)
    nodes = list(found)
    for node in nodes:  # which grows
        if node.operation.differentiable or node.operation.used:
            new = [x for x in node.inputs if x not in found and x.serial >= since]
            if refused:
                given = {x for i, x in enumerate(node.inputs) if (node, i) not in refused}
                new = [x for x in new if x in given]
            new = [x for x in new if x.since <= node.serial]
            if node.operation.differentiable and not node.requires_grad:  # made in no_grad()
                new = [x for x in new if not x.requires_grad]
            found.update(new)
            nodes += new
    return found


def _hooked(node: Tensor, g: Tensor) -> Tensor:
    """g as the node's hooks replace it; what they compute is the user's, not the walk's."""
    for hook in (node.hooks or {}).values():
        with building(STATE.outermost):
            replaced = hook(g)
        g = g if replaced is None else tensor_of(replaced)
    return g
