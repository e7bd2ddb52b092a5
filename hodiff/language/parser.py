"""Text to syntax tree: limits first, then Lark with grammar/hodiff.lark, then errors that help."""

from __future__ import annotations

from typing import cast

import lark

from hodiff.errors import HodiffError
from hodiff.language.checks import check, quote, syntax
from hodiff.language.grammar import Node, parser


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
            from hodiff.language import complaints  # start-up: for errors alone

            raise complaints.stray_sign(text) from None
        except lark.UnexpectedToken as fault:
            from hodiff.language import complaints  # start-up: for errors alone

            raise complaints.unexpected(text, start, fault.token) from None
        return tree if program else check_entries(tree, text, start)
    except HodiffError as error:
        error.text, error.source = text, source
        raise


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
