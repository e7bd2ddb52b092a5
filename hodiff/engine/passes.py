"""Passes over a graph in order: what depends on what, and a graph made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from hodiff.engine.graph import Tensor, apply

Made = TypeVar("Made")
Node = TypeVar("Node")


def depending(order: Iterable[Tensor], xs: Iterable[Tensor], smoothly: bool = True) -> set[Tensor]:
    """xs and those nodes of order, which has inputs before users, that depend on them; not
    smoothly: through a condition, too."""
    found = set(xs)
    for node in order:
        if not found.isdisjoint(node.inputs) and (node.operation.differentiable or not smoothly):
            found.add(node)
    return found


def postorder(root: Node, children: Callable[[Node], Sequence[Node]]) -> list[Node]:
    """root and all below it, each once and after its children, which come from left to right."""
    order: list[Node] = []
    seen: set[Node] = set()
    stack = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(child, False) for child in reversed(children(node))]
    return order


def rebuilt(
    order: Iterable[Tensor],
    rule: Callable[[Tensor, list[Made]], Made],
    given: Mapping[Tensor, Made] | None = None,
) -> dict[Tensor, Made]:
    """What rule(node, what it made of the node's inputs) makes of every node of order, which has
    inputs before users; given is there already. An interpreter: see how it is used."""
    made = dict(given or {})
    for node in order:
        if node not in made:
            made[node] = rule(node, [made[x] for x in node.inputs])
    return made


def applied(node: Tensor, inputs: Sequence[Tensor]) -> Tensor:
    """A node's operation on other inputs; the node itself where they are its own: the rule of
    rebuilt() for what stays as it is."""
    if all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
        return node
    return apply(node.operation, tuple(inputs), node.attributes)


def reached(
    order: Sequence[Tensor],
    roots: Iterable[Tensor],
    branch: Callable[[Tensor, bool], Made],
    both: Callable[[Made, Made], Made],
    either: Callable[[Made, Made], Made],
) -> dict[Tensor, Made | None]:
    """Where the roots come from each node of order, None for everywhere: of a where from a branch
    where branch(node, whether it is the first) says. Of one point hodiff.arithmetic.base.taken
    tells."""
    found: dict[Tensor, Made | None] = dict.fromkeys(roots)
    for node in reversed(order):
        here = found[node]
        for k, x in enumerate(node.inputs):
            there = here
            if node.operation.name == "where" and k:
                test = branch(node, k == 1)
                there = test if here is None else both(here, test)
            if x not in found:
                found[x] = there
            elif found[x] is not there:
                other = found[x]
                found[x] = None if there is None or other is None else either(there, other)
    return found
