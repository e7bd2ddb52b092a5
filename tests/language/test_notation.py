"""Notation that people write: what it is read as, what has two readings, and what strict refuses.

A reading is text of the strict language, and the trees of both are compared: what the strict
language means is tested against Python elsewhere.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hodiff.errors import HodiffError
from hodiff.language.checks import names_in, plainly, renamed
from hodiff.language.parser import parse
from hodiff.language.plain import reading
from hodiff.language.problem import read
from hodiff.language.slips import slip
from tests.language.test_parser import AT, EXPR, EXPRESSIONS, V, below, short
from tests.lengths import examples


def refusal(text, start="program", strict=False):
    with pytest.raises(HodiffError) as caught:
        parse(text, start, "EXPR", strict)
    return caught.value


def shown(text):
    tree = parse(text)
    return reading([tree], text) if tree.value else None


# ------------------------------------------------------------------ what has one reading

CONTRACT = [  # the list of CLI.md, in its order
    ("2x", "2*x"),
    ("2(x+1)", "2*(x + 1)"),
    ("(x+1)(x-1)", "(x + 1)*(x - 1)"),
    ("3sin(x)", "3*sin(x)"),
    ("x²", "x**2"),
    ("x − 1", "x - 1"),
    ("2×x", "2*x"),
    ("2·x", "2*x"),
    ("x÷2", "x/2"),
    ("√x", "sqrt(x)"),
    ("√(x+1)", "sqrt(x + 1)"),
    ("|x|", "abs(x)"),
    ("x!", "factorial(x)"),
    ("sin^2(x)", "sin(x)**2"),
    ("sin²(x)", "sin(x)**2"),
    ("sin⁻¹(x)", "asin(x)"),
    ("sin x", "sin(x)"),
    ("ln x", "ln(x)"),
    ("pow(x, 2)", "x**2"),
    ("Math.pow(x, 2)", "x**2"),
    ("f(x) = 2x", "2*x"),
    ("y = x**2", "x**2"),
    ("2x² + sin²(x)", "2*x**2 + sin(x)**2"),
]
PRODUCTS = [
    ("2 x", "2*x"),
    ("2pi", "2*pi"),
    ("2π", "2*pi"),
    ("2π r", "2*pi*r"),
    ("3π/4", "3*pi/4"),
    ("2e", "2*e"),
    ("2e-x", "2*e - x"),
    ("2e-3x", "2e-3*x"),
    ("1.5x", "1.5*x"),
    ("2[1, x]", "2*[1, x]"),
    ("v[0]x", "v[0]*x"),
    ("x sin(x)", "x*sin(x)"),
    ("sin(x)cos(x)", "sin(x)*cos(x)"),
    ("2(x+1)(x-1)x", "2*(x + 1)*(x - 1)*x"),
    ("-2x", "-2*x"),
    ("2x/3", "2*x/3"),
    ("a*2x", "a*2*x"),
    ("a/b*2x", "a/b*2*x"),
    ("2x^2", "2*x**2"),
    ("2x**2y**3", None),  # an exponent that has no end
    ("x^2 sin(x)", "x**2*sin(x)"),
    ("x^(2)y", "x**2*y"),
    ("2x < 3y and 4z > 1", "2*x < 3*y and 4*z > 1"),
    ("where(2x > 1, 3x, √x)", "where(2*x > 1, 3*x, sqrt(x))"),
    ("[2x, 3y]", "[2*x, 3*y]"),
    ("sin(2 x)", "sin(2*x)"),
    ("a = 2x; f(t) = 3t; f(a)b", "a = 2*x; f(t) = 3*t; f(a)*b"),
]
POWERS = [
    ("x²³", "x**23"),
    ("x⁻¹²+1", "x**-12 + 1"),
    ("x⁺²", "x**+2"),
    ("xⁿ⁻¹", "x**(n - 1)"),
    ("e⁻ˣ", "e**-x"),
    ("2²ˣ", "2**(2*x)"),
    ("x⁽ⁿ⁺¹⁾", "x**(n + 1)"),
    ("-x²", "-x**2"),
    ("(-x)²", "(-x)**2"),
    ("x²y³", "x**2*y**3"),
    ("2x²(x+1)", "2*x**2*(x + 1)"),
    ("x²²", "x**22"),
    ("a[0]²", "a[0]**2"),
    ("|x|²", "abs(x)**2"),
    ("x!²", "factorial(x)**2"),
    ("sin^2x", "sin(x)**2"),
    ("sin²x + cos² x", "sin(x)**2 + cos(x)**2"),
    ("3cos**2(2x) + 1", "3*cos(2*x)**2 + 1"),
    ("tan^(n+1)(x)", "tan(x)**(n + 1)"),
    ("sin⁻²(x)", "sin(x)**-2"),
    ("log^3 x", "log(x)**3"),
    ("tanh⁻¹ x", "atanh(x)"),
    ("sin²(x)cos(x)", "sin(x)**2*cos(x)"),
    ("np.square(x+1)", "(x + 1)**2"),
    ("numpy.power(x, y)", "x**y"),
    ("pow(a+b, pow(x, 2))", "(a + b)**x**2"),
    ("pow(pow(a, b), 2)", "(a**b)**2"),
]
FUNCTIONS = [
    ("sin 2", "sin(2)"),
    ("ln sin x", "ln(sin(x))"),
    ("sin x + 1", "sin(x) + 1"),
    ("sin x cos x", "sin(x)*cos(x)"),
    ("2sin x", "2*sin(x)"),
    ("1/sin x", "1/sin(x)"),
    ("2^sin x", "2**sin(x)"),
    ("ln √x", "ln(sqrt(x))"),
    ("ln|x|", "ln(abs(x))"),
    ("√√x", "sqrt(sqrt(x))"),
    ("√2/2", "sqrt(2)/2"),
    ("3√x", "3*sqrt(x)"),
    ("√x√y", "sqrt(x)*sqrt(y)"),
    ("√(x+1)y", "sqrt(x + 1)*y"),
    ("√sin(x)", "sqrt(sin(x))"),
    ("√f(x)", "sqrt(f(x))"),
    ("∛x", "cbrt(x)"),
    ("√[1, 4][0]", "sqrt([1, 4][0])"),
    ("math.sin(x)", "sin(x)"),
    ("Math.PI x", "pi*x"),
    ("scipy.special.erf(x)", "erf(x)"),
    ("np.exp(-np.abs(x))", "exp(-abs(x))"),
    ("5!", "factorial(5)"),
    ("2n!", "2*factorial(n)"),
    ("(n-1)!", "factorial(n - 1)"),
    ("-x!", "-factorial(x)"),
    ("2^n!", "2**factorial(n)"),
    ("f(x)!", "factorial(f(x))"),
    ("(x!)!", "factorial(factorial(x))"),
    ("n!/k!", "factorial(n)/factorial(k)"),
    ("x! != y", "factorial(x) != y"),
]
BARS = [
    ("||x|-1|", "abs(abs(x) - 1)"),
    ("|x||y|", "abs(x)*abs(y)"),
    ("|x|+|y|", "abs(x) + abs(y)"),
    ("|x|-|y|", "abs(x) - abs(y)"),
    ("2|x|", "2*abs(x)"),
    ("x|x|", "x*abs(x)"),
    ("2|-x|", "2*abs(-x)"),
    ("|x-|y||", "abs(x - abs(y))"),
    ("|x|/|y|", "abs(x)/abs(y)"),
    ("|x - 1|(x + 1)", "abs(x - 1)*(x + 1)"),
    ("f(|x|, |y|)", "f(abs(x), abs(y))"),
    ("|(x|y|)|", "abs(x*abs(y))"),
    ("|v|[0]", "abs(v)[0]"),
    ("||x||y||", None),
    ("|x|sin|x|", "abs(x)*sin(abs(x))"),
    ("sin|x|cos|y|", "sin(abs(x))*cos(abs(y))"),
    ("|exp| + |ln|x||", "abs(exp) + abs(ln(abs(x)))"),
    ("|x| < 1", "abs(x) < 1"),
]
SIGNS = [
    ("a−b–c—d", "a - b - c - d"),
    ("x ≤ y", "x <= y"),
    ("x ≥ y and x ≠ z", "x >= y and x != z"),
    ("6 ∕ 3 ⁄ 2 ⋅ 2 ∙ 2", "6/3/2*2*2"),
]
KEPT = [  # brackets that a reading needs
    ("2(x - (y - z))", "2*(x - (y - z))"),
    ("2x/(3y)", "2*x/(3*y)"),
    ("-(2x)²", "-(2*x)**2"),
    ("(2^x)²", "(2**x)**2"),
    ("-(x·y)", "-(x*y)"),
    ("(x + y)·(a or b)", "(x + y)*(a or b)"),
    ("(x < y) < 2z", "(x < y) < 2*z"),
    ("(not 2x) + 1", "(not 2*x) + 1"),
    ("(2x + v)[0][1:, ::2]", "(2*x + v)[0][1:, ::2]"),
    ("x − (−y)", "x - -y"),
    ("2x % 3 @ y // 2", "2*x % 3 @ y//2"),
]
FRACTIONS = [
    ("½x", "1/2*x"),
    ("½x²", "1/2*x**2"),
    ("x^½", "x**(1/2)"),
    ("x^⅔ y", "x**(2/3)*y"),
    ("½²", "(1/2)**2"),
    ("1/½", "1/(1/2)"),
    ("2½x", "(2 + 1/2)*x"),
    ("x^2½", "x**(2 + 1/2)"),
    ("sin ½", "sin(1/2)"),
    ("|½ − x|", "abs(1/2 - x)"),
    ("⅒", "1/10"),
]
DEGREES = [
    ("30°", "radians(30)"),
    ("1/30°", "1/radians(30)"),
    ("2x°", "2*radians(x)"),
    ("sin(30° + x)", "sin(radians(30) + x)"),
    ("sin 30° cos (x + 1)°", None),  # cos takes the brackets alone
    ("sin 30° cos x°", "sin(radians(30))*cos(radians(x))"),
    ("x₀°y", "radians(x0)*y"),
    ("45º", "radians(45)"),
]
SUBSCRIPTS = [
    ("x₁² + x₂²", "x1**2 + x2**2"),
    ("x₁x₂", "x1*x2"),
    ("v₀t + ½gt²", "v0*t + 1/2*gt**2"),
    ("2a₁₂ b", "2*a12*b"),
    ("xᵢ + vₘₐₓ", "x_i + v_max"),
    ("x_{1}y_{ab}z", "x_1*y_ab*z"),
    ("log₂ x + log₁₀(y)", "log2(x) + log10(y)"),
    ("f₁(t) = 2t; f₁(x)", "f1(t) = 2*t; f1(x)"),
]
BRACKETS = [
    ("e^{-x²}", "e**-x**2"),
    ("x^{1/3}y", "x**(1/3)*y"),
    ("{x + 1}{x − 1}", "(x + 1)*(x - 1)"),
    ("sin{2x}", "sin(2*x)"),
    ("⌊x⌋⌈y + 1⌉", "floor(x)*ceil(y + 1)"),
    ("2⌊x⌋ + x⌊y⌋", "2*floor(x) + x*floor(y)"),
]
ELSEWHERE = [
    ("𝑥² + ５", "x**2 + 5"),
    ("ℯ^𝑥", "e**x"),
    ("𝜋 𝑟", "pi*r"),
    ("ｓｉｎ（x）", "sin(x)"),
    ("x\u00a0+\u20091", "x + 1"),
    ("2\u2062x", "2*x"),
    ("x.^2 .* y", "x**2*y"),
    ("sin.(x) ./ y .+ 1", "sin(x)/y + 1"),
    ("(x + 1).^-1", "(x + 1)**-1"),
    ("x e^x", "x*e**x"),
    ("A e^(-kt) cos(ωt)", "A*e**-kt*cos(ωt)"),
    ("r pi", "r*pi"),
]
READ = [*CONTRACT, *PRODUCTS, *POWERS, *FUNCTIONS, *BARS, *SIGNS, *KEPT]
READ += [*FRACTIONS, *DEGREES, *SUBSCRIPTS, *BRACKETS, *ELSEWHERE]
READ = [(text, plain) for text, plain in READ if plain is not None]


@pytest.mark.parametrize(("text", "plain"), READ)
def test_what_is_read(text, plain):
    assert shown(text) == plain
    assert short(parse(plain, strict=True)) == short(parse(text))
    with pytest.raises(HodiffError) as caught:
        read(text, strict=True)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["x**2 + 1", "sin(x)", "x(x+1)", "a = 2; a", "sin - x", "cosx"])
def test_plain_text_has_no_reading(text):
    assert shown(text) is None
    assert short(parse(text, strict=True)) == short(parse(text))


@pytest.mark.parametrize(
    ("text", "plain"),
    [("x=2π", "x=2*pi"), ("x=√2,y=3π/4", "x=sqrt(2),y=3*pi/4"), ("w=[2², −1]", "w=[2**2, -1]"),
     ("x₁=½,y=30°", "x1=1/2,y=radians(30)"), ("w=@ａ\u00a0½.npy,ｘ=1", "w=@ａ\u00a0½.npy,x=1"),
     ("x=2×10³±0.5", "x=2*10**3±0.5"), ("w=@a²b!.npy,x=2y", "w=@a²b!.npy,x=2*y")],
)  # fmt: skip
def test_values_of_options(text, plain):
    tree = parse(text, "bindings", "--at")
    assert short(tree) == short(parse(plain, "bindings", "--at", strict=True))
    assert short(parse("√2,2π", "items", "--v")) == "(items (sqrt 2) (mul 2 pi))"
    assert refusal(text, "bindings", strict=True).exit_code == 2


def test_names_with_subscripts_are_those_without():
    assert read("x₁²x₂", wrt="x₁").wrt == ["x1"]
    assert read("x1 + xᵢ", at=["x₁=½,xᵢ=2"]).typed == {"x_i": "2"}
    assert read("𝑥 + 1", wrt="y,x").notes == ["EXPR doesn't use 'y': its derivative is 0"]
    assert names_in("x₁ + 2vₘₐₓ + 𝑥²") == {"x1", "v_max", "x"}
    assert renamed("x₁ + x", "x1", "a") == "a + x"
    with pytest.raises(HodiffError, match="'x1' is bound twice"):
        read("x₁", at=["x₁=1,x1=2"])


def test_a_definition_that_is_all_stands_for_its_right_side():
    assert read("f(x) = a*x").wrt == ["a", "x"]
    for text in ("x = 5", "y = y + 1", "f(x) = f(x - 1)", "a = 1; y = a*x"):
        assert "nothing is computed" in refusal(text).message
    assert "nothing is computed" in refusal("f(x) = x", strict=True).message


def test_a_function_of_the_text_is_its_own():
    text = "pow(a, b) = a + b; pow(2x, 3)"
    assert shown(text) == "pow(a, b) = a + b; pow(2*x, 3)"


def test_places_are_those_of_the_text():
    text = "1 + ln² |2x − y|!"
    places = {text[node.start : node.end] for node in below(parse(text.replace("!", "")))}
    assert {"ln² |2x − y|", "|2x − y|", "2x − y", "2x", "2", "x", "y", "²"} <= places


# ------------------------------------------------------------------ what has two

TWO = [
    ("1/2x", "1/(2*x)", "1/2*x"),
    ("1/2 x", "1/(2*x)", "1/2*x"),
    ("1/2π", "1/(2*π)", "1/2*π"),
    ("1/2(x+1)(x-1)", "1/(2*(x+1)*(x-1))", "1/2*(x+1)*(x-1)"),
    ("a*b/2x²", "a*b/(2*x**2)", "a*b/2*x**2"),
    ("7//2x", "7//(2*x)", "7//2*x"),
    ("1/sin x cos x", "1/(sin(x)*cos(x))", "1/sin(x)*cos(x)"),
    ("x^2y", "x^(2*y)", "x^2*y"),
    ("e^-2x", "e^(-2*x)", "e^-2*x"),
    ("sin 2x", "sin(2*x)", "sin(2)*x"),
    ("sin x^2", "sin(x^2)", "sin(x)^2"),
    ("sin x²", "sin(x**2)", "sin(x)**2"),
    ("sin x/2", "sin(x/2)", "sin(x)/2"),
    ("ln x*y + 1", "ln(x*y)", "ln(x)*y"),
    ("sin² 2x", "sin(2*x)**(2)", "sin(2)**(2)*x"),
    ("ln|x|^2", "ln(abs(x)^2)", "ln(abs(x))^2"),
    ("sin x!", "sin(x!)", "(sin(x))!"),
    ("√2x", "sqrt(2*x)", "sqrt(2)*x"),
    ("√x²", "sqrt(x**2)", "sqrt(x)**2"),
    ("sin^-1 x", "1/sin(x)", "asin(x)"),
    ("sin^(-1)(x)", "1/sin(x)", "asin(x)"),
    ("exp⁻¹(x)", "1/exp(x)", None),
    ("sin-1(x)", "asin(x)", "sin - 1*(x)"),
    ("exp-1(x)", "1/exp(x)", "exp - 1*(x)"),
    ("x y", "x*y", "xy"),
    ("(x+1)2", "(x+1)*2", "(x+1)**2"),
    ("|x|y|z|", "abs(x*abs(y)*z)", "abs(x)*y*abs(z)"),
    ("||x||", "norm(x)", "abs(abs(x))"),
    ("gamma x", "gamma*x", "gamma(x)"),
    ("x²^3", "(x**2)^3", "x**(2^3)"),
    ("x⁻¹ ³", "(x**-1)**3", "x**(-1**3)"),
    ("xⁿ⁺¹**y", "(x**(n+1))**y", "x**((n+1)**y)"),
    ("sin²(x)^3", "(sin(x)**(2))^3", "sin((x)^3)**(2)"),
    ("sin^2(x)³", "(sin(x)**(2))**3", "sin((x)**3)**(2)"),
    ("e^-k²t", "e^(-k**2*t)", "e^-k**2*t"),
    ("2^n! x", "2^(factorial(n)*x)", "2^factorial(n)*x"),
    ("e^sin(x)y", "e^(sin(x)*y)", "e^sin(x)*y"),
    ("e^(-x)²y", "e^((-x)**2*y)", "e^(-x)**2*y"),
    ("e⁻ˣ²", "**(-x**2)", "**(-x2)"),
    ("erf²(x)", "erf(x)**2", "erf**2*(x)"),
    ("gamma²x", "gamma(x)**2", "gamma**2*(x)"),
    ("erfⁿ⁺¹(x)", "erf(x)**(n+1)", "erf**(n+1)*(x)"),
    ("erf⁻¹(x)", "1/erf(x)", "erfinv(x)"),
    ("sinc⁻¹(x)", "1/sinc(x)", None),
]


@pytest.mark.parametrize(("text", "one", "other"), TWO)
def test_what_has_two_readings_is_refused_with_both(text, one, other):
    error = refusal(text)
    assert one in error.message and (other is None or other in error.message), error.message


@pytest.mark.parametrize(
    "text",
    ["x!!", "x²!", "x²[0]", "sin²(x)[0]", "³√x", "√", "√+x", "²", "|x", "x|", "|", "a || b", "2 3",
     "sin x 2", "x²2", "1__0x", "0x1F", "2x.T", "f(2 x, y)", "[2 x]", "x\nsin(x)", "x⁽²", "x⁾",
     "xⁿ!", "xⁿ⁺¹!", "sin²(x)!", "√x²!", "xⁿ[0]", "xⁿ2", "xⁿ⁽ⁿ⁺¹⁾", "max²(x, y)",
     "y if 2x else z", "a = 2x b = 3; a", "np.sine(x)", "x(2)(3)y.z", "√.x", "v[0](1)", "|,|",
     "20°C", "20 ° F + 1",
     "x²°", "°", "30°°", "(x)₁", "2₁", "2 ½", "1.5½", "x½", "x²½", "{x", "x}", "⌊x⌉",
     "f(x}", "{x, y}", "x..^2", ".^2", "½½",
     "@f(x,y)|√", "@sum(x,i,1,3)|x|"],
)  # fmt: skip
def test_what_is_refused(text):
    error = refusal(text)
    assert error.kind == "syntax"
    assert 0 <= error.start <= error.end <= len(text)
    assert refusal(text, strict=True).kind == "syntax"


def test_spaces_in_a_number():
    assert refusal("2 + 1 000.5x").message == "write '1000.5' instead of '1 000.5'"
    assert refusal("1 00x").message == "missing '*': write 1*00"


@pytest.mark.parametrize("raised", ["x²", "xⁿ", "xⁿ⁺¹", "|x|²", "x!²", "(x+1)²", "f(x)²",
                                    "sin²(x)", "sin^2(x)", "sinⁿ(x)", "sin^(2)(x)"])  # fmt: skip
def test_an_exponent_ends_where_its_signs_do(raised):
    """x²^3 is no x**2**3, and of x² nothing else is said than of (x**2)."""
    for behind in ("^3", " ²", "**-y", "^2y", "!", "[0]"):
        for before in ("", "2", "-", "1/", "2^"):
            refusal(f"{before}{raised}{behind}")
    assert shown(f"{raised}y − 1").endswith("*y - 1")


@pytest.mark.parametrize(
    "exponent", ["2", "k²", "-k²", "n!", "sin(x)", "|x|", "(x)²", "-2^k²", "xⁿ"]
)
def test_an_exponent_without_brackets_may_go_on(exponent):
    """As in e^-k²t. What is in brackets has an end, and a number before a space."""
    for factor in ("y", "(y + 1)", "π", " y")[: 3 if exponent == "2" else 4]:
        assert "has two readings: write e^" in refusal(f"e^{exponent}{factor}").message
        assert shown(f"e^({exponent}){factor}") is not None


def test_a_name_before_brackets_is_a_call_or_a_product():
    with pytest.raises(HodiffError, match=r"unknown function 'x' \(for a product write x\*\(x"):
        read("x(x+1)")
    with pytest.raises(HodiffError, match=r"write x\*\(x\+1\), or define x\(t\) = … for a call"):
        read("x(x+1)", at=["x=1"])


def test_independent_faults_are_told_at_once():
    error = refusal("1/2x + sin 2x + x y + [1 2][0]")
    assert [fault.message.split(":")[0] for fault in (error, *error.more)] == [
        "'1/2x' has two readings", "'sin 2x' has two readings", "'x y' has two readings",
        "missing '*' or ','",
    ]  # fmt: skip
    error = refusal("2x² + |y|", strict=True)
    assert [(f.start, f.end) for f in (error, *error.more)] == [(1, 2), (2, 3), (6, 9)]
    assert error.report().count("error: ") == 3
    with pytest.raises(HodiffError) as caught:
        read("sine(x) + cosine(y)*f(1, 2) + exp(x, y)")
    assert [fault.start for fault in (caught.value, *caught.value.more)] == [0, 10, 20, 30]
    assert not refusal("1/2x").more
    assert len(refusal("x y " * 100).more) == 9
    with pytest.raises(HodiffError) as caught:
        read("x y = 1/2x", of="y")
    assert [fault.start for fault in (caught.value, *caught.value.more)] == [0, 6]


# ------------------------------------------------------------------ every mend leads on

WRITE = re.compile(r"write '?(?P<new>.*?)'? instead of '(?P<old>.*)'$")
MISSING = re.compile(
    r"missing '\*'(?: or ',')?: write (?P<new>.*?)(?:, or (?P<or>.*) for a call)?$"
)
BEHIND = re.compile(
    r"a power stands behind the call: write (?P<new>.*?)(?:, or (?P<or>.*) for .*)?$"
)
TWO_READINGS = re.compile(r"'(?P<old>.*)' has two readings: write (?P<new>.*?),? or (?P<or>.*)$")
POWER_OF_FUNCTION = re.compile(
    r"\w+(?:\^|\*\*)?(?:\([^()]*\)|-?\w+|[⁺⁻¹²ⁿ]+)\s*(?:\([^()]*(?:\([^()]*\))?[^()]*\)|\w+)"
)


def mended(text, error):
    """The texts that an error's suggestions lead to; none where it has no such."""
    message, start, end = error.message, error.start, error.end
    if "…" in message:
        return []
    if found := TWO_READINGS.match(message):
        assert found["old"] == text[start:end], message
    elif found := BEHIND.match(message):
        end = POWER_OF_FUNCTION.match(text, start).end()
    elif found := MISSING.match(message):
        new = found["new"].split(" or ")[0]
        squeezed = "".join(new.replace("*", "", 1).split())  # what is there without the sign
        plain = plainly(text)
        places = [i for i in range(len(text)) if "".join(plain[i:].split()).startswith(squeezed)]
        start = max(i for i in places if i <= start and not text[i].isspace())
        end = start
        while "".join(plain[start:end].split()) != squeezed:
            end += 1
    elif found := WRITE.match(message):
        if found["old"] in text:
            start = text.index(found["old"], max(0, start - len(found["old"])))
            end = start + len(found["old"])
    else:
        return []
    new = [found["new"].split(" or ")[0], found.groupdict().get("or")]
    return [text[:start] + x.removesuffix(" for one name") + text[end:] for x in new if x]


def leads_on(text, start="program", strict=False, seen=()):
    """Follow the last error's suggestions until the text is read; the trees that they lead to."""
    assert len(seen) < 12, seen
    try:
        return [parse(text, start, "EXPR", strict)]
    except HodiffError as error:
        return [
            tree
            for new in mended(text, [error, *error.more][-1])
            for tree in leads_on(new, start, strict, (*seen, text))
        ]


@pytest.mark.parametrize(("text", "plain"), READ)
def test_mends_of_strict_lead_to_the_reading(text, plain):
    trees = {short(tree) for tree in leads_on(text, strict=True)}
    assert not trees or short(parse(plain, strict=True)) in trees or "pow(" in text


def test_most_mends_are_walked():
    walked = [text for text, _ in READ if leads_on(text, strict=True)]
    assert len(walked) > 0.8 * len(READ), {text for text, _ in READ} - set(walked)


@pytest.mark.parametrize(("text", "one", "other"), TWO)
def test_mends_of_what_has_two_readings(text, one, other):
    trees = {short(tree) for tree in leads_on(text)}
    assert len(trees) == (1 if other is None else 2), (text, one, other)


CASES = [("program", *case) for case in EXPR]
CASES += [("bindings", *case) for case in AT] + [("items", *case) for case in V]


@pytest.mark.parametrize(("start", "text", "message", "begin", "end"), CASES)
def test_every_mend_can_be_followed(start, text, message, begin, end):
    """Of all errors of the language: what it leads to is read, or refused for something else."""
    for strict in (True, False):
        try:
            parse(text, start, "EXPR", strict)
        except HodiffError as error:
            for new in mended(text, error):
                try:
                    parse(new, start, "EXPR", strict)
                except HodiffError as next_error:
                    assert next_error.message != error.message, (text, new)


# ------------------------------------------------------------------ drawn texts

LEAVES = [("x", "x"), ("y", "y"), ("2", "2"), ("0.5", "0.5"), ("π", "pi")]


def joined(inner):
    """Pairs of a text with notation and the same without, every operand of a sign in brackets
    that the notation doesn't say itself."""
    atoms = st.one_of(
        st.sampled_from(LEAVES),
        st.builds(lambda a: (f"({a[0]})", f"({a[1]})"), inner),
        st.builds(lambda a: (f"|{a[0]}|", f"abs({a[1]})"), st.sampled_from(LEAVES)),
        st.builds(lambda a: (f"({a[0]})!", f"factorial({a[1]})"), inner),
        st.builds(lambda a: (f"√({a[0]})", f"sqrt({a[1]})"), inner),
        st.builds(lambda a: (f"sin²({a[0]})", f"sin({a[1]})**2"), inner),
        st.builds(lambda a: (f"cos^3({a[0]})", f"cos({a[1]})**3"), inner),
        st.builds(lambda a: (f"tan⁻¹({a[0]})", f"atan({a[1]})"), inner),
        st.builds(
            lambda a: (f"pow({a[0]}, {a[1]})", f"(({a[1]})**({a[1]}))"), st.sampled_from(LEAVES)
        ),
        st.builds(lambda a: (f"Math.exp({a[0]})", f"exp({a[1]})"), inner),
        st.builds(lambda a: (f"ln {a[0]}", f"ln({a[1]})"), st.sampled_from(LEAVES)),
    )
    closed = atoms.filter(lambda a: a[0].endswith(")") and not a[0].startswith("√"))
    raised = st.builds(
        lambda a, n: (a[0] + n, f"{a[1]}**{n.translate(DIGITS)}"),
        closed, st.sampled_from(["²", "³", "⁻¹", "¹⁰"]),
    ).filter(lambda a: not re.match(r"sin²|cos\^|tan⁻|√", a[0]))  # fmt: skip
    return st.one_of(
        atoms,
        raised,
        st.builds(lambda a, b: (f"3{a[0]}{b[0]}", f"3*{a[1]}*{b[1]}"), closed, closed),
        st.builds(lambda a, b: (f"{a[0]} − {b[0]}", f"{a[1]} - {b[1]}"), inner, atoms),
        st.builds(lambda a, b: (f"({a[0]})×{b[0]}", f"({a[1]})*{b[1]}"), inner, closed),
        st.builds(lambda a, b: (f"({a[0]})÷({b[0]})", f"({a[1]})/({b[1]})"), inner, inner),
        st.builds(lambda a: (f"−({a[0]})", f"-({a[1]})"), inner),
    )


DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
WRITTEN = st.recursive(st.sampled_from(LEAVES), joined, max_leaves=6)


@settings(max_examples=examples(120), deadline=None, derandomize=True)
@given(WRITTEN)
def test_drawn_texts_are_read_as_meant(pair):
    human, plain = pair
    tree = parse(human)
    assert short(tree) == short(parse(plain, strict=True))
    written = reading([tree], human)
    assert short(parse(written, strict=True)) == short(tree)
    assert len(written.replace(" ", "")) <= len(plain.replace(" ", ""))  # no more brackets


@settings(max_examples=examples(120), deadline=None, derandomize=True)
@given(EXPRESSIONS)
def test_a_reading_reads_back(text):
    try:
        tree = parse(text, strict=True)
    except HodiffError:
        return
    assert short(parse(reading([tree], text), strict=True)) == short(tree)


def without_a_bracket(text):
    """The texts without one pair of brackets each."""
    stack = []
    for i, sign in enumerate(text):
        if sign == "(":
            stack.append(i)
        elif sign == ")":
            j = stack.pop()
            if not re.search(r"\w$", text[:j]):
                yield text[:j] + " " + text[j + 1 : i] + " " + text[i + 1 :]


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(WRITTEN)
def test_a_reading_has_no_bracket_too_many(pair):
    tree = parse(pair[0])
    written = reading([tree], pair[0])
    for fewer in without_a_bracket(written):
        try:
            other = parse(fewer, strict=True)
        except HodiffError:
            continue
        assert short(other) != short(tree), (written, fewer)


# ------------------------------------------------------------------ names that look like a slip


@pytest.mark.parametrize(
    ("name", "meant"),
    [("cosx", "cos(x)"), ("xlnx", "x*ln(x)"), ("sin2x", "sin(2*x)"), ("expx", "exp(x)"),
     ("arctanx", "arctan(x)"), ("sinθ", "sin(θ)"), ("πr", "pi*r"), ("πft", "pi*f*t"),
     ("log2x", "log2(x)"), ("sinxcosx", "sin(x)*cos(x)"), ("xsin2xlny", "x*sin(2*x)*ln(y)"),
     ("nπx", "n*pi*x"), ("pir", "pi*r"), ("Pi", "pi"), ("PI", "pi"), ("asinx", "asin(x)"),
     ("xy", "x*y")],
)  # fmt: skip
def test_a_slip_is_a_variable_with_a_note(name, meant):
    problem = read(f"2*{name}")
    assert problem.wrt == [name]
    (note,) = problem.notes
    assert note.startswith(f"'{name}' is read as a variable") and note.endswith(f"write {meant}")
    assert short(parse(meant, strict=True)) != short(parse(name))
    if slip(name) is None:  # told by the other variables
        return
    with pytest.raises(HodiffError, match=f"'{name}' has no value.*{re.escape(meant)}"):
        read(f"{name} + x", at=["x=1"])
    assert read(f"{name} + x", at=[f"x=1,{name}=2"]).notes == []


@pytest.mark.parametrize(
    ("text", "notes"),
    [("x²y + xy²", ["for the product write x*y"]), ("½mv²", ["for the product write m*v"]),
     ("E = mc²", ["for the product write m*c"]), ("2πfL + 1", ["for the product write pi*f*L"]),
     ("y = mx + b", ["for the product write m*x"]), ("a*b + ab", ["for the product write a*b"]),
     ("x3 + 2x2 + x", ["for the power write x**3", "for the power write x**2"]),
     ("sen²x", ["for the function write sin(…)"]), ("tg² x", ["for the function write tan(…)"])],
)  # fmt: skip
def test_a_product_in_a_name_is_a_variable_with_a_note(text, notes):
    assert [note.partition("as a variable: ")[2] for note in read(text).notes] == notes
    assert read(text, at=[",".join(f"{x}=2" for x in read(text).wrt)]).notes == []


@pytest.mark.parametrize(
    "text",
    ["ab*x**2", "2*ab*x", "2dx", "Δt/2", "2mu", "2xi", "x + x1 + x2", "(x - x0)/x2",
     "ax*bx + ay*by", "2height", "lr*x", "th + sh", "pin*x²", "x_1 + x1"],
)  # fmt: skip
def test_names_are_names_where_products_have_their_sign(text):
    assert read(text).notes == []


@pytest.mark.parametrize("text", ["exp^x", "sin^2*(x)", "ln*x", "sin - x"])
def test_a_function_that_is_no_call_is_a_variable_with_a_note(text):
    problem = read(text)
    name = re.match(r"\w+", text)[0]
    assert problem.wrt[0] == name
    assert problem.notes == [f"'{name}' is read as a variable: for the function write {name}(…)"]


@pytest.mark.parametrize(
    "name",
    ["x", "w1", "gamma", "beta", "height", "cost", "tank", "sinc", "max", "mean", "sigma", "log_a",
     "exp2", "alpha", "absolute", "secret", "tangent", "cosine", "theta", "E_n", "π2"],
)  # fmt: skip
def test_names_that_are_names(name):
    assert slip(name) is None
    assert read(f"2*{name}").notes == []
