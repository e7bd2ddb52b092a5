"""The table of operations: one row an operation, its derivative written in the operations.

elementary   + - * / **, trigonometry, exponentials and logarithms
piecewise    comparisons, where, abs, max, floor and what is smooth only in pieces
angles       degrees, the inverses of sec, csc, cot and their hyperbolic kin
special      erf, the gamma family, sinc, the activation functions
factorials   factorials, binomial coefficients
structure    shapes, indexing, sums, products of matrices
reductions   extrema, norms and products over axes, sorting
linalg       systems, inverses, determinants, Cholesky factors, einsum
vectors      the language's functions of vectors and matrices
factors      triangular systems, eigenvectors, singular vectors, QR, pseudoinverses; the library's
             alone, for the command line starts without them
"""

from hodiff.engine.graph import OPERATORS, tensor_of
from hodiff.engine.operations import angles, elementary, factorials, piecewise, special, structure
from hodiff.engine.operations.functions import FUNCTIONS, Function

# isort: split
from hodiff.engine.operations import linalg, reductions, vectors

__all__ = [
    "FUNCTIONS",
    "Function",
    "angles",
    "elementary",
    "factorials",
    "linalg",
    "piecewise",
    "reductions",
    "special",
    "structure",
    "vectors",
]

el, pw = elementary, piecewise
OPERATORS.update({
    **{"add": el.add, "sub": el.sub, "mul": el.mul, "truediv": el.div, "pow": el.pow},
    **{"neg": el.neg, "abs": pw.abs, "mod": pw.mod, "floordiv": pw.floor_divide},
    **{"lt": pw.lt, "le": pw.le, "gt": pw.gt, "ge": pw.ge, "eq": pw.eq, "ne": pw.ne},
    "and": lambda a, b: pw.both(pw.condition_of(a), pw.condition_of(b)),
    "or": lambda a, b: pw.either(pw.condition_of(a), pw.condition_of(b)),
    "invert": lambda x: pw.negation(pw.condition_of(x)),
    "matmul": lambda a, b: structure.matmul(tensor_of(a), tensor_of(b)),
    "getitem": structure.index,
})  # fmt: skip
