"""The same walks as a program for PyTorch, which runs as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from keyword import iskeyword
from math import isinf
from typing import Any

from hodiff.calculator.request import usage
from hodiff.calculator.walks.walked import Walked
from hodiff.engine.graph import Tensor
from hodiff.errors import HodiffError
from hodiff.views.code import code
from hodiff.views.code.syntax import Result
from hodiff.views.reading import read

OURS = ("torch", "math", "print", "f")  # names of the program


def program(found: Walked, at: Mapping[str, Any], v: Sequence[Any] = ()) -> str:
    """A function for EXPR, the point as leaves, and a call of grad for each walk; v: the numbers of
    a vector that the gradient is multiplied by.

    Raises HodiffError where PyTorch lacks a function of EXPR.
    """
    request = found.request
    variables = list(request.problem.variables)
    for x, node in request.problem.variables.items():
        if node.shape:
            raise usage(
                f"the program for PyTorch has numbers as variables, and '{x}' has shape"
                f" {node.shape}: give each entry a name, as in [x, y], or leave out --torch",
                "--torch",
            )
    try:
        function = code(
            [("value", read(request.f, sincs=0))],
            variables,
            [Result("value", "value")],
            "torch",
            "f",
            [f"{' '.join(request.problem.text.split())[:200]}"],
        )
    except HodiffError as fault:  # its mend is another language
        raise fault.retold(f"{fault.message.partition(':')[0]}: leave out --torch") from None
    taken = set(OURS)
    names = {x: _free(x, taken) for x in variables}
    y = _free(found.result, taken)
    lines = [function.rstrip("\n"), "", ""]
    for x in variables:
        grad = ", requires_grad=True" if x in request.wrt else ""
        lines.append(f"{names[x]} = torch.tensor({_number(at[x])}, dtype=torch.float64{grad})")
    lines.append(f"{y} = f({', '.join(names.values())})")
    lines.append(f'print("{found.result} =", {y}.item())')
    start = y
    vector = _free("v", taken)
    slopes: list[str] = []
    for walk in found.walks:
        if walk.multiplied:
            column, label = found.product
            start = _free(column, taken)
            terms = (f"{vector}[{i}]*{slope}" for i, slope in enumerate(slopes))
            listed = ", ".join(map(_number, v))
            lines.append(f"{vector} = [{listed}]")
            lines.append(f"{start} = {' + '.join(terms)}")
            lines.append(f'print("{label} =", {start}.item())')
        told = [found.label(x, walk.order) for x in walk.slopes]
        slopes = [_free(column, taken) for column, _ in told]
        inputs = [names[x] for x in walk.slopes]
        used = set(_used(walk.start)).intersection(found.request.inputs)
        if not used:
            lines.append(f"{start} = {start} + 0*{inputs[0]}  # PyTorch walks no constant")
        create = ", create_graph=True" if walk.order < len(found.walks) else ""
        create += "" if len(used) == len(inputs) else ", materialize_grads=True"
        listed = f"({', '.join(inputs)}{',' if len(inputs) == 1 else ''})"
        target = f"({', '.join(slopes)}{',' if len(slopes) == 1 else ''})"
        lines.append(f"{target} = torch.autograd.grad({start}, {listed}{create})")
        shown = zip(told, slopes, strict=True)
        lines += [f'print("{label} =", {slope}.item())' for (_, label), slope in shown]
        start = slopes[0]
    return "\n".join(lines)


def _used(y: Tensor) -> Iterator[Tensor]:
    """What y depends on as PyTorch sees it: not through a condition."""
    nodes, seen = [y], {y}
    for node in nodes:  # which grows
        yield node
        new = [x for x in node.inputs if node.operation.differentiable and x not in seen]
        seen.update(new)
        nodes += new


def _free(name: str, taken: set[str]) -> str:
    """A name that means nothing else in the program, and from now on this."""
    while name in taken or iskeyword(name):
        name += "_"
    taken.add(name)
    return name


def _number(value: Any) -> str:
    """A number of the point as Python has it: a float. Raises HodiffError where none is near."""
    found = float(value)
    if isinf(found) or (found == 0 and str(value).strip("-+0.") != ""):
        raise usage("PyTorch has doubles, and the point passes them: leave out --torch", "--torch")
    return repr(found)
