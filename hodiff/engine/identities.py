"""The exact identities that a walk's nodes are made by, an operation each.

A structural zero times anything, 1*x, x + 0, -(-x), like terms and like factors, folding of exact
constants. None removes a singularity: x**2*x**-1 stays, for at 0 it is no number.

Masks: where(c, g, 0) is the cotangent of a branch. It stays outermost while the walk builds
(products, negations, sums and shape changes move inside), so that the branch not taken
contributes nothing, rather than 0*inf.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from hodiff.engine.exact import exactly
from hodiff.engine.graph import CONSTANT, ONE, OPERATIONS, ZERO, Operation, Tensor, constant
from hodiff.engine.operations.elementary import add, coefficient, div, mul, neg, pow, powers_of, sub
from hodiff.engine.operations.piecewise import both, either, negation, where
from hodiff.engine.operations.structure import (
    alias,
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
from hodiff.engine.shapes import broadcast
from hodiff.engine.sharing import IDENTITIES, NodeTable, is_mask

MINUS_ONE = constant(-1)
MOST_PARTS = 16  # of a condition, that are looked at


def _fit(a: Tensor, b: Tensor, result: Tensor) -> Tensor:
    """result, which an identity gave for an operation on a and b, in the shape it would have."""
    if a.shape == b.shape == result.shape:
        return result
    return expand_to(result, broadcast([a.shape, b.shape]))


def _widest(x: Tensor, y: Tensor) -> bool:
    """Whether an operation on x and y has the shape of x."""
    return x.shape == y.shape or x.shape == broadcast([x.shape, y.shape])


def _ones(x: Tensor) -> bool:
    return x.operation is expand and not x.opaque and x.inputs[0] is ONE


def _mul(build: NodeTable, a: Tensor, b: Tensor) -> Tensor:
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
        product = build.product(x, y)
    elif _ones(x) and _widest(y, x):
        product = y
    elif _ones(y) and _widest(x, y):
        product = x
    else:
        product = build.product(x, y)
    if factor != 1:
        product = build.scaled(factor, product)
    return product if a.shape == b.shape == () else _fit(a, b, product)


def _add(build: NodeTable, a: Tensor, b: Tensor) -> Tensor:
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
        if x.operation is add and not x.opaque:
            for p, q in (x.inputs, x.inputs[::-1]):
                if coefficient(p)[1] is coefficient(y)[1] is not ONE:
                    return _fit(a, b, _add(build, _add(build, p, y), q))
    return build.pair(add, a, b)


def _add_masks(build: NodeTable, a: Tensor, b: Tensor) -> Tensor:
    c, x, _ = a.inputs
    d, y, _ = b.inputs
    if c is d:
        return where(c, x + y, ZERO)
    if negation(c) is d or negation(d) is c:
        return where(c, x, y)
    for one, other in (((c, x), (d, y)), ((d, y), (c, x))):
        found = _apart(*one, *other)
        if found is not None:
            return found
    return where(either(c, d), where(c, where(d, x + y, x), y), ZERO)


def _apart(c: Tensor, x: Tensor, d: Tensor, y: Tensor) -> Tensor | None:
    """Two masks added, where d has what contradicts a condition p of c, as those of the branches of
    where(p, a, where(q, b, 0)) do, p, and q and not p. It stays a mask, unless it covers all."""
    cs, ds = _parts(c, both), _parts(d, both)
    theirs = {id(z) for z in ds}
    denied = {id(z.inputs[0]): id(z) for z in ds if z.operation is negation}
    for p in cs:
        # What d has for each part of p, so that p can't hold there.
        against = [
            (id(z.inputs[0]) if id(z.inputs[0]) in theirs else None)
            if z.operation is negation
            else denied.get(id(z))
            for z in _parts(p, either)
        ]
        if against and None not in against:
            ours = {id(z) for z in cs}
            shared = [z for z in cs if id(z) in theirs]
            one = [z for z in cs if z is not p and id(z) not in theirs]
            other = [z for z in ds if id(z) not in against and id(z) not in ours]
            if one:
                test = [either(c, d)]
            else:
                test = [*shared, either(p, reduce(both, other))] if other else shared
            choice = _choice(p, x, y)
            return where(reduce(both, test), choice, ZERO) if test else choice
    return None


def _choice(p: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """where(p, x, y), and of where(a or b, where(a, u, v), y) where(a, u, where(b, v, y))."""
    if p.operation is negation:
        return where(p.inputs[0], y, x)
    if p.operation is either and x.operation is where and x.inputs[0] is p.inputs[0]:
        return where(p.inputs[0], x.inputs[1], _choice(p.inputs[1], x.inputs[2], y))
    return where(p, x, y)


def _parts(c: Tensor, row: Operation) -> list[Tensor]:
    """What c joins by a row, each; none of many."""
    found: list[Tensor] = []
    stack = [c]
    while stack:
        z = stack.pop()
        if z.operation is row and not z.opaque:
            stack += reversed(z.inputs)
        else:
            found.append(z)
        if len(found) + len(stack) > MOST_PARTS:
            return []
    return found


def _pow(build: NodeTable, a: Tensor, b: Tensor) -> Tensor:
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
                return build.scaled(scale, build(pow, (x, b)))
            u, q = powers_of(a)
            if u is not a and isinstance(q, int) and (q > 0 or p > 0):
                return build.node(pow, (u, constant(p * q)))
    return build.node(pow, (a, b))


def _where(build: NodeTable, test: Tensor, a: Tensor, b: Tensor) -> Tensor:
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


def _not(build: NodeTable, test: Tensor) -> Tensor:
    return test.inputs[0] if test.operation is negation else build.node(negation, (test,))


def _both(build: NodeTable, c: Tensor, d: Tensor) -> Tensor:
    for test, other in ((c, d), (d, c)):
        if test.operation is CONSTANT:
            return other if test.attributes[0] else test
    return c if c is d else build.node(both, (c, d))


def _either(build: NodeTable, c: Tensor, d: Tensor) -> Tensor:
    for test, other in ((c, d), (d, c)):
        if test.operation is CONSTANT:
            return test if test.attributes[0] else other
    return c if c is d else build.node(either, (c, d))


def _sum(build: NodeTable, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    if x is ZERO:
        return ZERO
    total = build.node(summed, (x,), (axes,))
    if not is_mask(x):
        return total
    test = expand_to(x.inputs[0], x.shape)
    return build.node(where, (any_of(test, axes), total, ZERO))


def _pick(build: NodeTable, x: Tensor, index: tuple[Any, ...]) -> Tensor:
    """An entry of a vector that was written out is known: [a, b][0] is a."""
    entry = _entry(build, x, index[0], 6) if len(x.shape) == len(index) == 1 else None
    return _moved(pick)(build, x, index) if entry is None else entry


def _entry(build: NodeTable, x: Tensor, i: Any, depth: int) -> Tensor | None:
    """x[i] as a scalar of its own, for what is elementwise on written-out vectors."""
    if not isinstance(i, int) or depth == 0 or x.opaque:
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

    def tidy(build: NodeTable, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        source = x.inputs[0] if x.operation is expand and not x.opaque else x
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

    def tidy(build: NodeTable, x: Tensor, *attributes: Any) -> Tensor:
        adds = operation is place and not all(getattr(i, "unique", True) for i in attributes[0])
        if adds or not is_mask(x):
            return build.node(operation, (x,), attributes)
        test, g = (operation(expand_to(y, x.shape), *attributes) for y in x.inputs[:2])
        return build.node(where, (test, g, ZERO))

    return tidy


def _matmul(build: NodeTable, a: Tensor, b: Tensor) -> Tensor:
    """A row of a, or a column of b, that is masked out whole is so in the product."""
    product = build.node(OPERATIONS["matmul"], (a, b))
    for x, axis in ((a, -1), (b, -2)):
        if is_mask(x):
            test = any_of(expand_to(x.inputs[0], x.shape), (axis,))
            kept = (*test.shape, 1) if axis == -1 else (*test.shape[:-1], 1, test.shape[-1])
            product = where(reshape_to(test, kept), product, ZERO)
    return product


IDENTITIES.update({
    add: _add,
    sub: lambda build, a, b: _add(build, a, _mul(build, MINUS_ONE, b)),
    neg: lambda build, x: _mul(build, MINUS_ONE, x),
    mul: _mul,
    div: lambda build, a, b: _mul(build, a, _pow(build, b, MINUS_ONE)),
    pow: _pow,
    where: _where,
    negation: _not,
    both: _both,
    either: _either,
    summed: _sum,
    expand: _reshaped(expand),
    reshape: _reshaped(reshape),
    pick: _pick,
    transpose: _moved(transpose),
    permute: _moved(permute),
    place: _moved(place),
    OPERATIONS["matmul"]: _matmul,
    alias: lambda build, x: x,
})  # fmt: skip
