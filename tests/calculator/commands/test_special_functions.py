"""Special functions through commands: what is refused and why, roots up to the ends of domains,
series, and tails whose digits are proven."""

import pytest
from mpmath import mp, mpf

from hodiff import calculate
from hodiff.errors import HodiffError


@pytest.mark.parametrize(
    "text, parameter",
    [
        ("gammainc(a, x)", "a"),
        ("1 + uppergamma(a, x)**2", "a"),
        ("betainc(2, b, x)", "b"),
        ("expint(n, x)", "n"),
        ("polylog(s, x)", "s"),
    ],
)
def test_a_parameter_without_a_slope_is_refused_by_name(text, parameter):
    at = f"{parameter}=2,x=0.5"
    with pytest.raises(HodiffError, match=f"no derivative in its parameter {parameter} that"):
        calculate("grad", text, at=at)
    found = calculate("grad", text, at=at, wrt="x")
    assert list(found.gradient) == ["x"]


@pytest.mark.parametrize(
    "text, at, kind",
    [
        ("lambertw(x)", -0.5, "domain"),
        ("lambertw(x, -1)", 0, "pole"),
        ("erfinv(x)", 1, "pole"),
        ("norminv(x)", 2, "domain"),
        ("ei(x)", 0, "pole"),
        ("li(x)", 1, "pole"),
        ("gammainc(0.5, x)", -1, "domain"),
        ("zeta(x)", 1, "pole"),
        ("dilog(x)", 2, "domain"),
        ("hyp2f1(1/3, 2, 5/2, log(5)*x)", 1, "domain"),
        ("erfi(x)", 1e300, "limit"),
        ("gammaincc(1e9, 1e9*x)", 1, "limit"),
        ("zeta(-1e300*x, 0.5)", 1, "limit"),
    ],
)
def test_where_there_is_no_number(text, at, kind):
    with pytest.raises(HodiffError) as found:
        calculate("value", text, at={"x": at})
    assert found.value.kind == kind


def below_dawson(x):
    return mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x) - mpf("0.3")


@pytest.mark.parametrize(
    "text, over, expected",
    [
        ("lambertw(x) - 1", "x=-2:10", [mp.e]),
        ("ei(x)", "x=0.1:2", [mp.findroot(mp.ei, 0.37)]),
        ("erfinv(x) - 1", "x=-3:3", [mp.erf(1)]),
        ("ci(x)", "x=0.1:4", [mp.findroot(mp.ci, 0.6), mp.findroot(mp.ci, 3.4)]),
        ("zeta(x)", "x=-5:0", [-4, -2]),
        ("dawson(x) - 0.3", "x=-9:9", [mp.findroot(below_dawson, t) for t in (0.3, 2)]),
    ],
)  # fmt: skip
def test_roots(text, over, expected):
    found = calculate("roots", text, over=over)
    assert [float(root["at"]["x"]) for root in found.roots] == [
        pytest.approx(float(x), rel=1e-15, abs=1e-15) for x in expected
    ]


@pytest.mark.parametrize(
    "text, at, true",
    [
        ("normcdf(x)", -30, lambda x: mp.erfc(-x / mp.sqrt(2)) / 2),
        ("gammaincc(2.5, x)", 700, lambda x: mp.gammainc(mpf("2.5"), x, regularized=True)),
        ("erfcx(x)", 1e6, lambda x: (1 - 1 / (2 * x * x) + 3 / (4 * x**4)) / mp.sqrt(mp.pi) / x),
        ("e1(x)", 700, mp.e1),
        ("betainc(30, 2, x)", 0.0009765625, lambda x: 31 * x**30 - 30 * x**31),
    ],
)  # fmt: skip
def test_tails_keep_their_digits(text, at, true):
    with mp.workdps(40):
        assert calculate("value", text, at={"x": at}).value == float(true(mpf(at)))


@pytest.mark.parametrize("text", ["zeta(x, 0.5)", "zeta(x, x)", "zeta(sin(x) + 2, x)"])
def test_taylor_where_both_arguments_move(text):
    """Of these there is no series in one pass: nested derivatives serve."""
    x = mpf("2.5")
    functions = {"zeta": mp.zeta, "sin": mp.sin, "mpf": mpf}
    f = eval(f"lambda x: {text.replace('0.5', 'mpf(1)/2')}", functions)
    found = calculate("taylor", text, at="x=2.5", order=4).coefficients
    with mp.workdps(30):
        for c, true in zip(found, mp.taylor(f, x, 4), strict=True):
            assert float(c) == pytest.approx(float(true), rel=1e-13)


@pytest.mark.parametrize(
    "text, at, true",
    [
        ("elliprf(0, 1 - x, 1)", "1/3", mp.ellipk),  # DLMF 19.25.1
        ("elliprf(0, 1 - x, 1) - x*elliprd(0, 1 - x, 1)/3", "1/3", mp.ellipe),
        ("elliprd(0, 1/2, x)", "0.1", lambda x: mp.elliprd(0, mpf(1) / 2, x)),
        ("elliprj(3, x, 0, 7)", "1.000000001", lambda x: mp.elliprj(3, x, 0, 7)),
        ("elliprj(0, x, 2, x**2)", "3", lambda x: mp.elliprj(0, x, 2, x * x)),
        ("elliprf(x, 0, 1e10)", "1e-5", lambda x: mp.elliprf(x, 0, 10**10)),
        ("elliprj(x, 1e10, 3, 1)", "2", lambda x: mp.elliprj(x, 10**10, 3, 1)),  # far apart
        ("elliprf(7, x**2, 2)", "1e-10", lambda x: mp.elliprf(7, x * x, 2)),
        ("elliprj(x, 1e-30, 1, 2)", "1e10", lambda x: mp.elliprj(x, mpf(10) ** -30, 1, 2)),
    ],
)
def test_carlsons_integrals_have_derivatives_beside_a_0(text, at, true):
    found = calculate("nth", text, at=f"x={at}", order=2).derivatives
    with mp.workdps(60):
        numerator, _, denominator = at.partition("/")
        number = mpf(numerator) / mpf(denominator or 1)
        expected = [mp.diff(true, number, k, relative=True) for k in (1, 2)]
        assert found == [float(x) for x in expected]


def test_a_derivative_beside_one_that_cancels_to_0_is_told():
    """The angle of (x, x) is constant, which no precision proves; elliprf'' is from an integral."""
    found = calculate("hessian", "atan2(x, x) + elliprf(1, 2, y)", at="x=5,y=5").hessian
    with mp.workdps(40):
        second = mp.diff(lambda y: mp.elliprf(1, 2, y), 5, 2)
        assert found == [[0, 0], [0, float(second)]]


@pytest.mark.parametrize("name", ["ellipf", "ellipeinc"])
@pytest.mark.parametrize("phi", ["1/2", "-3/2"])
@pytest.mark.parametrize("m", ["1", "sin(1)**2 + cos(1)**2"])
def test_incomplete_elliptic_integrals_have_derivatives_where_m_is_1(name, phi, m):
    """1 - m is no divisor of theirs, only one of the usual formulas."""
    found = calculate("nth", f"{name}({phi}, m)", at=f"m={m}", order=3).derivatives
    f = mp.ellipf if name == "ellipf" else mp.ellipe
    with mp.workdps(60):
        numerator, denominator = map(mpf, phi.split("/"))
        expected = [mp.diff(lambda m: f(numerator / denominator, m), 1, k) for k in (1, 2, 3)]
        assert found == [float(x) for x in expected]


@pytest.mark.parametrize("x", ["-5", "-71/3", "-1"])
def test_a_binomial_of_many_factors_is_a_polynomial(x):
    """Also where gamma(x + 1) is infinite."""
    numerator, _, denominator = x.partition("/")
    n = mpf(numerator) / mpf(denominator or 1)
    factors = [n - i for i in range(100)]
    value = mp.fprod(factors) / mp.factorial(100)
    found = calculate("grad", "binomial(x, 100)", at=f"x={x}")
    assert float(found.value) == pytest.approx(float(value), rel=1e-14)
    slope = value * mp.fsum(1 / factor for factor in factors)
    assert float(found.gradient["x"]) == pytest.approx(float(slope), rel=1e-13)
