"""Write the page of all commands, docs/reference.md, from the commands' own help.

    python docs/reference.py          write it
    python docs/reference.py --check  only say whether it would change (exit 1 if so)

tests/test_docs.py runs the check.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from docs.written import kept  # noqa: E402
from hodiff.cli.options import POINTS, SUBGRADIENT, Command  # noqa: E402
from hodiff.cli.program import COMMON, program  # noqa: E402

PAGE = ROOT / "docs" / "reference.md"
SHARED = (*COMMON, SUBGRADIENT)
HEAD = """\
# Every command's help

This page is what `hodiff COMMAND --help` says, written by `docs/reference.py`. [The command
line](command-line.md) explains what the options do.
"""


def text(written: str) -> str:
    """Text on one line, in which Markdown and HTML see no marks of their own."""
    words = " ".join(written.split())
    return "".join(f"\\{c}" if c in "\\*_<|[" else c for c in words)


def paragraphs(written: str) -> Iterator[str]:
    for paragraph in inspect.cleandoc(written).split("\n\n"):
        yield from ("", text(paragraph))


def options(params: Sequence[click.Parameter], ctx: click.Context) -> Iterator[str]:
    """A table of options; nothing where there are none."""
    rows = []
    for param in params:
        record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
        if record is not None:
            names = record[0].replace("<", "&lt;").replace("|", "&#124;")
            rows.append(f"| <code>{names}</code> | {text(record[1])} |")
    if rows:
        yield from ("", "| option | |", "| --- | --- |", *rows)


def page() -> str:
    main = click.Context(program, info_name="hodiff")
    lines = [HEAD]
    for name, command in program.commands.items():
        assert isinstance(command, Command)
        ctx = click.Context(command, main, name, **command.context_settings)
        own = [p for p in command.params if p not in (*SHARED, *POINTS)]
        lines += [f"## {name}", "", f"    hodiff {' '.join([name, *command.arguments()])}"]
        lines += paragraphs(command.help or "")
        lines += ["", "```sh", *command.examples, "```", *options(own, ctx), ""]
    ctx = click.Context(program.commands["grad"], main, "grad", auto_envvar_prefix="HODIFF")
    lines += ["## Options of all commands that take EXPR", *options(SHARED, ctx), ""]
    lines += ["## Options for many points", *options(POINTS, ctx), ""]
    lines += ["## Options of hodiff alone", *options(program.get_params(main), main)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(kept(PAGE, page()))
