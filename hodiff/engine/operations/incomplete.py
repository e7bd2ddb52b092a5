"""Incomplete gamma and beta functions."""

from __future__ import annotations

from functools import reduce
from math import comb
from typing import Any

from hodiff.engine.graph import Tensor, constant
from hodiff.engine.operations.elementary import add, exp
from hodiff.engine.operations.functions import family
from hodiff.engine.operations.row import elementwise, unknown_slope
from hodiff.engine.operations.special import beta, gamma

OF_GAMMA: dict[str, Any] = {"parameters": "a, x", "special": True, "domain": "a > 0 and x >= 0"}
OF_BETA: dict[str, Any] = {"special": True, "domain": "a > 0, b > 0 and 0 <= x <= 1"}


def _fallen(a: Tensor, n: int) -> Tensor:
    """(a - 1)*(a - 2)*...*(a - n)."""
    found = constant(1)
    for i in range(1, n + 1):
        found = found * (a - i)
    return found


def written_gamma_density(a: Tensor, x: Tensor, m: int) -> Tensor:
    """The m-th derivative in x of x**(a - 1)*exp(-x)/gamma(a), by Leibniz."""
    density = x ** (a - 1) * exp(-x) / gamma(a)
    terms = [comb(m, i) * (-1) ** (m - i) * _fallen(a, i) / x**i for i in range(m + 1)]
    return density * reduce(add, terms) if m else density


def written_beta_density(a: Tensor, b: Tensor, x: Tensor, m: int) -> Tensor:
    """The m-th derivative in x of x**(a - 1)*(1 - x)**(b - 1)/beta(a, b), by Leibniz."""
    density = x ** (a - 1) * (1 - x) ** (b - 1) / beta(a, b)
    terms = [
        comb(m, i) * (-1) ** (m - i) * _fallen(a, i) * _fallen(b, m - i) / (x**i * (1 - x)**(m - i))
        for i in range(m + 1)
    ]  # fmt: skip
    return density * reduce(add, terms) if m else density


# fmt: off
family(__name__, "Incomplete gamma and beta")
gammainc = elementwise("gammainc", unknown_slope("gammainc", "its parameter a"),
                       lambda a, x, y: gamma_density(a, x, 0), **OF_GAMMA,
                       meaning="The regularized lower incomplete gamma function P: lowergamma(a, x)"
                               " over gamma(a)")
gammaincc = elementwise("gammaincc", unknown_slope("gammaincc", "its parameter a"),
                        lambda a, x, y: -gamma_density(a, x, 0), **OF_GAMMA, never_zero=True,
                        meaning="The regularized upper incomplete gamma function Q = 1 - P, with"
                                " its digits where it is small")
# The m-th derivative in x of P's slope: by sums of x**(a - 1 - i)*exp(-x)/gamma(a - i), which end
# where a is a whole number, and have no factor that overflows.
gamma_density = elementwise("gamma_density", unknown_slope("gammainc", "its parameter a"),
                            lambda a, x, y, m: gamma_density(a, x, m + 1), names=(),
                            formula=written_gamma_density, **OF_GAMMA,
                            pole=lambda a, x, m: x == 0)
lowergamma = elementwise("lowergamma", unknown_slope("lowergamma", "its parameter a"),
                         lambda a, x, y: x**(a - 1) * exp(-x), **OF_GAMMA,
                         meaning="The lower incomplete gamma function: of t**(a - 1)*exp(-t) from"
                                 " 0 to x")
uppergamma = elementwise("uppergamma", unknown_slope("uppergamma", "its parameter a"),
                         lambda a, x, y: -x**(a - 1) * exp(-x), parameters="a, x", special=True,
                         never_zero=True, domain="x > 0, or x = 0 and a > 0",
                         pole=lambda a, x: x == 0,
                         meaning="The upper incomplete gamma function: of t**(a - 1)*exp(-t) from"
                                 " x on")
betainc = elementwise("betainc", unknown_slope("betainc", "its parameter a"),
                      unknown_slope("betainc", "its parameter b"),
                      lambda a, b, x, y: beta_density(a, b, x, 0), parameters="a, b, x", **OF_BETA,
                      meaning="The regularized incomplete beta function: the probability that a"
                              " beta(a, b) number is less than x")
beta_density = elementwise("beta_density", unknown_slope("betainc", "its parameter a"),
                           unknown_slope("betainc", "its parameter b"),
                           lambda a, b, x, y, m: beta_density(a, b, x, m + 1), names=(),
                           formula=written_beta_density, **OF_BETA,
                           pole=lambda a, b, x, m: x in (0, 1))
# fmt: on
