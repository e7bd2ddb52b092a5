"""Graphs that a walk has freed: what they let go of, and what they still know of it."""

from __future__ import annotations

from collections.abc import Sequence

from hodiff.engine.graph import Tensor


def release(order: Sequence[Tensor], since: int) -> None:
    """Let go of what lies behind nodes that no walk can pass again, where their values are known.

    A walk is refused at a freed node whose rule reads values, and so behind it. order has
    inputs before users, down to what is older than since.
    """
    behind: tuple[int, set[int]] | None = None
    for node in order:
        if node.spent or not node.freed:
            continue
        if not node.operation.linear or all(x.spent for x in node.inputs if x.requires_grad):
            node.spent = behind = behind or _behind(order, since)
            if node.value is not None:
                node.inputs, node.opaque = (), True


def _behind(order: Sequence[Tensor], since: int) -> tuple[int, set[int]]:
    """The serials of what somebody may ask for among order, and before which there may be more."""
    passed = {x.serial for x in order if x.opaque or not x.inputs}
    if not any(x.requires_grad and x.serial < since for node in order for x in node.inputs):
        since = 0
    for x in order:
        if x.spent and not x.inputs:
            since = max(since, x.spent[0])
            passed |= x.spent[1]
    return since, passed


def depends(node: Tensor, found: set[Tensor], xs: Sequence[Tensor]) -> bool:
    """Whether node depends on xs by an input that was found to, or by one that it let go of."""
    if node.inputs or not node.spent:
        return not found.isdisjoint(node.inputs)
    since, passed = node.spent
    older = [x.serial for x in xs if x.serial < node.serial]
    return not xs or any(n < since or n in passed for n in older)
