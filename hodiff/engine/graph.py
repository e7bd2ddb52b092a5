"""The tracked graph: Tensor, a node; Operation, what a node does; what adds a node.

Nothing is computed here. A graph is run by hodiff.arithmetic, shown by hodiff.views and
extended by hodiff.engine.backward.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakValueDictionary

from hodiff.engine.exact import exactly
from hodiff.engine.limits import Limits
from hodiff.engine.shapes import broadcast
from hodiff.errors import no_number

if TYPE_CHECKING:
    from hodiff.engine.exact import Exact
    from hodiff.engine.methods import Methods
    from hodiff.engine.shapes import Shape
    from hodiff.errors import Span
else:
    Methods = object  # hodiff.library.methods puts them on the tensor: docs/stub.py lists them

Inputs: TypeAlias = "tuple[Tensor, ...]"
Attributes: TypeAlias = tuple[Any, ...]
Build: TypeAlias = Callable[["Operation", Inputs, Attributes], "Tensor"]


class Kind(Enum):
    """What an operation does to arrays: all that vmap, diagonals and arithmetics ask of a row."""

    LEAF = auto()
    ENTRYWISE = auto()  # each entry from those in its place; inputs broadcast
    CONDITION = auto()  # the same, true or false
    MOVES = auto()  # each entry is one of an input's, or a 0
    REDUCES = auto()  # over the axes in its first attribute; without attributes over all
    SCANS = auto()  # along such axes, in the shape of its input
    BILINEAR = auto()  # products of arrays, linear in each input
    MATRIX = auto()  # of the last two axes: those before them are a batch


class Operation:
    """One row of the table of operations. Calling it on tensors or numbers adds a node."""

    name: str  # what every arithmetic and view knows it by
    arity: int | None  # number of tensor inputs, None for any number
    shape: Callable[[Sequence[Shape], Attributes], Shape]  # of the output, from the inputs'
    pullback: Callable[..., Tensor | None]
    """(g, inputs, output, attributes, i) -> the cotangent of input i, None for 0."""

    kind: Kind = Kind.LEAF
    names: tuple[str, ...] = ()  # what the language calls it; none where only rules use it
    numpy: str = ""  # its full name for arrays, where that isn't numpy's of the same name
    definition: Callable[..., Any] | None = None  # in others, for arithmetics that lack it
    formula: Callable[..., Any] | None = None  # as a person writes it, where it has no names
    partials: tuple[Callable[..., Any], ...] = ()  # of an entrywise row: its slope in each input
    meaning: str = ""  # in words, for what the library's own tables don't say
    folds: Operation | None = None  # of a reduction: what joins two entries, a ufunc of numpy's
    unit: Any = None  # and what it is of none
    domain: str = ""  # where it is defined, in words, {x} standing for the argument
    pole: Callable[..., bool] | None = None  # whether inf at these numbers is no overflow
    jumps: Any = None  # where its value or its slope jumps (hodiff.engine.operations.row.Jump)
    commutes: bool = False
    linear: bool = False  # the pullback reads no values: it also serves in a freed graph
    differentiable: bool = True
    refuses: bool = False  # None from the pullback is no gradient, not a 0
    used: bool = False  # a condition that counts: its slope is a 0, not none, as relu's mask's
    never_zero: bool = False  # a 0 in doubles is a number that vanished
    special: bool = False  # FLINT alone has it: hodiff.arithmetic.special, by its name
    arrays_only: bool = False  # no arithmetic on single numbers has it

    def __init__(
        self,
        name: str,
        arity: int | None,
        shape: Callable[[Sequence[Shape], Attributes], Shape],
        pullback: Callable[..., Tensor | None],
        **fields: Any,
    ) -> None:
        self.name, self.arity, self.shape, self.pullback = name, arity, shape, pullback
        for field, value in fields.items():
            if not hasattr(Operation, field):
                raise TypeError(f"a row has no field {field!r}")
            setattr(self, field, value)
        self.formula = self.formula or self.definition
        if name in OPERATIONS:
            raise ValueError(f"there is an operation {name!r} already")
        OPERATIONS[name] = self

    def __call__(self, *arguments: Any) -> Tensor:
        inputs, attributes = arguments, ()
        if self.arity is not None and len(arguments) != self.arity:
            inputs, attributes = arguments[: self.arity], arguments[self.arity :]
        for x in inputs:
            if type(x) is not Tensor:
                inputs = tuple(map(tensor_of, inputs))
                break
        return STATE.builder(self, inputs, attributes)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


OPERATIONS: dict[str, Operation] = {}
"""The table, by name; hodiff.engine.operations fills it."""

OPERATORS: dict[str, Callable[..., Tensor]] = {}
"""What Python's operators do, by their methods' names; hodiff.engine.operations fills it."""


def no_derivative(*_: Any) -> None:
    """The pullback of what has no inputs or is piecewise constant."""


# Leaves. A constant is exact: an int, a bool or a Fraction in its attributes. A variable is a
# name that a run binds. Data is numbers as they come from Python: floats, arrays.
CONSTANT = Operation("constant", 0, lambda shapes, attributes: (), no_derivative)
VARIABLE = Operation("variable", 0, lambda shapes, attributes: attributes[1], no_derivative)
DATA = Operation("data", 0, lambda shapes, attributes: (), no_derivative)
NUMBER: Attributes = ("number",)  # of data that has no dtype of its own


def _operators(name: str) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    """A binary operator, and the same with the tensor on the right."""

    def operator(self: Tensor, other: Any) -> Tensor:
        return OPERATORS[name](self, other)

    def reflected(self: Tensor, other: Any) -> Tensor:
        return OPERATORS[name](other, self)

    return operator, reflected


class Tensor(Methods):
    """A node of the graph: an operation on inputs, with a shape. Immutable once made.

    Python's operators and comparisons add nodes; numbers are taken in exactly where they are
    exact (int, Fraction). What a person calls besides (item, backward, sum ...) is put on it by
    hodiff.library.methods.

    >>> import hodiff
    >>> x = hodiff.variable("x")
    >>> (df,) = hodiff.grad(x**3, x, create_graph=True)
    >>> hodiff.formula(df)
    '3*x**2'
    """

    operation: Operation
    inputs: tuple[Tensor, ...]
    attributes: tuple[Any, ...]
    shape: Shape
    serial: int  # counts up: a node is made after its inputs
    span: Span | None  # its place in the text that it was written in
    derived: bool  # added by a walk, not by a user
    freed: bool  # a walk that did not retain its graph went through
    spent: tuple[int, set[int]] | None
    """No walk can go through again: once it has its value it drops its inputs. What it keeps of
    them: who was there, by serial, and before which serial there may have been more."""
    borrowed: bool  # a walk used this older node again: another result needs it
    opaque: bool  # its owner may ask for its gradient, or hook it: no identity looks into it
    requires_grad: bool
    since: int  # the serial from which on it is tracked: users that are older don't count
    value: Any  # a float or an array, None until it is computed
    grad: Tensor | None  # what backward() gathers
    retained: bool  # backward() fills .grad though it is no leaf
    hooks: dict[int, Callable[[Tensor], Tensor | None]] | None

    __slots__ = ("__weakref__", *__annotations__)

    __array_ufunc__: Any = None  # numpy leaves a + t to t

    __add__, __radd__ = _operators("add")
    __sub__, __rsub__ = _operators("sub")
    __mul__, __rmul__ = _operators("mul")
    __truediv__, __rtruediv__ = _operators("truediv")
    __floordiv__, __rfloordiv__ = _operators("floordiv")
    __mod__, __rmod__ = _operators("mod")
    __pow__, __rpow__ = _operators("pow")
    __matmul__, __rmatmul__ = _operators("matmul")
    __and__, __rand__ = _operators("and")
    __or__, __ror__ = _operators("or")
    __lt__, __gt__ = _operators("lt")[0], _operators("gt")[0]
    __le__, __ge__ = _operators("le")[0], _operators("ge")[0]
    __hash__ = object.__hash__

    def __eq__(self, other: Any) -> Tensor:  # type: ignore[override]
        return NotImplemented if other is None else OPERATIONS["eq"](self, other)

    def __ne__(self, other: Any) -> Tensor:  # type: ignore[override]
        return NotImplemented if other is None else OPERATIONS["ne"](self, other)

    def __neg__(self) -> Tensor:
        return OPERATORS["neg"](self)

    def __pos__(self) -> Tensor:
        return self

    def __abs__(self) -> Tensor:
        return OPERATORS["abs"](self)

    def __invert__(self) -> Tensor:
        return OPERATORS["invert"](self)

    def __getitem__(self, index: Any) -> Tensor:
        return OPERATORS["getitem"](self, index if isinstance(index, tuple) else (index,))

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar tensor has no length")
        return self.shape[0]

    def __bool__(self) -> bool:
        raise TypeError("a node has no truth value: choose with where(condition, a, b)")


SERIAL = count()
serial = attrgetter("serial")


def make(operation: Operation, inputs: Inputs, attributes: Attributes, shape: Shape) -> Tensor:
    """A new node, with no look at what is there already."""
    node = Tensor()
    node.operation = operation
    node.inputs = inputs
    node.attributes = attributes
    node.shape = shape
    node.serial = next(SERIAL)
    node.span = None
    node.value = node.grad = node.hooks = node.spent = None
    node.derived = node.freed = node.borrowed = False
    node.requires_grad = node.retained = node.opaque = False
    node.since = 0
    if operation.differentiable:
        for x in inputs:
            if x.requires_grad:
                node.requires_grad = True
                break
    return node


def variable(name: str, shape: Shape = (), requires_grad: bool = True) -> Tensor:
    """A named leaf without a value: what a formula is differentiated in.

    >>> import hodiff
    >>> hodiff.variable("x")
    tensor(x)
    """
    node = make(VARIABLE, (), (name, shape), shape)
    node.requires_grad = requires_grad
    return node


def constant(value: Exact) -> Tensor:
    """An exact number as a leaf: an int, a bool or a Fraction; the same node for the same value.

    >>> import hodiff
    >>> from fractions import Fraction
    >>> hodiff.constant(Fraction(1, 3)) * 3
    tensor(1.)
    """
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
    if isinstance(x, float):
        return make_number(x)
    if isinstance(x, int) or type(x).__name__ == "Fraction":
        return constant(x)
    return data(x)


def make_number(x: float) -> Tensor:
    """A Python number, or numpy's, as a leaf: beside float32 it is float32, unlike a tensor."""
    node = make(DATA, (), NUMBER, ())
    node.value = float(x)
    return node


def data(x: Any, dtype: Any = None) -> Tensor:
    """x as a leaf with a value of its own: a Python float, or a numpy array that nobody writes."""
    if type(x) is float and dtype is None:
        return held(x)
    import numpy  # start-up: one point needs none

    array = numpy.array(x, dtype=dtype)
    if array.dtype.kind not in "fiub":
        raise TypeError(no_number(array.dtype))
    return held(array)


def held(x: Any) -> Tensor:
    """A value that a run computed as a leaf: not copied, unless it is a view of an array."""
    if type(x) is float:
        node = make(DATA, (), (), ())
        node.value = x
        return node
    import numpy  # start-up

    array = numpy.asarray(x) if getattr(x, "base", None) is None else numpy.array(x)
    array.flags.writeable = False
    node = make(DATA, (), (), array.shape)
    node.value = float(array) if array.dtype == float and not array.shape else array
    return node


SMALL = {n: make(CONSTANT, (), (n,), ()) for n in range(-16, 17)}
ZERO, ONE = SMALL[0], SMALL[1]
CONSTANTS: WeakValueDictionary[tuple[bool, Exact], Tensor] = WeakValueDictionary()


def written(operation: Operation, inputs: Inputs, attributes: Attributes = ()) -> Tensor:
    """Add the node operation(*inputs) as a user wrote it; exact constants are folded."""
    if inputs and inputs[0].operation is CONSTANT:
        value = folded(operation, inputs, attributes)
        if value is not None:
            return constant(value)
    shape = inputs[0].shape if inputs else ()
    if operation.shape is broadcast:
        for x in inputs:
            if x.shape != shape:
                shape = broadcast([x.shape for x in inputs])
                break
    else:
        shape = operation.shape([x.shape for x in inputs], attributes)
    node = make(operation, inputs, attributes, shape)
    if not STATE.enabled:
        node.requires_grad = False
    return node


def folded(operation: Operation, inputs: Inputs, attributes: Attributes) -> Exact | None:
    """The exact value of an operation on exact constants alone, where there is one."""
    for x in inputs:
        if x.operation is not CONSTANT:
            return None
    if not inputs:
        return None
    return exactly(operation.name, [x.attributes[0] for x in inputs], attributes)


class State(threading.local):
    """How nodes are added in this thread. The library and the command line set defaults."""

    outermost: Build = staticmethod(written)  # outside a walk; the library's computes at once
    builder: Build = staticmethod(written)  # now: a walk shares nodes (hodiff.engine.sharing)
    enabled = True  # False inside no_grad()
    limits = Limits()


STATE = State()


@contextmanager
def building(builder: Build) -> Iterator[None]:
    """Nodes inside are added by builder."""
    outer = vars(STATE).get("builder")
    STATE.builder = builder
    try:
        yield
    finally:
        if outer is None:  # the default, which the library may have replaced meanwhile
            del STATE.builder
        else:
            STATE.builder = outer


@contextmanager
def tracking(enabled: bool) -> Iterator[None]:
    """Operations inside are tracked, or not."""
    outer, STATE.enabled = STATE.enabled, enabled
    try:
        yield
    finally:
        STATE.enabled = outer


def apply(operation: Operation, inputs: Inputs, attributes: Attributes = ()) -> Tensor:
    """Add the node operation(*inputs): as written, or, while grad walks, shared and tidied."""
    return STATE.builder(operation, inputs, attributes)


def topological(
    outputs: Iterable[Tensor], tracked: bool = False, unknown: bool = False, since: int = 0
) -> list[Tensor]:
    """Every node that outputs depend on, inputs before users, without recursion.

    tracked leaves out what doesn't require grad; unknown, what only nodes with a value need;
    since, what is older.
    """
    found = {x for x in outputs if x.requires_grad or not tracked}
    nodes = list(found)
    for node in nodes:  # which grows
        if unknown and node.value is not None:
            continue
        for x in node.inputs:
            if x in found or (tracked and not (x.requires_grad and x.since <= node.serial)):
                continue
            if x.serial >= since:
                found.add(x)
                nodes.append(x)
    nodes.sort(key=serial)
    return nodes
