"""Why there is no answer: the operation at fault, its place in the text, and the mend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hodiff.answers import Number
from hodiff.arithmetic import floats, kinks
from hodiff.arithmetic.program import Program, Values
from hodiff.errors import HodiffError
from hodiff.graph import CONSTANT, DATA, Span, Tensor
from hodiff.proofs import LAST_BITS
from hodiff.views.formula import formula

TOLD = f", as far as {LAST_BITS} bits tell"


def fault(
    program: Program, values: Values, found: set[int], places: Mapping[Tensor, Span], on: Any
) -> tuple[HodiffError, bool] | None:
    """The error for the first node of found that isn't finite though its inputs are, and whether
    it is certain: a ball may be too wide, and more precision may tell. None where there is none.

    Also where the outputs are finite again: 1/(1 + exp(800)) is a 0 that no double can know.
    """
    node = culprit(program, values, found, on)
    if node is None:
        return None
    if not node.inputs:
        message = f"{_shown(node)} is too large for a double"
        return _fault("limit", message, node, places), True
    inputs = [values[id(x)] for x in node.inputs]
    exact = all(map(on.certain, inputs))
    explain = _explained if exact or all(map(on.known, inputs)) else _open
    # What jumps (mod, floor) may need more bits for exact inputs too.
    certain = exact and (on is floats or node.operation.jumps is None)
    return explain(node, inputs, values[id(node)]), certain


def culprit(program: Program, values: Values, found: set[int], on: Any) -> Tensor | None:
    """The first node of found that isn't finite though its inputs are."""
    arrays = any(node.shape for node in program.order)
    for node in program.order:
        if id(node) not in found or on.finite(values[id(node)]):
            continue
        # In arrays a where may mask single entries: only what reaches an output counts.
        if arrays and all(on.finite(values[id(y)]) for y in program.outputs):
            return None
        if all(on.finite(values[id(x)]) for x in node.inputs):
            return node
    return None


def unbounded(node: Tensor) -> HodiffError:
    """The error for a node that may have no value, or no slope, somewhere in an interval."""
    message = (
        f"{_shown(node)} has a kink, a pole or the end of its domain in the interval, or so near"
        " that it can't be told apart: narrow the interval"
    )
    return _fault("undecided", message, node)


def _open(node: Tensor, inputs: Sequence[Any], value: Any) -> HodiffError:
    """What to say of a node that no precision made finite."""
    shown = _shown(node)
    if node.operation.jumps:
        return _fault("undecided", f"{shown} can't be decided at this point{TOLD}", node)
    if value is not None and not hasattr(value, "shape") and not value.is_nan():
        return _fault("limit", f"{shown} is too large to be computed", node)
    error = _explained(node, inputs, value)
    if error.kind == "pole":
        return _fault("pole", error.message + TOLD, node)
    message = f"whether {shown} has a finite value at this point can't be decided{TOLD}"
    return _fault("undecided", message, node)


def _explained(node: Tensor, inputs: Sequence[Any], value: Any) -> HodiffError:
    """Why a node has no finite value at finite inputs."""
    operation, shown = node.operation, _shown(node)
    flat = [float(x) for x in inputs if not getattr(x, "shape", ())]
    undefined = bool(getattr(value, "shape", ())) or value is None or math.isnan(float(value))
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
    if operation.name == "div" and not any(flat):
        return _fault("domain", f"{shown} is 0/0 at this point{_mend(node)}", node)
    if operation.jumps and (not operation.domain or flat[-1:] != [0.0]):  # floor, x % y ...
        return _fault("limit", f"{shown} is too large to be computed", node)
    if pole:
        return _fault("pole", f"{shown} is infinite at this point{needs}", node)
    if undefined:
        return _fault("domain", f"{shown} is undefined at this point{needs}", node)
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


def _fault(
    kind: str, message: str, node: Tensor, places: Mapping[Tensor, Span] | None = None
) -> HodiffError:
    at = node.span or (places or {}).get(node)
    if at is None:
        return HodiffError(kind, message)
    return HodiffError(kind, message, text=at.text, source=at.source, start=at.start, end=at.end)


def undecided(node: Tensor, wide: bool) -> HodiffError:
    """The error where it can't be told which pieces meet at the point, or (wide) whether any do."""
    if wide:
        message = f"whether {_shown(node)} has a kink exactly at this point can't be decided{TOLD}"
        return _fault("undecided", message, node)
    return _fault(
        "kink", f"{_shown(node)} has a kink exactly at this point{_convention(node)}", node
    )


def unequal(node: Tensor) -> HodiffError:
    """The error for pieces that meet as far as can be told."""
    message = f"the pieces that meet in {_shown(node)} can't be proven to agree at this point{TOLD}"
    return _fault("undecided", message, node)


def kink(
    search: kinks.Search, base: kinks.Run, runs: Sequence[kinks.Run], rows: int
) -> HodiffError:
    """The error for pieces that differ: the culprit, and the one-sided slopes where known."""
    node, _ = search.tie(base) or (base, 0)
    assert isinstance(node, Tensor)
    results = [run.results for run in runs]
    jump = not all(search.on.same(r[0], base.results[0]) for r in results)
    if node.operation.name in kinks.COMPARISONS and not node.derived:
        sides = f"the two sides of {_shown(node)} are equal at this point"
        what = f"{sides}, and the branches differ there"
    else:
        what = f"{_shown(node)} {'jumps' if jump else 'has a kink'} exactly at this point"
    return _fault("kink", f"{what}{_one_sided(search, rows)}{_convention(node)}", node)


def _convention(node: Tensor) -> str:
    known = kinks.by_convention(node) and node.operation.name != "atan2"
    return " (--subgradient takes the usual convention)" if known else ""


def _one_sided(search: kinks.Search, rows: int) -> str:
    """': the slope is -1 from the left and 1 from the right', in the first variable in which
    the slopes differ. rows of slopes follow f in the outputs."""
    n, last = len(search.variables), len(search.program.outputs)
    for i, x in enumerate(search.variables):
        if x.shape:
            return ""
        alone = kinks.Search(search.program, search.point, [x], search.refused)
        try:
            pair = [alone.toward(side).results for side in (-1, 1)]
        except kinks.Undecided:
            return ""
        for at in range(i + 1, min(rows * n + 1, last), n):
            left, right = (results[at] for results in pair)
            on = search.on
            if on.finite(left) and on.finite(right) and on.same(left, right) is False:
                name = f" in {x.attributes[0]}" if n > 1 else ""
                return (
                    f": the slope{name} is {_number(left)} from the left"
                    f" and {_number(right)} from the right"
                )
    return ""
