"""How the arguments are read: click, with a dash in front of an expression taken as a minus.

The only short option is -h. A token that begins with two dashes is an option, any other is text.
The options themselves are at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from hodiff.calculator.commands import MOST_DIGITS, MOST_ORDER
from hodiff.errors import HodiffError, nearest

HELP = ("-h", "--help")
MOST_QUOTED = 60  # characters of the user's text in a message


ASKED = click.Option(HELP, is_flag=True, is_eager=True, expose_value=False,
                     help="Show this message and exit.")  # fmt: skip


class Asked(Exception):
    """Text to print instead of an answer: a help page that was asked for, or is needed."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.text = text.rstrip("\n")
        self.code = code


class Failed(Exception):
    """An answer that is a no: printed as any other, with an exit code of its own."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


def usage(message: str, source: str | None = None, kind: str = "usage") -> HodiffError:
    return HodiffError(kind, message, source=source)


def quoted(text: str) -> str:
    """A token in a message: on one line, no control characters, not too long."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    return f"'{text}'" if len(text) <= MOST_QUOTED else f"'{text[:MOST_QUOTED]}...'"


class Helped(click.Command):
    """A command whose help opens with examples that run."""

    def __init__(self, *args: Any, examples: tuple[str, ...], **fields: Any) -> None:
        super().__init__(*args, **fields)
        self.examples = examples

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("Example:\n" if len(self.examples) == 1 else "Examples:\n")
        for example in self.examples:
            formatter.write(f"  {example}\n")
        formatter.write_paragraph()
        super().format_help(ctx, formatter)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*self.arguments(), "[OPTIONS]"]

    def get_help_option(self, ctx: click.Context) -> click.Option:
        return ASKED  # click's own looks for translations at each start

    def arguments(self) -> list[str]:
        return [p.metavar or "" for p in self.params if isinstance(p, click.Argument)]


class Command(Helped):
    """A command of one EXPR, or none, and long options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options, texts = self.split(ctx, args)
        wanted = len(self.arguments())
        if len(texts) < wanted:
            raise usage(f"{self.name} needs an expression: {self.examples[0]}", "EXPR")
        if len(texts) > wanted:
            raise self.too_many(texts, wanted)
        given = {option.partition("=")[0] for option in options}
        for name, option in self.options().items():
            if option.required and name not in given:
                raise usage(f"{self.name} needs {name}: {self.examples[0]}", name)
        return super().parse_args(ctx, [*options, "--", *texts])

    def split(self, ctx: click.Context, args: list[str]) -> tuple[list[str], list[str]]:
        """Options as --name=value or --name, and texts. Raises for help and faulty options."""
        known = self.options()
        options: list[str] = []
        texts: list[str] = []
        rest = iter(args)
        for token in rest:
            if token in HELP:
                raise Asked(self.get_help(ctx))
            if token == "--":
                texts += rest
            elif not token.startswith("--"):
                texts.append(token)
            else:
                name, equals, value = token.partition("=")
                option = known.get(name)
                if option is None:
                    raise usage(f"unknown option {quoted(name)}{nearest(name, list(known))}", name)
                if option.is_flag:
                    if equals:
                        raise usage(f"{name} takes no value: write {name} alone", name)
                    options.append(name)
                    continue
                if not equals:
                    value = next(rest, "--")
                    if value == "--" or value.partition("=")[0] in known:
                        raise usage(f"{name} needs a value: {name} {option.metavar}", name)
                options.append(f"{name}={value}")
        return options, texts

    def options(self) -> dict[str, click.Option]:
        return {
            name: p
            for p in self.params
            if isinstance(p, click.Option)
            for name in p.opts
            if name.startswith("--")
        }

    def too_many(self, texts: list[str], wanted: int) -> HodiffError:
        if not wanted:
            return usage(f"{self.name} takes no expression: leave out {quoted(texts[0])}", "EXPR")
        for text in texts:  # -at, at, or a dash that a word processor made
            option = "--" + text.lstrip("-–—").partition("=")[0]
            if text[:2] != "--" and option in self.options():
                return usage(
                    f"write {option} instead of {quoted(text)}: options have two dashes", option
                )
        whole = " ".join(texts)
        simple = len(whole) <= MOST_QUOTED and whole.isprintable() and '"' not in whole
        as_in = f', as in "{whole}"' if simple else ""
        return usage(f"EXPR came in {len(texts)} parts: put it in quotes{as_in}", "EXPR")


class Group(Helped, click.Group):
    """The program: its commands in the order they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["COMMAND", "EXPR", "[OPTIONS]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args:
            raise Asked(self.get_help(ctx), code=2)
        name = args[0]
        if name in HELP:
            raise Asked(self.get_help(ctx))
        if name == "--version":
            from importlib.metadata import version  # start-up: few ask

            raise Asked(f"hodiff {version('hodiff')}")
        if name not in self.commands:
            raise self.unknown(name)
        return super().parse_args(ctx, ["--", *args])

    def unknown(self, name: str) -> HodiffError:
        if name.startswith("--"):
            option = name.partition("=")[0]
            mend = nearest(option, ["--help", "--version"])
            if any(option in c.options() for c in self.commands.values() if isinstance(c, Command)):
                mend = ": options stand behind the command, hodiff COMMAND EXPR [OPTIONS]"
            return usage(f"unknown option {quoted(option)}{mend}", option)
        mend = nearest(name, list(self.commands)) or f": it can be {', '.join(self.commands)}"
        return usage(f"unknown command {quoted(name)}{mend}")


def one_of(names: list[str], what: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A check that an option's value is one of names."""

    def check(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
        if value is not None and value not in names:
            listed = f"{', '.join(names[:-1])} or {names[-1]}"
            raise usage(
                f"unknown {what} {quoted(value)}{nearest(value, names)}: it can be {listed}",
                param.opts[0],
            )
        return value

    return check


def positive(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """A check that an option's value is a number above 0."""
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        name = param.opts[0]
        raise usage(f"{name} is a number above 0, not {quoted(value)}", name)
    return number


def ratio(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
    """A check that an option's value is a number above 0, as the exact number that it is."""
    if value is None:
        return None
    from fractions import Fraction  # start-up: few options are exact

    try:
        exact = Fraction(value) if len(value) < 100 else None
        found = float(exact) if exact is not None else 0.0
    except (ValueError, ZeroDivisionError, OverflowError):
        found = 0.0
    if not 0 < found < float("inf"):
        name = param.opts[0]
        raise usage(f"{name} is a number above 0, as 0.1 or 1/10, not {quoted(value)}", name)
    return exact


def whole(least: int, most: int) -> Callable[[click.Context, click.Parameter, Any], int | None]:
    """A check that an option's value is a whole number, up to a limit that no sensible question
    meets."""

    def check(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
        if value is None:
            return None
        name, digits = param.opts[0], value.strip().removeprefix("+")
        if not (digits.isascii() and digits.isdigit()) or int(digits[:9]) < least:
            raise usage(f"{name} is a whole number from {least} on, not {quoted(value)}", name)
        if len(digits.lstrip("0")) > len(str(most)) or int(digits) > most:
            raise usage(f"{name} can be {most} at most", name, "limit")
        return int(digits)

    return check


# fmt: off
EXPR = click.Argument(["expression"], metavar="EXPR")
AT = click.Option(["--at"], metavar="x=2,y=pi/2", multiple=True,
                  help="The point. Without it the answer is a formula.")
LET = click.Option(["--let"], metavar="a=3", multiple=True,
                   help="Constants of EXPR; --at may use them.")
WRT = click.Option(["--wrt"], metavar="x,y", multiple=True,
                   help="The variables to differentiate in.  [default: all of --at]")
FORMAT = click.Option(["--format", "style"], metavar="table|json|csv|plain",
                      default="table", show_default=True,
                      callback=one_of(["table", "json", "csv", "plain"], "format"),
                      help="table: for people; json: an object on one line; csv: a header and a "
                           "row; plain: the numbers asked for, tab-separated.")
SUBGRADIENT = click.Option(["--subgradient"], is_flag=True,
                           help="Answer at a kink of abs, max, floor ... as machine learning "
                                "frameworks do: 0 for abs.")
EXTEND = click.Option(["--extend"], is_flag=True,
                      help="Where EXPR has no value at the point but a limit, as sin(x)/x at "
                           "0, take the limit.")
ARITHMETIC = click.Option(["--arithmetic"], metavar="ball|float",
                          callback=one_of(["ball", "float"], "arithmetic"),
                          help="ball: every digit proven; float: doubles.  [default: ball, where "
                               "every operation has that form and arrays are small]")
RTOL = click.Option(["--rtol"], metavar="1e-6", callback=positive,
                    help="Over an interval, x=2+/-0.1: how far outside the range an end may "
                         "be, relative to it.  [default: 1e-6]")
DIGITS = click.Option(["--digits"], metavar="N", callback=whole(1, MOST_DIGITS),
                      help="Give N proven significant digits.")
COTANGENT = click.Option(["--v"], metavar="0.5,1", required=True,
                         help="The vector, a number for each component of EXPR, or @v.npy.")
DIAG = click.Option(["--diag"], is_flag=True, help="The diagonal alone.")
V = click.Option(["--v"], metavar="0.5,1", required=True,
                 help="The vector, in the order of the variables, by name: x=0.5,y=1, or @v.npy.")
ORDER = click.Option(["--order"], metavar="N", callback=whole(0, MOST_ORDER), required=True,
                     help="The order of the derivative: 0, 1, 2 ...")
DEGREE = click.Option(["--order"], metavar="N", callback=whole(0, MOST_ORDER), required=True,
                      help="The degree of the polynomial: 0, 1, 2 ...")
COUNTED = click.Option(["--order"], metavar="N", callback=whole(0, MOST_ORDER),
                       help="The order of the derivative: 0, 1, 2 ...  [--wrt x,x,y: 3]")
METHOD = click.Option(["--method"], metavar="auto|nested|taylor", default="auto",
                      callback=one_of(["auto", "nested", "taylor"], "method"), show_default=True,
                      help="nested: differentiate N times; taylor: by Taylor series.")
ALONG = click.Option(["--along"], metavar="0.5,1",
                     help="Go along this vector: in the order of the variables, by name: "
                          "x=0.5,y=1, or @v.npy.")
WITHIN = click.Option(["--within"], metavar="0.1", callback=ratio,
                      help="Bound the remainder, with proof, up to so far from the point.")
OF = click.Option(["--of"], metavar="y", required=True,
                  help="The variable that the equation defines.")
CLAIM = click.Option(["--claim"], metavar="2*x", required=True,
                     help="What the derivative is said to be: a formula, [2*x, 3] for a gradient, "
                          "[[2, 0], [0, 0]] for a Hessian or a Jacobian.")
CHECKED_AT = click.Option(["--at"], metavar="x=2,y=pi/2", multiple=True,
                          help="Check at this point alone.")
CHECKED_DIGITS = click.Option(["--digits"], metavar="N", callback=whole(1, MOST_DIGITS),
                              help="Compare, and show, N digits.  [default: compare 30]")
CLAIMED = click.Option(["--order"], metavar="N", callback=whole(0, MOST_ORDER), default="1",
                       show_default=True, help="The order of the derivative.")
SOLVE = click.Option(["--solve"], is_flag=True,
                     help="The value of --of in --at is where to start: find the one that solves "
                          "the equation.")
# fmt: on
