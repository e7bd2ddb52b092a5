"""The tracked graph: Tensor, a node; Operation, what a node does; apply, which adds a node.

Nothing is computed here. A graph is run by hodiff.arithmetic, shown by hodiff.views and
extended by hodiff.backward.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakValueDictionary

from hodiff.arithmetic.exact import exactly
from hodiff.values import Valued

if TYPE_CHECKING:
    from fractions import Fraction

    Exact: TypeAlias = int | Fraction

Shape: TypeAlias = tuple[int, ...]


class Span:
    """The place in a source text that a node was written at."""

    __slots__ = ("end", "source", "start", "text")

    def __init__(self, text: str, source: str, start: int, end: int) -> None:
        self.text, self.source, self.start, self.end = text, source, start, end

    @property
    def written(self) -> str:
        return self.text[self.start : self.end]


class Operation:
    """One row of the table of operations. Calling it on tensors or numbers adds a node.

    name       what every arithmetic and view knows it by
    arity      number of tensor inputs, None for any number
    pullback   (g, inputs, output, attributes, i) -> the cotangent of input i, None for 0
    shape      (input shapes, attributes) -> output shape
    definition the operation in terms of others, for arithmetics that lack it
    formula    the operation as a person writes it, where the language has no name for it
    domain     where it is defined, in words, {x} standing for the argument
    pole       whether an infinite result at these numbers is a pole (else it is an overflow)
    jumps      where its value or its slope jumps, and to what (hodiff.operations.row.Jump)
    linear     whether the pullback reads no values, so that it also serves in a freed graph
    numpy      its full name for arrays, where that isn't numpy's function of the same name
    names      what the language calls it; none for an operation that only rules use
    """

    __slots__ = (
        "arity",
        "commutes",
        "definition",
        "differentiable",
        "domain",
        "formula",
        "jumps",
        "linear",
        "name",
        "names",
        "numpy",
        "partials",
        "pole",
        "pullback",
        "shape",
    )

    def __init__(
        self,
        name: str,
        arity: int | None,
        shape: Callable[[Sequence[Shape], tuple[Any, ...]], Shape],
        pullback: Callable[..., Tensor | None],
        *,
        partials: tuple[Callable[..., Any], ...] = (),
        definition: Callable[..., Any] | None = None,
        formula: Callable[..., Any] | None = None,
        domain: str = "",
        pole: Callable[..., bool] | None = None,
        numpy: str = "",
        names: tuple[str, ...] = (),
        commutes: bool = False,
        jumps: Any = None,
        linear: bool = False,
        differentiable: bool = True,
    ) -> None:
        self.name = name
        self.arity = arity
        self.shape = shape
        self.pullback = pullback
        self.partials = partials
        self.definition = definition
        self.formula = formula or definition
        self.domain = domain
        self.pole = pole
        self.numpy = numpy
        self.names = names
        self.commutes = commutes
        self.jumps = jumps
        self.linear = linear
        self.differentiable = differentiable
        OPERATIONS[name] = self

    def __call__(self, *arguments: Any) -> Tensor:
        inputs, attributes = arguments, ()
        if self.arity is not None and len(arguments) != self.arity:
            inputs, attributes = arguments[: self.arity], arguments[self.arity :]
        for x in inputs:
            if type(x) is not Tensor:
                inputs = tuple(map(tensor_of, inputs))
                break
        return (STATE.builder or apply)(self, inputs, attributes)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


OPERATIONS: dict[str, Operation] = {}
"""The table, by name; hodiff.operations fills it."""


def no_derivative(*_: Any) -> None:
    """The pullback of what has no inputs or is piecewise constant."""


# Leaves. A constant is exact: an int, a bool or a Fraction in its attributes. A variable is a
# name that a run binds. Data is numbers as they come from Python: floats, arrays.
CONSTANT = Operation("constant", 0, lambda shapes, attributes: (), no_derivative)
VARIABLE = Operation("variable", 0, lambda shapes, attributes: attributes[1], no_derivative)
DATA = Operation("data", 0, lambda shapes, attributes: (), no_derivative)


class Tensor(Valued):
    """A node of the graph: an operation on inputs, with a shape. Immutable once made.

    Python's operators and comparisons add nodes; numbers are taken in exactly where they are
    exact (int, Fraction). The value is computed on first use (hodiff.values).

    >>> import hodiff
    >>> x = hodiff.variable("x")
    >>> (df,) = hodiff.grad(x**3, x, create_graph=True)
    >>> hodiff.formula(df)
    '3*x**2'
    """

    __slots__ = (
        "__weakref__",
        "attributes",
        "borrowed",
        "derived",
        "freed",
        "inputs",
        "operation",
        "serial",
        "shape",
        "span",
        "spent",
    )

    operation: Operation
    inputs: tuple[Tensor, ...]
    attributes: tuple[Any, ...]
    shape: Shape
    serial: int  # counts up: a node is made after its inputs
    span: Span | None
    derived: bool  # added by a walk, not by a user
    freed: bool  # a walk that did not retain its graph went through
    spent: bool  # no walk can go through again: once it has its value it drops its inputs
    borrowed: bool  # a walk used this older node again: another result needs it

    def __add__(self, other: Any) -> Tensor:
        return OPERATIONS["add"](self, other)

    def __radd__(self, other: Any) -> Tensor:
        return OPERATIONS["add"](other, self)

    def __sub__(self, other: Any) -> Tensor:
        return OPERATIONS["sub"](self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return OPERATIONS["sub"](other, self)

    def __mul__(self, other: Any) -> Tensor:
        return OPERATIONS["mul"](self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return OPERATIONS["mul"](other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return OPERATIONS["div"](self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return OPERATIONS["div"](other, self)

    def __mod__(self, other: Any) -> Tensor:
        return OPERATIONS["mod"](self, other)

    def __rmod__(self, other: Any) -> Tensor:
        return OPERATIONS["mod"](other, self)

    def __floordiv__(self, other: Any) -> Tensor:
        return OPERATIONS["floor"](OPERATIONS["div"](self, other))

    def __rfloordiv__(self, other: Any) -> Tensor:
        return OPERATIONS["floor"](OPERATIONS["div"](other, self))

    def __pow__(self, other: Any) -> Tensor:
        return OPERATIONS["pow"](self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return OPERATIONS["pow"](other, self)

    def __matmul__(self, other: Any) -> Tensor:
        from hodiff.operations.structure import matmul

        return matmul(self, tensor_of(other))

    def __neg__(self) -> Tensor:
        return OPERATIONS["neg"](self)

    def __pos__(self) -> Tensor:
        return self

    def __lt__(self, other: Any) -> Tensor:
        return OPERATIONS["lt"](self, other)

    def __le__(self, other: Any) -> Tensor:
        return OPERATIONS["le"](self, other)

    def __gt__(self, other: Any) -> Tensor:
        return OPERATIONS["gt"](self, other)

    def __ge__(self, other: Any) -> Tensor:
        return OPERATIONS["ge"](self, other)

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
        return OPERATIONS["eq"](self, other)

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return OPERATIONS["ne"](self, other)

    def __and__(self, other: Any) -> Tensor:
        return OPERATIONS["and"](*map(condition_of, (self, other)))

    def __or__(self, other: Any) -> Tensor:
        return OPERATIONS["or"](*map(condition_of, (self, other)))

    def __invert__(self) -> Tensor:
        return OPERATIONS["not"](condition_of(self))

    __rand__, __ror__ = __and__, __or__
    __hash__ = object.__hash__

    def __abs__(self) -> Tensor:
        return OPERATIONS["abs"](self)

    def __rmatmul__(self, other: Any) -> Tensor:
        return tensor_of(other) @ self

    def __getitem__(self, index: Any) -> Tensor:
        from hodiff.operations.structure import index as indexed

        return indexed(self, index if isinstance(index, tuple) else (index,))

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar tensor has no length")
        return self.shape[0]

    def __repr__(self) -> str:
        from hodiff.views.text import shown

        return shown(self)


SERIAL = count()
serial = attrgetter("serial")


def make(
    operation: Operation, inputs: tuple[Tensor, ...], attributes: tuple[Any, ...], shape: Shape
) -> Tensor:
    """A new node, with no look at what is there already."""
    node = Tensor()
    node.operation = operation
    node.inputs = inputs
    node.attributes = attributes
    node.shape = shape
    node.serial = next(SERIAL)
    node.span = None
    node.value = node.grad = node.hooks = None
    node.derived = node.freed = node.spent = node.borrowed = False
    node.requires_grad = node.retained = False
    if operation.differentiable:
        for x in inputs:
            if x.requires_grad:
                node.requires_grad = True
                break
    return node


def variable(name: str, shape: Shape = (), requires_grad: bool = True) -> Tensor:
    """A named leaf without a value: what a formula is differentiated in.

    >>> variable("x")
    tensor(x)
    """
    node = make(VARIABLE, (), (name, shape), shape)
    node.requires_grad = requires_grad
    return node


def constant(value: Exact) -> Tensor:
    """An exact number as a leaf: an int, a bool or a Fraction; the same node for the same value."""
    if type(value) is int and -17 < value < 17:
        return SMALL[value]
    if not isinstance(value, int) and value.denominator == 1:
        return constant(value.numerator)
    key = (type(value) is bool, value)
    node = CONSTANTS.get(key)
    if node is None:
        node = CONSTANTS[key] = make(CONSTANT, (), (value,), ())
    return node


def tensor_of(x: Any) -> Tensor:
    """x as a node: itself, an exact constant, or data (floats and arrays)."""
    if isinstance(x, Tensor):
        return x
    if isinstance(x, int) or type(x).__name__ == "Fraction":
        return constant(x)
    return data(x)


def condition_of(x: Any) -> Tensor:
    """x as a node, which has to be a condition: x > 0, a bool, an array of them."""
    node = tensor_of(x)
    known = node.attributes[:1] if node.operation is CONSTANT else (node.value,)
    if node.operation.differentiable and type(known[0]) is not bool and node.dtype.kind != "b":
        raise TypeError("&, | and ~ join conditions, such as (x > 0) & (x < 1), not numbers")
    return node


def data(x: Any, dtype: Any = None) -> Tensor:
    """x as a leaf with a value of its own: a Python float, or a numpy array that nobody writes."""
    if type(x) is float and dtype is None:
        return held(x)
    import numpy

    array = numpy.array(x, dtype=dtype)
    if array.dtype == object or array.dtype.kind not in "fiubc":
        raise TypeError(f"a tensor holds numbers, not {array.dtype}")
    return held(array)


def held(x: Any) -> Tensor:
    """A value that a run computed as a leaf: not copied, unless it is a view of an array."""
    if type(x) is float:
        node = make(DATA, (), (), ())
        node.value = x
        return node
    import numpy

    array = numpy.asarray(x) if getattr(x, "base", None) is None else numpy.array(x)
    array.flags.writeable = False
    node = make(DATA, (), (), array.shape)
    node.value = float(array) if array.dtype == float and not array.shape else array
    return node


SMALL = {n: make(CONSTANT, (), (n,), ()) for n in range(-16, 17)}
ZERO, ONE = SMALL[0], SMALL[1]
CONSTANTS: WeakValueDictionary[tuple[bool, Exact], Tensor] = WeakValueDictionary()


class _State(threading.local):
    """What adds nodes in this thread: None makes them as written; a walk shares and tidies."""

    builder: Callable[[Operation, tuple[Tensor, ...], tuple[Any, ...]], Tensor] | None = None
    enabled = True  # False inside no_grad()
    eager = True  # False while a text is read: its numbers are proven later, data included
    most_nodes: int | None = None  # that a walk may add; the command line has a limit


STATE = _State()


@contextmanager
def lazy() -> Iterator[None]:
    """Operations inside are not computed at once, on whatever they are."""
    outer, STATE.eager = STATE.eager, False
    try:
        yield
    finally:
        STATE.eager = outer


def apply(
    operation: Operation, inputs: tuple[Tensor, ...], attributes: tuple[Any, ...] = ()
) -> Tensor:
    """Add the node operation(*inputs): as written, or, while grad walks, shared and tidied.

    A node on values alone that nothing tracks is computed at once and keeps no inputs: ten
    thousand steps of an optimizer hold no graph.
    """
    builder = STATE.builder
    if builder is not None:
        return builder(operation, inputs, attributes)
    if inputs and inputs[0].operation is CONSTANT:
        value = folded(operation, inputs, attributes)
        if value is not None:
            return constant(value)
    shape = operation.shape([x.shape for x in inputs], attributes)
    node = make(operation, inputs, attributes, shape)
    if not STATE.enabled:
        node.requires_grad = False
    if not node.requires_grad and STATE.eager and _valued(inputs):
        node.computed()
        node.operation, node.inputs, node.attributes = DATA, (), ()
    return node


def _valued(inputs: tuple[Tensor, ...]) -> bool:
    """Whether inputs have values, in numbers that Python or numpy gave."""
    if not STATE.enabled:
        inputs = tuple(x for x in inputs if x.operation is not CONSTANT)
        return bool(inputs) and all(x.operation is not VARIABLE for x in topological(inputs))
    found = False
    for x in inputs:
        if x.value is not None:
            found = True
        elif x.operation is not CONSTANT:
            return False
    return found


def folded(
    operation: Operation, inputs: tuple[Tensor, ...], attributes: tuple[Any, ...]
) -> Exact | None:
    """The exact value of an operation on exact constants alone, where there is one."""
    for x in inputs:
        if x.operation is not CONSTANT:
            return None
    if not inputs:
        return None
    return exactly(operation.name, [x.attributes[0] for x in inputs], attributes)


def topological(
    outputs: Iterable[Tensor], tracked: bool = False, unknown: bool = False
) -> list[Tensor]:
    """Every node that outputs depend on, inputs before users, without recursion.

    tracked leaves out what doesn't require grad; unknown, what only nodes with a value need.
    """
    found = {x for x in outputs if x.requires_grad or not tracked}
    nodes = list(found)
    for node in nodes:  # which grows
        if unknown and node.value is not None:
            continue
        for x in node.inputs:
            if x not in found and (x.requires_grad or not tracked):
                found.add(x)
                nodes.append(x)
    nodes.sort(key=serial)
    return nodes


class ShapeError(ValueError, RuntimeError):
    """Shapes that don't fit together: numpy's ValueError and PyTorch's RuntimeError in one."""


def broadcast(shapes: Sequence[Shape], attributes: tuple[Any, ...] = ()) -> Shape:
    """numpy's broadcasting rule. Raises ShapeError naming the shapes that don't fit."""
    result: Shape = ()
    for shape in shapes:
        if shape == result or not shape:
            continue
        if not result:
            result = shape
            continue
        rank = max(len(shape), len(result))
        a, b = (1,) * (rank - len(shape)) + shape, (1,) * (rank - len(result)) + result
        if any(m != n and m != 1 and n != 1 for m, n in zip(a, b, strict=True)):
            raise ShapeError(f"{described(result)} and {described(shape)} do not fit together")
        result = tuple(n if m == 1 else m for m, n in zip(a, b, strict=True))
    return result


def described(shape: Shape) -> str:
    """A shape in words: 'a number', 'a vector of 3', 'a matrix of 2 by 3'."""
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"a vector of {shape[0]}"
    return f"{'a matrix' if len(shape) == 2 else 'an array'} of {' by '.join(map(str, shape))}"
