"""Functions of one entry at a time. Arguments broadcast."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hodiff.arithmetic.base import UnknownError
from hodiff.engine.graph import ZERO, Tensor, constant, tensor_of
from hodiff.engine.operations import elementary as el
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import special as sp
from hodiff.engine.operations import structure as st
from hodiff.library.arguments import as_argument
from hodiff.library.publish import documented, public, public_entrywise


def truncated(x: Tensor) -> Tensor:
    return pw.where(pw.lt(x, ZERO), pw.ceil(x), pw.floor(x))


# Names, what they compute, its meaning, and an example: arguments => the tensor that comes.
# fmt: off
ENTRYWISE: tuple[tuple[str, Callable[..., Any], str, str], ...] = (
    # Arithmetic.
    ("mul multiply", el.mul, "The product x*y", "2.0, 3.0 => 6."),
    ("div divide true_divide", el.div, "The quotient x/y", "6.0, 3.0 => 2."),
    ("floor_divide", pw.whole_quotient, "The quotient x/y, rounded down", "-7.0, 2.0 => -4."),
    ("mod remainder", pw.remainder, "What x leaves when divided by y, with y's sign",
     "-7.0, 2.0 => 1."),
    ("neg negative", el.neg, "-x", "2.0 => -2."),
    ("positive", lambda x: x, "+x", "2.0 => 2."),
    ("abs absolute fabs", pw.abs, "The absolute value", "-2.0 => 2."),
    ("sign sgn", pw.sign, "-1, 0 or 1 by the sign", "-2.0 => -1."),
    ("square", lambda x: el.pow(x, constant(2)), "The square", "3.0 => 9."),
    ("reciprocal", lambda x: el.pow(x, constant(-1)), "1/x", "4.0 => 0.25"),
    ("lerp", lambda a, b, w: a + w * (b - a), "The point w of the way from a to b",
     "1.0, 5.0, 0.5 => 3."),

    # Powers, exponentials and logarithms.
    ("pow power float_power", lambda x, y: el.pow(x, y), "x to the power y", "2.0, 3.0 => 8."),
    ("sqrt", el.sqrt, "The square root", "9.0 => 3."),
    ("rsqrt", lambda x: el.pow(x, constant(-1) / 2), "One over the square root", "4.0 => 0.5"),
    ("cbrt", el.cbrt, "The cube root", "-8.0 => -2."),
    ("hypot", el.hypot, "The length of the vector (x, y) (at 0 its gradient is 0, and second "
     "derivatives are nan but for those of its square)", "3.0, 4.0 => 5."),
    ("exp", el.exp, "e to the power x", "0.0 => 1."),
    ("exp2", el.exp2, "2 to the power x", "3.0 => 8."),
    ("expm1", el.expm1, "exp(x) - 1, without its loss of digits near 0", "1e-20 => 1.e-20"),
    ("log ln", el.log, "The natural logarithm", "1.0 => 0."),
    ("log2", el.log2, "The logarithm to base 2", "8.0 => 3."),
    ("log10", el.log10, "The logarithm to base 10", "100.0 => 2."),
    ("log1p", el.log1p, "log(1 + x), without its loss of digits near 0", "1e-20 => 1.e-20"),
    ("logaddexp", sp.logaddexp, "log(exp(x) + exp(y)), without overflow",
     "1000.0, -1000.0 => 1000."),
    ("logaddexp2", lambda x, y: sp.logaddexp(x * el.log(2), y * el.log(2)) / el.log(2),
     "log2(2**x + 2**y), without overflow", "5000.0, 5000.0 => 5001."),
    ("xlogy", sp.xlogy, "x*log(y), and 0 at x = 0", "0.0, 0.0 => 0."),

    # Trigonometric and hyperbolic functions.
    ("sin", el.sin, "The sine", "0.0 => 0."),
    ("cos", el.cos, "The cosine", "0.0 => 1."),
    ("tan", el.tan, "The tangent", "0.0 => 0."),
    ("sec", el.sec, "The secant, 1/cos(x)", "0.0 => 1."),
    ("csc", el.csc, "The cosecant, 1/sin(x)", "hodiff.pi / 2 => 1."),
    ("cot", el.cot, "The cotangent, cos(x)/sin(x)", "1e-20 => 1.e+20"),
    ("asin arcsin", el.asin, "The angle whose sine is x", "1.0 => 1.57079633"),
    ("acos arccos", el.acos, "The angle whose cosine is x", "-1.0 => 3.14159265"),
    ("atan arctan", el.atan, "The angle whose tangent is x", "1.0 => 0.78539816"),
    ("atan2 arctan2", el.atan2, "The angle of the point with ordinate y (first) and abscissa x",
     "1.0, 0.0 => 1.57079633"),
    ("sinh", el.sinh, "The hyperbolic sine", "0.0 => 0."),
    ("cosh", el.cosh, "The hyperbolic cosine", "0.0 => 1."),
    ("tanh", el.tanh, "The hyperbolic tangent", "100.0 => 1."),
    ("sech", el.sech, "The hyperbolic secant, 1/cosh(x)", "0.0 => 1."),
    ("csch", el.csch, "The hyperbolic cosecant, 1/sinh(x)", "1e-20 => 1.e+20"),
    ("coth", el.coth, "The hyperbolic cotangent, 1/tanh(x)", "100.0 => 1."),
    ("asinh arcsinh", el.asinh, "The inverse of sinh", "0.0 => 0."),
    ("acosh arccosh", el.acosh, "The inverse of cosh, not negative", "1.0 => 0."),
    ("atanh arctanh", el.atanh, "The inverse of tanh", "0.0 => 0."),
    ("deg2rad radians", lambda x: x * el.pi() / 180, "An angle in degrees, in radians",
     "180.0 => 3.14159265"),
    ("rad2deg degrees", lambda x: x * 180 / el.pi(), "An angle in radians, in degrees",
     "hodiff.pi => 180."),

    # Special functions.
    ("erf", sp.erf, "The error function", "0.0 => 0."),
    ("erfc", sp.erfc, "1 - erf(x), without its loss of digits far out", "0.0 => 1."),
    ("gamma", sp.gamma, "The gamma function: (x - 1)! of a whole number", "5.0 => 24."),
    ("lgamma gammaln", sp.lgamma, "The logarithm of the absolute value of gamma", "1.0 => 0."),
    ("digamma psi", sp.digamma, "The slope of lgamma", "1.0 => -0.57721566"),
    ("beta", sp.beta, "gamma(a)*gamma(b)/gamma(a + b)", "2.0, 1.0 => 0.5"),
    ("sinc", lambda x: sp.sincn(el.pi() * x, 0), "sin(pi*x)/(pi*x), and 1 at 0", "0.0 => 1."),
    ("sigmoid expit", sp.sigmoid, "1/(1 + exp(-x))", "0.0 => 0.5"),
    ("logit", sp.logit, "The inverse of sigmoid", "0.5 => 0."),
    ("logsigmoid", lambda x: -sp.softplus(-x), "log(sigmoid(x)), without underflow",
     "-1000.0 => -1000."),
    ("relu", pw.relu, "x where it is positive, else 0", "[-2.0, 3.0] => [0., 3.]"),
    ("silu", sp.silu, "x*sigmoid(x)", "[0.0, 100.0] => [  0., 100.]"),
    ("gelu", sp.gelu, "x times the probability that a normal number is less",
     "[0.0, 100.0] => [  0., 100.]"),

    # Rounding.
    ("floor", pw.floor, "The largest whole number that is not above x", "-1.5 => -2."),
    ("ceil", pw.ceil, "The least whole number that is not below x", "1.5 => 2."),
    ("trunc fix", truncated, "x without its fraction", "-1.5 => -1."),
    ("frac", lambda x: x - truncated(x), "The fraction of x, with its sign", "-1.5 => -0.5"),

    # Comparisons and conditions.
    ("lt less", pw.lt, "Whether x < y", "1.0, 2.0 => True"),
    ("le less_equal", pw.le, "Whether x <= y", "2.0, 2.0 => True"),
    ("gt greater", pw.gt, "Whether x > y", "1.0, 2.0 => False"),
    ("ge greater_equal", pw.ge, "Whether x >= y", "2.0, 2.0 => True"),
    ("eq", pw.eq, "Whether x == y", "[1.0, 2.0], 2.0 => [False,  True]"),
    ("ne not_equal", pw.ne, "Whether x != y", "[1.0, 2.0], 2.0 => [ True, False]"),
    ("maximum", pw.max, "The larger of two", "[1.0, 5.0], 3.0 => [3., 5.]"),
    ("minimum", pw.min, "The smaller of two", "[1.0, 5.0], 3.0 => [1., 3.]"),
    ("fmax", lambda x, y: pw.where(pw.either(pw.ge(x, y), pw.ne(y, y)), x, y),
     "The larger of two, the other of nan", "[1.0, hodiff.nan], 3.0 => [3., 3.]"),
    ("fmin", lambda x, y: pw.where(pw.either(pw.le(x, y), pw.ne(y, y)), x, y),
     "The smaller of two, the other of nan", "[1.0, hodiff.nan], 3.0 => [1., 3.]"),
    ("logical_and", pw.both, "Whether both differ from 0", "1.0, 0.0 => False"),
    ("logical_or", pw.either, "Whether one or both differ from 0", "1.0, 0.0 => True"),
    ("logical_not", pw.negation, "Whether x is 0", "0.0 => True"),
    ("logical_xor", lambda x, y: pw.ne(pw.truth(x), pw.truth(y)),
     "Whether one of two, and not the other, differs from 0", "1.0, 2.0 => False"),
    ("logical_nor", lambda x, y: pw.negation(pw.either(pw.truth(x), pw.truth(y))),
     "Whether both are 0", "0.0, 0.0 => True"),
    ("bitwise_and", lambda x, y: x & y, "Whether both conditions hold",
     "[True, True], [True, False] => [ True, False]"),
    ("bitwise_or", lambda x, y: x | y, "Whether one of the conditions holds",
     "[False, True], [False, False] => [False,  True]"),
    ("bitwise_not invert", lambda x: ~x, "Whether the condition doesn't hold",
     "[True, False] => [False,  True]"),
    ("isnan", lambda x: pw.ne(x, x), "Whether x is nan", "hodiff.nan => True"),
    ("isinf", lambda x: pw.eq(pw.abs(x), tensor_of(math.inf)), "Whether x is infinite",
     "-hodiff.inf => True"),
    ("isfinite", lambda x: pw.lt(pw.abs(x), tensor_of(math.inf)),
     "Whether x is neither infinite nor nan", "hodiff.nan => False"),
    ("heaviside", lambda x, h: pw.where(pw.eq(x, ZERO), h, pw.gt(x, ZERO)),
     "0 where x is negative, 1 where it is positive, and h at 0",
     "[-1.0, 0.0, 1.0], 0.5 => [0. , 0.5, 1. ]"),

    # The same values.
    ("clone contiguous copy", st.alias, "The same values as a new node of the graph",
     "[1.0, 2.0] => [1., 2.]"),
    ("detach", lambda x: x.detach(), "The same values, untracked",
     "hodiff.tensor(2.0, requires_grad=True) => 2."),
)
# fmt: on

for _names, _row, _meaning, _example in ENTRYWISE:
    _all = _names.split()
    _shown = f"hodiff.{_all[0]}({_example.replace(' => ', ') => tensor(')})"
    _doc = documented(f"{_meaning}, entry by entry; arguments broadcast.", _shown)
    public_entrywise(_row, *_all, doc=_doc)


# Those with an argument that is no tensor.


@public("add", tensors=2)
def add(x: Tensor, y: Tensor, alpha: Any = 1) -> Tensor:
    """The sum x + alpha*y.

    >>> hodiff.add(2.0, 3.0)
    tensor(5.)
    >>> hodiff.add(2.0, 3.0, alpha=10)
    tensor(32.)
    """
    return x + y if alpha == 1 else x + y * alpha


@public("sub", "subtract", tensors=2)
def sub(x: Tensor, y: Tensor, alpha: Any = 1) -> Tensor:
    """The difference x - alpha*y.

    >>> hodiff.sub(2.0, 3.0)
    tensor(-1.)
    >>> hodiff.sub(2.0, 3.0, alpha=10)
    tensor(-28.)
    """
    return x - y if alpha == 1 else x - y * alpha


@public("round", "around")
def rounded(x: Tensor, decimals: int = 0) -> Tensor:
    """The nearest whole number, an even one from halfway; or the nearest with so many decimals.

    >>> hodiff.round([0.5, 1.6])
    tensor([0., 2.])
    >>> hodiff.round(0.125, decimals=1)
    tensor(0.1)
    """
    return pw.round(x * 10**decimals) / 10**decimals if decimals else pw.round(x)


@public("clamp", "clip")
def clamp(x: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """x, but min where it is less and max where it is more.

    >>> hodiff.clamp([-5.0, 0.5, 5.0], 0, 1)
    tensor([0. , 0.5, 1. ])
    """
    if min is not None and max is not None:
        return pw.clip(x, min, max)
    # Like clip, and unlike a maximum, all of the slope at the bound itself.
    if min is not None:
        return pw.clip(x, min, math.inf)
    return pw.clip(x, -math.inf, max) if max is not None else st.alias(x)


@public("where", method=False)
def where(condition: Tensor, x: Any = None, y: Any = None) -> Tensor:
    """x where condition holds, else y. The branch not taken contributes nothing, not 0*inf.

    >>> hodiff.where([True, False], [1.0, 2.0], [3.0, 4.0])
    tensor([1., 4.])
    """
    if x is None or y is None:
        raise TypeError("hodiff has no where of a condition alone: give both branches")
    return pw.where(pw.truth(condition), as_argument(x), as_argument(y))


@public("masked_fill")
def masked_fill(x: Tensor, mask: Any, value: Any) -> Tensor:
    """x, but value where mask holds.

    >>> hodiff.masked_fill([1.0, 2.0], [True, False], 0.0)
    tensor([0., 2.])
    """
    return where(mask, value, x)


@public("nan_to_num")
def nan_to_num(x: Tensor, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Tensor:
    """x with numbers for nan and the infinities: the largest there are, unless given.

    >>> hodiff.nan_to_num([hodiff.nan, -hodiff.inf, 2.0], neginf=-1.0)
    tensor([ 0., -1.,  2.])
    """
    import numpy  # start-up: a number needs none

    try:
        dtype = x.dtype
    except UnknownError:  # of a variable
        dtype = numpy.dtype(float)
    most = float(numpy.finfo(dtype).max) if dtype.kind == "f" else 0.0
    high, low = most if posinf is None else posinf, -most if neginf is None else neginf
    ends = (math.inf, high), (-math.inf, low)
    for end, value in ends:
        x = pw.where(pw.eq(x, tensor_of(end)), as_argument(value), x)
    return pw.where(pw.ne(x, x), as_argument(nan), x)


@public("polygamma", method=False, tensors=0)
def polygamma(n: int, x: Any) -> Tensor:
    """The n-th derivative of digamma.

    >>> hodiff.polygamma(1, 1.0) - hodiff.pi**2 / 6
    tensor(0.)
    """
    return sp.psi(as_argument(x), int(n)) if int(n) else sp.digamma(as_argument(x))
