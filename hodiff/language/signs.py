"""The tokens of a text, with those of signs that the grammar doesn't have: ² √ | ! × np. ..."""

from __future__ import annotations

import re
from typing import TypeAlias

import lark

from hodiff.engine.operations import FUNCTIONS
from hodiff.errors import HodiffError
from hodiff.language import complaints
from hodiff.language.bars import ENDS, paired
from hodiff.language.checks import (
    BRACKETS,
    DEGREES,
    FILE,
    FRACTIONS,
    LETTER,
    RAISED,
    READ,
    SUBSCRIPTS,
    bad_character,
    gathered,
    plainly,
    quote,
    subscript,
    syntax,
)
from hodiff.language.complaints import Tokens
from hodiff.language.grammar import parser
from hodiff.language.slips import ELEMENTARY

MOST_FAULTS = 10  # of one text
POSTFIX = {"FACTORIAL": "factorial", "DEGREE": "radians"}  # what stands behind a value, and calls
LONG = 60  # characters of a reading that a message can show

Rope: TypeAlias = "lark.Token | list[Rope]"
"""Tokens in lists of lists: parts are put together without being copied."""

LIBRARY = (
    rf"(?<![^\W\d])(?<!\.)(?:{'|'.join(complaints.LIBRARIES)})(?:\.[A-Za-z_]\w*)*\.(?=[A-Za-z_])"
)
SIGNS = re.compile(
    rf"(?P<raised>[{re.escape(''.join(RAISED))}]+)|(?P<plain>[{re.escape(''.join(READ))}])"
    rf"|(?P<root>[√∛])|(?P<bar>\|)|(?P<factorial>!(?!=))|(?P<library>{LIBRARY})"
    rf"|(?P<subscript>[{''.join(SUBSCRIPTS)}]+|(?<=[{LETTER}0-9])_\{{[{LETTER}0-9]+\}})"
    rf"|(?P<fraction>[{FRACTIONS}])|(?P<degree>[{DEGREES}])"
    rf"|(?P<open>[{''.join(BRACKETS)}])|(?P<close>[}}⌋⌉])"
    r"|(?P<dot>(?<!\.)\.(?=[-+*/^(]))"  # of what is done entry by entry: x.^2, sin.(x)
)
EXPONENT = re.compile(  # all that superscripts can say
    r"(?P<NUMBER>\d+)|(?P<NAME>[a-z]\w*)|(?P<SIGN>[+-])|(?P<LPAR>\()|(?P<RPAR>\))"
)
SIGNS_AND_FILES = re.compile(rf"(?P<file>{FILE})|{SIGNS.pattern}")


def token(kind: str, value: str, start: int, end: int) -> lark.Token:
    return lark.Token(kind, value, start_pos=start, end_pos=end)


def bracket(sign: str, at: int, end: int | None = None) -> lark.Token:
    kind = {"(": "LPAR", ")": "RPAR"}[sign]
    return token(kind, sign, at, at if end is None else end)


def fraction(sign: lark.Token) -> list[Rope]:
    """The tokens of a sign like ½, which is one number: (1/2)."""
    from unicodedata import normalize  # start-up: few texts have any

    at, end = left(sign), right(sign)
    over, under = normalize("NFKC", sign).split("⁄")
    parts = ("LPAR", "("), ("NUMBER", over), ("TIMES", "/"), ("NUMBER", under), ("RPAR", ")")
    return [token(kind, value, at, end) for kind, value in parts]


def flat(rope: Rope) -> Tokens:
    """The tokens of a rope."""
    found: Tokens = []
    todo = [rope]
    while todo:
        part = todo.pop()
        if isinstance(part, list):
            todo += reversed(part)
        else:
            found.append(part)
    return found


def rendered(rope: Rope) -> str:
    """A rope as text of the language."""
    words = {"and": " and ", "or": " or ", "not": "not ", ",": ", "}
    return "".join(words.get(part, str(part)) for part in flat(rope))


def begins_value(token: lark.Token) -> bool:
    return token.type in ("NAME", "NUMBER", "FRACTION", "ROOT") or token in ("(", "[")


def left(token: lark.Token) -> int:
    """Where a token of a text begins: Lark's type for it may be None."""
    return int(token.start_pos or 0)


def right(token: lark.Token) -> int:
    return int(token.end_pos or 0)


def grouped(rope: list[Rope]) -> list[Rope]:
    return [bracket("(", 0), rope, bracket(")", 0)]


class Signs:
    """A text as tokens, bars as calls of abs; and what is wrong with it.

    text    with an ordinary sign for each that only looks otherwise
    typed   as it was typed
    tokens  superscripts are ** and what they say; the types ROOT, FRACTION, FACTORIAL and DEGREE
            are left to do
    raised  where exponents begin that are written as superscripts
    used    whether there is notation that the grammar hasn't
    stray   the error for a '.' that begins no token, which ends the tokens
    """

    def __init__(self, text: str, start: str, strict: bool) -> None:
        self.typed, self.start, self.strict = text, start, strict
        self.text = plainly(text)
        if start != "program":  # names of files stay as they are
            for file in re.finditer(FILE, text):
                self.text = self.text[: file.start()] + file[0] + self.text[file.end() :]
        self.faults: list[HodiffError] = []
        self.used = False
        if self.text != text:
            for i, (sign, plain) in enumerate(zip(text, self.text, strict=True)):
                if sign != plain:
                    self.use_sign(i)
        self.stray: HodiffError | None = None
        self.raised: set[int] = set()
        self.tokens = self.lexed()

    def fault(self, fault: HodiffError) -> None:
        self.faults.append(fault)
        if len(self.faults) == MOST_FAULTS:
            raise gathered(self.faults)

    def use(self, start: int, end: int, message: str) -> None:
        """There is notation that strict refuses."""
        self.used = True
        if self.strict:
            self.fault(syntax(message, start, end))

    def use_sign(self, i: int) -> None:
        """The sign there is one that strict refuses."""
        self.used = True
        if self.strict:
            self.fault(bad_character(self.typed, i))

    def two(self, start: int, end: int, one: str, other: str) -> None:
        """A part of the text that has two readings."""
        message = f"'{quote(self.text[start:end], 40)}' has two readings"
        if len(one) <= LONG and len(other) <= LONG:
            message += f": write {one} or {other}"
        else:
            message += ": put what belongs together in brackets, and write each '*'"
        self.fault(syntax(message, start, end))

    def between(self, i: int) -> str:
        """What stands between a token and the one before it."""
        return self.text[right(self.tokens[i - 1]) : left(self.tokens[i])]

    def lexed(self) -> Tokens:
        """The text's tokens, those of signs that the grammar doesn't have among them."""
        pattern = SIGNS if self.start == "program" else SIGNS_AND_FILES
        found = pattern.finditer(self.text)
        signs = [m for m in found if m.lastgroup != "file" and not self.in_a_name(m)]
        parts, end = [], 0
        for m in signs:
            parts += [self.text[end : m.start()], " " * len(m[0])]
            end = m.end()
        blank = "".join([*parts, self.text[end:]])
        tokens: Tokens = []
        names: dict[int, re.Match[str]] = {}  # library prefixes, by where they end
        rest = iter(signs)
        sign = next(rest, None)
        try:
            for part in parser().lex(blank):
                while sign is not None and sign.start() < left(part):
                    self.sign(sign, tokens, names)
                    sign = next(rest, None)
                if left(part) in names:
                    part = self.of_library(names[left(part)], part)
                tokens.append(part)
        except lark.UnexpectedCharacters:  # a '.' that is no decimal point
            self.stray = complaints.stray_sign(blank)
        while sign is not None and (self.stray is None or sign.start() < (self.stray.start or 0)):
            self.sign(sign, tokens, names)
            sign = next(rest, None)
        if "|" in self.text:
            tokens = self.without_bars(tokens)
        return tokens

    def in_a_name(self, match: re.Match[str]) -> bool:
        """Whether what looks like a library goes on with a name: x2np.sin, and not 2np.sin."""
        start = match.start()
        if match.lastgroup != "library" or not self.text[start - 1 : start].isdigit():
            return False
        while start and (self.text[start - 1].isalnum() or self.text[start - 1] == "_"):
            start -= 1
        return not self.text[start].isdigit()

    def sign(self, match: re.Match[str], found: Tokens, names: dict[int, re.Match[str]]) -> None:
        """Add the tokens of one sign."""
        kind, sign, start, end = match.lastgroup, match[0], match.start(), match.end()
        if kind == "library":
            names[end] = match
        elif kind == "plain":
            plain = READ[sign]
            self.use(start, end, f"write '{plain}' instead of '{sign}'")
            types = {"*": "TIMES", "/": "TIMES", "-": "SIGN"}
            found.append(token(types.get(plain, "COMPARISON"), plain, start, end))
        elif kind == "raised":
            self.exponent(sign, start, found)
        elif kind == "subscript":
            self.subscript(sign, start, found)
        elif kind == "dot":
            after = self.text[end]
            self.use(start, end, f"write '{after}' instead of '.{after}'")
        elif kind == "close":
            self.use_sign(start)
            found.append(bracket(")", start, end))
        elif kind == "open":
            self.use_sign(start)
            if BRACKETS[sign]:
                found.append(token("NAME", BRACKETS[sign], start, start))
            found.append(bracket("(", start, end))
        else:
            if kind in ("fraction", "degree"):
                self.use_sign(start)
            found.append(token(str(kind).upper(), sign, start, end))

    def subscript(self, sign: str, start: int, found: Tokens) -> None:
        """Put a subscript, or what stands for one as in x_{1}, to the name before it."""
        name, end = found[-1] if found else None, start + len(sign)
        if name is None or name.type != "NAME" or right(name) != start:
            message = f"nothing stands before the subscript '{quote(sign)}': it belongs to a name"
            self.fault(syntax(message, start, end))
            return
        plain = f"_{sign[2:-1]}" if sign[0] == "_" else subscript(sign)
        if sign[0] == "_":
            self.use(start, end, f"write '{quote(plain)}' instead of '{quote(sign)}'")
        else:
            self.use_sign(start)
        found[-1] = token("NAME", str(name) + plain, left(name), end)

    def exponent(self, sign: str, start: int, found: Tokens) -> None:
        """Add the tokens of a run of superscripts: ** and what it says, in brackets where that
        isn't one number."""
        plain = "".join(RAISED[c] for c in sign)
        end = start + len(sign)
        last = found[-1] if found else None
        shown = plain if re.fullmatch(r"[+-]?\d+|\w+", plain) else f"({plain})"
        message = f"write '**{quote(shown)}' instead of '{quote(sign)}'"
        if last is None or not (complaints.ends_value(last) or last.type in ("BAR", *ENDS)):
            what = "a root is written sqrt(x), cbrt(x) or x**(1/n)"
            if self.text[end : end + 1] != "√":
                what = "nothing stands before the exponent"
            self.fault(syntax(f"'{quote(sign)}' is an exponent, and {what}", start, end))
            return
        inner = [
            token(str(m.lastgroup), m[0], start + m.start(), start + m.end())
            for m in EXPONENT.finditer(plain)
        ]
        called = self.strict and last.type == "NAME" and last in FUNCTIONS
        if called and (argument := re.match(r"\([^()]*\)", self.text[end:])):
            written = quote(f"{last}{argument[0]}**{plain}")
            what = quote(self.text[left(last) : end + argument.end()])
            message = f"write '{written}' instead of '{what}'"
        if plain == "-1" and f"a{last}" in FUNCTIONS:
            message = f"write 'a{last}' instead of '{last}{sign}'"
        self.use(start, end, message)
        found.append(token("POWER", "**", start, start))
        if re.fullmatch(r"[+-]?\d+", plain):
            found += inner
            self.raised.add(left(inner[-1]))
            return
        depth = 0
        for part in inner:
            depth += (part == "(") - (part == ")")
            if depth < 0:
                break
        if depth or not inner:
            self.fault(syntax(f"the brackets of '{quote(sign)}' don't match", start, end))
            return
        powers = re.sub(r"([a-z])(\d+)", r"\1**\2", plain)  # nothing can be raised higher: eˣ²
        product = re.sub(r"([a-z\d)])\(", r"\1*(", plain)
        if powers != plain:
            message = f"'{quote(sign)}' has two readings: write **({powers}) or **({plain})"
            self.fault(syntax(message, start, end))
        elif re.search(r"[a-z]\(", plain):  # of no function: xⁿ⁽ⁿ⁺¹⁾
            message = f"write '**({product})' instead of '{quote(sign)}'"
            self.fault(syntax(message, start, end))
        self.raised |= {start, end - 1}  # where its brackets stand
        found += [bracket("(", start), *inner, bracket(")", end - 1, end)]

    def of_library(self, match: re.Match[str], name: lark.Token) -> lark.Token:
        """The name that stands behind 'np.', 'Math.' ..., as this language has it."""
        known = complaints.NAMES.get(name, str(name))
        library = match[0].partition(".")[0]
        dot = match.start() + len(library)
        attribute = re.match(r"(?:\.\w+)*\.(\w+)", self.text[dot : right(name)])
        assert attribute is not None
        message = complaints.of_a_library(self.text, library, attribute, dot)
        if known in FUNCTIONS or known in ("pi", "e") or known in complaints.CALLS:
            self.use(dot, dot + 1, message)
        else:
            self.fault(syntax(message, dot, dot + 1))
        return token("NAME", known, match.start(), right(name))

    def without_bars(self, found: Tokens) -> Tokens:
        """The tokens with '|' as 'abs(' and ')'."""
        pairs, faults = paired(self.text, found)
        if faults:
            raise gathered([*self.faults, *faults])
        new: Tokens = []
        closes = {close: opening for opening, close in pairs.items()}
        for i, part in enumerate(found):
            if i in pairs:
                start, end = left(part), right(found[pairs[i]])
                inside = quote(self.text[start + 1 : end - 1].strip())
                call, last = f"abs({inside})", new[-1] if new else None
                if last is not None and right(last) == start and last.type in ("NAME", "NUMBER"):
                    call = f"({call})" if last in ELEMENTARY else f"*{call}"
                self.use(start, end, f"write '{call}' instead of '|{inside}|'")
                new += [token("NAME", "abs", start, right(part)), bracket("(", right(part))]
            elif i in closes:
                new.append(bracket(")", left(part), right(part)))
            else:
                new.append(part)
        return new
