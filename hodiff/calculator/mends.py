"""What mends a claim that is no derivative, where one change does: a sign, a factor, a term."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import permutations
from typing import NamedTuple, TypeAlias

from hodiff import derivatives
from hodiff.calculator.answer import Entry, Value
from hodiff.engine.graph import ZERO, Tensor, constant, topological
from hodiff.errors import HodiffError
from hodiff.views.formula import infix
from hodiff.views.identity import vanishing
from hodiff.views.normal import shortest
from hodiff.views.parts import Part, in_order, operations

MOST_OPERATIONS = 6  # of a factor or a term that is named
MOST_TERMS = 8  # of a claim that are looked at
MOST_SWAPPED = 5  # entries
MOST_NODES = 200  # of a derivative and a claim
MOST_DENOMINATOR = 1000  # of a number that is missing
MOST_DIGITS = 4000  # of a value whose multiple is looked for
MOST_ORDER = 4  # from which on no others are looked at

Change: TypeAlias = tuple[Tensor, Callable[[], str]]
"""What is 0 if a change mends a claim, and the change in words."""


class Pair(NamedTuple):
    """An entry of a derivative, what is claimed of it, and of a first one the variable."""

    entry: Entry
    derivative: Tensor
    claim: Tensor
    x: Tensor | None


def mend(
    f: Tensor,
    variables: Sequence[Tensor],
    pairs: Sequence[Pair],
    values: Sequence[tuple[Value, Value]],
    wrong: Sequence[int],
    order: int,
) -> str | None:
    """The change that makes what is claimed right, in words: one for all that is wrong, or one for
    each entry. Each is proven by an identity. None where none is seen. values are those of the
    pairs at a point, wrong the entries that differ there."""
    if any(x.shape for x in variables):
        return None
    if len(topological([y for pair in pairs for y in (pair.derivative, pair.claim)])) > MOST_NODES:
        return None
    try:
        swapped = _swapped(f, pairs) if len(pairs) > 1 else None
        if swapped is not None or len(wrong) > MOST_SWAPPED:
            return swapped
        each = {
            pairs[i].entry.label: next(_changes(f, variables, pairs[i], values[i], order), None)
            for i in wrong
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


def _changes(
    f: Tensor, variables: Sequence[Tensor], pair: Pair, values: tuple[Value, Value], order: int
) -> Iterator[str]:
    """What would make a claim the derivative, what is likeliest first."""
    d, c = pair.derivative, pair.claim
    terms = _terms(c)
    tried: list[Change] = [
        (d, lambda: "it is 0"),
        *_numbers(d, c, *values),
        *_other_orders(f, variables, c, order),
        *_inner(f, pair),
        *((d - c + 2 * t, partial(_sign_of, f, t)) for t in terms),
        *((d - c + t, partial(_too_many, f, t, variables)) for t in terms),
    ]
    for same, (_, said) in zip(vanishing(f, [y for y, _ in tried]), tried, strict=True):
        if same:
            yield said()
    factor = _factor(f, d, c)
    if factor is not None and not _has_sum(factor[1]):
        yield factor[0]
    term, whole = shortest(f, [d - c, d])
    if _short(term) and term.kind != "sum" and operations(term, {}) <= operations(whole, {}):
        yield f"missing term {infix(term)}"
    for t in terms:
        one = _factor(f, d - c + t, t)
        if one is not None and not _has_sum(one[1]):
            yield f"{one[0]} in the term {_unsigned(f, t)}"
    if factor is not None:
        yield factor[0]


def _sign_of(f: Tensor, t: Tensor) -> str:
    return f"the sign of {_unsigned(f, t)}"


def _too_many(f: Tensor, t: Tensor, variables: Sequence[Tensor]) -> str:
    if set(variables).isdisjoint(topological([t])):
        return f"constants of integration have no place here: leave out {_unsigned(f, t)}"
    return f"the term {_unsigned(f, t)} too many"


def _numbers(d: Tensor, c: Tensor, at: Value, claimed: Value) -> Iterator[Change]:
    """The claim times the number that it has to be multiplied by at a point."""
    try:
        numbers = Decimal(str(at)), Decimal(str(claimed))
    except ArithmeticError:  # inf as text, or too long
        return
    if not all(x and x.is_finite() and abs(x.adjusted()) < MOST_DIGITS for x in numbers):
        return
    a, b = map(Fraction, numbers)
    factor = (a / b).limit_denominator(MOST_DENOMINATOR)
    if factor and abs(factor * b - a) <= abs(a) / 10**12:
        yield d - constant(factor) * c, partial(_by_number, factor)


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


def _inner(f: Tensor, pair: Pair) -> Iterator[Change]:
    """The claim times the derivative of what a function or a power in f is taken of."""
    if pair.x is None or f.shape:
        return
    found: dict[Tensor, None] = {}
    for node in topological([f]):
        if node.operation.name not in ("add", "sub", "neg", "mul", "div"):
            found |= dict.fromkeys(u for u in node.inputs if u.inputs and not u.shape)
    for y in [*found][:MOST_TERMS]:
        u = derivatives.gradient(y, [pair.x])[0]
        if u is not ZERO:
            yield pair.derivative - pair.claim * u, partial(_inner_factor, f, u)


def _inner_factor(f: Tensor, u: Tensor) -> str:
    return f"missing factor {_written(f, u)}, the inner derivative"


def _other_orders(
    f: Tensor, variables: Sequence[Tensor], c: Tensor, order: int
) -> Iterator[Change]:
    """The claim as a derivative of another order, in the one variable."""
    if f.shape or len(variables) != 1:
        return
    x = variables[0]
    asked = f"the derivative of order {order} is asked for"
    for n, y in enumerate([f, *derivatives.nth(f, x, order + 1)] if order < MOST_ORDER else [f]):
        if n != order:
            which = f"the derivative of order {n}" if n else "EXPR itself"
            yield y - c, partial("that is {}: {}".format, which, asked)
    if order == 1:
        said = "that is an integral of EXPR: its derivative is asked for"
        yield derivatives.gradient(c, [x])[0] - f, lambda: said


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
