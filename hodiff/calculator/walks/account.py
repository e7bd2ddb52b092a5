"""The walks of explain: what is said of each, as lines of an outline, for json and for csv."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hodiff.calculator.answer import Row
from hodiff.calculator.trees import Item
from hodiff.calculator.walks.walked import Walked, brief, worded
from hodiff.engine.graph import Kind, Tensor
from hodiff.views.diagram.account import Sent, Step, account, in_names
from hodiff.views.diagram.description import Diagram, Node
from hodiff.views.diagram.look import look
from hodiff.views.diagram.walks import PRODUCT, Origin

LONGEST = 160  # characters of a formula in a line

Values = dict[Tensor, Any]
"""What tensors come to at the point; nothing where there is none."""


class Told(NamedTuple):
    """One walk, told: what it started at, the nodes that there were, and its steps.

    forward  what was there before it and is new since the walk before: what was written, for the
             first, else what that one added, and the product with v
    names    of every node that there was
    own      of the nodes that it added
    """

    order: int
    start: str
    forward: Sequence[Node]
    names: Mapping[Tensor, str]
    own: Mapping[Tensor, str]
    steps: Sequence[Step]


class Said(NamedTuple):
    """What is said of a tensor: its formula in names, its name where it is in the graph, and its
    value at the point."""

    formula: str
    name: str | None
    value: Any

    def text(self) -> str:
        said = shortened(self.formula)
        value = None if self.value is None else brief(self.value)
        return said if value is None or value == said else f"{said} = {value}"


def told_walks(found: Walked, diagram: Diagram) -> Iterator[Told]:
    """Each walk, in the names of a diagram of them all."""
    by_name = {node.name: node for node in diagram.nodes}
    kinds = ("variable", "operation")
    tensors = {name: x for name, x in diagram.tensors.items() if by_name[name].kind in kinds}
    before: set[Origin] = set()
    for walk in found.walks:
        k = walk.order
        new: set[Origin] = {k - 1, PRODUCT} if walk.multiplied else {k - 1}
        before |= new
        names = {x: name for name, x in tensors.items() if by_name[name].walk in before}
        own = {x: name for name, x in tensors.items() if by_name[name].walk == k}
        forward = [node for node in diagram.nodes if node.walk in new]
        yield Told(k, found.start(walk), forward, names, own, list(account(walk, names)))


def values_of(found: Walked, told: Sequence[Told]) -> Values:
    """What everything that is told comes to at the point."""
    wanted: dict[Tensor, None] = {}
    for one, walk in zip(told, found.walks, strict=True):
        wanted |= dict.fromkeys([*one.names, *walk.slopes.values()])
        for step in one.steps:
            wanted[step.cotangent] = None
            for sent in step.sent:
                wanted |= dict.fromkeys(x for x in (sent.slope, sent.share) if x is not None)
    nodes = list(wanted)
    values = dict(zip(nodes, found.values(nodes).values, strict=True))
    for x, y in values.items():
        if x.operation.kind is Kind.CONDITION and y in (0, 1):
            values[x] = bool(y)
    return values


def said(one: Told, x: Tensor, values: Values) -> Said:
    return Said(in_names(x, one.names, one.own), one.own.get(x), values.get(x))


# What is shown.


def shortened(formula: str) -> str:
    return formula if len(formula) <= LONGEST else f"{formula[: LONGEST - 3]}..."


def partial(one: Told, name: str) -> str:
    """The name of a cotangent: ∂y/∂v1, ∂(dy/dx)/∂v1."""
    top = one.start if one.start.isidentifier() else f"({one.start})"
    return f"∂{top}/∂{name}"


def outline(found: Walked, one: Told, values: Values, v: str = "") -> Iterator[Item]:
    """What there was with its values, and then the way back. v: the vector as text."""
    tensors = {name: x for x, name in one.names.items()}
    head = "forward" if one.order == 1 else f"what walk {one.order - 1} added"
    yield Item(0, head, "")
    products = [node for node in one.forward if node.walk == PRODUCT]
    for node in one.forward:
        if node in products[:1]:
            yield Item(0, f"the product {one.start}", f"v = {v}")
        value = values.get(tensors[node.name]) if node.name in tensors else None
        formula = shortened(node.formula)
        if node.kind == "variable":
            text = "a variable" if value is None else brief(value)
        else:
            text = formula if value is None else f"{formula} = {brief(value)}"
        yield Item(1, node.label, text, look(node.walk).rich)
    kept = one.order < len(found.walks)
    yield Item(0, f"walk {one.order}", f"back from {one.start}, create_graph={kept}")
    if not one.steps:
        yield Item(1, "", f"nothing comes back: no rule leads from {one.start} to a variable")
    for step in one.steps:
        yield from _step(one, step, values)
    for x, slope in found.walks[one.order - 1].slopes.items():
        label = found.label(x, one.order)[1]
        yield Item(1, label, said(one, slope, values).text(), "bold")


def marked(item: Item) -> Item:
    """A line whose formulas are no markup."""
    if not item.depth:
        return item
    return item._replace(title=f"`{item.title}`", text=f"`{item.text}`")


def _step(one: Told, step: Step, values: Values) -> Iterator[Item]:
    order = next((node.walk for node in one.forward if node.name == step.name), 0)
    what = step.name if step.formula == step.name else f"{step.name} = {shortened(step.formula)}"
    cotangent = said(one, step.cotangent, values)
    yield Item(1, what, f"{partial(one, step.name)} = {cotangent.text()}", look(order).rich)
    if len(step.came) > 1:
        for sent in step.came:
            assert sent.share is not None
            share = said(one, sent.share, values).text()
            yield Item(2, f"from {sent.source}", share, "")
    for sent in step.sent:
        yield Item(2, f"to {sent.to}", _sent(one, step, sent, values), "")


def _sent(one: Told, step: Step, sent: Sent, values: Values) -> str:
    """The rule, and what it sends."""
    rule = sent.rule or ("0" if sent.share is None else "its own rule")
    if sent.slope is not None:
        slope = Said(rule, None, values.get(sent.slope))
        found = f"∂{step.name}/∂{sent.to} = {slope.text()}"
    else:
        found = f"{shortened(rule)}, g being {partial(one, step.name)}"
    if sent.share is None:
        return f"{found}; sends nothing"
    share = said(one, sent.share, values)
    named = f" ({share.name})" if share.name else ""
    return f"{found}; sends {share.text()}{named}"


def as_json(one: Told, values: Values) -> dict[str, Any]:
    """A walk as json has it."""
    tensors = {name: x for x, name in one.names.items()}

    def of(x: Tensor | None) -> dict[str, Any] | None:
        if x is None:
            return None
        found = said(one, x, values)
        own = {"node": found.name} if found.name else {}
        return {"formula": found.formula, **own, **({"value": found.value} if values else {})}

    def forward(node: Node) -> dict[str, Any]:
        x = tensors.get(node.name)
        return {
            "name": node.name,
            "operation": node.operation or None,
            "formula": node.formula,
            "walk": node.walk,
            "inputs": list(node.inputs),
            **({"value": values.get(x)} if values and x is not None else {}),
        }

    return {
        "walk": one.order,
        "of": one.start,
        "forward": [forward(node) for node in one.forward],
        "steps": [
            {
                "node": step.name,
                "formula": step.formula,
                "from": [
                    {"node": sent.source, "input": sent.number, "share": of(sent.share)}
                    for sent in step.came
                ],
                "cotangent": of(step.cotangent),
                "to": [
                    {
                        "node": sent.to,
                        "input": sent.number,
                        "rule": sent.rule,
                        **({"slope": values.get(sent.slope)} if values and sent.slope is not None
                           else {}),
                        "share": of(sent.share),
                    }
                    for sent in step.sent
                ],
            }
            for step in one.steps
        ],
    }  # fmt: skip


def records(told: Sequence[Told], values: Values) -> Iterator[Row]:
    """A row for each share; for what sends none one without."""
    yield ["walk", "node", "formula", "cotangent", "cotangent_value", "to", "rule", "slope",
           "share", "share_value"]  # fmt: skip

    def cells(one: Told, x: Tensor | None) -> tuple[str, str]:
        if x is None:
            return "", ""
        found = said(one, x, values)
        return found.formula, "" if found.value is None else worded(found.value)

    for one in told:
        for step in one.steps:
            before: list[Any] = [one.order, step.name, step.formula, *cells(one, step.cotangent)]
            for sent in step.sent:
                slope = values.get(sent.slope) if sent.slope is not None else None
                is_ = "" if slope is None else worded(slope)
                yield [*before, sent.to, sent.rule or "", is_, *cells(one, sent.share)]
            if not step.sent:
                yield [*before, "", "", "", "", ""]
