"""What holds for nth, taylor, tensor, laplacian and hessian --diag alike: formats, refusals."""

import csv
import json
import math
import signal
import subprocess
import sys
import time
from fractions import Fraction

import pytest
from mpmath import mp

from hodiff import calculate
from tests.printed import FORMATS

COMMANDS = {
    "nth": ("--order", "3"),
    "taylor": ("--order", "3"),
    "tensor": ("--order", "3"),
    "laplacian": (),
    "hessian": ("--diag",),
}


def call(command, text, *rest):
    return (command, text, *COMMANDS[command], *rest)


KEYS = {
    "nth": ["variable", "order", "value", "derivatives", "derivative"],
    "taylor": ["variable", "order", "value", "coefficients", "exact", "polynomial"],
    "tensor": ["variables", "order", "value", "tensor"],
    "laplacian": ["variables", "value", "gradient", "laplacian"],
    "hessian": ["variables", "value", "gradient", "diagonal"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_shape_of_every_format(answer, command):
    job = call(command, "x**4", "--at", "x=2")
    out = answer(*job, "--format", "json")
    got = json.loads(out)
    assert out.count("\n") == 1
    assert list(got) == ["command", "expression", "arithmetic", "at", *KEYS[command], "notes"]
    head, row = csv.reader(answer(*job, "--format", "csv").splitlines())
    assert head[:2] == ["x", "f"] and row[:2] == ["2", "16"] and len(head) == len(row)
    expected = {"nth": "48", "taylor": "16\t32\t24\t8", "tensor": "48"}.get(command, "48")
    assert answer(*job, "--format", "plain") == expected + "\n"
    assert "48" in answer(*job) or command == "taylor"


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_number_is_cut(answer, monkeypatch, command, width):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    text = "exp(x)*sin(x)" if command in ("nth", "taylor") else "exp(x*y)*sin(z)"
    at = "x=1/3" if command in ("nth", "taylor") else "x=1/3,y=0.7,z=1"
    job = call(command, text, "--at", at, "--digits", "40")
    table = answer(*job)
    assert "\x1b" not in table and max(map(len, table.splitlines())) <= width
    for number in answer(*job, "--format", "plain").split():
        assert number in table


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", COMMANDS)
def test_an_interval_holds_the_values_in_it(hodiff, command, form):
    """x**3: its second derivative over [1.9, 2.1] is [11.4, 12.6], its third 6."""
    ran = hodiff(*call(command, "x**3", "--at", "x=2+/-0.1", "--format", form))
    assert "bug" not in ran.err
    if command == "taylor" and ran.code == 2:
        return
    assert ran.code == 0
    if form == "json" and command in ("laplacian", "hessian"):
        got = json.loads(ran.out)
        ends = got["laplacian"] if command == "laplacian" else got["diagonal"][0]
        assert 11.3999 < ends["lower"] <= 11.4 and 12.6 <= ends["upper"] < 12.6001


# Refusals


@pytest.mark.parametrize("order", ["-1", "1.5", "1001", str(10**9), "10**9", "abc", "", "nan"])
@pytest.mark.parametrize("command", ["nth", "taylor", "tensor"])
def test_a_wrong_order_is_refused(hodiff, command, order):
    ran = hodiff(command, "exp(x)", "--at", "x=0", "--order", order, "--format", "json")
    assert ran.code == 2 and json.loads(ran.out)["error"]["source"] == "--order"


@pytest.mark.parametrize("command", ["nth", "taylor", "tensor"])
def test_order_1000_of_one_variable(plain, command):
    """1/(1 + x)² at 0: 1001! from nth and tensor, 1001 from taylor."""
    job = (command, "exp(x)", "--at", "x=0", "--order", "1000")
    got = plain(*job).split("\t")[-1]
    if command == "taylor":
        assert Fraction(got) == Fraction(1, math.factorial(1000))
    else:
        assert got == "1"


@pytest.mark.parametrize(
    "text, at, kind",
    [
        ("1/x", "x=0", "pole"),
        ("log(x)", "x=0", "pole"),
        ("log(x)", "x=-1", "domain"),
        ("abs(x)", "x=0", "kink"),
        ("max(x, 1)", "x=1", "kink"),
        ("floor(x)", "x=1", "kink"),
        ("sqrt(x)", "x=0", "pole"),
        ("gamma(x)", "x=-2", "pole"),
        ("abs(x - pi)", "x=pi", "undecided"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_answer_at_the_point(hodiff, command, text, at, kind):
    ran = hodiff(*call(command, text, "--at", at, "--format", "json"))
    error = json.loads(ran.out)["error"]
    kinds = (kind, "kink") if kind == "undecided" else (kind,)
    assert (ran.code, error["kind"] in kinds, error["source"]) == (1, True, "EXPR"), error


@pytest.mark.parametrize("command", ["nth", "taylor", "tensor"])
@pytest.mark.parametrize(
    "text, last",
    [("x**2.5", 2), ("abs(x)**3", 2), ("x**(7/3)", 2), ("sqrt(x)", 0), ("x*abs(x)", 1)],
)
def test_powers_at_0_up_to_the_last_derivative(hodiff, plain, command, text, last):
    """Every derivative that exists is 0, and the next one is refused."""
    job = (command, text, "--at", "x=0", "--order")
    assert set(plain(*job, str(last)).split()) == {"0"}
    assert hodiff(*job, str(last + 1)).code == 1


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("nth", "x*y", "--at", "x=1,y=2", "--order", "2"), "--wrt"),
        (("nth", "x*y", "--at", "x=1,y=2", "--wrt", "x,y", "--order", "3"), "--order"),
        (("nth", "x*y", "--at", "x=1,y=2", "--wrt", "z,z"), "'z'"),
        (("nth", "x*y", "--at", "x=1,y=2", "--wrt", "x,"), "--wrt"),
        (("nth", "dot(w, w)", "--at", "w=[1, 2]", "--wrt", "w,w"), "'w'"),
        (("nth", "dot(w, w)", "--at", "w=[1, 2]", "--wrt", "w", "--order", "2"), "'w'"),
        (("nth", "x", "--at", "x=1", "--order", "2", "--method", "euler"), "euler"),
        (("taylor", "x*y", "--at", "x=1,y=2", "--order", "2"), "--along"),
        (("taylor", "[x, x]", "--at", "x=1", "--order", "2"), "(2,)"),
        (("taylor", "x", "--at", "x=1"), "--order"),
        (("tensor", "[x, x]", "--at", "x=1", "--order", "2"), "(2,)"),
        (("tensor", "x", "--at", "x=1"), "--order"),
        (("tensor", "x", "--at", "x=1", "--wrt", "x,x", "--order", "2"), "twice"),
        (("laplacian", "[x, x]", "--at", "x=1"), "(2,)"),
        (("laplacian", "x*q", "--at", "x=1"), "'q'"),
        (("hessian", "[x, x]", "--diag", "--at", "x=1"), "(2,)"),
        (("hessian", "", "--diag", "--at", "x=1"), "empty"),
    ],
)
def test_refusals(hodiff, arguments, said):
    ran = hodiff(*arguments)
    assert (ran.code, ran.out) == (2, "") and said in ran.err


@pytest.mark.parametrize("command", COMMANDS)
def test_an_expression_without_variables(hodiff, plain, command):
    ran = hodiff(*call(command, "5"))
    assert ran.code == 2 and "there is no variable" in ran.err
    zero = plain(*call(command, "5", "--at", "x=1"))
    assert zero == ("5\t0\t0\t0" if command == "taylor" else "0")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "text", ["(" * 30000, "x+" * 20000 + "1", "sin(" * 3000 + "x" + ")" * 3000]
)
def test_hostile_text(hodiff, command, text):
    ran = hodiff(*call(command, text, "--at", "x=0"))
    assert ran.code in (0, 2) and "bug" not in ran.err and "Traceback" not in ran.err


HANG = [
    ("tensor", "exp(x*y)", "--at", "x=0,y=1", "--order", "60"),
    ("taylor", "exp(sin(x)*tanh(x))", "--at", "x=0.5", "--order", "300", "--within", "0.1"),
    ("nth", "sin(x)*exp(y)/(1 + x*y)", "--at", "x=1,y=2", "--wrt", ",".join(["x,y"] * 100)),
]


@pytest.fixture(scope="module")
def hanging():
    """Started together, and given 60 seconds in all."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "hodiff", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for arguments in HANG
    ]
    began = time.monotonic()
    yield runs, began
    for run in runs:
        run.kill()
        run.wait()


@pytest.mark.parametrize("job", range(len(HANG)))
def test_an_answer_or_a_refusal_comes_soon(hanging, job):
    signal.alarm(0)
    runs, began = hanging
    assert runs[job].wait(timeout=max(0.1, began + 60 - time.monotonic())) in (0, 2)


@pytest.mark.parametrize(
    "job",
    [
        ("tensor", "abs(x)*y*z", "--at", "x=0,y=1,z=2", "--order", "4"),  # whose entries are all 0
        ("tensor", "abs(x)**3*y", "--at", "x=0,y=1", "--order", "4"),
        ("nth", "abs(x)*y", "--at", "x=0,y=0", "--wrt", "y,x,y"),
        ("laplacian", "x*abs(x) - y*abs(y)", "--at", "x=0,y=0"),
    ],
)
def test_sides_that_agree_on_the_last_derivative_alone(hodiff, job):
    ran = hodiff(*job)
    assert (ran.code, ran.out) == (1, "") and "kink" in ran.err


@pytest.mark.parametrize(
    ("text", "number"),
    [("sqrt(2)", mp.sqrt(2)), ("erf(1)", mp.erf(1)), ("log(100)", mp.log(100)), ("1/3", None),
     ("x", None)],
)  # fmt: skip
def test_a_number_that_is_written_as_a_formula_has_its_digits_below(text, number):
    said = [note.split() for note in calculate("value", text).notes]
    if number is None:
        assert said == []
    else:
        assert said[0][:2] == ["in", "digits:"] and float(said[0][2]) == float(number)


@pytest.mark.parametrize(("text", "why"), [("1/0", "infinite"), ("log(-1)", "undefined")])
def test_a_formula_that_is_no_number_says_why(text, why):
    (note,) = calculate("value", text).notes
    assert why in note
