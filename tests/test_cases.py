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

# Where floats can't reach the bound: the condition number it is multiplied by. In u/(exp(u) - 1)
# at u = 0.18 the rounding of exp(u) is what grows: |d log D / d log exp(u)| of a derivative D.
CONDITIONED = {
    ("feynman-III.4.33", "hessian"): 2.1e3,
    ("feynman-III.4.33", "nth[2]"): 2.1e3,
    ("feynman-III.4.33", "nth[3]"): 9.5e5,
    ("feynman-III.4.33", "nth[4]"): 3.8e6,
    ("feynman-III.4.33", "nth[5]"): 8.3e8,
}


def run(capsys: pytest.CaptureFixture[str], command: str, case: dict[str, Any], *more: str) -> Any:
    at = ",".join(f"{name}={value}" for name, value in case["at"].items())
    code = main([command, case["expr"], "--at", at, "--format", "json", *more])
    out, error = capsys.readouterr()
    assert code == 0, error
    return json.loads(out)


def wrong(case: dict[str, Any], what: str, found: Any, expected: Any) -> list[str]:
    """Where they differ in shape, in names, or in a number by more than the bound."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, list):
        pairs = enumerate(zip(found, expected, strict=True))
        return [w for i, (a, b) in pairs for w in wrong(case, f"{what}[{i}]", a, b)]
    names = (what, what.partition("[")[0])
    bound = BOUND * max(CONDITIONED.get((case["id"], name), 1) for name in names)
    right = abs(found - float(expected)) <= bound * abs(float(expected))
    return [] if right else [f"{what}: {found}, not {expected}"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_hessian(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Value, gradient and Hessian."""
    found = run(capsys, "hessian", case)
    assert found["variables"] == list(case["at"])
    assert not wrong(case, "value", found["value"], case["value"])
    assert not wrong(case, "grad", found["gradient"], case["grad"])
    assert not wrong(case, "hessian", found["hessian"], case["hessian"])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nth(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The derivatives in the first variable of at."""
    first, order = next(iter(case["at"])), len(case["nth"]) - 1
    found = run(capsys, "nth", case, "--wrt", first, "--order", str(order))
    assert found["variable"] == first
    assert not wrong(case, "nth", [found["value"], *found["derivatives"]], case["nth"])
    assert found["derivative"] == found["derivatives"][-1]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_value_and_gradient(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert not wrong(case, "value", run(capsys, "value", case)["value"], case["value"])
    assert not wrong(case, "grad", run(capsys, "grad", case)["gradient"], case["grad"])
