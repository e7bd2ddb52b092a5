"""taylor: exact coefficients, the polynomial as text, a bound of the remainder."""

import csv
import json
import math
import re
from fractions import Fraction

import mpmath as mp
import pytest

from tests.cauchy import by_cauchy
from tests.printed import FORMATS, close


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


def remainder(written, text, at, order, within):
    """The bound, and the largest |f - p| at 40 points where p is the true one, the one printed,
    and the one that doubles hold of that."""
    f = SMOOTH[text]
    job = ("taylor", text, "--at", f"x={at}", "--order", str(order), "--within", within)
    got = written(*job)
    with mp.workdps(60):
        x, r = (mp.mpf(Fraction(t).numerator) / Fraction(t).denominator for t in (at, within))
        readings = [
            [Fraction(e or read(c)) for e, c in zip(got["exact"], got["coefficients"], strict=True)]
            for read in (Fraction, float)
        ]
        printed, held = ([mp.mpf(c.numerator) / c.denominator for c in p] for p in readings)
        true = [d / mp.factorial(k) for k, d in enumerate(by_cauchy(f, x, range(order + 1)))]
        values = {r * i / 20: f(x + r * i / 20) for i in range(-20, 21)}
        errors = [
            max(abs(y - mp.polyval(p[::-1], t)) for t, y in values.items())
            for p in (true, printed, held)
        ]
        return mp.mpf(str(got["remainder"])), *errors


@pytest.mark.parametrize("text", SMOOTH)
@pytest.mark.parametrize(
    "at, order, within", [("0", 3, "0.5"), ("0.3", 8, "0.1"), ("1/7", 15, "0.1")]
)
def test_the_remainder_is_bounded(written, text, at, order, within):
    bound, *errors = remainder(written, text, at, order, within)
    assert bound * (1 + mp.mpf(10) ** -14) >= max(errors)


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
def test_the_bound_is_not_silly(written, text, at, order, within):
    bound, true, *_ = remainder(written, text, at, order, within)
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


def test_the_step_t_is_no_variable_of_the_polynomial(hodiff):
    """t x along (1, 1) is t x + (t + x) s + s²: s, the step, can't be called t as well."""
    ran = hodiff("taylor", "t*x", "--along", "1,1", "--order", "2", "--format", "json")
    p = json.loads(ran.out)["polynomial"] if ran.code == 0 else None
    assert p is None or "t**2" not in p


def test_zeros_of_a_series_in_doubles_are_zeros(plain):
    got = plain("taylor", "atan(x)", "--at", "x=0", "--order", "60", "--arithmetic", "float")
    assert [float(c) for c in got.split("\t")[::2]] == [0.0] * 31


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("arcsin(x)", "2", "'arcsin(x)' is undefined at this point: it needs -1 <= x <= 1"),
        ("acosh(x)*atan(x)", "1/2", "'acosh(x)' is undefined at this point"),
        ("abs(x) + asin(x/2)", "0", "'abs(x)' has a kink exactly at this point"),
    ],
)
def test_what_has_no_value_or_slope_is_told_before_orders_are_made(hodiff, text, at, said):
    """Fifty orders of these have more nodes than are made; that is not what is wrong."""
    ran = hodiff("taylor", text, "--at", f"x={at}", "--order", "50")
    assert ran.code == 1 and said in ran.err
