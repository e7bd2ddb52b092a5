"""A graph as a page of its own: its drawings, and its nodes as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from hodiff.views.diagram.description import Diagram
from hodiff.views.diagram.look import counted, title
from hodiff.views.diagram.svg import svg

MOST_NARROW = 40  # nodes; a larger graph is scrolled, not shrunk

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 90rem; }
code, td { font-family: ui-monospace, Menlo, Consolas, monospace; }
main { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
figure { margin: 0; flex: 1 1 20rem; min-width: 0; overflow-x: auto; }
svg { max-width: 100%; height: auto; }
.wide svg { max-width: none; }
details { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border-bottom: 1px solid #8888; padding: 0.15rem 0.8rem 0.15rem 0; text-align: left; }
"""


def figures(diagrams: Sequence[Diagram], values: Mapping[str, str], caption: str) -> Iterator[str]:
    """A figure for each diagram, to put into a page."""
    for diagram in diagrams:
        about = f"{title(diagram)}: {counted(diagram)}"
        wide = ' class="wide"' if len(diagram.nodes) > MOST_NARROW else ""
        yield f"<figure{wide}>\n{svg([diagram], values, f'{title(diagram)}: {caption}')}"
        yield f"<figcaption>{escape(about)}</figcaption>\n</figure>"


def nodes(diagram: Diagram, values: Mapping[str, str]) -> Iterator[str]:
    """Its nodes as a table."""
    yield "<table>"
    yield f"<caption>The nodes with {escape(title(diagram))}</caption>"
    head = ["node", "operation", "formula", "value", "walk", "its rule reads", "uses"]
    cells = [f'<th scope="col">{x}</th>' for x in head]
    yield f"<tr>{''.join(cells)}</tr>"
    for node in diagram.nodes:
        row = [
            node.label, node.operation or node.kind, node.formula, values.get(node.name, ""),
            node.walk or "written", ", ".join(node.reads), node.uses,
        ]  # fmt: skip
        yield f"<tr>{''.join(f'<td>{escape(str(x))}</td>' for x in row)}</tr>"
    yield "</table>"


def page(diagrams: Sequence[Diagram], values: Mapping[str, str], caption: str) -> str:
    """The whole page, which needs nothing else: no script and no network."""
    body = [f"<h1>The graph of <code>{escape(caption)}</code></h1>", "<main>"]
    body += [*figures(diagrams, values, caption), "</main>"]
    body += ["<details><summary>The nodes as a table</summary>"]
    body += [line for diagram in diagrams for line in nodes(diagram, values)]
    head = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(caption)}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
    ]
    return "\n".join([*head, *body, "</details>\n</body>\n</html>"]) + "\n"
