"""Hostile text: an answer or an error, soon and in little memory, and never another exception."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hodiff import derivatives
from hodiff.errors import HodiffError
from hodiff.language.problem import read
from hodiff.views.formula import formula
from tests.asking import answer
from tests.lengths import examples, part

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 20  # of the processor: one on an idle machine, six for 64 KiB of one operator
MEGABYTES = 300  # beyond the interpreter's own and the imports'

# Reads cases from stdin and takes each all the way, in steps: an error ends a step, not the case.
CHILD = """
import json, resource, sys, traceback
from hodiff import derivatives
from tests.asking import answer
from hodiff.errors import HodiffError
from hodiff.language.problem import read
from hodiff.views.formula import formula
from hodiff.engine.graph import STATE
from hodiff.engine.limits import Limits
import numpy
STATE.limits = Limits(walks=300_000)  # as the command line has it
read("sin(x)")

def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024

def step(name, function):
    try:
        result = function()
        said.append(name)
        return result
    except HodiffError as error:
        said.append(f"{name}: {error.kind}")
        assert len(error.report()) < 2000, "a long report"
    except MemoryError as error:  # the engine's limit, which the command line makes an error of
        assert "the derivative has over" in str(error), "out of memory"
        said.append(f"{name}: limit")

def whole(text, at):
    p = step("read", lambda: read(text, at))
    if p is None:
        return
    step("formula", lambda: formula(p.f))
    if at:
        step("value", lambda: answer(p, [p.f], differentiated=False))
    slopes = None if p.f.shape else step(
        "gradient", lambda: derivatives.gradient(p.f, p.inputs))
    if slopes is not None:
        step("formulas", lambda: [formula(g) for g in slopes])
        if at:
            step("answer", lambda: answer(p, [p.f, *slopes]))

for text, at in json.load(sys.stdin):
    said, fault, (seconds, megabytes) = [], "", used()
    try:
        whole(text, at)
    except Exception:
        fault = traceback.format_exc()[-400:]
    now = used()
    print(json.dumps([said, fault, now[0] - seconds, now[1] - megabytes]), flush=True)
"""


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (2 * SECONDS, 2 * SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))


def end(*cases: tuple[str, list[str]], most: float = SECONDS) -> list[list[str]]:
    """How each step of each case ended. Fails on a fault, and on what takes long or much."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        preexec_fn=limited,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    results = [json.loads(line) for line in done.stdout.splitlines()]
    for (text, _), (said, fault, seconds, megabytes) in zip(cases, results, strict=False):
        assert not fault, f"{text[:60]} after {said}: {fault}"
        assert seconds < most, f"{text[:60]} took {seconds:.1f} s: {said}"
        assert megabytes < MEGABYTES, f"{text[:60]} took {megabytes} MB: {said}"
    died = f"signal {-done.returncode} {done.stderr[-300:]}" if done.returncode else ""
    assert len(results) == len(cases), f"{cases[len(results)][0][:60]}: {died}"
    return [said for said, *_ in results]


REFUSED = {
    "parentheses": ("(" * 100_000 + "x" + ")" * 100_000, "limit"),
    "parentheses in 64 KiB": ("(" * 30_000 + "x" + ")" * 30_000, "limit"),
    "open parentheses": ("(" * 60_000, "limit"),
    "brackets": ("[" * 30_000 + "x" + "]" * 30_000, "limit"),
    "calls": ("sin(" * 10_000 + "x" + ")" * 10_000, "limit"),
    "where": ("where(x<1," * 5000 + "x" + ",x)" * 5000, "limit"),
    "indices": ("x" + "[0" * 20_000 + "]" * 20_000, "limit"),
    "a megabyte": ("x+" * 500_000 + "x", "limit"),
    "a billion numbers": ("[" + "1," * 10_000_000 + "1]", "limit"),
    "digits": ("9" * 60_000, "limit"),
    "decimals": ("0." + "9" * 60_000, "limit"),
    "exponent": ("1e999999999", "limit"),
    "tiny exponent": ("x*1e-999999999", "limit"),
    "exponent digits": ("1e" + "9" * 60_000, "limit"),
    "doubling functions": (
        "f0(t)=t*t;" + "".join(f"f{i}(t)=f{i - 1}(t)*f{i - 1}(t+1);" for i in range(1, 60))
        + "f59(x)", "limit",
    ),
    "nested functions": (
        "f0(t)=t+1;" + "".join(f"f{i}(t)=f{i - 1}(f{i - 1}(t));" for i in range(1, 60)) + "f59(x)",
        "limit",
    ),
    "NUL": ("x\0", "syntax"),
    "NULs": ("\0" * 60_000, "syntax"),
    "control characters": ("\x1b[31mx\x07", "syntax"),
    "import": ("__import__('os')", "syntax"),
    "import without quotes": ("__import__(os)", "name"),
    "attribute": ("x.__class__", "syntax"),
    "lambda": ("(lambda: 0)()", "syntax"),
    "comprehension": ("[x for x in y]", "syntax"),
    "walrus": ("(x := 1)", "syntax"),
    "f-string": ('f"{x}"', "syntax"),
    "backquotes": ("`x`", "syntax"),
    "lone surrogate": ("x\ud800", "syntax"),
    "emoji": ("😀" * 15_000, "syntax"),
    "combining": ("x" + "\u0301" * 30_000, "syntax"),
    "direction marks": ("\u202ex+1", "syntax"),
    "superscripts": ("x" + "²" * 30_000, "limit"),
    "spaces": (" " * 65_000, "syntax"),
    "semicolons": (";" * 65_000, "syntax"),
    "equals": ("x=" * 30_000 + "x", "syntax"),
    "names in a row": ("x " * 32_000, "syntax"),
    "numbers in a row": ("1 " * 32_000, "syntax"),
    "calls or products": ("x(x)" * 16_000, "name"),
    "dots": ("." * 65_000, "syntax"),
    "bangs": ("x" + "!" * 65_000, "syntax"),
    "bars": ("|x" * 30_000, "syntax"),
    "colons": ("[x][" + ":" * 60_000 + "]", "syntax"),
    "commas": ("sum(" + "," * 60_000 + ")", "syntax"),
    "comparison signs": ("x" + "<" * 60_000, "syntax"),
    "quotes": ("'" * 65_000, "syntax"),
    "closing": (")" * 65_000, "syntax"),
    "a long unknown function": ("a" * 60_000 + "(x)", "name"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_text_is_refused(case: str) -> None:
    """Here in the same process: nothing before or in Lark may be slow or large."""
    text, kind = REFUSED[case]
    started = os.times()
    with pytest.raises(HodiffError) as caught:
        read(text)
    seconds = sum(os.times()[:2]) - sum(started[:2])
    error = caught.value
    assert error.kind == kind
    assert seconds < 3  # 64 KiB of tokens take Lark about a second
    assert len(error.message) < 400
    assert len(error.report()) < 1000
    assert error.report().isprintable() or set(error.report()) <= PRINTABLE | {"\n"}


PRINTABLE = {chr(c) for c in range(0x3000) if chr(c).isprintable()} | {"😀"}

X = ["x=1.5"]
ANSWERED: dict[str, tuple[str, list[str]]] = {
    "tower": ("9**9**9**9*x", X),
    "tower of towers": ("(9**9)**9**9*x", X),
    "tiny power": ("x*10**-10**9", X),
    "power of powers": ("2**3**4**5*x", X),
    "power of a decimal": ("0.1**5000*x", X),
    "huge constant": ("1e2999*x", X),
    "product of huge constants": ("*".join(["9" * 1000] * 60) + "*x", X),
    "quotient of huge constants": ("/".join(["9" * 1000] * 60) + "*x", X),
    "sum of fractions": ("+".join(f"1/{i}" for i in range(1, 6000)) + "+x", X),
    "squares of a constant": ("a=3/7;" + "a=a*a;" * 9000 + "a*x", X),
    "gamma": ("gamma(1e6)*x", X),
    "gamma of x": ("gamma(1e6*x)", X),
    "gamma far left": ("gamma(x - 1e9)", X),
    "digamma far left": ("digamma(-1e15 - x/3)", X),
    "polygamma of a huge order": ("polygamma(10**30, x)", X),
    "zeta far left": ("zeta(-1e15 - x/3, 0.5)", X),
    "polylog of a huge order": ("polylog(1e300, x)", X),
    "incomplete gamma, far out": ("gammainc(1e6 + 0.5, 1e6*x)", X),
    "exponential integral of a huge order": ("expint(-1e6, x)", X),
    "sinc of a huge order": ("sinc(x, 10**30)", X),
    "sinc of a huge order, vector": ("sum(sinc([x, 1], 10**9))", X),
    "sine of a huge number": ("sin(1e300*x)", X),
    "huge slices": ("sum([1, 2, x][-10**30:10**30:10**30])", X),
    "huge index": ("[1, x][10**1000]", X),
    "definitions squared": ("a=x;" + "a=a*a+1;" * part(8000) + "a", X),
    "definitions squared, small": ("a=x/8;" + "a=a*a+1/8;" * part(6000) + "a", X),
    "definitions multiplied": ("a=x;" + "a=-a*a/(1+a);" * 40 + "a", X),
    "vectors of vectors": (
        "v=[x,x];" + "v=[v,v];" * 40 + "sum(v)", X),
    "outer sum": (
        f"v=[{','.join(['x'] * 9000)}];w=[[{'],['.join(['x'] * 9000)}]];sum(v*w)", X),
    "brackets": ("[" * 199 + "x" + "]" * 199, X),
    "brackets and sum": ("sum(" + "[" * 198 + "x" + "]" * 198 + ")", X),
    "parentheses": ("(" * 200 + "x" + ")" * 200, X),
    "calls": ("sin(" * 199 + "x" + ")" * 199, X),
    "where": ("where(x<1," * 199 + "x" + ",x*x)" * 199, X),
    "where, else": ("".join(f"where(x<{i}/99,{i}*x," for i in range(199)) + "0" + ")" * 199, X),
    "powers of powers": ("(" * 199 + "x" + "**2+1)" * 199, ["x=0.001"]),
    "many variables": ("+".join(f"a{i}*a{i + 1}" for i in range(4500)), []),
    "product of many variables": ("*".join(f"a{i}" for i in range(400)), []),
    "many parts": ("+".join(f"x**{i}" for i in range(5000)), X),
    "many definitions": ("".join(f"f{i}(t)=t;" for i in range(5000)) + "x", X),
    "functions of functions": (
        "f0(t)=t+1;" + "".join(f"f{i}(t)=f{i - 1}(t)+1;" for i in range(1, 2500)) + "f2499(x)", X),
    "spaces": ("x" + " " * 65_000 + "+1", X),
    "newlines": ("\n" * 60_000 + "x", X),
    "a long name": ("a" * 65_000, []),
}  # fmt: skip

HEAVY = ["product of huge constants", "definitions squared", "definitions squared, small",
         "vectors of vectors", "outer sum", "many variables",
         "product of many variables", "many parts", "functions of functions"]  # fmt: skip

OPERATORS: dict[str, str] = {
    "+": "x+" * part(32_000) + "x",
    "*": "x*" * part(32_000) + "x",
    "//": "x//" * part(21_000) + "x",
    "^-": "x^-" * 20_000 + "x",
    "<": "where(" + "x<" * part(32_000) + "x,1,2)*x",
    "or": "where(" + "x or " * part(13_000) + "x,1,2)*x",
    "not": "where(" + "not " * part(16_000) + "x,1,2)*x",
    "signs": "-+" * part(32_000) + "x",
    "elements": "sum([" + "x," * part(30_000) + "x])",
    "slices": "sum([x,x]" + "[0:2]" * part(13_000) + ")",
    "indices": "[x]" + "[0]" * part(21_000),
    "definitions": "a=x;" + "a=a+x;" * part(10_000) + "a",
    "calls": "f(t)=t*x;" + "f(x)+" * part(13_000) + "x",
}


def test_hostile_text_ends() -> None:
    end(*[case for name, case in ANSWERED.items() if name not in HEAVY])


@pytest.mark.parametrize("case", HEAVY)
def test_heavy_text_ends(case: str) -> None:
    end(ANSWERED[case])


@pytest.mark.parametrize("case", OPERATORS)
def test_up_to_64_kib_of_one_operator_end(case: str) -> None:
    assert len(OPERATORS[case]) <= 65_536
    end((OPERATORS[case], X), most=min(SECONDS, part(2 * SECONDS)))


def test_the_limits_let_ordinary_text_through() -> None:
    (said,) = end(("+".join(f"sin({i}*x)**2" for i in range(500)), X))
    assert said == ["read", "formula", "value", "gradient", "formulas", "answer"]


def test_a_small_stack_is_enough() -> None:
    """Nothing recurses as deep as the text is long."""
    faults: list[Any] = []

    def run() -> None:
        try:
            for text in ("-" * 3000 + "x", "x**" * 300 + "x", "(" * 199 + "x" + ")" * 199):
                p = read(text)
                for g in derivatives.gradient(p.f, p.inputs):
                    formula(g)
        except Exception as fault:
            faults.append(fault)

    before, limit = threading.stack_size(256 * 1024), sys.getrecursionlimit()
    try:
        thread = threading.Thread(target=run)
        sys.setrecursionlimit(200)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(before)
    assert not faults


# ------------------------------------------------------------------ through the command line


@pytest.mark.parametrize(
    ("arguments", "text", "code", "kind"),
    [
        (["grad", "-"], "x+" * 500_000 + "x", 2, "limit"),
        (["grad", "-"], "(" * 100_000, 2, "limit"),
        (["grad", "-"], "x\0", 2, "syntax"),
        (["grad", "9**9**9**9*x", "--at", "x=1"], "", 2, "limit"),
        (["grad", "__import__('os').system('true')"], "", 2, "syntax"),
        (["nth", "x**9**9**9", "--at", "x=2", "--order", "1"], "", 2, "limit"),
        (["grad", "x", "--at", "x=" + "(" * 50_000], "", 2, "limit"),
        (["grad", "x", "--at", "x=[" + "1," * 50_000 + "1]"], "", 2, "limit"),
        (["hvp", "x", "--at", "x=1", "--v", "1," * 50_000 + "1"], "", 2, "limit"),
        (["grad", "-"], b"\xff\xfe\x00x", 2, "syntax"),
    ],
)
def test_hostile_command_lines(
    arguments: list[str], text: str | bytes, code: int, kind: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hodiff", *arguments, "--format", "json"],
        input=text if isinstance(text, bytes) else text.encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        preexec_fn=limited,
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr and b"bug" not in done.stderr
    error = json.loads(done.stdout)["error"]
    assert error["kind"] in {kind, "usage"}
    assert done.stderr.startswith(b"error: ")
    assert len(done.stderr) < 2000


LONG = {
    "a tower": ("x**" * 21_800 + "x", 2, "too large to be computed"),
    "remainders": ("x%" * 32_700 + "x", 1, "has a kink"),  # as far as so many ties are looked at
    "few remainders": ("x%" * 1_000 + "x", 0, ""),  # x % x is 0 all around
    "ties": ("max(" + "x," * 12_000 + "x)", 0, ""),
}


@pytest.mark.parametrize("case", LONG)
def test_long_texts_are_decided_with_proof(case: str) -> None:
    """In balls, where a tower used to be run at every precision and each tie to build gradients."""
    text, code, said = LONG[case]
    done = subprocess.run(
        [sys.executable, "-m", "hodiff", "grad", "-", "--at", "x=1.5", "--format", "plain"],
        input=text,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        preexec_fn=limited,
    )
    assert done.returncode == code and said in done.stderr
    assert done.stdout == {"ties": "1\n", "few remainders": "0\n"}.get(case, "")


SHORT = [
    ["nth", "gamma(x)", "--at", "x=2.5", "--order", "1000"],
    ["nth", "digamma(x**2 + 1)", "--at", "x=2.5", "--order", "500"],
    ["hessian", "exp(sin(x*y*z))*w/(1+x^2)", "--at", "x=1+/-0.5,y=1+/-0.5,z=1+/-0.5,w=1+/-0.5"],
    ["grad", "x**x**x**x**x**x**x**x**x**x**x", "--at", "x=3"],
    ["grad", "exp(exp(exp(exp(exp(x)))))", "--at", "x=5"],
    ["value", "10^10^10^10"],
    ["hessian", "x^10^10^10"],
]


@pytest.mark.parametrize("arguments", SHORT, ids=" ".join)
def test_short_command_lines_end(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hodiff", *arguments, "--format", "json"],
        capture_output=True,
        cwd=ROOT,
        timeout=120,
        preexec_fn=limited,
    )
    assert done.returncode in (0, 2) and b"Traceback" not in done.stderr
    assert json.loads(done.stdout)


# ------------------------------------------------------------------ any text at all

TOKENS = [
    "x", "y", "v", "2", "0", "0.5", "1e5", "1e-300", ".", "+", "-", "*", "/", "//", "%", "**", "^",
    "@", "(", ")", "[", "]", ",", ",", ":", ";", "=", "==", "<", ">=", "!=", " ", " and ", " or ",
    "not ", "sin(", "where(", "max(", "log(", "sum(", "norm(", "gamma(", "sinc(", "polygamma(",
    "piecewise(", "((", "i, 1, 3)",
    "f(", "f(t)=", "a=", "f", "±", "+/-", "π", "e", "²", "|", "'", "\n", "µ", "θ", "_", "é", "!",
]  # fmt: skip
FUNCTIONS_1 = ["sin", "tan", "sec", "acos", "atanh", "exp", "log", "log1p", "sqrt", "cbrt", "abs",
               "sign", "floor", "round", "erfc", "gamma", "lgamma", "digamma", "sigmoid", "relu",
               "softplus", "gelu", "silu", "sinc", "sum", "prod", "mean", "norm", "logsumexp",
               "csc", "coth", "acosh", "factorial", "asec", "acsch", "sind", "tand", "logit",
               "heaviside", "softmax", "det", "inv", "trace", "max", "erfi", "erfinv", "erfcinv",
               "erfcx", "dawson", "normcdf", "norminv", "lambertw", "ei", "e1", "li", "si", "ci",
               "shi", "chi", "fresnels", "zeta", "dilog", "trigamma"]  # fmt: skip
FUNCTIONS_2 = ["atan2", "hypot", "max", "min", "mod", "beta", "dot", "log", "polygamma", "sinc",
               "binomial", "rising", "cross", "lambertw", "expint", "gammainc", "gammaincc",
               "lowergamma", "uppergamma", "zeta", "polylog"]  # fmt: skip
ATOMS = ["x", "y", "v", "M", "2", "0", "1", "0.5", "-3", "1e300", "1e-300", "pi", "[1, 2]",
         "[x, y]", "[[1, 2], [3, 4]]", "[x]", "10**400", "1/3", "v[5:]"]  # fmt: skip
SIGNS = ["+", "-", "*", "/", "//", "%", "**", "@", "<", "<=", "==", "!=", " and ", " or "]
INDICES = ["0", "1", "-1", ":", "::2", "1:", "::-1", ":0", "0, 0", ":, 0", "0:1, 1:"]


def grown(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pick = st.sampled_from
    return st.one_of(
        st.tuples(parts, pick(SIGNS), parts).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(pick(["-", "+", "not "]), parts).map(lambda t: f"({t[0]}{t[1]})"),
        st.tuples(pick(FUNCTIONS_1), parts).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(pick(FUNCTIONS_2), parts, parts).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(parts, parts, parts).map(lambda t: f"where({t[0]}, {t[1]}, {t[2]})"),
        st.tuples(parts, parts, parts).map(lambda t: f"clip({t[0]}, {t[1]}, {t[2]})"),
        st.tuples(parts, pick(INDICES)).map(lambda t: f"{t[0]}[{t[1]}]"),
        st.lists(parts, min_size=1, max_size=3).map(lambda t: f"[{', '.join(t)}]"),
    )


wellformed = st.recursive(st.sampled_from(ATOMS), grown, max_leaves=6)
numbers = st.sampled_from(["0", "1", "2", "-1", "0.5", "-2.5", "pi", "1e200", "1/3"])
points = st.tuples(*[numbers] * 8).map(
    lambda n: "x={},y={},v=[{}, {}],M=[[{}, {}], [{}, {}]]".format(*n)
)
fuzz = settings(deadline=None, derandomize=True)


def finite(x: Any) -> bool:
    import numpy

    return type(x) is not bool and bool(numpy.isfinite(x).all())


def goes_through(text: str, at: list[str]) -> None:
    """All that can be asked of text: only HodiffError may come out, and only finite numbers."""
    try:
        p = read(text, at)
    except HodiffError as error:
        assert error.message and error.report() and error.source
        assert error.start is None or 0 <= error.start <= (error.end or 0) <= len(error.text or "")
        return
    questions = [[p.f]]
    if not p.f.shape:
        try:
            first, second = derivatives.hessian(p.f, p.inputs)
        except HodiffError as error:  # of a parameter that has none
            assert "no derivative in" in error.message
        else:
            questions += [[p.f, *first], [p.f, *first, *[h for row in second for h in row]]]
    for outputs in questions:
        if not at:
            assert all(isinstance(formula(y), str) for y in outputs)
            continue
        try:
            numbers = answer(p, outputs, differentiated=len(outputs) > 1)
        except HodiffError as error:
            assert error.message and error.report()
            assert error.kind in {"domain", "pole", "kink", "limit"}
        else:
            assert all(map(finite, numbers))


@given(wellformed, points)
@settings(fuzz, max_examples=examples(400))
@pytest.mark.filterwarnings("error")
def test_what_is_well_formed_has_an_answer_or_an_error(text: str, at: str) -> None:
    goes_through(text, [at])


@given(wellformed)
@settings(fuzz, max_examples=examples(300))
@pytest.mark.filterwarnings("error")
def test_what_is_well_formed_has_a_formula(text: str) -> None:
    goes_through(text, [])


@given(st.lists(st.sampled_from(TOKENS), max_size=14).map("".join), st.booleans())
@settings(fuzz, max_examples=examples(1000))
@pytest.mark.filterwarnings("error")
def test_any_tokens(text: str, at: bool) -> None:
    goes_through(text, ["x=0.5,y=-1,v=[1, 2]"] if at else [])


@given(wellformed, st.lists(st.tuples(st.integers(0, 40), st.sampled_from(TOKENS)), max_size=2))
@settings(fuzz, max_examples=examples(400))
def test_text_with_a_slip(text: str, slips: list[tuple[int, str]]) -> None:
    for place, token in slips:
        text = text[:place] + token + text[place + len(token) % 2 :]
    goes_through(text, ["x=0.5,y=-1,v=[1, 2],M=[[1, 2], [3, 4]]"])


@given(st.text(max_size=12))
@settings(fuzz, max_examples=examples(300))
def test_any_text(text: str) -> None:
    goes_through(text, [])
    goes_through("x", [text])


@given(st.lists(st.sampled_from([*TOKENS, "x=", "=", ",", "@a"]), max_size=8).map("".join))
@settings(fuzz, max_examples=examples(300))
def test_any_tokens_as_options(text: str) -> None:
    goes_through("x", [text])
    goes_through("x", ["x=1,y=[1, 2]", text])
    p = read("x*sum(y)", ["x=1,y=[1, 2]"])
    for ask in (p.vector, lambda t: read("x*y", wrt=t), lambda t: read("x", ["x=1"], [t])):
        try:
            ask(text)
        except HodiffError as error:
            assert error.message and error.report()
