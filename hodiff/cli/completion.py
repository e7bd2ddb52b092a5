"""What a shell completes: Click's own, and files behind an @."""

from __future__ import annotations

import os
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    get_completion_class,
)

VARIABLE = "_HODIFF_COMPLETE"  # where the scripts ask: click's name for it


def script(program: click.Command, shell: str) -> str:
    """What a shell has to run once to complete the program's words."""
    found = get_completion_class(shell)
    assert found is not None
    return found(program, {}, "hodiff", VARIABLE).source().rstrip("\n")


def at_files(incomplete: str) -> list[str]:
    """The last file of a text with the ends that it may have: of 'w=@v' 'w=@v.npy'."""
    before, at, path = incomplete.rpartition("@")
    if not at or before[-1:] not in ("", "=", ","):
        return []
    folder, start = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            names = sorted(x.name + ("/" if x.is_dir() else "") for x in entries)
    except OSError:
        return []
    shown = (n for n in names if n.startswith(start) and (start or not n.startswith(".")))
    return [before + at + os.path.join(folder, name) for name in shown]


class Bash(BashComplete):
    """Bash breaks words at = and @, too: they are put together here, and what stood in front is
    left out of the answer."""

    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        words = list[str]()
        for word in [*args, incomplete]:
            before = words[-1] if words else ""
            if before and (
                word == "="
                or before.endswith("=")
                or (word == "@" and before.endswith(","))
                or before == "@"
                or before.endswith(("=@", ",@"))
            ):
                words[-1] += word
            else:
                words.append(word)
        whole = words.pop()
        self.before = whole[: len(whole) - len(incomplete)] if incomplete != "=" else whole
        return words, whole

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        found = super().get_completions(args, incomplete)
        if self.before.endswith("@"):  # bash's own way knows folders and spaces
            return [CompletionItem("", "file")] if found else []
        for item in found:
            item.value = item.value.removeprefix(self.before)
        return found


add_completion_class(Bash)
