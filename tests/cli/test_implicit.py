"""implicit: closed forms and mpmath, points that solve nothing, what is written where."""

import json

import mpmath as mp
import pytest


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
