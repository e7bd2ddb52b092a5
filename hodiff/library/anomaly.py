"""Walks watched for nan: torch.autograd's anomaly mode."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from hodiff.arithmetic.program import Program
from hodiff.engine.backward import Visit, walk
from hodiff.engine.graph import CONSTANT, Tensor


class _Watch(threading.local):
    on = False


WATCH = _Watch()


class set_detect_anomaly:
    """From here on a walk that finds nan raises RuntimeError, which names the operation whose
    derivative is the first; as a context manager, inside. Every share of the walk is computed.

    >>> x = hodiff.tensor(0.0, requires_grad=True)
    >>> with hodiff.autograd.set_detect_anomaly(True):
    ...     hodiff.sqrt(x**2).backward()
    Traceback (most recent call last):
    ...
    RuntimeError: Function 'PowBackward0' returned nan values in its 0th output.
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.before, WATCH.on = WATCH.on, bool(mode and check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        WATCH.on = self.before


def detect_anomaly(check_nan: bool = True) -> set_detect_anomaly:
    """set_detect_anomaly(True), for a with statement.

    >>> x = hodiff.tensor(4.0, requires_grad=True)
    >>> with hodiff.autograd.detect_anomaly():
    ...     hodiff.grad(hodiff.sqrt(x), x)
    (tensor(0.25),)
    """
    return set_detect_anomaly(True, check_nan)


def watched_walk(
    outputs: Sequence[Tensor], seeds: Sequence[Tensor], inputs: Sequence[Tensor], free: bool
) -> list[Tensor | None]:
    """hodiff.engine.backward.walk, watched for nan where that is asked for."""
    if not WATCH.on:
        return walk(outputs, seeds, inputs, free)
    visits: list[Visit] = []
    found = walk(outputs, seeds, inputs, free, visits)
    _check(visits)
    return found


def _check(visits: Sequence[Visit]) -> None:
    import numpy  # start-up: few programs watch

    from hodiff.library.grad_fn import GradFn  # start-up

    shares = [(visit.node, i, g) for visit in visits for i, _, g in visit.shares]
    program = Program([g for _, _, g in shares])
    if program.variables:
        return
    for (node, i, _), value in zip(shares, program.results(), strict=True):
        if numpy.isnan(value).any():
            place = sum(x.operation is not CONSTANT for x in node.inputs[:i])
            name = GradFn(node).name()
            raise RuntimeError(f"Function '{name}' returned nan values in its {place}th output.")
