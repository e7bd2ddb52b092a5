"""PyTorch's names for the nodes of a backward graph."""

from __future__ import annotations

from typing import Any

from hodiff.engine.graph import Tensor

NAMES = {
    "alias": "Clone",
    "cast": "ToCopy",
    "cholesky": "LinalgCholeskyEx",
    "clip": "Clamp",
    "concatenate": "Cat",
    "det": "LinalgDet",
    **dict.fromkeys(("eigvalsh", "eigenvectors"), "LinalgEigh"),
    "einsum": "Bmm",
    "inv": "LinalgInvEx",
    "log1p": "Log1P",
    "logabsdet": "LinalgSlogdet",
    "matmul": "Mm",
    "max": "Maximum",
    "min": "Minimum",
    "mod": "Remainder",
    "norm": "LinalgVectorNorm",
    "reshape": "View",
    "scatter": "ScatterAdd",
    "signdet": "LinalgSlogdet",
    **dict.fromkeys(("singular_vectors", "svdvals"), "LinalgSvd"),
    "solve_triangular": "LinalgSolveTriangular",
    "solve": "LinalgSolveEx",
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
        if name == "custom":
            return f"{tensor.attributes[0].function.__name__}Backward"
        if name == "pick":
            name = self._picked()
        # A walk that retains no graph lets go of the inputs; then they count as the usual ones.
        constants = [x.operation.name == "constant" for x in tensor.inputs]
        if name == "pow" and constants:  # of two tensors, or of a number to a tensor
            version = 2 if constants[0] else 0 if constants[1] else 1
        if name == "sub" and constants[:1] == [True]:
            name, version = "rsub", 1
        if name == "sum" and tensor.shape:  # over some axes alone
            version = 1
        return f"{NAMES.get(name, name.capitalize())}Backward{version}"

    def _picked(self) -> str:
        """PyTorch has a node for each kind of index; the last kind names it."""
        items = self._tensor.attributes[0]
        if any(not isinstance(i, (int, tuple)) and i is not None for i in items):
            return "index"
        if any(isinstance(i, int) for i in items):
            return "select"
        return "slice" if items and items[-1] is not None else "unsqueeze"

    @property
    def next_functions(self) -> tuple[tuple[GradFn | None, int], ...]:
        inputs = [x for x in self._tensor.inputs if x.operation.name != "constant"]
        return tuple((GradFn(x) if x.requires_grad else None, 0) for x in inputs)

    @property
    def variable(self) -> Tensor:
        """The leaf that an AccumulateGrad stands for."""
        if not self._tensor.is_leaf:
            raise AttributeError("variable")  # for __getattr__
        return self._tensor

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"{self.name()} has no '{name}': a grad_fn has name() and next_functions, a leaf's"
            " variable, too; what a walk brings to a tensor is seen by tensor.register_hook"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GradFn) and self._tensor is other._tensor

    def __hash__(self) -> int:
        return id(self._tensor)

    def __repr__(self) -> str:
        return f"<{self.name()} object>"
