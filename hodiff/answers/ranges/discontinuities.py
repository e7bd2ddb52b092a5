"""Where f isn't continuous, or has a kink: small boxes, outside of which it has slopes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from hodiff.answers import faults
from hodiff.answers.ranges.found import Pairs
from hodiff.answers.ranges.isolate import Ends, rough, smoothness
from hodiff.answers.ranges.located import Range, Unsure
from hodiff.answers.ranges.merged import columns, merged
from hodiff.arithmetic import box_numbers
from hodiff.arithmetic.box_numbers import UNBROKEN, Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.engine.graph import Tensor

MOST_BROKEN = 4096  # boxes, of one size, in which f may jump
SMALLEST = 2.0**-30  # of the range: their size
MOST_PARTS = 12

NO_SLOPE = "the slope has no value there"


def broken(
    f: Tensor, slopes: Sequence[Tensor], variables: Sequence[Tensor], ranges: Sequence[Range]
) -> list[Unsure]:
    """Small boxes outside of which f is continuous, with slopes, wherever it has a value."""
    program = Program([f, *slopes], BOXES)
    low = np.array([[box_numbers.thin(a).low for a, _ in ranges]])
    high = np.array([[box_numbers.thin(b).high for _, b in ranges]])
    span = (high - low)[0]
    while len(low):
        with BOXES.quietly():
            point = {x: Box(low[:, i], high[:, i]) for i, x in enumerate(variables)}
            values = program.values(point)
        found = values[id(f)]
        sloped = ~np.any(
            [np.broadcast_to(np.isnan(values[id(y)].low), (len(low),)) for y in slopes], 0
        )
        smooth = np.broadcast_to(found.smooth, (len(low),))
        undefined = np.broadcast_to(np.isnan(found.low), (len(low),))
        kept = ((smooth < UNBROKEN) | ~sloped) & ~undefined
        low, high = low[kept], high[kept]
        wide = (high - low) > SMALLEST * span
        if len(low) > MOST_BROKEN or not wide.any():
            break
        side = np.argmax((high - low) / span, axis=1)
        rows = np.arange(len(low))
        first, second = high.copy(), low.copy()
        cut = low[rows, side] + 0.4871 * (high[rows, side] - low[rows, side])
        first[rows, side] = second[rows, side] = cut
        low, high = np.concatenate([low, second]), np.concatenate([first, high])
    # In one variable each may be a corner, which is settled.
    parts = merged(list(zip(low, high, strict=True)), 0.5, MOST_PARTS if len(span) > 1 else None)
    return [Unsure(box, roughness(f, variables, box) or NO_SLOPE) for box in parts]


def roughness(f: Tensor, variables: Sequence[Tensor], box: Pairs) -> str | None:
    """The first part of f that may jump, or have a kink, in a box."""
    program = Program([f], BOXES)
    with BOXES.quietly():
        point = {x: Box(np.array([a]), np.array([b]))
                 for x, (a, b) in zip(variables, box, strict=True)}  # fmt: skip
        values = program.values(point)

    node = rough(program.order, values)
    return None if node is None else faults.there(node, smoothness(node, values) < UNBROKEN)


def gathered(unsure: Iterable[Unsure]) -> list[Unsure]:
    """Boxes of the same reason that touch as one."""
    by_reason: dict[str, list[Ends]] = {}
    for x in unsure:
        by_reason.setdefault(x.reason, []).append(columns(x.box))
    found: list[Unsure] = []
    for reason, ends in by_reason.items():
        many = len(ends) > MOST_PARTS or len(ends[0][0]) == 1
        parts = (
            merged(ends, 0.5, MOST_PARTS) if many else [[*zip(*box, strict=True)] for box in ends]
        )
        found += [Unsure(box, reason) for box in parts]
    return found
