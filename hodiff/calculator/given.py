"""What Python gives as points, constants and vectors, as the language has it: text, and arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hodiff.calculator.request import usage
from hodiff.engine.exact import rational
from hodiff.engine.graph import CONSTANT, Tensor
from hodiff.errors import HodiffError
from hodiff.language.parser import parse
from hodiff.language.problem import Vector

VECTORS = ("v", "along", "cov")
MOST_NESTED = 32  # lists in lists
MOST_BITS = 14_000  # of a whole number: Python prints 4300 digits


def bindings(values: Any, option: str) -> list[str | tuple[str, Any]]:
    """Names with values as problems are read from: texts, or pairs of a name and its value."""
    if values is None:
        return []
    if isinstance(values, str):
        return [values]
    if isinstance(values, Mapping):
        return [(_name(name, option), _value(x, option)) for name, x in values.items()]
    if isinstance(values, Sequence) and all(isinstance(x, str) for x in values):
        return list(values)
    raise usage(f"{option} is a dict from names to values, or text, not {_kind(values)}", option)


def ranges(values: Any) -> list[str]:
    """Ranges as problems are read from: {"x": (0, 10)}, {"x": "0:pi"}, or text."""
    if not isinstance(values, Mapping):
        return [x for x in bindings(values, "--over") if isinstance(x, str)]
    found = []
    for name, x in values.items():
        if isinstance(x, str):
            ends = str(x)
        elif isinstance(x, (list, tuple)) and len(x) == 2:
            ends = ":".join(_written(end, "--over", 1) for end in x)
        else:
            raise usage(f"--over: a range is (0, 10) or '0:10', not {_kind(x)}", "--over")
        found.append(f"{_name(name, '--over')}={ends}")
    return found


def orders(values: Any) -> tuple[int, ...]:
    """Orders of derivatives, each once: 1, [0, 1], or text, "0,1,2"; 0 and 1 where none are given.

    >>> orders("2,0")
    (2, 0)
    """
    if values is None:
        return 0, 1
    listed = values.split(",") if isinstance(values, str) else values
    listed = listed if isinstance(listed, (list, tuple)) else [listed]
    found = []
    for x in listed:
        digits = x.strip() if isinstance(x, str) else x
        if isinstance(digits, str) and digits.isascii() and digits.isdigit() and len(digits) < 9:
            digits = int(digits)
        if type(digits) is not int or digits < 0:
            shown = str(x)[:60]
            raise usage(f"--order is whole numbers from 0 on, as 0,1,2, not {shown!r}", "--order")
        found.append(digits)
    if not found:
        raise usage("--order names no order: leave it out, or write 0,1", "--order")
    return tuple(dict.fromkeys(found))


def _name(name: Any, option: str) -> str:
    if not isinstance(name, str) or not name.isidentifier():
        shown = repr(name)[:60] if isinstance(name, str) else _kind(name)
        raise usage(f"{option}: {shown} is no name: letters, digits and '_'", option)
    return name


def _value(x: Any, option: str) -> Any:
    """A value as text of the language, or an array."""
    if isinstance(x, Tensor):
        if x.value is None:
            raise usage(f"{option}: a tensor is a value where it has one: evaluate it", option)
        x = x.attributes[0] if x.operation is CONSTANT else x.value
    if hasattr(x, "dtype") and x.shape and x.dtype.kind in "fiu":
        return x
    return _written(x, option)


def _written(x: Any, option: str, depth: int = 0) -> str:
    """A number, text or nested lists of them as text of the language."""
    if isinstance(x, str):
        return _single(str(x), option) if depth else str(x)
    if isinstance(x, (list, tuple)):
        if depth == MOST_NESTED:
            raise usage(f"{option}: vectors can be nested {MOST_NESTED} deep", option, "limit")
        return f"[{', '.join(_written(entry, option, depth + 1) for entry in x)}]"
    if isinstance(x, Tensor) or (hasattr(x, "tolist") and x.dtype.kind not in "US"):
        x = _value(x, option) if isinstance(x, Tensor) else x
        return _written(x.tolist() if hasattr(x, "tolist") else x, option, depth)
    if isinstance(x, bool) or not (isinstance(x, float) or rational(x) or _is_decimal(x)):
        raise usage(
            f"{option}: a value is a number, text or a list of them, not {_kind(x)}", option
        )
    if x - x != 0:
        raise usage(f"{option}: {x} is no number: give a finite one", option)
    if rational(x) and max(x.numerator.bit_length(), x.denominator.bit_length()) > MOST_BITS:
        raise usage(f"{option}: a number may have 4000 digits at most", option, "limit")
    return repr(float(x)) if isinstance(x, float) else str(x)


def _is_decimal(x: Any) -> bool:
    return type(x).__name__ == "Decimal" and x.is_finite()


def _single(text: str, option: str) -> str:
    """The text of one value: a list joins texts by commas, which one may not bring."""
    if "," in text or "=" in text:
        tree = parse(text, "items", option)
        if tree.kind == "bindings" or len(tree.children) != 1:
            message = f"{option}: a text in a list or dict is one value: give each its own"
            raise HodiffError("usage", message, text=text, source=option, start=0, end=len(text))
    return text


def vector(x: Any, option: str) -> Vector:
    """A vector: by name, in the order of the variables, or as it is."""
    if isinstance(x, str):
        return x
    pairs: list[tuple[str | None, Any]]
    if isinstance(x, Mapping):
        pairs = [(_name(name, option), _value(value, option)) for name, value in x.items()]
    elif isinstance(x, (list, tuple)):
        pairs = [(None, _value(entry, option)) for entry in x]
    else:
        pairs = [(None, _value(x, option))]
    texts = [_single(value, option) for _, value in pairs if isinstance(value, str)]
    if len(texts) < len(pairs):
        return pairs
    named = (f"{name}=" if name else "" for name, _ in pairs)
    return ",".join(name + text for name, text in zip(named, texts, strict=True))


def vectors(own: Mapping[str, Any]) -> dict[str, Any]:
    """A command's own options, with those that are vectors as problems read them."""
    return {
        name: vector(x, f"--{name}") if name in VECTORS and x is not None else x
        for name, x in own.items()
    }


def names(wrt: Any) -> str | None:
    """The variables to differentiate in, as an option lists them."""
    if wrt is None or isinstance(wrt, str):
        return wrt
    if not isinstance(wrt, Sequence) or not all(isinstance(x, str) for x in wrt):
        raise usage(f"--wrt is a name or a list of names, not {_kind(wrt)}", "--wrt")
    return ",".join(wrt) or None


def _kind(x: Any) -> str:
    return type(x).__name__
