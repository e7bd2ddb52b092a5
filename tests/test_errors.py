"""HodiffError as an exception among others: it can be pickled, copied and raised in a process."""

from __future__ import annotations

import copy
import pickle
import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

import hodiff
from hodiff.errors import installing

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("command", "expression", "kind", "others"),
    [("grad", "abs(x - 1)", "kink", 0), ("grad", "1/2x + sin 2x", "syntax", 1)],
)
def test_an_error_is_copied_with_all_that_it_says(
    command: str, expression: str, kind: str, others: int
) -> None:
    with pytest.raises(hodiff.HodiffError) as raised:
        hodiff.calculate(command, expression, at="x=1")
    error = raised.value
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error) and str(again) == str(error)
        assert (again.kind, len(again.more)) == (kind, others)
        assert again.report() == error.report() and again.exit_code == error.exit_code


@pytest.mark.parametrize("extra", ["data", "plot", "shell", "graph", "dask", "spark"])
def test_installing_names_what_the_extra_needs(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip takes the line as it stands: another environment's Python, and requirements."""
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    monkeypatch.setattr(sys, "executable", "/a folder/bin/python")
    words = shlex.split(installing(extra))
    assert words[:4] == ["pip", "--python", "/a folder/bin/python", "install"]
    names = [re.split("[<>=]", word)[0] for word in words[4:]]
    assert names == [
        re.split("[<>=]", x.replace("_", "-"))[0] for x in stated["optional-dependencies"][extra]
    ]
