"""Riemann's and Hurwitz's zeta functions, polylogarithms, trigamma."""

from __future__ import annotations

from functools import reduce
from math import comb, factorial

from hodiff.engine.graph import CONSTANT, ONE, ZERO, Tensor, constant
from hodiff.engine.leibniz import falling
from hodiff.engine.operations.elementary import add, log
from hodiff.engine.operations.functions import family, function
from hodiff.engine.operations.piecewise import eq, where
from hodiff.engine.operations.row import elementwise, unknown_slope
from hodiff.engine.operations.special import psi

MOST_ORDER = 100  # of a derivative of zeta
UP_TO_1 = "x <= 1, and s > 1 at x = 1"


def written_zetas(s: Tensor, a: Tensor, k: int, m: int) -> Tensor:
    """The derivative of zeta(s, a), k times in s and m times in a: of (-1)**m times s*(s + 1)*...
    *zeta(s + m, a)."""
    terms = []
    for i, coefficients in enumerate(falling(m, k)):
        # s*(s + 1)*... is (-1)**m times what -s gives in s*(s - 1)*...
        signed = [(-1) ** (n + i) * c for n, c in enumerate(coefficients)]
        parts = [c * s**n if n else constant(c) for n, c in enumerate(signed) if c]
        if parts:
            terms.append(comb(k, i) * reduce(add, parts) * of_order(s + m, a, k - i))
    return reduce(add, terms) if terms else ZERO


def of_order(s: Tensor, a: Tensor, k: int) -> Tensor:
    """The k-th derivative of zeta(s, a) in s."""
    if a.operation is CONSTANT and a.attributes[0] == 1:
        return zeta_of_order(s, k) if k else zeta(s)
    return hurwitz_of_order(s, a, k) if k else hurwitz(s, a)


def written_polylogs(s: Tensor, x: Tensor, j: int) -> Tensor:
    """The j-th derivative of polylog(s, x) in x: x**-j times a sum of those of less order."""
    terms = [c * _polylog(s - i, x) for i, c in enumerate(_stirling(j)) if c]
    limit = factorial(j) / constant(j) ** s if j > 1 else ONE
    return where(eq(x, ZERO), limit, reduce(add, terms) / x**j)


def _stirling(j: int) -> list[int]:
    """x**j times the j-th derivative, in powers of x times a derivative."""
    return falling(j, 0)[0]


def _polylog(s: Tensor, x: Tensor) -> Tensor:
    if s.operation is CONSTANT and s.attributes[0] == 1:
        return -log(1 - x)
    return x / (1 - x) if s.operation is CONSTANT and s.attributes[0] == 0 else polylog(s, x)


# fmt: off
family(__name__, "Zeta functions and polylogarithms")
zeta = elementwise("zeta", lambda s, y: zeta_of_order(s, 1), names=(), parameters="s",
                   special=True, domain="{x} other than 1", pole=lambda s: s == 1)
zeta_of_order = elementwise("zeta_of_order", lambda s, y, k: zeta_of_order(s, k + 1), names=(),
                            special=True, domain="{x} other than 1", pole=lambda s, k: s == 1)
hurwitz = elementwise("hurwitz", lambda s, a, y: hurwitz_of_order(s, a, 1),
                      lambda s, a, y: hurwitzes(s, a, 0, 1), names=(), special=True,
                      domain="a > 0 and s other than 1", pole=lambda s, a: s == 1)
hurwitz_of_order = elementwise("hurwitz_of_order",
                               lambda s, a, y, k: hurwitz_of_order(s, a, k + 1),
                               lambda s, a, y, k: hurwitzes(s, a, k, 1), names=(), special=True,
                               domain="a > 0 and s other than 1", pole=lambda s, a, k: s == 1)
# The derivative of zeta(s, a), k times in s and m times in a.
hurwitzes = elementwise("hurwitzes", lambda s, a, y, k, m: hurwitzes(s, a, k + 1, m),
                        lambda s, a, y, k, m: hurwitzes(s, a, k, m + 1), names=(), special=True,
                        formula=written_zetas, domain="a > 0")
# polylog(s - 1, x)/x is 0/0 at 0.
polylog = elementwise("polylog", unknown_slope("polylog", "its parameter s"),
                      lambda s, x, y: polylogs(s, x, 1), parameters="s, x", special=True,
                      domain=UP_TO_1, pole=lambda s, x: x == 1,
                      meaning="The polylogarithm: the sum of x**k/k**s")
polylogs = elementwise("polylogs", unknown_slope("polylog", "its parameter s"),
                       lambda s, x, y, j: polylogs(s, x, j + 1), names=(), special=True,
                       formula=written_polylogs, domain=UP_TO_1, pole=lambda s, x, j: x == 1)
dilog = elementwise("dilog", lambda x, y: dilogs(x, 1), special=True, domain="{x} <= 1",
                    meaning="The dilogarithm, polylog(2, x): of -log(1 - t)/t from 0 to x")
dilogs = elementwise("dilogs", lambda x, y, j: dilogs(x, j + 1), names=(), special=True,
                     formula=lambda x, j: written_polylogs(constant(2), x, j),
                     domain="{x} < 1", pole=lambda x, j: x == 1)
# fmt: on


@function("s, a, n", "zeta", most=3)
def zeta_function(s: Tensor, a: Tensor = ONE, n: Tensor = ZERO) -> Tensor:
    """Riemann's zeta function, or Hurwitz's, the sum of (k + a)**-s; or its n-th derivative in
    s."""
    order = n.attributes[0] if n.operation is CONSTANT else None
    if type(order) is not int or not 0 <= order <= MOST_ORDER:
        raise ValueError(f"zeta(s, a, n) needs a whole number n from 0 to {MOST_ORDER}")
    return of_order(s, a, order)


family(__name__, "Factorials, gamma and beta")


@function("x", "trigamma")
def trigamma(x: Tensor) -> Tensor:
    """The slope of digamma."""
    return psi(x, 1)
