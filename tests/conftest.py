"""hodiff, answer, found, plain: a command line run in this process; x, y, w: variables."""

import io
import json
import sys
from decimal import Decimal
from typing import NamedTuple

import pytest

from hodiff.cli import main
from hodiff.engine.graph import Tensor, variable


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def hodiff(capsys, monkeypatch):
    """hodiff("grad", "x**2", "--at", "x=3") is what that prints, and its exit code."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(arguments)
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def answer(hodiff):
    """What a command line prints that has to be answered."""

    def run(*arguments, **fields):
        ran = hodiff(*arguments, **fields)
        assert ran.code == 0, ran
        assert all(line.startswith("note: ") for line in ran.err.splitlines()), ran
        return ran.out

    return run


@pytest.fixture
def found(answer):
    """The same as json has it."""

    def run(*arguments):
        return json.loads(answer(*arguments, "--format", "json"))

    return run


@pytest.fixture
def written(answer):
    """The same with its numbers as they are written: a double may be another number."""

    def run(*arguments):
        return json.loads(answer(*arguments, "--format", "json"), parse_float=Decimal)

    return run


@pytest.fixture
def plain(answer):
    """The derivatives alone, as text."""

    def run(*arguments):
        return answer(*arguments, "--format", "plain").rstrip("\n")

    return run


@pytest.fixture
def x() -> Tensor:
    return variable("x")


@pytest.fixture
def y() -> Tensor:
    return variable("y")


@pytest.fixture
def w() -> Tensor:
    return variable("w", (3,))
