"""Formulas of handbooks that need special functions: value and gradient against mpmath.

Each as an engineer types it, at a point that means something; the slopes are mpmath's, by
differences at 60 digits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mpmath import mp, mpf

from hodiff import calculate

ndtr = mp.ncdf


def pdf(x: Any) -> Any:
    return mp.npdf(x)


def P(a: Any, x: Any) -> Any:
    return mp.gammainc(a, 0, x, regularized=True)


def I(x: Any, a: Any, b: Any) -> Any:  # noqa: E743
    return mp.betainc(a, b, 0, x, regularized=True)


def fresnel(x: Any) -> Any:
    return (mp.fresnelc(x) + mpf(1) / 2) ** 2 + (mp.fresnels(x) + mpf(1) / 2) ** 2


FORMULAS: dict[str, tuple[str, dict[str, str], Callable[..., Any]]] = {
    "Airy's diffraction pattern": (
        "I0*(2*besselj(1, x)/x)**2", {"I0": "2", "x": "1.7"},
        lambda a, x: a * (2 * mp.besselj(1, x) / x) ** 2),
    "a side band of frequency modulation": (
        "A*besselj(3, beta)", {"A": "2.5", "beta": "2.4"}, lambda a, b: a * mp.besselj(3, b)),
    "Kaiser's window": (
        "besseli(0, b*sqrt(1 - t**2))/besseli(0, b)", {"b": "8.6", "t": "0.3"},
        lambda b, t: mp.besseli(0, b * mp.sqrt(1 - t**2)) / mp.besseli(0, b)),
    "the mode of a round membrane": (
        "besselj(2, k*r)*cos(2*phi)", {"k": "5.1", "r": "0.4", "phi": "0.7"},
        lambda k, r, t: mp.besselj(2, k * r) * mp.cos(2 * t)),
    "the field of a line source": (
        "besselk(0, r/lambda)", {"r": "3", "lambda": "0.8"}, lambda r, x: mp.besselk(0, r / x)),
    "heat through a round fin": (
        "besseli(1, m*r)/besseli(0, m*r)", {"m": "12", "r": "0.05"},
        lambda m, r: mp.besseli(1, m * r) / mp.besseli(0, m * r)),
    "a step-index fibre": (
        "u*besselj(1, u)/besselj(0, u) - w*besselk(1, w)/besselk(0, w)",
        {"u": "1.6", "w": "1.8"},
        lambda u, w: u * mp.besselj(1, u) / mp.besselj(0, u)
        - w * mp.besselk(1, w) / mp.besselk(0, w)),
    "a coaxial line's Neumann function": (
        "bessely(0, k*a)*besselj(0, k*b)", {"k": "2", "a": "0.5", "b": "1.5"},
        lambda k, a, b: mp.bessely(0, k * a) * mp.besselj(0, k * b)),
    "sound scattered by a sphere": (
        "sphericaljn(2, k*a)", {"k": "3", "a": "0.9"},
        lambda k, a: mp.sqrt(mp.pi / (2 * k * a)) * mp.besselj(mpf(5) / 2, k * a)),
    "a particle in a linear potential": (
        "airyai(x/l - e)**2", {"x": "1.2", "l": "0.7", "e": "2.338"},
        lambda x, length, e: mp.airyai(x / length - e) ** 2),
    "tunnelling, the other solution": (
        "airybi(-x)*exp(-x/3)", {"x": "2.2"}, lambda x: mp.airybi(-x) * mp.exp(-x / 3)),
    "a diode with a series resistance": (
        "n*V/R*lambertw(Is*R/(n*V)*exp(U/(n*V)))",
        {"n": "1.4", "V": "0.02585", "R": "5", "Is": "1e-9", "U": "0.6"},
        lambda n, v, r, i, u: n * v / r * mp.lambertw(i * r / (n * v) * mp.exp(u / (n * v))).real),
    "Wien's displacement": (
        "h*c/(k*T*(5 + lambertw(-5*exp(-5))))",
        {"h": "6.626e-34", "c": "2.998e8", "k": "1.381e-23", "T": "5778"},
        lambda h, c, k, t: h * c / (k * t * (5 + mp.lambertw(-5 * mp.exp(-5)).real))),
    "the final size of an epidemic": (
        "1 + lambertw(-R*exp(-R))/R", {"R": "2.4"},
        lambda r: 1 + mp.lambertw(-r * mp.exp(-r)).real / r),
    "friction by Colebrook, solved": (
        "(2/log(10)*lambertw(log(10)/2*Re/2.51))**-2", {"Re": "1e5"},
        lambda r: (2 / mp.log(10) * mp.lambertw(mp.log(10) / 2 * r / mpf("2.51")).real) ** -2),
    "diffusion into a half space": (
        "c*erfc(x/(2*sqrt(D*t)))", {"c": "1", "x": "1e-3", "D": "1e-9", "t": "600"},
        lambda c, x, d, t: c * mp.erfc(x / (2 * mp.sqrt(d * t)))),
    "a plume (Ogata and Banks)": (
        "erfc((x - v*t)/(2*sqrt(D*t)))/2 + exp(v*x/D)*erfc((x + v*t)/(2*sqrt(D*t)))/2",
        {"x": "10", "v": "0.5", "t": "15", "D": "1.2"},
        lambda x, v, t, d: mp.erfc((x - v * t) / (2 * mp.sqrt(d * t))) / 2
        + mp.exp(v * x / d) * mp.erfc((x + v * t) / (2 * mp.sqrt(d * t))) / 2),
    "heating with a film": (
        "erfc(z) - exp(h*x + h**2*a)*erfc(z + h*sqrt(a))",
        {"z": "0.4", "h": "1.3", "x": "0.6", "a": "0.5"},
        lambda z, h, x, a: mp.erfc(z) - mp.exp(h * x + h**2 * a) * mp.erfc(z + h * mp.sqrt(a))),
    "a Voigt profile's middle": (
        "erfcx(g/(s*sqrt(2)))/(s*sqrt(2*pi))", {"g": "0.5", "s": "0.8"},
        lambda g, s: mp.exp((g / (s * mp.sqrt(2))) ** 2) * mp.erfc(g / (s * mp.sqrt(2)))
        / (s * mp.sqrt(2 * mp.pi))),
    "the plasma dispersion function": (
        "-2*dawson(x)", {"x": "1.3"},
        lambda x: -mp.sqrt(mp.pi) * mp.exp(-(x**2)) * mp.erfi(x)),
    "a depth of case hardening": (
        "2*sqrt(D*t)*erfinv((cs - c)/(cs - c0))",
        {"D": "2.5e-11", "t": "36000", "cs": "1.1", "c": "0.4", "c0": "0.2"},
        lambda d, t, s, c, z: 2 * mp.sqrt(d * t) * mp.erfinv((s - c) / (s - z))),
    "a call option (Black and Scholes)": (
        "d1 = (log(S/K) + (r + s**2/2)*T)/(s*sqrt(T));"
        " S*normcdf(d1) - K*exp(-r*T)*normcdf(d1 - s*sqrt(T))",
        {"S": "100", "K": "105", "r": "0.03", "s": "0.2", "T": "0.5"},
        lambda S, K, r, s, T: S * ndtr((mp.log(S / K) + (r + s**2 / 2) * T) / (s * mp.sqrt(T)))
        - K * mp.exp(-r * T)
        * ndtr((mp.log(S / K) + (r + s**2 / 2) * T) / (s * mp.sqrt(T)) - s * mp.sqrt(T))),
    "expected improvement": (
        "(m - f)*normcdf((m - f)/s) + s*normpdf((m - f)/s)", {"m": "1.2", "f": "1", "s": "0.3"},
        lambda m, f, s: (m - f) * ndtr((m - f) / s) + s * pdf((m - f) / s)),
    "a quantile of breaking strength": (
        "m + s*norminv(p)", {"m": "350", "s": "20", "p": "0.05"},
        lambda m, s, p: m + s * mp.sqrt(2) * mp.erfinv(2 * p - 1)),
    "the bit error rate of PSK": (
        "erfc(sqrt(E/N))/2", {"E": "7", "N": "1.5"}, lambda e, n: mp.erfc(mp.sqrt(e / n)) / 2),
    "chi squared's distribution": (
        "gammainc(5/2, x/2)", {"x": "9.24"}, lambda x: P(mpf(5) / 2, x / 2)),
    "waiting for the third call": (
        "gammaincc(3, lambda*t)", {"lambda": "0.8", "t": "4"}, lambda r, t: 1 - P(3, r * t)),
    "mass in a Schechter function": (
        "phi*uppergamma(-1/4 + 1, L/Ls)", {"phi": "0.01", "L": "0.5", "Ls": "1.2"},
        lambda f, a, b: f * mp.gammainc(mpf(3) / 4, a / b)),
    "Student's distribution": (
        "1 - betainc(5/2, 1/2, 5/(5 + t**2))/2", {"t": "2.1"},
        lambda t: 1 - I(5 / (5 + t**2), mpf(5) / 2, mpf(1) / 2) / 2),
    "a k-out-of-n system": (
        "betainc(3, 2, exp(-t/T))", {"t": "100", "T": "400"},
        lambda t, T: I(mp.exp(-t / T), 3, 2)),
    "drawdown of a well (Theis)": (
        "Q/(4*pi*T)*e1(r**2*S/(4*T*t))",
        {"Q": "0.02", "T": "0.005", "r": "30", "S": "1e-4", "t": "3600"},
        lambda q, T, r, s, t: q / (4 * mp.pi * T) * mp.e1(r**2 * s / (4 * T * t))),
    "a slab's radiation": (
        "2*expint(3, tau)", {"tau": "0.7"}, lambda x: 2 * mp.expint(3, x)),
    "an antenna's resistance": (
        "60*(euler_gamma + log(2*k*l) - ci(2*k*l))", {"k": "6.28", "l": "0.25"},
        lambda k, n: 60 * (mp.euler + mp.log(2 * k * n) - mp.ci(2 * k * n))),
    "Gibbs' overshoot": (
        "si(n*x)*2/pi", {"n": "9", "x": "0.35"}, lambda n, x: mp.si(n * x) * 2 / mp.pi),
    "the count of primes": ("li(x)", {"x": "1000"}, mp.li),
    "a moving heat source": (
        "exp(-v*x)*ei(-s)", {"v": "0.4", "x": "1.5", "s": "0.9"},
        lambda v, x, s: mp.exp(-v * x) * mp.ei(-s)),
    "charging with hyperbolic integrals": (
        "shi(x) - chi(x)", {"x": "1.4"}, lambda x: mp.shi(x) - mp.chi(x)),
    "light behind an edge": (
        "((fresnelc(v) + 1/2)**2 + (fresnels(v) + 1/2)**2)/2", {"v": "1.2"},
        lambda v: fresnel(v) / 2),
    "a clothoid's end": (
        "a*fresnelc(s/a)", {"a": "120", "s": "90"}, lambda a, s: a * mp.fresnelc(s / a)),
    "black body radiation's number": (
        "16*pi*zeta(3)*(k*T/(h*c))**3",
        {"k": "1.381e-23", "T": "300", "h": "6.626e-34", "c": "2.998e8"},
        lambda k, t, h, c: 16 * mp.pi * mp.zeta(3) * (k * t / (h * c)) ** 3),
    "an ideal gas of bosons": (
        "polylog(3/2, z)", {"z": "0.8"}, lambda z: mp.polylog(mpf(3) / 2, z)),
    "a Zipf law's weight": (
        "k**-s/zeta(s)", {"k": "5", "s": "1.8"}, lambda k, s: k**-s / mp.zeta(s)),
    "a tail of levels": (
        "zeta(s, a)", {"s": "2.5", "a": "3.2"}, lambda s, a: mp.zeta(s, a)),
    "a pendulum's period": (
        "4*sqrt(L/g)*ellipk(sin(theta/2)**2)", {"L": "1", "g": "9.81", "theta": "1.2"},
        lambda n, g, t: 4 * mp.sqrt(n / g) * mp.ellipk(mp.sin(t / 2) ** 2)),
    "an ellipse's circumference": (
        "4*a*ellipe(1 - b**2/a**2)", {"a": "3", "b": "2"},
        lambda a, b: 4 * a * mp.ellipe(1 - b**2 / a**2)),
    "two loops' inductance": (
        "mu*sqrt(a*b)*((2/k - k)*ellipk(k**2) - 2/k*ellipe(k**2))",
        {"mu": "1.2566e-6", "a": "0.1", "b": "0.15", "k": "0.6"},
        lambda m, a, b, k: m * mp.sqrt(a * b)
        * ((2 / k - k) * mp.ellipk(k**2) - 2 / k * mp.ellipe(k**2))),
    "an arc of an ellipse": (
        "a*ellipeinc(phi, m)", {"a": "2", "phi": "0.8", "m": "0.36"},
        lambda a, t, m: a * mp.ellipe(t, m)),
    "a demagnetizing factor": (
        "a*b*c/3*elliprd(a**2, b**2, c**2)", {"a": "3", "b": "2", "c": "1"},
        lambda a, b, c: a * b * c / 3 * mp.elliprd(a**2, b**2, c**2)),
    "an ellipsoid's capacity": (
        "1/elliprf(a**2, b**2, c**2)", {"a": "3", "b": "2", "c": "1"},
        lambda a, b, c: 1 / mp.elliprf(a**2, b**2, c**2)),
    "the earth's second zonal harmonic": (
        "1 - J2*(R/r)**2*legendrep(2, sin(lat))",
        {"J2": "1.0826e-3", "R": "6378", "r": "7000", "lat": "0.6"},
        lambda j, a, r, t: 1 - j * (a / r) ** 2 * mp.legendre(2, mp.sin(t))),
    "a Chebyshev filter": (
        "1/sqrt(1 + e**2*chebyshevt(5, w)**2)", {"e": "0.5", "w": "1.1"},
        lambda e, w: 1 / mp.sqrt(1 + e**2 * mp.chebyt(5, w) ** 2)),
    "a harmonic oscillator's state": (
        "hermite(4, x)*exp(-x**2/2)", {"x": "1.1"},
        lambda x: mp.hermite(4, x) * mp.exp(-(x**2) / 2)),
    "hydrogen's 3p": (
        "r*exp(-r/3)*genlaguerre(1, 3, 2*r/3)", {"r": "2.5"},
        lambda r: r * mp.exp(-r / 3) * mp.laguerre(1, 3, 2 * r / 3)),
    "Morse's potential by Kummer": (
        "hyp1f1(1/2, 3/2, -x**2)*x", {"x": "0.9"},
        lambda x: mp.hyp1f1(mpf(1) / 2, mpf(3) / 2, -(x**2)) * x),
    "a flow function of turbines": (
        "hyp2f1(1/3, 2/3, 5/3, x)", {"x": "0.45"},
        lambda x: mp.hyp2f1(mpf(1) / 3, mpf(2) / 3, mpf(5) / 3, x)),
    "Stirling's remainder": (
        "lgamma(x) - (x - 1/2)*log(x) + x - log(2*pi)/2", {"x": "7.5"},
        lambda x: mp.loggamma(x) - (x - mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_of_handbooks(name: str) -> None:
    text, point, f = FORMULAS[name]
    found = calculate("grad", text, at=",".join(f"{x}={v}" for x, v in point.items()), digits=20)
    assert found.arithmetic == "ball"
    values = [mpf(0)] * len(point)
    with mp.workdps(60):
        values = [mpf(v) for v in point.values()]
        n = len(values)
        true = [f(*values)]
        true += [mp.diff(f, tuple(values), tuple(int(i == k) for i in range(n))) for k in range(n)]
        for told, expected in zip([found.value, *found.gradient.values()], true, strict=True):
            error = abs(mpf(str(told)) - expected)
            assert error <= 1e-18 * abs(expected), (told, mp.nstr(expected, 25))
