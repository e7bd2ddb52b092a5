"""sum(i**2*x, i, 1, n) and prod(...): a term for each whole number of a range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hodiff.engine.graph import CONSTANT, OPERATIONS, Tensor, constant
from hodiff.engine.operations.structure import halved
from hodiff.errors import HodiffError
from hodiff.language.grammar import Node

RANGED = {"sum": "add", "prod": "mul", "product": "mul"}
MOST_TERMS = 1000
MOST_TERMS_OF_ALL = 5000  # of all sums and products of a text, those inside others too


class Ranged(NamedTuple):
    """The parts of such a call."""

    term: Node
    name: Node  # the index
    low: Node
    high: Node


def ranged(node: Node) -> Ranged | None:
    """The parts of a call of one of RANGED over an index; None where it is that of a vector.
    Raises HodiffError, without its text, for a call that is neither."""
    parts = node.children
    if len(parts) == 2 and parts[1].kind == "pair":  # SymPy's: sum(i**2, (i, 1, n))
        parts = [parts[0], *parts[1].children]
    if len(parts) == 1 and parts[0].kind != "pair":
        return None
    if len(parts) != 4 or parts[1].kind != "name" or any(x.kind == "pair" for x in parts):
        f = node.value
        raise HodiffError(
            "syntax",
            f"{f} takes a vector, {f}([a, b]), or a term, its index and the ends of that:"
            f" {f}(i**2, i, 1, 10)",
        )
    return Ranged(*parts)


def indices(call: str, low: Tensor, high: Tensor) -> range:
    """The whole numbers from low to high. Raises ValueError."""
    ends = [x.attributes[0] if x.operation is CONSTANT else None for x in (low, high)]
    if any(type(x) is not int for x in ends):
        raise ValueError(
            f"the ends of an index are whole numbers: {call}(i**2, i, 1, 10), or a name that --let"
            " binds to one"
        )
    first, last = ends
    assert isinstance(first, int)
    assert isinstance(last, int)
    if last - first >= MOST_TERMS:
        raise HodiffError(
            "limit", f"{call} takes {MOST_TERMS} terms at most, not {last - first + 1}"
        )
    return range(first, max(last + 1, first))


def joined(call: str, terms: Sequence[Tensor]) -> Tensor:
    """The sum or the product of terms; of none what changes nothing."""
    row = OPERATIONS[RANGED[call]]
    return halved(row, list(terms)) if terms else constant(int(row.name == "mul"))
