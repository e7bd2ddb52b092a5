"""How the arguments are read: click, with a dash in front of an expression taken as a minus.

The only short option is -h. A token that begins with two dashes is an option, any other is text.
The options themselves are at the end.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from hodiff.calculator.commands import (
    MOST_DIGITS,
    MOST_FIRST,
    MOST_ORDER,
    MOST_SAMPLES,
    MOST_SEED,
    ON_COLUMNS,
    ON_ROWS,
)
from hodiff.calculator.points import ENGINES
from hodiff.calculator.points import FORMATS as ROW_FORMATS
from hodiff.errors import HodiffError, nearest

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

ENVIRONMENT = "HODIFF"  # HODIFF_FORMAT and others are defaults
HELP = ("-h", "--help")
SHELLS = ["bash", "zsh", "fish"]
MOST_SHOWN = 10_000  # rows of a table
MOST_QUOTED = 60  # characters of the user's text in a message


ASKED = click.Option(HELP, is_flag=True, is_eager=True, expose_value=False,
                     help="Show this message and exit.")  # fmt: skip


class Asked(Exception):
    """Text to print instead of an answer: a help page that was asked for, or is needed."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.text = text.rstrip("\n")
        self.code = code


def usage(message: str, source: str | None = None, kind: str = "usage") -> HodiffError:
    return HodiffError(kind, message, source=source)


def quoted(text: str) -> str:
    """A token in a message: on one line, no control characters, not too long."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    return f"'{text}'" if len(text) <= MOST_QUOTED else f"'{text[:MOST_QUOTED]}...'"


def nearest_option(name: str, names: Sequence[str]) -> str:
    """As nearest: the dashes, which all have, don't count."""
    mend = nearest(name.lstrip("-"), [option.lstrip("-") for option in names])
    return mend.replace("'", "'--", 1)


LOOKS = {
    "--over": r"\w.*:.*",
    "--order": r"\d+",
    "--v": r"[\d\[@].*",
    "--claim": r"[^-+*/^=)].*",
    "--to": r"[a-z]{2,}",
    "--out": r".*\w\.\w+",
}
"""What a text looks like that stands beside EXPR and was meant for an option."""

WORD = re.compile(r"[^\W\d]\w*")
BINDING = re.compile(r"[^\W\d]\w*=[^=]")
COMMONLY = {
    "grad": "d dx diff differentiate derivative derive deriv partial slope nabla",
    "jacobian": "jac",
    "hessian": "hess",
    "taylor": "series expand expansion maclaurin",
    "value": "eval evaluate calc calculate compute f",
    "roots": "solve zeros root zero",
    "extrema": "minimize maximize minima maxima min max optimize",
    "check": "verify test",
    "--version": "version",
    "--help": "h usage",
    "--at": "point where subs values x0",
    "--wrt": "var vars variable variables respect",
    "--order": "n degree nth times",
    "--over": "range interval domain between from",
    "--points": "file data input csv",
    "--out": "output save",
    "--digits": "precision prec places",
    "--exact": "fraction fractions rational",
    "--claim": "answer guess",
}
"""What commands and options are called elsewhere."""


def commonly(name: str, names: Iterable[str]) -> str | None:
    """The one of names that is called so elsewhere."""
    return next((n for n in names if name.lower() in COMMONLY.get(n, "").split()), None)


NUMBERS = "hodiff grad EXPR --points FILE has their numbers"
ROWLESS = {
    "steps": f"the steps are those of the formula, which all rows share: {NUMBERS}",
    "code": f"code is a program, which --to polars and --to sql write for tables: {NUMBERS}",
    "graph": f"a graph is that of the formula, which all rows share: {NUMBERS}",
    "explain": f"a walk is told at one point, not in rows: {NUMBERS}",
    "report": f"a page is about one point, not about rows: {NUMBERS}",
    "plot": "it draws --points FILE, and hodiff value EXPR has the numbers of --grid",
}
"""What to do where a command has no rows."""


def elsewhere(name: str, ctx: click.Context) -> str:
    """Which commands have an option that one hasn't."""
    if name in ("--points", "--grid") and ctx.info_name in ROWLESS:
        return f": {ROWLESS[ctx.info_name]}"
    group = ctx.parent.command if ctx.parent else None
    commands = group.commands.items() if isinstance(group, click.Group) else ()
    found = [n for n, c in commands if isinstance(c, Command) and name in c.options()]
    return f": {', '.join(found[:6])} {'has' if len(found) == 1 else 'have'} it" if found else ""


class Helped(click.Command):
    """A command whose help opens with examples that run."""

    def __init__(self, *args: Any, examples: tuple[str, ...], **fields: Any) -> None:
        super().__init__(*args, **fields)
        self.examples = examples

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, and those of files of points in a part of their own."""
        parts: dict[str, list[tuple[str, str]]] = {"Options": [], "Files of points": []}
        for param in self.get_params(ctx):
            # From click 8.5 on arguments have a line, too, with nothing in it but the name.
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                parts["Files of points" if param in POINTS else "Options"].append(record)
        for title, records in parts.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

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
    """A command of one argument, or none, and long options. needs: what it can't do without."""

    def __init__(self, *args: Any, needs: str = "an expression", **fields: Any) -> None:
        super().__init__(*args, context_settings={"auto_envvar_prefix": ENVIRONMENT}, **fields)
        self.needs = needs

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:  # a shell asks what may come next
            return super().parse_args(ctx, self.whole_words(args))
        options, texts = self.split(ctx, args)
        arguments = [p for p in self.params if isinstance(p, click.Argument)]
        if len(texts) < sum(p.required for p in arguments):
            what = arguments[0].metavar
            other = "; - reads standard input" if what == "EXPR" else ""
            raise usage(f"{self.name} needs {self.needs}: {self.examples[0]}{other}", what)
        if len(texts) > len(arguments) and not any(p.nargs < 0 for p in arguments):
            raise self.too_many(options, texts, len(arguments))
        given = {option.partition("=")[0] for option in options}
        for name, option in self.options().items():
            if option.required and name not in given:
                raise usage(f"{self.name} needs {name}: {self.examples[0]}", name)
        try:
            return super().parse_args(ctx, [*options, "--", *texts])
        except HodiffError as fault:
            raise self.told(ctx, fault) from None
        except click.BadParameter as fault:  # a flag's variable
            assert fault.param is not None
            name = fault.param.opts[0]
            raise self.told(ctx, usage("it can be 1 or 0", name)) from None

    def told(self, ctx: click.Context, fault: HodiffError) -> HodiffError:
        """A fault of an option; of the variable that gave it, where the command line didn't."""
        option = self.options().get(fault.source or "")
        source = ctx.get_parameter_source(option.name) if option and option.name else None
        if source is not click.core.ParameterSource.ENVIRONMENT:
            return fault
        assert option is not None and option.name is not None
        variable = f"{ENVIRONMENT}_{option.name.upper()}"
        fault = fault.retold(f"{variable}: {fault.message}")
        fault.source = variable
        return fault

    def whole_words(self, args: Sequence[str]) -> list[str]:
        """Of words without a last one, those that are known: options in front, then texts."""
        known, options, texts = self.options(), list[str](), list[str]()
        rest = iter(args)
        for token in rest:
            name, equals, value = token.partition("=")
            option = known.get(name)
            if token == "--":
                texts += rest
            elif not token.startswith("--"):
                texts.append(token)
            elif option is not None and option.is_flag:
                options.append(name)
            elif option is not None:
                given = value if equals else next(rest, None)
                options += [f"{name}={given}"] if given is not None else []
        return [*options, "--", *texts]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Options, also where nothing is typed yet: texts can't be guessed."""
        return super().shell_complete(ctx, incomplete or "--")

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
                    value = value if equals else next(rest, "")
                    mend = self.meant(name, value) or elsewhere(name, ctx)
                    mend = mend or nearest_option(name, [*known, "--help"])
                    raise usage(f"unknown option {quoted(name)}{mend}", name)
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

    def meant(self, name: str, value: str) -> str:
        """What to write for an option that is none, which value stands behind."""
        known, bare = self.options(), name.lstrip("-")
        other = commonly(bare, [*known, "--help"])
        if other is not None:
            return f" (did you mean '{other}'?)"
        if len(bare) == 1 and bare.isalpha() and "--at" in known:  # --x 2
            return f": the point is --at {bare}={value if value[:2] != '--' and value else '2'}"
        for other, option in known.items():  # --json
            if bare in (option.metavar or "").split("|"):
                return f" (did you mean '{other} {bare}'?)"
        return ""

    def too_many(self, options: list[str], texts: list[str], wanted: int) -> HodiffError:
        if "EXPR" not in self.arguments():
            most = f"one {self.arguments()[0].strip('[]')}" if wanted else "no expression"
            extra = quoted(texts[wanted])
            return usage(f"{self.name} takes {most}: leave out {extra}", None if wanted else "EXPR")
        for text in texts:  # -at, at, or a dash that a word processor made
            option = "--" + text.lstrip("-–—").partition("=")[0]
            if text[:2] != "--" and option in self.options():
                return usage(
                    f"write {option} instead of {quoted(text)}: options have two dashes", option
                )
        found = self.astray(options, texts[0], texts[1:])
        if found is not None:
            option, value = found
            alone = " ".join(texts[1:])
            value = value if re.fullmatch(r"[\w.,=:/+-]+", value) else f'"{value}"'
            return usage(f"{quoted(alone)} stands alone: write {option} {value}", option)
        whole = " ".join(texts)
        simple = len(whole) <= MOST_QUOTED and whole.isprintable() and '"' not in whole
        as_in = f', as in "{whole}"' if simple else ""
        return usage(f"EXPR came in {len(texts)} parts: put it in quotes{as_in}", "EXPR")

    def astray(self, options: list[str], first: str, rest: list[str]) -> tuple[str, str] | None:
        """The option that the texts behind EXPR were meant for, and its value; None for others."""
        from hodiff.language.checks import names_in  # start-up: for errors alone

        known, whole = self.options(), " ".join(rest)
        given = {name: value for name, _, value in (text.partition("=") for text in options)}
        if len(whole) > MOST_QUOTED or '"' in whole or not whole.isprintable():
            return None
        if "--at" in known:
            at = given.get("--at", "")
            if WORD.fullmatch(at.rstrip("=")):  # --at x 2, --at x = 2
                return "--at", f"{at.rstrip('=')}={whole.lstrip('= ')}"
            if all(BINDING.match(text) for text in rest):  # x=2 y=3
                return "--at", ",".join(x.strip(",") for x in (at, *rest) if x)
        if len(rest) > 1:
            return None
        if "--points" in known and os.path.isfile(whole):
            return "--points", whole
        for option, looks in LOOKS.items():
            if option in known and option not in given and re.fullmatch(looks, whole):
                return option, whole
        if whole not in names_in(first):
            return None
        if "--of" in known and "--of" not in given:
            return "--of", whole
        wrt = given.get("--wrt", "").strip(",")
        return ("--wrt", f"{wrt},{whole}" if wrt else whole) if "--wrt" in known else None


class Group(Helped, click.Group):
    """The program: its commands in the order they were added, titles in front of some."""

    def __init__(self, *args: Any, titles: Mapping[str, str], **fields: Any) -> None:
        super().__init__(*args, **fields)
        self.titles = titles

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.commands))
        room = formatter.width - width - 6
        parts: list[tuple[str, list[tuple[str, str]]]] = []
        for name, command in self.commands.items():
            if name in self.titles:
                parts.append((self.titles[name], []))
            parts[-1][1].append((f"{name:{width}}", command.get_short_help_str(room)))
        for title, rows in parts:
            with formatter.section(title):
                formatter.write_dl(rows)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["COMMAND", "EXPR", "[OPTIONS]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:  # a shell asks what may come next
            return super().parse_args(ctx, args)
        if not args:
            raise Asked(self.get_help(ctx), code=2)
        name = args[0]
        if name in HELP:
            raise Asked(self.get_help(ctx))
        if name in VERSION.opts:
            from importlib.metadata import version  # start-up: few ask

            raise Asked(f"hodiff {version('hodiff')}")
        if name not in self.commands:
            raise self.unknown(name)
        return super().parse_args(ctx, ["--", *args])

    def unknown(self, name: str) -> HodiffError:
        if name.startswith("--"):
            option = name.partition("=")[0]
            mend = nearest_option(option, ["--help", "--version"])
            if any(option in c.options() for c in self.commands.values() if isinstance(c, Command)):
                mend = ": options stand behind the command, hodiff COMMAND EXPR [OPTIONS]"
            return usage(f"unknown option {quoted(option)}{mend}", option)
        from hodiff.language.elsewhere import called  # start-up: for errors alone

        other, none = (
            commonly(name.lstrip("-"), [*self.commands, *VERSION.opts, "--help"]),
            called(name),
        )
        mend = f" (did you mean '{other}'?)" if other else nearest(name, list(self.commands))
        mend = mend or (f": {none}" if none else "")
        mend = mend or f": it can be {', '.join(self.commands)}"
        if not name.lstrip("-").isidentifier() and name.isprintable():  # x**2
            expression = f'"{name}"' if len(name) <= MOST_QUOTED and '"' not in name else "EXPR"
            mend = f": a command comes first, as in hodiff grad {expression}"
        return usage(f"unknown command {quoted(name)}{mend}")


def completed(names: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """What a shell completes: the names that begin so."""
    return lambda ctx, param, incomplete: [n for n in names if n.startswith(incomplete)]


def at_files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """What a shell completes where a file may stand behind an @."""
    from hodiff.cli.completion import at_files  # start-up: shells alone ask

    return at_files(incomplete)


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What a shell completes where a file may stand."""
    from click.shell_completion import CompletionItem  # start-up: shells alone ask

    return [CompletionItem(incomplete, type="file")]


def one_of(names: list[str], what: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A check that an option's value is one of names."""

    def check(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
        if value is not None and value not in names:
            listed = f"{', '.join(names[:-1])} or {names[-1]}"
            raise usage(
                f"unknown {what} {quoted(value)}{nearest(value, names)}: it can be {listed}",
                param.opts[0] if isinstance(param, click.Option) else param.metavar,
            )
        return value

    return check


def engine(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """A check that a text before = is the name of an engine."""
    if value is not None:
        one_of([*ENGINES], "engine")(ctx, param, value.partition("=")[0])
    return value


def separator(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """A check that it is a mark that stands in no number, and is no quote."""
    found = "\t" if value == r"\t" else value
    if found is None or (re.fullmatch(r"[\t -~]", found) and not re.fullmatch(r'[\w.+"-]', found)):
        return found
    marks = r"is one mark that no number has, such as ';', '|' or '\t'"
    raise usage(f"--separator {marks}, not {quoted(found)}", "--separator")


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


STATES = partial(click.Option, allow_from_autoenv=False)
"""An option that is part of the question: what is asked stands in the command line alone."""

HOW = partial(click.Option, show_envvar=True)
"""An option that says how to answer: its default may stand in the environment."""


def choice(names: list[str], what: str) -> dict[str, Any]:
    """What an option has whose value is one of names."""
    return {
        "metavar": "|".join(names),
        "callback": one_of(names, what),
        "shell_complete": completed(names),
    }


# fmt: off
EXPR = click.Argument(["expression"], metavar="EXPR", shell_complete=at_files)
AT = STATES(["--at"], metavar="x=2,y=pi/2", multiple=True, shell_complete=at_files,
            help="The point. Without it the answer is a formula.")
LET = STATES(["--let"], metavar="a=3", multiple=True, shell_complete=at_files,
             help="Constants of EXPR; --at may use them.")
PHYSICAL = STATES(["--constants"], metavar="si", shell_complete=completed(["si"]),
                  help="Names that nothing else binds may be constants of physics: c, h, N_A, "
                       "... of CODATA 2022.")
WRT = STATES(["--wrt"], metavar="x,y", multiple=True,
             help="The variables to differentiate in.  [default: all of --at]")
OVER = STATES(["--over"], metavar="x=0:10,y=-1:1", multiple=True, required=True,
              help="The range of each variable, ends included; the others need --let, or are "
                   "columns of --points.")
SEARCHED = STATES(["--first"], metavar="N", callback=whole(1, MOST_FIRST),
                  help="End the search when N are found: in one variable the N lowest.")
CURVED = STATES(["--order"], metavar="N", callback=whole(1, 2), default="1", show_default=True,
                help="2: the inflection points, in one variable.")
SECONDS = STATES(["--seconds"], metavar="S", callback=positive,
                 help="Search for so long at most, with --points in each row, and say what isn't "
                      "searched then.  [default: as much work as takes some ten seconds, in a row "
                      "of --points one]")
FORMAT = HOW(["--format"], **choice(["table", "json", "csv", "plain", "latex", "mathml", "markdown",
                                     "typst"], "format"),
             default="table", show_default=True,
             help="table: for people; json: an object on one line; csv: a header and a "
                  "row; plain: the numbers asked for, tab-separated; latex, mathml, typst: "
                  "equations to put into a text or a page; markdown: a table with formulas.")
SOURCE = HOW(["--format"], **choice(["table", "json", "csv", "plain"], "format"),
             default="table", show_default=True,
             help="table and plain: the text; json: an object on one line; csv: one field.")
OUTLINE = HOW(["--format"], **choice(["table", "json", "csv", "plain", "markdown", "latex"],
                                      "format"),
              default="table", show_default=True,
              help="table: a tree, for people; plain: indented lines; markdown: a list; latex: "
                   "lines of an align*; json: steps in steps; csv: the formulas alone.")
WALKS = STATES(["--order"], metavar="N", callback=whole(0, MOST_ORDER),
               help="How many walks: each goes through what the one before added; 0 for none.  "
                    "[default: 1, with --v 2]")
TIMES = STATES(["--v"], metavar="0.5,1", shell_complete=at_files,
               help="The second walk goes over the gradient times this vector, and gives the "
                    "Hessian times it. In the order of the variables, by name: x=0.5,y=1, or "
                    "@v.npy.")
CREATED = STATES(["create_graph", "--create-graph"], flag_value="true",
                 help="The last walk's derivative stays a part of the graph.  [default]")
DETACHED = STATES(["create_graph", "--no-create-graph"], flag_value="false",
                  help="It is computed and detached: a value.")
BOTH = STATES(["create_graph", "--both"], flag_value="both",
              help="One graph each, side by side.")
PICTURE = STATES(["--out"], metavar="FILE", shell_complete=files,
                 help="A picture: by its ending .svg, .png, .dot, .mermaid or .html. Graphviz "
                      "lays it out where that is there, else igraph, the "
                      "extra graph; .png needs Graphviz, .dot and .mermaid neither.")
DRAWN = HOW(["--format"], **choice(["table", "json", "csv", "plain", "dot", "mermaid", "svg",
                                    "html"], "format"),
            default="table", show_default=True,
            help="table: a tree, for people; json: nodes and edges; csv: a row for each node; "
                 "plain: a line for each edge; dot, mermaid, svg, html: what --out writes.")
BACK = STATES(["--order"], metavar="N", callback=whole(1, MOST_ORDER),
              help="How many walks: the second goes through what the first added.  "
                   "[default: 1, with --v 2]")
TORCH = STATES(["--torch"], is_flag=True,
               help="After it the same as a program for PyTorch, which runs as it stands.")
ACCOUNT = HOW(["--format"], **choice(["table", "json", "csv", "plain", "markdown", "html"],
                                     "format"),
              default="table", show_default=True,
              help="table: a tree, for people; plain: indented lines; markdown, html: lists in "
                   "lists, to put into a text or a page; json: each walk with its steps; csv: a "
                   "row for each share.")
SUBGRADIENT = HOW(["--subgradient"], is_flag=True,
                  help="Answer at a kink of abs, max, floor ... as machine learning "
                       "frameworks do: 0 for abs.")
EXTEND = HOW(["--extend"], is_flag=True,
             help="Where EXPR has no value at the point but a limit, as sin(x)/x at "
                  "0, take the limit.")
EXACT = HOW(["--exact"], is_flag=True,
            help="Give numbers that are rational as quotients: 2/3.")
ARITHMETIC = HOW(["--arithmetic"], **choice(["ball", "float"], "arithmetic"),
                 help="ball: every digit proven; float: doubles.  [default: ball, where "
                      "every operation has that form and arrays are small]")
RTOL = STATES(["--rtol"], metavar="1e-6", callback=positive,
              help="Over an interval, x=2+/-0.1: how far outside the range an end may "
                   "be, relative to it.  [default: 1e-6]")
STRICT = STATES(["--strict"], is_flag=True,
                help="Refuse notation that Python hasn't: 2x, x², |x|.")
DIGITS = HOW(["--digits"], metavar="N", callback=whole(1, MOST_DIGITS),
             help="Give N proven significant digits.")
COTANGENT = STATES(["--v"], metavar="0.5,1", required=True, shell_complete=at_files,
                   help="The vector, a number for each component of EXPR, or @v.npy.")
DIAG = STATES(["--diag"], is_flag=True, help="The diagonal alone.")
V = STATES(["--v"], metavar="0.5,1", required=True, shell_complete=at_files,
           help="The vector, in the order of the variables, by name: x=0.5,y=1, or @v.npy.")
ORDER = STATES(["--order"], metavar="N", callback=whole(0, MOST_ORDER), required=True,
               help="The order of the derivative: 0, 1, 2 ...")
DEGREE = STATES(["--order"], metavar="N", callback=whole(0, MOST_ORDER), required=True,
                help="The degree of the polynomial: 0, 1, 2 ...")
COUNTED = STATES(["--order"], metavar="N", callback=whole(0, MOST_ORDER),
                 help="The order of the derivative: 0, 1, 2 ...  [default: 1; --wrt x,x,y: 3]")
FIRST = STATES(["--order"], metavar="N", callback=whole(0, MOST_ORDER), default="1",
               help="The order of the derivative: 0, 1, 2 ...", show_default=True)
UP_TO = STATES(["--order"], metavar="N", callback=whole(1, MOST_ORDER), default="1",
               help="Every derivative up to this order, one after the other.", show_default=True)
MEASURED = STATES(["--at"], metavar="m=2.0±0.1,h=1.5", multiple=True,
                  help="The values, each with its standard uncertainty; one without it is exact.")
COV = STATES(["--cov"], metavar="[[0.01,0],[0,0.0004]]", shell_complete=at_files,
             help="The covariance matrix, in the order of the variables, or @cov.csv; ± may be "
                  "left out then.")
TERMS = STATES(["--order"], metavar="N", callback=whole(1, 2), default="1", show_default=True,
               help="2: with the second-order terms, for normal inputs.")
SAMPLES = STATES(["--samples"], metavar="N", callback=whole(2, MOST_SAMPLES),
                 help="Beside it, mean and standard deviation of EXPR at N normal draws.")
SEED = STATES(["--seed"], metavar="S", callback=whole(0, MOST_SEED),
              help="Which draws --samples takes.  [default: 0]")
METHOD = HOW(["--method"], **choice(["auto", "nested", "taylor"], "method"),
             default="auto", show_default=True,
             help="nested: differentiate N times; taylor: by Taylor series.")
ALONG = STATES(["--along"], metavar="0.5,1", shell_complete=at_files,
               help="Go along this vector: in the order of the variables, by name: "
                    "x=0.5,y=1, or @v.npy.")
WITHIN = STATES(["--within"], metavar="0.1", callback=ratio,
                help="Bound the remainder, with proof, up to so far from the point.")
OF = STATES(["--of"], metavar="y", required=True,
            help="The variable that the equation defines.")
CLAIM = STATES(["--claim"], metavar="2*x", required=True,
               help="What the derivative is said to be: a formula, [2*x, 3] for a gradient, "
                    "[[2, 0], [0, 0]] for a Hessian or a Jacobian.")
CHECKED_AT = STATES(["--at"], metavar="x=2,y=pi/2", multiple=True, shell_complete=at_files,
                    help="Check at this point alone.")
CHECKED_FORMAT = HOW(["--format"], **choice(["table", "json", "csv", "plain"], "format"),
                     default="table", show_default=True,
                     help="table: for people; json: an object on one line; csv: a header and a "
                          "row; plain: equal, different or undecided, and what differs.")
FOUND_FORMAT = HOW(["--format"], **choice(["table", "json", "csv", "plain"], "format"),
                   default="table", show_default=True,
                   help="table: for people; json: an object on one line; csv: a header, and a "
                        "row for each; plain: a line for each, what is undecided in brackets.")
RANGE = STATES(["--over"], metavar="x=-3:3,y=-1:1", multiple=True, required=True,
               help="The range of the variable, or of two; the others need --let.")
DRAWN_ORDERS = STATES(["--order"], metavar="0,1,2", default="0,1", show_default=True,
                      help="The orders of the derivatives that are drawn, 0 for EXPR.")
TAYLOR = STATES(["--taylor"], metavar="N", callback=whole(0, MOST_ORDER),
                help="The Taylor polynomial of order N at --at beside EXPR, in the band that EXPR "
                     "is proven to lie in.  [default: 1, the tangent, where --at is given]")
CENTRE = STATES(["--at"], metavar="x=1", multiple=True,
                help="The point of --taylor, or of the tangent; of two variables, where the "
                     "Hessian's eigen-directions are drawn.")
DOTS = STATES(["--points"], metavar="FILE", shell_complete=files,
              help="A file of points, drawn as dots: a column named as the variable, and f.")
BAND = STATES(["--proven"], is_flag=True,
              help="Draw the bounds, too: the band that EXPR is proven to lie in.")
REPORTED = STATES(["--out"], metavar="FILE", shell_complete=files,
                  help="Where the page goes: a file that ends in .html.")
AROUND = STATES(["--over"], metavar="x=0:10", multiple=True,
                help="The range that is drawn.  [default: around the point]")
SHOWN_ORDERS = STATES(["--order"], metavar="N", callback=whole(1, MOST_ORDER), default="3",
                      help="The derivatives that are shown, in one variable.", show_default=True)
PLOTTED = STATES(["--out"], metavar="FILE", shell_complete=files,
                 help="Where the picture goes: .png, .svg, .pdf or .html.  [default: the terminal]")
DRAWING = STATES(["--seconds"], metavar="S", callback=positive, default="5", show_default=True,
                 help="The time that it may take; what is left open then is told.")
PAGE_DRAWING = STATES(["--seconds"], metavar="S", callback=positive, default="3", show_default=True,
                      help="The time that the plot may take; what is left open then is told.")
DRAWN_FORMAT = HOW(["--format"], **choice(["table", "json", "csv", "plain"], "format"),
                   default="table", show_default=True,
                   help="table: a picture in the terminal; json: points, pieces and marks; csv: a "
                        "row for each point, with the number of its piece; plain: the points, a "
                        "blank line between pieces.")
CHECKED_DIGITS = HOW(["--digits"], metavar="N", callback=whole(1, MOST_DIGITS),
                     help="Compare, and show, N digits.  [default: compare 30]")
SOLVE = STATES(["--solve"], is_flag=True,
               help="The value of --of in --at is where to start: find the one that solves "
                    "the equation.")
ROWS = STATES(["--points"], metavar="FILE", shell_complete=files,
              help="Answer each row of a file, whose columns are the variables: CSV, TSV, NDJSON, "
                   "Parquet or Arrow, a folder or a pattern of them; - for standard input.")
GRID = STATES(["--grid"], metavar="x=0:10:101", multiple=True,
              help="Points without a file: 101 from 0 to 10; of several variables all "
                   "combinations.")
OUT = STATES(["--out"], metavar="FILE", shell_complete=files,
             help="Where the rows go, with the results behind; FOLDER/ for a file each.  "
                  "[default: standard output, as CSV]")
IN_FORMAT = STATES(["--in-format"], **choice([*ROW_FORMATS], "format of rows"),
                   help="What --points is.  [default: by its name]")
OUT_FORMAT = STATES(["--out-format"], **choice([*ROW_FORMATS], "format of rows"),
                    help="What --out is to be.  [default: by its name]")
SEPARATOR = STATES(["--separator"], metavar="CHAR", callback=separator,
                   help="What stands between the columns of CSV, read and written.  "
                        "[default: , and with --decimal-comma ;]")
DECIMAL_COMMA = STATES(["--decimal-comma"], is_flag=True,
                       help="A comma stands before decimals: in text that is read, and in what "
                            "is written as CSV or TSV.")
MAP = STATES(["--map"], metavar="w1=width", multiple=True,
             help="The column of a variable that isn't named as it is.")
KEEP = STATES(["--keep"], metavar="all|none|a,b", multiple=True,
              help="The columns that are kept beside the results.  [default: all]")
HEAD = STATES(["--head"], metavar="N", callback=whole(1, MOST_SHOWN),
              help="Only the first N rows, as a table.")
ON_ERROR = STATES(["--on-error"], **choice(["null", "fail", "skip"], "way"), default="null",
                  show_default=True,
                  help="Of a row without an answer: leave the results empty, stop, or leave out "
                       "the row.")
ERRORS = STATES(["--errors"], metavar="FILE", shell_complete=files,
                help="A file for the rows without an answer, each with the reason.")
PROVEN = STATES(["--proven"], is_flag=True,
                help="Every row in balls, all digits proven: some thousand rows a second. "
                     " [default: doubles, and balls where these have no answer]")
SAMPLED = STATES(["--check"], is_flag=True,
                 help="Say of how many rows doubles lose half their digits, by a sample.")
RESUME = STATES(["--resume"], is_flag=True,
                help="Of --out FOLDER/ keep the files that are there.")
ENGINE = STATES(["--engine"], metavar="dask|spark", callback=engine,
                shell_complete=completed(ENGINES),
                help="Many machines: the workers of Dask or Spark; dask=tcp://HOST:8786 and "
                     "spark=spark://HOST:7077 say which.  --out is a new FOLDER/.")
POINTS = (ROWS, GRID, OUT, IN_FORMAT, OUT_FORMAT, SEPARATOR, DECIMAL_COMMA, MAP, KEEP, HEAD,
          ON_ERROR, ERRORS, PROVEN, SAMPLED, RESUME, ENGINE)
WITHOUT = {"roots": (PROVEN, SAMPLED), "extrema": (PROVEN, SAMPLED), "check": (SAMPLED,)}
VERSION = click.Option(["-V", "--version"], is_flag=True, help="Show the version and exit.")
WORDS = click.Argument(["words"], metavar="[WORD ...]", nargs=-1, required=False)
SHELL = click.Argument(["shell"], metavar="SHELL", callback=one_of(SHELLS, "shell"),
                       shell_complete=completed(SHELLS))
SCRIPT_FORMAT = STATES(["--format"], **choice(["plain", "json"], "format"),
                       default="plain", show_default=True,
                       help="plain: the script; json: an object on one line.")
CONSTANTS = STATES(["--let"], metavar="a=3", multiple=True, shell_complete=at_files,
                   help="Constants of EXPR.")
WITHIN_EXPR = STATES(["--wrt"], metavar="x,y", multiple=True,
                     help="The variables to differentiate in.  [default: all of EXPR]")
TO = STATES(["--to"], metavar="LANGUAGE", required=True,
            help="python, numpy, c, cpp, julia, matlab, r, rust, js, jax, torch, sympy, sql, "
                 "polars or latex.")
WHAT = STATES(["--what"], metavar="value,grad,hessian", default="value,grad", show_default=True,
              help="What the function gives, in order.")
NAME = STATES(["--name"], metavar="f",
              help="The function's name; in SQL that of the table that has the variables as "
                   "columns.  [default: f, points]")
# fmt: on


def of_rows(command: str) -> tuple[click.Option, ...]:
    """The options of files of points that a command has."""
    if command not in ON_COLUMNS and command not in ON_ROWS:
        return ()
    return tuple(x for x in POINTS if x not in WITHOUT.get(command, ()))
