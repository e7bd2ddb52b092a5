"""What a shell completes: Click's own, with files behind an @ and for --name=value."""

from __future__ import annotations

import os
import re
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    get_completion_class,
)

VARIABLE = "_HODIFF_COMPLETE"  # where the scripts ask: click's name for it
DEEPEST = 16  # folders in folders that are gone through at once


def script(program: click.Command, shell: str) -> str:
    """What a shell has to run once to complete the program's words."""
    register()
    found = get_completion_class(shell)
    assert found is not None
    return found(program, {}, "hodiff", VARIABLE).source().rstrip("\n")


def at_files(incomplete: str) -> list[str]:
    """A text with the ends that its last file may have: of 'w=@v' 'w=@v.npy'."""
    before, at, path = incomplete.rpartition("@")
    if not at or before[-1:] not in ("", "=", ","):
        return []
    found = _begun(path)
    for _ in range(DEEPEST):  # a shell puts a space behind the only answer: a folder is none
        inside = _begun(found[0]) if len(found) == 1 and found[0].endswith("/") else []
        found = inside or found
    return [before + at + name for name in found]


def _begun(path: str) -> list[str]:
    """The files and folders whose name begins so."""
    folder, start = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            names = sorted(x.name + ("/" if x.is_dir() else "") for x in entries)
    except OSError:
        return []
    shown = (n for n in names if n.startswith(start) and (start or not n.startswith(".")))
    return [os.path.join(folder, name) for name in shown]


class Joined(ShellComplete):
    """Of --format=js Click completes js alone: the option stays in front."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        found = super().get_completions(args, incomplete)
        name, equals, _ = incomplete.partition("=")
        for item in found:
            item.value = name + equals + item.value if equals and name[:2] == "--" else item.value
        return found


class Zsh(Joined, ZshComplete):
    pass


class Fish(Joined, FishComplete):
    """Its script takes what stands before a second comma: here all."""

    source_template = FishComplete.source_template.replace('split ","', 'split -m 1 ","')


class Bash(Joined, BashComplete):
    """Bash breaks words at = and @: they are put together here. What it completes begins behind
    the last =, or with the @."""

    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        words = [""]
        for word in [*args, incomplete]:
            before = words[-1]
            if (
                word.startswith("=")
                or before.endswith(("=", "=@", ",@"))
                or (word == "@" and before.endswith(","))
                or before == "@"
            ):
                words[-1] += word
            else:
                words.append(word)
        *args, whole = words[1:]
        self.broken = whole != incomplete or not incomplete.strip("=@")
        self.before = whole.removesuffix(incomplete.strip("=@")).rstrip("@") if self.broken else ""
        return args, whole

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        found = super().get_completions(args, incomplete)
        for item in found:
            item.value = item.value.removeprefix(self.before)
            if self.broken and "@" in item.value:  # no quote is open; the script reads \\ as \
                item.value = re.sub(r"([^\w@/.,+=:-])", r"\\\\\1", item.value)
        return found


def register() -> None:
    """Have Click take these for its own."""
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell)
