"""What a tensor of the library has beyond a node: a value, a gradient, PyTorch's methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from hodiff.graph import Operation, Tensor


WRITTEN = "a tensor is never written to. Make a new one: w = (w - step).detach().requires_grad_()"
IN_PLACE = ("zero", "fill", "copy", "uniform", "normal")


class AmbiguousError(ValueError, RuntimeError):
    """A truth value of many: numpy's ValueError and PyTorch's RuntimeError in one."""


class Valued:
    """The methods of Tensor that a person calls. Those not here are functions of hodiff.library:
    t.sum(dim=0) is hodiff.sum(t, dim=0)."""

    __slots__ = ("grad", "hooks", "requires_grad", "retained", "value")

    inputs: tuple[Tensor, ...]
    operation: Operation
    freed: bool
    spent: bool
    requires_grad: bool
    value: Any  # None until it is computed
    grad: Tensor | None  # what backward() gathers
    retained: bool  # backward() fills .grad though it is no leaf
    hooks: dict[int, Callable[[Tensor], Tensor | None]] | None

    __array_priority__ = 1000.0  # numpy leaves a + t to t

    # Values: computed on first use, and kept while the tensor is.

    def computed(self) -> Any:
        """The value: a Python float of a float64 scalar, else a numpy array."""
        if self.value is None:
            from hodiff.arithmetic.program import evaluate

            (value,) = evaluate([cast("Tensor", self)])
            if self.operation.name == "constant":  # shared by all graphs, and exact in them
                return value
            self.value = value
            if self.spent:
                cast("Tensor", self).inputs = ()
        return self.value

    def item(self) -> Any:
        """The value of a tensor of one entry, as a Python number."""
        value = self.computed()
        return value.item() if hasattr(value, "item") else value

    def numpy(self) -> Any:
        """The value as a numpy array. Raises RuntimeError for a tensor that requires grad."""
        if self.operation.name == "variable":
            raise RuntimeError(
                "a variable has no value: give f one by hodiff.evaluate([f], {x: 1})"
            )
        if self.requires_grad:
            raise RuntimeError(
                "can't call numpy() on a tensor that requires grad: call t.detach().numpy()"
            )
        import numpy

        return numpy.array(self.computed())

    def __reduce__(self) -> Any:
        """A copy (copy, pickle): of a leaf, its value and whether it requires grad."""
        if self.operation.name == "variable" or not self.is_leaf:
            raise RuntimeError("a leaf with a value can be copied and pickled: detach() first")
        from hodiff.library import tensor

        return tensor, (self.computed(), None, self.requires_grad)

    def tolist(self) -> Any:
        value = self.computed()
        return value.tolist() if hasattr(value, "tolist") else value

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __bool__(self) -> bool:
        from hodiff.arithmetic.program import UnknownError

        try:
            value = self.computed()
        except UnknownError:
            message = "a variable has no truth value: choose with where(condition, a, b)"
            raise TypeError(message) from None
        if getattr(value, "size", 1) > 1:
            raise AmbiguousError("a tensor of many entries has no truth value: use any() or all()")
        return bool(value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        return numpy.array(self.numpy(), dtype=dtype)

    @property
    def dtype(self) -> Any:
        """The numpy dtype of the value."""
        import numpy

        return numpy.asarray(self.computed()).dtype

    @property
    def data(self) -> Tensor:
        return self.detach()

    @data.setter
    def data(self, value: Any) -> None:
        raise AttributeError(WRITTEN)

    def _assigned(self, name: str, other: Any) -> Any:
        """w += other makes a new tensor: not for a leaf, for its owner goes on with the old one."""
        if self.requires_grad and self.is_leaf:
            fault = "a leaf Variable that requires grad is being used in an in-place operation"
            raise RuntimeError(f"{fault}: {WRITTEN}")
        return getattr(self, name)(other)

    def __iadd__(self, other: Any) -> Any:
        return self._assigned("__add__", other)

    def __isub__(self, other: Any) -> Any:
        return self._assigned("__sub__", other)

    def __imul__(self, other: Any) -> Any:
        return self._assigned("__mul__", other)

    def __itruediv__(self, other: Any) -> Any:
        return self._assigned("__truediv__", other)

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(f"an entry can't be assigned: {WRITTEN}")

    # The graph.

    @property
    def is_leaf(self) -> bool:
        """Whether no operation that requires grad made it."""
        return not (self.requires_grad and (self.inputs or self.freed))

    @property
    def grad_fn(self) -> Any:
        """The operation that made it, named as PyTorch names it; None for a leaf."""
        if self.is_leaf:
            return None
        from hodiff.torch_names import GradFn

        return GradFn(cast("Tensor", self))

    def detach(self) -> Tensor:
        """A tensor of the same value that does not track."""
        from hodiff.graph import data

        return data(self.computed())

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Track the operations on a leaf from here on; returns the leaf."""
        if self.inputs and self.requires_grad:
            raise RuntimeError("you can only change requires_grad flags of leaf variables")
        if requires_grad and self.value is not None and self.dtype.kind != "f":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        self.requires_grad = requires_grad
        return cast("Tensor", self)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Hook:
        """Call hook with each gradient computed in this tensor; what it returns replaces it."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        key = max(self.hooks or [0]) + 1  # the same hook may come twice
        self.hooks = {**(self.hooks or {}), key: hook}
        return Hook(self, key)

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Add the gradient of this tensor to .grad of each leaf that requires one."""
        from hodiff.backward import accumulate

        accumulate(cast("Tensor", self), gradient, retain_graph, create_graph, inputs)

    def retain_grad(self) -> None:
        """Let backward() fill .grad of a tensor that is no leaf."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on a tensor that doesn't require gradient")
        self.retained = not self.is_leaf

    # The rest, by name.

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        from hodiff import library

        function = library.METHODS.get(name)
        if function is None and name.endswith("_") and name[:-1] in {*library.METHODS, *IN_PLACE}:
            raise AttributeError(f"no tensor method '{name}': {WRITTEN}")
        if function is None:
            raise AttributeError(f"hodiff has no tensor method or attribute '{name}'")
        if name in library.PROPERTIES:
            return function(self)
        return lambda *arguments, **keywords: function(self, *arguments, **keywords)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        from hodiff import library

        return library.numpy_call(ufunc.__name__, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from hodiff import library

        name = function.__name__
        if function.__module__.startswith("numpy.linalg"):
            name = f"linalg.{name}"
        return library.numpy_call(name, "__call__", args, kwargs)


class Hook:
    """A hook that was registered; remove() takes it away."""

    def __init__(self, tensor: Valued, key: int) -> None:
        self._tensor, self._key = tensor, key

    def remove(self) -> None:
        hooks = dict(self._tensor.hooks or {})
        hooks.pop(self._key, None)
        self._tensor.hooks = hooks or None
