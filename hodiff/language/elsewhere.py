r"""What is written elsewhere and not here, d/dx, \frac, lambda, diff(...), and the mend."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hodiff.engine.operations import FUNCTIONS
from hodiff.errors import HodiffError
from hodiff.language.checks import SIGNS, quote, syntax
from hodiff.language.foreign import LONGEST, from_latex, from_mathematica
from hodiff.language.meanings import meant
from hodiff.language.slips import ELEMENTARY

LONG = 160  # characters of a mend that is shown whole
WHOLE = "EXPR is what is differentiated: leave out {}, and {}"
ALONE = "EXPR is differentiated as it is: write it without {}, and choose the variable by --wrt x"
CALLS = {
    **dict.fromkeys(("diff", "Diff", "derivative", "Derivative", "deriv", "D", "ddx"), ALONE),
    **dict.fromkeys(("grad", "gradient", "Grad", "nabla", "nDeriv", "expression"), ALONE),
    **dict.fromkeys(("integrate", "integral", "Integrate", "Integral"), SIGNS["∫"]),
    **dict.fromkeys(
        ("lim", "Limit"), "there are no limits here, but --extend takes one at the point"
    ),
    **dict.fromkeys(("solve", "Solve", "fsolve"), "where EXPR is 0 is told by the command roots"),
}

# What calls of others are here, by how many arguments they have: {x} and {y} have their brackets
# where they need some, {X} and {Y} stand in a call.
FORMULAS: dict[tuple[str, int], str] = {
    **dict.fromkeys([("pow", 2), ("power", 2), ("float_power", 2)], "{x}**{y}"),
    **dict.fromkeys([("nthroot", 2), ("surd", 2)], "{x}**(1/{y})"),
    ("square", 1): "{x}**2",
    ("rsqrt", 1): "(1/sqrt({X}))",
    ("reciprocal", 1): "(1/{x})",
    ("exp10", 1): "10**{x}",
    ("xlogy", 2): "({x}*log({Y}))",
    ("sinpi", 1): "sin(pi*{x})",
    ("cospi", 1): "cos(pi*{x})",
    **dict.fromkeys([("vers", 1), ("versin", 1)], "(1 - cos({X}))"),
    **dict.fromkeys([("hav", 1), ("haversin", 1), ("haversine", 1)], "sin({x}/2)**2"),
    ("frac", 1): "({x} - floor({X}))",
    ("frac", 2): "({x}/{y})",
    **dict.fromkeys([("leaky_relu", 1), ("leakyrelu", 1)], "where({X} > 0, {X}, 0.01*{x})"),
    **dict.fromkeys([("leaky_relu", 2), ("leakyrelu", 2)], "where({X} > 0, {X}, {y}*{x})"),
    ("elu", 1): "where({X} > 0, {X}, expm1({X}))",
    ("selu", 1): "1.0507009873554805*where({X} > 0, {X}, 1.6732632423543772*expm1({X}))",
    ("mish", 1): "({x}*tanh(softplus({X})))",
    ("softsign", 1): "({x}/(1 + abs({X})))",
    ("tanhshrink", 1): "({x} - tanh({X}))",
    ("hardtanh", 1): "clip({X}, -1, 1)",
    ("relu6", 1): "clip({X}, 0, 6)",
    ("hardsigmoid", 1): "clip({x}/6 + 1/2, 0, 1)",
    ("hardswish", 1): "({x}*clip({x}/6 + 1/2, 0, 1))",
    **dict.fromkeys([("logsigmoid", 1), ("log_sigmoid", 1)], "(-softplus(-{x}))"),
    ("huber", 1): "where(abs({X}) < 1, {x}**2/2, abs({X}) - 1/2)",
    **dict.fromkeys([("mse", 2), ("mse_loss", 2)], "({x} - {y})**2"),
    **{(name, 2): f"{f}({{X}}, {{Y}})" for name, f in
       {"J": "besselj", "Y": "bessely", "I": "besseli", "K": "besselk", "C": "binomial"}.items()},
}  # fmt: skip
INDEXED = {  # J_0(x), P_2(x)
    "J": "besselj", "Y": "bessely", "I": "besseli", "K": "besselk", "P": "legendrep",
    "T": "chebyshevt", "U": "chebyshevu", "H": "hermite", "L": "laguerre", "Li": "polylog",
}  # fmt: skip

POWER = r"(?:(?P<{}>[²³⁴-⁹])|(?:\^|\*\*)(?P<{}_>\d+))?"
LEIBNIZ = re.compile(  # d/dx, d²/dx², dy/dx = ..., ∂f/∂x, d(x**2)/dx
    rf"\s*(?P<all>[d∂]{POWER.format('n', 'n')}[A-Za-z]?\s*(?:\([^=]*\)\s*)?/\s*[d∂]"
    rf"(?P<x>[A-Za-zΑ-ω]){POWER.format('m', 'm')}(?:\s+of\b)?)(?!\w|\s*[*/+^])"
)
LATEX = re.compile(r"\\[A-Za-z]+|\\[{}()\\]|(?<!.)\$(?=[^$]+\$$)|(?<!.)\$\$(?=[^$]+\$\$$)")
LATEX_LEIBNIZ = re.compile(
    r"\s*(?P<all>\\[dt]?frac\s*\{\s*(?:d|\\partial|\\mathrm\s*\{d\})\s*\w?\s*\}"
    r"\s*\{\s*(?:d|\\partial|\\mathrm\s*\{d\})\s*(?P<x>\w)\s*\})"
)
IN_WORDS = re.compile(
    r"\s*(?P<all>(?:(?:find|compute|calculate|the)\s+)*(?:(?P<n>first|second|third)\s+)?"
    r"(?:derivative|differentiate|derive|gradient|diff)\b(?:\s+of\b)?)\s+(?=[\w(√|])",
    re.IGNORECASE,
)
HEADS = re.compile(  # what stands before a formula in programs
    r"\s*((?:\w+\s*=\s*)?(?:(?P<a>lambda)\b[^:()]*:|(?P<b>@)\s*\([\w\s,]*\)"
    r"|(?P<c>function)\s*\([\w\s,]*\)|\(?\w+(?:\s*,\s*\w+)*\)?\s*(?P<d>->|↦)"
    r"|(?P<e>def)\s+\w+\s*\([\w\s,]*\)\s*:\s*(?:return\b)?|(?P<f>return|let|const|var)(?=\s)))"
)
CHOICES = {
    "if": re.compile(r"\s*(?P<a>.+?)\s+(?P<sign>if)\s+(?P<c>.+?)\s+else\s+(?P<b>.+?)\s*"),
    "?": re.compile(r"\s*(?P<c>.+?)\s*(?P<sign>\?)\s*(?P<a>.+?)\s*:\s*(?P<b>.+?)\s*"),
}
INTEGRAL = re.compile(r"\s*(integral|integrate|int(?=.*\bd\w\s*$))\b\s+(?=[\w(√|])", re.IGNORECASE)
RESPECT = re.compile(r"\s(?P<all>(?:with respect to|wrt|w\.r\.t\.)\s+(?P<x>\w+))\s*$")
POINT = re.compile(  # x^2, x=3 and x^2 at x = 3
    r"\s*(?P<all>(?:,|\||/\.|\b(?:at|where|when|for)\b)\s*"
    r"(?P<x>[A-Za-zΑ-ω]\w*)\s*(?:=|->)\s*(?P<value>[^\s=<>,;|()]+))\s*$"
)


def whole(text: str, source: str = "EXPR") -> HodiffError | None:
    """The error for a text that can't be read and is some other notation as a whole."""
    found = LATEX_LEIBNIZ.match(text)
    if found:
        return leave_out(found, f"write --wrt {found['x']}")
    found = LATEX.search(text)
    if found:
        mend = from_latex(text)
        message = f"'{found[0]}' is LaTeX, which is not read: write "
        message += (
            r"(a)/(b), sqrt(x), sin(x), x*y for \frac{a}{b}, \sqrt{x}, \sin x, x \cdot y"
            if mend is None or len(mend) > LONG
            else mend
        )
        return syntax(message, found.start(), found.end())
    found = LEIBNIZ.match(text)
    if found:
        order = "²³⁴⁵⁶⁷⁸⁹".find(found["n"]) + 2 if found["n"] else int(found["n_"] or 1)
        by = f"take nth --order {order} --wrt" if order > 1 else "write --wrt"
        if source == "--claim":
            message = f"a claim is the derivative alone: leave out '{quote(found['all'])}'"
            return syntax(message + (" and '='" if "=" in text else ""), *found.span("all"))
        return leave_out(found, f"{by} {found['x']}")
    found = IN_WORDS.match(text)
    if found:
        order = ("", "first", "second", "third").index((found["n"] or "").lower())
        return leave_out(
            found, f"take nth --order {order}" if order > 1 else "choose the variable by --wrt x"
        )
    found = INTEGRAL.match(text)
    if found:
        return syntax(SIGNS["∫"], *found.span(1))
    found = re.match(r"\s*(lim(?:it)?)(?:_|\b)\s*(?=[\w({])", text)
    if found:
        return syntax(CALLS["lim"], *found.span(1))
    found = HEADS.match(text)
    if found:
        (sign,) = filter(None, found.group(*"abcdef"))
        return syntax(f"there is no '{sign}': leave out '{quote(found[1])}'", *found.span(1))
    if len(text) > LONGEST:
        return None
    found = RESPECT.search(text)
    if found:
        return leave_out(found, f"write --wrt {found['x']}")
    for sign, pattern in CHOICES.items():
        found = pattern.fullmatch(text)
        if found and all(map(balanced, found.group("a", "b", "c"))):
            mend = f"where({found['c']}, {found['a']}, {found['b']})"
            mend = mend if len(mend) < LONG and mend.isprintable() else "where(condition, a, b)"
            return syntax(f"there is no '{sign}': write {mend}", *found.span("sign"))
    found = POINT.search(text)
    if found and balanced(text[: found.start()]) and text[: found.start()].strip():
        out, x, value = quote(found["all"]), found["x"], quote(found["value"])
        message = f"the point is an option: leave out '{out}', and write --at {x}={value}"
        return syntax(message, *found.span("all"))
    mend = from_mathematica(text)
    if mend is not None and len(mend) <= LONG:
        return syntax(f"a call has round brackets: write {mend}", 0, len(text.rstrip()))
    return None


def leave_out(found: re.Match[str], mend: str) -> HodiffError:
    """The error for the sign of a derivative before EXPR."""
    return syntax(WHOLE.format(f"'{quote(found['all'])}'", mend), *found.span("all"))


def balanced(text: str) -> bool:
    """Whether the brackets of a text match, as far as counting tells."""
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]"))


def called(name: str) -> str | None:
    """What to do where the function name is called, which is none."""
    mend = CALLS.get(name)
    return None if mend is None else mend.format(f"'{name}'")


def instead(name: str, given: Sequence[str]) -> str | None:
    """What to write for a call of a function that has no such name here, of given arguments.

    >>> instead("pow", ["x+1", "2"]), instead("tg", ["2x"]), instead("J_0", ["x"])
    ('(x+1)**2', 'tan(2x)', 'besselj(0, x)')
    >>> instead("log_3", ["x"]), instead("xsin", ["x"]), instead("f", ["x"])
    ('log(x, 3)', 'x*sin(x)', None)
    """
    form = FORMULAS.get((name, len(given))) or FORMULAS.get((name.lower(), len(given)))
    if form is not None:
        words = dict(zip("XY", given, strict=False))
        atoms = {k.lower(): x if re.fullmatch(r"\w+", x) else f"({x})" for k, x in words.items()}
        return form.format(**words, **atoms)
    arguments = ", ".join(given)
    base = re.fullmatch(r"log_(\w+)|log(\d+)", name)
    if base and len(given) == 1:
        number = base[1] or base[2]
        known = f"log{number}"
        return f"{known}({arguments})" if known in FUNCTIONS else f"log({arguments}, {number})"
    index = re.fullmatch(r"([A-Z]i?)_?(\d+)", name)
    if index and index[1] in INDEXED and len(given) == 1:
        return f"{INDEXED[index[1]]}({index[2]}, {arguments})"
    if name in ("PI", "Pi", "pi", "E") and not arguments:
        return name.lower()
    for function in meant(name):
        takes = FUNCTIONS[function]
        if takes.least <= len(given) <= (takes.most or len(given)):
            return f"{function}({arguments})"
    if name[1:] in ELEMENTARY and name.lower() not in FUNCTIONS:
        return f"{name[0]}*{name[1:]}({arguments})"
    return None
