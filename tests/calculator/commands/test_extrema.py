"""extrema: published counts and values, closed forms, and points that no bound may miss."""

import itertools
import math
import signal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from hodiff import calculate
from tests import lengths

NAMES = {name: getattr(np, name) for name in ("sin", "cos", "exp", "sqrt", "abs", "arctan")}


def extrema(expression, over, **options):
    return calculate("extrema", expression, over=over, **options)


def kinds(found, inner=True):
    """How many there are of each kind, inside or in all."""
    listed = [x["kind"] for x in found.points if not (inner and x["edge"])]
    return {kind: listed.count(kind) for kind in sorted(set(listed))}


@pytest.mark.parametrize(
    "expression, over, points",
    [
        ("x**3 - 3*x", "x=-3:2",
         {-3: "minimum", -1: "maximum", 1: "minimum", 2: "maximum"}),
        ("sin(x)", "x=0:2*pi",
         {0: "minimum", math.pi / 2: "maximum", 1.5 * math.pi: "minimum", 2 * math.pi: "maximum"}),
        ("x**4", "x=-1:1", {-1: "maximum", 0: "minimum", 1: "maximum"}),
        ("x**3", "x=-1:1", {-1: "minimum", 0: "inflection", 1: "maximum"}),
        ("x**5 + x**4", "x=-0.1:0.1", {-0.1: "maximum", 0: "minimum", 0.1: "maximum"}),
        ("exp(x)", "x=0:1", {0: "minimum", 1: "maximum"}),
        ("sqrt(x) - x", "x=0:2", {0: "minimum", 0.25: "maximum", 2: "minimum"}),
        ("x + 1/x", "x=1/2:3", {0.5: "maximum", 1: "minimum", 3: "maximum"}),
        ("x*exp(-x)", "x=0:5", {0: "minimum", 1: "maximum", 5: "minimum"}),
    ],
)  # fmt: skip
def test_one_variable(expression, over, points):
    found = extrema(expression, over)
    assert found.complete and found.answer.code == 0
    listed = {float(x["at"]["x"]): x["kind"] for x in found.points}
    assert [*listed] == pytest.approx([*points]) and [*listed.values()] == [*points.values()]


def test_inflection_points():
    found = extrema("x**4 - 6*x**2 + x", "x=-3:3", order=2)
    assert [(x["at"]["x"], x["kind"]) for x in found.points] == [
        (-1, "inflection"),
        (1, "inflection"),
    ]
    assert extrema("x**4", "x=-1:1", order=2).points == []  # the curvature is 0 and doesn't turn


BRANIN = "(y - 5.1/(4*pi**2)*x**2 + 5/pi*x - 6)**2 + 10*(1 - 1/(8*pi))*cos(x) + 10"
GOLDSTEIN_PRICE = (
    "(1 + (x + y + 1)**2*(19 - 14*x + 3*x**2 - 14*y + 6*x*y + 3*y**2))"
    "*(30 + (2*x - 3*y)**2*(18 - 32*x + 12*x**2 + 48*y - 36*x*y + 27*y**2))"
)
RASTRIGIN = "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)"


def shubert(names="xy"):
    return "*".join(
        "(" + " + ".join(f"{i}*cos({i + 1}*{x} + {i})" for i in range(1, 6)) + ")" for x in names
    )


def test_branin():
    """Its three minima, at -pi, pi and 3*pi, all the least: Dixon and Szego 1978."""
    found = extrema(BRANIN, "x=-5:10,y=0:15")
    assert found.complete and kinds(found) == {"minimum": 3, "saddle": 2}
    assert found.minimum["value"] == pytest.approx(0.397887, abs=1e-6)
    where = [(x["x"], x["y"]) for x in found.minimum["at"]]
    expected = [(-math.pi, 12.275), (math.pi, 2.275), (3 * math.pi, 2.475)]
    assert [*itertools.chain(*where)] == pytest.approx([*itertools.chain(*expected)])


def test_the_six_hump_camel():
    """Six minima, two of them the least: Dixon and Szego 1978."""
    found = extrema("(4 - 2.1*x**2 + x**4/3)*x**2 + x*y + (-4 + 4*y**2)*y**2", "x=-3:3,y=-2:2")
    assert found.complete and kinds(found) == {"maximum": 2, "minimum": 6, "saddle": 7}
    assert found.minimum["value"] == pytest.approx(-1.0316285, abs=1e-7)
    assert len(found.minimum["at"]) == 2


def test_himmelblau():
    found = extrema("(x**2 + y - 11)**2 + (x + y**2 - 7)**2", "x=-5:5,y=-5:5")
    assert found.complete and kinds(found) == {"maximum": 1, "minimum": 4, "saddle": 4}
    assert found.minimum["value"] == 0 and {"x": 3, "y": 2} in found.minimum["at"]


def test_rosenbrock():
    found = extrema("100*(y - x**2)**2 + (1 - x)**2", "x=-2:2,y=-2:2")
    assert found.complete and kinds(found) == {"minimum": 1}
    assert found.minimum == {"value": 0, "at": [{"x": 1, "y": 1}]}


def test_rastrigin():
    """The stationary points are a grid of those in one variable, minima and maxima in turns."""
    n = 5 if lengths.LONG else 2
    found = extrema(RASTRIGIN, f"x=-{n}.12:{n}.12,y=-{n}.12:{n}.12")
    low, high = 2 * n + 1, 2 * n
    assert found.complete
    assert kinds(found) == {"maximum": high**2, "minimum": low**2, "saddle": 2 * low * high}
    assert found.minimum == {"value": 0, "at": [{"x": 0, "y": 0}]}


def test_griewank():
    """The stationary points against Newton's from a fine grid, in doubles."""
    found = extrema("1 + (x**2 + y**2)/4000 - cos(x)*cos(y/sqrt(2))", "x=-5:5,y=-5:5")
    assert found.complete and found.minimum == {"value": 0, "at": [{"x": 0, "y": 0}]}
    listed = {(round(float(p["at"]["x"]), 6), round(float(p["at"]["y"]), 6))
              for p in found.points if not p["edge"]}  # fmt: skip
    r = math.sqrt(2)
    x, y = (a.ravel() for a in np.meshgrid(np.linspace(-5, 5, 81), np.linspace(-5, 5, 81)))
    for _ in range(60):
        s, c, t, u = np.sin(x), np.cos(x), np.sin(y / r), np.cos(y / r)
        gx, gy = x / 2000 + s * u, y / 2000 + c * t / r
        xx, xy, yy = 1 / 2000 + c * u, -s * t / r, 1 / 2000 + c * u / 2
        det = xx * yy - xy**2
        det = np.where(np.abs(det) > 1e-9, det, np.inf)
        x, y = x - (yy * gx - xy * gy) / det, y - (xx * gy - xy * gx) / det
    s, c, t, u = np.sin(x), np.cos(x), np.sin(y / r), np.cos(y / r)
    good = np.hypot(x / 2000 + s * u, y / 2000 + c * t / r) < 1e-12
    good &= np.maximum(np.abs(x), np.abs(y)) < 5
    expected = {(round(float(a), 6) + 0.0, round(float(b), 6) + 0.0)
                for a, b in zip(x[good], y[good], strict=True)}  # fmt: skip
    assert listed == expected


@pytest.mark.skipif("not config.getoption('--long')")
def test_goldstein_price():
    """Four minima; the least is 3, at (0, -1): Goldstein and Price 1971."""
    found = extrema(GOLDSTEIN_PRICE, "x=-2:2,y=-2:2")
    assert found.complete and kinds(found) == {"maximum": 1, "minimum": 4, "saddle": 4}
    assert found.minimum == {"value": 3, "at": [{"x": 0, "y": -1}]}
    minima = {(x["at"]["x"], x["at"]["y"], x["value"]) for x in found.points
              if x["kind"] == "minimum" and not x["edge"]}  # fmt: skip
    assert minima == {(0, -1, 3), (-0.6, -0.4, 30), (1.8, 0.2, 84), (1.2, 0.8, 840)}


def test_shubert_on_a_part():
    """The least value, -186.7309, is also taken here."""
    found = extrema(shubert(), "x=-1.5:-0.5,y=-1:-0.5")
    assert found.complete
    assert found.minimum["value"] == pytest.approx(-186.7309, abs=1e-4)
    values = np.array([float(x["value"]) for x in found.points])
    assert values.min() == pytest.approx(-186.7309, abs=1e-4)


@pytest.mark.skipif("not config.getoption('--long')")
def test_shubert():
    """Minima of g(x)*g(y) are where one factor has a minimum below 0 and the other a maximum above
    0: the 760 of the literature are those inside, 2*19*19, and on the sides."""
    signal.alarm(0)  # some minutes on a busy machine
    t = np.linspace(-10, 10, 400_001)
    g = sum(i * np.cos((i + 1) * t + i) for i in range(1, 6))
    inner = g[1:-1]
    low = int(((inner < g[:-2]) & (inner < g[2:]) & (inner < 0)).sum())
    high = int(((inner > g[:-2]) & (inner > g[2:]) & (inner > 0)).sum())
    found = extrema(shubert(), "x=-10:10,y=-10:10", seconds=1000)
    assert found.complete and kinds(found)["minimum"] == 2 * low * high == 722
    assert kinds(found, inner=False)["minimum"] >= 760
    assert found.minimum["value"] == pytest.approx(-186.7309, abs=1e-4)
    assert len(found.minimum["at"]) == 18


@pytest.mark.parametrize(
    "expression, over, points",
    [
        ("abs(x)", "x=-1:2", {-1: "maximum", 0: "minimum", 2: "maximum"}),
        ("abs(x)", "x=0:2", {0: "minimum", 2: "maximum"}),
        ("-abs(x)", "x=-2:0", {-2: "minimum", 0: "maximum"}),
        ("max(x, 1 - x)", "x=0:3", {0: "maximum", 0.5: "minimum", 3: "maximum"}),
        ("relu(x - 1) - x/2", "x=0:3", {0: "maximum", 1: "minimum", 3: "maximum"}),
        ("clip(x, -1, 1) - x/2", "x=-2:2",
         {-2: "maximum", -1: "minimum", 1: "maximum", 2: "minimum"}),
        ("where(x < 1, x**2, 2 - x)", "x=-1:2",
         {-1: "maximum", 0: "minimum", 1: "maximum", 2: "minimum"}),
        ("x*sign(x)", "x=-1:1", {-1: "maximum", 0: "minimum", 1: "maximum"}),
        ("abs(x) + max(x, -x) + 3*x", "x=-1:1", {-1: "minimum", 1: "maximum"}),  # goes on rising
        ("abs(abs(x) - 1)", "x=-2:2",
         {-2: "maximum", -1: "minimum", 0: "maximum", 1: "minimum", 2: "maximum"}),
        ("abs(sin(x))", "x=3:4", {3: "maximum", math.pi: "minimum", 4: "maximum"}),
        ("abs(x**2 - 2)", "x=0:2", {0: "maximum", math.sqrt(2): "minimum", 2: "maximum"}),
    ],
)  # fmt: skip
def test_corners_are_points(expression, over, points):
    found = extrema(expression, over)
    assert {x["at"]["x"]: x["kind"] for x in found.points} == pytest.approx(points)
    assert found.complete and found.answer.code == 0


@pytest.mark.parametrize("expression", [
    "abs(sin(x)) + x/50", "where(sin(x) < 0, -sin(x), sin(x))", "cbrt(sin(x)**2)",
])  # fmt: skip
def test_many_corners_are_settled_one_by_one(expression):
    """Each multiple of pi is a minimum, and none is hidden in a box with others."""
    found = extrema(expression, "x=1:200")
    told = [x["at"]["x"] for x in found.points if x["kind"] == "minimum" and not x["edge"]]
    assert found.complete
    assert told == pytest.approx([float(k * mp.pi) for k in range(1, 64)], rel=1e-15)
    assert found.notes == [f"no derivative at 63 points: EXPR has {CORNERS[expression[0]]} there"]


CORNERS = {"a": "kinks", "w": "kinks", "c": "cusps"}


@pytest.mark.parametrize(
    "expression, kind, sharp",
    [  # by the leading powers of |x| to both sides of 0, by hand
        ("cbrt(x**2)", "minimum", "cusp"),
        ("-sqrt(abs(x))", "maximum", "cusp"),
        ("abs(x)**(2/3) + x", "minimum", "cusp"),
        ("(x**2)**(1/3) - 5*x", "minimum", "cusp"),
        ("sqrt(cbrt(x**2))", "minimum", "cusp"),
        ("abs(cbrt(x)) + x", "minimum", "cusp"),
        ("cbrt(abs(sin(x)))", "minimum", "cusp"),
        ("log(2 - sqrt(abs(x)))", "maximum", "cusp"),
        ("cbrt(sin(x)**2) + x/9", "minimum", "cusp"),
        ("exp(cbrt(x**4) + sqrt(abs(x)))", "minimum", "cusp"),
        ("x - 2*cbrt(x**2) + sqrt(abs(x))", "minimum", "cusp"),
        ("2*cbrt(x**2) - 9*abs(x)", "minimum", "cusp"),
        ("cbrt(x) + cbrt(x**2)", None, None),  # rises through 0, steeply
        ("sqrt(x**2)", "minimum", "kink"),
        ("sqrt(1 - cos(x))", "minimum", "kink"),
        ("hypot(x, x**2) - x/2", "minimum", "kink"),
        ("hypot(x, x**2) - 2*x", None, None),
        ("where(x < 0, -x, cbrt(x))", "minimum", "kink"),
        ("cbrt(x**4)", "minimum", None),  # with slope 0 there
        ("1 - abs(x)**1.5", "maximum", None),
        ("sqrt(x**4)", "minimum", None),
        ("x*cbrt(x)", "minimum", None),
        ("cbrt(x)**2", "minimum", "cusp"),
        ("x**2*cbrt(x)", None, None),
        ("x*abs(x)", None, None),
        ("abs(x)**3", "minimum", None),
        ("max(x, x**2)", "minimum", "kink"),
        ("min(x**3, x**2)", None, None),
        ("norm([x, 0]) - 1", "minimum", "kink"),
        ("norm([x, sin(x)])*cos(x)", "minimum", "kink"),
        ("abs(x*cbrt(x)) - x**2", "minimum", None),
        ("(sqrt(abs(x)) + x)*cbrt(x)", None, None),  # rises with |x|**(5/6)
        ("(sqrt(abs(x)) + x)*abs(cbrt(x))", "minimum", "cusp"),
        ("1/(1 + sqrt(abs(x))*sin(x)**2)", "maximum", None),
    ],
)
def test_cusps_are_points(expression, kind, sharp):
    found = extrema(expression, "x=-1/8:1/10")
    assert found.complete and found.answer.code == 0
    there = [x["kind"] for x in found.points if x["at"]["x"] == 0]
    assert there == ([kind] if kind else [])
    expected = [f"no derivative at x=0: EXPR has a {sharp} there"] if sharp else []
    assert found.notes == expected


@pytest.mark.parametrize(
    "expression, over, points, ends",
    [
        ("x*sqrt(x)", "x=0:1", {0: "minimum", 1: "maximum"}, ""),
        ("x*sqrt(x)", "x=-1:1", {0: "minimum", 1: "maximum"}, "x=0"),
        ("sqrt(x - x**2)", "x=0:1", {0: "minimum", 0.5: "maximum", 1: "minimum"}, ""),
        ("sqrt(1 - x**2)", "x=-2:2", {-1: "minimum", 0: "maximum", 1: "minimum"}, "x=-1 and x=1"),
        ("x - sqrt(x)", "x=-1:1", {0: "maximum", 0.25: "minimum", 1: "maximum"}, "x=0"),
        ("(2 - x)**(3/2)*x", "x=0:3", {0: "minimum", 0.8: "maximum", 2: "minimum"}, "x=2"),
        ("sqrt(x**2 - 2)", "x=0:2", {math.sqrt(2): "minimum", 2: "maximum"},
         "x=1.41421356237309505"),
        # The sides of kinks that lie in the range: 2 - 1/2 at -1, by relu's slope of 2 from there.
        ("relu(1 - x**2) - x/2", "x=-1:1", {-1: "minimum", -0.25: "maximum", 1: "minimum"}, ""),
        ("relu(x)*sqrt(1 - x)", "x=0:1", {0: "minimum", 2 / 3: "maximum", 1: "minimum"}, ""),
    ],
)  # fmt: skip
def test_at_an_end_of_the_domain_or_the_range_its_own_side_counts(expression, over, points, ends):
    found = extrema(expression, over)
    assert {x["at"]["x"]: x["kind"] for x in found.points} == pytest.approx(points)
    assert found.complete
    assert found.notes == ([f"the domain of EXPR ends at {ends}"] if ends else [])


@pytest.mark.parametrize(
    "expression, over, inner, least",
    [  # by hand
        ("abs(x) + abs(y)", "x=-1:1,y=-1:2", {(0, 0): "minimum"}, 0),
        ("-abs(x) - 2*abs(y)", "x=-1:1,y=-1:1", {(0, 0): "maximum"}, -3),
        ("abs(x) - abs(y)", "x=-1:1,y=-1:1", {(0, 0): "saddle"}, -1),
        ("abs(x) - y**2", "x=-1:1,y=-1:1", {(0, 0): "saddle"}, -1),
        ("abs(x - 1/3) + (y - x)**2", "x=-1:1,y=-1:1", {(1 / 3, 1 / 3): "minimum"}, 0),
        ("max(x, y) + x**2 + y**2", "x=-1:1,y=-1:1", {(-0.25, -0.25): "minimum"}, -0.125),
        ("abs(x - y) + x**2 + y**2", "x=-1:1,y=-1:1", {(0, 0): "minimum"}, 0),
        ("abs(x) + y", "x=-1:1,y=-1:1", {}, -1),
        ("abs(x) + 2*x + y**2", "x=-1:1,y=-1:1", {}, -1),
        ("relu(x - y**2) + x**2 - x/2 + 2*y**2", "x=-1:1,y=-1:1", {(0, 0): "minimum"}, 0),
    ],
)  # fmt: skip
def test_kinks_of_several_variables(expression, over, inner, least):
    found = extrema(expression, over)
    assert found.complete
    told = {(x["at"]["x"], x["at"]["y"]): x["kind"] for x in found.points if not x["edge"]}
    assert told == pytest.approx(inner) if not inner else [*told.values()] == [*inner.values()]
    assert [*itertools.chain(*told)] == pytest.approx([*itertools.chain(*inner)])
    assert found.minimum["value"] == pytest.approx(least)


@pytest.mark.parametrize(
    "parts, a, b",
    [
        ([(1, 2, 2), (1, 0, 2)], 0, 1),
        ([(3, -2, 2), (1, 1, 0)], 1, -1),
        ([(1, 1, 2), (3, 1, 1)], 1, -1),
        ([(2, 2, 0), (3, 0, 2)], -1, -1),
    ],
)
def test_a_convex_sum_of_kinks_has_one_minimum(parts, a, b):
    """c*abs(x + k*y - m/3) and a square, which is convex: against a grid."""
    terms = [f"({c})*abs(x + ({k})*y - ({m})/3)" for c, k, m in parts]
    found = extrema(" + ".join([*terms, f"(x - ({a})/2)**2 + (y - ({b})/2)**2"]), "x=-2:2,y=-2:2")
    x, y = np.meshgrid(np.linspace(-2, 2, 401), np.linspace(-2, 2, 401))
    z = (x - a / 2) ** 2 + (y - b / 2) ** 2 + sum(c * abs(x + k * y - m / 3) for c, k, m in parts)
    (minimum,) = (p for p in found.points if p["kind"] == "minimum")
    assert found.complete and z.min() - 0.1 < float(minimum["value"]) <= z.min() + 1e-12
    i, j = np.unravel_index(z.argmin(), z.shape)
    assert [*minimum["at"].values()] == pytest.approx([x[i, j], y[i, j]], abs=0.1)


def test_a_kink_on_the_side_of_a_box_is_no_convention():
    """At x = -1 relu(1 - x**2) rises with slope 2, so that f does, too: no maximum is there."""
    found = extrema("relu(1 - x**2) - x/2 + y**2", "x=-1:1,y=-1:1")
    assert not [x for x in found.points if x["kind"] == "maximum" and x["at"]["x"] == -1]


@settings(max_examples=lengths.examples(6), deadline=None)
@given(
    st.lists(st.tuples(st.integers(-3, 3).filter(bool), st.integers(-4, 4)), min_size=1,
             max_size=3, unique_by=lambda part: part[1]),
    st.sampled_from(["1/3", "1/2", "2/3", "4/5", "1/7"]), st.integers(-2, 2),
)  # fmt: skip
def test_sums_of_cusps_turn_at_each(parts, p, slope):
    """sum of c*abs(x - k/3)**p: below p = 1 its own term decides at each k/3, by the sign of c."""
    terms = [f"({c})*abs(x - ({k})/3)**({p})" for c, k in parts]
    found = extrema(" + ".join([*terms, f"({slope})*x"]), "x=-2:2")
    told = {float(x["at"]["x"]): x["kind"] for x in found.points}
    for c, k in parts:
        assert told[k / 3] == ("minimum" if c > 0 else "maximum")

    def f(x):
        power = mpf(Fraction(p).numerator) / Fraction(p).denominator
        return mpmath.fsum(c * abs(x - mpf(k) / 3) ** power for c, k in parts) + slope * x

    with mp.workdps(60):
        for at, kind in told.items():
            x = mpf(round(3 * at)) / 3 if any(at == k / 3 for _, k in parts) else mpf(at)
            sides = [f(x + h) - f(x) for h in (mpf("-1e-9"), mpf("1e-9")) if abs(x + h) < 2]
            assert all(s > 0 for s in sides) if kind == "minimum" else all(s < 0 for s in sides)


def test_a_cusp_at_a_number_that_is_only_enclosed():
    points = extrema("cbrt((exp(x) - 2)**2) - x/3", "x=0:1").points
    assert [(x["at"]["x"], x["kind"]) for x in points if not x["edge"]][-1] == (
        pytest.approx(math.log(2), abs=1e-16), "minimum")  # fmt: skip


INF = "inf"


@pytest.mark.parametrize(
    "expression, over, points, breaks, least, largest",
    [  # by hand; None where no value is the least, or the largest
        ("where(x < 1, x + 5, 1 - x)", "x=0:2", {0: "minimum", 2: "minimum"},
         [("jump", 1, 6, 0)], -1, None),
        ("where(x == 1, 5, abs(x - 1))", "x=0:2", {0: "maximum", 1: "maximum", 2: "maximum"},
         [("jump", 1, 0, 0)], None, 5),
        ("where(x <= 1, x, 5 - x)", "x=0:2", {0: "minimum", 2: "minimum"},
         [("jump", 1, 1, 4)], 0, None),
        ("where(x < 1, 2 - x, x - 1)", "x=0:2", {0: "maximum", 1: "minimum", 2: "maximum"},
         [("jump", 1, 1, 0)], 0, 2),
        ("where(x == 0, 1, sin(x)/x)", "x=-1:1", {-1: "minimum", 0: "maximum", 1: "minimum"},
         [], math.sin(1), 1),
        ("where(x > -5, x + x**2, 1/x)", "x=-1:1", {-1: "maximum", -0.5: "minimum", 1: "maximum"},
         [], -0.25, 2),
        ("sin(x)/x", "x=-1:2", {-1: "minimum", 2: "minimum"}, [("hole", 0, 1, 1)],
         math.sin(2) / 2, None),
        ("(exp(x) - 1 - x)/x**2", "x=-1:1", {-1: "minimum", 1: "maximum"},
         [("hole", 0, 0.5, 0.5)], math.exp(-1), math.e - 2),
        ("(x**2 - 4)/(x - 2)", "x=0:3", {0: "minimum", 3: "maximum"}, [("hole", 2, 4, 4)], 2, 5),
        ("log(1 + x)/x", "x=-0.5:1", {-0.5: "maximum", 1: "minimum"}, [("hole", 0, 1, 1)],
         math.log(2), 2 * math.log(2)),
        ("x + 1/x", "x=-3:2", {-3: "minimum", -1: "maximum", 1: "minimum", 2: "maximum"},
         [("pole", 0, "-inf", INF)], None, None),
        ("1/x**2", "x=-1:2", {-1: "minimum", 2: "minimum"}, [("pole", 0, INF, INF)], 0.25, None),
        ("1/x", "x=0:2", {2: "minimum"}, [("pole", 0, None, INF)], 0.5, None),
        ("1/(x**2 - 2)", "x=0:2", {0: "maximum", 2: "minimum"},
         [("pole", math.sqrt(2), "-inf", INF)], None, None),
        ("tan(x)", "x=0:3", {0: "minimum", 3: "maximum"}, [("pole", math.pi / 2, INF, "-inf")],
         None, None),
        ("sec(x)", "x=-1:3", {-1: "maximum", 0: "minimum", 3: "maximum"},
         [("pole", math.pi / 2, INF, "-inf")], None, None),
        ("x*log(x)", "x=0:1", {1 / math.e: "minimum", 1: "maximum"}, [("end", 0, None, 0)],
         -1 / math.e, 0),
        ("x**2*log(x)", "x=-1:2", {math.exp(-0.5): "minimum", 2: "maximum"},
         [("end", 0, None, 0)], -0.5 / math.e, 4 * math.log(2)),
        ("sqrt(x)*log(x)", "x=0:2", {math.exp(-2): "minimum", 2: "maximum"},
         [("end", 0, None, 0)], -2 / math.e, math.sqrt(2) * math.log(2)),
        ("log(x)/x", "x=0:9", {math.e: "maximum", 9: "minimum"}, [("pole", 0, None, "-inf")],
         None, 1 / math.e),
        ("log(abs(x))", "x=-1:2", {-1: "maximum", 2: "maximum"}, [("pole", 0, "-inf", "-inf")],
         None, math.log(2)),
        ("1/log(x)", "x=0:0.5", {0.5: "minimum"}, [("end", 0, None, 0)], -1 / math.log(2), None),
        ("x**x", "x=0:2", {0: "maximum", 1 / math.e: "minimum", 2: "maximum"}, [],
         math.exp(-1 / math.e), 4),
        ("(1 + x)**(1/x)", "x=-0.5:1", {-0.5: "maximum", 1: "minimum"},
         [("hole", 0, math.e, math.e)], 2, 4),
        ("exp(1/x)", "x=-1:1", {-1: "maximum", 1: "minimum"}, [("pole", 0, 0, INF)], None, None),
        ("atanh(x)", "x=-2:0.5", {0.5: "maximum"}, [("pole", -1, None, "-inf")], None,
         math.log(3) / 2),
        ("acosh(x)", "x=0:2", {1: "minimum", 2: "maximum"}, [], 0, math.log(2 + math.sqrt(3))),
    ],
)  # fmt: skip
def test_breaks_are_told_with_their_limits(expression, over, points, breaks, least, largest):
    found = extrema(expression, over)
    assert found.complete and found.answer.code == 0
    assert {float(x["at"]["x"]): x["kind"] for x in found.points} == pytest.approx(points)
    assert [(b["kind"], pytest.approx(b["at"]["x"]), b["left"], b["right"])
            for b in found.breaks] == breaks  # fmt: skip
    for bound, value, word in (
        (found.minimum, least, "least"),
        (found.maximum, largest, "largest"),
    ):
        assert (bound and bound["value"]) == (None if value is None else pytest.approx(value))
        assert (f"no {word} value: EXPR tends to" in found.text()) == (value is None)
    names = {"pole": "a pole", "hole": "a hole", "jump": "a jump", "end": "an end of its domain"}
    assert all(any(f"EXPR has {names[b[0]]} at x=" in note for note in found.notes) for b in breaks)


ATOMS = ["1/({u})", "-1/({u})**2", "sin({u})/({u})", "({u})*log(abs({u}))", "(exp({u}) - 1)/({u})",
         "abs({u})/({u})*exp(x/3)", "where({u} < 0, exp(x), -x)", "1/({u})**3"]  # fmt: skip


@settings(max_examples=lengths.examples(8), deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(ATOMS), st.integers(-2, 2)), min_size=1, max_size=2,
                unique_by=lambda part: part[1]), st.integers(-2, 2))  # fmt: skip
def test_pieces_between_breaks_go_as_they_are_told(parts, slope):
    """At numbers of each piece and beside the breaks, by mpmath."""
    text = " + ".join([*(atom.format(u=f"x - ({k})") for atom, k in parts), f"({slope})*x"])
    found = extrema(text, "x=-3:3")
    names = {name: getattr(mpmath, name) for name in ("sin", "exp", "log")}

    def f(x):
        return eval(
            text, {**names, "abs": abs, "x": x, "where": lambda test, a, b: a if test else b}
        )

    with mp.workdps(40):
        for piece in found.ranges:
            low, high = mpf(piece["lower"]), mpf(piece["upper"])
            rows = [f(low + mpf(k) / 12 * (high - low)) for k in range(1, 12)]
            steps = {mpmath.sign(b - a) for a, b in itertools.pairwise(rows)}
            assert steps == {1 if piece["what"] == "rising" else -1}, (text, piece)
            for bound, side in ((found.minimum, -1), (found.maximum, 1)):
                if bound is not None and not isinstance(bound["value"], dict):
                    assert all(side * y <= side * mpf(bound["value"]) + mpf("1e-12") for y in rows)
        for b in found.breaks:
            for limit, side in ((b["left"], -1), (b["right"], 1)):
                near = f(mpf(round(float(b["at"]["x"]))) + side * mpf("1e-25"))
                if limit in ("inf", "-inf"):
                    assert mpmath.sign(near) == (1 if limit == "inf" else -1) and abs(near) > 10**9
                elif limit is not None:
                    assert abs(near - mpf(limit)) < mpf("1e-12")


PARTS = st.lists(st.tuples(st.integers(-3, 3).filter(bool), st.integers(-8, 8)), min_size=1,
                 max_size=4, unique_by=lambda part: part[1])  # fmt: skip


@settings(max_examples=lengths.examples(40), deadline=None)
@given(PARTS, st.integers(-2, 2), st.integers(-3, 3))
def test_sums_of_kinks_have_the_extrema_of_their_pieces(parts, square, slope):
    """sum of c*abs(x - k/2), with a*x**2 + b*x: between kinks a parabola, by exact numbers."""
    terms = [f"({c})*abs(x - ({k})/2)" for c, k in parts]
    ends = [-Fraction(5), *sorted(Fraction(k, 2) for _, k in parts), Fraction(5)]

    def rate(x, side):
        """The slope just beside x."""
        kinks = sum(c * ((x - Fraction(k, 2) > 0) - (x - Fraction(k, 2) < 0)
                         or side * (x == Fraction(k, 2))) for c, k in parts)  # fmt: skip
        return kinks + 2 * square * x + slope

    places = set(ends)
    for a, b in itertools.pairwise(ends):
        middle = (a + b) / 2
        if square:
            at = middle - rate(middle, 1) / (2 * square)
            places |= {at} if a < at < b else set()
        elif rate(middle, 1) == 0:
            return  # a flat piece, which is left open
    expected = {}
    for x in places:
        before, after = (rate(x, side) or side * square for side in (-1, 1))
        if x == ends[0]:
            before = -after
        elif x == ends[-1]:
            after = -before
        if before * after < 0:
            expected[float(x)] = "minimum" if after > 0 else "maximum"
    found = extrema(" + ".join([*terms, f"({square})*x**2 + ({slope})*x"]), "x=-5:5")
    told = {float(x["at"]["x"]): x["kind"] for x in found.points}
    assert told.items() <= expected.items()
    if found.complete:
        assert told == expected


TWO_AT_ONCE = "abs(x - log(2)) + abs(exp(x) - 2)"  # kinks at one place, which isn't proven


@pytest.mark.parametrize(
    "expression, over, inside, reason",
    [
        (TWO_AT_ONCE, "x=0:1", {"x": math.log(2)}, "has a kink; there is a minimum in it"),
        ("norm([x, x]) + y", "x=-1:1,y=0:1", {"x": 0, "y": 0}, "'norm([x, x])' has a kink"),
        ("floor(x) + x", "x=0.5:1.5", {"x": 1}, "'floor(x)' jumps"),
        ("1/(1 + exp(1/x))", "x=-1:1", {"x": 0}, "'1/x' has a pole"),
        ("sqrt(max(x, 0))", "x=-1:1", {"x": -0.5}, "'max(x, 0)' has a kink"),
        ("3 + 0*x", "x=0:1", {"x": 0.5}, "the slope is 0 all over it"),
        ("max(x, y, -x - y)", "x=-1:1,y=-1:1", {"x": 0, "y": 0}, ""),
        ("x**2*y**2", "x=-1:1,y=1:2", {"x": 0, "y": 1.5}, ""),
    ],
)
def test_what_is_undecided_is_a_box_with_its_reason(expression, over, inside, reason):
    found = extrema(expression, over, seconds=1)
    assert found.answer.code == 1 and not found.complete
    boxes = [x["in"] for x in (*found.undecided, *found.unsearched)
             if reason in x.get("reason", reason)]  # fmt: skip
    assert any(all(box[x]["lower"] <= v <= box[x]["upper"] for x, v in inside.items())
               for box in boxes)  # fmt: skip


def test_bounds_without_a_point():
    """Where a box stays open the least value lies between two numbers; at a pole there is none."""
    value = extrema(f"{TWO_AT_ONCE} + 1", "x=0:1").minimum["value"]
    assert value["lower"] <= 1 <= value["upper"] < 1 + 1e-12
    assert extrema("1/x**2", "x=-1:1").maximum is None
    assert extrema("1/x**2", "x=-1:1").minimum["value"] == 1


TEXT = st.recursive(
    st.sampled_from(["x", "y", "x", "y", "2", "sin(x)", "cos(y)", "exp(-x)", "x**2", "y**2",
                     "abs(x - y)", "sqrt(1 + y**2)"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
        lambda t: f"({t[0]} {t[1]} {t[2]})"
    ),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=60 if lengths.LONG else 3, deadline=None, derandomize=True)
@given(TEXT, st.integers(-2, 1), st.integers(-2, 1), st.sampled_from([1, 2]))
def test_no_value_lies_outside_the_bounds(text, a, b, width):
    """Nor is there a strict minimum of a grid far from all points and boxes."""
    signal.alarm(0)  # many are tried: conftest's is for one command
    found = extrema(f"{text} + 0*x*y", f"x={a}:{a + width},y={b}:{b + width}", seconds=2)
    x, y = np.meshgrid(np.linspace(a, a + width, 201), np.linspace(b, b + width, 201))
    z = np.broadcast_to(eval(text, {**NAMES, "x": x, "y": y}), x.shape)
    for name, side in (("minimum", -1), ("maximum", 1)):
        bound = getattr(found, name)
        if bound is None:
            continue
        value = bound["value"]
        low, high = (value["lower"], value["upper"]) if isinstance(value, dict) else (value, value)
        slack = 1e-12 * (1 + abs(z).max())
        if side < 0:
            assert z.min() >= low - slack and high >= low
        else:
            assert z.max() <= high + slack
    inner = z[1:-1, 1:-1]
    around = [z[1 + i : 200 + i, 1 + j : 200 + j]
              for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]  # fmt: skip
    valleys = np.all([inner < other - 1e-12 for other in around], axis=0)
    step = width / 200
    boxes = [tuple((x[v]["lower"], x[v]["upper"]) for v in "xy")
             for x in (e["in"] for e in (*found.undecided, *found.unsearched))]  # fmt: skip
    boxes += [tuple((float(p["at"][v]),) * 2 for v in "xy") for p in found.points]

    def near(at, box):
        pairs = zip(at, box, strict=True)
        return all(low - 3 * step <= v <= high + 3 * step for v, (low, high) in pairs)

    for i, j in zip(*np.nonzero(valleys), strict=True):
        at = x[1 + i, 1 + j], y[1 + i, 1 + j]
        assert any(near(at, box) for box in boxes), (text, at)


def test_formats(found, plain, hodiff):
    first = found("extrema", "x**3 - 3*x", "--over", "x=-3:2")
    assert list(first) == [
        "command", "expression", "arithmetic", "over", "variables", "order", "points", "minimum",
        "maximum", "ranges", "breaks", "undecided", "unsearched", "complete", "notes",
    ]  # fmt: skip
    assert first["points"][0] == {"at": {"x": -3}, "value": -18, "kind": "minimum", "edge": True}
    assert plain("extrema", "x**2", "--over", "x=-1:2") == (
        "-1\t1\tmaximum\n0\t0\tminimum\n2\t4\tmaximum"
    )
    ran = hodiff("extrema", TWO_AT_ONCE, "--over", "x=0:1", "--format", "csv")
    header, *rows = (line.split(",") for line in ran.out.splitlines())
    assert header == ["x", "f", "x_lower", "x_upper", "what", "edge", "reason"]
    assert [row[4] for row in rows] == ["maximum", "maximum", "undecided"] and ran.code == 1


def test_digits():
    with mp.workdps(60):
        expected = mpmath.nstr(mpmath.sqrt(mpf(1) / 3), 40)
    points = extrema("x**3 - x", "x=0:1", digits=40).points
    assert points[1]["at"]["x"] == expected


def test_first_ends_the_search(found):
    first = found("extrema", "sin(x)", "--over", "x=0:1000", "--first", "2")
    assert len(first["points"]) == 2 and first["complete"] is False
    assert "minimum" not in first


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_tables_fit(answer, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    out = answer("extrema", BRANIN, "--over", "x=-5:10,y=0:15")
    assert max(map(len, out.splitlines())) <= columns
    assert out.count("0.3978873577297383") == 4


@pytest.mark.parametrize(
    "words, message",
    [
        (("[x, x**2]", "--over", "x=0:1"), "extrema needs one number"),
        (("x*y", "--over", "x=0:1,y=0:1", "--order", "2"), "of one variable"),
        (("x", "--over", "x=0:1", "--order", "3"), "--order can be 2 at most"),
        (("x", "--over", "x=1:0"), "write x=0:1"),
        (("+".join("abcdef"), "--over", ",".join(f"{x}=0:1" for x in "abcdef")), "5 are the most"),
        (("x",), "extrema needs --over"),
    ],
)
def test_faults_name_the_mend(hodiff, words, message):
    ran = hodiff("extrema", *words)
    assert (ran.code, ran.out) == (2, "") and message in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("text", "over", "order", "told"),
    [
        ("x**3 - 3*x", "x=-3:2", 1, "rising -3 -1, falling -1 1, rising 1 2"),
        ("x**3 - 3*x", "x=-3:2", 2, "concave -3 0, convex 0 2"),
        ("x**3", "x=-1:1", 1, "rising -1 1"),  # also where its slope is 0
        ("x**4", "x=-1:1", 2, "convex -1 1"),
        ("x**2", "x=0:1", 1, "rising 0 1"),
        ("cos(x)", "x=0:pi", 1, "falling 0 3.141592653589793"),
        ("log(x)", "x=1:2", 2, "concave 1 2"),
        ("exp(x) - x", "x=-1:2", 1, "falling -1 0, rising 0 2"),
        ("abs(x)", "x=-1:1", 1, "falling -1 0, rising 0 1"),
        ("cbrt(x**2)", "x=-1:1", 1, "falling -1 0, rising 0 1"),
        (TWO_AT_ONCE, "x=0:1", 1, ""),  # not all is decided
        ("1/x", "x=-1:1", 1, "falling -1 0, falling 0 1"),
        (
            "x*sqrt(1 - x)",
            "x=0:2",
            1,
            "rising 0 0.66666666666666667, falling 0.66666666666666667 1",
        ),
        ("log(x)", "x=-1:2", 1, "rising 0 2"),
    ],
)
def test_where_it_rises_and_bends_is_told(text, over, order, told):
    found = calculate("extrema", text, over=over, order=order)
    said = ", ".join(f"{x['what']} {x['lower']} {x['upper']}" for x in found.ranges)
    assert said == told
    for word in ("rising", "falling", "convex", "concave"):
        assert (f"{word} in " in found.text()) == (word in told)


def test_ranges_are_open_where_a_break_ends_them():
    for expression, said in (
        ("1/x", "falling in [-1, 0) and (0, 1]"),
        ("where(x < 0, -x, x + 1)", "falling in [-1, 0), rising in [0, 1]"),
    ):
        assert said in extrema(expression, "x=-1:1").text()


def test_ranges_hold_at_every_point_of_them():
    """The slope of sin(x)*x + cos(3*x), which is x*cos(x) + sin(x) - 3*sin(3*x)."""
    found = calculate("extrema", "sin(x)*x + cos(3*x)", over="x=0:10")
    assert len(found.ranges) == 5
    assert (found.ranges[0]["lower"], found.ranges[-1]["upper"]) == (0, 10)
    for a, b in itertools.pairwise(found.ranges):
        assert a["upper"] == b["lower"] and {a["what"], b["what"]} == {"rising", "falling"}
    for piece in found.ranges:
        low, high = float(piece["lower"]), float(piece["upper"])
        for k in range(1, 20):
            x = low + k * (high - low) / 20
            slope = x * math.cos(x) + math.sin(x) - 3 * math.sin(3 * x)
            assert (slope > 0) == (piece["what"] == "rising")


def test_of_several_variables_there_are_no_ranges():
    assert "ranges" not in calculate("extrema", "x**2 + y**2", over="x=-1:1,y=-1:1").to_dict()
