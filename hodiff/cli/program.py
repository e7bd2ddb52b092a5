"""The program: every command with its help and its options, in the order that help lists them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import click

from hodiff.calculator.commands import COMMANDS
from hodiff.cli import options as o
from hodiff.cli.faults import Outcome
from hodiff.cli.options import Command, Group
from hodiff.errors import HodiffError

# fmt: off
program = Group("hodiff", context_settings={"help_option_names": ["-h", "--help"]}, help="""
    A derivative calculator. EXPR is written as in Python: w1**2*sin(w2), exp(-x)/(1 + x),
    norm([x, y]), a = x**2; a*cos(a). With - standard input is read, and with @FILE a file: each
    line is an expression of its own.

    --at gives the point; without --at the answer is a formula.
""", epilog="""
    Exit codes: 0 an answer, 1 no answer at that point or a no, 2 a fault in the command line.
""", params=[o.VERSION],
titles={
    "grad": "Derivatives",
    "uncertainty": "Uncertainty, roots and extrema",
    "plot": "To look at, to check, to learn",
    "code": "For programs and the shell",
},
examples=(
    'hodiff grad "w1**2*sin(w2)" --at w1=1,w2=pi/2',
    'hodiff nth "x**3" --at x=2 --order 2',
    'hodiff grad "a*x**2" --let a=3',
))

COMMON = (o.AT, o.LET, o.PHYSICAL, o.WRT, o.DIGITS, o.EXACT, o.RTOL, o.ARITHMETIC, o.EXTEND,
          o.STRICT, o.FORMAT)

UNNOTED = ("plain", "csv")  # the formats that have no place for a note: it goes to stderr

HELP: dict[str, tuple[str, tuple[click.Option, ...]]] = {
    "grad": ("""The gradient: the slope in each variable.""", ()),
    "nth": ("""The n-th derivative in one variable.

    With --along the n-th derivative along a vector; with --wrt x,x,y the mixed partial derivative
    in these variables, as often as each is named.
    """, (o.COUNTED, o.ALONG, o.METHOD)),
    "hessian": ("""The matrix of second derivatives.

    With --diag its diagonal alone, without the matrix.
    """, (o.DIAG,)),
    "hvp": ("""The Hessian times a vector.

    It costs a few times EXPR, however many variables there are: the Hessian is never formed.
    """, (o.V,)),
    "jacobian": ("""The matrix of first derivatives.

    It has a row for each component of EXPR and a column for each one of the variables.
    """, ()),
    "jvp": ("""The Jacobian times a vector.

    That is the derivative of EXPR along the vector.
    """, (o.V,)),
    "vjp": ("""A vector times the Jacobian.

    That is the gradient of the sum of EXPR's components, each weighted by one of the vector. It
    costs a few times EXPR, however many variables there are.
    """, (o.COTANGENT,)),
    "value": ("""The value of EXPR.""", ()),
    "taylor": ("""The Taylor polynomial around the point.

    Coefficients are exact where they are rational numbers. --within 0.1 bounds the remainder, with
    proof, up to that distance.
    """, (o.DEGREE, o.ALONG, o.WITHIN)),
    "tensor": ("""All partial derivatives of one order.

    The tensor is symmetric: each distinct entry is given once.
    """, (o.ORDER,)),
    "laplacian": ("""The trace of the Hessian.

    That is the sum of the second derivatives in each variable. The matrix is never formed.
    """, ()),
    "divergence": ("""The divergence of a vector field.

    EXPR is [P, Q] or [P, Q, R], a component for each variable: the first goes along the first one
    of --wrt, or else of the alphabet. The divergence is the sum of the slopes of each component in
    its own variable, the trace of the Jacobian.
    """, ()),
    "curl": ("""The curl of a vector field.

    EXPR is [P, Q, R] over x, y, z: the first component goes along the first variable of --wrt, or
    else of the alphabet. Of [P, Q] it is one number, the slope of Q in x less that of P in y.
    """, ()),
    "implicit": ("""The derivatives along an equation.

    EXPR is an equation, or an expression that is to be 0. --at gives a point that solves it; with
    --solve the solution is found from there. Of a file, --points FILE, that is the column y_solved.
    """, (o.FIRST, o.OF, o.SOLVE)),
    "uncertainty": ("""The standard uncertainty of EXPR.

    In --at stands a value and its standard uncertainty, m=2.0±0.1 or m=2.0+/-0.1; a variable
    without one is exact. They are propagated to first order, or second (GUM 5.1.2). Of a file,
    --points FILE, the column m has the values and u_m their uncertainties.
    """, (o.MEASURED, o.COV, o.TERMS, o.SAMPLES, o.SEED)),
    "roots": ("""All roots in a range.

    EXPR is an equation, or what is to be 0; for several variables as many,
    [x**2 + y**2 = 4, x = y]. Each root is proven to be there and to be the only one near it, and it
    is proven that there are no others. What can't be decided, as at a jump, is told as a small box,
    with the reason. Exit code 1: there is such a box. Of a file, --points FILE, columns are what
    EXPR has beside the variables, and each row comes once for each of its roots.
    """, (o.OVER, o.SEARCHED, o.SECONDS, o.FOUND_FORMAT)),
    "extrema": ("""All minima and maxima in a range.

    Saddles are listed, too. Each is proven to be what it is, and it is proven that there are no
    others; the ends of the range and its sides count. The least and the largest value of EXPR over
    the range come with them. What can't be decided, as at a jump, is told as a small box, with the
    reason. Exit code 1: there is such a box. Of a file, --points FILE, columns are what EXPR has
    beside the variables, and each row comes once for each of its points.
    """, (o.OVER, o.CURVED, o.SEARCHED, o.SECONDS, o.FOUND_FORMAT)),
    "plot": ("""EXPR and its derivatives as curves.

    Poles, jumps, kinks and the ends of domains are found with proof: there a curve is open and
    marked, and it is never drawn across them. Roots and extrema are marked, too. Over each step
    from a point to the next there are bounds of EXPR, which show that nothing is missed; where
    something may be, that is told. Exit code 1: EXPR has no value in the range, or the time ended.
    """, (o.RANGE, o.DRAWN_ORDERS, o.CENTRE, o.TAYLOR, o.DOTS, o.PLOTTED, o.BAND, o.DRAWING,
          o.DRAWN_FORMAT)),
    "check": ("""Whether a derivative is right.

    --claim is what it is said to be. It is compared by identities, which proves it for all points,
    or else at many points; where it is wrong, the simplest of them is shown, and what mends it
    where one change does. In several variables the claim is the gradient, [2*x, 3]; of order 2 the
    Hessian. Of a file, --points FILE, it is compared at each row. Exit code 1: it is wrong.
    """, (o.CLAIM, o.FIRST, o.CHECKED_AT, o.CHECKED_DIGITS, o.CHECKED_FORMAT)),
    "steps": ("""The rules that give the derivative.

    They come one after the other, the outermost first, each with the derivatives that it needs; at
    last the formula that grad prints, and with --at its value.
    """, (o.UP_TO, o.OUTLINE)),
    "graph": ("""The graph, and what a walk adds to it.

    What was written and what each walk added are told apart, and what a backward rule will read is
    marked as saved. With --no-create-graph the derivative is a value alone; --both is both, side by
    side. With --at each node has its value. In several variables --v shows how the Hessian times a
    vector comes about: the gradient, its product with v, and the walk over that.
    """, (o.WALKS, o.TIMES, o.CREATED, o.DETACHED, o.BOTH, o.PICTURE, o.DRAWN)),
    "explain": ("""The backward walk, node by node.

    First what each node comes to, then the way back: the rule of each node, what came to it, and
    what it sends to its inputs, where it adds up. With --order 2 the walk over that walk follows,
    in several variables with --v the one over the gradient times v: the Hessian times v.
    """, (o.BACK, o.TIMES, o.TORCH, o.ACCOUNT)),
    "report": ("""Everything about EXPR on one page.

    Its formula and derivatives, the numbers at the point, the steps, the graph and the walk that
    differentiates it, a plot whose point and order can be moved, and programs that do the same. The
    page is one file and loads nothing.
    """, (o.REPORTED, o.AROUND, o.SHOWN_ORDERS, o.PAGE_DRAWING, o.FOUND_FORMAT)),
}
"""The help of each command, and the options that it alone has."""
# fmt: on


def untold(result: Any, said: str) -> list[str]:
    """The notes that a text has not; how far digits hold is none for a script."""
    from hodiff.calculator.request import SAID  # start-up: it is there when there is an answer

    known = SAID.values()
    return [x for x in result.answer.fields["notes"] if x not in said and x not in known]


def answering(name: str) -> Callable[..., Iterator[Outcome]]:
    """What a command prints: the answer of the calculator, in a format; of many expressions each
    as it comes."""

    def run(expression: str, format: str, **options: Any) -> Iterator[Outcome]:
        ctx = click.get_current_context()
        rows = o.of_rows(name)  # others may have an --out of their own
        of_rows = {x.name: options.pop(x.name) for x in rows if x.name in options}
        if of_rows.get("points") is not None or of_rows.get("grid"):
            from hodiff.cli.points import answered as rows_answered  # start-up: brings Polars

            return told(ctx, rows_answered(name, expression, format, options, of_rows))
        typed = click.core.ParameterSource.COMMANDLINE
        for option in o.POINTS:
            if option.name in of_rows and ctx.get_parameter_source(option.name) is typed:
                raise o.usage(f"{option.opts[0]} is for --points FILE or --grid", option.opts[0])
        from hodiff.calculator.result import calculate  # start-up: help needs no engine

        command = ctx.command
        assert isinstance(command, Command)

        def answer(text: str) -> Outcome:
            try:
                result = calculate(name, text, **options)
                said = result.text(format)
                notes = untold(result, said) if format in UNNOTED else []
                error = "\n".join(f"note: {note}" for note in notes) or None
                return Outcome(said, error, result.answer.code)
            except HodiffError as fault:
                if fault.source == "EXPR" and os.path.isfile(text):
                    mend = f"that is a file: to read expressions from it write @{text}"
                    raise o.usage(mend, "EXPR") from None
                raise command.told(ctx, fault) from None

        if expression != "-" and not expression.startswith("@"):
            return iter([answer(expression)])
        if options.get("out") is not None:
            raise o.usage("--out is for one expression: each would be written over", "--out")
        from hodiff.cli.lines import answered  # start-up: most ask one thing

        return answered(name, expression, format, answer)

    return run


def told(ctx: click.Context, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """What is answered; faults name the variable of the environment that an option is from."""
    assert isinstance(ctx.command, Command)
    try:
        yield from outcomes
    except HodiffError as fault:
        raise ctx.command.told(ctx, fault) from None


def functions(words: tuple[str, ...], format: str) -> Iterator[Outcome]:
    """The language's functions and derivatives.

    With words those that have them in their names, their families, or in what they are about.
    Exit code 1: there are none.
    """
    from hodiff.calculator.result import calculate  # start-up

    result = calculate("functions", " ".join(words) or None)
    return iter([Outcome(result.text(format), code=result.answer.code)])


def shell() -> Iterator[Outcome]:
    """A prompt, where definitions stay.

    An expression is answered, and every command is there. Without a terminal each line of standard
    input is answered. It needs the extra shell. :help in it tells the rest.
    """
    from hodiff.cli.shell.prompt import shell  # start-up: with what it brings

    return shell(program)


def completion(shell: str, format: str) -> str:
    """A script that completes in a shell.

    It completes commands, options, their values and files behind an @. In ~/.bashrc or ~/.zshrc:
    eval "$(hodiff completion bash)", or zsh. For fish: hodiff completion fish >
    ~/.config/fish/completions/hodiff.fish
    """
    from hodiff.cli.completion import script  # start-up: brings click's own

    if format == "plain":
        return script(program, shell)
    from hodiff.calculator.formats import one_line  # start-up

    return one_line({"command": "completion", "shell": shell, "script": script(program, shell)})


def help_page(command: str | None) -> str:
    """The help of a command, or of hodiff."""
    parent = click.get_current_context().parent
    assert parent is not None
    if command is None:
        return program.get_help(parent)
    found = program.commands.get(command)
    if found is None:
        raise program.unknown(command)
    ctx = click.Context(found, parent, command, **found.context_settings)
    return found.get_help(ctx)


for _name, (_help, _own) in HELP.items():
    _command = COMMANDS[_name]
    _names = {option.name for option in _own}
    _kinks = (o.SUBGRADIENT,) if _command.kinks else ()
    _points = o.of_rows(_name)
    _common = [x for x in COMMON if x.name not in {*_names, *_command.without}]
    program.add_command(
        Command(
            _name,
            callback=answering(_name),
            params=[o.EXPR, *_own, *_common, *_kinks, *_points],
            help=_help,
            examples=(_command.example,),
        )
    )
program.add_command(
    Command(
        "code",
        callback=answering("code"),
        params=[
            o.EXPR,
            o.TO,
            o.WHAT,
            o.NAME,
            o.CONSTANTS,
            o.PHYSICAL,
            o.WITHIN_EXPR,
            o.STRICT,
            o.SOURCE,
        ],
        help="""EXPR and its derivatives as source code.

        One function, in which what they share is computed once. What the language lacks is written
        in other functions where that keeps its digits, and else refused.
        """,
        examples=(COMMANDS["code"].example,),
    )
)
program.add_command(
    Command(
        functions.__name__,
        callback=functions,
        params=[o.WORDS, o.FORMAT],
        help=functions.__doc__,
        examples=("hodiff functions", "hodiff functions hyperbolic"),
    )
)
program.add_command(
    Command(
        shell.__name__,
        callback=shell,
        params=[],
        help=shell.__doc__,
        examples=("hodiff shell",),
        needs="nothing",
    )
)
program.add_command(
    Command(
        completion.__name__,
        callback=completion,
        params=[o.SHELL, o.SCRIPT_FORMAT],
        help=completion.__doc__,
        examples=("hodiff completion bash",),
        needs="a shell",
    )
)
program.add_command(
    Command(
        "help",
        callback=help_page,
        params=[
            click.Argument(
                ["command"],
                metavar="[COMMAND]",
                required=False,
                shell_complete=o.completed([*program.commands, "help"]),
            )
        ],
        help=help_page.__doc__,
        examples=("hodiff help grad",),
    )
)
