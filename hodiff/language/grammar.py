"""Lark and the syntax tree: what grammar/hodiff.lark makes of a text."""

from __future__ import annotations

import functools
import os
from typing import Any, cast

import lark

from hodiff.errors import HodiffError
from hodiff.language.checks import named, quote, syntax

MAX_DIGITS = 1300  # a formula may print the 1234 of the largest folded constant
MAX_EXPONENT = 3000  # with its digits still fewer than the 4300 that Python prints

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
    pair        its ','                  the parts: an argument of piecewise, sum or prod
    operation   add sub mul div floordiv mod matmul pow neg pos not and or     1 or 2 operands
    compare     (lt le gt ge eq ne, …)   the operands, one more
    index       0-based                  base, item, …: any node or a slice
    slice                                lo, hi, step: each a node or None
    definition  (name, parameters|None)  the body;    start and end are those of the head
    program     whether notation is read the definitions, then the expression
    binding     the name                 the value;   start and end are those of the name
    interval                             centre, radius: the value of a binding alone
    file        the path                 as a binding's value, or among items
    array       numbers                  as a binding's value, from Python
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


def grammar_path() -> str:
    """Where hodiff.lark is: inside the package in a wheel, beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "grammar", "hodiff.lark")
    beside = os.path.join(os.path.dirname(package), "grammar", "hodiff.lark")
    return inside if os.path.exists(inside) else beside


@functools.cache
def parser() -> lark.Lark:
    """Lark, from the saved tables if this Lark made them, else from the grammar."""
    from hodiff.language import saved_parser as saved  # start-up: help needs no parser

    if lark.__version__ == saved.LARK_VERSION:
        load: Any = lark.Lark._load_from_dict  # what Lark's own stand-alone parsers call
        return cast(lark.Lark, load(saved.DATA, saved.MEMO, transformer=Build))
    with open(grammar_path(), encoding="utf-8") as file:
        return lark.Lark(file.read(), transformer=Build, **LARK_OPTIONS)


BINARY = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod", "@": "matmul",
    "**": "pow", "^": "pow", "and": "and", "or": "or",
}  # fmt: skip
PAIRED = ("piecewise", "Piecewise", "sum", "prod", "product")  # that take (a, b) as arguments
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
        for child in tree.children[:-1]:
            if child.kind != "definition":
                message = "only a definition ends with ';': write a = … and use a behind it"
                raise syntax(message, child.start, child.end)
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
            message = (
                "a definition is a = … or f(t) = …; to compare write '==', and an equation is for"
                " the commands implicit and roots"
            )
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
        return node("name", normal(parts[0]), [], parts)

    @staticmethod
    def call(parts: list[Any]) -> Node:
        called = node("call", normal(parts[0]), parts[2:-1:2], parts)
        if called.value not in PAIRED:
            for child in called.children:
                if child.kind == "pair":
                    raise stray_comma(child.value)
        return called

    @staticmethod
    def pair(parts: list[Any]) -> Node:
        return node("pair", parts[2], parts[1:-1:2], parts)

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


def stray_comma(comma: Any, more: str = "") -> HodiffError:
    """The error for a ',' between values that stand alone."""
    message = f"',' only stands between arguments or elements: a vector is [a, b]{more}"
    return syntax(message, comma.start_pos, comma.end_pos)


def normal(token: str) -> str:
    """The name that a token stands for."""
    plain = named(str(token)).replace("\u00b5", "\u03bc")  # micro sign: the letter mu
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
    from fractions import Fraction  # start-up: 3 ms, and most numbers are whole

    return Fraction(digits, scale)


def too_long(token: lark.Token, message: str) -> HodiffError:
    return HodiffError("limit", message, start=token.start_pos, end=token.end_pos)
