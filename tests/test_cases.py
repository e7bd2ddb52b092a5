"""Every number of tests/cases, through the command line: 50 formulas and 39 function cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hodiff.cli import main

BOUND = 1e-13
FOLDER = Path(__file__).parent / "cases"
CASES = {
    case["id"]: case
    for file in sorted(FOLDER.glob("*.jsonl"))
    for case in map(json.loads, file.read_text("utf-8").splitlines())
}

# Where floats can't reach the bound: (case, what): its condition number there, and why.
CONDITIONED: dict[tuple[str, str], float] = {}


def run(capsys: pytest.CaptureFixture[str], command: str, case: dict[str, Any], *more: str) -> Any:
    at = ",".join(f"{name}={value}" for name, value in case["at"].items())
    code = main([command, case["expr"], "--at", at, "--format", "json", *more])
    out, error = capsys.readouterr()
    assert code == 0, error
    return json.loads(out)


def check(case: dict[str, Any], what: str, found: Any, expected: Any) -> None:
    """Equal in shape, names, and to the bound in every number; an exact zero is 0."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, list):
        assert len(found) == len(expected)
        for i, (a, b) in enumerate(zip(found, expected, strict=True)):
            check(case, f"{what}[{i}]", a, b)
        return
    bound = BOUND * CONDITIONED.get((case["id"], what), 1)
    assert abs(found - float(expected)) <= bound * abs(float(expected)), what


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_hessian(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Value, gradient and Hessian."""
    found = run(capsys, "hessian", case)
    assert found["variables"] == list(case["at"])
    check(case, "value", found["value"], case["value"])
    check(case, "grad", found["gradient"], case["grad"])
    check(case, "hessian", found["hessian"], case["hessian"])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nth(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The derivatives in the first variable of at."""
    first, order = next(iter(case["at"])), len(case["nth"]) - 1
    found = run(capsys, "nth", case, "--wrt", first, "--order", str(order))
    assert found["variable"] == first
    check(case, "nth", [found["value"], *found["derivatives"]], case["nth"])
    assert found["derivative"] == found["derivatives"][-1]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_value_and_gradient(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    check(case, "value", run(capsys, "value", case)["value"], case["value"])
    check(case, "grad", run(capsys, "grad", case)["gradient"], case["grad"])
