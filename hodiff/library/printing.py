"""A tensor as Python shows it: its value as PyTorch prints it, or its formula without one."""

from __future__ import annotations

from hodiff.engine.graph import VARIABLE, Tensor, topological


def shown(x: Tensor) -> str:
    """tensor([1., 2.], requires_grad=True), or tensor(2*x) where x has no value."""
    if x.value is None and any(node.operation is VARIABLE for node in topological([x])):
        from hodiff.views.formula import formula  # start-up: values need none

        shape = f", shape={x.shape}" if x.shape else ""
        return f"tensor({formula(x)}{shape})"
    import numpy  # start-up

    text = numpy.array2string(numpy.asarray(x.computed()), separator=", ", prefix="tensor(")
    if x.grad_fn is not None:
        return f"tensor({text}, grad_fn=<{x.grad_fn.name()}>)"
    return f"tensor({text}{', requires_grad=True' if x.requires_grad else ''})"
