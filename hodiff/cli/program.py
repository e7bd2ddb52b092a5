"""The program: every command with its help and its options, in the order that help lists them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from hodiff.calculator.commands import COMMANDS
from hodiff.cli import options as o
from hodiff.cli.options import Command, Failed, Group, usage

# fmt: off
program = Group("hodiff", context_settings={"help_option_names": ["-h", "--help"]}, help="""
    A derivative calculator. EXPR is written as in Python: w1**2*sin(w2), exp(-x)/(1 + x),
    norm([x, y]), a = x**2; a*cos(a). With - it is read from standard input.

    --at gives the point; without --at the answer is a formula.
""", epilog="""
    Exit codes: 0 an answer, 1 no answer at that point or a no, 2 a fault in the command line.
""", params=[click.Option(["--version"], is_flag=True, help="Show the version and exit.")],
examples=(
    'hodiff grad "w1**2*sin(w2)" --at w1=1,w2=pi/2',
    'hodiff nth "x**3" --at x=2 --order 2',
    'hodiff grad "a*x**2" --let a=3',
))

COMMON = (o.AT, o.LET, o.WRT, o.DIGITS, o.RTOL, o.ARITHMETIC, o.EXTEND, o.FORMAT)

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
    "implicit": ("""The derivatives along an equation.

    EXPR is an equation, or an expression that is to be 0. --at gives a point that solves it; with
    --solve the solution is found from there.
    """, (o.ORDER, o.OF, o.SOLVE)),
    "check": ("""Whether a derivative is right.

    --claim is what it is said to be. It is compared by identities, which proves it for all points,
    or else at many points; where it is wrong, the simplest of them is shown, and what mends it
    where one change does. In several variables the claim is the gradient, [2*x, 3]; of order 2 the
    Hessian. Exit code 1: it is wrong.
    """, (o.CLAIM, o.CLAIMED, o.CHECKED_AT, o.CHECKED_DIGITS)),
}
"""The help of each command, and the options that it alone has."""
# fmt: on


def from_input(expression: str) -> str:
    """EXPR, read from standard input where it is -."""
    if expression != "-":
        return expression
    from hodiff.language.checks import MAX_BYTES  # start-up: help reads no text

    try:
        read = sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b""
    except OSError as fault:
        raise usage(f"standard input can't be read: {fault.strerror}", "EXPR") from None
    if len(read) > MAX_BYTES:
        message = f"standard input is too long: {MAX_BYTES // 1024} KiB are the most"
        raise usage(message, "EXPR", "limit")
    try:
        return read.decode().rstrip("\r\n")
    except UnicodeDecodeError as fault:
        message = f"standard input is not UTF-8: byte {fault.start} is 0x{read[fault.start]:02x}"
        raise usage(message, "EXPR") from None


def answering(name: str) -> Callable[..., str]:
    """What a command prints: the answer of the calculator, in a format."""

    def run(expression: str, style: str, **options: Any) -> str:
        from hodiff.calculator.result import calculate  # start-up: help needs no engine

        result = calculate(name, from_input(expression), **options)
        if result.answer.code:
            raise Failed(result.text(style), result.answer.code)
        return result.text(style)

    return run


def functions(style: str) -> str:
    """The language's functions and derivatives."""
    from hodiff.calculator.result import calculate  # start-up

    return calculate("functions").text(style)


for _name, (_help, _own) in HELP.items():
    _command = COMMANDS[_name]
    _kinks = (o.SUBGRADIENT,) if _command.kinks else ()
    _common = [option for option in COMMON if option.name not in _command.without]
    program.add_command(
        Command(
            _name,
            callback=answering(_name),
            params=[o.EXPR, *_own, *_common, *_kinks],
            help=_help,
            examples=(_command.example,),
        )
    )
program.add_command(
    Command(
        functions.__name__,
        callback=functions,
        params=[o.FORMAT],
        help=functions.__doc__,
        examples=("hodiff functions",),
    )
)
