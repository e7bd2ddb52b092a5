"""The functions of the expression language, by name; rows enter theirs themselves."""

from __future__ import annotations

from collections.abc import Callable

from hodiff.engine.graph import Tensor


class Function:
    """A function of the expression language: build(*arguments) adds its nodes."""

    def __init__(
        self, name: str, parameters: str, build: Callable[..., Tensor], least: int, most: int | None
    ) -> None:
        self.name, self.parameters, self.build = name, parameters, build
        self.least, self.most = least, most


FUNCTIONS: dict[str, Function] = {}
"""The language's functions by name, other names (arcsin) included."""


def function(
    parameters: str, *names: str, least: int = 1, most: int | None = 1
) -> Callable[[Callable[..., Tensor]], Callable[..., Tensor]]:
    """A function of the language that is several nodes, or a node that isn't elementwise."""

    def register(build: Callable[..., Tensor]) -> Callable[..., Tensor]:
        for n in names:
            FUNCTIONS[n] = Function(n, parameters, build, least, most)
        return build

    return register
