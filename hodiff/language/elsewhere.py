"""What is written elsewhere and not here, d/dx, \\frac, lambda, diff(...), and the mend."""

from __future__ import annotations

import re

from hodiff.errors import HodiffError
from hodiff.language.checks import SIGNS, quote, syntax

ALONE = "EXPR is differentiated as it is: write it without {}, and choose the variable by --wrt x"
CALLS = {
    **dict.fromkeys(("diff", "Diff", "derivative", "Derivative", "deriv", "D", "ddx"), ALONE),
    **dict.fromkeys(("grad", "gradient", "Grad", "nabla"), ALONE),
    **dict.fromkeys(("integrate", "integral", "Integrate", "Integral"), SIGNS["∫"]),
    **dict.fromkeys(
        ("lim", "Limit"), "there are no limits here, but --extend takes one at the point"
    ),
    **dict.fromkeys(("solve", "Solve", "fsolve"), "where EXPR is 0 is told by the command roots"),
}

POWER = r"(?:(?P<{}>[²³⁴-⁹])|(?:\^|\*\*)(?P<{}_>\d+))?"
LEIBNIZ = re.compile(  # d/dx, d²/dx², dy/dx = ..., ∂f/∂x, d(x**2)/dx
    rf"\s*(?P<all>[d∂]{POWER.format('n', 'n')}[A-Za-z]?\s*(?:\([^=]*\)\s*)?/\s*[d∂]"
    rf"(?P<x>[A-Za-zΑ-ω]){POWER.format('m', 'm')})(?!\w|\s*[*/+^])"
)
LATEX = re.compile(r"\\[A-Za-z]+|\\[{}\\]")
LAMBDA = re.compile(r"\s*(lambda\b[^:()]*:)")


def whole(text: str, source: str = "EXPR") -> HodiffError | None:
    """The error for a text that can't be read and is some other notation as a whole."""
    found = LATEX.search(text)
    if found:
        message = (
            f"'{found[0]}' is LaTeX, which is not read: write (a)/(b), sqrt(x), sin(x), x*y for"
            " \\frac{a}{b}, \\sqrt{x}, \\sin x, x \\cdot y"
        )
        return syntax(message, found.start(), found.end())
    found = LEIBNIZ.match(text)
    if found:
        shown, wrt = quote(found["all"]), f"write --wrt {found['x']}"
        order = "²³⁴⁵⁶⁷⁸⁹".find(found["n"]) + 2 if found["n"] else int(found["n_"] or 1)
        if order > 1:
            wrt = f"take nth --order {order} --wrt {found['x']}"
        message = f"EXPR is what is differentiated: leave out '{shown}', and {wrt}"
        if source == "--claim":
            message = f"a claim is the derivative alone: leave out '{shown}'"
            message += " and '='" if "=" in text else ""
        return syntax(message, *found.span("all"))
    found = LAMBDA.match(text)
    if found:
        message = f"there is no 'lambda': leave out '{quote(found[1])}'"
        return syntax(message, *found.span(1))
    return None


def called(name: str) -> str | None:
    """What to do where the function name is called, which is none."""
    base = re.fullmatch(r"log_(\w+)|log(\d+)", name)
    if base and (base[1] or base[2]) not in ("2", "10"):
        return f"write log(x, {base[1] or base[2]}) for the logarithm of x to this base"
    mend = CALLS.get(name)
    return None if mend is None else mend.format(f"'{name}'")
