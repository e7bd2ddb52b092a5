"""Command lines with slips, from a wrong letter to a wall of brackets: an answer or one message
that says something, with its exit code, soon; never another exception."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from hodiff.cli import outcome
from tests.fuzz.drawn import pick
from tests.fuzz.limits import SECONDS, TooLong, limited

ROOT = Path(__file__).resolve().parents[2]

LINES = [
    ["grad", "w1**2*sin(w2)", "--at", "w1=1,w2=pi/2"],
    ["grad", "a*x**2 + where(x > 0 and not x == 1, log(x), 0)", "--let", "a=3", "--at", "x=2"],
    ["nth", "exp(sin(x))", "--at", "x=0.7", "--order", "5", "--method", "taylor"],
    ["nth", "x**3*y**2", "--at", "x=2,y=3", "--along", "1,2", "--order", "3", "--format", "json"],
    ["nth", "exp(x*y)", "--at", "x=2,y=1/3", "--wrt", "x,x,y"],
    ["hessian", "norm([x, y])", "--at", "x=3,y=4", "--digits", "20"],
    ["hessian", "sum(w**4) + w[0]*w[1]", "--at", "w=[1, 2, 3]", "--diag", "--format", "csv"],
    ["hvp", "q(t) = t*exp(-t); q(x)*q(y)", "--at", "x=1,y=2", "--v", "0,1"],
    ["value", "x - x**3", "--at", "x=0.5+/-0.5", "--rtol", "1e-3"],
    ["value", "dot(w, w) + M[0, 1]@w[:2]", "--at", "w=[1,2],M=[[1,2],[3,4]]", "--format", "plain"],
    ["jacobian", "[x*y, x + 3*y]", "--at", "x=2,y=5"],
    ["jvp", "[x*y, x + 3*y]", "--at", "x=2,y=5", "--v", "1,10", "--format", "json"],
    ["vjp", "[x*y, x + 3*y]", "--at", "x=2,y=5", "--v", "1,10"],
    ["taylor", "exp(x)*cos(x)", "--at", "x=0", "--order", "5", "--within", "0.1"],
    ["tensor", "x**2*y + sin(y)", "--at", "x=1,y=0", "--order", "3"],
    ["laplacian", "log(x**2 + y**2)", "--at", "x=3,y=4"],
    ["uncertainty", "x*y", "--at", "x=3±0.1,y=4", "--order", "2"],
    ["implicit", "x**2 + y**2 = 25", "--at", "x=3,y=4", "--of", "y", "--order", "2"],
    ["implicit", "E - e0*sin(E) = M", "--let", "e0=0.1", "--at", "M=1,E=1", "--of", "E", "--solve"],
    ["grad", "relu(x)*abs(y)", "--at", "x=0,y=2", "--subgradient", "--arithmetic", "float"],
    ["grad", "gamma(x)/x", "--at", "x=2", "--extend", "--format", "json"],
    ["hessian", "a*exp(-k*x)", "--wrt", "x,k"],
    ["check", "x**2*sin(y)", "--claim", "[2*x*sin(y), x**2*cos(y)]", "--format", "json"],
    ["check", "exp(x)*cos(x)", "--claim", "exp(x)*cos(x) + exp(x)*sin(x)"],
    ["functions", "--format", "json"],
]
PIECES = [
    "x", "y", "w", "0", "1", ".", "e", "1e", "-", "--", "+", "*", "**", "^", "/", "//", "%", "@",
    "(", ")", "[", "]", ",", ";", ":", "=", "==", "<", "!", "|", "'", '"', "\\", "$", "#", "`", "~",
    "?", " ", "\t", "\n", "\0", "\x1b[31m", "\x7f", "é", "π", "²", "−", "×", "√", "∞", "😀",
    "\u202e",
    "\u0301", "\ud800", "\ufeff", "nan", "inf", "None", "lambda", "and", "or", "not", "where(",
    "sin(", "sum(", "gamma(", "sinc(", "+/-", "±", "@x", "@/", "@/nowhere", "1e999999999", "1e-400",
    "9" * 400, "x" * 300, "**9**9**9", "/0", "**-1", "[0]", "[5]", "(x)", "-x", "=x", "0x10", "1_0",
]  # fmt: skip
WORDS = [
    "", "-", "--", "-x", "-h", "--help", "--version", "--at", "--let", "--wrt", "--v", "--order",
    "--digits", "--rtol", "--format", "--arithmetic", "--method", "--along", "--of", "--nothing",
    "--format=json", "json", "xml", "0", "-1", "1", "2.5", "1000", "1001", "99999999999999999999",
    "nan", "inf", "1e-300", "1e400", "x", "y", "x,x", "x,,y", "x=", "=1", "x=1", "x=1,x=2", "x=x",
    "x=[1]", "x=[]", "x=[[1],[2,3]]", "x=1+/-1", "x=0+/-1e300", "x=1+/--1", "x=0", "x=1e300",
    "w=[1,2],y=0", "x=0,y=0,w=[0,0]", "(", "1/0", "sin", "x y", "f(x)=f(x); f(1)", "float", "ball",
]  # fmt: skip


@st.composite
def command_lines(draw: Any) -> list[str]:
    words = list(draw(pick(LINES)))
    for _ in range(draw(st.integers(1, 3))):
        i = draw(st.integers(0, len(words) - 1)) if words else 0
        word = words[i] if words else ""
        place = draw(st.integers(0, len(word)))
        match draw(st.integers(0, 8)):
            case 0:
                words[i : i + 1] = [word[:place]]
            case 1:
                words[i : i + 1] = [word[:place] + draw(pick(PIECES)) + word[place:]]
            case 2:
                words[i : i + 1] = [word[:place] + draw(pick(PIECES)) + word[place + 1 :]]
            case 3:
                words[i : i + 1] = []
            case 4:
                words.insert(i, draw(pick(WORDS)))
            case 5:
                words[i : i + 1] = [draw(pick(WORDS))]
            case 6:
                many = draw(pick([2, 30, 300]))
                words[i : i + 1] = [word[:place] + draw(pick(PIECES)) * many + word[place:]]
            case 7:
                deep = draw(pick([3, 150, 250]))
                opening, closing = draw(pick(["()", "[]", ("sin(", ")"), ("-(", ")"), ("|", "|")]))
                words[i : i + 1] = [opening * deep + word + closing * deep]
            case 8:
                words.append(draw(st.text(max_size=8)))
    return words


SAYING_NO = ("check", "functions")  # which answer no: a claim is wrong, a search finds nothing


def complaint(words: list[str]) -> str:
    """What is wrong with how a command line ends."""
    try:
        with limited():
            out, err, code = outcome(words)
    except TooLong:
        return f"over {SECONDS} s"
    if "bug in hodiff" in err or "Traceback" in err:
        return err
    if code not in (0, 1, 2):
        return f"exit code {code}"
    err = "\n".join(line for line in err.splitlines() if not line.startswith("note: "))
    if code == 0 or (words[0] in SAYING_NO and code == 1 and out and not err):
        return err
    first = err.partition("\n")[0]
    if not first.startswith("error: ") or len(first) < len("error: ") + 8 or len(err) > 3000:
        return f"a message of {len(err)} characters: {first[:200]}"
    if "json" in words and out:
        error = json.loads(out)["error"]
        start, end = error["start"], error["end"]
        if start is not None and not 0 <= start <= end:
            return f"a place from {start} to {end}"
    return ""


def test_command_lines(fuzz: Any) -> None:
    def holds(words: list[str]) -> None:
        assert not complaint(words)

    fuzz(holds, command_lines(), examples=400)


def test_command_lines_in_a_process_of_their_own(fuzz: Any) -> None:
    """What the process writes and its exit code are what is told here."""

    def holds(words: list[str]) -> None:
        if any("\0" in word or "\ud800" in word for word in words):
            return  # no process has such arguments
        command = [sys.executable, "-m", "hodiff", *words]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
        )
        with limited():
            out, err, code = outcome(words)
        assert done.returncode == code
        assert "Traceback" not in done.stderr
        assert bool(done.stdout.strip()) == bool(out.strip())
        assert bool(done.stderr.strip()) == bool(err.strip())

    fuzz(holds, command_lines(), examples=6)
