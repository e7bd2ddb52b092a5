"""nth, taylor, tensor, laplacian and hessian --diag: closed forms, mpmath, bounds, refusals."""

import csv
import json
import math
import re
import signal
import subprocess
import sys
import time
from fractions import Fraction
from itertools import combinations_with_replacement

import mpmath as mp
import numpy as np
import pytest

FORMATS = ("table", "json", "csv", "plain")
COMMANDS = {
    "nth": ("--order", "3"),
    "taylor": ("--order", "3"),
    "tensor": ("--order", "3"),
    "laplacian": (),
    "hessian": ("--diag",),
}


@pytest.fixture(autouse=True)
def soon():
    """No command takes long: generous, for a busy machine."""

    def late(*_):
        pytest.fail("over 60 s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def found(answer):
    def run(*arguments):
        return json.loads(answer(*arguments, "--format", "json"))

    return run


@pytest.fixture
def plain(answer):
    def run(*arguments):
        return answer(*arguments, "--format", "plain").rstrip("\n")

    return run


def close(text, expected, digits=15):
    """text is expected, to so many digits."""
    with mp.workdps(60):
        assert abs(mp.mpf(str(text)) - expected) <= abs(expected) * mp.mpf(10) ** -digits


# nth --wrt x,x,y


@pytest.mark.parametrize(
    "wrt, expected",
    [("x,x,y", 150), ("x,y,x", 150), ("y,x,x", 150), ("y", 300), ("y,y,y", 24), ("x,x,x", 0)],
)
def test_a_mixed_partial_of_a_polynomial(answer, plain, wrt, expected):
    """x² y³ at x=2, y=5."""
    job = ("nth", "x**2*y**3", "--at", "x=2,y=5", "--wrt", wrt)
    order = ("--order", str(wrt.count(",") + 1))
    assert plain(*job, *order) == str(expected)
    if wrt != "y":
        assert plain(*job) == str(expected)


@pytest.mark.parametrize("names", ["xyy", "xxxyy", "yxyxy", "zxyzx", "xxxxxxyyzz"])
def test_mixed_partials_of_an_exponential(plain, names):
    """exp(2x + y/3 - 5z): every derivative brings its factor."""
    slopes = {"x": Fraction(2), "y": Fraction(1, 3), "z": Fraction(-5)}
    factor = math.prod(slopes[name] for name in names)
    got = plain("nth", "exp(2*x + y/3 - 5*z)", "--at", "x=1/2,y=-3,z=1/7", "--wrt", ",".join(names))
    with mp.workdps(40):
        close(got, mp.mpf(factor.numerator) / factor.denominator * mp.exp(-mp.mpf(5) / 7))


@pytest.mark.parametrize("wrt, orders", [("x,y,y", (1, 2)), ("x,x,x,y", (3, 1)), ("x,y", (1, 1))])
def test_mixed_partials_against_differences(plain, wrt, orders):
    with mp.workdps(60):

        def f(x, y):
            return mp.sin(x * y) / (1 + x**2 + mp.exp(y))

        expected = mp.diff(f, (mp.mpf("0.7"), mp.mpf("-1.3")), orders)
    text = "sin(x*y)/(1 + x**2 + exp(y))"
    close(plain("nth", text, "--at", "x=0.7,y=-1.3", "--wrt", wrt), expected)


def test_a_mixed_partial_in_json_csv_and_formulas(found, answer):
    job = ("nth", "x**2*y**3", "--wrt", "x,y,x")
    at = found(*job, "--at", "x=2,y=5")
    assert at["at"] == {"x": 2, "y": 5} and at["order"] == 3 and at["value"] == 500
    assert at["derivative"] == at["derivatives"][-1] == 150
    assert answer(*job, "--at", "x=2,y=5", "--format", "csv").splitlines()[0].startswith("x,y,f,")
    formula = found(*job)
    assert formula["at"] is None and formula["derivative"] == "6*y**2"


# nth --along


@pytest.mark.parametrize("order", [0, 1, 2, 5, 9])
@pytest.mark.parametrize(
    "at, along",
    [("x=0.4,y=-1.1", "0.5,1"), ("x=0.4,y=-1.1", "y=1,x=0.5"), ("x=0.4,y=-1.1", "[0.5, 1]")],
)
def test_along_a_vector_against_differences(plain, order, at, along):
    with mp.workdps(60):

        def f(t):
            x, y = mp.mpf("0.4") + t / 2, mp.mpf("-1.1") + t
            return mp.exp(x * y) * mp.cos(x) + mp.log(3 + y)

        expected = mp.diff(f, 0, order)
    text = "exp(x*y)*cos(x) + log(3 + y)"
    close(plain("nth", text, "--at", at, "--along", along, "--order", str(order)), expected)


@pytest.mark.parametrize(
    "along", ["0.5,1,2", "w=[0.5, 1],z=2", "z=2,w=[0.5, 1]", "[0.5, 1],2", "1/2,cos(0),sqrt(4)"]
)
def test_along_a_vector_variable(plain, along):
    """(1 + t/2)³ (2 + t) (3 + 2t): the coefficient of t³, times 3!."""
    p = np.poly1d([0.5, 1]) ** 3 * np.poly1d([1, 2]) * np.poly1d([2, 3])
    job = ("nth", "w[0]**3*w[1]*z", "--at", "w=[1, 2],z=3", "--along", along, "--order", "3")
    assert float(plain(*job)) == 6 * p[3]


@pytest.mark.parametrize("n", [3, 5])
def test_along_many_variables(plain, n):
    """exp(a·x) along v: (a·v)^k exp(a·x)."""
    a, v = range(1, n + 1), [(-1) ** i * (i + 1) / 4 for i in range(n)]
    text = "exp(" + " + ".join(f"{i}*x{i}" for i in a) + ")"
    at = ",".join(f"x{i}=1/{i * 10}" for i in a)
    got = plain("nth", text, "--at", at, "--along", ",".join(map(str, v)), "--order", "12")
    with mp.workdps(40):
        slope = mp.mpf(sum(i * j for i, j in zip(a, v, strict=True)))
        close(got, slope**12 * mp.exp(mp.mpf(n) / 10))


def test_along_a_file_and_along_nothing(plain, tmp_path):
    np.save(tmp_path / "v.npy", [0.0, 2.0])
    job = ("nth", "x**2*y**3", "--at", "x=2,y=5", "--order", "2", "--along")
    assert plain(*job, f"@{tmp_path / 'v.npy'}") == "480"
    assert plain(*job, "0,0") == "0"


@pytest.mark.parametrize("command", ["nth", "taylor"])
def test_along_without_a_point_is_a_formula(found, answer, command):
    job = (command, "x**2*y", "--along", "1,2", "--order", "1")
    assert found(*job)["at"] is None
    assert "proven" not in answer(*job)


@pytest.mark.parametrize(
    "along, said",
    [
        ("1", "2 numbers"),
        ("1,2,3", "2 numbers"),
        ("z=1", "'z'"),
        ("x=1", "'y'"),
        ("x=1,x=2", "twice"),
        ("", "empty"),
        ("nan,1", "'nan'"),
        ("1e400,1", ""),
        ("1+/-0.1,1", ""),
    ],
)
@pytest.mark.parametrize("command", ["nth", "taylor"])
def test_a_wrong_along_names_the_option(hodiff, command, along, said):
    if along == "1e400,1":
        pytest.skip("balls take it") if command else None
    job = (command, "exp(x*y)", "--at", "x=1,y=2", "--along", along, "--order", "2")
    ran = hodiff(*job, "--format", "json")
    assert ran.code == 2 and said in ran.err and "--v " not in ran.err
    assert json.loads(ran.out)["error"]["source"] == "--along"


def test_along_with_a_variable_named_twice(hodiff):
    job = ("nth", "exp(x*y)", "--at", "x=1,y=2", "--along", "1,1", "--wrt", "y,x,x")
    assert hodiff(*job, "--order", "3").code == 2


# The two methods, and floats


@pytest.mark.parametrize(
    "text, at",
    [
        ("exp(sin(x))/(1 + x**2)", "x=0.3"),
        ("x**x", "x=2"),
        ("sqrt(1 + x)*log(2 + x)", "x=1/3"),
        ("erf(x)*tanh(x)", "x=-1.5"),
        ("gamma(x)", "x=2.5"),
        ("atan(x)", "x=0"),
        ("(1 + x)**(1/3)", "x=1e-8"),
        ("1/(1 - 1000*x)", "x=0"),
        ("where(x > 0, x**3, -x)", "x=2"),
        ("abs(x)**3", "x=-2"),
        ("x**2.5", "x=0.1"),
        ("1e-300*exp(x)", "x=1"),
    ],
)
def test_the_methods_give_the_same_digits(answer, text, at):
    job = ("nth", text, "--at", at, "--order", "7", "--format", "json")
    outs = [answer(*job, "--method", method) for method in ("auto", "nested", "taylor")]
    assert outs[0] == outs[1] == outs[2]


@pytest.mark.parametrize("order", [100, 170])
@pytest.mark.parametrize("arithmetic", ["ball", "float"])
@pytest.mark.parametrize(
    "text, at, closed",
    [
        ("1/(1 - x)", "0", lambda n: mp.factorial(n)),
        ("exp(-x)", "2", lambda n: (-1) ** n * mp.exp(-2)),
        ("sin(2*x)", "1", lambda n: mp.mpf(2) ** n * mp.sin(2 + n * mp.pi / 2)),
        ("log(x)", "3", lambda n: (-1) ** (n - 1) * mp.factorial(n - 1) / mp.mpf(3) ** n),
        ("sqrt(x)", "4", lambda n: mp.ff(0.5, n) * mp.mpf(4) ** (mp.mpf(1) / 2 - n)),
    ],
)
def test_high_orders(plain, text, at, closed, arithmetic, order):
    with mp.workdps(60):
        expected = closed(order)
    job = ("nth", text, "--at", f"x={at}", "--order", str(order), "--arithmetic", arithmetic)
    close(plain(*job), expected, 15 if arithmetic == "ball" else 10)


@pytest.mark.parametrize(
    "text, at, order, closed",
    [
        ("exp(-x/100)", "0", 200, lambda: mp.mpf(10) ** -400),
        ("1/(1 - 1000*x)", "0", 60, lambda: mp.mpf(1000) ** 60 * mp.factorial(60)),
        ("1/(1 - 1000*x)", "0", 170, lambda: mp.mpf(1000) ** 170 * mp.factorial(170)),
        ("erf(x)", "0.5", 100, lambda: -2 / mp.sqrt(mp.pi * mp.e**0.5) * mp.hermite(99, 0.5)),
        ("exp(x)*sin(x)", "1", 170, lambda: ((1 + 1j) ** 170 * mp.exp(mp.mpc(1, 1))).imag),
    ],
)
def test_derivatives_tiny_and_huge(found, text, at, order, closed):
    with mp.workdps(200):
        expected = closed() if text[:3] != "exp" or at == "0" else None
        if expected is None:
            expected = (mp.mpc(1, 1) ** order * mp.exp(mp.mpc(1, 1))).imag
    got = found("nth", text, "--at", f"x={at}", "--order", str(order))["derivative"]
    close(got, expected)
    assert isinstance(got, str) == (not 1e-308 < abs(float(mp.mpf(got))) < 1.7e308)


@pytest.mark.parametrize("extra", [("--wrt", "x,x,y"), ("--along", "1,2", "--order", "3")])
def test_thirty_digits(plain, extra):
    with mp.workdps(60):

        def f(x, y):
            return mp.exp(x) * mp.cos(y)

        x, y = mp.mpf(1) / 3, mp.mpf(2)
        mixed = -mp.exp(x) * mp.sin(y)
        along = mp.diff(lambda t: f(x + t, y + 2 * t), 0, 3)
    got = plain("nth", "exp(x)*cos(y)", "--at", "x=1/3,y=2", "--digits", "30", *extra)
    close(got, mixed if extra[0] == "--wrt" else along, 29)


# taylor


def bernoulli(n):
    b = mp.bernfrac(n)
    return Fraction(int(b[0]), int(b[1]))


def tangent(k):
    if k % 2 == 0:
        return Fraction(0)
    n = (k + 1) // 2
    return (-1) ** (n - 1) * 4**n * (4**n - 1) * bernoulli(2 * n) / math.factorial(2 * n)


def binomial(a, k):
    return math.prod((Fraction(a) - j) / (j + 1) for j in range(k))


def fibonacci(k):
    a, b = 1, 1
    for _ in range(k):
        a, b = b, a + b
    return Fraction(a)


EXACT = [
    ("exp(x)", "0", lambda k: Fraction(1, math.factorial(k))),
    ("log(1 + x)", "0", lambda k: Fraction((-1) ** (k - 1), k) if k else Fraction(0)),
    ("1/(1 - x - x**2)", "0", fibonacci),
    ("tan(x)", "0", tangent),
    ("sqrt(1 + x)", "0", lambda k: binomial(Fraction(1, 2), k)),
    ("(1 + x)**(-3)", "0", lambda k: binomial(-3, k)),
    ("(1 + x)**5", "0", lambda k: binomial(5, k)),
    ("atan(x)", "0", lambda k: Fraction((-1) ** (k // 2), k) if k % 2 else Fraction(0)),
    ("1/x", "-1/3", lambda k: -(Fraction(3) ** (k + 1))),
    ("x**3", "0.1", lambda k: binomial(3, k) * Fraction(1, 10) ** (3 - k) if k < 4 else 0),
    ("exp(-x/100)", "0", lambda k: Fraction(-1, 100) ** k / math.factorial(k)),
    ("a*x**2 + 1/7", "0", lambda k: (Fraction(1, 7), 0, Fraction(2, 3))[k] if k < 3 else 0),
]


@pytest.mark.parametrize("text, at, closed", EXACT)
def test_exact_coefficients(found, answer, plain, text, at, closed):
    expected = [Fraction(closed(k)) for k in range(9)]
    job = ("taylor", text, "--at", f"x={at}", "--let", "a=2/3", "--order", "8")
    if "a*" not in text:
        job = (*job[:4], *job[6:])
    got = found(*job)
    assert [Fraction(c) for c in got["exact"]] == expected
    assert got["coefficients"] == pytest.approx([float(c) for c in expected], rel=1e-15)
    assert [Fraction(c) for c in plain(*job).split("\t")] == expected
    table = answer(*job)
    for k, c in enumerate(expected):
        assert re.search(rf"│ {k} +│ {re.escape(str(c))} +│", table), (k, c)
    head, row = csv.reader(answer(*job, "--format", "csv").splitlines())
    assert dict(zip(head, row, strict=True))["c1"] == (
        repr(float(expected[1])).removesuffix(".0")
        if abs(expected[1]) > 0.001
        else row[head.index("c1")]
    )


@pytest.mark.parametrize(
    "text, at, near",
    [
        ("exp(x)/(1 - x)", "x=0", "x=0.3"),
        ("x**3 - x/7", "x=-1/3", "x=0.3"),
        ("sin(x)", "x=1", "x=1.25"),
        ("sin(x)", "x=pi/6", "x=1"),
        ("1 + x", "x=-1e-7", "x=1"),
        ("exp(x)", "x=-2", "x=-1.5"),
        ("x**2", "x=1e30", "x=1e30"),
        ("cos(x)", "x=1e-30", "x=1"),
        ("log(x)", "x=(1+2)*3-4", "x=6"),
        ("x**2", "x=3 if 1 < 2 else 4", "x=6"),
        ("1/x", "x=-sqrt(2)", "x=-1"),
        ("1e-20*exp(x)", "x=0", "x=1"),
        ("0*x", "x=2", "x=1"),
        ("sin(π*x)", "x=2^-1", "x=1"),
        ("-x", "x=3", "x=1"),
    ],
)
def test_the_polynomial_is_an_expression(hodiff, found, plain, text, at, near):
    """Its value and slope near the point are those of the coefficients."""
    if hodiff("value", "x", "--at", at).code:
        pytest.skip("not of the language")
    got = found("taylor", text, "--at", at, "--order", "5", "--digits", "25")
    centre = plain("value", "x", "--at", at, "--digits", "60")
    target = plain("value", "x", "--at", near, "--digits", "60")
    p = got["polynomial"]
    with mp.workdps(60):
        h = mp.mpf(target) - mp.mpf(centre)
        c = [mp.mpf(number) for number in got["coefficients"]]
        if got["exact"][0]:
            ratios = [Fraction(e) if e else None for e in got["exact"]]
            c = [
                mp.mpf(r.numerator) / r.denominator if r is not None else number
                for r, number in zip(ratios, c, strict=True)
            ]
        value = sum(a * h**k for k, a in enumerate(c))
        slope = sum(k * a * h ** (k - 1) for k, a in enumerate(c) if k)
    value_of = plain("value", p, "--at", near, "--digits", "30")
    slope_of = plain("grad", p, "--at", near, "--digits", "30")
    with mp.workdps(60):
        assert mp.almosteq(mp.mpf(value_of), value, 1e-20)
        assert mp.almosteq(mp.mpf(slope_of), slope, 1e-20)


def test_the_polynomial_along_a_vector_is_one_in_t(found, plain):
    """exp(x y) from (1, 1/2) along (1, 2): exp(1/2 + 5t/2 + 2t²), to order 8."""
    got = found("taylor", "exp(x*y)", "--at", "x=1,y=1/2", "--along", "1,2", "--order", "8")
    value = plain("value", got["polynomial"], "--at", "t=0.01")
    close(value, mp.exp(mp.mpf("0.5252")), 14)


def test_a_polynomial_of_formulas_is_the_taylor_polynomial(found, plain):
    """Coefficients that are sums need their parentheses: x y along (1, 1) is xy + (x + y)t + t²."""
    p = found("taylor", "x*y", "--along", "1,1", "--order", "2")["polynomial"]
    if p is not None:
        assert plain("value", p, "--at", "x=3,y=5,t=10") == str(13 * 15)


def test_the_polynomial_over_an_interval_is_no_vector(hodiff):
    """[1.9, 2.1] is a vector in the language: such text is no polynomial."""
    ran = hodiff("taylor", "exp(x)", "--at", "x=2+/-0.1", "--order", "2", "--format", "json")
    if ran.code == 0:
        p = json.loads(ran.out)["polynomial"]
        assert p is None or hodiff("value", p, "--at", "x=2", "--format", "plain").out[0] != "["
        assert p is None or "[" not in p


@pytest.mark.parametrize("text, coefficient", [("x**2", 1), ("exp(x)", 1 / 2)])
def test_taylor_of_order_0_to_2_in_formulas(found, plain, text, coefficient):
    got = found("taylor", text, "--order", "2")
    assert got["at"] is None and got["coefficients"][0] == text
    assert float(plain("value", got["coefficients"][2], "--at", "x=0")) == coefficient


SMOOTH = {
    "exp(x)": mp.exp,
    "sin(x)": mp.sin,
    "cos(3*x)": lambda x: mp.cos(3 * x),
    "log(1 + x)": lambda x: mp.log(1 + x),
    "sqrt(1 + x)": lambda x: mp.sqrt(1 + x),
    "1/(1 - x)": lambda x: 1 / (1 - x),
    "1/(1 + x**2)": lambda x: 1 / (1 + x**2),
    "exp(-x**2)": lambda x: mp.exp(-(x**2)),
    "tanh(x)": mp.tanh,
    "erf(x)": mp.erf,
    "gamma(2 + x)": lambda x: mp.gamma(2 + x),
    "exp(sin(x))*x": lambda x: mp.exp(mp.sin(x)) * x,
    "(1 + x)**2.5": lambda x: (1 + x) ** mp.mpf("2.5"),
    "log(1 + exp(x))": lambda x: mp.log(1 + mp.exp(x)),
}


def remainder(found, text, at, order, within):
    """The bound, and the largest |f - p| at 40 points: p is the one printed, and the true one."""
    f = SMOOTH[text]
    job = ("taylor", text, "--at", f"x={at}", "--order", str(order), "--within", within)
    got = found(*job)
    with mp.workdps(100):
        x, r = (mp.mpf(Fraction(t).numerator) / Fraction(t).denominator for t in (at, within))
        true = mp.taylor(f, x, order)
        printed = [
            mp.mpf(Fraction(e).numerator) / Fraction(e).denominator if e else mp.mpf(repr(c))
            for e, c in zip(got["exact"], map(float, got["coefficients"]), strict=True)
        ]
        errors = [
            max(
                abs(f(x + r * i / 20) - sum(c * (r * i / 20) ** k for k, c in enumerate(p)))
                for i in range(-20, 21)
            )
            for p in (true, printed)
        ]
        return mp.mpf(str(got["remainder"])), *errors


@pytest.mark.parametrize("text", SMOOTH)
@pytest.mark.parametrize(
    "at, order, within", [("0", 3, "0.5"), ("0.3", 8, "0.1"), ("1/7", 15, "0.1")]
)
def test_the_remainder_is_bounded(found, text, at, order, within):
    bound, true, printed = remainder(found, text, at, order, within)
    assert bound * (1 + mp.mpf(10) ** -14) >= max(true, printed)


@pytest.mark.parametrize(
    "text, at, order, within",
    [
        ("exp(x)", "0", 3, "0.1"),
        ("exp(x)", "0", 8, "2"),
        ("sin(x)", "0.3", 4, "1"),
        ("log(1 + x)", "0", 3, "0.5"),
        ("1/(1 - x)", "0", 8, "0.5"),
        ("erf(x)", "0.3", 5, "0.5"),
        ("tanh(x)", "0.3", 5, "0.25"),
        ("(1 + x)**2.5", "0", 3, "0.5"),
        ("log(1 + exp(x))", "0.3", 5, "0.5"),
        ("log(1 + exp(x))", "0.3", 12, "0.5"),
    ],
)
def test_the_bound_is_not_silly(found, text, at, order, within):
    bound, true, _ = remainder(found, text, at, order, within)
    assert bound <= 50 * true + mp.mpf(10) ** -15


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "within, low, high",
    [
        ("1e-300", "4.16e-1202", "4.2e-1202"),
        ("1000", "1.97e434", "1e450"),
        ("1e-30", "4.16e-122", "4.2e-122"),
    ],
)
def test_tiny_and_huge_remainders(answer, form, within, low, high):
    """exp around 0: within⁴/24 where it is tiny; e^1000 = 1.97e434 is no infinity."""
    job = ("taylor", "exp(x)", "--at", "x=0", "--order", "3", "--within", within)
    out = answer(*job, "--format", form)
    if form == "json":
        bound = json.loads(out)["remainder"]
    elif form == "table":
        bound = re.search(r"<= (\S+)", out)[1]
    else:
        bound = re.split(r"[,\n]", out.strip())[-1]
    assert mp.mpf(low) <= mp.mpf(str(bound)) <= mp.mpf(high)


@pytest.mark.parametrize(
    "text, at, within",
    [
        ("1/(1 - x)", "0", "1"),
        ("1/(1 - x)", "0", "2"),
        ("tan(x)", "1", "1"),
        ("log(x)", "1", "1.5"),
        ("sqrt(x)", "1", "1.01"),
        ("abs(x)", "1", "1.5"),
        ("max(x, 0)", "-1", "3"),
        ("floor(x)", "0.5", "0.6"),
        ("where(x > 1, x, 0)", "0", "2"),
        ("gamma(x)", "0.5", "0.5"),
        ("x**2.5", "0.1", "0.2"),
    ],
)
def test_no_bound_past_a_pole_or_kink(hodiff, text, at, within):
    job = ("taylor", text, "--at", f"x={at}", "--order", "2", "--within", within)
    ran = hodiff(*job)
    assert (ran.code, ran.out) == (1, "") and "error: " in ran.err


@pytest.mark.parametrize("within", ["0", "-1", "abc", "1e400", "nan", "inf", "", "1,2", "2+/-1"])
def test_a_wrong_within_is_refused(hodiff, within):
    job = ("taylor", "exp(x)", "--at", "x=0", "--order", "3", "--within", within)
    ran = hodiff(*job, "--format", "json")
    assert ran.code == 2 and json.loads(ran.out)["error"]["source"] == "--within"


def test_within_needs_a_point_and_balls(hodiff):
    job = ("taylor", "exp(x)", "--order", "3", "--within", "0.1")
    assert (hodiff(*job).code, "--at" in hodiff(*job).err) == (2, True)
    assert hodiff(*job, "--at", "x=0", "--arithmetic", "float").code == 2


# tensor


@pytest.mark.parametrize("order", range(7))
@pytest.mark.parametrize("n", range(1, 6))
def test_the_tensor_of_an_exponential(found, n, order):
    """exp(x0 + 2 x1 + 3 x2 + ...) at 0: an entry is the product of its slopes."""
    text = "exp(" + " + ".join(f"{i + 1}*x{i}" for i in range(n)) + ")"
    got = found(
        "tensor", text, "--at", ",".join(f"x{i}=0" for i in range(n)), "--order", str(order)
    )
    wanted = [list(c) for c in combinations_with_replacement(range(n), order)]
    assert [entry["indices"] for entry in got["tensor"]] == wanted
    for entry in got["tensor"]:
        assert entry["value"] == math.prod(i + 1 for i in entry["indices"])


def test_a_tensor_of_a_vector_and_a_number(found, answer):
    """w0² w1 z: its third partials at (2, 3), 5, in every format."""
    job = ("tensor", "w[0]**2*w[1]*z", "--at", "w=[2, 3],z=5", "--order", "3")
    got = found(*job)
    assert got["variables"] == ["w[0]", "w[1]", "z"]
    values = {tuple(entry["indices"]): entry["value"] for entry in got["tensor"]}
    nonzero = {(0, 0, 1): 10, (0, 0, 2): 6, (0, 1, 2): 4}
    assert values == {key: nonzero.get(key, 0) for key in values} and len(values) == 10
    lines = answer(*job, "--format", "plain").split()
    assert lines == [str(value) for value in values.values()]
    head, row = csv.reader(answer(*job, "--format", "csv").splitlines())
    assert head[:4] == ["w[0]", "w[1]", "z", "f"] and row[:4] == ["2", "3", "5", "60"]
    assert row[4:] == lines and len(set(head)) == 14


def test_a_tensor_of_formulas(found, plain):
    got = found("tensor", "sin(x)*exp(2*y)", "--order", "4")
    assert got["at"] is None and len(got["tensor"]) == 5
    for entry in got["tensor"]:
        m = sum(entry["indices"])
        expected = 2**m * mp.sin(1 + (4 - m) * mp.pi / 2) * mp.exp(1)
        close(plain("value", entry["value"], "--at", "x=1,y=1/2"), expected, 14)


@pytest.mark.parametrize("text", ["exp(x*y)/(1 + z**2)", "sin(x + y*z)", "sqrt(x + y + z)"])
def test_tensors_of_order_1_and_2_are_gradient_and_hessian(found, text):
    at = ("--at", "x=0.3,y=1/7,z=2")
    hessian = found("hessian", text, *at)
    first = [entry["value"] for entry in found("tensor", text, *at, "--order", "1")["tensor"]]
    assert first == list(hessian["gradient"].values())
    for entry in found("tensor", text, *at, "--order", "2")["tensor"]:
        i, j = entry["indices"]
        assert entry["value"] == hessian["hessian"][i][j]


# laplacian and hessian --diag


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


# Formats


def call(command, text, *rest):
    return (command, text, *COMMANDS[command], *rest)


KEYS = {
    "nth": ["variable", "order", "value", "derivatives", "derivative"],
    "taylor": ["variable", "order", "value", "coefficients", "exact", "polynomial"],
    "tensor": ["variables", "order", "value", "tensor"],
    "laplacian": ["variables", "value", "gradient", "laplacian"],
    "hessian": ["variables", "value", "gradient", "diagonal"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_shape_of_every_format(answer, command):
    job = call(command, "x**4", "--at", "x=2")
    out = answer(*job, "--format", "json")
    got = json.loads(out)
    assert out.count("\n") == 1
    assert list(got) == ["command", "expression", "arithmetic", "at", *KEYS[command], "notes"]
    head, row = csv.reader(answer(*job, "--format", "csv").splitlines())
    assert head[:2] == ["x", "f"] and row[:2] == ["2", "16"] and len(head) == len(row)
    expected = {"nth": "48", "taylor": "16\t32\t24\t8", "tensor": "48"}.get(command, "48")
    assert answer(*job, "--format", "plain") == expected + "\n"
    assert "48" in answer(*job) or command == "taylor"


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_number_is_cut(answer, monkeypatch, command, width):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    text = "exp(x)*sin(x)" if command in ("nth", "taylor") else "exp(x*y)*sin(z)"
    at = "x=1/3" if command in ("nth", "taylor") else "x=1/3,y=0.7,z=1"
    job = call(command, text, "--at", at, "--digits", "40")
    table = answer(*job)
    assert "\x1b" not in table and max(map(len, table.splitlines())) <= width
    for number in answer(*job, "--format", "plain").split():
        assert number in table


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", COMMANDS)
def test_an_interval_holds_the_values_in_it(hodiff, command, form):
    """x**3: its second derivative over [1.9, 2.1] is [11.4, 12.6], its third 6."""
    ran = hodiff(*call(command, "x**3", "--at", "x=2+/-0.1", "--format", form))
    assert "bug" not in ran.err
    if command == "taylor" and ran.code == 2:
        return
    assert ran.code == 0
    if form == "json" and command in ("laplacian", "hessian"):
        got = json.loads(ran.out)
        ends = got["laplacian"] if command == "laplacian" else got["diagonal"][0]
        assert 11.3999 < ends["lower"] <= 11.4 and 12.6 <= ends["upper"] < 12.6001


# Refusals


@pytest.mark.parametrize("order", ["-1", "1.5", "1001", str(10**9), "10**9", "abc", "", "nan"])
@pytest.mark.parametrize("command", ["nth", "taylor", "tensor"])
def test_a_wrong_order_is_refused(hodiff, command, order):
    ran = hodiff(command, "exp(x)", "--at", "x=0", "--order", order, "--format", "json")
    assert ran.code == 2 and json.loads(ran.out)["error"]["source"] == "--order"


@pytest.mark.parametrize("command", ["nth", "taylor", "tensor"])
def test_order_1000_of_one_variable(plain, command):
    """1/(1 + x)² at 0: 1001! from nth and tensor, 1001 from taylor."""
    job = (command, "exp(x)", "--at", "x=0", "--order", "1000")
    got = plain(*job).split("\t")[-1]
    if command == "taylor":
        assert Fraction(got) == Fraction(1, math.factorial(1000))
    else:
        assert got == "1"


def test_no_more_than_1000_names_in_wrt(hodiff):
    ran = hodiff("nth", "exp(x)", "--at", "x=0", "--wrt", ",".join(["x"] * 1001))
    assert ran.code == 2 and "1000" in ran.err


@pytest.mark.parametrize(
    "text, at, kind",
    [
        ("1/x", "x=0", "pole"),
        ("log(x)", "x=0", "pole"),
        ("log(x)", "x=-1", "domain"),
        ("abs(x)", "x=0", "kink"),
        ("max(x, 1)", "x=1", "kink"),
        ("floor(x)", "x=1", "kink"),
        ("sqrt(x)", "x=0", "pole"),
        ("gamma(x)", "x=-2", "pole"),
        ("abs(x - pi)", "x=pi", "undecided"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_answer_at_the_point(hodiff, command, text, at, kind):
    ran = hodiff(*call(command, text, "--at", at, "--format", "json"))
    error = json.loads(ran.out)["error"]
    kinds = (kind, "kink") if kind == "undecided" else (kind,)
    assert (ran.code, error["kind"] in kinds, error["source"]) == (1, True, "EXPR"), error


@pytest.mark.parametrize("command", ["nth", "taylor", "tensor"])
@pytest.mark.parametrize(
    "text, last",
    [("x**2.5", 2), ("abs(x)**3", 2), ("x**(7/3)", 2), ("sqrt(x)", 0), ("x*abs(x)", 1)],
)
def test_powers_at_0_up_to_the_last_derivative(hodiff, plain, command, text, last):
    """Every derivative that exists is 0, and the next one is refused."""
    job = (command, text, "--at", "x=0", "--order")
    assert set(plain(*job, str(last)).split()) == {"0"}
    assert hodiff(*job, str(last + 1)).code == 1


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("nth", "x*y", "--at", "x=1,y=2", "--order", "2"), "--wrt"),
        (("nth", "x*y", "--at", "x=1,y=2", "--wrt", "x,y", "--order", "3"), "--order"),
        (("nth", "x*y", "--at", "x=1,y=2", "--wrt", "x"), "--order"),
        (("nth", "x*y", "--at", "x=1,y=2", "--wrt", "z,z"), "'z'"),
        (("nth", "x*y", "--at", "x=1,y=2", "--wrt", "x,"), "--wrt"),
        (("nth", "dot(w, w)", "--at", "w=[1, 2]", "--wrt", "w,w"), "'w'"),
        (("nth", "dot(w, w)", "--at", "w=[1, 2]", "--wrt", "w", "--order", "2"), "'w'"),
        (("nth", "x", "--at", "x=1", "--order", "2", "--method", "euler"), "euler"),
        (("taylor", "x*y", "--at", "x=1,y=2", "--order", "2"), "--along"),
        (("taylor", "[x, x]", "--at", "x=1", "--order", "2"), "(2,)"),
        (("taylor", "x", "--at", "x=1"), "--order"),
        (("tensor", "[x, x]", "--at", "x=1", "--order", "2"), "(2,)"),
        (("tensor", "x", "--at", "x=1"), "--order"),
        (("tensor", "x", "--at", "x=1", "--wrt", "x,x", "--order", "2"), "twice"),
        (("laplacian", "[x, x]", "--at", "x=1"), "(2,)"),
        (("laplacian", "x*q", "--at", "x=1"), "'q'"),
        (("hessian", "[x, x]", "--diag", "--at", "x=1"), "(2,)"),
        (("hessian", "", "--diag", "--at", "x=1"), "empty"),
    ],
)
def test_refusals(hodiff, arguments, said):
    ran = hodiff(*arguments)
    assert (ran.code, ran.out) == (2, "") and said in ran.err


@pytest.mark.parametrize("command", COMMANDS)
def test_an_expression_without_variables(hodiff, plain, command):
    ran = hodiff(*call(command, "5"))
    assert ran.code == 2 and "there is no variable" in ran.err
    zero = plain(*call(command, "5", "--at", "x=1"))
    assert zero == ("5\t0\t0\t0" if command == "taylor" else "0")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "text", ["(" * 30000, "x+" * 20000 + "1", "sin(" * 3000 + "x" + ")" * 3000]
)
def test_hostile_text(hodiff, command, text):
    ran = hodiff(*call(command, text, "--at", "x=0"))
    assert ran.code in (0, 2) and "bug" not in ran.err and "Traceback" not in ran.err


HANG = [
    ("tensor", "exp(x*y)", "--at", "x=0,y=1", "--order", "60"),
    ("taylor", "exp(sin(x)*tanh(x))", "--at", "x=0.5", "--order", "300", "--within", "0.1"),
    ("nth", "sin(x)*exp(y)/(1 + x*y)", "--at", "x=1,y=2", "--wrt", ",".join(["x,y"] * 100)),
]


@pytest.fixture(scope="module")
def hanging():
    """Started together, and given 60 seconds in all."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "hodiff", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for arguments in HANG
    ]
    began = time.monotonic()
    yield runs, began
    for run in runs:
        run.kill()
        run.wait()


@pytest.mark.parametrize("job", range(len(HANG)))
def test_an_answer_or_a_refusal_comes_soon(hanging, job):
    signal.alarm(0)
    runs, began = hanging
    assert runs[job].wait(timeout=max(0.1, began + 60 - time.monotonic())) in (0, 2)


@pytest.mark.parametrize(
    "job",
    [
        ("tensor", "abs(x)*y*z", "--at", "x=0,y=1,z=2", "--order", "4"),  # whose entries are all 0
        ("tensor", "abs(x)**3*y", "--at", "x=0,y=1", "--order", "4"),
        ("nth", "abs(x)*y", "--at", "x=0,y=0", "--wrt", "y,x,y"),
        ("laplacian", "x*abs(x) - y*abs(y)", "--at", "x=0,y=0"),
    ],
)
def test_sides_that_agree_on_the_last_derivative_alone(hodiff, job):
    ran = hodiff(*job)
    assert (ran.code, ran.out) == (1, "") and "kink" in ran.err


def test_a_kink_that_is_smooth_to_the_order(plain):
    assert plain("tensor", "abs(x)**5*y", "--at", "x=0,y=1", "--order", "4").split() == ["0"] * 5


def test_the_step_t_is_no_variable_of_the_polynomial(hodiff):
    """t x along (1, 1) is t x + (t + x) s + s²: s, the step, can't be called t as well."""
    ran = hodiff("taylor", "t*x", "--along", "1,1", "--order", "2", "--format", "json")
    p = json.loads(ran.out)["polynomial"] if ran.code == 0 else None
    assert p is None or "t**2" not in p


@pytest.mark.parametrize("order", ["100", "170"])
def test_doubles_print_no_digits_that_rounding_ate(plain, order):
    """The series of sin*exp loses them all; the derivative is Im((1 + i)^n e^((1 + i)x))."""
    got = plain("nth", "sin(x)*exp(x)", "--at", "x=1", "--order", order, "--arithmetic", "float")
    with mp.workdps(60):
        expected = mp.im((1 + mp.j) ** int(order) * mp.exp(1 + mp.j))
        assert abs(mp.mpf(got) - expected) <= mp.mpf("1e-12") * abs(expected)


def test_zeros_of_a_series_in_doubles_are_zeros(plain):
    got = plain("taylor", "atan(x)", "--at", "x=0", "--order", "60", "--arithmetic", "float")
    assert [float(c) for c in got.split("\t")[::2]] == [0.0] * 31


def test_doubles_serve_where_data_are_large_and_the_vector_is_small(found, tmp_path):
    """The arithmetic of the vector's numbers is not one that was asked for."""
    np.save(tmp_path / "X.npy", np.ones((150_000, 2)))
    job = ("nth", "sum((X@w)**3)", "--let", f"X=@{tmp_path}/X.npy", "--at", "w=[1,2]")
    got = found(*job, "--along", "1,1", "--order", "3")
    assert (got["arithmetic"], got["v"], got["derivative"]) == ("float", [1, 1], 7_200_000)
