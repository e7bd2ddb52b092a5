"""The language's functions of vectors and matrices that are rows of the library."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import prod as count

from hodiff.engine.graph import Operation, Tensor
from hodiff.engine.operations import linalg
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations.elementary import add
from hodiff.engine.operations.functions import family, function
from hodiff.engine.operations.reductions import logsumexp
from hodiff.engine.operations.reductions import softmax as normalized
from hodiff.engine.operations.structure import halved, reshape_to, stack, vector
from hodiff.engine.shapes import described

family(__name__, "Vectors and matrices")


def matrix(name: str, x: Tensor) -> Tensor:
    """x, the argument of the language's function name. Raises ValueError for no square matrix."""
    if len(x.shape) != 2 or x.shape[0] != x.shape[1]:
        what = described(x.shape)
        raise ValueError(
            f"{name} needs a square matrix, as in {name}([[a, b], [c, d]]), not {what}"
        )
    return x


@function("v", "softmax", meaning="exp(v) by its sum: positive numbers that add up to 1")
def softmax(x: Tensor) -> Tensor:
    return normalized(vector("softmax", x))


@function("v", "logsoftmax", "log_softmax", meaning="log(softmax(v)), without underflow")
def logsoftmax(x: Tensor) -> Tensor:
    return vector("logsoftmax", x) - logsumexp(x)


@function("a, b", "cross", least=2, most=2, meaning="The vector product of two vectors of 3")
def cross(a: Tensor, b: Tensor) -> Tensor:
    if a.shape != (3,) or b.shape != (3,):
        raise ValueError("cross needs two vectors of 3 numbers")
    (a0, a1, a2), (b0, b1, b2) = a, b
    return stack(a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0)


@function("m", "det", "determinant", meaning="The determinant of a square matrix")
def det(x: Tensor) -> Tensor:
    return linalg.det(matrix("det", x))


@function("m", "inv", "inverse", meaning="The inverse of a square matrix")
def inv(x: Tensor) -> Tensor:
    return linalg.inv(matrix("inv", x))


@function("m", "trace", meaning="The sum of the diagonal of a square matrix")
def trace(x: Tensor) -> Tensor:
    matrix("trace", x)
    return reduce(add, [x[i, i] for i in range(x.shape[0])])


@function("a, b, ...", "max", most=None, meaning="The largest of some numbers, or of a vector")
def largest(*values: Tensor) -> Tensor:
    return _extreme("max", pw.max, values)


@function("a, b, ...", "min", most=None, meaning="The least of some numbers, or of a vector")
def smallest(*values: Tensor) -> Tensor:
    return _extreme("min", pw.min, values)


def _extreme(name: str, row: Operation, values: Sequence[Tensor]) -> Tensor:
    """Of numbers one after the other; of a vector halves first."""
    if len(values) > 1:
        return reduce(row, values)
    x = vector(name, values[0])
    flat = reshape_to(x, (count(x.shape),))
    return halved(row, [flat[i] for i in range(flat.shape[0])])
