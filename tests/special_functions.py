"""Rows that FLINT computes, as mpmath has them, for the tests that walk the table: tests/engine/
test_operations.py, tests/arithmetic/test_balls.py, tests/derivatives/test_taylor.py and
tests/arithmetic/test_special.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction as F
from typing import Any, NamedTuple

from mpmath import mp, mpf

from tests import lengths


class Special(NamedTuple):
    """A row: its function in mpmath, of the inputs and the attributes, and where it is tried.

    points      doubles, at which its derivatives to third order are compared
    exact       rational numbers, at which its balls are
    attributes  of a row that only rules use, each tried
    series      how the language calls it in x, what that is, and where
    first       of a row that has no slope in its first inputs: numbers for these, each tried
    """

    name: str
    f: Callable[..., Any]
    points: Sequence[Any]
    exact: Sequence[Any]
    attributes: Sequence[tuple[Any, ...]] = ()
    series: Sequence[tuple[str, Callable[[Any], Any], list[str]]] = ()
    order: int = 3
    conditioned: tuple[Any, ...] = ()
    digits: int = 60
    first: Sequence[tuple[Any, ...]] = ()

    def shorter(self) -> Special:
        """What the plain test line tries of it."""
        return self._replace(
            points=self.points[:3],
            exact=self.exact[:5],
            attributes=self.attributes[:1],
            series=[(text, f, at[:1]) for text, f, at in self.series],
            order=min(self.order, 2),
            first=self.first[:1],
        )


def derived(f: Callable[[Any], Any]) -> Callable[..., Any]:
    """The n-th derivative of f, at whatever size x has."""

    def at(x: Any, n: int) -> Any:
        scale = abs(x) or mpf(1)
        found = mp.diff(lambda t: f(x + scale * t), 0, n) if n else f(x)
        return found / scale**n

    return at


def erfcx(x: Any) -> Any:
    """By its continued fraction far out (DLMF 7.9.4), which needs no digits more than asked."""
    if x < 20:
        return mp.exp(x * x) * mp.erfc(x)
    with mp.extraprec(20):
        found, terms = x, int(mp.prec**2 / x**2) + 20
        for k in range(terms, 0, -1):
            found = x + k / (2 * found)
    return 1 / (mp.sqrt(mp.pi) * found)


def dawson(x: Any) -> Any:
    """DLMF 7.5.1, and 13.2.39 where that cancels."""
    return x * mp.exp(-x * x) * mp.hyp1f1(0.5, 1.5, x * x)


def normcdf(x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def erfinv(x: Any) -> Any:
    if not -1 < x < 1:
        raise ValueError
    return mp.erfinv(x)


def norminv(p: Any) -> Any:
    """mpmath's erfinv near the middle, else Newton's method on the logarithm."""
    if not 0 < p < 1:
        raise ValueError
    if 2 * abs(p - mpf(1) / 2) < mpf(9) / 10:
        return mp.sqrt(2) * mp.erfinv(2 * p - 1)
    if p > mpf(1) / 2:
        with mp.extraprec(20):
            return -norminv(1 - p)
    x = -mp.sqrt(-2 * mp.log(p))
    with mp.extraprec(40):
        for _ in range(100):
            step = mp.log(normcdf(x) / p) * normcdf(x) * mp.sqrt(2 * mp.pi) * mp.exp(x * x / 2)
            x -= step
            if abs(step) < mpf(2) ** -(mp.prec - 20):
                break
    return x


def erfcinv(x: Any) -> Any:
    return -norminv(x / 2) / mp.sqrt(2)


def branch(k: int) -> Callable[[Any], Any]:
    def at(x: Any) -> Any:
        if x < -mp.exp(-1) or (k and x >= 0):
            raise ValueError
        return mp.lambertw(x, k).real

    return at


def positive(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def at(x: Any) -> Any:
        if x <= 0:
            raise ValueError
        return f(x)

    return at


def expint(n: Any, x: Any) -> Any:
    if x < 0 or (x == 0 and n <= 1):
        raise ValueError
    return mp.expint(n, x).real if x else 1 / (n - 1)


def li(x: Any) -> Any:
    if x < 0 or x == 1:
        raise ValueError
    return mp.li(x) if x else mpf(0)


def sinhcn(x: Any, n: int) -> Any:
    """By the series of sinh."""
    with mp.extraprec(20):
        total, k = mpf(0), (n + 1) // 2
        while True:
            term = x ** (2 * k - n) / ((2 * k + 1) * mp.factorial(2 * k - n))
            total += term
            k += 1
            if abs(term) <= abs(total) * mp.eps and k > abs(x) / 2 + n:
                return total


def ei(x: Any) -> Any:
    if x == 0:
        raise ValueError
    return mp.ei(x).real


def incomplete(upper: bool, regularized: bool) -> Callable[[Any, Any], Any]:
    def at(a: Any, x: Any) -> Any:
        if x < 0 or (a <= 0 and (not upper or regularized or x == 0)):
            raise ValueError
        ends = (x, mp.inf) if upper else (0, x)
        return mp.gammainc(a, *ends, regularized=regularized)

    return at


def gamma_density(a: Any, x: Any, m: int) -> Any:
    if a <= 0 or x < 0 or (x == 0 and a - m < 1 and a != mp.floor(a)):
        raise ValueError
    terms = (mp.binomial(m, i) * (-1) ** (m - i) * x ** (a - 1 - i) * mp.rgamma(a - i)
             for i in range(m + 1) if x or a - 1 - i >= 0)  # fmt: skip
    return mp.exp(-x) * mp.fsum(terms)


def betainc(a: Any, b: Any, x: Any) -> Any:
    if a <= 0 or b <= 0 or x < 0 or x > 1:
        raise ValueError
    return mp.betainc(a, b, 0, x, regularized=True)


def beta_density(a: Any, b: Any, x: Any, m: int) -> Any:
    if a <= 0 or b <= 0 or x <= 0 or x >= 1:
        raise ValueError
    found = mp.diff(lambda t: t ** (a - 1) * (1 - t) ** (b - 1), x, m)
    return found / mp.beta(a, b)


def zeta(s: Any, *more: Any) -> Any:
    """mpmath's, which takes derivatives in s."""
    if s == 1 or (more and more[0] <= 0):
        raise ValueError
    a, k = (*more, 0)[:2] if more else (1, 0)
    return mp.zeta(s, a, int(k)) if more else mp.zeta(s)


def hurwitzes(s: Any, a: Any, k: int, m: int) -> Any:
    """In a m times, that of (-1)**m*s*(s + 1)*...*zeta(s + m, a) in s."""
    if a <= 0:
        raise ValueError
    terms = (
        mp.binomial(k, i) * taylor_of_rising(s, m, i) * mp.zeta(s + m, a, k - i)
        for i in range(k + 1)
    )
    return (-1) ** m * mp.fsum(terms)


def taylor_of_rising(s: Any, m: int, i: int) -> Any:
    return mp.rf(s, m) if i == 0 else mp.diff(lambda t: mp.rf(t, m), s, i)


def polylog(s: Any, x: Any, j: int = 0) -> Any:
    if x > 1 or (x == 1 and s <= j + 1):
        raise ValueError
    if abs(x) <= 0.5:
        total, n = mpf(0), max(j, 1)
        power, whole = mpf(1) if j else x, s == int(s)
        while True:
            term = mp.ff(n, j) * power if j else power
            term = term / mpf(n) ** int(s) if whole else term * mpf(n) ** -s
            total += term
            power *= x
            n += 1
            if abs(term) <= abs(total) * mp.eps / 16 and n > j + 10:
                return total
    if s == 2 and j == 0 and x < 1:
        if x > 0:  # DLMF 25.12.6, and 25.12.3
            return mp.pi**2 / 6 - mp.log(x) * mp.log(1 - x) - polylog(s, 1 - x)
        if x > -2:
            return -(mp.log(1 - x) ** 2) / 2 - polylog(s, x / (x - 1))
        return -(mp.pi**2) / 6 - mp.log(-x) ** 2 / 2 - polylog(s, 1 / x)
    terms = (mp.stirling1(j, i) * mp.re(mp.polylog(s - i, x)) for i in range(j + 1))
    return mp.fsum(terms) / x**j


SMALL = F(1, 10**40)

ROWS = [
    Special(
        "erfi", mp.erfi, (0.5, -1.3, 1e-10, 4, -15),
        (0, 1, F(-1, 3), SMALL, 30, -5),
        series=[("erfi(x)", mp.erfi, ["0", "1", "-2"])],
    ),
    Special(
        "erfinv", erfinv, (0.5, -0.9, 1e-10, 0.999, -1 + 1e-9),
        (0, F(1, 3), F(-9, 10), SMALL, 1 - F(1, 10**9), 1, -1, 2),
        series=[("erfinv(x)", mp.erfinv, ["0", "1/4", "-3/4"])],
    ),
    Special(
        "erfcinv", erfcinv, (0.5, 1.3, 1.99, 0.02, 1e-10, 1e-30),
        (1, F(1, 3), F(19, 10), SMALL, 2 - F(1, 10**9), 0, 2, -1),
        series=[("erfcinv(x)", erfcinv, ["1/4", "1", "7/4"])],
    ),
    Special(
        "erfcx", erfcx, (0.5, -1.3, 1e-10, 4.5, -4, 30, 1e5, 1e50),
        (0, 1, F(-1, 3), SMALL, 5, 40, 10**20, -20),
        series=[("erfcx(x)", erfcx, ["0", "1", "-2", "5"])],
    ),
    Special(
        "erfcxs", derived(erfcx), (0.5, 30), (0, 2, F(-1, 3), 7),
        attributes=[(1,), (2,)], order=1,
    ),
    Special(
        "dawson", dawson, (0.5, -1.3, 1e-10, 0.9241388730045917, 5, -30, 300),
        (0, 1, F(-1, 3), SMALL, 5, -20),
        series=[("dawson(x)", dawson, ["0", "1", "-2", "5"])], digits=90,
    ),
    Special(
        "dawsons", derived(dawson), (0.5, -1.5, -12), (0, 2, F(-1, 3), 7, -6),
        attributes=[(1,), (2,)], order=1,
    ),
    Special(
        "normpdf", mp.npdf, (0.5, -1.3, 1e-10, 5, -15), (0, 1, F(-1, 3), SMALL, 30),
        series=[("normpdf(x)", mp.npdf, ["0", "2", "-3"])], conditioned=(37,),
    ),
    Special(
        "normcdf", normcdf, (0.5, -1.3, 1e-10, -5.5, -15, 6), (0, 1, F(-1, 3), SMALL, -30, 30),
        series=[("normcdf(x)", normcdf, ["0", "2", "-3"])], digits=100,
    ),
    Special(
        "norminv", norminv, (0.5, 0.3, 0.95, 1e-10, 1e-60),
        (F(1, 2), F(1, 3), F(19, 20), SMALL, 1 - F(1, 10**9), 0, 1, 2),
        series=[("norminv(x)", norminv, ["1/4", "1/2", "7/8"])],
    ),
    Special(
        "lambertw", branch(0), (0.5, -0.3, 1e-10, 3, 1e5, -0.36, 1e100),
        (0, 1, F(-1, 3), SMALL, 10**20, -1),
        series=[("lambertw(x)", branch(0), ["0", "1", "-1/4"])],
    ),
    Special(
        "lambertw_lower", branch(-1), (-0.3, -0.1, -1e-10, -0.36, -1e-100),
        (F(-1, 3), F(-1, 10), -SMALL, 0, -1, 1),
        series=[("lambertw(x, -1)", branch(-1), ["-1/4", "-1/8"])],
    ),
    Special(
        "ei", ei, (0.5, -1.3, 1e-10, 30, -30, 300, 0.37250741078136663),
        (0, 1, F(-1, 3), SMALL, 40, -40), series=[("ei(x)", ei, ["1", "-2", "5/2"])],
    ),
    Special(
        "e1", positive(mp.e1), (0.5, 1e-10, 30, 300), (0, 1, F(1, 3), SMALL, 40, -1),
        series=[("e1(x)", mp.e1, ["1", "5/2"])],
    ),
    Special(
        "expint", expint, (0.5, 1e-3, 30), ((2, 1), (F(1, 2), F(1, 3)), (-1, 2), (3, 40), (3, 0),
        (1, 0), (1, 2), (F(5, 2), SMALL)), first=[(2,), (F(1, 2),), (-1,), (5,)],
        series=[("expint(3, x)", lambda x: expint(3, x), ["1", "5/2"])],
    ),
    Special(
        "expints", lambda n, x, m: (-1) ** m * expint(n - m, x), (0.5, 30),
        ((2, 1), (F(1, 2), F(1, 3)), (3, 40), (4, 0), (2, 0)),
        attributes=[(1,), (2,)], first=[(F(1, 2),), (3,)],
    ),
    Special(
        "li", li, (0.5, 2.5, 1e-10, 1e10, 1.4513692348833811), (0, 1, F(1, 3), SMALL, 40, -1),
        series=[("li(x)", mp.li, ["2", "1/2"])],
    ),
    Special(
        "si", mp.si, (0.5, -1.3, 1e-10, 30, -300), (0, 1, F(-1, 3), SMALL, 40),
        series=[("si(x)", mp.si, ["0", "1", "-20"])],
    ),
    Special(
        "ci", positive(mp.ci), (0.5, 1e-10, 30, 300, 0.6165054856207162), (0, 1, F(1, 3), SMALL,
        40, -1), series=[("ci(x)", mp.ci, ["1", "20"])],
    ),
    Special(
        "shi", mp.shi, (0.5, -1.3, 1e-10, 30, -300), (0, 1, F(-1, 3), SMALL, 40),
        series=[("shi(x)", mp.shi, ["0", "1", "-20"])],
    ),
    Special(
        "chi", positive(mp.chi), (0.5, 1e-10, 30, 300), (0, 1, F(1, 3), SMALL, 40, -1),
        series=[("chi(x)", mp.chi, ["1", "20"])],
    ),
    Special(
        "sinhc", sinhcn, (0, 0.5, -1.3, 30, -300), (0, 1, F(-1, 3), 40, -30),
        attributes=[(0,), (1,), (2,)], order=2,
    ),
    Special(
        "fresnels", mp.fresnels, (0.5, -1.3, 1e-10, 5.5), (0, 1, F(-1, 3), SMALL, 40),
        series=[("fresnels(x)", mp.fresnels, ["0", "1", "-2"])],
    ),
    Special(
        "fresnelc", mp.fresnelc, (0.5, -1.3, 1e-10, 5.5), (0, 1, F(-1, 3), SMALL, 40),
        series=[("fresnelc(x)", mp.fresnelc, ["0", "1", "-2"])],
    ),
    Special(
        "gammainc", incomplete(False, True), (0.5, 1e-5, 3, 40),
        ((2, 1), (F(1, 2), F(1, 3)), (3, 40), (3, 0), (0, 1), (2, -1), (F(5, 2), SMALL), (40, 3)),
        first=[(2,), (F(1, 2),), (5,)],
        series=[("gammainc(5/2, x)", lambda x: incomplete(False, True)(mpf("2.5"), x),
                 ["1", "5/2"])],
    ),
    Special(
        "gammaincc", incomplete(True, True), (0.5, 1e-5, 3, 40, 300),
        ((2, 1), (F(1, 2), F(1, 3)), (3, 40), (3, 0), (0, 1), (2, -1), (F(5, 2), SMALL), (40, 3)),
        first=[(2,), (F(1, 2),), (5,)],
        series=[("gammaincc(5/2, x)", lambda x: incomplete(True, True)(mpf("2.5"), x),
                 ["1", "5/2"])],
    ),
    Special(
        "gamma_density", gamma_density, (0.5, 1e-5, 3, 40),
        ((2, 1), (F(1, 2), F(1, 3)), (3, 40), (3, 0), (1, 0)),
        attributes=[(0,), (1,)], first=[(2,), (F(1, 2),)], order=2,
    ),
    Special(
        "lowergamma", incomplete(False, False), (0.5, 1e-5, 3, 40),
        ((2, 1), (F(1, 2), F(1, 3)), (3, 40), (3, 0), (0, 1), (2, -1), (F(5, 2), SMALL), (40, 3)),
        first=[(2,), (F(1, 2),), (5,)],
        series=[("lowergamma(5/2, x)", lambda x: incomplete(False, False)(mpf("2.5"), x),
                 ["1", "5/2"])],
    ),
    Special(
        "uppergamma", incomplete(True, False), (0.5, 1e-5, 3, 40, 300),
        ((2, 1), (F(1, 2), F(1, 3)), (3, 40), (3, 0), (0, 1), (-2, 1), (F(-1, 2), 3), (-1, 0)),
        first=[(2,), (F(1, 2),), (F(-3, 2),)],
        series=[("uppergamma(5/2, x)", lambda x: incomplete(True, False)(mpf("2.5"), x),
                 ["1", "5/2"])],
    ),
    Special(
        "betainc", betainc, (0.5, 1e-5, 0.9, 0.999),
        ((2, 1, F(1, 2)), (F(1, 2), F(1, 3), F(1, 10)), (30, 2, F(9, 10)), (2, 3, 0), (2, 3, 1),
         (0, 1, F(1, 2)), (2, -1, F(1, 3)), (2, 1, -1), (2, 2, SMALL)),
        first=[(2, 3), (F(1, 2), F(5, 2)), (1, 1)],
        series=[("betainc(5/2, 3, x)", lambda x: betainc(mpf("2.5"), 3, x), ["1/4", "3/4"])],
    ),
    Special(
        "beta_density", beta_density, (0.5, 1e-5, 0.9),
        ((2, 1, F(1, 2)), (F(1, 2), F(1, 3), F(1, 10)), (30, 2, F(9, 10))),
        attributes=[(0,), (1,)], first=[(2, 3), (F(1, 2), F(5, 2))], order=2,
    ),
    Special(
        "zeta", zeta, (0.5, 3, -1.5, -2, 1.001, 30.5), (3, 0, -1, -2, F(1, 2), F(-7, 2), 1, 40),
        series=[("zeta(x)", zeta, ["3"])],
    ),
    Special(
        "zeta_of_order", lambda s, k: zeta(s, 1, k), (0.5, 3), (3, 0, -2, F(1, 2)),
        attributes=[(1,), (3,)], order=1,
    ),
    Special(
        "hurwitz", zeta, ((3, 0.5), (1.5, 7)), ((3, F(1, 3)), (F(1, 2), 7), (-2, 2),
        (0, F(1, 2)), (1, 2), (2, -1)), order=1, digits=30,
        series=[("zeta(5/2, x)", lambda x: zeta(mpf("2.5"), x), ["5/2"])],
    ),
    Special(
        "hurwitz_of_order", zeta, ((3, 0.5),), ((3, F(1, 3)), (F(1, 2), 7)),
        attributes=[(1,)], order=1, digits=30,
    ),
    Special(
        "hurwitzes", hurwitzes, ((3, 0.5),), ((3, F(1, 3)), (F(1, 2), 7)),
        attributes=[(0, 1), (1, 2)], order=1, digits=30,
    ),
    Special(
        "polylog", polylog, (0.45, 1e-5, -0.3, 0), ((2, F(1, 2)), (F(5, 2), F(-1, 3)),
        (2, 1), (3, -5), (-2, F(1, 2)), (2, SMALL), (3, 0), (1, 1), (2, 2)),
        first=[(2,), (F(1, 2),), (-1,)],
        series=[("polylog(3, x)", lambda x: polylog(3, x), ["0", "1/4"])],
    ),
    Special(
        "polylogs", polylog, (0.45, -0.3, 0), ((2, F(1, 2)), (F(5, 2), F(-1, 3)), (3, 0)),
        attributes=[(1,), (2,)], first=[(2,)], order=1,
    ),
    Special(
        "dilog", lambda x: polylog(2, x), (0.5, 1e-5, -0.3, 0.9, -3, 0, -300),
        (0, 1, F(1, 2), F(-1, 3), -40, SMALL, 2),
        series=[("dilog(x)", lambda x: polylog(2, x), ["0", "1/4"])],
    ),
    Special(
        "dilogs", lambda x, j: polylog(2, x, j), (0.45, -0.3, 0), (F(1, 2), -3, 0),
        attributes=[(1,), (2,)], order=1,
    ),
]  # fmt: skip
ROWS = ROWS if lengths.LONG else [row.shorter() for row in ROWS]
