"""Angles in degrees, and the inverses of sec, csc, cot and their hyperbolic kin.

sind(x) is no product of sin with a factor inside: in doubles sin(180*pi/180) isn't 0, and the
tangent has no pole at 90. So degrees are folded into [0, 45] first, which is exact.
"""

from __future__ import annotations

from hodiff.engine.graph import ONE, ZERO, Tensor, constant
from hodiff.engine.operations.elementary import (
    acos,
    acosh1,
    asin,
    asinh,
    asinh1,
    atan,
    atan2,
    cos,
    hypot,
    log,
    log1p,
    one_minus_square,
    pi,
    sin,
    sqrt,
    tan,
    turn,
)
from hodiff.engine.operations.functions import family, function
from hodiff.engine.operations.piecewise import abs, eq, ge, gt, le, lt, mod, sign, where
from hodiff.engine.operations.row import Jump, elementwise


def _root(x: Tensor) -> Tensor:
    """sqrt(x**2 - 1), with all digits near 1 and far out."""
    size = abs(x)
    return sqrt(size - 1) * sqrt(size + 1)


def _side(x: Tensor) -> Tensor:
    """1 or -1, at 0 too."""
    return where(ge(x, ZERO), ONE, where(lt(x, ZERO), constant(-1), x))


def _acsch(x: Tensor) -> Tensor:
    """asinh(1/x), where 1/x is no double either."""
    size = abs(x)
    near = log1p(hypot(ONE, x)) - log(size)
    return where(lt(size, ONE), sign(x) * near, asinh(1 / x))


family(__name__, "Trigonometric functions and their inverses")

# fmt: off
asec = elementwise("asec", lambda x, y: acosh1(abs(x))/abs(x), names=("asec", "arcsec"),
                   definition=lambda x: atan2(_root(x), sign(x)),
                   domain="{x} >= 1 or {x} <= -1", meaning="The angle whose secant is x")
acsc = elementwise("acsc", lambda x, y: -acosh1(abs(x))/abs(x), names=("acsc", "arccsc"),
                   definition=lambda x: atan(sign(x)/_root(x)),
                   domain="{x} >= 1 or {x} <= -1", meaning="The angle whose cosecant is x")
# atan(1/x), as in mpmath, MATLAB and SymPy: from -pi/2 to pi/2, so that it jumps at 0.
acot = elementwise("acot", lambda x, y: -turn(1, x), names=("acot", "arccot"),
                   definition=lambda x: atan2(_side(x), abs(x)),
                   jumps=Jump(lambda ctx, x: ctx.equal(x, 0),
                              lambda ctx, side, x: ctx.mul(ctx.div(side, 2), ctx.pi())),
                   meaning="The angle whose cotangent is x, from -pi/2 to pi/2")

family(__name__, "Hyperbolic functions and their inverses")
asech = elementwise("asech", lambda x, y: -1/(x*sqrt(one_minus_square(x))),
                    names=("asech", "arcsech"),
                    definition=lambda x: log1p(sqrt((1 - x)*(1 + x))) - log(x),
                    domain="0 < {x} <= 1", pole=lambda x: x == 0,
                    meaning="The inverse of sech, not negative")
acsch = elementwise("acsch", lambda x, y: -asinh1(x)/abs(x), names=("acsch", "arccsch"),
                    definition=_acsch, domain="{x} other than 0", pole=lambda x: True,
                    meaning="The inverse of csch")
acoth = elementwise("acoth", lambda x, y: 1/one_minus_square(x), names=("acoth", "arccoth"),
                    definition=lambda x: sign(x)*log1p(2/(abs(x) - 1))/2,
                    domain="{x} > 1 or {x} < -1", pole=lambda x: x in (-1, 1),
                    meaning="The inverse of coth")
# fmt: on


def _sine(x: Tensor) -> Tensor:
    """Of degrees from 0 to 45."""
    return where(eq(x, constant(30)), constant(1) / 2, sin(x * pi() / 180))


def _cosine(x: Tensor) -> Tensor:
    return cos(x * pi() / 180)


def _tangent(x: Tensor) -> Tensor:
    return where(eq(x, constant(45)), ONE, tan(x * pi() / 180))


def _sind(x: Tensor) -> Tensor:
    r = mod(abs(x), constant(360))
    a = where(gt(r, constant(180)), r - 180, r)
    b = where(gt(a, constant(90)), 180 - a, a)
    size = where(le(b, constant(45)), _sine(b), _cosine(90 - b))
    return where(eq(lt(x, ZERO), gt(r, constant(180))), size, -size)


def _cosd(x: Tensor) -> Tensor:
    r = mod(abs(x), constant(360))
    a = where(gt(r, constant(180)), 360 - r, r)
    b = where(gt(a, constant(90)), 180 - a, a)
    size = where(le(b, constant(45)), _cosine(b), _sine(90 - b))
    return where(gt(a, constant(90)), -size, size)


def _tand(x: Tensor) -> Tensor:
    r = mod(abs(x), constant(180))
    b = where(gt(r, constant(90)), 180 - r, r)
    size = where(le(b, constant(45)), _tangent(b), 1 / _tangent(90 - b))
    return where(eq(lt(x, ZERO), gt(r, constant(90))), size, -size)


family(__name__, "Angles in degrees")

# fmt: off
sind = elementwise("sind", lambda x, y: pi()/180*cosd(x), definition=_sind,
                   meaning="The sine of an angle in degrees")
cosd = elementwise("cosd", lambda x, y: -pi()/180*sind(x), definition=_cosd,
                   meaning="The cosine of an angle in degrees")
tand = elementwise("tand", lambda x, y: pi()/180*(1 + y**2), definition=_tand,
                   domain="{x} other than 90, 270, ...", pole=lambda x: True,
                   meaning="The tangent of an angle in degrees")
# fmt: on


@function("x", "asind", "arcsind", meaning="The angle in degrees whose sine is x")
def asind(x: Tensor) -> Tensor:
    return asin(x) * 180 / pi()


@function("x", "acosd", "arccosd", meaning="The angle in degrees whose cosine is x")
def acosd(x: Tensor) -> Tensor:
    return acos(x) * 180 / pi()


@function("x", "atand", "arctand", meaning="The angle in degrees whose tangent is x")
def atand(x: Tensor) -> Tensor:
    return atan(x) * 180 / pi()


@function("y, x", "atan2d", least=2, most=2, meaning="The angle of a point in degrees")
def atan2d(y: Tensor, x: Tensor) -> Tensor:
    return atan2(y, x) * 180 / pi()


@function("x", "radians", "deg2rad", meaning="An angle in degrees, in radians")
def radians(x: Tensor) -> Tensor:
    return x * pi() / 180


@function("x", "degrees", "rad2deg", meaning="An angle in radians, in degrees")
def degrees(x: Tensor) -> Tensor:
    return x * 180 / pi()
