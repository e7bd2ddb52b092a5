"""The docs print what the commands print: docs/update.py rewrites what drifts."""

import doctest
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

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
reference = loaded(SCRIPT.parent / "reference.py")
gallery = loaded(SCRIPT.parent / "gallery.py")
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


IN_PYTHON = [page for page in update.pages() if ">>> " in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", IN_PYTHON, ids=lambda page: page.name)
def test_the_examples_in_python(page: Path) -> None:
    """Each >>> shows what comes."""
    failed, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert tried > 10 and failed == 0


def test_the_examples_of_contributing() -> None:
    """An arithmetic and a view as they are described: both are complete, and run."""
    page = str(SCRIPT.parent.parent / "CONTRIBUTING.md")
    failed, tried = doctest.testfile(page, module_relative=False, encoding="utf-8")
    assert tried > 8 and failed == 0


LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]*)(#[^)\s]*)?\)")


def anchors(page: Path) -> set[str]:
    """What a page's headings are called in links."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    words = (re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in headings)
    return {re.sub(r"\s+", "-", heading) for heading in words}


@pytest.mark.parametrize("page", update.pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor[1:] in anchors(target), f"{path}{anchor}"


def test_every_page_is_in_the_site() -> None:
    site = (SCRIPT.parent.parent / "mkdocs.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^ +- (\S+\.md)$", site, re.MULTILINE)
    assert sorted(listed) == sorted(page.name for page in update.pages()[1:])


def test_the_site_builds(tmp_path: Path) -> None:
    """No page, link or heading is missing, and no page asks anybody for anything."""
    pytest.importorskip("mkdocs")
    pytest.importorskip("material")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    ran = subprocess.run(
        command, cwd=SCRIPT.parent.parent, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for page in tmp_path.rglob("*.html"):
        loaded = re.findall(r"<(?:script|img|iframe)[^>]+src=\"([^\"]+)", page.read_text("utf-8"))
        loaded += re.findall(r"<link[^>]+stylesheet[^>]+href=\"([^\"]+)", page.read_text("utf-8"))
        assert not [url for url in loaded if "//" in url], page


def test_the_gallery_is_current() -> None:
    """The page; its pictures are there and are pictures."""
    assert gallery.PAGE.read_text("utf-8") == gallery.page(), "run python docs/gallery.py"
    names = {f"{picture.name}.svg" for picture in gallery.GALLERY}
    assert {path.name for path in gallery.PICTURES.iterdir()} == names
    for name in names:
        assert ElementTree.parse(gallery.PICTURES / name).getroot().tag.endswith("svg")


def test_the_commands_reference_is_current() -> None:
    assert reference.PAGE.read_text("utf-8") == reference.page(), "run python docs/reference.py"


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
