"""Reductions over axes that are no sums: extrema, norms, products; and sorting."""

from __future__ import annotations

from collections.abc import Sequence

from hodiff.engine.graph import (
    ONE,
    ZERO,
    Attributes,
    Inputs,
    Kind,
    Operation,
    Tensor,
    no_derivative,
)
from hodiff.engine.operations.elementary import cofactor, exp, over
from hodiff.engine.operations.functions import family, function
from hodiff.engine.operations.norms import share_at_zero
from hodiff.engine.operations.piecewise import abs, eq, max, min, sign, where
from hodiff.engine.operations.structure import (
    Shapes,
    concatenate,
    cut,
    expand_to,
    kept,
    permuted,
    reduced,
    reshape_to,
    same,
    summed,
    vector,
)
from hodiff.engine.shapes import Shape

SHORT = 32  # entries of a softmax whose differences are taken pair by pair


def _extremum_shape(shapes: Shapes, attributes: Attributes) -> Shape:
    if any(shapes[0][i] == 0 for i in attributes[0]):
        raise IndexError(f"no entry of shape {shapes[0]} is the largest or the smallest")
    return reduced(shapes, attributes)


def _extremum_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    # Ties share evenly, as in torch.amax.
    (x,) = xs
    tied = eq(x, kept(y, x, attributes))
    number = summed(where(tied, ONE, ZERO), *attributes)
    return where(tied, kept(g / number, x, attributes), ZERO)


def _softmax_pullback(g: Tensor, xs: Inputs, s: Tensor, attributes: Attributes, i: int) -> Tensor:
    """s*(g - sum(g*s)); for a short vector as s*sum(s_j*(g - g_j)), which keeps its digits where
    one entry has nearly all the weight and 1 - s is nothing but rounding."""
    if len(s.shape) == 1 and s.shape[0] <= SHORT:
        n = s.shape[0]
        differences = reshape_to(g, (n, 1)) - reshape_to(g, (1, n))
        return s * summed(differences * reshape_to(s, (1, n)), (-1,))
    axes = attributes[0] if attributes else tuple(range(-len(s.shape), 0))
    return s * (g - kept(summed(g * s, axes), s, attributes))


def _norm_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    """g*x/y, with 0 for 0/0; where g has y as a factor, without the quotient: norm(x)**2 and
    higher powers have second derivatives at 0. So has what is smooth there, see norms.py."""
    (x,) = xs
    left = cofactor(g, norm, xs, attributes)
    if left is not None:
        return kept(expand_to(left, y.shape), x, attributes) * x
    share = kept(g, x, attributes) * over(x, kept(y, x, attributes))
    at_zero = share_at_zero(g, norm, xs, attributes)
    if at_zero is None:
        return share
    q, there = at_zero
    if y.shape:
        q, there = (kept(a, x, attributes) for a in at_zero)
    return where(there, q * x, share)


# fmt: off
amax      = Operation("amax", 1, _extremum_shape, _extremum_pullback,  # x, axes
                      kind=Kind.REDUCES, folds=max)
amin      = Operation("amin", 1, _extremum_shape, _extremum_pullback,  # x, axes
                      kind=Kind.REDUCES, folds=min)
argmax    = Operation("argmax", 1, _extremum_shape, no_derivative,  # x, (axis,)
                      kind=Kind.REDUCES, differentiable=False)
argmin    = Operation("argmin", 1, _extremum_shape, no_derivative,  # x, (axis,)
                      kind=Kind.REDUCES, differentiable=False)
argsort   = Operation("argsort", 1, same, no_derivative,  # x, axis
                      kind=Kind.SCANS, differentiable=False)
norm      = Operation("norm", 1, reduced, _norm_pullback, kind=Kind.REDUCES)  # x, axes or all
pnorm     = Operation("pnorm", 1, reduced, lambda g, xs, y, a, i:  # x, axes, p
                      kept(g, xs[0], a) * sign(xs[0])
                      * over(abs(xs[0]), kept(y, xs[0], a))**(a[1] - 1), kind=Kind.REDUCES)
logsumexp = Operation("logsumexp", 1, reduced, lambda g, xs, y, a, i:  # x, axes or all
                      kept(g, xs[0], a) * softmax(xs[0], *a), kind=Kind.REDUCES)
softmax   = Operation("softmax", 1, same, _softmax_pullback,  # x, axes or all
                      formula=lambda x, *a: exp(x - kept(logsumexp(x, *a), x, a)),
                      kind=Kind.SCANS)
# fmt: on


def product(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The product over axes, halves first: O(log n) nodes, right to any order where entries are 0.

    >>> from hodiff import tensor
    >>> product(tensor([[1, 2, 3], [4, 5, 6]]), (-1,))
    tensor([  6., 120.])
    """
    rank = len(x.shape)
    rest = [i for i in range(-rank, 0) if i not in axes]
    shape = tuple(x.shape[i] for i in rest)
    n = 1
    for i in axes:
        n *= x.shape[i]
    if n == 0:
        return summed(x, tuple(axes)) + 1  # which depends on x, if on no entry of it
    x = reshape_to(permuted(x, (*rest, *axes)), (*shape, n))
    last = None  # the odd one out of each halving
    while n > 1:
        half = n // 2
        if n % 2:
            odd = cut(x, -1, n - 1, n)
            last = odd if last is None else last * odd
        x = cut(x, -1, 0, half) * cut(x, -1, half, 2 * half)
        n = half
    return reshape_to(x if last is None else x * last, shape)


def cumprod(x: Tensor, axis: int) -> Tensor:
    """The products up to each entry, by doubling: O(log n) nodes, right where entries are 0."""
    n = x.shape[axis]
    step = 1
    while step < n:
        shape = (*x.shape[:axis], step, *x.shape[len(x.shape) + axis + 1 :])
        x = x * concatenate([expand_to(ONE, shape), cut(x, axis, 0, n - step)], axis)
        step *= 2
    return x


family(__name__, "Vectors and matrices")


@function("v", "norm")
def norm_of(x: Tensor) -> Tensor:
    return norm(vector("norm", x))


@function("v", "logsumexp")
def logsumexp_of(x: Tensor) -> Tensor:
    return logsumexp(vector("logsumexp", x))
