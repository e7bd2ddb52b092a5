"""hodiff: a command line run in this process."""

import io
import sys
from typing import NamedTuple

import pytest

from hodiff.cli import main


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
        assert (ran.code, ran.err) == (0, ""), ran
        return ran.out

    return run
