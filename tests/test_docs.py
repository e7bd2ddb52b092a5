"""The docs print what the commands print: docs/update.py rewrites what drifts."""

import doctest
import importlib.util
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hodiff.cli import outcome
from hodiff.cli.options import Command
from hodiff.cli.program import program

SCRIPT = Path(__file__).parent.parent / "docs" / "update.py"


def loaded(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


update, man = loaded(SCRIPT), loaded(SCRIPT.parent / "man.py")
in_a_shell = update.printed


def here(command: str) -> str:
    """What update.py has a shell print; where that only starts hodiff, from this process."""
    signs = "|<>&;$`"
    lexer = shlex.shlex(command, posix=True, punctuation_chars=signs)
    lexer.whitespace_split = True
    words = list(lexer)
    own = words[1] == "functions"  # other tests have added to the table in this process
    own |= bool({"--points", "--grid"} & {*words})  # rows go to standard output by themselves
    if words[0] != "hodiff" or own or any(set(word) <= set(signs) for word in words):
        return str(in_a_shell(command))
    out, error, _ = outcome(words[1:])
    return "".join(f"{line.rstrip()}\n" for text in (error, out) for line in text.splitlines())


@pytest.mark.parametrize("page", update.pages(), ids=lambda page: page.name)
def test_outputs_are_current(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update, "printed", here)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    text = page.read_text(encoding="utf-8")
    assert update.updated(text) == text, "run python docs/update.py"


def test_a_page_is_what_shells_print() -> None:
    """The README, whose commands are few."""
    page = SCRIPT.parent.parent / "README.md"
    assert update.updated(page.read_text(encoding="utf-8")) == page.read_text(encoding="utf-8")


def test_the_readme_runs_as_python(capsys: pytest.CaptureFixture[str]) -> None:
    """Each block of Python prints what its comments say."""
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


def test_the_manual_page_is_current() -> None:
    assert man.PAGE.read_text(encoding="utf-8") == man.page(), "run python docs/man.py"


@pytest.mark.skipif(not shutil.which("groff"), reason="needs groff")
def test_the_manual_page_as_groff_reads_it() -> None:
    """No warning, and every command, example and option is there."""
    groff = ["groff", "-man", "-ww", "-Tutf8", "-P-c", "-P-b", "-P-u", "-rLL=400n"]
    ran = subprocess.run([*groff, str(man.PAGE)], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    shown = " ".join(ran.stdout.split())
    for name, command in program.commands.items():
        assert isinstance(command, Command)
        assert f" {' '.join([name, *command.arguments()])} " in shown
        for example in command.examples:
            assert " ".join(example.split()) in shown
        for option in command.options():
            assert f" {option} " in shown
