"""What grad adds to the graph is shared and tidied; what a user wrote is kept as written.

Without this a nested derivative explodes: the 9th of exp(sin(x))*log(1+x**2) has 238 586 nodes
in PyTorch's graph. Three things keep it small. Sharing: a node that is there already is not made
again. Identities that hold exactly: a structural zero times anything, 1*x, x + 0, -(-x), like
terms and like factors, folding of exact constants. None removes a singularity: x**2*x**-1
stays, for at 0 it is no number. And one form for what a node's users send back to it, so that
sums equal up to an exact factor are one node: 2*b - 4*a and 6*a - 3*b are 2 and -3 times b - 2*a.

Masks: where(c, g, 0) is the cotangent of a branch. It stays outermost while the walk builds
(products, negations, sums and shape changes move inside), so that the branch not taken
contributes nothing, rather than 0*inf.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from math import gcd
from typing import Any, TypeAlias

from hodiff.arithmetic.exact import exactly, quotient
from hodiff.graph import (
    CONSTANT,
    ONE,
    OPERATIONS,
    SERIAL,
    STATE,
    ZERO,
    Operation,
    Shape,
    Span,
    Tensor,
    broadcast,
    constant,
    folded,
    make,
    serial,
)
from hodiff.operations.elementary import add, coefficient, mul, neg, pow, powers_of, sub
from hodiff.operations.piecewise import both, either, negation, where
from hodiff.operations.structure import (
    any_of,
    expand,
    expand_to,
    permute,
    pick,
    place,
    reshape,
    reshape_to,
    stack,
    summed,
    transpose,
)

Inputs: TypeAlias = tuple[Tensor, ...]
Key: TypeAlias = tuple[Any, ...]
Terms: TypeAlias = dict[Tensor, Any]  # a sum: each node times an exact factor

MINUS_ONE = constant(-1)


class Sharing:
    """Adds nodes for a walk: each one tidied, and looked up before it is made.

    table holds a node under its operation, attributes and inputs (by their serials). span is the
    place in the text of the node whose derivative is being built, for errors that point there.
    """

    def __init__(self) -> None:
        self.table: dict[Key, Tensor] = {}
        self.start = next(SERIAL)  # a node from before it is one that another result may need
        self.span: Span | None = None
        self.most = sys.maxsize if STATE.most_nodes is None else STATE.most_nodes

    def __call__(self, operation: Operation, inputs: Inputs, attributes: tuple[Any, ...]) -> Tensor:
        if inputs and inputs[0].operation is CONSTANT:
            value = folded(operation, inputs, attributes)
            if value is not None:
                return constant(value)
        tidy = TIDY.get(operation)
        if tidy is None:
            return self.node(operation, inputs, attributes)
        return tidy(self, *inputs, *attributes)

    def node(
        self, operation: Operation, inputs: Inputs, attributes: tuple[Any, ...] = ()
    ) -> Tensor:
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
        self,
        key: Key,
        operation: Operation,
        inputs: Inputs,
        attributes: tuple[Any, ...],
        shape: Shape,
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
            if node.inputs:
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
            other, product = coefficient(_mul(self, g, x))
            return factor * other, product
        return factor, _product(self, g, x)

    def total(self, terms: Terms) -> tuple[Any, Tensor]:
        """The sum of terms as one term, so that sums equal up to a factor are one node.

        Terms of one factor are added first, and scaled once; what divides all factors, and the
        sign of the first, are outside.
        """
        if ONE in terms:
            shift = self.scaled(terms.pop(ONE), ONE)
            rest = self.scaled(*self.total(terms))
            return coefficient(_add(self, shift, rest))
        parts: dict[Any, Tensor] = {}
        for x in sorted(terms, key=serial):
            if x.operation is where:
                return coefficient(reduce(add, (self.scaled(f, x) for x, f in terms.items())))
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

    def scaled(self, factor: Any, x: Tensor) -> Tensor:
        """A term as a node."""
        if factor == 1:
            return x
        if x is ONE or factor == 0:
            return constant(factor)
        if x.operation is where and is_mask(x):
            return _mul(self, constant(factor), x)
        if factor == -1:
            return self.node(neg, (x,))
        return self.pair(mul, constant(factor), x)


@contextmanager
def sharing(table: Sharing | None = None) -> Iterator[Sharing]:
    """One table of shared nodes for all the walks inside (a Hessian's rows, the orders of nth):
    that of the block around this one, else the one given, or a new one."""
    outer = STATE.builder
    STATE.builder = builder = outer if isinstance(outer, Sharing) else table or Sharing()
    try:
        yield builder
    finally:
        STATE.builder = outer


def _key(operation: Operation, inputs: Inputs, attributes: tuple[Any, ...]) -> Key:
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
    return x.operation is where and x.inputs[2] is ZERO


def _fit(a: Tensor, b: Tensor, result: Tensor) -> Tensor:
    """result, which an identity gave for an operation on a and b, in the shape it would have."""
    if a.shape == b.shape == result.shape:
        return result
    return expand_to(result, broadcast([a.shape, b.shape]))


def _widest(x: Tensor, y: Tensor) -> bool:
    """Whether an operation on x and y has the shape of x."""
    return x.shape == y.shape or x.shape == broadcast([x.shape, y.shape])


def _mul(build: Sharing, a: Tensor, b: Tensor) -> Tensor:
    if a.operation is where or b.operation is where:
        for mask, other in ((a, b), (b, a)):
            if is_mask(mask):
                test, g, _ = mask.inputs
                return _fit(a, b, where(test, g * other, ZERO))
    f, x = coefficient(a)
    g, y = coefficient(b)
    factor = f * g
    if factor == 0:
        return ZERO
    if x is ONE:
        product = y
    elif y is ONE:
        product = x
    elif not x.shape and not y.shape:
        product = _product(build, x, y)
    elif x.operation is expand and x.inputs[0] is ONE and _widest(y, x):
        product = y
    elif y.operation is expand and y.inputs[0] is ONE and _widest(x, y):
        product = x
    else:
        product = _product(build, x, y)
    if factor != 1:
        product = build.scaled(factor, product)
    return product if a.shape == b.shape == () else _fit(a, b, product)


def _product(build: Sharing, x: Tensor, y: Tensor) -> Tensor:
    # Looking into products for more like factors breaks up what is shared: 9 139 nodes at the
    # 9th derivative above, not 2 975.
    if x is y or x.operation is pow or y.operation is pow:
        u, p = powers_of(x)
        v, q = powers_of(y)
        if u is v and (p > 0) == (q > 0):
            return build(pow, (u, constant(p + q)), ())
    return build.pair(mul, x, y)


def _add(build: Sharing, a: Tensor, b: Tensor) -> Tensor:
    if is_mask(a) and is_mask(b):
        return _add_masks(build, a, b)
    f, x = coefficient(a)
    g, y = coefficient(b)
    if f == 0:
        return _fit(a, b, b)
    if g == 0:
        return _fit(a, b, a)
    if x is y:
        return _mul(build, constant(f + g), x)
    if f == g and f != 1 and y is not ONE and x is not ONE:
        return _fit(a, b, build.scaled(f, build.pair(add, x, y)))
    # One look into a sum: (p + q) + p is 2*p + q.
    for x, y in ((a, b), (b, a)):
        if x.operation is add:
            for p, q in (x.inputs, x.inputs[::-1]):
                if coefficient(p)[1] is coefficient(y)[1] is not ONE:
                    return _fit(a, b, _add(build, _add(build, p, y), q))
    return build.pair(add, a, b)


def _add_masks(build: Sharing, a: Tensor, b: Tensor) -> Tensor:
    c, x, _ = a.inputs
    d, y, _ = b.inputs
    if c is d:
        return where(c, x + y, ZERO)
    if negation(c) is d or negation(d) is c:
        return where(c, x, y)
    return where(either(c, d), where(c, where(d, x + y, x), y), ZERO)


def _pow(build: Sharing, a: Tensor, b: Tensor) -> Tensor:
    if b.operation is CONSTANT:
        p = b.attributes[0]
        known = exactly("pow", [a.attributes[0], p]) if a.operation is CONSTANT else None
        if known is not None:
            return constant(known)
        if p == 0 and not a.shape:
            return ONE
        if p == 1:
            return a
        if isinstance(p, int):
            f, x = coefficient(a)
            scale = exactly("pow", [f, p]) if f != 1 and x is not ONE else None
            if scale is not None:
                return build.scaled(scale, build(pow, (x, b), ()))
            u, q = powers_of(a)
            if u is not a and isinstance(q, int) and (q > 0 or p > 0):
                return build.node(pow, (u, constant(p * q)))
    return build.node(pow, (a, b))


def _where(build: Sharing, test: Tensor, a: Tensor, b: Tensor) -> Tensor:
    shapes = [test.shape, a.shape, b.shape]
    if test.operation is CONSTANT:
        return expand_to(a if test.attributes[0] else b, broadcast(shapes))
    if a is b:
        return expand_to(a, broadcast(shapes))
    if a is ZERO:
        return where(negation(test), b, ZERO)
    if is_mask(a) and b is ZERO:
        return build.node(where, (both(test, a.inputs[0]), a.inputs[1], ZERO))
    return build.node(where, (test, a, b))


def _not(build: Sharing, test: Tensor) -> Tensor:
    return test.inputs[0] if test.operation is negation else build.node(negation, (test,))


def _both(build: Sharing, c: Tensor, d: Tensor) -> Tensor:
    for test, other in ((c, d), (d, c)):
        if test.operation is CONSTANT:
            return other if test.attributes[0] else test
    return c if c is d else build.node(both, (c, d))


def _either(build: Sharing, c: Tensor, d: Tensor) -> Tensor:
    for test, other in ((c, d), (d, c)):
        if test.operation is CONSTANT:
            return test if test.attributes[0] else other
    return c if c is d else build.node(either, (c, d))


def _sum(build: Sharing, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    if x is ZERO:
        return ZERO
    total = build.node(summed, (x,), (axes,))
    if not is_mask(x):
        return total
    test = expand_to(x.inputs[0], x.shape)
    return build.node(where, (any_of(test, axes), total, ZERO))


def _pick(build: Sharing, x: Tensor, index: tuple[Any, ...]) -> Tensor:
    """An entry of a vector that was written out is known: [a, b][0] is a."""
    entry = _entry(build, x, index[0], 6) if len(x.shape) == len(index) == 1 else None
    return _moved(pick)(build, x, index) if entry is None else entry


def _entry(build: Sharing, x: Tensor, i: Any, depth: int) -> Tensor | None:
    """x[i] as a scalar of its own, for what is elementwise on written-out vectors."""
    if not isinstance(i, int) or depth == 0:
        return None
    if x.operation is stack:
        return x.inputs[i]
    if x.operation is expand and not x.inputs[0].shape:
        return x.inputs[0]
    if not x.operation.partials:
        return None
    entries = [_entry(build, y, i, depth - 1) if y.shape else y for y in x.inputs]
    if any(entry is None for entry in entries):
        return None
    outer, build.span = build.span, x.span
    entry = build(x.operation, tuple(y for y in entries if y is not None), x.attributes)
    build.span = outer
    return entry


def _reshaped(operation: Operation) -> Callable[..., Tensor]:
    """Expanding and reshaping move inside a mask."""

    def tidy(build: Sharing, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        source = x.inputs[0] if x.operation is expand else x
        if not source.shape and not is_mask(source):  # one number, in any shape
            return build.node(expand, (source,), (shape,)) if shape else source
        if is_mask(x):
            test, g, _ = x.inputs
            inside = [operation(expand_to(y, x.shape), shape) for y in (test, g)]
            return build.node(where, (inside[0], inside[1], ZERO))
        return build.node(operation, (x,), (shape,))

    return tidy


def _moved(operation: Operation) -> Callable[..., Tensor]:
    """What only moves entries moves inside a mask; place also adds up, where an entry of its
    index comes twice."""

    def tidy(build: Sharing, x: Tensor, *attributes: Any) -> Tensor:
        adds = operation is place and not all(getattr(i, "unique", True) for i in attributes[0])
        if adds or not is_mask(x):
            return build.node(operation, (x,), attributes)
        test, g = (operation(expand_to(y, x.shape), *attributes) for y in x.inputs[:2])
        return build.node(where, (test, g, ZERO))

    return tidy


def _matmul(build: Sharing, a: Tensor, b: Tensor) -> Tensor:
    """A row of a, or a column of b, that is masked out whole is so in the product."""
    product = build.node(OPERATIONS["matmul"], (a, b))
    for x, axis in ((a, -1), (b, -2)):
        if is_mask(x):
            test = any_of(expand_to(x.inputs[0], x.shape), (axis,))
            kept = (*test.shape, 1) if axis == -1 else (*test.shape[:-1], 1, test.shape[-1])
            product = where(reshape_to(test, kept), product, ZERO)
    return product


IDENTITIES: dict[str, Callable[..., Tensor]] = {
    "add": _add,
    "sub": lambda build, a, b: _add(build, a, _mul(build, MINUS_ONE, b)),
    "neg": lambda build, x: _mul(build, MINUS_ONE, x),
    "mul": _mul,
    "div": lambda build, a, b: _mul(build, a, _pow(build, b, MINUS_ONE)),
    "pow": _pow,
    "where": _where,
    "not": _not,
    "and": _both,
    "or": _either,
    "sum": _sum,
    "expand": _reshaped(expand),
    "reshape": _reshaped(reshape),
    "pick": _pick,
    "transpose": _moved(transpose),
    "permute": _moved(permute),
    "place": _moved(place),
    "matmul": _matmul,
    "alias": lambda build, x: x,
}
"""The identities, an operation each."""

TIDY = {OPERATIONS[name]: identity for name, identity in IDENTITIES.items()}
