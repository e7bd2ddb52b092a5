"""uncertainty: the examples of GUM Annex H, the package uncertainties, closed forms, draws."""

import json
import math

import numpy as np
import pytest
import uncertainties
from hypothesis import given, settings
from hypothesis import strategies as st
from uncertainties import umath

from hodiff import calculate
from hodiff.errors import HodiffError

FORMATS = ["table", "json", "csv", "plain", "latex", "mathml", "markdown", "typst"]
JOB = ("uncertainty", "m*g*h", "--at", "m=2.0±0.1,h=1.50±0.02", "--let", "g=9.81")
U_JOB = math.hypot(9.81 * 1.5 * 0.1, 9.81 * 2 * 0.02)

# GUM H.1, in nanometres: l = l_s + d - l_s*(da*theta + alpha_s*dtheta), table H.1.
GAUGE = "ls + d - ls*(da*theta + alpha*dtheta)"
GAUGE_AT = "ls=50000623+/-25,d=215+/-9.7,da=0+/-0.58e-6,theta=-0.1+/-0.41,alpha=11.5e-6+/-1.2e-6"
GAUGE_AT += ",dtheta=0+/-0.029"


def test_gum_h1_the_end_gauge(found) -> None:
    first = found("uncertainty", GAUGE, "--at", GAUGE_AT)
    assert first["value"] == 50000838
    assert round(first["uncertainty"]) == 32  # nm
    slopes, spreads = first["sensitivities"], first["uncertainties"]
    contributions = {x: abs(slopes[x]) * spreads[x] for x in slopes}
    assert contributions["dtheta"] == pytest.approx(16.6, abs=0.1)
    assert contributions["da"] == pytest.approx(2.9, abs=0.05)
    assert contributions["theta"] == contributions["alpha"] == 0
    second = found("uncertainty", GAUGE, "--at", GAUGE_AT, "--order", "2")["second_order"]
    assert round(second["uncertainty"]) == 34


# GUM H.2, table H.2: five observations of V, I and the phase, taken together.
OBSERVED = np.array([
    [5.007, 4.994, 5.005, 4.990, 4.999],
    [19.663e-3, 19.639e-3, 19.640e-3, 19.685e-3, 19.678e-3],
    [1.0456, 1.0438, 1.0468, 1.0428, 1.0433],
])  # fmt: skip
MEANS = dict(zip("VIp", map(float, OBSERVED.mean(axis=1)), strict=True))
COV = (np.cov(OBSERVED) / 5).tolist()


def test_gum_h2_as_published() -> None:
    """The means' uncertainties and correlations in table H.2 are those of the observations."""
    spreads = np.sqrt(np.diag(COV))
    assert spreads == pytest.approx([0.0032, 0.0095e-3, 0.00075], rel=0.02)
    r = COV / np.outer(spreads, spreads)
    assert [r[0, 1], r[0, 2], r[1, 2]] == pytest.approx([-0.36, 0.86, -0.65], abs=0.01)


@pytest.mark.parametrize(
    "text, value, u",
    [("V/I*cos(p)", 127.732, 0.071), ("V/I*sin(p)", 219.847, 0.295), ("V/I", 254.260, 0.236)],
)
def test_gum_h2_correlated_quantities(text, value, u) -> None:
    """To one unit of the last published digit: the GUM has 0.295 where all digits give 0.2956."""
    r = calculate("uncertainty", text, at=MEANS, cov=COV)
    assert r.value == pytest.approx(value, abs=5.1e-4)
    assert r.uncertainty == pytest.approx(u, abs=1e-3)
    assert sum(r.shares.values()) == pytest.approx(100)


ATOMS = st.sampled_from(["x", "y", "z", "1.5", "2"])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(st.sampled_from(["sin", "cos", "atan", "exp"]), inner).map(
            lambda pair: f"{pair[0]}({pair[1]})" if pair[0] != "exp" else f"exp(sin({pair[1]}))"
        ),
        st.tuples(inner, inner).map("({0[0]} / (2 + sin({0[1]})))".format),
        inner.map("sqrt(1 + ({0})**2)".format),
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS, st.tuples(*[st.integers(1, 99)] * 3), st.tuples(*[st.integers(1, 30)] * 3))
def test_agrees_with_uncertainties(text, tenths, hundredths) -> None:
    numbers = [(a / 10, b / 100) for a, b in zip(tenths, hundredths, strict=True)]
    at = ",".join(f"{x}={a}±{b}" for x, (a, b) in zip("xyz", numbers, strict=True))
    names = {f: getattr(umath, f) for f in ("sin", "cos", "atan", "exp", "sqrt")}
    inputs = {x: uncertainties.ufloat(*pair) for x, pair in zip("xyz", numbers, strict=True)}
    expected = eval(text, names | inputs) + 0 * inputs["x"]
    r = calculate("uncertainty", text, at=at)
    assert r.value == pytest.approx(expected.n, rel=1e-9, abs=1e-9)
    assert r.uncertainty == pytest.approx(expected.s, rel=1e-7, abs=1e-9)


def test_correlated_agrees_with_uncertainties() -> None:
    xs = uncertainties.correlated_values([*MEANS.values()], COV)
    expected = xs[0] / xs[1] * umath.cos(xs[2])
    r = calculate("uncertainty", "V/I*cos(p)", at=MEANS, cov=COV)
    assert r.uncertainty == pytest.approx(expected.s, rel=1e-9)


def test_the_second_order_of_a_square(found) -> None:
    """x² of a normal x: the mean is m² + u², the variance 4m²u² + 2u⁴."""
    m, u = 3, 0.5
    second = found("uncertainty", "x**2", "--at", f"x={m}±{u}", "--order", "2")["second_order"]
    assert second["shift"] == pytest.approx(u**2)
    assert second["mean"] == pytest.approx(m**2 + u**2)
    assert second["uncertainty"] ** 2 == pytest.approx(4 * m**2 * u**2 + 2 * u**4)


def test_the_second_order_of_a_cubic() -> None:
    """x³ to second order: f' = 3m², f'' = 6m, f''' = 6, as GUM sums them."""
    m, u = 2, 0.25
    r = calculate("uncertainty", "x**3", at=f"x={m}±{u}", order=2).second_order
    assert r["shift"] == pytest.approx(3 * m * u**2)
    variance = 9 * m**4 * u**2 + ((6 * m) ** 2 / 2 + 3 * m**2 * 6) * u**4
    assert r["uncertainty"] ** 2 == pytest.approx(variance)


def test_the_second_order_of_a_correlated_product() -> None:
    """x*y of two normals: mean ab + c, variance a²u_y² + b²u_x² + 2abc + u_x²u_y² + c²."""
    a, b, x, y, c = 3, 2, 0.04, 0.09, 0.03
    r = calculate("uncertainty", "x*y", at={"x": a, "y": b}, cov=[[x, c], [c, y]], order=2)
    assert r.second_order["mean"] == pytest.approx(a * b + c)
    variance = a * a * y + b * b * x + 2 * a * b * c + x * y + c * c
    assert r.second_order["uncertainty"] ** 2 == pytest.approx(variance)
    assert r.uncertainty**2 == pytest.approx(variance - x * y - c * c)


def test_samples_of_a_product() -> None:
    """The same closed form: five standard errors of the mean, and of the deviation about."""
    n, (a, b, x, y, c) = 200_000, (3, 2, 0.04, 0.09, 0.03)
    r = calculate("uncertainty", "x*y", at={"x": a, "y": b}, cov=[[x, c], [c, y]], samples=n)
    deviation = math.sqrt(a * a * y + b * b * x + 2 * a * b * c + x * y + c * c)
    assert r.samples["mean"] == pytest.approx(a * b + c, abs=5 * deviation / math.sqrt(n))
    assert r.samples["uncertainty"] == pytest.approx(deviation, rel=5 / math.sqrt(n))
    again = calculate("uncertainty", "x*y", at={"x": a, "y": b}, cov=[[x, c], [c, y]], samples=n)
    assert again.samples == r.samples


def test_samples_of_a_lognormal() -> None:
    """exp(x): the quantiles are those of x, exp(m ± 1.96 u); norm shows that draws are no axis."""
    n, u = 100_000, 0.3
    r = calculate("uncertainty", "norm([exp(x), 0])", at=f"x=0±{u}", samples=n, seed=7)
    assert r.samples["lower"] == pytest.approx(math.exp(-1.959964 * u), rel=0.02)
    assert r.samples["upper"] == pytest.approx(math.exp(1.959964 * u), rel=0.02)
    assert r.samples["mean"] == pytest.approx(math.exp(u * u / 2), rel=0.01)


def test_undefined_samples_are_counted() -> None:
    n = 50_000
    r = calculate("uncertainty", "sqrt(x)", at="x=1±1", samples=n)
    expected = n * math.erfc(1 / math.sqrt(2)) / 2  # below 0
    assert r.samples["undefined"] == pytest.approx(expected, abs=5 * math.sqrt(expected))
    assert any("left out" in note for note in r.notes)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format(answer, form) -> None:
    text = answer(*JOB, "--format", form)
    if form == "plain":
        value, u = map(float, text.split("\t"))
        assert (value, u) == (29.43, pytest.approx(U_JOB))
    elif form == "csv":
        header, row = text.splitlines()
        assert header == "m,u_m,h,u_h,f,u_f,share_m,share_h"
        share = 100 * (9.81 * 1.5 * 0.1 / U_JOB) ** 2
        expected = [2, 0.1, 1.5, 0.02, 29.43, U_JOB, share, 100 - share]
        assert [*map(float, row.split(","))] == pytest.approx(expected)
    elif form == "json":
        got = json.loads(text)
        assert [*got] == [
            "command", "expression", "arithmetic", "at", "uncertainties", "value", "uncertainty",
            "sensitivities", "shares", "notes",
        ]  # fmt: skip
        assert got["uncertainties"] == {"m": 0.1, "h": 0.02}
        assert got["sensitivities"] == {"m": 14.715, "h": 19.62}
        assert sum(got["shares"].values()) == pytest.approx(100)
    elif form in ("table", "markdown"):
        assert "f = 29.4 ± 1.5" in text
    else:
        assert "29.43" in text


def test_a_variable_without_one_is_exact() -> None:
    r = calculate("uncertainty", "x*y", at="x=2±0.1,y=3")
    assert r.uncertainty == pytest.approx(0.3)
    assert (r.uncertainties["y"], r.shares["y"]) == (0, 0)
    assert r.exact.value == 6


def test_csv_and_plain_have_the_second_order_and_the_draws(answer) -> None:
    job = (*JOB, "--order", "2", "--samples", "1000", "--seed", "5")
    r = calculate("uncertainty", "m*g*h", at=JOB[3], let="g=9.81", order=2, samples=1000, seed=5)
    header, row = answer(*job, "--format", "csv").splitlines()
    got = dict(zip(header.split(","), map(float, row.split(",")), strict=True))
    for name in ("second_order", "samples"):
        said = getattr(r, name)
        assert {x: got[f"{name}_{x}"] for x in said} == said
    lines = answer(*job, "--format", "plain").splitlines()
    second, samples = r.second_order, r.samples
    assert [[*map(float, line.split("\t"))] for line in lines] == [
        [r.value, r.uncertainty],
        [second["mean"], second["uncertainty"]],
        [samples[x] for x in ("mean", "uncertainty", "lower", "upper")],
    ]


def test_one_that_let_states() -> None:
    r = calculate("uncertainty", "x*y", at="x=2±0.1,y=3", let="u_y=1/5")
    assert r.uncertainties == {"x": 0.1, "y": 0.2}
    assert r.uncertainty == pytest.approx(math.hypot(0.3, 0.4))


@pytest.mark.parametrize("u", [1e-250, 1e-170, 1e-60, 1e200])
def test_squares_are_within_doubles(u) -> None:
    r = calculate("uncertainty", "3*x", at=f"x=1±{u}", order=2)
    assert r.uncertainty == pytest.approx(3 * u, rel=1e-14, abs=0)
    assert r.second_order["uncertainty"] == pytest.approx(3 * u, rel=1e-14, abs=0)


@pytest.mark.parametrize("u", [1e-150, 1e-100, 1e100])
def test_squares_of_the_second_order_are_within_doubles(u) -> None:
    """x² of a normal x around 0: the mean u², the deviation u²·√2."""
    second = calculate("uncertainty", "x**2", at=f"x=0±{u}", order=2).second_order
    assert second["mean"] == pytest.approx(u**2, rel=1e-14, abs=0)
    assert second["uncertainty"] == pytest.approx(math.sqrt(2) * u**2, rel=1e-14, abs=0)


def test_too_large_for_a_double(hodiff) -> None:
    ran = hodiff("uncertainty", "1e200*x", "--at", "x=1±1e200")
    assert ran.code == 2 and "beyond doubles" in ran.err


def test_a_variance_below_zero(hodiff) -> None:
    """The variance of sin(x) at 0 to second order: u² - u⁴."""
    ran = hodiff("uncertainty", "sin(x)", "--at", "x=0±2", "--order", "2")
    assert ran.code == 1 and "below 0" in ran.err


def test_a_covariance_file(found, tmp_path) -> None:
    (tmp_path / "cov.csv").write_text("0.04,0.03\n0.03,0.09\n")
    job = ("uncertainty", "x - y", "--at", "x=3,y=2")
    r = found(*job, "--cov", f"@{tmp_path / 'cov.csv'}")
    assert r["uncertainty"] == pytest.approx(math.sqrt(0.04 + 0.09 - 0.06))
    assert r["covariance"] == [[0.04, 0.03], [0.03, 0.09]]
    assert r["shares"]["x"] == pytest.approx(100 * (0.04 - 0.03) / 0.07)
    assert found(*job, "--cov", "[[0.04, 0.03], [0.03, 0.09]]") == r


@pytest.mark.parametrize(
    "given, source, said",
    [
        ({"at": "x=1,y=2"}, "--at", "behind ±"),
        ({}, "--at", "--at m=2.0±0.1"),
        ({"at": "x=1±0.1,y=2", "order": 3}, "--order", "1 or 2"),
        ({"at": "x=1±0.1,y=2", "digits": 20}, "--digits", "leave it out"),
        ({"at": "x=1±0.1,y=2", "samples": 10**8}, "--samples", "10000000 at most"),
        ({"at": "x=1±0.1,y=2", "seed": 3}, "--seed", "--samples 100000, or leave it out"),
        ({"at": "x=1±-0.1,y=2"}, "--at", "may not be below 0"),
        ({"at": "x=1±0.1,y=2", "let": "u_x=0.1"}, "--let", "remove one"),
        ({"at": "x=1±0.1,y=2", "let": "u_y=-1"}, "--let", "may not be below 0"),
        ({"at": "x=1±0.1,y=2", "let": "u_y=[1, 2]"}, "--let", "one number"),
        ({"at": "x=1±0.1,y=2", "cov": [[0.02, 0], [0, 0]]}, "--cov", "leave out ±"),
        ({"at": "x=1,y=2", "cov": [[1, 0, 0], [0, 1, 0]]}, "--cov", "2x3"),
        ({"at": "x=1,y=2", "cov": [[1, 0], [0]]}, "--cov", "differ in length"),
        ({"at": "x=1,y=2", "cov": [[1]]}, "--cov", "2 rows of 2"),
        ({"at": "x=1,y=2", "cov": [[1, 0.5], [0.4, 1]]}, "--cov", "symmetric"),
        ({"at": "x=1,y=2", "cov": [[1, 2], [2, 1]]}, "--cov", "positive semidefinite"),
        ({"at": "x=1,y=2", "cov": [[0, 1], [1, 1]]}, "--cov", "positive semidefinite"),
        ({"at": "x=1,y=2", "cov": [[-1, 0], [0, 1]]}, "--cov", "squares"),
    ],
)
def test_refused(given, source, said) -> None:
    with pytest.raises(HodiffError) as caught:
        calculate("uncertainty", "x*y", **given)
    assert caught.value.source == source and said in caught.value.message


@pytest.mark.parametrize("text, at", [("abs(x)", "x=0±0.1"), ("1/x", "x=0±0.1")])
def test_kinks_and_poles_are_refused_as_in_grad(hodiff, text, at) -> None:
    ran = hodiff("uncertainty", text, "--at", at)
    assert ran.code == 1 and ran.out == ""
    assert ran.err == hodiff("grad", text, "--at", "x=0").err


def test_exit_code_without_an_uncertainty(hodiff) -> None:
    assert hodiff("uncertainty", "x", "--at", "x=1").code == 2


def test_without_the_sign(hodiff, monkeypatch) -> None:
    monkeypatch.setattr("hodiff.calculator.answer.stdout_encoding", lambda: "ascii")
    assert "f = 29.4 +/- 1.5" in hodiff(*JOB).out
