"""graph: what an expression's graph consists of, and what each walk adds to it."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from collections.abc import Callable, Mapping, Sequence
from os import fspath
from pathlib import PurePath
from typing import Any

from hodiff.calculator.answer import Answer, Each, Row
from hodiff.calculator.request import Found, Request, usage
from hodiff.calculator.walks.walked import Walked, brief, walked, worded
from hodiff.engine.graph import Kind
from hodiff.errors import nearest
from hodiff.language.problem import Vector
from hodiff.views.diagram.description import Diagram, Node

CHOICES: Mapping[Any, Sequence[bool]] = {
    True: (True,),
    False: (False,),
    "both": (False, True),
}
KINDS = {
    "svg": "svg",
    "png": "png",
    "dot": "dot",
    "gv": "dot",
    "mermaid": "mermaid",
    "mmd": "mermaid",
    "html": "html",
}
"""The endings of --out, and what is written for each."""

Drawing = Callable[[Sequence[Diagram], Mapping[str, Any], str], str]


def graph(
    request: Request,
    order: int | None = None,
    create_graph: Any = None,
    out: Any = None,
    v: Vector | None = None,
) -> Answer:
    """The graph of EXPR, and what walks up to an order add to it.

    create_graph is the last walk's: True, False, or "both" for two graphs. v: the second walk is
    through the gradient times v.
    """
    out = fspath(out) if isinstance(out, PurePath) else out
    kind = _kind(out)
    asked = {None: True, "true": True, "false": False}.get(create_graph, create_graph)
    if not isinstance(asked, (bool, str)) or asked not in CHOICES:
        raise usage(f"create_graph is True, False or 'both', not {str(asked)[:60]!r}")
    found = walked(request, order, 0, v)
    choices = CHOICES[asked] if found.walks else (True,)
    diagrams = [found.kept(choice).diagram() for choice in choices]
    numbers, values = _values(request, found, diagrams)
    texts = {name: brief(x) for name, x in values.items() if x is not None}
    vector = found.vector()
    shown_v = brief(vector.values) if v is not None else ""
    caption = _caption(request, found, shown_v)

    def listed() -> list[dict[str, Any]]:
        return [as_json(diagram, values) for diagram in diagrams]

    def drawn(kind: str) -> str:
        return _drawing(kind)(diagrams, texts, caption)

    def records() -> list[Row]:
        head = ["create_graph", "node", "kind", "operation", "formula", "value", "walk", "inputs",
                "reads", "saved", "uses"]  # fmt: skip
        whole = {name: worded(x) for name, x in values.items() if x is not None}
        return [head, *(_record(d, x, whole) for d in diagrams for x in d.nodes)]

    answer = request.answer(
        numbers.plus(vector),
        {
            "variables": request.wrt if v is None else request.components(),
            "order": len(found.walks),
            **({} if v is None else {"v": vector.values}),
            "value": numbers.values[0],
            "result": found.result,
            "graphs": Each(listed),
            **({"out": out} if out is not None else {}),
        },
        [],
        lines=[
            [*([str(d.create_graph)] if len(diagrams) > 1 else []), *edge]
            for d in diagrams
            for edge in d.edges()
        ],
        header=[],
        rows=[],
    )
    answer = answer._replace(records=Each(records))

    def tree() -> str:
        from hodiff.calculator.walks.tree import tree as drawn_tree  # start-up: brings rich

        return drawn_tree(answer, diagrams, texts, shown_v)

    def saved() -> str:
        return "\n".join(f"{out}: {_counted(diagram)}" for diagram in diagrams)

    if out is not None:
        _save(out, kind, drawn)
    own: dict[str, Callable[[], str]] = {"table": tree if out is None else saved}
    own |= {style: lambda style=style: drawn(style).rstrip("\n")  # type: ignore[misc]
            for style in ("dot", "mermaid", "svg", "html")}  # fmt: skip
    return answer._replace(own=own)


def _counted(diagram: Diagram) -> str:
    from hodiff.views.diagram.look import counted, title  # start-up: pictures alone

    return f"{title(diagram)}, {counted(diagram)}"


def _caption(request: Request, found: Walked, v: str) -> str:
    text = " ".join(f"{found.result} = {request.problem.text}".split())[:80]
    return f"{text}, v = {v}"[:120] if v else text


def _values(
    request: Request, found: Walked, diagrams: Sequence[Diagram]
) -> tuple[Found, dict[str, Any]]:
    """What the nodes come to at the point, by name; nothing without one."""
    if not request.has_point:
        return Found([str(request.formulas([request.f])[0])]), {}
    numbers = found.numbers()
    names = [found.result]
    for walk in found.walks:
        names += [found.label(x, walk.order)[0] for x in walk.slopes]
    values = dict(zip(names, numbers.values, strict=True))
    tensors = {name: x for d in diagrams for name, x in d.tensors.items() if name not in values}
    others = found.values(list(tensors.values()))
    for (name, x), value in zip(tensors.items(), others.values, strict=True):
        values[name] = (
            bool(value) if x.operation.kind is Kind.CONDITION and value in (0, 1) else value
        )
    return numbers.plus(others._replace(at=numbers.at)), values


def as_json(diagram: Diagram, values: Mapping[str, Any]) -> dict[str, Any]:
    """A graph as json has it."""
    return {
        "create_graph": diagram.create_graph,
        "counts": diagram.counts(),
        "nodes": [
            {
                "name": x.name,
                "label": x.label,
                "kind": x.kind,
                "operation": x.operation or None,
                "formula": x.formula,
                **({"value": values[x.name]} if x.name in values else {}),
                "walk": x.walk,
                "inputs": list(x.inputs),
                "reads": list(x.reads),
                "saved": x.saved,
                "uses": x.uses,
            }
            for x in diagram.nodes
        ],
        "edges": [list(edge) for edge in diagram.edges()],
    }


def _record(diagram: Diagram, x: Node, texts: Mapping[str, str]) -> Row:
    return [
        str(diagram.create_graph), x.name, x.kind, x.operation, x.formula, texts.get(x.name, ""),
        x.walk, " ".join(x.inputs), " ".join(x.reads), str(x.saved), x.uses,
    ]  # fmt: skip


# Files.


def _kind(out: Any) -> str:
    """What a file is to hold, by its name's ending."""
    if out is None:
        return ""
    if not isinstance(out, str):
        raise usage(f"--out is text, not {type(out).__name__}", "--out")
    ending = PurePath(out).suffix.lstrip(".").lower()
    if ending not in KINDS:
        listed = ", ".join(f".{x}" for x in KINDS)
        mend = nearest(ending, list(KINDS)) if ending else ""
        raise usage(f"--out ends in what it is to be{mend}: one of {listed}", "--out")
    return KINDS[ending]


def _drawing(kind: str) -> Drawing:
    """What draws: each brought when it is asked for."""
    if kind == "dot":
        from hodiff.views.diagram.dot import dot  # start-up: one of many

        return dot
    if kind == "mermaid":
        from hodiff.views.diagram.mermaid import mermaid  # start-up

        return mermaid
    if kind == "svg":
        from hodiff.views.diagram.svg import svg  # start-up

        return svg
    from hodiff.views.diagram.page import page  # start-up

    return page


def _save(out: str, kind: str, drawn: Callable[[str], str]) -> None:
    from hodiff.calculator.output import save  # start-up: few ask

    if kind == "png":
        from hodiff.views.diagram.layout import rendered  # start-up

        save(out, rendered(drawn("dot"), "png"))
    else:
        save(out, drawn(kind).encode())
