"""The graph as a formula: infix text of the expression language, which parses back.

A node is first read as a sum, a product, a power or a call (parts), then written bottom up,
without recursion. A formula that shared parts would make long is written with definitions:
't1 = exp(sin(x)); t1*cos(x)'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any, NamedTuple, TypeAlias

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
    topological,
)
from hodiff.engine.operations import FUNCTIONS
from hodiff.engine.operations.elementary import coefficient, pow
from hodiff.engine.operations.structure import any_of, pick, stack, summed
from hodiff.engine.passes import rebuilt
from hodiff.engine.sharing import sharing
from hodiff.errors import HodiffError

INLINE = 800  # characters; a longer formula gets definitions for its shared parts
LONGEST = 1_000_000  # characters
SMALL = 300  # nodes; a larger graph is not flattened through what it shares
SHORT = 8  # characters; a shorter part is not worth a name

# Precedences, Python's: what binds tighter is higher.
OR, AND, NOT, COMPARISON, SUM, PRODUCT, NEGATION, POWER, ATOM = range(9)

COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
LOGIC = {"and": (" and ", AND), "or": (" or ", OR)}


class Piece(NamedTuple):
    """How a node is written: its children, and the text and precedence from theirs."""

    children: list[Tensor]
    write: Callable[[list[Written]], Written]


Written: TypeAlias = tuple[str, int]


def formula(y: Tensor) -> str:
    """y as text in the expression language.

    >>> from hodiff.engine.graph import variable
    >>> x = variable("x")
    >>> formula(2 * x**2 / (1 + x))
    '2*x**2/(1 + x)'
    """
    y = _entrywise(_expanded(y))
    pieces, order = _pieces(y)
    names = _names(y, pieces, order)
    written: dict[int, Written] = {}
    definitions: list[str] = []
    uses = _uses(pieces, order)
    for node in order:
        piece = pieces[id(node)]
        text, precedence = piece.write([written[id(c)] for c in piece.children])
        if len(text) > LONGEST:
            raise HodiffError("limit", f"the formula has over {LONGEST} characters")
        for c in piece.children:  # a text goes after its last use: a long chain has many
            uses[id(c)] -= 1
            if not uses[id(c)]:
                del written[id(c)]
        if id(node) in names:
            definitions.append(f"{names[id(node)]} = {text}; ")
            text, precedence = names[id(node)], ATOM
        written[id(node)] = (text, precedence)
    return "".join(definitions) + written[id(y)][0]


def _expanded(y: Tensor) -> Tensor:
    """y without the operations that the language has no name for, by their formulas."""
    order = topological([y])
    if not any(map(_unnamed, order)):
        return y

    def written_out(node: Tensor, inputs: list[Tensor]) -> Tensor:
        if node.operation.formula is not None and _unnamed(node):
            found: Tensor = node.operation.formula(*inputs, *node.attributes)
            return found
        if all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
            return node
        return apply(node.operation, tuple(inputs), node.attributes)

    with sharing() as table:
        table.know(order)
        return rebuilt(order, written_out)[y]


MOST_ENTRIES = 256


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
        if not node.inputs:
            found: Any = _Entry(node)
        elif row.kind in (Kind.ENTRYWISE, Kind.CONDITION):
            build = partial(_on_entries, row, node.attributes)
            found = numpy.frompyfunc(build, len(inputs), 1)(*inputs)
        elif row.kind is Kind.REDUCES and not node.attributes:  # over all: norm, logsumexp
            found = _Entry(apply(row, (stack(*[x.tensor for x in inputs[0].ravel()]),)))
        else:
            compute = arrays.function(row)
            if compute is None:
                return None
            found = compute(*inputs, *node.attributes)
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


def _on_entries(row: Operation, attributes: tuple[Any, ...], *xs: _Entry) -> _Entry:
    return _Entry(apply(row, tuple(x.tensor for x in xs), attributes))


def _stacked(entries: Any) -> Tensor:
    if isinstance(entries, _Entry):
        return entries.tensor
    return stack(*map(_stacked, entries)) if entries.shape else _stacked(entries[()])


def _unnamed(node: Tensor) -> bool:
    operation = node.operation
    return operation.formula is not None and operation.name not in FUNCTIONS and not operation.names


def _pieces(y: Tensor) -> tuple[dict[int, Piece], list[Tensor]]:
    """Each node that is written for itself, inputs first."""
    shared = _shared(y)
    pieces: dict[int, Piece] = {}
    order: list[Tensor] = []
    stack = [(y, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in pieces:
            piece = pieces[id(node)] = _piece(node, shared)
            stack.append((node, True))
            stack += [(c, False) for c in reversed(piece.children)]
    return pieces, order


def _shared(y: Tensor) -> set[Tensor]:
    """In a large graph, the nodes used more than once: each is written once, as a whole."""
    nodes = topological([y])
    if len(nodes) <= SMALL:
        return set()
    seen: set[Tensor] = set()
    shared: set[Tensor] = set()
    for x in (x for node in nodes for x in node.inputs if x.inputs):
        (shared if x in seen else seen).add(x)
    return shared


def _uses(pieces: dict[int, Piece], order: list[Tensor]) -> dict[int, int]:
    """How often each node is written into another."""
    uses: dict[int, int] = {}
    for node in order:
        for c in pieces[id(node)].children:
            uses[id(c)] = uses.get(id(c), 0) + 1
    return uses


def _names(y: Tensor, pieces: dict[int, Piece], order: list[Tensor]) -> dict[int, str]:
    """A name for each shared part, where the formula would be long without."""
    lengths: dict[int, int] = {}
    for node in order:
        lengths[id(node)] = sum(lengths[id(c)] + 3 for c in pieces[id(node)].children) or 1
    if lengths[id(y)] <= INLINE:
        return {}
    taken = {node.attributes[0] for node in order if node.operation is VARIABLE}
    uses = _uses(pieces, order)
    shared = [n for n in order if uses.get(id(n), 0) > 1 and lengths[id(n)] >= SHORT and n is not y]
    prefix = "t"
    while any(
        str(name).startswith(prefix) and str(name)[len(prefix) :].isdigit() for name in taken
    ):
        prefix += "_"
    return {id(node): f"{prefix}{i}" for i, node in enumerate(shared, 1)}


def _piece(node: Tensor, shared: set[Tensor]) -> Piece:
    """Read a node as what it is written as."""
    operation, name = node.operation, node.operation.name
    if operation is CONSTANT or operation is DATA or operation is VARIABLE or not node.inputs:
        leaf = _leaf(node)
        return Piece([], lambda _: leaf)
    if name in ("add", "sub"):
        return _sum(node, shared)
    if name in ("mul", "div", "neg", "pow"):
        rest = coefficient(node)[1]
        if node.derived and rest.derived and rest.operation.name in ("add", "sub"):
            return _sum(node, shared)  # what a walk took out of a sum (NodeTable.total)
        return _product(node, shared)
    if name in COMPARISONS:
        return Piece(list(node.inputs), lambda c: (
            f"{_inside(c[0], SUM)} {COMPARISONS[name]} {_inside(c[1], SUM)}", COMPARISON
        ))  # fmt: skip
    if name in LOGIC:
        word, precedence = LOGIC[name]
        return Piece(list(node.inputs), lambda c: (
            word.join(_inside(x, precedence) for x in c), precedence
        ))  # fmt: skip
    if name == "not":
        return Piece(list(node.inputs), lambda c: (f"not {_inside(c[0], NOT)}", NOT))
    if name == "where" and node.inputs[0].operation.name == "not":
        test, a, b = node.inputs
        return _call("where", [test.inputs[0], b, a])
    if name == "sinc" and node.attributes[0]:
        return _call("sinc", node.inputs, after=[str(node.attributes[0])])
    if name == "polygamma":
        return _call("polygamma", node.inputs, before=[str(node.attributes[0])])
    if name in FUNCTIONS:
        return _call(name, node.inputs)
    return _structure(node)


def _leaf(node: Tensor) -> Written:
    if node.operation is CONSTANT:
        return number(node.attributes[0])
    if node.operation is DATA:
        text = repr(node.value if isinstance(node.value, float) else node.value.tolist())
        return text, NEGATION if text.startswith("-") else ATOM
    return (node.attributes[0] if node.operation is VARIABLE else node.operation.name), ATOM


def number(x: Any) -> Written:
    """An exact constant: a whole number, a decimal or a quotient, whichever is shortest."""
    p, q = int(x.numerator), int(x.denominator)
    if max(p.bit_length(), q.bit_length()) > 14_000:  # Python prints 4300 digits
        raise HodiffError("limit", "a constant of the formula has over 4000 digits")
    texts = [(str(p), SUM if p < 0 else ATOM)] if q == 1 else [(f"{p}/{q}", PRODUCT)]
    decimal = _decimal(p, q)
    if decimal is not None and len(texts[0][0]) > 9:
        texts.append((decimal, SUM if p < 0 else ATOM))
    return min(texts, key=lambda text: len(text[0]))


def _decimal(p: int, q: int) -> str | None:
    """p/q in exact scientific notation, None where its decimals don't end."""
    digits = 0
    while q % 10 == 0:
        q, digits = q // 10, digits + 1
    for prime, other in ((2, 5), (5, 2)):
        while q % prime == 0:
            q, p, digits = q // prime, p * other, digits + 1
    if q != 1:
        return None
    while p and p % 10 == 0:
        p, digits = p // 10, digits - 1
    sign, text = ("-", str(-p)) if p < 0 else ("", str(p))
    exponent = len(text) - 1 - digits
    if -5 < exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{text}"
    if 0 <= exponent < len(text) - 1:
        return f"{sign}{text[: exponent + 1]}.{text[exponent + 1 :]}"
    return f"{sign}{text[0]}{'.' + text[1:] if text[1:] else ''}e{exponent}"


def _inside(written: Written, precedence: int) -> str:
    """Text in parentheses where it binds less tightly than its place needs."""
    text, own = written
    return text if own >= precedence else f"({text})"


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
    order: list[Tensor] = []
    seen: set[Tensor] = set()
    stack: list[tuple[Tensor, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            if node is root or node not in shared:
                stack += [(x, False) for x, _ in reversed(parts(node) or [])]
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


# Sums.


def _sum(node: Tensor, shared: set[Tensor]) -> Piece:
    """Terms with exact coefficients, a positive one first where there is one."""
    constants: Any = 0
    terms: list[tuple[Any, Tensor]] = []
    for x, up, down in _flattened(node, _terms, shared):
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
    if all(base.operation is VARIABLE for base in bases):  # y**2 + x**2, x made first
        order = sorted(range(len(terms)), key=lambda i: bases[i].serial)
        terms = [terms[i] for i in order]
    first = next((i for i, (f, _) in enumerate(terms) if f > 0), 0)
    terms.insert(0, terms.pop(first))
    scaled = [_scaled_product(abs(f), x, shared) for f, x in terms]
    counts = [len(p.children) for p in scaled]

    def write(c: list[Written]) -> Written:
        if len(terms) == 1:
            text, precedence = scaled[0].write(c)
            return (f"-{_inside((text, precedence), PRODUCT)}", SUM) if terms[0][0] < 0 else (
                text, precedence
            )  # fmt: skip
        texts: list[str] = []
        start = 0
        for (f, _), piece, count in zip(terms, scaled, counts, strict=True):
            text = _inside(piece.write(c[start : start + count]), PRODUCT)
            start += count
            sign = " - " if f < 0 else " + "
            texts.append(sign + text if texts else ("-" if f < 0 else "") + text)
        return "".join(texts), SUM

    return Piece([c for p in scaled for c in p.children], write)


# Products and powers.


def _product(node: Tensor, shared: set[Tensor]) -> Piece:
    factor, rest = coefficient(node)
    return _scaled_product(factor, rest, shared)


def _scaled_product(factor: Any, node: Tensor, shared: set[Tensor]) -> Piece:
    """factor*node as a quotient: constants, then names, then calls, then sums."""
    above: list[tuple[Tensor, Any]] = []
    below: list[tuple[Tensor, Any]] = []
    tops: dict[int, Any] = {}
    bottoms: dict[int, Any] = {}
    bases: dict[int, Tensor] = {}
    for x, up, down in _flattened(node, _factors, shared, quotient=True):
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
        bases[id(base)] = base
        tops[id(base)] = tops.get(id(base), 0) + up * exponent
        bottoms[id(base)] = bottoms.get(id(base), 0) + down * exponent
    for key, base in bases.items():
        p, q = tops[key], bottoms[key]
        named = not base.inputs and base.operation not in (VARIABLE, CONSTANT)  # pi, e
        if p < q or named:  # no pole goes away
            p, q = max(p - q, 0), max(q - p, 0)
        above += [(base, p)] * (p != 0)
        below += [(base, q)] * (q != 0)
    above.sort(key=_class)
    below.sort(key=_class)
    p, q = int(factor.numerator), int(factor.denominator)
    # A long decimal reads better whole than as a quotient.
    whole = number(factor)[0]
    if "/" not in whole and q != 1:
        head, q = whole.removeprefix("-"), 1
    else:
        head = number(abs(p))[0]
    children = [x for power in above + below for x in power if isinstance(x, Tensor)]

    def write(c: list[Written]) -> Written:
        rest = iter(c)
        tops = [_written_power(rest, e) for _, e in above]
        bottoms = [_written_power(rest, e) for _, e in below]
        if head != "1" or not tops:
            tops.insert(0, (head, ATOM))
        if q != 1:
            bottoms.insert(0, number(q))
        if len(tops) == 1 and not bottoms:
            text, precedence = tops[0]
        else:
            text, precedence = "*".join(_inside(t, PRODUCT if i == 0 else POWER)
                                        for i, t in enumerate(tops)), PRODUCT  # fmt: skip
        if len(bottoms) == 1:
            text = f"{_inside((text, precedence), PRODUCT)}/{_inside(bottoms[0], POWER)}"
        elif bottoms:
            text += f"/({'*'.join(_inside(t, POWER) for t in bottoms)})"
        if p < 0:
            return f"-{_inside((text, PRODUCT if bottoms else precedence), PRODUCT)}", SUM
        return text, PRODUCT if bottoms else precedence

    return Piece(children, write)


def _base(x: Tensor) -> tuple[Tensor, Any]:
    """x as a base and an exponent: an exact number, or a node."""
    if x.operation is pow:
        a, b = x.inputs
        # log(x)**0 stays: it is no number where log(x) isn't.
        return a, b.attributes[0] if b.operation is CONSTANT and b is not ZERO else b
    return x, 1


def _class(factor: tuple[Tensor, Any]) -> tuple[int, int]:
    """The order of factors: named constants, variables as they were made, calls, sums."""
    base, exponent = factor
    if isinstance(exponent, Tensor):
        return 2, 0
    if base.operation is VARIABLE:
        return 1, base.serial
    if not base.inputs:
        return 0, 0
    return 3 if base.operation.name in ("add", "sub") else 2, 0


def _written_power(children: Any, exponent: Any) -> Written:
    base = next(children)
    if isinstance(exponent, Tensor):
        return f"{_inside(base, ATOM)}**{_inside(next(children), POWER)}", POWER
    if exponent == 1:
        return base  # type: ignore[no-any-return]
    if (exponent.numerator, exponent.denominator) == (1, 2):
        return f"sqrt({base[0]})", ATOM
    return f"{_inside(base, ATOM)}**{_inside(number(exponent), POWER)}", POWER


# Calls and structure.


def _call(
    name: str, children: Sequence[Tensor], before: Sequence[str] = (), after: Sequence[str] = ()
) -> Piece:
    return Piece(
        list(children),
        lambda c: (f"{name}({', '.join([*before, *[text for text, _ in c], *after])})", ATOM),
    )


def _structure(node: Tensor) -> Piece:
    """Vectors and their entries; what the language can't say, by its name."""
    name = node.operation.name
    if name == "stack":
        return Piece(list(node.inputs), lambda c: (f"[{', '.join(t for t, _ in c)}]", ATOM))
    if name == "pick":
        items = ", ".join(map(_item, node.attributes[0]))
        return Piece(list(node.inputs), lambda c: (f"{_inside(c[0], ATOM)}[{items}]", ATOM))
    if name == "matmul":
        return Piece(list(node.inputs), lambda c: (
            f"{_inside(c[0], PRODUCT)} @ {_inside(c[1], POWER)}", PRODUCT
        ))  # fmt: skip
    if name in ("expand", "reshape"):
        return Piece(list(node.inputs), lambda c: c[0])
    return _call(name, node.inputs, after=[str(a) for a in node.attributes])


def _item(item: Any) -> str:
    if not isinstance(item, tuple):
        return str(item)
    start, stop, step = item
    return f"{start}:{stop if stop >= 0 else ''}" + (f":{step}" if step != 1 else "")
