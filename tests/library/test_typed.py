"""What a type checker makes of hodiff: the stubs that docs/stub.py writes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import hodiff
from docs import stub
from hodiff import Tensor, library
from tests.library import typed_program

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    typed_program.functions,
    typed_program.tensors,
    typed_program.derivatives,
    typed_program.calculator,
)


def test_mypy_has_nothing_against_the_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path, typed_program.__file__],
        cwd=ROOT, env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("part", PARTS)
def test_the_types_are_those_that_come(part: Callable[[], None]) -> None:
    part()


@pytest.mark.parametrize("refused", typed_program.REFUSED)
def test_what_is_refused_raises(refused: Callable[[], object]) -> None:
    with pytest.raises((AttributeError, TypeError)):
        refused()


def test_the_stubs_are_what_the_tables_give() -> None:
    for path, text in ((stub.NAMES, stub.names()), (stub.METHODS, stub.methods())):
        assert path.read_text("utf-8") == text, "run python docs/stub.py"


def test_every_name_is_in_the_stub() -> None:
    text = stub.NAMES.read_text("utf-8")
    there = re.findall(r"^(?:def |class |from .* as )?(\w+)\b", text, re.MULTILINE)
    assert {name for name in dir(hodiff) if not name.startswith("__")} <= {*there}


@pytest.mark.parametrize("name", library.METHODS)
def test_a_method_without_arguments_gives_what_the_stub_says(name: str) -> None:
    """Which holds the list of results that are no tensors to the truth."""
    f = library.METHODS[name]
    ((parameters, gives), *_) = stub.of_library(name, f)
    if all(p.endswith("= ...") or p == "*" for p in parameters[1:]):
        x = hodiff.tensor([[2.0, 1.0], [1.0, 3.0]])
        value = f(x > 1 if name in ("bitwise_not", "invert") else x)
        kind = "Tensor" if isinstance(value, Tensor) else type(value).__name__
        assert kind == gives.partition("[")[0] or gives == "Any"
