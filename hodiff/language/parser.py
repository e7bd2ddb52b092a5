"""Text to syntax tree: limits first, then Lark with grammar/hodiff.lark, then notation and errors
that help."""

from __future__ import annotations

import re
from typing import Any, cast

import lark

from hodiff.errors import HodiffError
from hodiff.language.checks import check, quote, syntax
from hodiff.language.grammar import Node, parser

CALLS = ("pow", "power", "float_power", "square")  # functions of others that are operators here


def parse(text: str, start: str = "program", source: str = "EXPR", strict: bool = False) -> Node:
    """The syntax tree of text, or a HodiffError (kind syntax or limit) that points into it.

    start: "program" for an expression with definitions, "bindings" for x=2,y=[1, 2], "items" for
    0.5,1 (the result may then be of kind bindings too). source says where the text comes from.
    The tree's value is whether the text has notation that the grammar hasn't; strict refuses it.
    """
    try:
        rule = "program" if start == "program" else "entries"
        tree, stopped = None, None
        if check(text, start):
            try:
                tree = cast(Node, parser().parse(text, rule))
            except (lark.UnexpectedToken, lark.UnexpectedCharacters) as fault:
                stopped = fault
        if tree is None:
            tree = notation_tree(text, start, strict, stopped)
        if "iecewise" in text:
            from hodiff.language.pieces import flatten  # start-up: few texts have any

            flatten(tree, text)
        if start != "program":
            return check_entries(tree, text, start)
        if tree.children[-1].kind == "definition":
            whole_definition(tree, strict)
        if not strict and any(name in text for name in CALLS):
            written_out(tree)
        return tree
    except HodiffError as error:
        if error.kind == "syntax" and start == "program":
            from hodiff.language.elsewhere import whole  # start-up: for errors alone

            error = whole(text, source) or error
        raise error.placed(text, source) from None


def notation_tree(text: str, start: str, strict: bool, stopped: Exception | None) -> Node:
    """The tree of a text that isn't the grammar's own as it stands; stopped: where Lark stopped."""
    from hodiff.language import complaints, notation  # start-up: plain texts need neither

    tokens, used, stray = notation.translated(text, start, strict)
    if not used and isinstance(stopped, lark.UnexpectedToken):
        raise complaints.unexpected(text, start, tokens, stopped.token)
    reading: Any = parser().parse_interactive(start="program" if start == "program" else "entries")
    try:
        for token in tokens:
            reading.feed_token(token)
        if stray is not None:
            raise stray
        tree = cast(Node, reading.feed_eof())
    except lark.UnexpectedToken as fault:
        raise complaints.unexpected(text, start, tokens, fault.token) from None
    tree.value = used
    return tree


def whole_definition(tree: Node, strict: bool) -> None:
    """A text that is 'f(x) = ...' or 'y = ...' as a whole stands for its right side."""
    definition = tree.children[-1]
    name, parameters = definition.value
    (body,) = definition.children
    if strict or len(tree.children) > 1 or uses(body, name) or body.kind == "number":
        use = name if parameters is None else f"{name}({', '.join(parameters)})"
        message = f"nothing is computed: write an expression after it, '; {quote(use)}'"
        raise syntax(message, definition.start, body.end)
    tree.children, tree.value = [body], True


def uses(tree: Node, name: str) -> bool:
    return any(node.value == name and node.kind in ("name", "call") for node in nodes(tree))


def nodes(tree: Node) -> list[Node]:
    """All nodes of a tree, which may be deep."""
    found = [tree]
    for node in found:  # grows
        found += [child for child in node.children if child is not None]
    return found


def written_out(tree: Node) -> None:
    """pow(x, 2), square(x) as x**2, unless the text defines a function of that name."""
    own = {child.value[0] for child in tree.children[:-1]}
    for node in nodes(tree):
        if node.kind == "call" and node.value in CALLS and node.value not in own:
            if len(node.children) != (1 if node.value == "square" else 2):
                continue
            if node.value == "square":
                node.children.append(Node("number", 2, [], node.start, node.end))
            node.kind, node.value, tree.value = "operation", "pow", True


def check_entries(tree: Node, text: str, start: str) -> Node:
    """What --at or --v holds, all of one kind: bindings or items."""
    bound = start == "bindings" or tree.children[0].kind == "binding"
    tree.kind, tree.end = ("bindings" if bound else "items"), len(text.rstrip())
    for i, child in enumerate(tree.children):
        written = quote(text[child.start : child.end])
        if (child.kind == "binding") != bound and start == "items":
            message = "give all values names or none: w1=0.5,w2=1 or 0.5,1"
        elif i and bound and child.kind not in ("binding", "name", "compare"):
            message = f"missing name: {nameless(text, tree.children, i)}"
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


def nameless(text: str, entries: list[Node], i: int) -> str:
    """What to write for the entry that has no name, behind others that have: x=1,5 and x=1,2,3."""
    after = (k for k in range(i, len(entries)) if entries[k].kind == "binding")
    end = next(after, len(entries))
    name, first = entries[i - 1].value, entries[i - 1].children[0]
    one, other = text[first.start : first.end], text[entries[i].start : entries[i].end]
    said = []
    if end == i + 1 and re.fullmatch(r"-?\d+,\d.*", text[first.start : entries[i].end], re.DOTALL):
        said.append(f"for a decimal write {name}={quote(f'{one}.{other}', 40)}")
    if all(entry.kind != "interval" for entry in (first, *entries[i:end])):
        vector = ", ".join(
            " ".join(text[x.start : x.end].split()) for x in (first, *entries[i:end])
        )
        said.append(f"for a vector write {name}=[{vector if len(vector) < 40 else '…'}]")
    return ", ".join(said) or "write x=" + quote(other)
