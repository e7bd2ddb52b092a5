"""What a walk adds to the graph is shared and tidied; what a user wrote is kept as written.

Without this a nested derivative explodes: the 9th of exp(sin(x))*log(1+x**2) has 238 586 nodes
in PyTorch's graph. Three things keep it small. Sharing: a node that is there already is not made
again (hash-consing). Identities that hold exactly (hodiff.engine.identities). And one form for
what a node's users send back to it, so that sums equal up to an exact factor are one node:
2*b - 4*a and 6*a - 3*b are 2 and -3 times b - 2*a.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import gcd
from typing import Any, TypeAlias

from hodiff.engine.exact import quotient
from hodiff.engine.graph import (
    CONSTANT,
    ONE,
    SERIAL,
    STATE,
    ZERO,
    Attributes,
    Inputs,
    Operation,
    Tensor,
    building,
    constant,
    folded,
    make,
    serial,
)
from hodiff.engine.operations.elementary import (
    add,
    coefficient,
    cofactor,
    hypot,
    mul,
    neg,
    pow,
    powers_of,
    sub,
    unit,
)
from hodiff.engine.operations.norms import share_at_zero
from hodiff.engine.operations.piecewise import where
from hodiff.engine.shapes import Shape, broadcast
from hodiff.errors import Span

Key: TypeAlias = tuple[Any, ...]
Terms: TypeAlias = dict[Tensor, Any]  # a sum: each node times an exact factor

IDENTITIES: dict[Operation, Callable[..., Tensor]] = {}
"""(table, *inputs, *attributes) -> the node; hodiff.engine.identities fills it."""


class NodeTable:
    """Adds nodes for a walk: each one tidied, and looked up before it is made.

    table holds a node under its operation, attributes and inputs (by their serials). span is the
    place in the text of the node whose derivative is being built, for errors that point there.
    Over most nodes it raises MemoryError.
    """

    def __init__(self, most: int | None = None) -> None:
        self.table: dict[Key, Tensor] = {}
        self.start = next(SERIAL)  # a node from before it is one that another result may need
        self.span: Span | None = None
        self.most = STATE.limits.walks
        self.limit(most)

    def limit(self, most: int | None) -> None:
        """Add no more than most nodes, and no more than before."""
        self.most = self.most if most is None else min(self.most, most)

    def __call__(self, operation: Operation, inputs: Inputs, attributes: Attributes = ()) -> Tensor:
        if inputs and inputs[0].operation is CONSTANT:
            value = folded(operation, inputs, attributes)
            if value is not None:
                return constant(value)
        identity = IDENTITIES.get(operation)
        if identity is None:
            return self.node(operation, inputs, attributes)
        return identity(self, *inputs, *attributes)

    def node(self, operation: Operation, inputs: Inputs, attributes: Attributes = ()) -> Tensor:
        """The node operation(*inputs), the one there is or a new one."""
        key = _key(operation, inputs, attributes)
        found = self.table.get(key)
        if found is None:
            shape = operation.shape([x.shape for x in inputs], attributes)
            return self._new(key, operation, inputs, attributes, shape)
        if found.serial < self.start:
            found.borrowed = True
        return found

    def pair(self, operation: Operation, a: Tensor, b: Tensor) -> Tensor:
        """node(operation, (a, b)) for sums and products, which a walk makes the most."""
        i, j = a.serial, b.serial
        key = (operation, (), j, i) if i > j and operation.commutes else (operation, (), i, j)
        found = self.table.get(key)
        if found is None:
            shape = a.shape if a.shape == b.shape else broadcast([a.shape, b.shape])
            return self._new(key, operation, (a, b), (), shape)
        if found.serial < self.start:
            found.borrowed = True
        return found

    def _new(
        self, key: Key, operation: Operation, inputs: Inputs, attributes: Attributes, shape: Shape
    ) -> Tensor:
        if len(self.table) >= self.most:
            raise MemoryError(f"the derivative has over {self.most} nodes: ask for a lower order")
        node = self.table[key] = make(operation, inputs, attributes, shape)
        node.span, node.derived = self.span, True
        return node

    def know(self, order: Sequence[Tensor]) -> None:
        """Let nodes that are there be found, older ones: the newer are in the table."""
        for node in order:
            if node.serial > self.start:
                break
            if node.inputs and not node.opaque:
                key = _key(node.operation, node.inputs, node.attributes)
                self.table.setdefault(key, node)

    # A cotangent is a sum of terms, each an exact factor times a node. The factor is kept apart
    # until a sum needs the product: what is scaled again and again is one node.

    def times(self, factor: Any, g: Tensor, slope: Tensor) -> tuple[Any, Tensor]:
        """factor*g*slope as a term; g and slope are scalars."""
        other, x = coefficient(slope)
        factor *= other
        if x is ONE:
            return factor, g
        if g is ONE:
            return factor, x
        if g.operation is where or x.operation is where:
            other, product = coefficient(IDENTITIES[mul](self, g, x))
            return factor * other, product
        return factor, self.product(g, x)

    def product(self, x: Tensor, y: Tensor) -> Tensor:
        """x*y, powers of the same base gathered."""
        # Looking into products for more like factors breaks up what is shared: 9 139 nodes at the
        # 9th derivative above, not 2 975.
        if x is y or x.operation is pow or y.operation is pow:
            u, p = powers_of(x)
            v, q = powers_of(y)
            if u is v and (p > 0) == (q > 0):
                return self(pow, (u, constant(p + q)))
        if x.operation is unit or y.operation is unit:
            u, g = (x, y) if x.operation is unit else (y, x)
            left = cofactor(g, hypot, u.inputs) if g.shape == u.shape == u.inputs[0].shape else None
            if left is not None:
                return self(mul, (left, u.inputs[0]))  # h*(x/h): no quotient at the origin
            at_zero = share_at_zero(g, hypot, u.inputs)
            if at_zero is not None:
                q, there = at_zero
                return where(there, q * u.inputs[0], self.pair(mul, x, y))
        return self.pair(mul, x, y)

    def total(self, terms: Terms) -> tuple[Any, Tensor]:
        """The sum of terms as one term, so that sums equal up to a factor are one node.

        Terms of one factor are added first, and scaled once; what divides all factors, and the
        sign of the first, are outside.
        """
        if ONE in terms:
            shift = self.scaled(terms.pop(ONE), ONE)
            return coefficient(self(add, (shift, self.scaled(*self.total(terms)))))
        parts: dict[Any, Tensor] = {}
        for x in sorted(terms, key=serial):
            if x.operation is where:
                return coefficient(self._masked(terms))
            factor = terms[x]
            part = parts.get(factor)
            parts[factor] = x if part is None else self.pair(add, part, x)
        parts.pop(0, None)
        if len(parts) < 2:
            return next(iter(parts.items()), (0, ONE))
        common = _common(parts)
        found: Tensor | None = None
        for factor, part in parts.items():
            scale = factor if common == 1 else quotient(factor, common)
            if found is None:
                found = self.scaled(scale, part)
            elif scale == -1:
                found = self.pair(sub, found, part)
            else:
                found = self.pair(add, found, self.scaled(scale, part))
        assert found is not None
        return common, found

    def _masked(self, terms: Terms) -> Tensor:
        """The sum of terms, some of which are masks, as its identities have it."""
        found: Tensor | None = None
        for x, factor in terms.items():
            term = self.scaled(factor, x)
            found = term if found is None else self(add, (found, term))
        assert found is not None
        return found

    def scaled(self, factor: Any, x: Tensor) -> Tensor:
        """A term as a node."""
        if factor == 1:
            return x
        if x is ONE or factor == 0:
            return constant(factor)
        if is_mask(x):
            return IDENTITIES[mul](self, constant(factor), x)
        if factor == -1:
            return self.node(neg, (x,))
        return self.pair(mul, constant(factor), x)


@contextmanager
def sharing(table: NodeTable | None = None) -> Iterator[NodeTable]:
    """One table of shared nodes for all the walks inside (a Hessian's rows, the orders of nth):
    that of the block around this one, else the one given, or a new one."""
    outer = STATE.builder
    builder = outer if isinstance(outer, NodeTable) else table or NodeTable()
    with building(builder):
        yield builder


def _key(operation: Operation, inputs: Inputs, attributes: Attributes) -> Key:
    if len(inputs) == 2:
        i, j = inputs[0].serial, inputs[1].serial
        if i > j and operation.commutes:
            i, j = j, i
        return (operation, attributes, i, j)
    return (operation, attributes, *map(serial, inputs))


def _common(factors: dict[Any, Tensor]) -> Any:
    """What to take out of a sum: the greatest divisor of its factors where they are whole, with
    the sign of the first."""
    try:
        divisor = gcd(*factors)
    except TypeError:  # a fraction
        divisor = 1
    return divisor if next(iter(factors)) > 0 else -divisor


def is_mask(x: Tensor) -> bool:
    """Whether x is where(condition, g, 0): the cotangent of a branch."""
    return x.operation is where and not x.opaque and x.inputs[2] is ZERO
