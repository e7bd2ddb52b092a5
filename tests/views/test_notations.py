"""The higher functions as DLMF writes them, and as other languages' libraries call them."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp

from hodiff.derivatives import gradient
from hodiff.language.problem import read
from hodiff.views.latex import latex


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("besselj(n, x)", "J_{n}(x)"),
        ("besselk(n + 1, x**2)", "K_{n + 1}(x^{2})"),
        ("airyai(x)*airyaiprime(x)", r"\operatorname{Ai}(x) \operatorname{Ai}'(x)"),
        ("sphericaljn(2, x)", "j_{2}(x)"),
        ("struveh(n, x)", r"\mathbf{H}_{n}(x)"),
        ("legendrep(n, x)", "P_{n}(x)"),
        ("genlaguerre(n, a, x)", "L_{n}^{(a)}(x)"),
        ("jacobi(3, a, b, x)", "P_{3}^{(a, b)}(x)"),
        ("hypu(a, b, x)", "U(a, b, x)"),
        ("ellipk(x)", "K(x)"),
    ],
)
def test_latex(text: str, shown: str) -> None:
    assert latex(read(text).f) == rf"$\displaystyle {shown}$"


CODE: list[tuple[str, Any]] = [
    ("besselj(1, x)", lambda x: mp.besselj(1, x)),
    ("bessely(1, x)", lambda x: mp.bessely(1, x)),
    ("besseli(1, x)", lambda x: mp.besseli(1, x)),
    ("besselk(1, x)", lambda x: mp.besselk(1, x)),
    ("airyai(x)*airybi(x)", lambda x: mp.airyai(x) * mp.airybi(x)),
    ("legendrep(4, x)", lambda x: mp.legendre(4, x)),
    ("chebyshevt(4, x)", lambda x: mp.chebyt(4, x)),
    ("hermite(4, x)", lambda x: mp.hermite(4, x)),
    ("laguerre(4, x)", lambda x: mp.laguerre(4, 0, x)),
    ("jacobi(3, 1/2, 2, x)", lambda x: mp.jacobi(3, 0.5, 2, x)),
    ("hyp1f1(1/2, 2, x)", lambda x: mp.hyp1f1(0.5, 2, x)),
    ("hyp2f1(1/2, 2, 3, x)", lambda x: mp.hyp2f1(0.5, 2, 3, x)),
    ("hypu(1/2, 2, x)", lambda x: mp.hyperu(0.5, 2, x)),
    ("ellipk(x)*ellipe(x)", lambda x: mp.ellipk(x) * mp.ellipe(x)),
]


@pytest.mark.parametrize(("text", "reference"), CODE)
def test_numpy_code_has_scipys(text: str, reference: Any) -> None:
    from hodiff.cli import main

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main(["code", text, "--to", "numpy", "--what", "value,grad"])
    scope: dict[str, Any] = {}
    exec(out.getvalue(), scope)  # our own code
    value, slopes = scope["f"](np.array([0.4, 0.7]))
    for i, x in enumerate((0.4, 0.7)):
        np.testing.assert_allclose(value[i], float(reference(mpmath.mpf(x))), rtol=1e-12)
        np.testing.assert_allclose(slopes[0][i], float(mp.diff(reference, x)), rtol=1e-9)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("besselj(n, x)", r"\frac{J_{n - 1}(x) - J_{n + 1}(x)}{2}"),  # DLMF 10.6.1
        ("besselj(0, x)", "-J_{1}(x)"),  # 10.6.3
        ("bessely(0, x)", "-Y_{1}(x)"),
        ("besseli(0, x)", "I_{1}(x)"),  # 10.29.3
        ("besselk(0, x)", "-K_{1}(x)"),
    ],
)
def test_a_derivative_reads_as_tables_have_it(text: str, shown: str) -> None:
    problem = read(text)
    (slope,) = gradient(problem.f, [problem.variables["x"]])
    assert latex(slope) == rf"$\displaystyle {shown}$"
