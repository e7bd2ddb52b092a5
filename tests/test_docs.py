"""The docs print what the commands print: docs/update.py rewrites what drifts."""

import doctest
import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "docs" / "update.py"
spec = importlib.util.spec_from_file_location("update", SCRIPT)
assert spec is not None and spec.loader is not None
update = importlib.util.module_from_spec(spec)
spec.loader.exec_module(update)


@pytest.mark.parametrize("page", update.pages(), ids=lambda page: page.name)
def test_outputs_are_current(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert update.updated(text) == text, "run python docs/update.py"


def test_the_readme_runs_as_python(capsys: pytest.CaptureFixture[str]) -> None:
    """Each block of Python prints what its comments say."""
    import re

    text = (SCRIPT.parent.parent / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, "README.md", "exec"), {})
    printed = "1 {'w1': 2, 'w2': 0} [[2, 0], [0, -1]] ball\n{'x': Fraction(3, 28)}\n2*x*y\n"
    printed += "tensor([ 1., -1.])\n2*x*y\n12.0\n7.3890560989306502272\n"
    assert capsys.readouterr().out == printed


def test_the_examples_in_python() -> None:
    """Each >>> of docs/python.md shows what comes."""
    page = SCRIPT.parent / "python.md"
    failed, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert tried > 10 and failed == 0
