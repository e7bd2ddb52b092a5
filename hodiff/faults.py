"""Why there is no answer: the operation at fault, its place in the text, and the mend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hodiff.answers import Number, agree, finite, same
from hodiff.arithmetic import Program, Values, evaluate, kinks
from hodiff.errors import HodiffError
from hodiff.derivatives import gradient
from hodiff.graph import CONSTANT, DATA, Tensor
from hodiff.language.problem import Problem
from hodiff.views.formula import formula


def refuse(program: Program, values: Values, found: set[int]) -> None:
    """Raise for the first node of found that isn't finite though its inputs are.

    Also where the outputs are finite again: 1/(1 + exp(800)) is a 0 that no double can know.
    """
    if all(map(finite, values.values())):
        return
    arrays = any(node.shape for node in program.order)
    for node in program.order:
        if id(node) not in found or finite(values[id(node)]):
            continue
        # In arrays a where may mask single entries: only what reaches an output counts.
        if arrays and all(finite(values[id(y)]) for y in program.outputs):
            return
        if all(finite(values[id(x)]) for x in node.inputs):
            raise _explained(node, values)


def _explained(node: Tensor, values: Values) -> HodiffError:
    """Why a node has no finite value at finite inputs."""
    operation, shown = node.operation, _shown(node)
    inputs = [values[id(x)] for x in node.inputs]
    value = values[id(node)]
    if not node.inputs:
        return _fault("limit", f"{shown} is too large for a double", node)
    flat = [x for x in inputs if not getattr(x, "shape", ())]
    undefined = math.isnan(value) if not getattr(value, "shape", ()) else True
    pole = (
        operation.pole is not None
        and len(flat) == len(inputs)
        and operation.pole(*flat, *node.attributes)
    )
    got = f", not {_number(flat[0])}" if len(flat) == len(inputs) == 1 else ""
    if node.derived:
        mend = _mend(node)
        if pole or undefined:
            kind = "pole" if pole else "domain"
            return _fault(kind, f"{shown} has no finite derivative at this point{mend}", node)
        return _fault("limit", f"a derivative of {shown} passes the largest double", node)
    argument = _text(node.inputs[0]) or ""
    if not 0 < len(argument) <= 30 or node.inputs[0].operation is CONSTANT:
        argument = "an argument"
    needs = f": it needs {operation.domain.format(x=argument)}{got}" if operation.domain else ""
    if undefined:
        if operation.name == "div" and not any(flat):
            return _fault("domain", f"{shown} is 0/0 at this point{_mend(node)}", node)
        return _fault("domain", f"{shown} is undefined at this point{needs}", node)
    if pole:
        return _fault("pole", f"{shown} is infinite at this point{needs}", node)
    return _fault("limit", f"{shown} passes the largest double (1.8e308)", node)


def _mend(node: Tensor) -> str:
    """What to write instead, for the singularities that have a smooth form."""
    text = _text(node)
    numerator = node.inputs[0] if node.operation.name == "div" else None
    if numerator is not None and numerator.operation.name == "sin":
        x = _text(numerator.inputs[0])
        if x is not None and x == _text(node.inputs[1]):
            return f": write sinc({x})"
    if text is not None and text.startswith("sqrt(") and text.count("**2") > 1 and "+" in text:
        parts = [part.strip() for part in text[5:-1].split("+")]
        if all(part.endswith("**2") and part[:-3].isidentifier() for part in parts):
            return f": write norm([{', '.join(part[:-3] for part in parts)}])"
    return ""


def _number(x: Number) -> str:
    return repr(float(x)).removesuffix(".0")


def _text(node: Tensor) -> str | None:
    """The text of a node as the user wrote it."""
    if node.span is not None:
        return node.span.written
    if node.operation is DATA or node.inputs:
        return None
    return formula(node)


def _shown(node: Tensor) -> str:
    text = _text(node) or formula(node)
    return f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"


def _fault(kind: str, message: str, node: Tensor) -> HodiffError:
    if node.span is None:
        return HodiffError(kind, message)
    at = node.span
    return HodiffError(kind, message, text=at.text, source=at.source, start=at.start, end=at.end)


def too_many_ties(ties: Sequence[kinks.Tied]) -> HodiffError:
    """The error for more ties than can be tried side by side."""
    node = ties[0].node
    what = f"{_shown(node)} and {kinks.count(ties) - 1} more have a kink exactly at this point"
    return _fault("kink", f"{what} (--subgradient takes the usual convention)", node)


def kink(
    problem: Problem,
    program: Program,
    values: Values,
    ties: Sequence[kinks.Tied],
    runs: Sequence[kinks.Run],
    point: Mapping[Tensor, Number],
) -> HodiffError:
    """The error for runs that disagree: the culprit, and the one-sided slopes where known."""
    outputs = [run.results for run in runs]
    node = next((t.node for t in ties if _matters(t, runs)), ties[0].node)
    jump = not all(same(results[0], outputs[0][0]) for results in outputs) or not same(
        outputs[0][0], values[id(program.outputs[0])]
    )
    subgradient = (
        "" if not kinks.by_convention(node) else " (--subgradient takes the usual convention)"
    )
    shown = _shown(node)
    if node.operation.name in kinks.COMPARISONS and not node.derived:
        what = f"the two sides of {shown} are equal at this point, and the branches differ there"
    else:
        what = f"{shown} {'jumps' if jump else 'has a kink'} exactly at this point"
    slopes = _one_sided(problem, program, ties, runs, point)
    return _fault("kink", f"{what}{slopes}{subgradient}", node)


def _matters(tie: kinks.Tied, runs: Sequence[kinks.Run]) -> bool:
    """Whether the results change when only this node's side does."""
    for one in runs:
        for other in runs:
            changed = {t for t in one.choice if one.choice[t] != other.choice[t]}
            if changed and changed <= set(tie.ties) and not agree(one.results, other.results):
                return True
    return False


def _one_sided(
    problem: Problem,
    program: Program,
    ties: Sequence[kinks.Tied],
    runs: Sequence[kinks.Run],
    point: Mapping[Tensor, Number],
) -> str:
    """': slope -1 from the left, 1 from the right' in the first variable where they differ."""
    scalars = [x for x in problem.inputs if not x.shape]
    if len(program.outputs) <= len(problem.inputs) or len(scalars) != len(problem.inputs):
        return ""
    for i, x in enumerate(scalars):
        sides: dict[kinks.Tie, int] = {}
        for node, node_ties, turned in ties:
            quantity = kinks.difference(node)
            if quantity is None:
                return ""
            slope = evaluate(gradient(quantity, [x]), point)[0]
            if not math.isfinite(slope) or slope == 0:
                return ""
            for tie in node_ties:
                sides[tie] = turned * (1 if slope > 0 else -1)
        found = {
            side: run.results[1 + i]
            for side in (-1, 1)
            for run in runs
            if all(run.choice[t] == side * s for t, s in sides.items())
        }
        if len(found) == 2 and all(map(finite, found.values())) and found[-1] != found[1]:
            name = f" in {x.attributes[0]}" if len(scalars) > 1 else ""
            return (
                f": the slope{name} is {_number(found[-1])} from the left"
                f" and {_number(found[1])} from the right"
            )
    return ""
