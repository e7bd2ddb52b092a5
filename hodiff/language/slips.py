"""Names that look like a slip: cosx, xlnx, exp, πr, Pi, tg. They are variables; a note says so."""

from __future__ import annotations

import re
from collections.abc import Container

from hodiff.engine.operations import FUNCTIONS
from hodiff.language.meanings import meant

# What stands before its argument without brackets, and is hardly meant as a variable.
ELEMENTARY = frozenset(
    name
    for name in FUNCTIONS
    if name in ("sqrt", "cbrt", "abs", "exp", "ln", "log", "log2", "log10")
    or name.removeprefix("arc").removeprefix("a").removesuffix("h")
    in ("sin", "cos", "tan", "sec", "csc", "cot")
)
FUNCTION = "|".join(sorted(ELEMENTARY, key=len, reverse=True))
ARGUMENT = r"\d+[^\W\d_]?|[^\W\d_]"  # x, 2 or 2x
GLUED = re.compile(rf"(?P<factor>[^\W\d_])??(?P<calls>(?:(?:{FUNCTION})(?:{ARGUMENT}))+)")
CALL = re.compile(rf"({FUNCTION})({ARGUMENT})(?=(?:(?:{FUNCTION})(?:{ARGUMENT}))*$)")
LONGEST = 40
WORDS = ("cost", "sink", "tank", "sing", "logs", "pie", "pin", "pit", "pid", "pig", "pip")
# Names of functions elsewhere that are names of other things, too.
ORDINARY = ("root", "mag", "magnitude", "absolute", "modulus", "common", "exponential", "secant",
            "arch", "tangent", "sine", "cosine", "lg", "lb", "ld", "sh", "ch", "th")  # fmt: skip
GREEK = ("mu", "nu", "xi")


def slip(name: str, known: Container[str] = ()) -> str | None:
    """What to write where name was meant otherwise; None for what looks like a name.

    known: other variables.

    >>> slip("xlnx"), slip("cost"), slip("height"), slip("tg")
    ('for the function write x*ln(x)', None, None, 'for the function write tan(…)')
    """
    if name in ELEMENTARY:
        return f"for the function write {name}(…)"
    if name in ("Pi", "PI"):
        return "for the number write pi"
    if name in FUNCTIONS or len(name) > LONGEST:
        return None
    if "π" in name.replace("\u03a0", "π") and 2 <= len(name) <= 4 and name.isalpha():  # πr, 2πft
        return f"for the product write {'*'.join(name.replace('Π', 'π')).replace('π', 'pi')}"
    if name in WORDS and name[-1] not in known:
        return None
    if re.fullmatch("pi[a-zA-Z]", name):
        return f"for the product write pi*{name[2]}"
    glued = GLUED.fullmatch(name)
    if glued:
        calls, factors = glued["calls"], [glued["factor"]] if glued["factor"] else []
        for function, argument in CALL.findall(calls):
            digits = re.match(r"\d*", argument)[0]  # type: ignore[index]
            inside = f"{digits}*{argument[len(digits) :]}" if digits < argument else argument
            factors.append(f"{function}({inside if digits else argument})")
        return f"for the function write {'*'.join(factors)}"
    abroad = meant(name, 1)
    if abroad and abroad[0] in ELEMENTARY and name not in ORDINARY:
        return f"for the function write {abroad[0]}(…)"
    return None


def product(name: str, names: Container[str], paper: bool) -> str | None:
    """What to write for a name, one of names, that may be a product, xy, or a power, x2.

    paper: products are written without their signs in this text.

    >>> product("xy", ["x", "y", "xy"], False), product("x2", ["x", "x2"], False)
    ('for the product write x*y', 'for the power write x**2')
    """
    if re.fullmatch(r"[^\W\d_][2-9]", name) and name[0] in names:
        some = any(f"{name[0]}{k}" in names for k in "01")
        return None if some else f"for the power write {name[0]}**{name[1]}"
    if not 2 <= len(name) <= 3 or not name.isalpha():
        return None
    letters = all(x in names for x in name) or set(name) <= {*"xyz"}
    pair = paper and len(name) == 2 and name not in GREEK and name[0] not in "dΔδ"
    return f"for the product write {'*'.join(name)}" if letters or pair else None
