"""What each line of the shell is answered with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import click

from hodiff.cli.faults import Outcome, as_error, failed
from hodiff.cli.options import Asked as Help
from hodiff.cli.options import quoted, usage
from hodiff.cli.shell.names import Definition, Names
from hodiff.cli.shell.words import Asked, Defined, asked, definition
from hodiff.engine.graph import Tensor
from hodiff.errors import HodiffError, unknown
from hodiff.language.checks import names_in

ANSWER = "ans"
HELP = """\
x**2 + 1          an expression: its value, or with variables its derivatives
a = 3             a name that stays; f(t) = t**2 a function
ans               the last value, or the last derivative in one variable
grad x**2 --at x=2
                  any command with its options; without EXPR of the last one
:plot             the last expression as a curve; :plot sin(x) --over x=0:10
:steps            how its derivative comes about; so :code, :roots, ...
:names            what is defined; :forget a
:help             this; :help grad for a command
:quit             leave, as Ctrl-D does; Ctrl-C gives up a line
A line goes on while a bracket is open, and behind \\ or ;"""
OVER = "-5:5"  # where :plot draws what is said without a range
OWN = ("help", "quit", "names", "forget")
OTHER = {"q": "quit", "exit": "quit", "vars": "names", "h": "help"}
LEAVING = ("quit", "exit", "quit()", "exit()")
WITHOUT = ("shell", "completion")  # commands that have nothing to do here
NO_EXPRESSION = ("functions", "help")
BOUND = re.compile(r"(?<!\w)([^\W\d]\w*)\s*=")
LONGEST = 60  # digits of a quotient that is kept as such


class Quit(Exception):
    """The user leaves."""


class Session:
    """A shell: what is defined, and the last expression, names.last."""

    def __init__(self, program: click.Group) -> None:
        self.program, self.names = program, Names()

    @property
    def commands(self) -> list[str]:
        return [name for name in self.program.commands if name not in WITHOUT]

    def answered(self, line: str) -> Iterator[Outcome]:
        """What to print for a line. Raises Quit."""
        try:
            yield from self.answer(line.strip())
        except (Quit, KeyboardInterrupt):
            raise
        except Help as asked:
            yield Outcome(asked.text)
        except click.Abort:
            raise KeyboardInterrupt from None
        except click.ClickException as fault:
            yield failed(usage(fault.format_message()), False)
        except Exception as fault:
            error = as_error(fault)
            yield Outcome(None, error.report(), error.exit_code)

    def answer(self, line: str) -> Iterator[Outcome]:
        if not line or line.startswith("#"):
            return
        if line in LEAVING and line not in self.names.known:  # as other shells are left
            raise Quit
        if line.startswith(":") and (own := self.own(line)) is not None:
            yield from own
            return
        found = asked(line, self.commands, self.names.known)
        if found is not None:
            yield from self.command(found)
            return
        if line.startswith(":"):
            name = line[1:].split()[0] if line[1:].split() else ""
            known = [*OWN, *self.commands]
            raise usage(unknown("command", quoted(name)[1:-1], known))
        defined = definition(line)
        if defined is not None:
            yield self.define(defined)
        else:
            yield from self.expression(line)

    def own(self, line: str) -> Iterator[Outcome] | None:
        """What the shell's own commands answer; None for others."""
        word, _, rest = line[1:].strip().partition(" ")
        name, rest = OTHER.get(word, word), rest.strip()
        if name == "quit":
            raise Quit
        if name == "help":
            return self.ran(["help", rest]) if rest else iter([Outcome(HELP)])
        if name == "names":
            return iter([Outcome("\n".join(self.names.listed()) or "nothing is defined")])
        if name == "forget":
            return iter([self.forget(rest)])
        return None

    def forget(self, name: str) -> Outcome:
        if not self.names.forget(name):
            known = self.names.listed_names()
            raise usage(unknown("name", quoted(name)[1:-1], known))
        return Outcome(None)

    # What is asked.

    def command(self, found: Asked) -> Iterator[Outcome]:
        """A command of hodiff, with what is defined."""
        if found.command in NO_EXPRESSION:
            return self.ran([found.command, *filter(None, [found.expression]), *found.options])
        if "--help" in found.options:
            return self.ran([found.command, "--help"])
        text = found.expression if found.expression is not None else self.names.last
        if not text:
            raise usage(f"{found.command} needs an expression: {self.example(found.command)}")
        if text == "-" or text.startswith("@"):
            raise usage("in the shell an expression is text: write it", "EXPR")
        options = list(found.options)
        if found.command == "plot" and not any(x.startswith("--over") for x in options):
            options += self.over(text)
        self.names.last = text
        return self.ran([found.command, *self.stated(text, options)])

    def example(self, command: str) -> str:
        found: tuple[str, ...] = getattr(self.program.commands[command], "examples", ("",))
        return found[0].removeprefix("hodiff ")

    def stated(self, text: str, options: list[str]) -> list[str]:
        """An expression and options, with the definitions that they need."""
        without = bound(" ".join(options))
        constants = self.names.constants(" ".join([text, *options]), without)
        lets = [f"--let={c}" for c in constants]
        return [f"{self.names.prefix(text, without)}{text}", *lets, *options]

    def over(self, text: str) -> list[str]:
        """A range for each variable of what is plotted without any."""
        _, variables = self.read(text)
        return [f"--over={name}={OVER}" for name in variables]

    def ran(self, arguments: list[str]) -> Iterator[Outcome]:
        """What a command line prints."""
        said = self.program.main(arguments, "hodiff", standalone_mode=False)
        return iter([Outcome(said)] if isinstance(said, str) else said)

    def read(self, text: str) -> tuple[Tensor, dict[str, Tensor]]:
        from hodiff.calculator.result import parse  # start-up: the prompt comes first

        return parse(self.names.prefix(text) + text, let=self.names.constants(text))

    def expression(self, text: str) -> Iterator[Outcome]:
        """An expression alone: its value, or where it has variables its derivatives' formulas."""
        from hodiff.calculator.result import calculate  # start-up

        f, variables = self.read(text)
        prefix, lets = self.names.prefix(text), self.names.constants(text)
        if variables:
            command = "jacobian" if len(f.shape) == 1 else "grad"
            outcomes = list(self.ran([command, *self.stated(text, [])]))
            self.names.last = text
            if len(variables) == 1 and not f.shape:
                found = calculate("grad", prefix + text, let=lets)
                (formula,) = found.answer.fields["gradient"].values()
                self.bind(ANSWER, str(formula))
            yield from outcomes
            return
        # With a point, whatever it is of, there are numbers instead of formulas.
        result = calculate("value", prefix + text, at={self.names.free(ANSWER): 0}, let=lets)
        self.names.last = text
        exact, shown = result.exact.value, result.text("plain")
        if not isinstance(exact, (int, Fraction)) or len(str(exact)) > LONGEST:
            exact = None
        self.bind(ANSWER, text if exact is None else str(exact))
        if exact is not None and Fraction(shown) != exact:
            shown = str(exact)
        notes = [f"note: {note}" for note in result.notes]
        yield Outcome(shown, "\n".join(notes) or None)

    # What is defined.

    def define(self, found: Defined) -> Outcome:
        """Define a name, and say nothing of it but what is wrong."""
        if not found.text:
            raise usage(f"{found.name} has no value: write {found.name}{found.parameters} = ...")
        if found.parameters:
            head = f"{found.name}{found.parameters}"
            inner = found.parameters[1:-1] or "0"
            text = f"{head} = {found.text};\n0*({found.name}({inner}))"
            self.checked(text, found)
            self.names.bind(found.name, Definition(head, found.text, False))
            return Outcome(None)
        self.bind(found.name, found.text)
        return Outcome(None)

    def checked(self, text: str, found: Defined) -> None:
        """Raise what is wrong in a definition, where it stands."""
        try:
            self.read(text)
        except HodiffError as fault:
            if fault.text is not None and "\n0*(" in fault.text:
                fault.text = fault.text[: fault.text.rindex("\n0*(")]
                if fault.start is not None and fault.start >= len(fault.text):
                    fault.start = fault.end = None
            raise

    def bind(self, name: str, text: str) -> None:
        """Define a name without parameters: a number where it has no variable."""
        _, variables = self.read(text)
        functions = any(not self.names.known[x].number for x in self.names.needed(names_in(text)))
        number = not variables and not functions and ";" not in text
        self.names.bind(name, Definition(name, text, number))


def bound(options: str) -> set[str]:
    """The names that options bind: they aren't what was defined."""
    return {found.group(1) for found in BOUND.finditer(options)}
