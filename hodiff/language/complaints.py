"""What is wrong with a text where Lark stops, and the mend."""

from __future__ import annotations

import re
from typing import Any

import lark

from hodiff.engine.operations import FUNCTIONS
from hodiff.errors import HodiffError
from hodiff.language.checks import RAISED, quote, syntax
from hodiff.language.elsewhere import instead
from hodiff.language.grammar import BINARY, parser, stray_comma
from hodiff.language.meanings import suggestion
from hodiff.language.slips import ELEMENTARY

Tokens = list[Any]  # of lark.Token, whose positions have the type int | None

INTERVAL = "is for intervals, and these stand alone behind a name: --at x=2+/-0.1"
GLUED = {"<>": "!=", "=<": "<=", "=>": ">=", "===": "==", "!==": "!=", ":=": "="}
LIBRARIES = ("math", "np", "numpy", "scipy", "jnp", "torch", "sympy", "cmath", "Math", "jax", "tf",
             "F", "nn", "K", "sp", "special", "mpmath", "mp", "cp", "xp")  # fmt: skip
CALLS = ("pow", "power", "float_power", "square")  # that are written out
NAMES = {"PI": "pi", "E": "e", "fabs": "abs", "absolute": "abs", "pi": "pi", "e": "e",
         "maximum": "max", "minimum": "min"}  # fmt: skip


def tokens(text: str) -> Tokens:
    """The tokens of text, up to a sign that is none."""
    found: Tokens = []
    try:
        for token in parser().lex(text):
            found.append(token)
    except lark.UnexpectedCharacters:
        pass
    return found


def stray_sign(text: str) -> HodiffError:
    """The error for a '.' that begins no token; of a text with blanks for notation's signs."""
    found = tokens(text)
    i = found[-1].end_pos if found else 0
    i += len(text[i:]) - len(text[i:].lstrip())
    message = "a '.' is a decimal point and nothing else"
    attribute = re.match(r"\.([A-Za-z_]\w*)\s*(?=\()", text[i:])
    if attribute and found and ends_value(found[-1]):  # x.sin(), (x**2).sum(), x.pow(2)
        of = left_of(text, found, len(found))
        of = of[1:-1] if of.startswith("(") and of.endswith(")") else of
        given = [x for x in (of, *_arguments(text, i + attribute.end())) if x]
        name = NAMES.get(attribute[1], attribute[1])
        call = f"{name}({', '.join(given)})" if name in FUNCTIONS else instead(name, given)
        message += f": write {call}" if call and len(call) <= 60 else ""
    elif text[i:].startswith(".T"):
        message += ": a product of vectors, w @ x, needs no .T"
    if text[i + 1 : i + 2] in tuple("*/^"):
        message = f"write '{text[i + 1]}' instead of '.{text[i + 1]}'"
    return syntax(message, i, i + 1)


def of_a_library(text: str, library: str, attribute: re.Match[str], i: int) -> str:
    """What to write instead of np.sin, Math.pow(x, 2), scipy.special.erf."""
    name, end = attribute[1], i + attribute.end()
    whole = quote(library + attribute[0])
    found = None if NAMES.get(name, name) in FUNCTIONS else instead_of_call(text, name, end)
    if found is not None:
        return f"write '{found}' instead of '{whole}(…)'"
    name = NAMES.get(name, name)
    if name in FUNCTIONS or name in NAMES:
        return f"write '{name}' instead of '{whole}'"
    return f"there is no '{whole}' here{suggestion(name, FUNCTIONS)}"


def instead_of_call(text: str, name: str, bracket: int) -> str | None:
    """What to write for a call of pow, elu, ...: x**2 of pow(x, 2); None of others."""
    given = _arguments(text, bracket)
    keywords = any(re.match(r"\w+\s*=(?!=)", x) for x in given)
    return instead(name, given) if given and not keywords else None


def _arguments(text: str, bracket: int) -> list[str]:
    """The arguments in the bracket there, as they are written; none where it is no bracket."""
    if text[bracket : bracket + 1] != "(":
        return []
    depth, parts, start = 0, [], bracket + 1
    for i in range(bracket, len(text)):
        depth += (text[i] in "([") - (text[i] in ")]")
        if depth == 0 or (depth == 1 and text[i] == ","):
            parts.append(" ".join(text[start:i].split()))
            start = i + 1
        if depth == 0:
            break
    return parts


def unexpected(text: str, start: str, found: Tokens, stopped: lark.Token) -> HodiffError:
    """The error for a text of the tokens found that can't go on with the one stopped."""
    place = stopped.type, stopped.start_pos, stopped.end_pos
    same = (i for i, t in enumerate(found) if (t.type, t.start_pos, t.end_pos) == place)
    at = len(found) if stopped.type == "$END" else next(same, len(found))
    open_at: list[str] = []
    for token in found[:at]:
        if token in ("(", "["):
            open_at.append(token)
        elif token in (")", "]"):
            open_at.pop()
    # Where we are: inside brackets '(' or '[', or at the top of 'program' or 'entries'.
    where = open_at[-1] if open_at else "program" if start == "program" else "entries"
    if 0 < at < len(found) and ends_value(found[at - 1]):
        return after_value(text, found, at, where)
    return before_value(text, found, at, where)


def before_value(text: str, found: Tokens, at: int, where: str) -> HodiffError:
    """The error for found[at], or the end, where a value should begin."""
    before = found[at - 1] if at else None
    here = found[at] if at < len(found) else None
    if before == "=" and where == "entries" and (here is None or here == ","):
        name = quote(left_of(text, found, at - 1))
        return syntax(f"missing value: write {name}=…", before.start_pos, before.end_pos)
    if here is None:
        assert before is not None  # check refuses empty text
        message = "the expression ends where a value was expected"
        if before == ";":
            message = "nothing follows the last ';': write an expression, or leave the ';' out"
        elif where == "entries" and before == ",":
            message = "nothing follows the last ',': leave it out"
        return syntax(message, before.end_pos, before.end_pos)
    if before is None and here == "=":
        message = "a name was expected before '=': write x=…"
        message = message if where == "entries" else "nothing stands before '=': leave it out"
        return syntax(message, here.start_pos, here.end_pos)
    sign = "@" if here.type == "FILE" else quote(here)
    message = f"a value was expected before '{sign}'"
    if before is not None:
        glued = text[before.start_pos : here.end_pos]
        message = f"a value was expected between '{before}' and '{sign}'"
        if glued in GLUED:
            message = f"write '{GLUED[glued]}' instead of '{glued}'"
            return syntax(message, before.start_pos, here.end_pos)
        if here == "=" and before in BINARY:
            message = f"there is no '{before}=': write the whole definition, a = …"
            return syntax(message, before.start_pos, here.end_pos)
        if here == "]" and before == "[":
            indexing = at > 1 and ends_value(found[at - 2])
            message = "the index is empty: write [0]" if indexing else "the vector is empty"
        elif here == "not":
            message = "put 'not' in brackets: (not …)"
    return syntax(message, here.start_pos, here.end_pos)


def after_value(text: str, found: Tokens, at: int, where: str) -> HodiffError:
    """The error for found[at], which can't follow the value before it."""
    here = found[at]
    if here.type in ("NAME", "NUMBER", "NOT") or here in ("(", "["):
        return missing_operator(text, found, at, where)
    message = f"'{quote(here)}' does not belong here"
    if text[here.start_pos : here.start_pos + 2] == ":=":
        message = "write '=' instead of ':='"
    elif here == "=":
        message = "'=' only gives a name its value, as in a = 2; to compare write '=='"
    elif here == ":":
        message = "':' only stands in an index, as in v[1:3]"
        if where == "entries" and found[at - 1].type == "NAME":
            message = "write '=' instead of ':'"
    elif here.type == "PLUS_MINUS":
        message = f"'{here}' {INTERVAL}"
    elif here == ";":
        message = (
            "write ',' instead of ';'" if where in ("[", "entries") else "';' can't be in brackets"
        )
    elif here == ",":
        pair, more = [token for token in found[at - 1 : at + 2] if token.type == "NUMBER"], ""
        if len(pair) == 2 and "." not in pair[0] + pair[1]:
            more = f", a decimal {quote(pair[0])}.{quote(pair[1])}"
            more += f" and thousands {quote(pair[0] + pair[1])}" if len(pair[1]) == 3 else ""
        return stray_comma(here, more)
    return syntax(message, here.start_pos, here.end_pos)


def missing_operator(text: str, found: Tokens, at: int, where: str) -> HodiffError:
    """The error for two values in a row: 2x, (x+1)(x-1), sin x, [1 2], a = 2 b = 3."""
    before, here, after = found[at - 1], found[at], operand_end(found, at)
    between = text[before.end_pos : here.start_pos]
    left = " ".join(left_of(text, found, at).split())
    right = " ".join(text[here.start_pos : found[after - 1].end_pos].split())
    if before.type == "NUMBER" and not between and (here.type == "NUMBER" or here[0] == "_"):
        return syntax(f"'{quote(left + right)}' is not a number", before.start_pos, here.end_pos)
    if before == "0" and not between and re.fullmatch("[xXoObB][0-9a-fA-F]+", here):
        message = f"'{quote(left + right)}' is not decimal"
        return syntax(message, before.start_pos, here.end_pos)
    powered = power_of_function(text, found, at, after)
    if powered is not None:
        return powered
    another = found[after : after + 1] == ["="] or (where == "program" and "\n" in between)
    message = f"missing '*': write {left}*{right}"
    if before.type == here.type == "NUMBER" and re.fullmatch(r"\d{3}(\.\d*)?", here):  # 1 000
        message = f"write '{left}{right}' instead of '{quote(left + between + right)}'"
        return syntax(message, before.start_pos, here.end_pos)
    if here == "if":
        message = "there is no 'if': write where(condition, a, b)"
    elif here == "for":
        message = "there is no 'for': write sum(term, i, 1, n)"
    elif here.type == "NOT":
        message = "missing operator before 'not'"
    elif another and "=" in found[:at] and where in ("program", "entries"):
        message = f"missing '{';' if where == 'program' else ','}' before '{quote(here)}'"
    elif len(left) > 24 or len(right) > 24:
        message = f"missing '*' before '{quote(here)}'"
    elif where == "entries" and before.type == "NUMBER" and here.type == "NAME" and between:
        message = f"numbers have no units here: leave out '{right}', or write {left}*{right}"
    elif where in ("[", "entries"):
        message = f"missing '*' or ',': write {left}*{right} or {left}, {right}"
    elif re.match("[A-Za-z]{2}", before) and before != "pi" and here not in ("(", "["):
        message = f"missing '*': write {left}*{right}, or {left}({right}) for a call"
    return syntax(message, here.start_pos, here.end_pos)


def power_of_function(text: str, found: Tokens, at: int, after: int) -> HodiffError | None:
    """The error for sin^2(x), with found[at] where its argument begins; None for other texts."""
    base = at - 1
    if found[base] == ")":
        base = bracket_partner(found, base, -1)
    base -= 1
    if found[base] == "-":
        base -= 1
    if base < 1 or found[base] not in ("^", "**") or found[base - 1] not in FUNCTIONS:
        return None
    exponent = text[found[base + 1].start_pos : found[at - 1].end_pos]
    plain = "".join(RAISED.get(c, c) for c in exponent)
    if plain != exponent and not re.fullmatch(r"-?\w+", plain):
        plain = f"({plain})"
    return power_behind(text, found, base - 1, at, after, plain)


def power_behind(
    text: str, found: Tokens, base: int, at: int, after: int, exponent: str
) -> HodiffError:
    """The error for the function's name found[base], a power, and an argument from found[at] to
    before found[after]."""
    name, exponent = found[base], " ".join(exponent.split())
    argument = " ".join(text[found[at].start_pos : found[after - 1].end_pos].split())
    argument = argument if argument.startswith("(") else f"({argument})"
    if len(exponent) + len(argument) > 40:
        argument = "(…)"
    message = f"write {name}{argument}**{exponent}"
    if exponent in ("-1", "(-1)"):
        inverse = next((x for x in (f"a{name}", f"{name}inv") if x in FUNCTIONS), None)
        message = f"write 1/{name}{argument}"
        message += f", or {inverse}{argument} for the inverse" if inverse else ""
    elif name not in ELEMENTARY and "," not in argument:
        message += f", or {name}**{exponent}*{argument} for a product"
    return syntax(f"a power stands behind the call: {message}", name.start_pos, found[at].end_pos)


def ends_value(token: lark.Token) -> bool:
    return token.type in ("NUMBER", "NAME", "FILE") or token in (")", "]")


def left_of(text: str, found: Tokens, at: int) -> str:
    """The operand that ends right before found[at]: f(x)[0] in 2*f(x)[0] y."""
    last = at - 1
    while found[last] in (")", "]"):
        last = bracket_partner(found, last, -1)
        before = found[last - 1] if last else None
        if before is None or not ends_value(before) or before.type == "NUMBER":
            break
        if found[last] == "(" and before.type != "NAME":
            break
        last -= 1
    return text[found[last].start_pos : found[at - 1].end_pos]


def operand_end(found: Tokens, first: int) -> int:
    """One past the last token of the operand that begins with found[first]."""
    if found[first].type == "NAME" and found[first + 1 : first + 2] == ["("]:
        first += 1
    if found[first] in ("(", "["):
        first = bracket_partner(found, first, 1)
    first += 1
    while found[first : first + 1] == ["["]:
        first = bracket_partner(found, first, 1) + 1
    return first


def bracket_partner(found: Tokens, i: int, step: int) -> int:
    """Where the bracket found[i] is closed (step 1) or opened (step -1); else an end of found."""
    depth = 0
    while 0 <= i < len(found):
        depth += (found[i] in ("(", "[")) - (found[i] in (")", "]"))
        if depth == 0:
            return i
        i += step
    return i - step
