"""Lambert's W, exponential and trigonometric integrals, Fresnel's integrals."""

from __future__ import annotations

from hodiff.engine.graph import CONSTANT, ZERO, Tensor
from hodiff.engine.operations.elementary import cos, cosh, exp, log, pi, sin, sinh
from hodiff.engine.operations.functions import family, function
from hodiff.engine.operations.piecewise import eq, where
from hodiff.engine.operations.row import elementwise, unknown_slope
from hodiff.engine.operations.special import sincn

# fmt: off
family(__name__, "Lambert W")
# Not y/(x*(1 + y)), which is 0/0 at 0.
lambertw = elementwise("lambertw", lambda x, y: exp(-y)/(1 + y), names=(), special=True,
                       domain="{x} >= -1/e",
                       meaning="The number w with w*exp(w) = x, that is not below -1")
lambertw_lower = elementwise("lambertw_lower", lambda x, y: exp(-y)/(1 + y), names=(),
                             special=True, domain="-1/e <= {x} < 0", pole=lambda x: x == 0,
                             meaning="The number w with w*exp(w) = x, that is not above -1")

family(__name__, "Exponential and trigonometric integrals")
ei = elementwise("ei", lambda x, y: exp(x)/x, names=("ei", "expi"), special=True,
                 domain="{x} other than 0", pole=lambda x: x == 0,
                 meaning="The exponential integral Ei: of exp(t)/t up to x")
e1 = elementwise("e1", lambda x, y: -exp(-x)/x, names=("e1", "exp1"), special=True, never_zero=True,
                 domain="{x} > 0", pole=lambda x: x == 0,
                 meaning="The exponential integral: of exp(-t)/t from x on")
expint = elementwise("expint", unknown_slope("expint", "its parameter n"),
                     lambda n, x, y: expints(n, x, 1),
                     names=("expint", "expn"), parameters="n, x", special=True, never_zero=True,
                     domain="x > 0, or x = 0 and n > 1", pole=lambda n, x: x == 0,
                     meaning="The exponential integral: of exp(-x*t)/t**n from t = 1 on")
# Its m-th derivative in x.
expints = elementwise("expints", unknown_slope("expint", "its parameter n"),
                      lambda n, x, y, m: expints(n, x, m + 1), names=(), special=True,
                      formula=lambda n, x, m: (-1)**m * expint(n - m, x),
                      domain="x > 0, or x = 0 and n > 1", pole=lambda n, x, m: x == 0)
li = elementwise("li", lambda x, y: 1/log(x), special=True,
                 domain="{x} >= 0 other than 1", pole=lambda x: x == 1,
                 meaning="The logarithmic integral: of 1/log(t) from 0 to x")
si = elementwise("si", lambda x, y: sincn(x, 0), special=True,
                 meaning="The sine integral: of sin(t)/t from 0 to x")
ci = elementwise("ci", lambda x, y: cos(x)/x, special=True, domain="{x} > 0",
                 pole=lambda x: x == 0,
                 meaning="The cosine integral: minus that of cos(t)/t from x on")
shi = elementwise("shi", lambda x, y: sinhc(x, 0), special=True,
                  meaning="The hyperbolic sine integral: of sinh(t)/t from 0 to x")
chi = elementwise("chi", lambda x, y: cosh(x)/x, special=True, domain="{x} > 0",
                  pole=lambda x: x == 0,
                  meaning="The hyperbolic cosine integral, whose slope is cosh(x)/x")
# The n-th derivative of sinh(x)/x: smooth at 0, where the quotient isn't.
sinhc = elementwise("sinhc", lambda x, y, n: sinhc(x, n + 1), names=(), special=True,
                    formula=lambda x, n: written_sinhc(x, n))
fresnels = elementwise("fresnels", lambda x, y: sin(pi()*x**2/2), special=True,
                       meaning="Fresnel's integral of sin(pi*t**2/2) from 0 to x")
fresnelc = elementwise("fresnelc", lambda x, y: cos(pi()*x**2/2), special=True,
                       meaning="Fresnel's integral of cos(pi*t**2/2) from 0 to x")
# fmt: on


def written_sinhc(x: Tensor, n: int) -> Tensor:
    """The n-th derivative of sinh(x)/x as textbooks have it, and its limit at 0."""
    even, odd = [1], [0]  # of sinh and cosh over x**(k + 1), coefficients of the powers of x
    for k in range(1, n + 1):
        size = range(len(even) + 1)
        s, c = [*even, 0], [*odd, 0]
        even = [(i - k) * s[i] + (c[i - 1] if i else 0) for i in size]
        odd = [(i - k) * c[i] + (s[i - 1] if i else 0) for i in size]
    total: Tensor = ZERO
    for row, polynomial in ((sinh, even), (cosh, odd)):
        for i, value in enumerate(polynomial):
            if value:
                term = value * x**i * row(x) if i else value * row(x) if value != 1 else row(x)
                total = term if total is ZERO else total + term
    limit = ZERO if n % 2 else 1 / (ZERO + (n + 1))
    return where(eq(x, ZERO), limit, total / x ** (n + 1))


family(__name__, "Lambert W")


@function("x, k", "lambertw", "productlog", most=2)
def lambert(x: Tensor, k: Tensor = ZERO) -> Tensor:
    """The number w with w*exp(w) = x: not below -1, or with k = -1 not above."""
    branch = k.attributes[0] if k.operation is CONSTANT else None
    if type(branch) is not int or branch not in (0, -1):
        raise ValueError("lambertw(x, k) needs k = 0 or k = -1, the branches that are real")
    return lambertw_lower(x) if branch else lambertw(x)
