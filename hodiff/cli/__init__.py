"""The command line: what the process prints, where, and its exit code.

program    every command with its help and its options
options    how the arguments are read
"""

from __future__ import annotations

import gc
import itertools
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, TextIO

if TYPE_CHECKING:
    from hodiff.errors import HodiffError

INTERRUPTED = 130  # what shells report for Ctrl-C


def run() -> NoReturn:
    """The console script: main where the process is ours, and done when the answer is written.

    Graphs hold no cycles, and looking for some costs 5 % of a start; freeing what the system frees
    at once anyway, 12 %. `python -m hodiff` leaves in Python's way: profilers write at the end.
    """
    gc.disable()
    code = main(sys.argv[1:])
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code: 0, 1 no answer at that point, 2 refused."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        out, error, code = outcome(arguments)
        try:
            write(sys.stderr, error)
            write(sys.stdout, out)
        except OSError as fault:  # a full disk
            with suppress(OSError):
                write(sys.stderr, f"error: the answer can't be written: {fault.strerror}")
            return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def outcome(arguments: list[str]) -> tuple[str, str, int]:
    """What to print on stdout and on stderr, and the exit code. No exception gets out."""
    import click  # start-up: here, an interrupt in it ends quietly, too

    from hodiff.cli.options import Asked, Failed
    from hodiff.cli.program import program
    from hodiff.errors import HodiffError

    try:
        return program.main(arguments, "hodiff", standalone_mode=False), "", 0
    except Asked as asked:
        return (asked.text, "", 0) if asked.code == 0 else ("", asked.text, asked.code)
    except Failed as failed_check:
        return failed_check.text, "", failed_check.code
    except click.Abort:  # click's name for Ctrl-C
        raise KeyboardInterrupt from None
    except HodiffError as fault:
        error = fault
    except click.ClickException as fault:
        message = fault.format_message().rstrip(".")
        error = HodiffError("usage", message[:1].lower() + message[1:])
    except MemoryError as fault:
        message = str(fault) or "the problem is too large for the memory"
        error = HodiffError("limit", message)
    except RecursionError:
        error = HodiffError("limit", "the problem is nested too deep")
    except Exception as fault:
        error = HodiffError("limit", bug(fault))
    return failed(error, arguments)


def failed(error: HodiffError, arguments: list[str]) -> tuple[str, str, int]:
    report = error.report()
    if error.kind == "usage" and error.start is None:
        from hodiff.cli.program import program  # start-up

        command = [word for word in arguments[:1] if word in program.commands]
        report += f"\ntry: {' '.join(['hodiff', *command, '--help'])}"
    if not wants_json(arguments):
        return "", report, error.exit_code
    from hodiff.calculator.formats import one_line  # start-up: errors alone

    names = ("kind", "message", "source", "start", "end")
    return one_line({"error": {n: getattr(error, n) for n in names}}), report, error.exit_code


def wants_json(arguments: list[str]) -> bool:
    """Whether the arguments ask for json, also when they can't be parsed."""
    return "--format=json" in arguments or ("--format", "json") in itertools.pairwise(arguments)


def bug(fault: Exception) -> str:
    """One line about an exception that should not have come here, with the place it came from."""
    at = fault.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    file = os.path.basename(at.tb_frame.f_code.co_filename) if at else "?"
    line = at.tb_lineno if at else "?"
    text = " ".join(str(fault).split())
    return f"this is a bug in hodiff: {type(fault).__name__} ({text}) in {file}, line {line}"


def write(stream: TextIO | None, text: str) -> None:
    """Print text; quietly nothing where the stream is closed. What it can't encode is escaped."""
    if stream is None or not text:
        return
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    try:
        stream.write(text + "\n")
        stream.flush()
    except OSError as fault:
        # Python flushes once more at exit: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(fault, BrokenPipeError):
            raise
