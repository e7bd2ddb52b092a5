"""What a command line asks: the expression, its variables, the point, what to differentiate in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hodiff.errors import HodiffError, nearest
from hodiff.graph import Shape, Tensor, variable
from hodiff.language.build import Builder
from hodiff.language.parser import Node, parse
from hodiff.operations.structure import reshape_to, stack


class Problem:
    """An expression read with its options.

    f          the expression's graph
    variables  the variables of --at in their order, or the free names as they first appear
    point      what --at binds each to, as a graph without variables; None without --at
    wrt        the names to differentiate in
    """

    def __init__(self, text: str, constants: dict[str, Tensor]) -> None:
        self.text = text
        self.constants = constants
        self.f: Tensor
        self.variables: dict[str, Tensor] = {}
        self.point: dict[str, Tensor] | None = None
        self.wrt: list[str] = []

    @property
    def inputs(self) -> list[Tensor]:
        """The variables to differentiate in."""
        return [self.variables[name] for name in self.wrt]

    def vector(self, text: str) -> list[Tensor]:
        """The text of --v as a tensor for each variable of wrt, in its shape."""
        tree = parse(text, "items", "--v")
        builder = Builder(text, "--v", self.constants, _unbound("--v", self.variables))
        values = [builder.expression(c if tree.kind == "items" else c.children[0])
                  for c in tree.children]  # fmt: skip
        if tree.kind == "bindings":
            named = dict(zip([c.value for c in tree.children], values, strict=True))
            _names_once(tree.children, text, "--v")
            for c in tree.children:
                if c.value not in self.wrt:
                    raise builder.fault("name", _unknown(c.value, self.wrt), c)
            missing = [name for name in self.wrt if name not in named]
            if missing:
                raise builder.fault("usage", f"--v has no value for '{missing[0]}'", tree)
            values = [named[name] for name in self.wrt]
        shapes = [self.variables[name].shape for name in self.wrt]
        if [v.shape for v in values] != shapes:
            values = _distributed(values, shapes, lambda m: builder.fault("usage", m, tree))
        return values


def read(
    expression: str, at: Sequence[str] = (), let: Sequence[str] = (), wrt: str | None = None
) -> Problem:
    """The problem that EXPR, --at, --let and --wrt state. Raises HodiffError.

    >>> problem = read("a*x**2", at=["x=3"], let=["a=2"])
    >>> problem.f, problem.wrt
    (tensor(2*x**2), ['x'])
    """
    at_trees = [(text, parse(text, "bindings", "--at")) for text in at]
    variables = [binding.value for _, tree in at_trees for binding in tree.children]
    constants: dict[str, Tensor] = {}
    for text in let:
        tree = parse(text, "bindings", "--let")
        _names_once(tree.children, text, "--let", [*constants, *variables])
        for binding in tree.children:
            builder = Builder(text, "--let", constants, _unbound("--let", variables))
            constants[binding.value] = builder.expression(binding.children[0])
    problem = Problem(expression, constants)
    tree = parse(expression, "program", "EXPR")
    names = _split(wrt) if wrt is not None else None
    if at:
        problem.point = {}
        for text, bindings in at_trees:
            _names_once(bindings.children, text, "--at", [*constants, *problem.point])
            builder = Builder(text, "--at", constants, _unbound("--at", variables))
            for binding in bindings.children:
                problem.point[binding.value] = builder.expression(binding.children[0])
    chosen = names if names is not None else variables
    problem.variables = {
        name: variable(name, value.shape, name in chosen)
        for name, value in (problem.point or {}).items()
    }

    def free(name: str) -> Tensor:
        if problem.point is not None:
            raise HodiffError("name", _missing(name, [*problem.variables, *constants]))
        found = problem.variables.get(name)
        if found is None:
            found = variable(name, (), names is None or name in names)
            problem.variables[name] = found
        return found

    builder = Builder(expression, "EXPR", {**constants, **problem.variables}, free)
    problem.f = builder.program(tree)
    for name in names or ():
        if name not in problem.variables:
            message = f"--wrt names an {_unknown(name, list(problem.variables))}"
            if name in constants:
                message = f"--wrt names '{name}', which --let binds: bind it in --at"
            start = wrt.find(name) if wrt else 0
            raise HodiffError(
                "name", message, text=wrt, source="--wrt", start=start, end=start + len(name)
            )
    problem.wrt = names if names is not None else list(problem.variables)
    return problem


def _split(wrt: str) -> list[str]:
    names = [name.strip().replace("µ", "μ").replace("π", "pi") for name in wrt.split(",")]
    for i, name in enumerate(names):
        if not name or name in names[:i]:
            what = f"names '{name}' twice" if name else "has an empty name"
            raise HodiffError("usage", f"--wrt {what}: write --wrt x,y", source="--wrt")
    return names


def _names_once(bindings: list[Node], text: str, source: str, before: Sequence[str] = ()) -> None:
    seen = set(before)
    for binding in bindings:
        if binding.value in seen:
            raise HodiffError(
                "usage", f"'{binding.value}' is bound twice: remove one",
                text=text, source=source, start=binding.start, end=binding.end,
            )  # fmt: skip
        seen.add(binding.value)


def _unbound(source: str, variables: Sequence[str] | dict[str, Tensor]) -> Callable[[str], Tensor]:
    def free(name: str) -> Tensor:
        if name in variables and source == "--let":
            raise HodiffError(
                "usage",
                f"'{name}' is a variable of --at, and a --let is constant:"
                f" define it in EXPR, as in 'a = 2*{name}; ...'",
            )
        if name in variables:
            raise HodiffError(
                "name", f"'{name}' is a variable: a value of {source} may only use --let names"
            )
        raise HodiffError("name", f"unknown name '{name}': bind it with --let {name}=...")

    return free


def _missing(name: str, known: list[str]) -> str:
    return (
        f"'{name}' has no value{nearest(name, known)}: bind it with --at or --let {name}=...,"
        " or leave out --at for the formula"
    )


def _unknown(name: str, known: list[str]) -> str:
    mend = nearest(name, known) or (f" (the variables are {', '.join(known)})" if known else "")
    return f"unknown variable '{name}'{mend}"


def _distributed(
    values: list[Tensor], shapes: list[Shape], fault: Callable[[str], HodiffError]
) -> list[Tensor]:
    """A flat list of numbers shared out to variables of the shapes."""
    from math import prod

    wanted = sum(map(prod, shapes))
    if any(v.shape for v in values) or len(values) != wanted:
        got = sum(prod(v.shape) for v in values)
        raise fault(f"--v needs {wanted} number{'s' if wanted != 1 else ''}, one a component"
                    f" of the variables, not {got}")  # fmt: skip
    result, rest = [], values
    for shape in shapes:
        count = prod(shape)
        result.append(reshape_to(stack(*rest[:count]), shape) if shape else rest[0])
        rest = rest[count:]
    return result
