"""Syntax tree to graph: names and functions looked up, nodes added, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from math import prod
from typing import Any

from hodiff.engine.graph import (
    CONSTANT,
    OPERATIONS,
    STATE,
    VARIABLE,
    Tensor,
    building,
    constant,
    data,
    written,
)
from hodiff.engine.operations import FUNCTIONS
from hodiff.engine.operations.elementary import (
    catalan,
    e,
    euler_gamma,
    golden_ratio,
    hypot,
    pi,
    sqrt,
    sums_squares,
)
from hodiff.engine.operations.piecewise import both, either, floor_divide, negation, truth
from hodiff.engine.operations.structure import index, matmul, stack
from hodiff.engine.shapes import described
from hodiff.errors import HodiffError, Span
from hodiff.language.checks import gathered
from hodiff.language.files import numbers
from hodiff.language.grammar import Node
from hodiff.language.ranges import MOST_TERMS_OF_ALL, RANGED, indices, joined, ranged
from hodiff.language.slips import ELEMENTARY

MOST_ENTRIES = 1_000_000
MOST_FAULTS = 10  # of one text
FAULTY: Any = object()  # the value of what is wrong, and of all that it is in

NAMED = {x.name: x() for x in (pi, e, euler_gamma, catalan, golden_ratio)}
ALWAYS = ("pi", "e")  # the others are variables where --wrt names them

OPERATORS: dict[str, Callable[..., Tensor]] = {
    "add": OPERATIONS["add"],
    "sub": OPERATIONS["sub"],
    "mul": OPERATIONS["mul"],
    "div": OPERATIONS["div"],
    "mod": OPERATIONS["mod"],
    "pow": lambda a, b: _power(a, b),
    "neg": OPERATIONS["neg"],
    "pos": lambda x: x,
    "floordiv": floor_divide,
    "matmul": matmul,
    "and": lambda a, b: both(truth(a), truth(b)),
    "or": lambda a, b: either(truth(a), truth(b)),
    "not": lambda x: negation(truth(x)),
}


def _power(a: Tensor, b: Tensor) -> Tensor:
    """a**b; an even power of a length as a power of the sum of squares that it is the root of,
    which is smooth at 0."""
    n = b.attributes[0] if b.operation is CONSTANT else None
    if type(n) is int and n > 0 and n % 2 == 0:
        if a.operation is hypot:
            x, y = a.inputs
            return (x**2 + y**2) ** (n // 2)
        if a.operation is sqrt and sums_squares(a.inputs[0]):
            return a.inputs[0] ** (n // 2)
    return a**b


class Scope:
    """The names at a place in the text: parameters, and what was defined before it.

    The table is one for the whole text, each value in it with the number of its definition.
    """

    def __init__(
        self,
        table: dict[str, list[tuple[int, Any]]],
        before: int,
        parameters: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.table, self.before, self.parameters = table, before, parameters or {}

    def get(self, name: str) -> Any:
        """The value of name here, None if it has none."""
        if name in self.parameters:
            return self.parameters[name]
        for number, value in reversed(self.table.get(name, ())):
            if number < self.before:
                return value
        return None

    def inside(self, name: str, value: Tensor) -> Scope:
        """The same, with one name more."""
        return Scope(self.table, self.before, {**self.parameters, name: value})


class _Defined:
    """A function that the text defines: its body sees what was defined before it."""

    def __init__(self, parameters: tuple[str, ...], body: Node, number: int) -> None:
        self.parameters, self.body, self.number = parameters, body, number
        self.results: dict[tuple[int, ...], Tensor] = {}
        self.arguments: list[list[Tensor]] = []  # keeps the ids in results theirs


class Builder:
    """Builds the graph of one text.

    names are bound names; a name that isn't there goes to free, which makes a leaf or raises
    a HodiffError without a place. variables are names that free has to be told of, for they
    mean something elsewhere. places gathers where exact numbers stand.
    """

    def __init__(
        self,
        text: str,
        source: str,
        names: Mapping[str, Tensor],
        free: Callable[..., Tensor],
        variables: Collection[str] = (),
        places: dict[Tensor, Span] | None = None,
    ) -> None:
        self.text, self.source = text, source
        self.given, self.met = names, set[str]()  # those of names that the text needs
        self.names: dict[str, list[tuple[int, Any]]] = {n: [(-1, x)] for n, x in names.items()}
        self.free = free
        self.variables = variables
        self.places = {} if places is None else places
        self.functions: dict[str, list[tuple[int, Any]]] = {}
        self.definitions: list[Node] = []
        self.count, self.terms, self.most_operations = 0, 0, STATE.limits.text
        self.faults: list[HodiffError] = []
        held = [prod(x.shape) for x in names.values()]
        self.most_entries = max(MOST_ENTRIES, 8 * max(held, default=0))

    def program(self, tree: Node) -> Tensor:
        """The value of a program: its last expression, after its definitions."""
        self.definitions = tree.children[:-1]
        for number, definition in enumerate(self.definitions):
            name, parameters = definition.value
            (body,) = definition.children
            if parameters is None:
                value = self.expression(body, number)
                self.names.setdefault(name, []).append((number, value))
            else:
                defined = _Defined(parameters, body, number)
                self.functions.setdefault(name, []).append((number, defined))
        return self.expression(tree.children[-1], len(self.definitions))

    def expression(self, tree: Node, number: int = 0) -> Tensor:
        """The value of an expression behind number definitions."""
        with building(written):  # its numbers are proven later, data included
            value = self._expression(tree, number)
        if self.faults:
            raise gathered(self.faults)
        return value

    def _expression(self, tree: Node, number: int) -> Tensor:
        """It is built without recursion."""
        values: list[Any] = []
        # A task is a node to visit, a node whose children are on values, or a call to remember.
        scopes = Scope(self.names, number), Scope(self.functions, number)
        tasks: list[tuple[str, Any, Scope, Scope]] = [("visit", tree, *scopes)]
        while tasks:
            what, node, names, functions = tasks.pop()
            if what == "visit":
                if node is None:
                    values.append(None)
                    continue
                if node.kind == "call" and node.value in RANGED and not functions.get(node.value):
                    parts = self.placed(ranged, node, node)
                    if parts is FAULTY:
                        values.append(FAULTY)
                        continue
                    if parts is not None:
                        tasks.append(("terms", (node, parts), names, functions))
                        tasks += [("visit", x, names, functions) for x in (parts.high, parts.low)]
                        continue
                tasks.append(("build", node, names, functions))
                tasks += [("visit", c, names, functions) for c in reversed(node.children)]
                continue
            if what == "terms":
                call, parts = node
                high, low = values.pop(), values.pop()
                faulty = low is FAULTY or high is FAULTY
                over = FAULTY if faulty else self.placed(indices, call, call.value, low, high)
                if over is FAULTY:
                    values.append(FAULTY)
                    continue
                self.terms += len(over)
                if self.terms > MOST_TERMS_OF_ALL:
                    message = f"all sums together have {MOST_TERMS_OF_ALL} terms at most"
                    raise self.fault("limit", message, call)
                tasks.append(("join", (call, len(over)), names, functions))
                for k in reversed(over):
                    inner = names.inside(parts.name.value, constant(k))
                    tasks.append(("visit", parts.term, inner, functions))
                continue
            if what == "join":
                call, size = node
                terms = values[len(values) - size :]
                del values[len(values) - size :]
                faulty = any(x is FAULTY for x in terms)
                values.append(FAULTY if faulty else self.placed(self.joined, call, call, terms))
                continue
            if what == "remember":
                defined, key = node
                defined.results[key] = values[-1]
                continue
            count = len(node.children)
            arguments = values[len(values) - count :]
            del values[len(values) - count :]
            defined = functions.get(node.value) if node.kind == "call" else None
            if any(x is FAULTY for x in arguments):
                values.append(FAULTY)
                continue
            if defined is None:
                values.append(self.tried(node, arguments, names, functions))
                continue
            key = tuple(map(id, arguments))
            if key in defined.results:
                values.append(defined.results[key])
                continue
            if count != len(defined.parameters):
                message = _arity(node.value, len(defined.parameters), count)
                values.append(self.kept(self.fault("syntax", message, node), node))
                continue
            defined.arguments.append(arguments)
            given = dict(zip(defined.parameters, arguments, strict=True))
            inner = Scope(self.names, defined.number, given)
            tasks.append(("remember", (defined, key), names, functions))
            tasks.append(("visit", defined.body, inner, Scope(self.functions, defined.number)))
        return values[0]  # type: ignore[no-any-return]

    def joined(self, node: Node, terms: list[Tensor]) -> Tensor:
        found = joined(node.value, terms)
        self.mark(found, node)
        return found

    def placed(self, find: Callable[..., Any], node: Node, *arguments: Any) -> Any:
        """find of arguments; FAULTY where it raises, for node is at fault."""
        try:
            return find(*arguments)
        except HodiffError as fault:
            return self.kept(self.fault(fault.kind, fault.message, node), node)
        except ValueError as fault:
            return self.kept(self.fault("syntax", str(fault), node), node)

    def tried(self, node: Node, arguments: list[Any], names: Scope, functions: Scope) -> Any:
        """The same as node; FAULTY for what is wrong whatever the rest of the text is."""
        try:
            return self.node(node, arguments, names, functions)
        except HodiffError as fault:
            if fault.kind not in ("name", "syntax") or fault.text is not self.text:
                raise
            return self.kept(fault, node)

    def kept(self, fault: HodiffError, node: Node) -> Any:
        """FAULTY, with the fault for the end; a name's is told once."""
        told = [(x.message, x.start if node.kind != "name" else None) for x in self.faults]
        if (fault.message, fault.start if node.kind != "name" else None) not in told:
            self.faults.append(fault)
        if len(self.faults) == MOST_FAULTS:
            raise gathered(self.faults)
        return FAULTY

    def node(self, node: Node, arguments: list[Any], names: Scope, functions: Scope) -> Any:
        """What one node of the tree adds to the graph."""
        self.count += 1
        if self.count > self.most_operations:
            message = f"the expression has over {self.most_operations} operations"
            raise self.fault("limit", message, node)
        try:
            value = self.added(node, arguments, names, functions)
        except HodiffError as fault:
            if fault.text is None:
                fault.text, fault.source = self.text, self.source
                fault.start, fault.end = node.start, node.end
            raise
        except (ValueError, IndexError) as fault:
            raise self.fault("syntax", str(fault), node) from None
        if isinstance(value, Tensor):
            if prod(value.shape) > self.most_entries:
                message = f"{described(value.shape)} has over {self.most_entries} entries"
                raise self.fault("limit", message, node)
            self.mark(value, node)
        return value

    def added(self, node: Node, arguments: list[Any], names: Scope, functions: Scope) -> Any:
        kind = node.kind
        if kind == "number":
            return constant(node.value)
        if kind == "name":
            return self.named(node.value, names, functions)
        if kind == "operation":
            return OPERATORS[node.value](*arguments)
        if kind == "call":
            return self.called(node, arguments, names, functions)
        if kind == "vector":
            return stack(*arguments)
        if kind == "compare":
            tests = [
                OPERATIONS[name](a, b)
                for name, a, b in zip(node.value, arguments, arguments[1:], strict=False)
            ]
            result = tests[0]
            for test in tests[1:]:
                result = both(result, test)
            return result
        if kind == "slice":
            return slice(
                *[None if x is None else _whole(x, "a bound of a slice") for x in arguments]
            )
        if kind == "index":
            name = node.children[0].value if node.children[0].kind == "name" else ""
            mend = self.round_brackets(name)
            items = [
                x if isinstance(x, slice) else _whole(x, "an index", mend) for x in arguments[1:]
            ]
            if name and arguments[0].operation is VARIABLE and not arguments[0].shape:
                mend = mend or f": bind a vector to it, --at {name}=[1, 2]"
                raise ValueError(f"'{name}' is a number here{mend}")
            return index(arguments[0], tuple(items))
        if kind in ("file", "array"):
            value = data(numbers(node.value)) if kind == "file" else from_array(node.value)
            self.most_entries = max(self.most_entries, 8 * prod(value.shape))
            return value
        if kind == "interval":
            raise HodiffError("usage", "an interval is a point: bind it with --at")
        raise AssertionError(kind)

    def named(self, name: str, names: Scope, functions: Scope) -> Tensor:
        found: Tensor | None = names.get(name)
        if found is not None:
            if found is self.given.get(name):
                self.met.add(name)
            return found
        if name in self.variables:
            return self.free(name, True)
        if name in NAMED:
            return NAMED[name]
        function = functions.get(name)
        if function is not None:
            call = f"{name}({', '.join(function.parameters)})"
            raise HodiffError("name", f"'{name}' is a function: write {call}")
        return self.free(name)

    def called(self, node: Node, arguments: list[Tensor], names: Scope, functions: Scope) -> Tensor:
        name = node.value
        function = FUNCTIONS.get(name)
        if function is None:
            raise self.no_function(node, names, functions)
        least, most, count = function.least, function.most, len(arguments)
        if count < least or (most is not None and count > most):
            parameters = f"{name}({function.parameters})"
            raise self.fault("syntax", f"{_arity(parameters, least, count, most)}", node)
        return function.build(*arguments)

    def no_function(self, node: Node, names: Scope, functions: Scope) -> HodiffError:
        """The error for a call of what is no function, or not yet."""
        name = node.value
        bracket = node.start + len(re.match(r"(?:_\{\w+\}|[^({（])*", self.text[node.start :])[0])  # type: ignore[index]
        where = Node("name", name, [], node.start, len(self.text[:bracket].rstrip()))
        rest = self.text[bracket : node.end]
        product = f"{name}*{rest if len(rest) < 40 else '(...)'}"
        if names.get(name) is not None or name in NAMED:
            message = f"missing '*': write {product}, or define {name}(t) = … for a call"
            return self.fault("syntax", message, node)
        for definition in self.definitions:
            if definition.value[0] == name and definition.value[1] is not None:
                inside = definition.start <= node.start <= definition.children[0].end
                message = f"'{name}' is used before it is defined: put its definition in front"
                if inside:
                    message = f"'{name}' uses itself: a definition may only use those before it"
                return self.fault("name", message, where)
        from hodiff.language import elsewhere  # start-up: for errors alone

        other = elsewhere.whole(self.text) if self.source == "EXPR" else None
        if other is not None:
            return other.placed(self.text, self.source)
        called = elsewhere.called(name)
        if called is not None:
            return self.fault("name", f"unknown function '{name}': {called}", where)

        from hodiff.language.meanings import meant, suggestion  # start-up: for errors alone

        given = [self.text[child.start : child.end] for child in node.children]
        one, one_letter = len(given) == 1, re.fullmatch(r"[^\W\d_]\d*", name) is not None
        used = re.search(rf"(?<!\w){re.escape(name)}(?!\w|\s*\()", self.text)
        if used and one:  # a name that stands alone elsewhere is no misspelt function
            mend = f" (for a product write {product})"
        elif not one_letter and meant(name):
            mend = suggestion(name, ())
        elif formula := elsewhere.instead(name, given):
            mend = f": write {formula}"
            mend += f", or {product} for a product" if one and one_letter else ""
        elif one and name.lower() in FUNCTIONS and name[1:] in ELEMENTARY:  # Asin(t)
            mend = f": write {name.lower()}({given[0]})"
            mend += f", or {name[0]}*{name[1:]}({given[0]}) for a product"
        else:
            head = f"{name}({', '.join('abcdefgh'[: len(given)])}) = …"
            mend = "" if one_letter else suggestion(name, [*self.functions, *FUNCTIONS])
            if not mend:
                mend = f" (for a product write {product})" if one else f": define it first, {head}"
        return self.fault("name", f"unknown function '{name}'{mend}", where)

    def round_brackets(self, name: str) -> str:
        """The mend for Sin[x], whose name is no vector."""
        from hodiff.language.foreign import from_mathematica  # start-up: for errors alone

        whole = from_mathematica(self.text) if self.source == "EXPR" else None
        if whole is not None and len(whole) <= 160:
            return f": for calls write {whole}"
        return f": for a call write {name.lower()}(…)" if name.lower() in FUNCTIONS else ""

    def mark(self, value: Tensor, node: Node) -> None:
        """Give the nodes that node added their place in the text."""
        span = Span(self.text, self.source, node.start, node.end)
        if value.operation is CONSTANT:
            self.places[value] = span
        stack = [value]
        while stack:
            x = stack.pop()
            if x.span is None and x.inputs:
                x.span = span
                stack += x.inputs

    def fault(self, kind: str, message: str, node: Node) -> HodiffError:
        return HodiffError(
            kind, message, text=self.text, source=self.source, start=node.start, end=node.end
        )


def from_array(x: Any) -> Tensor:
    """The numbers of a numpy array, or of a tensor with a value."""
    import numpy  # start-up: most problems have no arrays

    array = numpy.asarray(x)
    if (
        array.dtype.kind not in "fiub"
        or array.dtype.itemsize > 8
        or not numpy.isfinite(array).all()
    ):
        raise HodiffError("usage", "an array holds doubles or whole numbers, all finite")
    doubles = array.astype(float)
    if array.dtype.kind in "iu" and (abs(doubles) > 2.0**53).any():
        raise HodiffError(
            "usage", "an array's whole numbers are at most 2**53: give a list instead"
        )
    return data(doubles)


def _whole(x: Tensor, what: str, mend: str = "") -> int:
    value = x.attributes[0] if x.operation is CONSTANT else None
    if type(value) is not int:
        raise ValueError(f"{what} must be a whole number{mend}")
    return value


def _arity(function: str, least: int, count: int, most: int | None = -1) -> str:
    needs = f"at least {least}" if most is None else str(least)
    if most is not None and most > least:
        needs = f"{least} or {most}" if most == least + 1 else f"{least} to {most}"
    plural = "" if needs.endswith(" 1") or needs == "1" else "s"
    return f"{function} takes {needs} argument{plural}, not {count}"
