"""EXPR, --at, --let, --wrt and --v: what they mean, and each way to get them wrong."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy
import pytest

from hodiff import derivatives
from hodiff.arithmetic.program import evaluate
from hodiff.errors import HodiffError
from hodiff.language.problem import Problem, read
from hodiff.views.formula import formula
from tests.asking import answer, point_values


def number(problem: Problem) -> Any:
    return answer(problem, [problem.f], differentiated=False)[0]


def slopes(problem: Problem) -> list[Any]:
    outputs = [problem.f, *derivatives.gradient(problem.f, problem.inputs)]
    return answer(problem, outputs)[1:]


def vector(problem: Problem, text: str) -> list[Any]:
    """What --v makes of text: numbers, and lists where a variable is a vector."""
    return [x.tolist() if hasattr(x, "tolist") else x for x in evaluate(problem.vector(text))]


def refused(
    kind: str, message: str, source: str, marked: str | None, expression: str, **options: Any
) -> None:
    """Check the error of a problem that can't be read, or has no number.

    marked is the text the error points at, its place in '«»' where that is needed to find it.
    v=... asks for the problem's vector.
    """
    v = options.pop("v", None)
    with pytest.raises(HodiffError) as caught:
        problem = read(expression, **options)
        if v is not None:
            problem.vector(v)
        else:
            number(problem)
    error = caught.value
    assert (error.kind, error.message, error.source) == (kind, message, source)
    texts = [expression, v, options.get("wrt"), *options.get("at", []), *options.get("let", [])]
    if marked is None:
        assert (error.start, error.end) == (None, None)
        return
    text = marked.replace("«", "").replace("»", "")
    start = marked.find("«") if "«" in marked else 0
    end = marked.find("»") - 1 if "«" in marked else len(text)
    assert error.text == text
    assert text in texts
    assert (error.start, error.end) == (start, end)


# ------------------------------------------------------------------ variables


@pytest.mark.parametrize(
    ("expression", "options", "wrt"),
    [
        ("y*x + y", {}, ["y", "x"]),  # the order of first appearance
        ("a = z; f(t) = t*y; x + f(a)", {}, ["z", "x", "y"]),
        ("y*x", {"at": ["x=1,y=2"]}, ["x", "y"]),  # the order of --at
        ("y*x", {"at": ["x=1", "y=2"]}, ["x", "y"]),
        ("x", {"at": ["y=1,x=2"]}, ["y", "x"]),
        ("x*y", {"at": ["x=1,y=2"], "wrt": "y"}, ["y"]),
        ("x*y", {"at": ["x=1,y=2"], "wrt": "y,x"}, ["y", "x"]),
        ("x*y", {"wrt": " y , x "}, ["y", "x"]),
        ("a*x", {"let": ["a=2"]}, ["x"]),
        ("\u00b5*x", {"wrt": "μ"}, ["μ"]),
        ("μ*x", {"wrt": "\u00b5"}, ["μ"]),
        ("pi*x", {"at": ["π=3,x=1"], "wrt": "π"}, ["pi"]),
        ("π_1*x", {"at": ["π_1=3,x=1"], "wrt": "π_1"}, ["π_1"]),
    ],
)
def test_what_is_differentiated(expression: str, options: Any, wrt: list[str]) -> None:
    assert read(expression, **options).wrt == wrt


def test_a_variable_that_the_expression_does_not_use_has_derivative_0() -> None:
    assert slopes(read("x**2", ["x=3,y=1,w=[1, 2]"])) == [6, 0, pytest.approx([0, 0])]


def test_variables_outside_wrt_are_held() -> None:
    problem = read("x*y", ["x=2,y=3"], wrt="y")
    assert slopes(problem) == [2]


def test_without_at_there_is_no_point() -> None:
    problem = read("a*x", let=["a=2"])
    assert problem.point is None
    assert list(problem.variables) == ["x"]


# ------------------------------------------------------------------ values


@pytest.mark.parametrize(
    ("at", "let", "expected"),
    [
        ("x=1", [], 1),
        ("x=-1", [], -1),
        ("x=2/3", [], 2 / 3),
        ("x = pi/2", [], math.pi / 2),
        ("x=0.1*3-0.3", [], 0),
        ("x=2+-0.1", [], 1.9),
        ("x=atan2(1,2)", [], math.atan2(1, 2)),
        ("x=max(1, 2, 3)", [], 3),
        ("x=[1, 2, 3][1]", [], 2),
        ("x=a/3", ["a=2"], 2 / 3),
        ("x=b", ["a=2,b=a**2"], 4),
        ("x=c", ["a=2", "b=a**2", "c=b + a"], 6),
        ("x=pi", ["pi=3"], 3),
        ("x=1e-400*1e400", [], 1),
        ("x=where(a < 3, 5, 6)", ["a=2"], 5),
        ("x=1_000", [], 1000),
    ],
)
def test_values_are_expressions(at: str, let: list[str], expected: float) -> None:
    problem = read("x", [at], let)
    assert number(problem) == expected
    assert point_values(problem) == {"x": expected}


def test_at_is_split_at_top_level_only() -> None:
    problem = read("a + b", ["a=1,b=atan2(1,2)"])
    assert point_values(problem) == {"a": 1, "b": math.atan2(1, 2)}
    problem = read("v[1] + a", ["v=[1,max(2,3)],a=4"])
    assert number(problem) == 7


def test_vectors_are_values() -> None:
    problem = read("w @ [x, 1]", ["w=[1, 2/3],x=3"])
    assert problem.variables["w"].shape == (2,)
    assert number(problem) == pytest.approx(3 + 2 / 3, rel=1e-15)
    assert [numpy.asarray(s).tolist() for s in slopes(problem)] == [[3, 1], 1]
    problem = read("sum(m @ a)", ["m=[[1, 2], [3, 4]]"], ["a=[1, 10]"])
    assert slopes(problem)[0].tolist() == [[1, 10], [1, 10]]


def test_lets_stay_exact() -> None:
    assert number(read("a*3 - 0.3 + 0*x", ["x=1"], ["a=0.1"])) == 0
    assert number(read("floor(a*10) + 0*x", ["x=1"], ["a=0.3"])) == 3
    assert number(read("x**n", ["x=-2"], ["n=6/2"])) == -8
    assert number(read("[5, 6, x][k]", ["x=1"], ["k=2/2"])) == 6


def test_a_vector_in_let_is_held() -> None:
    problem = read("sum(a*x)", ["x=2"], ["a=[1, 10]"])
    assert problem.wrt == ["x"]
    assert slopes(problem) == [11]


# ------------------------------------------------------------------ names that nothing binds

MISSING = "bind it with --at or --let {0}=..., or leave out --at for the formula"


@pytest.mark.parametrize(
    ("expression", "options", "kind", "message", "source", "marked"),
    [
        ("2*a*x**2", {"at": ["x=3"]}, "name", f"'a' has no value: {MISSING.format('a')}",
         "EXPR", "2*«a»*x**2"),
        ("alpha*x", {"at": ["alpho=1,x=3"]}, "name",
         f"'alpha' has no value (did you mean 'alpho'?): {MISSING.format('alpha')}",
         "EXPR", "«alpha»*x"),
        ("x + gama", {"at": ["x=3"], "let": ["gamma=1"]}, "name",
         f"'gama' has no value (did you mean 'gamma'?): {MISSING.format('gama')}",
         "EXPR", "x + «gama»"),
        ("f(t) = t*k; f(x)", {"at": ["x=3"]}, "name", f"'k' has no value: {MISSING.format('k')}",
         "EXPR", "f(t) = t*«k»; f(x)"),
        ("x", {"at": ["x=1"], "wrt": "y"}, "name",
         "--wrt names an unknown variable 'y' (the variables are x)", "--wrt", "«y»"),
        ("x", {"wrt": "pi"}, "name",  # a constant, also where EXPR has none
         "--wrt names an unknown variable 'pi' (the variables are x)", "--wrt", "«pi»"),
        ("a = x**2; sin(a)", {"wrt": "a"}, "name",  # in EXPR, but no variable
         "--wrt names an unknown variable 'a' (the variables are x)", "--wrt", "«a»"),
        ("f(t) = t*x; f(2)", {"wrt": "x,t"}, "name",
         "--wrt names an unknown variable 't' (the variables are x)", "--wrt", "x,«t»"),
        ("sin(x)", {"wrt": "sin"}, "name",
         "--wrt names an unknown variable 'sin' (the variables are x)", "--wrt", "«sin»"),
        ("x", {"wrt": "2x"}, "name",
         "--wrt names an unknown variable '2x' (did you mean 'x'?)", "--wrt", "«2x»"),
        ("x", {"wrt": "and"}, "name",
         "--wrt names an unknown variable 'and' (the variables are x)", "--wrt", "«and»"),
        ("x*lambda", {"at": ["x=1,lambda=2"], "wrt": "x, lamda"}, "name",
         "--wrt names an unknown variable 'lamda' (did you mean 'lambda'?)",
         "--wrt", "x, «lamda»"),
        ("xy", {"at": ["xy=1"], "wrt": "xy,x"}, "name",  # not the x in xy
         "--wrt names an unknown variable 'x' (did you mean 'xy'?)", "--wrt", "xy,«x»"),
        ("x", {"at": ["x=1"], "wrt": "x,\u00b5"}, "name",
         "--wrt names an unknown variable 'μ' (the variables are x)", "--wrt", "x,«\u00b5»"),
        ("x", {"at": ["x=1"], "wrt": "π"}, "name",
         "--wrt names an unknown variable 'pi' (the variables are x)", "--wrt", "«π»"),
        ("x*a", {"at": ["x=1"], "let": ["a=3"], "wrt": "a"}, "name",
         "--wrt names 'a', which --let binds: bind it in --at", "--wrt", "«a»"),
        ("x*y", {"at": ["x=1,y=2"], "wrt": "y, y"}, "usage",
         "--wrt names 'y' twice: write --wrt x,y", "--wrt", "y, «y»"),
        ("x", {"at": ["x=z,y=1"]}, "name", "unknown name 'z': bind it with --let z=...",
         "--at", "x=«z»,y=1"),
        ("x*y", {"at": ["x=1,y=2*x"]}, "name",
         "'x' is a variable: a value of --at may only use --let names", "--at", "x=1,y=2*«x»"),
        ("a*x", {"at": ["x=1"], "let": ["a=y"]}, "name",
         "unknown name 'y': bind it with --let y=...", "--let", "a=«y»"),
        ("x", {"at": ["x=1"], "let": ["a=sine(1)"]}, "name",
         "unknown function 'sine' (did you mean 'sin'?)", "--let", "a=«sine»(1)"),
        ("x", {"at": ["x=Log(1)"]}, "name",
         "unknown function 'Log' (did you mean 'log'?)", "--at", "x=«Log»(1)"),
        ("x*y", {"at": ["x=1,y=2"], "v": "x,1"}, "name",
         "'x' is a variable: a value of --v may only use --let names", "--v", "«x»,1"),
        ("x*y", {"at": ["x=1,y=2"], "v": "1,q"}, "name",
         "unknown name 'q': bind it with --let q=...", "--v", "1,«q»"),
    ],
)  # fmt: skip
def test_names(
    expression: str, options: Any, kind: str, message: str, source: str, marked: str
) -> None:
    refused(kind, message, source, marked, expression, **dict(options))


@pytest.mark.parametrize(
    ("expression", "at", "wrt", "unused"),
    [
        ("x", [], "x,z", ["'z'"]),
        ("x", ["x=1,z=2"], "z,x", ["'z'"]),
        ("x", ["x=1,z=2"], None, []),
        ("x*y", [], "y", []),
        ("x - x + 0*y", [], "x,y", []),  # they are there, whatever comes of them
        ("alpha*x", [], "alhpa,q", ["'alhpa' (did you mean 'alpha'?)", "'q'"]),
        ("2", [], "μ", ["'μ'"]),
    ],
)
def test_a_name_in_wrt_that_expr_does_not_use(
    expression: str, at: list[str], wrt: str | None, unused: list[str]
) -> None:
    problem = read(expression, at, wrt=wrt)
    assert problem.notes == [f"EXPR doesn't use {name}: its derivative is 0" for name in unused]
    assert problem.wrt == (wrt.split(",") if wrt else ["x", "z"])


@pytest.mark.parametrize("wrt", ["", "x,", ",x", " "])
def test_an_empty_name_in_wrt(wrt: str) -> None:
    message = "--wrt has an empty name: write --wrt x,y"
    with pytest.raises(HodiffError) as caught:
        read("x", ["x=1"], wrt=wrt)
    assert (caught.value.kind, caught.value.message) == ("usage", message)
    assert caught.value.source == "--wrt"


def test_a_let_may_not_use_a_differentiated_variable() -> None:
    message = (
        "'x' is a variable of --at, and a --let is constant:"
        " define it in EXPR, as in 'a = 2*x; ...'"
    )
    refused("usage", message, "--let", "a=2*«x»", "a*x", at=["x=1"], let=["a=2*x"])
    # The same without a point: x is a variable of EXPR.
    with pytest.raises(HodiffError) as caught:
        read("a*x", let=["a=2*x"])
    assert caught.value.kind == "usage"
    assert "'x' is a variable" in caught.value.message and "EXPR" in caught.value.message
    assert (caught.value.source, caught.value.start, caught.value.end) == ("--let", 4, 5)


def test_a_let_may_not_use_a_later_one() -> None:
    with pytest.raises(HodiffError) as caught:
        read("b*x", ["x=1"], ["b=a**2,a=2"])
    assert "'a'" in caught.value.message
    assert "later" in caught.value.message or "before" in caught.value.message
    assert (caught.value.source, caught.value.start, caught.value.end) == ("--let", 2, 3)


def test_a_constant_that_at_rebinds_is_no_longer_itself() -> None:
    """pi is 3.14… in EXPR or it is 3: never one in --at and another in EXPR."""
    for options in ({"at": ["pi=3,x=2*pi"]}, {"at": ["pi=3,x=1"], "let": ["a=2*pi"]}):
        with pytest.raises(HodiffError) as caught:
            read("x", **options)
        assert "'pi' is a variable" in caught.value.message


# ------------------------------------------------------------------ names bound twice


@pytest.mark.parametrize(
    ("at", "let", "source", "marked"),
    [
        (["x=1,x=2"], [], "--at", "x=1,«x»=2"),
        (["x=1,y=3, x=2"], [], "--at", "x=1,y=3, «x»=2"),
        (["y=1,x=1", "x=2"], [], "--at", "«x»=2"),
        (["x=1"], ["x=3"], "--let", "«x»=3"),
        (["x=1"], ["a=1,x=3"], "--let", "a=1,«x»=3"),
        (["x=1"], ["x=1,x=2"], "--let", "«x»=1,x=2"),
        (["pi=1,x=2"], ["π=3"], "--let", "«π»=3"),
    ],
)
def test_a_name_bound_twice(at: list[str], let: list[str], source: str, marked: str) -> None:
    name = "pi" if "π" in marked else "x"
    refused("usage", f"'{name}' is bound twice: remove one", source, marked, "x", at=at, let=let)


@pytest.mark.parametrize("let", [["a=1,a=2"], ["a=1", "b=3,a=2"]])
def test_a_constant_bound_twice(let: list[str]) -> None:
    refused("usage", "'a' is bound twice: remove one", "--let",
            f"{let[-1][:4]}«a»=2", "x", at=["x=1"], let=let)  # fmt: skip


# ------------------------------------------------------------------ --at and --let as texts


@pytest.mark.parametrize(
    ("option", "text", "kind", "message", "marked"),
    [
        ("at", "x", "syntax", "missing '=': write x=…", "«x»"),
        ("at", "x=1,y", "syntax", "missing '=': write y=…", "x=1,«y»"),
        ("at", "2=3", "syntax", "only a name can be given a value: write name=value", "«2»=3"),
        ("at", "w[0]=2", "syntax", "only a name can be given a value: write name=value",
         "«w[0]»=2"),
        ("at", "x==2", "syntax", "write '=' instead of '=='", "«x==2»"),
        ("at", "x=1 y=2", "syntax", "missing ',' before 'y'", "x=1 «y»=2"),
        ("at", "x=1;y=2", "syntax", "write ',' instead of ';'", "x=1«;»y=2"),
        ("at", "x=(1", "syntax", "this '(' is never closed: add ')'", "x=«(»1"),
        ("at", "x=1,", "syntax", "nothing follows the last ',': leave it out", "x=1,«»"),
        ("at", "", "syntax", "the text is empty: write name=value", None),
        ("let", "3", "syntax", "missing name: write x=3", "«3»"),
        ("let", " ", "syntax", "the text is empty: write name=value", None),
        ("at", "x=[]", "syntax", "the vector is empty", "x=[«]»"),
        ("at", "x=@no.npy", "usage", "can't read 'no.npy': No such file or directory",
         "x=«@no.npy»"),
        ("let", "a=2+/-0.1", "usage", "an interval is a point: bind it with --at", "a=«2+/-0.1»"),
        ("let", "a=2±0.1", "usage", "an interval is a point: bind it with --at", "a=«2±0.1»"),
        ("at", "x=1/0", "pole",
         "'1/0' is infinite at this point: it needs a divisor other than 0", "x=«1/0»"),
        ("at", "x=log(1 - 2)", "domain",
         "'log(1 - 2)' is undefined at this point: it needs an argument > 0, not -1",
         "x=«log(1 - 2)»"),
        ("at", "x=1e400", "limit", "'1e400' is too large for a double", "x=«1e400»"),
        ("at", "x=[1, -2e308]", "limit", "'-2e308' is too large for a double",
         "x=[1, «-2e308»]"),
    ],
)  # fmt: skip
def test_bindings(option: str, text: str, kind: str, message: str, marked: str | None) -> None:
    options = {"at": [text]} if option == "at" else {"at": ["x=1"], "let": [text]}
    refused(kind, message, f"--{option}", marked, "x", **options)


def test_a_let_that_has_no_value() -> None:
    refused("pole", "'1/0' is infinite at this point: it needs a divisor other than 0",
            "--let", "a=«1/0»", "a*x", at=["x=1"], let=["a=1/0"])  # fmt: skip
    assert number(read("x", ["x=1"], ["a=1/0"])) == 1  # not used, not computed


# ------------------------------------------------------------------ --v


@pytest.mark.parametrize(
    ("expression", "options", "text", "expected"),
    [
        ("x*y", {"at": ["x=1,y=2"]}, "0.5,1", [0.5, 1]),
        ("x*y", {"at": ["x=1,y=2"]}, "y=0.5,x=1", [1, 0.5]),
        ("x*y", {"at": ["x=1,y=2"], "wrt": "y,x"}, "0.5,1", [0.5, 1]),
        ("x*y", {"at": ["x=1,y=2"], "wrt": "y"}, "7", [7]),
        ("x*y", {"at": ["x=1,y=2"], "let": ["a=1/4"]}, "a,-a*pi", [0.25, -math.pi / 4]),
        ("x*y", {}, "1,2", [1, 2]),
        ("x*sum(w)", {"at": ["w=[1, 2],x=3"]}, "[1, 2],3", [[1, 2], 3]),
        ("x*sum(w)", {"at": ["w=[1, 2],x=3"]}, "1,2,3", [[1, 2], 3]),
        ("x*sum(w)", {"at": ["w=[1, 2],x=3"]}, "x=3,w=[1, 2]", [[1, 2], 3]),
        ("sum(w)", {"at": ["w=[[1, 2], [3, 4]]"]}, "1,2,3,4", [[[1, 2], [3, 4]]]),
        ("sum(w)", {"at": ["w=[[1, 2], [3, 4]]"]}, "[[1, 2], [3, 4]]", [[[1, 2], [3, 4]]]),
        ("sum(w)", {"at": ["w=[5]"]}, "2", [[2]]),
        ("\u00b5*x", {"at": ["\u00b5=1,x=2"]}, "\u00b5=3,x=4", [3, 4]),
    ],
)
def test_the_vector(expression: str, options: Any, text: str, expected: Any) -> None:
    assert vector(read(expression, **options), text) == expected


WRONG = "--v needs {} numbers, one a component of the variables, not {}"


@pytest.mark.parametrize(
    ("at", "text", "kind", "message", "marked"),
    [
        ("x=1,y=2", "1", "usage", WRONG.format(2, 1), "«1»"),
        ("x=1,y=2", "1,2,3", "usage", WRONG.format(2, 3), "«1,2,3»"),
        ("x=1,w=[1, 2],y=2", "1,2", "usage", WRONG.format(4, 2), "«1,2»"),
        ("x=1,y=2", "x=1", "usage", "--v has no value for 'y'", "«x=1»"),
        ("x=1,y=2", "y=1,x=3,z=4", "name", "unknown variable 'z' (the variables are x, y)",
         "y=1,x=3,«z»=4"),
        ("x=1,lambda=2", "x=1,lamda=3", "name",
         "unknown variable 'lamda' (did you mean 'lambda'?)", "x=1,«lamda»=3"),
        ("x=1,y=2", "y=1,x=3,y=4", "usage", "'y' is bound twice: remove one", "y=1,x=3,«y»=4"),
        ("x=1,y=2", "y=1,3", "syntax", "give all values names or none: w1=0.5,w2=1 or 0.5,1",
         "y=1,«3»"),
        ("x=1,y=2", "", "syntax", "the text is empty: write values, as in 0.5,1", None),
        ("x=1,y=2", "@v.npy", "usage", "can't read 'v.npy': No such file or directory",
         "«@v.npy»"),
    ],
)  # fmt: skip
def test_a_wrong_vector(at: str, text: str, kind: str, message: str, marked: str | None) -> None:
    refused(kind, message, "--v", marked, "x", at=[at], v=text)


@pytest.mark.parametrize(
    ("at", "text"), [("x=1,y=2", "[1, 2]"), ("x=1", "[2]"), ("w=[[1, 2], [3, 4]]", "[1, 2, 3, 4]")]
)
def test_one_vector_is_shared_out_to_all_variables(at: str, text: str) -> None:
    problem = read("x" if "x" in at else "sum(w)", [at])
    bare = problem.vector(text.strip("[]"))
    found = problem.vector(text)
    assert [x.shape for x in found] == [x.shape for x in problem.inputs]
    assert [formula(x) for x in found] == [formula(x) for x in bare]


@pytest.mark.parametrize(
    ("at", "text", "culprit"),
    [
        ("x=1,y=2", "1,[2]", "y"),
        ("x=1,y=2", "[1, 2],3", "x"),
        ("w=[1, 2],x=3", "3,[1, 2]", "w"),
        ("w=[1, 2],x=3", "w=1,x=4", "w"),
        ("w=[1, 2],x=3", "w=[1, 2, 3],x=4", "w"),
        ("w=[1, 2],x=3", "x=[1, 2],w=3", None),
    ],
)
def test_a_vector_of_the_wrong_shape(at: str, text: str, culprit: str | None) -> None:
    """The numbers may be as many as there should be: the message must not say 2, not 2."""
    with pytest.raises(HodiffError) as caught:
        read("x" if "x" in at else "sum(w)", [at]).vector(text)
    error = caught.value
    assert (error.kind, error.source, error.text) == ("usage", "--v", text)
    wanted, _, got = error.message.partition("not ")
    assert not got or got.split()[0].strip(".:,") not in wanted.split()
    if culprit:
        assert f"'{culprit}'" in error.message


def test_v_has_a_value_or_none() -> None:
    problem = read("x", ["x=1"])
    with pytest.raises(HodiffError, match="infinite"):
        evaluated = problem.vector("1/0")
        answer(problem, evaluated)


# ------------------------------------------------------------------ calls


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("2*«sin()»", "syntax", "sin(x) takes 1 argument, not 0"),
        ("2*«sin(x, y)»", "syntax", "sin(x) takes 1 argument, not 2"),
        ("«atan2(x)»", "syntax", "atan2(y, x) takes 2 arguments, not 1"),
        ("«where(x, 1)»", "syntax", "where(condition, a, b) takes 3 arguments, not 2"),
        ("«log(x, 2, 3)»", "syntax", "log(x, base) takes 1 or 2 arguments, not 3"),
        ("«max(x)»", "syntax", "max needs a vector, as in max([a, b])"),
        ("«clip(x, 1)»", "syntax", "clip(x, lo, hi) takes 3 arguments, not 2"),
        ("«norm([x, y], 2)»", "syntax", "norm(v) takes 1 argument, not 2"),
        ("f(t) = t; «f(x, 1)»", "syntax", "f takes 1 argument, not 2"),
        ("f(s, t) = t; 2*«f(x)»", "syntax", "f takes 2 arguments, not 1"),
        ("f() = 3; «f(x)»", "syntax", "f takes 0 arguments, not 1"),
        ("w1**2*«sine»(w2)", "name", "unknown function 'sine' (did you mean 'sin'?)"),
        ("«Sin»(x)", "name", "unknown function 'Sin' (did you mean 'sin'?)"),
        ("«SQRT»(x)", "name", "unknown function 'SQRT' (did you mean 'sqrt'?)"),
        ("«arctg»(x)", "name", "unknown function 'arctg' (did you mean 'atan'?)"),
        ("sigma(t) = t; «sigm»(x)", "name", "unknown function 'sigm' (did you mean 'sigma'?)"),
        ("«q»(x)", "name", "unknown function 'q' (for a product write q*(x))"),
        ("«pow»(x + 1, 2)", "name", "unknown function 'pow': write (x + 1)**2"),
        ("«square»(x)", "name", "unknown function 'square': write x**2"),
        ("«pow»(x)", "name", "unknown function 'pow' (for a product write pow*(x))"),
        ("«x(x + 1)»", "syntax", "missing '*': write x*(x + 1), or define x(t) = … for a call"),
        ("y*«x(2)»", "syntax", "missing '*': write x*(2), or define x(t) = … for a call"),
        ("«pi(2)»", "syntax", "missing '*': write pi*(2), or define pi(t) = … for a call"),
        ("f = 3; «f(x)»", "syntax", "missing '*': write f*(x), or define f(t) = … for a call"),
        ("«a(x)»", "syntax", "missing '*': write a*(x), or define a(t) = … for a call"),
        ("«x (y)»", "syntax", "missing '*': write x*(y), or define x(t) = … for a call"),
    ],
)
def test_calls(text: str, kind: str, message: str) -> None:
    plain = text.replace("«", "").replace("»", "")
    point = {"at": ["x=1,y=2,w1=1,w2=2"], "let": ["a=3"]}
    refused(kind, message, "EXPR", text, plain, **point, strict=True)


@pytest.mark.parametrize("text", ["x(x + 1)", "x*x(2)", "sim(t + 1)*sim", "x + x(y)", "sig(2)*sig"])
def test_a_missing_times_without_a_point(text: str) -> None:
    """A name that is used as a variable elsewhere is no misspelt function."""
    with pytest.raises(HodiffError) as caught:
        read(text)
    error = caught.value
    name = error.message.split("write ")[1].split("*")[0]
    assert f"{name}*(" in error.message
    assert "did you mean" not in error.message


# ------------------------------------------------------------------ vectors


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2*«[1, 2][2]»", "index 2 is outside a vector of length 2"),
        ("«[1, 2][-3]»", "index -3 is outside a vector of length 2"),
        ("«[1, 2][x]»", "an index must be a whole number"),
        ("«[1, 2][0.5]»", "an index must be a whole number"),
        ("«[1, 2][1 < 2]»", "an index must be a whole number"),
        ("«[1, 2][[0]]»", "an index must be a whole number"),
        ("[1, 2][«x:»]", "a bound of a slice must be a whole number"),
        ("[1, 2][«:0.5»]", "a bound of a slice must be a whole number"),
        ("[1, 2][«0:1:x»]", "a bound of a slice must be a whole number"),
        ("«[1, 2, 3][::0]»", "slice step cannot be zero"),
        ("«[[1, 2], [3, 4]][0, 2]»", "index 2 is outside a vector of length 2"),
        ("«sum(x)»", "sum needs a vector, as in sum([a, b])"),
        ("«mean(3)»", "mean needs a vector, as in mean([a, b])"),
        ("«prod(x)»", "prod needs a vector, as in prod([a, b])"),
        ("«norm(x)»", "norm needs a vector, as in norm([a, b])"),
        ("«logsumexp(x)»", "logsumexp needs a vector, as in logsumexp([a, b])"),
        ("«dot([1, 2], [1])»", "dot needs two vectors of the same length"),
        ("«dot(x, y)»", "dot needs two vectors of the same length"),
        ("2*«(x @ y)»", "@ multiplies vectors and matrices, not numbers: write *"),
        ("«[1, 2] @ x»", "@ multiplies vectors and matrices, not numbers: write *"),
        ("«polygamma(x, 1)»", "polygamma(n, x) needs a whole number n >= 0"),
        ("«polygamma(0.5, x)»", "polygamma(n, x) needs a whole number n >= 0"),
        ("«polygamma(-1, x)»", "polygamma(n, x) needs a whole number n >= 0"),
        ("«polygamma([1], x)»", "polygamma(n, x) needs a whole number n >= 0"),
        ("«sinc(x, y)»", "sinc(x, n) needs a whole number n >= 0"),
    ],
)
def test_vectors_and_orders(text: str, message: str) -> None:
    plain = text.replace("«", "").replace("»", "")
    marked = text.replace("«(", "(«").replace(")»", "»)") if "@ y" in text else text
    refused("syntax", message, "EXPR", marked, plain, at=["x=1,y=2"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Shapes as Python tuples, () for a number, say little to whoever typed the text.
        ("[1, [2]]", ["number", "vector"]),
        ("[[1, 2], [3]]", ["2", "1"]),
        ("[1, 2] + [1, 2, 3]", ["2", "3"]),
        ("[1, 2] @ [1, 2, 3]", ["2", "3"]),
        ("[[1, 2], [3, 4]] @ [1, 2, 3]", ["3"]),
        ("x[0]", ["number"]),
        ("[1][0, 0]", ["2", "1"]),
    ],
)
def test_shapes_that_do_not_fit(text: str, words: list[str]) -> None:
    with pytest.raises(HodiffError) as caught:
        read(text, ["x=1"])
    error = caught.value
    assert (error.kind, error.start, error.end) == ("syntax", 0, len(text))
    assert all(word in error.message for word in words)
    assert "()" not in error.message and ",)" not in error.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum([1, 2, x][::10**9])", 1),
        ("sum([1, 2, x][-10**30:10**30:10**30])", 1),
        ("[1, 2, x][::-10**30][0]", 5),
        ("sum([1, 2, x][10**30:])", 0),
        ("prod([1, 2, x][5:])", 1),
        ("norm([1, 2, x][5:])", 0),
        ("sum([1, 2, x][::-1])", 8),
        ("[1, 2, x][::-1][0]", 5),
        ("[1, 2, x][-1:-4:-2][1]", 1),
        ("[1, 2, x][1/2 + 1/2]", 2),
        ("[[1, 2], [3, x]][::-1, ::-1][0, 0]", 5),
        ("[[1, 2], [3, x]][1][1]", 5),
        ("sum([[1, 2], [3, x]][:, 1])", 7),
        ("[[1, 2], [3, x]][-1, -1]", 5),
    ],
)
def test_indices_as_in_numpy(text: str, expected: float) -> None:
    assert number(read(text, ["x=5"])) == expected


@pytest.mark.parametrize("text", ["mean([1, x][5:])", "logsumexp([1, x][5:])"])
def test_what_an_empty_vector_has_not(text: str) -> None:
    with pytest.raises(HodiffError):
        number(read(text, ["x=1"]))


@pytest.mark.parametrize("text", ["[1, 2][10**100]", "[1, 2][10**1000]", "[x][1e2999]"])
def test_a_huge_index(text: str) -> None:
    with pytest.raises(HodiffError, match=r"outside a vector of length \d$") as caught:
        read(text, ["x=1"])
    assert caught.value.kind == "syntax"
    assert len(caught.value.message) < 150


# ------------------------------------------------------------------ limits


def test_more_than_64_kib_is_refused_in_every_option() -> None:
    long = "1" + " " * 65536
    for source, options in [
        ("EXPR", {"expression": long}),
        ("--at", {"at": [f"x={long}"]}),
        ("--let", {"let": [f"a={long}"]}),
    ]:
        with pytest.raises(HodiffError, match="too long") as caught:
            read(**{"expression": "x", **options})
        assert (caught.value.kind, caught.value.source) == ("limit", source)
    with pytest.raises(HodiffError, match="too long") as caught:
        read("x", ["x=1"]).vector(long)
    assert (caught.value.kind, caught.value.source) == ("limit", "--v")


def test_a_constant_is_the_exact_number() -> None:
    problem = read("0.1*x", let=[])
    (tenth,) = [x for x in problem.f.inputs if not x.requires_grad]
    assert tenth.attributes == (Fraction(1, 10),)
