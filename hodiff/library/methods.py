"""What a tensor of the library has beyond a node: a value, a gradient, PyTorch's methods.

They are put on the node itself, once, when the library is loaded: a subclass would leave what a
walk makes, and shared constants, of the other class. (JAX's array_methods and autograd's boxes do
the same.) Until then nodes are computed by nobody, which is what the command line wants.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from hodiff.arithmetic.base import UnknownError
from hodiff.arithmetic.program import apart, evaluate
from hodiff.engine.graph import (
    CONSTANT,
    DATA,
    OPERATORS,
    SERIAL,
    STATE,
    VARIABLE,
    Attributes,
    Inputs,
    Kind,
    Operation,
    State,
    Tensor,
    held,
    tensor_of,
    topological,
    written,
)
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import structure as st
from hodiff.library import numpy_names, publish
from hodiff.library.autograd import backward
from hodiff.library.creation import LOST, tensor, warn_of_loss
from hodiff.library.whole import in_whole_numbers

READ = "a tensor is never written to"
WRITTEN = f"{READ}. Make a new one: w = (w - step).detach().requires_grad_()"
IN_PLACE = ("fill", "copy", "uniform", "normal")
KEEPING = {  # how the graph keeps a node and what notebooks ask for, which dir() need not show
    *(
        "_assigned",
        "_repr_html_",
        "_repr_latex_",
        "_repr_markdown_",
        "_repr_svg_",
        "borrowed",
        "derived",
        "freed",
        "hooks",
        "opaque",
        "retained",
        "serial",
        "since",
        "span",
        "spent",
    ),
}


class AmbiguousError(ValueError, RuntimeError):
    """One value asked of many: numpy's ValueError and PyTorch's RuntimeError in one."""


class Methods(Tensor):
    """The methods of Tensor that aren't functions of the library, too: t.sum(dim=0) is
    hodiff.sum(t, dim=0)."""

    __slots__ = ()

    __array_priority__ = 1000.0  # numpy leaves a + t to t

    # Values: computed on first use, and kept while the tensor is.

    def computed(self) -> Any:
        """The value: a Python float of a float64 scalar, else a numpy array."""
        if self.value is None:
            near = self.inputs and all([x.value is not None for x in self.inputs])
            value = apart(self) if near else evaluate([self])[0]
            if self.operation is CONSTANT:  # shared by all graphs, and exact in them
                return value
            self.value = value
        if self.spent and self.inputs:
            self.inputs, self.opaque = (), True
        return self.value

    def item(self) -> float:
        """The value of a tensor of one entry, as a Python number."""
        value = self.computed()
        if getattr(value, "size", 1) != 1:
            raise AmbiguousError(f"item() takes a tensor of one entry, not shape {self.shape}")
        number: float = value.item() if hasattr(value, "item") else value
        return number

    def numpy(self, force: bool = False) -> Any:
        """The value as a numpy array. Raises RuntimeError for a tensor that requires grad, where
        operations are tracked, unless force."""
        if self.operation is VARIABLE:
            raise RuntimeError(
                "a variable has no value: give f one by hodiff.evaluate([f], {x: 1})"
            )
        if self.requires_grad and STATE.enabled and not force:
            raise RuntimeError(
                "can't call numpy() on a tensor that requires grad: call t.detach().numpy()"
            )
        import numpy  # start-up

        return numpy.array(self.computed())

    def __reduce__(self) -> Any:
        """A copy (copy, pickle): of a leaf, its value and whether it requires grad."""
        if self.operation is VARIABLE or not self.is_leaf:
            raise RuntimeError("a leaf with a value can be copied and pickled: detach() first")
        return tensor, (self.computed(), None, self.requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        """A copy of a leaf, with its .grad."""
        from copy import deepcopy  # start-up

        make, arguments = self.__reduce__()
        found: Tensor = make(*arguments)
        found.grad = deepcopy(self.grad, memo)
        return found

    def tolist(self) -> Any:
        """The value as nested lists of Python numbers."""
        value = self.computed()
        return value.tolist() if hasattr(value, "tolist") else value

    def __float__(self) -> float:
        if self.requires_grad:
            warn_of_loss("As a number")
        return float(self.item())

    def __int__(self) -> int:
        if self.requires_grad:
            warn_of_loss("As a number")
        return int(self.item())

    def __index__(self) -> int:
        value = self.item()
        if type(value) is not int:
            raise TypeError("only a tensor of one whole number is an index")
        return value

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __bool__(self) -> bool:
        try:
            value = self.computed()
        except UnknownError:
            message = "a variable has no truth value: choose with where(condition, a, b)"
            raise TypeError(message) from None
        if getattr(value, "size", 1) > 1:
            raise AmbiguousError("a tensor of many entries has no truth value: use any() or all()")
        return bool(value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy  # start-up

        if self.requires_grad and STATE.enabled and self.operation is not VARIABLE:
            raise RuntimeError(LOST.format("In a numpy array"))
        return numpy.array(self.numpy(), dtype=dtype)

    @property
    def dtype(self) -> Any:
        """The numpy dtype of the value."""
        import numpy  # start-up

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

    def __iadd__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._assigned("__add__", other)

    def __isub__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._assigned("__sub__", other)

    def __imul__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._assigned("__mul__", other)

    def __itruediv__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._assigned("__truediv__", other)

    def __ifloordiv__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._assigned("__floordiv__", other)

    def __imod__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._assigned("__mod__", other)

    def __ipow__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._assigned("__pow__", other)

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(f"an entry can't be assigned: {WRITTEN}")

    def __delitem__(self, index: Any) -> None:
        raise TypeError(f"an entry can't be deleted: {WRITTEN}")

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
        from hodiff.library.grad_fn import GradFn  # start-up: few programs ask

        return GradFn(self)

    def detach(self) -> Tensor:
        """A tensor of the same value that does not track."""
        try:
            return held(self.computed())
        except UnknownError:
            return st.untracked(self)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Track the operations on a leaf from here on; returns the leaf."""
        if self.inputs and self.requires_grad:
            if requires_grad:
                return self
            raise RuntimeError("you can only change requires_grad flags of leaf variables")
        if self.inputs:  # of what nothing tracks: a leaf from here on
            self.value = self.computed()
            self.operation, self.inputs, self.attributes = DATA, (), ()
        if requires_grad and self.value is not None and self.dtype.kind != "f":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if requires_grad and not self.requires_grad:
            now = next(SERIAL)
            if now > self.serial + 1:  # something was made since, and may use it
                self.since = now
        self.requires_grad = requires_grad
        return self

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Hook:
        """Call hook with each gradient computed in this tensor; what it returns replaces it. The
        gradient is tracked where the walk was asked to create_graph."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        shape = self.shape  # called may not know self: that would be a cycle

        def called(g: Tensor) -> Tensor | None:
            replaced = hook(g if STATE.enabled else g.detach())
            found = shape if replaced is None else tensor_of(replaced).shape
            if found != shape:
                raise RuntimeError(
                    f"a hook of a tensor of shape {shape} returned a gradient of shape {found}"
                )
            return replaced

        key = max(self.hooks or [0]) + 1  # the same hook may come twice
        self.hooks = {**(self.hooks or {}), key: called}
        return Hook(self, key)

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Add the gradient of this tensor to .grad of each leaf that requires one."""
        seeds = None if gradient is None else [gradient]
        backward([self], seeds, retain_graph, create_graph, inputs)

    def retain_grad(self) -> None:
        """Let backward() fill .grad of a tensor that is no leaf."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on a tensor that doesn't require gradient")
        self.retained = not self.is_leaf

    @property
    def retains_grad(self) -> bool:
        """Whether retain_grad() was called on a tensor that is no leaf."""
        return self.retained

    # Where a person looks, and what numpy's functions do.

    def __repr__(self) -> str:
        from hodiff.library.printing import shown  # start-up: brings the formula's view

        return shown(self)

    def _repr_latex_(self) -> str | None:
        """The formula of a tensor without a value, for notebooks; so are the other two."""
        from hodiff.library.printing import typeset  # start-up

        return typeset(self, "latex")

    def _repr_markdown_(self) -> str | None:
        from hodiff.library.printing import typeset  # start-up

        return typeset(self, "latex")

    def _repr_html_(self) -> str | None:
        from hodiff.library.printing import typeset  # start-up

        return typeset(self, "mathml")

    def _repr_svg_(self) -> str | None:
        """The graph behind a tensor, for notebooks; None where there is none, or no layout."""
        from hodiff.library.printing import drawn  # start-up

        return drawn(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "zero_":
            raise AttributeError(f"no tensor method 'zero_': {READ}: w.grad = None starts over")
        if name.endswith("_") and name[:-1] in publish.METHODS:
            mend = f"Make a new one: y = y.{name[:-1]}(...)"
            raise AttributeError(f"no tensor method '{name}': {READ}. {mend}")
        if name.endswith("_") and name[:-1] in IN_PLACE:
            raise AttributeError(f"no tensor method '{name}': {WRITTEN}")
        raise AttributeError(f"hodiff has no tensor method or attribute '{name}'")

    def __dir__(self) -> list[str]:
        return [name for name in object.__dir__(self) if name not in KEEPING]

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        return numpy_names.numpy_call(ufunc.__name__, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        name = function.__name__
        if function.__module__.startswith("numpy.linalg"):
            name = f"linalg.{name}"
        return numpy_names.numpy_call(name, "__call__", args, kwargs)


class Hook:
    """A hook that was registered; remove() takes it away, as does the end of a with."""

    def __init__(self, tensor: Tensor, key: int) -> None:
        self._tensor, self._key = tensor, key

    def remove(self) -> None:
        """Call the hook no more."""
        hooks = dict(self._tensor.hooks or {})
        hooks.pop(self._key, None)
        self._tensor.hooks = hooks or None

    def __enter__(self) -> Hook:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def _condition(x: Any) -> Tensor:
    """x as a condition, also where only its values tell: m.max() of a mask m."""
    node = tensor_of(x)
    if node.operation.differentiable and node.dtype.kind != "b":
        raise TypeError(pw.NO_CONDITION)
    return node


def _entries(x: Tensor, items: tuple[Any, ...]) -> Tensor:
    """x[items]; inside vmap, where the first of items has no value yet, it counts along an axis."""
    try:
        return st.index(x, items)
    except UnknownError:
        at, others = items[0], items[1:]
        condition = isinstance(at, Tensor) and at.operation.kind is Kind.CONDITION
        if not isinstance(at, Tensor) or condition or not x.shape or (others and at.shape):
            raise
        places = st.reshape_to(at, (prod(at.shape), *[1] * len(x.shape[1:])))
        places = st.expand_to(places, (prod(at.shape), *x.shape[1:]))
        found = st.reshape_to(st.gather(x, places, -len(x.shape)), at.shape + x.shape[1:])
        return _entries(found, others) if others else found


def eager(operation: Operation, inputs: Inputs, attributes: Attributes = ()) -> Tensor:
    """Add the node operation(*inputs) as written. On values alone that nothing tracks it is
    computed at once and keeps no inputs: ten thousand steps of an optimizer hold no graph."""
    node = written(operation, inputs, attributes)
    if node.requires_grad:
        node.opaque = True
    elif node.inputs and _valued(inputs):
        whole = in_whole_numbers(operation, inputs)
        node.value = apart(node) if whole is None else held(whole).value
        node.operation, node.inputs, node.attributes = DATA, (), ()
    elif node.inputs and not STATE.enabled:  # an identity would make a node that is tracked
        node.opaque = True
    return node


def _valued(inputs: Inputs) -> bool:
    """Whether inputs have values, in numbers that Python or numpy gave; where nothing is tracked,
    whether they can have."""
    found = False
    for x in inputs:
        if x.value is not None:
            found = True
        elif x.operation is not CONSTANT:
            return not STATE.enabled and all(
                node.operation is not VARIABLE for node in topological(inputs)
            )
    return found


# What Python gives every class stays as it is.
for _name, _method in vars(Methods).items():
    if _name not in ("__slots__", "__module__", "__doc__", "__qualname__", "__annotations__"):
        setattr(Tensor, _name, _method)
for _name, _method in publish.METHODS.items():
    if _name not in vars(Methods):  # detach has a method of its own
        setattr(Tensor, _name, property(_method) if _name in publish.PROPERTIES else _method)
State.outermost = State.builder = staticmethod(eager)
OPERATORS["and"] = lambda a, b: pw.both(_condition(a), _condition(b))
OPERATORS["or"] = lambda a, b: pw.either(_condition(a), _condition(b))
OPERATORS["invert"] = lambda x: pw.negation(_condition(x))
OPERATORS["getitem"] = _entries
OPERATORS["mod"] = pw.remainder
OPERATORS["floordiv"] = pw.whole_quotient
