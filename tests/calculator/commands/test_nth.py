"""nth and tensor: mixed partials, along vectors, both methods; closed forms and mpmath."""

import csv
import json
import math
from fractions import Fraction
from itertools import combinations_with_replacement

import mpmath as mp
import numpy as np
import pytest

from tests.printed import close

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


def test_no_more_than_1000_names_in_wrt(hodiff):
    ran = hodiff("nth", "exp(x)", "--at", "x=0", "--wrt", ",".join(["x"] * 1001))
    assert ran.code == 2 and "1000" in ran.err


def test_a_kink_that_is_smooth_to_the_order(plain):
    assert plain("tensor", "abs(x)**5*y", "--at", "x=0,y=1", "--order", "4").split() == ["0"] * 5


@pytest.mark.parametrize("order", ["100", "170"])
def test_doubles_print_no_digits_that_rounding_ate(plain, order):
    """The series of sin*exp loses them all; the derivative is Im((1 + i)^n e^((1 + i)x))."""
    got = plain("nth", "sin(x)*exp(x)", "--at", "x=1", "--order", order, "--arithmetic", "float")
    with mp.workdps(60):
        expected = mp.im((1 + mp.j) ** int(order) * mp.exp(1 + mp.j))
        assert abs(mp.mpf(got) - expected) <= mp.mpf("1e-12") * abs(expected)


def test_doubles_serve_where_data_are_large_and_the_vector_is_small(found, tmp_path):
    """The arithmetic of the vector's numbers is not one that was asked for."""
    np.save(tmp_path / "X.npy", np.ones((150_000, 2)))
    job = ("nth", "sum((X@w)**3)", "--let", f"X=@{tmp_path}/X.npy", "--at", "w=[1,2]")
    got = found(*job, "--along", "1,1", "--order", "3")
    assert (got["arithmetic"], got["v"], got["derivative"]) == ("float", [1, 1], 7_200_000)


def test_a_tensor_of_what_has_no_series(written):
    """Carlson's integrals lead ever further: nested derivatives serve at any order."""
    found = written("tensor", "elliprf(1, 2, x)", "--at", "x=3", "--order", "5")
    with mp.workdps(40):
        close(found["tensor"][0]["value"], mp.diff(lambda x: mp.elliprf(1, 2, x), 3, 5))


@pytest.mark.parametrize(
    ("text", "f", "order"),
    [
        ("elliprf(x, 0, 5)", lambda x: mp.elliprf(x, 0, 5), 3),
        ("elliprf(0, 1/100, x)", lambda x: mp.elliprf(0, mp.mpf(1) / 100, x), 2),
        ("elliprj(0, 1, x, 2)", lambda x: mp.elliprj(0, 1, x, 2), 2),
        ("elliprj(0, 1, 2, x)", lambda x: mp.elliprj(0, 1, 2, x), 2),
    ],
)
def test_carlson_integrals_beside_a_zero(written, text, f, order):
    """An argument that is 0 leaves the others their derivatives."""
    found = written("nth", text, "--at", "x=3", "--order", str(order))
    with mp.workdps(40):
        for n in range(1, order + 1):
            close(found["derivatives"][n - 1], mp.diff(f, 3, n))


def test_a_carlson_integral_has_no_slope_in_what_is_0(hodiff):
    assert hodiff("nth", "elliprf(x, 1, 2)", "--at", "x=0").code == 1


@pytest.mark.parametrize("order", ["-1/2", "-5/2"])
def test_a_spherical_function_of_a_broken_order_has_no_formula(hodiff, order):
    """Its rule divides by 2*n + 1."""
    ran = hodiff("nth", f"sphericaljn({order}, x)", "--order", "3")
    assert ran.code == 1 and "whole order" in ran.err
