"""piecewise((condition, value), ..., default): its pairs as the arguments that build takes, and the
mend for SymPy's, which have their conditions behind."""

from __future__ import annotations

from hodiff.errors import HodiffError
from hodiff.language.checks import quote, syntax
from hodiff.language.grammar import Node

ELSE = ("True", "true", "otherwise")  # conditions that stand for a default
LONG = 60  # characters of a mend that is shown whole
FORM = "piecewise((x < 0, -x), (x < 1, x**2), 1)"


def flatten(tree: Node, text: str) -> None:
    """Take the pairs of each piecewise apart, in place. Raises HodiffError."""
    stack = [tree]
    while stack:
        node = stack.pop()
        stack += [child for child in node.children if child is not None]
        if node.kind == "call" and node.value in ("piecewise", "Piecewise"):
            _flatten_one(node, text)


def _flatten_one(node: Node, text: str) -> None:
    pairs = [child for child in node.children if child.kind == "pair"]
    if not pairs:
        return
    *first, last = node.children
    if any(len(pair.children) != 2 for pair in pairs) or len(first) > len(pairs):
        odd = next(c for c in node.children if c.kind != "pair" or len(c.children) != 2)
        raise syntax(f"piecewise takes pairs, and a default: {FORM}", odd.start, odd.end)
    if any(_is_test(pair.children[1]) and not _is_test(pair.children[0]) for pair in pairs):
        raise _swapped(node, text)
    if last.kind == "pair" and not _is_else(last.children[0]):
        value = quote(text[last.children[1].start : last.children[1].end], LONG)
        message = f"piecewise needs a default behind its pairs; if '{value}' is it, write it alone"
        raise syntax(message, last.start, last.end)
    node.value = "piecewise"
    default = last.children[1] if last.kind == "pair" else last
    node.children = [part for pair in first for part in pair.children] + [default]


def _is_test(node: Node) -> bool:
    return (
        node.kind == "compare"
        or (node.kind == "operation" and node.value in ("and", "or", "not"))
        or _is_else(node)
    )


def _is_else(node: Node) -> bool:
    return node.kind == "name" and node.value in ELSE


def _swapped(node: Node, text: str) -> HodiffError:
    """The error for values in front of their conditions."""
    parts = []
    for child in node.children:
        if child.kind == "pair":
            value, test = (text[x.start : x.end] for x in child.children)
            parts.append(value if _is_else(child.children[1]) else f"({test}, {value})")
        else:
            parts.append(text[child.start : child.end])
    if node.children[-1].kind == "pair" and not _is_else(node.children[-1].children[1]):
        parts.append("default")
    mend = f"piecewise({', '.join(parts)})"
    mend = mend if len(mend) <= LONG and mend.isprintable() else FORM
    return syntax(f"the condition stands first here: write {mend}", node.start, node.end)
