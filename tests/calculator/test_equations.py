"""The formats of mathematics: every command in each of them, its numbers digit for digit as plain
text has them; and what notebooks show."""

from __future__ import annotations

import io
import json
import re
import shlex
from typing import Any
from xml.etree import ElementTree

import pytest

import hodiff
from hodiff import HodiffError, calculate
from hodiff.calculator.commands import COMMANDS
from hodiff.calculator.equations import EQUATIONS
from hodiff.cli import outcome

NOTATIONS = ("latex", "mathml", "markdown", "typst")
AT = "--at x=0.3,y=2"
ASKED = [
    *(f"{command} {given}" for given in (AT, "") for command in (
        "grad 'x*sin(y)'", "value 'x*sin(y)'", "hessian 'x*sin(y)'", "hessian 'x*sin(y)' --diag",
        "hvp 'x*sin(y)' --v 1,2", "laplacian 'x*sin(y)'", "jacobian '[x*y, sin(x)]'",
        "divergence '[x*y, sin(x)]'", "curl '[x*y, sin(x)]'",
        "jvp '[x*y, sin(x)]' --v 1,2", "vjp '[x*y, sin(x)]' --v 1,2",
        "nth 'x*sin(y)' --order 4 --wrt y", "nth 'x*sin(y)' --wrt x,y,y",
        "nth 'x*sin(y)' --order 2 --along 1,2", "tensor 'x*sin(y)' --order 2",
        "taylor 'x*sin(y)' --order 3 --along 1,2", "taylor 'x*sin(y)' --order 3 --wrt y",
    )),
    "taylor 'sin(x)' --order 4 --at x=0.3", "taylor 'sin(x)' --order 2 --at x=0.3 --within 0.1",
    "implicit 'x*y = 3' --of y --order 2", "implicit 'x*y = 3' --of y --order 2 --at x=3,y=1",
    "grad 'x**2' --at x=2+/-0.1", "grad 'sum(w**2)*x' --at 'w=[[1, 2], [3, 4]],x=0.5'",
    "uncertainty 'x*y' --at x=2±0.1,y=3",
    "value 'exp(x)' --at x=1 --digits 30", "grad 'exp(x)' --at x=-2000", "functions",
]  # fmt: skip


def printed(line: str, style: str) -> str:
    out, error, code = outcome([*shlex.split(line), "--format", style])
    assert (error, code) == ("", 0), error
    return out


def numbers(line: str) -> list[str]:
    return re.findall(r"[-\d.e+/]+", printed(line, "plain")) if "--at" in line else []


def test_every_command_has_its_equations() -> None:
    pictures = {"graph", "explain", "plot", "report"}
    others = {"steps", "check", "code", "roots", "extrema"}
    assert set(EQUATIONS) == set(COMMANDS) - pictures - others


@pytest.mark.parametrize("line", ASKED)
def test_every_command_in_every_format(line: str) -> None:
    texts = {style: printed(line, style) for style in NOTATIONS}
    assert texts["latex"].count(r"\begin") == texts["latex"].count(r"\end")
    for number in numbers(line):
        digits, _, exponent = number.lstrip("-").partition("e")
        parts = digits.split("/")
        for style, text in texts.items():
            assert all(part in text for part in parts), style
            shown = {
                "latex": rf"\cdot 10^{{{int(exponent or 0)}}}",
                "typst": f"dot 10^({int(exponent or 0)})",
                "mathml": f"<mn>{abs(int(exponent or 0))}</mn>",
                "markdown": f"e{exponent}",
            }[style]
            assert not exponent or shown in text, style
    root = ElementTree.fromstring(texts["mathml"])
    assert {x.tag for x in root} <= {"{http://www.w3.org/1998/Math/MathML}math", "p"}
    for element in root.iter():
        counts = {"mfrac": 2, "msup": 2, "msub": 2, "mroot": 2}
        tag = element.tag.rpartition("}")[2]
        assert len(element) == counts.get(tag, len(element))
        assert tag in ("mo", "mn", "mi", "mtext", "p") or not (element.text or "").strip()
    rows = [row for row in texts["markdown"].split("\n") if row.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


def test_a_gradient_at_a_point() -> None:
    line = 'grad "w1**2*sin(w2)" --at w1=1,w2=1.5e-9'
    assert printed(line, "latex") == "\n".join([
        r"\begin{align*}",
        r"f(w_{1}, w_{2}) &= w_{1}^{2} \sin(w_{2}) \\",
        r"w_{1} &= 1 \\",
        r"w_{2} &= 1.5 \cdot 10^{-9} \\",
        r"f &= 1.5 \cdot 10^{-9} \\",
        r"\frac{\partial f}{\partial w_{1}} &= 3 \cdot 10^{-9} \\",
        r"\frac{\partial f}{\partial w_{2}} &= 1",
        r"\end{align*}",
        "",
        "every digit is proven",
    ])  # fmt: skip


def test_a_hessian() -> None:
    shown = printed('hessian "x*y**2"', "latex").split("\n")[2]
    matrix = r"\begin{pmatrix} 0 & 2 y \\ 2 y & 2 x \end{pmatrix}"
    assert shown == rf"\frac{{\partial^{{2}} f}}{{\partial (x, y)^{{2}}}} &= {matrix}"
    assert "mat(0, 2 y; 2 y, 2 x)" in printed('hessian "x*y**2"', "typst")
    assert printed('hessian "x*y**2"', "markdown").split("\n")[2:] == [
        "| ∂²f | $x$ | $y$ |",
        "| --- | --- | --- |",
        "| $x$ | $0$ | $2 y$ |",
        "| $y$ | $2 y$ | $2 x$ |",
    ]


def test_derivatives_of_a_function_of_one_variable_have_primes() -> None:
    lefts = re.findall(r"^(.*?) &=", printed("nth x**6 --order 5", "latex"), re.M)
    assert lefts == ["f(x)", "f'", "f''", "f'''", "f^{(4)}", "f^{(5)}"]


def test_taylor_polynomials() -> None:
    """o() of the last power, which is true of x**(7/2) too."""
    last = printed("taylor sqrt(x) --at x=4 --order 2", "latex").split("\n")[-4]
    tail = r"o\left((x - 4)^{2}\right)".replace(r"\left", "").replace(r"\right", "")
    assert last == rf"f(x) &= 2 + \frac{{x - 4}}{{4}} - \frac{{(x - 4)^{{2}}}}{{64}} + {tail}"
    bounded = printed("taylor exp(x) --at x=0 --order 1 --within 0.1", "latex")
    assert "1 + x + R" in bounded and r"\left\vert x\right\vert &\leq 0.1" in bounded
    assert r"f(x + h, y) &= c_{0} + c_{1} h" in printed("taylor x*y --order 1 --wrt x", "latex")


def test_mathml_where_the_output_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    shown = calculate("value", "alpha*x").text("mathml")
    assert shown.isascii() and "".join(ElementTree.fromstring(shown).itertext()).count("α") == 2


def test_letters_are_free() -> None:
    """An expression may have variables called f and v."""
    shown = printed('hvp "f*v**2" --v 1,2', "latex")
    assert "g(f, v) &=" in shown and "u &=" in shown


def test_definitions_stand_below() -> None:
    names = "a = exp(sin(x)*x); b = log(1 + a)*gamma(a + x); c = atan(a*b)*tanh(a - b)"
    line = f'nth "{names}; a*b*c" --order 2'
    shown = printed(line, "latex")
    first, second = shown.index("f(x) &="), shown.index(r"\text{where } t_{1} &=")
    assert first < second
    defined = re.findall(r"where } (t_\{\d+\}) &=", shown)
    assert len({*defined}) == len(defined) > 5
    assert {*re.findall(r"t_\{\d+\}", shown)} == {*defined}


def test_what_is_too_large() -> None:
    with pytest.raises(HodiffError, match="10000 numbers at most: take plain"):
        calculate("hessian", "sum(w**2)", at={"w": [1] * 101}).text("latex")
    large = calculate("grad", "dot(w, a)", at={"w": [1] * 100}, let={"a": [2] * 100})
    assert r"f(w) &= \text{dot(w, a)} \\" in large.text("latex")


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(HodiffError, match="did you mean 'latex'"):
        calculate("grad", "x**2").text("latexx")


# ------------------------------------------------------------------ notebooks


def test_what_a_notebook_shows_of_a_result() -> None:
    r: Any = calculate("grad", "x**2")
    assert r._repr_latex_() == r.text("latex")
    assert r._repr_markdown_() == r.text("markdown")
    assert r._repr_html_() == r.text("mathml")
    many: Any = calculate("hessian", "sum(w**2)", at={"w": [1] * 101})
    assert many._repr_html_() is None and many._repr_latex_() is None


def test_what_a_notebook_shows_of_a_tensor() -> None:
    f, variables = hodiff.parse("x**2/2")
    (slope,) = hodiff.grad(f, variables["x"], create_graph=True)
    assert f._repr_latex_() == f._repr_markdown_() == r"$\displaystyle \frac{x^{2}}{2}$"
    assert slope._repr_latex_() == r"$\displaystyle x$"
    assert ElementTree.fromstring(f._repr_html_())[0].tag.endswith("mfrac")
    valued = hodiff.tensor([1.0, 2.0], requires_grad=True)
    for x in (valued, valued * 2, (valued * 2).detach()):
        assert x._repr_latex_() is x._repr_html_() is x._repr_markdown_() is None


def test_formulas_are_text_to_everyone_else() -> None:
    """json's object holds plain text."""
    r = calculate("hessian", "x*y**2")
    assert {type(x) for row in r.to_dict()["hessian"] for x in row} == {str}
    assert json.loads(json.dumps(r.to_dict())) == json.loads(r.text("json"))
