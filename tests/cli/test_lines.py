"""Many expressions: a line each, from a file or from standard input, answered in turn."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from hodiff.engine.limits import Limits

POINT = ("--at", "x=3", "--format")
posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


@pytest.fixture
def exprs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes exprs.txt in the folder that this process is in."""
    monkeypatch.chdir(tmp_path)

    def write(text: str | bytes) -> None:
        content = text.encode() if isinstance(text, str) else text
        (tmp_path / "exprs.txt").write_bytes(content)

    return write


def test_each_line_is_answered_in_order(exprs: Any, answer: Any) -> None:
    powers = random.Random(5).sample(range(1, 30), 12)
    exprs("".join(f"x**{n} + exp(x)\n" for n in powers))
    for source, stdin in (("@exprs.txt", b""), ("-", Path("exprs.txt").read_bytes())):
        out = answer("grad", source, *POINT, "json", stdin=stdin)
        found = [json.loads(line) for line in out.splitlines()]
        assert [x["expression"] for x in found] == [f"x**{n} + exp(x)" for n in powers]
        for n, x in zip(powers, found, strict=True):
            true = n * mpmath.mpf(3) ** (n - 1) + mpmath.exp(3)
            assert x["gradient"]["x"] == pytest.approx(float(true), rel=1e-15)
        values = answer("value", source, *POINT, "plain", stdin=stdin).split()
        assert [float(value) for value in values] == [x["value"] for x in found]


TEXTS = ["x**2", "exp(x)*y", "2", "[x, y]", "x +", "sine(x)", "log(-x)", "abs(x - 3)", "1/(x - 3)",
         "a = x; a*y", "f(t) = t**2; f(y)", "z", "(x", "x)", "θ", "x\t*y", "é", "x y"]  # fmt: skip
BETWEEN = ["", "   ", "# x + y", "\t#;", "#\\"]


@pytest.mark.parametrize("form", ["json", "plain", "csv"])
def test_each_line_is_as_if_it_were_asked_alone(hodiff: Any, form: str) -> None:
    asked = ("--at", "x=3,y=1/2", "--format", form)
    alone = {text: hodiff("grad", text, *asked) for text in TEXTS}
    draw = random.Random(7)
    for _ in range(6):
        drawn = draw.choices([*TEXTS, *BETWEEN], k=12)
        ran = hodiff("grad", "-", *asked, stdin="\n".join([*drawn, "x*y"]).encode())
        texts = [text for text in drawn if text in alone]
        assert ran.code == max((alone[text].code for text in texts), default=0)
        for text in texts:
            assert all(line in ran.err for line in alone[text].err.splitlines()[1:])
        if form == "json":
            told, last = [], json.loads(ran.out.splitlines()[-1])
            for line in map(json.loads, ran.out.splitlines()[:-1]):
                error = line.get("error", {})
                number = error.pop("line", 1)
                if number > 1:
                    prefix = f"standard input, line {number}: "
                    error["message"] = error["message"].removeprefix(prefix)
                    assert drawn[number - 1] in alone
                told.append(line)
            assert told == [json.loads(alone[text].out) for text in texts]
            assert last["expression"] == "x*y"
        elif form == "plain":
            assert ran.out == "".join(alone[text].out or "\n" for text in texts) + "0.5\t3\n"
        else:
            records = [alone[text].out.splitlines()[1] for text in texts if alone[text].out]
            header = "x,y,f,df_dx,df_dy"
            assert ran.out.splitlines() == [header, *records, "3,0.5,1.5,0.5,3"]


def test_what_is_no_expression(exprs: Any, answer: Any) -> None:
    exprs("\ufeff# a list\r\n\r\nx**2\r\n   \n  # another\nx\n\n# the end")
    assert answer("value", "@exprs.txt", *POINT, "plain") == "9\n3\n"


def test_a_line_that_goes_on(exprs: Any, answer: Any) -> None:
    exprs("a = x**2;\r\n\n# of three\nf(t) = t*a;\r\nf(2)\nx*\\\nx\nx\n")
    assert answer("value", "@exprs.txt", *POINT, "plain") == "18\n9\n3\n"


FAULTY = "x**2\n# a comment\n\n2*sine(x)\nlog(x - 4)\nx +\\\n1/(x - 3)\nx +\nsin(0*x)\n"
SAID = {
    4: "unknown function 'sine' (did you mean 'sin'?)",
    5: "'log(x - 4)' is undefined at this point: ",
    6: "'1/(x - 3)' is infinite at this point: ",
    8: "the expression ends where a value was expected",
}


def test_errors_are_said_and_the_next_line_is_answered(exprs: Any, hodiff: Any) -> None:
    exprs(FAULTY)
    ran = hodiff("grad", "@exprs.txt", *POINT, "json")
    assert ran.code == 2
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert [x["gradient"]["x"] for x in (found[0], found[-1])] == [6, 0]
    errors = [x["error"] for x in found[1:-1]]
    assert [x["line"] for x in errors] == [*SAID]
    for error, (line, message) in zip(errors, SAID.items(), strict=True):
        assert error["message"].startswith(f"exprs.txt, line {line}: {message}")
        assert f"error: {error['message']}\n" in ran.err
    assert (errors[0]["start"], errors[0]["end"]) == (2, 6)
    assert "  2*sine(x)\n    ^^^^\n" in ran.err


@pytest.mark.parametrize(
    ("lines", "code"),
    [("x\nx", 0), ("log(-x)\nx", 1), ("x\nx+\nlog(-x)\nx", 2), ("log(-x)\nx+", 2)],
)
def test_the_worst_exit_code(exprs: Any, hodiff: Any, lines: str, code: int) -> None:
    exprs(lines)
    assert hodiff("value", "@exprs.txt", *POINT, "plain").code == code
    assert hodiff("value", "-", *POINT, "plain", stdin=lines.encode()).code == code


def test_plain_keeps_a_line_for_each(exprs: Any, hodiff: Any) -> None:
    exprs("x\nx+\nlog(-x)\n2*x\n")
    assert hodiff("value", "@exprs.txt", *POINT, "plain").out == "3\n\n\n6\n"


def test_csv_has_its_header_where_it_changes(exprs: Any, hodiff: Any, answer: Any) -> None:
    exprs("x\nx**2\nsine(x)\n3*x\n[x, 2*x]\n[1, x]\nx\n")
    rows = list(csv.reader(hodiff("value", "@exprs.txt", *POINT, "csv").out.splitlines()))
    vectors = ["x", "f[0]", "f[1]"]
    assert rows == [
        *(["x", "f"], ["3", "3"], ["3", "9"], ["3", "9"]),
        *(vectors, ["3", "3", "6"], ["3", "1", "3"]),
        *(["x", "f"], ["3", "3"]),
    ]


def test_tables_have_a_blank_line_between(exprs: Any, answer: Any) -> None:
    exprs("x\nx**2\n")
    tables = [answer("grad", text, "--at", "x=3") for text in ("x", "x**2")]
    assert answer("grad", "@exprs.txt", "--at", "x=3") == "\n".join(tables)


def test_one_line_of_input_is_as_if_it_were_an_argument(hodiff: Any) -> None:
    for text in ("x**2", "2*sine(x)", "log(-x)", "x +", "[x, x]"):
        for form in ("table", "csv", "plain"):
            asked = hodiff("grad", text, *POINT, form)
            given = hodiff("grad", "-", *POINT, form, stdin=f"{text}\n".encode())
            assert (given.code, given.err) == (asked.code, asked.err)
            assert given.out.strip() == asked.out.strip()


def test_no_expression_at_all(exprs: Any, hodiff: Any) -> None:
    exprs("# nothing\n\n")
    ran = hodiff("grad", "@exprs.txt", "--format", "json")
    assert ran.code == 2 and "exprs.txt holds no expression: write one a line" in ran.err
    assert json.loads(ran.out)["error"]["source"] == "EXPR"
    assert "standard input holds no expression" in hodiff("grad", "-", stdin=b"\n").err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("@", "@ needs the name of a file, as in @exprs.txt"),
        ("@nowhere.txt", "can't read 'nowhere.txt': No such file or directory"),
        ("@.", "can't read '.': Is a directory"),
    ],
)
def test_a_file_that_can_not_be_read(exprs: Any, hodiff: Any, name: str, said: str) -> None:
    ran = hodiff("grad", name)
    assert (ran.code, ran.out) == (2, "") and ran.err.startswith(f"error: {said}\n")


def test_lines_that_are_no_text_or_too_long(exprs: Any, hodiff: Any) -> None:
    exprs(b"x\nx*\xff\n" + b"x+" * 40_000 + b"x\n2*x\n# " + b"-" * 200_000 + b"\n3*x")
    ran = hodiff("value", "@exprs.txt", *POINT, "plain")
    assert (ran.code, ran.out) == (2, "3\n\n\n6\n9\n")
    assert "error: exprs.txt, line 2 is not UTF-8: byte 2 is 0xff\n" in ran.err
    assert "error: exprs.txt, line 3 is too long: 64 KiB are the most\n" in ran.err


@posix
def test_what_never_ends(hodiff: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Limits, "seconds", 1)
    monkeypatch.setattr(Limits, "pipe", 1 << 16)
    os.mkfifo(tmp_path / "pipe")
    ran = hodiff("grad", f"@{tmp_path}/pipe")
    assert ran.code == 2 and "has not ended after 1 seconds" in ran.err
    ran = hodiff("grad", "@/dev/zero")
    assert ran.code == 2 and "gives over 0 MiB" in ran.err
    with open("/dev/zero", "rb") as zeros:
        command = [sys.executable, "-m", "hodiff", "grad", "-", "--format", "plain"]
        done = subprocess.run(command, stdin=zeros, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "error: standard input is too long: 64 KiB are the most\n"


@posix
def test_a_pipe_gives_its_numbers_once(exprs: Any, answer: Any) -> None:
    """Each line has them."""
    exprs("sum(w)\nsum(w*w)\n")
    reading, writing = os.pipe()
    os.write(writing, b"3,4\n")
    os.close(writing)
    at = f"w=@/dev/fd/{reading}"
    assert answer("value", "@exprs.txt", "--at", at, "--format", "plain") == "7\n25\n"
    os.close(reading)


def test_files_are_read_anew_by_the_next_command(exprs: Any, answer: Any) -> None:
    exprs("sum(w)")
    for numbers in ([1.0, 2.0], [3.0, 4.0]):
        np.save("w.npy", np.array(numbers))
        out = answer("value", "@exprs.txt", "--at", "w=@w.npy", "--format", "plain")
        assert float(out) == sum(numbers)


@posix
def test_answers_come_before_the_input_ends() -> None:
    """Each is written when its line is there, and a reader that leaves ends it."""
    command = [sys.executable, "-m", "hodiff", "value", "-", "--at", "x=3", "--format", "plain"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdin and process.stdout and process.stderr
        for n in range(3):
            process.stdin.write(f"x + {n}\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{3 + n}\n"
        process.stdout.close()
        process.stdin.write("x\n" * 5)
        process.stdin.flush()
        assert process.wait(60) == 0  # the input is still open
        assert process.stderr.read() == ""


def test_an_interrupt_ends_it(exprs: Any, hodiff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from hodiff.calculator.commands import gradient

    def interrupted(f: Any, variables: Any) -> Any:
        raise KeyboardInterrupt

    exprs("x\nx\n")
    monkeypatch.setattr(gradient, "gradient", interrupted)
    assert hodiff("grad", "@exprs.txt").code == 130
