"""A line of the shell taken apart."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from typing import NamedTuple

from hodiff.cli.options import usage

DEFINED = re.compile(r"\s*([^\W\d]\w*)\s*(\([^()]*\))?\s*=(?!=)\s*(.*)", re.DOTALL)
PAIRS = {"(": ")", "[": "]", "{": "}"}


class Defined(NamedTuple):
    """a = 3, or f(t) = t**2; parameters is "" without any."""

    name: str
    parameters: str
    text: str


class Asked(NamedTuple):
    """A command with its expression, None where the line has none, and its options."""

    command: str
    expression: str | None
    options: list[str]


def definition(line: str) -> Defined | None:
    found = DEFINED.fullmatch(line)
    if found is None or ";" in line:  # a = 3; a*x is an expression
        return None
    name, parameters, text = found.groups()
    return Defined(name, parameters or "", text.strip())


def asked(line: str, commands: Iterable[str], known: Iterable[str]) -> Asked | None:
    """A command of hodiff, as `grad x**2 --at x=2`, or `:grad`; None for what is none."""
    first, _, rest = line.strip().partition(" ")
    name = first.removeprefix(":")
    if name not in commands or (name == first and name in known):
        return None
    expression, options = split(rest)
    if expression is None and not options and name == first and name not in ("functions", "help"):
        return Asked(name, None, [])
    return Asked(name, expression, options)


def split(text: str) -> tuple[str | None, list[str]]:
    """An expression, which needs no quotes, and the options behind it. Raises HodiffError for a
    quote without its other end."""
    begin = re.search(r"(?:^|\s)--[a-z]", text)
    head, tail = (text, "") if begin is None else (text[: begin.start()], text[begin.start() :])
    head = head.strip()
    for quote in ("'", '"'):
        if len(head) > 1 and head[0] == head[-1] == quote and quote not in head[1:-1]:
            head = head[1:-1]
    try:
        words = shlex.split(tail)
    except ValueError:
        raise usage("a quote has no other end", "EXPR") from None
    return head or None, joined(words)


def joined(words: list[str]) -> list[str]:
    """Options, each with its value as one word: `--at x = 2` too."""
    found: list[str] = []
    for word in words:
        if found and not word.startswith("--") and not found[-1].startswith("--"):
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def complete(text: str) -> bool:
    """Whether a text may be a whole one: no bracket open, nothing that goes on."""
    open_ = []
    for c in text:
        if c in PAIRS:
            open_.append(PAIRS[c])
        elif open_ and c == open_[-1]:
            open_.pop()
    end = text.rstrip()
    return not open_ and not end.endswith(("\\", ";"))


def lines(text: str) -> list[str]:
    """The lines of a pasted text, those that belong together joined; blank ones, and comments, are
    none."""
    found: list[str] = []
    kept = ""
    for line in text.split("\n"):
        if not kept and (not line.strip() or line.lstrip().startswith("#")):
            continue
        kept = f"{kept}\n{line}" if kept else line
        if complete(kept):
            found.append(unfolded(kept))
            kept = ""
    return [*found, unfolded(kept)] if kept.strip() else found


def unfolded(text: str) -> str:
    """A text on one line."""
    return " ".join(part.rstrip().removesuffix("\\").strip() for part in text.split("\n")).strip()
