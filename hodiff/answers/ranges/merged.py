"""Many boxes as a few: those that touch, or lie close, as one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from hodiff.answers.ranges.isolate import Ends

MOST_BOXES = 400  # that are merged one by one


def merged(
    found: Iterable[Ends], near: float, most: int | None = None
) -> list[list[tuple[float, float]]]:
    """Boxes that touch, or lie closer than so many of their widths, as one; at most so many."""
    listed = list(found)
    if not listed:
        return []
    low, high = (np.array([box[i] for box in listed], float) for i in (0, 1))
    if low.shape[1] == 1:
        return _merged_intervals(low[:, 0], high[:, 0], near, most)
    parts = _gathered(low, high)
    while True:
        kept: list[Ends] = []
        for a, b in sorted(parts, key=lambda part: tuple(part[0])):
            room = near * (b - a)
            for i in range(len(kept) - 1, -1, -1):
                c, e = kept[i]
                if np.all(a - room <= e) and np.all(c <= b + room):
                    kept[i] = np.minimum(a, c), np.maximum(b, e)
                    break
            else:
                kept.append((a, b))
        same = len(kept) == len(parts)
        if same and (most is None or len(kept) <= most):
            return [pairs(part) for part in kept]
        near, parts = (4 * near + 1 if same else near), kept


def _merged_intervals(
    low: Any, high: Any, near: float, most: int | None
) -> list[list[tuple[float, float]]]:
    order = np.argsort(low)
    low, high = low[order], high[order]
    width, top = high - low, np.maximum.accumulate(high)
    gaps = low[1:] - top[:-1]
    apart = gaps > near * np.maximum(width[1:], width[:-1])
    if most is not None and apart.sum() >= most:
        widest = np.argsort(np.where(apart, -gaps, np.inf), kind="stable")[: most - 1]
        apart = np.zeros(len(gaps), bool)
        apart[widest] = True
    first = np.concatenate([[True], apart])
    last = np.concatenate([apart, [True]])
    return [[(float(a), float(b))] for a, b in zip(low[first], top[last], strict=True)]


def _gathered(low: Any, high: Any) -> list[Ends]:
    """Of very many boxes those in a cell of a grid together."""
    n, d = low.shape
    if n <= MOST_BOXES:
        return list(zip(low, high, strict=True))
    cells = max(2, int(MOST_BOXES ** (1 / d)))
    size = np.maximum((high.max(axis=0) - low.min(axis=0)) / cells, 5e-324)
    places = np.minimum((low - low.min(axis=0)) // size, cells - 1).astype(int)
    _, cell = np.unique(places @ (cells ** np.arange(d)), return_inverse=True)
    a, b = np.full((cell.max() + 1, d), np.inf), np.full((cell.max() + 1, d), -np.inf)
    np.minimum.at(a, cell, low)
    np.maximum.at(b, cell, high)
    return list(zip(a, b, strict=True))


def columns(box: list[tuple[float, float]]) -> Ends:
    """A box of pairs as its lower and its upper ends."""
    low, high = zip(*box, strict=True)
    return low, high


def pairs(box: Ends) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in zip(*box, strict=True)]
