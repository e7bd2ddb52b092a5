"""The table of operations: one row an operation, its derivative written in the operations.

elementary   + - * / **, trigonometry, exponentials and logarithms
piecewise    comparisons, where, abs, max, floor and what is smooth only in pieces
angles       degrees, the inverses of sec, csc, cot and their hyperbolic kin
special      erf, the gamma family, sinc, the activation functions
normal       inverse and scaled error functions, the normal distribution
factorials   factorials, binomial coefficients
bessel       Bessel and Airy functions
orthogonal, hypergeometric, elliptic
             Legendre's, Chebyshev's ... polynomials, 2F1 and its like, elliptic integrals
structure    shapes, indexing, sums, products of matrices
reductions   extrema, norms and products over axes, sorting
expint       Lambert's W, exponential and trigonometric integrals, Fresnel's
incomplete   incomplete gamma and beta functions
linalg       systems, inverses, determinants, Cholesky factors, einsum
zeta         zeta functions, polylogarithms
vectors      the language's functions of vectors and matrices
factors      triangular systems, eigenvectors, singular vectors, QR, pseudoinverses; the library's
             alone, for the command line starts without them
"""

# The order is that of the families in `hodiff functions`.
from hodiff.engine.graph import OPERATORS, tensor_of
from hodiff.engine.operations import (
    angles,
    bessel,
    elementary,
    elliptic,
    factorials,
    orthogonal,
)

# isort: split
from hodiff.engine.operations import hypergeometric, piecewise, special, structure
from hodiff.engine.operations.functions import FUNCTIONS, Function

# isort: split
from hodiff.engine.operations import (
    expint,
    incomplete,
    linalg,
    normal,
    reductions,
    vectors,
    zeta,
)

__all__ = [
    "FUNCTIONS",
    "Function",
    "angles",
    "bessel",
    "elementary",
    "elliptic",
    "expint",
    "factorials",
    "hypergeometric",
    "incomplete",
    "linalg",
    "normal",
    "orthogonal",
    "piecewise",
    "reductions",
    "special",
    "structure",
    "vectors",
    "zeta",
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
