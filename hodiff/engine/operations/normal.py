"""The error functions' inverses and scaled forms, Dawson's integral, the normal distribution."""

from __future__ import annotations

from functools import reduce

from hodiff.engine.graph import Tensor, constant
from hodiff.engine.operations.elementary import add, exp, pi, sqrt
from hodiff.engine.operations.functions import family
from hodiff.engine.operations.row import elementwise


def written(f: Tensor, x: Tensor, n: int, slope: int, free: Tensor) -> Tensor:
    """The n-th derivative of an f with f' = slope*x*f + free, n > 0: by
    w(n + 1) = slope*(x*w(n) + n*w(n - 1)), as a polynomial times f, and another times free."""
    before: tuple[list[int], list[int]] = ([1], [0])  # of w(n - 1), coefficients of powers of x
    now: tuple[list[int], list[int]] = ([0, slope], [1])
    for k in range(1, n):
        after = []
        for w, u in zip(now, before, strict=True):
            shifted = [0, *w]
            u = u + [0] * (len(shifted) - len(u))
            after.append([slope * (a + k * b) for a, b in zip(shifted, u, strict=True)])
        before, now = now, (after[0], after[1])
    sums = []
    for polynomial, factor in zip(now, (f, free), strict=True):
        terms = [_term(c, x, i) for i, c in reversed(list(enumerate(polynomial))) if c]
        if terms:
            sums.append(factor * reduce(add, terms))
    return reduce(add, sums)


def _term(c: int, x: Tensor, i: int) -> Tensor:
    power = x**i if i > 1 else x
    return constant(c) if not i else power if c == 1 else c * power


def _at_ends(x: float) -> bool:
    return x in (-1, 1)


# fmt: off
family(__name__, "Error functions")
erfi = elementwise("erfi", lambda x, y: 2/sqrt(pi()) * exp(x**2), special=True,
                   meaning="The error function of an imaginary number, over i")
erfinv = elementwise("erfinv", lambda x, y: sqrt(pi())/2 * exp(y**2), special=True,
                     domain="-1 < {x} < 1", pole=_at_ends,
                     meaning="The number whose erf is x")
erfcinv = elementwise("erfcinv", lambda x, y: -sqrt(pi())/2 * exp(y**2), special=True,
                      domain="0 < {x} < 2",
                      pole=lambda x: x in (0, 2), meaning="The number whose erfc is x")

# Far out the slope 2*x*erfcx(x) - 2/sqrt(pi) has lost its digits, and so has dawson's: so their
# derivatives are families.
erfcx = elementwise("erfcx", lambda x, y: erfcxs(x, 1), special=True, never_zero=True,
                    meaning="exp(x**2)*erfc(x), which neither overflows nor vanishes on the right")
erfcxs = elementwise("erfcxs", lambda x, y, n: erfcxs(x, n + 1), names=(), special=True,
                     never_zero=True,
                     formula=lambda x, n: written(erfcx(x), x, n, 2, -2/sqrt(pi())))
dawson = elementwise("dawson", lambda x, y: dawsons(x, 1), names=("dawson", "dawsn"), special=True,
                     meaning="Dawson's integral, sqrt(pi)/2*exp(-x**2)*erfi(x)")
dawsons = elementwise("dawsons", lambda x, y, n: dawsons(x, n + 1), names=(), special=True,
                      formula=lambda x, n: written(dawson(x), x, n, -2, constant(1)))

family(__name__, "Normal distribution")
normpdf = elementwise("normpdf", lambda x, y: -x*y, names=("normpdf", "npdf"), never_zero=True,
                      definition=lambda x: exp(-x**2/2)/sqrt(2*pi()),
                      meaning="The density of the normal distribution, of mean 0 and variance 1")
normcdf = elementwise("normcdf", lambda x, y: normpdf(x), names=("normcdf", "ncdf", "ndtr"),
                      special=True, never_zero=True,
                      meaning="The probability that a normal number is less than x")
norminv = elementwise("norminv", lambda x, y: 1/normpdf(y), names=("norminv", "ndtri", "probit"),
                      special=True, domain="0 < {x} < 1",
                      pole=lambda x: x in (0, 1),
                      meaning="The number that a normal one is less than with probability x")
# fmt: on
