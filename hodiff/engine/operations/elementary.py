"""Arithmetic, powers, trigonometry, exponentials and logarithms."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import comb
from typing import Any

from hodiff.engine.graph import CONSTANT, ONE, Inputs, Operation, Tensor, constant, no_derivative
from hodiff.engine.leibniz import falling
from hodiff.engine.operations.functions import family, function
from hodiff.engine.operations.row import Jump, elementwise

MOST_SQUARES = 100  # of a sum, that are looked at

# In a rule a/b becomes a*b**-1, so that its parts are shared: see hodiff.engine.sharing.

pi = Operation("pi", 0, lambda shapes, attributes: (), no_derivative)
e = Operation("e", 0, lambda shapes, attributes: (), no_derivative)
euler_gamma = Operation("euler_gamma", 0, lambda shapes, attributes: (), no_derivative)
catalan = Operation("catalan", 0, lambda shapes, attributes: (), no_derivative)
# (1 + sqrt(5))/2
golden_ratio = Operation("golden_ratio", 0, lambda shapes, attributes: (), no_derivative)

# fmt: off
add = elementwise("add", lambda a, b, y: 1, lambda a, b, y: 1, names=(), linear=True, commutes=True)
sub = elementwise("sub", lambda a, b, y: 1, lambda a, b, y: -1, names=(), linear=True)
mul = elementwise("mul", lambda a, b, y: b, lambda a, b, y: a, names=(), commutes=True)
div = elementwise("div", lambda a, b, y: 1/b, lambda a, b, y: -y/b, names=(),
                  domain="a divisor other than 0", pole=lambda a, b: b == 0)
neg = elementwise("neg", lambda x, y: -1, names=(), linear=True)

pow = elementwise("pow",
                  lambda a, b, y: b*a**(b - 1) if b.operation is CONSTANT else powers(a, b, 1, 0),
                  lambda a, b, y: powers(a, b, 0, 1),
                  names=(), domain="a positive base, or an integer exponent",
                  pole=lambda a, b: a == 0 and b < 0)
# The derivative of a**b, j times in a and k times in b: a family closed under differentiation,
# right at a = 0 where b*a**(b - 1) and a**b*log(a) aren't.
powers = elementwise("powers",
                     lambda a, b, y, j, k: powers(a, b, j + 1, k),
                     lambda a, b, y, j, k: powers(a, b, j, k + 1),
                     names=(), formula=lambda a, b, j, k: written_powers(a, b, j, k),
                     domain="a positive base", pole=lambda a, b, j, k: a == 0)

family(__name__, "Roots, exponentials and logarithms")
sqrt  = elementwise("sqrt",  lambda x, y: 1/(2*y), domain="{x} >= 0")
cbrt  = elementwise("cbrt",  lambda x, y: 1/(3*y**2))
exp   = elementwise("exp",   lambda x, y: y, never_zero=True)
exp2  = elementwise("exp2",  lambda x, y: log(2)*y, definition=lambda x: exp(x*log(2)),
                    never_zero=True)
expm1 = elementwise("expm1", lambda x, y: exp(x))
log   = elementwise("log",   lambda x, y: 1/x, names=(), domain="{x} > 0", pole=lambda x: x == 0)
log2  = elementwise("log2",  lambda x, y: 1/(x*log(2)), definition=lambda x: log(x)/log(2),
                    domain="{x} > 0", pole=lambda x: x == 0)
log10 = elementwise("log10", lambda x, y: 1/(x*log(10)), definition=lambda x: log(x)/log(10),
                    domain="{x} > 0", pole=lambda x: x == 0)
log1p = elementwise("log1p", lambda x, y: 1/(1 + x), domain="{x} > -1", pole=lambda x: x == -1)

family(__name__, "Trigonometric functions and their inverses")
sin = elementwise("sin", lambda x, y: cos(x))
cos = elementwise("cos", lambda x, y: -sin(x))
tan = elementwise("tan", lambda x, y: 1 + y**2, pole=lambda x: True)
sec = elementwise("sec", lambda x, y: y*tan(x), definition=lambda x: 1/cos(x),
                  pole=lambda x: True)
csc = elementwise("csc", lambda x, y: -y*cot(x), definition=lambda x: 1/sin(x),
                  domain="{x} not a multiple of pi", pole=lambda x: True)
cot = elementwise("cot", lambda x, y: -(1 + y**2), definition=lambda x: cos(x)/sin(x),
                  domain="{x} not a multiple of pi", pole=lambda x: True)

# 1 - x**2 without the loss near 1, where asin and atanh need it.
one_minus_square = elementwise("one_minus_square", lambda x, y: -2*x, names=(),
                               definition=lambda x: (1 - x)*(1 + x), formula=lambda x: 1 - x**2)

asin = elementwise("asin", lambda x, y: 1/sqrt(one_minus_square(x)), names=("asin", "arcsin"),
                   numpy="arcsin", domain="-1 <= {x} <= 1")
acos = elementwise("acos", lambda x, y: -1/sqrt(one_minus_square(x)), names=("acos", "arccos"),
                   numpy="arccos", domain="-1 <= {x} <= 1")
atan = elementwise("atan", lambda x, y: turn(1, x), names=("atan", "arctan"), numpy="arctan")
atan2 = elementwise("atan2", lambda y, x, z: turn(x, y), lambda y, x, z: -turn(y, x),
                    names=("atan2", "arctan2"), parameters="y, x", numpy="arctan2",
                    jumps=Jump(lambda ctx, y, x: ctx.every(ctx.equal(y, 0), ctx.less_equal(x, 0)),
                               lambda ctx, side, y, x: ctx.mul(side, ctx.pi()),
                               lambda ctx, y, x: ctx.equal(x, 0)))
# x/(x**2 + y**2), closed, and without squares that overflow or vanish.
turn = elementwise("turn", lambda x, y, t: turn(y, x)**2 - t**2,
                   lambda x, y, t: -2*t*turn(y, x), names=(),
                   definition=lambda x, y: unit(x, y)/hypot(x, y),
                   formula=lambda x, y: x/(x**2 + y**2),
                   domain="a point other than 0, 0", pole=lambda x, y: True)

family(__name__, "Hyperbolic functions and their inverses")
sinh = elementwise("sinh", lambda x, y: cosh(x))
cosh = elementwise("cosh", lambda x, y: sinh(x))
tanh = elementwise("tanh", lambda x, y: sech(x)**2)  # 1 - y**2 loses every digit at 20
sech = elementwise("sech", lambda x, y: -y*tanh(x), definition=lambda x: 1/cosh(x),
                   never_zero=True)
csch = elementwise("csch", lambda x, y: -y*coth(x), definition=lambda x: 1/sinh(x), never_zero=True,
                   domain="{x} other than 0", pole=lambda x: True)
coth = elementwise("coth", lambda x, y: -csch(x)**2, definition=lambda x: 1/tanh(x),
                   domain="{x} other than 0", pole=lambda x: True)
asinh = elementwise("asinh", lambda x, y: asinh1(x), names=("asinh", "arcsinh"),
                    numpy="arcsinh")
acosh = elementwise("acosh", lambda x, y: acosh1(x), names=("acosh", "arccosh"),
                    numpy="arccosh", domain="{x} >= 1")
# Their derivatives r, and t = x*r: r' = -r**2*t, and t' is r**3 up to its sign. Closed, with no
# power of x**2 that overflows or vanishes before the result does.
asinh1 = elementwise("asinh1", lambda x, r: -r**2*asinht(x), names=(),
                     definition=lambda x: 1/hypot(1, x), formula=lambda x: 1/sqrt(1 + x**2))
asinht = elementwise("asinht", lambda x, t: asinh1(x)**3, names=(),
                     definition=lambda x: x/hypot(1, x), formula=lambda x: x/sqrt(1 + x**2))
acosh1 = elementwise("acosh1", lambda x, r: -r**2*acosht(x), names=(),
                     definition=lambda x: 1/(sqrt(x - 1)*sqrt(x + 1)),
                     formula=lambda x: 1/sqrt(x**2 - 1), domain="{x} > 1", pole=lambda x: x == 1)
acosht = elementwise("acosht", lambda x, t: -acosh1(x)**3, names=(),
                     definition=lambda x: x/(sqrt(x - 1)*sqrt(x + 1)),
                     formula=lambda x: x/sqrt(x**2 - 1), domain="{x} > 1", pole=lambda x: x == 1)
atanh = elementwise("atanh", lambda x, y: 1/one_minus_square(x), names=("atanh", "arctanh"),
                    numpy="arctanh", domain="-1 < {x} < 1", pole=lambda x: x in (-1, 1))

family(__name__, "Roots, exponentials and logarithms")
# x/hypot(x, y): its own derivative has no difference of large terms, as 1/h - x**2/h**3 has, and
# is nan at the origin, where a quotient by h that is 0 for 0/0 would pass for a derivative.
hypot = elementwise("hypot", lambda x, y, h: unit(x, y), lambda x, y, h: unit(y, x),
                    parameters="x, y", commutes=True)
unit = elementwise("unit",
                   lambda x, y, u: unit(y, x)**2 * over(1, hypot(x, y)),
                   lambda x, y, u: -u*unit(y, x) * over(1, hypot(x, y)),
                   names=(), definition=lambda x, y: over(x, hypot(x, y)),
                   formula=lambda x, y: x/hypot(x, y),
                   jumps=Jump(lambda ctx, x, y: ctx.every(ctx.equal(x, 0), ctx.equal(y, 0)),
                              lambda ctx, side, x, y: side, lambda ctx, x, y: True))
# x/y where y = 0 only at the kink of a norm. There it lies in [-1, 1] all around, and a gradient
# is affine in it.
over = elementwise("over", lambda x, y, q: over(1, y), lambda x, y, q: -over(q, y),
                   names=(), formula=lambda x, y: x/y, domain="a norm other than 0",
                   jumps=Jump(lambda ctx, x, y: ctx.equal(y, 0),
                              lambda ctx, side, x, y: side if ctx.equal(x, 0) else ctx.div(0, 0),
                              lambda ctx, x, y: True))
# fmt: on


def written_powers(a: Tensor, b: Tensor, j: int, k: int, logarithm: Tensor | None = None) -> Tensor:
    """The derivative of a**b by Leibniz: b*(b - 1)*...*a**(b - j)*log(a)**k and what it adds;
    logarithm: what stands for log(a)."""
    terms = []
    for m, coefficients in enumerate(falling(j, k)):
        polynomial = [c * b**n if n else constant(c) for n, c in enumerate(coefficients) if c]
        if polynomial:
            term = reduce(add, polynomial) * a ** (b - j if j else b)
            if m < k:
                term = term * (log(a) if logarithm is None else logarithm) ** (k - m)
            terms.append(comb(k, m) * term if comb(k, m) > 1 else term)
    return reduce(add, terms) if terms else constant(0)


@function("x, base", "log", most=2)
def logarithm(x: Tensor, base: Tensor | None = None) -> Tensor:
    """log(x), or to a base."""
    if base is None:
        return log(x)
    row = {2: log2, 10: log10}.get(base.attributes[0]) if base.operation is CONSTANT else None
    return row(x) if row else log(x) / log(base)


function("x", "ln")(log)


def coefficient(x: Tensor) -> tuple[Any, Tensor]:
    """x as an exact factor and the rest."""
    factor: Any = 1
    while True:
        operation = x.operation
        if x.opaque:
            return factor, x
        if operation is mul:
            a, b = x.inputs
            if a.operation is CONSTANT:
                factor, x = factor * a.attributes[0], b
            elif b.operation is CONSTANT:
                factor, x = factor * b.attributes[0], a
            else:
                return factor, x
        elif operation is neg:
            factor, x = -factor, x.inputs[0]
        elif operation is CONSTANT:
            return factor * x.attributes[0], ONE
        else:
            return factor, x


def powers_of(x: Tensor) -> tuple[Tensor, Any]:
    """x as a base and an exact exponent."""
    if x.operation is pow and not x.opaque and x.inputs[1].operation is CONSTANT:
        return x.inputs[0], x.inputs[1].attributes[0]
    return x, 1


def sums_squares(x: Tensor) -> bool:
    """Whether x is seen to be a sum of even powers, which is never below 0."""
    stack, looked = [x], 0
    while stack:
        y = stack.pop()
        looked += 1
        if y.operation is add and looked < MOST_SQUARES:
            stack += y.inputs
        else:
            n = powers_of(y)[1]
            if type(n) is not int or n <= 0 or n % 2:
                return False
    return True


def cofactor(g: Tensor, row: Operation, inputs: Inputs, attributes: Any = ()) -> Tensor | None:
    """g/y for y = row(*inputs), where y is seen to be a factor of g, as one node or another."""
    return _cofactor(g, lambda x: is_call(x, row, inputs, attributes), 6)


def _cofactor(g: Tensor, wanted: Callable[[Tensor], bool], depth: int) -> Tensor | None:
    """A product is looked into so deep."""
    factor, g = coefficient(g)
    base, exponent = powers_of(g)
    if isinstance(exponent, int) and exponent > 0 and wanted(base):
        found: Tensor = factor * base ** (exponent - 1) if exponent > 1 else constant(factor)
        return found
    if g.operation is mul and depth and not g.opaque:
        for one, other in (g.inputs, g.inputs[::-1]):
            left = _cofactor(one, wanted, depth - 1)
            if left is not None:
                return constant(factor) * left * other
    return None


def is_call(x: Tensor, row: Operation, inputs: Inputs, attributes: Any) -> bool:
    """Whether x is row(*inputs)."""
    if x.operation is not row or x.attributes != attributes:
        return False
    there, asked = [list(map(id, nodes)) for nodes in (x.inputs, inputs)]
    return there == asked or (row.commutes and there == asked[::-1])
