"""What mends a claim that is no derivative, where one change does: a sign, a factor, a term."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations
from typing import NamedTuple

from hodiff import derivatives
from hodiff.calculator.answer import Entry
from hodiff.engine.graph import ZERO, Tensor, topological
from hodiff.errors import HodiffError
from hodiff.views.formula import infix
from hodiff.views.identity import ratio, vanishing
from hodiff.views.normal import shortest
from hodiff.views.parts import Part, in_order, operations

MOST_OPERATIONS = 6  # of a factor or a term that is named
MOST_TERMS = 8  # of a claim that are looked at
MOST_SWAPPED = 5  # entries
MOST_NODES = 200  # of a derivative and a claim


class Pair(NamedTuple):
    """An entry of a derivative, what is claimed of it, and of a first one the variable."""

    entry: Entry
    derivative: Tensor
    claim: Tensor
    x: Tensor | None


def mend(
    f: Tensor, variables: Sequence[Tensor], pairs: Sequence[Pair], wrong: Sequence[int], order: int
) -> str | None:
    """The change that makes what is claimed right, in words: one for all that is wrong, or one for
    each entry. Each is proven by an identity. None where none is seen."""
    if any(x.shape for x in variables):
        return None
    if len(topological([y for pair in pairs for y in (pair.derivative, pair.claim)])) > MOST_NODES:
        return None
    try:
        swapped = _swapped(f, pairs) if len(pairs) > 1 else None
        if swapped is not None or len(wrong) > MOST_SWAPPED:
            return swapped
        each = {
            pairs[i].entry.label: next(_changes(f, variables, pairs[i], order), None) for i in wrong
        }
    except (HodiffError, MemoryError):
        return None
    if None in each.values():
        return None
    if len(set(each.values())) == 1 and len(wrong) == len(pairs):
        return next(iter(each.values()))
    return "; ".join(f"in {label}, {said}" for label, said in each.items())


def _swapped(f: Tensor, pairs: Sequence[Pair]) -> str | None:
    n = len(pairs)
    if n > MOST_SWAPPED:
        return None
    differences = [a.derivative - b.claim for a in pairs for b in pairs]
    same = vanishing(f, differences)
    for order in permutations(range(n)):
        if all(same[i * n + j] for i, j in enumerate(order)):
            labels = ", ".join(pair.entry.label for pair in pairs)
            return f"the order of the entries: {labels}"
    return None


def _changes(f: Tensor, variables: Sequence[Tensor], pair: Pair, order: int) -> Iterator[str]:
    """What would make a claim the derivative, what is likeliest first."""
    d, c = pair.derivative, pair.claim
    if vanishing(f, [d])[0]:
        yield "it is 0"
    number = ratio(f, d, c)
    if number:
        yield _by_number(number)
    if not f.shape and len(variables) == 1 and not variables[0].shape:
        yield from _of_another_order(f, variables[0], c, order)
    if pair.x is not None and not f.shape:
        inner = _inner(f, pair.x)
        for u, same in zip(inner, vanishing(f, [d - c * u for u in inner]), strict=True):
            if same:
                yield f"missing factor {_written(f, u)}, the inner derivative"
    terms = _terms(c)
    tried = [*(d - c + 2 * t for t in terms), *(d - c + t for t in terms)]
    found = vanishing(f, tried)
    for t, same in zip(terms, found[: len(terms)], strict=True):
        if same:
            yield f"the sign of {_unsigned(f, t)}"
    for t, same in zip(terms, found[len(terms) :], strict=True):
        if same and set(variables).isdisjoint(topological([t])):
            yield f"constants of integration have no place here: leave out {_unsigned(f, t)}"
        elif same:
            yield f"the term {_unsigned(f, t)} too many"
    factor = _factor(f, d, c)
    if factor is not None and not _has_sum(factor[1]):
        yield factor[0]
    term = shortest(f, [d - c])[0]
    if _short(term):
        yield f"missing term {infix(term)}"
    for t in terms:
        one = _factor(f, d - c + t, t)
        if one is not None and not _has_sum(one[1]):
            yield f"{one[0]} in the term {_unsigned(f, t)}"
    if factor is not None:
        yield factor[0]


def _by_number(x: Fraction) -> str:
    if x == -1:
        return "the sign"
    if abs(x) < 1 and x.numerator in (1, -1):
        return f"factor {1 / x} too many"
    return f"missing factor {x}"


def _factor(f: Tensor, d: Tensor, c: Tensor) -> tuple[str, Part] | None:
    """What c lacks, or has too much, as a factor of d."""
    if d is ZERO or c is ZERO:
        return None
    missing, extra = shortest(f, [d / c, c / d])
    for part, said in ((missing, "missing factor {}"), (extra, "factor {} too many")):
        if _short(part) and not _divides(part) and not _is_number(part):
            return said.format(infix(part)), part
    return None


def _inner(f: Tensor, x: Tensor) -> list[Tensor]:
    """The derivatives of what functions and powers in f are taken of."""
    found: dict[Tensor, None] = {}
    for node in topological([f]):
        if node.operation.name not in ("add", "sub", "neg", "mul", "div"):
            found |= dict.fromkeys(u for u in node.inputs if u.inputs and not u.shape)
    inner = list(found)[:MOST_TERMS]
    return [u for u in (derivatives.gradient(y, [x])[0] for y in inner) if u is not ZERO]


def _of_another_order(f: Tensor, x: Tensor, c: Tensor, order: int) -> Iterator[str]:
    below = [f, *derivatives.nth(f, x, order + 1)] if order < 4 else [f]
    found = vanishing(f, [y - c for y in below])
    for n, same in enumerate(found):
        if same and n != order:
            which = f"the derivative of order {n}" if n else "EXPR itself"
            yield f"that is {which}: the derivative of order {order} is asked for"
    integrated = derivatives.gradient(c, [x])[0]
    if order == 1 and vanishing(f, [integrated - f])[0]:
        yield "that is an integral of EXPR: its derivative is asked for"


def _terms(c: Tensor) -> list[Tensor]:
    """What a claim is the sum of, with its signs."""
    found: list[Tensor] = []
    stack = [(c, 1)]
    while stack:
        x, sign = stack.pop()
        name = x.operation.name
        if name in ("add", "sub") and not x.shape:
            stack += [(x.inputs[1], sign if name == "add" else -sign), (x.inputs[0], sign)]
        elif name == "neg" and not x.shape:
            stack.append((x.inputs[0], -sign))
        else:
            found.append(x if sign > 0 else -x)
            if len(found) > MOST_TERMS:
                return []
    return found if len(found) > 1 else []


def _written(f: Tensor, t: Tensor) -> str:
    return infix(shortest(f, [t])[0])


def _unsigned(f: Tensor, t: Tensor) -> str:
    part = shortest(f, [t])[0]
    return infix(part.children[0] if part.kind == "negation" else part)


def _short(part: Part) -> bool:
    return operations(part, {})[0] <= MOST_OPERATIONS


def _divides(part: Part) -> bool:
    """Whether it is something divided by what is no number."""
    while part.kind == "negation":
        (part,) = part.children
    if part.kind != "product":
        return False
    below = part.children[part.data :]
    return any(x.kind != "number" for x in below)


def _is_number(part: Part) -> bool:
    return all(x.kind in ("number", "negation") for x in in_order(part))


def _has_sum(part: Part) -> bool:
    return any(x.kind == "sum" for x in (part, *part.children))
