"""Write the manual page, docs/hodiff.1, from the commands' own help.

    python docs/man.py          write it
    python docs/man.py --check  only say whether it would change (exit 1 if so)

Read it with `man docs/hodiff.1`, or `man hodiff` where hodiff is installed. tests/test_docs.py runs
the check.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from docs.written import kept  # noqa: E402
from hodiff.cli.options import POINTS, SUBGRADIENT, Command  # noqa: E402
from hodiff.cli.program import COMMON, program  # noqa: E402

SHARED = (*COMMON, SUBGRADIENT, *POINTS)  # but value has no kinks
PAGE = ROOT / "docs" / "hodiff.1"
EXIT = (
    ("0", "An answer."),
    ("1", "No answer at that point: outside the domain, a pole, a kink, undecided."),
    ("2", "A fault in the command line or the expression, or a limit."),
)
FILES = """
@FILE as EXPR, or - for standard input: each line is an expression of its own, answered in turn, and
the exit status is the worst. Lines that are blank or begin with # are none; one that ends with ; or
a backslash goes on in the next. @FILE as a value of --at, --let or --v holds numbers: numpy's
format, or text with commas.
"""


def text(written: str) -> str:
    """Text as roff has it: no line is a request, and a minus stays one."""
    escaped = " ".join(written.split()).replace("\\", "\\e").replace("-", "\\-")
    escaped = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in escaped)
    lines = wrap(escaped, 76, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in lines)


def paragraphs(written: str) -> Iterator[str]:
    for i, paragraph in enumerate(inspect.cleandoc(written).split("\n\n")):
        if i:
            yield ".PP"
        yield text(paragraph)


def options(params: Sequence[click.Parameter], ctx: click.Context) -> Iterator[str]:
    """An entry for each option, as --help has it."""
    for param in params:
        record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
        if record is not None:
            names, _, value = record[0].partition(" ") if param.metavar else (record[0], "", "")
            what = f" \\fI{text(value)}\\fR" if value else ""
            yield from (".TP", f"\\fB{text(names)}\\fR{what}", text(record[1]))


def examples(lines: tuple[str, ...]) -> Iterator[str]:
    yield from (".PP", ".EX", *(f"    {text(line)}" for line in lines), ".EE")


def page() -> str:
    main = click.Context(program, info_name="hodiff")
    lines = [
        ".\\\" Written by docs/man.py from the commands' help.",
        '.TH HODIFF 1 "" "hodiff" "User Commands"',
        ".nh",
        ".ad l",
        ".SH NAME",
        "hodiff \\- a derivative calculator",
        ".SH SYNOPSIS",
        "\\fBhodiff\\fR \\fICOMMAND\\fR \\fIEXPR\\fR [\\fIOPTIONS\\fR]",
        ".br",
        "\\fBhodiff\\fR \\fBhelp\\fR [\\fICOMMAND\\fR]",
        ".SH DESCRIPTION",
        *paragraphs(program.help or ""),
        *examples(program.examples),
        ".SH COMMANDS",
    ]
    for name, command in program.commands.items():
        assert isinstance(command, Command)
        ctx = click.Context(command, main, name, **command.context_settings)
        own = [p for p in command.params if p not in SHARED]
        lines += [
            f".SS {text(' '.join([name, *command.arguments()]))}",
            *paragraphs(command.help or ""),
            *examples(command.examples),
            *options(own, ctx),
        ]
    ctx = click.Context(program.commands["grad"], main, "grad", auto_envvar_prefix="HODIFF")
    lines += [".SH OPTIONS", "Of the commands that take EXPR:", *options(SHARED, ctx)]
    lines += [".PP", "Of hodiff alone:", *options(program.get_params(main), main)]
    lines += [
        ".SH ENVIRONMENT",
        text("The variable that an option names gives its default."),
        text("NO_COLOR leaves out colours; COLUMNS is the width of a table."),
        ".SH FILES AND STANDARD INPUT",
        text(FILES),
        ".SH EXIT STATUS",
    ]
    for code, meaning in EXIT:
        lines += [".TP", f"\\fB{code}\\fR", text(meaning)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(kept(PAGE, page()))
