"""Defaults from the environment: how to answer, never what is asked."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest

from hodiff.cli.options import Command
from hodiff.cli.program import program

ASKED = ("grad", "sin(x)/3", "--at", "x=0")
DEFAULTS = {"FORMAT", "DIGITS", "ARITHMETIC", "EXACT", "EXTEND", "SUBGRADIENT", "METHOD"}


def test_the_format(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    forms = {form: answer(*ASKED, "--format", form) for form in ("table", "json", "csv", "plain")}
    for form, text in forms.items():
        monkeypatch.setenv("HODIFF_FORMAT", form)
        assert answer(*ASKED) == text
        assert answer(*ASKED, "--format", "plain") == forms["plain"]
    monkeypatch.setenv("HODIFF_FORMAT", "")  # as if it were not set
    assert answer(*ASKED) == forms["table"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DIGITS", "30", "value exp(x) --at x=1 --digits 30"),
        ("ARITHMETIC", "float", "grad (exp(x)-1)/x --at x=1e-12 --arithmetic float"),
        ("EXACT", "1", "grad x**2/3 --at x=1 --exact"),
        ("EXTEND", "true", "value sin(x)/x --at x=0 --extend"),
        ("SUBGRADIENT", "1", "grad abs(x) --at x=0 --subgradient"),
        ("METHOD", "nested", "nth exp(x) --at x=1 --order 3 --method nested"),
    ],
)
def test_each_is_the_option(
    hodiff: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    option = f"--{name.lower()}"
    bare = words.partition(f" {option}")[0].split()
    asked = hodiff(*words.split())
    if name != "METHOD":  # whose numbers are the same
        assert hodiff(*bare) != asked
    monkeypatch.setenv(f"HODIFF_{name}", value)
    assert hodiff(*bare) == asked


def test_what_is_asked_does_not_come_from_it(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [answer("grad", "a*x"), answer("nth", "x**3", "--at", "x=2")]
    for name in ("AT", "LET", "WRT", "ORDER", "V", "ALONG", "OF", "DIAG", "SOLVE", "RTOL"):
        monkeypatch.setenv(f"HODIFF_{name}", "a=3" if name in ("AT", "LET") else "3")
    assert [answer("grad", "a*x"), answer("nth", "x**3", "--at", "x=2")] == before


def test_help_says_which_there_are() -> None:
    for command in program.commands.values():
        assert isinstance(command, Command)
        ctx = click.Context(command, **command.context_settings)
        page = " ".join(command.get_help(ctx).split())
        taken = {
            p.name.upper()
            for p in command.params
            if isinstance(p, click.Option) and p.name and p.allow_from_autoenv
        }
        shown = {word for word in DEFAULTS if f"[env var: HODIFF_{word}" in page}
        options = {name[2:].upper() for name in command.options()}
        if command.name == "completion":  # a script that a shell reads stays one
            assert not taken and not shown
        else:
            assert taken == shown == DEFAULTS & options


@pytest.mark.parametrize(
    ("name", "value", "words", "said"),
    [
        ("FORMAT", "jsn", "grad x", "unknown format 'jsn' (did you mean 'json'?)"),
        ("DIGITS", "many", "grad x", "--digits is a whole number from 1 on, not 'many'"),
        ("DIGITS", "99999999", "grad x", "--digits can be 10000 at most"),
        ("EXACT", "perhaps", "grad x", "it can be 1 or 0"),
        ("ARITHMETIC", "balls", "grad x", "unknown arithmetic 'balls' (did you mean 'ball'?)"),
        ("DIGITS", "20", "grad x --at x=2+/-1", "over an interval there is no --digits"),
        ("DIGITS", "20", "grad x --at x=2 --arithmetic float", "--digits are proven ones"),
        ("METHOD", "taylor", "nth abs(x) --at x=0 --order 2", ""),
    ],
)
def test_a_bad_value_names_the_variable(
    hodiff: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str, said: str
) -> None:
    monkeypatch.setenv(f"HODIFF_{name}", value)
    ran = hodiff(*words.split())
    assert ran.code == 2 and ran.out == ""
    assert ran.err.startswith(f"error: HODIFF_{name}: {said}")
    if name != "FORMAT":
        error = json.loads(hodiff(*words.split(), "--format", "json").out)["error"]
        assert error["source"] == f"HODIFF_{name}"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FORMAT", "latex", "rows have no --format latex"),
        ("DIGITS", "20", "--digits goes with one"),
    ],
)
def test_rows_name_the_variable(
    hodiff: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"HODIFF_{name}", value)
    ran = hodiff("grad", "x", "--grid", "x=0:1:2")
    assert (ran.code, ran.out) == (2, "") and ran.err.startswith(f"error: HODIFF_{name}: {said}")


def test_errors_are_json_where_the_environment_asks_for_it(
    hodiff: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HODIFF_FORMAT", "json")
    for words in ("grad x+", "gard x", "grad x --att", "grad log(x) --at x=-1"):
        ran = hodiff(*words.split())
        assert ran.err.startswith(f"error: {json.loads(ran.out)['error']['message']}\n")
    assert hodiff("grad", "x+", "--format", "plain").out == ""
    ran = hodiff("grad", "-", stdin=b"x\nx+\n")
    assert [*map(list, map(json.loads, ran.out.splitlines()))][1] == ["error"]
