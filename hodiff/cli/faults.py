"""What is printed: answers, and whatever went wrong as one message for people and for programs."""

from __future__ import annotations

import itertools
import os
from typing import NamedTuple

from hodiff.errors import HodiffError


class Outcome(NamedTuple):
    """What goes to stdout and to stderr, None for nothing, and the exit code."""

    out: str | None
    error: str | None = None
    code: int = 0


def as_error(fault: Exception) -> HodiffError:
    """Any exception as an error that says what is wrong."""
    if isinstance(fault, HodiffError):
        return fault
    if isinstance(fault, MemoryError):
        return HodiffError("limit", str(fault) or "the problem is too large for the memory")
    if isinstance(fault, RecursionError):
        return HodiffError("limit", "the problem is nested too deep")
    return HodiffError("limit", bug(fault))


def failed(error: HodiffError, json: bool, command: str = "", line: int | None = None) -> Outcome:
    """An error as it is printed: json as an object, too; line: where in a text of many."""
    report = error.report()
    if error.kind == "usage" and error.start is None:
        report += f"\ntry: {' '.join(filter(None, ['hodiff', command, '--help']))}"
    if not json:
        return Outcome(None, report, error.exit_code)
    from hodiff.calculator.formats import one_line  # start-up: errors alone

    names = ("kind", "message", "source", "start", "end")
    fields = {name: getattr(error, name) for name in names}
    if error.more:
        fields["more"] = [{name: getattr(other, name) for name in names} for other in error.more]
    if line is not None:
        fields["line"] = line
    return Outcome(one_line({"error": fields}), report, error.exit_code)


def wants_json(arguments: list[str]) -> bool:
    """Whether the arguments, or else the environment, ask for json, also when they can't be
    parsed."""
    if any(word.partition("=")[0] == "--format" for word in arguments):
        return "--format=json" in arguments or ("--format", "json") in itertools.pairwise(arguments)
    return os.environ.get("HODIFF_FORMAT") == "json"


def bug(fault: Exception) -> str:
    """One line about an exception that should not have come here, with the place it came from."""
    at = fault.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    file = os.path.basename(at.tb_frame.f_code.co_filename) if at else "?"
    line = at.tb_lineno if at else "?"
    text = " ".join(str(fault).split())
    return f"this is a bug in hodiff: {type(fault).__name__} ({text}) in {file}, line {line}"
