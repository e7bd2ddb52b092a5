"""Notation on the command line: the reading in each format, --strict, and several faults."""

from __future__ import annotations

import json

import pytest

import hodiff as library
from hodiff.cli.program import program


def test_the_table_shows_the_reading(answer):
    lines = answer("grad", "2x² + sin²(x)", "--at", "x=π/2").splitlines()
    assert lines[:3] == ["2x² + sin²(x)", "= 2*x**2 + sin(x)**2", "f = 5.934802200544679"]
    lines = answer("grad", "2*x**2", "--at", "x=1").splitlines()
    assert lines[:2] == ["2*x**2", "f = 2"]
    assert answer("grad", "2x").splitlines()[:2] == ["2x", "= 2*x"]


def test_a_long_reading_is_cut_as_the_title_is(answer):
    lines = answer("grad", " + ".join(["2x"] * 60), "--at", "x=1").splitlines()
    assert lines[1].startswith("= 2*x + 2*x") and lines[1].endswith("...") and len(lines[1]) == 80


def test_a_terminal_without_superscripts(answer, monkeypatch):
    monkeypatch.setattr("hodiff.calculator.tables.stdout_encoding", lambda: "ascii")
    lines = answer("grad", "2x²", "--at", "x=1").splitlines()
    assert lines[:2] == ["2x\\xb2", "= 2*x**2"]  # and not 2x2


def test_json_has_the_reading_where_there_is_notation(found):
    fields = found("grad", "2x²", "--at", "x=3")
    assert list(fields)[:3] == ["command", "expression", "reading"]
    assert (fields["expression"], fields["reading"], fields["gradient"]) == (
        "2x²", "2*x**2", {"x": 12},
    )  # fmt: skip
    assert "reading" not in found("grad", "2*x**2", "--at", "x=3")


@pytest.mark.parametrize("style", ["plain", "csv"])
def test_plain_and_csv_have_nothing_more(answer, style):
    outputs = [
        answer("hessian", text, "--at", "x=3", "--format", style) for text in ("2x³", "2*x**3")
    ]
    assert outputs[0] == outputs[1]


def test_both_sides_of_an_equation(found):
    fields = found("implicit", "x² + y² = 5²", "--at", "x=3,y=4", "--of", "y", "--order", "1")
    assert (fields["reading"], fields["derivative"]) == ("x**2 + y**2 = 5**2", -0.75)
    fields = found("implicit", "xy − 2 = 0", "--of", "xy", "--wrt", "x", "--at", "x=1,xy=2",
                   "--order", "1")  # fmt: skip
    assert (fields["reading"], fields["derivative"]) == ("xy - 2 = 0", 0)


def test_options_have_notation_too(answer):
    line = ["--at", "x=2²,y=√4", "--let", "a=3!", "--v", "2³,1", "--format"]
    assert answer("hvp", "a·x²y", *line, "plain") == "240\t384\n"


def test_strict_refuses_each_piece(hodiff):
    ran = hodiff("grad", "2x²", "--strict", "--format", "json")
    error = json.loads(ran.out)["error"]
    assert (ran.code, error["start"], error["end"]) == (2, 1, 2)
    assert [(more["start"], more["end"]) for more in error["more"]] == [(2, 3)]
    assert ran.err.count("error: ") == 2
    for option, value in (("--at", "x=2π"), ("--let", "a=2π"), ("--v", "2π")):
        words = ["hvp", "x*a", "--v", "1", "--let", "a=1", "--at", "x=1", "--strict"]
        words[words.index(option) + 1] = value
        assert "missing '*' or ',': write 2*π" in hodiff(*words).err
    assert hodiff("grad", "2*x**2", "--strict").code == 0


def test_every_command_of_an_expression_has_strict():
    for name, command in program.commands.items():
        assert ("--strict" in command.options()) == ("EXPR" in command.arguments()), name


def test_a_slip_is_noted(hodiff, found):
    assert found("grad", "cosx")["notes"] == [
        "'cosx' is read as a variable: for the function write cos(x)"
    ]
    out = hodiff("grad", "cosx + ln*x").out
    assert "'cosx' is read as a variable: for the function write cos(x)\n" in out
    assert "'ln' is read as a variable: for the function write ln(…)\n" in out
    assert found("grad", "cosx", "--at", "cosx=1")["notes"] == []


def test_one_fault_has_no_more(hodiff):
    error = json.loads(hodiff("grad", "1/2x", "--format", "json").out)["error"]
    assert list(error) == ["kind", "message", "source", "start", "end"]


def test_the_library_reads_it(found):
    result = library.calculate("grad", "2x²", at="x=3")
    assert (result.reading, result.gradient) == ("2*x**2", {"x": 12})
    assert library.calculate("grad", "2*x + 1").reading == "2*x + 1"
    assert library.parse("3|x|")[0].value is None
    for ask in (library.parse, lambda text, **strict: library.calculate("grad", text, **strict)):
        with pytest.raises(library.HodiffError, match=r"missing '\*'"):
            ask("2x", strict=True)


@pytest.mark.parametrize("form", ["plain", "csv"])
def test_what_has_no_place_for_notes_has_them_on_stderr(hodiff, form):
    """Else x*cosx, read with a variable cosx, is a wrong answer that nothing tells."""
    ran = hodiff("grad", "x*cosx", "--wrt", "x", "--format", form)
    assert ran.code == 0 and ran.out.splitlines()[-1].endswith("cosx")
    assert ran.err.splitlines() == [
        "note: 'cosx' is read as a variable: for the function write cos(x)"
    ]
    assert hodiff("grad", "x*cos(x)", "--format", form).err == ""


def test_notes_of_many_expressions_say_of_which_line(hodiff):
    ran = hodiff("grad", "-", "--wrt", "x", "--format", "plain", stdin=b"x\nx*cosx\n")
    assert ran.out.split() == ["1", "cosx"]
    assert ran.err.startswith("note: standard input, line 2: 'cosx' is read as a variable")


def test_a_program_says_what_its_names_are_read_as(hodiff):
    ran = hodiff("code", "x*cosx", "--to", "python", "--wrt", "x")
    assert "'cosx' is read as a variable: for the function write cos(x)." in ran.out
    assert ran.err == ""
