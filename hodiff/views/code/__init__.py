"""Formulas as source code: one documented function, what formulas share computed once.

lowering     parts as a target can say them, each made once
definitions  functions in others, for targets that lack them
program      names for what is shared, and guards for what only a branch needs
syntax       what targets share: how parts are written
python       Python, NumPy, JAX, PyTorch, Polars, SymPy
braces       C, C++, Rust, JavaScript, Julia
matlab       MATLAB and Octave
r            R
sql          SQL
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hodiff.engine.graph import Tensor
from hodiff.errors import HodiffError
from hodiff.views.code.braces import C, Cpp, JavaScript, Julia, Rust
from hodiff.views.code.definitions import definition, right_at_zero
from hodiff.views.code.lowering import REDUCTIONS, Lowering
from hodiff.views.code.matlab import Matlab
from hodiff.views.code.program import Program
from hodiff.views.code.python import Jax, Numpy, Polars, Python, Sympy, Torch
from hodiff.views.code.r import R
from hodiff.views.code.sql import Sql
from hodiff.views.code.syntax import WORD, Code, Function, Result
from hodiff.views.parts import Part
from hodiff.views.reading import read

TARGETS: Mapping[str, type[Code]] = {
    "python": Python,
    "numpy": Numpy,
    "c": C,
    "cpp": Cpp,
    "julia": Julia,
    "matlab": Matlab,
    "r": R,
    "rust": Rust,
    "js": JavaScript,
    "jax": Jax,
    "torch": Torch,
    "sympy": Sympy,
    "sql": Sql,
    "polars": Polars,
}
"""The languages and libraries that there is code for."""


def code(
    outputs: Sequence[tuple[str, Part]],
    variables: Sequence[str],
    results: Sequence[Result],
    to: str,
    name: str,
    about: Sequence[str],
) -> str:
    """A function of variables, in their order, as source code for a target.

    outputs    every number that it gives: a name, and its formula
    results    what it gives, in order: names of outputs, in lists
    name       of the function; of the table of the variables in SQL
    about      what its documentation says first, a line each

    Cost: once the number of parts. Raises HodiffError where the target lacks a function that can't
    be written in others without losing digits, and for code of over a million characters.

    >>> from hodiff.engine.graph import variable
    >>> from hodiff.views.code import as_part
    >>> x = variable("x")
    >>> parts = [("value", as_part(x**2))]
    >>> print(code(parts, ["x"], [Result("value", "value")], "js", "f", ["The square."]))
    /**
     * The square.
     * Returns value: a number.
     */
    function f(x) {
        const value = x*x;
        return value;
    }
    """
    target = TARGETS[to]()
    taken = {target.folded(word) for word in target.reserved()}
    if target.folded(name) in taken or not WORD.fullmatch(name) or not name.isascii():
        message = f"{name[:60]!r} can't be a name in {target.title}: choose another, as --name f"
        raise HodiffError("usage", message, source="--name")
    arguments = [target.variable(x, taken) for x in variables]
    target.names_here = dict(zip(variables, arguments, strict=True))
    taken |= {target.folded(x) for x in (*arguments, *variables, name)}
    table = Lowering(target, others)
    parts = table([part for _, part in outputs])
    names = {x: target.free(x, taken) for x, _ in outputs}
    named = [(names[x], part) for (x, _), part in zip(outputs, parts, strict=True)]
    program = Program(target, table, named, taken)
    renamed = [f"{y} is {x}." for x, y in target.names_here.items() if y.strip('"') != x]
    function = Function(
        name, arguments, variables, program.definitions, program.outputs, program.fixed,
        [Result(r.what, _renamed(r.entries, names)) for r in results], [*about, *renamed],
    )  # fmt: skip
    return target.layout(function)


def as_part(y: Tensor, to: str = "python") -> Part:
    """A graph as code() takes it for a target: with what keeps the digits of doubles, and their
    values at 0."""
    return read(y if TARGETS[to].exact else right_at_zero(y), sincs=0)


def _renamed(entries: object, names: Mapping[str, str]) -> object:
    if isinstance(entries, str):
        return names[entries]
    assert isinstance(entries, Sequence)
    return [_renamed(x, names) for x in entries]


def others(function: str, count: int) -> str:
    """The mend for a function that a target lacks with so many arguments: the targets that have
    it."""
    having = [
        name
        for name, target in TARGETS.items()
        if target().has(function, count)
        or function in (*REDUCTIONS, "mod", "hypot")
        or definition(function, target.exact) is not None
    ]
    return f"leave it out, or take --to {' or '.join(having[:2])}" if having else "leave it out"
