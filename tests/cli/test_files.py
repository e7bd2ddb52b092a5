"""Values from files: a logistic loss with its data in numpy's files and in text."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hodiff.cli import main

LOSS = "sum(log(1+exp(-y*(X@w)))) + dot(w,w)/2"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    random = np.random.default_rng(3)
    np.save(tmp_path / "X.npy", random.standard_normal((40, 3)))
    np.save(tmp_path / "y.npy", np.where(random.random(40) < 0.5, -1.0, 1.0))
    np.savetxt(tmp_path / "X.csv", np.load(tmp_path / "X.npy"), delimiter=",")
    np.save(tmp_path / "w.npy", np.array([0.5, -1.0, 0.25]))
    np.save(tmp_path / "v.npy", np.array([1.0, 2.0, -1.0]))
    np.save(tmp_path / "objects.npy", np.array([object()], dtype=object), allow_pickle=True)
    (tmp_path / "words.csv").write_text("a,b\n")
    (tmp_path / "empty.csv").write_text("")
    np.save(tmp_path / "nan.npy", np.array([1.0, np.nan]))
    (tmp_path / "cut.npy").write_bytes((tmp_path / "X.npy").read_bytes()[:50])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("data", ["X.npy", "X.csv"])
def test_logistic_regression(folder: Path, capsys: pytest.CaptureFixture[str], data: str) -> None:
    """The Hessian times a vector is X' diag(s(1 - s)) X v + v, in numpy."""
    arguments = ["hvp", LOSS, "--let", f"X=@{data}", "--let", "y=@y.npy", "--at", "w=@w.npy"]
    assert main([*arguments, "--v", "@v.npy", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    X, w, v = (np.load(f"{name}.npy") for name in "Xwv")
    s = 1 / (1 + np.exp(-np.load("y.npy") * (X @ w)))
    assert found["hvp"] == pytest.approx(X.T @ (s * (1 - s) * (X @ v)) + v, rel=1e-13)
    assert found["variables"] == ["w[0]", "w[1]", "w[2]"]


@pytest.mark.parametrize("name", ["objects.npy", "words.csv", "empty.csv", "nan.npy", "cut.npy"])
def test_a_file_that_holds_no_numbers(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["grad", "sum(w)", "--at", f"w=@{name}"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and f"'{name}'" in said.err and "Traceback" not in said.err
