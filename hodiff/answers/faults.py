"""Why there is no answer: the operation at fault, its place in the text, and the mend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hodiff.answers import kinks
from hodiff.answers.precision import LAST_BITS, Unproven
from hodiff.arithmetic import closed_forms
from hodiff.arithmetic.ball_numbers import ball
from hodiff.arithmetic.ball_numbers import equal as balls_equal
from hodiff.arithmetic.base import Arithmetic, Values
from hodiff.arithmetic.program import Program
from hodiff.engine.exact import rational
from hodiff.engine.graph import CONSTANT, DATA, VARIABLE, Tensor, constant
from hodiff.engine.operations.elementary import add, atan2, div, pow, sin, sqrt
from hodiff.engine.operations.piecewise import ceil, compares, floor, mod, round
from hodiff.errors import HodiffError, Span
from hodiff.views.formula import formula

TWO = constant(2)
MOST_NAMES = 9  # in a mend
HUGE = 1 << 20  # bits of a number whose power of 2 no precision is enough for
FAR = 1000  # past it a function may be too large to be computed
TOLD = f", as far as {LAST_BITS} bits tell"


def refuse(
    program: Program, values: Values, among: set[Tensor], places: Mapping[Tensor, Span]
) -> None:
    """Raise for the first node among some that isn't finite though its inputs are: HodiffError, or
    Unproven where a ball may be too wide, and more precision may tell.

    Also where the outputs are finite again: 1/(1 + exp(800)) is a 0 that no double can know.
    """
    node = culprit(program, values, among)
    if node is None:
        return
    arithmetic = program.arithmetic
    if not node.inputs:
        raise _fault("limit", f"{_shown(node)} is too large for a double", node, places)
    inputs = [values[id(x)] for x in node.inputs]
    exact = all(map(arithmetic.certain, inputs))
    if not exact and _is_outside(node, inputs, arithmetic):
        raise explained(node, inputs, values[id(node)])
    known = exact or all(map(arithmetic.known, inputs)) or _is_pole(node, inputs)
    explain = explained if known else _open
    error = explain(node, inputs, values[id(node)])
    # What jumps (mod, floor) may need more bits for exact inputs too.
    if explain is _open and error.kind == "limit" and any(map(_beyond, inputs)):
        raise error
    if (exact or _is_pole(node, inputs)) and (
        arithmetic.pointwise.doubles or node.operation.jumps is None
    ):
        raise error
    raise Unproven(error)


def _is_pole(node: Tensor, inputs: Sequence[Any]) -> bool:
    """Whether a quotient is one of a number that isn't 0 by one that surely is."""
    arrays = any(getattr(x, "shape", ()) for x in inputs)
    return node.operation is div and not arrays and found_at(node, inputs) == ("pole", True)


def _is_outside(node: Tensor, inputs: Sequence[Any], arithmetic: Arithmetic) -> bool:
    """Whether a node has no value at any of the numbers in its inputs' balls."""
    row = node.operation
    if arithmetic.pointwise.doubles or not row.domain or not row.partials:
        return False
    import numpy  # start-up: most points have an answer

    from hodiff.arithmetic.box_numbers import thin
    from hodiff.arithmetic.boxes import BOXES

    try:
        compute = BOXES.function(row)
    except NotImplementedError:
        return False
    entries = zip(*(x.ravel().tolist() for x in numpy.broadcast_arrays(*inputs)), strict=True)
    with BOXES.quietly():
        found = [compute(*map(thin, x), *node.attributes) for x in entries]
    return any(math.isnan(box.low) and math.isnan(box.high) for box in found)


def _beyond(x: Any) -> bool:
    """Whether a number is so large that a function that isn't bounded there passes what balls
    hold, at whatever precision."""
    return not rational(x) and not getattr(x, "shape", ()) and bool(abs(ball(x)) > ball(2) ** HUGE)


def _far(x: Any) -> bool:
    return bool(getattr(x, "shape", ())) or not abs(ball(x)) < FAR


def culprit(program: Program, values: Values, among: set[Tensor]) -> Tensor | None:
    """The first node among some that isn't finite though its inputs are."""
    finite = program.arithmetic.finite
    arrays = any(node.shape for node in program.order)
    for node in program.order:
        if node not in among or finite(values[id(node)]):
            continue
        # In arrays a where may mask single entries: only what reaches an output counts.
        if arrays and all(finite(values[id(y)]) for y in program.outputs):
            return None
        if all(finite(values[id(x)]) for x in node.inputs):
            return node
    return None


WRONG = {
    None: "has a kink, a pole or the end of its domain",
    "kink": "has a kink",
    "jump": "jumps",
    "pole": "has a pole",
    "domain": "leaves its domain",
    "0/0": "is 0/0",
}


def turns(node: Tensor) -> bool:
    """Whether a node that jumps does so where a quantity turns its sign; floor doesn't."""
    return node.operation not in (floor, ceil, round, mod)


def possible(node: Tensor) -> str | None:
    """What of WRONG a node may have somewhere; None for one of several."""
    row = node.operation
    if row.jumps:
        return "jump" if not turns(node) or (compares(row) and not node.derived) else "kink"
    if row.pole is not None and (row is div or not row.domain or "other than" in row.domain):
        return "pole"
    return "domain" if row.domain and row.pole is None else None


def found_at(node: Tensor, inputs: Sequence[Any]) -> tuple[str | None, bool]:
    """What of WRONG a node without a value at numbers has there, and whether that is sure."""
    row = node.operation
    if row is div:
        zero = [balls_equal(x, 0) for x in inputs]
        return ("0/0" if zero[0] else "pole"), zero[0] is not None and zero[1] is True
    pole = row.pole is not None and row.pole(*map(float, inputs), *node.attributes)
    if possible(node) == "pole":
        return "pole", all(map(rational, inputs))
    return ("pole" if pole else "domain"), True


def somewhere(kind: str | None, node: Tensor, known: bool, where: str) -> HodiffError:
    """The error for what a node has somewhere in a box, there, or may have: see WRONG."""
    near = "" if known else ", or so near that it can't be told apart"
    message = f"{_shown(node)} {WRONG[kind]} in the interval{near}, at {where}"
    kinds = {"jump": "kink", "0/0": "domain", None: "undecided"}
    return _fault(kinds.get(kind, str(kind)) if known else "undecided",
                  f"{message}: narrow the interval", node)  # fmt: skip


def there(node: Tensor, broken: bool) -> str:
    """What a node may have somewhere: a kink where it isn't broken."""
    kind = possible(node) if broken else "kink"
    return f"{_shown(node)} {WRONG['domain' if kind is None and node.operation.domain else kind]}"


def _open(node: Tensor, inputs: Sequence[Any], value: Any) -> HodiffError:
    """What to say of a node that no precision made finite."""
    shown = _shown(node)
    if node.operation.jumps:
        return _fault("undecided", f"{shown} can't be decided at this point{TOLD}", node)
    at_an_end = not any(map(_far, inputs))  # of its domain, maybe
    if value is not None and not hasattr(value, "shape") and not value.is_nan() and not at_an_end:
        return _fault("limit", f"{shown} is too large to be computed", node)
    error = explained(node, inputs, value)
    if error.kind == "pole":
        return _fault("pole", error.message + TOLD, node)
    message = f"whether {shown} has a finite value at this point can't be decided{TOLD}"
    return _fault("undecided", message, node)


def explained(node: Tensor, inputs: Sequence[Any], value: Any) -> HodiffError:
    """Why a node has no finite value at finite inputs."""
    operation, shown = node.operation, _shown(node)
    flat = [_double(x) for x in inputs if not getattr(x, "shape", ())]
    undefined = bool(getattr(value, "shape", ())) or value is None or math.isnan(_double(value))
    pole = (
        operation.pole is not None
        and len(flat) == len(inputs)
        and operation.pole(*flat, *node.attributes)
    )
    everywhere = not (operation.domain or operation.pole or operation.jumps)
    lost = (undefined and everywhere) or (_uncomputed(value) and operation.definition is None)
    if lost and operation.partials:
        return _fault("limit", f"{shown} is too large to be computed, or one of its arguments is",
                      node)  # fmt: skip
    got = f", not {_number(flat[0])}" if len(flat) == len(inputs) == 1 else ""
    if node.derived:
        mend = _mend(node)
        if pole or undefined:
            kind = "pole" if pole else "domain"
            return _fault(kind, f"{shown} has no finite derivative at this point{mend}", node)
        if operation.special and not isinstance(value, float):
            told = f"a derivative of {shown} is too large to be computed, or an argument is"
            return _fault("limit", told, node)
        return _fault("limit", f"a derivative of {shown} passes the largest double", node)
    argument = _text(node.inputs[0]) or ""
    if not 0 < len(argument) <= 30 or node.inputs[0].operation is CONSTANT:
        argument = "an argument"
    needs = f": it needs {operation.domain.format(x=argument)}{got}" if operation.domain else ""
    if operation is div and not any(flat):
        return _fault("domain", f"{shown} is 0/0 at this point{_mend(node)}", node)
    if operation.jumps and (not operation.domain or flat[-1:] != [0.0]):  # floor, x % y ...
        return _fault("limit", f"{shown} is too large to be computed", node)
    if pole:
        if operation is pow:  # of 0, to an exponent below 0
            needs = f": it needs {argument} {'other than' if flat[1].is_integer() else '>'} 0"
        return _fault("pole", f"{shown} is infinite at this point{needs}", node)
    if undefined:
        return _fault("domain", f"{shown} is undefined at this point{needs}", node)
    if operation.special and not isinstance(value, float):
        return _fault("limit", f"{shown} is too large to be computed, or an argument is", node)
    return _fault("limit", f"{shown} passes the largest double (1.8e308)", node)


def _uncomputed(value: Any) -> bool:
    """Whether a value is all numbers: what its function isn't computed for."""
    if hasattr(value, "shape") or not hasattr(value, "rad"):
        return False
    return not value.is_nan() and not value.rad().is_finite() and bool(value.mid() == 0)


def _mend(node: Tensor) -> str:
    """What to write instead, for the singularities that have a smooth form."""
    if node.operation is div and node.inputs[0].operation is sin:
        x = _text(node.inputs[0].inputs[0])
        if x is not None and x == _text(node.inputs[1]):
            return f": write sinc({x})"
    for y in (node, *node.inputs):  # the root itself, or a power of it in its derivative
        names = _squared(y.inputs[0]) if y.operation is sqrt else []
        if len(names) > 1:
            return f": write norm([{', '.join(names)}])"
    return ""


def _squared(x: Tensor) -> list[str]:
    """The names whose squares x is the sum of, a few and each once; none of another sum."""
    names: list[str] = []
    stack = [x]
    while stack:
        y = stack.pop()
        if y.operation is add:
            stack += y.inputs[::-1]
        elif y.operation is pow and y.inputs[1] is TWO and y.inputs[0].operation is VARIABLE:
            names.append(y.inputs[0].attributes[0])
        else:
            return []
        if len(set(names)) < len(names) or len(names) + len(stack) > MOST_NAMES:
            return []
    return names


def _number(x: Any) -> str:
    return repr(_double(x) + 0.0).removesuffix(".0")  # 0 for -0.0


def _double(x: Any) -> float:
    try:
        return float(x)
    except OverflowError:  # a whole number, or a quotient
        return math.inf if x > 0 else -math.inf


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
    search: kinks.Search,
    base: kinks.Run,
    runs: Sequence[kinks.Run],
    slopes: Sequence[Sequence[Tensor]],
) -> HodiffError:
    """The error for pieces that differ: the culprit, and the one-sided slopes where known."""
    node, _ = search.tie(base) or (base, 0)
    assert isinstance(node, Tensor)
    results = [run.results for run in runs]
    jump = any(search.decide.same(r[0], base.results[0]) is False for r in results)
    if compares(node.operation) and not node.derived:
        sides = f"the two sides of {_shown(node)} are equal at this point"
        what = f"{sides}, and the branches differ there"
    else:
        what = f"{_shown(node)} {'jumps' if jump else 'has a kink'} exactly at this point"
    return _fault("kink", f"{what}{_one_sided(search, slopes)}{_convention(node)}", node)


def differing(
    outputs: Sequence[Tensor],
    there: Mapping[int, Sequence[Any]],
    same: Sequence[bool | None],
    slopes: Sequence[Sequence[Tensor]],
    fault: HodiffError,
    name: str = "",
) -> HodiffError:
    """The error for limits to the sides of a point that differ, in place of a fault there."""
    told = ""
    for row in slopes:
        k = next((k for k, y in enumerate(outputs) if row and y is row[0]), 0)
        if k and same[0] and same[k] is False:
            left, right = (closed_forms.ball(there[side][k]) for side in (-1, 1))
            told = _slopes(left, right, name)
    if fault.kind == "kink":  # which says what meets there
        said, _, convention = fault.message.partition(" (--")
        if told and ": the slope" not in said:
            said += told
        return fault.retold(f"{said} (--{convention}" if convention else said)
    written = (fault.text or "")[fault.start or 0 : fault.end or 0]
    what = "jumps" if same[0] is False else "has a kink"
    shown = f"'{written}'" if 0 < len(written) <= 60 else "f"
    message = f"{shown} {what} exactly at this point{told}"
    return fault.retold(message, "kink")


def _convention(node: Tensor) -> str:
    known = kinks.by_convention(node) and node.operation is not atan2
    return " (--subgradient takes the usual convention)" if known else ""


def _one_sided(search: kinks.Search, slopes: Sequence[Sequence[Tensor]]) -> str:
    """': the slope is -1 from the left and 1 from the right', in the first variable in which
    the slopes differ."""
    decide, n = search.decide, len(search.variables)
    for i, x in enumerate(search.variables):
        if x.shape:
            return ""
        alone = kinks.Search(search.program, search.point, [x], search.refused)
        try:
            pair = [alone.toward(side).values for side in (-1, 1)]
        except kinks.Undecided:
            return ""
        for row in (row for row in slopes if i < len(row)):
            left, right = (values[id(row[i])] for values in pair)
            finite = decide.finite(left) and decide.finite(right)
            if finite and decide.same(left, right) is False:
                name = f" in {x.attributes[0]}" if n > 1 else ""
                return _slopes(left, right, name)
    return ""


def _slopes(left: Any, right: Any, name: str = "") -> str:
    told = f"is {_number(left)} from the left and {_number(right)} from the right"
    return f": the slope{name} {told}"
