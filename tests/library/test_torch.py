"""The same programs with hodiff and with PyTorch: recorded answers, and live where it is there."""

from __future__ import annotations

import importlib.util
import json
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
DIFFERENT = {"x + y ; x=2 ; y=3": "ValueError"}  # numpy's, for shapes that don't broadcast


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
        if line in DIFFERENT:
            expected = {"raises": [DIFFERENT[line]]}
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


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize("line", LINES)
def test_expression_live(line: str) -> None:
    import torch

    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        theirs = programs.run(torch, line)
    finally:
        torch.set_default_dtype(default)
    if "raises" in theirs:
        theirs = {"raises": [t.__name__ for t in type(theirs["raises"]).__mro__[:-3]]}
    compare(line, programs.run(hodiff, line), theirs)
