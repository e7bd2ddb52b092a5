"""An outline as a tree in a terminal, as indented lines, or as a list in Markdown."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from hodiff.calculator.answer import Answer, Grid, encodable, text
from hodiff.calculator.tables import aligned, folded, sheet, shortened, shown

if TYPE_CHECKING:
    from rich.text import Text

LEAST = 24  # columns of a text; deeper in a narrow terminal, lines are longer than it
BREAK = re.compile(r"(?<=,)|(?<!\*)(?=\*(?!\*))|(?=/)")  # where a word may break: not in **
BRANCHES = {True: ("└── ", "    "), False: ("├── ", "│   ")}  # of the last one, and of others
ASCII_BRANCHES = {True: ("`-- ", "    "), False: ("|-- ", "|   ")}


QUAD = r"\quad "
SUPERSCRIPTS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


class Item(NamedTuple):
    """One line of an outline: how deep it is, its title, if any, and what it says; style: how
    rich shows the title."""

    depth: int
    title: str
    text: str
    style: str = "bold"


def tree(answer: Answer, outline: Sequence[Item], below: Grid) -> str:
    """Lines with branches, folded to the terminal's width, under the title; then what is below."""
    from rich.text import Text  # start-up: brings rich

    width = shutil.get_terminal_size().columns
    console, paper = sheet()
    console.print(Text(shortened(shown(answer.title), width), "bold"))
    if answer.reading is not None:
        console.print(Text(shortened(shown(f"= {answer.reading}"), width)))
    for branch in branching(outline, width):
        console.print(branch)
    paper.writelines(f"{line}\n" for line in _below(below, width))
    for note in answer.notes:
        for line in folded(shown(note), width):
            console.print(Text(line, "dim"))
    return paper.getvalue().removesuffix("\n")


def branching(outline: Sequence[Item], width: int) -> Iterator[Text]:
    """The lines of an outline with branches, folded to a width."""
    from rich.text import Text  # start-up: brings rich

    branches = BRANCHES if encodable("└├│") else ASCII_BRANCHES
    for item, last in zip(outline, lasts(outline), strict=True):
        stem = "".join(branches[x][1] for x in last[1:-1])
        first, rest = branches[last[-1]] if item.depth else ("", "  ")
        title = f"{item.title}: " if item.title and item.text else item.title
        lines = cut(shown(title + item.text), max(width - len(stem) - len(rest), LEAST))
        for i, line in enumerate(lines):
            head = shown(title)[: len(line)] if i == 0 else ""
            before = stem + (rest if i else first)
            yield Text.assemble((before, "dim"), (head, item.style), line[len(head) :])


def _below(below: Grid, width: int) -> list[str]:
    rows = list(below.rows)
    return [*folded(shown(below.above()), width), *aligned(rows)] if rows else []


def indented(outline: Sequence[Item], below: Grid) -> str:
    """A line each, two spaces a level."""
    lines = [
        "  " * item.depth + (f"{item.title}: " if item.title and item.text else item.title)
        + item.text for item in outline
    ]  # fmt: skip
    rows = [f"{label} = {value}" for label, value in below.rows]
    return shown("\n".join([*lines, *([below.above(), *rows] if rows else [])]))


def listed(outline: Sequence[Item], below: Grid) -> str:
    """Markdown: paragraphs, and under them lists in lists; what is below in a paragraph."""
    lines: list[str] = []
    for item in outline:
        colon = ": " if item.title and item.text else ""
        if item.depth:
            lines.append(f"{'  ' * (item.depth - 1)}- {item.title}{colon}{item.text}")
        else:
            title = f"**{item.title}**" if item.title else ""
            lines += ["", f"{title}{colon}{item.text}", ""]
    rows = [f"{label} = `{value}`" for label, value in below.rows]
    text = "\n".join([*lines, *(["", f"{below.above()}: {', '.join(rows)}"] if rows else [])])
    return shown(re.sub(r"\n{3,}", "\n\n", text).strip("\n"))


def nested(outline: Sequence[Item], below: Grid) -> str:
    """Lists in lists for a page, under headings, and what is below as a table: a fragment without
    styles of its own."""
    lines: list[str] = ['<div class="hodiff-outline">']
    depth = 0
    for item in outline:
        lines += ["</li></ul>"] * max(depth - item.depth, 0)
        if item.depth == 0:
            told = " ".join(filter(None, [item.title, item.text]))
            lines.append(f"<h3>{escape(told)}</h3>")
        else:
            lines.append("</li>" if depth >= item.depth else "<ul>" * (item.depth - depth))
            title = f"<b><code>{escape(item.title)}</code></b> " if item.title else ""
            lines.append(f"<li>{title}<code>{escape(item.text)}</code>")
        depth = item.depth
    lines += ["</li></ul>"] * depth
    rows = list(below.rows)
    if rows:
        lines.append(f"<table><caption>{escape(below.above())}</caption>")
        cells = ((escape(text(x)) for x in row) for row in rows)
        lines += [f'<tr><th scope="row">{x}</th><td>{y}</td></tr>' for x, y in cells]
        lines.append("</table>")
    return "\n".join([*lines, "</div>"])


def aligned_in_latex(outline: Sequence[Item], below: Grid) -> str:
    """Lines for amsmath, KaTeX and MathJax, a quad a level: lists nest four levels alone."""
    lines = []
    for item in outline:
        colon = ": " if item.title and item.text else ""
        lines.append(f"& {QUAD * item.depth}\\text{{{item.title}{colon}{item.text}}}")
    rows = [f"{label} = {value}" for label, value in below.rows]
    if rows:
        text = f"{below.above()}: {', '.join(rows)}".replace("_", "\\_")
        lines.append(f"& \\text{{{text}}}")
    body = SUPERSCRIPTS.sub(
        lambda match: f"$^{{{match[0].translate(DIGITS)}}}$", " \\\\\n".join(lines)
    ).replace("∂", r"$\partial$")
    return shown(f"\\begin{{align*}}\n{body}\n\\end{{align*}}")


def lasts(outline: Sequence[Item]) -> list[list[bool]]:
    """For each line and each level down to its own: whether nothing more comes at that level."""
    found = []
    more: list[bool] = []  # a line below at each level, under the same one
    for item in reversed(outline):
        del more[item.depth + 1 :]
        more += [False] * (item.depth + 1 - len(more))
        found.append([not x for x in more])
        more[item.depth] = True
    return found[::-1]


def cut(text: str, width: int) -> list[str]:
    """text in lines of at most width: at spaces, and a longer word before an operator or after a
    comma; whole where it has none."""
    lines = [""]
    for word in re.findall(r"\S+\s*|\s+", text):
        for piece in [word] if len(word.rstrip()) <= width else BREAK.split(word):
            if lines[-1] and len(lines[-1] + piece.rstrip()) > width:
                lines.append("")
            lines[-1] += piece
    return [line.rstrip() for line in lines]
