"""The table of operations: one row an operation, its derivative written in the operations.

elementary   + - * / **, trigonometry, exponentials and logarithms
piecewise    comparisons, where, abs, max, floor and what is smooth only in pieces
special      erf, the gamma family, sinc, the activation functions
structure    shapes, indexing, sums, products of matrices
reductions   extrema, norms and products over axes, sorting
linalg       systems, inverses, determinants, Cholesky factors, einsum
"""

from hodiff.operations import elementary, piecewise, special, structure
from hodiff.operations.row import FUNCTIONS, Function

# isort: split
from hodiff.operations import linalg, reductions

__all__ = [
    "FUNCTIONS",
    "Function",
    "elementary",
    "linalg",
    "piecewise",
    "reductions",
    "special",
    "structure",
]
