"""Every number of tests/cases, through the command line: 50 formulas and 39 function cases.

In balls each is the double nearest to the reference of 40 digits; in floats it is near.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import hodiff
from hodiff import calculate
from hodiff.cli import main

BOUND = 1e-13  # of floats
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


@pytest.fixture(params=["ball", "float"])
def arithmetic(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def run(capsys: pytest.CaptureFixture[str], command: str, case: dict[str, Any], *more: str) -> Any:
    at = ",".join(f"{name}={value}" for name, value in case["at"].items())
    code = main([command, case["expr"], "--at", at, "--format", "json", *more])
    out, error = capsys.readouterr()
    assert code == 0, error
    found = json.loads(out)
    assert found["arithmetic"] == case["arithmetic"]
    assert found["notes"] == []
    return found


def wrong(case: dict[str, Any], what: str, found: Any, expected: Any) -> list[str]:
    """Where they differ in shape, in names, or in a number by more than the bound."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, list):
        pairs = enumerate(zip(found, expected, strict=True))
        return [w for i, (a, b) in pairs for w in wrong(case, f"{what}[{i}]", a, b)]
    if case["arithmetic"] == "ball":
        return [] if found == float(expected) else [f"{what}: {found}, not {expected}"]
    names = (what, what.partition("[")[0])
    bound = BOUND * max(CONDITIONED.get((case["id"], name), 1) for name in names)
    right = abs(found - float(expected)) <= bound * abs(float(expected))
    return [] if right else [f"{what}: {found}, not {expected}"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_hessian(case: dict[str, Any], capsys: pytest.CaptureFixture[str], arithmetic: str) -> None:
    """Value, gradient and Hessian."""
    case = {**case, "arithmetic": arithmetic}
    found = run(capsys, "hessian", case, "--arithmetic", arithmetic)
    assert found["variables"] == list(case["at"])
    assert not wrong(case, "value", found["value"], case["value"])
    assert not wrong(case, "grad", found["gradient"], case["grad"])
    assert not wrong(case, "hessian", found["hessian"], case["hessian"])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nth(case: dict[str, Any], capsys: pytest.CaptureFixture[str], arithmetic: str) -> None:
    """The derivatives in the first variable of at."""
    case = {**case, "arithmetic": arithmetic}
    first, order = next(iter(case["at"])), len(case["nth"]) - 1
    found = run(
        capsys, "nth", case, "--wrt", first, "--order", str(order), "--arithmetic", arithmetic
    )
    assert found["variable"] == first
    assert not wrong(case, "nth", [found["value"], *found["derivatives"]], case["nth"])
    assert found["derivative"] == found["derivatives"][-1]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_value_and_gradient(
    case: dict[str, Any], capsys: pytest.CaptureFixture[str], arithmetic: str
) -> None:
    case = {**case, "arithmetic": arithmetic}
    in_it = ("--arithmetic", arithmetic)
    assert not wrong(case, "value", run(capsys, "value", case, *in_it)["value"], case["value"])
    assert not wrong(case, "grad", run(capsys, "grad", case, *in_it)["gradient"], case["grad"])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_printed_formulas_have_the_same_numbers(case: dict[str, Any]) -> None:
    """What is printed without --at, read again at the point: gradient, Hessian, nth to order 3."""
    case = {**case, "arithmetic": "ball"}
    names, at = list(case["at"]), {name: Fraction(x) for name, x in case["at"].items()}
    first, *_ = names
    hessian = calculate("hessian", case["expr"], wrt=names)
    order = min(3, len(case["nth"]) - 1)
    nth = calculate("nth", case["expr"], wrt=first, order=order)

    def number(formula: str) -> Any:
        f, _ = hodiff.parse(formula)
        return hodiff.evaluate(f, at, arithmetic="ball")

    gradient = {name: number(slope) for name, slope in hessian.gradient.items()}
    rows = [[number(entry) for entry in row] for row in hessian.hessian]
    orders = [number(formula) for formula in (nth.value, *nth.derivatives)]
    assert not wrong(case, "grad", gradient, case["grad"])
    assert not wrong(case, "hessian", rows, case["hessian"])
    assert not wrong(case, "nth", orders, case["nth"][: order + 1])
