"""The same programs with hodiff and with PyTorch: recorded answers, and live where it is there."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hodiff

HERE = Path(__file__).parent


def _programs() -> Any:
    spec = importlib.util.spec_from_file_location("hodiff_test_programs", HERE / "programs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


programs = _programs()
RECORDED = json.loads((HERE / "recorded.json").read_text())
LINES = list(programs.lines())

# PyTorch's own digits: its trigamma has 9, its second derivative of this loss 11.
TOLERANCE = {"polygamma": 1e-8, "lgamma": 1e-8, "gammaln": 1e-8, "binary_cross_entropy(": 1e-11}


def close(found: Any, expected: Any, tolerance: float) -> None:
    """Equal to the digits of the largest entry that the tolerance leaves."""
    a, b = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    assert a.shape == b.shape
    finite = np.abs(b[np.isfinite(b)])
    scale = max(finite.max(), 1.0) if finite.size else 1.0
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale)


def compare(line: str, found: dict[str, Any], expected: dict[str, Any]) -> None:
    tolerance = max([1e-12, *(t for name, t in TOLERANCE.items() if name in line)])
    if "raises" in expected:
        assert "raises" in found, f"nothing raised: {found}"
        names = {t.__name__ for t in type(found["raises"]).__mro__}
        assert names & set(expected["raises"]), repr(found["raises"])
        return
    if "raises" in found:
        raise found["raises"]
    assert len(found["results"]) == len(expected["results"])
    for ours, theirs in zip(found["results"], expected["results"], strict=True):
        for key in ("shape", "requires_grad", "kind"):
            assert ours.get(key) == theirs.get(key), key
        close(ours["value"], theirs["value"], tolerance)
    for order in ("first", "second"):
        theirs = [g for g in expected.get(order, [])]
        ours = found.get(order, []) or [np.zeros_like(g) for g in theirs]
        for g, h in zip(ours, theirs or [np.zeros_like(g) for g in ours], strict=True):
            close(g, h, tolerance)


def test_every_line_is_recorded() -> None:
    assert list(RECORDED["expressions"]) == LINES
    assert list(RECORDED["programs"]) == list(programs.PROGRAMS)


@pytest.mark.parametrize("line", LINES)
def test_expression(line: str) -> None:
    compare(line, programs.run(hodiff, line), RECORDED["expressions"][line])


@pytest.mark.parametrize("name", list(programs.PROGRAMS))
def test_program(name: str) -> None:
    text = programs.PROGRAMS[name]
    compare(name, programs.run_program(hodiff, text), RECORDED["programs"][name])


@pytest.fixture(scope="module")
def torch() -> Iterator[Any]:
    """PyTorch with hodiff's default dtype, where it is installed."""
    module = pytest.importorskip("torch")
    default = module.get_default_dtype()
    module.set_default_dtype(module.float64)
    yield module
    module.set_default_dtype(default)


def live(answer: dict[str, Any]) -> dict[str, Any]:
    if "raises" not in answer:
        return answer
    return {"raises": [t.__name__ for t in type(answer["raises"]).__mro__[:-3]]}


@pytest.mark.parametrize("line", LINES)
def test_expression_live(torch: Any, line: str) -> None:
    compare(line, programs.run(hodiff, line), live(programs.run(torch, line)))


@pytest.mark.parametrize("name", list(programs.PROGRAMS))
def test_program_live(torch: Any, name: str) -> None:
    text = programs.PROGRAMS[name]
    compare(name, programs.run_program(hodiff, text), live(programs.run_program(torch, text)))
