"""divergence and curl beside SymPy's vector calculus; which component goes along which variable."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.vector import CoordSys3D
from sympy.vector import curl as sympys_curl
from sympy.vector import divergence as sympys_divergence

from hodiff import HodiffError, calculate
from tests.lengths import examples

SPACE = CoordSys3D("S")
NAMES = ("x", "y", "z")
AT = {"x": Fraction(1, 2), "y": Fraction(-3), "z": Fraction(2, 3)}
FIELDS = [
    ("x*y", "y*z", "z*x"),
    ("-y", "x", "z**2"),
    ("x**2*y*z", "x*y**3 - z", "x/(1 + y**2)"),
    ("z", "x", "y"),
    ("0", "0", "x"),
    ("x**3", "2*x*y*z**2", "(x + y)**4*z"),
]


def by_sympy(field: tuple[str, ...]) -> tuple[Any, list[Any]]:
    """The divergence, and the curl's components, at AT."""
    scope = dict(zip(NAMES, (SPACE.x, SPACE.y, SPACE.z), strict=True))
    p, q, r = (sympy.sympify(text, locals=scope) for text in field)
    vector = p * SPACE.i + q * SPACE.j + r * SPACE.k
    at = {scope[name]: sympy.Rational(x.numerator, x.denominator) for name, x in AT.items()}
    turned = sympys_curl(vector).to_matrix(SPACE)
    return sympys_divergence(vector).subs(at), [entry.subs(at) for entry in turned]


def asked(command: str, field: tuple[str, ...], **options: Any) -> Any:
    """Exact: the fields are rational."""
    found = calculate(command, f"[{', '.join(field)}]", at=AT, **options).exact
    return getattr(found, command)


def quotient(x: Any) -> Fraction:
    return Fraction(int(x.p), int(x.q))


@pytest.mark.parametrize("field", FIELDS)
def test_fields_in_space(field: tuple[str, ...]) -> None:
    divergence, curl = by_sympy(field)
    assert asked("divergence", field) == quotient(divergence)
    assert asked("curl", field) == list(map(quotient, curl))


POLYNOMIALS = st.lists(
    st.tuples(st.integers(-9, 9), *[st.integers(0, 3)] * 3), min_size=1, max_size=4
).map(lambda terms: " + ".join(f"({c})*x**{i}*y**{j}*z**{k}" for c, i, j, k in terms))


@settings(max_examples=examples(40), deadline=None)
@given(field=st.tuples(POLYNOMIALS, POLYNOMIALS, POLYNOMIALS))
def test_drawn_fields(field: tuple[str, ...]) -> None:
    divergence, curl = by_sympy(field)
    assert asked("divergence", field) == quotient(divergence)
    assert asked("curl", field) == list(map(quotient, curl))


def test_a_gradient_turns_nowhere_and_a_curl_has_no_source() -> None:
    """curl of the gradient of x*exp(y*z) and the divergence of the curl of one, as formulas."""
    slopes = calculate("grad", "x*exp(y*z)").gradient.values()
    assert calculate("curl", f"[{', '.join(map(str, slopes))}]").curl == ["0", "0", "0"]
    turned = calculate("curl", "[x*y*sin(z), exp(x*z), y**2/x]").curl
    found = calculate("divergence", f"[{', '.join(map(str, turned))}]").divergence
    assert found == "0"


@pytest.mark.parametrize(
    ("text", "own", "divergence", "curl"),
    [
        pytest.param("[-y, x]", {}, "0", "2", id="the alphabet, not the text"),
        pytest.param("[-y, 2*x]", {"wrt": "y,x"}, "1", "0", id="--wrt's order"),
        pytest.param("[a*x, b*y]", {"wrt": "x,y"}, "a + b", "0", id="--wrt chooses"),
        pytest.param("[w[1]**2, 3*w[0]]", {"at": {"w": [1, 5]}}, 0, -7, id="a vector"),
        pytest.param("[x10**2, 3*x2]", {}, "0", "3 - 2*x10", id="two is before ten"),
        pytest.param("[x10**2, 3*x2]", {"at": {"x10": 1, "x2": 5}}, 0, 1, id="--at's order isn't"),
    ],
)
def test_which_component_goes_along_which_variable(
    text: str, own: dict[str, Any], divergence: Any, curl: Any
) -> None:
    found = [calculate(what, text, **own).to_dict()[what] for what in ("divergence", "curl")]
    assert [str(x) for x in found] == [str(divergence), str(curl)]


def test_any_number_of_variables_has_a_divergence() -> None:
    names = [f"x{k}" for k in range(12)]
    field = ", ".join(f"x{k}**2*{k}" for k in range(12))
    at = dict.fromkeys(names, 1)
    assert calculate("divergence", f"[{field}]", at=at).divergence == 2 * sum(range(12))
    assert calculate("divergence", "w**3", at={"w": [1, 2, 3]}).divergence == 3 * 14


@pytest.mark.parametrize(
    ("command", "text", "told"),
    [
        ("divergence", "x*y", "EXPR has shape (), and there are 2: x, y"),
        ("divergence", "[x, y, 2]", "EXPR is a vector of 3, and there are 2: x, y"),
        ("divergence", "[[x, y], [y, x]]", "EXPR has shape (2, 2)"),
        ("divergence", "[1, 2]", "there is no variable"),
        ("curl", "[x, y, z, t]", "two variables or three, and there are 4: t, x, y, ..."),
        ("curl", "[x]", "two variables or three, and there are 1: x"),
        ("curl", "[x, y]*z", "EXPR is a vector of 2, and there are 3: x, y, z"),
    ],
)
def test_refused(command: str, text: str, told: str) -> None:
    with pytest.raises(HodiffError) as caught:
        calculate(command, text)
    assert told in caught.value.message and caught.value.source == "EXPR"


def test_a_kink_is_told(answer: Any) -> None:
    with pytest.raises(HodiffError) as caught:
        calculate("divergence", "[abs(x), y]", at={"x": 0, "y": 1})
    assert caught.value.kind == "kink"


def test_formats(answer: Any) -> None:
    assert answer("curl", "[-y, x, z]", "--at", "x=1,y=2,z=3", "--format", "plain") == "0\t0\t2\n"
    got = json.loads(answer("curl", "[-y, x]", "--at", "x=1,y=2", "--format", "json"))
    assert got["curl"] == 2 and got["variables"] == ["x", "y"] and got["value"] == [-2, 1]
    text = answer("divergence", "[x*y, y]", "--at", "x=1,y=2", "--format", "csv")
    assert text.split() == ["x,y,f[0],f[1],df[0]_dx,df[1]_dy,divergence", "1,2,2,2,2,1,3"]
