"""explain: the forward values, and then the backward walk node by node."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from hodiff.calculator import trees
from hodiff.calculator.answer import Answer, Each, Entry, Grid, Row, leaves
from hodiff.calculator.request import Request, above, usage
from hodiff.calculator.trees import Item
from hodiff.calculator.walks.account import as_json, marked, outline, records, told_walks, values_of
from hodiff.calculator.walks.walked import Walked, brief, walked
from hodiff.language.problem import Vector

MOST_NODES = 300  # of all that is told
INSTEAD = "take a lower --order, or a part of EXPR; hodiff grad has the numbers alone"


def explain(
    request: Request, order: int | None = None, torch: bool = False, v: Vector | None = None
) -> Answer:
    """How the derivative of EXPR comes about on its graph, walk by walk.

    torch: with a program for PyTorch that does the same. v: the second walk is through the
    gradient times v.
    """
    found = walked(request, order, v=v)
    if torch and not request.has_point:
        raise usage("--torch needs numbers to start from: give a point, --at", "--torch")
    if torch and request.problem.radii:
        raise usage("PyTorch has no intervals: leave out --torch", "--torch")
    n = sum(len(walk.visits) for walk in found.walks)
    if n > MOST_NODES:
        raise usage(
            f"the walks visit {n} nodes, and {MOST_NODES} can be told: {INSTEAD}", "EXPR", "limit"
        )
    told = list(told_walks(found, found.diagram()))
    numbers, vector = found.numbers(), found.vector()
    value = values_of(found, told) if request.has_point else {}
    program = _program(found, numbers.at or {}, vector.values) if torch else None
    entries = _entries(found, numbers.values[1:])
    named = {entry.label: entry.value for entry in entries}
    n = len(request.wrt)
    fields: dict[str, Any] = {"gradient": request.named(numbers.values[1 : n + 1])}
    if v is not None:
        fields |= {"v": vector.values, "hvp": leaves(numbers.values[n + 1 :])}
    elif len(found.walks) > 1:
        fields = {"variable": request.wrt[0], "derivatives": numbers.values[1:]}
    answer = request.answer(
        numbers.plus(vector),
        {
            "variables": request.wrt if v is None else request.components(),
            "order": len(found.walks),
            "value": numbers.values[0],
            "result": found.result,
            **fields,
            "walks": Each(lambda: (as_json(one, value) for one in told)),
            **({"torch": program} if program is not None else {}),
        },
        entries,
        lines=[],
        header=[],
        rows=[],
    )
    at = numbers.at
    rows: list[Row] = [[found.result, numbers.values[0]], *([x, y] for x, y in named.items())]
    below = Grid(lambda: above(None, at or {}) or "in the variables", [], rows)
    after = "" if program is None else f"The same in PyTorch:\n\n{program}"

    def outlined() -> list[Item]:
        told_v = brief(vector.values)
        return [item for one in told for item in outline(found, one, value, told_v)]

    def fenced() -> str:
        listed = trees.listed([*map(marked, outlined())], below)
        return listed if program is None else f"{listed}\n\n```python\n{program}\n```"

    def paged() -> str:
        code = "" if program is None else f"<pre><code>{escape(program)}</code></pre>"
        return _joined(trees.nested(outlined(), below), code)

    own: Mapping[str, Callable[[], str]] = {
        "table": lambda: _joined(trees.tree(answer, outlined(), below), after),
        "plain": lambda: _joined(trees.indented(outlined(), below), after),
        "markdown": fenced,
        "html": paged,
    }
    return answer._replace(own=own, records=Each(lambda: records(told, value)))


def _joined(text: str, after: str) -> str:
    return f"{text}\n\n{after}" if after else text


def _entries(found: Walked, values: Sequence[Any]) -> list[Entry]:
    """The derivatives that all comes to."""
    labels = [found.label(x, walk.order) for walk in found.walks for x in walk.slopes]
    return [Entry(name, label, value) for (name, label), value in zip(labels, values, strict=True)]


def _program(found: Walked, at: Mapping[str, Any], v: Sequence[Any]) -> str:
    from hodiff.calculator.walks.torch_program import program  # start-up: few ask

    return program(found, at, v)
