"""Completion, in the shells that are here: the script that hodiff prints, and a key that is hit."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with some files, in it a command hodiff: this checkout's."""
    here = tmp_path / "here"
    (here / "data").mkdir(parents=True)
    for name in ("exprs.txt", "w.npy", "w two.csv", "data/X.csv", ".hidden"):
        (here / name).touch()
    command = tmp_path / "bin" / "hodiff"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m hodiff "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def proposed(hodiff: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is proposed to a shell for the last of a command line's words."""

    def ask(shell: str, words: list[str], last: str) -> list[str]:
        monkeypatch.setenv("_HODIFF_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(["hodiff", *words, last]))
        monkeypatch.setenv("COMP_CWORD", last if shell == "fish" else str(len(words) + 1))
        ran = hodiff()
        assert (ran.code, ran.err) == (0, "")
        lines = list(filter(None, ran.out.splitlines()))
        if shell == "zsh":
            return lines[1::3]
        return [line.removeprefix("plain,").partition("\t")[0] for line in lines]

    return ask


CASES = [
    (["gr"], ["grad", "graph"]),
    (["grad", "-x**2", "--fo"], ["--format"]),
    (["value", "x", "--arithmetic", ""], ["ball", "float"]),
    (["nth", "x", "--order", "2", "--method", "t"], ["taylor"]),
    (["grad", "x", "--arithmetic", ""], ["ball", "float"]),
    (["grad", "x", "--format=j"], ["--format=json"]),
    (["grad", "@e"], ["@exprs.txt"]),
    (["grad", "x", "--at", "a=1,w=@w.n"], ["a=1,w=@w.npy"]),
    (["grad", "x", "--let=w=@da"], ["--let=w=@data/X.csv"]),
    (["hvp", "x", "--v", "@data/"], ["@data/X.csv"]),
    (["grad", "x", "--at", "w"], []),
    (["grad", "w@e"], []),
    (["grad", "x", "--nothing", "--digits", "3", "--ex"], ["--exact", "--extend"]),
    (["help", "he"], ["hessian", "help"]),
    (["completion", ""], ["bash", "zsh", "fish"]),
]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_what_is_proposed(folder: Path, proposed: Any, shell: str) -> None:
    for (*words, last), expected in CASES:
        assert proposed(shell, words, last) == expected, [*words, last]


class Terminal:
    """A bash with somebody at its keyboard."""

    def __init__(self) -> None:
        import pty

        pid, self.terminal = pty.fork()
        if pid == 0:
            os.environ |= {"PS1": "", "INPUTRC": "/dev/null", "TERM": "dumb"}
            os.execvp("bash", ["bash", "--norc", "--noprofile"])
        self.pid = pid

    def shows(self, typed: str, expected: str) -> str:
        """What is printed after keys are hit, up to what is expected; all, if that never comes."""
        os.write(self.terminal, typed.encode())
        seen, end = "", time.monotonic() + 20
        while expected not in seen and time.monotonic() < end:
            if select.select([self.terminal], [], [], 1)[0]:
                seen += os.read(self.terminal, 65536).decode()
        return seen

    def close(self) -> None:
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash(folder: Path) -> None:
    bash = Terminal()
    bash.shows('eval "$(hodiff completion bash)"; echo rea""dy\n', "ready")
    clear = "\x15"  # Ctrl-U
    for typed, expected in (
        ("hodiff hes\t", "hodiff hessian "),
        ('hodiff grad "x + 1" --fo\t', "--format "),
        ("hodiff grad x --format=j\t", "--format=json "),
        ("hodiff grad @e\t", "@exprs.txt "),
        ("hodiff grad x --at a=1,w=@da\t", "a=1,w=@data/X.csv "),
        ("hodiff grad x --at w=@w\\ \t", "w=@w\\ two.csv "),
        ('hodiff grad x --at "w=@w \t', 'w=@w two.csv" '),
    ):
        seen = bash.shows(clear + typed, expected)
        assert expected in seen, (typed, seen)
    bash.close()


def run(shell: str, script: str) -> str:
    done = subprocess.run([shell, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not shutil.which("fish"), reason="needs fish")
def test_fish(folder: Path) -> None:
    for words, expected in CASES[::3]:
        line = " ".join(words)
        seen = run("fish", f"hodiff completion fish | source; complete -C 'hodiff {line}'")
        found = [line.partition("\t")[0] for line in seen.splitlines()]
        assert sorted(found) == sorted(expected), words


@pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh")
def test_zsh(folder: Path) -> None:
    script = 'autoload -U compinit; compinit -u -D; eval "$(hodiff completion zsh)"'
    assert run("zsh", f"{script}; echo $_comps[hodiff]").strip() == "_hodiff_completion"


def test_the_script(folder: Path) -> None:
    for shell in ("bash", "fish"):
        script = subprocess.run(["hodiff", "completion", shell], capture_output=True, text=True)
        asked = subprocess.run(
            ["hodiff"],
            env={**os.environ, "_HODIFF_COMPLETE": f"{shell}_source"},
            capture_output=True,
            text=True,
        )
        assert script.returncode == asked.returncode == 0
        assert script.stdout.strip() == asked.stdout.strip() != ""
    done = subprocess.run(
        ["hodiff", "completion", "zsh", "--format", "json"],
        env={**os.environ, "HODIFF_FORMAT": "plain"},
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    assert (found["command"], found["shell"]) == ("completion", "zsh")
    assert "#compdef hodiff" in found["script"]
