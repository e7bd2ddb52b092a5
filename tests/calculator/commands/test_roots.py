"""roots: published counts, closed forms, and points between which a function changes its sign."""

import json
import math
import signal
from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from hodiff import calculate
from hodiff.engine.limits import Limits
from hodiff.errors import HodiffError
from tests.lengths import examples

NAMES = {
    name: getattr(mpmath, name) for name in ("sin", "cos", "exp", "atan", "sqrt", "tan", "log")
}
NAMES |= {"abs": abs, "max": max, "min": min, "pi": mp.pi}


def roots(expression, over, **options):
    return calculate("roots", expression, over=over, **options)


def numbers(result, name="x"):
    return [float(root["at"][name]) for root in result.roots]


@pytest.mark.parametrize(
    "expression, over, expected",
    [
        ("x**3 - x", "x=-2:2", [-1, 0, 1]),
        ("x**3 - x", "x=0:1", [0, 1]),  # ends of the range count
        ("sin(x)", "x=0:pi", [0, math.pi]),
        ("tan(x)", "x=0:10", [k * math.pi for k in range(4)]),  # its poles are no roots
        ("1/x", "x=-1:1", []),
        ("x**2 + 1", "x=-5:5", []),
        ("exp(x)", "x=-700:700", []),
        ("log(x)", "x=0:5", [1]),
        ("sqrt(x) - x", "x=0:10", [0, 1]),  # where a domain ends
        ("abs(x)", "x=-1:1", [0]),
        ("sqrt(x**2 - 2)", "x=0:2", [math.sqrt(2)]),
        ("sin(x)/x", "x=-7:7", [k * math.pi for k in (-2, -1, 1, 2)]),  # 0/0 is no root
        ("(x**2 - 1)/(x - 1)", "x=-2:2", [-1]),
        ("1/(x - 1) - 1/(x + 1)", "x=-9:9", []),
        ("x", "x=0:1e300", [0]),
        ("x - 1e200", "x=0:1e300", [1e200]),
        ("x**x - 2", "x=0:5", [1.5596104694623694]),
        ("x = cos(x)", "x=-10:10", [0.7390851332151607]),
        ("where(x < 2, x - 1, 5)", "x=0:4", [1]),
    ],
)
def test_known_roots(expression, over, expected):
    found = roots(expression, over)
    assert numbers(found) == pytest.approx(expected, rel=1e-15, abs=1e-300)
    assert found.complete and not found.undecided and found.answer.code == 0


def test_x_tan_x_is_1_against_mpmath():
    """Table 4.20 of Abramowitz and Stegun has them, for lambda = 1."""
    found = numbers(roots("x*tan(x) = 1", "x=0:10"))
    assert [round(x, 4) for x in found] == [0.8603, 3.4256, 6.4373, 9.5293]
    for x in found:
        assert x == float(mpmath.findroot(lambda t: t * mpmath.tan(t) - 1, x))


def test_sin_of_an_inverse():
    """sin(1/x) is 0 at 1/(k*pi): 318 times from 0.001 to 1."""
    found = numbers(roots("sin(1/x)", "x=0.001:1"))
    assert found == pytest.approx([1 / (k * math.pi) for k in range(318, 0, -1)], rel=1e-15)


def test_what_piles_up_is_told():
    """Down to 0 there are infinitely many: those that are left are in boxes that say so."""
    found = roots("sin(1/x)", "x=0:1", seconds=0.3)
    assert found.answer.code == 1 and not found.complete
    left = [x["in"]["x"] for x in (*found.undecided, *found.unsearched)]
    assert left and min(x["lower"] for x in left) == 0
    known = numbers(found)
    for k in range(1, 400):
        x = 1 / (k * math.pi)
        near = any(abs(x - y) < 1e-12 * x for y in known)
        assert near or any(box["lower"] <= x <= box["upper"] for box in left), k


def wilkinson(n):
    c = [1]
    for i in range(1, n + 1):
        c = [(c[j - 1] if j else 0) - i * (c[j] if j < len(c) else 0) for j in range(len(c) + 1)]
    return " + ".join(f"({v})*x**{k}" for k, v in enumerate(c))


def test_wilkinson():
    """Twenty roots, which rounding to doubles moves off the line; then what Wilkinson changed: ten
    real ones are left, the smallest and largest as he published them (1963)."""
    whole = roots(wilkinson(20), "x=0:21").roots
    assert [root["at"]["x"] for root in whole] == [*range(1, 21)]
    assert all(type(root["at"]["x"]) is int and root["multiplicity"] == 1 for root in whole)
    found = numbers(roots(f"{wilkinson(20)} - 2**-23*x**19", "x=-100:100"))
    assert len(found) == 10
    assert found[-1] == pytest.approx(20.846908101, abs=1e-9)
    assert found[7:9] == pytest.approx([8.007267603, 8.917250249], abs=1e-9)


@pytest.mark.parametrize(
    "expression, over, expected",
    [
        ("(x - 1)**2*(x + 2)", "x=-5:5", {-2: 1, 1: 2}),
        ("exp(x) - 1 - x", "x=-1:1", {0: 2}),
        ("x - sin(x)", "x=-1:1", {0: 3}),
        ("cos(x) - 1", "x=-1:1", {0: 2}),
        ("x**4 - 4*x**2 + 4", "x=0:2", {math.sqrt(2): 2}),
        ("(sin(x) - 1)**3", "x=0:3", {math.pi / 2: 6}),
        ("sqrt(x - 1/2)", "x=0:1", {0.5: None}),
        ("(x - sin(x))**2 + 0*x", "x=-7:7", {0: 6}),
        ("x**2 - 2*x*sin(x) + sin(x)**2", "x=-7:7", {0: 6}),
        ("sin(x)*(1 - cos(x))", "x=-4:7", {-math.pi: 1, 0: 3, math.pi: 1, 2 * math.pi: 3}),
    ],
)
def test_multiplicities(expression, over, expected):
    """Also where doubles leave a crowd of boxes around a root."""
    found = roots(expression, over)
    assert found.complete
    assert {x["at"]["x"]: x["multiplicity"] for x in found.roots} == pytest.approx(expected)


@pytest.mark.parametrize("expression, over, expected", [
    ("abs(x) - x**2", "x=-2:2", [-1, 0, 1]),
    ("relu(x) - x/2", "x=-1:1", [0]),
    ("max(x - 1, 1 - x)*x", "x=-1:2", [0, 1]),
    ("where(x < 1, x - 1, 2*x - 2)", "x=0:2", [1]),
    ("abs(sin(x)) - sin(x)**2", "x=1:4", [math.pi / 2, math.pi]),
    ("abs(x) + 1e-20", "x=-1:1", []),
    ("min(x, 2*x) - abs(x)/3", "x=-1:1", [0]),
    ("x*abs(x)", "x=-1:1", [0]),
    ("max(x**2, x**4)", "x=-2:2", [0]),
    ("norm([x, x])*cos(x)", "x=-1:1", [0]),
    ("x*sqrt(x)", "x=-1:1", [0]),
    ("sqrt(1 - x**2)*(x - 1/2)", "x=-2:2", [-1, 0.5, 1]),
    ("sqrt(x)*x + 1e-20", "x=-1:1", []),
    ("sqrt(x**2 - 2)*x", "x=0:2", [math.sqrt(2)]),
    ("x*log(x)", "x=0:2", [1]),  # no value at 0
    ("sqrt(x)*log(x)", "x=-1:2", [1]),
    ("sign(x)", "x=-1:1", [0]),
    ("where(x < 0, x + 1, x - 1)", "x=-2:2", [-1, 1]),
    ("where(x < 1, x - 2, x - 1)", "x=0:2", [1]),
])  # fmt: skip
def test_a_corner_is_a_root_or_none(expression, over, expected):
    found = roots(expression, over)
    assert [x["at"]["x"] for x in found.roots] == pytest.approx(expected)
    assert found.complete


@pytest.mark.parametrize(
    "expression, over, inside, reason",
    [
        ("cbrt(x**2) - 1e-30", "x=-2:2", 0, "'cbrt(x**2)' has a kink"),  # two roots
        ("abs(x - 1/3) - 1e-30", "x=0:1", 1 / 3, "'abs(x - 1/3)' has a kink"),  # two roots
        ("exp(x) - e*x", "x=0:2", 1, "the slope may be 0"),  # a double root that is no number
        ("floor(x) - 0.5", "x=0.5:1.5", 1, "'floor(x)' jumps"),
        ("gamma(x) - 1/2", "x=-0.5:0.5", 0, "'gamma(x)' has a pole"),
        ("x - x", "x=0:1", 0.3, "EXPR is 0 all over it"),
        ("max(x, 0)", "x=-1:1", -0.7, "'max(x, 0)' has a kink"),
        ("x**2 - 2", "x=0:sqrt(2)", math.sqrt(2), "near to an end of the range"),
    ],
)
def test_what_is_undecided_is_a_box_with_its_reason(expression, over, inside, reason):
    found = roots(expression, over)
    assert not found.complete and found.answer.code == 1
    assert not any(abs(x - inside) < 1e-6 for x in numbers(found))
    boxes = [x for x in found.undecided if reason in x["reason"]]
    assert any(x["in"]["x"]["lower"] <= inside <= x["in"]["x"]["upper"] for x in boxes)


def test_two_roots_close_together():
    """As close as 1e-9, in doubles one blur."""
    found = roots("exp(x)*(x - 1)*(x - 1 - 1e-9)", "x=0:3")
    assert numbers(found) == [1, 1.000000001] and found.complete


SYSTEMS = {
    # x = y = sqrt(1/2)
    "circle": ("[x**2 + y**2 - 1, x - y]", "x=-2:2,y=-2:2", 2),
    # Moore and Jones 1977; Kearfott 1987 gives (0, 0) and one more
    "parabolas": ("[x**2 - 4*y, y**2 - 2*x + 4*y]", "x=-10:10,y=-10:10", 2),
    # the stationary points of Himmelblau's function
    "himmelblau": (
        "[4*x**3 + 4*x*y - 42*x + 2*y**2 - 14, 4*y**3 + 2*x**2 + 4*x*y - 26*y - 22]",
        "x=-5:5,y=-5:5",
        9,
    ),
    "no root": ("[x**2 + y**2 - 1, x + y - 2]", "x=-2:2,y=-2:2", 0),
    # Kearfott 1987, problem 11: a robot's joints
    "robot": (
        "[4731e-6*a*c - 0.3578*b*c - 0.1238*a + g - 1637e-6*b - 0.9338*d - 0.3571,"
        " 0.2238*a*c + 0.7623*b*c + 0.2638*a - g - 0.07745*b - 0.6734*d - 0.6022,"
        " f*h + 0.3578*a + 4731e-6*b, -0.7623*a + 0.2238*b + 0.3461,"
        " a**2 + b**2 - 1, c**2 + d**2 - 1, k**2 + f**2 - 1, g**2 + h**2 - 1]",
        ",".join(f"{x}=-1:1" for x in "abcdkfgh"),
        16,
    ),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_systems_with_known_counts(name):
    expression, over, count = SYSTEMS[name]
    found = roots(expression, over)
    assert len(found.roots) == count and found.complete
    for root in found.roots:
        with mp.workdps(40):
            at = {x: mpf(str(v)) for x, v in root["at"].items()}
            for value in eval(expression, {}, at):
                assert abs(value) < 1e-12


def test_coordinates_that_are_numbers_are_told_as_such():
    """0 is no ball around 0, also beside one that is irrational."""
    found = roots("[x*(1 + y**2), y**2 - 2]", "x=-1:1,y=0:2", exact=True)
    assert [root["at"]["x"] for root in found.roots] == [0]
    assert found.notes == []


# Points between which the sign changes.

ATOM = st.sampled_from(["x", "x", "2", "1/3", "sin(x)", "cos(2*x)", "exp(-x)", "x**2", "atan(x)",
                        "abs(x - 1)", "sqrt(1 + x**2)", "max(x, 1/2)", "-1", "x**3"])  # fmt: skip
TEXT = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"sin({t})"),
    ),
    max_leaves=6,
)


@settings(max_examples=examples(100), deadline=None, derandomize=True)
@given(TEXT, st.integers(-4, 3), st.integers(1, 5))
def test_no_sign_change_is_left_out(text, low, width):
    """Between two points with values of different signs lies a root that is listed, or a box that
    is undecided; and where a simple root is told f changes its sign, once."""
    signal.alarm(0)  # many are tried: conftest's is for one command
    found = roots(text, f"x={low}:{low + width}", seconds=20)
    code = compile(text.replace("1/3", "mpf(1)/3").replace("1/2", "mpf(1)/2"), "f", "eval")

    def f(x):
        return eval(code, {**NAMES, "x": mpf(x), "mpf": mpf})

    known = [(mpf(str(r["at"]["x"])),) * 2 for r in found.roots]
    known += [(mpf(x["in"]["x"]["lower"]), mpf(x["in"]["x"]["upper"]))
              for x in (*found.undecided, *found.unsearched)]  # fmt: skip
    with mp.workdps(30):
        grid = [low + Fraction(width * k, 997) for k in range(998)]
        points = [mpf(q.numerator) / q.denominator for q in grid]
        values = [f(x) for x in points]
        for a, b, u, v in zip(points, points[1:], values, values[1:], strict=False):
            if u * v < 0 and min(abs(u), abs(v)) > 1e-20:
                assert any(p - 1e-15 <= b and a <= q + 1e-15 for p, q in known), (text, a, b)
        for root in found.roots:
            x, ends = mpf(str(root["at"]["x"])), root["alone"]["x"]
            assert abs(f(x)) < 1e-9
            if root["multiplicity"] == 1 and low < x < low + width:
                inner = [e for e in (ends["lower"], ends["upper"]) if abs(e - x) > 1e-12]
                signs = [mpmath.sign(f(e)) for e in inner]
                assert len(inner) < 2 or signs[0] * signs[1] < 0, (text, root)


# Formats and options.


def test_json(found):
    first = found("roots", "x**3 - x", "--over", "x=-2:1/2")
    assert list(first) == [
        "command", "expression", "arithmetic", "over", "variables", "roots", "undecided",
        "unsearched", "complete", "notes",
    ]  # fmt: skip
    assert first["over"] == {"x": {"lower": -2, "upper": 0.5}}
    assert [root["at"] for root in first["roots"]] == [{"x": -1}, {"x": 0}]


def test_plain_and_csv(hodiff, plain):
    assert plain("roots", "[x**2 - y, y - 1]", "--over", "x=-2:2,y=-2:2") == "-1\t1\n1\t1"
    words = ("roots", "min(x + 1, abs(x - 1) - 1e-30)", "--over", "x=-2:2", "--format")
    ran = hodiff(*words, "plain")
    assert ran.code == 1 and ran.err == ""
    assert ran.out.splitlines()[0] == "-1" and ran.out.splitlines()[1].startswith("[")
    ran = hodiff(*words, "csv")
    header, *rows = (line.split(",") for line in ran.out.splitlines())
    assert header == ["x", "x_lower", "x_upper", "what", "multiplicity", "reason"]
    assert [row[3] for row in rows] == ["root", "undecided"]


def test_digits_let_and_equations(plain):
    with mp.workdps(60):
        expected = mpmath.nstr(mpmath.sqrt(2), 50)
    words = ("roots", "x**2 = a", "--over", "x=0:2", "--let", "a=2", "--digits", "50")
    assert plain(*words) == expected


def test_first_is_the_lowest(found):
    first = found("roots", "sin(x)", "--over", "x=1:1e4", "--first", "3")
    assert [root["at"]["x"] for root in first["roots"]] == pytest.approx(
        [math.pi, 2 * math.pi, 3 * math.pi]
    )
    assert first["complete"] is False


def test_an_end_without_a_value(hodiff):
    ran = hodiff("roots", "x", "--over", "x=0:log(0)")
    assert ran.code == 1 and "'log(0)' is infinite" in ran.err


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_tables_fit(answer, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    out = answer("roots", "[x**2 + y**2 - 1, x - y]", "--over", "x=-2:2,y=-2:2")
    assert max(map(len, out.splitlines())) <= columns
    assert out.count("-0.70710678118654752") == 2


def test_python_gives_ranges_as_pairs():
    by_pair = roots("x**2 - 2", {"x": (0, 2)})
    assert by_pair.to_dict() == roots("x**2 - 2", {"x": "0:2"}).to_dict()
    assert repr(by_pair) == "<roots x**2 - 2>"
    assert by_pair.exact.roots[0]["multiplicity"] == 1
    with pytest.raises(AttributeError):
        _ = by_pair.formulas
    assert numbers(roots("[x, y] = [1, 2]", {"x": (0, 3), "y": "0:3"}), "y") == [2]
    for over, options, message in (
        ({"x": 1}, {}, "a range is"),
        ({"x": (0, 1)}, {"seconds": -1}, "--seconds is a number above 0"),
        ({"x": (0, 1)}, {"first": 0}, "--first is a whole number"),
        ({"x": (0, 1)}, {"at": "x=1"}, "takes no --at"),
    ):
        with pytest.raises(HodiffError, match=message):
            roots("x", over, **options)


@pytest.mark.parametrize(
    "words, message",
    [
        (("x", "--over", "x=5:1"), "ends before it begins: write x=1:5"),
        (("x", "--over", "x=1:1"), "is one point"),
        (("x", "--over", "x=1"), "takes a range"),
        (("x", "--over", "x=1:"), "takes a range"),
        (("x", "--over", "x=0:1:2"), "takes a range"),
        (("x", "--over", "0:1"), "takes a range"),
        (("x", "--over", "x=0:inf"), "a range is finite"),
        (("x", "--over", "x=0:1e400"), "passes 8e+307"),
        (("x", "--over", "x=0:[1, 2]"), "are numbers"),
        (("x", "--over", "x=0:1,x=1:2"), "bound twice"),
        (("x*y", "--over", "x=0:1"), "--over y=0:1"),
        (("x", "--over", "y=0:1"), "'x' has no range"),
        (("x*y", "--over", "x=0:1,y=0:1"), "as many equations as variables"),
        (("[x, x**2]", "--over", "x=0:1"), "as many equations as variables"),
        (("x", "--over", "x=0:1", "--first", "0"), "--first"),
        (("x", "--over", "x=0:1", "--seconds", "0"), "--seconds"),
        (("x", "--over", "x=0:1", "--format", "latex"), "unknown format"),
        (("x",), "roots needs --over"),
        (("x = 1 = 2", "--over", "x=0:1"), "one '='"),
    ],
)
def test_faults_name_the_mend(hodiff, words, message):
    ran = hodiff("roots", *words)
    assert (ran.code, ran.out) == (2, ""), ran
    assert message in " ".join(ran.err.split())
    assert "bug" not in ran.err
    report = (
        json.loads(hodiff("roots", *words, "--format=json").out) if "latex" not in words else {}
    )
    assert "latex" in words or message in report["error"]["message"]


@pytest.mark.parametrize(
    "expression, over, end, f",
    [
        ("bessely(0, x) - 1/5", "x=-2:3", 0, lambda x: mpmath.bessely(0, x) - mpf(1) / 5),
        ("besselk(1, x) - 2", "x=-2:3", 0, lambda x: mpmath.besselk(1, x) - 2),
        ("besselj(3/2, x) - 1/3", "x=-3:2", 0, lambda x: mpmath.besselj(1.5, x) - mpf(1) / 3),
        ("struveh(1/2, x) - 1/3", "x=-2:3", 0, lambda x: mpmath.struveh(0.5, x) - mpf(1) / 3),
        ("hypu(1, 2, x) - 3", "x=-2:3", 0, lambda x: mpmath.hyperu(1, 2, x) - 3),
        ("hyp2f1(1/2, 1/3, 5, x) - 1.02", "x=-1:3", 1,
         lambda x: mpmath.hyp2f1(mpf(1) / 2, mpf(1) / 3, 5, x) - mpf("1.02")),
        ("ellipk(x) - 2", "x=1/3:2", 1, lambda x: mpmath.ellipk(x) - 2),
        ("ellipe(x) - 1.2", "x=-1:3", 1, lambda x: mpmath.ellipe(x) - mpf("1.2")),
        ("elliprf(x, 1, 2) - 1", "x=-2:3", 0, lambda x: mpmath.elliprf(x, 1, 2) - 1),
        ("ellipf(1, x) - 1.1", "x=-2:3", 1 / math.sin(1) ** 2,
         lambda x: mpmath.ellipf(1, x) - mpf("1.1")),
        ("ellipeinc(x, 2) - 1/2", "x=0:3", math.pi / 4,
         lambda x: mpmath.ellipe(x, 2) - mpf(1) / 2),
        ("zeta(2, x) - 2", "x=-2:2", 0, lambda x: mpmath.zeta(2, x) - 2),
    ],
)  # fmt: skip
def test_beyond_the_end_of_a_domain_is_nothing_to_search(expression, over, end, f):
    found = roots(expression, over)
    (x,) = numbers(found)
    with mp.workdps(30):
        assert x == pytest.approx(float(mpmath.re(mpmath.findroot(f, x))), rel=1e-15)
    assert not found.unsearched
    (left,) = found.undecided
    assert left["in"]["x"]["lower"] - 1e-9 < end < left["in"]["x"]["upper"] + 1e-9


def test_where_a_struve_function_swings():
    """Its series has terms of exp(x): of a box it says nothing by itself."""
    with mp.workdps(20):
        x = [mpf(k) / 4 for k in range(1, 81)]
        above = [mpmath.struveh(1, t) > mpf(1) / 2 for t in x]
    signs = sum(a != b for a, b in pairwise(above))
    found = roots("struveh(1, x) - 1/2", "x=1/4:20")
    assert len(found.roots) == signs and found.complete


@pytest.mark.parametrize("most", [0.0, 0.02])
def test_functions_that_are_slow_to_compute_end_the_search(monkeypatch, most):
    """What isn't searched is told; every root of J0 is in it, or listed."""
    monkeypatch.setattr(Limits, "searching", most)
    found = calculate("roots", "besselj(0, x)", over="x=0:30")
    fields = found.to_dict()
    boxes = [x["in"]["x"] for x in (*fields["unsearched"], *fields["undecided"])]
    boxes += [x["alone"]["x"] for x in fields["roots"]]
    for k in range(1, 10):
        zero = mp.besseljzero(0, k)
        assert any(mpf(box["lower"]) <= zero <= mpf(box["upper"]) for box in boxes), zero
