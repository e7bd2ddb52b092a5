"""A tensor as Python shows it: its value as PyTorch prints it, or its formula without one."""

from __future__ import annotations

from importlib import import_module

from hodiff.engine.graph import VARIABLE, Tensor, topological
from hodiff.errors import HodiffError


def shown(x: Tensor) -> str:
    """tensor([1., 2.], requires_grad=True), or tensor(2*x) where x has no value."""
    if symbolic(x):
        from hodiff.views.formula import formula  # start-up: values need none

        shape = f", shape={x.shape}" if x.shape else ""
        return f"tensor({formula(x)}{shape})"
    import numpy  # start-up

    text = numpy.array2string(numpy.asarray(x.computed()), separator=", ", prefix="tensor(")
    if x.grad_fn is not None:
        return f"tensor({text}, grad_fn=<{x.grad_fn.name()}>)"
    return f"tensor({text}{', requires_grad=True' if x.requires_grad else ''})"


def typeset(x: Tensor, notation: str) -> str | None:
    """x in latex or mathml; None, for which a notebook shows its text, where x has a value or its
    formula is too long."""
    if not symbolic(x):
        return None
    try:
        found: str = getattr(import_module(f"hodiff.views.{notation}"), notation)(x)
    except HodiffError:
        return None
    return found


def drawn(x: Tensor) -> str | None:
    """The graph of x as an SVG; None, for which a notebook shows something else, for a leaf,
    where there is no layout (extra `graph`, or Graphviz), and for what is no picture any more."""
    if not x.inputs:
        return None
    from hodiff.views.diagram.description import behind  # start-up: notebooks alone ask
    from hodiff.views.diagram.look import MOST_DRAWN  # start-up
    from hodiff.views.diagram.svg import svg  # start-up

    try:
        if len(topological([x])) > 2 * MOST_DRAWN:  # numbers are none of its nodes
            return None
        return svg([behind(x)], {}, "y")
    except HodiffError:
        return None


def symbolic(x: Tensor) -> bool:
    """Whether x has no value, for some variable has none."""
    return x.value is None and any(node.operation is VARIABLE for node in topological([x]))
