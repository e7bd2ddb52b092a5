"""The shell: what lines are answered with, standard input, and the prompt driven through a pty."""

import os
import re
import select
import signal
import struct
import subprocess
import sys
from time import monotonic

import pytest

from hodiff.cli.program import program
from hodiff.cli.shell.prompt import candidates, history
from hodiff.cli.shell.session import Quit, Session
from hodiff.cli.shell.words import complete, lines

PATIENCE = 10  # seconds until a process has said what is waited for


@pytest.fixture
def session():
    return Session(program)


def said(session, *typed):
    """What the last of some lines is answered with: on stdout, on stderr, the exit code."""
    for line in typed:
        outcomes = list(session.answered(line))
    join = "\n".join
    return (
        join(o.out for o in outcomes if o.out is not None),
        join(o.error for o in outcomes if o.error is not None),
        max((o.code for o in outcomes), default=0),
    )


@pytest.mark.parametrize(
    "typed, out",
    [
        (["1/3 + 1/6"], "0.5"),
        (["1/3 - 1"], "-2/3"),
        (["1/3", "ans*3"], "1"),
        (["sqrt(2)", "ans**2 - 2"], "0"),  # ans is the number, not its digits
        (["2", "ans + 1", "ans*ans", "ans - 9"], "0"),
        (["a = 3", "a**2"], "9"),
        (["a = 3", "a = a + 1", "a"], "4"),
        (["a = 2", "b = a**2", "a = 5", "b"], "4"),
        (["a = 3", "3a²"], "27"),
        (["a = 2", "b = 2a + a² - 1e3a", "a = 5", "b"], "-1992"),
        (["a = 2", "f(t) = 2³a·t²", "a = 5", "f(1)"], "16"),
        (["f(t) = t**2", "f(f(3))"], "81"),
        (["c = 2", "f(t) = c*t", "g(t) = f(t) + 1", "g(5)"], "11"),
        (["v = [1, 2, 3]", "v@v"], "14"),
        (["a = 3", "nth x**a --at x=a --format plain"], "27"),
        (["x = 7", "grad x**2 --at x=1 --format plain"], "2"),
        (["u = x**2", "grad u*y --at x=3,y=1 --format plain"], "6\t9"),
        (["grad x**2 + 1 --at x=2 --format plain"], "4"),
        (["grad 'x**2' --at x=2 --format plain"], "4"),
        (["x**3", ":nth --at x=2 --order 2 --format plain"], "12"),
        (["x**3", "ans", ":nth --at x=1 --order 0 --format plain"], "3"),
        (["roots x**2 - a --over x=0:3 --let a=4 --format plain"], "2"),
        (["a = 1; a + 1"], "2"),
        (["a = 1", "b = 2", ":names"], "a = 1\nb = 2"),
        (["# nothing"], ""),
        ([""], ""),
    ],
)
def test_lines(session, typed, out):
    assert said(session, *typed) == (out, "", 0)


def test_an_expression_with_variables_shows_its_derivative(session, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out, _, _ = said(session, "x**2*y")
    assert "2*x*y" in out and "x**2" in out
    assert "Usage" in said(session, ":help grad")[0] and ":quit" in said(session, ":help")[0]
    assert "cosine" in said(session, "cos(x)", ":steps")[0]


@pytest.mark.parametrize(
    "typed, error",
    [
        (["1 +* 2"], "a value was expected between '+' and '*'\n  1 +* 2\n     ^"),
        (["f(t) = t**2", "f(x) + foo(x)"],
         "unknown function 'foo' (did you mean 'floor'?)\n  f(x) + foo(x)\n         ^^^"),
        (["g(t) = t + foo(t)"],
         "unknown function 'foo' (did you mean 'floor'?)\n  g(t) = t + foo(t)"),
        ([":stps"], "unknown command 'stps' (did you mean 'steps'?)"),
        ([":steps"], "steps needs an expression: steps"),
        ([":forget q"], "unknown name 'q'"),
        (["grad x --at 'x=1"], "a quote has no other end"),
        (["grad @file"], "in the shell an expression is text"),
        (["a ="], "a has no value: write a = ..."),
        (["log(-1)"], "'log(-1)' is undefined"),
    ],
)  # fmt: skip
def test_errors_stand_where_they_are(session, typed, error):
    out, err, code = said(session, *typed)
    assert out == "" and code and f"error: {error}" in err


def test_forgotten_names_are_variables_again(session):
    said(session, "a = 3", ":forget a")
    assert "∂f/∂variable" in said(session, "a")[0]


def test_an_answer_that_is_long_stays_short(session):
    said(session, "exp(1)")
    for _ in range(30):
        out, _, code = said(session, "ans*ans/exp(1)")
        assert code == 0
    assert float(out) == pytest.approx(2.718281828459045)


@pytest.mark.parametrize("line", [":quit", ":q", ":exit", "exit", "quit()"])
def test_leaving(session, line):
    with pytest.raises(Quit):
        list(session.answered(line))


def test_a_name_of_ones_own_leaves_nothing(session):
    said(session, "exit = 2")
    assert said(session, "exit")[0] == "2"
    assert max(map(len, said(session, ":help")[0].splitlines())) < 80


def test_texts_of_many_lines():
    assert [complete(x) for x in ("sin(", "a = [1,", "x +\\", "a = 1;", "sin(x)", ")")] == [
        False, False, False, False, True, True]  # fmt: skip
    assert lines("# c\na = 1\n\nsin(\n  x)\n\nx") == ["a = 1", "sin( x)", "x"]


@pytest.mark.parametrize(
    "line, word, some",
    [
        ("x*si", "si", "sin("),
        ("gra", "gra", "grad"),
        (":pl", ":pl", ":plot"),
        ("grad x**2 --a", "--a", "--at"),
        (":plot --ov", "--ov", "--over"),
        ("2*wid", "wid", "width"),
    ],
)
def test_completion(session, line, word, some):
    said(session, "width = 3")
    found = candidates(session, line)
    assert found[0] == word and some in found[1]
    assert all(name.startswith(word) for name in found[1])


def test_history_is_in_the_state_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert history() == tmp_path / "state" / "hodiff" / "history"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert history() is None


COMMAND = [sys.executable, "-m", "hodiff", "shell"]


def test_standard_input_is_answered_line_by_line():
    text = "a = 2\nsin(\n0)\na**10\n1 +* 1\nlog(-1)\n:quit\n5\n"
    ran = subprocess.run(COMMAND, input=text, capture_output=True, encoding="utf-8")
    assert (ran.stdout, ran.returncode) == ("0\n1024\n", 2)
    assert ran.stderr.count("error: ") == 2


class Terminal:
    """A process in a pty: what it has written, and what it is told."""

    def __init__(self, command, **env):
        import fcntl
        import pty
        import termios

        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.environ.update({"TERM": "xterm", "COLUMNS": "80", "LINES": "24", **env})
            os.execv(command[0], command)
        self.text, self.begin = "", 0

    def types(self, text):
        os.write(self.fd, text.encode())

    def waits(self, wanted):
        """What has come since the last time, up to what is waited for."""
        end = monotonic() + PATIENCE
        while (found := re.search(wanted, self.text[self.begin :])) is None:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - monotonic()))
            assert ready, f"no {wanted!r} in {self.text[self.begin :]!r}"
            try:
                part = os.read(self.fd, 1 << 16).decode("utf-8", "replace")
            except OSError:
                part = ""
            assert part, f"it ended without {wanted!r}: {self.text[self.begin :]!r}"
            if "\x1b[6n" in part:  # where is the cursor?
                os.write(self.fd, b"\x1b[1;1R")
            self.text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]", "", part)
        before = self.text[self.begin :][: found.end()]
        self.begin += found.end()
        return before

    def ends(self):
        end = monotonic() + PATIENCE
        while True:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - monotonic()))
            if not ready:
                os.kill(self.pid, signal.SIGKILL)
            try:
                if not ready or not os.read(self.fd, 1 << 16):
                    break
            except OSError:
                break
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.skipif(os.name != "posix", reason="needs a pty")
def test_the_prompt(tmp_path):
    pytest.importorskip("prompt_toolkit")
    terminal = Terminal(COMMAND, XDG_STATE_HOME=str(tmp_path))
    terminal.waits("hodiff>")
    terminal.types("a = 3\r")
    terminal.waits("hodiff>")
    terminal.types("a**\r")
    terminal.waits("error: ")
    terminal.waits(r"\^")
    terminal.waits("hodiff>")
    terminal.types("this is given up((")
    terminal.waits(r"\(\(")
    terminal.types("\x03")
    terminal.waits("hodiff>")
    for typed, wanted in (
        ("a**4\r", "81"),
        ("(1 +\r", r"\.\.\.>"),  # goes on
        ("6)*a\r", "21"),
        ("\x1b[200~b = 5\nb*a\ngrad x**b --at x=1 --format plain\x1b[201~\r", r"15\s+5"),
        ("2**0.5\x1b[D\x1b[D\r", "1.4142135623730950"),  # Enter in the middle of a line
        ("\x1b[A\r", "1.4142135623730950"),  # the line before, again
    ):
        terminal.types(typed)
        terminal.waits(wanted)
        if wanted[-1] != ">":
            terminal.waits("hodiff>")  # what is typed sooner, the terminal itself may take
    terminal.types("\x04")
    assert terminal.ends() == 0
    kept = (tmp_path / "hodiff" / "history").read_text()
    assert "+a**4" in kept and "given up" not in kept


def test_without_its_library(monkeypatch):
    from hodiff.cli.shell import prompt
    from hodiff.errors import HodiffError

    monkeypatch.setitem(sys.modules, "prompt_toolkit", None)
    with pytest.raises(HodiffError, match=r"needs prompt_toolkit: pip .*'prompt-toolkit>="):
        prompt.prompt_of(Session(program))
