"""Text to syntax tree: limits first, then Lark with grammar/hodiff.lark, then errors that help."""

from __future__ import annotations

import functools
import os
import re
from typing import Any, cast

import lark

from hodiff.errors import HodiffError

MAX_BYTES = 65536
MAX_NESTING = 200
MAX_DIGITS = 1000
MAX_EXPONENT = 5000

# What hodiff.lark needs; grammar/save_parser.py compiles with the same.
LARK_OPTIONS: dict[str, Any] = {
    "parser": "lalr",
    "lexer": "basic",
    "start": ["program", "entries"],
    "keep_all_tokens": True,
}


class Node:
    """A part of the syntax tree: text[start:end] is where it stands.

    kind        value                    children
    number      int or Fraction, exact
    name        the name
    vector                               the elements
    call        the function's name      the arguments
    operation   add sub mul div floordiv mod matmul pow neg pos not and or     1 or 2 operands
    compare     (lt le gt ge eq ne, …)   the operands, one more
    index       0-based                  base, item, …: any node or a slice
    slice                                lo, hi, step: each a node or None
    definition  (name, parameters|None)  the body;    start and end are those of the head
    program                              the definitions, then the expression
    binding     the name                 the value;   start and end are those of the name
    interval                             centre, radius: the value of a binding alone
    file        the path                 as a binding's value, or among items
    bindings                             of binding
    items                                of expressions and files
    """

    __slots__ = ("children", "end", "kind", "start", "value")

    def __init__(self, kind: str, value: Any, children: list[Any], start: int, end: int) -> None:
        self.kind = kind
        self.value = value
        self.children = children
        self.start = start
        self.end = end

    def __repr__(self) -> str:  # no children, no value: they may be too deep or long to print
        return f"<{self.kind} at {self.start}:{self.end}>"


def parse(text: str, start: str = "program", source: str = "EXPR") -> Node:
    """The syntax tree of text, or a HodiffError (kind syntax or limit) that points into it.

    start: "program" for an expression with definitions, "bindings" for x=2,y=[1, 2], "items" for
    0.5,1 (the result may then be of kind bindings too). source says where the text comes from.
    """
    try:
        check(text, start)
        program = start == "program"
        try:
            tree = cast(Node, parser().parse(text, "program" if program else "entries"))
        except lark.UnexpectedCharacters:  # a '.' or '!' alone: check let no other sign through
            raise stray_sign(text, tokens(text)) from None
        except lark.UnexpectedToken as fault:
            raise unexpected(text, start, fault.token) from None
        return tree if program else check_entries(tree, text, start)
    except HodiffError as error:
        error.text, error.source = text, source
        raise


def syntax(message: str, start: int, end: int) -> HodiffError:
    """A syntax error at that place; parse adds the text."""
    return HodiffError("syntax", message, start=start, end=end)


# ------------------------------------------------------------------ the parser


def grammar_path() -> str:
    """Where hodiff.lark is: inside the package in a wheel, beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "grammar", "hodiff.lark")
    beside = os.path.join(os.path.dirname(package), "grammar", "hodiff.lark")
    return inside if os.path.exists(inside) else beside


@functools.cache
def parser() -> lark.Lark:
    """Lark, from the saved tables if this Lark made them, else from the grammar."""
    from hodiff.language import saved_parser as saved

    if lark.__version__ == saved.LARK_VERSION:
        load: Any = lark.Lark._load_from_dict  # what Lark's own stand-alone parsers call
        return cast(lark.Lark, load(saved.DATA, saved.MEMO, transformer=Build))
    with open(grammar_path(), encoding="utf-8") as file:
        return lark.Lark(file.read(), transformer=Build, **LARK_OPTIONS)


BINARY = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod", "@": "matmul",
    "**": "pow", "^": "pow", "and": "and", "or": "or",
}  # fmt: skip
UNARY = {"+": "pos", "-": "neg", "not": "not"}
COMPARISON = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}


class Group:
    """A node in brackets: what is around it begins and ends with the brackets, the node doesn't."""

    __slots__ = ("end", "inner", "start")

    def __init__(self, inner: Node, start: int, end: int) -> None:
        self.inner, self.start, self.end = inner, start, end


def bare(part: Any) -> Any:
    return part.inner if type(part) is Group else part


def node(kind: str, value: Any, children: list[Any], parts: list[Any]) -> Node:
    """A node that reaches from the first to the last of parts: Nodes, Groups and tokens."""
    first, last = parts[0], parts[-1]
    start = first.start if type(first) in (Node, Group) else first.start_pos
    end = last.end if type(last) in (Node, Group) else last.end_pos
    return Node(kind, value, [bare(child) for child in children], start, end)


class Build:
    """A method for each rule of the grammar; Lark calls it with the parts it found."""

    @staticmethod
    def program(parts: list[Any]) -> Node:
        tree = node("program", None, parts[::2], parts)
        *definitions, result = tree.children
        for child in definitions:
            if child.kind != "definition":
                message = "only a definition ends with ';': write a = … and use a behind it"
                raise syntax(message, child.start, child.end)
        if result.kind == "definition":
            name, parameters = result.value
            use = name if parameters is None else f"{name}({', '.join(parameters)})"
            message = f"nothing is computed: write an expression after it, '; {quote(use)}'"
            raise syntax(message, result.start, result.children[0].end)
        return tree

    @staticmethod
    def definition(parts: list[Any]) -> Node:
        head, _, body = map(bare, parts)
        parameters = None
        if head.kind == "call":
            seen: dict[str, None] = {}
            for child in head.children:
                if child.kind != "name":
                    message = "a parameter is a name: write f(t) = … (or '==' to compare)"
                    raise syntax(message, child.start, child.end)
                if child.value in seen:
                    message = f"the parameter '{quote(child.value)}' is there twice"
                    raise syntax(message, child.start, child.end)
                seen[child.value] = None
            parameters = tuple(seen)
        elif head.kind != "name":
            message = "a definition is a = … or f(t) = …; to compare write '=='"
            raise syntax(message, head.start, head.end)
        return Node("definition", (head.value, parameters), [body], head.start, head.end)

    @staticmethod
    def entries(parts: list[Any]) -> Node:
        return node("entries", None, parts[::2], parts)

    @staticmethod
    def binding(parts: list[Any]) -> Node:
        name, _, value = map(bare, parts)
        if name.kind != "name":
            message = "only a name can be given a value: write name=value"
            raise syntax(message, name.start, name.end)
        return Node("binding", name.value, [value], name.start, name.end)

    @staticmethod
    def interval(parts: list[Any]) -> Node:
        return node("interval", None, parts[::2], parts)

    @staticmethod
    def file(parts: list[Any]) -> Node:
        (token,) = parts
        start = token.start_pos + token.index("@")
        path = token[token.index("@") + 1 :].strip()
        if not path:
            raise syntax("the name of the file is missing: write @name", start, start + 1)
        return Node("file", path, [], start, token.start_pos + len(token.rstrip()))

    @staticmethod
    def binary(parts: list[Any]) -> Node:
        return node("operation", BINARY[parts[1]], parts[::2], parts)

    @staticmethod
    def unary(parts: list[Any]) -> Node:
        return node("operation", UNARY[parts[0]], parts[1:], parts)

    @staticmethod
    def comparison(parts: list[Any]) -> Node:
        return node("compare", tuple(COMPARISON[sign] for sign in parts[1::2]), parts[::2], parts)

    @staticmethod
    def number(parts: list[Any]) -> Node:
        return node("number", number(parts[0]), [], parts)

    @staticmethod
    def name(parts: list[Any]) -> Node:
        return node("name", name(parts[0]), [], parts)

    @staticmethod
    def call(parts: list[Any]) -> Node:
        return node("call", name(parts[0]), parts[2:-1:2], parts)

    @staticmethod
    def group(parts: list[Any]) -> Group:
        return Group(bare(parts[1]), parts[0].start_pos, parts[2].end_pos)

    @staticmethod
    def vector(parts: list[Any]) -> Node:
        return node("vector", None, parts[1:-1:2], parts)

    @staticmethod
    def index(parts: list[Any]) -> Node:
        return node("index", None, [parts[0], *parts[2:-1:2]], parts)

    @staticmethod
    def slice(parts: list[Any]) -> Node:
        bounds = [*parts[::2], None][:3]
        return node("slice", None, bounds, [part for part in parts if part is not None])

    @staticmethod
    def absent(parts: list[Any]) -> None:
        return None


def name(token: str) -> str:
    """The name that a token stands for."""
    plain = str(token).replace("\u00b5", "\u03bc")  # micro sign: the letter mu
    return "pi" if plain == "\u03c0" else plain


def number(token: lark.Token) -> Any:
    """The exact value of a literal: an int where it is whole, else a Fraction."""
    mantissa, _, exponent = token.replace("_", "").lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    if len(whole) + len(decimals) > MAX_DIGITS:
        raise too_long(token, f"a number may have {MAX_DIGITS} digits at most")
    size = exponent.lstrip("+-0") or "0"
    if len(size) > 4 or int(size) > MAX_EXPONENT:
        raise too_long(token, f"an exponent may be from -{MAX_EXPONENT} to {MAX_EXPONENT}")
    digits = int(whole + decimals)
    power = (-int(size) if exponent.startswith("-") else int(size)) - len(decimals)
    scale = 10 ** abs(power)
    if power >= 0:
        return digits * scale
    if digits % scale == 0:
        return digits // scale
    from fractions import Fraction  # only here: its import costs time

    return Fraction(digits, scale)


def too_long(token: lark.Token, message: str) -> HodiffError:
    return HodiffError("limit", message, start=token.start_pos, end=token.end_pos)


# ------------------------------------------------------------------ before Lark


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
    from unicodedata import decimal, decomposition, normalize

    c, before = text[i], text[:i].rstrip()[-1:]
    raised = (j for j in range(i, len(text)) if not decomposition(text[j]).startswith("<super>"))
    end = next(raised, len(text))
    plain = normalize("NFKC", text[i : max(end, i + 1)]).replace("−", "-").replace("⁄", "/")
    sayable = set(plain) <= CHARACTERS and plain.isprintable()
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


# ------------------------------------------------------------------ after Lark


def check_entries(tree: Node, text: str, start: str) -> Node:
    """What --at or --v holds, all of one kind: bindings or items."""
    bound = start == "bindings" or tree.children[0].kind == "binding"
    tree.kind, tree.end = ("bindings" if bound else "items"), len(text.rstrip())
    for child in tree.children:
        written = quote(text[child.start : child.end])
        if (child.kind == "binding") != bound and start == "items":
            message = "give all values names or none: w1=0.5,w2=1 or 0.5,1"
        elif child.kind == "interval":
            message = f"an interval needs a name: write x={written}"
        elif (child.kind == "binding") == bound:
            continue
        elif child.kind == "name":
            message = f"missing '=': write {written}=…"
        elif child.kind == "compare" and child.value == ("eq",):
            message = "write '=' instead of '=='"
        else:
            message = f"missing name: write x={written}"
        raise syntax(message, child.start, child.end)
    return tree


# ------------------------------------------------------------------ where Lark stops


Tokens = list[Any]  # of lark.Token, whose positions have the type int | None

INTERVAL = "is for intervals, and these stand alone behind a name: --at x=2+/-0.1"
GLUED = {"<>": "!=", "=<": "<=", "=>": ">=", "===": "==", "!==": "!=", ":=": "="}
LIBRARIES = ("math", "np", "numpy", "scipy", "jnp", "torch", "sympy", "cmath", "Math")


def tokens(text: str) -> Tokens:
    """The tokens of text, up to a sign that is none."""
    found: Tokens = []
    try:
        for token in parser().lex(text):
            found.append(token)
    except lark.UnexpectedCharacters:
        pass
    return found


def stray_sign(text: str, found: Tokens) -> HodiffError:
    """The error for a '.' or '!' behind the tokens found that begins no token."""
    last = found[-1] if found else None
    i = last.end_pos if last else 0
    i += len(text[i:]) - len(text[i:].lstrip())
    if text[i] == "!":
        message = "write 'not' instead of '!'"
        if last and ends_value(last):
            value = quote(left_of(text, found, len(found)))
            message = f"write 'gamma({value}+1)' instead of '{value}!'"
    else:
        message = "a '.' is a decimal point and nothing else"
        if text[i + 1 : i + 2] in tuple("*/^"):
            message = f"write '{text[i + 1]}' instead of '.{text[i + 1]}'"
        elif last in LIBRARIES and (attribute := re.match(r"\.(\w+)", text[i:])):
            name = quote(attribute[1])
            message = f"write '{name}' instead of '{last}.{name}'"
    return syntax(message, i, i + 1)


def unexpected(text: str, start: str, stopped: lark.Token) -> HodiffError:
    """The error for a text that can't go on with the token stopped."""
    found = tokens(text)
    at = len(found)
    if stopped.type != "$END":
        at = next(i for i, token in enumerate(found) if token.start_pos == stopped.start_pos)
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
    elif here.type == "PLUS_MINUS":
        message = f"'{here}' {INTERVAL}"
    elif here == ";":
        message = "write ',' instead of ';'" if where == "entries" else "';' can't be in brackets"
    elif here == ",":
        message = "',' only stands between arguments or elements: a vector is [a, b]"
        pair = [token for token in found[at - 1 : at + 2] if token.type == "NUMBER"]
        if len(pair) == 2 and "." not in pair[0] + pair[1]:
            message += f", a decimal {quote(pair[0])}.{quote(pair[1])}"
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
    another = found[after : after + 1] == ["="] or (where == "program" and "\n" in between)
    message = f"missing '*': write {left}*{right}"
    if here == "if":
        message = "there is no 'if': write where(condition, a, b)"
    elif here.type == "NOT":
        message = "missing operator before 'not'"
    elif another and "=" in found[:at] and where in ("program", "entries"):
        message = f"missing '{';' if where == 'program' else ','}' before '{quote(here)}'"
    elif len(left) > 24 or len(right) > 24:
        message = f"missing '*' before '{quote(here)}'"
    elif where in ("[", "entries"):
        message = f"missing '*' or ',': write {left}*{right} or {left}, {right}"
    elif re.match("[A-Za-z]{2}", before) and before != "pi" and here.type in ("NAME", "NUMBER"):
        message = f"missing '*': write {left}*{right}, or {left}({right}) for a call"
    return syntax(message, here.start_pos, here.end_pos)


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


def quote(text: str, most: int = 24) -> str:
    """text on one line, fit to print, cut where it is long."""
    text = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
    return text if len(text) <= most else text[: most - 1] + "…"
