"""hodiff functions: every name of the table, with a derivative that is right."""

import csv
import json
from itertools import groupby

import pytest

from hodiff.cli import main
from hodiff.engine.operations import FUNCTIONS


@pytest.fixture
def listed(answer):
    found = json.loads(answer("functions", "--format", "json"))
    assert found["command"] == "functions"
    return {function["name"]: function for function in found["functions"]}


def derivatives(function):
    return [tuple(form.values()) for form in function["forms"]]


def test_every_function_is_listed_once(answer, listed):
    assert answer("functions", "--format", "plain").split() == list(listed)
    assert sorted(listed) == sorted(FUNCTIONS)


def test_families_stand_together(answer, listed):
    families = [function["family"] for function in listed.values()]
    assert len(list(groupby(families))) == len(set(families))
    assert "Your own" not in families
    assert listed["asech"]["family"] == listed["sinh"]["family"] != listed["sin"]["family"]
    assert listed["ln"]["family"] == listed["exp"]["family"]
    assert "-- Angles in degrees --" in answer("functions")


@pytest.mark.parametrize(
    ("words", "there", "missing"),
    [
        (["arctan"], {"atan", "arctan", "atan2", "arctan2", "arctanh"}, {"tan"}),
        (["BINOM"], {"binomial", "comb"}, {"factorial"}),
        (["choose"], {"binomial"}, {"factorial"}),  # another name
        (["degrees"], {"sind", "radians", "degrees"}, {"sin"}),  # a family
        (["hyperbolic", "cosine"], {"cosh"}, {"cos", "sinh"}),
        (["inverse", "matrix"], {"inv"}, {"asin"}),  # a meaning
    ],
)
def test_a_search(answer, words, there, missing):
    found = set(answer("functions", *words, "--format", "plain").split())
    assert there <= found and not missing & found


def test_a_search_for_a_name_begins_with_it(answer):
    assert answer("functions", "degrees", "--format", "plain").split()[:2] == ["degrees", "rad2deg"]


def test_a_search_that_finds_nothing(capsys):
    assert main(["functions", "hypott"]) == 1
    assert capsys.readouterr().out == (
        "no function is called, or about, 'hypott': did you mean hypot or hypu?\n"
    )
    assert main(["functions", "xyzzyq", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "command": "functions", "functions": [], "suggestions": [],
    }  # fmt: skip


def test_derivatives(listed):
    assert derivatives(listed["sin"]) == [("sin(x)", {"x": "cos(x)"})]
    assert derivatives(listed["digamma"]) == [("digamma(x)", {"x": "polygamma(1, x)"})]
    assert derivatives(listed["polygamma"]) == [("polygamma(1, x)", {"x": "polygamma(2, x)"})]
    assert derivatives(listed["log"]) == [
        ("log(x)", {"x": "1/x"}),
        ("log(x, base)", {"x": "1/(x*log(base))", "base": "-log(x)/(base*log(base)**2)"}),
    ]
    assert derivatives(listed["atan2"]) == [
        ("atan2(y, x)", {"y": "x/(y**2 + x**2)", "x": "-y/(y**2 + x**2)"})
    ]
    assert derivatives(listed["norm"]) == [("norm(v)", {"v": "v/norm(v)"})]
    # 1/n for n entries: no one formula.
    assert derivatives(listed["mean"]) == [("mean(v)", {"v": None})]


def test_other_names_say_what_they_are(answer, listed, monkeypatch):
    assert listed["arcsin"]["same_as"] == "asin"
    assert listed["asin"]["same_as"] is None
    assert listed["arcsin"]["forms"][0]["call"] == "arcsin(x)"
    monkeypatch.setenv("COLUMNS", "160")
    table = answer("functions").splitlines()
    assert any(line.replace("│", " ").split() == ["arcsin(x)", "is", "asin(x)"] for line in table)


def test_scalar_functions_all_have_a_derivative(listed):
    """But in a parameter in which none is known."""
    for name, function in listed.items():
        partials = getattr(FUNCTIONS[name].build, "partials", ())
        open_ = [i for i, partial in enumerate(partials) if hasattr(partial, "unknown")]
        for call, slopes in derivatives(function):
            none = [i for i, slope in enumerate(slopes.values()) if slope is None]
            of_arrays = function["family"] == "Vectors and matrices" or "(v)" in call
            assert slopes and (none == open_ or of_arrays), name


def test_csv(answer):
    header, *rows = csv.reader(answer("functions", "--format", "csv").splitlines())
    assert header == ["name", "call", "variable", "derivative"]
    assert ["hypot", "hypot(x, y)", "x", "x/hypot(x, y)"] in rows
    assert {row[0] for row in rows} == set(FUNCTIONS)


@pytest.mark.parametrize("width", [60, 140, 200])
def test_table(answer, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    table = answer("functions")
    assert ("┌" in table) == (width >= 140)
    assert "x*exp(-x**2/2)/sqrt(2*pi) + erfc(-x/sqrt(2))/2" in table
