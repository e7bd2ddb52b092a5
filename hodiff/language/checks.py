"""What is refused before Lark sees a text: too long, nested too deep, strange signs, brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hodiff.errors import HodiffError

MAX_BYTES = 65536
MAX_NESTING = 200

# ASCII, '_', the micro sign, Greek without Coptic.
RANGES = "AZ az __ \u00b5\u00b5 ΆΆ ΈΊ ΌΌ ΎΡ Σϡ ϰϵ ϷϿ"
LETTERS = frozenset(chr(c) for ab in RANGES.split() for c in range(ord(ab[0]), ord(ab[1]) + 1))
LETTER = re.escape("".join(sorted(LETTERS)))
CHARACTERS = LETTERS | frozenset("0123456789 \t\r\n\f\v+-*/%@^()[],:;=<>!.±")
CLOSING = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉"}

# Signs that notation.py reads, and what they stand for.
READ = {
    "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "÷": "/", "∕": "/", "⁄": "/",
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "≤": "<=", "≥": ">=", "≠": "!=",
}  # fmt: skip
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣʸᵏᵐ", "0123456789+-()nxykm", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", "0123456789aeoxhklmnpstijruv", strict=True))
FRACTIONS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"
DEGREES = "°º˚"  # the sign, and what keyboards have for it
BRACKETS = {"{": "", "⌊": "floor", "⌈": "ceil"}  # those of notation: what each calls
NOTATION = frozenset("√∛|}⌋⌉").union(READ, RAISED, SUBSCRIPTS, FRACTIONS, DEGREES, BRACKETS)
NAMES = re.compile(  # a number before a name is none of it: 2a, 1e3a
    r"(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    rf"|(?P<name>[{LETTER}][{LETTER}0-9]*[{''.join(SUBSCRIPTS)}]*)"
)
UNSEEN = {**dict.fromkeys("\u200b\u200c\u200d\u2060\u2061\ufeff", " "), "\u2062": "*", "∆": "Δ"}
FILE = r"(?<![^=,])\s*@[^,\0-\37]+"  # as in the grammar: any characters, any brackets
EXAMPLES = {"program": "an expression", "bindings": "name=value", "items": "values, as in 0.5,1"}


def check(text: str, start: str) -> bool:
    """Refuse what is too long or nested too deep, strange characters and unmatched brackets.

    Whether there are only signs that the grammar has.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise HodiffError("limit", f"the text is too long: {MAX_BYTES // 1024} KiB are the most")
    if start != "program" and "@" in text:
        text = re.sub(FILE, lambda match: "@" * len(match[0]), text)
    plain = plainly(text)
    strange = set(plain) - CHARACTERS
    if not strange <= NOTATION:
        raise gathered(bad_characters(text, strange - NOTATION))
    if not plain.strip():
        raise HodiffError("syntax", f"the text is empty: write {EXAMPLES[start]}")
    check_brackets(plain)
    return plain == text and not strange


def plainly(text: str) -> str:
    """The text with the ordinary sign for each that only looks otherwise, at the same place.

    >>> plainly("𝑥\u00a0+ ５")
    'x + 5'
    """
    if text.isascii():
        return text
    from unicodedata import decomposition, normalize  # start-up: few texts have such signs

    found = dict[int, str]()
    for c in set(text) - CHARACTERS - NOTATION:
        plain, how = normalize("NFKC", c), decomposition(c).partition(" ")[0]
        if c in UNSEEN or c.isspace():
            found[ord(c)] = UNSEEN.get(c, " ")
        elif how[:1] != "<" or how in ("<font>", "<wide>", "<small>"):
            found[ord(c)] = plain if plain in CHARACTERS | NOTATION else c  # so one sign for one
    return text.translate(found)


def subscript(signs: str) -> str:
    """What subscripts add to a name: x₁ is x1, and vₘₐₓ v_max."""
    plain = "".join(SUBSCRIPTS[c] for c in signs)
    return plain if plain[0].isdigit() else f"_{plain}"


def named(written: str) -> str:
    """The name that is written with subscripts.

    >>> named("x₁"), named("vₘₐₓ"), named("y")
    ('x1', 'v_max', 'y')
    """
    if written.isascii():
        return written
    signs = f"[{''.join(SUBSCRIPTS)}]+"
    return re.sub(signs, lambda found: subscript(found[0]), plainly(written))


def names_in(text: str) -> set[str]:
    """The names in a text that need not be right, notation's signs not among them.

    >>> sorted(names_in("2a + 1e3b² + x1c"))
    ['a', 'b', 'x1c']
    """
    return {named(found["name"]) for found in NAMES.finditer(plainly(text)) if found["name"]}


def renamed(text: str, name: str, other: str) -> str:
    """A text with another name for one.

    >>> renamed("2a² + a1", "a", "b")
    '2b² + a1'
    """
    return NAMES.sub(
        lambda found: other if found["name"] and named(found["name"]) == name else found[0], text
    )


def gathered(faults: Sequence[HodiffError]) -> HodiffError:
    """The first of faults in the text, with the others."""
    first, *more = sorted(faults, key=lambda fault: (fault.start or 0, fault.end or 0))
    first.more = more
    return first


def check_brackets(text: str) -> None:
    """Refuse brackets that are nested too deep or don't match."""
    open_at: list[int] = []
    for i, c in enumerate(text):
        if c in CLOSING:
            open_at.append(i)
            if len(open_at) > MAX_NESTING:
                message = f"the brackets are nested too deep: {MAX_NESTING} is the most"
                raise HodiffError("limit", message, start=i, end=i + 1)
        elif c in CLOSING.values():
            if not open_at:
                raise syntax(f"this '{c}' closes nothing: leave it out", i, i + 1)
            opening = text[open_at.pop()]
            if c != CLOSING[opening]:
                message = f"'{opening}' can't be closed by '{c}': write '{CLOSING[opening]}'"
                raise syntax(message, i, i + 1)
    if open_at:
        i = open_at[-1]
        raise syntax(f"this '{text[i]}' is never closed: add '{CLOSING[text[i]]}'", i, i + 1)


INSTEAD = {
    "∧": "and", "&": "and", "&&": "and", "∨": "or", "¬": "not", "~": "not", "ᴇ": "e",
    **dict.fromkeys(DEGREES, "*pi/180"), "{": "(", "}": ")", "⌊": "floor(", "⌋": ")",
    "⌈": "ceil(", "⌉": ")", "∆": "Δ", "‖": "norm(…)",
}  # fmt: skip
SIGNS = {
    "∑": "a sum is written sum(term, i, 1, n)",
    "∏": "a product is written product(factor, i, 1, n)",
    "∫": "integrals are not computed here",
    "ᵀ": "a product of vectors needs no 'ᵀ': write w @ x for wᵀx",
    "∞": "there is no infinity here: give a finite number",
    "∂": "EXPR is differentiated as it is: leave out '∂', and choose the variable by --wrt x",
    "∇": "EXPR is differentiated as it is: leave out '∇', and take the command grad",
    "?": "there is no '?': write where(condition, a, b)",
}
ACCENTS = {
    "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot",
}  # fmt: skip
MOST_STRANGE = 5  # characters that a message is made for


def bad_characters(text: str, strange: set[str]) -> list[HodiffError]:
    """What to write instead of the first of the characters that are strange, each once."""
    faults, seen, end = [], set[str](), 0
    for i, c in enumerate(text):
        if c in strange and c not in seen and i >= end:
            fault = bad_character(text, i)
            seen.add(c)
            faults.append(fault)
            end = fault.end or i
            if len(faults) == MOST_STRANGE:
                break
    return faults


def bad_character(text: str, i: int) -> HodiffError:
    """text[i] is no sign of the language: say what to write instead."""
    from unicodedata import decimal, decomposition, normalize  # start-up: for errors alone

    c, before = text[i], text[:i].rstrip()[-1:]
    if c in SIGNS:
        return syntax(SIGNS[c], i, i + 1)
    raised = (j for j in range(i, len(text)) if not decomposition(text[j]).startswith("<super>"))
    end = next(raised, len(text))
    plain = normalize("NFKC", text[i : max(end, i + 1)]).replace("−", "-").replace("⁄", "/")
    sayable = set(plain) <= CHARACTERS and plain.isprintable()
    letter = text[max(i - 1, 0) : i + 1] if c in ACCENTS else c
    accent = re.match(f"([{LETTER}])([{''.join(ACCENTS)}])", normalize("NFD", letter))
    if accent:  # ŷ, as one sign or as two
        message = f"write '{accent[1]}_{ACCENTS[accent[2]]}' instead of '{letter}'"
        return syntax(message, i + 1 - len(letter), i + 1)
    if end > i and sayable and c not in DEGREES:  # xᵃ
        return syntax(f"write '**{quote(plain)}' instead of '{quote(text[i:end])}'", i, end)
    sign = text[i : i + 2] if text[i : i + 2] in INSTEAD else c
    if sign in INSTEAD:
        message = f"write '{INSTEAD[sign]}' instead of '{sign}'"
        if sign in DEGREES:  # 1/30° and 2^45°
            message += ", and the product in brackets"
            angle = re.search(r"(?<!\w)(sin|cos|tan)\s*\(?\s*([\w.]+)\s*$", text[:i])
            if angle:
                message = f"write {angle[1]}d({quote(angle[2])}), which takes degrees"
    elif c in "'’′" and (before in LETTERS or before in (")", "]")):
        message = "a prime does not mean a derivative here: leave it out"
    elif c in "'\"`´‘’“”„′″":
        message = f"quotes do not belong here: leave out the {c}"
    elif c.isspace():
        message = f"write an ordinary space instead of the character U+{ord(c):04X}"
    elif "/" in plain and sayable:  # ½
        message = f"write '({plain})' instead of '{c}'"
        if before.isdecimal():
            message = f"write '+{plain}' instead of '{c}', and the sum in brackets"
    elif re.search(r"(?<!\w)log$", text[:i]) and (base := re.match(r"[₀-₉ₐₑ]+", text[i:])):
        written, end = normalize("NFKC", base[0]), i + base.end()
        message = f"write log(x, {written}) for the logarithm of x to this base"
        if written in ("2", "10"):
            message = f"write 'log{written}' instead of 'log{base[0]}'"
        return syntax(message, i, end)
    elif signs := re.match(f"[{''.join(SUBSCRIPTS)}]+", text[i:]):
        message = f"write '{quote(subscript(signs[0]))}' instead of '{quote(signs[0])}'"
        return syntax(message, i, i + signs.end())
    elif plain != c and sayable:
        message = f"write '{plain}' instead of '{c}'"
    elif decimal(c, None) is not None:
        message = f"write '{decimal(c)}' instead of '{c}'"
    elif c.isalpha():
        message = f"'{c}' can't be in a name: ASCII letters, digits, '_' and Greek letters can"
    elif c.isprintable():
        message = f"'{c}' does not belong here"
    else:
        message = f"the character U+{ord(c):04X} does not belong here: leave it out"
    return syntax(message, i, i + len(sign))


def syntax(message: str, start: int, end: int) -> HodiffError:
    """A syntax error at that place; parse adds the text."""
    return HodiffError("syntax", message, start=start, end=end)


def quote(text: str, most: int = 24) -> str:
    """text on one line, fit to print, cut where it is long."""
    text = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
    return text if len(text) <= most else text[: most - 1] + "…"
