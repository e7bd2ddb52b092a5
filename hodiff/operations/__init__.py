"""The table of operations: one row an operation, its derivative written in the operations.

elementary   + - * / **, trigonometry, exponentials and logarithms
piecewise    comparisons, where, abs, max, floor and what is smooth only in pieces
special      erf, the gamma family, sinc, the activation functions
structure    sums, indexing, vectors and matrices
"""

from hodiff.operations import elementary, piecewise, special, structure
from hodiff.operations.row import FUNCTIONS, Function

__all__ = ["FUNCTIONS", "Function", "elementary", "piecewise", "special", "structure"]
