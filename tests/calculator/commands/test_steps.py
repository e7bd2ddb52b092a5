"""steps: trees that were read by eye, and what every format says of them."""

import json
import re

import pytest

import hodiff as package
from hodiff.errors import HodiffError

PRODUCT = """\
x**3*exp(x)
df/dx
└── product rule: (u*v)' = u'*v + u*v' with u = x**3, v = exp(x)
    ├── power rule: (x**3)' = 3*x**2
    ├── exponential: (exp(x))' = exp(x)
    └── (x**3*exp(x))' = 3*x**2*exp(x) + x**3*exp(x)
df/dx = x**2*exp(x)*(x + 3)
"""

PARTIAL = """\
x**2*y + sin(x*y)
∂f/∂x: y is constant
└── sum rule: (u + v)' = u' + v'
    ├── power rule: (x**2*y)' = 2*x*y
    ├── chain rule: (sin(u))' = cos(u)*u' with u = x*y
    │   ├── linear: (x*y)' = y
    │   └── (sin(x*y))' = y*cos(x*y)
    └── (x**2*y + sin(x*y))' = 2*x*y + y*cos(x*y)
∂f/∂x = y*(2*x + cos(x*y))
∂f/∂y: x is constant
└── sum rule: (u + v)' = u' + v'
    ├── linear: (x**2*y)' = x**2
    ├── chain rule: (sin(u))' = cos(u)*u' with u = x*y
    │   ├── linear: (x*y)' = x
    │   └── (sin(x*y))' = x*cos(x*y)
    └── (x**2*y + sin(x*y))' = x**2 + x*cos(x*y)
∂f/∂y = x*(x + cos(x*y))
"""

TWICE = """\
df/dx
  chain rule: (sin(u))' = cos(u)*u' with u = 2*x
    linear: (2*x)' = 2
df/dx = 2*cos(2*x)
d²f/dx²: the derivative of df/dx
  constant multiple: (2*u)' = 2*u' with u = cos(2*x)
    chain rule: (cos(u))' = -sin(u)*u' with u = 2*x
      linear: (2*x)' = 2
      (cos(2*x))' = -2*sin(2*x)
d²f/dx² = -4*sin(2*x)
at x=0
f = 0
df/dx = 2
d²f/dx² = 0
"""

KINK = """\
**df/dx**

- piecewise: `(abs(u))' = sign(u)*u'` with `u = sin(x)`
  - sine: `(sin(x))' = cos(x)`
  - note: at abs(0) there is a kink and no derivative: sign(0) = 0 is a convention

df/dx = `sign(sin(x))*cos(x)`
"""


def test_trees(answer):
    assert answer("steps", "x**3*exp(x)") == PRODUCT
    assert answer("steps", "x**2*y + sin(x*y)") == PARTIAL


def test_plain_is_indented_and_markdown_a_list(answer):
    twice = ("steps", "sin(2*x)", "--order", "2", "--at", "x=0")
    assert answer(*twice, "--format", "plain") == TWICE
    assert answer("steps", "abs(sin(x))", "--format", "markdown") == KINK


F = "exp(sin(cos(x*y)*z))**2/(x + y) + x*sin(x)*cos(x)*exp(x)*log(x)*tan(x)"


def words(text):
    return re.sub(r"[\s│├└─|`-]", "", text)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_long_lines_are_folded_and_nothing_is_cut(answer, monkeypatch, width):
    plain = answer("steps", F, "--wrt", "x", "--format", "plain")
    monkeypatch.setenv("COLUMNS", str(width))
    tree = answer("steps", F, "--wrt", "x")
    title, _, rest = tree.partition("\n")
    assert F.startswith(title.removesuffix("..."))
    assert words(rest) == words(plain)
    assert max(map(len, tree.splitlines())) <= width
    assert all(line == line.rstrip() for line in tree.splitlines())


def test_a_line_breaks_inside_no_power(answer, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    tree = answer("steps", "(x**2 + 1)**3*exp(x**2)**3/(x**2 + y**2)**5*x**2", "--wrt", "x")
    assert not [line for line in tree.splitlines() if line.endswith("*") or line[-2:] == "**"]
    assert not [line for line in tree.splitlines() if line.lstrip("│ ").startswith("**")]


def test_the_last_line_is_what_grad_and_nth_print(answer):
    for text in ("x**3*exp(x)", "x**x", "max(x, 2)**2", "sin(x)/x"):
        plain = answer("steps", text, "--format", "plain").splitlines()
        assert plain[-1] == f"df/dx = {answer('grad', text, '--format', 'plain').rstrip()}"
        nth = answer("nth", text, "--order", "2", "--format", "plain").rstrip()
        plain = answer("steps", text, "--order", "2", "--format", "plain").splitlines()
        assert plain[-1] == f"d²f/dx² = {nth}"


def test_json_has_steps_in_steps(found):
    got = found("steps", "log(1 + x**2)*x")
    (only,) = got["derivatives"]
    assert (got["command"], got["value"], got["variables"]) == ("steps", "x*log(1 + x**2)", ["x"])
    assert got["at"] is None and got["order"] == only["order"] == 1
    step = only["steps"]
    assert step["rule"] == "product" and step["of"] == "x*log(1 + x**2)"
    assert step["with"] == {"u": "x", "v": "log(1 + x**2)"}
    assert step["formula"] == "(u*v)' = u'*v + u*v'"
    (inner,) = step["steps"]
    assert (inner["rule"], inner["derivative"]) == ("chain", "2*x/(1 + x**2)")
    assert [x["rule"] for x in inner["steps"][0]["steps"]] == ["constant", "power"]


def test_json_says_what_was_shown_above(found):
    (got,) = found("steps", "exp(sin(x**2))*log(2 + sin(x**2))")["derivatives"]
    first, second = got["steps"]["steps"]
    assert "above" not in first["steps"][0] and first["steps"][0]["steps"]
    again = second["steps"][0]["steps"][1]
    assert again["above"] is True and again["steps"] == [] and again["of"] == "sin(x**2)"


def test_csv_has_the_formulas(answer):
    assert answer("steps", "x**2*y", "--format", "csv") == "f,df_dx,df_dy\nx**2*y,2*x*y,x**2\n"


def test_values_at_a_point(found, answer):
    got = found("steps", "x**2*exp(y)", "--at", "x=3,y=0")
    assert [(x["variable"], x["value"]) for x in got["derivatives"]] == [("x", 6), ("y", 9)]
    assert (got["value"], got["at"], got["arithmetic"]) == (9, {"x": 3, "y": 0}, "ball")
    table = answer("steps", "x**2", "--at", "x=3", "--digits", "12")
    assert "at x=3\nf      9" in table and table.endswith("every digit is proven\n")
    assert found("steps", "a*x**2", "--let", "a=1/2", "--at", "x=3")["derivatives"][0]["value"] == 3


def test_the_reading_is_shown(answer, found):
    assert answer("steps", "2x sin(x)").startswith("2x sin(x)\n= 2*x*sin(x)\ndf/dx\n")
    assert found("steps", "2x sin(x)")["reading"] == "2*x*sin(x)"


def test_a_definition_is_named_after_the_formula(answer):
    chain = "x0 = x; " + "".join(f"x{i + 1} = sin(x{i})*cos(x{i}); " for i in range(5)) + "x5"
    plain = answer("steps", chain, "--format", "plain")
    assert " where t1 = " in plain and "; " not in plain


@pytest.mark.parametrize("style", ["table", "plain", "markdown"])
def test_ascii_where_stdout_has_no_more(answer, monkeypatch, style):
    monkeypatch.setattr("hodiff.calculator.answer.stdout_encoding", lambda: "ascii")
    monkeypatch.setattr("hodiff.calculator.tables.stdout_encoding", lambda: "ascii")
    out = answer("steps", "x**2*sin(y)", "--order", "2", "--wrt", "x", "--format", style)
    assert out.isascii() and "\\" not in out and "d2f/dx2" in out
    assert ("`-- " in out) == (style == "table")


@pytest.mark.parametrize(
    "line, kind, said",
    [
        (("x*y", "--order", "2"), "usage", "choose it, --wrt x"),
        (("[x, y]",), "usage", "steps needs one number"),
        (("5",), "usage", "no variable"),
        (("x", "--order", "0"), "usage", "whole number from 1 on"),
        (("dot(w, w)", "--at", "w=[1, 2]"), "usage", "give each entry a name"),
        (("abs(x)", "--at", "x=0"), "kink", "--subgradient"),
        (("exp(sin(x))", "--order", "900"), "limit", "over 500 steps"),
        (("x**2", "--format", "tree"), "usage", "markdown"),
    ],
)
def test_refusals_name_the_mend(hodiff, line, kind, said):
    ran = hodiff("steps", "--format", "json", *line)
    assert ran.code == (1 if kind == "kink" else 2) and said in ran.err
    assert json.loads(ran.out)["error"]["kind"] == kind


def test_from_python():
    r = package.calculate("steps", "x**2*sin(x)", order=2)
    assert r.formulas["df_dx"] == r.derivatives[0]["formula"]
    assert [x["order"] for x in r.to_dict()["derivatives"]] == [1, 2]
    assert r.text("markdown").startswith("**df/dx**") and "product rule" in str(r)
    with pytest.raises(HodiffError, match="unknown format"):
        package.calculate("grad", "x**2").text("html")
    with pytest.raises(HodiffError, match="begins with order 1"):
        package.calculate("steps", "x", order=0)


def test_json_as_deep_as_may_be(found):
    chain = "x0 = x; " + "".join(f"x{i + 1} = sin(x{i}); " for i in range(100)) + "x100"
    (got,) = found("steps", chain)["derivatives"]
    step, deep = got["steps"], 1
    while step["steps"]:
        (step,) = step["steps"]
        deep += 1
    assert deep == 100


LATEX = r"""\begin{align*}
& \text{$\frac{\partial f}{\partial x_{1}}$: y is constant} \\
& \quad \text{product rule: $\left(u v\right)' = u' \, v + u \, v'$ with $u = x_{1}^{3}$, $v = \sin(x_{1} y)$} \\
& \quad \quad \text{power rule: $\left(x_{1}^{3}\right)' = 3 x_{1}^{2}$} \\
& \quad \quad \text{chain rule: $\left(\sin(u)\right)' = \cos(u) \, u'$ with $u = x_{1} y$} \\
& \quad \quad \quad \text{linear: $\left(x_{1} y\right)' = y$} \\
& \quad \quad \quad \text{$\left(\sin(x_{1} y)\right)' = y \cos(x_{1} y)$} \\
& \quad \quad \text{$\left(x_{1}^{3} \sin(x_{1} y)\right)' = 3 x_{1}^{2} \sin(x_{1} y) + x_{1}^{3} y \cos(x_{1} y)$} \\
& \text{$\frac{\partial f}{\partial x_{1}} = x_{1}^{2} (x_{1} y \cos(x_{1} y) + 3 \sin(x_{1} y))$}
\end{align*}"""  # noqa: E501


def test_latex():
    steps = package.calculate("steps", "x_1**3*sin(x_1*y)", wrt=["x_1"])
    assert steps.text("latex") == LATEX


@pytest.mark.parametrize("text", ["x**x", "abs(x)/a_b", "sin(x)*cos(x)*exp(x)", "where(x<1, x, 2)"])
def test_latex_is_well_formed(text):
    found = package.calculate("steps", text, order=1, at={"x": "1/2", "a_b": 3} if "_" in text
                              else {"x": "1/2"}).text("latex")  # fmt: skip
    for line in found.split("\n"):
        assert line.count("{") == line.count("}") and line.count("$") % 2 == 0
        words = re.sub(r"\$[^$]*\$", "", line)
        assert not re.search(r"(?<!\\)_|\^|∂", words)
