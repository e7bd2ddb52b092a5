"""Help: short, whole at every width, and each example in it runs."""

import shlex

import pytest

import hodiff as package
from hodiff.cli.program import program

COMMANDS = list(program.commands)
EXAMPLES = [*program.examples, *[e for c in program.commands.values() for e in c.examples]]


def test_the_commands_are_in_a_sensible_order():
    assert COMMANDS == [
        "grad",
        "nth",
        "hessian",
        "hvp",
        "jacobian",
        "jvp",
        "vjp",
        "value",
        "taylor",
        "tensor",
        "laplacian",
        "divergence",
        "curl",
        "implicit",
        "uncertainty",
        "roots",
        "extrema",
        "plot",
        "check",
        "steps",
        "graph",
        "explain",
        "report",
        "code",
        "functions",
        "shell",
        "completion",
        "help",
    ]


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_run(answer, example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where some write
    name, *words = shlex.split(example)
    assert name == "hodiff"
    if words[0] == "plot":
        pytest.importorskip("plotext")
    assert answer(*words) or words == ["shell"]  # which has nothing to answer here


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("command", [[], *[[name] for name in COMMANDS]])
def test_help_opens_with_an_example_and_fits(answer, monkeypatch, command, width):
    monkeypatch.setenv("COLUMNS", str(width))
    out = answer(*command, "--help")
    assert out.startswith(("Example:\n  hodiff ", "Examples:\n  hodiff "))
    assert f"\n\nUsage: {' '.join(['hodiff', *command])}" in out
    assert "..." not in out.partition("Derivatives:")[2].partition("Options:")[0]
    assert max(map(len, out.splitlines())) <= width
    assert out == answer(*command, "-h")


def test_help_shows_defaults_and_what_is_required(answer):
    words = " ".join(answer("tensor", "-h").split())
    assert "[env var: HODIFF_FORMAT; default: table]" in words
    assert "[default: all of --at]" in words
    assert "--order N The order of the derivative: 0, 1, 2 ... [required]" in words


def test_help_wins_over_faults(answer, hodiff):
    assert answer("nth", "-h", "--foo") == answer("nth", "--help")
    assert answer("nth", "x", "y", "-h") == answer("nth", "--help")
    assert hodiff("value", "x", "--at", "-h").code == 2  # the value of --at


def test_no_arguments_is_no_answer(hodiff, answer):
    ran = hodiff()
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == answer("--help")


def test_version(answer):
    assert answer("--version") == answer("-V") == f"hodiff {package.__version__}\n"
    assert answer("value", "-V", "--at", "V=2", "--format", "plain") == "-2\n"  # there a text


@pytest.mark.parametrize("command", COMMANDS)
def test_help_as_a_command(answer, command):
    assert answer("help", command) == answer(command, "--help")


def test_help_of_all(answer):
    assert answer("help") == answer("--help")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_line_of_the_options_says_something(answer, command):
    """From click 8.5 on an argument has a line of its own."""
    _, _, options = answer(command, "--help").partition("Options:\n")
    assert options and "EXPR" not in [line.strip() for line in options.splitlines()]
