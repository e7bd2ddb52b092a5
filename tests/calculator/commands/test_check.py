"""check: true claims come from SymPy, false ones from changing them."""

import csv
import json
import re

import mpmath
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hodiff import HodiffError, calculate
from hodiff.cli import outcome

FUNCTIONS = [
    "x**5 - 3*x**2 + 7", "x**3*exp(x)", "x**2*sin(x)", "sin(x)*cos(x)", "sin(x)**2", "tan(x)",
    "1/(1 + x**2)", "x/(x**2 - 1)", "(x + 1)/(x - 1)", "sqrt(x)", "sqrt(1 + x**2)",
    "x*sqrt(1 - x**2)",
    "exp(-x**2/2)", "exp(sin(x))", "log(x)", "x*log(x) - x", "log(1 + x**2)", "log(sin(x))",
    "log(x + sqrt(1 + x**2))", "log(tan(x/2))", "asin(x)", "acos(x)", "atan(x)", "x*atan(x)",
    "atan((1 + x)/(1 - x))", "sinh(x)*cosh(x)", "tanh(x)", "1/cosh(x)", "asinh(x)", "atanh(x)",
    "x**x", "2**x", "x**2*2**x", "sin(x**2)", "cos(3*x + 1)", "sin(x)/x", "exp(x)/(1 + exp(x))",
    "x**(2/3)", "(1 + x)**10", "sin(cos(x))", "exp(2*x)*sin(3*x)", "erf(x)", "sec(x)",
    "log(log(x))",
]  # fmt: skip


def checked(function, claim, *options):
    out, err, code = outcome(["check", function, "--claim", claim, "--format", "json", *options])
    assert err == "", err
    found = json.loads(out)
    assert code == (0 if found["equal"] else 1)
    return found


@pytest.fixture(scope="module")
def sympy():
    return pytest.importorskip("sympy")


def derivative(sympy, function):
    x = sympy.Symbol("x")
    return sympy.diff(sympy.sympify(function.replace("2/3", "Rational(2, 3)")), x)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_sympy_says_is_right_in_each_of_its_forms(sympy, function):
    found = derivative(sympy, function)
    forms = sympy.expand, sympy.factor, sympy.together
    for claim in {str(found), str(forms[len(function) % 3](found))}:
        answer = checked(function, claim)
        assert (answer["equal"], answer["proof"]) == (True, "identity"), answer


@pytest.mark.parametrize(
    "function, claim",
    [
        ("sin(x)**2", "sin(2*x)"),
        ("tan(x)", "sec(x)**2"),
        ("tan(x)", "2/(1 + cos(2*x))"),
        ("log(tan(x/2))", "1/sin(x)"),
        ("sin(x)**4", "(2*sin(2*x) - sin(4*x))/2"),
        ("tanh(x)", "4/(exp(x) + exp(-x))**2"),
        ("acosh(x)", "1/(sqrt(x - 1)*sqrt(x + 1))"),
        ("abs(x)", "x/abs(x)"),
        ("x*abs(x)", "2*sqrt(x**2)"),
        ("x**n", "n*x**n/x"),
        ("x**x", "exp(x*log(x))*log(e*x)"),
        ("relu(x)**2", "2*relu(x)"),
        ("gelu(x)", "(1 + erf(x/sqrt(2)))/2 + x*exp(-x**2/2)/sqrt(2*pi)"),
        ("log10(x)", "1/(x*log(10))"),
        ("softplus(x)", "1/(1 + exp(-x))"),
        ("cbrt(x)", "1/(3*x**(2/3))"),
    ],
)
def test_identities_prove_it(function, claim):
    assert checked(function, claim, "--wrt", "x")["proof"] == "identity"


@pytest.mark.parametrize(
    "function, claim",
    [
        ("gamma(x + 1)", "x*gamma(x)*digamma(x + 1)"),
        ("asin(sin(x))", "sign(cos(x))"),
        ("max(x, 1)", "where(x > 1, 1, 0)"),
        ("clip(x, 0, 1)", "where(x > 0 and x < 1, 1, 0)"),
        ("sin(x)", "cos(x) + 1e-40*x"),
    ],
)
def test_what_no_identity_proves_is_compared_at_points(hodiff, function, claim):
    found = checked(function, claim)
    assert (found["equal"], found["proof"], found["points"]) == (True, "points", 24)
    said = hodiff("check", function, "--claim", claim).out
    assert "equal at 24 points to 30 digits, not proven beyond them" in said


def test_orders():
    assert checked("x**5", "60*x**2", "--order", "3")["equal"]
    said = "that is the derivative of order 2: the derivative of order 3 is asked for"
    assert checked("x**5", "20*x**3", "--order", "3")["mend"] == said
    assert checked("sin(x)**2", "1 - cos(x)**2", "--order", "0")["equal"]
    assert checked("[x**2, sin(x)]", "[2, -sin(x)]", "--order", "2")["equal"]


def test_gradients_hessians_and_jacobians():
    assert checked("x**2*sin(y)", "[2*x*sin(y), x**2*cos(y)]")["proof"] == "identity"
    swapped = checked("x**2*sin(y)", "[x**2*cos(y), 2*x*sin(y)]")
    assert swapped["mend"] == "the order of the entries: ∂f/∂x, ∂f/∂y"
    assert checked("x**2*sin(y)", "[x**2*cos(y), 2*x*sin(y)]", "--wrt", "y,x")["equal"]
    assert checked("x**2*sin(y)", "x**2*cos(y)", "--wrt", "y")["equal"]
    hessian = checked("x**2*y", "[[2*y, 2*x], [x, 0]]", "--order", "2")
    assert (hessian["derivative"], hessian["claimed"]) == ([2, 2, 2, 0], [2, 2, 1, 0])
    assert hessian["mend"] == "in ∂²f/∂y∂x, missing factor 2"
    assert checked("[x*y, x + y]", "[[y, x], [1, 1]]")["equal"]
    assert checked("[x**2, sin(x)]", "[2*x, cos(x)]")["equal"]
    assert checked("dot(w, w)", "2*w", "--at", "w=[1, 2]")["equal"]
    assert checked("dot(w, w)", "[2*w[0], w[1]]", "--at", "w=[1, 2]")["derivative"] == [2, 4]


def test_the_simplest_point_that_tells_and_both_values():
    """x**2 and x agree at 1 and at 0; at 2 the slopes 12 of x**3 and 6 of 3*x don't."""
    found = checked("x**3", "3*x")
    assert (found["at"], found["derivative"], found["claimed"]) == ({"x": 2}, 12, 6)
    found = checked("x*log(x)", "log(x) + 1/x")
    assert found["at"] == {"x": 2} and found["derivative"] == 1.6931471805599453
    here = checked("x**3", "3*x", "--at", "x=1")
    assert (here["equal"], here["points"]) == (True, 1)
    assert checked("x**3", "3*x", "--at", "x=1/2")["at"] == {"x": 0.5}
    assert checked("a*x**2", "2*a*x", "--let", "a=3")["equal"]


def test_numbers_that_differ_late_are_told_so():
    """30 digits are compared, and shown where doubles look the same."""
    found = checked("sin(x)", "cos(x) + 1e-25*x")
    assert (found["equal"], found["points"]) == (False, 1)
    with mpmath.workdps(40):
        assert abs(mpmath.mpf(str(found["claimed"])) - mpmath.cos(1) - mpmath.mpf("1e-25")) < 1e-29
    more = checked("sin(x)", "cos(x) + 1e-40*x", "--digits", "50")
    assert not more["equal"] and len(more["derivative"]) == 52


def test_where_one_side_has_no_value(hodiff):
    """2*sqrt(x)**2 is 2*x for x >= 0, and has no value below."""
    found = checked("x**2", "2*sqrt(x)**2")
    assert found["proof"] == "identity"
    none = checked("sqrt(x)", "1/sqrt(-x)")
    assert (none["equal"], none["points"]) == (None, 0)
    assert none["notes"] == ["the claim has no value at x=1, where the derivative has one"]
    far = checked("sqrt(x - 500)", "1/(2*sqrt(x - 500))")
    assert (far["equal"], far["points"] > 0) == (True, True)
    large = checked("10**400*x", "10**400")
    assert (large["equal"], large["points"] > 0) == (True, True)
    never = checked("sqrt(-1 - x**2)", "-x/sqrt(-1 - x**2)")
    assert (never["equal"], never["proof"], never["points"]) == (None, "identity", 0)
    ran = hodiff("check", "log(x)", "--claim", "1/x", "--at", "x=-1")
    assert ran.code == 1 and "log" in ran.err


def test_a_branch_that_is_not_taken_needs_no_value():
    pieces = "where(x > 0, log(x), 0)"
    assert checked(pieces, "where(x > 0, 1/x, 0)")["equal"]
    found = checked(pieces, "where(x > 0, 1/x, 5)")
    assert (found["at"], found["derivative"], found["claimed"]) == ({"x": -1}, 0, 5)


def test_formats(hodiff):
    right = ("check", "x**2", "--claim", "2*x")
    assert hodiff(*right, "--format", "plain") == (0, "equal\n", "")
    assert hodiff(*right).out.splitlines() == [
        "x**2", "claimed: 2*x", "equal, by identity: wherever both have a value",
    ]  # fmt: skip
    wrong = ("check", "x**2", "--claim", "3*x")
    assert hodiff(*wrong, "--format", "plain") == (1, "different\n2\t3\n", "")
    head, row = csv.reader(hodiff(*wrong, "--format", "csv").out.splitlines())
    expected = ["1", "different", "", "1", "2", "3", "missing factor 2/3"]
    assert head == ["x", "check", "proof", "points", "df_dx", "claimed_df_dx", "mend"]
    assert row == expected
    table = hodiff(*wrong).out
    assert re.search(r"df/dx\W+2\W+3\b", table) and "mend: missing factor 2/3" in table


@pytest.mark.parametrize("width", [20, 60])
def test_numbers_are_whole_in_any_width(hodiff, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    ran = hodiff("check", "exp(x)", "--claim", "x", "--at", "x=1/3", "--digits", "40")
    assert ran.code == 1 and "1.395612425086089528628125319602586837598" in ran.out


@pytest.mark.parametrize(
    "arguments, said, place",
    [
        (("x", "--claim", "z"), "unknown variable 'z' (the variables are x)", (0, 1)),
        (("x**2", "--claim", "2*x + C"), "constant of integration", (6, 7)),
        (("x**2", "--claim", "2*sine(x)"), "did you mean 'sin'", (2, 6)),
        (("x", "--claim", "1+"), "ends where a value was expected", None),
        (("x", "--claim", "[1, 2]"), "a number, and the claim a vector of 2", (0, 6)),
        (("x*y", "--claim", "y"), "a vector of 2, and the claim a number", (0, 1)),
        (("x*y", "--claim", "[y, x]", "--order", "2"), "Hessian", (0, 6)),
    ],
)
def test_faults_of_a_claim_are_shown_in_it(hodiff, arguments, said, place):
    ran = hodiff("check", *arguments, "--format", "json")
    error = json.loads(ran.out)["error"]
    assert ran.code == 2 and said in error["message"] and error["source"] == "--claim"
    assert place is None or (error["start"], error["end"]) == place


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("x",), "--claim"),
        (("5", "--claim", "0"), "no variable"),
        (("x*y", "--claim", "0", "--order", "3"), "--wrt x"),
        (("[x*y, x]", "--claim", "0", "--order", "2"), "take an entry"),
        (("x", "--claim", "1", "--at", "x=1+/-1"), "interval"),
        (("x", "--claim", "1", "--rtol", "1"), "--rtol"),
        (("x", "--claim", "1", "--subgradient"), "--subgradient"),
        (("x", "--claim", "1", "--order", "-1"), "--order"),
    ],
)
def test_refusals(hodiff, arguments, said):
    ran = hodiff("check", *arguments)
    assert (ran.code, ran.out) == (2, "") and said in ran.err


def test_notation_and_its_reading(hodiff):
    found = checked("x²", "2x")
    assert found["equal"] and (found["reading"], found["claim_reading"]) == ("x**2", "2*x")
    assert "claimed: 2x\n= 2*x\n" in hodiff("check", "x**2", "--claim", "2x").out
    strict = hodiff("check", "x**2", "--claim", "2x", "--strict", "--format", "json")
    assert strict.code == 2 and json.loads(strict.out)["error"]["source"] == "--claim"


def test_many_lines(hodiff):
    """The exit code is the worst."""
    ran = hodiff("check", "-", "--claim", "2*x", "--format", "plain", stdin=b"x**2\nx**3\n")
    assert (ran.code, ran.out) == (1, "equal\ndifferent\n3\t2\n")


def test_from_python():
    import hodiff

    found = hodiff.calculate("check", "x**2", claim="3*x")
    assert (found.equal, found.mend) == (False, "missing factor 2/3")
    with pytest.raises(hodiff.HodiffError, match="--extend"):
        hodiff.calculate("check", "x**2", claim="2*x", extend=True)
    with pytest.raises(hodiff.HodiffError, match="text"):
        hodiff.calculate("check", "x**2", claim=2)


# Never a yes for what is wrong

CHANGES = [
    (r"\bsin\b", "cos"), (r"\bcos\b", "sin"), (r"\+", "-"), (r"(?<=[\w)] )-", "+"), (r"\b2\b", "3"),
    (r"\*x\b", ""), (r"\bexp\b", "sinh"), (r"\*\*2\b", ""), (r"\bx\b", "abs(x)"),
    (r"\bx\b", "(x+1)"), (r"\blog\b", "sqrt"),
]  # fmt: skip

TRUE = {
    "x**3*exp(x)": "x**3*exp(x) + 3*x**2*exp(x)",
    "sin(x)*cos(x)": "cos(x)**2 - sin(x)**2",
    "x*sqrt(1 + x**2)": "sqrt(x**2 + 1) + x**2/sqrt(x**2 + 1)",
    "x**2*log(x)": "2*x*log(x) + x",
    "exp(2*x)*sin(3*x)": "2*exp(2*x)*sin(3*x) + 3*exp(2*x)*cos(3*x)",
    "log(x + sqrt(1 + x**2))": "1/sqrt(1 + x**2)",
    "tanh(x)*x": "tanh(x) + x*(1 - tanh(x)**2)",
}
AT = [mpmath.mpf(n) / 8 for n in (-20, -11, -5, -1, 3, 7, 13, 24)]


def differ(one, other):
    """Whether two texts are different functions, in mpmath's numbers."""
    names = {name: getattr(mpmath, name) for name in ("sin", "cos", "exp", "sqrt", "log", "tanh")}
    names |= {"sinh": mpmath.sinh, "abs": abs}
    for x in AT:
        try:
            a, b = (eval(text, names | {"x": x}) for text in (one, other))
        except ZeroDivisionError:
            continue
        if isinstance(a, mpmath.mpf) and isinstance(b, mpmath.mpf) and abs(a - b) > 1e-9:
            return True
    return False


@given(st.sampled_from([*TRUE]), st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 5))))
@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much],
)  # fmt: skip
def test_a_wrong_claim_is_never_equal(function, changes):
    claim = TRUE[function]
    for (pattern, text), which in changes[:2]:
        places = list(re.finditer(pattern, claim))
        if places:
            place = places[which % len(places)]
            claim = claim[: place.start()] + text + claim[place.end() :]
    assume(differ(TRUE[function], claim))
    assert checked(function, claim)["equal"] is False


@pytest.mark.parametrize(
    "function, claim",
    [
        ("exp(exp(exp(exp(x))))", "1"),
        ("gamma(x**100)", "1"),
        ("1/(x**2000 - 1)", "-2000*x**1999/(x**2000 - 1)**2"),
        ("x*pi**1e9", "2*pi**1e9"),
        ("(1 + x)**1000000", "1000000*(x + 1)**999999"),
        ("sqrt(" * 100 + "x" + ")" * 100, "1"),
        ("*".join(f"sin(x + {i})" for i in range(1, 30)), "1"),
        ("+".join(f"exp(x**{i})" for i in range(1, 100)), "1"),
    ],
)
def test_hostile_claims(hodiff, function, claim):
    """An answer comes: the time is that of the whole suite's alarm."""
    assert hodiff("check", function, "--claim", claim).code in (0, 1)


@pytest.mark.parametrize("text", ["sin(x)/x", "abs(x)"])
def test_no_mend_is_an_option_that_check_has_not(text: str) -> None:
    with pytest.raises(HodiffError) as fault:
        calculate("check", text, claim="x", at="x=0")
    assert "--" not in fault.value.message
