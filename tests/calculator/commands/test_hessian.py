"""laplacian and hessian --diag: harmonic functions, the diagonal of the whole Hessian."""

from fractions import Fraction

import numpy as np
import pytest


@pytest.mark.parametrize(
    "text, at, expected",
    [
        ("x**3 - 3*x*y**2", "x=1/3,y=7", 0),
        ("log(x**2 + y**2)", "x=1/3,y=7", 0),
        ("exp(x)*sin(y)", "x=1,y=2", 0),
        ("1/sqrt(x**2 + y**2 + z**2)", "x=1,y=2,z=2", 0),
        ("sqrt(x**2 + y**2 + z**2)", "x=1,y=2,z=2", Fraction(2, 3)),
        ("norm(w)", "w=[1, 2, 2, 4]", Fraction(3, 5)),
        ("sum(w**4) + z", "w=[1, 2, 3],z=4", 12 * 14),
        ("dot(w, w)**2", "w=[1, 2]", 80),
        ("x", "x=1", 0),
    ],
)
@pytest.mark.parametrize("arithmetic", ["ball", "float"])
def test_laplacians(plain, text, at, expected, arithmetic):
    got = plain("laplacian", text, "--at", at, "--arithmetic", arithmetic)
    assert float(got) == pytest.approx(float(expected), rel=1e-14, abs=1e-13)
    if arithmetic == "ball" and expected and expected.denominator == 1:
        assert got == str(expected)


SCALARS = [
    "sum(exp(w)*w**2)",
    "norm(w)",
    "logsumexp(w)",
    "sum(100*(w[1:] - w[:-1]**2)**2 + (1 - w[:-1])**2)",
    "dot(w, w)**2",
    "prod(w)",
    "sum(w*w[::-1])",
    "sum(w)**3 + w[0]*w[5]**2",
    "sin(w[0]*w[1])*w[2] + sqrt(1 + dot(w, w))",
    "log(sum(exp(2*w))) + mean(w)**2",
    "w[2]",
    "max(w[0], w[1])**2*w[2]",
]


@pytest.mark.parametrize("arithmetic", ["ball", "float"])
@pytest.mark.parametrize("text", SCALARS)
def test_the_diagonal_is_that_of_the_hessian(found, text, arithmetic):
    job = ("hessian", text, "--at", "w=[0.5, -1.25, 2, 1/3, 0.1, -0.7]", "--arithmetic", arithmetic)
    full, short = found(*job), found(*job, "--diag")
    assert "hessian" not in short and short["gradient"] == full["gradient"]
    whole = np.diagonal(full["hessian"])
    assert short["diagonal"] == pytest.approx(whole, rel=1e-14 if arithmetic == "ball" else 1e-12)
    trace = found("laplacian", *job[1:])["laplacian"]
    assert trace == pytest.approx(whole.sum(), rel=1e-12, abs=1e-12)


def rosenbrock(w):
    d = np.zeros_like(w)
    d[:-1] += 1200 * w[:-1] ** 2 - 400 * w[1:] + 2
    d[1:] += 200
    return d


def softly(w):
    p = np.exp(w - w.max())
    p /= p.sum()
    return p * (1 - p)


@pytest.mark.parametrize(
    "text, diagonal",
    [
        ("sum(sin(w))", lambda w: -np.sin(w)),
        ("sum(exp(w)*w**2)", lambda w: np.exp(w) * (w**2 + 4 * w + 2)),
        (SCALARS[3], rosenbrock),
        ("norm(w)", lambda w: 1 / np.linalg.norm(w) - w**2 / np.linalg.norm(w) ** 3),
        ("logsumexp(w)", softly),
        ("dot(w, w)**2", lambda w: 4 * (w @ w) + 8 * w**2),
        ("sum(w)**3", lambda w: np.full_like(w, 6 * w.sum())),
    ],
)
def test_the_diagonal_in_100000_variables(plain, tmp_path, text, diagonal):
    w = np.random.default_rng(1).normal(size=100_000)
    np.save(tmp_path / "w.npy", w)
    at = ("--at", f"w=@{tmp_path / 'w.npy'}")
    got = np.array(plain("hessian", text, "--diag", *at).split("\t"), float)
    expected = diagonal(w)
    scale = abs(expected).max()
    assert got.shape == w.shape and abs(got - expected).max() < 1e-11 * scale
    assert float(plain("laplacian", text, *at)) == pytest.approx(got.sum(), abs=1e-9 * scale)
