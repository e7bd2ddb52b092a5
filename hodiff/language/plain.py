"""A syntax tree as text of the language: how notation was read, with no more brackets than needed.

The text reads back as the same tree. Nothing recurses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from hodiff.language.grammar import BINARY, COMPARISON, Node

# Precedences, the grammar's: what binds tighter is higher.
OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGNED, POWER, OPERAND = range(9)

Part: TypeAlias = "str | tuple[Node | None, int]"

# Of an operation: its sign, its precedence, and that which its operands need.
BINARY_FORMS = {
    "or": (" or ", OR, OR, AND), "and": (" and ", AND, AND, NOT),
    "add": (" + ", SUM, SUM, PRODUCT), "sub": (" - ", SUM, SUM, PRODUCT),
    "mul": ("*", PRODUCT, PRODUCT, SIGNED), "div": ("/", PRODUCT, PRODUCT, SIGNED),
    "floordiv": ("//", PRODUCT, PRODUCT, SIGNED), "mod": (" % ", PRODUCT, PRODUCT, SIGNED),
    "matmul": (" @ ", PRODUCT, PRODUCT, SIGNED), "pow": ("**", POWER, OPERAND, SIGNED),
}  # fmt: skip
UNARY_FORMS = {"neg": ("-", SIGNED), "pos": ("+", SIGNED), "not": ("not ", NOT)}
SIGNS = {name: sign for sign, name in COMPARISON.items()}

assert set(BINARY_FORMS) == set(BINARY.values())


def reading(sides: Sequence[Node], text: str) -> str:
    """A program, or the two sides of an equation, read from text, as plain text of the language."""
    left, *right = (tree.children for tree in sides)
    parts = [written(child, text) for child in left]
    return " = ".join(["; ".join(parts), *(written(side[-1], text) for side in right)])


def written(tree: Node, text: str) -> str:
    """A definition or an expression; numbers as they are in text, where they are there."""
    found: list[str] = []
    todo: list[Part] = [(tree, OR)]
    while todo:
        part = todo.pop()
        if isinstance(part, str):
            found.append(part)
            continue
        node, needed = part
        if node is None:
            continue
        precedence, parts = form(node, text)
        if precedence < needed:
            parts = ["(", *parts, ")"]
        todo += reversed(parts)
    return "".join(found)


def form(node: Node, text: str) -> tuple[int, list[Part]]:
    """The precedence of a node, and its parts."""
    kind, children = node.kind, node.children
    if kind == "number":
        return OPERAND, [literal(node, text)]
    if kind == "name":
        return OPERAND, [node.value]
    if kind == "call":
        return OPERAND, [node.value, "(", *listed(children), ")"]
    if kind == "pair":
        return OPERAND, ["(", *listed(children), ")"]
    if kind == "vector":
        return OPERAND, ["[", *listed(children), "]"]
    if kind == "index":
        base: Part = (children[0], OPERAND)
        if children[0].kind == "number":
            return OPERAND, ["(", base, ")[", *listed(children[1:]), "]"]
        return OPERAND, [base, "[", *listed(children[1:]), "]"]
    if kind == "slice":
        low, high, step = children
        more: list[Part] = [":", (step, OR)] if step is not None else []
        return OR, [(low, OR), ":", (high, OR), *more]
    if kind == "compare":
        parts: list[Part] = [(children[0], SUM)]
        for name, child in zip(node.value, children[1:], strict=True):
            parts += [f" {SIGNS[name]} ", (child, SUM)]
        return COMPARE, parts
    if kind == "definition":
        name, parameters = node.value
        head = name if parameters is None else f"{name}({', '.join(parameters)})"
        return OR, [f"{head} = ", (children[0], OR)]
    assert kind == "operation", kind
    if node.value in UNARY_FORMS:
        sign, precedence = UNARY_FORMS[node.value]
        return precedence, [sign, (children[0], precedence)]
    sign, precedence, left, right = BINARY_FORMS[node.value]
    return precedence, [(children[0], left), sign, (children[1], right)]


def listed(nodes: list[Any]) -> list[Part]:
    parts: list[Part] = []
    for node in nodes:
        parts += [", ", (node, OR)] if parts else [(node, OR)]
    return parts


def literal(node: Node, text: str) -> str:
    """A number as it was typed; one that is written by signs, as x², in digits."""
    typed = text[node.start : node.end]
    return typed if re.fullmatch(r"(?a:[\d.][\w.+-]*)", typed) else str(node.value)
