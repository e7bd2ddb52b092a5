"""What is wrong, where, the mend: every way a command line can be refused by the options."""

import json
import sys

import pytest

from hodiff.calculator.commands import gradient as commands
from hodiff.cli import faults

GRAD = (
    'grad needs an expression: hodiff grad "w1**2*sin(w2)" --at w1=1,w2=pi/2;'
    " - reads standard input"
)
HVP = 'hvp needs --v: hodiff hvp "w1**2*sin(w2)" --at w1=1,w2=pi/2 --v 0.5,1'
COMMANDS = (
    "grad, nth, hessian, hvp, jacobian, jvp, vjp, value, taylor, tensor, laplacian, divergence,"
    " curl, implicit, uncertainty, roots, extrema, plot, check, steps, graph, explain,"
    " report, code, functions, shell, completion, help"
)


@pytest.mark.parametrize(
    "line, message, source",
    [
        ("gard x", "unknown command 'gard' (did you mean 'grad'?)", None),
        (
            "x**2 --at x=1",
            "unknown command 'x**2': a command comes first, as in hodiff grad \"x**2\"",
            None,
        ),
        (
            "-x**2",
            "unknown command '-x**2': a command comes first, as in hodiff grad \"-x**2\"",
            None,
        ),
        ("xyzzy x", f"unknown command 'xyzzy': it can be {COMMANDS}", None),
        ("diff x**2", "unknown command 'diff' (did you mean 'grad'?)", None),
        ("solve x**2", "unknown command 'solve' (did you mean 'roots'?)", None),
        ("version", "unknown command 'version' (did you mean '--version'?)", None),
        (
            "grad x*y --at x=3 y=2",
            "'y=2' stands alone: write --at x=3,y=2",
            "--at",
        ),
        ("grad x**2 y=3", "'y=3' stands alone: write --at y=3", "--at"),
        ("grad x*y --at x=3, y=pi/2", "'y=pi/2' stands alone: write --at x=3,y=pi/2", "--at"),
        ("grad x**2 --at x = 2", "'= 2' stands alone: write --at x=2", "--at"),
        ("grad x**2 --at x 2", "'2' stands alone: write --at x=2", "--at"),
        ("grad x*y x", "'x' stands alone: write --wrt x", "--wrt"),
        ("grad a*x --wrt x a", "'a' stands alone: write --wrt x,a", "--wrt"),
        ("implicit x*y=1 y", "'y' stands alone: write --of y", "--of"),
        ("nth x**5 3", "'3' stands alone: write --order 3", "--order"),
        ("check x**2 2*x", "'2*x' stands alone: write --claim \"2*x\"", "--claim"),
        ("roots x**2-2 x=0:2", "'x=0:2' stands alone: write --over x=0:2", "--over"),
        (
            "roots x**2 -2",  # the shell's word, not an option's
            'EXPR came in 2 parts: put it in quotes, as in "x**2 -2"',
            "EXPR",
        ),
        ("taylor sin x", 'EXPR came in 2 parts: put it in quotes, as in "sin x"', "EXPR"),
        ("grad x**2 --x 2", "unknown option '--x': the point is --at x=2", "--x"),
        ("grad x**2 --json", "unknown option '--json' (did you mean '--format json'?)", "--json"),
        ("nth x**2 --n 2", "unknown option '--n' (did you mean '--order'?)", "--n"),
        ("grad x --file a.csv", "unknown option '--file' (did you mean '--points'?)", "--file"),
        ("grad x --hlep", "unknown option '--hlep' (did you mean '--help'?)", "--hlep"),
        (
            "code x --at x=1",
            "unknown option '--at': grad, nth, hessian, hvp, jacobian, jvp have it",
            "--at",
        ),
        ("-version", "unknown command '-version' (did you mean '--version'?)", None),
        ("integrate x", "unknown command 'integrate': integrals are not computed here", None),
        ("--verson", "unknown option '--verson' (did you mean '--version'?)", "--verson"),
        (
            "--at x=1 grad x",
            "unknown option '--at':"
            " options stand behind the command, hodiff COMMAND EXPR [OPTIONS]",
            "--at",
        ),
        ("grad", GRAD, "EXPR"),
        ("grad --at x=1", GRAD, "EXPR"),
        ("grad x + 1", 'EXPR came in 3 parts: put it in quotes, as in "x + 1"', "EXPR"),
        (f"grad x {'x' * 60}", "EXPR came in 2 parts: put it in quotes", "EXPR"),
        ("grad x -at x=1", "write --at instead of '-at': options have two dashes", "--at"),
        ("grad x –wrt=x", "write --wrt instead of '–wrt=x': options have two dashes", "--wrt"),
        ("grad x --att x=1", "unknown option '--att' (did you mean '--at'?)", "--att"),
        ("grad x --att=x=1", "unknown option '--att' (did you mean '--at'?)", "--att"),
        (
            "grad x --order 2",
            "unknown option '--order': nth, taylor, tensor, implicit, uncertainty, extrema have it",
            "--order",
        ),
        ("grad x --torch", "unknown option '--torch': explain has it", "--torch"),
        ("grad x --nope", "unknown option '--nope'", "--nope"),
        (
            "value x --subgradient",
            "unknown option '--subgradient': grad, nth, hessian, hvp, jacobian, jvp have it",
            "--subgradient",
        ),
        ("grad x --at", "--at needs a value: --at x=2,y=pi/2", "--at"),
        ("grad x --at --wrt x", "--at needs a value: --at x=2,y=pi/2", "--at"),
        ("grad x --at --wrt=x", "--at needs a value: --at x=2,y=pi/2", "--at"),
        (
            "grad x --subgradient=no",
            "--subgradient takes no value: write --subgradient alone",
            "--subgradient",
        ),
        (
            "grad x --format jsn",
            "unknown format 'jsn' (did you mean 'json'?): it can be table, json, csv, plain,"
            " latex, mathml, markdown or typst",
            "--format",
        ),
        (
            "tensor x",
            'tensor needs --order: hodiff tensor "x**2*y" --at x=1,y=2 --order 3',
            "--order",
        ),
        ("nth x --order -1", "--order is a whole number from 0 on, not '-1'", "--order"),
        ("nth x --order 2.5", "--order is a whole number from 0 on, not '2.5'", "--order"),
        ("nth x --order ²", "--order is a whole number from 0 on, not '²'", "--order"),
        (
            "nth x*y --order 1",
            "nth differentiates in one variable: choose it, --wrt x, or go --along a vector",
            "--wrt",
        ),
        (
            "nth x*y --order 1 --wrt y,x",
            "--wrt y,x takes 2 derivatives, and --order says 1: leave out --order, or choose one"
            " variable, --wrt y",
            "--order",
        ),
        (
            "nth norm(w) --at w=[3,4] --order 1",
            "nth differentiates in a number, and 'w' has shape (2,):"
            " give each entry a name, as in [x, y], and --wrt one",
            "--wrt",
        ),
        ("hvp x", HVP, "--v"),
        (
            "grad [x,x] --at x=1",
            "grad needs one number, and EXPR has shape (2,):"
            " take an entry, (...)[0], or the sum, sum(...)",
            "EXPR",
        ),
        ("hessian 2+3", "there is no variable: hessian differentiates in one", "EXPR"),
        (
            "grad x --exact --arithmetic float",
            "--exact numbers are more than floats are: leave one out",
            "--exact",
        ),
        ("value x --at x=2+/-1 --exact", "over an interval there is no --exact", "--exact"),
        ("completion", "completion needs a shell: hodiff completion bash", "SHELL"),
        (
            "completion sh",
            "unknown shell 'sh' (did you mean 'zsh'?): it can be bash, zsh or fish",
            "SHELL",
        ),
        ("completion zsh fish", "completion takes one SHELL: leave out 'fish'", None),
        ("help gard", "unknown command 'gard' (did you mean 'grad'?)", None),
    ],
)
def test_usage(hodiff, monkeypatch, line, message, source):
    words = line.split()
    command = f" {words[0]}" if words[0] in COMMANDS.split(", ") else ""
    report = f"error: {message}\ntry: hodiff{command} --help\n"
    assert hodiff(*words) == (2, "", report)
    monkeypatch.setattr(faults, "wants_json", lambda arguments: True)
    ran = hodiff(*words)
    assert (ran.code, ran.err) == (2, report)
    assert json.loads(ran.out) == {
        "error": {"kind": "usage", "message": message, "source": source, "start": None, "end": None}
    }


def test_a_message_stays_a_line_of_printable_signs(hodiff):
    ran = hodiff("\x1b[31m" + "x" * 100 + "\n", "--at", "x=1")
    shown = "?[31m" + "x" * 55
    assert ran.err.splitlines()[0] == f"error: unknown command '{shown}...': it can be {COMMANDS}"
    ran = hodiff("grad", "x", "\x1b[31m")
    assert ran.err.splitlines()[0] == "error: EXPR came in 2 parts: put it in quotes"


def error(ran):
    """The error object that a command line printed, beside the same message for people."""
    fault = json.loads(ran.out)["error"]
    assert list(fault) == ["kind", "message", "source", "start", "end"]
    assert ran.err.startswith(f"error: {fault['message']}\n")
    return fault


@pytest.mark.parametrize("ask", [["--format", "json"], ["--format=json"]])
def test_errors_of_the_option_parser_are_json_where_json_is_asked_for(hodiff, ask):
    for words in (
        ["grad", "x", "--att"],
        ["gard"],
        ["tensor", "x"],
        ["grad"],
        ["grad", "x", "--at"],
    ):
        ran = hodiff(*ask, *words) if words == ["gard"] else hodiff(*words[:1], *ask, *words[1:])
        assert ran.code == 2
        assert error(ran)["kind"] == "usage"


@pytest.mark.parametrize(
    "line, code, kind, source, start, end",
    [
        ("grad log(x) --at x=-1", 1, "domain", "EXPR", 0, 6),
        ("grad 2+1/x --at x=0", 1, "pole", "EXPR", 2, 5),
        ("grad x+abs(x) --at x=0", 1, "kink", "EXPR", 2, 8),
        ("grad 2*sine(x) --at x=0", 2, "name", "EXPR", 2, 6),
        ("grad x+ --at x=0", 2, "syntax", "EXPR", 2, 2),
        ("grad x --at x=0+", 2, "syntax", "--at", 4, 4),
        ("nth x --order 1000000000", 2, "limit", "--order", None, None),
    ],
)
def test_errors_of_the_language_and_at_the_point(hodiff, line, code, kind, source, start, end):
    ran = hodiff(*line.split(), "--format", "json")
    fault = error(ran)
    assert ran.code == code
    assert [fault[k] for k in ("kind", "source", "start", "end")] == [kind, source, start, end]


def test_an_error_underlines_its_place(hodiff):
    ran = hodiff("grad", "w1**2*sine(w2)", "--at", "w1=1,w2=2")
    assert ran == (
        2,
        "",
        "error: unknown function 'sine' (did you mean 'sin'?)\n  w1**2*sine(w2)\n        ^^^^\n",
    )


def test_huge_orders_are_refused_at_once(hodiff):
    for order in ("1001", "1" + "0" * 5000):
        ran = hodiff("nth", "x", "--order", order)
        assert ran == (2, "", "error: --order can be 1000 at most\n")
    assert hodiff("nth", "x**3", "--at", "x=2", "--order", "0002").code == 0
    assert hodiff("nth", "x**3", "--at", "x=2", "--order", "1000", "--format", "plain").out == "0\n"


def test_standard_input_that_is_no_text(hodiff):
    ran = hodiff("grad", "-", stdin=b"x*\xff")
    assert ran.err.startswith("error: standard input is not UTF-8: byte 2 is 0xff\n")
    assert ran.code == 2
    ran = hodiff("grad", "-", stdin=b"x" * 65537)
    assert ran == (2, "", "error: standard input is too long: 64 KiB are the most\n")
    ran = hodiff("grad", "-", stdin=b"")
    assert ran.code == 2


def test_standard_input_that_can_not_be_read(hodiff, monkeypatch):
    class Folder:
        def readline(self, count):
            raise IsADirectoryError(21, "Is a directory")

    class Input:
        buffer = Folder()

    monkeypatch.setattr("io.TextIOWrapper", lambda stream: Input())
    ran = hodiff("grad", "-")
    assert ran.err.startswith("error: standard input can't be read: Is a directory\n")
    assert ran.code == 2
    monkeypatch.setattr("io.TextIOWrapper", lambda stream: None)  # <&-
    assert hodiff("grad", "-").code == 2


@pytest.mark.parametrize(
    "fault, message",
    [
        (MemoryError(), "the problem is too large for the memory"),
        (MemoryError("the derivative has over 7 nodes"), "the derivative has over 7 nodes"),
        (RecursionError("maximum"), "the problem is nested too deep"),
    ],
)
def test_limits(hodiff, monkeypatch, fault, message):
    def gradient(f, variables):
        raise fault

    monkeypatch.setattr(commands, "gradient", gradient)
    ran = hodiff("grad", "x", "--format", "json")
    assert (ran.code, ran.err) == (2, f"error: {message}\n")
    assert error(ran)["kind"] == "limit"


def test_a_bug_is_one_line_and_no_traceback(hodiff, monkeypatch):
    def gradient(f, variables):
        raise KeyError("a\nb")

    monkeypatch.setattr(commands, "gradient", gradient)
    ran = hodiff("grad", "x")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert ran.err.startswith(
        "error: this is a bug in hodiff: KeyError ('a\\nb') in test_errors.py"
    )


def test_control_c(hodiff, monkeypatch):
    def gradient(f, variables):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "gradient", gradient)
    ran = hodiff("grad", "x", "--format", "json")
    assert (ran.code, ran.out, ran.err.strip()) == (130, "", "")


def test_closed_streams(hodiff, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)  # 2>&-
    assert hodiff("gard").code == 2
    monkeypatch.setattr(sys, "stdout", None)  # >&-
    assert hodiff("grad", "x").code == 0
    assert hodiff("functions").code == 0


def test_a_file_beside_the_expression(hodiff, tmp_path, monkeypatch):
    """The mend is one that answers when it is pasted."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text("x,y\n1,2\n")
    assert hodiff("grad", "x*y", "data.csv").err.startswith(
        "error: 'data.csv' stands alone: write --points data.csv\n"
    )
    assert hodiff("grad", "x*y", "--points", "data.csv").code == 0
    (tmp_path / "exprs.txt").write_text("x**2\n")
    assert "write @exprs.txt" in hodiff("grad", "exprs.txt", "--at", "x=1").err
    assert hodiff("grad", "@exprs.txt", "--at", "x=1").code == 0
