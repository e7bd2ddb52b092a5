"""The functions of the expression language, by name; rows enter theirs themselves."""

from __future__ import annotations

from collections.abc import Callable

from hodiff.engine.graph import Tensor


class Function:
    """A function of the expression language: build(*arguments) adds its nodes.

    family   what it is listed under
    meaning  in words, where its name doesn't say it: searches look there, too
    """

    def __init__(
        self,
        name: str,
        parameters: str,
        build: Callable[..., Tensor],
        least: int,
        most: int | None,
        family: str = "",
        meaning: str = "",
    ) -> None:
        self.name, self.parameters, self.build = name, parameters, build
        self.least, self.most = least, most
        self.family, self.meaning = family, meaning


FUNCTIONS: dict[str, Function] = {}
"""The language's functions by name, other names (arcsin) included."""

FAMILIES: dict[str, str] = {}
"""Of each module of the table the family that its next functions are of."""

OWN = "Your own"


def family(module: str, title: str) -> None:
    """What the functions that a module enters from here on are listed under. A module that says
    nothing has its name: bessel's are of the family Bessel.

    >>> family("hodiff.engine.operations.special", "Gamma and beta functions")
    """
    FAMILIES[module] = title


def family_of(module: str) -> str:
    """The family of what a module enters now."""
    package, _, name = module.rpartition(".")
    if package != __name__.rpartition(".")[0]:
        return OWN
    return FAMILIES.get(module) or name.replace("_", " ").capitalize()


def function(
    parameters: str,
    *names: str,
    least: int = 1,
    most: int | None = 1,
    meaning: str = "",
    family: str = "",
) -> Callable[[Callable[..., Tensor]], Callable[..., Tensor]]:
    """A function of the language that is several nodes, or a node that isn't elementwise."""

    def register(build: Callable[..., Tensor]) -> Callable[..., Tensor]:
        rules = getattr(build, "partials", ())  # of a row, under another name
        listed = family or family_of((rules[-1] if rules else build).__module__)
        for n in names:
            FUNCTIONS[n] = Function(n, parameters, build, least, most, listed, meaning)
        return build

    return register
