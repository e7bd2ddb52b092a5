"""What is refused before Lark sees a text: too long, nested too deep, strange signs, brackets."""

from __future__ import annotations

import re

from hodiff.errors import HodiffError

MAX_BYTES = 65536
MAX_NESTING = 200

# ASCII, '_', the micro sign, Greek without Coptic.
RANGES = "AZ az __ \u00b5\u00b5 ΆΆ ΈΊ ΌΌ ΎΡ Σϡ ϰϵ ϷϿ"
LETTERS = frozenset(chr(c) for ab in RANGES.split() for c in range(ord(ab[0]), ord(ab[1]) + 1))
CHARACTERS = LETTERS | frozenset("0123456789 \t\r\n\f\v+-*/%@^()[],:;=<>!.±")
CLOSING = {"(": ")", "[": "]"}
EXAMPLES = {"program": "an expression", "bindings": "name=value", "items": "values, as in 0.5,1"}


def check(text: str, start: str) -> None:
    """Refuse what is too long or nested too deep, strange characters and unmatched brackets."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise HodiffError("limit", f"the text is too long: {MAX_BYTES // 1024} KiB are the most")
    if start != "program" and "@" in text:  # FILE in the grammar: any characters, any brackets
        text = re.sub(r"(?<![^=,])\s*@[^,\0-\37]+", lambda match: "@" * len(match[0]), text)
    strange = set(text) - CHARACTERS
    if strange:
        raise bad_character(text, next(i for i, c in enumerate(text) if c in strange))
    if not text.strip():
        raise HodiffError("syntax", f"the text is empty: write {EXAMPLES[start]}")
    check_brackets(text)


def check_brackets(text: str) -> None:
    """Refuse brackets that are nested too deep or don't match."""
    open_at: list[int] = []
    for i, c in enumerate(text):
        if c in "([":
            open_at.append(i)
            if len(open_at) > MAX_NESTING:
                message = f"the brackets are nested too deep: {MAX_NESTING} is the most"
                raise HodiffError("limit", message, start=i, end=i + 1)
        elif c in ")]":
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
    "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "÷": "/", "∕": "/", "⁄": "/",
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "√": "sqrt(…)", "°": "*pi/180",
    "≤": "<=", "≥": ">=", "≠": "!=", "∧": "and", "&": "and", "&&": "and", "∨": "or", "||": "or",
    "|": "abs(…)", "¬": "not", "~": "not", "{": "(", "}": ")", "∆": "Δ",
}  # fmt: skip


def bad_character(text: str, i: int) -> HodiffError:
    """text[i] is none of CHARACTERS: say what to write instead."""
    from unicodedata import decimal, decomposition, normalize  # start-up: for errors alone

    from hodiff.engine.operations import FUNCTIONS  # start-up: for errors alone

    c, before = text[i], text[:i].rstrip()[-1:]
    raised = (j for j in range(i, len(text)) if not decomposition(text[j]).startswith("<super>"))
    end = next(raised, len(text))
    plain = normalize("NFKC", text[i : max(end, i + 1)]).replace("−", "-").replace("⁄", "/")
    sayable = set(plain) <= CHARACTERS and plain.isprintable()
    call = re.search(r"([A-Za-z]\w*)$", text[:i])
    argument = re.match(r"\([^()]*\)", text[end:])
    if end > i and sayable and call and call[1] in FUNCTIONS and argument:  # sin²(x)
        written = quote(f"{call[1]}{argument[0]}**{plain}")
        what = quote(call[1] + text[i : end + argument.end()])
        return syntax(f"write '{written}' instead of '{what}'", i, end)
    if end > i and sayable:  # x²³
        return syntax(f"write '**{quote(plain)}' instead of '{quote(text[i:end])}'", i, end)
    if absolute := re.match(r"\|([^|\n]+)\|", text[i:]):
        inside = quote(absolute[1])
        return syntax(f"write 'abs({inside})' instead of '|{inside}|'", i, i + absolute.end())
    sign = text[i : i + 2] if text[i : i + 2] in INSTEAD else c
    if sign in INSTEAD:
        message = f"write '{INSTEAD[sign]}' instead of '{sign}'"
    elif c in "'’′" and (before in LETTERS or before in (")", "]")):
        message = "a prime does not mean a derivative here: leave it out"
    elif c in "'\"`´‘’“”„′″":
        message = f"quotes do not belong here: leave out the {c}"
    elif c.isspace():
        message = f"write an ordinary space instead of the character U+{ord(c):04X}"
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
