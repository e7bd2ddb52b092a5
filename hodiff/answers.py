"""Answers at a point: the numbers, or why there are none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hodiff.arithmetic import Program, Values, evaluate, kinks
from hodiff.errors import HodiffError
from hodiff.functional import gradient
from hodiff.graph import DATA, Tensor
from hodiff.language.problem import Problem
from hodiff.views.formula import formula

Number = Any  # a float, or a numpy array of floats

SIDES = {-1: "left", 1: "right"}


def point_values(problem: Problem) -> dict[str, Number]:
    """The numbers that --at gives the variables."""
    if problem.point is None:
        return {}
    program = Program(list(problem.point.values()))
    values = program.values()
    _refuse_faults(program, values, {id(node) for node in program.order})
    return {name: values[id(x)] for name, x in problem.point.items()}


def answer(
    problem: Problem,
    outputs: Sequence[Tensor],
    subgradient: bool = False,
    differentiated: bool = True,
) -> list[Number]:
    """The values of outputs at the problem's point, all finite.

    Raises HodiffError: domain or pole where an operation has no value, limit where one passes a
    double's range, kink where one-sided derivatives differ. With subgradient a kink of abs,
    max, floor and their like gives what machine learning frameworks give. differentiated is
    False where outputs hold no derivative: a jump then has a value.
    """
    numbers = point_values(problem)
    point = {problem.variables[name]: x for name, x in numbers.items()}
    program = Program(outputs)
    values = program.values(point)
    ties, found = kinks.tied(
        program, values,
        lambda node: differentiated and not (subgradient and _by_convention(node)),
    )  # fmt: skip
    if not ties:
        _refuse_faults(program, values, found)
        return [values[id(y)] for y in outputs]
    if kinks.count(ties) > kinks.MOST_TIES:
        raise _fault("kink", f"{_shown(ties[0].node)} has a kink exactly here", ties[0].node)
    runs = []
    for choice in kinks.choices(ties):
        run = program.values(point, kinks.sided(program, ties, choice))
        runs.append((choice, [run[id(y)] for y in outputs], run))
    first = runs[0][1]
    if all(_agree(first, results) for _, results, _ in runs) and _same(
        first[0], values[id(outputs[0])]
    ):
        _refuse_faults(program, runs[0][2], kinks.tied(program, runs[0][2], lambda node: False)[1])
        return first
    raise _kink(problem, program, values, ties, runs, point)


def _by_convention(node: Tensor) -> bool:
    """Whether a kink is one that frameworks have a convention for: any but of a comparison that
    the user wrote."""
    return node.derived or node.operation.name not in kinks.COMPARISONS


def _same(a: Number, b: Number) -> bool:
    """Equal up to the rounding of a few operations; nan is equal to nothing."""
    if getattr(a, "shape", ()) or getattr(b, "shape", ()):
        return all(map(_same, a.ravel().tolist(), b.ravel().tolist()))
    return math.isfinite(a) and abs(a - b) <= 2e-15 * max(abs(a), abs(b))


def _agree(a: list[Number], b: list[Number]) -> bool:
    return all(map(_same, a, b))


# Faults.


def _finite(x: Number) -> bool:
    if isinstance(x, float):
        return math.isfinite(x)
    if getattr(x, "shape", ()):
        import numpy

        return bool(numpy.isfinite(x).all())
    return math.isfinite(x)


def _refuse_faults(program: Program, values: Values, found: set[int]) -> None:
    """Raise for the first node of found that isn't finite though its inputs are.

    Also where the outputs are finite again: 1/(1 + exp(800)) is a 0 that no double can know.
    """
    if all(map(_finite, values.values())):
        return
    arrays = any(node.shape for node in program.order)
    for node in program.order:
        if id(node) not in found or _finite(values[id(node)]):
            continue
        # In arrays a where may mask single entries: only what reaches an output counts.
        if arrays and all(_finite(values[id(y)]) for y in program.outputs):
            return
        if all(_finite(values[id(x)]) for x in node.inputs):
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
    argument = _text(node.inputs[0]) or "its argument"
    argument = argument if len(argument) <= 30 else "its argument"
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
        return node.span.text[node.span.start : node.span.end]
    if node.operation is DATA or node.inputs:
        return None
    return formula(node)


def _shown(node: Tensor) -> str:
    text = _text(node) or formula(node)
    return f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"


def _fault(kind: str, message: str, node: Tensor) -> HodiffError:
    if node.span is None:
        return HodiffError(kind, message)
    text, source, start, end = node.span
    return HodiffError(kind, message, text=text, source=source, start=start, end=end)


def _kink(
    problem: Problem,
    program: Program,
    values: Values,
    ties: list[kinks.Tied],
    runs: list[tuple[dict[kinks.Tie, int], list[Number], Values]],
    point: dict[Tensor, Number],
) -> HodiffError:
    """The error for runs that disagree: the culprit, and the one-sided slopes where known."""
    outputs = [results for _, results, _ in runs]
    node = next((t.node for t in ties if _matters(t, runs)), ties[0].node)
    jump = not all(_same(results[0], outputs[0][0]) for results in outputs) or not _same(
        outputs[0][0], values[id(program.outputs[0])]
    )
    subgradient = "" if not _by_convention(node) else " (--subgradient takes the usual convention)"
    shown = _shown(node)
    if node.operation.name in kinks.COMPARISONS and not node.derived:
        what = f"the two sides of {shown} are equal at this point, and the branches differ there"
    else:
        what = f"{shown} {'jumps' if jump else 'has a kink'} exactly at this point"
    slopes = _one_sided(problem, program, ties, runs, point)
    return _fault("kink", f"{what}{slopes}{subgradient}", node)


def _matters(
    tie: kinks.Tied, runs: list[tuple[dict[kinks.Tie, int], list[Number], Values]]
) -> bool:
    """Whether the results change when only this node's side does."""
    for choice, results, _ in runs:
        for other, there, _ in runs:
            changed = {t for t in choice if choice[t] != other[t]}
            if changed and changed <= set(tie.ties) and not _agree(results, there):
                return True
    return False


def _one_sided(
    problem: Problem,
    program: Program,
    ties: list[kinks.Tied],
    runs: list[tuple[dict[kinks.Tie, int], list[Number], Values]],
    point: dict[Tensor, Number],
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
            side: results[1 + i]
            for side in (-1, 1)
            for choice, results, _ in runs
            if all(choice[t] == side * s for t, s in sides.items())
        }
        if len(found) == 2 and all(map(_finite, found.values())) and found[-1] != found[1]:
            name = f" in {x.attributes[0]}" if len(scalars) > 1 else ""
            return (
                f": the slope{name} is {_number(found[-1])} from the left"
                f" and {_number(found[1])} from the right"
            )
    return ""
