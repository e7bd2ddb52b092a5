"""Names that stay defined: numbers, formulas and functions, and what of them a text needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from hodiff.engine.passes import postorder
from hodiff.errors import HodiffError
from hodiff.language.checks import names_in, renamed

MOST_LENGTH = 20_000  # characters that a text may need of definitions


class Definition(NamedTuple):
    """What a name stands for. number: whether it has no variable, and needs no function of the
    user: it can be a constant of options, too."""

    head: str  # a, f(t)
    text: str
    number: bool

    @property
    def written(self) -> str:
        return f"{self.head} = {self.text}"


class Names:
    """Definitions in their order. One may be defined anew by its old value: a = a + 1; the old one
    goes on under another name."""

    def __init__(self) -> None:
        self.known: dict[str, Definition] = {}
        self.shown: dict[str, None] = {}  # those that the user has named, in order
        self.last = ""  # a text that goes on meaning what it meant

    def bind(self, name: str, definition: Definition) -> None:
        """Define a name; texts that mean its old value keep it."""
        old = self.known.pop(name, None)
        if old is not None:
            texts = [self.last, definition.text, *(d.text for d in self.known.values())]
            if any(name in names_in(text) for text in texts):
                other = self.free(name)
                self.known = {
                    other: old._replace(head=renamed(old.head, name, other)),
                    **self.known,
                }
                for key, d in self.known.items():
                    if key != other:
                        self.known[key] = d._replace(text=renamed(d.text, name, other))
                definition = definition._replace(text=renamed(definition.text, name, other))
                self.last = renamed(self.last, name, other)
        self.known[name] = definition
        self.shown.setdefault(name)
        self.tidy()

    def tidy(self) -> None:
        """Forget what nothing means any more, and put each behind what it needs."""
        needed = self.needed([*self.shown, *sorted(names_in(self.last))])
        self.known = {name: self.known[name] for name in needed}

    def forget(self, name: str) -> bool:
        if name not in self.shown:
            return False
        del self.shown[name]
        self.tidy()
        return True

    def free(self, name: str) -> str:
        n = 1
        while f"{name}_{n}" in self.known:
            n += 1
        return f"{name}_{n}"

    def needed(self, wanted: Iterable[str]) -> list[str]:
        """The names that some need, themselves too, each behind what it needs."""

        def needs(name: str) -> list[str]:
            if not name:
                return [x for x in wanted if x in self.known]
            return sorted(
                names_in(self.known[name].text) & self.known.keys() - {name}, reverse=True
            )

        return postorder("", needs)[:-1]

    def constants(self, text: str, without: Collection[str] = ()) -> list[str]:
        """What --let has to say for a text: the numbers that it needs, without some."""
        names = [name for name in self.needed(names_in(text)) if name not in without]
        return [self.known[name].written for name in names if self.known[name].number]

    def prefix(self, text: str, without: Collection[str] = ()) -> str:
        """The definitions that stand before an expression: formulas and functions. On lines of
        their own: an error shows the line that it is in."""
        names = [name for name in self.needed(names_in(text)) if name not in without]
        names = [name for name in names if not self.known[name].number]
        found = "".join(f"{self.known[name].written};\n" for name in names)
        if len(found) > MOST_LENGTH:
            message = "what the names stand for is too long: define some anew, or :forget them"
            raise HodiffError("limit", message)
        return found

    def listed_names(self) -> list[str]:
        return list(self.shown)

    def listed(self) -> Iterator[str]:
        yield from (self.known[name].written for name in self.shown)
