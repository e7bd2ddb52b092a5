"""PyTorch's names for the nodes of a backward graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hodiff.graph import Tensor

NAMES = {
    "pick": "Select",
    "place": "SelectBackward",
    "summed": "Sum",
    "matmul": "Mm",
    "norm": "LinalgVectorNorm",
    "max": "Maximum",
    "min": "Minimum",
    "transpose": "Transpose",
    "clip": "Clamp",
    "mod": "Remainder",
}


class GradFn:
    """The backward node of a tensor: name(), and the nodes of its inputs as next_functions."""

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor

    def name(self) -> str:
        tensor = self._tensor
        if tensor.is_leaf:
            return "AccumulateGrad"
        name = tensor.operation.name
        version = 0
        if name == "pow" and tensor.inputs[1].operation.name != "constant":
            version = 1
        if name == "sum" and len(tensor.attributes[0]) < len(tensor.inputs[0].shape):
            version = 1
        return f"{NAMES.get(name, name.capitalize())}Backward{version}"

    @property
    def next_functions(self) -> tuple[tuple[GradFn | None, int], ...]:
        inputs = [x for x in self._tensor.inputs if x.operation.name != "constant"]
        return tuple((GradFn(x) if x.requires_grad else None, 0) for x in inputs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GradFn) and self._tensor is other._tensor

    def __hash__(self) -> int:
        return id(self._tensor)

    def __repr__(self) -> str:
        return f"<{self.name()} object>"
