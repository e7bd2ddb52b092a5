"""SQL that SQLite, DuckDB and others run alike: a query over the rows of a table."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from hodiff.errors import HodiffError
from hodiff.views.code import words
from hodiff.views.code.syntax import Code, Definition, Function
from hodiff.views.parts import Part
from hodiff.views.printer import ATOM, NOT, SUM, Written, inside

_ONE = "sqrt exp log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh floor"
_ONE += " ceil abs sign"


class Sql(Code):
    title = "SQL"
    functions: ClassVar[dict[str, str]] = {
        **{
            name: f"{name}({{}})"
            for name in _ONE.split()
        },
        "log": "ln({})", "atan2": "atan2({}, {})", "pow": "pow({}, {})", "fmod": "mod({}, {})",
    }  # fmt: skip
    constants: ClassVar[dict[str, str]] = {"pi": "3.141592653589793e0", "e": "2.718281828459045e0"}
    keywords = words.SQL
    operators: ClassVar[dict[str, str]] = {
        "and": "AND", "or": "OR", "not": "NOT ", "==": "=", "!=": "<>",
    }  # fmt: skip
    strict = True
    floats = True
    multiplies = 4
    comment = ("", "-- ", "")
    folds = True
    nan_last = True  # in DuckDB

    def truth(self, x: bool) -> str:
        return "1 = 1" if x else "1 = 0"

    def literal(self, x: float) -> str:
        """With an exponent: 2.0 is a decimal number in SQL, and has its own arithmetic."""
        text = repr(x).removesuffix(".0")
        return text if "e" in text else f"{text}e0"

    def float(self, part: Part, children: list[Written]) -> Written:
        text = self.literal(part.data)
        return text, SUM if text.startswith("-") else ATOM

    def number(self, part: Part, children: list[Written]) -> Written:
        if type(part.data) is bool:
            return self.truth(part.data), NOT
        return super().number(part, children)

    def where(self, part: Part, children: list[Written]) -> Written:
        """NULL where the test is."""
        test, (a, _), (b, _) = children
        test_text = inside(test, ATOM)
        return f"CASE {test_text} WHEN TRUE THEN {a} WHEN FALSE THEN {b} END", ATOM

    def not_(self, part: Part, children: list[Written]) -> Written:
        return f"NOT {inside(children[0], ATOM)}", NOT

    def variable(self, name: str, taken: set[str]) -> str:
        return quoted(name)

    def reserved(self) -> set[str]:
        return {*self.keywords}

    def defined(self, d: Definition) -> str:
        text = d.text[0]
        if d.guard is not None:
            text = f"CASE WHEN {d.guard[0]} THEN {text} END"
        return f"{text} AS {d.name}"

    def layout(self, f: Function) -> str:
        folded = Counter(x.lower() for x in f.columns)
        for x in f.columns:
            if folded[x.lower()] > 1:
                twice = [y for y in f.columns if y.lower() == x.lower()]
                message = f"SQL doesn't tell {' from '.join(twice)}: rename one"
                raise HodiffError("usage", message, source="--to")
        columns = [
            f"CAST({quoted(column)} AS DOUBLE PRECISION) AS {x}"
            for x, column in zip(f.arguments, f.columns, strict=True)
        ]
        steps = [[*columns]] if columns else []
        steps += [["*", *map(self.defined, level)] for level in f.levels()]
        told = ", ".join([*f.arguments, *f.outputs])
        lines = self.documented([*f.about, f"A row for each of {f.name}, with the columns {told}."])
        source = f.name
        names = [f"{f.name}_{i}" for i in range(len(steps))]
        for i, (name, step) in enumerate(zip(names, steps, strict=True)):
            lines.append(("WITH " if not i else "     ") + f"{name} AS MATERIALIZED (")
            lines.append("  SELECT " + ",\n    ".join(step))
            if columns or i:
                lines.append(f"  FROM {source}")
            lines.append(")," if i < len(steps) - 1 else ")")
            source = name
        outputs = [
            text if text == name else f"{text} AS {name}" for name, text in f.outputs.items()
        ]
        lines.append("SELECT " + ",\n  ".join([*f.arguments, *outputs]))
        return "\n".join([*lines, f"FROM {source};" if steps else ";"])


def quoted(name: str) -> str:
    """A column's name, in quotes where it is a word of SQL's."""
    plain = name.isascii() and name.lower() not in Sql.keywords
    return name if plain else f'"{name}"'
