"""Under what names a function is found: in hodiff, as a method of a tensor, and by numpy.

A name is published once: the second time it is refused, so that no meaning depends on the order
in which files are loaded. Where numpy and PyTorch differ the caller decides: np.max(t, axis=0)
gives values, torch.max(t, dim=0) a pair. NUMPY has these.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from hodiff.engine.graph import Tensor
from hodiff.library.arguments import as_argument, renamed

Function = TypeVar("Function", bound=Callable[..., Any])

TABLE: dict[str, Callable[..., Any]] = {}
"""Every function by its names."""

METHODS: dict[str, Callable[..., Any]] = {}
"""What a tensor has as a method, by name; the tensor comes first."""

NUMPY: dict[str, Callable[..., Any]] = {}
"""What numpy's name means where it differs from PyTorch's."""

PROPERTIES: frozenset[str] = frozenset({"T", "mT", "H", "mH", "ndim", "real", "device"})
"""The methods that are called without brackets."""


def enter(table: dict[str, Callable[..., Any]], f: Callable[..., Any], *names: str) -> None:
    """Enter f into a table under names. Raises ValueError for a name that is there already.

    >>> table = {"sin": print}
    >>> enter(table, print, "sin")
    Traceback (most recent call last):
    ...
    ValueError: 'sin' is published twice
    """
    for name in names:
        if name in table:
            raise ValueError(f"'{name}' is published twice")
        table[name] = f


def documented(meaning: str, *examples: str) -> str:
    """A docstring from its meaning, and examples written 'expression => what Python shows'.

    >>> documented("The sum.", "1 + 1 => 2").splitlines()
    ['The sum.', '', '>>> 1 + 1', '2']
    """
    shown = [">>> " + example.replace(" => ", "\n") for example in examples]
    return "\n".join([meaning, "", *shown])


def public(
    *names: str, method: bool = True, tensors: int = 1, doc: str = ""
) -> Callable[[Function], Function]:
    """Publish a function: its first arguments become tensors, its keywords get both spellings.

    Without names it is made ready only; doc is the docstring of one that has none.
    """

    def register(f: Function) -> Function:
        parameters: tuple[str, ...] | None = None

        @wraps(f)
        def called(*arguments: Any, **keywords: Any) -> Any:
            nonlocal parameters
            if keywords:
                if parameters is None:
                    parameters = _parameters(f)
                keywords = renamed(keywords, parameters)
                for name in parameters[len(arguments) : tensors]:
                    if name in keywords:
                        keywords[name] = as_argument(keywords[name])
            for x in arguments[:tensors]:
                if not isinstance(x, Tensor):
                    first = map(as_argument, arguments[:tensors])
                    return f(*first, *arguments[tensors:], **keywords)
            return f(*arguments, **keywords)

        if names:
            called.__name__ = called.__qualname__ = names[0]
        if doc:
            called.__doc__ = doc
        enter(TABLE, called, *names)
        if method:
            enter(METHODS, called, *names)
        return called  # type: ignore[return-value]

    return register


def _parameters(f: Callable[..., Any]) -> tuple[str, ...]:
    """The names that f has keywords for, in its order."""
    import inspect  # start-up: 13 ms, and only a keyword needs it

    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(f).parameters.values()
    return tuple(p.name for p in parameters if p.kind not in several)


def public_entrywise(row: Callable[..., Any], *names: str, doc: str) -> None:
    """Publish a function of one entry at a time, all of whose arguments are tensors."""

    @wraps(row, assigned=(), updated=())
    def called(*arguments: Any, **keywords: Any) -> Any:
        if keywords:
            keywords = renamed(keywords, ())
            arguments += tuple(keywords.pop(k) for k in ("x", "y") if k in keywords)
            if keywords:
                raise TypeError(f"{names[0]}() has no keyword '{next(iter(keywords))}'")
        return row(*[x if isinstance(x, Tensor) else as_argument(x) for x in arguments])

    called.__name__ = called.__qualname__ = names[0]
    called.__doc__ = doc
    enter(TABLE, called, *names)
    enter(METHODS, called, *names)
