"""implicit: closed forms and mpmath, points that solve nothing, what is written where."""

import json

import mpmath as mp
import pytest

from tests.cauchy import by_cauchy


@pytest.fixture
def derivatives(answer):
    """The derivatives that implicit gives, from the first on."""

    def run(*arguments):
        return json.loads(answer("implicit", *arguments, "--format", "json"))["derivatives"]

    return run


def kepler(mean):
    return mp.findroot(lambda e: e - mp.sin(e) / 2 - mean, mp.mpf("1.5"))


# The equation with its options, the function in closed form or by its root, where, and the order.
EQUATIONS = {
    "circle": ("x**2 + y**2 = 25 --at x=3,y=4 --of y", lambda x: mp.sqrt(25 - x**2), 3, 25),
    "circle below": (
        "r = 5; x**2 + y**2 = r**2 --at x=3,y=-4 --of y",
        lambda x: -mp.sqrt(25 - x**2),
        3,
        6,
    ),
    "no equals sign": ("y**3 - x --at x=8,y=2 --of y", mp.cbrt, 8, 10),
    "irrational point": ("y**2 = x --at x=2,y=sqrt(2) --of y", mp.sqrt, 2, 10),
    "product log": ("w*exp(w) = x --at x=1,w=1/2 --of w --solve", mp.lambertw, 1, 12),
    "Kepler": ("E - e0*sin(E) = M --let e0=1/2 --at M=1,E=1 --of E --solve", kepler, 1, 8),
    "one of three": (
        "x*z + y**3 + y = 10 --at x=1,y=2,z=0 --of y --wrt z",
        lambda z: mp.findroot(lambda y: z + y**3 + y - 10, 2),
        0,
        6,
    ),
    "sides swapped": ("0 = sin(y) - x --at x=0,y=0 --of y", mp.asin, 0, 9),
}


def words(job):
    """EXPR, and the options behind it."""
    expression, *options = job.split(" --")
    return [expression, *(word for option in options for word in f"--{option}".split(" "))]


@pytest.mark.parametrize("name", EQUATIONS)
def test_against_the_function_that_the_equation_defines(derivatives, name):
    job, f, at, order = EQUATIONS[name]
    found = derivatives(*words(job), "--order", str(order))
    with mp.workdps(80):
        expected = mp.taylor(f, at, order)
        for k, got in enumerate(found, 1):
            e = mp.re(expected[k]) * mp.factorial(k)
            assert abs(mp.mpf(got) - e) <= 1.2e-16 * abs(e) + mp.mpf(10) ** -40, f"order {k}"


def test_the_formula_is_the_same_derivative(answer, derivatives):
    job = ["x**2 + x*y + y**2 = 7", "--of", "y", "--wrt", "x", "--order", "3"]
    numbers = derivatives(*job, "--at", "x=1,y=2")
    for n, formula in enumerate(derivatives(*job)):
        value = answer("value", formula, "--at", "x=1,y=2", "--format", "plain")
        assert float(value) == numbers[n]


def test_doubles_agree(derivatives):
    job = ["x**2 + y**2 = 25", "--at", "x=3,y=4", "--of", "y", "--order", "12"]
    assert derivatives(*job, "--arithmetic", "float") == pytest.approx(derivatives(*job), rel=1e-12)


def test_what_is_printed(answer):
    job = ["implicit", "x*y = 3", "--at", "x=3,y=1", "--of", "y", "--order", "2", "--format"]
    assert answer(*job, "csv").splitlines()[0] == "x,y,dy_dx,d2y_dx2"
    found = json.loads(answer(*job, "json"))
    assert (found["variable"], found["of"], found["order"], found["value"]) == ("x", "y", 2, 1)
    assert found["derivative"] == found["derivatives"][-1]
    assert answer(*job, "plain") == f"{2 / 9}\n"


@pytest.mark.parametrize(
    ("job", "code", "kind", "said"),
    [
        ("x**2 + y**2 = 25 --at x=3,y=3.9 --of y", 1, "domain", "--solve"),
        ("x**2 + y**2 = 25 --at x=5,y=0 --of y", 1, "domain", "slope in y is 0"),
        ("y**2 = -1 - x**2 --at x=0,y=3 --of y --solve", 1, "undecided", "no solution"),
        ("abs(y) = x --at x=0,y=0 --of y", 1, "kink", "kink"),
        ("x = y = 3 --at x=3,y=3 --of y", 2, "syntax", "one '='"),
        ("x*y = --at x=3,y=3 --of y", 2, "syntax", "on the right"),
        ("= x*y --at x=3,y=3 --of y", 2, "syntax", "on the left"),
        ("x*sine(y) = 1 --at x=3,y=3 --of y", 2, "name", "did you mean 'sin'"),
        ("x*y*z = 6 --at x=1,y=2,z=3 --of y", 2, "usage", "--wrt x"),
        ("x*y = 6 --at x=1,y=6 --of y --wrt y", 2, "usage", "other than y"),
        ("x*y = 6 --at x=1,y=6 --of z", 2, "name", "'z'"),
        ("x*y = 6 --at x=1,y=6", 2, "usage", "--of"),
        ("x*y = 6 --at x=1+/-0.1,y=6 --of y", 2, "usage", "interval"),
        ("x*sum(y) = 6 --at x=1,y=[2,4] --of y", 2, "usage", "shape (2,)"),
    ],
)
def test_what_is_refused(hodiff, job, code, kind, said):
    ran = hodiff("implicit", *words(job), "--order", "2", "--format", "json")
    fault = json.loads(ran.out)["error"]
    assert (ran.code, fault["kind"]) == (code, kind)
    assert said in fault["message"]


HIGH = {
    "unit circle": ("x**2 + y**2 = 1 --at x=0.6,y=0.8 --of y", lambda x: mp.sqrt(1 - x**2), "0.6"),
    "product log": ("w*exp(w) = x --at x=1,w=1/2 --of w --solve", mp.lambertw, 1),
    "logarithm": ("exp(y) = x --at x=2,y=log(2) --of y", mp.log, 2),
    "tangent": ("y = atan(x) + 0*y --at x=1,y=pi/4 --of y", mp.atan, 1),
}


@pytest.mark.parametrize("name", HIGH)
def test_order_40(derivatives, name):
    job, f, at = HIGH[name]
    found = derivatives(*words(job), "--order", "40")
    with mp.workdps(150):  # 40! and 8**40 take 84 of them
        expected = by_cauchy(f, mp.mpf(at), range(41), n=256)
        for k, got in enumerate(found, 1):
            e = expected[k]
            assert abs(mp.mpf(got) - e) <= 1.2e-16 * abs(e) + mp.mpf(10) ** -40, f"order {k}"


def test_a_derivative_past_the_doubles(derivatives):
    """The 400th derivative of log at 2: -399!/2^400."""
    got = derivatives(*words("exp(y) = x --at x=2,y=1 --of y --solve"), "--order", "400")[-1]
    assert isinstance(got, str)
    with mp.workdps(40):
        assert mp.almosteq(mp.mpf(got), -mp.factorial(399) / mp.mpf(2) ** 400, 1e-15)


def kepler_099():
    return mp.findroot(lambda e: e - mp.mpf("0.99") * mp.sin(e) - mp.mpf("0.1"), 1)


@pytest.mark.parametrize(
    ("job", "root"),
    [
        ("w*exp(w) = x --at x=1,w=0 --of w --solve", lambda: mp.lambertw(1)),
        ("w*exp(w) = x --at x=-0.1,w=-4 --of w --solve", lambda: mp.lambertw(mp.mpf("-0.1"), -1)),
        ("E - 0.99*sin(E) = M --at M=0.1,E=1 --of E --solve", kepler_099),
        ("y**2 = x --at x=2,y=-1 --of y --solve", lambda: -mp.sqrt(2)),
        ("x*y = 1e300 --at x=1e-10,y=1e309 --of y --solve", lambda: mp.mpf("1e310")),
        ("1e-310*y = 1e-310*x --at x=1,y=2 --of y --solve", lambda: mp.mpf(1)),
    ],
)
def test_thirty_digits_of_a_solution(answer, job, root):
    out = answer("implicit", *words(job), "--order", "0", "--digits", "30", "--format", "plain")
    with mp.workdps(60):
        assert mp.almosteq(mp.mpf(out), mp.re(root()), mp.mpf(10) ** -29)


@pytest.mark.parametrize(
    "equation",
    [
        "x**2 + y**2 = r**2",
        "0 = r**2 - y**2 - x**2",
        "x**2 + y**2 - r**2",
        "s = r**2; x**2 + y**2 = s",
        "f(t) = t**2; f(x) + f(y) = f(r)",
        "a = x**2; b = y**2; a + b - r*r",
    ],
)
def test_one_circle_written_in_many_ways(derivatives, equation):
    """At (3, 4) with r = 5: first and second derivatives -3/4, -25/64 in x; 5/4, -9/64 in r."""
    job = (equation, "--of", "y", "--order", "2", "--at")
    assert derivatives(*job, "x=3,y=4", "--let", "r=5") == [-0.75, -25 / 64]
    assert derivatives(*job, "x=3,y=4,r=5", "--wrt", "x") == [-0.75, -25 / 64]
    assert derivatives(*job, "x=3,y=4,r=5", "--wrt", "r") == [1.25, -9 / 64]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_number_of_the_table_is_cut(answer, monkeypatch, width):
    """y = sqrt(3 - x²) at 1: -1/sqrt(2) and, third, -9 sqrt(2)/8."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    job = ("implicit", "x**2 + y**2 = 3", "--at", "x=1,y=sqrt(2)", "--of", "y", "--order", "3")
    table = answer(*job, "--digits", "45")
    assert max(map(len, table.splitlines())) <= width and "\x1b" not in table
    with mp.workdps(60):
        for expected in (-1 / mp.sqrt(2), -9 * mp.sqrt(2) / 8):
            assert str(expected)[:42] in table


@pytest.mark.parametrize(
    "text",
    ["", "=", "==", "= = =", "x = y = ", "(" * 30000, "x=" * 15000 + "y", "f(x=1) = y", "(x = y)"],
)
def test_what_is_no_equation(hodiff, text):
    ran = hodiff("implicit", text, "--at", "x=1,y=1", "--of", "y", "--order", "1")
    assert (ran.code, ran.out) == (2, "") and ran.err.startswith("error: ") and "bug" not in ran.err


@pytest.mark.parametrize("order", ["-1", "1.5", "1001", "10**9", "nan", ""])
def test_a_wrong_order(hodiff, order):
    job = ("implicit", "y = x", "--at", "x=1,y=1", "--of", "y", "--order", order)
    ran = hodiff(*job, "--format", "json")
    assert ran.code == 2 and json.loads(ran.out)["error"]["source"] == "--order"


@pytest.mark.parametrize(
    "job",
    [
        "y**3 = x --at x=0,y=0",
        "(y - 1)**2 = 0*x --at x=0,y=2 --solve",
        "floor(y) = x --at x=1,y=1.5",
        "x = 1 --at x=1,y=1",
        "exp(y) = x --at x=2,y=0.6931471805599453",
        "y + 1/x = 1 --at x=0,y=1",
        "sqrt(y) = x --at x=0,y=0",
        "max(y, 0) = x --at x=0,y=0",
    ],
)
def test_no_function_there(hodiff, job):
    ran = hodiff("implicit", *words(job), "--of", "y", "--order", "1")
    assert (ran.code, ran.out) == (1, "") and "bug" not in ran.err


def test_solve_needs_a_point(hodiff):
    job = ("implicit", "x*y = 3", "--of", "y", "--order", "1", "--solve")
    assert (hodiff(*job).code, "--at" in hodiff(*job).err) == (2, True)


def test_a_solution_without_a_series_is_no_answer(hodiff):
    """Not the derivatives where the search started: log's 400th passes a double at 2."""
    job = words("exp(y) = x --at x=2,y=1 --of y --solve --arithmetic float")
    ran = hodiff("implicit", *job, "--order", "400")
    assert (ran.code, ran.out) == (1, "") and "--solve" in ran.err
