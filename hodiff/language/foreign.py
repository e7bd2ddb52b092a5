"""LaTeX and Mathematica's notation as text of the language: the mends for texts that are such."""

from __future__ import annotations

import re
from collections.abc import Callable

from hodiff.engine.operations import FUNCTIONS

LONGEST = 300  # characters of a text that is worth it

# Of LaTeX, from the inside out: what is in braces goes into brackets.
INSIDE = r"\s*\{([^{}]*)\}"
STRUCTURE: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"\\(?:left|right|displaystyle|quad|qquad|limits)(?![A-Za-z])|\\[,;:! ]|~|\$|\\[()\[\]]", " "),
    (r"\\(?:mathrm|operatorname\*?|text|mathit|textrm)\s*\{\s*([A-Za-z]\w*)\s*\}", r"\\\1 "),
    (r"_\s*(?:\{(\w+)\}|([^\W_])(?!\w* ))", lambda m: f"_{m[1] or m[2]} "),
    (rf"\\[dt]?frac{INSIDE}{INSIDE}", lambda m: f"({_atom(m[1])}/{_atom(m[2])})"),
    (r"\\[dt]?frac\s*(\w)\s*(\w)", r"(\1/\2)"),
    (rf"\\sqrt\s*\[\s*3\s*\]{INSIDE}", r"\\cbrt(\1)"),
    (rf"\\sqrt\s*\[([^\]{{}}]*)\]{INSIDE}", lambda m: f"{_atom(m[2])}^(1/{_atom(m[1])})"),
    (rf"(\\sqrt){INSIDE}", r"\1(\2)"),
    (r"\^\s*\{\s*(\w|\d+)\s*\}", r"^\1 "),
    (rf"\^{INSIDE}", r"^(\1)"),
    (rf"(\^(?:\w|\d+|\([^()]*\)) ?){INSIDE}", r"\1(\2)"),
    (rf"(\\(?![dt]?frac|sqrt|mathrm|operatorname|text|mathit)[A-Za-z]+){INSIDE}", r"\1(\2)"),
]
SYMBOL = re.compile(
    r"\\(?P<command>[A-Za-z]+(?:_\w+)?)(?P<power>\s*\^(?:\(-?\w+\)|\d+|\w))?"
    r"|(?P<name>[A-Za-zΑ-ω](?:_\w+)?)|(?P<number>\d+\.?\d*|\.\d+)|(?P<sign>[-+*/^()=<>!,.|\s])"
)
COMMANDS = {
    "cdot": "*", "times": "*", "div": "/", "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=",
    "ne": "!=", "neq": "!=", "lvert": "|", "rvert": "|", "vert": "|", "lfloor": "⌊",
    "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
}  # fmt: skip
HEADS = {"if": "where", "power": "pow"}
HEAD = re.compile(r"(?<!\w)([A-Za-z]\w*)\[([^\[\]]*)\]")


def from_latex(text: str) -> str | None:
    r"""The text of the language that LaTeX stands for; None for what has none.

    >>> from_latex(r"\frac{1}{2}mv^{2} + \sin\left(2\pi x\right)")
    '(1/2)*m*v^2 + sin(2*pi*x)'
    """
    if len(text) > LONGEST:
        return None
    before = None
    while before != text:
        before = text
        for pattern, new in STRUCTURE:
            text = re.sub(pattern, new, text)
    while (plain := re.sub(INSIDE, r"(\1)", text)) != text:
        text = plain
    parts: list[str] = []
    factor, end = False, 0  # whether a letter or a number comes as a factor of what is before it
    for found in SYMBOL.finditer(text):
        if found.start() > end:
            return None
        end, part = found.end(), found[0]
        if found["command"]:
            known = _command(found["command"])
            if known is None:
                return None
            part = known + (found["power"] or "").strip()
        if part.isspace():
            continue
        function = found["command"] is not None and known in FUNCTIONS
        symbol = part[0].isalnum()
        if symbol and factor:
            parts.append(" " if function and text[end : end + 1] != "(" else "*")
        parts.append(part)
        if function and text[end:].lstrip()[:1] not in ("(", "|"):
            parts.append(" ")
        factor = (symbol and not function) or part == ")"
    if end < len(text):
        return None
    text = "".join(parts).strip()
    return re.sub("[-+=<>]+", lambda sign: _spaced(sign, text), text)


def _atom(text: str) -> str:
    """A part of a formula, in brackets where it needs some."""
    text = text.strip()
    return text if re.fullmatch(r"\d+|[^\W\d_](?:_\w+)?", text) else f"({text})"


def _spaced(sign: re.Match[str], text: str) -> str:
    """A sum's sign with spaces; one in an exponent or at the beginning without."""
    before = text[: sign.start()]
    inside = before.count("(") > before.count(")")
    return sign[0] if inside or not before or before[-1] in "^(!*/" else f" {sign[0]} "


def _command(name: str) -> str | None:
    """What a command of LaTeX is here."""
    base, _, subscript = name.partition("_")
    if subscript:
        known = _command(base)
        logarithm = f"log{subscript}" if base == "log" else ""
        if logarithm in FUNCTIONS:
            return logarithm
        return None if known is None or known in FUNCTIONS else f"{known}_{subscript}"
    if name in COMMANDS or name in ("pi", "e"):
        return COMMANDS.get(name, name)
    from unicodedata import lookup  # start-up: for errors alone

    size = "CAPITAL" if name[0].isupper() else "SMALL"
    letter = name.removeprefix("var").upper().replace("LAMBDA", "LAMDA")
    try:
        return lookup(f"GREEK {size} LETTER {letter}")
    except KeyError:
        return name.lower() if name.lower() in FUNCTIONS else None


def from_mathematica(text: str) -> str | None:
    """The text of the language that Mathematica's stands for; None for what has none.

    >>> from_mathematica("Sin[2 x]^2 + Log[2, x] + E^x")
    'sin(2 x)^2 + log(x, 2) + e^x'
    """
    if len(text) > LONGEST or not HEAD.search(text) or set(text) & {*"{\\"}:
        return None
    while found := HEAD.search(text):
        name, given = found[1], [part.strip() for part in _split(found[2])]
        function = HEADS.get(name.lower(), name.lower())
        if name == "D" and len(given) == 2:
            new = given[0]
        elif name == "Log" and len(given) == 2:
            new = f"log({given[1]}, {given[0]})"
        elif function in FUNCTIONS or function == "pow":
            new = f"{function}({', '.join(given)})"
        else:
            return None
        text = text[: found.start()] + new + text[found.end() :]
    return re.sub(r"\bE\b", "e", re.sub(r"\bPi\b", "pi", text))


def _split(text: str) -> list[str]:
    """The parts between the commas of a text that are in no brackets."""
    parts, depth = [""], 0
    for c in text:
        depth += (c in "({") - (c in ")}")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return parts
