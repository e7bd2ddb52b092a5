"""Derivatives as graphs: tensors in, tensors out, a few lines each on the walk."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from hodiff.backward import walk
from hodiff.graph import ONE, ZERO, Tensor
from hodiff.operations.structure import expand_to, total
from hodiff.tidy import sharing


def gradient(f: Tensor, variables: Sequence[Tensor]) -> list[Tensor]:
    """df/dx for each x of variables, in its shape; zeros where f doesn't depend on it."""
    if not f.requires_grad:
        return [expand_to(ZERO, x.shape) for x in variables]
    found = walk([f], [ONE], variables)
    return [
        expand_to(ZERO, x.shape) if g is None or g is ZERO else g
        for x, g in zip(variables, found, strict=True)
    ]


def components(x: Tensor) -> list[Tensor]:
    """The entries of x as scalars, the last axis fastest; x itself when it is one."""
    if not x.shape:
        return [x]
    return [x[i] for i in product(*map(range, x.shape))]


def hessian(f: Tensor, variables: Sequence[Tensor]) -> tuple[list[Tensor], list[list[Tensor]]]:
    """The gradient, and a row of second derivatives for each component of variables.

    n rows cost n walks over the gradient's graph; they share one table of nodes.
    """
    with sharing():
        first = gradient(f, variables)
        rows = [
            [entry for g in gradient(slope, variables) for entry in components(g)]
            for g in first
            for slope in components(g)
        ]
    return first, rows


def hvp(
    f: Tensor, variables: Sequence[Tensor], vectors: Sequence[Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """The gradient, and the Hessian times a vector as grad(grad(f) . v), never forming it.

    Two walks: a small multiple of the cost of f (Pearlmutter 1994, Fast exact multiplication
    by the Hessian).
    """
    with sharing():
        first = gradient(f, variables)
        slope: Tensor = ZERO
        for g, v in zip(first, vectors, strict=True):
            slope = slope + (total(g * v) if g.shape else g * v)
        return first, gradient(slope, variables)


def nth(f: Tensor, x: Tensor, order: int) -> list[Tensor]:
    """The derivatives of f in the scalar x from the first to order, each the grad of the last."""
    found: list[Tensor] = []
    with sharing():
        for _ in range(order):
            f = gradient(f, [x])[0]
            found.append(f)
    return found
