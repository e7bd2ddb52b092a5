"""The program: all commands, in the order that help lists them."""

from __future__ import annotations

from hodiff.cli import commands, higher  # noqa: F401
from hodiff.cli.options import Command
from hodiff.cli.output import FORMATS
from hodiff.cli.question import FORMAT, program

__all__ = ["program"]

FIRST = ("grad", "nth", "hessian")


def functions(style: str) -> str:
    """The language's functions and derivatives."""
    from hodiff.cli.functions import catalogue

    return FORMATS[style](catalogue())


program.add_command(
    Command(
        functions.__name__,
        callback=functions,
        params=[FORMAT],
        help=functions.__doc__,
        examples=("hodiff functions",),
    )
)
program.commands = {name: program.commands[name] for name in (*FIRST, *program.commands)}
