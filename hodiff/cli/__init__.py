"""The command line: what the process prints, where, and its exit code.

program      every command with its help and its options
options      how the arguments are read
lines        many expressions, a line each
faults       what went wrong, as it is printed
completion   what a shell completes
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, TextIO

if TYPE_CHECKING:
    from hodiff.cli.faults import Outcome

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
    """Run one command line and return its exit code: 0, 1 no answer at that point, 2 refused; of
    many expressions the worst."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    worst = 0
    try:
        for out, error, code in outcomes(arguments):
            worst = max(worst, code)
            try:
                write(sys.stderr, error)
                if not write(sys.stdout, out):
                    break
            except OSError as fault:  # a full disk
                with suppress(OSError):
                    write(sys.stderr, f"error: the answer can't be written: {fault.strerror}")
                return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    return worst


def outcomes(arguments: list[str]) -> Iterator[Outcome]:
    """What to print: once, or of many expressions each answer as it comes. No exception gets
    out."""
    import click  # start-up: here, an interrupt in it ends quietly, too

    from hodiff.cli.faults import Outcome, as_error, failed, wants_json
    from hodiff.cli.options import Asked
    from hodiff.cli.program import program
    from hodiff.errors import HodiffError

    if "_HODIFF_COMPLETE" in os.environ:
        from hodiff.cli.completion import register  # start-up: shells alone ask

        register()
    try:
        said = program.main(arguments, "hodiff", standalone_mode=False)
        yield from [Outcome(said)] if isinstance(said, str) else said
        return
    except Asked as asked:
        yield Outcome(asked.text) if asked.code == 0 else Outcome(None, asked.text, asked.code)
        return
    except click.Abort:  # click's name for Ctrl-C
        raise KeyboardInterrupt from None
    except SystemExit as done:  # click's, when a shell has asked what completes a word
        yield Outcome(None, code=done.code if isinstance(done.code, int) else 2)
        return
    except click.ClickException as fault:
        message = fault.format_message().rstrip(".")
        error = HodiffError("usage", message[:1].lower() + message[1:])
    except Exception as fault:
        error = as_error(fault)
    command = next((word for word in arguments[:1] if word in program.commands), "")
    yield failed(error, wants_json(arguments), command)


def outcome(arguments: list[str]) -> tuple[str, str, int]:
    """All that is to be printed on stdout and on stderr, and the exit code."""
    outs, errors, codes = zip(*outcomes(arguments), strict=True)
    return (
        "\n".join(out for out in outs if out is not None),
        "\n".join(error for error in errors if error is not None),
        max(codes),
    )


def write(stream: TextIO | None, text: str | None) -> bool:
    """Print text, and what it can't encode escaped; False where the other end is closed."""
    if stream is None or text is None:
        return True
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
        return False
    return True
